//! Specs for tests: the examples of the repository, and one that is as hostile as the types allow.

use std::path::{Path, PathBuf};

use cargo_mapi::files::FileSet;
use cargo_mapi::spec::property_sets::{PS_PUBLIC_STRINGS, PropertySet};
use cargo_mapi::spec::*;

/// The repository.
pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The spec files in `examples/`, by name.
pub fn examples() -> Vec<(String, PathBuf)> {
    let mut found: Vec<_> = std::fs::read_dir(root().join("examples"))
        .expect("there are examples")
        .map(|entry| entry.unwrap().path())
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "toml")
        })
        .map(|path| (path.file_stem().unwrap().to_str().unwrap().to_owned(), path))
        .collect();
    found.sort();
    assert!(found.len() >= 4, "{found:?}");
    found
}

/// Loads a spec that has no errors, and makes its provider.toml.
pub fn load(path: &Path) -> (Spec, String) {
    let text = std::fs::read_to_string(path).unwrap();
    load_text(&path.display().to_string(), &text)
}

/// The spec of `new NAME`, and its provider.toml.
pub fn default_spec(name: &str) -> (Spec, String) {
    load_text("default", &default_text(name))
}

fn load_text(name: &str, text: &str) -> (Spec, String) {
    let loaded = cargo_mapi::spec::load(name, text, &[]);
    let Some(spec) = loaded.spec else {
        panic!(
            "{}",
            diagnostics::render(&loaded.findings, &loaded.sources, false)
        );
    };
    let provider_toml = provider_toml(text, &[], &spec);
    (spec, provider_toml)
}

/// Pieces that mean something in one of the languages that are generated.
pub const HOSTILE: &[&str] = &[
    "\"quoted\"",
    "'single'",
    "\u{2018}typographic\u{2019}",
    "back\\slash \\",
    "%PATH% 100%",
    "`tick` ``two``",
    "$(Remove-Item x) $env:x",
    "]]> <!-- -->",
    "{{mustache}} {{{three}}} {{{{raw}}}}",
    "line\nbreak\r\nand\ttab",
    "emoji 📬 👩\u{200d}💻 ü",
    "\u{202e}right to left\u{2066}",
    "/* comment */ // \"# r#\"",
    "[link](http://example.org) <script> & &amp;",
    "; comment = [section]",
    "# heading",
    "!bang! ^caret^ |pipe| >redirect",
    "\u{1}control\u{7f}",
    " blanks around ",
    "漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字",
    "a very long text that goes on and on and on, further than any line is allowed to go, and then some more words follow",
    "-",
    "1. one",
    "",
];

