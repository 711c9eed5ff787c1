//! Receive folders.

use super::prelude::*;

pub(super) const CHECKS: &[Check] = &[
    Check::new(
        "E96-default-exists",
        A(96),
        "IMsgStore::GetReceiveFolder",
        "imsgstore-getreceivefolder",
        "There is a receive folder for NULL and for \"\", registered for the class \"\".",
        default_exists,
    ),
    Check::new(
        "E96-longest-prefix",
        A(96),
        "IMsgStore::GetReceiveFolder",
        "mapi-receive-folders",
        "The longest prefix by whole segments of the class decides.",
        longest_prefix,
    ),
    Check::new(
        "E96-removal",
        A(96),
        "IMsgStore::SetReceiveFolder",
        "imsgstore-setreceivefolder",
        "An association is removed without an entry id; removing one that is not there succeeds, too.",
        removal,
    ),
    Check::new(
        "E96-without-place-for-the-class",
        A(96),
        "IMsgStore::GetReceiveFolder",
        "imsgstore-getreceivefolder",
        "GetReceiveFolder works without a place for the explicit class.",
        without_place,
    ),
    Check::new(
        "E96-ansi-classes",
        S("3.3"),
        "IMsgStore::GetReceiveFolder",
        "imsgstore-getreceivefolder",
        "Classes have the width of MAPI_UNICODE, in and out.",
        ansi_classes,
    ),
    Check::new(
        "E96-bad-folder",
        S("3.3"),
        "IMsgStore::SetReceiveFolder",
        "imsgstore-setreceivefolder",
        "A folder that is not there is refused, and the earlier association stays.",
        bad_folder,
    ),
    Check::new(
        "E96-table",
        S("3.3"),
        "IMsgStore::GetReceiveFolderTable",
        "imsgstore-getreceivefoldertable",
        "The table lists each association; a condition on PR_RECORD_KEY works.",
        table,
    ),
    Check::new(
        "E96-persistence",
        S("3.3"),
        "IMsgStore::SetReceiveFolder",
        "imsgstore-setreceivefolder",
        "Associations are there in the next session.",
        persistence,
    ),
];

fn default_exists(context: &Context) -> Verdict {
    let session = context.logon()?;
    for class in [None, Some("")] {
        let found = session.store().receive_folder_with(class, MAPI_UNICODE)?;
        equal("the explicit class", String::new(), found.explicit_class)?;
        session.open_folder(&found.entry_id)?.name()?;
    }
    Ok(())
}

fn longest_prefix(context: &Context) -> Verdict {
    let open = context.open()?;
    let store = open.store();
    let one = open.work.create_folder("one")?.entry_id()?;
    let two = open.work.create_folder("two")?.entry_id()?;
    store.set_receive_folder(Some("IPM.Conf"), Some(&one))?;
    store.set_receive_folder(Some("IPM.Conf.Two"), Some(&two))?;
    let default = store.receive_folder("REPORT.x")?.entry_id;
    for (class, folder, explicit) in [
        ("IPM.Conf", &one, "IPM.Conf"),
        ("IPM.Conf.Other", &one, "IPM.Conf"),
        ("IPM.Conf.Two.Sub", &two, "IPM.Conf.Two"),
        ("ipm.conf.two", &two, "IPM.Conf.Two"),
    ] {
        let found = store.receive_folder(class)?;
        equal(
            &format!("the folder of {class}"),
            true,
            store.compare(folder, &found.entry_id)?,
        )?;
        equal(
            &format!("the explicit class of {class}"),
            explicit.to_lowercase(),
            found.explicit_class.to_lowercase(),
        )?;
    }
    let found = store.receive_folder("IPM.Configuration")?;
    equal(
        "IPM.Configuration goes to IPM.Conf",
        false,
        store.compare(&one, &found.entry_id)?,
    )?;
    let _ = default;
    Ok(())
}

