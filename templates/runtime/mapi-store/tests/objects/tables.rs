//! Tables of folders: columns, cursor, order, restriction, bookmarks, notifications.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use mapi_abi::*;
use mapi_host::*;
use windows_core::Interface;

use crate::support::*;

/// How long a test waits for what must come.
const PATIENCE: Duration = Duration::from_secs(30);

/// A folder with messages of these subjects.
fn folder_with(session: &Session, subjects: &[&str]) -> Folder {
    let folder = session.subtree().unwrap().create_folder("Table").unwrap();
    for subject in subjects {
        add(&folder, subject);
    }
    folder
}

fn add(folder: &Folder, subject: &str) -> Message {
    folder
        .add_message(&[Prop::new(PR_SUBJECT, subject)])
        .unwrap()
}

fn subjects(rows: &[Row]) -> Vec<&str> {
    rows.iter()
        .map(|row| row.text(PR_SUBJECT).unwrap())
        .collect()
}

fn sorted(folder: &Folder) -> Table {
    let table = folder.contents().unwrap();
    table.set_columns(&[PR_SUBJECT]).unwrap();
    table.sort(&SortOrder::ascending(&[PR_SUBJECT])).unwrap();
    table
}

#[test]
fn rows_are_read_in_pages_both_ways() {
    let bench = Bench::new();
    let session = bench.logon();
    let table = sorted(&folder_with(&session, &["c", "a", "e", "b", "d"]));
    assert_eq!(refused(table.query_rows(0, 0)), MAPI_E_INVALID_PARAMETER);
    assert_eq!(subjects(&table.query_rows(2, 0).unwrap()), ["a", "b"]);
    assert_eq!(
        subjects(&table.query_rows(2, TBL_NOADVANCE).unwrap()),
        ["c", "d"]
    );
    assert_eq!(subjects(&table.query_rows(-1, 0).unwrap()), ["b"]);
    assert_eq!(subjects(&table.query_rows(99, 0).unwrap()), ["c", "d", "e"]);
    assert!(table.query_rows(1, 0).unwrap().is_empty());
    assert_eq!(
        subjects(&table.query_rows(-2, TBL_NOADVANCE).unwrap()),
        ["d", "e"]
    );
    assert_eq!(
        table.position().unwrap(),
        Position {
            row: 3,
            numerator: 3,
            denominator: 5
        }
    );
    assert_eq!(table.seek(BOOKMARK_END, -99).unwrap(), -5);
    assert_eq!(table.seek(BOOKMARK_CURRENT, 99).unwrap(), 5);
    table.seek_approximately(1, 2).unwrap();
    assert_eq!(table.position().unwrap().row, 2);
    assert_eq!(
        refused(table.seek_approximately(1, 0)),
        MAPI_E_INVALID_PARAMETER
    );
    assert_eq!(table.row_count().unwrap(), 5);
    assert_eq!(table.status().unwrap(), (TBLSTAT_COMPLETE, TBLTYPE_DYNAMIC));
    drop(table);
    session.logoff().unwrap();
    bench.host.assert_clean();
}

#[test]
fn an_empty_table_has_a_denominator() {
    let bench = Bench::new();
    let session = bench.logon();
    let table = folder_with(&session, &[]).contents().unwrap();
    assert_ne!(table.position().unwrap().denominator, 0);
    assert!(table.all_rows().unwrap().is_empty());
}

