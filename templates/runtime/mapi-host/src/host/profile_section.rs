//! An open section of the profile, as a provider sees it.

use crate::host::*;
use mapi_abi::*;
use std::ffi::c_void;
use std::sync::Arc;
use windows_core::{GUID, HRESULT, implement};

#[implement(IProfSect, Agile = false)]
pub(crate) struct ProfileSection {
    state: Arc<HostState>,
    uid: MAPIUID,
    write: bool,
    _live: LiveToken,
}

impl ProfileSection {
    /// Opens a section under the exclusion rule: whoever may write is alone [iprovideradmin-openprofilesection].
    pub(crate) fn open(
        state: &Arc<HostState>,
        uid: MAPIUID,
        write: bool,
    ) -> std::result::Result<IProfSect, HRESULT> {
        state.profile.open(uid, write)?;
        Ok(Self {
            state: state.clone(),
            uid,
            write,
            _live: state.live.count("profile section"),
        }
        .into())
    }

    fn read(&self, tag: u32, flags: u32) -> Prop {
        let missing = |tag| Prop::new(with_error(tag), MAPI_E_NOT_FOUND);
        let Some(prop) = self.state.profile.get(self.uid, tag) else {
            return missing(tag);
        };
        let wide = flags & MAPI_UNICODE != 0;
        let wanted = match prop_type(tag) {
            PT_UNSPECIFIED if matches!(prop.value, Value::Unicode(_) | Value::String8(_)) => {
                if wide { PT_UNICODE } else { PT_STRING8 }
            }
            PT_UNSPECIFIED => prop_type(prop.tag),
            wanted => wanted,
        };
        let tag = change_prop_type(tag, wanted);
        match (prop.value, wanted) {
            (Value::Unicode(text), PT_STRING8) => Prop::new(tag, Value::String8(latin(&text))),
            (Value::String8(text), PT_UNICODE) => {
                Prop::new(tag, text.iter().map(|b| char::from(*b)).collect::<String>())
            }
            (value, wanted) if value.property_type() == wanted => Prop { tag, value },
            _ => missing(tag),
        }
    }
}

impl Drop for ProfileSection {
    fn drop(&mut self) {
        self.state.profile.close(self.uid, self.write);
    }
}

impl IProfSect_Impl for ProfileSection_Impl {}

#[allow(non_snake_case)]
impl IMAPIProp_Impl for ProfileSection_Impl {
    unsafe fn GetLastError(
        &self,
        _hresult: HRESULT,
        _flags: u32,
        error: *mut *mut MAPIERROR,
    ) -> HRESULT {
        // SAFETY: the provider hands in a place for the pointer, or NULL.
        if unsafe { put(error, std::ptr::null_mut()) } {
            S_OK
        } else {
            MAPI_E_INVALID_PARAMETER
        }
    }

    unsafe fn SaveChanges(&self, _flags: u32) -> HRESULT {
        // Profile sections are not transacted.
        S_OK
    }

    unsafe fn GetProps(
        &self,
        tags: *const SPropTagArray,
        flags: u32,
        count: *mut u32,
        values: *mut *mut SPropValue,
    ) -> HRESULT {
        let listed = tags.is_null();
        let tags = if listed {
            let tags = self.state.profile.listed(self.uid);
            tags.into_iter()
                .map(|tag| change_prop_type(tag, untyped(tag)))
                .collect()
        } else {
            Reader::arguments("IProfSect::GetProps").tags(tags)
        };
        if tags.is_empty() && !listed || count.is_null() || values.is_null() {
            return MAPI_E_INVALID_PARAMETER;
        }
        let props: Vec<Prop> = tags.iter().map(|tag| self.read(*tag, flags)).collect();
        let warning = props.iter().any(|prop| prop.error().is_some());
        // SAFETY: both pointers have been checked.
        unsafe {
            count.write(props.len() as u32);
            values.write(if props.is_empty() {
                std::ptr::null_mut()
            } else {
                allocate_props(&self.state.memory, &props)
            });
        }
        if warning {
            MAPI_W_ERRORS_RETURNED
        } else {
            S_OK
        }
    }

    unsafe fn GetPropList(&self, flags: u32, tags: *mut *mut SPropTagArray) -> HRESULT {
        let width = if flags & MAPI_UNICODE != 0 {
            PT_UNICODE
        } else {
            PT_STRING8
        };
        let listed = self.state.profile.listed(self.uid).into_iter();
        let listed: Vec<u32> = listed
            .map(|tag| match prop_type(tag) {
                PT_UNICODE | PT_STRING8 => change_prop_type(tag, width),
                _ => tag,
            })
            .collect();
        let list = allocate_tags(&self.state.memory, &listed);
        // SAFETY: the provider hands in a place for the pointer, or NULL.
        if unsafe { put(tags, list) } {
            S_OK
        } else {
            self.state.memory.free(list.cast());
            MAPI_E_INVALID_PARAMETER
        }
    }