fn removal(context: &Context) -> Verdict {
    let open = context.open()?;
    let store = open.store();
    store.set_receive_folder(Some("IPM.Conf"), Some(&open.work.entry_id()?))?;
    store.set_receive_folder(Some("IPM.Conf"), None)?;
    let found = store.receive_folder("IPM.Conf")?;
    equal(
        "the folder after the removal",
        false,
        store.compare(&open.work.entry_id()?, &found.entry_id)?,
    )?;
    store.set_receive_folder(Some("IPM.Conf"), None)?;
    store.set_receive_folder(Some("IPM.Never"), None)?;
    Ok(())
}

fn without_place(context: &Context) -> Verdict {
    let session = context.logon()?;
    let (mut size, mut id) = (0, std::ptr::null_mut());
    // SAFETY: a client may leave the class and the place for the explicit class out.
    let answer = unsafe {
        session.store().raw_store().GetReceiveFolder(
            std::ptr::null(),
            0,
            &mut size,
            &mut id,
            std::ptr::null_mut(),
        )
    };
    let memory = context.host().memory();
    let bytes = take_bytes(
        memory,
        "IMsgStore::GetReceiveFolder",
        id.cast_const().cast(),
        size,
    );
    code("GetReceiveFolder", &[S_OK], answer)?;
    holds(!bytes.is_empty(), "GetReceiveFolder", "an entry id", "none")
}

fn ansi_classes(context: &Context) -> Verdict {
    let open = context.open()?;
    let store = open.store();
    store.set_receive_folder(Some("IPM.Conf"), Some(&open.work.entry_id()?))?;
    let found = store.receive_folder_with(Some("IPM.Conf.Sub"), 0)?;
    equal(
        "the explicit class",
        "IPM.Conf".to_string(),
        found.explicit_class,
    )
}

fn bad_folder(context: &Context) -> Verdict {
    let open = context.open()?;
    let store = open.store();
    let gone = open.work.create_folder("gone")?.entry_id()?;
    done(open.work.delete_folder(&gone, 0))?;
    store.set_receive_folder(Some("IPM.Conf"), Some(&open.work.entry_id()?))?;
    fails(
        "SetReceiveFolder",
        store.set_receive_folder(Some("IPM.Conf"), Some(&gone)),
    )?;
    let found = store.receive_folder("IPM.Conf")?;
    equal(
        "the folder after that",
        true,
        store.compare(&open.work.entry_id()?, &found.entry_id)?,
    )
}

fn table(context: &Context) -> Verdict {
    let open = context.open()?;
    open.store()
        .set_receive_folder(Some("IPM.Conf"), Some(&open.work.entry_id()?))?;
    let table = open.store().receive_folder_table()?;
    let rows = table.rows(&[PR_MESSAGE_CLASS, PR_ENTRYID, PR_RECORD_KEY])?;
    let mine = rows.iter().find(|row| {
        row.text(PR_MESSAGE_CLASS)
            .is_some_and(|class| class.eq_ignore_ascii_case("IPM.Conf"))
    });
    let mine = some("the receive folder table", "a row for IPM.Conf", mine)?;
    let id = mine.binary(PR_ENTRYID).unwrap_or_default();
    equal(
        "PR_ENTRYID",
        true,
        open.store().compare(id, &open.work.entry_id()?)?,
    )?;
    let key = some("the row", "PR_RECORD_KEY", mine.binary(PR_RECORD_KEY))?;
    table.restrict(Some(&Restriction::equals(PR_RECORD_KEY, key)))?;
    holds(
        !table.all_rows()?.is_empty(),
        "Restrict(PR_RECORD_KEY)",
        "a row",
        "none",
    )
}

fn persistence(context: &Context) -> Verdict {
    let open = context.open()?;
    let id = open.work.entry_id()?;
    open.store()
        .set_receive_folder(Some("IPM.Conf"), Some(&id))?;
    drop(open);
    let host = context.other_host()?;
    let session = host.logon(context.provider())?;
    let found = session.store().receive_folder("IPM.Conf")?;
    let same = session.store().compare(&id, &found.entry_id)?;
    session.logoff()?;
    equal("the folder in the next session", true, same)
}