#[test]
fn columns_keep_their_order_and_missing_cells_are_errors() {
    let bench = Bench::new();
    let session = bench.logon();
    let folder = folder_with(&session, &["only"]);
    let table = folder.contents().unwrap();
    assert_eq!(table.set_no_columns(), MAPI_E_INVALID_PARAMETER);
    let unknown = 0x67FE_0003;
    let narrow = change_prop_type(PR_SUBJECT, PT_STRING8);
    let columns = [unknown, PR_NULL, narrow, PR_SUBJECT, PR_RECORD_KEY];
    let rows = table.rows(&columns).unwrap();
    assert_eq!(table.columns(false).unwrap(), columns);
    assert_eq!(rows[0].len(), 5);
    assert_eq!(rows[0][0].tag, change_prop_type(unknown, PT_ERROR));
    assert_eq!(rows[0].error(unknown), Some(MAPI_E_NOT_FOUND));
    assert_eq!(rows[0][1].tag, PR_NULL);
    assert_eq!(rows[0][2].value, Value::String8(b"only".to_vec()));
    assert_eq!(rows[0][3].value, Value::from("only"));
    let message = session
        .open_message(&session.find_message(&folder, "only").unwrap().unwrap())
        .unwrap();
    assert_eq!(
        rows[0].binary(PR_RECORD_KEY).unwrap(),
        message.binary(PR_RECORD_KEY).unwrap()
    );
    assert!(table.columns(true).unwrap().contains(&PR_INSTANCE_KEY));
    let wide = folder
        .contents_with(MAPI_UNICODE)
        .unwrap()
        .columns(false)
        .unwrap();
    let narrow = folder.contents_with(0).unwrap().columns(false).unwrap();
    assert!(wide.contains(&PR_SUBJECT) && !narrow.contains(&PR_SUBJECT));
    assert!(narrow.contains(&change_prop_type(PR_SUBJECT, PT_STRING8)));
}

#[test]
fn required_columns_are_there_without_being_asked_for() {
    let bench = Bench::new();
    let session = bench.logon();
    let folder = folder_with(&session, &["one"]);
    let contents = folder.contents().unwrap().all_rows().unwrap();
    for tag in [
        PR_DISPLAY_CC,
        PR_DISPLAY_TO,
        PR_ENTRYID,
        PR_HASATTACH,
        PR_INSTANCE_KEY,
        PR_LAST_MODIFICATION_TIME,
        PR_MAPPING_SIGNATURE,
        PR_MESSAGE_FLAGS,
        PR_MESSAGE_SIZE,
        PR_MSG_STATUS,
        PR_OBJECT_TYPE,
        PR_PARENT_ENTRYID,
        PR_RECORD_KEY,
        PR_STORE_ENTRYID,
        PR_STORE_RECORD_KEY,
    ] {
        let found = contents[0].value(tag);
        assert!(
            found.is_some_and(|value| !matches!(value, Value::Error(_))),
            "{tag:#X}: {found:?}"
        );
    }
    let hierarchy = session
        .subtree()
        .unwrap()
        .hierarchy()
        .unwrap()
        .all_rows()
        .unwrap();
    for tag in [
        PR_DEPTH,
        PR_DISPLAY_NAME,
        PR_ENTRYID,
        PR_INSTANCE_KEY,
        PR_OBJECT_TYPE,
        PR_STATUS,
        PR_FOLDER_TYPE,
        PR_SUBFOLDERS,
        PR_CONTENT_COUNT,
        PR_CONTENT_UNREAD,
    ] {
        let found = hierarchy[0].value(tag);
        assert!(
            found.is_some_and(|value| !matches!(value, Value::Error(_))),
            "{tag:#X}: {found:?}"
        );
    }
}

#[test]
fn a_cursor_stays_where_it_is_while_rows_come_and_go() {
    let bench = Bench::new();
    let session = bench.logon();
    let folder = folder_with(&session, &["b", "d", "f", "h"]);
    let table = sorted(&folder);
    assert_eq!(subjects(&table.query_rows(2, 0).unwrap()), ["b", "d"]);
    add(&folder, "a");
    add(&folder, "e");
    assert_eq!(subjects(&table.query_rows(1, 0).unwrap()), ["f"]);
    for gone in ["a", "b", "d"] {
        let id = session.find_message(&folder, gone).unwrap().unwrap();
        let _ = folder.delete_messages(&[&id], 0).unwrap();
    }
    assert_eq!(subjects(&table.query_rows(9, 0).unwrap()), ["h"]);
    assert_eq!(subjects(&table.query_rows(-9, 0).unwrap()), ["e", "f", "h"]);
}

