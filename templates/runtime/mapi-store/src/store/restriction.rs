//! Restrictions: conditions on the properties of an object.

use super::error::StoreError;
use super::value::{PropTag, Value};

/// Deepest restriction that the store evaluates; whoever builds one from outside stops there.
pub const MAXIMUM_DEPTH: usize = 256;

/// A condition on an object \[types-of-restrictions\].
///
/// A property that the object does not have makes a condition on it false.
#[derive(Clone, Debug, PartialEq)]
pub enum Restriction {
    /// `RES_AND`: all; true if empty.
    And(Vec<Restriction>),
    /// `RES_OR`: any; false if empty.
    Or(Vec<Restriction>),
    /// `RES_NOT`.
    Not(Box<Restriction>),
    /// `RES_CONTENT`: text or bytes in a property.
    Content {
        /// How to compare.
        fuzzy: Fuzzy,
        /// The property.
        tag: PropTag,
        /// What to look for.
        value: Value,
    },
    /// `RES_PROPERTY`: a property compared with a value; any element of a multi-valued one may match.
    Property {
        /// How to compare.
        relation: Relation,
        /// The property.
        tag: PropTag,
        /// What to compare with.
        value: Value,
    },
    /// `RES_COMPAREPROPS`: two properties of the object compared.
    CompareProperties {
        /// How to compare.
        relation: Relation,
        /// Left property.
        left: PropTag,
        /// Right property.
        right: PropTag,
    },
    /// `RES_BITMASK`: bits of a `PT_LONG` property.
    BitMask {
        /// The property.
        tag: PropTag,
        /// The bits.
        mask: u32,
        /// `BMR_EQZ` if set, else `BMR_NEZ`.
        zero: bool,
    },
    /// `RES_SIZE`: the size of a property in bytes.
    Size {
        /// How to compare.
        relation: Relation,
        /// The property.
        tag: PropTag,
        /// What to compare with.
        size: u32,
    },
    /// `RES_EXIST`.
    Exist(PropTag),
    /// `RES_SUBRESTRICTION`: some recipient or attachment meets a condition.
    Sub {
        /// Which.
        object: SubObject,
        /// The condition on it.
        restriction: Box<Restriction>,
    },
    /// `RES_COMMENT`: the restriction in it, or true if there is none. The values mean nothing to the store.
    Comment {
        /// Values that the client attached.
        properties: Vec<(PropTag, Value)>,
        /// What counts.
        restriction: Option<Box<Restriction>>,
    },
}

/// How a content restriction compares.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Fuzzy {
    /// Which part has to match.
    pub level: FuzzyLevel,
    /// `FL_IGNORECASE`.
    pub ignore_case: bool,
    /// `FL_IGNORENONSPACE`.
    pub ignore_non_space: bool,
    /// `FL_LOOSE`: whatever helps to find something.
    pub loose: bool,
}

/// Which part of a property a content restriction looks at.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum FuzzyLevel {
    /// `FL_FULLSTRING`.
    FullString,
    /// `FL_SUBSTRING`.
    SubString,
    /// `FL_PREFIX`.
    Prefix,
}

/// Relational operator. `RELOP_RE` is beyond the store.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Relation {
    /// `RELOP_LT`.
    Less,
    /// `RELOP_LE`.
    LessOrEqual,
    /// `RELOP_GT`.
    Greater,
    /// `RELOP_GE`.
    GreaterOrEqual,
    /// `RELOP_EQ`.
    Equal,
    /// `RELOP_NE`.
    NotEqual,
}

/// What a sub-restriction is about.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum SubObject {
    /// `PR_MESSAGE_RECIPIENTS`.
    Recipients,
    /// `PR_MESSAGE_ATTACHMENTS`.
    Attachments,
}

impl Restriction {
    /// Checks what can be checked without an object: depth and types; `TooComplex` if the store cannot evaluate it.
    pub fn validate(&self) -> Result<(), StoreError> {
        todo!()
    }
}
