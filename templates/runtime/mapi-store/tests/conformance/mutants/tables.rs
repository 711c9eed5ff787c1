//! Faults in tables.

use std::ffi::c_void;

use mapi_abi::*;

use super::{Mutant, mutant};
use crate::patch::{Class::*, GetTable, adopt, memory, original};

pub fn mutants() -> Vec<Mutant> {
    let table =
        |fault, caught_by, slot, function| mutant(fault, caught_by, [Table], slot, function);
    vec![
        table(
            "one allocation for a whole set of rows",
            "A10-rows-are-blocks-of-their-own",
            19,
            one_allocation as *const (),
        ),
        table(
            "the end of a table is an error",
            "D70-end-of-table",
            19,
            not_found_at_end as *const (),
        ),
        table(
            "no set of rows at the end",
            "A10-empty-row-set-is-a-block",
            19,
            null_at_end as *const (),
        ),
        table(
            "QueryRows(0) succeeds",
            "D70-zero-rows",
            19,
            zero_rows as *const (),
        ),
        table(
            "TBL_NOADVANCE is ignored",
            "D72-no-advance",
            19,
            always_advances as *const (),
        ),
        table(
            "QueryRows cannot go backwards",
            "D71-backwards",
            19,
            forward_only as *const (),
        ),
        table(
            "SeekRow claims to have gone all the way",
            "D78-seek-clamps",
            10,
            seek_claims as *const (),
        ),
        table(
            "SeekRow needs a place for the result",
            "D78-seek-without-result",
            10,
            seek_needs_result as *const (),
        ),
        table(
            "the position in an empty table has the denominator 0",
            "D79-position-of-empty-table",
            12,
            no_denominator as *const (),
        ),
        table(
            "FindRow searches forward only",
            "D77-find-backward",
            13,
            find_forward as *const (),
        ),
        table(
            "Restrict shows everything",
            "D83-content-kinds",
            14,
            restrict_nothing as *const (),
        ),
        table(
            "a failing Restrict shows everything",
            "D76-failed-restrict-keeps-the-view",
            14,
            failing_restrict_clears as *const (),
        ),
        table(
            "predefined bookmarks cannot be freed",
            "D80-predefined-bookmarks",
            16,
            free_refuses as *const (),
        ),
        table(
            "SortTable does nothing",
            "D81-ascending-and-descending",
            17,
            sort_nothing as *const (),
        ),
        table(
            "PR_RECORD_KEY is no column",
            "S5.4-contents-columns",
            8,
            without_record_key as *const (),
        ),
        table(
            "GetRowCount hangs",
            "S3.9-row-count",
            9,
            count_hangs as *const (),
        ),
        mutant(
            "CONVENIENT_DEPTH is ignored",
            "D85-depth",
            [Folder],
            15,
            always_shallow as *const (),
        ),
        mutant(
            "the recipient table is that of the attachments",
            "E98-add",
            [Message],
            18,
            always_attachments as *const (),
        ),
    ]
}

type QueryRows = unsafe extern "system" fn(*mut c_void, i32, u32, *mut *mut SRowSet) -> HRESULT;

macro_rules! query_rows {
    ($name:ident, |$this:ident, $count:ident, $flags:ident, $rows:ident| $body:block) => {
        unsafe extern "system" fn $name(
            $this: *mut c_void,
            $count: i32,
            $flags: u32,
            $rows: *mut *mut SRowSet,
        ) -> HRESULT $body
    };
}

unsafe fn honest(this: *mut c_void, count: i32, flags: u32, rows: *mut *mut SRowSet) -> HRESULT {
    original::<QueryRows>(this, 19)(this, count, flags, rows)
}

query_rows!(one_allocation, |this, count, flags, rows| {
    let code = honest(this, count, flags, rows);
    if code.is_ok() {
        let set = *rows;
        for index in 0..(*set).cRows as usize {
            let row = &mut *(&raw mut (*set).aRow).cast::<SRow>().add(index);
            let mut block = std::ptr::null_mut();
            let size = row.cValues as usize * size_of::<SPropValue>();
            if (memory().1)(size as u32, set.cast(), &mut block) == S_OK {
                row.lpProps
                    .copy_to_nonoverlapping(block.cast(), row.cValues as usize);
                row.lpProps = block.cast();
            }
        }
    }
    code
});

unsafe fn is_at_end(rows: *mut *mut SRowSet) -> bool {
    (**rows).cRows == 0
}

query_rows!(not_found_at_end, |this, count, flags, rows| {
    let code = honest(this, count, flags, rows);
    if code.is_ok() && is_at_end(rows) {
        (memory().2)((*rows).cast());
        rows.write(std::ptr::null_mut());
        return MAPI_E_NOT_FOUND;
    }
    code
});

query_rows!(null_at_end, |this, count, flags, rows| {
    let code = honest(this, count, flags, rows);
    if code.is_ok() && is_at_end(rows) {
        (memory().2)((*rows).cast());
        rows.write(std::ptr::null_mut());
    }
    code
});

