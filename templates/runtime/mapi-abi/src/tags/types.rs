//! Property types, and tags taken apart and put together.

/// In a type: more than one value.
pub const MV_FLAG: u32 = 0x1000;
/// In a type: one row for each value.
pub const MV_INSTANCE: u32 = 0x2000;
/// In a type: more than one value, and one row for each.
pub const MVI_FLAG: u32 = MV_FLAG | MV_INSTANCE;

macro_rules! types {
    ($($(#[$meta:meta])* $name:ident = $value:expr;)*) => {
        $($(#[$meta])* pub const $name: u32 = $value;)*
    };
}

types! {
    /// Any type.
    PT_UNSPECIFIED = 0;
    /// No value.
    PT_NULL = 1;
    /// A signed 16-bit number.
    PT_I2 = 2;
    /// A signed 16-bit number.
    PT_SHORT = PT_I2;
    /// A signed 32-bit number.
    PT_LONG = 3;
    /// A signed 32-bit number.
    PT_I4 = PT_LONG;
    /// A 32-bit floating-point number.
    PT_R4 = 4;
    /// A 32-bit floating-point number.
    PT_FLOAT = PT_R4;
    /// A 64-bit floating-point number.
    PT_DOUBLE = 5;
    /// A 64-bit floating-point number.
    PT_R8 = PT_DOUBLE;
    /// A signed 64-bit number of ten-thousandths.
    PT_CURRENCY = 6;
    /// A 64-bit floating-point number of days since 1899-12-30.
    PT_APPTIME = 7;
    /// A result code instead of a value.
    PT_ERROR = 0xA;
    /// A 16-bit truth value.
    PT_BOOLEAN = 0xB;
    /// An object, opened by `OpenProperty`.
    PT_OBJECT = 0xD;
    /// A signed 64-bit number.
    PT_I8 = 0x14;
    /// A signed 64-bit number.
    PT_LONGLONG = PT_I8;
    /// A string in a code page.
    PT_STRING8 = 0x1E;
    /// A UTF-16 string.
    PT_UNICODE = 0x1F;
    /// A time: units of 100 ns since 1601-01-01 UTC.
    PT_SYSTIME = 0x40;
    /// A GUID.
    PT_CLSID = 0x48;
    /// A restriction, in rules.
    PT_SRESTRICTION = 0xFD;
    /// Actions, in rules.
    PT_ACTIONS = 0xFE;
    /// Bytes.
    PT_BINARY = 0x102;
    /// A pointer.
    PT_PTR = 0x103;
    /// Several of `PT_I2`.
    PT_MV_I2 = MV_FLAG | PT_I2;
    /// Several of `PT_SHORT`.
    PT_MV_SHORT = PT_MV_I2;
    /// Several of `PT_LONG`.
    PT_MV_LONG = MV_FLAG | PT_LONG;
    /// Several of `PT_I4`.
    PT_MV_I4 = PT_MV_LONG;
    /// Several of `PT_R4`.
    PT_MV_R4 = MV_FLAG | PT_R4;
    /// Several of `PT_FLOAT`.
    PT_MV_FLOAT = PT_MV_R4;
    /// Several of `PT_DOUBLE`.
    PT_MV_DOUBLE = MV_FLAG | PT_DOUBLE;
    /// Several of `PT_R8`.
    PT_MV_R8 = PT_MV_DOUBLE;
    /// Several of `PT_CURRENCY`.
    PT_MV_CURRENCY = MV_FLAG | PT_CURRENCY;
    /// Several of `PT_APPTIME`.
    PT_MV_APPTIME = MV_FLAG | PT_APPTIME;
    /// Several of `PT_I8`.
    PT_MV_I8 = MV_FLAG | PT_I8;
    /// Several of `PT_LONGLONG`.
    PT_MV_LONGLONG = PT_MV_I8;
    /// Several of `PT_STRING8`.
    PT_MV_STRING8 = MV_FLAG | PT_STRING8;
    /// Several of `PT_UNICODE`.
    PT_MV_UNICODE = MV_FLAG | PT_UNICODE;
    /// Several of `PT_SYSTIME`.
    PT_MV_SYSTIME = MV_FLAG | PT_SYSTIME;
    /// Several of `PT_CLSID`.
    PT_MV_CLSID = MV_FLAG | PT_CLSID;
    /// Several of `PT_BINARY`.
    PT_MV_BINARY = MV_FLAG | PT_BINARY;

    /// The id that belongs to no property.
    PROP_ID_NULL = 0;
    /// The id that is not valid.
    PROP_ID_INVALID = 0xFFFF;
    /// The first id of properties that are secret in a profile.
    PROP_ID_SECURE_MIN = 0x67F0;
    /// The last id of properties that are secret in a profile.
    PROP_ID_SECURE_MAX = 0x67FF;
    /// The first id of named properties.
    PROP_ID_NAMED_MIN = 0x8000;
    /// The last id of named properties.
    PROP_ID_NAMED_MAX = 0xFFFE;
}

/// The tag of a type and an id.
pub const fn prop_tag(prop_type: u32, id: u32) -> u32 {
    id << 16 | prop_type & 0xFFFF
}

/// The id of a tag.
pub const fn prop_id(tag: u32) -> u32 {
    tag >> 16
}

/// The type of a tag.
pub const fn prop_type(tag: u32) -> u32 {
    tag & 0xFFFF
}

/// The tag of the same id with another type.
pub const fn change_prop_type(tag: u32, prop_type: u32) -> u32 {
    tag & 0xFFFF_0000 | prop_type & 0xFFFF
}

/// The tag of a multivalued column with one row for each value.
pub const fn mvi_prop(tag: u32) -> u32 {
    tag | MVI_FLAG
}

/// Whether a tag is one of a named property.
pub const fn is_named_prop(tag: u32) -> bool {
    prop_id(tag) >= PROP_ID_NAMED_MIN && prop_id(tag) <= PROP_ID_NAMED_MAX
}
