//! Values that are kept apart from their messages, in pieces, so that loading a message or showing a table does not read
//! attachments and long bodies, and a stream reads no more than it is asked for.
//!
//! A value that is copied into a working copy is *parked*: the file has it, but no message does until the working copy
//! is saved. So a copy neither depends on what becomes of the original nor is it held in memory.

use std::collections::HashSet;
use std::sync::{Arc, Mutex};

use rusqlite::{OptionalExtension, params};

use super::bag::PropertyBag;
use super::batch::Batch;
use super::database::lock;
use super::error::StoreError;
use super::value::{LargeValue, Prefix, Value};
use super::{Inner, Session, Store, hot, now, text};

/// Bytes above which a text or binary value is kept apart.
pub(super) const INLINE_LIMIT: usize = 4096;

/// Bytes of a piece.
const PIECE: usize = 256 * 1024;

/// How long a parked value may wait for its message, in 100 ns: a week. What is older was left by a program that ended.
const PATIENCE: u64 = 7 * 24 * 60 * 60 * 10_000_000;

/// Rows of parked values that nobody can save any more.
pub(super) type Abandoned = Arc<Mutex<Vec<i64>>>;

/// A value that no message has yet. The next write after its end removes it, unless a message was saved with it.
pub(super) struct Parked {
    row: i64,
    abandoned: Abandoned,
}

impl std::fmt::Debug for Parked {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Parked({})", self.row)
    }
}

impl Drop for Parked {
    fn drop(&mut self) {
        // The thread may hold locks, or the connection that writes.
        lock(&self.abandoned).push(self.row);
    }
}

impl Store {
    /// The whole of a large value: [`Value::Unicode`] or [`Value::Binary`]. [`StoreError::Changed`] if its message has
    /// been deleted, or saved without it, since it was loaded.
    pub fn read_large(&self, value: &LargeValue) -> Result<Value, StoreError> {
        self.inner.database.read(|connection| {
            read(
                &Session {
                    inner: &self.inner,
                    connection,
                },
                value,
            )
        })
    }

    /// Bytes of a large value from an offset on, UTF-8 for text; fewer than asked for at its end.
    pub fn read_large_at(
        &self,
        value: &LargeValue,
        offset: u64,
        length: usize,
    ) -> Result<Vec<u8>, StoreError> {
        self.inner.database.read(|connection| {
            let session = Session {
                inner: &self.inner,
                connection,
            };
            read_bytes(&session, value, offset, length)
        })
    }
}

impl Store {
    /// Parks a value that comes in pieces, the last of which is empty: bytes, or UTF-8 that is whole in every piece.
    ///
    /// The store's writer is held meanwhile, so `next` must not call out.
    pub fn park_pieces<E: From<StoreError>>(
        &self,
        text: bool,
        mut next: impl FnMut() -> Result<Vec<u8>, E>,
    ) -> Result<LargeValue, E> {
        self.inner
            .transaction(super::Origin::Local, false, |batch| {
                let head = if text {
                    Prefix::Text(String::new())
                } else {
                    Prefix::Bytes(Vec::new())
                };
                let mut value = insert(batch, None, 0, 0, head)?;
                let mut pending = Vec::new();
                let mut number = 0;
                loop {
                    let piece = next()?;
                    let last = piece.is_empty();
                    value.stored += piece.len() as u64;
                    value.size += if text {
                        let piece = std::str::from_utf8(&piece);
                        let piece = piece.map_err(|_| StoreError::Invalid("the text is not UTF-8"));
                        2 * piece?.encode_utf16().count() as u64
                    } else {
                        piece.len() as u64
                    };
                    extend(&mut value.prefix, &piece);
                    pending.extend(piece);
                    while pending.len() >= PIECE || last && !pending.is_empty() {
                        let end = pending.len().min(PIECE);
                        insert_piece(batch, value.row, number, &pending[..end])?;
                        pending.drain(..end);
                        number += 1;
                    }
                    if last {
                        break;
                    }
                }
                batch
                    .connection
                    .prepare_cached("UPDATE large SET stored = ?2 WHERE id = ?1")
                    .map_err(StoreError::from)?
                    .execute(params![value.row, value.stored as i64])
                    .map_err(StoreError::from)?;
                value.parked = Some(Arc::new(Parked {
                    row: value.row,
                    abandoned: Arc::clone(&self.inner.abandoned),
                }));
                Ok(value)
            })
    }
}

