//! Property values on both sides of the boundary: `SPropValue` there, `store::Value` here.

use mapi_abi as abi;
use windows_core::GUID;

use super::arguments;
use super::fault::{Fault, Outcome};
use super::memory::Chain;
use super::strings::{self, Width, wide_length};
use crate::store::{PropTag, Value};

/// Type codes as the store has them, and those that exist at the boundary only.
pub mod types {
    pub use crate::store::property_type::*;

    /// `PT_MV_UNICODE`.
    pub const MV_UNICODE: u16 = MULTI_VALUED | UNICODE;
    /// `PT_MV_STRING8`; never stored.
    pub const MV_STRING8: u16 = MULTI_VALUED | STRING8;
}

/// Reads a value that a caller handed in. Strings of both widths become Unicode.
///
/// A multi-valued property without values is `MAPI_E_INVALID_PARAMETER`, a type that MAPI does not know
/// `MAPI_E_INVALID_TYPE` \[imapiprop-setprops\].
///
/// # Safety
/// `property` is a valid property value: what it points to is there and does not change meanwhile.
pub unsafe fn read(property: &abi::SPropValue) -> Outcome<(PropTag, Value)> {
    let tag = PropTag(property.ulPropTag);
    let value = &property.Value;
    // SAFETY: the caller promises that the member which the type names is the one that was written.
    let value = unsafe {
        match u32::from(tag.property_type()) {
            abi::PT_NULL => Value::Null,
            abi::PT_SHORT => Value::Short(value.i),
            abi::PT_LONG => Value::Long(value.l),
            abi::PT_FLOAT => Value::Float(value.flt),
            abi::PT_DOUBLE => Value::Double(value.dbl),
            abi::PT_CURRENCY => Value::Currency(value.cur.int64),
            abi::PT_APPTIME => Value::AppTime(value.at),
            abi::PT_ERROR => Value::Error(value.err.0),
            abi::PT_BOOLEAN => Value::Boolean(value.b != 0),
            abi::PT_OBJECT => Value::Object,
            abi::PT_I8 => Value::I8(value.li),
            abi::PT_STRING8 => {
                Value::Unicode(strings::read_narrow(value.lpszA).ok_or_else(invalid)?)
            }
            abi::PT_UNICODE => Value::Unicode(strings::read_wide(value.lpszW).ok_or_else(invalid)?),
            abi::PT_SYSTIME => Value::SysTime(value.ft.to_u64()),
            abi::PT_CLSID => Value::Clsid(read_guid(value.lpguid)?),
            abi::PT_BINARY => Value::Binary(arguments::bytes(value.bin.lpb, value.bin.cb)?),
            abi::PT_MV_SHORT => Value::MvShort(many(value.MVi.lpi, value.MVi.cValues)?),
            abi::PT_MV_LONG => Value::MvLong(many(value.MVl.lpl, value.MVl.cValues)?),
            abi::PT_MV_FLOAT => Value::MvFloat(many(value.MVflt.lpflt, value.MVflt.cValues)?),
            abi::PT_MV_DOUBLE => Value::MvDouble(many(value.MVdbl.lpdbl, value.MVdbl.cValues)?),
            abi::PT_MV_CURRENCY => Value::MvCurrency(
                many(value.MVcur.lpcur, value.MVcur.cValues)?
                    .iter()
                    .map(|amount| amount.int64)
                    .collect(),
            ),
            abi::PT_MV_APPTIME => Value::MvAppTime(many(value.MVat.lpat, value.MVat.cValues)?),
            abi::PT_MV_I8 => Value::MvI8(many(value.MVli.lpli, value.MVli.cValues)?),
            abi::PT_MV_SYSTIME => Value::MvSysTime(
                many(value.MVft.lpft, value.MVft.cValues)?
                    .iter()
                    .map(|time| time.to_u64())
                    .collect(),
            ),
            abi::PT_MV_CLSID => Value::MvClsid(
                many(value.MVguid.lpguid, value.MVguid.cValues)?
                    .iter()
                    .map(|guid| abi::MAPIUID::from(*guid).ab)
                    .collect(),
            ),
            abi::PT_MV_BINARY => Value::MvBinary(
                many(value.MVbin.lpbin, value.MVbin.cValues)?
                    .iter()
                    .map(|binary| arguments::bytes(binary.lpb, binary.cb))
                    .collect::<Outcome<_>>()?,
            ),
            abi::PT_MV_STRING8 => Value::MvUnicode(
                many(value.MVszA.lppszA, value.MVszA.cValues)?
                    .iter()
                    .map(|&text| strings::read_narrow(text).ok_or_else(invalid))
                    .collect::<Outcome<_>>()?,
            ),
            abi::PT_MV_UNICODE => Value::MvUnicode(
                many(value.MVszW.lppszW, value.MVszW.cValues)?
                    .iter()
                    .map(|&text| strings::read_wide(text).ok_or_else(invalid))
                    .collect::<Outcome<_>>()?,
            ),
            _ => return Err(Fault::new(abi::MAPI_E_INVALID_TYPE)),
        }
    };
    Ok((stored_tag(tag), value))
}

