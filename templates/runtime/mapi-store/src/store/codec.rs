//! Properties as bytes in the file.
//!
//! A bag is a sequence of entries: id (u16), type (u16, [`LARGE`] set for a value that is kept apart), length, value. All
//! numbers are little-endian; lengths and counts are variable, seven bits a byte. The entries can be walked without
//! decoding values, so that a table reads one property of a bag without building the others.

use super::bag::PropertyBag;
use super::error::StoreError;
use super::value::{LargeValue, Prefix, Value, property_type as code};

/// Marks the type of a value that is kept apart.
const LARGE: u16 = 0x8000;

/// Appends a number, seven bits a byte.
pub(super) fn put_number(bytes: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}

/// Appends bytes and, before them, how many there are.
pub(super) fn put_block(bytes: &mut Vec<u8>, block: &[u8]) {
    put_number(bytes, block.len() as u64);
    bytes.extend_from_slice(block);
}

/// The bag as bytes.
pub(super) fn encode(bag: &PropertyBag) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (tag, value) in bag.iter() {
        let large = if matches!(value, Value::Large(_)) {
            LARGE
        } else {
            0
        };
        bytes.extend_from_slice(&tag.id().to_le_bytes());
        bytes.extend_from_slice(&(tag.property_type() | large).to_le_bytes());
        put_block(&mut bytes, &encode_value(value));
    }
    bytes
}

/// The bag that bytes hold; large values belong to the store of this UID.
pub(super) fn decode(bytes: &[u8], store: &[u8; 16]) -> Result<PropertyBag, StoreError> {
    let mut bag = PropertyBag::new();
    for entry in Entries::new(bytes) {
        let entry = entry?;
        bag.set(u32::from(entry.id) << 16, entry.value(store)?);
    }
    Ok(bag)
}

/// One property of the bag that bytes hold.
pub(super) fn find(bytes: &[u8], id: u16, store: &[u8; 16]) -> Result<Option<Value>, StoreError> {
    for entry in Entries::new(bytes) {
        let entry = entry?;
        if entry.id >= id {
            return if entry.id == id {
                entry.value(store).map(Some)
            } else {
                Ok(None)
            };
        }
    }
    Ok(None)
}

/// A property that was not decoded.
pub(super) struct Entry<'a> {
    /// Property id.
    pub id: u16,
    property_type: u16,
    bytes: &'a [u8],
}

impl Entry<'_> {
    /// Type code of the value.
    pub fn property_type(&self) -> u16 {
        self.property_type & !LARGE
    }

    /// The value.
    pub fn value(&self, store: &[u8; 16]) -> Result<Value, StoreError> {
        decode_value(self.property_type, self.bytes, store)
    }
}

/// Walks the properties of a bag.
pub(super) struct Entries<'a> {
    reader: Reader<'a>,
}

impl<'a> Entries<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        Self {
            reader: Reader::new(bytes),
        }
    }
}

impl<'a> Iterator for Entries<'a> {
    type Item = Result<Entry<'a>, StoreError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.reader.is_at_end() {
            return None;
        }
        let mut entry = || {
            let id = u16::from_le_bytes(self.reader.array()?);
            let property_type = u16::from_le_bytes(self.reader.array()?);
            Ok(Entry {
                id,
                property_type,
                bytes: self.reader.block()?,
            })
        };
        let entry = entry();
        if entry.is_err() {
            self.reader = Reader::new(&[]);
        }
        Some(entry)
    }
}

/// Takes bytes apart.
pub(super) struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    pub fn is_at_end(&self) -> bool {
        self.rest.is_empty()
    }

    pub fn array<const N: usize>(&mut self) -> Result<[u8; N], StoreError> {
        let (array, rest) = self.rest.split_first_chunk().ok_or_else(damaged)?;
        self.rest = rest;
        Ok(*array)
    }

    pub fn number(&mut self) -> Result<u64, StoreError> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let [byte] = self.array()?;
            number |= u64::from(byte & 0x7F) << shift;
            if byte < 0x80 {
                return Ok(number);
            }
        }
        Err(damaged())
    }

    pub fn block(&mut self) -> Result<&'a [u8], StoreError> {
        let length = self.number()?;
        let length = usize::try_from(length).map_err(|_| damaged())?;
        let (block, rest) = self.rest.split_at_checked(length).ok_or_else(damaged)?;
        self.rest = rest;
        Ok(block)
    }
}

/// What a reader says to bytes that no writer made.
pub(super) fn damaged() -> StoreError {
    StoreError::Corrupt("a property list cannot be read".into())
}

