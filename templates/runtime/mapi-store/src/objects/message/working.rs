//! The working copy behind an open message: edited in memory, committed by SaveChanges.
//!
//! The lock on the copy is never held while anything but the store's reading side is called. Saving publishes changes,
//! which reach clients, who may come straight back; so it works on a clone, and only one save runs at a time.

mod submission;

use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, Weak};
use std::thread::{self, ThreadId};
use std::time::{Duration, Instant};

use mapi_abi as abi;
use windows_core::IUnknown;

use super::super::attachment::OpenAttachment;
use super::super::constants::{is_session_property, pick, session_properties};
use super::super::property_object::{Edit, PropertyRequest};
use super::super::read_flags::read_change;
use super::super::session::Session;
use super::super::stream::Pending;
use super::super::streaming::{self, StreamOwner};
use super::super::table::Revision;
use super::recipients::{Entry, Operation, modify};
use crate::com::fault::{Fault, LastError, Outcome};
use crate::store::bodies;
use crate::store::{
    Attachment, Message, MessageState, PropTag, PropertyBag, Recipient, SaveMode, Value,
};

/// The bits of `PR_MESSAGE_FLAGS` that a client may set, before the first save only.
const SETTABLE_FLAGS: u32 =
    abi::MSGFLAG_READ | abi::MSGFLAG_UNSENT | abi::MSGFLAG_RESEND | abi::MSGFLAG_FROMME;
/// How long a save waits for another one of the same object.
const PATIENCE: Duration = Duration::from_secs(30);

/// Where a save puts the message.
pub(crate) enum Home {
    /// Into the store.
    Store,
    /// Into an attachment, whose own save puts it into its message.
    Attachment(Arc<OpenAttachment>),
}

/// An open message without its COM face. What was opened from it keeps it alive.
pub(crate) struct OpenMessage {
    session: Arc<Session>,
    home: Home,
    /// Changes of recipients and attachments.
    revision: Revision,
    last_error: LastError,
    state: Mutex<State>,
    saver: Mutex<Option<ThreadId>>,
    saved: Condvar,
    streams: Mutex<Vec<Weak<dyn Pending>>>,
    /// Whether the message was submitted through this object.
    submitted: AtomicBool,
}

struct State {
    message: Message,
    writable: bool,
    /// Edits so far, and how many of them the last save has seen.
    edits: u64,
    saved_edits: u64,
    /// The bodies as they were last in step.
    bodies: PropertyBag,
    /// Numbers below these were given to attachments and recipients of this object, and are not given again.
    next_attachment: u32,
    next_row_id: u32,
    /// Everything that clients see, until the next edit, and what others could change of it.
    properties: Option<(Arc<PropertyBag>, Option<MessageState>)>,
}

/// Whether only the store sets this property of messages.
pub(super) fn is_computed(id: u16) -> bool {
    // The flags have rules of their own, see `set_flags`.
    id != PropTag(abi::PR_MESSAGE_FLAGS).id()
        && (is_session_property(id) || Message::is_computed(id))
}

impl OpenMessage {
    pub(crate) fn new(
        session: &Arc<Session>,
        message: Message,
        home: Home,
        writable: bool,
    ) -> Arc<Self> {
        let state = State {
            next_attachment: message.next_attachment_number(),
            next_row_id: message.next_row_id(),
            bodies: message.bodies(),
            message,
            writable,
            edits: 0,
            saved_edits: 0,
            properties: None,
        };
        Arc::new(Self {
            session: session.clone(),
            home,
            revision: Revision::default(),
            last_error: LastError::default(),
            state: Mutex::new(state),
            saver: Mutex::new(None),
            saved: Condvar::new(),
            streams: Mutex::default(),
            submitted: AtomicBool::new(false),
        })
    }

    pub(crate) fn session(&self) -> &Arc<Session> {
        &self.session
    }

    pub(crate) fn last_error(&self) -> &LastError {
        &self.last_error
    }

    /// Counts the changes of recipients and attachments.
    pub(crate) fn revision(&self) -> &Revision {
        &self.revision
    }

