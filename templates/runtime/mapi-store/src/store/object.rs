//! Objects as clients see them: what is stored and what is computed.

use mapi_abi::*;

use super::bag::PropertyBag;
use super::error::StoreError;
use super::folder::{self, Folder, FolderKind};
use super::identity::{ObjectId, ObjectKey, store_record_key};
use super::message::{self, Attachment, Message, Recipient};
use super::names::OwnedName;
use super::setup::{meta, set_meta};
use super::value::{PropTag, Value};
use super::{Inner, Session, Store, codec, hot, id};
use crate::definition::{FolderRole, SwitchValue};
use crate::store::batch::{Event, Origin};
use crate::store::changes::ChangeKind;

/// `PR_IPM_…_ENTRYID` on the store object.
const STORE_FOLDERS: [(u32, FolderRole); 7] = [
    (PR_IPM_SUBTREE_ENTRYID, FolderRole::IpmSubtree),
    (PR_IPM_OUTBOX_ENTRYID, FolderRole::Outbox),
    (PR_IPM_WASTEBASKET_ENTRYID, FolderRole::DeletedItems),
    (PR_IPM_SENTMAIL_ENTRYID, FolderRole::SentMail),
    (PR_VIEWS_ENTRYID, FolderRole::Views),
    (PR_COMMON_VIEWS_ENTRYID, FolderRole::CommonViews),
    (PR_FINDER_ENTRYID, FolderRole::SearchRoot),
];

/// `PR_IPM_…_ENTRYID` on the inbox and the root folder \[mapi-special-folders\].
const INBOX_FOLDERS: [(u32, FolderRole); 6] = [
    (PR_IPM_APPOINTMENT_ENTRYID, FolderRole::Calendar),
    (PR_IPM_CONTACT_ENTRYID, FolderRole::Contacts),
    (PR_IPM_JOURNAL_ENTRYID, FolderRole::Journal),
    (PR_IPM_NOTE_ENTRYID, FolderRole::Notes),
    (PR_IPM_TASK_ENTRYID, FolderRole::Tasks),
    (PR_IPM_DRAFTS_ENTRYID, FolderRole::Drafts),
];

/// `PR_ADDITIONAL_REN_ENTRYIDS` by index \[pidtagadditionalrenentryids-canonical-property\].
const ADDITIONAL_FOLDERS: [FolderRole; 5] = [
    FolderRole::Conflicts,
    FolderRole::SyncIssues,
    FolderRole::LocalFailures,
    FolderRole::ServerFailures,
    FolderRole::Junk,
];

/// `PR_VALID_FOLDER_MASK` \[pidtagvalidfoldermask-canonical-property\].
const VALID_FOLDERS: [(u32, FolderRole); 8] = [
    (FOLDER_IPM_SUBTREE_VALID, FolderRole::IpmSubtree),
    (FOLDER_IPM_INBOX_VALID, FolderRole::Inbox),
    (FOLDER_IPM_OUTBOX_VALID, FolderRole::Outbox),
    (FOLDER_IPM_WASTEBASKET_VALID, FolderRole::DeletedItems),
    (FOLDER_IPM_SENTMAIL_VALID, FolderRole::SentMail),
    (FOLDER_VIEWS_VALID, FolderRole::Views),
    (FOLDER_COMMON_VIEWS_VALID, FolderRole::CommonViews),
    (FOLDER_FINDER_VALID, FolderRole::SearchRoot),
];

/// Computed properties of every object.
const COMPUTED: [u32; 11] = [
    PR_ENTRYID,
    PR_RECORD_KEY,
    PR_STORE_ENTRYID,
    PR_STORE_RECORD_KEY,
    PR_MAPPING_SIGNATURE,
    PR_OBJECT_TYPE,
    PR_ACCESS,
    PR_ACCESS_LEVEL,
    PR_INSTANCE_KEY,
    PR_STORE_SUPPORT_MASK,
    PR_STORE_UNICODE_MASK,
];

const STORE_COMPUTED: [u32; 5] = [
    PR_MDB_PROVIDER,
    PR_STORE_STATE,
    PR_RECEIVE_FOLDER_SETTINGS,
    PR_DEFAULT_STORE,
    PR_MESSAGE_SIZE,
];

