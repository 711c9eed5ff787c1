//! A table over rows that do not change: the providers of a service, the stores of a profile, the status rows.

use crate::host::*;
use mapi_abi::*;
use std::ffi::c_void;
use std::sync::{Arc, Mutex};
use windows_core::{HRESULT, implement};

#[implement(IMAPITable, Agile = false)]
pub(crate) struct RowsTable {
    state: Arc<HostState>,
    rows: Vec<Vec<Prop>>,
    view: Mutex<View>,
    _live: LiveToken,
}

struct View {
    columns: Vec<u32>,
    visible: Vec<usize>,
    position: usize,
}

impl RowsTable {
    /// A table of these rows; its columns are those of the first row.
    pub(crate) fn create(state: &Arc<HostState>, rows: Vec<Vec<Prop>>) -> IMAPITable {
        let view = View {
            columns: rows
                .first()
                .into_iter()
                .flatten()
                .map(|prop| prop.tag)
                .collect(),
            visible: (0..rows.len()).collect(),
            position: 0,
        };
        Self {
            state: state.clone(),
            rows,
            view: Mutex::new(view),
            _live: state.live.count("table"),
        }
        .into()
    }

    fn cells(&self, row: usize, columns: &[u32]) -> Vec<Prop> {
        let cell = |tag: &u32| {
            let found = self.rows[row].iter().find(|prop| prop.tag == *tag).cloned();
            found.unwrap_or_else(|| Prop::new(with_error(*tag), MAPI_E_NOT_FOUND))
        };
        columns.iter().map(cell).collect()
    }
}

/// Whether a row satisfies a restriction; only the kinds that make sense for a handful of rows are known.
fn fits(row: &[Prop], restriction: &Restriction) -> std::result::Result<bool, HRESULT> {
    let value = |tag: u32| {
        row.iter()
            .find(|prop| prop.tag == tag)
            .map(|prop| &prop.value)
    };
    Ok(match restriction {
        Restriction::And(all) => {
            let fitting: std::result::Result<Vec<bool>, HRESULT> =
                all.iter().map(|part| fits(row, part)).collect();
            fitting?.into_iter().all(|fits| fits)
        }
        Restriction::Or(any) => {
            let fitting: std::result::Result<Vec<bool>, HRESULT> =
                any.iter().map(|part| fits(row, part)).collect();
            fitting?.into_iter().any(|fits| fits)
        }
        Restriction::Not(inner) => !fits(row, inner)?,
        Restriction::Exist(tag) => value(*tag).is_some(),
        Restriction::Property {
            relation,
            tag,
            prop,
        } => match *relation {
            RELOP_EQ => value(*tag) == Some(&prop.value),
            RELOP_NE => value(*tag).is_some_and(|value| *value != prop.value),
            _ => return Err(MAPI_E_TOO_COMPLEX),
        },
        _ => return Err(MAPI_E_TOO_COMPLEX),
    })
}

#[allow(non_snake_case)]
impl IMAPITable_Impl for RowsTable_Impl {
    unsafe fn GetLastError(&self, _: HRESULT, _: u32, error: *mut *mut MAPIERROR) -> HRESULT {
        // SAFETY: the provider hands in a place for the pointer, or NULL.
        if unsafe { put(error, std::ptr::null_mut()) } {
            S_OK
        } else {
            MAPI_E_INVALID_PARAMETER
        }
    }

    unsafe fn Advise(&self, _: u32, _: *mut c_void, _: *mut usize) -> HRESULT {
        MAPI_E_NO_SUPPORT
    }

    unsafe fn Unadvise(&self, _: usize) -> HRESULT {
        MAPI_E_NO_SUPPORT
    }

    unsafe fn GetStatus(&self, status: *mut u32, table_type: *mut u32) -> HRESULT {
        // SAFETY: the provider hands in places for the values, or NULL.
        unsafe {
            put(status, TBLSTAT_COMPLETE);
            put(table_type, TBLTYPE_SNAPSHOT);
        }
        S_OK
    }

    unsafe fn SetColumns(&self, tags: *const SPropTagArray, _flags: u32) -> HRESULT {
        if tags.is_null() {
            return MAPI_E_INVALID_PARAMETER;
        }
        lock(&self.view).columns = Reader::arguments("IMAPITable::SetColumns").tags(tags);
        S_OK
    }

    unsafe fn QueryColumns(&self, flags: u32, tags: *mut *mut SPropTagArray) -> HRESULT {
        if tags.is_null() {
            return MAPI_E_INVALID_PARAMETER;
        }
        let columns = if flags & TBL_ALL_COLUMNS != 0 {
            let mut all: Vec<u32> = self.rows.iter().flatten().map(|prop| prop.tag).collect();
            all.sort_unstable();
            all.dedup();
            all
        } else {
            lock(&self.view).columns.clone()
        };
        // SAFETY: the pointer has been checked.
        unsafe { tags.write(allocate_tags(&self.state.memory, &columns)) };
        S_OK
    }

    unsafe fn GetRowCount(&self, _flags: u32, count: *mut u32) -> HRESULT {
        let rows = lock(&self.view).visible.len();
        // SAFETY: the provider hands in a place for the value, or NULL.
        if unsafe { put(count, rows as u32) } {
            S_OK
        } else {
            MAPI_E_INVALID_PARAMETER
        }
    }

    unsafe fn SeekRow(&self, origin: BOOKMARK, row_count: i32, rows_sought: *mut i32) -> HRESULT {
        let mut view = lock(&self.view);
        let rows = view.visible.len() as i64;
        let from = match origin {
            BOOKMARK_BEGINNING => 0,
            BOOKMARK_CURRENT => view.position as i64,
            BOOKMARK_END => rows,
            _ => return MAPI_E_INVALID_BOOKMARK,
        };
        let to = (from + i64::from(row_count)).clamp(0, rows);
        view.position = to as usize;
        // SAFETY: the provider hands in a place for the value, or NULL.
        unsafe { put(rows_sought, (to - from) as i32) };
        S_OK
    }

