//! What a table shows at the moment: columns, order, restriction, and where its cursor and its bookmarks are.
//!
//! Rows come and go under a cursor. A place in the table is therefore remembered as the row that comes next, and the row
//! before it, beside the number; the number alone counts as long as nothing has changed.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use mapi_abi as abi;

use crate::com::fault::{Fault, Outcome};
use crate::com::sort::Order;
use crate::com::values::{stored_tag, types};
use crate::store::{
    CategoryState, CategoryView, Grouping, InstanceKey, InstanceView, LimitedView, PropTag,
    Restriction, Row, RowSource, SortKey,
};

/// More bookmarks than this are not handed out: nobody frees them.
const MOST_BOOKMARKS: usize = 4096;
/// The first number that is not one of MAPI's own bookmarks.
const FIRST_BOOKMARK: usize = abi::BOOKMARK_END + 1;
/// The most rows of one call. Callers loop until they get none.
const MOST_ROWS: usize = 1 << 20;

/// How often rows are read again because they moved meanwhile.
const ATTEMPTS: usize = 8;

/// Counts the changes of what a table shows. Whoever changes it, counts; tables look whether their numbers still hold.
#[derive(Clone, Debug, Default)]
pub struct Revision(Arc<AtomicU64>);

impl Revision {
    /// Something changed.
    pub fn advance(&self) {
        self.0.fetch_add(1, Ordering::AcqRel);
    }

    /// The number of changes so far.
    pub fn current(&self) -> u64 {
        self.0.load(Ordering::Acquire)
    }

    /// Whether both count the changes of the same thing.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

/// A place between two rows.
#[derive(Clone, Copy, Debug, Default)]
struct Place {
    /// Rows before the place, when it was set.
    position: usize,
    /// The row after the place; `None` at the end.
    next: Option<InstanceKey>,
    /// The row before the place, if it was seen.
    previous: Option<InstanceKey>,
    /// The revision at which `position` was true.
    revision: u64,
    /// The row after the place was collapsed out of view, and nobody has heard of it yet.
    displaced: bool,
}

/// Where a place is now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Found {
    position: usize,
    /// The row after the place is gone, and another one is there now.
    moved: bool,
}

/// What a call that starts at a bookmark answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Reached<T> {
    pub(crate) value: T,
    /// `MAPI_W_POSITION_CHANGED`.
    pub(crate) moved: bool,
}

/// A table's state, apart from COM.
pub(crate) struct View {
    base: Box<dyn RowSource>,
    rows: Arc<dyn RowSource>,
    columns: Vec<u32>,
    order: Arc<Order>,
    /// The rows again, if they are grouped.
    categories: Option<Arc<CategoryView>>,
    restriction: Option<Arc<Restriction>>,
    /// Rows that are shown at most.
    limit: Option<usize>,
    /// The multi-valued properties with a row for each value: in `columns`, in `order`, or in both.
    expanded: Vec<PropTag>,
    cursor: Place,
    bookmarks: BTreeMap<usize, Place>,
    next_bookmark: usize,
    revision: Revision,
    /// Number of times that the rows or columns were arranged anew.
    generation: u64,
}

impl View {
    /// All rows in their natural order, the cursor before the first one.
    pub(crate) fn new(
        base: Box<dyn RowSource>,
        columns: Vec<u32>,
        revision: Revision,
    ) -> Outcome<Self> {
        let rows = Arc::from(base.arrange(&[], None)?);
        Ok(Self {
            base,
            rows,
            columns,
            order: Arc::default(),
            categories: None,
            restriction: None,
            limit: None,
            expanded: Vec::new(),
            cursor: Place::default(),
            bookmarks: BTreeMap::new(),
            next_bookmark: FIRST_BOOKMARK,
            revision,
            generation: 0,
        })
    }

    /// The rows as they are arranged now.
    pub(crate) fn rows(&self) -> Arc<dyn RowSource> {
        self.rows.clone()
    }

    /// The current columns, as the client named them.
    pub(crate) fn columns(&self) -> &[u32] {
        &self.columns
    }

    /// Whether rows are hidden from the client.
    pub(crate) fn is_restricted(&self) -> bool {
        self.restriction.is_some()
    }

    /// Whether an object may have several rows, one for each value of a multi-valued property.
    pub(crate) fn is_expanded(&self) -> bool {
        !self.expanded.is_empty()
    }

    /// Whether rows are grouped under headings.
    pub(crate) fn is_categorized(&self) -> bool {
        self.categories.is_some()
    }

