//! The file system, with errors that name the path and the purpose.

use std::fs;
use std::io::Write;
use std::path::Path;

use crate::io_failure::{IoFailure, named};

/// Creates one directory, with the permissions that the user's other directories get.
pub(super) fn create_dir(path: &Path) -> Result<(), IoFailure> {
    named(fs::create_dir(path), "create directory", path)
}

/// Writes a new file; an existing one is an error, as nobody but us writes where we stage.
pub(super) fn write_new(path: &Path, bytes: &[u8]) -> Result<(), IoFailure> {
    let mut file = named(fs::File::create_new(path), "create file", path)?;
    named(file.write_all(bytes), "write file", path)
}

/// Replaces a file's contents in one step, keeping its permissions: readers see the old text or the new one.
pub(super) fn replace(path: &Path, bytes: &[u8]) -> Result<(), IoFailure> {
    // Through symbolic links: replacing the link itself would part two names of one file.
    let path = &named(dunce::canonicalize(path), "find", path)?;
    let directory = path.parent().unwrap_or(Path::new("."));
    let permissions = named(fs::metadata(path), "read the permissions of", path)?.permissions();
    let mut file = named(
        tempfile::Builder::new()
            .prefix(".cargo-mapi-")
            .tempfile_in(directory),
        "create a temporary file in",
        directory,
    )?;
    named(file.write_all(bytes), "write a temporary file for", path)?;
    named(
        file.as_file().set_permissions(permissions),
        "set the permissions of the new",
        path,
    )?;
    named(
        file.persist(path).map_err(|error| error.error),
        "replace",
        path,
    )?;
    Ok(())
}

/// Whether a directory has no entry.
pub(super) fn is_empty(path: &Path) -> Result<bool, IoFailure> {
    let mut entries = named(fs::read_dir(path), "read directory", path)?;
    Ok(entries.next().is_none())
}
