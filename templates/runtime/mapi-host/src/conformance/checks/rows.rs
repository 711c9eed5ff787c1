//! `QueryRows`.

use super::prelude::*;

pub(super) const CHECKS: &[Check] = &[
    Check::new(
        "D70-zero-rows",
        A(70),
        "IMAPITable::QueryRows",
        "imapitable-queryrows",
        "QueryRows(0) is refused with MAPI_E_INVALID_PARAMETER.",
        |context| {
            let open = context.open()?;
            let table = open.contents(&[PR_SUBJECT])?;
            refused(
                "QueryRows(0)",
                &[MAPI_E_INVALID_PARAMETER],
                table.query_rows(0, 0),
            )
        },
    ),
    Check::new(
        "D70-end-of-table",
        A(70),
        "IMAPITable::QueryRows",
        "determining-a-table-s-end",
        "At the end of a table QueryRows answers S_OK with an allocated set of no rows, again and again.",
        end_of_table,
    ),
    Check::new(
        "D70-more-rows-than-there-are",
        A(70),
        "IMAPITable::QueryRows",
        "imapitable-queryrows",
        "A request for more rows than there are returns those that there are.",
        more_than_there_are,
    ),
    Check::new(
        "D71-backwards",
        A(71),
        "IMAPITable::QueryRows",
        "imapitable-queryrows",
        "QueryRows(-n) returns the n rows before the position, in forward order; none at the start.",
        backwards,
    ),
    Check::new(
        "D72-no-advance",
        A(72),
        "IMAPITable::QueryRows",
        "imapitable-queryrows",
        "TBL_NOADVANCE leaves the cursor on the first row that was returned.",
        no_advance,
    ),
    Check::new(
        "D73-row-layout",
        A(73),
        "IMAPITable::QueryRows",
        "imapitable-queryrows",
        "Each row has all columns in their order; a cell without a value is PT_ERROR with MAPI_E_NOT_FOUND, and the call S_OK.",
        row_layout,
    ),
    Check::new(
        "D73-paging-is-complete",
        A(70),
        "IMAPITable::QueryRows",
        "determining-a-table-s-end",
        "Reading in pieces of any size gives each row once, in order.",
        paging_is_complete,
    ),
    Check::new(
        "D86-independent-tables",
        A(86),
        "IMAPIFolder::GetContentsTable",
        "implementing-thread-safe-objects",
        "Two tables of one folder have cursors, columns and restrictions of their own.",
        independent_tables,
    ),
    Check::new(
        "D87-width-of-default-columns",
        A(87),
        "IMAPIFolder::GetContentsTable",
        "imapicontainer-getcontentstable",
        "MAPI_UNICODE chooses the width of the default columns; tags in SetColumns win.",
        width_of_default_columns,
    ),
    Check::new(
        "D88-unsaved-messages-have-no-row",
        A(88),
        "IMAPIFolder::GetContentsTable",
        "imapifolder-createmessage",
        "A message that has not been saved is in no table, opened before or after.",
        unsaved_have_no_row,
    ),
    Check::new(
        "S3.9-cells-match-objects",
        S("3.9"),
        "IMAPITable::QueryRows",
        "contents-tables",
        "What a row says of a message is what the message says of itself.",
        cells_match_objects,
    ),
    Check::new(
        "S3.9-instance-keys-are-unique",
        S("8.3"),
        "IMAPITable::QueryRows",
        "pidtaginstancekey-canonical-property",
        "PR_INSTANCE_KEY differs from row to row, and stays while the table is open.",
        instance_keys_are_unique,
    ),
    Check::new(
        "S3.9-table-shows-later-changes",
        S("3.9"),
        "IMAPITable::QueryRows",
        "tables",
        "A new table shows what has been saved, moved and deleted before.",
        shows_changes,
    ),
    Check::new(
        "S3.9-status",
        S("3.9"),
        "IMAPITable::GetStatus",
        "imapitable-getstatus",
        "A table that has nothing to do is complete, and of one of the three types.",
        status,
    ),
    Check::new(
        "S3.9-wait-and-abort",
        S("3.9"),
        "IMAPITable::WaitForCompletion",
        "imapitable-waitforcompletion",
        "WaitForCompletion comes back at once, with or without a place for the status; Abort does no harm.",
        wait_and_abort,
    ),
    Check::new(
        "S3.9-row-count",
        S("3.9"),
        "IMAPITable::GetRowCount",
        "imapitable-getrowcount",
        "GetRowCount counts the rows of the view.",
        row_count,
    ),
    Check::new(
        "S3.9-expand-without-categories",
        S("3.9"),
        "IMAPITable::ExpandRow",
        "imapitable-expandrow",
        "ExpandRow and CollapseRow with a key that is no category fail, without a crash.",
        expand_without_categories,
    ),
];

