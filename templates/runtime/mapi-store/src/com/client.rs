//! The other side of `IMAPIProp`: reading and writing properties of objects that are not ours, such as profile sections.
//!
//! Every function calls out of the DLL: no lock may be held.

use std::ptr;

use mapi_abi::{self as abi, IMAPIProp};

use super::fault::Outcome;
use super::memory::{Allocators, Chain, Received};
use super::support::succeed;
use super::{arguments, values};
use crate::store::{PropTag, PropertyBag, Value};

/// The properties among `tags` that the object has.
pub fn get(object: &IMAPIProp, memory: Allocators, tags: &[u32]) -> Outcome<PropertyBag> {
    // Room for the count in front, as in an SPropTagArray.
    let mut array = vec![u32::try_from(tags.len()).unwrap_or(0)];
    array.extend_from_slice(tags);
    let (mut count, mut block) = (0, ptr::null_mut());
    // SAFETY: the array is laid out as MAPI wants it, the other arguments are locals.
    let code = unsafe {
        object.GetProps(
            array.as_ptr().cast(),
            abi::MAPI_UNICODE,
            &mut count,
            &mut block,
        )
    };
    succeed(code)?;
    // SAFETY: on success the block is ours to free.
    let block = unsafe { Received::new(memory, block) };
    // SAFETY: it holds as many values as the object said.
    let read = unsafe { values::read_all(block.as_ptr(), count)? };
    Ok(read
        .into_iter()
        .filter(|(_, value)| !matches!(value, Value::Error(_) | Value::Null))
        .collect())
}

/// Sets properties. Problems with single ones are not reported.
pub fn set(object: &IMAPIProp, memory: Allocators, properties: &[(u32, Value)]) -> Outcome {
    let (chain, count) = array(memory, properties)?;
    // SAFETY: the chain holds `count` values.
    succeed(unsafe { object.SetProps(count, chain.head(), ptr::null_mut()) })
}

/// The properties as MAPI takes them, and how many there are.
pub fn array(memory: Allocators, properties: &[(u32, Value)]) -> Outcome<(Chain, u32)> {
    let chain = Chain::new(memory, properties.len() * size_of::<abi::SPropValue>())?;
    for (index, (tag, value)) in properties.iter().enumerate() {
        let property = values::write(PropTag(*tag), value, &chain)?;
        // SAFETY: the head was allocated for as many values as there are.
        unsafe {
            chain
                .head::<abi::SPropValue>()
                .add(index)
                .write_unaligned(property)
        };
    }
    Ok((chain, u32::try_from(properties.len()).unwrap_or(0)))
}

/// The entry id of an object, if it tells.
pub fn entry_id(object: &windows_core::IUnknown, memory: Allocators) -> Option<Vec<u8>> {
    use windows_core::Interface;
    let object = object.cast::<IMAPIProp>().ok()?;
    let properties = get(&object, memory, &[abi::PR_ENTRYID]).ok()?;
    properties.binary(abi::PR_ENTRYID).map(<[u8]>::to_vec)
}

/// The interface behind a pointer that a caller handed in, as a reference of our own; `None` for NULL.
///
/// # Safety
/// `pointer` is NULL or a valid interface pointer.
pub unsafe fn unknown(pointer: *mut std::ffi::c_void) -> Option<windows_core::IUnknown> {
    // SAFETY: the caller's promise; every interface is an IUnknown.
    unsafe { arguments::interface::<windows_core::IUnknown>(&pointer) }.cloned()
}
