//! Copying folders.

use super::{
    Folder, FolderKind, NewFolder, check_place, child_folders, folder, insert, log_folder,
};
use crate::definition::FolderRole;
use crate::store::batch::{Batch, Event};
use crate::store::changes::ChangeKind;
use crate::store::error::StoreError;
use crate::store::identity::{ObjectId, ObjectKey};
use crate::store::message::copy_message_quietly;
use crate::store::search;
use crate::store::sync_log::Edit;

pub(super) fn copy_folder(
    batch: &mut Batch<'_>,
    folder: ObjectKey,
    new_parent: ObjectKey,
    new_name: Option<&str>,
    subfolders: bool,
) -> Result<ObjectKey, StoreError> {
    let source = self::folder(&batch.session(), folder)?;
    check_place(&batch.session(), folder, new_parent)?;
    copy_tree(
        batch,
        &source,
        new_parent,
        new_name.unwrap_or(&source.name),
        subfolders,
    )
}

/// Copies a folder without what is in it.
pub(in crate::store) fn copy_bare_folder(
    batch: &mut Batch<'_>,
    folder: ObjectKey,
    new_parent: ObjectKey,
    new_name: Option<&str>,
) -> Result<ObjectKey, StoreError> {
    let source = self::folder(&batch.session(), folder)?;
    copy_bare(batch, &source, new_parent, new_name.unwrap_or(&source.name))
}

fn copy_bare(
    batch: &mut Batch<'_>,
    source: &Folder,
    new_parent: ObjectKey,
    name: &str,
) -> Result<ObjectKey, StoreError> {
    let new = NewFolder {
        name: name.to_owned(),
        kind: match source.kind {
            FolderKind::Search => FolderKind::Search,
            FolderKind::Root | FolderKind::Generic => FolderKind::Generic,
        },
        properties: source.properties.clone(),
    };
    // The role stays with the one folder that has it.
    let copy = insert(batch, new_parent, &new, FolderRole::None, |_, object| {
        Event {
            old_object: Some(ObjectId::Folder(source.key)),
            old_parent: source.parent,
            ..Event::new(ChangeKind::Copied, object)
        }
    })?;
    log_folder(batch, copy, new.kind, Some(new_parent), Edit::Created)?;
    if source.kind == FolderKind::Search {
        search::copy(batch, source.row, copy)?;
    }
    Ok(copy)
}

fn copy_tree(
    batch: &mut Batch<'_>,
    source: &Folder,
    new_parent: ObjectKey,
    name: &str,
    subfolders: bool,
) -> Result<ObjectKey, StoreError> {
    let copy = copy_bare(batch, source, new_parent, name)?;
    for associated in [false, true] {
        for message in batch.messages_in(source.key, associated)? {
            copy_message_quietly(batch, message, copy)?;
        }
    }
    if subfolders {
        for child in child_folders(&batch.session(), source.key)? {
            copy_tree(batch, &child, copy, &child.name, true)?;
        }
    }
    Ok(copy)
}
