//! Property tags and property values.
//!
//! A value carries its own type, so the type in a tag is needed only where a caller asks for one. Strings are Unicode
//! here; `PT_STRING8` exists at the COM boundary only.

use std::fmt;
use std::sync::Arc;

use super::large::Parked;

/// A property tag: id in the upper half, type in the lower.
#[derive(Clone, Copy, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct PropTag(pub u32);

impl PropTag {
    /// The tag of an id and a type code.
    #[must_use]
    pub const fn new(id: u16, property_type: u16) -> Self {
        Self((id as u32) << 16 | property_type as u32)
    }

    /// The property id.
    #[must_use]
    pub const fn id(self) -> u16 {
        (self.0 >> 16) as u16
    }

    /// The type code, `PT_UNSPECIFIED` included.
    #[must_use]
    pub const fn property_type(self) -> u16 {
        self.0 as u16
    }

    /// The same id with another type code.
    #[must_use]
    pub const fn with_type(self, property_type: u16) -> Self {
        Self::new(self.id(), property_type)
    }

    /// Whether the tag stands for the single values of a multi-valued property: a column with a row for each of them, or
    /// a condition on each of them (`MVI_FLAG`).
    #[must_use]
    pub const fn is_instance(self) -> bool {
        self.property_type() & property_type::INSTANCE != 0
    }

    /// The tag of the property itself: that of all its values, where [`PropTag::is_instance`].
    #[must_use]
    pub const fn of_property(self) -> Self {
        if self.is_instance() {
            let single = self.property_type() & !property_type::INSTANCE;
            self.with_type(single | property_type::MULTI_VALUED)
        } else {
            self
        }
    }

    /// The tag of a cell in a column of this tag: that of a single value, where [`PropTag::is_instance`].
    #[must_use]
    pub const fn of_cell(self) -> Self {
        if self.is_instance() {
            let bits = property_type::INSTANCE | property_type::MULTI_VALUED;
            self.with_type(self.property_type() & !bits)
        } else {
            self
        }
    }

    /// Whether the id belongs to a named property.
    #[must_use]
    pub const fn is_named(self) -> bool {
        self.id() >= 0x8000
    }
}

impl From<u32> for PropTag {
    fn from(tag: u32) -> Self {
        Self(tag)
    }
}

impl fmt::Debug for PropTag {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:#010X}", self.0)
    }
}

/// Type codes of properties, `PT_…` in the headers \[property-types\].
pub mod property_type {
    /// Unknown to the caller.
    pub const UNSPECIFIED: u16 = 0x0000;
    /// No value.
    pub const NULL: u16 = 0x0001;
    /// `i16`.
    pub const SHORT: u16 = 0x0002;
    /// `i32`.
    pub const LONG: u16 = 0x0003;
    /// `f32`.
    pub const FLOAT: u16 = 0x0004;
    /// `f64`.
    pub const DOUBLE: u16 = 0x0005;
    /// `i64`, ten-thousandths of a currency unit.
    pub const CURRENCY: u16 = 0x0006;
    /// `f64`, days since 30 December 1899.
    pub const APP_TIME: u16 = 0x0007;
    /// `i32`, a status code.
    pub const ERROR: u16 = 0x000A;
    /// `bool`.
    pub const BOOLEAN: u16 = 0x000B;
    /// An embedded object.
    pub const OBJECT: u16 = 0x000D;
    /// `i64`.
    pub const I8: u16 = 0x0014;
    /// 8-bit text; never stored.
    pub const STRING8: u16 = 0x001E;
    /// Unicode text.
    pub const UNICODE: u16 = 0x001F;
    /// 100 ns since 1601.
    pub const SYS_TIME: u16 = 0x0040;
    /// 16 bytes.
    pub const CLSID: u16 = 0x0048;
    /// Bytes.
    pub const BINARY: u16 = 0x0102;
    /// Set in the type codes of multi-valued properties.
    pub const MULTI_VALUED: u16 = 0x1000;
    /// Set beside [`MULTI_VALUED`] where each value counts for itself: `MV_INSTANCE`
    /// \[working-with-multivalued-columns\].
    pub const INSTANCE: u16 = 0x2000;
}

