//! The log of what clients have changed since the last upload.

use rusqlite::{OptionalExtension, Row, params};

use super::{LocalChange, LocalEdits, folder_mapping, message_mapping};
use crate::store::Session;
use crate::store::batch::Batch;
use crate::store::changes;
use crate::store::error::StoreError;
use crate::store::folder::path_to_root;
use crate::store::identity::{ObjectId, ObjectKey};

/// An edit of a client.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(in crate::store) enum Edit {
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

impl Batch<'_> {
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
    pub(in crate::store) fn log(
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
    pub(in crate::store) fn forget_messages_of(
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

pub(super) fn local_changes(session: &Session<'_>) -> Result<Vec<LocalChange>, StoreError> {
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

pub(super) fn local_change(
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

pub(super) fn local_deletion(
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

pub(super) fn local_folder_deletion(
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