fn encode_value(value: &Value) -> Vec<u8> {
    fn list<const N: usize, T: Copy>(list: &[T], bytes: impl Fn(T) -> [u8; N]) -> Vec<u8> {
        list.iter().flat_map(|item| bytes(*item)).collect()
    }
    fn blocks<T: AsRef<[u8]>>(list: &[T]) -> Vec<u8> {
        let mut bytes = Vec::new();
        for item in list {
            put_block(&mut bytes, item.as_ref());
        }
        bytes
    }
    match value {
        Value::Null | Value::Object => Vec::new(),
        Value::Short(number) => number.to_le_bytes().to_vec(),
        Value::Long(number) | Value::Error(number) => number.to_le_bytes().to_vec(),
        Value::Float(number) => number.to_bits().to_le_bytes().to_vec(),
        Value::Double(number) | Value::AppTime(number) => number.to_bits().to_le_bytes().to_vec(),
        Value::Currency(number) | Value::I8(number) => number.to_le_bytes().to_vec(),
        Value::Boolean(yes) => vec![u8::from(*yes)],
        Value::Unicode(text) => text.as_bytes().to_vec(),
        Value::SysTime(time) => time.to_le_bytes().to_vec(),
        Value::Clsid(bytes) => bytes.to_vec(),
        Value::Binary(bytes) => bytes.clone(),
        Value::MvShort(numbers) => list(numbers, i16::to_le_bytes),
        Value::MvLong(numbers) => list(numbers, i32::to_le_bytes),
        Value::MvFloat(numbers) => list(numbers, |number: f32| number.to_bits().to_le_bytes()),
        Value::MvDouble(numbers) | Value::MvAppTime(numbers) => {
            list(numbers, |number: f64| number.to_bits().to_le_bytes())
        }
        Value::MvCurrency(numbers) | Value::MvI8(numbers) => list(numbers, i64::to_le_bytes),
        Value::MvSysTime(times) => list(times, u64::to_le_bytes),
        Value::MvClsid(clsids) => list(clsids, |clsid| clsid),
        Value::MvUnicode(texts) => blocks(texts),
        Value::MvBinary(binaries) => blocks(binaries),
        Value::Large(large) => {
            let mut bytes = large.row.to_le_bytes().to_vec();
            bytes.extend_from_slice(&large.size.to_le_bytes());
            bytes.extend_from_slice(&large.stored.to_le_bytes());
            bytes.extend_from_slice(match &large.prefix {
                Prefix::Text(text) => text.as_bytes(),
                Prefix::Bytes(bytes) => bytes,
            });
            bytes
        }
    }
}

