//! The packaged crates carry everything: a program built from them, far from this repository, generates the same bytes.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use walkdir::WalkDir;

use crate::specs::root;

const CRATES: [&str; 6] = [
    "cargo-mapi",
    "mapi-abi",
    "mapi-host",
    "mapi-resource",
    "mapi-setup",
    "mapi-store",
];

#[test]
fn the_packaged_crates_generate_the_same_project() {
    let place = tempfile::tempdir().unwrap();
    // Kept, so that only the first run builds all dependencies.
    let target = root().join("target/generated/package");
    cargo(
        &root(),
        &target,
        &[
            "package",
            "--allow-dirty",
            "--no-verify",
            "--offline",
            "--quiet",
        ],
    );
    let mut patches = Vec::new();
    for name in CRATES {
        let directory = format!("{name}-{}", env!("CARGO_PKG_VERSION"));
        let archive = target.join("package").join(format!("{directory}.crate"));
        let status = Command::new("tar")
            .arg("xzf")
            .arg(archive)
            .current_dir(place.path())
            .status()
            .unwrap();
        assert!(status.success());
        let path = place.path().join(&directory);
        // No workspace around it, as in a registry's directory.
        assert!(path.join("Cargo.toml.orig").exists());
        if name != "cargo-mapi" {
            patches.push(format!("patch.crates-io.{name}.path = {path:?}"));
        }
    }
    let package = place
        .path()
        .join(format!("cargo-mapi-{}", env!("CARGO_PKG_VERSION")));
    let mut arguments = vec![
        "build",
        "--offline",
        "--quiet",
        "--config",
        "profile.dev.debug = false",
    ];
    for patch in &patches {
        arguments.extend(["--config", patch]);
    }
    cargo(&package, &target, &arguments);

    let packaged = target
        .join("debug")
        .join(format!("cargo-mapi{}", std::env::consts::EXE_SUFFIX));
    let ours = new(
        &assert_cmd::cargo::cargo_bin("cargo-mapi"),
        &place.path().join("ours"),
    );
    let theirs = new(&packaged, &place.path().join("theirs"));
    let lacks = |some: &BTreeMap<PathBuf, Vec<u8>>, all: &BTreeMap<PathBuf, Vec<u8>>| {
        all.keys()
            .filter(|path| !some.contains_key(*path))
            .cloned()
            .collect::<Vec<_>>()
    };
    assert_eq!(
        lacks(&theirs, &ours),
        Vec::<PathBuf>::new(),
        "not in the package"
    );
    assert_eq!(
        lacks(&ours, &theirs),
        Vec::<PathBuf>::new(),
        "only in the package"
    );
    for (path, bytes) in &ours {
        assert!(*bytes == theirs[path], "{} differs", path.display());
    }
    println!("{} files are the same", ours.len());
}

fn cargo(directory: &Path, target: &Path, arguments: &[&str]) {
    let mut command = Command::new(env!("CARGO"));
    let output = command
        .args(arguments)
        .current_dir(directory)
        .env("CARGO_TARGET_DIR", target)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success(),
        "cargo {}: {said}",
        arguments.join(" ")
    );
}

/// The files of a new project.
fn new(program: &Path, directory: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut command = Command::new(program);
    command
        .args(["new", "my-provider", "--vcs", "none", "--quiet", "--path"])
        .arg(directory);
    assert!(command.status().unwrap().success());
    WalkDir::new(directory)
        .into_iter()
        .map(Result::unwrap)
        .filter(|entry| entry.file_type().is_file())
        .map(|entry| {
            (
                entry.path().strip_prefix(directory).unwrap().to_owned(),
                fs::read(entry.path()).unwrap(),
            )
        })
        .collect()
}
