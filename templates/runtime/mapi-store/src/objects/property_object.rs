//! `IMAPIProp`, once for all objects: stores, folders, messages, attachments and status objects say what properties they
//! have ([`PropertyObject`]), and `copying::implement_mapi_prop!` makes the eleven methods of it \[imapipropiunknown\].

use std::ffi::c_void;
use std::sync::Arc;

use mapi_abi as abi;
use windows_core::{GUID, HRESULT, IUnknown};

use super::session::Session;
use crate::com::fault::{Fault, LastError, Outcome};
use crate::com::memory::{Allocators, Chain};
use crate::com::strings::Width;
use crate::com::values::types;
use crate::com::{arguments, values};
use crate::store::{PropTag, Value};

/// The id of `PR_NULL`, which is a property like no other: it is asked for and never there.
const ID_NULL: u16 = 0;

/// A change to one property.
#[derive(Clone, Debug, PartialEq)]
pub enum Edit {
    /// Set the property to a value, whose type is the tag's.
    Set(PropTag, Value),
    /// Remove the property with this id, whatever its type.
    Delete(u16),
}

impl Edit {
    /// The id of the property.
    pub fn id(&self) -> u16 {
        match self {
            Self::Set(tag, _) => tag.id(),
            Self::Delete(id) => *id,
        }
    }

    /// What is set and what is removed, as the store takes it.
    pub fn split(edits: Vec<Self>) -> (Vec<(PropTag, Value)>, Vec<u16>) {
        let (mut set, mut remove) = (Vec::new(), Vec::new());
        for edit in edits {
            match edit {
                Self::Set(tag, value) => set.push((tag, value)),
                Self::Delete(id) => remove.push(id),
            }
        }
        (set, remove)
    }
}

/// What `OpenProperty` was asked for.
#[derive(Clone, Copy, Debug)]
pub struct PropertyRequest {
    /// The property; its type is never `PT_UNSPECIFIED`.
    pub tag: PropTag,
    /// The interface to open it as.
    pub iid: GUID,
    /// `STGM_` bits for a stream, `MAPI_UNICODE` for a table.
    pub interface_options: u32,
    /// `MAPI_MODIFY`, `MAPI_CREATE`, `MAPI_DEFERRED_ERRORS`.
    pub flags: u32,
}

impl PropertyRequest {
    /// Whether the caller wants to write.
    pub fn modify(&self) -> bool {
        self.flags & abi::MAPI_MODIFY != 0
    }

    /// Whether the property is to be created, or emptied if it exists.
    pub fn create(&self) -> bool {
        self.flags & abi::MAPI_CREATE != 0
    }
}

/// An object with properties. All ids are below 0x8000 or come from the store's mapping of named properties.
///
/// A method that works on the store must not hold a lock of its own while it calls anything but the store.
pub trait PropertyObject {
    /// The session that the object was opened in.
    fn session(&self) -> &Arc<Session>;

    /// Where the object's failures are remembered.
    fn last_error(&self) -> &LastError;

    /// Fails when the object may only be released: its store is closed, it was submitted.
    fn check_usable(&self) -> Outcome {
        self.session().check_alive()
    }

    /// Whether the object was opened for writing.
    fn writable(&self) -> bool;

    /// The tags of all properties, `PT_OBJECT` ones included, strings as `PT_UNICODE`.
    fn list(&self) -> Outcome<Vec<PropTag>>;

    /// The values of these properties, in this order; `None` where there is none.
    ///
    /// `Value::Error` is an answer of its own, `Value::Large` a value that has to be opened as a stream, `Value::Object`
    /// something to be opened.
    fn read(&self, ids: &[u16]) -> Outcome<Vec<Option<Value>>>;

    /// Makes these changes, together where the object is nontransacted. Gives the failure of each, in this order.
    fn write(&self, edits: Vec<Edit>) -> Outcome<Vec<Option<Fault>>>;

    /// Whether only the store sets this property: SetProps answers `MAPI_E_COMPUTED`, DeleteProps `MAPI_E_NO_ACCESS`.
    fn is_computed(&self, id: u16) -> bool;

    /// `PR_MESSAGE_SIZE_EXTENDED`, which has the id of `PR_MESSAGE_SIZE`: for what may be larger than that can say
    /// \[pidtagmessagesizeextended-canonical-property\].
    fn extended_size(&self) -> Outcome<Option<u64>> {
        Ok(match self.read(&[SIZE])?.pop().flatten() {
            Some(Value::Long(size)) => u64::try_from(size).ok(),
            _ => None,
        })
    }

