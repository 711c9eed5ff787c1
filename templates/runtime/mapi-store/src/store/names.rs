//! Named properties: ids for names, the same for the life of the store.

use std::collections::{BTreeMap, HashMap};
use std::sync::{PoisonError, RwLock};

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::batch::{Batch, Origin};
use super::error::StoreError;
use super::{Store, text};

/// Id of a property, 0x8000..=0xFFFE for a named one.
pub type PropertyId = u16;

/// First id of a named property.
const FIRST_ID: PropertyId = 0x8000;

/// Last id of a named property.
const LAST_ID: PropertyId = 0xFFFE;

/// The set whose numbers are the ids themselves.
const PS_MAPI: [u8; 16] = ole_set(0x0002_0328);

/// The set whose names ignore case, as the header fields do that they stand for.
const PS_INTERNET_HEADERS: [u8; 16] = ole_set(0x0002_0386);

/// The GUID xxxxxxxx-0000-0000-C000-000000000046.
pub(super) const fn ole_set(number: u32) -> [u8; 16] {
    let [a, b, c, d] = number.to_le_bytes();
    [a, b, c, d, 0, 0, 0, 0, 0xC0, 0, 0, 0, 0, 0, 0, 0x46]
}

/// Name of a named property \[mapinameid\].
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum OwnedName {
    /// `MNID_ID`: a number in a property set.
    Id {
        /// The set.
        set: [u8; 16],
        /// The number.
        id: u32,
    },
    /// `MNID_STRING`: a text in a property set; case matters except in PS_INTERNET_HEADERS.
    String {
        /// The set.
        set: [u8; 16],
        /// The text.
        name: String,
    },
}

impl OwnedName {
    /// The property set.
    #[must_use]
    pub fn set(&self) -> &[u8; 16] {
        match self {
            Self::Id { set, .. } | Self::String { set, .. } => set,
        }
    }

    /// The form by which names are equal.
    fn normalized(&self) -> Self {
        match self {
            Self::String { set, name } if *set == PS_INTERNET_HEADERS => Self::String {
                set: *set,
                name: text::lower(name),
            },
            other => other.clone(),
        }
    }

    /// What PS_MAPI says without asking the store: `Some(None)` for a name that can have no id.
    fn in_ps_mapi(&self) -> Option<Option<PropertyId>> {
        match self {
            Self::Id { set, id } if *set == PS_MAPI => Some(
                PropertyId::try_from(*id)
                    .ok()
                    .filter(|id| (1..FIRST_ID).contains(id)),
            ),
            Self::String { set, .. } if *set == PS_MAPI => Some(None),
            _ => None,
        }
    }
}

/// Names that were read from the file. Names are only ever added, so what is known stays true.
#[derive(Default)]
pub(super) struct NameCache(RwLock<KnownNames>);

#[derive(Default)]
struct KnownNames {
    ids: HashMap<OwnedName, PropertyId>,
    names: BTreeMap<PropertyId, OwnedName>,
}

