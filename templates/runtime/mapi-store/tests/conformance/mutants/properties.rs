//! Faults in `IMAPIProp` and streams.

use std::ffi::c_void;

use mapi_abi::*;

use super::{Mutant, mutant};
use crate::patch::{Class::*, memory, original};

pub fn mutants() -> Vec<Mutant> {
    let props = [Store, Folder, Message, Attachment];
    vec![
        mutant(
            "GetProps in another order",
            "C38-order-and-count",
            props,
            5,
            wrong_order as *const (),
        ),
        mutant(
            "GetProps loses the id of what is not there",
            "C39-unknown-tag",
            props,
            5,
            error_without_id as *const (),
        ),
        mutant(
            "GetProps without a warning",
            "C39-unknown-tag",
            props,
            5,
            no_warning as *const (),
        ),
        mutant(
            "GetProps fails when one property is missing",
            "C39-only-unknown-tags",
            props,
            5,
            missing_fails as *const (),
        ),
        mutant(
            "GetProps of no tags succeeds",
            "C40-no-tags",
            props,
            5,
            no_tags as *const (),
        ),
        mutant(
            "GetProps ignores the width",
            "C37-all-props-are-ansi",
            props,
            5,
            always_wide as *const (),
        ),
        mutant(
            "GetProps forgets a block",
            "A9-get-props-is-one-block",
            props,
            5,
            leaks_a_block as *const (),
        ),
        mutant(
            "GetProps chains an allocation to a chained one",
            "A11-memory-functions-are-used-as-they-should",
            [Folder],
            5,
            chained_allocation as *const (),
        ),
        mutant(
            "GetProps writes beyond its block",
            "A11-memory-functions-are-used-as-they-should",
            [Folder],
            5,
            overrun as *const (),
        ),
        mutant(
            "GetProps writes before its block",
            "A11-memory-functions-are-used-as-they-should",
            [Folder],
            5,
            underrun as *const (),
        ),
        mutant(
            "GetProps writes to what it has freed",
            "A11-memory-functions-are-used-as-they-should",
            [Folder],
            5,
            late_write as *const (),
        ),
        mutant(
            "GetProps frees a block twice",
            "A11-memory-functions-are-used-as-they-should",
            [Folder],
            5,
            double_free as *const (),
        ),
        mutant(
            "GetProps frees what is no block",
            "A11-memory-functions-are-used-as-they-should",
            [Folder],
            5,
            wild_free as *const (),
        ),
        mutant(
            "GetProps writes behind the tags that it was given",
            "A11-memory-functions-are-used-as-they-should",
            [Folder],
            5,
            argument_overrun as *const (),
        ),
        mutant(
            "GetProps leaves garbage behind small values",
            "A9-small-values-are-zeroed",
            props,
            5,
            garbage as *const (),
        ),
        mutant(
            "the store claims next to nothing",
            "C60-required-bits",
            [Store],
            5,
            claims_nothing as *const (),
        ),
        mutant(
            "GetPropList without tables",
            "C43-folder-lists-its-tables",
            props,
            6,
            list_without_tables as *const (),
        ),
        mutant(
            "SetProps is S_OK where problems are due",
            "C46-computed-property",
            props,
            8,
            no_problems as *const (),
        ),
        mutant(
            "SetProps of nothing succeeds",
            "C47-no-values",
            props,
            8,
            set_nothing as *const (),
        ),
        mutant(
            "DeleteProps does nothing",
            "C49-delete-ignores-types",
            props,
            9,
            delete_nothing as *const (),
        ),
        mutant(
            "OpenProperty creates what it should not",
            "C50-missing-property",
            [Message],
            7,
            always_creates as *const (),
        ),
        mutant(
            "SaveChanges always by force",
            "C53-second-writer",
            [Message],
            4,
            by_force as *const (),
        ),
        mutant(
            "SaveChanges saves nothing",
            "C54-keep-open-readwrite",
            [Message],
            4,
            save_nothing as *const (),
        ),
        mutant(
            "SetProps saves at once",
            "C55-unsaved-changes-are-private",
            [Message],
            8,
            saves_at_once as *const (),
        ),
        mutant(
            "GetIDsFromNames always makes identifiers",
            "C63-unknown-name",
            props,
            13,
            always_makes_names as *const (),
        ),
        mutant(
            "CopyTo does nothing",
            "S3.2-copy-to-copies-all",
            [Message],
            10,
            copy_nothing as *const (),
        ),
        mutant(
            "IStream::Revert does nothing",
            "S3.2-revert",
            [Stream],
            9,
            revert_nothing as *const (),
        ),
        mutant(
            "IStream::Commit does nothing",
            "S3.2-transacted-stream",
            [Stream],
            8,
            commit_nothing as *const (),
        ),
        mutant(
            "a read at the end of a stream fails",
            "S3.2-stream-reads-and-seeks",
            [Stream],
            3,
            read_fails_at_end as *const (),
        ),
        mutant(
            "Stat counts a zero at the end",
            "S3.2-stat-has-the-size",
            [Stream],
            12,
            stat_counts_zero as *const (),
        ),
    ]
}

