//! Reading the structures of a provider.

use crate::host::*;
use mapi_abi::*;
use std::ffi::c_void;
use std::mem::offset_of;

/// The longest string that is followed in a provider's own memory, in units.
const LONGEST_TEXT: usize = 1 << 24;

/// Reads structures.
///
/// What a provider returns must lie in the block that the caller frees, or in blocks linked to that one; a pointer that
/// leads elsewhere is reported and not followed. What a provider passes as an argument lies in memory of its own and is
/// taken at its word.
pub(crate) struct Reader<'a> {
    call: &'static str,
    returned: Option<(&'a MapiMemory, usize)>,
}

impl Reader<'static> {
    /// For the arguments of a call that a provider makes.
    pub(crate) fn arguments(call: &'static str) -> Self {
        Self {
            call,
            returned: None,
        }
    }
}

impl<'a> Reader<'a> {
    /// Takes over a block that a provider returned; it is freed with the reader. `None` if it is NULL or no block.
    pub(crate) fn adopt(
        memory: &'a MapiMemory,
        call: &'static str,
        block: *const c_void,
    ) -> Option<Self> {
        if block.is_null() {
            return None;
        }
        if !memory.is_base(block as usize) {
            memory.report(format!(
                "{call} returned memory that MAPIAllocateBuffer did not make"
            ));
            return None;
        }
        Some(Self {
            call,
            returned: Some((memory, block as usize)),
        })
    }

    /// Copies plain values.
    pub(crate) fn slice<T: Copy>(&self, start: *const T, count: usize) -> Option<Vec<T>> {
        if count == 0 {
            return Some(Vec::new());
        }
        if start.is_null() {
            self.report("NULL where there should be values");
            return None;
        }
        if let Some((memory, base)) = self.returned {
            let room = memory.readable(base, start as usize);
            if room.is_none_or(|room| room / size_of::<T>() < count) {
                self.report("a pointer that leads out of the returned block");
                return None;
            }
        }
        // SAFETY: the values lie in the returned block, or the provider vouches for them. They may be unaligned.
        Some(unsafe {
            (0..count)
                .map(|index| start.add(index).read_unaligned())
                .collect()
        })
    }

    /// One plain value.
    pub(crate) fn one<T: Copy>(&self, start: *const T) -> Option<T> {
        self.slice(start, 1)?.pop()
    }

    /// A UTF-16 string.
    pub(crate) fn wide(&self, start: *const u16) -> Option<String> {
        self.terminated(start)
            .map(|units| String::from_utf16_lossy(&units))
    }

    /// An 8-bit string.
    pub(crate) fn narrow(&self, start: *const u8) -> Option<Vec<u8>> {
        self.terminated(start)
    }

    /// A string of the width that [`MAPI_UNICODE`] in `flags` says; 8-bit characters are taken for Latin-1.
    pub(crate) fn text(&self, start: *const c_void, flags: u32) -> Option<String> {
        if flags & MAPI_UNICODE != 0 {
            self.wide(start.cast())
        } else {
            Some(
                self.narrow(start.cast())?
                    .into_iter()
                    .map(char::from)
                    .collect(),
            )
        }
    }

    /// The properties of an array.
    pub(crate) fn props(&self, start: *const SPropValue, count: u32) -> Vec<Prop> {
        let raw = self.slice(start, count as usize).unwrap_or_default();
        raw.iter().map(|prop| self.prop(prop)).collect()
    }

    /// A property.
    pub(crate) fn prop(&self, raw: &SPropValue) -> Prop {
        Prop {
            tag: raw.ulPropTag,
            value: self
                .value(prop_type(raw.ulPropTag), &raw.Value)
                .unwrap_or(Value::Unreadable),
        }
    }

    /// The tags of a list.
    pub(crate) fn tags(&self, list: *const SPropTagArray) -> Vec<u32> {
        let Some(count) = self.one(list.cast::<u32>()) else {
            return Vec::new();
        };
        let first = self.after(list, offset_of!(SPropTagArray, aulPropTag));
        self.slice(first, count as usize).unwrap_or_default()
    }

    /// The problems of a list.
    pub(crate) fn problems(&self, list: *const SPropProblemArray) -> Vec<Problem> {
        let Some(count) = self.one(list.cast::<u32>()) else {
            return Vec::new();
        };
        let first = self.after::<_, SPropProblem>(list, offset_of!(SPropProblemArray, aProblem));
        let raw = self.slice(first, count as usize).unwrap_or_default();
        raw.iter()
            .map(|problem| Problem {
                index: problem.ulIndex,
                tag: problem.ulPropTag,
                code: problem.scode,
            })
            .collect()
    }

