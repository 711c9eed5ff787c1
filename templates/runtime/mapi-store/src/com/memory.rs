//! Memory that the caller will free: MAPI's allocators, and chains of blocks that free themselves until they are handed over.

use std::cell::Cell;
use std::ffi::c_void;
use std::ptr;
use std::sync::OnceLock;

use mapi_abi as abi;

use super::fault::{Fault, Outcome};
use super::strings;

/// The three memory functions that `MSProviderInit` or `IMAPISupport::GetMemAllocRoutines` handed over.
#[derive(Clone, Copy, Debug)]
pub struct Allocators {
    allocate: abi::ALLOCATEBUFFER,
    more: abi::ALLOCATEMORE,
    free: abi::FREEBUFFER,
}

/// The allocators of the first initialization. Never reset: objects may outlive the provider that made them.
static MODULE: OnceLock<Allocators> = OnceLock::new();

impl Allocators {
    /// The three functions, which must all be there.
    pub fn new(
        allocate: Option<abi::ALLOCATEBUFFER>,
        more: Option<abi::ALLOCATEMORE>,
        free: Option<abi::FREEBUFFER>,
    ) -> Outcome<Self> {
        match (allocate, more, free) {
            (Some(allocate), Some(more), Some(free)) => Ok(Self {
                allocate,
                more,
                free,
            }),
            _ => Err(Fault::new(abi::MAPI_E_INVALID_PARAMETER)),
        }
    }

    /// Keeps these functions for the life of the module, if they are the first.
    pub fn keep(self) {
        MODULE.get_or_init(|| self);
    }

    /// The functions of the module's first initialization.
    pub fn kept() -> Option<Self> {
        MODULE.get().copied()
    }

    /// Frees a block that MAPI allocated; NULL is allowed.
    ///
    /// # Safety
    /// `block` is NULL or a block of the allocate function that nobody uses any more.
    pub unsafe fn free(self, block: *mut c_void) {
        if !block.is_null() {
            // SAFETY: the caller's promise.
            unsafe { (self.free)(block) };
        }
    }
}

/// A block from MAPI's allocator and the blocks linked to it. Freed with everything linked, unless it is handed over.
///
/// All memory of a chain starts out as zeros. Pointers into a chain are valid until it is dropped or its new owner frees it.
#[derive(Debug)]
pub struct Chain {
    memory: Allocators,
    root: *mut c_void,
    /// Bytes of the head that are given away, and how many it has.
    used: Cell<usize>,
    size: usize,
}

/// What values in the room of a head are aligned to: no value needs more, and MAPI's blocks promise no more.
const ROOM_ALIGNMENT: usize = 8;

impl Chain {
    /// Allocates the block at the head of a chain; `size` in bytes.
    pub fn new(memory: Allocators, size: usize) -> Outcome<Self> {
        let mut root = ptr::null_mut();
        // SAFETY: the function is MAPI's, `root` a valid place for its result.
        let code = unsafe { (memory.allocate)(wire_size(size)?, &mut root) };
        check(code, root)?;
        // SAFETY: the block has at least `size` bytes.
        unsafe { ptr::write_bytes(root.cast::<u8>(), 0, size) };
        Ok(Self {
            memory,
            root,
            used: Cell::new(size),
            size,
        })
    }

    /// Allocates a head of `size` bytes with room behind it, in the same block, for about `room` bytes of what would
    /// otherwise be blocks of their own. Whoever makes many chains makes one call for each instead of one for each value.
    pub fn with_room(memory: Allocators, size: usize, room: usize) -> Outcome<Self> {
        let chain = Self::new(memory, size.saturating_add(room))?;
        chain.used.set(size);
        Ok(chain)
    }

    /// Allocates a chain whose head holds these bytes.
    pub fn of_bytes(memory: Allocators, bytes: &[u8]) -> Outcome<Self> {
        let chain = Self::new(memory, bytes.len())?;
        // SAFETY: the head was just allocated with this size.
        unsafe { ptr::copy_nonoverlapping(bytes.as_ptr(), chain.root.cast(), bytes.len()) };
        Ok(chain)
    }

