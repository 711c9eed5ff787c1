//! The logon object, which MAPI holds for an open store.
//!
//! It shares the session with the store object but holds no reference to that: MAPI's support object holds the logon
//! object and the store object holds the support object, so a reference back would be a cycle.

use std::ffi::c_void;
use std::sync::Arc;

use mapi_abi::{self as abi, IMAPIStatus, IMSLogon, IMSLogon_Impl};
use windows_core::{GUID, HRESULT, Interface, implement};

use super::session::Session;
use super::status::Status;
use super::{advise, open};
use crate::com::fault::LastError;
use crate::com::guard::{guard, guard_object};
use crate::com::{arguments, mapi_error};

/// The logon object of one open store.
#[implement(IMSLogon, Agile = false)]
pub struct MsLogon {
    session: Arc<Session>,
    last_error: LastError,
}

impl MsLogon {
    /// The logon object of a session.
    pub fn create(session: &Arc<Session>) -> IMSLogon {
        Self {
            session: Arc::clone(session),
            last_error: LastError::default(),
        }
        .into()
    }
}

impl IMSLogon_Impl for MsLogon_Impl {
    unsafe fn GetLastError(
        &self,
        hresult: HRESULT,
        flags: u32,
        error: *mut *mut abi::MAPIERROR,
    ) -> HRESULT {
        guard("IMSLogon::GetLastError", || {
            let component = self.session.definition().display_name;
            // SAFETY: what COM demands of the caller.
            unsafe {
                mapi_error::last_error(
                    self.session.memory(),
                    component,
                    &self.last_error,
                    hresult,
                    flags,
                    error,
                )
            }
        })
    }

    unsafe fn Logoff(&self, flags: *mut u32) -> HRESULT {
        guard("IMSLogon::Logoff", || {
            // The store object gives the support object back when it goes; here its session only ends.
            self.session.invalidate(abi::MAPI_E_END_OF_SESSION);
            // SAFETY: NULL or valid for writing.
            unsafe { arguments::put(flags, 0) };
            Ok(())
        })
    }

    unsafe fn OpenEntry(
        &self,
        entry_id_size: u32,
        entry_id: *const abi::ENTRYID,
        iid: *const GUID,
        flags: u32,
        object_type: *mut u32,
        object: *mut *mut c_void,
    ) -> HRESULT {
        guard_object("IMSLogon::OpenEntry", &self.last_error, || {
            // SAFETY: what COM demands of the caller.
            unsafe {
                open::open_entry(
                    &self.session,
                    entry_id_size,
                    entry_id,
                    iid,
                    flags,
                    object_type,
                    object,
                )
            }
        })
    }

    unsafe fn CompareEntryIDs(
        &self,
        entry_id_1_size: u32,
        entry_id_1: *const abi::ENTRYID,
        entry_id_2_size: u32,
        entry_id_2: *const abi::ENTRYID,
        _flags: u32,
        result: *mut u32,
    ) -> HRESULT {
        guard_object("IMSLogon::CompareEntryIDs", &self.last_error, || {
            let first = (entry_id_1_size, entry_id_1);
            let second = (entry_id_2_size, entry_id_2);
            // SAFETY: what COM demands of the caller.
            unsafe { open::compare_entry_ids(&self.session, first, second, result) }
        })
    }

    unsafe fn Advise(
        &self,
        entry_id_size: u32,
        entry_id: *const abi::ENTRYID,
        event_mask: u32,
        sink: *mut c_void,
        connection: *mut usize,
    ) -> HRESULT {
        guard_object("IMSLogon::Advise", &self.last_error, || {
            // SAFETY: what COM demands of the caller.
            unsafe {
                self.session.check_alive()?;
                let entry_id = arguments::entry_id(entry_id_size, entry_id)?;
                advise::advise(&self.session, entry_id, event_mask, sink, connection)
            }
        })
    }

    unsafe fn Unadvise(&self, connection: usize) -> HRESULT {
        guard_object("IMSLogon::Unadvise", &self.last_error, || {
            advise::unadvise(&self.session, connection)
        })
    }

    unsafe fn OpenStatusEntry(
        &self,
        iid: *const GUID,
        _flags: u32,
        object_type: *mut u32,
        entry: *mut *mut c_void,
    ) -> HRESULT {
        guard_object("IMSLogon::OpenStatusEntry", &self.last_error, || {
            // SAFETY: what COM demands of the caller.
            unsafe {
                arguments::clear(entry);
                arguments::require(entry)?;
                self.session.check_alive()?;
                let iid = arguments::interface_id(iid).unwrap_or(IMAPIStatus::IID);
                // MAPI_MODIFY is not supported: the object is opened for reading all the same.
                arguments::answer(&Status::open(&self.session).into(), iid, entry)?;
                arguments::put(object_type, abi::MAPI_STATUS);
            }
            Ok(())
        })
    }
}
