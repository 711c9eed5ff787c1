//! What committed changes mean to a table: its numbers no longer hold, and its sinks hear which rows came, changed or
//! went \[table_notification\].
//!
//! A table of messages may be as long as the store, so it keeps no list of what it shows: which rows an object had is
//! looked up in the store right before each commit (see [`TableCore::foresee`]), for the objects of that commit alone.
//! Other tables are short: they keep what they have shown and compare (see [`super::picture`]). Where neither can tell,
//! as when another process changed a restricted table, and where much has happened at once, one `TABLE_CHANGED` says that
//! everything is to be read again.

use std::collections::{HashMap, HashSet};

use mapi_abi as abi;

use super::super::advise::{self, Events};
use super::picture::{Difference, Picture};
use super::rows::row_block;
use super::{Subject, TableCore};
use crate::com::fault::Outcome;
use crate::com::guard::guard_value;
use crate::com::values::stored_tag;
use crate::store::{
    Aspect, Change, ChangeKind, FoundRow, InstanceKey, ObjectId, ObjectKey, PropTag, RowSource,
};

/// More rows than this in one commit are not listed one by one.
pub(super) const MOST_ROWS: usize = 64;
/// Objects whose rows are remembered as the sinks were told of them.
const MOST_TOLD: usize = 256;

/// The rows of some objects before a commit.
pub(crate) struct Foreseen {
    generation: u64,
    rows: HashMap<ObjectKey, Vec<InstanceKey>>,
}

/// The rows that objects have as far as the sinks know: later commits may have been looked at before the sinks heard of
/// earlier ones.
#[derive(Default)]
pub(super) struct Told {
    generation: u64,
    rows: HashMap<ObjectKey, Vec<InstanceKey>>,
}

/// What changes come to for a table of messages.
#[derive(Debug, PartialEq, Eq)]
enum News {
    Nothing,
    /// The objects in the order of the first change of each.
    Objects(Vec<(ObjectKey, Before)>),
    Everything,
    /// There is nothing left to show.
    End,
}

/// Whether an object was in the folder before its first change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Before {
    There,
    Elsewhere,
}

/// How a table comes to know what changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Method {
    /// The changes say it: one row for each message, all messages shown.
    Plain,
    /// By looking at the objects before the commit.
    Foresight,
    /// By comparing what is shown with what was.
    Comparison,
}

impl TableCore {
    /// Takes note that rows may have moved.
    pub(crate) fn follow(&self, changes: &[Change]) {
        if changes
            .iter()
            .any(|change| self.subject.is_concerned(change) || self.subject.is_upset(change))
        {
            self.revision.advance();
        }
    }

    /// Looks at the rows of what is about to change. Nothing but reading: the store's right to write is held.
    pub(crate) fn foresee(&self, changes: &[Change]) -> Option<Foreseen> {
        // Another table's rows may belong to an open message, which may be what is being saved.
        if !matches!(self.subject, Subject::Contents { .. }) || !self.is_watched() {
            return None;
        }
        let (source, generation, method) = self.arrangement();
        if method != Method::Foresight {
            return None;
        }
        let News::Objects(objects) = self.subject.news(changes) else {
            return None;
        };
        let mut rows = HashMap::new();
        for (object, before) in objects {
            let keys = match before {
                Before::There => source.keys_of(object).ok()?,
                Before::Elsewhere => Vec::new(),
            };
            rows.insert(object, keys);
        }
        Some(Foreseen { generation, rows })
    }