const FIVE: [&str; 5] = ["a", "b", "c", "d", "e"];

/// A table of five messages, sorted by subject.
pub(super) fn five(open: &Open) -> Result<Table> {
    open.messages(&["c", "a", "e", "b", "d"])?;
    let table = open.contents(&[PR_SUBJECT, PR_INSTANCE_KEY])?;
    table.sort(&SortOrder::ascending(&[PR_SUBJECT]))?;
    Ok(table)
}

/// The subjects of rows.
pub(super) fn subjects(rows: &[Row]) -> Vec<String> {
    rows.iter()
        .map(|row| row.text(PR_SUBJECT).unwrap_or("(none)").to_string())
        .collect()
}

fn texts(wanted: &[&str]) -> Vec<String> {
    wanted.iter().map(|text| (*text).to_string()).collect()
}

fn end_of_table(context: &Context) -> Verdict {
    let open = context.open()?;
    let table = five(&open)?;
    table.seek(BOOKMARK_END, 0)?;
    for _ in 0..3 {
        equal("rows at the end", 0, table.query_rows(10, 0)?.len())?;
    }
    let found = context.host().violations();
    holds(
        found.is_empty(),
        "QueryRows at the end",
        "no violation",
        found.join("; "),
    )
}

fn more_than_there_are(context: &Context) -> Verdict {
    let open = context.open()?;
    let table = five(&open)?;
    equal(
        "QueryRows(1000)",
        texts(&FIVE),
        subjects(&table.query_rows(1000, 0)?),
    )?;
    table.seek(BOOKMARK_BEGINNING, 0)?;
    equal(
        "QueryRows(i32::MAX)",
        5,
        table.query_rows(i32::MAX, 0)?.len(),
    )
}

fn backwards(context: &Context) -> Verdict {
    let open = context.open()?;
    let table = five(&open)?;
    table.seek(BOOKMARK_BEGINNING, 4)?;
    equal(
        "QueryRows(-2) at row 4",
        texts(&["c", "d"]),
        subjects(&table.query_rows(-2, 0)?),
    )?;
    table.seek(BOOKMARK_BEGINNING, 2)?;
    equal(
        "QueryRows(-9) at row 2",
        texts(&["a", "b"]),
        subjects(&table.query_rows(-9, 0)?),
    )?;
    table.seek(BOOKMARK_BEGINNING, 0)?;
    equal(
        "QueryRows(-3) at the start",
        0,
        table.query_rows(-3, 0)?.len(),
    )?;
    table.seek(BOOKMARK_END, 0)?;
    equal(
        "QueryRows(-1) at the end",
        texts(&["e"]),
        subjects(&table.query_rows(-1, 0)?),
    )
}

fn no_advance(context: &Context) -> Verdict {
    let open = context.open()?;
    let table = five(&open)?;
    table.seek(BOOKMARK_BEGINNING, 1)?;
    for _ in 0..2 {
        let rows = table.query_rows(2, TBL_NOADVANCE)?;
        equal(
            "QueryRows(2, TBL_NOADVANCE) at row 1",
            texts(&["b", "c"]),
            subjects(&rows),
        )?;
    }
    let rows = table.query_rows(-1, TBL_NOADVANCE)?;
    equal(
        "QueryRows(-1, TBL_NOADVANCE) at row 1",
        texts(&["a"]),
        subjects(&rows),
    )?;
    equal("the position after that", 0, table.position()?.row)
}

