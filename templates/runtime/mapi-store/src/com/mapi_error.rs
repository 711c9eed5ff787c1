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
    unsafe { chain.head::<abi::MAPIERROR>().write_unaligned(error) };
    Ok(chain)
}

/// The body of every `GetLastError`: the words for `code` if the object failed with it last, else nothing
/// \[imapiprop-getlasterror\].
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

#[cfg(test)]
mod tests {
    use std::ptr;

    use super::*;
    use crate::com::fault::Fault;
    use crate::com::{strings, test_memory};

    #[test]
    fn the_words_come_in_the_width_that_was_asked_for_and_in_one_block() {
        let memory = test_memory::allocators();
        let last = LastError::default();
        last.remember(&Fault::because(abi::MAPI_E_NO_ACCESS, "Read only."));
        for (flags, width) in [(abi::MAPI_UNICODE, Width::Wide), (0, Width::Narrow)] {
            let mut out = ptr::null_mut();
            // SAFETY: the argument is a local; the strings are terminated.
            unsafe {
                last_error(
                    memory,
                    "Contoso",
                    &last,
                    abi::MAPI_E_NO_ACCESS,
                    flags,
                    &mut out,
                )
                .unwrap();
                assert_eq!(
                    strings::read((*out).lpszError, width).as_deref(),
                    Some("Read only.")
                );
                assert_eq!(
                    strings::read((*out).lpszComponent, width).as_deref(),
                    Some("Contoso")
                );
                memory.free(out.cast());
            }
            assert_eq!(test_memory::live(), 0);
        }
    }

    #[test]
    fn a_code_that_did_not_happen_has_no_words() {
        let mut out = ptr::dangling_mut();
        let last = LastError::default();
        // SAFETY: the argument is a local.
        unsafe {
            last_error(
                test_memory::allocators(),
                "Contoso",
                &last,
                abi::MAPI_E_BUSY,
                0,
                &mut out,
            )
            .unwrap();
        }
        assert!(out.is_null());
    }
}
