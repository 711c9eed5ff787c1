//! Folders, tables and synchronization: what the sections about them say beside the numbered assertions.

use super::prelude::*;
use std::time::Duration;

/// How long a synchronization may take.
const LONG: Duration = Duration::from_secs(20);

pub(super) const CHECKS: &[Check] = &[
    Check::new(
        "S3.4-hard-deletes",
        S("3.4"),
        "IMAPIFolder::DeleteMessages",
        "imapifolder-deletemessages",
        "DELETE_HARD_DELETE deletes messages, folders and contents as well as its absence does.",
        hard_deletes,
    ),
    Check::new(
        "S3.4-suppress-and-generate",
        S("3.4"),
        "IMAPIFolder::SetReadFlags",
        "imapifolder-setreadflags",
        "SUPPRESS_RECEIPT with GENERATE_RECEIPT_ONLY takes the request for a receipt back and leaves the read flag alone.",
        suppress_and_generate,
    ),
    Check::new(
        "S3.4-progress-of-mapi",
        S("3.4"),
        "IMAPISupport::DoProgressDialog",
        "how-to-display-a-progress-indicator",
        "With MESSAGE_DIALOG and without a progress object the work is done all the same, and a display that MAPI lends is given back.",
        progress_of_mapi,
    ),
    Check::new(
        "S3.4-copy-without-interface",
        S("3.4"),
        "IMAPIFolder::CopyMessages",
        "imapifolder-copymessages",
        "Without an interface the destination of CopyMessages is a folder.",
        copy_without_interface,
    ),
    Check::new(
        "S3.9-last-error",
        S("3.9"),
        "IMAPITable::GetLastError",
        "imapitable-getlasterror",
        "GetLastError of a table succeeds with or without a description, in both widths, in one block.",
        last_error_of_table,
    ),
    Check::new(
        "S4.4-larger-structure",
        S("4.2"),
        "IMAPISync::SynchronizeInBackground",
        "mapisib",
        "A MAPISIB that says that it is larger than the one that is known is accepted.",
        larger_structure,
    ),
    Check::new(
        "S4.4-no-direction",
        S("4.2"),
        "IMAPISync::SynchronizeInBackground",
        "mapisib",
        "Without a direction among the flags, and with flags that nobody knows, a synchronization comes to an end.",
        no_direction,
    ),
    Check::new(
        "S8.1-folder-counts",
        S("8.1"),
        "IMAPISupport::Notify",
        "handling-message-store-notification",
        "When the counts of a folder change, sinks of the folder hear fnevObjectModified.",
        folder_counts,
    ),
    Check::new(
        "S8.1-whole-store-hears-all",
        S("8.1"),
        "IMAPISupport::Notify",
        "handling-message-store-notification",
        "A sink of the whole store hears of messages in any folder; no event is of a kind that stores must not send.",
        whole_store_hears_all,
    ),
    Check::new(
        "S10.4-folder-support",
        S("10.4"),
        "IFolderSupport::GetSupportMask",
        "ifoldersupportiunknown",
        "IFolderSupport, where a folder offers it, writes the whole mask, and no bit but FS_SUPPORTS_SHARING.",
        folder_support,
    ),
    Check::new(
        "S3.11-meaningless-flags",
        S("3.11"),
        "IMsgStore::OpenEntry",
        "imsgstore-openentry",
        "MAPI_UNICODE where it means nothing does no harm.",
        meaningless_flags,
    ),
];

fn hard_deletes(context: &Context) -> Verdict {
    let open = context.open()?;
    let ids = open.messages(&["one", "two"])?;
    done(open.work.delete_messages(&[&ids[0]], DELETE_HARD_DELETE))?;
    equal(
        "the subjects that are left",
        vec!["two".to_string()],
        open.subjects(&open.work)?,
    )?;
    let child = open.work.create_folder("child")?;
    child.add_message(&[Prop::new(PR_SUBJECT, "inside")])?;
    let id = child.entry_id()?;
    drop(child);
    let flags = DELETE_HARD_DELETE | DEL_MESSAGES | DEL_FOLDERS;
    done(open.work.delete_folder(&id, flags))?;
    done(open.work.empty(DELETE_HARD_DELETE))?;
    equal(
        "rows that are left",
        0,
        open.work.contents()?.all_rows()?.len(),
    )
}

