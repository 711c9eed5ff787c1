//! Rows for single values: a table in which a row with several values of a property stands once for each of them
//! \[working-with-multivalued-columns\].
//!
//! The rows are those of another source. Which there are is listed once for each state of that source; what they show is
//! read from it page by page.

use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::{Arc, Mutex};

use mapi_abi::PR_INSTANCE_KEY;
use uuid::Uuid;

use super::memory::compare_keys;
use super::{Row, RowSource, SortKey, has_order};
use crate::store::bag::PropertyBag;
use crate::store::compare::{elements, sort_key};
use crate::store::database::lock;
use crate::store::error::StoreError;
use crate::store::evaluate::{Subject, matches};
use crate::store::id;
use crate::store::identity::{InstanceKey, ObjectKey};
use crate::store::restriction::{Restriction, SubObject};
use crate::store::value::{LargeValue, PropTag, Value, property_type::MULTI_VALUED};

/// More rows than this are `TooComplex`: properties multiply each other.
const MOST_ROWS: usize = 1 << 22;

/// How often a page is read again because rows came or went meanwhile.
const ATTEMPTS: usize = 8;

/// The rows of another source, each of them once for every value of some multi-valued properties, or for every
/// combination of values if there are several such properties. A row without values stays once.
///
/// Columns, sort keys and restrictions may name the single values by tags that [`PropTag::is_instance`]. A restriction
/// on them is about the value that the row shows.
pub struct InstanceView {
    /// The rows before they are multiplied; sorted, unless `order` is for us to do.
    base: Box<dyn RowSource>,
    /// Tags of the multi-valued properties.
    expanded: Vec<PropTag>,
    order: Vec<SortKey>,
    condition: Option<Condition<Box<dyn RowSource>>>,
    /// What was listed, and the stamp of the source before that.
    known: Mutex<Option<(i64, Arc<Listing>)>>,
}

impl InstanceView {
    /// The rows of `source` under another order and restriction, multiplied by the values of the properties `expanded`,
    /// which are tags of multi-valued types. `TooComplex` if that cannot be done.
    pub fn new(
        source: &dyn RowSource,
        expanded: &[PropTag],
        order: &[SortKey],
        restriction: Option<Arc<Restriction>>,
    ) -> Result<Self, StoreError> {
        let is_known = |tag: PropTag| expanded.contains(&tag.of_property());
        let is_sortable = |key: &SortKey| {
            has_order(key.tag.of_cell()) && (!key.tag.is_instance() || is_known(key.tag))
        };
        if !order.iter().all(is_sortable) {
            return Err(StoreError::TooComplex);
        }
        let sorts_here = order.iter().any(|key| key.tag.is_instance());
        let (before, after) = match restriction {
            Some(restriction) if looks_at_instances(&restriction, expanded) => {
                (None, Some(restriction))
            }
            restriction => (restriction, None),
        };
        let base = source.arrange(if sorts_here { &[] } else { order }, before)?;
        let condition = after
            .map(|restriction| Condition::new(&restriction, &*base, expanded))
            .transpose()?;
        Ok(Self {
            base,
            expanded: expanded.to_vec(),
            order: if sorts_here {
                order.to_vec()
            } else {
                Vec::new()
            },
            condition,
            known: Mutex::default(),
        })
    }

    /// The rows as they are now.
    fn listing(&self) -> Result<Arc<Listing>, StoreError> {
        // Before the rows are read: a change meanwhile makes them look older than they are, which does no harm.
        let stamp = self.base.stamp()?;
        let mut known = lock(&self.known);
        if let Some((made, listing)) = known.as_ref()
            && *made == stamp
        {
            return Ok(Arc::clone(listing));
        }
        let listing = Arc::new(self.list()?);
        *known = Some((stamp, Arc::clone(&listing)));
        Ok(listing)
    }

