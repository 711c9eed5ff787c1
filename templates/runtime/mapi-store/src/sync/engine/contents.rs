//! Remote message changes, carried out in the store.

use std::collections::BTreeSet;

use mapi_abi::{
    MSGFLAG_FROMME, MSGFLAG_READ, MSGFLAG_RESEND, MSGFLAG_UNMODIFIED, MSGFLAG_UNSENT,
    PR_MESSAGE_FLAGS, PR_SUBJECT,
};

use super::{Run, Stop, is_fatal};
use crate::definition::FolderRole;
use crate::store::{
    Batch, ListedMessage, LocalChange, Message, MessageMapping, ObjectId, ObjectKey, Origin,
    Pending, SaveMode, StoreError, Value,
};
use crate::sync::{
    FetchScope, MessageData, NewMail, ProblemKind, RemoteContent, RemoteErrorKind, RemoteId,
    RemoteMessage, SyncProblem, mime,
};

/// Contents that are fetched before they are committed, however large a batch may be.
const BATCH_BYTES: usize = 32 << 20;

/// Flags of a message that its contents determine.
const CONTENT_FLAGS: u32 = MSGFLAG_UNSENT | MSGFLAG_FROMME | MSGFLAG_RESEND;

/// A message to work off, with what was fetched for it.
pub(super) struct Fetched {
    item: ListedMessage,
    contents: Option<Contents>,
}

struct Contents {
    data: MessageData,
    from_mail: bool,
    complete: bool,
    version: String,
    size: usize,
    /// The local change, by its number, that made the local message just like this.
    same_as_local: Option<i64>,
}

/// What became of one message.
enum Done {
    Nothing,
    Created(NewMail),
    Updated,
    /// The local edit was kept as a copy.
    Conflict(String),
}

