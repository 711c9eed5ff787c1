//! A remote in memory that fails when it is told to.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use mapi_abi::{PR_BODY, PR_SUBJECT};
use mapi_store::definition::FolderRole;
use mapi_store::sync::{
    Cursor, FetchScope, FolderChanges, LocalChange, MessageChanges, OperationId, PushOutcome,
    Remote, RemoteError, RemoteFolder, RemoteId, RemoteItem, RemoteMessage, SyncContext, mime,
};

use super::Tree;

/// What happens to a call.
#[derive(Clone, Copy, Debug)]
pub enum Fault {
    /// It fails before anything is done.
    Before(fn() -> RemoteError),
    /// It is done, but the answer is lost.
    After(fn() -> RemoteError),
    /// It panics.
    Panic,
}

type Script = Box<dyn FnMut(usize, &str) -> Option<Fault> + Send>;

/// A mailbox; clones are the same one.
#[derive(Clone, Default)]
pub struct Mailbox {
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    folders: BTreeMap<String, Folder>,
    /// Number of the latest change.
    clock: u64,
    next_id: u64,
    created: BTreeMap<OperationId, String>,
    calls: Vec<String>,
    script: Option<Script>,
    /// Called, once, when all messages of a folder were listed and before the answer is given.
    on_listed: Option<Box<dyn FnOnce() + Send>>,
    /// Whether moved messages and folders can be recognized.
    anonymous: bool,
    /// Whether pushes are answered without versions.
    tells_no_versions: bool,
    /// Whether folders are called by their paths, so that a rename changes ids.
    path_ids: bool,
    /// Subjects of messages that cannot be fetched.
    poisoned: Vec<String>,
    /// Cursors from before this are refused.
    oldest_cursor: u64,
    page: Option<usize>,
}

#[derive(Clone, Default)]
struct Folder {
    name: String,
    parent: Option<String>,
    role: Option<FolderRole>,
    identity: u64,
    changed: u64,
    gone: bool,
    messages: BTreeMap<String, Message>,
}

#[derive(Clone)]
struct Message {
    mail: Vec<u8>,
    version: u64,
    read: bool,
    identity: u64,
    changed: u64,
    gone: bool,
}

impl Mailbox {
    /// A mailbox with these folders, parents first.
    pub fn new(paths: &[&str]) -> Self {
        let mailbox = Self::default();
        for path in paths {
            mailbox.make_folder(path);
        }
        mailbox
    }

