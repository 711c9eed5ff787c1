//! Property values that own what they hold.

use mapi_abi::*;
use std::fmt;
use windows_core::{GUID, HRESULT};

/// The value of a property.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// `PT_NULL`.
    Null,
    /// `PT_I2`.
    Short(i16),
    /// `PT_LONG`.
    Long(i32),
    /// `PT_R4`.
    Float(f32),
    /// `PT_DOUBLE`.
    Double(f64),
    /// `PT_CURRENCY`, in units of one ten-thousandth.
    Currency(i64),
    /// `PT_APPTIME`, in days since 1899-12-30.
    AppTime(f64),
    /// `PT_ERROR`.
    Error(HRESULT),
    /// `PT_BOOLEAN`.
    Boolean(bool),
    /// `PT_OBJECT`; it has no value.
    Object,
    /// `PT_I8`.
    LongLong(i64),
    /// `PT_STRING8`, without the zero byte at its end.
    String8(Vec<u8>),
    /// `PT_UNICODE`, without the zero at its end.
    Unicode(String),
    /// `PT_SYSTIME`, in units of 100 ns since 1601-01-01 UTC.
    Time(u64),
    /// `PT_CLSID`.
    Guid(GUID),
    /// `PT_BINARY`.
    Binary(Vec<u8>),
    /// `PT_MV_I2`.
    Shorts(Vec<i16>),
    /// `PT_MV_LONG`.
    Longs(Vec<i32>),
    /// `PT_MV_R4`.
    Floats(Vec<f32>),
    /// `PT_MV_DOUBLE`.
    Doubles(Vec<f64>),
    /// `PT_MV_CURRENCY`.
    Currencies(Vec<i64>),
    /// `PT_MV_APPTIME`.
    AppTimes(Vec<f64>),
    /// `PT_MV_I8`.
    LongLongs(Vec<i64>),
    /// `PT_MV_STRING8`.
    String8s(Vec<Vec<u8>>),
    /// `PT_MV_UNICODE`.
    Unicodes(Vec<String>),
    /// `PT_MV_SYSTIME`.
    Times(Vec<u64>),
    /// `PT_MV_CLSID`.
    Guids(Vec<GUID>),
    /// `PT_MV_BINARY`.
    Binaries(Vec<Vec<u8>>),
    /// A type that MAPI does not define, or a pointer that leads nowhere.
    Unreadable,
}

impl Value {
    /// The property type that fits; `PT_UNSPECIFIED` for [`Unreadable`](Self::Unreadable).
    pub const fn property_type(&self) -> u32 {
        match self {
            Self::Null => PT_NULL,
            Self::Short(_) => PT_I2,
            Self::Long(_) => PT_LONG,
            Self::Float(_) => PT_R4,
            Self::Double(_) => PT_DOUBLE,
            Self::Currency(_) => PT_CURRENCY,
            Self::AppTime(_) => PT_APPTIME,
            Self::Error(_) => PT_ERROR,
            Self::Boolean(_) => PT_BOOLEAN,
            Self::Object => PT_OBJECT,
            Self::LongLong(_) => PT_I8,
            Self::String8(_) => PT_STRING8,
            Self::Unicode(_) => PT_UNICODE,
            Self::Time(_) => PT_SYSTIME,
            Self::Guid(_) => PT_CLSID,
            Self::Binary(_) => PT_BINARY,
            Self::Shorts(_) => PT_MV_I2,
            Self::Longs(_) => PT_MV_LONG,
            Self::Floats(_) => PT_MV_R4,
            Self::Doubles(_) => PT_MV_DOUBLE,
            Self::Currencies(_) => PT_MV_CURRENCY,
            Self::AppTimes(_) => PT_MV_APPTIME,
            Self::LongLongs(_) => PT_MV_I8,
            Self::String8s(_) => PT_MV_STRING8,
            Self::Unicodes(_) => PT_MV_UNICODE,
            Self::Times(_) => PT_MV_SYSTIME,
            Self::Guids(_) => PT_MV_CLSID,
            Self::Binaries(_) => PT_MV_BINARY,
            Self::Unreadable => PT_UNSPECIFIED,
        }
    }
}

macro_rules! from {
    ($($type:ty => $variant:ident,)*) => {
        $(impl From<$type> for Value {
            fn from(value: $type) -> Self {
                Self::$variant(value.into())
            }
        })*
    };
}

from! {
    i16 => Short,
    i32 => Long,
    f32 => Float,
    f64 => Double,
    HRESULT => Error,
    bool => Boolean,
    i64 => LongLong,
    &str => Unicode,
    String => Unicode,
    &String => Unicode,
    GUID => Guid,
    &[u8] => Binary,
    Vec<u8> => Binary,
    Vec<i32> => Longs,
    Vec<String> => Unicodes,
    Vec<Vec<u8>> => Binaries,
}

impl From<&Vec<u8>> for Value {
    fn from(value: &Vec<u8>) -> Self {
        Self::Binary(value.clone())
    }
}

impl From<u32> for Value {
    fn from(value: u32) -> Self {
        Self::Long(value as i32)
    }
}

