//! Rows for tables: sorted, restricted, read in pages.

mod categories;
mod cells;
mod contents;
mod filter;
mod found;
mod hierarchy;
mod instances;
mod judge;
mod limited;
mod lists;
mod memory;
mod outgoing;
pub(super) mod runs;
mod single;
mod walk;

use std::sync::Arc;

use mapi_abi::*;

pub use categories::{Category, CategoryState, CategoryView, Extreme, Fold, Grouping};
pub use instances::InstanceView;
pub(super) use judge::Judge;
pub use limited::LimitedView;
pub(super) use lists::ListCache;
pub use memory::{MemoryRow, MemoryView};

use super::bag::PropertyBag;
use super::error::StoreError;
use super::folder::FolderKind;
use super::identity::{InstanceKey, ObjectId, ObjectKey};
use super::message::Message;
use super::restriction::Restriction;
use super::value::{PropTag, Value, property_type as code};
use super::{Store, id, text};

/// One key of a sort order. Rows without the property come last, ascending or descending \[ssortorder\].
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct SortKey {
    /// The property.
    pub tag: PropTag,
    /// Greatest first.
    pub descending: bool,
}

/// One row of a table.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// `PR_INSTANCE_KEY`.
    pub key: InstanceKey,
    /// What the row shows, if it is a folder or message.
    pub object: Option<ObjectId>,
    /// The cells in the order of the columns that were asked for; `None` where there is no value of that type. A column
    /// without a type (`PT_UNSPECIFIED`) gets whatever there is. Large values are cut to their first 255 characters or
    /// bytes.
    pub cells: Vec<Option<Value>>,
}

/// A row found by its key.
#[derive(Clone, Debug, PartialEq)]
pub struct FoundRow {
    /// Rows before it.
    pub position: usize,
    /// The row right before it.
    pub previous: Option<InstanceKey>,
    /// The row.
    pub row: Row,
}

/// A row found by a restriction.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct FoundPlace {
    /// Rows before it.
    pub position: usize,
    /// The row; `None` if it went away while it was looked for.
    pub key: Option<InstanceKey>,
    /// The row right before it.
    pub previous: Option<InstanceKey>,
}

/// What a table shows: a sequence of rows as it is at the moment of each call.
pub trait RowSource: Send + Sync {
    /// The same rows in another order and under another restriction; `TooComplex` if that cannot be done. An empty
    /// order is the natural one.
    fn arrange(
        &self,
        order: &[SortKey],
        restriction: Option<Arc<Restriction>>,
    ) -> Result<Box<dyn RowSource>, StoreError>;

    /// Number of rows.
    fn count(&self) -> Result<usize, StoreError>;

    /// At most `count` rows from position `start` on.
    fn rows(&self, start: usize, count: usize, columns: &[PropTag])
    -> Result<Vec<Row>, StoreError>;

    /// Position of the nearest row that meets a restriction: at or after `start`, or before `start` if `backward`.
    fn find(
        &self,
        restriction: &Restriction,
        start: usize,
        backward: bool,
    ) -> Result<Option<usize>, StoreError>;

    /// The same with the row's key and what stands before it.
    fn find_place(
        &self,
        restriction: &Restriction,
        start: usize,
        backward: bool,
    ) -> Result<Option<FoundPlace>, StoreError> {
        let position = self.find(restriction, start, backward)?;
        position.map_or(Ok(None), |position| self.found_at(position).map(Some))
    }

    /// The keys of the row at a position and of the one before it.
    fn found_at(&self, position: usize) -> Result<FoundPlace, StoreError> {
        let first = position.saturating_sub(1);
        let rows = self.rows(first, position - first + 1, &[])?;
        let mut keys = rows.iter().map(|row| row.key);
        Ok(FoundPlace {
            position,
            previous: if position > 0 { keys.next() } else { None },
            key: keys.next(),
        })
    }

    /// Position of the row with an instance key.
    fn position_of(&self, key: InstanceKey) -> Result<Option<usize>, StoreError>;

    /// The row with an instance key, wherever it stands.
    fn row_of(&self, key: InstanceKey, columns: &[PropTag]) -> Result<Option<Row>, StoreError> {
        Ok(self.row_after(key, columns)?.map(|found| found.row))
    }

    /// The row with an instance key, and what stands before it.
    fn row_after(
        &self,
        key: InstanceKey,
        columns: &[PropTag],
    ) -> Result<Option<FoundRow>, StoreError> {
        let Some(position) = self.position_of(key)? else {
            return Ok(None);
        };
        let start = position.saturating_sub(1);
        let mut rows = self.rows(start, position - start + 1, columns)?;
        // The rows may have moved between the two reads.
        let row = rows.pop().filter(|row| row.key == key);
        Ok(row.map(|row| FoundRow {
            position,
            previous: rows.pop().map(|row| row.key),
            row,
        }))
    }

    /// The instance keys of the rows that show a folder or message: none if it is not shown, several where each value of
    /// a property has a row. Costs little, whatever the length of the table.
    fn keys_of(&self, object: ObjectKey) -> Result<Vec<InstanceKey>, StoreError> {
        let row = self.row_of(InstanceKey::of_object(object), &[])?;
        Ok(row.map(|row| row.key).into_iter().collect())
    }

