//! Tables of folders.
//!
//! Folders are few next to messages, so their rows are made in memory, and made anew when the store has changed.

use std::sync::{Arc, Mutex};

use mapi_abi::PR_DEPTH;

use super::{HIERARCHY_COLUMNS, MemoryRow, MemoryView, Row, RowSource, SortKey, check_order, tags};
use crate::store::bag::PropertyBag;
use crate::store::changes;
use crate::store::database::lock;
use crate::store::error::StoreError;
use crate::store::folder::child_folders;
use crate::store::identity::{InstanceKey, ObjectId, ObjectKey};
use crate::store::restriction::Restriction;
use crate::store::value::{PropTag, Value};
use crate::store::{Inner, Session};

pub(super) struct HierarchyView {
    inner: Arc<Inner>,
    folder: ObjectKey,
    deep: bool,
    constants: Arc<PropertyBag>,
    order: Vec<SortKey>,
    restriction: Option<Arc<Restriction>>,
    /// Rows, and the number of the change after which they were made.
    rows: Mutex<Option<(i64, Arc<MemoryView>)>>,
}

impl HierarchyView {
    pub fn new(
        inner: Arc<Inner>,
        folder: ObjectKey,
        deep: bool,
        constants: Arc<PropertyBag>,
    ) -> Self {
        Self {
            inner,
            folder,
            deep,
            constants,
            order: Vec::new(),
            restriction: None,
            rows: Mutex::default(),
        }
    }

    fn now(&self) -> Result<Arc<MemoryView>, StoreError> {
        let (latest, rows) = self
            .inner
            .database
            .read(|connection| -> Result<_, StoreError> {
                let session = Session {
                    inner: &self.inner,
                    connection,
                };
                let latest = changes::latest(connection)?;
                if let Some((made, rows)) = lock(&self.rows).as_ref()
                    && *made == latest
                {
                    return Ok((latest, Arc::clone(rows)));
                }
                let mut rows = Vec::new();
                self.collect(&session, self.folder, 0, &mut rows)?;
                let view = MemoryView::new(rows, tags(&HIERARCHY_COLUMNS))
                    .with_constants(Arc::clone(&self.constants));
                let view = view.arranged(&self.order, self.restriction.as_deref())?;
                Ok((latest, Arc::new(view)))
            })?;
        *lock(&self.rows) = Some((latest, Arc::clone(&rows)));
        Ok(rows)
    }

    fn collect(
        &self,
        session: &Session<'_>,
        folder: ObjectKey,
        depth: i32,
        rows: &mut Vec<MemoryRow>,
    ) -> Result<(), StoreError> {
        for child in child_folders(session, folder)? {
            let mut properties = child.seen_properties(session)?;
            properties.set(PR_DEPTH, Value::Long(depth));
            rows.push(MemoryRow {
                key: InstanceKey::of_object(child.key),
                properties,
            });
            if self.deep && child.counts.children > 0 {
                self.collect(session, child.key, depth + 1, rows)?;
            }
        }
        Ok(())
    }
}

impl RowSource for HierarchyView {
    fn arrange(
        &self,
        order: &[SortKey],
        restriction: Option<Arc<Restriction>>,
    ) -> Result<Box<dyn RowSource>, StoreError> {
        check_order(order)?;
        restriction
            .as_deref()
            .map_or(Ok(()), Restriction::validate)?;
        Ok(Box::new(Self {
            inner: Arc::clone(&self.inner),
            folder: self.folder,
            deep: self.deep,
            constants: Arc::clone(&self.constants),
            order: order.to_vec(),
            restriction,
            rows: Mutex::default(),
        }))
    }

    fn count(&self) -> Result<usize, StoreError> {
        self.now()?.count()
    }

    fn rows(
        &self,
        start: usize,
        count: usize,
        columns: &[PropTag],
    ) -> Result<Vec<Row>, StoreError> {
        let mut rows = self.now()?.rows(start, count, columns)?;
        for row in &mut rows {
            row.object = Some(ObjectId::Folder(ObjectKey(row.key.0)));
        }
        Ok(rows)
    }

    fn find(
        &self,
        restriction: &Restriction,
        start: usize,
        backward: bool,
    ) -> Result<Option<usize>, StoreError> {
        self.now()?.find(restriction, start, backward)
    }

    fn position_of(&self, key: InstanceKey) -> Result<Option<usize>, StoreError> {
        self.now()?.position_of(key)
    }

    fn stamp(&self) -> Result<i64, StoreError> {
        self.inner.database.read(changes::latest)
    }

    fn default_columns(&self) -> Vec<PropTag> {
        tags(&HIERARCHY_COLUMNS)
    }

    fn available_columns(&self) -> Result<Vec<PropTag>, StoreError> {
        self.now()?.available_columns()
    }
}
