//! Facts -> findings: what is wrong for Outlook, why it cares, and what to do.

use serde::Serialize;

use super::Expectation;
use super::facts::{Bitness, Facts, Kind};
use super::system::Foreign;

/// What a provider's DLL exports: the first two are called by MAPI, the others by what registers the DLL.
pub const REQUIRED_EXPORTS: [&str; 7] = [
    "MSProviderInit",
    "ServiceEntry",
    "DllInstall",
    "DllRegisterServer",
    "DllUnregisterServer",
    "MergeWithMapiSvc",
    "RemoveFromMapiSvc",
];

/// The size in bytes, without debug information, that the generated project stays below with SQLite inside.
pub const STRIPPED_SIZE_GOAL: u64 = 4 << 20;

/// The kind of a finding; its name in JSON never changes.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Code {
    /// The file is no Windows program or DLL.
    NotAProgram,
    /// A part of the file cannot be read.
    Damaged,
    /// The machine is not one that classic Outlook runs on, or not one that the spec names.
    Machine,
    /// An export is missing.
    ExportMissing,
    /// An export has the decoration of its calling convention in its name.
    ExportDecorated,
    /// An export is in another DLL.
    ExportForwarded,
    /// A DLL is imported that is not part of Windows.
    ImportForeign,
    /// There is no version resource.
    VersionMissing,
    /// The version resource does not say what the spec says.
    VersionDifferent,
    /// The manifest is missing, or does not say which rights the program wants.
    ManifestMissing,
    /// The file cannot be loaded at a random address.
    AslrOff,
    /// The file does not ask for data that is never executed.
    NxOff,
    /// There is memory that is writable and executable.
    WritableCode,
    /// Debug information or symbols are inside the file.
    DebugInformation,
    /// The file is larger than the goal.
    Large,
}

/// Something about the file that must be put right, or is worth knowing.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Finding {
    /// Its kind.
    pub code: Code,
    /// What is wrong, and where.
    pub message: String,
    /// Why Outlook, Windows or an installer cares.
    pub why: String,
    /// What to do.
    pub help: String,
}

/// The one finding about a file that is no program.
pub(super) fn not_a_program(reason: &str) -> Finding {
    finding(
        Code::NotAProgram,
        format!("it is not a Windows DLL: {reason}"),
        "Windows refuses to load it",
        "name the DLL that cargo built, below `target/<target>/release`",
    )
}

/// Findings, and notes.
pub(super) fn judge(facts: &Facts, expected: Option<&Expectation>) -> (Vec<Finding>, Vec<Finding>) {
    let mut findings: Vec<Finding> = facts.damage.iter().map(|part| damaged(part)).collect();
    findings.extend(machine(facts, expected));
    if facts.kind == Kind::Library {
        exports(facts, &mut findings);
    } else {
        findings.extend(manifest(facts));
    }
    imports(facts, &mut findings);
    protection(facts, &mut findings);
    version(facts, expected, &mut findings);
    (findings, notes(facts))
}

fn finding(code: Code, message: String, why: &str, help: impl Into<String>) -> Finding {
    Finding {
        code,
        message,
        why: why.to_owned(),
        help: help.into(),
    }
}

fn damaged(part: &str) -> Finding {
    finding(
        Code::Damaged,
        part.to_owned(),
        "Windows may refuse to load the file, and what is in that part was not inspected",
        "build it again; if that does not help, report it with the versions of rustc and the linker",
    )
}

fn machine(facts: &Facts, expected: Option<&Expectation>) -> Option<Finding> {
    let why = "a DLL is loaded only by an Outlook of the same bitness";
    match (facts.machine.architecture(), expected) {
        (None, _) => Some(finding(
            Code::Machine,
            format!(
                "it is for {}, and classic Outlook is x64 or x86",
                facts.machine
            ),
            why,
            "build for `x86_64-pc-windows-msvc` or `i686-pc-windows-msvc`",
        )),
        (Some(architecture), Some(expected)) if !expected.architectures.contains(&architecture) => {
            Some(finding(
                Code::Machine,
                format!(
                    "it is for {}, which `registration.architectures` of the spec does not name",
                    facts.machine
                ),
                why,
                "build for the target that the spec names, or add the architecture to the spec",
            ))
        }
        _ => None,
    }
}

