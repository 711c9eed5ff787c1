//! Folders.

use super::Store;
use super::bag::PropertyBag;
use super::batch::Batch;
use super::error::StoreError;
use super::identity::ObjectKey;
use super::value::{PropTag, Value};
use crate::definition::FolderRole;

/// A folder as it was when it was loaded.
#[derive(Clone, Debug)]
pub struct Folder {
    /// Identity.
    pub key: ObjectKey,
    /// Parent; `None` for the root folder.
    pub parent: Option<ObjectKey>,
    /// `PR_DISPLAY_NAME`.
    pub name: String,
    /// What Outlook uses the folder for.
    pub role: FolderRole,
    /// `PR_FOLDER_TYPE`.
    pub kind: FolderKind,
    /// The counters.
    pub counts: FolderCounts,
    /// Sum of the sizes of all messages, in bytes.
    pub size: u64,
    /// `PR_CREATION_TIME`.
    pub created: u64,
    /// `PR_LAST_MODIFICATION_TIME`.
    pub modified: u64,
    /// Properties that clients set, `PR_COMMENT` and `PR_CONTAINER_CLASS` among them.
    pub properties: PropertyBag,
}

/// `PR_FOLDER_TYPE`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum FolderKind {
    /// The root folder of the store.
    Root,
    /// A folder that holds messages and folders.
    Generic,
    /// A folder that shows messages of other folders.
    Search,
}

/// The counters of a folder, kept up to date by every write.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct FolderCounts {
    /// Messages (`PR_CONTENT_COUNT`).
    pub content: u32,
    /// Unread messages (`PR_CONTENT_UNREAD`).
    pub unread: u32,
    /// Associated messages (`PR_ASSOC_CONTENT_COUNT`).
    pub associated: u32,
    /// Direct subfolders (`PR_FOLDER_CHILD_COUNT`).
    pub children: u32,
}

/// What a new folder is made from.
#[derive(Clone, Debug)]
pub struct NewFolder {
    /// `PR_DISPLAY_NAME`; must not be empty.
    pub name: String,
    /// `PR_FOLDER_TYPE`; search folders cannot be created in this release ([`StoreError::Invalid`]).
    pub kind: FolderKind,
    /// Further properties, `PR_COMMENT` and `PR_CONTAINER_CLASS` among them.
    pub properties: PropertyBag,
}

impl NewFolder {
    /// A plain folder of that name.
    #[must_use]
    pub fn named(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            kind: FolderKind::Generic,
            properties: PropertyBag::new(),
        }
    }
}

/// What [`Store::delete_folder`] may delete with a folder.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct DeleteFolder {
    /// `DEL_MESSAGES`: without it, messages are [`StoreError::HasMessages`].
    pub messages: bool,
    /// `DEL_FOLDERS`: without it, subfolders are [`StoreError::HasFolders`].
    pub folders: bool,
}

impl Folder {
    /// The folder's properties as clients see them: the stored ones and all computed ones, except what depends on the
    /// session (`PR_STORE_ENTRYID`, `PR_MAPPING_SIGNATURE`).
    pub fn all_properties(&self, store: &Store) -> Result<PropertyBag, StoreError> {
        let _ = store;
        todo!()
    }

    /// Whether clients cannot set or delete a property of folders (`MAPI_E_COMPUTED`).
    #[must_use]
    pub fn is_computed(id: u16) -> bool {
        let _ = id;
        todo!()
    }
}

macro_rules! folder_methods {
    ($($mutability:tt)?) => {
        /// Creates a folder; `Collision` if the parent has one of that name, case ignored.
        pub fn create_folder(&$($mutability)? self, parent: ObjectKey, folder: NewFolder) -> Result<ObjectKey, StoreError> {
            let _ = (parent, folder);
            todo!()
        }

        /// Sets and removes properties; setting `PR_DISPLAY_NAME` renames the folder (`Collision`).
        pub fn set_folder_properties(
            &$($mutability)? self,
            folder: ObjectKey,
            set: &[(PropTag, Value)],
            remove: &[u16],
        ) -> Result<(), StoreError> {
            let _ = (folder, set, remove);
            todo!()
        }

        /// Moves a folder with all in it, perhaps under a new name (`Collision`, `FolderCycle`; `NoAccess` for the root
        /// and for folders with a role).
        pub fn move_folder(
            &$($mutability)? self,
            folder: ObjectKey,
            new_parent: ObjectKey,
            new_name: Option<&str>,
        ) -> Result<(), StoreError> {
            let _ = (folder, new_parent, new_name);
            todo!()
        }

        /// Copies a folder with its messages, and with its subfolders if `subfolders`; returns the copy.
        pub fn copy_folder(
            &$($mutability)? self,
            folder: ObjectKey,
            new_parent: ObjectKey,
            new_name: Option<&str>,
            subfolders: bool,
        ) -> Result<ObjectKey, StoreError> {
            let _ = (folder, new_parent, new_name, subfolders);
            todo!()
        }

        /// Deletes a folder: all of it or nothing (`NoAccess` for the root and for folders with a role).
        pub fn delete_folder(&$($mutability)? self, folder: ObjectKey, options: DeleteFolder) -> Result<(), StoreError> {
            let _ = (folder, options);
            todo!()
        }

        /// Deletes all messages and subfolders of a folder, and its associated messages if `associated`; subfolders
        /// with a role stay, emptied.
        pub fn empty_folder(&$($mutability)? self, folder: ObjectKey, associated: bool) -> Result<(), StoreError> {
            let _ = (folder, associated);
            todo!()
        }
    };
}

macro_rules! folder_reads {
    () => {
        /// The root folder.
        pub fn root(&self) -> Result<ObjectKey, StoreError> {
            todo!()
        }

        /// The folder with a role.
        pub fn folder_by_role(&self, role: FolderRole) -> Result<Option<ObjectKey>, StoreError> {
            let _ = role;
            todo!()
        }

        /// Loads a folder.
        pub fn folder(&self, folder: ObjectKey) -> Result<Folder, StoreError> {
            let _ = folder;
            todo!()
        }

        /// The subfolder of that name, case ignored.
        pub fn child_folder(
            &self,
            parent: ObjectKey,
            name: &str,
        ) -> Result<Option<ObjectKey>, StoreError> {
            let _ = (parent, name);
            todo!()
        }

        /// Direct subfolders, by name.
        pub fn child_folders(&self, parent: ObjectKey) -> Result<Vec<Folder>, StoreError> {
            let _ = parent;
            todo!()
        }
    };
}

impl Store {
    folder_reads!();
    folder_methods!();
}

impl Batch<'_> {
    folder_reads!();
    folder_methods!(mut);
}
