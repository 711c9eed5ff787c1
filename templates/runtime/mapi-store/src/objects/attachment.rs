//! Attachments: a working copy of their own, which SaveChanges puts into the message's \[iattachimapiprop\].

use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak};

use mapi_abi as abi;
use mapi_abi::{IAttach, IAttach_Impl, IMessage};
use windows_core::{ComObject, IUnknown, Interface, implement};

use super::constants::{is_session_property, pick, session_properties};
use super::copying::implement_mapi_prop;
use super::message::{self, Home, OpenMessage};
use super::own::{self, Registration};
use super::property_object::{Copied, CopyRequest, Edit, PropertyObject, PropertyRequest};
use super::session::Session;
use super::stream::Pending;
use super::streaming::{self, StreamOwner};
use crate::com::fault::{Fault, LastError, Outcome};
use crate::store::{Attachment as StoredAttachment, Message, PropTag, PropertyBag, Value};

/// The id that `PR_ATTACH_DATA_BIN` and `PR_ATTACH_DATA_OBJ` share.
const DATA: u16 = PropTag(abi::PR_ATTACH_DATA_BIN).id();

/// The COM object.
#[implement(IAttach, Agile = false)]
struct Attachment {
    core: Arc<OpenAttachment>,
    registration: OnceLock<Registration>,
}

/// An open attachment without its COM face. What was opened from it keeps it alive, and it keeps its message alive.
pub(crate) struct OpenAttachment {
    session: Arc<Session>,
    message: Arc<OpenMessage>,
    last_error: LastError,
    state: Mutex<State>,
    streams: Mutex<Vec<Weak<dyn Pending>>>,
}

struct State {
    attachment: StoredAttachment,
    writable: bool,
    /// Whether the message has never seen it.
    new: bool,
}

/// Opens an attachment of an open message \[imessage-openattach\].
pub(super) fn open(message: &Arc<OpenMessage>, number: u32, writable: bool) -> Outcome<IAttach> {
    let attachment = message.attachment(number)?;
    Ok(wrap(
        message,
        State {
            attachment,
            writable,
            new: false,
        },
    ))
}

/// Creates an attachment, which its message has once it is saved \[imessage-createattach\].
pub(super) fn create(message: &Arc<OpenMessage>) -> Outcome<(IAttach, u32)> {
    let number = message.reserve_attachment()?;
    let attachment = StoredAttachment::new(number);
    Ok((
        wrap(
            message,
            State {
                attachment,
                writable: true,
                new: true,
            },
        ),
        number,
    ))
}

fn wrap(message: &Arc<OpenMessage>, state: State) -> IAttach {
    let core = Arc::new(OpenAttachment {
        session: message.session().clone(),
        message: message.clone(),
        last_error: LastError::default(),
        state: Mutex::new(state),
        streams: Mutex::default(),
    });
    let object = ComObject::new(Attachment {
        core,
        registration: OnceLock::new(),
    });
    let identity: IUnknown = object.to_interface();
    let _ = object
        .registration
        .set(own::register(&identity, &object.core));
    object.into_interface()
}

impl OpenAttachment {
    /// A copy of the working copy.
    pub(super) fn snapshot(&self) -> StoredAttachment {
        self.state().attachment.clone()
    }

    pub(super) fn session(&self) -> &Arc<Session> {
        &self.session
    }

    /// Fails once the message that it belongs to was submitted.
    pub(super) fn check_not_submitted(&self) -> Outcome {
        self.message.check_not_submitted()
    }

    /// Fails when nothing may be changed.
    pub(super) fn check_editable(&self) -> Outcome {
        self.edit(|_| Ok(()))
    }

    /// Lets `edit` change the working copy.
    pub(super) fn edit<T>(
        &self,
        edit: impl FnOnce(&mut StoredAttachment) -> Outcome<T>,
    ) -> Outcome<T> {
        let mut state = self.state();
        if !state.writable {
            return Err(Fault::because(
                abi::MAPI_E_NO_ACCESS,
                "The attachment is open for reading only.",
            ));
        }
        edit(&mut state.attachment)
    }

    /// Takes an embedded message in that was saved.
    pub(super) fn set_embedded(&self, message: Message) -> Outcome {
        self.edit(|attachment| {
            attachment.properties.remove(DATA);
            let method = attachment
                .properties
                .long(abi::PR_ATTACH_METHOD)
                .unwrap_or(0);
            if method == abi::NO_ATTACHMENT.cast_signed() {
                let method = abi::ATTACH_EMBEDDED_MSG.cast_signed();
                attachment
                    .properties
                    .set(abi::PR_ATTACH_METHOD, Value::Long(method));
            }
            attachment.embedded = Some(Box::new(message));
            Ok(())
        })
    }

    fn properties(&self) -> Outcome<PropertyBag> {
        let state = self.state();
        let mut properties = state.attachment.all_properties(self.session.store());
        properties.extend(&session_properties(&self.session));
        properties.set(
            abi::PR_ATTACH_NUM,
            Value::Long(state.attachment.number.cast_signed()),
        );
        properties.set(abi::PR_ACCESS_LEVEL, Value::Long(i32::from(state.writable)));
        properties.set(
            abi::PR_OBJECT_TYPE,
            Value::Long(abi::MAPI_ATTACH.cast_signed()),
        );
        if state.attachment.embedded.is_some() {
            properties.set(abi::PR_ATTACH_DATA_OBJ, Value::Object);
        }
        Ok(properties)
    }