    /// A number that is another one whenever the rows may be others than before.
    fn stamp(&self) -> Result<i64, StoreError>;

    /// Columns of a table on which nobody has called SetColumns: Unicode, no multi-valued ones.
    fn default_columns(&self) -> Vec<PropTag>;

    /// Every column that some row has a value for (`TBL_ALL_COLUMNS`); of a long table, the first rows answer for all.
    fn available_columns(&self) -> Result<Vec<PropTag>, StoreError>;
}

/// Columns of a hierarchy table \[hierarchy-tables\].
const HIERARCHY_COLUMNS: [u32; 21] = [
    PR_ENTRYID,
    PR_INSTANCE_KEY,
    PR_RECORD_KEY,
    PR_PARENT_ENTRYID,
    PR_DISPLAY_NAME,
    PR_COMMENT,
    PR_DEPTH,
    PR_DISPLAY_TYPE,
    PR_OBJECT_TYPE,
    PR_STATUS,
    PR_FOLDER_TYPE,
    PR_SUBFOLDERS,
    PR_CONTENT_COUNT,
    PR_CONTENT_UNREAD,
    PR_ASSOC_CONTENT_COUNT,
    PR_CONTAINER_CLASS,
    PR_ACCESS,
    PR_MAPPING_SIGNATURE,
    PR_STORE_ENTRYID,
    PR_STORE_RECORD_KEY,
    PR_STORE_SUPPORT_MASK,
];

/// Columns of a contents table \[contents-tables\].
const CONTENTS_COLUMNS: [u32; 25] = [
    PR_ENTRYID,
    PR_INSTANCE_KEY,
    PR_RECORD_KEY,
    PR_PARENT_ENTRYID,
    PR_STORE_ENTRYID,
    PR_STORE_RECORD_KEY,
    PR_MAPPING_SIGNATURE,
    PR_OBJECT_TYPE,
    PR_MESSAGE_CLASS,
    PR_MESSAGE_FLAGS,
    PR_MSG_STATUS,
    PR_MESSAGE_SIZE,
    PR_HASATTACH,
    PR_DISPLAY_TO,
    PR_DISPLAY_CC,
    PR_SUBJECT,
    PR_NORMALIZED_SUBJECT,
    PR_SENDER_NAME,
    PR_CLIENT_SUBMIT_TIME,
    PR_MESSAGE_DELIVERY_TIME,
    PR_LAST_MODIFICATION_TIME,
    PR_IMPORTANCE,
    PR_PRIORITY,
    PR_SENSITIVITY,
    PR_CONVERSATION_INDEX,
];

/// Columns of an attachment table \[attachment-tables\].
const ATTACHMENT_COLUMNS: [u32; 14] = [
    PR_ATTACH_NUM,
    PR_INSTANCE_KEY,
    PR_RECORD_KEY,
    PR_RENDERING_POSITION,
    PR_ATTACH_METHOD,
    PR_ATTACH_SIZE,
    PR_ATTACH_FILENAME,
    PR_ATTACH_LONG_FILENAME,
    PR_ATTACH_EXTENSION,
    PR_ATTACH_ENCODING,
    PR_ATTACH_TAG,
    PR_DISPLAY_NAME,
    PR_CREATION_TIME,
    PR_LAST_MODIFICATION_TIME,
];

/// Columns of a recipient table \[recipient-tables\].
const RECIPIENT_COLUMNS: [u32; 12] = [
    PR_ROWID,
    PR_INSTANCE_KEY,
    PR_DISPLAY_NAME,
    PR_RECIPIENT_TYPE,
    PR_ADDRTYPE,
    PR_EMAIL_ADDRESS,
    PR_ENTRYID,
    PR_SEARCH_KEY,
    PR_OBJECT_TYPE,
    PR_DISPLAY_TYPE,
    PR_RESPONSIBILITY,
    PR_SPOOLER_STATUS,
];

/// Columns of a receive folder table \[receive-folder-tables\].
const RECEIVE_FOLDER_COLUMNS: [u32; 5] = [
    PR_ROWID,
    PR_INSTANCE_KEY,
    PR_ENTRYID,
    PR_RECORD_KEY,
    PR_MESSAGE_CLASS,
];

fn tags(columns: &[u32]) -> Vec<PropTag> {
    columns.iter().copied().map(PropTag).collect()
}

impl Store {
    /// The subfolders of a folder by name, or all its descendants from the top down if `deep` (`CONVENIENT_DEPTH`;
    /// `PR_DEPTH` 0 is a child). `constants` are cells that are the same in every row: `PR_STORE_ENTRYID` above all.
    pub fn hierarchy_view(
        &self,
        folder: ObjectKey,
        deep: bool,
        constants: Arc<PropertyBag>,
    ) -> Result<Box<dyn RowSource>, StoreError> {
        self.folder(folder)?;
        Ok(Box::new(hierarchy::HierarchyView::new(
            Arc::clone(&self.inner),
            folder,
            deep,
            constants,
        )))
    }

