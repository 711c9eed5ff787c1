//! Cells of contents tables: which columns of the message table they need, and how they are made from a row.

use std::borrow::Cow;

use mapi_abi::*;
use rusqlite::Row;

use super::contents::Scope;
use super::memory::is_type;
use super::{Row as TableRow, cut};
use crate::store::bag::PropertyBag;
use crate::store::codec::Entries;
use crate::store::error::StoreError;
use crate::store::evaluate::Subject;
use crate::store::hot::{self, Hot};
use crate::store::identity::{InstanceKey, ObjectId, ObjectKey};
use crate::store::message::parts_of;
use crate::store::restriction::SubObject;
use crate::store::value::{LargeValue, PropTag, Value, property_type as code};
use crate::store::{Session, id, large};

/// Columns of every selection: row, key, flags, status, size, spilled.
const FIRST: &str = "m.id, m.key, m.flags, m.status, m.size, m.spilled";

/// How many there are.
const FIRST_COUNT: usize = 6;

/// How to make the cells of some columns.
pub(super) struct Cells {
    columns: Vec<(PropTag, Cell)>,
    /// What to select, to be followed by FROM.
    pub selection: String,
    /// How many columns that selects.
    pub selected: usize,
    bag_index: Option<usize>,
}

enum Cell {
    /// Nothing has this property with this type.
    Missing,
    Constant(Value),
    EntryId,
    RecordKey,
    InstanceKey,
    Flags,
    Flag(u32),
    Status,
    Size,
    /// The entry id of the folder whose key is selected.
    Parent(usize),
    /// The name of that folder, which is selected.
    ParentName(usize),
    SizeAsLong,
    Column(&'static Hot, usize),
    /// Somewhere in the bag.
    Bag,
}

impl Cell {
    /// The cell in a column of this tag, which may ask for a type that the property does not have.
    fn of_type(self, tag: PropTag) -> Self {
        let own = match &self {
            Self::Constant(value) => value.property_type(),
            Self::EntryId | Self::RecordKey | Self::InstanceKey => code::BINARY,
            Self::Flags | Self::Status => code::LONG,
            Self::Flag(_) => code::BOOLEAN,
            // One number with two tags.
            Self::Size if tag.property_type() == code::LONG => return Self::SizeAsLong,
            Self::Size => code::I8,
            Self::SizeAsLong => code::LONG,
            Self::Missing | Self::Column(..) | Self::Bag => return self,
            // Of the right type they are selected.
            Self::Parent(_) | Self::ParentName(_) => return Self::Missing,
        };
        if is_type(tag, own) {
            self
        } else {
            Self::Missing
        }
    }
}

/// The cells of one message.
pub(super) struct MadeRow {
    pub row: i64,
    pub key: ObjectKey,
    pub cells: Vec<Option<Value>>,
}

impl MadeRow {
    /// The row of a table with that many columns; cells after those served to judge the row.
    pub fn into_row(self, columns: usize) -> TableRow {
        let cells = self.cells.into_iter().take(columns);
        TableRow {
            key: InstanceKey::of_object(self.key),
            object: Some(ObjectId::Message(self.key)),
            cells: cells.map(|cell| cell.map(cut)).collect(),
        }
    }
}

impl Cells {
    /// The cells of these columns for messages of one folder.
    pub fn new(session: &Session<'_>, scope: &Scope, tags: &[PropTag]) -> Result<Self, StoreError> {
        let common = match tags {
            [] => PropertyBag::new(),
            _ => session.inner.common_properties(),
        };
        let mut selection = FIRST.to_owned();
        let mut selected = FIRST_COUNT;
        let mut needs_bag = false;
        let mut columns = Vec::with_capacity(tags.len());
        for tag in tags {
            let constant = scope
                .constants
                .get_typed(*tag)
                .or_else(|| common.get_typed(*tag))
                .cloned();
            let cell = match constant {
                Some(value) => Cell::Constant(value),
                None => match computed(session, scope, *tag)? {
                    Some(Cell::Parent(_)) if is_type(*tag, code::BINARY) => {
                        selection
                            .push_str(", (SELECT f.key FROM folder AS f WHERE f.id = m.folder)");
                        selected += 1;
                        Cell::Parent(selected - 1)
                    }
                    Some(Cell::ParentName(_)) if is_type(*tag, code::UNICODE) => {
                        selection
                            .push_str(", (SELECT f.name FROM folder AS f WHERE f.id = m.folder)");
                        selected += 1;
                        Cell::ParentName(selected - 1)
                    }
                    Some(cell) => cell.of_type(*tag),
                    None => match hot::find(tag.id())
                        .filter(|hot| is_type(*tag, hot.tag.property_type()))
                    {
                        Some(hot) => {
                            selection.push_str(", m.");
                            selection.push_str(hot.column);
                            selected += 1;
                            Cell::Column(hot, selected - 1)
                        }
                        None => {
                            needs_bag = true;
                            Cell::Bag
                        }
                    },
                },
            };
            columns.push((*tag, cell));
        }
        let bag_index = needs_bag.then_some(selected);
        if needs_bag {
            selection.push_str(", m.properties");
            selected += 1;
        }
        Ok(Self {
            columns,
            selection,
            selected,
            bag_index,
        })
    }

