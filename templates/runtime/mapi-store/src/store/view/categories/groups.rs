//! The groups of one state of a source, and what is shown of them.

use std::cmp::Ordering;
use std::collections::HashMap;
use std::sync::Arc;

use mapi_abi::{MSGFLAG_READ, PR_MESSAGE_FLAGS};
use uuid::Uuid;

use super::state::Folds;
use super::{Category, Grouping, MOST_ROWS};
use crate::store::compare::sort_key;
use crate::store::error::StoreError;
use crate::store::identity::InstanceKey;
use crate::store::value::{PropTag, Value};
use crate::store::view::{Row, RowSource};

/// Rows that are read at once to find the groups.
const PAGE: usize = 4096;

/// All groups, each before those that are in it.
pub(super) struct Groups {
    list: Vec<Group>,
    /// The outermost ones, in the order in which they are shown.
    outermost: Vec<usize>,
}

struct Group {
    key: InstanceKey,
    level: usize,
    parent: Option<usize>,
    /// Of the columns of its level.
    values: Vec<Option<Value>>,
    /// Sort keys of these values.
    sort_keys: Vec<Option<Vec<u8>>>,
    /// Sort key of the value that its level is ordered by.
    extreme: Option<Vec<u8>>,
    /// Positions in the source.
    start: usize,
    end: usize,
    unread: usize,
    /// In the order in which they are shown.
    children: Vec<usize>,
}

impl Groups {
    /// Finds the groups of a source that is sorted by them; `None` if it changes meanwhile.
    pub fn read(source: &dyn RowSource, grouping: &Grouping) -> Result<Option<Self>, StoreError> {
        let count = source.count()?;
        if count > MOST_ROWS {
            return Err(StoreError::TooComplex);
        }
        let mut columns = vec![PropTag(PR_MESSAGE_FLAGS)];
        for category in &grouping.categories {
            columns.extend(category.keys.iter().map(|key| key.tag));
            columns.extend(category.extreme.map(|extreme| extreme.tag));
        }
        let mut groups = Self {
            list: Vec::new(),
            outermost: Vec::new(),
        };
        // The groups that the last row is in.
        let mut path: Vec<usize> = Vec::new();
        let mut position = 0;
        while position < count {
            let rows = source.rows(position, PAGE.min(count - position), &columns)?;
            if rows.is_empty() {
                return Ok(None);
            }
            for row in rows {
                groups.add(grouping, &mut path, position, row);
                position += 1;
            }
        }
        groups.sort(grouping);
        Ok(Some(groups))
    }

    fn add(&mut self, grouping: &Grouping, path: &mut Vec<usize>, position: usize, row: Row) {
        let mut cells = row.cells.into_iter();
        let unread = match cells.next().flatten() {
            Some(Value::Long(flags)) => flags.cast_unsigned() & MSGFLAG_READ == 0,
            _ => false,
        };
        let mut is_same = true;
        for (level, category) in grouping.categories.iter().enumerate() {
            let values: Vec<Option<Value>> = cells.by_ref().take(category.keys.len()).collect();
            let sort_keys: Vec<Option<Vec<u8>>> = values
                .iter()
                .map(|value| value.as_ref().map(sort_key))
                .collect();
            let extreme = category.extreme.and_then(|_| cells.next().flatten());
            is_same = is_same
                && path
                    .get(level)
                    .is_some_and(|group| self.list[*group].sort_keys == sort_keys);
            if !is_same {
                path.truncate(level);
                let parent = path.last().copied();
                path.push(self.open(level, parent, values, sort_keys, position));
            }
            let group = &mut self.list[path[level]];
            group.end = position + 1;
            group.unread += usize::from(unread);
            if let (Some(wanted), Some(value)) = (category.extreme, extreme.as_ref().map(sort_key))
            {
                let is_more = group.extreme.as_ref().is_none_or(|known| {
                    if wanted.greatest {
                        value > *known
                    } else {
                        value < *known
                    }
                });
                if is_more {
                    group.extreme = Some(value);
                }
            }
        }
    }

    fn open(
        &mut self,
        level: usize,
        parent: Option<usize>,
        values: Vec<Option<Value>>,
        sort_keys: Vec<Option<Vec<u8>>>,
        start: usize,
    ) -> usize {
        let outer = parent.map_or(Uuid::nil(), |parent| {
            Uuid::from_bytes(self.list[parent].key.0)
        });
        let index = self.list.len();
        self.list.push(Group {
            key: heading_key(outer, level, &sort_keys),
            level,
            parent,
            values,
            sort_keys,
            extreme: None,
            start,
            end: start,
            unread: 0,
            children: Vec::new(),
        });
        match parent {
            Some(parent) => self.list[parent].children.push(index),
            None => self.outermost.push(index),
        }
        index
    }

    /// Puts the groups of levels that are ordered by a value of their rows into that order.
    fn sort(&mut self, grouping: &Grouping) {
        let mut outermost = std::mem::take(&mut self.outermost);
        self.sort_level(&grouping.categories[0], &mut outermost);
        self.outermost = outermost;
        for index in 0..self.list.len() {
            let Some(category) = grouping.categories.get(self.list[index].level + 1) else {
                continue;
            };
            let mut children = std::mem::take(&mut self.list[index].children);
            self.sort_level(category, &mut children);
            self.list[index].children = children;
        }
    }

