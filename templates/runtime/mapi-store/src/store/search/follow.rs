//! What a transaction has touched, judged before it is committed.

use std::collections::BTreeSet;
use std::sync::Arc;

use rusqlite::types::Value as Sql;
use rusqlite::{OptionalExtension, Row, params, params_from_iter};

use super::{TOLD, build, criteria, search_kind, stage, tell_many};
use crate::store::batch::{Batch, Event};
use crate::store::changes::{Aspect, ChangeKind};
use crate::store::error::StoreError;
use crate::store::folder::{CountChange, change_counts};
use crate::store::identity::{ObjectId, ObjectKey};
use crate::store::restriction::Restriction;
use crate::store::view::Judge;

/// Columns of a message that are kept with its result; `m` is the message.
pub(super) const KEPT: &str =
    "m.key AS found_key, m.flags & 1 = 0 AS found_unread, m.delivered AS found_delivered";

/// A search that has criteria.
pub(super) struct Active {
    pub row: i64,
    pub key: ObjectKey,
    pub restriction: Arc<Restriction>,
    pub recursive: bool,
    pub stage: i64,
}

/// What is kept with a result.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Kept {
    pub unread: bool,
    pub delivered: Option<i64>,
}

impl Kept {
    /// From a row of a query with the columns [`KEPT`].
    pub fn of_row(row: &Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            unread: row.get("found_unread")?,
            delivered: row.get("found_delivered")?,
        })
    }
}

/// What happens to the rows of one search folder in one transaction.
#[derive(Debug, Default)]
pub(super) struct Links {
    changes: Vec<(ChangeKind, ObjectKey)>,
    content: i64,
    unread: i64,
}

/// Brings all search folders up to date with what the transaction has touched. To be called before the commit.
pub(in crate::store) fn follow(batch: &mut Batch<'_>) -> Result<(), StoreError> {
    let moved = take_moved(batch)?;
    let touched = take_touched(batch)?;
    if !moved && touched.is_empty() {
        return Ok(());
    }
    for search in load_all(batch)? {
        let mut links = Links::default();
        let follows = moved && search.recursive && search.stage != stage::STOPPED;
        let has_more = follows && update_members(batch, search.row, &mut links)?;
        judge(batch, &search, &touched, &mut links)?;
        links.finish(batch, &search)?;
        if has_more && build::step(batch, search.row)? {
            // For the worker of whichever process notices.
            tell_many(batch, search.row)?;
        }
    }
    Ok(())
}

fn take_moved(batch: &Batch<'_>) -> Result<bool, StoreError> {
    let mut statement = batch
        .connection
        .prepare_cached("SELECT EXISTS (SELECT 1 FROM search_moved)")?;
    let moved = statement.query_row([], |row| row.get(0))?;
    if moved {
        batch
            .connection
            .prepare_cached("DELETE FROM search_moved")?
            .execute([])?;
    }
    Ok(moved)
}

fn take_touched(batch: &Batch<'_>) -> Result<Vec<(i64, ObjectKey)>, StoreError> {
    let mut statement = batch
        .connection
        .prepare_cached("SELECT message, key FROM search_touched ORDER BY message")?;
    let touched: Vec<_> = statement
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<_, _>>()?;
    if !touched.is_empty() {
        batch
            .connection
            .prepare_cached("DELETE FROM search_touched")?
            .execute([])?;
    }
    Ok(touched)
}

fn load_all(batch: &Batch<'_>) -> Result<Vec<Active>, StoreError> {
    let mut statement = batch.connection.prepare_cached(
        "SELECT s.folder, f.key, s.restriction, s.recursive, s.stage
         FROM search_folder AS s JOIN folder AS f ON f.id = s.folder ORDER BY s.folder",
    )?;
    let mut rows = statement.query([])?;
    let mut searches = Vec::new();
    while let Some(row) = rows.next()? {
        searches.push(read_active(batch, row)?);
    }
    Ok(searches)
}