impl Run<'_> {
    /// Lists all mapped folders and works off what is pending.
    pub(super) fn download_contents(&mut self) -> Result<(), Stop> {
        let folders = self.folders_to_download()?;
        self.meter.phase(50..200, "Looking for new messages");
        for (position, (folder, remote)) in folders.iter().enumerate() {
            let name = self.folder_name(*folder);
            self.meter.step(
                &format!("Looking for new messages: {name}"),
                position as u64,
                folders.len() as u64,
            );
            self.list_messages(remote)?;
        }
        self.follow_moves()?;
        self.meter.phase(200..800, "Getting messages");
        self.fetch_pending(&folders)?;
        let gone = self
            .store
            .listed_folders()?
            .into_iter()
            .filter(|folder| folder.gone)
            .map(|folder| folder.remote);
        let remotes: BTreeSet<String> = folders
            .into_iter()
            .map(|(_, remote)| remote)
            .chain(gone)
            .collect();
        for remote in remotes {
            self.delete_gone(&remote)?;
        }
        Ok(())
    }

    /// Local key and remote id of the mapped folders that the remote has, the Inbox first.
    fn folders_to_download(&self) -> Result<Vec<(ObjectKey, String)>, StoreError> {
        let inbox = self.store.folder_by_role(FolderRole::Inbox)?;
        let mut folders = Vec::new();
        for mapping in self.store.folder_mappings()? {
            if self
                .store
                .listed_folder(&mapping.remote)?
                .is_some_and(|folder| !folder.gone)
            {
                folders.push((mapping.folder, mapping.remote));
            }
        }
        folders.sort_by_key(|(folder, _)| Some(*folder) != inbox);
        Ok(folders)
    }

    /// Moves the messages that turned up elsewhere at the remote.
    fn follow_moves(&mut self) -> Result<(), Stop> {
        loop {
            self.check()?;
            let pairs = self.store.moved_messages(self.batch_size())?;
            let mut used = BTreeSet::new();
            let pairs = pairs
                .into_iter()
                .filter(|(arrived, gone)| used.insert(arrived.row) && used.insert(gone.row));
            let pairs: Vec<_> = pairs.collect();
            let (handled, moved) = self.store.batch(Origin::Sync, |batch| {
                let (mut handled, mut moved) = (0, 0);
                for (arrived, gone) in pairs {
                    if let Some(was_there) = follow_move(batch, arrived, &gone)? {
                        handled += 1;
                        moved += u32::from(was_there);
                    }
                }
                Ok::<_, StoreError>((handled, moved))
            })?;
            self.statistics.messages_updated += moved;
            if handled == 0 {
                return Ok(());
            }
        }
    }

    /// Fetches and stores whatever is new or changed.
    fn fetch_pending(&mut self, folders: &[(ObjectKey, String)]) -> Result<(), Stop> {
        let mut total = 0;
        for (_, remote) in folders {
            total += self.store.pending_count(remote)?;
        }
        let mut done = 0;
        for (folder, remote) in folders {
            let name = self.folder_name(*folder);
            let mut after = 0;
            loop {
                let page = self
                    .store
                    .pending_messages(remote, after, self.batch_size())?;
                let Some(last) = page.last() else { break };
                after = last.row;
                self.work_off(page, &name, self.request.headers_only, &mut |run| {
                    done += 1;
                    run.meter
                        .step(&format!("Getting messages: {name}"), done, total);
                })?;
            }
            if !self.request.headers_only {
                self.complete_partial(remote, &name)?;
            }
        }
        Ok(())
    }

    /// Fetches the rest of messages that only have their headers.
    fn complete_partial(&mut self, remote_folder: &str, name: &str) -> Result<(), Stop> {
        let partial = self.store.partial_messages(remote_folder)?;
        let total = partial.len() as u64;
        let mut done = 0;
        for ids in partial.chunks(self.batch_size() as usize) {
            let mut page = Vec::with_capacity(ids.len());
            for id in ids {
                let item = self
                    .store
                    .listed_message(remote_folder, id)?
                    .filter(|item| !item.pending.any());
                page.extend(item.map(wanted));
            }
            self.work_off(page, name, false, &mut |run| {
                done += 1;
                run.meter
                    .remark(&format!("Completing messages: {name}"), done, total);
            })?;
        }
        Ok(())
    }

    /// Fetches one message again, and settles what both sides did to it.
    pub(super) fn refetch(&mut self, remote_folder: &str, remote: &str) -> Result<(), Stop> {
        let name = self.remote_folder_name(remote_folder);
        match self.store.listed_message(remote_folder, remote)? {
            Some(item) => self.work_off(vec![wanted(item)], &name, false, &mut |_| {}),
            None => Ok(()),
        }
    }

    /// Fetches what is needed for some messages and commits it in batches; of new messages perhaps the headers only.
    fn work_off(
        &mut self,
        page: Vec<ListedMessage>,
        folder: &str,
        headers_only: bool,
        step: &mut dyn FnMut(&Self),
    ) -> Result<(), Stop> {
        let mut batch = Vec::new();
        let mut bytes = 0;
        for item in page {
            self.check()?;
            step(self);
            if item.pending.gone {
                continue;
            }
            let contents = if item.pending.contents && self.is_wanted(&item)? {
                match self.fetch(&item, folder, headers_only)? {
                    Some(contents) => Some(contents),
                    None => continue,
                }
            } else {
                None
            };
            bytes += contents.as_ref().map_or(0, |contents| contents.size);
            batch.push(Fetched { item, contents });
            if bytes > BATCH_BYTES {
                self.commit(std::mem::take(&mut batch), folder)?;
                bytes = 0;
            }
        }
        self.commit(batch, folder)
    }

    /// Whether the contents of a listed message are news: not those of one that was deleted locally in just this version.
    fn is_wanted(&self, item: &ListedMessage) -> Result<bool, StoreError> {
        let deletion = self.store.local_deletion(&item.folder, &item.remote)?;
        Ok(deletion
            .is_none_or(|deletion| deletion.remote_version.as_deref() != Some(&item.version)))
    }

    fn fetch(
        &mut self,
        item: &ListedMessage,
        folder: &str,
        headers_only: bool,
    ) -> Result<Option<Contents>, Stop> {
        let mapping = self.store.message_with_remote(&item.folder, &item.remote)?;
        let headers = headers_only && mapping.as_ref().is_none_or(|mapping| mapping.partial);
        let scope = if headers {
            FetchScope::Headers
        } else {
            FetchScope::Full
        };
        let (folder_id, id) = (
            RemoteId::new(item.folder.as_str()),
            RemoteId::new(item.remote.as_str()),
        );
        let answer = self.call(|remote, context| remote.fetch(&folder_id, &id, scope, context));
        // Deleted since it was listed: the next listing will say so.
        if answer
            .as_ref()
            .is_err_and(|error| error.kind() == RemoteErrorKind::NotFound)
        {
            return Ok(None);
        }
        let Some(message) = self.survive(answer, folder)? else {
            return Ok(None);
        };
        let RemoteMessage {
            content,
            complete,
            version,
        } = message;
        let complete = complete || scope == FetchScope::Full;
        let version = version.map_or_else(
            || item.version.clone(),
            |version| version.as_str().to_owned(),
        );
        let (data, from_mail, size) = match content {
            RemoteContent::Mime(bytes) if complete => (mime::read(&bytes), true, bytes.len()),
            RemoteContent::Mime(bytes) => (mime::read_headers(&bytes), true, bytes.len()),
            RemoteContent::Properties(data) => (*data, false, 0),
        };
        let same_as_local = match mapping {
            Some(mapping) if complete && !mapping.partial => {
                self.same_as_local(mapping.message, &data)?
            }
            _ => None,
        };
        Ok(Some(Contents {
            data,
            from_mail,
            complete,
            version,
            size,
            same_as_local,
        }))
    }

    /// The local change that made a message just what the remote has: an upload whose answer was lost, or two people
    /// with one idea.
    fn same_as_local(
        &self,
        message: ObjectKey,
        data: &MessageData,
    ) -> Result<Option<i64>, StoreError> {
        let Some(change) = self.store.local_change(ObjectId::Message(message))? else {
            return Ok(None);
        };
        if !change.edits.modified {
            return Ok(None);
        }
        let local = MessageData::from_store(self.store, &self.store.message(message)?)?;
        Ok((mime::write(&local) == mime::write(data)).then_some(change.sequence))
    }

    fn commit(&mut self, batch: Vec<Fetched>, folder: &str) -> Result<(), Stop> {
        if batch.is_empty() {
            return Ok(());
        }
        let inbox = self.store.folder_by_role(FolderRole::Inbox)?;
        let results = self.store.batch(Origin::Sync, |transaction| {
            let mut results = Vec::with_capacity(batch.len());
            for fetched in batch {
                match store_one(transaction, fetched) {
                    Err(error) if is_fatal(&error) => return Err(error),
                    result => results.push(result),
                }
            }
            Ok(results)
        })?;
        let mut new_mail = Vec::new();
        for result in results {
            match self.survive_store(result, folder)? {
                None | Some(Done::Nothing) => {}
                Some(Done::Created(mail)) => {
                    self.statistics.messages_downloaded += 1;
                    new_mail.extend(Some(mail).filter(|mail| Some(mail.folder) == inbox));
                }
                Some(Done::Updated) => self.statistics.messages_updated += 1,
                Some(Done::Conflict(subject)) => {
                    self.statistics.messages_updated += 1;
                    self.statistics.conflicts += 1;
                    let text = format!(
                        "`{subject}` was changed on both sides; the local version was kept as a copy."
                    );
                    self.observer.problem(&SyncProblem {
                        kind: ProblemKind::Conflict,
                        text,
                    });
                }
            }
        }
        let new_mail: Vec<NewMail> = new_mail
            .into_iter()
            .filter(|mail| self.is_unread_arrival(mail))
            .collect();
        if !new_mail.is_empty() {
            self.observer.new_mail(&new_mail);
        }
        Ok(())
    }

    /// Whether a message that was made is one to announce: not part of what was there from the beginning.
    fn is_unread_arrival(&self, mail: &NewMail) -> bool {
        let Ok(Some(mapping)) = self.store.message_mapping(mail.message) else {
            return false;
        };
        let listed = self
            .store
            .listed_message(&mapping.remote_folder, &mapping.remote)
            .ok()
            .flatten();
        listed.is_some_and(|listed| listed.fresh && !listed.read)
    }

    /// Deletes the messages that are gone from a remote folder.
    fn delete_gone(&mut self, remote_folder: &str) -> Result<(), Stop> {
        let deleted_items = self.store.folder_by_role(FolderRole::DeletedItems)?;
        let mut after = 0;
        loop {
            self.check()?;
            let page = self
                .store
                .pending_messages(remote_folder, after, self.batch_size())?;
            let Some(last) = page.last() else {
                return Ok(());
            };
            after = last.row;
            let deleted = self.store.batch(Origin::Sync, |batch| {
                let mut deleted = 0;
                for item in page.iter().filter(|item| item.pending.gone) {
                    deleted += u32::from(delete_one(batch, item, deleted_items)?);
                }
                Ok::<_, StoreError>(deleted)
            })?;
            self.statistics.messages_deleted += deleted;
        }
    }
}

