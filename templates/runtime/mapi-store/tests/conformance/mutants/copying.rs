//! Faults in copying and moving.

use std::ffi::c_void;
use std::ptr;

use mapi_abi::*;

use super::{Mutant, mutant};
use crate::patch::{Class::*, original};

pub fn mutants() -> Vec<Mutant> {
    vec![
        mutant(
            "CopyTo copies what is behind excluded interfaces",
            "S3.2-copy-to-leaves-out-interfaces",
            [Message],
            10,
            ignores_interfaces as *const (),
        ),
        mutant(
            "CopyTo does not move",
            "S3.2-copy-to-moves",
            [Message],
            10,
            copies_instead as *const (),
        ),
        mutant(
            "CopyTo of a folder copies its contents though they are excluded",
            "S3.2-folder-properties-alone",
            [Folder],
            10,
            ignores_tags as *const (),
        ),
        mutant(
            "CopyTo hands the copy back to MAPI that was told to decline",
            "S3.10-decline-foreign",
            [Folder],
            10,
            never_declines as *const (),
        ),
        mutant(
            "CopyProps keeps its problems to itself",
            "S3.2-copy-props-problems",
            [Message],
            11,
            hides_problems as *const (),
        ),
        mutant(
            "CopyProps copies all there is",
            "S3.2-copy-props-parts",
            [Message],
            11,
            copies_everything as *const (),
        ),
        mutant(
            "CopyMessages does not move into another store",
            "S3.10-move-to-another-store",
            [Folder],
            20,
            leaves_originals as *const (),
        ),
        mutant(
            "CopyMessages deletes what it could not move",
            "S3.10-failed-move",
            [Folder],
            20,
            loses_originals as *const (),
        ),
        mutant(
            "CopyMessages never asks for MAPI's progress",
            "S3.4-own-progress",
            [Folder],
            20,
            stays_silent as *const (),
        ),
        mutant(
            "CopyMessages loses what a cancelled move has not reached",
            "S3.4-cancelled-move",
            [Folder],
            20,
            loses_originals as *const (),
        ),
        mutant(
            "CopyFolder copies subfolders unasked",
            "S3.4-copy-folder-alone",
            [Folder],
            23,
            always_deep as *const (),
        ),
        mutant(
            "CopyFolder shows its progress unasked",
            "S3.4-copy-folder-progress",
            [Folder],
            23,
            always_shown as *const (),
        ),
        mutant(
            "CopyFolder copies into another store where it should move",
            "S3.10-folder-to-another-store",
            [Folder],
            23,
            keeps_the_source as *const (),
        ),
    ]
}

type CopyTo = unsafe extern "system" fn(
    *mut c_void,
    u32,
    *const GUID,
    *const SPropTagArray,
    usize,
    *mut c_void,
    *const GUID,
    *mut c_void,
    u32,
    *mut *mut SPropProblemArray,
) -> HRESULT;

/// A stand-in for `CopyTo` that changes arguments: how many interfaces, which tags, which flags.
macro_rules! copy_to {
    ($name:ident, |$count:ident, $tags:ident, $flags:ident| $change:expr) => {
        unsafe extern "system" fn $name(
            this: *mut c_void,
            $count: u32,
            iids: *const GUID,
            $tags: *const SPropTagArray,
            ui: usize,
            progress: *mut c_void,
            iid: *const GUID,
            destination: *mut c_void,
            $flags: u32,
            problems: *mut *mut SPropProblemArray,
        ) -> HRESULT {
            let call = original::<CopyTo>(this, 10);
            let (count, tags, flags) = $change;
            call(
                this,
                count,
                iids,
                tags,
                ui,
                progress,
                iid,
                destination,
                flags,
                problems,
            )
        }
    };
}

copy_to!(ignores_interfaces, |_count, tags, flags| (0, tags, flags));
copy_to!(copies_instead, |count, tags, flags| (
    count,
    tags,
    flags & !MAPI_MOVE
));
copy_to!(ignores_tags, |count, _tags, flags| (
    count,
    ptr::null(),
    flags
));
copy_to!(never_declines, |count, tags, flags| (
    count,
    tags,
    flags & !MAPI_DECLINE_OK
));

