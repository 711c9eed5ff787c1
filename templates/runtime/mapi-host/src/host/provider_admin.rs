//! `IProviderAdmin`: the providers of a message service, as `ServiceEntry` gets them.

use crate::host::*;
use mapi_abi::*;
use std::ffi::c_void;
use std::sync::Arc;
use windows_core::{GUID, HRESULT, implement};

#[implement(IProviderAdmin, Agile = false)]
pub(crate) struct ProviderAdmin {
    state: Arc<HostState>,
    _live: LiveToken,
}

impl ProviderAdmin {
    pub(crate) fn create(state: &Arc<HostState>) -> IProviderAdmin {
        Self {
            state: state.clone(),
            _live: state.live.count("provider administration"),
        }
        .into()
    }
}

#[allow(non_snake_case)]
impl IProviderAdmin_Impl for ProviderAdmin_Impl {
    unsafe fn GetLastError(&self, _: HRESULT, _: u32, error: *mut *mut MAPIERROR) -> HRESULT {
        // SAFETY: the provider hands in a place for the pointer, or NULL.
        if unsafe { put(error, std::ptr::null_mut()) } {
            S_OK
        } else {
            MAPI_E_INVALID_PARAMETER
        }
    }

    unsafe fn GetProviderTable(&self, _flags: u32, table: *mut *mut c_void) -> HRESULT {
        let uid = self.state.profile.provider_uid();
        let section = self.state.profile.provider_section();
        let wanted = [
            PR_DISPLAY_NAME,
            PR_PROVIDER_DISPLAY,
            PR_PROVIDER_DLL_NAME,
            PR_RESOURCE_FLAGS,
            PR_RESOURCE_TYPE,
            PR_SERVICE_UID,
        ];
        let mut row: Vec<Prop> = wanted
            .iter()
            .filter_map(|tag| section.find(*tag).cloned())
            .collect();
        row.push(Prop::new(PR_PROVIDER_UID, &uid.ab));
        row.push(Prop::new(PR_INSTANCE_KEY, &uid.ab));
        row.push(Prop::new(PR_PROVIDER_ORDINAL, 0));
        // SAFETY: the provider hands in a place for the pointer, or NULL.
        unsafe { return_object(Ok(RowsTable::create(&self.state, vec![row])), table) }
    }

    unsafe fn CreateProvider(
        &self,
        _: *const c_void,
        _: u32,
        _: *const SPropValue,
        _: usize,
        _: u32,
        _: *mut MAPIUID,
    ) -> HRESULT {
        // The service has the one provider that the profile was made with.
        MAPI_E_NO_SUPPORT
    }

    unsafe fn DeleteProvider(&self, _: *const MAPIUID) -> HRESULT {
        MAPI_E_NO_SUPPORT
    }

    unsafe fn OpenProfileSection(
        &self,
        uid: *const MAPIUID,
        _iid: *const GUID,
        flags: u32,
        section: *mut *mut c_void,
    ) -> HRESULT {
        // SAFETY: the provider hands in an identifier, or NULL for the section of the service itself.
        let uid = unsafe { uid.as_ref() }
            .copied()
            .unwrap_or(self.state.profile.service_uid());
        let opened = ProfileSection::open(&self.state, uid, flags & MAPI_MODIFY != 0);
        // SAFETY: the provider hands in a place for the pointer, or NULL.
        unsafe { return_object(opened, section) }
    }
}
