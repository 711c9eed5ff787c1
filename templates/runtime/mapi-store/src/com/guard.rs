//! What stands between a vtable and Rust: no panic gets out, every failure is logged under the name of its method.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

use mapi_abi as abi;
use windows_core::HRESULT;

use super::fault::{Fault, LastError, Outcome};

/// What a method can end with when it did not fail.
pub trait Completion {
    /// `S_OK` or a warning such as `MAPI_W_ERRORS_RETURNED`.
    fn code(self) -> HRESULT;
}

impl Completion for () {
    fn code(self) -> HRESULT {
        abi::S_OK
    }
}

impl Completion for HRESULT {
    fn code(self) -> HRESULT {
        self
    }
}

/// Runs the body of a COM method and turns its end into an HRESULT.
///
/// `call` names the method in the log, as `IMAPIProp::GetProps`. A panic is caught, logged and answered with
/// `MAPI_E_CALL_FAILED`: unwinding into the caller would be undefined behaviour.
pub fn guard<T: Completion>(call: &'static str, body: impl FnOnce() -> Outcome<T>) -> HRESULT {
    settle(call, None, body)
}

/// As [`guard`], and remembers a failure for the object's `GetLastError`.
pub fn guard_object<T: Completion>(
    call: &'static str,
    last_error: &LastError,
    body: impl FnOnce() -> Outcome<T>,
) -> HRESULT {
    settle(call, Some(last_error), body)
}

/// As [`guard`], for code that answers something else than an HRESULT, such as a `Drop` that a Release runs.
pub fn guard_value<T>(call: &'static str, on_panic: T, body: impl FnOnce() -> T) -> T {
    catch_unwind(AssertUnwindSafe(body)).unwrap_or_else(|panic| {
        report_panic(call, panic.as_ref());
        on_panic
    })
}

#[cfg(debug_assertions)]
thread_local! {
    static PANIC_NEXT: std::cell::Cell<bool> = const { std::cell::Cell::new(false) };
}

/// Makes the next method that this thread calls panic, for tests that prove that a panic stays inside.
#[cfg(debug_assertions)]
pub fn panic_next() {
    PANIC_NEXT.set(true);
}

fn settle<T: Completion>(
    call: &'static str,
    last_error: Option<&LastError>,
    body: impl FnOnce() -> Outcome<T>,
) -> HRESULT {
    // A body borrows only what is either immutable or behind locks that forgive poisoning, so nothing half-changed
    // is looked at after a panic.
    let body = || {
        #[cfg(debug_assertions)]
        if PANIC_NEXT.take() {
            // Without the message that panics usually print.
            std::panic::resume_unwind(Box::new("a test asked for this panic"));
        }
        body()
    };
    let ended = catch_unwind(AssertUnwindSafe(body));
    answer(
        call,
        last_error,
        ended.map(|outcome| outcome.map(Completion::code)),
    )
}

/// The answer to how a call ended. Once for all methods: there are hundreds, each with its own copy of what is above.
#[inline(never)]
fn answer(
    call: &'static str,
    last_error: Option<&LastError>,
    ended: std::thread::Result<Outcome<HRESULT>>,
) -> HRESULT {
    let fault = match ended {
        Ok(Ok(code)) => {
            tracing::trace!(call, code = format_args!("{:#010X}", code.0));
            return code;
        }
        Ok(Err(fault)) => {
            report_fault(call, &fault);
            fault
        }
        Err(panic) => {
            report_panic(call, panic.as_ref());
            Fault::new(abi::MAPI_E_CALL_FAILED)
        }
    };
    if let Some(last_error) = last_error {
        last_error.remember(&fault);
    }
    fault.code()
}

/// Answers that clients ask for all day are not worth a line in a customer's log.
fn report_fault(call: &'static str, fault: &Fault) {
    let code = format!("{:#010X}", fault.code().0);
    match fault.code() {
        abi::MAPI_E_NOT_FOUND
        | abi::MAPI_E_NO_SUPPORT
        | abi::MAPI_E_INTERFACE_NOT_SUPPORTED
        | abi::MAPI_E_DECLINE_COPY
        | abi::MAPI_E_UNCONFIGURED
        | abi::MAPI_E_UNKNOWN_ENTRYID
        | abi::MAPI_E_TOO_COMPLEX
        | abi::MAPI_E_USER_CANCEL
        | abi::MAPI_E_END_OF_SESSION => {
            tracing::debug!(call, code, reason = fault.message(), "refused")
        }
        abi::MAPI_E_CALL_FAILED
        | abi::MAPI_E_CORRUPT_STORE
        | abi::MAPI_E_CORRUPT_DATA
        | abi::MAPI_E_DISK_ERROR
        | abi::MAPI_E_NOT_ENOUGH_DISK => {
            tracing::error!(call, code, reason = fault.message(), "failed")
        }
        _ => tracing::warn!(call, code, reason = fault.message(), "failed"),
    }
}

fn report_panic(call: &'static str, panic: &(dyn Any + Send)) {
    // The text of a panic may quote what was being worked on; only its kind goes to the log.
    let kind = if panic.is::<String>() || panic.is::<&str>() {
        "message withheld"
    } else {
        "no message"
    };
    tracing::error!(call, kind, "panicked");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_becomes_call_failed_and_the_next_call_works() {
        let last_error = LastError::default();
        let code = guard_object("test", &last_error, || -> Outcome { panic!("boom") });
        assert_eq!(code, abi::MAPI_E_CALL_FAILED);
        assert!(last_error.words_for(abi::MAPI_E_CALL_FAILED).is_some());
        assert_eq!(guard("test", || Ok(())), abi::S_OK);
    }

    #[test]
    fn a_warning_is_a_success() {
        assert_eq!(
            guard("test", || Ok(abi::MAPI_W_ERRORS_RETURNED)),
            abi::MAPI_W_ERRORS_RETURNED
        );
    }

    #[test]
    fn the_words_belong_to_the_code() {
        let last_error = LastError::default();
        let _ = guard_object("test", &last_error, || -> Outcome {
            Err(Fault::because(
                abi::MAPI_E_NO_ACCESS,
                "The store is read-only.",
            ))
        });
        assert_eq!(
            last_error.words_for(abi::MAPI_E_NO_ACCESS).as_deref(),
            Some("The store is read-only.")
        );
        assert_eq!(last_error.words_for(abi::MAPI_E_NOT_FOUND), None);
    }

    #[test]
    fn a_panic_in_a_value_is_caught() {
        assert_eq!(guard_value("test", 7, || -> i32 { panic!("boom") }), 7);
    }
}
