//! The store object.

use crate::host::*;
use mapi_abi::*;
use std::ops::Deref;
use std::sync::Arc;
use windows_core::{GUID, HRESULT, IUnknown, Interface};

/// An open store, as a client holds it.
#[derive(Clone)]
pub struct Store {
    props: PropObject,
    raw: Free<IMsgStore>,
}

/// The folder that receives messages of a class.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReceiveFolder {
    /// The folder.
    pub entry_id: Vec<u8>,
    /// The class that is registered for it.
    pub explicit_class: String,
}

impl Deref for Store {
    type Target = PropObject;

    fn deref(&self) -> &PropObject {
        &self.props
    }
}

impl Store {
    pub(crate) fn new(raw: IMsgStore, state: &Arc<HostState>) -> Self {
        Self {
            props: PropObject::new(IMAPIProp::clone(&raw), state),
            raw: Free(raw),
        }
    }

    /// The interface pointer.
    pub fn raw_store(&self) -> &IMsgStore {
        &self.raw.0
    }

    /// The root folder, for writing if that is possible.
    pub fn root(&self) -> Result<Folder> {
        let object = self.open_entry(&[], None, MAPI_BEST_ACCESS)?.0;
        let folder = query::<IMAPIFolder>(&object).map_err(|code| Failure {
            call: "IUnknown::QueryInterface",
            code,
        })?;
        Ok(Folder::new(folder, &self.state))
    }

    /// Opens a folder, for writing if that is possible.
    pub fn open_folder(&self, entry_id: &[u8]) -> Result<Folder> {
        let object = self
            .open_entry(entry_id, Some(IMAPIFolder::IID), MAPI_BEST_ACCESS)?
            .0;
        // SAFETY: the object was opened with this interface.
        Ok(Folder::new(unsafe { cast(object) }, &self.state))
    }

    /// Opens a message, for writing if that is possible.
    pub fn open_message(&self, entry_id: &[u8]) -> Result<Message> {
        let object = self
            .open_entry(entry_id, Some(IMessage::IID), MAPI_BEST_ACCESS)?
            .0;
        // SAFETY: the object was opened with this interface.
        Ok(Message::new(unsafe { cast(object) }, &self.state))
    }

    /// Opens an object; returns its type too. An empty entry id opens the root folder.
    pub fn open_entry(
        &self,
        entry_id: &[u8],
        iid: Option<GUID>,
        flags: u32,
    ) -> Result<(IUnknown, u32)> {
        let arena = Arena::default();
        let id = if entry_id.is_empty() {
            std::ptr::null_mut()
        } else {
            arena.copy(entry_id)
        };
        let iid = iid.as_ref().map_or(std::ptr::null(), std::ptr::from_ref);
        let (mut kind, mut object) = (u32::MAX, std::ptr::null_mut());
        let size = entry_id.len() as u32;
        // SAFETY: entry id and interface live until the call returns; the rest are places for the results.
        let code = unsafe {
            self.raw
                .0
                .OpenEntry(size, id.cast(), iid, flags, &mut kind, &mut object)
        };
        // SAFETY: the method returns an object with a reference for us, or NULL.
        let object = unsafe { self.returned("IMsgStore::OpenEntry", code, object) }?;
        Ok((object, kind))
    }

    /// Tells whether two entry ids name the same object.
    pub fn compare(&self, one: &[u8], two: &[u8]) -> Result<bool> {
        let arena = Arena::default();
        let mut result = u32::MAX;
        let (one_size, one) = (one.len() as u32, arena.copy(one).cast());
        let (two_size, two) = (two.len() as u32, arena.copy(two).cast());
        // SAFETY: the entry ids live until the call returns; `result` is a place for the result.
        let code = unsafe {
            self.raw
                .0
                .CompareEntryIDs(one_size, one, two_size, two, 0, &mut result)
        };
        check("IMsgStore::CompareEntryIDs", code)?;
        Ok(result != 0)
    }

    /// Registers a sink for events of an object, or of the whole store without one.
    pub fn advise(&self, entry_id: Option<&[u8]>, mask: u32, recorder: &Recorder) -> Result<usize> {
        let arena = Arena::default();
        let sink = recorder.sink();
        let id = entry_id.map_or(std::ptr::null_mut(), |id| arena.copy(id));
        let size = entry_id.map_or(0, <[u8]>::len) as u32;
        let mut connection = usize::MAX;
        // SAFETY: entry id and sink live until the call returns; `connection` is a place for the result.
        let code = unsafe {
            self.raw
                .0
                .Advise(size, id.cast(), mask, sink.as_raw(), &mut connection)
        };
        check("IMsgStore::Advise", code)?;
        Ok(connection)
    }

