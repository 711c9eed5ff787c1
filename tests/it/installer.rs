//! The source of the MSI, for every example.

use std::collections::BTreeSet;

use cargo_mapi::files::FileSet;
use cargo_mapi::render::render;
use cargo_mapi::spec::{Guid, Spec};

use crate::specs::{default_spec, examples, load};

const NAMESPACE: &str = "http://wixtoolset.org/schemas/v4/wxs";

fn sources() -> Vec<(Spec, String)> {
    let mut specs = vec![default_spec("my-provider")];
    specs.extend(examples().iter().map(|(_, path)| load(path)));
    (specs.into_iter())
        .map(|(spec, provider_toml)| {
            let files = render(&spec, &provider_toml).unwrap();
            let text = source(&files);
            (spec, text)
        })
        .collect()
}

fn source(files: &FileSet) -> String {
    let file = files.get("registration/installer.wxs").unwrap();
    String::from_utf8(file.bytes.to_vec()).unwrap()
}

/// The value of an attribute of the element with this name and, if it has one, identifier.
fn attribute<'a>(
    document: &'a roxmltree::Document<'_>,
    element: &str,
    id: &str,
    name: &str,
) -> &'a str {
    document
        .descendants()
        .find(|node| {
            node.has_tag_name((NAMESPACE, element))
                && [node.attribute("Id"), node.attribute("Action")].contains(&Some(id))
        })
        .and_then(|node| node.attribute(name))
        .unwrap_or_else(|| panic!("no {element} {id} with {name}"))
}

#[test]
fn every_change_can_be_rolled_back_and_is_made_by_the_setup_program() {
    for (_, text) in sources() {
        let document = roxmltree::Document::parse(&text).unwrap();
        let action = |id: &str, name: &str| attribute(&document, "CustomAction", id, name);
        let sequence = |id: &str| -> u32 {
            attribute(&document, "Custom", id, "Sequence")
                .parse()
                .unwrap()
        };
        for (change, undo, runs, takes_back) in [
            ("Register", "UndoRegister", "install", "uninstall"),
            ("Unregister", "UndoUnregister", "uninstall", "install"),
        ] {
            assert_eq!(action(change, "Execute"), "deferred");
            assert_eq!(action(undo, "Execute"), "rollback");
            // What undoes comes first in the script, so that it is there when the change fails half way.
            assert!(sequence(undo) < sequence(change));
            for (id, task) in [(change, runs), (undo, takes_back)] {
                assert_eq!(action(id, "FileRef"), "SetupProgram");
                assert_eq!(action(id, "Impersonate"), "no");
                let command: Vec<&str> = action(id, "ExeCommand").split(' ').collect();
                assert_eq!(command[0], task);
                assert!(command.contains(&"--quiet"), "{command:?}");
            }
        }
        // The program is there while it runs: not yet removed, already installed.
        assert!(sequence("Unregister") < 3500);
        assert!(sequence("UndoRegister") > 4000);
        assert_eq!(
            attribute(&document, "Custom", "PeriodInPath", "Condition"),
            "INSTALLFOLDER >< \".\" AND NOT (REMOVE~=\"ALL\")"
        );
        assert!(sequence("PeriodInPath") > 1000);
    }
}

#[test]
fn files_are_those_of_the_package_and_lie_in_the_install_location() {
    for (spec, text) in sources() {
        let document = roxmltree::Document::parse(&text).unwrap();
        let file = |id: &str, name: &str| attribute(&document, "File", id, name);
        let dll = spec.service.dll_on_disk();
        assert_eq!(file("ProviderDll", "Source"), dll);
        assert_eq!(file("ProviderDll", "Name"), dll);
        assert_eq!(file("SetupProgram", "Source"), "setup.exe");
        assert_eq!(file("LicenseTexts", "Source"), "LICENSES/all.txt");
        let standard = document
            .descendants()
            .find(|node| node.has_tag_name((NAMESPACE, "StandardDirectory")))
            .unwrap();
        assert_eq!(standard.attribute("Id"), Some("ProgramFiles6432Folder"));
        let mut path = "%ProgramFiles%".to_owned();
        for node in standard.descendants() {
            if node.has_tag_name((NAMESPACE, "Directory")) {
                path.push('\\');
                path.push_str(node.attribute("Name").unwrap());
            }
        }
        assert_eq!(path, spec.registration.install_location);
        let package = document
            .descendants()
            .find(|node| node.has_tag_name((NAMESPACE, "Package")))
            .unwrap();
        assert_eq!(package.attribute("Scope"), Some("perMachine"));
        let feature: Vec<&str> = (document.descendants())
            .filter(|node| node.has_tag_name((NAMESPACE, "ComponentRef")))
            .map(|node| node.attribute("Id").unwrap())
            .collect();
        let components: Vec<&str> = (document.descendants())
            .filter(|node| node.has_tag_name((NAMESPACE, "Component")))
            .map(|node| node.attribute("Id").unwrap())
            .collect();
        assert_eq!(feature, components);
    }
}

/// A newer version goes where the older one is: the search names the entry that the setup program makes.
#[test]
fn an_update_stays_in_the_directory() {
    for (spec, text) in sources() {
        let document = roxmltree::Document::parse(&text).unwrap();
        let search = |name: &str| attribute(&document, "RegistrySearch", "FormerFolder", name);
        assert_eq!(search("Root"), "HKLM");
        assert_eq!(
            search("Key"),
            format!(
                r"SOFTWARE\Microsoft\Windows\CurrentVersion\Uninstall\{}-$(var.Architecture)",
                spec.service.name
            )
        );
        assert_eq!(search("Name"), "InstallLocation");
        for architecture in &spec.registration.architectures {
            let defines = format!(r#"<?define Architecture = "{architecture}" ?>"#);
            assert!(text.contains(&defines), "{text}");
        }
        let set = |name: &str| attribute(&document, "SetProperty", "INSTALLFOLDER", name);
        assert_eq!(set("Value"), "[FORMERFOLDER]");
        // What a command line says has the last word.
        assert_eq!(set("Condition"), "FORMERFOLDER AND NOT INSTALLFOLDER");
    }
}

/// Identities differ between products, architectures and components, and follow from the provider's UID alone.
#[test]
fn identities_are_stable_and_unique() {
    let mut seen = BTreeSet::new();
    let mut count = 0;
    for (spec, text) in sources() {
        let defined = |line: &&str| line.contains("<?define") && !line.contains(" Architecture ");
        for line in text.lines().filter(defined) {
            let guid = line.split('"').nth(1).unwrap();
            assert!(Guid::parse(guid).is_some(), "{guid}");
            seen.insert(guid.to_owned());
            count += 1;
        }
        let mut renamed = spec.clone();
        renamed.provider.display_name.push_str(" 2");
        renamed.provider.vendor.push_str(" AG");
        renamed.provider.version = "9.8.7".to_owned();
        let again = source(&render(&renamed, "").unwrap());
        let defines = |text: &str| -> Vec<String> {
            let lines = text.lines().filter(|line| line.contains("<?define"));
            lines.map(str::to_owned).collect()
        };
        assert_eq!(defines(&text), defines(&again));
    }
    assert_eq!(seen.len(), count);
    assert!(count >= 4 * 2 * 4);
}
