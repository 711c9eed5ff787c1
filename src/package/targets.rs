//! For which Windows targets this machine can build.

use std::env;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::error::Error;
use crate::spec::Architecture;

/// A target to package for.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Target {
    /// For which Outlook.
    pub architecture: Architecture,
    /// As rustc names it.
    pub triple: String,
}

/// An architecture of the spec that is not packaged.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct LeftOut {
    /// The architecture.
    pub architecture: Architecture,
    /// Why it is left out.
    pub reason: Reason,
}

/// Why an architecture is left out.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Reason {
    /// The toolchain has no standard library for its target.
    NoStandardLibrary {
        /// The target.
        triple: String,
    },
    /// The program that links for its target is not installed.
    NoLinker {
        /// The target.
        triple: String,
        /// The program.
        linker: String,
        /// What Debian calls the package that brings it; other systems have similar names.
        package: &'static str,
    },
    /// `--target` names others.
    NotNamed,
    /// The directory of built files has none for it.
    NotBuilt,
}

impl LeftOut {
    /// The command that makes it possible, if there is one.
    #[must_use]
    pub fn command(&self) -> Option<String> {
        match &self.reason {
            Reason::NoStandardLibrary { triple } => Some(format!("rustup target add {triple}")),
            // Each system installs it in a way of its own.
            Reason::NoLinker { .. } | Reason::NotNamed | Reason::NotBuilt => None,
        }
    }
}

impl fmt::Display for LeftOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.architecture)?;
        match &self.reason {
            Reason::NoStandardLibrary { triple } => {
                write!(f, "the toolchain has no standard library for {triple}")
            }
            Reason::NoLinker {
                triple,
                linker,
                package,
            } => write!(
                f,
                "`{linker}`, which links for {triple}, is not installed; it is part of mingw-w64, in Debian of {package}"
            ),
            Reason::NotNamed => write!(f, "`--target` names others"),
            Reason::NotBuilt => write!(f, "there are no built files for it"),
        }
    }
}

/// What distinguishes the two architectures for a toolchain.
struct Names {
    msvc: &'static str,
    gnu: &'static str,
    gnu_linker: &'static str,
    package: &'static str,
}

fn names(architecture: Architecture) -> Names {
    match architecture {
        Architecture::X64 => Names {
            msvc: "x86_64-pc-windows-msvc",
            gnu: "x86_64-pc-windows-gnu",
            gnu_linker: "x86_64-w64-mingw32-gcc",
            package: "gcc-mingw-w64-x86-64",
        },
        Architecture::X86 => Names {
            msvc: "i686-pc-windows-msvc",
            gnu: "i686-pc-windows-gnu",
            gnu_linker: "i686-w64-mingw32-gcc",
            package: "gcc-mingw-w64-i686",
        },
    }
}

/// The target that an architecture ships for, where nothing else is known.
pub(super) fn usual(architecture: Architecture) -> Target {
    Target {
        architecture,
        triple: names(architecture).msvc.to_owned(),
    }
}

/// The architecture of a target that Outlook runs on.
fn architecture_of(triple: &str) -> Option<Architecture> {
    let mut parts = triple.split('-');
    let architecture = match parts.next()? {
        "x86_64" => Architecture::X64,
        "i586" | "i686" => Architecture::X86,
        _ => return None,
    };
    parts.any(|part| part == "windows").then_some(architecture)
}

/// The named targets, each for an architecture of the spec; the toolchain is not asked, cargo says what it lacks.
///
/// # Errors
/// When a target is none of Outlook's or of the spec's, or two are for one architecture.
pub(super) fn named(
    architectures: &[Architecture],
    triples: &[String],
) -> Result<(Vec<Target>, Vec<LeftOut>), Error> {
    let mut targets: Vec<Target> = Vec::new();
    for triple in triples {
        let architecture = architecture_of(triple).ok_or_else(|| Error::UnknownTarget {
            triple: triple.clone(),
        })?;
        if !architectures.contains(&architecture) {
            return Err(Error::TargetNotInSpec {
                triple: triple.clone(),
                architecture,
            });
        }
        match targets
            .iter()
            .find(|target| target.architecture == architecture)
        {
            Some(other) if other.triple == *triple => {}
            Some(other) => {
                return Err(Error::TwoTargets {
                    triples: [other.triple.clone(), triple.clone()],
                });
            }
            None => targets.push(Target {
                architecture,
                triple: triple.clone(),
            }),
        }
    }
    targets.sort_by_key(|target| target.architecture);
    let left_out = left_out(architectures, &targets, |_| Reason::NotNamed);
    Ok((targets, left_out))
}

