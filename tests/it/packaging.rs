//! `cargo mapi package` as a process, on a generated project and files that were built before; the build itself is the
//! business of `tests/windows`, as it needs a compiler for Windows.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use assert_cmd::Command;
use assert_cmd::assert::Assert;
use object::pe::{IMAGE_FILE_MACHINE_AMD64, IMAGE_FILE_MACHINE_I386};
use sha2::{Digest, Sha256};
use tempfile::TempDir;

use crate::image::Image;

/// A project, and what was built from it, as far as a test wants.
struct Place(TempDir);

impl Place {
    fn new() -> Self {
        let place = Self(tempfile::tempdir().unwrap());
        let mut command = Command::cargo_bin("cargo-mapi").unwrap();
        command
            .args(["new", "my-provider", "--vcs", "none", "--quiet"])
            .current_dir(place.0.path())
            .assert()
            .code(0);
        place
    }

    /// With a DLL and a setup program for both kinds of Outlook.
    fn built() -> Self {
        let place = Self::new();
        for (directory, machine) in [("x64", X64), ("x86", X86)] {
            place.write(
                &format!("built/{directory}/my_provider.dll"),
                &program(machine, true),
            );
            place.write(
                &format!("built/{directory}/setup.exe"),
                &program(machine, false),
            );
        }
        place
    }

    fn path(&self, path: &str) -> PathBuf {
        self.0.path().join(path)
    }

    fn write(&self, path: &str, bytes: &[u8]) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }

    /// Adds lines to the end of provider.toml.
    fn extend_spec(&self, lines: &str) {
        let path = self.path("my-provider/provider.toml");
        let text = fs::read_to_string(&path).unwrap();
        // The section is there already, with comments only.
        let text = text.replace("[packaging]\n", &format!("[packaging]\n{lines}\n"));
        assert!(text.contains(lines));
        fs::write(path, text).unwrap();
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::cargo_bin("cargo-mapi").unwrap();
        for variable in [
            "CARGO_TARGET_DIR",
            "CARGO_UNSTABLE_BUILD_STD",
            "SOURCE_DATE_EPOCH",
            "CLICOLOR_FORCE",
        ] {
            command.env_remove(variable);
        }
        command
            .args(["package", "my-provider"])
            .args(arguments)
            .current_dir(self.0.path());
        command
    }

    /// Packages what was built. The files are not what an inspection likes, so it is overruled.
    fn package(&self, arguments: &[&str]) -> Assert {
        let mut all = vec!["--no-build", "--from", "built", "--force"];
        all.extend(arguments);
        self.command(&all).assert()
    }

    fn zip(&self, architecture: &str) -> PathBuf {
        self.path(&format!(
            "my-provider/target/package/my-provider-0.1.0-{architecture}.zip"
        ))
    }

    /// What is in cargo's directory for packages.
    fn output(&self) -> Vec<String> {
        let Ok(entries) = fs::read_dir(self.path("my-provider/target/package")) else {
            return Vec::new();
        };
        let mut names: Vec<String> = entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }
}

const X64: u16 = IMAGE_FILE_MACHINE_AMD64;
const X86: u16 = IMAGE_FILE_MACHINE_I386;

/// The least that is a Windows program or DLL.
fn program(machine: u16, is_library: bool) -> Vec<u8> {
    Image::bare(machine, is_library).bytes()
}

/// The files of a zip file, by path.
fn unzip(path: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut archive = zip::ZipArchive::new(fs::File::open(path).unwrap()).unwrap();
    let mut files = BTreeMap::new();
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index).unwrap();
        let name = entry.name().unwrap().into_owned();
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).unwrap();
        files.insert(name, bytes);
    }
    files
}

fn hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

fn stderr(assert: &Assert) -> String {
    String::from_utf8(assert.get_output().stderr.clone()).unwrap()
}

fn json(assert: &Assert) -> serde_json::Value {
    serde_json::from_slice(&assert.get_output().stdout).unwrap()
}

