//! The inside of a worker process: takes the names of checks on its standard input and answers on its standard output.

use crate::conformance::wire::{self, Answer};
use crate::conformance::{Check, Subject, checks, second};
use std::io::{BufRead, Write};

/// Set in worker processes: the word with which lines for the suite begin. Other lines are the provider's.
pub(crate) const VARIABLE: &str = "MAPI_CONFORMANCE_WORKER";
/// The line that says that a worker has been built and waits for checks.
pub(crate) const READY: &str = "ready";

/// The word with which this process has to begin its answers, if it is a worker.
pub(crate) fn requested() -> Option<String> {
    std::env::var(VARIABLE).ok().filter(|word| !word.is_empty())
}

/// Runs the checks that the suite asks for until it asks for no more.
pub(crate) fn serve(word: &str, subject: &Subject, run: impl Fn(&'static Check) -> Answer) {
    crash::be_quiet();
    // A provider that cannot be loaded fails each check later; one that crashes already now has said enough.
    let _ = subject.provider();
    second::serve(word, subject);
    say(&format!("{word} {READY}"));
    let known = checks::all();
    for line in std::io::stdin().lock().lines() {
        let Ok(line) = line else {
            return;
        };
        if let Some(check) = known.iter().find(|check| check.id == line.trim()) {
            let answer = wire::encode(&run(check));
            say(&format!("{word} {} {answer}", check.id));
        }
    }
}

/// Writes a line in one piece, after an end to whatever the provider has begun.
pub(crate) fn say(line: &str) {
    let mut output = std::io::stdout().lock();
    // Without a reader there is nobody to work for.
    if output.write_all(format!("\n{line}\n").as_bytes()).is_err() || output.flush().is_err() {
        std::process::exit(1);
    }
}

#[cfg(windows)]
mod crash {
    use std::ffi::c_void;

    const SEM_FAILCRITICALERRORS: u32 = 1;
    const SEM_NOGPFAULTERRORBOX: u32 = 2;
    const EXCEPTION_EXECUTE_HANDLER: i32 = 1;

    #[link(name = "kernel32")]
    unsafe extern "system" {
        fn SetErrorMode(mode: u32) -> u32;
        fn SetUnhandledExceptionFilter(
            filter: Option<unsafe extern "system" fn(*mut c_void) -> i32>,
        ) -> *mut c_void;
    }

    unsafe extern "system" fn end(_: *mut c_void) -> i32 {
        EXCEPTION_EXECUTE_HANDLER
    }

    /// Lets a crash end the process at once, with no window that somebody would have to close and no debugger.
    pub(super) fn be_quiet() {
        // SAFETY: the functions change how this process ends, and nothing else; the filter does nothing.
        unsafe {
            SetErrorMode(SEM_FAILCRITICALERRORS | SEM_NOGPFAULTERRORBOX);
            SetUnhandledExceptionFilter(Some(end));
        }
    }
}

#[cfg(not(windows))]
mod crash {
    /// A crash ends the process at once as it is.
    pub(super) fn be_quiet() {}
}
