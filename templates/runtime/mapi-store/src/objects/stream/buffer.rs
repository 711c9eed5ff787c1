//! The bytes behind a stream, and what each operation does to them. Knows nothing of COM.
//!
//! A stream and its clones share one [`Buffer`] and differ in their seek pointer only. All positions are in bytes.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// The largest value a stream may grow to, in bytes: a property's length must fit into the 32 bits of an `SBinary` with
/// room for the terminator of a string.
pub(crate) const LARGEST: u64 = 0x7FFF_FFF0;

/// Why an operation on the bytes was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BufferError {
    /// The stream was opened to read.
    ReadOnly,
    /// A position before the start.
    BeforeStart,
    /// Larger than [`LARGEST`], or than the memory that there is.
    TooLarge,
}

/// Where a seek starts from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Origin {
    Start,
    Current,
    End,
}

/// The bytes of one open property, shared by a stream and its clones.
#[derive(Debug)]
pub(crate) struct Buffer {
    writable: bool,
    // Only a transacted stream can go back to what was committed, and only it keeps those bytes.
    transacted: bool,
    content: Mutex<Content>,
}

#[derive(Debug, Default)]
struct Content {
    bytes: Vec<u8>,
    // What the property held when it was opened or last committed, kept from the first change on, for `revert`.
    committed: Option<Vec<u8>>,
    // Counts changes, so that a commit does not mark bytes as safe which came while it ran.
    generation: u64,
    committed_generation: u64,
}

impl Buffer {
    pub(crate) fn new(bytes: Vec<u8>, writable: bool, transacted: bool) -> Self {
        Self {
            writable,
            transacted,
            content: Mutex::new(Content {
                bytes,
                ..Content::default()
            }),
        }
    }

    pub(crate) fn writable(&self) -> bool {
        self.writable
    }

    pub(crate) fn transacted(&self) -> bool {
        self.transacted
    }

    /// The length in bytes.
    pub(crate) fn len(&self) -> u64 {
        self.content().bytes.len() as u64
    }

    /// Copies what there is at `position` into `into`; the number of bytes copied, 0 at or after the end.
    pub(crate) fn read(&self, position: u64, into: &mut [u8]) -> usize {
        let content = self.content();
        let Some(available) = usize::try_from(position)
            .ok()
            .and_then(|position| content.bytes.get(position..))
        else {
            return 0;
        };
        let count = available.len().min(into.len());
        into[..count].copy_from_slice(&available[..count]);
        count
    }

    /// A copy of up to `limit` bytes from `position` on, for `CopyTo`: the destination is called without a lock.
    pub(crate) fn bytes(&self, position: u64, limit: usize) -> Vec<u8> {
        let content = self.content();
        let available = usize::try_from(position)
            .ok()
            .and_then(|position| content.bytes.get(position..))
            .unwrap_or_default();
        available[..available.len().min(limit)].to_vec()
    }

    /// Writes at `position`, growing as needed; what lies between the old end and `position` becomes zeros.
    pub(crate) fn write(&self, position: u64, bytes: &[u8]) -> Result<(), BufferError> {
        if !self.writable {
            return Err(BufferError::ReadOnly);
        }
        if bytes.is_empty() {
            return Ok(());
        }
        let end = position
            .checked_add(bytes.len() as u64)
            .ok_or(BufferError::TooLarge)?;
        let mut content = self.content();
        if end > content.bytes.len() as u64 {
            content.resize(end, self.transacted)?;
        }
        content.changed(self.transacted);
        // `resize` proved that both ends fit into memory.
        content.bytes[position as usize..end as usize].copy_from_slice(bytes);
        Ok(())
    }

    /// Counts as a change although the bytes stay: a value that was created empty must reach its object.
    pub(crate) fn touch(&self) {
        self.content().changed(self.transacted);
    }

    /// Cuts, or grows with zeros.
    pub(crate) fn set_len(&self, length: u64) -> Result<(), BufferError> {
        if !self.writable {
            return Err(BufferError::ReadOnly);
        }
        self.content().resize(length, self.transacted)
    }

    /// The position that a seek leads to; beyond the end is allowed, before the start is not.
    pub(crate) fn seek(
        &self,
        position: u64,
        offset: i64,
        origin: Origin,
    ) -> Result<u64, BufferError> {
        let base = match origin {
            Origin::Start => 0,
            Origin::Current => position,
            Origin::End => self.len(),
        };
        if origin == Origin::Start {
            // The offset of a seek from the start is unsigned by contract.
            return Ok(offset as u64);
        }
        base.checked_add_signed(offset)
            .ok_or(BufferError::BeforeStart)
    }

    /// What a commit has to write: the bytes and the generation to confirm; `None` when nothing changed.
    pub(crate) fn uncommitted(&self) -> Option<(Vec<u8>, u64)> {
        let content = self.content();
        (content.generation != content.committed_generation)
            .then(|| (content.bytes.clone(), content.generation))
    }