    /// Whether only the first rows are shown.
    pub(crate) fn is_limited(&self) -> bool {
        self.limit.is_some()
    }

    /// Another number after every change of columns, order or restriction.
    pub(crate) fn generation(&self) -> u64 {
        self.generation
    }

    /// The current order, as the client gave it.
    pub(crate) fn order(&self) -> Arc<Order> {
        self.order.clone()
    }

    /// Replaces the columns \[imapitable-setcolumns\]. If that adds or removes rows, bookmarks are gone and the cursor is at
    /// the beginning \[working-with-multivalued-columns\]. A failure changes nothing.
    pub(crate) fn set_columns(&mut self, tags: &[u32]) -> Outcome {
        if tags.is_empty() {
            return Err(Fault::new(abi::MAPI_E_INVALID_PARAMETER));
        }
        for tag in tags.iter().copied().map(PropTag) {
            if tag.of_cell().property_type() == types::UNSPECIFIED {
                return Err(Fault::new(abi::MAPI_E_INVALID_PARAMETER));
            }
        }
        let order = self.order.clone();
        if expanded(tags, &order) != self.expanded {
            self.arrange(tags, &order, self.restriction.clone(), self.folds())?;
            self.start_over();
        }
        self.columns = tags.to_vec();
        self.generation += 1;
        Ok(())
    }

    /// Every column there is, the default ones first.
    pub(crate) fn all_columns(&self) -> Outcome<Vec<PropTag>> {
        let mut columns = self.base.default_columns();
        for tag in self.base.available_columns()? {
            if !columns.contains(&tag) {
                columns.push(tag);
            }
        }
        Ok(columns)
    }

    /// Shows only the rows that meet a restriction, and only the first ones if there is a limit; `None` shows all. A
    /// failure changes nothing.
    pub(crate) fn restrict(
        &mut self,
        restriction: Option<Restriction>,
        limit: Option<usize>,
    ) -> Outcome {
        let restriction = restriction.map(Arc::new);
        let (columns, order) = (self.columns.clone(), self.order.clone());
        let before = std::mem::replace(&mut self.limit, limit);
        let arranged = self.arrange(&columns, &order, restriction.clone(), self.folds());
        if arranged.is_err() {
            self.limit = before;
        }
        arranged?;
        self.restriction = restriction;
        self.start_over();
        Ok(())
    }

    /// Sorts the rows, and groups them if the order has categories. A failure changes nothing.
    pub(crate) fn sort(&mut self, order: Order) -> Outcome {
        let order = Arc::new(order);
        let columns = self.columns.clone();
        let folds = Arc::new(CategoryState::new(order.expanded_levels()));
        self.arrange(&columns, &order, self.restriction.clone(), Some(folds))?;
        self.order = order;
        self.start_over();
        Ok(())
    }

    /// What of the categories is collapsed.
    fn folds(&self) -> Option<Arc<CategoryState>> {
        self.categories.as_ref().map(|view| view.state().clone())
    }

    /// Arranges the rows anew; a failure changes nothing.
    fn arrange(
        &mut self,
        columns: &[u32],
        order: &Order,
        restriction: Option<Arc<Restriction>>,
        folds: Option<Arc<CategoryState>>,
    ) -> Outcome {
        let expanded = expanded(columns, order);
        let instances = |order: &[SortKey], restriction| {
            InstanceView::new(&*self.base, &expanded, order, restriction)
        };
        let mut categories = None;
        if self.limit.is_some() && !order.categories.is_empty() {
            return Err(Fault::new(abi::MAPI_E_TOO_COMPLEX));
        }
        let rows: Arc<dyn RowSource> = if !order.categories.is_empty() {
            let grouping = Grouping {
                categories: order.categories.clone(),
                order: order.keys.clone(),
            };
            let folds = folds.unwrap_or_default();
            let view = if expanded.is_empty() {
                CategoryView::new(&*self.base, &grouping, folds, restriction)?
            } else {
                CategoryView::new(&instances(&[], None)?, &grouping, folds, restriction)?
            };
            categories.insert(Arc::new(view)).clone()
        } else if expanded.is_empty() {
            Arc::from(self.base.arrange(&order.keys, restriction)?)
        } else {
            Arc::new(instances(&order.keys, restriction)?)
        };
        self.rows = match self.limit {
            Some(limit) => Arc::new(LimitedView::new(rows, limit)),
            None => rows,
        };
        self.categories = categories;
        self.expanded = expanded;
        self.generation += 1;
        Ok(())
    }

