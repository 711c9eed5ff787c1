//! What the sync engine remembers of the store: which remote object is which local one, and what clients have changed
//! since. What the remote has, and how far it was listed, is in [`listing`](super::listing).
//!
//! Ids and versions are the remote's and mean nothing to the store. A message's remote id is unique within its
//! remote folder.

mod edits;

use rusqlite::{OptionalExtension, Row, params};

use super::Session;
use super::batch::{Batch, methods};
use super::error::StoreError;
use super::folder::folder_row;
use super::identity::{ObjectId, ObjectKey};
pub(super) use edits::Edit;
use edits::{local_change, local_changes, local_deletion, local_folder_deletion};

/// A folder that has a counterpart at the remote.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct FolderMapping {
    /// The folder.
    pub folder: ObjectKey,
    /// Its id at the remote; unique.
    pub remote: String,
}

/// A message that has a counterpart at the remote.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct MessageMapping {
    /// The message.
    pub message: ObjectKey,
    /// Remote id of the folder that the remote has it in: after a local move that was not uploaded, the old one.
    pub remote_folder: String,
    /// Its id at the remote; unique in that folder.
    pub remote: String,
    /// Version of the remote's contents that the store has; empty if the remote has no versions.
    pub version: String,
    /// Whether the store has the headers only.
    pub partial: bool,
}

/// What clients did to one object since it was last in step with the remote: edits of one object are folded into one
/// entry, and an object that came and went without being uploaded leaves none.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct LocalChange {
    /// Number of the latest edit in it.
    pub sequence: i64,
    /// The object.
    pub object: ObjectId,
    /// What was done.
    pub edits: LocalEdits,
    /// Folder that the object is in, or was in when it was deleted.
    pub parent: Option<ObjectKey>,
    /// Folder that it was in when it was last in step, if it was moved.
    pub old_parent: Option<ObjectKey>,
    /// Its id at the remote, if it has one; of a message, with that of the remote folder.
    pub remote: Option<String>,
    /// Remote id of the folder that the remote has the message in.
    pub remote_folder: Option<String>,
    /// Version of the remote's contents that the edits are based on.
    pub remote_version: Option<String>,
}

/// What was done to an object.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct LocalEdits {
    /// It is new; contents, flags and place go with it.
    pub created: bool,
    /// Its contents, or the name or properties of the folder, changed.
    pub modified: bool,
    /// It was marked read or unread, or another flag changed.
    pub flags: bool,
    /// It is in another folder now.
    pub moved: bool,
    /// It is gone.
    pub deleted: bool,
}

methods! {
    /// The mapping of a folder.
    read folder_mapping(folder: ObjectKey) -> Option<FolderMapping>;

    /// The folder with a remote id.
    read folder_with_remote(remote: &str) -> Option<ObjectKey>;

    /// All mapped folders.
    read folder_mappings() -> Vec<FolderMapping>;

    /// The mapping of a message.
    read message_mapping(message: ObjectKey) -> Option<MessageMapping>;

    /// The message with a remote id in a remote folder.
    read message_with_remote(remote_folder: &str, remote: &str) -> Option<MessageMapping>;

    /// All messages that the remote has in a folder.
    read message_mappings(remote_folder: &str) -> Vec<MessageMapping>;

    /// Local changes that wait for upload. Folders come first: new, renamed and moved ones from the top down, and deleted
    /// ones from the bottom up after all messages; messages in the order of their latest edits.
    read local_changes() -> Vec<LocalChange>;

    /// What waits for upload of one object.
    read local_change(object: ObjectId) -> Option<LocalChange>;

    /// The deletion that waits for upload of a message that the remote still has.
    read local_deletion(remote_folder: &str, remote: &str) -> Option<LocalChange>;

    /// The deletion that waits for upload of a folder that the remote still has.
    read local_folder_deletion(remote: &str) -> Option<LocalChange>;
}

