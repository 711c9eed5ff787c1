//! The program as users start it.

use std::fs;
use std::path::Path;
use std::process::{Command as Process, Stdio};

use assert_cmd::Command;
use assert_cmd::assert::Assert;
use tempfile::TempDir;

use crate::specs::root;

/// A directory to work in, outside every repository and workspace.
struct Place(TempDir);

impl Place {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path().join(path)).unwrap()
    }

    fn run(&self, arguments: &[&str]) -> Assert {
        program().args(arguments).current_dir(self.path()).assert()
    }

    /// What is there, hidden entries included.
    fn entries(&self) -> Vec<String> {
        let entry_name = |entry: std::io::Result<fs::DirEntry>| {
            entry.unwrap().file_name().into_string().unwrap()
        };
        let mut names: Vec<String> = fs::read_dir(self.path()).unwrap().map(entry_name).collect();
        names.sort();
        names
    }
}

fn program() -> Command {
    let mut command = Command::cargo_bin("cargo-mapi").unwrap();
    // Colours depend on the surroundings, and git's configuration on the machine.
    for variable in ["CLICOLOR_FORCE", "NO_COLOR", "GIT_DIR", "GIT_WORK_TREE"] {
        command.env_remove(variable);
    }
    command
}

fn stderr(assert: &Assert) -> String {
    String::from_utf8(assert.get_output().stderr.clone()).unwrap()
}

fn stdout(assert: &Assert) -> String {
    String::from_utf8(assert.get_output().stdout.clone()).unwrap()
}

#[test]
fn new_creates_a_project() {
    let place = Place::new();
    let assert = place.run(&["new", "my-provider"]).code(0);
    let told = stderr(&assert);
    assert!(
        told.contains("     Created message store provider `my-provider`"),
        "{told}"
    );
    assert!(
        told.contains("cd my-provider\n  cargo test\n  cargo run --example host\n"),
        "{told}"
    );
    assert_eq!(stdout(&assert), "");
    assert_eq!(place.entries(), ["my-provider"]);
    assert!(
        place
            .read("my-provider/Cargo.toml")
            .contains("name = \"my-provider\"")
    );
    assert!(place.read("my-provider/provider.toml").contains("uid = "));
    assert!(place.path().join("my-provider/.git").is_dir());
    assert!(
        place
            .path()
            .join("my-provider/runtime/mapi-store/src/lib.rs")
            .is_file()
    );
}

#[test]
fn cargo_passes_its_own_name_first() {
    let place = Place::new();
    place.run(&["mapi", "new", "a-b", "--vcs", "none"]).code(0);
    assert!(!place.path().join("a-b/.git").exists());
}

#[test]
fn a_path_names_the_directory_and_the_crate() {
    let place = Place::new();
    place
        .run(&["new", "deep/er/one", "--quiet"])
        .code(0)
        .stderr("")
        .stdout("");
    assert!(
        place
            .read("deep/er/one/Cargo.toml")
            .contains("name = \"one\"")
    );
    place.run(&["new", "two", "--path", "else where"]).code(0);
    assert!(
        place
            .read("else where/Cargo.toml")
            .contains("name = \"two\"")
    );
}

#[test]
fn a_spec_names_the_crate() {
    let place = Place::new();
    let spec = root().join("examples/minimal.toml");
    let spec = spec.to_str().unwrap();
    place.run(&["new", "--spec", spec]).code(0);
    let made = place.entries();
    assert_eq!(made.len(), 1);
    place.run(&["new", "other", "--spec", spec]).code(0);
    assert!(
        place
            .read("other/Cargo.toml")
            .contains(&format!("name = \"{}\"", made[0]))
    );
    assert_eq!(
        place.read("other/provider.toml"),
        place.read(&format!("{}/provider.toml", made[0]))
    );
}

