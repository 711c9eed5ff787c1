//! The setup program of a provider: `install`, `repair`, `status` and `uninstall`.
//!
//! Every action first makes a plan (module `plan`): what there should be, what there is, and the steps between the two. Making
//! it reads everything and writes nothing; `--dry-run` ends there. Applying it is all or nothing as far as Windows allows: a
//! step that fails takes back those before it.
//!
//! | what | where |
//! |---|---|
//! | the DLL and this program | the product's install location |
//! | the provider's sections | every MAPISVC.INF of the Outlooks of the DLL's architecture |
//! | the store's kind, for Windows Search | the first existing of three keys, see module `indexing` |
//! | the log's level | the product's log key, where an administrator may change it |
//! | the entry in the list of installed programs | `...\CurrentVersion\Uninstall` |

#![cfg_attr(feature = "runtime", forbid(unsafe_code))]

#[cfg(feature = "runtime")]
mod action;
#[cfg(feature = "runtime")]
mod command;
#[cfg(feature = "runtime")]
mod entry;
#[cfg(feature = "runtime")]
pub mod indexing;
#[cfg(feature = "runtime")]
mod log;
#[cfg(feature = "runtime")]
mod machine;
#[cfg(feature = "runtime")]
pub mod plan;
#[cfg(feature = "runtime")]
pub mod profiles;
#[cfg(feature = "runtime")]
mod report;
#[cfg(feature = "runtime")]
mod target;
#[cfg(feature = "runtime")]
mod trouble;

#[cfg(feature = "runtime")]
pub use command::{main, run};
#[cfg(feature = "runtime")]
pub use machine::Machine;
#[cfg(feature = "runtime")]
pub use trouble::Trouble;

/// The text of this crate, for the generator that copies it.
#[cfg(feature = "sources")]
pub static SOURCES: include_dir::Dir<'_> = include_dir::include_dir!("$CARGO_MANIFEST_DIR");
