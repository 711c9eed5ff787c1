//! The properties of one object, by id.

use std::collections::BTreeMap;

use super::value::{PropTag, Value, property_type};

/// Outlook writes this property while it browses and reads it back, but a property list that names it makes exports
/// fail: see [`PropertyBag::visible`].
pub const HIDDEN_PROPERTY_ID: u16 = 0x1097;

/// The properties of one object. An id has one value, whose type is the value's own.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PropertyBag {
    values: BTreeMap<u16, Value>,
}

impl PropertyBag {
    /// An empty bag.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// How many properties there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// The value of an id, whatever its type.
    #[must_use]
    pub fn get(&self, id: u16) -> Option<&Value> {
        self.values.get(&id)
    }

    /// The value of the tag's id if its type is the tag's, or if the tag leaves the type open.
    #[must_use]
    pub fn get_typed(&self, tag: impl Into<PropTag>) -> Option<&Value> {
        let tag = tag.into();
        self.get(tag.id()).filter(|value| {
            tag.property_type() == property_type::UNSPECIFIED
                || tag.property_type() == value.property_type()
        })
    }

    /// Puts a value under the tag's id, in place of any other; the type is the value's.
    pub fn set(&mut self, tag: impl Into<PropTag>, value: Value) -> Option<Value> {
        self.values.insert(tag.into().id(), value)
    }

    /// Takes a property out.
    pub fn remove(&mut self, id: u16) -> Option<Value> {
        self.values.remove(&id)
    }

    /// Copies every property of another bag over this one's.
    pub fn extend(&mut self, other: &Self) {
        for (tag, value) in other.iter() {
            self.set(tag, value.clone());
        }
    }

    /// All properties in ascending order of their ids.
    pub fn iter(&self) -> impl Iterator<Item = (PropTag, &Value)> {
        self.values
            .iter()
            .map(|(id, value)| (PropTag::new(*id, value.property_type()), value))
    }

    /// The properties that a property list names: all but [`HIDDEN_PROPERTY_ID`].
    pub fn visible(&self) -> impl Iterator<Item = (PropTag, &Value)> {
        self.iter()
            .filter(|(tag, _)| tag.id() != HIDDEN_PROPERTY_ID)
    }

    /// A `PT_UNICODE` value; a large one that was not read is `None`.
    #[must_use]
    pub fn text(&self, tag: impl Into<PropTag>) -> Option<&str> {
        match self.get(tag.into().id()) {
            Some(Value::Unicode(text)) => Some(text),
            _ => None,
        }
    }

    /// A `PT_LONG` value.
    #[must_use]
    pub fn long(&self, tag: impl Into<PropTag>) -> Option<i32> {
        match self.get(tag.into().id()) {
            Some(Value::Long(number)) => Some(*number),
            _ => None,
        }
    }

    /// A `PT_BOOLEAN` value.
    #[must_use]
    pub fn boolean(&self, tag: impl Into<PropTag>) -> Option<bool> {
        match self.get(tag.into().id()) {
            Some(Value::Boolean(yes)) => Some(*yes),
            _ => None,
        }
    }

    /// A `PT_BINARY` value; a large one that was not read is `None`.
    #[must_use]
    pub fn binary(&self, tag: impl Into<PropTag>) -> Option<&[u8]> {
        match self.get(tag.into().id()) {
            Some(Value::Binary(bytes)) => Some(bytes),
            _ => None,
        }
    }

    /// A `PT_SYSTIME` value: 100 ns since 1601.
    #[must_use]
    pub fn time(&self, tag: impl Into<PropTag>) -> Option<u64> {
        match self.get(tag.into().id()) {
            Some(Value::SysTime(time)) => Some(*time),
            _ => None,
        }
    }
}

impl<T: Into<PropTag>> FromIterator<(T, Value)> for PropertyBag {
    fn from_iter<I: IntoIterator<Item = (T, Value)>>(values: I) -> Self {
        Self {
            values: values
                .into_iter()
                .map(|(tag, value)| (tag.into().id(), value))
                .collect(),
        }
    }
}
