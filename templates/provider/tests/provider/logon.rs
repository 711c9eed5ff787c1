//! Opening the store.

use crate::common::*;

#[test]
fn a_new_profile_is_not_configured() {
    let bench = Bench::unconfigured();
    let running = bench.host.start(&provider()).unwrap();
    let attempt = running.try_logon(&LogonOptions::default());
    assert_eq!(attempt.code, MAPI_E_UNCONFIGURED);
    assert!(attempt.store.is_none() && !attempt.logon);
    assert_eq!(attempt.support_references, 0);

    // What MAPI does then: it has the service configured and tries again.
    let reply = bench
        .host
        .service_entry(&provider(), MSG_SERVICE_CONFIGURE, 0, &bench.settings());
    assert_eq!(reply.code, S_OK);
    let session = running.logon(&LogonOptions::default()).unwrap();
    session.logoff().unwrap();
    assert_eq!(running.shutdown().unwrap(), 0);
    bench.host.assert_clean();
}

#[test]
fn mapi_is_told_about_the_store() {
    let bench = Bench::new();
    let session = bench.logon();
    let uids = bench.host.calls_of(Method::SetProviderUID);
    assert_eq!(uids.len(), 1);
    let [uid] = session.provider_uids()[..] else {
        panic!("the provider registered {:?}", session.provider_uids());
    };
    let root = session.root().unwrap().entry_id().unwrap();
    assert_eq!(root[4..20], uid.ab);
    assert_eq!(root[..4], [0; 4], "the entry id is a long-term one");

    assert_eq!(bench.host.calls_of(Method::ModifyStatusRow).len(), 1);
    let row = session.status_row();
    assert!(
        row.text(PR_DISPLAY_NAME)
            .is_some_and(|name| !name.is_empty())
    );
    assert!(
        row.bits(PR_STATUS_CODE)
            .is_some_and(|code| code & STATUS_AVAILABLE != 0)
    );
    assert!(row.bits(PR_RESOURCE_METHODS).is_some());

    assert_eq!(bench.host.calls_of(Method::ModifyProfile).len(), 1);
    for forbidden in [
        Method::PrepareSubmit,
        Method::SpoolerNotify,
        Method::MakeInvalid,
    ] {
        assert!(
            bench.host.calls_of(forbidden).is_empty(),
            "{forbidden:?} waits for the spooler, or worse"
        );
    }
    bench.finish(session);
}

#[test]
fn the_profile_gets_what_mapi_lists_stores_by() {
    let bench = Bench::new();
    let session = bench.logon();
    let section = bench.host.profile().provider_section();
    let store = session.store();
    assert_eq!(
        section.text(PR_DISPLAY_NAME).unwrap(),
        store.text(PR_DISPLAY_NAME).unwrap()
    );
    assert_eq!(
        section.binary(PR_ENTRYID).unwrap(),
        store.entry_id().unwrap()
    );
    assert_eq!(
        section.binary(PR_RECORD_KEY).unwrap(),
        store.binary(PR_RECORD_KEY).unwrap()
    );
    assert!(
        section
            .text(PR_PROVIDER_DISPLAY)
            .is_some_and(|name| !name.is_empty())
    );
    assert!(
        bench
            .host
            .profile()
            .is_permanent(bench.host.profile().provider_uid())
    );
    bench.finish(session);
}

#[test]
fn a_temporary_logon_stays_out_of_the_profile() {
    let bench = Bench::new();
    let flags = LogonOptions::default().flags | MDB_TEMPORARY;
    let session = bench
        .host
        .logon_with(
            &provider(),
            &LogonOptions {
                flags,
                ..LogonOptions::default()
            },
        )
        .unwrap();
    assert!(bench.host.calls_of(Method::ModifyProfile).is_empty());
    bench.finish(session);
}

#[test]
fn profile_names_may_be_narrow() {
    let bench = Bench::new();
    let flags = MDB_NO_DIALOG | MDB_WRITE;
    let session = bench
        .host
        .logon_with(
            &provider(),
            &LogonOptions {
                flags,
                ..LogonOptions::default()
            },
        )
        .unwrap();
    bench.finish(session);
}

#[test]
fn unknown_flags_do_no_harm() {
    let bench = Bench::new();
    let flags = LogonOptions::default().flags
        | MDB_ONLINE
        | MDB_NO_MAIL
        | MAPI_DEFERRED_ERRORS
        | 0x0040_0000;
    let session = bench
        .host
        .logon_with(
            &provider(),
            &LogonOptions {
                flags,
                ..LogonOptions::default()
            },
        )
        .unwrap();
    bench.finish(session);
}

