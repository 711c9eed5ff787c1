//! Tables.

use crate::*;
use core::ffi::c_void;
use windows_core::{HRESULT, IUnknown, IUnknown_Vtbl};

/// A view of rows with a cursor. `[imapitableiunknown]`
#[windows_core::interface("00020301-0000-0000-C000-000000000046")]
pub unsafe trait IMAPITable: IUnknown {
    /// Describes the last error of this table. `[imapitable-getlasterror]`
    pub unsafe fn GetLastError(
        &self,
        hresult: HRESULT,
        flags: u32,
        error: *mut *mut MAPIERROR,
    ) -> HRESULT;
    /// Registers a sink for changes of the view. `[imapitable-advise]`
    pub unsafe fn Advise(
        &self,
        event_mask: u32,
        sink: *mut c_void,
        connection: *mut usize,
    ) -> HRESULT;
    /// Ends a registration. `[imapitable-unadvise]`
    pub unsafe fn Unadvise(&self, connection: usize) -> HRESULT;
    /// Reads the `TBLSTAT_` and `TBLTYPE_` values. `[imapitable-getstatus]`
    pub unsafe fn GetStatus(&self, status: *mut u32, table_type: *mut u32) -> HRESULT;
    /// Chooses the columns. `[imapitable-setcolumns]`
    pub unsafe fn SetColumns(&self, tags: *const SPropTagArray, flags: u32) -> HRESULT;
    /// Reads the chosen, or all possible, columns. `[imapitable-querycolumns]`
    pub unsafe fn QueryColumns(&self, flags: u32, tags: *mut *mut SPropTagArray) -> HRESULT;
    /// Counts the rows. `[imapitable-getrowcount]`
    pub unsafe fn GetRowCount(&self, flags: u32, count: *mut u32) -> HRESULT;
    /// Moves the cursor by a number of rows. `[imapitable-seekrow]`
    pub unsafe fn SeekRow(
        &self,
        origin: BOOKMARK,
        row_count: i32,
        rows_sought: *mut i32,
    ) -> HRESULT;
    /// Moves the cursor to a fraction of the table. `[imapitable-seekrowapprox]`
    pub unsafe fn SeekRowApprox(&self, numerator: u32, denominator: u32) -> HRESULT;
    /// Tells where the cursor is. `[imapitable-queryposition]`
    pub unsafe fn QueryPosition(
        &self,
        row: *mut u32,
        numerator: *mut u32,
        denominator: *mut u32,
    ) -> HRESULT;
    /// Moves the cursor to the next row that matches. `[imapitable-findrow]`
    pub unsafe fn FindRow(
        &self,
        restriction: *const SRestriction,
        origin: BOOKMARK,
        flags: u32,
    ) -> HRESULT;
    /// Limits the view to the rows that match. `[imapitable-restrict]`
    pub unsafe fn Restrict(&self, restriction: *const SRestriction, flags: u32) -> HRESULT;
    /// Marks the row under the cursor. `[imapitable-createbookmark]`
    pub unsafe fn CreateBookmark(&self, position: *mut BOOKMARK) -> HRESULT;
    /// Frees a mark. `[imapitable-freebookmark]`
    pub unsafe fn FreeBookmark(&self, position: BOOKMARK) -> HRESULT;
    /// Sorts the view. `[imapitable-sorttable]`
    pub unsafe fn SortTable(&self, sort_criteria: *const SSortOrderSet, flags: u32) -> HRESULT;
    /// Reads the sort order. `[imapitable-querysortorder]`
    pub unsafe fn QuerySortOrder(&self, sort_criteria: *mut *mut SSortOrderSet) -> HRESULT;
    /// Reads rows at the cursor. `[imapitable-queryrows]`
    pub unsafe fn QueryRows(
        &self,
        row_count: i32,
        flags: u32,
        rows: *mut *mut SRowSet,
    ) -> HRESULT;
    /// Stops an asynchronous operation. `[imapitable-abort]`
    pub unsafe fn Abort(&self) -> HRESULT;
    /// Expands a category. `[imapitable-expandrow]`
    pub unsafe fn ExpandRow(
        &self,
        instance_key_size: u32,
        instance_key: *const u8,
        row_count: u32,
        flags: u32,
        rows: *mut *mut SRowSet,
        more_rows: *mut u32,
    ) -> HRESULT;
    /// Collapses a category. `[imapitable-collapserow]`
    pub unsafe fn CollapseRow(
        &self,
        instance_key_size: u32,
        instance_key: *const u8,
        flags: u32,
        row_count: *mut u32,
    ) -> HRESULT;
    /// Waits for an asynchronous operation; `timeout` in milliseconds. `[imapitable-waitforcompletion]`
    pub unsafe fn WaitForCompletion(
        &self,
        flags: u32,
        timeout: u32,
        table_status: *mut u32,
    ) -> HRESULT;
    /// Reads which categories are collapsed. `[imapitable-getcollapsestate]`
    pub unsafe fn GetCollapseState(
        &self,
        flags: u32,
        instance_key_size: u32,
        instance_key: *const u8,
        collapse_state_size: *mut u32,
        collapse_state: *mut *mut u8,
    ) -> HRESULT;
    /// Restores which categories are collapsed. `[imapitable-setcollapsestate]`
    pub unsafe fn SetCollapseState(
        &self,
        flags: u32,
        collapse_state_size: u32,
        collapse_state: *const u8,
        location: *mut BOOKMARK,
    ) -> HRESULT;
}
