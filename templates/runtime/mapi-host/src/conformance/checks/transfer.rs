//! Copying and moving what has parts: messages with all there can be in them, folders with what is in them; inside a
//! store, to another store of the provider, and to objects of another provider.

use super::prelude::*;

mod stores;

pub(super) use stores::CHECKS as BETWEEN_STORES;

pub(super) const CHECKS: &[Check] = &[
    Check::new(
        "S3.2-copy-to-leaves-out-interfaces",
        S("3.2"),
        "IMAPIProp::CopyTo",
        "imapisupport-docopyto",
        "Leaving out IID_IMessage leaves out the attachments, and leaving out all interfaces is MAPI_E_INTERFACE_NOT_SUPPORTED.",
        leaves_out_interfaces,
    ),
    Check::new(
        "S3.2-copy-to-wrong-interface",
        S("3.2"),
        "IMAPIProp::CopyTo",
        "imapiprop-copyto",
        "A destination that lacks the interface it is handed over with is refused with MAPI_E_INTERFACE_NOT_SUPPORTED.",
        wrong_interface,
    ),
    Check::new(
        "S3.2-copy-to-moves",
        S("3.2"),
        "IMAPIProp::CopyTo",
        "imapiprop-copyto",
        "With MAPI_MOVE the source loses what the destination gets, once both are saved.",
        copy_to_moves,
    ),
    Check::new(
        "S3.2-copy-props-problems",
        S("3.2"),
        "IMAPIProp::CopyProps",
        "imapiprop-copyprops",
        "A property that the destination computes is a problem with its index and tag, and the others are copied.",
        copy_props_problems,
    ),
    Check::new(
        "S3.2-copy-props-parts",
        S("3.2"),
        "IMAPIProp::CopyProps",
        "imapiprop-copyprops",
        "PR_MESSAGE_RECIPIENTS and PR_MESSAGE_ATTACHMENTS in the list copy the recipients and the attachments.",
        copy_props_parts,
    ),
    Check::new(
        "S3.2-copy-of-an-attachment",
        S("3.2"),
        "IMAPIProp::CopyTo",
        "imapiprop-copyto",
        "An attachment copied to another message's has its data, and a message in it.",
        copy_attachments,
    ),
    Check::new(
        "S3.2-copy-of-large-values",
        S("3.2"),
        "IMAPIProp::CopyTo",
        "imapiprop-copyto",
        "A copy of a large value is independent of the original, even before it is saved.",
        large_values,
    ),
    Check::new(
        "S3.2-folder-properties-alone",
        S("3.2"),
        "IMAPIProp::CopyTo",
        "copying-or-moving-a-message-or-a-folder",
        "With its tables excluded, a folder's properties are copied and nothing in it.",
        folder_properties_alone,
    ),
    Check::new(
        "S3.2-folder-with-contents",
        S("3.2"),
        "IMAPIProp::CopyTo",
        "copying-or-moving-a-message-or-a-folder",
        "CopyTo of a folder copies its messages and subfolders.",
        folder_with_contents,
    ),
    Check::new(
        "S3.2-folder-contents-alone",
        S("3.2"),
        "IMAPIProp::CopyProps",
        "copying-or-moving-a-message-or-a-folder",
        "CopyProps of PR_CONTAINER_CONTENTS copies the messages alone.",
        folder_contents_alone,
    ),
    Check::new(
        "S3.2-folder-collision",
        S("3.2"),
        "IMAPIProp::CopyTo",
        "imapiprop-copyto",
        "A subfolder whose name is taken in the destination is MAPI_E_COLLISION.",
        folder_collision,
    ),
    Check::new(
        "S3.2-folder-into-itself",
        S("3.2"),
        "IMAPIProp::CopyTo",
        "imapiprop-copyto",
        "CopyTo of a folder into its own descendant is MAPI_E_FOLDER_CYCLE.",
        folder_into_itself,
    ),
    Check::new(
        "S3.4-copy-folder-alone",
        S("3.4"),
        "IMAPIFolder::CopyFolder",
        "imapifolder-copyfolder",
        "Without COPY_SUBFOLDERS only the folder itself is copied, with its messages.",
        copy_folder_alone,
    ),
    Check::new(
        "S3.4-copy-folder-that-is-gone",
        S("3.4"),
        "IMAPIFolder::CopyFolder",
        "imapifolder-copyfolder",
        "The entry id of a deleted folder is MAPI_E_NOT_FOUND or MAPI_W_PARTIAL_COMPLETION.",
        copy_missing_folder,
    ),
    Check::new(
        "S3.4-copy-without-status",
        S("3.4"),
        "IMAPIFolder::CopyMessages",
        "imapifolder-copymessages",
        "The status of a message is not copied.",
        copy_without_status,
    ),
    Check::new(
        "S3.4-cancelled-move",
        S("3.4"),
        "IMAPIFolder::CopyMessages",
        "imapiprogress-progress",
        "A move that the user cancels leaves each message in one of the two folders.",
        cancelled_move,
    ),
    Check::new(
        "S3.4-copy-folder-progress",
        S("3.4"),
        "IMAPIFolder::CopyFolder",
        "how-to-display-a-progress-indicator",
        "A progress object is used with FOLDER_DIALOG only, from low to high, and no reference is kept.",
        copy_folder_progress,
    ),
    Check::new(
        "S3.4-own-progress",
        S("3.4"),
        "IMAPISupport::DoProgressDialog",
        "imapifolder-copymessages",
        "With MESSAGE_DIALOG and no progress object MAPI's own is asked for, and released.",
        own_progress,
    ),
];

