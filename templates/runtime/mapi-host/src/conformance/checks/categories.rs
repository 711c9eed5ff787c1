//! Grouped tables.

use super::prelude::*;

pub(super) const CHECKS: &[Check] = &[
    Check::new(
        "S3.9-category-headings",
        S("3.9"),
        "IMAPITable::SortTable",
        "sorting-and-categorization",
        "Each value of a category has a heading row with its depth, its value and a key of its own before its rows.",
        headings,
    ),
    Check::new(
        "S3.9-category-row-types",
        S("3.9"),
        "IMAPITable::QueryRows",
        "pidtagrowtype-canonical-property",
        "PR_ROW_TYPE tells leaf rows from expanded and from collapsed headings.",
        row_types,
    ),
    Check::new(
        "S3.9-category-counts",
        S("3.9"),
        "IMAPITable::QueryRows",
        "sorting-and-categorization",
        "A heading counts the rows under it and the unread ones among them, collapsed or not.",
        counts,
    ),
    Check::new(
        "S3.9-categories-start-collapsed",
        S("3.9"),
        "IMAPITable::SortTable",
        "ssortorderset",
        "cExpanded 0 shows the outermost headings only, one level less than cCategories shows headings only.",
        start_state,
    ),
    Check::new(
        "S3.9-expand-row",
        S("3.9"),
        "IMAPITable::ExpandRow",
        "imapitable-expandrow",
        "ExpandRow brings the rows of a category into view, returns the first of them and how many came, and leaves the cursor behind those returned.",
        expand,
    ),
    Check::new(
        "S3.9-expand-row-without-rows",
        S("3.9"),
        "IMAPITable::ExpandRow",
        "imapitable-expandrow",
        "ExpandRow for no rows needs no place for them and leaves the cursor behind the heading.",
        expand_without_rows,
    ),
    Check::new(
        "S3.9-collapse-row",
        S("3.9"),
        "IMAPITable::CollapseRow",
        "imapitable-collapserow",
        "CollapseRow takes the rows of a category out of view and tells how many.",
        collapse,
    ),
    Check::new(
        "S3.9-collapse-unknown-row",
        S("3.9"),
        "IMAPITable::CollapseRow",
        "imapitable-collapserow",
        "A key of no heading is MAPI_E_NOT_FOUND or MAPI_E_INVALID_ENTRYID; ExpandRow has MAPI_E_NOT_FOUND.",
        unknown_heading,
    ),
    Check::new(
        "S3.9-collapsed-bookmark",
        S("3.9"),
        "IMAPITable::SeekRow",
        "imapitable-seekrow",
        "A bookmark of a row that was collapsed leads to the next visible row, with MAPI_W_POSITION_CHANGED.",
        collapsed_bookmark,
    ),
    Check::new(
        "S3.9-collapse-state",
        S("3.9"),
        "IMAPITable::SetCollapseState",
        "imapitable-setcollapsestate",
        "SetCollapseState restores what GetCollapseState saved, and its bookmark is at the row that was named.",
        collapse_state,
    ),
    Check::new(
        "S3.9-collapse-state-of-another-order",
        S("3.9"),
        "IMAPITable::SetCollapseState",
        "imapitable-setcollapsestate",
        "A state that is damaged is refused, without a crash.",
        damaged_state,
    ),
    Check::new(
        "S3.9-collapse-state-without-categories",
        S("3.9"),
        "IMAPITable::GetCollapseState",
        "imapitable-getcollapsestate",
        "GetCollapseState of a table without categories is MAPI_E_NO_SUPPORT.",
        state_without_categories,
    ),
    Check::new(
        "S3.9-category-extremes",
        S("3.9"),
        "IMAPITable::SortTable",
        "ssortorder",
        "TABLE_SORT_CATEG_MAX orders the headings by the greatest value of their rows.",
        extremes,
    ),
    Check::new(
        "S3.9-combined-categories",
        S("3.9"),
        "IMAPITable::SortTable",
        "ssortorder",
        "TABLE_SORT_COMBINE makes one heading for each combination of values.",
        combined,
    ),
    Check::new(
        "S3.9-category-restriction",
        S("3.9"),
        "IMAPITable::Restrict",
        "imapitable-restrict",
        "Headings count the rows that meet the restriction; a category without any has no heading.",
        restricted,
    ),
    Check::new(
        "S3.9-category-sort-order",
        S("3.9"),
        "IMAPITable::QuerySortOrder",
        "imapitable-querysortorder",
        "QuerySortOrder tells how many columns are categories.",
        sort_order,
    ),
    Check::new(
        "F106-collapsed-rows-are-silent",
        S("8.3"),
        "IMAPITable::Advise",
        "about-table-notifications",
        "Rows of a collapsed category send nothing, nor does expanding or collapsing one; its heading may.",
        silent_rows,
    ),
    Check::new(
        "F105-category-events",
        S("8.3"),
        "IMAPITable::Advise",
        "table_notification",
        "A row that enters an expanded category is TABLE_ROW_ADDED behind the row before it.",
        category_events,
    ),
];

