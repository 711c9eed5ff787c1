//! Restrictions as bytes, as search folders keep them.
//!
//! A node is its kind and its fields; values are written as the bag of one property that they are. Named properties keep
//! their ids for the life of the file, so tags need no translation.

use crate::store::bag::PropertyBag;
use crate::store::codec::{self, Reader, damaged, put_block, put_number};
use crate::store::error::StoreError;
use crate::store::restriction::{
    Fuzzy, FuzzyLevel, MAXIMUM_DEPTH, Relation, Restriction, SubObject,
};
use crate::store::value::{PropTag, Value};

mod kind {
    pub const AND: u64 = 0;
    pub const OR: u64 = 1;
    pub const NOT: u64 = 2;
    pub const CONTENT: u64 = 3;
    pub const PROPERTY: u64 = 4;
    pub const COMPARE: u64 = 5;
    pub const BIT_MASK: u64 = 6;
    pub const SIZE: u64 = 7;
    pub const EXIST: u64 = 8;
    pub const SUB: u64 = 9;
    pub const COMMENT: u64 = 10;
}

const RELATIONS: [Relation; 6] = [
    Relation::Less,
    Relation::LessOrEqual,
    Relation::Greater,
    Relation::GreaterOrEqual,
    Relation::Equal,
    Relation::NotEqual,
];

const LEVELS: [FuzzyLevel; 3] = [
    FuzzyLevel::FullString,
    FuzzyLevel::SubString,
    FuzzyLevel::Prefix,
];

/// The restriction as bytes. It was validated, so it is not too deep.
pub(super) fn encode(restriction: &Restriction) -> Vec<u8> {
    let mut bytes = Vec::new();
    put(&mut bytes, restriction);
    bytes
}

/// The restriction that was encoded; `store` is the UID of the store.
pub(super) fn decode(bytes: &[u8], store: &[u8; 16]) -> Result<Restriction, StoreError> {
    let mut reader = Reader::new(bytes);
    let restriction = take(&mut reader, store, 1)?;
    if reader.is_at_end() {
        Ok(restriction)
    } else {
        Err(damaged())
    }
}

fn put(bytes: &mut Vec<u8>, restriction: &Restriction) {
    match restriction {
        Restriction::And(list) => put_list(bytes, kind::AND, list),
        Restriction::Or(list) => put_list(bytes, kind::OR, list),
        Restriction::Not(inner) => {
            put_number(bytes, kind::NOT);
            put(bytes, inner);
        }
        Restriction::Content { fuzzy, tag, value } => {
            put_number(bytes, kind::CONTENT);
            put_index(bytes, &LEVELS, fuzzy.level);
            for flag in [fuzzy.ignore_case, fuzzy.ignore_non_space, fuzzy.loose] {
                put_number(bytes, u64::from(flag));
            }
            put_value(bytes, *tag, value);
        }
        Restriction::Property {
            relation,
            tag,
            value,
        } => {
            put_number(bytes, kind::PROPERTY);
            put_index(bytes, &RELATIONS, *relation);
            put_value(bytes, *tag, value);
        }
        Restriction::CompareProperties {
            relation,
            left,
            right,
        } => {
            put_number(bytes, kind::COMPARE);
            put_index(bytes, &RELATIONS, *relation);
            put_number(bytes, u64::from(left.0));
            put_number(bytes, u64::from(right.0));
        }
        Restriction::BitMask { tag, mask, zero } => {
            put_number(bytes, kind::BIT_MASK);
            put_number(bytes, u64::from(tag.0));
            put_number(bytes, u64::from(*mask));
            put_number(bytes, u64::from(*zero));
        }
        Restriction::Size {
            relation,
            tag,
            size,
        } => {
            put_number(bytes, kind::SIZE);
            put_index(bytes, &RELATIONS, *relation);
            put_number(bytes, u64::from(tag.0));
            put_number(bytes, u64::from(*size));
        }
        Restriction::Exist(tag) => {
            put_number(bytes, kind::EXIST);
            put_number(bytes, u64::from(tag.0));
        }
        Restriction::Sub {
            object,
            restriction,
        } => {
            put_number(bytes, kind::SUB);
            put_number(bytes, u64::from(*object == SubObject::Attachments));
            put(bytes, restriction);
        }
        Restriction::Comment {
            properties,
            restriction,
        } => {
            put_number(bytes, kind::COMMENT);
            put_number(bytes, properties.len() as u64);
            for (tag, value) in properties {
                put_value(bytes, *tag, value);
            }
            put_number(bytes, u64::from(restriction.is_some()));
            if let Some(inner) = restriction {
                put(bytes, inner);
            }
        }
    }
}