    fn list(&self) -> Result<Listing, StoreError> {
        let mut wanted = self.expanded.clone();
        wanted.extend(self.order.iter().map(|key| key.tag.of_property()));
        let condition = self.condition.as_ref().map(Condition::read).transpose()?;
        let mut lines = Vec::new();
        let mut keyed = Vec::new();
        let found = self.base.rows(0, self.base.count()?, &wanted)?;
        for (position, row) in found.into_iter().enumerate() {
            let mut cells = row.cells;
            let order_cells = cells.split_off(self.expanded.len());
            let line = Line::new(row.key, position, &cells);
            let count = line
                .count()
                .filter(|count| *count <= MOST_ROWS - keyed.len())
                .ok_or(StoreError::TooComplex)?;
            for choice in 0..count {
                let instance = Instance {
                    view: self,
                    key: line.instance_key(choice),
                    values: line.values(choice),
                };
                if let Some(condition) = &condition
                    && !condition.holds(&instance, row.key)?
                {
                    continue;
                }
                let keys: Vec<_> = self
                    .order
                    .iter()
                    .zip(&order_cells)
                    .map(|(key, cell)| match key.tag.is_instance() {
                        true => instance.single(key.tag).map(sort_key),
                        false => cell.as_ref().map(sort_key),
                    })
                    .collect();
                let key = instance.key;
                let line = lines.len();
                keyed.push((keys, Entry { line, choice, key }));
            }
            lines.push(line);
        }
        if !self.order.is_empty() {
            keyed.sort_by(|(left, _), (right, _)| compare_keys(&self.order, left, right));
        }
        Ok(Listing {
            lines,
            entries: keyed.into_iter().map(|(_, entry)| entry).collect(),
        })
    }

    /// The rows of a page; `None` if the source has moved on since they were listed.
    fn page(
        &self,
        listing: &Listing,
        start: usize,
        count: usize,
        columns: &[PropTag],
    ) -> Result<Option<Vec<Row>>, StoreError> {
        let key = PropTag(PR_INSTANCE_KEY);
        // What is ours to fill in still needs its place.
        let asked: Vec<PropTag> = columns
            .iter()
            .map(|tag| if tag.is_instance() { key } else { *tag })
            .collect();
        let start = start.min(listing.entries.len());
        let end = start.saturating_add(count).min(listing.entries.len());
        let mut left = &listing.entries[start..end];
        let mut rows = Vec::with_capacity(left.len());
        while !left.is_empty() {
            // Entries whose rows lie side by side in the source are read together.
            let position = |entry: &Entry| listing.lines[entry.line].position;
            let first = position(&left[0]);
            let together = 1 + left
                .windows(2)
                .take_while(|pair| {
                    (0..=1).contains(&position(&pair[1]).wrapping_sub(position(&pair[0])))
                })
                .count();
            let last = position(&left[together - 1]);
            let found = self.base.rows(first, last - first + 1, &asked)?;
            for entry in &left[..together] {
                let line = &listing.lines[entry.line];
                let Some(row) = found
                    .get(line.position - first)
                    .filter(|row| row.key == line.key)
                else {
                    return Ok(None);
                };
                rows.push(self.instance_row(row, line, entry, columns));
            }
            left = &left[together..];
        }
        Ok(Some(rows))
    }

    fn instance_row(&self, row: &Row, line: &Line, entry: &Entry, columns: &[PropTag]) -> Row {
        let instance = Instance {
            view: self,
            key: entry.key,
            values: line.values(entry.choice),
        };
        let cells = columns.iter().zip(&row.cells).map(|(tag, cell)| {
            if tag.is_instance() {
                instance.single(*tag).cloned()
            } else if tag.id() == id(PR_INSTANCE_KEY) {
                cell.as_ref().map(|_| Value::Binary(entry.key.0.to_vec()))
            } else {
                cell.clone()
            }
        });
        Row {
            key: entry.key,
            object: row.object,
            cells: cells.collect(),
        }
    }
}

impl RowSource for InstanceView {
    fn arrange(
        &self,
        order: &[SortKey],
        restriction: Option<Arc<Restriction>>,
    ) -> Result<Box<dyn RowSource>, StoreError> {
        Ok(Box::new(Self::new(
            &*self.base,
            &self.expanded,
            order,
            restriction,
        )?))
    }

    fn count(&self) -> Result<usize, StoreError> {
        Ok(self.listing()?.entries.len())
    }

    fn rows(
        &self,
        start: usize,
        count: usize,
        columns: &[PropTag],
    ) -> Result<Vec<Row>, StoreError> {
        for _ in 0..ATTEMPTS {
            if let Some(rows) = self.page(&*self.listing()?, start, count, columns)? {
                return Ok(rows);
            }
        }
        Err(StoreError::Busy)
    }

