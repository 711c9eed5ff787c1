//! The outgoing queue: messages that were submitted and wait until the spooler has sent them.
//!
//! The queue is in the file, so that what was submitted in one session is sent in the next, and by whichever process the
//! spooler runs in. So are its locks; those of a spooler that ended without a word are taken off by the next one
//! ([`Store::unlock_outgoing`]).

use std::fs::File;

use mapi_abi::{
    MSGFLAG_SUBMIT, MSGFLAG_UNSENT, PR_CLIENT_SUBMIT_TIME, SUBMITFLAG_LOCKED, SUBMITFLAG_PREPROCESS,
};
use rusqlite::{OptionalExtension, params};

use super::batch::{Batch, Event, methods};
use super::changes::{Aspect, ChangeKind};
use super::error::StoreError;
use super::identity::{ObjectId, ObjectKey};
use super::message::{Message, SaveMode};
use super::value::Value;
use super::{Session, Store, now};
use crate::store::Origin;

/// A message that waits for the spooler.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Outgoing {
    /// The message.
    pub message: ObjectKey,
    /// `PR_SUBMIT_FLAGS`.
    pub flags: u32,
}

/// What a spooler holds as long as it lives: while it does, its locks are not taken off.
///
/// It is a lock of the operating system on a file beside the store's, which ends with the process at the latest.
pub struct SpoolerSeat {
    store: Store,
    _file: File,
}

impl SpoolerSeat {
    /// Takes the seat and all locks off that an earlier spooler has left behind. `None` if there is another spooler, or
    /// where such a lock cannot be had: then the locks stay.
    #[must_use]
    pub fn take(store: &Store) -> Option<Self> {
        let path = store.path().with_extension("spooler");
        let file = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(path)
            .ok()?;
        file.try_lock().ok()?;
        let seat = Self {
            store: store.clone(),
            _file: file,
        };
        seat.unlock();
        Some(seat)
    }

    fn unlock(&self) {
        if let Err(error) = self.store.unlock_outgoing() {
            tracing::warn!(%error, "locks of an earlier spooler could not be taken off");
        }
    }
}

impl Drop for SpoolerSeat {
    /// What it has not finished, the next one may begin.
    fn drop(&mut self) {
        self.unlock();
    }
}

methods! {
    /// The queue, oldest first.
    read outgoing() -> Vec<Outgoing>;

    /// `PR_SUBMIT_FLAGS` of a message; `None` if it is not in the queue.
    read submit_flags(message: ObjectKey) -> Option<u32>;

    /// Sets and clears bits of `PR_SUBMIT_FLAGS` of a message in the queue; `NotQueued` if it is not there.
    write set_submit_flags(message: ObjectKey, set: u32, clear: u32) -> ();

    /// Takes a message back: it is in no queue and can be edited again. `NotQueued` if it is gone from the queue,
    /// `NoAccess` if the spooler has locked it.
    write abort_submit(message: ObjectKey) -> ();

    /// Takes a message that was sent out of the queue; `NotQueued` if it is not there.
    write finish_submit(message: ObjectKey) -> ();

    /// Takes all locks off: nobody is left who holds them.
    write unlock_outgoing() -> ();
}

impl Store {
    /// Saves a working copy and puts it into the queue behind all others, in one transaction; `Submitted` if it is there
    /// already. `PR_CLIENT_SUBMIT_TIME` becomes the present, `preprocess` sets `SUBMITFLAG_PREPROCESS`.
    pub fn submit(
        &self,
        message: &mut Message,
        mode: SaveMode,
        preprocess: bool,
    ) -> Result<ObjectKey, StoreError> {
        let mut copy = message.clone();
        let key = self.batch(Origin::Local, |batch| {
            submit(batch, &mut copy, mode, preprocess)
        })?;
        *message = copy;
        Ok(key)
    }
}

fn submit(
    batch: &mut Batch<'_>,
    message: &mut Message,
    mode: SaveMode,
    preprocess: bool,
) -> Result<ObjectKey, StoreError> {
    if let Some(key) = message.key
        && submit_flags(&batch.session(), key)?.is_some()
    {
        return Err(StoreError::Submitted);
    }
    // Two messages of one tick would have no order by time.
    let last: Option<i64> = batch
        .connection
        .prepare_cached("SELECT max(submitted) FROM outgoing")?
        .query_row([], |row| row.get(0))?;
    let submitted = now().max(last.map_or(0, |last| last as u64 + 1));
    message
        .properties
        .set(PR_CLIENT_SUBMIT_TIME, Value::SysTime(submitted));
    let key = batch.save(message, mode)?.key;
    batch.set_message_flags(key, MSGFLAG_SUBMIT | MSGFLAG_UNSENT, 0)?;
    let flags = if preprocess { SUBMITFLAG_PREPROCESS } else { 0 };
    batch
        .connection
        .prepare_cached(
            "INSERT INTO outgoing (message, submitted, flags)
             SELECT id, ?2, ?3 FROM message WHERE key = ?1",
        )?
        .execute(params![key, submitted as i64, flags])?;
    record(batch, key, Aspect::Queued)?;
    Ok(key)
}

