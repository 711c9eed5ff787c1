//! Breaking a good provider: objects get copies of their vtables in which some slots lead to functions of a test.
//!
//! A method that returns an object is replaced in any case, so that the object is patched as well before anybody sees it.
#![allow(
    unsafe_op_in_unsafe_fn,
    reason = "a function that stands in for a slot is as unsafe as the slot"
)]

use mapi_abi::*;
use std::collections::HashMap;
use std::ffi::c_void;
use std::sync::{Mutex, MutexGuard, OnceLock};
use windows_core::{IUnknown_Vtbl, Interface};

use crate::support;

/// The interfaces that can be broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    Provider,
    Logon,
    Store,
    Folder,
    Message,
    Attachment,
    Table,
    Stream,
    Sync,
}

use Class::*;

const CLASSES: [Class; 9] = [
    Provider, Logon, Store, Folder, Message, Attachment, Table, Stream, Sync,
];

impl Class {
    fn iid(self) -> GUID {
        match self {
            Provider => IMSProvider::IID,
            Logon => IMSLogon::IID,
            Store => IMsgStore::IID,
            Folder => IMAPIFolder::IID,
            Message => IMessage::IID,
            Attachment => IAttach::IID,
            Table => IMAPITable::IID,
            Stream => IStream::IID,
            Sync => IMAPISync::IID,
        }
    }

    fn slots(self) -> usize {
        match self {
            Provider => 7,
            Logon => 10,
            Store => 27,
            Folder => 30,
            Message => 22,
            Attachment | Stream => 14,
            Table => 26,
            Sync => 4,
        }
    }

    /// The methods that return objects.
    fn chained(self) -> Vec<(usize, usize)> {
        match self {
            Provider => vec![
                (4, chained_logon as *const () as usize),
                (5, chained_spooler_logon as *const () as usize),
            ],
            Logon => vec![(5, chained_open_entry as *const () as usize)],
            Store => vec![
                (7, chained_open_property as *const () as usize),
                (17, chained_open_entry as *const () as usize),
                (20, chained_table::<20> as *const () as usize),
                (23, chained_table::<23> as *const () as usize),
            ],
            Folder => vec![
                (7, chained_open_property as *const () as usize),
                (14, chained_table::<14> as *const () as usize),
                (15, chained_table::<15> as *const () as usize),
                (16, chained_folder_open_entry as *const () as usize),
                (19, chained_create_message as *const () as usize),
                (22, chained_create_folder as *const () as usize),
            ],
            Message => vec![
                (7, chained_open_property as *const () as usize),
                (14, chained_table::<14> as *const () as usize),
                (15, chained_open_attach as *const () as usize),
                (16, chained_create_attach as *const () as usize),
                (18, chained_table::<18> as *const () as usize),
            ],
            Attachment => vec![(7, chained_open_property as *const () as usize)],
            Table | Stream | Sync => Vec::new(),
        }
    }
}

/// What is broken at the moment.
#[derive(Default)]
struct Active {
    slots: Vec<(Class, usize, usize)>,
    init: Option<MSPROVIDERINIT>,
    sending: bool,
}

/// Our vtables, and the ones that they are copies of.
static TABLES: Mutex<Option<HashMap<usize, usize>>> = Mutex::new(None);
static ACTIVE: Mutex<Option<Active>> = Mutex::new(None);
/// The memory functions of the host that started the provider last.
static MEMORY: Mutex<Option<(ALLOCATEBUFFER, ALLOCATEMORE, FREEBUFFER)>> = Mutex::new(None);

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex
        .lock()
        .unwrap_or_else(|poisoned| poisoned.into_inner())
}

/// Breaks slots of all providers that are started from now on; `sending` chooses which one it is.
pub fn break_slots(slots: &[(Class, usize, usize)], init: Option<MSPROVIDERINIT>, sending: bool) {
    *lock(&ACTIVE) = Some(Active {
        slots: slots.to_vec(),
        init,
        sending,
    });
}

/// The memory functions that the provider was given.
pub fn memory() -> (ALLOCATEBUFFER, ALLOCATEMORE, FREEBUFFER) {
    lock(&MEMORY).expect("a provider has been started")
}

/// A provider that is broken: one that synchronizes, or one that sends.
pub fn broken(sending: bool) -> mapi_host::Provider {
    let service = if sending {
        support::sending_provider::service
    } else {
        support::synchronizing_provider::service
    };
    mapi_host::Provider::from_entry_points(init, service)
}

