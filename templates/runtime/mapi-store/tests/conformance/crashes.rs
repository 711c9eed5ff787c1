//! Providers that crash, hang or end the process: the suite outlives them, says what happened, and runs the other checks.
#![allow(
    unsafe_op_in_unsafe_fn,
    reason = "a function that stands in for a slot is as unsafe as the slot"
)]

use std::ffi::c_void;
use std::time::Duration;

use mapi_abi::*;
use mapi_host::conformance::{Outcome, Report, Subject, Suite};

use crate::patch::{self, Class, original};
use crate::{program_with, subject};

/// Set in the processes of a run: the fault.
const FAULT: &str = "CRASHING_PROVIDER";
/// The check that meets the fault.
const VICTIM: &str = "S3.9-row-count";
/// A check that does not, before and after it.
const BYSTANDERS: [&str; 2] = ["A4-object-has-one-reference", "D70-end-of-table"];
/// The check on the life of the processes.
const DEATHS: &str = "S1.2-no-process-dies";
const GET_ROW_COUNT: usize = 9;

type RowCount = unsafe extern "system" fn(*mut c_void, u32, *mut u32) -> HRESULT;

/// Runs the victim and its bystanders on a provider whose GetRowCount is broken, or whose `slot` is.
fn run(test: &'static str, slot: usize, fault: *const ()) -> Report {
    let is_worker = std::env::var(FAULT).is_ok_and(|name| name == test);
    if is_worker {
        patch::break_slots(&[(Class::Table, slot, fault as usize)], None, false);
    }
    Suite::new()
        .started_by(move || {
            let mut command = program_with(test)?;
            command.env(FAULT, test).env("RUST_BACKTRACE", "0");
            Ok(command)
        })
        .only([VICTIM, BYSTANDERS[0], BYSTANDERS[1], DEATHS])
        .time_limit(Duration::from_secs(20))
        .at_once(1)
        .run(&subject("crashing", patch::broken(false)))
}

fn outcome<'a>(report: &'a Report, id: &str) -> &'a Outcome {
    let found = report.results.iter().find(|result| result.check.id == id);
    &found.expect("the check has run").outcome
}

fn came<'a>(report: &'a Report, id: &str) -> &'a str {
    match outcome(report, id) {
        Outcome::Failed { came, .. } => came,
        other => panic!("{id}: {other:?}"),
    }
}

/// The victim fails with these words, and so does the check on processes; the others pass.
fn assert_died(report: &Report, words: &str) {
    let said = came(report, VICTIM);
    assert!(said.contains(words), "{said}");
    assert!(came(report, DEATHS).contains(words));
    for id in BYSTANDERS {
        assert_eq!(outcome(report, id), &Outcome::Passed, "{id}");
    }
}

macro_rules! crash {
    ($test:ident, $words:expr, || $fault:expr) => {
        #[test]
        fn $test() {
            unsafe extern "system" fn fault(_: *mut c_void, _: u32, _: *mut u32) -> HRESULT {
                $fault
            }
            let test = concat!("crashes::", stringify!($test));
            let report = run(test, GET_ROW_COUNT, fault as RowCount as *const ());
            assert_died(&report, $words);
        }
    };
}

/// What the system calls an access to memory that is not there.
const ACCESS_VIOLATION: &str = "an access violation";

crash!(
    a_write_through_a_wild_pointer_fails_a_check,
    ACCESS_VIOLATION,
    || {
        let wild = std::hint::black_box(0x10_usize) as *mut u32;
        wild.write_volatile(1);
        S_OK
    }
);

crash!(an_abort_fails_a_check, "an abort", || std::process::abort());

crash!(
    a_panic_through_a_vtable_fails_a_check,
    "the provider's own words",
    || panic!("the provider's own words")
);

#[cfg(unix)]
const STACK_OVERFLOW: &str = "overflowed its stack";
#[cfg(windows)]
const STACK_OVERFLOW: &str = "a stack overflow";

#[allow(unconditional_recursion, reason = "it is the fault")]
fn recurse(depth: u64) -> u64 {
    let room = std::hint::black_box([depth; 64]);
    recurse(depth + 1) + room[(depth % 64) as usize]
}

crash!(a_stack_overflow_fails_a_check, STACK_OVERFLOW, || {
    HRESULT(recurse(0) as i32)
});

crash!(an_exit_fails_a_check, "exit code 0", || std::process::exit(
    0
));

crash!(an_exit_with_a_code_fails_a_check, "exit code 7", || {
    std::process::exit(7)
});

