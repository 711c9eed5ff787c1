//! Remote folder changes, carried out in the store.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use mapi_abi::PR_CONTAINER_CLASS;

use super::{Run, Stop, is_local_role};
use crate::definition::FolderRole;
use crate::store::{
    Batch, FolderMapping, FolderPlace, ListedFolder, NewFolder, ObjectId, ObjectKey, Origin,
    StoreError, Value,
};

impl Run<'_> {
    /// Lists the remote's folders and makes the store's like them. Folders that are gone stay until
    /// [`remove_gone_folders`](Self::remove_gone_folders): their messages may have moved.
    pub(super) fn download_folders(&mut self) -> Result<(), Stop> {
        if !self.list_folders()? {
            return Ok(());
        }
        let subtree = self.subtree()?;
        let changed = self
            .store
            .batch(Origin::Sync, |batch| place_folders(batch, subtree))?;
        self.statistics.folders_downloaded += changed;
        self.local_only.clear();
        Ok(())
    }
}

/// Brings the store's folders to where the listing has them; returns how many were touched.
fn place_folders(batch: &mut Batch<'_>, subtree: ObjectKey) -> Result<u32, StoreError> {
    let mut places = Places::load(batch, subtree)?;
    places.adopt_new_ids(batch)?;
    let here: Vec<String> = places
        .listed
        .values()
        .filter(|folder| !folder.gone)
        .map(|folder| folder.remote.clone())
        .collect();
    for remote in here {
        places.place(batch, &remote)?;
    }
    places.drop_numbers(batch)?;
    places.give_up_gone(batch)?;
    Ok(places.changed)
}

/// Makes a folder again that was deleted locally, and the folders above it: the remote has news in it.
pub(super) fn restore_folder(
    batch: &mut Batch<'_>,
    subtree: ObjectKey,
    remote: &str,
) -> Result<u32, StoreError> {
    let mut places = Places::load(batch, subtree)?;
    places.restore(batch, remote)?;
    Ok(places.changed)
}

/// Gives folders their proper names whose numbers have lost their reason; returns how many.
pub(super) fn drop_numbers(batch: &mut Batch<'_>, subtree: ObjectKey) -> Result<u32, StoreError> {
    let mut places = Places::load(batch, subtree)?;
    places.drop_numbers(batch)?;
    Ok(places.changed)
}

struct Places {
    subtree: ObjectKey,
    listed: BTreeMap<String, ListedFolder>,
    local: HashMap<String, ObjectKey>,
    /// Folders that were looked at, so that nonsense such as a cycle comes to an end.
    visited: BTreeSet<String>,
    changed: u32,
}

impl Places {
    fn load(batch: &Batch<'_>, subtree: ObjectKey) -> Result<Self, StoreError> {
        let listed = batch
            .listed_folders()?
            .into_iter()
            .map(|folder| (folder.remote.clone(), folder))
            .collect();
        let local = batch
            .folder_mappings()?
            .into_iter()
            .map(|mapping| (mapping.remote, mapping.folder))
            .collect();
        Ok(Self {
            subtree,
            listed,
            local,
            visited: BTreeSet::new(),
            changed: 0,
        })
    }

    /// A folder that is gone, and one that is new and has the same identity, are one folder with a new id.
    fn adopt_new_ids(&mut self, batch: &mut Batch<'_>) -> Result<(), StoreError> {
        let mut pairs: BTreeMap<&str, (Vec<&str>, Vec<&str>)> = BTreeMap::new();
        for folder in self.listed.values() {
            let Some(identity) = folder.identity.as_deref() else {
                continue;
            };
            let mapped = self.local.contains_key(&folder.remote);
            let (gone, new) = pairs.entry(identity).or_default();
            match (folder.gone, mapped) {
                (true, true) => gone.push(&folder.remote),
                (false, false) => new.push(&folder.remote),
                // Somebody else has the identity too: it proves nothing.
                (false, true) => new.extend(["", ""]),
                (true, false) => {}
            }
        }
        let pairs =
            pairs
                .into_values()
                .filter_map(|(gone, new)| match (gone.as_slice(), new.as_slice()) {
                    ([gone], [new]) => Some(((*gone).to_owned(), (*new).to_owned())),
                    _ => None,
                });
        let pairs: Vec<(String, String)> = pairs.collect();
        for (old, new) in pairs {
            batch.rename_remote_folder(&old, &new)?;
            if let Some(local) = self.local.remove(&old) {
                self.local.insert(new.clone(), local);
            }
            self.listed.remove(&old);
            if let Some(folder) = batch.listed_folder(&new)? {
                self.listed.insert(new, folder);
            }
        }
        Ok(())
    }