    fn find(
        &self,
        restriction: &Restriction,
        start: usize,
        backward: bool,
    ) -> Result<Option<usize>, StoreError> {
        let condition = Condition::new(restriction, &*self.base, &self.expanded)?.read()?;
        let listing = self.listing()?;
        let start = start.min(listing.entries.len());
        let positions: Box<dyn Iterator<Item = usize>> = if backward {
            Box::new((0..start).rev())
        } else {
            Box::new(start..listing.entries.len())
        };
        for position in positions {
            let entry = &listing.entries[position];
            let line = &listing.lines[entry.line];
            let instance = Instance {
                view: self,
                key: entry.key,
                values: line.values(entry.choice),
            };
            if condition.holds(&instance, line.key)? {
                return Ok(Some(position));
            }
        }
        Ok(None)
    }

    fn position_of(&self, key: InstanceKey) -> Result<Option<usize>, StoreError> {
        let listing = self.listing()?;
        Ok(listing.entries.iter().position(|entry| entry.key == key))
    }

    fn keys_of(&self, object: ObjectKey) -> Result<Vec<InstanceKey>, StoreError> {
        let key = InstanceKey::of_object(object);
        let Some(row) = self.base.row_of(key, &self.expanded)? else {
            return Ok(Vec::new());
        };
        let condition = self
            .condition
            .as_ref()
            .map(|condition| condition.read_one(key))
            .transpose()?;
        let line = Line::new(row.key, 0, &row.cells);
        let count = line
            .count()
            .filter(|count| *count <= MOST_ROWS)
            .ok_or(StoreError::TooComplex)?;
        let mut keys = Vec::with_capacity(count);
        for choice in 0..count {
            let instance = Instance {
                view: self,
                key: line.instance_key(choice),
                values: line.values(choice),
            };
            let is_shown = match &condition {
                Some(condition) => condition.holds(&instance, row.key)?,
                None => true,
            };
            if is_shown {
                keys.push(instance.key);
            }
        }
        Ok(keys)
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

/// The rows of one state of the source.
struct Listing {
    lines: Vec<Line>,
    /// What is shown, in order.
    entries: Vec<Entry>,
}

/// One row of the view.
struct Entry {
    /// Index of the row that it is an instance of.
    line: usize,
    /// Number of the combination of values.
    choice: usize,
    key: InstanceKey,
}

/// A row of the source.
struct Line {
    key: InstanceKey,
    position: usize,
    /// Of each expanded property.
    values: Vec<Vec<Value>>,
}

impl Line {
    fn new(key: InstanceKey, position: usize, cells: &[Option<Value>]) -> Self {
        let values = cells
            .iter()
            .map(|cell| cell.as_ref().map(elements).unwrap_or_default());
        Self {
            key,
            position,
            values: values.collect(),
        }
    }

    /// How many instances the row has; `None` if that is beyond counting.
    fn count(&self) -> Option<usize> {
        self.values.iter().try_fold(1, |count: usize, values| {
            count.checked_mul(values.len().max(1))
        })
    }

    /// The index of each property's value in a combination; the last property's changes fastest.
    fn indexes(&self, choice: usize) -> Vec<usize> {
        let mut left = choice;
        let mut indexes = vec![0; self.values.len()];
        for (index, values) in indexes.iter_mut().zip(&self.values).rev() {
            *index = left % values.len().max(1);
            left /= values.len().max(1);
        }
        indexes
    }

    /// Each property's value in a combination; `None` for a property without values.
    fn values(&self, choice: usize) -> Vec<Option<&Value>> {
        let indexes = self.indexes(choice);
        let values = self.values.iter().zip(indexes);
        values.map(|(values, index)| values.get(index)).collect()
    }

    /// `PR_INSTANCE_KEY` of an instance: the row's own if there is but one for want of values, else made from the values,
    /// so that it stays with them when others come and go \[pidtaginstancekey-canonical-property\].
    fn instance_key(&self, choice: usize) -> InstanceKey {
        if self.values.iter().all(Vec::is_empty) {
            return self.key;
        }
        let mut name = Vec::new();
        for (values, index) in self.values.iter().zip(self.indexes(choice)) {
            if let Some(value) = values.get(index) {
                let form = sort_key(value);
                // Values may be alike.
                let before = values[..index]
                    .iter()
                    .filter(|other| sort_key(other) == form)
                    .count();
                name.extend((before as u64).to_be_bytes());
                name.extend((form.len() as u64).to_be_bytes());
                name.extend(form);
            } else {
                name.extend(u64::MAX.to_be_bytes());
            }
        }
        InstanceKey(Uuid::new_v5(&Uuid::from_bytes(self.key.0), &name).into_bytes())
    }
}

/// A row as restrictions on single values see it.
struct Instance<'a> {
    view: &'a InstanceView,
    key: InstanceKey,
    values: Vec<Option<&'a Value>>,
}

impl<'a> Instance<'a> {
    /// The value that the row shows of a property.
    fn single(&self, tag: PropTag) -> Option<&'a Value> {
        let property = tag.of_property();
        let index = self.view.expanded.iter().position(|own| *own == property)?;
        self.values[index]
    }
}

