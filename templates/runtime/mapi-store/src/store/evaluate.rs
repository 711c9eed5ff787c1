//! Whether an object meets a restriction.

use std::borrow::Cow;
use std::cmp::Ordering;

use super::bag::PropertyBag;
use super::compare::{self, elements};
use super::error::StoreError;
use super::restriction::{Fuzzy, FuzzyLevel, Relation, Restriction, SubObject};
use super::text;
use super::value::{LargeValue, PropTag, Value, property_type as code};

/// An object to be judged.
pub(super) trait Subject {
    /// The value of a property, if it has one of the tag's type.
    fn value(&self, tag: PropTag) -> Result<Option<Cow<'_, Value>>, StoreError>;

    /// The whole of a value that was not read.
    fn whole(&self, large: &LargeValue) -> Result<Value, StoreError>;

    /// The properties of its recipients or attachments.
    fn parts(&self, object: SubObject) -> Result<Vec<PropertyBag>, StoreError>;
}

/// Whether an object meets a restriction that was validated.
pub(super) fn matches(
    restriction: &Restriction,
    subject: &dyn Subject,
) -> Result<bool, StoreError> {
    Ok(match restriction {
        Restriction::And(list) => {
            for restriction in list {
                if !matches(restriction, subject)? {
                    return Ok(false);
                }
            }
            true
        }
        Restriction::Or(list) => {
            for restriction in list {
                if matches(restriction, subject)? {
                    return Ok(true);
                }
            }
            false
        }
        Restriction::Not(restriction) => !matches(restriction, subject)?,
        Restriction::Comment { restriction, .. } => match restriction {
            Some(restriction) => matches(restriction, subject)?,
            None => true,
        },
        Restriction::Property {
            relation,
            tag,
            value,
        } => any(subject, *tag, |own| {
            compare::compare(own, value).is_some_and(|order| holds(*relation, order))
        })?,
        Restriction::Content { fuzzy, tag, value } => {
            any(subject, *tag, |own| contains(*fuzzy, own, value))?
        }
        Restriction::CompareProperties {
            relation,
            left,
            right,
        } => match (whole_value(subject, *left)?, whole_value(subject, *right)?) {
            (Some(left), Some(right)) => {
                compare::compare(&left, &right).is_some_and(|order| holds(*relation, order))
            }
            _ => false,
        },
        Restriction::BitMask { tag, mask, zero } => any(
            subject,
            *tag,
            |own| matches!(own, Value::Long(number) if (*number as u32 & mask == 0) == *zero),
        )?,
        Restriction::Size {
            relation,
            tag,
            size,
        } => {
            let fits = |value: &Value| holds(*relation, value.size().cmp(&u64::from(*size)));
            match subject.value(tag.of_property())? {
                Some(value) if tag.is_instance() => elements(&value).iter().any(fits),
                Some(value) => fits(&value),
                None => false,
            }
        }
        Restriction::Exist(tag) => subject.value(tag.of_property())?.is_some(),
        Restriction::Sub {
            object,
            restriction,
        } => {
            for part in subject.parts(*object)? {
                if matches(
                    restriction,
                    &Part {
                        properties: &part,
                        whole: subject,
                    },
                )? {
                    return Ok(true);
                }
            }
            false
        }
    })
}

/// A recipient or attachment.
struct Part<'a> {
    properties: &'a PropertyBag,
    whole: &'a dyn Subject,
}

impl Subject for Part<'_> {
    fn value(&self, tag: PropTag) -> Result<Option<Cow<'_, Value>>, StoreError> {
        Ok(self.properties.get_typed(tag).map(Cow::Borrowed))
    }

    fn whole(&self, large: &LargeValue) -> Result<Value, StoreError> {
        self.whole.whole(large)
    }

    fn parts(&self, _: SubObject) -> Result<Vec<PropertyBag>, StoreError> {
        Ok(Vec::new())
    }
}

/// Whether the value of a property, or any element of a multi-valued one, passes a test.
fn any(
    subject: &dyn Subject,
    tag: PropTag,
    test: impl Fn(&Value) -> bool,
) -> Result<bool, StoreError> {
    let tag = tag.of_property();
    let Some(value) = whole_value(subject, tag)? else {
        return Ok(false);
    };
    Ok(if tag.property_type() & code::MULTI_VALUED != 0 {
        elements(&value).iter().any(test)
    } else {
        test(&value)
    })
}

fn whole_value(subject: &dyn Subject, tag: PropTag) -> Result<Option<Cow<'_, Value>>, StoreError> {
    match subject.value(tag)? {
        Some(value) => match value.as_ref() {
            Value::Large(large) => subject.whole(large).map(|value| Some(Cow::Owned(value))),
            _ => Ok(Some(value)),
        },
        None => Ok(None),
    }
}

fn holds(relation: Relation, order: Ordering) -> bool {
    match relation {
        Relation::Less => order.is_lt(),
        Relation::LessOrEqual => order.is_le(),
        Relation::Greater => order.is_gt(),
        Relation::GreaterOrEqual => order.is_ge(),
        Relation::Equal => order.is_eq(),
        Relation::NotEqual => order.is_ne(),
    }
}

fn contains(fuzzy: Fuzzy, own: &Value, wanted: &Value) -> bool {
    match (own, wanted) {
        (Value::Unicode(own), Value::Unicode(wanted)) => {
            let (own, wanted) = (fuzzy_form(fuzzy, own), fuzzy_form(fuzzy, wanted));
            match fuzzy.level {
                FuzzyLevel::FullString => own == wanted,
                FuzzyLevel::SubString => own.contains(wanted.as_ref()),
                FuzzyLevel::Prefix => own.starts_with(wanted.as_ref()),
            }
        }
        (Value::Binary(own), Value::Binary(wanted)) => match fuzzy.level {
            FuzzyLevel::FullString => own == wanted,
            FuzzyLevel::SubString => {
                wanted.is_empty()
                    || own
                        .windows(wanted.len())
                        .any(|window| window == wanted.as_slice())
            }
            FuzzyLevel::Prefix => own.starts_with(wanted),
        },
        _ => false,
    }
}

/// The text without the differences that do not count.
fn fuzzy_form(fuzzy: Fuzzy, value: &str) -> Cow<'_, str> {
    let mut form = Cow::Borrowed(value);
    if fuzzy.ignore_case || fuzzy.loose {
        form = Cow::Owned(text::lower(&form));
    }
    if fuzzy.ignore_non_space || fuzzy.loose {
        form = Cow::Owned(text::strip_accents(&form));
    }
    form
}
