//! Sort orders.

use super::prelude::*;
use super::rows::{five, subjects};

pub(super) const CHECKS: &[Check] = &[
    Check::new(
        "D81-missing-values-come-last",
        A(81),
        "IMAPITable::SortTable",
        "ssortorder",
        "Rows without the sort key come last, in ascending and in descending order.",
        missing_come_last,
    ),
    Check::new(
        "D81-ascending-and-descending",
        S("3.9"),
        "IMAPITable::SortTable",
        "imapitable-sorttable",
        "Ascending and descending orders are each other's reverse.",
        both_directions,
    ),
    Check::new(
        "D81-several-keys",
        S("3.9"),
        "IMAPITable::SortTable",
        "ssortorderset",
        "A second key orders the rows that are equal in the first.",
        several_keys,
    ),
    Check::new(
        "D81-types",
        S("3.9"),
        "IMAPITable::SortTable",
        "imapitable-sorttable",
        "Numbers sort as numbers, times as times, negative ones first.",
        types,
    ),
    Check::new(
        "D75-sort-resets-the-view",
        A(75),
        "IMAPITable::SortTable",
        "imapitable-sorttable",
        "SortTable puts the cursor at the start and makes bookmarks invalid.",
        sort_resets,
    ),
    Check::new(
        "D76-failed-sort-keeps-the-order",
        A(76),
        "IMAPITable::SortTable",
        "imapitable-sorttable",
        "A sort order that is refused leaves the earlier one in force.",
        failed_sort,
    ),
    Check::new(
        "D81-query-sort-order",
        S("3.9"),
        "IMAPITable::QuerySortOrder",
        "imapitable-querysortorder",
        "QuerySortOrder returns the order in force.",
        query_sort_order,
    ),
    Check::new(
        "D81-no-keys",
        S("3.9"),
        "IMAPITable::SortTable",
        "imapitable-sorttable",
        "An order without keys brings the natural order back, with all rows.",
        no_keys,
    ),
    Check::new(
        "D81-not-a-column",
        S("3.9"),
        "IMAPITable::SortTable",
        "imapitable-sorttable",
        "A property that is no column of the table sorts, or is refused as too complex.",
        not_a_column,
    ),
    Check::new(
        "D81-sort-survives-columns",
        S("3.9"),
        "IMAPITable::SetColumns",
        "imapitable-setcolumns",
        "SetColumns leaves sort order and restriction alone.",
        survives_columns,
    ),
];

fn sortable(open: &Open) -> Verdict {
    open.needs(STORE_SORT_OK)
}

fn missing_come_last(context: &Context) -> Verdict {
    let open = context.open()?;
    sortable(&open)?;
    for (subject, number) in [
        ("none", None),
        ("two", Some(2)),
        ("one", Some(1)),
        ("none too", None),
    ] {
        let message = open.message(subject)?;
        if let Some(number) = number {
            message.put(PR_IMPORTANCE, number)?;
            message.put(0x6FC0_0003, number)?;
        }
        message.save(0)?;
    }
    let table = open.contents(&[PR_SUBJECT, 0x6FC0_0003])?;
    for (order, wanted) in [
        (SortOrder::ascending(&[0x6FC0_0003]), ["one", "two"]),
        (SortOrder::descending(&[0x6FC0_0003]), ["two", "one"]),
    ] {
        table.sort(&order)?;
        let came = subjects(&table.all_rows()?);
        equal(
            "the rows with a value",
            &wanted.map(String::from)[..],
            &came[..2],
        )?;
        equal("the rows without one", 4, came.len())?;
    }
    Ok(())
}

fn both_directions(context: &Context) -> Verdict {
    let open = context.open()?;
    sortable(&open)?;
    let table = five(&open)?;
    let up = subjects(&table.all_rows()?);
    equal(
        "ascending",
        ["a", "b", "c", "d", "e"].map(String::from).to_vec(),
        up.clone(),
    )?;
    table.sort(&SortOrder::descending(&[PR_SUBJECT]))?;
    let mut down = subjects(&table.all_rows()?);
    down.reverse();
    equal("descending, reversed", up, down)
}

fn several_keys(context: &Context) -> Verdict {
    let open = context.open()?;
    sortable(&open)?;
    for (subject, importance) in [("b", 2), ("a", 1), ("a", 2), ("b", 1)] {
        let message = open.message(subject)?;
        message.put(PR_IMPORTANCE, importance)?;
        message.save(0)?;
    }
    let table = open.contents(&[PR_IMPORTANCE, PR_SUBJECT])?;
    let order = SortOrder {
        columns: vec![
            SSortOrder {
                ulPropTag: PR_IMPORTANCE,
                ulOrder: TABLE_SORT_DESCEND,
            },
            SSortOrder {
                ulPropTag: PR_SUBJECT,
                ulOrder: TABLE_SORT_ASCEND,
            },
        ],
        ..SortOrder::default()
    };
    table.sort(&order)?;
    let came: Vec<(Option<i32>, Option<String>)> = table
        .all_rows()?
        .iter()
        .map(|row| {
            (
                row.long(PR_IMPORTANCE),
                row.text(PR_SUBJECT).map(String::from),
            )
        })
        .collect();
    let wanted = [(2, "a"), (2, "b"), (1, "a"), (1, "b")]
        .map(|(number, text)| (Some(number), Some(text.to_string())));
    equal("importance and subject", wanted.to_vec(), came)
}

