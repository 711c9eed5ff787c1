//! A registry in memory.

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::{Registry, Root, Value, View, ancestry};

/// The part of HKEY_LOCAL_MACHINE that exists once for each view.
const SPLIT: &str = "software";
/// The keys below it that both views share all the same.
const SHARED: [&str; 2] = ["software\\policies", "software\\clients"];

/// A registry in memory, with the views of a 64-bit Windows: everything below `HKLM\SOFTWARE` but a few shared keys exists
/// twice. Keys can be made read-only, so that tests see what a user without administrator's rights sees.
#[derive(Debug, Default)]
pub struct MemoryRegistry {
    state: Mutex<State>,
}

#[derive(Clone, Debug, Default, Eq, PartialEq)]
struct State {
    keys: BTreeMap<Place, Key>,
    denied: Vec<Place>,
}

/// A key: its root, its view where the two differ, and its path in lower case.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
struct Place {
    root: Root,
    view: View,
    path: String,
}

#[derive(Clone, Debug, Default, Eq, PartialEq)]
struct Key {
    /// The path as it was spelled first.
    spelling: String,
    /// By the names in lower case.
    values: BTreeMap<String, (String, Value)>,
}

impl Place {
    fn new(root: Root, view: View, key: &str) -> Self {
        let path = key.trim_matches('\\').to_lowercase();
        let is_in = |whole: &str| {
            path.strip_prefix(whole)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('\\'))
        };
        let is_split = root == Root::LocalMachine
            && path != SPLIT
            && is_in(SPLIT)
            && !SHARED.iter().any(|shared| is_in(shared));
        Self {
            root,
            view: if is_split { view } else { View::Registry64 },
            path,
        }
    }

    fn is_below(&self, other: &Self) -> bool {
        self.root == other.root
            && self
                .path
                .strip_prefix(&other.path)
                .is_some_and(|rest| other.path.is_empty() || rest.starts_with('\\'))
            // Both views have the keys above the part that differs.
            && (self.view == other.view || !other.path.contains('\\'))
    }
}

impl MemoryRegistry {
    /// An empty registry.
    pub fn new() -> Self {
        Self::default()
    }

    /// Refuses every change of a key and of the keys below it from now on, in the view.
    pub fn deny(&self, root: Root, view: View, key: &str) {
        self.state().denied.push(Place::new(root, view, key));
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What is in a registry can be kept and compared.
impl Clone for MemoryRegistry {
    fn clone(&self) -> Self {
        Self {
            state: Mutex::new(self.state().clone()),
        }
    }
}

impl PartialEq for MemoryRegistry {
    fn eq(&self, other: &Self) -> bool {
        let own = self.state().clone();
        own == *other.state()
    }
}

/// All keys and values, a line each, as `reg export` would list them.
impl fmt::Display for MemoryRegistry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, key) in &self.state().keys {
            let view = match place.view {
                View::Registry64 => "",
                View::Registry32 => " (32-bit view)",
            };
            writeln!(f, "[{}\\{}]{view}", place.root, key.spelling)?;
            for (name, value) in key.values.values() {
                writeln!(f, "{name:?}={value:?}")?;
            }
        }
        Ok(())
    }
}

impl State {
    fn check(&self, place: &Place) -> io::Result<()> {
        let is_denied = |denied: &Place| place == denied || place.is_below(denied);
        if self.denied.iter().any(is_denied) {
            return Err(io::Error::from(io::ErrorKind::PermissionDenied));
        }
        Ok(())
    }

    fn create(&mut self, root: Root, view: View, key: &str) -> io::Result<&mut Key> {
        let place = Place::new(root, view, key);
        self.check(&place)?;
        for key in ancestry(key.trim_matches('\\')) {
            self.keys
                .entry(Place::new(root, view, key))
                .or_insert_with(|| Key {
                    spelling: key.to_owned(),
                    values: BTreeMap::new(),
                });
        }
        self.keys
            .get_mut(&place)
            .ok_or_else(|| io::ErrorKind::NotFound.into())
    }
}

impl Registry for MemoryRegistry {
    fn read(&self, root: Root, view: View, key: &str, name: &str) -> io::Result<Option<Value>> {
        let state = self.state();
        let key = state.keys.get(&Place::new(root, view, key));
        Ok(key
            .and_then(|key| key.values.get(&name.to_lowercase()))
            .map(|(_, value)| value.clone()))
    }

    fn exists(&self, root: Root, view: View, key: &str) -> io::Result<bool> {
        Ok(self.state().keys.contains_key(&Place::new(root, view, key)))
    }

    fn values(&self, root: Root, view: View, key: &str) -> io::Result<Vec<(String, Value)>> {
        let state = self.state();
        let key = state.keys.get(&Place::new(root, view, key));
        Ok(key
            .map(|key| key.values.values().cloned().collect())
            .unwrap_or_default())
    }

    fn keys(&self, root: Root, view: View, key: &str) -> io::Result<Vec<String>> {
        let state = self.state();
        let place = Place::new(root, view, key);
        let depth = match place.path.as_str() {
            "" => 0,
            path => path.split('\\').count(),
        };
        let mut names: Vec<String> = state
            .keys
            .iter()
            // Keys of the other view lie elsewhere when they are asked for through this one.
            .filter(|(below, key)| {
                below.is_below(&place) && Place::new(root, view, &key.spelling) == **below
            })
            .filter(|(_, key)| key.spelling.split('\\').count() == depth + 1)
            .filter_map(|(_, key)| key.spelling.split('\\').next_back().map(str::to_owned))
            .collect();
        names.sort();
        Ok(names)
    }

