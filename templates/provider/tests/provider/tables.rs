//! Tables.

use crate::common::*;

/// What a contents table shows without being asked.
const CONTENTS: [u32; 16] = [
    PR_DISPLAY_CC,
    PR_DISPLAY_TO,
    PR_ENTRYID,
    PR_HASATTACH,
    PR_INSTANCE_KEY,
    PR_LAST_MODIFICATION_TIME,
    PR_MAPPING_SIGNATURE,
    PR_MESSAGE_CLASS,
    PR_MESSAGE_FLAGS,
    PR_MESSAGE_SIZE,
    PR_MSG_STATUS,
    PR_OBJECT_TYPE,
    PR_PARENT_ENTRYID,
    PR_RECORD_KEY,
    PR_STORE_ENTRYID,
    PR_STORE_RECORD_KEY,
];

/// What a hierarchy table shows without being asked.
const HIERARCHY: [u32; 11] = [
    PR_DEPTH,
    PR_DISPLAY_NAME,
    PR_DISPLAY_TYPE,
    PR_ENTRYID,
    PR_INSTANCE_KEY,
    PR_OBJECT_TYPE,
    PR_STATUS,
    PR_FOLDER_TYPE,
    PR_SUBFOLDERS,
    PR_CONTENT_COUNT,
    PR_CONTENT_UNREAD,
];

/// A folder with messages of sizes and subjects that sort differently.
fn sorting(session: &Session) -> Folder {
    let folder = playground(session);
    for (subject, number) in [("delta", 3), ("alpha", 1), ("Charlie", 2), ("bravo", 1)] {
        folder
            .add_message(&[
                Prop::new(PR_SUBJECT, subject),
                Prop::new(0x6001_0003, number),
            ])
            .unwrap();
    }
    folder
        .add_message(&[Prop::new(PR_SUBJECT, "echo")])
        .unwrap();
    folder
}

fn sorted(table: &Table, order: &SortOrder) -> Vec<String> {
    table.sort(order).unwrap();
    column(table, PR_SUBJECT)
}

fn restricted(table: &Table, restriction: &Restriction) -> Vec<String> {
    table.restrict(Some(restriction)).unwrap();
    let mut subjects = column(table, PR_SUBJECT);
    subjects.sort();
    subjects
}

#[test]
fn tables_show_their_required_columns() {
    let bench = Bench::new();
    let session = bench.logon();
    let root = session.root().unwrap();
    let columns = root.hierarchy().unwrap().columns(false).unwrap();
    assert!(
        HIERARCHY.iter().all(|tag| columns.contains(tag)),
        "{columns:x?}"
    );
    let rows = root.hierarchy().unwrap().all_rows().unwrap();
    assert!(
        HIERARCHY.iter().all(|tag| rows[0].value(*tag).is_some()),
        "{:?}",
        rows[0]
    );
    let columns = root.contents().unwrap().columns(false).unwrap();
    assert!(
        CONTENTS.iter().all(|tag| columns.contains(tag)),
        "{columns:x?}"
    );
    if is_writable() {
        let folder = folder_with(&session, &["x"]);
        let row = folder.contents().unwrap().all_rows().unwrap().remove(0);
        assert!(
            CONTENTS.iter().all(|tag| row.value(*tag).is_some()),
            "{row:?}"
        );
    }
    drop(root);
    bench.finish(session);
}

#[test]
fn texts_are_wide_on_request() {
    let bench = Bench::new();
    let session = bench.logon();
    let root = session.root().unwrap();
    let narrow = change_prop_type(PR_DISPLAY_NAME, PT_STRING8);
    let table = root.hierarchy_with(0).unwrap();
    assert!(table.columns(false).unwrap().contains(&narrow));
    // An explicit type is more than a flag.
    let rows = table.rows(&[PR_DISPLAY_NAME, narrow]).unwrap();
    assert!(matches!(rows[0][0].value, Value::Unicode(_)));
    assert!(matches!(rows[0][1].value, Value::String8(_)));
    drop((root, table));
    bench.finish(session);
}

