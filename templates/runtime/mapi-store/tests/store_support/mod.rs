//! A store in a directory of its own, for the tests of the store.

#![allow(dead_code, reason = "each test binary uses its own part of this")]

use std::sync::{Arc, Mutex};

use mapi_store::definition::*;
use mapi_store::store::*;
use tempfile::TempDir;

pub const UID: [u8; 16] = *b"the store's uid!";
pub const COMMON: [u8; 16] = [8, 0x20, 6, 0, 0, 0, 0, 0, 0xC0, 0, 0, 0, 0, 0, 0, 0x46];
pub const PUBLIC_STRINGS: [u8; 16] = [0x29, 3, 2, 0, 0, 0, 0, 0, 0xC0, 0, 0, 0, 0, 0, 0, 0x46];

const fn folder(
    name: &'static str,
    role: FolderRole,
    receive_classes: &'static [&'static str],
) -> FolderDefinition {
    FolderDefinition {
        parent: None,
        name,
        comment: "",
        container_class: "",
        role,
        receive_classes,
        hidden: false,
    }
}

pub static FOLDERS: [FolderDefinition; 9] = [
    folder("Inbox", FolderRole::Inbox, &["", "IPM"]),
    folder("Sent Items", FolderRole::SentMail, &[]),
    folder("Drafts", FolderRole::Drafts, &[]),
    folder("Deleted Items", FolderRole::DeletedItems, &[]),
    folder("Junk E-mail", FolderRole::Junk, &[]),
    folder("Calendar", FolderRole::Calendar, &["IPM.Schedule"]),
    FolderDefinition {
        comment: "kept",
        hidden: true,
        ..folder("Projects", FolderRole::None, &[])
    },
    FolderDefinition {
        parent: Some(6),
        container_class: "IPF.Custom",
        ..folder("Alpha", FolderRole::None, &[])
    },
    folder("Sync Issues", FolderRole::SyncIssues, &[]),
];

pub static NAMED: [NamedPropertyDefinition; 2] = [
    NamedPropertyDefinition {
        set: COMMON,
        name: PropertyName::Id(0x8501),
        property_type: 3,
        indexed: true,
    },
    NamedPropertyDefinition {
        set: PUBLIC_STRINGS,
        name: PropertyName::String("Keywords"),
        property_type: 0x101F,
        indexed: false,
    },
];

pub static DEFINITION: ProviderDefinition = ProviderDefinition {
    name: "sample",
    display_name: "Sample Mail",
    vendor: "Sample",
    description: "Mail for tests",
    version: "1.0.0",
    provider_uid: *b"the provider uid",
    service_name: "SAMPLE",
    dll_name: "sample.dll",
    store_kind: StoreKind::Secondary,
    store: StoreDefinition {
        support_mask: 0x5_3139,
        location: "",
        large_property_limit: 8192,
        switches: &[StoreSwitch {
            set: COMMON,
            name: "CrawlSourceSupportMask",
            value: SwitchValue::Long(1),
        }],
        folder_home_pages: false,
        folder_sharing: false,
    },
    folders: &FOLDERS,
    named_properties: &NAMED,
    settings: &[],
    sync: Some(SyncDefinition {
        upload_hierarchy: true,
        download_hierarchy: true,
        upload_contents: true,
        download_contents: true,
        batch_size: 50,
        retry: RetryDefinition {
            attempts: 3,
            first_delay_ms: 10,
            factor: 2,
            maximum_delay_ms: 100,
        },
    }),
    log: LogDefinition {
        directory: "",
        level: LogLevel::Off,
        registry_key: r"SOFTWARE\Contoso\mapi-store test\Log",
    },
};

/// A store that is deleted with its directory.
pub struct Sample {
    // Closed first: Windows deletes no open files.
    pub store: Store,
    pub directory: TempDir,
}

impl std::ops::Deref for Sample {
    type Target = Store;

    fn deref(&self) -> &Store {
        &self.store
    }
}

impl Sample {
    pub fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let store = open(&directory, &DEFINITION, true).unwrap();
        Self { store, directory }
    }

    /// Another handle on the file, as another process would have it.
    pub fn again(&self) -> Store {
        open(&self.directory, &DEFINITION, true).unwrap()
    }

    pub fn role(&self, role: FolderRole) -> ObjectKey {
        self.folder_by_role(role).unwrap().unwrap()
    }

    pub fn inbox(&self) -> ObjectKey {
        self.role(FolderRole::Inbox)
    }

    /// Saves a new message.
    pub fn add(&self, folder: ObjectKey, properties: &[(u32, Value)]) -> ObjectKey {
        let mut message = Message::new(folder, false);
        for (tag, value) in properties {
            message.properties.set(*tag, value.clone());
        }
        self.save(&mut message, SaveMode::default()).unwrap().key
    }

    pub fn counts(&self, folder: ObjectKey) -> FolderCounts {
        self.folder(folder).unwrap().counts
    }
}

pub fn open(
    directory: &TempDir,
    definition: &'static ProviderDefinition,
    writable: bool,
) -> Result<Store, StoreError> {
    Store::open(StoreOptions {
        path: directory.path().join("sub/sample.store"),
        uid: UID,
        definition,
        writable,
    })
}

pub fn text(value: &str) -> Value {
    Value::Unicode(value.into())
}

/// Collects what a store publishes.
pub struct Recorder {
    pub changes: Arc<Mutex<Vec<Change>>>,
    _subscription: Subscription,
}

impl Recorder {
    pub fn on(store: &Store) -> Self {
        let changes = Arc::new(Mutex::new(Vec::new()));
        let list = Arc::clone(&changes);
        let subscription = store.subscribe(Box::new(move |new| {
            list.lock().unwrap().extend_from_slice(new)
        }));
        Self {
            changes,
            _subscription: subscription,
        }
    }

    /// What was published since the last call.
    pub fn take(&self) -> Vec<Change> {
        std::mem::take(&mut self.changes.lock().unwrap())
    }
}