/// The search of a row.
pub(super) fn load(batch: &Batch<'_>, row: i64) -> Result<Active, StoreError> {
    let mut statement = batch.connection.prepare_cached(
        "SELECT s.folder, f.key, s.restriction, s.recursive, s.stage
         FROM search_folder AS s JOIN folder AS f ON f.id = s.folder WHERE s.folder = ?1",
    )?;
    let mut rows = statement.query([row])?;
    read_active(batch, rows.next()?.ok_or(StoreError::NotFound)?)
}

fn read_active(batch: &Batch<'_>, row: &Row<'_>) -> Result<Active, StoreError> {
    let restriction = row.get_ref(2)?.as_blob().map_err(rusqlite::Error::from)?;
    Ok(Active {
        row: row.get(0)?,
        key: row.get(1)?,
        restriction: Arc::new(criteria::decode(restriction, &batch.inner.uid)?),
        recursive: row.get(3)?,
        stage: row.get(4)?,
    })
}

/// Finds out anew which folders are searched: those that come in are still to be gone through, from those that go out
/// nothing is shown any more. Returns whether there are folders to be gone through.
pub(super) fn update_members(
    batch: &Batch<'_>,
    search_row: i64,
    links: &mut Links,
) -> Result<bool, StoreError> {
    let connection = batch.connection;
    let set = |sql: &str, values: &[i64]| -> Result<BTreeSet<i64>, StoreError> {
        let mut statement = connection.prepare_cached(sql)?;
        let rows = statement.query_map(params_from_iter(values), |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    };
    let wanted = set(
        "WITH RECURSIVE tree (id) AS (
             SELECT f.id FROM search_scope AS s JOIN folder AS f ON f.key = s.key WHERE s.search = ?1
             UNION
             SELECT f.id FROM tree JOIN folder AS f ON f.parent = tree.id
             WHERE (SELECT recursive FROM search_folder WHERE folder = ?1))
         SELECT f.id FROM tree JOIN folder AS f ON f.id = tree.id WHERE f.kind <> ?2",
        &[search_row, search_kind()],
    )?;
    let present = set(
        "SELECT folder FROM search_member WHERE search = ?1",
        &[search_row],
    )?;
    for folder in present.difference(&wanted) {
        connection
            .prepare_cached("DELETE FROM search_member WHERE search = ?1 AND folder = ?2")?
            .execute([search_row, *folder])?;
        remove_folder(batch, search_row, *folder, links)?;
    }
    let mut comes = false;
    for folder in wanted.difference(&present) {
        connection
            .prepare_cached(
                "INSERT INTO search_member (search, folder, cursor)
                 SELECT ?1, id, CASE WHEN content > 0 THEN 0 END FROM folder WHERE id = ?2",
            )?
            .execute([search_row, *folder])?;
        comes = true;
    }
    Ok(comes)
}

/// Takes out what is shown of a folder.
fn remove_folder(
    batch: &Batch<'_>,
    search_row: i64,
    folder: i64,
    links: &mut Links,
) -> Result<(), StoreError> {
    let mut statement = batch.connection.prepare_cached(
        "SELECT r.message, r.unread, m.key FROM search_result AS r JOIN message AS m ON m.id = r.message
         WHERE r.search = ?1 AND m.folder = ?2",
    )?;
    let shown: Vec<(i64, bool, ObjectKey)> = statement
        .query_map([search_row, folder], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })?
        .collect::<Result<_, _>>()?;
    for (message, unread, key) in shown {
        delete_result(batch, search_row, message)?;
        links.left(key, unread);
    }
    Ok(())
}

