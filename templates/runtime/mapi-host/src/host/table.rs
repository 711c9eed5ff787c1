//! Tables.

use crate::host::*;
use mapi_abi::*;
use std::sync::Arc;
use windows_core::{HRESULT, Interface};

/// A table of a provider.
#[derive(Clone)]
pub struct Table {
    raw: Free<IMAPITable>,
    state: Arc<HostState>,
}

/// Where a table's cursor is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// The number of the row.
    pub row: u32,
    /// The fraction of the table that lies before it: its upper part.
    pub numerator: u32,
    /// The lower part.
    pub denominator: u32,
}

impl Table {
    pub(crate) fn new(raw: IMAPITable, state: &Arc<HostState>) -> Self {
        Self {
            raw: Free(raw),
            state: state.clone(),
        }
    }

    /// The interface pointer.
    pub fn raw(&self) -> &IMAPITable {
        &self.raw.0
    }

    /// How many references the table has. At least one is this wrapper's.
    pub fn references(&self) -> u32 {
        references(&self.raw.0)
    }

    /// All rows with these columns, from the first one on; the columns stay set.
    pub fn rows(&self, columns: &[u32]) -> Result<Vec<Row>> {
        self.set_columns(columns)?;
        self.all_rows()
    }

    /// All rows with the columns of the moment, from the first one on.
    pub fn all_rows(&self) -> Result<Vec<Row>> {
        self.seek(BOOKMARK_BEGINNING, 0)?;
        let mut all = Vec::new();
        loop {
            let rows = self.query_rows(50, 0)?;
            if rows.is_empty() {
                return Ok(all);
            }
            all.extend(rows);
        }
    }

    /// Chooses the columns.
    pub fn set_columns(&self, tags: &[u32]) -> Result<()> {
        let arena = Arena::default();
        // SAFETY: the tags live until the call returns.
        let code = unsafe { self.raw.0.SetColumns(arena.tags(tags), 0) };
        check("IMAPITable::SetColumns", code)
    }

    /// Chooses the columns NULL, which is an error.
    pub fn set_no_columns(&self) -> HRESULT {
        // SAFETY: NULL is what a careless client passes.
        unsafe { self.raw.0.SetColumns(std::ptr::null(), 0) }
    }

    /// The columns: those that are set, or all that the table has.
    pub fn columns(&self, all: bool) -> Result<Vec<u32>> {
        let mut tags = std::ptr::null_mut();
        let flags = if all { TBL_ALL_COLUMNS } else { 0 };
        // SAFETY: `tags` is a place for the result.
        let code = unsafe { self.raw.0.QueryColumns(flags, &mut tags) };
        check("IMAPITable::QueryColumns", code)?;
        let reader = Reader::adopt(&self.state.memory, "IMAPITable::QueryColumns", tags.cast());
        Ok(reader.map(|reader| reader.tags(tags)).unwrap_or_default())
    }

    /// How many rows there are.
    pub fn row_count(&self) -> Result<u32> {
        let mut count = u32::MAX;
        // SAFETY: `count` is a place for the result.
        let code = unsafe { self.raw.0.GetRowCount(0, &mut count) };
        check("IMAPITable::GetRowCount", code)?;
        Ok(count)
    }

    /// Moves the cursor and returns by how many rows.
    pub fn seek(&self, origin: BOOKMARK, rows: i32) -> Result<i32> {
        let mut sought = i32::MIN;
        // SAFETY: `sought` is a place for the result.
        let code = unsafe { self.raw.0.SeekRow(origin, rows, &mut sought) };
        check("IMAPITable::SeekRow", code)?;
        Ok(sought)
    }

    /// Moves the cursor to a fraction of the table.
    pub fn seek_approximately(&self, numerator: u32, denominator: u32) -> Result<()> {
        // SAFETY: the call has no pointers.
        let code = unsafe { self.raw.0.SeekRowApprox(numerator, denominator) };
        check("IMAPITable::SeekRowApprox", code)
    }

    /// Where the cursor is.
    pub fn position(&self) -> Result<Position> {
        let (mut row, mut numerator, mut denominator) = (u32::MAX, u32::MAX, u32::MAX);
        // SAFETY: the arguments are places for the results.
        let code = unsafe {
            self.raw
                .0
                .QueryPosition(&mut row, &mut numerator, &mut denominator)
        };
        check("IMAPITable::QueryPosition", code)?;
        Ok(Position {
            row,
            numerator,
            denominator,
        })
    }

    /// Moves the cursor to the next row that fits.
    pub fn find(&self, restriction: &Restriction, origin: BOOKMARK, flags: u32) -> Result<()> {
        let arena = Arena::default();
        // SAFETY: the restriction lives until the call returns.
        let code = unsafe { self.raw.0.FindRow(restriction.write(&arena), origin, flags) };
        check("IMAPITable::FindRow", code)
    }

    /// Limits the view to the rows that fit; `None` shows all.
    pub fn restrict(&self, restriction: Option<&Restriction>) -> Result<()> {
        let arena = Arena::default();
        let raw = restriction.map_or(std::ptr::null_mut(), |restriction| {
            restriction.write(&arena)
        });
        // SAFETY: the restriction lives until the call returns.
        let code = unsafe { self.raw.0.Restrict(raw, 0) };
        check("IMAPITable::Restrict", code)
    }

    /// Sorts the view.
    pub fn sort(&self, order: &SortOrder) -> Result<()> {
        let arena = Arena::default();
        // SAFETY: the order lives until the call returns.
        let code = unsafe { self.raw.0.SortTable(arena.sort_order(order), 0) };
        check("IMAPITable::SortTable", code)
    }

