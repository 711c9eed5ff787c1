//! Notifications.

use crate::*;
use core::ffi::c_void;

/// An event. `[notification]`
#[repr(C)]
#[derive(Clone, Copy)]
pub struct NOTIFICATION {
    /// An `fnev` value: which member counts.
    pub ulEventType: u32,
    /// Padding.
    pub ulAlignPad: u32,
    /// The event.
    pub info: NOTIFICATION_Info,
}

/// The event in a [`NOTIFICATION`].
#[repr(C)]
#[derive(Clone, Copy)]
pub union NOTIFICATION_Info {
    /// [`fnevCriticalError`].
    pub err: ERROR_NOTIFICATION,
    /// [`fnevNewMail`].
    pub newmail: NEWMAIL_NOTIFICATION,
    /// The `fnevObject` values and [`fnevSearchComplete`].
    pub obj: OBJECT_NOTIFICATION,
    /// [`fnevTableModified`].
    pub tab: TABLE_NOTIFICATION,
    /// [`fnevExtended`].
    pub ext: EXTENDED_NOTIFICATION,
    /// [`fnevStatusObjectModified`].
    pub statobj: STATUS_OBJECT_NOTIFICATION,
}

/// A critical error. `[error_notification]`
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct ERROR_NOTIFICATION {
    /// The size of the entry id.
    pub cbEntryID: u32,
    /// The object that failed.
    pub lpEntryID: *mut ENTRYID,
    /// The error.
    pub scode: SCODE,
    /// [`MAPI_UNICODE`] if the strings in `lpMAPIError` are UTF-16.
    pub ulFlags: u32,
    /// The description.
    pub lpMAPIError: *mut MAPIERROR,
}

/// New mail. `[newmail_notification]`
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct NEWMAIL_NOTIFICATION {
    /// The size of the entry id.
    pub cbEntryID: u32,
    /// The message.
    pub lpEntryID: *mut ENTRYID,
    /// The size of the parent's entry id.
    pub cbParentID: u32,
    /// The folder that received the message.
    pub lpParentID: *mut ENTRYID,
    /// [`MAPI_UNICODE`] if `lpszMessageClass` is UTF-16.
    pub ulFlags: u32,
    /// The message class.
    pub lpszMessageClass: *mut c_void,
    /// The value of `PR_MESSAGE_FLAGS`.
    pub ulMessageFlags: u32,
}

/// An object was created, deleted, changed, moved, copied, or its search is complete. `[object_notification]`
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct OBJECT_NOTIFICATION {
    /// The size of the entry id.
    pub cbEntryID: u32,
    /// The object.
    pub lpEntryID: *mut ENTRYID,
    /// The type of the object: `MAPI_FOLDER`, `MAPI_MESSAGE` and so on.
    pub ulObjType: u32,
    /// The size of the parent's entry id.
    pub cbParentID: u32,
    /// The parent.
    pub lpParentID: *mut ENTRYID,
    /// The size of the old entry id.
    pub cbOldID: u32,
    /// The original of a move or copy.
    pub lpOldID: *mut ENTRYID,
    /// The size of the old parent's entry id.
    pub cbOldParentID: u32,
    /// The parent of the original.
    pub lpOldParentID: *mut ENTRYID,
    /// The properties that changed, or NULL.
    pub lpPropTagArray: *mut SPropTagArray,
}

/// A table changed. `[table_notification]`
#[repr(C)]
#[derive(Clone, Copy)]
pub struct TABLE_NOTIFICATION {
    /// A `TABLE_` value.
    pub ulTableEvent: u32,
    /// The error of [`TABLE_ERROR`].
    pub hResult: HRESULT,
    /// `PR_INSTANCE_KEY` of the row.
    pub propIndex: SPropValue,
    /// `PR_INSTANCE_KEY` of the row before it, or `PR_NULL`.
    pub propPrior: SPropValue,
    /// The row.
    pub row: SRow,
    /// Padding.
    pub ulPad: u32,
}

/// An event of a provider's own. `[extended_notification]`
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct EXTENDED_NOTIFICATION {
    /// The event.
    pub ulEvent: u32,
    /// The size of the parameters.
    pub cb: u32,
    /// The parameters.
    pub pbEventParameters: *mut u8,
}

/// A row of the status table changed. `[status_object_notification]`
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct STATUS_OBJECT_NOTIFICATION {
    /// The size of the entry id.
    pub cbEntryID: u32,
    /// The status object.
    pub lpEntryID: *mut ENTRYID,
    /// How many values there are.
    pub cValues: u32,
    /// The values that changed.
    pub lpPropVals: *mut SPropValue,
}
