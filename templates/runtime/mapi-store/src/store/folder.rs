//! Folders.

mod copy;
mod delete;

use rusqlite::{Connection, OptionalExtension, Row, params};

use mapi_abi::PR_DISPLAY_NAME;

use super::bag::PropertyBag;
use super::batch::{Batch, Event, methods};
use super::changes::ChangeKind;
use super::error::StoreError;
use super::identity::{ObjectId, ObjectKey};
use super::sync_log::Edit;
use super::value::{PropTag, Value};
use super::{Session, codec, id, now, text};
use crate::definition::FolderRole;

pub(super) use copy::copy_bare_folder;
use copy::copy_folder;
use delete::{delete_folder, empty_folder, has_outgoing, holds_needed_folder};

/// Deepest nesting of folders, so that no walk through a tree gets too deep.
const MAXIMUM_LEVELS: usize = 256;

/// A folder as it was when it was loaded.
#[derive(Clone, Debug)]
pub struct Folder {
    /// Identity.
    pub key: ObjectKey,
    /// Parent; `None` for the root folder.
    pub parent: Option<ObjectKey>,
    /// `PR_DISPLAY_NAME`.
    pub name: String,
    /// What Outlook uses the folder for.
    pub role: FolderRole,
    /// `PR_FOLDER_TYPE`.
    pub kind: FolderKind,
    /// The counters.
    pub counts: FolderCounts,
    /// Sum of the sizes of all messages, in bytes.
    pub size: u64,
    /// `PR_CREATION_TIME`: 100 ns since 1601.
    pub created: u64,
    /// `PR_LAST_MODIFICATION_TIME`: 100 ns since 1601.
    pub modified: u64,
    /// Properties that clients set, `PR_COMMENT` and `PR_CONTAINER_CLASS` among them.
    pub properties: PropertyBag,
    pub(super) row: i64,
}

/// `PR_FOLDER_TYPE`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum FolderKind {
    /// The root folder of the store.
    Root,
    /// A folder that holds messages and folders.
    Generic,
    /// A folder that shows messages of other folders.
    Search,
}

/// The counters of a folder, kept up to date by every write.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct FolderCounts {
    /// Messages (`PR_CONTENT_COUNT`).
    pub content: u32,
    /// Unread messages (`PR_CONTENT_UNREAD`).
    pub unread: u32,
    /// Associated messages (`PR_ASSOC_CONTENT_COUNT`).
    pub associated: u32,
    /// Direct subfolders (`PR_FOLDER_CHILD_COUNT`).
    pub children: u32,
}

/// What a new folder is made from.
#[derive(Clone, Debug)]
pub struct NewFolder {
    /// `PR_DISPLAY_NAME`; must not be empty.
    pub name: String,
    /// `PR_FOLDER_TYPE`; no store has a second root ([`StoreError::Invalid`]).
    pub kind: FolderKind,
    /// Further properties, `PR_COMMENT` and `PR_CONTAINER_CLASS` among them.
    pub properties: PropertyBag,
}

impl NewFolder {
    /// A plain folder of that name.
    #[must_use]
    pub fn named(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            kind: FolderKind::Generic,
            properties: PropertyBag::new(),
        }
    }
}

/// What [`Store::delete_folder`](super::Store::delete_folder) may delete with a folder.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct DeleteFolder {
    /// `DEL_MESSAGES`: without it, messages are [`StoreError::HasMessages`].
    pub messages: bool,
    /// `DEL_FOLDERS`: without it, subfolders are [`StoreError::HasFolders`].
    pub folders: bool,
}

