//! A store and a mailbox to synchronize it with.
#![allow(dead_code, reason = "each test uses some of it")]

mod mailbox;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use mapi_abi::{
    MSGFLAG_READ, PR_BODY, PR_DISPLAY_NAME, PR_MESSAGE_CLASS, PR_MESSAGE_FLAGS, PR_SUBJECT,
};
use mapi_store::definition::{
    FolderDefinition, FolderRole, LogDefinition, LogLevel, ProviderDefinition, RetryDefinition,
    StoreDefinition, StoreKind, SyncDefinition,
};
use mapi_store::store::{
    DeleteFolder, Message, NewFolder, ObjectKey, PropTag, SaveMode, Store, StoreOptions, Value,
};
use mapi_store::sync::{
    CancelToken, Engine, Jitter, ManualClock, NewMail, Remote, SyncObserver, SyncOutcome,
    SyncProblem, SyncRequest, SyncResult,
};

#[allow(unused_imports, reason = "each test uses some of it")]
pub use mailbox::{Fault, Mailbox};

const fn folder(name: &'static str, role: FolderRole, parent: Option<u16>) -> FolderDefinition {
    FolderDefinition {
        parent,
        name,
        comment: "",
        container_class: "",
        role,
        receive_classes: &[],
        hidden: false,
    }
}

pub const SYNC: SyncDefinition = SyncDefinition {
    upload_hierarchy: true,
    download_hierarchy: true,
    upload_contents: true,
    download_contents: true,
    batch_size: 3,
    retry: RetryDefinition {
        attempts: 3,
        first_delay_ms: 1000,
        factor: 2,
        maximum_delay_ms: 8000,
    },
};

const fn provider(
    folders: &'static [FolderDefinition],
    sync: SyncDefinition,
) -> ProviderDefinition {
    ProviderDefinition {
        name: "sync-test",
        display_name: "Sync test",
        vendor: "Test",
        description: "",
        version: "1.0.0",
        provider_uid: [7; 16],
        service_name: "SYNCTEST",
        dll_name: "synctest.dll",
        store_kind: StoreKind::Secondary,
        store: StoreDefinition {
            support_mask: 0x53339,
            location: "",
            large_property_limit: 8192,
            switches: &[],
            folder_home_pages: false,
            folder_sharing: false,
        },
        folders,
        named_properties: &[],
        settings: &[],
        sync: Some(sync),
        log: LogDefinition {
            directory: "",
            level: LogLevel::Off,
            registry_key: r"SOFTWARE\Contoso\mapi-store test\Log",
        },
    }
}

/// Without a folder for conflicts.
pub static PLAIN: ProviderDefinition = provider(
    &[
        folder("Inbox", FolderRole::Inbox, None),
        folder("Deleted Items", FolderRole::DeletedItems, None),
        folder("Outbox", FolderRole::Outbox, None),
    ],
    SYNC,
);

/// With one.
pub static WITH_CONFLICTS: ProviderDefinition = provider(
    &[
        folder("Inbox", FolderRole::Inbox, None),
        folder("Deleted Items", FolderRole::DeletedItems, None),
        folder("Sync Issues", FolderRole::SyncIssues, None),
        folder("Conflicts", FolderRole::Conflicts, Some(2)),
    ],
    SYNC,
);

/// Only uploads.
pub static UPLOAD_ONLY: ProviderDefinition = provider(
    &[
        folder("Inbox", FolderRole::Inbox, None),
        folder("Deleted Items", FolderRole::DeletedItems, None),
    ],
    SyncDefinition {
        download_hierarchy: false,
        download_contents: false,
        ..SYNC
    },
);

/// Subject, text and whether it was read.
pub type Mail = (String, String, bool);

/// What is where: folder paths such as `Inbox/Projects`, and the sorted mail in each.
pub type Tree = BTreeMap<String, Vec<Mail>>;

/// What an observer heard.
#[derive(Default)]
pub struct Heard {
    pub progress: Mutex<Vec<(Option<String>, u32, u32)>>,
    pub problems: Mutex<Vec<SyncProblem>>,
    pub new_mail: Mutex<Vec<NewMail>>,
}

impl SyncObserver for Heard {
    fn progress(&self, text: Option<&str>, index: u32, maximum: u32) {
        self.progress
            .lock()
            .unwrap()
            .push((text.map(str::to_owned), index, maximum));
    }

    fn problem(&self, problem: &SyncProblem) {
        self.problems.lock().unwrap().push(problem.clone());
    }

    fn new_mail(&self, messages: &[NewMail]) {
        self.new_mail.lock().unwrap().extend_from_slice(messages);
    }
}

/// A store in a directory of its own.
pub struct Local {
    directory: tempfile::TempDir,
    definition: &'static ProviderDefinition,
    pub store: Store,
    pub clock: Arc<ManualClock>,
}

