//! Where the mail of Fabrikam Mail lives.
//!
//! This file is yours: cargo-mapi writes it once. It works as it is, with a mailbox in memory that has some mail in it and
//! forgets everything when the program ends. Replace it method by method: [`connect`] first, then the four methods of
//! [`Remote`] in their order. Everything else (the local store, what was synchronized already, retries, conflicts,
//! Outlook) is done for you; the documentation of [`Remote`] has the few rules to keep.
//!
//! The tests at the end show how to try a remote without Outlook and without a store.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use mapi_store::definition::FolderRole;
use mapi_store::settings::Settings;
use mapi_store::sync::{
    Cursor, FetchScope, FolderChanges, LocalChange, MessageChanges, PushOutcome, Remote,
    RemoteError, RemoteFolder, RemoteId, RemoteItem, RemoteMessage, SyncContext, Version, mime,
};

/// Connects one profile's store with its mail. Called when a store is synchronized for the first time after it was opened.
///
/// Settings come by the keys of provider.toml: `settings.string("server")`, `.integer(..)`, `.boolean(..)`, and
/// `.secret(..)`, which shows its text only to those who ask with `.expose()`.
///
/// # Errors
/// Whatever keeps you from connecting; the text is shown to the user, and the next synchronization tries again.
pub fn connect(settings: &Settings) -> Result<Box<dyn Remote>, RemoteError> {
    let _ = settings;
    Ok(Box::new(SampleMailbox::new()))
}

/// A mailbox in memory.
struct SampleMailbox {
    contents: Mutex<Contents>,
}

/// Folders by id, and the number of the latest change. That number is all a cursor has to say.
#[derive(Default)]
struct Contents {
    latest: u64,
    folders: BTreeMap<String, Folder>,
}

/// A folder. A deleted one stays, so that whoever asks what has changed hears of it.
struct Folder {
    parent: Option<String>,
    name: String,
    role: FolderRole,
    changed: u64,
    deleted: bool,
    messages: BTreeMap<String, Message>,
}

/// A message in RFC 5322 form. The version is the number of the change that wrote its text.
#[derive(Clone)]
struct Message {
    mail: Vec<u8>,
    version: u64,
    read: bool,
    changed: u64,
    deleted: bool,
}

