//! What travels with the generator as it stands: the runtime's sources and the versions of Cargo.lock.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use cargo_mapi::render::{CARGO_LOCK, render, setup_package};
use walkdir::WalkDir;

use crate::specs::{hostile, root, write};

/// include_dir does not notice new files until something else in the crate changes; then this fails.
#[test]
fn the_runtime_is_carried_as_it_is_on_disk() {
    let files = render(&hostile(0), "").unwrap();
    let carried: BTreeMap<String, Vec<u8>> = (files.iter())
        .filter_map(|(path, file)| {
            Some((
                path.strip_prefix("runtime/")?.to_owned(),
                file.bytes.to_vec(),
            ))
        })
        .collect();
    let runtime = root().join("templates/runtime");
    let on_disk: BTreeMap<String, Vec<u8>> = WalkDir::new(&runtime)
        .into_iter()
        .map(Result::unwrap)
        .filter(|entry| entry.file_type().is_file())
        .map(|entry| {
            (
                slashed(entry.path().strip_prefix(&runtime).unwrap()),
                fs::read(entry.path()).unwrap(),
            )
        })
        .collect();
    let names = |files: &BTreeMap<String, Vec<u8>>| files.keys().cloned().collect::<Vec<_>>();
    assert_eq!(
        names(&carried),
        names(&on_disk),
        "touch templates/runtime/*/src/lib.rs and build again"
    );
    for (path, bytes) in &on_disk {
        assert!(&carried[path] == bytes, "{path} differs");
    }
    println!("{} files of the runtime", carried.len());
}

fn slashed(path: &Path) -> String {
    path.iter()
        .map(|part| part.to_str().unwrap())
        .collect::<Vec<_>>()
        .join("/")
}

/// The carried lock is what cargo makes of this repository's for a generated project. `SNAPSHOTS=overwrite` updates it.
#[test]
fn cargo_lock_is_in_step() {
    let directory = tempfile::tempdir().unwrap();
    let spec = hostile(0);
    write(&render(&spec, "").unwrap(), directory.path());
    let lock = directory.path().join("Cargo.lock");
    fs::copy(root().join("Cargo.lock"), &lock).unwrap();
    let output = Command::new(env!("CARGO"))
        .args(["update", "--workspace", "--offline"])
        .current_dir(directory.path())
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let names = [
        spec.provider.name.clone(),
        setup_package(&spec.provider.name),
    ]
    .map(|name| format!("name = \"{name}\""));
    let made = fs::read_to_string(&lock).unwrap();
    let is_own = |part: &&str| {
        !part
            .lines()
            .any(|line| names.iter().any(|name| line == name))
    };
    let expected = made
        .trim_end()
        .split("\n\n")
        .filter(is_own)
        .collect::<Vec<_>>()
        .join("\n\n")
        + "\n";
    if CARGO_LOCK == expected {
        return;
    }
    let path = root().join("templates/provider/Cargo.lock");
    if std::env::var("SNAPSHOTS").as_deref() == Ok("overwrite") {
        fs::write(&path, expected).unwrap();
    } else {
        panic!(
            "{} is out of step: run SNAPSHOTS=overwrite cargo test",
            path.display()
        );
    }
}
