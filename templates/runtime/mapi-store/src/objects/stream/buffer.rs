//! The bytes behind a stream, and what each operation does to them. Knows nothing of COM.
//!
//! A stream and its clones share one [`Buffer`] and differ in their seek pointer only. All positions are in bytes.

use std::sync::{Mutex, MutexGuard, PoisonError};

use super::bytes::Bytes;

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
    /// Larger than [`LARGEST`], or than the room that there is.
    TooLarge,
    /// The value was replaced in the store since the stream was opened.
    Gone,
    /// The bytes cannot be reached.
    Unreadable,
}

/// Where a seek starts from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Origin {
    Start,
    Current,
    End,
}

/// The bytes of one open property, shared by a stream and its clones.
pub(crate) struct Buffer {
    writable: bool,
    // Only a transacted stream can go back to what was committed, and only it keeps those bytes.
    transacted: bool,
    content: Mutex<Content>,
}

struct Content {
    bytes: Bytes,
    // What the property held when it was opened or last committed, kept from the first change on, for `revert`.
    committed: Option<Bytes>,
    // Counts changes, so that a commit does not mark bytes as safe which came while it ran.
    generation: u64,
    committed_generation: u64,
}

impl Buffer {
    pub(crate) fn new(bytes: Bytes, writable: bool, transacted: bool) -> Self {
        Self {
            writable,
            transacted,
            content: Mutex::new(Content {
                bytes,
                committed: None,
                generation: 0,
                committed_generation: 0,
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
        self.content().bytes.len()
    }

    /// Copies what there is at `position` into `into`; the number of bytes copied, 0 at or after the end.
    pub(crate) fn read(&self, position: u64, into: &mut [u8]) -> Result<usize, BufferError> {
        self.content().bytes.read_at(position, into)
    }

    /// A copy of up to `limit` bytes from `position` on, for `CopyTo`: the destination is called without a lock.
    pub(crate) fn bytes(&self, position: u64, limit: usize) -> Result<Vec<u8>, BufferError> {
        self.content().bytes.piece(position, limit)
    }

    /// Writes at `position`, growing as needed; what lies between the old end and `position` becomes zeros.
    pub(crate) fn write(&self, position: u64, bytes: &[u8]) -> Result<(), BufferError> {
        if !self.writable {
            return Err(BufferError::ReadOnly);
        }
        if bytes.is_empty() {
            return Ok(());
        }
        let mut content = self.content();
        content.keep(self.transacted);
        content.bytes.write_at(position, bytes)?;
        content.generation += 1;
        Ok(())
    }

    /// Counts as a change although the bytes stay: a value that was created empty must reach its object.
    pub(crate) fn touch(&self) {
        let mut content = self.content();
        content.keep(self.transacted);
        content.generation += 1;
    }

    /// Cuts, or grows with zeros.
    pub(crate) fn set_len(&self, length: u64) -> Result<(), BufferError> {
        if !self.writable {
            return Err(BufferError::ReadOnly);
        }
        let mut content = self.content();
        if length != content.bytes.len() {
            content.keep(self.transacted);
            content.bytes.set_len(length)?;
            content.generation += 1;
        }
        Ok(())
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
    pub(crate) fn uncommitted(&self) -> Option<(Bytes, u64)> {
        let content = self.content();
        (content.generation != content.committed_generation)
            .then(|| (content.bytes.clone(), content.generation))
    }

    /// `bytes`, which [`Buffer::uncommitted`] gave with `generation`, are safe now.
    pub(crate) fn confirm(&self, bytes: Bytes, generation: u64) {
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
    /// Before a change: keeps what to go back to.
    fn keep(&mut self, transacted: bool) {
        if transacted && self.committed.is_none() {
            self.committed = Some(self.bytes.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn transacted(bytes: &[u8]) -> Buffer {
        Buffer::new(Bytes::new(bytes.to_vec()), true, true)
    }

    #[test]
    fn reads_stop_at_the_end() {
        let buffer = transacted(b"abcdef");
        let mut into = [0; 4];
        assert_eq!(buffer.read(4, &mut into), Ok(2));
        assert_eq!(&into[..2], b"ef");
        assert_eq!(buffer.read(6, &mut into), Ok(0));
        assert_eq!(buffer.read(u64::MAX, &mut into), Ok(0));
        assert_eq!(buffer.bytes(2, 3).unwrap(), b"cde");
        assert_eq!(buffer.bytes(99, 3).unwrap(), b"");
    }

    #[test]
    fn a_write_beyond_the_end_leaves_zeros() {
        let buffer = transacted(b"ab");
        buffer.write(4, b"z").unwrap();
        assert_eq!(buffer.bytes(0, 10).unwrap(), b"ab\0\0z");
        assert_eq!(buffer.write(LARGEST, b"z"), Err(BufferError::TooLarge));
        assert_eq!(buffer.write(u64::MAX, b"z"), Err(BufferError::TooLarge));
        assert_eq!(buffer.set_len(LARGEST + 1), Err(BufferError::TooLarge));
        assert_eq!(buffer.len(), 5);
    }

    #[test]
    fn a_stream_opened_to_read_refuses_changes() {
        let buffer = Buffer::new(Bytes::new(b"ab".to_vec()), false, false);
        assert_eq!(buffer.write(0, b"x"), Err(BufferError::ReadOnly));
        assert_eq!(buffer.set_len(0), Err(BufferError::ReadOnly));
        assert!(buffer.uncommitted().is_none());
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
        assert_eq!(buffer.bytes(0, 10).unwrap(), b"two");
        assert!(buffer.uncommitted().is_none());
    }

    #[test]
    fn a_direct_stream_has_nothing_to_revert_to() {
        let buffer = Buffer::new(Bytes::new(b"one".to_vec()), true, false);
        buffer.set_len(1).unwrap();
        buffer.revert();
        assert_eq!(buffer.bytes(0, 10).unwrap(), b"o");
        assert!(buffer.uncommitted().is_some());
    }
}
