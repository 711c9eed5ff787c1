//! Deleting and emptying folders.

use mapi_abi::MSGFLAG_SUBMIT;

use super::{
    DeleteFolder, Folder, FolderKind, change_children, child_folders, folder, folder_row,
    log_folder,
};
use crate::definition::FolderRole;
use crate::store::Session;
use crate::store::batch::{Batch, Event, Origin};
use crate::store::changes::ChangeKind;
use crate::store::error::StoreError;
use crate::store::identity::{ObjectId, ObjectKey};
use crate::store::message::{delete_message, flags_of};
use crate::store::sync_log::Edit;
use crate::store::view::runs;

pub(super) fn delete_folder(
    batch: &mut Batch<'_>,
    folder: ObjectKey,
    options: DeleteFolder,
) -> Result<(), StoreError> {
    let loaded = self::folder(&batch.session(), folder)?;
    if loaded.parent.is_none() || loaded.role != FolderRole::None {
        return Err(StoreError::NoAccess);
    }
    if loaded.counts.children > 0 && !options.folders {
        return Err(StoreError::HasFolders);
    }
    // What a search folder shows stays where it is.
    let holds = loaded.kind != FolderKind::Search;
    if holds && loaded.counts.content > 0 && !options.messages {
        return Err(StoreError::HasMessages);
    }
    if batch.origin == Origin::Local && has_outgoing(&batch.session(), folder)? {
        return Err(StoreError::Submitted);
    }
    delete_tree(batch, &loaded)
}

/// Whether messages of a folder, or below it, wait in the outgoing queue.
pub(super) fn has_outgoing(session: &Session<'_>, folder: ObjectKey) -> Result<bool, StoreError> {
    let mut statement = session.connection.prepare_cached(
        "WITH RECURSIVE tree (id) AS (
             SELECT id FROM folder WHERE key = ?1 UNION ALL
             SELECT folder.id FROM folder JOIN tree ON folder.parent = tree.id)
         SELECT EXISTS (
             SELECT 1 FROM outgoing JOIN message ON message.id = outgoing.message
             WHERE message.folder IN (SELECT id FROM tree))",
    )?;
    Ok(statement.query_row([folder], |row| row.get(0))?)
}

pub(super) fn empty_folder(
    batch: &mut Batch<'_>,
    folder: ObjectKey,
    associated: bool,
) -> Result<(), StoreError> {
    let loaded = self::folder(&batch.session(), folder)?;
    if loaded.kind == FolderKind::Search {
        return Err(StoreError::NoAccess);
    }
    delete_messages(batch, &loaded, false)?;
    if associated {
        delete_messages(batch, &loaded, true)?;
    }
    for child in child_folders(&batch.session(), folder)? {
        if holds_needed_folder(&batch.session(), child.key)?
            || has_outgoing(&batch.session(), child.key)?
        {
            empty_folder(batch, child.key, associated)?;
        } else {
            delete_tree(batch, &child)?;
        }
    }
    Ok(())
}

/// Deletes a folder and all in it, from the bottom up.
fn delete_tree(batch: &mut Batch<'_>, folder: &Folder) -> Result<(), StoreError> {
    if folder.role != FolderRole::None {
        return Err(StoreError::NoAccess);
    }
    for child in child_folders(&batch.session(), folder.key)? {
        delete_tree(batch, &child)?;
    }
    let object = ObjectId::Folder(folder.key);
    batch.record(Event {
        parent: folder.parent,
        ..Event::new(ChangeKind::Deleted, object)
    })?;
    batch.forget_messages_of(folder.row, folder.key)?;
    log_folder(batch, folder.key, folder.kind, folder.parent, Edit::Deleted)?;
    runs::forget(batch.connection, folder.row)?;
    // What belongs to the messages goes with them.
    batch
        .connection
        .prepare_cached("DELETE FROM message WHERE folder = ?1")?
        .execute([folder.row])?;
    batch
        .connection
        .prepare_cached("DELETE FROM folder WHERE id = ?1")?
        .execute([folder.row])?;
    if let Some(parent) = folder.parent {
        let parent_row = folder_row(&batch.session(), parent)?;
        change_children(batch, parent_row, -1)?;
    }
    Ok(())
}

fn delete_messages(
    batch: &mut Batch<'_>,
    folder: &Folder,
    associated: bool,
) -> Result<(), StoreError> {
    for message in batch.messages_in(folder.key, associated)? {
        if flags_of(&batch.session(), message)? & MSGFLAG_SUBMIT == 0 {
            delete_message(batch, message)?;
        }
    }
    Ok(())
}

pub(super) fn holds_needed_folder(
    session: &Session<'_>,
    folder: ObjectKey,
) -> Result<bool, StoreError> {
    if self::folder(session, folder)?.role != FolderRole::None {
        return Ok(true);
    }
    for child in child_folders(session, folder)? {
        if holds_needed_folder(session, child.key)? {
            return Ok(true);
        }
    }
    Ok(false)
}
