//! Faults in loading, logging on, notifying and synchronizing.

use std::ffi::c_void;
use std::sync::Mutex;
use std::time::Duration;

use mapi_abi::*;
use windows_core::{IUnknown, Interface, implement};

use super::{Mutant, mutant};
use crate::patch::{Class::*, Logon, adopt, good_init, original};

pub fn mutants() -> Vec<Mutant> {
    let init = |fault, caught_by, init| Mutant {
        fault,
        slots: Vec::new(),
        init: Some(init),
        caught_by,
        sending: false,
    };
    vec![
        init(
            "an old MAPI is accepted",
            "A3-old-mapi-is-refused",
            accepts_old,
        ),
        init(
            "one provider object for all",
            "A4-each-call-makes-an-object",
            same_object,
        ),
        mutant(
            "Logon keeps a reference too many to the support object",
            "A15-support-object-is-released",
            [Provider],
            4,
            logon_leaks as *const (),
        ),
        mutant(
            "an unconfigured profile fails the whole service",
            "B22-unconfigured",
            [Provider],
            4,
            logon_never_unconfigured as *const (),
        ),
        mutant(
            "a failing Logon leaves garbage in the store pointer",
            "B22-unconfigured",
            [Provider],
            4,
            logon_with_ansi_store as *const (),
        ),
        mutant(
            "all stores are the same",
            "B30-compare-before-logon",
            [Provider],
            6,
            compare_always as *const (),
        ),
        mutant(
            "Shutdown fails",
            "B33-provider-starts-again",
            [Provider],
            3,
            fails_with_flags as *const (),
        ),
        mutant(
            "StoreLogoff forgets the flags",
            "A15-transports-are-logged-off-once",
            [Store],
            21,
            succeeds_with_flags as *const (),
        ),
        mutant(
            "QueryInterface refuses and leaves a pointer",
            "A12-unknown-interface-of-folder",
            [Folder],
            0,
            query_leaves_pointer as *const (),
        ),
        #[cfg(target_pointer_width = "64")]
        mutant(
            "a 32-bit connection is written to a 64-bit variable",
            "A8-connection-of-store",
            [Store],
            14,
            narrow_connection as *const (),
        ),
        mutant(
            "Advise keeps a reference too many to the sink",
            "F103-sink-references",
            [Store],
            14,
            advise_leaks as *const (),
        ),
        mutant(
            "Unadvise does nothing",
            "F103-subscribe",
            [Store],
            15,
            unadvise_nothing as *const (),
        ),
        mutant(
            "Advise ignores the mask",
            "F104-mask",
            [Store],
            14,
            advise_all as *const (),
        ),
        mutant(
            "Done is called twice",
            "F109-one-done",
            [Sync],
            3,
            done_twice as *const (),
        ),
        mutant(
            "SynchronizeInBackground waits",
            "F109-returns-at-once",
            [Sync],
            3,
            sync_waits as *const (),
        ),
        Mutant {
            fault: "Notify is called under a lock that GetProps takes too",
            slots: vec![
                (Folder, 5, get_props_locks as *const () as usize),
                (Message, 4, save_locks as *const () as usize),
            ],
            init: None,
            caught_by: "A20-no-lock-during-notify",
            sending: false,
        },
    ]
}

unsafe extern "C" fn accepts_old(
    instance: HINSTANCE,
    malloc: *mut c_void,
    allocate: Option<ALLOCATEBUFFER>,
    more: Option<ALLOCATEMORE>,
    free: Option<FREEBUFFER>,
    flags: u32,
    version: u32,
    provider_version: *mut u32,
    provider: *mut *mut c_void,
) -> HRESULT {
    let version = version.max(CURRENT_SPI_VERSION);
    good_init()(
        instance,
        malloc,
        allocate,
        more,
        free,
        flags,
        version,
        provider_version,
        provider,
    )
}

static THE_OBJECT: Mutex<Option<usize>> = Mutex::new(None);

