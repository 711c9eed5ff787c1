//! Tables of messages.
//!
//! Where an index keeps the order, pages are read along that index in one statement and nothing is held in memory. A
//! restriction is SQL as far as SQL can say it, and rows in doubt are judged one by one on the way, so that the first
//! page costs what its rows cost. What needs every row at once (an order without an index, a jump among restricted rows)
//! is listed: see [`lists`](super::lists).

use std::sync::{Arc, Mutex};

use mapi_abi::PR_MESSAGE_SIZE;
use rusqlite::types::Value as Sql;
use rusqlite::{OptionalExtension, params_from_iter};

use super::cells::{Cells, MadeRow, RowSubject};
use super::filter::{self, Filter};
use super::lists::RowList;
use super::memory::compare_keys;
use super::single;
use super::walk::{Order, Place, Places, ReadRow, Reading, Walk};
use super::{CONTENTS_COLUMNS, FoundPlace, Row, RowSource, SortKey, check_order, tags, wanted_key};
use crate::store::bag::{HIDDEN_PROPERTY_ID, PropertyBag};
use crate::store::codec::Entries;
use crate::store::compare::sort_key;
use crate::store::database::lock;
use crate::store::error::StoreError;
use crate::store::evaluate::matches;
use crate::store::hot::{self, Hot};
use crate::store::identity::{InstanceKey, ObjectKey};
use crate::store::restriction::Restriction;
use crate::store::value::PropTag;
use crate::store::{Inner, Session};

/// Rows that answer for all when a table is asked for its columns.
const SAMPLE: usize = 256;

/// Rows that are judged and skipped, one by one, before it is better to list all that match.
const MOST_SKIPPED: usize = 256;

/// Rows for which room is made before they are read.
const MOST_AT_ONCE: usize = 1024;

/// Rows at the top of an order without an index that are found without listing all.
const TOP: usize = 1024;

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
    filter: Filter,
    plan: Plan,
    /// Folder, order and restriction: the name of the view's list.
    arrangement: Arc<str>,
    known: Mutex<Known>,
}

/// How the rows are found.
enum Plan {
    /// Along an index.
    Walk(Order),
    /// By listing them, in this order if SQL can make it.
    List(Option<String>),
}

/// What was found out since the folder last changed.
#[derive(Default)]
struct Known {
    stamp: i64,
    count: Option<usize>,
    places: Places,
    /// The first [`TOP`] rows in an order without an index, as long as nobody asked for more.
    top: Option<Vec<i64>>,
}

/// A part of the rows.
enum Page {
    /// To be read along the index.
    Along(Stretch),
    /// Their numbers.
    Listed(Vec<i64>),
    /// There are not as many rows.
    Beyond,
}

/// Rows beside each other on the way along an index.
struct Stretch {
    /// Their position, and how many they are at most.
    start: usize,
    count: usize,
    /// Where they are: behind this row, some skipped.
    from: Option<Place>,
    skip: usize,
}

impl ContentsView {
    pub fn new(inner: Arc<Inner>, scope: Scope) -> Self {
        Self {
            inner,
            scope,
            order: Vec::new(),
            restriction: None,
            filter: filter::EVERYTHING,
            plan: Plan::Walk(Order::Natural),
            arrangement: Arc::from(""),
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
            Plan::Walk(order) => Some(Walk {
                connection: session.connection,
                folder_row: self.scope.row,
                associated: self.scope.associated,
                order: *order,
                filter: self.filter.condition.as_ref(),
            }),
            Plan::List(_) => None,
        }
    }

    /// The restriction, if some rows that SQL finds are to be judged by it.
    fn residual(&self) -> Option<&Restriction> {
        self.restriction
            .as_deref()
            .filter(|_| !self.filter.is_exact())
    }

