//! Reading messages, and the bytes of their recipients and attachments.

use std::sync::LazyLock;

use rusqlite::{OptionalExtension, params};

use super::{Attachment, KnownSubject, MAXIMUM_EMBEDDING, Message, MessageState, Recipient};
use crate::store::Session;
use crate::store::bag::PropertyBag;
use crate::store::codec::{self, Reader, damaged, put_block, put_number};
use crate::store::error::StoreError;
use crate::store::folder::folder_row;
use crate::store::hot::{self, HOT};
use crate::store::identity::ObjectKey;

static SELECT: LazyLock<String> = LazyLock::new(|| {
    let columns: Vec<_> = HOT
        .iter()
        .map(|hot| format!("message.{}", hot.column))
        .collect();
    format!(
        "SELECT folder.key, message.associated, message.version, message.flags, message.status, message.size,
             message.properties, part.recipients, part.attachments, {}
         FROM message JOIN folder ON folder.id = message.folder JOIN message_part AS part ON part.message = message.id
         WHERE message.key = ?1",
        columns.join(", ")
    )
});

/// Columns before the hot ones.
const FIRST_HOT: usize = 9;

pub(super) fn message(session: &Session<'_>, message: ObjectKey) -> Result<Message, StoreError> {
    let store = &session.inner.uid;
    let mut statement = session.connection.prepare_cached(&SELECT)?;
    let mut rows = statement.query([message])?;
    let row = rows.next()?.ok_or(StoreError::NotFound)?;
    let blob = |index: usize| row.get_ref(index)?.as_blob().map_err(rusqlite::Error::from);
    let mut properties = codec::decode(blob(6)?, store)?;
    for (index, hot) in HOT.iter().enumerate() {
        if let Some(value) = hot::read(hot, row, FIRST_HOT + index)? {
            properties.set(hot.tag, value);
        }
    }
    let mut message = Message {
        key: Some(message),
        folder: row.get(0)?,
        associated: row.get(1)?,
        properties,
        recipients: decode_recipients(blob(7)?, store)?,
        attachments: decode_attachments(blob(8)?, store, 0)?,
        status: row.get(4)?,
        version: row.get(2)?,
        size: row.get::<_, i64>(5)?.max(0) as u64,
        known_subject: KnownSubject::default(),
    };
    message.set_flags(row.get(3)?);
    message.know_subject();
    Ok(message)
}

pub(super) fn folder_of_message(
    session: &Session<'_>,
    message: ObjectKey,
) -> Result<ObjectKey, StoreError> {
    let mut statement = session.connection.prepare_cached(
        "SELECT folder.key FROM message JOIN folder ON folder.id = message.folder WHERE message.key = ?1",
    )?;
    Ok(statement.query_row([message], |row| row.get(0))?)
}

pub(super) fn messages_in(
    session: &Session<'_>,
    folder: ObjectKey,
    associated: bool,
) -> Result<Vec<ObjectKey>, StoreError> {
    let row = folder_row(session, folder)?;
    let mut statement = session.connection.prepare_cached(
        "SELECT key FROM message WHERE folder = ?1 AND associated = ?2 ORDER BY id",
    )?;
    let keys = statement.query_map(params![row, associated], |row| row.get(0))?;
    Ok(keys.collect::<Result<_, _>>()?)
}

/// `PR_MESSAGE_FLAGS` as stored.
pub(in crate::store) fn flags_of(
    session: &Session<'_>,
    message: ObjectKey,
) -> Result<u32, StoreError> {
    let mut statement = session
        .connection
        .prepare_cached("SELECT flags FROM message WHERE key = ?1")?;
    Ok(statement.query_row([message], |row| row.get(0))?)
}

pub(super) fn message_state(
    session: &Session<'_>,
    message: ObjectKey,
) -> Result<Option<MessageState>, StoreError> {
    let mut statement = session.connection.prepare_cached(
        "SELECT message.flags, message.status, folder.key, outgoing.flags
         FROM message JOIN folder ON folder.id = message.folder LEFT JOIN outgoing ON outgoing.message = message.id
         WHERE message.key = ?1",
    )?;
    let state = statement.query_row([message], |row| {
        Ok(MessageState {
            flags: row.get(0)?,
            status: row.get(1)?,
            folder: row.get(2)?,
            submit_flags: row.get(3)?,
        })
    });
    Ok(state.optional()?)
}

