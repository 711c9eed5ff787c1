//! A stand-in for the spooler: opens the store as MAPI's spooler does, sends what waits in its outgoing queue, and brings
//! new mail.

use crate::host::*;
use mapi_abi::*;
use std::sync::Arc;
use windows_core::{HRESULT, Interface};

/// Someone who sends messages, or has a reason not to. It gets each message while the spooler has it locked.
pub type Transport<'a> = dyn FnMut(&Message) -> Result<()> + 'a;

/// What went out through [`Spooler::send`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SentMail {
    /// The message in the outgoing queue.
    pub entry_id: Vec<u8>,
    /// Its subject.
    pub subject: String,
    /// The addresses of its recipients.
    pub addresses: Vec<String>,
}

/// The spooler with a store that it has opened for itself.
pub struct Spooler {
    session: Session,
    state: Arc<HostState>,
}

impl Spooler {
    pub(crate) fn new(session: Session, state: &Arc<HostState>) -> Self {
        Self {
            session,
            state: state.clone(),
        }
    }

    /// The spooler's own session.
    pub fn session(&self) -> &Session {
        &self.session
    }

    /// The spooler's own store object.
    pub fn store(&self) -> &Store {
        self.session.store()
    }

    /// The rows of the outgoing queue as the store orders them, with the columns that the spooler needs.
    pub fn queue(&self) -> Result<Vec<Row>> {
        self.store().outgoing_queue()?.rows(&[
            PR_ENTRYID,
            PR_SUBMIT_FLAGS,
            PR_CLIENT_SUBMIT_TIME,
            PR_SUBJECT,
            PR_MESSAGE_FLAGS,
        ])
    }

    /// Opens a message of the queue for writing, which only the spooler can.
    pub fn open(&self, entry_id: &[u8]) -> Result<Message> {
        let object = self
            .store()
            .open_entry(entry_id, Some(IMessage::IID), MAPI_MODIFY)?
            .0;
        // SAFETY: the object was opened with this interface.
        Ok(Message::new(unsafe { cast(object) }, &self.state))
    }

    /// Locks a message, or takes the lock off, with `MSG_LOCKED` or `MSG_UNLOCKED`.
    pub fn set_lock_state(&self, message: &Message, state: u32) -> Result<()> {
        // SAFETY: the message lives until the call returns.
        check("IMsgStore::SetLockState", unsafe {
            self.store()
                .raw_store()
                .SetLockState(message.raw_message().as_raw(), state)
        })
    }

    /// Says that a message has been sent.
    pub fn finished(&self, entry_id: &[u8]) -> Result<()> {
        let arena = Arena::default();
        let id = arena.copy(entry_id);
        // SAFETY: the entry id lives until the call returns.
        check("IMsgStore::FinishedMsg", unsafe {
            self.store()
                .raw_store()
                .FinishedMsg(0, entry_id.len() as u32, id.cast())
        })
    }

    /// Sends what waits in the queue, oldest first, in the steps of MAPI's spooler [sending-messages-mapi-spooler-tasks]:
    /// lock, preprocess if the message asks for it, hand over to the transport, mark the recipients as taken care of,
    /// finish. What the transport refuses is unlocked and stays.
    pub fn send(&self, transport: &mut Transport<'_>) -> Result<Vec<SentMail>> {
        let mut sent = Vec::new();
        for row in self.queue()? {
            let Some(entry_id) = row.binary(PR_ENTRYID) else {
                return Err(Failure {
                    call: "IMsgStore::GetOutgoingQueue",
                    code: MAPI_E_NOT_FOUND,
                });
            };
            let flags = row.bits(PR_SUBMIT_FLAGS).unwrap_or_default();
            if flags & SUBMITFLAG_LOCKED != 0 {
                continue;
            }
            let message = self.open(entry_id)?;
            self.set_lock_state(&message, MSG_LOCKED)?;
            if flags & SUBMITFLAG_PREPROCESS != 0 {
                // No preprocessor is registered, so there is nothing to do but say that it is done.
                let _ = message.submit(0)?;
            }
            if transport(&message).is_err() {
                self.set_lock_state(&message, MSG_UNLOCKED)?;
                continue;
            }
            let rows = message
                .recipient_table()?
                .rows(&[PR_ROWID, PR_EMAIL_ADDRESS])?;
            let taken: Vec<Vec<Prop>> = message
                .recipient_table()?
                .all_rows()?
                .iter()
                .map(|row| {
                    let own = row.iter().filter(|prop| {
                        prop.error().is_none()
                            && prop.tag != PR_INSTANCE_KEY
                            && prop.tag != PR_RESPONSIBILITY
                    });
                    own.cloned()
                        .chain([Prop::new(PR_RESPONSIBILITY, true)])
                        .collect()
                })
                .collect();
            message.modify_recipients(MODRECIP_MODIFY, &taken)?;
            message.save(KEEP_OPEN_READWRITE)?;
            sent.push(SentMail {
                entry_id: entry_id.to_vec(),
                subject: message.subject().unwrap_or_default(),
                addresses: rows
                    .iter()
                    .filter_map(|row| row.text(PR_EMAIL_ADDRESS))
                    .map(str::to_string)
                    .collect(),
            });
            // FinishedMsg wants to be alone with the message.
            drop(message);
            self.finished(entry_id)?;
        }
        Ok(sent)
    }

    /// Puts a message into the folder that receives its class, as a transport's mail is, and announces it. Returns its
    /// entry id.
    pub fn deliver(&self, props: &[Prop]) -> Result<Vec<u8>> {
        let folder = self.session.inbox()?;
        let message = folder.create_message()?;
        message.set(props)?;
        message.set(&[Prop::new(PR_MESSAGE_FLAGS, 0)])?;
        message.save(KEEP_OPEN_READWRITE)?;
        let entry_id = message.entry_id()?;
        let class = message
            .text(PR_MESSAGE_CLASS)
            .unwrap_or_else(|_| "IPM.Note".into());
        let flags = message.bits(PR_MESSAGE_FLAGS)?;
        let code = notify_new_mail(self.store(), &entry_id, &folder.entry_id()?, &class, flags);
        check("IMsgStore::NotifyNewMail", code)?;
        Ok(entry_id)
    }

    /// Ends the spooler's session.
    pub fn logoff(self) -> Result<()> {
        self.session.logoff()
    }
}

/// Has a store tell its clients of new mail [imsgstore-notifynewmail].
pub fn notify_new_mail(
    store: &Store,
    entry_id: &[u8],
    folder: &[u8],
    class: &str,
    message_flags: u32,
) -> HRESULT {
    let arena = Arena::default();
    let (entry_id_bytes, folder_bytes) = (arena.copy(entry_id), arena.copy(folder));
    let class = arena.text(class, MAPI_UNICODE);
    // SAFETY: every member may be zero.
    let mut notification: NOTIFICATION = unsafe { std::mem::zeroed() };
    notification.ulEventType = fnevNewMail;
    notification.info.newmail = NEWMAIL_NOTIFICATION {
        cbEntryID: entry_id.len() as u32,
        lpEntryID: entry_id_bytes.cast(),
        cbParentID: folder.len() as u32,
        lpParentID: folder_bytes.cast(),
        ulFlags: MAPI_UNICODE,
        lpszMessageClass: class.cast_mut().cast(),
        ulMessageFlags: message_flags,
    };
    // SAFETY: the event and what it points to live until the call returns.
    unsafe { store.raw_store().NotifyNewMail(&notification) }
}
