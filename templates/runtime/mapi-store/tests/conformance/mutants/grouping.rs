//! Faults in what watchers of a table hear, and in grouped tables.

use std::ffi::c_void;

use mapi_abi::*;
use windows_core::{IUnknown, Interface, implement};

use super::{Mutant, mutant};
use crate::patch::{Class::*, memory, original};

pub fn mutants() -> Vec<Mutant> {
    let table =
        |fault, caught_by, slot, function| mutant(fault, caught_by, [Table], slot, function);
    vec![
        table(
            "a row that goes is not told of",
            "F106-outside-the-restriction",
            4,
            advise_without_deletions as *const (),
        ),
        table(
            "the first row comes behind a row without a tag",
            "F105-row-added",
            4,
            advise_with_tag_zero as *const (),
        ),
        table(
            "a changed row comes without its cells",
            "F105-row-modified",
            4,
            advise_without_cells as *const (),
        ),
        table(
            "a row that moves comes without the row before it",
            "F105-row-moved",
            4,
            advise_without_prior as *const (),
        ),
        table(
            "a row that enters is called changed",
            "F106-message-moves-between-folders",
            4,
            advise_all_modified as *const (),
        ),
        table(
            "ExpandRow does not say how many rows came",
            "S3.9-expand-row",
            21,
            expand_silently as *const (),
        ),
        table(
            "CollapseRow leaves the rows where they are",
            "S3.9-collapse-row",
            22,
            collapse_nothing as *const (),
        ),
        table(
            "SetCollapseState restores nothing",
            "S3.9-collapse-state",
            25,
            restore_nothing as *const (),
        ),
        table(
            "categories start out expanded",
            "S3.9-categories-start-collapsed",
            17,
            sort_expanded as *const (),
        ),
        table(
            "categories are ordered by themselves instead of their rows",
            "S3.9-category-extremes",
            17,
            sort_without_extremes as *const (),
        ),
        table(
            "headings are leaf rows",
            "S3.9-category-row-types",
            19,
            all_leaves as *const (),
        ),
        table(
            "a table without categories has a state of them",
            "S3.9-collapse-state-without-categories",
            24,
            always_a_state as *const (),
        ),
    ]
}

/// Hands events on after somebody has changed them.
#[implement(IMAPIAdviseSink, Agile = false)]
struct Distorting {
    sink: IMAPIAdviseSink,
    distort: fn(&mut TABLE_NOTIFICATION) -> bool,
}

impl IMAPIAdviseSink_Impl for Distorting_Impl {
    unsafe fn OnNotify(&self, count: u32, events: *const NOTIFICATION) -> u32 {
        for index in 0..count as usize {
            let mut event = events.add(index).read_unaligned();
            if (self.distort)(&mut event.info.tab) {
                self.sink.OnNotify(1, &event);
            }
        }
        0
    }
}

/// `Advise` with a sink of ours between; `distort` says whether an event is told of at all.
unsafe fn advise(
    this: *mut c_void,
    mask: u32,
    sink: *mut c_void,
    connection: *mut usize,
    distort: fn(&mut TABLE_NOTIFICATION) -> bool,
) -> HRESULT {
    type Advise = unsafe extern "system" fn(*mut c_void, u32, *mut c_void, *mut usize) -> HRESULT;
    let honest = original::<Advise>(this, 4);
    let Some(sink) =
        IUnknown::from_raw_borrowed(&sink).and_then(|sink| sink.cast::<IMAPIAdviseSink>().ok())
    else {
        return honest(this, mask, sink, connection);
    };
    let between: IMAPIAdviseSink = Distorting { sink, distort }.into();
    honest(this, mask, between.as_raw(), connection)
}

macro_rules! advise {
    ($name:ident, |$event:ident| $body:block) => {
        unsafe extern "system" fn $name(
            this: *mut c_void,
            mask: u32,
            sink: *mut c_void,
            connection: *mut usize,
        ) -> HRESULT {
            advise(this, mask, sink, connection, |$event| $body)
        }
    };
}

advise!(advise_without_deletions, |event| {
    event.ulTableEvent != TABLE_ROW_DELETED
});

advise!(advise_with_tag_zero, |event| {
    if event.propPrior.ulPropTag == PR_NULL {
        event.propPrior.ulPropTag = 0;
    }
    true
});

advise!(advise_without_cells, |event| {
    if event.ulTableEvent == TABLE_ROW_MODIFIED {
        event.row.cValues = 0;
        event.row.lpProps = std::ptr::null_mut();
    }
    true
});

