//! From installation to uninstallation.

use std::fs;
use std::thread;

use mapi_store::entry::registration::registry::{Registry, Root, Value, View};
use mapi_store::entry::registration::{Architecture, Product};

use crate::bench::{Bench, ENTRY, GUID, HKLM, OFFICE, PREFERENCES, PRODUCT, dll};

fn text(text: &str) -> Option<Value> {
    Some(Value::Text(text.to_owned()))
}

#[test]
fn what_is_installed_is_repaired_and_goes_without_a_trace() {
    let bench = Bench::new();
    let inf = bench.inf(Architecture::X64, "1031");
    let before = bench.everything();
    assert_eq!(bench.setup(&["status"]).code, 1);
    assert_eq!(bench.everything(), before);

    bench.setup(&["install"]).done();
    let installed = bench.everything();
    assert_eq!(
        fs::read(bench.installed("ctsarc32.dll")).unwrap(),
        dll(Architecture::X64, "first")
    );
    assert_eq!(
        fs::read(bench.installed("setup.exe")).unwrap(),
        b"the program"
    );
    let has_path =
        |bytes: &[u8]| String::from_utf8_lossy(bytes).contains("Contoso\\Archive\\ctsarc.dll");
    assert!(has_path(&fs::read(&inf).unwrap()));
    assert_eq!(bench.value(PREFERENCES, GUID), Some(Value::Number(1)));
    assert_eq!(bench.value(PRODUCT.log_key, "Level"), text("info"));
    assert_eq!(bench.value(ENTRY, "DisplayVersion"), text("1.4.0"));
    assert_eq!(
        bench.value(ENTRY, "URLInfoAbout"),
        text("https://contoso.example")
    );
    assert_eq!(bench.value(ENTRY, "HelpLink"), None);
    let setup = bench.installed("setup.exe").display().to_string();
    assert_eq!(
        bench.value(ENTRY, "UninstallString"),
        text(&format!("\"{setup}\" uninstall --arch x64"))
    );
    assert_eq!(
        bench.value(ENTRY, "QuietUninstallString"),
        text(&format!("\"{setup}\" uninstall --arch x64 --quiet"))
    );

    bench.setup(&["install"]).done();
    bench.setup(&["repair"]).done();
    assert_eq!(bench.everything(), installed);
    assert!(bench.setup(&["status"]).done().out.contains("Registered."));

    // As an update of Office does it.
    fs::write(&inf, OFFICE).unwrap();
    fs::remove_file(bench.installed("ctsarc32.dll")).unwrap();
    bench
        .registry
        .delete_value(HKLM, View::Registry64, PREFERENCES, GUID)
        .unwrap();
    let status = bench.setup(&["status"]);
    assert_eq!(status.code, 1);
    assert!(status.out.contains("in part"), "{}", status.out);
    bench.setup(&["repair"]).done();
    assert_eq!(bench.everything(), installed);

    bench.setup(&["uninstall"]).done();
    assert_eq!(bench.everything(), before);
    assert!(
        bench
            .setup(&["uninstall"])
            .done()
            .out
            .contains("not installed")
    );
}

#[test]
fn the_installed_program_takes_the_provider_along() {
    let bench = Bench::new();
    let before = bench.everything();
    bench.setup(&["install"]).done();
    let setup = bench.installed("setup.exe");
    bench
        .setup_from(&setup, &PRODUCT, &["status", "--arch", "x64"])
        .done();
    fs::write(
        bench.path("Office/root/VFS/ProgramFilesCommonX64/System/MSMAPI/1033/MAPISVC.INF"),
        OFFICE,
    )
    .unwrap();
    bench.setup_from(&setup, &PRODUCT, &["repair"]).done();
    let ran = bench.setup_from(&setup, &PRODUCT, &["uninstall", "--arch", "x64", "--quiet"]);
    assert_eq!(ran.done().out, "");
    assert_eq!(bench.everything(), before);
}

#[test]
fn a_dry_run_changes_nothing() {
    let bench = Bench::new();
    let before = bench.everything();
    let plan = bench.setup(&["install", "--dry-run"]).done();
    assert!(plan.out.contains("ctsarc32.dll") && plan.out.contains("MAPISVC.INF"));
    assert_eq!(bench.everything(), before);
    bench.setup(&["install"]).done();
    let installed = bench.everything();
    for task in ["install", "repair", "uninstall"] {
        bench.setup(&[task, "--dry-run"]).done();
        assert_eq!(bench.everything(), installed, "{task}");
    }
}