    pub(crate) fn is_writable(&self) -> bool {
        self.state().writable
    }

    /// Fails when nothing may be changed.
    pub(crate) fn check_editable(&self) -> Outcome {
        self.state().check_editable()
    }

    /// Everything that clients see.
    pub(crate) fn properties(&self) -> Outcome<Arc<PropertyBag>> {
        let mut state = self.state();
        // Flags, status and folder are set through the folder, whatever is pending here.
        let key = state.message.key;
        let seen = match key {
            Some(key) => self.session.store().message_state(key)?,
            None => None,
        };
        if let Some((properties, known)) = &state.properties
            && *known == seen
        {
            return Ok(properties.clone());
        }
        let mut properties = state.message.all_properties(self.session.store())?;
        // Bodies that were written are shown as they will be saved.
        bodies::reconcile(&mut properties, self.session.store(), &state.bodies)?;
        properties.extend(&session_properties(&self.session));
        let access = if self.session.supports(abi::STORE_MODIFY_OK) {
            abi::MAPI_ACCESS_MODIFY | abi::MAPI_ACCESS_READ | abi::MAPI_ACCESS_DELETE
        } else {
            abi::MAPI_ACCESS_READ
        };
        properties.set(abi::PR_ACCESS, Value::Long(access.cast_signed()));
        properties.set(abi::PR_ACCESS_LEVEL, Value::Long(i32::from(state.writable)));
        properties.set(
            abi::PR_OBJECT_TYPE,
            Value::Long(abi::MAPI_MESSAGE.cast_signed()),
        );
        properties.set(abi::PR_MESSAGE_RECIPIENTS, Value::Object);
        properties.set(abi::PR_MESSAGE_ATTACHMENTS, Value::Object);
        let properties = Arc::new(properties);
        state.properties = Some((properties.clone(), seen));
        Ok(properties)
    }

    /// The tags of everything that clients see, RTF that is made when it is asked for among them.
    pub(crate) fn list(&self) -> Outcome<Vec<PropTag>> {
        let properties = self.properties()?;
        let mut tags: Vec<PropTag> = properties.visible().map(|(tag, _)| tag).collect();
        if bodies::makes_rtf(&properties, self.session.store()) {
            tags.extend([abi::PR_RTF_COMPRESSED, abi::PR_RTF_IN_SYNC].map(PropTag));
            tags.sort_unstable();
        }
        Ok(tags)
    }

    /// Properties by id.
    pub(crate) fn read(&self, ids: &[u16]) -> Outcome<Vec<Option<Value>>> {
        let properties = self.properties()?;
        let mut values = pick(&properties, ids);
        let store = self.session.store();
        for (id, value) in ids.iter().zip(&mut values) {
            if value.is_some() {
                continue;
            }
            if *id == PropTag(abi::PR_RTF_COMPRESSED).id() {
                *value = bodies::made_rtf(&properties, store)?.map(Value::Binary);
            } else if *id == PropTag(abi::PR_RTF_IN_SYNC).id() {
                *value = bodies::makes_rtf(&properties, store).then_some(Value::Boolean(true));
            }
        }
        Ok(values)
    }

    /// Applies changes to the copy; the failure of each, in order.
    pub(crate) fn write(&self, edits: Vec<Edit>) -> Outcome<Vec<Option<Fault>>> {
        let mut state = self.state();
        state.check_editable()?;
        let failures = edits
            .into_iter()
            .map(|edit| {
                let allowed = match &edit {
                    Edit::Set(tag, _) => self.check_body(tag.id()),
                    Edit::Delete(_) => Ok(()),
                };
                allowed.and_then(|()| state.apply(edit)).err()
            })
            .collect();
        state.edited();
        Ok(failures)
    }

    /// Fails for a body of a kind that the store does not claim to keep; what it holds all the same can be read.
    fn check_body(&self, id: u16) -> Outcome {
        if id == PropTag(abi::PR_HTML).id() {
            self.session.check_supports(abi::STORE_HTML_OK)
        } else {
            Ok(())
        }
    }

