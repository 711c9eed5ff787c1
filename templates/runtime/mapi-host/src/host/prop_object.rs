//! What all objects with properties have in common.

use crate::host::*;
use mapi_abi::*;
use std::ffi::c_void;
use std::sync::Arc;
use windows_core::{GUID, HRESULT, IUnknown, Interface};

/// An object with properties: a store, folder, message, attachment or status object.
///
/// Text is asked for and returned as UTF-16. A method that fails returns its code; a property that cannot be read is a
/// property with an [error](Prop::error).
#[derive(Clone)]
pub struct PropObject {
    raw: Free<IMAPIProp>,
    pub(crate) state: Arc<HostState>,
}

impl PropObject {
    pub(crate) fn new(raw: IMAPIProp, state: &Arc<HostState>) -> Self {
        Self {
            raw: Free(raw),
            state: state.clone(),
        }
    }

    /// The interface pointer.
    pub fn raw(&self) -> &IMAPIProp {
        &self.raw.0
    }

    /// How many references the object has. At least one is this wrapper's.
    pub fn references(&self) -> u32 {
        references(&self.raw.0)
    }

    /// Asks for an interface.
    pub fn query<I: Interface>(&self) -> std::result::Result<I, HRESULT> {
        query(&self.raw.0)
    }

    /// Whether the object has an interface; reports a pointer that comes along with a refusal.
    pub fn supports(&self, iid: GUID) -> bool {
        let mut object = usize::MAX as *mut c_void;
        // SAFETY: the object is alive, and the arguments are a GUID and a place for a pointer.
        let code = unsafe { self.raw.0.query(&iid, &mut object) };
        if code.is_ok() {
            // SAFETY: QueryInterface succeeded, so the pointer is an object and the reference is ours.
            drop(unsafe { take::<IUnknown>(object) });
        } else if !object.is_null() {
            self.state
                .journal
                .violation(format!("QueryInterface refused {iid:?} and left a pointer"));
        }
        code.is_ok()
    }

    /// Reads properties.
    pub fn get(&self, tags: &[u32]) -> Result<Props> {
        Ok(self.get_with(Some(tags), MAPI_UNICODE)?.1)
    }

    /// Reads all properties that have values.
    pub fn get_all(&self) -> Result<Props> {
        Ok(self.get_with(None, MAPI_UNICODE)?.1)
    }

    /// Reads properties with flags of the caller's, and returns the code as well: it may be a warning.
    pub fn get_with(&self, tags: Option<&[u32]>, flags: u32) -> Result<(HRESULT, Props)> {
        let arena = Arena::default();
        let tags = tags.map_or(std::ptr::null_mut(), |tags| arena.tags(tags));
        let (mut count, mut values) = (0, std::ptr::null_mut());
        // SAFETY: the tags live until the call returns; the rest are places for the results.
        let code = unsafe { self.raw.0.GetProps(tags, flags, &mut count, &mut values) };
        check_untouched(&self.state, "IMAPIProp::GetProps", code, values.cast());
        check("IMAPIProp::GetProps", code)?;
        Ok((
            code,
            take_props(&self.state.memory, "IMAPIProp::GetProps", values, count),
        ))
    }

    /// Reads one property; fails if that is what the property's value says.
    pub fn value(&self, tag: u32) -> Result<Value> {
        let mut props = self.get(&[tag])?;
        match props.0.pop().map(|prop| prop.value) {
            Some(Value::Error(code)) => Err(Failure {
                call: "IMAPIProp::GetProps",
                code,
            }),
            Some(value) => Ok(value),
            None => Err(Failure {
                call: "IMAPIProp::GetProps",
                code: MAPI_E_NOT_FOUND,
            }),
        }
    }

    /// Reads a text.
    pub fn text(&self, tag: u32) -> Result<String> {
        match self.value(change_prop_type(tag, PT_UNICODE))? {
            Value::Unicode(text) => Ok(text),
            _ => Err(unexpected()),
        }
    }

