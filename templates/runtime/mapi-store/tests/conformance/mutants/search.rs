//! Faults in search folders.

use std::ffi::c_void;

use mapi_abi::*;

use super::{Mutant, mutant};
use crate::patch::{Class::Folder, original};

type Set = unsafe extern "system" fn(
    *mut c_void,
    *const SRestriction,
    *const ENTRYLIST,
    u32,
) -> windows_core::HRESULT;
type Get = unsafe extern "system" fn(
    *mut c_void,
    u32,
    *mut *mut SRestriction,
    *mut *mut ENTRYLIST,
    *mut u32,
) -> windows_core::HRESULT;
type Delete = unsafe extern "system" fn(
    *mut c_void,
    *const ENTRYLIST,
    usize,
    *mut c_void,
    u32,
) -> windows_core::HRESULT;

/// Slots of the folder.
const SET: usize = 17;
const GET: usize = 18;
const DELETE_MESSAGES: usize = 21;

pub fn mutants() -> Vec<Mutant> {
    let folder =
        |fault, caught_by, slot, function| mutant(fault, caught_by, [Folder], slot, function);
    vec![
        folder(
            "the state of a search has the bits of the page",
            "S12-search-state-bits",
            GET,
            documented_bits as *const (),
        ),
        folder(
            "criteria that were never set are there",
            "S3.4-criteria-not-initialized",
            GET,
            always_initialized as *const (),
        ),
        folder(
            "the out pointers of GetSearchCriteria are needed",
            "S3.4-criteria-parts",
            GET,
            needs_pointers as *const (),
        ),
        folder(
            "RECURSIVE_SEARCH is ignored",
            "S3.4-search-depth",
            SET,
            never_recursive as *const (),
        ),
        folder(
            "STOP_SEARCH does nothing",
            "S3.4-search-stopped",
            SET,
            never_stops as *const (),
        ),
        folder(
            "search flags that exclude each other are taken",
            "S3.4-criteria-flags",
            SET,
            takes_contradictions as *const (),
        ),
        folder(
            "a NULL restriction finds everything",
            "S3.4-criteria-kept",
            SET,
            null_is_everything as *const (),
        ),
        folder(
            "what is deleted through a search folder stays",
            "S3.4-search-delete-message",
            DELETE_MESSAGES,
            deletes_nothing as *const (),
        ),
    ]
}

unsafe extern "system" fn documented_bits(
    this: *mut c_void,
    flags: u32,
    restriction: *mut *mut SRestriction,
    folders: *mut *mut ENTRYLIST,
    state: *mut u32,
) -> windows_core::HRESULT {
    let code = original::<Get>(this, GET)(this, flags, restriction, folders, state);
    if !state.is_null() {
        let bits = *state;
        *state = (0..4)
            .filter(|bit| bits >> bit & 1 != 0)
            .map(|bit| 8 >> bit)
            .sum();
    }
    code
}

unsafe extern "system" fn always_initialized(
    this: *mut c_void,
    flags: u32,
    restriction: *mut *mut SRestriction,
    folders: *mut *mut ENTRYLIST,
    state: *mut u32,
) -> windows_core::HRESULT {
    match original::<Get>(this, GET)(this, flags, restriction, folders, state) {
        MAPI_E_NOT_INITIALIZED => S_OK,
        code => code,
    }
}

unsafe extern "system" fn needs_pointers(
    this: *mut c_void,
    flags: u32,
    restriction: *mut *mut SRestriction,
    folders: *mut *mut ENTRYLIST,
    state: *mut u32,
) -> windows_core::HRESULT {
    if state.is_null() {
        return MAPI_E_INVALID_PARAMETER;
    }
    original::<Get>(this, GET)(this, flags, restriction, folders, state)
}

unsafe extern "system" fn never_recursive(
    this: *mut c_void,
    restriction: *const SRestriction,
    folders: *const ENTRYLIST,
    flags: u32,
) -> windows_core::HRESULT {
    original::<Set>(this, SET)(this, restriction, folders, flags & !RECURSIVE_SEARCH)
}

unsafe extern "system" fn never_stops(
    this: *mut c_void,
    restriction: *const SRestriction,
    folders: *const ENTRYLIST,
    flags: u32,
) -> windows_core::HRESULT {
    if flags & STOP_SEARCH != 0 {
        return S_OK;
    }
    original::<Set>(this, SET)(this, restriction, folders, flags)
}

unsafe extern "system" fn takes_contradictions(
    this: *mut c_void,
    restriction: *const SRestriction,
    folders: *const ENTRYLIST,
    flags: u32,
) -> windows_core::HRESULT {
    let first = STOP_SEARCH | RECURSIVE_SEARCH | FOREGROUND_SEARCH;
    original::<Set>(this, SET)(this, restriction, folders, flags & !first)
}

unsafe extern "system" fn null_is_everything(
    this: *mut c_void,
    restriction: *const SRestriction,
    folders: *const ENTRYLIST,
    flags: u32,
) -> windows_core::HRESULT {
    let everything = SRestriction {
        rt: RES_AND,
        res: SRestrictionUnion {
            resAnd: SAndRestriction {
                cRes: 0,
                lpRes: std::ptr::null_mut(),
            },
        },
    };
    let restriction = if restriction.is_null() {
        &everything
    } else {
        restriction
    };
    original::<Set>(this, SET)(this, restriction, folders, flags)
}

unsafe extern "system" fn deletes_nothing(
    this: *mut c_void,
    messages: *const ENTRYLIST,
    window: usize,
    progress: *mut c_void,
    flags: u32,
) -> windows_core::HRESULT {
    let mut state = 0;
    let none = std::ptr::null_mut();
    let answer = original::<Get>(this, GET)(this, 0, none, std::ptr::null_mut(), &mut state);
    if answer == S_OK {
        return S_OK;
    }
    original::<Delete>(this, DELETE_MESSAGES)(this, messages, window, progress, flags)
}
