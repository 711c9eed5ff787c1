//! One remote message change at a time, carried out in a transaction of the store.

use mapi_abi::{
    MSGFLAG_FROMME, MSGFLAG_READ, MSGFLAG_RESEND, MSGFLAG_UNMODIFIED, MSGFLAG_UNSENT,
    PR_MESSAGE_FLAGS, PR_SUBJECT,
};

use crate::definition::FolderRole;
use crate::store::{
    Batch, ListedMessage, Message, MessageMapping, ObjectId, ObjectKey, Pending, SaveMode,
    StoreError, Value,
};
use crate::sync::{MessageData, NewMail, mime};

/// Flags of a message that its contents determine.
const CONTENT_FLAGS: u32 = MSGFLAG_UNSENT | MSGFLAG_FROMME | MSGFLAG_RESEND;

/// A message to work off, with what was fetched for it.
pub(super) struct Fetched {
    pub(super) item: ListedMessage,
    pub(super) contents: Option<Contents>,
}

pub(super) struct Contents {
    pub(super) data: MessageData,
    pub(super) from_mail: bool,
    pub(super) complete: bool,
    pub(super) version: String,
    pub(super) size: usize,
    /// The local change, by its number, that made the local message just like this.
    pub(super) same_as_local: Option<i64>,
}

/// What became of one message.
pub(super) enum Done {
    Nothing,
    Created(NewMail),
    Updated,
    /// The local edit was kept as a copy.
    Conflict(String),
}

/// Follows one move; `None` if nothing can be done about it, else whether there was something to move.
pub(super) fn follow_move(
    batch: &mut Batch<'_>,
    arrived: ListedMessage,
    gone: &ListedMessage,
) -> Result<Option<bool>, StoreError> {
    let Some(target) = batch.folder_with_remote(&arrived.folder)? else {
        return Ok(None);
    };
    let mapping = batch.message_with_remote(&gone.folder, &gone.remote)?;
    batch.forget_listed_message(&gone.folder, &gone.remote)?;
    let Some(mapping) = mapping else {
        // Deleted here, moved there: it comes back.
        if let Some(deletion) = batch.local_deletion(&gone.folder, &gone.remote)? {
            batch.acknowledge(&deletion)?;
        }
        return Ok(Some(false));
    };
    let moved = batch.folder_of_message(mapping.message)? != target;
    if moved {
        batch.move_message(mapping.message, target)?;
    }
    let pending = Pending {
        contents: mapping.version != arrived.version,
        read: arrived.read != gone.read,
        gone: false,
    };
    batch.map_message(&MessageMapping {
        remote_folder: arrived.folder.clone(),
        remote: arrived.remote.clone(),
        ..mapping
    })?;
    batch.put_listed_message(&ListedMessage { pending, ..arrived })?;
    Ok(Some(moved))
}

pub(super) fn store_one(batch: &mut Batch<'_>, fetched: Fetched) -> Result<Done, StoreError> {
    let Fetched { item, contents } = fetched;
    let Some(now) = batch
        .listed_message(&item.folder, &item.remote)?
        .filter(|now| !now.pending.gone)
    else {
        return Ok(Done::Nothing);
    };
    let Some(folder) = batch.folder_with_remote(&item.folder)? else {
        return Ok(Done::Nothing);
    };
    let mapping = batch.message_with_remote(&item.folder, &item.remote)?;
    let version = contents
        .as_ref()
        .map_or(&item.version, |contents| &contents.version)
        .clone();
    let done = match (mapping, contents) {
        (Some(mapping), contents) => update(batch, &now, mapping, contents, folder)?,
        (None, Some(contents)) => create(batch, &now, contents, folder)?,
        // Deleted locally, and nothing new about it.
        (None, None) => Done::Nothing,
    };
    // Listed again meanwhile, in yet another version?
    let is_newer = now.version != item.version && now.version != version;
    let version = if is_newer {
        now.version.clone()
    } else {
        version
    };
    let pending = Pending {
        contents: is_newer,
        ..Pending::default()
    };
    batch.put_listed_message(&ListedMessage {
        version,
        pending,
        ..now
    })?;
    Ok(done)
}

