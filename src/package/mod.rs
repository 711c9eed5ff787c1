//! From a generated project to what ships: one zip file for each kind of Outlook.
//!
//! ```text
//! project, options --plan--> Plan       asks cargo and rustc, builds and writes nothing
//! Plan ------------make--> Report      builds, inspects, signs, collects; the files appear all at once
//! ```
//! The same built files give the same bytes: entries are sorted, every time is SOURCE_DATE_EPOCH's or the first that a zip
//! file knows, and nothing of the machine is added. What compilers, linkers and signing programs write into the DLL and the
//! setup program, paths and times among it, is theirs.

mod archive;
mod build;
mod components;
mod contents;
mod error;
mod licenses;
mod output;
mod report;
mod sbom;
mod sign;
mod targets;

use std::fs;
use std::path::{Path, PathBuf};

use cargo_metadata::PackageId;
use sha2::{Digest, Sha256};

pub use error::Error;
pub use report::{Entry, Omission, Package, Report, Step};
pub use targets::{LeftOut, Reason, Target};

use archive::{Files, Moment};
use components::Origin;
use contents::Binaries;
use output::Staging;
use report::report;

use crate::inspect::{self, Expectation};
use crate::io_failure::named;
use crate::project::InterruptGuard;
use crate::spec::{Architecture, Spec};

/// The name of the setup program, in the project and in the package.
const SETUP: &str = "setup";

/// What is wanted, beyond what the spec says.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Targets instead of those that the toolchain has.
    pub targets: Vec<String>,
    /// A directory with built files, instead of a build.
    pub from: Option<PathBuf>,
    /// Where the packages go, instead of `package` in cargo's target directory.
    pub output: Option<PathBuf>,
    /// Package what the inspection complains about.
    pub force: bool,
    /// Leave the signing command out.
    pub no_sign: bool,
    /// The value of SOURCE_DATE_EPOCH, if it is set.
    pub source_date_epoch: Option<String>,
}

/// Sees a package come into being.
pub trait Observer {
    /// A new step, as a verb and what it is done to.
    fn step(&mut self, verb: &str, what: &str);
    /// How far the step is.
    fn progress(&mut self, done: usize, total: usize, what: &str);
    /// What a program says, with its own layout.
    fn text(&mut self, text: &str);
}

/// What is going to be packaged.
#[derive(Debug)]
pub struct Plan {
    /// The directory of the project.
    pub project: PathBuf,
    /// What provider.toml says.
    pub spec: Spec,
    /// The directory that the packages go to.
    pub output: PathBuf,
    /// For what.
    pub targets: Vec<Target>,
    /// For what not, and why.
    pub left_out: Vec<LeftOut>,
    options: Options,
    moment: Moment,
    source: Source,
}

/// Where the DLL and the setup program come from.
#[derive(Debug)]
enum Source {
    /// From a build of these packages.
    Build {
        provider: PackageId,
        setup: PackageId,
    },
    /// From a directory.
    Directory(PathBuf),
}

impl Plan {
    /// The package's name without `.zip`, which is also the name of the directory in it.
    #[must_use]
    pub fn stem(&self, architecture: Architecture) -> String {
        let provider = &self.spec.provider;
        format!("{}-{}-{architecture}", provider.name, provider.version)
    }
}

/// Looks at a project and a toolchain.
///
/// # Errors
/// When the project is not one, disagrees with its spec, or there is no architecture to package for.
pub fn plan(project: &Path, spec: Spec, options: Options) -> Result<Plan, Error> {
    let moment = Moment::new(options.source_date_epoch.as_deref())?;
    let project = named(dunce::canonicalize(project), "find", project)?;
    for file in contents::required(&spec) {
        let path = project.join(file);
        if !path.is_file() {
            return Err(Error::Missing { path });
        }
    }
    let metadata = components::metadata(&project, None)?;
    let name = &spec.provider.name;
    let Some(provider) = metadata
        .packages
        .iter()
        .find(|package| package.manifest_path.as_std_path() == project.join("Cargo.toml"))
    else {
        return Err(Error::Missing {
            path: project.join("Cargo.toml"),
        });
    };
    let version = provider.version.to_string();
    for (key, manifest, wanted) in [
        ("name", provider.name.as_str(), name),
        ("version", &version, &spec.provider.version),
    ] {
        if manifest != wanted {
            return Err(Error::Disagreement {
                key,
                manifest: manifest.to_owned(),
                spec: wanted.clone(),
            });
        }
    }
    let wanted = &spec.registration.architectures;
    let (targets, left_out) = match &options.from {
        Some(directory) => contents::targets_of(directory, &spec, &options.targets)?,
        None if options.targets.is_empty() => targets::found(wanted, &project)?,
        None => targets::named(wanted, &options.targets)?,
    };
    if targets.is_empty() {
        return Err(Error::NoTarget { left_out });
    }
    let setup_name = setup_package(&spec);
    let setup = components::member(&metadata, &setup_name);
    let source = match (&options.from, setup) {
        (Some(directory), _) => Source::Directory(directory.clone()),
        (None, Some(setup)) => Source::Build {
            provider: provider.id.clone(),
            setup: setup.id.clone(),
        },
        (None, None) => {
            return Err(Error::NoSetup {
                package: setup_name,
            });
        }
    };
    let output = match &options.output {
        Some(output) => named(std::path::absolute(output), "find", output)?,
        None => metadata.target_directory.as_std_path().join("package"),
    };
    Ok(Plan {
        project,
        spec,
        output,
        targets,
        left_out,
        options,
        moment,
        source,
    })
}