#[test]
fn a_package_has_everything_that_ships() {
    let place = Place::built();
    place.write("my-provider/EULA.txt", b"terms");
    place.write("built/x64/my_provider.pdb", b"symbols");
    let assert = place.package(&["--json"]).code(0);
    let report = json(&assert);
    assert_eq!(
        place.output(),
        [
            "my-provider-0.1.0-x64-symbols.zip",
            "my-provider-0.1.0-x64.zip",
            "my-provider-0.1.0-x86.zip"
        ]
    );
    for (index, architecture) in ["x64", "x86"].into_iter().enumerate() {
        let top = format!("my-provider-0.1.0-{architecture}/");
        let files = unzip(&place.zip(architecture));
        let get = |path: &str| &files[&format!("{top}{path}")];
        let machine = if architecture == "x64" { X64 } else { X86 };
        assert_eq!(*get("myprov32.dll"), program(machine, true));
        assert_eq!(*get("setup.exe"), program(machine, false));
        for path in [
            "install.cmd",
            "repair.cmd",
            "uninstall.cmd",
            "mapisvc.inf",
            "indexing.reg",
            "indexing-remove.reg",
            "README.md",
        ] {
            let source = place.path("my-provider/registration").join(path);
            assert_eq!(*get(path), fs::read(source).unwrap(), "{path}");
        }
        assert_eq!(*get("EULA.txt"), b"terms");
        assert!(
            files.keys().all(|path| !path.ends_with(".wxs")),
            "the source of the MSI does not ship"
        );

        // Every file but the sums is in the sums, and they are right.
        let sums = String::from_utf8(get("SHA256SUMS").clone()).unwrap();
        let listed: BTreeMap<&str, &str> = sums
            .lines()
            .map(|line| {
                let (hash, path) = line.split_once("  ").unwrap();
                (path, hash)
            })
            .collect();
        assert_eq!(listed.len(), files.len() - 1);
        for (path, hash) in &listed {
            assert_eq!(hex(get(path)), *hash, "{path}");
        }

        let package = &report["packages"][index];
        assert_eq!(package["architecture"], architecture);
        assert_eq!(package["files"].as_array().unwrap().len(), files.len());
        let zip = fs::read(place.zip(architecture)).unwrap();
        assert_eq!(package["sha256"], hex(&zip));
        assert_eq!(package["bytes"], zip.len());
    }
    let symbols =
        unzip(&place.path("my-provider/target/package/my-provider-0.1.0-x64-symbols.zip"));
    assert_eq!(
        symbols["my-provider-0.1.0-x64-symbols/my_provider.pdb"],
        b"symbols"
    );
    assert!(report["packages"][1]["symbols"].is_null());
}

