//! Values that are kept apart from their messages, in pieces, so that loading a message or showing a table does not read
//! attachments and long bodies, and a stream reads no more than it is asked for.

use std::collections::HashSet;

use rusqlite::{OptionalExtension, params};

use super::bag::PropertyBag;
use super::batch::Batch;
use super::error::StoreError;
use super::value::{LargeValue, Prefix, Value};
use super::{Session, Store, hot, text};

/// Bytes above which a text or binary value is kept apart.
pub(super) const INLINE_LIMIT: usize = 4096;

/// Bytes of a piece.
const PIECE: usize = 256 * 1024;

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
    let owner = owner(session, value.row)?;
    if owner.is_none() {
        return Err(StoreError::Changed);
    }
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

/// Row of the message that has a large value.
fn owner(session: &Session<'_>, row: i64) -> Result<Option<i64>, StoreError> {
    let mut statement = session
        .connection
        .prepare_cached("SELECT message FROM large WHERE id = ?1")?;
    Ok(statement.query_row([row], |row| row.get(0)).optional()?)
}

impl Batch<'_> {
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
            Value::Large(large) if stays_whole => read(&self.batch.session(), large),
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
        let value = self.insert(size, bytes.len() as u64, prefix)?;
        let mut statement = self
            .batch
            .connection
            .prepare_cached("INSERT INTO large_piece (large, number, data) VALUES (?1, ?2, ?3)")?;
        for (number, piece) in bytes.chunks(PIECE).enumerate() {
            statement.execute(params![value.row, number as i64, piece])?;
        }
        Ok(value)
    }

    /// The value itself if it is this message's, else a copy that is.
    fn adopt(&mut self, value: &LargeValue) -> Result<LargeValue, StoreError> {
        if value.store != self.batch.inner.uid {
            return Err(StoreError::Invalid("the value belongs to another store"));
        }
        let owner = owner(&self.batch.session(), value.row)?.ok_or(StoreError::Changed)?;
        if owner == self.message_row {
            self.kept.insert(value.row);
            return Ok(value.clone());
        }
        let copy = self.insert(value.size, value.stored, value.prefix.clone())?;
        self.batch
            .connection
            .prepare_cached(
                "INSERT INTO large_piece (large, number, data)
                 SELECT ?1, number, data FROM large_piece WHERE large = ?2",
            )?
            .execute([copy.row, value.row])?;
        Ok(copy)
    }

    fn insert(&mut self, size: u64, stored: u64, prefix: Prefix) -> Result<LargeValue, StoreError> {
        let kind = matches!(prefix, Prefix::Bytes(_));
        self.batch
            .connection
            .prepare_cached("INSERT INTO large (message, kind, stored) VALUES (?1, ?2, ?3)")?
            .execute(params![self.message_row, kind, stored as i64])?;
        let row = self.batch.connection.last_insert_rowid();
        self.kept.insert(row);
        Ok(LargeValue {
            store: self.batch.inner.uid,
            row,
            size,
            stored,
            prefix,
        })
    }
}