/// Reads the values of a counted array, in order.
///
/// # Safety
/// As for [`read`], for each of `count` values.
pub unsafe fn read_all(
    values: *const abi::SPropValue,
    count: u32,
) -> Outcome<Vec<(PropTag, Value)>> {
    // SAFETY: the caller's promise.
    unsafe {
        arguments::array(values, count)?
            .iter()
            .map(|value| read(value))
            .collect()
    }
}

/// The tag under which the store keeps what came in under this one: strings are always Unicode there. A tag for the
/// single values of a property stays one.
pub fn stored_tag(tag: PropTag) -> PropTag {
    let property = tag.of_property();
    let stored = match property.property_type() {
        types::STRING8 => property.with_type(types::UNICODE),
        types::MV_STRING8 => property.with_type(types::MV_UNICODE),
        _ => property,
    };
    if tag.is_instance() {
        stored.with_type(stored.property_type() | types::INSTANCE)
    } else {
        stored
    }
}

/// The tag under which a stored property is listed to a caller of this character width.
pub fn listed_tag(tag: PropTag, width: Width) -> PropTag {
    match (tag.property_type(), width) {
        (types::UNICODE, Width::Narrow) => tag.with_type(types::STRING8),
        (types::MV_UNICODE, Width::Narrow) => tag.with_type(types::MV_STRING8),
        _ => tag,
    }
}

/// Whether a stored value of this type answers a request for that type, strings converted as needed.
pub fn type_answers(stored: u16, requested: u16) -> bool {
    stored == requested
        || matches!(
            (stored, requested),
            (types::UNICODE, types::STRING8) | (types::MV_UNICODE, types::MV_STRING8)
        )
}

