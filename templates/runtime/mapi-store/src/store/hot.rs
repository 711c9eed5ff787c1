//! The properties of messages that are columns.
//!
//! A column holds a property whose type is the usual one. A client may give the same id another type; then the property
//! is in the bag like any other, the column is NULL, and `spilled` says so.

use std::sync::LazyLock;

use mapi_abi::{
    PR_CLIENT_SUBMIT_TIME, PR_CONVERSATION_INDEX, PR_CONVERSATION_TOPIC, PR_CREATION_TIME,
    PR_DISPLAY_CC, PR_DISPLAY_TO, PR_FLAG_STATUS, PR_ICON_INDEX, PR_IMPORTANCE,
    PR_LAST_MODIFICATION_TIME, PR_MESSAGE_CLASS, PR_MESSAGE_DELIVERY_TIME, PR_MESSAGE_SIZE,
    PR_NORMALIZED_SUBJECT, PR_PRIORITY, PR_SENDER_NAME, PR_SENSITIVITY, PR_SENT_REPRESENTING_NAME,
    PR_SUBJECT, PR_SUBJECT_PREFIX,
};
use rusqlite::Row;
use rusqlite::types::Value as Sql;

use super::bag::PropertyBag;
use super::error::StoreError;
use super::text;
use super::value::{PropTag, Value, property_type as code};

/// A property that is a column.
pub(super) struct Hot {
    /// Its tag.
    pub tag: PropTag,
    /// The column.
    pub column: &'static str,
    /// The column by which the file sorts, if it can.
    pub order: Option<&'static str>,
    /// Whether there is an index on that order within each folder.
    pub indexed: bool,
}

const fn plain(tag: u32, column: &'static str) -> Hot {
    Hot {
        tag: PropTag(tag),
        column,
        order: None,
        indexed: false,
    }
}

const fn sorted(tag: u32, column: &'static str) -> Hot {
    Hot {
        tag: PropTag(tag),
        column,
        order: Some(column),
        indexed: false,
    }
}

const fn indexed(tag: u32, column: &'static str, order: &'static str) -> Hot {
    Hot {
        tag: PropTag(tag),
        column,
        order: Some(order),
        indexed: true,
    }
}

/// All of them.
pub(super) static HOT: [Hot; 19] = [
    plain(PR_MESSAGE_CLASS, "class"),
    sorted(PR_IMPORTANCE, "importance"),
    sorted(PR_PRIORITY, "priority"),
    sorted(PR_SENSITIVITY, "sensitivity"),
    sorted(PR_ICON_INDEX, "icon"),
    sorted(PR_FLAG_STATUS, "flag_status"),
    indexed(PR_MESSAGE_DELIVERY_TIME, "delivered", "delivered"),
    indexed(PR_CLIENT_SUBMIT_TIME, "submitted", "submitted"),
    sorted(PR_CREATION_TIME, "created"),
    indexed(PR_LAST_MODIFICATION_TIME, "modified", "modified"),
    indexed(PR_SUBJECT, "subject", "subject_key"),
    plain(PR_SUBJECT_PREFIX, "subject_prefix"),
    indexed(
        PR_NORMALIZED_SUBJECT,
        "normalized_subject",
        "normalized_subject_key",
    ),
    plain(PR_CONVERSATION_TOPIC, "topic"),
    plain(PR_CONVERSATION_INDEX, "conversation_index"),
    indexed(PR_SENDER_NAME, "sender", "sender_key"),
    indexed(PR_SENT_REPRESENTING_NAME, "represented", "represented_key"),
    indexed(PR_DISPLAY_TO, "display_to", "display_to_key"),
    plain(PR_DISPLAY_CC, "display_cc"),
];

/// The size is a column too, but never in a bag.
pub(super) static SIZE: Hot = indexed(PR_MESSAGE_SIZE, "size", "size");

/// The columns in the order of [`HOT`], then the sort keys of texts.
pub(super) static COLUMNS: LazyLock<Vec<&'static str>> = LazyLock::new(|| {
    let keys = HOT
        .iter()
        .filter_map(|hot| hot.order.filter(|order| *order != hot.column));
    HOT.iter().map(|hot| hot.column).chain(keys).collect()
});

/// The column of a property id.
pub(super) fn find(id: u16) -> Option<&'static Hot> {
    HOT.iter().find(|hot| hot.tag.id() == id)
}

/// Takes the hot properties out of a bag: values for [`COLUMNS`], and whether one had to stay in the bag.
pub(super) fn split(bag: &mut PropertyBag) -> (Vec<Sql>, bool) {
    let mut values = Vec::with_capacity(COLUMNS.len());
    let mut keys = Vec::new();
    let mut spilled = false;
    for hot in &HOT {
        let typed = bag.get_typed(hot.tag).and_then(to_sql);
        if hot.order.is_some_and(|order| order != hot.column) {
            keys.push(match bag.get_typed(hot.tag) {
                Some(Value::Unicode(value)) => Sql::Text(text::sort_key(value)),
                Some(Value::Large(large)) => match large.prefix() {
                    Value::Unicode(beginning) => Sql::Text(text::sort_key_of_beginning(&beginning)),
                    _ => Sql::Null,
                },
                _ => Sql::Null,
            });
        }
        if typed.is_some() {
            bag.remove(hot.tag.id());
        } else {
            spilled |= bag.get(hot.tag.id()).is_some();
        }
        values.push(typed.unwrap_or(Sql::Null));
    }
    values.append(&mut keys);
    (values, spilled)
}

/// The value of a hot property in a row that has its column at an index.
pub(super) fn read(hot: &Hot, row: &Row<'_>, index: usize) -> Result<Option<Value>, StoreError> {
    Ok(match hot.tag.property_type() {
        code::LONG => row
            .get::<_, Option<i64>>(index)?
            .map(|number| Value::Long(clamp(number))),
        code::SYS_TIME => row
            .get::<_, Option<i64>>(index)?
            .map(|time| Value::SysTime(time as u64)),
        code::UNICODE => row.get::<_, Option<String>>(index)?.map(Value::Unicode),
        code::BINARY => row.get::<_, Option<Vec<u8>>>(index)?.map(Value::Binary),
        _ => None,
    })
}

/// A count or size as a `PT_LONG`.
pub(super) fn clamp(number: i64) -> i32 {
    i32::try_from(number).unwrap_or(if number < 0 { i32::MIN } else { i32::MAX })
}

/// A size in bytes as a `PT_LONG`.
pub(super) fn size_as_long(size: u64) -> i32 {
    i32::try_from(size).unwrap_or(i32::MAX)
}

fn to_sql(value: &Value) -> Option<Sql> {
    Some(match value {
        Value::Long(number) => Sql::Integer(i64::from(*number)),
        Value::SysTime(time) => Sql::Integer(*time as i64),
        Value::Unicode(text) => Sql::Text(text.clone()),
        Value::Binary(bytes) => Sql::Blob(bytes.clone()),
        _ => return None,
    })
}
