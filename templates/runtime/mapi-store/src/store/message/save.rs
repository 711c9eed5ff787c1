//! Saving messages.

use std::sync::LazyLock;

use mapi_abi::{
    MSGFLAG_ASSOCIATED, MSGFLAG_HASATTACH, MSGFLAG_READ, MSGFLAG_SUBMIT, MSGFLAG_UNMODIFIED,
    PR_CONVERSATION_INDEX, PR_CREATION_TIME, PR_LAST_MODIFICATION_TIME, PR_MESSAGE_FLAGS,
};
use rusqlite::types::Value as Sql;
use rusqlite::{OptionalExtension, params, params_from_iter};

use super::load::{encode_attachments, encode_recipients};
use super::{Attachment, MAXIMUM_EMBEDDING, Message, Recipient, SaveMode, SaveOutcome, computed};
use crate::store::bag::PropertyBag;
use crate::store::batch::{Batch, Event, Origin};
use crate::store::changes::ChangeKind;
use crate::store::error::StoreError;
use crate::store::folder::{CountChange, change_counts, folder_key, holding_row};
use crate::store::identity::{ObjectId, ObjectKey};
use crate::store::large::Settler;
use crate::store::sync_log::Edit;
use crate::store::value::Value;
use crate::store::view::runs;
use crate::store::{Session, codec, compare, hot, id, now};

/// The flags that the store derives.
pub(super) const DERIVED: u32 = MSGFLAG_HASATTACH | MSGFLAG_ASSOCIATED;

/// A message as the file has it.
struct Existing {
    row: i64,
    version: i64,
    flags: u32,
    status: u32,
    folder_row: i64,
    associated: bool,
    size: u64,
    created: Option<i64>,
}

pub(super) fn save(
    batch: &mut Batch<'_>,
    message: &Message,
    mode: SaveMode,
) -> Result<(Message, SaveOutcome), StoreError> {
    let existing = match message.key {
        None => None,
        Some(key) => Some(find(&batch.session(), key)?.ok_or(StoreError::Deleted)?),
    };
    let overwritten = match &existing {
        Some(existing) if existing.version != message.version => {
            if !mode.force {
                return Err(StoreError::Changed);
            }
            // What the working copy did not load may be gone with the state that it overwrites.
            message
                .key
                .map(|key| super::message(&batch.session(), key))
                .transpose()?
        }
        _ => None,
    };
    let fallback = overwritten.as_ref().map(|message| &message.properties);
    let (saved, key) = put(batch, message, existing.as_ref(), fallback)?;
    let created = existing.is_none();
    let kind = if created {
        ChangeKind::Created
    } else {
        ChangeKind::Modified
    };
    batch.record(Event {
        parent: Some(saved.folder),
        associated: saved.associated,
        ..Event::new(kind, ObjectId::Message(key))
    })?;
    let edit = if created {
        Edit::Created
    } else {
        Edit::Modified
    };
    batch.log(ObjectId::Message(key), Some(saved.folder), edit)?;
    Ok((saved, SaveOutcome { key, created }))
}

/// Saves a message for the first time and leaves it to the caller to publish that.
pub(super) fn insert_quietly(
    batch: &mut Batch<'_>,
    message: &Message,
) -> Result<ObjectKey, StoreError> {
    let (saved, key) = put(batch, message, None, None)?;
    batch.log(ObjectId::Message(key), Some(saved.folder), Edit::Created)?;
    Ok(key)
}

/// Writes a message; returns it as written.
fn put(
    batch: &mut Batch<'_>,
    message: &Message,
    existing: Option<&Existing>,
    fallback: Option<&PropertyBag>,
) -> Result<(Message, ObjectKey), StoreError> {
    let (row, folder_row) = match existing {
        Some(existing) => (existing.row, existing.folder_row),
        None => (
            next_row(&batch.session())?,
            holding_row(&batch.session(), message.folder)?,
        ),
    };
    let mut settler = Settler::new(batch, row);
    let mut saved = settle(&mut settler, message, fallback, 0)?;
    settler.finish()?;
    saved.folder = folder_key(&batch.session(), folder_row)?;
    if let Some(existing) = existing {
        saved.associated = existing.associated;
        saved.status = existing.status;
    }
    saved.version = existing.map_or(1, |existing| existing.version + 1);
    set_times(&mut saved, existing, batch.origin);
    if existing.is_none() && batch.origin == Origin::Local {
        begin_conversation(&mut saved);
    }
    computed::apply(&mut saved);
    let flags = decide_flags(&saved, existing, batch.origin);
    saved.set_flags(flags);

    let key = message.key.unwrap_or_else(ObjectKey::next);
    saved.key = Some(key);
    write(batch, &saved, key, row, folder_row, existing.is_none())?;
    write_index(batch, &saved.properties, row, folder_row, saved.associated)?;
    change_counts(batch, folder_row, count_change(&saved, existing))?;
    Ok((saved, key))
}

