//! Where the files of a package come from.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use super::SETUP;
use super::archive::Files;
use super::error::Error;
use super::targets::{self, LeftOut, Reason, Target};
use crate::inspect;
use crate::io_failure::named;
use crate::spec::{Architecture, Spec};

/// The directory of the project with what an administrator runs and reads.
const REGISTRATION: &str = "registration";

/// What of it ships; the WiX source is for building, not for installing.
const EXTENSIONS: [&str; 5] = ["cmd", "inf", "md", "ps1", "reg"];

/// Beginnings, in capitals, of files in the project's own directory that say what users may do with the product.
const TERMS: [&str; 5] = ["LICENSE", "LICENCE", "COPYING", "NOTICE", "EULA"];

/// Files that a project cannot be packaged without.
pub(super) fn required(spec: &Spec) -> Vec<&'static str> {
    let mut files = vec![
        "provider.toml",
        "Cargo.toml",
        "Cargo.lock",
        "registration/README.md",
        "registration/install.cmd",
        "registration/mapisvc.inf",
        "registration/repair.cmd",
        "registration/uninstall.cmd",
    ];
    if spec.registration.indexing {
        files.extend([
            "registration/indexing.reg",
            "registration/indexing-remove.reg",
        ]);
    }
    files
}

/// What comes from the project as it stands.
pub(super) fn of_project(project: &Path) -> Result<Files, Error> {
    let mut files = Files::new();
    let registration = project.join(REGISTRATION);
    for path in entries(&registration)? {
        let extension = path.extension().and_then(OsStr::to_str).unwrap_or_default();
        if EXTENSIONS.contains(&extension.to_ascii_lowercase().as_str()) {
            add(&path, &mut files)?;
        }
    }
    for path in entries(project)? {
        let name = name_of(&path).to_uppercase();
        if TERMS.iter().any(|start| name.starts_with(start)) {
            add(&path, &mut files)?;
        }
    }
    Ok(files)
}

/// The project's source of an MSI.
pub(super) fn wix_source(project: &Path) -> Option<PathBuf> {
    let paths = entries(&project.join(REGISTRATION)).ok()?;
    (paths.into_iter()).find(|path| path.extension() == Some(OsStr::new("wxs")))
}

fn entries(directory: &Path) -> Result<Vec<PathBuf>, Error> {
    let entries = named(fs::read_dir(directory), "read directory", directory)?;
    let mut paths: Vec<PathBuf> = entries
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.is_file())
        .collect();
    paths.sort();
    Ok(paths)
}

fn add(path: &Path, files: &mut Files) -> Result<(), Error> {
    let bytes = named(fs::read(path), "read", path)?;
    files.insert(name_of(path), bytes);
    Ok(())
}

fn name_of(path: &Path) -> String {
    path.file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}

/// The built files of one architecture.
#[derive(Debug)]
pub(super) struct Binaries {
    pub dll: PathBuf,
    pub setup: PathBuf,
}

impl Binaries {
    /// Looks for files that were built before: in a directory of the architecture, else side by side.
    pub(super) fn find(
        directory: &Path,
        spec: &Spec,
        architecture: Architecture,
    ) -> Result<Self, Error> {
        let own = directory.join(architecture.word());
        let directory = if own.is_dir() { &own } else { directory };
        let dlls = dll_names(spec);
        let setups = [format!("{SETUP}.exe")];
        let find = |names: &[String]| {
            let paths = names.iter().map(|name| directory.join(name));
            paths.into_iter().find(|path| path.is_file())
        };
        match (find(&dlls), find(&setups)) {
            (Some(dll), Some(setup)) => Ok(Self { dll, setup }),
            (dll, setup) => {
                let mut names = Vec::new();
                if dll.is_none() {
                    names.push(dlls.join(" or "));
                }
                if setup.is_none() {
                    names.extend(setups);
                }
                Err(Error::NothingBuilt {
                    directory: directory.to_owned(),
                    names,
                })
            }
        }
    }

    /// What debuggers want: the symbols that lie beside the DLL and the program, under the names that are noted in them. The
    /// DLL notes the name of the crate, also where it lies there under the name that it is installed with.
    pub(super) fn symbols(&self, crate_name: &str) -> Result<Files, Error> {
        let mut files = Files::new();
        let built = self.dll.with_file_name(format!("{crate_name}.dll"));
        for binary in [&self.dll, &built, &self.setup] {
            let mut with_suffix = binary.clone().into_os_string();
            with_suffix.push(".debug");
            let candidates = [
                binary.with_extension("pdb"),
                binary.with_extension("debug"),
                binary.with_extension("dwp"),
                PathBuf::from(with_suffix),
            ];
            for path in candidates.iter().filter(|path| path.is_file()) {
                add(path, &mut files)?;
            }
        }
        Ok(files)
    }
}

/// What rustc calls the provider.
pub(super) fn crate_name(spec: &Spec) -> String {
    spec.provider.name.replace('-', "_")
}

/// The DLL as it is installed, or as cargo makes it.
fn dll_names(spec: &Spec) -> Vec<String> {
    let built = format!("{}.dll", crate_name(spec));
    vec![spec.service.dll_on_disk(), built]
}

/// The architectures that a directory has built files for. Their targets are the named ones, or, when none is named, the
/// usual.
pub(super) fn targets_of(
    directory: &Path,
    spec: &Spec,
    triples: &[String],
) -> Result<(Vec<Target>, Vec<LeftOut>), Error> {
    named(fs::read_dir(directory), "read directory", directory)?;
    let wanted = &spec.registration.architectures;
    let candidates = if triples.is_empty() {
        wanted.iter().copied().map(targets::usual).collect()
    } else {
        targets::named(wanted, triples)?.0
    };
    let mut targets = Vec::new();
    for target in &candidates {
        if has(directory, spec, target.architecture)? {
            targets.push(target.clone());
        }
    }
    if targets.is_empty() {
        // Says what was looked for.
        let architecture = candidates
            .first()
            .map_or(Architecture::X64, |target| target.architecture);
        let found = Binaries::find(directory, spec, architecture)?;
        return Err(Error::WrongMachine {
            path: found.dll,
            expected: architecture,
            found: "it is for another machine, or no Windows program".to_owned(),
        });
    }
    let left_out = targets::left_out(wanted, &targets, |architecture| {
        let is_candidate = |target: &Target| target.architecture == architecture;
        if candidates.iter().any(is_candidate) {
            Reason::NotBuilt
        } else {
            Reason::NotNamed
        }
    });
    Ok((targets, left_out))
}

fn has(directory: &Path, spec: &Spec, architecture: Architecture) -> Result<bool, Error> {
    if directory.join(architecture.word()).is_dir() {
        return Ok(true);
    }
    // Side by side there is one DLL, and its header says for what.
    let dll = dll_names(spec)
        .into_iter()
        .map(|name| directory.join(name))
        .find(|path| path.is_file());
    let Some(dll) = dll else { return Ok(false) };
    let bytes = named(fs::read(&dll), "read", &dll)?;
    let facts = inspect::inspect(&bytes, None).facts;
    Ok(facts.and_then(|facts| facts.machine.architecture()) == Some(architecture))
}