    /// Another mailbox with the same in it.
    pub fn duplicate(&self) -> Self {
        let state = self.lock();
        let copy = State {
            folders: state.folders.clone(),
            clock: state.clock,
            next_id: state.next_id,
            created: state.created.clone(),
            calls: Vec::new(),
            script: None,
            on_listed: None,
            anonymous: state.anonymous,
            tells_no_versions: state.tells_no_versions,
            path_ids: state.path_ids,
            poisoned: state.poisoned.clone(),
            oldest_cursor: state.oldest_cursor,
            page: state.page,
        };
        Self {
            state: Arc::new(Mutex::new(copy)),
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets calls fail: by their number, beginning at 0, and their name.
    pub fn script(&self, script: impl FnMut(usize, &str) -> Option<Fault> + Send + 'static) {
        let mut state = self.lock();
        state.calls.clear();
        state.script = Some(Box::new(script));
    }

    pub fn no_script(&self) {
        let mut state = self.lock();
        state.calls.clear();
        state.script = None;
    }

    /// Does something between the next listing of a whole folder and its answer.
    pub fn on_listed(&self, action: impl FnOnce() + Send + 'static) {
        self.lock().on_listed = Some(Box::new(action));
    }

    pub fn calls(&self) -> Vec<String> {
        self.lock().calls.clone()
    }

    pub fn anonymous(self) -> Self {
        self.lock().anonymous = true;
        self
    }

    pub fn without_versions(self) -> Self {
        self.lock().tells_no_versions = true;
        self
    }

    pub fn with_path_ids() -> Self {
        let mailbox = Self::default();
        mailbox.lock().path_ids = true;
        mailbox
    }

    pub fn with_pages_of(self, page: usize) -> Self {
        self.lock().page = Some(page);
        self
    }

    pub fn poison(&self, subject: &str) {
        self.lock().poisoned.push(subject.to_owned());
    }

    pub fn heal(&self) {
        self.lock().poisoned.clear();
    }

    pub fn expire_cursors(&self) {
        let mut state = self.lock();
        state.oldest_cursor = state.clock + 1;
        state.clock += 1;
    }

    pub fn make_folder(&self, path: &str) {
        let mut state = self.lock();
        let (parent, name) = path.rsplit_once('/').unwrap_or(("", path));
        let parent = state.find(parent);
        state.make_folder(parent, name);
    }

    pub fn move_folder(&self, from: &str, to: &str) {
        let mut state = self.lock();
        let (parent, name) = to.rsplit_once('/').unwrap_or(("", to));
        let (id, parent) = (state.find(from).unwrap(), state.find(parent));
        state.move_folder(&id, parent, name);
    }

    pub fn delete_folder(&self, path: &str) {
        let mut state = self.lock();
        let id = state.find(path).unwrap();
        state.delete_folder(&id);
    }

    pub fn make_message(&self, folder: &str, subject: &str, text: &str) {
        self.put_mail(
            folder,
            format!("From: Ada <ada@example.org>\r\nSubject: {subject}\r\n\r\n{text}").into_bytes(),
        );
    }

    pub fn put_mail(&self, folder: &str, mail: Vec<u8>) {
        let mut state = self.lock();
        let folder = state
            .find(folder)
            .unwrap_or_else(|| panic!("no folder {folder}"));
        state.make_message(&folder, mail, false);
    }

    #[track_caller]
    pub fn edit(&self, subject: &str, text: &str) {
        let mut state = self.lock();
        let (folder, id) = state.find_message(subject);
        let mail =
            format!("From: Ada <ada@example.org>\r\nSubject: {subject}\r\n\r\n{text}").into_bytes();
        state.edit(&folder, &id, mail);
    }

    #[track_caller]
    pub fn set_read(&self, subject: &str, read: bool) {
        let mut state = self.lock();
        let (folder, id) = state.find_message(subject);
        state.set_read(&folder, &id, read);
    }

    #[track_caller]
    pub fn delete_message(&self, subject: &str) {
        let mut state = self.lock();
        let (folder, id) = state.find_message(subject);
        state.delete_message(&folder, &id);
    }

    #[track_caller]
    pub fn move_message(&self, subject: &str, target: &str) {
        let mut state = self.lock();
        let (folder, id) = state.find_message(subject);
        let target = state.find(target).unwrap();
        state.move_message(&folder, &id, &target);
    }

    /// All folders and mail.
    pub fn tree(&self) -> Tree {
        let state = self.lock();
        let mut tree = Tree::new();
        for (id, folder) in state.folders.iter().filter(|(_, folder)| !folder.gone) {
            let mut mails: Vec<_> = folder
                .messages
                .values()
                .filter(|message| !message.gone)
                .map(|message| {
                    let data = mime::read(&message.mail);
                    let text = |tag: u32| {
                        data.properties
                            .text(tag)
                            .unwrap_or_default()
                            .trim()
                            .to_owned()
                    };
                    (text(PR_SUBJECT), text(PR_BODY), message.read)
                })
                .collect();
            mails.sort();
            let clash = tree.insert(state.path(id), mails);
            assert!(clash.is_none(), "two folders {}", state.path(id));
        }
        tree
    }

    /// The raw mail with this subject.
    pub fn mail(&self, subject: &str) -> Vec<u8> {
        let state = self.lock();
        let (folder, id) = state.find_message(subject);
        state.folders[&folder].messages[&id].mail.clone()
    }

    fn call<T>(
        &self,
        name: &str,
        context: &SyncContext,
        work: impl FnOnce(&mut State) -> Result<T, RemoteError>,
    ) -> Result<T, RemoteError> {
        context.check()?;
        let mut state = self.lock();
        let number = state.calls.len();
        state.calls.push(name.to_owned());
        let fault = state
            .script
            .as_mut()
            .and_then(|script| script(number, name));
        match fault {
            Some(Fault::Before(error)) => Err(error()),
            Some(Fault::Panic) => {
                drop(state);
                panic!("scripted panic in {name}");
            }
            Some(Fault::After(error)) => {
                let _ = work(&mut state);
                Err(error())
            }
            None => work(&mut state),
        }
    }
}

impl State {
    fn tick(&mut self) -> u64 {
        self.clock += 1;
        self.clock
    }

    fn fresh_id(&mut self, prefix: &str) -> String {
        self.next_id += 1;
        format!("{prefix}{}", self.next_id)
    }

    fn path(&self, id: &str) -> String {
        let folder = &self.folders[id];
        match &folder.parent {
            Some(parent) => format!("{}/{}", self.path(parent), folder.name),
            None => folder.name.clone(),
        }
    }

    fn find(&self, path: &str) -> Option<String> {
        let live = self.folders.iter().filter(|(_, folder)| !folder.gone);
        live.map(|(id, _)| id.clone())
            .find(|id| self.path(id) == path)
    }

    #[track_caller]
    fn find_message(&self, subject: &str) -> (String, String) {
        let needle = format!("Subject: {subject}\r\n");
        let mut found = Vec::new();
        for (folder_id, folder) in self.folders.iter().filter(|(_, folder)| !folder.gone) {
            for (id, message) in folder.messages.iter().filter(|(_, message)| !message.gone) {
                if String::from_utf8_lossy(&message.mail).contains(&needle) {
                    found.push((folder_id.clone(), id.clone()));
                }
            }
        }
        assert_eq!(found.len(), 1, "{subject} at the remote");
        found.remove(0)
    }

    fn folder(&self, id: &RemoteId) -> Result<&Folder, RemoteError> {
        let folder = self.folders.get(id.as_str()).filter(|folder| !folder.gone);
        folder.ok_or_else(|| RemoteError::not_found(format!("no folder {id}")))
    }

    fn message(&self, folder: &RemoteId, id: &RemoteId) -> Result<&Message, RemoteError> {
        let message = self
            .folder(folder)?
            .messages
            .get(id.as_str())
            .filter(|message| !message.gone);
        message.ok_or_else(|| RemoteError::not_found(format!("no message {id}")))
    }

    fn folder_id(&mut self, parent: Option<&str>, name: &str) -> String {
        match (self.path_ids, parent) {
            (false, _) => self.fresh_id("F"),
            (true, Some(parent)) => format!("{parent}/{name}"),
            (true, None) => name.to_owned(),
        }
    }

    fn make_folder(&mut self, parent: Option<String>, name: &str) -> String {
        let id = self.folder_id(parent.as_deref(), name);
        let changed = self.tick();
        let role = (name == "Inbox" && parent.is_none()).then_some(FolderRole::Inbox);
        let folder = Folder {
            name: name.to_owned(),
            parent,
            role,
            identity: changed,
            changed,
            ..Folder::default()
        };
        self.folders.insert(id.clone(), folder);
        id
    }

    fn move_folder(&mut self, id: &str, parent: Option<String>, name: &str) -> String {
        let changed = self.tick();
        if !self.path_ids {
            let folder = self.folders.get_mut(id).unwrap();
            (folder.parent, folder.name, folder.changed) = (parent, name.to_owned(), changed);
            return id.to_owned();
        }
        let new = self.folder_id(parent.as_deref(), name);
        if new == id {
            return new;
        }
        let old = self.folders[id].clone();
        self.folders.insert(
            new.clone(),
            Folder {
                name: name.to_owned(),
                parent,
                changed,
                ..old
            },
        );
        let children: Vec<(String, String)> = self
            .folders
            .iter()
            .filter(|(_, folder)| !folder.gone && folder.parent.as_deref() == Some(id))
            .map(|(id, folder)| (id.clone(), folder.name.clone()))
            .collect();
        for (child, name) in children {
            self.move_folder(&child, Some(new.clone()), &name);
        }
        let old = self.folders.get_mut(id).unwrap();
        (old.gone, old.changed) = (true, changed);
        old.messages.clear();
        new
    }

    fn delete_folder(&mut self, id: &str) {
        let changed = self.tick();
        let children = self
            .folders
            .iter()
            .filter(|(_, folder)| !folder.gone && folder.parent.as_deref() == Some(id));
        let children: Vec<String> = children.map(|(id, _)| id.clone()).collect();
        for child in children {
            self.delete_folder(&child);
        }
        let folder = self.folders.get_mut(id).unwrap();
        (folder.gone, folder.changed) = (true, changed);
        folder.messages.clear();
    }

    fn make_message(&mut self, folder: &str, mail: Vec<u8>, read: bool) -> String {
        let id = self.fresh_id("M");
        let changed = self.tick();
        let message = Message {
            mail,
            version: changed,
            read,
            identity: changed,
            changed,
            gone: false,
        };
        self.folders
            .get_mut(folder)
            .unwrap()
            .messages
            .insert(id.clone(), message);
        id
    }

    fn edit(&mut self, folder: &str, id: &str, mail: Vec<u8>) {
        let changed = self.tick();
        let message = self
            .folders
            .get_mut(folder)
            .unwrap()
            .messages
            .get_mut(id)
            .unwrap();
        (message.mail, message.version, message.changed) = (mail, changed, changed);
    }

    fn set_read(&mut self, folder: &str, id: &str, read: bool) {
        let changed = self.tick();
        let message = self
            .folders
            .get_mut(folder)
            .unwrap()
            .messages
            .get_mut(id)
            .unwrap();
        (message.read, message.changed) = (read, changed);
    }

    fn delete_message(&mut self, folder: &str, id: &str) {
        let changed = self.tick();
        let message = self
            .folders
            .get_mut(folder)
            .unwrap()
            .messages
            .get_mut(id)
            .unwrap();
        (message.gone, message.changed) = (true, changed);
    }

    fn move_message(&mut self, folder: &str, id: &str, target: &str) -> String {
        let message = self.folders[folder].messages[id].clone();
        self.delete_message(folder, id);
        let new = self.fresh_id("M");
        let changed = self.tick();
        self.folders
            .get_mut(target)
            .unwrap()
            .messages
            .insert(new.clone(), Message { changed, ..message });
        new
    }

    fn since(&self, since: Option<&Cursor>) -> Result<u64, RemoteError> {
        let Some(cursor) = since else { return Ok(0) };
        let bytes = cursor.as_bytes().try_into().expect("a cursor of ours");
        let number = u64::from_le_bytes(bytes);
        if number < self.oldest_cursor {
            return Err(RemoteError::cursor_expired("too old"));
        }
        Ok(number)
    }

    fn stored(&self, folder: &str, id: String) -> PushOutcome {
        if self.tells_no_versions {
            return PushOutcome::stored_unversioned(id);
        }
        let version = self.folders[folder].messages[&id].version;
        PushOutcome::stored(id, format!("v{version}"))
    }

    fn push(&mut self, change: &LocalChange<'_>) -> Result<PushOutcome, RemoteError> {
        match *change {
            LocalChange::CreateFolder {
                parent,
                name,
                container_class,
                ..
            } => {
                if container_class == "IPF.Contact" {
                    return Ok(PushOutcome::Ignored);
                }
                if name.contains("forbidden") {
                    return Err(RemoteError::refused("not that name"));
                }
                let parent = parent
                    .map(|parent| self.folder(parent).map(|_| parent.as_str().to_owned()))
                    .transpose()?;
                let known = self.folders.iter().find(|(_, folder)| {
                    !folder.gone && folder.parent == parent && folder.name == name
                });
                let id = match known {
                    Some((id, _)) => id.clone(),
                    None => self.make_folder(parent, name),
                };
                Ok(PushOutcome::stored_unversioned(id))
            }
            LocalChange::MoveFolder {
                folder,
                parent,
                name,
            } => {
                self.folder(folder)?;
                let parent = parent
                    .map(|parent| self.folder(parent).map(|_| parent.as_str().to_owned()))
                    .transpose()?;
                Ok(PushOutcome::stored_unversioned(self.move_folder(
                    folder.as_str(),
                    parent,
                    name,
                )))
            }
            LocalChange::DeleteFolder { folder } => {
                self.folder(folder)?;
                self.delete_folder(folder.as_str());
                Ok(PushOutcome::Removed)
            }
            LocalChange::CreateMessage {
                operation,
                folder,
                message,
                read,
            } => {
                self.folder(folder)?;
                if message
                    .properties
                    .text(PR_SUBJECT)
                    .is_some_and(|subject| subject.contains("ignored"))
                {
                    return Ok(PushOutcome::Ignored);
                }
                if message
                    .properties
                    .text(PR_SUBJECT)
                    .is_some_and(|subject| subject.contains("refused"))
                {
                    return Err(RemoteError::refused("too big"));
                }
                if let Some(id) = self.created.get(&operation).cloned() {
                    assert!(
                        self.folders[folder.as_str()].messages.contains_key(&id),
                        "one operation, one place"
                    );
                    return Ok(self.stored(folder.as_str(), id));
                }
                let id = self.make_message(folder.as_str(), mime::write(message), read);
                self.created.insert(operation, id.clone());
                Ok(self.stored(folder.as_str(), id))
            }
            LocalChange::UpdateMessage {
                folder,
                id,
                base,
                message,
                read,
            } => {
                let current = format!("v{}", self.message(folder, id)?.version);
                if base.is_some_and(|base| base.as_str() != current) {
                    return Err(RemoteError::conflict("somebody was faster"));
                }
                self.edit(folder.as_str(), id.as_str(), mime::write(message));
                self.set_read(folder.as_str(), id.as_str(), read);
                Ok(self.stored(folder.as_str(), id.as_str().to_owned()))
            }
            LocalChange::SetRead { folder, id, read } => {
                self.message(folder, id)?;
                self.set_read(folder.as_str(), id.as_str(), read);
                Ok(PushOutcome::stored_unversioned(id.clone()))
            }
            LocalChange::MoveMessage { folder, id, target } => {
                self.message(folder, id)?;
                self.folder(target)?;
                let id = self.move_message(folder.as_str(), id.as_str(), target.as_str());
                Ok(self.stored(target.as_str(), id))
            }
            LocalChange::DeleteMessage { folder, id, base } => {
                let version = format!("v{}", self.message(folder, id)?.version);
                if base.is_some_and(|base| base.as_str() != version) {
                    return Err(RemoteError::conflict("changed meanwhile"));
                }
                self.delete_message(folder.as_str(), id.as_str());
                Ok(PushOutcome::Removed)
            }
        }
    }
}

impl Remote for Mailbox {
    fn folder_changes(
        &self,
        since: Option<&Cursor>,
        context: &SyncContext,
    ) -> Result<FolderChanges, RemoteError> {
        self.call("folder_changes", context, |state| {
            let since_number = state.since(since)?;
            let mut news: Vec<(&String, &Folder)> = state
                .folders
                .iter()
                .filter(|(_, folder)| folder.changed > since_number)
                .collect();
            news.sort_by_key(|(_, folder)| folder.changed);
            let page = state.page.unwrap_or(usize::MAX).min(news.len());
            let more = page < news.len();
            let next = if more {
                news[page - 1].1.changed
            } else {
                state.clock
            };
            let mut changes = FolderChanges {
                next: Cursor::new(next.to_le_bytes()),
                more,
                ..Default::default()
            };
            for (id, folder) in &news[..page] {
                if folder.gone {
                    changes
                        .deleted
                        .extend(since.map(|_| RemoteId::new(id.as_str())));
                    continue;
                }
                let mut listed = RemoteFolder::new(id.as_str(), folder.name.as_str());
                listed.parent = folder.parent.as_deref().map(RemoteId::new);
                listed.role = folder.role.unwrap_or(FolderRole::None);
                if !state.anonymous {
                    listed = listed.with_identity(folder.identity.to_string());
                }
                changes.changed.push(listed);
            }
            Ok(changes)
        })
    }

    fn message_changes(
        &self,
        folder: &RemoteId,
        since: Option<&Cursor>,
        limit: usize,
        context: &SyncContext,
    ) -> Result<MessageChanges, RemoteError> {
        let answer = self.call("message_changes", context, |state| {
            let since_number = state.since(since)?;
            let clock = state.clock;
            let anonymous = state.anonymous;
            let folder = state.folder(folder)?;
            let mut news: Vec<(&String, &Message)> = folder
                .messages
                .iter()
                .filter(|(_, message)| message.changed > since_number)
                .collect();
            news.sort_by_key(|(_, message)| message.changed);
            let page = limit.min(news.len());
            let more = page < news.len();
            let next = if more {
                news[page - 1].1.changed
            } else {
                clock
            };
            let mut changes = MessageChanges {
                next: Cursor::new(next.to_le_bytes()),
                more,
                ..Default::default()
            };
            for (id, message) in &news[..page] {
                if message.gone {
                    changes
                        .deleted
                        .extend(since.map(|_| RemoteId::new(id.as_str())));
                    continue;
                }
                let mut item = RemoteItem::new(id.as_str(), format!("v{}", message.version))
                    .with_read(message.read);
                if !anonymous {
                    item = item.with_identity(message.identity.to_string());
                }
                changes.changed.push(item);
            }
            Ok(changes)
        });
        if since.is_none() {
            let action = self.lock().on_listed.take();
            if let Some(action) = action {
                action();
            }
        }
        answer
    }

    fn fetch(
        &self,
        folder: &RemoteId,
        message: &RemoteId,
        scope: FetchScope,
        context: &SyncContext,
    ) -> Result<RemoteMessage, RemoteError> {
        self.call("fetch", context, |state| {
            let mail = &state.message(folder, message)?.mail;
            let text = String::from_utf8_lossy(mail);
            if state
                .poisoned
                .iter()
                .any(|subject| text.contains(&format!("Subject: {subject}\r\n")))
            {
                return Err(RemoteError::other("this one is broken"));
            }
            Ok(match scope {
                FetchScope::Full => RemoteMessage::mime(mail.clone()),
                FetchScope::Headers => {
                    let end = text.find("\r\n\r\n").map_or(mail.len(), |end| end + 4);
                    RemoteMessage::mime_headers(&mail[..end])
                }
            })
        })
    }

    fn push(
        &self,
        change: &LocalChange<'_>,
        context: &SyncContext,
    ) -> Result<PushOutcome, RemoteError> {
        let name = match change {
            LocalChange::CreateFolder { .. } => "CreateFolder",
            LocalChange::MoveFolder { .. } => "MoveFolder",
            LocalChange::DeleteFolder { .. } => "DeleteFolder",
            LocalChange::CreateMessage { .. } => "CreateMessage",
            LocalChange::UpdateMessage { .. } => "UpdateMessage",
            LocalChange::SetRead { .. } => "SetRead",
            LocalChange::MoveMessage { .. } => "MoveMessage",
            LocalChange::DeleteMessage { .. } => "DeleteMessage",
        };
        self.call(name, context, |state| state.push(change))
    }
}
