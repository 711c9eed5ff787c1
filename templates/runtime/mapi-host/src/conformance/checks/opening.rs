//! Opening stores: what the sections about logons and entry ids say beside the numbered assertions.

use super::prelude::*;

pub(super) const CHECKS: &[Check] = &[
    Check::new(
        "S2.2-logon-with-entry-id",
        S("2.2"),
        "IMSProvider::Logon",
        "imsprovider-logon",
        "The unwrapped entry id of a store opens that store, in a session that has not seen it yet.",
        logon_with_entry_id,
    ),
    Check::new(
        "S2.2-logon-with-garbage",
        S("2.2"),
        "IMSProvider::Logon",
        "imsprovider-logon",
        "An entry id that is none of the provider's opens nothing, and leaves nothing.",
        logon_with_garbage,
    ),
    Check::new(
        "B25-second-logon-interface",
        A(25),
        "IMSProvider::Logon",
        "imsprovider-logon",
        "A second logon with an interface that the store lacks is refused, and the first one works on.",
        second_logon_interface,
    ),
    Check::new(
        "S2.2-writing-after-reading",
        S("2.2"),
        "IMSProvider::Logon",
        "imapisession-openmsgstore",
        "While a store is open for reading, another logon with MDB_WRITE can write to it.",
        writing_after_reading,
    ),
    Check::new(
        "C62-no-synchronization-for-readers",
        A(62),
        "IMsgStore::QueryInterface",
        "imapisession-openmsgstore",
        "A store that is opened without MDB_WRITE does not synchronize, or is not changed by it through that object.",
        no_synchronization_for_readers,
    ),
    Check::new(
        "C62-open-if-exists",
        A(62),
        "IMAPIFolder::CreateFolder",
        "imapifolder-createfolder",
        "Without MDB_WRITE, CreateFolder with OPEN_IF_EXISTS opens a folder that exists or refuses, and creates none.",
        open_if_exists_for_readers,
    ),
    Check::new(
        "S2.3-mdb-provider",
        S("2.3"),
        "IMAPIProp::GetProps",
        "pidtagstoreprovider-canonical-property",
        "PR_MDB_PROVIDER is 16 bytes, and those of mapisvc.inf where that names them.",
        mdb_provider,
    ),
    Check::new(
        "S2.3-search-keys",
        S("2.3"),
        "IMAPIProp::SaveChanges",
        "mapi-record-and-search-keys",
        "A new message gets a search key of its own.",
        search_keys,
    ),
    Check::new(
        "S2.3-ids-in-tables",
        S("2.3"),
        "IMAPITable::QueryRows",
        "long-term-entry-identifiers",
        "Entry ids in hierarchy tables are long-term ids, and those of all tables open their objects.",
        ids_in_tables,
    ),
    Check::new(
        "S2.4-logon-last-error",
        S("2.4"),
        "IMSLogon::GetLastError",
        "imslogon-getlasterror",
        "GetLastError of the logon object succeeds, with or without a description, in one block.",
        logon_last_error,
    ),
    Check::new(
        "S2.4-status-interface",
        S("2.4"),
        "IMSLogon::OpenStatusEntry",
        "imslogon-openstatusentry",
        "OpenStatusEntry with an interface that status objects lack is refused, with NULL.",
        status_interface,
    ),
    Check::new(
        "S2.4-logon-sinks-hear",
        S("2.4"),
        "IMSLogon::Advise",
        "imslogon-advise",
        "A sink that was registered through the logon object, without an entry id, hears of the whole store.",
        logon_sinks_hear,
    ),
    Check::new(
        "S3.7-status-is-read-only",
        S("3.7"),
        "IMAPIStatus::SetProps",
        "imapistatusimapiprop",
        "The properties of the status object cannot be written.",
        status_is_read_only,
    ),
    Check::new(
        "S3.7-settings-dialog",
        S("3.7"),
        "IMAPIStatus::SettingsDialog",
        "imapistatus-settingsdialog",
        "SettingsDialog is not supported, or asks MAPI for a property sheet and succeeds or is cancelled.",
        settings_dialog,
    ),
];

fn read_only() -> LogonOptions {
    LogonOptions {
        flags: MDB_NO_DIALOG | MAPI_UNICODE,
        ..LogonOptions::default()
    }
}

fn logon_with_entry_id(context: &Context) -> Verdict {
    let (id, wrapped) = super::identity::private_id(context)?;
    let session = context.logon_with(&LogonOptions {
        entry_id: Some(id),
        ..LogonOptions::default()
    })?;
    equal("PR_ENTRYID", wrapped, session.store().entry_id()?)
}

