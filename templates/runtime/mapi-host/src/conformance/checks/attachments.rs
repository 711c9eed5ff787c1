//! Attachments and embedded messages.

use super::prelude::*;

pub(super) const CHECKS: &[Check] = &[
    Check::new(
        "E99-create-and-save",
        A(99),
        "IMessage::CreateAttach",
        "imessage-createattach",
        "An attachment that was saved, in a message that was saved, is one row and opens with its bytes.",
        create_and_save,
    ),
    Check::new(
        "E99-numbers-are-unique",
        A(99),
        "IMessage::CreateAttach",
        "imessage-createattach",
        "PR_ATTACH_NUM is unique in a message, also after a deletion.",
        numbers_are_unique,
    ),
    Check::new(
        "E99-delete-is-undone",
        A(99),
        "IMessage::DeleteAttach",
        "imessage-deleteattach",
        "A deletion takes effect with the save of the message, and not without it.",
        delete_is_undone,
    ),
    Check::new(
        "E99-unsaved-attachment",
        A(88),
        "IMessage::GetAttachmentTable",
        "imessage-createattach",
        "An attachment without a save of its own is never in a table.",
        unsaved_attachment,
    ),
    Check::new(
        "E99-saved-attachment-in-unsaved-message",
        S("3.5"),
        "IMessage::CreateAttach",
        "imessage-createattach",
        "An attachment that was saved is lost with a message that was not.",
        lost_with_the_message,
    ),
    Check::new(
        "E99-open-missing",
        S("3.5"),
        "IMessage::OpenAttach",
        "imessage-openattach",
        "A number without an attachment is not found.",
        open_missing,
    ),
    Check::new(
        "E99-new-attachment-has-no-data",
        S("3.6"),
        "IMessage::CreateAttach",
        "pidtagattachmethod-canonical-property",
        "A new attachment has PR_ATTACH_METHOD NO_ATTACHMENT.",
        new_has_no_data,
    ),
    Check::new(
        "E99-change-existing",
        S("3.6"),
        "IMessage::OpenAttach",
        "imessage-openattach",
        "An attachment of a saved message can be changed and saved again.",
        change_existing,
    ),
    Check::new(
        "E99-record-key-is-stable",
        S("3.6"),
        "IMAPIProp::GetProps",
        "attachment-tables",
        "PR_RECORD_KEY of an attachment is the same on the object, in the table and after re-opening.",
        record_key_is_stable,
    ),
    Check::new(
        "E99-large-attachment",
        S("3.6"),
        "IAttach::OpenProperty",
        "supporting-message-attachments-for-message-store-providers",
        "An attachment of two million bytes comes back whole, and PR_ATTACH_SIZE says so.",
        large_attachment,
    ),
    Check::new(
        "E100-embedded-message",
        A(100),
        "IAttach::OpenProperty",
        "supporting-message-attachments-for-message-store-providers",
        "An embedded message saves through attachment and message, and opens again with all it has.",
        embedded_message,
    ),
    Check::new(
        "E100-embedded-without-outer-save",
        A(100),
        "IAttach::OpenProperty",
        "supporting-message-attachments-for-message-store-providers",
        "An embedded message takes three saves; without the last one nothing is stored.",
        embedded_without_outer_save,
    ),
    Check::new(
        "E100-embedded-in-embedded",
        S("3.6"),
        "IAttach::OpenProperty",
        "supporting-message-attachments-for-message-store-providers",
        "A message in a message in a message, with an attachment, comes back.",
        embedded_in_embedded,
    ),
    Check::new(
        "E100-deeply-embedded",
        S("3.6"),
        "IAttach::OpenProperty",
        "supporting-message-attachments-for-message-store-providers",
        "Messages in messages go as deep as the store takes them, at least 8; what it takes it gives back, deeper ones are refused.",
        deeply_embedded,
    ),
    Check::new(
        "E100-attachment-changes-are-nested",
        S("3.6"),
        "IMAPIProp::SaveChanges",
        "imessage-createattach",
        "A change of an attachment is visible to others only after its own save and the message's, in this order.",
        nested_changes,
    ),
];

fn prepared(context: &Context) -> std::result::Result<(Open, Message), Stop> {
    let open = context.open()?;
    needs(&open.session, STORE_ATTACH_OK)?;
    let message = open.message("one")?;
    Ok((open, message))
}