const COLUMNS: &[u32] = &[
    PR_SUBJECT,
    PR_IMPORTANCE,
    PR_ROW_TYPE,
    PR_DEPTH,
    PR_CONTENT_COUNT,
    PR_CONTENT_UNREAD,
    PR_INSTANCE_KEY,
];

/// Messages of three importances, and the table of them grouped by that.
struct Grouped {
    open: Open,
    table: Table,
}

fn add(open: &Open, subject: &str, importance: i32) -> Result<Message> {
    open.work.add_message(&[
        Prop::new(PR_MESSAGE_CLASS, "IPM.Note"),
        Prop::new(PR_SUBJECT, subject),
        Prop::new(PR_IMPORTANCE, importance),
    ])
}

fn by_importance(expanded: u32) -> SortOrder {
    SortOrder {
        categories: 1,
        expanded,
        ..SortOrder::ascending(&[PR_IMPORTANCE, PR_SUBJECT])
    }
}

fn grouped(context: &Context, expanded: u32) -> std::result::Result<Grouped, Stop> {
    let open = context.open()?;
    open.needs(STORE_CATEGORIZE_OK | STORE_SORT_OK)?;
    for (subject, importance) in [("b", 0), ("e", 2), ("a", 0), ("d", 1), ("c", 0)] {
        add(&open, subject, importance)?;
    }
    let table = open.contents(COLUMNS)?;
    table.sort(&by_importance(expanded))?;
    Ok(Grouped { open, table })
}

fn is_heading(row: &Row) -> bool {
    row.long(PR_ROW_TYPE) != Some(TBL_LEAF_ROW as i32)
}

/// The rows, each as its subject, or as the value of its heading.
fn shown(table: &Table) -> Result<Vec<String>> {
    let line = |row: &Row| {
        if is_heading(row) {
            format!("[{}]", row.long(PR_IMPORTANCE).unwrap_or(-1))
        } else {
            row.text(PR_SUBJECT).unwrap_or("?").to_owned()
        }
    };
    Ok(table.all_rows()?.iter().map(line).collect())
}

fn lines(lines: &[&str]) -> Vec<String> {
    lines.iter().map(|line| (*line).to_owned()).collect()
}

/// The key of the heading of an importance.
fn heading(table: &Table, importance: i32) -> std::result::Result<Vec<u8>, Stop> {
    let rows = table.all_rows()?;
    let row = rows
        .iter()
        .find(|row| is_heading(row) && row.long(PR_IMPORTANCE) == Some(importance));
    let key = row
        .and_then(|row| row.binary(PR_INSTANCE_KEY))
        .map(<[u8]>::to_vec);
    some("the rows", "a heading with PR_INSTANCE_KEY", key)
}

