//! `IMAPIProp` and the interfaces that add a few methods, or none, to it.

use crate::*;
use core::ffi::c_void;
use windows_core::{GUID, HRESULT, IUnknown, IUnknown_Vtbl};

/// An object with properties: store, folder, message, attachment, status object. `[imapipropiunknown]`
#[windows_core::interface("00020303-0000-0000-C000-000000000046")]
pub unsafe trait IMAPIProp: IUnknown {
    /// Describes the last error of this object. `[imapiprop-getlasterror]`
    pub unsafe fn GetLastError(
        &self,
        hresult: HRESULT,
        flags: u32,
        error: *mut *mut MAPIERROR,
    ) -> HRESULT;
    /// Makes pending changes permanent. `[imapiprop-savechanges]`
    pub unsafe fn SaveChanges(&self, flags: u32) -> HRESULT;
    /// Reads properties; a NULL tag array asks for all of them. `[imapiprop-getprops]`
    pub unsafe fn GetProps(
        &self,
        tags: *const SPropTagArray,
        flags: u32,
        count: *mut u32,
        values: *mut *mut SPropValue,
    ) -> HRESULT;
    /// Lists the tags of all properties. `[imapiprop-getproplist]`
    pub unsafe fn GetPropList(&self, flags: u32, tags: *mut *mut SPropTagArray) -> HRESULT;
    /// Opens a property as an interface: a stream, a table, a message. `[imapiprop-openproperty]`
    pub unsafe fn OpenProperty(
        &self,
        tag: u32,
        iid: *const GUID,
        interface_options: u32,
        flags: u32,
        object: *mut *mut c_void,
    ) -> HRESULT;
    /// Writes properties. `[imapiprop-setprops]`
    pub unsafe fn SetProps(
        &self,
        count: u32,
        values: *const SPropValue,
        problems: *mut *mut SPropProblemArray,
    ) -> HRESULT;
    /// Deletes properties. `[imapiprop-deleteprops]`
    pub unsafe fn DeleteProps(
        &self,
        tags: *const SPropTagArray,
        problems: *mut *mut SPropProblemArray,
    ) -> HRESULT;
    /// Copies or moves everything but the excluded interfaces and tags. `[imapiprop-copyto]`
    pub unsafe fn CopyTo(
        &self,
        excluded_iid_count: u32,
        excluded_iids: *const GUID,
        excluded_tags: *const SPropTagArray,
        ui_param: usize,
        progress: *mut c_void,
        iid: *const GUID,
        destination: *mut c_void,
        flags: u32,
        problems: *mut *mut SPropProblemArray,
    ) -> HRESULT;
    /// Copies or moves the listed properties. `[imapiprop-copyprops]`
    pub unsafe fn CopyProps(
        &self,
        included_tags: *const SPropTagArray,
        ui_param: usize,
        progress: *mut c_void,
        iid: *const GUID,
        destination: *mut c_void,
        flags: u32,
        problems: *mut *mut SPropProblemArray,
    ) -> HRESULT;
    /// Finds the names behind property ids. `[imapiprop-getnamesfromids]`
    pub unsafe fn GetNamesFromIDs(
        &self,
        tags: *mut *mut SPropTagArray,
        property_set: *const GUID,
        flags: u32,
        count: *mut u32,
        names: *mut *mut *mut MAPINAMEID,
    ) -> HRESULT;
    /// Finds, or assigns, the ids of named properties. `[imapiprop-getidsfromnames]`
    pub unsafe fn GetIDsFromNames(
        &self,
        count: u32,
        names: *const *mut MAPINAMEID,
        flags: u32,
        tags: *mut *mut SPropTagArray,
    ) -> HRESULT;
}

/// The status object of a provider. `[imapistatusimapiprop]`
#[windows_core::interface("00020305-0000-0000-C000-000000000046")]
pub unsafe trait IMAPIStatus: IMAPIProp {
    /// Confirms that the resource is usable. `[imapistatus-validatestate]`
    pub unsafe fn ValidateState(&self, ui_param: usize, flags: u32) -> HRESULT;
    /// Shows the property sheet of the resource. `[imapistatus-settingsdialog]`
    pub unsafe fn SettingsDialog(&self, ui_param: usize, flags: u32) -> HRESULT;
    /// Changes the password of the resource. `[imapistatus-changepassword]`
    pub unsafe fn ChangePassword(
        &self,
        old_password: *const c_void,
        new_password: *const c_void,
        flags: u32,
    ) -> HRESULT;
    /// Sends and receives what is queued. `[imapistatus-flushqueues]`
    pub unsafe fn FlushQueues(
        &self,
        ui_param: usize,
        transport_size: u32,
        transport: *const ENTRYID,
        flags: u32,
    ) -> HRESULT;
}

/// A section of a profile; adds no methods to `IMAPIProp`. `[iprofsectimapiprop]`
#[windows_core::interface("00020304-0000-0000-C000-000000000046")]
pub unsafe trait IProfSect: IMAPIProp {}

/// An attachment; adds no methods to `IMAPIProp`. Its IID is also known as `IID_IAttachment`. `[iattachimapiprop]`
#[windows_core::interface("00020308-0000-0000-C000-000000000046")]
pub unsafe trait IAttach: IMAPIProp {}