fn create_and_save(context: &Context) -> Verdict {
    let (open, message) = prepared(context)?;
    message.attach("report.txt", b"text")?;
    message.save(KEEP_OPEN_READWRITE)?;
    let again = open.open_message(&message.entry_id()?)?;
    let rows = again.attachments()?;
    equal("rows", 1, rows.len())?;
    equal(
        "PR_ATTACH_LONG_FILENAME",
        Some("report.txt"),
        rows[0].text(PR_ATTACH_LONG_FILENAME),
    )?;
    equal(
        "PR_ATTACH_METHOD",
        Some(ATTACH_BY_VALUE),
        rows[0].bits(PR_ATTACH_METHOD),
    )?;
    let number = some("the row", "PR_ATTACH_NUM", rows[0].bits(PR_ATTACH_NUM))?;
    equal(
        "the bytes",
        b"text".to_vec(),
        again.open_attachment(number)?.bytes()?,
    )
}

fn numbers_are_unique(context: &Context) -> Verdict {
    let (_open, message) = prepared(context)?;
    let one = message.attach("1", b"1")?;
    let two = message.attach("2", b"2")?;
    message.save(KEEP_OPEN_READWRITE)?;
    message.delete_attachment(one)?;
    let three = message.attach("3", b"3")?;
    message.save(KEEP_OPEN_READWRITE)?;
    holds(
        one != two && two != three,
        "PR_ATTACH_NUM",
        "different numbers",
        format!("{one}, {two}, {three}"),
    )?;
    let mut names: Vec<String> = message
        .attachments()?
        .iter()
        .map(|row| {
            row.text(PR_ATTACH_LONG_FILENAME)
                .unwrap_or_default()
                .to_string()
        })
        .collect();
    names.sort();
    equal(
        "names in the table",
        vec!["2".to_string(), "3".to_string()],
        names,
    )
}

fn delete_is_undone(context: &Context) -> Verdict {
    let (open, message) = prepared(context)?;
    message.attach("a", b"a")?;
    message.save(KEEP_OPEN_READWRITE)?;
    let id = message.entry_id()?;
    drop(message);
    let count = || -> Result<usize> { Ok(open.open_message(&id)?.attachments()?.len()) };
    for (save, wanted) in [(false, 1), (true, 0)] {
        let message = open.open_message(&id)?;
        let number = message.attachments()?[0]
            .bits(PR_ATTACH_NUM)
            .unwrap_or_default();
        message.delete_attachment(number)?;
        if save {
            message.save(0)?;
        }
        drop(message);
        equal(
            &format!("attachments, save of the message: {save}"),
            wanted,
            count()?,
        )?;
    }
    Ok(())
}

fn unsaved_attachment(context: &Context) -> Verdict {
    let (open, message) = prepared(context)?;
    let (_, attachment) = message.create_attachment()?;
    attachment.put(PR_ATTACH_LONG_FILENAME, "unsaved")?;
    equal("rows", 0, message.attachments()?.len())?;
    message.save(KEEP_OPEN_READWRITE)?;
    drop(attachment);
    equal(
        "rows after a save of the message",
        0,
        open.open_message(&message.entry_id()?)?
            .attachments()?
            .len(),
    )
}

fn lost_with_the_message(context: &Context) -> Verdict {
    let (open, message) = prepared(context)?;
    let id = message.entry_id()?;
    message.attach("a", b"a")?;
    drop(message);
    equal("rows", 0, open.open_message(&id)?.attachments()?.len())
}

fn open_missing(context: &Context) -> Verdict {
    let (_open, message) = prepared(context)?;
    refused(
        "OpenAttach(99)",
        &[MAPI_E_NOT_FOUND, MAPI_E_INVALID_PARAMETER],
        message.open_attachment(99),
    )?;
    fails("DeleteAttach(99)", message.delete_attachment(99))
}

fn new_has_no_data(context: &Context) -> Verdict {
    let (_open, message) = prepared(context)?;
    let (number, attachment) = message.create_attachment()?;
    equal(
        "PR_ATTACH_METHOD",
        NO_ATTACHMENT,
        attachment.bits(PR_ATTACH_METHOD)?,
    )?;
    equal("PR_ATTACH_NUM", number, attachment.bits(PR_ATTACH_NUM)?)
}

