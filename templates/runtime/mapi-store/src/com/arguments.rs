//! Arguments as they come in: pointers that may be NULL, counts that may not fit, ids that may be unaligned.

use std::ffi::c_void;
use std::slice;

use mapi_abi as abi;
use windows_core::{GUID, IUnknown, Interface};

use super::fault::{Fault, Outcome};

/// Longer arrays than this are not read: a count that large is a damaged argument.
const LONGEST_ARRAY: u32 = 1 << 20;
/// Longer entry ids than this are not read.
const LONGEST_ENTRY_ID: u32 = 1 << 16;

/// Sets an out-pointer to NULL, so that every failure leaves it so; NULL for an out-pointer that is missing is allowed.
///
/// # Safety
/// `out` is NULL or valid for writing.
pub unsafe fn clear<T>(out: *mut *mut T) {
    if !out.is_null() {
        // SAFETY: not NULL, so the caller promises that it is valid.
        unsafe { out.write_unaligned(std::ptr::null_mut()) };
    }
}

/// Writes a result where the caller wants it; does nothing where the caller does not.
///
/// # Safety
/// `out` is NULL or valid for writing.
pub unsafe fn put<T>(out: *mut T, value: T) {
    if !out.is_null() {
        // SAFETY: not NULL, so the caller promises that it is valid.
        unsafe { out.write_unaligned(value) };
    }
}

/// Refuses a NULL pointer where the method needs one.
pub fn require<T>(pointer: *const T) -> Outcome {
    if pointer.is_null() {
        Err(Fault::new(abi::MAPI_E_INVALID_PARAMETER))
    } else {
        Ok(())
    }
}

/// Copies of the elements of a counted array; NULL is allowed for none.
///
/// The array may lie at any address: 32-bit callers keep property values, which want 8-byte alignment, on stacks that
/// promise 4.
///
/// # Safety
/// `pointer` is NULL or points to `count` values.
pub unsafe fn array<T: Copy>(pointer: *const T, count: u32) -> Outcome<Vec<T>> {
    if count == 0 {
        return Ok(Vec::new());
    }
    if pointer.is_null() || count > LONGEST_ARRAY {
        return Err(Fault::new(abi::MAPI_E_INVALID_PARAMETER));
    }
    // SAFETY: the caller's promise; the read copes with any address.
    Ok((0..count as usize)
        .map(|index| unsafe { pointer.add(index).read_unaligned() })
        .collect())
}

/// The bytes of a counted block; NULL is allowed for none.
///
/// # Safety
/// `pointer` is NULL or points to `count` bytes.
pub unsafe fn bytes(pointer: *const u8, count: u32) -> Outcome<Vec<u8>> {
    if count == 0 {
        return Ok(Vec::new());
    }
    require(pointer)?;
    // SAFETY: the caller's promise; bytes need no alignment.
    Ok(unsafe { slice::from_raw_parts(pointer, count as usize) }.to_vec())
}

/// The tags of an array; `None` for NULL.
///
/// # Safety
/// `tags` is NULL or a valid array.
pub unsafe fn tags(tags: *const abi::SPropTagArray) -> Outcome<Option<Vec<u32>>> {
    if tags.is_null() {
        return Ok(None);
    }
    // SAFETY: the caller promises a valid array, whose tags begin at its second member.
    unsafe { array((&raw const (*tags).aulPropTag).cast(), (*tags).cValues).map(Some) }
}

/// A copy of an entry id, which may be unaligned; empty for none.
///
/// # Safety
/// `entry_id` is NULL or points to `size` bytes.
pub unsafe fn entry_id(size: u32, entry_id: *const abi::ENTRYID) -> Outcome<Vec<u8>> {
    if size == 0 || entry_id.is_null() {
        return Ok(Vec::new());
    }
    if size > LONGEST_ENTRY_ID {
        return Err(Fault::new(abi::MAPI_E_INVALID_ENTRYID));
    }
    // SAFETY: the caller's promise.
    unsafe { bytes(entry_id.cast(), size) }
}

/// Copies of the entry ids in a list; `None` for NULL.
///
/// # Safety
/// `list` is NULL or a valid list.
pub unsafe fn entry_list(list: *const abi::ENTRYLIST) -> Outcome<Option<Vec<Vec<u8>>>> {
    if list.is_null() {
        return Ok(None);
    }
    // SAFETY: the caller promises a valid list of valid binaries.
    unsafe {
        let entries: Vec<abi::SBinary> = array((*list).lpbin, (*list).cValues)?;
        entries
            .iter()
            .map(|entry| entry_id(entry.cb, entry.lpb.cast()))
            .collect::<Outcome<Vec<_>>>()
            .map(Some)
    }
}

/// The interface identifier, or `None` for NULL, which means the method's default.
///
/// # Safety
/// `iid` is NULL or points to an identifier.
pub unsafe fn interface_id(iid: *const GUID) -> Option<GUID> {
    // SAFETY: the caller's promise; the read copes with any address.
    (!iid.is_null()).then(|| unsafe { iid.read_unaligned() })
}

/// Borrows an interface that a caller handed in; a reference is only taken by cloning it.
///
/// # Safety
/// `pointer` is NULL or a valid pointer to this interface that outlives the borrow.
pub unsafe fn interface<I: Interface>(pointer: &*mut c_void) -> Option<&I> {
    // SAFETY: the caller's promise.
    unsafe { I::from_raw_borrowed(pointer) }
}

/// Asks one of our objects for an interface and writes it to `out`; `None` asks for `I`.
///
/// # Safety
/// `out` is valid for writing.
pub unsafe fn answer(object: &IUnknown, iid: GUID, out: *mut *mut c_void) -> Outcome {
    require(out)?;
    let mut pointer = std::ptr::null_mut();
    // SAFETY: both pointers are valid.
    let code = unsafe { object.query(&iid, &mut pointer) };
    if code.is_err() || pointer.is_null() {
        return Err(Fault::new(abi::MAPI_E_INTERFACE_NOT_SUPPORTED));
    }
    // SAFETY: the caller's promise.
    unsafe { out.write_unaligned(pointer) };
    Ok(())
}
