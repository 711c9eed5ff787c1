//! Where the rows of big folders are: each order that an index keeps, cut into runs of counted rows.
//!
//! An index of SQLite finds a key in no time but cannot tell how many rows stand before it, nor which one is the
//! five hundred thousandth. For folders of [`BIG`] messages and more the file therefore has, for each order, the places
//! where runs of at most [`LONGEST`] rows begin, and how many rows each of them has. Triggers keep the numbers true in
//! the transaction that adds, moves, changes or deletes a message, whoever makes it; [`balance`] divides runs that have
//! grown too long before the commit. A position is then a sum of numbers and a short walk, also right after the store
//! was opened and right after another process wrote.
//!
//! A run begins *behind* a place: (key, message) of the last row before it at the time of the division. That row may
//! be gone since; the place remains one. The first run of an order begins behind [`LOWEST`] and message 0. Rows without
//! a key are runs of their own, as they come last in both directions.

use std::fmt::Write;

use rusqlite::types::Value as Sql;
use rusqlite::{Connection, params};

use super::walk::{Order, Place, Walk};
use crate::store::error::StoreError;
use crate::store::folder::{FolderKind, kind_code};
use crate::store::hot;
use crate::store::names::PropertyId;

/// Messages from which on a folder has runs: fewer are walked in no time.
const BIG: i64 = 2048;

/// Rows from which on a run is divided.
const LONGEST: i64 = 1024;

/// Rows of a new run.
const WANTED: i64 = 512;

/// Below every key: numbers come before texts, and texts before bytes.
const LOWEST: i64 = i64::MIN;

/// What stands for the natural order.
const NATURAL: PropertyId = 0;

/// The runs that are too long or have nothing left, in the words of the index on them.
fn unbalanced() -> String {
    format!("(count > {LONGEST} OR (count = 0 AND message <> 0))")
}

/// An order by a column: the property and the column.
fn columns() -> impl Iterator<Item = (PropertyId, &'static str)> {
    let sorted = hot::HOT.iter().chain([&hot::SIZE]);
    sorted
        .filter(|hot| hot.indexed)
        .filter_map(|hot| hot.order.map(|order| (hot.tag.id(), order)))
}

/// The table of runs, and the triggers that count.
pub(in crate::store) fn schema() -> String {
    let unbalanced = unbalanced();
    let mut sql = format!(
        "CREATE TABLE run (
             folder INTEGER NOT NULL REFERENCES folder (id) ON DELETE CASCADE,
             associated INTEGER NOT NULL,
             sorted_by INTEGER NOT NULL,
             keyless INTEGER NOT NULL,
             key NOT NULL,
             message INTEGER NOT NULL,
             count INTEGER NOT NULL,
             PRIMARY KEY (folder, associated, sorted_by, keyless, key, message)
         ) WITHOUT ROWID;
         CREATE INDEX run_unbalanced ON run (folder) WHERE {unbalanced};\n"
    );
    let has_runs = |row: &str| {
        format!(
            "EXISTS (SELECT 1 FROM run WHERE folder = {row}.folder AND associated = {row}.associated)"
        )
    };
    let mut arrive = String::new();
    let mut leave = String::new();
    let mut change = String::new();
    let place_changed = "(old.folder <> new.folder OR old.associated <> new.associated)";
    let natural = (
        i64::from(NATURAL).to_string(),
        "1".to_owned(),
        LOWEST.to_string(),
    );
    let mut count = |(sorted_by, keyless, key): &(String, String, String), column: Option<&str>| {
        let fill = |text: &str, row: &str| text.replace("row.", &format!("{row}."));
        let step = |row: &str, number: &str, when: &str| {
            step(
                row,
                sorted_by,
                (&fill(keyless, row), &fill(key, row), "id"),
                number,
                when,
            )
        };
        arrive.push_str(&step("new", "+ 1", ""));
        leave.push_str(&step("old", "- 1", ""));
        let moved = column.map_or_else(
            || format!("{place_changed} AND "),
            |column| format!("({place_changed} OR old.{column} IS NOT new.{column}) AND "),
        );
        change.push_str(&step("old", "- 1", &moved));
        change.push_str(&step("new", "+ 1", &moved));
    };
    count(&natural, None);
    let mut watched = "folder, associated".to_owned();
    for (property, column) in columns() {
        let keyless = format!("(row.{column} IS NULL)");
        let key = format!("ifnull(row.{column}, {LOWEST})");
        count(&(property.to_string(), keyless, key), Some(column));
        // A String takes whatever is written to it.
        let _ = write!(watched, ", {column}");
    }
    let (new, old) = (has_runs("new"), has_runs("old"));
    let _ = write!(
        sql,
        "CREATE TRIGGER message_arrives AFTER INSERT ON message WHEN {new} BEGIN {arrive} END;
         CREATE TRIGGER message_leaves AFTER DELETE ON message WHEN {old} BEGIN {leave} END;
         CREATE TRIGGER message_changes AFTER UPDATE OF {watched} ON message WHEN {old} OR {new}
             BEGIN {change} END;\n"
    );
    let named = |row: &str, number: &str| {
        step(
            row,
            &format!("{row}.property"),
            (
                &format!("({row}.value IS NULL)"),
                &format!("ifnull({row}.value, {LOWEST})"),
                "message",
            ),
            number,
            "",
        )
    };
    let (arrive, leave) = (named("new", "+ 1"), named("old", "- 1"));
    let _ = write!(
        sql,
        "CREATE TRIGGER value_arrives AFTER INSERT ON indexed_value WHEN {new} BEGIN {arrive} END;
         CREATE TRIGGER value_leaves AFTER DELETE ON indexed_value WHEN {old} BEGIN {leave} END;
         CREATE TRIGGER value_changes AFTER UPDATE ON indexed_value WHEN {old} OR {new}
             BEGIN {leave} {arrive} END;\n"
    );
    sql
}

