//! Tables of messages.
//!
//! Where an index keeps the order and SQL can say the restriction, pages are read along that index and nothing is held
//! in memory. Everything else is listed: the rows that match are found and sorted once, and their numbers kept until
//! the folder changes.

use std::sync::{Arc, Mutex};

use mapi_abi::PR_MESSAGE_SIZE;
use rusqlite::types::Value as Sql;
use rusqlite::{OptionalExtension, params_from_iter};

use super::cells::{Cells, MadeRow, RowSubject};
use super::filter::{self, Condition};
use super::memory::compare_keys;
use super::single;
use super::walk::{Order, Place, Places, Walk};
use super::{CONTENTS_COLUMNS, Row, RowSource, SortKey, check_order, cut, tags, wanted_key};
use crate::store::bag::{HIDDEN_PROPERTY_ID, PropertyBag};
use crate::store::codec::Entries;
use crate::store::compare::sort_key;
use crate::store::database::lock;
use crate::store::error::StoreError;
use crate::store::evaluate::matches;
use crate::store::hot::{self, Hot};
use crate::store::identity::{InstanceKey, ObjectId, ObjectKey};
use crate::store::restriction::Restriction;
use crate::store::value::PropTag;
use crate::store::{Inner, Session};

/// Rows that answer for all when a table is asked for its columns.
const SAMPLE: usize = 256;

/// Which messages a table shows.
#[derive(Clone)]
pub(super) struct Scope {
    pub folder: ObjectKey,
    pub row: i64,
    pub associated: bool,
    /// Whether they are in other folders, as those are that a search folder shows.
    pub has_links: bool,
    pub constants: Arc<PropertyBag>,
}

pub(super) struct ContentsView {
    inner: Arc<Inner>,
    scope: Scope,
    order: Vec<SortKey>,
    restriction: Option<Arc<Restriction>>,
    plan: Plan,
    known: Mutex<Known>,
}

/// How the rows are found.
enum Plan {
    /// Along an index.
    Walk {
        order: Order,
        filter: Option<Condition>,
    },
    /// By listing them.
    List {
        condition: Option<Condition>,
        is_exact: bool,
        order: Option<String>,
    },
}

/// What was found out since the folder last changed.
#[derive(Default)]
struct Known {
    stamp: i64,
    count: Option<usize>,
    places: Places,
    list: Option<Arc<Vec<i64>>>,
}

impl ContentsView {
    pub fn new(inner: Arc<Inner>, scope: Scope) -> Self {
        Self {
            inner,
            scope,
            order: Vec::new(),
            restriction: None,
            plan: Plan::Walk {
                order: Order::Natural,
                filter: None,
            },
            known: Mutex::default(),
        }
    }