fn headings(context: &Context) -> Verdict {
    let Grouped { open: _open, table } = grouped(context, 1)?;
    equal(
        "the rows",
        lines(&["[0]", "a", "b", "c", "[1]", "d", "[2]", "e"]),
        shown(&table)?,
    )?;
    let rows = table.all_rows()?;
    for row in &rows {
        let depth = i32::from(!is_heading(row));
        equal("PR_DEPTH", Some(depth), row.long(PR_DEPTH))?;
    }
    let mut keys: Vec<_> = rows
        .iter()
        .filter_map(|row| row.binary(PR_INSTANCE_KEY))
        .collect();
    keys.sort();
    keys.dedup();
    equal("different keys", rows.len(), keys.len())?;
    equal("the row count", rows.len() as u32, table.row_count()?)
}

fn row_types(context: &Context) -> Verdict {
    let Grouped { open: _open, table } = grouped(context, 1)?;
    table.collapse(&heading(&table, 0)?)?;
    let types: Vec<_> = table
        .all_rows()?
        .iter()
        .map(|row| row.long(PR_ROW_TYPE).unwrap_or(-1) as u32)
        .collect();
    equal(
        "PR_ROW_TYPE",
        vec![
            TBL_COLLAPSED_CATEGORY,
            TBL_EXPANDED_CATEGORY,
            TBL_LEAF_ROW,
            TBL_EXPANDED_CATEGORY,
            TBL_LEAF_ROW,
        ],
        types,
    )
}

fn counts(context: &Context) -> Verdict {
    let Grouped { open, table } = grouped(context, 0)?;
    let ids: Vec<Vec<u8>> = open
        .contents(&[PR_ENTRYID])?
        .all_rows()?
        .iter()
        .filter_map(|row| row.binary(PR_ENTRYID).map(<[u8]>::to_vec))
        .collect();
    let ids: Vec<&[u8]> = ids.iter().map(Vec::as_slice).collect();
    done(open.work.set_read_flags(Some(&ids), SUPPRESS_RECEIPT))?;
    done(open.work.set_read_flags(Some(&ids[..2]), CLEAR_READ_FLAG))?;
    let count = |table: &Table| -> Result<Vec<(i32, i32)>> {
        let rows = table.all_rows()?;
        Ok(rows
            .iter()
            .filter(|row| is_heading(row))
            .map(|row| {
                (
                    row.long(PR_CONTENT_COUNT).unwrap_or(-1),
                    row.long(PR_CONTENT_UNREAD).unwrap_or(-1),
                )
            })
            .collect())
    };
    let expected = vec![(3, 1), (1, 0), (1, 1)];
    equal(
        "count and unread, collapsed",
        expected.clone(),
        count(&table)?,
    )?;
    table.sort(&by_importance(1))?;
    equal("count and unread, expanded", expected, count(&table)?)
}

fn start_state(context: &Context) -> Verdict {
    let Grouped { open: _open, table } = grouped(context, 0)?;
    equal(
        "nothing expanded",
        lines(&["[0]", "[1]", "[2]"]),
        shown(&table)?,
    )?;
    let two_levels = |expanded| SortOrder {
        categories: 2,
        expanded,
        ..SortOrder::ascending(&[PR_IMPORTANCE, PR_SUBJECT])
    };
    let mut sizes = Vec::new();
    for expanded in 0..3 {
        table.sort(&two_levels(expanded))?;
        sizes.push(table.all_rows()?.len());
    }
    equal(
        "rows with 0, 1 and 2 levels expanded",
        vec![3, 8, 13],
        sizes,
    )
}

