//! Restrictions: `SRestriction` there, `store::Restriction` here. A tree from outside may be hostile: its depth and its
//! size are bounded before anything is built.

use mapi_abi as abi;

use super::arguments;
use super::fault::{Fault, Outcome};
use super::memory::{Allocators, Chain};
use super::strings::Width;
use super::values;
use crate::store::{
    Fuzzy, FuzzyLevel, MAXIMUM_DEPTH, PropTag, Relation, Restriction, SubObject, Value,
};

/// More nodes than this are not evaluated.
const MAXIMUM_NODES: usize = 1 << 16;

/// Reads a restriction that a caller handed in. What cannot be evaluated is `MAPI_E_TOO_COMPLEX`, what is damaged
/// `MAPI_E_INVALID_PARAMETER` \[imapitable-restrict\].
///
/// # Safety
/// `restriction` is a valid restriction, and stays as it is for the call.
pub unsafe fn read(restriction: *const abi::SRestriction) -> Outcome<Restriction> {
    // SAFETY: the caller's promise.
    let restriction = unsafe { Reader { nodes: 0 }.read(restriction, 1)? };
    restriction.validate()?;
    Ok(restriction)
}

/// The same for a table, where the whole condition may be limited to so many rows \[scountrestriction\].
///
/// # Safety
/// `restriction` is a valid restriction, and stays as it is for the call.
pub unsafe fn read_limited(
    restriction: *const abi::SRestriction,
) -> Outcome<(Restriction, Option<usize>)> {
    arguments::require(restriction)?;
    // SAFETY: the caller's promise; the kind says which member was written.
    unsafe {
        if (*restriction).rt != abi::RES_COUNT {
            return Ok((read(restriction)?, None));
        }
        let count = &(*restriction).res.resCount;
        Ok((read(count.lpRes)?, Some(count.ulCount as usize)))
    }
}

/// Builds the structure for a restriction, everything it points to linked to the chain that it is the head of. Strings are
/// of this width \[imapicontainer-getsearchcriteria\].
pub fn write(restriction: &Restriction, memory: Allocators, width: Width) -> Outcome<Chain> {
    let chain = Chain::new(memory, size_of::<abi::SRestriction>())?;
    let built = build(restriction, &chain, width)?;
    // SAFETY: the head was made for one.
    unsafe { chain.head::<abi::SRestriction>().write_unaligned(built) };
    Ok(chain)
}