impl NameCache {
    fn read<T>(&self, look: impl FnOnce(&KnownNames) -> T) -> T {
        look(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Takes in what this and other processes have added.
    fn refresh(&self, connection: &Connection) -> Result<(), StoreError> {
        let last = self.read(|known| known.names.last_key_value().map_or(0, |(id, _)| *id));
        let mut statement = connection.prepare_cached(
            "SELECT id, property_set, number, name FROM named_property WHERE id > ?1 ORDER BY id",
        )?;
        let added = statement
            .query_map([last], read_name)?
            .collect::<Result<Vec<_>, _>>()?;
        if !added.is_empty() {
            let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
            for (id, name) in added {
                known.ids.insert(name.normalized(), id);
                known.names.insert(id, name);
            }
        }
        Ok(())
    }
}

impl Store {
    /// The ids of names, in their order. Missing names are created if `create` is set, else they are `None`; so are
    /// names for which no id is left, and texts in PS_MAPI. Numbers in PS_MAPI are ids themselves.
    pub fn ids_of_names(
        &self,
        names: &[OwnedName],
        create: bool,
    ) -> Result<Vec<Option<PropertyId>>, StoreError> {
        let cache = &self.inner.names;
        let look_up = || {
            cache.read(|known| -> Vec<Option<PropertyId>> {
                let id = |name: &OwnedName| {
                    name.in_ps_mapi()
                        .unwrap_or_else(|| known.ids.get(&name.normalized()).copied())
                };
                names.iter().map(id).collect()
            })
        };
        let is_missing = |ids: &[Option<PropertyId>]| {
            names
                .iter()
                .zip(ids)
                .any(|(name, id)| id.is_none() && name.in_ps_mapi().is_none())
        };
        let mut ids = look_up();
        if is_missing(&ids) {
            self.inner
                .database
                .read(|connection| cache.refresh(connection))?;
            ids = look_up();
        }
        if create && is_missing(&ids) {
            ids = self.batch(Origin::Local, |batch| batch.ids_of_names(names, true))?;
            self.inner
                .database
                .read(|connection| cache.refresh(connection))?;
        }
        Ok(ids)
    }

    /// The names of ids, in their order; ids below 0x8000 are PS_MAPI numbers.
    pub fn names_of_ids(&self, ids: &[PropertyId]) -> Result<Vec<Option<OwnedName>>, StoreError> {
        let cache = &self.inner.names;
        let is_known =
            |id: &PropertyId| *id < FIRST_ID || cache.read(|known| known.names.contains_key(id));
        if !ids.iter().all(is_known) {
            self.inner
                .database
                .read(|connection| cache.refresh(connection))?;
        }
        Ok(cache.read(|known| {
            let name = |id: &PropertyId| match *id {
                0 => None,
                1..FIRST_ID => Some(OwnedName::Id {
                    set: PS_MAPI,
                    id: u32::from(*id),
                }),
                _ => known.names.get(id).cloned(),
            };
            ids.iter().map(name).collect()
        }))
    }

    /// All names, of one set or of all, by id.
    pub fn all_names(
        &self,
        set: Option<&[u8; 16]>,
    ) -> Result<Vec<(PropertyId, OwnedName)>, StoreError> {
        let cache = &self.inner.names;
        self.inner
            .database
            .read(|connection| cache.refresh(connection))?;
        Ok(cache.read(|known| {
            let wanted = known
                .names
                .iter()
                .filter(|(_, name)| set.is_none_or(|set| name.set() == set));
            wanted.map(|(id, name)| (*id, name.clone())).collect()
        }))
    }
}

impl Batch<'_> {
    /// The ids of names: see [`Store::ids_of_names`].
    pub fn ids_of_names(
        &mut self,
        names: &[OwnedName],
        create: bool,
    ) -> Result<Vec<Option<PropertyId>>, StoreError> {
        self.step(|batch| {
            let id = |name| match OwnedName::in_ps_mapi(name) {
                Some(id) => Ok(id),
                None => id_of_name(batch.connection, name, create),
            };
            names.iter().map(id).collect()
        })
    }
}

fn id_of_name(
    connection: &Connection,
    name: &OwnedName,
    create: bool,
) -> Result<Option<PropertyId>, StoreError> {
    let found: Option<PropertyId> = match &name.normalized() {
        OwnedName::Id { set, id } => connection
            .prepare_cached(
                "SELECT id FROM named_property WHERE property_set = ?1 AND number = ?2",
            )?
            .query_row(params![set.as_slice(), id], |row| row.get(0))
            .optional()?,
        OwnedName::String { set, name } => connection
            .prepare_cached(
                "SELECT id FROM named_property WHERE property_set = ?1 AND name_key = ?2",
            )?
            .query_row(params![set.as_slice(), name], |row| row.get(0))
            .optional()?,
    };
    if found.is_some() || !create {
        return Ok(found);
    }
    let last: Option<PropertyId> = connection
        .prepare_cached("SELECT max(id) FROM named_property")?
        .query_row([], |row| row.get(0))?;
    let id = match last {
        None => FIRST_ID,
        Some(LAST_ID..) => return Ok(None),
        Some(last) => last + 1,
    };
    let (number, text, key) = match (name, name.normalized()) {
        (OwnedName::Id { id, .. }, _) => (Some(*id), None, None),
        (OwnedName::String { name, .. }, OwnedName::String { name: key, .. }) => {
            (None, Some(name), Some(key))
        }
        (OwnedName::String { name, .. }, _) => (None, Some(name), Some(name.clone())),
    };
    connection
        .prepare_cached(
            "INSERT INTO named_property (id, property_set, number, name, name_key) VALUES (?1, ?2, ?3, ?4, ?5)",
        )?
        .execute(params![id, name.set().as_slice(), number, text, key])?;
    Ok(Some(id))
}

fn read_name(row: &Row<'_>) -> rusqlite::Result<(PropertyId, OwnedName)> {
    let set = row.get(1)?;
    let name = match row.get(2)? {
        Some(id) => OwnedName::Id { set, id },
        None => OwnedName::String {
            set,
            name: row.get(3)?,
        },
    };
    Ok((row.get(0)?, name))
}