fn put_list(bytes: &mut Vec<u8>, kind: u64, list: &[Restriction]) {
    put_number(bytes, kind);
    put_number(bytes, list.len() as u64);
    for inner in list {
        put(bytes, inner);
    }
}

fn put_index<T: PartialEq>(bytes: &mut Vec<u8>, all: &[T], one: T) {
    let index = all.iter().position(|other| *other == one);
    put_number(bytes, index.unwrap_or_default() as u64);
}

fn put_value(bytes: &mut Vec<u8>, tag: PropTag, value: &Value) {
    let mut bag = PropertyBag::new();
    bag.set(tag, value.clone());
    put_number(bytes, u64::from(tag.0));
    put_block(bytes, &codec::encode(&bag));
}

fn take(
    reader: &mut Reader<'_>,
    store: &[u8; 16],
    depth: usize,
) -> Result<Restriction, StoreError> {
    if depth > MAXIMUM_DEPTH {
        return Err(damaged());
    }
    let kind = reader.number()?;
    Ok(match kind {
        kind::AND => Restriction::And(take_list(reader, store, depth)?),
        kind::OR => Restriction::Or(take_list(reader, store, depth)?),
        kind::NOT => Restriction::Not(take_inner(reader, store, depth)?),
        kind::SUB => {
            let object = match reader.number()? {
                0 => SubObject::Recipients,
                _ => SubObject::Attachments,
            };
            Restriction::Sub {
                object,
                restriction: take_inner(reader, store, depth)?,
            }
        }
        kind::COMMENT => {
            let properties = take_values(reader, store)?;
            let restriction = match reader.number()? {
                0 => None,
                _ => Some(take_inner(reader, store, depth)?),
            };
            Restriction::Comment {
                properties,
                restriction,
            }
        }
        kind => take_leaf(reader, store, kind)?,
    })
}

/// A restriction without others in it. Apart from the rest, whose frames are as many as a restriction is deep.
#[inline(never)]
fn take_leaf(
    reader: &mut Reader<'_>,
    store: &[u8; 16],
    kind: u64,
) -> Result<Restriction, StoreError> {
    Ok(match kind {
        kind::CONTENT => {
            let fuzzy = Fuzzy {
                level: take_one(reader, &LEVELS)?,
                ignore_case: reader.number()? != 0,
                ignore_non_space: reader.number()? != 0,
                loose: reader.number()? != 0,
            };
            let (tag, value) = take_value(reader, store)?;
            Restriction::Content { fuzzy, tag, value }
        }
        kind::PROPERTY => {
            let relation = take_one(reader, &RELATIONS)?;
            let (tag, value) = take_value(reader, store)?;
            Restriction::Property {
                relation,
                tag,
                value,
            }
        }
        kind::COMPARE => Restriction::CompareProperties {
            relation: take_one(reader, &RELATIONS)?,
            left: PropTag(take_u32(reader)?),
            right: PropTag(take_u32(reader)?),
        },
        kind::BIT_MASK => Restriction::BitMask {
            tag: PropTag(take_u32(reader)?),
            mask: take_u32(reader)?,
            zero: reader.number()? != 0,
        },
        kind::SIZE => Restriction::Size {
            relation: take_one(reader, &RELATIONS)?,
            tag: PropTag(take_u32(reader)?),
            size: take_u32(reader)?,
        },
        kind::EXIST => Restriction::Exist(PropTag(take_u32(reader)?)),
        _ => return Err(damaged()),
    })
}

fn take_inner(
    reader: &mut Reader<'_>,
    store: &[u8; 16],
    depth: usize,
) -> Result<Box<Restriction>, StoreError> {
    Ok(Box::new(take(reader, store, depth + 1)?))
}

fn take_list(
    reader: &mut Reader<'_>,
    store: &[u8; 16],
    depth: usize,
) -> Result<Vec<Restriction>, StoreError> {
    let mut list = Vec::new();
    for _ in 0..reader.number()? {
        list.push(take(reader, store, depth + 1)?);
    }
    Ok(list)
}