    /// The head, as what the caller of [`Chain::new`] made room for.
    pub fn head<T>(&self) -> *mut T {
        self.root.cast()
    }

    /// Links room for `count` values to the chain.
    pub fn array<T>(&self, count: usize) -> Outcome<*mut T> {
        let size = count
            .checked_mul(size_of::<T>())
            .ok_or(Fault::new(abi::MAPI_E_NOT_ENOUGH_MEMORY))?;
        if let Some(place) = self.take_room(size, align_of::<T>()) {
            return Ok(place.cast());
        }
        let mut block = ptr::null_mut();
        // SAFETY: the head is a block of the allocate function, as the function demands of its base.
        let code = unsafe { (self.memory.more)(wire_size(size)?, self.root, &mut block) };
        check(code, block)?;
        // SAFETY: the block has at least `size` bytes.
        unsafe { ptr::write_bytes(block.cast::<u8>(), 0, size) };
        Ok(block.cast())
    }

    /// A part of the room behind the head, if there is as much; nobody has written to it.
    fn take_room(&self, size: usize, alignment: usize) -> Option<*mut c_void> {
        if alignment > ROOM_ALIGNMENT || self.used.get() == self.size {
            return None;
        }
        let free = self.root.addr() + self.used.get();
        let start = self.used.get() + (free.next_multiple_of(ROOM_ALIGNMENT) - free);
        let end = start.checked_add(size).filter(|end| *end <= self.size)?;
        self.used.set(end);
        // SAFETY: the head has `self.size` bytes, and the start lies before its end or at it.
        Some(unsafe { self.root.byte_add(start) })
    }

    /// Links a copy of these values to the chain.
    pub fn copy<T: Copy>(&self, values: &[T]) -> Outcome<*mut T> {
        let block = self.array(values.len())?;
        // SAFETY: the block was just allocated with this size.
        unsafe { ptr::copy_nonoverlapping(values.as_ptr(), block, values.len()) };
        Ok(block)
    }

    /// Links a terminated UTF-16 string to the chain.
    pub fn wide(&self, text: &str) -> Outcome<*mut u16> {
        let length = strings::wide_length(text);
        // The terminator is there already: a block starts out as zeros.
        let block = self.array::<u16>(length + 1)?;
        // SAFETY: the block has room for as many units and one more.
        let units = unsafe { std::slice::from_raw_parts_mut(block, length) };
        if length == text.len() {
            for (unit, byte) in units.iter_mut().zip(text.bytes()) {
                *unit = u16::from(byte);
            }
        } else {
            for (unit, encoded) in units.iter_mut().zip(text.encode_utf16()) {
                *unit = encoded;
            }
        }
        Ok(block)
    }

    /// Links a terminated string in the ANSI code page to the chain.
    pub fn narrow(&self, text: &str) -> Outcome<*mut u8> {
        self.copy(&strings::to_narrow(text))
    }

    /// Links a terminated string of the given width to the chain.
    pub fn string(&self, text: &str, width: strings::Width) -> Outcome<*mut c_void> {
        Ok(match width {
            strings::Width::Wide => self.wide(text)?.cast(),
            strings::Width::Narrow => self.narrow(text)?.cast(),
        })
    }

    /// Hands the chain over: whoever gets the pointer frees it with `MAPIFreeBuffer`.
    pub fn into_raw<T>(self) -> *mut T {
        let root = self.root;
        std::mem::forget(self);
        root.cast()
    }
}

impl Drop for Chain {
    fn drop(&mut self) {
        // SAFETY: the chain was not handed over, so nobody else has the block.
        unsafe { self.memory.free(self.root) };
    }
}

/// A block that MAPI allocated for us, freed when it goes out of scope.
#[derive(Debug)]
pub struct Received<T> {
    memory: Allocators,
    block: *mut T,
}

impl<T> Received<T> {
    /// Takes a block over; NULL is allowed.
    ///
    /// # Safety
    /// `block` is NULL or a block of these allocators that now belongs to us.
    pub unsafe fn new(memory: Allocators, block: *mut T) -> Self {
        Self { memory, block }
    }