/// A property without a name that every store keeps.
const EXTRA: u32 = 0x6F90_001F;
/// The same for bytes.
const LARGE: u32 = 0x6F91_0102;

/// Opens a store that can hold what is copied here.
fn ready(context: &Context) -> std::result::Result<Open, Stop> {
    let open = context.open()?;
    open.needs(STORE_ATTACH_OK)?;
    Ok(open)
}

/// Saves a message with properties, a named one among them, a recipient, a file and a message.
fn full(folder: &Folder, subject: &str) -> Result<Message> {
    let message = folder.create_message()?;
    let named = message.named(&Name::string(PS_PUBLIC_STRINGS, "conformance"), PT_UNICODE)?;
    message.set(&[
        Prop::new(PR_MESSAGE_CLASS, "IPM.Note"),
        Prop::new(PR_SUBJECT, subject),
        Prop::new(PR_BODY, format!("text of {subject}")),
        Prop::new(EXTRA, format!("tag of {subject}")),
        Prop::new(named, format!("name of {subject}")),
    ])?;
    message.add_recipient(MAPI_TO, "Anna", "anna@contoso.example")?;
    message.attach("file.bin", &[5; 20_000])?;
    let (_, attachment) = message.create_attachment()?;
    attachment.put(PR_ATTACH_METHOD, ATTACH_EMBEDDED_MSG)?;
    let embedded = attachment.embedded(MAPI_CREATE | MAPI_MODIFY)?;
    embedded.put(PR_SUBJECT, format!("in {subject}"))?;
    embedded.save(0)?;
    attachment.save(0)?;
    message.save(KEEP_OPEN_READWRITE)?;
    Ok(message)
}

/// Whether a stored message has all that [`full`] has made.
fn same_message(message: &Message, subject: &str) -> Verdict {
    equal("PR_SUBJECT", subject.to_string(), message.subject()?)?;
    equal("PR_BODY", format!("text of {subject}"), message.body()?)?;
    equal(
        "an unknown property",
        format!("tag of {subject}"),
        message.text(EXTRA)?,
    )?;
    let named = message.named(&Name::string(PS_PUBLIC_STRINGS, "conformance"), PT_UNICODE)?;
    equal(
        "a named property",
        format!("name of {subject}"),
        message.text(named)?,
    )?;
    let recipients = message.recipients()?;
    equal("recipients", 1, recipients.len())?;
    equal(
        "the recipient",
        Some("Anna"),
        recipients[0].text(PR_DISPLAY_NAME),
    )?;
    same_attachments(message, subject)
}

/// The same for its attachments.
fn same_attachments(message: &Message, subject: &str) -> Verdict {
    let rows = message.attachments()?;
    equal("attachments", 2, rows.len())?;
    let (mut bytes, mut inner) = (None, None);
    for row in &rows {
        let number = some(
            "the attachment table",
            "PR_ATTACH_NUM",
            row.bits(PR_ATTACH_NUM),
        )?;
        let attachment = message.open_attachment(number)?;
        if attachment.bits(PR_ATTACH_METHOD)? == ATTACH_EMBEDDED_MSG {
            inner = Some(attachment.embedded(0)?.subject()?);
        } else {
            bytes = Some(attachment.bytes()?);
        }
    }
    equal("the attached file", Some(vec![5; 20_000]), bytes)?;
    equal("the embedded message", Some(format!("in {subject}")), inner)
}

