//! Building `NOTIFICATION` structures. What they point to lives in [`Events`], for the length of one call of `Notify`.

use std::ptr;

use mapi_abi as abi;

use crate::com::memory::Chain;
use crate::com::strings::to_wide;
use crate::store::{Change, ChangeKind, ENTRY_ID_LENGTH, InstanceKey, ObjectId, Store};

type EntryId = [u8; ENTRY_ID_LENGTH];

/// Events in the order in which they happened, and the memory behind their pointers.
#[derive(Default)]
pub(crate) struct Events {
    notifications: Vec<abi::NOTIFICATION>,
    // Entry ids and keys; each keeps its address while the list of them grows.
    bytes: Vec<Vec<u8>>,
    strings: Vec<Vec<u16>>,
    rows: Vec<Chain>,
}

/// Whether those who watch the object itself hear of a change, beside those who watch the store: a new object has no
/// watchers yet, and of a copy the original's are not told \[handling-message-store-notification\].
pub(super) fn concerns_object(kind: ChangeKind) -> bool {
    matches!(
        kind,
        ChangeKind::Modified | ChangeKind::Deleted | ChangeKind::Moved | ChangeKind::Searched
    )
}

/// A `NOTIFKEY` with these bytes, aligned as it must be.
pub(super) fn key_buffer(key: &[u8]) -> Vec<u32> {
    let mut buffer = vec![key.len() as u32];
    buffer.extend(key.chunks(4).map(|chunk| {
        let mut word = [0; 4];
        word[..chunk.len()].copy_from_slice(chunk);
        u32::from_ne_bytes(word)
    }));
    buffer
}

impl Events {
    /// The events, valid as long as `self`.
    pub(crate) fn as_slice(&self) -> &[abi::NOTIFICATION] {
        &self.notifications
    }

    /// What happened to a folder, a message or the store \[object_notification\].
    pub(super) fn object(&mut self, store: &Store, change: &Change) {
        let event = match change.kind {
            ChangeKind::Created => abi::fnevObjectCreated,
            ChangeKind::Modified => abi::fnevObjectModified,
            ChangeKind::Deleted => abi::fnevObjectDeleted,
            ChangeKind::Moved => abi::fnevObjectMoved,
            ChangeKind::Copied => abi::fnevObjectCopied,
            ChangeKind::Searched => abi::fnevSearchComplete,
        };
        let object_type = match change.object {
            ObjectId::Store => abi::MAPI_STORE,
            ObjectId::Folder(_) => abi::MAPI_FOLDER,
            ObjectId::Message(_) => abi::MAPI_MESSAGE,
        };
        let moved = matches!(change.kind, ChangeKind::Moved | ChangeKind::Copied);
        // A moved object keeps its id; the event wants the old one all the same.
        let old = moved.then(|| change.old_object.unwrap_or(change.object));
        let old_parent = change.old_parent.filter(|_| moved).map(ObjectId::Folder);
        let (size, id) = self.entry_id(store, Some(change.object));
        let (parent_size, parent) = self.entry_id(store, change.parent.map(ObjectId::Folder));
        let (old_size, old) = self.entry_id(store, old);
        let (old_parent_size, old_parent) = self.entry_id(store, old_parent);
        let mut notification = blank(event);
        // Member by member: the padding between them stays zero.
        notification.info.obj.cbEntryID = size;
        notification.info.obj.lpEntryID = id;
        notification.info.obj.ulObjType = object_type;
        notification.info.obj.cbParentID = parent_size;
        notification.info.obj.lpParentID = parent;
        notification.info.obj.cbOldID = old_size;
        notification.info.obj.lpOldID = old;
        notification.info.obj.cbOldParentID = old_parent_size;
        notification.info.obj.lpOldParentID = old_parent;
        notification.info.obj.lpPropTagArray = ptr::null_mut();
        self.notifications.push(notification);
    }

    /// Mail came in \[newmail_notification\].
    pub(super) fn new_mail(&mut self, message: EntryId, folder: EntryId, class: &str, flags: u32) {
        let mut class = to_wide(class);
        let class_pointer = class.as_mut_ptr();
        self.strings.push(class);
        let mut notification = blank(abi::fnevNewMail);
        // Member by member: the padding between them stays zero.
        notification.info.newmail.cbEntryID = ENTRY_ID_LENGTH as u32;
        notification.info.newmail.lpEntryID = self.keep(message);
        notification.info.newmail.cbParentID = ENTRY_ID_LENGTH as u32;
        notification.info.newmail.lpParentID = self.keep(folder);
        notification.info.newmail.ulFlags = abi::MAPI_UNICODE;
        notification.info.newmail.lpszMessageClass = class_pointer.cast();
        notification.info.newmail.ulMessageFlags = flags;
        self.notifications.push(notification);
    }

    /// A table is to be read again; keys, bookmarks and cursor stay valid \[table_notification\].
    pub(crate) fn table_changed(&mut self) {
        self.table(abi::TABLE_CHANGED, None, None, None);
    }

    /// Nothing that is known of a table holds any longer.
    pub(crate) fn table_reload(&mut self) {
        self.table(abi::TABLE_RELOAD, None, None, None);
    }

    /// A row came, or changed. `prior` is the row before it; the row is `count` values at the head of a chain.
    pub(crate) fn row(
        &mut self,
        event: u32,
        key: InstanceKey,
        prior: Option<InstanceKey>,
        row: Chain,
        count: usize,
    ) {
        let values = abi::SRow {
            ulAdrEntryPad: 0,
            cValues: count as u32,
            lpProps: row.head(),
        };
        self.rows.push(row);
        self.table(event, Some(key), prior, Some(values));
    }