    /// Whether SetProps passes over this property: the tags that stand for tables.
    fn is_ignored(&self, _id: u16) -> bool {
        false
    }

    /// Opens a property as a stream, table, message or storage.
    fn open_property(&self, request: &PropertyRequest) -> Outcome<IUnknown>;

    /// Commits a transacted object. Others have nothing to do: their changes were made at once.
    fn save_changes(&self, _flags: u32) -> Outcome {
        Ok(())
    }

    /// Copies without MAPI's help where the object knows how; `None` leaves it to `IMAPISupport`.
    ///
    /// # Safety
    /// The pointers in the request are valid for the call.
    unsafe fn copy(&self, _request: &CopyRequest<'_>) -> Option<Outcome<Copied>> {
        None
    }
}

/// The id of `PR_MESSAGE_SIZE` and `PR_MESSAGE_SIZE_EXTENDED`.
const SIZE: u16 = PropTag(abi::PR_MESSAGE_SIZE).id();

/// What `CopyTo` or `CopyProps` was asked for, checked.
pub struct CopyRequest<'a> {
    /// What is copied.
    pub scope: CopyScope<'a>,
    /// Where to; borrowed, and used on this thread only.
    pub destination: *mut c_void,
    /// The window for dialogs.
    pub ui_param: usize,
    /// The caller's progress object or NULL; only looked at with `MAPI_DIALOG`.
    pub progress: *mut c_void,
    /// `MAPI_MOVE`, `MAPI_NOREPLACE`, `MAPI_DECLINE_OK`, `MAPI_DIALOG`.
    pub flags: u32,
}

/// Which properties are copied.
#[derive(Clone, Copy)]
pub enum CopyScope<'a> {
    /// All but these tags and what there is behind these interfaces.
    AllBut {
        /// Interfaces.
        iids: &'a [GUID],
        /// Tags; their types do not matter.
        tags: &'a [u32],
    },
    /// These tags.
    Only(&'a [u32]),
}

impl CopyScope<'_> {
    /// Whether a property is copied.
    pub fn covers(self, id: u16) -> bool {
        match self {
            Self::AllBut { tags, .. } => !tags.iter().any(|&tag| PropTag(tag).id() == id),
            Self::Only(tags) => tags.iter().any(|&tag| PropTag(tag).id() == id),
        }
    }

    /// Where a property was asked for by its tag.
    pub fn position(self, id: u16) -> Option<usize> {
        match self {
            Self::AllBut { .. } => None,
            Self::Only(tags) => tags.iter().position(|&tag| PropTag(tag).id() == id),
        }
    }

    /// Whether a part of the object is copied that is reached through some interfaces: leaving one of them out leaves out
    /// the part.
    pub fn covers_part(self, id: u16, reached: &[GUID]) -> bool {
        let left_out = match self {
            Self::AllBut { iids, .. } => iids.iter().any(|iid| reached.contains(iid)),
            Self::Only(_) => false,
        };
        !left_out && self.covers(id)
    }
}

/// What a copy came to.
pub struct Copied {
    /// `S_OK` or `MAPI_W_PARTIAL_COMPLETION`.
    pub code: HRESULT,
    /// What went wrong with single properties.
    pub problems: Problems,
}

impl Copied {
    /// A copy of all there was to copy, apart from these properties.
    pub fn whole(problems: Problems) -> Self {
        Self {
            code: abi::S_OK,
            problems,
        }
    }
}

/// What went wrong with single properties: index in the caller's array, tag, reason.
pub type Problems = Vec<(usize, PropTag, HRESULT)>;

