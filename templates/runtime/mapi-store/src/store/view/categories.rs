//! Grouped tables: the rows of another source under headings, which can be collapsed \[sorting-and-categorization\].
//!
//! The source is sorted by the columns of the categories, so that each group is a range of its positions: what is kept in
//! memory is the groups, not their rows.

mod groups;
mod state;

use std::borrow::Cow;
use std::sync::{Arc, Mutex};

use mapi_abi::*;

use self::groups::{Groups, Segment, Shown};
pub use self::state::CategoryState;
use super::memory::is_type;
use super::{Row, RowSource, SortKey, has_order};
use crate::store::bag::PropertyBag;
use crate::store::database::lock;
use crate::store::error::StoreError;
use crate::store::evaluate::{Subject, matches};
use crate::store::id;
use crate::store::identity::InstanceKey;
use crate::store::restriction::{Restriction, SubObject};
use crate::store::value::{LargeValue, PropTag, Value, property_type as code};

/// How often something is read again because rows came or went meanwhile.
const ATTEMPTS: usize = 8;

/// More rows than this are `TooComplex`: every one of them has to be looked at to count the groups.
const MOST_ROWS: usize = 1 << 22;

/// The order of a grouped table \[ssortorderset\].
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Grouping {
    /// What rows are grouped by, from the outermost level.
    pub categories: Vec<Category>,
    /// Order of the rows within the innermost groups.
    pub order: Vec<SortKey>,
}

/// One level of a grouped table.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Category {
    /// The columns whose values make a group; more than one if they were combined (`TABLE_SORT_COMBINE`). The first one
    /// has the direction of the groups.
    pub keys: Vec<SortKey>,
    /// Orders the groups by a value of their rows instead of their own.
    pub extreme: Option<Extreme>,
}

/// `TABLE_SORT_CATEG_MAX` or `TABLE_SORT_CATEG_MIN`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Extreme {
    /// The property of the rows.
    pub tag: PropTag,
    /// The greatest value counts, not the least.
    pub greatest: bool,
}

impl Grouping {
    /// The order of the rows that keeps those of a group together.
    fn flat_order(&self) -> Vec<SortKey> {
        let categories = self.categories.iter().flat_map(|category| &category.keys);
        categories.chain(&self.order).copied().collect()
    }
}

/// The rows of another source under headings.
pub struct CategoryView {
    base: Box<dyn RowSource>,
    grouping: Grouping,
    state: Arc<CategoryState>,
    known: Mutex<Option<Known>>,
}

/// What was found out in one state of the source.
struct Known {
    stamp: i64,
    groups: Arc<Groups>,
    /// What is shown of the groups, and the revision of the state that says so.
    shown: Option<(u64, Arc<Shown>)>,
}

/// Which rows came or went because a category was expanded or collapsed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Fold {
    /// Position of the heading.
    pub heading: usize,
    /// Rows right after it that are shown now, or that were.
    pub rows: usize,
}

impl CategoryView {
    /// The rows of `source` that meet a restriction, grouped. What is collapsed is told by `state`, which other views may
    /// share. `TooComplex` if the rows cannot be sorted that way.
    pub fn new(
        source: &dyn RowSource,
        grouping: &Grouping,
        state: Arc<CategoryState>,
        restriction: Option<Arc<Restriction>>,
    ) -> Result<Self, StoreError> {
        let extremes = grouping.categories.iter().filter_map(|level| level.extreme);
        if grouping.categories.is_empty()
            || !extremes
                .clone()
                .all(|extreme| has_order(extreme.tag.of_cell()) && !extreme.tag.is_instance())
        {
            return Err(StoreError::TooComplex);
        }
        Ok(Self {
            base: source.arrange(&grouping.flat_order(), restriction)?,
            grouping: grouping.clone(),
            state,
            known: Mutex::default(),
        })
    }

    /// What is expanded and what is collapsed.
    #[must_use]
    pub fn state(&self) -> &Arc<CategoryState> {
        &self.state
    }

    /// Shows what is in a category; `NotFound` if no heading that is shown has this key.
    pub fn expand(&self, heading: InstanceKey) -> Result<Fold, StoreError> {
        self.fold(heading, true)
    }

    /// Hides what is in a category; `NotFound` if no heading that is shown has this key.
    pub fn collapse(&self, heading: InstanceKey) -> Result<Fold, StoreError> {
        self.fold(heading, false)
    }

    fn fold(&self, heading: InstanceKey, expand: bool) -> Result<Fold, StoreError> {
        let shown = self.shown()?;
        let (position, group) = shown.heading(heading).ok_or(StoreError::NotFound)?;
        let before = shown.count();
        self.state.set(heading, shown.groups.level(group), expand);
        let after = self.show(&shown.groups).count();
        Ok(Fold {
            heading: position,
            rows: after.abs_diff(before),
        })
    }

