//! Stands in until messages arrive.
use std::sync::Arc;

use super::session::Session;
use crate::com::fault::{Fault, Outcome};
use crate::store::ObjectKey;

/// Refuses.
pub fn open(_: &Arc<Session>, _: ObjectKey, _: bool) -> Outcome<mapi_abi::IMessage> {
    Err(Fault::new(mapi_abi::MAPI_E_NO_SUPPORT))
}

/// Refuses.
pub fn create(_: &Arc<Session>, _: ObjectKey, _: bool) -> Outcome<mapi_abi::IMessage> {
    Err(Fault::new(mapi_abi::MAPI_E_NO_SUPPORT))
}
