//! Messages in folders: status and access.

use super::prelude::*;

pub(super) const CHECKS: &[Check] = &[
    Check::new(
        "E95-status-mask",
        A(95),
        "IMAPIFolder::SetMessageStatus",
        "imapifolder-setmessagestatus",
        "SetMessageStatus changes the bits in the mask only, and returns the old value.",
        status_mask,
    ),
    Check::new(
        "E95-status-column",
        S("5.3"),
        "IMAPIFolder::SetMessageStatus",
        "pidtagmessagestatus-canonical-property",
        "The status is the column PR_MSG_STATUS of the contents table.",
        status_column,
    ),
    Check::new(
        "E95-status-is-not-copied",
        S("3.4"),
        "IMAPIFolder::CopyMessages",
        "imapifolder-copymessages",
        "The status of a message is not copied with it.",
        status_is_not_copied,
    ),
    Check::new(
        "E95-status-of-a-missing-message",
        S("3.4"),
        "IMAPIFolder::GetMessageStatus",
        "imapifolder-getmessagestatus",
        "The status of a message that is gone cannot be asked for.",
        status_of_a_missing_message,
    ),
    Check::new(
        "S3.4-delete-open-message",
        S("3.4"),
        "IMAPIFolder::DeleteMessages",
        "imapifolder-deletemessages",
        "Deleting a message that is open does not disturb the open object's readers.",
        delete_open_message,
    ),
    Check::new(
        "S3.4-create-with-interface",
        S("3.4"),
        "IMAPIFolder::CreateMessage",
        "imapifolder-createmessage",
        "CreateMessage takes NULL and IID_IMessage, and refuses an interface that messages lack.",
        create_with_interface,
    ),
    Check::new(
        "S3.3-open-best-access",
        S("3.3"),
        "IMsgStore::OpenEntry",
        "imsgstore-openentry",
        "MAPI_BEST_ACCESS, MAPI_DEFERRED_ERRORS and MAPI_NO_CACHE open a message.",
        open_flags,
    ),
    Check::new(
        "S3.3-open-nochk-interfaces",
        S("10.4"),
        "IMsgStore::OpenEntry",
        "mapi-constants",
        "IMessageNoProvChk and IMAPIFolderNoProvChk, where taken, open what the plain interfaces do; else they are refused.",
        open_without_provider_check,
    ),
    Check::new(
        "S3.4-many-messages",
        S("3.4"),
        "IMAPIFolder::DeleteMessages",
        "imapifolder-deletemessages",
        "Two hundred messages are made, and deleted by one call.",
        many_messages,
    ),
];

fn status_mask(context: &Context) -> Verdict {
    let open = context.open()?;
    let id = open.message("one")?.entry_id()?;
    let both = MSGSTATUS_TAGGED | MSGSTATUS_HIGHLIGHTED;
    equal(
        "GetMessageStatus at first",
        0,
        open.work.message_status(&id)?,
    )?;
    equal(
        "the old value",
        0,
        open.work.set_message_status(&id, both, both)?,
    )?;
    equal(
        "the old value",
        both,
        open.work.set_message_status(&id, 0, MSGSTATUS_TAGGED)?,
    )?;
    equal(
        "GetMessageStatus",
        MSGSTATUS_HIGHLIGHTED,
        open.work.message_status(&id)?,
    )?;
    let all = !MSGSTATUS_HIGHLIGHTED;
    let _ = open.work.set_message_status(&id, all, 0)?;
    equal(
        "GetMessageStatus after an empty mask",
        MSGSTATUS_HIGHLIGHTED,
        open.work.message_status(&id)?,
    )
}

fn status_column(context: &Context) -> Verdict {
    let open = context.open()?;
    let id = open.message("one")?.entry_id()?;
    let bits = MSGSTATUS_REMOTE_DOWNLOAD | MSGSTATUS_DELMARKED;
    let _ = open.work.set_message_status(&id, bits, bits)?;
    let rows = open.contents(&[PR_MSG_STATUS])?.all_rows()?;
    equal("PR_MSG_STATUS", Some(bits), rows[0].bits(PR_MSG_STATUS))
}