fn row_layout(context: &Context) -> Verdict {
    let open = context.open()?;
    open.messages(&["a", "b"])?;
    let columns = [
        PR_MESSAGE_SIZE,
        0x6FA0_001F,
        PR_SUBJECT,
        PR_ENTRYID,
        PR_SENDER_NAME,
    ];
    for row in open.contents(&columns)?.all_rows()? {
        let ids: Vec<u32> = row.tags().into_iter().map(prop_id).collect();
        equal("the columns of a row", columns.map(prop_id).to_vec(), ids)?;
        equal(
            "the type of a missing cell",
            PT_ERROR,
            prop_type(row[1].tag),
        )?;
        equal("a missing cell", Some(MAPI_E_NOT_FOUND), row[1].error())?;
        equal("the tag of a cell with a value", PR_SUBJECT, row[2].tag)?;
    }
    Ok(())
}

fn paging_is_complete(context: &Context) -> Verdict {
    let open = context.open()?;
    let names: Vec<String> = (0..37).map(|number| format!("{number:02}")).collect();
    for name in &names {
        open.message(name)?;
    }
    let table = open.contents(&[PR_SUBJECT])?;
    table.sort(&SortOrder::ascending(&[PR_SUBJECT]))?;
    for size in [1, 2, 7, 36, 37, 38] {
        table.seek(BOOKMARK_BEGINNING, 0)?;
        let mut came = Vec::new();
        loop {
            let rows = table.query_rows(size, 0)?;
            if rows.is_empty() {
                break;
            }
            came.extend(subjects(&rows));
        }
        equal(&format!("all rows by {size}"), &names, &came)?;
    }
    Ok(())
}

fn independent_tables(context: &Context) -> Verdict {
    let open = context.open()?;
    let one = five(&open)?;
    let two = open.contents(&[PR_SUBJECT])?;
    two.sort(&SortOrder::descending(&[PR_SUBJECT]))?;
    two.restrict(Some(&Restriction::compare(RELOP_GT, PR_SUBJECT, "b")))?;
    two.query_rows(2, 0)?;
    equal("the position of the first table", 0, one.position()?.row)?;
    equal(
        "the columns of the first table",
        2,
        one.columns(false)?.len(),
    )?;
    equal(
        "the rows of the first table",
        texts(&FIVE),
        subjects(&one.all_rows()?),
    )?;
    equal(
        "the next row of the second table",
        texts(&["c"]),
        subjects(&two.query_rows(1, 0)?),
    )
}

fn width_of_default_columns(context: &Context) -> Verdict {
    let open = context.open()?;
    open.messages(&["a"])?;
    for (flags, wrong) in [(MAPI_UNICODE, PT_STRING8), (0, PT_UNICODE)] {
        let table = open.work.contents_with(flags)?;
        let found = table
            .columns(false)?
            .into_iter()
            .find(|tag| prop_type(*tag) == wrong);
        equal(
            &format!("default columns with flags {flags:#X}"),
            None,
            found,
        )?;
        for tag in [PR_SUBJECT, change_prop_type(PR_SUBJECT, PT_STRING8)] {
            equal(
                "the cell for a tag of SetColumns",
                tag,
                table.rows(&[tag])?[0][0].tag,
            )?;
        }
    }
    Ok(())
}

fn unsaved_have_no_row(context: &Context) -> Verdict {
    let open = context.open()?;
    let before = open.contents(&[PR_SUBJECT])?;
    let message = open.work.create_message()?;
    message.put(PR_SUBJECT, "unsaved")?;
    equal("rows of a table opened before", 0, before.all_rows()?.len())?;
    equal(
        "rows of a table opened after",
        0,
        open.work.contents()?.all_rows()?.len(),
    )
}

fn cells_match_objects(context: &Context) -> Verdict {
    let open = context.open()?;
    let message = open.message("RE: one")?;
    message.add_recipient(MAPI_TO, "Anna", "anna@contoso.example")?;
    message.put(PR_IMPORTANCE, IMPORTANCE_HIGH)?;
    message.put(0x6FA1_001F, "extra")?;
    message.save(KEEP_OPEN_READWRITE)?;
    let tags = [
        PR_SUBJECT,
        PR_NORMALIZED_SUBJECT,
        PR_MESSAGE_CLASS,
        PR_MESSAGE_FLAGS,
        PR_MESSAGE_SIZE,
        PR_DISPLAY_TO,
        PR_HASATTACH,
        PR_IMPORTANCE,
        PR_CREATION_TIME,
        PR_LAST_MODIFICATION_TIME,
        PR_RECORD_KEY,
        PR_SEARCH_KEY,
        PR_OBJECT_TYPE,
        PR_PARENT_ENTRYID,
        0x6FA1_001F,
    ];
    let row = open.contents(&tags)?.all_rows()?.remove(0);
    let object = open.open_message(&message.entry_id()?)?.get(&tags)?;
    equal("the row of the message", object, row)
}

