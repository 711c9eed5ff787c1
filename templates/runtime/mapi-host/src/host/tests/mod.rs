//! The host, driven by a small provider.

mod memory;
mod mock;
mod values;

use crate::host::*;
use mapi_abi::*;
use mock::*;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use windows_core::Interface;

const SOON: Duration = Duration::from_secs(20);

fn provider() -> Provider {
    Provider::from_entry_points(mock::init, mock::service_entry)
}

fn configured(misdeeds: u32) -> Host {
    let host = Host::new();
    assert_eq!(
        host.configure(&provider(), &[Prop::new(SETTING, "value")])
            .unwrap(),
        S_OK
    );
    host.profile().set((MISDEEDS, misdeeds));
    host
}

#[test]
fn a_session_leaves_nothing_behind() {
    let host = configured(0);
    let session = host.logon(&provider()).unwrap();
    assert_eq!(session.store().text(PR_DISPLAY_NAME).unwrap(), "x");
    assert_eq!(session.provider_uids(), [UID]);
    session.logoff().unwrap();
    host.assert_clean();
    let methods: Vec<Method> = host
        .calls()
        .iter()
        .filter(|call| !call.configuration)
        .map(|call| call.method)
        .collect();
    assert_eq!(
        methods,
        [
            Method::OpenProfileSection,
            Method::SetProviderUID,
            Method::StoreLogoffTransports
        ]
    );
    assert_eq!(
        host.calls().last().unwrap().arguments,
        Arguments::Flags(LOGOFF_ORDERLY)
    );
}

#[test]
fn an_unconfigured_store_is_a_failed_logon_without_leaks() {
    let host = Host::new();
    let running = host.start(&provider()).unwrap();
    let attempt = running.try_logon(&LogonOptions::default());
    assert_eq!(attempt.code, MAPI_E_UNCONFIGURED);
    assert!(attempt.store.is_none() && !attempt.logon && attempt.support_references == 0);
    assert_eq!(running.shutdown().unwrap(), 0);
    host.assert_clean();
}

#[test]
fn old_versions_of_mapi_are_the_providers_business() {
    let host = Host::new();
    let attempt = host.try_start(&provider(), CURRENT_SPI_VERSION - 1, 0);
    assert_eq!(
        (attempt.code, attempt.provider_version),
        (MAPI_E_VERSION, CURRENT_SPI_VERSION)
    );
    assert!(attempt.provider.is_none());
}

#[test]
fn a_leaked_support_object_is_found() {
    let host = configured(LEAKS_SUPPORT);
    host.logon(&provider()).unwrap().logoff().unwrap();
    assert_eq!(host.leaks(), ["1 references to a support object"]);
}

#[test]
fn leaked_memory_is_found() {
    let host = configured(LEAKS_MEMORY);
    host.logon(&provider()).unwrap().logoff().unwrap();
    let leaks = host.leaks();
    assert_eq!(leaks.len(), 1);
    assert!(leaks[0].contains("returned to the provider"), "{leaks:?}");
}

#[test]
fn foreign_memory_is_reported_and_not_followed() {
    let host = configured(OWN_MEMORY);
    let session = host.logon(&provider()).unwrap();
    assert!(session.store().get(&[PR_DISPLAY_NAME]).unwrap().is_empty());
    assert!(host.violations()[0].contains("MAPIAllocateBuffer did not make"));
}

#[test]
fn a_pointer_out_of_the_returned_block_is_reported_and_not_followed() {
    let host = configured(LOOSE_TEXT);
    let session = host.logon(&provider()).unwrap();
    assert_eq!(
        session.store().get(&[PR_DISPLAY_NAME]).unwrap()[0].value,
        Value::Unreadable
    );
    assert_eq!(host.violations().len(), 1);
    drop(session);
    assert_eq!(host.leaks().len(), 1);
}

