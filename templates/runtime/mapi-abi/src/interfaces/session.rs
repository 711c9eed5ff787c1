//! The session and the administration of a profile.

use crate::*;
use core::ffi::c_void;
use windows_core::{GUID, HRESULT, IUnknown, IUnknown_Vtbl};

/// A session of a client. `[imapisessioniunknown]`
#[windows_core::interface("00020300-0000-0000-C000-000000000046")]
pub unsafe trait IMAPISession: IUnknown {
    /// Describes the last error of this object. `[imapisession-getlasterror]`
    pub unsafe fn GetLastError(
        &self,
        hresult: HRESULT,
        flags: u32,
        error: *mut *mut MAPIERROR,
    ) -> HRESULT;
    /// Opens the table of stores in the profile. `[imapisession-getmsgstorestable]`
    pub unsafe fn GetMsgStoresTable(&self, flags: u32, table: *mut *mut c_void) -> HRESULT;
    /// Opens a store. `[imapisession-openmsgstore]`
    pub unsafe fn OpenMsgStore(
        &self,
        ui_param: usize,
        entry_id_size: u32,
        entry_id: *const ENTRYID,
        iid: *const GUID,
        flags: u32,
        store: *mut *mut c_void,
    ) -> HRESULT;
    /// Opens the address book. `[imapisession-openaddressbook]`
    pub unsafe fn OpenAddressBook(
        &self,
        ui_param: usize,
        iid: *const GUID,
        flags: u32,
        address_book: *mut *mut c_void,
    ) -> HRESULT;
    /// Opens a section of the profile. `[imapisession-openprofilesection]`
    pub unsafe fn OpenProfileSection(
        &self,
        uid: *const MAPIUID,
        iid: *const GUID,
        flags: u32,
        section: *mut *mut c_void,
    ) -> HRESULT;
    /// Opens the status table. `[imapisession-getstatustable]`
    pub unsafe fn GetStatusTable(&self, flags: u32, table: *mut *mut c_void) -> HRESULT;
    /// Opens an entry of any provider. `[imapisession-openentry]`
    pub unsafe fn OpenEntry(
        &self,
        entry_id_size: u32,
        entry_id: *const ENTRYID,
        iid: *const GUID,
        flags: u32,
        object_type: *mut u32,
        object: *mut *mut c_void,
    ) -> HRESULT;
    /// Tells whether two entry ids name the same object. `[imapisession-compareentryids]`
    pub unsafe fn CompareEntryIDs(
        &self,
        entry_id_1_size: u32,
        entry_id_1: *const ENTRYID,
        entry_id_2_size: u32,
        entry_id_2: *const ENTRYID,
        flags: u32,
        result: *mut u32,
    ) -> HRESULT;
    /// Registers a sink. `[imapisession-advise]`
    pub unsafe fn Advise(
        &self,
        entry_id_size: u32,
        entry_id: *const ENTRYID,
        event_mask: u32,
        sink: *mut c_void,
        connection: *mut usize,
    ) -> HRESULT;
    /// Ends a registration. `[imapisession-unadvise]`
    pub unsafe fn Unadvise(&self, connection: usize) -> HRESULT;
    /// Shows the options of a message. `[imapisession-messageoptions]`
    pub unsafe fn MessageOptions(
        &self,
        ui_param: usize,
        flags: u32,
        address_type: *const c_void,
        message: *mut c_void,
    ) -> HRESULT;
    /// Reads the default options of an address type. `[imapisession-querydefaultmessageopt]`
    pub unsafe fn QueryDefaultMessageOpt(
        &self,
        address_type: *const c_void,
        flags: u32,
        count: *mut u32,
        options: *mut *mut SPropValue,
    ) -> HRESULT;
    /// Lists the address types of the transports. `[imapisession-enumadrtypes]`
    pub unsafe fn EnumAdrTypes(
        &self,
        flags: u32,
        count: *mut u32,
        address_types: *mut *mut *mut c_void,
    ) -> HRESULT;
    /// Returns the entry id of the user. `[imapisession-queryidentity]`
    pub unsafe fn QueryIdentity(
        &self,
        entry_id_size: *mut u32,
        entry_id: *mut *mut ENTRYID,
    ) -> HRESULT;
    /// Ends the session. `[imapisession-logoff]`
    pub unsafe fn Logoff(&self, ui_param: usize, flags: u32, reserved: u32) -> HRESULT;
    /// Makes a store the default. `[imapisession-setdefaultstore]`
    pub unsafe fn SetDefaultStore(
        &self,
        flags: u32,
        entry_id_size: u32,
        entry_id: *const ENTRYID,
    ) -> HRESULT;
    /// Opens the administration of message services. `[imapisession-adminservices]`
    pub unsafe fn AdminServices(&self, flags: u32, service_admin: *mut *mut c_void) -> HRESULT;
    /// Shows a form; the message class is an 8-bit string. `[imapisession-showform]`
    pub unsafe fn ShowForm(
        &self,
        ui_param: usize,
        store: *mut c_void,
        parent_folder: *mut c_void,
        iid: *const GUID,
        message_token: usize,
        message_sent: *mut c_void,
        flags: u32,
        message_status: u32,
        message_flags: u32,
        access: u32,
        message_class: *const u8,
    ) -> HRESULT;
    /// Makes a token of a message for a form. `[imapisession-prepareform]`
    pub unsafe fn PrepareForm(
        &self,
        iid: *const GUID,
        message: *mut c_void,
        message_token: *mut usize,
    ) -> HRESULT;
}

/// The providers of one message service. `[iprovideradminiunknown]`
#[windows_core::interface("00020325-0000-0000-C000-000000000046")]
pub unsafe trait IProviderAdmin: IUnknown {
    /// Describes the last error of this object. `[iprovideradmin-getlasterror]`
    pub unsafe fn GetLastError(
        &self,
        hresult: HRESULT,
        flags: u32,
        error: *mut *mut MAPIERROR,
    ) -> HRESULT;
    /// Opens the table of the service's providers. `[iprovideradmin-getprovidertable]`
    pub unsafe fn GetProviderTable(&self, flags: u32, table: *mut *mut c_void) -> HRESULT;
    /// Adds a provider. `[iprovideradmin-createprovider]`
    pub unsafe fn CreateProvider(
        &self,
        provider: *const c_void,
        count: u32,
        values: *const SPropValue,
        ui_param: usize,
        flags: u32,
        uid: *mut MAPIUID,
    ) -> HRESULT;
    /// Removes a provider. `[iprovideradmin-deleteprovider]`
    pub unsafe fn DeleteProvider(&self, uid: *const MAPIUID) -> HRESULT;
    /// Opens the profile section of a provider. `[iprovideradmin-openprofilesection]`
    pub unsafe fn OpenProfileSection(
        &self,
        uid: *const MAPIUID,
        iid: *const GUID,
        flags: u32,
        section: *mut *mut c_void,
    ) -> HRESULT;
}
