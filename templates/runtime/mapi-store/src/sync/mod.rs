//! Synchronization: keeping the store in step with wherever the mail lives.
//!
//! A team implements [`Remote`], or uses [`DirectoryRemote`]. The [`Engine`] compares both sides, moves changes across
//! and remembers in the store how far it has come; a [`Runner`] runs it in the background, one synchronization at a
//! time. This module knows nothing of COM.

mod clock;
mod context;
mod directory;
mod engine;
mod error;
mod message;
pub mod mime;
mod progress;
mod remote;
mod report;
mod retry;
mod runner;

pub use clock::{Clock, ManualClock, SystemClock};
pub use context::{CancelToken, SyncContext};
pub use directory::DirectoryRemote;
pub use engine::Engine;
pub use error::{RemoteError, RemoteErrorKind};
pub use message::{AttachmentData, MessageData};
pub use remote::{
    Cursor, FetchScope, FolderChanges, Identity, LocalChange, MessageChanges, OperationId,
    PushOutcome, Remote, RemoteContent, RemoteFolder, RemoteId, RemoteItem, RemoteMessage, Version,
};
pub use report::{
    NewMail, ProblemKind, SyncObserver, SyncOutcome, SyncProblem, SyncRequest, SyncResult,
    SyncStatistics, Synchronize,
};
pub use retry::{Jitter, RetryPolicy};
pub use runner::{Runner, StartError, SyncSink};
