//! The generator behind `cargo mapi`.
//!
//! ```text
//! text --spec::load----> Spec (typed, all findings at once)
//!      --render--------> FileSet: path -> bytes, owner         pure, no disk
//!      --project::plan-> Plan                                  reads the disk, writes nothing
//!      --project::apply-> the directory                        all or nothing
//! ```

mod cli;
pub mod files;
pub mod inspect;
mod io_failure;
pub mod package;
pub mod project;
pub mod render;
pub mod spec;

pub use cli::run;
pub use io_failure::IoFailure;