fn logon_with_garbage(context: &Context) -> Verdict {
    let provider = context.start()?;
    for id in [vec![0xA5; 3], vec![0xA5; 40], vec![0; 20]] {
        let attempt = provider.try_logon(&LogonOptions {
            entry_id: Some(id),
            ..LogonOptions::default()
        });
        holds(
            attempt.code.is_err(),
            "Logon with an entry id of nobody",
            "a failure",
            code_text(attempt.code),
        )?;
        holds(
            attempt.store.is_none() && !attempt.logon,
            "Logon with an entry id of nobody",
            "NULL in both pointers",
            "an object",
        )?;
        equal(
            "references to the support object",
            0,
            attempt.support_references,
        )?;
    }
    Ok(())
}

fn second_logon_interface(context: &Context) -> Verdict {
    let (id, _) = super::identity::private_id(context)?;
    let provider = context.start()?;
    let first = provider.logon(&LogonOptions::default())?;
    let attempt = provider.try_logon(&LogonOptions {
        entry_id: Some(id),
        iid: Some(IMAPITable::IID),
        ..LogonOptions::default()
    });
    code(
        "the second Logon, for IMAPITable",
        &[MAPI_E_INTERFACE_NOT_SUPPORTED],
        attempt.code,
    )?;
    holds(
        attempt.store.is_none() && !attempt.logon,
        "the second Logon, for IMAPITable",
        "NULL in both pointers",
        "an object",
    )?;
    first.store().text(PR_DISPLAY_NAME)?;
    Ok(())
}

fn writing_after_reading(context: &Context) -> Verdict {
    let open = context.open()?;
    let work = open.work.entry_id()?;
    drop(open);
    let provider = context.start()?;
    let reader = provider.logon(&read_only())?;
    let writer = provider.logon(&LogonOptions::default())?;
    let folder = writer.open_folder(&work)?;
    folder
        .add_message(&[Prop::new(PR_SUBJECT, "written")])?
        .entry_id()?;
    drop(folder);
    // The reader goes on reading, what the other one wrote included.
    let seen = reader.subjects(&reader.open_folder(&work)?)?;
    equal("what the reader sees", vec!["written".to_string()], seen)?;
    reader.logoff()?;
    writer.logoff()?;
    Ok(())
}

fn no_synchronization_for_readers(context: &Context) -> Verdict {
    let session = context.logon()?;
    let offered = session.store().sync().is_ok();
    session.logoff()?;
    if !offered {
        return Err(not_applicable("IMAPISync is not offered"));
    }
    let session = context.logon_with(&read_only())?;
    if session.store().sync().is_err() {
        return Ok(());
    }
    let count =
        |session: &Session| -> Result<usize> { Ok(session.inbox()?.contents()?.all_rows()?.len()) };
    let before = count(&session)?;
    context.deliver();
    let _ = session.synchronize(SOON * 4);
    equal("rows of the receive folder", before, count(&session)?)
}

fn open_if_exists_for_readers(context: &Context) -> Verdict {
    let open = context.open()?;
    let child = open.work.create_folder("child")?.entry_id()?;
    let work = open.work.entry_id()?;
    drop(open);
    let session = context.logon_with(&read_only())?;
    let parent = session.open_folder(&work)?;
    let flags = MAPI_UNICODE | OPEN_IF_EXISTS;
    if let Ok(folder) = parent.create_folder_with(FOLDER_GENERIC, "child", None, flags) {
        equal(
            "CreateFolder(OPEN_IF_EXISTS) of a folder that exists",
            true,
            session.store().compare(&child, &folder.entry_id()?)?,
        )?;
    }
    fails(
        "CreateFolder(OPEN_IF_EXISTS) of a folder that does not exist",
        parent.create_folder_with(FOLDER_GENERIC, "another", None, flags),
    )
}

fn mdb_provider(context: &Context) -> Verdict {
    let session = context.logon()?;
    let bytes = session.store().binary(PR_MDB_PROVIDER)?;
    equal("the size of PR_MDB_PROVIDER", 16, bytes.len())?;
    let described = &context.subject().description().provider;
    let named = described.iter().find(|prop| prop.tag == PR_MDB_PROVIDER);
    match named {
        Some(prop) => equal("PR_MDB_PROVIDER", &prop.value, &Value::Binary(bytes)),
        None => Ok(()),
    }
}

fn search_keys(context: &Context) -> Verdict {
    let open = context.open()?;
    let one = open.message("one")?.binary(PR_SEARCH_KEY)?;
    let two = open.message("two")?.binary(PR_SEARCH_KEY)?;
    holds(!one.is_empty(), "PR_SEARCH_KEY", "some bytes", "none")?;
    holds(
        one != two,
        "PR_SEARCH_KEY of two messages",
        "different keys",
        "the same",
    )
}