/// Adds to the beginning of a value what it still lacks.
fn extend(prefix: &mut Prefix, piece: &[u8]) {
    match prefix {
        Prefix::Bytes(bytes) => {
            let missing = text::CUT - bytes.len();
            bytes.extend(piece.iter().take(missing));
        }
        Prefix::Text(head) => {
            let missing = text::CUT - head.chars().count();
            head.extend(
                String::from_utf8_lossy(&piece[..piece.len().min(4 * missing)])
                    .chars()
                    .take(missing),
            );
        }
    }
}

/// The whole of a large value.
pub(super) fn read(session: &Session<'_>, value: &LargeValue) -> Result<Value, StoreError> {
    let length = usize::try_from(value.stored).map_err(|_| StoreError::TooBig)?;
    let bytes = read_bytes(session, value, 0, length)?;
    match value.prefix {
        Prefix::Bytes(_) => Ok(Value::Binary(bytes)),
        Prefix::Text(_) => String::from_utf8(bytes)
            .map(Value::Unicode)
            .map_err(|_| StoreError::Corrupt("a large text is not UTF-8".into())),
    }
}

fn read_bytes(
    session: &Session<'_>,
    value: &LargeValue,
    offset: u64,
    length: usize,
) -> Result<Vec<u8>, StoreError> {
    if value.store != session.inner.uid {
        return Err(StoreError::Invalid("the value belongs to another store"));
    }
    owner(session, value.row)?;
    let end = value.stored.min(offset.saturating_add(length as u64));
    let mut bytes = Vec::with_capacity(end.saturating_sub(offset) as usize);
    let mut statement = session
        .connection
        .prepare_cached("SELECT data FROM large_piece WHERE large = ?1 AND number = ?2")?;
    let mut at = offset;
    while at < end {
        let mut rows = statement.query(params![value.row, (at / PIECE as u64) as i64])?;
        let row = rows.next()?.ok_or_else(missing_piece)?;
        let piece = row.get_ref(0)?.as_blob().map_err(rusqlite::Error::from)?;
        let from = (at % PIECE as u64) as usize;
        let to = piece.len().min(from + (end - at) as usize);
        bytes.extend_from_slice(
            piece
                .get(from..to)
                .filter(|part| !part.is_empty())
                .ok_or_else(missing_piece)?,
        );
        at += (to - from) as u64;
    }
    Ok(bytes)
}

fn missing_piece() -> StoreError {
    StoreError::Corrupt("part of a large value is missing".into())
}

/// Row of the message that has a large value, `None` while it is parked.
fn owner(session: &Session<'_>, row: i64) -> Result<Option<i64>, StoreError> {
    let mut statement = session
        .connection
        .prepare_cached("SELECT message FROM large WHERE id = ?1")?;
    let owner = statement.query_row([row], |row| row.get(0)).optional()?;
    owner.ok_or(StoreError::Changed)
}

impl Inner {
    /// Removes what programs that ended have left parked. Waits for nobody where there is nothing to remove.
    pub(super) fn sweep(&self) -> Result<(), StoreError> {
        let latest = now().saturating_sub(PATIENCE) as i64;
        let left: bool = self.database.read(|connection| -> Result<_, StoreError> {
            Ok(connection
                .prepare_cached(
                    "SELECT EXISTS (SELECT 1 FROM large WHERE message IS NULL AND parked < ?1)",
                )?
                .query_row([latest], |row| row.get(0))?)
        })?;
        if left {
            self.transaction(
                super::Origin::Local,
                false,
                |batch| -> Result<_, StoreError> {
                    batch
                        .connection
                        .prepare_cached("DELETE FROM large WHERE message IS NULL AND parked < ?1")?
                        .execute([latest])?;
                    Ok(())
                },
            )?;
        }
        Ok(())
    }

    /// Gives back what a failed write could not remove.
    pub(super) fn abandon(&self, rows: Vec<i64>) {
        lock(&self.abandoned).extend(rows);
    }
}

