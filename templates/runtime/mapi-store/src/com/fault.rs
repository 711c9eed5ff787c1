//! Why a call failed: the code that the caller gets, and words for the log and for GetLastError.

use std::borrow::Cow;
use std::fmt;
use std::sync::{Mutex, PoisonError};

use mapi_abi as abi;
use windows_core::HRESULT;

use crate::store::StoreError;

/// A failure on its way to the caller: an HRESULT, and optionally a sentence that a user may read.
///
/// The sentence never holds a secret or anything out of a message: it is logged and shown.
#[derive(Clone, Debug)]
pub struct Fault {
    code: HRESULT,
    detail: Option<Cow<'static, str>>,
}

/// What an operation behind a vtable gives back.
pub type Outcome<T = ()> = Result<T, Fault>;

impl Fault {
    /// A failure with nothing to add to its code.
    pub const fn new(code: HRESULT) -> Self {
        Self { code, detail: None }
    }

    /// A failure explained in a sentence.
    pub fn because(code: HRESULT, detail: impl Into<Cow<'static, str>>) -> Self {
        Self {
            code,
            detail: Some(detail.into()),
        }
    }

    /// The code for the caller.
    pub fn code(&self) -> HRESULT {
        self.code
    }

    /// The sentence, or what the code itself says.
    pub fn message(&self) -> &str {
        self.detail
            .as_deref()
            .unwrap_or_else(|| describe(self.code))
    }

