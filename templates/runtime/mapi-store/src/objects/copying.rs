//! `IMAPIProp::CopyTo` and `CopyProps`: by the object itself where it knows how, else by MAPI through the interfaces of
//! both sides \[copying-or-moving-a-message-or-a-folder\].

use std::ffi::c_void;
use std::ptr;

use mapi_abi as abi;
use windows_core::{GUID, HRESULT, IUnknown, Interface};

use super::property_object::{
    Copied, CopyRequest, CopyScope, Problems, PropertyObject, put_problems,
};
use super::session::Session;
use crate::com::arguments;
use crate::com::fault::{Fault, Outcome};
use crate::com::guard::guard_object;
use crate::com::support::success;
use crate::store::{Import, Origin, PropTag, PropertyBag};

/// What is copied, as the caller says it.
#[derive(Clone, Copy)]
pub enum Wanted {
    /// `CopyTo`: everything but what these interfaces and tags stand for.
    AllBut {
        /// How many interfaces.
        iid_count: u32,
        /// The interfaces.
        iids: *const GUID,
        /// The tags, or NULL.
        tags: *const abi::SPropTagArray,
    },
    /// `CopyProps`: these tags.
    Only(*const abi::SPropTagArray),
}

/// The arguments that `CopyTo` and `CopyProps` share.
pub struct Target {
    /// The window for dialogs.
    pub ui_param: usize,
    /// The caller's progress object or NULL.
    pub progress: *mut c_void,
    /// The identifier of the destination's interface.
    pub iid: *const GUID,
    /// The destination.
    pub destination: *mut c_void,
    /// `MAPI_MOVE`, `MAPI_NOREPLACE`, `MAPI_DECLINE_OK`, `MAPI_DIALOG`.
    pub flags: u32,
    /// Receives what went wrong with single properties.
    pub problems: *mut *mut abi::SPropProblemArray,
}

/// \[imapiprop-copyto, imapiprop-copyprops\]; `interface` is the object as MAPI gets it, where MAPI does the work.
///
/// # Safety
/// As COM demands of the method.
pub unsafe fn copy<T: PropertyObject, I: Interface>(
    call: &'static str,
    object: &T,
    interface: &I,
    wanted: Wanted,
    target: &Target,
) -> HRESULT {
    guard_object(call, object.last_error(), || {
        // SAFETY: the caller's promise.
        unsafe { try_copy(object, interface, wanted, target) }
    })
}

/// # Safety
/// As COM demands of the method.
unsafe fn try_copy<T: PropertyObject, I: Interface>(
    object: &T,
    interface: &I,
    wanted: Wanted,
    target: &Target,
) -> Outcome<HRESULT> {
    // SAFETY: the caller's promise, here and below.
    unsafe {
        arguments::clear(target.problems);
        object.check_usable()?;
        let (iids, tags) = read_wanted(wanted)?;
        check_target(interface, target)?;
        let scope = match wanted {
            Wanted::AllBut { .. } => CopyScope::AllBut {
                iids: &iids,
                tags: &tags,
            },
            Wanted::Only(_) => CopyScope::Only(&tags),
        };
        let request = CopyRequest {
            scope,
            destination: target.destination,
            ui_param: target.ui_param,
            progress: target.progress,
            flags: target.flags,
        };
        if let Some(copied) = object.copy(&request) {
            let Copied { code, problems } = copied?;
            put_problems(object.session().memory(), problems, target.problems)?;
            return Ok(code);
        }
        delegate(object, interface, wanted, target)
    }
}

/// The interfaces and tags of the caller, checked.
///
/// # Safety
/// The pointers are NULL or valid.
unsafe fn read_wanted(wanted: Wanted) -> Outcome<(Vec<GUID>, Vec<u32>)> {
    let invalid = Fault::new(abi::MAPI_E_INVALID_PARAMETER);
    // SAFETY: the caller's promise, here and below.
    unsafe {
        match wanted {
            Wanted::AllBut {
                iid_count,
                iids,
                tags,
            } => {
                let iids = arguments::array(iids, iid_count)?;
                let tags = match arguments::tags(tags)? {
                    Some(tags) if tags.is_empty() => return Err(invalid),
                    tags => tags.unwrap_or_default(),
                };
                if iids.contains(&abi::IMAPIProp::IID) || iids.contains(&IUnknown::IID) {
                    return Err(Fault::new(abi::MAPI_E_INTERFACE_NOT_SUPPORTED));
                }
                Ok((iids, tags))
            }
            Wanted::Only(tags) => {
                let tags = arguments::tags(tags)?.filter(|tags| !tags.is_empty());
                let tags = tags.filter(|tags| !tags.iter().any(|&tag| PropTag(tag).id() == 0));
                Ok((Vec::new(), tags.ok_or(invalid)?))
            }
        }
    }
}