query_rows!(zero_rows, |this, count, flags, rows| {
    let count = if count == 0 { 1 } else { count };
    honest(this, count, flags, rows)
});

query_rows!(always_advances, |this, count, flags, rows| {
    honest(this, count, flags & !TBL_NOADVANCE, rows)
});

query_rows!(forward_only, |this, count, flags, rows| {
    honest(this, count.saturating_abs(), flags, rows)
});

type SeekRow = unsafe extern "system" fn(*mut c_void, BOOKMARK, i32, *mut i32) -> HRESULT;

unsafe extern "system" fn seek_claims(
    this: *mut c_void,
    origin: BOOKMARK,
    count: i32,
    sought: *mut i32,
) -> HRESULT {
    let code = original::<SeekRow>(this, 10)(this, origin, count, sought);
    if !sought.is_null() {
        sought.write(count);
    }
    code
}

unsafe extern "system" fn seek_needs_result(
    this: *mut c_void,
    origin: BOOKMARK,
    count: i32,
    sought: *mut i32,
) -> HRESULT {
    if sought.is_null() {
        return MAPI_E_INVALID_PARAMETER;
    }
    original::<SeekRow>(this, 10)(this, origin, count, sought)
}

unsafe extern "system" fn no_denominator(
    this: *mut c_void,
    row: *mut u32,
    numerator: *mut u32,
    denominator: *mut u32,
) -> HRESULT {
    type QueryPosition =
        unsafe extern "system" fn(*mut c_void, *mut u32, *mut u32, *mut u32) -> HRESULT;
    let code = original::<QueryPosition>(this, 12)(this, row, numerator, denominator);
    if *row == 0 {
        denominator.write(0);
    }
    code
}

type FindRow =
    unsafe extern "system" fn(*mut c_void, *const SRestriction, BOOKMARK, u32) -> HRESULT;

unsafe extern "system" fn find_forward(
    this: *mut c_void,
    restriction: *const SRestriction,
    origin: BOOKMARK,
    flags: u32,
) -> HRESULT {
    original::<FindRow>(this, 13)(this, restriction, origin, flags & !DIR_BACKWARD)
}

type Restrict = unsafe extern "system" fn(*mut c_void, *const SRestriction, u32) -> HRESULT;

unsafe extern "system" fn restrict_nothing(
    _: *mut c_void,
    _: *const SRestriction,
    _: u32,
) -> HRESULT {
    S_OK
}

unsafe extern "system" fn failing_restrict_clears(
    this: *mut c_void,
    restriction: *const SRestriction,
    flags: u32,
) -> HRESULT {
    let restrict = original::<Restrict>(this, 14);
    let code = restrict(this, restriction, flags);
    if code.is_err() {
        let _ = restrict(this, std::ptr::null(), 0);
    }
    code
}

unsafe extern "system" fn free_refuses(this: *mut c_void, bookmark: BOOKMARK) -> HRESULT {
    if bookmark <= BOOKMARK_END {
        return MAPI_E_INVALID_BOOKMARK;
    }
    original::<unsafe extern "system" fn(*mut c_void, BOOKMARK) -> HRESULT>(this, 16)(
        this, bookmark,
    )
}

unsafe extern "system" fn sort_nothing(_: *mut c_void, _: *const SSortOrderSet, _: u32) -> HRESULT {
    S_OK
}

unsafe extern "system" fn without_record_key(
    this: *mut c_void,
    flags: u32,
    tags: *mut *mut SPropTagArray,
) -> HRESULT {
    type QueryColumns =
        unsafe extern "system" fn(*mut c_void, u32, *mut *mut SPropTagArray) -> HRESULT;
    let code = original::<QueryColumns>(this, 8)(this, flags, tags);
    if code.is_ok() {
        let start = (*tags).cast::<u32>();
        for index in 1..=start.read() as usize {
            if start.add(index).read() == PR_RECORD_KEY {
                start.add(index).write(PR_NULL);
            }
        }
    }
    code
}

unsafe extern "system" fn count_hangs(_: *mut c_void, _: u32, _: *mut u32) -> HRESULT {
    // Longer than the suite waits for a check of a mutant, and not for ever.
    std::thread::sleep(std::time::Duration::from_secs(14));
    MAPI_E_TIMEOUT
}

unsafe extern "system" fn always_shallow(
    this: *mut c_void,
    flags: u32,
    table: *mut *mut c_void,
) -> HRESULT {
    let code = original::<GetTable>(this, 15)(this, flags & !CONVENIENT_DEPTH, table);
    adopt(table);
    code
}

unsafe extern "system" fn always_attachments(
    this: *mut c_void,
    flags: u32,
    table: *mut *mut c_void,
) -> HRESULT {
    let code = original::<GetTable>(this, 14)(this, flags, table);
    adopt(table);
    code
}
