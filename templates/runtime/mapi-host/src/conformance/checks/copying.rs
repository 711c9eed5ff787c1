//! `CopyTo`, `CopyProps`, `CopyMessages`.

use super::prelude::*;

pub(super) const CHECKS: &[Check] = &[
    Check::new(
        "C69-onto-itself",
        A(69),
        "IMAPIProp::CopyTo",
        "imapiprop-copyto",
        "An object copied onto itself is refused with MAPI_E_NO_ACCESS.",
        onto_itself,
    ),
    Check::new(
        "C69-decline",
        A(69),
        "IMAPIProp::CopyTo",
        "imapiprop-copyto",
        "With MAPI_DECLINE_OK a message is copied, or MAPI_E_DECLINE_COPY comes back without any effect or delegation.",
        decline,
    ),
    Check::new(
        "S3.2-copy-to-copies-all",
        S("3.2"),
        "IMAPIProp::CopyTo",
        "imapiprop-copyto",
        "CopyTo copies properties, recipients and attachments of a message.",
        copies_all,
    ),
    Check::new(
        "S3.2-copy-to-excludes",
        S("3.2"),
        "IMAPIProp::CopyTo",
        "imapiprop-copyto",
        "CopyTo leaves out excluded tags, and the tables among them.",
        excludes,
    ),
    Check::new(
        "S3.2-copy-to-no-replace",
        S("3.2"),
        "IMAPIProp::CopyTo",
        "imapiprop-copyto",
        "With MAPI_NOREPLACE what the destination has stays.",
        no_replace,
    ),
    Check::new(
        "S3.2-copy-to-empty-exclusion",
        S("3.2"),
        "IMAPIProp::CopyTo",
        "imapiprop-copyto",
        "An exclusion list without tags, and a missing interface, are refused with MAPI_E_INVALID_PARAMETER.",
        empty_exclusion,
    ),
    Check::new(
        "S3.2-copy-props",
        S("3.2"),
        "IMAPIProp::CopyProps",
        "imapiprop-copyprops",
        "CopyProps copies the listed properties and no others.",
        copy_props,
    ),
    Check::new(
        "S3.2-copy-props-without-list",
        S("3.2"),
        "IMAPIProp::CopyProps",
        "imapiprop-copyprops",
        "CopyProps without a list is refused with MAPI_E_INVALID_PARAMETER.",
        copy_props_without_list,
    ),
    Check::new(
        "S3.2-copy-is-independent",
        S("3.2"),
        "IMAPIFolder::CopyMessages",
        "imapifolder-copymessages",
        "A copy has all of the original and changes on its own.",
        copy_is_independent,
    ),
    Check::new(
        "S3.4-move-keeps-the-message",
        S("3.4"),
        "IMAPIFolder::CopyMessages",
        "imapifolder-copymessages",
        "A moved message is in the destination and no longer in the source.",
        move_keeps_the_message,
    ),
    Check::new(
        "E92-copy-with-a-bad-id",
        A(92),
        "IMAPIFolder::CopyMessages",
        "imapifolder-copymessages",
        "One bad entry id gives MAPI_W_PARTIAL_COMPLETION, and the good ones are copied.",
        copy_with_a_bad_id,
    ),
    Check::new(
        "A21-progress-is-left-alone",
        A(21),
        "IMAPIFolder::CopyMessages",
        "imapifolder-copymessages",
        "A progress object is not used, nor a dialog asked for, without MESSAGE_DIALOG.",
        progress_is_left_alone,
    ),
    Check::new(
        "S3.4-progress-is-used",
        S("3.4"),
        "IMAPIProgress::Progress",
        "how-to-display-a-progress-indicator",
        "With MESSAGE_DIALOG the progress object is used on the calling thread only, and no reference is kept.",
        progress_is_used,
    ),
];

/// A message with everything, and an empty one.
fn pair(open: &Open) -> Result<(Message, Message)> {
    let from = open.message("from")?;
    from.set(&[Prop::new(PR_BODY, "text"), Prop::new(0x6F90_001F, "extra")])?;
    from.add_recipient(MAPI_TO, "Anna", "anna@contoso.example")?;
    from.attach("a.bin", &[1, 2, 3])?;
    from.save(KEEP_OPEN_READWRITE)?;
    let to = open.work.create_message()?;
    Ok((from, to))
}

fn onto_itself(context: &Context) -> Verdict {
    let open = context.open()?;
    let (from, _) = pair(&open)?;
    refused(
        "CopyTo of a message onto itself",
        &[MAPI_E_NO_ACCESS],
        from.copy_to(&from, &[], 0),
    )
}

