//! Which tables there are, and that the ways to one of them lead to the same rows.

use super::prelude::*;

pub(super) const CHECKS: &[Check] = &[
    Check::new(
        "D84-contents-both-ways",
        A(84),
        "IMAPIProp::OpenProperty",
        "contents-tables",
        "PR_CONTAINER_CONTENTS opens as the table of GetContentsTable.",
        |context| {
            let open = context.open()?;
            open.messages(&["one", "two"])?;
            same(
                &open.work.contents()?,
                &open.work.table(PR_CONTAINER_CONTENTS)?,
                PR_ENTRYID,
            )
        },
    ),
    Check::new(
        "D84-hierarchy-both-ways",
        A(84),
        "IMAPIProp::OpenProperty",
        "hierarchy-tables",
        "PR_CONTAINER_HIERARCHY opens as the table of GetHierarchyTable.",
        |context| {
            let open = context.open()?;
            open.work.create_folder("one")?;
            open.work.create_folder("two")?;
            same(
                &open.work.hierarchy()?,
                &open.work.table(PR_CONTAINER_HIERARCHY)?,
                PR_ENTRYID,
            )
        },
    ),
    Check::new(
        "D84-associated-both-ways",
        A(84),
        "IMAPIProp::OpenProperty",
        "contents-tables",
        "PR_FOLDER_ASSOCIATED_CONTENTS opens as the associated table.",
        |context| {
            let open = context.open()?;
            let associated = match open.work.create_message_with(MAPI_ASSOCIATED) {
                Err(failure) if failure.code == MAPI_E_NO_SUPPORT => {
                    return Err(not_applicable("associated messages are not offered"));
                }
                other => other?,
            };
            associated.save(0)?;
            let table = open.work.table(PR_FOLDER_ASSOCIATED_CONTENTS)?;
            same(&open.work.associated()?, &table, PR_ENTRYID)
        },
    ),
    Check::new(
        "D84-attachments-both-ways",
        A(84),
        "IMAPIProp::OpenProperty",
        "attachment-tables",
        "PR_MESSAGE_ATTACHMENTS opens as the table of GetAttachmentTable.",
        |context| {
            let open = context.open()?;
            needs(&open.session, STORE_ATTACH_OK)?;
            let message = open.message("one")?;
            message.attach("a.txt", b"a")?;
            message.save(KEEP_OPEN_READWRITE)?;
            same(
                &message.attachment_table()?,
                &message.table(PR_MESSAGE_ATTACHMENTS)?,
                PR_ATTACH_NUM,
            )
        },
    ),
    Check::new(
        "D84-recipients-both-ways",
        A(84),
        "IMAPIProp::OpenProperty",
        "recipient-tables",
        "PR_MESSAGE_RECIPIENTS, where it opens as a table, has the rows of GetRecipientTable.",
        |context| {
            let open = context.open()?;
            let message = open.message("one")?;
            message.add_recipient(MAPI_TO, "Anna", "anna@contoso.example")?;
            match message.table(PR_MESSAGE_RECIPIENTS) {
                Ok(table) => same(&message.recipient_table()?, &table, PR_DISPLAY_NAME),
                Err(_) => Err(not_applicable(
                    "PR_MESSAGE_RECIPIENTS does not open as a table",
                )),
            }
        },
    ),
    Check::new(
        "D85-depth",
        A(85),
        "IMAPIFolder::GetHierarchyTable",
        "imapicontainer-gethierarchytable",
        "CONVENIENT_DEPTH lists all descendants with PR_DEPTH 0 for children; without it children alone.",
        depth,
    ),
    Check::new(
        "D85-empty-hierarchy",
        S("3.4"),
        "IMAPIFolder::GetHierarchyTable",
        "imapicontainer-gethierarchytable",
        "A folder without subfolders has an empty hierarchy table.",
        |context| {
            let open = context.open()?;
            equal("rows", 0, open.work.hierarchy()?.all_rows()?.len())
        },
    ),
    Check::new(
        "D85-hierarchy-follows-changes",
        S("3.4"),
        "IMAPIFolder::GetHierarchyTable",
        "hierarchy-tables",
        "Renamed, moved and deleted folders show in new hierarchy tables.",
        hierarchy_follows,
    ),
    Check::new(
        "D77-instance-keys-everywhere",
        A(77),
        "IMAPITable::FindRow",
        "imapitable-findrow",
        "Rows of hierarchy, attachment, recipient and receive folder tables are found by their instance keys.",
        instance_keys_everywhere,
    ),
    Check::new(
        "S3.9-sort-of-small-tables",
        S("3.9"),
        "IMAPITable::SortTable",
        "attachment-tables",
        "Attachment tables sort and restrict, or refuse that.",
        small_tables,
    ),
    Check::new(
        "S3.9-tables-alone-hold-their-folder",
        A(14),
        "IMAPIFolder::Release",
        "implementing-the-iunknown-interface",
        "A table works on after its folder object has been released.",
        |context| {
            let open = context.open()?;
            open.messages(&["one"])?;
            let table = open.open_folder(&open.work.entry_id()?)?.contents()?;
            equal("rows", 1, table.all_rows()?.len())
        },
    ),
];