fn wanted(item: ListedMessage) -> ListedMessage {
    let pending = Pending {
        contents: true,
        ..item.pending
    };
    ListedMessage { pending, ..item }
}

/// Follows one move; `None` if nothing can be done about it, else whether there was something to move.
fn follow_move(
    batch: &mut Batch<'_>,
    arrived: ListedMessage,
    gone: &ListedMessage,
) -> Result<Option<bool>, StoreError> {
    let Some(target) = batch.folder_with_remote(&arrived.folder)? else {
        return Ok(None);
    };
    let mapping = batch.message_with_remote(&gone.folder, &gone.remote)?;
    batch.forget_listed_message(&gone.folder, &gone.remote)?;
    let Some(mapping) = mapping else {
        // Deleted here, moved there: it comes back.
        if let Some(deletion) = batch.local_deletion(&gone.folder, &gone.remote)? {
            batch.acknowledge(&deletion)?;
        }
        return Ok(Some(false));
    };
    let moved = batch.folder_of_message(mapping.message)? != target;
    if moved {
        batch.move_message(mapping.message, target)?;
    }
    let pending = Pending {
        contents: mapping.version != arrived.version,
        read: arrived.read != gone.read,
        gone: false,
    };
    batch.map_message(&MessageMapping {
        remote_folder: arrived.folder.clone(),
        remote: arrived.remote.clone(),
        ..mapping
    })?;
    batch.put_listed_message(&ListedMessage { pending, ..arrived })?;
    Ok(Some(moved))
}

