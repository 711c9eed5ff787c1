//! Rows as a client gets them: a block for the set, and one for each row, so that the client can free them one by one
//! \[managing-memory-for-adrlist-and-srowset-structures\].

use mapi_abi as abi;

use crate::com::fault::{Fault, Outcome};
use crate::com::memory::{Allocators, Chain};
use crate::com::values::{self, type_answers, types};
use crate::store::{PropTag, Row, Value};

/// The rows as an `SRowSet`, which the caller of QueryRows frees. On failure nothing is left behind.
pub(super) fn row_set(
    memory: Allocators,
    columns: &[u32],
    rows: Vec<Row>,
) -> Outcome<*mut abi::SRowSet> {
    let set = Chain::new(memory, abi::SRowSet::size_of(rows.len()))?;
    let mut blocks = Vec::with_capacity(rows.len());
    for row in rows {
        blocks.push(row_block(memory, columns, row)?);
    }
    let head = set.head::<abi::SRowSet>();
    let count = |number: usize| u32::try_from(number).map_err(|_| Fault::new(abi::MAPI_E_TOO_BIG));
    let (row_count, cell_count) = (count(blocks.len())?, count(columns.len())?);
    // SAFETY: the head was allocated for this many rows, and each row's block belongs to the set from here on.
    unsafe {
        (*head).cRows = row_count;
        let first = (&raw mut (*head).aRow).cast::<abi::SRow>();
        for (index, block) in blocks.into_iter().enumerate() {
            let row = abi::SRow {
                ulAdrEntryPad: 0,
                cValues: cell_count,
                lpProps: block.into_raw(),
            };
            first.add(index).write_unaligned(row);
        }
    }
    Ok(set.into_raw())
}

/// One row: as many values as there are columns, in their order, a missing one as `MAPI_E_NOT_FOUND`.
pub(super) fn row_block(memory: Allocators, columns: &[u32], row: Row) -> Outcome<Chain> {
    let values = columns.len() * size_of::<abi::SPropValue>();
    // Texts and bytes follow the values in the same block: a page of fifty rows is fifty allocations, not hundreds.
    let room: usize = row.cells.iter().flatten().map(values::room).sum();
    let chain = Chain::with_room(memory, values, room)?;
    let mut cells = row.cells.into_iter();
    for (index, &tag) in columns.iter().enumerate() {
        let value = cell(PropTag(tag), cells.next().flatten(), &chain)?;
        // SAFETY: the head was allocated for as many values as there are columns.
        unsafe {
            chain
                .head::<abi::SPropValue>()
                .add(index)
                .write_unaligned(value)
        };
    }
    Ok(chain)
}

fn cell(column: PropTag, value: Option<Value>, chain: &Chain) -> Outcome<abi::SPropValue> {
    let tag = column.of_cell();
    if tag.property_type() == types::NULL {
        // PR_NULL keeps a slot free.
        return values::write(tag, &Value::Null, chain);
    }
    let value = match value {
        Some(Value::Large(large)) => large.prefix(),
        Some(value) => value,
        None => return Ok(values::error(tag, abi::MAPI_E_NOT_FOUND)),
    };
    if !type_answers(value.property_type(), tag.property_type()) {
        return Ok(values::error(tag, abi::MAPI_E_NOT_FOUND));
    }
    match values::write(tag, &value, chain) {
        // A list without elements cannot be shown.
        Err(fault) if fault.code() == abi::MAPI_E_NOT_FOUND => {
            Ok(values::error(tag, abi::MAPI_E_NOT_FOUND))
        }
        result => result,
    }
}