#[test]
fn columns_are_chosen_by_the_client() {
    let bench = Bench::new();
    let session = bench.logon();
    let table = session.root().unwrap().hierarchy().unwrap();
    let columns = [PR_DISPLAY_NAME, PR_NULL, 0x6ABC_0003, PR_ENTRYID];
    table.set_columns(&columns).unwrap();
    assert_eq!(table.columns(false).unwrap(), columns);
    let row = table.query_rows(1, 0).unwrap().remove(0);
    assert_eq!(row.len(), 4);
    assert_eq!(row[0].tag, PR_DISPLAY_NAME);
    assert_eq!(
        row[2],
        Prop::new(change_prop_type(0x6ABC_0003, PT_ERROR), MAPI_E_NOT_FOUND)
    );
    assert_eq!(row[3].tag, PR_ENTRYID);
    assert_eq!(table.set_no_columns(), MAPI_E_INVALID_PARAMETER);
    assert_eq!(
        table.columns(false).unwrap(),
        columns,
        "a call that failed changes nothing"
    );
    assert!(table.columns(true).unwrap().len() >= HIERARCHY.len());
    drop(table);
    bench.finish(session);
}

#[test]
fn rows_are_read_in_both_directions() {
    if !claims(STORE_SORT_OK) {
        return;
    }
    let Some(bench) = Bench::writable() else {
        return;
    };
    let session = bench.logon();
    let folder = folder_with(&session, &["a", "b", "c", "d", "e"]);
    let table = folder.contents().unwrap();
    table.set_columns(&[PR_SUBJECT]).unwrap();
    table.sort(&SortOrder::ascending(&[PR_SUBJECT])).unwrap();
    let read = |count, flags| -> String {
        let rows = table.query_rows(count, flags).unwrap();
        rows.iter()
            .map(|row| row.text(PR_SUBJECT).unwrap())
            .collect()
    };
    assert_eq!(code_of(table.query_rows(0, 0)), MAPI_E_INVALID_PARAMETER);
    assert_eq!(read(2, TBL_NOADVANCE), "ab");
    assert_eq!(read(3, 0), "abc");
    assert_eq!(read(-2, 0), "bc", "the cursor ends behind the last row");
    assert_eq!(read(-2, TBL_NOADVANCE), "bc");
    assert_eq!(read(1, 0), "b");
    assert_eq!(read(-9, TBL_NOADVANCE), "ab");
    assert_eq!(read(-1, 0), "");
    assert_eq!(read(99, 0), "abcde");
    assert_eq!(read(1, 0), "", "the end is no error");
    assert_eq!(table.row_count().unwrap(), 5);
    drop((folder, table));
    bench.finish(session);
}

#[test]
fn the_cursor_moves_within_the_table() {
    let Some(bench) = Bench::writable() else {
        return;
    };
    let session = bench.logon();
    let folder = folder_with(&session, &["a", "b", "c", "d"]);
    let table = folder.contents().unwrap();
    assert_eq!(table.seek(BOOKMARK_BEGINNING, 3).unwrap(), 3);
    let position = table.position().unwrap();
    assert_eq!(
        (position.row, position.numerator * 4),
        (3, position.denominator * 3)
    );
    assert_eq!(table.seek(BOOKMARK_CURRENT, 99).unwrap(), 1);
    assert_eq!(table.seek(BOOKMARK_END, -99).unwrap(), -4);
    assert_eq!(table.seek(BOOKMARK_END, -1).unwrap(), -1);
    assert_eq!(table.position().unwrap().row, 3);
    table.seek_approximately(1, 2).unwrap();
    assert_eq!(table.position().unwrap().row, 2);
    table.seek_approximately(5, 5).unwrap();
    assert!(table.query_rows(1, 0).unwrap().is_empty());
    table.seek_approximately(0, 5).unwrap();
    assert_eq!(table.position().unwrap().row, 0);
    assert_eq!(
        code_of(table.seek_approximately(1, 0)),
        MAPI_E_INVALID_PARAMETER
    );
    assert_eq!(code_of(table.seek(12345, 0)), MAPI_E_INVALID_BOOKMARK);
    let empty = folder.hierarchy().unwrap();
    assert_ne!(empty.position().unwrap().denominator, 0);
    drop((folder, table, empty));
    bench.finish(session);
}