fn suppress_and_generate(context: &Context) -> Verdict {
    let open = context.open()?;
    let id = open
        .work
        .add_message(&[
            Prop::new(PR_SUBJECT, "one"),
            Prop::new(PR_READ_RECEIPT_REQUESTED, true),
        ])?
        .entry_id()?;
    let flags = SUPPRESS_RECEIPT | GENERATE_RECEIPT_ONLY;
    done(open.work.set_read_flags(Some(&[&id]), flags))?;
    let message = open.store().open_message(&id)?;
    equal(
        "PR_READ_RECEIPT_REQUESTED",
        false,
        message.boolean(PR_READ_RECEIPT_REQUESTED).unwrap_or(false),
    )?;
    equal(
        "MSGFLAG_READ",
        0,
        message.bits(PR_MESSAGE_FLAGS)? & MSGFLAG_READ,
    )
}

fn progress_of_mapi(context: &Context) -> Verdict {
    let open = context.open()?;
    let ids = open.messages(&["one", "two"])?;
    let ids: Vec<&[u8]> = ids.iter().map(Vec::as_slice).collect();
    let to = open.work.create_folder("to")?;
    done(open.work.copy_messages(&ids, &to, MESSAGE_DIALOG))?;
    equal("messages in the destination", 2, open.subjects(&to)?.len())?;
    let displays: Vec<_> = context
        .host()
        .state()
        .live
        .objects()
        .into_iter()
        .filter(|(kind, _)| kind.contains("progress"))
        .collect();
    equal("displays that were not given back", vec![], displays)
}

fn copy_without_interface(context: &Context) -> Verdict {
    let open = context.open()?;
    let id = open.message("one")?.entry_id()?;
    let to = open.work.create_folder("to")?;
    let arena = Arena::default();
    // SAFETY: all arguments live until the call returns; without the dialog flag no display is needed.
    let answer = unsafe {
        open.work.raw_folder().CopyMessages(
            arena.entry_list(&[&id]),
            std::ptr::null(),
            to.raw_folder().as_raw(),
            0,
            std::ptr::null_mut(),
            0,
        )
    };
    code("CopyMessages without an interface", &[S_OK], answer)?;
    equal("subjects", vec!["one".to_string()], open.subjects(&to)?)
}

fn last_error_of_table(context: &Context) -> Verdict {
    let open = context.open()?;
    let table = open.contents(&[PR_SUBJECT])?;
    let _ = table.query_rows(0, 0);
    let memory = context.host().memory().functions();
    for flags in [0, MAPI_UNICODE] {
        let mut error = std::ptr::null_mut();
        // SAFETY: `error` is a place for the result.
        let answer = unsafe {
            table
                .raw()
                .GetLastError(MAPI_E_INVALID_PARAMETER, flags, &mut error)
        };
        code("IMAPITable::GetLastError", &[S_OK], answer)?;
        // SAFETY: the block is ours, or NULL.
        unsafe { (memory.free_buffer)(error.cast()) };
    }
    Ok(())
}

/// A session with a store that synchronizes.
fn offered(context: &Context) -> std::result::Result<Session, Stop> {
    let session = context.logon()?;
    if session.store().sync().is_err() {
        return Err(not_applicable("IMAPISync is not offered"));
    }
    Ok(session)
}

fn larger_structure(context: &Context) -> Verdict {
    let session = offered(context)?;
    let recorder = SyncRecorder::new();
    let call = SyncCall {
        size: Some(size_of::<MAPISIB>() as u32 + 16),
        ..SyncCall::all(&recorder)
    };
    let start = session.start_sync(&call)?;
    code("SynchronizeInBackground", &[S_OK], start.code)?;
    some(
        "IMAPISyncProgressCallback::Done",
        "a call",
        recorder.wait_done(LONG),
    )
    .map(drop)
}