fn create(
    batch: &mut Batch<'_>,
    item: &ListedMessage,
    contents: Contents,
    folder: ObjectKey,
) -> Result<Done, StoreError> {
    // Deleted here, changed there: it comes back.
    if let Some(deletion) = batch.local_deletion(&item.folder, &item.remote)? {
        batch.acknowledge(&deletion)?;
    }
    let mut message = Message::new(folder, false);
    let flags = contents
        .data
        .properties
        .long(PR_MESSAGE_FLAGS)
        .unwrap_or_default() as u32
        & CONTENT_FLAGS;
    let flags = flags | MSGFLAG_UNMODIFIED | if item.read { MSGFLAG_READ } else { 0 };
    contents.data.put_into(&mut message, |_| false);
    message
        .properties
        .set(PR_MESSAGE_FLAGS, Value::Long(flags as i32));
    let outcome = batch.save(&mut message, SaveMode::default())?;
    batch.map_message(&MessageMapping {
        message: outcome.key,
        remote_folder: item.folder.clone(),
        remote: item.remote.clone(),
        version: contents.version,
        partial: !contents.complete,
    })?;
    Ok(Done::Created(NewMail {
        message: outcome.key,
        folder,
    }))
}

fn update(
    batch: &mut Batch<'_>,
    item: &ListedMessage,
    mapping: MessageMapping,
    contents: Option<Contents>,
    folder: ObjectKey,
) -> Result<Done, StoreError> {
    let change = batch.local_change(ObjectId::Message(mapping.message))?;
    let edits = change
        .as_ref()
        .map(|change| change.edits)
        .unwrap_or_default();
    let mut done = Done::Nothing;
    let mut keeps_local_read = edits.flags;
    let mut takes_remote_read = item.pending.read;
    if let Some(contents) = contents {
        let version = contents.version.clone();
        let partial = !contents.complete;
        // A version that was not known is no other version.
        let is_other = !mapping.version.is_empty() && mapping.version != version;
        match change.filter(|change| change.edits.modified) {
            Some(change) if contents.same_as_local == Some(change.sequence) => {
                (keeps_local_read, takes_remote_read) = (false, true);
                batch.acknowledge(&change)?;
                bring_back(batch, mapping.message, folder)?;
            }
            Some(_) if !is_other => complete_edited(batch, mapping.message, contents)?,
            Some(change) => {
                (keeps_local_read, takes_remote_read) = (false, true);
                let subject = keep_copy(batch, mapping.message)?;
                batch.acknowledge(&change)?;
                bring_back(batch, mapping.message, folder)?;
                overwrite(batch, mapping.message, contents)?;

                done = Done::Conflict(subject);
            }
            None => {
                overwrite(batch, mapping.message, contents)?;
                done = Done::Updated;
            }
        }
        batch.map_message(&MessageMapping {
            version,
            partial,
            ..mapping.clone()
        })?;
    }
    if takes_remote_read && !keeps_local_read {
        let (set, clear) = if item.read {
            (MSGFLAG_READ, 0)
        } else {
            (0, MSGFLAG_READ)
        };
        let before = batch.set_message_flags(mapping.message, set, clear)?;
        let changed = (before & MSGFLAG_READ != 0) != item.read;
        if changed && matches!(done, Done::Nothing) {
            done = Done::Updated;
        }
    }
    Ok(done)
}

/// Takes back a local move whose change is dropped: the remote's place counts.
fn bring_back(
    batch: &mut Batch<'_>,
    message: ObjectKey,
    folder: ObjectKey,
) -> Result<(), StoreError> {
    if batch.folder_of_message(message)? == folder {
        Ok(())
    } else {
        batch.move_message(message, folder)
    }
}

