//! Property values and lists of tags.

use crate::*;
use core::ffi::c_void;
use core::mem::offset_of;

/// A property: its tag and its value. `[spropvalue]`
#[repr(C)]
#[derive(Clone, Copy)]
pub struct SPropValue {
    /// The tag: the id in the upper half, the type in the lower.
    pub ulPropTag: u32,
    /// Padding.
    pub dwAlignPad: u32,
    /// The value; the type in the tag tells which member counts.
    pub Value: SPropValueUnion,
}

impl Default for SPropValue {
    /// A property with tag 0 and an all-zero value.
    fn default() -> Self {
        Self::ZERO
    }
}

impl SPropValue {
    /// A property with tag 0 and an all-zero value.
    pub const ZERO: Self = Self {
        ulPropTag: 0,
        dwAlignPad: 0,
        Value: SPropValueUnion::ZERO,
    };
}

/// The value of a property. `[spropvalue]`
#[repr(C)]
#[derive(Clone, Copy)]
pub union SPropValueUnion {
    /// `PT_I2`.
    pub i: i16,
    /// `PT_LONG`.
    pub l: i32,
    /// `PT_LONG`, unsigned.
    pub ul: u32,
    /// `PT_PTR`.
    pub lpv: *mut c_void,
    /// `PT_R4`.
    pub flt: f32,
    /// `PT_DOUBLE`.
    pub dbl: f64,
    /// `PT_BOOLEAN`: 0 is false, anything else true.
    pub b: u16,
    /// `PT_CURRENCY`.
    pub cur: CURRENCY,
    /// `PT_APPTIME`: days since 1899-12-30.
    pub at: f64,
    /// `PT_SYSTIME`.
    pub ft: FILETIME,
    /// `PT_STRING8`: ends with a zero byte.
    pub lpszA: *mut u8,
    /// `PT_BINARY`.
    pub bin: SBinary,
    /// `PT_UNICODE`: UTF-16, ends with a zero unit.
    pub lpszW: *mut u16,
    /// `PT_CLSID`.
    pub lpguid: *mut GUID,
    /// `PT_I8`.
    pub li: i64,
    /// `PT_MV_I2`.
    pub MVi: SShortArray,
    /// `PT_MV_LONG`.
    pub MVl: SLongArray,
    /// `PT_MV_R4`.
    pub MVflt: SRealArray,
    /// `PT_MV_DOUBLE`.
    pub MVdbl: SDoubleArray,
    /// `PT_MV_CURRENCY`.
    pub MVcur: SCurrencyArray,
    /// `PT_MV_APPTIME`.
    pub MVat: SAppTimeArray,
    /// `PT_MV_SYSTIME`.
    pub MVft: SDateTimeArray,
    /// `PT_MV_BINARY`.
    pub MVbin: SBinaryArray,
    /// `PT_MV_STRING8`.
    pub MVszA: SLPSTRArray,
    /// `PT_MV_UNICODE`.
    pub MVszW: SWStringArray,
    /// `PT_MV_CLSID`.
    pub MVguid: SGuidArray,
    /// `PT_MV_I8`.
    pub MVli: SLargeIntegerArray,
    /// `PT_ERROR`.
    pub err: SCODE,
    /// `PT_NULL` and `PT_OBJECT`: no value.
    pub x: i32,
}

impl SPropValueUnion {
    /// All bytes zero.
    ///
    /// Writing a value that is smaller than the union to this leaves no stale bytes behind.
    // Every member is valid when zero, and the widest is a binary, so zeroing that one zeroes the rest.
    pub const ZERO: Self = unsafe { core::mem::zeroed() };
}

impl Default for SPropValueUnion {
    fn default() -> Self {
        Self::ZERO
    }
}

/// Counted bytes. `[sbinary]`
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct SBinary {
    /// The size in bytes.
    pub cb: u32,
    /// The bytes.
    pub lpb: *mut u8,
}