fn expand(context: &Context) -> Verdict {
    let Grouped { open: _open, table } = grouped(context, 0)?;
    let (rows, more) = table.expand(&heading(&table, 0)?, 2)?;
    let subjects: Vec<_> = rows.iter().filter_map(|row| row.text(PR_SUBJECT)).collect();
    equal("the rows that are returned", vec!["a", "b"], subjects)?;
    equal("*lpulMoreRows", 3, more)?;
    let next = table.query_rows(1, 0)?;
    equal("the next row", Some("c"), next[0].text(PR_SUBJECT))?;
    equal(
        "the rows",
        lines(&["[0]", "a", "b", "c", "[1]", "[2]"]),
        shown(&table)?,
    )
}

fn expand_without_rows(context: &Context) -> Verdict {
    let Grouped { open: _open, table } = grouped(context, 0)?;
    let key = heading(&table, 0)?;
    let mut more = u32::MAX;
    // SAFETY: the key lives until the call returns; the rows may be NULL if none are wanted.
    let code_of_call = unsafe {
        table.raw().ExpandRow(
            key.len() as u32,
            key.as_ptr(),
            0,
            0,
            std::ptr::null_mut(),
            &mut more,
        )
    };
    code("ExpandRow", &[S_OK], code_of_call)?;
    equal("*lpulMoreRows", 3, more)?;
    let next = table.query_rows(1, 0)?;
    equal("the next row", Some("a"), next[0].text(PR_SUBJECT))
}

fn collapse(context: &Context) -> Verdict {
    let Grouped { open: _open, table } = grouped(context, 1)?;
    equal("*lpulRowCount", 3, table.collapse(&heading(&table, 0)?)?)?;
    equal(
        "the rows",
        lines(&["[0]", "[1]", "d", "[2]", "e"]),
        shown(&table)?,
    )?;
    equal("*lpulRowCount", 1, table.collapse(&heading(&table, 2)?)?)?;
    equal("the row count", 4, table.row_count()?)
}

fn unknown_heading(context: &Context) -> Verdict {
    let Grouped { open: _open, table } = grouped(context, 1)?;
    let unknown = [0x5A; 16];
    refused(
        "CollapseRow with an unknown key",
        &[MAPI_E_NOT_FOUND, MAPI_E_INVALID_ENTRYID],
        table.collapse(&unknown),
    )?;
    refused(
        "ExpandRow with an unknown key",
        &[MAPI_E_NOT_FOUND],
        table.expand(&unknown, 1),
    )?;
    equal("the row count", 8, table.row_count()?)
}

fn collapsed_bookmark(context: &Context) -> Verdict {
    let Grouped { open: _open, table } = grouped(context, 1)?;
    table.seek(BOOKMARK_BEGINNING, 2)?;
    let inside = table.create_bookmark()?;
    table.seek(BOOKMARK_BEGINNING, 5)?;
    let behind = table.create_bookmark()?;
    table.collapse(&heading(&table, 0)?)?;
    let mut sought = i32::MAX;
    // SAFETY: `sought` is a place for the result.
    let came = unsafe { table.raw().SeekRow(inside, 0, &mut sought) };
    code(
        "SeekRow to the bookmark of a hidden row",
        &[MAPI_W_POSITION_CHANGED],
        came,
    )?;
    let next = table.query_rows(1, 0)?;
    equal(
        "the next row's importance",
        Some(1),
        next[0].long(PR_IMPORTANCE),
    )?;
    // SAFETY: as above.
    let came = unsafe { table.raw().SeekRow(behind, 0, &mut sought) };
    code("SeekRow to the bookmark of a visible row", &[S_OK], came)?;
    let next = table.query_rows(1, 0)?;
    equal("its row", Some("d"), next[0].text(PR_SUBJECT))
}

fn collapse_state(context: &Context) -> Verdict {
    let Grouped { open, table } = grouped(context, 0)?;
    table.expand(&heading(&table, 0)?, 0)?;
    table.expand(&heading(&table, 2)?, 0)?;
    let expected = shown(&table)?;
    let row = heading(&table, 2)?;
    let state = table.collapse_state(&row)?;
    let other = open.contents(COLUMNS)?;
    other.sort(&by_importance(0))?;
    let bookmark = other.set_collapse_state(&state)?;
    equal("the rows after SetCollapseState", expected, shown(&other)?)?;
    other.seek(bookmark, 0)?;
    let next = other.query_rows(1, 0)?;
    equal(
        "the row at the bookmark",
        Some(row.as_slice()),
        next[0].binary(PR_INSTANCE_KEY),
    )
}