#[test]
fn an_endless_loop_fails_a_check() {
    unsafe extern "system" fn fault(_: *mut c_void, _: u32, _: *mut u32) -> HRESULT {
        let mut number = 0_u64;
        loop {
            number = std::hint::black_box(number.wrapping_add(1));
        }
    }
    let test = "crashes::an_endless_loop_fails_a_check";
    if std::env::var(FAULT).is_ok() {
        run(test, GET_ROW_COUNT, fault as RowCount as *const ());
    }
    patch::break_slots(&[], None, false);
    let report = Suite::new()
        .started_by(move || {
            let mut command = program_with(test)?;
            command.env(FAULT, test);
            Ok(command)
        })
        .only([VICTIM, BYSTANDERS[0], BYSTANDERS[1]])
        .time_limit(Duration::from_secs(8))
        .at_once(1)
        .run(&subject("hanging", patch::broken(false)));
    assert_eq!(came(&report, VICTIM), "a call that hangs");
    for id in BYSTANDERS {
        assert_eq!(outcome(&report, id), &Outcome::Passed, "{id}");
    }
}

#[test]
fn a_thread_that_crashes_fails_the_check_on_processes() {
    unsafe extern "system" fn fault(this: *mut c_void, flags: u32, count: *mut u32) -> HRESULT {
        std::thread::spawn(|| std::process::abort());
        original::<RowCount>(this, GET_ROW_COUNT)(this, flags, count)
    }
    let test = "crashes::a_thread_that_crashes_fails_the_check_on_processes";
    let report = run(test, GET_ROW_COUNT, fault as RowCount as *const ());
    assert!(came(&report, DEATHS).contains("an abort"));
    for id in BYSTANDERS {
        assert_eq!(outcome(&report, id), &Outcome::Passed, "{id}");
    }
}

// On Windows the end of a process runs what its DLLs have left to do, and no `atexit` of the program, which the provider is part of
// here.
#[cfg(not(windows))]
#[test]
fn a_crash_at_the_end_of_the_process_fails_the_check_on_processes() {
    unsafe extern "C" {
        fn atexit(function: extern "C" fn()) -> i32;
    }
    extern "C" fn crash() {
        std::process::abort();
    }
    unsafe extern "system" fn fault(this: *mut c_void, flags: u32, count: *mut u32) -> HRESULT {
        atexit(crash);
        original::<RowCount>(this, GET_ROW_COUNT)(this, flags, count)
    }
    let test = "crashes::a_crash_at_the_end_of_the_process_fails_the_check_on_processes";
    let report = run(test, GET_ROW_COUNT, fault as RowCount as *const ());
    assert!(came(&report, DEATHS).contains("at its end"));
    assert_eq!(outcome(&report, VICTIM), &Outcome::Passed);
}

#[test]
fn what_a_provider_prints_confuses_nobody() {
    unsafe extern "system" fn fault(this: *mut c_void, flags: u32, count: *mut u32) -> HRESULT {
        use std::io::Write;
        let noise = "conformance ready S3.9-row-count p\t.".repeat(1000);
        for _ in 0..200 {
            let _ = std::io::stdout().write_all(noise.as_bytes());
            let _ = std::io::stderr().write_all(noise.as_bytes());
        }
        let _ = std::io::stdout().write_all(b"\nhalf a line");
        original::<RowCount>(this, GET_ROW_COUNT)(this, flags, count)
    }
    let test = "crashes::what_a_provider_prints_confuses_nobody";
    let report = run(test, GET_ROW_COUNT, fault as RowCount as *const ());
    assert!(report.is_success(), "{}", report.text());
}

#[test]
fn a_provider_that_cannot_be_loaded_fails_every_check_quickly() {
    let test = "crashes::a_provider_that_cannot_be_loaded_fails_every_check_quickly";
    if std::env::var(FAULT).is_ok() {
        // What happens to a process whose DLL crashes while it is loaded.
        std::process::abort();
    }
    let report = Suite::new()
        .started_by(move || {
            let mut command = program_with(test)?;
            command.env(FAULT, test);
            Ok(command)
        })
        .run(&subject("not loadable", patch::broken(false)));
    let count = report.count();
    assert!(count.failed > 400, "{}", report.summary());
    assert!(came(&report, VICTIM).contains("an abort"));
}

#[test]
fn a_library_without_the_entry_points_fails_every_check() {
    let test = "crashes::a_library_without_the_entry_points_fails_every_check";
    let library = Subject::from_library("no library", "no-such-library.dll");
    let report = Suite::new()
        .started_by(move || program_with(test))
        .only([VICTIM, BYSTANDERS[0]])
        .run(&library);
    assert_eq!(report.count().failed, 2, "{}", report.text());
    assert!(came(&report, VICTIM).contains("no-such-library.dll"));
}