    unsafe fn OpenProperty(
        &self,
        _: u32,
        _: *const GUID,
        _: u32,
        _: u32,
        object: *mut *mut c_void,
    ) -> HRESULT {
        // SAFETY: the provider hands in a place for the pointer, or NULL.
        unsafe { put(object, std::ptr::null_mut()) };
        MAPI_E_NO_SUPPORT
    }

    unsafe fn SetProps(
        &self,
        count: u32,
        values: *const SPropValue,
        problems: *mut *mut SPropProblemArray,
    ) -> HRESULT {
        // SAFETY: the provider hands in a place for the pointer, or NULL.
        unsafe { put(problems, std::ptr::null_mut()) };
        if !self.write {
            return MAPI_E_NO_ACCESS;
        }
        let props = Reader::arguments("IProfSect::SetProps").props(values, count);
        if props.is_empty() {
            return MAPI_E_INVALID_PARAMETER;
        }
        let mut found = Vec::new();
        for (index, prop) in props.iter().enumerate() {
            if matches!(prop.value, Value::Null | Value::Error(_)) {
                continue;
            }
            if let Err(code) = self.state.profile.put(self.uid, prop) {
                let text = format!(
                    "the provider wrote {:#010X}, which it may not, to the profile",
                    prop.tag
                );
                self.state.journal.violation(text);
                found.push(raw_problem(index, prop.tag, code));
            }
        }
        self.return_problems(&found, problems)
    }

    unsafe fn DeleteProps(
        &self,
        tags: *const SPropTagArray,
        problems: *mut *mut SPropProblemArray,
    ) -> HRESULT {
        // SAFETY: the provider hands in a place for the pointer, or NULL.
        unsafe { put(problems, std::ptr::null_mut()) };
        if !self.write {
            return MAPI_E_NO_ACCESS;
        }
        let tags = Reader::arguments("IProfSect::DeleteProps").tags(tags);
        if tags.is_empty() {
            return MAPI_E_INVALID_PARAMETER;
        }
        let mut found = Vec::new();
        for (index, tag) in tags.iter().enumerate() {
            if let Err(code) = self.state.profile.delete(self.uid, *tag) {
                found.push(raw_problem(index, *tag, code));
            }
        }
        self.return_problems(&found, problems)
    }

    unsafe fn CopyTo(
        &self,
        _: u32,
        _: *const GUID,
        _: *const SPropTagArray,
        _: usize,
        _: *mut c_void,
        _: *const GUID,
        _: *mut c_void,
        _: u32,
        _: *mut *mut SPropProblemArray,
    ) -> HRESULT {
        MAPI_E_NO_SUPPORT
    }

    unsafe fn CopyProps(
        &self,
        _: *const SPropTagArray,
        _: usize,
        _: *mut c_void,
        _: *const GUID,
        _: *mut c_void,
        _: u32,
        _: *mut *mut SPropProblemArray,
    ) -> HRESULT {
        MAPI_E_NO_SUPPORT
    }

    unsafe fn GetNamesFromIDs(
        &self,
        _: *mut *mut SPropTagArray,
        _: *const GUID,
        _: u32,
        _: *mut u32,
        _: *mut *mut *mut MAPINAMEID,
    ) -> HRESULT {
        MAPI_E_NO_SUPPORT
    }

    unsafe fn GetIDsFromNames(
        &self,
        _: u32,
        _: *const *mut MAPINAMEID,
        _: u32,
        _: *mut *mut SPropTagArray,
    ) -> HRESULT {
        MAPI_E_NO_SUPPORT
    }
}

impl ProfileSection_Impl {
    fn return_problems(
        &self,
        problems: &[SPropProblem],
        out: *mut *mut SPropProblemArray,
    ) -> HRESULT {
        if !problems.is_empty() && !out.is_null() {
            // SAFETY: the pointer has just been checked.
            unsafe { out.write(allocate_problems(&self.state.memory, problems)) };
        }
        S_OK
    }
}

/// A tag with the type `PT_ERROR`.
pub(crate) fn with_error(tag: u32) -> u32 {
    change_prop_type(tag, PT_ERROR)
}

/// The type to ask for when the type of a string shall follow the flags.
fn untyped(tag: u32) -> u32 {
    match prop_type(tag) {
        PT_UNICODE | PT_STRING8 => PT_UNSPECIFIED,
        other => other,
    }
}

fn raw_problem(index: usize, tag: u32, code: HRESULT) -> SPropProblem {
    SPropProblem {
        ulIndex: index as u32,
        ulPropTag: tag,
        scode: code,
    }
}

fn latin(text: &str) -> Vec<u8> {
    text.chars()
        .map(|c| u8::try_from(u32::from(c)).unwrap_or(b'?'))
        .collect()
}