    /// Where the rows from a position on are found.
    fn page(
        &self,
        session: &Session<'_>,
        known: &mut Known,
        start: usize,
        count: usize,
    ) -> Result<Page, StoreError> {
        let listed = self.inner.lists.get(&self.arrangement, known.stamp);
        if let (None, Some(walk)) = (&listed, self.walk(session)) {
            if self.residual().is_none() {
                let approach = known.places.approach(&walk, start)?;
                return Ok(match approach {
                    Some((from, skip)) => Page::Along(Stretch {
                        start,
                        count,
                        from,
                        skip,
                    }),
                    None => Page::Beyond,
                });
            }
            let (from, skip) = known.places.nearest(start);
            if skip <= MOST_SKIPPED {
                return Ok(Page::Along(Stretch {
                    start,
                    count,
                    from,
                    skip,
                }));
            }
        }
        if listed.is_none() && start.saturating_add(count) <= TOP {
            self.find_top(session, known)?;
            if let Some(top) = &known.top {
                return Ok(Page::Listed(
                    top.iter().skip(start).take(count).copied().collect(),
                ));
            }
        }
        let list = match listed {
            Some(list) => list,
            None => self.list(session, known)?,
        };
        Ok(Page::Listed(list.iter(start).take(count).collect()))
    }

    /// Finds the first rows where SQL sorts and decides: it keeps no more than are wanted while it sorts.
    fn find_top(&self, session: &Session<'_>, known: &mut Known) -> Result<(), StoreError> {
        let Plan::List(Some(order)) = &self.plan else {
            return Ok(());
        };
        if known.top.is_some() || !self.filter.is_exact() {
            return Ok(());
        }
        let (condition, values) = self.condition();
        let mut statement = session.connection.prepare_cached(&format!(
            "SELECT m.id FROM message AS m WHERE {condition} ORDER BY {order} LIMIT {TOP}"
        ))?;
        let top = statement
            .query_map(params_from_iter(values), |row| row.get(0))?
            .collect::<Result<Vec<i64>, _>>()?;
        known.top = Some(top);
        Ok(())
    }

    /// Reads the rows of a page along the index, and remembers where it ended.
    fn read_along(
        &self,
        session: &Session<'_>,
        known: &mut Known,
        cells: &Cells,
        tags: &[PropTag],
        stretch: Stretch,
        mut each: impl FnMut(MadeRow) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let Some(walk) = self.walk(session) else {
            return Ok(());
        };
        let Stretch {
            start,
            count,
            from,
            mut skip,
        } = stretch;
        let residual = self.residual();
        let certain = self.filter.certain_if().filter(|_| residual.is_some());
        let mut read = 0;
        let mut last = None;
        let reading = Reading {
            from: from.as_ref(),
            backward: false,
            limits: residual.is_none().then_some((skip, count)),
            narrowed: None,
            selection: (&cells.selection, cells.selected),
            certain,
        };
        walk.read(&reading, |row| {
            if let Some(restriction) = residual
                && skip > 0
            {
                let made = cells.read(session, row.row)?;
                skip -= usize::from(self.is_match(session, restriction, &row, &made, tags)?);
                return Ok(true);
            }
            let made = cells.read(session, row.row)?;
            if let Some(restriction) = residual
                && !self.is_match(session, restriction, &row, &made, tags)?
            {
                return Ok(true);
            }
            each(made)?;
            read += 1;
            if read == count {
                last = Some(row.place()?);
            }
            Ok(read < count)
        })?;
        if let Some(last) = last {
            known.places.ended(start + count - 1, last);
        }
        Ok(())
    }

    /// Whether a row that SQL found meets the restriction.
    fn is_match(
        &self,
        session: &Session<'_>,
        restriction: &Restriction,
        row: &ReadRow<'_>,
        made: &MadeRow,
        tags: &[PropTag],
    ) -> Result<bool, StoreError> {
        if self.filter.certain_if().is_some() && row.is_certain()? {
            return Ok(true);
        }
        matches(
            restriction,
            &RowSubject {
                session,
                tags,
                row: made,
            },
        )
    }