/// The licence texts and the bill of materials are of what ends in the DLL: SQLite's bindings are, the crates of tests,
/// build scripts and other systems are not.
#[test]
fn licences_and_materials_are_of_what_ships() {
    let place = Place::built();
    place.package(&[]).code(0);
    let files = unzip(&place.zip("x64"));
    let text = |path: &str| {
        let bytes = &files[&format!("my-provider-0.1.0-x64/{path}")];
        String::from_utf8(bytes.clone()).unwrap()
    };
    let index = text("LICENSES/index.txt");
    let sbom: serde_json::Value = serde_json::from_str(&text("sbom.cdx.json")).unwrap();
    let components: Vec<&str> = sbom["components"]
        .as_array()
        .unwrap()
        .iter()
        .map(|component| component["name"].as_str().unwrap())
        .collect();
    for name in ["libsqlite3-sys", "mapi-store", "windows-core"] {
        assert!(components.contains(&name), "no {name} in {components:?}");
        assert!(
            index.contains(&format!("\n{name} ")),
            "no {name} in {index}"
        );
        let start = format!("my-provider-0.1.0-x64/LICENSES/{name}-");
        assert!(files.keys().any(|path| path.starts_with(&start)), "{name}");
    }
    for name in ["mapi-host", "cc", "pkg-config", "libc", "mapi-resource"] {
        assert!(!components.contains(&name), "{name} does not ship");
        assert!(!index.contains(&format!("\n{name} ")), "{name} in {index}");
    }
    assert_eq!(sbom["metadata"]["component"]["name"], "my-provider");
    let parts = sbom["metadata"]["component"]["components"]
        .as_array()
        .unwrap();
    assert_eq!(parts[0]["name"], "myprov32.dll");
    assert_eq!(parts[0]["hashes"][0]["content"], hex(&program(X64, true)));
    // Checksums of Cargo.lock.
    let sqlite = sbom["components"]
        .as_array()
        .unwrap()
        .iter()
        .find(|component| component["name"] == "libsqlite3-sys")
        .unwrap();
    let lock = fs::read_to_string(place.path("my-provider/Cargo.lock")).unwrap();
    assert!(lock.contains(sqlite["hashes"][0]["content"].as_str().unwrap()));
    // SQLite itself is inside the crate with its bindings.
    let inside = sbom["components"].as_array().unwrap().iter();
    let inside = inside.filter(|component| component["name"] == "sqlite");
    let [inside] = inside.collect::<Vec<_>>()[..] else {
        panic!("{components:?}");
    };
    let version = inside["version"].as_str().unwrap();
    assert!(version.starts_with("3."), "{version}");
    assert_eq!(inside["purl"], format!("pkg:generic/sqlite@{version}"));
    assert!(text("LICENSES/all.txt").contains(&format!("sqlite {version}: blessing")));
    let dependencies = sbom["dependencies"].as_array().unwrap().iter();
    let dependents: Vec<&str> = dependencies
        .filter(|entry| entry["dependsOn"].to_string().contains("inside:sqlite@"))
        .map(|entry| entry["ref"].as_str().unwrap())
        .collect();
    assert!(
        matches!(dependents[..], [one] if one.starts_with("cargo:libsqlite3-sys@")),
        "{dependents:?}"
    );
    // Nothing of this machine.
    for (path, bytes) in &files {
        let text = String::from_utf8_lossy(bytes);
        let home = place.0.path().to_str().unwrap();
        assert!(!text.contains(home), "{path} knows {home}");
    }
}

#[test]
fn the_same_built_files_give_the_same_bytes() {
    let first = Place::built();
    let second = Place::built();
    first.package(&[]).code(0);
    second.package(&[]).code(0);
    for architecture in ["x64", "x86"] {
        let (a, b) = (first.zip(architecture), second.zip(architecture));
        assert!(
            fs::read(a).unwrap() == fs::read(b).unwrap(),
            "{architecture} differs"
        );
    }
    // Another time is another file, of the same contents.
    let before = fs::read(first.zip("x64")).unwrap();
    let mut command = first.command(&["--no-build", "--from", "built", "--force"]);
    command
        .env("SOURCE_DATE_EPOCH", "1700000000")
        .assert()
        .code(0);
    assert!(before != fs::read(first.zip("x64")).unwrap());
    assert_eq!(unzip(&first.zip("x64")), unzip(&second.zip("x64")));
    let mut command = first.command(&["--no-build", "--from", "built", "--force"]);
    let told = stderr(&command.env("SOURCE_DATE_EPOCH", "soon").assert().code(1));
    assert!(told.contains("SOURCE_DATE_EPOCH is `soon`"), "{told}");
}

/// When the second architecture cannot be packaged, the first is not either, and what was there stays.
#[test]
fn all_packages_are_written_or_none() {
    let place = Place::built();
    place.write("built/x86/setup.exe", &program(X64, false));
    let told = stderr(&place.package(&[]).code(1));
    assert!(
        told.contains("setup.exe` is not for x86") && told.contains("x64"),
        "{told}"
    );
    assert!(place.output().is_empty(), "{:?}", place.output());

    place.write(
        "my-provider/target/package/my-provider-0.1.0-x64.zip",
        b"old",
    );
    place.package(&[]).code(1);
    assert_eq!(place.output(), ["my-provider-0.1.0-x64.zip"]);
    assert_eq!(fs::read(place.zip("x64")).unwrap(), b"old");
    place.write("built/x86/setup.exe", &program(X86, false));
    place.package(&[]).code(0);
    assert_eq!(
        place.output(),
        ["my-provider-0.1.0-x64.zip", "my-provider-0.1.0-x86.zip"]
    );
}

