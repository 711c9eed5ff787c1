//! Sending, by a store that claims to.

use super::{Mutant, mutant};
use crate::patch::{Class::*, Logon, OpenEntry, adopt, chained_table, original};
use mapi_abi::*;
use std::ffi::c_void;
use windows_core::Interface;

type Advise = unsafe extern "system" fn(*mut c_void, u32, *mut c_void, *mut usize) -> HRESULT;

pub fn mutants() -> Vec<Mutant> {
    let mutants = [
        mutant(
            "SubmitMessage loses messages",
            "E101-submit",
            [Message],
            20,
            loses as *const (),
        ),
        mutant(
            "A queued message opens for writing",
            "E102-queued-message",
            [Store],
            17,
            never_submitted as *const (),
        ),
        mutant(
            "AbortSubmit takes a message from under the spooler's hands",
            "E102-locked-message",
            [Store],
            22,
            aborts_anything as *const (),
        ),
        mutant(
            "SetLockState does not lock",
            "E102-locked-message",
            [Store],
            24,
            no_lock as *const (),
        ),
        mutant(
            "FinishedMsg leaves the message where it is",
            "S33-sent-mail",
            [Store],
            25,
            not_finished as *const (),
        ),
        mutant(
            "NotifyNewMail keeps it to itself",
            "S33-new-mail",
            [Store],
            26,
            no_news as *const (),
        ),
        mutant(
            "The outgoing queue is a stack",
            "E101-queue-order",
            [Store],
            23,
            newest_first as *const (),
        ),
        mutant(
            "The outgoing queue has no notifications",
            "E101-queue-notification",
            [Table],
            4,
            deaf as *const (),
        ),
        mutant(
            "The data for the spooler are garbage",
            "S22-spool-data",
            [Provider],
            4,
            garbled as *const (),
        ),
    ];
    mutants
        .into_iter()
        .map(|mutant| Mutant {
            sending: true,
            ..mutant
        })
        .collect()
}

unsafe extern "system" fn loses(_: *mut c_void, _: u32) -> HRESULT {
    S_OK
}

unsafe extern "system" fn never_submitted(
    this: *mut c_void,
    size: u32,
    id: *const ENTRYID,
    iid: *const GUID,
    flags: u32,
    kind: *mut u32,
    object: *mut *mut c_void,
) -> HRESULT {
    let open = original::<OpenEntry>(this, 17);
    let mut code = open(this, size, id, iid, flags, kind, object);
    if code == MAPI_E_SUBMITTED {
        code = open(this, size, id, iid, MAPI_BEST_ACCESS, kind, object);
    }
    adopt(object);
    code
}

unsafe extern "system" fn aborts_anything(
    _: *mut c_void,
    _: u32,
    _: *const ENTRYID,
    _: u32,
) -> HRESULT {
    S_OK
}

unsafe extern "system" fn no_lock(_: *mut c_void, _: *mut c_void, _: u32) -> HRESULT {
    S_OK
}

unsafe extern "system" fn not_finished(
    _: *mut c_void,
    _: u32,
    _: u32,
    _: *const ENTRYID,
) -> HRESULT {
    S_OK
}

unsafe extern "system" fn no_news(_: *mut c_void, _: *const NOTIFICATION) -> HRESULT {
    S_OK
}

unsafe extern "system" fn newest_first(
    this: *mut c_void,
    flags: u32,
    table: *mut *mut c_void,
) -> HRESULT {
    let code = chained_table::<23>(this, flags, table);
    if code.is_ok() {
        // An SSortOrderSet with one key.
        let order: [u32; 5] = [1, 0, 0, PR_CLIENT_SUBMIT_TIME, TABLE_SORT_DESCEND];
        if let Some(table) = IMAPITable::from_raw_borrowed(&*table) {
            return table.SortTable(order.as_ptr().cast(), 0);
        }
    }
    code
}

unsafe extern "system" fn deaf(
    this: *mut c_void,
    _: u32,
    sink: *mut c_void,
    connection: *mut usize,
) -> HRESULT {
    original::<Advise>(this, 4)(this, fnevCriticalError, sink, connection)
}

#[allow(clippy::too_many_arguments)]
unsafe extern "system" fn garbled(
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
    if code.is_ok() && *spool_size > 0 {
        std::ptr::write_bytes(*spool, 0xEE, *spool_size as usize);
    }
    adopt(logon);
    adopt(store);
    code
}