    /// Runs a read on one state of the store, with what is known of that state.
    fn with<T>(
        &self,
        work: impl FnOnce(&Session<'_>, &mut Known) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.inner.database.read(|connection| {
            let mut statement =
                connection.prepare_cached("SELECT stamp FROM folder WHERE id = ?1")?;
            let stamp = statement
                .query_row([self.scope.row], |row| row.get(0))
                .optional()?;
            let stamp = stamp.ok_or(StoreError::Deleted)?;
            let mut known = lock(&self.known);
            if known.stamp != stamp {
                *known = Known {
                    stamp,
                    ..Known::default()
                };
            }
            work(
                &Session {
                    inner: &self.inner,
                    connection,
                },
                &mut known,
            )
        })
    }

    fn walk<'a>(&'a self, session: &'a Session<'_>) -> Option<Walk<'a>> {
        match &self.plan {
            Plan::Walk { order, filter } => Some(Walk {
                connection: session.connection,
                folder_row: self.scope.row,
                associated: self.scope.associated,
                order: *order,
                filter: filter.as_ref(),
            }),
            Plan::List { .. } => None,
        }
    }

    /// The rows of a page, in order.
    fn page(
        &self,
        session: &Session<'_>,
        known: &mut Known,
        start: usize,
        count: usize,
    ) -> Result<Vec<i64>, StoreError> {
        match self.walk(session) {
            Some(walk) => {
                let places = known.places.page(&walk, start, count)?;
                Ok(places.into_iter().map(|place| place.row).collect())
            }
            None => Ok(self
                .list(session, known)?
                .iter()
                .skip(start)
                .take(count)
                .copied()
                .collect()),
        }
    }

    fn position(
        &self,
        session: &Session<'_>,
        known: &mut Known,
        message_row: i64,
    ) -> Result<Option<usize>, StoreError> {
        match self.walk(session) {
            Some(walk) => match walk.place(message_row)? {
                Some(place) => known.places.position(&walk, &place).map(Some),
                None => Ok(None),
            },
            None => Ok(self
                .list(session, known)?
                .iter()
                .position(|row| *row == message_row)),
        }
    }

    /// All rows, in order.
    fn list(&self, session: &Session<'_>, known: &mut Known) -> Result<Arc<Vec<i64>>, StoreError> {
        if let Some(list) = &known.list {
            return Ok(Arc::clone(list));
        }
        let Plan::List {
            condition,
            is_exact,
            order,
        } = &self.plan
        else {
            return Ok(Arc::default());
        };
        let residual = self.restriction.as_deref().filter(|_| !is_exact);
        let mut wanted = Vec::new();
        if let Some(restriction) = residual {
            restriction.collect_tags(&mut wanted);
        }
        let sorts_here = order.is_none() && !self.order.is_empty();
        if sorts_here {
            wanted.extend(self.order.iter().map(|key| key.tag));
        }
        let only_rows = residual.is_none() && !sorts_here;
        let cells = Cells::new(session, &self.scope, &wanted)?;
        let selection = if only_rows { "m.id" } else { &cells.selection };
        let filter = condition
            .as_ref()
            .map(|condition| format!(" AND {}", condition.sql))
            .unwrap_or_default();
        let sql = format!(
            "SELECT {selection} FROM message AS m WHERE m.folder = ? AND m.associated = ?{filter} ORDER BY {}",
            order.as_deref().unwrap_or("m.id")
        );
        let mut values = vec![
            Sql::Integer(self.scope.row),
            Sql::Integer(i64::from(self.scope.associated)),
        ];
        values.extend(
            condition
                .iter()
                .flat_map(|condition| condition.values.iter().cloned()),
        );

        let mut statement = session.connection.prepare_cached(&sql)?;
        let mut rows = statement.query(params_from_iter(values))?;
        let mut list = Vec::new();
        let mut keyed = Vec::new();
        while let Some(row) = rows.next()? {
            if only_rows {
                list.push(row.get(0)?);
                continue;
            }
            let made = cells.read(session, row)?;
            if let Some(restriction) = residual
                && !matches(
                    restriction,
                    &RowSubject {
                        session,
                        tags: &wanted,
                        row: &made,
                    },
                )?
            {
                continue;
            }
            if sorts_here {
                let first = wanted.len() - self.order.len();
                let keys: Vec<_> = made.cells[first..]
                    .iter()
                    .map(|cell| cell.as_ref().map(sort_key))
                    .collect();
                keyed.push((keys, made.row));
            } else {
                list.push(made.row);
            }
        }
        if sorts_here {
            if newest_first(&self.order) {
                keyed.reverse();
            }
            keyed.sort_by(|(left, _), (right, _)| compare_keys(&self.order, left, right));
            list.extend(keyed.into_iter().map(|(_, row)| row));
        }
        let list = Arc::new(list);
        known.list = Some(Arc::clone(&list));
        Ok(list)
    }

    /// Makes cells of rows that the same state of the store has.
    fn make(
        &self,
        session: &Session<'_>,
        cells: &Cells,
        rows: &[i64],
        mut each: impl FnMut(usize, MadeRow) -> Result<bool, StoreError>,
    ) -> Result<(), StoreError> {
        let mut statement = session.connection.prepare_cached(&format!(
            "SELECT {} FROM message AS m WHERE m.id = ?1",
            cells.selection
        ))?;
        for (index, row) in rows.iter().enumerate() {
            let mut found = statement.query([row])?;
            let found = found.next()?.ok_or(StoreError::NotFound)?;
            if !each(index, cells.read(session, found)?)? {
                break;
            }
        }
        Ok(())
    }

    fn find_in_list(
        &self,
        session: &Session<'_>,
        known: &mut Known,
        restriction: &Restriction,
        start: usize,
        backward: bool,
    ) -> Result<Option<usize>, StoreError> {
        let list = self.list(session, known)?;
        let mut wanted = Vec::new();
        restriction.collect_tags(&mut wanted);
        let cells = Cells::new(session, &self.scope, &wanted)?;
        let start = start.min(list.len());
        let rows: Vec<i64> = if backward {
            list[..start].iter().rev().copied().collect()
        } else {
            list[start..].to_vec()
        };
        let mut hit = None;
        self.make(session, &cells, &rows, |index, made| {
            if matches(
                restriction,
                &RowSubject {
                    session,
                    tags: &wanted,
                    row: &made,
                },
            )? {
                hit = Some(index);
            }
            Ok(hit.is_none())
        })?;
        Ok(hit.map(|index| {
            if backward {
                start - 1 - index
            } else {
                start + index
            }
        }))
    }

    fn find_on_walk(
        &self,
        session: &Session<'_>,
        known: &mut Known,
        walk: &Walk<'_>,
        restriction: &Restriction,
        start: usize,
        backward: bool,
    ) -> Result<Option<usize>, StoreError> {
        // The walk starts beside a row: the one before the start, or the start itself on the way back.
        let from: Option<Place> = match (backward, start) {
            (false, 0) => None,
            (true, 0) => return Ok(None),
            (false, start) => match known.places.page(walk, start - 1, 1)?.pop() {
                Some(place) => Some(place),
                None => return Ok(None),
            },
            (true, start) => known.places.page(walk, start, 1)?.pop(),
        };
        let mut wanted = Vec::new();
        restriction.collect_tags(&mut wanted);
        let cells = Cells::new(session, &self.scope, &wanted)?;
        let condition = filter::compile(restriction).condition;
        let hit = walk.find(
            from.as_ref(),
            backward,
            &cells.selection,
            condition.as_ref(),
            |row| {
                let made = cells.read(session, row)?;
                matches(
                    restriction,
                    &RowSubject {
                        session,
                        tags: &wanted,
                        row: &made,
                    },
                )
            },
        )?;
        match hit {
            Some(row) => self.position(session, known, row),
            None => Ok(None),
        }
    }
}