    /// Opens a string or binary property as a stream.
    pub(crate) fn open_stream(self: &Arc<Self>, request: &PropertyRequest) -> Outcome<IUnknown> {
        let id = request.tag.id();
        if request.modify() && (is_computed(id) || id == PropTag(abi::PR_MESSAGE_FLAGS).id()) {
            return Err(Fault::new(abi::MAPI_E_NO_ACCESS));
        }
        if request.modify() {
            self.check_body(id)?;
        }
        let properties = self.properties()?;
        let current = match properties.get(id) {
            None if id == PropTag(abi::PR_RTF_COMPRESSED).id() && !request.create() => {
                bodies::made_rtf(&properties, self.session.store())?.map(Value::Binary)
            }
            current => current.cloned(),
        };
        streaming::open_stream(&self.session, request, current, || {
            Box::new(Owner(self.clone()))
        })
    }

    /// A copy of the working copy.
    pub(crate) fn snapshot(&self) -> Message {
        self.state().message.clone()
    }

    /// Lets `edit` change the working copy, recipients and attachments included.
    pub(super) fn edit<T>(&self, edit: impl FnOnce(&mut Message) -> Outcome<T>) -> Outcome<T> {
        self.edit_state(|state| edit(&mut state.message))
    }

    fn edit_state<T>(&self, edit: impl FnOnce(&mut State) -> Outcome<T>) -> Outcome<T> {
        let result = {
            let mut state = self.state();
            state.check_editable()?;
            let result = edit(&mut state)?;
            state.next_attachment = state
                .next_attachment
                .max(state.message.next_attachment_number());
            state.next_row_id = state.next_row_id.max(state.message.next_row_id());
            state.edited();
            result
        };
        self.session.notifier().message_changed(&self.revision);
        Ok(result)
    }

    /// Changes the recipients as ModifyRecipients says: all of it or nothing.
    pub(super) fn modify_recipients(&self, operation: Operation, entries: Vec<Entry>) -> Outcome {
        self.edit_state(|state| {
            let next_row_id = &mut state.next_row_id;
            state.message.recipients =
                modify(&state.message.recipients, operation, entries, next_row_id)?;
            Ok(())
        })
    }

    /// The recipients as they are now.
    pub(super) fn recipients(&self) -> Vec<Recipient> {
        self.state().message.recipients.clone()
    }

    /// The attachments as they are now, without the data of embedded messages' own attachments being read.
    pub(super) fn attachments(&self) -> Vec<Attachment> {
        self.state().message.attachments.clone()
    }

    /// A copy of one attachment.
    pub(crate) fn attachment(&self, number: u32) -> Outcome<Attachment> {
        let state = self.state();
        let found = state
            .message
            .attachments
            .iter()
            .find(|attachment| attachment.number == number);
        found.cloned().ok_or(Fault::new(abi::MAPI_E_NOT_FOUND))
    }

    /// A number for a new attachment.
    pub(crate) fn reserve_attachment(&self) -> Outcome<u32> {
        let mut state = self.state();
        state.check_editable()?;
        let number = state.next_attachment;
        state.next_attachment += 1;
        Ok(number)
    }

    /// Takes an attachment in that was saved; `new` says that it never was before.
    pub(crate) fn put_attachment(&self, attachment: Attachment, new: bool) -> Outcome {
        self.edit(|message| {
            let place = message
                .attachments
                .iter_mut()
                .find(|known| known.number == attachment.number);
            match place {
                Some(place) => *place = attachment,
                None if new => message.attachments.push(attachment),
                None => return Err(Fault::new(abi::MAPI_E_OBJECT_DELETED)),
            }
            Ok(())
        })
    }

    /// Takes an attachment out; like every edit, it counts once the message is saved.
    pub(super) fn delete_attachment(&self, number: u32) -> Outcome {
        self.edit(|message| {
            let index = message
                .attachments
                .iter()
                .position(|attachment| attachment.number == number);
            message
                .attachments
                .remove(index.ok_or(Fault::new(abi::MAPI_E_NOT_FOUND))?);
            Ok(())
        })
    }