/// The good provider's `MSProviderInit`.
pub fn good_init() -> MSPROVIDERINIT {
    if lock(&ACTIVE).as_ref().is_some_and(|active| active.sending) {
        support::sending_provider::init
    } else {
        support::synchronizing_provider::init
    }
}

#[allow(clippy::too_many_arguments)]
unsafe extern "C" fn init(
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
    if let (Some(allocate), Some(more), Some(free)) = (allocate, more, free) {
        *lock(&MEMORY) = Some((allocate, more, free));
    }
    let chosen = lock(&ACTIVE).as_ref().and_then(|active| active.init);
    let code = (chosen.unwrap_or_else(good_init))(
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
    adopt(provider);
    code
}

/// The method that a slot leads to in the good provider.
///
/// # Safety
/// `this` is a patched object, and `F` the type of the method.
pub unsafe fn original<F: Copy>(this: *mut c_void, slot: usize) -> F {
    let table = *this.cast::<usize>();
    let good = lock(&TABLES)
        .get_or_insert_default()
        .get(&table)
        .copied()
        .unwrap_or(table);
    // SAFETY: the caller says so; a method is a pointer.
    std::mem::transmute_copy(&*(good as *const usize).add(slot))
}

/// Patches an object that a method has returned, if there is one.
///
/// # Safety
/// The pointer is NULL, or a place for an interface pointer or NULL.
pub unsafe fn adopt(place: *mut *mut c_void) {
    if place.is_null() || (*place).is_null() || *place as usize == usize::MAX {
        return;
    }
    let object = *place;
    for class in CLASSES {
        let table = &**object.cast::<*const IUnknown_Vtbl>();
        let mut found = std::ptr::null_mut();
        if (table.QueryInterface)(object, &class.iid(), &mut found).is_ok() {
            patch(found, class);
            let table = &**found.cast::<*const IUnknown_Vtbl>();
            (table.Release)(found);
        }
    }
}

/// Gives an interface of an object a vtable of its own.
unsafe fn patch(object: *mut c_void, class: Class) {
    static GATE: OnceLock<Mutex<()>> = OnceLock::new();
    let _gate = lock(GATE.get_or_init(Mutex::default));
    let good = *object.cast::<usize>();
    if lock(&TABLES).get_or_insert_default().contains_key(&good) {
        return;
    }
    let mut copy = std::slice::from_raw_parts(good as *const usize, class.slots()).to_vec();
    for (slot, function) in class.chained() {
        copy[slot] = function;
    }
    if let Some(active) = &*lock(&ACTIVE) {
        for (broken, slot, function) in &active.slots {
            if *broken == class {
                copy[*slot] = *function;
            }
        }
    }
    // An object may live to the end of the process, so its vtable does.
    let copy: &'static [usize] = copy.leak();
    lock(&TABLES)
        .get_or_insert_default()
        .insert(copy.as_ptr() as usize, good);
    object.cast::<*const usize>().write(copy.as_ptr());
}

pub type Logon = unsafe extern "system" fn(
    *mut c_void,
    *mut c_void,
    usize,
    *const c_void,
    u32,
    *const ENTRYID,
    u32,
    *const GUID,
    *mut u32,
    *mut *mut u8,
    *mut *mut MAPIERROR,
    *mut *mut c_void,
    *mut *mut c_void,
) -> HRESULT;
pub type OpenEntry = unsafe extern "system" fn(
    *mut c_void,
    u32,
    *const ENTRYID,
    *const GUID,
    u32,
    *mut u32,
    *mut *mut c_void,
) -> HRESULT;
pub type OpenProperty =
    unsafe extern "system" fn(*mut c_void, u32, *const GUID, u32, u32, *mut *mut c_void) -> HRESULT;
pub type GetTable = unsafe extern "system" fn(*mut c_void, u32, *mut *mut c_void) -> HRESULT;
pub type CreateMessage =
    unsafe extern "system" fn(*mut c_void, *const GUID, u32, *mut *mut c_void) -> HRESULT;
pub type CreateFolder = unsafe extern "system" fn(
    *mut c_void,
    u32,
    *const c_void,
    *const c_void,
    *const GUID,
    u32,
    *mut *mut c_void,
) -> HRESULT;
pub type OpenAttach =
    unsafe extern "system" fn(*mut c_void, u32, *const GUID, u32, *mut *mut c_void) -> HRESULT;
pub type CreateAttach =
    unsafe extern "system" fn(*mut c_void, *const GUID, u32, *mut u32, *mut *mut c_void) -> HRESULT;

#[allow(clippy::too_many_arguments)]
pub unsafe extern "system" fn chained_logon(
    this: *mut c_void,
    support: *mut c_void,
    ui_param: usize,
    name: *const c_void,
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
        this, support, ui_param, name, size, id, flags, iid, spool_size, spool, error, logon, store,
    );
    adopt(logon);
    adopt(store);
    code
}

