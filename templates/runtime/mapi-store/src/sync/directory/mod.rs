//! A remote that is a directory of files.

mod files;
mod index;
mod names;
mod push;

use std::{
    collections::BTreeMap,
    fmt, fs,
    path::{Path, PathBuf},
};

use walkdir::WalkDir;

use self::files::Hash;
use self::index::{FolderIndex, IndexedMessage, MessageIndex};
use super::{
    Cursor, FetchScope, FolderChanges, LocalChange, MessageChanges, PushOutcome, Remote,
    RemoteError, RemoteFolder, RemoteId, RemoteItem, RemoteMessage, SyncContext,
};
use crate::definition::FolderRole;

/// Id of the directory itself.
const TOP: &str = ".";

/// A directory whose subdirectories are folders and whose `.eml` files are messages.
///
/// * **Names.** A directory is called like its folder; characters that some file system does not take are escaped as in
///   URLs (`A/B` is `A%2FB`). At the top, the usual names (`Inbox`, `Sent`, `Drafts`, `Deleted Items`, `Junk`, `Archive`
///   ...) stand for the roles. Messages at the top itself are the messages of the store's top folder.
/// * **Read state** is in the file name, like in a maildir but with a name that every system takes and that keeps its
///   extension: `note.eml` is unread, `note.read.eml` was read. Other programs see it at once, and it travels with the
///   file. [`without_read_marks`](Self::without_read_marks) leaves file names alone.
/// * **Ids and versions.** A message's id is its file name without the read mark, a folder's is its path; the version is
///   a hash of the contents. A file that turns up elsewhere with the same contents was moved or renamed, and a directory
///   that turns up with the same creation time (and inode number) was too: the store keeps what it has.
/// * **Cursors** hold names, sizes, times and hashes, so a file is only read when it changed.
/// * **Writing** is atomic: a temporary file (`.mapi-store-*.tmp`) is renamed over the old one. An edit that mail cannot
///   express, such as a category, leaves the file as it is.
/// * **Left alone:** links (neither followed nor listed), files and directories with a leading dot, other files. A folder
///   that holds other files is not deleted. Contacts, appointments and other items that are no mail stay in the store.
/// * **Not there:** while the directory is missing, or suddenly an empty one in place of a full one, the remote is
///   offline. Nothing is deleted because a drive is not mounted.
#[derive(Clone)]
pub struct DirectoryRemote {
    root: PathBuf,
    read_marks: bool,
}

