//! Generated projects for real: formatted, linted, documented, built and tested by cargo, offline and with their own lock.
//!
//! All of them take their turn in one directory, where only files that differ are written: so cargo builds the runtime once.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, PoisonError};

use walkdir::WalkDir;

use crate::specs::{examples, root};

/// Held while cargo works in the target directory of generated projects: they have programs of the same names.
static TARGET: Mutex<()> = Mutex::new(());

#[test]
fn every_example_is_formatted_linted_documented_and_tested() {
    let _turn = TARGET.lock().unwrap_or_else(PoisonError::into_inner);
    let fresh = tempfile::tempdir().unwrap();
    let mut projects = vec![(
        "default".to_owned(),
        new(fresh.path(), "default", &["my-provider"]),
    )];
    for (name, spec) in examples() {
        let spec = spec.to_str().unwrap().to_owned();
        projects.push((name.clone(), new(fresh.path(), &name, &["--spec", &spec])));
    }
    let workbench = Workbench::new();
    for (name, project) in projects {
        workbench.lay_out(&project);
        workbench.cargo(&name, &["fmt", "--check"]);
        workbench.cargo(
            &name,
            &[
                "clippy",
                "--all-targets",
                "--locked",
                "--offline",
                "--",
                "-D",
                "warnings",
            ],
        );
        workbench.cargo(&name, &["doc", "--no-deps", "--locked", "--offline"]);
        let report = workbench.cargo(&name, &["test", "--locked", "--offline"]);
        workbench.run_host_twice(&name);
        let passed = passed_tests(&report);
        // Clients of the archive create nothing, and most checks begin with that.
        let least = if name == "archive" { 100 } else { 400 };
        announce(&format!(
            "{name}: {passed} tests passed, {}",
            conformance(&report, least)
        ));
        assert!(
            passed >= if name == "default" { 60 } else { 1 },
            "{name}: {passed} tests\n{report}"
        );
        // A generated project stays as it was generated.
        let untouched = ["Cargo.lock", ".cargo-mapi.lock"];
        for path in untouched {
            assert_eq!(
                fs::read(project.join(path)).unwrap(),
                fs::read(workbench.project.join(path)).unwrap(),
                "{path}"
            );
        }
    }
}

#[test]
fn one_command_judges_the_full_example() {
    let _turn = TARGET.lock().unwrap_or_else(PoisonError::into_inner);
    let mut command = Command::new(env!("CARGO"));
    let arguments = [
        "run",
        "--quiet",
        "--locked",
        "--offline",
        "--example",
        "conformance",
    ];
    let output = foreign(command.args(arguments).current_dir(root()))
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success(),
        "{said}\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
    announce(&format!("the full example: {}", conformance(&said, 400)));
    let page = root().join("target/conformance/report/conformance.html");
    let page = fs::read_to_string(page).unwrap();
    assert!(page.contains("Full Example") && page.contains("IMAPITable"));
}

/// Writes a line where the harness does not hide it.
fn announce(line: &str) {
    // Without a terminal there is nobody to read it.
    let _ = writeln!(std::io::stderr(), "{line}");
}

/// The line that says how many checks passed, so many at least; none has failed.
fn conformance(said: &str, least: usize) -> &str {
    let start = said.find("conformance: ").expect("the suite has run");
    let line = said[start..].lines().next().unwrap_or_default();
    let passed = line
        .split(' ')
        .nth(1)
        .and_then(|number| number.parse::<usize>().ok());
    assert!(
        passed >= Some(least) && line.contains(" 0 failed, "),
        "{line}"
    );
    line
}

fn new(place: &Path, directory: &str, arguments: &[&str]) -> PathBuf {
    let target = place.join(directory);
    assert_cmd::Command::cargo_bin("cargo-mapi")
        .unwrap()
        .arg("new")
        .args(arguments)
        .arg("--path")
        .arg(&target)
        .args(["--vcs", "none", "--quiet"])
        .assert()
        .code(0);
    target
}

/// The directory in which projects take their turn.
struct Workbench {
    project: PathBuf,
    target: PathBuf,
}

impl Workbench {
    fn new() -> Self {
        let base = root().join("target/generated");
        fs::create_dir_all(base.join("project")).unwrap();
        Self {
            project: base.join("project"),
            target: base.join("target"),
        }
    }

    /// Makes the directory equal to a project, touching nothing that is right already.
    fn lay_out(&self, project: &Path) {
        let mut wanted = BTreeSet::new();
        for entry in WalkDir::new(project)
            .into_iter()
            .map(Result::unwrap)
            .filter(|entry| entry.file_type().is_file())
        {
            let path = entry.path().strip_prefix(project).unwrap().to_owned();
            let destination = self.project.join(&path);
            let bytes = fs::read(entry.path()).unwrap();
            if fs::read(&destination).ok().as_deref() != Some(&bytes) {
                fs::create_dir_all(destination.parent().unwrap()).unwrap();
                fs::write(&destination, bytes).unwrap();
            }
            wanted.insert(path);
        }
        for entry in WalkDir::new(&self.project)
            .into_iter()
            .map(Result::unwrap)
            .filter(|entry| entry.file_type().is_file())
        {
            if !wanted.contains(entry.path().strip_prefix(&self.project).unwrap()) {
                fs::remove_file(entry.path()).unwrap();
            }
        }
    }

    /// The example: what the first run brings in, the second finds unchanged.
    fn run_host_twice(&self, name: &str) {
        let place = tempfile::tempdir().unwrap();
        let place = place.path().to_str().unwrap();
        let run = [
            "run",
            "--quiet",
            "--locked",
            "--offline",
            "--example",
            "host",
            "--",
            place,
        ];
        let first = self.cargo(name, &run);
        let second = self.cargo(name, &run);
        println!(
            "{name}: {}",
            first
                .lines()
                .filter(|line| line.starts_with("Messages:"))
                .collect::<Vec<_>>()
                .join("; ")
        );
        assert!(
            second.contains("Nothing new."),
            "{name}: a second run of the example says\n{second}"
        );
    }

    /// Runs cargo in the project; all that it said.
    fn cargo(&self, name: &str, arguments: &[&str]) -> String {
        let mut command = Command::new(env!("CARGO"));
        command.args(arguments).current_dir(&self.project);
        foreign(&mut command)
            .env("CARGO_TARGET_DIR", &self.target)
            .env("RUSTDOCFLAGS", "-D warnings")
            .env("CARGO_TERM_COLOR", "never");
        let output = command.output().unwrap();
        let said = format!(
            "{}{}",
            String::from_utf8_lossy(&output.stderr),
            String::from_utf8_lossy(&output.stdout)
        );
        assert!(
            output.status.success(),
            "{name}: cargo {} failed\n{said}",
            arguments.join(" ")
        );
        said
    }
}

/// Takes away what cargo sets for this test, and what is not for the cargo within it.
fn foreign(command: &mut Command) -> &mut Command {
    for (variable, _) in std::env::vars_os() {
        let name = variable.to_string_lossy();
        let is_ours = name.starts_with("CARGO_") && name != "CARGO_HOME";
        let others = ["RUSTFLAGS", "RUSTDOCFLAGS", "CARGO", "RUST_BACKTRACE"];
        if is_ours || others.contains(&&*name) {
            command.env_remove(variable);
        }
    }
    command
}

/// The sum of what all test binaries reported.
fn passed_tests(report: &str) -> usize {
    let results = report
        .lines()
        .filter_map(|line| line.strip_prefix("test result: ok. "));
    results
        .map(|rest| rest.split(' ').next().unwrap().parse::<usize>().unwrap())
        .sum()
}
