//! Compares mapi-abi with Microsoft's own bindings of the same headers, and says in how much they agree.
//!
//! The bindings are the crates `outlook-mapi-sys` and, for COM itself, `windows`. Every constant, structure, interface and
//! function type that mapi-abi declares is compared with what they have under the same name. What neither has stands in
//! `only-here.txt`; where they differ and are wrong stands in [`exceptions`], with the reason.

mod exceptions;
mod signature;
mod tally;

use signature::{bits, member, signature_of, slot};
use std::process::ExitCode;
use tally::Tally;

/// Written by the build script from the sources of both sides.
mod comparison {
    use super::*;
    include!(concat!(env!("OUT_DIR"), "/comparison.rs"));
}

fn main() -> ExitCode {
    let mut tally = Tally::default();
    comparison::compare(&mut tally);
    let mut faults = tally.faults(exceptions::EXCEPTIONS);
    faults.extend(exceptions::only_here(comparison::ONLY_HERE));
    for fault in &faults {
        eprintln!("{fault}");
    }
    println!(
        "{}",
        tally.summary(exceptions::EXCEPTIONS, comparison::ONLY_HERE)
    );
    if faults.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