/// Judges messages that were touched.
fn judge(
    batch: &Batch<'_>,
    search: &Active,
    touched: &[(i64, ObjectKey)],
    links: &mut Links,
) -> Result<(), StoreError> {
    let session = batch.session();
    let judge = Judge::new(&session, &search.restriction)?;
    let query = if search.stage == stage::STOPPED {
        // What is shown stays as long as it exists.
        format!("SELECT {KEPT} FROM message AS m WHERE m.id = ?")
    } else {
        judge.query(
            KEPT,
            "m.id = ? AND m.associated = 0 AND EXISTS (
                 SELECT 1 FROM search_member AS s WHERE s.search = ? AND s.folder = m.folder)",
        )
    };
    let mut known = batch.connection.prepare_cached(
        "SELECT unread, delivered FROM search_result WHERE search = ?1 AND message = ?2",
    )?;
    let mut found = batch.connection.prepare_cached(&query)?;
    for (message, key) in touched {
        let was = known
            .query_row([search.row, *message], |row| {
                Ok(Kept {
                    unread: row.get(0)?,
                    delivered: row.get(1)?,
                })
            })
            .optional()?;
        let is = if search.stage == stage::STOPPED {
            if was.is_none() {
                continue;
            }
            match found.query([message])?.next()? {
                Some(row) => Some(Kept::of_row(row)?),
                None => None,
            }
        } else {
            let places = [Sql::Integer(*message), Sql::Integer(search.row)];
            let values = places.into_iter().chain(judge.values());
            match found.query(params_from_iter(values))?.next()? {
                Some(row) if judge.holds(row)? => Some(Kept::of_row(row)?),
                _ => None,
            }
        };
        match (was, is) {
            (None, None) => {}
            (None, Some(is)) => {
                if put_result(batch, search.row, *message, is)? {
                    links.entered(*key, is.unread);
                }
            }
            (Some(was), None) => {
                delete_result(batch, search.row, *message)?;
                links.left(*key, was.unread);
            }
            (Some(was), Some(is)) => {
                if was != is {
                    batch
                        .connection
                        .prepare_cached(
                            "UPDATE search_result SET unread = ?3, delivered = ?4 WHERE search = ?1 AND message = ?2",
                        )?
                        .execute(params![search.row, message, is.unread, is.delivered])?;
                }
                links.changed(*key, was.unread, is.unread);
            }
        }
    }
    Ok(())
}

/// Shows a message; `false` if it is shown already.
pub(super) fn put_result(
    batch: &Batch<'_>,
    search_row: i64,
    message: i64,
    kept: Kept,
) -> Result<bool, StoreError> {
    let put = batch
        .connection
        .prepare_cached(
            "INSERT OR IGNORE INTO search_result (search, message, unread, delivered) VALUES (?1, ?2, ?3, ?4)",
        )?
        .execute(params![search_row, message, kept.unread, kept.delivered])?;
    Ok(put > 0)
}

fn delete_result(batch: &Batch<'_>, search_row: i64, message: i64) -> Result<(), StoreError> {
    batch
        .connection
        .prepare_cached("DELETE FROM search_result WHERE search = ?1 AND message = ?2")?
        .execute([search_row, message])?;
    Ok(())
}

impl Links {
    /// A message is shown from now on.
    pub fn entered(&mut self, message: ObjectKey, unread: bool) {
        self.changes.push((ChangeKind::Created, message));
        self.content += 1;
        self.unread += i64::from(unread);
    }

    fn left(&mut self, message: ObjectKey, unread: bool) {
        self.changes.push((ChangeKind::Deleted, message));
        self.content -= 1;
        self.unread -= i64::from(unread);
    }

    fn changed(&mut self, message: ObjectKey, was_unread: bool, is_unread: bool) {
        self.changes.push((ChangeKind::Modified, message));
        self.unread += i64::from(is_unread) - i64::from(was_unread);
    }

    /// Counts and publishes what happened.
    pub fn finish(self, batch: &mut Batch<'_>, search: &Active) -> Result<(), StoreError> {
        if self.changes.is_empty() {
            return Ok(());
        }
        let change = CountChange {
            content: self.content,
            unread: self.unread,
            ..CountChange::default()
        };
        change_counts(batch, search.row, change)?;
        if self.changes.len() > TOLD {
            return tell_many(batch, search.row);
        }
        for (kind, message) in self.changes {
            batch.record(Event {
                parent: Some(search.key),
                aspect: Aspect::Links,
                ..Event::new(kind, ObjectId::Message(message))
            })?;
        }
        Ok(())
    }
}