impl Local {
    pub fn new(definition: &'static ProviderDefinition) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let store = open(directory.path(), definition);
        Self {
            directory,
            definition,
            store,
            clock: Arc::default(),
        }
    }

    pub fn path(&self) -> PathBuf {
        self.directory.path().join("store.db")
    }

    /// Closes the store and keeps its file, to begin with again and again.
    pub fn into_file(self) -> Vec<u8> {
        let (
            path,
            Self {
                directory, store, ..
            },
        ) = (self.path(), self);
        drop(store);
        assert!(
            !path.with_extension("db-wal").exists(),
            "the last one out tidies up"
        );
        let file = std::fs::read(path).unwrap();
        drop(directory);
        file
    }

    /// A store as [`into_file`](Self::into_file) left it.
    pub fn from_file(definition: &'static ProviderDefinition, file: &[u8]) -> Self {
        let directory = tempfile::tempdir().unwrap();
        std::fs::write(directory.path().join("store.db"), file).unwrap();
        let store = open(directory.path(), definition);
        Self {
            directory,
            definition,
            store,
            clock: Arc::default(),
        }
    }

    /// Opens the file anew, as after a crash.
    pub fn reopen(&mut self) {
        self.store = open(self.directory.path(), self.definition);
    }

    pub fn engine(&self, remote: impl Remote + 'static) -> Engine {
        self.engine_with(remote, &self.definition.sync.unwrap())
    }

    pub fn engine_with(&self, remote: impl Remote + 'static, sync: &SyncDefinition) -> Engine {
        Engine::new(self.store.clone(), Box::new(remote), sync)
            .with_clock(self.clock.clone(), Jitter::seeded(1))
    }

    /// One synchronization; its outcome, and what was heard of it.
    pub fn sync_with(
        &self,
        remote: impl Remote + 'static,
        request: SyncRequest,
    ) -> (SyncOutcome, Arc<Heard>) {
        let heard = Arc::new(Heard::default());
        let observer: Arc<dyn SyncObserver> = heard.clone();
        let outcome = self
            .engine(remote)
            .run(request, &observer, &CancelToken::new());
        (outcome, heard)
    }

    /// A synchronization without problems.
    #[track_caller]
    pub fn sync(&self, remote: &Mailbox) -> SyncOutcome {
        let (outcome, heard) = self.sync_with(remote.clone(), SyncRequest::EVERYTHING);
        let problems = heard.problems.lock().unwrap();
        assert_eq!(outcome.result, SyncResult::Complete, "{problems:?}");
        outcome
    }

    pub fn subtree(&self) -> ObjectKey {
        self.store
            .folder_by_role(FolderRole::IpmSubtree)
            .unwrap()
            .unwrap()
    }

    #[track_caller]
    pub fn folder(&self, path: &str) -> ObjectKey {
        self.find_folder(path)
            .unwrap_or_else(|| panic!("no folder {path}: {:#?}", self.tree()))
    }

    pub fn find_folder(&self, path: &str) -> Option<ObjectKey> {
        let mut at = self.subtree();
        for name in path.split('/').filter(|name| !name.is_empty()) {
            at = self.store.child_folder(at, name).unwrap()?;
        }
        Some(at)
    }

    pub fn make_folder(&self, path: &str) -> ObjectKey {
        let (parent, name) = path.rsplit_once('/').unwrap_or(("", path));
        self.store
            .create_folder(self.folder(parent), NewFolder::named(name))
            .unwrap()
    }

    pub fn move_folder(&self, from: &str, to: &str) {
        let (parent, name) = to.rsplit_once('/').unwrap_or(("", to));
        self.store
            .move_folder(self.folder(from), self.folder(parent), Some(name))
            .unwrap();
    }

    pub fn rename_folder(&self, path: &str, name: &str) {
        let name = Value::Unicode(name.to_owned());
        self.store
            .set_folder_properties(self.folder(path), &[(PropTag(PR_DISPLAY_NAME), name)], &[])
            .unwrap();
    }

    pub fn delete_folder(&self, path: &str) {
        self.store
            .delete_folder(
                self.folder(path),
                DeleteFolder {
                    messages: true,
                    folders: true,
                },
            )
            .unwrap();
    }

    pub fn make_message(&self, folder: &str, subject: &str, text: &str) -> ObjectKey {
        self.make_message_of("IPM.Note", folder, subject, text)
    }

    pub fn make_message_of(
        &self,
        class: &str,
        folder: &str,
        subject: &str,
        text: &str,
    ) -> ObjectKey {
        let mut message = Message::new(self.folder(folder), false);
        message
            .properties
            .set(PR_MESSAGE_CLASS, Value::Unicode(class.to_owned()));
        message
            .properties
            .set(PR_SUBJECT, Value::Unicode(subject.to_owned()));
        message
            .properties
            .set(PR_BODY, Value::Unicode(text.to_owned()));
        message.properties.set(PR_MESSAGE_FLAGS, Value::Long(0));
        self.store
            .save(&mut message, SaveMode::default())
            .unwrap()
            .key
    }

