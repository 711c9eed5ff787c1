//! From a generated project to what ships: one zip file for each kind of Outlook.
//!
//! ```text
//! project, options --plan--> Plan       asks cargo and rustc, builds and writes nothing
//! Plan ------------make--> Report      builds, inspects, signs, collects; the files appear all at once
//! ```
//! The same inputs give the same bytes: entries are sorted, every time is SOURCE_DATE_EPOCH's or the first that a zip
//! file knows, and nothing of the machine is written down.

mod archive;
mod build;
mod components;
mod contents;
mod error;
mod licenses;
mod output;
mod sbom;
mod sign;
mod targets;

use std::fs;
use std::path::{Path, PathBuf};

use cargo_metadata::PackageId;
use serde::Serialize;
use sha2::{Digest, Sha256};

pub use error::Error;
pub use targets::{LeftOut, Reason, Target};

use archive::{Files, Moment};
use contents::Binaries;
use error::named;
use output::Staging;

use crate::inspect::{self, Expectation};
use crate::project::InterruptGuard;
use crate::spec::{Architecture, Spec};

/// The name of the setup program, in the project and in the package.
const SETUP: &str = "setup";

/// The format of [`Report`] as JSON, raised when a reader of it would have to change.
const FORMAT: u32 = 1;

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
    provider: PackageId,
    setup: PackageId,
}

impl Plan {
    /// The package's name without `.zip`, which is also the name of the directory in it.
    #[must_use]
    pub fn stem(&self, architecture: Architecture) -> String {
        let provider = &self.spec.provider;
        format!("{}-{}-{architecture}", provider.name, provider.version)
    }
}

/// What was, or would be, made: the value behind both views, text and JSON.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Report {
    format: u32,
    /// The crate's name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Whether nothing was built and written.
    pub dry_run: bool,
    /// One for each architecture.
    pub packages: Vec<Package>,
    /// The architectures without a package.
    pub left_out: Vec<Omission>,
    /// What is left to do, in this order.
    pub steps: Vec<Step>,
}

/// One zip file.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Package {
    /// For which Outlook.
    pub architecture: Architecture,
    /// For which target it was built; for files that were built before, the one whose dependencies were listed.
    pub target: String,
    /// The zip file.
    pub path: PathBuf,
    /// The zip file with symbols for debuggers, if the build made any.
    pub symbols: Option<PathBuf>,
    /// The zip file's size in bytes; 0 when it was not made.
    pub bytes: u64,
    /// The zip file's SHA-256; empty when it was not made.
    pub sha256: String,
    /// What is in it.
    pub files: Vec<Entry>,
    /// The files that the signing command has been run for, in this order.
    pub signed: Vec<String>,
    /// How many crates end in the DLL or the setup program.
    pub crates: usize,
    /// What is worth knowing.
    pub warnings: Vec<String>,
}

/// One file of a package.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Entry {
    /// Its path below the package's directory.
    pub path: String,
    /// Its size.
    pub bytes: usize,
    /// Its SHA-256.
    pub sha256: String,
}

/// An architecture without a package.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Omission {
    /// The architecture.
    pub architecture: Architecture,
    /// Why, as a sentence.
    pub reason: String,
    /// The command that changes it, or nothing.
    pub command: String,
}

/// Something that is left to do.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Step {
    /// What.
    pub what: String,
    /// The commands for it.
    pub commands: Vec<String>,
    /// Whether it needs Windows.
    pub needs_windows: bool,
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
    let setup_name = setup_package(&spec);
    let Some(setup) = components::member(&metadata, &setup_name) else {
        return Err(Error::NoSetup {
            package: setup_name,
        });
    };
    let (provider, setup) = (provider.id.clone(), setup.id.clone());

    let wanted = &spec.registration.architectures;
    let (targets, left_out) = match &options.from {
        Some(directory) => contents::targets_of(directory, &spec, &options.targets)?,
        None if options.targets.is_empty() => targets::found(wanted, &project)?,
        None => targets::named(wanted, &options.targets)?,
    };
    if targets.is_empty() {
        return Err(Error::NoTarget { left_out });
    }
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
        provider,
        setup,
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
    let binaries = match &plan.options.from {
        Some(directory) => Binaries::find(directory, spec, target.architecture)?,
        None => {
            observer.step(
                "Building",
                &format!("{} for {}", spec.provider.name, target.triple),
            );
            let order = build::Order {
                project: &plan.project,
                provider: &plan.provider,
                setup: &plan.setup,
                target,
                crates: components.len(),
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
    let licenses = licenses::collect(&components, &roots)?;
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
    let found = binaries.symbols()?;
    if !found.is_empty() {
        let stem = format!("{stem}-symbols");
        let file = format!("{stem}.zip");
        staging.add(&file, &archive::zip(&stem, &found, plan.moment)?)?;
        symbols = Some(plan.output.join(file));
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
        crates: components.len(),
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

fn report(plan: &Plan, packages: Vec<Package>, dry_run: bool) -> Report {
    let left_out = plan.left_out.iter().map(|left_out| Omission {
        architecture: left_out.architecture,
        reason: left_out.to_string(),
        command: left_out.command().unwrap_or_default(),
    });
    Report {
        format: FORMAT,
        name: plan.spec.provider.name.clone(),
        version: plan.spec.provider.version.clone(),
        dry_run,
        steps: steps(plan),
        packages,
        left_out: left_out.collect(),
    }
}

/// What is left to do: signing goes from the inside out, as whatever wraps a file has its bytes in it.
fn steps(plan: &Plan) -> Vec<Step> {
    let dll = plan.spec.service.dll_on_disk();
    let mut steps = Vec::new();
    if plan.spec.packaging.sign.is_empty() || plan.options.no_sign {
        steps.push(Step {
            what: format!(
                "sign {dll}, then {SETUP}.exe, and package again: checksums and zip files hold the signed bytes; `sign` in `[packaging]` of \
                 provider.toml runs the command for both"
            ),
            commands: vec![format!(
                "signtool sign /fd SHA256 /td SHA256 /tr <timestamp server> /a <file>"
            )],
            needs_windows: true,
        });
    }
    let source = contents::wix_source(&plan.project);
    if let Some(source) = source {
        let mut build = Vec::new();
        let mut sign = Vec::new();
        for target in &plan.targets {
            let stem = plan.stem(target.architecture);
            let unpacked = plan.output.join(&stem);
            let msi = plan.output.join(format!("{stem}.msi"));
            let (output, unpacked, msi) =
                (plan.output.display(), unpacked.display(), msi.display());
            build.push(format!("tar -xf \"{unpacked}.zip\" -C \"{output}\""));
            build.push(format!(
                "wix build -arch {} -b \"{unpacked}\" -o \"{msi}\" \"{}\"",
                target.architecture,
                source.display()
            ));
            sign.push(format!(
                "signtool sign /fd SHA256 /td SHA256 /tr <timestamp server> /a \"{msi}\""
            ));
        }
        steps.push(Step {
            what: "make the MSI from the signed files, with WiX 4 or later".to_owned(),
            commands: build,
            needs_windows: true,
        });
        steps.push(Step {
            what: "sign the MSI last".to_owned(),
            commands: sign,
            needs_windows: true,
        });
    }
    steps
}