fn find(session: &Session<'_>, key: ObjectKey) -> Result<Option<Existing>, StoreError> {
    let mut statement = session.connection.prepare_cached(
        "SELECT id, version, flags, status, folder, associated, size, created FROM message WHERE key = ?1",
    )?;
    let existing = statement.query_row([key], |row| {
        Ok(Existing {
            row: row.get(0)?,
            version: row.get(1)?,
            flags: row.get(2)?,
            status: row.get(3)?,
            folder_row: row.get(4)?,
            associated: row.get(5)?,
            size: row.get::<_, i64>(6)?.max(0) as u64,
            created: row.get(7)?,
        })
    });
    Ok(existing.optional()?)
}

/// The row that the next new message gets: known beforehand, because its large values are written first.
fn next_row(session: &Session<'_>) -> Result<i64, StoreError> {
    let mut statement = session
        .connection
        .prepare_cached("SELECT seq FROM sqlite_sequence WHERE name = 'message'")?;
    let last: Option<i64> = statement.query_row([], |row| row.get(0)).optional()?;
    Ok(last.unwrap_or_default() + 1)
}

/// A copy of a message whose large values are the store's; values themselves are not copied.
fn settle(
    settler: &mut Settler<'_, '_>,
    message: &Message,
    fallback: Option<&PropertyBag>,
    depth: usize,
) -> Result<Message, StoreError> {
    if depth > MAXIMUM_EMBEDDING {
        return Err(StoreError::TooBig);
    }
    let mut settled = Message {
        key: message.key,
        folder: message.folder,
        associated: message.associated,
        properties: settler.settle(&message.properties, fallback)?,
        recipients: Vec::with_capacity(message.recipients.len()),
        attachments: Vec::with_capacity(message.attachments.len()),
        status: message.status,
        version: message.version,
        size: message.size,
        known_subject: message.known_subject.clone(),
    };
    for recipient in &message.recipients {
        let properties = settler.settle(&recipient.properties, None)?;
        settled.recipients.push(Recipient {
            row_id: recipient.row_id,
            properties,
        });
    }
    for attachment in &message.attachments {
        let embedded = match &attachment.embedded {
            None => None,
            Some(embedded) => Some(Box::new(settle(settler, embedded, None, depth + 1)?)),
        };
        let properties = settler.settle(&attachment.properties, None)?;
        settled.attachments.push(Attachment {
            number: attachment.number,
            key: attachment.key,
            properties,
            embedded,
        });
    }
    Ok(settled)
}

/// Gives a new message that answers none a conversation of its own, as ScCreateConversationIndex would: a reserved byte,
/// five bytes of the time and an id \[tracking-conversations\]. What a client has set stays.
fn begin_conversation(message: &mut Message) {
    if message.associated || message.properties.get(id(PR_CONVERSATION_INDEX)).is_some() {
        return;
    }
    let time = message
        .properties
        .time(PR_CREATION_TIME)
        .unwrap_or_else(now);
    let mut index = vec![1];
    index.extend_from_slice(&time.to_be_bytes()[1..6]);
    index.extend_from_slice(ObjectKey::random().as_bytes());
    message
        .properties
        .set(PR_CONVERSATION_INDEX, Value::Binary(index));
}

fn set_times(message: &mut Message, existing: Option<&Existing>, origin: Origin) {
    let now = now();
    if message.properties.time(PR_CREATION_TIME).is_none() {
        let created = existing
            .and_then(|existing| existing.created)
            .map_or(now, |created| created as u64);
        message
            .properties
            .set(PR_CREATION_TIME, Value::SysTime(created));
    }
    // The engine brings the time of the remote's change along.
    if origin == Origin::Local || message.properties.time(PR_LAST_MODIFICATION_TIME).is_none() {
        message
            .properties
            .set(PR_LAST_MODIFICATION_TIME, Value::SysTime(now));
    }
}

/// `PR_MESSAGE_FLAGS` to save \[pidtagmessageflags-canonical-property\].
fn decide_flags(message: &Message, existing: Option<&Existing>, origin: Origin) -> u32 {
    let wanted = message.flags();
    let mut flags = match existing {
        None => wanted & !MSGFLAG_SUBMIT | MSGFLAG_UNMODIFIED,
        Some(existing) if origin == Origin::Sync => {
            wanted & !MSGFLAG_SUBMIT | existing.flags & MSGFLAG_SUBMIT
        }
        Some(existing) => existing.flags & !MSGFLAG_UNMODIFIED,
    };
    flags &= !DERIVED;
    if message.associated {
        flags = flags & !MSGFLAG_READ | MSGFLAG_ASSOCIATED;
    }
    if computed::has_attachments(message) {
        flags |= MSGFLAG_HASATTACH;
    }
    flags
}