/// The destination must be there, have the interface that it is said to have, and be another object.
///
/// # Safety
/// The pointers are valid or NULL.
unsafe fn check_target<I: Interface>(source: &I, target: &Target) -> Outcome {
    // SAFETY: the caller's promise.
    unsafe {
        let iid = arguments::interface_id(target.iid);
        let iid = iid.ok_or(Fault::new(abi::MAPI_E_INVALID_PARAMETER))?;
        let destination = arguments::interface::<IUnknown>(&target.destination);
        let destination = destination.ok_or(Fault::new(abi::MAPI_E_INVALID_PARAMETER))?;
        // COM identity: one object has one IUnknown.
        if destination.cast::<IUnknown>()? == source.cast::<IUnknown>()? {
            return Err(Fault::because(
                abi::MAPI_E_NO_ACCESS,
                "An object cannot be copied onto itself.",
            ));
        }
        let mut named = ptr::null_mut();
        if destination.query(&iid, &mut named).is_err() || named.is_null() {
            return Err(Fault::because(
                abi::MAPI_E_INTERFACE_NOT_SUPPORTED,
                "The destination does not have the interface that it was handed in with.",
            ));
        }
        drop(IUnknown::from_raw(named));
    }
    Ok(())
}

/// MAPI does the rest, unless it is MAPI that asks: then it wants to hear so and does it by itself.
///
/// # Safety
/// As COM demands of the method.
unsafe fn delegate<T: PropertyObject, I: Interface>(
    object: &T,
    interface: &I,
    wanted: Wanted,
    target: &Target,
) -> Outcome<HRESULT> {
    if target.flags & abi::MAPI_DECLINE_OK != 0 {
        return Err(Fault::new(abi::MAPI_E_DECLINE_COPY));
    }
    let support = object.session().support()?;
    let progress = if target.flags & abi::MAPI_DIALOG != 0 {
        target.progress
    } else {
        ptr::null_mut()
    };
    // SAFETY: the caller's promise.
    success(unsafe {
        match wanted {
            Wanted::AllBut {
                iid_count,
                iids,
                tags,
            } => support.object().DoCopyTo(
                &I::IID,
                interface.as_raw(),
                iid_count,
                iids,
                tags,
                target.ui_param,
                progress,
                target.iid,
                target.destination,
                target.flags,
                target.problems,
            ),
            Wanted::Only(tags) => support.object().DoCopyProps(
                &I::IID,
                interface.as_raw(),
                tags,
                target.ui_param,
                progress,
                target.iid,
                target.destination,
                target.flags,
                target.problems,
            ),
        }
    })
}

/// Puts properties over others, or with `keep` beside them. Computed ones stay what they are, and `parts` are no
/// properties. Returns the ids of those that were put.
pub fn merge(
    target: &mut PropertyBag,
    source: &PropertyBag,
    keep: bool,
    parts: &[u16],
    is_computed: impl Fn(u16) -> bool,
) -> Vec<u16> {
    let mut put = Vec::new();
    for (tag, value) in source.iter() {
        let id = tag.id();
        let kept = keep && target.get(id).is_some();
        if !kept && !parts.contains(&id) && !is_computed(id) {
            target.set(tag, value.clone());
            put.push(id);
        }
    }
    put
}

/// What is wrong with properties that were asked for by tag: they are computed, or the source does not have them. `parts`
/// are asked for by tag too, and are no properties.
pub fn problems(
    scope: CopyScope<'_>,
    parts: &[u16],
    is_computed: impl Fn(u16) -> bool,
    has: impl Fn(u16) -> bool,
) -> Problems {
    let CopyScope::Only(tags) = scope else {
        return Problems::new();
    };
    tags.iter()
        .enumerate()
        .map(|(index, &tag)| (index, PropTag(tag)))
        .filter(|(_, tag)| !parts.contains(&tag.id()))
        .filter_map(|(index, tag)| {
            if is_computed(tag.id()) {
                Some((index, tag, abi::MAPI_E_COMPUTED))
            } else if has(tag.id()) {
                None
            } else {
                Some((index, tag, abi::MAPI_E_NOT_FOUND))
            }
        })
        .collect()
}

