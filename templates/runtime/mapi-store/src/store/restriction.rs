//! Restrictions: conditions on the properties of an object.

use super::error::StoreError;
use super::value::{PropTag, Value, property_type as code};

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
    /// `RES_PROPERTY`: a property compared with a value; any element of a multi-valued one may match. A tag that
    /// [`PropTag::is_instance`] says the same here, and in a table with a row for each value it is about that value.
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
    /// Checks what can be checked without an object: depth and types. `TooComplex` if the store cannot evaluate it
    /// \[spropertyrestriction, scontentrestriction\].
    pub fn validate(&self) -> Result<(), StoreError> {
        let mut pending = vec![(self, 1)];
        while let Some((restriction, depth)) = pending.pop() {
            if depth > MAXIMUM_DEPTH || !restriction.is_evaluable() {
                return Err(StoreError::TooComplex);
            }
            pending.extend(restriction.children().map(|child| (child, depth + 1)));
        }
        Ok(())
    }

    /// Adds the properties that a condition on an object looks at; those of sub-restrictions are other objects'.
    pub(super) fn collect_tags(&self, tags: &mut Vec<PropTag>) {
        self.visit_tags(&mut |tag| {
            let tag = tag.of_property();
            if !tags.contains(&tag) {
                tags.push(tag);
            }
        });
    }

    /// Calls `visit` with every tag in a condition on an object; those in sub-restrictions are other objects'.
    pub(super) fn visit_tags(&self, visit: &mut dyn FnMut(PropTag)) {
        match self {
            Self::Content { tag, .. }
            | Self::Property { tag, .. }
            | Self::BitMask { tag, .. }
            | Self::Size { tag, .. }
            | Self::Exist(tag) => visit(*tag),
            Self::CompareProperties { left, right, .. } => {
                visit(*left);
                visit(*right);
            }
            Self::Sub { .. } => {}
            Self::And(_) | Self::Or(_) | Self::Not(_) | Self::Comment { .. } => {
                self.children().for_each(|child| child.visit_tags(visit));
            }
        }
    }

    fn children(&self) -> impl Iterator<Item = &Self> {
        let (list, single): (&[Self], Option<&Self>) = match self {
            Self::And(list) | Self::Or(list) => (list, None),
            Self::Not(inner)
            | Self::Sub {
                restriction: inner, ..
            } => (&[], Some(inner)),
            Self::Comment { restriction, .. } => (&[], restriction.as_deref()),
            _ => (&[], None),
        };
        list.iter().chain(single)
    }

    fn is_evaluable(&self) -> bool {
        let is_open = |tag: &PropTag| {
            tag.property_type() == code::UNSPECIFIED || tag.property_type() == code::STRING8
        };
        match self {
            Self::Property { tag, value, .. } => {
                let single = tag.of_cell().property_type() & !code::MULTI_VALUED;
                let comparable = !matches!(
                    single,
                    code::UNSPECIFIED | code::NULL | code::OBJECT | code::STRING8
                );
                comparable && value.property_type() == single
            }
            Self::Content { tag, value, .. } => {
                let single = tag.of_cell().property_type() & !code::MULTI_VALUED;
                matches!(single, code::UNICODE | code::BINARY) && value.property_type() == single
            }
            Self::CompareProperties { left, right, .. } => {
                left.property_type() == right.property_type()
                    && left.property_type() & (code::MULTI_VALUED | code::INSTANCE) == 0
                    && !is_open(left)
            }
            Self::BitMask { tag, .. } => tag.of_cell().property_type() == code::LONG,
            _ => true,
        }
    }
}

impl Drop for Restriction {
    /// Takes deep trees apart level by level: dropping them the usual way would use up the stack.
    fn drop(&mut self) {
        fn take(restriction: &mut Restriction, pending: &mut Vec<Restriction>) {
            match restriction {
                Restriction::And(list) | Restriction::Or(list) => pending.append(list),
                Restriction::Not(inner)
                | Restriction::Sub {
                    restriction: inner, ..
                } => {
                    pending.push(std::mem::replace(
                        &mut **inner,
                        Restriction::And(Vec::new()),
                    ));
                }
                Restriction::Comment { restriction, .. } => {
                    pending.extend(restriction.take().map(|inner| *inner))
                }
                _ => {}
            }
        }
        let mut pending = Vec::new();
        take(self, &mut pending);
        while let Some(mut restriction) = pending.pop() {
            take(&mut restriction, &mut pending);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deep_trees_are_refused_and_dropped() {
        let mut deep = Restriction::Exist(PropTag(0x0037_001F));
        for _ in 0..MAXIMUM_DEPTH - 1 {
            deep = Restriction::Not(Box::new(deep));
        }
        assert!(deep.validate().is_ok());
        for _ in 0..1_000_000 {
            deep = Restriction::Not(Box::new(deep));
        }
        assert!(matches!(deep.validate(), Err(StoreError::TooComplex)));
        drop(deep);
    }

    #[test]
    fn types_must_fit() {
        let property = |tag: u32, value: Value| Restriction::Property {
            relation: Relation::Equal,
            tag: PropTag(tag),
            value,
        };
        assert!(property(0x0017_0003, Value::Long(1)).validate().is_ok());
        assert!(
            property(0x8000_101F, Value::Unicode("a".into()))
                .validate()
                .is_ok()
        );
        assert!(property(0x0017_0003, Value::Short(1)).validate().is_err());
        assert!(
            property(0x8000_101F, Value::MvUnicode(vec!["a".into()]))
                .validate()
                .is_err()
        );
        assert!(
            property(0x0037_0000, Value::Unicode("a".into()))
                .validate()
                .is_err()
        );
        let mask = |tag: u32| Restriction::BitMask {
            tag: PropTag(tag),
            mask: 1,
            zero: true,
        };
        assert!(mask(0x0E07_0003).validate().is_ok());
        assert!(mask(0x0E07_0014).validate().is_err());
        assert!(mask(0x8000_3003).validate().is_ok());
        assert!(
            property(0x8000_301F, Value::Unicode("a".into()))
                .validate()
                .is_ok()
        );
        assert!(property(0x8000_301F, Value::Long(1)).validate().is_err());
    }
}
