//! COM's own interfaces that MAPI uses: streams, storages, the task allocator.

use crate::*;
use core::ffi::c_void;
use windows_core::{GUID, HRESULT, IUnknown, IUnknown_Vtbl};

/// Bytes that are read or written in sequence.
#[windows_core::interface("0C733A30-2A1C-11CE-ADE5-00AA0044773D")]
pub unsafe trait ISequentialStream: IUnknown {
    /// Reads bytes.
    pub unsafe fn Read(&self, buffer: *mut c_void, size: u32, read: *mut u32) -> HRESULT;
    /// Writes bytes.
    pub unsafe fn Write(&self, buffer: *const c_void, size: u32, written: *mut u32) -> HRESULT;
}

/// A stream with a position.
#[windows_core::interface("0000000C-0000-0000-C000-000000000046")]
pub unsafe trait IStream: ISequentialStream {
    /// Moves the position.
    pub unsafe fn Seek(&self, distance: i64, origin: u32, new_position: *mut u64) -> HRESULT;
    /// Changes the size.
    pub unsafe fn SetSize(&self, new_size: u64) -> HRESULT;
    /// Copies bytes to another stream.
    pub unsafe fn CopyTo(
        &self,
        destination: *mut c_void,
        size: u64,
        read: *mut u64,
        written: *mut u64,
    ) -> HRESULT;
    /// Makes the changes of a transacted stream permanent.
    pub unsafe fn Commit(&self, flags: u32) -> HRESULT;
    /// Drops the changes of a transacted stream.
    pub unsafe fn Revert(&self) -> HRESULT;
    /// Locks a range of bytes.
    pub unsafe fn LockRegion(&self, offset: u64, size: u64, lock_type: u32) -> HRESULT;
    /// Unlocks a range of bytes.
    pub unsafe fn UnlockRegion(&self, offset: u64, size: u64, lock_type: u32) -> HRESULT;
    /// Describes the stream.
    pub unsafe fn Stat(&self, statistics: *mut STATSTG, flags: u32) -> HRESULT;
    /// Makes a second stream over the same bytes.
    pub unsafe fn Clone(&self, stream: *mut *mut c_void) -> HRESULT;
}

/// A structured storage: streams and storages by name. Names are UTF-16.
#[windows_core::interface("0000000B-0000-0000-C000-000000000046")]
pub unsafe trait IStorage: IUnknown {
    /// Creates a stream.
    pub unsafe fn CreateStream(
        &self,
        name: *const u16,
        mode: u32,
        reserved1: u32,
        reserved2: u32,
        stream: *mut *mut c_void,
    ) -> HRESULT;
    /// Opens a stream.
    pub unsafe fn OpenStream(
        &self,
        name: *const u16,
        reserved1: *mut c_void,
        mode: u32,
        reserved2: u32,
        stream: *mut *mut c_void,
    ) -> HRESULT;
    /// Creates a storage.
    pub unsafe fn CreateStorage(
        &self,
        name: *const u16,
        mode: u32,
        reserved1: u32,
        reserved2: u32,
        storage: *mut *mut c_void,
    ) -> HRESULT;
    /// Opens a storage; `excluded` is an `SNB`.
    pub unsafe fn OpenStorage(
        &self,
        name: *const u16,
        priority: *mut c_void,
        mode: u32,
        excluded: *mut *mut u16,
        reserved: u32,
        storage: *mut *mut c_void,
    ) -> HRESULT;
    /// Copies the contents to another storage.
    pub unsafe fn CopyTo(
        &self,
        excluded_iid_count: u32,
        excluded_iids: *const GUID,
        excluded: *mut *mut u16,
        destination: *mut c_void,
    ) -> HRESULT;
    /// Copies or moves an element.
    pub unsafe fn MoveElementTo(
        &self,
        name: *const u16,
        destination: *mut c_void,
        new_name: *const u16,
        flags: u32,
    ) -> HRESULT;
    /// Makes the changes permanent.
    pub unsafe fn Commit(&self, flags: u32) -> HRESULT;
    /// Drops the changes.
    pub unsafe fn Revert(&self) -> HRESULT;
    /// Lists the elements.
    pub unsafe fn EnumElements(
        &self,
        reserved1: u32,
        reserved2: *mut c_void,
        reserved3: u32,
        enumerator: *mut *mut c_void,
    ) -> HRESULT;
    /// Deletes an element.
    pub unsafe fn DestroyElement(&self, name: *const u16) -> HRESULT;
    /// Renames an element.
    pub unsafe fn RenameElement(&self, old_name: *const u16, new_name: *const u16) -> HRESULT;
    /// Sets the times of an element.
    pub unsafe fn SetElementTimes(
        &self,
        name: *const u16,
        creation: *const FILETIME,
        access: *const FILETIME,
        modification: *const FILETIME,
    ) -> HRESULT;
    /// Sets the class.
    pub unsafe fn SetClass(&self, class: *const GUID) -> HRESULT;
    /// Sets the state bits.
    pub unsafe fn SetStateBits(&self, bits: u32, mask: u32) -> HRESULT;
    /// Describes the storage.
    pub unsafe fn Stat(&self, statistics: *mut STATSTG, flags: u32) -> HRESULT;
}

/// The task allocator.
#[windows_core::interface("00000002-0000-0000-C000-000000000046")]
pub unsafe trait IMalloc: IUnknown {
    /// Allocates memory.
    pub unsafe fn Alloc(&self, size: usize) -> *mut c_void;
    /// Changes the size of a block.
    pub unsafe fn Realloc(&self, block: *mut c_void, size: usize) -> *mut c_void;
    /// Frees a block.
    pub unsafe fn Free(&self, block: *mut c_void) -> ();
    /// Reads the size of a block.
    pub unsafe fn GetSize(&self, block: *mut c_void) -> usize;
    /// Tells whether this allocator made a block: 1 yes, 0 no, -1 unknown.
    pub unsafe fn DidAlloc(&self, block: *mut c_void) -> i32;
    /// Returns unused memory to the system.
    pub unsafe fn HeapMinimize(&self) -> ();
}
