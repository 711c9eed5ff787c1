//! The functions that the DLL exports.

use crate::common::*;

#[test]
fn the_version_of_mapi_is_checked() {
    let bench = Bench::new();
    let old = bench
        .host
        .try_start(&provider(), CURRENT_SPI_VERSION - 1, 0);
    assert_eq!(old.code, MAPI_E_VERSION);
    assert!(old.provider.is_none());
    for version in [CURRENT_SPI_VERSION, CURRENT_SPI_VERSION + 1] {
        let current = bench.host.try_start(&provider(), version, 0);
        assert_eq!(
            (current.code, current.provider_version),
            (S_OK, CURRENT_SPI_VERSION)
        );
        assert_eq!(current.provider.unwrap().shutdown().unwrap(), 0);
    }
    bench.host.assert_clean();
}

#[test]
fn each_initialization_makes_a_provider_of_its_own() {
    let bench = Bench::new();
    let one = bench.host.start(&provider()).unwrap();
    let two = bench.host.start(&provider()).unwrap();
    assert_ne!(one.raw(), two.raw());
    assert_eq!(one.shutdown().unwrap(), 0);
    let session = two.logon(&LogonOptions::default()).unwrap();
    session.logoff().unwrap();
    assert_eq!(two.shutdown().unwrap(), 0);
    bench.host.assert_clean();
}

#[test]
fn the_provider_starts_again_after_its_shutdown() {
    let bench = Bench::new();
    for _ in 0..3 {
        let session = bench.logon();
        session.logoff().unwrap();
    }
    bench.host.assert_clean();
}

#[test]
fn the_provider_object_answers_for_its_interfaces() {
    let bench = Bench::new();
    let running = bench.host.start(&provider()).unwrap();
    assert!(running.fast_shutdown().is_ok());
    assert_eq!(running.shutdown().unwrap(), 0);
}

#[test]
fn the_service_answers_every_context() {
    let documented = [
        S_OK,
        MAPI_E_UNCONFIGURED,
        MAPI_E_NO_SUPPORT,
        MAPI_E_USER_CANCEL,
    ];
    for flags in [0, MAPI_UNICODE] {
        let bench = Bench::unconfigured();
        for context in MSG_SERVICE_INSTALL..=MSG_SERVICE_PROVIDER_DELETE {
            let reply = bench.host.service_entry(&provider(), context, flags, &[]);
            assert!(
                documented.contains(&reply.code),
                "context {context}: {}",
                code_text(reply.code)
            );
            assert!(
                reply.code.is_err() || reply.error.is_none(),
                "context {context}"
            );
        }
        for context in [0, 8, u32::MAX] {
            let reply = bench.host.service_entry(&provider(), context, flags, &[]);
            assert_eq!(reply.code, MAPI_E_NO_SUPPORT, "context {context}");
        }
        bench.host.assert_clean();
    }
}

#[test]
fn store_ids_can_be_compared_without_an_open_store() {
    let bench = Bench::new();
    bench.logon().logoff().unwrap();
    let section = bench.host.profile().provider_section();
    let own = unwrap_store_entry_id(section.binary(PR_ENTRYID).unwrap())
        .unwrap()
        .to_vec();
    let other_bench = Bench::new();
    other_bench.logon().logoff().unwrap();
    let section = other_bench.host.profile().provider_section();
    let other = unwrap_store_entry_id(section.binary(PR_ENTRYID).unwrap())
        .unwrap()
        .to_vec();

    let running = bench.host.start(&provider()).unwrap();
    assert!(running.compare_stores(&own, &own).unwrap());
    assert!(!running.compare_stores(&own, &other).unwrap());
    // A damaged id is not equal to anything, whatever the code is.
    assert!(
        !running
            .compare_stores(&own, &own[..own.len() - 1])
            .unwrap_or(false)
    );
    assert_eq!(running.shutdown().unwrap(), 0);
    bench.host.assert_clean();
}

#[test]
fn fast_shutdown_leaves_everything_on_disk() {
    let Some(bench) = Bench::writable() else {
        return;
    };
    let session = bench.logon();
    let folder = folder_with(&session, &["kept"]);
    let id = folder.entry_id().unwrap();
    let codes = session.provider().shut_down_fast().unwrap();
    assert_eq!(codes, [S_OK; 3]);

    // The process would end here. What another one finds is what matters.
    let path = bench.directory().join("profile");
    bench.host.profile().save(&path).unwrap();
    let other = Host::with_profile(Profile::load(&path).unwrap());
    let second = other.logon(&provider()).unwrap();
    let found = second.open_folder(&id).unwrap();
    assert_eq!(second.subjects(&found).unwrap(), ["kept"]);
    drop(found);
    second.logoff().unwrap();
    other.assert_clean();
    drop(folder);
    bench.finish(session);
}
