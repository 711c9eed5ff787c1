//! The remote of an open store, connected when it is first needed: on the worker thread, where it may take its time and
//! where its failure reaches the user as the failure of a synchronization.

use std::sync::{Arc, Mutex, PoisonError};

use crate::entry::Connect;
use crate::settings::Settings;
use crate::sync::{
    Cursor, FetchScope, FolderChanges, LocalChange, MessageChanges, PushOutcome, Remote,
    RemoteError, RemoteId, RemoteMessage, SyncContext,
};

/// A [`Remote`] that is not there yet. What failed once is tried again with the next call.
pub(super) struct ConnectingRemote {
    connect: Connect,
    settings: Settings,
    remote: Mutex<Option<Arc<dyn Remote>>>,
}

impl ConnectingRemote {
    pub(super) fn new(connect: Connect, settings: Settings) -> Self {
        Self {
            connect,
            settings,
            remote: Mutex::default(),
        }
    }

    fn remote(&self) -> Result<Arc<dyn Remote>, RemoteError> {
        let place = || self.remote.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(remote) = &*place() {
            return Ok(remote.clone());
        }
        // Synchronizations run one at a time, so nobody else connects meanwhile; and no lock is held while it lasts.
        let remote: Arc<dyn Remote> = Arc::from((self.connect)(&self.settings)?);
        *place() = Some(remote.clone());
        Ok(remote)
    }
}

impl Remote for ConnectingRemote {
    fn folder_changes(
        &self,
        since: Option<&Cursor>,
        context: &SyncContext,
    ) -> Result<FolderChanges, RemoteError> {
        self.remote()?.folder_changes(since, context)
    }

    fn message_changes(
        &self,
        folder: &RemoteId,
        since: Option<&Cursor>,
        limit: usize,
        context: &SyncContext,
    ) -> Result<MessageChanges, RemoteError> {
        self.remote()?
            .message_changes(folder, since, limit, context)
    }

    fn fetch(
        &self,
        folder: &RemoteId,
        message: &RemoteId,
        scope: FetchScope,
        context: &SyncContext,
    ) -> Result<RemoteMessage, RemoteError> {
        self.remote()?.fetch(folder, message, scope, context)
    }

    fn push(
        &self,
        change: &LocalChange<'_>,
        context: &SyncContext,
    ) -> Result<PushOutcome, RemoteError> {
        self.remote()?.push(change, context)
    }
}