/// The DLL lies there as it is installed, its symbols as the crate is called; and a run without symbols leaves none of
/// another DLL.
#[test]
fn symbols_are_those_of_the_dll() {
    let place = Place::new();
    place.write("built/x64/myprov32.dll", &program(X64, true));
    place.write("built/x64/setup.exe", &program(X64, false));
    place.write("built/x64/my_provider.pdb", b"symbols");
    place.package(&[]).code(0);
    let zips = [
        "my-provider-0.1.0-x64-symbols.zip",
        "my-provider-0.1.0-x64.zip",
    ];
    assert_eq!(place.output(), zips);
    let symbols = unzip(&place.path("my-provider/target/package").join(zips[0]));
    assert_eq!(
        symbols["my-provider-0.1.0-x64-symbols/my_provider.pdb"],
        b"symbols"
    );
    fs::remove_file(place.path("built/x64/my_provider.pdb")).unwrap();
    place.package(&[]).code(0);
    assert_eq!(place.output(), zips[1..]);
}

#[test]
fn what_an_inspection_finds_does_not_ship_unless_forced() {
    let place = Place::built();
    let mut command = place.command(&["--no-build", "--from", "built"]);
    let told = stderr(&command.assert().code(1));
    assert!(
        told.contains("the inspection of `")
            && told.contains("MSProviderInit")
            && told.contains("--force"),
        "{told}"
    );
    assert!(place.output().is_empty());
    let told = stderr(&place.package(&[]).code(0));
    assert!(told.contains("warning: x64: my_provider.dll: "), "{told}");
}

#[test]
fn one_directory_can_hold_one_architecture() {
    let place = Place::new();
    place.write("built/myprov32.dll", &program(X86, true));
    place.write("built/setup.exe", &program(X86, false));
    let told = stderr(&place.package(&[]).code(0));
    assert!(
        told.contains("left out x64: there are no built files"),
        "{told}"
    );
    assert_eq!(place.output(), ["my-provider-0.1.0-x86.zip"]);

    fs::remove_file(place.path("built/setup.exe")).unwrap();
    let told = stderr(&place.package(&[]).code(1));
    assert!(told.contains("has no setup.exe"), "{told}");
    fs::remove_file(place.path("built/myprov32.dll")).unwrap();
    let told = stderr(&place.package(&[]).code(1));
    assert!(
        told.contains("has no myprov32.dll or my_provider.dll and no setup.exe"),
        "{told}"
    );
}

/// A signing program that notes what it is asked to sign, and appends to it. This test's own executable, which is there on
/// every system, does it: see [`fake_signer`].
fn signer(log: &Path, more: &str) -> String {
    let program = std::env::current_exe().unwrap();
    let arguments: Vec<String> = [
        program.to_str().unwrap(),
        "--exact",
        "packaging::fake_signer",
        "--nocapture",
        "--ignored",
        "--skip",
        &format!("log={}", log.display()),
        "--skip",
        "file={file}",
        "--skip",
        more,
    ]
    .iter()
    .map(|argument| format!("{argument:?}"))
    .collect();
    format!("sign = [{}]", arguments.join(", "))
}

