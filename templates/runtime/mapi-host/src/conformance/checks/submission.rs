//! Sending.

use super::prelude::*;

pub(super) const CHECKS: &[Check] = &[
    Check::new(
        "C61-submit-without-support",
        A(61),
        "IMessage::SubmitMessage",
        "pidtagstoresupportmask-canonical-property",
        "Without STORE_SUBMIT_OK SubmitMessage is not supported, and the message stays usable.",
        submit_without_support,
    ),
    Check::new(
        "C61-queue-without-support",
        A(61),
        "IMsgStore::GetOutgoingQueue",
        "imsgstore-getoutgoingqueue",
        "Without STORE_SUBMIT_OK the methods of the spooler are refused.",
        queue_without_support,
    ),
    Check::new(
        "E101-no-recipients",
        A(101),
        "IMessage::SubmitMessage",
        "imessage-submitmessage",
        "A message without recipients is not submitted: MAPI_E_NO_RECIPIENTS.",
        no_recipients,
    ),
    Check::new(
        "E101-submit",
        A(101),
        "IMessage::SubmitMessage",
        "outgoing-queue-tables",
        "A submitted message has MSGFLAG_SUBMIT and MSGFLAG_UNSENT and is in the spooler's outgoing queue.",
        submit,
    ),
    Check::new(
        "E101-queue-order",
        A(101),
        "IMsgStore::GetOutgoingQueue",
        "outgoing-queue-tables",
        "The outgoing queue has its required columns and is in the order of submission, which is that of PR_CLIENT_SUBMIT_TIME.",
        queue_order,
    ),
    Check::new(
        "E101-queue-notification",
        A(101),
        "IMsgStore::GetOutgoingQueue",
        "imsgstore-getoutgoingqueue",
        "Whoever watches the outgoing queue hears when a message comes into it and when it leaves.",
        queue_notification,
    ),
    Check::new(
        "E101-spooler-is-told",
        A(101),
        "IMAPISupport::SpoolerNotify",
        "imapisupport-spoolernotify",
        "The first submission of a session tells the spooler NOTIFY_READYTOSEND, and before PrepareSubmit.",
        spooler_is_told,
    ),
    Check::new(
        "E101-order-of-calls",
        A(101),
        "IMessage::SubmitMessage",
        "sending-messages-message-store-provider-tasks",
        "SubmitMessage calls PrepareSubmit, then ExpandRecips, once each.",
        order_of_calls,
    ),
    Check::new(
        "E101-failed-submission",
        A(101),
        "IMessage::SubmitMessage",
        "imessage-submitmessage",
        "When ExpandRecips fails, SubmitMessage fails with it, the message is not queued and stays usable.",
        failed_submission,
    ),
    Check::new(
        "E101-responsibility",
        A(101),
        "IMessage::GetRecipientTable",
        "sending-messages-message-store-provider-tasks",
        "The recipients of a submitted message have PR_RESPONSIBILITY FALSE.",
        responsibility,
    ),
    Check::new(
        "E101-only-release",
        A(101),
        "IMessage::SubmitMessage",
        "imessage-submitmessage",
        "After a submission nothing works on the message and its parts but Release.",
        only_release,
    ),
    Check::new(
        "E101-preprocessing",
        A(101),
        "IMessage::SubmitMessage",
        "pidtagsubmitflags-canonical-property",
        "A message that needs preprocessing is queued with SUBMITFLAG_PREPROCESS, which a second SubmitMessage of the spooler clears.",
        preprocessing,
    ),
    Check::new(
        "E101-queue-lasts",
        A(101),
        "IMsgStore::GetOutgoingQueue",
        "sending-messages-by-using-message-store-providers",
        "What was submitted in one session waits in the next one.",
        queue_lasts,
    ),
    Check::new(
        "E101-stays-in-folder",
        A(101),
        "IMAPIFolder::DeleteMessages",
        "imapifolder-deletemessages",
        "A queued message is not moved, deleted or emptied away by clients.",
        stays_in_folder,
    ),
    Check::new(
        "E102-queued-message",
        A(102),
        "IMsgStore::OpenEntry",
        "sending-messages-by-using-message-store-providers",
        "A queued message does not open with MAPI_MODIFY, and opens read-only with MAPI_BEST_ACCESS; AbortSubmit takes it back.",
        queued_message,
    ),
    Check::new(
        "E102-locked-message",
        A(102),
        "IMsgStore::SetLockState",
        "imsgstore-setlockstate",
        "A message that the spooler has locked does not open for clients and cannot be taken back; unlocked, it can.",
        locked_message,
    ),
    Check::new(
        "E102-lock-saves",
        A(102),
        "IMsgStore::SetLockState",
        "imsgstore-setlockstate",
        "SetLockState saves what the spooler has changed.",
        lock_saves,
    ),
    Check::new(
        "E102-abort-unknown",
        A(102),
        "IMsgStore::AbortSubmit",
        "imsgstore-abortsubmit",
        "AbortSubmit of a message that is not queued is MAPI_E_NOT_IN_QUEUE, or not supported without STORE_SUBMIT_OK.",
        abort_unknown,
    ),
    Check::new(
        "S33-only-the-spooler",
        S("3.3"),
        "IMsgStore::FinishedMsg",
        "imsgstore-finishedmsg",
        "SetLockState, FinishedMsg, GetOutgoingQueue and NotifyNewMail are refused to ordinary clients.",
        only_the_spooler,
    ),
    Check::new(
        "S33-sent-mail",
        S("3.3"),
        "IMsgStore::FinishedMsg",
        "imsgstore-finishedmsg",
        "FinishedMsg moves a sent message to PR_SENTMAIL_ENTRYID through DoSentMail, neither submitted nor unsent.",
        sent_mail,
    ),
    Check::new(
        "S33-delete-after-submit",
        S("3.3"),
        "IMsgStore::FinishedMsg",
        "imsgstore-finishedmsg",
        "FinishedMsg deletes a sent message with PR_DELETE_AFTER_SUBMIT.",
        delete_after_submit,
    ),
    Check::new(
        "S33-stays-after-submit",
        S("3.3"),
        "IMsgStore::FinishedMsg",
        "imsgstore-finishedmsg",
        "A sent message with neither property stays in its folder, out of the queue.",
        stays_after_submit,
    ),
    Check::new(
        "S33-refused-by-transport",
        S("3.3"),
        "IMsgStore::SetLockState",
        "imsgstore-setlockstate",
        "What the transport refuses is unlocked again and stays in the queue.",
        refused_by_transport,
    ),
    Check::new(
        "S33-new-mail",
        S("3.3"),
        "IMsgStore::NotifyNewMail",
        "imsgstore-notifynewmail",
        "NotifyNewMail tells whoever watches the whole store of the message, its folder, its class and its flags.",
        new_mail,
    ),
    Check::new(
        "S22-spool-data",
        S("2.2"),
        "IMSProvider::SpoolerLogon",
        "imsprovider-spoolerlogon",
        "With a copy of the data of Logon alone the spooler opens the same store.",
        spool_data,
    ),
    Check::new(
        "S22-spooler-apart",
        S("2.2"),
        "IMSProvider::SpoolerLogon",
        "imsprovider-spoolerlogon",
        "The spooler gets a store object and a logon object of its own.",
        spooler_apart,
    ),
];