#[test]
fn the_second_logon_returns_the_open_store() {
    let bench = Bench::new();
    let session = bench.logon();
    let private = unwrap_store_entry_id(&session.store().entry_id().unwrap())
        .unwrap()
        .to_vec();
    bench.host.clear_calls();
    for entry_id in [Some(private), None] {
        let options = LogonOptions {
            entry_id,
            ..LogonOptions::default()
        };
        let attempt = session.provider().try_logon(&options);
        assert_eq!(attempt.code, S_OK);
        assert!(!attempt.logon, "no second logon object");
        assert_eq!(
            attempt.support_references, 0,
            "the new support object is not kept"
        );
        assert!(attempt.spool_security.is_empty());
        assert!(same_object(
            &attempt.store.unwrap(),
            session.store().raw_store()
        ));
    }
    let methods = [
        Method::SetProviderUID,
        Method::ModifyStatusRow,
        Method::ModifyProfile,
    ];
    assert!(
        methods
            .into_iter()
            .all(|method| bench.host.calls_of(method).is_empty())
    );
    bench.finish(session);
}

#[test]
fn the_caller_chooses_the_interface() {
    let bench = Bench::new();
    let running = bench.host.start(&provider()).unwrap();
    for iid in [
        None,
        Some(IID_IMsgStore),
        Some(IID_IMAPIProp),
        Some(IID_IUnknown),
    ] {
        let session = running
            .logon(&LogonOptions {
                iid,
                ..LogonOptions::default()
            })
            .unwrap();
        session.logoff().unwrap();
    }
    let attempt = running.try_logon(&LogonOptions {
        iid: Some(IID_IMessage),
        ..LogonOptions::default()
    });
    assert_eq!(attempt.code, MAPI_E_INTERFACE_NOT_SUPPORTED);
    assert!(attempt.store.is_none() && !attempt.logon && attempt.support_references == 0);
    assert_eq!(running.shutdown().unwrap(), 0);
    bench.host.assert_clean();
}

#[test]
fn a_foreign_store_is_refused_without_disabling_the_service() {
    let bench = Bench::new();
    let running = bench.host.start(&provider()).unwrap();
    for entry_id in [
        vec![0; 4],
        vec![0; 60],
        vec![7; 44],
        b"\0\0\0\0too short".to_vec(),
    ] {
        let attempt = running.try_logon(&LogonOptions {
            entry_id: Some(entry_id),
            ..LogonOptions::default()
        });
        let exempt = [
            MAPI_E_FAILONEPROVIDER,
            MAPI_E_LOGON_FAILED,
            MAPI_E_UNCONFIGURED,
        ];
        assert!(
            exempt.contains(&attempt.code),
            "{}",
            code_text(attempt.code)
        );
        assert!(attempt.store.is_none() && !attempt.logon && attempt.support_references == 0);
    }
    assert_eq!(running.shutdown().unwrap(), 0);
    bench.host.assert_clean();
}

#[test]
fn the_store_is_the_same_in_the_next_session() {
    let bench = Bench::new();
    let identity = |session: &Session| {
        let store = session.store();
        let root = session.root().unwrap();
        (
            store.entry_id().unwrap(),
            store.binary(PR_RECORD_KEY).unwrap(),
            store.binary(PR_MAPPING_SIGNATURE).unwrap(),
            root.entry_id().unwrap(),
            root.binary(PR_RECORD_KEY).unwrap(),
            session.provider_uids(),
        )
    };
    let session = bench.logon();
    let first = identity(&session);
    session.logoff().unwrap();
    let session = bench.logon();
    assert_eq!(identity(&session), first);
    let private = unwrap_store_entry_id(&first.0).unwrap().to_vec();
    session.logoff().unwrap();
    let options = LogonOptions {
        entry_id: Some(private),
        ..LogonOptions::default()
    };
    let session = bench.host.logon_with(&provider(), &options).unwrap();
    assert_eq!(identity(&session), first);
    bench.finish(session);
}

#[test]
fn two_stores_do_not_mix() {
    let (one, two) = (Bench::new(), Bench::new());
    let (first, second) = (one.logon(), two.logon());
    assert_ne!(
        first.store().entry_id().unwrap(),
        second.store().entry_id().unwrap()
    );
    assert_ne!(first.provider_uids(), second.provider_uids());
    let root = second.root().unwrap().entry_id().unwrap();
    assert_eq!(code_of(first.open_folder(&root)), MAPI_E_UNKNOWN_ENTRYID);
    one.finish(first);
    two.finish(second);
}

#[test]
fn several_processes_open_one_store() {
    let Some(bench) = Bench::writable() else {
        return;
    };
    let session = bench.logon();
    let path = bench.directory().join("profile");
    bench.host.profile().save(&path).unwrap();
    let other_host = Host::with_profile(Profile::load(&path).unwrap());
    let other = other_host.logon(&provider()).unwrap();
    let folder = folder_with(&session, &["from the first"]);
    let seen = other.open_folder(&folder.entry_id().unwrap()).unwrap();
    seen.add_message(&[Prop::new(PR_SUBJECT, "from the second")])
        .unwrap();
    assert_eq!(
        session.subjects(&folder).unwrap(),
        ["from the first", "from the second"]
    );
    assert_eq!(
        other.subjects(&seen).unwrap(),
        ["from the first", "from the second"]
    );
    drop((folder, seen));
    other.logoff().unwrap();
    other_host.assert_clean();
    bench.finish(session);
}

