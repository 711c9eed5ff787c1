//! Local changes carried out on the directory.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use mapi_abi::{PR_MESSAGE_CLASS, PR_SUBJECT};
use walkdir::WalkDir;

use super::files::Hash;
use super::{DirectoryRemote, TOP, files, names};
use crate::sync::{
    LocalChange, MessageData, PushOutcome, RemoteError, RemoteErrorKind, RemoteId, Version, mime,
};

/// Files that file managers leave behind, and nobody misses.
const LITTER: &[&str] = &["thumbs.db", "desktop.ini", ".ds_store"];

impl DirectoryRemote {
    pub(super) fn carry_out(&self, change: &LocalChange<'_>) -> Result<PushOutcome, RemoteError> {
        match *change {
            LocalChange::CreateFolder {
                parent,
                name,
                container_class,
                ..
            } => {
                if is_mail_container(container_class) {
                    self.create_folder(parent, name)
                } else {
                    Ok(PushOutcome::Ignored)
                }
            }
            LocalChange::MoveFolder {
                folder,
                parent,
                name,
            } => self.move_folder(folder, parent, name),
            LocalChange::DeleteFolder { folder } => self.delete_folder(folder),
            LocalChange::CreateMessage {
                operation,
                folder,
                message,
                read,
            } => {
                if !is_mail(message) {
                    return Ok(PushOutcome::Ignored);
                }
                let tail: String = operation.to_string().chars().take(12).collect();
                self.create_message(folder, &tail, message, read)
            }
            LocalChange::UpdateMessage {
                folder,
                id,
                base,
                message,
                read,
            } => self.update_message(folder, id, base, message, read),
            LocalChange::SetRead { folder, id, read } => self.set_read(folder, id, read),
            LocalChange::MoveMessage { folder, id, target } => {
                self.move_message(folder, id, target)
            }
            LocalChange::DeleteMessage { folder, id, base } => {
                match self.delete_message(folder, id, base) {
                    Err(error) if error.kind() == RemoteErrorKind::NotFound => {
                        Ok(PushOutcome::Removed)
                    }
                    result => result,
                }
            }
        }
    }

    fn directory_or_top(&self, folder: Option<&RemoteId>) -> Result<PathBuf, RemoteError> {
        self.directory(folder.unwrap_or(&TOP.into()))
    }

    fn folder_at(&self, path: &Path) -> Result<PushOutcome, RemoteError> {
        let id = self
            .id_of(path)
            .ok_or_else(|| RemoteError::other("A path left the directory."))?;
        Ok(PushOutcome::stored_unversioned(id))
    }

