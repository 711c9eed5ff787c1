//! What there should be, what there is, and the steps between the two.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use mapi_store::entry::LOG_LEVEL;
use mapi_store::entry::registration::file::{Edit, backup_of, state_in, would_change};
use mapi_store::entry::registration::registry::{Registry, Value};
use mapi_store::entry::registration::{Product, Registered};
use serde::Serialize;

use crate::action::{Action, leftovers};
use crate::entry::{self, Key, Record};
use crate::indexing;
use crate::log;
use crate::machine::Machine;
use crate::target::{Target, Task};
use crate::trouble::Trouble;

/// What a step is about.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum What {
    /// A directory of the installation.
    Directory,
    /// The DLL.
    Dll,
    /// The setup program.
    Setup,
    /// The sections in a MAPISVC.INF.
    MapisvcInf,
    /// The copy of a MAPISVC.INF from before the first change.
    Backup,
    /// The registration for Windows Search.
    Indexing,
    /// The settings of the log.
    Log,
    /// The entry in the list of installed programs.
    InstalledPrograms,
    /// A key of the registry that was made for the installation.
    Key,
    /// What an earlier run could not delete.
    Leftover,
}

/// One thing that there is or should be.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Item {
    /// What it is.
    pub what: What,
    /// Where it is.
    #[serde(rename = "where")]
    pub place: String,
    /// What is there; nothing if it is missing.
    pub before: Option<String>,
    /// What there will be; nothing if it goes.
    pub after: Option<String>,
    #[serde(skip)]
    action: Option<Action>,
}

impl Item {
    /// Whether it is as it should be.
    pub fn is_as_wanted(&self) -> bool {
        self.action.is_none()
    }
}

/// A plan: everything that an action is about.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// The things, in the order in which they are done.
    pub items: Vec<Item>,
}

impl Plan {
    /// The steps: what is not as it should be.
    pub fn steps(&self) -> impl Iterator<Item = &Item> {
        self.items.iter().filter(|item| !item.is_as_wanted())
    }

    /// What is to be done.
    pub(crate) fn actions(&self) -> Vec<Action> {
        self.items
            .iter()
            .filter_map(|item| item.action.clone())
            .collect()
    }
}

/// The plan of an action.
///
/// # Errors
/// Everything that could not be read.
pub(crate) fn make(
    machine: &Machine,
    product: &Product,
    target: &Target,
    task: Task,
) -> Result<Plan, Vec<Trouble>> {
    let mut builder = Builder {
        machine,
        product,
        target,
        items: Vec::new(),
        troubles: Vec::new(),
    };
    if task == Task::Uninstall {
        builder.uninstallation();
    } else {
        builder.installation();
    }
    if builder.troubles.is_empty() {
        Ok(Plan {
            items: builder.items,
        })
    } else {
        Err(builder.troubles)
    }
}

struct Builder<'a> {
    machine: &'a Machine,
    product: &'a Product,
    target: &'a Target,
    items: Vec<Item>,
    troubles: Vec<Trouble>,
}