    fn start_over(&mut self) {
        self.cursor = Place::default();
        self.cursor.revision = self.revision.current();
        self.bookmarks.clear();
    }

    /// Number of rows.
    pub(crate) fn count(&self) -> Outcome<usize> {
        Ok(self.rows.count()?)
    }

    /// The cursor and the number of rows.
    pub(crate) fn position(&mut self) -> Outcome<(usize, usize)> {
        let count = self.count()?;
        Ok((self.cursor_position()?.min(count), count))
    }

    /// Moves the cursor by `distance` rows from a bookmark, no further than the ends; answers how far it went.
    pub(crate) fn seek(&mut self, origin: usize, distance: i64) -> Outcome<Reached<i64>> {
        let count = self.count()?;
        let start = self.resolve(origin)?;
        let from = start.position.min(count) as i64;
        let target = from.saturating_add(distance).clamp(0, count as i64);
        self.cursor = self.place_at(target as usize)?;
        Ok(Reached {
            value: target - from,
            moved: start.moved,
        })
    }

    /// Moves the cursor to a fraction of the table.
    pub(crate) fn seek_fraction(&mut self, numerator: u32, denominator: u32) -> Outcome {
        if denominator == 0 {
            return Err(Fault::new(abi::MAPI_E_INVALID_PARAMETER));
        }
        let count = self.count()?;
        let target = if numerator >= denominator {
            count
        } else {
            (count as u64 * u64::from(numerator) / u64::from(denominator)) as usize
        };
        self.cursor = self.place_at(target)?;
        Ok(())
    }

    /// Moves the cursor to the nearest row that meets a restriction; `MAPI_E_NOT_FOUND` leaves it.
    pub(crate) fn find(
        &mut self,
        restriction: &Restriction,
        origin: usize,
        backward: bool,
    ) -> Outcome<Reached<()>> {
        let start = self.resolve(origin)?;
        let revision = self.revision.current();
        let hit = self
            .rows
            .find_place(restriction, start.position, backward)?
            .ok_or(Fault::new(abi::MAPI_E_NOT_FOUND))?;
        self.cursor = Place {
            position: hit.position,
            next: hit.key,
            previous: hit.previous,
            revision,
            displaced: false,
        };
        Ok(Reached {
            value: (),
            moved: start.moved,
        })
    }

    /// Remembers the place of the cursor.
    pub(crate) fn create_bookmark(&mut self) -> Outcome<usize> {
        if self.bookmarks.len() >= MOST_BOOKMARKS {
            return Err(Fault::new(abi::MAPI_E_UNABLE_TO_COMPLETE));
        }
        let position = self.cursor_position()?;
        let place = self.place_at(position)?;
        let bookmark = self.next_bookmark;
        self.next_bookmark += 1;
        self.bookmarks.insert(bookmark, place);
        Ok(bookmark)
    }

    /// Forgets a bookmark; MAPI's own ones stay.
    pub(crate) fn free_bookmark(&mut self, bookmark: usize) -> Outcome {
        if bookmark < FIRST_BOOKMARK || self.bookmarks.remove(&bookmark).is_some() {
            Ok(())
        } else {
            Err(Fault::new(abi::MAPI_E_INVALID_BOOKMARK))
        }
    }

    /// Reads up to `count` rows from the cursor on or, if negative, up to the cursor, and moves the cursor behind them;
    /// with `stay`, to the first of them.
    pub(crate) fn query(&mut self, count: i64, stay: bool) -> Outcome<Vec<Row>> {
        // Nobody may have told of a change yet; a row that is not where it was tells as much.
        for _ in 0..ATTEMPTS {
            if let Some(rows) = self.try_query(count, stay)? {
                return Ok(rows);
            }
            self.revision.advance();
        }
        Err(Fault::new(abi::MAPI_E_BUSY))
    }

