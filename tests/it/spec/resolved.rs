//! Good specs: defaults, order, derived values, and the provider.toml of the generated project.

use cargo_mapi::spec::*;

use super::{drawn, good, with};

#[test]
fn the_least_spec_has_every_default() {
    let spec = good(&with(""));
    let Spec {
        provider,
        service,
        store,
        folders,
        named_properties,
        settings,
        sync,
        registration,
        packaging,
        log,
    } = spec;
    assert_eq!(provider.display_name, "My Provider");
    assert_eq!(provider.version, "0.1.0");
    assert_eq!(provider.uid, Guid::derive("Contoso", "my-provider"));
    assert_eq!(
        (service.name.as_str(), service.kind),
        ("MY_PROVIDER", StoreKind::Secondary)
    );
    assert_eq!(
        (
            service.dll_in_inf().as_str(),
            service.dll_on_disk().as_str()
        ),
        ("myprov.dll", "myprov32.dll")
    );
    assert_eq!(service.provider_section(), "MY_PROVIDER_MS");
    assert_eq!(store.location, r"%LOCALAPPDATA%\Contoso\My Provider");
    assert_eq!(store.large_property_limit, 8192);
    assert_eq!(store.support_mask(), 0x53F3D);
    let roles: Vec<FolderRole> = folders.iter().map(|folder| folder.role).collect();
    assert_eq!(
        roles,
        [
            FolderRole::IpmSubtree,
            FolderRole::SearchRoot,
            FolderRole::CommonViews,
            FolderRole::Views,
            FolderRole::DeletedItems
        ]
    );
    assert!(named_properties.is_empty() && settings.is_empty());
    assert!(!sync.enabled);
    assert_eq!(sync.remote, Remote::Custom);
    assert_eq!(
        registration.architectures,
        [Architecture::X64, Architecture::X86]
    );
    assert_eq!(
        registration.install_location,
        r"%ProgramFiles%\Contoso\My Provider"
    );
    assert!(registration.indexing);
    assert!(packaging.sign.is_empty());
    assert!(packaging.url.is_empty() && packaging.support_url.is_empty());
    assert_eq!(
        (log.location.as_str(), log.level),
        (r"%LOCALAPPDATA%\Contoso\My Provider\Log", LogLevel::Info)
    );
}

/// Defaults that come from names must be as good as what a spec states.
#[test]
fn derived_locations_are_valid() {
    for vendor in [
        "Contoso, Ltd.",
        "日本",
        "a/b:c",
        "con",
        "x\\\\y",
        "Größe & Söhne",
        "...",
    ] {
        let text = with("").replace("Contoso", vendor);
        let loaded = load("provider.toml", &text, &[]);
        let spec = loaded
            .spec
            .clone()
            .unwrap_or_else(|| panic!("{}", drawn(&loaded)));
        let lines = format!(
            "[store]\nlocation = '{}'\n[registration]\ninstall-location = '{}'\n[log]\nlocation = '{}'",
            spec.store.location, spec.registration.install_location, spec.log.location
        );
        good(&with(&lines));
    }
}

#[test]
fn switches_become_named_properties() {
    let names = |lines: &str| -> Vec<&str> {
        good(&with(lines))
            .store
            .switches
            .properties()
            .iter()
            .map(|property| property.name)
            .collect()
    };
    assert_eq!(
        names(""),
        [
            "ArchiveSourceSupportMask",
            "CrawlSourceSupportMask",
            "NoFolderScan"
        ]
    );
    let all = "[store.switches]\nauto-archive = true\nstart-up-crawl = true\ncontacts-scan = true\n\
               private-store = true\nserver-folder-sizes = true\npartial-meeting-updates = false";
    let names = names(all);
    assert_eq!(names.len(), 3);
    assert!(
        names
            .iter()
            .all(|name| name.starts_with("urn:schemas-microsoft-com:office:outlook#"))
    );
}

#[test]
fn home_pages_and_sharing_are_asked_for_and_have_no_names() {
    let switches = |lines: &str| good(&with(lines)).store.switches;
    let plain = switches("");
    assert!(!plain.folder_home_pages && !plain.folder_sharing);
    let both = switches("[store.switches]\nfolder-home-pages = true\nfolder-sharing = true");
    assert!(both.folder_home_pages && both.folder_sharing);
    assert_eq!(both.properties(), plain.properties());
}

