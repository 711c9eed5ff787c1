//! `IMAPIProp::CopyTo` and `CopyProps`: by the object itself where it knows how, else by MAPI through the interfaces of
//! both sides \[copying-or-moving-a-message-or-a-folder\].

use std::ffi::c_void;
use std::ptr;

use mapi_abi as abi;
use windows_core::{GUID, HRESULT, IUnknown, Interface};

use super::property_object::{CopyRequest, CopyScope, PropertyObject, put_problems};
use crate::com::arguments;
use crate::com::fault::{Fault, Outcome};
use crate::com::support::success;
use crate::store::PropTag;

/// The object that is copied: an interface of it and that interface's identifier, borrowed for the call.
pub struct Origin<'a> {
    /// The identifier.
    pub iid: GUID,
    /// The interface.
    pub object: &'a IUnknown,
    /// The same interface as a pointer of its own type.
    pub pointer: *mut c_void,
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

/// \[imapiprop-copyto\]
///
/// # Safety
/// As COM demands of the method.
pub unsafe fn copy_to<T: PropertyObject>(
    object: &T,
    origin: &Origin<'_>,
    excluded_iid_count: u32,
    excluded_iids: *const GUID,
    excluded_tags: *const abi::SPropTagArray,
    target: &Target,
) -> Outcome<HRESULT> {
    // SAFETY: the caller's promise, here and below.
    unsafe {
        arguments::clear(target.problems);
        object.check_usable()?;
        let iids = arguments::array(excluded_iids, excluded_iid_count)?;
        let tags = match arguments::tags(excluded_tags)? {
            Some(tags) if tags.is_empty() => return Err(Fault::new(abi::MAPI_E_INVALID_PARAMETER)),
            tags => tags.unwrap_or_default(),
        };
        check_target(origin, target)?;
        if iids.contains(&abi::IMAPIProp::IID) || iids.contains(&IUnknown::IID) {
            return Err(Fault::new(abi::MAPI_E_INTERFACE_NOT_SUPPORTED));
        }
        let scope = CopyScope::AllBut {
            iids: &iids,
            tags: &tags,
        };
        if let Some(result) = natively(object, origin, scope, target) {
            return result;
        }
        let support = delegate(object, target)?;
        success(support.object().DoCopyTo(
            &origin.iid,
            origin.pointer,
            excluded_iid_count,
            excluded_iids,
            excluded_tags,
            target.ui_param,
            target.progress,
            target.iid,
            target.destination,
            target.flags & !abi::MAPI_DECLINE_OK,
            target.problems,
        ))
    }
}

/// \[imapiprop-copyprops\]
///
/// # Safety
/// As COM demands of the method.
pub unsafe fn copy_props<T: PropertyObject>(
    object: &T,
    origin: &Origin<'_>,
    included_tags: *const abi::SPropTagArray,
    target: &Target,
) -> Outcome<HRESULT> {
    // SAFETY: the caller's promise, here and below.
    unsafe {
        arguments::clear(target.problems);
        object.check_usable()?;
        let tags = arguments::tags(included_tags)?
            .filter(|tags| !tags.is_empty() && !tags.iter().any(|&tag| PropTag(tag).id() == 0));
        let tags = tags.ok_or(Fault::new(abi::MAPI_E_INVALID_PARAMETER))?;
        check_target(origin, target)?;
        if let Some(result) = natively(object, origin, CopyScope::Only(&tags), target) {
            return result;
        }
        let support = delegate(object, target)?;
        success(support.object().DoCopyProps(
            &origin.iid,
            origin.pointer,
            included_tags,
            target.ui_param,
            target.progress,
            target.iid,
            target.destination,
            target.flags & !abi::MAPI_DECLINE_OK,
            target.problems,
        ))
    }
}