fn damaged_state(context: &Context) -> Verdict {
    let Grouped { open: _open, table } = grouped(context, 0)?;
    let row = heading(&table, 0)?;
    let state = table.collapse_state(&row)?;
    for length in [0, 1, state.len() / 2] {
        fails(
            "SetCollapseState with a part of a state",
            table.set_collapse_state(&state[..length]),
        )?;
    }
    equal("the rows", lines(&["[0]", "[1]", "[2]"]), shown(&table)?)
}

fn state_without_categories(context: &Context) -> Verdict {
    let open = context.open()?;
    open.messages(&["one"])?;
    let table = open.contents(&[PR_INSTANCE_KEY])?;
    let rows = table.all_rows()?;
    let key = some(
        "the row",
        "PR_INSTANCE_KEY",
        rows[0].binary(PR_INSTANCE_KEY),
    )?;
    refused(
        "GetCollapseState",
        &[MAPI_E_NO_SUPPORT],
        table.collapse_state(key),
    )
}

fn extremes(context: &Context) -> Verdict {
    let Grouped { open: _open, table } = grouped(context, 0)?;
    let order = |direction| SortOrder {
        columns: vec![
            SSortOrder {
                ulPropTag: PR_IMPORTANCE,
                ulOrder: direction,
            },
            SSortOrder {
                ulPropTag: PR_SUBJECT,
                ulOrder: TABLE_SORT_CATEG_MAX,
            },
        ],
        categories: 1,
        expanded: 0,
    };
    // Another message makes the least important group the one with the greatest subject.
    table.sort(&order(TABLE_SORT_ASCEND))?;
    equal(
        "the headings",
        lines(&["[0]", "[1]", "[2]"]),
        shown(&table)?,
    )?;
    let open = context.logon()?;
    work_folder(&open)?.add_message(&[
        Prop::new(PR_MESSAGE_CLASS, "IPM.Note"),
        Prop::new(PR_SUBJECT, "z"),
        Prop::new(PR_IMPORTANCE, 0),
    ])?;
    table.sort(&order(TABLE_SORT_ASCEND))?;
    equal(
        "the headings",
        lines(&["[1]", "[2]", "[0]"]),
        shown(&table)?,
    )
}

fn combined(context: &Context) -> Verdict {
    let Grouped { open, table } = grouped(context, 0)?;
    add(&open, "a", 0)?;
    let order = SortOrder {
        columns: vec![
            SSortOrder {
                ulPropTag: PR_IMPORTANCE,
                ulOrder: TABLE_SORT_ASCEND,
            },
            SSortOrder {
                ulPropTag: PR_SUBJECT,
                ulOrder: TABLE_SORT_COMBINE,
            },
        ],
        categories: 2,
        expanded: 0,
    };
    table.sort(&order)?;
    let counts: Vec<_> = table
        .all_rows()?
        .iter()
        .map(|row| row.long(PR_CONTENT_COUNT).unwrap_or(-1))
        .collect();
    equal("the counts of the headings", vec![2, 1, 1, 1, 1], counts)
}

fn restricted(context: &Context) -> Verdict {
    let Grouped { open, table } = grouped(context, 1)?;
    open.needs(STORE_RESTRICTION_OK)?;
    let late = Restriction::Property {
        relation: RELOP_GE,
        tag: PR_SUBJECT,
        prop: Prop::new(PR_SUBJECT, "c"),
    };
    table.restrict(Some(&late))?;
    equal(
        "the rows",
        lines(&["[0]", "c", "[1]", "d", "[2]", "e"]),
        shown(&table)?,
    )?;
    let important = Restriction::equals(PR_IMPORTANCE, 1);
    table.restrict(Some(&important))?;
    equal("the rows", lines(&["[1]", "d"]), shown(&table)?)?;
    table.restrict(None)?;
    equal("the row count", 8, table.row_count()?)
}

