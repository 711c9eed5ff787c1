//! Named properties through `IMAPIProp`: one mapping for the whole store, whatever object is asked.

use mapi_abi as abi;
use windows_core::{GUID, HRESULT};

use super::property_object::{PropertyObject, tag_array};
use crate::com::fault::{Fault, Outcome};
use crate::com::memory::{Allocators, Chain};
use crate::com::values::types;
use crate::com::{arguments, strings};
use crate::store::{OwnedName, PropTag};

/// \[imapiprop-getidsfromnames\]
///
/// # Safety
/// As COM demands of the method.
pub unsafe fn get_ids_from_names<T: PropertyObject>(
    object: &T,
    count: u32,
    names: *const *mut abi::MAPINAMEID,
    flags: u32,
    out: *mut *mut abi::SPropTagArray,
) -> Outcome<HRESULT> {
    // SAFETY: the caller's promise, here and below.
    unsafe {
        arguments::clear(out);
        arguments::require(out)?;
        object.check_usable()?;
        let create = flags & abi::MAPI_CREATE != 0;
        let session = object.session();
        if count == 0 || names.is_null() {
            if create || count != 0 {
                return Err(Fault::new(abi::MAPI_E_INVALID_PARAMETER));
            }
            let tags: Vec<u32> = session
                .store()
                .all_names(None)?
                .iter()
                .map(|(id, _)| unspecified(*id))
                .collect();
            arguments::put(out, tag_array(session.memory(), &tags)?.into_raw());
            return Ok(abi::S_OK);
        }
        let names = arguments::array(names, count)?;
        let names = names
            .iter()
            .map(|&name| read_name(name))
            .collect::<Outcome<Vec<_>>>()?;
        // A read-only store answers what it knows; names that it does not know cannot be created.
        let ids = session
            .store()
            .ids_of_names(&names, create && session.writable())?;
        let warning = if ids.contains(&None) {
            abi::MAPI_W_ERRORS_RETURNED
        } else {
            abi::S_OK
        };
        let tags: Vec<u32> = ids
            .into_iter()
            .map(|id| id.map_or(u32::from(types::ERROR), unspecified))
            .collect();
        arguments::put(out, tag_array(session.memory(), &tags)?.into_raw());
        Ok(warning)
    }
}

/// \[imapiprop-getnamesfromids\]
///
/// # Safety
/// As COM demands of the method.
pub unsafe fn get_names_from_ids<T: PropertyObject>(
    object: &T,
    tags: *mut *mut abi::SPropTagArray,
    property_set: *const GUID,
    flags: u32,
    count: *mut u32,
    out: *mut *mut *mut abi::MAPINAMEID,
) -> Outcome<HRESULT> {
    // SAFETY: the caller's promise, here and below.
    unsafe {
        arguments::clear(out);
        arguments::put(count, 0);
        arguments::require(tags)?;
        arguments::require(count)?;
        arguments::require(out)?;
        object.check_usable()?;
        let session = object.session();
        let requested = tags.read_unaligned();
        if requested.is_null() {
            let set = arguments::interface_id(property_set).map(|set| abi::MAPIUID::from(set).ab);
            let wanted = |name: &OwnedName| match name {
                OwnedName::Id { .. } => flags & abi::MAPI_NO_IDS == 0,
                OwnedName::String { .. } => flags & abi::MAPI_NO_STRINGS == 0,
            };
            let mut all = session.store().all_names(set.as_ref())?;
            all.retain(|(_, name)| wanted(name));
            let ids: Vec<u32> = all.iter().map(|(id, _)| unspecified(*id)).collect();
            let array = tag_array(session.memory(), &ids)?;
            if !all.is_empty() {
                let names: Vec<_> = all.into_iter().map(|(_, name)| Some(name)).collect();
                arguments::put(out, write_names(session.memory(), &names)?.into_raw());
                arguments::put(count, u32::try_from(names.len()).unwrap_or(0));
            }
            arguments::put(tags, array.into_raw());
            return Ok(abi::S_OK);
        }
        let list = arguments::tags(requested)?.unwrap_or_default();
        if list.is_empty() {
            return Err(Fault::new(abi::MAPI_E_INVALID_PARAMETER));
        }
        let ids: Vec<u16> = list.iter().map(|&tag| PropTag(tag).id()).collect();
        let names = session.store().names_of_ids(&ids)?;
        let chain = write_names(session.memory(), &names)?;
        let mut warning = abi::S_OK;
        for (index, name) in names.iter().enumerate() {
            if name.is_none() {
                // The caller's tag of an id without a name becomes PT_ERROR.
                let tag = (&raw mut (*requested).aulPropTag).cast::<u32>().add(index);
                tag.write(PropTag(tag.read()).with_type(types::ERROR).0);
                warning = abi::MAPI_W_ERRORS_RETURNED;
            }
        }
        arguments::put(count, u32::try_from(names.len()).unwrap_or(0));
        arguments::put(out, chain.into_raw());
        Ok(warning)
    }
}

