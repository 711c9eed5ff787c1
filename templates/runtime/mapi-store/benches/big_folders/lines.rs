//! The lines of the table for one size of store.

use std::hint::black_box;
use std::time::{Duration, Instant};

use mapi_abi::*;
use mapi_host::{Folder, Restriction, Session, SortOrder, Table};

use crate::mailbox::{self, Client};
use crate::memory::Plain;
use crate::raw;
use crate::report::{Goal, Report};

/// The first rows of the folder as it is opened.
pub const FIRST_ROWS: &str = "open folder, first 50 rows by delivery";

/// Rows of a page.
const PAGE: i32 = 50;

/// Outlook's usual columns.
pub const COLUMNS: [u32; 12] = [
    PR_ENTRYID,
    PR_MESSAGE_CLASS,
    PR_MESSAGE_FLAGS,
    PR_SUBJECT,
    PR_SENT_REPRESENTING_NAME,
    PR_DISPLAY_TO,
    PR_MESSAGE_DELIVERY_TIME,
    PR_MESSAGE_SIZE,
    PR_IMPORTANCE,
    PR_ICON_INDEX,
    PR_FLAG_STATUS,
    PR_HASATTACH,
];

const BY_DELIVERY: &str = "ORDER BY m.delivered DESC NULLS LAST, m.id DESC";

/// Reads a page with plain memory functions and frees it; answers how many rows there were.
pub fn page(table: &Table, count: i32) -> usize {
    let plain = Plain::begin();
    let mut rows = std::ptr::null_mut();
    // SAFETY: `rows` is a place for the result.
    let code = unsafe { table.raw().QueryRows(count, 0, &mut rows) };
    assert_eq!(code, S_OK, "rows can be read");
    // SAFETY: the call succeeded while the plain heap served, and the set is ours.
    unsafe { plain.free_rows(black_box(rows)) }
}

/// A table of the folder with the usual columns, by delivery, newest first.
pub fn by_delivery(folder: &Folder) -> Table {
    let table = folder.contents().expect("the table opens");
    table.set_columns(&COLUMNS).expect("the columns can be set");
    sort(&table, PR_MESSAGE_DELIVERY_TIME, true);
    table
}

pub fn sort(table: &Table, tag: u32, descending: bool) {
    let order = if descending {
        SortOrder::descending(&[tag])
    } else {
        SortOrder::ascending(&[tag])
    };
    table.sort(&order).expect("the table can be sorted");
}

/// Lets somebody else change the folder, so that what the store has found out about it before does not hold.
fn forget(size: usize, folder: i64) {
    mailbox::connect(size)
        .execute("UPDATE folder SET stamp = stamp + 1 WHERE id = ?", [folder])
        .expect("the file can be written");
}

fn expect_rows(rows: usize) {
    assert!(rows > 0, "there are rows");
}

pub fn measure(size: usize, report: &mut Report) {
    let client = Client::new(size);
    first_jumps(size, &client, report);

    let session = client.logon();
    let inbox = session.inbox().expect("there is an inbox");
    let entry_id = inbox.entry_id().expect("the folder has an entry id");
    let key = entry_id[24..40].to_vec();
    let connection = mailbox::connect(size);
    let folder = raw::folder(&connection, &key);
    let page_sql = format!("{BY_DELIVERY} LIMIT 50");

    report.pair(
        FIRST_ROWS,
        size,
        Goal::Ratio(2.0),
        || {
            let folder = session.open_folder(&entry_id).expect("the folder opens");
            expect_rows(page(&by_delivery(&folder), PAGE));
        },
        || {
            let folder = raw::folder(&connection, &key);
            expect_rows(raw::rows(&connection, &page_sql, [folder]).len());
        },
    );

    if std::env::var_os("BIG_FOLDERS_PARTS").is_some() {
        parts(size, &session, &entry_id, report);
    }

    let rows = size.min(100_000);
    let table = by_delivery(&inbox);
    report.pair(
        &format!("page through {rows} rows, 50 a call"),
        size,
        Goal::Ratio(3.0),
        || {
            table.seek(BOOKMARK_BEGINNING, 0).expect("seek");
            let mut seen = 0;
            while seen < rows {
                seen += page(&table, PAGE);
            }
        },
        || {
            let sql = format!("{BY_DELIVERY} LIMIT ?");
            assert_eq!(raw::step(&connection, &sql, (folder, rows as i64)), rows);
        },
    );

    jumps(size, &table, &connection, folder, report);
    orders(size, &session, &inbox, &connection, folder, report);
    restrictions(size, &inbox, &connection, folder, report);
    find(size, &inbox, &connection, folder, report);
}