/// Makes bags out of one session's store ready for a working copy in another's: named properties get the ids that they
/// have there, large values are copied. Returns what properties are called there; an id without a name has none.
///
/// Works by itself on large values only where both are one store.
pub fn bring_over<'a>(
    from: &'a Session,
    to: &Session,
    mut bags: Vec<&mut PropertyBag>,
) -> Outcome<Import<'a>> {
    let mut import = Import::new(from.store());
    if from.uid() != to.uid() {
        to.store().batch(Origin::Local, |batch| {
            import.translate(batch, bags.iter_mut().map(|bag| &mut **bag))
        })?;
    }
    to.store().park(bags.into_iter(), from.store())?;
    Ok(import)
}

/// Implements `IMAPIProp` for the outer type of a [`PropertyObject`]: `implement_mapi_prop!(Folder_Impl, IMAPIFolder)`.
///
/// The second argument is the interface under which the object is handed to MAPI when MAPI copies it; a third one names
/// the field that is the [`PropertyObject`], where that is not the inner type itself.
macro_rules! implement_mapi_prop {
    ($outer:ty, $interface:ident $(, $field:tt)?) => {
        impl mapi_abi::IMAPIProp_Impl for $outer {
            unsafe fn GetLastError(
                &self,
                hresult: windows_core::HRESULT,
                flags: u32,
                error: *mut *mut mapi_abi::MAPIERROR,
            ) -> windows_core::HRESULT {
                use $crate::objects::property_object::PropertyObject;
                let object = $crate::objects::copying::property_target!(self $(, $field)?);
                let session = object.session();
                $crate::com::guard::guard(concat!(stringify!($interface), "::GetLastError"), || {
                    // SAFETY: what COM demands of the caller.
                    unsafe {
                        $crate::com::mapi_error::last_error(
                            session.memory(),
                            session.definition().display_name,
                            object.last_error(),
                            hresult,
                            flags,
                            error,
                        )
                    }
                })
            }

            unsafe fn SaveChanges(&self, flags: u32) -> windows_core::HRESULT {
                use $crate::objects::property_object::{self, PropertyObject};
                let object = $crate::objects::copying::property_target!(self $(, $field)?);
                $crate::com::guard::guard_object(
                    concat!(stringify!($interface), "::SaveChanges"),
                    object.last_error(),
                    || property_object::save_changes(object, flags),
                )
            }

            unsafe fn GetProps(
                &self,
                tags: *const mapi_abi::SPropTagArray,
                flags: u32,
                count: *mut u32,
                values: *mut *mut mapi_abi::SPropValue,
            ) -> windows_core::HRESULT {
                use $crate::objects::property_object::{self, PropertyObject};
                let object = $crate::objects::copying::property_target!(self $(, $field)?);
                $crate::com::guard::guard_object(
                    concat!(stringify!($interface), "::GetProps"),
                    object.last_error(),
                    // SAFETY: what COM demands of the caller.
                    || unsafe { property_object::get_props(object, tags, flags, count, values) },
                )
            }

            unsafe fn GetPropList(
                &self,
                flags: u32,
                tags: *mut *mut mapi_abi::SPropTagArray,
            ) -> windows_core::HRESULT {
                use $crate::objects::property_object::{self, PropertyObject};
                let object = $crate::objects::copying::property_target!(self $(, $field)?);
                $crate::com::guard::guard_object(
                    concat!(stringify!($interface), "::GetPropList"),
                    object.last_error(),
                    // SAFETY: what COM demands of the caller.
                    || unsafe { property_object::get_prop_list(object, flags, tags) },
                )
            }

            unsafe fn OpenProperty(
                &self,
                tag: u32,
                iid: *const windows_core::GUID,
                interface_options: u32,
                flags: u32,
                out: *mut *mut std::ffi::c_void,
            ) -> windows_core::HRESULT {
                use $crate::objects::property_object::{self, PropertyObject};
                let object = $crate::objects::copying::property_target!(self $(, $field)?);
                $crate::com::guard::guard_object(
                    concat!(stringify!($interface), "::OpenProperty"),
                    object.last_error(),
                    // SAFETY: what COM demands of the caller.
                    || unsafe {
                        property_object::open_property(
                            object,
                            tag,
                            iid,
                            interface_options,
                            flags,
                            out,
                        )
                    },
                )
            }

            unsafe fn SetProps(
                &self,
                count: u32,
                values: *const mapi_abi::SPropValue,
                problems: *mut *mut mapi_abi::SPropProblemArray,
            ) -> windows_core::HRESULT {
                use $crate::objects::property_object::{self, PropertyObject};
                let object = $crate::objects::copying::property_target!(self $(, $field)?);
                $crate::com::guard::guard_object(
                    concat!(stringify!($interface), "::SetProps"),
                    object.last_error(),
                    // SAFETY: what COM demands of the caller.
                    || unsafe { property_object::set_props(object, count, values, problems) },
                )
            }

            unsafe fn DeleteProps(
                &self,
                tags: *const mapi_abi::SPropTagArray,
                problems: *mut *mut mapi_abi::SPropProblemArray,
            ) -> windows_core::HRESULT {
                use $crate::objects::property_object::{self, PropertyObject};
                let object = $crate::objects::copying::property_target!(self $(, $field)?);
                $crate::com::guard::guard_object(
                    concat!(stringify!($interface), "::DeleteProps"),
                    object.last_error(),
                    // SAFETY: what COM demands of the caller.
                    || unsafe { property_object::delete_props(object, tags, problems) },
                )
            }

            unsafe fn CopyTo(
                &self,
                excluded_iid_count: u32,
                excluded_iids: *const windows_core::GUID,
                excluded_tags: *const mapi_abi::SPropTagArray,
                ui_param: usize,
                progress: *mut std::ffi::c_void,
                iid: *const windows_core::GUID,
                destination: *mut std::ffi::c_void,
                flags: u32,
                problems: *mut *mut mapi_abi::SPropProblemArray,
            ) -> windows_core::HRESULT {
                use windows_core::IUnknownImpl;
                use $crate::objects::copying::{self, Target, Wanted};
                let object = $crate::objects::copying::property_target!(self $(, $field)?);
                let interface: mapi_abi::$interface = self.to_interface();
                let target = Target {
                    ui_param,
                    progress,
                    iid,
                    destination,
                    flags,
                    problems,
                };
                let wanted = Wanted::AllBut {
                    iid_count: excluded_iid_count,
                    iids: excluded_iids,
                    tags: excluded_tags,
                };
                let call = concat!(stringify!($interface), "::CopyTo");
                // SAFETY: what COM demands of the caller.
                unsafe { copying::copy(call, object, &interface, wanted, &target) }
            }

            unsafe fn CopyProps(
                &self,
                included_tags: *const mapi_abi::SPropTagArray,
                ui_param: usize,
                progress: *mut std::ffi::c_void,
                iid: *const windows_core::GUID,
                destination: *mut std::ffi::c_void,
                flags: u32,
                problems: *mut *mut mapi_abi::SPropProblemArray,
            ) -> windows_core::HRESULT {
                use windows_core::IUnknownImpl;
                use $crate::objects::copying::{self, Target, Wanted};
                let object = $crate::objects::copying::property_target!(self $(, $field)?);
                let interface: mapi_abi::$interface = self.to_interface();
                let target = Target {
                    ui_param,
                    progress,
                    iid,
                    destination,
                    flags,
                    problems,
                };
                let wanted = Wanted::Only(included_tags);
                let call = concat!(stringify!($interface), "::CopyProps");
                // SAFETY: what COM demands of the caller.
                unsafe { copying::copy(call, object, &interface, wanted, &target) }
            }

            unsafe fn GetNamesFromIDs(
                &self,
                tags: *mut *mut mapi_abi::SPropTagArray,
                property_set: *const windows_core::GUID,
                flags: u32,
                count: *mut u32,
                names: *mut *mut *mut mapi_abi::MAPINAMEID,
            ) -> windows_core::HRESULT {
                use $crate::objects::{names as mapping, property_object::PropertyObject};
                let object = $crate::objects::copying::property_target!(self $(, $field)?);
                $crate::com::guard::guard_object(
                    concat!(stringify!($interface), "::GetNamesFromIDs"),
                    object.last_error(),
                    // SAFETY: what COM demands of the caller.
                    || unsafe {
                        mapping::get_names_from_ids(object, tags, property_set, flags, count, names)
                    },
                )
            }

            unsafe fn GetIDsFromNames(
                &self,
                count: u32,
                names: *const *mut mapi_abi::MAPINAMEID,
                flags: u32,
                tags: *mut *mut mapi_abi::SPropTagArray,
            ) -> windows_core::HRESULT {
                use $crate::objects::{names as mapping, property_object::PropertyObject};
                let object = $crate::objects::copying::property_target!(self $(, $field)?);
                $crate::com::guard::guard_object(
                    concat!(stringify!($interface), "::GetIDsFromNames"),
                    object.last_error(),
                    // SAFETY: what COM demands of the caller.
                    || unsafe { mapping::get_ids_from_names(object, count, names, flags, tags) },
                )
            }
        }
    };
}
pub(crate) use implement_mapi_prop;

/// The [`PropertyObject`] in an outer type.
macro_rules! property_target {
    ($outer:ident) => {
        &**$outer
    };
    ($outer:ident, $field:tt) => {
        &$outer.$field
    };
}
pub(crate) use property_target;
