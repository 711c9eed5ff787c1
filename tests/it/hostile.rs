//! Whole projects from hostile texts, read back by the languages' own readers.

use std::fs;
use std::process::Command;
use std::sync::LazyLock;

use cargo_mapi::files::FileSet;
use cargo_mapi::render::render;
use cargo_mapi::spec::{
    Folder, NamedProperty, PropertyName, Scope, Setting, SettingKind, SettingValue, Spec,
};

use crate::specs::{HOSTILE, hostile, root};

/// The project of a turn; rendered once for all tests.
fn project(turn: usize) -> &'static FileSet {
    static PROJECTS: LazyLock<Vec<FileSet>> = LazyLock::new(|| {
        turns()
            .map(|turn| render(&hostile(turn), "").unwrap())
            .collect()
    });
    &PROJECTS[turn]
}

/// A file that is UTF-8 without a mark.
fn text(files: &FileSet, path: &str) -> String {
    let file = files.get(path).unwrap_or_else(|| panic!("no {path}"));
    String::from_utf8(file.bytes.to_vec()).unwrap()
}

/// A file for Windows' own tools: CRLF everywhere, ASCII or marked UTF-16; with LF for what reads it here.
fn windows_text(files: &FileSet, path: &str) -> String {
    let bytes = &*files.get(path).unwrap_or_else(|| panic!("no {path}")).bytes;
    let text = match bytes {
        [0xff, 0xfe, rest @ ..] => {
            let units = rest
                .chunks(2)
                .map(|pair| u16::from_le_bytes([pair[0], pair[1]]));
            String::from_utf16(&units.collect::<Vec<_>>()).unwrap()
        }
        bytes => String::from_utf8(bytes.to_vec()).unwrap(),
    };
    assert!(
        bytes.starts_with(&[0xff, 0xfe]) != text.is_ascii(),
        "{path}: marked exactly when it is not ASCII"
    );
    assert_eq!(
        text.matches('\n').count(),
        text.matches("\r\n").count(),
        "{path} has bare line feeds"
    );
    text.replace("\r\n", "\n")
}

/// What is left of a text where only one line of visible characters fits.
fn one_line(text: &str) -> String {
    let is_visible = |c: &char| {
        !c.is_control()
            && !matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}')
    };
    let visible: String = text
        .chars()
        .map(|c| if is_visible(&c) { c } else { ' ' })
        .collect();
    visible.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Every shift of the texts, so that each text meets each place.
fn turns() -> std::ops::Range<usize> {
    0..HOSTILE.len()
}

#[test]
fn rust_is_formatted() {
    let directory = tempfile::tempdir().unwrap();
    let mut paths = Vec::new();
    for turn in turns() {
        let files = project(turn);
        for (path, file) in files
            .iter()
            .filter(|(path, _)| path.ends_with(".rs") && !path.starts_with("runtime/"))
        {
            let path = directory.path().join(turn.to_string()).join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, &file.bytes).unwrap();
            paths.push(path);
        }
    }
    let output = Command::new("rustfmt")
        .args(["--edition", "2024", "--check"])
        .args(&paths)
        .output()
        .unwrap();
    let report = String::from_utf8_lossy(&output.stdout);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success(),
        "{}\n{errors}",
        report.chars().take(4000).collect::<String>()
    );
}

/// rustfmt's layouts change at certain widths; every width around them.
#[test]
fn rust_is_formatted_at_every_width() {
    let mut spec = hostile(0);
    let folder = spec.folders[0].clone();
    let property = hostile(1).named_properties[0].clone();
    let setting = spec.settings[0].clone();
    for width in 0..110 {
        for parts in 1..4 {
            let mut classes = vec!["x".repeat(width)];
            classes.extend((1..parts).map(|part| "y".repeat(part * 8)));
            let choices = SettingKind::Choice(classes.clone());
            let default = Some(SettingValue::String("d".repeat(width)));
            spec.folders.push(Folder {
                receive_classes: classes,
                ..folder.clone()
            });
            spec.settings.push(Setting {
                kind: choices,
                default,
                ..setting.clone()
            });
        }
        spec.folders.push(Folder {
            receive_classes: vec!["ab".to_owned(); width],
            ..folder.clone()
        });
        let name = PropertyName::String("n".repeat(width));
        spec.named_properties.push(NamedProperty {
            name,
            ..property.clone()
        });
    }
    let files = render(&spec, "").unwrap();
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("spec.rs");
    fs::write(&path, &files.get("src/spec.rs").unwrap().bytes).unwrap();
    let output = Command::new("rustfmt")
        .args(["--edition", "2024", "--check"])
        .arg(path)
        .output()
        .unwrap();
    let report = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success(),
        "{}",
        report.chars().take(4000).collect::<String>()
    );
}

