//! The runtime crates, as they stand: every one carries its own sources.

use include_dir::Dir;

use super::templates::each;
use super::{Error, add};
use crate::files::{FileSet, Owner};

/// The runtime crates and their sources.
static CRATES: [(&str, &Dir<'static>); 5] = [
    ("mapi-abi", &mapi_abi::SOURCES),
    ("mapi-host", &mapi_host::SOURCES),
    ("mapi-resource", &mapi_resource::SOURCES),
    ("mapi-setup", &mapi_setup::SOURCES),
    ("mapi-store", &mapi_store::SOURCES),
];

/// Where a packaged crate keeps the manifest that its author wrote.
const PRISTINE_MANIFEST: &str = "Cargo.toml.orig";

/// Adds the runtime crates below `runtime/`.
pub(super) fn add_to(files: &mut FileSet) -> Result<(), Error> {
    for (name, sources) in CRATES {
        let is_packaged = sources.get_file(PRISTINE_MANIFEST).is_some();
        each(sources, &mut |path, bytes| {
            let path = match path {
                PRISTINE_MANIFEST => "Cargo.toml",
                "Cargo.toml" if is_packaged => return Ok(()),
                path if is_left_out(path) => return Ok(()),
                path => path,
            };
            add(
                files,
                &format!("runtime/{name}/{path}"),
                Owner::Generated,
                bytes,
            )
        })?;
    }
    Ok(())
}

/// What cargo and git put beside the sources.
fn is_left_out(path: &str) -> bool {
    matches!(
        path,
        "Cargo.lock" | ".cargo_vcs_info.json" | ".cargo-ok" | ".gitignore"
    ) || path.starts_with("target/")
}