advise!(advise_without_prior, |event| {
    event.propPrior = SPropValue {
        ulPropTag: PR_NULL,
        ..SPropValue::ZERO
    };
    true
});

advise!(advise_all_modified, |event| {
    if event.ulTableEvent == TABLE_ROW_ADDED {
        event.ulTableEvent = TABLE_ROW_MODIFIED;
    }
    true
});

unsafe extern "system" fn expand_silently(
    this: *mut c_void,
    size: u32,
    key: *const u8,
    count: u32,
    flags: u32,
    rows: *mut *mut SRowSet,
    more: *mut u32,
) -> HRESULT {
    type ExpandRow = unsafe extern "system" fn(
        *mut c_void,
        u32,
        *const u8,
        u32,
        u32,
        *mut *mut SRowSet,
        *mut u32,
    ) -> HRESULT;
    let code = original::<ExpandRow>(this, 21)(this, size, key, count, flags, rows, more);
    if code.is_ok() {
        more.write(0);
    }
    code
}

unsafe extern "system" fn collapse_nothing(
    _: *mut c_void,
    _: u32,
    _: *const u8,
    _: u32,
    count: *mut u32,
) -> HRESULT {
    count.write(3);
    S_OK
}

unsafe extern "system" fn restore_nothing(
    _: *mut c_void,
    _: u32,
    _: u32,
    _: *const u8,
    location: *mut BOOKMARK,
) -> HRESULT {
    location.write(BOOKMARK_BEGINNING);
    S_OK
}

type SortTable = unsafe extern "system" fn(*mut c_void, *const SSortOrderSet, u32) -> HRESULT;

/// `SortTable` with another order: `change` gets the counts of categories and expanded ones, and the columns.
unsafe fn sort(
    this: *mut c_void,
    order: *const SSortOrderSet,
    flags: u32,
    change: fn(&mut [u32], &mut [SSortOrder]),
) -> HRESULT {
    let count = (*order).cSorts as usize;
    let words = 3 + 2 * count;
    let mut copy: Vec<u32> = std::slice::from_raw_parts(order.cast(), words).to_vec();
    let (head, columns) = copy.split_at_mut(3);
    let columns = std::slice::from_raw_parts_mut(columns.as_mut_ptr().cast(), count);
    change(&mut head[1..], columns);
    original::<SortTable>(this, 17)(this, copy.as_ptr().cast(), flags)
}

unsafe extern "system" fn sort_expanded(
    this: *mut c_void,
    order: *const SSortOrderSet,
    flags: u32,
) -> HRESULT {
    sort(this, order, flags, |counts, _| counts[1] = counts[0])
}

unsafe extern "system" fn sort_without_extremes(
    this: *mut c_void,
    order: *const SSortOrderSet,
    flags: u32,
) -> HRESULT {
    sort(this, order, flags, |_, columns| {
        for column in columns {
            if column.ulOrder == TABLE_SORT_CATEG_MAX {
                column.ulOrder = TABLE_SORT_ASCEND;
            }
        }
    })
}

unsafe extern "system" fn all_leaves(
    this: *mut c_void,
    count: i32,
    flags: u32,
    rows: *mut *mut SRowSet,
) -> HRESULT {
    type QueryRows = unsafe extern "system" fn(*mut c_void, i32, u32, *mut *mut SRowSet) -> HRESULT;
    let code = original::<QueryRows>(this, 19)(this, count, flags, rows);
    if code.is_ok() {
        let set = *rows;
        for index in 0..(*set).cRows as usize {
            let row = &*(&raw mut (*set).aRow).cast::<SRow>().add(index);
            for index in 0..row.cValues as usize {
                let cell = &mut *row.lpProps.add(index);
                if cell.ulPropTag == PR_ROW_TYPE {
                    cell.Value.l = TBL_LEAF_ROW as i32;
                }
            }
        }
    }
    code
}

unsafe extern "system" fn always_a_state(
    _: *mut c_void,
    _: u32,
    _: u32,
    _: *const u8,
    size: *mut u32,
    state: *mut *mut u8,
) -> HRESULT {
    let mut block = std::ptr::null_mut();
    let code = (memory().0)(1, &mut block);
    if code == S_OK {
        block.cast::<u8>().write(0);
        size.write(1);
        state.write(block.cast());
    }
    S_OK
}