    /// The block.
    pub fn as_ptr(&self) -> *mut T {
        self.block
    }
}

impl<T> Drop for Received<T> {
    fn drop(&mut self) {
        // SAFETY: `new` demands that the block is ours.
        unsafe { self.memory.free(self.block.cast()) };
    }
}

/// The size as the allocators take it; never 0, because what a block of no bytes is differs between allocators.
fn wire_size(size: usize) -> Outcome<u32> {
    u32::try_from(size.max(1)).map_err(|_| Fault::new(abi::MAPI_E_NOT_ENOUGH_MEMORY))
}

fn check(code: abi::SCODE, block: *mut c_void) -> Outcome {
    if code.is_err() || block.is_null() {
        Err(Fault::new(abi::MAPI_E_NOT_ENOUGH_MEMORY))
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::com::test_memory;

    #[test]
    fn a_chain_starts_as_zeros_and_frees_itself() {
        let memory = test_memory::allocators();
        let chain = Chain::new(memory, 32).unwrap();
        let array = chain.array::<u64>(4).unwrap();
        // SAFETY: both blocks hold 32 bytes.
        unsafe {
            assert_eq!(*chain.head::<[u8; 32]>(), [0; 32]);
            assert_eq!(*array.cast::<[u64; 4]>(), [0; 4]);
        }
        assert_eq!(test_memory::live(), 1);
        drop(chain);
        assert_eq!(test_memory::live(), 0);
        assert!(test_memory::misuse().is_empty());
    }

    #[test]
    fn what_fits_into_the_room_of_the_head_needs_no_block() {
        let memory = test_memory::allocators();
        let chain = Chain::with_room(memory, 5, 64).unwrap();
        let head = chain.head::<u8>().addr();
        let text = chain.wide("aé𝄞").unwrap();
        assert_eq!(text.addr(), head + 8);
        let numbers = chain.copy(&[1_u64, 2]).unwrap();
        assert_eq!(numbers.addr(), head + 24);
        // SAFETY: both were just written.
        unsafe {
            assert_eq!(strings::read_wide(text).as_deref(), Some("aé𝄞"));
            assert_eq!(*numbers.cast::<[u64; 2]>(), [1, 2]);
        }
        let far = chain.array::<u64>(4).unwrap().addr();
        assert!(!(head..head + 69).contains(&far));
        drop(chain);
        assert_eq!(test_memory::live(), 0);
        assert!(test_memory::misuse().is_empty());
    }

    #[test]
    fn a_chain_that_was_handed_over_lives_until_it_is_freed() {
        let memory = test_memory::allocators();
        let chain = Chain::of_bytes(memory, b"kept").unwrap();
        chain.wide("linked").unwrap();
        let raw: *mut [u8; 4] = chain.into_raw();
        // SAFETY: the head holds the four bytes, and is freed once.
        unsafe {
            assert_eq!(&*raw, b"kept");
            memory.free(raw.cast());
        }
        assert_eq!(test_memory::live(), 0);
    }

    #[test]
    fn an_allocation_that_fails_leaves_nothing() {
        let memory = test_memory::allocators();
        for working in 0..3 {
            test_memory::fail_after(Some(working));
            let built = Chain::new(memory, 8).and_then(|chain| {
                chain.narrow("one")?;
                chain.wide("two")?;
                Ok(chain)
            });
            assert_eq!(built.unwrap_err().code(), abi::MAPI_E_NOT_ENOUGH_MEMORY);
        }
        test_memory::fail_after(None);
        assert_eq!(test_memory::live(), 0);
    }

    #[test]
    fn all_three_functions_are_needed() {
        assert_eq!(
            Allocators::new(None, None, None).unwrap_err().code(),
            abi::MAPI_E_INVALID_PARAMETER
        );
    }

    #[test]
    fn a_size_that_does_not_fit_is_refused() {
        let chain = Chain::new(test_memory::allocators(), 1).unwrap();
        assert!(chain.array::<u64>(usize::MAX / 4).is_err());
        #[cfg(target_pointer_width = "64")]
        assert!(chain.array::<u8>(1 << 33).is_err());
    }
}
