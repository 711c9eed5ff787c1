//! What is rendered for every example, file by file. `SNAPSHOTS=overwrite cargo test` takes what is there as right.
//!
//! The runtime and what is copied as it stands are compared with their sources instead, and the lock files with what
//! they are about.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use cargo_mapi::files::FileSet;
use cargo_mapi::render::{LOCK_FILE, render};
use snapbox::{Assert, Data};
use walkdir::WalkDir;

use crate::specs::{default_spec, examples, load, root};

/// The examples and the default, rendered.
fn projects() -> Vec<(String, FileSet)> {
    let mut projects = Vec::new();
    let (spec, provider_toml) = default_spec("my-provider");
    projects.push(("default".to_owned(), render(&spec, &provider_toml).unwrap()));
    for (name, path) in examples() {
        let (spec, provider_toml) = load(&path);
        projects.push((name, render(&spec, &provider_toml).unwrap()));
    }
    projects
}

#[test]
fn every_example_renders_as_before() {
    let assert = Assert::new().action_env("SNAPSHOTS");
    let overwrite = std::env::var("SNAPSHOTS").as_deref() == Ok("overwrite");
    let mut count = 0;
    for (name, files) in projects() {
        let directory = root().join("tests/it/snapshots").join(&name);
        let mut list = String::new();
        let mut expected: BTreeSet<String> = ["files.txt".to_owned()].into();
        for (path, file) in files
            .iter()
            .filter(|(path, _)| !path.starts_with("runtime/"))
        {
            list.push_str(&format!("{path}\n"));
            if let Some(source) = copied_from(path) {
                assert!(
                    fs::read(source).unwrap() == *file.bytes,
                    "{path} is not a copy"
                );
            } else if path != LOCK_FILE && path != "Cargo.lock" {
                assert.eq(
                    readable(&file.bytes),
                    Data::read_from(&directory.join(path), None),
                );
                expected.insert(path.to_owned());
                count += 1;
            }
        }
        assert.eq(list, Data::read_from(&directory.join("files.txt"), None));
        for entry in WalkDir::new(&directory).into_iter().map(Result::unwrap) {
            let path = entry
                .path()
                .strip_prefix(&directory)
                .unwrap()
                .to_str()
                .unwrap()
                .replace('\\', "/");
            if entry.file_type().is_file() && !expected.contains(&path) {
                assert!(
                    overwrite,
                    "nothing renders to the snapshot {}",
                    entry.path().display()
                );
                fs::remove_file(entry.path()).unwrap();
            }
        }
    }
    println!("{count} files compared");
}

/// The template that a file is a copy of, but for line ends that Windows wants.
fn copied_from(path: &str) -> Option<std::path::PathBuf> {
    let source = root().join("templates/provider").join(path);
    let is_converted = [".cmd", ".inf", ".ps1", ".reg"]
        .iter()
        .any(|ending| path.ends_with(ending));
    (source.is_file() && !is_converted && path != "Cargo.lock").then_some(source)
}

/// The text, whatever its encoding.
fn readable(bytes: &[u8]) -> String {
    let text = match bytes {
        [0xff, 0xfe, rest @ ..] => {
            let units: Vec<u16> = rest
                .chunks(2)
                .map(|pair| u16::from_le_bytes([pair[0], pair[1]]))
                .collect();
            String::from_utf16(&units).unwrap()
        }
        [0xef, 0xbb, 0xbf, rest @ ..] => String::from_utf8(rest.to_vec()).unwrap(),
        bytes => String::from_utf8(bytes.to_vec()).unwrap(),
    };
    text.replace("\r\n", "\n")
}

#[test]
fn rendering_twice_gives_the_same_bytes() {
    for ((name, first), (_, second)) in projects().into_iter().zip(projects()) {
        assert!(first == second, "{name}");
    }
}

#[test]
fn the_lock_file_lists_every_file_with_its_hash() {
    use sha2::{Digest, Sha256};

    for (name, files) in projects() {
        let text = String::from_utf8(files.get(LOCK_FILE).unwrap().bytes.to_vec()).unwrap();
        let lock: toml::Table = text.parse().unwrap();
        assert_eq!(lock["generator"].as_str(), Some(env!("CARGO_PKG_VERSION")));
        let mut listed = BTreeMap::new();
        for table in ["generated", "team"] {
            for (path, hash) in lock[table].as_table().unwrap() {
                assert!(
                    listed
                        .insert(path.clone(), hash.as_str().unwrap().to_owned())
                        .is_none()
                );
            }
        }
        let made: BTreeMap<String, String> = (files.iter())
            .filter(|(path, _)| *path != LOCK_FILE)
            .map(|(path, file)| {
                (
                    path.to_owned(),
                    Sha256::digest(&file.bytes)
                        .iter()
                        .map(|byte| format!("{byte:02x}"))
                        .collect(),
                )
            })
            .collect();
        assert!(listed == made, "{name}");
    }
}

/// Paths that every system can have: Windows names, not too long, none twice when case does not count.
#[test]
fn paths_suit_every_system() {
    for (name, files) in projects() {
        let mut seen = BTreeSet::new();
        for (path, _) in files.iter() {
            assert!(seen.insert(path.to_lowercase()), "{name}: {path} twice");
            assert!(path.len() < 120, "{name}: {path} is long");
            for part in Path::new(path).iter().map(|part| part.to_str().unwrap()) {
                let stem = part.split('.').next().unwrap().to_ascii_lowercase();
                assert!(
                    !["con", "prn", "aux", "nul", "com1", "lpt1"].contains(&stem.as_str()),
                    "{path}"
                );
                assert!(!part.ends_with(['.', ' ']) && part.is_ascii(), "{path}");
                assert!(
                    !part.contains(['<', '>', ':', '"', '|', '?', '*', '\\']),
                    "{path}"
                );
            }
        }
    }
}
