//! Stores, folders and messages.

use crate::*;
use core::ffi::c_void;
use windows_core::{GUID, HRESULT, IUnknown, IUnknown_Vtbl};

/// An open message store. `[imsgstoreimapiprop]`
#[windows_core::interface("00020306-0000-0000-C000-000000000046")]
pub unsafe trait IMsgStore: IMAPIProp {
    /// Registers a sink for events of an object, or of the whole store. `[imsgstore-advise]`
    pub unsafe fn Advise(
        &self,
        entry_id_size: u32,
        entry_id: *const ENTRYID,
        event_mask: u32,
        sink: *mut c_void,
        connection: *mut usize,
    ) -> HRESULT;
    /// Ends a registration. `[imsgstore-unadvise]`
    pub unsafe fn Unadvise(&self, connection: usize) -> HRESULT;
    /// Tells whether two entry ids name the same object. `[imsgstore-compareentryids]`
    pub unsafe fn CompareEntryIDs(
        &self,
        entry_id_1_size: u32,
        entry_id_1: *const ENTRYID,
        entry_id_2_size: u32,
        entry_id_2: *const ENTRYID,
        flags: u32,
        result: *mut u32,
    ) -> HRESULT;
    /// Opens a folder or message; no entry id means the root folder. `[imsgstore-openentry]`
    pub unsafe fn OpenEntry(
        &self,
        entry_id_size: u32,
        entry_id: *const ENTRYID,
        iid: *const GUID,
        flags: u32,
        object_type: *mut u32,
        object: *mut *mut c_void,
    ) -> HRESULT;
    /// Chooses the folder that receives a message class. `[imsgstore-setreceivefolder]`
    pub unsafe fn SetReceiveFolder(
        &self,
        message_class: *const c_void,
        flags: u32,
        entry_id_size: u32,
        entry_id: *const ENTRYID,
    ) -> HRESULT;
    /// Finds the folder that receives a message class. `[imsgstore-getreceivefolder]`
    pub unsafe fn GetReceiveFolder(
        &self,
        message_class: *const c_void,
        flags: u32,
        entry_id_size: *mut u32,
        entry_id: *mut *mut ENTRYID,
        explicit_class: *mut *mut c_void,
    ) -> HRESULT;
    /// Opens the table of receive folders. `[imsgstore-getreceivefoldertable]`
    pub unsafe fn GetReceiveFolderTable(&self, flags: u32, table: *mut *mut c_void) -> HRESULT;
    /// Prepares the store for its release. `[imsgstore-storelogoff]`
    pub unsafe fn StoreLogoff(&self, flags: *mut u32) -> HRESULT;
    /// Takes a message back from the outgoing queue. `[imsgstore-abortsubmit]`
    pub unsafe fn AbortSubmit(
        &self,
        entry_id_size: u32,
        entry_id: *const ENTRYID,
        flags: u32,
    ) -> HRESULT;
    /// Opens the table of outgoing messages. `[imsgstore-getoutgoingqueue]`
    pub unsafe fn GetOutgoingQueue(&self, flags: u32, table: *mut *mut c_void) -> HRESULT;
    /// Locks or unlocks a message for the spooler. `[imsgstore-setlockstate]`
    pub unsafe fn SetLockState(&self, message: *mut c_void, lock_state: u32) -> HRESULT;
    /// Ends the processing of a sent message. `[imsgstore-finishedmsg]`
    pub unsafe fn FinishedMsg(
        &self,
        flags: u32,
        entry_id_size: u32,
        entry_id: *const ENTRYID,
    ) -> HRESULT;
    /// Passes on that new mail has come. `[imsgstore-notifynewmail]`
    pub unsafe fn NotifyNewMail(&self, notification: *const NOTIFICATION) -> HRESULT;
}

/// Something that has contents and children. `[imapicontainerimapiprop]`
#[windows_core::interface("0002030B-0000-0000-C000-000000000046")]
pub unsafe trait IMAPIContainer: IMAPIProp {
    /// Opens the table of the container's messages. `[imapicontainer-getcontentstable]`
    pub unsafe fn GetContentsTable(&self, flags: u32, table: *mut *mut c_void) -> HRESULT;
    /// Opens the table of the container's children. `[imapicontainer-gethierarchytable]`
    pub unsafe fn GetHierarchyTable(&self, flags: u32, table: *mut *mut c_void) -> HRESULT;
    /// Opens an object by its entry id. `[imapicontainer-openentry]`
    pub unsafe fn OpenEntry(
        &self,
        entry_id_size: u32,
        entry_id: *const ENTRYID,
        iid: *const GUID,
        flags: u32,
        object_type: *mut u32,
        object: *mut *mut c_void,
    ) -> HRESULT;
    /// Sets the search of a search folder. `[imapicontainer-setsearchcriteria]`
    pub unsafe fn SetSearchCriteria(
        &self,
        restriction: *const SRestriction,
        containers: *const ENTRYLIST,
        flags: u32,
    ) -> HRESULT;
    /// Reads the search of a search folder. `[imapicontainer-getsearchcriteria]`
    pub unsafe fn GetSearchCriteria(
        &self,
        flags: u32,
        restriction: *mut *mut SRestriction,
        containers: *mut *mut ENTRYLIST,
        state: *mut u32,
    ) -> HRESULT;
}

