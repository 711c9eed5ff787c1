//! Folders.

use crate::host::*;
use mapi_abi::*;
use std::ops::Deref;
use std::sync::Arc;
use windows_core::{GUID, HRESULT, IUnknown, Interface};

/// A folder of a store.
#[derive(Clone)]
pub struct Folder {
    props: PropObject,
    raw: Free<IMAPIFolder>,
}

impl Deref for Folder {
    type Target = PropObject;

    fn deref(&self) -> &PropObject {
        &self.props
    }
}

/// What a search folder searches for.
#[derive(Clone, Debug, PartialEq)]
pub struct SearchCriteria {
    /// What messages must meet; `None` if the provider returned nothing, or something that cannot be read.
    pub restriction: Option<Restriction>,
    /// The entry ids of the folders that are searched.
    pub folders: Vec<Vec<u8>>,
    /// `SEARCH_` values.
    pub state: u32,
}

impl Folder {
    pub(crate) fn new(raw: IMAPIFolder, state: &Arc<HostState>) -> Self {
        Self {
            props: PropObject::new(IMAPIProp::clone(&raw), state),
            raw: Free(raw),
        }
    }

    /// The interface pointer.
    pub fn raw_folder(&self) -> &IMAPIFolder {
        &self.raw.0
    }

    /// The name.
    pub fn name(&self) -> Result<String> {
        self.text(PR_DISPLAY_NAME)
    }

    /// The table of the messages.
    pub fn contents(&self) -> Result<Table> {
        self.contents_with(MAPI_UNICODE)
    }

    /// The table of the associated messages, which hold views and settings.
    pub fn associated(&self) -> Result<Table> {
        self.contents_with(MAPI_UNICODE | MAPI_ASSOCIATED)
    }

    /// The table of the messages, with flags of the caller's.
    pub fn contents_with(&self, flags: u32) -> Result<Table> {
        let mut table = std::ptr::null_mut();
        // SAFETY: `table` is a place for the result.
        let code = unsafe { self.raw.0.GetContentsTable(flags, &mut table) };
        // SAFETY: the method returns a table with a reference for us, or NULL.
        let table =
            unsafe { self.returned::<IMAPITable>("IMAPIFolder::GetContentsTable", code, table) }?;
        Ok(Table::new(table, &self.state))
    }

    /// The table of the subfolders.
    pub fn hierarchy(&self) -> Result<Table> {
        self.hierarchy_with(MAPI_UNICODE)
    }

    /// The table of all folders below this one.
    pub fn deep_hierarchy(&self) -> Result<Table> {
        self.hierarchy_with(MAPI_UNICODE | CONVENIENT_DEPTH)
    }

    /// The table of the subfolders, with flags of the caller's.
    pub fn hierarchy_with(&self, flags: u32) -> Result<Table> {
        let mut table = std::ptr::null_mut();
        // SAFETY: `table` is a place for the result.
        let code = unsafe { self.raw.0.GetHierarchyTable(flags, &mut table) };
        // SAFETY: the method returns a table with a reference for us, or NULL.
        let table =
            unsafe { self.returned::<IMAPITable>("IMAPIFolder::GetHierarchyTable", code, table) }?;
        Ok(Table::new(table, &self.state))
    }

    /// The subfolder with a name, if there is one; opened for writing if that is possible.
    pub fn child(&self, name: &str) -> Result<Option<Folder>> {
        let rows = self.hierarchy()?.rows(&[PR_DISPLAY_NAME, PR_ENTRYID])?;
        let row = rows
            .iter()
            .find(|row| row.text(PR_DISPLAY_NAME) == Some(name));
        match row.and_then(|row| row.binary(PR_ENTRYID)) {
            Some(id) => self.open_folder(id).map(Some),
            None => Ok(None),
        }
    }

    /// The names of the subfolders, as the hierarchy table has them.
    pub fn child_names(&self) -> Result<Vec<String>> {
        let rows = self.hierarchy()?.rows(&[PR_DISPLAY_NAME])?;
        Ok(rows
            .iter()
            .filter_map(|row| row.text(PR_DISPLAY_NAME))
            .map(String::from)
            .collect())
    }