impl DirectoryRemote {
    /// The remote in this directory, which need not exist yet.
    #[must_use]
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self {
            root: root.into(),
            read_marks: true,
        }
    }

    /// The same remote, but read state stays in the store and file names stay what they are.
    #[must_use]
    pub fn without_read_marks(mut self) -> Self {
        self.read_marks = false;
        self
    }

    /// The directory.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    fn check_root(&self) -> Result<(), RemoteError> {
        if self.root.is_dir() {
            return Ok(());
        }
        Err(RemoteError::offline(format!(
            "The directory `{}` cannot be reached.",
            self.root.display()
        )))
    }

    /// The directory of a folder: below the root, and not through links.
    fn directory(&self, folder: &RemoteId) -> Result<PathBuf, RemoteError> {
        self.check_root()?;
        let mut path = self.root.clone();
        if folder.as_str() == TOP {
            return Ok(path);
        }
        for name in folder.as_str().split('/') {
            path.push(name);
            let found = names::is_component(name)
                && !names::is_hidden(name)
                && path
                    .symlink_metadata()
                    .is_ok_and(|metadata| metadata.is_dir());
            if !found {
                return Err(RemoteError::not_found(format!(
                    "There is no folder `{folder}`."
                )));
            }
        }
        Ok(path)
    }

    /// All directories below the root. What cannot be read keeps what `known` says about it.
    fn scan(&self, known: &FolderIndex, context: &SyncContext) -> Result<FolderIndex, RemoteError> {
        let mut index = FolderIndex {
            root: self.identity().filter(|_| !self.is_empty()),
            folders: BTreeMap::new(),
        };
        let walk = WalkDir::new(&self.root)
            .min_depth(1)
            .follow_links(false)
            .into_iter();
        let walk = walk.filter_entry(|entry| {
            let name = entry.file_name().to_str();
            entry.file_type().is_dir() && name.is_some_and(|name| !names::is_hidden(name))
        });
        for entry in walk {
            context.check()?;
            match entry {
                Ok(entry) => {
                    let metadata = entry.metadata().map_err(std::io::Error::from)?;
                    if let Some(id) = self.id_of(entry.path()) {
                        index.folders.insert(id, files::identity(&metadata));
                    }
                }
                Err(error) => {
                    let id = error.path().and_then(|path| self.id_of(path));
                    // The root itself, perhaps on a drive that just went away: that says nothing about what is in it.
                    let Some(id) = id.filter(|id| !id.is_empty()) else {
                        return Err(std::io::Error::from(error).into());
                    };
                    tracing::warn!(%error, "a directory cannot be read; what is below it is left as it is");
                    let below = format!("{id}/");
                    let kept = known
                        .folders
                        .range(below.clone()..)
                        .take_while(|(id, _)| id.starts_with(&below));
                    index
                        .folders
                        .extend(kept.map(|(id, identity)| (id.clone(), identity.clone())));
                }
            }
        }
        Ok(index)
    }

    /// The id of a path below the root.
    fn id_of(&self, path: &Path) -> Option<String> {
        let names = path
            .strip_prefix(&self.root)
            .ok()?
            .iter()
            .map(|name| name.to_str());
        Some(names.collect::<Option<Vec<_>>>()?.join("/"))
    }

    /// What tells the root from another directory at its place.
    fn identity(&self) -> Option<String> {
        let metadata = self.root.metadata().ok()?;
        files::identity(&metadata)
    }

    fn is_empty(&self) -> bool {
        fs::read_dir(&self.root).is_ok_and(|mut entries| entries.next().is_none())
    }

    /// Fails if the root, in which there was something, is empty now and not the directory that it was.
    fn check_mounted(&self, known: Option<&str>) -> Result<(), RemoteError> {
        if known.is_some() && known != self.identity().as_deref() && self.is_empty() {
            let root = self.root.display();
            return Err(RemoteError::offline(format!(
                "The directory `{root}` is empty: it seems not to be mounted."
            )));
        }
        Ok(())
    }
}

impl fmt::Debug for DirectoryRemote {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_tuple("DirectoryRemote")
            .field(&self.root)
            .finish()
    }
}

impl Remote for DirectoryRemote {
    fn folder_changes(
        &self,
        since: Option<&Cursor>,
        context: &SyncContext,
    ) -> Result<FolderChanges, RemoteError> {
        self.check_root()?;
        let known = since
            .map(index::read_folders)
            .transpose()?
            .unwrap_or_default();
        let found = self.scan(&known, context)?;
        self.check_mounted(known.root.as_deref())?;
        let mut changes = FolderChanges::default();
        if since.is_none() {
            changes
                .changed
                .push(RemoteFolder::new(TOP, "").with_role(FolderRole::IpmSubtree));
        }
        for (id, identity) in &found.folders {
            if known.folders.get(id) != Some(identity) {
                changes.changed.push(remote_folder(id, identity.as_deref()));
            }
        }
        let gone = known
            .folders
            .keys()
            .filter(|id| !found.folders.contains_key(*id));
        changes.deleted = gone.map(|id| RemoteId::new(id.as_str())).collect();
        changes.next = index::write_folders(&found);
        Ok(changes)
    }

