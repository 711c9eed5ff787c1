//! Deleting folders that the other side has deleted: last of all, when what was in them has found its place.

use std::collections::BTreeSet;

use super::folders::{drop_numbers, restore_folder};
use super::{Run, Stop};
use crate::definition::FolderRole;
use crate::store::{Batch, DeleteFolder, LocalChange, ObjectId, ObjectKey, Origin, StoreError};
use crate::sync::{LocalChange as Push, PushOutcome, RemoteErrorKind, RemoteId};

/// A folder that was deleted locally and is to be deleted at the remote.
pub(super) struct Deletion {
    pub(super) change: LocalChange,
    pub(super) remote: String,
}

impl Run<'_> {
    /// Looks at the folders that were deleted locally: one with news at the remote comes back, the others can go.
    pub(super) fn decide_deletions(&mut self) -> Result<Vec<Deletion>, Stop> {
        let mut deletions: Vec<Deletion> = Vec::new();
        let mut kept: BTreeSet<String> = BTreeSet::new();
        for change in self.store.local_changes()? {
            let (ObjectId::Folder(_), true) = (change.object, change.edits.deleted) else {
                continue;
            };
            let listed = match &change.remote {
                Some(remote) => self
                    .store
                    .listed_folder(remote)?
                    .filter(|folder| !folder.gone),
                None => None,
            };
            let Some(listed) = listed else {
                self.store
                    .batch(Origin::Sync, |batch| batch.acknowledge(&change))?;
                continue;
            };
            self.check()?;
            let remote = listed.remote;
            let has_news = kept.contains(&remote) || self.has_news(&remote)?;
            if !has_news {
                deletions.push(Deletion { change, remote });
                continue;
            }
            // What is above it stays too.
            let mut above = listed.parent;
            while let Some(parent) = above {
                above = self
                    .store
                    .listed_folder(&parent)?
                    .and_then(|folder| folder.parent);
                if !kept.insert(parent) {
                    break;
                }
            }
            if self.request.download_contents {
                let subtree = self.subtree()?;
                let made = self.store.batch(Origin::Sync, |batch| {
                    restore_folder(batch, subtree, &remote)
                })?;
                self.statistics.folders_downloaded += made;
            }
        }
        deletions.retain(|deletion| !kept.contains(&deletion.remote));
        Ok(deletions)
    }

    /// Whether the remote has messages in a folder that the store never saw.
    fn has_news(&mut self, remote: &str) -> Result<bool, Stop> {
        self.list_messages(remote)?;
        let mut after = 0;
        loop {
            let page = self
                .store
                .pending_messages(remote, after, self.batch_size())?;
            let Some(last) = page.last() else {
                return Ok(false);
            };
            after = last.row;
            if page.iter().any(|item| item.pending.contents) {
                return Ok(true);
            }
        }
    }

    /// Deletes folders at the remote, inner ones first.
    pub(super) fn upload_deletions(&mut self, deletions: &[Deletion]) -> Result<(), Stop> {
        for Deletion { change, remote } in deletions {
            self.check()?;
            if self.store.local_folder_deletion(remote)?.is_none()
                || self.is_source_of_moves(remote)?
            {
                continue;
            }
            let id = RemoteId::new(remote.as_str());
            let about = self.remote_folder_name(remote);
            let answer = self
                .call(|target, context| target.push(&Push::DeleteFolder { folder: &id }, context));
            let gone = answer
                .as_ref()
                .is_err_and(|error| error.kind() == RemoteErrorKind::NotFound);
            let answer = if gone {
                Some(PushOutcome::Removed)
            } else {
                self.survive(answer, &about)?
            };
            match answer {
                None => continue,
                Some(PushOutcome::Stored { .. }) => {
                    self.nonsense(&about, "Stored");
                    continue;
                }
                Some(PushOutcome::Removed) => self.statistics.folders_uploaded += 1,
                Some(PushOutcome::Ignored) => {}
            }
            self.store
                .batch(Origin::Sync, |batch| forget_deleted(batch, change, remote))?;
        }
        Ok(())
    }

    /// Whether messages that were moved out of a remote folder are still to be uploaded.
    fn is_source_of_moves(&self, remote: &str) -> Result<bool, StoreError> {
        let changes = self.store.local_changes()?;
        Ok(changes.iter().any(|change| {
            matches!(change.object, ObjectId::Message(_))
                && !change.edits.deleted
                && change.remote_folder.as_deref() == Some(remote)
        }))
    }

    /// Deletes the local folders that the remote has no more, unless there is something in them that it never had:
    /// those have to be uploaded again, and `true` says so.
    pub(super) fn remove_gone_folders(&mut self) -> Result<bool, Stop> {
        let subtree = self.subtree()?;
        let (removed, kept) = self
            .store
            .batch(Origin::Sync, |batch| remove_gone(batch, subtree))?;
        self.statistics.folders_downloaded += removed;
        Ok(kept > 0)
    }
}

fn forget_deleted(
    batch: &mut Batch<'_>,
    change: &LocalChange,
    remote: &str,
) -> Result<(), StoreError> {
    batch.acknowledge(change)?;
    for other in batch.local_changes()? {
        let inside = matches!(other.object, ObjectId::Message(_))
            && other.remote_folder.as_deref() == Some(remote);
        if inside && other.edits.deleted {
            batch.acknowledge(&other)?;
        }
    }
    batch.forget_listed_folder(remote)
}

/// How many folders were touched, and how many were kept though the remote has them no more.
fn remove_gone(batch: &mut Batch<'_>, subtree: ObjectKey) -> Result<(u32, u32), StoreError> {
    let mut gone = Vec::new();
    for folder in batch
        .listed_folders()?
        .into_iter()
        .filter(|folder| folder.gone)
    {
        if let Some(local) = batch.folder_with_remote(&folder.remote)? {
            gone.push((depth(batch, local)?, local, folder.remote));
        }
    }
    gone.sort_by(|left, right| right.cmp(left));
    let (mut removed, mut kept) = (0, 0);
    for (_, local, remote) in gone {
        if batch.pending_count(&remote)? > 0 {
            // Its messages were not worked off yet.
            continue;
        }
        let folder = batch.folder(local)?;
        let is_empty = folder.counts.content == 0 && folder.counts.children == 0;
        if is_empty && folder.role == FolderRole::None && local != subtree {
            batch.delete_folder(
                local,
                DeleteFolder {
                    messages: true,
                    folders: false,
                },
            )?;
            removed += 1;
        } else {
            batch.unmap_folder(local)?;
            kept += 1;
        }
        batch.forget_listed_folder(&remote)?;
    }
    if removed > 0 {
        removed += drop_numbers(batch, subtree)?;
    }
    Ok((removed, kept))
}

fn depth(batch: &Batch<'_>, folder: ObjectKey) -> Result<usize, StoreError> {
    let mut depth = 0;
    let mut at = folder;
    while let Some(parent) = batch.folder(at)?.parent {
        depth += 1;
        at = parent;
    }
    Ok(depth)
}