/// The crate's name stands in paths, whose lines break where they are long.
#[test]
fn rust_is_formatted_with_names_of_any_length() {
    let directory = tempfile::tempdir().unwrap();
    let mut paths = Vec::new();
    for length in [1, 16, 24, 32, 40, 48, 56, 64] {
        let mut spec = hostile(0);
        spec.provider.name = "n".repeat(length);
        let files = render(&spec, "").unwrap();
        let is_ours = |path: &str| path.ends_with(".rs") && !path.starts_with("runtime/");
        for (path, file) in files.iter().filter(|(path, _)| is_ours(path)) {
            let path = directory.path().join(length.to_string()).join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, &file.bytes).unwrap();
            paths.push(path);
        }
    }
    let output = Command::new("rustfmt")
        .args(["--edition", "2024", "--check"])
        .args(&paths)
        .output()
        .unwrap();
    let report = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success(),
        "{}",
        report.chars().take(4000).collect::<String>()
    );
}

/// rustc, clippy and rustdoc find nothing to complain about, and the constants are what the specs say.
#[test]
fn rust_means_what_the_spec_says() {
    let place = tempfile::tempdir().unwrap();
    let write = |path: &str, text: &str| {
        let path = place.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    let package = |name: &str, more: &str| {
        format!("[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n{more}")
    };
    let source = |path: &str| root().join("templates/runtime/mapi-store/src").join(path);
    write(
        "Cargo.toml",
        &package(
            "hostile",
            "[workspace]\n[dependencies]\nmapi-store = { path = \"mapi-store\" }\n",
        ),
    );
    write(
        "mapi-store/Cargo.toml",
        &package("mapi-store", "[lib]\npath = \"lib.rs\"\n"),
    );
    write(
        "mapi-store/lib.rs",
        &format!(
            "//! Definitions alone.\n#[path = {:?}]\npub mod definition;\n/// The module.\npub mod entry {{\n/// The module.\n\
             pub mod registration {{\n#[path = {:?}]\nmod architecture;\n#[path = {:?}]\nmod product;\n\
             pub use architecture::Architecture;\npub use product::Product;\n}}\n}}\n",
            source("definition.rs"),
            source("entry/registration/architecture.rs"),
            source("entry/registration/product.rs"),
        ),
    );
    let mut main = String::from("//! Prints definitions.\n");
    let mut body = String::new();
    for turn in turns() {
        write(
            &format!("turn_{turn}/src/spec.rs"),
            &text(project(turn), "src/spec.rs"),
        );
        let fragment = "registration/mapisvc.inf";
        let path = place.path().join(format!("turn_{turn}")).join(fragment);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, &project(turn).get(fragment).unwrap().bytes).unwrap();
        main.push_str(&format!(
            "#[path = \"../turn_{turn}/src/spec.rs\"]\npub mod spec_{turn};\n"
        ));
        body.push_str(&format!(
            "    print(&spec_{turn}::DEFINITION, &spec_{turn}::PRODUCT);\n"
        ));
    }
    main.push_str(
        "fn print(
    d: &mapi_store::definition::ProviderDefinition,
    p: &mapi_store::entry::registration::Product,
) {
    println!(\"{:?}\", (d.display_name, d.vendor, d.description, d.store.location, d.provider_uid));
    println!(\"{:?}\", d.folders.iter().map(|f| (f.name, f.comment, f.parent, f.receive_classes)).collect::<Vec<_>>());
    println!(\"{:?}\", d.settings.iter().map(|s| (s.label, s.kind, s.default)).collect::<Vec<_>>());
    println!(\"{:?}\", d.named_properties.iter().map(|p| (p.set, p.name)).collect::<Vec<_>>());
    println!(\"{:?}\", (p.display_name, p.install_location, p.architectures, p.machine, p.indexing));
    println!(\"{:?}\", (p.log_key, d.log.registry_key, p.log_level, p.url, p.support_url, p.fragment.len()));
}
",
    );
    write(
        "src/main.rs",
        &format!("{main}/// Prints all.\npub fn main() {{\n{body}}}\n"),
    );

    let cargo = |arguments: &[&str]| {
        let output = Command::new(env!("CARGO"))
            .args(arguments)
            .current_dir(place.path())
            .env_remove("RUSTFLAGS")
            .env("CARGO_TARGET_DIR", place.path().join("target"))
            .env("RUSTDOCFLAGS", "-D warnings")
            .output()
            .unwrap();
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8(output.stdout).unwrap()
    };
    cargo(&[
        "clippy",
        "--offline",
        "--quiet",
        "-p",
        "hostile",
        "--no-deps",
        "--",
        "-D",
        "warnings",
    ]);
    cargo(&["doc", "--offline", "--quiet", "--no-deps", "-p", "hostile"]);
    let printed = cargo(&["run", "--offline", "--quiet"]);
    let expected: String = turns()
        .map(|turn| debug(&hostile(turn)) + &debug_product(turn))
        .collect();
    assert_eq!(printed, expected);
}

/// What the program above prints for a spec.
fn debug(spec: &Spec) -> String {
    let provider = &spec.provider;
    let head = (
        &provider.display_name,
        &provider.vendor,
        &provider.description,
        &spec.store.location,
        provider.uid.bytes(),
    );
    let folders: Vec<_> = spec
        .folders
        .iter()
        .map(|f| (&f.name, &f.comment, f.parent, &f.receive_classes))
        .collect();
    // The runtime's enums print as the spec's do, but for these names.
    let settings: Vec<_> = spec
        .settings
        .iter()
        .map(|s| (&s.label, &s.kind, &s.default))
        .collect();
    let settings = format!("{settings:?}").replace("Some(String(", "Some(Text(");
    let names: Vec<_> = spec
        .named_properties
        .iter()
        .map(|p| (p.set.guid.bytes(), &p.name))
        .collect();
    format!("{head:?}\n{folders:?}\n{settings}\n{names:?}\n")
}

/// The same of the product.
fn debug_product(turn: usize) -> String {
    let spec = hostile(turn);
    let registration = &spec.registration;
    let product = (
        &spec.provider.display_name,
        &registration.install_location,
        &registration.architectures,
        registration.scope == Scope::Machine,
        registration.indexing,
    );
    let key = spec.log_key();
    let fragment = project(turn).get("registration/mapisvc.inf").unwrap();
    let pages = (&spec.packaging.url, &spec.packaging.support_url);
    let more = (
        &key,
        &key,
        spec.log.level,
        pages.0,
        pages.1,
        fragment.bytes.len(),
    );
    format!("{product:?}\n{more:?}\n")
}

#[test]
fn manifests_read_back() {
    for turn in turns() {
        let (spec, files) = (hostile(turn), project(turn));
        let manifest: toml::Table = text(files, "Cargo.toml").parse().unwrap();
        let package = manifest["package"].as_table().unwrap();
        assert_eq!(package["name"].as_str(), Some(&*spec.provider.name));
        assert_eq!(
            package["description"].as_str(),
            Some(&*spec.provider.description)
        );
        let authors: Vec<_> = package["authors"]
            .as_array()
            .unwrap()
            .iter()
            .map(|a| a.as_str().unwrap())
            .collect();
        assert_eq!(authors, spec.provider.authors);
        for path in ["Cargo.lock", ".cargo-mapi.lock", ".cargo/config.toml"] {
            text(files, path).parse::<toml::Table>().unwrap();
        }
    }
}

/// Reads `[section]` and `key=value` as GetPrivateProfileString does.
fn profile(text: &str) -> Vec<(String, String, String)> {
    let mut section = String::new();
    let mut entries = Vec::new();
    for line in text
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with(';'))
    {
        if let Some(name) = line.strip_prefix('[') {
            section = name
                .strip_suffix(']')
                .unwrap_or_else(|| panic!("{line}"))
                .to_owned();
        } else {
            let (key, value) = line.split_once('=').unwrap_or_else(|| panic!("{line}"));
            let mut value = value.trim();
            for quote in ['"', '\''] {
                let inner = value
                    .strip_prefix(quote)
                    .and_then(|value| value.strip_suffix(quote));
                if let Some(inner) = inner {
                    value = inner;
                    break;
                }
            }
            entries.push((section.clone(), key.to_owned(), value.to_owned()));
        }
    }
    entries
}

#[test]
fn mapisvc_inf_has_exactly_its_entries() {
    for turn in turns() {
        let (spec, files) = (hostile(turn), project(turn));
        let name = one_line(&spec.provider.display_name);
        let uid: String = spec
            .provider
            .uid
            .bytes()
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        let even = turn.is_multiple_of(2);
        let expected = [
            ("Services", "HOSTILE", &*name),
            ("HOSTILE", "Providers", "HOSTILE_MS"),
            ("HOSTILE", "PR_DISPLAY_NAME", &name),
            ("HOSTILE", "PR_SERVICE_DLL_NAME", "host_1.dll"),
            ("HOSTILE", "PR_SERVICE_ENTRY_NAME", "ServiceEntry"),
            (
                "HOSTILE",
                "PR_RESOURCE_FLAGS",
                if even {
                    "SERVICE_SINGLE_COPY | SERVICE_NO_PRIMARY_IDENTITY"
                } else {
                    "SERVICE_NO_PRIMARY_IDENTITY"
                },
            ),
            ("HOSTILE_MS", "PR_RESOURCE_TYPE", "MAPI_STORE_PROVIDER"),
            ("HOSTILE_MS", "PR_PROVIDER_DLL_NAME", "host_1.dll"),
            (
                "HOSTILE_MS",
                "PR_RESOURCE_FLAGS",
                if even {
                    "STATUS_NO_DEFAULT_STORE | STATUS_NO_PRIMARY_IDENTITY"
                } else {
                    "STATUS_DEFAULT_STORE | STATUS_NO_PRIMARY_IDENTITY"
                },
            ),
            ("HOSTILE_MS", "PR_DISPLAY_NAME", &name),
            ("HOSTILE_MS", "PR_PROVIDER_DISPLAY", &name),
            ("HOSTILE_MS", "34140102", &uid),
        ];
        let found = profile(&windows_text(files, "registration/mapisvc.inf"));
        let found: Vec<_> = found
            .iter()
            .map(|(a, b, c)| (a.as_str(), b.as_str(), c.as_str()))
            .collect();
        assert_eq!(found, expected, "turn {turn}");
    }
}

#[test]
fn reg_files_name_one_value() {
    for turn in turns() {
        let (spec, files) = (hostile(turn), project(turn));
        if !spec.registration.indexing {
            assert!(files.get("registration/indexing.reg").is_none());
            continue;
        }
        let uid = spec.provider.uid.registry();
        for (path, value) in [
            ("registration/indexing.reg", "dword:00000001"),
            ("registration/indexing-remove.reg", "-"),
        ] {
            let text = windows_text(files, path);
            let lines: Vec<&str> = text
                .lines()
                .filter(|line| !line.is_empty() && !line.starts_with(';'))
                .collect();
            let entry = format!("\"{uid}\"={value}");
            assert_eq!(lines[0], "Windows Registry Editor Version 5.00");
            assert!(
                lines[1].ends_with("\\SOFTWARE\\Microsoft\\Windows\\Windows Search\\Preferences]"),
                "{text}"
            );
            assert_eq!(lines[2..], [entry.as_str()], "{text}");
        }
    }
}

/// Batch files hold nothing of the spec: setup has it.
#[test]
fn batch_files_call_setup_and_nothing_else() {
    for turn in turns() {
        for task in ["install", "repair", "uninstall"] {
            let text = windows_text(project(turn), &format!("registration/{task}.cmd"));
            let commands: Vec<&str> = text
                .lines()
                .filter(|line| !line.starts_with("rem ") && *line != "@echo off")
                .collect();
            assert_eq!(commands, [format!("\"%~dp0setup.exe\" {task} %*")]);
        }
    }
}

/// The tables of the registration's README keep their shape, whatever the texts are.
#[test]
fn the_registrations_readme_keeps_its_tables() {
    use pulldown_cmark::{Event, Options, Parser, Tag};

    for turn in turns() {
        let (spec, files) = (hostile(turn), project(turn));
        let text = text(files, "registration/README.md");
        let (mut tables, mut cells) = (0, 0);
        for event in Parser::new_ext(&text, Options::ENABLE_TABLES) {
            match event {
                Event::Start(Tag::Table(_)) => tables += 1,
                Event::Start(Tag::TableCell) => cells += 1,
                Event::Html(html) | Event::InlineHtml(html) => panic!("{html}"),
                _ => {}
            }
        }
        let registration = &spec.registration;
        let rows = 14
            + usize::from(registration.indexing)
            + usize::from(registration.scope == Scope::Machine);
        assert_eq!((tables, cells), (2, 2 * rows), "{text}");
    }
}

#[test]
fn readmes_show_the_texts() {
    use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag, TagEnd};

    for turn in turns() {
        let (spec, files) = (hostile(turn), project(turn));
        let text = text(files, "README.md");
        let mut heading = None;
        let mut tables = 0;
        let mut cells = 0;
        for event in Parser::new_ext(&text, Options::ENABLE_TABLES) {
            match event {
                Event::Start(Tag::Heading {
                    level: HeadingLevel::H1,
                    ..
                }) => {
                    assert!(heading.replace(String::new()).is_none(), "two titles");
                }
                Event::End(TagEnd::Heading(HeadingLevel::H1)) => {
                    let found = heading.take().unwrap();
                    assert_eq!(found, one_line(&spec.provider.display_name));
                    heading = Some(String::new());
                }
                Event::Text(piece) => {
                    if let Some(heading) = &mut heading {
                        heading.push_str(&piece);
                    }
                }
                Event::Start(Tag::Table(_)) => tables += 1,
                Event::Start(Tag::TableCell) => cells += 1,
                Event::Html(html) | Event::InlineHtml(html) => panic!("{html}"),
                _ => {}
            }
        }
        let settings = spec.settings.len();
        assert_eq!(tables, 2 + usize::from(settings > 0));
        let fixed = 2 * 9 + 2 * 7;
        assert_eq!(
            cells,
            fixed + if settings > 0 { 5 * (settings + 1) } else { 0 },
            "{text}"
        );
    }
}

/// What WiX makes of an attribute: its preprocessor and its binder take their marks back where they are doubled, and find no
/// variable of theirs in a text.
fn through_wix(text: &str) -> String {
    let mut read = String::new();
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once('$') {
        read.push_str(before);
        read.push('$');
        rest = behind
            .strip_prefix('$')
            .unwrap_or_else(|| panic!("a preprocessor variable in {text}"));
    }
    read.push_str(rest);
    for namespace in ["bind", "loc", "wix"] {
        let variable = format!("!({namespace}.");
        let escaped = format!("!{variable}");
        assert_eq!(
            read.matches(&variable).count(),
            read.matches(&escaped).count(),
            "a binder variable in {text}"
        );
        read = read.replace(&escaped, &variable);
    }
    read
}

/// The source of the MSI, read as XML and then as WiX reads its attributes.
#[test]
fn the_msi_source_says_what_the_spec_says() {
    for turn in turns() {
        let mut spec = hostile(turn);
        if turn == 0 {
            spec.provider.display_name = "!(loc.x) $(var.y) $$ !!(wix.z)".to_owned();
            spec.registration.install_location = r"%PUBLIC%\[x]{y}$(z)".to_owned();
        }
        let files = render(&spec, "").unwrap();
        let path = "registration/installer.wxs";
        if spec.registration.scope == cargo_mapi::spec::Scope::User {
            assert!(files.get(path).is_none(), "an MSI for one user");
            continue;
        }
        let text = text(&files, path);
        let document = roxmltree::Document::parse(&text).unwrap_or_else(|error| panic!("{error}"));
        let root = document.root_element();
        assert_eq!(
            root.tag_name().namespace(),
            Some("http://wixtoolset.org/schemas/v4/wxs")
        );
        let one = |name: &str, id: Option<&str>| {
            let mut found = root.descendants().filter(|node| {
                node.has_tag_name(("http://wixtoolset.org/schemas/v4/wxs", name))
                    && id.is_none_or(|id| node.attribute("Id") == Some(id))
            });
            let first = found.next();
            assert!(found.next().is_none(), "two elements {name}");
            first.unwrap_or_else(|| panic!("no element {name}"))
        };
        let attribute = |node: roxmltree::Node<'_, '_>, name: &str| {
            through_wix(node.attribute(name).unwrap_or_else(|| panic!("no {name}")))
        };
        // Characters that XML cannot have at all are left out.
        let visible = |text: &str| text.replace(['\u{1}', '\0'], "");
        let package = one("Package", None);
        assert_eq!(
            attribute(package, "Name"),
            visible(&spec.provider.display_name)
        );
        assert_eq!(
            attribute(package, "Manufacturer"),
            visible(&spec.provider.vendor)
        );
        assert_eq!(attribute(package, "Version"), "1.2.3");
        for (id, value) in [
            ("ARPURLINFOABOUT", &spec.packaging.url),
            ("ARPHELPLINK", &spec.packaging.support_url),
        ] {
            if value.is_empty() {
                assert!(!text.contains(id));
            } else {
                assert_eq!(
                    attribute(one("Property", Some(id)), "Value"),
                    visible(value)
                );
            }
        }
        if turn == 0 {
            let set = one("SetDirectory", Some("INSTALLFOLDER"));
            assert_eq!(attribute(set, "Value"), r"[%PUBLIC]\[\[]x[\]][\{]y[\}]$(z)");
            continue;
        }
        let names: Vec<String> = root
            .descendants()
            .filter(|node| node.tag_name().name() == "Directory")
            .map(|node| attribute(node, "Name"))
            .collect();
        assert_eq!(names, ["Hostile & Co", "It's (100%)"], "turn {turn}");
    }
}