#[test]
fn chosen_calls_fail_and_nothing_leaks() {
    for n in 1.. {
        let host = configured(0);
        host.fail_call(n, MAPI_E_CALL_FAILED);
        let outcome = host.logon(&provider());
        if !host.stop_failing() {
            assert_eq!(n, 3, "the mock makes two calls while it logs on");
            outcome.unwrap().logoff().unwrap();
            break;
        }
        assert_eq!(outcome.err().unwrap().code, MAPI_E_CALL_FAILED);
        host.assert_clean();
    }
}

#[test]
fn hooks_run_in_the_middle_of_calls() {
    let host = configured(0);
    let running = host.start(&provider()).unwrap();
    let seen = Arc::new(AtomicUsize::new(0));
    let (counter, inner) = (seen.clone(), host.clone());
    host.set_hook(Some(Arc::new(move |call| {
        counter.fetch_add(1, Ordering::Relaxed);
        assert_eq!(inner.calls().last().unwrap().method, call.method);
    })));
    drop(running.logon(&LogonOptions::default()).unwrap());
    assert_eq!(seen.load(Ordering::Relaxed), 3);
    host.set_hook(None);
}

#[test]
fn events_arrive_on_a_thread_of_the_host() {
    let host = configured(0);
    let session = host.logon(&provider()).unwrap();
    let recorder = Recorder::new();
    let connection = session
        .store()
        .advise(None, fnevObjectModified, &recorder)
        .unwrap();
    assert_eq!(
        connection >> (usize::BITS / 2),
        (usize::MAX / 3) >> (usize::BITS / 2)
    );
    assert_eq!(recorder.references(), 2);
    session.store().save(0).unwrap();
    let event = recorder.wait_for(SOON, |_| true).unwrap();
    assert_eq!(event.entry_id().unwrap()[4..], UID.ab);
    assert_ne!(recorder.delivered()[0].thread, std::thread::current().id());
    assert!(host.settle(SOON));
    session.store().unadvise(connection).unwrap();
    assert_eq!(recorder.references(), 1);
    assert_eq!(
        session.store().unadvise(connection).unwrap_err().code,
        MAPI_E_NOT_FOUND
    );
    session.logoff().unwrap();
    host.assert_clean();
}

#[test]
fn events_wait_for_the_pump() {
    let host = configured(0);
    host.set_delivery(Delivery::Pumped);
    let session = host.logon(&provider()).unwrap();
    let (all, none) = (Recorder::new(), Recorder::new());
    session
        .store()
        .advise(None, fnevObjectModified | fnevObjectCreated, &all)
        .unwrap();
    session
        .store()
        .advise(None, fnevObjectCreated, &none)
        .unwrap();
    session.store().save(0).unwrap();
    session.store().save(0).unwrap();
    assert!(all.events().is_empty());
    assert_eq!(host.pump(), 2);
    assert_eq!((all.events().len(), none.events().len()), (2, 0));
    assert_eq!(host.leaks().last().unwrap(), "2 subscriptions");
}

#[test]
fn a_synchronization_reports_and_signals() {
    let host = configured(0);
    let session = host.logon(&provider()).unwrap();
    let recorder = SyncRecorder::new();
    let start = session.start_sync(&SyncCall::all(&recorder)).unwrap();
    assert_eq!(start.code, S_OK);
    let event = start.event.unwrap();
    assert!(event.wait(SOON));
    assert_eq!(
        recorder.reports(),
        [
            SyncReport::Progress {
                text: Some("working".into()),
                index: 1,
                maximum: 2
            },
            SyncReport::Progress {
                text: None,
                index: 2,
                maximum: 2
            },
            SyncReport::Error {
                code: MAPI_E_NETWORK_ERROR,
                text: Some("working".into())
            },
            SyncReport::Done {
                event: event.value(),
                code: MAPI_W_ERRORS_RETURNED
            },
        ]
    );
    assert_eq!(session.synchronize(SOON).unwrap(), MAPI_W_ERRORS_RETURNED);
    for callback in [SyncCallback::None, SyncCallback::Unrelated] {
        let call = SyncCall {
            flags: 0,
            callback,
            event: true,
            size: None,
        };
        assert!(session.start_sync(&call).unwrap().event.unwrap().wait(SOON));
    }
    let small = SyncCall {
        size: Some(4),
        ..SyncCall::all(&recorder)
    };
    let refused = session.start_sync(&small).unwrap();
    assert_eq!(
        (refused.code, refused.event.is_none()),
        (MAPI_E_INVALID_PARAMETER, true)
    );
}