/// Where the time of opening a folder goes.
fn parts(size: usize, session: &Session, entry_id: &[u8], report: &mut Report) {
    let folder = session.open_folder(entry_id).expect("the folder opens");
    let table = by_delivery(&folder);
    let mut one = |name: &str, work: &mut dyn FnMut()| {
        report.pair(&format!("part: {name}"), size, Goal::None, work, || {});
    };
    one("OpenEntry", &mut || {
        black_box(session.open_folder(entry_id).expect("the folder opens"));
    });
    one("GetContentsTable", &mut || {
        black_box(folder.contents().expect("the table opens"));
    });
    one("SetColumns", &mut || {
        table.set_columns(&COLUMNS).expect("the columns can be set");
    });
    one("SortTable", &mut || {
        sort(&table, PR_MESSAGE_DELIVERY_TIME, true)
    });
    one("SeekRow", &mut || {
        table.seek(BOOKMARK_BEGINNING, 0).expect("seek");
    });
    one("SeekRow and QueryRows", &mut || {
        table.seek(BOOKMARK_BEGINNING, 0).expect("seek");
        expect_rows(page(&table, PAGE));
    });
    one("QueryRows of one row, twice", &mut || {
        table.seek(BOOKMARK_BEGINNING, 0).expect("seek");
        expect_rows(page(&table, 1));
        expect_rows(page(&table, 1));
    });
}

/// The first calls after the store was opened: nothing is known of the folder yet.
fn first_jumps(size: usize, client: &Client, report: &mut Report) {
    let name = "first SeekRow to the middle, store just opened";
    if !report.wants(name) {
        return;
    }
    let five = Goal::Time(Duration::from_millis(5));
    let mut times: [Vec<Duration>; 3] = Default::default();
    for _ in 0..5 {
        let session = client.logon();
        let table = by_delivery(&session.inbox().expect("there is an inbox"));
        let start = Instant::now();
        table
            .seek(BOOKMARK_BEGINNING, (size / 2) as i32)
            .expect("seek");
        times[0].push(start.elapsed());
        let start = Instant::now();
        table.position().expect("position");
        times[1].push(start.elapsed());
        drop(table);
        session.logoff().expect("log off");

        let session = client.logon();
        let table = by_delivery(&session.inbox().expect("there is an inbox"));
        let start = Instant::now();
        table.seek_approximately(2, 3).expect("seek");
        times[2].push(start.elapsed());
        drop(table);
        session.logoff().expect("log off");
    }
    let [middle, position, approximately] = times;
    report.once(name, size, five, middle, None);
    report.once("QueryPosition after that", size, five, position, None);
    let name = "first SeekRowApprox, store just opened";
    report.once(name, size, five, approximately, None);
}

/// Moving within the table.
fn jumps(
    size: usize,
    table: &Table,
    connection: &rusqlite::Connection,
    folder: i64,
    report: &mut Report,
) {
    let five = Goal::Time(Duration::from_millis(5));
    let sql = format!("{BY_DELIVERY} LIMIT 1 OFFSET ?");
    let raw_row = |position: usize| {
        black_box(raw::number(
            connection,
            "m.id",
            &sql,
            (folder, position as i64),
        ));
    };
    let mut step = 0;
    report.pair(
        "SeekRow around the middle",
        size,
        five,
        || {
            step = (step + 997) % (size / 4);
            let target = size / 2 + step - size / 8;
            let sought = table.seek(BOOKMARK_BEGINNING, target as i32);
            assert_eq!(sought.expect("seek"), target as i32);
        },
        || raw_row(size / 2),
    );
    let mut part = 0;
    report.pair(
        "SeekRowApprox",
        size,
        five,
        || {
            part = (part + 37) % 100;
            table.seek_approximately(part, 100).expect("seek");
        },
        || raw_row(size / 2),
    );
    report.pair(
        "GetRowCount",
        size,
        five,
        || assert_eq!(table.row_count().expect("count") as usize, size),
        || {
            let count = raw::number(connection, "count(*)", "", [folder]);
            assert_eq!(count as usize, size);
        },
    );
    report.pair(
        "QueryPosition",
        size,
        five,
        || {
            black_box(table.position().expect("position"));
        },
        || {
            let rest = "AND m.delivered > (SELECT max(delivered) / 2 FROM message)";
            black_box(raw::number(connection, "count(*)", rest, [folder]));
        },
    );
}

