//! What a store has from the start: folders, receive folders and named properties of the definition.

use mapi_abi::{PR_ATTR_HIDDEN, PR_COMMENT, PR_CONTAINER_CLASS};
use rusqlite::{OptionalExtension, params};

use super::bag::PropertyBag;
use super::batch::{Batch, Event, Origin};
use super::error::StoreError;
use super::folder::{self, FolderKind, NewFolder};
use super::identity::ObjectKey;
use super::message::fill_index;
use super::names::{OwnedName, PropertyId};
use super::value::Value;
use super::{Inner, now, outlook_names, schema, text};
use crate::definition::{
    FolderDefinition, FolderRole, NamedPropertyDefinition, PropertyName, ProviderDefinition,
    StoreKind,
};

/// Name of the root folder, which Outlook does not show.
const ROOT_NAME: &str = "Root";

/// Folders that a store needs and the definition may leave out \[mapi-special-folders\].
const NEEDED: [(FolderRole, &str); 3] = [
    (FolderRole::IpmSubtree, "Top of Information Store"),
    (FolderRole::SearchRoot, "Search Root"),
    (FolderRole::DeletedItems, "Deleted Items"),
];

/// Folders that a default store needs besides \[default-message-stores\].
const NEEDED_BY_DEFAULT_STORES: [(FolderRole, &str); 5] = [
    (FolderRole::Inbox, "Inbox"),
    (FolderRole::Outbox, "Outbox"),
    (FolderRole::SentMail, "Sent Items"),
    (FolderRole::Views, "Views"),
    (FolderRole::CommonViews, "Common Views"),
];

/// Brings the file up to date with the definition.
pub(super) fn prepare(inner: &Inner) -> Result<(), StoreError> {
    let fingerprint = fingerprint(inner.definition);
    // A store that is up to date is opened without waiting for whoever writes.
    let known = inner
        .database
        .read(|connection| -> Result<Option<i64>, StoreError> {
            match connection.pragma_query_value(None, "user_version", |row| row.get::<_, i32>(0))? {
                0 => Ok(None),
                _ => meta(connection, "definition"),
            }
        })?;
    let up_to_date = known == Some(fingerprint);
    let prepare = |batch: &mut Batch<'_>| -> Result<(), StoreError> {
        if schema::prepare(batch.connection)? {
            set_meta(batch, "uid", inner.uid.as_slice())?;
            create_root(batch)?;
        }
        check_uid(batch.connection, &inner.uid)?;
        prepare_folders(batch)?;
        prepare_names(batch)?;
        set_meta(batch, "definition", fingerprint)
    };
    if !up_to_date {
        inner.transaction(Origin::Local, false, prepare)?;
    }
    let indexed = inner.database.read(|connection| {
        check_uid(connection, &inner.uid)?;
        indexed_properties(connection)
    })?;
    let _ = inner.indexed.set(indexed);
    inner.sweep()
}

/// Tells one definition from another.
fn fingerprint(definition: &ProviderDefinition) -> i64 {
    let parts = format!(
        "{:?} {:?} {:?} {:?}",
        definition.store_kind, definition.store, definition.folders, definition.named_properties
    );
    // FNV-1a.
    let hash = parts.bytes().fold(0xCBF2_9CE4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01B3)
    });
    hash as i64
}

fn check_uid(connection: &rusqlite::Connection, uid: &[u8; 16]) -> Result<(), StoreError> {
    if meta::<[u8; 16]>(connection, "uid")? == Some(*uid) {
        Ok(())
    } else {
        Err(StoreError::Corrupt(
            "the file belongs to another store".into(),
        ))
    }
}

/// A fact about the whole file.
pub(super) fn meta<T: rusqlite::types::FromSql>(
    connection: &rusqlite::Connection,
    name: &str,
) -> Result<Option<T>, StoreError> {
    let mut statement = connection.prepare_cached("SELECT value FROM meta WHERE name = ?1")?;
    Ok(statement.query_row([name], |row| row.get(0)).optional()?)
}