methods! {
    /// The root folder.
    read root() -> ObjectKey;

    /// The folder with a role.
    read folder_by_role(role: FolderRole) -> Option<ObjectKey>;

    /// Loads a folder.
    read folder(folder: ObjectKey) -> Folder;

    /// The subfolder of that name, case ignored.
    read child_folder(parent: ObjectKey, name: &str) -> Option<ObjectKey>;

    /// Direct subfolders, by name.
    read child_folders(parent: ObjectKey) -> Vec<Folder>;

    /// Whether messages in a folder, or anywhere below it, wait in the outgoing queue.
    read has_outgoing(folder: ObjectKey) -> bool;

    /// Creates a folder; `Collision` if the parent has one of that name, case ignored.
    write create_folder(parent: ObjectKey, folder: NewFolder) -> ObjectKey;

    /// Sets and removes properties; setting `PR_DISPLAY_NAME` renames the folder (`Collision`).
    write set_folder_properties(folder: ObjectKey, set: &[(PropTag, Value)], remove: &[u16]) -> ();

    /// Moves a folder with all in it, perhaps under a new name (`Collision`, `FolderCycle`; `NoAccess` for the root and
    /// for folders with a role).
    write move_folder(folder: ObjectKey, new_parent: ObjectKey, new_name: Option<&str>) -> ();

    /// Copies a folder with its messages, and with its subfolders if `subfolders`; returns the copy (`Collision`,
    /// `FolderCycle`).
    write copy_folder(
        folder: ObjectKey,
        new_parent: ObjectKey,
        new_name: Option<&str>,
        subfolders: bool,
    ) -> ObjectKey;

    /// Deletes a folder: all of it or nothing (`HasMessages`, `HasFolders`; `NoAccess` for the root and for folders with
    /// a role, or with such a folder in them; `Submitted` if messages in it wait to be sent).
    write delete_folder(folder: ObjectKey, options: DeleteFolder) -> ();

    /// Whether a folder has a role, or one in it has: such folders cannot be deleted.
    read holds_needed_folder(folder: ObjectKey) -> bool;

    /// Deletes the messages and subfolders of a folder, and its associated messages if `associated`. Submitted messages
    /// stay, and subfolders with a role stay empty.
    write empty_folder(folder: ObjectKey, associated: bool) -> ();
}

const COLUMNS: &str = "folder.id, folder.key, parent.key, folder.name, folder.role, folder.kind, folder.content,
    folder.unread, folder.associated, folder.children, folder.size, folder.created, folder.modified, folder.properties
    FROM folder LEFT JOIN folder AS parent ON parent.id = folder.parent";

pub(super) fn root(session: &Session<'_>) -> Result<ObjectKey, StoreError> {
    let mut statement = session
        .connection
        .prepare_cached("SELECT key FROM folder WHERE parent IS NULL")?;
    Ok(statement.query_row([], |row| row.get(0))?)
}

pub(super) fn folder_by_role(
    session: &Session<'_>,
    role: FolderRole,
) -> Result<Option<ObjectKey>, StoreError> {
    if role == FolderRole::None {
        return Ok(None);
    }
    let mut statement = session
        .connection
        .prepare_cached("SELECT key FROM folder WHERE role = ?1 AND role <> 0")?;
    Ok(statement
        .query_row([role_code(role)], |row| row.get(0))
        .optional()?)
}

/// All folders with a role.
pub(super) fn folders_with_roles(
    session: &Session<'_>,
) -> Result<Vec<(FolderRole, ObjectKey)>, StoreError> {
    let mut statement = session
        .connection
        .prepare_cached("SELECT role, key FROM folder WHERE role <> 0")?;
    let folders = statement.query_map([], |row| Ok((role_of(row.get(0)?), row.get(1)?)))?;
    Ok(folders.collect::<Result<_, _>>()?)
}

pub(super) fn folder(session: &Session<'_>, folder: ObjectKey) -> Result<Folder, StoreError> {
    let mut statement = session
        .connection
        .prepare_cached(&format!("SELECT {COLUMNS} WHERE folder.key = ?1"))?;
    let mut rows = statement.query([folder])?;
    read_folder(session, rows.next()?.ok_or(StoreError::NotFound)?)
}

fn child_folder(
    session: &Session<'_>,
    parent: ObjectKey,
    name: &str,
) -> Result<Option<ObjectKey>, StoreError> {
    let mut statement = session.connection.prepare_cached(
        "SELECT key FROM folder WHERE parent = (SELECT id FROM folder WHERE key = ?1) AND name_key = ?2",
    )?;
    Ok(statement
        .query_row(params![parent, text::lower(name)], |row| row.get(0))
        .optional()?)
}

pub(super) fn child_folders(
    session: &Session<'_>,
    parent: ObjectKey,
) -> Result<Vec<Folder>, StoreError> {
    let row = folder_row(session, parent)?;
    let mut statement = session.connection.prepare_cached(&format!(
        "SELECT {COLUMNS} WHERE folder.parent = ?1 ORDER BY folder.name_key"
    ))?;
    let mut rows = statement.query([row])?;
    let mut folders = Vec::new();
    while let Some(row) = rows.next()? {
        folders.push(read_folder(session, row)?);
    }
    Ok(folders)
}

