//! The licence texts of what ships.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use spdx::{Expression, ParseMode};

use super::archive::Files;
use super::components::Component;
use super::error::Error;
use crate::io_failure::named;

/// Beginnings of names of files with licences, in capitals.
const NAMES: [&str; 4] = ["LICENSE", "LICENCE", "COPYING", "UNLICENSE"];

/// Beginnings of names of files that belong to a licence and are none, in capitals.
const BESIDE: [&str; 2] = ["COPYRIGHT", "NOTICE"];

/// Larger than any licence; what is larger is something else.
const LARGEST: u64 = 1 << 20;

/// The standard library and the runtime parts of it, which end in every Rust program.
const STANDARD_LIBRARY: (&str, &str) = ("rust-standard-library", "MIT OR Apache-2.0");

/// The texts, and what has none.
#[derive(Debug, Default)]
pub(super) struct Licenses {
    /// Below the directory of licences, by path.
    pub files: Files,
    /// Packages without a text: name, version, and the expression if there is one.
    pub missing: Vec<String>,
}

/// Collects the texts of all components: the files that a package brings, else the standard texts of its SPDX expression.
/// The provider and its setup program are left out, as nobody needs a licence to one's own.
pub(super) fn collect(components: &[Component]) -> Result<Licenses, Error> {
    let mut licenses = Licenses::default();
    let mut list = String::from(
        "What is in the DLL and the setup program, under which licence, and where its text lies.\n\n",
    );
    let standard = |name: &str, license: &str, list: &mut String, files: &mut Files| {
        let texts = standard_texts(license);
        for (id, text) in &texts {
            files.insert(format!("{name}/{id}.txt"), text.as_bytes().to_vec());
            writeln!(list, "    {name}/{id}.txt (the standard text)")
                .expect("writing to a string succeeds");
        }
        !texts.is_empty()
    };
    for component in components {
        if component.is_root {
            continue;
        }
        let name = format!("{}-{}", component.name, component.version);
        let license = if component.license.is_empty() {
            "no SPDX expression"
        } else {
            &component.license
        };
        writeln!(list, "{} {}: {license}", component.name, component.version)
            .expect("writing to a string succeeds");
        let (brought, has_license) = brought(component)?;
        for (path, bytes) in &brought {
            writeln!(list, "    {name}/{path}").expect("writing to a string succeeds");
            licenses
                .files
                .insert(format!("{name}/{path}"), bytes.clone());
        }
        if !has_license && !standard(&name, &component.license, &mut list, &mut licenses.files) {
            list.push_str("    no text was found\n");
            licenses.missing.push(format!(
                "{} {} ({license})",
                component.name, component.version
            ));
        }
    }
    let (name, license) = STANDARD_LIBRARY;
    writeln!(list, "Rust's standard library: {license}").expect("writing to a string succeeds");
    standard(name, license, &mut list, &mut licenses.files);
    let all = together(&list, &licenses.files);
    licenses.files.insert("all.txt".to_owned(), all);
    licenses
        .files
        .insert("index.txt".to_owned(), list.into_bytes());
    Ok(licenses)
}

/// Everything in one file, for an installer that lays down as few as possible.
fn together(list: &str, files: &Files) -> Vec<u8> {
    let mut text = list.as_bytes().to_vec();
    for (path, bytes) in files {
        text.extend_from_slice(format!("\n\n==== {path} ====\n\n").as_bytes());
        text.extend_from_slice(bytes);
    }
    text
}

/// The files with licences that a package brings, by name: in its directory, in one called LICENSES, and the one that its
/// manifest names. Whether a licence is among them: notices and names of authors are none.
fn brought(component: &Component) -> Result<(Files, bool), Error> {
    let mut files = Files::new();
    let mut has_license = false;
    let directory = &component.directory;
    let mut open = vec![directory.clone(), directory.join("LICENSES")];
    if let Some(path) = &component.license_file {
        has_license |= read(path, &mut files)?;
    }
    while let Some(directory) = open.pop() {
        let Ok(entries) = fs::read_dir(&directory) else {
            continue;
        };
        let is_special = directory.ends_with("LICENSES");
        let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
        paths.sort();
        for path in paths {
            let name = path
                .file_name()
                .map(|name| name.to_string_lossy().to_uppercase());
            let starts_with = |starts: &[&str]| {
                (name.as_deref()).is_some_and(|name| {
                    starts.iter().any(|start| name.starts_with(start)) && !name.ends_with(".RS")
                })
            };
            let is_license = is_special || starts_with(&NAMES);
            if (is_license || starts_with(&BESIDE)) && path.is_file() {
                has_license |= read(&path, &mut files)? && is_license;
            }
        }
    }
    Ok((files, has_license))
}

/// Whether the file was taken.
fn read(path: &Path, files: &mut Files) -> Result<bool, Error> {
    let metadata = named(fs::metadata(path), "read", path)?;
    let name = path
        .file_name()
        .map(|name| name.to_string_lossy().into_owned());
    if let Some(name) = name
        && metadata.len() <= LARGEST
    {
        files.insert(name, named(fs::read(path), "read", path)?);
        return Ok(true);
    }
    Ok(false)
}

