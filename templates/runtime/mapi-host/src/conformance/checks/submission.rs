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
        "A submitted message has MSGFLAG_SUBMIT and is in the outgoing queue.",
        submit,
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
        "E102-queued-message",
        A(102),
        "IMsgStore::OpenEntry",
        "sending-messages-by-using-message-store-providers",
        "A queued message does not open with MAPI_MODIFY; AbortSubmit takes it back.",
        queued_message,
    ),
    Check::new(
        "E102-abort-unknown",
        A(102),
        "IMsgStore::AbortSubmit",
        "imsgstore-abortsubmit",
        "AbortSubmit of a message that is not queued is MAPI_E_NOT_IN_QUEUE, or not supported without STORE_SUBMIT_OK.",
        abort_unknown,
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

fn submit(context: &Context) -> Verdict {
    let open = context.open()?;
    open.needs(STORE_SUBMIT_OK)?;
    let message = letter(&open)?;
    let id = message.entry_id()?;
    done(message.submit(0))?;
    drop(message);
    let flags = open.open_message(&id)?.bits(PR_MESSAGE_FLAGS)?;
    equal("MSGFLAG_SUBMIT", MSGFLAG_SUBMIT, flags & MSGFLAG_SUBMIT)?;
    let rows = open
        .store()
        .outgoing_queue()?
        .rows(&[PR_ENTRYID, PR_SUBJECT])?;
    equal("rows in the outgoing queue", 1, rows.len())?;
    equal(
        "PR_SUBJECT in the queue",
        Some("letter"),
        rows[0].text(PR_SUBJECT),
    )
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
    let message = letter(&open)?;
    let id = message.entry_id()?;
    done(message.submit(0))?;
    drop(message);
    refused(
        "OpenEntry(MAPI_MODIFY) of a queued message",
        &[MAPI_E_SUBMITTED],
        open.store().open_entry(&id, None, MAPI_MODIFY),
    )?;
    open.store().open_entry(&id, None, MAPI_BEST_ACCESS)?;
    open.store().abort_submit(&id)?;
    open.store().open_entry(&id, None, MAPI_MODIFY)?;
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
