//! Sending: from SubmitMessage into the outgoing queue, and what the spooler does with it
//! \[sending-messages-by-using-message-store-providers\].
//!
//! A store of a definition without `STORE_SUBMIT_OK` refuses all of it. The spooler is whoever logged on with
//! SpoolerLogon; the methods that are its own refuse everybody else.

use std::ffi::c_void;
use std::sync::Arc;

use mapi_abi::{self as abi, IMAPITable, IMessage};

use super::message::{self, OpenMessage};
use super::session::Session;
use super::{own, table};
use crate::com::arguments;
use crate::com::fault::{Fault, Outcome};
use crate::store::{ObjectId, ObjectKey, StoreError};

/// \[imessage-submitmessage\]. `object` is what MAPI gets to see of the message; it calls back through it.
pub fn submit(message: &Arc<OpenMessage>, object: &IMessage) -> Outcome {
    let session = message.session();
    check_submission(session)?;
    if !message.can_be_sent() {
        return Err(Fault::because(
            abi::MAPI_E_NO_SUPPORT,
            "Only a message in a folder can be sent.",
        ));
    }
    if let Some(key) = message.stored_key()
        && let Some(flags) = session.store().submit_flags(key)?
    {
        return resubmit(message, key, flags);
    }
    message.check_editable()?;
    if !message.has_recipients() {
        return Err(Fault::because(
            abi::MAPI_E_NO_RECIPIENTS,
            "The message has no recipients.",
        ));
    }
    // MAPI reads what is in the store, and a failure from here on leaves the message as the client wanted it saved.
    message.save(abi::KEEP_OPEN_READWRITE)?;
    let support = session.support()?;
    session.tell_spooler(&support)?;
    support.prepare_submit(object)?;
    message.disclaim_recipients()?;
    let needs = support.expand_recipients(object)?;
    message.enqueue(needs & abi::NEEDS_PREPROCESSING != 0)
}

/// The spooler says that it has preprocessed a message of the queue; nobody else submits a message twice
/// \[pidtagsubmitflags-canonical-property\].
fn resubmit(message: &OpenMessage, key: ObjectKey, flags: u32) -> Outcome {
    let session = message.session();
    if !session.spooler() || flags & abi::SUBMITFLAG_PREPROCESS == 0 {
        return Err(Fault::new(abi::MAPI_E_SUBMITTED));
    }
    if message.is_writable() {
        message.save(abi::KEEP_OPEN_READWRITE)?;
    }
    Ok(session
        .store()
        .set_submit_flags(key, 0, abi::SUBMITFLAG_PREPROCESS)?)
}

/// Whether a message that these flags open may be written. One in the outgoing queue may not, and what the spooler has
/// locked cannot be opened at all; the spooler itself may do everything \[imsgstore-openentry\].
pub fn message_access(
    session: &Session,
    key: ObjectKey,
    flags: u32,
    writable: bool,
) -> Outcome<bool> {
    if session.spooler() || !session.supports(abi::STORE_SUBMIT_OK) {
        return Ok(writable);
    }
    match session.store().submit_flags(key)? {
        None => Ok(writable),
        Some(submit_flags) if submit_flags & abi::SUBMITFLAG_LOCKED != 0 => Err(Fault::because(
            abi::MAPI_E_NO_ACCESS,
            "The message is being sent.",
        )),
        Some(_) if flags & abi::MAPI_BEST_ACCESS != 0 || !writable => Ok(false),
        Some(_) => Err(Fault::new(abi::MAPI_E_SUBMITTED)),
    }
}

/// \[imsgstore-abortsubmit\]
///
/// # Safety
/// As COM demands of the method.
pub unsafe fn abort(session: &Session, size: u32, entry_id: *const abi::ENTRYID) -> Outcome {
    check_submission(session)?;
    // SAFETY: the caller's promise.
    let key = unsafe { message_key(session, size, entry_id)? };
    session.check_modify()?;
    session
        .store()
        .abort_submit(key)
        .map_err(|error| match error {
            StoreError::NoAccess => {
                Fault::because(abi::MAPI_E_UNABLE_TO_ABORT, "The message is being sent.")
            }
            error => error.into(),
        })
}

