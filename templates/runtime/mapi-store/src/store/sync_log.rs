//! What the sync engine remembers: which remote object is which local one, how far it has come, and what clients have
//! changed since.
//!
//! Ids, versions and cursors are the remote's and mean nothing to the store. A message's remote id is unique within its
//! remote folder.

use rusqlite::{OptionalExtension, Row, params};

use super::Session;
use super::batch::{Batch, methods};
use super::changes;
use super::error::StoreError;
use super::folder::{folder_row, path_to_root};
use super::identity::{ObjectId, ObjectKey};
use super::setup::{delete_meta, meta, set_meta};

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

    /// How far the engine has come with the hierarchy (`None`) or with the contents of a folder.
    read cursor(folder: Option<ObjectKey>) -> Option<Vec<u8>>;

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

    /// Forgets the mapping of a folder and the cursor of its contents.
    pub fn unmap_folder(&mut self, folder: ObjectKey) -> Result<(), StoreError> {
        self.step(|batch| {
            let row = folder_row(&batch.session(), folder)?;
            batch
                .connection
                .prepare_cached("DELETE FROM remote_folder WHERE folder = ?1")?
                .execute([row])?;
            batch
                .connection
                .prepare_cached("DELETE FROM sync_cursor WHERE folder = ?1")?
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

    /// Remembers how far the engine has come with the hierarchy (`None`) or with the contents of a folder; a cursor of
    /// `None` forgets it.
    pub fn set_cursor(
        &mut self,
        folder: Option<ObjectKey>,
        cursor: Option<&[u8]>,
    ) -> Result<(), StoreError> {
        self.step(|batch| {
            let Some(folder) = folder else {
                return match cursor {
                    Some(cursor) => set_meta(batch, HIERARCHY_CURSOR, cursor),
                    None => delete_meta(batch, HIERARCHY_CURSOR),
                };
            };
            let row = folder_row(&batch.session(), folder)?;
            match cursor {
                Some(cursor) => batch
                    .connection
                    .prepare_cached(
                        "INSERT OR REPLACE INTO sync_cursor (folder, cursor) VALUES (?1, ?2)",
                    )?
                    .execute(params![row, cursor])?,
                None => batch
                    .connection
                    .prepare_cached("DELETE FROM sync_cursor WHERE folder = ?1")?
                    .execute([row])?,
            };
            Ok(())
        })
    }

    /// Takes an uploaded (or discarded) change off the log. Edits made since it was read stay: after a creation they
    /// count as a modification, and as a move if the object is in another folder by now.
    pub fn acknowledge(&mut self, change: &LocalChange) -> Result<(), StoreError> {
        self.step(|batch| {
            let Some(now) = local_change(&batch.session(), change.object)? else {
                return Ok(());
            };
            let Some(key) = change.object.key() else {
                return Ok(());
            };
            let mut edits = now.edits;
            let mut old_parent = now.old_parent;
            if now.sequence == change.sequence {
                batch
                    .connection
                    .prepare_cached("DELETE FROM local_change WHERE key = ?1")?
                    .execute([key])?;
                return Ok(());
            }
            if change.edits.created && edits.created {
                edits = LocalEdits {
                    modified: true,
                    flags: true,
                    moved: true,
                    ..LocalEdits::default()
                };
            }
            if (change.edits.created || change.edits.moved) && edits.moved {
                edits.moved = now.parent != change.parent;
                old_parent = change.parent.filter(|_| edits.moved);
            }
            batch
                .connection
                .prepare_cached(
                    "UPDATE local_change SET edits = ?2, old_parent = ?3 WHERE key = ?1",
                )?
                .execute(params![key, edits.bits(), old_parent])?;
            Ok(())
        })
    }

    /// Notes an edit for upload, if this transaction's edits are to be uploaded. To be called after the edit was
    /// recorded, and before the rows of a deleted object are gone.
    pub(super) fn log(
        &mut self,
        object: ObjectId,
        parent: Option<ObjectKey>,
        edit: Edit,
    ) -> Result<(), StoreError> {
        let Some(key) = object.key() else {
            return Ok(());
        };
        if !self.logged {
            if edit == Edit::Deleted {
                self.connection
                    .prepare_cached("DELETE FROM local_change WHERE key = ?1")?
                    .execute([key])?;
            }
            return Ok(());
        }
        let known = self
            .connection
            .prepare_cached("SELECT edits, old_parent FROM local_change WHERE key = ?1")?
            .query_row([key], |row| {
                Ok((LocalEdits::from_bits(row.get(0)?), row.get(1)?))
            })
            .optional()?;
        let (mut edits, mut old_parent): (LocalEdits, Option<ObjectKey>) =
            known.unwrap_or_default();
        let mut remote = None;
        match edit {
            Edit::Created => {
                edits = LocalEdits {
                    created: true,
                    ..LocalEdits::default()
                }
            }
            Edit::Deleted => {
                remote = remote_of(&self.session(), object)?;
                // What the remote never had, it need not delete.
                if remote.is_none() {
                    self.connection
                        .prepare_cached("DELETE FROM local_change WHERE key = ?1")?
                        .execute([key])?;
                    return Ok(());
                }
                edits = LocalEdits {
                    deleted: true,
                    ..LocalEdits::default()
                };
            }
            // A creation comprises whatever follows.
            _ if edits.created => {}
            Edit::Modified => edits.modified = true,
            Edit::Flags => edits.flags = true,
            Edit::Moved { from } => {
                edits.moved = true;
                old_parent.get_or_insert(from);
            }
        }
        let sequence = self.latest_sequence()?;
        let (remote, remote_folder, remote_version) = remote.unwrap_or_default();
        self.connection
            .prepare_cached(
                "INSERT OR REPLACE INTO local_change
                     (key, object, sequence, edits, parent, old_parent, remote, remote_folder, remote_version)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
            )?
            .execute(params![
                key,
                changes::object_code(object),
                sequence,
                edits.bits(),
                parent,
                old_parent,
                remote,
                remote_folder,
                remote_version
            ])?;
        Ok(())
    }

    /// Forgets the edits of all messages of a folder that is about to be deleted: the deletion of the folder stands for
    /// them, except where the remote still has a message in another folder.
    pub(super) fn forget_messages_of(
        &mut self,
        folder_row: i64,
        folder: ObjectKey,
    ) -> Result<(), StoreError> {
        let elsewhere: Vec<ObjectKey> = self
            .connection
            .prepare_cached(
                "SELECT message.key FROM message JOIN remote_message ON remote_message.message = message.id
                 WHERE message.folder = ?1
                     AND remote_message.remote_folder IS NOT (SELECT remote FROM remote_folder WHERE folder = ?1)",
            )?
            .query_map([folder_row], |row| row.get(0))?
            .collect::<Result<_, _>>()?;
        self.connection
            .prepare_cached(
                "DELETE FROM local_change WHERE key IN (SELECT key FROM message WHERE folder = ?1)",
            )?
            .execute([folder_row])?;
        for message in elsewhere {
            self.log(ObjectId::Message(message), Some(folder), Edit::Deleted)?;
        }
        Ok(())
    }
}

/// Where `meta` has the cursor of the hierarchy.
const HIERARCHY_CURSOR: &str = "hierarchy cursor";

/// An edit of a client.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Edit {
    Created,
    Modified,
    Flags,
    Moved { from: ObjectKey },
    Deleted,
}

impl LocalEdits {
    fn bits(self) -> i64 {
        let all = [
            self.created,
            self.modified,
            self.flags,
            self.moved,
            self.deleted,
        ];
        all.into_iter()
            .enumerate()
            .map(|(index, is_set)| i64::from(is_set) << index)
            .sum()
    }

    fn from_bits(bits: i64) -> Self {
        let is_set = |index: u32| bits >> index & 1 != 0;
        Self {
            created: is_set(0),
            modified: is_set(1),
            flags: is_set(2),
            moved: is_set(3),
            deleted: is_set(4),
        }
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

fn cursor(session: &Session<'_>, folder: Option<ObjectKey>) -> Result<Option<Vec<u8>>, StoreError> {
    let Some(folder) = folder else {
        return meta(session.connection, HIERARCHY_CURSOR);
    };
    let mut statement = session.connection.prepare_cached(
        "SELECT cursor FROM sync_cursor JOIN folder ON folder.id = sync_cursor.folder WHERE folder.key = ?1",
    )?;
    Ok(statement.query_row([folder], |row| row.get(0)).optional()?)
}

/// Live objects say themselves where they are and what the remote calls them; deleted ones have left it in the log.
const LOCAL_CHANGE: &str =
    "SELECT local_change.key, local_change.object, local_change.sequence, local_change.edits,
    coalesce(parent.key, message_folder.key, local_change.parent), local_change.old_parent,
    coalesce(remote_folder.remote, remote_message.remote, local_change.remote),
    coalesce(remote_message.remote_folder, local_change.remote_folder),
    coalesce(remote_message.version, local_change.remote_version)
    FROM local_change
    LEFT JOIN folder ON folder.key = local_change.key
    LEFT JOIN folder AS parent ON parent.id = folder.parent
    LEFT JOIN remote_folder ON remote_folder.folder = folder.id
    LEFT JOIN message ON message.key = local_change.key
    LEFT JOIN folder AS message_folder ON message_folder.id = message.folder
    LEFT JOIN remote_message ON remote_message.message = message.id";

fn read_local_change(row: &Row<'_>) -> rusqlite::Result<LocalChange> {
    let key = row.get(0)?;
    Ok(LocalChange {
        object: if row.get::<_, i64>(1)? == 3 {
            ObjectId::Folder(key)
        } else {
            ObjectId::Message(key)
        },
        sequence: row.get(2)?,
        edits: LocalEdits::from_bits(row.get(3)?),
        parent: row.get(4)?,
        old_parent: row.get(5)?,
        remote: row.get(6)?,
        remote_folder: row.get(7)?,
        remote_version: row.get(8)?,
    })
}

fn local_changes(session: &Session<'_>) -> Result<Vec<LocalChange>, StoreError> {
    let mut statement = session.connection.prepare_cached(&format!(
        "{LOCAL_CHANGE} ORDER BY local_change.sequence, local_change.key"
    ))?;
    let rows = statement.query_map([], read_local_change)?;
    let mut changes = rows.collect::<Result<Vec<_>, _>>()?;
    let mut order = Vec::with_capacity(changes.len());
    for change in &changes {
        order.push(match change.object {
            ObjectId::Folder(_) if change.edits.deleted => (2, 0),
            ObjectId::Folder(folder) => (0, path_to_root(session, folder)?.len()),
            _ => (1, 0),
        });
    }
    let mut ordered: Vec<_> = order.into_iter().zip(changes.drain(..)).collect();
    ordered.sort_by_key(|(order, _)| *order);
    Ok(ordered.into_iter().map(|(_, change)| change).collect())
}

fn local_change(
    session: &Session<'_>,
    object: ObjectId,
) -> Result<Option<LocalChange>, StoreError> {
    let mut statement = session
        .connection
        .prepare_cached(&format!("{LOCAL_CHANGE} WHERE local_change.key = ?1"))?;
    Ok(statement
        .query_row([object.key()], read_local_change)
        .optional()?)
}

fn local_deletion(
    session: &Session<'_>,
    remote_folder: &str,
    remote: &str,
) -> Result<Option<LocalChange>, StoreError> {
    let condition = "local_change.remote_folder = ?1 AND local_change.remote = ?2";
    let mut statement = session
        .connection
        .prepare_cached(&format!("{LOCAL_CHANGE} WHERE {condition}"))?;
    Ok(statement
        .query_row([remote_folder, remote], read_local_change)
        .optional()?)
}

fn local_folder_deletion(
    session: &Session<'_>,
    remote: &str,
) -> Result<Option<LocalChange>, StoreError> {
    let condition = "local_change.remote_folder IS NULL AND local_change.remote = ?1";
    let mut statement = session
        .connection
        .prepare_cached(&format!("{LOCAL_CHANGE} WHERE {condition}"))?;
    Ok(statement
        .query_row([remote], read_local_change)
        .optional()?)
}

fn message_row(session: &Session<'_>, message: ObjectKey) -> Result<i64, StoreError> {
    let mut statement = session
        .connection
        .prepare_cached("SELECT id FROM message WHERE key = ?1")?;
    Ok(statement.query_row([message], |row| row.get(0))?)
}

type Remote = (Option<String>, Option<String>, Option<String>);

/// Remote id, remote folder and remote version of an object that the remote has.
fn remote_of(session: &Session<'_>, object: ObjectId) -> Result<Option<Remote>, StoreError> {
    Ok(match object {
        ObjectId::Store => None,
        ObjectId::Folder(folder) => {
            folder_mapping(session, folder)?.map(|mapping| (Some(mapping.remote), None, None))
        }
        ObjectId::Message(message) => message_mapping(session, message)?.map(|mapping| {
            (
                Some(mapping.remote),
                Some(mapping.remote_folder),
                Some(mapping.version),
            )
        }),
    })
}
