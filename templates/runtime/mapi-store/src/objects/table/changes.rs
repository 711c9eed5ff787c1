//! What committed changes mean to a table: its numbers no longer hold, and its sinks hear which rows came, changed or
//! went \[table_notification\].
//!
//! Row by row where the table can tell exactly. Where it cannot (a restriction may have hidden the row before) and where
//! much has happened at once, one `TABLE_CHANGED` says that everything is to be read again.

use std::collections::HashMap;

use mapi_abi as abi;

use super::super::advise::{self, Events};
use super::rows::row_block;
use super::{Subject, TableCore};
use crate::com::fault::Outcome;
use crate::com::guard::guard_value;
use crate::com::values::stored_tag;
use crate::store::{Change, ChangeKind, InstanceKey, ObjectId, ObjectKey, PropTag, Row};

/// More rows than this in one commit are not listed one by one.
const MOST_ROWS: usize = 16;

/// What became of one row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Fate {
    was_there: bool,
    is_there: bool,
}

/// What the table's sinks are told.
#[derive(Debug, PartialEq, Eq)]
enum News {
    Nothing,
    /// In the order of the first change of each.
    Rows(Vec<(ObjectKey, Fate)>),
    Everything,
}

impl TableCore {
    /// Takes note that rows may have moved.
    pub(crate) fn follow(&self, changes: &[Change]) {
        if changes
            .iter()
            .any(|change| self.subject.is_concerned(change))
        {
            self.revision.advance();
        }
    }

    /// Tells the table's sinks what changed.
    pub(crate) fn announce(&self, changes: &[Change]) {
        if !self.is_watched() {
            return;
        }
        match self.subject.news(changes) {
            News::Nothing => {}
            News::Everything => self.announce_everything(),
            News::Rows(rows) => guard_value("table notification", (), || {
                let mut events = Events::default();
                match self.describe(&rows, &mut events) {
                    Ok(true) => advise::notify(&self.session, &self.key, events.as_slice()),
                    Ok(false) => self.announce_everything(),
                    Err(fault) => {
                        tracing::debug!(%fault, "rows could not be described");
                        self.announce_everything();
                    }
                }
            }),
        }
    }

    /// Tells the table's sinks to read it again.
    pub(crate) fn announce_everything(&self) {
        if self.is_watched() {
            let mut events = Events::default();
            events.table_changed();
            advise::notify(&self.session, &self.key, events.as_slice());
        }
    }

    /// Whether this table shows recipients or attachments of the message with that revision.
    pub(crate) fn shows_revision(&self, other: &super::Revision) -> bool {
        matches!(&self.subject, Subject::Recipients(own) | Subject::Attachments(own) if own.is_same(other))
    }

    fn is_watched(&self) -> bool {
        !self.connections().is_empty()
    }

    /// Builds the events; `false` if that cannot be done exactly.
    fn describe(&self, rows: &[(ObjectKey, Fate)], events: &mut Events) -> Outcome<bool> {
        let (source, columns, restricted) = {
            let view = self.view();
            if view.is_expanded() {
                // One object has any number of rows.
                return Ok(false);
            }
            (view.rows(), view.columns().to_vec(), view.is_restricted())
        };
        if restricted && rows.iter().any(|(_, fate)| fate.was_there) {
            return Ok(false);
        }
        let tags: Vec<PropTag> = columns
            .iter()
            .map(|&tag| stored_tag(PropTag(tag)))
            .collect();
        let mut shown: Vec<(usize, Fate, Option<InstanceKey>, Row)> = Vec::new();
        for &(object, fate) in rows {
            let key = InstanceKey::of_object(object);
            let position = if fate.is_there {
                source.position_of(key)?
            } else {
                None
            };
            let Some(position) = position else {
                // Gone, or gone again since the commit: the next round of changes has it, or never had it.
                if fate.was_there {
                    events.row_deleted(key);
                }
                continue;
            };
            let start = position.saturating_sub(1);
            let mut found = source.rows(start, position - start + 1, &tags)?;
            if let Some(row) = found.pop().filter(|row| row.key == key) {
                shown.push((position, fate, found.pop().map(|row| row.key), row));
            }
        }
        // In the order of the view, as several modified rows must be.
        shown.sort_by_key(|(position, ..)| *position);
        for (_, fate, prior, row) in shown {
            let event = if fate.was_there {
                abi::TABLE_ROW_MODIFIED
            } else {
                abi::TABLE_ROW_ADDED
            };
            let key = row.key;
            let block = row_block(self.session.memory(), &columns, row)?;
            events.row(event, key, prior, block, columns.len());
        }
        Ok(true)
    }
}

impl Subject {
    /// Whether a change may have moved, added or removed rows.
    fn is_concerned(&self, change: &Change) -> bool {
        match (self, change.object) {
            (Self::Contents { folder, associated }, ObjectId::Message(_)) => {
                change.associated == *associated
                    && (change.parent == Some(*folder) || change.old_parent == Some(*folder))
            }
            (Self::Hierarchy { folder, deep }, ObjectId::Folder(_)) => {
                *deep || change.parent == Some(*folder) || change.old_parent == Some(*folder)
            }
            _ => false,
        }
    }

