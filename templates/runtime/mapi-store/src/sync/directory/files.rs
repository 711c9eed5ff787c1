//! Looking at files and writing them, without ever leaving a half of one.

use std::{
    fs::{self, File, Metadata},
    io::{self, Read, Write},
    path::{Path, PathBuf},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use uuid::Uuid;

use super::names;
use crate::sync::{RemoteError, SyncContext};

/// Larger files are no mail.
const LARGEST: u64 = 256 << 20;

/// Header sections are read up to this size.
const LONGEST_SECTION: u64 = 1 << 20;

const TEMPORARY_PREFIX: &str = ".mapi-store-";
const TEMPORARY_SUFFIX: &str = ".tmp";

/// Temporary files of this age belong to nobody any more.
const ABANDONED: Duration = Duration::from_secs(3600);

/// A hash of a file's contents.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub(super) struct Hash(pub(super) [u8; 16]);

impl Hash {
    const NAMESPACE: Uuid = Uuid::from_u128(0x6a3d_5c0e_91f2_4b77_8d0a_c5e4_1b26_93af);

    pub(super) fn of(contents: &[u8]) -> Self {
        Self(Uuid::new_v5(&Self::NAMESPACE, contents).into_bytes())
    }

    pub(super) fn text(&self) -> String {
        Uuid::from_bytes(self.0).simple().to_string()
    }
}

/// A message file as a listing of its directory shows it.
#[derive(Clone, Debug)]
pub(super) struct Found {
    /// Name of the file.
    pub(super) name: String,
    pub(super) read: bool,
    pub(super) size: u64,
    /// When it was written, in ns since 1970; `None` where that is so recent that it may be written again unnoticed.
    pub(super) modified: Option<i64>,
}

/// The messages of a directory by id. Links are not followed and not listed.
pub(super) fn messages(
    directory: &Path,
    context: &SyncContext,
) -> Result<std::collections::BTreeMap<String, Found>, RemoteError> {
    let mut marked = Vec::new();
    let mut messages = std::collections::BTreeMap::new();
    let now = SystemTime::now();
    for entry in fs::read_dir(directory)? {
        context.check()?;
        let entry = entry?;
        let Ok(name) = entry.file_name().into_string() else {
            tracing::warn!(name = ?entry.file_name(), "a file name that is not Unicode is left out");
            continue;
        };
        remove_if_abandoned(&entry, &name, now);
        if !names::is_message(&name) {
            continue;
        }
        let metadata = match entry.metadata() {
            Ok(metadata) => metadata,
            // Gone again.
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            // Leaving it out would say that it was deleted.
            Err(error) => return Err(error.into()),
        };
        if !metadata.is_file() {
            continue;
        }
        let (id, read) = names::without_mark(&name);
        let found = Found {
            name,
            read,
            size: metadata.len(),
            modified: modified(&metadata, now),
        };
        if read {
            marked.push((id, found));
        } else {
            messages.insert(id, found);
        }
    }
    for (id, found) in marked {
        // Where both forms exist, they are two messages; the marked one has its own name as its id.
        let id = if messages.contains_key(&id) {
            found.name.clone()
        } else {
            id
        };
        messages.insert(id, found);
    }
    Ok(messages)
}

fn modified(metadata: &Metadata, now: SystemTime) -> Option<i64> {
    /// The coarsest clock of a file system in use (FAT).
    const GRAIN: Duration = Duration::from_secs(2);
    let modified = metadata.modified().ok()?;
    if modified
        .checked_add(GRAIN)
        .is_none_or(|settled| settled > now)
    {
        return None;
    }
    let nanoseconds = match modified.duration_since(UNIX_EPOCH) {
        Ok(since) => i64::try_from(since.as_nanos()).ok()?,
        Err(before) => -i64::try_from(before.duration().as_nanos()).ok()?,
    };
    Some(nanoseconds)
}

fn remove_if_abandoned(entry: &fs::DirEntry, name: &str, now: SystemTime) {
    if !name.starts_with(TEMPORARY_PREFIX) || !name.ends_with(TEMPORARY_SUFFIX) {
        return;
    }
    let age = entry
        .metadata()
        .and_then(|metadata| metadata.modified())
        .map(|time| now.duration_since(time));
    if let Ok(Ok(age)) = age
        && age > ABANDONED
    {
        let _ = fs::remove_file(entry.path());
    }
}

/// Whether a file is one of those that this module writes and renames.
pub(super) fn is_temporary(name: &str) -> bool {
    name.starts_with(TEMPORARY_PREFIX) && name.ends_with(TEMPORARY_SUFFIX)
}

/// The file of a message.
pub(super) fn find(directory: &Path, id: &str) -> Result<PathBuf, RemoteError> {
    let missing = || {
        RemoteError::not_found(format!(
            "There is no message `{id}` in `{}`.",
            directory.display()
        ))
    };
    if !names::is_component(id) || !names::is_message(id) {
        return Err(missing());
    }
    for name in [id.to_owned(), names::with_mark(id)] {
        let path = directory.join(name);
        if path
            .symlink_metadata()
            .is_ok_and(|metadata| metadata.is_file())
        {
            return Ok(path);
        }
    }
    Err(missing())
}

/// All of a message file.
pub(super) fn read(path: &Path) -> Result<Vec<u8>, RemoteError> {
    let file = File::open(path)?;
    let too_large =
        || RemoteError::refused(format!("`{}` is too large for a message.", path.display()));
    let size = file.metadata()?.len();
    if size > LARGEST {
        return Err(too_large());
    }
    let mut contents = Vec::with_capacity(usize::try_from(size).unwrap_or_default());
    // It may grow meanwhile.
    file.take(LARGEST + 1).read_to_end(&mut contents)?;
    if contents.len() as u64 > LARGEST {
        return Err(too_large());
    }
    Ok(contents)
}

/// The header section of a message file, and perhaps something after it.
pub(super) fn read_headers(path: &Path) -> Result<Vec<u8>, RemoteError> {
    let mut file = File::open(path)?.take(LONGEST_SECTION);
    let mut contents = Vec::new();
    let mut buffer = [0; 8192];
    loop {
        let length = file.read(&mut buffer)?;
        let searched = contents.len().saturating_sub(3);
        contents.extend_from_slice(&buffer[..length]);
        let tail = &contents[searched..];
        let ended = tail.windows(2).any(|pair| pair == b"\n\n")
            || tail.windows(4).any(|end| end == b"\r\n\r\n");
        if length == 0 || ended {
            return Ok(contents);
        }
    }
}

/// Writes a file as a whole: whoever looks sees the old contents or the new, even after a power failure.
pub(super) fn write(path: &Path, contents: &[u8]) -> io::Result<()> {
    let directory = path.parent().unwrap_or(path);
    let name = format!(
        "{TEMPORARY_PREFIX}{}{TEMPORARY_SUFFIX}",
        Uuid::new_v4().simple()
    );
    let temporary = directory.join(name);
    let result = (|| {
        let mut file = File::create_new(&temporary)?;
        file.write_all(contents)?;
        file.sync_all()?;
        drop(file);
        fs::rename(&temporary, path)
    })();
    if result.is_err() {
        let _ = fs::remove_file(&temporary);
    }
    result
}

/// A path like this one that nothing has yet.
pub(super) fn free(path: &Path) -> PathBuf {
    let name = path
        .file_name()
        .and_then(|name| name.to_str())
        .unwrap_or_default();
    let numbers = (2..).map(|number| path.with_file_name(names::numbered(name, number)));
    let candidates = std::iter::once(path.to_owned()).chain(numbers);
    candidates
        .into_iter()
        .find(|path| path.symlink_metadata().is_err())
        .unwrap_or_else(|| path.to_owned())
}

/// What a directory keeps when it gets another name or place: when it was made and, where there is one, its number.
/// `None` where the file system tells neither.
pub(super) fn identity(metadata: &Metadata) -> Option<String> {
    let created = metadata
        .created()
        .ok()
        .and_then(|time| time.duration_since(UNIX_EPOCH).ok());
    let created = created
        .map(|since| since.as_nanos())
        .filter(|created| *created != 0);
    match (number(metadata), created) {
        (Some(number), Some(created)) => Some(format!("{number}-{created}")),
        (Some(number), None) => Some(format!("{number}")),
        (None, Some(created)) => Some(format!("{created}")),
        (None, None) => None,
    }
}

#[cfg(unix)]
fn number(metadata: &Metadata) -> Option<u64> {
    Some(std::os::unix::fs::MetadataExt::ino(metadata))
}

#[cfg(not(unix))]
fn number(_: &Metadata) -> Option<u64> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writing_replaces_and_leaves_nothing_behind() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a.eml");
        for contents in [b"one".as_slice(), b"two"] {
            write(&path, contents).unwrap();
            assert_eq!(read(&path).unwrap(), contents);
        }
        assert!(write(&directory.path().join("no/such/x.eml"), b"").is_err());
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1);
        assert_eq!(free(&path), directory.path().join("a (2).eml"));
    }

    #[test]
    fn a_message_has_one_file() {
        let directory = tempfile::tempdir().unwrap();
        let at = |name: &str| directory.path().join(name);
        for name in ["a.eml", "a.read.eml", "b.read.eml", "c.txt", ".d.eml"] {
            fs::write(at(name), name).unwrap();
        }
        fs::create_dir(at("e.eml")).unwrap();
        let found = messages(directory.path(), &SyncContext::detached()).unwrap();
        let found: Vec<_> = found
            .iter()
            .map(|(id, found)| (id.as_str(), found.read))
            .collect();
        assert_eq!(
            found,
            [("a.eml", false), ("a.read.eml", true), ("b.eml", true)]
        );
        assert_eq!(find(directory.path(), "a.eml").unwrap(), at("a.eml"));
        assert_eq!(
            find(directory.path(), "a.read.eml").unwrap(),
            at("a.read.eml")
        );
        assert_eq!(find(directory.path(), "b.eml").unwrap(), at("b.read.eml"));
        for id in ["../a.eml", "e.eml", "c.txt", "x.eml", "..", ""] {
            assert!(find(directory.path(), id).is_err(), "{id}");
        }
    }

    #[test]
    fn headers_are_read_to_their_end() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a.eml");
        let mail = format!("A: {}\r\n\r\n{}", "x".repeat(10_000), "y".repeat(100_000));
        fs::write(&path, &mail).unwrap();
        let headers = read_headers(&path).unwrap();
        assert!(headers.len() < 20_000 && mail.as_bytes().starts_with(&headers));
    }
}