impl RowSource for ContentsView {
    fn arrange(
        &self,
        order: &[SortKey],
        restriction: Option<Arc<Restriction>>,
    ) -> Result<Box<dyn RowSource>, StoreError> {
        check_order(order)?;
        restriction
            .as_deref()
            .map_or(Ok(()), Restriction::validate)?;
        let filter = restriction
            .as_deref()
            .map_or(filter::EVERYTHING, filter::compile);
        let plan = match walked_order(&self.inner, order) {
            Some(order) if filter.exact => Plan::Walk {
                order,
                filter: filter.condition,
            },
            _ => Plan::List {
                is_exact: filter.exact,
                order: sql_order(order, filter.selective),
                condition: filter.condition,
            },
        };
        Ok(Box::new(Self {
            inner: Arc::clone(&self.inner),
            scope: self.scope.clone(),
            order: order.to_vec(),
            restriction,
            plan,
            known: Mutex::default(),
        }))
    }

    fn count(&self) -> Result<usize, StoreError> {
        self.with(|session, known| {
            if let Some(count) = known.count {
                return Ok(count);
            }
            let count = match (&self.plan, self.walk(session)) {
                // The folder counts for itself.
                (Plan::Walk { filter: None, .. }, _) => {
                    let column = if self.scope.associated {
                        "associated"
                    } else {
                        "content"
                    };
                    let sql = format!("SELECT {column} FROM folder WHERE id = ?1");
                    let count: i64 = session
                        .connection
                        .prepare_cached(&sql)?
                        .query_row([self.scope.row], |row| row.get(0))?;
                    usize::try_from(count).unwrap_or_default()
                }
                (_, Some(walk)) => walk.count(None, None)?,
                (_, None) => self.list(session, known)?.len(),
            };
            known.count = Some(count);
            Ok(count)
        })
    }

    fn rows(
        &self,
        start: usize,
        count: usize,
        columns: &[PropTag],
    ) -> Result<Vec<Row>, StoreError> {
        self.with(|session, known| {
            let page = self.page(session, known, start, count)?;
            let cells = Cells::new(session, &self.scope, columns)?;
            let mut rows = Vec::with_capacity(page.len());
            self.make(session, &cells, &page, |_, made| {
                rows.push(Row {
                    key: InstanceKey::of_object(made.key),
                    object: Some(ObjectId::Message(made.key)),
                    cells: made.cells.into_iter().map(|cell| cell.map(cut)).collect(),
                });
                Ok(true)
            })?;
            Ok(rows)
        })
    }