type GetProps = unsafe extern "system" fn(
    *mut c_void,
    *const SPropTagArray,
    u32,
    *mut u32,
    *mut *mut SPropValue,
) -> HRESULT;

macro_rules! get_props {
    ($name:ident, |$this:ident, $tags:ident, $flags:ident, $count:ident, $values:ident| $body:block) => {
        unsafe extern "system" fn $name(
            $this: *mut c_void,
            $tags: *const SPropTagArray,
            $flags: u32,
            $count: *mut u32,
            $values: *mut *mut SPropValue,
        ) -> HRESULT $body
    };
}

unsafe fn honest(
    this: *mut c_void,
    tags: *const SPropTagArray,
    flags: u32,
    count: *mut u32,
    values: *mut *mut SPropValue,
) -> HRESULT {
    original::<GetProps>(this, 5)(this, tags, flags, count, values)
}

get_props!(wrong_order, |this, tags, flags, count, values| {
    let code = honest(this, tags, flags, count, values);
    if code.is_ok() && *count > 1 {
        std::ptr::swap(*values, (*values).add(1));
    }
    code
});

get_props!(error_without_id, |this, tags, flags, count, values| {
    let code = honest(this, tags, flags, count, values);
    if code.is_ok() {
        for index in 0..*count as usize {
            let value = &mut *(*values).add(index);
            if prop_type(value.ulPropTag) == PT_ERROR {
                value.ulPropTag = PT_ERROR;
            }
        }
    }
    code
});

get_props!(no_warning, |this, tags, flags, count, values| {
    let code = honest(this, tags, flags, count, values);
    if code.is_ok() { S_OK } else { code }
});

get_props!(missing_fails, |this, tags, flags, count, values| {
    let code = honest(this, tags, flags, count, values);
    if code == MAPI_W_ERRORS_RETURNED && !tags.is_null() && (*tags).cValues == 2 {
        (memory().2)((*values).cast());
        values.write(std::ptr::null_mut());
        return MAPI_E_NOT_FOUND;
    }
    code
});

get_props!(no_tags, |this, tags, flags, count, values| {
    if !tags.is_null() && (*tags).cValues == 0 {
        count.write(0);
        return S_OK;
    }
    honest(this, tags, flags, count, values)
});

get_props!(always_wide, |this, tags, flags, count, values| {
    honest(this, tags, flags | MAPI_UNICODE, count, values)
});

get_props!(leaks_a_block, |this, tags, flags, count, values| {
    let mut block = std::ptr::null_mut();
    let _ = (memory().0)(16, &mut block);
    honest(this, tags, flags, count, values)
});

get_props!(chained_allocation, |this, tags, flags, count, values| {
    let code = honest(this, tags, flags, count, values);
    if code.is_ok() && !(*values).is_null() {
        let (mut one, mut two) = (std::ptr::null_mut(), std::ptr::null_mut());
        let _ = (memory().1)(16, (*values).cast(), &mut one);
        let _ = (memory().1)(16, one, &mut two);
    }
    code
});

