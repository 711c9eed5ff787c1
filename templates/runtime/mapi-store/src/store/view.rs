//! Rows for tables: sorted, restricted, read in pages.

use std::sync::Arc;

use super::Store;
use super::bag::PropertyBag;
use super::error::StoreError;
use super::identity::{InstanceKey, ObjectId, ObjectKey};
use super::restriction::Restriction;
use super::value::{PropTag, Value};

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
    /// The cells in the order of the columns that were asked for; `None` where there is no value of that type.
    /// Large values are cut to their first 255 characters or bytes.
    pub cells: Vec<Option<Value>>,
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

    /// Position of the row with an instance key.
    fn position_of(&self, key: InstanceKey) -> Result<Option<usize>, StoreError>;

    /// Columns of a table on which nobody has called SetColumns: Unicode, no multi-valued ones.
    fn default_columns(&self) -> Vec<PropTag>;

    /// Every column that some row has a value for (`TBL_ALL_COLUMNS`).
    fn available_columns(&self) -> Result<Vec<PropTag>, StoreError>;
}

/// A row of a [`MemoryView`].
#[derive(Clone, Debug)]
pub struct MemoryRow {
    /// `PR_INSTANCE_KEY`.
    pub key: InstanceKey,
    /// The cells by property.
    pub properties: PropertyBag,
}

/// Rows held in memory: recipients, attachments, receive folders.
#[derive(Clone, Debug)]
pub struct MemoryView {}

impl MemoryView {
    /// A view on rows in their natural order.
    #[must_use]
    pub fn new(rows: Vec<MemoryRow>, default_columns: Vec<PropTag>) -> Self {
        let _ = (rows, default_columns);
        todo!()
    }
}

impl RowSource for MemoryView {
    fn arrange(
        &self,
        _: &[SortKey],
        _: Option<Arc<Restriction>>,
    ) -> Result<Box<dyn RowSource>, StoreError> {
        todo!()
    }
    fn count(&self) -> Result<usize, StoreError> {
        todo!()
    }
    fn rows(&self, _: usize, _: usize, _: &[PropTag]) -> Result<Vec<Row>, StoreError> {
        todo!()
    }
    fn find(&self, _: &Restriction, _: usize, _: bool) -> Result<Option<usize>, StoreError> {
        todo!()
    }
    fn position_of(&self, _: InstanceKey) -> Result<Option<usize>, StoreError> {
        todo!()
    }
    fn default_columns(&self) -> Vec<PropTag> {
        todo!()
    }
    fn available_columns(&self) -> Result<Vec<PropTag>, StoreError> {
        todo!()
    }
}

impl Store {
    /// The subfolders of a folder, or all its descendants if `deep` (`CONVENIENT_DEPTH`; `PR_DEPTH` 0 is a child).
    /// `constants` are cells that are the same in every row: `PR_STORE_ENTRYID`, `PR_MAPPING_SIGNATURE` …
    pub fn hierarchy_view(
        &self,
        folder: ObjectKey,
        deep: bool,
        constants: Arc<PropertyBag>,
    ) -> Result<Box<dyn RowSource>, StoreError> {
        let _ = (folder, deep, constants);
        todo!()
    }

    /// The messages of a folder, or its associated ones.
    pub fn contents_view(
        &self,
        folder: ObjectKey,
        associated: bool,
        constants: Arc<PropertyBag>,
    ) -> Result<Box<dyn RowSource>, StoreError> {
        let _ = (folder, associated, constants);
        todo!()
    }

    /// The receive folder table: `PR_ENTRYID`, `PR_MESSAGE_CLASS`, `PR_RECORD_KEY`.
    pub fn receive_folder_view(
        &self,
        constants: Arc<PropertyBag>,
    ) -> Result<MemoryView, StoreError> {
        let _ = constants;
        todo!()
    }
}
