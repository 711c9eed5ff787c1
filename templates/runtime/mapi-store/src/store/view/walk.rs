//! Walking a folder along one of its orders without reading what lies before.
//!
//! An order is an index: rows with a key, then rows without. A place in it is a row's key and number, so that the walk
//! goes on from a known row by a range of the index. [`Places`] knows the positions of some rows, from the runs of a big
//! folder or because it came past them; a jump starts from the nearest one before it.

use std::cmp::Ordering;

use rusqlite::types::Value as Sql;
use rusqlite::{Connection, params_from_iter};

use super::filter::Condition;
use super::runs;
use crate::store::error::StoreError;
use crate::store::names::PropertyId;

/// An order that an index keeps.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Order {
    /// By row.
    Natural,
    /// By a column of the message table.
    Column {
        name: &'static str,
        descending: bool,
    },
    /// By an indexed named property.
    Named {
        property: PropertyId,
        descending: bool,
    },
}

/// A row and its place in the order.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub row: i64,
    /// The sort key; NULL if there is none, or in the natural order.
    pub key: Sql,
}

/// Some messages of a folder in an order that an index keeps.
pub(super) struct Walk<'a> {
    pub connection: &'a Connection,
    pub folder_row: i64,
    pub associated: bool,
    pub order: Order,
    /// A condition on the message `m`.
    pub filter: Option<&'a Condition>,
}

/// A run of rows within the order.
struct Segment {
    condition: Condition,
    /// Whether its rows have no key.
    is_keyless: bool,
}

/// Which rows of a walk are read, and what of them.
pub(super) struct Reading<'a> {
    /// The row that the walk starts behind; in front of it and on the way back if `backward`.
    pub from: Option<&'a Place>,
    pub backward: bool,
    /// How many rows are skipped, and how many read at most.
    pub limits: Option<(usize, usize)>,
    /// What else the rows meet.
    pub narrowed: Option<&'a Condition>,
    /// Columns to begin with, the row's number first, and how many they are.
    pub selection: (&'a str, usize),
    /// What makes a match certain, if that is asked.
    pub certain: Option<&'a Condition>,
}

/// A row of a reading.
pub(super) struct ReadRow<'r> {
    pub row: &'r rusqlite::Row<'r>,
    selected: usize,
}

impl ReadRow<'_> {
    /// Its place in the order.
    pub fn place(&self) -> Result<Place, StoreError> {
        Ok(Place {
            row: self.row.get(0)?,
            key: self.row.get(self.selected)?,
        })
    }

    /// Whether it meets the condition that makes a match certain.
    pub fn is_certain(&self) -> Result<bool, StoreError> {
        Ok(self
            .row
            .get::<_, Option<bool>>(self.selected + 1)?
            .unwrap_or_default())
    }
}

