//! Bringing messages and folders over from another store.
//!
//! Two stores have nothing in common but the code that opens them: the ids of named properties differ, and so do the
//! places of large values. Names are mapped by name \[transmitting-and-copying-named-properties\], large values are
//! copied piece by piece.

use std::collections::HashMap;

use mapi_abi::{
    MSGFLAG_NRN_PENDING, MSGFLAG_RN_PENDING, MSGFLAG_SUBMIT, PR_CREATION_TIME, PR_MESSAGE_FLAGS,
};

use super::bag::PropertyBag;
use super::batch::Batch;
use super::error::StoreError;
use super::identity::{ObjectId, ObjectKey};
use super::message::{Message, SaveMode};
use super::names::PropertyId;
use super::value::{PropTag, Value};
use super::{NewFolder, Store, id};

/// Another store that things are brought over from, and what its named properties are called here.
pub struct Import<'a> {
    source: &'a Store,
    /// Ids of the source, and the same names' ids here; `None` for an id without a name, or where no id is left.
    ids: HashMap<PropertyId, Option<PropertyId>>,
}

/// A message that was brought over.
#[derive(Clone, Copy, Debug)]
pub struct Imported {
    /// The copy.
    pub copy: ObjectKey,
    /// The original.
    pub original: ObjectKey,
    /// `PR_MESSAGE_FLAGS` of the original.
    pub flags: u32,
    /// The state of the original that was copied.
    version: i64,
}

impl<'a> Import<'a> {
    /// Prepares to bring things over from `source`.
    #[must_use]
    pub fn new(source: &'a Store) -> Self {
        Self {
            source,
            ids: HashMap::new(),
        }
    }

    /// What the named properties of these bags are called in the batch's store. What has no name is left out.
    pub fn translate<'b>(
        &mut self,
        batch: &mut Batch<'_>,
        bags: impl Iterator<Item = &'b mut PropertyBag>,
    ) -> Result<(), StoreError> {
        if *self.source.uid() == batch.inner.uid {
            return Ok(());
        }
        for bag in bags {
            let named: Vec<PropTag> = bag
                .iter()
                .map(|(tag, _)| tag)
                .filter(|tag| tag.is_named())
                .collect();
            self.learn(batch, &named)?;
            // An id of one store may be that of another name in the other: all are taken out before one is put in.
            let values: Vec<_> = named
                .iter()
                .filter_map(|tag| Some((*tag, bag.remove(tag.id())?)))
                .collect();
            for (tag, value) in values {
                if let Some(Some(id)) = self.ids.get(&tag.id()) {
                    bag.set(PropTag::new(*id, tag.property_type()), value);
                }
            }
        }
        Ok(())
    }

    /// The id here of a property of the source that was translated, `None` if it has none.
    #[must_use]
    pub fn id(&self, id: PropertyId) -> Option<PropertyId> {
        match self.ids.get(&id) {
            Some(here) => *here,
            // Ids without a name mean the same everywhere, and named ones are translated between two stores only.
            None => Some(id),
        }
    }

    /// Learns the names of these properties, and makes them known here.
    fn learn(&mut self, batch: &mut Batch<'_>, tags: &[PropTag]) -> Result<(), StoreError> {
        let unknown: Vec<PropertyId> = tags
            .iter()
            .filter(|tag| tag.is_named())
            .map(|tag| tag.id())
            .filter(|id| !self.ids.contains_key(id))
            .collect();
        if *self.source.uid() == batch.inner.uid {
            self.ids
                .extend(unknown.into_iter().map(|id| (id, Some(id))));
            return Ok(());
        }
        for (id, name) in unknown.iter().zip(self.source.names_of_ids(&unknown)?) {
            let here = match name {
                Some(name) => batch.ids_of_names(&[name], true)?.pop().flatten(),
                None => None,
            };
            self.ids.insert(*id, here);
        }
        Ok(())
    }
}

impl Message {
    /// The bags of the message, its recipients and attachments and of what is embedded in it.
    pub fn bags(&mut self) -> Vec<&mut PropertyBag> {
        let mut bags = vec![&mut self.properties];
        bags.extend(
            self.recipients
                .iter_mut()
                .map(|recipient| &mut recipient.properties),
        );
        for attachment in &mut self.attachments {
            bags.extend(attachment.bags());
        }
        bags
    }

    /// Makes other objects of the attachments, embedded ones included: those of a copy.
    pub fn rename_attachments(&mut self) {
        for attachment in &mut self.attachments {
            attachment.rename();
        }
    }
}

