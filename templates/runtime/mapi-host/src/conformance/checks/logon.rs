//! Opening a store.

use super::prelude::*;

pub(super) const CHECKS: &[Check] = &[
    Check::new(
        "B22-logon-without-entry-id",
        A(22),
        "IMSProvider::Logon",
        "imsprovider-logon",
        "With a complete profile a store opens without an entry id.",
        logon_without_entry_id,
    ),
    Check::new(
        "B22-unconfigured",
        A(22),
        "IMSProvider::Logon",
        "imsprovider-logon",
        "With an empty profile and no dialogs, the answer is MAPI_E_UNCONFIGURED, and no dialog is asked for.",
        unconfigured,
    ),
    Check::new(
        "B23-configure-after-unconfigured",
        A(23),
        "IMSProvider::Logon",
        "imsprovider-logon",
        "After MAPI_E_UNCONFIGURED and ServiceEntry with MSG_SERVICE_CONFIGURE the same provider object opens the store.",
        configure_after_unconfigured,
    ),
    Check::new(
        "B25-second-logon",
        A(25),
        "IMSProvider::Logon",
        "imsprovider-logon",
        "A second logon to an open store returns the store, no logon object, and keeps no reference to the new support object.",
        second_logon,
    ),
    Check::new(
        "B25-second-logon-is-silent",
        A(25),
        "IMSProvider::Logon",
        "imsprovider-logon",
        "A second logon to an open store registers no identifier, status row or profile again.",
        second_logon_is_silent,
    ),
    Check::new(
        "B25-second-logon-shares-the-store",
        A(25),
        "IMSProvider::Logon",
        "imsprovider-logon",
        "The second logon returns the same store: same entry id, and what one writes the other reads.",
        second_logon_shares,
    ),
    Check::new(
        "B26-provider-uid-is-set-once",
        A(26),
        "IMAPISupport::SetProviderUID",
        "registering-service-provider-unique-identifiers",
        "The first logon registers one identifier, and every entry id carries it at bytes 4 to 20.",
        provider_uid_is_set_once,
    ),
    Check::new(
        "B26-status-row",
        A(26),
        "IMAPISupport::ModifyStatusRow",
        "status-tables",
        "The first logon writes one status row with display name, status code and resource methods.",
        status_row,
    ),
    Check::new(
        "B26-profile-is-made-permanent",
        A(26),
        "IMAPISupport::ModifyProfile",
        "imapisupport-modifyprofile",
        "The first logon calls ModifyProfile once; with MDB_TEMPORARY it does not.",
        profile_is_made_permanent,
    ),
    Check::new(
        "B27-profile-properties",
        A(27),
        "IMSProvider::Logon",
        "implementing-service-provider-logon",
        "The profile gets PR_DISPLAY_NAME, PR_ENTRYID, PR_RECORD_KEY and PR_PROVIDER_DISPLAY.",
        profile_properties,
    ),
    Check::new(
        "B27-profile-section-is-released",
        S("1.3"),
        "IMAPISupport::OpenProfileSection",
        "iprovideradmin-openprofilesection",
        "After the logon the profile section is free for others to write to.",
        profile_section_is_released,
    ),
    Check::new(
        "B29-interface-null",
        A(29),
        "IMSProvider::Logon",
        "imsprovider-logon",
        "NULL, IID_IMsgStore, IID_IMAPIProp and IID_IUnknown open the store.",
        known_interfaces,
    ),
    Check::new(
        "B29-interface-unknown",
        A(29),
        "IMSProvider::Logon",
        "imsprovider-logon",
        "An unknown interface is refused with MAPI_E_INTERFACE_NOT_SUPPORTED, and nothing is kept.",
        unknown_interface,
    ),
    Check::new(
        "B31-spool-security",
        A(31),
        "IMSProvider::Logon",
        "imsprovider-logon",
        "The spooler's data is absent, or a block of MAPIAllocateBuffer without misuse.",
        spool_security,
    ),
    Check::new(
        "B31-spooler-logon",
        A(31),
        "IMSProvider::SpoolerLogon",
        "imsprovider-spoolerlogon",
        "A store that claims STORE_SUBMIT_OK opens for the spooler; any other refuses with a code and NULL.",
        spooler_logon,
    ),
    Check::new(
        "B32-ansi-logon",
        A(32),
        "IMSProvider::Logon",
        "imsprovider-logon",
        "Without MAPI_UNICODE the profile name is 8-bit, and the store opens all the same.",
        ansi_logon,
    ),
    Check::new(
        "B32-error-text-has-the-width",
        A(32),
        "IMSProvider::Logon",
        "imsprovider-logon",
        "The texts of a failed logon have the width of MAPI_UNICODE: a reader of that width sees letters.",
        error_text_has_the_width,
    ),
    Check::new(
        "S2.2-unknown-flags-are-ignored",
        S("2.2"),
        "IMSProvider::Logon",
        "imsprovider-logon",
        "Flags that Logon does not define, such as MDB_ONLINE, do not keep the store from opening.",
        unknown_flags,
    ),
    Check::new(
        "S2.2-no-dialog-without-permission",
        S("2.2"),
        "IMSProvider::Logon",
        "imsprovider-logon",
        "A logon does not wait for the spooler: it calls neither PrepareSubmit nor SpoolerNotify.",
        no_spooler_calls,
    ),
    Check::new(
        "A7-support-slots",
        A(7),
        "IMAPISupport::UpdatePAB",
        "imapisupportiunknown",
        "A day's work never calls the undocumented slots, nor the methods that MAPI does not offer to stores.",
        support_slots,
    ),
    Check::new(
        "G114-secrets-stay-secret",
        A(114),
        "IMAPISupport::OpenProfileSection",
        "iprofsectimapiprop",
        "What the service is configured with under the secure identifiers comes back in no list, and logon copies it nowhere else.",
        secrets_stay_secret,
    ),
];

