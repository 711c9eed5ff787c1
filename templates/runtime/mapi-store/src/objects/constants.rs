//! Properties that every object of an open store answers alike.

use mapi_abi as abi;

use super::session::Session;
use crate::store::{PropertyBag, Value};

/// What the session adds to the properties of stores, folders, messages and table rows: the wrapped entry id and the
/// record key of the store, the mapping signature, the support mask.
pub fn session_properties(session: &Session) -> PropertyBag {
    let mask = Value::Long(session.support_mask().cast_signed());
    [
        (
            abi::PR_STORE_ENTRYID,
            Value::Binary(session.wrapped_entry_id().to_vec()),
        ),
        (
            abi::PR_STORE_RECORD_KEY,
            Value::Binary(session.record_key().to_vec()),
        ),
        (
            abi::PR_MAPPING_SIGNATURE,
            Value::Binary(session.mapping_signature().to_vec()),
        ),
        (abi::PR_STORE_SUPPORT_MASK, mask),
    ]
    .into_iter()
    .collect()
}

/// Whether a property is one of [`session_properties`], or the same for another object kind: only the store sets it.
pub fn is_session_property(id: u16) -> bool {
    matches!(
        id,
        // PR_ENTRYID, PR_OBJECT_TYPE, PR_STORE_ENTRYID, PR_STORE_RECORD_KEY, PR_RECORD_KEY, PR_MAPPING_SIGNATURE,
        // PR_ACCESS_LEVEL, PR_INSTANCE_KEY, PR_ACCESS; PR_STORE_SUPPORT_MASK.
        0x0FFF | 0x0FFE | 0x0FFB | 0x0FFA | 0x0FF9 | 0x0FF8 | 0x0FF7 | 0x0FF6 | 0x0FF4 | 0x340D
    )
}

/// The values of these ids in a bag that holds everything, in order.
pub fn pick(bag: &PropertyBag, ids: &[u16]) -> Vec<Option<Value>> {
    ids.iter().map(|&id| bag.get(id).cloned()).collect()
}