impl Walk<'_> {
    /// The places of rows after a place (or from the start on), some skipped.
    pub fn places(
        &self,
        from: Option<&Place>,
        skip: usize,
        count: usize,
    ) -> Result<Vec<Place>, StoreError> {
        let mut places = Vec::new();
        let reading = Reading {
            from,
            backward: false,
            limits: Some((skip, count)),
            narrowed: None,
            selection: (self.row(), 1),
            certain: None,
        };
        self.read_from(&reading, Self::source, |row| {
            places.push(row.place()?);
            Ok(true)
        })?;
        Ok(places)
    }

    /// Calls `each` with rows in their order until it says `false`. Columns of the selection belong to the message `m`.
    pub fn read(
        &self,
        reading: &Reading<'_>,
        each: impl FnMut(ReadRow<'_>) -> Result<bool, StoreError>,
    ) -> Result<(), StoreError> {
        self.read_from(reading, Self::joined_source, each)
    }

    fn read_from(
        &self,
        reading: &Reading<'_>,
        source: impl Fn(&Self, &Condition) -> String,
        mut each: impl FnMut(ReadRow<'_>) -> Result<bool, StoreError>,
    ) -> Result<(), StoreError> {
        let (selection, selected) = reading.selection;
        let (mut skip, mut count) = reading.limits.unwrap_or((0, usize::MAX));
        for mut segment in self.segments(reading.from, reading.backward) {
            if count == 0 {
                break;
            }
            if let Some(narrowed) = reading.narrowed {
                segment.condition.sql = format!("{} AND {}", segment.condition.sql, narrowed.sql);
                segment
                    .condition
                    .values
                    .extend(narrowed.values.iter().cloned());
            }
            let certain = reading.certain.map_or("", |certain| certain.sql.as_str());
            let comma = if certain.is_empty() { "" } else { ", " };
            let limit = if reading.limits.is_some() {
                " LIMIT ? OFFSET ?"
            } else {
                ""
            };
            let sql = format!(
                "SELECT {selection}, {}{comma}{certain} {} ORDER BY {}{limit}",
                self.key(),
                source(self, &segment.condition),
                self.ordering(segment.is_keyless, reading.backward),
            );
            let mut values: Vec<Sql> = reading
                .certain
                .map_or_else(Vec::new, |certain| certain.values.clone());
            values.extend(self.values(&segment.condition));
            if reading.limits.is_some() {
                for number in [count, skip] {
                    values.push(Sql::Integer(i64::try_from(number).unwrap_or(i64::MAX)));
                }
            }
            let mut statement = self.connection.prepare_cached(&sql)?;
            let mut rows = statement.query(params_from_iter(values))?;
            let before = count;
            while let Some(row) = rows.next()? {
                count = count.saturating_sub(1);
                if !each(ReadRow { row, selected })? {
                    return Ok(());
                }
            }
            if skip > 0 && count > 0 {
                let skipped = if count < before {
                    skip
                } else {
                    self.count_segment(&segment)?.min(skip)
                };
                skip -= skipped;
            }
        }
        Ok(())
    }

    /// The place of a row that the walk comes to.
    pub fn place(&self, message_row: i64) -> Result<Option<Place>, StoreError> {
        let condition = Condition {
            sql: format!("{} = ?", self.row()),
            values: vec![Sql::Integer(message_row)],
        };
        let sql = format!(
            "SELECT {}, {} {}",
            self.row(),
            self.key(),
            self.source(&condition)
        );
        let mut statement = self.connection.prepare_cached(&sql)?;
        let mut rows = statement.query(params_from_iter(self.values(&condition)))?;
        Ok(match rows.next()? {
            Some(row) => Some(Place {
                row: row.get(0)?,
                key: row.get(1)?,
            }),
            None => None,
        })
    }

    /// Number of rows after one place (or from the start on) and before another (or to the end).
    pub fn count(
        &self,
        after: Option<&Place>,
        before: Option<&Place>,
    ) -> Result<usize, StoreError> {
        let mut count = 0;
        for segment in self.segments(after, false) {
            let Some(before) = before else {
                count += self.count_segment(&segment)?;
                continue;
            };
            let is_keyless = self.is_keyless(before);
            if segment.is_keyless && !is_keyless {
                break;
            }
            if segment.is_keyless != is_keyless {
                count += self.count_segment(&segment)?;
                continue;
            }
            let end = self.beside(before, true);
            let condition = Condition {
                sql: format!("{} AND {}", segment.condition.sql, end.sql),
                values: segment
                    .condition
                    .values
                    .iter()
                    .chain(&end.values)
                    .cloned()
                    .collect(),
            };
            count += self.count_segment(&Segment {
                condition,
                is_keyless,
            })?;
        }
        Ok(count)
    }

    /// Order of two places.
    pub fn compare(&self, left: &Place, right: &Place) -> Ordering {
        let ordering = match (&left.key, &right.key) {
            (Sql::Null, Sql::Null) => Ordering::Equal,
            (Sql::Null, _) => return Ordering::Greater,
            (_, Sql::Null) => return Ordering::Less,
            (Sql::Integer(left), Sql::Integer(right)) => left.cmp(right),
            (Sql::Text(left), Sql::Text(right)) => left.cmp(right),
            (Sql::Blob(left), Sql::Blob(right)) => left.cmp(right),
            _ => Ordering::Equal,
        };
        let ordering = ordering.then(left.row.cmp(&right.row));
        if self.is_descending() {
            ordering.reverse()
        } else {
            ordering
        }
    }

    fn count_segment(&self, segment: &Segment) -> Result<usize, StoreError> {
        let sql = format!("SELECT count(*) {}", self.source(&segment.condition));
        let mut statement = self.connection.prepare_cached(&sql)?;
        let count: i64 = statement
            .query_row(params_from_iter(self.values(&segment.condition)), |row| {
                row.get(0)
            })?;
        Ok(usize::try_from(count).unwrap_or_default())
    }

    fn segments(&self, from: Option<&Place>, backward: bool) -> Vec<Segment> {
        let all = |is_keyless: bool| {
            let sql = match (self.order, is_keyless) {
                (Order::Natural, _) => "TRUE".to_owned(),
                (_, true) => format!("{} IS NULL", self.key()),
                (_, false) => format!("{} IS NOT NULL", self.key()),
            };
            Segment {
                condition: Condition {
                    sql,
                    values: Vec::new(),
                },
                is_keyless,
            }
        };
        let rest = |place: &Place| Segment {
            condition: self.beside(place, backward),
            is_keyless: self.is_keyless(place),
        };
        match (self.order, from) {
            (Order::Natural, None) => vec![all(true)],
            (Order::Natural, Some(place)) => vec![rest(place)],
            (_, None) if backward => vec![all(true), all(false)],
            (_, None) => vec![all(false), all(true)],
            (_, Some(place)) => {
                // Keys come before no keys.
                let crosses = self.is_keyless(place) == backward;
                let mut segments = vec![rest(place)];
                if crosses {
                    segments.push(all(!self.is_keyless(place)));
                }
                segments
            }
        }
    }

    /// Rows with or without keys as a place is, and before or after it.
    fn beside(&self, place: &Place, before: bool) -> Condition {
        let operator = if before == self.is_descending() {
            ">"
        } else {
            "<"
        };
        if self.is_keyless(place) {
            let key = match self.order {
                Order::Natural => String::new(),
                _ => format!("{} IS NULL AND ", self.key()),
            };
            let sql = format!("{key}{} {operator} ?", self.row());
            Condition {
                sql,
                values: vec![Sql::Integer(place.row)],
            }
        } else {
            let sql = format!("({}, {}) {operator} (?, ?)", self.key(), self.row());
            Condition {
                sql,
                values: vec![place.key.clone(), Sql::Integer(place.row)],
            }
        }
    }

    fn is_keyless(&self, place: &Place) -> bool {
        place.key == Sql::Null
    }

    pub fn is_descending(&self) -> bool {
        match self.order {
            Order::Natural => false,
            Order::Column { descending, .. } | Order::Named { descending, .. } => descending,
        }
    }

    fn row(&self) -> &'static str {
        match self.order {
            Order::Named { .. } => "v.message",
            _ => "m.id",
        }
    }

    fn key(&self) -> String {
        match self.order {
            Order::Natural => "NULL".into(),
            Order::Column { name, .. } => format!("m.{name}"),
            Order::Named { .. } => "v.value".into(),
        }
    }

    fn ordering(&self, is_keyless: bool, backward: bool) -> String {
        let direction = if self.is_descending() == backward {
            ""
        } else {
            " DESC"
        };
        match self.order {
            _ if is_keyless => format!("{}{direction}", self.row()),
            _ => format!("{}{direction}, {}{direction}", self.key(), self.row()),
        }
    }

    /// FROM and WHERE of messages that meet a condition.
    fn source(&self, condition: &Condition) -> String {
        match self.order {
            Order::Named { .. } if self.filter.is_none() => format!(
                "FROM indexed_value AS v WHERE v.property = ? AND v.folder = ? AND v.associated = ? AND {}",
                condition.sql
            ),
            _ => self.joined_source(condition),
        }
    }

    /// The same, with the message as `m` in any case.
    fn joined_source(&self, condition: &Condition) -> String {
        let filter = self
            .filter
            .map(|filter| format!(" AND {}", filter.sql))
            .unwrap_or_default();
        match self.order {
            // CROSS JOIN keeps the planner from walking another index.
            Order::Named { .. } => format!(
                "FROM indexed_value AS v CROSS JOIN message AS m ON m.id = v.message
                 WHERE v.property = ? AND v.folder = ? AND v.associated = ? AND {}{filter}",
                condition.sql
            ),
            _ => format!(
                "FROM message AS m WHERE m.folder = ? AND m.associated = ? AND {}{filter}",
                condition.sql
            ),
        }
    }

    fn values(&self, condition: &Condition) -> Vec<Sql> {
        let mut values = Vec::new();
        if let Order::Named { property, .. } = self.order {
            values.push(Sql::Integer(i64::from(property)));
        }
        values.push(Sql::Integer(self.folder_row));
        values.push(Sql::Integer(i64::from(self.associated)));
        values.extend(condition.values.iter().cloned());
        values.extend(
            self.filter
                .iter()
                .flat_map(|filter| filter.values.iter().cloned()),
        );
        values
    }
}