    fn sort_level(&self, category: &Category, groups: &mut [usize]) {
        if category.extreme.is_none() {
            return;
        }
        let descending = category.keys[0].descending;
        // Stable: groups with equal values stay in the order of their own.
        groups.sort_by(|left, right| {
            match (&self.list[*left].extreme, &self.list[*right].extreme) {
                (Some(left), Some(right)) if descending => right.cmp(left),
                (Some(left), Some(right)) => left.cmp(right),
                (Some(_), None) => Ordering::Less,
                (None, Some(_)) => Ordering::Greater,
                (None, None) => Ordering::Equal,
            }
        });
    }

    /// `PR_INSTANCE_KEY` of a heading.
    pub fn key(&self, group: usize) -> InstanceKey {
        self.list[group].key
    }

    /// The level of a group, 0 for the outermost.
    pub fn level(&self, group: usize) -> usize {
        self.list[group].level
    }

    /// Number of rows in a group.
    pub fn count(&self, group: usize) -> usize {
        self.list[group].end - self.list[group].start
    }

    /// Number of unread messages in a group.
    pub fn unread(&self, group: usize) -> usize {
        self.list[group].unread
    }

    /// The values of a group's own columns and of those of the groups that it is in, from the outermost.
    pub fn values(&self, group: usize) -> Vec<&[Option<Value>]> {
        let mut values = Vec::with_capacity(self.list[group].level + 1);
        let mut next = Some(group);
        while let Some(group) = next {
            values.push(self.list[group].values.as_slice());
            next = self.list[group].parent;
        }
        values.reverse();
        values
    }
}

/// The key of a heading: made from its values, so that it stays with them when rows come and go.
fn heading_key(outer: Uuid, level: usize, sort_keys: &[Option<Vec<u8>>]) -> InstanceKey {
    let mut name = b"category".to_vec();
    name.extend((level as u64).to_be_bytes());
    for key in sort_keys {
        match key {
            Some(key) => {
                name.extend((key.len() as u64).to_be_bytes());
                name.extend(key);
            }
            None => name.extend(u64::MAX.to_be_bytes()),
        }
    }
    InstanceKey(Uuid::new_v5(&outer, &name).into_bytes())
}

/// What is shown side by side.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Segment {
    /// The heading of a group.
    Heading(usize),
    /// Rows from a position of the source on.
    Leaves { base: usize, count: usize },
}

/// What is shown of the groups.
pub(super) struct Shown {
    pub groups: Arc<Groups>,
    /// With the position of the first row of each, in order.
    segments: Vec<(usize, Segment)>,
    headings: HashMap<InstanceKey, (usize, usize)>,
    count: usize,
}

impl Shown {
    pub fn new(groups: &Arc<Groups>, folds: &Folds) -> Self {
        let mut shown = Self {
            groups: Arc::clone(groups),
            segments: Vec::new(),
            headings: HashMap::new(),
            count: 0,
        };
        let mut pending: Vec<usize> = groups.outermost.iter().rev().copied().collect();
        while let Some(index) = pending.pop() {
            let group = &groups.list[index];
            shown.headings.insert(group.key, (shown.count, index));
            shown.segments.push((shown.count, Segment::Heading(index)));
            shown.count += 1;
            if !folds.is_expanded(group.key, group.level) {
                continue;
            }
            pending.extend(group.children.iter().rev());
            if group.children.is_empty() {
                let leaves = Segment::Leaves {
                    base: group.start,
                    count: group.end - group.start,
                };
                shown.segments.push((shown.count, leaves));
                shown.count += group.end - group.start;
            }
        }
        shown
    }

    /// Number of rows.
    pub fn count(&self) -> usize {
        self.count
    }

    /// Position and group of the heading with a key.
    pub fn heading(&self, key: InstanceKey) -> Option<(usize, usize)> {
        self.headings.get(&key).copied()
    }

    /// Whether what is in a group whose heading is shown is shown too.
    pub fn is_expanded(&self, group: usize) -> bool {
        let Some((position, _)) = self.heading(self.groups.key(group)) else {
            return false;
        };
        let next = self
            .segments
            .partition_point(|(first, _)| *first <= position);
        self.segments
            .get(next)
            .is_some_and(|(_, segment)| match *segment {
                Segment::Leaves { .. } => true,
                Segment::Heading(inner) => self.groups.list[inner].parent == Some(group),
            })
    }

    /// The segments from the one on that has the row at a position, with the positions of their first rows.
    pub fn from(&self, position: usize) -> impl Iterator<Item = (usize, &Segment)> {
        let first = self
            .segments
            .partition_point(|(first, _)| *first <= position)
            .saturating_sub(1);
        self.segments[first..]
            .iter()
            .map(|(first, segment)| (*first, segment))
    }

    /// Where the row at a position of the source is shown, if it is.
    pub fn leaf(&self, base: usize) -> Option<usize> {
        self.segments
            .iter()
            .find_map(|(first, segment)| match *segment {
                Segment::Leaves { base: start, count }
                    if (start..start + count).contains(&base) =>
                {
                    Some(first + (base - start))
                }
                _ => None,
            })
    }
}