fn store_one(batch: &mut Batch<'_>, fetched: Fetched) -> Result<Done, StoreError> {
    let Fetched { item, contents } = fetched;
    let Some(now) = batch
        .listed_message(&item.folder, &item.remote)?
        .filter(|now| !now.pending.gone)
    else {
        return Ok(Done::Nothing);
    };
    let Some(folder) = batch.folder_with_remote(&item.folder)? else {
        return Ok(Done::Nothing);
    };
    let mapping = batch.message_with_remote(&item.folder, &item.remote)?;
    let version = contents
        .as_ref()
        .map_or(&item.version, |contents| &contents.version)
        .clone();
    let done = match (mapping, contents) {
        (Some(mapping), contents) => update(batch, &now, mapping, contents, folder)?,
        (None, Some(contents)) => create(batch, &now, contents, folder)?,
        // Deleted locally, and nothing new about it.
        (None, None) => Done::Nothing,
    };
    // Listed again meanwhile, in yet another version?
    let is_newer = now.version != item.version && now.version != version;
    let version = if is_newer {
        now.version.clone()
    } else {
        version
    };
    let pending = Pending {
        contents: is_newer,
        ..Pending::default()
    };
    batch.put_listed_message(&ListedMessage {
        version,
        pending,
        ..now
    })?;
    Ok(done)
}

