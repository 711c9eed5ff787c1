//! Queries about messages.

use rusqlite::{OptionalExtension, Row, params};

use super::{ListedMessage, Pending};
use crate::store::error::StoreError;
use crate::store::{Batch, Session};

const MESSAGE_COLUMNS: &str = "id, folder, remote, version, read, identity, pass, fresh, pending";

fn message_of_row(row: &Row<'_>, first: usize) -> rusqlite::Result<ListedMessage> {
    Ok(ListedMessage {
        row: row.get(first)?,
        folder: row.get(first + 1)?,
        remote: row.get(first + 2)?,
        version: row.get(first + 3)?,
        read: row.get(first + 4)?,
        identity: row.get(first + 5)?,
        pass: row.get(first + 6)?,
        fresh: row.get(first + 7)?,
        pending: Pending::from_bits(row.get(first + 8)?),
    })
}

pub(in crate::store) fn listed_message(
    session: &Session<'_>,
    remote_folder: &str,
    remote: &str,
) -> Result<Option<ListedMessage>, StoreError> {
    let sql =
        format!("SELECT {MESSAGE_COLUMNS} FROM listed_message WHERE folder = ?1 AND remote = ?2");
    let mut statement = session.connection.prepare_cached(&sql)?;
    Ok(statement
        .query_row([remote_folder, remote], |row| message_of_row(row, 0))
        .optional()?)
}

pub(in crate::store) fn pending_messages(
    session: &Session<'_>,
    remote_folder: &str,
    after_row: i64,
    limit: u32,
) -> Result<Vec<ListedMessage>, StoreError> {
    let sql = format!(
        "SELECT {MESSAGE_COLUMNS} FROM listed_message WHERE folder = ?1 AND pending <> 0 AND id > ?2 ORDER BY id LIMIT ?3"
    );
    let mut statement = session.connection.prepare_cached(&sql)?;
    let rows = statement.query_map(params![remote_folder, after_row, limit], |row| {
        message_of_row(row, 0)
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

pub(in crate::store) fn pending_count(
    session: &Session<'_>,
    remote_folder: &str,
) -> Result<u64, StoreError> {
    let sql = "SELECT count(*) FROM listed_message WHERE folder = ?1 AND pending <> 0";
    let count: i64 = session
        .connection
        .prepare_cached(sql)?
        .query_row([remote_folder], |row| row.get(0))?;
    Ok(count.unsigned_abs())
}

pub(in crate::store) fn moved_messages(
    session: &Session<'_>,
    limit: u32,
) -> Result<Vec<(ListedMessage, ListedMessage)>, StoreError> {
    let columns = |table: &str| -> String {
        let columns = MESSAGE_COLUMNS
            .split(", ")
            .map(|column| format!("{table}.{column}"));
        columns.collect::<Vec<_>>().join(", ")
    };
    let sql = format!(
        "SELECT {}, {} FROM listed_message AS arrived
         JOIN listed_message AS gone
             ON gone.identity = arrived.identity AND gone.identity IS NOT NULL AND gone.pending & 4 <> 0
         WHERE arrived.pending & 5 = 1 AND arrived.identity IS NOT NULL AND NOT EXISTS (
             SELECT 1 FROM remote_message
             WHERE remote_message.remote_folder = arrived.folder AND remote_message.remote = arrived.remote)
         ORDER BY arrived.id, gone.id LIMIT ?1",
        columns("arrived"),
        columns("gone"),
    );
    let mut statement = session.connection.prepare_cached(&sql)?;
    let rows = statement.query_map([limit], |row| {
        Ok((message_of_row(row, 0)?, message_of_row(row, 9)?))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

pub(in crate::store) fn partial_messages(
    session: &Session<'_>,
    remote_folder: &str,
) -> Result<Vec<String>, StoreError> {
    let sql = "SELECT remote FROM remote_message WHERE remote_folder = ?1 AND partial <> 0 ORDER BY message";
    let mut statement = session.connection.prepare_cached(sql)?;
    Ok(statement
        .query_map([remote_folder], |row| row.get(0))?
        .collect::<Result<_, _>>()?)
}

pub(in crate::store) fn put_listed_message(
    batch: &mut Batch<'_>,
    message: &ListedMessage,
) -> Result<(), StoreError> {
    batch
        .connection
        .prepare_cached(
            "INSERT INTO listed_message (folder, remote, version, read, identity, pass, fresh, pending)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
             ON CONFLICT (folder, remote) DO UPDATE SET version = ?3, read = ?4, identity = ?5, pass = ?6, fresh = ?7,
                 pending = ?8",
        )?
        .execute(params![
            message.folder,
            message.remote,
            message.version,
            message.read,
            message.identity,
            message.pass,
            message.fresh,
            message.pending.bits(),
        ])?;
    Ok(())
}

pub(in crate::store) fn forget_listed_message(
    batch: &mut Batch<'_>,
    remote_folder: &str,
    remote: &str,
) -> Result<(), StoreError> {
    let sql = "DELETE FROM listed_message WHERE folder = ?1 AND remote = ?2";
    batch
        .connection
        .prepare_cached(sql)?
        .execute([remote_folder, remote])?;
    Ok(())
}

pub(in crate::store) fn mark_unlisted_gone(
    batch: &mut Batch<'_>,
    remote_folder: &str,
    pass: i64,
) -> Result<(), StoreError> {
    let sql = "UPDATE listed_message SET pending = 4 WHERE folder = ?1 AND pass <> ?2";
    batch
        .connection
        .prepare_cached(sql)?
        .execute(params![remote_folder, pass])?;
    Ok(())
}

pub(in crate::store) fn mark_all_wanted(
    batch: &mut Batch<'_>,
    remote_folder: &str,
) -> Result<(), StoreError> {
    let sql =
        "UPDATE listed_message SET pending = pending | 1 WHERE folder = ?1 AND pending & 4 = 0";
    batch
        .connection
        .prepare_cached(sql)?
        .execute([remote_folder])?;
    Ok(())
}
