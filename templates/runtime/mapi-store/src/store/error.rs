//! What can go wrong in the store, in the store's own words; the COM layer turns each into its `HRESULT`.

use std::fmt;

/// Why an operation on the store failed.
#[derive(Debug)]
#[non_exhaustive]
pub enum StoreError {
    /// The object, property or association does not exist (`MAPI_E_NOT_FOUND`).
    NotFound,
    /// Somebody else saved the message since it was loaded (`MAPI_E_OBJECT_CHANGED`).
    Changed,
    /// Somebody else deleted the message since it was loaded (`MAPI_E_OBJECT_DELETED`).
    Deleted,
    /// A folder of that name exists already (`MAPI_E_COLLISION`).
    Collision,
    /// A folder would come to lie in itself (`MAPI_E_FOLDER_CYCLE`).
    FolderCycle,
    /// The folder has subfolders (`MAPI_E_HAS_FOLDERS`).
    HasFolders,
    /// The folder has messages (`MAPI_E_HAS_MESSAGES`).
    HasMessages,
    /// The store is open for reading only, or the object is protected (`MAPI_E_NO_ACCESS`).
    NoAccess,
    /// The search folder has no criteria yet (`MAPI_E_NOT_INITIALIZED`).
    NotInitialized,
    /// The message waits in the outgoing queue and cannot be changed (`MAPI_E_SUBMITTED`).
    Submitted,
    /// The message is not in the outgoing queue (`MAPI_E_NOT_IN_QUEUE`).
    NotQueued,
    /// An argument makes no sense (`MAPI_E_INVALID_PARAMETER`).
    Invalid(&'static str),
    /// The restriction or sort order is beyond what the store evaluates (`MAPI_E_TOO_COMPLEX`).
    TooComplex,
    /// A value, a nesting depth or a number of names exceeds a limit (`MAPI_E_TOO_BIG`).
    TooBig,
    /// The file is not a store of this version, or it is damaged (`MAPI_E_CORRUPT_STORE`).
    Corrupt(String),
    /// Another process kept the file locked for too long (`MAPI_E_BUSY`).
    Busy,
    /// The disk is full (`MAPI_E_NOT_ENOUGH_DISK`).
    DiskFull,
    /// The operating system refused to read or write (`MAPI_E_DISK_ERROR`).
    Io(std::io::Error),
    /// Anything else that SQLite reports (`MAPI_E_CALL_FAILED`).
    Sql(rusqlite::Error),
}

impl fmt::Display for StoreError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotFound => formatter.write_str("the object does not exist"),
            Self::Changed => {
                formatter.write_str("the message was saved by someone else since it was opened")
            }
            Self::Deleted => {
                formatter.write_str("the message was deleted by someone else since it was opened")
            }
            Self::Collision => formatter.write_str("a folder of that name exists already"),
            Self::FolderCycle => formatter.write_str("a folder cannot be put into itself"),
            Self::HasFolders => formatter.write_str("the folder has subfolders"),
            Self::HasMessages => formatter.write_str("the folder has messages"),
            Self::NoAccess => formatter.write_str("the store or the object cannot be changed"),
            Self::NotInitialized => formatter.write_str("the search folder has no criteria yet"),
            Self::Submitted => formatter.write_str("the message waits to be sent"),
            Self::NotQueued => formatter.write_str("the message does not wait to be sent"),
            Self::Invalid(what) => write!(formatter, "invalid argument: {what}"),
            Self::TooComplex => formatter.write_str("the restriction or sort order is too complex"),
            Self::TooBig => formatter.write_str("a limit of the store was exceeded"),
            Self::Corrupt(what) => write!(formatter, "the store file is damaged: {what}"),
            Self::Busy => formatter.write_str("another process keeps the store locked"),
            Self::DiskFull => formatter.write_str("the disk is full"),
            Self::Io(error) => write!(formatter, "the store file cannot be reached: {error}"),
            Self::Sql(error) => write!(formatter, "the store file cannot be used: {error}"),
        }
    }
}

impl std::error::Error for StoreError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Io(error) => Some(error),
            Self::Sql(error) => Some(error),
            _ => None,
        }
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode;
        match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Busy,
            Some(ErrorCode::DiskFull) => Self::DiskFull,
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
                Self::Corrupt(error.to_string())
            }
            Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => Self::NoAccess,
            Some(ErrorCode::TooBig) => Self::TooBig,
            Some(ErrorCode::CannotOpen | ErrorCode::SystemIoFailure) => {
                Self::Io(std::io::Error::other(error))
            }
            _ => match error {
                rusqlite::Error::QueryReturnedNoRows => Self::NotFound,
                other => Self::Sql(other),
            },
        }
    }
}

impl From<std::io::Error> for StoreError {
    fn from(error: std::io::Error) -> Self {
        match error.kind() {
            std::io::ErrorKind::StorageFull => Self::DiskFull,
            std::io::ErrorKind::PermissionDenied => Self::NoAccess,
            _ => Self::Io(error),
        }
    }
}