fn change_existing(context: &Context) -> Verdict {
    let (open, message) = prepared(context)?;
    let number = message.attach("old", b"old")?;
    message.save(KEEP_OPEN_READWRITE)?;
    let id = message.entry_id()?;
    drop(message);
    let message = open.open_message(&id)?;
    let attachment = message.open_attachment(number)?;
    attachment.put(PR_ATTACH_LONG_FILENAME, "new")?;
    attachment.write_stream(PR_ATTACH_DATA_BIN, b"new bytes")?;
    attachment.save(0)?;
    message.save(0)?;
    drop((attachment, message));
    let message = open.open_message(&id)?;
    let rows = message.attachments()?;
    equal("names", Some("new"), rows[0].text(PR_ATTACH_LONG_FILENAME))?;
    let number = rows[0].bits(PR_ATTACH_NUM).unwrap_or_default();
    equal(
        "the bytes",
        b"new bytes".to_vec(),
        message.open_attachment(number)?.bytes()?,
    )
}

fn record_key_is_stable(context: &Context) -> Verdict {
    let (open, message) = prepared(context)?;
    let number = message.attach("a", b"a")?;
    message.save(KEEP_OPEN_READWRITE)?;
    let key = message.open_attachment(number)?.binary(PR_RECORD_KEY)?;
    let id = message.entry_id()?;
    drop(message);
    let message = open.open_message(&id)?;
    let rows = message.attachment_table()?.rows(&[PR_RECORD_KEY])?;
    equal(
        "PR_RECORD_KEY in the table",
        Some(&key[..]),
        rows[0].binary(PR_RECORD_KEY),
    )
}

fn large_attachment(context: &Context) -> Verdict {
    let (open, message) = prepared(context)?;
    let bytes: Vec<u8> = (0..2_000_000_u32)
        .map(|number| (number % 253) as u8)
        .collect();
    let number = message.attach("large", &bytes)?;
    message.save(KEEP_OPEN_READWRITE)?;
    let again = open
        .open_message(&message.entry_id()?)?
        .open_attachment(number)?;
    let came = again.bytes()?;
    holds(
        came == bytes,
        "the bytes",
        "two million as written",
        format!("{}", came.len()),
    )?;
    let size = again.long(PR_ATTACH_SIZE)?;
    holds(
        size >= 2_000_000,
        "PR_ATTACH_SIZE",
        "at least 2000000",
        size,
    )
}

/// Creates an embedded message with a subject, saves it, and returns it with its attachment.
fn embed(message: &Message, subject: &str) -> Result<(u32, Attachment, Message)> {
    let (number, attachment) = message.create_attachment()?;
    attachment.put(PR_ATTACH_METHOD, ATTACH_EMBEDDED_MSG)?;
    let inner = attachment.embedded(MAPI_CREATE | MAPI_MODIFY)?;
    inner.put(PR_SUBJECT, subject)?;
    Ok((number, attachment, inner))
}

fn embedded_message(context: &Context) -> Verdict {
    let (open, message) = prepared(context)?;
    let (number, attachment, inner) = embed(&message, "inner")?;
    inner.put(PR_BODY, "inner text")?;
    inner.add_recipient(MAPI_TO, "Anna", "anna@contoso.example")?;
    inner.save(KEEP_OPEN_READWRITE)?;
    attachment.save(KEEP_OPEN_READWRITE)?;
    message.save(KEEP_OPEN_READWRITE)?;
    let id = message.entry_id()?;
    drop((inner, attachment, message));
    let message = open.open_message(&id)?;
    let inner = message.open_attachment(number)?.embedded(0)?;
    equal(
        "subject, body and recipients",
        ("inner".to_string(), "inner text".to_string(), 1),
        (inner.subject()?, inner.body()?, inner.recipients()?.len()),
    )?;
    equal(
        "PR_SUBJECT of the outer message",
        "one".to_string(),
        message.subject()?,
    )
}

fn embedded_without_outer_save(context: &Context) -> Verdict {
    let (open, message) = prepared(context)?;
    let id = message.entry_id()?;
    let (_, attachment, inner) = embed(&message, "inner")?;
    inner.save(0)?;
    attachment.save(0)?;
    drop((inner, attachment, message));
    equal(
        "attachments",
        0,
        open.open_message(&id)?.attachments()?.len(),
    )
}