get_props!(overrun, |this, tags, flags, count, values| {
    let code = honest(this, tags, flags, count, values);
    if code.is_ok() && !(*values).is_null() {
        let mut block = std::ptr::null_mut();
        if (memory().1)(16, (*values).cast(), &mut block) == S_OK {
            // The host keeps a zone behind each block, so this stays in its memory.
            block.cast::<u8>().add(17).write(1);
        }
    }
    code
});

get_props!(underrun, |this, tags, flags, count, values| {
    let code = honest(this, tags, flags, count, values);
    if code.is_ok() && !(*values).is_null() {
        // The host keeps a zone before each block, too.
        (*values).cast::<u8>().sub(1).write(1);
    }
    code
});

/// A block of the provider's own, as some keep for a while.
unsafe fn scratch() -> *mut c_void {
    let mut block = std::ptr::null_mut();
    let _ = (memory().0)(16, &mut block);
    block
}

get_props!(late_write, |this, tags, flags, count, values| {
    let block = scratch();
    (memory().2)(block);
    // The host keeps freed blocks for a while, so this is nobody else's memory yet.
    block.cast::<u8>().write(1);
    honest(this, tags, flags, count, values)
});

get_props!(double_free, |this, tags, flags, count, values| {
    let block = scratch();
    (memory().2)(block);
    (memory().2)(block);
    honest(this, tags, flags, count, values)
});

get_props!(wild_free, |this, tags, flags, count, values| {
    (memory().2)((&raw const flags).cast_mut().cast());
    honest(this, tags, flags, count, values)
});

get_props!(argument_overrun, |this, tags, flags, count, values| {
    if !tags.is_null() {
        let words = tags.cast_mut().cast::<u32>();
        // The host keeps a zone behind each argument.
        words.add(1 + words.read() as usize).write(0);
    }
    honest(this, tags, flags, count, values)
});

get_props!(garbage, |this, tags, flags, count, values| {
    let code = honest(this, tags, flags, count, values);
    if code.is_ok() {
        for index in 0..*count as usize {
            let value = &mut *(*values).add(index);
            if prop_type(value.ulPropTag) == PT_LONG {
                (&raw mut value.Value).cast::<u8>().add(5).write(0xEE);
            }
        }
    }
    code
});

get_props!(claims_nothing, |this, tags, flags, count, values| {
    let code = honest(this, tags, flags, count, values);
    if code.is_ok() {
        for index in 0..*count as usize {
            let value = &mut *(*values).add(index);
            if value.ulPropTag == PR_STORE_SUPPORT_MASK {
                value.Value.l = STORE_CREATE_OK as i32 | STORE_MODIFY_OK as i32;
            }
        }
    }
    code
});

unsafe extern "system" fn list_without_tables(
    this: *mut c_void,
    flags: u32,
    tags: *mut *mut SPropTagArray,
) -> HRESULT {
    type GetPropList =
        unsafe extern "system" fn(*mut c_void, u32, *mut *mut SPropTagArray) -> HRESULT;
    let code = original::<GetPropList>(this, 6)(this, flags, tags);
    if code.is_ok() {
        let start = (*tags).cast::<u32>();
        let count = start.read() as usize;
        let mut kept = 0;
        for index in 1..=count {
            let tag = start.add(index).read();
            if prop_type(tag) != PT_OBJECT {
                kept += 1;
                start.add(kept).write(tag);
            }
        }
        start.write(kept as u32);
    }
    code
}

type SetProps = unsafe extern "system" fn(
    *mut c_void,
    u32,
    *const SPropValue,
    *mut *mut SPropProblemArray,
) -> HRESULT;

unsafe extern "system" fn no_problems(
    this: *mut c_void,
    count: u32,
    values: *const SPropValue,
    problems: *mut *mut SPropProblemArray,
) -> HRESULT {
    if !problems.is_null() {
        problems.write(std::ptr::null_mut());
    }
    original::<SetProps>(this, 8)(this, count, values, std::ptr::null_mut())
}

unsafe extern "system" fn set_nothing(
    this: *mut c_void,
    count: u32,
    values: *const SPropValue,
    problems: *mut *mut SPropProblemArray,
) -> HRESULT {
    if count == 0 {
        return S_OK;
    }
    original::<SetProps>(this, 8)(this, count, values, problems)
}