/// The only message of a folder.
fn only(session: &Session, folder: &Folder) -> std::result::Result<Message, Stop> {
    let rows = folder.contents()?.rows(&[PR_ENTRYID])?;
    equal("rows of the destination", 1, rows.len())?;
    let id = some(
        "the contents table",
        "PR_ENTRYID",
        rows[0].binary(PR_ENTRYID),
    )?;
    Ok(session.open_message(id)?)
}

/// A folder with a message and a subfolder that has one too.
fn source(open: &Open) -> Result<Folder> {
    let folder = open.work.create_folder("source")?;
    folder.put(PR_COMMENT, "comment")?;
    full(&folder, "outer")?;
    full(&folder.create_folder("inner")?, "deep")?;
    Ok(folder)
}

/// Whether a folder has all that [`source`] has made.
fn same_tree(session: &Session, folder: &Folder) -> Verdict {
    equal(
        "PR_COMMENT",
        "comment".to_string(),
        folder.text(PR_COMMENT)?,
    )?;
    same_message(&only(session, folder)?, "outer")?;
    let inner = some(
        "the hierarchy table",
        "the subfolder",
        folder.child("inner")?,
    )?;
    same_message(&only(session, &inner)?, "deep")
}

fn leaves_out_interfaces(context: &Context) -> Verdict {
    let open = ready(context)?;
    let from = full(&open.work, "from")?;
    let to = open.work.create_message()?;
    from.copy_to_as(&to, IMessage::IID, &[IMessage::IID], &[], 0)?;
    equal("PR_SUBJECT", "from".to_string(), to.subject()?)?;
    equal("attachments", 0, to.attachments()?.len())?;
    let nothing = open.work.create_message()?;
    refused(
        "CopyTo without IID_IMAPIProp",
        &[MAPI_E_INTERFACE_NOT_SUPPORTED],
        from.copy_to_as(&nothing, IMessage::IID, &[IMAPIProp::IID], &[], 0),
    )
}

fn wrong_interface(context: &Context) -> Verdict {
    let open = ready(context)?;
    let from = full(&open.work, "from")?;
    let to = open.work.create_message()?;
    refused(
        "CopyTo of a message that is said to be a folder",
        &[MAPI_E_INTERFACE_NOT_SUPPORTED],
        from.copy_to_as(&to, IMAPIFolder::IID, &[], &[], 0),
    )
}

fn copy_to_moves(context: &Context) -> Verdict {
    let open = ready(context)?;
    let from = full(&open.work, "from")?;
    let to = open.work.create_message()?;
    from.copy_to(&to, &[PR_SUBJECT, PR_MESSAGE_CLASS], MAPI_MOVE)?;
    to.save(KEEP_OPEN_READWRITE)?;
    let id = from.entry_id()?;
    let stored = open.open_message(&id)?;
    equal(
        "PR_BODY before the source is saved",
        "text of from".to_string(),
        stored.body()?,
    )?;
    drop(stored);
    from.save(0)?;
    equal(
        "PR_BODY of the destination",
        "text of from".to_string(),
        to.body()?,
    )?;
    equal("attachments of the destination", 2, to.attachments()?.len())?;
    let left = open.open_message(&id)?;
    equal(
        "PR_SUBJECT of the source",
        "from".to_string(),
        left.subject()?,
    )?;
    refused("the moved property", &[MAPI_E_NOT_FOUND], left.text(EXTRA))?;
    equal(
        "recipients and attachments of the source",
        (0, 0),
        (left.recipients()?.len(), left.attachments()?.len()),
    )
}

fn copy_props_problems(context: &Context) -> Verdict {
    let open = ready(context)?;
    let from = full(&open.work, "from")?;
    let to = open.work.create_message()?;
    let problems = from.copy_props(&to, &[EXTRA, PR_ENTRYID, PR_BODY], 0)?;
    let found = problems.iter().find(|problem| problem.tag == PR_ENTRYID);
    let found = some("CopyProps", "a problem with PR_ENTRYID", found)?;
    equal("the index of the problem", 1, found.index)?;
    code(
        "the code of the problem",
        &[MAPI_E_COMPUTED, MAPI_E_NO_ACCESS],
        found.code,
    )?;
    equal("problems", 1, problems.len())?;
    equal(
        "the other properties",
        ("tag of from".to_string(), "text of from".to_string()),
        (to.text(EXTRA)?, to.text(PR_BODY)?),
    )
}

