//! The ways in which a check says what it expects.

use crate::conformance::{Stop, Verdict};
use crate::host::{Result, code_text};
use mapi_abi::S_OK;
use std::fmt::{Debug, Display};
use windows_core::HRESULT;

/// A failure in words of the check's own.
pub(crate) fn fail<T>(
    called: impl Into<String>,
    expected: impl Into<String>,
    came: impl Display,
) -> std::result::Result<T, Stop> {
    Err(Stop::Failed {
        called: called.into(),
        expected: expected.into(),
        came: came.to_string(),
    })
}

/// A condition.
pub(crate) fn holds(
    condition: bool,
    called: &str,
    expected: impl Into<String>,
    came: impl Display,
) -> Verdict {
    if condition {
        Ok(())
    } else {
        fail(called, expected, came)
    }
}

/// Two values that are to be the same.
pub(crate) fn equal<T: PartialEq + Debug>(called: &str, expected: T, came: T) -> Verdict {
    if expected == came {
        Ok(())
    } else {
        fail(called, format!("{expected:?}"), format!("{came:?}"))
    }
}

/// A code out of a few.
pub(crate) fn code(called: &str, expected: &[HRESULT], came: HRESULT) -> Verdict {
    if expected.contains(&came) {
        Ok(())
    } else {
        fail(called, one_of(expected), code_text(came))
    }
}

/// A call that must do all that it was asked for: a warning is too little.
pub(crate) fn done<E>(came: std::result::Result<HRESULT, E>) -> Verdict
where
    Stop: From<E>,
{
    code("the call", &[S_OK], came?)
}

/// A call that must fail with one of a few codes.
pub(crate) fn refused<T>(called: &str, expected: &[HRESULT], came: Result<T>) -> Verdict {
    match came {
        Ok(_) => fail(called, one_of(expected), "success"),
        Err(failure) => code(called, expected, failure.code),
    }
}

/// A call that must fail; the contract does not say how.
pub(crate) fn fails<T>(called: &str, came: Result<T>) -> Verdict {
    holds(came.is_err(), called, "a failure", "success")
}

/// Something that must be there.
pub(crate) fn some<T>(
    called: &str,
    expected: &str,
    came: Option<T>,
) -> std::result::Result<T, Stop> {
    match came {
        Some(value) => Ok(value),
        None => fail(called, expected, "nothing"),
    }
}

fn one_of(codes: &[HRESULT]) -> String {
    let names: Vec<String> = codes.iter().map(|code| code_text(*code)).collect();
    names.join(" or ")
}
