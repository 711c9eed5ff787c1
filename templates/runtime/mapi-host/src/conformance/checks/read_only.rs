//! Stores that were opened for reading.

use super::prelude::*;

pub(super) const CHECKS: &[Check] = &[
    Check::new(
        "C62-read-only-mask",
        A(62),
        "IMSProvider::Logon",
        "imapisession-openmsgstore",
        "Without MDB_WRITE, STORE_MODIFY_OK and STORE_CREATE_OK are clear.",
        read_only_mask,
    ),
    Check::new(
        "C62-nothing-can-be-created",
        A(62),
        "IMAPIFolder::CreateMessage",
        "imapisession-openmsgstore",
        "Without MDB_WRITE neither messages nor folders can be created.",
        nothing_can_be_created,
    ),
    Check::new(
        "C62-nothing-can-be-deleted",
        A(62),
        "IMAPIFolder::DeleteMessages",
        "imapisession-openmsgstore",
        "Without MDB_WRITE neither messages nor folders can be deleted.",
        nothing_can_be_deleted,
    ),
    Check::new(
        "C62-nothing-can-be-changed",
        A(62),
        "IMAPIProp::SetProps",
        "imapisession-openmsgstore",
        "Without MDB_WRITE store, folders and messages cannot be changed.",
        nothing_can_be_changed,
    ),
    Check::new(
        "C62-modify-is-refused",
        A(62),
        "IMsgStore::OpenEntry",
        "imapisession-openmsgstore",
        "Without MDB_WRITE nothing opens with MAPI_MODIFY.",
        modify_is_refused,
    ),
    Check::new(
        "C62-status-cannot-be-changed",
        A(62),
        "IMAPIFolder::SetMessageStatus",
        "imapisession-openmsgstore",
        "Without MDB_WRITE the status of a message cannot be changed.",
        status_cannot_be_changed,
    ),
    Check::new(
        "C62-reading-works",
        A(62),
        "IMAPITable::QueryRows",
        "read-only-message-stores",
        "Without MDB_WRITE everything can be read.",
        reading_works,
    ),
    Check::new(
        "C62-access-tells",
        S("5.2"),
        "IMAPIProp::GetProps",
        "pidtagaccesslevel-canonical-property",
        "Without MDB_WRITE, PR_ACCESS_LEVEL is 0 and PR_ACCESS has no bit for changes.",
        access_tells,
    ),
];

/// A store that was opened without `MDB_WRITE`, with a folder and a message from an earlier session.
struct Reading {
    message: Vec<u8>,
    child: Vec<u8>,
    work: Folder,
    session: Session,
}

fn reading(context: &Context) -> std::result::Result<Reading, Stop> {
    let open = context.open()?;
    let message = open.message("one")?.entry_id()?;
    let child = open.work.create_folder("child")?.entry_id()?;
    let work = open.work.entry_id()?;
    drop(open);
    let session = context.logon_with(&LogonOptions {
        flags: MDB_NO_DIALOG | MAPI_UNICODE,
        ..LogonOptions::default()
    })?;
    let work = session.open_folder(&work)?;
    Ok(Reading {
        message,
        child,
        work,
        session,
    })
}

/// What an honest look at the folder shows.
fn unchanged(context: &Context, reading: Reading) -> Verdict {
    let Reading {
        message,
        work,
        session,
        ..
    } = reading;
    let id = work.entry_id()?;
    drop(work);
    session.logoff()?;
    let session = context.logon()?;
    let work = session.open_folder(&id)?;
    equal(
        "subjects in the folder",
        vec!["one".to_string()],
        session.subjects(&work)?,
    )?;
    equal("subfolders", vec!["child".to_string()], work.child_names()?)?;
    equal(
        "PR_COMMENT of the folder",
        None,
        work.text(PR_COMMENT).ok().filter(|text| !text.is_empty()),
    )?;
    equal(
        "the status of the message",
        0,
        work.message_status(&message)?,
    )
}

fn read_only_mask(context: &Context) -> Verdict {
    let reading = reading(context)?;
    let mask = reading.session.store().bits(PR_STORE_SUPPORT_MASK)?;
    equal(
        "STORE_MODIFY_OK and STORE_CREATE_OK",
        0,
        mask & (STORE_MODIFY_OK | STORE_CREATE_OK),
    )
}