#[test]
fn bookmarks_follow_their_rows() {
    let bench = Bench::new();
    let session = bench.logon();
    let folder = folder_with(&session, &["b", "c", "d"]);
    let table = sorted(&folder);
    table.seek(BOOKMARK_BEGINNING, 1).unwrap();
    let bookmark = table.create_bookmark().unwrap();
    add(&folder, "a");
    table.seek(bookmark, 0).unwrap();
    assert_eq!(subjects(&table.query_rows(1, 0).unwrap()), ["c"]);
    let id = session.find_message(&folder, "c").unwrap().unwrap();
    let _ = folder.delete_messages(&[&id], 0).unwrap();
    let mut sought = 0;
    // SAFETY: the argument is a local.
    assert_eq!(
        unsafe { table.raw().SeekRow(bookmark, 0, &mut sought) },
        MAPI_W_POSITION_CHANGED
    );
    assert_eq!(subjects(&table.query_rows(1, 0).unwrap()), ["d"]);
    table.free_bookmark(bookmark).unwrap();
    assert_eq!(refused(table.seek(bookmark, 0)), MAPI_E_INVALID_BOOKMARK);
    assert_eq!(
        refused(table.free_bookmark(bookmark)),
        MAPI_E_INVALID_BOOKMARK
    );
    for own in [BOOKMARK_BEGINNING, BOOKMARK_CURRENT, BOOKMARK_END] {
        table.free_bookmark(own).unwrap();
    }
    let bookmark = table.create_bookmark().unwrap();
    table.restrict(None).unwrap();
    assert_eq!(refused(table.seek(bookmark, 0)), MAPI_E_INVALID_BOOKMARK);
}

#[test]
fn what_is_too_complex_leaves_the_view() {
    let bench = Bench::new();
    let session = bench.logon();
    let folder = folder_with(&session, &["a", "b"]);
    let table = sorted(&folder);
    table
        .restrict(Some(&Restriction::contains(
            PR_SUBJECT,
            FL_PREFIX | FL_IGNORECASE,
            "B",
        )))
        .unwrap();
    let mut categorized = SortOrder::ascending(&[PR_SUBJECT]);
    categorized.categories = 2;
    assert_eq!(refused(table.sort(&categorized)), MAPI_E_INVALID_PARAMETER);
    let counted = Restriction::And(vec![Restriction::Count {
        count: 1,
        inner: Box::new(Restriction::Exist(PR_SUBJECT)),
    }]);
    assert_eq!(refused(table.restrict(Some(&counted))), MAPI_E_TOO_COMPLEX);
    let mut deep = Restriction::Exist(PR_SUBJECT);
    for _ in 0..10_000 {
        deep = deep.not();
    }
    assert_eq!(refused(table.restrict(Some(&deep))), MAPI_E_TOO_COMPLEX);
    assert_eq!(subjects(&table.all_rows().unwrap()), ["b"]);
    assert_eq!(
        table.sort_order().unwrap(),
        SortOrder::ascending(&[PR_SUBJECT])
    );
    let (mut rows, mut more) = (std::ptr::null_mut(), 7);
    // SAFETY: the arguments are locals.
    unsafe {
        let expanded = table
            .raw()
            .ExpandRow(0, std::ptr::null(), 1, 0, &mut rows, &mut more);
        assert_eq!(
            (expanded, more, rows.is_null()),
            (MAPI_E_NO_SUPPORT, 0, true)
        );
        let mut status = 7;
        assert_eq!(
            table.raw().WaitForCompletion(0, u32::MAX, &mut status),
            S_OK
        );
        assert_eq!(status, TBLSTAT_COMPLETE);
        assert_eq!(table.raw().Abort(), S_OK);
    }
}

