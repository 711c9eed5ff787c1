//! Allocators for unit tests: they count, they check the rules, and they can be told to fail. Each thread has its own, as
//! each test runs on a thread of its own.

use std::alloc::{Layout, alloc, dealloc};
use std::cell::RefCell;
use std::collections::HashMap;
use std::ffi::c_void;

use mapi_abi as abi;

use super::memory::Allocators;

#[derive(Default)]
struct Heap {
    /// Blocks of the allocate function, with the blocks linked to each.
    roots: HashMap<usize, Vec<(usize, Layout)>>,
    sizes: HashMap<usize, Layout>,
    /// How many more allocations succeed; `None` is any number.
    remaining: Option<usize>,
    misuse: Vec<&'static str>,
}

thread_local! {
    static HEAP: RefCell<Heap> = RefCell::default();
}

/// The functions.
pub fn allocators() -> Allocators {
    Allocators::new(Some(allocate), Some(more), Some(free)).unwrap()
}

/// How many blocks of the allocate function are alive.
pub fn live() -> usize {
    HEAP.with_borrow(|heap| heap.roots.len())
}

/// Lets this many more allocations succeed.
pub fn fail_after(count: Option<usize>) {
    HEAP.with_borrow_mut(|heap| heap.remaining = count);
}

/// What was done with the functions that may not be done.
pub fn misuse() -> Vec<&'static str> {
    HEAP.with_borrow(|heap| heap.misuse.clone())
}

fn take(heap: &mut Heap, size: u32) -> Option<(usize, Layout)> {
    match &mut heap.remaining {
        Some(0) => return None,
        Some(count) => *count -= 1,
        None => {}
    }
    let layout = Layout::from_size_align(size.max(1) as usize, 8).unwrap();
    // SAFETY: the size is not 0. The memory is poisoned: nobody may rely on zeros.
    let block = unsafe {
        let block = alloc(layout);
        block.write_bytes(0xCD, layout.size());
        block
    };
    Some((block.expose_provenance(), layout))
}

unsafe extern "system" fn allocate(size: u32, out: *mut *mut c_void) -> abi::SCODE {
    HEAP.with_borrow_mut(|heap| match take(heap, size) {
        None => abi::MAPI_E_NOT_ENOUGH_MEMORY,
        Some((block, layout)) => {
            heap.roots.insert(block, Vec::new());
            heap.sizes.insert(block, layout);
            // SAFETY: the caller's promise.
            unsafe { out.write(std::ptr::with_exposed_provenance_mut(block)) };
            abi::S_OK
        }
    })
}

unsafe extern "system" fn more(size: u32, base: *mut c_void, out: *mut *mut c_void) -> abi::SCODE {
    HEAP.with_borrow_mut(|heap| {
        if !heap.roots.contains_key(&base.addr()) {
            heap.misuse
                .push("the base of AllocateMore is no block of AllocateBuffer");
            return abi::MAPI_E_INVALID_PARAMETER;
        }
        match take(heap, size) {
            None => abi::MAPI_E_NOT_ENOUGH_MEMORY,
            Some(block) => {
                heap.roots.get_mut(&base.addr()).unwrap().push(block);
                // SAFETY: the caller's promise.
                unsafe { out.write(std::ptr::with_exposed_provenance_mut(block.0)) };
                abi::S_OK
            }
        }
    })
}

unsafe extern "system" fn free(block: *mut c_void) -> u32 {
    HEAP.with_borrow_mut(|heap| {
        let Some(linked) = heap.roots.remove(&block.addr()) else {
            heap.misuse
                .push("FreeBuffer of something that is no block of AllocateBuffer");
            return;
        };
        let root = (block.addr(), heap.sizes.remove(&block.addr()).unwrap());
        for (block, layout) in linked.into_iter().chain([root]) {
            // SAFETY: allocated here with this layout and freed once.
            unsafe { dealloc(std::ptr::with_exposed_provenance_mut(block), layout) };
        }
    });
    0
}
