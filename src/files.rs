//! A set of files in memory: what rendering makes and the project writer takes.

use std::borrow::Cow;
use std::collections::BTreeMap;

/// Whose file it is once it is written.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Owner {
    /// The generator's: made anew whenever the spec or the generator changes.
    Generated,
    /// The team's: written once, then theirs.
    Team,
}

/// One file of a [`FileSet`].
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct File {
    /// Whose file it is.
    pub owner: Owner,
    /// What it holds, byte for byte as it is written.
    pub bytes: Cow<'static, [u8]>,
}

impl File {
    /// Number of lines, as editors count them.
    #[must_use]
    pub fn lines(&self) -> usize {
        let newlines = self.bytes.iter().filter(|byte| **byte == b'\n').count();
        newlines + usize::from(self.bytes.last().is_some_and(|byte| *byte != b'\n'))
    }
}

/// Files by path, sorted. Paths are relative and use `/` on every system.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct FileSet {
    files: BTreeMap<String, File>,
}

impl FileSet {
    /// Adds a file; `false` when the path is taken, which leaves the set as it was.
    #[must_use]
    pub fn insert(
        &mut self,
        path: impl Into<String>,
        owner: Owner,
        bytes: impl Into<Cow<'static, [u8]>>,
    ) -> bool {
        let entry = self.files.entry(path.into());
        let std::collections::btree_map::Entry::Vacant(vacant) = entry else {
            return false;
        };
        vacant.insert(File {
            owner,
            bytes: bytes.into(),
        });
        true
    }

    /// The file at a path.
    #[must_use]
    pub fn get(&self, path: &str) -> Option<&File> {
        self.files.get(path)
    }

    /// All files in the order of their paths.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &File)> {
        self.files.iter().map(|(path, file)| (path.as_str(), file))
    }

    /// Number of files.
    #[must_use]
    pub fn len(&self) -> usize {
        self.files.len()
    }

    /// Whether there is no file.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// Number of lines in all files.
    #[must_use]
    pub fn lines(&self) -> usize {
        self.files.values().map(File::lines).sum()
    }
}