/// The row of a folder.
pub(super) fn folder_row(session: &Session<'_>, folder: ObjectKey) -> Result<i64, StoreError> {
    let mut statement = session
        .connection
        .prepare_cached("SELECT id FROM folder WHERE key = ?1")?;
    Ok(statement.query_row([folder], |row| row.get(0))?)
}

/// The row of a folder that can hold messages and folders: `NoAccess` for a search folder, which only shows what others
/// hold \[mapi-search-folders\].
pub(super) fn holding_row(session: &Session<'_>, folder: ObjectKey) -> Result<i64, StoreError> {
    match row_and_kind(session.connection, folder)? {
        (_, FolderKind::Search) => Err(StoreError::NoAccess),
        (row, FolderKind::Root | FolderKind::Generic) => Ok(row),
    }
}

/// The row of a folder, and what kind of folder it is.
pub(super) fn row_and_kind(
    connection: &Connection,
    folder: ObjectKey,
) -> Result<(i64, FolderKind), StoreError> {
    let mut statement = connection.prepare_cached("SELECT id, kind FROM folder WHERE key = ?1")?;
    Ok(statement.query_row([folder], |row| Ok((row.get(0)?, kind_of(row.get(1)?))))?)
}

/// Notes what a client did to a folder. Search folders are this store's own affair: no remote hears of them.
fn log_folder(
    batch: &mut Batch<'_>,
    folder: ObjectKey,
    kind: FolderKind,
    parent: Option<ObjectKey>,
    edit: Edit,
) -> Result<(), StoreError> {
    match kind {
        FolderKind::Search => Ok(()),
        FolderKind::Root | FolderKind::Generic => batch.log(ObjectId::Folder(folder), parent, edit),
    }
}

/// The folder of a row.
pub(super) fn folder_key(session: &Session<'_>, row: i64) -> Result<ObjectKey, StoreError> {
    let mut statement = session
        .connection
        .prepare_cached("SELECT key FROM folder WHERE id = ?1")?;
    Ok(statement.query_row([row], |row| row.get(0))?)
}

fn read_folder(session: &Session<'_>, row: &Row<'_>) -> Result<Folder, StoreError> {
    Ok(Folder {
        row: row.get(0)?,
        key: row.get(1)?,
        parent: row.get(2)?,
        name: row.get(3)?,
        role: role_of(row.get(4)?),
        kind: kind_of(row.get(5)?),
        counts: FolderCounts {
            content: row.get(6)?,
            unread: row.get(7)?,
            associated: row.get(8)?,
            children: row.get(9)?,
        },
        size: row.get::<_, i64>(10)?.max(0) as u64,
        created: row.get::<_, i64>(11)? as u64,
        modified: row.get::<_, i64>(12)? as u64,
        properties: codec::decode(
            row.get_ref(13)?.as_blob().map_err(rusqlite::Error::from)?,
            &session.inner.uid,
        )?,
    })
}

fn create_folder(
    batch: &mut Batch<'_>,
    parent: ObjectKey,
    folder: NewFolder,
) -> Result<ObjectKey, StoreError> {
    if folder.kind == FolderKind::Root {
        return Err(StoreError::Invalid("there is one root folder"));
    }
    let key = insert(batch, parent, &folder, FolderRole::None, Event::new)?;
    log_folder(batch, key, folder.kind, Some(parent), Edit::Created)?;
    Ok(key)
}

/// Puts a new folder under a parent and publishes what `event` makes of it.
pub(super) fn insert(
    batch: &mut Batch<'_>,
    parent: ObjectKey,
    folder: &NewFolder,
    role: FolderRole,
    event: impl FnOnce(ChangeKind, ObjectId) -> Event,
) -> Result<ObjectKey, StoreError> {
    let parent_row = holding_row(&batch.session(), parent)?;
    if path_to_root(&batch.session(), parent)?.len() >= MAXIMUM_LEVELS {
        return Err(StoreError::TooBig);
    }
    check_name(batch, parent, &folder.name, None)?;
    let mut properties = folder.properties.clone();
    properties.remove(id(PR_DISPLAY_NAME));
    let properties = batch.with_large_read(properties)?;
    let key = ObjectKey::random();
    let now = now() as i64;
    batch
        .connection
        .prepare_cached(
            "INSERT INTO folder (key, parent, name, name_key, role, kind, created, modified, properties)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7, ?8)",
        )?
        .execute(params![
            key,
            parent_row,
            folder.name,
            text::lower(&folder.name),
            role_code(role),
            kind_code(folder.kind),
            now,
            codec::encode(&properties),
        ])?;
    change_children(batch, parent_row, 1)?;
    let event = event(ChangeKind::Created, ObjectId::Folder(key));
    batch.record(Event {
        parent: Some(parent),
        ..event
    })?;
    Ok(key)
}