    fn position(
        &self,
        session: &Session<'_>,
        known: &mut Known,
        message_row: i64,
    ) -> Result<Option<usize>, StoreError> {
        match self.walk(session) {
            Some(walk) if self.residual().is_none() => match walk.place(message_row)? {
                Some(place) => known.places.position(&walk, &place).map(Some),
                None => Ok(None),
            },
            _ => Ok(self.list(session, known)?.position(message_row)),
        }
    }

    /// All rows, in order.
    fn list(&self, session: &Session<'_>, known: &mut Known) -> Result<Arc<RowList>, StoreError> {
        if let Some(list) = self.inner.lists.get(&self.arrangement, known.stamp) {
            return Ok(list);
        }
        let mut list = RowList::new();
        let sort = match &self.plan {
            Plan::Walk(_) => None,
            Plan::List(Some(order)) => Some(order.as_str()),
            Plan::List(None) => {
                self.sort_here(session, &mut list)?;
                return Ok(self.inner.lists.put(&self.arrangement, known.stamp, list));
            }
        };
        let mut doubtful = Doubtful::new(self, session)?;
        match (sort, self.walk(session)) {
            (None, Some(walk)) => walk.read(
                &Reading {
                    from: None,
                    backward: false,
                    limits: None,
                    narrowed: None,
                    selection: ("m.id", 1),
                    certain: self.filter.certain_if(),
                },
                |row| {
                    let number = row.row.get(0)?;
                    let is_certain = self.filter.certain_if().is_some() && row.is_certain()?;
                    if is_certain || doubtful.is_match(number)? {
                        list.push(number);
                    }
                    Ok(true)
                },
            )?,
            _ => self.scan(session, sort.unwrap_or("m.id"), |number, is_certain| {
                if is_certain || doubtful.is_match(number)? {
                    list.push(number);
                }
                Ok(())
            })?,
        }
        drop(doubtful);
        Ok(self.inner.lists.put(&self.arrangement, known.stamp, list))
    }

    /// Calls `each` with the number of each message that meets the filter's condition, and whether it is certain to match.
    fn scan(
        &self,
        session: &Session<'_>,
        order: &str,
        mut each: impl FnMut(i64, bool) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let certain = self.filter.certain_if();
        let (condition, mut values) = self.condition();
        let sql = format!(
            "SELECT m.id{}{} FROM message AS m WHERE {condition}{}{order}",
            if certain.is_some() { ", " } else { "" },
            certain.map_or("", |certain| certain.sql.as_str()),
            if order.is_empty() { "" } else { " ORDER BY " },
        );
        if let Some(certain) = certain {
            values.splice(0..0, certain.values.iter().cloned());
        }
        let mut statement = session.connection.prepare_cached(&sql)?;
        let mut rows = statement.query(params_from_iter(values))?;
        while let Some(row) = rows.next()? {
            let is_certain = match certain {
                Some(_) => row.get::<_, Option<bool>>(1)?.unwrap_or_default(),
                None => self.filter.is_exact(),
            };
            each(row.get(0)?, is_certain)?;
        }
        Ok(())
    }

    /// What SQL says of the rows, with its values.
    fn condition(&self) -> (String, Vec<Sql>) {
        let mut sql = "m.folder = ? AND m.associated = ?".to_owned();
        let mut values = vec![
            Sql::Integer(self.scope.row),
            Sql::Integer(i64::from(self.scope.associated)),
        ];
        if let Some(condition) = &self.filter.condition {
            sql.push_str(" AND ");
            sql.push_str(&condition.sql);
            values.extend(condition.values.iter().cloned());
        }
        (sql, values)
    }