/// A statement of a trigger: the run that a row belongs to has one more, or one less.
fn step(
    row: &str,
    sorted_by: &str,
    (keyless, key, message): (&str, &str, &str),
    number: &str,
    when: &str,
) -> String {
    const PLACE: &str = "folder, associated, sorted_by, keyless, key, message";
    format!(
        "UPDATE run SET count = count {number} WHERE {when}({PLACE}) = (
             SELECT {PLACE} FROM run
             WHERE folder = {row}.folder AND associated = {row}.associated AND sorted_by = {sorted_by}
                 AND keyless = {keyless} AND (key, message) < ({key}, {row}.{message})
             ORDER BY key DESC, message DESC LIMIT 1);\n"
    )
}

/// Gives a folder runs once it is big. To be called before a commit, as [`balance`].
pub(in crate::store) fn begin(
    connection: &Connection,
    folder_row: i64,
    indexed: &[PropertyId],
) -> Result<(), StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT content >= ?2, associated >= ?2, EXISTS (SELECT 1 FROM run WHERE folder = ?1 AND associated = 0),
             EXISTS (SELECT 1 FROM run WHERE folder = ?1 AND associated = 1)
         FROM folder WHERE id = ?1 AND kind <> ?3",
    )?;
    // A search folder has no messages of its own.
    let search = kind_code(FolderKind::Search);
    let mut rows = statement.query([folder_row, BIG, search])?;
    let Some(row) = rows.next()? else {
        return Ok(());
    };
    for (associated, big, has_runs) in [(false, 0, 2), (true, 1, 3)] {
        if !row.get::<_, bool>(big)? || row.get(has_runs)? {
            continue;
        }
        let mut selection = "count(*), 0".to_owned();
        for (_, column) in columns() {
            let _ = write!(selection, ", count({column})");
        }
        let mut statement = connection.prepare(&format!(
            "SELECT {selection} FROM message WHERE folder = ?1 AND associated = ?2"
        ))?;
        let mut counts = statement.query(params![folder_row, associated])?;
        let Some(counts) = counts.next()? else {
            continue;
        };
        let all: i64 = counts.get(0)?;
        let orders = [NATURAL].into_iter().chain(columns().map(|(id, _)| id));
        for (index, sorted_by) in orders.enumerate() {
            let keyed = counts.get(index + 1)?;
            begin_order(connection, (folder_row, associated), sorted_by, keyed, all)?;
        }
        for property in indexed {
            begin_named(connection, (folder_row, associated), *property)?;
        }
    }
    Ok(())
}