fn no_direction(context: &Context) -> Verdict {
    let session = offered(context)?;
    for flags in [0, SYNC_ON_DEMAND, 0x0040_0000] {
        let recorder = SyncRecorder::new();
        let start = session.start_sync(&SyncCall::all(&recorder).with_flags(flags))?;
        code("SynchronizeInBackground", &[S_OK], start.code)?;
        done(some(
            &format!("Done after flags {flags:#X}"),
            "a call",
            recorder.wait_done(LONG),
        ))?;
    }
    Ok(())
}

fn folder_counts(context: &Context) -> Verdict {
    let open = context.open()?;
    open.needs(STORE_NOTIFY_OK)?;
    let recorder = Recorder::new();
    let id = open.work.entry_id()?;
    let connection = open
        .store()
        .advise(Some(&id), fnevObjectModified, &recorder)?;
    open.message("one")?;
    let heard = recorder.wait_for(SOON, |event| event.kind() == fnevObjectModified);
    open.store().unadvise(connection)?;
    let event = some("the sink of the folder", "fnevObjectModified", heard)?;
    equal("the object", Some(&id[..]), event.entry_id())
}

fn whole_store_hears_all(context: &Context) -> Verdict {
    const OTHERS: u32 = fnevStatusObjectModified | fnevReservedForMapi;
    let open = context.open()?;
    open.needs(STORE_NOTIFY_OK)?;
    let recorder = Recorder::new();
    let connection = open
        .store()
        .advise(None, fnevObjectCreated | fnevObjectDeleted, &recorder)?;
    let inner = open.work.create_folder("a")?.create_folder("b")?;
    let id = inner
        .add_message(&[Prop::new(PR_SUBJECT, "deep")])?
        .entry_id()?;
    let heard = recorder.wait_for(SOON, |event| {
        event.kind() == fnevObjectCreated && event.entry_id() == Some(&id[..])
    });
    open.store().unadvise(connection)?;
    some(
        "the sink of the store",
        "fnevObjectCreated of the message",
        heard,
    )?;
    let mine = context.host().calls_of(Method::Notify);
    let sent = mine.iter().filter_map(|call| match &call.arguments {
        Arguments::Notify { events, .. } => Some(events),
        _ => None,
    });
    for event in sent.flatten() {
        holds(
            event.kind() & OTHERS == 0 && !matches!(event, Event::Other(_)),
            "IMAPISupport::Notify",
            "kinds that a store may send",
            format!("{:#X}", event.kind()),
        )?;
    }
    Ok(())
}

fn folder_support(context: &Context) -> Verdict {
    let open = context.open()?;
    let Ok(support) = open.work.query::<IFolderSupport>() else {
        return Err(not_applicable("IFolderSupport is not offered"));
    };
    let mut mask = u32::MAX;
    // SAFETY: `mask` is a place for the result.
    let answer = unsafe { support.GetSupportMask(&mut mask) };
    code("IFolderSupport::GetSupportMask", &[S_OK], answer)?;
    equal(
        "bits other than FS_SUPPORTS_SHARING",
        0,
        mask & !FS_SUPPORTS_SHARING,
    )?;
    // One object, whichever of its interfaces one came by.
    let back = support.cast::<IUnknown>().ok();
    holds(
        back.is_some() && back == open.work.query::<IUnknown>().ok(),
        "IFolderSupport::QueryInterface(IUnknown)",
        "the identity of the folder",
        "another".to_string(),
    )
}

fn meaningless_flags(context: &Context) -> Verdict {
    let open = context.open()?;
    let id = open.message("one")?.entry_id()?;
    open.store()
        .open_entry(&id, None, MAPI_UNICODE | MAPI_BEST_ACCESS)?;
    let message = open.store().open_message(&id)?;
    message.put(PR_BODY, "text")?;
    message.save(KEEP_OPEN_READWRITE | MAPI_UNICODE)?;
    let table = open
        .work
        .contents_with(MAPI_UNICODE | MAPI_DEFERRED_ERRORS)?;
    equal("rows", 1, table.all_rows()?.len())
}