    fn show(&self, groups: &Arc<Groups>) -> Arc<Shown> {
        let (revision, folds) = self.state.folds();
        let shown = Arc::new(Shown::new(groups, &folds));
        let mut known = lock(&self.known);
        if let Some(known) = known.as_mut()
            && Arc::ptr_eq(&known.groups, groups)
        {
            known.shown = Some((revision, Arc::clone(&shown)));
        }
        shown
    }

    /// What is shown now.
    fn shown(&self) -> Result<Arc<Shown>, StoreError> {
        let groups = self.groups()?;
        let revision = self.state.revision();
        if let Some(known) = lock(&self.known).as_ref()
            && Arc::ptr_eq(&known.groups, &groups)
            && let Some((made, shown)) = &known.shown
            && *made == revision
        {
            return Ok(Arc::clone(shown));
        }
        Ok(self.show(&groups))
    }

    fn groups(&self) -> Result<Arc<Groups>, StoreError> {
        for _ in 0..ATTEMPTS {
            let stamp = self.base.stamp()?;
            if let Some(known) = lock(&self.known).as_ref()
                && known.stamp == stamp
            {
                return Ok(Arc::clone(&known.groups));
            }
            let groups = Groups::read(&*self.base, &self.grouping)?;
            // The rows were read page by page: only those of one state make groups.
            if let Some(groups) = groups
                && self.base.stamp()? == stamp
            {
                let groups = Arc::new(groups);
                *lock(&self.known) = Some(Known {
                    stamp,
                    groups: Arc::clone(&groups),
                    shown: None,
                });
                return Ok(groups);
            }
        }
        Err(StoreError::Busy)
    }

    /// A page of what is shown; `None` if the source has moved on since.
    fn page(
        &self,
        shown: &Shown,
        start: usize,
        count: usize,
        columns: &[PropTag],
    ) -> Result<Option<Vec<Row>>, StoreError> {
        let end = start.saturating_add(count).min(shown.count());
        if start >= end {
            return Ok(Some(Vec::new()));
        }
        let mut rows = Vec::with_capacity(end - start);
        for (first, segment) in shown.from(start) {
            if first >= end {
                break;
            }
            match *segment {
                Segment::Heading(group) => rows.push(self.heading_row(shown, group, columns)),
                Segment::Leaves { base, count } => {
                    let skipped = start.saturating_sub(first);
                    let wanted = count.min(end - first) - skipped;
                    let found = self.base.rows(base + skipped, wanted, columns)?;
                    if found.len() != wanted {
                        return Ok(None);
                    }
                    rows.extend(found.into_iter().map(|row| self.leaf_row(row, columns)));
                }
            }
        }
        Ok(Some(rows))
    }

    fn leaf_row(&self, mut row: Row, columns: &[PropTag]) -> Row {
        for (tag, cell) in columns.iter().zip(&mut row.cells) {
            if let Some(number) = own_cell(*tag, TBL_LEAF_ROW, self.grouping.categories.len()) {
                *cell = Some(number);
            }
        }
        row
    }

    fn heading_row(&self, shown: &Shown, group: usize, columns: &[PropTag]) -> Row {
        let key = shown.groups.key(group);
        Row {
            key,
            object: None,
            cells: columns
                .iter()
                .map(|tag| self.heading_cell(shown, group, *tag))
                .collect(),
        }
    }

    /// A cell of a heading: the values of its category and of those that it is in, and its counts.
    fn heading_cell(&self, shown: &Shown, group: usize, tag: PropTag) -> Option<Value> {
        let groups = &shown.groups;
        let wanted = tag.id();
        let long = |number: usize| Value::Long(i32::try_from(number).unwrap_or(i32::MAX));
        let value = if wanted == id(PR_INSTANCE_KEY) {
            Some(Value::Binary(groups.key(group).0.to_vec()))
        } else if wanted == id(PR_CONTENT_COUNT) {
            Some(long(groups.count(group)))
        } else if wanted == id(PR_CONTENT_UNREAD) {
            Some(long(groups.unread(group)))
        } else if wanted == id(PR_ROW_TYPE) || wanted == id(PR_DEPTH) {
            let row_type = if shown.is_expanded(group) {
                TBL_EXPANDED_CATEGORY
            } else {
                TBL_COLLAPSED_CATEGORY
            };
            own_cell(tag, row_type, groups.level(group))
        } else {
            let levels = self.grouping.categories.iter().zip(groups.values(group));
            let mut cells = levels.flat_map(|(level, values)| level.keys.iter().zip(values));
            cells
                .find(|(key, _)| {
                    key.tag.id() == wanted && key.tag.is_instance() == tag.is_instance()
                })
                .and_then(|(_, value)| value.clone())
        };
        value.filter(|value| is_type(tag.of_cell(), value.property_type()))
    }