    /// Reads a `PT_LONG` number.
    pub fn long(&self, tag: u32) -> Result<i32> {
        match self.value(tag)? {
            Value::Long(number) => Ok(number),
            _ => Err(unexpected()),
        }
    }

    /// Reads the bits of a `PT_LONG` number.
    pub fn bits(&self, tag: u32) -> Result<u32> {
        self.long(tag).map(|number| number as u32)
    }

    /// Reads a truth value.
    pub fn boolean(&self, tag: u32) -> Result<bool> {
        match self.value(tag)? {
            Value::Boolean(truth) => Ok(truth),
            _ => Err(unexpected()),
        }
    }

    /// Reads bytes.
    pub fn binary(&self, tag: u32) -> Result<Vec<u8>> {
        match self.value(tag)? {
            Value::Binary(bytes) => Ok(bytes),
            _ => Err(unexpected()),
        }
    }

    /// Reads a time, in units of 100 ns since 1601-01-01 UTC.
    pub fn time(&self, tag: u32) -> Result<u64> {
        match self.value(tag)? {
            Value::Time(time) => Ok(time),
            _ => Err(unexpected()),
        }
    }

    /// The entry id of the object.
    pub fn entry_id(&self) -> Result<Vec<u8>> {
        self.binary(PR_ENTRYID)
    }

    /// The tags of all properties.
    pub fn list(&self) -> Result<Vec<u32>> {
        self.list_with(MAPI_UNICODE)
    }

    /// The tags of all properties, with flags of the caller's.
    pub fn list_with(&self, flags: u32) -> Result<Vec<u32>> {
        let mut tags = std::ptr::null_mut();
        // SAFETY: `tags` is a place for the result.
        let code = unsafe { self.raw.0.GetPropList(flags, &mut tags) };
        check("IMAPIProp::GetPropList", code)?;
        let reader = Reader::adopt(&self.state.memory, "IMAPIProp::GetPropList", tags.cast());
        Ok(reader.map(|reader| reader.tags(tags)).unwrap_or_default())
    }

    /// Writes properties and returns what went wrong with single ones.
    pub fn set(&self, props: &[Prop]) -> Result<Vec<Problem>> {
        let arena = Arena::default();
        let mut problems = std::ptr::null_mut();
        // SAFETY: the properties live until the call returns; `problems` is a place for the result.
        let code = unsafe {
            self.raw
                .0
                .SetProps(props.len() as u32, arena.props(props), &mut problems)
        };
        check("IMAPIProp::SetProps", code)?;
        Ok(self.problems("IMAPIProp::SetProps", problems))
    }

    /// Writes properties without asking for problems.
    pub fn set_blindly(&self, props: &[Prop]) -> Result<()> {
        let arena = Arena::default();
        // SAFETY: the properties live until the call returns.
        let code = unsafe {
            self.raw
                .0
                .SetProps(props.len() as u32, arena.props(props), std::ptr::null_mut())
        };
        check("IMAPIProp::SetProps", code)
    }

    /// Writes one property; a problem with it is a failure.
    pub fn put(&self, tag: u32, value: impl Into<Value>) -> Result<()> {
        match self.set(&[Prop::new(tag, value)])?.first() {
            Some(problem) => Err(Failure {
                call: "IMAPIProp::SetProps",
                code: problem.code,
            }),
            None => Ok(()),
        }
    }

    /// Deletes properties and returns what went wrong with single ones.
    pub fn delete(&self, tags: &[u32]) -> Result<Vec<Problem>> {
        let arena = Arena::default();
        let mut problems = std::ptr::null_mut();
        // SAFETY: the tags live until the call returns; `problems` is a place for the result.
        let code = unsafe { self.raw.0.DeleteProps(arena.tags(tags), &mut problems) };
        check("IMAPIProp::DeleteProps", code)?;
        Ok(self.problems("IMAPIProp::DeleteProps", problems))
    }