impl Batch<'_> {
    /// Copies the large values among these bags, out of this store or of `source`, so that a message which is saved later
    /// can have them whatever becomes of the originals until then.
    pub fn park<'b>(
        &mut self,
        bags: impl Iterator<Item = &'b mut PropertyBag>,
        source: &Store,
    ) -> Result<(), StoreError> {
        for bag in bags {
            let large: Vec<_> = bag
                .iter()
                .filter_map(|(tag, value)| match value {
                    Value::Large(large) => Some((tag, large.clone())),
                    _ => None,
                })
                .collect();
            for (tag, value) in large {
                let mut copy = copy(self, None, &value, Some(source))?;
                copy.parked = Some(Arc::new(Parked {
                    row: copy.row,
                    abandoned: Arc::clone(&self.inner.abandoned),
                }));
                bag.set(tag, Value::Large(copy));
            }
        }
        Ok(())
    }

    /// Removes the parked values that nobody can save any more.
    pub(super) fn clear_abandoned(&mut self) -> Result<(), StoreError> {
        let rows = std::mem::take(&mut *lock(&self.inner.abandoned));
        for row in &rows {
            let removed = self
                .connection
                .prepare_cached("DELETE FROM large WHERE id = ?1 AND message IS NULL")?
                .execute([row]);
            if let Err(error) = removed {
                self.inner.abandon(rows);
                return Err(error.into());
            }
        }
        Ok(())
    }

    /// The bag with no value left apart: folders and the store keep all of theirs together.
    pub(super) fn with_large_read(&self, mut bag: PropertyBag) -> Result<PropertyBag, StoreError> {
        let large: Vec<_> = bag
            .iter()
            .filter_map(|(tag, value)| match value {
                Value::Large(large) => Some((tag, large.clone())),
                _ => None,
            })
            .collect();
        for (tag, value) in large {
            bag.set(tag, read(&self.session(), &value)?);
        }
        Ok(bag)
    }
}

/// Puts the large values of one message where they belong while it is saved.
pub(super) struct Settler<'a, 'b> {
    batch: &'a Batch<'b>,
    message_row: i64,
    kept: HashSet<i64>,
}

impl<'a, 'b> Settler<'a, 'b> {
    pub fn new(batch: &'a Batch<'b>, message_row: i64) -> Self {
        Self {
            batch,
            message_row,
            kept: HashSet::new(),
        }
    }

    /// A copy of the bag in which every large value is one of this message. `fallback` stands in for values that are
    /// gone because somebody else's save was overwritten.
    pub fn settle(
        &mut self,
        bag: &PropertyBag,
        fallback: Option<&PropertyBag>,
    ) -> Result<PropertyBag, StoreError> {
        let mut settled = PropertyBag::new();
        for (tag, value) in bag.iter() {
            let value = match self.settle_value(tag.id(), value) {
                Err(StoreError::Changed) if fallback.is_some() => {
                    match fallback.and_then(|bag| bag.get(tag.id())) {
                        Some(value) => self.settle_value(tag.id(), value)?,
                        None => continue,
                    }
                }
                result => result?,
            };
            settled.set(tag, value);
        }
        Ok(settled)
    }

    /// Deletes what the message does not have any more.
    pub fn finish(self) -> Result<(), StoreError> {
        let mut statement = self
            .batch
            .connection
            .prepare_cached("SELECT id FROM large WHERE message = ?1")?;
        let rows = statement.query_map([self.message_row], |row| row.get::<_, i64>(0))?;
        let rows = rows.collect::<Result<Vec<_>, _>>()?;
        for row in rows.into_iter().filter(|row| !self.kept.contains(row)) {
            self.batch
                .connection
                .prepare_cached("DELETE FROM large WHERE id = ?1")?
                .execute([row])?;
        }
        Ok(())
    }

