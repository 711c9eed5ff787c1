//! Restrictions.

use crate::*;

/// A condition on rows or messages. `[srestriction]`
#[repr(C)]
#[derive(Clone, Copy)]
pub struct SRestriction {
    /// A `RES_` value: which member counts.
    pub rt: u32,
    /// The condition.
    pub res: SRestrictionUnion,
}

/// The condition in an [`SRestriction`].
#[repr(C)]
#[derive(Clone, Copy)]
pub union SRestrictionUnion {
    /// `RES_COMPAREPROPS`.
    pub resCompareProps: SComparePropsRestriction,
    /// `RES_AND`.
    pub resAnd: SAndRestriction,
    /// `RES_OR`.
    pub resOr: SOrRestriction,
    /// `RES_NOT`.
    pub resNot: SNotRestriction,
    /// `RES_CONTENT`.
    pub resContent: SContentRestriction,
    /// `RES_PROPERTY`.
    pub resProperty: SPropertyRestriction,
    /// `RES_BITMASK`.
    pub resBitMask: SBitMaskRestriction,
    /// `RES_SIZE`.
    pub resSize: SSizeRestriction,
    /// `RES_EXIST`.
    pub resExist: SExistRestriction,
    /// `RES_SUBRESTRICTION`.
    pub resSub: SSubRestriction,
    /// `RES_COMMENT`.
    pub resComment: SCommentRestriction,
    /// `RES_COUNT`.
    pub resCount: SCountRestriction,
    /// `RES_ANNOTATION`.
    pub resAnnotation: SAnnotationRestriction,
}

/// All of several conditions hold. `[sandrestriction]`
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct SAndRestriction {
    /// How many conditions there are.
    pub cRes: u32,
    /// The conditions.
    pub lpRes: *mut SRestriction,
}

/// One of several conditions holds. `[sorrestriction]`
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct SOrRestriction {
    /// How many conditions there are.
    pub cRes: u32,
    /// The conditions.
    pub lpRes: *mut SRestriction,
}

/// A condition does not hold. `[snotrestriction]`
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct SNotRestriction {
    /// Zero.
    pub ulReserved: u32,
    /// The condition.
    pub lpRes: *mut SRestriction,
}

/// A string or binary contains another. `[scontentrestriction]`
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct SContentRestriction {
    /// `FL_` values.
    pub ulFuzzyLevel: u32,
    /// The property to look at.
    pub ulPropTag: u32,
    /// What to look for.
    pub lpProp: *mut SPropValue,
}

/// The bits of a property under a mask. `[sbitmaskrestriction]`
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct SBitMaskRestriction {
    /// `BMR_EQZ` or `BMR_NEZ`.
    pub relBMR: u32,
    /// The property to look at.
    pub ulPropTag: u32,
    /// The mask.
    pub ulMask: u32,
}

/// A property compared with a value. `[spropertyrestriction]`
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct SPropertyRestriction {
    /// A `RELOP_` value.
    pub relop: u32,
    /// The property to look at.
    pub ulPropTag: u32,
    /// The value to compare with.
    pub lpProp: *mut SPropValue,
}

/// A property compared with another. `[scomparepropsrestriction]`
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct SComparePropsRestriction {
    /// A `RELOP_` value.
    pub relop: u32,
    /// The left side.
    pub ulPropTag1: u32,
    /// The right side.
    pub ulPropTag2: u32,
}

/// The size of a property. `[ssizerestriction]`
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct SSizeRestriction {
    /// A `RELOP_` value.
    pub relop: u32,
    /// The property to look at.
    pub ulPropTag: u32,
    /// The size in bytes to compare with.
    pub cb: u32,
}

/// A property exists. `[sexistrestriction]`
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct SExistRestriction {
    /// Zero.
    pub ulReserved1: u32,
    /// The property to look for.
    pub ulPropTag: u32,
    /// Zero.
    pub ulReserved2: u32,
}

/// A row of a message's recipient or attachment table matches. `[ssubrestriction]`
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct SSubRestriction {
    /// `PR_MESSAGE_RECIPIENTS` or `PR_MESSAGE_ATTACHMENTS`.
    pub ulSubObject: u32,
    /// The condition.
    pub lpRes: *mut SRestriction,
}

/// A condition with properties attached that do not matter to it. `[scommentrestriction]`
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct SCommentRestriction {
    /// How many properties there are.
    pub cValues: u32,
    /// The condition.
    pub lpRes: *mut SRestriction,
    /// The properties.
    pub lpProp: *mut SPropValue,
}

/// A condition with a limit on the number of hits. `[scountrestriction]`
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct SCountRestriction {
    /// The limit.
    pub ulCount: u32,
    /// The condition.
    pub lpRes: *mut SRestriction,
}

/// A condition with information for its evaluation attached.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct SAnnotationRestriction {
    /// How many properties there are.
    pub cValues: u32,
    /// The condition.
    pub lpRes: *mut SRestriction,
    /// The properties.
    pub lpProp: *mut SPropValue,
}
