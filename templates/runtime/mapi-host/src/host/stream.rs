//! Streams.

use crate::host::*;
use mapi_abi::*;
use std::ffi::c_void;
use std::io::SeekFrom;
use windows_core::{HRESULT, Interface};

/// In `Stat`: without the name of the stream, which would have to be freed.
const STATFLAG_NONAME: u32 = 1;

/// A property opened as a stream.
#[derive(Clone)]
pub struct Stream {
    raw: Free<IStream>,
}

impl Stream {
    pub(crate) fn new(raw: IStream) -> Self {
        Self { raw: Free(raw) }
    }

    /// The interface pointer.
    pub fn raw(&self) -> &IStream {
        &self.raw.0
    }

    /// Reads up to so many bytes.
    pub fn read(&self, size: usize) -> Result<Vec<u8>> {
        let mut bytes = vec![0xA5_u8; size];
        let mut read = 0;
        // SAFETY: the buffer has as many bytes; `read` is a place for the result.
        let code = unsafe {
            self.raw
                .0
                .Read(bytes.as_mut_ptr().cast(), size as u32, &mut read)
        };
        check("IStream::Read", code)?;
        bytes.truncate(read as usize);
        Ok(bytes)
    }

    /// Reads all from the position of the moment on.
    pub fn read_to_end(&self) -> Result<Vec<u8>> {
        let mut all = Vec::new();
        loop {
            let part = self.read(0x4000)?;
            if part.is_empty() {
                return Ok(all);
            }
            all.extend(part);
        }
    }

    /// Writes bytes and returns how many were written.
    pub fn write(&self, bytes: &[u8]) -> Result<usize> {
        let mut written = 0;
        // SAFETY: the buffer has as many bytes; `written` is a place for the result.
        let code = unsafe {
            self.raw.0.Write(
                bytes.as_ptr().cast::<c_void>(),
                bytes.len() as u32,
                &mut written,
            )
        };
        check("IStream::Write", code)?;
        Ok(written as usize)
    }

    /// Writes bytes in pieces of 16 KiB.
    pub fn write_all(&self, bytes: &[u8]) -> Result<()> {
        for piece in bytes.chunks(0x4000) {
            if self.write(piece)? != piece.len() {
                return Err(Failure {
                    call: "IStream::Write",
                    code: STG_E_MEDIUMFULL,
                });
            }
        }
        Ok(())
    }

    /// Moves the position and returns the new one.
    pub fn seek(&self, to: SeekFrom) -> Result<u64> {
        let (distance, origin) = match to {
            SeekFrom::Start(offset) => (offset as i64, STREAM_SEEK_SET),
            SeekFrom::Current(distance) => (distance, STREAM_SEEK_CUR),
            SeekFrom::End(distance) => (distance, STREAM_SEEK_END),
        };
        let mut position = u64::MAX;
        // SAFETY: `position` is a place for the result.
        let code = unsafe { self.raw.0.Seek(distance, origin, &mut position) };
        check("IStream::Seek", code)?;
        Ok(position)
    }

    /// Changes the size.
    pub fn set_size(&self, size: u64) -> Result<()> {
        // SAFETY: the call has no pointers.
        check("IStream::SetSize", unsafe { self.raw.0.SetSize(size) })
    }

    /// The size in bytes, as `Stat` says.
    pub fn size(&self) -> Result<u64> {
        // SAFETY: all members of the structure are valid when zero.
        let mut statistics: STATSTG = unsafe { std::mem::zeroed() };
        // SAFETY: `statistics` is a place for the result; without a name there is nothing to free.
        let code = unsafe { self.raw.0.Stat(&mut statistics, STATFLAG_NONAME) };
        check("IStream::Stat", code)?;
        Ok(statistics.cbSize)
    }

    /// Copies bytes to another stream; returns how many were read and written.
    pub fn copy_to(&self, destination: &Stream, size: u64) -> Result<(u64, u64)> {
        let (mut read, mut written) = (0, 0);
        // SAFETY: the destination lives until the call returns; the rest are places for the results.
        let code = unsafe {
            self.raw
                .0
                .CopyTo(destination.raw.0.as_raw(), size, &mut read, &mut written)
        };
        check("IStream::CopyTo", code)?;
        Ok((read, written))
    }

    /// Makes what was written a part of the object.
    pub fn commit(&self) -> Result<()> {
        // SAFETY: the call has no pointers.
        check("IStream::Commit", unsafe { self.raw.0.Commit(0) })
    }

    /// Drops what was written since the last commit; the code tells whether the stream can do that.
    pub fn revert(&self) -> HRESULT {
        // SAFETY: the call has no pointers.
        unsafe { self.raw.0.Revert() }
    }

    /// A second stream over the same bytes with a position of its own.
    pub fn duplicate(&self) -> Result<Stream> {
        let mut clone = std::ptr::null_mut();
        // SAFETY: `clone` is a place for the result.
        let code = unsafe { IStream::Clone(&self.raw.0, &mut clone) };
        check("IStream::Clone", code)?;
        // SAFETY: the method succeeded, so the pointer is a stream and the reference is ours.
        unsafe { take::<IStream>(clone) }
            .map(Stream::new)
            .ok_or(Failure {
                call: "IStream::Clone",
                code: MAPI_E_CALL_FAILED,
            })
    }
}