/// Columns that are not hot, in both statements.
const FIRST: &str = "key, folder, associated, version, flags, status, size, spilled, properties";

static INSERT: LazyLock<String> = LazyLock::new(|| {
    let places: Vec<_> = (1..=10 + hot::COLUMNS.len())
        .map(|number| format!("?{number}"))
        .collect();
    format!(
        "INSERT INTO message (id, {FIRST}, {}) VALUES ({})",
        hot::COLUMNS.join(", "),
        places.join(", ")
    )
});

static UPDATE: LazyLock<String> = LazyLock::new(|| {
    let columns = FIRST.split(", ").chain(hot::COLUMNS.iter().copied());
    let sets: Vec<_> = columns
        .enumerate()
        .map(|(index, column)| format!("{column} = ?{}", index + 2))
        .collect();
    format!("UPDATE message SET {} WHERE id = ?1", sets.join(", "))
});

fn write(
    batch: &mut Batch<'_>,
    message: &Message,
    key: ObjectKey,
    row: i64,
    folder_row: i64,
    new: bool,
) -> Result<(), StoreError> {
    let mut rest = message.properties.clone();
    rest.remove(id(PR_MESSAGE_FLAGS));
    let (hot_values, spilled) = hot::split(&mut rest);
    let mut values = vec![
        Sql::Integer(row),
        Sql::Blob(key.0.to_vec()),
        Sql::Integer(folder_row),
        Sql::Integer(i64::from(message.associated)),
        Sql::Integer(message.version),
        Sql::Integer(i64::from(message.flags())),
        Sql::Integer(i64::from(message.status)),
        Sql::Integer(message.size as i64),
        Sql::Integer(i64::from(spilled)),
        Sql::Blob(codec::encode(&rest)),
    ];
    values.extend(hot_values);
    let statement = if new { &INSERT } else { &UPDATE };
    batch
        .connection
        .prepare_cached(statement)?
        .execute(params_from_iter(values))?;
    batch
        .connection
        .prepare_cached(
            "INSERT OR REPLACE INTO message_part (message, recipients, attachments) VALUES (?1, ?2, ?3)",
        )?
        .execute(params![row, encode_recipients(&message.recipients), encode_attachments(&message.attachments)])?;
    Ok(())
}

/// Brings the index of named properties up to date with a message.
fn write_index(
    batch: &mut Batch<'_>,
    properties: &PropertyBag,
    row: i64,
    folder_row: i64,
    associated: bool,
) -> Result<(), StoreError> {
    let indexed = batch.inner.indexed.get().map_or(&[][..], Vec::as_slice);
    if !indexed.is_empty() {
        batch
            .connection
            .prepare_cached("DELETE FROM indexed_value WHERE message = ?1")?
            .execute([row])?;
    }
    for property in indexed {
        let key = properties.get(*property).map(compare::sort_key);
        insert_index(batch, row, *property, folder_row, associated, key)?;
    }
    Ok(())
}

fn insert_index(
    batch: &Batch<'_>,
    row: i64,
    property: u16,
    folder_row: i64,
    associated: bool,
    key: Option<Vec<u8>>,
) -> Result<(), StoreError> {
    batch
        .connection
        .prepare_cached(
            "INSERT INTO indexed_value (message, property, folder, associated, value) VALUES (?1, ?2, ?3, ?4, ?5)",
        )?
        .execute(params![row, property, folder_row, associated, key])?;
    Ok(())
}

/// Enters every message into the index of a property that is indexed from now on.
pub(in crate::store) fn fill_index(batch: &mut Batch<'_>, property: u16) -> Result<(), StoreError> {
    let store = &batch.inner.uid;
    let mut statement = batch
        .connection
        .prepare("SELECT id, folder, associated, properties FROM message")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let bag = row.get_ref(3)?.as_blob().map_err(rusqlite::Error::from)?;
        let key = codec::find(bag, property, store)?
            .as_ref()
            .map(compare::sort_key);
        insert_index(batch, row.get(0)?, property, row.get(1)?, row.get(2)?, key)?;
    }
    runs::begin_property(batch.connection, property)
}

fn count_change(message: &Message, existing: Option<&Existing>) -> CountChange {
    let unread = |flags: u32| i64::from(!message.associated && flags & MSGFLAG_READ == 0);
    let size = message.size as i64;
    match existing {
        None => CountChange {
            content: i64::from(!message.associated),
            unread: unread(message.flags()),
            associated: i64::from(message.associated),
            size,
        },
        Some(existing) => CountChange {
            unread: unread(message.flags()) - unread(existing.flags),
            size: size - existing.size as i64,
            ..CountChange::default()
        },
    }
}
