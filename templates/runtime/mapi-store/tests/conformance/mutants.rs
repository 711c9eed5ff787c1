//! Providers that are wrong in one thing each, and the checks that must notice.
#![allow(
    unsafe_op_in_unsafe_fn,
    clippy::too_many_arguments,
    reason = "a function that stands in for a slot is as unsafe as the slot, and has its arguments"
)]

mod objects;
mod properties;
mod provider;
mod tables;

use mapi_host::conformance::Suite;
use std::time::Duration;

use crate::patch::{self, Class};
use crate::subject;
use mapi_abi::MSPROVIDERINIT;

/// A provider with a fault.
pub struct Mutant {
    /// What is wrong.
    fault: &'static str,
    /// The slots that are replaced.
    slots: Vec<(Class, usize, usize)>,
    /// What takes the place of `MSProviderInit`.
    init: Option<MSPROVIDERINIT>,
    /// The check that must fail.
    caught_by: &'static str,
}

/// A mutant with one slot replaced in several classes.
fn mutant<const N: usize>(
    fault: &'static str,
    caught_by: &'static str,
    classes: [Class; N],
    slot: usize,
    function: *const (),
) -> Mutant {
    let slots = classes.map(|class| (class, slot, function as usize));
    Mutant {
        fault,
        slots: slots.to_vec(),
        init: None,
        caught_by,
    }
}

/// A check for those that judge what other checks leave behind.
const COMPANION: &str = "C39-no-warning-without-error";

/// What the mutant's check says of the provider as it is broken now.
fn failures(check: &str) -> Vec<(&'static str, String)> {
    let report = Suite::new()
        .only([check, COMPANION, "no-check-leaks", "memory-functions"])
        .time_limit(Duration::from_secs(10))
        .at_once(1)
        .run(&subject("broken", patch::broken()));
    report
        .failures()
        .map(|result| (result.check.id, result.line()))
        .collect()
}

#[test]
fn every_mutant_is_caught_by_the_check_that_is_meant_for_it() {
    let mutants: Vec<Mutant> = [
        provider::mutants(),
        properties::mutants(),
        tables::mutants(),
        objects::mutants(),
    ]
    .into_iter()
    .flatten()
    .collect();
    let wanted = std::env::var("MUTANT").unwrap_or_default();
    let mut survivors = Vec::new();
    let mut count = 0;
    for mutant in &mutants {
        if !mutant.fault.contains(&wanted) {
            continue;
        }
        count += 1;
        // Without the fault the check passes, so that it is the fault which is caught.
        patch::break_slots(&[], None);
        let before = failures(mutant.caught_by);
        assert_eq!(before, [], "{}", mutant.caught_by);
        patch::break_slots(&mutant.slots, mutant.init);
        let after = failures(mutant.caught_by);
        match after.iter().find(|(id, _)| *id == mutant.caught_by) {
            Some((_, line)) => println!("{}: {line}", mutant.fault),
            None => survivors.push((mutant.fault, mutant.caught_by, after)),
        }
    }
    println!("{count} mutants, {} survive", survivors.len());
    assert!(survivors.is_empty(), "{survivors:#?}");
}