fn ids_in_tables(context: &Context) -> Verdict {
    let open = context.open()?;
    open.message("one")?;
    for row in open.root()?.deep_hierarchy()?.rows(&[PR_ENTRYID])? {
        let id = some(
            "a row of the hierarchy",
            "PR_ENTRYID",
            row.binary(PR_ENTRYID),
        )?;
        equal("the flags of the id", Some(&[0; 4][..]), id.get(..4))?;
        open.store().open_folder(id)?;
    }
    for row in open.work.contents()?.rows(&[PR_ENTRYID])? {
        let id = some(
            "a row of the contents",
            "PR_ENTRYID",
            row.binary(PR_ENTRYID),
        )?;
        open.store().open_message(id)?;
    }
    Ok(())
}

fn logon_last_error(context: &Context) -> Verdict {
    let session = context.logon()?;
    let logon = some("IMSProvider::Logon", "a logon object", session.logon())?;
    let memory = context.host().memory().functions();
    for flags in [0, MAPI_UNICODE] {
        let mut error = std::ptr::null_mut();
        // SAFETY: `error` is a place for the result.
        let answer = unsafe { logon.GetLastError(MAPI_E_NOT_FOUND, flags, &mut error) };
        code("IMSLogon::GetLastError", &[S_OK], answer)?;
        // SAFETY: the block is ours, or NULL.
        unsafe { (memory.free_buffer)(error.cast()) };
    }
    Ok(())
}

fn status_interface(context: &Context) -> Verdict {
    let session = context.logon()?;
    let _ = super::status::opened(&session)?;
    let logon = some("IMSProvider::Logon", "a logon object", session.logon())?;
    let (mut kind, mut object) = (0, std::ptr::null_mut());
    // SAFETY: the arguments are places for the results.
    let answer = unsafe { logon.OpenStatusEntry(&IMessage::IID, 0, &mut kind, &mut object) };
    code(
        "IMSLogon::OpenStatusEntry for IMessage",
        &[MAPI_E_INTERFACE_NOT_SUPPORTED],
        answer,
    )?;
    holds(
        object.is_null(),
        "IMSLogon::OpenStatusEntry",
        "NULL",
        "a pointer",
    )
}

fn logon_sinks_hear(context: &Context) -> Verdict {
    let open = context.open()?;
    open.needs(STORE_NOTIFY_OK)?;
    let logon = some("IMSProvider::Logon", "a logon object", open.logon())?;
    let (recorder, mut connection) = (Recorder::new(), 0);
    let sink = recorder.sink();
    // SAFETY: the sink lives until the call returns; `connection` is a place for the result.
    let answer = unsafe {
        logon.Advise(
            0,
            std::ptr::null(),
            fnevObjectCreated,
            sink.as_raw(),
            &mut connection,
        )
    };
    code("IMSLogon::Advise", &[S_OK], answer)?;
    open.message("one")?;
    let heard = recorder.wait_for(SOON, |event| event.kind() == fnevObjectCreated);
    // SAFETY: the call has no pointers.
    code("IMSLogon::Unadvise", &[S_OK], unsafe {
        logon.Unadvise(connection)
    })?;
    some("the sink", "fnevObjectCreated", heard).map(drop)
}

fn status_is_read_only(context: &Context) -> Verdict {
    let session = context.logon()?;
    let (status, ..) = super::status::opened(&session)?;
    let before = status.text(PR_DISPLAY_NAME)?;
    match status.set(&[Prop::new(PR_DISPLAY_NAME, "changed")]) {
        Err(_) => {}
        Ok(problems) => equal("problems of SetProps", 1, problems.len())?,
    }
    equal("PR_DISPLAY_NAME", before, status.text(PR_DISPLAY_NAME)?)
}

fn settings_dialog(context: &Context) -> Verdict {
    const SETTINGS: u32 = 2;
    let session = context.logon()?;
    let (props, status, _) = super::status::opened(&session)?;
    let offered = props.bits(PR_RESOURCE_METHODS)? & SETTINGS != 0;
    // SAFETY: the call has no pointers.
    let answer = unsafe { status.SettingsDialog(0, UI_READONLY) };
    let allowed: &[_] = if offered {
        &[S_OK, MAPI_E_USER_CANCEL, MAPI_E_UNCONFIGURED]
    } else {
        &[MAPI_E_NO_SUPPORT]
    };
    code("IMAPIStatus::SettingsDialog", allowed, answer)
}
