//! What identifies objects: keys inside, entry ids and record keys outside.
//!
//! ```text
//! entry id of a folder or message   flags[4] = 0 | store UID[16] | version = 1 | kind | 0u16 | object key[16]
//! private entry id of the store     flags[4] = 0 | provider UID[16] | version = 1 | 1 | 0u16 | store UID[16]
//! record key                        the entry id without its flags
//! ```
//! The store UID is what `IMAPISupport::SetProviderUID` gets, so that MAPI leads an id to the one store that made it
//! \[registering-service-provider-unique-identifiers\]. Ids are the same in every process, they are long-term ones, and
//! a key is never used again \[generating-and-using-entry-identifiers-in-message-store-providers\].

use std::fmt;
use std::time::{SystemTime, UNIX_EPOCH};

use uuid::Uuid;

/// Length of every entry id of this store, in bytes.
pub const ENTRY_ID_LENGTH: usize = 40;

const VERSION: u8 = 1;
const KIND_STORE: u8 = 1;
const KIND_FOLDER: u8 = 3;
const KIND_MESSAGE: u8 = 5;

/// Identifies a folder or message within its store, for ever.
#[derive(Clone, Copy, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct ObjectKey(pub [u8; 16]);

impl ObjectKey {
    /// A key that nothing has.
    #[must_use]
    pub fn random() -> Self {
        Self(Uuid::new_v4().into_bytes())
    }

    /// A key that nothing has and that follows all earlier ones: a UUID of version 7, which begins with the time. The index
    /// on such keys grows at its end, where random ones would write a page for each of a million messages.
    pub(super) fn next() -> Self {
        let mut bytes = Uuid::new_v4().into_bytes();
        let since_unix_epoch = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        let milliseconds = since_unix_epoch.as_millis() as u64;
        bytes[..6].copy_from_slice(&milliseconds.to_be_bytes()[2..]);
        bytes[6] = bytes[6] & 0x0F | 0x70;
        Self(bytes)
    }

    /// The bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

impl fmt::Debug for ObjectKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

impl fmt::Display for ObjectKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0
            .iter()
            .try_for_each(|byte| write!(formatter, "{byte:02x}"))
    }
}

/// An object of a store.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum ObjectId {
    /// The store itself.
    Store,
    /// A folder.
    Folder(ObjectKey),
    /// A message.
    Message(ObjectKey),
}

impl ObjectId {
    /// The key of a folder or message.
    #[must_use]
    pub fn key(&self) -> Option<ObjectKey> {
        match self {
            Self::Store => None,
            Self::Folder(key) | Self::Message(key) => Some(*key),
        }
    }

    /// The entry id within the store of that UID. For [`ObjectId::Store`] the object key is zero: a form that serves
    /// notification keys; MAPI sees [`store_entry_id`] in its wrapped form.
    #[must_use]
    pub fn entry_id(&self, store_uid: &[u8; 16]) -> [u8; ENTRY_ID_LENGTH] {
        let (kind, key) = match self {
            Self::Store => (KIND_STORE, [0; 16]),
            Self::Folder(key) => (KIND_FOLDER, key.0),
            Self::Message(key) => (KIND_MESSAGE, key.0),
        };
        compose(store_uid, kind, &key)
    }

    /// The record key: binary-comparable, unique, stable \[mapi-record-and-search-keys\].
    #[must_use]
    pub fn record_key(&self, store_uid: &[u8; 16]) -> Vec<u8> {
        self.entry_id(store_uid)[4..].to_vec()
    }

    /// Reads an entry id that a client handed in; bytes after it are ignored, as are its flags.
    pub fn parse(entry_id: &[u8], store_uid: &[u8; 16]) -> Result<Self, EntryIdError> {
        let (kind, key) = split(entry_id, store_uid)?;
        match kind {
            KIND_STORE if key == [0; 16] => Ok(Self::Store),
            KIND_FOLDER => Ok(Self::Folder(ObjectKey(key))),
            KIND_MESSAGE => Ok(Self::Message(ObjectKey(key))),
            _ => Err(EntryIdError::Malformed),
        }
    }
}

