//! Transactions.

use std::collections::BTreeSet;

use rusqlite::{Connection, OptionalExtension, TransactionBehavior};

use super::changes::{self, Aspect, Change, ChangeKind};
use super::error::StoreError;
use super::identity::{ObjectId, ObjectKey};
use super::view::runs;
use super::{Inner, Session, Store, database, search};

/// Who makes a change: the sync engine's own writes are not logged for it to upload.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Origin {
    /// A client. Logged for synchronization, if the definition has any.
    Local,
    /// The sync engine, bringing what the remote has.
    Sync,
}

/// One transaction. Whatever [`Store`] does alone, a batch does together with the rest of its work: reads see its own
/// writes, nobody else does before the commit.
///
/// A method that fails leaves nothing of itself behind, so that `work` may go on after an error that it expects.
pub struct Batch<'a> {
    pub(super) inner: &'a Inner,
    pub(super) connection: &'a Connection,
    pub(super) origin: Origin,
    pub(super) logged: bool,
    /// The store that a message is being brought over from: its large values may be saved here.
    pub(super) foreign: Option<Store>,
    changes: Vec<Change>,
    recounted: BTreeSet<i64>,
}

impl Store {
    /// Runs many reads and writes as one transaction: an error that `work` returns undoes them all. Listeners hear of
    /// the changes after the commit.
    ///
    /// Clients can only write to a store that is writable; what the sync engine brings is always taken.
    ///
    /// Other writers wait meanwhile, so `work` should neither wait nor call out. Inside it, write with the batch: the
    /// store's own writing methods answer [`StoreError::Busy`] on this thread, and its reading ones do not see what the
    /// batch has written. A message that [`Batch::save`] saved is stale if the batch fails later on.
    pub fn batch<T, E: From<StoreError>>(
        &self,
        origin: Origin,
        work: impl FnOnce(&mut Batch<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        self.batch_then(origin, work, |_| {})
    }

    /// Like [`Store::batch`], with something to do between the commit and the moment when the changes are published:
    /// a listener that comes straight back then finds everything as it will be.
    pub(super) fn batch_then<T, E: From<StoreError>>(
        &self,
        origin: Origin,
        work: impl FnOnce(&mut Batch<'_>) -> Result<T, E>,
        then: impl FnOnce(&T),
    ) -> Result<T, E> {
        if origin == Origin::Local && !self.is_writable() {
            return Err(StoreError::NoAccess.into());
        }
        let logged = origin == Origin::Local && self.inner.definition.sync.is_some();
        self.inner.transaction_then(origin, logged, work, then)
    }
}

impl Inner {
    /// A write transaction, writable store or not; without `logged` nothing of it is uploaded.
    pub(super) fn transaction<T, E: From<StoreError>>(
        &self,
        origin: Origin,
        logged: bool,
        work: impl FnOnce(&mut Batch<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        self.transaction_then(origin, logged, work, |_| {})
    }

    /// See [`Store::batch_then`].
    fn transaction_then<T, E: From<StoreError>>(
        &self,
        origin: Origin,
        logged: bool,
        work: impl FnOnce(&mut Batch<'_>) -> Result<T, E>,
        then: impl FnOnce(&T),
    ) -> Result<T, E> {
        // Outlives the right to write: dropping what followers hold may call anything.
        let mut foresights;
        let freed;
        let result = {
            let mut writer = self.database.writer()?;
            let transaction = writer
                .connection
                .transaction_with_behavior(TransactionBehavior::Immediate)
                .map_err(StoreError::from)?;
            let mut batch = Batch {
                inner: self,
                connection: &transaction,
                origin,
                logged,
                foreign: None,
                changes: Vec::new(),
                recounted: BTreeSet::new(),
            };
            let result = work(&mut batch)?;
            batch.clear_abandoned()?;
            let changes = batch.finish()?;
            foresights = self.publisher.foresee(&changes);
            freed = changes
                .iter()
                .any(|change| change.kind == ChangeKind::Deleted);
            transaction.commit().map_err(StoreError::from)?;
            self.publisher
                .push(changes, std::mem::take(&mut foresights));
            result
        };
        then(&result);
        self.publisher.drain();
        if freed {
            self.compact();
        }
        Ok(result)
    }

    /// Makes the file smaller where much was deleted. What fails is tried again after the next deletion.
    fn compact(&self) {
        loop {
            // Other writers of this process go first where they wait already.
            let more = self
                .database
                .writer()
                .and_then(|writer| database::compact(&writer.connection));
            match more {
                Ok(true) => {}
                Ok(false) => return,
                Err(error) => return tracing::debug!(%error, "the file was not made smaller"),
            }
        }
    }
}

impl Batch<'_> {
    /// What reads need.
    pub(super) fn session(&self) -> Session<'_> {
        Session {
            inner: self.inner,
            connection: self.connection,
        }
    }

    /// Runs part of the transaction so that an error undoes that part alone.
    pub(super) fn step<T>(
        &mut self,
        work: impl FnOnce(&mut Self) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let changes = self.changes.len();
        let recounted = self.recounted.clone();
        self.connection
            .prepare_cached("SAVEPOINT step")?
            .execute([])?;
        let result = work(self);
        if result.is_err() {
            self.changes.truncate(changes);
            self.recounted = recounted;
            self.connection
                .prepare_cached("ROLLBACK TO step")?
                .execute([])?;
        }
        self.connection
            .prepare_cached("RELEASE step")?
            .execute([])?;
        result
    }

    /// Writes down and publishes, after the commit, that something happened; returns the number of the change.
    pub(super) fn record(&mut self, event: Event) -> Result<i64, StoreError> {
        let mut change = Change {
            sequence: 0,
            kind: event.kind,
            object: event.object,
            parent: event.parent,
            old_object: event.old_object,
            old_parent: event.old_parent,
            associated: event.associated,
            aspect: event.aspect,
            origin: self.origin,
            foreign: false,
        };
        changes::record(self.connection, self.inner.writer_id, &mut change)?;
        let sequence = change.sequence;
        self.changes.push(change);
        Ok(sequence)
    }

    /// Number of the latest change.
    pub(super) fn latest_sequence(&self) -> Result<i64, StoreError> {
        match self.changes.last() {
            Some(change) => Ok(change.sequence),
            None => changes::latest(self.connection),
        }
    }

    /// Notes that the counters of a folder change, to be published once at the end.
    pub(super) fn recount(&mut self, folder_row: i64) {
        self.recounted.insert(folder_row);
    }

    fn finish(mut self) -> Result<Vec<Change>, StoreError> {
        search::follow(&mut self)?;
        for row in std::mem::take(&mut self.recounted) {
            runs::begin(
                self.connection,
                row,
                self.inner.indexed.get().map_or(&[], Vec::as_slice),
            )?;
            let mut statement = self.connection.prepare_cached(
                "SELECT folder.key, parent.key FROM folder LEFT JOIN folder AS parent ON parent.id = folder.parent
                 WHERE folder.id = ?1",
            )?;
            let found = statement
                .query_row([row], |row| Ok((row.get(0)?, row.get(1)?)))
                .optional()?;
            // The folder may have been deleted with all that changed in it.
            if let Some((key, parent)) = found {
                self.record(Event {
                    parent,
                    aspect: Aspect::Counts,
                    ..Event::new(ChangeKind::Modified, ObjectId::Folder(key))
                })?;
            }
        }
        runs::balance(self.connection)?;
        if let Some(last) = self.changes.last() {
            changes::trim(self.connection, last.sequence)?;
        }
        Ok(self.changes)
    }
}

/// What [`Batch::record`] writes down.
pub(super) struct Event {
    pub kind: ChangeKind,
    pub object: ObjectId,
    pub parent: Option<ObjectKey>,
    pub old_object: Option<ObjectId>,
    pub old_parent: Option<ObjectKey>,
    pub associated: bool,
    pub aspect: Aspect,
}

impl Event {
    pub fn new(kind: ChangeKind, object: ObjectId) -> Self {
        Self {
            kind,
            object,
            parent: None,
            old_object: None,
            old_parent: None,
            associated: false,
            aspect: Aspect::Whole,
        }
    }
}

/// Gives [`Store`] and [`Batch`] the same methods: on the store, each is a transaction of its own.
///
/// `read name(…) -> T` calls `name(&Session, …)` of the module, `write name(…) -> T` calls `name(&mut Batch, …)`.
macro_rules! methods {
    ($(
        $(#[$meta:meta])*
        $access:ident $name:ident($($argument:ident: $type:ty),* $(,)?) -> $result:ty;
    )*) => {$(
        methods!(@ $access $(#[$meta])* $name($($argument: $type),*) -> $result);
    )*};
    (@ read $(#[$meta:meta])* $name:ident($($argument:ident: $type:ty),*) -> $result:ty) => {
        impl $crate::store::Store {
            $(#[$meta])*
            pub fn $name(&self, $($argument: $type),*) -> Result<$result, $crate::store::StoreError> {
                self.inner.database.read(|connection| {
                    self::$name(&$crate::store::Session { inner: &self.inner, connection }, $($argument),*)
                })
            }
        }

        impl $crate::store::Batch<'_> {
            $(#[$meta])*
            pub fn $name(&self, $($argument: $type),*) -> Result<$result, $crate::store::StoreError> {
                self::$name(&self.session(), $($argument),*)
            }
        }
    };
    (@ write $(#[$meta:meta])* $name:ident($($argument:ident: $type:ty),*) -> $result:ty) => {
        impl $crate::store::Store {
            $(#[$meta])*
            pub fn $name(&self, $($argument: $type),*) -> Result<$result, $crate::store::StoreError> {
                self.batch($crate::store::Origin::Local, |batch| batch.$name($($argument),*))
            }
        }

        impl $crate::store::Batch<'_> {
            $(#[$meta])*
            pub fn $name(&mut self, $($argument: $type),*) -> Result<$result, $crate::store::StoreError> {
                self.step(|batch| self::$name(batch, $($argument),*))
            }
        }
    };
}
pub(super) use methods;
