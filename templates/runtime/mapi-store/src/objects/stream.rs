//! IStream over a property that is too large for GetProps, or that a client prefers to read in pieces.
//!
//! The stream works on a copy of the value, which is in memory while it is small: see `bytes`. A transacted stream (`STGM_TRANSACTED`) gives its object the new value at
//! `Commit` only; any other one also when the last reference to it goes, because clients of those need not commit. Either
//! way what comes in is a change of the object like one of SetProps: on a message or attachment it lasts once the object
//! is saved.

mod buffer;
mod bytes;

use std::ffi::c_void;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use mapi_abi as abi;
use mapi_abi::{ISequentialStream_Impl, IStream, IStream_Impl};
use windows_core::{ComObject, HRESULT, implement};

use self::buffer::{Buffer, BufferError, Origin};
pub(super) use self::bytes::{Bytes, IN_MEMORY, Source};
use crate::com::arguments::{clear, interface, put};
use crate::com::fault::{Fault, Outcome};
use crate::com::guard::{guard, guard_value};

/// How much `CopyTo` moves at a time, in bytes.
const PIECE: usize = 1 << 16;

/// What a stream writes to: one property of an object.
pub trait StreamTarget: Send + Sync {
    /// Makes these bytes the property's value, as the caller of SetProps would.
    fn store(&self, bytes: &Bytes) -> Outcome;

    /// Learns of the stream that writes here, so that the object can have it commit before the object itself is saved.
    fn follow(&self, _stream: Weak<dyn Pending>) {}

    /// Whether the store behind the object is still open, and the code to answer with if not.
    fn check(&self) -> Outcome {
        Ok(())
    }
}

/// A stream with bytes that its object may not have yet.
pub trait Pending: Send + Sync {
    /// Gives the object what was written. Nothing happens on a transacted stream, which waits for `Commit`.
    fn flush(&self) -> Outcome;
}

/// A stream and its clones.
#[implement(IStream, Agile = false)]
pub struct PropertyStream {
    shared: Arc<Shared>,
    position: Mutex<u64>,
}

struct Shared {
    buffer: Buffer,
    target: Option<Box<dyn StreamTarget>>,
}

/// Opens a stream over `bytes` to read.
pub fn open_to_read(bytes: impl Into<Bytes>) -> IStream {
    create(Shared {
        buffer: Buffer::new(bytes.into(), false, false),
        target: None,
    })
}

/// Opens a stream over `bytes`, the present value of `target`, to read and write.
///
/// `created` says that the property does not exist yet or is to be emptied: the object gets the (empty) value even if
/// nothing is ever written. `options` are the `STGM_` flags of `IMAPIProp::OpenProperty`.
pub fn open_to_write(
    bytes: impl Into<Bytes>,
    created: bool,
    options: u32,
    target: Box<dyn StreamTarget>,
) -> IStream {
    let transacted = options & abi::STGM_TRANSACTED != 0;
    let buffer = Buffer::new(bytes.into(), true, transacted);
    if created {
        buffer.touch();
    }
    create(Shared {
        buffer,
        target: Some(target),
    })
}

fn create(shared: Shared) -> IStream {
    let shared = Arc::new(shared);
    if let Some(target) = &shared.target {
        let weak: Weak<Shared> = Arc::downgrade(&shared);
        target.follow(weak);
    }
    PropertyStream {
        shared,
        position: Mutex::new(0),
    }
    .into()
}

impl Pending for Shared {
    fn flush(&self) -> Outcome {
        if self.buffer.transacted() {
            Ok(())
        } else {
            self.commit()
        }
    }
}

impl Shared {
    fn check(&self) -> Outcome {
        self.target.as_ref().map_or(Ok(()), |target| target.check())
    }

    fn commit(&self) -> Outcome {
        let Some(target) = &self.target else {
            return Ok(());
        };
        let Some((bytes, generation)) = self.buffer.uncommitted() else {
            return Ok(());
        };
        // No lock is held here: the object may have to wait for a call that uses this very stream.
        target.store(&bytes)?;
        self.buffer.confirm(bytes, generation);
        Ok(())
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        if self.buffer.transacted() {
            return;
        }
        guard_value("IStream::Release", (), || {
            if let Err(fault) = self.commit() {
                tracing::warn!(%fault, "what was written to a stream that nobody committed is lost");
            }
        });
    }
}