/// The architectures that no target is for.
pub(super) fn left_out(
    architectures: &[Architecture],
    targets: &[Target],
    reason: impl Fn(Architecture) -> Reason,
) -> Vec<LeftOut> {
    let is_packaged = |architecture| {
        targets
            .iter()
            .any(|target| target.architecture == architecture)
    };
    (architectures.iter().copied())
        .filter(|architecture| !is_packaged(*architecture))
        .map(|architecture| LeftOut {
            architecture,
            reason: reason(architecture),
        })
        .collect()
}

/// What the toolchain of a project can build for: with MSVC on Windows, with mingw-w64 anywhere.
///
/// # Errors
/// When rustc cannot be asked.
pub(super) fn found(
    architectures: &[Architecture],
    project: &Path,
) -> Result<(Vec<Target>, Vec<LeftOut>), Error> {
    let mut targets = Vec::new();
    let mut left_out = Vec::new();
    for architecture in architectures.iter().copied() {
        match find(architecture, project)? {
            Ok(target) => targets.push(target),
            Err(reason) => left_out.push(LeftOut {
                architecture,
                reason,
            }),
        }
    }
    Ok((targets, left_out))
}

fn find(architecture: Architecture, project: &Path) -> Result<Result<Target, Reason>, Error> {
    let names = names(architecture);
    let candidates: &[&str] = if cfg!(windows) {
        &[names.msvc, names.gnu]
    } else {
        &[names.gnu]
    };
    for triple in candidates {
        if !has_standard_library(triple, project)? {
            continue;
        }
        // Rustup's own toolchains for Windows bring theirs.
        if !cfg!(windows)
            && !names_linker(triple, project)
            && which::which(names.gnu_linker).is_err()
        {
            return Ok(Err(Reason::NoLinker {
                triple: (*triple).to_owned(),
                linker: names.gnu_linker.to_owned(),
                package: names.package,
            }));
        }
        return Ok(Ok(Target {
            architecture,
            triple: (*triple).to_owned(),
        }));
    }
    Ok(Err(Reason::NoStandardLibrary {
        triple: candidates[0].to_owned(),
    }))
}

/// Whether a variable or a configuration of cargo names the linker for a target.
fn names_linker(triple: &str, project: &Path) -> bool {
    let variable = format!(
        "CARGO_TARGET_{}_LINKER",
        triple.to_uppercase().replace('-', "_")
    );
    if env::var_os(variable).is_some() {
        return true;
    }
    let home = env::var_os("CARGO_HOME").map(PathBuf::from);
    let directories = project
        .ancestors()
        .map(|directory| directory.join(".cargo"));
    // What cannot be read or parsed is cargo's to complain about.
    (directories.chain(home))
        .flat_map(|directory| [directory.join("config.toml"), directory.join("config")])
        .filter_map(|path| fs::read_to_string(path).ok()?.parse::<toml::Table>().ok())
        .any(|configuration| {
            let target = configuration.get("target").and_then(|all| all.get(triple));
            target.and_then(|target| target.get("linker")).is_some()
        })
}