    unsafe fn SeekRowApprox(&self, _: u32, _: u32) -> HRESULT {
        MAPI_E_NO_SUPPORT
    }

    unsafe fn QueryPosition(
        &self,
        row: *mut u32,
        numerator: *mut u32,
        denominator: *mut u32,
    ) -> HRESULT {
        let view = lock(&self.view);
        // SAFETY: the provider hands in places for the values, or NULL.
        unsafe {
            put(row, view.position as u32);
            put(numerator, view.position as u32);
            put(denominator, view.visible.len().max(1) as u32);
        }
        S_OK
    }

    unsafe fn FindRow(
        &self,
        restriction: *const SRestriction,
        origin: BOOKMARK,
        flags: u32,
    ) -> HRESULT {
        let Some(restriction) =
            Restriction::read(&Reader::arguments("IMAPITable::FindRow"), restriction)
        else {
            return MAPI_E_TOO_COMPLEX;
        };
        let mut view = lock(&self.view);
        let start = match origin {
            BOOKMARK_BEGINNING => 0,
            BOOKMARK_CURRENT => view.position,
            BOOKMARK_END => view.visible.len(),
            _ => return MAPI_E_INVALID_BOOKMARK,
        };
        let candidates: Vec<usize> = if flags & DIR_BACKWARD != 0 {
            (0..start).rev().collect()
        } else {
            (start..view.visible.len()).collect()
        };
        for position in candidates {
            match fits(&self.rows[view.visible[position]], &restriction) {
                Ok(true) => {
                    view.position = position;
                    return S_OK;
                }
                Ok(false) => {}
                Err(code) => return code,
            }
        }
        MAPI_E_NOT_FOUND
    }

    unsafe fn Restrict(&self, restriction: *const SRestriction, _flags: u32) -> HRESULT {
        let visible = if restriction.is_null() {
            (0..self.rows.len()).collect()
        } else {
            let Some(restriction) =
                Restriction::read(&Reader::arguments("IMAPITable::Restrict"), restriction)
            else {
                return MAPI_E_TOO_COMPLEX;
            };
            let mut visible = Vec::new();
            for (index, row) in self.rows.iter().enumerate() {
                match fits(row, &restriction) {
                    Ok(true) => visible.push(index),
                    Ok(false) => {}
                    Err(code) => return code,
                }
            }
            visible
        };
        let mut view = lock(&self.view);
        view.visible = visible;
        view.position = 0;
        S_OK
    }

    unsafe fn CreateBookmark(&self, _: *mut BOOKMARK) -> HRESULT {
        MAPI_E_NO_SUPPORT
    }

    unsafe fn FreeBookmark(&self, position: BOOKMARK) -> HRESULT {
        if position <= BOOKMARK_END {
            S_OK
        } else {
            MAPI_E_INVALID_BOOKMARK
        }
    }

    unsafe fn SortTable(&self, _: *const SSortOrderSet, _: u32) -> HRESULT {
        MAPI_E_NO_SUPPORT
    }

    unsafe fn QuerySortOrder(&self, _: *mut *mut SSortOrderSet) -> HRESULT {
        MAPI_E_NO_SUPPORT
    }

    unsafe fn QueryRows(&self, row_count: i32, flags: u32, rows: *mut *mut SRowSet) -> HRESULT {
        if row_count == 0 || rows.is_null() {
            return MAPI_E_INVALID_PARAMETER;
        }
        let mut view = lock(&self.view);
        let wanted = row_count.unsigned_abs() as usize;
        let start = if row_count < 0 {
            view.position.saturating_sub(wanted)
        } else {
            view.position
        };
        let end = if row_count < 0 {
            view.position
        } else {
            (start + wanted).min(view.visible.len())
        };
        let read = view.visible[start..end].iter();
        let read: Vec<Vec<Prop>> = read.map(|row| self.cells(*row, &view.columns)).collect();
        view.position = if flags & TBL_NOADVANCE != 0 {
            start
        } else {
            end
        };
        // SAFETY: the pointer has been checked.
        unsafe { rows.write(allocate_rows(&self.state.memory, &read)) };
        S_OK
    }

    unsafe fn Abort(&self) -> HRESULT {
        S_OK
    }

    unsafe fn ExpandRow(
        &self,
        _: u32,
        _: *const u8,
        _: u32,
        _: u32,
        _: *mut *mut SRowSet,
        _: *mut u32,
    ) -> HRESULT {
        MAPI_E_NO_SUPPORT
    }

    unsafe fn CollapseRow(&self, _: u32, _: *const u8, _: u32, _: *mut u32) -> HRESULT {
        MAPI_E_NO_SUPPORT
    }

    unsafe fn WaitForCompletion(&self, _: u32, _: u32, table_status: *mut u32) -> HRESULT {
        // SAFETY: the provider hands in a place for the value, or NULL.
        unsafe { put(table_status, TBLSTAT_COMPLETE) };
        S_OK
    }

    unsafe fn GetCollapseState(
        &self,
        _: u32,
        _: u32,
        _: *const u8,
        _: *mut u32,
        _: *mut *mut u8,
    ) -> HRESULT {
        MAPI_E_NO_SUPPORT
    }

    unsafe fn SetCollapseState(&self, _: u32, _: u32, _: *const u8, _: *mut BOOKMARK) -> HRESULT {
        MAPI_E_NO_SUPPORT
    }
}
