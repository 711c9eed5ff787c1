//! The settings of the service in a profile.

use crate::common::*;

/// The settings that a profile cannot do without.
fn needed() -> Vec<&'static SettingDefinition> {
    definition()
        .settings
        .iter()
        .filter(|setting| is_needed(setting))
        .collect()
}

fn configure(bench: &Bench, props: &[Prop]) -> ServiceReply {
    bench
        .host
        .service_entry(&provider(), MSG_SERVICE_CONFIGURE, MAPI_UNICODE, props)
}

#[test]
fn settings_go_into_the_profile() {
    let bench = Bench::new();
    let section = bench.host.profile().provider_section();
    for setting in definition().settings {
        let expected = setting_value(setting, &bench.mail());
        assert_eq!(
            section.value(setting_tag(setting)),
            Some(&expected),
            "{}",
            setting.key
        );
    }
    bench.host.assert_clean();
}

#[test]
fn what_has_a_default_may_be_left_out() {
    let bench = Bench::unconfigured();
    let mut props = bench.places();
    for setting in needed() {
        props.push(Prop {
            tag: setting_tag(setting),
            value: setting_value(setting, &bench.mail()),
        });
    }
    assert_eq!(configure(&bench, &props).code, S_OK);
    let session = bench.logon();
    bench.finish(session);
}

#[test]
fn a_missing_setting_is_named() {
    for missing in needed() {
        let bench = Bench::unconfigured();
        let mut props = bench.settings();
        props.retain(|prop| prop.tag != setting_tag(missing));
        let reply = configure(&bench, &props);
        assert_eq!(reply.code, MAPI_E_UNCONFIGURED, "without {}", missing.key);
        if let Some(error) = reply.error {
            let text = error.error.unwrap_or_default();
            assert!(
                text.contains(missing.label),
                "`{text}` names {}",
                missing.label
            );
            assert!(!text.contains(SECRET));
        }
        // Nothing has been written, and the store cannot be opened.
        assert!(
            bench
                .host
                .profile()
                .provider_section()
                .find(PR_STORE_DIRECTORY)
                .is_none()
        );
        let running = bench.host.start(&provider()).unwrap();
        assert_eq!(
            running.try_logon(&LogonOptions::default()).code,
            MAPI_E_UNCONFIGURED
        );
        drop(running);
        bench.host.assert_clean();
    }
}

#[test]
fn errors_come_in_the_width_of_the_caller() {
    if needed().is_empty() {
        return;
    }
    for flags in [0, MAPI_UNICODE] {
        let bench = Bench::unconfigured();
        let reply =
            bench
                .host
                .service_entry(&provider(), MSG_SERVICE_CONFIGURE, flags, &bench.places());
        assert_eq!(reply.code, MAPI_E_UNCONFIGURED);
        if let Some(text) = reply.error.and_then(|error| error.error) {
            assert!(text.len() > 5 && !text.contains('\0'), "{text}");
        }
        bench.host.assert_clean();
    }
}

#[test]
fn values_of_the_wrong_type_are_refused() {
    for setting in definition().settings {
        let bench = Bench::unconfigured();
        let mut props = bench.settings();
        for prop in &mut props {
            if prop.tag == setting_tag(setting) {
                *prop = Prop::new(change_prop_type(prop.tag, PT_BINARY), &[1_u8, 2]);
            }
        }
        let reply = configure(&bench, &props);
        assert_eq!(reply.code, MAPI_E_UNCONFIGURED, "{}", setting.key);
        bench.host.assert_clean();
    }
}