/// The properties of the recipients or attachments of a message, for sub-restrictions.
pub(in crate::store) fn parts_of(
    session: &Session<'_>,
    message_row: i64,
    attachments: bool,
) -> Result<Vec<PropertyBag>, StoreError> {
    let store = &session.inner.uid;
    let mut statement = session
        .connection
        .prepare_cached("SELECT recipients, attachments FROM message_part WHERE message = ?1")?;
    let mut rows = statement.query([message_row])?;
    let row = rows.next()?.ok_or(StoreError::NotFound)?;
    let blob = |index: usize| row.get_ref(index)?.as_blob().map_err(rusqlite::Error::from);
    Ok(if attachments {
        let attachments = decode_attachments(blob(1)?, store, 0)?;
        attachments
            .iter()
            .map(|attachment| attachment.own_properties(session.inner))
            .collect()
    } else {
        decode_recipients(blob(0)?, store)?
            .iter()
            .map(Recipient::all_properties)
            .collect()
    })
}

/// Recipients as bytes: row id and properties of each.
pub(super) fn encode_recipients(recipients: &[Recipient]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for recipient in recipients {
        put_number(&mut bytes, u64::from(recipient.row_id));
        put_block(&mut bytes, &codec::encode(&recipient.properties));
    }
    bytes
}

fn decode_recipients(bytes: &[u8], store: &[u8; 16]) -> Result<Vec<Recipient>, StoreError> {
    let mut reader = Reader::new(bytes);
    let mut recipients = Vec::new();
    while !reader.is_at_end() {
        let row_id = u32::try_from(reader.number()?).map_err(|_| damaged())?;
        recipients.push(Recipient {
            row_id,
            properties: codec::decode(reader.block()?, store)?,
        });
    }
    Ok(recipients)
}

/// Attachments as bytes: number, key and properties of each, then the embedded message or nothing.
pub(super) fn encode_attachments(attachments: &[Attachment]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for attachment in attachments {
        put_number(&mut bytes, u64::from(attachment.number));
        bytes.extend_from_slice(attachment.key.as_bytes());
        put_block(&mut bytes, &codec::encode(&attachment.properties));
        match &attachment.embedded {
            None => put_block(&mut bytes, &[]),
            Some(message) => {
                let mut embedded = Vec::new();
                put_number(&mut embedded, message.size);
                put_block(&mut embedded, &codec::encode(&message.properties));
                put_block(&mut embedded, &encode_recipients(&message.recipients));
                put_block(&mut embedded, &encode_attachments(&message.attachments));
                put_block(&mut bytes, &embedded);
            }
        }
    }
    bytes
}

fn decode_attachments(
    bytes: &[u8],
    store: &[u8; 16],
    depth: usize,
) -> Result<Vec<Attachment>, StoreError> {
    if depth > MAXIMUM_EMBEDDING {
        return Err(damaged());
    }
    let mut reader = Reader::new(bytes);
    let mut attachments = Vec::new();
    while !reader.is_at_end() {
        let number = u32::try_from(reader.number()?).map_err(|_| damaged())?;
        let key = ObjectKey(reader.array()?);
        let properties = codec::decode(reader.block()?, store)?;
        let embedded = match reader.block()? {
            [] => None,
            embedded => {
                let mut reader = Reader::new(embedded);
                let mut message = Message::new_embedded();
                message.size = reader.number()?;
                message.properties = codec::decode(reader.block()?, store)?;
                message.recipients = decode_recipients(reader.block()?, store)?;
                message.attachments = decode_attachments(reader.block()?, store, depth + 1)?;
                message.know_subject();
                Some(Box::new(message))
            }
        };
        attachments.push(Attachment {
            number,
            key,
            properties,
            embedded,
        });
    }
    Ok(attachments)
}
