//! `SaveChanges`: transactions of messages.

use super::prelude::*;
use std::sync::{Arc, Mutex};

pub(super) const CHECKS: &[Check] = &[
    Check::new(
        "C53-second-writer",
        A(53),
        "IMAPIProp::SaveChanges",
        "imapiprop-savechanges",
        "The second of two writers of a message gets MAPI_E_OBJECT_CHANGED; with FORCE_SAVE it wins.",
        second_writer,
    ),
    Check::new(
        "C53-saved-after-deletion",
        A(53),
        "IMAPIProp::SaveChanges",
        "imapiprop-savechanges",
        "A message that was deleted meanwhile cannot be saved, not even with FORCE_SAVE.",
        saved_after_deletion,
    ),
    Check::new(
        "C54-keep-open-readwrite",
        A(54),
        "IMAPIProp::SaveChanges",
        "imapiprop-savechanges",
        "After KEEP_OPEN_READWRITE the message can be changed and saved again.",
        keep_open_readwrite,
    ),
    Check::new(
        "C54-keep-open-readonly",
        S("3.2"),
        "IMAPIProp::SaveChanges",
        "imapiprop-savechanges",
        "After KEEP_OPEN_READONLY and after no flag the message can still be read.",
        keep_open_readonly,
    ),
    Check::new(
        "C54-failed-save-keeps-changes",
        A(54),
        "IMAPIProp::SaveChanges",
        "imapiprop-savechanges",
        "A failed save keeps the pending changes and leaves the object open.",
        failed_save_keeps_changes,
    ),
    Check::new(
        "C54-deferred-errors-flag",
        S("3.2"),
        "IMAPIProp::SaveChanges",
        "imapiprop-savechanges",
        "MAPI_DEFERRED_ERRORS, SPAMFILTER_ONSAVE and NON_EMS_XP_SAVE do not keep a message from being saved.",
        more_flags,
    ),
    Check::new(
        "C55-unsaved-message-leaves-no-trace",
        A(55),
        "IMAPIFolder::CreateMessage",
        "imapifolder-createmessage",
        "A message that is released without a save was never there.",
        unsaved_leaves_no_trace,
    ),
    Check::new(
        "C55-unsaved-changes-are-private",
        A(55),
        "IMAPIProp::SetProps",
        "imapiprop-savechanges",
        "Changes of a message are invisible to others until it is saved.",
        unsaved_changes_are_private,
    ),
    Check::new(
        "C55-released-changes-are-gone",
        A(55),
        "IMAPIProp::SetProps",
        "imapiprop-savechanges",
        "Changes of a message that is released without a save are gone.",
        released_changes_are_gone,
    ),
    Check::new(
        "C55-saved-message-survives-the-session",
        S("3.5"),
        "IMAPIProp::SaveChanges",
        "imapiprop-savechanges",
        "A saved message is there in the next session, with all that belongs to it.",
        saved_survives,
    ),
    Check::new(
        "S3.5-first-save-assigns-identity",
        S("3.5"),
        "IMAPIProp::SaveChanges",
        "imessageimapiprop",
        "After the first save a message has an entry id, record key, creation time and the folder as its parent.",
        first_save_assigns_identity,
    ),
    Check::new(
        "S3.5-modification-time-moves",
        S("3.5"),
        "IMAPIProp::SaveChanges",
        "imessageimapiprop",
        "PR_LAST_MODIFICATION_TIME does not go back, and PR_CREATION_TIME stays.",
        modification_time_moves,
    ),
    Check::new(
        "S3.5-read-only-message",
        S("3.3"),
        "IMsgStore::OpenEntry",
        "imsgstore-openentry",
        "A message that was opened without MAPI_MODIFY is not changed by what is done to it.",
        read_only_message,
    ),
    Check::new(
        "C54-save-from-a-notification",
        S("3.2"),
        "IMAPIProp::SaveChanges",
        "imapisupport-notify",
        "Whoever is told of a save can edit and save the same message object at once.",
        save_from_a_notification,
    ),
    Check::new(
        "S3.4-flags-of-an-open-message",
        S("3.4"),
        "IMAPIFolder::SetReadFlags",
        "imapifolder-setreadflags",
        "An open message sees read flag and status that its folder sets, keeps its pending edits, and can save them.",
        flags_of_an_open_message,
    ),
    Check::new(
        "C53-forced-save-is-whole",
        A(53),
        "IMAPIProp::SaveChanges",
        "imapiprop-savechanges",
        "What FORCE_SAVE stores is the winner's message: its properties and its recipients, none of the other's.",
        forced_save_is_whole,
    ),
    Check::new(
        "C54-no-access-commits-nothing",
        S("3.2"),
        "IMAPIProp::SaveChanges",
        "imapiprop-savechanges",
        "A save of a message that was opened to read is refused or has nothing to store, whatever the flags.",
        save_of_a_reader,
    ),
];

