//! `OpenEntry` and `CompareEntryIDs`, which the store, its logon object and its folders share.

use std::ffi::c_void;
use std::sync::Arc;

use mapi_abi as abi;
use windows_core::{GUID, IUnknown, Interface};

use super::folder::Folder;
use super::message;
use super::session::Session;
use super::submission;
use crate::com::arguments;
use crate::com::fault::{Fault, Outcome};
use crate::store::{ObjectId, parse_store_entry_id};

/// Whether an object that these flags open may be written. `MAPI_MODIFY` insists on it, `MAPI_BEST_ACCESS` takes what
/// there is, no flag means reading \[imapicontainer-openentry\].
pub fn access(session: &Session, flags: u32) -> Outcome<bool> {
    if flags & abi::MAPI_BEST_ACCESS != 0 {
        return Ok(session.supports(abi::STORE_MODIFY_OK));
    }
    if flags & abi::MAPI_MODIFY != 0 {
        session.check_modify()?;
        return Ok(true);
    }
    Ok(false)
}

/// The interface that `iid` asks for, or `default`. The identifiers which only let a caller pass MAPI's own provider
/// check stand for the plain interfaces \[mapi-constants\].
pub fn interface_or(iid: Option<GUID>, default: GUID) -> GUID {
    match iid {
        None => default,
        Some(abi::IID_IMAPIFolderNoProvChk) => abi::IMAPIFolder::IID,
        Some(abi::IID_IMessageNoProvChk) => abi::IMessage::IID,
        Some(iid) => iid,
    }
}

/// \[imsgstore-openentry, imslogon-openentry, imapicontainer-openentry\]
///
/// # Safety
/// As COM demands of the methods.
pub unsafe fn open_entry(
    session: &Arc<Session>,
    size: u32,
    entry_id: *const abi::ENTRYID,
    iid: *const GUID,
    flags: u32,
    object_type: *mut u32,
    out: *mut *mut c_void,
) -> Outcome {
    // SAFETY: the caller's promise, here and below.
    unsafe {
        arguments::clear(out);
        arguments::require(out)?;
        session.check_alive()?;
        let entry_id = arguments::entry_id(size, entry_id)?;
        let object = if entry_id.is_empty() {
            ObjectId::Folder(session.store().root()?)
        } else {
            session.parse_entry_id(&entry_id)?
        };
        let writable = access(session, flags)?;
        let iid = arguments::interface_id(iid);
        let (unknown, iid, kind): (IUnknown, GUID, u32) = match object {
            ObjectId::Store => return Err(Fault::new(abi::MAPI_E_INVALID_ENTRYID)),
            ObjectId::Folder(key) => {
                let folder = Folder::open(session, key, writable)?;
                (
                    folder.into(),
                    interface_or(iid, abi::IMAPIFolder::IID),
                    abi::MAPI_FOLDER,
                )
            }
            ObjectId::Message(key) => {
                let writable = submission::message_access(session, key, flags, writable)?;
                let message = message::open(session, key, writable)?;
                (
                    message.into(),
                    interface_or(iid, abi::IMessage::IID),
                    abi::MAPI_MESSAGE,
                )
            }
        };
        arguments::answer(&unknown, iid, out)?;
        arguments::put(object_type, kind);
    }
    Ok(())
}

/// \[imsgstore-compareentryids, imslogon-compareentryids\]
///
/// # Safety
/// As COM demands of the methods.
pub unsafe fn compare_entry_ids(
    session: &Session,
    first: (u32, *const abi::ENTRYID),
    second: (u32, *const abi::ENTRYID),
    result: *mut u32,
) -> Outcome {
    // SAFETY: the caller's promise, here and below.
    unsafe {
        arguments::put(result, 0);
        arguments::require(result)?;
        session.check_alive()?;
        let first = arguments::entry_id(first.0, first.1)?;
        let second = arguments::entry_id(second.0, second.1)?;
        let same = identify(session, &first)? == identify(session, &second)?;
        arguments::put(result, u32::from(same));
    }
    Ok(())
}

/// The object behind any form of entry id that this store has given out, its own wrapped and private ids included.
fn identify(session: &Session, entry_id: &[u8]) -> Outcome<ObjectId> {
    if entry_id.is_empty() {
        return Err(Fault::new(abi::MAPI_E_INVALID_ENTRYID));
    }
    if entry_id == session.wrapped_entry_id() {
        return Ok(ObjectId::Store);
    }
    match parse_store_entry_id(entry_id, &session.definition().provider_uid) {
        Ok(uid) if uid == *session.uid() => Ok(ObjectId::Store),
        _ => session.parse_entry_id(entry_id),
    }
}