fn create(
    batch: &mut Batch<'_>,
    item: &ListedMessage,
    contents: Contents,
    folder: ObjectKey,
) -> Result<Done, StoreError> {
    // Deleted here, changed there: it comes back.
    if let Some(deletion) = batch.local_deletion(&item.folder, &item.remote)? {
        batch.acknowledge(&deletion)?;
    }
    let mut message = Message::new(folder, false);
    let flags = contents
        .data
        .properties
        .long(PR_MESSAGE_FLAGS)
        .unwrap_or_default() as u32
        & CONTENT_FLAGS;
    let flags = flags | MSGFLAG_UNMODIFIED | if item.read { MSGFLAG_READ } else { 0 };
    contents.data.put_into(&mut message, |_| false);
    message
        .properties
        .set(PR_MESSAGE_FLAGS, Value::Long(flags as i32));
    let outcome = batch.save(&mut message, SaveMode::default())?;
    batch.map_message(&MessageMapping {
        message: outcome.key,
        remote_folder: item.folder.clone(),
        remote: item.remote.clone(),
        version: contents.version,
        partial: !contents.complete,
    })?;
    Ok(Done::Created(NewMail {
        message: outcome.key,
        folder,
    }))
}

fn update(
    batch: &mut Batch<'_>,
    item: &ListedMessage,
    mapping: MessageMapping,
    contents: Option<Contents>,
    folder: ObjectKey,
) -> Result<Done, StoreError> {
    let change = batch.local_change(ObjectId::Message(mapping.message))?;
    let edits = change
        .as_ref()
        .map(|change| change.edits)
        .unwrap_or_default();
    let mut done = Done::Nothing;
    let mut keeps_local_read = edits.flags;
    let mut takes_remote_read = item.pending.read;
    if let Some(contents) = contents {
        let version = contents.version.clone();
        let partial = !contents.complete;
        // A version that was not known is no other version.
        let is_other = !mapping.version.is_empty() && mapping.version != version;
        match change.filter(|change| change.edits.modified) {
            Some(change) if contents.same_as_local == Some(change.sequence) => {
                (keeps_local_read, takes_remote_read) = (false, true);
                batch.acknowledge(&change)?;
                bring_back(batch, mapping.message, folder)?;
            }
            Some(_) if !is_other => complete_edited(batch, mapping.message, contents)?,
            Some(change) => {
                (keeps_local_read, takes_remote_read) = (false, true);
                let subject = keep_copy(batch, mapping.message)?;
                batch.acknowledge(&change)?;
                bring_back(batch, mapping.message, folder)?;
                overwrite(batch, mapping.message, contents)?;

                done = Done::Conflict(subject);
            }
            None => {
                overwrite(batch, mapping.message, contents)?;
                done = Done::Updated;
            }
        }
        batch.map_message(&MessageMapping {
            version,
            partial,
            ..mapping.clone()
        })?;
    }
    if takes_remote_read && !keeps_local_read {
        let (set, clear) = if item.read {
            (MSGFLAG_READ, 0)
        } else {
            (0, MSGFLAG_READ)
        };
        let before = batch.set_message_flags(mapping.message, set, clear)?;
        let changed = (before & MSGFLAG_READ != 0) != item.read;
        if changed && matches!(done, Done::Nothing) {
            done = Done::Updated;
        }
    }
    Ok(done)
}

/// Takes back a local move whose change is dropped: the remote's place counts.
fn bring_back(
    batch: &mut Batch<'_>,
    message: ObjectKey,
    folder: ObjectKey,
) -> Result<(), StoreError> {
    if batch.folder_of_message(message)? == folder {
        Ok(())
    } else {
        batch.move_message(message, folder)
    }
}

