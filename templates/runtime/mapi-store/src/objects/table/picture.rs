//! What a short table shows, to be compared with what it shows later.

use std::collections::hash_map::DefaultHasher;
use std::collections::{HashMap, HashSet};
use std::fmt::Write;
use std::hash::Hasher;

use crate::com::values::stored_tag;
use crate::store::{InstanceKey, ObjectId, PropTag, RowSource, StoreError};

/// Tables with more rows than this have no pictures taken.
const MOST_ROWS: usize = 4096;

/// The rows of a table at one moment.
pub(super) struct Picture {
    /// The arrangement that it is a picture of.
    generation: u64,
    rows: Vec<PicturedRow>,
}

struct PicturedRow {
    key: InstanceKey,
    object: Option<ObjectId>,
    /// A hash of the cells, so that a picture stays small.
    cells: u64,
}

/// What is different in a later picture.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Difference {
    /// Rows that are there no longer.
    pub gone: Vec<InstanceKey>,
    /// Rows that came, and those that changed or moved, which are marked; in the order of the table.
    pub there: Vec<(InstanceKey, bool)>,
}

impl Picture {
    /// A picture of the rows as they are now; `None` if there are too many.
    pub fn take(
        source: &dyn RowSource,
        columns: &[u32],
        generation: u64,
    ) -> Result<Option<Self>, StoreError> {
        let tags: Vec<PropTag> = columns
            .iter()
            .map(|&tag| stored_tag(PropTag(tag)))
            .collect();
        let rows = source.rows(0, MOST_ROWS + 1, &tags)?;
        if rows.len() > MOST_ROWS {
            return Ok(None);
        }
        let rows = rows.into_iter().map(|row| {
            let mut hash = Hash(DefaultHasher::new());
            // Values have no hash of their own; their debug form tells all that differ from each other.
            let _ = write!(hash, "{:?}", row.cells);
            PicturedRow {
                key: row.key,
                object: row.object,
                cells: hash.0.finish(),
            }
        });
        Ok(Some(Self {
            generation,
            rows: rows.collect(),
        }))
    }

    /// What is different in a later picture; `None` if the two cannot be compared. Rows of the objects `touched` have
    /// changed in any case.
    pub fn compare(&self, later: &Self, touched: &HashSet<ObjectId>) -> Option<Difference> {
        if self.generation != later.generation {
            return None;
        }
        let earlier: HashMap<InstanceKey, (usize, u64)> = self
            .rows
            .iter()
            .enumerate()
            .map(|(position, row)| (row.key, (position, row.cells)))
            .collect();
        let remaining: HashSet<InstanceKey> = later.rows.iter().map(|row| row.key).collect();
        let kept: Vec<usize> = later
            .rows
            .iter()
            .filter_map(|row| earlier.get(&row.key).map(|(position, _)| *position))
            .collect();
        let mut in_order = in_order(&kept).into_iter();
        let mut there = Vec::new();
        for row in &later.rows {
            match earlier.get(&row.key) {
                None => there.push((row.key, false)),
                Some((_, cells)) => {
                    let has_moved = !in_order.next().unwrap_or(true);
                    let is_touched = row.object.is_some_and(|object| touched.contains(&object));
                    if has_moved || is_touched || *cells != row.cells {
                        there.push((row.key, true));
                    }
                }
            }
        }
        let gone = self.rows.iter().map(|row| row.key);
        Some(Difference {
            gone: gone.filter(|key| !remaining.contains(key)).collect(),
            there,
        })
    }
}

/// Which of these numbers make up a longest ascending row: the others are those that moved.
fn in_order(numbers: &[usize]) -> Vec<bool> {
    // `ends[n]` is the index of the smallest number that ends an ascending row of n + 1 numbers.
    let mut ends: Vec<usize> = Vec::new();
    let mut before = vec![None; numbers.len()];
    for (index, number) in numbers.iter().enumerate() {
        let length = ends.partition_point(|end| numbers[*end] < *number);
        before[index] = length.checked_sub(1).map(|previous| ends[previous]);
        match ends.get_mut(length) {
            Some(end) => *end = index,
            None => ends.push(index),
        }
    }
    let mut chosen = vec![false; numbers.len()];
    let mut next = ends.last().copied();
    while let Some(index) = next {
        chosen[index] = true;
        next = before[index];
    }
    chosen
}

struct Hash(DefaultHasher);

impl Write for Hash {
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        self.0.write(text.as_bytes());
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture(rows: &[(u64, u64)]) -> Picture {
        let row = |&(key, cells): &(u64, u64)| PicturedRow {
            key: InstanceKey::of_number(key),
            object: None,
            cells,
        };
        Picture {
            generation: 1,
            rows: rows.iter().map(row).collect(),
        }
    }

    fn difference(before: &[(u64, u64)], after: &[(u64, u64)]) -> (Vec<u8>, Vec<(u8, bool)>) {
        let found = picture(before)
            .compare(&picture(after), &HashSet::new())
            .unwrap();
        let number = |key: InstanceKey| key.0[15];
        (
            found.gone.into_iter().map(number).collect(),
            found
                .there
                .into_iter()
                .map(|(key, known)| (number(key), known))
                .collect(),
        )
    }

    #[test]
    fn rows_come_change_and_go() {
        let before = [(1, 0), (2, 0), (3, 0)];
        assert_eq!(difference(&before, &before), (vec![], vec![]));
        assert_eq!(
            difference(&before, &[(1, 0), (4, 0), (3, 7)]),
            (vec![2], vec![(4, false), (3, true)])
        );
        assert_eq!(difference(&before, &[]), (vec![1, 2, 3], vec![]));
    }

    #[test]
    fn the_fewest_rows_have_moved() {
        let before = [(1, 0), (2, 0), (3, 0), (4, 0)];
        assert_eq!(
            difference(&before, &[(4, 0), (1, 0), (2, 0), (3, 0)]),
            (vec![], vec![(4, true)])
        );
        assert_eq!(
            difference(&before, &[(2, 0), (3, 0), (4, 0), (1, 0)]),
            (vec![], vec![(1, true)])
        );
        // What others leave behind has not moved.
        assert_eq!(difference(&before, &[(2, 0), (4, 0)]), (vec![1, 3], vec![]));
    }
}