const FOLDER_COMPUTED: [u32; 18] = [
    PR_PARENT_ENTRYID,
    PR_FOLDER_TYPE,
    PR_CONTENT_COUNT,
    PR_CONTENT_UNREAD,
    PR_ASSOC_CONTENT_COUNT,
    PR_SUBFOLDERS,
    PR_FOLDER_CHILD_COUNT,
    PR_DELETED_MSG_COUNT,
    PR_DELETED_FOLDER_COUNT,
    PR_DELETED_ASSOC_MSG_COUNT,
    PR_MESSAGE_SIZE,
    PR_STATUS,
    PR_DISPLAY_TYPE,
    PR_CREATION_TIME,
    PR_LAST_MODIFICATION_TIME,
    PR_CONTAINER_CONTENTS,
    PR_CONTAINER_HIERARCHY,
    PR_FOLDER_ASSOCIATED_CONTENTS,
];

const MESSAGE_COMPUTED: [u32; 11] = [
    PR_SUBMIT_FLAGS,
    PR_PARENT_ENTRYID,
    PR_PARENT_DISPLAY,
    PR_HASATTACH,
    PR_MESSAGE_SIZE,
    PR_MSG_STATUS,
    PR_DISPLAY_TO,
    PR_DISPLAY_CC,
    PR_DISPLAY_BCC,
    PR_MESSAGE_RECIPIENTS,
    PR_MESSAGE_ATTACHMENTS,
];

const ATTACHMENT_COMPUTED: [u32; 2] = [PR_ATTACH_NUM, PR_ATTACH_SIZE];

fn is_one_of(id: u16, lists: [&[u32]; 2]) -> bool {
    lists
        .into_iter()
        .flatten()
        .any(|tag| PropTag(*tag).id() == id)
}

impl Store {
    /// The properties of the store object, stored and computed: everything but what depends on the session
    /// (`PR_ENTRYID` and `PR_STORE_ENTRYID` in wrapped form, `PR_DEFAULT_STORE`).
    ///
    /// `PR_IPM_…_ENTRYID`, `PR_VALID_FOLDER_MASK` and the switches of the definition are computed until a client sets
    /// them.
    pub fn properties(&self) -> Result<PropertyBag, StoreError> {
        let inner = &self.inner;
        let definition = inner.definition;
        let switches = definition.store.switches.iter();
        let names: Vec<_> = switches
            .clone()
            .map(|switch| OwnedName::String {
                set: switch.set,
                name: switch.name.into(),
            })
            .collect();
        let ids = self.ids_of_names(&names, false)?;
        inner.database.read(|connection| {
            let session = Session { inner, connection };
            let mut bag = PropertyBag::new();
            bag.set(
                PR_DISPLAY_NAME,
                Value::Unicode(definition.display_name.into()),
            );
            bag.set(PR_COMMENT, Value::Unicode(definition.description.into()));
            bag.set(
                PR_PROVIDER_DISPLAY,
                Value::Unicode(definition.display_name.into()),
            );
            for (switch, id) in switches.zip(ids) {
                let value = match switch.value {
                    SwitchValue::Long(number) => Value::Long(number),
                    SwitchValue::Boolean(yes) => Value::Boolean(yes),
                };
                if let Some(id) = id {
                    bag.set(PropTag::new(id, 0), value);
                }
            }
            let mut valid = 0;
            for (role, key) in folder::folders_with_roles(&session)? {
                let entry_id =
                    || Value::Binary(ObjectId::Folder(key).entry_id(&inner.uid).to_vec());
                for (tag, _) in STORE_FOLDERS.iter().filter(|(_, own)| *own == role) {
                    bag.set(*tag, entry_id());
                }
                for (bit, _) in VALID_FOLDERS.iter().filter(|(_, own)| *own == role) {
                    valid |= bit;
                }
            }
            bag.set(PR_VALID_FOLDER_MASK, Value::Long(valid as i32));
            bag.extend(&stored_store_properties(&session)?);

            bag.extend(&inner.common_properties());
            bag.set(PR_OBJECT_TYPE, Value::Long(MAPI_STORE as i32));
            bag.set(PR_RECORD_KEY, Value::Binary(inner.record_key()));
            bag.set(
                PR_MDB_PROVIDER,
                Value::Binary(definition.provider_uid.to_vec()),
            );
            bag.set(
                PR_STORE_UNICODE_MASK,
                Value::Long(inner.support_mask() as i32),
            );
            let mut searches = connection
                .prepare_cached("SELECT EXISTS (SELECT 1 FROM search_folder WHERE stage <> 0)")?;
            let has_searches: bool = searches.query_row([], |row| row.get(0))?;
            let state = if has_searches { STORE_HAS_SEARCHES } else { 0 };
            bag.set(PR_STORE_STATE, Value::Long(state as i32));
            bag.set(PR_RECEIVE_FOLDER_SETTINGS, Value::Object);
            bag.set(
                PR_MESSAGE_SIZE,
                Value::Long(hot::clamp(total_size(connection)?)),
            );
            Ok(bag)
        })
    }