    fn find(
        &self,
        restriction: &Restriction,
        start: usize,
        backward: bool,
    ) -> Result<Option<usize>, StoreError> {
        restriction.validate()?;
        if let Some(key) = wanted_key(restriction, &self.inner.uid) {
            let position = self.position_of(key)?;
            return Ok(position.filter(|position| (*position < start) == backward));
        }
        self.with(|session, known| match self.walk(session) {
            Some(walk) => self.find_on_walk(session, known, &walk, restriction, start, backward),
            None => self.find_in_list(session, known, restriction, start, backward),
        })
    }

    fn position_of(&self, key: InstanceKey) -> Result<Option<usize>, StoreError> {
        self.with(|session, known| {
            let mut statement = session
                .connection
                .prepare_cached("SELECT id FROM message WHERE key = ?1")?;
            let row = statement
                .query_row([ObjectKey(key.0)], |row| row.get(0))
                .optional()?;
            match row {
                Some(row) => self.position(session, known, row),
                None => Ok(None),
            }
        })
    }

    fn row_of(&self, key: InstanceKey, columns: &[PropTag]) -> Result<Option<Row>, StoreError> {
        single::row_of(
            &self.inner,
            &self.scope,
            self.restriction.as_deref(),
            key,
            columns,
        )
    }

    fn stamp(&self) -> Result<i64, StoreError> {
        self.with(|_, known| Ok(known.stamp))
    }

    fn default_columns(&self) -> Vec<PropTag> {
        tags(&CONTENTS_COLUMNS)
    }

    fn available_columns(&self) -> Result<Vec<PropTag>, StoreError> {
        let mut columns = self.default_columns();
        for hot in &hot::HOT {
            if !columns.contains(&hot.tag) {
                columns.push(hot.tag);
            }
        }
        self.with(|session, known| {
            for row in self.page(session, known, 0, SAMPLE)? {
                let mut statement = session
                    .connection
                    .prepare_cached("SELECT properties FROM message WHERE id = ?1")?;
                let bytes: Vec<u8> = statement.query_row([row], |row| row.get(0))?;
                for entry in Entries::new(&bytes) {
                    let entry = entry?;
                    let tag = PropTag::new(entry.id, entry.property_type());
                    if entry.id != HIDDEN_PROPERTY_ID && !columns.contains(&tag) {
                        columns.push(tag);
                    }
                }
            }
            Ok(columns)
        })
    }
}

/// The index that keeps an order.
fn walked_order(inner: &Inner, order: &[SortKey]) -> Option<Order> {
    match order {
        [] => Some(Order::Natural),
        [key] => match column(key.tag) {
            Some(hot) if hot.indexed => hot.order.map(|name| Order::Column {
                name,
                descending: key.descending,
            }),
            Some(_) => None,
            None => {
                let indexed = inner.indexed.get().map_or(&[][..], Vec::as_slice);
                indexed.contains(&key.tag.id()).then(|| Order::Named {
                    property: key.tag.id(),
                    descending: key.descending,
                })
            }
        },
        _ => None,
    }
}

/// How rows with equal keys stand: by creation, in the direction of the last key, whichever plan finds them.
pub(super) fn newest_first(order: &[SortKey]) -> bool {
    order.last().is_some_and(|key| key.descending)
}

/// The order in SQL, if every key has a column to sort by. Where an index on the restriction finds the rows, the planner
/// is kept from walking the index on the order instead: it cannot know how few they are.
pub(super) fn sql_order(order: &[SortKey], selective: bool) -> Option<String> {
    let sign = if selective { "+" } else { "" };
    let mut terms = Vec::with_capacity(order.len() + 1);
    for key in order {
        let direction = if key.descending { "DESC" } else { "ASC" };
        terms.push(format!(
            "{sign}m.{} {direction} NULLS LAST",
            column(key.tag)?.order?
        ));
    }
    terms.push(format!(
        "{sign}m.id{}",
        if newest_first(order) { " DESC" } else { "" }
    ));
    Some(terms.join(", "))
}

fn column(tag: PropTag) -> Option<&'static Hot> {
    let hot = if tag == PropTag(PR_MESSAGE_SIZE) {
        Some(&hot::SIZE)
    } else {
        hot::find(tag.id())
    };
    hot.filter(|hot| hot.tag == tag)
}