    /// What the changes come to for this table.
    fn news(&self, changes: &[Change]) -> News {
        let mut fates: HashMap<ObjectKey, Fate> = HashMap::new();
        let mut order = Vec::new();
        for change in changes.iter().filter(|change| self.is_concerned(change)) {
            let Some((key, step)) = change.object.key().zip(self.step(change)) else {
                return News::Everything;
            };
            fates
                .entry(key)
                .and_modify(|fate| fate.is_there = step.is_there)
                .or_insert_with(|| {
                    order.push(key);
                    step
                });
            if order.len() > MOST_ROWS {
                return News::Everything;
            }
        }
        let rows: Vec<_> = order
            .into_iter()
            .map(|key| (key, fates[&key]))
            // What came and went in one commit was never seen.
            .filter(|(_, fate)| fate.was_there || fate.is_there)
            .collect();
        if rows.is_empty() {
            News::Nothing
        } else {
            News::Rows(rows)
        }
    }

    /// Whether the row was there before one change and is after it; `None` if that cannot be known.
    fn step(&self, change: &Change) -> Option<Fate> {
        let (folder, deep) = match self {
            Self::Contents { folder, .. } => (folder, false),
            Self::Hierarchy { folder, deep } => (folder, *deep),
            _ => return None,
        };
        if deep {
            // Only the folder's own row tells whether it lies below this one.
            return match change.kind {
                ChangeKind::Created | ChangeKind::Copied => Some(Fate {
                    was_there: false,
                    is_there: true,
                }),
                _ => None,
            };
        }
        let here = |parent: Option<ObjectKey>| parent == Some(*folder);
        Some(match change.kind {
            ChangeKind::Created | ChangeKind::Copied => Fate {
                was_there: false,
                is_there: here(change.parent),
            },
            ChangeKind::Modified => Fate {
                was_there: true,
                is_there: true,
            },
            ChangeKind::Deleted => Fate {
                was_there: true,
                is_there: false,
            },
            ChangeKind::Moved => Fate {
                was_there: here(change.old_parent),
                is_there: here(change.parent),
            },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{Aspect, Origin};

    const FOLDER: ObjectKey = ObjectKey([1; 16]);
    const OTHER: ObjectKey = ObjectKey([2; 16]);
    const CONTENTS: Subject = Subject::Contents {
        folder: FOLDER,
        associated: false,
    };

    fn change(
        kind: ChangeKind,
        message: u8,
        parent: ObjectKey,
        old_parent: Option<ObjectKey>,
    ) -> Change {
        Change {
            sequence: 1,
            kind,
            object: ObjectId::Message(ObjectKey([message; 16])),
            parent: Some(parent),
            old_object: None,
            old_parent,
            associated: false,
            aspect: Aspect::Whole,
            origin: Origin::Local,
            foreign: false,
        }
    }

    fn rows(expected: &[(u8, bool, bool)]) -> News {
        let fate = |&(key, was_there, is_there): &(u8, bool, bool)| {
            (
                ObjectKey([key; 16]),
                Fate {
                    was_there,
                    is_there,
                },
            )
        };
        News::Rows(expected.iter().map(fate).collect())
    }

    #[test]
    fn the_changes_of_one_commit_are_summed_up_by_row() {
        use ChangeKind::*;
        assert_eq!(
            CONTENTS.news(&[change(Created, 5, FOLDER, None)]),
            rows(&[(5, false, true)])
        );
        let twice = [
            change(Created, 5, FOLDER, None),
            change(Modified, 5, FOLDER, None),
        ];
        assert_eq!(CONTENTS.news(&twice), rows(&[(5, false, true)]));
        let gone_again = [
            change(Created, 5, FOLDER, None),
            change(Deleted, 5, FOLDER, None),
        ];
        assert_eq!(CONTENTS.news(&gone_again), News::Nothing);
        let moved_out = [
            change(Modified, 5, FOLDER, None),
            change(Moved, 5, OTHER, Some(FOLDER)),
        ];
        assert_eq!(CONTENTS.news(&moved_out), rows(&[(5, true, false)]));
        assert_eq!(
            CONTENTS.news(&[change(Moved, 6, FOLDER, Some(OTHER))]),
            rows(&[(6, false, true)])
        );
        assert_eq!(
            CONTENTS.news(&[change(Copied, 7, OTHER, Some(FOLDER))]),
            News::Nothing
        );
        assert_eq!(
            CONTENTS.news(&[change(Copied, 7, FOLDER, Some(OTHER))]),
            rows(&[(7, false, true)])
        );
    }

    #[test]
    fn what_happens_elsewhere_is_no_news() {
        assert_eq!(
            CONTENTS.news(&[change(ChangeKind::Created, 5, OTHER, None)]),
            News::Nothing
        );
        let mut associated = change(ChangeKind::Created, 5, FOLDER, None);
        associated.associated = true;
        assert_eq!(CONTENTS.news(&[associated]), News::Nothing);
        let mut folder = change(ChangeKind::Created, 5, FOLDER, None);
        folder.object = ObjectId::Folder(OTHER);
        assert_eq!(CONTENTS.news(&[folder.clone()]), News::Nothing);
        let hierarchy = Subject::Hierarchy {
            folder: FOLDER,
            deep: false,
        };
        assert_eq!(hierarchy.news(&[folder]), rows(&[(2, false, true)]));
    }

    #[test]
    fn a_flood_is_one_event() {
        let flood: Vec<_> = (0..=MOST_ROWS as u8)
            .map(|key| change(ChangeKind::Modified, key, FOLDER, None))
            .collect();
        assert_eq!(CONTENTS.news(&flood), News::Everything);
        assert_ne!(CONTENTS.news(&flood[1..]), News::Everything);
    }
}
