//! A refusal of the file system, with the purpose and the path that its own error does not name.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

/// What the file system refused. `Display` says it in one line.
#[derive(Debug)]
pub struct IoFailure {
    /// What was attempted, as a verb phrase: "create directory".
    pub purpose: &'static str,
    /// The file or directory concerned.
    pub path: PathBuf,
    /// The system's answer.
    pub source: io::Error,
}

impl fmt::Display for IoFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path.display();
        write!(f, "could not {} `{path}`: {}", self.purpose, self.source)
    }
}

impl std::error::Error for IoFailure {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.source)
    }
}

/// Adds the purpose and the path to an I/O result.
pub(crate) fn named<T>(
    result: io::Result<T>,
    purpose: &'static str,
    path: &Path,
) -> Result<T, IoFailure> {
    result.map_err(|source| IoFailure {
        purpose,
        path: path.to_owned(),
        source,
    })
}