    fn write(&self, edits: Vec<Edit>) -> Outcome {
        self.edit(|attachment| {
            for edit in edits {
                if edit.id() == DATA {
                    attachment.embedded = None;
                }
                match edit {
                    Edit::Set(tag, value) => drop(attachment.properties.set(tag, value)),
                    Edit::Delete(id) => drop(attachment.properties.remove(id)),
                }
            }
            Ok(())
        })
    }

    /// Puts the working copy into the message's, where it waits for the message's own save.
    fn save(&self, flags: u32) -> Outcome {
        let streams = std::mem::take(&mut *self.streams());
        for stream in streams.iter().filter_map(Weak::upgrade) {
            stream.flush()?;
        }
        self.streams().extend(streams);
        let (attachment, new) = {
            let state = self.state();
            if !state.writable {
                return Err(Fault::because(
                    abi::MAPI_E_NO_ACCESS,
                    "The attachment is open for reading only.",
                ));
            }
            (state.attachment.clone(), state.new)
        };
        self.message.put_attachment(attachment, new)?;
        let mut state = self.state();
        state.new = false;
        state.writable = flags & abi::KEEP_OPEN_READWRITE != 0;
        Ok(())
    }

    /// Opens the message in the attachment, or begins one.
    fn open_embedded(self: &Arc<Self>, request: &PropertyRequest) -> Outcome<IMessage> {
        let present = self.state().attachment.embedded.clone();
        let message = match present {
            _ if request.create() => Message::new_embedded(),
            Some(message) => *message,
            None => return Err(Fault::new(abi::MAPI_E_NOT_FOUND)),
        };
        let home = Home::Attachment(self.clone());
        Ok(message::wrap(OpenMessage::new(
            &self.session,
            message,
            home,
            request.modify(),
        )))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn streams(&self) -> MutexGuard<'_, Vec<Weak<dyn Pending>>> {
        self.streams.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether only the store sets this property of attachments.
pub(super) fn is_computed(id: u16) -> bool {
    is_session_property(id) || StoredAttachment::is_computed(id)
}

impl PropertyObject for Attachment {
    fn session(&self) -> &Arc<Session> {
        &self.core.session
    }

    fn last_error(&self) -> &LastError {
        &self.core.last_error
    }

    fn check_usable(&self) -> Outcome {
        self.session().check_alive()?;
        self.core.check_not_submitted()
    }

    fn writable(&self) -> bool {
        self.core.state().writable
    }

    fn list(&self) -> Outcome<Vec<PropTag>> {
        Ok(self
            .core
            .properties()?
            .visible()
            .map(|(tag, _)| tag)
            .collect())
    }

    fn read(&self, ids: &[u16]) -> Outcome<Vec<Option<Value>>> {
        Ok(pick(&self.core.properties()?, ids))
    }

    fn write(&self, edits: Vec<Edit>) -> Outcome<Vec<Option<Fault>>> {
        let count = edits.len();
        self.core.write(edits)?;
        Ok(vec![None; count])
    }

    fn is_computed(&self, id: u16) -> bool {
        is_computed(id)
    }

    fn open_property(&self, request: &PropertyRequest) -> Outcome<IUnknown> {
        if request.tag.0 == abi::PR_ATTACH_DATA_OBJ {
            // Structured storages (OLE objects) are not kept: STORE_OLE_OK is not claimed.
            if request.iid != IMessage::IID {
                return Err(Fault::new(abi::MAPI_E_INTERFACE_NOT_SUPPORTED));
            }
            return Ok(self.core.open_embedded(request)?.into());
        }
        let id = request.tag.id();
        if request.modify() && is_computed(id) {
            return Err(Fault::new(abi::MAPI_E_NO_ACCESS));
        }
        let current = self.core.properties()?.get(id).cloned();
        streaming::open_stream(&self.core.session, request, current, || {
            Box::new(Owner(self.core.clone()))
        })
    }

    fn save_changes(&self, flags: u32) -> Outcome {
        self.core.save(flags)
    }

    unsafe fn copy(&self, request: &CopyRequest<'_>) -> Option<Outcome<Copied>> {
        // SAFETY: the caller's promise.
        let destination = unsafe { own::find::<OpenAttachment>(request.destination)? };
        Some(message::copy_attachment(&self.core, &destination, request))
    }
}

implement_mapi_prop!(Attachment_Impl, IAttach);

impl IAttach_Impl for Attachment_Impl {}

/// Writes an attachment's properties through a stream.
struct Owner(Arc<OpenAttachment>);

impl StreamOwner for Owner {
    fn check(&self) -> Outcome {
        self.0.session.check_alive()?;
        self.0.check_not_submitted()
    }

    fn set(&self, tag: PropTag, value: Value) -> Outcome {
        self.0.write(vec![Edit::Set(tag, value)])
    }

    fn follow(&self, stream: Weak<dyn Pending>) {
        let mut streams = self.0.streams();
        streams.retain(|stream| stream.strong_count() > 0);
        streams.push(stream);
    }
}