/// The texts of the licences and exceptions in an SPDX expression, by identifier; none when the list of SPDX lacks one.
fn standard_texts(license: &str) -> Vec<(&'static str, &'static str)> {
    let Ok(expression) = Expression::parse_mode(license, ParseMode::LAX) else {
        return Vec::new();
    };
    let mut seen = BTreeSet::new();
    let mut texts = Vec::new();
    for requirement in expression.requirements() {
        let Some(id) = requirement.req.license.id() else {
            return Vec::new();
        };
        if seen.insert(id.name) {
            texts.push((id.name, id.text()));
        }
        match &requirement.req.addition {
            None => {}
            Some(addition) => match addition.id() {
                Some(id) if seen.insert(id.name) => texts.push((id.name, id.text())),
                Some(_) => {}
                None => return Vec::new(),
            },
        }
    }
    texts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::package::components::Origin;

    fn component(name: &str, license: &str, directory: &Path) -> Component {
        Component {
            name: name.to_owned(),
            version: "1.0.0".to_owned(),
            description: String::new(),
            license: license.to_owned(),
            license_file: None,
            directory: directory.to_owned(),
            origin: Origin::CratesIo,
            is_root: name == "mine",
            checksum: String::new(),
            dependencies: Vec::new(),
        }
    }

    #[test]
    fn texts_come_from_the_package_else_from_spdx_else_they_are_missing() {
        let place = tempfile::tempdir().unwrap();
        let directory = |name: &str| {
            let path = place.path().join(name);
            fs::create_dir(&path).unwrap();
            path
        };
        let brings = directory("brings");
        fs::write(brings.join("LICENSE-MIT"), "mit").unwrap();
        fs::write(brings.join("Licence.md"), [0xff, 0xfe]).unwrap();
        fs::write(brings.join("license.rs"), "fn code() {}").unwrap();
        fs::write(brings.join("README.md"), "no").unwrap();
        fs::create_dir(brings.join("LICENSES")).unwrap();
        fs::write(brings.join("LICENSES/OFL-1.1.txt"), "ofl").unwrap();
        fs::write(brings.join("terms.txt"), "named").unwrap();
        let mut brings = component("brings", "", &brings);
        brings.license_file = Some(brings.directory.join("terms.txt"));
        let components = [
            brings,
            component(
                "by-id",
                "MIT/Apache-2.0 WITH LLVM-exception",
                &directory("by-id"),
            ),
            component("mine", "", &directory("mine")),
            component("odd", "LicenseRef-odd", &directory("odd")),
            component("silent", "", &directory("silent")),
        ];
        let licenses = collect(&components).unwrap();
        let paths: Vec<&str> = licenses.files.keys().map(String::as_str).collect();
        assert_eq!(
            paths,
            [
                "all.txt",
                "brings-1.0.0/LICENSE-MIT",
                "brings-1.0.0/Licence.md",
                "brings-1.0.0/OFL-1.1.txt",
                "brings-1.0.0/terms.txt",
                "by-id-1.0.0/Apache-2.0.txt",
                "by-id-1.0.0/LLVM-exception.txt",
                "by-id-1.0.0/MIT.txt",
                "index.txt",
                "rust-standard-library/Apache-2.0.txt",
                "rust-standard-library/MIT.txt",
            ]
        );
        assert_eq!(
            licenses.missing,
            [
                "odd 1.0.0 (LicenseRef-odd)",
                "silent 1.0.0 (no SPDX expression)"
            ]
        );
        assert_eq!(licenses.files["brings-1.0.0/Licence.md"], [0xff, 0xfe]);
        let mit = String::from_utf8(licenses.files["by-id-1.0.0/MIT.txt"].clone()).unwrap();
        assert!(mit.contains("Permission is hereby granted, free of charge"));
        let index = String::from_utf8(licenses.files["index.txt"].clone()).unwrap();
        for path in paths.iter().filter(|path| path.contains('/')) {
            assert!(index.contains(path), "{path} is not in {index}");
        }
        assert!(index.contains("no text was found"));
    }

    /// A dependency that has the provider's name, or its setup program's, is not the project's own.
    #[test]
    fn a_name_makes_nothing_ones_own() {
        let place = tempfile::tempdir().unwrap();
        let mut twin = component("mine", "MIT", place.path());
        twin.is_root = false;
        let licenses = collect(&[component("mine", "", place.path()), twin]).unwrap();
        assert!(licenses.files.contains_key("mine-1.0.0/MIT.txt"));
        assert!(licenses.missing.is_empty());
    }

    #[test]
    fn notices_and_authors_are_no_licence() {
        let place = tempfile::tempdir().unwrap();
        fs::write(place.path().join("NOTICE"), "see the licence").unwrap();
        fs::write(place.path().join("COPYRIGHT.md"), "somebody").unwrap();
        let components = [
            component("known", "MIT", place.path()),
            component("unknown", "LicenseRef-odd", place.path()),
        ];
        let licenses = collect(&components).unwrap();
        for path in ["NOTICE", "COPYRIGHT.md", "MIT.txt"] {
            let path = format!("known-1.0.0/{path}");
            assert!(licenses.files.contains_key(&path), "{path}");
        }
        assert!(licenses.files.contains_key("unknown-1.0.0/NOTICE"));
        assert_eq!(licenses.missing, ["unknown 1.0.0 (LicenseRef-odd)"]);
    }
}
