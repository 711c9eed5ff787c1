//! Going through folders, piece by piece.

use std::time::{Duration, Instant};

use rusqlite::types::Value as Sql;
use rusqlite::{OptionalExtension, params, params_from_iter};

use super::follow::{self, Active, KEPT, Kept, Links};
use super::{set_stage, stage, tell_folder};
use crate::store::Store;
use crate::store::batch::{Batch, Origin};
use crate::store::changes::{Aspect, ChangeKind};
use crate::store::error::StoreError;
use crate::store::view::Judge;

/// Messages of one piece. Other writers wait that long.
const PIECE: usize = 2048;

/// A piece ends earlier if its messages take longer.
const LONGEST: Duration = Duration::from_millis(50);

/// What one piece of work left.
pub(super) enum Progress {
    /// Nothing to do for any search.
    Idle,
    /// There may be more; the search was one that comes before others if `foreground`.
    Working { foreground: bool },
}

impl Store {
    /// Goes on with the search that is to go on first, for a moment, in a transaction of its own.
    pub(super) fn search_step(&self) -> Result<Progress, StoreError> {
        // Nothing of it is a client's doing, nor for any remote.
        self.inner.transaction(Origin::Local, false, |batch| {
            let mut statement = batch.connection.prepare_cached(
                "SELECT folder, foreground FROM search_folder
                 WHERE stage = ?1 OR folder IN (SELECT search FROM search_member WHERE cursor IS NOT NULL)
                 ORDER BY foreground DESC, folder LIMIT 1",
            )?;
            let next: Option<(i64, bool)> = statement
                .query_row([stage::FIRST], |row| Ok((row.get(0)?, row.get(1)?)))
                .optional()?;
            drop(statement);
            match next {
                None => Ok(Progress::Idle),
                Some((row, foreground)) => {
                    step(batch, row)?;
                    Ok(Progress::Working { foreground })
                }
            }
        })
    }
}

/// Goes on with a search for one piece; returns whether there is more to do.
pub(super) fn step(batch: &mut Batch<'_>, search_row: i64) -> Result<bool, StoreError> {
    let search = follow::load(batch, search_row)?;
    let mut links = Links::default();
    let is_done = look(batch, &search, &mut links)?;
    links.finish(batch, &search)?;
    if is_done && search.stage == stage::FIRST {
        set_stage(batch, search_row, stage::LIVE)?;
        tell_folder(batch, search_row, ChangeKind::Searched, Aspect::Whole)?;
    }
    Ok(!is_done)
}

/// Looks at the messages of a piece; returns whether they were the last.
fn look(batch: &Batch<'_>, search: &Active, links: &mut Links) -> Result<bool, StoreError> {
    let started = Instant::now();
    let connection = batch.connection;
    let session = batch.session();
    let judge = Judge::new(&session, &search.restriction)?;
    let query = judge.query(
        KEPT,
        "m.folder = ? AND m.associated = 0 AND m.id > ? AND m.id <= ?",
    ) + " ORDER BY m.id";
    let mut left = PIECE;
    loop {
        let member: Option<(i64, i64)> = connection
            .prepare_cached(
                "SELECT folder, cursor FROM search_member WHERE search = ?1 AND cursor IS NOT NULL
                 ORDER BY folder LIMIT 1",
            )?
            .query_row([search.row], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        let Some((folder, cursor)) = member else {
            return Ok(true);
        };
        if left == 0 || started.elapsed() >= LONGEST {
            return Ok(false);
        }
        let end: Option<i64> = connection
            .prepare_cached(
                "SELECT id FROM message WHERE folder = ?1 AND associated = 0 AND id > ?2 ORDER BY id LIMIT 1 OFFSET ?3",
            )?
            .query_row(params![folder, cursor, left as i64 - 1], |row| row.get(0))
            .optional()?;
        let places = [folder, cursor, end.unwrap_or(i64::MAX)].map(Sql::Integer);
        let mut found = connection.prepare_cached(&query)?;
        let mut rows = found.query(params_from_iter(places.into_iter().chain(judge.values())))?;
        let mut reached = end;
        let mut seen = 0;
        while let Some(row) = rows.next()? {
            seen += 1;
            let message = row.get(0)?;
            if judge.holds(row)? {
                let kept = Kept::of_row(row)?;
                if follow::put_result(batch, search.row, message, kept)? {
                    links.entered(row.get("found_key")?, kept.unread);
                }
            }
            if started.elapsed() >= LONGEST {
                reached = Some(message);
                break;
            }
        }
        drop(rows);
        connection
            .prepare_cached(
                "UPDATE search_member SET cursor = ?3 WHERE search = ?1 AND folder = ?2",
            )?
            .execute(params![search.row, folder, reached])?;
        left = match end {
            Some(_) => 0,
            None => left.saturating_sub(seen.max(1)),
        };
    }
}