/// A property value with its type.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// `PT_NULL`.
    Null,
    /// `PT_SHORT`.
    Short(i16),
    /// `PT_LONG`.
    Long(i32),
    /// `PT_FLOAT`.
    Float(f32),
    /// `PT_DOUBLE`.
    Double(f64),
    /// `PT_CURRENCY`: ten-thousandths of a currency unit.
    Currency(i64),
    /// `PT_APPTIME`: days since 30 December 1899.
    AppTime(f64),
    /// `PT_ERROR`: a status code.
    Error(i32),
    /// `PT_BOOLEAN`.
    Boolean(bool),
    /// `PT_I8`.
    I8(i64),
    /// `PT_UNICODE`.
    Unicode(String),
    /// `PT_SYSTIME`: 100 ns since 1601, UTC.
    SysTime(u64),
    /// `PT_CLSID`.
    Clsid([u8; 16]),
    /// `PT_BINARY`.
    Binary(Vec<u8>),
    /// `PT_OBJECT`: says that there is something to open, and nothing more.
    Object,
    /// `PT_MV_SHORT`.
    MvShort(Vec<i16>),
    /// `PT_MV_LONG`.
    MvLong(Vec<i32>),
    /// `PT_MV_FLOAT`.
    MvFloat(Vec<f32>),
    /// `PT_MV_DOUBLE`.
    MvDouble(Vec<f64>),
    /// `PT_MV_CURRENCY`.
    MvCurrency(Vec<i64>),
    /// `PT_MV_APPTIME`.
    MvAppTime(Vec<f64>),
    /// `PT_MV_I8`.
    MvI8(Vec<i64>),
    /// `PT_MV_UNICODE`.
    MvUnicode(Vec<String>),
    /// `PT_MV_SYSTIME`.
    MvSysTime(Vec<u64>),
    /// `PT_MV_CLSID`.
    MvClsid(Vec<[u8; 16]>),
    /// `PT_MV_BINARY`.
    MvBinary(Vec<Vec<u8>>),
    /// A `PT_UNICODE` or `PT_BINARY` value that is kept apart and was not read yet:
    /// [`Store::read_large`](super::Store::read_large) turns it into the real one.
    Large(LargeValue),
}

impl Value {
    /// The type code.
    #[must_use]
    pub fn property_type(&self) -> u16 {
        use property_type as code;
        match self {
            Self::Null => code::NULL,
            Self::Short(_) => code::SHORT,
            Self::Long(_) => code::LONG,
            Self::Float(_) => code::FLOAT,
            Self::Double(_) => code::DOUBLE,
            Self::Currency(_) => code::CURRENCY,
            Self::AppTime(_) => code::APP_TIME,
            Self::Error(_) => code::ERROR,
            Self::Boolean(_) => code::BOOLEAN,
            Self::I8(_) => code::I8,
            Self::Unicode(_) => code::UNICODE,
            Self::SysTime(_) => code::SYS_TIME,
            Self::Clsid(_) => code::CLSID,
            Self::Binary(_) => code::BINARY,
            Self::Object => code::OBJECT,
            Self::MvShort(_) => code::MULTI_VALUED | code::SHORT,
            Self::MvLong(_) => code::MULTI_VALUED | code::LONG,
            Self::MvFloat(_) => code::MULTI_VALUED | code::FLOAT,
            Self::MvDouble(_) => code::MULTI_VALUED | code::DOUBLE,
            Self::MvCurrency(_) => code::MULTI_VALUED | code::CURRENCY,
            Self::MvAppTime(_) => code::MULTI_VALUED | code::APP_TIME,
            Self::MvI8(_) => code::MULTI_VALUED | code::I8,
            Self::MvUnicode(_) => code::MULTI_VALUED | code::UNICODE,
            Self::MvSysTime(_) => code::MULTI_VALUED | code::SYS_TIME,
            Self::MvClsid(_) => code::MULTI_VALUED | code::CLSID,
            Self::MvBinary(_) => code::MULTI_VALUED | code::BINARY,
            Self::Large(large) => large.property_type(),
        }
    }

