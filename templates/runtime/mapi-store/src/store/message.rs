//! Messages.

mod computed;
mod load;
mod place;
mod save;

use mapi_abi::{
    MSGFLAG_ASSOCIATED, MSGFLAG_UNMODIFIED, MSGFLAG_UNSENT, PR_ATTACH_METHOD, PR_DISPLAY_BCC,
    PR_DISPLAY_CC, PR_DISPLAY_TO, PR_IMPORTANCE, PR_MESSAGE_FLAGS, PR_PRIORITY,
    PR_RENDERING_POSITION, PR_SEARCH_KEY, PR_SENSITIVITY, PR_SUBJECT, PR_SUBJECT_PREFIX,
};

use super::Store;
use super::bag::PropertyBag;
use super::batch::{Batch, Origin, methods};
use super::error::StoreError;
use super::identity::ObjectKey;
use super::value::Value;

pub(super) use computed::{attachment_size, has_attachments};
pub(super) use load::{flags_of, parts_of};
use load::{folder_of_message, message, message_state, messages_in};
use place::{copy_message, move_message, set_message_flags, set_message_status};
pub(super) use place::{copy_message_quietly, delete_message};
pub(super) use save::fill_index;

/// Deepest nesting of messages in messages; a save of more is [`StoreError::TooBig`].
pub const MAXIMUM_EMBEDDING: usize = 64;

/// A working copy of a message. Editing it changes nothing in the store until it is saved.
#[derive(Clone, Debug)]
pub struct Message {
    /// Identity; `None` before the first save and for embedded messages.
    pub key: Option<ObjectKey>,
    /// The folder that the message is in, or will be created in; meaningless for embedded messages.
    pub folder: ObjectKey,
    /// Whether it belongs to the associated contents.
    pub associated: bool,
    /// Stored properties, `PR_MESSAGE_FLAGS` among them. Computed ones are in [`Message::all_properties`].
    pub properties: PropertyBag,
    /// Recipients in order.
    pub recipients: Vec<Recipient>,
    /// Attachments in order.
    pub attachments: Vec<Attachment>,
    /// `PR_MSG_STATUS`; changed by [`Store::set_message_status`] only.
    pub status: u32,
    /// Number of the state that was loaded; a save by somebody else makes another one.
    pub(super) version: i64,
    /// Bytes when it was saved last.
    pub(super) size: u64,
    /// Subject and prefix as loaded or last computed: tells what a client has set since.
    pub(super) known_subject: KnownSubject,
}