#[test]
fn a_count_limits_the_rows() {
    let bench = Bench::new();
    let session = bench.logon();
    let folder = folder_with(&session, &["b", "c", "a", "x"]);
    let table = sorted(&folder);
    let count = |count, inner| Restriction::Count {
        count,
        inner: Box::new(inner),
    };
    let exists = Restriction::Exist(PR_SUBJECT);
    table.restrict(Some(&count(2, exists.clone()))).unwrap();
    assert_eq!(subjects(&table.all_rows().unwrap()), ["a", "b"]);
    let recorder = Recorder::new();
    table.advise(&recorder).unwrap();
    add(&folder, "aa");
    bench.host.settle(PATIENCE);
    let events: Vec<_> = recorder
        .events()
        .iter()
        .filter_map(Event::table_event)
        .collect();
    assert_eq!(events, [TABLE_ROW_DELETED, TABLE_ROW_ADDED]);
    assert_eq!(subjects(&table.all_rows().unwrap()), ["a", "aa"]);
    let found = table.find(&count(1, exists.clone()), BOOKMARK_BEGINNING, 0);
    found.unwrap();
    let none = table.find(&count(0, exists), BOOKMARK_BEGINNING, 0);
    assert_eq!(refused(none), MAPI_E_NOT_FOUND);
}

#[test]
fn deep_hierarchies_show_the_depth() {
    let bench = Bench::new();
    let session = bench.logon();
    let folder = folder_with(&session, &[]);
    folder
        .create_folder("inner")
        .unwrap()
        .create_folder("innermost")
        .unwrap();
    assert_eq!(folder.hierarchy().unwrap().row_count().unwrap(), 1);
    let rows = folder
        .deep_hierarchy()
        .unwrap()
        .rows(&[PR_DISPLAY_NAME, PR_DEPTH])
        .unwrap();
    let depths: Vec<_> = rows
        .iter()
        .map(|row| {
            (
                row.text(PR_DISPLAY_NAME).unwrap(),
                row.long(PR_DEPTH).unwrap(),
            )
        })
        .collect();
    assert_eq!(depths, [("inner", 0), ("innermost", 1)]);
}

#[test]
fn watchers_of_a_table_hear_of_rows() {
    let bench = Bench::new();
    let session = bench.logon();
    let folder = folder_with(&session, &["b"]);
    let table = sorted(&folder);
    table.set_columns(&[PR_SUBJECT, PR_INSTANCE_KEY]).unwrap();
    let recorder = Recorder::new();
    let connection = table.advise(&recorder).unwrap();
    let of = |wanted: u32| {
        recorder
            .wait_for(PATIENCE, |event| event.table_event() == Some(wanted))
            .unwrap()
    };
    let first = add(&folder, "a");
    let Event::Table {
        index, prior, row, ..
    } = of(TABLE_ROW_ADDED)
    else {
        panic!("a table event")
    };
    assert_eq!(prior.tag, PR_NULL, "it is the first row");
    assert_eq!(row.tags(), [PR_SUBJECT, PR_INSTANCE_KEY]);
    assert_eq!(row.text(PR_SUBJECT), Some("a"));
    assert_eq!(Some(&index.value), row.value(PR_INSTANCE_KEY));

    recorder.clear();
    let last = add(&folder, "c");
    let Event::Table { prior, .. } = of(TABLE_ROW_ADDED) else {
        panic!("a table event")
    };
    let rows = table.all_rows().unwrap();
    assert_eq!(Some(&prior.value), rows[1].value(PR_INSTANCE_KEY));

    recorder.clear();
    let opened = session.open_message(&last.entry_id().unwrap()).unwrap();
    opened.put(PR_SUBJECT, "d").unwrap();
    opened.save(0).unwrap();
    let Event::Table { row, .. } = of(TABLE_ROW_MODIFIED) else {
        panic!("a table event")
    };
    assert_eq!(row.text(PR_SUBJECT), Some("d"));

    recorder.clear();
    let _ = folder
        .delete_messages(&[&first.entry_id().unwrap()], 0)
        .unwrap();
    let Event::Table {
        index: gone,
        prior,
        row,
        ..
    } = of(TABLE_ROW_DELETED)
    else {
        panic!("a table event")
    };
    assert_eq!(gone.value, index.value);
    assert_eq!((prior.tag, row.is_empty()), (PR_NULL, true));

    table.unadvise(connection).unwrap();
    assert_eq!(refused(table.unadvise(connection)), MAPI_E_NOT_FOUND);
    drop((first, last, opened, table));
    session.logoff().unwrap();
    bench.host.assert_clean();
}