    fn create_folder(
        &self,
        parent: Option<&RemoteId>,
        name: &str,
    ) -> Result<PushOutcome, RemoteError> {
        let parent = self.directory_or_top(parent)?;
        let path = parent.join(names::directory_name(name));
        match fs::create_dir(&path) {
            Ok(()) => self.folder_at(&path),
            // It was created before, or somebody had the same idea: then it is the same folder.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                match existing(&parent, &path)? {
                    Some(path) => self.folder_at(&path),
                    None => Err(RemoteError::refused(format!(
                        "`{}` is in the way of a folder.",
                        path.display()
                    ))),
                }
            }
            Err(error) => Err(error.into()),
        }
    }

    fn move_folder(
        &self,
        folder: &RemoteId,
        parent: Option<&RemoteId>,
        name: &str,
    ) -> Result<PushOutcome, RemoteError> {
        let parent = self.directory_or_top(parent)?;
        let target = parent.join(names::directory_name(name));
        let source = match self.directory(folder) {
            Ok(source) => source,
            // Moved before, and the answer was lost?
            Err(error) => match existing(&parent, &target)? {
                Some(path) => return self.folder_at(&path),
                None => return Err(error),
            },
        };
        if source == target {
            return self.folder_at(&source);
        }
        if folder.as_str() == TOP || parent.starts_with(&source) {
            return Err(RemoteError::refused(format!(
                "The folder `{name}` cannot be moved into itself."
            )));
        }
        // A file system that ignores case finds the folder itself when only the case changes.
        let itself = existing(&parent, &target)?.is_some_and(|found| found == source);
        let target = if itself { target } else { files::free(&target) };
        fs::rename(&source, &target)?;
        self.folder_at(&target)
    }

    fn delete_folder(&self, folder: &RemoteId) -> Result<PushOutcome, RemoteError> {
        let directory = match self.directory(folder) {
            Ok(directory) => directory,
            Err(error) if error.kind() == RemoteErrorKind::NotFound => {
                return Ok(PushOutcome::Removed);
            }
            Err(error) => return Err(error),
        };
        if folder.as_str() == TOP {
            return Err(RemoteError::refused(
                "The top of a directory cannot be deleted.",
            ));
        }
        let entries: Vec<_> = WalkDir::new(&directory)
            .contents_first(true)
            .follow_links(false)
            .into_iter()
            .collect::<Result<_, _>>()
            .map_err(io::Error::from)?;
        let foreign = entries.iter().find(|entry| {
            let name = entry.file_name().to_string_lossy();
            let ours = names::is_message(&name) || files::is_temporary(&name);
            let litter = LITTER.contains(&name.to_lowercase().as_str());
            !entry.file_type().is_dir() && !ours && !litter
        });
        if let Some(foreign) = foreign {
            let (folder, foreign) = (directory.display(), foreign.file_name().to_string_lossy());
            let message = format!(
                "`{folder}` holds a file that is no message, `{foreign}`, and was not deleted."
            );
            return Err(RemoteError::refused(message));
        }
        for entry in entries {
            let remove = if entry.file_type().is_dir() {
                fs::remove_dir
            } else {
                fs::remove_file
            };
            gone_is_fine(remove(entry.path()))?;
        }
        Ok(PushOutcome::Removed)
    }

    fn create_message(
        &self,
        folder: &RemoteId,
        tail: &str,
        message: &MessageData,
        read: bool,
    ) -> Result<PushOutcome, RemoteError> {
        let directory = self.directory(folder)?;
        // A repeat finds what it wrote before, whatever the subject was then.
        let mut written = None;
        for entry in fs::read_dir(&directory)? {
            let name = entry?.file_name();
            written = written.or(name
                .to_str()
                .filter(|name| names::has_tail(name, tail))
                .map(|name| directory.join(name)));
        }
        let subject = message.properties.text(PR_SUBJECT).unwrap_or_default();
        let path = written.unwrap_or_else(|| directory.join(names::message_file(subject, tail)));
        let contents = mime::write(message);
        files::write(&path, &contents)?;
        self.stored(&path, read, Hash::of(&contents))
    }

    fn update_message(
        &self,
        folder: &RemoteId,
        id: &RemoteId,
        base: Option<&Version>,
        message: &MessageData,
        read: bool,
    ) -> Result<PushOutcome, RemoteError> {
        let path = files::find(&self.directory(folder)?, id.as_str())?;
        let old = files::read(&path)?;
        let new = mime::write(message);
        if old == new {
            return self.stored(&path, read, Hash::of(&new));
        }
        let version = Hash::of(&old);
        check_base(&path, version, base)?;
        if mime::write(&mime::read(&old)) == new {
            // Nothing that mail can express has changed: what it came with (signatures, encodings) stays.
            return self.stored(&path, read, version);
        }
        files::write(&path, &new)?;
        self.stored(&path, read, Hash::of(&new))
    }

    fn delete_message(
        &self,
        folder: &RemoteId,
        id: &RemoteId,
        base: Option<&Version>,
    ) -> Result<PushOutcome, RemoteError> {
        let path = files::find(&self.directory(folder)?, id.as_str())?;
        if base.is_some() {
            check_base(&path, Hash::of(&files::read(&path)?), base)?;
        }
        fs::remove_file(path)?;
        Ok(PushOutcome::Removed)
    }

    fn set_read(
        &self,
        folder: &RemoteId,
        id: &RemoteId,
        read: bool,
    ) -> Result<PushOutcome, RemoteError> {
        if !self.read_marks {
            return Ok(PushOutcome::Ignored);
        }
        let path = files::find(&self.directory(folder)?, id.as_str())?;
        let path = self.mark(&path, read)?;
        Ok(PushOutcome::stored_unversioned(id_of_message(&path)))
    }

    fn move_message(
        &self,
        folder: &RemoteId,
        id: &RemoteId,
        target: &RemoteId,
    ) -> Result<PushOutcome, RemoteError> {
        let target = self.directory(target)?;
        let source = files::find(&self.directory(folder)?, id.as_str())?;
        let Some(name) = source.file_name().and_then(|name| name.to_str()) else {
            return Err(RemoteError::not_found(format!(
                "There is no message `{id}`."
            )));
        };
        let mut path = target.join(name);
        if path != source {
            // Both forms of the name must be free, or two messages would share an id.
            let (plain, _) = names::without_mark(name);
            if files::find(&target, &plain).is_ok() {
                let taken =
                    |number: &u32| files::find(&target, &names::numbered(&plain, *number)).is_ok();
                let number = (2..).find(|number| !taken(number)).unwrap_or(2);
                let plain = names::numbered(&plain, number);
                path = target.join(if names::without_mark(name).1 {
                    names::with_mark(&plain)
                } else {
                    plain
                });
            }
            fs::rename(&source, &path)?;
        }
        let version = Hash::of(&files::read(&path)?).text();
        Ok(PushOutcome::stored(id_of_message(&path), version))
    }

    /// Gives a file the right read mark and answers with it.
    fn stored(&self, path: &Path, read: bool, version: Hash) -> Result<PushOutcome, RemoteError> {
        let path = self.mark(path, read)?;
        Ok(PushOutcome::stored(id_of_message(&path), version.text()))
    }

    /// Gives a file the right read mark, if the name for that is free and not too long.
    fn mark(&self, path: &Path, read: bool) -> Result<PathBuf, RemoteError> {
        let name = path
            .file_name()
            .and_then(|name| name.to_str())
            .unwrap_or_default();
        let (plain, is_read) = names::without_mark(name);
        if !self.read_marks || is_read == read {
            return Ok(path.to_owned());
        }
        let target = path.with_file_name(if read {
            names::with_mark(&plain)
        } else {
            plain
        });
        if target.symlink_metadata().is_ok() {
            return Ok(path.to_owned());
        }
        match fs::rename(path, &target) {
            // There is no room for the mark.
            Err(error) if error.kind() == io::ErrorKind::InvalidFilename => Ok(path.to_owned()),
            result => result.map(|()| target).map_err(RemoteError::from),
        }
    }
}