/// Whether rustc has a standard library for a target, or cargo has been told to build one.
fn has_standard_library(triple: &str, project: &Path) -> Result<bool, Error> {
    if env::var_os("CARGO_UNSTABLE_BUILD_STD").is_some_and(|crates| !crates.is_empty()) {
        return Ok(true);
    }
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(&rustc)
        .args(["--print", "target-libdir", "--target", triple])
        .current_dir(project)
        .output()
        .map_err(|source| Error::Program {
            program: rustc.to_string_lossy().into_owned(),
            source,
        })?;
    let directory = String::from_utf8_lossy(&output.stdout);
    // A toolchain that has never heard of the target fails, one that merely lacks it names a directory without libraries.
    let entries = fs::read_dir(directory.trim());
    Ok(output.status.success()
        && entries.is_ok_and(|entries| {
            entries.flatten().any(|entry| {
                let name = entry.file_name();
                name.to_string_lossy().starts_with("libstd-")
            })
        }))
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOTH: &[Architecture] = &[Architecture::X64, Architecture::X86];

    fn triples(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn named_targets_are_sorted_and_the_rest_is_left_out() {
        let (targets, left_out) = named(
            BOTH,
            &triples(&["i686-pc-windows-msvc", "x86_64-pc-windows-gnu"]),
        )
        .unwrap();
        let found: Vec<&str> = targets
            .iter()
            .map(|target| target.triple.as_str())
            .collect();
        assert_eq!(found, ["x86_64-pc-windows-gnu", "i686-pc-windows-msvc"]);
        assert!(left_out.is_empty());
        let (targets, left_out) = named(
            BOTH,
            &triples(&["i686-pc-windows-gnu", "i686-pc-windows-gnu"]),
        )
        .unwrap();
        assert_eq!(targets.len(), 1);
        assert_eq!(left_out[0].architecture, Architecture::X64);
        assert_eq!(left_out[0].reason, Reason::NotNamed);
    }

    #[test]
    fn targets_that_do_not_fit_are_refused() {
        for triple in [
            "aarch64-pc-windows-msvc",
            "x86_64-unknown-linux-gnu",
            "windows",
            "",
        ] {
            assert!(
                matches!(
                    named(BOTH, &triples(&[triple])),
                    Err(Error::UnknownTarget { .. })
                ),
                "{triple}"
            );
        }
        assert!(matches!(
            named(&[Architecture::X64], &triples(&["i686-pc-windows-gnu"])),
            Err(Error::TargetNotInSpec { .. })
        ));
        assert!(matches!(
            named(
                BOTH,
                &triples(&["i686-pc-windows-gnu", "i686-pc-windows-msvc"])
            ),
            Err(Error::TwoTargets { .. })
        ));
    }

    #[test]
    fn what_is_left_out_says_how_to_get_it() {
        let left_out = LeftOut {
            architecture: Architecture::X86,
            reason: Reason::NoStandardLibrary {
                triple: "i686-pc-windows-msvc".to_owned(),
            },
        };
        assert_eq!(
            left_out.command().unwrap(),
            "rustup target add i686-pc-windows-msvc"
        );
        assert!(left_out.to_string().starts_with("x86: "), "{left_out}");
        let left_out = LeftOut {
            architecture: Architecture::X64,
            reason: Reason::NoLinker {
                triple: "x86_64-pc-windows-gnu".to_owned(),
                linker: "x86_64-w64-mingw32-gcc".to_owned(),
                package: "gcc-mingw-w64-x86-64",
            },
        };
        assert_eq!(left_out.command(), None, "every system has its own");
        assert!(left_out.to_string().contains("mingw-w64"), "{left_out}");
    }

    #[test]
    fn a_configuration_of_cargo_names_the_linker() {
        let place = tempfile::tempdir().unwrap();
        let project = place.path().join("workspace/project");
        fs::create_dir_all(&project).unwrap();
        let triple = "x86_64-pc-windows-test";
        assert!(!names_linker(triple, &project));
        for directory in ["workspace/.cargo", "workspace/project/.cargo"] {
            let directory = place.path().join(directory);
            fs::create_dir(&directory).unwrap();
            for (text, names) in [
                ("[target.x86_64-pc-windows-test]\nlinker = \"mine\"\n", true),
                (
                    "[target.x86_64-pc-windows-test]\nrunner = \"mine\"\n",
                    false,
                ),
                ("[target.i686-pc-windows-test]\nlinker = \"mine\"\n", false),
                ("[target", false),
            ] {
                fs::write(directory.join("config.toml"), text).unwrap();
                assert_eq!(names_linker(triple, &project), names, "{text}");
            }
        }
    }
}
