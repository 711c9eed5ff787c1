//! `IMAPISupport`: what MAPI does for a provider.

use crate::*;
use core::ffi::c_void;
use windows_core::{GUID, HRESULT, IUnknown, IUnknown_Vtbl};

/// The helper object that MAPI hands to a provider. Its IID is also known as `IID_IMAPISup`. `[imapisupportiunknown]`
#[windows_core::interface("0002030F-0000-0000-C000-000000000046")]
pub unsafe trait IMAPISupport: IUnknown {
    /// Describes the last error of this object. `[imapisupport-getlasterror]`
    pub unsafe fn GetLastError(
        &self,
        hresult: HRESULT,
        flags: u32,
        error: *mut *mut MAPIERROR,
    ) -> HRESULT;
    /// Returns the memory functions. `[imapisupport-getmemallocroutines]`
    pub unsafe fn GetMemAllocRoutines(
        &self,
        allocate_buffer: *mut Option<ALLOCATEBUFFER>,
        allocate_more: *mut Option<ALLOCATEMORE>,
        free_buffer: *mut Option<FREEBUFFER>,
    ) -> HRESULT;
    /// Registers a sink with the notification engine. `[imapisupport-subscribe]`
    pub unsafe fn Subscribe(
        &self,
        key: *const NOTIFKEY,
        event_mask: u32,
        flags: u32,
        sink: *mut c_void,
        connection: *mut usize,
    ) -> HRESULT;
    /// Ends a registration. `[imapisupport-unsubscribe]`
    pub unsafe fn Unsubscribe(&self, connection: usize) -> HRESULT;
    /// Sends events to the sinks of a key. `[imapisupport-notify]`
    pub unsafe fn Notify(
        &self,
        key: *const NOTIFKEY,
        count: u32,
        notifications: *const NOTIFICATION,
        flags: *mut u32,
    ) -> HRESULT;
    /// Writes the provider's row of the status table. `[imapisupport-modifystatusrow]`
    pub unsafe fn ModifyStatusRow(
        &self,
        count: u32,
        values: *const SPropValue,
        flags: u32,
    ) -> HRESULT;
    /// Opens a section of the profile; NULL is the provider's own. `[imapisupport-openprofilesection]`
    pub unsafe fn OpenProfileSection(
        &self,
        uid: *const MAPIUID,
        flags: u32,
        section: *mut *mut c_void,
    ) -> HRESULT;
    /// Registers a preprocessor of a transport; the last two strings are 8-bit. `[imapisupport-registerpreprocessor]`
    pub unsafe fn RegisterPreprocessor(
        &self,
        uid: *const MAPIUID,
        address_type: *const c_void,
        dll_name: *const c_void,
        preprocess: *const u8,
        remove_preprocess_info: *const u8,
        flags: u32,
    ) -> HRESULT;
    /// Makes a unique identifier. `[imapisupport-newuid]`
    pub unsafe fn NewUID(&self, uid: *mut MAPIUID) -> HRESULT;
    /// Makes an object refuse every call; it must stem from MAPI's allocator. `[imapisupport-makeinvalid]`
    pub unsafe fn MakeInvalid(
        &self,
        flags: u32,
        object: *mut c_void,
        ref_count: u32,
        method_count: u32,
    ) -> HRESULT;
    /// Lends time to the spooler. `[imapisupport-spooleryield]`
    pub unsafe fn SpoolerYield(&self, flags: u32) -> HRESULT;
    /// Tells the spooler of an event. `[imapisupport-spoolernotify]`
    pub unsafe fn SpoolerNotify(&self, flags: u32, data: *mut c_void) -> HRESULT;
    /// Makes an entry id of a one-off address. `[imapisupport-createoneoff]`
    pub unsafe fn CreateOneOff(
        &self,
        name: *const c_void,
        address_type: *const c_void,
        address: *const c_void,
        flags: u32,
        entry_id_size: *mut u32,
        entry_id: *mut *mut ENTRYID,
    ) -> HRESULT;
    /// Registers the identifier that begins the provider's entry ids. `[imapisupport-setprovideruid]`
    pub unsafe fn SetProviderUID(&self, provider: *const MAPIUID, flags: u32) -> HRESULT;
    /// Compares entry ids of any provider. `[imapisupport-compareentryids]`
    pub unsafe fn CompareEntryIDs(
        &self,
        entry_id_1_size: u32,
        entry_id_1: *const ENTRYID,
        entry_id_2_size: u32,
        entry_id_2: *const ENTRYID,
        flags: u32,
        result: *mut u32,
    ) -> HRESULT;
    /// Opens a foreign recipient's template. `[imapisupport-opentemplateid]`
    pub unsafe fn OpenTemplateID(
        &self,
        template_id_size: u32,
        template_id: *const ENTRYID,
        template_flags: u32,
        data: *mut c_void,
        iid: *const GUID,
        new_object: *mut *mut c_void,
        sibling: *mut c_void,
    ) -> HRESULT;
    /// Opens an entry of any provider. `[imapisupport-openentry]`
    pub unsafe fn OpenEntry(
        &self,
        entry_id_size: u32,
        entry_id: *const ENTRYID,
        iid: *const GUID,
        flags: u32,
        object_type: *mut u32,
        object: *mut *mut c_void,
    ) -> HRESULT;
    /// Opens the table of one-off templates. `[imapisupport-getoneofftable]`
    pub unsafe fn GetOneOffTable(&self, flags: u32, table: *mut *mut c_void) -> HRESULT;
    /// Shows the address dialog; `parameters` is an `ADRPARM`. `[imapisupport-address]`
    pub unsafe fn Address(
        &self,
        ui_param: *mut usize,
        parameters: *mut c_void,
        recipients: *mut *mut ADRLIST,
    ) -> HRESULT;
    /// Shows the details of an entry; the callbacks are functions. `[imapisupport-details]`
    pub unsafe fn Details(
        &self,
        ui_param: *mut usize,
        dismiss: *mut c_void,
        dismiss_context: *mut c_void,
        entry_id_size: u32,
        entry_id: *const ENTRYID,
        button: *mut c_void,
        button_context: *mut c_void,
        button_text: *const c_void,
        flags: u32,
    ) -> HRESULT;
    /// Adds an entry to an address book. `[imapisupport-newentry]`
    pub unsafe fn NewEntry(
        &self,
        ui_param: usize,
        flags: u32,
        container_size: u32,
        container: *const ENTRYID,
        template_size: u32,
        template: *const ENTRYID,
        entry_id_size: *mut u32,
        entry_id: *mut *mut ENTRYID,
    ) -> HRESULT;
    /// Shows a property sheet of configuration data. `[imapisupport-doconfigpropsheet]`
    pub unsafe fn DoConfigPropsheet(
        &self,
        ui_param: usize,
        flags: u32,
        title: *const c_void,
        display_table: *mut c_void,
        config_data: *mut c_void,
        top_page: u32,
    ) -> HRESULT;
    /// Copies or moves messages between any folders. `[imapisupport-copymessages]`
    pub unsafe fn CopyMessages(
        &self,
        source_iid: *const GUID,
        source: *mut c_void,
        messages: *const ENTRYLIST,
        destination_iid: *const GUID,
        destination: *mut c_void,
        ui_param: usize,
        progress: *mut c_void,
        flags: u32,
    ) -> HRESULT;
    /// Copies or moves a folder between any folders. `[imapisupport-copyfolder]`
    pub unsafe fn CopyFolder(
        &self,
        source_iid: *const GUID,
        source: *mut c_void,
        entry_id_size: u32,
        entry_id: *const ENTRYID,
        destination_iid: *const GUID,
        destination: *mut c_void,
        new_name: *const c_void,
        ui_param: usize,
        progress: *mut c_void,
        flags: u32,
    ) -> HRESULT;
    /// Does what `IMAPIProp::CopyTo` promises. `[imapisupport-docopyto]`
    pub unsafe fn DoCopyTo(
        &self,
        source_iid: *const GUID,
        source: *mut c_void,
        excluded_iid_count: u32,
        excluded_iids: *const GUID,
        excluded_tags: *const SPropTagArray,
        ui_param: usize,
        progress: *mut c_void,
        destination_iid: *const GUID,
        destination: *mut c_void,
        flags: u32,
        problems: *mut *mut SPropProblemArray,
    ) -> HRESULT;
    /// Does what `IMAPIProp::CopyProps` promises. `[imapisupport-docopyprops]`
    pub unsafe fn DoCopyProps(
        &self,
        source_iid: *const GUID,
        source: *mut c_void,
        included_tags: *const SPropTagArray,
        ui_param: usize,
        progress: *mut c_void,
        destination_iid: *const GUID,
        destination: *mut c_void,
        flags: u32,
        problems: *mut *mut SPropProblemArray,
    ) -> HRESULT;
    /// Shows a progress dialog. `[imapisupport-doprogressdialog]`
    pub unsafe fn DoProgressDialog(
        &self,
        ui_param: usize,
        flags: u32,
        progress: *mut *mut c_void,
    ) -> HRESULT;
    /// Fills an empty message with a read or non-read report. `[imapisupport-readreceipt]`
    pub unsafe fn ReadReceipt(
        &self,
        flags: u32,
        read_message: *mut c_void,
        empty_message: *mut *mut c_void,
    ) -> HRESULT;
    /// Prepares a message for submission. `[imapisupport-preparesubmit]`
    pub unsafe fn PrepareSubmit(&self, message: *mut c_void, flags: *mut u32) -> HRESULT;
    /// Completes the recipients of an outgoing message. `[imapisupport-expandrecips]`
    pub unsafe fn ExpandRecips(&self, message: *mut c_void, flags: *mut u32) -> HRESULT;
    /// Not documented.
    pub unsafe fn UpdatePAB(&self, flags: u32, message: *mut c_void) -> HRESULT;
    /// Moves or deletes a sent message and releases it. `[imapisupport-dosentmail]`
    pub unsafe fn DoSentMail(&self, flags: u32, message: *mut c_void) -> HRESULT;
    /// Opens the address book. `[imapisupport-openaddressbook]`
    pub unsafe fn OpenAddressBook(
        &self,
        iid: *const GUID,
        flags: u32,
        address_book: *mut *mut c_void,
    ) -> HRESULT;
    /// Not documented.
    pub unsafe fn Preprocess(
        &self,
        flags: u32,
        entry_id_size: u32,
        entry_id: *const ENTRYID,
    ) -> HRESULT;
    /// Ends the sending of a message by a store that is its own transport. `[imapisupport-completemsg]`
    pub unsafe fn CompleteMsg(
        &self,
        flags: u32,
        entry_id_size: u32,
        entry_id: *const ENTRYID,
    ) -> HRESULT;
    /// Tells the transports that the store goes. `[imapisupport-storelogofftransports]`
    pub unsafe fn StoreLogoffTransports(&self, flags: *mut u32) -> HRESULT;
    /// Makes delivery reports for recipients. `[imapisupport-statusrecips]`
    pub unsafe fn StatusRecips(
        &self,
        message: *mut c_void,
        recipients: *const ADRLIST,
    ) -> HRESULT;
    /// Wraps the private entry id of a store. `[imapisupport-wrapstoreentryid]`
    pub unsafe fn WrapStoreEntryID(
        &self,
        private_size: u32,
        private: *const ENTRYID,
        wrapped_size: *mut u32,
        wrapped: *mut *mut ENTRYID,
    ) -> HRESULT;
    /// Makes profile changes permanent. `[imapisupport-modifyprofile]`
    pub unsafe fn ModifyProfile(&self, flags: u32) -> HRESULT;
    /// Lays a structured storage over a stream. `[imapisupport-istoragefromstream]`
    pub unsafe fn IStorageFromStream(
        &self,
        stream: *mut c_void,
        iid: *const GUID,
        flags: u32,
        storage: *mut *mut c_void,
    ) -> HRESULT;
    /// Returns a support object for configuration. `[imapisupport-getsvcconfigsupportobj]`
    pub unsafe fn GetSvcConfigSupportObj(
        &self,
        flags: u32,
        support: *mut *mut c_void,
    ) -> HRESULT;
}