    /// Brings one folder to its place, its parents first; `None` if it was deleted locally and nothing speaks against
    /// that yet.
    fn place(
        &mut self,
        batch: &mut Batch<'_>,
        remote: &str,
    ) -> Result<Option<ObjectKey>, StoreError> {
        if !self.visited.insert(remote.to_owned()) {
            return Ok(self.local.get(remote).copied());
        }
        let Some(folder) = self
            .listed
            .get(remote)
            .filter(|folder| !folder.gone)
            .cloned()
        else {
            return Ok(None);
        };
        if let Some(local) = self.local.get(remote).copied() {
            let parent = self.place_parent(batch, &folder)?;
            let moved = folder
                .in_step
                .as_ref()
                .is_none_or(|place| place.parent != folder.parent || place.name != folder.name);
            if let (true, Some(parent)) = (moved, parent) {
                self.bring(batch, &folder, local, parent)?;
            }
            return Ok(Some(local));
        }
        if batch.local_folder_deletion(remote)?.is_some() {
            return Ok(None);
        }
        let parent = match (self.place_parent(batch, &folder)?, &folder.parent) {
            (Some(parent), _) => parent,
            // New in a folder that was deleted locally: that is news.
            (None, Some(parent)) => self.restore(batch, &parent.clone())?,
            (None, None) => self.subtree,
        };
        self.make(batch, &folder, parent).map(Some)
    }

    /// The local folder of a folder's parent; the top for an orphan.
    fn place_parent(
        &mut self,
        batch: &mut Batch<'_>,
        folder: &ListedFolder,
    ) -> Result<Option<ObjectKey>, StoreError> {
        match folder.parent.as_deref() {
            Some(parent) if self.listed.get(parent).is_some_and(|parent| !parent.gone) => {
                self.place(batch, parent)
            }
            _ => Ok(Some(self.subtree)),
        }
    }

    fn restore(&mut self, batch: &mut Batch<'_>, remote: &str) -> Result<ObjectKey, StoreError> {
        if let Some(local) = self.local.get(remote) {
            return Ok(*local);
        }
        let Some(folder) = self.listed.get(remote).cloned() else {
            return Ok(self.subtree);
        };
        if let Some(deletion) = batch.local_folder_deletion(remote)? {
            batch.acknowledge(&deletion)?;
        }
        // It comes back with all that was in it.
        batch.mark_all_wanted(remote)?;
        let known = folder
            .parent
            .as_deref()
            .filter(|parent| self.listed.get(*parent).is_some_and(|parent| !parent.gone));
        let parent = match known {
            Some(parent) if self.visited.insert(format!("restore {remote}")) => {
                self.restore(batch, parent)?
            }
            _ => self.subtree,
        };
        self.make(batch, &folder, parent)
    }

    /// Finds or makes the local folder of a remote one, and maps it.
    fn make(
        &mut self,
        batch: &mut Batch<'_>,
        folder: &ListedFolder,
        parent: ObjectKey,
    ) -> Result<ObjectKey, StoreError> {
        let mapped: BTreeSet<ObjectKey> = self.local.values().copied().collect();
        let by_role = match folder.role {
            FolderRole::None => None,
            FolderRole::IpmSubtree => Some(self.subtree),
            role if is_local_role(role) => None,
            role => batch.folder_by_role(role)?,
        };
        let name = presentable(&folder.name);
        let by_name = || -> Result<Option<ObjectKey>, StoreError> {
            let Some(found) = batch.child_folder(parent, &name)? else {
                return Ok(None);
            };
            Ok(Some(found).filter(
                |_| !matches!(batch.folder(found), Ok(folder) if is_local_role(folder.role)),
            ))
        };
        let adopted = match by_role.filter(|found| !mapped.contains(found)) {
            Some(found) => Some(found),
            None => by_name()?.filter(|found| !mapped.contains(found)),
        };
        let local = match adopted {
            Some(local) => local,
            None => {
                let mut new = NewFolder::named(free_name(batch, parent, &name, None)?);
                if !folder.container_class.is_empty() {
                    new.properties.set(
                        PR_CONTAINER_CLASS,
                        Value::Unicode(folder.container_class.clone()),
                    );
                }
                self.changed += 1;
                batch.create_folder(parent, new)?
            }
        };
        batch.map_folder(&FolderMapping {
            folder: local,
            remote: folder.remote.clone(),
        })?;
        self.local.insert(folder.remote.clone(), local);
        self.settle(batch, folder, local)?;
        Ok(local)
    }

    /// Moves and renames a local folder after the remote did so with its counterpart.
    fn bring(
        &mut self,
        batch: &mut Batch<'_>,
        folder: &ListedFolder,
        local: ObjectKey,
        parent: ObjectKey,
    ) -> Result<(), StoreError> {
        let current = batch.folder(local)?;
        // A folder with a role is called and placed as the provider says.
        if current.role == FolderRole::None && current.parent.is_some() {
            let name = free_name(batch, parent, &presentable(&folder.name), Some(local))?;
            if current.parent != Some(parent) || current.name != name {
                self.free_from_cycle(batch, local, parent)?;
                batch.move_folder(local, parent, Some(&name))?;
                self.changed += 1;
            }
        }
        self.settle(batch, folder, local)
    }