impl<const N: usize> From<[&str; N]> for Value {
    fn from(values: [&str; N]) -> Self {
        Self::Unicodes(values.map(String::from).to_vec())
    }
}

impl<const N: usize> From<&[u8; N]> for Value {
    fn from(value: &[u8; N]) -> Self {
        Self::Binary(value.to_vec())
    }
}

/// A property: its tag and its value.
#[derive(Clone, PartialEq)]
pub struct Prop {
    /// The tag, as it is handed over: its type may contradict the value on purpose.
    pub tag: u32,
    /// The value.
    pub value: Value,
}

impl Prop {
    /// A property.
    pub fn new(tag: u32, value: impl Into<Value>) -> Self {
        Self {
            tag,
            value: value.into(),
        }
    }

    /// A `PT_SYSTIME` property; `time` in units of 100 ns since 1601-01-01 UTC.
    pub fn time(tag: u32, time: u64) -> Self {
        Self {
            tag,
            value: Value::Time(time),
        }
    }

    /// The code, if this property could not be read.
    pub fn error(&self) -> Option<HRESULT> {
        match self.value {
            Value::Error(code) => Some(code),
            _ => None,
        }
    }
}

impl<V: Into<Value>> From<(u32, V)> for Prop {
    fn from((tag, value): (u32, V)) -> Self {
        Self::new(tag, value)
    }
}

impl fmt::Debug for Prop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:#010X} = {:?}", self.tag, self.value)
    }
}

/// Properties in the order in which they came: the answer of `GetProps`, or a row of a table.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Props(pub Vec<Prop>);

/// A row of a table.
pub type Row = Props;

impl Props {
    /// The property with the id of `tag`, whatever its type.
    pub fn find(&self, tag: u32) -> Option<&Prop> {
        self.0.iter().find(|prop| prop_id(prop.tag) == prop_id(tag))
    }

    /// The value of the property with the id of `tag`, if it could be read.
    pub fn value(&self, tag: u32) -> Option<&Value> {
        let prop = self.find(tag)?;
        prop.error().is_none().then_some(&prop.value)
    }

    /// The code of a property that could not be read.
    pub fn error(&self, tag: u32) -> Option<HRESULT> {
        self.find(tag)?.error()
    }

    /// The text of a `PT_UNICODE` property.
    pub fn text(&self, tag: u32) -> Option<&str> {
        match self.value(tag)? {
            Value::Unicode(text) => Some(text),
            _ => None,
        }
    }

    /// The number of a `PT_LONG` property.
    pub fn long(&self, tag: u32) -> Option<i32> {
        match self.value(tag)? {
            Value::Long(number) => Some(*number),
            _ => None,
        }
    }

    /// The bits of a `PT_LONG` property.
    pub fn bits(&self, tag: u32) -> Option<u32> {
        self.long(tag).map(|number| number as u32)
    }

    /// The truth of a `PT_BOOLEAN` property.
    pub fn boolean(&self, tag: u32) -> Option<bool> {
        match self.value(tag)? {
            Value::Boolean(truth) => Some(*truth),
            _ => None,
        }
    }

    /// The bytes of a `PT_BINARY` property.
    pub fn binary(&self, tag: u32) -> Option<&[u8]> {
        match self.value(tag)? {
            Value::Binary(bytes) => Some(bytes),
            _ => None,
        }
    }

    /// The time of a `PT_SYSTIME` property.
    pub fn time(&self, tag: u32) -> Option<u64> {
        match self.value(tag)? {
            Value::Time(time) => Some(*time),
            _ => None,
        }
    }

    /// The tags, in order.
    pub fn tags(&self) -> Vec<u32> {
        self.0.iter().map(|prop| prop.tag).collect()
    }

    /// How many properties there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The properties in order.
    pub fn iter(&self) -> std::slice::Iter<'_, Prop> {
        self.0.iter()
    }
}

impl std::ops::Index<usize> for Props {
    type Output = Prop;

    fn index(&self, index: usize) -> &Prop {
        &self.0[index]
    }
}

impl<'a> IntoIterator for &'a Props {
    type Item = &'a Prop;
    type IntoIter = std::slice::Iter<'a, Prop>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

/// What went wrong with one property of a call that changed several.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The position of the property in the caller's array.
    pub index: u32,
    /// The tag.
    pub tag: u32,
    /// The reason.
    pub code: HRESULT,
}

/// The name of a named property.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    /// The property set.
    pub set: GUID,
    /// The number or the string.
    pub kind: NameKind,
}

/// The second half of a [`Name`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NameKind {
    /// `MNID_ID`.
    Id(i32),
    /// `MNID_STRING`.
    String(String),
}

impl Name {
    /// A name that is a string.
    pub fn string(set: GUID, name: &str) -> Self {
        Self {
            set,
            kind: NameKind::String(name.into()),
        }
    }

    /// A name that is a number.
    pub fn id(set: GUID, id: i32) -> Self {
        Self {
            set,
            kind: NameKind::Id(id),
        }
    }
}
