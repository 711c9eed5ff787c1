//! Restrictions that own what they hold.

use crate::host::*;
use mapi_abi::*;

/// A condition on the rows of a table.
#[derive(Clone, Debug, PartialEq)]
pub enum Restriction {
    /// All of these hold.
    And(Vec<Restriction>),
    /// One of these holds.
    Or(Vec<Restriction>),
    /// This does not hold.
    Not(Box<Restriction>),
    /// A string or binary contains another.
    Content {
        /// `FL_` values.
        fuzzy: u32,
        /// The property to look at.
        tag: u32,
        /// What to look for.
        prop: Prop,
    },
    /// A property compares with a value.
    Property {
        /// A `RELOP_` value.
        relation: u32,
        /// The property to look at.
        tag: u32,
        /// The value to compare with.
        prop: Prop,
    },
    /// Two properties compare.
    Compare {
        /// A `RELOP_` value.
        relation: u32,
        /// The left side.
        left: u32,
        /// The right side.
        right: u32,
    },
    /// The bits of a property under a mask.
    Bits {
        /// [`BMR_EQZ`] or [`BMR_NEZ`].
        relation: u32,
        /// The property to look at.
        tag: u32,
        /// The mask.
        mask: u32,
    },
    /// The size of a property.
    Size {
        /// A `RELOP_` value.
        relation: u32,
        /// The property to look at.
        tag: u32,
        /// The size in bytes.
        size: u32,
    },
    /// A property exists.
    Exist(u32),
    /// A row of a message's recipient or attachment table matches.
    Sub {
        /// [`PR_MESSAGE_RECIPIENTS`] or [`PR_MESSAGE_ATTACHMENTS`].
        object: u32,
        /// The condition.
        inner: Box<Restriction>,
    },
    /// A condition with properties attached.
    Comment {
        /// The properties.
        props: Vec<Prop>,
        /// The condition.
        inner: Box<Restriction>,
    },
    /// A condition with a limit on the hits.
    Count {
        /// The limit.
        count: u32,
        /// The condition.
        inner: Box<Restriction>,
    },
}

impl Restriction {
    /// A property equals a value.
    pub fn equals(tag: u32, value: impl Into<Value>) -> Self {
        Self::compare(RELOP_EQ, tag, value)
    }

    /// A property compares with a value; `relation` is a `RELOP_` value.
    pub fn compare(relation: u32, tag: u32, value: impl Into<Value>) -> Self {
        Self::Property {
            relation,
            tag,
            prop: Prop::new(tag, value),
        }
    }

    /// A text contains another; `fuzzy` is made of `FL_` values.
    pub fn contains(tag: u32, fuzzy: u32, text: &str) -> Self {
        Self::Content {
            fuzzy,
            tag,
            prop: Prop::new(tag, text),
        }
    }