fn letter(open: &Open) -> Result<Message> {
    let message = open.message("letter")?;
    message.add_recipient(MAPI_TO, "Anna", "anna@contoso.example")?;
    message.save(KEEP_OPEN_READWRITE)?;
    Ok(message)
}

fn submits(open: &Open) -> Result<bool> {
    Ok(open.mask()? & STORE_SUBMIT_OK != 0)
}

fn without_support(open: &Open) -> Verdict {
    if submits(open)? {
        return Err(not_applicable("STORE_SUBMIT_OK is claimed"));
    }
    Ok(())
}

fn submit_without_support(context: &Context) -> Verdict {
    let open = context.open()?;
    without_support(&open)?;
    let message = letter(&open)?;
    refused("SubmitMessage", &[MAPI_E_NO_SUPPORT], message.submit(0))?;
    message.put(PR_SUBJECT, "still usable")?;
    message.save(KEEP_OPEN_READWRITE)?;
    equal(
        "MSGFLAG_SUBMIT",
        0,
        message.bits(PR_MESSAGE_FLAGS)? & MSGFLAG_SUBMIT,
    )
}

fn queue_without_support(context: &Context) -> Verdict {
    let open = context.open()?;
    without_support(&open)?;
    let message = letter(&open)?;
    fails("GetOutgoingQueue", open.store().outgoing_queue())?;
    let id = message.entry_id()?;
    let arena = Arena::default();
    // SAFETY: message and entry id live until the calls return.
    let answers = unsafe {
        let store = open.store().raw_store();
        [
            store.SetLockState(message.raw().as_raw(), MSG_LOCKED),
            store.FinishedMsg(0, id.len() as u32, arena.copy(&id).cast()),
        ]
    };
    for (method, answer) in ["SetLockState", "FinishedMsg"].iter().zip(answers) {
        code(method, &[MAPI_E_NO_SUPPORT], answer)?;
    }
    Ok(())
}