#[test]
fn an_event_that_is_not_signalled_times_out() {
    let host = configured(0);
    let session = host.logon(&provider()).unwrap();
    let recorder = SyncRecorder::with(|_| {
        std::thread::sleep(Duration::from_millis(50));
        S_OK
    });
    let event = session
        .start_sync(&SyncCall::all(&recorder))
        .unwrap()
        .event
        .unwrap();
    assert!(!event.wait(Duration::ZERO));
    assert!(event.wait(SOON));
    assert!(event.wait(Duration::ZERO));
}

#[test]
fn a_session_knows_its_tables() {
    let host = configured(0);
    host.profile().set((PR_DISPLAY_NAME, "Store"));
    let session = host.logon(&provider()).unwrap();
    let table = session.store().receive_folder_table().unwrap();
    let rows = table
        .rows(&[PR_DISPLAY_NAME, PR_SUBJECT, PR_OBJECT_TYPE])
        .unwrap();
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0].text(PR_DISPLAY_NAME), Some("Store"));
    assert_eq!(rows[0].error(PR_SUBJECT), Some(MAPI_E_NOT_FOUND));
    assert_eq!(rows[0].bits(PR_OBJECT_TYPE), Some(MAPI_STORE));
    let named = Restriction::And(vec![
        Restriction::Exist(PR_DISPLAY_NAME),
        Restriction::Or(vec![
            Restriction::equals(PR_DISPLAY_NAME, "Other"),
            Restriction::equals(PR_DISPLAY_NAME, "Store").not(),
        ]),
    ]);
    assert_eq!(
        table.find(&named, BOOKMARK_BEGINNING, 0).unwrap_err().code,
        MAPI_E_NOT_FOUND
    );
    table
        .find(&named.clone().not(), BOOKMARK_BEGINNING, 0)
        .unwrap();
    table.restrict(Some(&named)).unwrap();
    assert_eq!(table.row_count().unwrap(), 0);
    table.restrict(None).unwrap();
    assert_eq!(table.seek(BOOKMARK_END, -5).unwrap(), -1);
    assert_eq!(
        table.position().unwrap(),
        Position {
            row: 0,
            numerator: 0,
            denominator: 1
        }
    );
    assert_eq!(
        table.query_rows(0, 0).unwrap_err().code,
        MAPI_E_INVALID_PARAMETER
    );
    assert_eq!(table.query_rows(-1, 0).unwrap().len(), 0);
    drop(table);
    session.logoff().unwrap();
    host.assert_clean();
}

#[test]
fn foreign_entry_ids_go_to_the_logon_that_registered_them() {
    let host = configured(0);
    let session = host.logon(&provider()).unwrap();
    let mut own = vec![0; 4];
    own.extend(UID.ab);
    // The mock's logon answers 7, the host compares bytes.
    assert!(session.store().compare(&own, b"other").unwrap());
    assert!(
        !session
            .store()
            .compare(b"foreign, and long enough", b"other")
            .unwrap()
    );
    drop(session);
    assert!(
        host.calls()
            .iter()
            .any(|call| call.method == Method::CompareEntryIDs)
    );
}