/// \[imsgstore-getoutgoingqueue\]
pub fn outgoing_queue(session: &Arc<Session>) -> Outcome<IMAPITable> {
    check_spooler(session)?;
    table::outgoing_queue(session)
}

/// \[imsgstore-setlockstate\]
///
/// # Safety
/// As COM demands of the method.
pub unsafe fn set_lock_state(session: &Session, message: *mut c_void, state: u32) -> Outcome {
    check_spooler(session)?;
    arguments::require(message)?;
    // SAFETY: not NULL, so COM demands that it is an interface.
    let message = unsafe { own::find::<OpenMessage>(message) }
        .filter(|message| message.session().uid() == session.uid());
    let message = message.ok_or(Fault::new(abi::MAPI_E_INVALID_PARAMETER))?;
    let key = message
        .stored_key()
        .ok_or(Fault::new(abi::MAPI_E_NOT_IN_QUEUE))?;
    let (set, clear) = match state {
        abi::MSG_LOCKED => (abi::SUBMITFLAG_LOCKED, 0),
        abi::MSG_UNLOCKED => (0, abi::SUBMITFLAG_LOCKED),
        _ => return Err(Fault::new(abi::MAPI_E_INVALID_PARAMETER)),
    };
    if message.is_writable() {
        message.save(abi::KEEP_OPEN_READWRITE)?;
    }
    Ok(session.store().set_submit_flags(key, set, clear)?)
}

/// \[imsgstore-finishedmsg\]
///
/// # Safety
/// As COM demands of the method.
pub unsafe fn finished(
    session: &Arc<Session>,
    size: u32,
    entry_id: *const abi::ENTRYID,
) -> Outcome {
    check_spooler(session)?;
    // SAFETY: the caller's promise.
    let key = unsafe { message_key(session, size, entry_id)? };
    let support = session.support()?;
    // First of all it leaves the queue: whatever happens now, nobody may send it a second time.
    session.store().finish_submit(key)?;
    support.do_sent_mail(message::open(session, key, session.writable())?)
}

/// What of `LOGOFF_OUTBOUND` and `LOGOFF_OUTBOUND_QUEUE` a client that leaves is told \[imsgstore-storelogoff\].
pub fn outbound(session: &Session) -> u32 {
    if !session.supports(abi::STORE_SUBMIT_OK) {
        return 0;
    }
    let queue = session.store().outgoing().unwrap_or_default();
    queue.iter().fold(0, |state, outgoing| {
        state
            | if outgoing.flags & abi::SUBMITFLAG_LOCKED != 0 {
                abi::LOGOFF_OUTBOUND
            } else {
                abi::LOGOFF_OUTBOUND_QUEUE
            }
    })
}

fn check_submission(session: &Session) -> Outcome {
    session.check_alive()?;
    if session.supports(abi::STORE_SUBMIT_OK) {
        Ok(())
    } else {
        Err(Fault::because(
            abi::MAPI_E_NO_SUPPORT,
            "This store does not send messages.",
        ))
    }
}

/// Fails for everybody but the spooler.
pub fn check_spooler(session: &Session) -> Outcome {
    check_submission(session)?;
    if session.spooler() {
        Ok(())
    } else {
        Err(Fault::because(
            abi::MAPI_E_NO_SUPPORT,
            "Only the spooler may do that.",
        ))
    }
}

/// # Safety
/// As COM demands of methods with an entry id.
unsafe fn message_key(
    session: &Session,
    size: u32,
    entry_id: *const abi::ENTRYID,
) -> Outcome<ObjectKey> {
    // SAFETY: the caller's promise.
    let entry_id = unsafe { arguments::entry_id(size, entry_id)? };
    match session.parse_entry_id(&entry_id)? {
        ObjectId::Message(key) => Ok(key),
        _ => Err(Fault::new(abi::MAPI_E_INVALID_ENTRYID)),
    }
}
