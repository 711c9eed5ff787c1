//! One message of a contents table, found by its key: whether the table shows it does not depend on the others.

use super::Row;
use super::cells::{Cells, RowSubject};
use super::contents::Scope;
use crate::store::error::StoreError;
use crate::store::evaluate::matches;
use crate::store::identity::{InstanceKey, ObjectKey};
use crate::store::restriction::Restriction;
use crate::store::value::PropTag;
use crate::store::{Inner, Session};

/// The row of a message, if it is in the scope and meets the restriction.
pub(super) fn row_of(
    inner: &Inner,
    scope: &Scope,
    restriction: Option<&Restriction>,
    key: InstanceKey,
    columns: &[PropTag],
) -> Result<Option<Row>, StoreError> {
    let mut wanted = columns.to_vec();
    if let Some(restriction) = restriction {
        restriction.collect_tags(&mut wanted);
    }
    inner.database.read(|connection| {
        let session = Session { inner, connection };
        let cells = Cells::new(&session, scope, &wanted)?;
        let place = if scope.has_links {
            "EXISTS (SELECT 1 FROM search_result AS r WHERE r.search = ?2 AND r.message = m.id)"
        } else {
            "m.folder = ?2"
        };
        let mut statement = connection.prepare_cached(&format!(
            "SELECT {} FROM message AS m WHERE m.key = ?1 AND {place} AND m.associated = ?3",
            cells.selection
        ))?;
        let mut rows = statement.query((ObjectKey(key.0), scope.row, scope.associated))?;
        let Some(row) = rows.next()? else {
            return Ok(None);
        };
        let made = cells.read(&session, row)?;
        if let Some(restriction) = restriction
            && !matches(
                restriction,
                &RowSubject {
                    session: &session,
                    tags: &wanted,
                    row: &made,
                },
            )?
        {
            return Ok(None);
        }
        Ok(Some(made.into_row(columns.len())))
    })
}