/// A value as `SPropValue`, everything it points to linked to `chain`.
///
/// `tag` has the type to answer with: that of the value, or `PT_STRING8` for a string. An empty multi-valued property
/// cannot be expressed and becomes `MAPI_E_NOT_FOUND`.
pub fn write(tag: PropTag, value: &Value, chain: &Chain) -> Outcome<abi::SPropValue> {
    let mut property = abi::SPropValue {
        ulPropTag: tag.0,
        ..abi::SPropValue::ZERO
    };
    let narrow = matches!(tag.property_type(), types::STRING8 | types::MV_STRING8);
    let slot = &mut property.Value;
    match value {
        Value::Null => slot.x = 0,
        Value::Object => slot.x = 1,
        Value::Short(number) => slot.i = *number,
        Value::Long(number) => slot.l = *number,
        Value::Float(number) => slot.flt = *number,
        Value::Double(number) => slot.dbl = *number,
        Value::Currency(amount) => slot.cur = abi::CURRENCY { int64: *amount },
        Value::AppTime(days) => slot.at = *days,
        Value::Error(code) => slot.err = windows_core::HRESULT(*code),
        Value::Boolean(truth) => slot.b = u16::from(*truth),
        Value::I8(number) => slot.li = *number,
        Value::SysTime(time) => slot.ft = abi::FILETIME::from_u64(*time),
        Value::Unicode(text) if narrow => slot.lpszA = chain.narrow(text)?,
        Value::Unicode(text) => slot.lpszW = chain.wide(text)?,
        Value::Clsid(bytes) => slot.lpguid = chain.copy(&[guid(bytes)])?,
        Value::Binary(bytes) => slot.bin = binary(bytes, chain)?,
        Value::MvShort(values) => {
            slot.MVi = abi::SShortArray {
                cValues: count(values)?,
                lpi: chain.copy(values)?,
            }
        }
        Value::MvLong(values) => {
            slot.MVl = abi::SLongArray {
                cValues: count(values)?,
                lpl: chain.copy(values)?,
            }
        }
        Value::MvFloat(values) => {
            slot.MVflt = abi::SRealArray {
                cValues: count(values)?,
                lpflt: chain.copy(values)?,
            }
        }
        Value::MvDouble(values) => {
            slot.MVdbl = abi::SDoubleArray {
                cValues: count(values)?,
                lpdbl: chain.copy(values)?,
            };
        }
        Value::MvCurrency(values) => {
            let amounts: Vec<_> = values
                .iter()
                .map(|&int64| abi::CURRENCY { int64 })
                .collect();
            slot.MVcur = abi::SCurrencyArray {
                cValues: count(values)?,
                lpcur: chain.copy(&amounts)?,
            };
        }
        Value::MvAppTime(values) => {
            slot.MVat = abi::SAppTimeArray {
                cValues: count(values)?,
                lpat: chain.copy(values)?,
            };
        }
        Value::MvI8(values) => {
            slot.MVli = abi::SLargeIntegerArray {
                cValues: count(values)?,
                lpli: chain.copy(values)?,
            };
        }
        Value::MvSysTime(values) => {
            let times: Vec<_> = values
                .iter()
                .map(|&time| abi::FILETIME::from_u64(time))
                .collect();
            slot.MVft = abi::SDateTimeArray {
                cValues: count(values)?,
                lpft: chain.copy(&times)?,
            };
        }
        Value::MvClsid(values) => {
            let guids: Vec<_> = values.iter().map(guid).collect();
            slot.MVguid = abi::SGuidArray {
                cValues: count(values)?,
                lpguid: chain.copy(&guids)?,
            };
        }
        Value::MvBinary(values) => {
            let binaries = values
                .iter()
                .map(|bytes| binary(bytes, chain))
                .collect::<Outcome<Vec<_>>>()?;
            slot.MVbin = abi::SBinaryArray {
                cValues: count(values)?,
                lpbin: chain.copy(&binaries)?,
            };
        }
        Value::MvUnicode(values) if narrow => {
            let texts = values
                .iter()
                .map(|text| chain.narrow(text))
                .collect::<Outcome<Vec<_>>>()?;
            slot.MVszA = abi::SLPSTRArray {
                cValues: count(values)?,
                lppszA: chain.copy(&texts)?,
            };
        }
        Value::MvUnicode(values) => {
            let texts = values
                .iter()
                .map(|text| chain.wide(text))
                .collect::<Outcome<Vec<_>>>()?;
            slot.MVszW = abi::SWStringArray {
                cValues: count(values)?,
                lppszW: chain.copy(&texts)?,
            };
        }
        // What was left in the store is not a value yet; callers read it first or answer with an error.
        Value::Large(_) => return Err(Fault::new(abi::MAPI_E_NOT_ENOUGH_MEMORY)),
    }
    Ok(property)
}

/// Bytes that [`write()`] is going to link for a value of a usual type, as [`Chain::with_room`] counts them; 0 for what
/// gets blocks of its own.
pub fn room(value: &Value) -> usize {
    let bytes = match value {
        Value::Unicode(text) => (wide_length(text) + 1) * size_of::<u16>(),
        Value::Binary(bytes) => bytes.len(),
        Value::Clsid(_) => size_of::<GUID>(),
        _ => return 0,
    };
    // Each begins at a multiple of this.
    bytes.next_multiple_of(8)
}

