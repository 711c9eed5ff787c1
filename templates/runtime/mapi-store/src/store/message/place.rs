//! Copying, moving and deleting messages, and the flags that are changed in place.

use mapi_abi::{MSGFLAG_READ, MSGFLAG_SUBMIT, PR_CREATION_TIME, PR_MESSAGE_FLAGS};
use rusqlite::params;

use super::Message;
use super::save::{self, DERIVED};
use crate::store::batch::{Batch, Event, Origin};
use crate::store::changes::{Aspect, ChangeKind};
use crate::store::error::StoreError;
use crate::store::folder::{CountChange, change_counts, folder_key, holding_row};
use crate::store::identity::{ObjectId, ObjectKey};
use crate::store::sync_log::Edit;
use crate::store::value::Value;
use crate::store::{Session, id, outgoing};

/// What changes of place and flags need to know of a message.
struct Place {
    row: i64,
    folder_row: i64,
    folder: ObjectKey,
    associated: bool,
    flags: u32,
    status: u32,
    size: i64,
}

impl Place {
    fn of(session: &Session<'_>, message: ObjectKey) -> Result<Self, StoreError> {
        let mut statement = session.connection.prepare_cached(
            "SELECT id, folder, associated, flags, status, size FROM message WHERE key = ?1",
        )?;
        let mut rows = statement.query([message])?;
        let row = rows.next()?.ok_or(StoreError::NotFound)?;
        let folder_row = row.get(1)?;
        Ok(Self {
            row: row.get(0)?,
            folder_row,
            folder: folder_key(session, folder_row)?,
            associated: row.get(2)?,
            flags: row.get(3)?,
            status: row.get(4)?,
            size: row.get(5)?,
        })
    }

    /// What the message adds to the counters of its folder.
    fn counts(&self) -> CountChange {
        CountChange {
            content: i64::from(!self.associated),
            unread: i64::from(!self.associated && self.flags & MSGFLAG_READ == 0),
            associated: i64::from(self.associated),
            size: self.size,
        }
    }

    fn event(&self, kind: ChangeKind, message: ObjectKey) -> Event {
        Event {
            parent: Some(self.folder),
            associated: self.associated,
            ..Event::new(kind, ObjectId::Message(message))
        }
    }
}

impl std::ops::Neg for CountChange {
    type Output = Self;

    fn neg(self) -> Self {
        Self {
            content: -self.content,
            unread: -self.unread,
            associated: -self.associated,
            size: -self.size,
        }
    }
}

pub(super) fn copy_message(
    batch: &mut Batch<'_>,
    message: ObjectKey,
    folder: ObjectKey,
) -> Result<ObjectKey, StoreError> {
    let old_parent = super::folder_of_message(&batch.session(), message)?;
    let (copy, associated) = insert_copy(batch, message, folder)?;
    batch.record(Event {
        parent: Some(folder),
        old_object: Some(ObjectId::Message(message)),
        old_parent: Some(old_parent),
        associated,
        ..Event::new(ChangeKind::Copied, ObjectId::Message(copy))
    })?;
    Ok(copy)
}

/// Copies a message as part of its folder, which stands for it in the changes.
pub(in crate::store) fn copy_message_quietly(
    batch: &mut Batch<'_>,
    message: ObjectKey,
    folder: ObjectKey,
) -> Result<(), StoreError> {
    insert_copy(batch, message, folder).map(drop)
}

fn insert_copy(
    batch: &mut Batch<'_>,
    message: ObjectKey,
    folder: ObjectKey,
) -> Result<(ObjectKey, bool), StoreError> {
    let mut copy: Message = super::message(&batch.session(), message)?;
    copy.key = None;
    copy.folder = folder;
    copy.status = 0;
    copy.properties.remove(id(PR_CREATION_TIME));
    copy.rename_attachments();
    let flags = copy.flags() & !MSGFLAG_SUBMIT;
    copy.properties
        .set(PR_MESSAGE_FLAGS, Value::Long(flags as i32));
    let key = save::insert_quietly(batch, &copy)?;
    Ok((key, copy.associated))
}