pub(super) fn set_meta(
    batch: &Batch<'_>,
    name: &str,
    value: impl rusqlite::ToSql,
) -> Result<(), StoreError> {
    batch
        .connection
        .prepare_cached("INSERT OR REPLACE INTO meta (name, value) VALUES (?1, ?2)")?
        .execute(params![name, value])?;
    Ok(())
}

fn create_root(batch: &Batch<'_>) -> Result<(), StoreError> {
    batch.connection.execute(
        "INSERT INTO folder (key, parent, name, name_key, role, kind, created, modified, properties)
         VALUES (?1, NULL, ?2, ?3, 0, ?4, ?5, ?5, x'')",
        params![
            ObjectKey::random(),
            ROOT_NAME,
            text::lower(ROOT_NAME),
            folder::kind_code(FolderKind::Root),
            now() as i64
        ],
    )?;
    Ok(())
}

fn prepare_folders(batch: &mut Batch<'_>) -> Result<(), StoreError> {
    let definition = batch.inner.definition;
    let root = folder::root(&batch.session())?;
    let needed_besides: &[_] = match definition.store_kind {
        StoreKind::Secondary => &[],
        StoreKind::DefaultCapable => &NEEDED_BY_DEFAULT_STORES,
    };
    // The subtree comes first, because others go into it; where the definition names it, it does so itself.
    let is_defined = |role| definition.folders.iter().any(|folder| folder.role == role);
    let subtree = match folder::folder_by_role(&batch.session(), FolderRole::IpmSubtree)? {
        Some(subtree) => subtree,
        None => match definition
            .folders
            .iter()
            .find(|folder| folder.role == FolderRole::IpmSubtree)
        {
            Some(defined) => create(batch, root, defined)?,
            None => create(batch, root, &plain(FolderRole::IpmSubtree, NEEDED[0].1))?,
        },
    };

    let mut keys: Vec<Option<ObjectKey>> = Vec::with_capacity(definition.folders.len());
    let mut paths: Vec<String> = Vec::with_capacity(definition.folders.len());
    for defined in definition.folders {
        let parent = defined.parent.map(usize::from);
        let above = match parent {
            Some(parent) => paths
                .get(parent)
                .map(|path| format!("{path}\u{1F}"))
                .unwrap_or_default(),
            None => String::new(),
        };
        let path = above + &text::lower(defined.name);
        let parent = match parent {
            Some(parent) => keys.get(parent).copied().flatten(),
            None if defined.role.is_below_root() => Some(root),
            None => Some(subtree),
        };
        keys.push(prepare_folder(batch, defined, &path, parent)?);
        paths.push(path);
    }
    for (role, name) in NEEDED.iter().chain(needed_besides) {
        if !is_defined(*role) && folder::folder_by_role(&batch.session(), *role)?.is_none() {
            let parent = if role.is_below_root() { root } else { subtree };
            create(batch, parent, &plain(*role, name))?;
        }
    }
    Ok(())
}

/// The folder of a definition: created unless it was there before; `None` if a user has deleted it since.
fn prepare_folder(
    batch: &mut Batch<'_>,
    defined: &FolderDefinition,
    path: &str,
    parent: Option<ObjectKey>,
) -> Result<Option<ObjectKey>, StoreError> {
    let recorded: Option<Option<ObjectKey>> = batch
        .connection
        .prepare_cached(
            "SELECT folder.key FROM defined_folder LEFT JOIN folder ON folder.id = defined_folder.folder WHERE path = ?1",
        )?
        .query_row([path], |row| row.get(0))
        .optional()?;
    let by_role = folder::folder_by_role(&batch.session(), defined.role)?;
    let key = match (by_role, recorded, parent) {
        (Some(key), _, _) => key,
        (None, Some(Some(key)), _) => {
            take_role(batch, key, defined.role)?;
            key
        }
        // Deleted by the user, or below something that was. A role, though, is filled again.
        (None, Some(None), _) if defined.role == FolderRole::None => return Ok(None),
        (None, _, None) => return Ok(None),
        (None, _, Some(parent)) => match batch.child_folder(parent, defined.name)? {
            Some(key) => {
                take_role(batch, key, defined.role)?;
                key
            }
            None => create(batch, parent, defined)?,
        },
    };
    if recorded.is_none_or(|recorded| recorded != Some(key)) {
        batch
            .connection
            .prepare_cached(
                "INSERT OR REPLACE INTO defined_folder (path, folder)
                 VALUES (?1, (SELECT id FROM folder WHERE key = ?2))",
            )?
            .execute(params![path, key])?;
        for class in defined.receive_classes {
            batch.set_receive_folder(class, Some(key))?;
        }
    }
    Ok(Some(key))
}

