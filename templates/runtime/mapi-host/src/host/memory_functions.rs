//! The memory functions themselves: one set for each slot, as they have no argument that could tell hosts apart.

use crate::host::memory::{allocate, free, report_null};
use crate::host::*;
use mapi_abi::*;
use std::ffi::c_void;

/// The memory functions of MAPI.
#[derive(Clone, Copy)]
pub struct MemoryFunctions {
    /// `MAPIAllocateBuffer`.
    pub allocate_buffer: ALLOCATEBUFFER,
    /// `MAPIAllocateMore`.
    pub allocate_more: ALLOCATEMORE,
    /// `MAPIFreeBuffer`.
    pub free_buffer: FREEBUFFER,
}

unsafe extern "system" fn allocate_buffer<const SLOT: usize>(
    size: u32,
    buffer: *mut *mut c_void,
) -> SCODE {
    // SAFETY: the caller hands in a place for the address, or NULL.
    match unsafe { buffer.as_mut() } {
        Some(out) => allocate(SLOT, size, None, Requester::Provider, out),
        None => report_null(SLOT, "MAPIAllocateBuffer"),
    }
}

unsafe extern "system" fn allocate_more<const SLOT: usize>(
    size: u32,
    object: *mut c_void,
    buffer: *mut *mut c_void,
) -> SCODE {
    // SAFETY: the caller hands in a place for the address, or NULL.
    match unsafe { buffer.as_mut() } {
        Some(out) => allocate(SLOT, size, Some(object as usize), Requester::Provider, out),
        None => report_null(SLOT, "MAPIAllocateMore"),
    }
}

unsafe extern "system" fn free_buffer<const SLOT: usize>(buffer: *mut c_void) -> u32 {
    free(SLOT, buffer as usize, false);
    0
}

const fn functions<const SLOT: usize>() -> MemoryFunctions {
    MemoryFunctions {
        allocate_buffer: allocate_buffer::<SLOT>,
        allocate_more: allocate_more::<SLOT>,
        free_buffer: free_buffer::<SLOT>,
    }
}

macro_rules! sixteen {
    ($($row:literal)*) => {
        [$(
            functions::<{ $row * 16 }>(), functions::<{ $row * 16 + 1 }>(), functions::<{ $row * 16 + 2 }>(),
            functions::<{ $row * 16 + 3 }>(), functions::<{ $row * 16 + 4 }>(), functions::<{ $row * 16 + 5 }>(),
            functions::<{ $row * 16 + 6 }>(), functions::<{ $row * 16 + 7 }>(), functions::<{ $row * 16 + 8 }>(),
            functions::<{ $row * 16 + 9 }>(), functions::<{ $row * 16 + 10 }>(), functions::<{ $row * 16 + 11 }>(),
            functions::<{ $row * 16 + 12 }>(), functions::<{ $row * 16 + 13 }>(), functions::<{ $row * 16 + 14 }>(),
            functions::<{ $row * 16 + 15 }>(),
        )*]
    };
}

/// The functions of each slot.
pub(crate) static FUNCTIONS: [MemoryFunctions; MAXIMUM_HOSTS] =
    sixteen!(0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15);
