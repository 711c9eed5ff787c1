//! Opening and closing stores.

use std::sync::Barrier;
use std::thread;

use mapi_abi::*;
use mapi_host::*;
use mapi_store::entry::profile;
use windows_core::{GUID, Interface};

use crate::support::*;

#[test]
fn versions_older_than_ours_are_refused() {
    let bench = Bench::new();
    let old = bench.host.try_start(&bench.provider, 0x0001_000F, 0);
    assert_eq!(old.code, MAPI_E_VERSION);
    assert!(old.provider.is_none());
    for version in [CURRENT_SPI_VERSION, CURRENT_SPI_VERSION + 1] {
        let started = bench
            .host
            .try_start(&bench.provider, version, MAPI_NT_SERVICE);
        assert_eq!(
            (started.code, started.provider_version),
            (S_OK, CURRENT_SPI_VERSION)
        );
    }
    bench.host.assert_clean();
}

#[test]
fn every_initialization_has_a_provider_object_of_its_own() {
    let bench = Bench::new();
    let one = bench.host.start(&bench.provider).unwrap();
    let two = bench.host.start(&bench.provider).unwrap();
    assert_ne!(one.raw().as_raw(), two.raw().as_raw());
    assert_eq!(one.shutdown().unwrap(), 0);
    assert_eq!(
        two.logon(&LogonOptions::default()).unwrap().logoff(),
        Ok(())
    );
}

#[test]
fn an_unconfigured_profile_says_so_and_configuring_it_helps() {
    let bench = Bench::unconfigured(archive());
    let provider = bench.host.start(&bench.provider).unwrap();
    let attempt = provider.try_logon(&LogonOptions::default());
    assert_eq!(attempt.code, MAPI_E_UNCONFIGURED);
    assert!(attempt.store.is_none() && !attempt.logon);
    assert_eq!(attempt.support_references, 0);
    assert!(attempt.error.is_some());
    let _ = bench
        .host
        .configure(&bench.provider, &bench.settings())
        .unwrap();
    provider
        .logon(&LogonOptions::default())
        .unwrap()
        .logoff()
        .unwrap();
    drop(provider);
    bench.host.assert_clean();
}

#[test]
fn a_first_logon_tells_mapi_what_it_has_to() {
    let bench = Bench::new();
    let session = bench.logon();
    let uids = session.provider_uids();
    assert_eq!(uids.len(), 1);
    let root = session.root().unwrap().entry_id().unwrap();
    assert_eq!(root[..4], [0; 4]);
    assert_eq!(root[4..20], uids[0].ab);
    for (method, count) in [
        (Method::SetProviderUID, 1),
        (Method::ModifyStatusRow, 1),
        (Method::ModifyProfile, 1),
        (Method::StoreLogoffTransports, 0),
        (Method::PrepareSubmit, 0),
        (Method::SpoolerNotify, 0),
        (Method::MakeInvalid, 0),
    ] {
        assert_eq!(bench.host.calls_of(method).len(), count, "{method:?}");
    }
    let row = session.status_row();
    assert_eq!(row.text(PR_DISPLAY_NAME), Some("Contoso Archive"));
    assert_eq!(row.bits(PR_STATUS_CODE), Some(STATUS_AVAILABLE));
    assert!(row.value(PR_RESOURCE_METHODS).is_some());

    let section = bench.host.profile().provider_section();
    let wrapped = session.store().entry_id().unwrap();
    assert_eq!(section.text(PR_DISPLAY_NAME), Some("Contoso Archive"));
    assert_eq!(section.text(PR_PROVIDER_DISPLAY), Some("Contoso Archive"));
    assert_eq!(section.binary(PR_ENTRYID), Some(&wrapped[..]));
    assert_eq!(
        section.binary(PR_RECORD_KEY),
        Some(&session.store().binary(PR_RECORD_KEY).unwrap()[..])
    );
    assert!(unwrap_store_entry_id(&wrapped).is_some());
    let uid = section.binary(profile::PR_STORE_UID).unwrap();
    assert_eq!(uid, uids[0].ab);
    session.logoff().unwrap();
    bench.host.assert_clean();
}

#[test]
fn a_temporary_store_does_not_enter_the_profile() {
    let bench = Bench::new();
    let flags = LogonOptions::default().flags | MDB_TEMPORARY;
    let session = bench
        .host
        .logon_with(
            &bench.provider,
            &LogonOptions {
                flags,
                ..LogonOptions::default()
            },
        )
        .unwrap();
    assert!(bench.host.calls_of(Method::ModifyProfile).is_empty());
    session.logoff().unwrap();
}

