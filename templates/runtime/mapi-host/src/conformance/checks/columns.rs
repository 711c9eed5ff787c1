//! Column sets.

use super::prelude::*;

pub(super) const CHECKS: &[Check] = &[
    Check::new(
        "D74-null-keeps-a-slot",
        A(74),
        "IMAPITable::SetColumns",
        "imapitable-setcolumns",
        "PR_NULL in a column set keeps an empty cell at its place.",
        null_keeps_a_slot,
    ),
    Check::new(
        "D74-no-array",
        A(74),
        "IMAPITable::SetColumns",
        "imapitable-setcolumns",
        "SetColumns(NULL) is refused, and the columns stay.",
        no_array,
    ),
    Check::new(
        "D73-unknown-columns-are-accepted",
        A(73),
        "IMAPITable::SetColumns",
        "imapitable-setcolumns",
        "SetColumns accepts tags that the table does not know.",
        |context| {
            let open = context.open()?;
            open.message("one")?;
            let rows = open
                .contents(&[0x6FB0_0003, 0x8FFF_001F, PR_SUBJECT])?
                .all_rows()?;
            equal("the number of cells", 3, rows[0].len())
        },
    ),
    Check::new(
        "D73-query-columns",
        S("3.9"),
        "IMAPITable::QueryColumns",
        "imapitable-querycolumns",
        "QueryColumns returns the set in force, in order; TBL_ALL_COLUMNS has at least the default columns.",
        query_columns,
    ),
    Check::new(
        "D74-flags",
        S("3.9"),
        "IMAPITable::SetColumns",
        "imapitable-setcolumns",
        "TBL_ASYNC and TBL_BATCH do not keep columns from being set.",
        flags,
    ),
    Check::new(
        "D74-all-types",
        S("3.9"),
        "IMAPITable::SetColumns",
        "imapitable-setcolumns",
        "Properties of all types come as columns.",
        all_types,
    ),
    Check::new(
        "S5.4-contents-columns",
        S("5.4"),
        "IMAPIFolder::GetContentsTable",
        "contents-tables",
        "A contents table has its required columns from the start.",
        |context| {
            let open = context.open()?;
            has_columns(&open.work.contents()?, CONTENTS)
        },
    ),
    Check::new(
        "S5.4-associated-columns",
        S("5.4"),
        "IMAPIFolder::GetContentsTable",
        "contents-tables",
        "An associated contents table has its required columns from the start.",
        |context| {
            let open = context.open()?;
            match open.work.associated() {
                Err(failure) if failure.code == MAPI_E_NO_SUPPORT => {
                    Err(not_applicable("associated messages are not offered"))
                }
                table => has_columns(&table?, CONTENTS),
            }
        },
    ),
    Check::new(
        "S5.4-hierarchy-columns",
        S("5.4"),
        "IMAPIFolder::GetHierarchyTable",
        "hierarchy-tables",
        "A hierarchy table has its required columns from the start.",
        |context| {
            let open = context.open()?;
            has_columns(
                &open.work.hierarchy()?,
                &[
                    PR_COMMENT,
                    PR_DEPTH,
                    PR_DISPLAY_NAME,
                    PR_DISPLAY_TYPE,
                    PR_ENTRYID,
                    PR_INSTANCE_KEY,
                    PR_OBJECT_TYPE,
                    PR_STATUS,
                    PR_FOLDER_TYPE,
                    PR_SUBFOLDERS,
                ],
            )
        },
    ),
    Check::new(
        "S5.4-attachment-columns",
        S("5.4"),
        "IMessage::GetAttachmentTable",
        "attachment-tables",
        "An attachment table has its required columns from the start.",
        |context| {
            let open = context.open()?;
            has_columns(
                &open.message("one")?.attachment_table()?,
                &[
                    PR_ATTACH_NUM,
                    PR_INSTANCE_KEY,
                    PR_RECORD_KEY,
                    PR_RENDERING_POSITION,
                    PR_ATTACH_METHOD,
                ],
            )
        },
    ),
    Check::new(
        "S5.4-recipient-columns",
        S("5.4"),
        "IMessage::GetRecipientTable",
        "recipient-tables",
        "A recipient table has its required columns from the start.",
        |context| {
            let open = context.open()?;
            has_columns(
                &open.message("one")?.recipient_table()?,
                &[PR_DISPLAY_NAME, PR_RECIPIENT_TYPE, PR_ROWID],
            )
        },
    ),
    Check::new(
        "S5.4-receive-folder-columns",
        S("5.4"),
        "IMsgStore::GetReceiveFolderTable",
        "receive-folder-tables",
        "A receive folder table has its required columns from the start.",
        |context| {
            let session = context.logon()?;
            has_columns(
                &session.store().receive_folder_table()?,
                &[PR_ENTRYID, PR_MESSAGE_CLASS, PR_RECORD_KEY],
            )
        },
    ),
    Check::new(
        "S5.4-contents-cells",
        A(73),
        "IMAPITable::QueryRows",
        "contents-tables",
        "The columns of a contents table that every message has hold values.",
        contents_cells,
    ),
    Check::new(
        "S5.4-hierarchy-cells",
        A(73),
        "IMAPITable::QueryRows",
        "hierarchy-tables",
        "The columns of a hierarchy table that every folder has hold values.",
        hierarchy_cells,
    ),
];

