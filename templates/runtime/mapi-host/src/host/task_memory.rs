//! The task allocator that `MSProviderInit` and `ServiceEntry` hand over.

use crate::host::*;
use mapi_abi::*;
use std::ffi::c_void;
use std::sync::Arc;
use windows_core::implement;

#[implement(IMalloc, Agile = false)]
pub(crate) struct TaskMemory {
    state: Arc<HostState>,
}

impl TaskMemory {
    pub(crate) fn create(state: &Arc<HostState>) -> IMalloc {
        Self {
            state: state.clone(),
        }
        .into()
    }
}

#[allow(non_snake_case)]
impl IMalloc_Impl for TaskMemory_Impl {
    unsafe fn Alloc(&self, size: usize) -> *mut c_void {
        self.state.memory.task_allocate(size)
    }

    unsafe fn Realloc(&self, block: *mut c_void, size: usize) -> *mut c_void {
        let memory = &self.state.memory;
        if block.is_null() {
            return memory.task_allocate(size);
        }
        let Some(old) = memory.task_size(block) else {
            memory.report("IMalloc::Realloc got an address that is no block".into());
            return std::ptr::null_mut();
        };
        let new = memory.task_allocate(size);
        if !new.is_null() {
            // SAFETY: both blocks are alive and have at least as many bytes.
            unsafe {
                new.cast::<u8>()
                    .copy_from_nonoverlapping(block.cast(), old.min(size))
            };
            memory.task_free(block);
        }
        new
    }

    unsafe fn Free(&self, block: *mut c_void) {
        self.state.memory.task_free(block);
    }

    unsafe fn GetSize(&self, block: *mut c_void) -> usize {
        self.state.memory.task_size(block).unwrap_or(usize::MAX)
    }

    unsafe fn DidAlloc(&self, block: *mut c_void) -> i32 {
        i32::from(self.state.memory.task_size(block).is_some())
    }

    unsafe fn HeapMinimize(&self) {}
}