/// Places whose positions are known: how many rows stand before what follows them, less one.
#[derive(Debug, Default)]
pub(super) struct Places {
    /// In ascending order of their positions.
    sparse: Vec<(usize, Place)>,
    /// Whether what the runs of the folder tell is among them.
    is_loaded: bool,
    /// Where the last page ended.
    last: Option<(usize, Place)>,
}

impl Places {
    /// Rows between two remembered ones.
    const STEP: usize = 1024;

    /// Where to start to come to a position: behind which row, and how many rows then to skip. `None` if there are not
    /// as many rows.
    pub fn approach(
        &mut self,
        walk: &Walk<'_>,
        start: usize,
    ) -> Result<Option<(Option<Place>, usize)>, StoreError> {
        if self.nearest(start).1 > Self::STEP {
            self.load(walk)?;
        }
        let mut from = self.before(start);
        // A long way is walked in steps, so that the next jump finds a place near its goal.
        loop {
            let skip = start - from.as_ref().map_or(0, |(position, _)| position + 1);
            if skip <= Self::STEP {
                return Ok(Some((from.map(|(_, place)| place), skip)));
            }
            let next = walk.places(from.as_ref().map(|(_, place)| place), Self::STEP - 1, 1)?;
            let Some(place) = next.into_iter().next() else {
                return Ok(None);
            };
            let position = from.map_or(0, |(position, _)| position + 1) + Self::STEP - 1;
            self.remember(position, place.clone());
            from = Some((position, place));
        }
    }