#[test]
fn the_store_is_the_same_one_in_the_next_session() {
    let bench = Bench::new();
    let session = bench.logon();
    session.subtree().unwrap().create_folder("Kept").unwrap();
    let id = session.store().entry_id().unwrap();
    session.logoff().unwrap();
    let session = bench.logon();
    assert_eq!(session.store().entry_id().unwrap(), id);
    assert!(session.folder(&["Kept"]).unwrap().is_some());
}

#[test]
fn an_open_store_is_given_out_again_without_asking_mapi_anything() {
    let bench = Bench::new();
    let provider = bench.host.start(&bench.provider).unwrap();
    let session = provider.logon(&LogonOptions::default()).unwrap();
    let wrapped = session.store().entry_id().unwrap();
    let entry_id = unwrap_store_entry_id(&wrapped).unwrap().to_vec();
    bench.host.clear_calls();
    let again = provider.try_logon(&LogonOptions {
        entry_id: Some(entry_id),
        ..LogonOptions::default()
    });
    assert_eq!(again.code, S_OK);
    assert!(!again.logon);
    assert_eq!(again.support_references, 0);
    assert!(bench.host.calls().is_empty(), "{:?}", bench.host.calls());
    // Without an entry id the profile has to be read to know which store is meant.
    let third = provider.try_logon(&LogonOptions::default());
    assert_eq!(
        (third.code, third.logon, third.support_references),
        (S_OK, false, 0)
    );
    for store in [again.store.as_ref().unwrap(), third.store.as_ref().unwrap()] {
        assert_eq!(*store, session.store().raw_store().cast().unwrap());
    }
    for method in [
        Method::SetProviderUID,
        Method::ModifyProfile,
        Method::ModifyStatusRow,
    ] {
        assert!(bench.host.calls_of(method).is_empty());
    }
    drop((again, third));
    session.logoff().unwrap();
    drop(provider);
    bench.host.assert_clean();
}

#[test]
fn two_threads_that_open_one_store_get_one_object() {
    let bench = Bench::new();
    let provider = bench.host.start(&bench.provider).unwrap();
    // The first logon gives the store its UID.
    provider
        .logon(&LogonOptions::default())
        .unwrap()
        .logoff()
        .unwrap();
    let barrier = Barrier::new(4);
    let attempts: Vec<_> = thread::scope(|scope| {
        let threads: Vec<_> = (0..4)
            .map(|_| {
                scope.spawn(|| {
                    barrier.wait();
                    Free(provider.try_logon(&LogonOptions::default()))
                })
            })
            .collect();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap().0)
            .collect()
    });
    assert!(attempts.iter().all(|attempt| attempt.code == S_OK));
    assert_eq!(attempts.iter().filter(|attempt| attempt.logon).count(), 1);
    let first = attempts[0].store.as_ref();
    assert!(
        attempts
            .iter()
            .all(|attempt| attempt.store.as_ref() == first)
    );
    drop(attempts);
}

#[test]
fn the_interface_may_be_chosen_among_those_of_a_store() {
    let bench = Bench::new();
    let provider = bench.host.start(&bench.provider).unwrap();
    for iid in [
        None,
        Some(IMsgStore::IID),
        Some(IMAPIProp::IID),
        Some(IUnknown::IID),
    ] {
        provider
            .logon(&LogonOptions {
                iid,
                ..LogonOptions::default()
            })
            .unwrap()
            .logoff()
            .unwrap();
    }
    bench.host.clear_calls();
    for iid in [IMAPIFolder::IID, IMAPISync::IID, GUID::from_u128(7)] {
        let attempt = provider.try_logon(&LogonOptions {
            iid: Some(iid),
            ..LogonOptions::default()
        });
        assert_eq!(attempt.code, MAPI_E_INTERFACE_NOT_SUPPORTED);
        assert!(attempt.store.is_none() && !attempt.logon && attempt.support_references == 0);
    }
    assert!(bench.host.calls().is_empty());
}

#[test]
fn what_stands_in_the_way_fails_this_provider_only() {
    let bench = Bench::new();
    let provider = bench.host.start(&bench.provider).unwrap();
    let foreign = LogonOptions {
        entry_id: Some(vec![7; 40]),
        ..LogonOptions::default()
    };
    assert_eq!(provider.try_logon(&foreign).code, MAPI_E_FAILONEPROVIDER);
    // A file where the directory should be.
    let file = bench.directory.join("file");
    std::fs::write(&file, "in the way").unwrap();
    bench
        .host
        .profile()
        .set((profile::PR_STORE_DIRECTORY, file.to_str().unwrap()));
    let attempt = provider.try_logon(&LogonOptions::default());
    assert_eq!(attempt.code, MAPI_E_FAILONEPROVIDER);
    assert!(attempt.error.is_some() && attempt.store.is_none());
    drop(provider);
    bench.host.assert_clean();
}

