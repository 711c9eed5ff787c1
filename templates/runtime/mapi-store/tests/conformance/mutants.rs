//! Providers that are wrong in one thing each, and the checks that must notice.
#![allow(
    unsafe_op_in_unsafe_fn,
    clippy::too_many_arguments,
    reason = "a function that stands in for a slot is as unsafe as the slot, and has its arguments"
)]

mod copying;
mod grouping;
mod objects;
mod properties;
mod provider;
mod search;
mod submission;
mod tables;
mod trouble;

use mapi_host::conformance::Suite;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use crate::patch::{self, Class};
use crate::{announce, program_with, subject};
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
    /// Whether it is a default store that sends, instead of one that synchronizes.
    sending: bool,
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
        sending: false,
    }
}

/// A check for those that judge what other checks leave behind.
const COMPANION: &str = "C39-no-warning-without-error";

/// What the mutant's check says of the provider as it is broken now.
fn failures(check: &str, sending: bool) -> Vec<(&'static str, String)> {
    let report = Suite::new()
        .only([check, COMPANION, "no-check-leaks", "memory-functions"])
        .time_limit(Duration::from_secs(10))
        .at_once(1)
        .run(&subject("broken", patch::broken(sending)));
    report
        .failures()
        .map(|result| (result.check.id, result.line()))
        .collect()
}

fn all() -> Vec<Mutant> {
    let groups = [
        provider::mutants(),
        properties::mutants(),
        tables::mutants(),
        grouping::mutants(),
        objects::mutants(),
        search::mutants(),
        trouble::mutants(),
        copying::mutants(),
        submission::mutants(),
    ];
    groups.into_iter().flatten().collect()
}

/// Set in a process that tries one mutant: its fault.
const ALONE: &str = "MUTANT_ALONE";

#[test]
fn every_mutant_is_caught_by_the_check_that_is_meant_for_it() {
    if let Ok(fault) = std::env::var(ALONE) {
        let mutants = all();
        let mutant = mutants.iter().find(|mutant| mutant.fault == fault);
        return try_one(mutant.expect("the parent knows the mutants"));
    }
    let wanted = std::env::var("MUTANT").unwrap_or_default();
    let mut mutants = all();
    mutants.retain(|mutant| mutant.fault.contains(&wanted));
    let next = AtomicUsize::new(0);
    let survivors = Mutex::new(Vec::new());
    // Breaking is for a whole process, so each mutant has one; most of them wait for something most of the time.
    thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                while let Some(mutant) = mutants.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let said = try_in_a_process(mutant);
                    if let Err(said) = said {
                        let mut survivors = survivors.lock().expect("nobody panics with it");
                        survivors.push(format!("{}\n{said}", mutant.fault));
                    }
                }
            });
        }
    });
    let survivors = survivors.into_inner().expect("nobody panics with it");
    let count = mutants.len();
    announce(&format!("{count} mutants, {} survive", survivors.len()));
    assert!(survivors.is_empty(), "{}", survivors.join("\n\n"));
}

/// How many mutants are tried at the same time.
const AT_ONCE: usize = 4;

fn try_in_a_process(mutant: &Mutant) -> Result<(), String> {
    let test = "mutants::every_mutant_is_caught_by_the_check_that_is_meant_for_it";
    let output = program_with(test)
        .and_then(|mut command| command.env(ALONE, mutant.fault).output())
        .expect("this program can run again");
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said).into_owned();
    if output.status.success() && said.contains(CAUGHT) {
        Ok(())
    } else {
        Err(said)
    }
}

/// What a process says whose mutant was caught.
const CAUGHT: &str = "caught: ";

fn try_one(mutant: &Mutant) {
    // Without the fault the check passes, so that it is the fault which is caught.
    patch::break_slots(&[], None, mutant.sending);
    let before = failures(mutant.caught_by, mutant.sending);
    assert_eq!(before, [], "{}", mutant.caught_by);
    patch::break_slots(&mutant.slots, mutant.init, mutant.sending);
    let after = failures(mutant.caught_by, mutant.sending);
    let caught = after.iter().find(|(id, _)| *id == mutant.caught_by);
    let (_, line) = caught.unwrap_or_else(|| panic!("it survives: {after:#?}"));
    println!("{CAUGHT}{line}");
}