/// Why bytes are no entry id of this store.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum EntryIdError {
    /// Another store or provider made it (`MAPI_E_UNKNOWN_ENTRYID`).
    Foreign,
    /// Nobody made it (`MAPI_E_INVALID_ENTRYID`).
    Malformed,
}

/// The store's private entry id, to be wrapped by `IMAPISupport::WrapStoreEntryID`.
#[must_use]
pub fn store_entry_id(provider_uid: &[u8; 16], store_uid: &[u8; 16]) -> [u8; ENTRY_ID_LENGTH] {
    compose(provider_uid, KIND_STORE, store_uid)
}

/// The store's record key: provider and store UID in it \[pidtagstorerecordkey-canonical-property\].
#[must_use]
pub fn store_record_key(provider_uid: &[u8; 16], store_uid: &[u8; 16]) -> Vec<u8> {
    store_entry_id(provider_uid, store_uid)[4..].to_vec()
}

/// The store UID in a private (unwrapped) entry id of this provider.
pub fn parse_store_entry_id(
    entry_id: &[u8],
    provider_uid: &[u8; 16],
) -> Result<[u8; 16], EntryIdError> {
    match split(entry_id, provider_uid)? {
        (KIND_STORE, store_uid) => Ok(store_uid),
        _ => Err(EntryIdError::Malformed),
    }
}

/// `PR_INSTANCE_KEY` of a row: 16 bytes from what the row shows \[pidtaginstancekey-canonical-property\].
#[derive(Clone, Copy, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct InstanceKey(pub [u8; 16]);

impl InstanceKey {
    /// Of a row that shows a folder or message.
    #[must_use]
    pub fn of_object(key: ObjectKey) -> Self {
        Self(key.0)
    }

    /// Of a row that only its table knows, by a number that the table never uses twice.
    #[must_use]
    pub fn of_number(number: u64) -> Self {
        let mut bytes = [0; 16];
        bytes[8..].copy_from_slice(&number.to_be_bytes());
        Self(bytes)
    }
}

impl fmt::Debug for InstanceKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0
            .iter()
            .try_for_each(|byte| write!(formatter, "{byte:02x}"))
    }
}

fn compose(uid: &[u8; 16], kind: u8, key: &[u8; 16]) -> [u8; ENTRY_ID_LENGTH] {
    let mut bytes = [0; ENTRY_ID_LENGTH];
    bytes[4..20].copy_from_slice(uid);
    bytes[20] = VERSION;
    bytes[21] = kind;
    bytes[24..].copy_from_slice(key);
    bytes
}

/// Kind and key in an id that begins with this UID.
fn split(entry_id: &[u8], uid: &[u8; 16]) -> Result<(u8, [u8; 16]), EntryIdError> {
    if entry_id.len() < 20 {
        return Err(EntryIdError::Malformed);
    }
    if entry_id[4..20] != *uid {
        return Err(EntryIdError::Foreign);
    }
    let rest = entry_id[20..]
        .first_chunk::<20>()
        .ok_or(EntryIdError::Malformed)?;
    match rest.split_first_chunk::<4>() {
        Some((&[VERSION, kind, ..], key)) => key
            .try_into()
            .map(|key| (kind, key))
            .map_err(|_| EntryIdError::Malformed),
        _ => Err(EntryIdError::Malformed),
    }
}

impl rusqlite::ToSql for ObjectKey {
    fn to_sql(&self) -> rusqlite::Result<rusqlite::types::ToSqlOutput<'_>> {
        Ok(rusqlite::types::ToSqlOutput::from(self.0.as_slice()))
    }
}

impl rusqlite::types::FromSql for ObjectKey {
    fn column_result(value: rusqlite::types::ValueRef<'_>) -> rusqlite::types::FromSqlResult<Self> {
        <[u8; 16]>::column_result(value).map(Self)
    }
}
