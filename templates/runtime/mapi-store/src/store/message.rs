//! Messages.

use super::Store;
use super::bag::PropertyBag;
use super::batch::Batch;
use super::error::StoreError;
use super::identity::ObjectKey;

/// A working copy of a message. Editing it changes nothing in the store until it is saved.
#[derive(Clone, Debug)]
pub struct Message {
    /// Identity; `None` before the first save and for embedded messages.
    pub key: Option<ObjectKey>,
    /// The folder that the message is in, or will be created in; meaningless for embedded messages.
    pub folder: ObjectKey,
    /// Whether it belongs to the associated contents.
    pub associated: bool,
    /// Stored properties. Computed ones are in [`Message::all_properties`].
    pub properties: PropertyBag,
    /// Recipients in order.
    pub recipients: Vec<Recipient>,
    /// Attachments in order.
    pub attachments: Vec<Attachment>,
    /// `PR_MSG_STATUS`; changed by [`Store::set_message_status`] only.
    pub status: i32,
    /// Number of the state that was loaded; a save by somebody else makes another one.
    pub(crate) version: i64,
    /// Row that was loaded.
    pub(crate) row: i64,
}

/// A recipient of a message.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Recipient {
    /// `PR_ROWID`; unique in the message and stable.
    pub row_id: u32,
    /// Everything else, `PR_RECIPIENT_TYPE` and `PR_DISPLAY_NAME` among them.
    pub properties: PropertyBag,
}

/// An attachment of a message.
#[derive(Clone, Debug)]
pub struct Attachment {
    /// `PR_ATTACH_NUM`; unique in the message.
    pub number: u32,
    /// `PR_RECORD_KEY`; unique and stable.
    pub key: ObjectKey,
    /// Everything else, `PR_ATTACH_DATA_BIN` among them.
    pub properties: PropertyBag,
    /// The message in the attachment, for `ATTACH_EMBEDDED_MSG`.
    pub embedded: Option<Box<Message>>,
}

/// How to save.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct SaveMode {
    /// `FORCE_SAVE`: overwrite what somebody else saved meanwhile.
    pub force: bool,
}

/// What a save did.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct SaveOutcome {
    /// Identity.
    pub key: ObjectKey,
    /// Whether this was the first save.
    pub created: bool,
}

impl Message {
    /// A new message, to be filled and saved: `PR_MESSAGE_FLAGS` is UNSENT and UNMODIFIED.
    #[must_use]
    pub fn new(folder: ObjectKey, associated: bool) -> Self {
        let _ = (folder, associated);
        todo!()
    }

    /// A new message in an attachment.
    #[must_use]
    pub fn new_embedded() -> Self {
        todo!()
    }

    /// Whether the message was saved at least once.
    #[must_use]
    pub fn is_saved(&self) -> bool {
        self.key.is_some()
    }

    /// The message's properties as clients see them: the stored ones and all computed ones, except what depends on the
    /// session (`PR_STORE_ENTRYID`, `PR_MAPPING_SIGNATURE`).
    pub fn all_properties(&self, store: &Store) -> Result<PropertyBag, StoreError> {
        let _ = store;
        todo!()
    }

    /// Whether clients cannot set or delete a property of messages (`MAPI_E_COMPUTED`).
    #[must_use]
    pub fn is_computed(id: u16) -> bool {
        let _ = id;
        todo!()
    }

    /// A `PR_ROWID` that no recipient has.
    #[must_use]
    pub fn next_row_id(&self) -> u32 {
        todo!()
    }

    /// A `PR_ATTACH_NUM` that no attachment has.
    #[must_use]
    pub fn next_attachment_number(&self) -> u32 {
        todo!()
    }
}

impl Attachment {
    /// A new attachment with `PR_ATTACH_METHOD` NO_ATTACHMENT.
    #[must_use]
    pub fn new(number: u32) -> Self {
        let _ = number;
        todo!()
    }

    /// The attachment's properties as clients see them: the stored ones and the computed ones.
    pub fn all_properties(&self, store: &Store) -> Result<PropertyBag, StoreError> {
        let _ = store;
        todo!()
    }

    /// Whether clients cannot set or delete a property of attachments (`MAPI_E_COMPUTED`).
    #[must_use]
    pub fn is_computed(id: u16) -> bool {
        let _ = id;
        todo!()
    }
}

macro_rules! message_reads {
    () => {
        /// Loads a message; large values stay in the store until they are read.
        pub fn message(&self, message: ObjectKey) -> Result<Message, StoreError> {
            let _ = message;
            todo!()
        }

        /// The folder that a message is in.
        pub fn folder_of_message(&self, message: ObjectKey) -> Result<ObjectKey, StoreError> {
            let _ = message;
            todo!()
        }

        /// Keys of the messages of a folder, oldest first.
        pub fn messages_in(
            &self,
            folder: ObjectKey,
            associated: bool,
        ) -> Result<Vec<ObjectKey>, StoreError> {
            let _ = (folder, associated);
            todo!()
        }
    };
}

macro_rules! message_writes {
    ($($mutability:tt)?) => {
        /// Saves a working copy and brings it up to date with what was computed. `Changed` if somebody else saved the
        /// message since, unless forced; `Deleted` if it is gone.
        ///
        /// A first save takes `PR_MESSAGE_FLAGS` from the working copy; later ones leave to the stored flags what
        /// [`Store::set_message_flags`] governs, except that saves of [`Origin::Sync`](super::Origin) always take them.
        pub fn save(&$($mutability)? self, message: &mut Message, mode: SaveMode) -> Result<SaveOutcome, StoreError> {
            let _ = (message, mode);
            todo!()
        }

        /// Copies a message into a folder; returns the copy, which has the same search key and no status bits.
        pub fn copy_message(&$($mutability)? self, message: ObjectKey, folder: ObjectKey) -> Result<ObjectKey, StoreError> {
            let _ = (message, folder);
            todo!()
        }

        /// Moves a message into another folder; it keeps its identity.
        pub fn move_message(&$($mutability)? self, message: ObjectKey, folder: ObjectKey) -> Result<(), StoreError> {
            let _ = (message, folder);
            todo!()
        }

        /// Deletes a message.
        pub fn delete_message(&$($mutability)? self, message: ObjectKey) -> Result<(), StoreError> {
            let _ = message;
            todo!()
        }

        /// Sets and clears bits of `PR_MESSAGE_FLAGS` (MSGFLAG_READ above all); returns the flags before. Open working
        /// copies stay valid.
        pub fn set_message_flags(&$($mutability)? self, message: ObjectKey, set: i32, clear: i32) -> Result<i32, StoreError> {
            let _ = (message, set, clear);
            todo!()
        }

        /// Replaces the bits of `PR_MSG_STATUS` under the mask; returns the status before.
        pub fn set_message_status(&$($mutability)? self, message: ObjectKey, status: i32, mask: i32) -> Result<i32, StoreError> {
            let _ = (message, status, mask);
            todo!()
        }
    };
}

impl Store {
    message_reads!();
    message_writes!();
}

impl Batch<'_> {
    message_reads!();
    message_writes!(mut);
}