/// \[imapiprop-getprops\]
///
/// # Safety
/// As COM demands of the method.
pub unsafe fn get_props<T: PropertyObject>(
    object: &T,
    tags: *const abi::SPropTagArray,
    flags: u32,
    count: *mut u32,
    out: *mut *mut abi::SPropValue,
) -> Outcome<HRESULT> {
    // SAFETY: the caller's promise, here and below.
    unsafe {
        arguments::clear(out);
        arguments::put(count, 0);
        arguments::require(count)?;
        arguments::require(out)?;
        object.check_usable()?;
        let width = Width::of_flags(flags);
        let requested: Vec<PropTag> = match arguments::tags(tags)? {
            Some(tags) if tags.is_empty() => return Err(Fault::new(abi::MAPI_E_INVALID_PARAMETER)),
            Some(tags) => tags.into_iter().map(PropTag).collect(),
            None => object
                .list()?
                .into_iter()
                .map(|tag| values::listed_tag(tag, width))
                .collect(),
        };
        if requested.is_empty() {
            return Ok(abi::S_OK);
        }
        let ids: Vec<u16> = requested.iter().map(|tag| tag.id()).collect();
        let found = object.read(&ids)?;
        let session = object.session();
        let size = requested.len() * size_of::<abi::SPropValue>();
        let chain = Chain::new(session.memory(), size)?;
        let mut warning = abi::S_OK;
        for (index, (&tag, mut value)) in requested.iter().zip(found).enumerate() {
            if tag.0 == abi::PR_MESSAGE_SIZE_EXTENDED {
                let size = object.extended_size()?;
                value = size.map(|size| Value::I8(i64::try_from(size).unwrap_or(i64::MAX)));
            }
            let property = answer(session, tag, width, value, &chain)?;
            if PropTag(property.ulPropTag).property_type() == types::ERROR {
                warning = abi::MAPI_W_ERRORS_RETURNED;
            }
            chain
                .head::<abi::SPropValue>()
                .add(index)
                .write_unaligned(property);
        }
        arguments::put(count, u32::try_from(requested.len()).unwrap_or(0));
        arguments::put(out, chain.into_raw());
        Ok(warning)
    }
}

/// One entry of the answer to `GetProps`.
fn answer(
    session: &Session,
    tag: PropTag,
    width: Width,
    value: Option<Value>,
    chain: &Chain,
) -> Outcome<abi::SPropValue> {
    if tag.id() == ID_NULL && tag.property_type() == types::NULL {
        return values::write(tag, &Value::Null, chain);
    }
    let value = match value {
        None => return Ok(values::error(tag, abi::MAPI_E_NOT_FOUND)),
        Some(Value::Error(code)) => return Ok(values::error(tag, HRESULT(code))),
        Some(value) => value,
    };
    let stored = value.property_type();
    let tag = match tag.property_type() {
        types::UNSPECIFIED => values::listed_tag(tag.with_type(stored), width),
        requested if values::type_answers(stored, requested) => tag,
        _ => return Ok(values::error(tag, abi::MAPI_E_NOT_FOUND)),
    };
    let limit = u64::from(session.definition().store.large_property_limit);
    let value = if is_always_whole(tag) {
        match value {
            Value::Large(large) => session.store().read_large(&large)?,
            value => value,
        }
    } else if matches!(value, Value::Large(_)) || is_single_blob(&value) && value.size() > limit {
        return Ok(values::error(tag, abi::MAPI_E_NOT_ENOUGH_MEMORY));
    } else {
        value
    };
    match values::write(tag, &value, chain) {
        // A stored list without elements cannot be shown: the property might as well not be there.
        Err(fault) if fault.code() == abi::MAPI_E_NOT_FOUND => {
            Ok(values::error(tag, abi::MAPI_E_NOT_FOUND))
        }
        result => result,
    }
}

/// The values that a stream can be opened on.
fn is_single_blob(value: &Value) -> bool {
    matches!(value, Value::Unicode(_) | Value::Binary(_))
}

/// Properties that clients never open as streams, whatever their size: identifiers, names, and named binaries such as
/// the recurrence of an appointment.
fn is_always_whole(tag: PropTag) -> bool {
    match tag.id() {
        // Keys and entry ids of every object, PR_PARENT_ENTRYID, PR_SENTMAIL_ENTRYID, the special folders' entry ids.
        0x0FF6..=0x0FFF | 0x0E09 | 0x0E0A | 0x35E0..=0x35E7 | 0x36D0..=0x36D9 | 0x300B => true,
        // Subjects and names.
        0x0037 | 0x003D | 0x0E1D | 0x0070 | 0x3001..=0x3004 | 0x001A | 0x3613 => true,
        _ => tag.is_named() && tag.property_type() == types::BINARY,
    }
}

