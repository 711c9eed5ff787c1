//! What a call answered when it did not succeed.

use mapi_abi::hresult_name;
use std::fmt;
use windows_core::HRESULT;

/// The answer of a call that failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The method, with its interface.
    pub call: &'static str,
    /// The code.
    pub code: HRESULT,
}

/// What a wrapped method returns: its value, or the code that it failed with.
pub type Result<T, E = Failure> = std::result::Result<T, E>;

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} answered {}", self.call, code_text(self.code))
    }
}

impl std::error::Error for Failure {}

/// A code in words: its name where it has one, and its number.
pub fn code_text(code: HRESULT) -> String {
    match hresult_name(code) {
        Some(name) => format!("{name} ({:#010X})", code.0),
        None => format!("{:#010X}", code.0),
    }
}

/// Turns the code of a method into a result; a warning is a success.
pub(crate) fn check(call: &'static str, code: HRESULT) -> Result<()> {
    check_code(call, code).map(drop)
}

/// Turns the code of a method into a result; a warning is a success and is handed on.
pub(crate) fn check_code(call: &'static str, code: HRESULT) -> Result<HRESULT> {
    if code.is_ok() {
        Ok(code)
    } else {
        Err(Failure { call, code })
    }
}