    /// Lists the rows in an order that only the bags know.
    fn sort_here(&self, session: &Session<'_>, list: &mut RowList) -> Result<(), StoreError> {
        let mut wanted = Vec::new();
        if let Some(restriction) = self.residual() {
            restriction.collect_tags(&mut wanted);
        }
        let first = wanted.len();
        wanted.extend(self.order.iter().map(|key| key.tag));
        let cells = Cells::new(session, &self.scope, &wanted)?;
        let (condition, values) = self.condition();
        let mut statement = session.connection.prepare_cached(&format!(
            "SELECT {} FROM message AS m WHERE {condition} ORDER BY m.id",
            cells.selection
        ))?;
        let mut rows = statement.query(params_from_iter(values))?;
        let mut keyed = Vec::new();
        while let Some(row) = rows.next()? {
            let made = cells.read(session, row)?;
            if let Some(restriction) = self.residual()
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
            let keys: Box<[_]> = made.cells[first..]
                .iter()
                .map(|cell| cell.as_ref().map(sort_key))
                .collect();
            keyed.push((keys, made.row));
        }
        if newest_first(&self.order) {
            keyed.reverse();
        }
        keyed.sort_by(|(left, _), (right, _)| compare_keys(&self.order, left, right));
        keyed.into_iter().for_each(|(_, row)| list.push(row));
        Ok(())
    }

    /// How many rows there are.
    fn count_rows(&self, session: &Session<'_>, known: &Known) -> Result<usize, StoreError> {
        if self.restriction.is_none() {
            // The folder counts for itself.
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
            return Ok(usize::try_from(count).unwrap_or_default());
        }
        if let Some(list) = self.inner.lists.get(&self.arrangement, known.stamp) {
            return Ok(list.len());
        }
        if !self.scope.associated && self.filter.is_unread() {
            // It counts these as well.
            let count: i64 = session
                .connection
                .prepare_cached("SELECT unread FROM folder WHERE id = ?1")?
                .query_row([self.scope.row], |row| row.get(0))?;
            return Ok(usize::try_from(count).unwrap_or_default());
        }
        if self.filter.is_exact() {
            let (condition, values) = self.condition();
            let sql = format!("SELECT count(*) FROM message AS m WHERE {condition}");
            let count: i64 = session
                .connection
                .prepare_cached(&sql)?
                .query_row(params_from_iter(values), |row| row.get(0))?;
            return Ok(usize::try_from(count).unwrap_or_default());
        }
        if let Some(certain) = self.filter.certain_if().filter(|_| self.filter.selective) {
            // Few rows, so that it does not matter to come by twice if one of them is in doubt.
            let (condition, mut values) = self.condition();
            values.splice(0..0, certain.values.iter().cloned());
            let sql = format!(
                "SELECT count(*) FILTER (WHERE {}), count(*) FROM message AS m WHERE {condition}",
                certain.sql
            );
            let (sure, all): (i64, i64) = session
                .connection
                .prepare_cached(&sql)?
                .query_row(params_from_iter(values), |row| {
                    Ok((row.get(0)?, row.get(1)?))
                })?;
            if sure == all {
                return Ok(usize::try_from(all).unwrap_or_default());
            }
        }
        let mut doubtful = Doubtful::new(self, session)?;
        let mut count = 0;
        self.scan(session, "", |number, is_certain| {
            count += usize::from(is_certain || doubtful.is_match(number)?);
            Ok(())
        })?;
        Ok(count)
    }