    /// The entry ids of a list.
    pub(crate) fn entry_list(&self, list: *const ENTRYLIST) -> Vec<Vec<u8>> {
        let Some(list) = self.one(list) else {
            return Vec::new();
        };
        let binaries = self
            .slice(list.lpbin.cast_const(), list.cValues as usize)
            .unwrap_or_default();
        binaries
            .iter()
            .map(|binary| self.binary(binary).unwrap_or_default())
            .collect()
    }

    /// The recipients of a list.
    pub(crate) fn recipients(&self, list: *const ADRLIST) -> Vec<Vec<Prop>> {
        let Some(count) = self.one(list.cast::<u32>()) else {
            return Vec::new();
        };
        let first = self.after::<_, ADRENTRY>(list, offset_of!(ADRLIST, aEntries));
        let raw = self.slice(first, count as usize).unwrap_or_default();
        raw.iter()
            .map(|entry| self.props(entry.rgPropVals, entry.cValues))
            .collect()
    }

    /// The columns of a sort order.
    pub(crate) fn sort_order(&self, set: *const SSortOrderSet) -> Option<SortOrder> {
        let header = self.slice(set.cast::<u32>(), 3)?;
        let first = self.after(set, offset_of!(SSortOrderSet, aSort));
        Some(SortOrder {
            columns: self.slice(first, header[0] as usize)?,
            categories: header[1],
            expanded: header[2],
        })
    }

    /// The name behind a pointer; `None` if it is NULL.
    pub(crate) fn name(&self, pointer: *const MAPINAMEID) -> Option<Name> {
        if pointer.is_null() {
            return None;
        }
        let raw = self.one(pointer)?;
        let set = self.one(raw.lpguid.cast_const())?;
        // SAFETY: the kind tells which member of the union counts, and every bit pattern is a valid value of both.
        let kind = unsafe {
            match raw.ulKind {
                MNID_ID => NameKind::Id(raw.Kind.lID),
                _ => NameKind::String(self.wide(raw.Kind.lpwstrName)?),
            }
        };
        Some(Name { set, kind })
    }

    /// A description of an error; strings have the width that `flags` says.
    pub(crate) fn error(&self, error: *const MAPIERROR, flags: u32) -> Option<ErrorText> {
        let raw = self.one(error)?;
        let text = |start: *mut c_void| {
            if start.is_null() {
                None
            } else {
                self.text(start, flags)
            }
        };
        Some(ErrorText {
            error: text(raw.lpszError),
            component: text(raw.lpszComponent),
            low_level_error: raw.ulLowLevelError,
            context: raw.ulContext,
        })
    }

    /// Counted bytes.
    pub(crate) fn binary(&self, binary: &SBinary) -> Option<Vec<u8>> {
        self.slice(binary.lpb.cast_const(), binary.cb as usize)
    }

    fn value(&self, property_type: u32, raw: &SPropValueUnion) -> Option<Value> {
        macro_rules! array {
            ($member:ident.$pointer:ident) => {
                self.slice(
                    raw.$member.$pointer.cast_const(),
                    raw.$member.cValues as usize,
                )?
                .into_iter()
            };
        }
        // SAFETY: the type tells which member of the union counts, and every bit pattern is a valid value of each.
        Some(unsafe {
            match property_type & !MV_INSTANCE {
                PT_NULL => Value::Null,
                PT_I2 => Value::Short(raw.i),
                PT_LONG => Value::Long(raw.l),
                PT_R4 => Value::Float(raw.flt),
                PT_DOUBLE => Value::Double(raw.dbl),
                PT_CURRENCY => Value::Currency(raw.cur.int64),
                PT_APPTIME => Value::AppTime(raw.at),
                PT_ERROR => Value::Error(raw.err),
                PT_BOOLEAN => Value::Boolean(raw.b != 0),
                PT_OBJECT => Value::Object,
                PT_I8 => Value::LongLong(raw.li),
                PT_STRING8 => Value::String8(self.narrow(raw.lpszA)?),
                PT_UNICODE => Value::Unicode(self.wide(raw.lpszW)?),
                PT_SYSTIME => Value::Time(raw.ft.to_u64()),
                PT_CLSID => Value::Guid(self.one(raw.lpguid.cast_const())?),
                PT_BINARY => Value::Binary(self.binary(&raw.bin)?),
                PT_MV_I2 => Value::Shorts(array!(MVi.lpi).collect()),
                PT_MV_LONG => Value::Longs(array!(MVl.lpl).collect()),
                PT_MV_R4 => Value::Floats(array!(MVflt.lpflt).collect()),
                PT_MV_DOUBLE => Value::Doubles(array!(MVdbl.lpdbl).collect()),
                PT_MV_CURRENCY => {
                    Value::Currencies(array!(MVcur.lpcur).map(|amount| amount.int64).collect())
                }
                PT_MV_APPTIME => Value::AppTimes(array!(MVat.lpat).collect()),
                PT_MV_I8 => Value::LongLongs(array!(MVli.lpli).collect()),
                PT_MV_STRING8 => Value::String8s(
                    array!(MVszA.lppszA)
                        .map(|text| self.narrow(text))
                        .collect::<Option<_>>()?,
                ),
                PT_MV_UNICODE => Value::Unicodes(
                    array!(MVszW.lppszW)
                        .map(|text| self.wide(text))
                        .collect::<Option<_>>()?,
                ),
                PT_MV_SYSTIME => Value::Times(array!(MVft.lpft).map(FILETIME::to_u64).collect()),
                PT_MV_CLSID => Value::Guids(array!(MVguid.lpguid).collect()),
                PT_MV_BINARY => Value::Binaries(
                    array!(MVbin.lpbin)
                        .map(|bytes| self.binary(&bytes))
                        .collect::<Option<_>>()?,
                ),
                _ => return None,
            }
        })
    }