fn copy_props_parts(context: &Context) -> Verdict {
    let open = ready(context)?;
    let from = full(&open.work, "from")?;
    for (tag, expected) in [
        (PR_MESSAGE_RECIPIENTS, (1, 0)),
        (PR_MESSAGE_ATTACHMENTS, (0, 2)),
    ] {
        let to = open.work.create_message()?;
        let problems = from.copy_props(&to, &[tag], 0)?;
        equal("problems", 0, problems.len())?;
        equal(
            "recipients and attachments",
            expected,
            (to.recipients()?.len(), to.attachments()?.len()),
        )?;
    }
    Ok(())
}

fn copy_attachments(context: &Context) -> Verdict {
    let open = ready(context)?;
    let from = full(&open.work, "from")?;
    let to = open.work.create_message()?;
    for row in from.attachments()? {
        let number = some(
            "the attachment table",
            "PR_ATTACH_NUM",
            row.bits(PR_ATTACH_NUM),
        )?;
        let (_, copy) = to.create_attachment()?;
        from.open_attachment(number)?.copy_to(&copy, &[], 0)?;
        copy.save(0)?;
    }
    to.save(KEEP_OPEN_READWRITE)?;
    same_attachments(&open.open_message(&to.entry_id()?)?, "from")
}

fn large_values(context: &Context) -> Verdict {
    let open = ready(context)?;
    let from = open.message("from")?;
    let bytes: Vec<u8> = (0..1_500_000_u32).map(|index| (index / 7) as u8).collect();
    from.write_stream(LARGE, &bytes)?;
    from.save(KEEP_OPEN_READWRITE)?;
    let to = open.work.create_message()?;
    from.copy_to(&to, &[], 0)?;
    let id = from.entry_id()?;
    drop(from);
    done(open.work.delete_messages(&[&id], DELETE_HARD_DELETE))?;
    to.save(0)?;
    let copy = open.open_message(&to.entry_id()?)?;
    holds(
        copy.read_stream(LARGE)? == bytes,
        "the copied value",
        "the bytes of the original",
        "other bytes",
    )
}

fn folder_properties_alone(context: &Context) -> Verdict {
    let open = ready(context)?;
    let (from, to) = (source(&open)?, open.work.create_folder("to")?);
    let excluded = [
        PR_DISPLAY_NAME,
        PR_CONTAINER_CONTENTS,
        PR_CONTAINER_HIERARCHY,
        PR_FOLDER_ASSOCIATED_CONTENTS,
    ];
    from.copy_to(&to, &excluded, 0)?;
    equal("PR_COMMENT", "comment".to_string(), to.text(PR_COMMENT)?)?;
    equal(
        "the name, the messages and the subfolders",
        ("to".to_string(), Vec::<String>::new(), Vec::<String>::new()),
        (to.name()?, open.subjects(&to)?, to.child_names()?),
    )
}

fn folder_with_contents(context: &Context) -> Verdict {
    let open = ready(context)?;
    let (from, to) = (source(&open)?, open.work.create_folder("to")?);
    from.copy_to(&to, &[PR_DISPLAY_NAME], 0)?;
    same_tree(&open, &to)?;
    same_tree(&open, &from)
}

fn folder_contents_alone(context: &Context) -> Verdict {
    let open = ready(context)?;
    let (from, to) = (source(&open)?, open.work.create_folder("to")?);
    from.copy_props(&to, &[PR_CONTAINER_CONTENTS], 0)?;
    equal("subjects", vec!["outer".to_string()], open.subjects(&to)?)?;
    equal("subfolders", Vec::<String>::new(), to.child_names()?)?;
    let comment = to.text(PR_COMMENT).ok().filter(|text| !text.is_empty());
    equal("PR_COMMENT", None, comment)
}

fn folder_collision(context: &Context) -> Verdict {
    let open = ready(context)?;
    let (from, to) = (source(&open)?, open.work.create_folder("to")?);
    to.create_folder("inner")?;
    refused(
        "CopyTo",
        &[MAPI_E_COLLISION],
        from.copy_to(&to, &[PR_DISPLAY_NAME], 0),
    )?;
    equal("subfolders", vec!["inner".to_string()], to.child_names()?)?;
    same_tree(&open, &from)
}

fn folder_into_itself(context: &Context) -> Verdict {
    let open = ready(context)?;
    let from = source(&open)?;
    let inner = some("the hierarchy table", "the subfolder", from.child("inner")?)?;
    let came = from.copy_to(&inner, &[PR_DISPLAY_NAME], 0);
    refused("CopyTo", &[MAPI_E_FOLDER_CYCLE], came)
}