#[test]
fn json_tells_programs_what_text_tells_people() {
    let bench = Bench::new();
    let status = bench.setup(&["status", "--json"]);
    assert_eq!((status.code, status.errors.as_str()), (1, ""));
    assert_eq!(status.json()["registered"], "no");

    let plan = bench
        .setup(&["install", "--dry-run", "--json"])
        .done()
        .json();
    assert_eq!(
        (&plan["dry-run"], &plan["done"]),
        (&true.into(), &false.into())
    );
    let states = |json: &serde_json::Value| -> Vec<String> {
        let items = json["items"].as_array().unwrap();
        assert!(
            items
                .iter()
                .all(|item| item["where"].is_string() && item["what"].is_string())
        );
        items
            .iter()
            .map(|item| item["state"].as_str().unwrap().to_owned())
            .collect()
    };
    assert!(states(&plan).iter().all(|state| state == "missing"));

    let installed = bench.setup(&["install", "--json"]).done().json();
    assert_eq!(installed["done"], true);
    assert_eq!(installed["architecture"], "x64");
    let status = bench.setup(&["status", "--json"]).done().json();
    assert_eq!(status["registered"], "yes");
    assert_eq!(status["outlooks"][0]["architecture"], "x64");
    assert!(states(&status).iter().all(|state| state == "as-wanted"));
    let uninstalled = bench.setup(&["uninstall", "--json"]).done().json();
    assert!(states(&uninstalled).iter().all(|state| state == "present"));
}

#[test]
fn a_named_file_is_the_only_one() {
    let bench = Bench::new();
    let office = fs::read_to_string(bench.inf(Architecture::X64, "1033")).unwrap_or_default();
    let other = bench.path("other.inf");
    fs::write(&other, "[Services]\r\n").unwrap();
    let before = bench.everything();
    let name = other.display().to_string();
    bench.setup(&["install", "--inf", &name]).done();
    assert!(fs::read_to_string(&other).unwrap().contains("ctsarc.dll"));
    assert_eq!(
        fs::read_to_string(
            bench.path("Office/root/VFS/ProgramFilesCommonX64/System/MSMAPI/1033/MAPISVC.INF")
        )
        .unwrap_or_default(),
        office
    );
    // The entry remembers the file.
    bench.setup(&["uninstall"]).done();
    assert_eq!(bench.everything(), before);
}

#[test]
fn a_new_version_takes_the_place_of_the_old_one() {
    let bench = Bench::new();
    let before = bench.everything();
    bench.setup(&["install"]).done();
    // What an administrator wrote, and what a loaded DLL left behind.
    let level = Value::Text("trace".to_owned());
    bench
        .registry
        .write(HKLM, View::Registry64, PRODUCT.log_key, "Level", &level)
        .unwrap();
    fs::write(bench.installed("ctsarc32.dll.old"), "older").unwrap();
    bench.package(Architecture::X64, "second");
    let newer = Product {
        version: "1.5.0",
        ..PRODUCT
    };
    let program = bench.path("package/setup.exe");
    let status = bench.setup_from(&program, &newer, &["status"]);
    assert_eq!(status.code, 1);
    assert!(status.out.contains("different"), "{}", status.out);
    bench.setup_from(&program, &newer, &["install"]).done();
    assert_eq!(bench.value(ENTRY, "DisplayVersion"), text("1.5.0"));
    assert_eq!(bench.value(PRODUCT.log_key, "Level"), Some(level));
    assert_eq!(
        fs::read(bench.installed("ctsarc32.dll")).unwrap(),
        dll(Architecture::X64, "second")
    );
    assert!(!bench.installed("ctsarc32.dll.old").exists());
    bench.setup_from(&program, &newer, &["uninstall"]).done();
    bench.package(Architecture::X64, "first");
    assert_eq!(bench.everything(), before);
}

#[test]
fn two_architectures_share_what_windows_search_knows() {
    let bench = Bench::new();
    bench
        .registry
        .delete_key(
            HKLM,
            View::Registry64,
            r"SOFTWARE\Microsoft\Windows\Windows Search",
        )
        .unwrap();
    let before = bench.everything();
    let x86 = bench.path("x86.dll");
    let inf = bench.path("x86.inf");
    let (x86_name, inf_name) = (x86.display().to_string(), inf.display().to_string());
    let of_x86 = ["--arch", "x86", "--dll", &x86_name, "--inf", &inf_name];
    fs::write(&x86, dll(Architecture::X86, "x86")).unwrap();
    fs::write(&inf, "[Services]\r\n").unwrap();
    bench.setup(&["install"]).done();
    bench.setup(&[&["install"], &of_x86[..]].concat()).done();
    assert!(
        bench
            .path("Program Files (x86)/Contoso/Archive/ctsarc32.dll")
            .is_file()
    );
    let in_32 = |name| {
        let key = ENTRY.replace("x64", "x86");
        bench
            .registry
            .read(HKLM, View::Registry32, &key, name)
            .unwrap()
    };
    assert!(in_32("DisplayName").is_some());
    assert_eq!(
        bench.value(&ENTRY.replace("x64", "x86"), "DisplayName"),
        None
    );
    bench.setup(&["uninstall"]).done();
    assert_eq!(bench.value(PREFERENCES, GUID), Some(Value::Number(1)));
    bench.setup(&["uninstall", "--arch", "x86"]).done();
    fs::remove_file(x86).unwrap();
    fs::remove_file(inf).unwrap();
    assert_eq!(bench.everything(), before);
}

