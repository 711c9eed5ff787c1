//! Directories for tests.

use crate::host::*;
use std::path::{Path, PathBuf};

/// A directory that a test uses for its own; removed with all it holds.
pub struct TestDirectory {
    path: PathBuf,
}

impl TestDirectory {
    /// A new directory among the temporary files of the system.
    ///
    /// # Panics
    /// Panics if it cannot be made.
    #[allow(
        clippy::new_without_default,
        reason = "a new directory is more than a default value"
    )]
    pub fn new() -> Self {
        let path = std::env::temp_dir().join(format!("mapi-host-{}", hex(&new_uid().ab[..8])));
        std::fs::create_dir_all(&path).expect("a temporary directory can be made");
        Self { path }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Where something in it is.
    pub fn join(&self, name: impl AsRef<Path>) -> PathBuf {
        self.path.join(name)
    }
}

impl Drop for TestDirectory {
    fn drop(&mut self) {
        // A file that is still open on Windows may stay; the system cleans up its temporary files.
        let _ = std::fs::remove_dir_all(&self.path);
    }
}