unsafe extern "C" fn same_object(
    instance: HINSTANCE,
    malloc: *mut c_void,
    allocate: Option<ALLOCATEBUFFER>,
    more: Option<ALLOCATEMORE>,
    free: Option<FREEBUFFER>,
    flags: u32,
    version: u32,
    provider_version: *mut u32,
    provider: *mut *mut c_void,
) -> HRESULT {
    let mut kept = THE_OBJECT.lock().expect("nobody panics with it");
    if let Some(object) = *kept {
        let object = object as *mut c_void;
        let one = IUnknown::from_raw_borrowed(&object).expect("it is kept");
        provider.write(one.clone().into_raw());
        provider_version.write(CURRENT_SPI_VERSION);
        return S_OK;
    }
    let code = good_init()(
        instance,
        malloc,
        allocate,
        more,
        free,
        flags,
        version,
        provider_version,
        provider,
    );
    if code == S_OK {
        let made = *provider;
        let one = IUnknown::from_raw_borrowed(&made).expect("it has been made");
        *kept = Some(one.clone().into_raw() as usize);
    }
    code
}

macro_rules! logon {
    ($name:ident, |$call:ident, $support:ident, $store:ident| $body:expr) => {
        unsafe extern "system" fn $name(
            this: *mut c_void,
            $support: *mut c_void,
            ui_param: usize,
            profile: *const c_void,
            size: u32,
            id: *const ENTRYID,
            flags: u32,
            iid: *const GUID,
            spool_size: *mut u32,
            spool: *mut *mut u8,
            error: *mut *mut MAPIERROR,
            logon: *mut *mut c_void,
            $store: *mut *mut c_void,
        ) -> HRESULT {
            let $call = original::<Logon>(this, 4)(
                this, $support, ui_param, profile, size, id, flags, iid, spool_size, spool, error,
                logon, $store,
            );
            adopt(logon);
            adopt($store);
            $body
        }
    };
}

logon!(logon_leaks, |code, support, _store| {
    let object = IUnknown::from_raw_borrowed(&support).expect("MAPI lends one");
    std::mem::forget(object.clone());
    code
});

logon!(logon_never_unconfigured, |code, _support, _store| {
    if code == MAPI_E_UNCONFIGURED {
        MAPI_E_FAILONEPROVIDER
    } else {
        code
    }
});

logon!(logon_with_ansi_store, |code, support, store| {
    if code.is_err() {
        // Some object or other: what a caller would take for the store.
        let object = IUnknown::from_raw_borrowed(&support).expect("MAPI lends one");
        store.write(object.clone().into_raw());
    }
    code
});

unsafe extern "system" fn compare_always(
    _: *mut c_void,
    _: u32,
    _: *const ENTRYID,
    _: u32,
    _: *const ENTRYID,
    _: u32,
    result: *mut u32,
) -> HRESULT {
    result.write(1);
    S_OK
}

unsafe extern "system" fn fails_with_flags(_: *mut c_void, _: *mut u32) -> HRESULT {
    MAPI_E_CALL_FAILED
}

unsafe extern "system" fn succeeds_with_flags(_: *mut c_void, _: *mut u32) -> HRESULT {
    S_OK
}

type Query = unsafe extern "system" fn(*mut c_void, *const GUID, *mut *mut c_void) -> HRESULT;

unsafe extern "system" fn query_leaves_pointer(
    this: *mut c_void,
    iid: *const GUID,
    object: *mut *mut c_void,
) -> HRESULT {
    let code = original::<Query>(this, 0)(this, iid, object);
    if code.is_err() {
        object.write(this);
    }
    code
}

type Advise = unsafe extern "system" fn(
    *mut c_void,
    u32,
    *const ENTRYID,
    u32,
    *mut c_void,
    *mut usize,
) -> HRESULT;