#[test]
fn windows_searchs_policy_comes_first() {
    let policy = r"SOFTWARE\Policies\Microsoft\Windows\Windows Search";
    let bench = Bench::new();
    bench
        .registry
        .create_key(HKLM, View::Registry64, policy)
        .unwrap();
    bench
        .registry
        .create_key(Root::CurrentUser, View::Registry64, PREFERENCES)
        .unwrap();
    let before = bench.everything();
    bench.setup(&["install"]).done();
    assert_eq!(bench.value(policy, GUID), Some(Value::Number(1)));
    assert_eq!(bench.value(PREFERENCES, GUID), None);
    bench.setup(&["uninstall"]).done();
    assert_eq!(bench.everything(), before);
}

#[test]
fn what_others_put_beside_ours_stays() {
    let bench = Bench::new();
    bench.setup(&["install"]).done();
    let note = bench.installed("note.txt");
    fs::write(&note, "theirs").unwrap();
    let theirs = Value::Text("theirs".to_owned());
    bench
        .registry
        .write(
            HKLM,
            View::Registry64,
            r"SOFTWARE\Contoso",
            "Other",
            &theirs,
        )
        .unwrap();
    bench.setup(&["uninstall"]).done();
    assert!(note.is_file());
    assert!(!bench.installed("ctsarc32.dll").exists());
    assert_eq!(bench.value(r"SOFTWARE\Contoso", "Other"), Some(theirs));
    assert_eq!(
        bench
            .registry
            .keys(HKLM, View::Registry64, r"SOFTWARE\Contoso")
            .unwrap(),
        Vec::<String>::new()
    );
}

#[test]
fn installing_at_the_same_time_is_installing_once() {
    let bench = Bench::new();
    let before = bench.everything();
    thread::scope(|scope| {
        for _ in 0..6 {
            scope.spawn(|| {
                let ran = bench.setup(&["install"]);
                assert_eq!(ran.code, 0, "{}", ran.errors);
            });
        }
    });
    let installed = bench.everything();
    bench.setup(&["status"]).done();
    bench.setup(&["uninstall"]).done();
    assert_eq!(bench.everything(), before);
    bench.setup(&["install"]).done();
    assert_eq!(bench.everything(), installed);
}

#[test]
fn an_msi_keeps_its_files_and_its_entry() {
    let bench = Bench::new();
    // As an MSI has laid them down.
    let package = fs::read(bench.path("package/ctsarc32.dll")).unwrap();
    let place = bench.path("Program Files/Elsewhere");
    fs::create_dir(&place).unwrap();
    fs::write(place.join("ctsarc32.dll"), package).unwrap();
    fs::write(place.join("setup.exe"), "the program").unwrap();
    let before = bench.everything();
    let setup = |task| {
        let arguments = [task, "--quiet", "--msi"];
        bench.setup_from(&place.join("setup.exe"), &PRODUCT, &arguments)
    };
    setup("install").done();
    let inf = bench.path("Office/root/VFS/ProgramFilesCommonX64/System/MSMAPI/1033/MAPISVC.INF");
    assert!(String::from_utf8_lossy(&fs::read(inf).unwrap()).contains("Elsewhere\\ctsarc.dll"));
    assert_eq!(bench.value(PREFERENCES, GUID), Some(Value::Number(1)));
    // What an uninstallation has to know is kept where users do not see it.
    assert_eq!(
        bench.value(ENTRY, "SystemComponent"),
        Some(Value::Number(1))
    );
    let installed = bench.everything();
    setup("status").done();
    setup("install").done();
    // The same without being told of the MSI, from wherever the program runs.
    for task in ["status", "repair"] {
        bench.setup(&[task]).done();
    }
    assert_eq!(bench.everything(), installed);
    for task in ["install", "uninstall"] {
        bench.setup(&[task]).refused(&["another installer"]);
    }
    assert_eq!(bench.everything(), installed);
    setup("uninstall").done();
    assert_eq!(bench.everything(), before);
}

#[test]
fn an_msi_does_not_take_over_what_setup_has_installed() {
    let bench = Bench::new();
    bench.setup(&["install"]).done();
    let installed = bench.everything();
    let place = bench.path("Program Files/Elsewhere");
    let package = fs::read(bench.path("package/ctsarc32.dll")).unwrap();
    fs::create_dir(&place).unwrap();
    fs::write(place.join("ctsarc32.dll"), package).unwrap();
    for task in ["install", "repair", "uninstall"] {
        let arguments = [task, "--msi"];
        bench
            .setup_from(&place.join("setup.exe"), &PRODUCT, &arguments)
            .refused(&[
                "was installed by its setup program, in",
                "uninstall it first",
            ]);
    }
    fs::remove_dir_all(&place).unwrap();
    assert_eq!(bench.everything(), installed);
}
