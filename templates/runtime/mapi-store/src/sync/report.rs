//! What a synchronization is asked for, and what it tells.

use std::fmt;

use super::RemoteErrorKind;
use crate::store::{ObjectKey, StoreError};

/// What to synchronize.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub struct SyncRequest {
    /// Send local folder changes.
    pub upload_hierarchy: bool,
    /// Get remote folder changes.
    pub download_hierarchy: bool,
    /// Send local message changes.
    pub upload_contents: bool,
    /// Get remote message changes.
    pub download_contents: bool,
    /// Of new messages, get only what a list of messages shows; a later request without this completes them.
    pub headers_only: bool,
    /// A user waits for it: nothing is put off.
    pub on_demand: bool,
}

impl SyncRequest {
    /// All four directions, in full.
    pub const EVERYTHING: Self = Self {
        upload_hierarchy: true,
        download_hierarchy: true,
        upload_contents: true,
        download_contents: true,
        headers_only: false,
        on_demand: false,
    };

    /// Whether there is anything to do.
    #[must_use]
    pub const fn has_direction(&self) -> bool {
        self.upload_hierarchy
            || self.download_hierarchy
            || self.upload_contents
            || self.download_contents
    }

    /// The request that serves both.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self {
            upload_hierarchy: self.upload_hierarchy || other.upload_hierarchy,
            download_hierarchy: self.download_hierarchy || other.download_hierarchy,
            upload_contents: self.upload_contents || other.upload_contents,
            download_contents: self.download_contents || other.download_contents,
            headers_only: self.headers_only && other.headers_only,
            on_demand: self.on_demand || other.on_demand,
        }
    }
}

/// How a synchronization ended.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SyncOutcome {
    /// In one word.
    pub result: SyncResult,
    /// Problems that were reported.
    pub problems: u32,
    /// What was done.
    pub statistics: SyncStatistics,
}

/// How a synchronization ended, in one word.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum SyncResult {
    /// Everything that was asked for is in step.
    Complete,
    /// Some objects are not in step: each was reported as a problem, and is tried again next time.
    Partial,
    /// Somebody asked for an end. What was done stays done.
    Cancelled,
    /// The remote cannot be reached, and nobody expected it to be ([`RemoteErrorKind::Offline`]).
    Offline,
    /// The connection failed, again and again ([`RemoteErrorKind::Network`]).
    Network,
    /// The remote did not accept who we are ([`RemoteErrorKind::Authentication`]).
    Authentication,
    /// Nothing more could be done: the store failed, or the remote did in some other way.
    Failed,
}

impl SyncResult {
    /// Whether a later synchronization can start from what this one did without anything to report.
    #[must_use]
    pub const fn is_success(self) -> bool {
        matches!(self, Self::Complete)
    }
}

/// What a synchronization did. A second one with nothing new in between leaves all of this at zero.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct SyncStatistics {
    /// Folders made, renamed, moved or deleted in the store.
    pub folders_downloaded: u32,
    /// Folders made, renamed, moved or deleted at the remote.
    pub folders_uploaded: u32,
    /// Messages made in the store.
    pub messages_downloaded: u32,
    /// Messages whose contents, read state or folder changed in the store.
    pub messages_updated: u32,
    /// Messages deleted in the store.
    pub messages_deleted: u32,
    /// Messages made, changed, moved or deleted at the remote.
    pub messages_uploaded: u32,
    /// Local edits that lost, and were kept as copies.
    pub conflicts: u32,
}

impl SyncStatistics {
    /// Everything together.
    #[must_use]
    pub const fn total(&self) -> u32 {
        self.folders_downloaded
            + self.folders_uploaded
            + self.messages_downloaded
            + self.messages_updated
            + self.messages_deleted
            + self.messages_uploaded
            + self.conflicts
    }
}

/// One thing that went wrong, for the user. The synchronization goes on, unless its outcome says otherwise.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SyncProblem {
    /// What kind of trouble it is.
    pub kind: ProblemKind,
    /// A sentence for the user; never empty.
    pub text: String,
}

/// What kind of trouble a [`SyncProblem`] is.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum ProblemKind {
    /// The remote's.
    Remote(RemoteErrorKind),
    /// The store's.
    Store,
    /// Both sides changed one message: the local edit is kept as a copy.
    Conflict,
}

impl fmt::Display for SyncProblem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

/// A message that arrived: to be announced.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct NewMail {
    /// The message.
    pub message: ObjectKey,
    /// The folder that it arrived in.
    pub folder: ObjectKey,
}

/// Hears of what a synchronization does while it does it. Calls come from the thread that runs it, except that a
/// remote may report progress from threads of its own.
pub trait SyncObserver: Send + Sync {
    /// How far it is. The first call comes right away, later ones at most about five times a second; the index never
    /// goes back and never exceeds the maximum, which is at least 1 and stays the same. No text: as before.
    fn progress(&self, text: Option<&str>, index: u32, maximum: u32);

    /// Something went wrong.
    fn problem(&self, problem: &SyncProblem);

    /// Messages arrived. They are in the store, and other listeners know of them.
    fn new_mail(&self, messages: &[NewMail]);
}

/// Something that can be synchronized: the engine, or what a test puts in its place.
pub trait Synchronize: Send + Sync {
    /// Does it. Everything is committed, and published to the store's listeners, when this returns.
    fn synchronize(
        &self,
        request: SyncRequest,
        observer: &std::sync::Arc<dyn SyncObserver>,
        cancel: &super::CancelToken,
    ) -> SyncOutcome;
}

/// Why a run ends early.
#[derive(Debug)]
pub(super) enum Stop {
    Remote(super::RemoteError),
    Store(StoreError),
}

impl From<StoreError> for Stop {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl Stop {
    pub(super) fn result(&self) -> SyncResult {
        match self {
            Self::Store(_) => SyncResult::Failed,
            Self::Remote(error) => match error.kind() {
                RemoteErrorKind::Cancelled => SyncResult::Cancelled,
                RemoteErrorKind::Offline => SyncResult::Offline,
                RemoteErrorKind::Network => SyncResult::Network,
                RemoteErrorKind::Authentication => SyncResult::Authentication,
                _ => SyncResult::Failed,
            },
        }
    }

    pub(super) fn problem(&self) -> SyncProblem {
        match self {
            Self::Store(error) => SyncProblem {
                kind: ProblemKind::Store,
                text: format!("The local store failed: {error}."),
            },
            Self::Remote(error) => SyncProblem {
                kind: ProblemKind::Remote(error.kind()),
                text: error.message().to_owned(),
            },
        }
    }
}
