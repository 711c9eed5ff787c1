//! What happened, for those who show it.

use super::Store;
use super::batch::Origin;
use super::error::StoreError;
use super::identity::{ObjectId, ObjectKey};

/// A committed change.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Change {
    /// Number of the change; later ones have greater numbers, in whatever process they happen.
    pub sequence: i64,
    /// What happened.
    pub kind: ChangeKind,
    /// What it happened to; for a copy, the new object.
    pub object: ObjectId,
    /// Folder that the object is in, or was in when it was deleted; `None` for the store and the root folder.
    pub parent: Option<ObjectKey>,
    /// For a copy, what was copied. A moved object keeps its id.
    pub old_object: Option<ObjectId>,
    /// For a move or copy, the folder that it came from.
    pub old_parent: Option<ObjectKey>,
    /// For a message, whether it is in the associated contents.
    pub associated: bool,
    /// Which part of the object changed.
    pub aspect: Aspect,
    /// Who changed it.
    pub origin: Origin,
    /// Whether another process, or another handle of this one, changed it.
    pub foreign: bool,
}

/// What happened to an object.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ChangeKind {
    /// It is new.
    Created,
    /// It was saved again, or its computed properties changed.
    Modified,
    /// It is gone.
    Deleted,
    /// It came from another folder.
    Moved,
    /// It is a copy of another one.
    Copied,
}

/// Which part of an object a change is about.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Aspect {
    /// All of it, or its properties.
    Whole,
    /// The flags of a message, read or unread above all.
    Flags,
    /// The status bits of a message in its folder.
    Status,
    /// The counters of a folder.
    Counts,
}

/// A listener's registration; dropping it ends the registration. A call that is under way in another thread may still
/// finish afterwards.
#[must_use = "dropping a subscription ends it"]
pub struct Subscription {}

impl Store {
    /// Has a listener called after every commit, in the order of the commits, with no lock held: it may use the store.
    ///
    /// Changes of this handle and its clones arrive before the call that made them returns, except when another thread
    /// is in the middle of publishing: then that thread publishes them next ([`Store::settle`] waits for it). Changes of
    /// other processes arrive from within [`Store::poll_foreign_changes`].
    pub fn subscribe(&self, listener: Box<dyn Fn(&[Change]) + Send + Sync>) -> Subscription {
        let _ = listener;
        todo!()
    }

    /// Waits until everything committed before this call is published; `false` if that takes too long. Called from a
    /// listener, it returns `true` at once.
    pub fn settle(&self, timeout: std::time::Duration) -> bool {
        let _ = timeout;
        todo!()
    }

    /// Publishes what other processes have committed since the last call; returns how many changes there were. Costs
    /// next to nothing when nothing happened, so it can be called often.
    pub fn poll_foreign_changes(&self) -> Result<usize, StoreError> {
        todo!()
    }
}
