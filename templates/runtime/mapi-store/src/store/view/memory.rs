//! Rows that are held in memory.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::sync::Arc;

use mapi_abi::PR_INSTANCE_KEY;

use super::{Row, RowSource, SortKey, check_order, cut};
use crate::store::bag::PropertyBag;
use crate::store::compare::sort_key;
use crate::store::error::StoreError;
use crate::store::evaluate::{Subject, matches};
use crate::store::id;
use crate::store::identity::InstanceKey;
use crate::store::restriction::{Restriction, SubObject};
use crate::store::value::{LargeValue, PropTag, Value, property_type as code};

/// A row of a [`MemoryView`].
#[derive(Clone, Debug)]
pub struct MemoryRow {
    /// `PR_INSTANCE_KEY`.
    pub key: InstanceKey,
    /// The cells by property.
    pub properties: PropertyBag,
}

/// Rows held in memory: recipients, attachments, receive folders, folders.
#[derive(Clone, Debug)]
pub struct MemoryView {
    rows: Arc<Vec<MemoryRow>>,
    /// Indexes of the rows that are shown, in their order.
    shown: Vec<usize>,
    default_columns: Vec<PropTag>,
    constants: Arc<PropertyBag>,
}

impl MemoryView {
    /// A view on rows in their natural order.
    #[must_use]
    pub fn new(rows: Vec<MemoryRow>, default_columns: Vec<PropTag>) -> Self {
        let shown = (0..rows.len()).collect();
        Self {
            rows: Arc::new(rows),
            shown,
            default_columns,
            constants: Arc::default(),
        }
    }

    /// The same view with cells that are the same in every row; a row's own cells win.
    #[must_use]
    pub fn with_constants(self, constants: Arc<PropertyBag>) -> Self {
        Self { constants, ..self }
    }

    /// The same rows in another order and under another restriction: see [`RowSource::arrange`].
    pub fn arranged(
        &self,
        order: &[SortKey],
        restriction: Option<&Restriction>,
    ) -> Result<Self, StoreError> {
        check_order(order)?;
        let mut shown = Vec::with_capacity(self.rows.len());
        restriction.map_or(Ok(()), Restriction::validate)?;
        for index in 0..self.rows.len() {
            if restriction.map_or(Ok(true), |restriction| {
                matches(restriction, &self.subject(index))
            })? {
                let keys: Vec<_> = order
                    .iter()
                    .map(|key| self.cell(index, key.tag).map(sort_key))
                    .collect();
                shown.push((keys, index));
            }
        }
        shown.sort_by(|(left, _), (right, _)| compare_keys(order, left, right));
        Ok(Self {
            shown: shown.into_iter().map(|(_, index)| index).collect(),
            ..self.clone()
        })
    }

    fn subject(&self, index: usize) -> MemorySubject<'_> {
        MemorySubject {
            view: self,
            row: &self.rows[index],
        }
    }

    fn cell(&self, index: usize, tag: PropTag) -> Option<&Value> {
        let own = self.rows[index].properties.get_typed(tag);
        own.or_else(|| self.constants.get_typed(tag))
    }
}

/// Order of two rows by their sort keys: a missing one is last, whatever the direction.
pub(super) fn compare_keys(
    order: &[SortKey],
    left: &[Option<Vec<u8>>],
    right: &[Option<Vec<u8>>],
) -> Ordering {
    for (key, pair) in order.iter().zip(left.iter().zip(right)) {
        let ordering = match pair {
            (Some(left), Some(right)) if key.descending => right.cmp(left),
            (Some(left), Some(right)) => left.cmp(right),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) => Ordering::Equal,
        };
        if ordering.is_ne() {
            return ordering;
        }
    }
    Ordering::Equal
}

struct MemorySubject<'a> {
    view: &'a MemoryView,
    row: &'a MemoryRow,
}

impl Subject for MemorySubject<'_> {
    fn value(&self, tag: PropTag) -> Result<Option<Cow<'_, Value>>, StoreError> {
        if tag.id() == id(PR_INSTANCE_KEY) {
            return Ok(Some(Cow::Owned(Value::Binary(self.row.key.0.to_vec()))));
        }
        let own = self.row.properties.get_typed(tag);
        Ok(own
            .or_else(|| self.view.constants.get_typed(tag))
            .map(Cow::Borrowed))
    }

    /// The beginning stands for the whole: these rows hold no long texts that anybody searches.
    fn whole(&self, large: &LargeValue) -> Result<Value, StoreError> {
        Ok(large.prefix())
    }

    fn parts(&self, _: SubObject) -> Result<Vec<PropertyBag>, StoreError> {
        Ok(Vec::new())
    }
}

impl RowSource for MemoryView {
    fn arrange(
        &self,
        order: &[SortKey],
        restriction: Option<Arc<Restriction>>,
    ) -> Result<Box<dyn RowSource>, StoreError> {
        Ok(Box::new(self.arranged(order, restriction.as_deref())?))
    }

    fn count(&self) -> Result<usize, StoreError> {
        Ok(self.shown.len())
    }

    fn rows(
        &self,
        start: usize,
        count: usize,
        columns: &[PropTag],
    ) -> Result<Vec<Row>, StoreError> {
        let row = |index: &usize| {
            let key = self.rows[*index].key;
            let cell = |tag: &PropTag| {
                if tag.id() == id(PR_INSTANCE_KEY) {
                    return is_type(*tag, code::BINARY).then(|| Value::Binary(key.0.to_vec()));
                }
                self.cell(*index, *tag).cloned().map(cut)
            };
            Row {
                key,
                object: None,
                cells: columns.iter().map(cell).collect(),
            }
        };
        Ok(self.shown.iter().skip(start).take(count).map(row).collect())
    }

    fn find(
        &self,
        restriction: &Restriction,
        start: usize,
        backward: bool,
    ) -> Result<Option<usize>, StoreError> {
        restriction.validate()?;
        let start = start.min(self.shown.len());
        let positions: Box<dyn Iterator<Item = usize>> = if backward {
            Box::new((0..start).rev())
        } else {
            Box::new(start..self.shown.len())
        };
        for position in positions {
            if matches(restriction, &self.subject(self.shown[position]))? {
                return Ok(Some(position));
            }
        }
        Ok(None)
    }

    fn position_of(&self, key: InstanceKey) -> Result<Option<usize>, StoreError> {
        Ok(self
            .shown
            .iter()
            .position(|index| self.rows[*index].key == key))
    }

    fn stamp(&self) -> Result<i64, StoreError> {
        Ok(0)
    }

    fn default_columns(&self) -> Vec<PropTag> {
        self.default_columns.clone()
    }

    fn available_columns(&self) -> Result<Vec<PropTag>, StoreError> {
        let mut columns = self.default_columns.clone();
        let bags = self
            .rows
            .iter()
            .map(|row| &row.properties)
            .chain([self.constants.as_ref()]);
        for (tag, _) in bags.flat_map(PropertyBag::visible) {
            if !columns.contains(&tag) {
                columns.push(tag);
            }
        }
        Ok(columns)
    }
}

/// Whether a tag asks for a type, or for any.
pub(super) fn is_type(tag: PropTag, property_type: u16) -> bool {
    tag.property_type() == code::UNSPECIFIED || tag.property_type() == property_type
}
