//! Tables of what search folders show.
//!
//! The rows are those of `search_result`. In the natural order, or by delivery time, a page is a range of one of its
//! indexes and nothing is held in memory; any other order and any restriction is listed once for each state of the search
//! folder, whose stamp tells of every change of what it shows.

use std::sync::{Arc, Mutex};

use mapi_abi::{PR_MESSAGE_DELIVERY_TIME, PR_PARENT_DISPLAY};
use rusqlite::types::Value as Sql;
use rusqlite::{OptionalExtension, params, params_from_iter};

use super::cells::{Cells, MadeRow, RowSubject};
use super::contents::{Scope, newest_first, sql_order};
use super::filter::{self, Filter};
use super::memory::compare_keys;
use super::single;
use super::{CONTENTS_COLUMNS, Row, RowSource, SortKey, check_order, tags, wanted_key};
use crate::store::bag::HIDDEN_PROPERTY_ID;
use crate::store::codec::Entries;
use crate::store::compare::sort_key;
use crate::store::database::lock;
use crate::store::error::StoreError;
use crate::store::evaluate::matches;
use crate::store::hot;
use crate::store::identity::{InstanceKey, ObjectKey};
use crate::store::restriction::Restriction;
use crate::store::value::PropTag;
use crate::store::{Inner, Session};

/// Rows that answer for all when a table is asked for its columns.
const SAMPLE: usize = 256;

pub(super) struct FoundView {
    inner: Arc<Inner>,
    scope: Scope,
    order: Vec<SortKey>,
    restriction: Option<Arc<Restriction>>,
    plan: Plan,
    /// The rows, and the stamp of the search folder when they were listed.
    known: Mutex<Option<(i64, Arc<Vec<i64>>)>>,
}

/// How the rows are found.
enum Plan {
    /// By an index of the results; the terms of its order, and their opposite.
    Index(&'static str),
    /// By listing them; in this order, or in one that is made here.
    List {
        filter: Filter,
        order: Option<String>,
    },
}

const NATURAL: &str = "message";
const DELIVERED: &str = "delivered ASC NULLS LAST, message";
const DELIVERED_DESCENDING: &str = "delivered DESC NULLS LAST, message DESC";

impl FoundView {
    pub fn new(inner: Arc<Inner>, scope: Scope) -> Self {
        Self {
            inner,
            scope,
            order: Vec::new(),
            restriction: None,
            plan: Plan::Index(NATURAL),
            known: Mutex::default(),
        }
    }

