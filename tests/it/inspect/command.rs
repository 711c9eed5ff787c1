//! `cargo mapi inspect`, as users start it.

use std::fs;

use assert_cmd::Command;
use tempfile::TempDir;

use super::Image;

fn run(directory: &TempDir, arguments: &[&str]) -> assert_cmd::assert::Assert {
    let mut command = Command::cargo_bin("cargo-mapi").unwrap();
    command
        .arg("inspect")
        .args(arguments)
        .current_dir(directory.path());
    command.assert()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// A directory with a good DLL, and the spec that it was made from.
fn place() -> TempDir {
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join("good.dll"), Image::good().bytes()).unwrap();
    let spec = "spec-version = 1\n\
        [provider]\nname = \"contos\"\nvendor = \"Contoso\"\ndisplay-name = \"Contoso Mail\"\n\
        description = \"Größe \u{1f4ec}\"\nversion = \"1.2.3-beta\"\n";
    fs::write(directory.path().join("provider.toml"), spec).unwrap();
    directory
}

#[test]
fn a_good_dll() {
    let place = place();
    for arguments in [
        &["good.dll"][..],
        &["good.dll", "--project", "."],
        &["good.dll", "--spec", "provider.toml"],
    ] {
        let assert = run(&place, arguments).code(0);
        let output = assert.get_output();
        let table = text(&output.stdout);
        assert!(table.contains("x64 (64-bit)"), "{table}");
        assert!(table.contains("KERNEL32.dll, ntdll.dll"), "{table}");
        let told = text(&output.stderr);
        assert!(told.contains("nothing is wrong"), "{told}");
    }
}

#[test]
fn findings_say_what_why_and_what_to_do() {
    let place = place();
    let mut image = Image::good();
    image.imports.push("libgcc_s_dw2-1.dll");
    image.exports.retain(|(name, _)| *name != "ServiceEntry");
    fs::write(place.path().join("bad.dll"), image.bytes()).unwrap();
    let assert = run(&place, &["bad.dll"]).code(1);
    let told = text(&assert.get_output().stderr);
    for part in [
        "error: bad.dll: the export `ServiceEntry` is missing; MAPI finds the provider by exactly this name",
        "error: bad.dll: it imports `libgcc_s_dw2-1.dll`, which is not part of Windows; Outlook searches system directories",
        "help: link it in: `-C link-arg=-static-libgcc`",
    ] {
        assert!(told.contains(part), "{told}");
    }
}

#[test]
fn json_is_stable() {
    let place = place();
    let assert = run(&place, &["good.dll", "--project", ".", "--json"]).code(0);
    let json: serde_json::Value = serde_json::from_slice(&assert.get_output().stdout).unwrap();
    assert_eq!(json["format"], 1);
    assert_eq!(json["file"], "good.dll");
    assert_eq!(json["findings"], serde_json::json!([]));
    let facts = &json["facts"];
    assert_eq!(facts["kind"], "library");
    assert_eq!(facts["machine"], "x64");
    assert_eq!(
        facts["imports"][0],
        serde_json::json!({"dll": "KERNEL32.dll", "delayed": false, "system": true})
    );
    assert_eq!(
        facts["version"]["file-version"],
        serde_json::json!([1, 2, 3, 0])
    );
    assert_eq!(facts["version"]["strings"]["CompanyName"], "Contoso");
    assert_eq!(facts["dynamic-base"], true);
    let mut keys: Vec<&String> = facts.as_object().unwrap().keys().collect();
    keys.sort();
    assert_eq!(
        keys,
        [
            "damage",
            "debug-sections",
            "dynamic-base",
            "execution-level",
            "exports",
            "high-entropy-va",
            "imports",
            "kind",
            "machine",
            "nx-compatible",
            "relocations",
            "signed",
            "size",
            "stripped-size",
            "symbols",
            "version",
            "writable-code"
        ]
    );

    fs::write(place.path().join("no.dll"), "text").unwrap();
    let assert = run(&place, &["no.dll", "--json"]).code(1);
    let json: serde_json::Value = serde_json::from_slice(&assert.get_output().stdout).unwrap();
    assert_eq!(json["facts"], serde_json::Value::Null);
    assert_eq!(json["findings"][0]["code"], "not-a-program");
}

#[test]
fn what_cannot_be_read() {
    let place = place();
    let assert = run(&place, &["none.dll"]).code(1);
    let told = text(&assert.get_output().stderr);
    assert!(told.contains("could not read `none.dll`"), "{told}");
    run(&place, &["good.dll", "--project", "none"]).code(1);
    run(
        &place,
        &["good.dll", "--project", ".", "--spec", "provider.toml"],
    )
    .code(2);
}