fn no_recipients(context: &Context) -> Verdict {
    let open = context.open()?;
    open.needs(STORE_SUBMIT_OK)?;
    let message = open.message("nobody")?;
    refused("SubmitMessage", &[MAPI_E_NO_RECIPIENTS], message.submit(0))?;
    message.add_recipient(MAPI_TO, "Anna", "anna@contoso.example")?;
    Ok(())
}

/// A store that sends, with the spooler beside it.
fn sending(context: &Context) -> std::result::Result<(Open, Spooler), Stop> {
    let open = context.open()?;
    open.needs(STORE_SUBMIT_OK)?;
    let spooler = open.spooler()?;
    Ok((open, spooler))
}

/// Submits a new message and returns its entry id.
fn queue(open: &Open, subject: &str) -> std::result::Result<Vec<u8>, Stop> {
    let message = open.message(subject)?;
    message.add_recipient(MAPI_TO, "Anna", "anna@contoso.example")?;
    message.save(KEEP_OPEN_READWRITE)?;
    let id = message.entry_id()?;
    done(message.submit(0))?;
    Ok(id)
}

fn subjects(rows: &[Row]) -> Vec<&str> {
    rows.iter().filter_map(|row| row.text(PR_SUBJECT)).collect()
}

fn submit(context: &Context) -> Verdict {
    let (open, spooler) = sending(context)?;
    let id = queue(&open, "letter")?;
    let flags = open.open_message(&id)?.bits(PR_MESSAGE_FLAGS)?;
    let wanted = MSGFLAG_SUBMIT | MSGFLAG_UNSENT;
    equal("MSGFLAG_SUBMIT and MSGFLAG_UNSENT", wanted, flags & wanted)?;
    equal(
        "subjects in the queue",
        vec!["letter"],
        subjects(&spooler.queue()?),
    )
}