/// A folder of a message store. `[imapifolderimapicontainer]`
#[windows_core::interface("0002030C-0000-0000-C000-000000000046")]
pub unsafe trait IMAPIFolder: IMAPIContainer {
    /// Creates a message, which exists once it is saved. `[imapifolder-createmessage]`
    pub unsafe fn CreateMessage(
        &self,
        iid: *const GUID,
        flags: u32,
        message: *mut *mut c_void,
    ) -> HRESULT;
    /// Copies or moves messages. `[imapifolder-copymessages]`
    pub unsafe fn CopyMessages(
        &self,
        messages: *const ENTRYLIST,
        iid: *const GUID,
        destination: *mut c_void,
        ui_param: usize,
        progress: *mut c_void,
        flags: u32,
    ) -> HRESULT;
    /// Deletes messages. `[imapifolder-deletemessages]`
    pub unsafe fn DeleteMessages(
        &self,
        messages: *const ENTRYLIST,
        ui_param: usize,
        progress: *mut c_void,
        flags: u32,
    ) -> HRESULT;
    /// Creates a subfolder. `[imapifolder-createfolder]`
    pub unsafe fn CreateFolder(
        &self,
        folder_type: u32,
        name: *const c_void,
        comment: *const c_void,
        iid: *const GUID,
        flags: u32,
        folder: *mut *mut c_void,
    ) -> HRESULT;
    /// Copies or moves a subfolder. `[imapifolder-copyfolder]`
    pub unsafe fn CopyFolder(
        &self,
        entry_id_size: u32,
        entry_id: *const ENTRYID,
        iid: *const GUID,
        destination: *mut c_void,
        new_name: *const c_void,
        ui_param: usize,
        progress: *mut c_void,
        flags: u32,
    ) -> HRESULT;
    /// Deletes a subfolder. `[imapifolder-deletefolder]`
    pub unsafe fn DeleteFolder(
        &self,
        entry_id_size: u32,
        entry_id: *const ENTRYID,
        ui_param: usize,
        progress: *mut c_void,
        flags: u32,
    ) -> HRESULT;
    /// Marks messages as read or unread and handles their read reports. `[imapifolder-setreadflags]`
    pub unsafe fn SetReadFlags(
        &self,
        messages: *const ENTRYLIST,
        ui_param: usize,
        progress: *mut c_void,
        flags: u32,
    ) -> HRESULT;
    /// Reads the status that a message has in this folder. `[imapifolder-getmessagestatus]`
    pub unsafe fn GetMessageStatus(
        &self,
        entry_id_size: u32,
        entry_id: *const ENTRYID,
        flags: u32,
        status: *mut u32,
    ) -> HRESULT;
    /// Changes the status that a message has in this folder. `[imapifolder-setmessagestatus]`
    pub unsafe fn SetMessageStatus(
        &self,
        entry_id_size: u32,
        entry_id: *const ENTRYID,
        new_status: u32,
        new_status_mask: u32,
        old_status: *mut u32,
    ) -> HRESULT;
    /// Makes a sort order the default of the contents table. `[imapifolder-savecontentssort]`
    pub unsafe fn SaveContentsSort(
        &self,
        sort_criteria: *const SSortOrderSet,
        flags: u32,
    ) -> HRESULT;
    /// Deletes all messages and subfolders. `[imapifolder-emptyfolder]`
    pub unsafe fn EmptyFolder(
        &self,
        ui_param: usize,
        progress: *mut c_void,
        flags: u32,
    ) -> HRESULT;
}

/// A message. `[imessageimapiprop]`
#[windows_core::interface("00020307-0000-0000-C000-000000000046")]
pub unsafe trait IMessage: IMAPIProp {
    /// Opens the table of attachments. `[imessage-getattachmenttable]`
    pub unsafe fn GetAttachmentTable(&self, flags: u32, table: *mut *mut c_void) -> HRESULT;
    /// Opens an attachment by its number. `[imessage-openattach]`
    pub unsafe fn OpenAttach(
        &self,
        number: u32,
        iid: *const GUID,
        flags: u32,
        attachment: *mut *mut c_void,
    ) -> HRESULT;
    /// Creates an attachment. `[imessage-createattach]`
    pub unsafe fn CreateAttach(
        &self,
        iid: *const GUID,
        flags: u32,
        number: *mut u32,
        attachment: *mut *mut c_void,
    ) -> HRESULT;
    /// Deletes an attachment. `[imessage-deleteattach]`
    pub unsafe fn DeleteAttach(
        &self,
        number: u32,
        ui_param: usize,
        progress: *mut c_void,
        flags: u32,
    ) -> HRESULT;
    /// Opens the table of recipients. `[imessage-getrecipienttable]`
    pub unsafe fn GetRecipientTable(&self, flags: u32, table: *mut *mut c_void) -> HRESULT;
    /// Adds, changes, removes or replaces recipients. `[imessage-modifyrecipients]`
    pub unsafe fn ModifyRecipients(&self, flags: u32, recipients: *const ADRLIST) -> HRESULT;
    /// Saves the message and queues it for sending. `[imessage-submitmessage]`
    pub unsafe fn SubmitMessage(&self, flags: u32) -> HRESULT;
    /// Marks the message as read or unread and handles its read report. `[imessage-setreadflag]`
    pub unsafe fn SetReadFlag(&self, flags: u32) -> HRESULT;
}

/// What a folder supports beyond MAPI. `[ifoldersupportiunknown]`
#[windows_core::interface("00375ac3-ecaf-4ef8-a527-34f452fa9c67")]
pub unsafe trait IFolderSupport: IUnknown {
    /// Reads the `FS_` bits. `[ifoldersupport-getsupportmask]`
    pub unsafe fn GetSupportMask(&self, support_mask: *mut u32) -> HRESULT;
}

/// What a store supports beyond MAPI. `[imscapabilitiesiunknown]`
#[windows_core::interface("00020393-0000-0000-C000-000000000046")]
pub unsafe trait IMSCapabilities: IUnknown {
    /// Answers the `MSCAP_` bits of a selector. `[imscapabilities-getcapabilities]`
    pub unsafe fn GetCapabilities(&self, selector: u32) -> u32;
}