    /// Where the new parent lies inside the folder, because it was moved there locally, the remote's place of that one
    /// counts.
    fn free_from_cycle(
        &mut self,
        batch: &mut Batch<'_>,
        local: ObjectKey,
        parent: ObjectKey,
    ) -> Result<(), StoreError> {
        let mut inner = parent;
        loop {
            match batch.folder(inner)?.parent {
                None => return Ok(()),
                Some(above) if above == local => break,
                Some(above) => inner = above,
            }
        }
        let name = free_name(batch, self.subtree, &batch.folder(inner)?.name, Some(inner))?;
        batch.move_folder(inner, self.subtree, Some(&name))?;
        let remote = self
            .local
            .iter()
            .find(|(_, found)| **found == inner)
            .map(|(remote, _)| remote.clone());
        let Some(folder) = remote.and_then(|remote| self.listed.get(&remote).cloned()) else {
            return Ok(());
        };
        let home = folder
            .parent
            .as_ref()
            .and_then(|parent| self.local.get(parent))
            .copied()
            .unwrap_or(self.subtree);
        if home == local || home == inner {
            return self.settle(batch, &folder, inner);
        }
        self.bring(batch, &folder, inner, home)
    }

    /// Writes down that both sides are in step, and drops the local change that lost.
    fn settle(
        &mut self,
        batch: &mut Batch<'_>,
        folder: &ListedFolder,
        local: ObjectKey,
    ) -> Result<(), StoreError> {
        let current = batch.folder(local)?;
        let place = FolderPlace {
            parent: folder.parent.clone(),
            name: folder.name.clone(),
            local_parent: current.parent.unwrap_or(self.subtree),
            local_name: current.name,
        };
        let folder = ListedFolder {
            in_step: Some(place),
            ..folder.clone()
        };
        batch.put_listed_folder(&folder)?;
        self.listed.insert(folder.remote.clone(), folder);
        match batch.local_change(ObjectId::Folder(local))? {
            Some(change) => batch.acknowledge(&change),
            None => Ok(()),
        }
    }

    /// Gives folders their proper names that got numbers because those were taken, and are not any more.
    fn drop_numbers(&mut self, batch: &mut Batch<'_>) -> Result<(), StoreError> {
        let numbered: Vec<ListedFolder> = self
            .listed
            .values()
            .filter(|folder| !folder.gone && folder.in_step.as_ref().is_some_and(is_numbered))
            .cloned()
            .collect();
        for folder in numbered {
            let (Some(local), Some(place)) =
                (self.local.get(&folder.remote).copied(), &folder.in_step)
            else {
                continue;
            };
            let current = batch.folder(local)?;
            let Some(parent) = current.parent.filter(|_| current.name == place.local_name) else {
                continue;
            };
            let name = presentable(&folder.name);
            if current.role == FolderRole::None && batch.child_folder(parent, &name)?.is_none() {
                batch.move_folder(local, parent, Some(&name))?;
                self.changed += 1;
                self.settle(batch, &folder, local)?;
            }
        }
        Ok(())
    }

    /// Folders that are gone: what is in them is gone too. Those that are gone on both sides are forgotten.
    fn give_up_gone(&mut self, batch: &mut Batch<'_>) -> Result<(), StoreError> {
        for folder in self.listed.values().filter(|folder| folder.gone) {
            if self.local.contains_key(&folder.remote) {
                // No listing has this number.
                batch.mark_unlisted_gone(&folder.remote, i64::MIN)?;
            } else {
                if let Some(deletion) = batch.local_folder_deletion(&folder.remote)? {
                    batch.acknowledge(&deletion)?;
                }
                batch.forget_listed_folder(&folder.remote)?;
            }
        }
        Ok(())
    }
}

/// A name that a folder can have.
fn presentable(name: &str) -> String {
    let name: String = name.chars().filter(|letter| !letter.is_control()).collect();
    if name.trim().is_empty() {
        "Untitled".to_owned()
    } else {
        name
    }
}

/// Whether a folder has [`free_name`]'s number in its local name.
fn is_numbered(place: &FolderPlace) -> bool {
    let name = presentable(&place.name);
    let rest = place
        .local_name
        .strip_prefix(name.as_str())
        .and_then(|rest| rest.strip_prefix(" ("));
    rest.and_then(|rest| rest.strip_suffix(')'))
        .is_some_and(|number| number.parse::<u32>().is_ok())
}

/// The name, with a number if another folder there has it.
fn free_name(
    batch: &Batch<'_>,
    parent: ObjectKey,
    name: &str,
    except: Option<ObjectKey>,
) -> Result<String, StoreError> {
    let mut free = name.to_owned();
    let mut number = 1;
    while batch
        .child_folder(parent, &free)?
        .is_some_and(|found| Some(found) != except)
    {
        number += 1;
        free = format!("{name} ({number})");
    }
    Ok(free)
}
