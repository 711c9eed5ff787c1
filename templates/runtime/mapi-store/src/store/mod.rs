//! The store: folders, messages, properties, queries and changes in one SQLite file.
//!
//! [`Store`] is a handle that can be cloned and used from any thread; several processes may have the same file open.
//! Reads see the last committed state. Every write is a transaction that is on disk when the call returns, and is then
//! published to the listeners of [`Store::subscribe`] with no lock held. [`Store::batch`] makes one transaction of many
//! writes. This module knows nothing of COM.

mod bag;
mod batch;
pub(crate) mod bodies;
mod changes;
pub(crate) mod charset;
mod codec;
mod compare;
mod contents_sort;
mod database;
mod error;
mod evaluate;
mod folder;
mod hot;
mod identity;
mod large;
mod listing;
mod message;
mod names;
mod object;
mod outgoing;
mod outlook_names;
mod receive;
mod restriction;
mod schema;
mod search;
mod setup;
mod sync_log;
mod text;
mod transfer;
mod value;
mod view;

pub use bag::{HIDDEN_PROPERTY_ID, PropertyBag};
pub use batch::{Batch, Origin};
pub use changes::{Aspect, Change, ChangeKind, ChangeListener, Follower, Foresight, Subscription};
pub use contents_sort::ContentsSort;
pub use error::StoreError;
pub use folder::{DeleteFolder, Folder, FolderCounts, FolderKind, NewFolder};
pub use identity::{
    ENTRY_ID_LENGTH, EntryIdError, InstanceKey, ObjectId, ObjectKey, parse_store_entry_id,
    store_entry_id, store_record_key,
};
pub use listing::{ContentsListing, FolderPlace, ListedFolder, ListedMessage, Pending};
pub use message::{
    Attachment, MAXIMUM_EMBEDDING, Message, MessageState, Recipient, SaveMode, SaveOutcome,
};
pub use names::{OwnedName, PropertyId};
pub use outgoing::{Outgoing, SpoolerSeat};
pub use receive::ReceiveFolder;
pub use restriction::{Fuzzy, FuzzyLevel, MAXIMUM_DEPTH, Relation, Restriction, SubObject};
pub use search::{Search, SearchChange, SearchCommand, SearchState, SearchWorker};
pub use sync_log::{FolderMapping, LocalChange, LocalEdits, MessageMapping};
pub use transfer::{Import, Imported};
pub use value::{LargeValue, PropTag, Value, property_type};
pub use view::{
    Category, CategoryState, CategoryView, Extreme, Fold, FoundPlace, FoundRow, Grouping,
    InstanceView, LimitedView, MemoryRow, MemoryView, Row, RowSource, SortKey,
};

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::{SystemTime, UNIX_EPOCH};

use rusqlite::Connection;

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
    /// Whether clients may write. If not, or if the definition claims `STORE_READONLY`, their writes fail with
    /// [`StoreError::NoAccess`]; those of the sync engine do not, and the file itself is created and brought up to date.
    pub writable: bool,
}

/// An open store.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

/// What all clones of a store share.
struct Inner {
    database: database::Database,
    definition: &'static ProviderDefinition,
    uid: [u8; 16],
    writable: bool,
    /// Tells this handle's changes from those of other processes.
    writer_id: i64,
    publisher: Arc<changes::Publisher>,
    /// Number of the latest change that was looked at for foreign ones.
    seen: Mutex<i64>,
    names: names::NameCache,
    /// Ids of the indexed named properties; set once the file is ready.
    indexed: OnceLock<Vec<PropertyId>>,
    /// Large values that were parked and that nobody can save any more.
    abandoned: large::Abandoned,
    /// What tables listed.
    lists: view::ListCache,
}

/// What reads need: the store and a connection that shows one state of it.
struct Session<'a> {
    inner: &'a Inner,
    connection: &'a Connection,
}

impl Store {
    /// Opens a store; the first open of a file creates the tables, the folders and the named properties of the
    /// definition, later ones add what the definition has gained.
    pub fn open(options: StoreOptions) -> Result<Self, StoreError> {
        if let Some(directory) = options
            .path
            .parent()
            .filter(|directory| !directory.as_os_str().is_empty())
        {
            std::fs::create_dir_all(directory)?;
        }
        let inner = Inner {
            database: database::Database::open(&options.path)?,
            definition: options.definition,
            uid: options.uid,
            writable: options.writable
                && options.definition.store.support_mask & mapi_abi::STORE_READONLY == 0,
            writer_id: uuid::Uuid::new_v4().as_u64_pair().0 as i64,
            publisher: Arc::default(),
            seen: Mutex::default(),
            names: names::NameCache::default(),
            indexed: OnceLock::new(),
            abandoned: large::Abandoned::default(),
            lists: view::ListCache::default(),
        };
        setup::prepare(&inner)?;
        let latest = inner.database.read(changes::latest)?;
        *database::lock(&inner.seen) = latest;
        Ok(Self {
            inner: Arc::new(inner),
        })
    }

    /// The UID of this store.
    #[must_use]
    pub fn uid(&self) -> &[u8; 16] {
        &self.inner.uid
    }

    /// The provider.
    #[must_use]
    pub fn definition(&self) -> &'static ProviderDefinition {
        self.inner.definition
    }

    /// The store file.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.inner.database.path()
    }

    /// Whether clients may write anything at all.
    #[must_use]
    pub fn is_writable(&self) -> bool {
        self.inner.writable
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
}

/// The time now: 100 ns since 1601.
fn now() -> u64 {
    const UNIX_EPOCH_AS_FILE_TIME: u64 = 116_444_736_000_000_000;
    let since_unix_epoch = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    UNIX_EPOCH_AS_FILE_TIME + (since_unix_epoch.as_nanos() / 100) as u64
}

/// The id in a tag of `mapi-abi`.
const fn id(tag: u32) -> u16 {
    PropTag(tag).id()
}