fn queue_order(context: &Context) -> Verdict {
    let (open, spooler) = sending(context)?;
    for subject in ["zebra", "ant", "moose"] {
        queue(&open, subject)?;
    }
    let table = spooler.store().outgoing_queue()?;
    let columns = table.columns(false)?;
    for tag in [
        PR_CLIENT_SUBMIT_TIME,
        PR_DISPLAY_BCC,
        PR_DISPLAY_CC,
        PR_DISPLAY_TO,
        PR_ENTRYID,
        PR_MESSAGE_FLAGS,
        PR_MESSAGE_SIZE,
        PR_PRIORITY,
        PR_SENDER_NAME,
        PR_SUBJECT,
        PR_SUBMIT_FLAGS,
        PR_INSTANCE_KEY,
    ] {
        holds(
            columns.iter().any(|column| column >> 16 == tag >> 16),
            "IMsgStore::GetOutgoingQueue",
            format!("the column {tag:#010X}"),
            "none",
        )?;
    }
    let rows = table.rows(&[
        PR_SUBJECT,
        PR_CLIENT_SUBMIT_TIME,
        PR_DISPLAY_TO,
        PR_SUBMIT_FLAGS,
    ])?;
    equal(
        "subjects in the queue",
        vec!["zebra", "ant", "moose"],
        subjects(&rows),
    )?;
    let times: Vec<_> = rows
        .iter()
        .filter_map(|row| row.time(PR_CLIENT_SUBMIT_TIME))
        .collect();
    holds(
        times.len() == 3 && times.windows(2).all(|pair| pair[0] < pair[1]),
        "PR_CLIENT_SUBMIT_TIME",
        "ascending times",
        format!("{times:?}"),
    )?;
    equal("PR_DISPLAY_TO", Some("Anna"), rows[0].text(PR_DISPLAY_TO))?;
    equal("PR_SUBMIT_FLAGS", Some(0), rows[0].bits(PR_SUBMIT_FLAGS))
}

fn queue_notification(context: &Context) -> Verdict {
    let (open, spooler) = sending(context)?;
    let table = spooler.store().outgoing_queue()?;
    let recorder = Recorder::new();
    let connection = table.advise(&recorder)?;
    let is_table = |event: &Event| matches!(event, Event::Table { .. });
    let id = queue(&open, "letter")?;
    some(
        "IMAPITable::Advise",
        "an event for the message that came",
        recorder.wait_for(SOON, is_table),
    )?;
    equal(
        "rows when the spooler has heard",
        1,
        table.rows(&[PR_ENTRYID])?.len(),
    )?;
    context.host().settle(SOON);
    recorder.clear();
    open.store().abort_submit(&id)?;
    some(
        "IMAPITable::Advise",
        "an event for the message that left",
        recorder.wait_for(SOON, is_table),
    )?;
    table.unadvise(connection)?;
    Ok(())
}

fn order_of_calls(context: &Context) -> Verdict {
    let open = context.open()?;
    open.needs(STORE_SUBMIT_OK)?;
    context.host().clear_calls();
    queue(&open, "letter")?;
    let order: Vec<Method> = context
        .host()
        .calls()
        .iter()
        .map(|call| call.method)
        .filter(|method| matches!(method, Method::PrepareSubmit | Method::ExpandRecips))
        .collect();
    equal(
        "calls of IMAPISupport",
        vec![Method::PrepareSubmit, Method::ExpandRecips],
        order,
    )
}

fn failed_submission(context: &Context) -> Verdict {
    let (open, spooler) = sending(context)?;
    let message = letter(&open)?;
    for (method, code) in [
        (Method::PrepareSubmit, MAPI_E_NO_ACCESS),
        (Method::ExpandRecips, MAPI_E_BAD_VALUE),
    ] {
        context.host().fail_method(method, code);
        let answer = message.submit(0);
        context.host().stop_failing();
        refused("SubmitMessage", &[code], answer)?;
    }
    equal("messages in the queue", 0, spooler.queue()?.len())?;
    message.put(PR_SUBJECT, "still usable")?;
    done(message.submit(0))?;
    equal(
        "subjects in the queue",
        vec!["still usable"],
        subjects(&spooler.queue()?),
    )
}

fn responsibility(context: &Context) -> Verdict {
    let open = context.open()?;
    open.needs(STORE_SUBMIT_OK)?;
    let id = queue(&open, "letter")?;
    let rows = open
        .open_message(&id)?
        .recipient_table()?
        .rows(&[PR_EMAIL_ADDRESS, PR_RESPONSIBILITY])?;
    equal("recipients", 1, rows.len())?;
    equal(
        "PR_RESPONSIBILITY",
        Some(false),
        rows[0].boolean(PR_RESPONSIBILITY),
    )
}