    /// Bytes of all messages of the store.
    pub fn size(&self) -> Result<u64, StoreError> {
        let size = self.inner.database.read(total_size)?;
        Ok(u64::try_from(size).unwrap_or(0))
    }

    /// Sets and removes properties of the store object in one transaction; the caller has refused computed ones
    /// ([`Store::is_computed`]).
    pub fn set_properties(
        &self,
        set: &[(PropTag, Value)],
        remove: &[u16],
    ) -> Result<(), StoreError> {
        self.batch(Origin::Local, |batch| {
            let mut bag = stored_store_properties(&batch.session())?;
            for (tag, value) in set {
                bag.set(*tag, value.clone());
            }
            for id in remove {
                bag.remove(*id);
            }
            let bag = batch.with_large_read(bag)?;
            set_meta(batch, "properties", codec::encode(&bag))?;
            batch.record(Event::new(ChangeKind::Modified, ObjectId::Store))?;
            Ok(())
        })
    }

    /// `PR_STORE_SUPPORT_MASK` as the store is open: what the provider claims, less what a read-only store cannot do
    /// \[imapisession-openmsgstore\].
    #[must_use]
    pub fn support_mask(&self) -> u32 {
        self.inner.support_mask()
    }

    /// Whether clients cannot set or delete a property of the store object (`MAPI_E_COMPUTED`).
    #[must_use]
    pub fn is_computed(id: u16) -> bool {
        is_one_of(id, [&COMPUTED, &STORE_COMPUTED])
    }
}

fn total_size(connection: &rusqlite::Connection) -> Result<i64, StoreError> {
    let mut statement = connection.prepare_cached("SELECT coalesce(sum(size), 0) FROM folder")?;
    Ok(statement.query_row([], |row| row.get(0))?)
}

fn stored_store_properties(session: &Session<'_>) -> Result<PropertyBag, StoreError> {
    let bytes: Option<Vec<u8>> = meta(session.connection, "properties")?;
    codec::decode(&bytes.unwrap_or_default(), &session.inner.uid)
}

impl Inner {
    /// See [`Store::support_mask`].
    pub(super) fn support_mask(&self) -> u32 {
        let mask = self.definition.store.support_mask;
        if self.writable {
            mask
        } else {
            mask & !(STORE_MODIFY_OK | STORE_CREATE_OK) | STORE_READONLY
        }
    }

    /// The store's own record key.
    pub(super) fn record_key(&self) -> Vec<u8> {
        store_record_key(&self.definition.provider_uid, &self.uid)
    }

    /// What every object of the store has alike.
    pub(super) fn common_properties(&self) -> PropertyBag {
        [
            (PR_STORE_RECORD_KEY, Value::Binary(self.record_key())),
            (PR_MAPPING_SIGNATURE, Value::Binary(self.uid.to_vec())),
            (
                PR_STORE_SUPPORT_MASK,
                Value::Long(self.support_mask() as i32),
            ),
            (PR_ACCESS_LEVEL, Value::Long(i32::from(self.can_modify()))),
        ]
        .into_iter()
        .collect()
    }

    fn can_modify(&self) -> bool {
        self.support_mask() & STORE_MODIFY_OK != 0
    }

    /// `PR_ACCESS` of folders.
    pub(super) fn folder_access(&self) -> u32 {
        let create = if self.support_mask() & STORE_CREATE_OK != 0 {
            MAPI_ACCESS_CREATE_HIERARCHY
                | MAPI_ACCESS_CREATE_CONTENTS
                | MAPI_ACCESS_CREATE_ASSOCIATED
        } else {
            0
        };
        self.message_access() | create
    }

    /// `PR_ACCESS` of messages.
    pub(super) fn message_access(&self) -> u32 {
        if self.can_modify() {
            MAPI_ACCESS_MODIFY | MAPI_ACCESS_READ | MAPI_ACCESS_DELETE
        } else {
            MAPI_ACCESS_READ
        }
    }