fn copy_folder_alone(context: &Context) -> Verdict {
    let open = ready(context)?;
    let (from, to) = (source(&open)?, open.work.create_folder("to")?);
    done(open.work.copy_folder(&from.entry_id()?, &to, None, 0))?;
    let copy = some("the hierarchy table", "the copy", to.child("source")?)?;
    equal("subjects", vec!["outer".to_string()], open.subjects(&copy)?)?;
    equal("subfolders", Vec::<String>::new(), copy.child_names()?)
}

fn copy_missing_folder(context: &Context) -> Verdict {
    let open = ready(context)?;
    let (from, to) = (source(&open)?, open.work.create_folder("to")?);
    let id = from.entry_id()?;
    drop(from);
    done(open.work.delete_folder(&id, DEL_MESSAGES | DEL_FOLDERS))?;
    match open.work.copy_folder(&id, &to, None, COPY_SUBFOLDERS) {
        Ok(answer) => code("CopyFolder", &[MAPI_W_PARTIAL_COMPLETION], answer),
        Err(failure) => code("CopyFolder", &[MAPI_E_NOT_FOUND], failure.code),
    }
}

fn copy_without_status(context: &Context) -> Verdict {
    let open = ready(context)?;
    let id = open.message("one")?.entry_id()?;
    let to = open.work.create_folder("to")?;
    open.work
        .set_message_status(&id, MSGSTATUS_TAGGED, MSGSTATUS_TAGGED)?;
    done(open.work.copy_messages(&[&id], &to, 0))?;
    let copy = some(
        "the contents table",
        "the copy",
        open.find_message(&to, "one")?,
    )?;
    equal(
        "the status",
        0,
        to.message_status(&copy)? & MSGSTATUS_TAGGED,
    )
}

fn cancelled_move(context: &Context) -> Verdict {
    let open = ready(context)?;
    let to = open.work.create_folder("to")?;
    let subjects: Vec<String> = (0..150).map(|number| format!("{number:03}")).collect();
    let ids: Vec<&str> = subjects.iter().map(String::as_str).collect();
    let ids = open.messages(&ids)?;
    let ids: Vec<&[u8]> = ids.iter().map(Vec::as_slice).collect();
    let progress = ProgressRecorder::cancelling_after(1);
    let flags = MESSAGE_MOVE | MESSAGE_DIALOG;
    match open
        .work
        .copy_messages_with(&ids, &to, flags, Some(&progress))
    {
        Ok(answer) => code("CopyMessages", &[S_OK, MAPI_W_PARTIAL_COMPLETION], answer)?,
        Err(failure) => code("CopyMessages", &[MAPI_E_USER_CANCEL], failure.code)?,
    }
    let mut all = open.subjects(&open.work)?;
    all.extend(open.subjects(&to)?);
    all.sort();
    equal("the messages in both folders", subjects, all)?;
    equal(
        "references to the progress object",
        1,
        progress.references(),
    )
}

fn copy_folder_progress(context: &Context) -> Verdict {
    let open = ready(context)?;
    let (from, to) = (source(&open)?, open.work.create_folder("to")?);
    let id = from.entry_id()?;
    let progress = ProgressRecorder::new();
    let copy = |name, flags| {
        let flags = flags | COPY_SUBFOLDERS;
        open.work
            .copy_folder_with(&id, &to, Some(name), flags, Some(&progress))
    };
    done(copy("silent", 0))?;
    equal("reports without FOLDER_DIALOG", 0, progress.reports().len())?;
    done(copy("shown", FOLDER_DIALOG))?;
    let values: Vec<u32> = progress
        .reports()
        .iter()
        .map(|report| report.value)
        .collect();
    holds(
        !values.is_empty() && values.is_sorted() && values.iter().all(|value| *value <= 1000),
        "IMAPIProgress::Progress",
        "values that rise up to 1000",
        format!("{values:?}"),
    )?;
    equal(
        "references to the progress object",
        1,
        progress.references(),
    )
}

fn own_progress(context: &Context) -> Verdict {
    let open = ready(context)?;
    let to = open.work.create_folder("to")?;
    let id = open.message("one")?.entry_id()?;
    context.host().clear_calls();
    done(open.work.copy_messages(&[&id], &to, MESSAGE_DIALOG))?;
    equal(
        "calls of DoProgressDialog",
        1,
        context.host().calls_of(Method::DoProgressDialog).len(),
    )
}
