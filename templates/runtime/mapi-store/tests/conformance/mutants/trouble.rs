//! Faults that show when memory runs out, when threads meet, and when MAPI calls back.

use std::cell::Cell;
use std::ffi::c_void;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use mapi_abi::*;

use super::{Mutant, mutant};
use crate::patch::{Class::*, Logon, OpenEntry, adopt, memory, original};

pub fn mutants() -> Vec<Mutant> {
    vec![
        mutant(
            "QueryRows without memory leaves what it has built",
            "A17-IMAPITable::QueryRows",
            [Table],
            19,
            leaks_without_memory as *const (),
        ),
        mutant(
            "GetProps without memory leaves a pointer",
            "A17-IMAPIProp::GetProps",
            [Message],
            5,
            leaves_a_pointer as *const (),
        ),
        mutant(
            "Advise never gets over a failure",
            "A17-IMsgStore::Advise",
            [Store],
            14,
            fails_after_a_failure as *const (),
        ),
        Mutant {
            fault: "saving and opening share a lock",
            slots: vec![
                (Message, 4, save_locks as *const () as usize),
                (Store, 17, open_locks as *const () as usize),
            ],
            init: None,
            sending: false,
            caught_by: "A20-every-support-call-re-entered",
        },
        mutant(
            "one message saves at a time, the others are busy",
            "A19-one-folder-many-threads",
            [Message],
            4,
            busy_elsewhere as *const (),
        ),
        mutant(
            "a save within a save is busy",
            "A20-save-from-within-a-save",
            [Message],
            4,
            busy_within as *const (),
        ),
        mutant(
            "a store out of reach is a disk error",
            "B24-backend-out-of-reach",
            [Provider],
            4,
            disk_error as *const (),
        ),
        #[cfg(target_os = "linux")]
        mutant(
            "a thread stays behind each synchronization",
            "F109-a-hundred-runs",
            [Sync],
            3,
            thread_stays as *const (),
        ),
        mutant(
            "SUPPRESS_RECEIPT with GENERATE_RECEIPT_ONLY marks as read",
            "S3.4-suppress-and-generate",
            [Folder],
            25,
            only_suppresses as *const (),
        ),
        mutant(
            "MVI_FLAG is forgotten",
            "S7-multi-valued-instances",
            [Table],
            7,
            forgets_instances as *const (),
        ),
        mutant(
            "GetNamesFromIDs ignores the property set",
            "S3.2-names-of-a-set",
            [Folder],
            12,
            ignores_set as *const (),
        ),
        mutant(
            "the logon object knows no errors",
            "S2.4-logon-last-error",
            [Logon],
            3,
            no_last_error as *const (),
        ),
    ]
}

type QueryRows = unsafe extern "system" fn(*mut c_void, i32, u32, *mut *mut SRowSet) -> HRESULT;

unsafe extern "system" fn leaks_without_memory(
    this: *mut c_void,
    count: i32,
    flags: u32,
    rows: *mut *mut SRowSet,
) -> HRESULT {
    let code = original::<QueryRows>(this, 19)(this, count, flags, rows);
    if code == MAPI_E_NOT_ENOUGH_MEMORY {
        let mut block = std::ptr::null_mut();
        let _ = memory().0(16, &mut block);
    }
    code
}

type GetProps = unsafe extern "system" fn(
    *mut c_void,
    *const SPropTagArray,
    u32,
    *mut u32,
    *mut *mut SPropValue,
) -> HRESULT;