#[test]
fn values_out_of_range_are_refused() {
    for setting in definition().settings {
        let wrong: Vec<Value> = match setting.kind {
            SettingKind::Integer { minimum, maximum } => {
                let below = minimum.checked_sub(1).map(Value::Long);
                below
                    .into_iter()
                    .chain(maximum.checked_add(1).map(Value::Long))
                    .collect()
            }
            SettingKind::Choice(_) => vec!["no such choice".into()],
            SettingKind::Url => vec!["not a url".into(), "/relative".into()],
            _ => continue,
        };
        for value in wrong {
            let bench = Bench::unconfigured();
            let mut props = bench.settings();
            for prop in &mut props {
                if prop.tag == setting_tag(setting) {
                    prop.value = value.clone();
                }
            }
            let reply = configure(&bench, &props);
            assert_eq!(
                reply.code, MAPI_E_UNCONFIGURED,
                "{} = {value:?}",
                setting.key
            );
            bench.host.assert_clean();
        }
    }
}

#[test]
fn a_second_configuration_keeps_the_other_settings() {
    let bench = Bench::new();
    let before = bench.host.profile().provider_section();
    for setting in definition().settings {
        let prop = Prop {
            tag: setting_tag(setting),
            value: setting_value(setting, &bench.mail()),
        };
        assert_eq!(configure(&bench, &[prop]).code, S_OK, "{}", setting.key);
    }
    assert_eq!(bench.host.profile().provider_section(), before);
    bench.host.assert_clean();
}

#[test]
fn what_is_no_setting_stays_out_of_the_profile() {
    let bench = Bench::unconfigured();
    let mut props = bench.settings();
    props.push(Prop::new(PR_RESOURCE_FLAGS, STATUS_DEFAULT_STORE));
    props.push(Prop::new(PR_PROVIDER_DLL_NAME, "evil.dll"));
    props.push(Prop::new(PR_COMMENT, "of no meaning"));
    assert_eq!(configure(&bench, &props).code, S_OK);
    let section = bench.host.profile().provider_section();
    assert!(section.find(PR_RESOURCE_FLAGS).is_none() && section.find(PR_COMMENT).is_none());
    assert_eq!(
        section.text(PR_PROVIDER_DLL_NAME),
        Some(definition().dll_name)
    );
    bench.host.assert_clean();
}

#[test]
fn narrow_settings_are_understood() {
    let bench = Bench::unconfigured();
    let props: Vec<Prop> = bench
        .settings()
        .into_iter()
        .map(|prop| match &prop.value {
            Value::Unicode(text) if text.is_ascii() => Prop {
                tag: change_prop_type(prop.tag, PT_STRING8),
                value: Value::String8(text.clone().into_bytes()),
            },
            _ => prop,
        })
        .collect();
    assert_eq!(configure(&bench, &props).code, S_OK);
    let session = bench.logon();
    bench.finish(session);
}

#[test]
fn secrets_lie_where_mapi_encrypts_them_and_nowhere_else() {
    let secrets: Vec<_> = definition()
        .settings
        .iter()
        .filter(|setting| setting.kind == SettingKind::Secret)
        .collect();
    for secret in &secrets {
        let id = u32::from(secret.property_id);
        assert!(
            (PROP_ID_SECURE_MIN..=PROP_ID_SECURE_MAX).contains(&id),
            "{}",
            secret.key
        );
    }
    let bench = Bench::new();
    let session = bench.logon();
    if definition().sync.is_some() {
        // Whatever the outcome: what it says and leaves behind is what matters.
        let recorder = SyncRecorder::new();
        let start = session.start_sync(&SyncCall::all(&recorder)).unwrap();
        assert!(start.event.is_none_or(|event| event.wait(LONG)));
        assert!(
            recorder
                .reports()
                .iter()
                .all(|report| !format!("{report:?}").contains(SECRET))
        );
    }
    bench.finish_keeping_files(session, |directory| {
        assert_eq!(files_with(directory, SECRET), Vec::<PathBuf>::new());
    });
}

/// The files below a directory that have a text in them, in either width.
fn files_with(directory: &Path, text: &str) -> Vec<PathBuf> {
    let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let mut found = Vec::new();
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files_with(&path, text));
        } else {
            let bytes = std::fs::read(&path).unwrap();
            let has = |needle: &[u8]| bytes.windows(needle.len()).any(|window| window == needle);
            if has(text.as_bytes()) || has(&wide) {
                found.push(path);
            }
        }
    }
    found
}
