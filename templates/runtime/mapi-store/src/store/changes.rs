//! What happened, for those who show it.

use std::any::Any;
use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, PoisonError, Weak};
use std::thread::{self, ThreadId};
use std::time::Duration;

use rusqlite::{Connection, Row, params};

use super::Store;
use super::batch::Origin;
use super::database::lock;
use super::error::StoreError;
use super::identity::{ObjectId, ObjectKey};

/// Changes that stay in the file for other processes to notice.
const KEPT_CHANGES: i64 = 16_384;

/// A committed change.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Change {
    /// Number of the change; later ones have greater numbers, in whatever process they happen.
    pub sequence: i64,
    /// What happened.
    pub kind: ChangeKind,
    /// What it happened to; for a copy, the new object. [`ObjectId::Store`] with [`Change::foreign`] may also mean that
    /// other processes changed more than could be followed.
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
    /// Whether it was changed by another process, or through another [`Store::open`] of this one.
    pub foreign: bool,
}

/// What happened to an object.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ChangeKind {
    /// It is new.
    Created,
    /// It was saved again, or its computed properties changed.
    Modified,
    /// It is gone. A deleted folder stands for all in it except its subfolders, which are told of before it.
    Deleted,
    /// It came from another folder.
    Moved,
    /// It is a copy of another one. A copied folder stands for all messages in it.
    Copied,
    /// A search folder whose search has been through all that it has to search.
    Searched,
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
    /// What a search folder shows. The object is a message, the parent the search folder, and created, modified or
    /// deleted is the message's row there, nothing else; or the object is the search folder itself, many of whose rows
    /// have changed.
    Links,
    /// A message came into the outgoing queue.
    Queued,
    /// A message left the outgoing queue.
    Unqueued,
    /// `PR_SUBMIT_FLAGS` of a message in the outgoing queue.
    Submission,
}

/// What [`Store::subscribe`] has called: with the changes of one commit.
pub type ChangeListener = dyn Fn(&[Change]) + Send + Sync;

/// What a [`Follower`] found out before a commit.
pub type Foresight = Box<dyn Any + Send>;

/// Someone who wants to compare the store before a commit with the store after it.
pub trait Follower: Send + Sync {
    /// The changes are about to be committed: every read shows the store without them. Called with the right to write
    /// held, so it does nothing but read. Dropped unseen if the commit fails, and never called for changes of other
    /// processes, which are told of when they are done.
    fn before(&self, changes: &[Change]) -> Option<Foresight>;

    /// The changes are committed. Called as [`Store::subscribe`] says, with what was found out before.
    fn after(&self, changes: &[Change], foresight: Option<Foresight>);
}

/// A follower that does not look back.
struct Listener(Box<ChangeListener>);

impl Follower for Listener {
    fn before(&self, _: &[Change]) -> Option<Foresight> {
        None
    }

    fn after(&self, changes: &[Change], _: Option<Foresight>) {
        self.0(changes);
    }
}

/// A listener's registration; dropping it ends the registration. A call that is under way in another thread may still
/// finish afterwards.
#[must_use = "dropping a subscription ends it"]
pub struct Subscription {
    publisher: Weak<Publisher>,
    number: u64,
}

impl Drop for Subscription {
    fn drop(&mut self) {
        if let Some(publisher) = self.publisher.upgrade() {
            // The listener itself is dropped after the lock: dropping it may call anything.
            let listener = {
                let mut state = lock(&publisher.state);
                let index = state
                    .listeners
                    .iter()
                    .position(|(number, _)| *number == self.number);
                index.map(|index| state.listeners.remove(index))
            };
            drop(listener);
        }
    }
}

impl Store {
    /// Has a listener called after every commit, in the order of the commits, with no lock held: it may use the store.
    ///
    /// Changes of this handle and its clones arrive before the call that made them returns, except when another thread
    /// is in the middle of publishing: then that thread publishes them next ([`Store::settle`] waits for it). Changes of
    /// other processes arrive from within [`Store::poll_foreign_changes`].
    pub fn subscribe(&self, listener: Box<ChangeListener>) -> Subscription {
        self.follow(Arc::new(Listener(listener)))
    }