fn same(one: &Table, two: &Table, column: u32) -> Verdict {
    let mut left = one.rows(&[column, PR_RECORD_KEY])?;
    let mut right = two.rows(&[column, PR_RECORD_KEY])?;
    let order = |row: &Row| format!("{row:?}");
    left.sort_by_key(order);
    right.sort_by_key(order);
    holds(!left.is_empty(), "the table of the method", "rows", "none")?;
    equal("the rows of both tables", left, right)
}

fn depth(context: &Context) -> Verdict {
    let open = context.open()?;
    let child = open.work.create_folder("child")?;
    child.create_folder("grandchild")?;
    let mut deep: Vec<(String, Option<i32>)> = open
        .work
        .deep_hierarchy()?
        .rows(&[PR_DISPLAY_NAME, PR_DEPTH])?
        .iter()
        .map(|row| {
            (
                row.text(PR_DISPLAY_NAME).unwrap_or_default().to_string(),
                row.long(PR_DEPTH),
            )
        })
        .collect();
    deep.sort();
    equal(
        "names and PR_DEPTH with CONVENIENT_DEPTH",
        vec![
            ("child".to_string(), Some(0)),
            ("grandchild".to_string(), Some(1)),
        ],
        deep,
    )?;
    equal(
        "names without it",
        vec!["child".to_string()],
        open.work.child_names()?,
    )
}

fn hierarchy_follows(context: &Context) -> Verdict {
    let open = context.open()?;
    let one = open.work.create_folder("one")?;
    let two = open.work.create_folder("two")?;
    let three = open.work.create_folder("three")?;
    one.put(PR_DISPLAY_NAME, "renamed")?;
    done(
        open.work
            .copy_folder(&two.entry_id()?, &one, None, FOLDER_MOVE),
    )?;
    done(open.work.delete_folder(&three.entry_id()?, 0))?;
    equal(
        "children",
        vec!["renamed".to_string()],
        open.work.child_names()?,
    )?;
    equal("grandchildren", vec!["two".to_string()], one.child_names()?)
}

fn instance_keys_everywhere(context: &Context) -> Verdict {
    let open = context.open()?;
    open.work.create_folder("one")?;
    open.work.create_folder("two")?;
    let message = open.message("one")?;
    message.add_recipient(MAPI_TO, "Anna", "anna@contoso.example")?;
    message.attach("a.txt", b"a")?;
    message.save(KEEP_OPEN_READWRITE)?;
    for (what, table) in [
        ("hierarchy", open.work.hierarchy()?),
        ("attachment", message.attachment_table()?),
        ("recipient", message.recipient_table()?),
        ("receive folder", open.store().receive_folder_table()?),
    ] {
        let rows = table.rows(&[PR_INSTANCE_KEY])?;
        holds(
            !rows.is_empty(),
            &format!("the {what} table"),
            "rows",
            "none",
        )?;
        for row in rows {
            let key = some(
                &format!("a row of the {what} table"),
                "PR_INSTANCE_KEY",
                row.binary(PR_INSTANCE_KEY),
            )?;
            table.find(
                &Restriction::equals(PR_INSTANCE_KEY, key),
                BOOKMARK_BEGINNING,
                0,
            )?;
            let found = table.query_rows(1, 0)?;
            equal(
                &format!("the row of the {what} table that was found"),
                Some(&row),
                found.first(),
            )?;
        }
    }
    Ok(())
}

fn small_tables(context: &Context) -> Verdict {
    let open = context.open()?;
    needs(&open.session, STORE_ATTACH_OK)?;
    let message = open.message("one")?;
    for name in ["b.txt", "a.txt"] {
        message.attach(name, b"text")?;
    }
    message.save(KEEP_OPEN_READWRITE)?;
    let table = message.attachment_table()?;
    table.set_columns(&[PR_ATTACH_LONG_FILENAME])?;
    match table.sort(&SortOrder::ascending(&[PR_ATTACH_LONG_FILENAME])) {
        Ok(()) => {
            let rows = table.all_rows()?;
            let names: Vec<_> = rows
                .iter()
                .map(|row| row.text(PR_ATTACH_LONG_FILENAME))
                .collect();
            equal("sorted names", vec![Some("a.txt"), Some("b.txt")], names)
        }
        Err(failure) => code(
            "SortTable",
            &[MAPI_E_NO_SUPPORT, MAPI_E_TOO_COMPLEX],
            failure.code,
        ),
    }
}
