//! A remote for the tests of synchronization.

use std::path::PathBuf;
use std::time::Duration;

use mapi_store::settings::Settings;
use mapi_store::sync::{
    Cursor, DirectoryRemote, FetchScope, FolderChanges, LocalChange, MessageChanges, PushOutcome,
    Remote, RemoteError, RemoteId, RemoteMessage, SyncContext,
};

/// The directory as a remote. A file `refuse` beside it stands for a wrong password, a file `slow` for a remote that
/// never answers.
pub fn connect(settings: &Settings) -> Result<Box<dyn Remote>, RemoteError> {
    let directory = PathBuf::from(settings.string("directory").unwrap());
    if directory.with_file_name("refuse").exists() {
        return Err(RemoteError::authentication("The password is wrong."));
    }
    let slow = directory.with_file_name("slow").exists();
    let remote = DirectoryRemote::new(directory);
    Ok(if slow {
        Box::new(Slow)
    } else {
        Box::new(remote)
    })
}

struct Slow;

impl Remote for Slow {
    fn folder_changes(
        &self,
        _: Option<&Cursor>,
        context: &SyncContext,
    ) -> Result<FolderChanges, RemoteError> {
        context.progress("Waiting", 0, 0);
        loop {
            // Somebody in a hurry ends one wait, not all of them.
            context.sleep(Duration::from_secs(600))?;
        }
    }

    fn message_changes(
        &self,
        _: &RemoteId,
        _: Option<&Cursor>,
        _: usize,
        _: &SyncContext,
    ) -> Result<MessageChanges, RemoteError> {
        Err(RemoteError::offline("Nobody answers."))
    }

    fn fetch(
        &self,
        _: &RemoteId,
        _: &RemoteId,
        _: FetchScope,
        _: &SyncContext,
    ) -> Result<RemoteMessage, RemoteError> {
        Err(RemoteError::offline("Nobody answers."))
    }

    fn push(&self, _: &LocalChange<'_>, _: &SyncContext) -> Result<PushOutcome, RemoteError> {
        Err(RemoteError::offline("Nobody answers."))
    }
}
