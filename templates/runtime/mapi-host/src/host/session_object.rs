//! `IMAPISession`, as far as a provider has use for it.

use crate::host::*;
use mapi_abi::*;
use std::ffi::c_void;
use std::sync::Arc;
use windows_core::{GUID, HRESULT, implement};

#[implement(IMAPISession, Agile = false)]
pub(crate) struct SessionObject {
    state: Arc<HostState>,
    _live: LiveToken,
}

impl SessionObject {
    pub(crate) fn create(state: &Arc<HostState>) -> IMAPISession {
        Self {
            state: state.clone(),
            _live: state.live.count("session"),
        }
        .into()
    }
}

fn bytes(size: u32, id: *const ENTRYID) -> Vec<u8> {
    Reader::arguments("an entry id")
        .slice(id.cast::<u8>(), size as usize)
        .unwrap_or_default()
}

#[allow(non_snake_case)]
impl IMAPISession_Impl for SessionObject_Impl {
    unsafe fn GetLastError(&self, _: HRESULT, _: u32, error: *mut *mut MAPIERROR) -> HRESULT {
        // SAFETY: the caller hands in a place for the pointer, or NULL.
        if unsafe { put(error, std::ptr::null_mut()) } {
            S_OK
        } else {
            MAPI_E_INVALID_PARAMETER
        }
    }

    unsafe fn GetMsgStoresTable(&self, _flags: u32, table: *mut *mut c_void) -> HRESULT {
        let section = self.state.profile.provider_section();
        let wanted = [
            PR_DISPLAY_NAME,
            PR_ENTRYID,
            PR_MDB_PROVIDER,
            PR_PROVIDER_DISPLAY,
            PR_RECORD_KEY,
            PR_RESOURCE_FLAGS,
            PR_RESOURCE_TYPE,
        ];
        let mut row: Vec<Prop> = wanted
            .iter()
            .filter_map(|tag| section.find(*tag).cloned())
            .collect();
        row.push(Prop::new(
            PR_INSTANCE_KEY,
            &self.state.profile.provider_uid().ab,
        ));
        row.push(Prop::new(PR_OBJECT_TYPE, MAPI_STORE));
        // SAFETY: the caller hands in a place for the pointer, or NULL.
        unsafe { return_object(Ok(RowsTable::create(&self.state, vec![row])), table) }
    }

    unsafe fn OpenMsgStore(
        &self,
        _: usize,
        _: u32,
        _: *const ENTRYID,
        _: *const GUID,
        _: u32,
        store: *mut *mut c_void,
    ) -> HRESULT {
        // SAFETY: the caller hands in a place for the pointer, or NULL.
        unsafe { put(store, std::ptr::null_mut()) };
        MAPI_E_NO_SUPPORT
    }

    unsafe fn OpenAddressBook(
        &self,
        _: usize,
        _: *const GUID,
        _: u32,
        address_book: *mut *mut c_void,
    ) -> HRESULT {
        // SAFETY: the caller hands in a place for the pointer, or NULL.
        unsafe { put(address_book, std::ptr::null_mut()) };
        MAPI_E_NO_SUPPORT
    }

    unsafe fn OpenProfileSection(
        &self,
        uid: *const MAPIUID,
        _iid: *const GUID,
        flags: u32,
        section: *mut *mut c_void,
    ) -> HRESULT {
        // SAFETY: the caller hands in an identifier, or NULL.
        let Some(uid) = (unsafe { uid.as_ref() }) else {
            return MAPI_E_INVALID_PARAMETER;
        };
        let opened = ProfileSection::open(&self.state, *uid, flags & MAPI_MODIFY != 0);
        // SAFETY: the caller hands in a place for the pointer, or NULL.
        unsafe { return_object(opened, section) }
    }

    unsafe fn GetStatusTable(&self, _flags: u32, table: *mut *mut c_void) -> HRESULT {
        let seats = lock(&self.state.seats).clone();
        let rows = seats
            .iter()
            .filter_map(|seat| seat.upgrade())
            .map(|seat| lock(&seat.status_row).clone());
        let rows = rows.filter(|row| !row.is_empty()).collect();
        // SAFETY: the caller hands in a place for the pointer, or NULL.
        unsafe { return_object(Ok(RowsTable::create(&self.state, rows)), table) }
    }

