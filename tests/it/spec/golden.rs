//! Diagnostics as people see them: every `golden/*.toml` is drawn as the file `.txt` beside it.
//!
//! `SNAPSHOTS=overwrite cargo test` rewrites the expectations; a line `#! --set KEY=VALUE` in a spec is an argument.

use std::path::PathBuf;

use cargo_mapi::spec::{Override, diagnostics, load};
use snapbox::{Assert, Data};

fn directory() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/it/spec/golden")
}

fn files(extension: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(directory())
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let mut files: Vec<PathBuf> = entries
        .filter(|path| path.extension().is_some_and(|found| found == extension))
        .collect();
    files.sort();
    files
}

#[test]
fn diagnostics_look_like_rustcs() {
    let specs = files("toml");
    assert!(specs.len() >= 12);
    let assert = Assert::new().action_env("SNAPSHOTS");
    for path in &specs {
        let text = std::fs::read_to_string(path).unwrap();
        let sets = text
            .lines()
            .filter_map(|line| line.strip_prefix("#! --set "));
        let overrides: Vec<Override> = sets.map(Override::set).collect();
        let loaded = load(
            path.file_name().unwrap().to_str().unwrap(),
            &text,
            &overrides,
        );
        let drawn = diagnostics::render(&loaded.findings, &loaded.sources, false);
        assert.eq(
            Data::text(drawn).raw(),
            Data::read_from(&path.with_extension("txt"), None).raw(),
        );
    }
}

#[test]
fn no_expectation_is_left_over() {
    for path in files("txt") {
        assert!(
            path.with_extension("toml").exists(),
            "{} has no spec",
            path.display()
        );
    }
}

#[test]
fn colour_adds_escapes_only() {
    let loaded = load(
        "provider.toml",
        "spec-version = 3\n[provider]\nname = 'fn'\n",
        &[],
    );
    let plain = diagnostics::render(&loaded.findings, &loaded.sources, false);
    let coloured = diagnostics::render(&loaded.findings, &loaded.sources, true);
    assert!(coloured.contains("\u{1b}["));
    let mut stripped = String::new();
    let mut rest = coloured.as_str();
    while let Some(start) = rest.find("\u{1b}[") {
        stripped.push_str(&rest[..start]);
        let end = rest[start..].find('m').unwrap();
        rest = &rest[start + end + 1..];
    }
    stripped.push_str(rest);
    assert_eq!(stripped, plain);
}