#[cfg(target_pointer_width = "64")]
unsafe extern "system" fn narrow_connection(
    this: *mut c_void,
    size: u32,
    id: *const ENTRYID,
    mask: u32,
    sink: *mut c_void,
    connection: *mut usize,
) -> HRESULT {
    let mut whole = 0;
    let code = original::<Advise>(this, 14)(this, size, id, mask, sink, &mut whole);
    if code.is_ok() {
        connection.cast::<u32>().write(whole as u32);
    }
    code
}

unsafe extern "system" fn advise_leaks(
    this: *mut c_void,
    size: u32,
    id: *const ENTRYID,
    mask: u32,
    sink: *mut c_void,
    connection: *mut usize,
) -> HRESULT {
    let object = IUnknown::from_raw_borrowed(&sink).expect("the client hands one in");
    std::mem::forget(object.clone());
    original::<Advise>(this, 14)(this, size, id, mask, sink, connection)
}

unsafe extern "system" fn advise_all(
    this: *mut c_void,
    size: u32,
    id: *const ENTRYID,
    _: u32,
    sink: *mut c_void,
    connection: *mut usize,
) -> HRESULT {
    let mask = fnevObjectCreated | fnevObjectModified | fnevObjectDeleted;
    original::<Advise>(this, 14)(this, size, id, mask, sink, connection)
}

unsafe extern "system" fn unadvise_nothing(_: *mut c_void, _: usize) -> HRESULT {
    S_OK
}

type Synchronize = unsafe extern "system" fn(*mut c_void, *mut MAPISIB) -> HRESULT;

/// Hands each call on, and `Done` twice.
#[implement(IMAPISyncProgressCallback, Agile = false)]
struct Twice {
    callback: IMAPISyncProgressCallback,
}

impl IMAPISyncProgressCallback_Impl for Twice_Impl {
    unsafe fn Progress(&self, text: *const u16, index: u32, maximum: u32) -> HRESULT {
        self.callback.Progress(text, index, maximum)
    }

    unsafe fn Error(&self, error: HRESULT, text: *const u16) -> HRESULT {
        self.callback.Error(error, text)
    }

    unsafe fn Done(&self, event: HANDLE, result: HRESULT) -> HRESULT {
        let _ = self.callback.Done(event, result);
        self.callback.Done(event, result)
    }
}

unsafe extern "system" fn done_twice(this: *mut c_void, info: *mut MAPISIB) -> HRESULT {
    let mut info = info.read();
    let given = info.punkCallBack;
    let callback = IUnknown::from_raw_borrowed(&given)
        .and_then(|object| object.cast::<IMAPISyncProgressCallback>().ok());
    let twice: Option<IMAPISyncProgressCallback> =
        callback.map(|callback| Twice { callback }.into());
    if let Some(twice) = &twice {
        info.punkCallBack = twice.as_raw();
    }
    original::<Synchronize>(this, 3)(this, &mut info)
}

unsafe extern "system" fn sync_waits(this: *mut c_void, info: *mut MAPISIB) -> HRESULT {
    std::thread::sleep(Duration::from_millis(300));
    original::<Synchronize>(this, 3)(this, info)
}

static BIG_LOCK: Mutex<()> = Mutex::new(());

type GetProps = unsafe extern "system" fn(
    *mut c_void,
    *const SPropTagArray,
    u32,
    *mut u32,
    *mut *mut SPropValue,
) -> HRESULT;

unsafe extern "system" fn get_props_locks(
    this: *mut c_void,
    tags: *const SPropTagArray,
    flags: u32,
    count: *mut u32,
    values: *mut *mut SPropValue,
) -> HRESULT {
    let _held = BIG_LOCK.lock();
    original::<GetProps>(this, 5)(this, tags, flags, count, values)
}

unsafe extern "system" fn save_locks(this: *mut c_void, flags: u32) -> HRESULT {
    let _held = BIG_LOCK.lock();
    original::<unsafe extern "system" fn(*mut c_void, u32) -> HRESULT>(this, 4)(this, flags)
}