    /// Takes note of the row that a page ended with.
    pub fn ended(&mut self, position: usize, place: Place) {
        self.last = Some((position, place));
    }

    /// Position of a place that the walk comes to.
    pub fn position(&mut self, walk: &Walk<'_>, place: &Place) -> Result<usize, StoreError> {
        self.load(walk)?;
        let nearest = self
            .sparse
            .partition_point(|(_, known)| walk.compare(known, place).is_lt());
        let from = nearest.checked_sub(1).map(|index| &self.sparse[index]);
        let before = from.map_or(0, |(position, _)| position + 1);
        Ok(before + walk.count(from.map(|(_, known)| known), Some(place))?)
    }

    /// Takes in what the runs of the folder tell.
    fn load(&mut self, walk: &Walk<'_>) -> Result<(), StoreError> {
        if !self.is_loaded {
            let told = runs::load(walk)?;
            if !told.is_empty() {
                self.sparse = told;
            }
            self.is_loaded = true;
        }
        Ok(())
    }

    /// The known row that is nearest before a position, and how many rows to skip behind it.
    pub fn nearest(&self, start: usize) -> (Option<Place>, usize) {
        let from = self.before(start);
        let skip = start - from.as_ref().map_or(0, |(position, _)| position + 1);
        (from.map(|(_, place)| place), skip)
    }

    /// The nearest known row before a position.
    fn before(&self, position: usize) -> Option<(usize, Place)> {
        let index = self.sparse.partition_point(|(known, _)| *known < position);
        let sparse = index.checked_sub(1).map(|index| &self.sparse[index]);
        let last = self.last.as_ref().filter(|(known, _)| *known < position);
        sparse
            .into_iter()
            .chain(last)
            .max_by_key(|(known, _)| *known)
            .cloned()
    }

    fn remember(&mut self, position: usize, place: Place) {
        let index = self.sparse.partition_point(|(known, _)| *known < position);
        let distance = |index: usize| {
            self.sparse
                .get(index)
                .map_or(usize::MAX, |(known, _)| known.abs_diff(position))
        };
        if distance(index) >= Self::STEP
            && index
                .checked_sub(1)
                .is_none_or(|index| distance(index) >= Self::STEP)
        {
            self.sparse.insert(index, (position, place));
        }
    }
}