/// Fails if a message is not what a change was made to.
fn check_base(path: &Path, version: Hash, base: Option<&Version>) -> Result<(), RemoteError> {
    if base.is_none_or(|base| base.as_str() == version.text()) {
        return Ok(());
    }
    Err(RemoteError::conflict(format!(
        "`{}` was changed by someone else.",
        path.display()
    )))
}

/// The id of a message file; a marked file beside an unmarked one has its whole name.
fn id_of_message(path: &Path) -> RemoteId {
    let name = path
        .file_name()
        .and_then(|name| name.to_str())
        .unwrap_or_default();
    let (plain, read) = names::without_mark(name);
    let both = read && path.with_file_name(&plain).symlink_metadata().is_ok();
    RemoteId::new(if both { name.to_owned() } else { plain })
}

/// The directory at a path, as it is really called: a file system may ignore case.
fn existing(parent: &Path, path: &Path) -> Result<Option<PathBuf>, RemoteError> {
    if !path
        .symlink_metadata()
        .is_ok_and(|metadata| metadata.is_dir())
    {
        return Ok(None);
    }
    let wanted = path
        .file_name()
        .and_then(|name| name.to_str())
        .unwrap_or_default();
    let mut similar = None;
    for entry in fs::read_dir(parent)? {
        let name = entry?.file_name();
        let Some(name) = name.to_str() else { continue };
        if name == wanted {
            return Ok(Some(path.to_owned()));
        }
        if name.to_lowercase() == wanted.to_lowercase() {
            similar = Some(parent.join(name));
        }
    }
    Ok(Some(similar.unwrap_or_else(|| path.to_owned())))
}

fn gone_is_fine(result: io::Result<()>) -> io::Result<()> {
    match result {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        result => result,
    }
}

fn is_mail_container(class: &str) -> bool {
    let class = class.to_ascii_lowercase();
    class.is_empty() || class == "ipf" || class == "ipf.note" || class.starts_with("ipf.note.")
}

fn is_mail(message: &MessageData) -> bool {
    let class = message
        .properties
        .text(PR_MESSAGE_CLASS)
        .unwrap_or_default()
        .to_ascii_lowercase();
    let of = |family: &str| {
        class
            .strip_prefix(family)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    };
    class.is_empty() || class == "ipm" || of("ipm.note") || of("ipm.post") || of("report")
}