/// The package with the setup program.
fn setup_package(spec: &Spec) -> String {
    format!("{}-{SETUP}", spec.provider.name)
}

/// What a plan would make.
#[must_use]
pub fn dry_run(plan: &Plan) -> Report {
    let packages = plan.targets.iter().map(|target| Package {
        architecture: target.architecture,
        target: target.triple.clone(),
        path: plan
            .output
            .join(format!("{}.zip", plan.stem(target.architecture))),
        symbols: None,
        bytes: 0,
        sha256: String::new(),
        files: Vec::new(),
        signed: Vec::new(),
        crates: 0,
        warnings: Vec::new(),
    });
    report(plan, packages.collect(), true)
}

/// Builds and packages for every target of a plan.
///
/// # Errors
/// When anything fails or the user interrupts; then the output directory is as it was.
pub fn make(plan: &Plan, observer: &mut dyn Observer) -> Result<Report, Error> {
    let guard = InterruptGuard::new();
    let mut staging = Staging::create(&plan.output)?;
    let mut packages = Vec::new();
    for target in &plan.targets {
        check(&guard)?;
        packages.push(package(plan, target, &mut staging, &guard, observer)?);
    }
    check(&guard)?;
    staging.commit()?;
    Ok(report(plan, packages, false))
}

fn check(guard: &InterruptGuard) -> Result<(), Error> {
    guard.check().map_err(|_| Error::Interrupted)
}

fn package(
    plan: &Plan,
    target: &Target,
    staging: &mut Staging,
    guard: &InterruptGuard,
    observer: &mut dyn Observer,
) -> Result<Package, Error> {
    let spec = &plan.spec;
    let setup_name = setup_package(spec);
    let roots = [spec.provider.name.as_str(), setup_name.as_str()];
    let components = components::read(&plan.project, &roots, &target.triple)?;
    let crates = (components.iter())
        .filter(|component| component.origin != Origin::Inside)
        .count();
    let binaries = match &plan.source {
        Source::Directory(directory) => Binaries::find(directory, spec, target.architecture)?,
        Source::Build { provider, setup } => {
            observer.step(
                "Building",
                &format!("{} for {}", spec.provider.name, target.triple),
            );
            let order = build::Order {
                project: &plan.project,
                provider,
                setup,
                target,
                crates,
            };
            let built = build::build(&order, observer);
            // An interrupt reaches cargo as well, and is the better explanation.
            check(guard)?;
            let built = built?;
            Binaries {
                dll: built.dll,
                setup: built.setup,
            }
        }
    };
    let mut warnings = Vec::new();
    let dll_name = spec.service.dll_on_disk();
    let setup_file = format!("{SETUP}.exe");
    let mut programs = Vec::new();
    for (name, path) in [(&dll_name, &binaries.dll), (&setup_file, &binaries.setup)] {
        let bytes = named(fs::read(path), "read", path)?;
        inspect(plan, target, path, &bytes, &mut warnings)?;
        programs.push((name.clone(), bytes));
    }

    let mut signed = Vec::new();
    if !plan.options.no_sign && !spec.packaging.sign.is_empty() {
        let scratch = staging.scratch(target.architecture.word())?;
        for (name, bytes) in &mut programs {
            check(guard)?;
            observer.step("Signing", &format!("{name} ({})", target.architecture));
            let said = sign_in(plan, &scratch, name, bytes, &mut warnings);
            check(guard)?;
            observer.text(&said?);
            signed.push(name.clone());
        }
    }

    observer.step(
        "Collecting",
        &format!("the files for {}", target.architecture),
    );
    let mut files = contents::of_project(&plan.project)?;
    let licenses = licenses::collect(&components)?;
    for missing in &licenses.missing {
        warnings.push(format!("no licence text was found for {missing}"));
    }
    for (path, bytes) in licenses.files {
        files.insert(format!("LICENSES/{path}"), bytes);
    }
    let hashes: Vec<(String, String)> = (programs.iter())
        .map(|(name, bytes)| (name.clone(), sha256(bytes)))
        .collect();
    let parts: Vec<sbom::Part<'_>> = (hashes.iter())
        .map(|(name, sha256)| sbom::Part { name, sha256 })
        .collect();
    files.insert(
        "sbom.cdx.json".to_owned(),
        sbom::sbom(spec, target.architecture.word(), &components, &parts)?,
    );
    files.extend(programs);
    let entries = seal(&mut files);

    let stem = plan.stem(target.architecture);
    let file = format!("{stem}.zip");
    let zip = archive::zip(&stem, &files, plan.moment)?;
    staging.add(&file, &zip)?;
    let mut symbols = None;
    let found = binaries.symbols(&contents::crate_name(spec))?;
    let stem = format!("{stem}-symbols");
    let file_of_symbols = format!("{stem}.zip");
    if found.is_empty() {
        // Those of an earlier run belong to another DLL.
        staging.remove(&file_of_symbols);
    } else {
        staging.add(&file_of_symbols, &archive::zip(&stem, &found, plan.moment)?)?;
        symbols = Some(plan.output.join(file_of_symbols));
    }
    Ok(Package {
        architecture: target.architecture,
        target: target.triple.clone(),
        path: plan.output.join(file),
        symbols,
        bytes: zip.len() as u64,
        sha256: sha256(&zip),
        files: entries,
        signed,
        crates,
        warnings,
    })
}