fn writers(context: &Context) -> std::result::Result<(Open, Vec<u8>, Message, Message), Stop> {
    let open = context.open()?;
    let id = open.message("one")?.entry_id()?;
    let (first, second) = (open.open_message(&id)?, open.open_message(&id)?);
    first.put(PR_SUBJECT, "first writer")?;
    second.put(PR_SUBJECT, "second writer")?;
    Ok((open, id, first, second))
}

fn second_writer(context: &Context) -> Verdict {
    let (open, id, first, second) = writers(context)?;
    first.save(KEEP_OPEN_READWRITE)?;
    refused(
        "SaveChanges of the second writer",
        &[MAPI_E_OBJECT_CHANGED],
        second.save(KEEP_OPEN_READWRITE),
    )?;
    equal(
        "the stored subject",
        "first writer".to_string(),
        open.open_message(&id)?.subject()?,
    )?;
    second.save(KEEP_OPEN_READWRITE | FORCE_SAVE)?;
    equal(
        "the stored subject after FORCE_SAVE",
        "second writer".to_string(),
        open.open_message(&id)?.subject()?,
    )
}

fn saved_after_deletion(context: &Context) -> Verdict {
    let (open, id, first, _second) = writers(context)?;
    done(open.work.delete_messages(&[&id], DELETE_HARD_DELETE))?;
    for flags in [KEEP_OPEN_READWRITE, KEEP_OPEN_READWRITE | FORCE_SAVE] {
        refused(
            &format!("SaveChanges({flags:#X}) of a deleted message"),
            &[MAPI_E_OBJECT_DELETED],
            first.save(flags),
        )?;
    }
    equal("PR_CONTENT_COUNT", 0, open.work.long(PR_CONTENT_COUNT)?)
}

fn keep_open_readwrite(context: &Context) -> Verdict {
    let open = context.open()?;
    let message = open.message("one")?;
    for subject in ["two", "three"] {
        message.put(PR_SUBJECT, subject)?;
        message.save(KEEP_OPEN_READWRITE)?;
    }
    let came = open.open_message(&message.entry_id()?)?.subject()?;
    equal("the stored subject", "three".to_string(), came)
}

fn keep_open_readonly(context: &Context) -> Verdict {
    let open = context.open()?;
    for flags in [KEEP_OPEN_READONLY, 0] {
        let message = open.work.create_message()?;
        message.put(PR_SUBJECT, "readable")?;
        message.save(flags)?;
        equal(
            "PR_SUBJECT after the save",
            "readable".to_string(),
            message.subject()?,
        )?;
    }
    Ok(())
}

fn failed_save_keeps_changes(context: &Context) -> Verdict {
    let (_open, _id, first, second) = writers(context)?;
    first.save(KEEP_OPEN_READWRITE)?;
    fails(
        "SaveChanges of the second writer",
        second.save(KEEP_OPEN_READWRITE),
    )?;
    equal(
        "PR_SUBJECT after the failure",
        "second writer".to_string(),
        second.subject()?,
    )?;
    second.put(PR_BODY, "still writable")?;
    Ok(())
}

fn more_flags(context: &Context) -> Verdict {
    let open = context.open()?;
    let message = open.message("one")?;
    for flag in [MAPI_DEFERRED_ERRORS, SPAMFILTER_ONSAVE, NON_EMS_XP_SAVE] {
        message.put(PR_BODY, format!("{flag:#X}"))?;
        message.save(KEEP_OPEN_READWRITE | flag)?;
    }
    Ok(())
}

fn unsaved_leaves_no_trace(context: &Context) -> Verdict {
    let open = context.open()?;
    let message = open.work.create_message()?;
    message.put(PR_SUBJECT, "never saved")?;
    message.attach("a.txt", b"text")?;
    message.add_recipient(MAPI_TO, "A", "a@contoso.example")?;
    equal(
        "rows before the release",
        0,
        open.work.contents()?.all_rows()?.len(),
    )?;
    drop(message);
    equal(
        "rows after the release",
        0,
        open.work.contents()?.all_rows()?.len(),
    )?;
    equal("PR_CONTENT_COUNT", 0, open.work.long(PR_CONTENT_COUNT)?)
}

fn unsaved_changes_are_private(context: &Context) -> Verdict {
    let open = context.open()?;
    let message = open.message("public")?;
    message.put(PR_SUBJECT, "private")?;
    equal(
        "PR_SUBJECT through another object",
        "public".to_string(),
        open.open_message(&message.entry_id()?)?.subject()?,
    )?;
    equal(
        "the contents table",
        vec!["public".to_string()],
        open.subjects(&open.work)?,
    )?;
    equal(
        "PR_SUBJECT through the object itself",
        "private".to_string(),
        message.subject()?,
    )
}