fn exports(facts: &Facts, findings: &mut Vec<Finding>) {
    for name in REQUIRED_EXPORTS {
        let why = if name.starts_with("Dll") {
            "regsvr32 registers the provider by this export"
        } else if name.ends_with("MapiSvc") {
            "rundll32 registers the provider by this export"
        } else {
            "MAPI finds the provider by exactly this name, in both bitnesses, and does not load a DLL without it"
        };
        if let Some(export) = facts.exports.iter().find(|export| export.name == name) {
            if let Some(target) = &export.forwarded_to {
                findings.push(finding(
                    Code::ExportForwarded,
                    format!("the export `{name}` is forwarded to `{target}`"),
                    "the DLL behind it is searched where Outlook finds no DLL of a provider",
                    "link the code in instead of forwarding to it",
                ));
            }
            continue;
        }
        let decorated = facts
            .exports
            .iter()
            .find(|export| undecorated(&export.name) == name);
        findings.push(match decorated {
            Some(export) => finding(
                Code::ExportDecorated,
                format!("`{name}` is exported as `{}`", export.name),
                why,
                "let rustc link the DLL (it passes a .def file with plain names); a linker of your own needs `--kill-at`, or a \
                 .def file",
            ),
            None => finding(
                Code::ExportMissing,
                format!("the export `{name}` is missing"),
                why,
                "keep `export_provider!` and `export_registration!` in src/lib.rs, and `cdylib` in `crate-type`",
            ),
        });
    }
}

/// The name without the decoration of a 32-bit calling convention: `_f` (cdecl), `_f@8` (stdcall), `@f@8` (fastcall).
fn undecorated(name: &str) -> &str {
    let plain = name.strip_prefix(['_', '@']).unwrap_or(name);
    match plain.split_once('@') {
        Some((plain, size)) if size.bytes().all(|byte| byte.is_ascii_digit()) => plain,
        _ => plain,
    }
}

fn imports(facts: &Facts, findings: &mut Vec<Finding>) {
    for import in facts.imports.iter().filter(|import| !import.system) {
        let dll = &import.dll;
        let delayed = if import.delayed {
            ", at the first call"
        } else {
            ""
        };
        let message = format!("it imports `{dll}`{delayed}, which is not part of Windows");
        let (why, help) = match Foreign::of(dll) {
            Foreign::Mapi => (
                "a MAPI library that is linked may be another one than Outlook's, and is missing on machines without Outlook",
                "call MAPI through what MSProviderInit and IMAPISupport hand over, as the runtime does",
            ),
            Foreign::Gcc => (
                "Outlook searches system directories only (LOAD_LIBRARY_SEARCH_DEFAULT_DIRS): neither PATH nor the DLL's own",
                "link it in: `-C link-arg=-static-libgcc`, or `-static` for C++ and its threads; or build for an msvc target",
            ),
            Foreign::VisualC => (
                "it comes with a redistributable package that is not on every machine, and Outlook finds none beside the DLL",
                "link the C runtime in: `-C target-feature=+crt-static`, as .cargo/config.toml of the generated project has it",
            ),
            Foreign::Other => (
                "Outlook searches system directories only (LOAD_LIBRARY_SEARCH_DEFAULT_DIRS): neither PATH nor the DLL's own",
                "link it in as a static library; where it is part of Windows after all, please report it",
            ),
        };
        findings.push(finding(Code::ImportForeign, message, why, help));
    }
}

fn manifest(facts: &Facts) -> Option<Finding> {
    facts.execution_level.is_none().then(|| {
        finding(
            Code::ManifestMissing,
            "it has no manifest with a requestedExecutionLevel".to_owned(),
            "Windows takes a 32-bit program named setup for an installer and asks for an administrator before it runs",
            "keep the build script of the program, and install the resource compiler that it names",
        )
    })
}