#[test]
fn a_store_opened_for_reading_refuses_changes() {
    let Some(bench) = Bench::writable() else {
        return;
    };
    let session = bench.logon();
    let folder = folder_with(&session, &["kept"]).entry_id().unwrap();
    session.logoff().unwrap();
    let flags = MDB_NO_DIALOG | MAPI_UNICODE;
    let session = bench
        .host
        .logon_with(
            &provider(),
            &LogonOptions {
                flags,
                ..LogonOptions::default()
            },
        )
        .unwrap();
    let mask = session.store().bits(PR_STORE_SUPPORT_MASK).unwrap();
    assert_eq!(mask & (STORE_MODIFY_OK | STORE_CREATE_OK), 0);

    let folder = session.open_folder(&folder).unwrap();
    let id = message_ids(&folder).remove(0);
    let message = session.open_message(&id).unwrap();
    let entry = |flags| session.store().open_entry(&id, None, flags).map(drop);
    assert_eq!(code_of(entry(MAPI_MODIFY)), MAPI_E_NO_ACCESS);
    assert_eq!(code_of(folder.create_message()), MAPI_E_NO_ACCESS);
    assert_eq!(code_of(folder.create_folder("new")), MAPI_E_NO_ACCESS);
    assert!(folder.put(PR_DISPLAY_NAME, "renamed").is_err());
    assert!(message.put(PR_SUBJECT, "changed").is_err());
    assert!(
        folder
            .set_message_status(&id, MSGSTATUS_TAGGED, MSGSTATUS_TAGGED)
            .is_err()
    );
    assert!(folder.delete_messages(&[&id], 0).is_err());
    assert!(
        session
            .subtree()
            .unwrap()
            .delete_folder(&folder.entry_id().unwrap(), DEL_MESSAGES)
            .is_err()
    );
    assert!(session.store().put(PR_DISPLAY_NAME, "renamed").is_err());
    assert_eq!(session.subjects(&folder).unwrap(), ["kept"]);
    drop((folder, message));
    bench.finish(session);
}

#[test]
fn a_logon_survives_whatever_fails_in_mapi() {
    let bench = Bench::new();
    // The first logon does more than the later ones: it makes the store.
    let mut failures = 0;
    for n in 1..200 {
        let running = bench.host.start(&provider()).unwrap();
        bench.host.fail_call(n, MAPI_E_CALL_FAILED);
        let attempt = running.try_logon(&LogonOptions::default());
        let reached = bench.host.stop_failing();
        if attempt.code.is_ok() {
            drop(attempt);
        } else {
            failures += 1;
            assert!(attempt.store.is_none() && !attempt.logon, "call {n}");
            assert_eq!(attempt.support_references, 0, "call {n}");
        }
        drop(running);
        let leaks = bench.host.leaks();
        assert!(leaks.is_empty(), "call {n}: {leaks:#?}");
        if !reached {
            break;
        }
    }
    assert!(failures > 2);
    let session = bench.logon();
    bench.finish(session);
}

#[test]
fn a_logon_survives_any_lack_of_memory() {
    let bench = Bench::new();
    for n in 1..500 {
        let running = bench.host.start(&provider()).unwrap();
        bench.host.memory().fail_request(n);
        let attempt = running.try_logon(&LogonOptions::default());
        let reached = bench.host.memory().stop_failing();
        if attempt.code.is_err() {
            assert!(attempt.store.is_none() && !attempt.logon, "request {n}");
            assert_eq!(attempt.support_references, 0, "request {n}");
        }
        drop(attempt);
        drop(running);
        let leaks = bench.host.leaks();
        assert!(leaks.is_empty(), "request {n}: {leaks:#?}");
        if !reached {
            break;
        }
    }
    let session = bench.logon();
    bench.finish(session);
}

#[test]
fn the_status_object_describes_the_store() {
    let bench = Bench::new();
    let session = bench.logon();
    let (props, status, kind) = session.status_object().unwrap();
    assert_eq!(kind, MAPI_STATUS);
    assert_eq!(props.bits(PR_OBJECT_TYPE).unwrap(), MAPI_STATUS);
    assert_eq!(
        props.text(PR_DISPLAY_NAME).unwrap(),
        session.store().text(PR_DISPLAY_NAME).unwrap()
    );
    assert!(props.bits(PR_RESOURCE_METHODS).unwrap() & STATUS_VALIDATE_STATE != 0);
    assert!(props.supports(IID_IMAPIProp) && props.supports(IID_IMAPIStatus));
    assert!(!props.supports(IID_IMessage));
    assert_eq!(session.validate_state(0).unwrap(), S_OK);
    drop((props, status));
    bench.finish(session);
}
