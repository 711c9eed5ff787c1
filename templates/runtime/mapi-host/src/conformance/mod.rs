//! A conformance suite for MAPI message store providers.
//!
//! It sees a provider through `MSProviderInit`, `ServiceEntry` and the vtables of its objects, and nothing else, so that
//! it judges any provider: one of this family, or a DLL that somebody else built. Each [`Check`] runs on a profile and
//! in a directory of its own, says which [part of the contract](Contract) it comes from and on which page of Microsoft's
//! documentation that rests, and ends as [`Outcome::Passed`], [`Outcome::Failed`] or [`Outcome::NotApplicable`]. What a
//! provider must have, it cannot pass by doing without: see [`Subject::requires`].
//!
//! ```no_run
//! use mapi_host::conformance::{Suite, Subject};
//!
//! # fn main() -> std::io::Result<()> {
//! let provider = unsafe { mapi_host::Provider::load("contoso32.dll".as_ref())? };
//! let report = Suite::new().run(&Subject::new("Contoso Archive", provider));
//! print!("{}", report.text());
//! std::fs::write("conformance.html", report.html())?;
//! # Ok(())
//! # }
//! ```

mod check;
mod checks;
mod context;
mod expect;
mod process;
mod program;
mod registration;
mod report;
mod rows;
mod run;
mod second;
mod subject;
mod wire;
mod worker;

pub use check::{Check, Contract, Outcome};
pub use program::test_program;
pub use registration::Registration;
pub use report::{CheckReport, Count, Report};
pub use rows::{ROWS, Row};
pub use run::Suite;
pub use subject::{DEFAULT_STORE, SECONDARY_STORE, Subject};

use check::{Body, Stop, Verdict};
use context::{Context, Open, not_applicable};
use run::Observation;

#[cfg(test)]
mod tests;