fn nothing_can_be_created(context: &Context) -> Verdict {
    let reading = reading(context)?;
    if let Ok(message) = reading.work.create_message() {
        let _ = message.put(PR_SUBJECT, "two");
        fails("SaveChanges of a new message", message.save(0))?;
    }
    fails("CreateFolder", reading.work.create_folder("new"))?;
    unchanged(context, reading)
}

fn nothing_can_be_deleted(context: &Context) -> Verdict {
    let reading = reading(context)?;
    let deleted = reading.work.delete_messages(&[&reading.message], 0);
    holds(
        deleted != Ok(S_OK),
        "IMAPIFolder::DeleteMessages",
        "a failure or MAPI_W_PARTIAL_COMPLETION",
        "S_OK",
    )?;
    fails(
        "IMAPIFolder::DeleteFolder",
        reading
            .work
            .delete_folder(&reading.child, DEL_FOLDERS | DEL_MESSAGES),
    )?;
    unchanged(context, reading)
}

fn nothing_can_be_changed(context: &Context) -> Verdict {
    let reading = reading(context)?;
    let set = reading.work.set(&[Prop::new(PR_COMMENT, "changed")]);
    holds(
        set.as_ref().map_or(true, |problems| problems.len() == 1),
        "IMAPIProp::SetProps on a folder",
        "a failure or a problem",
        "success",
    )?;
    let deleted = reading.work.delete(&[PR_DISPLAY_NAME]);
    holds(
        deleted
            .as_ref()
            .map_or(true, |problems| problems.len() == 1),
        "IMAPIProp::DeleteProps on a folder",
        "a failure or a problem",
        "success",
    )?;
    let message = reading.session.open_message(&reading.message)?;
    let set = message.put(PR_SUBJECT, "changed");
    let saved = message.save(KEEP_OPEN_READONLY);
    holds(
        set.is_err() || saved.is_err(),
        "SetProps and SaveChanges on a message",
        "a failure of one of them",
        "success",
    )?;
    drop(message);
    unchanged(context, reading)
}

fn modify_is_refused(context: &Context) -> Verdict {
    let reading = reading(context)?;
    let store = reading.session.store();
    fails(
        "OpenEntry(MAPI_MODIFY) of a message",
        store.open_entry(&reading.message, None, MAPI_MODIFY),
    )?;
    fails(
        "OpenEntry(MAPI_MODIFY) of a folder",
        store.open_entry(&reading.child, None, MAPI_MODIFY),
    )?;
    let message = reading.session.open_message(&reading.message)?;
    fails(
        "OpenProperty(MAPI_MODIFY | MAPI_CREATE)",
        message.stream(0x6F80_0102, MAPI_MODIFY | MAPI_CREATE),
    )?;
    drop(message);
    unchanged(context, reading)
}

fn status_cannot_be_changed(context: &Context) -> Verdict {
    let reading = reading(context)?;
    fails(
        "SetMessageStatus",
        reading
            .work
            .set_message_status(&reading.message, MSGSTATUS_TAGGED, MSGSTATUS_TAGGED),
    )?;
    unchanged(context, reading)
}

fn reading_works(context: &Context) -> Verdict {
    let reading = reading(context)?;
    equal(
        "subjects",
        vec!["one".to_string()],
        reading.session.subjects(&reading.work)?,
    )?;
    let message = reading.session.open_message(&reading.message)?;
    equal("PR_SUBJECT", "one".to_string(), message.subject()?)?;
    message.get_all()?;
    drop(message);
    unchanged(context, reading)
}

fn access_tells(context: &Context) -> Verdict {
    let reading = reading(context)?;
    equal(
        "PR_ACCESS_LEVEL of a folder",
        0,
        reading.work.long(PR_ACCESS_LEVEL)?,
    )?;
    let changes = MAPI_ACCESS_MODIFY
        | MAPI_ACCESS_DELETE
        | MAPI_ACCESS_CREATE_HIERARCHY
        | MAPI_ACCESS_CREATE_CONTENTS
        | MAPI_ACCESS_CREATE_ASSOCIATED;
    equal(
        "bits for changes in PR_ACCESS",
        0,
        reading.work.bits(PR_ACCESS)? & changes,
    )
}