/// What is in a DLL or program decides whether it ships: the architecture always, anything else unless forced.
fn inspect(
    plan: &Plan,
    target: &Target,
    path: &Path,
    bytes: &[u8],
    warnings: &mut Vec<String>,
) -> Result<(), Error> {
    let inspection = inspect::inspect(bytes, Some(&Expectation::of(&plan.spec)));
    let machine = inspection.facts.as_ref().map(|facts| facts.machine);
    if machine.and_then(inspect::Bitness::architecture) != Some(target.architecture) {
        let found = match (machine, inspection.findings.first()) {
            (Some(machine), _) => format!("it is for {machine}"),
            (None, Some(finding)) => finding.message.clone(),
            (None, None) => "it is no Windows program".to_owned(),
        };
        return Err(Error::WrongMachine {
            path: path.to_owned(),
            expected: target.architecture,
            found,
        });
    }
    let findings: Vec<String> = (inspection.findings.iter())
        .map(|finding| format!("{}; {}", finding.message, finding.why))
        .collect();
    if !findings.is_empty() && !plan.options.force {
        return Err(Error::Findings {
            path: path.to_owned(),
            findings,
        });
    }
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    for message in findings
        .iter()
        .chain(inspection.notes.iter().map(|note| &note.message))
    {
        warnings.push(format!("{name}: {message}"));
    }
    Ok(())
}

/// Signs one file in a directory of its own, and takes the bytes that come of it.
fn sign_in(
    plan: &Plan,
    scratch: &Path,
    name: &str,
    bytes: &mut Vec<u8>,
    warnings: &mut Vec<String>,
) -> Result<String, Error> {
    let path = scratch.join(name);
    named(fs::write(&path, &*bytes), "write file", &path)?;
    let said = sign::sign(&plan.spec.packaging.sign, &plan.project, &path)?;
    let signed = fs::read(&path).unwrap_or_default();
    if inspect::inspect(&signed, None).facts.is_none() {
        return Err(Error::SpoiltBySigning {
            file: name.to_owned(),
        });
    }
    if signed == *bytes {
        warnings.push(format!("the signing command has left {name} as it was"));
    }
    *bytes = signed;
    Ok(said)
}

/// Adds SHA256SUMS to the files of a package, and lists them.
fn seal(files: &mut Files) -> Vec<Entry> {
    let entry = |path: &str, bytes: &[u8]| Entry {
        path: path.to_owned(),
        bytes: bytes.len(),
        sha256: sha256(bytes),
    };
    let mut entries: Vec<Entry> = (files.iter())
        .map(|(path, bytes)| entry(path, bytes))
        .collect();
    let sums: String = (entries.iter())
        .map(|entry| format!("{}  {}\n", entry.sha256, entry.path))
        .collect();
    entries.push(entry(SUMS, sums.as_bytes()));
    entries.sort_by(|a, b| a.path.cmp(&b.path));
    files.insert(SUMS.to_owned(), sums.into_bytes());
    entries
}

/// The file with the checksums, as `sha256sum --check` reads it.
const SUMS: &str = "SHA256SUMS";

fn sha256(bytes: &[u8]) -> String {
    use std::fmt::Write;
    let mut text = String::new();
    for byte in Sha256::digest(bytes) {
        write!(text, "{byte:02x}").expect("writing to a string succeeds");
    }
    text
}
