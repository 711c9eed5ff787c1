//! The same work by somebody who writes the SQL for it: rows of twelve columns in owned values.

use rusqlite::{Connection, Params, Row};

/// What our columns show, as the file has it.
const COLUMNS: &str =
    "m.key, m.class, m.flags, m.subject, m.represented, m.display_to, m.delivered, m.size,
    m.importance, m.icon, m.flag_status";

/// The messages of the folder, as `m`.
const MESSAGES: &str = "FROM message AS m WHERE m.folder = ? AND m.associated = 0";

/// A row as a program would keep it; the paper clip is one of the flags.
#[allow(
    dead_code,
    reason = "the fields are what is measured, nobody reads them"
)]
pub struct RawRow {
    key: Vec<u8>,
    class: Option<String>,
    flags: i64,
    subject: Option<String>,
    represented: Option<String>,
    display_to: Option<String>,
    delivered: Option<i64>,
    size: i64,
    importance: Option<i64>,
    icon: Option<i64>,
    flag_status: Option<i64>,
    has_attachments: bool,
}

fn read(row: &Row<'_>) -> rusqlite::Result<RawRow> {
    let flags = row.get(2)?;
    Ok(RawRow {
        key: row.get(0)?,
        class: row.get(1)?,
        flags,
        subject: row.get(3)?,
        represented: row.get(4)?,
        display_to: row.get(5)?,
        delivered: row.get(6)?,
        size: row.get(7)?,
        importance: row.get(8)?,
        icon: row.get(9)?,
        flag_status: row.get(10)?,
        has_attachments: flags & 0x10 != 0,
    })
}

/// The number of the inbox.
pub fn folder(connection: &Connection, key: &[u8]) -> i64 {
    connection
        .prepare_cached("SELECT id FROM folder WHERE key = ?")
        .and_then(|mut statement| statement.query_row([key], |row| row.get(0)))
        .expect("the folder is there")
}

/// The rows of a query that goes on behind the messages of the folder.
pub fn rows(connection: &Connection, rest: &str, parameters: impl Params) -> Vec<RawRow> {
    let sql = format!("SELECT {COLUMNS} {MESSAGES} {rest}");
    let mut statement = connection.prepare_cached(&sql).expect("the SQL is right");
    statement
        .query_map(parameters, read)
        .and_then(Iterator::collect)
        .expect("the file can be read")
}

/// Steps through the rows of a query and keeps none; answers how many there were.
pub fn step(connection: &Connection, rest: &str, parameters: impl Params) -> usize {
    let sql = format!("SELECT {COLUMNS} {MESSAGES} {rest}");
    let mut statement = connection.prepare_cached(&sql).expect("the SQL is right");
    let rows = statement
        .query_map(parameters, read)
        .expect("the file can be read");
    rows.fold(0, |count, row| {
        std::hint::black_box(row.expect("the file can be read"));
        count + 1
    })
}

/// The rows in the order of an indexed named property.
pub fn rows_by_named(connection: &Connection, property: u16, folder: i64) -> Vec<RawRow> {
    let sql = format!(
        "SELECT {COLUMNS} FROM indexed_value AS v CROSS JOIN message AS m ON m.id = v.message
         WHERE v.property = ? AND v.folder = ? AND v.associated = 0 AND v.value IS NOT NULL
         ORDER BY v.value, v.message LIMIT 50"
    );
    let mut statement = connection.prepare_cached(&sql).expect("the SQL is right");
    statement
        .query_map((property, folder), read)
        .and_then(Iterator::collect)
        .expect("the file can be read")
}

/// One number of the messages of the folder.
pub fn number(
    connection: &Connection,
    selection: &str,
    rest: &str,
    parameters: impl Params,
) -> i64 {
    let sql = format!("SELECT {selection} {MESSAGES} {rest}");
    connection
        .prepare_cached(&sql)
        .and_then(|mut statement| statement.query_row(parameters, |row| row.get(0)))
        .expect("there is such a row")
}