unsafe extern "system" fn leaves_a_pointer(
    this: *mut c_void,
    tags: *const SPropTagArray,
    flags: u32,
    count: *mut u32,
    values: *mut *mut SPropValue,
) -> HRESULT {
    let code = original::<GetProps>(this, 5)(this, tags, flags, count, values);
    if code == MAPI_E_NOT_ENOUGH_MEMORY {
        values.write(this.cast());
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

static FAILED: AtomicBool = AtomicBool::new(false);

/// A failure of MAPI that the provider never gets over.
unsafe extern "system" fn fails_after_a_failure(
    this: *mut c_void,
    size: u32,
    id: *const ENTRYID,
    mask: u32,
    sink: *mut c_void,
    connection: *mut usize,
) -> HRESULT {
    if FAILED.load(Ordering::Relaxed) {
        return MAPI_E_CALL_FAILED;
    }
    let code = original::<Advise>(this, 14)(this, size, id, mask, sink, connection);
    if code.is_err() {
        FAILED.store(true, Ordering::Relaxed);
    }
    code
}

type Save = unsafe extern "system" fn(*mut c_void, u32) -> HRESULT;

static LOCK: Mutex<()> = Mutex::new(());

unsafe extern "system" fn save_locks(this: *mut c_void, flags: u32) -> HRESULT {
    let _held = LOCK.lock();
    original::<Save>(this, 4)(this, flags)
}

unsafe extern "system" fn open_locks(
    this: *mut c_void,
    size: u32,
    id: *const ENTRYID,
    iid: *const GUID,
    flags: u32,
    kind: *mut u32,
    object: *mut *mut c_void,
) -> HRESULT {
    let _held = LOCK.lock();
    let code = original::<OpenEntry>(this, 17)(this, size, id, iid, flags, kind, object);
    adopt(object);
    code
}

unsafe extern "system" fn busy_elsewhere(this: *mut c_void, flags: u32) -> HRESULT {
    let Ok(_held) = LOCK.try_lock() else {
        return MAPI_E_BUSY;
    };
    original::<Save>(this, 4)(this, flags)
}

thread_local! {
    static SAVING: Cell<bool> = const { Cell::new(false) };
}

unsafe extern "system" fn busy_within(this: *mut c_void, flags: u32) -> HRESULT {
    if SAVING.replace(true) {
        return MAPI_E_BUSY;
    }
    let code = original::<Save>(this, 4)(this, flags);
    SAVING.set(false);
    code
}

unsafe extern "system" fn disk_error(
    this: *mut c_void,
    support: *mut c_void,
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
    store: *mut *mut c_void,
) -> HRESULT {
    let code = original::<Logon>(this, 4)(
        this, support, ui_param, profile, size, id, flags, iid, spool_size, spool, error, logon,
        store,
    );
    adopt(logon);
    adopt(store);
    if code == MAPI_E_FAILONEPROVIDER {
        MAPI_E_DISK_ERROR
    } else {
        code
    }
}

#[cfg(target_os = "linux")]
unsafe extern "system" fn thread_stays(this: *mut c_void, info: *mut MAPISIB) -> HRESULT {
    std::thread::spawn(|| {
        loop {
            std::thread::park();
        }
    });
    original::<unsafe extern "system" fn(*mut c_void, *mut MAPISIB) -> HRESULT>(this, 3)(this, info)
}

type SetReadFlags =
    unsafe extern "system" fn(*mut c_void, *mut ENTRYLIST, usize, *mut c_void, u32) -> HRESULT;

unsafe extern "system" fn only_suppresses(
    this: *mut c_void,
    list: *mut ENTRYLIST,
    ui_param: usize,
    progress: *mut c_void,
    flags: u32,
) -> HRESULT {
    let flags = flags & !GENERATE_RECEIPT_ONLY;
    original::<SetReadFlags>(this, 25)(this, list, ui_param, progress, flags)
}

type SetColumns = unsafe extern "system" fn(*mut c_void, *const SPropTagArray, u32) -> HRESULT;

unsafe extern "system" fn forgets_instances(
    this: *mut c_void,
    tags: *const SPropTagArray,
    flags: u32,
) -> HRESULT {
    // The caller's array, which is on its stack or in its arena.
    if let Some(count) = tags.cast::<u32>().as_ref() {
        let first = tags.cast::<u32>().cast_mut().add(1);
        for index in 0..*count as usize {
            let tag = first.add(index);
            if *tag & MVI_FLAG == MVI_FLAG {
                *tag &= !MV_INSTANCE;
            }
        }
    }
    original::<SetColumns>(this, 7)(this, tags, flags)
}

type GetNames = unsafe extern "system" fn(
    *mut c_void,
    *mut *mut SPropTagArray,
    *const GUID,
    u32,
    *mut u32,
    *mut *mut *mut MAPINAMEID,
) -> HRESULT;

unsafe extern "system" fn ignores_set(
    this: *mut c_void,
    tags: *mut *mut SPropTagArray,
    _: *const GUID,
    flags: u32,
    count: *mut u32,
    names: *mut *mut *mut MAPINAMEID,
) -> HRESULT {
    original::<GetNames>(this, 12)(this, tags, std::ptr::null(), flags, count, names)
}

unsafe extern "system" fn no_last_error(
    _: *mut c_void,
    _: HRESULT,
    _: u32,
    _: *mut *mut MAPIERROR,
) -> HRESULT {
    MAPI_E_CALL_FAILED
}