/// Gives all big folders runs by a property that is indexed from now on.
pub(in crate::store) fn begin_property(
    connection: &Connection,
    property: PropertyId,
) -> Result<(), StoreError> {
    let mut statement =
        connection.prepare("SELECT DISTINCT folder, associated FROM run WHERE sorted_by = ?1")?;
    let places = statement
        .query_map([NATURAL], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<Vec<_>, _>>()?;
    for place in places {
        begin_named(connection, place, property)?;
    }
    Ok(())
}

fn begin_named(
    connection: &Connection,
    (folder_row, associated): (i64, bool),
    property: PropertyId,
) -> Result<(), StoreError> {
    let (keyed, all) = connection
        .prepare_cached(
            "SELECT count(value), count(*) FROM indexed_value WHERE property = ?1 AND folder = ?2 AND associated = ?3",
        )?
        .query_row(params![property, folder_row, associated], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })?;
    begin_order(connection, (folder_row, associated), property, keyed, all)
}

fn begin_order(
    connection: &Connection,
    (folder_row, associated): (i64, bool),
    sorted_by: PropertyId,
    keyed: i64,
    all: i64,
) -> Result<(), StoreError> {
    for (keyless, count) in [(false, keyed), (true, all - keyed)] {
        insert(
            connection,
            (folder_row, associated, sorted_by, keyless),
            &Sql::Integer(LOWEST),
            0,
            count,
        )?;
    }
    Ok(())
}

/// Folder, associated or not, order, with keys or without.
type Part = (i64, bool, PropertyId, bool);