#[test]
fn every_slot_has_its_method() {
    if cfg!(all(windows, target_pointer_width = "32")) {
        return; // Too many arguments would unbalance the stack.
    }
    let host = Host::new();
    let session = Arc::<Seat>::default();
    let state = session_state(&host);
    let support = Support::create(&state, &session, Purpose::Store);
    type Slot = unsafe extern "system" fn(
        *mut std::ffi::c_void,
        usize,
        usize,
        usize,
        usize,
        usize,
        usize,
        usize,
        usize,
        usize,
        usize,
        usize,
    ) -> HRESULT;
    for method in Method::ALL {
        // SAFETY: every method of the host takes NULL and 0 for every argument; further arguments do not matter here.
        unsafe {
            let table = *support.as_raw().cast::<*const Slot>();
            let slot = *table.add(*method as usize);
            let _ = slot(support.as_raw(), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
        }
        assert_eq!(host.calls().last().unwrap().method, *method);
    }
    assert_eq!(host.calls().len(), 41);
    // UpdatePAB, Preprocess and MakeInvalid are reported.
    assert_eq!(host.violations().len(), 3);
}

fn session_state(host: &Host) -> Arc<HostState> {
    host.state()
}

#[test]
fn the_profile_keeps_its_rules() {
    let host = Host::new();
    let (state, uid) = (session_state(&host), new_uid());
    assert_eq!(
        ProfileSection::open(&state, uid, false).err(),
        Some(MAPI_E_NOT_FOUND)
    );
    let writer = ProfileSection::open(&state, uid, true).unwrap();
    assert_eq!(
        ProfileSection::open(&state, uid, false).err(),
        Some(MAPI_E_NO_ACCESS)
    );
    let section = PropObject::new(IMAPIProp::clone(&writer), &state);
    let secret = 0x67F1_001F;
    let problems = section
        .set(&[
            Prop::new(PR_COMMENT, "ä"),
            Prop::new(secret, "secret"),
            Prop::new(PR_RESOURCE_FLAGS, 1),
        ])
        .unwrap();
    assert_eq!(
        problems,
        [Problem {
            index: 2,
            tag: PR_RESOURCE_FLAGS,
            code: MAPI_E_NO_ACCESS
        }]
    );
    assert_eq!(section.list().unwrap(), [PR_COMMENT]);
    assert_eq!(section.get_all().unwrap().tags(), [PR_COMMENT]);
    assert_eq!(section.text(secret).unwrap(), "secret");
    let narrow = section
        .get(&[change_prop_type(PR_COMMENT, PT_STRING8), PR_SUBJECT])
        .unwrap();
    assert_eq!(narrow[0].value, Value::String8(vec![0xE4]));
    assert_eq!(narrow[1].error(), Some(MAPI_E_NOT_FOUND));
    assert_eq!(section.delete(&[PR_SUBJECT]).unwrap().len(), 1);
    drop((writer, section));
    let reader = ProfileSection::open(&state, uid, false).unwrap();
    assert_eq!(
        ProfileSection::open(&state, uid, true).err(),
        Some(MAPI_E_NO_ACCESS)
    );
    let section = PropObject::new(IMAPIProp::clone(&reader), &state);
    assert_eq!(
        section.put(PR_COMMENT, "x").unwrap_err().code,
        MAPI_E_NO_ACCESS
    );
    assert_eq!(host.violations().len(), 1);
}

#[test]
fn profiles_survive_on_disk() {
    let directory = TestDirectory::new();
    let host = configured(0);
    host.profile().set((0x6640_0102, &[1_u8, 0, 255]));
    host.profile().set(Prop::time(0x6641_0040, 7));
    host.profile().set((0x6642_000B, true));
    let path = directory.join("profile");
    host.profile().save(&path).unwrap();
    let loaded = Profile::load(&path).unwrap();
    assert_eq!(loaded.provider_section(), host.profile().provider_section());
    assert_eq!(loaded.sections(), host.profile().sections());
    let again = Host::with_profile(loaded);
    again.logon(&provider()).unwrap().logoff().unwrap();
    again.assert_clean();
}
