//! Faults in stores, folders and messages.

use std::ffi::c_void;

use mapi_abi::*;

use super::{Mutant, mutant};
use crate::patch::{Class::*, CreateFolder, CreateMessage, OpenEntry, adopt, original};

pub fn mutants() -> Vec<Mutant> {
    vec![
        mutant(
            "a foreign entry id opens the root",
            "E89-foreign-id",
            [Store],
            17,
            foreign_is_root as *const (),
        ),
        mutant(
            "OpenEntry forgets the object type",
            "E89-object-types",
            [Store],
            17,
            no_object_type as *const (),
        ),
        mutant(
            "all entry ids are the same",
            "S3.3-compare-entry-ids",
            [Store],
            16,
            compare_always as *const (),
        ),
        mutant(
            "SetReceiveFolder does nothing",
            "E96-longest-prefix",
            [Store],
            18,
            set_receive_nothing as *const (),
        ),
        mutant(
            "CreateFolder opens what exists",
            "E90-duplicate-name",
            [Folder],
            22,
            opens_existing as *const (),
        ),
        mutant(
            "CreateMessage saves at once",
            "C55-unsaved-message-leaves-no-trace",
            [Folder],
            19,
            creates_saved as *const (),
        ),
        mutant(
            "DeleteFolder deletes everything",
            "E91-delete-with-messages",
            [Folder],
            24,
            deletes_all as *const (),
        ),
        mutant(
            "DeleteMessages hides what it could not do",
            "E92-delete-with-a-bad-id",
            [Folder],
            21,
            hides_partial as *const (),
        ),
        mutant(
            "SetReadFlags takes contradictions",
            "E94-illegal-pairs-on-folder",
            [Folder],
            25,
            takes_contradictions as *const (),
        ),
        mutant(
            "SetMessageStatus ignores the mask",
            "E95-status-mask",
            [Folder],
            27,
            ignores_mask as *const (),
        ),
        mutant(
            "a copied folder may end in itself",
            "E93-cycle",
            [Folder],
            23,
            no_cycle as *const (),
        ),
        mutant(
            "ModifyRecipients always replaces",
            "E98-add",
            [Message],
            19,
            always_replaces as *const (),
        ),
        mutant(
            "DeleteAttach saves",
            "E99-delete-is-undone",
            [Message],
            17,
            delete_saves as *const (),
        ),
        mutant(
            "SubmitMessage pretends",
            "C61-submit-without-support",
            [Message],
            20,
            pretends as *const (),
        ),
        mutant(
            "SetReadFlag waits for the save",
            "S3.5-set-read-flag",
            [Message],
            21,
            pretends as *const (),
        ),
    ]
}

unsafe extern "system" fn foreign_is_root(
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
    if code.is_err() {
        code = open(this, 0, std::ptr::null(), iid, flags, kind, object);
    }
    adopt(object);
    code
}

unsafe extern "system" fn no_object_type(
    this: *mut c_void,
    size: u32,
    id: *const ENTRYID,
    iid: *const GUID,
    flags: u32,
    _: *mut u32,
    object: *mut *mut c_void,
) -> HRESULT {
    let mut kind = 0;
    let code = original::<OpenEntry>(this, 17)(this, size, id, iid, flags, &mut kind, object);
    adopt(object);
    code
}

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

unsafe extern "system" fn set_receive_nothing(
    _: *mut c_void,
    _: *const c_void,
    _: u32,
    _: u32,
    _: *const ENTRYID,
) -> HRESULT {
    S_OK
}

unsafe extern "system" fn opens_existing(
    this: *mut c_void,
    kind: u32,
    name: *const c_void,
    comment: *const c_void,
    iid: *const GUID,
    flags: u32,
    folder: *mut *mut c_void,
) -> HRESULT {
    let flags = flags | OPEN_IF_EXISTS;
    let code = original::<CreateFolder>(this, 22)(this, kind, name, comment, iid, flags, folder);
    adopt(folder);
    code
}