#[test]
fn bookmarks_mark_rows() {
    if !claims(STORE_SORT_OK) {
        return;
    }
    let Some(bench) = Bench::writable() else {
        return;
    };
    let session = bench.logon();
    let folder = folder_with(&session, &["a", "b", "c", "d"]);
    let table = folder.contents().unwrap();
    table.set_columns(&[PR_SUBJECT]).unwrap();
    table.sort(&SortOrder::ascending(&[PR_SUBJECT])).unwrap();
    table.seek(BOOKMARK_BEGINNING, 2).unwrap();
    let bookmark = table.create_bookmark().unwrap();
    table.seek(BOOKMARK_END, 0).unwrap();
    assert_eq!(table.seek(bookmark, -1).unwrap(), -1);
    assert_eq!(
        table.query_rows(1, 0).unwrap()[0].text(PR_SUBJECT),
        Some("b")
    );
    table.free_bookmark(bookmark).unwrap();
    assert_eq!(code_of(table.seek(bookmark, 0)), MAPI_E_INVALID_BOOKMARK);
    for predefined in [BOOKMARK_BEGINNING, BOOKMARK_CURRENT, BOOKMARK_END] {
        table.free_bookmark(predefined).unwrap();
    }
    let stale = table.create_bookmark().unwrap();
    table.sort(&SortOrder::descending(&[PR_SUBJECT])).unwrap();
    assert!(
        table.seek(stale, 0).is_err(),
        "sorting makes bookmarks invalid"
    );
    drop((folder, table));
    bench.finish(session);
}

#[test]
fn tables_are_sorted() {
    if !claims(STORE_SORT_OK) {
        return;
    }
    let Some(bench) = Bench::writable() else {
        return;
    };
    let session = bench.logon();
    let folder = sorting(&session);
    let table = folder.contents().unwrap();
    let up = SortOrder::ascending(&[PR_SUBJECT]);
    assert_eq!(
        sorted(&table, &up),
        ["alpha", "bravo", "Charlie", "delta", "echo"]
    );
    assert_eq!(table.sort_order().unwrap(), up);
    let down = SortOrder::descending(&[PR_SUBJECT]);
    assert_eq!(
        sorted(&table, &down),
        ["echo", "delta", "Charlie", "bravo", "alpha"]
    );
    // Rows without a value are last in both directions.
    let by_number = SortOrder::ascending(&[0x6001_0003, PR_SUBJECT]);
    assert_eq!(
        sorted(&table, &by_number),
        ["alpha", "bravo", "Charlie", "delta", "echo"]
    );
    let mut by_number = SortOrder::descending(&[0x6001_0003, PR_SUBJECT]);
    by_number.columns[1].ulOrder = TABLE_SORT_ASCEND;
    assert_eq!(
        sorted(&table, &by_number),
        ["delta", "Charlie", "alpha", "bravo", "echo"]
    );
    let categories = SortOrder {
        categories: 1,
        ..up
    };
    if claims(STORE_CATEGORIZE_OK) {
        table.set_columns(&[PR_INSTANCE_KEY]).unwrap();
        table.sort(&categories).unwrap();
        assert_eq!(table.row_count().unwrap(), 5, "a heading for each");
        let heading = table.query_rows(1, 0).unwrap();
        let key = heading[0].binary(PR_INSTANCE_KEY).unwrap();
        assert_eq!(table.expand(key, 9).unwrap().1, 1);
        assert_eq!(table.row_count().unwrap(), 6);
        assert_eq!(table.collapse(key).unwrap(), 1);
    } else {
        assert!(table.sort(&categories).is_err());
        assert_eq!(
            table.sort_order().unwrap(),
            by_number,
            "a call that failed changes nothing"
        );
    }
    drop((folder, table));
    bench.finish(session);
}

