//! The version resource of the DLL, and version resource and manifest of the setup program, for their build scripts.
//!
//! Build scripts call [`library`] or [`program`]. For targets other than Windows both do nothing and need nothing. For Windows
//! they need the resource compiler of the toolchain (rc.exe of the Windows SDK, windres of mingw-w64, llvm-rc); without one the
//! file is built all the same, and cargo shows a warning.

#![forbid(unsafe_code)]

#[cfg(feature = "runtime")]
mod embed;
#[cfg(feature = "runtime")]
mod script;

#[cfg(feature = "runtime")]
pub use embed::{library, program};

/// What Explorer, installers and inventories show of a file.
#[cfg(feature = "runtime")]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Version<'a> {
    /// The name of the file as it ships (OriginalFilename): `contoso32.dll`.
    pub file_name: &'a str,
    /// Who ships it (CompanyName).
    pub company: &'a str,
    /// What it belongs to (ProductName).
    pub product: &'a str,
    /// What it is, in one sentence (FileDescription).
    pub description: &'a str,
    /// Its version, `major.minor.patch` and what may follow (FileVersion, ProductVersion).
    pub version: &'a str,
}

/// The text of this crate, for the generator that copies it.
#[cfg(feature = "sources")]
pub static SOURCES: include_dir::Dir<'_> = include_dir::include_dir!("$CARGO_MANIFEST_DIR");