fn decline(context: &Context) -> Verdict {
    let open = context.open()?;
    let (from, to) = pair(&open)?;
    context.host().clear_calls();
    match from.copy_to(&to, &[], MAPI_DECLINE_OK) {
        Ok(_) => equal("PR_SUBJECT of the copy", "from".to_string(), to.subject()?)?,
        Err(failure) => {
            code(
                "CopyTo(MAPI_DECLINE_OK)",
                &[MAPI_E_DECLINE_COPY],
                failure.code,
            )?;
            fails("PR_BODY of the destination", to.text(PR_BODY))?;
        }
    }
    equal(
        "calls of DoCopyTo",
        0,
        context.host().calls_of(Method::DoCopyTo).len(),
    )
}

fn copies_all(context: &Context) -> Verdict {
    let open = context.open()?;
    let (from, to) = pair(&open)?;
    from.copy_to(&to, &[], 0)?;
    to.save(KEEP_OPEN_READWRITE)?;
    let copy = open.open_message(&to.entry_id()?)?;
    equal("PR_SUBJECT", "from".to_string(), copy.subject()?)?;
    equal("PR_BODY", "text".to_string(), copy.body()?)?;
    equal(
        "an unknown property",
        "extra".to_string(),
        copy.text(0x6F90_001F)?,
    )?;
    equal("recipients", 1, copy.recipients()?.len())?;
    let attachments = copy.attachments()?;
    equal("attachments", 1, attachments.len())?;
    let number = some(
        "the attachment table",
        "PR_ATTACH_NUM",
        attachments[0].bits(PR_ATTACH_NUM),
    )?;
    equal(
        "the attachment",
        vec![1, 2, 3],
        copy.open_attachment(number)?.bytes()?,
    )
}

fn excludes(context: &Context) -> Verdict {
    let open = context.open()?;
    let (from, to) = pair(&open)?;
    from.copy_to(
        &to,
        &[PR_BODY, PR_MESSAGE_RECIPIENTS, PR_MESSAGE_ATTACHMENTS],
        0,
    )?;
    to.save(KEEP_OPEN_READWRITE)?;
    equal("PR_SUBJECT", "from".to_string(), to.subject()?)?;
    refused("PR_BODY", &[MAPI_E_NOT_FOUND], to.text(PR_BODY))?;
    equal(
        "recipients and attachments",
        (0, 0),
        (to.recipients()?.len(), to.attachments()?.len()),
    )
}

fn no_replace(context: &Context) -> Verdict {
    let open = context.open()?;
    let (from, to) = pair(&open)?;
    to.put(PR_SUBJECT, "mine")?;
    from.copy_to(&to, &[], MAPI_NOREPLACE)?;
    equal("PR_SUBJECT", "mine".to_string(), to.subject()?)?;
    equal("PR_BODY", "text".to_string(), to.text(PR_BODY)?)
}

fn empty_exclusion(context: &Context) -> Verdict {
    let open = context.open()?;
    let (from, to) = pair(&open)?;
    let none = SizedSPropTagArray::new([0; 0]);
    let iid = IMAPIProp::IID;
    // SAFETY: both messages live until the calls return; the arguments are what careless clients pass.
    let answers = unsafe {
        [
            from.raw().CopyTo(
                0,
                std::ptr::null(),
                none.as_ptr(),
                0,
                std::ptr::null_mut(),
                &iid,
                to.raw().as_raw(),
                0,
                std::ptr::null_mut(),
            ),
            from.raw().CopyTo(
                0,
                std::ptr::null(),
                std::ptr::null(),
                0,
                std::ptr::null_mut(),
                std::ptr::null(),
                to.raw().as_raw(),
                0,
                std::ptr::null_mut(),
            ),
        ]
    };
    code(
        "CopyTo with an empty exclusion list",
        &[MAPI_E_INVALID_PARAMETER],
        answers[0],
    )?;
    code(
        "CopyTo without an interface",
        &[MAPI_E_INVALID_PARAMETER],
        answers[1],
    )
}

fn copy_props(context: &Context) -> Verdict {
    let open = context.open()?;
    let (from, to) = pair(&open)?;
    from.copy_props(&to, &[PR_BODY, 0x6F90_001F], 0)?;
    equal("PR_BODY", "text".to_string(), to.text(PR_BODY)?)?;
    equal(
        "an unknown property",
        "extra".to_string(),
        to.text(0x6F90_001F)?,
    )?;
    equal("recipients", 0, to.recipients()?.len())?;
    equal(
        "PR_SUBJECT",
        None,
        to.subject().ok().filter(|text| !text.is_empty()),
    )
}