    /// Whether the value is a list.
    #[must_use]
    pub fn is_multi_valued(&self) -> bool {
        self.property_type() & property_type::MULTI_VALUED != 0
    }

    /// Bytes of the value as MAPI counts them: text as UTF-16 without its end.
    #[must_use]
    pub fn size(&self) -> u64 {
        let bytes = match self {
            Self::Null | Self::Object => 0,
            Self::Short(_) | Self::Boolean(_) => 2,
            Self::Long(_) | Self::Float(_) | Self::Error(_) => 4,
            Self::Double(_)
            | Self::Currency(_)
            | Self::AppTime(_)
            | Self::I8(_)
            | Self::SysTime(_) => 8,
            Self::Clsid(_) => 16,
            Self::Unicode(text) => text.encode_utf16().count() * 2,
            Self::Binary(bytes) => bytes.len(),
            Self::MvShort(list) => list.len() * 2,
            Self::MvLong(list) => list.len() * 4,
            Self::MvFloat(list) => list.len() * 4,
            Self::MvDouble(list) | Self::MvAppTime(list) => list.len() * 8,
            Self::MvCurrency(list) | Self::MvI8(list) => list.len() * 8,
            Self::MvSysTime(list) => list.len() * 8,
            Self::MvClsid(list) => list.len() * 16,
            Self::MvUnicode(list) => list
                .iter()
                .map(|text| text.encode_utf16().count() * 2)
                .sum(),
            Self::MvBinary(list) => list.iter().map(Vec::len).sum(),
            Self::Large(large) => return large.size,
        };
        bytes as u64
    }
}

/// A text or binary value that is kept apart from its message.
///
/// What it stands for never changes. It can be read as long as some message has it, and it can be put into another
/// object of the same store, which then gets a copy.
#[derive(Clone, Debug)]
pub struct LargeValue {
    /// UID of the store that has it.
    pub(super) store: [u8; 16],
    /// Where the store has it.
    pub(super) row: i64,
    /// Bytes as MAPI counts them.
    pub(super) size: u64,
    /// Bytes as stored.
    pub(super) stored: u64,
    pub(super) prefix: Prefix,
    /// Keeps the bytes of a value that no message has yet; see [`Store::park`](super::Store::park).
    pub(super) parked: Option<Arc<Parked>>,
}

impl PartialEq for LargeValue {
    fn eq(&self, other: &Self) -> bool {
        (self.store, self.row, self.size, self.stored, &self.prefix)
            == (
                other.store,
                other.row,
                other.size,
                other.stored,
                &other.prefix,
            )
    }
}

impl LargeValue {
    /// `PT_UNICODE` or `PT_BINARY`.
    #[must_use]
    pub fn property_type(&self) -> u16 {
        match self.prefix {
            Prefix::Text(_) => property_type::UNICODE,
            Prefix::Bytes(_) => property_type::BINARY,
        }
    }

    /// Bytes of the value as MAPI counts them: text as UTF-16 without its end.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Bytes of the value as [`Store::read_large_at`](super::Store::read_large_at) counts them: text as UTF-8.
    #[must_use]
    pub fn stored_size(&self) -> u64 {
        self.stored
    }

    /// The value cut to its first 255 characters or bytes, as table cells show it
    /// \[working-with-large-columns\].
    #[must_use]
    pub fn prefix(&self) -> Value {
        match &self.prefix {
            Prefix::Text(text) => Value::Unicode(text.clone()),
            Prefix::Bytes(bytes) => Value::Binary(bytes.clone()),
        }
    }
}

/// Beginning of a large value.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Prefix {
    /// First 255 characters.
    Text(String),
    /// First 255 bytes.
    Bytes(Vec<u8>),
}
