//! Rows and sort orders.

use crate::*;
use core::mem::offset_of;

/// A row of a table. `[srow]`
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct SRow {
    /// Padding.
    pub ulAdrEntryPad: u32,
    /// How many values there are.
    pub cValues: u32,
    /// The values; a block of their own.
    pub lpProps: *mut SPropValue,
}

/// Rows of a table. `[srowset]`
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct SRowSet {
    /// How many rows there are.
    pub cRows: u32,
    /// The rows.
    pub aRow: [SRow; 1],
}

impl SRowSet {
    /// The size of a set of `rows` rows in bytes.
    pub const fn size_of(rows: usize) -> usize {
        offset_of!(Self, aRow) + rows * size_of::<SRow>()
    }
}

/// A recipient; laid out like an [`SRow`]. `[adrentry]`
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct ADRENTRY {
    /// Padding.
    pub ulReserved1: u32,
    /// How many values there are.
    pub cValues: u32,
    /// The values; a block of their own.
    pub rgPropVals: *mut SPropValue,
}

/// Recipients; laid out like an [`SRowSet`]. `[adrlist]`
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct ADRLIST {
    /// How many recipients there are.
    pub cEntries: u32,
    /// The recipients.
    pub aEntries: [ADRENTRY; 1],
}

impl ADRLIST {
    /// The size of a list of `entries` recipients in bytes.
    pub const fn size_of(entries: usize) -> usize {
        offset_of!(Self, aEntries) + entries * size_of::<ADRENTRY>()
    }
}

/// One column to sort by. `[ssortorder]`
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SSortOrder {
    /// The column.
    pub ulPropTag: u32,
    /// A `TABLE_SORT_` value.
    pub ulOrder: u32,
}

/// The columns to sort by, the first ones as categories. `[ssortorderset]`
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct SSortOrderSet {
    /// How many columns there are.
    pub cSorts: u32,
    /// How many of them are categories.
    pub cCategories: u32,
    /// How many of the categories are expanded.
    pub cExpanded: u32,
    /// The columns.
    pub aSort: [SSortOrder; 1],
}

impl SSortOrderSet {
    /// The size of an order of `sorts` columns in bytes.
    pub const fn size_of(sorts: usize) -> usize {
        offset_of!(Self, aSort) + sorts * size_of::<SSortOrder>()
    }
}