/// Not a test of its own: the signing command of the tests below. libtest takes `--skip` with any text.
#[test]
#[ignore = "the signing command of other tests"]
fn fake_signer() {
    use std::io::Write;

    let arguments: Vec<String> = std::env::args().collect();
    let value = |key: &str| {
        arguments
            .iter()
            .find_map(|argument| argument.strip_prefix(key))
    };
    let (Some(log), Some(file)) = (value("log="), value("file=")) else {
        return;
    };
    let name = Path::new(file).file_name().unwrap().to_str().unwrap();
    let sums = fs::read(file).unwrap();
    let mut notes = fs::OpenOptions::new()
        .create(true)
        .append(true)
        .open(log)
        .unwrap();
    writeln!(
        notes,
        "{name} {} {}",
        sums.len(),
        std::env::current_dir().unwrap().display()
    )
    .unwrap();
    if arguments.iter().any(|argument| argument == "fail-at-setup") && name == "setup.exe" {
        panic!("the token is not plugged in");
    }
    if arguments.iter().any(|argument| argument == "spoil") {
        fs::write(file, "not a program").unwrap();
        return;
    }
    let mut file = fs::OpenOptions::new().append(true).open(file).unwrap();
    file.write_all(b" & \"signed\" $(x)").unwrap();
}

#[test]
fn signing_goes_from_the_inside_out_and_before_the_checksums() {
    let place = Place::built();
    let log = place.path("log");
    place.extend_spec(&signer(&log, "$(touch hit) && `x`; \"quoted\""));
    let assert = place.package(&["--json"]).code(0);
    let notes = fs::read_to_string(&log).unwrap();
    let names: Vec<&str> = notes
        .lines()
        .map(|line| line.split(' ').next().unwrap())
        .collect();
    assert_eq!(
        names,
        ["myprov32.dll", "setup.exe", "myprov32.dll", "setup.exe"]
    );
    let directory = dunce::canonicalize(place.path("my-provider")).unwrap();
    assert!(
        notes
            .lines()
            .all(|line| line.ends_with(directory.to_str().unwrap())),
        "{notes}"
    );
    assert!(
        !place.path("my-provider/hit").exists(),
        "a shell was at work"
    );
    let files = unzip(&place.zip("x64"));
    let get = |path: &str| &files[&format!("my-provider-0.1.0-x64/{path}")];
    let signed = [program(X64, true), b" & \"signed\" $(x)".to_vec()].concat();
    assert_eq!(*get("myprov32.dll"), signed);
    let sums = String::from_utf8(get("SHA256SUMS").clone()).unwrap();
    assert!(sums.contains(&format!("{}  myprov32.dll\n", hex(&signed))));
    let sbom = String::from_utf8(get("sbom.cdx.json").clone()).unwrap();
    assert!(sbom.contains(&hex(&signed)));
    let report = json(&assert);
    assert_eq!(report["packages"][0]["signed"][0], "myprov32.dll");
    assert_eq!(report["packages"][0]["signed"][1], "setup.exe");
    // What was built is as it was.
    assert_eq!(
        fs::read(place.path("built/x64/my_provider.dll")).unwrap(),
        program(X64, true)
    );
    fs::remove_file(&log).unwrap();
    let told = stderr(&place.package(&["--no-sign"]).code(0));
    assert!(
        !log.exists() && told.contains("sign myprov32.dll, then setup.exe"),
        "{told}"
    );
}

#[test]
fn a_failure_to_sign_stops_everything() {
    let place = Place::built();
    let log = place.path("log");
    place.extend_spec(&signer(&log, "fail-at-setup"));
    let told = stderr(&place.package(&[]).code(1));
    assert!(
        told.contains("failed: ") && told.contains("the token is not plugged in"),
        "{told}"
    );
    assert_eq!(fs::read_to_string(&log).unwrap().lines().count(), 2);
    assert!(place.output().is_empty());

    let place = Place::built();
    place.extend_spec(&signer(&place.path("log"), "spoil"));
    let told = stderr(&place.package(&[]).code(1));
    assert!(
        told.contains("after signing, `myprov32.dll` is gone"),
        "{told}"
    );
    assert!(place.output().is_empty());

    let place = Place::built();
    place.extend_spec("sign = [\"no-such-program-here\", \"{file}\"]");
    let told = stderr(&place.package(&[]).code(1));
    assert!(
        told.contains("could not run `no-such-program-here`"),
        "{told}"
    );
}

