//! What can go wrong between a set of files in memory and a directory on disk.

use std::fmt;
use std::io;
use std::path::PathBuf;

use crate::io_failure::IoFailure;

/// A failure to write a project. `Display` says what happened, [`Error::help`] what to do about it.
#[derive(Debug)]
pub enum Error {
    /// The file system refused something.
    Io(IoFailure),
    /// The target exists and is not a directory.
    TargetNotDirectory {
        /// The target.
        path: PathBuf,
    },
    /// The target exists and holds something.
    TargetNotEmpty {
        /// The target.
        path: PathBuf,
        /// Whether a project of this generator is what it holds.
        generated: bool,
    },
    /// The target is the directory that the command runs in, or holds it: it cannot be replaced under the caller.
    TargetIsCurrent {
        /// The target.
        path: PathBuf,
    },
    /// Interrupted by the user; nothing was written.
    Interrupted,
    /// Git cannot be run.
    GitMissing {
        /// The system's answer.
        source: io::Error,
    },
    /// `git init` was asked for and did not work.
    Git {
        /// What git, or the system about git, said.
        message: String,
    },
    /// The manifest of an outer workspace claims the target as a member by name.
    OuterMember {
        /// The outer workspace's manifest.
        manifest: PathBuf,
        /// The entry of `workspace.members`.
        entry: String,
    },
    /// A file of the plan would land outside the project: a fault of the generator.
    BadPath {
        /// The path as planned.
        path: String,
    },
}

impl Error {
    /// What the user can do, as a sentence or a command.
    #[must_use]
    pub fn help(&self) -> Option<String> {
        match self {
            Self::Io(IoFailure { path, source, .. }) => match source.kind() {
                io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
                    Some("choose a directory that you may write to, with `--path DIR`".to_owned())
                }
                io::ErrorKind::StorageFull => Some("free some space, or choose another disk with `--path DIR`".to_owned()),
                io::ErrorKind::ResourceBusy | io::ErrorKind::CrossesDevices => Some(format!(
                    "`{}` may be a mount point, which cannot be replaced: name a directory inside it",
                    path.display()
                )),
                _ => None,
            },
            Self::TargetNotDirectory { .. } => Some("choose another name, or another place with `--path DIR`".to_owned()),
            Self::TargetNotEmpty { generated: false, .. } => {
                Some("choose another name, or another place with `--path DIR`, or empty the directory".to_owned())
            }
            Self::TargetNotEmpty { generated: true, .. } => Some(
                "it holds a generated project: generate into a new directory with `--path DIR` and compare, \
                 or remove it first"
                    .to_owned(),
            ),
            Self::TargetIsCurrent { path } => Some(match path.file_name() {
                Some(name) => format!(
                    "run the command from the parent directory: `cd .. && cargo mapi new {}`",
                    name.to_string_lossy()
                ),
                None => "name a directory below it".to_owned(),
            }),
            Self::Interrupted => None,
            Self::Git { .. } | Self::GitMissing { .. } => Some("use `--vcs none`".to_owned()),
            Self::OuterMember { manifest, entry } => Some(format!(
                "a generated project is a workspace of its own: remove \"{entry}\" from `workspace.members` in `{}`",
                manifest.display()
            )),
            Self::BadPath { .. } => Some("this is a fault of the generator, please report it".to_owned()),
        }
    }
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
            Self::TargetNotDirectory { path } => {
                write!(f, "`{}` exists and is not a directory", path.display())
            }
            Self::TargetNotEmpty { path, .. } => {
                write!(f, "directory `{}` exists and is not empty", path.display())
            }
            Self::TargetIsCurrent { path } => {
                write!(
                    f,
                    "`{}` is the current directory, or holds it",
                    path.display()
                )
            }
            Self::Interrupted => write!(f, "interrupted; nothing was written"),
            Self::GitMissing { source } => write!(f, "could not run git: {source}"),
            Self::Git { message } => write!(f, "could not make a git repository: {message}"),
            Self::OuterMember { manifest, entry } => write!(
                f,
                "the workspace `{}` has the new project as its member \"{entry}\"",
                manifest.display()
            ),
            Self::BadPath { path } => write!(f, "`{path}` is not a path inside a project"),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Io(failure) => Some(&failure.source),
            Self::GitMissing { source } => Some(source),
            _ => None,
        }
    }
}