fn logon_without_entry_id(context: &Context) -> Verdict {
    let provider = context.start()?;
    let attempt = provider.try_logon(&LogonOptions::default());
    code(
        "IMSProvider::Logon(NULL)",
        &[S_OK, MAPI_W_ERRORS_RETURNED],
        attempt.code,
    )?;
    holds(
        attempt.logon,
        "IMSProvider::Logon(NULL)",
        "a logon object",
        "NULL",
    )?;
    attempt.into_session(&context.host().state())?.logoff()?;
    Ok(())
}

fn needs_settings(context: &Context) -> Verdict {
    let provider = context.host().start(context.provider())?;
    let attempt = provider.try_logon(&LogonOptions::default());
    if attempt.code.is_ok() {
        attempt.into_session(&context.host().state())?.logoff()?;
        return Err(not_applicable(
            "the provider opens without any configuration",
        ));
    }
    Ok(())
}

fn unconfigured(context: &Context) -> Verdict {
    needs_settings(context)?;
    let provider = context.host().start(context.provider())?;
    context.host().clear_calls();
    let attempt = provider.try_logon(&LogonOptions::default());
    code(
        "IMSProvider::Logon with an empty profile",
        &[MAPI_E_UNCONFIGURED],
        attempt.code,
    )?;
    holds(
        attempt.store.is_none() && !attempt.logon,
        "IMSProvider::Logon with an empty profile",
        "NULL in both pointers",
        "an object",
    )?;
    equal(
        "references to the support object",
        0,
        attempt.support_references,
    )?;
    equal(
        "calls of DoConfigPropsheet",
        0,
        context.host().calls_of(Method::DoConfigPropsheet).len(),
    )
}

fn configure_after_unconfigured(context: &Context) -> Verdict {
    needs_settings(context)?;
    let provider = context.host().start(context.provider())?;
    let attempt = provider.try_logon(&LogonOptions::default());
    code(
        "IMSProvider::Logon with an empty profile",
        &[MAPI_E_UNCONFIGURED],
        attempt.code,
    )?;
    let reply = context.host().service_entry(
        context.provider(),
        MSG_SERVICE_CONFIGURE,
        MAPI_UNICODE,
        &context.settings(),
    );
    code("ServiceEntry(MSG_SERVICE_CONFIGURE)", &[S_OK], reply.code)?;
    provider.logon(&LogonOptions::default())?.logoff()?;
    Ok(())
}

/// Opens the store twice; the second time by its entry id.
fn twice(context: &Context) -> std::result::Result<(RunningProvider, Session, LogonAttempt), Stop> {
    let provider = context.start()?;
    let first = provider.logon(&LogonOptions::default())?;
    let wrapped = first.store().binary(PR_ENTRYID)?;
    let private = some(
        "PR_ENTRYID of the store",
        "a wrapped entry id",
        unwrap_store_entry_id(&wrapped),
    )?;
    context.host().clear_calls();
    let second = provider.try_logon(&LogonOptions {
        entry_id: Some(private.to_vec()),
        ..LogonOptions::default()
    });
    code("the second IMSProvider::Logon", &[S_OK], second.code)?;
    Ok((provider, first, second))
}

