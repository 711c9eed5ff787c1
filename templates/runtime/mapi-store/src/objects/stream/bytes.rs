//! Where the bytes of a stream are: in memory while they are few, else in a file without a name, or still in the store.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::sync::{Arc, Mutex, PoisonError};

use super::buffer::{BufferError, LARGEST};
use crate::store::StoreError;

/// Up to so many bytes of a stream are kept in memory.
pub(crate) const IN_MEMORY: u64 = 1 << 20;

/// Bytes moved at a time from one place to another.
const PIECE: usize = 256 * 1024;

/// Bytes that are somewhere else and never change.
pub trait Source: Send + Sync {
    /// How many there are.
    fn len(&self) -> u64;

    /// Fills as much of `into` as there is from `position` on.
    fn read_at(&self, position: u64, into: &mut [u8]) -> Result<usize, StoreError>;
}

/// The bytes of a stream. A clone is a snapshot: what is changed later changes one of the two.
#[derive(Clone)]
pub enum Bytes {
    /// Few.
    Memory(Arc<Vec<u8>>),
    /// Many.
    File(Arc<Spool>),
    /// The present value of the property, which nobody has written to yet.
    Elsewhere(Arc<dyn Source>),
}

impl Bytes {
    pub(crate) fn new(bytes: Vec<u8>) -> Self {
        Self::Memory(Arc::new(bytes))
    }

    pub(crate) fn len(&self) -> u64 {
        match self {
            Self::Memory(bytes) => bytes.len() as u64,
            Self::File(spool) => spool.length,
            Self::Elsewhere(source) => source.len(),
        }
    }

    /// Copies what there is at `position`; the number of bytes copied.
    pub(crate) fn read_at(&self, position: u64, into: &mut [u8]) -> Result<usize, BufferError> {
        let available = self.len().saturating_sub(position);
        let count = usize::try_from(available).map_or(into.len(), |left| left.min(into.len()));
        let into = &mut into[..count];
        if into.is_empty() {
            return Ok(0);
        }
        match self {
            Self::Memory(bytes) => {
                let from = position as usize;
                into.copy_from_slice(&bytes[from..from + count]);
                Ok(count)
            }
            Self::File(spool) => {
                spool.read_at(position, into)?;
                Ok(count)
            }
            Self::Elsewhere(source) => Ok(source.read_at(position, into)?),
        }
    }

    /// Up to `limit` bytes from `position` on.
    pub(crate) fn piece(&self, position: u64, limit: usize) -> Result<Vec<u8>, BufferError> {
        let available = self.len().saturating_sub(position);
        let limit = usize::try_from(available).map_or(limit, |left| left.min(limit));
        let mut piece = vec![0; limit];
        let count = self.read_at(position, &mut piece)?;
        piece.truncate(count);
        Ok(piece)
    }

    /// Every byte, in memory.
    pub(crate) fn to_vec(&self) -> Result<Vec<u8>, BufferError> {
        match self {
            Self::Memory(bytes) => Ok(bytes.as_ref().clone()),
            _ => {
                let length = usize::try_from(self.len()).map_err(|_| BufferError::TooLarge)?;
                self.piece(0, length)
            }
        }
    }

    /// Writes; what lies between the old end and `position` becomes zeros.
    pub(crate) fn write_at(&mut self, position: u64, bytes: &[u8]) -> Result<(), BufferError> {
        let end = position
            .checked_add(bytes.len() as u64)
            .filter(|end| *end <= LARGEST)
            .ok_or(BufferError::TooLarge)?;
        self.own(end.max(self.len()))?;
        match self {
            Self::Memory(content) => {
                let content = Arc::make_mut(content);
                // Both ends are below the limit for memory.
                let (from, to) = (position as usize, end as usize);
                if to > content.len() {
                    content.resize(to, 0);
                }
                content[from..to].copy_from_slice(bytes);
            }
            Self::File(spool) => unique(spool)?.write_at(position, bytes)?,
            Self::Elsewhere(_) => return Err(BufferError::Unreadable),
        }
        Ok(())
    }

    /// Cuts, or grows with zeros.
    pub(crate) fn set_len(&mut self, length: u64) -> Result<(), BufferError> {
        if length > LARGEST {
            return Err(BufferError::TooLarge);
        }
        if length == 0 {
            *self = Self::new(Vec::new());
            return Ok(());
        }
        self.own(length.max(self.len()))?;
        match self {
            Self::Memory(content) => Arc::make_mut(content).resize(length as usize, 0),
            Self::File(spool) => unique(spool)?.set_len(length)?,
            Self::Elsewhere(_) => return Err(BufferError::Unreadable),
        }
        Ok(())
    }

    /// Brings the bytes to where they can be changed and grow to `length`.
    fn own(&mut self, length: u64) -> Result<(), BufferError> {
        let moved = match self {
            Self::Memory(_) if length <= IN_MEMORY => return Ok(()),
            Self::File(_) => return Ok(()),
            Self::Elsewhere(_) if length <= IN_MEMORY => Self::new(self.to_vec()?),
            _ => Self::File(Arc::new(Spool::copy_of(self)?)),
        };
        *self = moved;
        Ok(())
    }
}

