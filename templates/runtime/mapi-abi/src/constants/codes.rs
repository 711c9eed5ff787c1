//! Result codes.

use crate::*;

macro_rules! codes {
    ($($(#[$meta:meta])* $name:ident = $value:literal;)*) => {
        $($(#[$meta])* pub const $name: HRESULT = HRESULT($value as i32);)*

        const NAMES: &[(HRESULT, &str)] = &[$(($name, stringify!($name))),*];
    };
}

/// The name of a result code, if it is one of this crate's.
pub fn hresult_name(code: HRESULT) -> Option<&'static str> {
    NAMES
        .iter()
        .find(|(value, _)| *value == code)
        .map(|(_, name)| *name)
}

/// Success; the headers' other name for [`S_OK`].
pub const SUCCESS_SUCCESS: HRESULT = S_OK;
/// Failure without a closer reason; same value as `MAPI_E_CALL_FAILED`.
pub const E_FAIL: HRESULT = MAPI_E_CALL_FAILED;
/// Same value as `MAPI_E_NOT_ENOUGH_MEMORY`.
pub const E_OUTOFMEMORY: HRESULT = MAPI_E_NOT_ENOUGH_MEMORY;
/// Same value as `MAPI_E_INVALID_PARAMETER`.
pub const E_INVALIDARG: HRESULT = MAPI_E_INVALID_PARAMETER;
/// Same value as `MAPI_E_INTERFACE_NOT_SUPPORTED`.
pub const E_NOINTERFACE: HRESULT = MAPI_E_INTERFACE_NOT_SUPPORTED;
/// Same value as `MAPI_E_NO_ACCESS`.
pub const E_ACCESSDENIED: HRESULT = MAPI_E_NO_ACCESS;

codes! {
    /// Success.
    S_OK = 0;
    /// Success, and the answer is no.
    S_FALSE = 1;

    /// The call failed for a reason that has no code.
    MAPI_E_CALL_FAILED = 0x8000_4005u32;
    /// Memory could not be allocated, or a value is too large to be returned whole.
    MAPI_E_NOT_ENOUGH_MEMORY = 0x8007_000Eu32;
    /// An argument is invalid.
    MAPI_E_INVALID_PARAMETER = 0x8007_0057u32;
    /// The object does not have the interface.
    MAPI_E_INTERFACE_NOT_SUPPORTED = 0x8000_4002u32;
    /// The caller lacks the right.
    MAPI_E_NO_ACCESS = 0x8007_0005u32;
    /// A pointer argument is NULL.
    E_POINTER = 0x8000_4003u32;
    /// The method is not implemented.
    E_NOTIMPL = 0x8000_4001u32;
    /// Something unexpected happened.
    E_UNEXPECTED = 0x8000_FFFFu32;

    /// The operation is not supported.
    MAPI_E_NO_SUPPORT = 0x8004_0102u32;
    /// The string width is not supported.
    MAPI_E_BAD_CHARWIDTH = 0x8004_0103u32;
    /// A string is too long.
    MAPI_E_STRING_TOO_LONG = 0x8004_0105u32;
    /// A flag is not known.
    MAPI_E_UNKNOWN_FLAGS = 0x8004_0106u32;
    /// The entry id is malformed.
    MAPI_E_INVALID_ENTRYID = 0x8004_0107u32;
    /// The object is no longer valid.
    MAPI_E_INVALID_OBJECT = 0x8004_0108u32;
    /// Somebody else changed the object since it was opened.
    MAPI_E_OBJECT_CHANGED = 0x8004_0109u32;
    /// Somebody else deleted the object since it was opened.
    MAPI_E_OBJECT_DELETED = 0x8004_010Au32;
    /// Another operation is in progress.
    MAPI_E_BUSY = 0x8004_010Bu32;
    /// The disk is full.
    MAPI_E_NOT_ENOUGH_DISK = 0x8004_010Du32;
    /// A resource is exhausted.
    MAPI_E_NOT_ENOUGH_RESOURCES = 0x8004_010Eu32;
    /// There is no such thing.
    MAPI_E_NOT_FOUND = 0x8004_010Fu32;
    /// The versions do not fit.
    MAPI_E_VERSION = 0x8004_0110u32;
    /// The logon failed.
    MAPI_E_LOGON_FAILED = 0x8004_0111u32;
    /// There are too many sessions.
    MAPI_E_SESSION_LIMIT = 0x8004_0112u32;
    /// The user cancelled.
    MAPI_E_USER_CANCEL = 0x8004_0113u32;
    /// The operation cannot be stopped any more.
    MAPI_E_UNABLE_TO_ABORT = 0x8004_0114u32;
    /// The network failed.
    MAPI_E_NETWORK_ERROR = 0x8004_0115u32;
    /// The disk failed.
    MAPI_E_DISK_ERROR = 0x8004_0116u32;
    /// The request is beyond what is supported.
    MAPI_E_TOO_COMPLEX = 0x8004_0117u32;
    /// The column is not allowed.
    MAPI_E_BAD_COLUMN = 0x8004_0118u32;
    /// There is more information in `GetLastError`.
    MAPI_E_EXTENDED_ERROR = 0x8004_0119u32;
    /// The property is computed and cannot be written.
    MAPI_E_COMPUTED = 0x8004_011Au32;
    /// Data is damaged.
    MAPI_E_CORRUPT_DATA = 0x8004_011Bu32;
    /// The provider lacks configuration.
    MAPI_E_UNCONFIGURED = 0x8004_011Cu32;
    /// This provider cannot log on, the rest of the session can go on.
    MAPI_E_FAILONEPROVIDER = 0x8004_011Du32;
    /// The code page is not known.
    MAPI_E_UNKNOWN_CPID = 0x8004_011Eu32;
    /// The locale is not known.
    MAPI_E_UNKNOWN_LCID = 0x8004_011Fu32;
    /// The password must be changed.
    MAPI_E_PASSWORD_CHANGE_REQUIRED = 0x8004_0120u32;
    /// The password has expired.
    MAPI_E_PASSWORD_EXPIRED = 0x8004_0121u32;
    /// The account may not be used from this computer.
    MAPI_E_INVALID_WORKSTATION_ACCOUNT = 0x8004_0122u32;
    /// The account may not be used at this time.
    MAPI_E_INVALID_ACCESS_TIME = 0x8004_0123u32;
    /// The account is disabled.
    MAPI_E_ACCOUNT_DISABLED = 0x8004_0124u32;
    /// The store works offline.
    MAPI_E_OFFLINE = 0x8004_0126u32;
    /// The session is over.
    MAPI_E_END_OF_SESSION = 0x8004_0200u32;
    /// The entry id is not one of this provider's.
    MAPI_E_UNKNOWN_ENTRYID = 0x8004_0201u32;
    /// A required column is missing.
    MAPI_E_MISSING_REQUIRED_COLUMN = 0x8004_0202u32;
    /// A profile has no service.
    MAPI_W_NO_SERVICE = 0x0004_0203u32;
    /// The value is not allowed for the property.
    MAPI_E_BAD_VALUE = 0x8004_0301u32;
    /// The property type is invalid.
    MAPI_E_INVALID_TYPE = 0x8004_0302u32;
    /// The property type is not supported.
    MAPI_E_TYPE_NO_SUPPORT = 0x8004_0303u32;
    /// The property type is not the expected one.
    MAPI_E_UNEXPECTED_TYPE = 0x8004_0304u32;
    /// There is too much data.
    MAPI_E_TOO_BIG = 0x8004_0305u32;
    /// The provider leaves the copy to MAPI.
    MAPI_E_DECLINE_COPY = 0x8004_0306u32;
    /// The property id is not the expected one.
    MAPI_E_UNEXPECTED_ID = 0x8004_0307u32;
    /// Success, except for single items.
    MAPI_W_ERRORS_RETURNED = 0x0004_0380u32;
    /// The operation could not be completed.
    MAPI_E_UNABLE_TO_COMPLETE = 0x8004_0400u32;
    /// The time is up.
    MAPI_E_TIMEOUT = 0x8004_0401u32;
    /// The table is empty.
    MAPI_E_TABLE_EMPTY = 0x8004_0402u32;
    /// The table is too large.
    MAPI_E_TABLE_TOO_BIG = 0x8004_0403u32;
    /// The bookmark does not exist any more.
    MAPI_E_INVALID_BOOKMARK = 0x8004_0405u32;
    /// Success; the row of the bookmark has moved or gone.
    MAPI_W_POSITION_CHANGED = 0x0004_0481u32;
    /// Success; the count is approximate.
    MAPI_W_APPROX_COUNT = 0x0004_0482u32;
    /// The caller is to wait.
    MAPI_E_WAIT = 0x8004_0500u32;
    /// The operation was cancelled.
    MAPI_E_CANCEL = 0x8004_0501u32;
    /// The transport does not handle the message.
    MAPI_E_NOT_ME = 0x8004_0502u32;
    /// Success; the message is cancelled.
    MAPI_W_CANCEL_MESSAGE = 0x0004_0580u32;
    /// The store is damaged.
    MAPI_E_CORRUPT_STORE = 0x8004_0600u32;
    /// The message is not in the outgoing queue any more.
    MAPI_E_NOT_IN_QUEUE = 0x8004_0601u32;
    /// The store cannot suppress read reports.
    MAPI_E_NO_SUPPRESS = 0x8004_0602u32;
    /// The name is taken.
    MAPI_E_COLLISION = 0x8004_0604u32;
    /// Something has to be set up first.
    MAPI_E_NOT_INITIALIZED = 0x8004_0605u32;
    /// The message is not a standard one.
    MAPI_E_NON_STANDARD = 0x8004_0606u32;
    /// The message has no recipients.
    MAPI_E_NO_RECIPIENTS = 0x8004_0607u32;
    /// The message is submitted already.
    MAPI_E_SUBMITTED = 0x8004_0608u32;
    /// The folder has subfolders.
    MAPI_E_HAS_FOLDERS = 0x8004_0609u32;
    /// The folder has messages.
    MAPI_E_HAS_MESSAGES = 0x8004_060Au32;
    /// The folder would become its own ancestor.
    MAPI_E_FOLDER_CYCLE = 0x8004_060Bu32;
    /// Success, but not for everything.
    MAPI_W_PARTIAL_COMPLETION = 0x0004_0680u32;
    /// A recipient is ambiguous.
    MAPI_E_AMBIGUOUS_RECIP = 0x8004_0700u32;

    /// A stream could not be found.
    STG_E_FILENOTFOUND = 0x8003_0002u32;
    /// A stream refuses access.
    STG_E_ACCESSDENIED = 0x8003_0005u32;
    /// A seek leads before the start of a stream.
    STG_E_SEEKERROR = 0x8003_0019u32;
    /// A stream function is not valid.
    STG_E_INVALIDFUNCTION = 0x8003_0001u32;
    /// A stream argument is not valid.
    STG_E_INVALIDPARAMETER = 0x8003_0057u32;
    /// A stream pointer argument is NULL.
    STG_E_INVALIDPOINTER = 0x8003_0009u32;
    /// There is no room for the stream.
    STG_E_MEDIUMFULL = 0x8003_0070u32;
    /// The stream's parent has been released or changed.
    STG_E_REVERTED = 0x8003_0102u32;
    /// A stream flag is not valid.
    STG_E_INVALIDFLAG = 0x8003_00FFu32;
}