fn types(context: &Context) -> Verdict {
    let open = context.open()?;
    sortable(&open)?;
    for number in [10_i32, -3, 9, 0] {
        let message = open.message("x")?;
        message.put(PR_IMPORTANCE, number)?;
        let time = u64::from((number + 10).unsigned_abs());
        message.set(&[Prop::time(PR_MESSAGE_DELIVERY_TIME, time * 10_000_000)])?;
        message.save(0)?;
    }
    let table = open.contents(&[PR_IMPORTANCE, PR_MESSAGE_DELIVERY_TIME])?;
    for tag in [PR_IMPORTANCE, PR_MESSAGE_DELIVERY_TIME] {
        table.sort(&SortOrder::ascending(&[tag]))?;
        let came: Vec<Option<i32>> = table
            .all_rows()?
            .iter()
            .map(|row| row.long(PR_IMPORTANCE))
            .collect();
        equal(
            &format!("sorted by {tag:#010X}"),
            vec![Some(-3), Some(0), Some(9), Some(10)],
            came,
        )?;
    }
    Ok(())
}

fn sort_resets(context: &Context) -> Verdict {
    let open = context.open()?;
    sortable(&open)?;
    let table = five(&open)?;
    table.seek(BOOKMARK_BEGINNING, 3)?;
    let bookmark = table.create_bookmark();
    table.sort(&SortOrder::descending(&[PR_SUBJECT]))?;
    equal("the position after SortTable", 0, table.position()?.row)?;
    if let Ok(bookmark) = bookmark {
        stale(&table, bookmark)?;
    }
    Ok(())
}

/// A bookmark of an earlier view.
pub(super) fn stale(table: &Table, bookmark: BOOKMARK) -> Verdict {
    // SAFETY: a client may leave the result out.
    let answer = unsafe { table.raw().SeekRow(bookmark, 0, std::ptr::null_mut()) };
    code(
        "SeekRow to a bookmark of an earlier view",
        &[MAPI_E_INVALID_BOOKMARK, MAPI_W_POSITION_CHANGED],
        answer,
    )
}

fn failed_sort(context: &Context) -> Verdict {
    let open = context.open()?;
    sortable(&open)?;
    let table = five(&open)?;
    table.seek(BOOKMARK_BEGINNING, 2)?;
    let mut impossible = SortOrder::ascending(&[PR_CONTAINER_CONTENTS]);
    impossible.categories = 3;
    impossible.expanded = 9;
    fails(
        "SortTable with more categories than keys",
        table.sort(&impossible),
    )?;
    equal(
        "the rows after that",
        ["a", "b", "c", "d", "e"].map(String::from).to_vec(),
        subjects(&table.all_rows()?),
    )
}

fn query_sort_order(context: &Context) -> Verdict {
    let open = context.open()?;
    sortable(&open)?;
    let table = five(&open)?;
    let order = table.sort_order()?;
    let came: Vec<(u32, u32)> = order
        .columns
        .iter()
        .map(|column| (prop_id(column.ulPropTag), column.ulOrder))
        .collect();
    equal(
        "QuerySortOrder",
        vec![(prop_id(PR_SUBJECT), TABLE_SORT_ASCEND)],
        came,
    )
}

fn no_keys(context: &Context) -> Verdict {
    let open = context.open()?;
    let table = five(&open)?;
    table.sort(&SortOrder::default())?;
    equal("rows in natural order", 5, table.all_rows()?.len())?;
    equal("keys in force", 0, table.sort_order()?.columns.len())
}

fn not_a_column(context: &Context) -> Verdict {
    let open = context.open()?;
    sortable(&open)?;
    let table = five(&open)?;
    match table.sort(&SortOrder::ascending(&[PR_CREATION_TIME])) {
        Ok(()) => equal(
            "in the order of their making",
            ["c", "a", "e", "b", "d"].map(String::from).to_vec(),
            subjects(&table.all_rows()?),
        ),
        Err(failure) => code(
            "SortTable",
            &[MAPI_E_TOO_COMPLEX, MAPI_E_NO_SUPPORT],
            failure.code,
        ),
    }
}

fn survives_columns(context: &Context) -> Verdict {
    let open = context.open()?;
    sortable(&open)?;
    let table = five(&open)?;
    table.sort(&SortOrder::descending(&[PR_SUBJECT]))?;
    table.restrict(Some(&Restriction::compare(RELOP_NE, PR_SUBJECT, "c")))?;
    table.set_columns(&[PR_MESSAGE_SIZE, PR_SUBJECT])?;
    equal(
        "the rows after SetColumns",
        ["e", "d", "b", "a"].map(String::from).to_vec(),
        subjects(&table.all_rows()?),
    )
}