unsafe extern "system" fn creates_saved(
    this: *mut c_void,
    iid: *const GUID,
    flags: u32,
    message: *mut *mut c_void,
) -> HRESULT {
    let code = original::<CreateMessage>(this, 19)(this, iid, flags, message);
    adopt(message);
    if code.is_ok() {
        type Save = unsafe extern "system" fn(*mut c_void, u32) -> HRESULT;
        let _ = original::<Save>(*message, 4)(*message, KEEP_OPEN_READWRITE);
    }
    code
}

unsafe extern "system" fn deletes_all(
    this: *mut c_void,
    size: u32,
    id: *const ENTRYID,
    ui_param: usize,
    progress: *mut c_void,
    flags: u32,
) -> HRESULT {
    type DeleteFolder = unsafe extern "system" fn(
        *mut c_void,
        u32,
        *const ENTRYID,
        usize,
        *mut c_void,
        u32,
    ) -> HRESULT;
    let flags = flags | DEL_FOLDERS | DEL_MESSAGES;
    original::<DeleteFolder>(this, 24)(this, size, id, ui_param, progress, flags)
}

type OfList =
    unsafe extern "system" fn(*mut c_void, *const ENTRYLIST, usize, *mut c_void, u32) -> HRESULT;

unsafe extern "system" fn hides_partial(
    this: *mut c_void,
    list: *const ENTRYLIST,
    ui_param: usize,
    progress: *mut c_void,
    flags: u32,
) -> HRESULT {
    let code = original::<OfList>(this, 21)(this, list, ui_param, progress, flags);
    if code.is_ok() { S_OK } else { code }
}

unsafe extern "system" fn takes_contradictions(
    this: *mut c_void,
    list: *const ENTRYLIST,
    ui_param: usize,
    progress: *mut c_void,
    flags: u32,
) -> HRESULT {
    let flags = if flags & CLEAR_READ_FLAG != 0 {
        CLEAR_READ_FLAG
    } else {
        flags
    };
    original::<OfList>(this, 25)(this, list, ui_param, progress, flags)
}

unsafe extern "system" fn ignores_mask(
    this: *mut c_void,
    size: u32,
    id: *const ENTRYID,
    status: u32,
    _: u32,
    old: *mut u32,
) -> HRESULT {
    type SetStatus =
        unsafe extern "system" fn(*mut c_void, u32, *const ENTRYID, u32, u32, *mut u32) -> HRESULT;
    original::<SetStatus>(this, 27)(this, size, id, status, u32::MAX, old)
}

unsafe extern "system" fn no_cycle(
    this: *mut c_void,
    size: u32,
    id: *const ENTRYID,
    iid: *const GUID,
    destination: *mut c_void,
    name: *const c_void,
    ui_param: usize,
    progress: *mut c_void,
    flags: u32,
) -> HRESULT {
    type CopyFolder = unsafe extern "system" fn(
        *mut c_void,
        u32,
        *const ENTRYID,
        *const GUID,
        *mut c_void,
        *const c_void,
        usize,
        *mut c_void,
        u32,
    ) -> HRESULT;
    let copy = original::<CopyFolder>(this, 23);
    let code = copy(
        this,
        size,
        id,
        iid,
        destination,
        name,
        ui_param,
        progress,
        flags,
    );
    if code == MAPI_E_FOLDER_CYCLE {
        S_OK
    } else {
        code
    }
}

unsafe extern "system" fn always_replaces(
    this: *mut c_void,
    _: u32,
    list: *const ADRLIST,
) -> HRESULT {
    type Modify = unsafe extern "system" fn(*mut c_void, u32, *const ADRLIST) -> HRESULT;
    original::<Modify>(this, 19)(this, 0, list)
}

unsafe extern "system" fn delete_saves(
    this: *mut c_void,
    number: u32,
    ui_param: usize,
    progress: *mut c_void,
    flags: u32,
) -> HRESULT {
    type Delete = unsafe extern "system" fn(*mut c_void, u32, usize, *mut c_void, u32) -> HRESULT;
    type Save = unsafe extern "system" fn(*mut c_void, u32) -> HRESULT;
    let code = original::<Delete>(this, 17)(this, number, ui_param, progress, flags);
    let _ = original::<Save>(this, 4)(this, KEEP_OPEN_READWRITE);
    code
}

unsafe extern "system" fn pretends(_: *mut c_void, _: u32) -> HRESULT {
    S_OK
}