    /// \[imapiprop-savechanges\]
    pub(crate) fn save(&self, flags: u32) -> Outcome {
        let turn = self.wait_for_turn()?;
        self.check_editable()?;
        self.flush_streams()?;
        let (mut copy, edits, unchanged, before) = {
            let state = self.state();
            let unchanged = state.message.is_saved() && state.edits == state.saved_edits;
            let before = state.bodies.clone();
            (state.message.clone(), state.edits, unchanged, before)
        };
        copy.reconcile_bodies(self.session.store(), &before)?;
        let force = flags & abi::FORCE_SAVE != 0;
        // Once the store has it, the object is as it will be, before anybody hears of the save: a client that is told
        // may come straight back and edit and save again.
        let accept = |saved: &Message| {
            self.accept(saved.clone(), edits, flags);
            drop(turn);
        };
        match &self.home {
            Home::Store if unchanged && !force => {
                self.check_existence(&copy)?;
                accept(&copy);
            }
            Home::Store => {
                self.check_saving(&copy, flags)?;
                let mode = SaveMode { force };
                self.session.store().save_then(&copy, mode, accept)?;
            }
            Home::Attachment(attachment) => {
                attachment.set_embedded(copy.clone())?;
                accept(&copy);
            }
        }
        // Sizes and the like were computed.
        self.revision.advance();
        Ok(())
    }

    /// Goes on with what was saved, which had seen so many edits.
    fn accept(&self, mut saved: Message, edits: u64, flags: u32) {
        let mut state = self.state();
        state.bodies = saved.bodies();
        if state.edits != edits {
            // Edits came meanwhile: they stay, as edits of what is in the store now.
            let edited = &state.message;
            saved.properties = edited.properties.clone();
            saved.recipients = edited.recipients.clone();
            saved.attachments = edited.attachments.clone();
        }
        state.message = saved;
        state.saved_edits = edits;
        state.writable = flags & abi::KEEP_OPEN_READWRITE != 0;
        state.properties = None;
    }

    /// Fails where the store takes no new messages or no changes, or could not keep the message open as asked for
    /// afterwards \[imapiprop-savechanges\].
    fn check_saving(&self, message: &Message, flags: u32) -> Outcome {
        if message.is_saved() {
            self.check_unqueued(message.key)?;
            return self.session.check_modify();
        }
        self.session.check_create()?;
        if flags & abi::KEEP_OPEN_READWRITE != 0 {
            self.session.check_modify()?;
        }
        Ok(())
    }

    /// A save without changes still tells that there is nothing left to save to.
    fn check_existence(&self, message: &Message) -> Outcome {
        let Some(key) = message.key else {
            return Ok(());
        };
        match self.session.store().folder_of_message(key) {
            Ok(_) => Ok(()),
            Err(crate::store::StoreError::NotFound) => Err(Fault::new(abi::MAPI_E_OBJECT_DELETED)),
            Err(error) => Err(error.into()),
        }
    }

    /// What was written to streams that need no commit belongs to what is saved.
    fn flush_streams(&self) -> Outcome {
        let streams =
            std::mem::take(&mut *self.streams.lock().unwrap_or_else(PoisonError::into_inner));
        let mut alive = Vec::new();
        for stream in streams {
            if let Some(pending) = stream.upgrade() {
                pending.flush()?;
                alive.push(stream);
            }
        }
        self.streams
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .extend(alive);
        Ok(())
    }