    /// The opposite.
    #[allow(
        clippy::should_implement_trait,
        reason = "`!restriction` would read worse"
    )]
    pub fn not(self) -> Self {
        Self::Not(Box::new(self))
    }

    /// Builds the structure.
    pub(crate) fn write(&self, arena: &Arena) -> *mut SRestriction {
        // The deepest trees are chains of one branch, which a loop walks without using up the stack.
        let top = arena.array::<SRestriction>(1);
        let mut open = vec![(self, top)];
        while let Some((restriction, place)) = open.pop() {
            let raw = restriction.write_one(arena, &mut open);
            // SAFETY: the place was made for one structure.
            unsafe { place.write(raw) };
        }
        top
    }

    /// Reads a structure; `None` for kinds that this type does not have.
    pub(crate) fn read(reader: &Reader<'_>, raw: *const SRestriction) -> Option<Self> {
        let raw = reader.one(raw)?;
        let inner = |inner: *mut SRestriction| Self::read(reader, inner).map(Box::new);
        let several = |start: *mut SRestriction, count: u32| -> Option<Vec<Self>> {
            (0..count as usize)
                .map(|index| Self::read(reader, start.wrapping_add(index)))
                .collect()
        };
        let prop =
            |prop: *mut SPropValue| reader.one(prop.cast_const()).map(|raw| reader.prop(&raw));
        // SAFETY: the kind tells which member of the union counts, and every bit pattern is a valid value of each.
        Some(unsafe {
            match raw.rt {
                RES_AND => Self::And(several(raw.res.resAnd.lpRes, raw.res.resAnd.cRes)?),
                RES_OR => Self::Or(several(raw.res.resOr.lpRes, raw.res.resOr.cRes)?),
                RES_NOT => Self::Not(inner(raw.res.resNot.lpRes)?),
                RES_CONTENT => Self::Content {
                    fuzzy: raw.res.resContent.ulFuzzyLevel,
                    tag: raw.res.resContent.ulPropTag,
                    prop: prop(raw.res.resContent.lpProp)?,
                },
                RES_PROPERTY => Self::Property {
                    relation: raw.res.resProperty.relop,
                    tag: raw.res.resProperty.ulPropTag,
                    prop: prop(raw.res.resProperty.lpProp)?,
                },
                RES_COMPAREPROPS => Self::Compare {
                    relation: raw.res.resCompareProps.relop,
                    left: raw.res.resCompareProps.ulPropTag1,
                    right: raw.res.resCompareProps.ulPropTag2,
                },
                RES_BITMASK => Self::Bits {
                    relation: raw.res.resBitMask.relBMR,
                    tag: raw.res.resBitMask.ulPropTag,
                    mask: raw.res.resBitMask.ulMask,
                },
                RES_SIZE => Self::Size {
                    relation: raw.res.resSize.relop,
                    tag: raw.res.resSize.ulPropTag,
                    size: raw.res.resSize.cb,
                },
                RES_EXIST => Self::Exist(raw.res.resExist.ulPropTag),
                RES_SUBRESTRICTION => Self::Sub {
                    object: raw.res.resSub.ulSubObject,
                    inner: inner(raw.res.resSub.lpRes)?,
                },
                RES_COMMENT => Self::Comment {
                    props: reader.props(raw.res.resComment.lpProp, raw.res.resComment.cValues),
                    inner: inner(raw.res.resComment.lpRes)?,
                },
                RES_COUNT => Self::Count {
                    count: raw.res.resCount.ulCount,
                    inner: inner(raw.res.resCount.lpRes)?,
                },
                _ => return None,
            }
        })
    }

    fn write_one<'a>(
        &'a self,
        arena: &Arena,
        open: &mut Vec<(&'a Self, *mut SRestriction)>,
    ) -> SRestriction {
        let mut below = |inner: &'a [Self]| {
            let places = arena.array::<SRestriction>(inner.len());
            for (index, restriction) in inner.iter().enumerate() {
                open.push((restriction, places.wrapping_add(index)));
            }
            places
        };
        // SAFETY: all members of the union are valid when zero.
        let mut raw: SRestriction = unsafe { std::mem::zeroed() };
        match self {
            Self::And(all) => {
                raw.rt = RES_AND;
                raw.res.resAnd = SAndRestriction {
                    cRes: all.len() as u32,
                    lpRes: below(all),
                };
            }
            Self::Or(any) => {
                raw.rt = RES_OR;
                raw.res.resOr = SOrRestriction {
                    cRes: any.len() as u32,
                    lpRes: below(any),
                };
            }
            Self::Not(inner) => {
                raw.rt = RES_NOT;
                raw.res.resNot = SNotRestriction {
                    ulReserved: 0,
                    lpRes: below(std::slice::from_ref(inner)),
                };
            }
            Self::Content { fuzzy, tag, prop } => {
                raw.rt = RES_CONTENT;
                raw.res.resContent = SContentRestriction {
                    ulFuzzyLevel: *fuzzy,
                    ulPropTag: *tag,
                    lpProp: arena.props(std::slice::from_ref(prop)),
                };
            }
            Self::Property {
                relation,
                tag,
                prop,
            } => {
                raw.rt = RES_PROPERTY;
                raw.res.resProperty = SPropertyRestriction {
                    relop: *relation,
                    ulPropTag: *tag,
                    lpProp: arena.props(std::slice::from_ref(prop)),
                };
            }
            Self::Compare {
                relation,
                left,
                right,
            } => {
                raw.rt = RES_COMPAREPROPS;
                raw.res.resCompareProps = SComparePropsRestriction {
                    relop: *relation,
                    ulPropTag1: *left,
                    ulPropTag2: *right,
                };
            }
            Self::Bits {
                relation,
                tag,
                mask,
            } => {
                raw.rt = RES_BITMASK;
                raw.res.resBitMask = SBitMaskRestriction {
                    relBMR: *relation,
                    ulPropTag: *tag,
                    ulMask: *mask,
                };
            }
            Self::Size {
                relation,
                tag,
                size,
            } => {
                raw.rt = RES_SIZE;
                raw.res.resSize = SSizeRestriction {
                    relop: *relation,
                    ulPropTag: *tag,
                    cb: *size,
                };
            }
            Self::Exist(tag) => {
                raw.rt = RES_EXIST;
                raw.res.resExist = SExistRestriction {
                    ulReserved1: 0,
                    ulPropTag: *tag,
                    ulReserved2: 0,
                };
            }
            Self::Sub { object, inner } => {
                raw.rt = RES_SUBRESTRICTION;
                raw.res.resSub = SSubRestriction {
                    ulSubObject: *object,
                    lpRes: below(std::slice::from_ref(inner)),
                };
            }
            Self::Comment { props, inner } => {
                raw.rt = RES_COMMENT;
                raw.res.resComment = SCommentRestriction {
                    cValues: props.len() as u32,
                    lpRes: below(std::slice::from_ref(inner)),
                    lpProp: arena.props(props),
                };
            }
            Self::Count { count, inner } => {
                raw.rt = RES_COUNT;
                raw.res.resCount = SCountRestriction {
                    ulCount: *count,
                    lpRes: below(std::slice::from_ref(inner)),
                };
            }
        }
        raw
    }
}
