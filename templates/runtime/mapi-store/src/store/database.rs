//! Connections to the file, one that writes and some that read.
//!
//! WAL mode lets readers of all processes go on while one of them writes. Commits are made with `synchronous=FULL`: what
//! SaveChanges reported as saved survives not only the end of the process but also of the machine. That is one flush for
//! each save or sync batch, and clients do delete originals on the strength of a saved copy; `NORMAL` would save the
//! flush and lose the last saves of a machine that loses power.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread::{self, ThreadId};
use std::time::{Duration, Instant};

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use super::error::StoreError;

/// How long a connection waits for a lock of another process.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);

/// Idle readers that are kept open.
const IDLE_READERS: usize = 8;

/// Bytes to which the write-ahead log shrinks once it is not needed.
const LOG_SIZE_LIMIT: i64 = 16 << 20;

/// KiB of the file that the writer keeps in memory while it writes: the ends of a dozen indexes, and what they grow into.
/// Readers have SQLite's own 2 MiB.
const WRITER_CACHE: i64 = 8 << 10;

/// Free pages that a file may keep however small it is: 4 MiB.
const KEPT_FREE_PAGES: i64 = 1024;

/// Pages that are given back at once: 16 MiB.
const COMPACTED_PAGES: i64 = 4096;

/// Compiled statements that a connection keeps.
const CACHED_STATEMENTS: usize = 128;

/// The file.
pub(super) struct Database {
    path: PathBuf,
    writer: Mutex<Connection>,
    readers: Mutex<Vec<Connection>>,
    writing: Mutex<Option<ThreadId>>,
}

impl Database {
    /// Opens the file, and creates it if need be.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        let writer = connect(path)?;
        writer.pragma_update(None, "cache_size", -WRITER_CACHE)?;
        Ok(Self {
            path: path.to_owned(),
            writer: Mutex::new(writer),
            readers: Mutex::default(),
            writing: Mutex::default(),
        })
    }

    /// The file's path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Reads from one consistent state of the file.
    pub fn read<T, E: From<StoreError>>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, E>,
    ) -> Result<T, E> {
        let idle = lock(&self.readers).pop();
        let connection = match idle {
            Some(connection) => connection,
            None => connect(&self.path)?,
        };
        let result = {
            let snapshot = Snapshot::begin(&connection)?;
            work(snapshot.0)
        };
        let mut readers = lock(&self.readers);
        if readers.len() < IDLE_READERS && connection.is_autocommit() {
            readers.push(connection);
        }
        drop(readers);
        result
    }

    /// The connection that writes, until the guard is dropped. `Busy` on a thread that has it already, which would
    /// otherwise wait for itself.
    pub fn writer(&self) -> Result<Writer<'_>, StoreError> {
        if *lock(&self.writing) == Some(thread::current().id()) {
            return Err(StoreError::Busy);
        }
        let connection = lock(&self.writer);
        *lock(&self.writing) = Some(thread::current().id());
        Ok(Writer {
            connection,
            writing: &self.writing,
        })
    }
}

/// One state of the file, until it is dropped. Its two statements stay compiled: a page of a table is read in the time
/// that it takes to compile them.
struct Snapshot<'a>(&'a Connection);

impl<'a> Snapshot<'a> {
    fn begin(connection: &'a Connection) -> Result<Self, StoreError> {
        connection.prepare_cached("BEGIN DEFERRED")?.execute([])?;
        Ok(Self(connection))
    }
}

impl Drop for Snapshot<'_> {
    fn drop(&mut self) {
        // Nothing was written, so there is nothing that could fail to be.
        let ended = self
            .0
            .prepare_cached("COMMIT")
            .and_then(|mut statement| statement.execute([]));
        if let Err(error) = ended {
            tracing::warn!(%error, "a read could not be ended");
        }
    }
}

/// Gives the room that deleted things had back to the operating system, once it is much. In steps, so that other writers
/// get their turn; `true` while there is more.
///
/// A file keeps some free pages: what is deleted today makes room for what comes tomorrow.
pub(super) fn compact(connection: &Connection) -> Result<bool, StoreError> {
    let pragma = |name| connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
    let (free, all) = (pragma("freelist_count")?, pragma("page_count")?);
    if free < KEPT_FREE_PAGES || free < all / 4 {
        return Ok(false);
    }
    let step = COMPACTED_PAGES.min(free - KEPT_FREE_PAGES / 2);
    // Each row of the answer is one page.
    let mut statement = connection.prepare(&format!("PRAGMA incremental_vacuum({step})"))?;
    let mut rows = statement.query([])?;
    while rows.next()?.is_some() {}
    Ok(pragma("freelist_count")? < free)
}

/// Holds the connection that writes.
pub(super) struct Writer<'a> {
    pub connection: MutexGuard<'a, Connection>,
    writing: &'a Mutex<Option<ThreadId>>,
}

impl Drop for Writer<'_> {
    fn drop(&mut self) {
        *lock(self.writing) = None;
    }
}

/// Locks a mutex whose contents are valid at any moment, whoever panicked.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn connect(path: &Path) -> Result<Connection, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
        | OpenFlags::SQLITE_OPEN_CREATE
        | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.set_prepared_statement_cache_capacity(CACHED_STATEMENTS);
    // Only a file without tables takes this; see `compact`.
    connection.pragma_update(None, "auto_vacuum", "INCREMENTAL")?;
    // Otherwise every new value of a LIMIT or a range compiles the statement again, which costs more than the page of a
    // table that it reads.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    switch_to_wal(&connection)?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    connection.pragma_update(None, "journal_size_limit", LOG_SIZE_LIMIT)?;
    Ok(connection)
}

/// SQLite does not wait for locks while it changes the journal mode: two processes that create the file at the same
/// moment have to try again.
fn switch_to_wal(connection: &Connection) -> Result<(), StoreError> {
    let start = Instant::now();
    loop {
        // A file system without shared memory keeps its old mode, which is as durable and only slower.
        match connection
            .pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(()))
            .map_err(StoreError::from)
        {
            Err(StoreError::Busy) if start.elapsed() < BUSY_TIMEOUT => {
                thread::sleep(Duration::from_millis(5))
            }
            result => return result,
        }
    }
}

#[cfg(test)]
mod tests {
    use rusqlite::StatementStatus;

    use super::*;

    #[test]
    fn statements_stay_compiled_whatever_is_bound() {
        let directory = tempfile::tempdir().unwrap();
        let connection = connect(&directory.path().join("test.sqlite")).unwrap();
        connection
            .execute_batch(
                "CREATE TABLE t (a); CREATE INDEX i ON t (a); INSERT INTO t VALUES (1), (2), (3)",
            )
            .unwrap();
        let mut statement = connection
            .prepare("SELECT a FROM t WHERE a > ? ORDER BY a LIMIT ? OFFSET ?")
            .unwrap();
        for number in 0..3_i64 {
            let mut rows = statement.query([number, number + 1, 0]).unwrap();
            let found: i64 = rows.next().unwrap().unwrap().get(0).unwrap();
            assert_eq!(found, number + 1);
        }
        assert_eq!(statement.get_status(StatementStatus::RePrepare), 0);
    }
}
