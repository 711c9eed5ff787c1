//! Stands in until synchronization arrives.
use std::sync::Arc;

use super::session::Session;
use crate::com::fault::{Fault, Outcome};

/// Refuses.
///
/// # Safety
/// None needed.
pub unsafe fn synchronize(_: &Arc<Session>, _: *mut mapi_abi::MAPISIB) -> Outcome {
    Err(Fault::new(mapi_abi::MAPI_E_NO_SUPPORT))
}
