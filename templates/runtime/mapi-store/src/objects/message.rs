//! Messages: what a client sees of an `OpenMessage`, which is the working copy that it edits and saves.

mod copy;
mod recipients;
mod tables;
mod working;

use std::ffi::c_void;
use std::sync::{Arc, OnceLock};

use mapi_abi as abi;
use mapi_abi::{IMessage, IMessage_Impl};
use windows_core::{ComObject, GUID, HRESULT, IUnknown, IUnknownImpl, Interface, implement};

pub(super) use self::copy::attachments as copy_attachment;
pub(super) use self::working::{Home, OpenMessage};
use super::attachment;
use super::copying::implement_mapi_prop;
use super::own::{self, Registration};
use super::property_object::{Copied, CopyRequest, Edit, PropertyObject, PropertyRequest};
use super::session::Session;
use super::submission;
use super::table::{self, Subject};
use crate::com::arguments::{answer, clear, interface_id, put, require};
use crate::com::fault::{Fault, LastError, Outcome};
use crate::com::guard::guard_object;
use crate::com::strings::Width;
use crate::store::{Message as StoredMessage, ObjectKey, PropTag, Value};

/// The COM object.
#[implement(IMessage, Agile = false)]
struct Message {
    core: Arc<OpenMessage>,
    registration: OnceLock<Registration>,
}

/// Opens a message of the store.
pub fn open(session: &Arc<Session>, key: ObjectKey, writable: bool) -> Outcome<IMessage> {
    let message = session.store().message(key)?;
    Ok(wrap(OpenMessage::new(
        session,
        message,
        Home::Store,
        writable,
    )))
}

/// Creates a message in a folder; the store has it once it is saved \[imapifolder-createmessage\].
pub fn create(session: &Arc<Session>, folder: ObjectKey, associated: bool) -> Outcome<IMessage> {
    session.check_create()?;
    let message = StoredMessage::new(folder, associated);
    Ok(wrap(OpenMessage::new(session, message, Home::Store, true)))
}

/// The COM object over a working copy.
pub(super) fn wrap(core: Arc<OpenMessage>) -> IMessage {
    let object = ComObject::new(Message {
        core,
        registration: OnceLock::new(),
    });
    let identity: IUnknown = object.to_interface();
    let _ = object
        .registration
        .set(own::register(&identity, &object.core));
    object.into_interface()
}

impl PropertyObject for Message {
    fn session(&self) -> &Arc<Session> {
        self.core.session()
    }

    fn last_error(&self) -> &LastError {
        self.core.last_error()
    }

    fn check_usable(&self) -> Outcome {
        self.session().check_alive()?;
        self.core.check_not_submitted()
    }

    fn writable(&self) -> bool {
        self.core.is_writable()
    }

    fn list(&self) -> Outcome<Vec<PropTag>> {
        self.core.list()
    }

    fn read(&self, ids: &[u16]) -> Outcome<Vec<Option<Value>>> {
        self.core.read(ids)
    }

    fn write(&self, edits: Vec<Edit>) -> Outcome<Vec<Option<Fault>>> {
        self.core.write(edits)
    }

    fn is_computed(&self, id: u16) -> bool {
        working::is_computed(id)
    }

    fn is_ignored(&self, id: u16) -> bool {
        id == PropTag(abi::PR_MESSAGE_RECIPIENTS).id()
            || id == PropTag(abi::PR_MESSAGE_ATTACHMENTS).id()
    }

    fn open_property(&self, request: &PropertyRequest) -> Outcome<IUnknown> {
        let width = Width::of_flags(request.interface_options);
        match request.tag.0 {
            abi::PR_MESSAGE_RECIPIENTS | abi::PR_MESSAGE_ATTACHMENTS
                if request.iid != abi::IMAPITable::IID =>
            {
                Err(Fault::new(abi::MAPI_E_INTERFACE_NOT_SUPPORTED))
            }
            abi::PR_MESSAGE_RECIPIENTS => Ok(self.recipient_table(width)?.into()),
            abi::PR_MESSAGE_ATTACHMENTS => Ok(self.attachment_table(width)?.into()),
            _ => self.core.open_stream(request),
        }
    }

    fn save_changes(&self, flags: u32) -> Outcome {
        self.core.save(flags)
    }

    unsafe fn copy(&self, request: &CopyRequest<'_>) -> Option<Outcome<Copied>> {
        // SAFETY: the caller's promise.
        let destination = unsafe { own::find::<OpenMessage>(request.destination)? };
        Some(copy::messages(&self.core, &destination, request))
    }
}

implement_mapi_prop!(Message_Impl, IMessage);

impl Message {
    fn recipient_table(&self, width: Width) -> Outcome<abi::IMAPITable> {
        let subject = Subject::Recipients(self.core.revision().clone());
        table::open(
            self.session(),
            subject,
            Box::new(tables::recipients(&self.core)),
            width,
        )
    }