fn second_logon(context: &Context) -> Verdict {
    let (_provider, first, second) = twice(context)?;
    let outcome = (
        second.store.is_some(),
        second.logon,
        second.support_references,
    );
    drop(second);
    drop(first);
    equal(
        "the second IMSProvider::Logon: store, logon object, references to the support object",
        (true, false, 0),
        outcome,
    )
}

fn second_logon_is_silent(context: &Context) -> Verdict {
    let (_provider, first, second) = twice(context)?;
    let loud = [
        Method::SetProviderUID,
        Method::ModifyStatusRow,
        Method::ModifyProfile,
        Method::OpenProfileSection,
    ];
    let calls: Vec<Method> = context
        .host()
        .calls()
        .iter()
        .map(|call| call.method)
        .filter(|method| loud.contains(method))
        .collect();
    drop(second);
    drop(first);
    equal(
        "support calls of the second IMSProvider::Logon",
        Vec::new(),
        calls,
    )
}

fn second_logon_shares(context: &Context) -> Verdict {
    let (provider, first, second) = twice(context)?;
    let other = some(
        "the second IMSProvider::Logon",
        "a store",
        second.store.clone(),
    )?;
    let store: IMsgStore = some("QueryInterface(IMsgStore)", "a store", query(&other).ok())?;
    let store = Store::new(store, &context.host().state());
    equal(
        "PR_ENTRYID of both stores",
        first.store().entry_id()?,
        store.entry_id()?,
    )?;
    let work = work_folder(&first)?;
    work.put(PR_COMMENT, "seen by both")?;
    let seen = store.open_folder(&work.entry_id()?)?.text(PR_COMMENT)?;
    drop((store, other, second, work));
    first.logoff()?;
    drop(provider);
    equal(
        "a text written through the first store",
        "seen by both".to_string(),
        seen,
    )
}

fn provider_uid_is_set_once(context: &Context) -> Verdict {
    let open = context.open()?;
    equal(
        "calls of SetProviderUID",
        1,
        context.host().calls_of(Method::SetProviderUID).len(),
    )?;
    let uid = open.provider_uids()[0].ab.to_vec();
    let message = open.message("one")?;
    for (what, id) in [
        ("root folder", open.root()?.entry_id()?),
        ("folder", open.work.entry_id()?),
        ("message", message.entry_id()?),
    ] {
        equal(
            &format!("bytes 4 to 20 of the entry id of a {what}"),
            Some(uid.clone()),
            id.get(4..20).map(<[u8]>::to_vec),
        )?;
    }
    let table = open.contents(&[PR_ENTRYID])?;
    for row in table.all_rows()? {
        let id = row.binary(PR_ENTRYID).unwrap_or_default();
        equal(
            "bytes 4 to 20 of PR_ENTRYID in a row",
            Some(&uid[..]),
            id.get(4..20),
        )?;
    }
    Ok(())
}

fn status_row(context: &Context) -> Verdict {
    let session = context.logon()?;
    equal(
        "calls of ModifyStatusRow",
        1,
        context.host().calls_of(Method::ModifyStatusRow).len(),
    )?;
    let row = session.status_row();
    for (tag, name) in [
        (PR_DISPLAY_NAME, "PR_DISPLAY_NAME"),
        (PR_STATUS_CODE, "PR_STATUS_CODE"),
        (PR_RESOURCE_METHODS, "PR_RESOURCE_METHODS"),
    ] {
        some("the status row", name, row.value(tag))?;
    }
    for (tag, name) in [
        (PR_PROVIDER_DLL_NAME, "PR_PROVIDER_DLL_NAME"),
        (PR_RESOURCE_FLAGS, "PR_RESOURCE_FLAGS"),
        (PR_ENTRYID, "PR_ENTRYID"),
    ] {
        holds(
            row.value(tag).is_none(),
            "the status row",
            format!("no {name}: that column is MAPI's"),
            "one",
        )?;
    }
    Ok(())
}