fn build(restriction: &Restriction, chain: &Chain, width: Width) -> Outcome<abi::SRestriction> {
    let one = |inner: &Restriction| chain.copy(&[build(inner, chain, width)?]);
    let all = |list: &[Restriction]| -> Outcome<(u32, *mut abi::SRestriction)> {
        let built = list
            .iter()
            .map(|inner| build(inner, chain, width))
            .collect::<Outcome<Vec<_>>>()?;
        Ok((built.len() as u32, chain.copy(&built)?))
    };
    // The value has the type of what the tag's cells hold.
    let value = |tag: PropTag, value: &Value| -> Outcome<*mut abi::SPropValue> {
        let single = values::listed_tag(tag.with_type(value.property_type()), width);
        chain.copy(&[values::write(single, value, chain)?])
    };
    let listed = |tag: PropTag| listed(tag, width).0;
    // SAFETY: every member may be zero, and the kind decides which of them is read.
    let mut structure: abi::SRestriction = unsafe { std::mem::zeroed() };
    let res = &mut structure.res;
    structure.rt = match restriction {
        Restriction::And(list) => {
            let (count, first) = all(list)?;
            res.resAnd = abi::SAndRestriction {
                cRes: count,
                lpRes: first,
            };
            abi::RES_AND
        }
        Restriction::Or(list) => {
            let (count, first) = all(list)?;
            res.resOr = abi::SOrRestriction {
                cRes: count,
                lpRes: first,
            };
            abi::RES_OR
        }
        Restriction::Not(inner) => {
            res.resNot = abi::SNotRestriction {
                ulReserved: 0,
                lpRes: one(inner)?,
            };
            abi::RES_NOT
        }
        Restriction::Content {
            fuzzy,
            tag,
            value: wanted,
        } => {
            res.resContent = abi::SContentRestriction {
                ulFuzzyLevel: fuzzy_level(*fuzzy),
                ulPropTag: listed(*tag),
                lpProp: value(*tag, wanted)?,
            };
            abi::RES_CONTENT
        }
        Restriction::Property {
            relation,
            tag,
            value: wanted,
        } => {
            res.resProperty = abi::SPropertyRestriction {
                relop: operator(*relation),
                ulPropTag: listed(*tag),
                lpProp: value(*tag, wanted)?,
            };
            abi::RES_PROPERTY
        }
        Restriction::CompareProperties {
            relation,
            left,
            right,
        } => {
            res.resCompareProps = abi::SComparePropsRestriction {
                relop: operator(*relation),
                ulPropTag1: listed(*left),
                ulPropTag2: listed(*right),
            };
            abi::RES_COMPAREPROPS
        }
        Restriction::BitMask { tag, mask, zero } => {
            res.resBitMask = abi::SBitMaskRestriction {
                relBMR: if *zero { abi::BMR_EQZ } else { abi::BMR_NEZ },
                ulPropTag: listed(*tag),
                ulMask: *mask,
            };
            abi::RES_BITMASK
        }
        Restriction::Size {
            relation,
            tag,
            size,
        } => {
            res.resSize = abi::SSizeRestriction {
                relop: operator(*relation),
                ulPropTag: listed(*tag),
                cb: *size,
            };
            abi::RES_SIZE
        }
        Restriction::Exist(tag) => {
            res.resExist = abi::SExistRestriction {
                ulReserved1: 0,
                ulPropTag: listed(*tag),
                ulReserved2: 0,
            };
            abi::RES_EXIST
        }
        Restriction::Sub {
            object,
            restriction,
        } => {
            res.resSub = abi::SSubRestriction {
                ulSubObject: match object {
                    SubObject::Recipients => abi::PR_MESSAGE_RECIPIENTS,
                    SubObject::Attachments => abi::PR_MESSAGE_ATTACHMENTS,
                },
                lpRes: one(restriction)?,
            };
            abi::RES_SUBRESTRICTION
        }
        Restriction::Comment {
            properties,
            restriction,
        } => {
            let attached = properties
                .iter()
                .map(|(tag, value)| values::write(values::listed_tag(*tag, width), value, chain))
                .collect::<Outcome<Vec<_>>>()?;
            res.resComment = abi::SCommentRestriction {
                cValues: attached.len() as u32,
                lpRes: match restriction {
                    Some(inner) => one(inner)?,
                    None => std::ptr::null_mut(),
                },
                lpProp: chain.copy(&attached)?,
            };
            abi::RES_COMMENT
        }
    };
    Ok(structure)
}

/// The tag as a caller of this width writes it in a restriction; the single values of a property stay such.
fn listed(tag: PropTag, width: Width) -> PropTag {
    let property = values::listed_tag(tag.of_property(), width);
    if tag.is_instance() {
        property.with_type(property.property_type() | values::types::INSTANCE)
    } else {
        property
    }
}

fn operator(relation: Relation) -> u32 {
    match relation {
        Relation::Less => abi::RELOP_LT,
        Relation::LessOrEqual => abi::RELOP_LE,
        Relation::Greater => abi::RELOP_GT,
        Relation::GreaterOrEqual => abi::RELOP_GE,
        Relation::Equal => abi::RELOP_EQ,
        Relation::NotEqual => abi::RELOP_NE,
    }
}

fn fuzzy_level(fuzzy: Fuzzy) -> u32 {
    let level = match fuzzy.level {
        FuzzyLevel::FullString => abi::FL_FULLSTRING,
        FuzzyLevel::SubString => abi::FL_SUBSTRING,
        FuzzyLevel::Prefix => abi::FL_PREFIX,
    };
    [
        (fuzzy.ignore_case, abi::FL_IGNORECASE),
        (fuzzy.ignore_non_space, abi::FL_IGNORENONSPACE),
        (fuzzy.loose, abi::FL_LOOSE),
    ]
    .into_iter()
    .filter(|(is_set, _)| *is_set)
    .fold(level, |level, (_, flag)| level | flag)
}

struct Reader {
    nodes: usize,
}