impl SampleMailbox {
    fn new() -> Self {
        let mut contents = Contents::default();
        contents.put_folder("inbox", None, "Inbox", FolderRole::Inbox);
        contents.put_folder("archive", None, "Archive", FolderRole::Archive);
        contents.put_folder("archive-2025", Some("archive"), "2025", FolderRole::None);
        contents.put_message("inbox", "welcome", WELCOME.into(), false);
        contents.put_message("inbox", "formats", FORMATS.into(), false);
        contents.put_message("archive-2025", "old", OLD.into(), true);
        Self {
            contents: Mutex::new(contents),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Contents> {
        self.contents.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Remote for SampleMailbox {
    fn folder_changes(
        &self,
        since: Option<&Cursor>,
        context: &SyncContext,
    ) -> Result<FolderChanges, RemoteError> {
        context.check()?;
        let contents = self.lock();
        let since = number_of(since)?;
        let mut changes = FolderChanges {
            next: cursor_of(contents.latest),
            ..Default::default()
        };
        for (id, folder) in contents
            .folders
            .iter()
            .filter(|(_, folder)| folder.changed > since)
        {
            if folder.deleted {
                changes.deleted.push(id.as_str().into());
                continue;
            }
            let listed =
                RemoteFolder::new(id.as_str(), folder.name.as_str()).with_role(folder.role);
            changes.changed.push(match &folder.parent {
                Some(parent) => listed.with_parent(parent.as_str()),
                None => listed,
            });
        }
        Ok(changes)
    }

    fn message_changes(
        &self,
        folder: &RemoteId,
        since: Option<&Cursor>,
        limit: usize,
        context: &SyncContext,
    ) -> Result<MessageChanges, RemoteError> {
        context.check()?;
        let contents = self.lock();
        let since = number_of(since)?;
        let messages = contents.folder(folder)?.messages.iter();
        let mut news: Vec<_> = messages
            .filter(|(_, message)| message.changed > since)
            .collect();
        // Oldest change first: a page ends where the next one begins.
        news.sort_by_key(|(_, message)| message.changed);
        let more = news.len() > limit;
        news.truncate(limit.max(1));
        let next = match news.last() {
            Some((_, last)) if more => last.changed,
            _ => contents.latest,
        };
        let mut changes = MessageChanges {
            next: cursor_of(next),
            more,
            ..Default::default()
        };
        for (id, message) in news {
            if message.deleted {
                changes.deleted.push(id.as_str().into());
            } else {
                // Our ids survive moves, so an id is its own identity.
                let item = RemoteItem::new(id.as_str(), message.version.to_string());
                changes
                    .changed
                    .push(item.with_read(message.read).with_identity(id.as_str()));
            }
        }
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
        let contents = self.lock();
        let mail = contents.message(folder, message)?.mail.as_slice();
        let blank_line = mail.windows(4).position(|bytes| bytes == b"/r/n/r/n");
        Ok(match (scope, blank_line) {
            (FetchScope::Headers, Some(end)) => RemoteMessage::mime_headers(&mail[..end + 4]),
            _ => RemoteMessage::mime(mail),
        })
    }

    fn push(
        &self,
        change: &LocalChange<'_>,
        context: &SyncContext,
    ) -> Result<PushOutcome, RemoteError> {
        context.check()?;
        let mut contents = self.lock();
        match *change {
            LocalChange::CreateFolder {
                operation,
                parent,
                name,
                role,
                ..
            } => {
                // The operation makes a good id: when it is repeated, the same folder is written again.
                let id = operation.to_string();
                contents.put_folder(&id, parent.map(RemoteId::as_str), name, role);
                Ok(PushOutcome::stored_unversioned(id))
            }
            LocalChange::MoveFolder {
                folder,
                parent,
                name,
            } => {
                let role = contents.folder(folder)?.role;
                contents.put_folder(folder.as_str(), parent.map(RemoteId::as_str), name, role);
                Ok(PushOutcome::stored_unversioned(folder.clone()))
            }
            LocalChange::DeleteFolder { folder } => {
                contents.delete_folder(folder.as_str());
                Ok(PushOutcome::Removed)
            }
            LocalChange::CreateMessage {
                operation,
                folder,
                message,
                read,
            } => {
                contents.folder(folder)?;
                let id = operation.to_string();
                let version =
                    contents.put_message(folder.as_str(), &id, mime::write(message), read);
                Ok(PushOutcome::stored(id, version))
            }
            LocalChange::UpdateMessage {
                folder,
                id,
                base,
                message,
                read,
            } => {
                contents.message(folder, id)?.check_version(base)?;
                let mail = mime::write(message);
                let version = contents.put_message(folder.as_str(), id.as_str(), mail, read);
                Ok(PushOutcome::stored(id.clone(), version))
            }
            LocalChange::SetRead { folder, id, read } => {
                contents.message(folder, id)?;
                contents.change_message(folder, id, |message| message.read = read);
                Ok(PushOutcome::stored_unversioned(id.clone()))
            }
            LocalChange::MoveMessage { folder, id, target } => {
                let message = contents.message(folder, id)?.clone();
                contents.folder(target)?;
                contents.change_message(folder, id, |message| message.deleted = true);
                let version = message.version.to_string();
                contents.insert_message(target.as_str(), id.as_str(), message);
                Ok(PushOutcome::stored(id.clone(), version))
            }
            LocalChange::DeleteMessage { folder, id, base } => {
                if let Ok(message) = contents.message(folder, id) {
                    message.check_version(base)?;
                }
                contents.change_message(folder, id, |message| message.deleted = true);
                Ok(PushOutcome::Removed)
            }
        }
    }
}

impl Message {
    /// Fails if the message is not the version that a change was made to.
    fn check_version(&self, base: Option<&Version>) -> Result<(), RemoteError> {
        if base.is_none_or(|base| base.as_str() == self.version.to_string()) {
            return Ok(());
        }
        Err(RemoteError::conflict(
            "The message was changed by someone else.",
        ))
    }
}

impl Contents {
    fn next_change(&mut self) -> u64 {
        self.latest += 1;
        self.latest
    }

    fn folder(&self, id: &RemoteId) -> Result<&Folder, RemoteError> {
        let folder = self
            .folders
            .get(id.as_str())
            .filter(|folder| !folder.deleted);
        folder.ok_or_else(|| RemoteError::not_found("The folder does not exist."))
    }

    fn message(&self, folder: &RemoteId, id: &RemoteId) -> Result<&Message, RemoteError> {
        let message = self.folder(folder)?.messages.get(id.as_str());
        let message = message.filter(|message| !message.deleted);
        message.ok_or_else(|| RemoteError::not_found("The message does not exist."))
    }

    /// Makes a folder, or changes its name and place.
    fn put_folder(&mut self, id: &str, parent: Option<&str>, name: &str, role: FolderRole) {
        let changed = self.next_change();
        let messages = self
            .folders
            .remove(id)
            .map(|folder| folder.messages)
            .unwrap_or_default();
        let (parent, name) = (parent.map(str::to_owned), name.to_owned());
        let folder = Folder {
            parent,
            name,
            role,
            changed,
            deleted: false,
            messages,
        };
        self.folders.insert(id.to_owned(), folder);
    }

    fn delete_folder(&mut self, id: &str) {
        let changed = self.next_change();
        if let Some(folder) = self.folders.get_mut(id) {
            (folder.deleted, folder.changed) = (true, changed);
            folder.messages.clear();
        }
        let is_inside = |folder: &Folder| !folder.deleted && folder.parent.as_deref() == Some(id);
        let inside = self.folders.iter().filter(|(_, folder)| is_inside(folder));
        let inside: Vec<String> = inside.map(|(id, _)| id.clone()).collect();
        inside.iter().for_each(|id| self.delete_folder(id));
    }

    /// Writes a message; returns its new version.
    fn put_message(&mut self, folder: &str, id: &str, mail: Vec<u8>, read: bool) -> String {
        let version = self.latest + 1;
        let message = Message {
            mail,
            version,
            read,
            changed: 0,
            deleted: false,
        };
        self.insert_message(folder, id, message);
        version.to_string()
    }

    fn insert_message(&mut self, folder: &str, id: &str, message: Message) {
        let changed = self.next_change();
        if let Some(folder) = self.folders.get_mut(folder) {
            folder
                .messages
                .insert(id.to_owned(), Message { changed, ..message });
        }
    }

    fn change_message(
        &mut self,
        folder: &RemoteId,
        id: &RemoteId,
        change: impl FnOnce(&mut Message),
    ) {
        let changed = self.next_change();
        let folder = self.folders.get_mut(folder.as_str());
        if let Some(message) = folder.and_then(|folder| folder.messages.get_mut(id.as_str())) {
            change(message);
            message.changed = changed;
        }
    }
}

fn cursor_of(change: u64) -> Cursor {
    Cursor::new(change.to_le_bytes())
}

/// The change that a cursor stands for; none stands for the beginning.
fn number_of(cursor: Option<&Cursor>) -> Result<u64, RemoteError> {
    let Some(cursor) = cursor else { return Ok(0) };
    let bytes = cursor.as_bytes().try_into();
    bytes
        .map(u64::from_le_bytes)
        .map_err(|_| RemoteError::cursor_expired("The cursor is not ours."))
}

const WELCOME: &str = "From: Ada <ada@example.org>/r/n/
    To: You <you@example.org>/r/n/
    Subject: Welcome/r/n/
    Date: Mon, 03 Mar 2025 09:00:00 +0000/r/n/
    Message-ID: <welcome@example.org>/r/n/
    /r/n/
    This message comes from src/remote.rs./r/n/
    Reading, moving, editing or deleting it reaches the mailbox there/r/n/
    with the next synchronization./r/n";

const FORMATS: &str = "From: Ada <ada@example.org>/r/n/
    To: You <you@example.org>/r/n/
    Subject: =?utf-8?Q?More_than_plain_text_=E2=80=93_and_a_file?=/r/n/
    Date: Tue, 04 Mar 2025 10:30:00 +0000/r/n/
    Message-ID: <formats@example.org>/r/n/
    MIME-Version: 1.0/r/n/
    Content-Type: multipart/mixed; boundary=outer/r/n/
    /r/n/
    --outer/r/n/
    Content-Type: text/html; charset=utf-8/r/n/
    /r/n/
    <p>HTML is <b>fine</b>, and so are attachments.</p>/r/n/
    --outer/r/n/
    Content-Type: text/csv; name=figures.csv/r/n/
    Content-Disposition: attachment; filename=figures.csv/r/n/
    /r/n/
    month,visitors/r/n/
    January,1204/r/n/
    February,1377/r/n/
    --outer--/r/n";

const OLD: &str = "From: You <you@example.org>/r/n/
    To: Ada <ada@example.org>/r/n/
    Subject: Put away/r/n/
    Date: Wed, 01 Jan 2025 12:00:00 +0000/r/n/
    Message-ID: <old@example.org>/r/n/
    /r/n/
    Read, and kept./r/n";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_leads_to_what_is_new() {
        let (mailbox, context) = (SampleMailbox::new(), SyncContext::detached());
        let inbox = RemoteId::new("inbox");
        let first = mailbox
            .message_changes(&inbox, None, 100, &context)
            .unwrap();
        assert_eq!(first.changed.len(), 2);
        let id = &first.changed[0].id;
        let change = LocalChange::SetRead {
            folder: &inbox,
            id,
            read: true,
        };
        mailbox.push(&change, &context).unwrap();
        let second = mailbox
            .message_changes(&inbox, Some(&first.next), 100, &context)
            .unwrap();
        assert_eq!(second.changed, [first.changed[0].clone().with_read(true)]);
        let third = mailbox
            .message_changes(&inbox, Some(&second.next), 100, &context)
            .unwrap();
        assert!(third.changed.is_empty() && third.deleted.is_empty());
    }

    #[test]
    fn an_old_version_is_a_conflict() {
        let (mailbox, context) = (SampleMailbox::new(), SyncContext::detached());
        let (folder, id) = (&RemoteId::new("inbox"), &RemoteId::new("welcome"));
        let message = &mime::read(WELCOME.as_bytes());
        let base = Some(&"of long ago".into());
        let change = LocalChange::UpdateMessage {
            folder,
            id,
            base,
            message,
            read: false,
        };
        assert!(mailbox.push(&change, &context).is_err());
    }
}