/// The destination must be there and must be another object.
///
/// # Safety
/// The pointers are valid or NULL.
unsafe fn check_target(origin: &Origin<'_>, target: &Target) -> Outcome {
    // SAFETY: the caller's promise.
    unsafe {
        arguments::require(target.iid)?;
        let destination = arguments::interface::<IUnknown>(&target.destination);
        let destination = destination.ok_or(Fault::new(abi::MAPI_E_INVALID_PARAMETER))?;
        // COM identity: one object has one IUnknown.
        if destination == origin.object {
            return Err(Fault::because(
                abi::MAPI_E_NO_ACCESS,
                "An object cannot be copied onto itself.",
            ));
        }
    }
    Ok(())
}

/// Lets the object copy by itself, if it can.
///
/// # Safety
/// The pointers are valid.
unsafe fn natively<T: PropertyObject>(
    object: &T,
    origin: &Origin<'_>,
    scope: CopyScope<'_>,
    target: &Target,
) -> Option<Outcome<HRESULT>> {
    // SAFETY: the caller's promise; `check_target` has seen that the identifier is there.
    unsafe {
        let request = CopyRequest {
            source_iid: origin.iid,
            source: origin.pointer,
            scope,
            iid: target.iid.read_unaligned(),
            destination: target.destination,
            ui_param: target.ui_param,
            progress: if target.flags & abi::MAPI_DIALOG != 0 {
                target.progress
            } else {
                ptr::null_mut()
            },
            flags: target.flags,
        };
        let problems = match object.copy(&request)? {
            Ok(problems) => problems,
            Err(fault) => return Some(Err(fault)),
        };
        Some(put_problems(object.session().memory(), problems, target.problems).map(|()| abi::S_OK))
    }
}

/// MAPI does the rest, unless it is MAPI that asks: then it wants to hear so and does it by itself.
fn delegate<T: PropertyObject>(
    object: &T,
    target: &Target,
) -> Outcome<crate::com::support::Support> {
    if target.flags & abi::MAPI_DECLINE_OK != 0 {
        return Err(Fault::new(abi::MAPI_E_DECLINE_COPY));
    }
    object.session().support()
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
                use windows_core::{IUnknownImpl, Interface};
                use $crate::objects::copying::{self, Origin, Target};
                use $crate::objects::property_object::PropertyObject;
                let object = $crate::objects::copying::property_target!(self $(, $field)?);
                $crate::com::guard::guard_object(
                    concat!(stringify!($interface), "::CopyTo"),
                    object.last_error(),
                    || {
                        let unknown: windows_core::IUnknown = self.to_interface();
                        let interface: mapi_abi::$interface = self.to_interface();
                        let iid_of_origin = <mapi_abi::$interface as Interface>::IID;
                        let origin = Origin {
                            iid: iid_of_origin,
                            object: &unknown,
                            pointer: interface.as_raw(),
                        };
                        let target = Target {
                            ui_param,
                            progress,
                            iid,
                            destination,
                            flags,
                            problems,
                        };
                        // SAFETY: what COM demands of the caller.
                        unsafe {
                            copying::copy_to(
                                object,
                                &origin,
                                excluded_iid_count,
                                excluded_iids,
                                excluded_tags,
                                &target,
                            )
                        }
                    },
                )
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
                use windows_core::{IUnknownImpl, Interface};
                use $crate::objects::copying::{self, Origin, Target};
                use $crate::objects::property_object::PropertyObject;
                let object = $crate::objects::copying::property_target!(self $(, $field)?);
                $crate::com::guard::guard_object(
                    concat!(stringify!($interface), "::CopyProps"),
                    object.last_error(),
                    || {
                        let unknown: windows_core::IUnknown = self.to_interface();
                        let interface: mapi_abi::$interface = self.to_interface();
                        let iid_of_origin = <mapi_abi::$interface as Interface>::IID;
                        let origin = Origin {
                            iid: iid_of_origin,
                            object: &unknown,
                            pointer: interface.as_raw(),
                        };
                        let target = Target {
                            ui_param,
                            progress,
                            iid,
                            destination,
                            flags,
                            problems,
                        };
                        // SAFETY: what COM demands of the caller.
                        unsafe { copying::copy_props(object, &origin, included_tags, &target) }
                    },
                )
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
