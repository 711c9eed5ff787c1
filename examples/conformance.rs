//! Generates a provider from a spec, builds it, and judges it by the conformance suite.
//!
//! ```console
//! cargo run --example conformance                       # examples/full.toml
//! cargo run --example conformance -- examples/mail.toml
//! ```
//!
//! The reports are in `target/conformance/report`: `conformance.html` is the one to look at.

use std::collections::BTreeSet;
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use walkdir::WalkDir;

fn main() -> ExitCode {
    match run() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Whether the provider conforms.
fn run() -> Result<bool, Box<dyn Error>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let spec = std::env::args_os()
        .nth(1)
        .map_or_else(|| root.join("examples/full.toml"), PathBuf::from);
    let place = root.join("target/conformance");
    let fresh = tempfile::tempdir()?;
    let generated = fresh.path().join("project");
    let arguments = ["new", "--vcs", "none", "--quiet", "--spec"].map(Into::into);
    let arguments = [
        vec!["cargo-mapi".into()],
        arguments.to_vec(),
        vec![spec.into()],
    ]
    .concat();
    let path = vec!["--path".into(), generated.clone().into_os_string()];
    if cargo_mapi::run([arguments, path].concat()) != 0 {
        return Ok(false);
    }
    let project = place.join("project");
    lay_out(&generated, &project)?;
    let status = Command::new(env!("CARGO"))
        .args([
            "run",
            "--quiet",
            "--locked",
            "--example",
            "host",
            "--",
            "--conformance",
            "--report",
        ])
        .arg(place.join("report"))
        .current_dir(&project)
        // The tests of this repository build the same dependencies there.
        .env("CARGO_TARGET_DIR", root.join("target/generated/target"))
        .status()?;
    Ok(status.success())
}

/// Makes a directory equal to another one, touching nothing that is right already, so that little is built again.
fn lay_out(from: &Path, to: &Path) -> Result<(), Box<dyn Error>> {
    let mut wanted = BTreeSet::new();
    for path in files(from)? {
        let (source, target) = (from.join(&path), to.join(&path));
        let bytes = fs::read(source)?;
        if fs::read(&target).ok().as_deref() != Some(&bytes) {
            fs::create_dir_all(target.parent().unwrap_or(to))?;
            fs::write(&target, bytes)?;
        }
        wanted.insert(path);
    }
    for path in files(to)? {
        if !wanted.contains(&path) {
            fs::remove_file(to.join(path))?;
        }
    }
    Ok(())
}

/// The files below a directory, by their paths in it.
fn files(directory: &Path) -> Result<Vec<PathBuf>, Box<dyn Error>> {
    let mut found = Vec::new();
    for entry in WalkDir::new(directory) {
        let entry = entry?;
        if entry.file_type().is_file() {
            found.push(entry.path().strip_prefix(directory)?.to_owned());
        }
    }
    Ok(found)
}
