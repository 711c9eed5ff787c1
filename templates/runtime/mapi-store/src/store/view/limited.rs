//! The first rows of another source: what a count restriction leaves of a table \[scountrestriction\].

use std::sync::Arc;

use super::{Row, RowSource, SortKey};
use crate::store::error::StoreError;
use crate::store::identity::InstanceKey;
use crate::store::restriction::Restriction;
use crate::store::value::PropTag;

/// At most so many rows of another source, from its first one on.
pub struct LimitedView {
    base: Arc<dyn RowSource>,
    limit: usize,
}

impl LimitedView {
    /// The first `limit` rows of a source.
    #[must_use]
    pub fn new(base: Arc<dyn RowSource>, limit: usize) -> Self {
        Self { base, limit }
    }
}

impl RowSource for LimitedView {
    fn arrange(
        &self,
        order: &[SortKey],
        restriction: Option<Arc<Restriction>>,
    ) -> Result<Box<dyn RowSource>, StoreError> {
        let base = Arc::from(self.base.arrange(order, restriction)?);
        Ok(Box::new(Self::new(base, self.limit)))
    }

    fn count(&self) -> Result<usize, StoreError> {
        Ok(self.base.count()?.min(self.limit))
    }

    fn rows(
        &self,
        start: usize,
        count: usize,
        columns: &[PropTag],
    ) -> Result<Vec<Row>, StoreError> {
        let count = count.min(self.limit.saturating_sub(start));
        if count == 0 {
            return Ok(Vec::new());
        }
        self.base.rows(start, count, columns)
    }

    fn find(
        &self,
        restriction: &Restriction,
        start: usize,
        backward: bool,
    ) -> Result<Option<usize>, StoreError> {
        let start = start.min(self.limit);
        let hit = self.base.find(restriction, start, backward)?;
        Ok(hit.filter(|hit| *hit < self.limit))
    }

    fn position_of(&self, key: InstanceKey) -> Result<Option<usize>, StoreError> {
        let position = self.base.position_of(key)?;
        Ok(position.filter(|position| *position < self.limit))
    }

    fn stamp(&self) -> Result<i64, StoreError> {
        self.base.stamp()
    }

    fn default_columns(&self) -> Vec<PropTag> {
        self.base.default_columns()
    }

    fn available_columns(&self) -> Result<Vec<PropTag>, StoreError> {
        self.base.available_columns()
    }
}