    /// Opens a folder of the store, for writing if that is possible.
    pub fn open_folder(&self, entry_id: &[u8]) -> Result<Folder> {
        let object = self
            .open_entry(entry_id, Some(IMAPIFolder::IID), MAPI_BEST_ACCESS)?
            .0;
        // SAFETY: the object was opened with this interface.
        Ok(Folder::new(unsafe { cast(object) }, &self.state))
    }

    /// Opens a message of the store, for writing if that is possible.
    pub fn open_message(&self, entry_id: &[u8]) -> Result<Message> {
        let object = self
            .open_entry(entry_id, Some(IMessage::IID), MAPI_BEST_ACCESS)?
            .0;
        // SAFETY: the object was opened with this interface.
        Ok(Message::new(unsafe { cast(object) }, &self.state))
    }

    /// Opens an object through this folder; returns its type too.
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
        let object = unsafe { self.returned("IMAPIFolder::OpenEntry", code, object) }?;
        Ok((object, kind))
    }

    /// Creates a message, which exists once it is saved.
    pub fn create_message(&self) -> Result<Message> {
        self.create_message_with(0)
    }

    /// Creates a message, with flags of the caller's.
    pub fn create_message_with(&self, flags: u32) -> Result<Message> {
        let mut message = std::ptr::null_mut();
        // SAFETY: `message` is a place for the result.
        let code = unsafe {
            self.raw
                .0
                .CreateMessage(std::ptr::null(), flags, &mut message)
        };
        // SAFETY: the method returns a message with a reference for us, or NULL.
        let message = unsafe { self.returned("IMAPIFolder::CreateMessage", code, message) }?;
        Ok(Message::new(message, &self.state))
    }

    /// Creates and saves a message with a few properties; it stays open for writing.
    pub fn add_message(&self, props: &[Prop]) -> Result<Message> {
        let message = self.create_message()?;
        if !props.is_empty() {
            message.set(props)?;
        }
        message.save(KEEP_OPEN_READWRITE)?;
        Ok(message)
    }

    /// Creates a subfolder; a clash of names is an error.
    pub fn create_folder(&self, name: &str) -> Result<Folder> {
        self.create_folder_with(FOLDER_GENERIC, name, None, MAPI_UNICODE)
    }

    /// Creates a subfolder; type, comment and flags are the caller's. Names have the width that the flags say.
    pub fn create_folder_with(
        &self,
        kind: u32,
        name: &str,
        comment: Option<&str>,
        flags: u32,
    ) -> Result<Folder> {
        let arena = Arena::default();
        let name = arena.text(name, flags);
        let comment = comment.map_or(std::ptr::null(), |comment| arena.text(comment, flags));
        let mut folder = std::ptr::null_mut();
        // SAFETY: the texts live until the call returns; `folder` is a place for the result.
        let code = unsafe {
            self.raw
                .0
                .CreateFolder(kind, name, comment, std::ptr::null(), flags, &mut folder)
        };
        // SAFETY: the method returns a folder with a reference for us, or NULL.
        let folder = unsafe { self.returned("IMAPIFolder::CreateFolder", code, folder) }?;
        Ok(Folder::new(folder, &self.state))
    }

    /// Deletes a subfolder; `flags` is made of [`DEL_MESSAGES`] and [`DEL_FOLDERS`].
    pub fn delete_folder(&self, entry_id: &[u8], flags: u32) -> Result<HRESULT> {
        self.delete_folder_with(entry_id, flags, None)
    }

    /// Deletes a subfolder and shows the progress.
    pub fn delete_folder_with(
        &self,
        entry_id: &[u8],
        flags: u32,
        progress: Option<&ProgressRecorder>,
    ) -> Result<HRESULT> {
        let arena = Arena::default();
        let progress = progress.map(ProgressRecorder::object);
        let display = progress
            .as_ref()
            .map_or(std::ptr::null_mut(), Interface::as_raw);
        let (size, id) = (entry_id.len() as u32, arena.copy(entry_id).cast());
        // SAFETY: all arguments live until the call returns.
        let code = unsafe { self.raw.0.DeleteFolder(size, id, 0, display, flags) };
        check_code("IMAPIFolder::DeleteFolder", code)
    }

    /// Copies a subfolder, or moves it with [`FOLDER_MOVE`]; no new name keeps the old one.
    pub fn copy_folder(
        &self,
        entry_id: &[u8],
        to: &Folder,
        new_name: Option<&str>,
        flags: u32,
    ) -> Result<HRESULT> {
        self.copy_folder_with(entry_id, to, new_name, flags, None)
    }

    /// Copies or moves a subfolder and shows the progress.
    pub fn copy_folder_with(
        &self,
        entry_id: &[u8],
        to: &Folder,
        new_name: Option<&str>,
        flags: u32,
        progress: Option<&ProgressRecorder>,
    ) -> Result<HRESULT> {
        let arena = Arena::default();
        let progress = progress.map(ProgressRecorder::object);
        let display = progress
            .as_ref()
            .map_or(std::ptr::null_mut(), Interface::as_raw);
        let (size, id) = (entry_id.len() as u32, arena.copy(entry_id).cast());
        let flags = flags | MAPI_UNICODE;
        let name = new_name.map_or(std::ptr::null(), |name| arena.text(name, flags));
        // SAFETY: all arguments live until the call returns.
        let code = unsafe {
            let iid = &IMAPIFolder::IID;
            self.raw
                .0
                .CopyFolder(size, id, iid, to.raw.0.as_raw(), name, 0, display, flags)
        };
        check_code("IMAPIFolder::CopyFolder", code)
    }

    /// Copies messages, or moves them with [`MESSAGE_MOVE`]. The code may be a warning.
    pub fn copy_messages(&self, ids: &[&[u8]], to: &Folder, flags: u32) -> Result<HRESULT> {
        self.copy_messages_with(ids, to, flags, None)
    }

    /// Copies messages and shows the progress.
    pub fn copy_messages_with(
        &self,
        ids: &[&[u8]],
        to: &Folder,
        flags: u32,
        progress: Option<&ProgressRecorder>,
    ) -> Result<HRESULT> {
        let arena = Arena::default();
        let progress = progress.map(ProgressRecorder::object);
        let display = progress
            .as_ref()
            .map_or(std::ptr::null_mut(), Interface::as_raw);
        // SAFETY: all arguments live until the call returns.
        let code = unsafe {
            let iid = &IMAPIFolder::IID;
            self.raw.0.CopyMessages(
                arena.entry_list(ids),
                iid,
                to.raw.0.as_raw(),
                0,
                display,
                flags,
            )
        };
        check_code("IMAPIFolder::CopyMessages", code)
    }

    /// Deletes messages. The code may be a warning.
    pub fn delete_messages(&self, ids: &[&[u8]], flags: u32) -> Result<HRESULT> {
        self.delete_messages_with(ids, flags, None)
    }

    /// Deletes messages and shows the progress.
    pub fn delete_messages_with(
        &self,
        ids: &[&[u8]],
        flags: u32,
        progress: Option<&ProgressRecorder>,
    ) -> Result<HRESULT> {
        let arena = Arena::default();
        let progress = progress.map(ProgressRecorder::object);
        let display = progress
            .as_ref()
            .map_or(std::ptr::null_mut(), Interface::as_raw);
        // SAFETY: all arguments live until the call returns.
        let code = unsafe {
            self.raw
                .0
                .DeleteMessages(arena.entry_list(ids), 0, display, flags)
        };
        check_code("IMAPIFolder::DeleteMessages", code)
    }

    /// Marks messages, or all of them, as read or unread. The code may be a warning.
    pub fn set_read_flags(&self, ids: Option<&[&[u8]]>, flags: u32) -> Result<HRESULT> {
        let arena = Arena::default();
        let list = ids.map_or(std::ptr::null_mut(), |ids| arena.entry_list(ids));
        // SAFETY: the list lives until the call returns; without the dialog flag no display is needed.
        let code = unsafe {
            self.raw
                .0
                .SetReadFlags(list, 0, std::ptr::null_mut(), flags)
        };
        check_code("IMAPIFolder::SetReadFlags", code)
    }

    /// The status of a message.
    pub fn message_status(&self, entry_id: &[u8]) -> Result<u32> {
        let arena = Arena::default();
        let mut status = u32::MAX;
        let (size, id) = (entry_id.len() as u32, arena.copy(entry_id).cast());
        // SAFETY: the entry id lives until the call returns; `status` is a place for the result.
        let code = unsafe { self.raw.0.GetMessageStatus(size, id, 0, &mut status) };
        check("IMAPIFolder::GetMessageStatus", code)?;
        Ok(status)
    }

    /// Changes the status of a message under a mask and returns the old one.
    pub fn set_message_status(&self, entry_id: &[u8], status: u32, mask: u32) -> Result<u32> {
        let arena = Arena::default();
        let mut old = u32::MAX;
        let (size, id) = (entry_id.len() as u32, arena.copy(entry_id).cast());
        // SAFETY: the entry id lives until the call returns; `old` is a place for the result.
        let code = unsafe {
            self.raw
                .0
                .SetMessageStatus(size, id, status, mask, &mut old)
        };
        check("IMAPIFolder::SetMessageStatus", code)?;
        Ok(old)
    }

    /// Deletes everything in the folder; `flags` may have [`DEL_ASSOCIATED`]. The code may be a warning.
    pub fn empty(&self, flags: u32) -> Result<HRESULT> {
        self.empty_with(flags, None)
    }

    /// Deletes everything in the folder and shows the progress.
    pub fn empty_with(&self, flags: u32, progress: Option<&ProgressRecorder>) -> Result<HRESULT> {
        let progress = progress.map(ProgressRecorder::object);
        let display = progress
            .as_ref()
            .map_or(std::ptr::null_mut(), Interface::as_raw);
        // SAFETY: the display lives until the call returns.
        let code = unsafe { self.raw.0.EmptyFolder(0, display, flags) };
        check_code("IMAPIFolder::EmptyFolder", code)
    }

    /// Makes a sort order the default of the contents table.
    pub fn save_contents_sort(&self, order: &SortOrder) -> HRESULT {
        let arena = Arena::default();
        // SAFETY: the order lives until the call returns.
        unsafe { self.raw.0.SaveContentsSort(arena.sort_order(order), 0) }
    }

    /// Sets the search of a search folder.
    pub fn set_search_criteria(
        &self,
        restriction: Option<&Restriction>,
        folders: Option<&[&[u8]]>,
        flags: u32,
    ) -> HRESULT {
        let arena = Arena::default();
        let restriction = restriction.map_or(std::ptr::null_mut(), |restriction| {
            restriction.write(&arena)
        });
        let folders = folders.map_or(std::ptr::null_mut(), |folders| arena.entry_list(folders));
        // SAFETY: all arguments live until the call returns.
        unsafe { self.raw.0.SetSearchCriteria(restriction, folders, flags) }
    }

    /// The criteria of a search folder's search; `flags` may have [`MAPI_UNICODE`].
    pub fn search_criteria(&self, flags: u32) -> Result<SearchCriteria> {
        const CALL: &str = "IMAPIFolder::GetSearchCriteria";
        let mut state = u32::MAX;
        let mut restriction = std::ptr::null_mut();
        let mut folders = std::ptr::null_mut();
        // SAFETY: all three are places for the results.
        let code = unsafe {
            self.raw
                .0
                .GetSearchCriteria(flags, &mut restriction, &mut folders, &mut state)
        };
        let conditions = Reader::adopt(&self.state.memory, CALL, restriction.cast());
        let list = Reader::adopt(&self.state.memory, CALL, folders.cast());
        check(CALL, code)?;
        Ok(SearchCriteria {
            restriction: conditions.and_then(|reader| Restriction::read(&reader, restriction)),
            folders: list
                .map(|reader| reader.entry_list(folders))
                .unwrap_or_default(),
            state,
        })
    }

    /// The state of a search folder's search.
    pub fn search_state(&self) -> Result<u32> {
        let mut state = u32::MAX;
        let (none, nothing) = (std::ptr::null_mut(), std::ptr::null_mut());
        // SAFETY: `state` is a place for the result; a client may leave the others out.
        let code = unsafe {
            self.raw
                .0
                .GetSearchCriteria(MAPI_UNICODE, none, nothing, &mut state)
        };
        check("IMAPIFolder::GetSearchCriteria", code)?;
        Ok(state)
    }
}