    fn set_identity(&self, bag: &mut PropertyBag, object: ObjectId) {
        bag.set(
            PR_ENTRYID,
            Value::Binary(object.entry_id(&self.uid).to_vec()),
        );
        bag.set(PR_RECORD_KEY, Value::Binary(object.record_key(&self.uid)));
    }

    fn folder_entry_id(&self, folder: ObjectKey) -> Value {
        Value::Binary(ObjectId::Folder(folder).entry_id(&self.uid).to_vec())
    }
}

impl Folder {
    /// The folder's properties as clients see them: the stored ones and all computed ones, except what depends on the
    /// session (`PR_STORE_ENTRYID`).
    ///
    /// The ids of special folders on the inbox and the root folder are computed until a client sets them.
    pub fn all_properties(&self, store: &Store) -> Result<PropertyBag, StoreError> {
        store.inner.database.read(|connection| {
            self.seen_properties(&Session {
                inner: &store.inner,
                connection,
            })
        })
    }

    /// Whether clients cannot set or delete a property of folders (`MAPI_E_COMPUTED`).
    #[must_use]
    pub fn is_computed(id: u16) -> bool {
        is_one_of(id, [&COMPUTED, &FOLDER_COMPUTED])
    }

    pub(super) fn seen_properties(&self, session: &Session<'_>) -> Result<PropertyBag, StoreError> {
        let inner = session.inner;
        let mut bag = PropertyBag::new();
        bag.set(PR_COMMENT, Value::Unicode(String::new()));
        bag.set(
            PR_CONTAINER_CLASS,
            Value::Unicode(self.role.container_class().into()),
        );
        if self.parent.is_none() || self.role == FolderRole::Inbox {
            set_special_folders(session, &mut bag)?;
        }
        bag.extend(&self.properties);
        bag.extend(&inner.common_properties());
        inner.set_identity(&mut bag, ObjectId::Folder(self.key));
        bag.set(
            PR_PARENT_ENTRYID,
            inner.folder_entry_id(self.parent.unwrap_or(self.key)),
        );
        bag.set(PR_DISPLAY_NAME, Value::Unicode(self.name.clone()));
        let count = |count: u32| Value::Long(hot::clamp(i64::from(count)));
        for (tag, value) in [
            (PR_OBJECT_TYPE, Value::Long(MAPI_FOLDER as i32)),
            (
                PR_FOLDER_TYPE,
                Value::Long(folder::kind_code(self.kind) as i32),
            ),
            (
                PR_ACCESS,
                Value::Long(match self.kind {
                    FolderKind::Search => inner.message_access(),
                    FolderKind::Root | FolderKind::Generic => inner.folder_access(),
                } as i32),
            ),
            (PR_CONTENT_COUNT, count(self.counts.content)),
            (PR_CONTENT_UNREAD, count(self.counts.unread)),
            (PR_ASSOC_CONTENT_COUNT, count(self.counts.associated)),
            (PR_FOLDER_CHILD_COUNT, count(self.counts.children)),
            (PR_SUBFOLDERS, Value::Boolean(self.counts.children > 0)),
            (PR_DELETED_MSG_COUNT, Value::Long(0)),
            (PR_DELETED_FOLDER_COUNT, Value::Long(0)),
            (PR_DELETED_ASSOC_MSG_COUNT, Value::Long(0)),
            (PR_MESSAGE_SIZE, Value::Long(hot::size_as_long(self.size))),
            (PR_STATUS, Value::Long(0)),
            (PR_DISPLAY_TYPE, Value::Long(DT_FOLDER as i32)),
            (PR_CREATION_TIME, Value::SysTime(self.created)),
            (PR_LAST_MODIFICATION_TIME, Value::SysTime(self.modified)),
            (PR_CONTAINER_CONTENTS, Value::Object),
            (PR_CONTAINER_HIERARCHY, Value::Object),
            (PR_FOLDER_ASSOCIATED_CONTENTS, Value::Object),
        ] {
            bag.set(tag, value);
        }
        Ok(bag)
    }
}

