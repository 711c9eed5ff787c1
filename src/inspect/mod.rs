//! What a built DLL is: facts read from the file, and what is wrong with them for Outlook.
//!
//! ```text
//! bytes --read--> Facts                             object's PE reader, and the version resource
//! Facts, Expectation --judge--> findings, notes     what Outlook, Windows or an installer trips over
//! Inspection --Display--> table; serde --> JSON     the same value for people and programs
//! ```
//! Nothing of the file is executed and nothing in it is believed: damaged and hostile files give findings, never a panic.

mod facts;
mod judge;
mod read;
mod resources;
mod system;
mod table;

use std::fmt;

use serde::Serialize;

pub use facts::{Bitness, Export, Facts, Import, Kind, VersionResource};
pub use judge::{Code, Finding, REQUIRED_EXPORTS, STRIPPED_SIZE_GOAL};

use crate::spec::{Architecture, Spec};

/// The format of the JSON, raised when a reader of it would have to change.
const FORMAT: u32 = 1;

/// What a spec promises about the files that ship.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Expectation {
    /// The name of the DLL on disk, in both bitnesses: `contoso32.dll`.
    pub file_name: String,
    /// CompanyName of the version resource.
    pub vendor: String,
    /// ProductName of the version resource.
    pub product_name: String,
    /// FileDescription of the DLL's version resource.
    pub description: String,
    /// FileVersion and ProductVersion, as in Cargo.toml.
    pub version: String,
    /// The kinds of Outlook that the spec wants the provider for.
    pub architectures: Vec<Architecture>,
}

impl Expectation {
    /// What this spec promises.
    #[must_use]
    pub fn of(spec: &Spec) -> Self {
        Self {
            file_name: spec.service.dll_on_disk(),
            vendor: spec.provider.vendor.clone(),
            product_name: spec.provider.display_name.clone(),
            description: spec.provider.description.clone(),
            version: spec.provider.version.clone(),
            architectures: spec.registration.architectures.clone(),
        }
    }

    /// The version as the four numbers of a version resource: `1.2.3-beta` is 1.2.3.0, and no number is above 65535.
    #[must_use]
    pub fn version_numbers(&self) -> [u16; 4] {
        let core = self.version.split(['-', '+']).next().unwrap_or_default();
        let mut numbers = [0; 4];
        for (number, text) in numbers.iter_mut().zip(core.split('.').take(3)) {
            *number = u16::try_from(text.parse::<u64>().unwrap_or(0)).unwrap_or(u16::MAX);
        }
        numbers
    }
}

/// What a file is, and what is wrong with it.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Inspection {
    /// The format of this value as JSON.
    format: u32,
    /// What the file is, if it is a Windows program or DLL at all.
    pub facts: Option<Facts>,
    /// What must be put right before the file ships, the most fundamental first.
    pub findings: Vec<Finding>,
    /// What is worth knowing and breaks nothing.
    pub notes: Vec<Finding>,
}

impl Inspection {
    /// Whether nothing is wrong.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.findings.is_empty()
    }
}

impl fmt::Display for Inspection {
    /// The facts as a table for people, without the findings.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.facts {
            Some(facts) => table::write(facts, f),
            None => Ok(()),
        }
    }
}

/// Inspects the bytes of a DLL, or of the setup program beside it; with an expectation also whether it is the one that the
/// spec describes.
#[must_use]
pub fn inspect(bytes: &[u8], expected: Option<&Expectation>) -> Inspection {
    let (facts, findings, notes) = match read::facts(bytes) {
        Ok(facts) => {
            let (findings, notes) = judge::judge(&facts, expected);
            (Some(facts), findings, notes)
        }
        Err(reason) => (None, vec![judge::not_a_program(&reason)], Vec::new()),
    };
    Inspection {
        format: FORMAT,
        facts,
        findings,
        notes,
    }
}