#[test]
fn folders_come_parents_first() {
    let spec = good(&with(
        "[[folders]]\nname = \"c\"\nparent = \"b\"\n[[folders]]\nname = \"a\"\nrole = \"deleted\"\n\
         [[folders]]\nname = \"b\"\nparent = \"a\"\n[[folders]]\nname = \"top\"\nrole = \"ipm-subtree\"\n\
         [[folders]]\nname = \"d\"\nparent = \"top\"",
    ));
    let names: Vec<(&str, Option<&str>)> = spec
        .folders
        .iter()
        .map(|folder| {
            (
                folder.name.as_str(),
                folder
                    .parent
                    .map(|parent| spec.folders[parent].name.as_str()),
            )
        })
        .collect();
    assert_eq!(
        names,
        [
            ("Search Root", None),
            ("Common Views", None),
            ("Views", None),
            ("top", None),
            ("a", None),
            ("b", Some("a")),
            ("c", Some("b")),
            ("d", None),
        ]
    );
}

/// Some folder always receives what no other does.
#[test]
fn there_is_one_default_receive_folder() {
    let receiver = |lines: &str| {
        let spec = good(&with(lines));
        let all: Vec<FolderRole> = spec
            .folders
            .iter()
            .filter(|folder| folder.receive_classes.iter().any(String::is_empty))
            .map(|folder| folder.role)
            .collect();
        assert_eq!(all.len(), 1);
        all[0]
    };
    let deleted = "[[folders]]\nname = \"d\"\nrole = \"deleted\"\n";
    assert_eq!(receiver(deleted), FolderRole::IpmSubtree);
    assert_eq!(
        receiver(&format!(
            "{deleted}[[folders]]\nname = \"i\"\nrole = \"inbox\""
        )),
        FolderRole::Inbox
    );
    assert_eq!(
        receiver(&format!("{deleted}receive-classes = [\"\"]")),
        FolderRole::DeletedItems
    );
    assert_eq!(
        receiver("[service]\nkind = \"default-capable\""),
        FolderRole::Inbox
    );
}

#[test]
fn container_classes_follow_roles() {
    let spec = good(&with(
        "[[folders]]\nname = \"d\"\nrole = \"deleted\"\n[[folders]]\nname = \"c\"\nrole = \"calendar\"\n\
         [[folders]]\nname = \"b\"\ncontainer-class = \"IPF.Contact.Group\"",
    ));
    let classes: Vec<&str> = spec.folders[4..]
        .iter()
        .map(|folder| folder.container_class.as_str())
        .collect();
    assert_eq!(
        classes,
        ["IPF.Note", "IPF.Appointment", "IPF.Contact.Group"]
    );
}

#[test]
fn sync_follows_what_is_there() {
    let sync = |lines: &str| good(&with(lines)).sync;
    assert!(sync("[sync]").enabled);
    assert_eq!(sync("[sync]").directions.len(), 4);
    assert!(!sync("[sync]\nenabled = false").enabled);
    let reading =
        sync("[store]\nfeatures = [\"unicode\", \"unique-entry-ids\", \"read-only\"]\n[sync]");
    assert_eq!(
        reading.directions,
        [Direction::DownloadHierarchy, Direction::DownloadContents]
    );
    let setting = "[[settings]]\nkey = \"dir\"\nproperty-id = 0x6610\nrequired = true\n";
    let directory = sync(&format!("{setting}[sync]\ndirectory-setting = \"dir\""));
    assert_eq!(
        directory.remote,
        Remote::Directory {
            setting: "dir".to_owned()
        }
    );
}

