//! Local folder changes, carried out at the remote.

use mapi_abi::PR_CONTAINER_CLASS;

use super::{Run, Stop};
use crate::store::{
    Batch, ContentsListing, Folder, FolderMapping, FolderPlace, ListedFolder, LocalChange,
    ObjectId, ObjectKey, Origin, StoreError,
};
use crate::sync::{LocalChange as Push, OperationId, PushOutcome, RemoteErrorKind, RemoteId};

/// Note about a folder that the remote does not keep.
fn ignored_note(folder: ObjectKey) -> String {
    format!("ignored folder {folder}")
}

impl Run<'_> {
    /// Uploads new, renamed and moved folders; `true` if remote ids changed.
    pub(super) fn upload_folders(&mut self) -> Result<bool, Stop> {
        let mut renamed = false;
        for change in self.store.local_changes()? {
            if let (ObjectId::Folder(folder), false) = (change.object, change.edits.deleted) {
                self.check()?;
                renamed |= self.upload_place(folder, &change)?;
            }
        }
        let subtree = self.subtree()?;
        self.upload_new_folders(subtree, None)?;
        Ok(renamed)
    }

    /// Uploads the folders that the remote does not have, from the top down.
    fn upload_new_folders(
        &mut self,
        parent: ObjectKey,
        remote_parent: Option<&RemoteId>,
    ) -> Result<(), Stop> {
        for folder in self.store.child_folders(parent)? {
            self.check()?;
            if self.is_local_only(folder.key)? {
                continue;
            }
            let remote = match self.store.folder_mapping(folder.key)? {
                Some(_) => self.live_remote(folder.key)?,
                None => self.upload_new_folder(&folder, remote_parent)?,
            };
            if let Some(remote) = remote {
                self.upload_new_folders(folder.key, Some(&remote))?;
            }
        }
        Ok(())
    }

    fn upload_new_folder(
        &mut self,
        folder: &Folder,
        parent: Option<&RemoteId>,
    ) -> Result<Option<RemoteId>, Stop> {
        let note = ignored_note(folder.key);
        let change = self.store.local_change(ObjectId::Folder(folder.key))?;
        if change.is_none() && self.store.sync_note(&note)?.is_some() {
            return Ok(None);
        }
        let push = Push::CreateFolder {
            // A folder is made once; what it is called by then is found by its name.
            operation: OperationId(folder.key.0),
            parent,
            name: &folder.name,
            role: folder.role,
            container_class: folder
                .properties
                .text(PR_CONTAINER_CLASS)
                .unwrap_or_default(),
        };
        let answer = self.call(|remote, context| remote.push(&push, context));
        let id = match self.survive(answer, &folder.name)? {
            None => return Ok(None),
            Some(PushOutcome::Stored { id, .. }) => id,
            Some(PushOutcome::Removed) => {
                self.nonsense(&folder.name, "Removed");
                return Ok(None);
            }
            Some(PushOutcome::Ignored) => {
                self.store.batch(Origin::Sync, |batch| {
                    batch.set_sync_note(&note, Some(&[]))?;
                    change
                        .iter()
                        .try_for_each(|change| batch.acknowledge(change))
                })?;
                return Ok(None);
            }
        };
        if self.store.folder_with_remote(id.as_str())?.is_some() {
            self.nonsense(&folder.name, "Stored with the id of another folder");
            return Ok(None);
        }
        let pass = self.hierarchy_pass()?;
        let parent = parent.map(|parent| parent.as_str().to_owned());
        self.store.batch(Origin::Sync, |batch| {
            batch.map_folder(&FolderMapping {
                folder: folder.key,
                remote: id.as_str().to_owned(),
            })?;
            let known = batch.listed_folder(id.as_str())?;
            batch.put_listed_folder(&ListedFolder {
                remote: id.as_str().to_owned(),
                parent: parent.clone(),
                name: folder.name.clone(),
                role: folder.role,
                container_class: String::new(),
                identity: known.as_ref().and_then(|known| known.identity.clone()),
                pass,
                gone: false,
                in_step: place(batch, folder.key, parent)?,
                contents: known.map_or_else(ContentsListing::default, |known| known.contents),
            })?;
            batch.set_sync_note(&note, None)?;
            change
                .iter()
                .try_for_each(|change| batch.acknowledge(change))
        })?;
        self.statistics.folders_uploaded += 1;
        Ok(Some(id))
    }

    /// Uploads the new name or parent of a folder that the remote has; `true` if its id changed.
    fn upload_place(&mut self, folder: ObjectKey, change: &LocalChange) -> Result<bool, Stop> {
        let Some(mapping) = self.store.folder_mapping(folder)? else {
            return Ok(false);
        };
        let current = self.store.folder(folder)?;
        let Some(listed) = self
            .store
            .listed_folder(&mapping.remote)?
            .filter(|listed| !listed.gone)
        else {
            return Ok(false);
        };
        let in_step = listed.in_step.as_ref().is_some_and(|place| {
            Some(place.local_parent) == current.parent && place.local_name == current.name
        });
        let subtree = self.subtree()?;
        if in_step || folder == subtree {
            self.store
                .batch(Origin::Sync, |batch| batch.acknowledge(change))?;
            return Ok(false);
        }
        let parent = match current.parent {
            Some(parent) if parent == subtree => None,
            // A new folder has to be uploaded first; of others the remote never hears.
            Some(parent) => match self.upload_chain(parent)? {
                Some(id) => Some(id),
                None => return Ok(false),
            },
            None => return Ok(false),
        };
        let id = RemoteId::new(mapping.remote.as_str());
        let push = Push::MoveFolder {
            folder: &id,
            parent: parent.as_ref(),
            name: &current.name,
        };
        let answer = self.call(|remote, context| remote.push(&push, context));
        // Deleted there: the next listing of folders says so, and that counts.
        if answer
            .as_ref()
            .is_err_and(|error| error.kind() == RemoteErrorKind::NotFound)
        {
            return Ok(false);
        }
        let new_id = match self.survive(answer, &current.name)? {
            None => return Ok(false),
            Some(PushOutcome::Stored { id, .. }) => Some(id),
            Some(PushOutcome::Ignored) => None,
            Some(PushOutcome::Removed) => {
                self.nonsense(&current.name, "Removed");
                return Ok(false);
            }
        };
        let parent = parent.map(|parent| parent.as_str().to_owned());
        let renamed = new_id.as_ref().is_some_and(|new| *new != id);
        self.store.batch(Origin::Sync, |batch| {
            if let Some(new) = &new_id {
                if renamed {
                    batch.rename_remote_folder(id.as_str(), new.as_str())?;
                }
                if let Some(listed) = batch.listed_folder(new.as_str())? {
                    let in_step = place(batch, folder, parent.clone())?;
                    batch.put_listed_folder(&ListedFolder {
                        parent,
                        name: current.name.clone(),
                        in_step,
                        ..listed
                    })?;
                }
            }
            batch.acknowledge(change)
        })?;
        if new_id.is_some() {
            self.statistics.folders_uploaded += 1;
        }
        Ok(renamed)
    }

    /// The remote id of a folder, after uploading it and the ones above it where they are new; `None` if that is not possible.
    fn upload_chain(&mut self, folder: ObjectKey) -> Result<Option<RemoteId>, Stop> {
        if self.is_local_only(folder)? {
            return Ok(None);
        }
        if self.store.folder_mapping(folder)?.is_some() {
            return Ok(self.live_remote(folder)?);
        }
        let loaded = self.store.folder(folder)?;
        let parent = match loaded.parent {
            Some(parent) if parent == self.subtree()? => None,
            Some(parent) => match self.upload_chain(parent)? {
                Some(id) => Some(id),
                None => return Ok(None),
            },
            None => return Ok(None),
        };
        self.upload_new_folder(&loaded, parent.as_ref())
    }
}

fn place(
    batch: &Batch<'_>,
    folder: ObjectKey,
    parent: Option<String>,
) -> Result<Option<FolderPlace>, StoreError> {
    let current = batch.folder(folder)?;
    Ok(current.parent.map(|local_parent| FolderPlace {
        parent,
        name: current.name.clone(),
        local_parent,
        local_name: current.name,
    }))
}