fn insert(
    connection: &Connection,
    (folder_row, associated, sorted_by, keyless): Part,
    key: &Sql,
    message: i64,
    count: i64,
) -> Result<(), StoreError> {
    connection
        .prepare_cached(
            "INSERT INTO run (folder, associated, sorted_by, keyless, key, message, count)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?
        .execute(params![
            folder_row, associated, sorted_by, keyless, key, message, count
        ])?;
    Ok(())
}

/// Divides the runs that have become too long, and lets go of those that are empty.
pub(in crate::store) fn balance(connection: &Connection) -> Result<(), StoreError> {
    let sql = format!(
        "SELECT folder, associated, sorted_by, keyless, key, message, count
         FROM run INDEXED BY run_unbalanced WHERE {} LIMIT 1",
        unbalanced()
    );
    loop {
        let mut statement = connection.prepare_cached(&sql)?;
        let mut rows = statement.query([])?;
        let Some(row) = rows.next()? else {
            return Ok(());
        };
        let part = (row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?);
        let (key, message, count) = (row.get(4)?, row.get(5)?, row.get(6)?);
        drop(rows);
        drop(statement);
        if count == 0 {
            delete(connection, part, &key, message)?;
        } else {
            divide(connection, part, key, message, count)?;
        }
    }
}

fn divide(
    connection: &Connection,
    part: Part,
    key: Sql,
    message: i64,
    count: i64,
) -> Result<(), StoreError> {
    let (folder_row, associated, sorted_by, keyless) = part;
    let Some(order) = order_of(sorted_by) else {
        return Err(StoreError::Corrupt("a run has an unknown order".into()));
    };
    let walk = Walk {
        connection,
        folder_row,
        associated,
        order,
        filter: None,
    };
    delete(connection, part, &key, message)?;
    let mut from = (key, message);
    let mut left = count;
    while left > WANTED + WANTED / 2 {
        let behind = place_of(keyless, &from.0, from.1);
        let next = walk.places(behind.as_ref(), WANTED as usize - 1, 1)?.pop();
        let Some(next) =
            next.filter(|next| sorted_by == NATURAL || keyless == (next.key == Sql::Null))
        else {
            return Err(StoreError::Corrupt(
                "a run has fewer rows than it counts".into(),
            ));
        };
        insert(connection, part, &from.0, from.1, WANTED)?;
        let key = if keyless {
            Sql::Integer(LOWEST)
        } else {
            next.key
        };
        from = (key, next.row);
        left -= WANTED;
    }
    insert(connection, part, &from.0, from.1, left)
}

fn delete(
    connection: &Connection,
    (folder_row, associated, sorted_by, keyless): Part,
    key: &Sql,
    message: i64,
) -> Result<(), StoreError> {
    connection
        .prepare_cached(
            "DELETE FROM run WHERE folder = ?1 AND associated = ?2 AND sorted_by = ?3 AND keyless = ?4
                 AND key = ?5 AND message = ?6",
        )?
        .execute(params![
            folder_row, associated, sorted_by, keyless, key, message
        ])?;
    Ok(())
}

/// Forgets the runs of a folder, of which everything is deleted next: nobody needs to count down.
pub(in crate::store) fn forget(connection: &Connection, folder_row: i64) -> Result<(), StoreError> {
    connection
        .prepare_cached("DELETE FROM run WHERE folder = ?1")?
        .execute([folder_row])?;
    Ok(())
}

/// The places in the order of a walk whose positions its runs tell: a position, and a place behind which the row with the
/// next one stands. Nothing for a folder without runs, and for some rows of a folder only.
pub(super) fn load(walk: &Walk<'_>) -> Result<Vec<(usize, Place)>, StoreError> {
    if walk.filter.is_some() {
        return Ok(Vec::new());
    }
    let sorted_by = match walk.order {
        Order::Natural => Some(NATURAL),
        Order::Named { property, .. } => Some(property),
        Order::Column { name, .. } => columns()
            .find(|(_, column)| *column == name)
            .map(|(property, _)| property),
    };
    let mut statement = walk.connection.prepare_cached(
        "SELECT keyless, key, message, count FROM run WHERE folder = ?1 AND associated = ?2 AND sorted_by = ?3
         ORDER BY keyless, key, message",
    )?;
    let mut rows = statement.query(params![walk.folder_row, walk.associated, sorted_by])?;
    let mut keyed = Vec::new();
    let mut keyless = Vec::new();
    while let Some(row) = rows.next()? {
        let run = (
            row.get(1)?,
            row.get(2)?,
            row.get::<_, i64>(3)?.max(0) as usize,
        );
        if row.get(0)? {
            keyless.push(run);
        } else {
            keyed.push(run);
        }
    }
    drop(rows);
    let mut places = Vec::with_capacity(keyed.len() + keyless.len());
    let mut before = 0;
    let mut tell = |before: usize, place: Option<Place>| {
        if let (Some(position), Some(place)) = (before.checked_sub(1), place) {
            places.push((position, place));
        }
    };
    if walk.is_descending() {
        for (is_keyless, runs) in [(false, keyed), (true, keyless)] {
            if is_keyless {
                let place = Place {
                    row: i64::MAX,
                    key: Sql::Null,
                };
                tell(before, Some(place));
            }
            for (key, message, count) in runs.into_iter().rev() {
                before += count;
                // On the way down the place itself, if it is still a row, comes behind it.
                let place = (message != 0).then(|| place_of(is_keyless, &key, message + 1));
                tell(before, place.flatten());
            }
        }
    } else {
        for (is_keyless, runs) in [(false, keyed), (true, keyless)] {
            for (key, message, count) in runs {
                tell(before, place_of(is_keyless, &key, message));
                before += count;
            }
        }
    }
    Ok(places)
}

/// Where a run begins; `None` at the beginning of an order.
fn place_of(keyless: bool, key: &Sql, message: i64) -> Option<Place> {
    if keyless {
        Some(Place {
            row: message,
            key: Sql::Null,
        })
    } else if message == 0 {
        None
    } else {
        Some(Place {
            row: message,
            key: key.clone(),
        })
    }
}

/// An order by what its runs call it, smallest first.
fn order_of(sorted_by: PropertyId) -> Option<Order> {
    if sorted_by == NATURAL {
        return Some(Order::Natural);
    }
    if sorted_by >= 0x8000 {
        return Some(Order::Named {
            property: sorted_by,
            descending: false,
        });
    }
    columns()
        .find(|(property, _)| *property == sorted_by)
        .map(|(_, name)| Order::Column {
            name,
            descending: false,
        })
}
