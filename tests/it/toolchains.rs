//! What is generated builds with MSVC as with MinGW: nothing in it is for one linker alone, but under a condition that says so.
//!
//! `tests/windows/msvc` has the compiler check the same; linker arguments and libraries pass it unseen.

use std::fs;

use walkdir::WalkDir;

use crate::specs::root;

/// Arguments of GNU's linker, and its targets.
const GNU: &[&str] = &[
    "-Wl,",
    "-lgcc",
    "-static-lib",
    "--exclude-libs",
    "--kill-at",
    "windows-gnu",
];

/// Arguments of MSVC's linker.
const MSVC: &[&str] = &[
    "/DEF:",
    "/EXPORT:",
    "/NODEFAULTLIB",
    "/DEFAULTLIB",
    "/MANIFEST",
    "/DYNAMICBASE",
    "/NXCOMPAT",
];

/// Import libraries of Windows that both toolchains bring.
const SYSTEM: &[&str] = &["advapi32", "kernel32", "ole32", "shell32", "user32"];

/// What is meant for one linker alone, or linked from where only one has it.
fn complaints(source: &str) -> Vec<String> {
    let mut complaints = Vec::new();
    let has_condition = ["target_env", "CARGO_CFG_TARGET_ENV"]
        .iter()
        .any(|condition| source.contains(condition));
    for word in GNU.iter().chain(MSVC) {
        if source.contains(word) && !has_condition {
            complaints.push(format!(
                "`{word}` without a condition on the environment of the target"
            ));
        }
    }
    for (at, _) in source.match_indices("#[link(") {
        let attribute = source[at..].lines().next().unwrap_or_default();
        let known = SYSTEM
            .iter()
            .any(|library| attribute == format!("#[link(name = \"{library}\")]"));
        if !known {
            complaints.push(format!("`{attribute}` is not one of Windows' libraries"));
        }
    }
    if source.contains("rustc-link-lib") {
        complaints.push("a build script links a library".to_owned());
    }
    complaints
}

#[test]
fn nothing_that_is_generated_is_for_one_toolchain_alone() {
    let mut files = 0;
    let mut found = Vec::new();
    for entry in WalkDir::new(root().join("templates")) {
        let entry = entry.unwrap();
        if !entry.file_type().is_file() {
            continue;
        }
        // Sample mail is in any encoding.
        let Ok(source) = String::from_utf8(fs::read(entry.path()).unwrap()) else {
            continue;
        };
        files += 1;
        let name = entry.path().strip_prefix(root()).unwrap().display();
        let complaints = complaints(&source);
        found.extend(
            complaints
                .iter()
                .map(|complaint| format!("{name}: {complaint}")),
        );
    }
    assert!(files > 200, "{files} files");
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn what_is_for_one_toolchain_is_found() {
    for (source, wrong) in [
        (
            "println!(\"cargo::rustc-cdylib-link-arg=-Wl,--kill-at\");",
            true,
        ),
        (
            "println!(\"cargo::rustc-cdylib-link-arg=/DEF:exports.def\");",
            true,
        ),
        (
            "if env(\"CARGO_CFG_TARGET_ENV\") == \"msvc\" { println!(\"cargo::rustc-cdylib-link-arg=/DEF:exports.def\"); }",
            false,
        ),
        ("#[link(name = \"kernel32\")]", false),
        ("    #[link(name = \"gcc_eh\")]", true),
        ("#[link(name = \"kernel32\", kind = \"static\")]", true),
        ("println!(\"cargo::rustc-link-lib=stdc++\");", true),
    ] {
        assert_eq!(!complaints(source).is_empty(), wrong, "{source}");
    }
}