impl Batch<'_> {
    /// Maps a folder, in place of any earlier mapping of the folder or of the remote id. Messages that were mapped into
    /// an earlier remote id of the folder follow.
    pub fn map_folder(&mut self, mapping: &FolderMapping) -> Result<(), StoreError> {
        self.step(|batch| {
            let row = folder_row(&batch.session(), mapping.folder)?;
            let connection = batch.connection;
            let old = folder_mapping(&batch.session(), mapping.folder)?;
            connection
                .prepare_cached("DELETE FROM remote_folder WHERE folder = ?1 OR remote = ?2")?
                .execute(params![row, mapping.remote])?;
            connection
                .prepare_cached("INSERT INTO remote_folder (folder, remote) VALUES (?1, ?2)")?
                .execute(params![row, mapping.remote])?;
            if let Some(old) = old.filter(|old| old.remote != mapping.remote) {
                for table in ["remote_message", "local_change"] {
                    let update = format!(
                        "UPDATE OR REPLACE {table} SET remote_folder = ?2 WHERE remote_folder = ?1"
                    );
                    connection
                        .prepare_cached(&update)?
                        .execute([&old.remote, &mapping.remote])?;
                }
            }
            Ok(())
        })
    }

    /// Forgets the mapping of a folder.
    pub fn unmap_folder(&mut self, folder: ObjectKey) -> Result<(), StoreError> {
        self.step(|batch| {
            let row = folder_row(&batch.session(), folder)?;
            batch
                .connection
                .prepare_cached("DELETE FROM remote_folder WHERE folder = ?1")?
                .execute([row])?;
            Ok(())
        })
    }

    /// Maps a message, in place of any earlier mapping of the message or of the remote id. `NotFound` if the message
    /// is gone: what was just uploaded has to be deleted at the remote.
    pub fn map_message(&mut self, mapping: &MessageMapping) -> Result<(), StoreError> {
        self.step(|batch| {
            let row = message_row(&batch.session(), mapping.message)?;
            batch
                .connection
                .prepare_cached(
                    "INSERT OR REPLACE INTO remote_message (message, remote_folder, remote, version, partial)
                     VALUES (?1, ?2, ?3, ?4, ?5)",
                )?
                .execute(params![row, mapping.remote_folder, mapping.remote, mapping.version, mapping.partial])?;
            Ok(())
        })
    }

    /// Forgets the mapping of a message.
    pub fn unmap_message(&mut self, message: ObjectKey) -> Result<(), StoreError> {
        self.step(|batch| {
            let row = message_row(&batch.session(), message)?;
            batch
                .connection
                .prepare_cached("DELETE FROM remote_message WHERE message = ?1")?
                .execute([row])?;
            Ok(())
        })
    }
}

fn folder_mapping(
    session: &Session<'_>,
    folder: ObjectKey,
) -> Result<Option<FolderMapping>, StoreError> {
    let mut statement = session.connection.prepare_cached(
        "SELECT remote_folder.remote FROM remote_folder JOIN folder ON folder.id = remote_folder.folder
         WHERE folder.key = ?1",
    )?;
    let remote = statement.query_row([folder], |row| row.get(0)).optional()?;
    Ok(remote.map(|remote| FolderMapping { folder, remote }))
}

fn folder_with_remote(
    session: &Session<'_>,
    remote: &str,
) -> Result<Option<ObjectKey>, StoreError> {
    let mut statement = session.connection.prepare_cached(
        "SELECT folder.key FROM remote_folder JOIN folder ON folder.id = remote_folder.folder
         WHERE remote_folder.remote = ?1",
    )?;
    Ok(statement.query_row([remote], |row| row.get(0)).optional()?)
}

fn folder_mappings(session: &Session<'_>) -> Result<Vec<FolderMapping>, StoreError> {
    let mut statement = session.connection.prepare_cached(
        "SELECT folder.key, remote_folder.remote FROM remote_folder JOIN folder ON folder.id = remote_folder.folder
         ORDER BY remote_folder.remote",
    )?;
    let mappings = statement.query_map([], |row| {
        Ok(FolderMapping {
            folder: row.get(0)?,
            remote: row.get(1)?,
        })
    })?;
    Ok(mappings.collect::<Result<_, _>>()?)
}

const MESSAGE_MAPPING: &str =
    "SELECT message.key, remote_message.remote_folder, remote_message.remote,
    remote_message.version, remote_message.partial
    FROM remote_message JOIN message ON message.id = remote_message.message";

fn read_message_mapping(row: &Row<'_>) -> rusqlite::Result<MessageMapping> {
    Ok(MessageMapping {
        message: row.get(0)?,
        remote_folder: row.get(1)?,
        remote: row.get(2)?,
        version: row.get(3)?,
        partial: row.get(4)?,
    })
}

fn message_mapping(
    session: &Session<'_>,
    message: ObjectKey,
) -> Result<Option<MessageMapping>, StoreError> {
    let mut statement = session
        .connection
        .prepare_cached(&format!("{MESSAGE_MAPPING} WHERE message.key = ?1"))?;
    Ok(statement
        .query_row([message], read_message_mapping)
        .optional()?)
}

fn message_with_remote(
    session: &Session<'_>,
    remote_folder: &str,
    remote: &str,
) -> Result<Option<MessageMapping>, StoreError> {
    let condition = "remote_message.remote_folder = ?1 AND remote_message.remote = ?2";
    let mut statement = session
        .connection
        .prepare_cached(&format!("{MESSAGE_MAPPING} WHERE {condition}"))?;
    Ok(statement
        .query_row([remote_folder, remote], read_message_mapping)
        .optional()?)
}

fn message_mappings(
    session: &Session<'_>,
    remote_folder: &str,
) -> Result<Vec<MessageMapping>, StoreError> {
    let mut statement = session.connection.prepare_cached(&format!(
        "{MESSAGE_MAPPING} WHERE remote_message.remote_folder = ?1 ORDER BY message.id"
    ))?;
    let mappings = statement.query_map([remote_folder], read_message_mapping)?;
    Ok(mappings.collect::<Result<_, _>>()?)
}

fn message_row(session: &Session<'_>, message: ObjectKey) -> Result<i64, StoreError> {
    let mut statement = session
        .connection
        .prepare_cached("SELECT id FROM message WHERE key = ?1")?;
    Ok(statement.query_row([message], |row| row.get(0))?)
}