    /// The same; `None` if the row after the cursor is not where the cursor says.
    fn try_query(&mut self, count: i64, stay: bool) -> Outcome<Option<Vec<Row>>> {
        let position = self.cursor_position()?;
        let revision = self.revision.current();
        let wanted = usize::try_from(count.unsigned_abs())
            .unwrap_or(MOST_ROWS)
            .min(MOST_ROWS);
        let (start, wanted) = if count < 0 {
            let start = position.saturating_sub(wanted);
            (start, position - start)
        } else {
            (position, wanted)
        };
        // One row more than asked for: the cursor will stand before it.
        let columns: Vec<PropTag> = self
            .columns
            .iter()
            .map(|&tag| stored_tag(PropTag(tag)))
            .collect();
        let mut rows = self.rows.rows(start, wanted + 1, &columns)?;
        let next = rows.get(position - start).map(|row| row.key);
        if self.cursor.next.is_some() && next != self.cursor.next {
            return Ok(None);
        }
        let after = if rows.len() > wanted {
            rows.pop().map(|row| row.key)
        } else {
            None
        };
        self.cursor = if stay {
            let previous = if start == position {
                self.cursor.previous
            } else {
                None
            };
            Place {
                position: start,
                next: rows.first().map(|row| row.key).or(after),
                previous,
                revision,
                displaced: false,
            }
        } else {
            let previous = rows.last().map(|row| row.key).or(self.cursor.previous);
            Place {
                position: start + rows.len(),
                next: after,
                previous,
                revision,
                displaced: false,
            }
        };
        Ok(Some(rows))
    }

    /// The cursor as it is, to be put back if what was read cannot be handed out.
    pub(crate) fn checkpoint(&self) -> Checkpoint {
        Checkpoint(self.cursor)
    }

    /// Puts the cursor back to where it was before [`View::query`] moved it to `moved`, unless somebody moved it again.
    pub(crate) fn restore(&mut self, before: Checkpoint, moved: Checkpoint) {
        let same = self.cursor.position == moved.0.position && self.cursor.next == moved.0.next;
        if same && self.cursor.revision == moved.0.revision {
            self.cursor = before.0;
        }
    }

    fn cursor_position(&mut self) -> Outcome<usize> {
        let found = self.locate(&self.cursor)?;
        if self.cursor.revision != self.revision.current() {
            self.cursor = self.place_at(found.position)?;
        }
        Ok(found.position)
    }

    fn resolve(&mut self, bookmark: usize) -> Outcome<Found> {
        match bookmark {
            abi::BOOKMARK_BEGINNING => Ok(Found {
                position: 0,
                moved: false,
            }),
            abi::BOOKMARK_CURRENT => Ok(Found {
                position: self.cursor_position()?,
                moved: false,
            }),
            abi::BOOKMARK_END => Ok(Found {
                position: self.count()?,
                moved: false,
            }),
            _ => {
                let place = *self
                    .bookmarks
                    .get(&bookmark)
                    .ok_or(Fault::new(abi::MAPI_E_INVALID_BOOKMARK))?;
                let found = self.locate(&place)?;
                if found.moved {
                    // The client hears of it once; from now on the bookmark is where it was found.
                    let place = self.place_at(found.position)?;
                    self.bookmarks.insert(bookmark, place);
                }
                Ok(found)
            }
        }
    }

    fn locate(&self, place: &Place) -> Outcome<Found> {
        if place.revision == self.revision.current() {
            return Ok(Found {
                position: place.position,
                moved: place.displaced,
            });
        }
        if let Some(next) = place.next
            && let Some(position) = self.rows.position_of(next)?
        {
            return Ok(Found {
                position,
                moved: place.displaced,
            });
        }
        let moved = place.displaced || place.next.is_some();
        if let Some(previous) = place.previous
            && let Some(position) = self.rows.position_of(previous)?
        {
            return Ok(Found {
                position: position + 1,
                moved,
            });
        }
        Ok(Found {
            position: place.position.min(self.count()?),
            moved,
        })
    }

    /// The place before the row that has this position now.
    fn place_at(&self, position: usize) -> Outcome<Place> {
        let revision = self.revision.current();
        let start = position.saturating_sub(1);
        let rows = self.rows.rows(start, position - start + 1, &[])?;
        let mut keys = rows.iter().map(|row| row.key);
        let previous = if position > 0 { keys.next() } else { None };
        Ok(Place {
            position,
            next: keys.next(),
            previous,
            revision,
            displaced: false,
        })
    }
}

/// The multi-valued properties of which columns or sort keys want each value in a row of its own.
fn expanded(columns: &[u32], order: &Order) -> Vec<PropTag> {
    let columns = columns.iter().map(|&tag| stored_tag(PropTag(tag)));
    let categories = order.categories.iter().flat_map(|category| &category.keys);
    let mut properties = Vec::new();
    for tag in columns.chain(categories.chain(&order.keys).map(|key| key.tag)) {
        if tag.is_instance() && !properties.contains(&tag.of_property()) {
            properties.push(tag.of_property());
        }
    }
    properties
}

/// A remembered cursor.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Checkpoint(Place);

mod folding;

#[cfg(test)]
mod tests;