    /// \[imessage-setreadflag\]: commits by itself, on a message that is open for reading too.
    pub(super) fn set_read_flag(&self, flags: u32) -> Outcome {
        let change = read_change(flags)?;
        let key = self.state().message.key;
        self.check_unqueued(key)?;
        if let Some(key) = key {
            self.session.check_modify()?;
            if change.set | change.clear != 0 {
                self.session
                    .store()
                    .set_message_flags(key, change.set, change.clear)?;
            }
        }
        let mut state = self.state();
        let before = state
            .message
            .properties
            .long(abi::PR_MESSAGE_FLAGS)
            .unwrap_or(0)
            .cast_unsigned();
        let after = before & !change.clear | change.set;
        state
            .message
            .properties
            .set(abi::PR_MESSAGE_FLAGS, Value::Long(after.cast_signed()));
        if change.forget_request {
            state
                .message
                .properties
                .set(abi::PR_READ_RECEIPT_REQUESTED, Value::Boolean(false));
            state.edits += 1;
        }
        if key.is_none() {
            state.edits += 1;
        }
        state.properties = None;
        Ok(())
    }

    /// Waits until no other thread saves this object. From within a save, by way of a client that was notified, there
    /// is nothing to wait for.
    fn wait_for_turn(&self) -> Outcome<Turn<'_>> {
        let own = thread::current().id();
        let deadline = Instant::now() + PATIENCE;
        let mut saver = self.saver.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            match *saver {
                None => {
                    *saver = Some(own);
                    return Ok(Turn(self));
                }
                Some(other) => {
                    let left = deadline.saturating_duration_since(Instant::now());
                    if other == own || left.is_zero() {
                        return Err(Fault::new(abi::MAPI_E_BUSY));
                    }
                    saver = self
                        .saved
                        .wait_timeout(saver, left)
                        .unwrap_or_else(PoisonError::into_inner)
                        .0;
                }
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The right to save, given back when dropped.
struct Turn<'a>(&'a OpenMessage);

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        *self.0.saver.lock().unwrap_or_else(PoisonError::into_inner) = None;
        self.0.saved.notify_all();
    }
}

impl State {
    fn check_editable(&self) -> Outcome {
        if self.writable {
            Ok(())
        } else {
            Err(Fault::because(
                abi::MAPI_E_NO_ACCESS,
                "The message is open for reading only.",
            ))
        }
    }

    fn edited(&mut self) {
        self.edits += 1;
        self.properties = None;
    }

    fn apply(&mut self, edit: Edit) -> Outcome {
        if edit.id() == PropTag(abi::PR_MESSAGE_FLAGS).id() {
            return self.set_flags(edit);
        }
        match edit {
            Edit::Set(tag, value) => drop(self.message.properties.set(tag, value)),
            Edit::Delete(id) => drop(self.message.properties.remove(id)),
        }
        Ok(())
    }

    /// Some bits are the client's until the first save, the others are never \[pidtagmessageflags-canonical-property\].
    fn set_flags(&mut self, edit: Edit) -> Outcome {
        let Edit::Set(_, Value::Long(wanted)) = edit else {
            return Err(Fault::new(abi::MAPI_E_NO_ACCESS));
        };
        if self.message.is_saved() {
            return Err(Fault::new(abi::MAPI_E_COMPUTED));
        }
        let mut settable = SETTABLE_FLAGS;
        if self.message.associated {
            settable &= !abi::MSGFLAG_READ;
        }
        let before = self
            .message
            .properties
            .long(abi::PR_MESSAGE_FLAGS)
            .unwrap_or(0)
            .cast_unsigned();
        let after = before & !settable | wanted.cast_unsigned() & settable;
        self.message
            .properties
            .set(abi::PR_MESSAGE_FLAGS, Value::Long(after.cast_signed()));
        Ok(())
    }
}

/// Writes a message's properties through a stream.
struct Owner(Arc<OpenMessage>);

impl StreamOwner for Owner {
    fn check(&self) -> Outcome {
        self.0.session.check_alive()?;
        self.0.check_not_submitted()
    }

    fn set(&self, tag: PropTag, value: Value) -> Outcome {
        let failures = self.0.write(vec![Edit::Set(tag, value)])?;
        failures.into_iter().flatten().next().map_or(Ok(()), Err)
    }

    fn follow(&self, stream: Weak<dyn Pending>) {
        let mut streams = self
            .0
            .streams
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        streams.retain(|stream| stream.strong_count() > 0);
        streams.push(stream);
    }
}