fn set_folder_properties(
    batch: &mut Batch<'_>,
    folder: ObjectKey,
    set: &[(PropTag, Value)],
    remove: &[u16],
) -> Result<(), StoreError> {
    let mut loaded = self::folder(&batch.session(), folder)?;
    for (tag, value) in set {
        if tag.id() == id(PR_DISPLAY_NAME) {
            let Value::Unicode(name) = value else {
                return Err(StoreError::Invalid("the name of a folder is a text"));
            };
            if let Some(parent) = loaded.parent {
                check_name(batch, parent, name, Some(folder))?;
            }
            loaded.name.clone_from(name);
        } else {
            loaded.properties.set(*tag, value.clone());
        }
    }
    for id in remove {
        loaded.properties.remove(*id);
    }
    let properties = batch.with_large_read(loaded.properties)?;
    batch
        .connection
        .prepare_cached(
            "UPDATE folder SET name = ?2, name_key = ?3, modified = ?4, properties = ?5, stamp = stamp + 1 WHERE id = ?1",
        )?
        .execute(params![
            loaded.row,
            loaded.name,
            text::lower(&loaded.name),
            now() as i64,
            codec::encode(&properties)
        ])?;
    batch.record(Event {
        parent: loaded.parent,
        ..Event::new(ChangeKind::Modified, ObjectId::Folder(folder))
    })?;
    log_folder(batch, folder, loaded.kind, loaded.parent, Edit::Modified)
}

fn move_folder(
    batch: &mut Batch<'_>,
    folder: ObjectKey,
    new_parent: ObjectKey,
    new_name: Option<&str>,
) -> Result<(), StoreError> {
    let loaded = self::folder(&batch.session(), folder)?;
    let Some(old_parent) = loaded.parent else {
        return Err(StoreError::NoAccess);
    };
    if loaded.role != FolderRole::None {
        return Err(StoreError::NoAccess);
    }
    let new_parent_row = holding_row(&batch.session(), new_parent)?;
    let name = new_name.unwrap_or(&loaded.name);
    check_place(&batch.session(), folder, new_parent)?;
    check_name(batch, new_parent, name, Some(folder))?;
    let old_parent_row = folder_row(&batch.session(), old_parent)?;
    batch
        .connection
        .prepare_cached(
            "UPDATE folder SET parent = ?2, name = ?3, name_key = ?4, modified = ?5 WHERE id = ?1",
        )?
        .execute(params![
            loaded.row,
            new_parent_row,
            name,
            text::lower(name),
            now() as i64
        ])?;
    if old_parent != new_parent {
        change_children(batch, old_parent_row, -1)?;
        change_children(batch, new_parent_row, 1)?;
    }
    batch.record(Event {
        parent: Some(new_parent),
        old_parent: Some(old_parent),
        ..Event::new(ChangeKind::Moved, ObjectId::Folder(folder))
    })?;
    if name != loaded.name {
        log_folder(batch, folder, loaded.kind, Some(new_parent), Edit::Modified)?;
    }
    if old_parent != new_parent {
        let edit = Edit::Moved { from: old_parent };
        log_folder(batch, folder, loaded.kind, Some(new_parent), edit)?;
    }
    Ok(())
}

/// Makes sure that a folder of that name can be put under a parent, or kept there by `own`.
fn check_name(
    batch: &Batch<'_>,
    parent: ObjectKey,
    name: &str,
    own: Option<ObjectKey>,
) -> Result<(), StoreError> {
    if name.is_empty() {
        return Err(StoreError::Invalid("a folder needs a name"));
    }
    match child_folder(&batch.session(), parent, name)? {
        Some(other) if Some(other) != own => Err(StoreError::Collision),
        _ => Ok(()),
    }
}

