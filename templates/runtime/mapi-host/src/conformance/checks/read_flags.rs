//! Marking messages as read.

use super::prelude::*;

pub(super) const CHECKS: &[Check] = &[
    Check::new(
        "E94-illegal-pairs-on-folder",
        A(94),
        "IMAPIFolder::SetReadFlags",
        "imapifolder-setreadflags",
        "Flags that contradict each other are refused with MAPI_E_INVALID_PARAMETER.",
        |context| {
            let open = context.open()?;
            let id = open.message("one")?.entry_id()?;
            for flags in ILLEGAL {
                refused(
                    &format!("SetReadFlags({flags:#X})"),
                    &[MAPI_E_INVALID_PARAMETER],
                    open.work.set_read_flags(Some(&[&id]), flags),
                )?;
            }
            Ok(())
        },
    ),
    Check::new(
        "E94-illegal-pairs-on-message",
        A(94),
        "IMessage::SetReadFlag",
        "imessage-setreadflag",
        "Flags that contradict each other are refused with MAPI_E_INVALID_PARAMETER.",
        |context| {
            let open = context.open()?;
            let message = open.message("one")?;
            for flags in ILLEGAL {
                refused(
                    &format!("SetReadFlag({flags:#X})"),
                    &[MAPI_E_INVALID_PARAMETER],
                    message.set_read_flag(flags),
                )?;
            }
            Ok(())
        },
    ),
    Check::new(
        "S3.4-set-read-flags",
        S("3.4"),
        "IMAPIFolder::SetReadFlags",
        "imapifolder-setreadflags",
        "SetReadFlags marks the listed messages as read and unread.",
        set_read_flags,
    ),
    Check::new(
        "S3.4-set-read-flags-of-all",
        S("3.4"),
        "IMAPIFolder::SetReadFlags",
        "imapifolder-setreadflags",
        "Without a list all messages of the folder are marked.",
        set_read_flags_of_all,
    ),
    Check::new(
        "E92-read-flags-with-a-bad-id",
        A(92),
        "IMAPIFolder::SetReadFlags",
        "imapifolder-setreadflags",
        "One bad entry id gives MAPI_W_PARTIAL_COMPLETION, and the good ones are marked.",
        with_a_bad_id,
    ),
    Check::new(
        "S3.5-set-read-flag",
        S("3.5"),
        "IMessage::SetReadFlag",
        "imessage-setreadflag",
        "SetReadFlag takes effect at once, without SaveChanges, and counts in PR_CONTENT_UNREAD.",
        set_read_flag,
    ),
    Check::new(
        "S3.5-read-flag-keeps-pending-changes",
        S("3.5"),
        "IMessage::SetReadFlag",
        "imessage-setreadflag",
        "SetReadFlag neither saves nor loses pending changes of the message, and the message can be saved after it.",
        keeps_pending_changes,
    ),
];

const ILLEGAL: [u32; 3] = [
    SUPPRESS_RECEIPT | CLEAR_READ_FLAG,
    CLEAR_READ_FLAG | GENERATE_RECEIPT_ONLY,
    SUPPRESS_RECEIPT | CLEAR_READ_FLAG | GENERATE_RECEIPT_ONLY,
];

fn read(open: &Open, id: &[u8]) -> Result<bool> {
    Ok(open.open_message(id)?.bits(PR_MESSAGE_FLAGS)? & MSGFLAG_READ != 0)
}

fn set_read_flags(context: &Context) -> Verdict {
    let open = context.open()?;
    let ids = open.messages(&["one", "two"])?;
    done(open.work.set_read_flags(Some(&[&ids[0]]), SUPPRESS_RECEIPT))?;
    equal(
        "MSGFLAG_READ",
        (true, false),
        (read(&open, &ids[0])?, read(&open, &ids[1])?),
    )?;
    equal("PR_CONTENT_UNREAD", 1, open.work.long(PR_CONTENT_UNREAD)?)?;
    done(open.work.set_read_flags(Some(&[&ids[0]]), CLEAR_READ_FLAG))?;
    equal(
        "MSGFLAG_READ after CLEAR_READ_FLAG",
        false,
        read(&open, &ids[0])?,
    )?;
    equal("PR_CONTENT_UNREAD", 2, open.work.long(PR_CONTENT_UNREAD)?)
}

fn set_read_flags_of_all(context: &Context) -> Verdict {
    let open = context.open()?;
    open.messages(&["one", "two", "three"])?;
    done(open.work.set_read_flags(None, SUPPRESS_RECEIPT))?;
    equal("PR_CONTENT_UNREAD", 0, open.work.long(PR_CONTENT_UNREAD)?)
}

fn with_a_bad_id(context: &Context) -> Verdict {
    let open = context.open()?;
    let ids = open.messages(&["gone", "good"])?;
    done(open.work.delete_messages(&[&ids[0]], DELETE_HARD_DELETE))?;
    match open
        .work
        .set_read_flags(Some(&[&ids[0], &ids[1]]), SUPPRESS_RECEIPT)
    {
        Ok(answer) => code("SetReadFlags", &[MAPI_W_PARTIAL_COMPLETION], answer)?,
        Err(failure) => code("SetReadFlags", &[MAPI_E_NOT_FOUND], failure.code)?,
    }
    equal("MSGFLAG_READ of the good one", true, read(&open, &ids[1])?)
}

fn set_read_flag(context: &Context) -> Verdict {
    let open = context.open()?;
    let message = open.message("one")?;
    message.set_read_flag(SUPPRESS_RECEIPT)?;
    equal("MSGFLAG_READ", true, read(&open, &message.entry_id()?)?)?;
    equal("PR_CONTENT_UNREAD", 0, open.work.long(PR_CONTENT_UNREAD)?)?;
    message.set_read_flag(CLEAR_READ_FLAG)?;
    equal("MSGFLAG_READ", false, read(&open, &message.entry_id()?)?)?;
    equal("PR_CONTENT_UNREAD", 1, open.work.long(PR_CONTENT_UNREAD)?)
}

fn keeps_pending_changes(context: &Context) -> Verdict {
    let open = context.open()?;
    let id = open.message("one")?.entry_id()?;
    let message = open.open_message(&id)?;
    message.put(PR_SUBJECT, "pending")?;
    message.set_read_flag(SUPPRESS_RECEIPT)?;
    equal(
        "the stored subject",
        "one".to_string(),
        open.open_message(&id)?.subject()?,
    )?;
    equal(
        "the pending subject",
        "pending".to_string(),
        message.subject()?,
    )?;
    message.save(KEEP_OPEN_READWRITE)?;
    equal(
        "the saved subject",
        "pending".to_string(),
        open.open_message(&id)?.subject()?,
    )?;
    equal("MSGFLAG_READ", true, read(&open, &id)?)
}
