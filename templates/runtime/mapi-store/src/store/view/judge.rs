//! Messages judged one by one by a restriction, wherever they are: how search folders are filled.

use std::sync::Arc;

use rusqlite::types::Value as Sql;

use super::cells::{Cells, RowSubject};
use super::contents::Scope;
use super::filter::{self, Condition};
use crate::store::Session;
use crate::store::bag::PropertyBag;
use crate::store::error::StoreError;
use crate::store::evaluate::matches;
use crate::store::identity::ObjectKey;
use crate::store::restriction::Restriction;
use crate::store::value::PropTag;

/// A restriction that was validated, made ready for many messages.
pub(in crate::store) struct Judge<'a> {
    session: &'a Session<'a>,
    restriction: &'a Restriction,
    wanted: Vec<PropTag>,
    cells: Cells,
    condition: Option<Condition>,
    is_exact: bool,
}

impl<'a> Judge<'a> {
    /// A judge by this restriction.
    pub fn new(session: &'a Session<'a>, restriction: &'a Restriction) -> Result<Self, StoreError> {
        let filter = filter::compile(restriction);
        let mut wanted = Vec::new();
        if !filter.is_exact() {
            restriction.collect_tags(&mut wanted);
        }
        // The messages' own folders are looked up, so it does not matter which this is.
        let nowhere = Scope {
            folder: ObjectKey([0; 16]),
            row: 0,
            associated: false,
            has_links: true,
            constants: Arc::new(PropertyBag::new()),
        };
        Ok(Self {
            session,
            cells: Cells::new(session, &nowhere, &wanted)?,
            restriction,
            wanted,
            is_exact: filter.is_exact(),
            condition: filter.condition,
        })
    }

    /// A query for messages `m` that may meet the restriction, among those that meet another condition. Its rows have what
    /// [`Judge::holds`] wants, then the further columns.
    pub fn query(&self, further: &str, condition: &str) -> String {
        let narrowed = self
            .condition
            .as_ref()
            .map(|condition| format!(" AND {}", condition.sql))
            .unwrap_or_default();
        format!(
            "SELECT {}, {further} FROM message AS m WHERE {condition}{narrowed}",
            self.cells.selection
        )
    }

    /// The values of the query's places after those of the other condition.
    pub fn values(&self) -> impl Iterator<Item = Sql> {
        self.condition
            .iter()
            .flat_map(|condition| condition.values.iter().cloned())
    }

    /// Whether the message of a row meets the restriction.
    pub fn holds(&self, row: &rusqlite::Row<'_>) -> Result<bool, StoreError> {
        if self.is_exact {
            return Ok(true);
        }
        let made = self.cells.read(self.session, row)?;
        matches(
            self.restriction,
            &RowSubject {
                session: self.session,
                tags: &self.wanted,
                row: &made,
            },
        )
    }
}