fn only_release(context: &Context) -> Verdict {
    let open = context.open()?;
    open.needs(STORE_SUBMIT_OK | STORE_ATTACH_OK)?;
    let message = letter(&open)?;
    let number = message.attach("a.txt", b"text")?;
    message.save(KEEP_OPEN_READWRITE)?;
    let attachment = message.open_attachment(number)?;
    done(message.submit(0))?;
    let wanted = &[MAPI_E_SUBMITTED, MAPI_E_INVALID_OBJECT, MAPI_E_NO_ACCESS];
    refused("GetProps", wanted, message.get(&[PR_SUBJECT]))?;
    refused("SetProps", wanted, message.put(PR_SUBJECT, "changed"))?;
    refused("SaveChanges", wanted, message.save(KEEP_OPEN_READWRITE))?;
    refused("SubmitMessage", wanted, message.submit(0))?;
    refused(
        "IAttach::SetProps",
        wanted,
        attachment.put(PR_DISPLAY_NAME, "changed"),
    )
}

fn preprocessing(context: &Context) -> Verdict {
    let (open, spooler) = sending(context)?;
    context.host().set_preprocessing(true);
    let id = queue(&open, "letter")?;
    let row = spooler.queue()?.remove(0);
    equal(
        "PR_SUBMIT_FLAGS",
        Some(SUBMITFLAG_PREPROCESS),
        row.bits(PR_SUBMIT_FLAGS),
    )?;
    let message = spooler.open(&id)?;
    spooler.set_lock_state(&message, MSG_LOCKED)?;
    message.put(PR_SUBJECT, "preprocessed")?;
    done(message.submit(0))?;
    let row = spooler.queue()?.remove(0);
    equal(
        "PR_SUBMIT_FLAGS",
        Some(SUBMITFLAG_LOCKED),
        row.bits(PR_SUBMIT_FLAGS),
    )?;
    equal("PR_SUBJECT", Some("preprocessed"), row.text(PR_SUBJECT))?;
    spooler.set_lock_state(&message, MSG_UNLOCKED)?;
    Ok(())
}

fn queue_lasts(context: &Context) -> Verdict {
    let open = context.open()?;
    open.needs(STORE_SUBMIT_OK)?;
    let id = queue(&open, "letter")?;
    let Open { work, session } = open;
    drop(work);
    session.logoff()?;
    let (open, spooler) = sending(context)?;
    let rows = spooler.queue()?;
    equal("subjects in the queue", vec!["letter"], subjects(&rows))?;
    equal(
        "PR_ENTRYID",
        Some(id.as_slice()),
        rows[0].binary(PR_ENTRYID),
    )?;
    open.store().abort_submit(&id)?;
    equal("messages in the queue", 0, spooler.queue()?.len())
}

fn stays_in_folder(context: &Context) -> Verdict {
    let (open, spooler) = sending(context)?;
    let id = queue(&open, "letter")?;
    let other = open.work.create_folder("Other")?;
    for (call, answer) in [
        ("DeleteMessages", open.work.delete_messages(&[&id], 0)),
        (
            "CopyMessages",
            open.work.copy_messages(&[&id], &other, MESSAGE_MOVE),
        ),
        ("SetReadFlags", open.work.set_read_flags(Some(&[&id]), 0)),
        ("EmptyFolder", open.work.empty(0)),
    ] {
        let left = match &answer {
            Ok(code) => *code == MAPI_W_PARTIAL_COMPLETION,
            Err(_) => true,
        };
        holds(
            left,
            call,
            "MAPI_W_PARTIAL_COMPLETION or a failure",
            format!("{answer:?}"),
        )?;
    }
    equal(
        "messages in the folder",
        1,
        open.work.contents()?.row_count()?,
    )?;
    equal("messages in the queue", 1, spooler.queue()?.len())
}