fn status_is_not_copied(context: &Context) -> Verdict {
    let open = context.open()?;
    let id = open.message("one")?.entry_id()?;
    let _ = open
        .work
        .set_message_status(&id, MSGSTATUS_TAGGED, MSGSTATUS_TAGGED)?;
    let other = open.work.create_folder("other")?;
    done(open.work.copy_messages(&[&id], &other, 0))?;
    let rows = other.contents()?.rows(&[PR_MSG_STATUS])?;
    equal(
        "PR_MSG_STATUS of the copy",
        Some(0),
        rows[0].bits(PR_MSG_STATUS),
    )
}

fn status_of_a_missing_message(context: &Context) -> Verdict {
    let open = context.open()?;
    let id = open.message("one")?.entry_id()?;
    done(open.work.delete_messages(&[&id], DELETE_HARD_DELETE))?;
    fails("GetMessageStatus", open.work.message_status(&id))?;
    fails("SetMessageStatus", open.work.set_message_status(&id, 1, 1))
}

fn delete_open_message(context: &Context) -> Verdict {
    let open = context.open()?;
    let message = open.message("one")?;
    let id = message.entry_id()?;
    // The page lets a store refuse; then the message must be there.
    let deleted = open.work.delete_messages(&[&id], 0);
    let _ = message.subject();
    let _ = message.get_all();
    let rows = open.work.contents()?.all_rows()?.len();
    equal(
        "rows after the deletion",
        usize::from(deleted != Ok(S_OK)),
        rows,
    )
}

fn create_with_interface(context: &Context) -> Verdict {
    let open = context.open()?;
    for (iid, works) in [(IMessage::IID, true), (IMAPITable::IID, false)] {
        let mut object = std::ptr::null_mut();
        // SAFETY: the interface lives until the call returns; `object` is a place for the result.
        let answer = unsafe { open.work.raw_folder().CreateMessage(&iid, 0, &mut object) };
        // SAFETY: the method returns an object with a reference for us, or NULL.
        drop(unsafe { take::<IUnknown>(object) });
        equal(&format!("CreateMessage for {iid:?}"), works, answer.is_ok())?;
    }
    Ok(())
}

fn open_flags(context: &Context) -> Verdict {
    let open = context.open()?;
    let id = open.message("one")?.entry_id()?;
    for flags in [
        0,
        MAPI_MODIFY,
        MAPI_BEST_ACCESS,
        MAPI_DEFERRED_ERRORS,
        MAPI_BEST_ACCESS | MAPI_NO_CACHE,
    ] {
        open.store().open_entry(&id, None, flags)?;
    }
    Ok(())
}

fn open_without_provider_check(context: &Context) -> Verdict {
    const FOLDER: GUID = GUID::from_u128(0x57d3_33a0_f589_4b23_a3f9_85f8_2fec_153c);
    const MESSAGE: GUID = GUID::from_u128(0xc350_5457_7b2e_4c3b_a8d6_6dd9_49bb_97a1);
    let open = context.open()?;
    let message = open.message("one")?.entry_id()?;
    for (id, iid, kind) in [
        (open.work.entry_id()?, FOLDER, MAPI_FOLDER),
        (message, MESSAGE, MAPI_MESSAGE),
    ] {
        match open.store().open_entry(&id, Some(iid), 0) {
            Ok((_, came)) => equal("the object type", kind, came)?,
            Err(failure) => code("OpenEntry", &[MAPI_E_INTERFACE_NOT_SUPPORTED], failure.code)?,
        }
    }
    Ok(())
}

fn many_messages(context: &Context) -> Verdict {
    let open = context.open()?;
    let mut ids = Vec::new();
    for number in 0..200 {
        ids.push(open.message(&number.to_string())?.entry_id()?);
    }
    equal("PR_CONTENT_COUNT", 200, open.work.long(PR_CONTENT_COUNT)?)?;
    let ids: Vec<&[u8]> = ids.iter().map(Vec::as_slice).collect();
    code(
        "DeleteMessages",
        &[S_OK],
        open.work.delete_messages(&ids, 0)?,
    )?;
    equal(
        "PR_CONTENT_COUNT after the deletion",
        0,
        open.work.long(PR_CONTENT_COUNT)?,
    )
}
