//! `MAPIERROR`: a failure in words, as one chain that one `MAPIFreeBuffer` frees.

use mapi_abi as abi;
use windows_core::HRESULT;

use super::arguments;
use super::fault::{LastError, Outcome};
use super::memory::{Allocators, Chain};
use super::strings::Width;

/// Builds the description of an error; `component` names the provider.
pub fn build(memory: Allocators, message: &str, component: &str, width: Width) -> Outcome<Chain> {
    let chain = Chain::new(memory, size_of::<abi::MAPIERROR>())?;
    let error = abi::MAPIERROR {
        ulVersion: abi::MAPI_ERROR_VERSION,
        lpszError: chain.string(message, width)?,
        lpszComponent: chain.string(component, width)?,
        ulLowLevelError: 0,
        ulContext: 0,
    };
    // SAFETY: the head was allocated with the structure's size.
    unsafe { chain.head::<abi::MAPIERROR>().write(error) };
    Ok(chain)
}

/// The body of every `GetLastError`: the words for `code` if the object failed with it last, else nothing
/// [imapiprop-getlasterror].
///
/// # Safety
/// `out` is NULL or valid for writing.
pub unsafe fn last_error(
    memory: Allocators,
    component: &str,
    last: &LastError,
    code: HRESULT,
    flags: u32,
    out: *mut *mut abi::MAPIERROR,
) -> Outcome {
    arguments::require(out)?;
    // SAFETY: not NULL.
    unsafe { arguments::clear(out) };
    if let Some(message) = last.words_for(code) {
        let chain = build(memory, &message, component, Width::of_flags(flags))?;
        // SAFETY: not NULL.
        unsafe { arguments::put(out, chain.into_raw()) };
    }
    Ok(())
}