    /// The messages of a folder, or its associated ones, in the order of their creation; of a search folder, the messages
    /// that it shows. `constants` are cells that are
    /// the same in every row: `PR_STORE_ENTRYID` above all.
    pub fn contents_view(
        &self,
        folder: ObjectKey,
        associated: bool,
        constants: Arc<PropertyBag>,
    ) -> Result<Box<dyn RowSource>, StoreError> {
        let (row, kind) = self
            .inner
            .database
            .read(|connection| super::folder::row_and_kind(connection, folder))?;
        let scope = contents::Scope {
            folder,
            row,
            associated,
            has_links: kind == FolderKind::Search && !associated,
            constants,
        };
        if scope.has_links {
            return Ok(Box::new(found::FoundView::new(
                Arc::clone(&self.inner),
                scope,
            )));
        }
        Ok(Box::new(contents::ContentsView::new(
            Arc::clone(&self.inner),
            scope,
        )))
    }

    /// The receive folder table: `PR_ENTRYID`, `PR_MESSAGE_CLASS`, `PR_RECORD_KEY`, as it is now.
    pub fn receive_folder_view(
        &self,
        constants: Arc<PropertyBag>,
    ) -> Result<MemoryView, StoreError> {
        let rows = self
            .receive_folders()?
            .into_iter()
            .enumerate()
            .map(|(index, receive)| {
                let object = ObjectId::Folder(receive.folder);
                // One class has one row, whatever comes before it.
                let number = text::lower(&receive.class)
                    .bytes()
                    .fold(0xCBF2_9CE4_8422_2325_u64, |hash, byte| {
                        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01B3)
                    });
                let mut properties = PropertyBag::new();
                properties.set(PR_ROWID, Value::Long(index as i32));
                properties.set(PR_ENTRYID, Value::Binary(self.entry_id(object).to_vec()));
                properties.set(PR_RECORD_KEY, Value::Binary(object.record_key(self.uid())));
                properties.set(PR_MESSAGE_CLASS, Value::Unicode(receive.class));
                MemoryRow {
                    key: InstanceKey::of_number(number),
                    properties,
                }
            });
        Ok(
            MemoryView::new(rows.collect(), tags(&RECEIVE_FOLDER_COLUMNS))
                .with_constants(constants),
        )
    }
}

impl Message {
    /// The recipient table, as the working copy is now.
    #[must_use]
    pub fn recipient_view(&self, constants: Arc<PropertyBag>) -> MemoryView {
        let rows = self.recipients.iter().map(|recipient| MemoryRow {
            key: InstanceKey::of_number(u64::from(recipient.row_id)),
            properties: recipient.all_properties(),
        });
        MemoryView::new(rows.collect(), tags(&RECIPIENT_COLUMNS)).with_constants(constants)
    }

    /// The attachment table, as the working copy is now: by `PR_RENDERING_POSITION` as a signed number
    /// \[attachment-tables\].
    #[must_use]
    pub fn attachment_view(&self, store: &Store, constants: Arc<PropertyBag>) -> MemoryView {
        let mut rows: Vec<_> = self
            .attachments
            .iter()
            .map(|attachment| MemoryRow {
                key: InstanceKey(attachment.key.0),
                properties: attachment.all_properties(store),
            })
            .collect();
        rows.sort_by_key(|row| row.properties.long(PR_RENDERING_POSITION).unwrap_or(-1));
        MemoryView::new(rows, tags(&ATTACHMENT_COLUMNS)).with_constants(constants)
    }
}

/// Makes sure that rows can be sorted by these keys.
fn check_order(order: &[SortKey]) -> Result<(), StoreError> {
    let is_sortable = |key: &SortKey| !key.tag.is_instance() && has_order(key.tag);
    if order.iter().all(is_sortable) {
        Ok(())
    } else {
        Err(StoreError::TooComplex)
    }
}

/// Whether values of the tag's type have an order.
fn has_order(tag: PropTag) -> bool {
    !matches!(
        tag.property_type() & !code::MULTI_VALUED,
        code::UNSPECIFIED | code::NULL | code::ERROR | code::OBJECT | code::STRING8
    )
}

/// The object that a restriction asks for by an id, if that is all it asks: how clients find rows again.
fn wanted_key(restriction: &Restriction, store_uid: &[u8; 16]) -> Option<InstanceKey> {
    use super::restriction::Relation;
    let Restriction::Property {
        relation: Relation::Equal,
        tag,
        value: Value::Binary(bytes),
    } = restriction
    else {
        return None;
    };
    let object = if tag.id() == id(PR_INSTANCE_KEY) {
        return bytes.as_slice().try_into().ok().map(InstanceKey);
    } else if tag.id() == id(PR_ENTRYID) {
        ObjectId::parse(bytes, store_uid).ok()?
    } else if tag.id() == id(PR_RECORD_KEY) {
        ObjectId::parse(&[&[0; 4], bytes.as_slice()].concat(), store_uid).ok()?
    } else {
        return None;
    };
    object.key().map(InstanceKey::of_object)
}

/// A cell as tables show it.
fn cut(value: Value) -> Value {
    match value {
        Value::Large(large) => large.prefix(),
        other => other,
    }
}