fn take_values(
    reader: &mut Reader<'_>,
    store: &[u8; 16],
) -> Result<Vec<(PropTag, Value)>, StoreError> {
    let count = reader.number()?;
    (0..count).map(|_| take_value(reader, store)).collect()
}

fn take_one<T: Copy>(reader: &mut Reader<'_>, all: &[T]) -> Result<T, StoreError> {
    let index = usize::try_from(reader.number()?).map_err(|_| damaged())?;
    all.get(index).copied().ok_or_else(damaged)
}

fn take_u32(reader: &mut Reader<'_>) -> Result<u32, StoreError> {
    u32::try_from(reader.number()?).map_err(|_| damaged())
}

fn take_value(reader: &mut Reader<'_>, store: &[u8; 16]) -> Result<(PropTag, Value), StoreError> {
    let tag = PropTag(take_u32(reader)?);
    let mut bag = codec::decode(reader.block()?, store)?;
    let value = bag.remove(tag.id()).ok_or_else(damaged)?;
    Ok((tag, value))
}

#[cfg(test)]
mod tests {
    use super::*;

    const STORE: [u8; 16] = [7; 16];

    fn everything() -> Restriction {
        let property = |tag: u32, value: Value| Restriction::Property {
            relation: Relation::GreaterOrEqual,
            tag: PropTag(tag),
            value,
        };
        Restriction::And(vec![
            Restriction::Or(vec![
                property(0x0017_0003, Value::Long(-1)),
                property(0x8003_301F, Value::Unicode("named".into())),
                property(0x0E09_0102, Value::Binary(vec![0; 40])),
            ]),
            Restriction::Not(Box::new(Restriction::Content {
                fuzzy: Fuzzy {
                    level: FuzzyLevel::Prefix,
                    ignore_case: true,
                    ignore_non_space: false,
                    loose: true,
                },
                tag: PropTag(0x0037_001F),
                value: Value::Unicode("Grüße".into()),
            })),
            Restriction::CompareProperties {
                relation: Relation::NotEqual,
                left: PropTag(0x0C1A_001F),
                right: PropTag(0x0042_001F),
            },
            Restriction::BitMask {
                tag: PropTag(0x0E07_0003),
                mask: 0x8000_0001,
                zero: true,
            },
            Restriction::Size {
                relation: Relation::Less,
                tag: PropTag(0x1000_001F),
                size: u32::MAX,
            },
            Restriction::Exist(PropTag(0x8005_0003)),
            Restriction::Sub {
                object: SubObject::Attachments,
                restriction: Box::new(Restriction::Or(Vec::new())),
            },
            Restriction::Sub {
                object: SubObject::Recipients,
                restriction: Box::new(Restriction::Comment {
                    properties: vec![
                        (PropTag(0x6000_0003), Value::Long(1)),
                        (PropTag(0x6000_0003), Value::Long(2)),
                    ],
                    restriction: Some(Box::new(Restriction::Comment {
                        properties: Vec::new(),
                        restriction: None,
                    })),
                }),
            },
        ])
    }

    #[test]
    fn every_kind_comes_back() {
        let restriction = everything();
        assert_eq!(decode(&encode(&restriction), &STORE).unwrap(), restriction);
    }

    #[test]
    fn the_deepest_that_is_evaluated_comes_back() {
        let mut deep = Restriction::Exist(PropTag(0x0037_001F));
        for _ in 0..MAXIMUM_DEPTH - 1 {
            deep = Restriction::Not(Box::new(deep));
        }
        assert_eq!(decode(&encode(&deep), &STORE).unwrap(), deep);
    }

    #[test]
    fn damaged_bytes_are_an_error_and_never_a_panic() {
        let bytes = encode(&everything());
        for length in 0..bytes.len() {
            assert!(decode(&bytes[..length], &STORE).is_err(), "{length}");
        }
        for index in 0..bytes.len() {
            for bit in 0..8 {
                let mut damaged = bytes.clone();
                damaged[index] ^= 1 << bit;
                let _ = decode(&damaged, &STORE);
            }
        }
        assert!(decode(&[kind::NOT as u8; 100_000], &STORE).is_err());
        assert!(decode(&[&bytes[..], &[0]].concat(), &STORE).is_err());
    }
}