#[test]
fn settings_have_property_tags() {
    let spec = good(&with(
        "[[settings]]\nkey = \"a\"\nproperty-id = 0x6610\n[[settings]]\nkey = \"b-c\"\ntype = \"integer\"\nproperty-id = 0x6611\n\
         [[settings]]\nkey = \"d\"\ntype = \"boolean\"\nproperty-id = 0x6612\n[[settings]]\nkey = \"e\"\ntype = \"secret\"\nproperty-id = 0x67F0",
    ));
    let tags: Vec<u32> = spec.settings.iter().map(Setting::property_tag).collect();
    assert_eq!(tags, [0x6610_001F, 0x6611_0003, 0x6612_000B, 0x67F0_001F]);
    assert_eq!(spec.settings[1].label, "B c");
    assert_eq!(
        spec.settings[1].kind,
        SettingKind::Integer {
            minimum: i32::MIN,
            maximum: i32::MAX
        }
    );
}

#[test]
fn locations_are_written_one_way() {
    let spec = good(&with("[store]\nlocation = 'C:/Mail/Local/'"));
    assert_eq!(spec.store.location, r"C:\Mail\Local");
}

/// The examples say what they are for, and have no finding.
#[test]
fn examples_are_good() {
    let mut count = 0;
    for entry in std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/examples")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "toml") {
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(
            text.starts_with("# "),
            "{} does not begin with what it is for",
            path.display()
        );
        let spec = good(&text);
        round_trip(&text, &[], &spec);
        count += 1;
    }
    assert!(count >= 4);
}

/// The full example leaves no role and no type out.
#[test]
fn the_full_example_has_everything() {
    let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/full.toml"))
        .unwrap();
    let spec = good(&text);
    for role in FolderRole::ALL {
        assert!(
            spec.folders.iter().any(|folder| folder.role == *role),
            "{role}"
        );
    }
    for property_type in PropertyType::ALL {
        assert!(
            spec.named_properties
                .iter()
                .any(|property| property.property_type == *property_type),
            "{property_type}"
        );
    }
    for setting_type in SettingType::ALL {
        assert!(
            spec.settings
                .iter()
                .any(|setting| setting.kind.setting_type() == *setting_type),
            "{setting_type}"
        );
    }
}

fn round_trip(text: &str, overrides: &[Override], spec: &Spec) -> String {
    let written = provider_toml(text, overrides, spec);
    assert!(written.contains(&spec.provider.uid.registry()), "{written}");
    assert_eq!(&good(&written), spec, "{written}");
    assert_eq!(
        provider_toml(&written, &[], spec),
        written,
        "pinning again changes nothing"
    );
    written
}

#[test]
fn the_uid_is_pinned_where_it_belongs() {
    for text in [
        with("# the end\n[log]\nlevel = \"warn\"\n"),
        "spec-version = 1\nprovider.name = \"my-provider\"\nprovider.vendor = \"Contoso\"\nlog.level = \"warn\"".to_owned(),
        "spec-version = 1\nprovider = { name = \"my-provider\", vendor = \"Contoso\" }\n[log]\nlevel = \"warn\"".to_owned(),
        with("").replace('\n', "\r\n"),
        format!("\u{FEFF}{}", with("")),
    ] {
        let spec = good(&text);
        let written = round_trip(&text, &[], &spec);
        // Every line of the original is still there.
        for line in text.trim_start_matches('\u{FEFF}').lines().filter(|line| !line.contains('{')) {
            assert!(written.lines().any(|other| other == line), "{line}\n{written}");
        }
    }
    let written = provider_toml(&with(""), &[], &good(&with("")));
    assert!(
        written.contains("it must never change.\nuid = \"{"),
        "{written}"
    );
}

/// A stated UID stays as it is written.
#[test]
fn a_stated_uid_is_left_alone() {
    let text = with("uid = \"3f0c7b52-5d0a-4f4e-9c83-7c1b6a52d1e7\"\n");
    assert_eq!(provider_toml(&text, &[], &good(&text)), text);
}

/// The derived UID is the same everywhere and always, and the one of the vendor and name that the command line gives.
#[test]
fn the_uid_follows_the_overrides() {
    let overrides = [
        Override::name("other"),
        Override::set("provider.vendor=Fabrikam"),
    ];
    let loaded = load("provider.toml", &with(""), &overrides);
    let spec = loaded.spec.unwrap();
    assert_eq!(spec.provider.uid, Guid::derive("Fabrikam", "other"));
    let written = round_trip(&with(""), &overrides, &spec);
    assert!(
        written.contains("name = \"other\"\nvendor = \"Fabrikam\"\n"),
        "{written}"
    );
}

