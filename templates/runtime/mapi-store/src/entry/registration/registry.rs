//! The registry, as far as registration reads and writes it: Windows' own, and one in memory for tests on every system.
//!
//! A 64-bit Windows keeps part of HKEY_LOCAL_MACHINE twice, once for each bitness; a [`View`] says which is meant, whatever
//! the bitness of this code.

mod memory;
#[cfg(windows)]
mod windows;

use std::fmt;
use std::io;

use super::Architecture;

pub use memory::MemoryRegistry;
#[cfg(windows)]
pub use windows::WindowsRegistry;

/// The keys at the top.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Root {
    /// HKEY_LOCAL_MACHINE.
    LocalMachine,
    /// HKEY_CURRENT_USER.
    CurrentUser,
    /// HKEY_USERS: the users who are logged on, by their SIDs.
    Users,
}

impl fmt::Display for Root {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::LocalMachine => "HKLM",
            Self::CurrentUser => "HKCU",
            Self::Users => "HKU",
        })
    }
}

/// The registry as programs of one bitness see it. A 32-bit Windows has one view, and both words mean that.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum View {
    /// What 64-bit programs see.
    Registry64,
    /// What 32-bit programs see.
    Registry32,
}

impl View {
    /// Both of them.
    pub const ALL: [Self; 2] = [Self::Registry64, Self::Registry32];
}

impl Architecture {
    /// The view of the registry that programs of this architecture see.
    pub const fn view(self) -> View {
        match self {
            Self::X64 => View::Registry64,
            Self::X86 => View::Registry32,
        }
    }
}

impl fmt::Display for View {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Registry64 => "64-bit view",
            Self::Registry32 => "32-bit view",
        })
    }
}

/// Data of a value.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Value {
    /// REG_SZ.
    Text(String),
    /// REG_EXPAND_SZ, with its `%VARIABLES%` as they are written.
    Expandable(String),
    /// REG_MULTI_SZ.
    MultiText(Vec<String>),
    /// REG_DWORD.
    Number(u32),
    /// REG_BINARY.
    Binary(Vec<u8>),
    /// Anything else: the kind and the bytes.
    Other(u32, Vec<u8>),
}

impl Value {
    /// The text, if it is one; the first of several.
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) | Self::Expandable(text) => Some(text),
            Self::MultiText(texts) => texts.first().map(String::as_str),
            _ => None,
        }
    }

    /// The number, if it is one.
    pub fn number(&self) -> Option<u32> {
        match self {
            Self::Number(number) => Some(*number),
            _ => None,
        }
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) | Self::Expandable(text) => write!(f, "{text:?}"),
            Self::MultiText(texts) => write!(f, "{texts:?}"),
            Self::Number(number) => write!(f, "{number}"),
            Self::Binary(bytes) | Self::Other(_, bytes) => write!(f, "{} bytes", bytes.len()),
        }
    }
}

/// A registry. Keys are paths below a root, with backslashes between their names; the case of names does not matter. What is
/// not there is no error for those who read or delete.
pub trait Registry: Send + Sync {
    /// A value; `None` if it or its key is not there. An empty name means the key's default value.
    ///
    /// # Errors
    /// When it cannot be read.
    fn read(&self, root: Root, view: View, key: &str, name: &str) -> io::Result<Option<Value>>;

    /// Whether a key is there.
    ///
    /// # Errors
    /// When that cannot be found out.
    fn exists(&self, root: Root, view: View, key: &str) -> io::Result<bool>;

    /// All values of a key with their names, sorted by them; none if the key is not there.
    ///
    /// # Errors
    /// When they cannot be read.
    fn values(&self, root: Root, view: View, key: &str) -> io::Result<Vec<(String, Value)>>;

    /// The names of the keys below a key, sorted; none if the key is not there. An empty key means the root itself.
    ///
    /// # Errors
    /// When they cannot be read.
    fn keys(&self, root: Root, view: View, key: &str) -> io::Result<Vec<String>>;

    /// Creates a key, and those above it that are missing.
    ///
    /// # Errors
    /// When it cannot be created.
    fn create_key(&self, root: Root, view: View, key: &str) -> io::Result<()>;

    /// Whether the caller has the right to change a key that is there.
    ///
    /// # Errors
    /// When that cannot be found out.
    fn is_writable(&self, root: Root, view: View, key: &str) -> io::Result<bool>;

    /// Writes a value, and creates its key and those above it that are missing.
    ///
    /// # Errors
    /// When it cannot be written.
    fn write(&self, root: Root, view: View, key: &str, name: &str, value: &Value)
    -> io::Result<()>;

    /// Deletes a value; answers whether there was one.
    ///
    /// # Errors
    /// When it cannot be deleted.
    fn delete_value(&self, root: Root, view: View, key: &str, name: &str) -> io::Result<bool>;

    /// Deletes a key if it has neither values nor keys; answers whether it did.
    ///
    /// # Errors
    /// When it is empty and cannot be deleted.
    fn delete_key(&self, root: Root, view: View, key: &str) -> io::Result<bool>;
}

/// A key and those above it below the root, the longest first: `A\B\C`, `A\B`, `A`.
pub fn ancestry(key: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(key), |key| {
        key.rsplit_once('\\').map(|(parent, _)| parent)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_has_keys_above_it() {
        assert_eq!(
            ancestry(r"A\B\C").collect::<Vec<_>>(),
            [r"A\B\C", r"A\B", "A"]
        );
    }

    #[test]
    fn a_text_is_found_in_every_kind_of_text() {
        assert_eq!(Value::Text("a".into()).text(), Some("a"));
        assert_eq!(Value::Expandable("a".into()).text(), Some("a"));
        assert_eq!(
            Value::MultiText(vec!["a".into(), "b".into()]).text(),
            Some("a")
        );
        assert_eq!(Value::Number(1).text(), None);
        assert_eq!(Value::Number(1).number(), Some(1));
    }
}
