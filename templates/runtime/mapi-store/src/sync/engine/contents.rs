//! Remote message changes, fetched and carried out in the store.

use std::collections::BTreeSet;

use super::apply::{Contents, Done, Fetched, delete_one, follow_move, store_one};
use super::{Run, Stop, is_fatal};
use crate::definition::FolderRole;
use crate::store::{ListedMessage, ObjectId, ObjectKey, Origin, Pending, StoreError};
use crate::sync::{
    FetchScope, MessageData, NewMail, ProblemKind, RemoteContent, RemoteErrorKind, RemoteId,
    RemoteMessage, SyncProblem, mime,
};

/// Contents that are fetched before they are committed, however large a batch may be.
const BATCH_BYTES: usize = 32 << 20;

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
        let result = self.gather(page, folder, headers_only, step, &mut batch);
        // Whatever ended it, what was fetched need not be fetched again.
        self.commit(batch, folder)?;
        result
    }

    /// Fetches what is needed for some messages into a batch; commits the batch itself only when it gets large.
    fn gather(
        &mut self,
        page: Vec<ListedMessage>,
        folder: &str,
        headers_only: bool,
        step: &mut dyn FnMut(&Self),
        batch: &mut Vec<Fetched>,
    ) -> Result<(), Stop> {
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
                self.commit(std::mem::take(batch), folder)?;
                bytes = 0;
            }
        }
        Ok(())
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