/// Every free text is hostile; `turn` shifts which text gets which piece.
pub fn hostile(turn: usize) -> Spec {
    let mut next = turn;
    let mut text = move || {
        next += 1;
        HOSTILE[next % HOSTILE.len()].to_owned()
    };
    let mut all = HOSTILE.join(" ");
    all.push_str(&text());
    let folder = |name: String, parent, comment: String, receive_classes: Vec<String>| Folder {
        id: name.clone(),
        name,
        parent,
        role: FolderRole::None,
        container_class: "IPF.Note".to_owned(),
        comment,
        receive_classes,
        hidden: false,
    };
    let setting = |key: &str, property_id, label: String, kind, default| Setting {
        key: key.to_owned(),
        label,
        property_id,
        kind,
        default,
        required: turn.is_multiple_of(2),
    };
    let short: Vec<String> = (0..40).map(|number| format!("w{number}")).collect();
    let hostile_words: Vec<String> = HOSTILE.iter().map(|text| (*text).to_owned()).collect();
    let own_set = PropertySet::from_guid(Guid::from_u128(0x1234));
    Spec {
        provider: Provider {
            name: format!(
                "{}-hostile-{turn}",
                if turn.is_multiple_of(2) { "a" } else { "z" }
            ),
            display_name: text(),
            vendor: text(),
            description: all,
            version: "1.2.3".to_owned(),
            license: "MIT".to_owned(),
            authors: vec![text(), "Jürgen \"J\" <j@example.org>".to_owned()],
            uid: Guid::derive("vendor", "hostile"),
        },
        service: Service {
            name: "HOSTILE".to_owned(),
            dll: "host_1".to_owned(),
            kind: if turn.is_multiple_of(2) {
                StoreKind::Secondary
            } else {
                StoreKind::DefaultCapable
            },
            single_copy: turn.is_multiple_of(2),
        },
        store: Store {
            location: text(),
            large_property_limit: 8192,
            features: Feature::ALL
                .iter()
                .copied()
                .filter(|feature| feature.available())
                .collect(),
            switches: Switches {
                auto_archive: turn % 2 == 1,
                start_up_crawl: turn % 2 == 1,
                contacts_scan: turn % 3 == 1,
                private_store: turn.is_multiple_of(2),
                server_folder_sizes: turn.is_multiple_of(3),
                partial_meeting_updates: turn % 2 == 1,
                folder_home_pages: turn.is_multiple_of(2),
                folder_sharing: turn % 3 == 1,
            },
        },
        folders: vec![
            folder("IPM".to_owned(), None, text(), vec![String::new()]),
            folder(
                text(),
                Some(0),
                text(),
                vec!["IPM.Note".to_owned(), "IPM".to_owned()],
            ),
            folder(text(), Some(1), text(), short.clone()),
            folder(text(), Some(1), text(), hostile_words.clone()),
            folder(text(), None, text(), vec![]),
        ],
        named_properties: if turn.is_multiple_of(3) {
            vec![]
        } else {
            vec![
                NamedProperty {
                    set: PS_PUBLIC_STRINGS,
                    name: PropertyName::String(text()),
                    property_type: PropertyType::MultiUnicode,
                    indexed: false,
                },
                NamedProperty {
                    set: own_set,
                    name: PropertyName::Id(0x8501),
                    property_type: PropertyType::Long,
                    indexed: true,
                },
            ]
        },
        settings: if turn % 5 == 1 {
            vec![]
        } else {
            let string = |text: String| Some(SettingValue::String(text));
            vec![
                setting("text", 0x6610, text(), SettingKind::String, string(text())),
                setting(
                    "url",
                    0x6611,
                    text(),
                    SettingKind::Url,
                    string("https://x/?a=%20&b".to_owned()),
                ),
                setting(
                    "number",
                    0x6612,
                    text(),
                    SettingKind::Integer {
                        minimum: i32::MIN,
                        maximum: i32::MAX,
                    },
                    Some(SettingValue::Integer(-7)),
                ),
                setting(
                    "flag",
                    0x6613,
                    text(),
                    SettingKind::Boolean,
                    Some(SettingValue::Boolean(true)),
                ),
                setting(
                    "choice",
                    0x6614,
                    text(),
                    SettingKind::Choice(hostile_words),
                    string("-".to_owned()),
                ),
                setting("short", 0x6615, text(), SettingKind::Choice(short), None),
                setting(
                    "two",
                    0x6616,
                    text(),
                    SettingKind::Choice(vec![text(), "b".to_owned()]),
                    None,
                ),
                setting("secret", 0x67F0, text(), SettingKind::Secret, None),
            ]
        },
        sync: Sync {
            enabled: turn % 4 != 3,
            directions: Direction::ALL.to_vec(),
            batch_size: 50,
            remote: if turn.is_multiple_of(2) {
                Remote::Directory {
                    setting: "text".to_owned(),
                }
            } else {
                Remote::Custom
            },
            retry: Retry {
                attempts: 4,
                first_delay_ms: 500,
                factor: 2,
                maximum_delay_ms: 30_000,
            },
        },
        registration: Registration {
            architectures: match turn % 3 {
                0 => vec![Architecture::X64, Architecture::X86],
                1 => vec![Architecture::X64],
                _ => vec![Architecture::X86],
            },
            scope: if turn.is_multiple_of(2) {
                Scope::Machine
            } else {
                Scope::User
            },
            indexing: turn.is_multiple_of(2),
            install_location: "%ProgramFiles%\\Hostile & Co\\It's (100%)".to_owned(),
        },
        packaging: Packaging {
            sign: vec!["sign".to_owned(), text(), FILE_PLACEHOLDER.to_owned()],
            url: text(),
            support_url: text(),
        },
        log: Log {
            location: text(),
            level: LogLevel::Debug,
        },
    }
}

/// Writes a project in the simplest way.
pub fn write(files: &FileSet, directory: &Path) {
    for (path, file) in files.iter() {
        let path = directory.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, &file.bytes).unwrap();
    }
}