impl super::Attachment {
    /// The bags of the attachment and of what is embedded in it.
    pub fn bags(&mut self) -> Vec<&mut PropertyBag> {
        let mut bags = vec![&mut self.properties];
        if let Some(embedded) = &mut self.embedded {
            bags.extend(embedded.bags());
        }
        bags
    }

    /// Makes another object of the attachment, and of those embedded in it.
    pub fn rename(&mut self) {
        self.key = ObjectKey::random();
        if let Some(embedded) = &mut self.embedded {
            embedded.rename_attachments();
        }
    }
}

impl Batch<'_> {
    /// Brings a copy of another store's message over into a folder. It keeps the search key, and neither the status nor
    /// what is to be reported to the sender.
    pub fn import_message(
        &mut self,
        import: &mut Import<'_>,
        message: ObjectKey,
        folder: ObjectKey,
    ) -> Result<Imported, StoreError> {
        let mut copy = import.source.message(message)?;
        let (version, flags) = (copy.version, copy.flags());
        self.step(|batch| import.translate(batch, copy.bags().into_iter()))?;
        copy.key = None;
        copy.folder = folder;
        copy.status = 0;
        copy.properties.remove(id(PR_CREATION_TIME));
        copy.rename_attachments();
        let dropped = MSGFLAG_SUBMIT | MSGFLAG_RN_PENDING | MSGFLAG_NRN_PENDING;
        copy.properties
            .set(PR_MESSAGE_FLAGS, Value::Long((flags & !dropped) as i32));
        self.foreign = Some(import.source.clone());
        let saved = self.save(&mut copy, SaveMode::default());
        self.foreign = None;
        Ok(Imported {
            copy: saved?.key,
            original: message,
            flags,
            version,
        })
    }

    /// Brings a folder over, without what is in it.
    pub fn import_folder(
        &mut self,
        import: &mut Import<'_>,
        folder: ObjectKey,
        parent: ObjectKey,
        name: Option<&str>,
    ) -> Result<ObjectKey, StoreError> {
        let source = import.source.folder(folder)?;
        let mut new = NewFolder::named(name.unwrap_or(&source.name));
        new.properties = source.properties;
        self.step(|batch| import.translate(batch, std::iter::once(&mut new.properties)))?;
        self.create_folder(parent, new)
    }

    /// Deletes a message that was brought over into another store. `false` if it is not what it was then: somebody saved
    /// or deleted it meanwhile, so that this would lose something.
    pub fn delete_imported(&mut self, imported: &Imported) -> Result<bool, StoreError> {
        let current = match self.message(imported.original) {
            Ok(message) => message.version,
            Err(StoreError::NotFound) => return Ok(true),
            Err(error) => return Err(error),
        };
        if current != imported.version {
            return Ok(false);
        }
        self.delete_message(imported.original)?;
        Ok(true)
    }

    /// Copies a folder of this store, without what is in it (`Collision`).
    pub fn copy_bare_folder(
        &mut self,
        folder: ObjectKey,
        parent: ObjectKey,
        name: Option<&str>,
    ) -> Result<ObjectKey, StoreError> {
        self.step(|batch| super::folder::copy_bare_folder(batch, folder, parent, name))
    }
}

impl Store {
    /// See [`Batch::park`]: copies large values that a message which is saved later may have. Works on read-only stores
    /// too, where the message will not be saved.
    pub fn park<'b>(
        &self,
        bags: impl Iterator<Item = &'b mut PropertyBag>,
        source: &Store,
    ) -> Result<(), StoreError> {
        let large: Vec<_> = bags
            .filter(|bag| {
                bag.iter()
                    .any(|(_, value)| matches!(value, Value::Large(_)))
            })
            .collect();
        if large.is_empty() {
            return Ok(());
        }
        self.inner
            .transaction(super::Origin::Local, false, |batch| {
                batch.park(large.into_iter(), source)
            })
    }

    /// Whether a folder lies in another one, at any depth, or is that folder.
    pub fn is_inside(&self, folder: ObjectKey, of: ObjectKey) -> Result<bool, StoreError> {
        self.inner.database.read(|connection| {
            let session = super::Session {
                inner: &self.inner,
                connection,
            };
            Ok(super::folder::path_to_root(&session, folder)?.contains(&of))
        })
    }

    /// What an entry id of this store names, if it is a folder.
    #[must_use]
    pub fn folder_of_entry_id(&self, entry_id: &[u8]) -> Option<ObjectKey> {
        match self.parse_entry_id(entry_id) {
            Ok(ObjectId::Folder(key)) => Some(key),
            _ => None,
        }
    }
}
