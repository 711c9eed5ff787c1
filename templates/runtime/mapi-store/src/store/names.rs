//! Named properties.

use super::Store;
use super::error::StoreError;

/// Id of a property, 0x8000..=0xFFFE for a named one.
pub type PropertyId = u16;

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

impl Store {
    /// The ids of names, in their order. Missing names are created if `create` is set, else `None`; so are names when
    /// all ids are taken. Names in PS_MAPI stand for their own number. `TooBig` for more names at once than there are ids.
    pub fn ids_of_names(
        &self,
        names: &[OwnedName],
        create: bool,
    ) -> Result<Vec<Option<PropertyId>>, StoreError> {
        let _ = (names, create);
        todo!()
    }

    /// The names of ids, in their order; ids below 0x8000 are PS_MAPI numbers.
    pub fn names_of_ids(&self, ids: &[PropertyId]) -> Result<Vec<Option<OwnedName>>, StoreError> {
        let _ = ids;
        todo!()
    }

    /// All names, of one set or of all, by id.
    pub fn all_names(
        &self,
        set: Option<&[u8; 16]>,
    ) -> Result<Vec<(PropertyId, OwnedName)>, StoreError> {
        let _ = set;
        todo!()
    }
}