    /// Runs a read on one state of the store.
    fn with<T>(
        &self,
        work: impl FnOnce(&Session<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.inner.database.read(|connection| {
            work(&Session {
                inner: &self.inner,
                connection,
            })
        })
    }

    /// The stamp and the counter of the search folder.
    fn state(&self, session: &Session<'_>) -> Result<(i64, usize), StoreError> {
        let mut statement = session
            .connection
            .prepare_cached("SELECT stamp, content FROM folder WHERE id = ?1")?;
        let state: Option<(i64, i64)> = statement
            .query_row([self.scope.row], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        let (stamp, content) = state.ok_or(StoreError::Deleted)?;
        Ok((stamp, usize::try_from(content).unwrap_or_default()))
    }

    /// The rows of a page, in order.
    fn page(
        &self,
        session: &Session<'_>,
        start: usize,
        count: usize,
    ) -> Result<Vec<i64>, StoreError> {
        match &self.plan {
            Plan::Index(order) => {
                let sql = format!(
                    "SELECT message FROM search_result WHERE search = ?1 ORDER BY {order} LIMIT ?2 OFFSET ?3"
                );
                let number = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
                let mut statement = session.connection.prepare_cached(&sql)?;
                let rows = statement
                    .query_map([self.scope.row, number(count), number(start)], |row| {
                        row.get(0)
                    })?;
                Ok(rows.collect::<Result<_, _>>()?)
            }
            Plan::List { filter, order } => {
                let list = self.list(session, filter, order.as_deref())?;
                Ok(list.iter().skip(start).take(count).copied().collect())
            }
        }
    }

    fn position(&self, session: &Session<'_>, message: i64) -> Result<Option<usize>, StoreError> {
        let order = match &self.plan {
            Plan::Index(order) => *order,
            Plan::List { filter, order } => {
                let list = self.list(session, filter, order.as_deref())?;
                return Ok(list.iter().position(|row| *row == message));
            }
        };
        let mut statement = session.connection.prepare_cached(
            "SELECT delivered FROM search_result WHERE search = ?1 AND message = ?2",
        )?;
        let delivered: Option<Option<i64>> = statement
            .query_row([self.scope.row, message], |row| row.get(0))
            .optional()?;
        let Some(delivered) = delivered else {
            return Ok(None);
        };
        let before = match (order, delivered) {
            (DELIVERED, Some(_)) => "(delivered, message) < (?3, ?2)",
            (DELIVERED_DESCENDING, Some(_)) => "(delivered, message) > (?3, ?2)",
            (DELIVERED, None) => {
                "(delivered IS NOT NULL OR (delivered IS NULL AND message < ?2)) AND ?3 IS NULL"
            }
            (DELIVERED_DESCENDING, None) => {
                "(delivered IS NOT NULL OR (delivered IS NULL AND message > ?2)) AND ?3 IS NULL"
            }
            _ => "message < ?2 AND ?3 IS ?3",
        };
        let sql = format!("SELECT count(*) FROM search_result WHERE search = ?1 AND {before}");
        let mut statement = session.connection.prepare_cached(&sql)?;
        let count: i64 = statement
            .query_row(params![self.scope.row, message, delivered], |row| {
                row.get(0)
            })?;
        Ok(usize::try_from(count).ok())
    }

    /// All rows, in order.
    fn list(
        &self,
        session: &Session<'_>,
        filter: &Filter,
        order: Option<&str>,
    ) -> Result<Arc<Vec<i64>>, StoreError> {
        let (stamp, _) = self.state(session)?;
        let mut known = lock(&self.known);
        if let Some((made, list)) = known.as_ref()
            && *made == stamp
        {
            return Ok(Arc::clone(list));
        }
        let list = Arc::new(self.read_list(session, filter, order)?);
        *known = Some((stamp, Arc::clone(&list)));
        Ok(list)
    }

    fn read_list(
        &self,
        session: &Session<'_>,
        filter: &Filter,
        order: Option<&str>,
    ) -> Result<Vec<i64>, StoreError> {
        let residual = self.restriction.as_deref().filter(|_| !filter.is_exact());
        let mut wanted = Vec::new();
        if let Some(restriction) = residual {
            restriction.collect_tags(&mut wanted);
        }
        let sorts_here = order.is_none();
        let first_key = wanted.len();
        if sorts_here {
            wanted.extend(self.order.iter().map(|key| key.tag));
        }
        let cells = Cells::new(session, &self.scope, &wanted)?;
        let only_rows = residual.is_none() && !sorts_here;
        let selection = if only_rows { "m.id" } else { &cells.selection };
        let condition = filter
            .condition
            .as_ref()
            .map(|condition| format!(" AND {}", condition.sql))
            .unwrap_or_default();
        // The results first: the planner does not know that they are few beside the messages.
        let sql = format!(
            "SELECT {selection} FROM search_result AS r CROSS JOIN message AS m ON m.id = r.message
             WHERE r.search = ?{condition} ORDER BY {}",
            order.unwrap_or("r.message")
        );
        let values = std::iter::once(Sql::Integer(self.scope.row)).chain(
            filter
                .condition
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
                && !holds(session, restriction, &wanted, &made)?
            {
                continue;
            }
            if sorts_here {
                let keys: Vec<_> = made.cells[first_key..]
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
        Ok(list)
    }

    /// Makes cells of rows that the same state of the store has.
    fn make(
        &self,
        session: &Session<'_>,
        cells: &Cells,
        rows: impl Iterator<Item = i64>,
        mut each: impl FnMut(MadeRow) -> Result<bool, StoreError>,
    ) -> Result<(), StoreError> {
        let mut statement = session.connection.prepare_cached(&format!(
            "SELECT {} FROM message AS m WHERE m.id = ?1",
            cells.selection
        ))?;
        for row in rows {
            let mut found = statement.query([row])?;
            let found = found.next()?.ok_or(StoreError::NotFound)?;
            if !each(cells.read(session, found)?)? {
                break;
            }
        }
        Ok(())
    }
}

fn holds(
    session: &Session<'_>,
    restriction: &Restriction,
    tags: &[PropTag],
    row: &MadeRow,
) -> Result<bool, StoreError> {
    matches(restriction, &RowSubject { session, tags, row })
}

impl RowSource for FoundView {
    fn arrange(
        &self,
        order: &[SortKey],
        restriction: Option<Arc<Restriction>>,
    ) -> Result<Box<dyn RowSource>, StoreError> {
        check_order(order)?;
        restriction
            .as_deref()
            .map_or(Ok(()), Restriction::validate)?;
        let index = match order {
            [] => Some(NATURAL),
            [key] if key.tag == PropTag(PR_MESSAGE_DELIVERY_TIME) && key.descending => {
                Some(DELIVERED_DESCENDING)
            }
            [key] if key.tag == PropTag(PR_MESSAGE_DELIVERY_TIME) => Some(DELIVERED),
            _ => None,
        };
        let plan = match (index, &restriction) {
            (Some(index), None) => Plan::Index(index),
            _ => Plan::List {
                filter: restriction
                    .as_deref()
                    .map_or(filter::EVERYTHING, filter::compile),
                // Never by an index of the messages: the results are read first.
                order: sql_order(order, true),
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
        self.with(|session| match &self.plan {
            // The search folder counts for itself.
            Plan::Index(_) => Ok(self.state(session)?.1),
            Plan::List { filter, order } => Ok(self.list(session, filter, order.as_deref())?.len()),
        })
    }

    fn rows(
        &self,
        start: usize,
        count: usize,
        columns: &[PropTag],
    ) -> Result<Vec<Row>, StoreError> {
        self.with(|session| {
            let page = self.page(session, start, count)?;
            let cells = Cells::new(session, &self.scope, columns)?;
            let mut rows = Vec::with_capacity(page.len());
            self.make(session, &cells, page.into_iter(), |made| {
                rows.push(made.into_row(columns.len()));
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
        self.with(|session| {
            let mut page = if backward {
                self.page(session, 0, start)?
            } else {
                self.page(session, start, usize::MAX)?
            };
            if backward {
                page.reverse();
            }
            let end = page.len();
            let mut wanted = Vec::new();
            restriction.collect_tags(&mut wanted);
            let cells = Cells::new(session, &self.scope, &wanted)?;
            let mut passed = 0;
            let mut is_found = false;
            self.make(session, &cells, page.into_iter(), |made| {
                is_found = holds(session, restriction, &wanted, &made)?;
                passed += usize::from(!is_found);
                Ok(!is_found)
            })?;
            Ok(is_found.then(|| {
                if backward {
                    end - 1 - passed
                } else {
                    start + passed
                }
            }))
        })
    }

    fn position_of(&self, key: InstanceKey) -> Result<Option<usize>, StoreError> {
        self.with(|session| {
            let mut statement = session
                .connection
                .prepare_cached("SELECT id FROM message WHERE key = ?1")?;
            let row = statement
                .query_row([ObjectKey(key.0)], |row| row.get(0))
                .optional()?;
            match row {
                Some(row) => self.position(session, row),
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
        self.with(|session| Ok(self.state(session)?.0))
    }

    fn default_columns(&self) -> Vec<PropTag> {
        let mut columns = tags(&CONTENTS_COLUMNS);
        columns.push(PropTag(PR_PARENT_DISPLAY));
        columns
    }

    fn available_columns(&self) -> Result<Vec<PropTag>, StoreError> {
        let mut columns = self.default_columns();
        for hot in &hot::HOT {
            if !columns.contains(&hot.tag) {
                columns.push(hot.tag);
            }
        }
        self.with(|session| {
            for row in self.page(session, 0, SAMPLE)? {
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