fn take_role(batch: &Batch<'_>, folder: ObjectKey, role: FolderRole) -> Result<(), StoreError> {
    batch
        .connection
        .prepare_cached("UPDATE folder SET role = ?2 WHERE key = ?1 AND role <> ?2")?
        .execute(params![folder, folder::role_code(role)])?;
    Ok(())
}

fn create(
    batch: &mut Batch<'_>,
    parent: ObjectKey,
    defined: &FolderDefinition,
) -> Result<ObjectKey, StoreError> {
    let mut properties = PropertyBag::new();
    if !defined.comment.is_empty() {
        properties.set(PR_COMMENT, Value::Unicode(defined.comment.into()));
    }
    if !defined.container_class.is_empty() {
        properties.set(
            PR_CONTAINER_CLASS,
            Value::Unicode(defined.container_class.into()),
        );
    }
    if defined.hidden {
        properties.set(PR_ATTR_HIDDEN, Value::Boolean(true));
    }
    let new = NewFolder {
        name: free_name(batch, parent, defined.name)?,
        kind: FolderKind::Generic,
        properties,
    };
    folder::insert(batch, parent, &new, defined.role, Event::new)
}

/// The name, with a number if the user has a folder of that name with another role.
fn free_name(batch: &Batch<'_>, parent: ObjectKey, name: &str) -> Result<String, StoreError> {
    let mut free = name.to_owned();
    let mut number = 1;
    while batch.child_folder(parent, &free)?.is_some() {
        number += 1;
        free = format!("{name} {number}");
    }
    Ok(free)
}

const fn plain(role: FolderRole, name: &'static str) -> FolderDefinition {
    FolderDefinition {
        parent: None,
        name,
        comment: "",
        container_class: "",
        role,
        receive_classes: &[],
        hidden: false,
    }
}

fn prepare_names(batch: &mut Batch<'_>) -> Result<(), StoreError> {
    let definition = batch.inner.definition;
    let switches = definition.store.switches.iter();
    let switches = switches.map(|switch| OwnedName::String {
        set: switch.set,
        name: switch.name.into(),
    });
    batch.ids_of_names(&switches.collect::<Vec<_>>(), true)?;
    let names: Vec<_> = definition.named_properties.iter().map(name_of).collect();
    let ids = batch.ids_of_names(&names, true)?;
    // Last, so that the definition has its ids even in a store that is full of names.
    batch.ids_of_names(&outlook_names::all(), true)?;
    let known = indexed_properties(batch.connection)?;
    for (property, id) in definition.named_properties.iter().zip(ids) {
        if let Some(id) = id.filter(|id| property.indexed && !known.contains(id)) {
            batch.connection.execute(
                "INSERT OR IGNORE INTO indexed_property (id) VALUES (?1)",
                [id],
            )?;
            fill_index(batch, id)?;
        }
    }
    Ok(())
}

fn name_of(property: &NamedPropertyDefinition) -> OwnedName {
    match property.name {
        PropertyName::Id(id) => OwnedName::Id {
            set: property.set,
            id,
        },
        PropertyName::String(name) => OwnedName::String {
            set: property.set,
            name: name.into(),
        },
    }
}

/// Ids of the properties that are indexed.
fn indexed_properties(connection: &rusqlite::Connection) -> Result<Vec<PropertyId>, StoreError> {
    let mut statement = connection.prepare("SELECT id FROM indexed_property ORDER BY id")?;
    let ids = statement.query_map([], |row| row.get(0))?;
    Ok(ids.collect::<Result<_, _>>()?)
}