impl Builder<'_> {
    fn registry(&self) -> &dyn Registry {
        &*self.machine.registry
    }

    fn add(
        &mut self,
        what: What,
        place: impl Into<String>,
        before: Option<String>,
        after: Option<String>,
        action: Option<Action>,
    ) {
        self.items.push(Item {
            what,
            place: place.into(),
            before,
            after,
            action,
        });
    }

    /// What was read, or its default and a finding.
    fn checked<T: Default>(&mut self, place: &str, result: io::Result<T>) -> T {
        result.unwrap_or_else(|error| {
            self.troubles.push(Trouble::io(place, &error));
            T::default()
        })
    }

    fn read(&mut self, key: &Key, name: &str) -> Option<Value> {
        let value = self.registry().read(key.root, key.view, &key.path, name);
        self.checked(&key.shown(), value)
    }

    // What there should be.

    fn installation(&mut self) {
        let (directories, size) = match self.target.is_ours {
            true => (self.directories(), self.files()),
            false => (Vec::new(), None),
        };
        self.sections();
        let mut keys = Vec::new();
        if self.product.indexing {
            self.indexing(&mut keys);
        }
        self.log(&mut keys);
        self.entry(keys, directories, size);
    }

    /// The DLL and this program; answers the size of both, if that is known.
    fn files(&mut self) -> Option<u64> {
        let dll = self.target.dll(self.product);
        let setup = self.target.setup();
        let (mut size, mut known) = (0, true);
        for (what, source, installed) in [
            (What::Dll, self.target.source.clone(), &dll),
            (What::Setup, self.own_program(&setup), &setup),
        ] {
            self.leftovers(installed);
            match self.file(what, source.as_deref(), installed) {
                Some(bytes) => size += bytes,
                None => known = false,
            }
        }
        known.then_some(size)
    }

    fn sections(&mut self) {
        let dll_in_inf = self.target.dll_in_inf.clone();
        for file in &self.target.files {
            self.in_inf(file, &dll_in_inf);
        }
    }

    /// The directories that have to be made, the shortest first; answers all that an uninstallation removes.
    fn directories(&mut self) -> Vec<PathBuf> {
        let location = &self.target.location;
        let missing: Vec<PathBuf> = location
            .ancestors()
            .take_while(|directory| !directory.as_os_str().is_empty() && !directory.exists())
            .map(Path::to_owned)
            .collect();
        for directory in missing.iter().rev() {
            self.add(
                What::Directory,
                directory.display().to_string(),
                None,
                Some("a directory".to_owned()),
                Some(Action::CreateDirectory(directory.clone())),
            );
        }
        let recorded = self
            .records()
            .into_iter()
            .flat_map(|record| record.directories)
            .filter(|directory| location.starts_with(directory));
        let mut all: Vec<PathBuf> = recorded.chain(missing).collect();
        all.sort();
        all.dedup();
        all
    }

    /// The entries of both architectures: they may share directories and keys.
    fn records(&mut self) -> Vec<Record> {
        let mut records: Vec<Record> = self.target.record.iter().cloned().collect();
        let other = self.target.architecture.other();
        let key = entry::key(self.product, other).shown();
        let read = entry::read(self.registry(), self.product, other);
        records.extend(self.checked(&key, read));
        records
    }

    /// The program to copy; none if it is where it belongs, or only the DLL's installation is repaired elsewhere.
    fn own_program(&self, installed: &Path) -> Option<PathBuf> {
        (!self.machine.is_own(installed)).then(|| self.machine.program.clone())
    }

    fn leftovers(&mut self, installed: &Path) {
        for path in leftovers(installed) {
            self.add(
                What::Leftover,
                path.display().to_string(),
                Some("an older file that was loaded".to_owned()),
                None,
                Some(Action::Discard(path)),
            );
        }
    }

    /// A file of the installation; answers its size, if that is known.
    fn file(&mut self, what: What, source: Option<&Path>, installed: &Path) -> Option<u64> {
        let read = |path: &Path| match fs::read(path) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        };
        let place = installed.display().to_string();
        let found = read(installed);
        let found = self.checked(&place, found);
        let described = |bytes: &[u8]| format!("{} bytes", bytes.len());
        let before = found.as_deref().map(described);
        let Some(source) = source else {
            let after = before
                .clone()
                .or(Some("the file of the package".to_owned()));
            let size = found.as_ref().map(|bytes| bytes.len() as u64);
            // Without the package nobody can put it back: an action that names the trouble.
            let action = found.is_none().then(|| Action::Copy {
                from: installed.to_owned(),
                to: installed.to_owned(),
            });
            self.add(what, place, before, after, action);
            return size;
        };
        let wanted = read(source);
        let wanted = self
            .checked(&source.display().to_string(), wanted)
            .unwrap_or_default();
        let is_same = found.as_ref() == Some(&wanted);
        let action = (!is_same).then(|| Action::Copy {
            from: source.to_owned(),
            to: installed.to_owned(),
        });
        let after = format!("{}, from {}", described(&wanted), source.display());
        self.add(what, place, before, Some(after), action);
        Some(wanted.len() as u64)
    }

    fn in_inf(&mut self, file: &Path, dll: &str) {
        let fragment = &self.target.fragment;
        let state = state_in(file, fragment, Some(dll));
        let changes = would_change(file, fragment, Edit::Add { dll });
        match (state, changes) {
            (Ok(state), Ok(changes)) => self.add(
                What::MapisvcInf,
                file.display().to_string(),
                described(&state),
                Some(format!("service {} with {dll}", self.product.service_name)),
                changes.then(|| Action::AddToInf {
                    file: file.to_owned(),
                    dll: dll.to_owned(),
                }),
            ),
            (Err(error), _) | (_, Err(error)) => self.troubles.push(error.into()),
        }
    }

    fn value(&mut self, what: What, key: &Key, name: &str, value: Value) {
        let before = self.read(key, name);
        let is_same = before.as_ref() == Some(&value);
        self.add(
            what,
            format!("{} {name}", key.shown()),
            before.map(|value| value.to_string()),
            Some(value.to_string()),
            (!is_same).then(|| Action::Write {
                key: key.clone(),
                name: name.to_owned(),
                value,
            }),
        );
    }

    /// Remembers the keys that have to be made for a key, so that the uninstallation can delete them.
    fn remember(&mut self, key: &Key, keys: &mut Vec<Key>) {
        let missing = key.missing(self.registry());
        keys.extend(self.checked(&key.shown(), missing));
    }

    fn indexing(&mut self, keys: &mut Vec<Key>) {
        let place = indexing::place(self.registry(), self.product);
        let Ok((root, path)) = place.map_err(|error| {
            self.troubles
                .push(Trouble::io("the keys of Windows Search", &error));
        }) else {
            return;
        };
        let key = Key {
            root,
            view: indexing::VIEW,
            path: path.to_owned(),
        };
        self.remember(&key, keys);
        let name = indexing::guid_text(&self.product.provider_uid);
        self.value(What::Indexing, &key, &name, indexing::YES);
    }

    fn log_key(&self) -> Key {
        Key {
            root: log::root(self.product),
            view: self.target.architecture.view(),
            path: self.product.log_key.to_owned(),
        }
    }

    fn log(&mut self, keys: &mut Vec<Key>) {
        let key = self.log_key();
        self.remember(&key, keys);
        // What an administrator wrote there stays.
        let value = match self.read(&key, LOG_LEVEL) {
            Some(value) => value,
            None => Value::Text(self.product.log_level.word().to_owned()),
        };
        self.value(What::Log, &key, LOG_LEVEL, value);
    }

    fn entry(&mut self, mut keys: Vec<Key>, directories: Vec<PathBuf>, size: Option<u64>) {
        let key = entry::key(self.product, self.target.architecture);
        self.remember(&key, &mut keys);
        let mut files = self.target.files.clone();
        let own = self.target.record.clone().unwrap_or_default();
        files.extend(own.files);
        files.sort();
        files.dedup();
        // The other architecture's entry may know who made a key that both use.
        let recorded = self.records().into_iter().flat_map(|record| record.keys);
        let is_ours = |key: &Key| {
            key.root != log::root(self.product)
                || key.view == self.target.architecture.view()
                || key.view == indexing::VIEW && self.product.indexing
        };
        keys.extend(recorded.filter(is_ours));
        keys.sort_by_key(Key::shown);
        keys.dedup();
        let size = size.unwrap_or_else(|| {
            let known = self.read(&key, "EstimatedSize");
            let kilobytes = known.and_then(|value| value.number()).unwrap_or(0);
            u64::from(kilobytes) * 1024
        });
        let record = Record {
            is_managed: !self.target.is_ours,
            location: Some(self.target.location.clone()),
            files,
            keys,
            directories,
        };
        let architecture = self.target.architecture;
        let setup = self.target.setup();
        for (name, value) in entry::values(self.product, architecture, &setup, &record, size) {
            self.value(What::InstalledPrograms, &key, name, value);
        }
    }

    // What there should not be.

    fn uninstallation(&mut self) {
        for file in &self.target.files {
            self.out_of_inf(file);
        }
        self.not_indexed();
        let mut keys: Vec<Key> = self
            .target
            .record
            .iter()
            .flat_map(|record| record.keys.clone())
            .collect();
        let log_key = self.log_key();
        for name in log::VALUES {
            self.no_value(What::Log, &log_key, name);
        }
        keys.push(log_key);
        if self.target.is_ours {
            self.no_files();
        }
        let key = entry::key(self.product, self.target.architecture);
        let values = self.registry().values(key.root, key.view, &key.path);
        for (name, _) in self.checked(&key.shown(), values) {
            self.no_value(What::InstalledPrograms, &key, &name);
        }
        keys.push(key);
        self.no_keys(keys);
        if self.target.is_ours {
            self.no_directories();
        }
    }

    fn out_of_inf(&mut self, file: &Path) {
        let fragment = &self.target.fragment;
        let state = state_in(file, fragment, None);
        let changes = would_change(file, fragment, Edit::Remove);
        match (state, changes, backup_of(file, fragment)) {
            (Ok(state), Ok(changes), Ok(backup)) => {
                let place = file.display().to_string();
                let before = described(&state);
                let action = changes.then(|| Action::RemoveFromInf(file.to_owned()));
                self.add(What::MapisvcInf, place, before, None, action);
                if backup.exists() {
                    self.add(
                        What::Backup,
                        backup.display().to_string(),
                        Some("a copy from before the first change".to_owned()),
                        None,
                        Some(Action::DiscardBackup(file.to_owned())),
                    );
                }
            }
            (Err(error), ..) | (_, Err(error), _) | (.., Err(error)) => {
                self.troubles.push(error.into());
            }
        }
    }

    fn not_indexed(&mut self) {
        let other = self.target.architecture.other();
        let name = indexing::guid_text(&self.product.provider_uid);
        let is_needed = entry::read(self.registry(), self.product, other);
        if self
            .checked(&entry::key(self.product, other).shown(), is_needed)
            .is_some()
        {
            return;
        }
        for (root, path) in indexing::PLACES {
            let key = Key {
                root,
                view: indexing::VIEW,
                path: path.to_owned(),
            };
            self.no_value(What::Indexing, &key, &name);
        }
    }

    fn no_value(&mut self, what: What, key: &Key, name: &str) {
        if let Some(before) = self.read(key, name) {
            self.add(
                what,
                format!("{} {name}", key.shown()),
                Some(before.to_string()),
                None,
                Some(Action::DeleteValue {
                    key: key.clone(),
                    name: name.to_owned(),
                }),
            );
        }
    }

    /// Keys that are deleted if they are empty then, the longest first.
    fn no_keys(&mut self, mut keys: Vec<Key>) {
        keys.sort_by_key(|key| (std::cmp::Reverse(key.path.len()), key.shown()));
        keys.dedup();
        for key in keys {
            let exists = self.registry().exists(key.root, key.view, &key.path);
            if self.checked(&key.shown(), exists) {
                let place = key.shown();
                let before = Some("a key".to_owned());
                self.add(What::Key, place, before, None, Some(Action::DeleteKey(key)));
            }
        }
    }

    fn no_files(&mut self) {
        let dll = self.target.dll(self.product);
        let setup = self.target.setup();
        for (what, path) in [(What::Dll, dll), (What::Setup, setup)] {
            self.leftovers(&path);
            if !path.is_file() {
                continue;
            }
            let place = path.display().to_string();
            let action = if self.machine.runs_from(&path) {
                Action::DeleteSelf(path)
            } else {
                Action::Delete(path)
            };
            let before = Some("a file of the installation".to_owned());
            self.add(what, place, before, None, Some(action));
        }
        // What `regsvr32` makes the DLL write.
        let said = self.target.location.join("registration.log");
        if said.is_file() {
            self.add(
                What::Leftover,
                said.display().to_string(),
                Some("what the DLL said when it was registered".to_owned()),
                None,
                Some(Action::Discard(said)),
            );
        }
    }

    fn no_directories(&mut self) {
        let recorded = self
            .target
            .record
            .iter()
            .flat_map(|record| record.directories.clone());
        let mut directories: Vec<PathBuf> = recorded.collect();
        directories.sort();
        directories.dedup();
        for directory in directories.into_iter().rev() {
            if directory.is_dir() {
                self.add(
                    What::Directory,
                    directory.display().to_string(),
                    Some("a directory, if it is empty".to_owned()),
                    None,
                    Some(Action::RemoveDirectory(directory)),
                );
            }
        }
    }
}

/// How a provider stands in a MAPISVC.INF, for users.
fn described(state: &Registered) -> Option<String> {
    match state {
        Registered::No => None,
        Registered::Yes { dll } => Some(format!("the service with {dll}")),
        Registered::Differs { differences, .. } => Some(differences.join(" ")),
        Registered::Foreign(conflict) => Some(conflict.to_string()),
    }
}