impl PropertyStream {
    /// Runs `work` with the seek pointer; two threads that read one stream get one piece each.
    fn at_position<T>(&self, work: impl FnOnce(&Buffer, &mut u64) -> Outcome<T>) -> Outcome<T> {
        self.shared.check()?;
        let mut position = self.position.lock().unwrap_or_else(PoisonError::into_inner);
        work(&self.shared.buffer, &mut position)
    }
}

impl ISequentialStream_Impl for PropertyStream_Impl {
    unsafe fn Read(&self, buffer: *mut c_void, size: u32, read: *mut u32) -> HRESULT {
        guard("IStream::Read", || {
            // SAFETY: the caller promises NULL or room for the count.
            unsafe { put(read, 0) };
            if buffer.is_null() {
                return Err(Fault::new(abi::STG_E_INVALIDPOINTER));
            }
            let count = self.at_position(|content, position| {
                let available =
                    content.len().saturating_sub(*position).min(u64::from(size)) as usize;
                // SAFETY: the caller promises room for `size` bytes, and no more of it is touched.
                let into =
                    unsafe { std::slice::from_raw_parts_mut(buffer.cast::<u8>(), available) };
                let count = content.read(*position, into)?;
                *position += count as u64;
                Ok(count)
            })?;
            // SAFETY: as above.
            unsafe { put(read, count as u32) };
            Ok(())
        })
    }

    unsafe fn Write(&self, buffer: *const c_void, size: u32, written: *mut u32) -> HRESULT {
        guard("IStream::Write", || {
            // SAFETY: the caller promises NULL or room for the count.
            unsafe { put(written, 0) };
            if buffer.is_null() && size != 0 {
                return Err(Fault::new(abi::STG_E_INVALIDPOINTER));
            }
            if !self.shared.buffer.writable() {
                return Err(Fault::new(abi::STG_E_ACCESSDENIED));
            }
            if size == 0 {
                return Ok(());
            }
            if u64::from(size) > buffer::LARGEST {
                return Err(Fault::new(abi::STG_E_MEDIUMFULL));
            }
            // SAFETY: not NULL, and the caller promises `size` bytes.
            let bytes = unsafe { std::slice::from_raw_parts(buffer.cast::<u8>(), size as usize) };
            self.at_position(|content, position| {
                content.write(*position, bytes)?;
                *position += u64::from(size);
                Ok(())
            })?;
            // SAFETY: as above.
            unsafe { put(written, size) };
            Ok(())
        })
    }
}

impl IStream_Impl for PropertyStream_Impl {
    unsafe fn Seek(&self, distance: i64, origin: u32, new_position: *mut u64) -> HRESULT {
        guard("IStream::Seek", || {
            let origin = match origin {
                0 => Origin::Start,
                1 => Origin::Current,
                2 => Origin::End,
                _ => return Err(Fault::new(abi::STG_E_INVALIDFUNCTION)),
            };
            let reached = self.at_position(|content, position| {
                *position = content.seek(*position, distance, origin)?;
                Ok(*position)
            })?;
            // SAFETY: the caller promises NULL or room for the position.
            unsafe { put(new_position, reached) };
            Ok(())
        })
    }

    unsafe fn SetSize(&self, new_size: u64) -> HRESULT {
        guard("IStream::SetSize", || {
            self.shared.check()?;
            Ok(self.shared.buffer.set_len(new_size)?)
        })
    }

    unsafe fn CopyTo(
        &self,
        destination: *mut c_void,
        size: u64,
        read: *mut u64,
        written: *mut u64,
    ) -> HRESULT {
        guard("IStream::CopyTo", || {
            // SAFETY: the caller promises NULL or room for the counts.
            unsafe {
                put(read, 0);
                put(written, 0);
            }
            self.shared.check()?;
            // SAFETY: the caller promises NULL or a stream that stays for the call.
            let destination = unsafe { interface::<IStream>(&destination) };
            let destination = destination.ok_or(Fault::new(abi::STG_E_INVALIDPOINTER))?;
            // The end is fixed now: the destination may be a clone of this stream, which grows under our hands.
            let available =
                self.at_position(|content, position| Ok(content.len().saturating_sub(*position)))?;
            let size = size.min(available);
            let mut total_read = 0;
            let mut total_written = 0;
            let result = loop {
                let limit = usize::try_from(size - total_read)
                    .unwrap_or(PIECE)
                    .min(PIECE);
                let piece = self.at_position(|content, position| {
                    let piece = content.bytes(*position, limit)?;
                    *position += piece.len() as u64;
                    Ok(piece)
                })?;
                if piece.is_empty() {
                    break Ok(());
                }
                total_read += piece.len() as u64;
                let mut count = 0;
                // SAFETY: the bytes are ours for the call; nothing of ours is locked while the other stream works.
                let code = unsafe {
                    destination.Write(piece.as_ptr().cast(), piece.len() as u32, &mut count)
                };
                total_written += u64::from(count);
                if code.is_err() {
                    break Err(Fault::new(code));
                }
                if (count as usize) < piece.len() {
                    break Err(Fault::new(abi::STG_E_MEDIUMFULL));
                }
            };
            // SAFETY: as above.
            unsafe {
                put(read, total_read);
                put(written, total_written);
            }
            result
        })
    }

