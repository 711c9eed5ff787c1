//! `.cargo-mapi.lock`: which generator made a project, and what each file was when it did.

use std::fmt::Write;

use sha2::{Digest, Sha256};

use super::escape::toml_str;
use crate::files::{FileSet, Owner};

/// The lock file's name in a project.
pub const LOCK_FILE: &str = ".cargo-mapi.lock";

/// The lock file of a project with these files.
pub(super) fn lock_file(files: &FileSet) -> String {
    let mut text = String::from(
        "# Made by cargo-mapi: tells which files are still as they were generated. Not for editing; keep it under\n\
         # version control.\n\
         version = 1\n",
    );
    let generator = toml_str(env!("CARGO_PKG_VERSION"));
    writeln!(text, "generator = {generator}").expect("writing to a string succeeds");
    for (table, owner) in [("generated", Owner::Generated), ("team", Owner::Team)] {
        writeln!(text, "\n# SHA-256 of each file\n[{table}]")
            .expect("writing to a string succeeds");
        for (path, file) in files.iter().filter(|(_, file)| file.owner == owner) {
            write!(text, "{} = \"", toml_str(path)).expect("writing to a string succeeds");
            for byte in Sha256::digest(&file.bytes) {
                write!(text, "{byte:02x}").expect("writing to a string succeeds");
            }
            text.push_str("\"\n");
        }
    }
    text
}