#[test]
fn a_flood_is_one_event_and_a_forgotten_registration_ends_with_its_table() {
    let bench = Bench::new();
    let session = bench.logon();
    let subjects: Vec<String> = (0..80).map(|number| format!("{number:02}")).collect();
    let folder = folder_with(
        &session,
        &subjects.iter().map(String::as_str).collect::<Vec<_>>(),
    );
    let table = folder.contents().unwrap();
    let recorder = Recorder::new();
    table.advise(&recorder).unwrap();
    let _ = folder.empty(0).unwrap();
    recorder
        .wait_for(PATIENCE, |event| event.table_event() == Some(TABLE_CHANGED))
        .unwrap();
    assert!(recorder.events().len() < 80);
    drop(table);
    assert_eq!(bench.host.subscriptions(), 0);
    drop(folder);
    session.logoff().unwrap();
    bench.host.assert_clean();
}

#[test]
fn a_registration_ends_with_the_store_too() {
    let bench = Bench::new();
    let mut session = bench.logon();
    let table = session.inbox().unwrap().contents().unwrap();
    table.advise(&Recorder::new()).unwrap();
    session
        .store()
        .advise(None, fnevObjectCreated, &Recorder::new())
        .unwrap();
    session.release_store();
    assert_eq!(bench.host.subscriptions(), 0);
    drop(table);
    session.logoff().unwrap();
    bench.host.assert_clean();
}

#[test]
fn no_memory_leaves_nothing_behind_and_the_cursor_where_it_was() {
    let bench = Bench::new();
    let session = bench.logon();
    let table = sorted(&folder_with(&session, &["a", "b", "c"]));
    table.set_columns(&[PR_SUBJECT, PR_ENTRYID]).unwrap();
    let mut failures = 0;
    loop {
        let before = bench.host.memory().live_blocks().len();
        bench.host.memory().fail_request(failures + 1);
        let rows = table.query_rows(3, 0);
        if !bench.host.memory().stop_failing() {
            assert_eq!(subjects(&rows.unwrap()), ["a", "b", "c"]);
            break;
        }
        assert_eq!(refused(rows), MAPI_E_NOT_ENOUGH_MEMORY);
        assert_eq!(bench.host.memory().live_blocks().len(), before);
        assert_eq!(table.position().unwrap().row, 0);
        failures += 1;
    }
    assert!(failures >= 4, "a set and three rows at least: {failures}");
    drop(table);
    session.logoff().unwrap();
    bench.host.assert_clean();
}

#[test]
fn a_client_may_come_back_from_within_a_notification() {
    let bench = Bench::new();
    let session = bench.logon();
    let folder = folder_with(&session, &["one"]);
    let table = sorted(&folder);
    let recorder = Recorder::new();
    table.advise(&recorder).unwrap();
    let watched = table.clone();
    let inner = folder.clone();
    let store = session.store().clone();
    let rounds = Arc::new(AtomicUsize::new(0));
    let counted = rounds.clone();
    bench.host.set_hook(Some(Arc::new(move |call| {
        // Two levels are enough: what is done here notifies, too.
        if call.method == Method::Notify && counted.fetch_add(1, Ordering::SeqCst) < 2 {
            assert!(watched.all_rows().unwrap().len() >= 2);
            let message = add(&inner, "from within");
            message.set_read_flag(0).unwrap();
            let opened = store.open_message(&message.entry_id().unwrap()).unwrap();
            opened
                .add_recipient(MAPI_TO, "Ann", "ann@example.com")
                .unwrap();
            assert!(inner.long(PR_CONTENT_COUNT).unwrap() >= 2);
            assert_eq!(inner.contents().unwrap().query_rows(1, 0).unwrap().len(), 1);
        }
    })));
    add(&folder, "two");
    bench.host.set_hook(None);
    assert!(rounds.load(Ordering::SeqCst) >= 2);
    assert_eq!(table.row_count().unwrap(), 4);
    drop((table, folder));
    session.logoff().unwrap();
    bench.host.assert_clean();
}