    /// The same for someone who also looks at the store before each commit.
    pub fn follow(&self, follower: Arc<dyn Follower>) -> Subscription {
        let publisher = &self.inner.publisher;
        let mut state = lock(&publisher.state);
        let number = state.next_number;
        state.next_number += 1;
        state.listeners.push((number, follower));
        Subscription {
            publisher: Arc::downgrade(publisher),
            number,
        }
    }

    /// Waits until everything committed before this call is published; `false` if that takes too long. Called from a
    /// listener, it returns `true` at once.
    pub fn settle(&self, timeout: Duration) -> bool {
        self.inner.publisher.settle(timeout)
    }

    /// Publishes what other processes have committed since the last call; returns how many changes there were. Costs
    /// next to nothing when nothing happened, so it can be called often.
    pub fn poll_foreign_changes(&self) -> Result<usize, StoreError> {
        let inner = &self.inner;
        let count = {
            let mut seen = lock(&inner.seen);
            let (changes, last) = inner
                .database
                .read(|connection| read_foreign(connection, *seen, inner.writer_id))?;
            *seen = last;
            let count = changes.len();
            inner.publisher.push(changes, Vec::new());
            count
        };
        inner.publisher.drain();
        Ok(count)
    }
}

/// Hands changes to listeners, one thread at a time.
#[derive(Default)]
pub(super) struct Publisher {
    state: Mutex<PublisherState>,
    idle: Condvar,
}

#[derive(Default)]
struct PublisherState {
    queue: VecDeque<Commit>,
    publishing: Option<ThreadId>,
    listeners: Vec<(u64, Arc<dyn Follower>)>,
    next_number: u64,
}

/// What one commit changed.
struct Commit {
    changes: Vec<Change>,
    /// What followers found out before it, by their numbers.
    foresights: Vec<(u64, Foresight)>,
}

impl Publisher {
    /// Queues the changes of one commit; called while the commit's lock is still held, so that the order is kept.
    pub fn push(&self, changes: Vec<Change>, foresights: Vec<(u64, Foresight)>) {
        if !changes.is_empty() {
            lock(&self.state).queue.push_back(Commit {
                changes,
                foresights,
            });
        }
    }

    /// Has followers look at the store before these changes are committed.
    pub fn foresee(&self, changes: &[Change]) -> Vec<(u64, Foresight)> {
        if changes.is_empty() {
            return Vec::new();
        }
        let listeners = self.listeners();
        listeners
            .iter()
            .filter_map(|(number, listener)| Some((*number, listener.before(changes)?)))
            .collect()
    }

    fn listeners(&self) -> Vec<(u64, Arc<dyn Follower>)> {
        lock(&self.state).listeners.clone()
    }

    /// Publishes what is queued, unless another thread or an outer call of this one is at it.
    pub fn drain(&self) {
        /// Keeps a listener that panics from stopping all publishing.
        struct Turn<'a>(&'a Publisher);
        impl Drop for Turn<'_> {
            fn drop(&mut self) {
                lock(&self.0.state).publishing = None;
                self.0.idle.notify_all();
            }
        }

        loop {
            let (commit, listeners) = {
                let mut state = lock(&self.state);
                if state.publishing.is_some() {
                    return;
                }
                let Some(commit) = state.queue.pop_front() else {
                    return;
                };
                state.publishing = Some(thread::current().id());
                (commit, state.listeners.clone())
            };
            let _turn = Turn(self);
            let Commit {
                changes,
                mut foresights,
            } = commit;
            for (number, listener) in listeners {
                let own = foresights.iter().position(|(known, _)| *known == number);
                let foresight = own.map(|index| foresights.swap_remove(index).1);
                listener.after(&changes, foresight);
            }
        }
    }

    fn settle(&self, timeout: Duration) -> bool {
        self.drain();
        let state = lock(&self.state);
        let own = Some(thread::current().id());
        let (_state, result) = self
            .idle
            .wait_timeout_while(state, timeout, |state| {
                state.publishing != own && (state.publishing.is_some() || !state.queue.is_empty())
            })
            .unwrap_or_else(PoisonError::into_inner);
        !result.timed_out()
    }
}

