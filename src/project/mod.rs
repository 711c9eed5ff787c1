//! Files in memory -> a directory: the plan, and its execution all at once or not at all.

mod apply;
mod error;
mod fs;
mod interrupt;
mod plan;
mod vcs;
mod workspace;

pub use apply::{Outcome, apply};
pub use error::Error;
pub use interrupt::EXIT_CODE as INTERRUPTED_EXIT_CODE;
pub(crate) use interrupt::Guard as InterruptGuard;
pub use plan::{Plan, plan};
pub use vcs::Vcs;
pub use workspace::Exclusion;