/// Replaces the contents of a local message.
fn overwrite(batch: &mut Batch<'_>, key: ObjectKey, contents: Contents) -> Result<(), StoreError> {
    let mut message = batch.message(key)?;
    let new = contents
        .data
        .properties
        .long(PR_MESSAGE_FLAGS)
        .unwrap_or_default() as u32;
    let old = message
        .properties
        .long(PR_MESSAGE_FLAGS)
        .unwrap_or_default() as u32;
    let flags = old & !CONTENT_FLAGS | new & CONTENT_FLAGS;
    if contents.from_mail {
        contents.data.put_into(&mut message, mime::is_from_mail);
    } else {
        contents
            .data
            .put_into(&mut message, |id| !Message::is_computed(id));
    }
    message
        .properties
        .set(PR_MESSAGE_FLAGS, Value::Long(flags as i32));
    batch.save(&mut message, SaveMode { force: true })?;
    Ok(())
}

/// Gives a message that was edited while it had only its headers the rest, and leaves the edit alone.
fn complete_edited(
    batch: &mut Batch<'_>,
    key: ObjectKey,
    contents: Contents,
) -> Result<(), StoreError> {
    let mut message = batch.message(key)?;
    let had_contents = !batch
        .message_mapping(key)?
        .is_some_and(|mapping| mapping.partial);
    if had_contents || !contents.complete {
        return Ok(());
    }
    let (edited, recipients) = (message.properties.clone(), message.recipients.clone());
    let attachments = std::mem::take(&mut message.attachments);
    contents.data.put_into(&mut message, |_| false);
    message.properties.extend(&edited);
    message.recipients = recipients;
    if !attachments.is_empty() {
        message.attachments = attachments;
    }
    batch.save(&mut message, SaveMode { force: true })?;
    Ok(())
}

/// Keeps a local edit that loses as a copy: in the folder for conflicts, or else beside the message; returns its
/// subject.
fn keep_copy(batch: &mut Batch<'_>, message: ObjectKey) -> Result<String, StoreError> {
    let conflicts = batch
        .folder_by_role(FolderRole::Conflicts)?
        .or(batch.folder_by_role(FolderRole::SyncIssues)?);
    match conflicts {
        Some(folder) => copy_marked(batch, message, folder),
        None => {
            let folder = batch.folder_of_message(message)?;
            // Whoever else reads this folder shall see it too.
            batch.as_client(|batch| copy_marked(batch, message, folder))
        }
    }
}

fn copy_marked(
    batch: &mut Batch<'_>,
    message: ObjectKey,
    folder: ObjectKey,
) -> Result<String, StoreError> {
    let copy = batch.copy_message(message, folder)?;
    let mut copy = batch.message(copy)?;
    let subject = copy
        .properties
        .text(PR_SUBJECT)
        .unwrap_or_default()
        .to_owned();
    copy.properties.set(
        PR_SUBJECT,
        Value::Unicode(format!("{subject} (conflict)").trim_start().to_owned()),
    );
    batch.save(&mut copy, SaveMode::default())?;
    Ok(subject)
}

/// Deletes a message that the remote has no more, unless it was changed locally; returns whether it did.
fn delete_one(
    batch: &mut Batch<'_>,
    item: &ListedMessage,
    deleted_items: Option<ObjectKey>,
) -> Result<bool, StoreError> {
    batch.forget_listed_message(&item.folder, &item.remote)?;
    let Some(mapping) = batch.message_with_remote(&item.folder, &item.remote)? else {
        if let Some(deletion) = batch.local_deletion(&item.folder, &item.remote)? {
            batch.acknowledge(&deletion)?;
        }
        return Ok(false);
    };
    let change: Option<LocalChange> = batch.local_change(ObjectId::Message(mapping.message))?;
    let edits = change.map(|change| change.edits).unwrap_or_default();
    let moved = edits.moved && Some(batch.folder_of_message(mapping.message)?) != deleted_items;
    if edits.modified || moved {
        batch.unmap_message(mapping.message)?;
        return Ok(false);
    }
    batch.delete_message(mapping.message)?;
    Ok(true)
}
