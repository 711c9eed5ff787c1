//! Local message changes, carried out at the remote.

use std::collections::BTreeSet;

use mapi_abi::{MSGFLAG_READ, PR_MESSAGE_FLAGS, PR_SUBJECT};

use super::remove::Deletion;
use super::{Run, Stop};
use crate::store::{
    ListedMessage, LocalChange, Message, MessageMapping, ObjectId, ObjectKey, Origin, Pending,
    StoreError,
};
use crate::sync::{
    LocalChange as Push, MessageData, OperationId, PushOutcome, RemoteErrorKind, RemoteId, Version,
};

/// Notes about creations that are under way: after a crash, they are repeated under the same operation id before
/// anything is listed, so that the remote's new message is not taken for a stranger's.
const CREATING: &str = "creating message ";

fn creating_note(message: ObjectKey) -> String {
    format!("{CREATING}{message}")
}

impl Run<'_> {
    /// Repeats the creations whose answers were lost.
    pub(super) fn finish_creations(&mut self) -> Result<(), Stop> {
        let notes: BTreeSet<String> = self.store.sync_notes(CREATING)?.into_iter().collect();
        if notes.is_empty() {
            return Ok(());
        }
        for change in self.store.local_changes()? {
            if let ObjectId::Message(key) = change.object
                && notes.contains(&creating_note(key))
            {
                self.upload(&change, key)?;
            }
        }
        // What is left belongs to messages that are not there any more, or were uploaded after all.
        let left = self.store.sync_notes(CREATING)?;
        self.store.batch(Origin::Sync, |batch| {
            left.iter()
                .filter(|note| notes.contains(*note))
                .try_for_each(|note| batch.set_sync_note(note, None))
        })?;
        Ok(())
    }

    /// Uploads everything that clients did to messages.
    pub(super) fn upload_messages(&mut self, deletions: &[Deletion]) -> Result<(), Stop> {
        let doomed: BTreeSet<&str> = deletions
            .iter()
            .map(|deletion| deletion.remote.as_str())
            .collect();
        let changes: Vec<LocalChange> = self
            .store
            .local_changes()?
            .into_iter()
            .filter(|change| matches!(change.object, ObjectId::Message(_)))
            // Goes with its folder.
            .filter(|change| {
                !change.edits.deleted
                    || !change
                        .remote_folder
                        .as_deref()
                        .is_some_and(|folder| doomed.contains(folder))
            })
            .collect();
        self.meter.phase(800..1000, "Sending changes");
        let total = changes.len() as u64;
        let mut done = 0;
        for chunk in changes.chunks(self.batch_size() as usize) {
            self.note_creations(chunk)?;
            for change in chunk {
                self.check()?;
                done += 1;
                self.meter.step("Sending changes", done, total);
                if let ObjectId::Message(key) = change.object {
                    self.upload(change, key)?;
                }
            }
        }
        Ok(())
    }

    /// Notes, in one transaction, that these messages are about to be made at the remote.
    fn note_creations(&self, changes: &[LocalChange]) -> Result<(), StoreError> {
        let mut new = Vec::new();
        for change in changes
            .iter()
            .filter(|change| change.remote.is_none() && !change.edits.deleted)
        {
            let Some(key) = change.object.key() else {
                continue;
            };
            if self.store.sync_note(&creating_note(key))?.is_none() {
                new.push(key);
            }
        }
        if new.is_empty() {
            return Ok(());
        }
        self.store.batch(Origin::Sync, |batch| {
            new.iter().try_for_each(|key| {
                batch.set_sync_note(&creating_note(*key), Some(ObjectKey::random().as_bytes()))
            })
        })
    }

    pub(super) fn upload(&mut self, change: &LocalChange, key: ObjectKey) -> Result<(), Stop> {
        if change.edits.deleted {
            return self.upload_deletion(change);
        }
        let message = match self.store.message(key) {
            Ok(message) => message,
            // Deleted this very moment: that is another change.
            Err(StoreError::NotFound) => return Ok(()),
            Err(error) => return Err(error.into()),
        };
        let folder = message.folder;
        let target = self.live_remote(folder)?;
        let mapping = self.store.message_mapping(key)?;
        match (mapping, target) {
            _ if message.associated => self.drop_change(change, key),
            (None, Some(target)) => self.create(change, &message, &target),
            (Some(mapping), Some(target)) => self.change(change, &message, mapping, &target),
            // To where the remote does not see it: from its view, it was deleted.
            (Some(mapping), None) if self.is_local_only(folder)? => {
                self.upload_departure(change, mapping)
            }
            (None, None) if self.is_local_only(folder)? => self.drop_change(change, key),
            // Its folder could not be uploaded.
            (_, None) => Ok(()),
        }
    }

    fn drop_change(&self, change: &LocalChange, key: ObjectKey) -> Result<(), Stop> {
        self.store.batch(Origin::Sync, |batch| {
            batch.set_sync_note(&creating_note(key), None)?;
            batch.acknowledge(change)
        })?;
        Ok(())
    }

    pub(super) fn create(
        &mut self,
        change: &LocalChange,
        message: &Message,
        folder: &RemoteId,
    ) -> Result<(), Stop> {
        let Some(key) = message.key else {
            return Ok(());
        };
        let about = subject(message);
        let Some(data) = self.load(message, &about)? else {
            return Ok(());
        };
        let note = creating_note(key);
        let noted = self
            .store
            .sync_note(&note)?
            .and_then(|note| note.try_into().ok());
        let operation = match noted {
            Some(operation) => OperationId(operation),
            None => {
                let operation = OperationId(ObjectKey::random().0);
                self.store.batch(Origin::Sync, |batch| {
                    batch.set_sync_note(&note, Some(&operation.0))
                })?;
                operation
            }
        };
        let read = is_read(message);
        let push = Push::CreateMessage {
            operation,
            folder,
            message: &data,
            read,
        };
        let answer = self.call(|remote, context| remote.push(&push, context));
        if answer
            .as_ref()
            .is_err_and(|error| !error.kind().ends_synchronization())
        {
            // It certainly was not made.
            self.store
                .batch(Origin::Sync, |batch| batch.set_sync_note(&note, None))?;
        }
        let (id, version) = match self.survive(answer, &about)? {
            None => return Ok(()),
            Some(PushOutcome::Stored { id, version }) => (id, version),
            Some(PushOutcome::Ignored) => return self.drop_change(change, key),
            Some(PushOutcome::Removed) => {
                self.nonsense(&about, "Removed");
                return Ok(());
            }
        };
        self.statistics.messages_uploaded += 1;
        let mapping = MessageMapping {
            message: key,
            remote_folder: folder.as_str().to_owned(),
            remote: id.as_str().to_owned(),
            version: text(version),
            partial: false,
        };
        let kept = self.store.batch(Origin::Sync, |batch| {
            batch.set_sync_note(&note, None)?;
            match batch.map_message(&mapping) {
                Err(StoreError::NotFound) => return Ok(false),
                result => result?,
            }
            batch.put_listed_message(&listed(
                &mapping,
                read,
                batch.listed_folder(folder.as_str())?,
            ))?;
            batch.acknowledge(change)?;
            Ok::<_, StoreError>(true)
        })?;
        if !kept {
            // Deleted while it was on its way.
            let answer = self.call(|remote, context| {
                let push = Push::DeleteMessage {
                    folder,
                    id: &id,
                    base: None,
                };
                remote.push(&push, context)
            });
            self.survive(answer, &about)?;
        }
        Ok(())
    }

    fn upload_deletion(&mut self, change: &LocalChange) -> Result<(), Stop> {
        if let (Some(folder), Some(id)) = (&change.remote_folder, &change.remote) {
            let base = change.remote_version.as_deref().unwrap_or_default();
            if !self.push_deletion(folder, id, base)? {
                return Ok(());
            }
            self.store.batch(Origin::Sync, |batch| {
                batch.forget_listed_message(folder, id)
            })?;
        }
        self.store
            .batch(Origin::Sync, |batch| batch.acknowledge(change))?;
        Ok(())
    }

    fn upload_departure(
        &mut self,
        change: &LocalChange,
        mut mapping: MessageMapping,
    ) -> Result<(), Stop> {
        if mapping.partial {
            // What only the remote has of it would be lost.
            self.refetch(&mapping.remote_folder, &mapping.remote)?;
            match self.store.message_mapping(mapping.message)? {
                Some(completed) if !completed.partial => mapping = completed,
                _ => return Ok(()),
            }
        }
        if self.push_deletion(&mapping.remote_folder, &mapping.remote, &mapping.version)? {
            self.store.batch(Origin::Sync, |batch| {
                batch.forget_listed_message(&mapping.remote_folder, &mapping.remote)?;
                batch.unmap_message(mapping.message)?;
                batch.acknowledge(change)
            })?;
        }
        Ok(())
    }

    /// Deletes a message at the remote; `false` if that failed, or if it was changed there since the version that is
    /// known.
    fn push_deletion(&mut self, folder: &str, id: &str, version: &str) -> Result<bool, Stop> {
        let about = self.remote_folder_name(folder);
        let (folder_id, message_id) = (RemoteId::new(folder), RemoteId::new(id));
        let base = self.base(version);
        let push = Push::DeleteMessage {
            folder: &folder_id,
            id: &message_id,
            base: base.as_ref(),
        };
        let answer = self.call(|remote, context| remote.push(&push, context));
        match answer.as_ref().map_err(|error| error.kind()) {
            Err(RemoteErrorKind::NotFound) => return Ok(true),
            Err(RemoteErrorKind::Conflict) if self.request.download_contents => {
                self.settle_conflict(folder, id)?;
                return Ok(false);
            }
            _ => {}
        }
        match self.survive(answer, &about)? {
            None => Ok(false),
            Some(PushOutcome::Stored { .. }) => {
                self.nonsense(&about, "Stored");
                Ok(false)
            }
            Some(PushOutcome::Removed) => {
                self.statistics.messages_uploaded += 1;
                Ok(true)
            }
            Some(PushOutcome::Ignored) => Ok(true),
        }
    }

    /// All of a message; `None` if it was changed this very moment, which makes another change.
    pub(super) fn load(
        &mut self,
        message: &Message,
        about: &str,
    ) -> Result<Option<MessageData>, Stop> {
        match MessageData::from_store(self.store, message) {
            Err(StoreError::Changed | StoreError::Deleted) => Ok(None),
            result => self.survive_store(result, about),
        }
    }
}

pub(super) fn subject(message: &Message) -> String {
    message
        .properties
        .text(PR_SUBJECT)
        .filter(|subject| !subject.is_empty())
        .unwrap_or("A message")
        .to_owned()
}

pub(super) fn is_read(message: &Message) -> bool {
    message
        .properties
        .long(PR_MESSAGE_FLAGS)
        .unwrap_or_default() as u32
        & MSGFLAG_READ
        != 0
}

pub(super) fn text(version: Option<Version>) -> String {
    version
        .map(|version| version.as_str().to_owned())
        .unwrap_or_default()
}

/// What a listing would say about a message that was just uploaded. Where its version is not known, it is fetched back.
pub(super) fn listed(
    mapping: &MessageMapping,
    read: bool,
    folder: Option<crate::store::ListedFolder>,
) -> ListedMessage {
    ListedMessage {
        row: 0,
        folder: mapping.remote_folder.clone(),
        remote: mapping.remote.clone(),
        version: mapping.version.clone(),
        read,
        identity: None,
        pass: folder.map_or(0, |folder| folder.contents.pass),
        fresh: false,
        pending: Pending {
            contents: mapping.version.is_empty(),
            ..Pending::default()
        },
    }
}