/// Replaces the contents of a local message.
fn overwrite(batch: &mut Batch<'_>, key: ObjectKey, contents: Contents) -> Result<(), StoreError> {
    let mut message = batch.message(key)?;
    let new = contents
        .data
        .properties
        .long(PR_MESSAGE_FLAGS)
        .unwrap_or_default() as u32;
    let old = message
        .properties
        .long(PR_MESSAGE_FLAGS)
        .unwrap_or_default() as u32;
    let flags = old & !CONTENT_FLAGS | new & CONTENT_FLAGS;
    if contents.from_mail {
        contents.data.put_into(&mut message, mime::is_from_mail);
    } else {
        contents
            .data
            .put_into(&mut message, |id| !Message::is_computed(id));
    }
    message
        .properties
        .set(PR_MESSAGE_FLAGS, Value::Long(flags as i32));
    batch.save(&mut message, SaveMode { force: true })?;
    Ok(())
}

/// Gives a message that was edited while it had only its headers the rest, and leaves the edit alone.
fn complete_edited(
    batch: &mut Batch<'_>,
    key: ObjectKey,
    contents: Contents,
) -> Result<(), StoreError> {
    let mut message = batch.message(key)?;
    let had_contents = !batch
        .message_mapping(key)?
        .is_some_and(|mapping| mapping.partial);
    if had_contents || !contents.complete {
        return Ok(());
    }
    let (edited, recipients) = (message.properties.clone(), message.recipients.clone());
    let attachments = std::mem::take(&mut message.attachments);
    contents.data.put_into(&mut message, |_| false);
    message.properties.extend(&edited);
    message.recipients = recipients;
    if !attachments.is_empty() {
        message.attachments = attachments;
    }
    batch.save(&mut message, SaveMode { force: true })?;
    Ok(())
}

/// Keeps a local edit that loses as a copy: in the folder for conflicts, or else beside the message; returns its
/// subject.
fn keep_copy(batch: &mut Batch<'_>, message: ObjectKey) -> Result<String, StoreError> {
    let conflicts = batch
        .folder_by_role(FolderRole::Conflicts)?
        .or(batch.folder_by_role(FolderRole::SyncIssues)?);
    match conflicts {
        Some(folder) => copy_marked(batch, message, folder),
        None => {
            let folder = batch.folder_of_message(message)?;
            // Whoever else reads this folder shall see it too.
            batch.as_client(|batch| copy_marked(batch, message, folder))
        }
    }
}

fn copy_marked(
    batch: &mut Batch<'_>,
    message: ObjectKey,
    folder: ObjectKey,
) -> Result<String, StoreError> {
    let copy = batch.copy_message(message, folder)?;
    let mut copy = batch.message(copy)?;
    let subject = copy
        .properties
        .text(PR_SUBJECT)
        .unwrap_or_default()
        .to_owned();
    copy.properties.set(
        PR_SUBJECT,
        Value::Unicode(format!("{subject} (conflict)").trim_start().to_owned()),
    );
    batch.save(&mut copy, SaveMode::default())?;
    Ok(subject)
}

/// Deletes a message that the remote has no more, unless it was changed locally; returns whether it did.
pub(super) fn delete_one(
    batch: &mut Batch<'_>,
    item: &ListedMessage,
    deleted_items: Option<ObjectKey>,
) -> Result<bool, StoreError> {
    batch.forget_listed_message(&item.folder, &item.remote)?;
    let Some(mapping) = batch.message_with_remote(&item.folder, &item.remote)? else {
        if let Some(deletion) = batch.local_deletion(&item.folder, &item.remote)? {
            batch.acknowledge(&deletion)?;
        }
        return Ok(false);
    };
    let change = batch.local_change(ObjectId::Message(mapping.message))?;
    let edits = change.map(|change| change.edits).unwrap_or_default();
    let moved = edits.moved && Some(batch.folder_of_message(mapping.message)?) != deleted_items;
    if edits.modified || moved {
        batch.unmap_message(mapping.message)?;
        return Ok(false);
    }
    batch.delete_message(mapping.message)?;
    Ok(true)
}