/// A property that could not be had: the tag keeps its id, the value is the reason \[imapiprop-getprops\].
pub fn error(tag: PropTag, code: windows_core::HRESULT) -> abi::SPropValue {
    let mut property = abi::SPropValue {
        ulPropTag: tag.with_type(types::ERROR).0,
        ..abi::SPropValue::ZERO
    };
    property.Value.err = code;
    property
}

/// The bytes of a GUID in memory order.
///
/// # Safety
/// `guid` is NULL or points to a GUID.
unsafe fn read_guid(guid: *const GUID) -> Outcome<[u8; 16]> {
    arguments::require(guid)?;
    // SAFETY: the caller's promise; the read copes with any address.
    Ok(abi::MAPIUID::from(unsafe { guid.read_unaligned() }).ab)
}

/// The values of a multi-valued property, of which there must be some.
///
/// # Safety
/// `pointer` points to `count` values.
unsafe fn many<T: Copy>(pointer: *const T, count: u32) -> Outcome<Vec<T>> {
    if count == 0 {
        return Err(invalid());
    }
    // SAFETY: the caller's promise.
    unsafe { arguments::array(pointer, count) }
}

fn guid(bytes: &[u8; 16]) -> GUID {
    abi::MAPIUID { ab: *bytes }.into()
}

fn binary(bytes: &[u8], chain: &Chain) -> Outcome<abi::SBinary> {
    let cb = u32::try_from(bytes.len()).map_err(|_| Fault::new(abi::MAPI_E_NOT_ENOUGH_MEMORY))?;
    Ok(abi::SBinary {
        cb,
        lpb: chain.copy(bytes)?,
    })
}

/// The number of values, which `PT_MV_` types must have at least one of.
fn count<T>(values: &[T]) -> Outcome<u32> {
    if values.is_empty() {
        return Err(Fault::new(abi::MAPI_E_NOT_FOUND));
    }
    u32::try_from(values.len()).map_err(|_| Fault::new(abi::MAPI_E_NOT_ENOUGH_MEMORY))
}

