//! Rows that were listed, shared by all tables of a store that show the same in the same order.
//!
//! Where no index keeps an order, its rows are numbers in a list: four bytes for each. However many tables are open, the
//! lists together stay within [`BUDGET`]; a table whose list was dropped makes it again when it is read.

use std::sync::{Arc, Mutex};

use crate::store::database::lock;

/// Bytes that all lists of a store take at most; one that is larger alone is kept until there is another.
const BUDGET: usize = 32 << 20;

/// Numbers of message rows, in an order.
pub(in crate::store) enum RowList {
    /// As long as all numbers fit.
    Short(Vec<u32>),
    /// Otherwise.
    Long(Vec<i64>),
}

impl RowList {
    pub fn new() -> Self {
        Self::Short(Vec::new())
    }

    pub fn push(&mut self, row: i64) {
        match (self, u32::try_from(row)) {
            (Self::Short(rows), Ok(row)) => rows.push(row),
            (Self::Long(rows), _) => rows.push(row),
            (this, Err(_)) => {
                let mut rows: Vec<i64> = this.iter(0).collect();
                rows.push(row);
                *this = Self::Long(rows);
            }
        }
    }

    pub fn len(&self) -> usize {
        match self {
            Self::Short(rows) => rows.len(),
            Self::Long(rows) => rows.len(),
        }
    }

    /// The number at a position that is in the list.
    pub fn at(&self, position: usize) -> i64 {
        match self {
            Self::Short(rows) => i64::from(rows[position]),
            Self::Long(rows) => rows[position],
        }
    }

    /// The numbers from a position on.
    pub fn iter(&self, start: usize) -> impl Iterator<Item = i64> {
        (start..self.len()).map(|position| self.at(position))
    }

    pub fn position(&self, row: i64) -> Option<usize> {
        match self {
            Self::Short(rows) => {
                let row = u32::try_from(row).ok()?;
                rows.iter().position(|own| *own == row)
            }
            Self::Long(rows) => rows.iter().position(|own| *own == row),
        }
    }

    fn bytes(&self) -> usize {
        match self {
            Self::Short(rows) => rows.capacity() * size_of::<u32>(),
            Self::Long(rows) => rows.capacity() * size_of::<i64>(),
        }
    }

    fn shrink(&mut self) {
        match self {
            Self::Short(rows) => rows.shrink_to_fit(),
            Self::Long(rows) => rows.shrink_to_fit(),
        }
    }
}

/// The lists of a store, the one that was used last at the end.
#[derive(Default)]
pub(in crate::store) struct ListCache(Mutex<Vec<Kept>>);

struct Kept {
    /// What is shown, and how.
    arrangement: Arc<str>,
    /// The folder's stamp when the list was made.
    stamp: i64,
    rows: Arc<RowList>,
}

impl ListCache {
    /// The rows of an arrangement as they were at that stamp.
    pub fn get(&self, arrangement: &str, stamp: i64) -> Option<Arc<RowList>> {
        let mut lists = lock(&self.0);
        let index = lists
            .iter()
            .position(|kept| *kept.arrangement == *arrangement)?;
        let kept = lists.remove(index);
        if kept.stamp != stamp {
            return None;
        }
        let rows = Arc::clone(&kept.rows);
        lists.push(kept);
        Some(rows)
    }

    /// Keeps the rows of an arrangement, at the cost of those that were not used for longest.
    pub fn put(&self, arrangement: &Arc<str>, stamp: i64, mut rows: RowList) -> Arc<RowList> {
        rows.shrink();
        let rows = Arc::new(rows);
        let mut lists = lock(&self.0);
        lists.retain(|kept| kept.arrangement != *arrangement);
        lists.push(Kept {
            arrangement: Arc::clone(arrangement),
            stamp,
            rows: Arc::clone(&rows),
        });
        while lists.len() > 1 && lists.iter().map(|kept| kept.rows.bytes()).sum::<usize>() > BUDGET
        {
            lists.remove(0);
        }
        rows
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_any_size_are_kept_in_order() {
        let mut rows = RowList::new();
        for row in [3, 1, 1 << 40, 2] {
            rows.push(row);
        }
        assert_eq!(rows.iter(1).collect::<Vec<_>>(), [1, 1 << 40, 2]);
        assert_eq!(rows.position(1 << 40), Some(2));
        assert_eq!(rows.position(9), None);
    }

    #[test]
    fn lists_stay_within_the_budget_and_the_oldest_goes_first() {
        let cache = ListCache::default();
        let names: Vec<Arc<str>> = (0..5).map(|number| format!("{number}").into()).collect();
        for name in &names {
            cache.put(name, 1, RowList::Short(vec![0; BUDGET / 4 / 4]));
        }
        assert!(cache.get(&names[0], 1).is_none());
        assert!(names[1..].iter().all(|name| cache.get(name, 1).is_some()));
        cache.put(&names[0], 1, RowList::Short(vec![0; BUDGET]));
        assert!(cache.get(&names[0], 1).is_some());
        assert!(cache.get(&names[4], 1).is_none());
        // Of another state of the folder.
        assert!(cache.get(&names[0], 2).is_none());
    }
}
