//! What the sync engine remembers: which remote object is which local one, how far it has come, and what clients have
//! changed since.
//!
//! Ids, versions and cursors are the remote's and mean nothing to the store. A message's remote id is unique within its
//! remote folder.

use super::Store;
use super::batch::Batch;
use super::error::StoreError;
use super::identity::{ObjectId, ObjectKey};

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

macro_rules! sync_reads {
    () => {
        /// The mapping of a folder.
        pub fn folder_mapping(
            &self,
            folder: ObjectKey,
        ) -> Result<Option<FolderMapping>, StoreError> {
            let _ = folder;
            todo!()
        }

        /// The folder with a remote id.
        pub fn folder_with_remote(&self, remote: &str) -> Result<Option<ObjectKey>, StoreError> {
            let _ = remote;
            todo!()
        }

        /// All mapped folders.
        pub fn folder_mappings(&self) -> Result<Vec<FolderMapping>, StoreError> {
            todo!()
        }

        /// The mapping of a message.
        pub fn message_mapping(
            &self,
            message: ObjectKey,
        ) -> Result<Option<MessageMapping>, StoreError> {
            let _ = message;
            todo!()
        }

        /// The message with a remote id in a remote folder.
        pub fn message_with_remote(
            &self,
            remote_folder: &str,
            remote: &str,
        ) -> Result<Option<MessageMapping>, StoreError> {
            let _ = (remote_folder, remote);
            todo!()
        }

        /// All messages that the remote has in a folder.
        pub fn message_mappings(
            &self,
            remote_folder: &str,
        ) -> Result<Vec<MessageMapping>, StoreError> {
            let _ = remote_folder;
            todo!()
        }

        /// How far the engine has come with a scope: the hierarchy (`None`) or the contents of a folder.
        pub fn cursor(&self, folder: Option<ObjectKey>) -> Result<Option<Vec<u8>>, StoreError> {
            let _ = folder;
            todo!()
        }

        /// Local changes that wait for upload. Folders come first: new, renamed and moved ones from the top down,
        /// deleted ones from the bottom up and after all messages; messages in the order of their latest edits.
        pub fn local_changes(&self) -> Result<Vec<LocalChange>, StoreError> {
            todo!()
        }

        /// What waits for upload of one object.
        pub fn local_change(&self, object: ObjectId) -> Result<Option<LocalChange>, StoreError> {
            let _ = object;
            todo!()
        }

        /// The deletion that waits for upload of a message that the remote still has.
        pub fn local_deletion(
            &self,
            remote_folder: &str,
            remote: &str,
        ) -> Result<Option<LocalChange>, StoreError> {
            let _ = (remote_folder, remote);
            todo!()
        }

        /// The deletion that waits for upload of a folder that the remote still has.
        pub fn local_folder_deletion(
            &self,
            remote: &str,
        ) -> Result<Option<LocalChange>, StoreError> {
            let _ = remote;
            todo!()
        }
    };
}

impl Store {
    sync_reads!();
}

impl Batch<'_> {
    sync_reads!();

    /// Maps a folder, in place of any earlier mapping of the folder or of the remote id.
    pub fn map_folder(&mut self, mapping: &FolderMapping) -> Result<(), StoreError> {
        let _ = mapping;
        todo!()
    }

    /// Forgets the mapping of a folder and the cursor of its contents.
    pub fn unmap_folder(&mut self, folder: ObjectKey) -> Result<(), StoreError> {
        let _ = folder;
        todo!()
    }

    /// Maps a message, in place of any earlier mapping of the message or of the remote id. `NotFound` if the message
    /// is gone: what was just uploaded has to be deleted at the remote.
    pub fn map_message(&mut self, mapping: &MessageMapping) -> Result<(), StoreError> {
        let _ = mapping;
        todo!()
    }

    /// Forgets the mapping of a message.
    pub fn unmap_message(&mut self, message: ObjectKey) -> Result<(), StoreError> {
        let _ = message;
        todo!()
    }

    /// Remembers how far the engine has come; `None` forgets it.
    pub fn set_cursor(
        &mut self,
        folder: Option<ObjectKey>,
        cursor: Option<&[u8]>,
    ) -> Result<(), StoreError> {
        let _ = (folder, cursor);
        todo!()
    }

    /// Takes an uploaded (or discarded) change off the log. Edits made since it was read stay: what remains of a
    /// creation then counts as a modification.
    pub fn acknowledge(&mut self, change: &LocalChange) -> Result<(), StoreError> {
        let _ = change;
        todo!()
    }
}