fn outgoing(session: &Session<'_>) -> Result<Vec<Outgoing>, StoreError> {
    let mut statement = session.connection.prepare_cached(
        "SELECT message.key, outgoing.flags FROM outgoing JOIN message ON message.id = outgoing.message
         ORDER BY outgoing.submitted, outgoing.message",
    )?;
    let rows = statement.query_map([], |row| {
        Ok(Outgoing {
            message: row.get(0)?,
            flags: row.get(1)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// See [`Store::submit_flags`].
pub(super) fn submit_flags(
    session: &Session<'_>,
    message: ObjectKey,
) -> Result<Option<u32>, StoreError> {
    let mut statement = session.connection.prepare_cached(
        "SELECT outgoing.flags FROM outgoing JOIN message ON message.id = outgoing.message WHERE message.key = ?1",
    )?;
    Ok(statement
        .query_row([message], |row| row.get(0))
        .optional()?)
}

fn set_submit_flags(
    batch: &mut Batch<'_>,
    message: ObjectKey,
    set: u32,
    clear: u32,
) -> Result<(), StoreError> {
    let before = submit_flags(&batch.session(), message)?.ok_or(StoreError::NotQueued)?;
    let after = before & !clear | set;
    if after != before {
        batch
            .connection
            .prepare_cached(
                "UPDATE outgoing SET flags = ?2 WHERE message = (SELECT id FROM message WHERE key = ?1)",
            )?
            .execute(params![message, after])?;
        record(batch, message, Aspect::Submission)?;
    }
    Ok(())
}

fn abort_submit(batch: &mut Batch<'_>, message: ObjectKey) -> Result<(), StoreError> {
    let flags = submit_flags(&batch.session(), message)?.ok_or(StoreError::NotQueued)?;
    if flags & SUBMITFLAG_LOCKED != 0 {
        return Err(StoreError::NoAccess);
    }
    leave(batch, message)?;
    batch.set_message_flags(message, MSGFLAG_UNSENT, MSGFLAG_SUBMIT)?;
    Ok(())
}

fn finish_submit(batch: &mut Batch<'_>, message: ObjectKey) -> Result<(), StoreError> {
    leave(batch, message)?;
    batch.set_message_flags(message, 0, MSGFLAG_SUBMIT | MSGFLAG_UNSENT)?;
    Ok(())
}

fn unlock_outgoing(batch: &mut Batch<'_>) -> Result<(), StoreError> {
    let queue = outgoing(&batch.session())?;
    for outgoing in queue
        .iter()
        .filter(|outgoing| outgoing.flags & SUBMITFLAG_LOCKED != 0)
    {
        set_submit_flags(batch, outgoing.message, 0, SUBMITFLAG_LOCKED)?;
    }
    Ok(())
}

fn leave(batch: &mut Batch<'_>, message: ObjectKey) -> Result<(), StoreError> {
    let gone = batch
        .connection
        .prepare_cached(
            "DELETE FROM outgoing WHERE message = (SELECT id FROM message WHERE key = ?1)",
        )?
        .execute([message])?;
    if gone == 0 {
        return Err(StoreError::NotQueued);
    }
    record(batch, message, Aspect::Unqueued)
}

/// Takes a message that goes away for good out of the queue, if it is in there.
pub(super) fn forget(batch: &mut Batch<'_>, message: ObjectKey) -> Result<(), StoreError> {
    match leave(batch, message) {
        Err(StoreError::NotQueued) => Ok(()),
        result => result,
    }
}

fn record(batch: &mut Batch<'_>, message: ObjectKey, aspect: Aspect) -> Result<(), StoreError> {
    let parent = batch.folder_of_message(message)?;
    batch.record(Event {
        parent: Some(parent),
        aspect,
        ..Event::new(ChangeKind::Modified, ObjectId::Message(message))
    })?;
    Ok(())
}