#[test]
fn overrides_are_written_into_the_text() {
    let base = with(
        "version = \"1.0.0\" # as shipped\n[[folders]]\nname = \"Deleted Items\"\nrole = \"deleted\"\n\
         [[settings]]\nkey = \"server\"\nproperty-id = 0x6610\n[sync]\n",
    );
    let inline = "spec-version = 1\nprovider = { name = \"my-provider\", vendor = \"Contoso\" }\n\
                  folders = [{ name = \"Deleted Items\", role = \"deleted\" }]\n\
                  settings = [{ key = \"server\", property-id = 0x6610 }]\nsync = {}\n";
    for text in [base.as_str(), inline] {
        for set in [
            "provider.vendor=1984",
            "provider.vendor=true",
            "provider.vendor=2026-11-22",
            "provider.version=2.0.0",
            "provider.authors=[\"Kim\"]",
            "provider.display-name='Two words'",
            "provider.description=a = b # c",
            "sync.batch-size=20",
            "sync.retry.attempts=2",
            "log.level=trace",
            "folders.'Deleted Items'.comment=Gone",
            "folders.0.name=Bin",
            "settings.server.label=Address",
            "settings.server.default=7",
            "store.switches={ auto-archive = true }",
        ] {
            let overrides = [Override::set(set)];
            let loaded = load("provider.toml", text, &overrides);
            let spec = loaded
                .spec
                .clone()
                .unwrap_or_else(|| panic!("{set}\n{}", drawn(&loaded)));
            round_trip(text, &overrides, &spec);
            assert_ne!(spec, good(text), "{set} has no effect");
        }
    }
    let overrides = [Override::set("provider.version=2.0.0")];
    let spec = load("", &base, &overrides).spec.unwrap();
    assert!(provider_toml(&base, &overrides, &spec).contains("version = \"2.0.0\" # as shipped"));
}

#[test]
fn the_default_text_is_a_good_spec() {
    for name in ["my-provider", "x", "a_b-c3", "user", "shell"] {
        let text = default_text(name);
        let spec = good(&text);
        assert_eq!(spec.provider.name, name);
        assert!(spec.sync.enabled);
        assert_eq!(
            spec.sync.remote,
            Remote::Directory {
                setting: "directory".to_owned()
            }
        );
        let written = round_trip(&text, &[], &spec);
        assert!(written.lines().all(|line| line.len() <= 120));
    }
}

/// What stands in comments is what happens without them.
#[test]
fn the_default_text_tells_the_truth() {
    for name in ["my-provider", "user"] {
        let text = default_text(name);
        let examples = [
            "description",
            "location",
            "install-location",
            "sign",
            "url",
            "support-url",
        ];
        let uncommented: Vec<&str> = text
            .lines()
            .map(
                |line| match line.strip_prefix("# ").filter(|rest| rest.contains(" = ")) {
                    Some(rest) if !examples.contains(&rest.split(' ').next().unwrap()) => rest,
                    _ => line,
                },
            )
            .collect();
        let uncommented = uncommented.join("\n");
        assert!(
            uncommented.contains("\ndisplay-name = ") && uncommented.contains("\nsingle-copy = ")
        );
        assert_eq!(good(&uncommented), good(&text), "{uncommented}");
    }
}

/// A name that no crate can have is reported, and cannot break out of the text.
#[test]
fn the_default_text_of_a_bad_name_is_a_finding() {
    for name in [
        "",
        "static",
        "a\"b",
        "a\nb",
        "x\"\nuid = \"",
        "'''",
        "é",
        "{{x}}",
    ] {
        let loaded = load("default", &default_text(name), &[]);
        assert_eq!(loaded.findings.len(), 1, "{name:?}\n{}", drawn(&loaded));
        assert!(loaded.spec.is_none());
        assert!(
            loaded.findings[0]
                .message
                .ends_with("cannot be the name of a crate")
        );
    }
}

/// The same text gives the same spec, byte for byte.
#[test]
fn loading_is_deterministic() {
    let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/full.toml"))
        .unwrap();
    let json = |spec: &Spec| serde_json::to_string(spec).unwrap();
    assert_eq!(json(&good(&text)), json(&good(&text)));
}