fn profile_is_made_permanent(context: &Context) -> Verdict {
    context.logon()?.logoff()?;
    equal(
        "calls of ModifyProfile",
        1,
        context.host().calls_of(Method::ModifyProfile).len(),
    )?;
    context.host().clear_calls();
    let options = LogonOptions {
        flags: LogonOptions::default().flags | MDB_TEMPORARY,
        ..LogonOptions::default()
    };
    context.logon_with(&options)?.logoff()?;
    equal(
        "calls of ModifyProfile with MDB_TEMPORARY",
        0,
        context.host().calls_of(Method::ModifyProfile).len(),
    )
}

fn profile_properties(context: &Context) -> Verdict {
    let session = context.logon()?;
    let section = context.host().profile().provider_section();
    for (tag, name) in [
        (PR_DISPLAY_NAME, "PR_DISPLAY_NAME"),
        (PR_ENTRYID, "PR_ENTRYID"),
        (PR_RECORD_KEY, "PR_RECORD_KEY"),
        (PR_PROVIDER_DISPLAY, "PR_PROVIDER_DISPLAY"),
    ] {
        some(
            "the profile section after the logon",
            name,
            section.value(tag),
        )?;
    }
    equal(
        "PR_ENTRYID in the profile",
        Some(&session.store().entry_id()?[..]),
        section.binary(PR_ENTRYID),
    )?;
    equal(
        "PR_RECORD_KEY in the profile",
        Some(&session.store().binary(PR_RECORD_KEY)?[..]),
        section.binary(PR_RECORD_KEY),
    )?;
    let found = context.host().violations();
    holds(
        found.is_empty(),
        "IMSProvider::Logon",
        "no violation",
        found.join("; "),
    )
}

fn profile_section_is_released(context: &Context) -> Verdict {
    let _session = context.logon()?;
    let uid = context.host().profile().provider_uid();
    let opened = ProfileSection::open(&context.host().state(), uid, true);
    holds(
        opened.is_ok(),
        "OpenProfileSection(MAPI_MODIFY) after the logon",
        "success",
        "the provider still has it open",
    )
}

fn known_interfaces(context: &Context) -> Verdict {
    for iid in [
        None,
        Some(IMsgStore::IID),
        Some(IMAPIProp::IID),
        Some(IUnknown::IID),
    ] {
        let provider = context.start()?;
        let options = LogonOptions {
            iid,
            ..LogonOptions::default()
        };
        let attempt = provider.try_logon(&options);
        code(
            &format!("IMSProvider::Logon for {iid:?}"),
            &[S_OK, MAPI_W_ERRORS_RETURNED],
            attempt.code,
        )?;
        attempt.into_session(&context.host().state())?.logoff()?;
    }
    Ok(())
}

fn unknown_interface(context: &Context) -> Verdict {
    let provider = context.start()?;
    let attempt = provider.try_logon(&LogonOptions {
        iid: Some(IMAPITable::IID),
        ..LogonOptions::default()
    });
    code(
        "IMSProvider::Logon for IMAPITable",
        &[MAPI_E_INTERFACE_NOT_SUPPORTED],
        attempt.code,
    )?;
    equal(
        "IMSProvider::Logon for IMAPITable: store, logon object, support references",
        (false, false, 0),
        (
            attempt.store.is_some(),
            attempt.logon,
            attempt.support_references,
        ),
    )
}

fn spool_security(context: &Context) -> Verdict {
    let provider = context.start()?;
    let attempt = provider.try_logon(&LogonOptions::default());
    code(
        "IMSProvider::Logon",
        &[S_OK, MAPI_W_ERRORS_RETURNED],
        attempt.code,
    )?;
    attempt.into_session(&context.host().state())?.logoff()?;
    let found = context.host().violations();
    holds(
        found.is_empty(),
        "IMSProvider::Logon",
        "no misuse of memory",
        found.join("; "),
    )
}

fn spooler_logon(context: &Context) -> Verdict {
    let session = context.logon()?;
    let submits = session.store().bits(PR_STORE_SUPPORT_MASK)? & STORE_SUBMIT_OK != 0;
    let wrapped = session.store().entry_id()?;
    let id = unwrap_store_entry_id(&wrapped).unwrap_or_default().to_vec();
    let attempt = session.provider().try_spooler_logon(
        &LogonOptions {
            entry_id: Some(id),
            ..LogonOptions::default()
        },
        session.spool_data(),
    );
    let answer = attempt.code;
    let both = attempt.store.is_some() && attempt.logon;
    let none = attempt.store.is_none() && !attempt.logon;
    drop(attempt);
    if submits {
        holds(
            answer.is_ok() && both,
            "IMSProvider::SpoolerLogon",
            "a store and a logon object",
            code_text(answer),
        )
    } else if answer.is_ok() {
        holds(
            both,
            "IMSProvider::SpoolerLogon",
            "a store and a logon object",
            "NULL",
        )
    } else {
        holds(
            none,
            "IMSProvider::SpoolerLogon",
            "NULL with the refusal",
            "an object",
        )
    }
}