pub(super) fn move_message(
    batch: &mut Batch<'_>,
    message: ObjectKey,
    folder: ObjectKey,
) -> Result<(), StoreError> {
    let place = Place::of(&batch.session(), message)?;
    check_not_queued(batch, message)?;
    let new_row = holding_row(&batch.session(), folder)?;
    if new_row == place.folder_row {
        return Ok(());
    }
    batch
        .connection
        .prepare_cached("UPDATE message SET folder = ?2, status = 0 WHERE id = ?1")?
        .execute([place.row, new_row])?;
    batch
        .connection
        .prepare_cached("UPDATE indexed_value SET folder = ?2 WHERE message = ?1")?
        .execute([place.row, new_row])?;
    change_counts(batch, place.folder_row, -place.counts())?;
    change_counts(batch, new_row, place.counts())?;
    let event = place.event(ChangeKind::Moved, message);
    batch.record(Event {
        parent: Some(folder),
        old_parent: Some(place.folder),
        ..event
    })?;
    batch.log(
        ObjectId::Message(message),
        Some(folder),
        Edit::Moved { from: place.folder },
    )
}

pub(in crate::store) fn delete_message(
    batch: &mut Batch<'_>,
    message: ObjectKey,
) -> Result<(), StoreError> {
    let place = Place::of(&batch.session(), message)?;
    check_not_queued(batch, message)?;
    outgoing::forget(batch, message)?;
    batch.record(place.event(ChangeKind::Deleted, message))?;
    batch.log(
        ObjectId::Message(message),
        Some(place.folder),
        Edit::Deleted,
    )?;
    // What belongs to the message goes with it.
    batch
        .connection
        .prepare_cached("DELETE FROM message WHERE id = ?1")?
        .execute([place.row])?;
    change_counts(batch, place.folder_row, -place.counts())
}

/// Fails where a client would take a message away from the spooler, for whom it waits. Synchronization may.
fn check_not_queued(batch: &Batch<'_>, message: ObjectKey) -> Result<(), StoreError> {
    if batch.origin == Origin::Local && outgoing::submit_flags(&batch.session(), message)?.is_some()
    {
        return Err(StoreError::Submitted);
    }
    Ok(())
}

pub(super) fn set_message_flags(
    batch: &mut Batch<'_>,
    message: ObjectKey,
    set: u32,
    clear: u32,
) -> Result<u32, StoreError> {
    let place = Place::of(&batch.session(), message)?;
    let fixed = if place.associated {
        DERIVED | MSGFLAG_READ
    } else {
        DERIVED
    };
    let flags = place.flags & !(clear & !fixed) | set & !fixed;
    if flags != place.flags {
        batch
            .connection
            .prepare_cached("UPDATE message SET flags = ?2 WHERE id = ?1")?
            .execute(params![place.row, flags])?;
        let unread = |flags: u32| i64::from(!place.associated && flags & MSGFLAG_READ == 0);
        let change = CountChange {
            unread: unread(flags) - unread(place.flags),
            ..CountChange::default()
        };
        change_counts(batch, place.folder_row, change)?;
        batch.record(Event {
            aspect: Aspect::Flags,
            ..place.event(ChangeKind::Modified, message)
        })?;
        batch.log(ObjectId::Message(message), Some(place.folder), Edit::Flags)?;
    }
    Ok(place.flags)
}

pub(super) fn set_message_status(
    batch: &mut Batch<'_>,
    message: ObjectKey,
    status: u32,
    mask: u32,
) -> Result<u32, StoreError> {
    let place = Place::of(&batch.session(), message)?;
    let status = place.status & !mask | status & mask;
    if status != place.status {
        batch
            .connection
            .prepare_cached("UPDATE message SET status = ?2 WHERE id = ?1")?
            .execute(params![place.row, status])?;
        change_counts(batch, place.folder_row, CountChange::default())?;
        batch.record(Event {
            aspect: Aspect::Status,
            ..place.event(ChangeKind::Modified, message)
        })?;
    }
    Ok(place.status)
}