#[test]
fn the_last_release_ends_it_once_with_the_way_the_client_chose() {
    for (way, expected) in [
        (LOGOFF_ORDERLY, LOGOFF_ORDERLY),
        (LOGOFF_NO_WAIT, LOGOFF_NO_WAIT),
        (0, LOGOFF_ABORT),
    ] {
        let bench = Bench::new();
        let mut session = bench.logon();
        if way == 0 {
            session.release_store();
        } else {
            let mut flags = way;
            // SAFETY: the argument is a local.
            assert_eq!(
                unsafe { session.store().raw_store().StoreLogoff(&mut flags) },
                S_OK
            );
            assert!(
                bench
                    .host
                    .calls_of(Method::StoreLogoffTransports)
                    .is_empty()
            );
            session.release_store();
        }
        let calls = bench.host.calls_of(Method::StoreLogoffTransports);
        assert_eq!(calls.len(), 1);
        assert_eq!(calls[0].arguments, Arguments::Flags(expected));
        drop(session);
        bench.host.assert_clean();
    }
}

#[test]
fn a_logoff_that_mapi_forces_comes_before_the_release() {
    let bench = Bench::new();
    let mut session = bench.logon();
    let logon = session.logon().unwrap();
    let mut flags = 0;
    // SAFETY: the argument is a local.
    unsafe {
        assert_eq!(logon.Logoff(&mut flags), S_OK);
        assert_eq!(logon.Logoff(&mut flags), S_OK);
    }
    drop(logon);
    assert_eq!(
        refused(session.store().get(&[PR_DISPLAY_NAME])),
        MAPI_E_INVALID_OBJECT
    );
    assert!(
        bench
            .host
            .calls_of(Method::StoreLogoffTransports)
            .is_empty()
    );
    session.release_store();
    assert_eq!(bench.host.calls_of(Method::StoreLogoffTransports).len(), 1);
    drop(session);
    bench.host.assert_clean();
}

#[test]
fn what_clients_still_hold_after_the_end_answers_an_error() {
    let bench = Bench::new();
    let session = bench.logon();
    let inbox = session.inbox().unwrap();
    let message = inbox.add_message(&[Prop::new(PR_SUBJECT, "late")]).unwrap();
    let table = inbox.contents().unwrap();
    let (status, _raw, _) = session.status_object().unwrap();
    session.logoff().unwrap();
    assert_eq!(
        refused(inbox.get(&[PR_DISPLAY_NAME])),
        MAPI_E_INVALID_OBJECT
    );
    assert_eq!(refused(inbox.create_folder("late")), MAPI_E_INVALID_OBJECT);
    assert_eq!(refused(inbox.contents()), MAPI_E_INVALID_OBJECT);
    assert_eq!(refused(message.save(0)), MAPI_E_INVALID_OBJECT);
    assert_eq!(refused(table.query_rows(1, 0)), MAPI_E_INVALID_OBJECT);
    assert_eq!(
        refused(status.get(&[PR_DISPLAY_NAME])),
        MAPI_E_INVALID_OBJECT
    );
    drop((inbox, message, table, status, _raw));
    bench.host.assert_clean();
}

#[test]
fn a_store_that_is_open_for_reading_changes_nothing() {
    let bench = Bench::new();
    bench.logon().logoff().unwrap();
    let options = LogonOptions {
        flags: MDB_NO_DIALOG | MAPI_UNICODE,
        ..LogonOptions::default()
    };
    let session = bench.host.logon_with(&bench.provider, &options).unwrap();
    let store = session.store();
    let mask = store.bits(PR_STORE_SUPPORT_MASK).unwrap();
    assert_eq!(mask & (STORE_MODIFY_OK | STORE_CREATE_OK), 0);
    let subtree = store.binary(PR_IPM_SUBTREE_ENTRYID).unwrap();
    assert_eq!(
        refused(store.open_entry(&subtree, None, MAPI_MODIFY)),
        MAPI_E_NO_ACCESS
    );
    let (_, kind) = store.open_entry(&subtree, None, MAPI_BEST_ACCESS).unwrap();
    assert_eq!(kind, MAPI_FOLDER);
    let folder = session.subtree().unwrap();
    assert_eq!(
        refused(folder.set(&[Prop::new(PR_COMMENT, "x")])),
        MAPI_E_NO_ACCESS
    );
    assert_eq!(refused(folder.delete(&[PR_COMMENT])), MAPI_E_NO_ACCESS);
    assert_eq!(refused(folder.create_folder("x")), MAPI_E_NO_ACCESS);
    assert_eq!(refused(folder.create_message()), MAPI_E_NO_ACCESS);
    assert_eq!(refused(folder.empty(0)), MAPI_E_NO_ACCESS);
    assert_eq!(
        refused(store.set(&[Prop::new(PR_COMMENT, "x")])),
        MAPI_E_NO_ACCESS
    );
    assert_eq!(
        refused(store.set_receive_folder(Some("IPM.X"), Some(&subtree))),
        MAPI_E_NO_ACCESS
    );
    assert_eq!(folder.child_names().unwrap().len(), 4);
    session.logoff().unwrap();
    bench.host.assert_clean();
}

