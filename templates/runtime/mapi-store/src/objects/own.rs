//! Which of the COM objects that a caller hands in are our own.
//!
//! A pointer says nothing about what is behind it, and asking an unknown object would trust its answer. So every message
//! and attachment that this DLL gives out is listed here under its COM identity, as long as it lives.

use std::any::Any;
use std::collections::HashMap;
use std::ffi::c_void;
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError, Weak};

use windows_core::{IUnknown, Interface};

type Core = dyn Any + Send + Sync;

static OBJECTS: LazyLock<Mutex<HashMap<usize, Weak<Core>>>> = LazyLock::new(Mutex::default);

fn objects() -> MutexGuard<'static, HashMap<usize, Weak<Core>>> {
    OBJECTS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// An object's place in the list; a part of the object, so that it leaves the list with it.
#[derive(Debug)]
pub(super) struct Registration {
    identity: usize,
}

/// Lists a COM object with what is behind it.
pub(super) fn register<T: Send + Sync + 'static>(object: &IUnknown, core: &Arc<T>) -> Registration {
    let identity = object.as_raw().addr();
    let core: Arc<Core> = core.clone();
    objects().insert(identity, Arc::downgrade(&core));
    Registration { identity }
}

impl Drop for Registration {
    fn drop(&mut self) {
        objects().remove(&self.identity);
    }
}

/// What is behind a COM object, if it is one of ours and of that kind.
///
/// # Safety
/// `pointer` is NULL or a valid interface pointer.
pub(super) unsafe fn find<T: Send + Sync + 'static>(pointer: *mut c_void) -> Option<Arc<T>> {
    // SAFETY: the caller's promise; every interface is an IUnknown.
    let object = unsafe { IUnknown::from_raw_borrowed(&pointer) }?;
    // An object has one identity, whichever of its interfaces this was.
    let identity = object.cast::<IUnknown>().ok()?.as_raw().addr();
    let core = objects().get(&identity)?.upgrade()?;
    core.downcast().ok()
}