#[test]
fn tables_are_restricted() {
    if !claims(STORE_RESTRICTION_OK) {
        return;
    }
    let Some(bench) = Bench::writable() else {
        return;
    };
    let session = bench.logon();
    let folder = sorting(&session);
    let table = folder.contents().unwrap();
    let number = 0x6001_0003;
    let cases = [
        (Restriction::equals(PR_SUBJECT, "alpha"), vec!["alpha"]),
        (Restriction::equals(number, 1), vec!["alpha", "bravo"]),
        (
            Restriction::compare(RELOP_NE, number, 1),
            vec!["Charlie", "delta"],
        ),
        (
            Restriction::compare(RELOP_GE, number, 2),
            vec!["Charlie", "delta"],
        ),
        (
            Restriction::compare(RELOP_LT, number, 2),
            vec!["alpha", "bravo"],
        ),
        (Restriction::Exist(number).not(), vec!["echo"]),
        (
            Restriction::contains(PR_SUBJECT, FL_SUBSTRING | FL_IGNORECASE, "CH"),
            vec!["Charlie", "echo"],
        ),
        (
            Restriction::contains(PR_SUBJECT, FL_SUBSTRING, "ch"),
            vec!["echo"],
        ),
        (
            Restriction::contains(PR_SUBJECT, FL_PREFIX | FL_IGNORECASE, "C"),
            vec!["Charlie"],
        ),
        (
            Restriction::contains(PR_SUBJECT, FL_FULLSTRING | FL_IGNORECASE, "ECHO"),
            vec!["echo"],
        ),
        (
            Restriction::contains(PR_SUBJECT, FL_FULLSTRING, "ech"),
            vec![],
        ),
        (
            Restriction::Bits {
                relation: BMR_NEZ,
                tag: number,
                mask: 2,
            },
            vec!["Charlie", "delta"],
        ),
        (
            Restriction::Bits {
                relation: BMR_EQZ,
                tag: number,
                mask: 2,
            },
            vec!["alpha", "bravo"],
        ),
        (
            Restriction::And(vec![
                Restriction::equals(number, 1),
                Restriction::contains(PR_SUBJECT, FL_PREFIX, "b"),
            ]),
            vec!["bravo"],
        ),
        (
            Restriction::Or(vec![
                Restriction::equals(number, 3),
                Restriction::equals(PR_SUBJECT, "echo"),
            ]),
            vec!["delta", "echo"],
        ),
        (
            Restriction::Comment {
                props: vec![Prop::new(PR_COMMENT, "of no account")],
                inner: Box::new(Restriction::equals(number, 3)),
            },
            vec!["delta"],
        ),
        (
            Restriction::Compare {
                relation: RELOP_EQ,
                left: PR_SUBJECT,
                right: PR_NORMALIZED_SUBJECT,
            },
            vec!["Charlie", "alpha", "bravo", "delta", "echo"],
        ),
    ];
    for (restriction, expected) in cases {
        assert_eq!(
            restricted(&table, &restriction),
            expected,
            "{restriction:?}"
        );
        assert_eq!(table.row_count().unwrap() as usize, expected.len());
    }
    table.restrict(None).unwrap();
    assert_eq!(table.row_count().unwrap(), 5);
    drop((folder, table));
    bench.finish(session);
}

#[test]
fn what_cannot_be_restricted_changes_nothing() {
    if !claims(STORE_RESTRICTION_OK) {
        return;
    }
    let Some(bench) = Bench::writable() else {
        return;
    };
    let session = bench.logon();
    let folder = sorting(&session);
    let table = folder.contents().unwrap();
    table
        .restrict(Some(&Restriction::equals(PR_SUBJECT, "alpha")))
        .unwrap();
    let rows = table.row_count().unwrap();
    let wrong_type = Restriction::Property {
        relation: RELOP_EQ,
        tag: PR_SUBJECT,
        prop: Prop::new(PR_MESSAGE_FLAGS, 1),
    };
    assert_eq!(
        code_of(table.restrict(Some(&wrong_type))),
        MAPI_E_TOO_COMPLEX
    );
    let limited = Restriction::Count {
        count: 1,
        inner: Box::new(Restriction::Exist(PR_SUBJECT)),
    };
    table.restrict(Some(&limited)).unwrap();
    assert_eq!(table.row_count().unwrap(), 1);
    let nested = Restriction::Not(Box::new(limited));
    assert_eq!(code_of(table.restrict(Some(&nested))), MAPI_E_TOO_COMPLEX);
    // A tree that is too deep for anybody's stack.
    let mut deep = Restriction::Exist(PR_SUBJECT);
    for _ in 0..2000 {
        deep = deep.not();
    }
    let outcome = table.restrict(Some(&deep));
    assert!(outcome.is_ok() || code_of(outcome) == MAPI_E_TOO_COMPLEX);
    // The last view that could be made is the one that is there.
    assert!(table.restrict(Some(&nested)).is_err());
    assert!(table.row_count().unwrap() >= rows);
    drop((folder, table));
    bench.finish(session);
}

