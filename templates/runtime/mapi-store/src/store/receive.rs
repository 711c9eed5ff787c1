//! Receive folders: which folder gets messages of which class.

use super::Store;
use super::error::StoreError;
use super::identity::ObjectKey;

/// A message class and the folder that receives it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ReceiveFolder {
    /// The class that was set; empty for the default.
    pub class: String,
    /// The folder.
    pub folder: ObjectKey,
}

impl Store {
    /// The folder for a class: the longest association that is the class or whole leading segments of it
    /// \[imsgstore-getreceivefolder\]. The default always exists.
    pub fn receive_folder(&self, class: &str) -> Result<ReceiveFolder, StoreError> {
        let _ = class;
        todo!()
    }

    /// Sets the folder for a class, or removes the association; removing one that does not exist is no error, removing
    /// the default one brings it back to the inbox or, without one, the IPM subtree.
    pub fn set_receive_folder(
        &self,
        class: &str,
        folder: Option<ObjectKey>,
    ) -> Result<(), StoreError> {
        let _ = (class, folder);
        todo!()
    }

    /// All associations by class, the default one first.
    pub fn receive_folders(&self) -> Result<Vec<ReceiveFolder>, StoreError> {
        todo!()
    }
}
