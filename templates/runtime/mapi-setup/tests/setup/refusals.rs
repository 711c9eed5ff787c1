//! What is refused, and in which words.

use std::fs;

use mapi_store::entry::registration::Architecture;
use mapi_store::entry::registration::registry::{Registry, Root, Value, View};

use crate::bench::{Bench, HKLM, dll};

/// Both DLLs have one name.
#[test]
fn two_architectures_do_not_share_a_directory() {
    let bench = Bench::new();
    bench.setup(&["install"]).done();
    let installed = bench.everything();
    let (x86, inf) = (bench.path("x86.dll"), bench.path("x86.inf"));
    fs::write(&x86, dll(Architecture::X86, "x86")).unwrap();
    fs::write(&inf, "[Services]\r\n").unwrap();
    let location = bench.installed("").display().to_string();
    let (dll, inf) = (x86.display().to_string(), inf.display().to_string());
    let arguments = [
        "install",
        "--arch",
        "x86",
        "--dll",
        &dll,
        "--inf",
        &inf,
        "--location",
        &location,
    ];
    bench
        .setup(&arguments)
        .refused(&["has the DLL for x64", "--location"]);
    fs::remove_file(&x86).unwrap();
    fs::remove_file(inf).unwrap();
    assert_eq!(bench.everything(), installed);
}

#[test]
fn a_profile_that_uses_the_service_keeps_it() {
    const SID: &str = "S-1-5-21-1-2-3-1001";
    const PROFILES: &str = r"Software\Microsoft\Office\16.0\Outlook\Profiles";
    let bench = Bench::new();
    let before = bench.everything();
    bench.setup(&["install"]).done();
    let write = |root, key: &str, name: &str, value: Value| {
        bench
            .registry
            .write(root, View::Registry64, key, name, &value)
            .unwrap();
    };
    let utf_16 = |text: &str| {
        let units = text.encode_utf16().chain([0]);
        Value::Binary(units.flat_map(u16::to_le_bytes).collect())
    };
    let section = |sid: &str, place: &str, profile: &str| {
        format!(r"{sid}\{place}\{profile}\0a0d020000000000c000000000000046")
    };
    write(
        HKLM,
        &format!(r"SOFTWARE\Microsoft\Windows NT\CurrentVersion\ProfileList\{SID}"),
        "ProfileImagePath",
        Value::Expandable(r"C:\Users\kim".to_owned()),
    );
    // By the service's name, in both widths and kinds, and by the DLL's.
    write(
        Root::Users,
        &section(SID, PROFILES, "Work"),
        "001f3d09",
        utf_16("contoso_archive"),
    );
    write(
        Root::Users,
        &section(SID, PROFILES, "Old"),
        "001e3d09",
        Value::Text("CONTOSO_ARCHIVE".to_owned()),
    );
    let nt = r"Software\Microsoft\Windows NT\CurrentVersion\Windows Messaging Subsystem\Profiles";
    write(
        Root::Users,
        &section("S-1-5-21-9", nt, "Ancient"),
        "001e300a",
        Value::Binary(b"C:\\x\\CTSARC.DLL\0".to_vec()),
    );
    // Neither another service nor another property.
    write(
        Root::Users,
        &section(SID, PROFILES, "Other"),
        "001f3d09",
        utf_16("MSEMS"),
    );
    write(
        Root::Users,
        &section(SID, PROFILES, "Named so"),
        "001f3001",
        utf_16("CONTOSO_ARCHIVE"),
    );
    write(
        Root::CurrentUser,
        &format!(r"{PROFILES}\Mine\x"),
        "001f3d0a",
        Value::Text("ctsarc.dll".to_owned()),
    );
    write(
        Root::CurrentUser,
        &format!(r"{PROFILES}\Work\x"),
        "001f3d0a",
        Value::Text("ctsarc.dll".to_owned()),
    );

    let installed = bench.everything();
    let ran = bench.setup(&["uninstall"]).refused(&[
        "\"Work\" of kim (Outlook 16.0)",
        "\"Old\" of kim",
        "\"Ancient\" of S-1-5-21-9",
        "\"Mine\" of the current user",
        "--force",
        "Nothing was changed",
    ]);
    for absent in ["Other", "Named so", "\"Work\" of the current user"] {
        assert!(!ran.errors.contains(absent), "{}", ran.errors);
    }
    assert_eq!(bench.everything(), installed);
    let status = bench.setup(&["status", "--json"]).done().json();
    assert_eq!(status["profiles"].as_array().unwrap().len(), 4);
    assert_eq!(status["profiles"][0]["user"], "S-1-5-21-9");
    assert!(
        bench
            .setup(&["status"])
            .done()
            .out
            .contains("in use by profile \"Work\"")
    );

    bench.setup(&["uninstall", "--force"]).done();
    assert_eq!(bench.everything().files, before.files);
}