fn spooler_is_told(context: &Context) -> Verdict {
    let open = context.open()?;
    open.needs(STORE_SUBMIT_OK)?;
    for _ in 0..2 {
        done(letter(&open)?.submit(0))?;
    }
    let order: Vec<Method> = context
        .host()
        .calls()
        .iter()
        .map(|call| call.method)
        .filter(|method| matches!(method, Method::SpoolerNotify | Method::PrepareSubmit))
        .collect();
    equal(
        "the first of SpoolerNotify and PrepareSubmit",
        Some(&Method::SpoolerNotify),
        order.first(),
    )?;
    let told = order
        .iter()
        .filter(|method| **method == Method::SpoolerNotify)
        .count();
    equal("calls of SpoolerNotify in a session", 1, told)
}

fn queued_message(context: &Context) -> Verdict {
    let open = context.open()?;
    open.needs(STORE_SUBMIT_OK)?;
    let id = queue(&open, "letter")?;
    refused(
        "OpenEntry(MAPI_MODIFY) of a queued message",
        &[MAPI_E_SUBMITTED],
        open.store().open_entry(&id, None, MAPI_MODIFY),
    )?;
    let message = open.open_message(&id)?;
    equal(
        "PR_ACCESS_LEVEL with MAPI_BEST_ACCESS",
        0,
        message.bits(PR_ACCESS_LEVEL)?,
    )?;
    refused(
        "SetProps",
        &[MAPI_E_NO_ACCESS, MAPI_E_SUBMITTED],
        message.put(PR_SUBJECT, "changed"),
    )?;
    drop(message);
    open.store().abort_submit(&id)?;
    let message = open.open_message(&id)?;
    equal(
        "MSGFLAG_SUBMIT and MSGFLAG_UNSENT",
        MSGFLAG_UNSENT,
        message.bits(PR_MESSAGE_FLAGS)? & (MSGFLAG_SUBMIT | MSGFLAG_UNSENT),
    )?;
    open.store().open_entry(&id, None, MAPI_MODIFY)?;
    refused(
        "AbortSubmit",
        &[MAPI_E_NOT_IN_QUEUE],
        open.store().abort_submit(&id),
    )
}

fn locked_message(context: &Context) -> Verdict {
    let (open, spooler) = sending(context)?;
    let id = queue(&open, "letter")?;
    let message = spooler.open(&id)?;
    spooler.set_lock_state(&message, MSG_LOCKED)?;
    for flags in [0, MAPI_MODIFY, MAPI_BEST_ACCESS] {
        refused(
            "OpenEntry of a locked message",
            &[MAPI_E_NO_ACCESS],
            open.store().open_entry(&id, None, flags),
        )?;
    }
    refused(
        "AbortSubmit",
        &[MAPI_E_UNABLE_TO_ABORT],
        open.store().abort_submit(&id),
    )?;
    equal(
        "PR_SUBMIT_FLAGS",
        Some(SUBMITFLAG_LOCKED),
        spooler.queue()?[0].bits(PR_SUBMIT_FLAGS),
    )?;
    spooler.set_lock_state(&message, MSG_UNLOCKED)?;
    open.store().open_entry(&id, None, 0)?;
    drop(message);
    open.store().abort_submit(&id)?;
    Ok(())
}

fn lock_saves(context: &Context) -> Verdict {
    let (open, spooler) = sending(context)?;
    let id = queue(&open, "letter")?;
    let message = spooler.open(&id)?;
    message.put(PR_SUBJECT, "stamped")?;
    spooler.set_lock_state(&message, MSG_LOCKED)?;
    equal(
        "subjects in the queue",
        vec!["stamped"],
        subjects(&spooler.queue()?),
    )?;
    spooler.set_lock_state(&message, MSG_UNLOCKED)?;
    Ok(())
}