/// Writes a change down and numbers it; within the transaction of the change.
pub(super) fn record(
    connection: &Connection,
    writer_id: i64,
    change: &mut Change,
) -> Result<(), StoreError> {
    connection
        .prepare_cached(
            "INSERT INTO change (writer, kind, object, key, parent, old_key, old_parent, associated, aspect, origin)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        )?
        .execute(params![
            writer_id,
            change.kind as i64,
            object_code(change.object),
            change.object.key(),
            change.parent,
            change.old_object.and_then(|object| object.key()),
            change.old_parent,
            change.associated,
            change.aspect as i64,
            change.origin as i64,
        ])?;
    change.sequence = connection.last_insert_rowid();
    Ok(())
}

/// Number of the latest change.
pub(super) fn latest(connection: &Connection) -> Result<i64, StoreError> {
    let mut statement =
        connection.prepare_cached("SELECT coalesce(max(sequence), 0) FROM change")?;
    Ok(statement.query_row([], |row| row.get(0))?)
}

/// Forgets what every other process has had time to notice.
pub(super) fn trim(connection: &Connection, latest: i64) -> Result<(), StoreError> {
    connection
        .prepare_cached("DELETE FROM change WHERE sequence <= ?1")?
        .execute([latest - KEPT_CHANGES])?;
    Ok(())
}

/// How the file tells stores, folders and messages apart.
pub(super) fn object_code(object: ObjectId) -> i64 {
    match object {
        ObjectId::Store => 1,
        ObjectId::Folder(_) => 3,
        ObjectId::Message(_) => 5,
    }
}

fn read_foreign(
    connection: &Connection,
    seen: i64,
    writer_id: i64,
) -> Result<(Vec<Change>, i64), StoreError> {
    let last = latest(connection)?;
    if last <= seen {
        return Ok((Vec::new(), seen));
    }
    let oldest: i64 = connection
        .prepare_cached("SELECT min(sequence) FROM change")?
        .query_row([], |row| row.get(0))?;
    let mut changes = Vec::new();
    if oldest > seen + 1 {
        changes.push(Change {
            sequence: oldest,
            kind: ChangeKind::Modified,
            object: ObjectId::Store,
            parent: None,
            old_object: None,
            old_parent: None,
            associated: false,
            aspect: Aspect::Whole,
            origin: Origin::Local,
            foreign: true,
        });
    }
    let mut statement = connection.prepare_cached(
        "SELECT sequence, kind, object, key, parent, old_key, old_parent, associated, aspect, origin
         FROM change WHERE sequence > ?1 AND writer <> ?2 ORDER BY sequence",
    )?;
    let mut rows = statement.query([seen, writer_id])?;
    while let Some(row) = rows.next()? {
        changes.push(read_change(row)?);
    }
    Ok((changes, last))
}

fn read_change(row: &Row<'_>) -> Result<Change, StoreError> {
    let object = |key: Option<ObjectKey>| -> Result<Option<ObjectId>, StoreError> {
        let code: i64 = row.get(2)?;
        Ok(match (code, key) {
            (1, _) => Some(ObjectId::Store),
            (3, Some(key)) => Some(ObjectId::Folder(key)),
            (5, Some(key)) => Some(ObjectId::Message(key)),
            _ => None,
        })
    };
    Ok(Change {
        sequence: row.get(0)?,
        kind: match row.get(1)? {
            0 => ChangeKind::Created,
            2 => ChangeKind::Deleted,
            3 => ChangeKind::Moved,
            4 => ChangeKind::Copied,
            5 => ChangeKind::Searched,
            _ => ChangeKind::Modified,
        },
        object: object(row.get(3)?)?.unwrap_or(ObjectId::Store),
        parent: row.get(4)?,
        old_object: match row.get::<_, Option<ObjectKey>>(5)? {
            None => None,
            key => object(key)?,
        },
        old_parent: row.get(6)?,
        associated: row.get(7)?,
        aspect: match row.get(8)? {
            1 => Aspect::Flags,
            2 => Aspect::Status,
            3 => Aspect::Counts,
            4 => Aspect::Links,
            5 => Aspect::Queued,
            6 => Aspect::Unqueued,
            7 => Aspect::Submission,
            _ => Aspect::Whole,
        },
        origin: if row.get::<_, i64>(9)? == 1 {
            Origin::Sync
        } else {
            Origin::Local
        },
        foreign: true,
    })
}
