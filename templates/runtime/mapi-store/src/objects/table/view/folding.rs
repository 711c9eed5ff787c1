//! Expanding and collapsing the categories of a table: which rows come and go, and where cursor and bookmarks are then.

use mapi_abi as abi;

use super::{FIRST_BOOKMARK, MOST_BOOKMARKS, Place, View};
use crate::com::fault::{Fault, Outcome};
use crate::store::{CategoryState, CategoryView, Fold, InstanceKey, Row, StoreError};

/// What ExpandRow answers.
pub(crate) struct Expanded {
    /// The first of the rows that are shown now.
    pub(crate) rows: Vec<Row>,
    /// How many there are.
    pub(crate) count: usize,
}

impl View {
    fn category_view(&self) -> Outcome<std::sync::Arc<CategoryView>> {
        self.categories
            .clone()
            .ok_or_else(|| Fault::because(abi::MAPI_E_NO_SUPPORT, "The table has no categories."))
    }

    /// Expands a category and reads the first rows that came into view with it. The cursor is behind the last of them,
    /// or behind the heading \[imapitable-expandrow\].
    pub(crate) fn expand(&mut self, heading: &[u8], wanted: usize) -> Outcome<Expanded> {
        let categories = self.category_view()?;
        let places = self.positions()?;
        let Fold {
            heading,
            rows: count,
        } = categories.expand(instance_key(heading)?)?;
        self.folded();
        self.put_places(&places, |position| {
            let shift = if position > heading { count } else { 0 };
            (position + shift, false)
        })?;
        self.cursor = self.place_at(heading + 1)?;
        let wanted = wanted.min(count);
        let rows = if wanted > 0 {
            self.query(i64::try_from(wanted).unwrap_or(i64::MAX), false)?
        } else {
            Vec::new()
        };
        Ok(Expanded { rows, count })
    }

    /// Collapses a category; answers how many rows are out of view now. Places in it are behind the heading
    /// \[imapitable-collapserow\].
    pub(crate) fn collapse(&mut self, heading: &[u8]) -> Outcome<usize> {
        let categories = self.category_view()?;
        let places = self.positions()?;
        let Fold {
            heading,
            rows: count,
        } = categories.collapse(instance_key(heading)?)?;
        self.folded();
        self.put_places(&places, |position| {
            let behind = heading + 1;
            if position < behind {
                (position, false)
            } else if position < behind + count {
                (behind, true)
            } else {
                (position - count, false)
            }
        })?;
        Ok(count)
    }

    /// What is collapsed, as bytes, with the row to find again; no row is the beginning.
    pub(crate) fn collapse_state(&self, row: &[u8]) -> Outcome<Vec<u8>> {
        let categories = self.category_view()?;
        let row = if row.is_empty() {
            None
        } else {
            Some(instance_key(row)?)
        };
        Ok(categories.state().save(&self.arrangement(), row))
    }

    /// Takes over what [`View::collapse_state`] saved; answers a bookmark for the row that was given then. A state of
    /// another arrangement is `MAPI_E_UNABLE_TO_COMPLETE`.
    pub(crate) fn set_collapse_state(&mut self, state: &[u8]) -> Outcome<usize> {
        let categories = self.category_view()?;
        if self.bookmarks.len() >= MOST_BOOKMARKS {
            return Err(Fault::new(abi::MAPI_E_UNABLE_TO_COMPLETE));
        }
        let restored = categories.state().restore(&self.arrangement(), state);
        let row = restored.map_err(|error| match error {
            StoreError::NotFound => Fault::because(
                abi::MAPI_E_UNABLE_TO_COMPLETE,
                "The saved state belongs to another order or restriction of the table.",
            ),
            error => error.into(),
        })?;
        self.folded();
        // Places know their rows; those of hidden rows are found by the rows before them.
        let position = match row {
            Some(row) => self.rows.position_of(row)?,
            None => Some(0),
        };
        let place = self.place_at(position.unwrap_or(0))?;
        let bookmark = self.next_bookmark.max(FIRST_BOOKMARK);
        self.next_bookmark = bookmark + 1;
        self.bookmarks.insert(bookmark, place);
        Ok(bookmark)
    }

    /// Names order and restriction.
    fn arrangement(&self) -> [u8; 16] {
        let order = (&self.order.categories, &self.order.keys);
        CategoryState::name_of(&format!("{order:?} {:?}", self.restriction))
    }

    fn folded(&mut self) {
        self.generation += 1;
        self.revision.advance();
    }

    /// Where cursor and bookmarks are before rows come or go.
    fn positions(&mut self) -> Outcome<Positions> {
        let cursor = self.cursor_position()?;
        let mut bookmarks = Vec::with_capacity(self.bookmarks.len());
        for (bookmark, place) in &self.bookmarks {
            let found = self.locate(place)?;
            bookmarks.push((*bookmark, found.position, found.moved));
        }
        Ok(Positions { cursor, bookmarks })
    }

    /// Puts cursor and bookmarks to other positions; `moved` says where, and whether the row after a place is out of view.
    fn put_places(
        &mut self,
        places: &Positions,
        moved: impl Fn(usize) -> (usize, bool),
    ) -> Outcome {
        self.cursor = self.place_at(moved(places.cursor).0)?;
        for &(bookmark, position, was_displaced) in &places.bookmarks {
            let (position, is_displaced) = moved(position);
            let place = Place {
                displaced: was_displaced || is_displaced,
                ..self.place_at(position)?
            };
            self.bookmarks.insert(bookmark, place);
        }
        Ok(())
    }
}

struct Positions {
    cursor: usize,
    bookmarks: Vec<(usize, usize, bool)>,
}

/// The key that a client handed in; one of another length is nobody's.
fn instance_key(bytes: &[u8]) -> Outcome<InstanceKey> {
    bytes
        .try_into()
        .map(InstanceKey)
        .map_err(|_| Fault::new(abi::MAPI_E_NOT_FOUND))
}