fn decode_value(property_type: u16, bytes: &[u8], store: &[u8; 16]) -> Result<Value, StoreError> {
    fn one<const N: usize>(bytes: &[u8]) -> Result<[u8; N], StoreError> {
        bytes.try_into().map_err(|_| damaged())
    }
    fn list<const N: usize, T>(
        bytes: &[u8],
        make: impl Fn([u8; N]) -> T,
    ) -> Result<Vec<T>, StoreError> {
        if !bytes.len().is_multiple_of(N) {
            return Err(damaged());
        }
        bytes
            .chunks_exact(N)
            .map(|chunk| one(chunk).map(&make))
            .collect()
    }
    fn blocks<T>(
        bytes: &[u8],
        make: impl Fn(&[u8]) -> Result<T, StoreError>,
    ) -> Result<Vec<T>, StoreError> {
        let mut reader = Reader::new(bytes);
        let mut items = Vec::new();
        while !reader.is_at_end() {
            items.push(make(reader.block()?)?);
        }
        Ok(items)
    }
    fn text(bytes: &[u8]) -> Result<String, StoreError> {
        String::from_utf8(bytes.to_vec()).map_err(|_| damaged())
    }
    const MV: u16 = code::MULTI_VALUED;
    const MV_SHORT: u16 = MV | code::SHORT;
    const MV_LONG: u16 = MV | code::LONG;
    const MV_FLOAT: u16 = MV | code::FLOAT;
    const MV_DOUBLE: u16 = MV | code::DOUBLE;
    const MV_CURRENCY: u16 = MV | code::CURRENCY;
    const MV_APP_TIME: u16 = MV | code::APP_TIME;
    const MV_I8: u16 = MV | code::I8;
    const MV_UNICODE: u16 = MV | code::UNICODE;
    const MV_SYS_TIME: u16 = MV | code::SYS_TIME;
    const MV_CLSID: u16 = MV | code::CLSID;
    const MV_BINARY: u16 = MV | code::BINARY;

    if property_type & LARGE != 0 {
        let mut reader = Reader::new(bytes);
        let row = i64::from_le_bytes(reader.array()?);
        let size = u64::from_le_bytes(reader.array()?);
        let stored = u64::from_le_bytes(reader.array()?);
        let prefix = match property_type & !LARGE {
            code::UNICODE => Prefix::Text(text(reader.rest)?),
            code::BINARY => Prefix::Bytes(reader.rest.to_vec()),
            _ => return Err(damaged()),
        };
        return Ok(Value::Large(LargeValue {
            store: *store,
            row,
            size,
            stored,
            prefix,
            parked: None,
        }));
    }
    let float = |bytes| f32::from_bits(u32::from_le_bytes(bytes));
    let double = |bytes| f64::from_bits(u64::from_le_bytes(bytes));
    Ok(match property_type {
        code::NULL => Value::Null,
        code::OBJECT => Value::Object,
        code::SHORT => Value::Short(i16::from_le_bytes(one(bytes)?)),
        code::LONG => Value::Long(i32::from_le_bytes(one(bytes)?)),
        code::ERROR => Value::Error(i32::from_le_bytes(one(bytes)?)),
        code::FLOAT => Value::Float(float(one(bytes)?)),
        code::DOUBLE => Value::Double(double(one(bytes)?)),
        code::APP_TIME => Value::AppTime(double(one(bytes)?)),
        code::CURRENCY => Value::Currency(i64::from_le_bytes(one(bytes)?)),
        code::I8 => Value::I8(i64::from_le_bytes(one(bytes)?)),
        code::BOOLEAN => Value::Boolean(one::<1>(bytes)? != [0]),
        code::UNICODE => Value::Unicode(text(bytes)?),
        code::SYS_TIME => Value::SysTime(u64::from_le_bytes(one(bytes)?)),
        code::CLSID => Value::Clsid(one(bytes)?),
        code::BINARY => Value::Binary(bytes.to_vec()),
        MV_SHORT => Value::MvShort(list(bytes, i16::from_le_bytes)?),
        MV_LONG => Value::MvLong(list(bytes, i32::from_le_bytes)?),
        MV_FLOAT => Value::MvFloat(list(bytes, float)?),
        MV_DOUBLE => Value::MvDouble(list(bytes, double)?),
        MV_APP_TIME => Value::MvAppTime(list(bytes, double)?),
        MV_CURRENCY => Value::MvCurrency(list(bytes, i64::from_le_bytes)?),
        MV_I8 => Value::MvI8(list(bytes, i64::from_le_bytes)?),
        MV_SYS_TIME => Value::MvSysTime(list(bytes, u64::from_le_bytes)?),
        MV_CLSID => Value::MvClsid(list(bytes, |clsid: [u8; 16]| clsid)?),
        MV_UNICODE => Value::MvUnicode(blocks(bytes, text)?),
        MV_BINARY => Value::MvBinary(blocks(bytes, |bytes| Ok(bytes.to_vec()))?),
        _ => return Err(damaged()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const STORE: [u8; 16] = [7; 16];

    fn everything() -> PropertyBag {
        let large = |prefix| {
            Value::Large(LargeValue {
                store: STORE,
                row: 9,
                size: 70_000,
                stored: 35_000,
                prefix,
                parked: None,
            })
        };
        [
            Value::Null,
            Value::Short(i16::MIN),
            Value::Long(-2),
            Value::Float(-0.0),
            Value::Double(1.5e300),
            Value::Currency(-12_345),
            Value::AppTime(45_000.25),
            Value::Error(0x8004_010F_u32 as i32),
            Value::Boolean(true),
            Value::Boolean(false),
            Value::I8(i64::MIN),
            Value::Unicode(String::new()),
            Value::Unicode("naïve 📧\0end".into()),
            Value::SysTime(u64::MAX),
            Value::Clsid([3; 16]),
            Value::Binary(Vec::new()),
            Value::Binary((0..=255).collect()),
            Value::Object,
            Value::MvShort(vec![1, -1]),
            Value::MvLong(vec![i32::MAX, 0, i32::MIN]),
            Value::MvFloat(vec![0.1]),
            Value::MvDouble(vec![0.1, -0.1]),
            Value::MvCurrency(vec![5]),
            Value::MvAppTime(vec![2.0]),
            Value::MvI8(vec![-1, 1]),
            Value::MvUnicode(vec![String::new(), "b".into(), "ü".into()]),
            Value::MvSysTime(vec![1, 2]),
            Value::MvClsid(vec![[1; 16], [2; 16]]),
            Value::MvBinary(vec![vec![], vec![0], vec![1; 300]]),
            large(Prefix::Text("begin".into())),
            large(Prefix::Bytes(vec![0, 1])),
        ]
        .into_iter()
        .enumerate()
        .map(|(index, value)| ((index as u32 + 1) << 16, value))
        .collect()
    }

    #[test]
    fn every_kind_of_value_comes_back() {
        let bag = everything();
        let bytes = encode(&bag);
        assert_eq!(decode(&bytes, &STORE).unwrap(), bag);
        for (tag, value) in bag.iter() {
            assert_eq!(
                find(&bytes, tag.id(), &STORE).unwrap().as_ref(),
                Some(value)
            );
        }
        assert_eq!(find(&bytes, 0x7FFF, &STORE).unwrap(), None);
    }

    #[test]
    fn damaged_bytes_are_an_error_and_never_a_panic() {
        let bytes = encode(&everything());
        for end in 0..bytes.len() {
            let _ = decode(&bytes[..end], &STORE);
        }
        for index in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[index] ^= 0xFF;
            let _ = decode(&changed, &STORE);
        }
        assert!(matches!(
            decode(&[1, 0, 3, 0, 9, 1], &STORE),
            Err(StoreError::Corrupt(_))
        ));
    }
}