/// \[imapiprop-getproplist\]
///
/// # Safety
/// As COM demands of the method.
pub unsafe fn get_prop_list<T: PropertyObject>(
    object: &T,
    flags: u32,
    out: *mut *mut abi::SPropTagArray,
) -> Outcome {
    // SAFETY: the caller's promise.
    unsafe {
        arguments::clear(out);
        arguments::require(out)?;
        object.check_usable()?;
        let width = Width::of_flags(flags);
        let tags: Vec<u32> = object
            .list()?
            .into_iter()
            .map(|tag| values::listed_tag(tag, width).0)
            .collect();
        arguments::put(out, tag_array(object.session().memory(), &tags)?.into_raw());
    }
    Ok(())
}

/// \[imapiprop-setprops\]
///
/// # Safety
/// As COM demands of the method.
pub unsafe fn set_props<T: PropertyObject>(
    object: &T,
    count: u32,
    properties: *const abi::SPropValue,
    out: *mut *mut abi::SPropProblemArray,
) -> Outcome {
    // SAFETY: the caller's promise.
    unsafe {
        arguments::clear(out);
        object.check_usable()?;
        let properties = arguments::array(properties, count)?;
        if properties.is_empty() {
            return Err(Fault::new(abi::MAPI_E_INVALID_PARAMETER));
        }
        check_object_writable(object)?;
        // All values are read before the first one is set: a bad one leaves the object as it was.
        let nameless = nameless_ids(object, &properties)?;
        let mut problems = Problems::new();
        let mut positions = Vec::new();
        let mut edits = Vec::new();
        for (index, property) in properties.iter().enumerate() {
            let tag = PropTag(property.ulPropTag);
            if matches!(tag.property_type(), types::NULL | types::ERROR)
                || object.is_ignored(tag.id())
            {
                continue;
            }
            if tag.property_type() == types::OBJECT {
                return Err(Fault::new(abi::MAPI_E_INVALID_PARAMETER));
            }
            match values::read(property) {
                Ok(_) if object.is_computed(tag.id()) => {
                    problems.push((index, tag, abi::MAPI_E_COMPUTED))
                }
                Ok(_) if nameless.contains(&tag.id()) => {
                    problems.push((index, tag, abi::MAPI_E_UNEXPECTED_ID))
                }
                Ok((stored, value)) => {
                    positions.push((index, tag));
                    edits.push(Edit::Set(stored, value));
                }
                Err(fault) if fault.code() == abi::MAPI_E_INVALID_TYPE => {
                    problems.push((index, tag, fault.code()))
                }
                Err(fault) => return Err(fault),
            }
        }
        apply(object, edits, positions, problems, out)
    }
}

/// \[imapiprop-deleteprops\]
///
/// # Safety
/// As COM demands of the method.
pub unsafe fn delete_props<T: PropertyObject>(
    object: &T,
    tags: *const abi::SPropTagArray,
    out: *mut *mut abi::SPropProblemArray,
) -> Outcome {
    // SAFETY: the caller's promise.
    unsafe {
        arguments::clear(out);
        object.check_usable()?;
        let tags = arguments::tags(tags)?.filter(|tags| !tags.is_empty());
        let tags = tags.ok_or(Fault::new(abi::MAPI_E_INVALID_PARAMETER))?;
        check_object_writable(object)?;
        let mut problems = Problems::new();
        let mut positions = Vec::new();
        let mut edits = Vec::new();
        for (index, tag) in tags.iter().copied().map(PropTag).enumerate() {
            if object.is_computed(tag.id()) || object.is_ignored(tag.id()) {
                problems.push((index, tag, abi::MAPI_E_NO_ACCESS));
            } else {
                positions.push((index, tag));
                edits.push(Edit::Delete(tag.id()));
            }
        }
        apply(object, edits, positions, problems, out)
    }
}

/// Makes the changes and reports what went wrong with single ones.
///
/// # Safety
/// `out` is NULL or valid for writing.
unsafe fn apply<T: PropertyObject>(
    object: &T,
    edits: Vec<Edit>,
    positions: Vec<(usize, PropTag)>,
    mut problems: Problems,
    out: *mut *mut abi::SPropProblemArray,
) -> Outcome {
    if !edits.is_empty() {
        let failures = object.write(edits)?;
        problems.extend(
            positions
                .into_iter()
                .zip(failures)
                .filter_map(|((index, tag), failure)| {
                    failure.map(|fault| (index, tag, fault.code()))
                }),
        );
    }
    // SAFETY: the caller's promise.
    unsafe { put_problems(object.session().memory(), problems, out) }
}