    /// The message with this subject, wherever it is.
    #[track_caller]
    pub fn message(&self, subject: &str) -> ObjectKey {
        let mut found = Vec::new();
        self.each_message(|_, key, mail| found.extend((mail.0 == subject).then_some(key)));
        assert_eq!(found.len(), 1, "{subject} in {:#?}", self.tree());
        found[0]
    }

    #[track_caller]
    pub fn edit(&self, subject: &str, text: &str) {
        let mut message = self.store.message(self.message(subject)).unwrap();
        message
            .properties
            .set(PR_BODY, Value::Unicode(text.to_owned()));
        self.store.save(&mut message, SaveMode::default()).unwrap();
    }

    #[track_caller]
    pub fn set_read(&self, subject: &str, read: bool) {
        let (set, clear) = if read {
            (MSGFLAG_READ, 0)
        } else {
            (0, MSGFLAG_READ)
        };
        self.store
            .set_message_flags(self.message(subject), set, clear)
            .unwrap();
    }

    #[track_caller]
    pub fn move_message(&self, subject: &str, folder: &str) {
        self.store
            .move_message(self.message(subject), self.folder(folder))
            .unwrap();
    }

    #[track_caller]
    pub fn delete_message(&self, subject: &str) {
        self.store.delete_message(self.message(subject)).unwrap();
    }

    fn each_message(&self, mut call: impl FnMut(&str, ObjectKey, Mail)) {
        let mut open = vec![(String::new(), self.subtree())];
        while let Some((path, folder)) = open.pop() {
            for key in self.store.messages_in(folder, false).unwrap() {
                call(&path, key, mail(&self.store, key));
            }
            for child in self.store.child_folders(folder).unwrap() {
                let separator = if path.is_empty() { "" } else { "/" };
                open.push((format!("{path}{separator}{}", child.name), child.key));
            }
        }
    }

    /// All folders and mail below the top.
    pub fn tree(&self) -> Tree {
        let mut tree = Tree::new();
        let mut open = vec![(String::new(), self.subtree())];
        while let Some((path, folder)) = open.pop() {
            let separator = if path.is_empty() { "" } else { "/" };
            for child in self.store.child_folders(folder).unwrap() {
                let path = format!("{path}{separator}{}", child.name);
                tree.entry(path.clone()).or_default();
                open.push((path, child.key));
            }
        }
        self.each_message(|path, _, mail| tree.entry(path.to_owned()).or_default().push(mail));
        tree.values_mut().for_each(|mails| mails.sort());
        tree
    }

    /// Both sides have the same, nothing waits, and another run does nothing.
    #[track_caller]
    pub fn assert_in_step(&self, remote: &Mailbox) {
        let mut tree = self.tree();
        for name in ["Outbox", "Sync Issues", "Sync Issues/Conflicts"] {
            tree.remove(name);
        }
        assert_eq!(tree, remote.tree());
        assert_eq!(self.store.local_changes().unwrap(), []);
        let outcome = self.sync(remote);
        assert_eq!(outcome.statistics.total(), 0, "{:?}", outcome.statistics);
        assert_eq!(remote.tree(), {
            let mut tree = self.tree();
            for name in ["Outbox", "Sync Issues", "Sync Issues/Conflicts"] {
                tree.remove(name);
            }
            tree
        });
    }
}

fn open(directory: &Path, definition: &'static ProviderDefinition) -> Store {
    let options = StoreOptions {
        path: directory.join("store.db"),
        uid: [9; 16],
        definition,
        writable: true,
    };
    Store::open(options).unwrap()
}

fn mail(store: &Store, key: ObjectKey) -> Mail {
    let message = store.message(key).unwrap();
    let text = |tag: u32| match message.properties.get((tag >> 16) as u16) {
        Some(Value::Unicode(text)) => text.trim().to_owned(),
        Some(Value::Large(large)) => match store.read_large(large).unwrap() {
            Value::Unicode(text) => text.trim().to_owned(),
            other => panic!("{other:?}"),
        },
        _ => String::new(),
    };
    let read = message
        .properties
        .long(PR_MESSAGE_FLAGS)
        .unwrap_or_default() as u32
        & MSGFLAG_READ
        != 0;
    (text(PR_SUBJECT), text(PR_BODY), read)
}

/// A folder written down: its path, and the mail in it.
pub type Written<'a> = (&'a str, &'a [(&'a str, &'a str, bool)]);

/// A tree written down: path, and subject, text and read state of its mail.
pub fn tree(folders: &[Written<'_>]) -> Tree {
    let mail = |(subject, text, read): &(&str, &str, bool)| {
        ((*subject).to_owned(), (*text).to_owned(), *read)
    };
    let folders = folders.iter().map(|(path, mails)| {
        let mut mails: Vec<Mail> = mails.iter().map(mail).collect();
        mails.sort();
        ((*path).to_owned(), mails)
    });
    folders.collect()
}