unsafe extern "system" fn saves_at_once(
    this: *mut c_void,
    count: u32,
    values: *const SPropValue,
    problems: *mut *mut SPropProblemArray,
) -> HRESULT {
    let code = original::<SetProps>(this, 8)(this, count, values, problems);
    if code.is_ok() {
        let _ = original::<Save>(this, 4)(this, KEEP_OPEN_READWRITE);
    }
    code
}

unsafe extern "system" fn revert_nothing(_: *mut c_void) -> HRESULT {
    S_OK
}

unsafe extern "system" fn commit_nothing(_: *mut c_void, _: u32) -> HRESULT {
    S_OK
}

unsafe extern "system" fn delete_nothing(
    _: *mut c_void,
    _: *const SPropTagArray,
    _: *mut *mut SPropProblemArray,
) -> HRESULT {
    S_OK
}

unsafe extern "system" fn always_creates(
    this: *mut c_void,
    tag: u32,
    iid: *const GUID,
    options: u32,
    flags: u32,
    object: *mut *mut c_void,
) -> HRESULT {
    let open = original::<crate::patch::OpenProperty>(this, 7);
    let code = open(this, tag, iid, options, flags, object);
    if code == MAPI_E_NOT_FOUND {
        return open(this, tag, iid, options, MAPI_CREATE | MAPI_MODIFY, object);
    }
    code
}

type Save = unsafe extern "system" fn(*mut c_void, u32) -> HRESULT;

unsafe extern "system" fn by_force(this: *mut c_void, flags: u32) -> HRESULT {
    original::<Save>(this, 4)(this, flags | FORCE_SAVE)
}

unsafe extern "system" fn save_nothing(this: *mut c_void, flags: u32) -> HRESULT {
    use std::sync::Mutex;
    /// The messages that have been saved once; that save is honest, so that there is a message.
    static SAVED: Mutex<Vec<usize>> = Mutex::new(Vec::new());
    let mut saved = SAVED.lock().expect("nobody panics with it");
    if saved.contains(&(this as usize)) {
        return S_OK;
    }
    saved.push(this as usize);
    drop(saved);
    original::<Save>(this, 4)(this, flags)
}

unsafe extern "system" fn always_makes_names(
    this: *mut c_void,
    count: u32,
    names: *const *mut MAPINAMEID,
    flags: u32,
    tags: *mut *mut SPropTagArray,
) -> HRESULT {
    type GetIds = unsafe extern "system" fn(
        *mut c_void,
        u32,
        *const *mut MAPINAMEID,
        u32,
        *mut *mut SPropTagArray,
    ) -> HRESULT;
    original::<GetIds>(this, 13)(this, count, names, flags | MAPI_CREATE, tags)
}

unsafe extern "system" fn copy_nothing(
    _: *mut c_void,
    _: u32,
    _: *const GUID,
    _: *const SPropTagArray,
    _: usize,
    _: *mut c_void,
    _: *const GUID,
    _: *mut c_void,
    _: u32,
    _: *mut *mut SPropProblemArray,
) -> HRESULT {
    S_OK
}

unsafe extern "system" fn read_fails_at_end(
    this: *mut c_void,
    buffer: *mut c_void,
    size: u32,
    read: *mut u32,
) -> HRESULT {
    type Read = unsafe extern "system" fn(*mut c_void, *mut c_void, u32, *mut u32) -> HRESULT;
    let mut came = 0;
    let code = original::<Read>(this, 3)(this, buffer, size, &mut came);
    if !read.is_null() {
        read.write(came);
    }
    if code.is_ok() && came == 0 {
        MAPI_E_NOT_FOUND
    } else {
        code
    }
}

unsafe extern "system" fn stat_counts_zero(
    this: *mut c_void,
    statistics: *mut STATSTG,
    flags: u32,
) -> HRESULT {
    type Stat = unsafe extern "system" fn(*mut c_void, *mut STATSTG, u32) -> HRESULT;
    let code = original::<Stat>(this, 12)(this, statistics, flags);
    (*statistics).cbSize += 2;
    code
}