fn released_changes_are_gone(context: &Context) -> Verdict {
    let open = context.open()?;
    let id = open.message("before")?.entry_id()?;
    let message = open.open_message(&id)?;
    message.put(PR_SUBJECT, "after")?;
    message.add_recipient(MAPI_TO, "A", "a@contoso.example")?;
    drop(message);
    let message = open.open_message(&id)?;
    equal("PR_SUBJECT", "before".to_string(), message.subject()?)?;
    equal("recipients", 0, message.recipients()?.len())
}

fn saved_survives(context: &Context) -> Verdict {
    let open = context.open()?;
    let message = open.work.create_message()?;
    message.set(&[
        Prop::new(PR_MESSAGE_CLASS, "IPM.Note"),
        Prop::new(PR_SUBJECT, "durable"),
        Prop::new(PR_BODY, "text"),
    ])?;
    message.add_recipient(MAPI_TO, "Anna", "anna@contoso.example")?;
    message.attach("a.bin", &[1, 2, 3])?;
    message.save(0)?;
    let id = message.entry_id()?;
    drop((message, open));
    let host = context.other_host()?;
    let session = host.logon(context.provider())?;
    let message = session.open_message(&id)?;
    let came = (
        message.subject()?,
        message.body()?,
        message.recipients()?.len(),
        message.attachments()?.len(),
    );
    drop(message);
    session.logoff()?;
    equal(
        "subject, body, recipients and attachments in the next session",
        ("durable".to_string(), "text".to_string(), 1, 1),
        came,
    )
}

fn first_save_assigns_identity(context: &Context) -> Verdict {
    let open = context.open()?;
    let message = open.message("one")?;
    let props = message.get(&[
        PR_ENTRYID,
        PR_RECORD_KEY,
        PR_CREATION_TIME,
        PR_PARENT_ENTRYID,
    ])?;
    some(
        "GetProps after the first save",
        "PR_ENTRYID",
        props.binary(PR_ENTRYID),
    )?;
    some(
        "GetProps after the first save",
        "PR_RECORD_KEY",
        props.binary(PR_RECORD_KEY),
    )?;
    some(
        "GetProps after the first save",
        "PR_CREATION_TIME",
        props.time(PR_CREATION_TIME),
    )?;
    let parent = props.binary(PR_PARENT_ENTRYID).unwrap_or_default();
    equal(
        "CompareEntryIDs of PR_PARENT_ENTRYID and the folder",
        true,
        open.store().compare(parent, &open.work.entry_id()?)?,
    )
}

fn modification_time_moves(context: &Context) -> Verdict {
    let open = context.open()?;
    let message = open.message("one")?;
    let before = (
        message.time(PR_CREATION_TIME)?,
        message.time(PR_LAST_MODIFICATION_TIME)?,
    );
    std::thread::sleep(std::time::Duration::from_millis(20));
    message.put(PR_SUBJECT, "two")?;
    message.save(KEEP_OPEN_READWRITE)?;
    let message = open.open_message(&message.entry_id()?)?;
    equal(
        "PR_CREATION_TIME",
        before.0,
        message.time(PR_CREATION_TIME)?,
    )?;
    let after = message.time(PR_LAST_MODIFICATION_TIME)?;
    holds(
        after > before.1,
        "PR_LAST_MODIFICATION_TIME after a second save",
        format!("more than {}", before.1),
        after,
    )
}

fn read_only_message(context: &Context) -> Verdict {
    let open = context.open()?;
    let id = open.message("one")?.entry_id()?;
    let (object, _) = open.store().open_entry(&id, Some(IMessage::IID), 0)?;
    let message: IMessage = some("QueryInterface(IMessage)", "a message", query(&object).ok())?;
    let message = Message::new(message, &context.host().state());
    let set = message.put(PR_SUBJECT, "changed");
    let saved = message.save(KEEP_OPEN_READONLY);
    // A store may give more access than was asked for; then the change must be a whole one.
    let wanted = if set.is_ok() && saved.is_ok() {
        "changed"
    } else {
        "one"
    };
    equal(
        "the stored subject",
        wanted.to_string(),
        open.open_message(&id)?.subject()?,
    )
}