const CONTENTS: &[u32] = &[
    PR_DISPLAY_CC,
    PR_DISPLAY_TO,
    PR_ENTRYID,
    PR_HASATTACH,
    PR_INSTANCE_KEY,
    PR_LAST_MODIFICATION_TIME,
    PR_MAPPING_SIGNATURE,
    PR_MESSAGE_CLASS,
    PR_MESSAGE_FLAGS,
    PR_MESSAGE_SIZE,
    PR_MSG_STATUS,
    PR_OBJECT_TYPE,
    PR_PARENT_ENTRYID,
    PR_RECORD_KEY,
    PR_STORE_ENTRYID,
    PR_STORE_RECORD_KEY,
];

fn has_columns(table: &Table, wanted: &[u32]) -> Verdict {
    let columns: Vec<u32> = table.columns(false)?.into_iter().map(prop_id).collect();
    let missing: Vec<String> = wanted
        .iter()
        .filter(|tag| !columns.contains(&prop_id(**tag)))
        .map(|tag| format!("{:#06X}", prop_id(*tag)))
        .collect();
    holds(
        missing.is_empty(),
        "the default columns",
        "all required ones",
        format!("none for {}", missing.join(", ")),
    )
}

fn null_keeps_a_slot(context: &Context) -> Verdict {
    let open = context.open()?;
    open.message("one")?;
    let rows = open
        .contents(&[PR_SUBJECT, PR_NULL, PR_ENTRYID])?
        .all_rows()?;
    equal("the number of cells", 3, rows[0].len())?;
    equal("the id of the empty cell", 0, prop_id(rows[0][1].tag))?;
    equal("the cell after it", PR_ENTRYID, rows[0][2].tag)
}

fn no_array(context: &Context) -> Verdict {
    let open = context.open()?;
    let table = open.contents(&[PR_SUBJECT])?;
    code(
        "SetColumns(NULL)",
        &[MAPI_E_INVALID_PARAMETER],
        table.set_no_columns(),
    )?;
    equal(
        "the columns after that",
        vec![PR_SUBJECT],
        table.columns(false)?,
    )
}

fn query_columns(context: &Context) -> Verdict {
    let open = context.open()?;
    let table = open.work.contents()?;
    let default = table.columns(false)?;
    let all: Vec<u32> = table.columns(true)?.into_iter().map(prop_id).collect();
    for tag in default {
        holds(
            all.contains(&prop_id(tag)),
            "QueryColumns(TBL_ALL_COLUMNS)",
            format!("the default column {tag:#010X}"),
            "a list without it",
        )?;
    }
    let wanted = vec![PR_MESSAGE_SIZE, PR_SUBJECT, PR_NULL, PR_ENTRYID];
    table.set_columns(&wanted)?;
    equal("QueryColumns", wanted, table.columns(false)?)
}

fn flags(context: &Context) -> Verdict {
    let open = context.open()?;
    open.message("one")?;
    let table = open.work.contents()?;
    let tags = SizedSPropTagArray::new([PR_SUBJECT]);
    for flags in [TBL_ASYNC, TBL_BATCH] {
        // SAFETY: the tags live until the call returns.
        let answer = unsafe { table.raw().SetColumns(tags.as_ptr(), flags) };
        code(&format!("SetColumns with flags {flags}"), &[S_OK], answer)?;
        equal("the cells of a row", 1, table.all_rows()?[0].len())?;
    }
    Ok(())
}

fn all_types(context: &Context) -> Verdict {
    let open = context.open()?;
    let message = open.message("one")?;
    let values = vec![
        Prop::new(0x6FB1_0002, -7_i16),
        Prop::new(0x6FB2_0003, 7),
        Prop::new(0x6FB3_0004, 1.5_f32),
        Prop::new(0x6FB4_0005, 2.5),
        Prop::new(0x6FB5_000B, true),
        Prop::new(0x6FB6_0014, 7_i64),
        Prop::new(0x6FB7_001F, "text"),
        Prop::time(0x6FB8_0040, 7),
        Prop::new(0x6FB9_0048, GUID::from_u128(7)),
        Prop::new(0x6FBA_0102, &[1_u8, 2]),
    ];
    message.set(&values)?;
    message.save(KEEP_OPEN_READWRITE)?;
    let tags: Vec<u32> = values.iter().map(|prop| prop.tag).collect();
    equal(
        "the row",
        vec![Props(values)],
        open.contents(&tags)?.all_rows()?,
    )
}

fn contents_cells(context: &Context) -> Verdict {
    let open = context.open()?;
    open.message("one")?;
    let row = open.contents(CONTENTS)?.all_rows()?.remove(0);
    for tag in CONTENTS {
        some(
            "a row of a contents table",
            &format!("{tag:#010X}"),
            row.value(*tag),
        )?;
    }
    Ok(())
}

fn hierarchy_cells(context: &Context) -> Verdict {
    let open = context.open()?;
    open.work.create_folder("child")?;
    let wanted = [
        PR_DEPTH,
        PR_DISPLAY_NAME,
        PR_ENTRYID,
        PR_INSTANCE_KEY,
        PR_OBJECT_TYPE,
        PR_FOLDER_TYPE,
        PR_SUBFOLDERS,
        PR_CONTENT_COUNT,
        PR_CONTENT_UNREAD,
        PR_RECORD_KEY,
        PR_PARENT_ENTRYID,
    ];
    let row = open.work.hierarchy()?.rows(&wanted)?.remove(0);
    for tag in wanted {
        some(
            "a row of a hierarchy table",
            &format!("{tag:#010X}"),
            row.value(tag),
        )?;
    }
    Ok(())
}
