//! Messages and attachments.

use crate::host::*;
use mapi_abi::*;
use std::ops::Deref;
use std::sync::Arc;
use windows_core::{HRESULT, Interface};

/// A message of a store, or one embedded in an attachment.
#[derive(Clone)]
pub struct Message {
    props: PropObject,
    raw: Free<IMessage>,
}

impl Deref for Message {
    type Target = PropObject;

    fn deref(&self) -> &PropObject {
        &self.props
    }
}

impl Message {
    pub(crate) fn new(raw: IMessage, state: &Arc<HostState>) -> Self {
        Self {
            props: PropObject::new(IMAPIProp::clone(&raw), state),
            raw: Free(raw),
        }
    }

    /// The interface pointer.
    pub fn raw_message(&self) -> &IMessage {
        &self.raw.0
    }

    /// The subject.
    pub fn subject(&self) -> Result<String> {
        self.text(PR_SUBJECT)
    }

    /// The plain text of the message, through a stream if it is too long for a property.
    pub fn body(&self) -> Result<String> {
        match self.text(PR_BODY) {
            Err(failure) if failure.code == MAPI_E_NOT_ENOUGH_MEMORY => {
                let bytes = self.read_stream(PR_BODY)?;
                let units: Vec<u16> = bytes
                    .chunks_exact(2)
                    .map(|pair| u16::from_le_bytes([pair[0], pair[1]]))
                    .collect();
                Ok(String::from_utf16_lossy(&units))
            }
            other => other,
        }
    }

    /// The HTML of the message, through a stream if it is too long for a property.
    pub fn html(&self) -> Result<Vec<u8>> {
        match self.binary(PR_HTML) {
            Err(failure) if failure.code == MAPI_E_NOT_ENOUGH_MEMORY => self.read_stream(PR_HTML),
            other => other,
        }
    }

    /// The table of the recipients.
    pub fn recipient_table(&self) -> Result<Table> {
        let mut table = std::ptr::null_mut();
        // SAFETY: `table` is a place for the result.
        let code = unsafe { self.raw.0.GetRecipientTable(MAPI_UNICODE, &mut table) };
        // SAFETY: the method returns a table with a reference for us, or NULL.
        let table =
            unsafe { self.returned::<IMAPITable>("IMessage::GetRecipientTable", code, table) }?;
        Ok(Table::new(table, &self.state))
    }

    /// The recipients with the columns that tests want most.
    pub fn recipients(&self) -> Result<Vec<Row>> {
        self.recipient_table()?.rows(&[
            PR_ROWID,
            PR_RECIPIENT_TYPE,
            PR_DISPLAY_NAME,
            PR_ADDRTYPE,
            PR_EMAIL_ADDRESS,
        ])
    }

    /// Changes the recipients; `flags` is one of the `MODRECIP_` values, or 0 to replace all.
    pub fn modify_recipients(&self, flags: u32, recipients: &[Vec<Prop>]) -> Result<()> {
        let arena = Arena::default();
        let list = arena.recipients(recipients);
        let before = Reader::arguments("IMessage::ModifyRecipients").recipients(list);
        // SAFETY: the list lives until the call returns.
        let code = unsafe { self.raw.0.ModifyRecipients(flags, list) };
        if Reader::arguments("IMessage::ModifyRecipients").recipients(list) != before {
            self.state
                .journal
                .violation("IMessage::ModifyRecipients changed the caller's list".into());
        }
        check("IMessage::ModifyRecipients", code)
    }

    /// Adds a recipient with a name and an internet address.
    pub fn add_recipient(&self, kind: u32, name: &str, address: &str) -> Result<()> {
        self.modify_recipients(MODRECIP_ADD, &[recipient(kind, name, address)])
    }

    /// The table of the attachments.
    pub fn attachment_table(&self) -> Result<Table> {
        let mut table = std::ptr::null_mut();
        // SAFETY: `table` is a place for the result.
        let code = unsafe { self.raw.0.GetAttachmentTable(MAPI_UNICODE, &mut table) };
        // SAFETY: the method returns a table with a reference for us, or NULL.
        let table =
            unsafe { self.returned::<IMAPITable>("IMessage::GetAttachmentTable", code, table) }?;
        Ok(Table::new(table, &self.state))
    }

    /// The attachments with the columns that tests want most.
    pub fn attachments(&self) -> Result<Vec<Row>> {
        self.attachment_table()?.rows(&[
            PR_ATTACH_NUM,
            PR_ATTACH_METHOD,
            PR_ATTACH_LONG_FILENAME,
            PR_ATTACH_MIME_TAG,
            PR_ATTACH_CONTENT_ID,
            PR_DISPLAY_NAME,
        ])
    }