    /// Makes the cells from a row of the selection. Large values are left as they are.
    pub fn read(&self, session: &Session<'_>, row: &Row<'_>) -> Result<MadeRow, StoreError> {
        let uid = &session.inner.uid;
        let message_row: i64 = row.get(0)?;
        let key: ObjectKey = row.get(1)?;
        let flags: u32 = row.get(2)?;
        let spilled: bool = row.get(5)?;
        let mut cells = Vec::with_capacity(self.columns.len());
        for (_, cell) in &self.columns {
            cells.push(match cell {
                Cell::Missing | Cell::Bag => None,
                Cell::Constant(value) => Some(value.clone()),
                Cell::EntryId => Some(Value::Binary(ObjectId::Message(key).entry_id(uid).to_vec())),
                Cell::RecordKey => Some(Value::Binary(ObjectId::Message(key).record_key(uid))),
                Cell::InstanceKey => Some(Value::Binary(key.0.to_vec())),
                Cell::Flags => Some(Value::Long(flags as i32)),
                Cell::Flag(bit) => Some(Value::Boolean(flags & bit != 0)),
                Cell::Status => Some(Value::Long(row.get::<_, u32>(3)? as i32)),
                Cell::Size => Some(Value::I8(row.get(4)?)),
                Cell::Parent(index) => Some(Value::Binary(
                    ObjectId::Folder(row.get(*index)?).entry_id(uid).to_vec(),
                )),
                Cell::ParentName(index) => Some(Value::Unicode(row.get(*index)?)),
                Cell::SizeAsLong => Some(Value::Long(hot::clamp(row.get(4)?))),
                Cell::Column(hot, index) => hot::read(hot, row, *index)?,
            });
        }
        if let Some(index) = self.bag_index {
            let bytes = row
                .get_ref(index)?
                .as_blob()
                .map_err(rusqlite::Error::from)?;
            self.fill(bytes, uid, &mut cells)?;
        } else if spilled {
            let mut statement = session
                .connection
                .prepare_cached("SELECT properties FROM message WHERE id = ?1")?;
            let bytes: Vec<u8> = statement.query_row([message_row], |row| row.get(0))?;
            self.fill(&bytes, uid, &mut cells)?;
        }
        Ok(MadeRow {
            row: message_row,
            key,
            cells,
        })
    }

    /// Fills what is empty from the bag.
    fn fill(
        &self,
        bytes: &[u8],
        uid: &[u8; 16],
        cells: &mut [Option<Value>],
    ) -> Result<(), StoreError> {
        for entry in Entries::new(bytes) {
            let entry = entry?;
            for ((tag, kind), cell) in self.columns.iter().zip(cells.iter_mut()) {
                let may_have = matches!(kind, Cell::Bag | Cell::Column(..));
                if may_have
                    && tag.id() == entry.id
                    && cell.is_none()
                    && is_type(*tag, entry.property_type())
                {
                    *cell = Some(entry.value(uid)?);
                }
            }
        }
        Ok(())
    }
}

/// The cell of a property that is in no bag.
fn computed(
    session: &Session<'_>,
    scope: &Scope,
    tag: PropTag,
) -> Result<Option<Cell>, StoreError> {
    let inner = session.inner;
    let wanted = tag.id();
    Ok(Some(if wanted == id(PR_ENTRYID) {
        Cell::EntryId
    } else if wanted == id(PR_RECORD_KEY) {
        Cell::RecordKey
    } else if wanted == id(PR_INSTANCE_KEY) {
        Cell::InstanceKey
    } else if wanted == id(PR_PARENT_ENTRYID) && scope.has_links {
        Cell::Parent(0)
    } else if wanted == id(PR_PARENT_DISPLAY) && scope.has_links {
        Cell::ParentName(0)
    } else if wanted == id(PR_PARENT_ENTRYID) {
        Cell::Constant(Value::Binary(
            ObjectId::Folder(scope.folder).entry_id(&inner.uid).to_vec(),
        ))
    } else if wanted == id(PR_PARENT_DISPLAY) {
        let mut statement = session
            .connection
            .prepare_cached("SELECT name FROM folder WHERE id = ?1")?;
        Cell::Constant(Value::Unicode(
            statement.query_row([scope.row], |row| row.get(0))?,
        ))
    } else if wanted == id(PR_OBJECT_TYPE) {
        Cell::Constant(Value::Long(MAPI_MESSAGE as i32))
    } else if wanted == id(PR_ACCESS) {
        Cell::Constant(Value::Long(inner.message_access() as i32))
    } else if wanted == id(PR_MESSAGE_RECIPIENTS) || wanted == id(PR_MESSAGE_ATTACHMENTS) {
        Cell::Constant(Value::Object)
    } else if wanted == id(PR_MESSAGE_FLAGS) {
        Cell::Flags
    } else if wanted == id(PR_HASATTACH) {
        Cell::Flag(MSGFLAG_HASATTACH)
    } else if wanted == id(PR_READ) {
        Cell::Flag(MSGFLAG_READ)
    } else if wanted == id(PR_MSG_STATUS) {
        Cell::Status
    } else if wanted == id(PR_MESSAGE_SIZE) {
        Cell::Size
    } else {
        return Ok(None);
    }))
}

/// A message judged by its cells.
pub(super) struct RowSubject<'a> {
    pub session: &'a Session<'a>,
    pub tags: &'a [PropTag],
    pub row: &'a MadeRow,
}

impl Subject for RowSubject<'_> {
    fn value(&self, tag: PropTag) -> Result<Option<Cow<'_, Value>>, StoreError> {
        let index = self.tags.iter().position(|own| *own == tag);
        Ok(index
            .and_then(|index| self.row.cells[index].as_ref())
            .map(Cow::Borrowed))
    }

    fn whole(&self, value: &LargeValue) -> Result<Value, StoreError> {
        large::read(self.session, value)
    }

    fn parts(&self, object: SubObject) -> Result<Vec<PropertyBag>, StoreError> {
        parts_of(self.session, self.row.row, object == SubObject::Attachments)
    }
}
