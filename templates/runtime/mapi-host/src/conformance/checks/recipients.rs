//! Recipients.

use super::prelude::*;

pub(super) const CHECKS: &[Check] = &[
    Check::new(
        "E98-add",
        A(98),
        "IMessage::ModifyRecipients",
        "imessage-modifyrecipients",
        "MODRECIP_ADD adds, and each row gets a PR_ROWID of its own.",
        add,
    ),
    Check::new(
        "E98-replace",
        A(98),
        "IMessage::ModifyRecipients",
        "imessage-modifyrecipients",
        "Without a flag the list replaces all recipients.",
        replace,
    ),
    Check::new(
        "E98-modify",
        A(98),
        "IMessage::ModifyRecipients",
        "imessage-modifyrecipients",
        "MODRECIP_MODIFY replaces the row with the same PR_ROWID as a whole.",
        modify,
    ),
    Check::new(
        "E98-remove",
        A(98),
        "IMessage::ModifyRecipients",
        "imessage-modifyrecipients",
        "MODRECIP_REMOVE removes the row with the same PR_ROWID and no other.",
        remove,
    ),
    Check::new(
        "E98-row-ids-are-kept",
        A(98),
        "IMessage::ModifyRecipients",
        "imessage-modifyrecipients",
        "A PR_ROWID that comes along with a new row is kept, as MAPI's ExpandRecips expects.",
        row_ids_are_kept,
    ),
    Check::new(
        "E98-null-property",
        A(98),
        "IMessage::ModifyRecipients",
        "imessage-modifyrecipients",
        "A row with PR_NULL is refused; a PT_ERROR property is left out.",
        null_property,
    ),
    Check::new(
        "E98-null-recipient",
        S("3.5"),
        "IMessage::ModifyRecipients",
        "imessage-modifyrecipients",
        "An entry without properties is passed over.",
        null_recipient,
    ),
    Check::new(
        "E98-callers-list-is-untouched",
        A(98),
        "IMessage::ModifyRecipients",
        "imessage-modifyrecipients",
        "The caller's list is neither changed nor freed.",
        callers_list,
    ),
    Check::new(
        "E98-saved-with-the-message",
        S("3.5"),
        "IMessage::ModifyRecipients",
        "imessage-modifyrecipients",
        "Recipients are saved with the message, with all their properties, in their order.",
        saved,
    ),
    Check::new(
        "E98-unresolved",
        S("3.5"),
        "IMessage::ModifyRecipients",
        "imessage-modifyrecipients",
        "A recipient with a name and a type alone is taken.",
        unresolved,
    ),
    Check::new(
        "E98-table-is-alive",
        S("3.5"),
        "IMessage::GetRecipientTable",
        "imessage-getrecipienttable",
        "A new recipient table shows the changes of the open message.",
        table_is_alive,
    ),
];

fn names(message: &Message) -> Result<Vec<String>> {
    let rows = message.recipients()?;
    Ok(rows
        .iter()
        .map(|row| row.text(PR_DISPLAY_NAME).unwrap_or_default().to_string())
        .collect())
}

fn strings(wanted: &[&str]) -> Vec<String> {
    wanted.iter().map(|text| (*text).to_string()).collect()
}

fn anna_and_ben(open: &Open) -> Result<Message> {
    let message = open.message("one")?;
    message.modify_recipients(
        MODRECIP_ADD,
        &[
            recipient(MAPI_TO, "Anna", "anna@contoso.example"),
            recipient(MAPI_CC, "Ben", "ben@contoso.example"),
        ],
    )?;
    Ok(message)
}

fn add(context: &Context) -> Verdict {
    let open = context.open()?;
    let message = anna_and_ben(&open)?;
    message.add_recipient(MAPI_BCC, "Cleo", "cleo@contoso.example")?;
    equal("names", strings(&["Anna", "Ben", "Cleo"]), names(&message)?)?;
    let mut ids: Vec<Option<i32>> = message
        .recipients()?
        .iter()
        .map(|row| row.long(PR_ROWID))
        .collect();
    ids.sort_unstable();
    ids.dedup();
    equal(
        "different values of PR_ROWID",
        3,
        ids.iter().flatten().count(),
    )
}

fn replace(context: &Context) -> Verdict {
    let open = context.open()?;
    let message = anna_and_ben(&open)?;
    message.modify_recipients(0, &[recipient(MAPI_TO, "Dana", "dana@contoso.example")])?;
    equal("names", strings(&["Dana"]), names(&message)?)?;
    message.modify_recipients(0, &[])?;
    equal("names after an empty list", strings(&[]), names(&message)?)
}

fn modify(context: &Context) -> Verdict {
    let open = context.open()?;
    let message = anna_and_ben(&open)?;
    let id = message.recipients()?[0].bits(PR_ROWID).unwrap_or(u32::MAX);
    message.modify_recipients(
        MODRECIP_MODIFY,
        &[vec![
            Prop::new(PR_ROWID, id),
            Prop::new(PR_RECIPIENT_TYPE, MAPI_TO),
            Prop::new(PR_DISPLAY_NAME, "Anna Two"),
        ]],
    )?;
    let rows = message.recipients()?;
    let row = rows.iter().find(|row| row.bits(PR_ROWID) == Some(id));
    let row = some("the recipient table", "the row", row)?;
    equal(
        "PR_DISPLAY_NAME",
        Some("Anna Two"),
        row.text(PR_DISPLAY_NAME),
    )?;
    equal(
        "PR_EMAIL_ADDRESS, which the new row lacks",
        None,
        row.text(PR_EMAIL_ADDRESS),
    )?;
    equal("rows", 2, rows.len())
}