    /// Saves the object; `flags` is made of `KEEP_OPEN_` values and [`FORCE_SAVE`].
    pub fn save(&self, flags: u32) -> Result<()> {
        // SAFETY: the call has no pointers.
        let code = unsafe { self.raw.0.SaveChanges(flags) };
        check("IMAPIProp::SaveChanges", code)
    }

    /// Opens a property as an object; `None` for the interface passes NULL.
    pub fn open(&self, tag: u32, iid: Option<GUID>, options: u32, flags: u32) -> Result<IUnknown> {
        let call = "IMAPIProp::OpenProperty";
        let iid = iid.as_ref().map_or(std::ptr::null(), std::ptr::from_ref);
        let mut object = std::ptr::null_mut();
        // SAFETY: the interface lives until the call returns; `object` is a place for the result.
        let code = unsafe {
            self.raw
                .0
                .OpenProperty(tag, iid, options, flags, &mut object)
        };
        // SAFETY: the method returns an object with a reference for us, or NULL.
        let object = unsafe { self.returned(call, code, object) }?;
        Ok(object)
    }

    /// Opens a property as a stream; `flags` is made of [`MAPI_CREATE`] and [`MAPI_MODIFY`].
    pub fn stream(&self, tag: u32, flags: u32) -> Result<Stream> {
        let write = flags & MAPI_MODIFY != 0;
        let mode = if write { STGM_READWRITE } else { STGM_READ };
        let object = self.open(tag, Some(IStream::IID), mode, flags)?;
        // SAFETY: the object was opened with this interface.
        Ok(Stream::new(unsafe { cast(object) }))
    }

    /// Reads a whole property through a stream.
    pub fn read_stream(&self, tag: u32) -> Result<Vec<u8>> {
        self.stream(tag, 0)?.read_to_end()
    }

    /// Writes a whole property through a stream and commits the stream; the object is not saved.
    pub fn write_stream(&self, tag: u32, bytes: &[u8]) -> Result<()> {
        let stream = self.stream(tag, MAPI_CREATE | MAPI_MODIFY)?;
        stream.write_all(bytes)?;
        stream.commit()
    }

    /// Opens a property as a table.
    pub fn table(&self, tag: u32) -> Result<Table> {
        let object = self.open(tag, Some(IMAPITable::IID), MAPI_UNICODE, 0)?;
        // SAFETY: the object was opened with this interface.
        Ok(Table::new(unsafe { cast(object) }, &self.state))
    }

    /// Finds the tags of named properties; `create` makes new ones for names that are not known. The code may be a warning.
    pub fn ids_from_names(&self, names: &[Name], create: bool) -> Result<(HRESULT, Vec<u32>)> {
        let arena = Arena::default();
        let flags = if create { MAPI_CREATE } else { 0 };
        let pointers = if names.is_empty() {
            std::ptr::null_mut()
        } else {
            arena.names(names)
        };
        let mut tags = std::ptr::null_mut();
        // SAFETY: the names live until the call returns; `tags` is a place for the result.
        let code = unsafe {
            self.raw
                .0
                .GetIDsFromNames(names.len() as u32, pointers, flags, &mut tags)
        };
        check("IMAPIProp::GetIDsFromNames", code)?;
        let reader = Reader::adopt(
            &self.state.memory,
            "IMAPIProp::GetIDsFromNames",
            tags.cast(),
        );
        Ok((
            code,
            reader.map(|reader| reader.tags(tags)).unwrap_or_default(),
        ))
    }

    /// The tag of a named property with the given type; it is made if the name is not known.
    pub fn named(&self, name: &Name, property_type: u32) -> Result<u32> {
        let (_, tags) = self.ids_from_names(std::slice::from_ref(name), true)?;
        let tag = tags.first().copied().filter(|tag| is_named_prop(*tag));
        tag.map(|tag| change_prop_type(tag, property_type))
            .ok_or(Failure {
                call: "IMAPIProp::GetIDsFromNames",
                code: MAPI_E_NOT_FOUND,
            })
    }