type SpoolerLogon = unsafe extern "system" fn(
    *mut c_void,
    *mut c_void,
    usize,
    *const c_void,
    u32,
    *const ENTRYID,
    u32,
    *const GUID,
    u32,
    *const u8,
    *mut *mut MAPIERROR,
    *mut *mut c_void,
    *mut *mut c_void,
) -> HRESULT;

#[allow(clippy::too_many_arguments)]
unsafe extern "system" fn chained_spooler_logon(
    this: *mut c_void,
    support: *mut c_void,
    ui_param: usize,
    name: *const c_void,
    size: u32,
    id: *const ENTRYID,
    flags: u32,
    iid: *const GUID,
    spool_size: u32,
    spool: *const u8,
    error: *mut *mut MAPIERROR,
    logon: *mut *mut c_void,
    store: *mut *mut c_void,
) -> HRESULT {
    let code = original::<SpoolerLogon>(this, 5)(
        this, support, ui_param, name, size, id, flags, iid, spool_size, spool, error, logon, store,
    );
    adopt(logon);
    adopt(store);
    code
}

unsafe fn open_entry(
    slot: usize,
    this: *mut c_void,
    (size, id): (u32, *const ENTRYID),
    iid: *const GUID,
    flags: u32,
    kind: *mut u32,
    object: *mut *mut c_void,
) -> HRESULT {
    let code = original::<OpenEntry>(this, slot)(this, size, id, iid, flags, kind, object);
    adopt(object);
    code
}

unsafe extern "system" fn chained_open_entry(
    this: *mut c_void,
    size: u32,
    id: *const ENTRYID,
    iid: *const GUID,
    flags: u32,
    kind: *mut u32,
    object: *mut *mut c_void,
) -> HRESULT {
    // The logon object has fewer methods before this one than the store.
    let table = *this.cast::<usize>();
    let mine = chained_open_entry as *const () as usize;
    let slot = if *(table as *const usize).add(5) == mine {
        5
    } else {
        17
    };
    open_entry(slot, this, (size, id), iid, flags, kind, object)
}

unsafe extern "system" fn chained_folder_open_entry(
    this: *mut c_void,
    size: u32,
    id: *const ENTRYID,
    iid: *const GUID,
    flags: u32,
    kind: *mut u32,
    object: *mut *mut c_void,
) -> HRESULT {
    open_entry(16, this, (size, id), iid, flags, kind, object)
}

unsafe extern "system" fn chained_open_property(
    this: *mut c_void,
    tag: u32,
    iid: *const GUID,
    options: u32,
    flags: u32,
    object: *mut *mut c_void,
) -> HRESULT {
    let code = original::<OpenProperty>(this, 7)(this, tag, iid, options, flags, object);
    adopt(object);
    code
}

pub unsafe extern "system" fn chained_table<const SLOT: usize>(
    this: *mut c_void,
    flags: u32,
    table: *mut *mut c_void,
) -> HRESULT {
    let code = original::<GetTable>(this, SLOT)(this, flags, table);
    adopt(table);
    code
}

pub unsafe extern "system" fn chained_create_message(
    this: *mut c_void,
    iid: *const GUID,
    flags: u32,
    message: *mut *mut c_void,
) -> HRESULT {
    let code = original::<CreateMessage>(this, 19)(this, iid, flags, message);
    adopt(message);
    code
}

pub unsafe extern "system" fn chained_create_folder(
    this: *mut c_void,
    kind: u32,
    name: *const c_void,
    comment: *const c_void,
    iid: *const GUID,
    flags: u32,
    folder: *mut *mut c_void,
) -> HRESULT {
    let code = original::<CreateFolder>(this, 22)(this, kind, name, comment, iid, flags, folder);
    adopt(folder);
    code
}

unsafe extern "system" fn chained_open_attach(
    this: *mut c_void,
    number: u32,
    iid: *const GUID,
    flags: u32,
    attachment: *mut *mut c_void,
) -> HRESULT {
    let code = original::<OpenAttach>(this, 15)(this, number, iid, flags, attachment);
    adopt(attachment);
    code
}

unsafe extern "system" fn chained_create_attach(
    this: *mut c_void,
    iid: *const GUID,
    flags: u32,
    number: *mut u32,
    attachment: *mut *mut c_void,
) -> HRESULT {
    let code = original::<CreateAttach>(this, 16)(this, iid, flags, number, attachment);
    adopt(attachment);
    code
}
