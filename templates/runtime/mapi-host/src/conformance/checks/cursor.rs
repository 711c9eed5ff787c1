//! Positions, bookmarks and finding.

use super::prelude::*;
use super::rows::{five, subjects};

pub(super) const CHECKS: &[Check] = &[
    Check::new(
        "D78-seek-clamps",
        A(78),
        "IMAPITable::SeekRow",
        "imapitable-seekrow",
        "SeekRow beyond either end stops there, succeeds, and tells the signed number of rows.",
        seek_clamps,
    ),
    Check::new(
        "D78-seek-without-result",
        A(78),
        "IMAPITable::SeekRow",
        "imapitable-seekrow",
        "SeekRow works without a place for the number of rows.",
        seek_without_result,
    ),
    Check::new(
        "D79-position-of-empty-table",
        A(79),
        "IMAPITable::QueryPosition",
        "imapitable-queryposition",
        "QueryPosition never reports a denominator of 0, not even for an empty table.",
        position_of_empty_table,
    ),
    Check::new(
        "D79-positions",
        A(79),
        "IMAPITable::QueryPosition",
        "imapitable-queryposition",
        "QueryPosition tells the row, and a fraction from 0 at the start to 1 at the end.",
        positions,
    ),
    Check::new(
        "D79-seek-approximately",
        A(79),
        "IMAPITable::SeekRowApprox",
        "imapitable-seekrowapprox",
        "A fraction of 0 is the start, of 1 the end, of one half the middle; a denominator of 0 is refused.",
        seek_approximately,
    ),
    Check::new(
        "D80-predefined-bookmarks",
        A(80),
        "IMAPITable::FreeBookmark",
        "imapitable-freebookmark",
        "Freeing a predefined bookmark succeeds and has no effect.",
        predefined_bookmarks,
    ),
    Check::new(
        "D80-bookmark-works",
        A(80),
        "IMAPITable::CreateBookmark",
        "imapitable-createbookmark",
        "A bookmark leads back to its row.",
        bookmark_works,
    ),
    Check::new(
        "D80-freed-bookmark",
        A(80),
        "IMAPITable::SeekRow",
        "imapitable-freebookmark",
        "A freed or unknown bookmark is refused with MAPI_E_INVALID_BOOKMARK.",
        freed_bookmark,
    ),
    Check::new(
        "D77-find-by-instance-key",
        A(77),
        "IMAPITable::FindRow",
        "imapitable-findrow",
        "FindRow on PR_INSTANCE_KEY finds each row and puts the cursor on it.",
        find_by_instance_key,
    ),
    Check::new(
        "D77-find-backward",
        A(77),
        "IMAPITable::FindRow",
        "imapitable-findrow",
        "DIR_BACKWARD searches from the end to the start.",
        find_backward,
    ),
    Check::new(
        "D77-find-misses",
        A(77),
        "IMAPITable::FindRow",
        "imapitable-findrow",
        "A search without a hit is MAPI_E_NOT_FOUND and leaves the cursor.",
        find_misses,
    ),
    Check::new(
        "D77-find-from-current",
        S("3.9"),
        "IMAPITable::FindRow",
        "imapitable-findrow",
        "A search from the current position includes that row and goes on from there.",
        find_from_current,
    ),
    Check::new(
        "D77-find-by-prefix",
        S("3.9"),
        "IMAPITable::FindRow",
        "imapitable-findrow",
        "A search for a prefix without regard to case, as for typed letters, finds the first row.",
        find_by_prefix,
    ),
];