    /// Finds the names behind tags. The code may be a warning.
    pub fn names_from_ids(&self, tags: &[u32]) -> Result<(HRESULT, Vec<Option<Name>>)> {
        let arena = Arena::default();
        let mut list = arena.tags(tags);
        let given = list;
        let (mut count, mut names) = (0, std::ptr::null_mut());
        // SAFETY: the tags live until the call returns; the rest are places for the results.
        let code = unsafe {
            self.raw
                .0
                .GetNamesFromIDs(&mut list, std::ptr::null(), 0, &mut count, &mut names)
        };
        check("IMAPIProp::GetNamesFromIDs", code)?;
        if list != given {
            self.state
                .journal
                .violation("GetNamesFromIDs replaced the caller's tags".into());
        }
        Ok((code, self.take_names(names, count)))
    }

    /// All names of named properties with their tags, of one property set if there is one.
    pub fn all_names(&self, set: Option<GUID>) -> Result<Vec<(u32, Name)>> {
        let set = set.as_ref().map_or(std::ptr::null(), std::ptr::from_ref);
        let mut list = std::ptr::null_mut();
        let (mut count, mut names) = (0, std::ptr::null_mut());
        // SAFETY: the property set lives until the call returns; the rest are places for the results.
        let code = unsafe {
            self.raw
                .0
                .GetNamesFromIDs(&mut list, set, 0, &mut count, &mut names)
        };
        check("IMAPIProp::GetNamesFromIDs", code)?;
        let reader = Reader::adopt(
            &self.state.memory,
            "IMAPIProp::GetNamesFromIDs",
            list.cast(),
        );
        let tags = reader.map(|reader| reader.tags(list)).unwrap_or_default();
        let names = self.take_names(names, count);
        Ok(tags
            .into_iter()
            .zip(names)
            .filter_map(|(tag, name)| Some((tag, name?)))
            .collect())
    }

    /// Copies everything but the excluded tags to another object and returns what went wrong with single properties.
    pub fn copy_to(
        &self,
        destination: &PropObject,
        excluded: &[u32],
        flags: u32,
    ) -> Result<Vec<Problem>> {
        self.copy_to_as(destination, IMAPIProp::IID, &[], excluded, flags)
    }

    /// Copies everything but what is behind some interfaces and tags; the destination is handed over with an identifier of
    /// the caller's, whether it has that interface or not.
    pub fn copy_to_as(
        &self,
        destination: &PropObject,
        iid: GUID,
        excluded_iids: &[GUID],
        excluded: &[u32],
        flags: u32,
    ) -> Result<Vec<Problem>> {
        let arena = Arena::default();
        let iids = if excluded_iids.is_empty() {
            std::ptr::null()
        } else {
            excluded_iids.as_ptr()
        };
        let excluded = if excluded.is_empty() {
            std::ptr::null_mut()
        } else {
            arena.tags(excluded)
        };
        let mut problems = std::ptr::null_mut();
        // SAFETY: the tags and the destination live until the call returns; `problems` is a place for the result.
        let code = unsafe {
            self.raw.0.CopyTo(
                excluded_iids.len() as u32,
                iids,
                excluded,
                0,
                std::ptr::null_mut(),
                &iid,
                destination.raw.0.as_raw(),
                flags,
                &mut problems,
            )
        };
        check("IMAPIProp::CopyTo", code)?;
        Ok(self.problems("IMAPIProp::CopyTo", problems))
    }

    /// Copies properties to another object and returns what went wrong with single ones.
    pub fn copy_props(
        &self,
        destination: &PropObject,
        included: &[u32],
        flags: u32,
    ) -> Result<Vec<Problem>> {
        let arena = Arena::default();
        let mut problems = std::ptr::null_mut();
        // SAFETY: the tags and the destination live until the call returns; `problems` is a place for the result.
        let code = unsafe {
            self.raw.0.CopyProps(
                arena.tags(included),
                0,
                std::ptr::null_mut(),
                &IMAPIProp::IID,
                destination.raw.0.as_raw(),
                flags,
                &mut problems,
            )
        };
        check("IMAPIProp::CopyProps", code)?;
        Ok(self.problems("IMAPIProp::CopyProps", problems))
    }