fn save_from_a_notification(context: &Context) -> Verdict {
    let open = context.open()?;
    open.needs(STORE_NOTIFY_OK)?;
    let message = open.message("one")?;
    let recorder = Recorder::new();
    let connection =
        open.store()
            .advise(None, fnevObjectModified | fnevObjectCreated, &recorder)?;
    let answer: Arc<Mutex<Option<Result<()>>>> = Arc::default();
    let (inner, mine) = (message.clone(), answer.clone());
    context.host().set_hook(Some(Arc::new(move |call: &Call| {
        if call.method != Method::Notify || lock(&mine).is_some() {
            return;
        }
        *lock(&mine) = Some(Ok(()));
        let saved = inner
            .put(PR_COMMENT, "from the notification")
            .and_then(|()| inner.save(KEEP_OPEN_READWRITE));
        *lock(&mine) = Some(saved);
    })));
    message.put(PR_SUBJECT, "two")?;
    let outer = message.save(KEEP_OPEN_READWRITE);
    context.host().set_hook(None);
    outer?;
    open.store().unadvise(connection)?;
    let inner = lock(&answer).take();
    some("IMAPISupport::Notify", "a call", inner)??;
    let again = open.open_message(&message.entry_id()?)?;
    equal(
        "PR_SUBJECT and PR_COMMENT of the stored message",
        ("two".to_string(), "from the notification".to_string()),
        (again.subject()?, again.text(PR_COMMENT)?),
    )?;
    message.put(PR_SUBJECT, "three")?;
    message.save(KEEP_OPEN_READWRITE)?;
    Ok(())
}

fn flags_of_an_open_message(context: &Context) -> Verdict {
    let open = context.open()?;
    let id = open.message("one")?.entry_id()?;
    let message = open.open_message(&id)?;
    equal(
        "MSGFLAG_READ at first",
        0,
        message.bits(PR_MESSAGE_FLAGS)? & MSGFLAG_READ,
    )?;
    message.put(PR_SUBJECT, "pending")?;
    let _ = message.get_all()?;
    done(open.work.set_read_flags(Some(&[&id]), SUPPRESS_RECEIPT))?;
    open.work
        .set_message_status(&id, MSGSTATUS_TAGGED, MSGSTATUS_TAGGED)?;
    equal(
        "MSGFLAG_READ of the open message",
        MSGFLAG_READ,
        message.bits(PR_MESSAGE_FLAGS)? & MSGFLAG_READ,
    )?;
    equal(
        "its pending subject",
        "pending".to_string(),
        message.subject()?,
    )?;
    message.save(KEEP_OPEN_READWRITE)?;
    let again = open.open_message(&id)?;
    equal(
        "MSGFLAG_READ and PR_SUBJECT after the save",
        (MSGFLAG_READ, "pending".to_string()),
        (
            again.bits(PR_MESSAGE_FLAGS)? & MSGFLAG_READ,
            again.subject()?,
        ),
    )?;
    equal(
        "GetMessageStatus after the save",
        MSGSTATUS_TAGGED,
        open.work.message_status(&id)?,
    )
}

fn forced_save_is_whole(context: &Context) -> Verdict {
    let (open, id, first, second) = writers(context)?;
    first.put(PR_COMMENT, "of the first")?;
    first.add_recipient(MAPI_TO, "First", "first@contoso.example")?;
    first.save(KEEP_OPEN_READWRITE)?;
    second.add_recipient(MAPI_TO, "Second", "second@contoso.example")?;
    second.save(KEEP_OPEN_READWRITE | FORCE_SAVE)?;
    let again = open.open_message(&id)?;
    equal(
        "PR_COMMENT, which only the first writer set",
        false,
        again.list()?.contains(&PR_COMMENT),
    )?;
    let names: Vec<_> = again
        .recipients()?
        .iter()
        .map(|row| row.text(PR_DISPLAY_NAME).unwrap_or_default().to_string())
        .collect();
    equal("recipients", vec!["Second".to_string()], names)?;
    refused(
        "SaveChanges of the first writer after that",
        &[MAPI_E_OBJECT_CHANGED],
        first
            .put(PR_SUBJECT, "again")
            .and_then(|()| first.save(KEEP_OPEN_READWRITE)),
    )
}

fn save_of_a_reader(context: &Context) -> Verdict {
    let open = context.open()?;
    let id = open.message("one")?.entry_id()?;
    let before = open.open_message(&id)?.time(PR_LAST_MODIFICATION_TIME)?;
    let (object, _) = open.store().open_entry(&id, Some(IMessage::IID), 0)?;
    let message: IMessage = some("QueryInterface(IMessage)", "a message", query(&object).ok())?;
    let message = Message::new(message, &context.host().state());
    if message.bits(PR_ACCESS_LEVEL)? & MAPI_MODIFY != 0 {
        return Err(not_applicable(
            "messages are open to write without MAPI_MODIFY",
        ));
    }
    refused(
        "SaveChanges(KEEP_OPEN_READWRITE) of a message open to read",
        &[MAPI_E_NO_ACCESS],
        message.save(KEEP_OPEN_READWRITE),
    )?;
    equal(
        "PR_LAST_MODIFICATION_TIME",
        before,
        open.open_message(&id)?.time(PR_LAST_MODIFICATION_TIME)?,
    )
}