    /// Opens an attachment, for writing if that is possible.
    pub fn open_attachment(&self, number: u32) -> Result<Attachment> {
        let mut attachment = std::ptr::null_mut();
        // SAFETY: `attachment` is a place for the result.
        let code = unsafe {
            self.raw
                .0
                .OpenAttach(number, std::ptr::null(), MAPI_BEST_ACCESS, &mut attachment)
        };
        // SAFETY: the method returns an attachment with a reference for us, or NULL.
        let attachment = unsafe { self.returned("IMessage::OpenAttach", code, attachment) }?;
        Ok(Attachment::new(attachment, &self.state))
    }

    /// Creates an attachment and returns its number too.
    pub fn create_attachment(&self) -> Result<(u32, Attachment)> {
        let (mut number, mut attachment) = (u32::MAX, std::ptr::null_mut());
        // SAFETY: the arguments are places for the results.
        let code = unsafe {
            self.raw
                .0
                .CreateAttach(std::ptr::null(), 0, &mut number, &mut attachment)
        };
        // SAFETY: the method returns an attachment with a reference for us, or NULL.
        let attachment = unsafe { self.returned("IMessage::CreateAttach", code, attachment) }?;
        Ok((number, Attachment::new(attachment, &self.state)))
    }

    /// Creates and saves an attachment that holds a file; the message is not saved.
    pub fn attach(&self, name: &str, bytes: &[u8]) -> Result<u32> {
        let (number, attachment) = self.create_attachment()?;
        attachment.set(&[
            Prop::new(PR_ATTACH_METHOD, ATTACH_BY_VALUE),
            Prop::new(PR_ATTACH_LONG_FILENAME, name),
            Prop::new(PR_RENDERING_POSITION, -1),
        ])?;
        attachment.write_stream(PR_ATTACH_DATA_BIN, bytes)?;
        attachment.save(0)?;
        Ok(number)
    }

    /// Deletes an attachment; the message is not saved.
    pub fn delete_attachment(&self, number: u32) -> Result<()> {
        // SAFETY: without the dialog flag no display is needed.
        let code = unsafe { self.raw.0.DeleteAttach(number, 0, std::ptr::null_mut(), 0) };
        check("IMessage::DeleteAttach", code)
    }

    /// Marks the message as read or unread.
    pub fn set_read_flag(&self, flags: u32) -> Result<()> {
        // SAFETY: the call has no pointers.
        check("IMessage::SetReadFlag", unsafe {
            self.raw.0.SetReadFlag(flags)
        })
    }

    /// Submits the message for sending.
    pub fn submit(&self, flags: u32) -> Result<HRESULT> {
        // SAFETY: the call has no pointers.
        check_code("IMessage::SubmitMessage", unsafe {
            self.raw.0.SubmitMessage(flags)
        })
    }
}

/// The properties of a recipient with a name and an internet address.
pub fn recipient(kind: u32, name: &str, address: &str) -> Vec<Prop> {
    vec![
        Prop::new(PR_RECIPIENT_TYPE, kind),
        Prop::new(PR_DISPLAY_NAME, name),
        Prop::new(PR_ADDRTYPE, "SMTP"),
        Prop::new(PR_EMAIL_ADDRESS, address),
        Prop::new(PR_OBJECT_TYPE, MAPI_MAILUSER),
        Prop::new(PR_DISPLAY_TYPE, DT_MAILUSER),
    ]
}

/// An attachment of a message.
#[derive(Clone)]
pub struct Attachment {
    props: PropObject,
    raw: Free<IAttach>,
}

impl Deref for Attachment {
    type Target = PropObject;

    fn deref(&self) -> &PropObject {
        &self.props
    }
}

impl Attachment {
    fn new(raw: IAttach, state: &Arc<HostState>) -> Self {
        Self {
            props: PropObject::new(IMAPIProp::clone(&raw), state),
            raw: Free(raw),
        }
    }

    /// The interface pointer.
    pub fn raw_attachment(&self) -> &IAttach {
        &self.raw.0
    }

    /// The bytes of the attached file, through a stream.
    pub fn bytes(&self) -> Result<Vec<u8>> {
        self.read_stream(PR_ATTACH_DATA_BIN)
    }

    /// Opens the embedded message; with [`MAPI_CREATE`] and [`MAPI_MODIFY`] a new one.
    pub fn embedded(&self, flags: u32) -> Result<Message> {
        let object = self.open(PR_ATTACH_DATA_OBJ, Some(IMessage::IID), 0, flags)?;
        // SAFETY: the object was opened with this interface.
        Ok(Message::new(unsafe { cast(object) }, &self.state))
    }
}