impl Reader {
    /// # Safety
    /// `restriction` is NULL or valid.
    unsafe fn read(
        &mut self,
        restriction: *const abi::SRestriction,
        depth: usize,
    ) -> Outcome<Restriction> {
        arguments::require(restriction)?;
        self.nodes += 1;
        if depth > MAXIMUM_DEPTH || self.nodes > MAXIMUM_NODES {
            return Err(too_complex());
        }
        // SAFETY: the caller's promise; the kind says which member was written.
        unsafe {
            let res = &(*restriction).res;
            Ok(match (*restriction).rt {
                abi::RES_AND => {
                    Restriction::And(self.read_all(res.resAnd.lpRes, res.resAnd.cRes, depth)?)
                }
                abi::RES_OR => {
                    Restriction::Or(self.read_all(res.resOr.lpRes, res.resOr.cRes, depth)?)
                }
                abi::RES_NOT => Restriction::Not(Box::new(self.read(res.resNot.lpRes, depth + 1)?)),
                abi::RES_CONTENT => {
                    let content = &res.resContent;
                    let (tag, value) = value_for(content.ulPropTag, content.lpProp)?;
                    Restriction::Content {
                        fuzzy: fuzzy(content.ulFuzzyLevel)?,
                        tag,
                        value,
                    }
                }
                abi::RES_PROPERTY => {
                    let property = &res.resProperty;
                    let (tag, value) = value_for(property.ulPropTag, property.lpProp)?;
                    Restriction::Property {
                        relation: relation(property.relop)?,
                        tag,
                        value,
                    }
                }
                abi::RES_COMPAREPROPS => {
                    let compared = &res.resCompareProps;
                    Restriction::CompareProperties {
                        relation: relation(compared.relop)?,
                        left: stored(compared.ulPropTag1),
                        right: stored(compared.ulPropTag2),
                    }
                }
                abi::RES_BITMASK => {
                    let bits = &res.resBitMask;
                    let zero = match bits.relBMR {
                        abi::BMR_EQZ => true,
                        abi::BMR_NEZ => false,
                        _ => return Err(too_complex()),
                    };
                    Restriction::BitMask {
                        tag: stored(bits.ulPropTag),
                        mask: bits.ulMask,
                        zero,
                    }
                }
                abi::RES_SIZE => {
                    let size = &res.resSize;
                    Restriction::Size {
                        relation: relation(size.relop)?,
                        tag: stored(size.ulPropTag),
                        size: size.cb,
                    }
                }
                abi::RES_EXIST => Restriction::Exist(stored(res.resExist.ulPropTag)),
                abi::RES_SUBRESTRICTION => {
                    let object = match res.resSub.ulSubObject {
                        abi::PR_MESSAGE_RECIPIENTS => SubObject::Recipients,
                        abi::PR_MESSAGE_ATTACHMENTS => SubObject::Attachments,
                        _ => return Err(too_complex()),
                    };
                    let inner = self.read(res.resSub.lpRes, depth + 1)?;
                    Restriction::Sub {
                        object,
                        restriction: Box::new(inner),
                    }
                }
                abi::RES_COMMENT => {
                    let comment = &res.resComment;
                    let inner = if comment.lpRes.is_null() {
                        None
                    } else {
                        Some(Box::new(self.read(comment.lpRes, depth + 1)?))
                    };
                    let properties = values::read_all(comment.lpProp, comment.cValues)?;
                    Restriction::Comment {
                        properties,
                        restriction: inner,
                    }
                }
                // RES_COUNT, RES_ANNOTATION and whatever the future brings [scountrestriction].
                _ => return Err(too_complex()),
            })
        }
    }

    /// # Safety
    /// `first` is NULL or points to `count` valid restrictions.
    unsafe fn read_all(
        &mut self,
        first: *const abi::SRestriction,
        count: u32,
        depth: usize,
    ) -> Outcome<Vec<Restriction>> {
        // SAFETY: the caller's promise.
        unsafe {
            arguments::array(first, count)?
                .iter()
                .map(|inner| self.read(inner, depth + 1))
                .collect()
        }
    }
}

/// The value that a property is compared with. Whether its type fits is for the store to say.
///
/// # Safety
/// `value` is NULL or a valid value.
unsafe fn value_for(tag: u32, value: *const abi::SPropValue) -> Outcome<(PropTag, Value)> {
    arguments::require(value)?;
    // SAFETY: the caller's promise.
    let read = unsafe { values::read(&value.read_unaligned()) };
    match read {
        Ok((_, value)) => Ok((stored(tag), value)),
        Err(fault) if fault.code() == abi::MAPI_E_INVALID_TYPE => Err(too_complex()),
        Err(fault) => Err(fault),
    }
}

fn stored(tag: u32) -> PropTag {
    values::stored_tag(PropTag(tag))
}

fn relation(relop: u32) -> Outcome<Relation> {
    Ok(match relop {
        abi::RELOP_LT => Relation::Less,
        abi::RELOP_LE => Relation::LessOrEqual,
        abi::RELOP_GT => Relation::Greater,
        abi::RELOP_GE => Relation::GreaterOrEqual,
        abi::RELOP_EQ => Relation::Equal,
        abi::RELOP_NE => Relation::NotEqual,
        _ => return Err(too_complex()),
    })
}

