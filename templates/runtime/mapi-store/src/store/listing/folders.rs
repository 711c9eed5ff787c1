//! Queries about folders.

use rusqlite::{OptionalExtension, Row, params};

use super::{ContentsListing, FolderPlace, ListedFolder};
use crate::store::error::StoreError;
use crate::store::folder::{role_code, role_of};
use crate::store::identity::ObjectKey;
use crate::store::{Batch, Session};

const FOLDER_COLUMNS: &str = "remote, parent, name, role, class, identity, pass, gone, step_parent, step_name, \
                              step_local_parent, step_local_name, contents_pass, contents_whole, contents_known";

fn folder_of_row(row: &Row<'_>) -> rusqlite::Result<ListedFolder> {
    let local_parent: Option<ObjectKey> = row.get(10)?;
    let in_step = match local_parent {
        Some(local_parent) => Some(FolderPlace {
            parent: row.get(8)?,
            name: row.get(9)?,
            local_parent,
            local_name: row.get(11)?,
        }),
        None => None,
    };
    Ok(ListedFolder {
        remote: row.get(0)?,
        parent: row.get(1)?,
        name: row.get(2)?,
        role: role_of(row.get(3)?),
        container_class: row.get(4)?,
        identity: row.get(5)?,
        pass: row.get(6)?,
        gone: row.get(7)?,
        in_step,
        contents: ContentsListing {
            pass: row.get(12)?,
            whole: row.get(13)?,
            known: row.get(14)?,
        },
    })
}

pub(in crate::store) fn listed_folders(
    session: &Session<'_>,
) -> Result<Vec<ListedFolder>, StoreError> {
    let sql = format!("SELECT {FOLDER_COLUMNS} FROM listed_folder ORDER BY remote");
    let mut statement = session.connection.prepare_cached(&sql)?;
    Ok(statement
        .query_map([], folder_of_row)?
        .collect::<Result<_, _>>()?)
}

pub(in crate::store) fn listed_folder(
    session: &Session<'_>,
    remote: &str,
) -> Result<Option<ListedFolder>, StoreError> {
    let sql = format!("SELECT {FOLDER_COLUMNS} FROM listed_folder WHERE remote = ?1");
    Ok(session
        .connection
        .prepare_cached(&sql)?
        .query_row([remote], folder_of_row)
        .optional()?)
}

pub(in crate::store) fn contents_cursor(
    session: &Session<'_>,
    remote_folder: &str,
) -> Result<Option<Vec<u8>>, StoreError> {
    let mut statement = session
        .connection
        .prepare_cached("SELECT cursor FROM listed_folder WHERE remote = ?1")?;
    Ok(statement
        .query_row([remote_folder], |row| row.get(0))
        .optional()?
        .flatten())
}

pub(in crate::store) fn put_listed_folder(
    batch: &mut Batch<'_>,
    folder: &ListedFolder,
) -> Result<(), StoreError> {
    let place = folder.in_step.as_ref();
    batch
        .connection
        .prepare_cached(
            "INSERT INTO listed_folder (remote, parent, name, role, class, identity, pass, gone, step_parent, step_name,
                 step_local_parent, step_local_name, contents_pass, contents_whole, contents_known)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)
             ON CONFLICT (remote) DO UPDATE SET parent = ?2, name = ?3, role = ?4, class = ?5, identity = ?6, pass = ?7,
                 gone = ?8, step_parent = ?9, step_name = ?10, step_local_parent = ?11, step_local_name = ?12,
                 contents_pass = ?13, contents_whole = ?14, contents_known = ?15",
        )?
        .execute(params![
            folder.remote,
            folder.parent,
            folder.name,
            role_code(folder.role),
            folder.container_class,
            folder.identity,
            folder.pass,
            folder.gone,
            place.and_then(|place| place.parent.as_deref()),
            place.map(|place| place.name.as_str()),
            place.map(|place| place.local_parent),
            place.map(|place| place.local_name.as_str()),
            folder.contents.pass,
            folder.contents.whole,
            folder.contents.known,
        ])?;
    Ok(())
}

pub(in crate::store) fn forget_listed_folder(
    batch: &mut Batch<'_>,
    remote: &str,
) -> Result<(), StoreError> {
    for sql in [
        "DELETE FROM listed_message WHERE folder = ?1",
        "DELETE FROM listed_folder WHERE remote = ?1",
    ] {
        batch.connection.prepare_cached(sql)?.execute([remote])?;
    }
    Ok(())
}

pub(in crate::store) fn rename_remote_folder(
    batch: &mut Batch<'_>,
    old: &str,
    new: &str,
) -> Result<(), StoreError> {
    for sql in [
        "INSERT OR IGNORE INTO listed_folder (remote, parent, name, role, class, identity, pass, gone)
         SELECT ?2, parent, name, role, class, identity, pass, gone FROM listed_folder WHERE remote = ?1",
        "UPDATE listed_folder
         SET (step_parent, step_name, step_local_parent, step_local_name, contents_pass, contents_whole, contents_known,
              cursor)
           = (SELECT step_parent, step_name, step_local_parent, step_local_name, contents_pass, contents_whole,
                     contents_known, cursor
              FROM listed_folder WHERE remote = ?1)
         WHERE remote = ?2 AND EXISTS (SELECT 1 FROM listed_folder WHERE remote = ?1)",
        "DELETE FROM listed_message WHERE folder = ?2 AND ?1 <> ?2",
        "UPDATE listed_message SET folder = ?2 WHERE folder = ?1",
        "UPDATE remote_message SET remote_folder = ?2 WHERE remote_folder = ?1",
        "UPDATE local_change SET remote_folder = ?2 WHERE remote_folder = ?1",
        "UPDATE local_change SET remote = ?2 WHERE remote_folder IS NULL AND remote = ?1",
        "UPDATE remote_folder SET remote = ?2 WHERE remote = ?1",
        "DELETE FROM listed_folder WHERE remote = ?1 AND ?1 <> ?2",
    ] {
        batch.connection.prepare_cached(sql)?.execute([old, new])?;
    }
    Ok(())
}

pub(in crate::store) fn set_contents_cursor(
    batch: &mut Batch<'_>,
    remote_folder: &str,
    cursor: Option<&[u8]>,
) -> Result<(), StoreError> {
    let mut statement = batch
        .connection
        .prepare_cached("UPDATE listed_folder SET cursor = ?2 WHERE remote = ?1")?;
    statement.execute(params![remote_folder, cursor])?;
    Ok(())
}