#[test]
fn store_ids_are_compared_without_an_open_store() {
    let bench = Bench::new();
    let session = bench.logon();
    let wrapped = session.store().entry_id().unwrap();
    let id = unwrap_store_entry_id(&wrapped).unwrap().to_vec();
    session.logoff().unwrap();
    let provider = bench.host.start(&bench.provider).unwrap();
    let mut longer = id.clone();
    longer.extend([1, 2, 3, 4]);
    let mut other = id.clone();
    *other.last_mut().unwrap() ^= 1;
    assert!(provider.compare_stores(&id, &longer).unwrap());
    assert!(!provider.compare_stores(&id, &other).unwrap());
    assert_eq!(
        refused(provider.compare_stores(&id, &[9; 40])),
        MAPI_E_UNKNOWN_ENTRYID
    );
    assert_eq!(
        refused(provider.compare_stores(&id, &[])),
        MAPI_E_INVALID_ENTRYID
    );
}

#[test]
fn mapi_may_compare_ids_while_a_profile_section_is_being_opened() {
    let bench = Bench::new();
    bench.logon().logoff().unwrap();
    let provider = bench.host.start(&bench.provider).unwrap();
    let raw = Free(provider.raw().clone());
    bench
        .host
        .set_hook(Some(std::sync::Arc::new(move |_call: &Call| {
            let mut result = 0;
            let id = [0_u8; 40];
            let entry_id = id.as_ptr().cast();
            // SAFETY: the arguments live for the call.
            let _ = unsafe {
                raw.get()
                    .CompareStoreIDs(40, entry_id, 40, entry_id, 0, &mut result)
            };
        })));
    provider
        .logon(&LogonOptions::default())
        .unwrap()
        .logoff()
        .unwrap();
    bench.host.set_hook(None);
    drop(provider);
    bench.host.assert_clean();
}

/// Objects that may go to other threads, as MAPI's rules allow.
struct Free<T>(T);

// SAFETY: MAPI objects are free-threaded.
unsafe impl<T> Send for Free<T> {}
// SAFETY: as above.
unsafe impl<T> Sync for Free<T> {}

impl<T> Free<T> {
    fn get(&self) -> &T {
        &self.0
    }
}

#[test]
fn each_support_call_may_fail_and_nothing_is_left_behind() {
    let bench = Bench::new();
    bench.logon().logoff().unwrap();
    let mut failed = 0;
    for n in 1.. {
        let provider = bench.host.start(&bench.provider).unwrap();
        bench.host.fail_call(n, MAPI_E_CALL_FAILED);
        let attempt = provider.try_logon(&LogonOptions::default());
        let came = bench.host.stop_failing();
        if attempt.code.is_err() {
            failed += 1;
            assert!(attempt.store.is_none() && !attempt.logon && attempt.support_references == 0);
            assert_eq!(attempt.code, MAPI_E_FAILONEPROVIDER);
            assert!(attempt.error.is_some());
        }
        drop(attempt);
        drop(provider);
        bench.host.assert_clean();
        bench.logon().logoff().unwrap();
        if !came {
            break;
        }
    }
    assert!(failed >= 4, "{failed}");
}

#[test]
fn each_allocation_may_fail_and_nothing_is_left_behind() {
    let bench = Bench::new();
    bench.logon().logoff().unwrap();
    for n in 1..200 {
        let provider = bench.host.start(&bench.provider).unwrap();
        bench.host.memory().fail_request(n);
        let attempt = provider.try_logon(&LogonOptions::default());
        let came = bench.host.memory().stop_failing();
        if attempt.code.is_err() {
            assert!(attempt.store.is_none() && !attempt.logon && attempt.support_references == 0);
        }
        drop(attempt);
        drop(provider);
        bench.host.assert_clean();
        if !came {
            return;
        }
    }
    panic!("a logon should not need that many allocations");
}