fn invalid() -> Fault {
    Fault::new(abi::MAPI_E_INVALID_PARAMETER)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::com::test_memory;

    /// One value of every type that can be stored.
    fn one_of_each() -> Vec<Value> {
        vec![
            Value::Short(-2),
            Value::Long(i32::MIN),
            Value::Float(1.5),
            Value::Double(-2.25),
            Value::Currency(-1_234_567),
            Value::AppTime(40_000.5),
            Value::Boolean(true),
            Value::I8(i64::MAX),
            Value::Unicode("Gr\u{FC}\u{DF}e".to_owned()),
            Value::SysTime(0x01DC_0123_89AB_CDEF),
            Value::Clsid(*b"0123456789abcdef"),
            Value::Binary(vec![0, 1, 255]),
            Value::Binary(Vec::new()),
            Value::MvShort(vec![1, -1]),
            Value::MvLong(vec![3]),
            Value::MvFloat(vec![0.5, 0.25]),
            Value::MvDouble(vec![1.0]),
            Value::MvCurrency(vec![7, 8]),
            Value::MvAppTime(vec![1.25]),
            Value::MvI8(vec![-1]),
            Value::MvUnicode(vec![String::new(), "two".to_owned()]),
            Value::MvSysTime(vec![1, u64::MAX]),
            Value::MvClsid(vec![[1; 16], [2; 16]]),
            Value::MvBinary(vec![vec![], vec![9]]),
        ]
    }

    #[test]
    fn every_type_comes_back_as_it_went() {
        let chain = Chain::new(test_memory::allocators(), 1).unwrap();
        for value in one_of_each() {
            let tag = PropTag::new(0x6000, value.property_type());
            let property = write(tag, &value, &chain).unwrap();
            // SAFETY: what was written is valid as long as the chain is.
            assert_eq!(unsafe { read(&property) }.unwrap(), (tag, value));
        }
        assert!(test_memory::misuse().is_empty());
    }

    #[test]
    fn narrow_strings_are_converted_on_both_ways() {
        let chain = Chain::new(test_memory::allocators(), 1).unwrap();
        for (value, narrow) in [
            (Value::Unicode("na\u{EF}ve".to_owned()), types::STRING8),
            (
                Value::MvUnicode(vec!["a".to_owned(), "\u{E9}".to_owned()]),
                types::MV_STRING8,
            ),
        ] {
            let tag = PropTag::new(0x3001, narrow);
            let property = write(tag, &value, &chain).unwrap();
            assert_eq!(property.ulPropTag, tag.0);
            // SAFETY: as above.
            let (stored, back) = unsafe { read(&property) }.unwrap();
            assert_eq!(
                (stored.property_type(), back),
                (value.property_type(), value)
            );
        }
    }

    #[test]
    fn a_list_without_values_is_refused_on_both_ways() {
        let chain = Chain::new(test_memory::allocators(), 1).unwrap();
        let tag = PropTag::new(0x6000, types::MULTI_VALUED | types::LONG);
        let fault = write(tag, &Value::MvLong(Vec::new()), &chain)
            .map(|_| ())
            .unwrap_err();
        assert_eq!(fault.code(), abi::MAPI_E_NOT_FOUND);
        let property = abi::SPropValue {
            ulPropTag: tag.0,
            ..abi::SPropValue::ZERO
        };
        // SAFETY: a list of none needs no pointer.
        assert_eq!(
            unsafe { read(&property) }.unwrap_err().code(),
            abi::MAPI_E_INVALID_PARAMETER
        );
    }

    #[test]
    fn null_pointers_and_unknown_types_are_refused() {
        for property_type in [types::UNICODE, types::STRING8, types::CLSID] {
            let tag = PropTag::new(0x6000, property_type).0;
            let property = abi::SPropValue {
                ulPropTag: tag,
                ..abi::SPropValue::ZERO
            };
            // SAFETY: NULL is one of the values that must be coped with.
            assert_eq!(
                unsafe { read(&property) }.unwrap_err().code(),
                abi::MAPI_E_INVALID_PARAMETER
            );
        }
        for property_type in [types::UNSPECIFIED, 0x00FD, 0x0077, 0x3003] {
            let tag = PropTag::new(0x6000, property_type).0;
            let property = abi::SPropValue {
                ulPropTag: tag,
                ..abi::SPropValue::ZERO
            };
            // SAFETY: no pointer is followed for these.
            assert_eq!(
                unsafe { read(&property) }.unwrap_err().code(),
                abi::MAPI_E_INVALID_TYPE
            );
        }
    }

    #[test]
    fn any_nonzero_boolean_is_true_and_small_values_leave_no_stale_bytes() {
        let mut property = abi::SPropValue {
            ulPropTag: 0x6000_000B,
            ..abi::SPropValue::ZERO
        };
        property.Value.b = 0xFFFF;
        // SAFETY: the member that the type names was written.
        assert_eq!(unsafe { read(&property) }.unwrap().1, Value::Boolean(true));
        let chain = Chain::new(test_memory::allocators(), 1).unwrap();
        let written = write(PropTag(0x6000_000B), &Value::Boolean(true), &chain).unwrap();
        // SAFETY: every byte of the union was written.
        assert_eq!(unsafe { written.Value.li }, 1);
    }

    #[test]
    fn an_array_may_lie_at_any_address() {
        let property = abi::SPropValue {
            ulPropTag: 0x6000_0003,
            ..abi::SPropValue::ZERO
        };
        let mut bytes = vec![0_u8; 4 + 2 * size_of::<abi::SPropValue>()];
        // SAFETY: there is room for two values behind the first four bytes.
        let read = unsafe {
            let first = bytes.as_mut_ptr().add(4).cast::<abi::SPropValue>();
            first.write_unaligned(property);
            first.add(1).write_unaligned(property);
            read_all(first, 2).unwrap()
        };
        assert_eq!(read, vec![(PropTag(0x6000_0003), Value::Long(0)); 2]);
    }

    #[test]
    fn an_error_keeps_the_id() {
        let property = error(PropTag(abi::PR_SUBJECT), abi::MAPI_E_NOT_FOUND);
        assert_eq!(property.ulPropTag, 0x0037_000A);
        // SAFETY: an error has that member.
        assert_eq!(unsafe { property.Value.err }, abi::MAPI_E_NOT_FOUND);
    }
}