    /// A row went.
    pub(crate) fn row_deleted(&mut self, key: InstanceKey) {
        self.table(abi::TABLE_ROW_DELETED, Some(key), None, None);
    }

    fn table(
        &mut self,
        event: u32,
        key: Option<InstanceKey>,
        prior: Option<InstanceKey>,
        row: Option<abi::SRow>,
    ) {
        let mut notification = blank(abi::fnevTableModified);
        // Member by member: the padding between them stays zero.
        notification.info.tab.ulTableEvent = event;
        notification.info.tab.hResult = abi::S_OK;
        notification.info.tab.propIndex = self.instance_key(key);
        notification.info.tab.propPrior = self.instance_key(prior);
        notification.info.tab.row = row.unwrap_or(abi::SRow {
            ulAdrEntryPad: 0,
            cValues: 0,
            lpProps: ptr::null_mut(),
        });
        self.notifications.push(notification);
    }

    /// The key as a property; none is `PR_NULL`, which says that the row is the first one.
    fn instance_key(&mut self, key: Option<InstanceKey>) -> abi::SPropValue {
        let Some(key) = key else {
            return abi::SPropValue {
                ulPropTag: abi::PR_NULL,
                ..abi::SPropValue::ZERO
            };
        };
        let mut bytes = key.0.to_vec();
        let mut property = abi::SPropValue {
            ulPropTag: abi::PR_INSTANCE_KEY,
            ..abi::SPropValue::ZERO
        };
        property.Value.bin.cb = bytes.len() as u32;
        property.Value.bin.lpb = bytes.as_mut_ptr();
        self.bytes.push(bytes);
        property
    }

    fn entry_id(&mut self, store: &Store, object: Option<ObjectId>) -> (u32, *mut abi::ENTRYID) {
        match object {
            Some(object) => (ENTRY_ID_LENGTH as u32, self.keep(store.entry_id(object))),
            None => (0, ptr::null_mut()),
        }
    }

    fn keep(&mut self, entry_id: EntryId) -> *mut abi::ENTRYID {
        let mut entry_id = entry_id.to_vec();
        let pointer = entry_id.as_mut_ptr();
        self.bytes.push(entry_id);
        pointer.cast()
    }
}

/// An event with nothing in it: all zeros, unused members and padding included.
fn blank(event: u32) -> abi::NOTIFICATION {
    // SAFETY: every member may be zero.
    let mut notification: abi::NOTIFICATION = unsafe { std::mem::zeroed() };
    notification.ulEventType = event;
    notification
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_laid_out_as_a_notifkey() {
        for length in [1, 4, 16, 40, 41] {
            let key: Vec<u8> = (0..length).collect();
            let buffer = key_buffer(&key);
            let bytes: Vec<u8> = buffer.iter().flat_map(|word| word.to_ne_bytes()).collect();
            assert_eq!(buffer[0], u32::from(length));
            assert_eq!(&bytes[4..4 + usize::from(length)], key);
            assert!(bytes.len() >= abi::NOTIFKEY::size_of(key.len()));
        }
    }

    #[test]
    fn the_first_row_has_pr_null_before_it() {
        let mut events = Events::default();
        events.row_deleted(InstanceKey::of_number(7));
        events.table_changed();
        let [deleted, changed] = events.as_slice() else {
            panic!("two events")
        };
        assert_eq!(deleted.ulEventType, abi::fnevTableModified);
        // SAFETY: both are table events.
        unsafe {
            assert_eq!(deleted.info.tab.ulTableEvent, abi::TABLE_ROW_DELETED);
            assert_eq!(deleted.info.tab.propIndex.ulPropTag, abi::PR_INSTANCE_KEY);
            assert_eq!(deleted.info.tab.propIndex.Value.bin.cb, 16);
            assert_eq!(deleted.info.tab.propPrior.ulPropTag, 1);
            assert_eq!(deleted.info.tab.row.cValues, 0);
            assert!(deleted.info.tab.row.lpProps.is_null());
            assert_eq!(changed.info.tab.ulTableEvent, abi::TABLE_CHANGED);
        }
    }

    #[test]
    fn new_mail_names_message_folder_and_class() {
        let mut events = Events::default();
        events.new_mail(
            [1; ENTRY_ID_LENGTH],
            [2; ENTRY_ID_LENGTH],
            "IPM.Note",
            abi::MSGFLAG_READ,
        );
        let [event] = events.as_slice() else {
            panic!("one event")
        };
        assert_eq!(event.ulEventType, abi::fnevNewMail);
        // SAFETY: the event is of this kind, and its pointers live as long as `events`.
        unsafe {
            let mail = event.info.newmail;
            assert_eq!((mail.cbEntryID, mail.cbParentID), (40, 40));
            assert_eq!(*mail.lpEntryID.cast::<EntryId>(), [1; ENTRY_ID_LENGTH]);
            assert_eq!(*mail.lpParentID.cast::<EntryId>(), [2; ENTRY_ID_LENGTH]);
            assert_eq!(mail.ulFlags, abi::MAPI_UNICODE);
            let class = crate::com::strings::read_wide(mail.lpszMessageClass.cast());
            assert_eq!(class.as_deref(), Some("IPM.Note"));
            assert_eq!(mail.ulMessageFlags, abi::MSGFLAG_READ);
        }
    }
}