    unsafe fn OpenEntry(
        &self,
        entry_id_size: u32,
        entry_id: *const ENTRYID,
        iid: *const GUID,
        flags: u32,
        object_type: *mut u32,
        object: *mut *mut c_void,
    ) -> HRESULT {
        match self.state.route(&bytes(entry_id_size, entry_id)) {
            // SAFETY: the arguments are handed on as they are.
            Some(logon) => unsafe {
                logon.OpenEntry(entry_id_size, entry_id, iid, flags, object_type, object)
            },
            None => {
                // SAFETY: the caller hands in a place for the pointer, or NULL.
                unsafe { put(object, std::ptr::null_mut()) };
                MAPI_E_UNKNOWN_ENTRYID
            }
        }
    }

    unsafe fn CompareEntryIDs(
        &self,
        entry_id_1_size: u32,
        entry_id_1: *const ENTRYID,
        entry_id_2_size: u32,
        entry_id_2: *const ENTRYID,
        flags: u32,
        result: *mut u32,
    ) -> HRESULT {
        match self.state.route(&bytes(entry_id_1_size, entry_id_1)) {
            // SAFETY: the arguments are handed on as they are.
            Some(logon) => unsafe {
                logon.CompareEntryIDs(
                    entry_id_1_size,
                    entry_id_1,
                    entry_id_2_size,
                    entry_id_2,
                    flags,
                    result,
                )
            },
            None => MAPI_E_UNKNOWN_ENTRYID,
        }
    }

    unsafe fn Advise(
        &self,
        _: u32,
        _: *const ENTRYID,
        _: u32,
        _: *mut c_void,
        _: *mut usize,
    ) -> HRESULT {
        MAPI_E_NO_SUPPORT
    }

    unsafe fn Unadvise(&self, _: usize) -> HRESULT {
        MAPI_E_NO_SUPPORT
    }

    unsafe fn MessageOptions(&self, _: usize, _: u32, _: *const c_void, _: *mut c_void) -> HRESULT {
        MAPI_E_NO_SUPPORT
    }

    unsafe fn QueryDefaultMessageOpt(
        &self,
        _: *const c_void,
        _: u32,
        _: *mut u32,
        _: *mut *mut SPropValue,
    ) -> HRESULT {
        MAPI_E_NO_SUPPORT
    }

    unsafe fn EnumAdrTypes(&self, _: u32, _: *mut u32, _: *mut *mut *mut c_void) -> HRESULT {
        MAPI_E_NO_SUPPORT
    }

    unsafe fn QueryIdentity(&self, _: *mut u32, _: *mut *mut ENTRYID) -> HRESULT {
        MAPI_E_NOT_FOUND
    }

    unsafe fn Logoff(&self, _: usize, _: u32, _: u32) -> HRESULT {
        S_OK
    }

    unsafe fn SetDefaultStore(&self, _: u32, _: u32, _: *const ENTRYID) -> HRESULT {
        MAPI_E_NO_SUPPORT
    }

    unsafe fn AdminServices(&self, _: u32, service_admin: *mut *mut c_void) -> HRESULT {
        // SAFETY: the caller hands in a place for the pointer, or NULL.
        unsafe { put(service_admin, std::ptr::null_mut()) };
        MAPI_E_NO_SUPPORT
    }

    unsafe fn ShowForm(
        &self,
        _: usize,
        _: *mut c_void,
        _: *mut c_void,
        _: *const GUID,
        _: usize,
        _: *mut c_void,
        _: u32,
        _: u32,
        _: u32,
        _: u32,
        _: *const u8,
    ) -> HRESULT {
        MAPI_E_NO_SUPPORT
    }

    unsafe fn PrepareForm(&self, _: *const GUID, _: *mut c_void, _: *mut usize) -> HRESULT {
        MAPI_E_NO_SUPPORT
    }
}