/// The lower half says which part must match, the upper half how strictly; unknown bits there are no error
/// \[scontentrestriction\].
fn fuzzy(level: u32) -> Outcome<Fuzzy> {
    Ok(Fuzzy {
        level: match level & 0xFFFF {
            abi::FL_FULLSTRING => FuzzyLevel::FullString,
            abi::FL_SUBSTRING => FuzzyLevel::SubString,
            abi::FL_PREFIX => FuzzyLevel::Prefix,
            _ => return Err(too_complex()),
        },
        ignore_case: level & abi::FL_IGNORECASE != 0,
        ignore_non_space: level & abi::FL_IGNORENONSPACE != 0,
        loose: level & abi::FL_LOOSE != 0,
    })
}

fn too_complex() -> Fault {
    Fault::new(abi::MAPI_E_TOO_COMPLEX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn not(inner: *mut abi::SRestriction) -> abi::SRestriction {
        abi::SRestriction {
            rt: abi::RES_NOT,
            res: abi::SRestrictionUnion {
                resNot: abi::SNotRestriction {
                    ulReserved: 0,
                    lpRes: inner,
                },
            },
        }
    }

    fn exist(tag: u32) -> abi::SRestriction {
        let condition = abi::SExistRestriction {
            ulReserved1: 0,
            ulPropTag: tag,
            ulReserved2: 0,
        };
        abi::SRestriction {
            rt: abi::RES_EXIST,
            res: abi::SRestrictionUnion {
                resExist: condition,
            },
        }
    }

    /// What the reader alone makes of a restriction.
    fn read_only(restriction: &abi::SRestriction) -> Outcome<Restriction> {
        // SAFETY: the tests make valid restrictions.
        unsafe { Reader { nodes: 0 }.read(restriction, 1) }
    }

    #[test]
    fn a_tree_of_ten_thousand_levels_is_too_complex() {
        let mut nodes = vec![exist(abi::PR_SUBJECT)];
        nodes.reserve_exact(10_000);
        for index in 0..10_000 {
            let inner = &raw mut nodes[index];
            nodes.push(not(inner));
        }
        let fault = read_only(nodes.last().unwrap()).unwrap_err();
        assert_eq!(fault.code(), abi::MAPI_E_TOO_COMPLEX);
    }

    #[test]
    fn a_tree_that_is_too_large_is_too_complex() {
        let mut leaves = vec![exist(abi::PR_SUBJECT); MAXIMUM_NODES];
        let all = abi::SAndRestriction {
            cRes: leaves.len() as u32,
            lpRes: leaves.as_mut_ptr(),
        };
        let all = abi::SRestriction {
            rt: abi::RES_AND,
            res: abi::SRestrictionUnion { resAnd: all },
        };
        assert_eq!(read_only(&all).unwrap_err().code(), abi::MAPI_E_TOO_COMPLEX);
    }

    #[test]
    fn a_narrow_property_is_compared_as_the_stored_one() {
        let mut text = *b"Re:\0";
        let mut value = abi::SPropValue {
            ulPropTag: 0x0037_001E,
            ..abi::SPropValue::ZERO
        };
        value.Value.lpszA = text.as_mut_ptr();
        let content = abi::SContentRestriction {
            ulFuzzyLevel: abi::FL_PREFIX | abi::FL_IGNORECASE | 0x0010_0000,
            ulPropTag: 0x0037_001E,
            lpProp: &mut value,
        };
        let content = abi::SRestriction {
            rt: abi::RES_CONTENT,
            res: abi::SRestrictionUnion {
                resContent: content,
            },
        };
        let expected = Restriction::Content {
            fuzzy: Fuzzy {
                level: FuzzyLevel::Prefix,
                ignore_case: true,
                ignore_non_space: false,
                loose: false,
            },
            tag: PropTag(abi::PR_SUBJECT),
            value: Value::Unicode("Re:".to_owned()),
        };
        assert_eq!(read_only(&content).unwrap(), expected);
    }

    #[test]
    fn kinds_that_are_not_evaluated_are_too_complex_and_null_is_invalid() {
        for kind in [abi::RES_COUNT, abi::RES_ANNOTATION, 77] {
            let restriction = abi::SRestriction {
                rt: kind,
                ..not(std::ptr::null_mut())
            };
            assert_eq!(
                read_only(&restriction).unwrap_err().code(),
                abi::MAPI_E_TOO_COMPLEX
            );
        }
        let broken = not(std::ptr::null_mut());
        assert_eq!(
            read_only(&broken).unwrap_err().code(),
            abi::MAPI_E_INVALID_PARAMETER
        );
    }
}