fn set_special_folders(session: &Session<'_>, bag: &mut PropertyBag) -> Result<(), StoreError> {
    let inner = session.inner;
    let mut additional = [const { Vec::new() }; ADDITIONAL_FOLDERS.len()];
    for (role, key) in folder::folders_with_roles(session)? {
        for (tag, _) in INBOX_FOLDERS.iter().filter(|(_, own)| *own == role) {
            bag.set(*tag, inner.folder_entry_id(key));
        }
        if let Some(index) = ADDITIONAL_FOLDERS.iter().position(|own| *own == role) {
            additional[index] = ObjectId::Folder(key).entry_id(&inner.uid).to_vec();
        }
    }
    if additional.iter().any(|entry_id| !entry_id.is_empty()) {
        bag.set(
            PR_ADDITIONAL_REN_ENTRYIDS,
            Value::MvBinary(additional.to_vec()),
        );
    }
    Ok(())
}

impl Message {
    /// The message's properties as clients see them: the stored ones and all computed ones, except what depends on the
    /// session (`PR_STORE_ENTRYID`). Flags, status and folder of a saved message are those of this moment.
    pub fn all_properties(&self, store: &Store) -> Result<PropertyBag, StoreError> {
        let inner = &store.inner;
        let mut bag = self.properties.clone();
        bag.extend(&inner.common_properties());
        bag.set(PR_OBJECT_TYPE, Value::Long(MAPI_MESSAGE as i32));
        bag.set(PR_ACCESS, Value::Long(inner.message_access() as i32));
        bag.set(PR_MESSAGE_RECIPIENTS, Value::Object);
        bag.set(PR_MESSAGE_ATTACHMENTS, Value::Object);
        let mut flags = self.flags();
        if message::has_attachments(self) {
            flags |= MSGFLAG_HASATTACH;
        }
        if self.size > 0 {
            bag.set(PR_MESSAGE_SIZE, Value::Long(hot::size_as_long(self.size)));
        }
        if let Some(key) = self.key {
            // Deleted meanwhile: what was loaded is the last that is known.
            let state = store.message_state(key)?;
            let (status, folder) = state.map_or((self.status, self.folder), |state| {
                flags = state.flags;
                if let Some(submitted) = state.submit_flags {
                    bag.set(PR_SUBMIT_FLAGS, Value::Long(submitted as i32));
                }
                (state.status, state.folder)
            });
            inner.set_identity(&mut bag, ObjectId::Message(key));
            bag.set(PR_PARENT_ENTRYID, inner.folder_entry_id(folder));
            bag.set(PR_MSG_STATUS, Value::Long(status as i32));
        }
        bag.set(PR_MESSAGE_FLAGS, Value::Long(flags as i32));
        bag.set(PR_HASATTACH, Value::Boolean(flags & MSGFLAG_HASATTACH != 0));
        Ok(bag)
    }

    /// Whether clients cannot set or delete a property of messages (`MAPI_E_COMPUTED`).
    #[must_use]
    pub fn is_computed(id: u16) -> bool {
        is_one_of(id, [&COMPUTED, &MESSAGE_COMPUTED])
    }
}

impl Recipient {
    /// The recipient's row: its properties and `PR_ROWID`.
    #[must_use]
    pub fn all_properties(&self) -> PropertyBag {
        let mut bag = self.properties.clone();
        bag.set(PR_ROWID, Value::Long(self.row_id as i32));
        bag
    }
}

impl Attachment {
    /// The attachment's properties as clients see them: the stored ones and all computed ones, except what depends on
    /// the session (`PR_STORE_ENTRYID`).
    #[must_use]
    pub fn all_properties(&self, store: &Store) -> PropertyBag {
        self.own_properties(&store.inner)
    }

    /// Whether clients cannot set or delete a property of attachments (`MAPI_E_COMPUTED`).
    #[must_use]
    pub fn is_computed(id: u16) -> bool {
        is_one_of(id, [&COMPUTED, &ATTACHMENT_COMPUTED])
    }

    pub(super) fn own_properties(&self, inner: &Inner) -> PropertyBag {
        let mut bag = self.properties.clone();
        bag.extend(&inner.common_properties());
        bag.set(PR_OBJECT_TYPE, Value::Long(MAPI_ATTACH as i32));
        bag.set(PR_ACCESS, Value::Long(inner.message_access() as i32));
        bag.set(PR_RECORD_KEY, Value::Binary(self.key.0.to_vec()));
        bag.set(PR_ATTACH_NUM, Value::Long(self.number as i32));
        bag.set(
            PR_ATTACH_SIZE,
            Value::Long(hot::size_as_long(message::attachment_size(self))),
        );
        if self.embedded.is_some() && bag.get(id(PR_ATTACH_DATA_OBJ)).is_none() {
            bag.set(PR_ATTACH_DATA_OBJ, Value::Object);
        }
        bag
    }
}