#[test]
fn fast_shutdown_leaves_everything_on_disk() {
    let bench = Bench::new();
    let session = bench.logon();
    session
        .inbox()
        .unwrap()
        .add_message(&[Prop::new(PR_SUBJECT, "saved")])
        .unwrap();
    let shutdown = session.provider().fast_shutdown().unwrap();
    // SAFETY: the object is alive.
    unsafe {
        assert_eq!(shutdown.QueryFastShutdown(), S_OK);
        assert_eq!(shutdown.NotifyProcessShutdown(), S_OK);
        assert_eq!(shutdown.DoFastShutdown(), S_OK);
    }
    drop(shutdown);
    session.logoff().unwrap();
    let session = bench.logon();
    let inbox = session.inbox().unwrap();
    assert_eq!(session.subjects(&inbox).unwrap(), ["saved"]);
}

#[test]
fn only_default_stores_let_the_spooler_log_on() {
    // Without a support object a default store gets as far as checking its arguments.
    for (provider, expected) in [
        (archive(), MAPI_E_NO_SUPPORT),
        (default_store(), MAPI_E_INVALID_PARAMETER),
    ] {
        let bench = Bench::of(provider);
        let running = bench.host.start(&bench.provider).unwrap();
        let (mut error, mut logon, mut store) = (
            std::ptr::dangling_mut(),
            std::ptr::dangling_mut(),
            std::ptr::dangling_mut(),
        );
        // SAFETY: NULL is allowed or must be coped with, the rest are locals.
        let code = unsafe {
            let null = std::ptr::null_mut();
            let (eid, blob, iid) = (std::ptr::null(), std::ptr::null(), std::ptr::null());
            let out = (&mut error, &mut logon, &mut store);
            running
                .raw()
                .SpoolerLogon(null, 0, null, 0, eid, 0, iid, 0, blob, out.0, out.1, out.2)
        };
        assert_eq!(code, expected);
        assert!(error.is_null() && logon.is_null() && store.is_null());
    }
}

#[test]
fn the_status_object_is_read_only_and_validates_the_store() {
    let bench = Bench::new();
    let session = bench.logon();
    let (props, status, kind) = session.status_object().unwrap();
    assert_eq!(kind, MAPI_STATUS);
    assert_eq!(props.bits(PR_OBJECT_TYPE).unwrap(), MAPI_STATUS);
    assert_eq!(
        props.bits(PR_RESOURCE_METHODS).unwrap(),
        STATUS_VALIDATE_STATE
    );
    assert_eq!(props.bits(PR_STATUS_CODE).unwrap(), STATUS_AVAILABLE);
    assert_eq!(
        refused(props.set(&[Prop::new(PR_COMMENT, "x")])),
        MAPI_E_NO_ACCESS
    );
    props.save(0).unwrap();
    // SAFETY: the object is alive; strings may be NULL.
    unsafe {
        assert_eq!(status.ValidateState(0, SUPPRESS_UI), S_OK);
        assert_eq!(status.ValidateState(0, 0x4000), MAPI_E_UNKNOWN_FLAGS);
        assert_eq!(status.SettingsDialog(0, 0), MAPI_E_NO_SUPPORT);
        assert_eq!(
            status.ChangePassword(std::ptr::null(), std::ptr::null(), 0),
            MAPI_E_NO_SUPPORT
        );
        assert_eq!(
            status.FlushQueues(0, 0, std::ptr::null(), 0),
            MAPI_E_NO_SUPPORT
        );
    }
}

#[test]
fn unknown_interfaces_are_refused_and_identity_is_stable() {
    let bench = Bench::new();
    let session = bench.logon();
    let store = session.store();
    assert!(store.supports(IMAPIProp::IID) && store.supports(IMsgStore::IID));
    assert!(!store.supports(IMAPISync::IID) && !store.supports(IMAPIFolder::IID));
    let folder = session.subtree().unwrap();
    assert!(folder.supports(IMAPIContainer::IID) && folder.supports(IMAPIProp::IID));
    assert!(!folder.supports(IMessage::IID));
    let one: IUnknown = folder.query().unwrap();
    let two: IMAPIContainer = folder.query().unwrap();
    assert_eq!(one.as_raw(), two.cast::<IUnknown>().unwrap().as_raw());
}
