//! Ctrl-C and termination requests while a project is being written.
//!
//! Outside [`Guard`]'s lifetime an interrupt ends the process at once, as it would without us. Within it the first
//! interrupt is only noted; the writer asks [`Guard::check`] between two files, cleans up and returns.

use std::sync::Once;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use super::Error;

/// Exit code of an interrupted process, as shells report SIGINT.
pub const EXIT_CODE: i32 = 130;

static INSTALL: Once = Once::new();
static GUARDS: AtomicUsize = AtomicUsize::new(0);
static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// Holds interrupts back while it lives.
pub(crate) struct Guard(());

impl Guard {
    /// Starts holding interrupts back.
    pub(crate) fn new() -> Self {
        if GUARDS.fetch_add(1, Ordering::SeqCst) == 0 {
            INTERRUPTED.store(false, Ordering::SeqCst);
        }
        INSTALL.call_once(|| {
            // Without a handler the next run still removes what an interrupted one leaves, so failure is no reason to stop.
            let _ = ctrlc::set_handler(|| {
                let again = INTERRUPTED.swap(true, Ordering::SeqCst);
                if again || GUARDS.load(Ordering::SeqCst) == 0 {
                    std::process::exit(EXIT_CODE);
                }
            });
        });
        Self(())
    }

    /// Fails once the user has interrupted.
    pub(crate) fn check(&self) -> Result<(), Error> {
        if INTERRUPTED.load(Ordering::SeqCst) {
            Err(Error::Interrupted)
        } else {
            Ok(())
        }
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        GUARDS.fetch_sub(1, Ordering::SeqCst);
    }
}