    fn settle_value(&mut self, id: u16, value: &Value) -> Result<Value, StoreError> {
        // Columns hold their values whole.
        let stays_whole = hot::find(id).is_some();
        match value {
            Value::Large(large) if stays_whole => match &self.batch.foreign {
                Some(source) if large.store == *source.uid() => source.read_large(large),
                _ => read(&self.batch.session(), large),
            },
            Value::Large(large) => self.adopt(large).map(Value::Large),
            Value::Unicode(text) if text.len() > INLINE_LIMIT && !stays_whole => {
                let prefix = Prefix::Text(text::cut(text).to_owned());
                self.write(value.size(), text.as_bytes(), prefix)
                    .map(Value::Large)
            }
            Value::Binary(bytes) if bytes.len() > INLINE_LIMIT && !stays_whole => {
                let prefix = Prefix::Bytes(bytes[..text::CUT].to_vec());
                self.write(value.size(), bytes, prefix).map(Value::Large)
            }
            other => Ok(other.clone()),
        }
    }

    fn write(&mut self, size: u64, bytes: &[u8], prefix: Prefix) -> Result<LargeValue, StoreError> {
        let message = Some(self.message_row);
        let value = insert(self.batch, message, size, bytes.len() as u64, prefix)?;
        for (number, piece) in bytes.chunks(PIECE).enumerate() {
            insert_piece(self.batch, value.row, number, piece)?;
        }
        self.kept.insert(value.row);
        Ok(value)
    }

    /// The value itself if it is this message's or nobody's yet, else a copy that is.
    fn adopt(&mut self, value: &LargeValue) -> Result<LargeValue, StoreError> {
        if value.store == self.batch.inner.uid {
            let adopted = match owner(&self.batch.session(), value.row)? {
                Some(owner) => owner == self.message_row,
                None => {
                    self.batch
                        .connection
                        .prepare_cached(
                            "UPDATE large SET message = ?2, parked = NULL WHERE id = ?1",
                        )?
                        .execute([value.row, self.message_row])?;
                    true
                }
            };
            if adopted {
                self.kept.insert(value.row);
                return Ok(value.clone());
            }
        }
        let source = self.batch.foreign.clone();
        let copy = copy(self.batch, Some(self.message_row), value, source.as_ref())?;
        self.kept.insert(copy.row);
        Ok(copy)
    }
}

/// Copies a value of this store or of `source`, a piece at a time.
fn copy(
    batch: &Batch<'_>,
    message: Option<i64>,
    value: &LargeValue,
    source: Option<&Store>,
) -> Result<LargeValue, StoreError> {
    let copy = insert(
        batch,
        message,
        value.size,
        value.stored,
        value.prefix.clone(),
    )?;
    if value.store == batch.inner.uid {
        owner(&batch.session(), value.row)?;
        batch
            .connection
            .prepare_cached(
                "INSERT INTO large_piece (large, number, data)
                 SELECT ?1, number, data FROM large_piece WHERE large = ?2",
            )?
            .execute([copy.row, value.row])?;
        return Ok(copy);
    }
    let source = source.filter(|source| *source.uid() == value.store);
    let source = source.ok_or(StoreError::Invalid("the value belongs to another store"))?;
    let mut at = 0;
    while at < value.stored {
        let piece = source.read_large_at(value, at, PIECE)?;
        insert_piece(batch, copy.row, (at / PIECE as u64) as usize, &piece)?;
        at += piece.len() as u64;
    }
    Ok(copy)
}

fn insert(
    batch: &Batch<'_>,
    message: Option<i64>,
    size: u64,
    stored: u64,
    prefix: Prefix,
) -> Result<LargeValue, StoreError> {
    let kind = matches!(prefix, Prefix::Bytes(_));
    let parked = message.is_none().then(|| now() as i64);
    batch
        .connection
        .prepare_cached(
            "INSERT INTO large (message, kind, stored, parked) VALUES (?1, ?2, ?3, ?4)",
        )?
        .execute(params![message, kind, stored as i64, parked])?;
    Ok(LargeValue {
        store: batch.inner.uid,
        row: batch.connection.last_insert_rowid(),
        size,
        stored,
        prefix,
        parked: None,
    })
}

fn insert_piece(
    batch: &Batch<'_>,
    row: i64,
    number: usize,
    piece: &[u8],
) -> Result<(), StoreError> {
    batch
        .connection
        .prepare_cached("INSERT INTO large_piece (large, number, data) VALUES (?1, ?2, ?3)")?
        .execute(params![row, number as i64, piece])?;
    Ok(())
}