fn instance_keys_are_unique(context: &Context) -> Verdict {
    let open = context.open()?;
    let table = five(&open)?;
    let keys = |table: &Table| -> Result<Vec<Vec<u8>>> {
        let rows = table.all_rows()?;
        let keys = rows
            .iter()
            .map(|row| row.binary(PR_INSTANCE_KEY).unwrap_or_default().to_vec());
        Ok(keys.collect())
    };
    let first = keys(&table)?;
    equal("PR_INSTANCE_KEY a second time", &first, &keys(&table)?)?;
    let mut sorted = first;
    sorted.sort();
    sorted.dedup();
    equal(
        "different instance keys",
        5,
        sorted.iter().filter(|key| !key.is_empty()).count(),
    )
}

fn shows_changes(context: &Context) -> Verdict {
    let open = context.open()?;
    let ids = open.messages(&["a", "b", "c"])?;
    let other = open.work.create_folder("other")?;
    done(open.work.delete_messages(&[&ids[0]], 0))?;
    done(open.work.copy_messages(&[&ids[1]], &other, MESSAGE_MOVE))?;
    let message = open.open_message(&ids[2])?;
    message.put(PR_SUBJECT, "changed")?;
    message.save(0)?;
    equal(
        "subjects",
        vec!["changed".to_string()],
        open.subjects(&open.work)?,
    )
}

fn status(context: &Context) -> Verdict {
    let open = context.open()?;
    let (status, kind) = five(&open)?.status()?;
    equal("the status", TBLSTAT_COMPLETE, status)?;
    holds(kind <= TBLTYPE_DYNAMIC, "the type", "0, 1 or 2", kind)
}

fn wait_and_abort(context: &Context) -> Verdict {
    let open = context.open()?;
    let table = five(&open)?;
    let mut status = u32::MAX;
    // SAFETY: `status` is a place for the result; a client may leave it out.
    let answers = unsafe {
        [
            table.raw().WaitForCompletion(0, 1000, &mut status),
            table.raw().WaitForCompletion(0, 1000, std::ptr::null_mut()),
            table.raw().Abort(),
        ]
    };
    code("WaitForCompletion", &[S_OK, MAPI_E_NO_SUPPORT], answers[0])?;
    code(
        "WaitForCompletion without a place for the status",
        &[S_OK, MAPI_E_NO_SUPPORT],
        answers[1],
    )?;
    code("Abort", &[S_OK, MAPI_E_UNABLE_TO_ABORT], answers[2])?;
    if answers[0] == S_OK {
        equal("the status", TBLSTAT_COMPLETE, status)?;
    }
    equal("rows after that", 5, table.all_rows()?.len())
}

fn row_count(context: &Context) -> Verdict {
    let open = context.open()?;
    let table = five(&open)?;
    equal("GetRowCount", 5, table.row_count()?)?;
    table.restrict(Some(&Restriction::compare(RELOP_LE, PR_SUBJECT, "b")))?;
    equal("GetRowCount of a restricted view", 2, table.row_count()?)
}

fn expand_without_categories(context: &Context) -> Verdict {
    let open = context.open()?;
    let table = five(&open)?;
    let key = [1_u8; 16];
    let (mut rows, mut count) = (std::ptr::null_mut(), 0);
    // SAFETY: the key lives until the calls return; the rest are places for the results.
    let answers = unsafe {
        [
            table
                .raw()
                .ExpandRow(16, key.as_ptr(), 1, 0, &mut rows, &mut count),
            table.raw().CollapseRow(16, key.as_ptr(), 0, &mut count),
        ]
    };
    holds(
        answers[0].is_err(),
        "ExpandRow",
        "a failure",
        code_text(answers[0]),
    )?;
    holds(
        answers[1].is_err(),
        "CollapseRow",
        "a failure",
        code_text(answers[1]),
    )?;
    holds(rows.is_null(), "ExpandRow", "NULL", "a pointer")
}
