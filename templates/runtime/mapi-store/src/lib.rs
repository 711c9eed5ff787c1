//! The runtime of a MAPI message store provider.

#[cfg(feature = "runtime")]
pub mod com;
#[cfg(feature = "runtime")]
pub mod definition;
#[cfg(feature = "runtime")]
pub mod entry;
#[cfg(feature = "runtime")]
pub mod objects;
#[cfg(feature = "runtime")]
#[forbid(unsafe_code)]
pub mod settings;
#[cfg(feature = "runtime")]
#[forbid(unsafe_code)]
pub mod store;
#[cfg(feature = "runtime")]
#[forbid(unsafe_code)]
pub mod sync;

/// MAPI's binary interface, for [`export_provider!`].
#[cfg(feature = "runtime")]
pub use mapi_abi as abi;

/// The text of this crate, for the generator that copies it.
#[cfg(feature = "sources")]
pub static SOURCES: include_dir::Dir<'_> = include_dir::include_dir!("$CARGO_MANIFEST_DIR");
