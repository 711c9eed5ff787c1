//! Whole projects from hostile texts, read back by the languages' own readers.

use std::fs;
use std::path::Path;
use std::process::Command;

use cargo_mapi::files::FileSet;
use cargo_mapi::render::render;

use cargo_mapi::spec::{Folder, NamedProperty, PropertyName, Setting, SettingKind, SettingValue};

use crate::specs::{HOSTILE, hostile};

fn project(turn: usize) -> FileSet {
    render(&hostile(turn), "").unwrap()
}

fn text(files: &FileSet, path: &str) -> String {
    String::from_utf8(
        files
            .get(path)
            .unwrap_or_else(|| panic!("no {path}"))
            .bytes
            .to_vec(),
    )
    .unwrap()
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