impl Subject for Instance<'_> {
    fn value(&self, tag: PropTag) -> Result<Option<Cow<'_, Value>>, StoreError> {
        if tag.id() == id(PR_INSTANCE_KEY) {
            return Ok(Some(Cow::Owned(Value::Binary(self.key.0.to_vec()))));
        }
        // A condition has the type of the single value by now.
        let property = tag.with_type(tag.property_type() | MULTI_VALUED);
        Ok(self.single(property).map(Cow::Borrowed))
    }

    /// Values of multi-valued properties are never kept apart.
    fn whole(&self, large: &LargeValue) -> Result<Value, StoreError> {
        Ok(large.prefix())
    }

    /// Conditions on parts are left to the source.
    fn parts(&self, _: SubObject) -> Result<Vec<PropertyBag>, StoreError> {
        Ok(Vec::new())
    }
}

/// A restriction on instances, taken apart into what the source judges row by row and what is about single values.
enum Condition<R> {
    All(Vec<Condition<R>>),
    Any(Vec<Condition<R>>),
    Not(Box<Condition<R>>),
    /// All instances of some rows.
    Rows(R),
    /// Those whose value or key meets a restriction with tags of single values.
    Value(Arc<Restriction>),
}

impl Condition<Box<dyn RowSource>> {
    /// `TooComplex` if a part of the restriction cannot be evaluated.
    fn new(
        restriction: &Restriction,
        source: &dyn RowSource,
        expanded: &[PropTag],
    ) -> Result<Self, StoreError> {
        restriction.validate()?;
        Self::of_part(restriction, source, expanded)
    }

    fn of_part(
        restriction: &Restriction,
        source: &dyn RowSource,
        expanded: &[PropTag],
    ) -> Result<Self, StoreError> {
        if !looks_at_instances(restriction, expanded) {
            let restriction = Arc::new(restriction.clone());
            return Ok(Self::Rows(source.arrange(&[], Some(restriction))?));
        }
        let part = |inner: &Restriction| Self::of_part(inner, source, expanded);
        let value = |restriction| Self::Value(Arc::new(restriction));
        Ok(match restriction {
            Restriction::And(list) => Self::All(list.iter().map(part).collect::<Result<_, _>>()?),
            Restriction::Or(list) => Self::Any(list.iter().map(part).collect::<Result<_, _>>()?),
            Restriction::Not(inner) => Self::Not(Box::new(part(inner)?)),
            Restriction::Comment {
                restriction: Some(inner),
                ..
            } => part(inner)?,
            Restriction::Property {
                relation,
                tag,
                value: wanted,
            } => value(Restriction::Property {
                relation: *relation,
                tag: tag.of_cell(),
                value: wanted.clone(),
            }),
            Restriction::Content {
                fuzzy,
                tag,
                value: wanted,
            } => value(Restriction::Content {
                fuzzy: *fuzzy,
                tag: tag.of_cell(),
                value: wanted.clone(),
            }),
            Restriction::BitMask { tag, mask, zero } => value(Restriction::BitMask {
                tag: tag.of_cell(),
                mask: *mask,
                zero: *zero,
            }),
            Restriction::Size {
                relation,
                tag,
                size,
            } => value(Restriction::Size {
                relation: *relation,
                tag: tag.of_cell(),
                size: *size,
            }),
            Restriction::Exist(tag) => value(Restriction::Exist(tag.of_cell())),
            Restriction::CompareProperties { .. }
            | Restriction::Sub { .. }
            | Restriction::Comment { .. } => return Err(StoreError::TooComplex),
        })
    }

