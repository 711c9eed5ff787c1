//! What `#[implement]` makes of these interfaces: identity, lifetime, and how an object finds itself.
#![cfg(feature = "runtime")]

use core::ffi::c_void;
use core::ptr::null_mut;
use core::sync::atomic::{AtomicUsize, Ordering};
use mapi_abi::*;
use std::sync::Arc;
use windows_core::{IUnknownImpl, Interface, implement};

/// Counts the objects that live.
#[derive(Clone, Default)]
struct Alive(Arc<AtomicUsize>);

impl Alive {
    fn enter(&self) -> Guard {
        self.0.fetch_add(1, Ordering::SeqCst);
        Guard(self.clone())
    }

    fn count(&self) -> usize {
        self.0.load(Ordering::SeqCst)
    }
}

struct Guard(Alive);

impl Drop for Guard {
    fn drop(&mut self) {
        self.0.0.fetch_sub(1, Ordering::SeqCst);
    }
}

/// An object with two interfaces that have nothing to do with each other.
#[implement(IMAPIStatus, IMAPISync, Agile = false)]
struct Status<T>
where
    T: Send + Sync + 'static,
{
    _alive: Guard,
    _payload: T,
}

macro_rules! unsupported {
    ($($method:ident($($type:ty),*);)*) => {$(
        unsafe fn $method(&self, $(_: $type),*) -> HRESULT {
            MAPI_E_NO_SUPPORT
        }
    )*};
}

#[allow(non_snake_case)]
impl<T: Send + Sync + 'static> IMAPIProp_Impl for Status_Impl<T> {
    unsupported! {
        GetLastError(HRESULT, u32, *mut *mut MAPIERROR);
        SaveChanges(u32);
        GetProps(*const SPropTagArray, u32, *mut u32, *mut *mut SPropValue);
        GetPropList(u32, *mut *mut SPropTagArray);
        SetProps(u32, *const SPropValue, *mut *mut SPropProblemArray);
        DeleteProps(*const SPropTagArray, *mut *mut SPropProblemArray);
        CopyTo(u32, *const GUID, *const SPropTagArray, usize, *mut c_void, *const GUID, *mut c_void, u32, *mut *mut SPropProblemArray);
        CopyProps(*const SPropTagArray, usize, *mut c_void, *const GUID, *mut c_void, u32, *mut *mut SPropProblemArray);
        GetNamesFromIDs(*mut *mut SPropTagArray, *const GUID, u32, *mut u32, *mut *mut *mut MAPINAMEID);
        GetIDsFromNames(u32, *const *mut MAPINAMEID, u32, *mut *mut SPropTagArray);
    }

    /// Answers with this object itself.
    unsafe fn OpenProperty(
        &self,
        _: u32,
        iid: *const GUID,
        _: u32,
        _: u32,
        object: *mut *mut c_void,
    ) -> HRESULT {
        // From `&self` to an interface pointer, with a reference of its own.
        let this: IMAPIStatus = self.to_interface();
        unsafe { this.query(iid, object) }
    }
}

#[allow(non_snake_case)]
impl<T: Send + Sync + 'static> IMAPIStatus_Impl for Status_Impl<T> {
    unsupported! {
        ValidateState(usize, u32);
        SettingsDialog(usize, u32);
        ChangePassword(*const c_void, *const c_void, u32);
        FlushQueues(usize, u32, *const ENTRYID, u32);
    }
}

#[allow(non_snake_case)]
impl<T: Send + Sync + 'static> IMAPISync_Impl for Status_Impl<T> {
    unsupported! {
        SynchronizeInBackground(*mut MAPISIB);
    }
}

fn object() -> (Alive, IMAPIStatus) {
    let alive = Alive::default();
    let status = Status {
        _alive: alive.enter(),
        _payload: String::from("anything"),
    };
    (alive, status.into())
}

fn query(object: &IMAPIStatus, iid: GUID) -> (HRESULT, *mut c_void) {
    let mut found = core::ptr::dangling_mut();
    let hr = unsafe { object.query(&iid, &mut found) };
    if hr == S_OK {
        // The reference is given back; the address is all that is asked for.
        drop(unsafe { IUnknown::from_raw(found) });
    }
    (hr, found)
}

#[test]
fn a_parent_interface_is_found_at_the_same_address() {
    let (_, status) = object();
    for iid in [IID_IMAPIStatus, IID_IMAPIProp] {
        assert_eq!(query(&status, iid), (S_OK, status.as_raw()));
    }
}

#[test]
fn every_way_leads_to_the_same_identity() {
    let (_, status) = object();
    let (hr, identity) = query(&status, IID_IUnknown);
    assert_eq!(hr, S_OK);
    let sync: IMAPISync = status.cast().unwrap();
    assert_ne!(sync.as_raw(), status.as_raw());
    assert_eq!(sync.cast::<IUnknown>().unwrap().as_raw(), identity);
    assert_eq!(
        sync.cast::<IMAPIProp>().unwrap().as_raw(),
        status.as_raw(),
        "from any interface to any other"
    );
}

#[test]
fn other_interfaces_are_refused() {
    let (_, status) = object();
    for iid in [IID_IMsgStore, IID_IMAPIFolder, GUID::zeroed()] {
        assert_eq!(
            query(&status, iid),
            (MAPI_E_INTERFACE_NOT_SUPPORTED, null_mut())
        );
    }
}

#[test]
fn the_last_reference_ends_the_object() {
    let (alive, status) = object();
    let sync: IMAPISync = status.cast().unwrap();
    drop(status);
    assert_eq!(alive.count(), 1);
    drop(sync);
    assert_eq!(alive.count(), 0);
}

#[test]
fn an_object_hands_out_itself() {
    let (alive, status) = object();
    let mut found = null_mut();
    let hr = unsafe { status.OpenProperty(PR_NULL, &IID_IMAPISync, 0, 0, &mut found) };
    assert_eq!(hr, S_OK);
    drop(status);
    assert_eq!(alive.count(), 1);
    let sync = unsafe { IMAPISync::from_raw(found) };
    let hr = unsafe { sync.SynchronizeInBackground(null_mut()) };
    assert_eq!(hr, MAPI_E_NO_SUPPORT);
    drop(sync);
    assert_eq!(alive.count(), 0);
}

#[test]
fn a_weak_reference_does_not_keep_an_object() {
    let (alive, status) = object();
    let weak = status.downgrade().unwrap();
    assert_eq!(
        weak.upgrade().map(|status| status.as_raw()),
        Some(status.as_raw())
    );
    drop(status);
    assert_eq!(alive.count(), 0);
    assert!(weak.upgrade().is_none());
}

#[test]
fn objects_are_shared_between_threads() {
    struct Shared(*mut c_void);
    unsafe impl Send for Shared {}

    let (alive, status) = object();
    let threads: Vec<_> = (0..4)
        .map(|_| Shared(status.clone().into_raw()))
        .map(|shared| {
            std::thread::spawn(move || {
                let shared = shared;
                let status = unsafe { IMAPIStatus::from_raw(shared.0) };
                for _ in 0..1000 {
                    drop(status.cast::<IMAPISync>().unwrap());
                }
            })
        })
        .collect();
    for thread in threads {
        thread.join().unwrap();
    }
    assert_eq!(alive.count(), 1);
    drop(status);
    assert_eq!(alive.count(), 0);
}