    fn subject<'a>(&'a self, shown: &'a Shown, group: usize) -> HeadingSubject<'a> {
        HeadingSubject {
            view: self,
            shown,
            group,
        }
    }
}

/// `PR_ROW_TYPE` and `PR_DEPTH`.
fn own_cell(tag: PropTag, row_type: u32, depth: usize) -> Option<Value> {
    let number = if tag.id() == id(PR_ROW_TYPE) {
        i32::try_from(row_type).ok()?
    } else if tag.id() == id(PR_DEPTH) {
        i32::try_from(depth).ok()?
    } else {
        return None;
    };
    is_type(tag, code::LONG).then_some(Value::Long(number))
}

impl RowSource for CategoryView {
    /// The rows without their headings.
    fn arrange(
        &self,
        order: &[SortKey],
        restriction: Option<Arc<Restriction>>,
    ) -> Result<Box<dyn RowSource>, StoreError> {
        self.base.arrange(order, restriction)
    }

    fn count(&self) -> Result<usize, StoreError> {
        Ok(self.shown()?.count())
    }

    fn rows(
        &self,
        start: usize,
        count: usize,
        columns: &[PropTag],
    ) -> Result<Vec<Row>, StoreError> {
        for _ in 0..ATTEMPTS {
            let shown = self.shown()?;
            let rows = self.page(&shown, start, count, columns)?;
            if let Some(rows) = rows
                && Arc::ptr_eq(&self.groups()?, &shown.groups)
            {
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
        restriction.validate()?;
        let shown = self.shown()?;
        let start = start.min(shown.count());
        if !backward && start == shown.count() {
            return Ok(None);
        }
        let mut segments: Vec<(usize, Segment)> = if backward {
            shown
                .from(0)
                .take_while(|(first, _)| *first < start)
                .map(|(first, segment)| (first, *segment))
                .collect()
        } else {
            shown
                .from(start)
                .map(|(first, segment)| (first, *segment))
                .collect()
        };
        if backward {
            segments.reverse();
        }
        // Positions of the source of which it is known that no row there is a hit.
        let mut barren = 0..0;
        for (first, segment) in segments {
            match segment {
                Segment::Heading(group) => {
                    if matches(restriction, &self.subject(&shown, group))? {
                        return Ok(Some(first));
                    }
                }
                Segment::Leaves { base, count } => {
                    let (low, high) = if backward {
                        (base, base + count.min(start - first))
                    } else {
                        (base + start.saturating_sub(first), base + count)
                    };
                    if low >= high || (barren.start <= low && high <= barren.end) {
                        continue;
                    }
                    let from = if backward { high } else { low };
                    match self.base.find(restriction, from, backward)? {
                        Some(hit) if (low..high).contains(&hit) => {
                            return Ok(Some(first + (hit - base)));
                        }
                        Some(hit) if backward => barren = hit + 1..high,
                        Some(hit) => barren = low..hit,
                        None if backward => barren = 0..high,
                        None => barren = low..usize::MAX,
                    }
                }
            }
        }
        Ok(None)
    }

    fn position_of(&self, key: InstanceKey) -> Result<Option<usize>, StoreError> {
        let shown = self.shown()?;
        if let Some((position, _)) = shown.heading(key) {
            return Ok(Some(position));
        }
        let Some(base) = self.base.position_of(key)? else {
            return Ok(None);
        };
        Ok(shown.leaf(base))
    }

    fn stamp(&self) -> Result<i64, StoreError> {
        self.base.stamp()
    }

    fn default_columns(&self) -> Vec<PropTag> {
        self.base.default_columns()
    }

    fn available_columns(&self) -> Result<Vec<PropTag>, StoreError> {
        let mut columns = self.base.available_columns()?;
        for tag in [PR_ROW_TYPE, PR_DEPTH, PR_CONTENT_COUNT, PR_CONTENT_UNREAD].map(PropTag) {
            if !columns.contains(&tag) {
                columns.push(tag);
            }
        }
        Ok(columns)
    }
}

/// A heading judged by its cells.
struct HeadingSubject<'a> {
    view: &'a CategoryView,
    shown: &'a Shown,
    group: usize,
}

impl Subject for HeadingSubject<'_> {
    fn value(&self, tag: PropTag) -> Result<Option<Cow<'_, Value>>, StoreError> {
        let cell = self.view.heading_cell(self.shown, self.group, tag);
        Ok(cell.map(Cow::Owned))
    }

    /// The beginning stands for the whole, as in all tables.
    fn whole(&self, large: &LargeValue) -> Result<Value, StoreError> {
        Ok(large.prefix())
    }

    fn parts(&self, _: SubObject) -> Result<Vec<PropertyBag>, StoreError> {
        Ok(Vec::new())
    }
}

#[cfg(test)]
mod tests;