    /// Finds out which rows the source has now.
    fn read(&self) -> Result<Condition<HashSet<InstanceKey>>, StoreError> {
        let read = |list: &[Self]| list.iter().map(Self::read).collect::<Result<_, _>>();
        Ok(match self {
            Self::All(list) => Condition::All(read(list)?),
            Self::Any(list) => Condition::Any(read(list)?),
            Self::Not(inner) => Condition::Not(Box::new(inner.read()?)),
            Self::Rows(source) => {
                let rows = source.rows(0, source.count()?, &[])?;
                Condition::Rows(rows.into_iter().map(|row| row.key).collect())
            }
            Self::Value(restriction) => Condition::Value(Arc::clone(restriction)),
        })
    }
}

impl Condition<Box<dyn RowSource>> {
    /// The same as far as one row goes.
    fn read_one(&self, key: InstanceKey) -> Result<Condition<HashSet<InstanceKey>>, StoreError> {
        let read = |list: &[Self]| {
            list.iter()
                .map(|part| part.read_one(key))
                .collect::<Result<_, StoreError>>()
        };
        Ok(match self {
            Self::All(list) => Condition::All(read(list)?),
            Self::Any(list) => Condition::Any(read(list)?),
            Self::Not(inner) => Condition::Not(Box::new(inner.read_one(key)?)),
            Self::Rows(source) => {
                let row = source.row_of(key, &[])?;
                Condition::Rows(row.into_iter().map(|row| row.key).collect())
            }
            Self::Value(restriction) => Condition::Value(Arc::clone(restriction)),
        })
    }
}

impl Condition<HashSet<InstanceKey>> {
    /// Whether an instance of the row with this key meets the condition.
    fn holds(&self, instance: &Instance<'_>, row: InstanceKey) -> Result<bool, StoreError> {
        Ok(match self {
            Self::All(list) => {
                for part in list {
                    if !part.holds(instance, row)? {
                        return Ok(false);
                    }
                }
                true
            }
            Self::Any(list) => {
                for part in list {
                    if part.holds(instance, row)? {
                        return Ok(true);
                    }
                }
                false
            }
            Self::Not(inner) => !inner.holds(instance, row)?,
            Self::Rows(keys) => keys.contains(&row),
            Self::Value(restriction) => matches(restriction, instance)?,
        })
    }
}

/// Whether a restriction can tell the instances of one row from each other.
fn looks_at_instances(restriction: &Restriction, expanded: &[PropTag]) -> bool {
    let mut found = false;
    restriction.visit_tags(&mut |tag| {
        found |= tag.id() == id(PR_INSTANCE_KEY)
            || tag.is_instance() && expanded.contains(&tag.of_property());
    });
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{MemoryRow, MemoryView};

    const FIRST: u16 = 0x6680;

    fn property(index: u16) -> PropTag {
        PropTag::new(FIRST + index, MULTI_VALUED | 3)
    }

    fn view(properties: u16, values: usize) -> Result<InstanceView, StoreError> {
        let bag = (0..properties).map(|index| (property(index), Value::MvLong(vec![7; values])));
        let row = MemoryRow {
            key: InstanceKey([1; 16]),
            properties: bag.collect(),
        };
        let expanded: Vec<_> = (0..properties).map(property).collect();
        InstanceView::new(
            &MemoryView::new(vec![row], Vec::new()),
            &expanded,
            &[],
            None,
        )
    }

    #[test]
    fn properties_that_multiply_each_other_without_end_are_too_complex() {
        assert_eq!(view(3, 4).unwrap().count().unwrap(), 64);
        for properties in [12, 70] {
            let view = view(properties, 4).unwrap();
            assert!(matches!(view.count(), Err(StoreError::TooComplex)));
            let rows = view.rows(0, 1, &[]);
            assert!(matches!(rows, Err(StoreError::TooComplex)));
        }
    }

    #[test]
    fn values_that_are_alike_have_keys_of_their_own() {
        let view = view(2, 3).unwrap();
        let rows = view.rows(0, 99, &[]).unwrap();
        let keys: HashSet<_> = rows.iter().map(|row| row.key).collect();
        assert_eq!((rows.len(), keys.len()), (9, 9));
        for (position, row) in rows.iter().enumerate() {
            assert_eq!(view.position_of(row.key).unwrap(), Some(position));
        }
        assert_eq!(view.position_of(InstanceKey([1; 16])).unwrap(), None);
    }
}