#[test]
fn a_notification_that_fails_is_no_failure_of_the_save() {
    let bench = Bench::new();
    let session = bench.logon();
    let folder = folder_with(&session, &[]);
    bench.host.fail_method(Method::Notify, MAPI_E_CALL_FAILED);
    add(&folder, "saved all the same");
    bench.host.stop_failing();
    assert_eq!(folder.long(PR_CONTENT_COUNT).unwrap(), 1);
    bench
        .host
        .fail_method(Method::Subscribe, MAPI_E_NOT_ENOUGH_MEMORY);
    let table = folder.contents().unwrap();
    assert_eq!(
        refused(table.advise(&Recorder::new())),
        MAPI_E_NOT_ENOUGH_MEMORY
    );
    bench.host.stop_failing();
    let connection = table.advise(&Recorder::new()).unwrap();
    table.unadvise(connection).unwrap();
}

#[test]
fn hierarchies_hear_of_folders_and_their_counts() {
    let bench = Bench::new();
    let session = bench.logon();
    let subtree = session.subtree().unwrap();
    let table = subtree.hierarchy().unwrap();
    table
        .set_columns(&[PR_DISPLAY_NAME, PR_CONTENT_COUNT])
        .unwrap();
    let recorder = Recorder::new();
    table.advise(&recorder).unwrap();
    let folder = subtree.create_folder("New").unwrap();
    recorder
        .wait_for(PATIENCE, |event| {
            matches!(event, Event::Table { event: TABLE_ROW_ADDED, row, .. }
            if row.text(PR_DISPLAY_NAME) == Some("New"))
        })
        .unwrap();
    add(&folder, "one");
    recorder
        .wait_for(PATIENCE, |event| {
            matches!(event, Event::Table { event: TABLE_ROW_MODIFIED, row, .. }
            if row.long(PR_CONTENT_COUNT) == Some(1))
        })
        .unwrap();
}

#[test]
fn tables_of_messages_tell_when_they_change() {
    let bench = Bench::new();
    let session = bench.logon();
    let message = session.inbox().unwrap().create_message().unwrap();
    let recorder = Recorder::new();
    let table = message.recipient_table().unwrap();
    table.advise(&recorder).unwrap();
    message
        .add_recipient(MAPI_TO, "Ann", "ann@example.com")
        .unwrap();
    recorder
        .wait_for(PATIENCE, |event| {
            matches!(event, Event::Table { event: TABLE_ROW_ADDED, row, .. }
            if row.text(PR_DISPLAY_NAME) == Some("Ann"))
        })
        .unwrap();
}

#[test]
fn one_table_serves_many_threads() {
    let bench = Bench::new();
    let session = bench.logon();
    let subjects: Vec<String> = (0..200).map(|number| format!("{number:03}")).collect();
    let folder = folder_with(
        &session,
        &subjects.iter().map(String::as_str).collect::<Vec<_>>(),
    );
    let table = sorted(&folder);
    let read: Vec<String> = std::thread::scope(|scope| {
        let readers: Vec<_> = (0..8)
            .map(|_| {
                scope.spawn(|| {
                    let mut read = Vec::new();
                    loop {
                        let rows = table.query_rows(7, 0).unwrap();
                        if rows.is_empty() {
                            return read;
                        }
                        read.extend(
                            rows.iter()
                                .map(|row| row.text(PR_SUBJECT).unwrap().to_owned()),
                        );
                    }
                })
            })
            .collect();
        readers
            .into_iter()
            .flat_map(|reader| reader.join().unwrap())
            .collect()
    });
    let mut read = read;
    read.sort();
    assert_eq!(read, subjects, "every row once");
}

#[test]
fn a_table_answers_for_itself_alone() {
    let bench = Bench::new();
    let session = bench.logon();
    let table = session.inbox().unwrap().contents().unwrap();
    assert!(table.raw().cast::<IMAPITable>().is_ok());
    assert!(table.raw().cast::<IMAPIProp>().is_err());
}