fn copy_props_without_list(context: &Context) -> Verdict {
    let open = context.open()?;
    let (from, to) = pair(&open)?;
    // SAFETY: both messages live until the call returns; NULL is what a careless client passes.
    let answer = unsafe {
        from.raw().CopyProps(
            std::ptr::null(),
            0,
            std::ptr::null_mut(),
            &IMAPIProp::IID,
            to.raw().as_raw(),
            0,
            std::ptr::null_mut(),
        )
    };
    code("CopyProps(NULL)", &[MAPI_E_INVALID_PARAMETER], answer)
}

fn copy_is_independent(context: &Context) -> Verdict {
    let open = context.open()?;
    let (from, _) = pair(&open)?;
    let other = open.work.create_folder("other")?;
    let id = from.entry_id()?;
    done(open.work.copy_messages(&[&id], &other, 0))?;
    let rows = other.contents()?.rows(&[PR_ENTRYID])?;
    equal("rows in the destination", 1, rows.len())?;
    let copy = open.open_message(rows[0].binary(PR_ENTRYID).unwrap_or_default())?;
    equal(
        "body, recipients and attachments of the copy",
        ("text".to_string(), 1, 1),
        (
            copy.body()?,
            copy.recipients()?.len(),
            copy.attachments()?.len(),
        ),
    )?;
    copy.put(PR_SUBJECT, "changed")?;
    copy.save(0)?;
    equal(
        "PR_SUBJECT of the original",
        "from".to_string(),
        open.open_message(&id)?.subject()?,
    )
}

fn move_keeps_the_message(context: &Context) -> Verdict {
    let open = context.open()?;
    let id = open.message("moved")?.entry_id()?;
    let other = open.work.create_folder("other")?;
    code(
        "CopyMessages(MESSAGE_MOVE)",
        &[S_OK],
        open.work.copy_messages(&[&id], &other, MESSAGE_MOVE)?,
    )?;
    equal(
        "subjects in the source",
        Vec::<String>::new(),
        open.subjects(&open.work)?,
    )?;
    equal(
        "subjects in the destination",
        vec!["moved".to_string()],
        open.subjects(&other)?,
    )
}

fn copy_with_a_bad_id(context: &Context) -> Verdict {
    let open = context.open()?;
    let other = open.work.create_folder("other")?;
    let gone = open.message("gone")?.entry_id()?;
    let good = open.message("good")?.entry_id()?;
    done(open.work.delete_messages(&[&gone], DELETE_HARD_DELETE))?;
    match open.work.copy_messages(&[&gone, &good], &other, 0) {
        Ok(answer) => code("CopyMessages", &[MAPI_W_PARTIAL_COMPLETION], answer)?,
        Err(failure) => code("CopyMessages", &[MAPI_E_NOT_FOUND], failure.code)?,
    }
    equal(
        "subjects in the destination",
        vec!["good".to_string()],
        open.subjects(&other)?,
    )
}

fn progress_is_left_alone(context: &Context) -> Verdict {
    let open = context.open()?;
    let other = open.work.create_folder("other")?;
    let id = open.message("one")?.entry_id()?;
    let progress = ProgressRecorder::new();
    done(
        open.work
            .copy_messages_with(&[&id], &other, 0, Some(&progress)),
    )?;
    equal(
        "reports to the progress object",
        0,
        progress.reports().len(),
    )?;
    equal(
        "calls of DoProgressDialog",
        0,
        context.host().calls_of(Method::DoProgressDialog).len(),
    )?;
    equal(
        "references to the progress object",
        1,
        progress.references(),
    )
}

fn progress_is_used(context: &Context) -> Verdict {
    let open = context.open()?;
    let other = open.work.create_folder("other")?;
    let ids = open.messages(&["one", "two", "three"])?;
    let ids: Vec<&[u8]> = ids.iter().map(Vec::as_slice).collect();
    let progress = ProgressRecorder::new();
    done(
        open.work
            .copy_messages_with(&ids, &other, MESSAGE_DIALOG, Some(&progress)),
    )?;
    let here = std::thread::current().id();
    holds(
        progress.threads().iter().all(|thread| *thread == here),
        "IMAPIProgress::Progress",
        "calls on the thread of the caller",
        "calls on another thread",
    )?;
    equal(
        "references to the progress object",
        1,
        progress.references(),
    )
}