/// A toolchain without the target: a rustc that names a directory without libraries stands for it.
#[test]
#[cfg(unix)]
fn a_missing_target_is_named_with_the_command_that_adds_it() {
    use std::os::unix::fs::PermissionsExt;

    let place = Place::new();
    // Has std for x86 only, and a linker that is named by a variable.
    place.write(
        "rustc",
        format!(
            "#!/bin/sh\ncase \"$*\" in\n*--print*x86_64-pc-windows-gnu*) echo {0}/none ;;\n*--print*) echo {0}/libs ;;\n*) exec {1} \"$@\" ;;\nesac\n",
            place.0.path().display(),
            std::env::var("RUSTC").unwrap_or_else(|_| "rustc".to_owned()),
        )
        .as_bytes(),
    );
    fs::set_permissions(place.path("rustc"), fs::Permissions::from_mode(0o755)).unwrap();
    place.write("libs/libstd-1234.rlib", b"");
    let run = |arguments: &[&str]| {
        place
            .command(arguments)
            .env("RUSTC", place.path("rustc"))
            .env("CARGO_TARGET_I686_PC_WINDOWS_GNU_LINKER", "some-linker")
            .assert()
    };
    let assert = run(&["--dry-run", "--json"]).code(0);
    let report = json(&assert);
    assert_eq!(report["dry-run"], true);
    assert_eq!(report["packages"][0]["target"], "i686-pc-windows-gnu");
    assert_eq!(report["left-out"][0]["architecture"], "x64");
    assert_eq!(
        report["left-out"][0]["command"],
        "rustup target add x86_64-pc-windows-gnu"
    );
    let told = stderr(&assert);
    assert!(
        told.contains(
            "warning: left out x64: the toolchain has no standard library for x86_64-pc-windows-gnu"
        ),
        "{told}"
    );
    assert!(place.output().is_empty());

    // Without any there is nothing to do.
    fs::remove_file(place.path("libs/libstd-1234.rlib")).unwrap();
    let told = stderr(&run(&["--dry-run"]).code(1));
    for wanted in [
        "error: there is no architecture to package for",
        "x64: the toolchain has no standard library",
        "x86: the toolchain has no standard library",
        "`rustup target add x86_64-pc-windows-gnu` and `rustup target add i686-pc-windows-gnu`",
    ] {
        assert!(told.contains(wanted), "{told}");
    }
}

#[test]
fn targets_are_named_by_their_triples() {
    let place = Place::built();
    let told = stderr(
        &place
            .command(&["--dry-run", "--target", "aarch64-pc-windows-msvc"])
            .assert()
            .code(1),
    );
    assert!(
        told.contains("`aarch64-pc-windows-msvc` is not a target that Outlook runs on"),
        "{told}"
    );
    let assert = place
        .package(&["--target", "x86_64-pc-windows-gnu", "--json"])
        .code(0);
    let report = json(&assert);
    assert_eq!(report["packages"].as_array().unwrap().len(), 1);
    assert_eq!(report["packages"][0]["target"], "x86_64-pc-windows-gnu");
    assert_eq!(
        report["left-out"][0]["reason"],
        "x86: `--target` names others"
    );
    assert_eq!(place.output(), ["my-provider-0.1.0-x64.zip"]);
    let assert = place
        .package(&[
            "--dry-run",
            "--json",
            "--target",
            "x86_64-pc-windows-gnu",
            "--target",
            "i686-pc-windows-gnu",
        ])
        .code(0);
    let report = json(&assert);
    assert_eq!(report["packages"][1]["target"], "i686-pc-windows-gnu");
    assert!(report["left-out"].as_array().unwrap().is_empty());
}