fn seek_clamps(context: &Context) -> Verdict {
    let open = context.open()?;
    let table = five(&open)?;
    equal(
        "SeekRow(BEGINNING, 3)",
        3,
        table.seek(BOOKMARK_BEGINNING, 3)?,
    )?;
    equal(
        "SeekRow(CURRENT, 9) at row 3",
        2,
        table.seek(BOOKMARK_CURRENT, 9)?,
    )?;
    equal("SeekRow(END, -2)", -2, table.seek(BOOKMARK_END, -2)?)?;
    equal(
        "SeekRow(CURRENT, -9) at row 3",
        -3,
        table.seek(BOOKMARK_CURRENT, -9)?,
    )?;
    equal(
        "SeekRow(BEGINNING, -1)",
        0,
        table.seek(BOOKMARK_BEGINNING, -1)?,
    )?;
    equal("SeekRow(END, 1)", 0, table.seek(BOOKMARK_END, 1)?)?;
    equal(
        "SeekRow(END, i32::MIN)",
        -5,
        table.seek(BOOKMARK_END, i32::MIN)?,
    )?;
    equal(
        "SeekRow(BEGINNING, i32::MAX)",
        5,
        table.seek(BOOKMARK_BEGINNING, i32::MAX)?,
    )
}

fn seek_without_result(context: &Context) -> Verdict {
    let open = context.open()?;
    let table = five(&open)?;
    // SAFETY: a client may leave the result out.
    let answer = unsafe {
        table
            .raw()
            .SeekRow(BOOKMARK_BEGINNING, 2, std::ptr::null_mut())
    };
    code("IMAPITable::SeekRow", &[S_OK], answer)?;
    equal("the position after that", 2, table.position()?.row)
}

fn position_of_empty_table(context: &Context) -> Verdict {
    let open = context.open()?;
    let position = open.contents(&[PR_SUBJECT])?.position()?;
    holds(
        position.denominator != 0,
        "QueryPosition of an empty table",
        "a denominator other than 0",
        format!("{position:?}"),
    )
}

fn positions(context: &Context) -> Verdict {
    let open = context.open()?;
    let table = five(&open)?;
    for row in [0, 2, 5] {
        table.seek(BOOKMARK_BEGINNING, row)?;
        let position = table.position()?;
        let fraction = f64::from(position.numerator) / f64::from(position.denominator);
        equal("the row", row as u32, position.row)?;
        holds(
            position.denominator != 0 && (fraction - f64::from(row) / 5.0).abs() < 0.21,
            &format!("QueryPosition at row {row} of 5"),
            format!("about {}", f64::from(row) / 5.0),
            format!("{position:?}"),
        )?;
    }
    Ok(())
}

fn seek_approximately(context: &Context) -> Verdict {
    let open = context.open()?;
    let table = five(&open)?;
    for (numerator, denominator, low, high) in
        [(0, 10, 0, 0), (10, 10, 5, 5), (1, 2, 2, 3), (12, 10, 5, 5)]
    {
        table.seek_approximately(numerator, denominator)?;
        let row = table.position()?.row;
        holds(
            (low..=high).contains(&row),
            &format!("SeekRowApprox({numerator}, {denominator})"),
            format!("row {low} to {high}"),
            row,
        )?;
    }
    refused(
        "SeekRowApprox(1, 0)",
        &[MAPI_E_INVALID_PARAMETER],
        table.seek_approximately(1, 0),
    )
}

fn predefined_bookmarks(context: &Context) -> Verdict {
    let open = context.open()?;
    let table = five(&open)?;
    for bookmark in [BOOKMARK_BEGINNING, BOOKMARK_CURRENT, BOOKMARK_END] {
        table.free_bookmark(bookmark)?;
        table.seek(bookmark, 0)?;
    }
    Ok(())
}

/// A bookmark; some tables need not have any.
fn bookmark(table: &Table) -> std::result::Result<BOOKMARK, Stop> {
    match table.create_bookmark() {
        Err(failure) if failure.code == MAPI_E_NO_SUPPORT => {
            Err(not_applicable("bookmarks are not offered"))
        }
        other => Ok(other?),
    }
}