    unsafe fn Commit(&self, _flags: u32) -> HRESULT {
        guard("IStream::Commit", || {
            self.shared.check()?;
            self.shared.commit()
        })
    }

    unsafe fn Revert(&self) -> HRESULT {
        guard("IStream::Revert", || {
            self.shared.check()?;
            self.shared.buffer.revert();
            Ok(())
        })
    }

    unsafe fn LockRegion(&self, _offset: u64, _size: u64, _lock_type: u32) -> HRESULT {
        guard("IStream::LockRegion", || -> Outcome {
            Err(Fault::new(abi::STG_E_INVALIDFUNCTION))
        })
    }

    unsafe fn UnlockRegion(&self, _offset: u64, _size: u64, _lock_type: u32) -> HRESULT {
        guard("IStream::UnlockRegion", || -> Outcome {
            Err(Fault::new(abi::STG_E_INVALIDFUNCTION))
        })
    }

    unsafe fn Stat(&self, statistics: *mut abi::STATSTG, _flags: u32) -> HRESULT {
        guard("IStream::Stat", || {
            if statistics.is_null() {
                return Err(Fault::new(abi::STG_E_INVALIDPOINTER));
            }
            self.shared.check()?;
            let buffer = &self.shared.buffer;
            let mut mode = if buffer.writable() {
                abi::STGM_READWRITE
            } else {
                abi::STGM_READ
            };
            if buffer.transacted() {
                mode |= abi::STGM_TRANSACTED;
            }
            // SAFETY: all zeros is a value of the structure; the stream has no name, which NULL says.
            let mut description: abi::STATSTG = unsafe { std::mem::zeroed() };
            description.r#type = abi::STGTY_STREAM;
            description.cbSize = buffer.len();
            description.grfMode = mode;
            // SAFETY: not NULL, and the caller promises room.
            unsafe { statistics.write_unaligned(description) };
            Ok(())
        })
    }

    unsafe fn Clone(&self, stream: *mut *mut c_void) -> HRESULT {
        guard("IStream::Clone", || {
            // SAFETY: the caller promises NULL or room for the pointer.
            unsafe { clear(stream) };
            if stream.is_null() {
                return Err(Fault::new(abi::STG_E_INVALIDPOINTER));
            }
            let position = self.at_position(|_, position| Ok(*position))?;
            let clone = PropertyStream {
                shared: self.shared.clone(),
                position: Mutex::new(position),
            };
            let clone = ComObject::new(clone).into_interface::<IStream>();
            // SAFETY: not NULL, and the caller promises room; the reference goes to the caller.
            unsafe { stream.write_unaligned(windows_core::Interface::into_raw(clone)) };
            Ok(())
        })
    }
}

impl From<Vec<u8>> for Bytes {
    fn from(bytes: Vec<u8>) -> Self {
        Self::new(bytes)
    }
}

impl From<BufferError> for Fault {
    fn from(error: BufferError) -> Self {
        Self::new(match error {
            BufferError::ReadOnly => abi::STG_E_ACCESSDENIED,
            BufferError::BeforeStart => abi::STG_E_INVALIDFUNCTION,
            BufferError::TooLarge => abi::STG_E_MEDIUMFULL,
            BufferError::Gone => abi::MAPI_E_OBJECT_CHANGED,
            BufferError::Unreadable => abi::MAPI_E_DISK_ERROR,
        })
    }
}

#[cfg(test)]
mod tests;