fn protection(facts: &Facts, findings: &mut Vec<Finding>) {
    const LINKER: &str =
        "use the linker's defaults: no `--disable-*`, `/DYNAMICBASE:NO` or `/NXCOMPAT:NO`";
    let mut off = |code, message: &str, why| {
        findings.push(finding(code, message.to_owned(), why, LINKER));
    };
    let aslr = "it would lie at the same address in every Outlook, which is what attackers of mail readers build on";
    if !facts.dynamic_base {
        off(
            Code::AslrOff,
            "it does not allow random addresses (DYNAMIC_BASE)",
            aslr,
        );
    }
    if !facts.relocations {
        off(
            Code::AslrOff,
            "it has no base relocations",
            "it cannot be loaded where another DLL lies already, and random addresses have no effect",
        );
    }
    if facts.machine == Bitness::X64 && !facts.high_entropy_va {
        off(
            Code::AslrOff,
            "it does not allow addresses above 4 GiB (HIGH_ENTROPY_VA)",
            aslr,
        );
    }
    if !facts.nx_compatible {
        off(
            Code::NxOff,
            "it does not allow that data is never executed (NX_COMPAT)",
            "rules of exploit protection may refuse it in Outlook",
        );
    }
    for section in &facts.writable_code {
        off(
            Code::WritableCode,
            &format!("its section `{section}` is writable and executable"),
            "virus scanners and exploit protection take this for an attack",
        );
    }
}

fn version(facts: &Facts, expected: Option<&Expectation>, findings: &mut Vec<Finding>) {
    let help = "the build script of the generated project makes the version resource from provider.toml: generate and build \
                again, and heed its warnings";
    let Some(version) = &facts.version else {
        let why = "installers cannot tell which of two files is newer, and support cannot tell which one is installed";
        let message = "it has no version resource".to_owned();
        findings.push(finding(Code::VersionMissing, message, why, help));
        return;
    };
    let Some(expected) = expected else {
        return;
    };
    let why = "installers, inventories and support would take it for something else";
    let numbers = expected.version_numbers();
    let mut different = |name: &str, found: &str, wanted: &str| {
        if found != wanted {
            let message = format!("its {name} is {found}, and the spec says {wanted}");
            findings.push(finding(Code::VersionDifferent, message, why, help));
        }
    };
    let wanted = dotted(numbers);
    different("file version", &dotted(version.file_version), &wanted);
    different("product version", &dotted(version.product_version), &wanted);
    let mut strings = vec![
        ("CompanyName", &expected.vendor),
        ("ProductName", &expected.product_name),
        ("FileVersion", &expected.version),
        ("ProductVersion", &expected.version),
    ];
    if facts.kind == Kind::Library {
        strings.push(("FileDescription", &expected.description));
        strings.push(("OriginalFilename", &expected.file_name));
    }
    for (name, wanted) in strings {
        let found = version
            .strings
            .get(name)
            .map_or_else(|| "missing".to_owned(), |found| format!("`{found}`"));
        different(name, &found, &format!("`{wanted}`"));
    }
}

/// A version as people write it.
pub(super) fn dotted(version: [u16; 4]) -> String {
    let [major, minor, patch, build] = version;
    format!("{major}.{minor}.{patch}.{build}")
}

fn notes(facts: &Facts) -> Vec<Finding> {
    let mut notes = Vec::new();
    let debug = facts.size - facts.stripped_size;
    if !facts.debug_sections.is_empty() || facts.symbols > 0 {
        notes.push(finding(
            Code::DebugInformation,
            format!("{debug} bytes of it are debug information and symbols"),
            "users download and antivirus scans what only debuggers read",
            "the build scripts of the generated project have the linker leave them out of a release; or ship a stripped copy, and \
             keep this one for crash dumps",
        ));
    }
    if facts.kind == Kind::Library && facts.stripped_size >= STRIPPED_SIZE_GOAL {
        notes.push(finding(
            Code::Large,
            format!(
                "it has {} bytes without debug information, and a provider with SQLite inside fits into {STRIPPED_SIZE_GOAL}",
                facts.stripped_size
            ),
            "Outlook loads it at every start",
            "look at what the dependencies bring along, and at `lto`, `codegen-units` and `opt-level` of the release profile",
        ));
    }
    notes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decorations() {
        for name in ["f", "_f", "_f@40", "@f@8", "f@0"] {
            assert_eq!(undecorated(name), "f", "{name}");
        }
        assert_eq!(undecorated("f@x"), "f@x");
    }
}