    /// `bytes`, which [`Buffer::uncommitted`] gave with `generation`, are safe now.
    pub(crate) fn confirm(&self, bytes: Vec<u8>, generation: u64) {
        let mut content = self.content();
        content.committed_generation = generation;
        content.committed = (self.transacted && content.generation != generation).then_some(bytes);
    }

    /// Back to what was committed last; a stream that is not transacted stays as it is.
    pub(crate) fn revert(&self) {
        if !self.transacted {
            return;
        }
        let mut content = self.content();
        if let Some(committed) = content.committed.take() {
            content.bytes = committed;
        }
        content.committed_generation = content.generation;
    }

    fn content(&self) -> MutexGuard<'_, Content> {
        self.content.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Content {
    fn changed(&mut self, transacted: bool) {
        if transacted && self.committed.is_none() {
            self.committed = Some(self.bytes.clone());
        }
        self.generation += 1;
    }

    fn resize(&mut self, length: u64, transacted: bool) -> Result<(), BufferError> {
        if length > LARGEST {
            return Err(BufferError::TooLarge);
        }
        let length = usize::try_from(length).map_err(|_| BufferError::TooLarge)?;
        if length > self.bytes.len() {
            self.bytes
                .try_reserve(length - self.bytes.len())
                .map_err(|_| BufferError::TooLarge)?;
        }
        if length != self.bytes.len() {
            self.changed(transacted);
            self.bytes.resize(length, 0);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn transacted(bytes: &[u8]) -> Buffer {
        Buffer::new(bytes.to_vec(), true, true)
    }

    #[test]
    fn reads_stop_at_the_end() {
        let buffer = transacted(b"abcdef");
        let mut into = [0; 4];
        assert_eq!(buffer.read(4, &mut into), 2);
        assert_eq!(&into[..2], b"ef");
        assert_eq!(buffer.read(6, &mut into), 0);
        assert_eq!(buffer.read(u64::MAX, &mut into), 0);
        assert_eq!(buffer.bytes(2, 3), b"cde");
        assert_eq!(buffer.bytes(99, 3), b"");
    }

    #[test]
    fn a_write_beyond_the_end_leaves_zeros() {
        let buffer = transacted(b"ab");
        buffer.write(4, b"z").unwrap();
        assert_eq!(buffer.bytes(0, 10), b"ab\0\0z");
        assert_eq!(buffer.write(LARGEST, b"z"), Err(BufferError::TooLarge));
        assert_eq!(buffer.write(u64::MAX, b"z"), Err(BufferError::TooLarge));
        assert_eq!(buffer.set_len(LARGEST + 1), Err(BufferError::TooLarge));
        assert_eq!(buffer.len(), 5);
    }

    #[test]
    fn a_stream_opened_to_read_refuses_changes() {
        let buffer = Buffer::new(b"ab".to_vec(), false, false);
        assert_eq!(buffer.write(0, b"x"), Err(BufferError::ReadOnly));
        assert_eq!(buffer.set_len(0), Err(BufferError::ReadOnly));
        assert_eq!(buffer.uncommitted(), None);
    }

    #[test]
    fn seeking_before_the_start_is_refused() {
        let buffer = transacted(b"abcd");
        assert_eq!(
            buffer.seek(0, -1, Origin::Current),
            Err(BufferError::BeforeStart)
        );
        assert_eq!(
            buffer.seek(0, -5, Origin::End),
            Err(BufferError::BeforeStart)
        );
        assert_eq!(buffer.seek(1, -1, Origin::Current), Ok(0));
        assert_eq!(buffer.seek(0, -4, Origin::End), Ok(0));
        assert_eq!(buffer.seek(3, 9, Origin::Start), Ok(9));
        assert_eq!(buffer.seek(3, 9, Origin::End), Ok(13));
    }

    #[test]
    fn revert_returns_to_the_last_commit() {
        let buffer = transacted(b"one");
        buffer.write(0, b"two").unwrap();
        let (bytes, generation) = buffer.uncommitted().unwrap();
        // A change that comes while the commit runs is neither lost nor taken for committed.
        buffer.write(0, b"TWO").unwrap();
        buffer.confirm(bytes, generation);
        assert!(buffer.uncommitted().is_some());
        buffer.revert();
        assert_eq!(buffer.bytes(0, 10), b"two");
        assert_eq!(buffer.uncommitted(), None);
    }

    #[test]
    fn a_direct_stream_has_nothing_to_revert_to() {
        let buffer = Buffer::new(b"one".to_vec(), true, false);
        buffer.set_len(1).unwrap();
        buffer.revert();
        assert_eq!(buffer.bytes(0, 10), b"o");
        assert!(buffer.uncommitted().is_some());
    }
}