#[test]
fn a_project_that_is_none_or_disagrees_with_its_spec_is_refused() {
    let place = Place::built();
    let mut command = Command::cargo_bin("cargo-mapi").unwrap();
    let told = stderr(
        &command
            .args(["package", "built"])
            .current_dir(place.0.path())
            .assert()
            .code(1),
    );
    assert!(
        told.contains("there is no `built") && told.contains("cargo mapi new"),
        "{told}"
    );

    let manifest = place.path("my-provider/Cargo.toml");
    let text = fs::read_to_string(&manifest).unwrap();
    let spec = place.path("my-provider/provider.toml");
    let spec_text = fs::read_to_string(&spec).unwrap();
    fs::write(
        &spec,
        spec_text.replace("version = \"0.1.0\"", "version = \"0.2.0\""),
    )
    .unwrap();
    let told = stderr(&place.package(&[]).code(1));
    assert!(
        told.contains("Cargo.toml has the version `0.1.0`, provider.toml has `0.2.0`"),
        "{told}"
    );
    fs::write(&spec, spec_text).unwrap();
    fs::write(&manifest, text).unwrap();
    fs::remove_file(place.path("my-provider/registration/repair.cmd")).unwrap();
    let told = stderr(&place.package(&[]).code(1));
    assert!(told.contains("repair.cmd"), "{told}");
}

#[test]
fn a_dry_run_writes_nothing_and_quiet_says_nothing() {
    let place = Place::built();
    let assert = place.package(&["--dry-run"]).code(0);
    let told = stderr(&assert);
    assert!(told.contains("Would package"), "{told}");
    assert!(place.output().is_empty());
    let listed = String::from_utf8(assert.get_output().stdout.clone()).unwrap();
    assert_eq!(listed.lines().count(), 2);

    let assert = place.package(&["--quiet"]).code(0);
    // Warnings stay; no progress is drawn where nobody looks at a terminal.
    let told = stderr(&assert);
    assert!(
        told.lines().all(|line| line.starts_with("warning: ")),
        "{told}"
    );
    let told = stderr(&place.package(&[]).code(0));
    assert!(!told.contains(['\u{1b}', '\r']), "{told}");
    // The commands hold wherever they are run.
    let source = dunce::canonicalize(place.path("my-provider/registration/installer.wxs")).unwrap();
    let source = format!(".msi\" \"{}\"\n", source.display());
    assert_eq!(told.matches(&source).count(), 2, "{told}");
    for wanted in [
        "Packaged",
        "next:\n  1. sign myprov32.dll, then setup.exe",
        "2. make the MSI from the signed files, with WiX 4 or later (needs Windows)",
        "wix build -arch x64",
        "wix build -arch x86",
        "3. sign the MSI last (needs Windows)",
    ] {
        assert!(told.contains(wanted), "no {wanted:?} in {told}");
    }
}

/// Interrupted while it signs, it leaves nothing.
#[test]
#[cfg(unix)]
fn an_interrupt_leaves_nothing() {
    use std::os::unix::fs::PermissionsExt;
    use std::os::unix::process::CommandExt;
    use std::process::{Command as Process, Stdio};

    let place = Place::built();
    // A program below the project is found there, wherever the tool runs.
    place.extend_spec("sign = [\"tools/wait\", \"{file}\"]");
    place.write(
        "my-provider/tools/wait",
        b"#!/bin/sh\necho > \"$1.begun\"\nsleep 60\n",
    );
    let tool = place.path("my-provider/tools/wait");
    fs::set_permissions(tool, fs::Permissions::from_mode(0o755)).unwrap();
    let mut child = Process::new(assert_cmd::cargo::cargo_bin("cargo-mapi"))
        .args(["package", "my-provider", "--no-build", "--from", "built"])
        .args(["--force", "--quiet"])
        .env_remove("CARGO_TARGET_DIR")
        .current_dir(place.0.path())
        .stderr(Stdio::null())
        .stdout(Stdio::null())
        .process_group(0)
        .spawn()
        .unwrap();
    let has_begun = || {
        walkdir::WalkDir::new(place.path("my-provider/target"))
            .into_iter()
            .flatten()
            .any(|entry| entry.path().extension().is_some_and(|end| end == "begun"))
    };
    while !has_begun() {
        assert!(child.try_wait().unwrap().is_none(), "it ended too early");
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    // To the whole group, as a terminal does it.
    let status = Process::new("kill")
        .args(["-INT", "--", &format!("-{}", child.id())])
        .status()
        .unwrap();
    assert!(status.success());
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert!(place.output().is_empty(), "{:?}", place.output());
}
