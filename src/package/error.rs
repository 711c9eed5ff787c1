//! What can go wrong on the way from a project to its packages.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitStatus;

use super::targets::LeftOut;
use crate::io_failure::IoFailure;
use crate::spec::Architecture;

/// A failure to package. `Display` says what happened, [`Error::help`] what to do about it.
#[derive(Debug)]
pub enum Error {
    /// The file system refused something.
    Io(IoFailure),
    /// A file of the project that every package has is not there.
    Missing {
        /// The file.
        path: PathBuf,
    },
    /// Cargo.toml and provider.toml disagree about a key of `[package]`.
    Disagreement {
        /// The key.
        key: &'static str,
        /// What Cargo.toml says.
        manifest: String,
        /// What provider.toml says.
        spec: String,
    },
    /// The workspace has no package with the setup program.
    NoSetup {
        /// The package's name.
        package: String,
    },
    /// A program could not be run.
    Program {
        /// Its name or path.
        program: String,
        /// The system's answer.
        source: io::Error,
    },
    /// A program ended with a failure.
    Failed {
        /// Its command line.
        command: String,
        /// Its exit status.
        status: String,
        /// What it said and nobody has seen yet.
        said: String,
    },
    /// cargo could not describe the project.
    Metadata {
        /// What it said.
        message: String,
    },
    /// `--target` has no architecture that a provider can have.
    UnknownTarget {
        /// As it was typed.
        triple: String,
    },
    /// `--target` has an architecture that the spec does not name.
    TargetNotInSpec {
        /// As it was typed.
        triple: String,
        /// Its architecture.
        architecture: Architecture,
    },
    /// Two targets would make the same package.
    TwoTargets {
        /// Both.
        triples: [String; 2],
    },
    /// There is nothing to package for.
    NoTarget {
        /// Why not, for each architecture.
        left_out: Vec<LeftOut>,
    },
    /// The build did not make what it should.
    NotBuilt {
        /// The file that was expected.
        what: String,
        /// The target it was built for.
        triple: String,
    },
    /// `--from` has nothing of the provider.
    NothingBuilt {
        /// The directory.
        directory: PathBuf,
        /// The names that were looked for.
        names: Vec<String>,
    },
    /// A file is for another architecture, or not a Windows program.
    WrongMachine {
        /// The file.
        path: PathBuf,
        /// What it should be for.
        expected: Architecture,
        /// What it is.
        found: String,
    },
    /// The inspection found something.
    Findings {
        /// The DLL.
        path: PathBuf,
        /// Each in a line or more.
        findings: Vec<String>,
    },
    /// SOURCE_DATE_EPOCH is not a time that a zip file can have.
    SourceDateEpoch {
        /// What it is.
        value: String,
    },
    /// The signing command removed or damaged its file.
    SpoiltBySigning {
        /// The file's name.
        file: String,
    },
    /// A library failed to write a file in memory.
    Format {
        /// The kind of file.
        what: &'static str,
        /// What the library said.
        message: String,
    },
    /// The user interrupted.
    Interrupted,
}

impl Error {
    /// What to do about it, if anything can be said.
    #[must_use]
    pub fn help(&self) -> Option<String> {
        let help = match self {
            Self::Missing { path } if path.ends_with("provider.toml") => {
                "name the directory of a project that `cargo mapi new` has made".to_owned()
            }
            Self::Missing { .. } => {
                "it is generated: take it from version control, or from a new project with the same provider.toml".to_owned()
            }
            Self::Disagreement { key, .. } => {
                format!("write the same `{key}` in `[package]` of Cargo.toml and in `[provider]` of provider.toml")
            }
            Self::NoSetup { package } => format!(
                "it is generated in `setup/`; the workspace's `members` in Cargo.toml must name that directory, and its package is `{package}`"
            ),
            Self::Program { program, .. }
                if (Path::new(program).file_stem())
                    .is_some_and(|stem| stem == "rustc" || stem == "cargo") =>
            {
                "install Rust: https://rustup.rs".to_owned()
            }
            Self::Program { .. } => "the command is `sign` in `[packaging]` of provider.toml; `--no-sign` leaves it out".to_owned(),
            Self::Metadata { .. } => "`cargo metadata --locked` says the same; `cargo update --workspace` mends a Cargo.lock that is out of step".to_owned(),
            Self::UnknownTarget { .. } => {
                "for instance x86_64-pc-windows-msvc, i686-pc-windows-msvc, x86_64-pc-windows-gnu, i686-pc-windows-gnu".to_owned()
            }
            Self::TargetNotInSpec { architecture, .. } => format!(
                "add \"{}\" to `architectures` in `[registration]` of provider.toml, or leave the target out",
                architecture
            ),
            Self::TwoTargets { .. } => "name one target for each architecture".to_owned(),
            Self::NoTarget { left_out } => {
                let commands: Vec<String> = (left_out.iter())
                    .filter_map(LeftOut::command)
                    .map(|command| format!("`{command}`"))
                    .collect();
                if commands.is_empty() {
                    "name a target with `--target`".to_owned()
                } else {
                    format!("{}; or name another target with `--target`", commands.join(" and "))
                }
            }
            Self::NothingBuilt { .. } => {
                "the files lie in it, or in `x64` and `x86` below it, side by side".to_owned()
            }
            Self::NotBuilt { .. } => {
                "`crate-type` in Cargo.toml must have \"cdylib\", and `setup/` a program `setup`".to_owned()
            }
            Self::Findings { .. } => {
                "`cargo mapi inspect` tells more; `--force` packages it all the same".to_owned()
            }
            Self::SourceDateEpoch { .. } => {
                "it is the number of seconds since 1970, of a time from 1980 to 2107".to_owned()
            }
            _ => return None,
        };
        Some(help)
    }
}