/// Hands a list of problems to a caller that wants it; none at all is NULL.
///
/// # Safety
/// `out` is NULL or valid for writing.
pub unsafe fn put_problems(
    memory: Allocators,
    mut problems: Problems,
    out: *mut *mut abi::SPropProblemArray,
) -> Outcome {
    if problems.is_empty() || out.is_null() {
        return Ok(());
    }
    problems.sort_by_key(|(index, ..)| *index);
    let chain = Chain::new(memory, abi::SPropProblemArray::size_of(problems.len()))?;
    let array = chain.head::<abi::SPropProblemArray>();
    // SAFETY: the head was allocated for this many problems, and `out` is not NULL.
    unsafe {
        (*array).cProblem = u32::try_from(problems.len()).unwrap_or(0);
        let first = (&raw mut (*array).aProblem).cast::<abi::SPropProblem>();
        for (position, (index, tag, scode)) in problems.into_iter().enumerate() {
            let problem = abi::SPropProblem {
                ulIndex: u32::try_from(index).unwrap_or(0),
                ulPropTag: tag.0,
                scode,
            };
            first.add(position).write(problem);
        }
        arguments::put(out, chain.into_raw());
    }
    Ok(())
}

/// A list of tags for a caller to free.
pub fn tag_array(memory: Allocators, tags: &[u32]) -> Outcome<Chain> {
    let chain = Chain::new(memory, abi::SPropTagArray::size_of(tags.len()))?;
    let array = chain.head::<abi::SPropTagArray>();
    // SAFETY: the head was allocated for this many tags.
    unsafe {
        (*array).cValues = u32::try_from(tags.len()).unwrap_or(0);
        std::ptr::copy_nonoverlapping(
            tags.as_ptr(),
            (&raw mut (*array).aulPropTag).cast(),
            tags.len(),
        );
    }
    Ok(chain)
}

/// \[imapiprop-openproperty\]
///
/// # Safety
/// As COM demands of the method.
pub unsafe fn open_property<T: PropertyObject>(
    object: &T,
    tag: u32,
    iid: *const GUID,
    interface_options: u32,
    flags: u32,
    out: *mut *mut c_void,
) -> Outcome {
    // SAFETY: the caller's promise.
    unsafe {
        arguments::clear(out);
        arguments::require(out)?;
        object.check_usable()?;
        let tag = PropTag(tag);
        let iid = arguments::interface_id(iid).ok_or(Fault::new(abi::MAPI_E_INVALID_PARAMETER))?;
        let request = PropertyRequest {
            tag,
            iid,
            interface_options,
            flags,
        };
        if tag.property_type() == types::UNSPECIFIED || request.create() && !request.modify() {
            return Err(Fault::new(abi::MAPI_E_INVALID_PARAMETER));
        }
        // Tables are opened the same way whatever the flags.
        if request.modify() && !object.is_ignored(tag.id()) {
            check_object_writable(object)?;
        }
        arguments::answer(&object.open_property(&request)?, iid, out)
    }
}

/// \[imapiprop-savechanges\]
pub fn save_changes<T: PropertyObject>(object: &T, flags: u32) -> Outcome {
    object.check_usable()?;
    object.save_changes(flags)
}

fn check_object_writable<T: PropertyObject>(object: &T) -> Outcome {
    if object.writable() {
        Ok(())
    } else {
        object.session().check_modify()?;
        Err(Fault::because(
            abi::MAPI_E_NO_ACCESS,
            "The object is open for reading only.",
        ))
    }
}

/// The ids among these properties that no property can have: a named one must have a name
/// \[supporting-named-properties-in-message-stores\].
fn nameless_ids<T: PropertyObject>(
    object: &T,
    properties: &[abi::SPropValue],
) -> Outcome<Vec<u16>> {
    let ids = properties
        .iter()
        .map(|property| PropTag(property.ulPropTag).id());
    let (named, mut nameless): (Vec<u16>, Vec<u16>) = ids
        .filter(|id| matches!(id, 0 | 0x8000..))
        .partition(|id| matches!(id, 0x8000..=0xFFFE));
    if !named.is_empty() {
        let names = object.session().store().names_of_ids(&named)?;
        nameless.extend(
            named
                .iter()
                .zip(names)
                .filter(|(_, name)| name.is_none())
                .map(|(id, _)| id),
        );
    }
    Ok(nameless)
}
