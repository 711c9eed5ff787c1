//! Several files that appear together or not at all.

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::error::Error;
use crate::io_failure::named;

/// A directory beside the files to come, and what has been put there.
pub(super) struct Staging {
    directory: TempDir,
    target: PathBuf,
    changes: Vec<Change>,
}

/// What becomes of a name in the target directory.
struct Change {
    name: String,
    /// Whether a file of this name has been staged; if not, the one that is there goes away.
    is_staged: bool,
}

impl Staging {
    /// Makes the target directory and a temporary one in it, which goes away with this value.
    pub(super) fn create(target: &Path) -> Result<Self, Error> {
        named(fs::create_dir_all(target), "create directory", target)?;
        let directory = tempfile::Builder::new()
            .prefix(".cargo-mapi-")
            .tempdir_in(target);
        Ok(Self {
            directory: named(directory, "create a temporary directory in", target)?,
            target: target.to_owned(),
            changes: Vec::new(),
        })
    }

    /// A place for files that do not stay.
    pub(super) fn scratch(&self, name: &str) -> Result<PathBuf, Error> {
        let path = self.directory.path().join("scratch").join(name);
        named(fs::create_dir_all(&path), "create directory", &path)?;
        Ok(path)
    }

    /// Writes a file that is to appear in the target directory under this name.
    pub(super) fn add(&mut self, name: &str, bytes: &[u8]) -> Result<(), Error> {
        let path = self.directory.path().join(name);
        named(fs::write(&path, bytes), "write file", &path)?;
        self.changes.push(Change {
            name: name.to_owned(),
            is_staged: true,
        });
        Ok(())
    }

    /// Has a file of this name disappear from the target directory, if there is one.
    pub(super) fn remove(&mut self, name: &str) {
        self.changes.push(Change {
            name: name.to_owned(),
            is_staged: false,
        });
    }

    /// Moves everything to the target directory in the place of what has the same names, and removes what has to go. When
    /// one move fails, the others are undone.
    pub(super) fn commit(self) -> Result<(), Error> {
        let old = self.directory.path().join("old");
        named(fs::create_dir(&old), "create directory", &old)?;
        let mut done: Vec<&Change> = Vec::new();
        let mut result = Ok(());
        for change in &self.changes {
            result = self.exchange(change, &old);
            if result.is_err() {
                break;
            }
            done.push(change);
        }
        if result.is_err() {
            for Change { name, is_staged } in done {
                // The first failure is the one to report.
                let target = self.target.join(name);
                if *is_staged {
                    let _ = fs::remove_file(&target);
                }
                let _ = fs::rename(old.join(name), &target);
            }
        }
        result
    }

    fn exchange(&self, Change { name, is_staged }: &Change, old: &Path) -> Result<(), Error> {
        let target = self.target.join(name);
        let had_one = target.exists();
        if had_one {
            named(fs::rename(&target, old.join(name)), "replace", &target)?;
        }
        if !is_staged {
            return Ok(());
        }
        let moved = fs::rename(self.directory.path().join(name), &target);
        if moved.is_err() && had_one {
            let _ = fs::rename(old.join(name), &target);
        }
        Ok(named(moved, "write", &target)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(directory: &Path) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(directory)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn files_appear_together_and_replace_older_ones() {
        let place = tempfile::tempdir().unwrap();
        let target = place.path().join("a/b");
        fs::create_dir_all(&target).unwrap();
        fs::write(target.join("one"), "old").unwrap();
        fs::write(target.join("other"), "kept").unwrap();
        fs::write(target.join("outdated"), "old").unwrap();
        let mut staging = Staging::create(&target).unwrap();
        staging.add("one", b"new").unwrap();
        staging.add("two", b"new").unwrap();
        staging.remove("outdated");
        staging.remove("absent");
        assert_eq!(fs::read(target.join("one")).unwrap(), b"old");
        staging.commit().unwrap();
        assert_eq!(names(&target), ["one", "other", "two"]);
        assert_eq!(fs::read(target.join("one")).unwrap(), b"new");
    }

    #[test]
    fn what_is_not_committed_leaves_no_trace() {
        let place = tempfile::tempdir().unwrap();
        let mut staging = Staging::create(place.path()).unwrap();
        staging.add("one", b"new").unwrap();
        staging.scratch("x64").unwrap();
        drop(staging);
        assert!(names(place.path()).is_empty());
    }

    /// A file that is gone from the staging directory cannot be moved; the moves before it are undone.
    #[test]
    fn a_failure_brings_everything_back() {
        let place = tempfile::tempdir().unwrap();
        fs::write(place.path().join("one"), "old").unwrap();
        fs::write(place.path().join("outdated"), "old").unwrap();
        fs::write(place.path().join("three"), "old").unwrap();
        let mut staging = Staging::create(place.path()).unwrap();
        staging.add("one", b"new").unwrap();
        staging.add("two", b"new").unwrap();
        staging.remove("outdated");
        staging.add("three", b"new").unwrap();
        fs::remove_file(staging.directory.path().join("three")).unwrap();
        assert!(staging.commit().is_err());
        assert_eq!(names(place.path()), ["one", "outdated", "three"]);
        for name in ["one", "outdated", "three"] {
            assert_eq!(fs::read(place.path().join(name)).unwrap(), b"old");
        }
    }
}