fn embedded_in_embedded(context: &Context) -> Verdict {
    let (open, message) = prepared(context)?;
    let (number, attachment, inner) = embed(&message, "inner")?;
    let (innermost_number, inner_attachment, innermost) = embed(&inner, "innermost")?;
    let file = innermost.attach("file", b"deep")?;
    innermost.save(0)?;
    inner_attachment.save(0)?;
    inner.save(0)?;
    attachment.save(0)?;
    message.save(0)?;
    let id = message.entry_id()?;
    drop((innermost, inner_attachment, inner, attachment, message));
    let message = open.open_message(&id)?;
    let inner = message.open_attachment(number)?.embedded(0)?;
    let innermost = inner.open_attachment(innermost_number)?.embedded(0)?;
    equal("PR_SUBJECT", "innermost".to_string(), innermost.subject()?)?;
    equal(
        "the attachment",
        b"deep".to_vec(),
        innermost.open_attachment(file)?.bytes()?,
    )
}

/// Embeds messages in each other to this depth and saves them all, innermost first.
fn embed_to(message: &Message, depth: usize) -> Result<()> {
    let mut levels: Vec<(Attachment, Message)> = Vec::new();
    for level in 1..=depth {
        let outer = levels.last().map_or(message, |(_, inner)| inner);
        let (_, attachment, inner) = embed(outer, &format!("level {level}"))?;
        levels.push((attachment, inner));
    }
    while let Some((attachment, inner)) = levels.pop() {
        inner.save(0)?;
        attachment.save(0)?;
    }
    message.save(KEEP_OPEN_READWRITE)
}

fn deeply_embedded(context: &Context) -> Verdict {
    let open = context.open()?;
    needs(&open.session, STORE_ATTACH_OK)?;
    for depth in [8, 64, 65] {
        let message = open.message("outer")?;
        let id = message.entry_id()?;
        let saved = embed_to(&message, depth);
        drop(message);
        if let Err(failure) = saved {
            holds(
                depth > 8,
                &format!("{depth} messages in each other"),
                "success",
                code_text(failure.code),
            )?;
            equal(
                "attachments of the message that could not be saved",
                0,
                open.open_message(&id)?.attachments()?.len(),
            )?;
            continue;
        }
        let mut messages = vec![open.open_message(&id)?];
        for level in 1..=depth {
            let outer = &messages[level - 1];
            let number = outer.attachments()?[0].bits(PR_ATTACH_NUM);
            let inner = outer
                .open_attachment(number.unwrap_or_default())?
                .embedded(0)?;
            equal("PR_SUBJECT", format!("level {level}"), inner.subject()?)?;
            messages.push(inner);
        }
        let innermost = messages.pop();
        let innermost = some("the innermost message", "a message", innermost)?;
        equal("its attachments", 0, innermost.attachments()?.len())?;
    }
    Ok(())
}

fn nested_changes(context: &Context) -> Verdict {
    let (open, message) = prepared(context)?;
    let number = message.attach("before", b"before")?;
    message.save(KEEP_OPEN_READWRITE)?;
    let id = message.entry_id()?;
    let name = || -> Result<String> {
        let row = open.open_message(&id)?.attachments()?.remove(0);
        Ok(row
            .text(PR_ATTACH_LONG_FILENAME)
            .unwrap_or_default()
            .to_string())
    };
    let attachment = message.open_attachment(number)?;
    attachment.put(PR_ATTACH_LONG_FILENAME, "after")?;
    message.put(PR_SUBJECT, "saved without its attachment")?;
    message.save(KEEP_OPEN_READWRITE)?;
    equal(
        "the name after a save of the message alone",
        "before".to_string(),
        name()?,
    )?;
    attachment.save(KEEP_OPEN_READWRITE)?;
    equal(
        "the name after a save of the attachment",
        "before".to_string(),
        name()?,
    )?;
    message.save(KEEP_OPEN_READWRITE)?;
    equal("the name after both", "after".to_string(), name()?)?;
    attachment.put(PR_ATTACH_LONG_FILENAME, "never saved")?;
    drop(attachment);
    message.put(PR_SUBJECT, "saved again")?;
    message.save(KEEP_OPEN_READWRITE)?;
    equal(
        "the name after an attachment was released without a save",
        "after".to_string(),
        name()?,
    )
}
