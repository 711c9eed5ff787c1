//! MAPI's memory functions as a client's process has them: a heap, and blocks that are linked to others.
//!
//! The host's own functions look for misuse, which costs more than what is measured here. They serve everything but the
//! calls between [`Plain::begin`] and its end, whose blocks the measuring code frees itself.

use std::alloc::{Layout, alloc, dealloc};
use std::ffi::c_void;
use std::ptr::null_mut;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

use mapi_abi::*;

/// What the host handed over.
static HOST: OnceLock<(ALLOCATEBUFFER, ALLOCATEMORE, FREEBUFFER)> = OnceLock::new();

/// Whether the plain heap serves.
static IS_PLAIN: AtomicBool = AtomicBool::new(false);

/// Stands before each block.
#[repr(C, align(16))]
struct Header {
    next: *mut Header,
    size: usize,
}

/// Takes note of the host's functions and gives the switching ones in their place.
pub fn switching(
    host: (
        Option<ALLOCATEBUFFER>,
        Option<ALLOCATEMORE>,
        Option<FREEBUFFER>,
    ),
) -> (
    Option<ALLOCATEBUFFER>,
    Option<ALLOCATEMORE>,
    Option<FREEBUFFER>,
) {
    if let (Some(allocate), Some(more), Some(free)) = host {
        HOST.get_or_init(|| (allocate, more, free));
    }
    (
        Some(allocate_buffer as ALLOCATEBUFFER),
        Some(allocate_more as ALLOCATEMORE),
        Some(free_buffer as FREEBUFFER),
    )
}

/// As long as it lives, the plain heap serves.
pub struct Plain;

impl Plain {
    pub fn begin() -> Self {
        IS_PLAIN.store(true, Ordering::Relaxed);
        Self
    }

    /// Frees rows and their set, as FreeProws does; returns how many there were.
    ///
    /// # Safety
    /// The set came from QueryRows while the plain heap served, and nobody uses it any more.
    pub unsafe fn free_rows(&self, set: *mut SRowSet) -> usize {
        // SAFETY: the caller's promise: a set has as many rows as it says, each a block of its own.
        unsafe {
            let count = (*set).cRows as usize;
            let first = (&raw const (*set).aRow).cast::<SRow>();
            for index in 0..count {
                free((*first.add(index)).lpProps.cast());
            }
            free(set.cast());
            count
        }
    }
}

impl Drop for Plain {
    fn drop(&mut self) {
        IS_PLAIN.store(false, Ordering::Relaxed);
    }
}

fn is_plain() -> bool {
    IS_PLAIN.load(Ordering::Relaxed)
}

unsafe extern "system" fn allocate_buffer(size: u32, buffer: *mut *mut c_void) -> SCODE {
    if !is_plain() {
        let (allocate, ..) = HOST.get().expect("the host came first");
        // SAFETY: passed on as it came.
        return unsafe { allocate(size, buffer) };
    }
    // SAFETY: the caller hands in a place for the address.
    unsafe { *buffer = block(size as usize) };
    S_OK
}

unsafe extern "system" fn allocate_more(
    size: u32,
    base: *mut c_void,
    buffer: *mut *mut c_void,
) -> SCODE {
    if !is_plain() {
        let (_, more, _) = HOST.get().expect("the host came first");
        // SAFETY: passed on as it came.
        return unsafe { more(size, base, buffer) };
    }
    // SAFETY: the base is a block of ours, which has a header before it; the rest as above.
    unsafe {
        let linked = block(size as usize);
        let base = base.cast::<Header>().sub(1);
        (*linked.cast::<Header>().sub(1)).next = (*base).next;
        (*base).next = linked.cast::<Header>().sub(1);
        *buffer = linked;
    }
    S_OK
}

unsafe extern "system" fn free_buffer(buffer: *mut c_void) -> u32 {
    if !is_plain() {
        let (.., free) = HOST.get().expect("the host came first");
        // SAFETY: passed on as it came.
        return unsafe { free(buffer) };
    }
    // SAFETY: blocks of the plain heap are freed while it serves.
    unsafe { free(buffer) };
    0
}

fn layout(size: usize) -> Layout {
    Layout::from_size_align(size + size_of::<Header>(), align_of::<Header>())
        .expect("a block is small")
}

fn block(size: usize) -> *mut c_void {
    // SAFETY: the layout is not empty, and the header fits.
    unsafe {
        let header = alloc(layout(size)).cast::<Header>();
        assert!(!header.is_null(), "there is memory");
        header.write(Header {
            next: null_mut(),
            size,
        });
        header.add(1).cast()
    }
}

/// # Safety
/// `base` is NULL or a block of the plain heap that is linked to no other.
unsafe fn free(base: *mut c_void) {
    if base.is_null() {
        return;
    }
    // SAFETY: the header stands before the block and leads to the headers of what is linked to it.
    unsafe {
        let mut header = base.cast::<Header>().sub(1);
        while !header.is_null() {
            let next = (*header).next;
            dealloc(header.cast(), layout((*header).size));
            header = next;
        }
    }
}
