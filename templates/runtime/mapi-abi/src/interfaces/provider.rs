//! What MAPI calls on a provider outside of an open store.

use crate::*;
use core::ffi::c_void;
use windows_core::{GUID, HRESULT, IUnknown, IUnknown_Vtbl};

/// A message store provider, as its entry point returns it. `[imsprovideriunknown]`
#[windows_core::interface("00020310-0000-0000-C000-000000000046")]
pub unsafe trait IMSProvider: IUnknown {
    /// Says that the provider is about to be released. `[imsprovider-shutdown]`
    pub unsafe fn Shutdown(&self, flags: *mut u32) -> HRESULT;
    /// Opens a store. `[imsprovider-logon]`
    pub unsafe fn Logon(
        &self,
        support: *mut c_void,
        ui_param: usize,
        profile_name: *const c_void,
        entry_id_size: u32,
        entry_id: *const ENTRYID,
        flags: u32,
        iid: *const GUID,
        spool_security_size: *mut u32,
        spool_security: *mut *mut u8,
        error: *mut *mut MAPIERROR,
        logon: *mut *mut c_void,
        store: *mut *mut c_void,
    ) -> HRESULT;
    /// Opens a store on behalf of the spooler. `[imsprovider-spoolerlogon]`
    pub unsafe fn SpoolerLogon(
        &self,
        support: *mut c_void,
        ui_param: usize,
        profile_name: *const c_void,
        entry_id_size: u32,
        entry_id: *const ENTRYID,
        flags: u32,
        iid: *const GUID,
        spool_security_size: u32,
        spool_security: *const u8,
        error: *mut *mut MAPIERROR,
        logon: *mut *mut c_void,
        store: *mut *mut c_void,
    ) -> HRESULT;
    /// Tells whether two unwrapped store entry ids name the same store. `[imsprovider-comparestoreids]`
    pub unsafe fn CompareStoreIDs(
        &self,
        entry_id_1_size: u32,
        entry_id_1: *const ENTRYID,
        entry_id_2_size: u32,
        entry_id_2: *const ENTRYID,
        flags: u32,
        result: *mut u32,
    ) -> HRESULT;
}

/// The session of one open store, held by MAPI. `[imslogoniunknown]`
#[windows_core::interface("00020313-0000-0000-C000-000000000046")]
pub unsafe trait IMSLogon: IUnknown {
    /// Describes the last error of this object. `[imslogon-getlasterror]`
    pub unsafe fn GetLastError(
        &self,
        hresult: HRESULT,
        flags: u32,
        error: *mut *mut MAPIERROR,
    ) -> HRESULT;
    /// Forces the session to its end. `[imslogon-logoff]`
    pub unsafe fn Logoff(&self, flags: *mut u32) -> HRESULT;
    /// Opens a folder or message. `[imslogon-openentry]`
    pub unsafe fn OpenEntry(
        &self,
        entry_id_size: u32,
        entry_id: *const ENTRYID,
        iid: *const GUID,
        flags: u32,
        object_type: *mut u32,
        object: *mut *mut c_void,
    ) -> HRESULT;
    /// Tells whether two entry ids name the same object. `[imslogon-compareentryids]`
    pub unsafe fn CompareEntryIDs(
        &self,
        entry_id_1_size: u32,
        entry_id_1: *const ENTRYID,
        entry_id_2_size: u32,
        entry_id_2: *const ENTRYID,
        flags: u32,
        result: *mut u32,
    ) -> HRESULT;
    /// Registers a sink for events of an object, or of the whole store. `[imslogon-advise]`
    pub unsafe fn Advise(
        &self,
        entry_id_size: u32,
        entry_id: *const ENTRYID,
        event_mask: u32,
        sink: *mut c_void,
        connection: *mut usize,
    ) -> HRESULT;
    /// Ends a registration. `[imslogon-unadvise]`
    pub unsafe fn Unadvise(&self, connection: usize) -> HRESULT;
    /// Opens the status object of the store. `[imslogon-openstatusentry]`
    pub unsafe fn OpenStatusEntry(
        &self,
        iid: *const GUID,
        flags: u32,
        object_type: *mut u32,
        entry: *mut *mut c_void,
    ) -> HRESULT;
}

/// Fast shutdown, asked of the provider object. `[imapiprovidershutdowniunknown]`
#[windows_core::interface("00020398-0000-0000-C000-000000000046")]
pub unsafe trait IMAPIProviderShutdown: IUnknown {
    /// Tells whether the provider supports fast shutdown. `[imapiprovidershutdown-queryfastshutdown]`
    pub unsafe fn QueryFastShutdown(&self) -> HRESULT;
    /// Says that the process is about to end. `[imapiprovidershutdown-notifyprocessshutdown]`
    pub unsafe fn NotifyProcessShutdown(&self) -> HRESULT;
    /// Says that the process ends without releasing anything. `[imapiprovidershutdown-dofastshutdown]`
    pub unsafe fn DoFastShutdown(&self) -> HRESULT;
}

/// Background synchronization, asked of the store object. `[imapisynciunknown]`
#[windows_core::interface("5024a385-2d44-486a-81a8-8f0ecb6071dd")]
pub unsafe trait IMAPISync: IUnknown {
    /// Starts a synchronization and returns at once. `[imapisyncsynchronizeinbackground]`
    pub unsafe fn SynchronizeInBackground(&self, info: *mut MAPISIB) -> HRESULT;
}