fn bookmark_works(context: &Context) -> Verdict {
    let open = context.open()?;
    let table = five(&open)?;
    table.seek(BOOKMARK_BEGINNING, 2)?;
    let bookmark = bookmark(&table)?;
    holds(
        bookmark > BOOKMARK_END,
        "CreateBookmark",
        "a value above BOOKMARK_END",
        bookmark,
    )?;
    table.seek(BOOKMARK_END, 0)?;
    table.seek(bookmark, 0)?;
    equal(
        "the row of the bookmark",
        vec!["c".to_string()],
        subjects(&table.query_rows(1, 0)?),
    )?;
    table.free_bookmark(bookmark)?;
    Ok(())
}

fn freed_bookmark(context: &Context) -> Verdict {
    let open = context.open()?;
    let table = five(&open)?;
    let bookmark = bookmark(&table)?;
    table.free_bookmark(bookmark)?;
    let invalid = &[MAPI_E_INVALID_BOOKMARK];
    refused(
        "SeekRow to a freed bookmark",
        invalid,
        table.seek(bookmark, 0),
    )?;
    refused(
        "FreeBookmark of a freed bookmark",
        invalid,
        table.free_bookmark(bookmark),
    )?;
    refused(
        "SeekRow to an unknown bookmark",
        invalid,
        table.seek(0x7FFF_FFFF, 0),
    )
}

fn find_by_instance_key(context: &Context) -> Verdict {
    let open = context.open()?;
    let table = five(&open)?;
    for row in table.all_rows()? {
        let key = row.binary(PR_INSTANCE_KEY).unwrap_or_default();
        table.find(
            &Restriction::equals(PR_INSTANCE_KEY, key),
            BOOKMARK_BEGINNING,
            0,
        )?;
        let found = table.query_rows(1, 0)?;
        equal("the row that was found", vec![row], found)?;
    }
    Ok(())
}

fn find_backward(context: &Context) -> Verdict {
    let open = context.open()?;
    let table = five(&open)?;
    let after = Restriction::compare(RELOP_LT, PR_SUBJECT, "d");
    table.find(&after, BOOKMARK_END, DIR_BACKWARD)?;
    equal(
        "the last row before d",
        vec!["c".to_string()],
        subjects(&table.query_rows(1, TBL_NOADVANCE)?),
    )?;
    table.find(&after, BOOKMARK_CURRENT, DIR_BACKWARD)?;
    equal(
        "the row before that",
        vec!["b".to_string()],
        subjects(&table.query_rows(1, 0)?),
    )
}

fn find_misses(context: &Context) -> Verdict {
    let open = context.open()?;
    let table = five(&open)?;
    table.seek(BOOKMARK_BEGINNING, 3)?;
    refused(
        "FindRow without a hit",
        &[MAPI_E_NOT_FOUND],
        table.find(
            &Restriction::equals(PR_SUBJECT, "nobody"),
            BOOKMARK_BEGINNING,
            0,
        ),
    )?;
    equal("the position after that", 3, table.position()?.row)
}

fn find_from_current(context: &Context) -> Verdict {
    let open = context.open()?;
    let table = five(&open)?;
    table.seek(BOOKMARK_BEGINNING, 2)?;
    let any = Restriction::Exist(PR_SUBJECT);
    table.find(&any, BOOKMARK_CURRENT, 0)?;
    equal(
        "the row that was found",
        vec!["c".to_string()],
        subjects(&table.query_rows(1, 0)?),
    )?;
    table.find(&any, BOOKMARK_CURRENT, 0)?;
    equal(
        "the next row that was found",
        vec!["d".to_string()],
        subjects(&table.query_rows(1, 0)?),
    )
}

fn find_by_prefix(context: &Context) -> Verdict {
    let open = context.open()?;
    open.messages(&["Alpha", "Beta", "beets", "Gamma"])?;
    let table = open.contents(&[PR_SUBJECT])?;
    table.sort(&SortOrder::ascending(&[PR_SUBJECT]))?;
    let typed = Restriction::contains(PR_SUBJECT, FL_PREFIX | FL_IGNORECASE, "BEE");
    table.find(&typed, BOOKMARK_BEGINNING, 0)?;
    equal(
        "the row that was found",
        vec!["beets".to_string()],
        subjects(&table.query_rows(1, 0)?),
    )
}
