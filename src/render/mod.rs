//! Spec -> files in memory. Pure: the same spec gives the same bytes on every machine, every day.

mod cargo_lock;
mod context;
mod escape;
mod helpers;
mod lock;
mod runtime;
mod rustfmt;
mod templates;
mod wix;

use std::fmt;

pub use cargo_lock::{CARGO_LOCK, is_dependency, setup_package, with_packages};
pub use context::Context;
pub use lock::LOCK_FILE;

use crate::files::{FileSet, Owner};
use crate::spec::Spec;

/// A fault of a template or of what travels with the generator; no spec should be able to cause one.
#[derive(Debug)]
pub struct Error(String);

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} (this is a fault of the generator, please report it)",
            self.0
        )
    }
}

impl std::error::Error for Error {}

/// Everything that a project with this spec consists of. `provider_toml` is the text of its provider.toml.
///
/// # Errors
/// When a template is faulty.
pub fn render(spec: &Spec, provider_toml: &str) -> Result<FileSet, Error> {
    let mut files = FileSet::default();
    add(
        &mut files,
        "provider.toml",
        Owner::Team,
        provider_toml.as_bytes().to_vec(),
    )?;
    templates::render(&Context::new(spec), &mut files)?;
    runtime::add_to(&mut files)?;
    let cargo_lock = with_packages(CARGO_LOCK, &spec.provider.name, &spec.provider.version);
    add(
        &mut files,
        "Cargo.lock",
        Owner::Team,
        cargo_lock.into_bytes(),
    )?;
    // Last, as it lists all others.
    let lock = lock::lock_file(&files);
    add(&mut files, LOCK_FILE, Owner::Generated, lock.into_bytes())?;
    Ok(files)
}

fn add(
    files: &mut FileSet,
    path: &str,
    owner: Owner,
    bytes: impl Into<std::borrow::Cow<'static, [u8]>>,
) -> Result<(), Error> {
    if files.insert(path, owner, bytes) {
        Ok(())
    } else {
        Err(Error(format!("two sources make the file `{path}`")))
    }
}
