//! Facts as a short table for people.

use std::fmt;

use super::facts::{Facts, Import, Kind};
use super::judge::dotted;

pub(super) fn write(facts: &Facts, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let kind = match facts.kind {
        Kind::Library => "DLL",
        Kind::Program => "program",
    };
    let signed = if facts.signed {
        "with a signature"
    } else {
        "not signed"
    };
    row(f, "kind", &format!("{kind}, {}, {signed}", facts.machine))?;
    let mut size = format!("{} ({} bytes)", mebibytes(facts.size), facts.size);
    if facts.stripped_size < facts.size {
        size += &format!(
            ", {} ({} bytes) without debug information",
            mebibytes(facts.stripped_size),
            facts.stripped_size
        );
    }
    row(f, "size", &size)?;
    let exports: Vec<&str> = (facts.exports.iter())
        .map(|export| export.name.as_str())
        .collect();
    row(f, "exports", &list(&exports))?;
    let (system, foreign): (Vec<&Import>, Vec<&Import>) =
        facts.imports.iter().partition(|import| import.system);
    let names = |imports: &[&Import]| {
        let names: Vec<&str> = imports.iter().map(|import| import.dll.as_str()).collect();
        list(&names)
    };
    row(f, "from Windows", &names(&system))?;
    row(f, "from elsewhere", &names(&foreign))?;
    match &facts.version {
        None => row(f, "version", "none")?,
        Some(version) => {
            row(f, "version", &dotted(version.file_version))?;
            for (name, value) in &version.strings {
                row(f, &format!("  {name}"), value)?;
            }
        }
    }
    if facts.kind == Kind::Program {
        let level = facts.execution_level.as_deref().unwrap_or("none");
        row(f, "runs as", level)?;
    }
    let switches = [
        ("DYNAMIC_BASE", facts.dynamic_base),
        ("HIGH_ENTROPY_VA", facts.high_entropy_va),
        ("NX_COMPAT", facts.nx_compatible),
        ("base relocations", facts.relocations),
        ("no writable code", facts.writable_code.is_empty()),
    ];
    let on: Vec<&str> = (switches.iter())
        .filter_map(|(name, is_on)| is_on.then_some(*name))
        .collect();
    row(f, "protection", &list(&on))
}

fn row(f: &mut fmt::Formatter<'_>, name: &str, value: &str) -> fmt::Result {
    writeln!(f, "{name:<18} {value}")
}

fn list(names: &[&str]) -> String {
    if names.is_empty() {
        "none".to_owned()
    } else {
        names.join(", ")
    }
}

fn mebibytes(bytes: u64) -> String {
    let hundredths = (u128::from(bytes) * 100) >> 20;
    format!("{}.{:02} MiB", hundredths / 100, hundredths % 100)
}