/// The file as one's own: a copy if a snapshot has it too.
fn unique(spool: &mut Arc<Spool>) -> Result<&mut Spool, BufferError> {
    if Arc::get_mut(spool).is_none() {
        let copy = Spool::copy_of(&Bytes::File(spool.clone()))?;
        *spool = Arc::new(copy);
    }
    Arc::get_mut(spool).ok_or(BufferError::Unreadable)
}

/// A file in the system's directory for temporary ones. It has no name, and goes with the last handle, whatever happens.
#[derive(Debug)]
pub struct Spool {
    file: Mutex<File>,
    length: u64,
}

impl Spool {
    fn new() -> Result<Self, BufferError> {
        Ok(Self {
            file: Mutex::new(tempfile::tempfile()?),
            length: 0,
        })
    }

    fn copy_of(bytes: &Bytes) -> Result<Self, BufferError> {
        let mut spool = Self::new()?;
        let (mut at, end) = (0, bytes.len());
        while at < end {
            let piece = bytes.piece(at, PIECE)?;
            if piece.is_empty() {
                return Err(BufferError::Unreadable);
            }
            spool.write_at(at, &piece)?;
            at += piece.len() as u64;
        }
        Ok(spool)
    }

    fn read_at(&self, position: u64, into: &mut [u8]) -> io::Result<()> {
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.seek(SeekFrom::Start(position))?;
        file.read_exact(into)
    }

    fn write_at(&mut self, position: u64, bytes: &[u8]) -> io::Result<()> {
        let file = self.file.get_mut().unwrap_or_else(PoisonError::into_inner);
        file.seek(SeekFrom::Start(position))?;
        file.write_all(bytes)?;
        self.length = self.length.max(position + bytes.len() as u64);
        Ok(())
    }

    fn set_len(&mut self, length: u64) -> io::Result<()> {
        self.file
            .get_mut()
            .unwrap_or_else(PoisonError::into_inner)
            .set_len(length)?;
        self.length = length;
        Ok(())
    }
}

impl From<StoreError> for BufferError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Changed | StoreError::NotFound | StoreError::Deleted => Self::Gone,
            StoreError::DiskFull | StoreError::TooBig => Self::TooLarge,
            error => {
                tracing::warn!(%error, "the bytes of a property cannot be read");
                Self::Unreadable
            }
        }
    }
}

impl From<io::Error> for BufferError {
    fn from(error: io::Error) -> Self {
        Self::from(StoreError::from(error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Digits(u64);

    impl Source for Digits {
        fn len(&self) -> u64 {
            self.0
        }

        fn read_at(&self, position: u64, into: &mut [u8]) -> Result<usize, StoreError> {
            for (offset, byte) in into.iter_mut().enumerate() {
                *byte = ((position + offset as u64) % 10) as u8;
            }
            Ok(into.len())
        }
    }

    #[test]
    fn many_bytes_go_to_a_file_and_snapshots_stay_as_they_were() {
        let mut bytes = Bytes::new(b"abc".to_vec());
        bytes.write_at(IN_MEMORY, b"end").unwrap();
        assert!(matches!(bytes, Bytes::File(_)));
        assert_eq!(bytes.len(), IN_MEMORY + 3);
        assert_eq!(bytes.piece(0, 5).unwrap(), b"abc\0\0");
        let snapshot = bytes.clone();
        bytes.write_at(1, b"X").unwrap();
        bytes.set_len(2).unwrap();
        assert_eq!(bytes.to_vec().unwrap(), b"aX");
        assert_eq!(snapshot.len(), IN_MEMORY + 3);
        assert_eq!(snapshot.piece(0, 3).unwrap(), b"abc");
        assert_eq!(snapshot.piece(IN_MEMORY, 9).unwrap(), b"end");
        bytes.set_len(4).unwrap();
        assert_eq!(bytes.to_vec().unwrap(), b"aX\0\0");
    }

    #[test]
    fn a_value_is_left_where_it_is_until_it_is_written_to() {
        for length in [12, IN_MEMORY + 12] {
            let mut bytes = Bytes::Elsewhere(Arc::new(Digits(length)));
            assert_eq!(bytes.piece(8, 3).unwrap(), [8, 9, 0]);
            assert_eq!(bytes.piece(length, 3).unwrap(), []);
            assert_eq!(bytes.piece(u64::MAX, 3).unwrap(), []);
            let snapshot = bytes.clone();
            bytes.write_at(9, &[77]).unwrap();
            assert_eq!(bytes.piece(8, 3).unwrap(), [8, 77, 0]);
            assert_eq!(bytes.len(), length);
            assert_eq!(snapshot.piece(8, 3).unwrap(), [8, 9, 0]);
        }
    }
}
