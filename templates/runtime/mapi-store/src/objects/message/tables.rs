//! The rows of the recipient and the attachment table: always those of the open message as it is now, saved or not.

use std::sync::{Arc, Mutex, PoisonError};

use mapi_abi as abi;

use super::working::OpenMessage;
use crate::store::{
    InstanceKey, MemoryRow, MemoryView, PropTag, PropertyBag, Restriction, Row, RowSource, SortKey,
    Store, StoreError, Value,
};

/// What the tables of a message list.
#[derive(Clone, Copy, Debug)]
enum Kind {
    Recipients,
    Attachments,
}

/// The recipients of a message.
pub(super) fn recipients(message: &Arc<OpenMessage>) -> MessageRows {
    MessageRows::new(message, Kind::Recipients)
}

/// The attachments of a message.
pub(super) fn attachments(message: &Arc<OpenMessage>) -> MessageRows {
    MessageRows::new(message, Kind::Attachments)
}

/// Rows that are made anew whenever the message's revision has moved on.
pub(super) struct MessageRows {
    message: Arc<OpenMessage>,
    kind: Kind,
    order: Vec<SortKey>,
    restriction: Option<Arc<Restriction>>,
    made: Mutex<Option<(u64, Arc<dyn RowSource>)>>,
}

impl MessageRows {
    fn new(message: &Arc<OpenMessage>, kind: Kind) -> Self {
        Self {
            message: message.clone(),
            kind,
            order: Vec::new(),
            restriction: None,
            made: Mutex::default(),
        }
    }

    fn rows_now(&self) -> Result<Arc<dyn RowSource>, StoreError> {
        // Before the rows are made: an edit meanwhile makes them look older than they are, which does no harm.
        let revision = self.message.revision().current();
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((known, rows)) = &*made
            && *known == revision
        {
            return Ok(rows.clone());
        }
        let rows = match self.kind {
            Kind::Recipients => recipient_rows(&self.message),
            Kind::Attachments => attachment_rows(&self.message, self.message.session().store())?,
        };
        let rows = MemoryView::new(rows, self.default_columns());
        let rows: Arc<dyn RowSource> =
            Arc::from(rows.arrange(&self.order, self.restriction.clone())?);
        *made = Some((revision, rows.clone()));
        Ok(rows)
    }
}

impl RowSource for MessageRows {
    fn arrange(
        &self,
        order: &[SortKey],
        restriction: Option<Arc<Restriction>>,
    ) -> Result<Box<dyn RowSource>, StoreError> {
        let arranged = Self {
            message: self.message.clone(),
            kind: self.kind,
            order: order.to_vec(),
            restriction,
            made: Mutex::default(),
        };
        // What cannot be arranged is refused now, not at the first row.
        arranged.rows_now()?;
        Ok(Box::new(arranged))
    }

    fn count(&self) -> Result<usize, StoreError> {
        self.rows_now()?.count()
    }

    fn rows(
        &self,
        start: usize,
        count: usize,
        columns: &[PropTag],
    ) -> Result<Vec<Row>, StoreError> {
        self.rows_now()?.rows(start, count, columns)
    }

    fn find(
        &self,
        restriction: &Restriction,
        start: usize,
        backward: bool,
    ) -> Result<Option<usize>, StoreError> {
        self.rows_now()?.find(restriction, start, backward)
    }

    fn position_of(&self, key: InstanceKey) -> Result<Option<usize>, StoreError> {
        self.rows_now()?.position_of(key)
    }

    fn stamp(&self) -> Result<i64, StoreError> {
        Ok(self.message.revision().current().cast_signed())
    }

    fn default_columns(&self) -> Vec<PropTag> {
        let columns: &[u32] = match self.kind {
            Kind::Recipients => &[
                abi::PR_INSTANCE_KEY,
                abi::PR_ROWID,
                abi::PR_RECIPIENT_TYPE,
                abi::PR_DISPLAY_NAME,
                abi::PR_ADDRTYPE,
                abi::PR_EMAIL_ADDRESS,
                abi::PR_ENTRYID,
                abi::PR_OBJECT_TYPE,
                abi::PR_DISPLAY_TYPE,
            ],
            Kind::Attachments => &[
                abi::PR_INSTANCE_KEY,
                abi::PR_ATTACH_NUM,
                abi::PR_RECORD_KEY,
                abi::PR_RENDERING_POSITION,
                abi::PR_ATTACH_METHOD,
                abi::PR_ATTACH_SIZE,
                abi::PR_ATTACH_FILENAME,
                abi::PR_ATTACH_LONG_FILENAME,
                abi::PR_ATTACH_EXTENSION,
                abi::PR_ATTACH_ENCODING,
                abi::PR_ATTACH_TAG,
                abi::PR_ATTACH_MIME_TAG,
                abi::PR_DISPLAY_NAME,
                abi::PR_CREATION_TIME,
                abi::PR_LAST_MODIFICATION_TIME,
            ],
        };
        columns.iter().copied().map(PropTag).collect()
    }

    fn available_columns(&self) -> Result<Vec<PropTag>, StoreError> {
        self.rows_now()?.available_columns()
    }
}

fn recipient_rows(message: &OpenMessage) -> Vec<MemoryRow> {
    let row = |recipient: crate::store::Recipient| {
        // A row id is given once in the life of the open message, so it makes a key.
        let key = InstanceKey::of_number(u64::from(recipient.row_id));
        let mut properties = recipient.properties;
        properties.set(abi::PR_ROWID, Value::Long(recipient.row_id.cast_signed()));
        keyed(key, properties)
    };
    message.recipients().into_iter().map(row).collect()
}

/// The attachments by the position of their icons in the text, as a signed number; those without one come first.
fn attachment_rows(message: &OpenMessage, store: &Store) -> Result<Vec<MemoryRow>, StoreError> {
    let mut attachments = message.attachments();
    attachments.sort_by_key(|attachment| {
        attachment
            .properties
            .long(abi::PR_RENDERING_POSITION)
            .unwrap_or(-1)
    });
    attachments
        .iter()
        .map(|attachment| {
            let mut properties = attachment.all_properties(store);
            properties.set(
                abi::PR_ATTACH_NUM,
                Value::Long(attachment.number.cast_signed()),
            );
            properties.set(
                abi::PR_OBJECT_TYPE,
                Value::Long(abi::MAPI_ATTACH.cast_signed()),
            );
            // Nobody reads an attachment through a table.
            properties.remove(PropTag(abi::PR_ATTACH_DATA_BIN).id());
            Ok(keyed(InstanceKey::of_object(attachment.key), properties))
        })
        .collect()
}

fn keyed(key: InstanceKey, mut properties: PropertyBag) -> MemoryRow {
    properties.set(abi::PR_INSTANCE_KEY, Value::Binary(key.0.to_vec()));
    MemoryRow { key, properties }
}
