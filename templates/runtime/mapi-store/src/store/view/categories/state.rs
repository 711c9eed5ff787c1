//! Which categories are expanded.

use std::collections::HashSet;
use std::sync::Mutex;

use uuid::Uuid;

use crate::store::database::lock;
use crate::store::error::StoreError;
use crate::store::identity::InstanceKey;

/// The first byte of a saved state.
const VERSION: u8 = 1;
/// More categories that differ from their level are not read from a saved state.
const MOST_EXCEPTIONS: usize = 1 << 20;

/// Which categories of a table are expanded: whole levels to begin with, and those that a client has switched since.
#[derive(Debug, Default)]
pub struct CategoryState {
    expanded_levels: usize,
    folds: Mutex<Folded>,
}

#[derive(Debug, Default)]
struct Folded {
    revision: u64,
    exceptions: HashSet<InstanceKey>,
}

/// The state at one moment.
pub(super) struct Folds {
    expanded_levels: usize,
    exceptions: HashSet<InstanceKey>,
}

impl Folds {
    /// Whether the category with this heading is expanded.
    pub fn is_expanded(&self, heading: InstanceKey, level: usize) -> bool {
        (level < self.expanded_levels) != self.exceptions.contains(&heading)
    }
}

impl CategoryState {
    /// The categories of the outermost levels are expanded, the others collapsed.
    #[must_use]
    pub fn new(expanded_levels: usize) -> Self {
        Self {
            expanded_levels,
            folds: Mutex::default(),
        }
    }

    /// Another number after every change.
    pub(super) fn revision(&self) -> u64 {
        lock(&self.folds).revision
    }

    pub(super) fn folds(&self) -> (u64, Folds) {
        let folds = lock(&self.folds);
        (
            folds.revision,
            Folds {
                expanded_levels: self.expanded_levels,
                exceptions: folds.exceptions.clone(),
            },
        )
    }

    /// Expands or collapses a category.
    pub(super) fn set(&self, heading: InstanceKey, level: usize, expanded: bool) {
        let mut folds = lock(&self.folds);
        folds.revision += 1;
        if expanded == (level < self.expanded_levels) {
            folds.exceptions.remove(&heading);
        } else {
            folds.exceptions.insert(heading);
        }
    }

    /// Names an order and restriction by a description of everything that is in them.
    #[must_use]
    pub fn name_of(description: &str) -> [u8; 16] {
        Uuid::new_v5(&Uuid::nil(), description.as_bytes()).into_bytes()
    }

    /// The state as bytes, with the row that a client wants to find again. `arrangement` names the order and restriction
    /// that it belongs to: see [`Self::name_of`].
    #[must_use]
    pub fn save(&self, arrangement: &[u8; 16], row: Option<InstanceKey>) -> Vec<u8> {
        let folds = lock(&self.folds);
        let mut bytes = vec![VERSION, u8::from(row.is_some())];
        bytes.extend(arrangement);
        bytes.extend(row.map_or([0; 16], |row| row.0));
        let mut exceptions: Vec<_> = folds.exceptions.iter().collect();
        exceptions.sort();
        for key in exceptions {
            bytes.extend(key.0);
        }
        bytes
    }

    /// Takes over a saved state; returns the row that was saved with it. `Invalid` if these are not the bytes of one,
    /// `NotFound` if it belongs to another arrangement.
    pub fn restore(
        &self,
        arrangement: &[u8; 16],
        bytes: &[u8],
    ) -> Result<Option<InstanceKey>, StoreError> {
        let malformed = || StoreError::Invalid("this is no saved state of categories");
        let (head, keys) = bytes.split_first_chunk::<34>().ok_or_else(malformed)?;
        let (exceptions, rest) = keys.as_chunks::<16>();
        if head[0] != VERSION
            || head[1] > 1
            || !rest.is_empty()
            || exceptions.len() > MOST_EXCEPTIONS
        {
            return Err(malformed());
        }
        if head[2..18] != *arrangement {
            return Err(StoreError::NotFound);
        }
        let mut row = [0; 16];
        row.copy_from_slice(&head[18..]);
        let mut folds = lock(&self.folds);
        folds.revision += 1;
        folds.exceptions = exceptions.iter().map(|key| InstanceKey(*key)).collect();
        Ok((head[1] == 1).then_some(InstanceKey(row)))
    }
}
