//! The DLL itself, loaded as MAPI loads it.

use crate::common::*;

#[test]
fn the_exports_have_their_plain_names() {
    let provider = Provider::load(&library()).unwrap();
    let bench = Bench::unconfigured();
    let reply = bench
        .host
        .service_entry(&provider, MSG_SERVICE_CONFIGURE, 0, &bench.settings());
    assert_eq!(reply.code, S_OK);
    let session = bench.host.logon(&provider).unwrap();
    assert_eq!(
        session.store().text(PR_DISPLAY_NAME).unwrap(),
        definition().display_name
    );
    bench.finish(session);
}

#[test]
fn a_library_that_is_no_provider_is_not_loaded() {
    assert!(Provider::load(Path::new("no such library")).is_err());
}

#[test]
fn a_profile_made_from_mapisvc_inf_opens_the_store() {
    let inf = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("registration")
        .join("mapisvc.inf");
    let inf = text_of(&std::fs::read(inf).unwrap());
    let description = ServiceDescription::from_inf(&inf, definition().service_name).unwrap();
    let service = Props(description.service.clone());
    assert!(
        service
            .text(PR_SERVICE_DLL_NAME)
            .is_some_and(|dll| dll.ends_with(definition().dll_name))
    );
    let provider_section = Props(description.provider.clone());
    assert_eq!(
        provider_section.binary(PR_MDB_PROVIDER),
        Some(&definition().provider_uid[..])
    );
    assert!(
        provider_section
            .iter()
            .all(|prop| prop_id(prop.tag) < PROP_ID_SECURE_MIN)
    );

    let bench = Bench::unconfigured();
    bench.host.describe_service(&description);
    assert_eq!(
        bench
            .host
            .configure(&provider(), &bench.settings())
            .unwrap(),
        S_OK
    );
    let session = bench.logon();
    bench.finish(session);
}

/// The text of a file that Windows' functions for INF files read: with a byte order mark, or ASCII.
fn text_of(bytes: &[u8]) -> String {
    match bytes {
        [0xFF, 0xFE, wide @ ..] => {
            let units: Vec<u16> = wide
                .chunks_exact(2)
                .map(|pair| u16::from_le_bytes([pair[0], pair[1]]))
                .collect();
            String::from_utf16(&units).unwrap()
        }
        _ => String::from_utf8(bytes.to_vec()).unwrap(),
    }
}
