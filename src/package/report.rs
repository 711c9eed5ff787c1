//! What was made, and what is left to do.

use std::path::PathBuf;

use serde::Serialize;

use super::{Plan, SETUP, contents};
use crate::spec::Architecture;

/// The format of [`Report`] as JSON, raised when a reader of it would have to change.
const FORMAT: u32 = 1;

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

pub(super) fn report(plan: &Plan, packages: Vec<Package>, dry_run: bool) -> Report {
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