    /// The order of the view.
    pub fn sort_order(&self) -> Result<SortOrder> {
        let mut set = std::ptr::null_mut();
        // SAFETY: `set` is a place for the result.
        let code = unsafe { self.raw.0.QuerySortOrder(&mut set) };
        check("IMAPITable::QuerySortOrder", code)?;
        let reader = Reader::adopt(&self.state.memory, "IMAPITable::QuerySortOrder", set.cast());
        Ok(reader
            .and_then(|reader| reader.sort_order(set))
            .unwrap_or_default())
    }

    /// Marks the row under the cursor.
    pub fn create_bookmark(&self) -> Result<BOOKMARK> {
        let mut bookmark = usize::MAX;
        // SAFETY: `bookmark` is a place for the result.
        let code = unsafe { self.raw.0.CreateBookmark(&mut bookmark) };
        check("IMAPITable::CreateBookmark", code)?;
        Ok(bookmark)
    }

    /// Frees a mark.
    pub fn free_bookmark(&self, bookmark: BOOKMARK) -> Result<()> {
        // SAFETY: the call has no pointers.
        check("IMAPITable::FreeBookmark", unsafe {
            self.raw.0.FreeBookmark(bookmark)
        })
    }

    /// Reads rows at the cursor.
    pub fn query_rows(&self, count: i32, flags: u32) -> Result<Vec<Row>> {
        let mut rows = std::ptr::null_mut();
        // SAFETY: `rows` is a place for the result.
        let code = unsafe { self.raw.0.QueryRows(count, flags, &mut rows) };
        check("IMAPITable::QueryRows", code)?;
        if rows.is_null() {
            self.state
                .journal
                .violation("IMAPITable::QueryRows succeeded without a set of rows".into());
        }
        Ok(take_rows(&self.state.memory, "IMAPITable::QueryRows", rows))
    }

    /// Expands a category; returns the first rows in it, `count` at most, and how many came into view.
    pub fn expand(&self, heading: &[u8], count: u32) -> Result<(Vec<Row>, u32)> {
        let (mut rows, mut more) = (std::ptr::null_mut(), u32::MAX);
        // SAFETY: the key lives until the call returns; the other arguments are places for the results.
        let code = unsafe {
            self.raw.0.ExpandRow(
                heading.len() as u32,
                heading.as_ptr(),
                count,
                0,
                &mut rows,
                &mut more,
            )
        };
        check("IMAPITable::ExpandRow", code)?;
        let rows = take_rows(&self.state.memory, "IMAPITable::ExpandRow", rows);
        Ok((rows, more))
    }

    /// Collapses a category; returns how many rows went out of view.
    pub fn collapse(&self, heading: &[u8]) -> Result<u32> {
        let mut count = u32::MAX;
        // SAFETY: the key lives until the call returns; `count` is a place for the result.
        let code = unsafe {
            self.raw
                .0
                .CollapseRow(heading.len() as u32, heading.as_ptr(), 0, &mut count)
        };
        check("IMAPITable::CollapseRow", code)?;
        Ok(count)
    }

    /// What is expanded and what is collapsed, and the row to find again.
    pub fn collapse_state(&self, row: &[u8]) -> Result<Vec<u8>> {
        let (mut size, mut bytes) = (0, std::ptr::null_mut());
        // SAFETY: the key lives until the call returns; the other arguments are places for the results.
        let code = unsafe {
            self.raw
                .0
                .GetCollapseState(0, row.len() as u32, row.as_ptr(), &mut size, &mut bytes)
        };
        check("IMAPITable::GetCollapseState", code)?;
        let call = "IMAPITable::GetCollapseState";
        Ok(Reader::adopt(&self.state.memory, call, bytes.cast())
            .and_then(|reader| reader.slice(bytes.cast_const(), size as usize))
            .unwrap_or_default())
    }

    /// Expands and collapses what a saved state says; returns a bookmark for the row that was saved with it.
    pub fn set_collapse_state(&self, state: &[u8]) -> Result<BOOKMARK> {
        let mut bookmark = usize::MAX;
        // SAFETY: the state lives until the call returns; `bookmark` is a place for the result.
        let code = unsafe {
            self.raw
                .0
                .SetCollapseState(0, state.len() as u32, state.as_ptr(), &mut bookmark)
        };
        check("IMAPITable::SetCollapseState", code)?;
        Ok(bookmark)
    }

    /// The `TBLSTAT_` and `TBLTYPE_` values.
    pub fn status(&self) -> Result<(u32, u32)> {
        let (mut status, mut kind) = (u32::MAX, u32::MAX);
        // SAFETY: the arguments are places for the results.
        let code = unsafe { self.raw.0.GetStatus(&mut status, &mut kind) };
        check("IMAPITable::GetStatus", code)?;
        Ok((status, kind))
    }

    /// Registers a sink for changes of the view.
    pub fn advise(&self, recorder: &Recorder) -> Result<usize> {
        let sink = recorder.sink();
        let mut connection = usize::MAX;
        // SAFETY: the sink lives until the call returns; `connection` is a place for the result.
        let code = unsafe {
            self.raw
                .0
                .Advise(fnevTableModified, sink.as_raw(), &mut connection)
        };
        check("IMAPITable::Advise", code)?;
        Ok(connection)
    }

    /// Ends a registration.
    pub fn unadvise(&self, connection: usize) -> Result<()> {
        // SAFETY: the call has no pointers.
        check("IMAPITable::Unadvise", unsafe {
            self.raw.0.Unadvise(connection)
        })
    }
}