    /// The description of an error, if the object has one.
    pub fn last_error(&self, code: HRESULT, flags: u32) -> Result<Option<ErrorText>> {
        let mut error = std::ptr::null_mut();
        // SAFETY: `error` is a place for the result.
        let answer = unsafe { self.raw.0.GetLastError(code, flags, &mut error) };
        check("IMAPIProp::GetLastError", answer)?;
        let reader = Reader::adopt(&self.state.memory, "IMAPIProp::GetLastError", error.cast());
        Ok(reader.and_then(|reader| reader.error(error, flags)))
    }

    /// Takes over an object that a method returned.
    ///
    /// # Safety
    /// As for [`returned`].
    pub(crate) unsafe fn returned<I: Interface>(
        &self,
        call: &'static str,
        code: HRESULT,
        object: *mut c_void,
    ) -> Result<I> {
        // SAFETY: the caller says so.
        unsafe { returned(&self.state, call, code, object) }
    }

    pub(crate) fn problems(
        &self,
        call: &'static str,
        problems: *mut SPropProblemArray,
    ) -> Vec<Problem> {
        let reader = Reader::adopt(&self.state.memory, call, problems.cast());
        reader
            .map(|reader| reader.problems(problems))
            .unwrap_or_default()
    }

    fn take_names(&self, names: *mut *mut MAPINAMEID, count: u32) -> Vec<Option<Name>> {
        let Some(reader) = Reader::adopt(
            &self.state.memory,
            "IMAPIProp::GetNamesFromIDs",
            names.cast(),
        ) else {
            return Vec::new();
        };
        let pointers = reader
            .slice(names.cast_const(), count as usize)
            .unwrap_or_default();
        pointers
            .into_iter()
            .map(|pointer| reader.name(pointer))
            .collect()
    }
}

/// Reports an out pointer that a failed call has written.
fn check_untouched(state: &HostState, call: &str, code: HRESULT, out: *mut c_void) {
    if code.is_err() && !out.is_null() {
        let text = format!("{call} failed with {} and left a pointer", code_text(code));
        state.journal.violation(text);
    }
}

/// Takes over an object that a method returned; reports a failure with an object, and a success without one.
///
/// # Safety
/// The pointer is NULL, or leads to an object with the interface `I` whose reference is the caller's.
pub(crate) unsafe fn returned<I: Interface>(
    state: &HostState,
    call: &'static str,
    code: HRESULT,
    object: *mut c_void,
) -> Result<I> {
    check_untouched(state, call, code, object);
    check(call, code)?;
    // SAFETY: the caller says so.
    unsafe { take(object) }.ok_or_else(|| {
        state
            .journal
            .violation(format!("{call} succeeded and returned NULL"));
        Failure {
            call,
            code: MAPI_E_CALL_FAILED,
        }
    })
}

/// Whether two interface pointers lead to the same object: by their `IUnknown`, as COM says.
pub fn same_object(one: &IUnknown, two: &IUnknown) -> bool {
    let unknown = |object: &IUnknown| query::<IUnknown>(object).map(|object| object.as_raw());
    matches!((unknown(one), unknown(two)), (Ok(one), Ok(two)) if one == two)
}

/// Reinterprets an object as the interface that it was asked for.
///
/// # Safety
/// The pointer is one to the interface `I`.
pub(crate) unsafe fn cast<I: Interface>(object: IUnknown) -> I {
    // SAFETY: the caller says so; the reference goes along.
    unsafe { I::from_raw(object.into_raw()) }
}

fn unexpected() -> Failure {
    Failure {
        call: "IMAPIProp::GetProps",
        code: MAPI_E_UNEXPECTED_TYPE,
    }
}