#[test]
fn restrictions_look_at_recipients_and_lists() {
    if !claims(STORE_RESTRICTION_OK) {
        return;
    }
    let Some(bench) = Bench::writable() else {
        return;
    };
    let session = bench.logon();
    let folder = playground(&session);
    let keywords = session
        .store()
        .named(&Name::string(PS_PUBLIC_STRINGS, "Keywords"), PT_MV_UNICODE)
        .unwrap();
    for (subject, name, words) in [
        ("one", "Ann", ["red", "blue"]),
        ("two", "Bob", ["green", "blue"]),
    ] {
        let message = folder.create_message().unwrap();
        message
            .set(&[Prop::new(PR_SUBJECT, subject), Prop::new(keywords, words)])
            .unwrap();
        message
            .add_recipient(MAPI_TO, name, "somebody@example.com")
            .unwrap();
        message.save(0).unwrap();
    }
    let table = folder.contents().unwrap();
    let to_ann = Restriction::Sub {
        object: PR_MESSAGE_RECIPIENTS,
        inner: Box::new(Restriction::contains(PR_DISPLAY_NAME, FL_PREFIX, "Ann")),
    };
    assert_eq!(restricted(&table, &to_ann), ["one"]);
    // Outlook's categories: a list compared with one value.
    let category = |word: &str| Restriction::Property {
        relation: RELOP_EQ,
        tag: keywords,
        prop: Prop::new(change_prop_type(keywords, PT_UNICODE), word),
    };
    assert_eq!(restricted(&table, &category("green")), ["two"]);
    assert_eq!(restricted(&table, &category("blue")), ["one", "two"]);
    drop((folder, table));
    bench.finish(session);
}

#[test]
fn rows_are_found_by_their_instance_keys() {
    let bench = Bench::new();
    let session = bench.logon();
    let mut tables = vec![
        session.root().unwrap().deep_hierarchy().unwrap(),
        session.store().receive_folder_table().unwrap(),
    ];
    if is_writable() {
        let folder = folder_with(&session, &["a", "b", "c"]);
        let message = folder.create_message().unwrap();
        message
            .add_recipient(MAPI_TO, "Ann", "ann@example.com")
            .unwrap();
        message
            .add_recipient(MAPI_TO, "Bob", "bob@example.com")
            .unwrap();
        if claims(STORE_ATTACH_OK) {
            message.attach("file.txt", b"x").unwrap();
        }
        message.save(KEEP_OPEN_READWRITE).unwrap();
        tables.push(folder.contents().unwrap());
        tables.push(message.recipient_table().unwrap());
        if claims(STORE_ATTACH_OK) {
            tables.push(message.attachment_table().unwrap());
        }
    }
    for table in &tables {
        let rows = table.rows(&[PR_INSTANCE_KEY]).unwrap();
        assert!(!rows.is_empty());
        let mut keys: Vec<&[u8]> = rows
            .iter()
            .map(|row| row.binary(PR_INSTANCE_KEY).unwrap())
            .collect();
        for (index, key) in keys.iter().enumerate() {
            let by_key = Restriction::equals(PR_INSTANCE_KEY, *key);
            table.find(&by_key, BOOKMARK_BEGINNING, 0).unwrap();
            assert_eq!(table.position().unwrap().row as usize, index);
            table.find(&by_key, BOOKMARK_END, DIR_BACKWARD).unwrap();
            assert_eq!(table.position().unwrap().row as usize, index);
            assert_eq!(
                table.query_rows(1, 0).unwrap()[0].binary(PR_INSTANCE_KEY),
                Some(*key)
            );
        }
        let nobody = Restriction::equals(PR_INSTANCE_KEY, b"no such key");
        assert_eq!(
            code_of(table.find(&nobody, BOOKMARK_BEGINNING, 0)),
            MAPI_E_NOT_FOUND
        );
        keys.sort_unstable();
        keys.dedup();
        assert_eq!(keys.len(), rows.len(), "instance keys are unique");
    }
    drop(tables);
    bench.finish(session);
}

#[test]
fn rows_are_found_by_what_a_user_types() {
    if !claims(STORE_SORT_OK) {
        return;
    }
    let Some(bench) = Bench::writable() else {
        return;
    };
    let session = bench.logon();
    let folder = sorting(&session);
    let table = folder.contents().unwrap();
    table.set_columns(&[PR_SUBJECT]).unwrap();
    table.sort(&SortOrder::ascending(&[PR_SUBJECT])).unwrap();
    let typed = Restriction::compare(RELOP_GE, PR_SUBJECT, "c");
    table.find(&typed, BOOKMARK_BEGINNING, 0).unwrap();
    assert_eq!(
        table.query_rows(1, 0).unwrap()[0].text(PR_SUBJECT),
        Some("Charlie")
    );
    table.find(&typed, BOOKMARK_CURRENT, 0).unwrap();
    assert_eq!(
        table.query_rows(1, 0).unwrap()[0].text(PR_SUBJECT),
        Some("delta")
    );
    drop((folder, table));
    bench.finish(session);
}

