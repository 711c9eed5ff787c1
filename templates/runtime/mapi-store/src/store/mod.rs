//! The store: folders, messages, properties, queries and changes in one SQLite file.
//!
//! [`Store`] is a handle that can be cloned and used from any thread; several processes may have the same file open.
//! Reads see the last committed state. Every write is a transaction that is on disk when the call returns, and is then
//! published to the listeners of [`Store::subscribe`] with no lock held. [`Store::batch`] makes one transaction of many
//! writes. This module knows nothing of COM.

mod bag;
mod batch;
mod changes;
mod error;
mod folder;
mod identity;
mod message;
mod names;
mod receive;
mod restriction;
mod sync_log;
mod value;
mod view;

pub use bag::{HIDDEN_PROPERTY_ID, PropertyBag};
pub use batch::{Batch, Origin};
pub use changes::{Aspect, Change, ChangeKind, Subscription};
pub use error::StoreError;
pub use folder::{DeleteFolder, Folder, FolderCounts, FolderKind, NewFolder};
pub use identity::{
    ENTRY_ID_LENGTH, EntryIdError, InstanceKey, ObjectId, ObjectKey, parse_store_entry_id,
    store_entry_id, store_record_key,
};
pub use message::{Attachment, Message, Recipient, SaveMode, SaveOutcome};
pub use names::{OwnedName, PropertyId};
pub use receive::ReceiveFolder;
pub use restriction::{Fuzzy, FuzzyLevel, MAXIMUM_DEPTH, Relation, Restriction, SubObject};
pub use sync_log::{FolderMapping, LocalChange, LocalEdits, MessageMapping};
pub use value::{LargeValue, PropTag, Value, property_type};
pub use view::{MemoryRow, MemoryView, Row, RowSource, SortKey};

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::definition::ProviderDefinition;

/// What [`Store::open`] needs.
#[derive(Clone, Debug)]
pub struct StoreOptions {
    /// The store file; its directory is created if missing.
    pub path: PathBuf,
    /// The UID of this store, in all its entry ids. A file remembers its UID and refuses another one.
    pub uid: [u8; 16],
    /// The provider.
    pub definition: &'static ProviderDefinition,
    /// Whether writes are allowed; without it every write fails with [`StoreError::NoAccess`], but the file itself is
    /// still created and brought up to date.
    pub writable: bool,
}

/// An open store.
#[derive(Clone)]
pub struct Store {
    #[expect(dead_code)]
    inner: Arc<()>,
}

impl Store {
    /// Opens a store; the first open of a file creates the schema, the folders and the named properties of the
    /// definition, later ones add what the definition has gained.
    pub fn open(options: StoreOptions) -> Result<Self, StoreError> {
        let _ = options;
        todo!()
    }

    /// The UID of this store.
    #[must_use]
    pub fn uid(&self) -> &[u8; 16] {
        todo!()
    }

    /// The provider.
    #[must_use]
    pub fn definition(&self) -> &'static ProviderDefinition {
        todo!()
    }

    /// The store file.
    #[must_use]
    pub fn path(&self) -> &Path {
        todo!()
    }

    /// Whether writes are allowed.
    #[must_use]
    pub fn is_writable(&self) -> bool {
        todo!()
    }

    /// The entry id of one of this store's objects.
    #[must_use]
    pub fn entry_id(&self, object: ObjectId) -> [u8; ENTRY_ID_LENGTH] {
        object.entry_id(self.uid())
    }

    /// Reads an entry id that a client handed in.
    pub fn parse_entry_id(&self, entry_id: &[u8]) -> Result<ObjectId, EntryIdError> {
        ObjectId::parse(entry_id, self.uid())
    }

    /// The properties of the store object, stored and computed: everything but what depends on the session
    /// (`PR_ENTRYID` and `PR_STORE_ENTRYID` in wrapped form, `PR_DEFAULT_STORE` …).
    pub fn properties(&self) -> Result<PropertyBag, StoreError> {
        todo!()
    }

    /// Sets and removes properties of the store object in one transaction; the caller has refused computed ones
    /// ([`Store::is_computed`]).
    pub fn set_properties(
        &self,
        set: &[(PropTag, Value)],
        remove: &[u16],
    ) -> Result<(), StoreError> {
        let _ = (set, remove);
        todo!()
    }

    /// Whether clients cannot set or delete a property of the store object (`MAPI_E_COMPUTED`).
    #[must_use]
    pub fn is_computed(id: u16) -> bool {
        let _ = id;
        todo!()
    }

    /// Runs many reads and writes as one transaction: an error that `work` returns undoes them all. Listeners hear of
    /// the changes after the commit. Other writers wait meanwhile, so `work` should neither wait nor call out.
    pub fn batch<T, E: From<StoreError>>(
        &self,
        origin: Origin,
        work: impl FnOnce(&mut Batch<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let _ = (origin, work);
        todo!()
    }

    /// The whole of a large value: [`Value::Unicode`] or [`Value::Binary`]. [`StoreError::Changed`] if the message has
    /// been saved without it since.
    pub fn read_large(&self, value: &LargeValue) -> Result<Value, StoreError> {
        let _ = value;
        todo!()
    }

    /// Bytes of a large value from an offset on, UTF-8 for text; fewer than asked for at its end.
    pub fn read_large_at(
        &self,
        value: &LargeValue,
        offset: u64,
        length: usize,
    ) -> Result<Vec<u8>, StoreError> {
        let _ = (value, offset, length);
        todo!()
    }
}