#[test]
fn set_changes_the_spec_and_is_checked_like_it() {
    let place = Place::new();
    place
        .run(&[
            "new",
            "x-y",
            "--set",
            "provider.vendor=Contoso \"Ltd\"",
            "--set",
            "sync.batch-size=7",
        ])
        .code(0);
    assert!(
        place
            .read("x-y/src/spec.rs")
            .contains(r#"vendor: "Contoso \"Ltd\"","#)
    );
    assert!(place.read("x-y/src/spec.rs").contains("batch_size: 7,"));
    let told = stderr(
        &place
            .run(&["new", "y-z", "--set", "sync.batch-sise=7"])
            .code(1),
    );
    assert!(told.contains("batch-size"), "{told}");
    assert_eq!(place.entries(), ["x-y"]);
    place.run(&["new", "y-z", "--set", "nonsense"]).code(2);
    place.run(&["new", "y-z", "--set", "=x"]).code(2);
}

#[test]
fn a_generated_spec_generates_the_same_project() {
    let place = Place::new();
    place.run(&["new", "first", "--vcs", "none"]).code(0);
    place
        .run(&[
            "new",
            "second",
            "--spec",
            "first/provider.toml",
            "--vcs",
            "none",
        ])
        .code(0);
    let (first, second) = (
        place.read("first/.cargo-mapi.lock"),
        place.read("second/.cargo-mapi.lock"),
    );
    assert_eq!(first, second);
}

#[test]
fn dry_run_writes_nothing() {
    let place = Place::new();
    let assert = place.run(&["new", "my-provider", "--dry-run"]).code(0);
    assert!(place.entries().is_empty());
    let listed = stdout(&assert);
    assert!(listed.lines().count() > 50);
    assert!(listed.contains("my-provider/src/remote.rs\n"), "{listed}");
    place.write("taken/file", "");
    place.run(&["new", "taken", "--dry-run"]).code(1);
}

#[test]
fn a_target_that_holds_something_is_refused() {
    let place = Place::new();
    place.write("taken/file", "x");
    let told = stderr(&place.run(&["new", "taken"]).code(1));
    assert!(
        told.contains("exists and is not empty") && told.contains("help: "),
        "{told}"
    );
    assert_eq!(place.read("taken/file"), "x");
    place.write("file", "x");
    let told = stderr(&place.run(&["new", "file"]).code(1));
    assert!(told.contains("is not a directory"), "{told}");
    let told = stderr(&place.run(&["new", "file/below"]).code(1));
    assert!(told.contains("is not a directory"), "{told}");
    assert_eq!(place.entries(), ["file", "taken"]);
}

#[test]
fn an_empty_target_is_replaced() {
    let place = Place::new();
    fs::create_dir(place.path().join("empty")).unwrap();
    place.run(&["new", "empty"]).code(0);
    assert!(place.path().join("empty/Cargo.toml").exists());
}

#[test]
fn the_current_directory_is_refused() {
    let place = Place::new();
    fs::create_dir(place.path().join("here")).unwrap();
    let told = stderr(
        &program()
            .args(["new", "."])
            .current_dir(place.path().join("here"))
            .assert()
            .code(1),
    );
    assert!(told.contains("cd .. && cargo mapi new here"), "{told}");
}

#[test]
fn no_repository_inside_a_repository() {
    let place = Place::new();
    git(place.path(), &["init", "--quiet"]);
    place.run(&["new", "inside"]).code(0);
    assert!(!place.path().join("inside/.git").exists());
    place.run(&["new", "asked", "--vcs", "git"]).code(0);
    assert!(place.path().join("asked/.git").exists());
    place.write(".gitignore", "/scratch/\n");
    place.run(&["new", "scratch/ignored"]).code(0);
    assert!(place.path().join("scratch/ignored/.git").exists());
}

fn git(directory: &Path, arguments: &[&str]) {
    let status = Process::new("git")
        .args(arguments)
        .current_dir(directory)
        .env_remove("GIT_DIR")
        .status()
        .unwrap();
    assert!(status.success());
}

#[test]
fn without_git_there_is_no_repository() {
    let place = Place::new();
    let told = |arguments: &[&str], code| {
        stderr(
            &program()
                .args(arguments)
                .env("PATH", "")
                .current_dir(place.path())
                .assert()
                .code(code),
        )
    };
    assert!(told(&["new", "first"], 0).contains("warning: git was not found"));
    assert!(place.path().join("first/Cargo.toml").exists());
    assert!(told(&["new", "second", "--vcs", "git"], 1).contains("--vcs none"));
    assert_eq!(place.entries(), ["first"]);
}

#[test]
fn an_outer_workspace_keeps_working() {
    let place = Place::new();
    place.write(
        "Cargo.toml",
        "[workspace]\nmembers = [\"crates/*\"]\nresolver = \"3\"\n",
    );
    place.write(
        "crates/old/Cargo.toml",
        "[package]\nname = \"old\"\nedition = \"2024\"\n",
    );
    place.write("crates/old/src/lib.rs", "");
    let told = stderr(&place.run(&["new", "crates/new-one"]).code(0));
    assert!(
        told.contains("Excluded `crates/new-one` from the workspace"),
        "{told}"
    );
    let outer =
        "[workspace]\nmembers = [\"crates/*\"]\nresolver = \"3\"\nexclude = [\"crates/new-one\"]\n";
    assert_eq!(place.read("Cargo.toml"), outer);
    for directory in ["", "crates/new-one"] {
        let output = Process::new(env!("CARGO"))
            .args([
                "metadata",
                "--no-deps",
                "--offline",
                "--format-version",
                "1",
            ])
            .current_dir(place.path().join(directory))
            .output()
            .unwrap();
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
    // Nothing to do the second time, and nothing is done.
    place.run(&["new", "crates/new-one/inner"]).code(0);
    assert_eq!(place.read("Cargo.toml"), outer);
}

#[test]
fn an_outer_workspace_that_insists_is_an_error() {
    let place = Place::new();
    let outer = "[workspace]\nmembers = [\"new-one\"]\n";
    place.write("Cargo.toml", outer);
    let told = stderr(&place.run(&["new", "new-one"]).code(1));
    assert!(told.contains("remove \"new-one\""), "{told}");
    assert_eq!(place.entries(), ["Cargo.toml"]);
}

#[test]
fn check_lists_what_would_be_generated() {
    let place = Place::new();
    let full = root().join("examples/full.toml");
    let assert = place.run(&["check", full.to_str().unwrap()]).code(0);
    assert!(stdout(&assert).contains("\nsrc/remote.rs\n"));
    assert!(stderr(&assert).contains("Checked"), "{}", stderr(&assert));
    assert!(place.entries().is_empty());
    let told = stderr(&place.run(&["check"]).code(1));
    assert!(told.contains("provider.toml"), "{told}");
}

#[test]
fn findings_are_exit_code_1() {
    let place = Place::new();
    place.write(
        "bad.toml",
        "spec-version = 1\n[provider]\nnane = \"x\"\n[service]\ndll = \"a.b\"\n",
    );
    for command in [
        vec!["check", "bad.toml"],
        vec!["new", "--spec", "bad.toml", "x"],
    ] {
        let told = stderr(&place.run(&command).code(1));
        assert!(
            told.contains("bad.toml:3")
                && told.contains("`name`")
                && told.contains("error: the spec has"),
            "{told}"
        );
    }
    assert_eq!(place.entries(), ["bad.toml"]);
}

#[test]
fn usage_errors_are_exit_code_2() {
    let place = Place::new();
    for arguments in [
        vec![],
        vec!["new"],
        vec!["nonsense"],
        vec!["new", "x", "--vcs", "cvs"],
        vec!["check", "a", "b"],
    ] {
        place.run(&arguments).code(2);
    }
    let help = stdout(&place.run(&["--help"]).code(0));
    for line in [
        "Exit codes:",
        "  0    done",
        "  1    findings",
        "  2    wrong usage",
        "  130  interrupted",
    ] {
        assert!(help.contains(line), "{help}");
    }
    place.run(&["new", "--help"]).code(0);
    place.run(&["--version"]).code(0);
}

#[test]
fn hostile_input_never_panics() {
    let place = Place::new();
    fs::write(place.path().join("binary"), [0xff, 0xfe, 0x00, 0x80]).unwrap();
    place.write("deep", &format!("x = {}", "[".repeat(100_000)));
    place.write("empty", "");
    place.write("nul", "\0");
    fs::create_dir(place.path().join("directory")).unwrap();
    for spec in ["binary", "deep", "empty", "nul", "directory", "missing"] {
        place.run(&["check", spec]).code(1);
        place.run(&["new", "x", "--spec", spec]).code(1);
    }
    let long = "n".repeat(5000);
    for name in [
        "",
        "..",
        "/",
        ".",
        " ",
        "fn",
        "con",
        "a b",
        "../..",
        "{{x}}",
        "\u{202e}x",
        "x\ny",
        "%PATH%",
        &long,
    ] {
        let assert = place.run(&["new", name]);
        let code = assert.get_output().status.code();
        assert!(matches!(code, Some(1 | 2)), "{name:?}: {code:?}");
    }
    for set in [
        "a=b",
        "provider=x",
        "provider.name.x=1",
        "folders=3",
        "=",
        "..=1",
        "provider.name={{x}}",
        "a.b.c.d.e=[[[",
    ] {
        let assert = place.run(&["new", "x", "--set", set]);
        let code = assert.get_output().status.code();
        assert!(matches!(code, Some(1 | 2)), "{set:?}: {code:?}");
    }
    assert_eq!(
        place.entries(),
        ["binary", "deep", "directory", "empty", "nul"]
    );
}

#[test]
#[cfg(unix)]
fn names_that_are_not_unicode_are_findings() {
    use std::os::unix::ffi::OsStrExt;

    let place = Place::new();
    let name = std::ffi::OsStr::from_bytes(b"\xff\xfe");
    program()
        .arg("new")
        .arg(name)
        .current_dir(place.path())
        .assert()
        .code(1);
    program()
        .args(["new", "x", "--set"])
        .arg(name)
        .current_dir(place.path())
        .assert()
        .code(2);
    program()
        .arg("check")
        .arg(name)
        .current_dir(place.path())
        .assert()
        .code(1);
}

#[test]
fn a_reader_that_leaves_is_no_error() {
    let place = Place::new();
    let mut child = Process::new(assert_cmd::cargo::cargo_bin("cargo-mapi"))
        .args(["new", "x-y", "--dry-run"])
        .current_dir(place.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn colours_come_when_asked_for() {
    let place = Place::new();
    let told = |color: &str, name: &str| {
        stderr(
            &place
                .run(&["new", name, "--color", color, "--vcs", "none"])
                .code(0),
        )
    };
    assert!(told("always", "a-a").contains("\u{1b}["));
    assert!(!told("never", "b-b").contains('\u{1b}'));
    assert!(!told("auto", "c-c").contains('\u{1b}'));
}

/// Killed at any moment, `new` leaves nothing or everything at the target; the next run removes the rest.
#[test]
#[cfg(unix)]
fn a_kill_at_any_moment_leaves_nothing_or_all() {
    let reference = Place::new();
    let start = std::time::Instant::now();
    reference.run(&["new", "x-y", "--vcs", "none"]).code(0);
    let whole = start.elapsed();
    let complete = count(&reference.path().join("x-y"));

    let place = Place::new();
    let target = place.path().join("x-y");
    let (mut nothing, mut everything) = (0, 0);
    for step in 0..25 {
        for signal in ["-KILL", "-INT", "-TERM"] {
            let before = place.entries();
            let mut child = Process::new(assert_cmd::cargo::cargo_bin("cargo-mapi"))
                .args(["new", "x-y", "--vcs", "none", "--quiet"])
                .current_dir(place.path())
                .stderr(Stdio::null())
                .spawn()
                .unwrap();
            std::thread::sleep(whole * step / 12);
            Process::new("kill")
                .args([signal, &child.id().to_string()])
                .stderr(Stdio::null())
                .status()
                .unwrap();
            let code = child.wait().unwrap().code();
            if target.exists() {
                assert_eq!(count(&target), complete, "{signal} after step {step}");
                fs::remove_dir_all(&target).unwrap();
                everything += 1;
            } else {
                assert_ne!(code, Some(0));
                nothing += 1;
            }
            if signal != "-KILL" && code.is_some() {
                // Handled, not killed: it leaves nothing of its own.
                let entries = place.entries();
                assert!(
                    entries.iter().all(|entry| before.contains(entry)),
                    "{entries:?} after {signal}, code {code:?}"
                );
            }
        }
    }
    place.run(&["new", "x-y", "--vcs", "none"]).code(0);
    assert_eq!(place.entries(), ["x-y"]);
    println!("{nothing} times nothing, {everything} times everything");
}

#[cfg(unix)]
fn count(directory: &Path) -> usize {
    walkdir::WalkDir::new(directory)
        .into_iter()
        .map(Result::unwrap)
        .count()
}