fn only_the_spooler(context: &Context) -> Verdict {
    let open = context.open()?;
    open.needs(STORE_SUBMIT_OK)?;
    let id = queue(&open, "letter")?;
    let message = open.open_message(&id)?;
    refused(
        "GetOutgoingQueue",
        &[MAPI_E_NO_SUPPORT],
        open.store().outgoing_queue(),
    )?;
    let arena = Arena::default();
    // SAFETY: message and entry id live until the calls return.
    let answers = unsafe {
        let store = open.store().raw_store();
        [
            store.SetLockState(message.raw().as_raw(), MSG_LOCKED),
            store.FinishedMsg(0, id.len() as u32, arena.copy(&id).cast()),
        ]
    };
    for (method, answer) in ["SetLockState", "FinishedMsg"].iter().zip(answers) {
        code(method, &[MAPI_E_NO_SUPPORT], answer)?;
    }
    let folder = open.work.entry_id()?;
    code(
        "NotifyNewMail",
        &[MAPI_E_NO_SUPPORT],
        notify_new_mail(open.store(), &id, &folder, "IPM.Note", 0),
    )
}

/// Sends a message with these properties through a transport that takes everything; returns its entry id.
fn send(
    context: &Context,
    open: &Open,
    spooler: &Spooler,
    props: &[Prop],
) -> std::result::Result<Vec<u8>, Stop> {
    let message = letter(open)?;
    if !props.is_empty() {
        message.set(props)?;
    }
    message.save(KEEP_OPEN_READWRITE)?;
    let id = message.entry_id()?;
    done(message.submit(0))?;
    drop(message);
    let mut bodies = Vec::new();
    let sent = spooler.send(&mut |message| {
        bodies.push(message.subject()?);
        Ok(())
    })?;
    equal(
        "messages that the transport got",
        vec!["letter".to_string()],
        bodies,
    )?;
    equal(
        "recipients that the transport got",
        vec!["anna@contoso.example".to_string()],
        sent[0].addresses.clone(),
    )?;
    equal("messages in the queue", 0, spooler.queue()?.len())?;
    let calls = context.host().calls_of(Method::DoSentMail);
    equal("calls of DoSentMail", 1, calls.len())?;
    Ok(id)
}

fn sent_mail(context: &Context) -> Verdict {
    let (open, spooler) = sending(context)?;
    let folder = open.work.create_folder("Sent")?;
    let sent_items = folder.entry_id()?;
    send(
        context,
        &open,
        &spooler,
        &[Prop::new(PR_SENTMAIL_ENTRYID, sent_items)],
    )?;
    equal(
        "messages left in the folder",
        0,
        open.work.contents()?.row_count()?,
    )?;
    let rows = folder.contents()?.rows(&[PR_SUBJECT, PR_MESSAGE_FLAGS])?;
    equal("sent messages", vec!["letter"], subjects(&rows))?;
    equal(
        "MSGFLAG_SUBMIT and MSGFLAG_UNSENT",
        Some(0),
        rows[0]
            .bits(PR_MESSAGE_FLAGS)
            .map(|flags| flags & (MSGFLAG_SUBMIT | MSGFLAG_UNSENT)),
    )
}

fn delete_after_submit(context: &Context) -> Verdict {
    let (open, spooler) = sending(context)?;
    let id = send(
        context,
        &open,
        &spooler,
        &[Prop::new(PR_DELETE_AFTER_SUBMIT, true)],
    )?;
    equal(
        "messages left in the folder",
        0,
        open.work.contents()?.row_count()?,
    )?;
    refused("OpenEntry", &[MAPI_E_NOT_FOUND], open.open_message(&id))
}

fn stays_after_submit(context: &Context) -> Verdict {
    let (open, spooler) = sending(context)?;
    let id = send(context, &open, &spooler, &[])?;
    equal(
        "messages left in the folder",
        1,
        open.work.contents()?.row_count()?,
    )?;
    open.store().open_entry(&id, None, MAPI_MODIFY)?;
    Ok(())
}