    fn attachment_table(&self, width: Width) -> Outcome<abi::IMAPITable> {
        let subject = Subject::Attachments(self.core.revision().clone());
        table::open(
            self.session(),
            subject,
            Box::new(tables::attachments(&self.core)),
            width,
        )
    }

    /// Whether a new object below this one may be written; `MAPI_MODIFY` insists, `MAPI_BEST_ACCESS` takes what there is.
    fn access(&self, flags: u32) -> Outcome<bool> {
        let writable = self.core.is_writable();
        if flags & abi::MAPI_BEST_ACCESS == 0 && flags & abi::MAPI_MODIFY != 0 && !writable {
            return Err(Fault::new(abi::MAPI_E_NO_ACCESS));
        }
        Ok(writable && flags & (abi::MAPI_BEST_ACCESS | abi::MAPI_MODIFY) != 0)
    }

    fn run(&self, call: &'static str, body: impl FnOnce(&OpenMessage) -> Outcome) -> HRESULT {
        guard_object(call, self.core.last_error(), || {
            self.check_usable()?;
            body(&self.core)
        })
    }
}

impl IMessage_Impl for Message_Impl {
    unsafe fn GetAttachmentTable(&self, flags: u32, table: *mut *mut c_void) -> HRESULT {
        self.run("IMessage::GetAttachmentTable", |_| {
            // SAFETY: what COM demands of the caller.
            unsafe { clear(table) };
            require(table)?;
            let opened = self.attachment_table(Width::of_flags(flags))?;
            // SAFETY: not NULL, so COM demands room; the reference goes to the caller.
            unsafe { put(table, opened.into_raw()) };
            Ok(())
        })
    }

    unsafe fn OpenAttach(
        &self,
        number: u32,
        iid: *const GUID,
        flags: u32,
        attachment: *mut *mut c_void,
    ) -> HRESULT {
        self.run("IMessage::OpenAttach", |_| {
            // SAFETY: what COM demands of the caller.
            unsafe { clear(attachment) };
            require(attachment)?;
            let writable = self.access(flags)?;
            let opened = attachment::open(&self.core, number, writable)?;
            // SAFETY: what COM demands of the caller.
            unsafe {
                answer(
                    &opened.into(),
                    interface_id(iid).unwrap_or(abi::IAttach::IID),
                    attachment,
                )
            }
        })
    }

    unsafe fn CreateAttach(
        &self,
        iid: *const GUID,
        _flags: u32,
        number: *mut u32,
        attachment: *mut *mut c_void,
    ) -> HRESULT {
        self.run("IMessage::CreateAttach", |core| {
            // SAFETY: what COM demands of the caller.
            unsafe { clear(attachment) };
            require(attachment)?;
            self.session().check_supports(abi::STORE_ATTACH_OK)?;
            core.check_editable()?;
            let (created, created_number) = attachment::create(&self.core)?;
            // SAFETY: what COM demands of the caller.
            unsafe {
                answer(
                    &created.into(),
                    interface_id(iid).unwrap_or(abi::IAttach::IID),
                    attachment,
                )?;
                put(number, created_number);
            }
            Ok(())
        })
    }

    unsafe fn DeleteAttach(
        &self,
        number: u32,
        _ui_param: usize,
        _progress: *mut c_void,
        _flags: u32,
    ) -> HRESULT {
        self.run("IMessage::DeleteAttach", |core| {
            core.delete_attachment(number)
        })
    }

    unsafe fn GetRecipientTable(&self, flags: u32, table: *mut *mut c_void) -> HRESULT {
        self.run("IMessage::GetRecipientTable", |_| {
            // SAFETY: what COM demands of the caller.
            unsafe { clear(table) };
            require(table)?;
            let opened = self.recipient_table(Width::of_flags(flags))?;
            // SAFETY: not NULL, so COM demands room; the reference goes to the caller.
            unsafe { put(table, opened.into_raw()) };
            Ok(())
        })
    }

    unsafe fn ModifyRecipients(&self, flags: u32, list: *const abi::ADRLIST) -> HRESULT {
        self.run("IMessage::ModifyRecipients", |core| {
            core.check_editable()?;
            // SAFETY: what COM demands of the caller.
            let entries = unsafe { recipients::read(list)? };
            core.modify_recipients(recipients::Operation::of_flags(flags)?, entries)
        })
    }

    unsafe fn SubmitMessage(&self, _flags: u32) -> HRESULT {
        self.run("IMessage::SubmitMessage", |_| {
            submission::submit(&self.core, &self.to_interface())
        })
    }

    unsafe fn SetReadFlag(&self, flags: u32) -> HRESULT {
        self.run("IMessage::SetReadFlag", |core| core.set_read_flag(flags))
    }
}