    fn message_changes(
        &self,
        folder: &RemoteId,
        since: Option<&Cursor>,
        limit: usize,
        context: &SyncContext,
    ) -> Result<MessageChanges, RemoteError> {
        let directory = self.directory(folder)?;
        let index = since
            .map(index::read_messages)
            .transpose()?
            .unwrap_or_default();
        let found = files::messages(&directory, context)?;
        let MessageIndex {
            mut root,
            messages: mut index,
        } = index;
        if folder.as_str() == TOP {
            self.check_mounted(root.as_deref())?;
            root = self.identity().filter(|_| !found.is_empty());
        }

        let gone = index.keys().filter(|id| !found.contains_key(*id)).cloned();
        let mut gone: Vec<String> = gone.collect();
        index.retain(|id, _| found.contains_key(id));
        let mut changes = MessageChanges::default();
        // A cursor holds all that was listed: pages that grow with it keep the sum of all cursors in proportion.
        let page = limit.max(index.len() / 4).max(1);
        for (position, (id, file)) in found.iter().enumerate() {
            context.check()?;
            let known = index.get(id);
            let same_file = known
                .is_some_and(|known| known.modified.is_some() && known.modified == file.modified)
                && known.is_some_and(|known| known.size == file.size);
            let hash = match known.filter(|_| same_file) {
                Some(known) => known.hash,
                None => {
                    context.progress(id, position as u64, found.len() as u64);
                    match files::read(&directory.join(&file.name)) {
                        Ok(contents) => Hash::of(&contents),
                        Err(error) => {
                            // It comes with a later listing, when it can be read; what was known of it stays.
                            tracing::warn!(%error, message = id, "a message cannot be read");
                            let is_gone =
                                matches!(directory.join(&file.name).try_exists(), Ok(false));
                            if is_gone && index.remove(id).is_some() {
                                gone.push(id.clone());
                            }
                            continue;
                        }
                    }
                }
            };
            let read = file.read && self.read_marks;
            if known.is_none_or(|known| known.hash != hash || known.read != read) {
                if changes.changed.len() >= page {
                    changes.more = true;
                    break;
                }
                let item = RemoteItem::new(id.as_str(), hash.text())
                    .with_read(read)
                    .with_identity(hash.text());
                changes.changed.push(item);
            }
            index.insert(
                id.clone(),
                IndexedMessage {
                    read,
                    size: file.size,
                    modified: file.modified,
                    hash,
                },
            );
        }
        changes.deleted = gone.into_iter().map(RemoteId::new).collect();
        changes.next = index::write_messages(&MessageIndex {
            root,
            messages: index,
        });
        Ok(changes)
    }

    fn fetch(
        &self,
        folder: &RemoteId,
        message: &RemoteId,
        scope: FetchScope,
        context: &SyncContext,
    ) -> Result<RemoteMessage, RemoteError> {
        context.check()?;
        let path = files::find(&self.directory(folder)?, message.as_str())?;
        match scope {
            FetchScope::Headers => Ok(RemoteMessage::mime_headers(files::read_headers(&path)?)),
            FetchScope::Full => {
                let contents = files::read(&path)?;
                let version = Hash::of(&contents).text().into();
                Ok(RemoteMessage {
                    version: Some(version),
                    ..RemoteMessage::mime(contents)
                })
            }
        }
    }

    fn push(
        &self,
        change: &LocalChange<'_>,
        context: &SyncContext,
    ) -> Result<PushOutcome, RemoteError> {
        context.check()?;
        self.carry_out(change)
    }
}

fn remote_folder(id: &str, identity: Option<&str>) -> RemoteFolder {
    let (parent, name) = match id.rsplit_once('/') {
        Some((parent, name)) => (Some(parent), name),
        None => (None, id),
    };
    let name = names::folder_name(name);
    let role = if parent.is_none() {
        role_of(&name)
    } else {
        FolderRole::None
    };
    RemoteFolder {
        id: id.into(),
        parent: parent.map(RemoteId::new),
        name,
        role,
        container_class: String::new(),
        identity: identity.map(Into::into),
    }
}

fn role_of(name: &str) -> FolderRole {
    match name.to_lowercase().as_str() {
        "inbox" => FolderRole::Inbox,
        "outbox" => FolderRole::Outbox,
        "sent" | "sent items" | "sent mail" => FolderRole::SentMail,
        "deleted" | "deleted items" | "trash" => FolderRole::DeletedItems,
        "drafts" => FolderRole::Drafts,
        "junk" | "junk e-mail" | "junk email" | "spam" => FolderRole::Junk,
        "archive" => FolderRole::Archive,
        _ => FolderRole::None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A drive may go away while it is read: that is no proof that everything on it was deleted.
    #[test]
    fn a_root_that_cannot_be_read_is_an_error() {
        let directory = tempfile::tempdir().unwrap();
        let remote = DirectoryRemote::new(directory.path().join("gone"));
        let known = FolderIndex {
            root: None,
            folders: BTreeMap::from([("Inbox".to_owned(), None)]),
        };
        assert!(remote.scan(&known, &SyncContext::detached()).is_err());
    }
}