fn refused_by_transport(context: &Context) -> Verdict {
    let (open, spooler) = sending(context)?;
    let id = queue(&open, "letter")?;
    let sent = spooler.send(&mut |_| {
        Err(Failure {
            call: "transport",
            code: MAPI_E_NETWORK_ERROR,
        })
    })?;
    equal("sent messages", 0, sent.len())?;
    let rows = spooler.queue()?;
    equal("subjects in the queue", vec!["letter"], subjects(&rows))?;
    equal("PR_SUBMIT_FLAGS", Some(0), rows[0].bits(PR_SUBMIT_FLAGS))?;
    open.store().abort_submit(&id)?;
    Ok(())
}

fn new_mail(context: &Context) -> Verdict {
    let (open, spooler) = sending(context)?;
    open.needs(STORE_NOTIFY_OK)?;
    let recorder = Recorder::new();
    let connection = open.store().advise(None, fnevNewMail, &recorder)?;
    let id = spooler.deliver(&[
        Prop::new(PR_MESSAGE_CLASS, "IPM.Note.Conformance"),
        Prop::new(PR_SUBJECT, "news"),
    ])?;
    let event = some(
        "IMsgStore::NotifyNewMail",
        "fnevNewMail",
        recorder.wait_for(SOON, |event| matches!(event, Event::NewMail { .. })),
    )?;
    open.store().unadvise(connection)?;
    let flags = open.open_message(&id)?.bits(PR_MESSAGE_FLAGS)?;
    let Event::NewMail {
        entry_id,
        parent,
        message_class,
        message_flags,
    } = event
    else {
        return Ok(());
    };
    holds(
        open.store().compare(&entry_id, &id)?,
        "NEWMAIL_NOTIFICATION",
        "the message",
        "another entry id",
    )?;
    let inbox = open.inbox()?.entry_id()?;
    holds(
        open.store().compare(&parent, &inbox)?,
        "NEWMAIL_NOTIFICATION",
        "the receive folder",
        "another entry id",
    )?;
    equal(
        "lpszMessageClass",
        "IPM.Note.Conformance".to_string(),
        message_class,
    )?;
    equal("ulMessageFlags", flags, message_flags)
}

fn spool_data(context: &Context) -> Verdict {
    let open = context.open()?;
    open.needs(STORE_SUBMIT_OK)?;
    queue(&open, "letter")?;
    let options = LogonOptions::default();
    let spooler = open.provider().spooler(&options, open.spool_data())?;
    equal(
        "subjects in the queue",
        vec!["letter"],
        subjects(&spooler.queue()?),
    )?;
    equal(
        "PR_RECORD_KEY of the spooler's store",
        open.store().binary(PR_RECORD_KEY)?,
        spooler.store().binary(PR_RECORD_KEY)?,
    )?;
    spooler.logoff()?;
    Ok(())
}

fn spooler_apart(context: &Context) -> Verdict {
    let (open, spooler) = sending(context)?;
    let theirs: IUnknown = spooler.store().raw_store().clone().into();
    let ours: IUnknown = open.store().raw_store().clone().into();
    holds(
        !same_object(&theirs, &ours),
        "IMSProvider::SpoolerLogon",
        "a store object of its own",
        "the client's",
    )?;
    drop((theirs, ours));
    spooler.logoff()?;
    // The client's store does not end with the spooler's.
    open.store().binary(PR_RECORD_KEY)?;
    Ok(())
}

fn abort_unknown(context: &Context) -> Verdict {
    let open = context.open()?;
    let id = open.message("one")?.entry_id()?;
    let wanted = if submits(&open)? {
        &[MAPI_E_NOT_IN_QUEUE][..]
    } else {
        &[MAPI_E_NOT_IN_QUEUE, MAPI_E_NO_SUPPORT]
    };
    refused("AbortSubmit", wanted, open.store().abort_submit(&id))
}