type CopyProps = unsafe extern "system" fn(
    *mut c_void,
    *const SPropTagArray,
    usize,
    *mut c_void,
    *const GUID,
    *mut c_void,
    u32,
    *mut *mut SPropProblemArray,
) -> HRESULT;

unsafe extern "system" fn hides_problems(
    this: *mut c_void,
    tags: *const SPropTagArray,
    ui: usize,
    progress: *mut c_void,
    iid: *const GUID,
    destination: *mut c_void,
    flags: u32,
    _: *mut *mut SPropProblemArray,
) -> HRESULT {
    let call = original::<CopyProps>(this, 11);
    call(
        this,
        tags,
        ui,
        progress,
        iid,
        destination,
        flags,
        ptr::null_mut(),
    )
}

unsafe extern "system" fn copies_everything(
    this: *mut c_void,
    _: *const SPropTagArray,
    ui: usize,
    progress: *mut c_void,
    iid: *const GUID,
    destination: *mut c_void,
    flags: u32,
    problems: *mut *mut SPropProblemArray,
) -> HRESULT {
    let call = original::<CopyTo>(this, 10);
    call(
        this,
        0,
        ptr::null(),
        ptr::null(),
        ui,
        progress,
        iid,
        destination,
        flags,
        problems,
    )
}

type CopyMessages = unsafe extern "system" fn(
    *mut c_void,
    *const ENTRYLIST,
    *const GUID,
    *mut c_void,
    usize,
    *mut c_void,
    u32,
) -> HRESULT;

unsafe extern "system" fn leaves_originals(
    this: *mut c_void,
    messages: *const ENTRYLIST,
    iid: *const GUID,
    destination: *mut c_void,
    ui: usize,
    progress: *mut c_void,
    flags: u32,
) -> HRESULT {
    let call = original::<CopyMessages>(this, 20);
    let flags = flags & !MESSAGE_MOVE;
    call(this, messages, iid, destination, ui, progress, flags)
}

unsafe extern "system" fn loses_originals(
    this: *mut c_void,
    messages: *const ENTRYLIST,
    iid: *const GUID,
    destination: *mut c_void,
    ui: usize,
    progress: *mut c_void,
    flags: u32,
) -> HRESULT {
    let call = original::<CopyMessages>(this, 20);
    let code = call(this, messages, iid, destination, ui, progress, flags);
    if flags & MESSAGE_MOVE != 0 {
        type DeleteMessages = unsafe extern "system" fn(
            *mut c_void,
            *const ENTRYLIST,
            usize,
            *mut c_void,
            u32,
        ) -> HRESULT;
        let delete = original::<DeleteMessages>(this, 21);
        let _ = delete(this, messages, 0, ptr::null_mut(), 0);
    }
    code
}

unsafe extern "system" fn stays_silent(
    this: *mut c_void,
    messages: *const ENTRYLIST,
    iid: *const GUID,
    destination: *mut c_void,
    ui: usize,
    progress: *mut c_void,
    flags: u32,
) -> HRESULT {
    let call = original::<CopyMessages>(this, 20);
    let flags = flags & !MESSAGE_DIALOG;
    call(this, messages, iid, destination, ui, progress, flags)
}

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

/// A stand-in for `CopyFolder` with other flags.
macro_rules! copy_folder {
    ($name:ident, |$flags:ident| $change:expr) => {
        unsafe extern "system" fn $name(
            this: *mut c_void,
            size: u32,
            entry_id: *const ENTRYID,
            iid: *const GUID,
            destination: *mut c_void,
            new_name: *const c_void,
            ui: usize,
            progress: *mut c_void,
            $flags: u32,
        ) -> HRESULT {
            let call = original::<CopyFolder>(this, 23);
            call(
                this,
                size,
                entry_id,
                iid,
                destination,
                new_name,
                ui,
                progress,
                $change,
            )
        }
    };
}

copy_folder!(always_deep, |flags| flags | COPY_SUBFOLDERS);
copy_folder!(always_shown, |flags| flags | FOLDER_DIALOG);
copy_folder!(keeps_the_source, |flags| if flags & FOLDER_MOVE == 0 {
    flags
} else {
    flags & !FOLDER_MOVE | COPY_SUBFOLDERS
});