    fn create_key(&self, root: Root, view: View, key: &str) -> io::Result<()> {
        self.state().create(root, view, key).map(|_| ())
    }

    fn is_writable(&self, root: Root, view: View, key: &str) -> io::Result<bool> {
        Ok(self.state().check(&Place::new(root, view, key)).is_ok())
    }

    fn write(
        &self,
        root: Root,
        view: View,
        key: &str,
        name: &str,
        value: &Value,
    ) -> io::Result<()> {
        let mut state = self.state();
        let key = state.create(root, view, key)?;
        let entry = key.values.entry(name.to_lowercase());
        entry.or_insert_with(|| (name.to_owned(), value.clone())).1 = value.clone();
        Ok(())
    }

    fn delete_value(&self, root: Root, view: View, key: &str, name: &str) -> io::Result<bool> {
        let mut state = self.state();
        let place = Place::new(root, view, key);
        let name = name.to_lowercase();
        let is_there = |key: &Key| key.values.contains_key(&name);
        if !state.keys.get(&place).is_some_and(is_there) {
            return Ok(false);
        }
        state.check(&place)?;
        let key = state.keys.get_mut(&place);
        Ok(key.is_some_and(|key| key.values.remove(&name).is_some()))
    }

    fn delete_key(&self, root: Root, view: View, key: &str) -> io::Result<bool> {
        let mut state = self.state();
        let place = Place::new(root, view, key);
        let is_empty = state
            .keys
            .get(&place)
            .is_some_and(|key| key.values.is_empty());
        if !is_empty || state.keys.keys().any(|below| below.is_below(&place)) {
            return Ok(false);
        }
        state.check(&place)?;
        Ok(state.keys.remove(&place).is_some())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MACHINE: Root = Root::LocalMachine;
    const BOTH: [View; 2] = View::ALL;

    #[test]
    fn names_have_no_case_and_keep_their_spelling() {
        let registry = MemoryRegistry::new();
        let write = |key, name, number| {
            registry
                .write(MACHINE, BOTH[0], key, name, &Value::Number(number))
                .unwrap();
        };
        write(r"Software\Contoso\Archive", "Level", 1);
        write(r"SOFTWARE\CONTOSO\archive", "LEVEL", 2);
        assert_eq!(
            registry
                .read(MACHINE, BOTH[0], r"software\contoso\Archive", "level")
                .unwrap(),
            Some(Value::Number(2))
        );
        assert_eq!(
            registry
                .values(MACHINE, BOTH[0], r"software\contoso\archive")
                .unwrap(),
            [("Level".to_owned(), Value::Number(2))]
        );
        assert_eq!(
            registry.keys(MACHINE, BOTH[0], "software").unwrap(),
            ["Contoso"]
        );
        assert_eq!(registry.keys(MACHINE, BOTH[0], "").unwrap(), ["Software"]);
    }

    #[test]
    fn views_differ_below_software_only() {
        let registry = MemoryRegistry::new();
        let differ = |root, key| {
            registry
                .write(root, BOTH[1], key, "x", &Value::Number(1))
                .unwrap();
            let other = registry.read(root, BOTH[0], key, "x").unwrap();
            assert_eq!(
                registry
                    .keys(root, BOTH[1], &key[..key.rfind('\\').unwrap()])
                    .unwrap()
                    .len(),
                1
            );
            other.is_none()
        };
        assert!(differ(MACHINE, r"Software\Contoso"));
        assert!(!differ(MACHINE, r"System\Contoso"));
        assert!(!differ(MACHINE, r"Software\Policies\Contoso"));
        assert!(!differ(Root::CurrentUser, r"Software\Contoso"));
        assert_eq!(
            registry.keys(MACHINE, BOTH[0], "SOFTWARE").unwrap(),
            ["Policies"]
        );
    }

    #[test]
    fn only_empty_keys_are_deleted() {
        let registry = MemoryRegistry::new();
        let before = registry.clone();
        let key = r"Software\Contoso\Log";
        registry
            .write(MACHINE, BOTH[1], key, "Level", &Value::Text("info".into()))
            .unwrap();
        let delete = |key| registry.delete_key(MACHINE, BOTH[1], key).unwrap();
        assert!(!delete(key));
        assert!(
            registry
                .delete_value(MACHINE, BOTH[1], key, "level")
                .unwrap()
        );
        assert!(
            !registry
                .delete_value(MACHINE, BOTH[1], key, "level")
                .unwrap()
        );
        assert!(!delete(r"Software\Contoso"));
        assert!(!delete("Software"));
        for key in ancestry(key) {
            assert!(delete(key), "{key}");
            assert!(!delete(key), "{key}");
        }
        assert!(registry == before, "{registry}");
    }

    #[test]
    fn what_is_denied_does_not_change() {
        let registry = MemoryRegistry::new();
        registry
            .write(MACHINE, BOTH[0], r"Software\A", "x", &Value::Number(1))
            .unwrap();
        registry.deny(MACHINE, BOTH[0], "Software");
        let before = registry.clone();
        let kind = |result: io::Result<()>| result.unwrap_err().kind();
        let denied = io::ErrorKind::PermissionDenied;
        assert_eq!(
            kind(registry.create_key(MACHINE, BOTH[0], r"Software\B")),
            denied
        );
        assert_eq!(
            kind(
                registry
                    .delete_value(MACHINE, BOTH[0], r"Software\A", "x")
                    .map(|_| ())
            ),
            denied
        );
        registry
            .create_key(Root::CurrentUser, BOTH[0], r"Software\B")
            .unwrap();
        assert_eq!(
            registry.read(MACHINE, BOTH[0], r"Software\A", "X").unwrap(),
            Some(Value::Number(1))
        );
        assert!(registry != before);
    }
}
