//! Configuring the message service.

use mapi_abi::*;
use mapi_host::*;
use mapi_store::entry::profile;

use crate::support::*;

#[test]
fn every_context_has_its_documented_answer() {
    for flags in [0, MAPI_UNICODE] {
        let bench = Bench::unconfigured(archive());
        for (context, expected) in [
            (MSG_SERVICE_INSTALL, S_OK),
            (MSG_SERVICE_CREATE, MAPI_E_UNCONFIGURED),
            (MSG_SERVICE_CONFIGURE, MAPI_E_UNCONFIGURED),
            (MSG_SERVICE_DELETE, S_OK),
            (MSG_SERVICE_UNINSTALL, S_OK),
            (MSG_SERVICE_PROVIDER_CREATE, MAPI_E_NO_SUPPORT),
            (MSG_SERVICE_PROVIDER_DELETE, MAPI_E_NO_SUPPORT),
            (99, MAPI_E_NO_SUPPORT),
        ] {
            let reply = bench
                .host
                .service_entry(&bench.provider, context, flags, &[]);
            assert_eq!(reply.code, expected, "context {context}");
            assert_eq!(
                reply.error.is_some(),
                expected.is_err(),
                "context {context}"
            );
        }
        bench.host.assert_clean();
    }
}

#[test]
fn no_dialog_is_shown_whatever_the_flags_allow() {
    let bench = Bench::unconfigured(archive());
    for flags in [
        SERVICE_UI_ALWAYS,
        SERVICE_UI_ALLOWED,
        SERVICE_UI_ALLOWED | SERVICE_LOGON_FAILED,
    ] {
        let reply = bench
            .host
            .service_entry(&bench.provider, MSG_SERVICE_CONFIGURE, flags, &[]);
        assert_eq!(reply.code, MAPI_E_UNCONFIGURED);
    }
    assert!(bench.host.calls_of(Method::DoConfigPropsheet).is_empty());
}

#[test]
fn wrong_values_are_refused_with_words_and_nothing_is_written() {
    let bench = Bench::unconfigured(archive());
    let before = bench.host.profile().provider_section();
    let server = Prop::new(PR_SERVER, "https://mail.contoso.example");
    for bad in [
        vec![Prop::new(PR_SERVER, "not a url")],
        vec![server.clone(), Prop::new(PR_DAYS, 31)],
        vec![server.clone(), Prop::new(0x6611_001F, "seven")],
        vec![Prop::new(PR_DAYS, 3)],
    ] {
        let reply =
            bench
                .host
                .service_entry(&bench.provider, MSG_SERVICE_CONFIGURE, MAPI_UNICODE, &bad);
        assert_eq!(reply.code, MAPI_E_UNCONFIGURED);
        let error = reply.error.unwrap();
        assert!(
            error
                .error
                .as_deref()
                .is_some_and(|text| text.contains('`')),
            "{error:?}"
        );
        assert_eq!(bench.host.profile().provider_section(), before);
    }
    bench.host.assert_clean();
}

#[test]
fn secrets_go_to_the_secure_range_and_nowhere_else() {
    let bench = Bench::unconfigured(archive());
    let mut settings = bench.settings();
    settings.push(Prop::new(PR_PASSWORD, "hunter2"));
    let _ = bench.host.configure(&bench.provider, &settings).unwrap();
    bench.logon().logoff().unwrap();
    for uid in bench.host.profile().sections() {
        for prop in bench.host.profile().section(uid).unwrap().iter() {
            let secret = format!("{:?}", prop.value).contains("hunter2");
            assert_eq!(secret, prop.tag == PR_PASSWORD, "{:#010X}", prop.tag);
        }
    }
    for entry in std::fs::read_dir(bench.directory.path()).unwrap() {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap();
        assert!(!bytes.windows(7).any(|window| window == b"hunter2"));
    }
}

#[test]
fn narrow_strings_and_later_changes_are_merged_with_what_is_there() {
    let bench = Bench::new();
    let narrow = Prop::new(
        0x6610_001E,
        Value::String8(b"https://new.contoso.example".to_vec()),
    );
    let _ = bench.host.configure(&bench.provider, &[narrow]).unwrap();
    let _ = bench
        .host
        .configure(
            &bench.provider,
            &[Prop::new(PR_DAYS, 7), Prop::new(PR_COMMENT, "left out")],
        )
        .unwrap();
    let section = bench.host.profile().provider_section();
    assert_eq!(section.text(PR_SERVER), Some("https://new.contoso.example"));
    assert_eq!(section.long(PR_DAYS), Some(7));
    assert_eq!(section.find(PR_COMMENT), None);
    assert_eq!(
        section.long(profile::PR_CONFIGURED),
        Some(profile::SETTINGS_VERSION)
    );
}

#[test]
fn a_store_id_in_the_profile_names_the_file() {
    let bench = Bench::new();
    let settings = [Prop::new(profile::PR_STORE_UID, &[0xA5; 16])];
    let _ = bench.host.configure(&bench.provider, &settings).unwrap();
    let session = bench.logon();
    assert_eq!(session.provider_uids()[0].ab, [0xA5; 16]);
    assert!(bench.directory.join("a5".repeat(16) + ".sqlite").exists());
}