    /// Tells the table's sinks what changed.
    pub(crate) fn announce(&self, changes: &[Change], foreseen: Option<Foreseen>) {
        if !self.is_watched() {
            return;
        }
        let (source, generation, method) = self.arrangement();
        match self.subject.news(changes) {
            News::Nothing => {}
            News::End => self.announce_one(Events::table_reload),
            News::Everything => self.announce_everything(),
            News::Objects(_) if method == Method::Comparison => self.compare(&touched(changes)),
            News::Objects(objects) => guard_value("table notification", (), || {
                let foreseen = foreseen.filter(|foreseen| foreseen.generation == generation);
                let was = self.before(generation, method, objects, foreseen);
                let mut events = Events::default();
                match self.describe(&*source, generation, was, &mut events) {
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
        self.told().rows.clear();
        self.take_picture();
        self.announce_one(Events::table_changed);
    }

    fn announce_one(&self, event: fn(&mut Events)) {
        if self.is_watched() {
            let mut events = Events::default();
            event(&mut events);
            advise::notify(&self.session, &self.key, events.as_slice());
        }
    }

    /// Tells the table's sinks what is different from the last time. Rows of the objects `touched` have changed even if
    /// it does not show.
    pub(crate) fn compare(&self, touched: &HashSet<ObjectId>) {
        if !self.is_watched() {
            return;
        }
        guard_value("table notification", (), || {
            let mut events = Events::default();
            match self.describe_difference(touched, &mut events) {
                Ok(true) => advise::notify(&self.session, &self.key, events.as_slice()),
                Ok(false) => self.announce_everything(),
                Err(fault) => {
                    tracing::debug!(%fault, "rows could not be compared");
                    self.announce_everything();
                }
            }
        });
    }

    /// Whether this table shows recipients or attachments of the message with that revision.
    pub(crate) fn shows_revision(&self, other: &super::Revision) -> bool {
        matches!(&self.subject, Subject::Recipients(own) | Subject::Attachments(own) if own.is_same(other))
    }

    /// Looks at what is shown, if that is what later changes are compared with. To be called whenever somebody starts to
    /// watch the table, and whenever a client arranges it anew.
    pub(super) fn take_picture(&self) {
        let picture = if self.is_watched() && self.arrangement().2 == Method::Comparison {
            let (source, columns, generation) = self.contents();
            Picture::take(&*source, &columns, generation).ok().flatten()
        } else {
            None
        };
        *self.picture() = picture;
    }

    fn is_watched(&self) -> bool {
        !self.connections().is_empty()
    }

    fn arrangement(&self) -> (std::sync::Arc<dyn RowSource>, u64, Method) {
        let view = self.view();
        let method = match self.subject {
            Subject::Contents { .. } if view.is_categorized() || view.is_limited() => {
                Method::Comparison
            }
            Subject::Contents { .. } if view.is_restricted() || view.is_expanded() => {
                Method::Foresight
            }
            Subject::Contents { .. } => Method::Plain,
            _ => Method::Comparison,
        };
        (view.rows(), view.generation(), method)
    }

    fn contents(&self) -> (std::sync::Arc<dyn RowSource>, Vec<u32>, u64) {
        let view = self.view();
        (view.rows(), view.columns().to_vec(), view.generation())
    }

    /// The rows that the sinks believe objects to have; `None` where nobody can know.
    fn before(
        &self,
        generation: u64,
        method: Method,
        objects: Vec<(ObjectKey, Before)>,
        mut foreseen: Option<Foreseen>,
    ) -> Vec<(ObjectKey, Option<Vec<InstanceKey>>)> {
        let mut told = self.told();
        if told.generation != generation {
            told.rows.clear();
        }
        let rows = |(object, before)| {
            let seen = || foreseen.as_mut()?.rows.remove(&object);
            let rows = told.rows.get(&object).cloned().or_else(seen);
            let rows = rows.or_else(|| match (before, method) {
                (Before::Elsewhere, _) => Some(Vec::new()),
                (Before::There, Method::Plain) => Some(vec![InstanceKey::of_object(object)]),
                (Before::There, _) => None,
            });
            (object, rows)
        };
        objects.into_iter().map(rows).collect()
    }

    /// Builds the events; `false` if that cannot be done exactly.
    fn describe(
        &self,
        source: &dyn RowSource,
        generation: u64,
        objects: Vec<(ObjectKey, Option<Vec<InstanceKey>>)>,
        events: &mut Events,
    ) -> Outcome<bool> {
        let mut gone = Vec::new();
        let mut there = Vec::new();
        let mut now = HashMap::new();
        for (object, was) in objects {
            let Some(was) = was else {
                return Ok(false);
            };
            let is = source.keys_of(object)?;
            gone.extend(was.iter().filter(|key| !is.contains(key)));
            there.extend(is.iter().map(|key| (*key, was.contains(key))));
            now.insert(object, is);
        }
        if gone.len() + there.len() > MOST_ROWS {
            return Ok(false);
        }
        for key in gone {
            events.row_deleted(key);
        }
        if !self.describe_rows(source, there, events)? {
            return Ok(false);
        }
        let mut told = self.told();
        if told.rows.len() + now.len() > MOST_TOLD {
            told.rows.clear();
        }
        told.generation = generation;
        told.rows.extend(now);
        Ok(true)
    }

    /// Builds the events of rows that are there, and of which the sinks know if they are marked; in the order of the
    /// view, as several modified rows must be. `false` if one of them is gone meanwhile.
    fn describe_rows(
        &self,
        source: &dyn RowSource,
        keys: Vec<(InstanceKey, bool)>,
        events: &mut Events,
    ) -> Outcome<bool> {
        let columns = self.view().columns().to_vec();
        let tags: Vec<PropTag> = columns
            .iter()
            .map(|&tag| stored_tag(PropTag(tag)))
            .collect();
        let mut found: Vec<(FoundRow, bool)> = Vec::with_capacity(keys.len());
        for (key, is_known) in keys {
            let Some(row) = source.row_after(key, &tags)? else {
                return Ok(false);
            };
            found.push((row, is_known));
        }
        found.sort_by_key(|(row, _)| row.position);
        for (found, is_known) in found {
            let event = if is_known {
                abi::TABLE_ROW_MODIFIED
            } else {
                abi::TABLE_ROW_ADDED
            };
            let key = found.row.key;
            let block = row_block(self.session.memory(), &columns, found.row)?;
            events.row(event, key, found.previous, block, columns.len());
        }
        Ok(true)
    }

    /// Builds the events of what is different from the last picture; `false` if that cannot be done exactly.
    fn describe_difference(
        &self,
        touched: &HashSet<ObjectId>,
        events: &mut Events,
    ) -> Outcome<bool> {
        let (source, columns, generation) = self.contents();
        let difference = {
            let mut last = self.picture();
            let now = Picture::take(&*source, &columns, generation)?;
            let difference = match (last.as_ref(), now.as_ref()) {
                (Some(last), Some(now)) => last.compare(now, touched),
                _ => None,
            };
            *last = now;
            difference
        };
        let Some(Difference { gone, there }) = difference else {
            return Ok(false);
        };
        if gone.len() + there.len() > MOST_ROWS {
            return Ok(false);
        }
        for key in gone {
            events.row_deleted(key);
        }
        self.describe_rows(&*source, there, events)
    }
}

/// The objects that changes are about; of a folder whose counters alone changed, its cells tell.
fn touched(changes: &[Change]) -> HashSet<ObjectId> {
    changes
        .iter()
        .filter(|change| change.aspect != Aspect::Counts)
        .map(|change| change.object)
        .collect()
}

impl Subject {
    /// Whether a change may have moved, added or removed rows.
    fn is_concerned(&self, change: &Change) -> bool {
        match (self, change.object) {
            (Self::Contents { folder, associated }, ObjectId::Message(_)) => {
                change.associated == *associated
                    && (change.parent == Some(*folder) || change.old_parent == Some(*folder))
            }
            // What a search folder shows is in no hierarchy.
            (Self::Hierarchy { .. }, ObjectId::Folder(_))
                if change.aspect == Aspect::Links || change.kind == ChangeKind::Searched =>
            {
                false
            }
            (Self::Hierarchy { folder, deep }, ObjectId::Folder(_)) => {
                *deep || change.parent == Some(*folder) || change.old_parent == Some(*folder)
            }
            (Self::OutgoingQueue, ObjectId::Message(_)) => {
                change.kind == ChangeKind::Modified
                    && !matches!(
                        change.aspect,
                        Aspect::Flags | Aspect::Status | Aspect::Links
                    )
            }
            // A deleted folder stands for the messages in it.
            (Self::OutgoingQueue, ObjectId::Folder(_)) => change.kind == ChangeKind::Deleted,
            _ => false,
        }
    }

    /// Whether a change may have done anything at all to the table: other processes did more than could be followed, or
    /// many rows of the search folder are others.
    fn is_upset(&self, change: &Change) -> bool {
        if let Self::Contents { folder, .. } = self
            && change.aspect == Aspect::Links
            && change.object == ObjectId::Folder(*folder)
        {
            return true;
        }
        let follows_store = matches!(
            self,
            Self::Contents { .. } | Self::Hierarchy { .. } | Self::OutgoingQueue
        );
        follows_store && change.foreign && change.object == ObjectId::Store
    }

    /// Whether the folder that the table lists is gone.
    fn is_ended(&self, change: &Change) -> bool {
        match self {
            Self::Contents { folder, .. } | Self::Hierarchy { folder, .. } => {
                change.kind == ChangeKind::Deleted && change.object == ObjectId::Folder(*folder)
            }
            _ => false,
        }
    }

    /// What the changes come to for this table.
    fn news(&self, changes: &[Change]) -> News {
        if changes.iter().any(|change| self.is_ended(change)) {
            return News::End;
        }
        if changes.iter().any(|change| self.is_upset(change)) {
            return News::Everything;
        }
        let mut seen = HashSet::new();
        let mut objects = Vec::new();
        for change in changes.iter().filter(|change| self.is_concerned(change)) {
            let Some(key) = change.object.key() else {
                continue;
            };
            if seen.insert(key) {
                objects.push((key, self.before(change)));
            }
            if objects.len() > MOST_ROWS {
                return News::Everything;
            }
        }
        if objects.is_empty() {
            News::Nothing
        } else {
            News::Objects(objects)
        }
    }

    /// Where the object of a change was before it.
    fn before(&self, change: &Change) -> Before {
        let own = match self {
            Self::Contents { folder, .. } | Self::Hierarchy { folder, .. } => Some(*folder),
            _ => None,
        };
        match change.kind {
            ChangeKind::Created | ChangeKind::Copied => Before::Elsewhere,
            ChangeKind::Modified | ChangeKind::Deleted | ChangeKind::Searched => Before::There,
            ChangeKind::Moved if change.old_parent == own => Before::There,
            ChangeKind::Moved => Before::Elsewhere,
        }
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

    fn object(key: u8, before: Before) -> News {
        News::Objects(vec![(ObjectKey([key; 16]), before)])
    }

    #[test]
    fn the_first_change_of_a_commit_says_where_the_object_was() {
        use ChangeKind::*;
        let news = |changes: &[Change]| CONTENTS.news(changes);
        let created = change(Created, 5, FOLDER, None);
        let modified = change(Modified, 5, FOLDER, None);
        let deleted = change(Deleted, 5, FOLDER, None);
        let moved_out = change(Moved, 5, OTHER, Some(FOLDER));
        let moved_in = change(Moved, 5, FOLDER, Some(OTHER));
        assert_eq!(
            CONTENTS.news(std::slice::from_ref(&created)),
            object(5, Before::Elsewhere)
        );
        assert_eq!(
            news(&[created.clone(), modified.clone()]),
            object(5, Before::Elsewhere)
        );
        assert_eq!(news(&[created, deleted]), object(5, Before::Elsewhere));
        assert_eq!(news(&[modified, moved_out]), object(5, Before::There));
        assert_eq!(news(&[moved_in]), object(5, Before::Elsewhere));
        assert_eq!(
            news(&[change(Copied, 7, FOLDER, Some(OTHER))]),
            object(7, Before::Elsewhere)
        );
    }

    #[test]
    fn the_end_of_the_folder_is_the_end_of_its_table() {
        let mut gone = change(ChangeKind::Deleted, 5, OTHER, None);
        gone.object = ObjectId::Folder(FOLDER);
        assert_eq!(CONTENTS.news(std::slice::from_ref(&gone)), News::End);
        gone.object = ObjectId::Folder(OTHER);
        assert_eq!(CONTENTS.news(&[gone]), News::Nothing);
    }

    #[test]
    fn what_could_not_be_followed_is_everything() {
        let mut lost = change(ChangeKind::Modified, 5, FOLDER, None);
        lost.object = ObjectId::Store;
        assert_eq!(CONTENTS.news(std::slice::from_ref(&lost)), News::Nothing);
        lost.foreign = true;
        assert_eq!(CONTENTS.news(&[lost]), News::Everything);
    }

    #[test]
    fn many_rows_of_a_search_folder_are_everything() {
        let mut many = change(ChangeKind::Modified, 5, OTHER, None);
        many.object = ObjectId::Folder(FOLDER);
        assert_eq!(CONTENTS.news(&[many.clone()]), News::Nothing);
        many.aspect = Aspect::Links;
        assert_eq!(CONTENTS.news(&[many.clone()]), News::Everything);
        let hierarchy = Subject::Hierarchy {
            folder: OTHER,
            deep: true,
        };
        assert_eq!(hierarchy.news(&[many]), News::Nothing);
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
        assert_eq!(hierarchy.news(&[folder]), object(2, Before::Elsewhere));
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
