//! The bodies of the exports: find the DLL's own path and MAPISVC.INF, edit, and say in a file how it went.
//!
//! `regsvr32` shows an error number at best, so `registration.log` beside the DLL has the words.

use std::ffi::CStr;
use std::fs;
use std::io;
use std::path::PathBuf;

use windows_core::HRESULT;

use super::outlook;
use super::registry::WindowsRegistry;
use super::{
    Architecture, Fragment, RegistrationError, ThisMachine, add_to_all, dll_in_inf, dll_path,
    own_path, remove_from_all,
};
use crate::com::code_page;

const E_FAIL: HRESULT = HRESULT(0x8000_4005_u32.cast_signed());
const E_ACCESSDENIED: HRESULT = HRESULT(0x8007_0005_u32.cast_signed());
const S_OK: HRESULT = HRESULT(0);

/// Registers the DLL that holds this code, or takes its registration back.
pub fn register(fragment: &[u8], add: bool) -> HRESULT {
    finish(run(fragment, add, None))
}

/// The same for the file that a command line of `regsvr32 /i:` names; none means Outlook's own.
///
/// # Safety
/// `command_line` is NULL or ends with a zero.
pub unsafe fn install(fragment: &[u8], add: bool, command_line: *const u16) -> HRESULT {
    let mut units = Vec::new();
    if !command_line.is_null() {
        // SAFETY: the caller's promise; reading stops at the zero.
        unsafe {
            let mut at = command_line;
            while *at != 0 {
                units.push(*at);
                at = at.add(1);
            }
        }
    }
    finish(run(fragment, add, named(&String::from_utf16_lossy(&units))))
}

/// The same for the command line of `rundll32`, which is in the ANSI code page. Nobody gets the code that is answered.
///
/// # Safety
/// `command_line` is NULL or ends with a zero.
pub unsafe fn run_dll(fragment: &[u8], add: bool, command_line: *const u8) -> HRESULT {
    let text = if command_line.is_null() {
        String::new()
    } else {
        // SAFETY: the caller's promise.
        let text = unsafe { CStr::from_ptr(command_line.cast()) };
        code_page::decode(text.to_bytes())
    };
    finish(run(fragment, add, named(&text)))
}

/// The file that a command line names.
fn named(command_line: &str) -> Option<PathBuf> {
    let text = command_line.trim().trim_matches('"');
    (!text.is_empty()).then(|| PathBuf::from(text))
}

/// What was done, a line each.
fn run(
    fragment: &[u8],
    add: bool,
    file: Option<PathBuf>,
) -> Result<Vec<String>, RegistrationError> {
    let fragment = Fragment::parse(fragment);
    let files = match file {
        Some(file) => Ok(vec![file]),
        None => outlook::search(&WindowsRegistry, &ThisMachine).files(Architecture::own()),
    };
    if !add {
        return remove_from_all(&files.unwrap_or_default(), &fragment);
    }
    let path = own_path().map_err(own_path_failed)?;
    let dll = dll_in_inf(&fragment, &path.to_string_lossy())?;
    let mut done = add_to_all(&files?, &fragment, &dll)?;
    // Whoever calls regsvr32 chose the place.
    let findings = path.parent().map(dll_path::directory).unwrap_or_default();
    done.extend(findings.iter().map(|finding| format!("warning: {finding}")));
    Ok(done)
}

fn own_path_failed(error: io::Error) -> RegistrationError {
    RegistrationError::Io(PathBuf::from("the DLL"), error)
}

fn finish(result: Result<Vec<String>, RegistrationError>) -> HRESULT {
    let (text, code) = match &result {
        Ok(done) => (done.join("\r\n"), S_OK),
        Err(error @ RegistrationError::Io(_, source))
            if source.kind() == io::ErrorKind::PermissionDenied =>
        {
            (
                format!("error: {error}\r\nhelp: run as administrator, with Outlook closed"),
                E_ACCESSDENIED,
            )
        }
        Err(error) => (format!("error: {error}"), E_FAIL),
    };
    let log = own_path()
        .ok()
        .and_then(|path| Some(path.parent()?.join("registration.log")));
    if let Some(log) = log {
        // The log is a courtesy; the answer is the code.
        let _ = fs::write(log, text + "\r\n");
    }
    code
}