fn remove(context: &Context) -> Verdict {
    let open = context.open()?;
    let message = anna_and_ben(&open)?;
    let id = message.recipients()?[0].bits(PR_ROWID).unwrap_or(u32::MAX);
    message.modify_recipients(MODRECIP_REMOVE, &[vec![Prop::new(PR_ROWID, id)]])?;
    equal("names", strings(&["Ben"]), names(&message)?)
}

fn row_ids_are_kept(context: &Context) -> Verdict {
    let open = context.open()?;
    let message = open.message("one")?;
    let mut row = recipient(MAPI_TO, "Anna", "anna@contoso.example");
    row.push(Prop::new(PR_ROWID, 4711));
    message.modify_recipients(MODRECIP_ADD, &[row])?;
    equal(
        "PR_ROWID",
        Some(4711),
        message.recipients()?[0].long(PR_ROWID),
    )
}

fn null_property(context: &Context) -> Verdict {
    let open = context.open()?;
    let message = open.message("one")?;
    let mut wrong = recipient(MAPI_TO, "Anna", "anna@contoso.example");
    wrong.push(Prop {
        tag: PR_NULL,
        value: Value::Null,
    });
    fails(
        "ModifyRecipients with PR_NULL",
        message.modify_recipients(MODRECIP_ADD, &[wrong]),
    )?;
    equal("names after that", strings(&[]), names(&message)?)?;
    let mut row = recipient(MAPI_TO, "Ben", "ben@contoso.example");
    row.push(Prop::new(
        change_prop_type(PR_SMTP_ADDRESS, PT_ERROR),
        MAPI_E_NOT_FOUND,
    ));
    message.modify_recipients(MODRECIP_ADD, &[row])?;
    equal(
        "names with a PT_ERROR property",
        strings(&["Ben"]),
        names(&message)?,
    )
}

fn null_recipient(context: &Context) -> Verdict {
    let open = context.open()?;
    let message = open.message("one")?;
    let anna = recipient(MAPI_TO, "Anna", "anna@contoso.example");
    message.modify_recipients(MODRECIP_ADD, &[Vec::new(), anna])?;
    equal("names", strings(&["Anna"]), names(&message)?)
}

fn callers_list(context: &Context) -> Verdict {
    let open = context.open()?;
    let message = anna_and_ben(&open)?;
    for row in message.recipients()? {
        message.modify_recipients(MODRECIP_MODIFY, &[row.0])?;
    }
    let found = context.host().violations();
    holds(
        found.is_empty(),
        "ModifyRecipients",
        "no violation",
        found.join("; "),
    )
}

fn saved(context: &Context) -> Verdict {
    let open = context.open()?;
    let message = anna_and_ben(&open)?;
    let mut row = recipient(MAPI_TO, "Ånders 日本", "x@contoso.example");
    row.push(Prop::new(0x5FFE_001F, "extra"));
    message.modify_recipients(MODRECIP_ADD, &[row])?;
    message.save(KEEP_OPEN_READWRITE)?;
    let again = open.open_message(&message.entry_id()?)?;
    equal(
        "names",
        strings(&["Anna", "Ben", "Ånders 日本"]),
        names(&again)?,
    )?;
    let rows =
        again
            .recipient_table()?
            .rows(&[PR_RECIPIENT_TYPE, PR_EMAIL_ADDRESS, 0x5FFE_001F])?;
    let types: Vec<Option<u32>> = rows.iter().map(|row| row.bits(PR_RECIPIENT_TYPE)).collect();
    equal(
        "PR_RECIPIENT_TYPE",
        vec![Some(MAPI_TO), Some(MAPI_CC), Some(MAPI_TO)],
        types,
    )?;
    equal(
        "PR_EMAIL_ADDRESS",
        Some("x@contoso.example"),
        rows[2].text(PR_EMAIL_ADDRESS),
    )?;
    equal(
        "an unknown property",
        Some("extra"),
        rows[2].text(0x5FFE_001F),
    )
}

fn unresolved(context: &Context) -> Verdict {
    let open = context.open()?;
    let message = open.message("one")?;
    let row = vec![
        Prop::new(PR_RECIPIENT_TYPE, MAPI_TO),
        Prop::new(PR_DISPLAY_NAME, "Somebody"),
    ];
    message.modify_recipients(MODRECIP_ADD, &[row])?;
    message.save(KEEP_OPEN_READWRITE)?;
    equal("names", strings(&["Somebody"]), names(&message)?)
}

fn table_is_alive(context: &Context) -> Verdict {
    let open = context.open()?;
    let message = open.message("one")?;
    equal("rows at first", 0, message.recipients()?.len())?;
    message.add_recipient(MAPI_TO, "Anna", "anna@contoso.example")?;
    equal("rows after a change", 1, message.recipients()?.len())?;
    equal(
        "rows of another object before the save",
        0,
        open.open_message(&message.entry_id()?)?.recipients()?.len(),
    )
}