#[test]
fn tables_of_one_folder_are_independent() {
    let Some(bench) = Bench::writable() else {
        return;
    };
    let session = bench.logon();
    let folder = folder_with(&session, &["a", "b", "c"]);
    let (one, two) = (folder.contents().unwrap(), folder.contents().unwrap());
    one.set_columns(&[PR_SUBJECT]).unwrap();
    one.seek(BOOKMARK_BEGINNING, 2).unwrap();
    if claims(STORE_RESTRICTION_OK) {
        one.restrict(Some(&Restriction::equals(PR_SUBJECT, "a")))
            .unwrap();
    }
    assert_eq!(two.position().unwrap().row, 0);
    assert_eq!(two.row_count().unwrap(), 3);
    assert_ne!(two.columns(false).unwrap(), [PR_SUBJECT]);
    drop((folder, one, two));
    bench.finish(session);
}

#[test]
fn open_tables_follow_changes() {
    if !claims(STORE_SORT_OK) {
        return;
    }
    let Some(bench) = Bench::writable() else {
        return;
    };
    let session = bench.logon();
    let folder = folder_with(&session, &["a", "b", "c"]);
    let table = folder.contents().unwrap();
    table.set_columns(&[PR_SUBJECT]).unwrap();
    table.sort(&SortOrder::ascending(&[PR_SUBJECT])).unwrap();
    assert_eq!(
        table.query_rows(1, 0).unwrap()[0].text(PR_SUBJECT),
        Some("a")
    );
    folder.add_message(&[Prop::new(PR_SUBJECT, "d")]).unwrap();
    let b = session.find_message(&folder, "b").unwrap().unwrap();
    assert_eq!(folder.delete_messages(&[&b], 0).unwrap(), S_OK);
    assert_eq!(table.row_count().unwrap(), 3);
    let rest: Vec<String> = table
        .query_rows(9, 0)
        .unwrap()
        .iter()
        .map(|row| row.text(PR_SUBJECT).unwrap().to_string())
        .collect();
    assert_eq!(rest, ["c", "d"]);
    let (status, kind) = table.status().unwrap();
    assert_eq!(status, TBLSTAT_COMPLETE);
    assert!([TBLTYPE_DYNAMIC, TBLTYPE_KEYSET].contains(&kind));
    drop((folder, table));
    bench.finish(session);
}

#[test]
fn rows_say_the_same_as_objects() {
    let Some(bench) = Bench::writable() else {
        return;
    };
    let session = bench.logon();
    let folder = playground(&session);
    let message = folder.create_message().unwrap();
    message
        .set(&[
            Prop::new(PR_SUBJECT, "RE: same"),
            Prop::new(PR_BODY, "body"),
        ])
        .unwrap();
    message
        .add_recipient(MAPI_TO, "Ann", "ann@example.com")
        .unwrap();
    message.save(KEEP_OPEN_READWRITE).unwrap();
    let columns: Vec<u32> = CONTENTS
        .into_iter()
        .filter(|tag| ![PR_INSTANCE_KEY, PR_MSG_STATUS].contains(tag))
        .chain([
            PR_SUBJECT,
            PR_NORMALIZED_SUBJECT,
            PR_CREATION_TIME,
            PR_SEARCH_KEY,
            PR_CONVERSATION_TOPIC,
        ])
        .collect();
    let row = folder.contents().unwrap().rows(&columns).unwrap().remove(0);
    assert_eq!(
        row,
        session
            .open_message(&message.entry_id().unwrap())
            .unwrap()
            .get(&columns)
            .unwrap()
    );
    drop((folder, message));
    bench.finish(session);
}

#[test]
fn reading_rows_survives_any_lack_of_memory() {
    let bench = Bench::new();
    let session = bench.logon();
    let table = session.root().unwrap().deep_hierarchy().unwrap();
    for n in 1..200 {
        let blocks = bench.host.memory().live_blocks().len();
        bench.host.memory().fail_request(n);
        let outcome = table.rows(&[PR_DISPLAY_NAME, PR_ENTRYID, PR_CONTENT_COUNT]);
        let reached = bench.host.memory().stop_failing();
        assert_eq!(
            bench.host.memory().live_blocks().len(),
            blocks,
            "request {n}"
        );
        match outcome {
            Ok(rows) => assert!(!rows.is_empty()),
            Err(failure) => assert_eq!(failure.code, MAPI_E_NOT_ENOUGH_MEMORY, "request {n}"),
        }
        if !reached {
            break;
        }
    }
    drop(table);
    bench.finish(session);
}