fn sort_order(context: &Context) -> Verdict {
    let Grouped { open: _open, table } = grouped(context, 1)?;
    let order = table.sort_order()?;
    equal("cCategories", 1, order.categories)?;
    equal("cSorts", 2, order.columns.len())
}

fn heard(context: &Context, recorder: &Recorder) -> std::result::Result<Vec<(u32, String)>, Stop> {
    context.host().settle(SOON);
    std::thread::sleep(BRIEFLY);
    let mut heard = Vec::new();
    for event in recorder.events() {
        match event {
            Event::Table {
                event: TABLE_CHANGED | TABLE_RELOAD,
                ..
            } => {
                return Err(not_applicable(
                    "the provider sends TABLE_CHANGED instead of row events",
                ));
            }
            Event::Table { event, row, .. } if !is_heading(&row) || row.is_empty() => {
                heard.push((event, row.text(PR_SUBJECT).unwrap_or("").to_owned()));
            }
            _ => {}
        }
    }
    recorder.clear();
    Ok(heard)
}

fn silent_rows(context: &Context) -> Verdict {
    let Grouped { open, table } = grouped(context, 0)?;
    open.needs(STORE_NOTIFY_OK)?;
    let recorder = Recorder::new();
    table.advise(&recorder)?;
    let message = add(&open, "f", 0)?;
    message.put(PR_SUBJECT, "g")?;
    message.save(KEEP_OPEN_READWRITE)?;
    equal(
        "events of hidden rows",
        Vec::new(),
        heard(context, &recorder)?,
    )?;
    table.expand(&heading(&table, 0)?, 0)?;
    table.collapse(&heading(&table, 0)?)?;
    context.host().settle(SOON);
    std::thread::sleep(BRIEFLY);
    equal("events of the category's state", 0, recorder.events().len())
}

fn category_events(context: &Context) -> Verdict {
    let Grouped { open, table } = grouped(context, 1)?;
    open.needs(STORE_NOTIFY_OK)?;
    let recorder = Recorder::new();
    table.advise(&recorder)?;
    let message = add(&open, "bb", 0)?;
    let is_added = |event: &Event| {
        matches!(event, Event::Table { event: TABLE_ROW_ADDED, row, .. }
            if row.text(PR_SUBJECT) == Some("bb") && !is_heading(row))
    };
    let is_vague =
        |event: &Event| matches!(event.table_event(), Some(TABLE_CHANGED | TABLE_RELOAD));
    let event = recorder.wait_for(SOON, |event| is_added(event) || is_vague(event));
    if event.as_ref().is_some_and(is_vague) {
        return Err(not_applicable(
            "the provider sends TABLE_CHANGED instead of row events",
        ));
    }
    let Some(Event::Table { prior, .. }) = event else {
        return fail("the events", "TABLE_ROW_ADDED of the row", "none");
    };
    let rows = table.all_rows()?;
    equal(
        "the row before it",
        rows[2].value(PR_INSTANCE_KEY),
        Some(&prior.value),
    )?;
    context.host().settle(SOON);
    recorder.clear();
    message.put(PR_IMPORTANCE, 2)?;
    message.save(KEEP_OPEN_READWRITE)?;
    let moved = recorder.wait_for(SOON, |event| {
        matches!(event, Event::Table { event, row, .. }
            if row.text(PR_SUBJECT) == Some("bb")
                && matches!(*event, TABLE_ROW_ADDED | TABLE_ROW_MODIFIED))
    });
    some("the events", "the row in its new category", moved).map(drop)
}