    /// Makes cells of rows that the same state of the store has.
    fn make(
        &self,
        session: &Session<'_>,
        cells: &Cells,
        rows: impl Iterator<Item = i64>,
        mut each: impl FnMut(usize, MadeRow) -> Result<bool, StoreError>,
    ) -> Result<(), StoreError> {
        let mut statement = session.connection.prepare_cached(&format!(
            "SELECT {} FROM message AS m WHERE m.id = ?1",
            cells.selection
        ))?;
        for (index, row) in rows.enumerate() {
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
        let rows: Box<dyn Iterator<Item = i64>> = if backward {
            Box::new((0..start).rev().map(|position| list.at(position)))
        } else {
            Box::new(list.iter(start))
        };
        let mut hit = None;
        self.make(session, &cells, rows, |index, made| {
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
    ) -> Result<Option<Hit>, StoreError> {
        // The walk starts beside a row: the one before the start, or the start itself on the way back.
        let beside = match (backward, start) {
            (false, 0) => None,
            (true, 0) => return Ok(None),
            (false, start) => Some(start - 1),
            (true, start) => Some(start),
        };
        let from = match beside {
            None => None,
            Some(position) => match self.place_at(session, known, position)? {
                None if !backward => return Ok(None),
                place => place,
            },
        };
        let mut wanted = Vec::new();
        restriction.collect_tags(&mut wanted);
        if let Some(own) = self.residual() {
            own.collect_tags(&mut wanted);
        }
        let cells = Cells::new(session, &self.scope, &wanted)?;
        let filter = filter::compile(restriction);
        let certain = filter
            .certain_if()
            .filter(|_| self.residual().is_none() && !filter.is_exact());
        let mut hit = None;
        let reading = Reading {
            from: from.as_ref(),
            backward,
            limits: None,
            narrowed: filter.condition.as_ref(),
            selection: (&cells.selection, cells.selected),
            certain,
        };
        walk.read(&reading, |row| {
            let mut is_match = certain.is_some() && row.is_certain()?;
            if !is_match {
                let made = cells.read(session, row.row)?;
                let subject = RowSubject {
                    session,
                    tags: &wanted,
                    row: &made,
                };
                is_match = matches(restriction, &subject)?
                    && match self.residual() {
                        Some(own) => matches(own, &subject)?,
                        None => true,
                    };
            }
            if is_match {
                hit = Some((row.place()?, ObjectKey(row.row.get(1)?)));
            }
            Ok(!is_match)
        })?;
        let Some((place, key)) = hit else {
            return Ok(None);
        };
        let position = if self.residual().is_none() {
            Some(known.places.position(walk, &place)?)
        } else {
            self.position(session, known, place.row)?
        };
        Ok(position.map(|position| Hit {
            position,
            place,
            key,
        }))
    }

    /// The key of the row before a row that the walk comes to, where SQL decides which rows there are.
    fn key_before(walk: &Walk<'_>, place: &Place) -> Result<Option<InstanceKey>, StoreError> {
        let mut before = None;
        let reading = Reading {
            from: Some(place),
            backward: true,
            limits: Some((0, 1)),
            narrowed: None,
            selection: ("m.id, m.key", 2),
            certain: None,
        };
        walk.read(&reading, |row| {
            before = Some(InstanceKey::of_object(row.row.get(1)?));
            Ok(false)
        })?;
        Ok(before)
    }

    /// The place of the row at a position, in a view with a walk.
    fn place_at(
        &self,
        session: &Session<'_>,
        known: &mut Known,
        position: usize,
    ) -> Result<Option<Place>, StoreError> {
        let Some(walk) = self.walk(session) else {
            return Ok(None);
        };
        if self.residual().is_some() {
            let list = self.list(session, known)?;
            return match position < list.len() {
                true => walk.place(list.at(position)),
                false => Ok(None),
            };
        }
        Ok(match known.places.approach(&walk, position)? {
            Some((from, skip)) => walk.places(from.as_ref(), skip, 1)?.pop(),
            None => None,
        })
    }
}

/// A row that was found on a walk.
struct Hit {
    position: usize,
    place: Place,
    key: ObjectKey,
}

/// Judges messages whose keys did not tell enough.
struct Doubtful<'a> {
    view: &'a ContentsView,
    session: &'a Session<'a>,
    tags: Vec<PropTag>,
    cells: Cells,
    sql: String,
}

impl<'a> Doubtful<'a> {
    fn new(view: &'a ContentsView, session: &'a Session<'a>) -> Result<Self, StoreError> {
        let mut tags = Vec::new();
        if let Some(restriction) = view.residual() {
            restriction.collect_tags(&mut tags);
        }
        let cells = Cells::new(session, &view.scope, &tags)?;
        let sql = format!(
            "SELECT {} FROM message AS m WHERE m.id = ?1",
            cells.selection
        );
        Ok(Self {
            view,
            session,
            tags,
            cells,
            sql,
        })
    }

    fn is_match(&mut self, number: i64) -> Result<bool, StoreError> {
        let Some(restriction) = self.view.residual() else {
            return Ok(true);
        };
        let mut statement = self.session.connection.prepare_cached(&self.sql)?;
        let mut rows = statement.query([number])?;
        let row = rows.next()?.ok_or(StoreError::NotFound)?;
        let made = self.cells.read(self.session, row)?;
        matches(
            restriction,
            &RowSubject {
                session: self.session,
                tags: &self.tags,
                row: &made,
            },
        )
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
            // The index on a restriction leads to few rows, which are sorted faster than all others are passed.
            Some(order) if filter.is_exact() || !filter.selective => Plan::Walk(order),
            _ => Plan::List(sql_order(order, filter.selective)),
        };
        let arrangement = format!(
            "{} {} {order:?} {restriction:?}",
            self.scope.row, self.scope.associated
        );
        Ok(Box::new(Self {
            inner: Arc::clone(&self.inner),
            scope: self.scope.clone(),
            order: order.to_vec(),
            restriction,
            filter,
            plan,
            arrangement: arrangement.into(),
            known: Mutex::default(),
        }))
    }

    fn count(&self) -> Result<usize, StoreError> {
        self.with(|session, known| {
            if let Some(count) = known.count {
                return Ok(count);
            }
            let count = self.count_rows(session, known)?;
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
            let mut tags = columns.to_vec();
            if let (Page::Along(..), Some(restriction)) = (&page, self.residual()) {
                restriction.collect_tags(&mut tags);
            }
            let cells = Cells::new(session, &self.scope, &tags)?;
            let mut rows = Vec::with_capacity(count.min(MOST_AT_ONCE));
            let mut add = |made: MadeRow| rows.push(made.into_row(columns.len()));
            match page {
                Page::Beyond => {}
                Page::Along(stretch) => {
                    self.read_along(session, known, &cells, &tags, stretch, |made| {
                        add(made);
                        Ok(())
                    })?
                }
                Page::Listed(numbers) => {
                    self.make(session, &cells, numbers.into_iter(), |_, made| {
                        add(made);
                        Ok(true)
                    })?;
                }
            }
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
            Some(walk) => Ok(self
                .find_on_walk(session, known, &walk, restriction, start, backward)?
                .map(|hit| hit.position)),
            None => self.find_in_list(session, known, restriction, start, backward),
        })
    }

    fn find_place(
        &self,
        restriction: &Restriction,
        start: usize,
        backward: bool,
    ) -> Result<Option<FoundPlace>, StoreError> {
        restriction.validate()?;
        let is_walked = matches!(self.plan, Plan::Walk(_)) && self.residual().is_none();
        if !is_walked || wanted_key(restriction, &self.inner.uid).is_some() {
            let position = self.find(restriction, start, backward)?;
            return position.map_or(Ok(None), |position| self.found_at(position).map(Some));
        }
        self.with(|session, known| {
            let Some(walk) = self.walk(session) else {
                return Ok(None);
            };
            let hit = self.find_on_walk(session, known, &walk, restriction, start, backward)?;
            let Some(hit) = hit else {
                return Ok(None);
            };
            Ok(Some(FoundPlace {
                position: hit.position,
                key: Some(InstanceKey::of_object(hit.key)),
                previous: match hit.position {
                    0 => None,
                    _ => Self::key_before(&walk, &hit.place)?,
                },
            }))
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
            let cells = Cells::new(session, &self.scope, &[])?;
            let mut sample = Vec::new();
            match self.page(session, known, 0, SAMPLE)? {
                Page::Listed(numbers) => sample = numbers,
                Page::Along(stretch) if self.residual().is_none() => {
                    self.read_along(session, known, &cells, &[], stretch, |made| {
                        sample.push(made.row);
                        Ok(())
                    })?
                }
                _ => sample.extend(self.list(session, known)?.iter(0).take(SAMPLE)),
            }
            for row in sample {
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