#[test]
fn a_dll_of_the_other_architecture_is_named() {
    let bench = Bench::new();
    bench.package(Architecture::X86, "x86");
    let before = bench.everything();
    bench
        .setup(&["install"])
        .refused(&["(x64)", "(x86)", "install the x64 package"]);
    bench
        .setup(&["install", "--arch", "x64"])
        .refused(&["ctsarc32.dll is made for x86, not for x64"]);
    assert_eq!(bench.everything(), before);
}

#[test]
fn without_outlook_every_place_is_named() {
    let bench = Bench::without_office();
    let before = bench.everything();
    bench
        .setup(&["install"])
        .refused(&[r"HKLM\SOFTWARE\Microsoft\Office\ClickToRun", "--inf"]);
    assert_eq!(bench.setup(&["status"]).code, 1);
    assert_eq!(bench.everything(), before);
    bench.setup(&["uninstall"]).done();
}

#[test]
fn everything_that_is_wrong_is_said_at_once() {
    let bench = Bench::without_office();
    fs::remove_file(bench.path("package/ctsarc32.dll")).unwrap();
    let periods = bench.path("a.b").display().to_string();
    bench.setup(&["install", "--location", &periods]).refused(&[
        "the DLL is in none of",
        "no MAPISVC.INF of a",
        "period",
    ]);
}

#[test]
fn without_rights_nothing_is_begun() {
    let bench = Bench::new();
    bench.registry.deny(HKLM, View::Registry64, "SOFTWARE");
    let before = bench.everything();
    bench
        .setup(&["install"])
        .refused(&["administrator", "Nothing was changed"]);
    assert_eq!(bench.everything(), before);
    bench.setup(&["install", "--dry-run"]).done();
}

#[test]
fn a_step_that_fails_takes_back_those_before_it() {
    for denied in [
        r"SOFTWARE\Microsoft\Windows\CurrentVersion\Uninstall",
        r"SOFTWARE\Contoso",
        r"SOFTWARE\Microsoft\Windows\Windows Search",
    ] {
        let bench = Bench::new();
        let before = bench.everything();
        bench.registry.deny(HKLM, View::Registry64, denied);
        bench.setup(&["install"]).refused(&[denied]);
        assert_eq!(bench.everything(), before, "{denied}");

        let bench = Bench::new();
        bench.setup(&["install"]).done();
        let installed = bench.everything();
        bench.registry.deny(HKLM, View::Registry64, denied);
        bench.setup(&["uninstall"]).refused(&[denied]);
        assert_eq!(bench.everything(), installed, "{denied}");
    }
}

#[test]
fn what_is_installed_elsewhere_is_not_installed_twice() {
    let bench = Bench::new();
    bench.setup(&["install"]).done();
    let other = bench.path("Other").display().to_string();
    bench
        .setup(&["install", "--location", &other])
        .refused(&["is installed in", "uninstall it first"]);
}

#[test]
fn nothing_is_repaired_that_is_not_installed() {
    Bench::new()
        .setup(&["repair"])
        .refused(&["is not installed", "use install"]);
}

#[test]
fn a_wrong_command_line_is_told_apart() {
    let bench = Bench::new();
    for arguments in [
        &[][..],
        &["remove"],
        &["install", "--arch", "arm64"],
        &["status", "--json", "--quiet"],
    ] {
        let ran = bench.setup(arguments);
        assert_eq!(ran.code, 2, "{arguments:?}");
        assert!(ran.out.is_empty() && !ran.errors.is_empty());
    }
    let ran = bench.setup(&["--version"]).done();
    assert!(ran.out.contains("1.4.0"));
}