    /// The same failure under another code, for callers that document their own.
    pub fn with_code(self, code: HRESULT) -> Self {
        Self {
            code,
            detail: Some(self.detail.unwrap_or(Cow::Borrowed(describe(self.code)))),
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} ({:#010X})", self.message(), self.code.0)
    }
}

impl From<HRESULT> for Fault {
    fn from(code: HRESULT) -> Self {
        Self::new(code)
    }
}

impl From<windows_core::Error> for Fault {
    fn from(error: windows_core::Error) -> Self {
        Self::new(error.code())
    }
}

impl From<StoreError> for Fault {
    /// The one place where a failure of the store becomes MAPI's.
    fn from(error: StoreError) -> Self {
        let code = match &error {
            StoreError::NotFound => abi::MAPI_E_NOT_FOUND,
            StoreError::Changed => abi::MAPI_E_OBJECT_CHANGED,
            StoreError::Deleted => abi::MAPI_E_OBJECT_DELETED,
            StoreError::Collision => abi::MAPI_E_COLLISION,
            StoreError::FolderCycle => abi::MAPI_E_FOLDER_CYCLE,
            StoreError::HasFolders => abi::MAPI_E_HAS_FOLDERS,
            StoreError::HasMessages => abi::MAPI_E_HAS_MESSAGES,
            StoreError::NoAccess => abi::MAPI_E_NO_ACCESS,
            StoreError::NotInitialized => abi::MAPI_E_NOT_INITIALIZED,
            StoreError::Submitted => abi::MAPI_E_SUBMITTED,
            StoreError::NotQueued => abi::MAPI_E_NOT_IN_QUEUE,
            StoreError::TooBig => abi::MAPI_E_TOO_BIG,
            StoreError::Corrupt(_) => abi::MAPI_E_CORRUPT_STORE,
            StoreError::Busy => abi::MAPI_E_BUSY,
            StoreError::DiskFull => abi::MAPI_E_NOT_ENOUGH_DISK,
            StoreError::Io(_) => abi::MAPI_E_DISK_ERROR,
            StoreError::Invalid(_) => abi::MAPI_E_INVALID_PARAMETER,
            StoreError::TooComplex => abi::MAPI_E_TOO_COMPLEX,
            StoreError::Sql(_) => abi::MAPI_E_CALL_FAILED,
        };
        Self::because(code, error.to_string())
    }
}

/// The last failure of an object, for `GetLastError`.
#[derive(Debug, Default)]
pub struct LastError(Mutex<Option<Fault>>);

impl LastError {
    /// Remembers a failure.
    pub fn remember(&self, fault: &Fault) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(fault.clone());
    }

    /// The words for this code, when it is what the object failed with last.
    pub fn words_for(&self, code: HRESULT) -> Option<String> {
        let last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        last.as_ref()
            .filter(|fault| fault.code == code)
            .map(|fault| fault.message().to_owned())
    }
}

/// What a code says, for a person.
fn describe(code: HRESULT) -> &'static str {
    match code {
        abi::MAPI_E_NO_SUPPORT => "This store does not support the operation.",
        abi::MAPI_E_BAD_CHARWIDTH => "The character width is not supported.",
        abi::MAPI_E_UNKNOWN_FLAGS => "A flag is not known.",
        abi::MAPI_E_INVALID_ENTRYID => "The entry identifier is damaged.",
        abi::MAPI_E_INVALID_OBJECT => "The object has been closed.",
        abi::MAPI_E_OBJECT_CHANGED => "The object was changed since it was opened.",
        abi::MAPI_E_OBJECT_DELETED => "The object was deleted since it was opened.",
        abi::MAPI_E_BUSY => "The store is busy.",
        abi::MAPI_E_NOT_ENOUGH_DISK => "There is not enough disk space.",
        abi::MAPI_E_NOT_FOUND => "The object or property does not exist.",
        abi::MAPI_E_VERSION => "The version is not supported.",
        abi::MAPI_E_LOGON_FAILED => "The logon failed.",
        abi::MAPI_E_USER_CANCEL => "The operation was cancelled.",
        abi::MAPI_E_NETWORK_ERROR => "The network failed.",
        abi::MAPI_E_DISK_ERROR => "The disk failed.",
        abi::MAPI_E_TOO_COMPLEX => "The request is too complex.",
        abi::MAPI_E_COMPUTED => "The property is computed by the store.",
        abi::MAPI_E_CORRUPT_DATA | abi::MAPI_E_CORRUPT_STORE => "The data is damaged.",
        abi::MAPI_E_UNCONFIGURED => "The store is not configured in this profile.",
        abi::MAPI_E_FAILONEPROVIDER => "The store cannot be opened now.",
        abi::MAPI_E_UNKNOWN_ENTRYID => "The entry identifier belongs to another store.",
        abi::MAPI_E_END_OF_SESSION => "The session has ended.",
        abi::MAPI_E_DECLINE_COPY => "The copy is left to the caller.",
        abi::MAPI_E_UNEXPECTED_ID => "The property identifier is not known.",
        abi::MAPI_E_UNEXPECTED_TYPE | abi::MAPI_E_INVALID_TYPE => "The property type does not fit.",
        abi::MAPI_E_TYPE_NO_SUPPORT => "The property type is not supported.",
        abi::MAPI_E_TOO_BIG => "There is too much of it.",
        abi::MAPI_E_COLLISION => "An object of this name exists already.",
        abi::MAPI_E_NOT_INITIALIZED => "It was never set up.",
        abi::MAPI_E_NO_RECIPIENTS => "The message has no recipients.",
        abi::MAPI_E_SUBMITTED => "The message has been submitted.",
        abi::MAPI_E_HAS_FOLDERS => "The folder has subfolders.",
        abi::MAPI_E_HAS_MESSAGES => "The folder has messages.",
        abi::MAPI_E_FOLDER_CYCLE => "A folder cannot contain itself.",
        abi::MAPI_E_NO_ACCESS => "Access is denied.",
        abi::MAPI_E_NOT_ENOUGH_MEMORY => {
            "There is not enough memory, or the value must be opened as a stream."
        }
        abi::MAPI_E_INVALID_PARAMETER => "A parameter is not valid.",
        abi::MAPI_E_INTERFACE_NOT_SUPPORTED => "The interface is not supported.",
        _ => "The operation failed.",
    }
}
