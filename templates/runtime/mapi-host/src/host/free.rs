//! Small things that all parts of the host use.

use std::ffi::c_void;
use std::sync::{Mutex, MutexGuard};
use windows_core::{HRESULT, IUnknown, Interface};

/// An interface pointer that may be used on any thread.
///
/// MAPI's objects are free-threaded: every method may be called on any thread, also at the same time
/// [threading-in-mapi].
#[derive(Clone)]
pub(crate) struct Free<I>(pub(crate) I);

// SAFETY: the objects behind MAPI's interfaces are free-threaded, by contract.
unsafe impl<I> Send for Free<I> {}
// SAFETY: as above.
unsafe impl<I> Sync for Free<I> {}

/// Locks, also after a thread panicked: tests go on after a panic, and so do the objects behind them.
pub(crate) fn lock<T: ?Sized>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex
        .lock()
        .unwrap_or_else(|poisoned| poisoned.into_inner())
}

/// How many references an object has.
pub(crate) fn references<I: Interface>(object: &I) -> u32 {
    let raw = object.as_raw();
    // SAFETY: every interface begins with the methods of IUnknown, and the object is alive.
    unsafe {
        let table = *raw.cast::<*const windows_core::IUnknown_Vtbl>();
        ((*table).AddRef)(raw);
        ((*table).Release)(raw)
    }
}

/// Takes a reference of its own to an interface pointer that a caller lends.
///
/// # Safety
/// The pointer is NULL, or leads to an object with the interface `I`.
pub(crate) unsafe fn borrow<I: Interface + Clone>(raw: *mut c_void) -> Option<I> {
    // SAFETY: the caller says so.
    unsafe { I::from_raw_borrowed(&raw) }.cloned()
}

/// Takes over an interface pointer that a method returned with a reference for the caller.
///
/// # Safety
/// The pointer is NULL, or leads to an object with the interface `I`, and the reference is the caller's.
pub(crate) unsafe fn take<I: Interface>(raw: *mut c_void) -> Option<I> {
    // SAFETY: the caller says so.
    (!raw.is_null()).then(|| unsafe { I::from_raw(raw) })
}

/// Asks an object for an interface.
pub(crate) fn query<I: Interface>(object: &IUnknown) -> Result<I, HRESULT> {
    let mut raw = std::ptr::null_mut();
    // SAFETY: the object is alive and `raw` is a place for the pointer.
    let code = unsafe { object.query(&I::IID, &mut raw) };
    if code.is_err() || raw.is_null() {
        return Err(code);
    }
    // SAFETY: QueryInterface succeeded, so the pointer has the interface and the reference is ours.
    Ok(unsafe { I::from_raw(raw) })
}