impl Error {
    /// The failure of a program, or the interrupt that ended it: that may be known of the program before it is of this process.
    pub(super) fn of_program(status: ExitStatus, command: String, said: String) -> Self {
        if was_interrupted(status) {
            return Self::Interrupted;
        }
        Self::Failed {
            command,
            status: status.to_string(),
            said,
        }
    }
}

/// Whether Ctrl-C has ended a program.
#[cfg(unix)]
fn was_interrupted(status: ExitStatus) -> bool {
    use std::os::unix::process::ExitStatusExt;
    const SIGINT: i32 = 2;
    status.signal() == Some(SIGINT)
}

/// Whether Ctrl-C has ended a program.
#[cfg(not(unix))]
fn was_interrupted(status: ExitStatus) -> bool {
    const STATUS_CONTROL_C_EXIT: u32 = 0xC000_013A;
    status.code().map(i32::cast_unsigned) == Some(STATUS_CONTROL_C_EXIT)
}

impl From<IoFailure> for Error {
    fn from(failure: IoFailure) -> Self {
        Self::Io(failure)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(failure) => failure.fmt(f),
            Self::Missing { path } => write!(f, "there is no `{}`", path.display()),
            Self::Disagreement {
                key,
                manifest,
                spec,
            } => write!(
                f,
                "Cargo.toml has the {key} `{manifest}`, provider.toml has `{spec}`"
            ),
            Self::NoSetup { package } => write!(f, "the workspace has no package `{package}`"),
            Self::Program { program, source } => write!(f, "could not run `{program}`: {source}"),
            Self::Failed {
                command,
                status,
                said,
            } => {
                write!(f, "`{command}` failed: {status}")?;
                for line in said.lines() {
                    write!(f, "\n  {line}")?;
                }
                Ok(())
            }
            Self::Metadata { message } => {
                write!(f, "cargo could not describe the project: {message}")
            }
            Self::UnknownTarget { triple } => {
                write!(f, "`{triple}` is not a target that Outlook runs on")
            }
            Self::TargetNotInSpec {
                triple,
                architecture,
            } => write!(
                f,
                "`{triple}` makes a provider for {}, and the spec does not",
                architecture
            ),
            Self::TwoTargets { triples: [a, b] } => {
                write!(f, "`{a}` and `{b}` would make the same package")
            }
            Self::NoTarget { left_out } => {
                write!(f, "there is no architecture to package for")?;
                for left_out in left_out {
                    write!(f, "\n  {left_out}")?;
                }
                Ok(())
            }
            Self::NotBuilt { what, triple } => {
                write!(f, "the build for {triple} has made no {what}")
            }
            Self::NothingBuilt { directory, names } => write!(
                f,
                "`{}` has no {}",
                directory.display(),
                names.join(" and no ")
            ),
            Self::WrongMachine {
                path,
                expected,
                found,
            } => write!(f, "`{}` is not for {}: {found}", path.display(), expected),
            Self::Findings { path, findings } => {
                let plural = if findings.len() == 1 { "" } else { "s" };
                write!(
                    f,
                    "the inspection of `{}` has {} finding{plural}",
                    path.display(),
                    findings.len()
                )?;
                for finding in findings {
                    write!(f, "\n  {finding}")?;
                }
                Ok(())
            }
            Self::SourceDateEpoch { value } => {
                write!(
                    f,
                    "SOURCE_DATE_EPOCH is `{value}`, which no zip file can hold"
                )
            }
            Self::SpoiltBySigning { file } => {
                write!(
                    f,
                    "after signing, `{file}` is gone or no longer a Windows program"
                )
            }
            Self::Format { what, message } => write!(f, "could not make the {what}: {message}"),
            Self::Interrupted => write!(f, "interrupted; nothing was written"),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Io(failure) => Some(&failure.source),
            Self::Program { source, .. } => Some(source),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_missing_cargo_or_rustc_is_installed_with_rust() {
        for (program, wanted) in [
            ("cargo", "install Rust"),
            ("/usr/bin/rustc.exe", "install Rust"),
            ("/home/somebody/.cargo/bin/sign", "`sign` in `[packaging]`"),
            ("cargo-sign", "`sign` in `[packaging]`"),
        ] {
            let error = Error::Program {
                program: program.to_owned(),
                source: io::ErrorKind::NotFound.into(),
            };
            let help = error.help().unwrap();
            assert!(help.contains(wanted), "{program}: {help}");
        }
    }
}