/// Sorting and the first rows.
fn orders(
    size: usize,
    session: &Session,
    inbox: &Folder,
    connection: &rusqlite::Connection,
    folder: i64,
    report: &mut Report,
) {
    let named = mailbox::indexed_tag(session);
    let table = by_delivery(inbox);
    let sorted = |tag: u32| {
        let table = &table;
        move || {
            sort(table, tag, false);
            expect_rows(page(table, PAGE));
        }
    };
    report.pair(
        "SortTable by subject, first 50 rows",
        size,
        Goal::Ratio(2.0),
        sorted(PR_SUBJECT),
        || {
            let rest = "ORDER BY m.subject_key NULLS LAST, m.id LIMIT 50";
            expect_rows(raw::rows(connection, rest, [folder]).len());
        },
    );
    report.pair(
        "SortTable by an indexed named property, first 50 rows",
        size,
        Goal::Ratio(2.0),
        sorted(named),
        || {
            let rows = raw::rows_by_named(connection, (named >> 16) as u16, folder);
            expect_rows(rows.len());
        },
    );
    report.pair_after(
        "SortTable by an unindexed property, first 50 rows",
        size,
        Goal::Ratio(2.0),
        || forget(size, folder),
        || {
            let table = by_delivery(inbox);
            sort(&table, PR_CREATION_TIME, false);
            expect_rows(page(&table, PAGE));
        },
        || {
            let rest = "ORDER BY m.created NULLS LAST, m.id LIMIT 50";
            expect_rows(raw::rows(connection, rest, [folder]).len());
        },
    );
}

/// Restricting, then the first rows, and the number of rows.
fn restrictions(
    size: usize,
    inbox: &Folder,
    connection: &rusqlite::Connection,
    folder: i64,
    report: &mut Report,
) {
    let sender = mailbox::sender(7);
    let sender_key = sender.to_lowercase();
    // With an order that the planner cannot take for the better index: the sender leads to few rows.
    let sorted_here = "ORDER BY +m.delivered DESC NULLS LAST, +m.id DESC";
    let cases = [
        (
            "unread",
            Restriction::Bits {
                relation: BMR_EQZ,
                tag: PR_MESSAGE_FLAGS,
                mask: MSGFLAG_READ,
            },
            "AND (m.flags & 1) = 0 AND ? <> ''",
            "-",
            BY_DELIVERY,
        ),
        (
            "subject contains",
            Restriction::contains(PR_SUBJECT, FL_SUBSTRING | FL_IGNORECASE, "quarterly"),
            "AND instr(m.subject_key, ?) > 0",
            "quarterly",
            BY_DELIVERY,
        ),
        (
            "from equals",
            Restriction::equals(PR_SENT_REPRESENTING_NAME, sender.as_str()),
            "AND m.represented_key = ?",
            sender_key.as_str(),
            sorted_here,
        ),
    ];
    for (name, restriction, condition, value, order) in &cases {
        let table = by_delivery(inbox);
        report.pair_after(
            &format!("Restrict: {name}, first 50 rows"),
            size,
            Goal::Ratio(2.0),
            || forget(size, folder),
            || {
                table.restrict(Some(restriction)).expect("restrict");
                expect_rows(page(&table, PAGE));
            },
            || {
                let sql = format!("{condition} {order} LIMIT 50");
                expect_rows(raw::rows(connection, &sql, (folder, value)).len());
            },
        );
        report.pair_after(
            &format!("Restrict: {name}, GetRowCount"),
            size,
            Goal::Ratio(2.0),
            || forget(size, folder),
            || {
                table.restrict(Some(restriction)).expect("restrict");
                assert!(table.row_count().expect("count") > 0);
            },
            || {
                let count = raw::number(connection, "count(*)", condition, (folder, value));
                assert!(count > 0);
            },
        );
    }
}

/// Finding a row by the beginning of its subject, in a table by subject.
fn find(
    size: usize,
    inbox: &Folder,
    connection: &rusqlite::Connection,
    folder: i64,
    report: &mut Report,
) {
    let table = by_delivery(inbox);
    sort(&table, PR_SUBJECT, false);
    let wanted = Restriction::contains(PR_SUBJECT, FL_PREFIX | FL_IGNORECASE, "re: project");
    let condition = "AND m.subject_key >= ? AND m.subject_key < ? ORDER BY m.subject_key, m.id";
    let range = (folder, "re: project", "re: projecu");
    report.pair(
        "FindRow by prefix of the subject",
        size,
        Goal::Ratio(2.0),
        || table.find(&wanted, BOOKMARK_BEGINNING, 0).expect("find"),
        || {
            let rest = format!("{condition} LIMIT 1");
            black_box(raw::number(connection, "m.id", &rest, range));
        },
    );
    report.pair(
        "FindRow by prefix, and 50 rows from there",
        size,
        Goal::Ratio(2.0),
        || {
            table.find(&wanted, BOOKMARK_BEGINNING, 0).expect("find");
            expect_rows(page(&table, PAGE));
        },
        || {
            let rest = "AND m.subject_key >= ? ORDER BY m.subject_key, m.id LIMIT 50";
            expect_rows(raw::rows(connection, rest, (folder, "re: project")).len());
        },
    );
}