fn unspecified(id: u16) -> u32 {
    PropTag::new(id, types::UNSPECIFIED).0
}

/// # Safety
/// `name` is NULL or valid.
unsafe fn read_name(name: *const abi::MAPINAMEID) -> Outcome<OwnedName> {
    arguments::require(name)?;
    // SAFETY: the caller's promise; the kind says which member was written.
    unsafe {
        let set = arguments::interface_id((*name).lpguid)
            .ok_or(Fault::new(abi::MAPI_E_INVALID_PARAMETER))?;
        let set = abi::MAPIUID::from(set).ab;
        match (*name).ulKind {
            abi::MNID_ID => Ok(OwnedName::Id {
                set,
                id: (*name).Kind.lID.cast_unsigned(),
            }),
            abi::MNID_STRING => {
                let name = strings::read_wide((*name).Kind.lpwstrName)
                    .ok_or(Fault::new(abi::MAPI_E_INVALID_PARAMETER))?;
                Ok(OwnedName::String { set, name })
            }
            _ => Err(Fault::new(abi::MAPI_E_INVALID_PARAMETER)),
        }
    }
}

/// An array of pointers to names, NULL where there is none, in one chain.
fn write_names(memory: Allocators, names: &[Option<OwnedName>]) -> Outcome<Chain> {
    let chain = Chain::new(memory, size_of::<*mut abi::MAPINAMEID>() * names.len())?;
    // All sets and all entries in one block each: a store has hundreds of names.
    let sets: Vec<GUID> = names
        .iter()
        .flatten()
        .map(|name| GUID::from(abi::MAPIUID { ab: *name.set() }))
        .collect();
    if sets.is_empty() {
        return Ok(chain);
    }
    let sets = chain.copy(&sets)?;
    let mut entries = Vec::with_capacity(names.len());
    for (index, name) in names.iter().flatten().enumerate() {
        let (kind, value) = match name {
            OwnedName::Id { id, .. } => (
                abi::MNID_ID,
                abi::MAPINAMEID_Kind {
                    lID: id.cast_signed(),
                },
            ),
            OwnedName::String { name, .. } => (
                abi::MNID_STRING,
                abi::MAPINAMEID_Kind {
                    lpwstrName: chain.wide(name)?,
                },
            ),
        };
        entries.push(abi::MAPINAMEID {
            // SAFETY: there is a set for every name.
            lpguid: unsafe { sets.add(index) },
            ulKind: kind,
            Kind: value,
        });
    }
    let entries = chain.copy(&entries)?;
    let places = names.iter().enumerate().filter(|(_, name)| name.is_some());
    for (index, (place, _)) in places.enumerate() {
        // SAFETY: the head was allocated for as many pointers as there are names, and there is an entry for every one.
        unsafe {
            chain
                .head::<*mut abi::MAPINAMEID>()
                .add(place)
                .write_unaligned(entries.add(index))
        };
    }
    Ok(chain)
}
