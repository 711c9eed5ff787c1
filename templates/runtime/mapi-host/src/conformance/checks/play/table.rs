//! Tables.

use super::stage::accepted;
use super::*;

session! {
    "IMAPITable::Advise", "imapitable-advise", STORE_NOTIFY_OK, |stage| {
        let table = stage.table()?;
        Ok(Box::new(move || {
            let recorder = Recorder::new();
            let connection = table.advise(&recorder)?;
            table.unadvise(connection)
        }))
    };
    "IMAPITable::GetStatus", "imapitable-getstatus", 0, |stage| {
        let table = stage.table()?;
        Ok(Box::new(move || table.status().map(drop)))
    };
    "IMAPITable::SetColumns", "imapitable-setcolumns", 0, |stage| {
        let table = stage.table()?;
        Ok(Box::new(move || table.set_columns(&[PR_SUBJECT, PR_NULL, 0x6789_001F])))
    };
    "IMAPITable::QueryColumns", "imapitable-querycolumns", 0, |stage| {
        let table = stage.table()?;
        Ok(Box::new(move || {
            table.columns(false)?;
            table.columns(true).map(drop)
        }))
    };
    "IMAPITable::GetRowCount", "imapitable-getrowcount", 0, |stage| {
        let table = stage.table()?;
        Ok(Box::new(move || table.row_count().map(drop)))
    };
    "IMAPITable::SeekRow", "imapitable-seekrow", 0, |stage| {
        let table = stage.table()?;
        Ok(Box::new(move || {
            table.seek(BOOKMARK_BEGINNING, 2)?;
            table.seek_approximately(1, 2)?;
            table.position().map(drop)
        }))
    };
    "IMAPITable::FindRow", "imapitable-findrow", 0, |stage| {
        let table = stage.table()?;
        Ok(Box::new(move || {
            table.find(&Restriction::equals(PR_SUBJECT, "3"), BOOKMARK_BEGINNING, 0)
        }))
    };
    "IMAPITable::Restrict", "imapitable-restrict", 0, |stage| {
        let table = stage.table()?;
        Ok(Box::new(move || {
            table.restrict(Some(&Restriction::contains(PR_SUBJECT, FL_PREFIX, "3")))?;
            table.query_rows(5, 0)?;
            table.restrict(None)
        }))
    };
    "IMAPITable::CreateBookmark", "imapitable-createbookmark", 0, |stage| {
        let table = stage.table()?;
        Ok(Box::new(move || {
            let bookmark = table.create_bookmark()?;
            table.free_bookmark(bookmark)
        }))
    };
    "IMAPITable::SortTable", "imapitable-sorttable", STORE_SORT_OK, |stage| {
        let table = stage.table()?;
        Ok(Box::new(move || {
            table.sort(&SortOrder::ascending(&[PR_SUBJECT]))?;
            table.query_rows(3, 0)?;
            table.sort_order().map(drop)
        }))
    };
    "IMAPITable::QueryRows", "imapitable-queryrows", 0, |stage| {
        let table = stage.table()?;
        Ok(Box::new(move || {
            table.seek(BOOKMARK_BEGINNING, 0)?;
            table.query_rows(4, 0)?;
            table.query_rows(-2, TBL_NOADVANCE).map(drop)
        }))
    };
    "IMAPITable::ExpandRow", "imapitable-expandrow", STORE_CATEGORIZE_OK, |stage| {
        let table = stage.table()?;
        let mut order = SortOrder::ascending(&[PR_SUBJECT]);
        order.categories = 1;
        order.expanded = 1;
        table.sort(&order)?;
        Ok(Box::new(move || table.query_rows(10, 0).map(drop)))
    };
    "IMAPITable::WaitForCompletion", "imapitable-waitforcompletion", 0, |stage| {
        let table = stage.table()?;
        Ok(Box::new(move || {
            let mut status = 0;
            // SAFETY: `status` is a place for the result.
            match unsafe { table.raw().WaitForCompletion(0, 0, &mut status) } {
                MAPI_E_NO_SUPPORT => Ok(()),
                code => accepted("IMAPITable::WaitForCompletion", code),
            }
        }))
    };
}