/// Subject of a message when it was last computed.
#[derive(Clone, Debug, Default)]
pub(super) struct KnownSubject {
    pub subject: Option<String>,
    pub prefix: Option<String>,
    pub normalized: Option<String>,
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

/// What others may change of a message while it is open, see [`Store::message_state`].
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct MessageState {
    /// `PR_MESSAGE_FLAGS`.
    pub flags: u32,
    /// `PR_MSG_STATUS`.
    pub status: u32,
    /// The folder that the message is in.
    pub folder: ObjectKey,
    /// `PR_SUBMIT_FLAGS`, if the message is in the outgoing queue.
    pub submit_flags: Option<u32>,
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
    /// A new message, to be filled and saved: UNSENT and UNMODIFIED, with a search key of its own.
    #[must_use]
    pub fn new(folder: ObjectKey, associated: bool) -> Self {
        let kind = if associated { MSGFLAG_ASSOCIATED } else { 0 };
        let mut properties = PropertyBag::new();
        properties.set(
            PR_MESSAGE_FLAGS,
            Value::Long((MSGFLAG_UNSENT | MSGFLAG_UNMODIFIED | kind) as i32),
        );
        properties.set(PR_SEARCH_KEY, Value::Binary(ObjectKey::random().0.to_vec()));
        for tag in [PR_DISPLAY_TO, PR_DISPLAY_CC, PR_DISPLAY_BCC] {
            properties.set(tag, Value::Unicode(String::new()));
        }
        if !associated {
            properties.set(PR_IMPORTANCE, Value::Long(1));
            properties.set(PR_PRIORITY, Value::Long(0));
            properties.set(PR_SENSITIVITY, Value::Long(0));
        }
        Self {
            key: None,
            folder,
            associated,
            properties,
            recipients: Vec::new(),
            attachments: Vec::new(),
            status: 0,
            version: 0,
            size: 0,
            known_subject: KnownSubject::default(),
        }
    }

    /// A new message in an attachment.
    #[must_use]
    pub fn new_embedded() -> Self {
        Self::new(ObjectKey([0; 16]), false)
    }

    /// Whether the message was saved at least once.
    #[must_use]
    pub fn is_saved(&self) -> bool {
        self.key.is_some()
    }

    /// A `PR_ROWID` that no recipient has.
    #[must_use]
    pub fn next_row_id(&self) -> u32 {
        free_number(self.recipients.iter().map(|recipient| recipient.row_id))
    }

    /// A `PR_ATTACH_NUM` that no attachment has.
    #[must_use]
    pub fn next_attachment_number(&self) -> u32 {
        free_number(self.attachments.iter().map(|attachment| attachment.number))
    }

    /// `PR_MESSAGE_FLAGS` of the working copy.
    pub(super) fn flags(&self) -> u32 {
        self.properties.long(PR_MESSAGE_FLAGS).unwrap_or_default() as u32
    }

    fn set_flags(&mut self, flags: u32) {
        self.properties
            .set(PR_MESSAGE_FLAGS, Value::Long(flags as i32));
    }

    /// Remembers the subject as it is now.
    fn know_subject(&mut self) {
        let text = |tag: u32| self.properties.text(tag).map(str::to_owned);
        self.known_subject = KnownSubject {
            subject: text(PR_SUBJECT),
            prefix: text(PR_SUBJECT_PREFIX),
            normalized: text(mapi_abi::PR_NORMALIZED_SUBJECT),
        };
    }
}

impl Attachment {
    /// A new attachment with `PR_ATTACH_METHOD` NO_ATTACHMENT and no rendering position.
    #[must_use]
    pub fn new(number: u32) -> Self {
        let properties = [
            (PR_ATTACH_METHOD, Value::Long(0)),
            (PR_RENDERING_POSITION, Value::Long(-1)),
        ];
        Self {
            number,
            key: ObjectKey::random(),
            properties: properties.into_iter().collect(),
            embedded: None,
        }
    }
}

/// One more than the greatest number, or the least unused one if there is none greater.
fn free_number(numbers: impl Iterator<Item = u32> + Clone) -> u32 {
    match numbers.clone().max() {
        None => 0,
        Some(u32::MAX) => {
            let used: std::collections::BTreeSet<u32> = numbers.collect();
            (0..u32::MAX)
                .find(|number| !used.contains(number))
                .unwrap_or_default()
        }
        Some(greatest) => greatest + 1,
    }
}

methods! {
    /// Loads a message; large values stay in the store until they are read.
    read message(message: ObjectKey) -> Message;

    /// The folder that a message is in.
    read folder_of_message(message: ObjectKey) -> ObjectKey;

    /// What others may change of a message while it is open: flags, status and folder; `None` if it is gone.
    read message_state(message: ObjectKey) -> Option<MessageState>;

    /// Keys of the messages of a folder, or of its associated ones, in the order of their creation.
    read messages_in(folder: ObjectKey, associated: bool) -> Vec<ObjectKey>;

    /// Copies a message into a folder; returns the copy, which has the same search key and no status bits.
    write copy_message(message: ObjectKey, folder: ObjectKey) -> ObjectKey;

    /// Moves a message into another folder; it keeps its identity and loses its status bits.
    write move_message(message: ObjectKey, folder: ObjectKey) -> ();

    /// Deletes a message.
    write delete_message(message: ObjectKey) -> ();

    /// Sets and clears bits of `PR_MESSAGE_FLAGS` (`MSGFLAG_READ` above all); returns the flags before. Open working
    /// copies stay valid. `MSGFLAG_HASATTACH` and `MSGFLAG_ASSOCIATED` cannot be changed, nor can associated messages be
    /// read.
    write set_message_flags(message: ObjectKey, set: u32, clear: u32) -> u32;

    /// Replaces the bits of `PR_MSG_STATUS` under the mask; returns the status before.
    write set_message_status(message: ObjectKey, status: u32, mask: u32) -> u32;
}

impl Store {
    /// Saves a working copy and brings it up to date with what was computed. `Changed` if somebody else saved the
    /// message since it was loaded, unless forced; `Deleted` if it is gone. After an error the working copy is as before.
    ///
    /// A first save takes `PR_MESSAGE_FLAGS` from the working copy. Later ones leave them to
    /// [`Store::set_message_flags`], except that saves of [`Origin::Sync`] always take them.
    pub fn save(&self, message: &mut Message, mode: SaveMode) -> Result<SaveOutcome, StoreError> {
        let (saved, outcome) =
            self.batch(Origin::Local, |batch| save::save(batch, message, mode))?;
        *message = saved;
        Ok(outcome)
    }

    /// Saves a working copy as [`Store::save`] does and gives it back as it is now to `then`, before any listener hears
    /// of the save.
    pub fn save_then(
        &self,
        message: &Message,
        mode: SaveMode,
        then: impl FnOnce(&Message),
    ) -> Result<SaveOutcome, StoreError> {
        let (_, outcome) = self.batch_then(
            Origin::Local,
            |batch| save::save(batch, message, mode),
            |(saved, _)| then(saved),
        )?;
        Ok(outcome)
    }
}

impl Batch<'_> {
    /// Saves a working copy: see [`Store::save`].
    pub fn save(
        &mut self,
        message: &mut Message,
        mode: SaveMode,
    ) -> Result<SaveOutcome, StoreError> {
        let (saved, outcome) = self.step(|batch| save::save(batch, message, mode))?;
        *message = saved;
        Ok(outcome)
    }
}