macro_rules! arrays {
    ($($(#[$meta:meta])* $name:ident { $member:ident: $element:ty })*) => {$(
        $(#[$meta])*
        #[repr(C)]
        #[derive(Clone, Copy, Debug)]
        pub struct $name {
            /// How many values there are.
            pub cValues: u32,
            /// The values.
            pub $member: *mut $element,
        }
    )*};
}

arrays! {
    /// The value of a `PT_MV_I2` property. `[sshortarray]`
    SShortArray { lpi: i16 }
    /// The value of a `PT_MV_LONG` property. `[slongarray]`
    SLongArray { lpl: i32 }
    /// The value of a `PT_MV_R4` property. `[srealarray]`
    SRealArray { lpflt: f32 }
    /// The value of a `PT_MV_DOUBLE` property. `[sdoublearray]`
    SDoubleArray { lpdbl: f64 }
    /// The value of a `PT_MV_CURRENCY` property. `[scurrencyarray]`
    SCurrencyArray { lpcur: CURRENCY }
    /// The value of a `PT_MV_APPTIME` property. `[sapptimearray]`
    SAppTimeArray { lpat: f64 }
    /// The value of a `PT_MV_SYSTIME` property. `[sdatetimearray]`
    SDateTimeArray { lpft: FILETIME }
    /// The value of a `PT_MV_BINARY` property. `[sbinaryarray]`
    SBinaryArray { lpbin: SBinary }
    /// The value of a `PT_MV_STRING8` property. `[slpstrarray]`
    SLPSTRArray { lppszA: *mut u8 }
    /// The value of a `PT_MV_UNICODE` property. `[swstringarray]`
    SWStringArray { lppszW: *mut u16 }
    /// The value of a `PT_MV_CLSID` property. `[sguidarray]`
    SGuidArray { lpguid: GUID }
    /// The value of a `PT_MV_I8` property. `[slargeintegerarray]`
    SLargeIntegerArray { lpli: i64 }
}

/// A list of entry ids. `[sbinaryarray]`
pub type ENTRYLIST = SBinaryArray;

/// A list of property tags. `[sproptagarray]`
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct SPropTagArray {
    /// How many tags there are.
    pub cValues: u32,
    /// The tags.
    pub aulPropTag: [u32; 1],
}

impl SPropTagArray {
    /// The size of a list of `tags` tags in bytes.
    pub const fn size_of(tags: usize) -> usize {
        offset_of!(Self, aulPropTag) + tags * size_of::<u32>()
    }
}

/// A list of property tags whose number is known at compile time; starts like an [`SPropTagArray`].
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct SizedSPropTagArray<const N: usize> {
    /// How many tags there are.
    pub cValues: u32,
    /// The tags.
    pub aulPropTag: [u32; N],
}

impl<const N: usize> SizedSPropTagArray<N> {
    /// A list of these tags.
    pub const fn new(tags: [u32; N]) -> Self {
        Self {
            cValues: N as u32,
            aulPropTag: tags,
        }
    }

    /// The list as the methods take it.
    pub const fn as_ptr(&self) -> *const SPropTagArray {
        core::ptr::from_ref(self).cast()
    }
}

/// What went wrong with one property. `[spropproblem]`
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct SPropProblem {
    /// The position of the property in the caller's array.
    pub ulIndex: u32,
    /// The tag.
    pub ulPropTag: u32,
    /// The reason.
    pub scode: SCODE,
}

/// What went wrong with several properties. `[spropproblemarray]`
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct SPropProblemArray {
    /// How many problems there are.
    pub cProblem: u32,
    /// The problems.
    pub aProblem: [SPropProblem; 1],
}

impl SPropProblemArray {
    /// The size of a list of `problems` problems in bytes.
    pub const fn size_of(problems: usize) -> usize {
        offset_of!(Self, aProblem) + problems * size_of::<SPropProblem>()
    }
}