fn ansi_logon(context: &Context) -> Verdict {
    let options = LogonOptions {
        flags: MDB_NO_DIALOG | MDB_WRITE,
        profile_name: "Müller".into(),
        ..LogonOptions::default()
    };
    let session = context.logon_with(&options)?;
    session.store().get_all()?;
    session.logoff()?;
    Ok(())
}

fn error_text_has_the_width(context: &Context) -> Verdict {
    needs_settings(context)?;
    for width in [MAPI_UNICODE, 0] {
        let provider = context.host().start(context.provider())?;
        let attempt = provider.try_logon(&LogonOptions {
            flags: MDB_NO_DIALOG | MDB_WRITE | width,
            ..LogonOptions::default()
        });
        let Some(text) = attempt.error.and_then(|error| error.error) else {
            continue;
        };
        let letters = text
            .chars()
            .filter(|character| character.is_ascii_alphabetic())
            .count();
        holds(
            text.chars().count() > 1 && letters * 2 > text.chars().count(),
            &format!("the MAPIERROR of a logon with flags {width:#X}"),
            "words",
            format!("{text:?}"),
        )?;
    }
    Ok(())
}

fn unknown_flags(context: &Context) -> Verdict {
    let options = LogonOptions {
        flags: LogonOptions::default().flags | 0x100 | 0x800,
        ..LogonOptions::default()
    };
    context.logon_with(&options)?.logoff()?;
    Ok(())
}

fn no_spooler_calls(context: &Context) -> Verdict {
    context.logon()?.logoff()?;
    for method in [Method::PrepareSubmit, Method::SpoolerNotify] {
        equal(
            &format!("calls of {method:?} during the logon"),
            0,
            context.host().calls_of(method).len(),
        )?;
    }
    Ok(())
}

fn support_slots(context: &Context) -> Verdict {
    let open = context.open()?;
    let other = open.work.create_folder("other")?;
    let message = open.message("one")?;
    message.add_recipient(MAPI_TO, "A", "a@contoso.example")?;
    message.save(KEEP_OPEN_READWRITE)?;
    let id = message.entry_id()?;
    done(open.work.copy_messages(&[&id], &other, 0))?;
    let _ = message.submit(0);
    drop((message, other));
    let Open { work, session } = open;
    drop(work);
    session.logoff()?;
    let never = [
        Method::RegisterPreprocessor,
        Method::SpoolerYield,
        Method::OpenTemplateID,
        Method::GetOneOffTable,
        Method::Address,
        Method::Details,
        Method::NewEntry,
        Method::UpdatePAB,
        Method::Preprocess,
        Method::StatusRecips,
    ];
    let calls: Vec<Method> = context
        .host()
        .calls()
        .iter()
        .map(|call| call.method)
        .filter(|method| never.contains(method))
        .collect();
    equal("calls of slots that no store uses", Vec::new(), calls)
}

fn secrets_stay_secret(context: &Context) -> Verdict {
    const SECRET: &str = "conformance secret 4711";
    let mut settings = context.settings();
    settings.retain(|prop| !is_secure(prop_id(prop.tag)));
    let mut any = false;
    for mut prop in context.settings() {
        if is_secure(prop_id(prop.tag)) && matches!(prop.value, Value::Unicode(_)) {
            prop.value = SECRET.into();
            settings.push(prop);
            any = true;
        }
    }
    if !any {
        return Err(not_applicable("the provider is configured without secrets"));
    }
    let _ = context.host().configure(context.provider(), &settings)?;
    context.host().logon(context.provider())?.logoff()?;
    let profile = context.host().profile();
    for uid in profile.sections() {
        for prop in &profile.section(uid).unwrap_or_default() {
            let secret = matches!(&prop.value, Value::Unicode(text) if text == SECRET);
            holds(
                !secret || is_secure(prop_id(prop.tag)),
                "the profile",
                "the secret under a secure identifier only",
                format!("{:#010X}", prop.tag),
            )?;
        }
    }
    Ok(())
}