    /// Ends a registration.
    pub fn unadvise(&self, connection: usize) -> Result<()> {
        // SAFETY: the call has no pointers.
        check("IMsgStore::Unadvise", unsafe {
            self.raw.0.Unadvise(connection)
        })
    }

    /// The folder that receives a message class.
    pub fn receive_folder(&self, class: &str) -> Result<ReceiveFolder> {
        self.receive_folder_with(Some(class), MAPI_UNICODE)
    }

    /// The folder that receives a message class, or NULL; strings have the width that the flags say.
    pub fn receive_folder_with(&self, class: Option<&str>, flags: u32) -> Result<ReceiveFolder> {
        let call = "IMsgStore::GetReceiveFolder";
        let arena = Arena::default();
        let class = class.map_or(std::ptr::null(), |class| arena.text(class, flags));
        let (mut size, mut id, mut explicit) = (0, std::ptr::null_mut(), std::ptr::null_mut());
        // SAFETY: the class lives until the call returns; the rest are places for the results.
        let code = unsafe {
            self.raw
                .0
                .GetReceiveFolder(class, flags, &mut size, &mut id, &mut explicit)
        };
        check(call, code)?;
        let memory = &self.state.memory;
        let reader = Reader::adopt(memory, call, explicit);
        Ok(ReceiveFolder {
            entry_id: take_bytes(memory, call, id.cast_const().cast(), size),
            explicit_class: reader
                .and_then(|reader| reader.text(explicit, flags))
                .unwrap_or_default(),
        })
    }

    /// Chooses the folder that receives a message class; no folder removes the choice.
    pub fn set_receive_folder(&self, class: Option<&str>, entry_id: Option<&[u8]>) -> Result<()> {
        let arena = Arena::default();
        let class = class.map_or(std::ptr::null(), |class| arena.text(class, MAPI_UNICODE));
        let id = entry_id.map_or(std::ptr::null_mut(), |id| arena.copy(id));
        let size = entry_id.map_or(0, <[u8]>::len) as u32;
        // SAFETY: class and entry id live until the call returns.
        let code = unsafe {
            self.raw
                .0
                .SetReceiveFolder(class, MAPI_UNICODE, size, id.cast())
        };
        check("IMsgStore::SetReceiveFolder", code)
    }

    /// The table of receive folders.
    pub fn receive_folder_table(&self) -> Result<Table> {
        let mut table = std::ptr::null_mut();
        // SAFETY: `table` is a place for the result.
        let code = unsafe { self.raw.0.GetReceiveFolderTable(MAPI_UNICODE, &mut table) };
        // SAFETY: the method returns a table with a reference for us, or NULL.
        let table = unsafe {
            self.returned::<IMAPITable>("IMsgStore::GetReceiveFolderTable", code, table)
        }?;
        Ok(Table::new(table, &self.state))
    }

    /// The table of outgoing messages.
    pub fn outgoing_queue(&self) -> Result<Table> {
        let mut table = std::ptr::null_mut();
        // SAFETY: `table` is a place for the result.
        let code = unsafe { self.raw.0.GetOutgoingQueue(0, &mut table) };
        // SAFETY: the method returns a table with a reference for us, or NULL.
        let table =
            unsafe { self.returned::<IMAPITable>("IMsgStore::GetOutgoingQueue", code, table) }?;
        Ok(Table::new(table, &self.state))
    }

    /// Says that the client is about to release the store; returns the flags that came back.
    pub fn log_off(&self, flags: u32) -> Result<u32> {
        let mut flags = flags;
        // SAFETY: `flags` holds the value and is the place for the result.
        check("IMsgStore::StoreLogoff", unsafe {
            self.raw.0.StoreLogoff(&mut flags)
        })?;
        Ok(flags)
    }

    /// Takes a message back from the outgoing queue.
    pub fn abort_submit(&self, entry_id: &[u8]) -> Result<()> {
        let arena = Arena::default();
        let (size, id) = (entry_id.len() as u32, arena.copy(entry_id).cast());
        // SAFETY: the entry id lives until the call returns.
        check("IMsgStore::AbortSubmit", unsafe {
            self.raw.0.AbortSubmit(size, id, 0)
        })
    }

    /// Asks for `IMAPISync`.
    pub fn sync(&self) -> std::result::Result<IMAPISync, HRESULT> {
        self.query()
    }
}