    fn terminated<T: Copy + Default + PartialEq>(&self, start: *const T) -> Option<Vec<T>> {
        if start.is_null() {
            self.report("NULL where there should be a string");
            return None;
        }
        let limit = match self.returned {
            Some((memory, base)) => {
                memory.readable(base, start as usize).unwrap_or(0) / size_of::<T>()
            }
            None => LONGEST_TEXT,
        };
        let mut units = Vec::new();
        for index in 0..limit {
            // SAFETY: the unit lies in the returned block, or the provider vouches for a zero that has not come yet.
            let unit = unsafe { start.add(index).read_unaligned() };
            if unit == T::default() {
                return Some(units);
            }
            units.push(unit);
        }
        self.report("a string that does not end within the returned block");
        None
    }

    fn after<S, T>(&self, start: *const S, offset: usize) -> *const T {
        start.cast::<u8>().wrapping_add(offset).cast()
    }

    fn report(&self, what: &str) {
        if let Some((memory, _)) = self.returned {
            memory.report(format!("{} returned {what}", self.call));
        }
    }
}

impl Drop for Reader<'_> {
    fn drop(&mut self) {
        if let Some((memory, base)) = self.returned {
            memory.free(base as *mut c_void);
        }
    }
}

/// What a `MAPIERROR` says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErrorText {
    /// What went wrong, for the user.
    pub error: Option<String>,
    /// The component that failed.
    pub component: Option<String>,
    /// The code of a lower level.
    pub low_level_error: u32,
    /// Where it failed, in the component's own terms.
    pub context: u32,
}

/// Takes over the rows of a table: the set and, apart from it, each row.
pub(crate) fn take_rows(memory: &MapiMemory, call: &'static str, set: *const SRowSet) -> Vec<Row> {
    let Some(reader) = Reader::adopt(memory, call, set.cast()) else {
        return Vec::new();
    };
    let Some(count) = reader.one(set.cast::<u32>()) else {
        return Vec::new();
    };
    let first = reader.after::<_, SRow>(set, offset_of!(SRowSet, aRow));
    let raw = reader.slice(first, count as usize).unwrap_or_default();
    raw.iter()
        .map(|row| {
            let own = Reader::adopt(memory, call, row.lpProps.cast_const().cast());
            Props(
                own.map(|reader| reader.props(row.lpProps, row.cValues))
                    .unwrap_or_default(),
            )
        })
        .collect()
}

/// Takes over properties in one block.
pub(crate) fn take_props(
    memory: &MapiMemory,
    call: &'static str,
    start: *const SPropValue,
    count: u32,
) -> Props {
    let reader = Reader::adopt(memory, call, start.cast());
    Props(
        reader
            .map(|reader| reader.props(start, count))
            .unwrap_or_default(),
    )
}

/// Takes over bytes in one block.
pub(crate) fn take_bytes(
    memory: &MapiMemory,
    call: &'static str,
    start: *const c_void,
    size: u32,
) -> Vec<u8> {
    let reader = Reader::adopt(memory, call, start);
    reader
        .and_then(|reader| reader.slice(start.cast::<u8>(), size as usize))
        .unwrap_or_default()
}