/// Makes sure that `folder` can be put into `new_parent` with all in it: that this makes no circle and no tree of more
/// than [`MAXIMUM_LEVELS`].
fn check_place(
    session: &Session<'_>,
    folder: ObjectKey,
    new_parent: ObjectKey,
) -> Result<(), StoreError> {
    fn height(session: &Session<'_>, folder: ObjectKey) -> Result<usize, StoreError> {
        let mut below = 0;
        for child in child_folders(session, folder)? {
            below = below.max(height(session, child.key)?);
        }
        Ok(below + 1)
    }
    let above = path_to_root(session, new_parent)?;
    if above.contains(&folder) {
        return Err(StoreError::FolderCycle);
    }
    if above.len() + height(session, folder)? > MAXIMUM_LEVELS {
        Err(StoreError::TooBig)
    } else {
        Ok(())
    }
}

/// A folder, its parent, and so on up to the root.
pub(super) fn path_to_root(
    session: &Session<'_>,
    folder: ObjectKey,
) -> Result<Vec<ObjectKey>, StoreError> {
    let mut path = vec![folder];
    let mut statement = session.connection.prepare_cached(
        "SELECT parent.key FROM folder JOIN folder AS parent ON parent.id = folder.parent WHERE folder.key = ?1",
    )?;
    while let Some(parent) = statement
        .query_row([path[path.len() - 1]], |row| row.get(0))
        .optional()?
    {
        path.push(parent);
        if path.len() > MAXIMUM_LEVELS {
            return Err(StoreError::TooBig);
        }
    }
    Ok(path)
}

/// Counts a subfolder more or less.
fn change_children(
    batch: &mut Batch<'_>,
    folder_row: i64,
    difference: i64,
) -> Result<(), StoreError> {
    batch
        .connection
        .prepare_cached(
            "UPDATE folder SET children = children + ?2, stamp = stamp + 1 WHERE id = ?1",
        )?
        .execute([folder_row, difference])?;
    batch.recount(folder_row);
    Ok(())
}

/// Differences that a change of messages makes to the counters of their folder.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct CountChange {
    pub content: i64,
    pub unread: i64,
    pub associated: i64,
    pub size: i64,
}

/// Adds to the counters of a folder, and notes that its contents changed.
pub(super) fn change_counts(
    batch: &mut Batch<'_>,
    folder_row: i64,
    change: CountChange,
) -> Result<(), StoreError> {
    batch
        .connection
        .prepare_cached(
            "UPDATE folder SET content = content + ?2, unread = unread + ?3, associated = associated + ?4,
                 size = size + ?5, stamp = stamp + 1
             WHERE id = ?1",
        )?
        .execute([folder_row, change.content, change.unread, change.associated, change.size])?;
    if change.content != 0 || change.unread != 0 || change.associated != 0 {
        batch.recount(folder_row);
    }
    Ok(())
}

const ROLES: [FolderRole; 21] = [
    FolderRole::None,
    FolderRole::IpmSubtree,
    FolderRole::Inbox,
    FolderRole::Outbox,
    FolderRole::SentMail,
    FolderRole::DeletedItems,
    FolderRole::Drafts,
    FolderRole::Junk,
    FolderRole::Archive,
    FolderRole::SearchRoot,
    FolderRole::Views,
    FolderRole::CommonViews,
    FolderRole::Calendar,
    FolderRole::Contacts,
    FolderRole::Tasks,
    FolderRole::Notes,
    FolderRole::Journal,
    FolderRole::SyncIssues,
    FolderRole::Conflicts,
    FolderRole::LocalFailures,
    FolderRole::ServerFailures,
];

/// How the file writes a role: by its place in a list that only grows.
pub(super) fn role_code(role: FolderRole) -> i64 {
    ROLES
        .iter()
        .position(|known| *known == role)
        .unwrap_or_default() as i64
}

pub(super) fn role_of(code: i64) -> FolderRole {
    usize::try_from(code)
        .ok()
        .and_then(|code| ROLES.get(code))
        .copied()
        .unwrap_or(FolderRole::None)
}

/// `PR_FOLDER_TYPE` of a kind of folder.
pub(super) fn kind_code(kind: FolderKind) -> i64 {
    match kind {
        FolderKind::Root => 0,
        FolderKind::Generic => 1,
        FolderKind::Search => 2,
    }
}

fn kind_of(code: i64) -> FolderKind {
    match code {
        0 => FolderKind::Root,
        2 => FolderKind::Search,
        _ => FolderKind::Generic,
    }
}
