//! Receive folders: which folder gets messages of which class.

use rusqlite::{OptionalExtension, params};

use super::batch::{Batch, methods};
use super::error::StoreError;
use super::folder::folder_row;
use super::identity::ObjectKey;
use super::{Session, text};
use crate::definition::FolderRole;

/// Characters that a message class may have \[pidtagmessageclass-canonical-property\].
const CLASS_LIMIT: usize = 255;

/// A message class and the folder that receives it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ReceiveFolder {
    /// The class that was set; empty for the default.
    pub class: String,
    /// The folder.
    pub folder: ObjectKey,
}

methods! {
    /// The folder for a class: the longest association that is the class or whole leading segments of it, case ignored
    /// \[imsgstore-getreceivefolder\]. The default always exists.
    read receive_folder(class: &str) -> ReceiveFolder;

    /// All associations by class, the default one first.
    read receive_folders() -> Vec<ReceiveFolder>;

    /// Sets the folder for a class, or removes the association. Removing one that does not exist is no error; removing
    /// the default one brings it back to the inbox or, without one, to the IPM subtree.
    write set_receive_folder(class: &str, folder: Option<ObjectKey>) -> ();
}

fn receive_folder(session: &Session<'_>, class: &str) -> Result<ReceiveFolder, StoreError> {
    let mut statement = session.connection.prepare_cached(
        "SELECT receive_folder.class, folder.key FROM receive_folder JOIN folder ON folder.id = receive_folder.folder
         WHERE class_key = ?1",
    )?;
    let mut key = text::lower(class);
    loop {
        let found = statement.query_row([&key], |row| {
            Ok(ReceiveFolder {
                class: row.get(0)?,
                folder: row.get(1)?,
            })
        });
        if let Some(found) = found.optional()? {
            return Ok(found);
        }
        if key.is_empty() {
            return Ok(ReceiveFolder {
                class: String::new(),
                folder: default_folder(session)?,
            });
        }
        key.truncate(key.rfind('.').unwrap_or_default());
    }
}

fn receive_folders(session: &Session<'_>) -> Result<Vec<ReceiveFolder>, StoreError> {
    let mut statement = session.connection.prepare_cached(
        "SELECT receive_folder.class, folder.key FROM receive_folder JOIN folder ON folder.id = receive_folder.folder
         WHERE class_key <> '' ORDER BY class_key",
    )?;
    let others = statement.query_map([], |row| {
        Ok(ReceiveFolder {
            class: row.get(0)?,
            folder: row.get(1)?,
        })
    })?;
    let mut all = vec![receive_folder(session, "")?];
    for other in others {
        all.push(other?);
    }
    Ok(all)
}

fn set_receive_folder(
    batch: &mut Batch<'_>,
    class: &str,
    folder: Option<ObjectKey>,
) -> Result<(), StoreError> {
    if class.chars().count() > CLASS_LIMIT {
        return Err(StoreError::TooBig);
    }
    let key = text::lower(class);
    match folder {
        None => {
            batch
                .connection
                .prepare_cached("DELETE FROM receive_folder WHERE class_key = ?1")?
                .execute([key])?;
        }
        Some(folder) => {
            let row = folder_row(&batch.session(), folder)?;
            batch
                .connection
                .prepare_cached("INSERT OR REPLACE INTO receive_folder (class_key, class, folder) VALUES (?1, ?2, ?3)")?
                .execute(params![key, class, row])?;
        }
    }
    Ok(())
}

/// The folder for messages that no association is for.
fn default_folder(session: &Session<'_>) -> Result<ObjectKey, StoreError> {
    for role in [FolderRole::Inbox, FolderRole::IpmSubtree] {
        if let Some(folder) = super::folder::folder_by_role(session, role)? {
            return Ok(folder);
        }
    }
    super::folder::root(session)
}
