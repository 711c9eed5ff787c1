//! Local edits, moves and read states of messages, carried out at the remote.

use super::upload_messages::{is_read, listed, subject, text};
use super::{Run, Stop};
use crate::store::{
    ListedMessage, LocalChange, Message, MessageMapping, ObjectId, Origin, StoreError,
};
use crate::sync::{LocalChange as Push, PushOutcome, RemoteErrorKind, RemoteId, Version};

impl Run<'_> {
    /// Uploads what happened to a message that the remote has.
    pub(super) fn change(
        &mut self,
        change: &LocalChange,
        message: &Message,
        mut mapping: MessageMapping,
        target: &RemoteId,
    ) -> Result<(), Stop> {
        if mapping.remote_folder != target.as_str() {
            match self.upload_move(change, message, mapping, target)? {
                Some(moved) => mapping = moved,
                None => return Ok(()),
            }
        }
        if change.edits.modified {
            return self.upload_edit(change, message, mapping);
        }
        if change.edits.flags {
            return self.upload_read(change, message, &mapping);
        }
        self.store
            .batch(Origin::Sync, |batch| batch.acknowledge(change))?;
        Ok(())
    }

    /// Uploads a move; `None` if it failed. The change stays in the log until the rest of it is uploaded too.
    fn upload_move(
        &mut self,
        change: &LocalChange,
        message: &Message,
        mapping: MessageMapping,
        target: &RemoteId,
    ) -> Result<Option<MessageMapping>, Stop> {
        let about = subject(message);
        let (folder, id) = (
            RemoteId::new(mapping.remote_folder.as_str()),
            RemoteId::new(mapping.remote.as_str()),
        );
        let push = Push::MoveMessage {
            folder: &folder,
            id: &id,
            target,
        };
        let answer = self.call(|remote, context| remote.push(&push, context));
        if answer
            .as_ref()
            .is_err_and(|error| error.kind() == RemoteErrorKind::NotFound)
        {
            self.upload_again(change, message, &mapping, target)?;
            return Ok(None);
        }
        let (new_id, version) = match self.survive(answer, &about)? {
            None => return Ok(None),
            Some(PushOutcome::Stored { id, version }) => (id, version),
            Some(PushOutcome::Ignored) => {
                self.store
                    .batch(Origin::Sync, |batch| batch.acknowledge(change))?;
                return Ok(None);
            }
            Some(PushOutcome::Removed) => {
                self.nonsense(&about, "Removed");
                return Ok(None);
            }
        };
        self.statistics.messages_uploaded += 1;
        let moved = MessageMapping {
            remote_folder: target.as_str().to_owned(),
            remote: new_id.as_str().to_owned(),
            version: version.map_or_else(
                || mapping.version.clone(),
                |version| version.as_str().to_owned(),
            ),
            ..mapping.clone()
        };
        self.store.batch(Origin::Sync, |batch| {
            let old = batch.listed_message(&mapping.remote_folder, &mapping.remote)?;
            let read = old
                .as_ref()
                .map_or_else(|| is_read(message), |old| old.read);
            let mut new = listed(&moved, read, batch.listed_folder(target.as_str())?);
            new.identity = old.and_then(|old| old.identity);
            batch.forget_listed_message(&mapping.remote_folder, &mapping.remote)?;
            batch.put_listed_message(&new)?;
            match batch.map_message(&moved) {
                Err(StoreError::NotFound) => Ok(()),
                result => result,
            }
        })?;
        Ok(Some(moved))
    }

    fn upload_edit(
        &mut self,
        change: &LocalChange,
        message: &Message,
        mapping: MessageMapping,
    ) -> Result<(), Stop> {
        let about = subject(message);
        if mapping.partial {
            // Uploading it as it is would take its body away. Completing it keeps the edit.
            self.refetch(&mapping.remote_folder, &mapping.remote)?;
            let completed = self
                .store
                .message_mapping(mapping.message)?
                .is_some_and(|mapping| !mapping.partial);
            return if completed {
                self.upload_now(change)
            } else {
                Ok(())
            };
        }
        if self.is_two_way() && mapping.version.is_empty() {
            // What it would overwrite is not known; the next download finds out.
            return Ok(());
        }
        let Some(data) = self.load(message, &about)? else {
            return Ok(());
        };
        let (folder, id) = (
            RemoteId::new(mapping.remote_folder.as_str()),
            RemoteId::new(mapping.remote.as_str()),
        );
        let base = self.base(&mapping.version);
        let read = is_read(message);
        let push = Push::UpdateMessage {
            folder: &folder,
            id: &id,
            base: base.as_ref(),
            message: &data,
            read,
        };
        let answer = self.call(|remote, context| remote.push(&push, context));
        match answer.as_ref().map_err(|error| error.kind()) {
            Err(RemoteErrorKind::NotFound) => {
                return self.upload_again(change, message, &mapping, &folder);
            }
            Err(RemoteErrorKind::Conflict) if self.request.download_contents => {
                return self.settle_conflict(&mapping.remote_folder, &mapping.remote);
            }
            _ => {}
        }
        let (new_id, version) = match self.survive(answer, &about)? {
            None => return Ok(()),
            Some(PushOutcome::Stored { id, version }) => (id, version),
            Some(PushOutcome::Ignored) => {
                self.store
                    .batch(Origin::Sync, |batch| batch.acknowledge(change))?;
                return Ok(());
            }
            Some(PushOutcome::Removed) => {
                self.nonsense(&about, "Removed");
                return Ok(());
            }
        };
        self.statistics.messages_uploaded += 1;
        let updated = MessageMapping {
            remote: new_id.as_str().to_owned(),
            version: text(version),
            ..mapping.clone()
        };
        self.store.batch(Origin::Sync, |batch| {
            if updated.remote != mapping.remote {
                batch.forget_listed_message(&mapping.remote_folder, &mapping.remote)?;
            }
            batch.put_listed_message(&listed(
                &updated,
                read,
                batch.listed_folder(folder.as_str())?,
            ))?;
            match batch.map_message(&updated) {
                Err(StoreError::NotFound) => {}
                result => result?,
            }
            batch.acknowledge(change)
        })?;
        Ok(())
    }

    /// The remote's message changed since it was listed: fetches it, which settles what counts.
    pub(super) fn settle_conflict(&mut self, folder: &str, id: &str) -> Result<(), Stop> {
        self.list_messages(folder)?;
        self.refetch(folder, id)
    }

    /// The version that a change is based on, where that matters and is known.
    pub(super) fn base(&self, version: &str) -> Option<Version> {
        (self.is_two_way() && !version.is_empty()).then(|| Version::new(version))
    }

    /// Uploads a change from its beginning, as things are by now.
    fn upload_now(&mut self, change: &LocalChange) -> Result<(), Stop> {
        match (self.store.local_change(change.object)?, change.object) {
            (Some(now), ObjectId::Message(key)) => self.upload(&now, key),
            _ => Ok(()),
        }
    }

    /// Changed here, deleted there: the remote gets it again.
    fn upload_again(
        &mut self,
        change: &LocalChange,
        message: &Message,
        mapping: &MessageMapping,
        folder: &RemoteId,
    ) -> Result<(), Stop> {
        self.store.batch(Origin::Sync, |batch| {
            batch.forget_listed_message(&mapping.remote_folder, &mapping.remote)?;
            batch.unmap_message(mapping.message)
        })?;
        self.create(change, message, folder)
    }

    fn upload_read(
        &mut self,
        change: &LocalChange,
        message: &Message,
        mapping: &MessageMapping,
    ) -> Result<(), Stop> {
        let about = subject(message);
        let (folder, id) = (
            RemoteId::new(mapping.remote_folder.as_str()),
            RemoteId::new(mapping.remote.as_str()),
        );
        let read = is_read(message);
        let before = self
            .store
            .listed_message(&mapping.remote_folder, &mapping.remote)?;
        if before
            .as_ref()
            .is_some_and(|before| before.read == read && !before.pending.any())
        {
            // There and back again, or a flag that the remote does not know.
            self.store
                .batch(Origin::Sync, |batch| batch.acknowledge(change))?;
            return Ok(());
        }
        let push = Push::SetRead {
            folder: &folder,
            id: &id,
            read,
        };
        let answer = self.call(|remote, context| remote.push(&push, context));
        // Deleted there: nobody needs to know that it was read.
        let gone = answer
            .as_ref()
            .is_err_and(|error| error.kind() == RemoteErrorKind::NotFound);
        let outcome = if gone {
            Some(PushOutcome::Ignored)
        } else {
            self.survive(answer, &about)?
        };
        match outcome {
            None => Ok(()),
            Some(PushOutcome::Removed) => {
                self.nonsense(&about, "Removed");
                Ok(())
            }
            Some(PushOutcome::Ignored) => {
                self.store
                    .batch(Origin::Sync, |batch| batch.acknowledge(change))?;
                Ok(())
            }
            Some(PushOutcome::Stored { id: new_id, .. }) => {
                self.statistics.messages_uploaded += 1;
                let updated = MessageMapping {
                    remote: new_id.as_str().to_owned(),
                    ..mapping.clone()
                };
                self.store.batch(Origin::Sync, |batch| {
                    if updated.remote != mapping.remote {
                        batch.forget_listed_message(&mapping.remote_folder, &mapping.remote)?;
                        batch.map_message(&updated)?;
                    }
                    let folder = batch.listed_folder(folder.as_str())?;
                    let known = before.map(|before| ListedMessage {
                        remote: updated.remote.clone(),
                        read,
                        ..before
                    });
                    batch.put_listed_message(
                        &known.unwrap_or_else(|| listed(&updated, read, folder)),
                    )?;
                    batch.acknowledge(change)
                })?;
                Ok(())
            }
        }
    }
}
