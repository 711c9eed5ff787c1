//! What folders do with many messages, or with whole folders: delete and mark. Copying is in [`super::folder_copy`].
//!
//! Work goes in pieces, each one transaction. Progress is reported between them, when no lock is held: what is called may
//! call back in.

use std::collections::HashSet;
use std::ffi::c_void;
use std::sync::Arc;

use mapi_abi as abi;
use windows_core::HRESULT;

use super::folder_copy::count;
use super::read_flags::{ReadChange, read_change};
use super::session::Session;
use crate::com::arguments;
use crate::com::fault::{Fault, Outcome};
use crate::com::progress::Progress;
use crate::store::{
    Batch, DeleteFolder, Folder, FolderKind, ObjectId, ObjectKey, Origin, StoreError, Value,
};

/// How many messages one transaction handles.
const PIECE: usize = 100;

/// Whether an error is one of the store, after which the next message would fail as well.
pub fn is_serious(error: &StoreError) -> bool {
    matches!(
        error,
        StoreError::Busy | StoreError::DiskFull | StoreError::Io(_) | StoreError::Corrupt(_)
    )
}

/// The folder that is worked on.
pub struct Call<'a> {
    /// The session.
    pub session: &'a Arc<Session>,
    /// The folder.
    pub folder: ObjectKey,
}

impl Call<'_> {
    /// The message of this folder that an entry id names; a search folder's are those that it shows.
    pub fn message(&self, entry_id: &[u8]) -> Outcome<ObjectKey> {
        match self.session.parse_entry_id(entry_id)? {
            ObjectId::Message(key) if self.session.store().shows_message(self.folder, key)? => {
                Ok(key)
            }
            ObjectId::Message(_) => Err(Fault::new(abi::MAPI_E_NOT_FOUND)),
            _ => Err(Fault::new(abi::MAPI_E_INVALID_ENTRYID)),
        }
    }

    /// The direct subfolder that an entry id names.
    pub fn subfolder(&self, entry_id: &[u8]) -> Outcome<ObjectKey> {
        if entry_id.is_empty() {
            return Err(Fault::new(abi::MAPI_E_INVALID_PARAMETER));
        }
        match self.session.parse_entry_id(entry_id)? {
            ObjectId::Folder(key)
                if self.session.store().folder(key)?.parent == Some(self.folder) =>
            {
                Ok(key)
            }
            ObjectId::Folder(_) => Err(Fault::new(abi::MAPI_E_NOT_FOUND)),
            _ => Err(Fault::new(abi::MAPI_E_INVALID_ENTRYID)),
        }
    }

    /// # Safety
    /// `progress` is NULL or valid for the call.
    unsafe fn progress(
        &self,
        ui_param: usize,
        progress: *mut c_void,
        dialog: bool,
        total: usize,
    ) -> Progress {
        let support = self.session.support().ok();
        // SAFETY: the caller's promise.
        unsafe { Progress::new(support.as_ref(), progress, ui_param, dialog, total) }
    }

    /// Does something to each of these messages, piece by piece. What fails is skipped and makes the result
    /// `MAPI_W_PARTIAL_COMPLETION`; a user who cancels ends it with `MAPI_E_USER_CANCEL`.
    fn each_message(
        &self,
        entries: &[Vec<u8>],
        progress: &Progress,
        mut work: impl FnMut(&mut Batch<'_>, ObjectKey) -> Result<(), StoreError>,
    ) -> Outcome<HRESULT> {
        let mut complete = true;
        let mut seen = HashSet::new();
        let mut done = 0;
        for piece in entries.chunks(PIECE) {
            self.session.check_alive()?;
            progress.begin(done, done + piece.len());
            // Entry ids are read outside of the transaction: other writers wait for it.
            let keys: Vec<Option<ObjectKey>> = piece
                .iter()
                .map(|entry| match self.session.parse_entry_id(entry) {
                    Ok(ObjectId::Message(key)) => Some(key),
                    _ => None,
                })
                .collect();
            complete &= !keys.contains(&None);
            self.session
                .store()
                .batch(Origin::Local, |batch| -> Outcome {
                    for key in keys.into_iter().flatten().filter(|key| seen.insert(*key)) {
                        let here = batch.shows_message(self.folder, key);
                        match if here.is_ok_and(|here| here) {
                            work(batch, key)
                        } else {
                            Err(StoreError::NotFound)
                        } {
                            Ok(()) => {}
                            // The rest of the piece would fail the same way, and what was done must not last.
                            Err(error) if is_serious(&error) => return Err(error.into()),
                            Err(error) => {
                                tracing::debug!(%error, "a message was left out");
                                complete = false;
                            }
                        }
                    }
                    Ok(())
                })?;
            done += piece.len();
            if !progress.done(done) && done < entries.len() {
                return Err(Fault::new(abi::MAPI_E_USER_CANCEL));
            }
        }
        Ok(if complete {
            abi::S_OK
        } else {
            abi::MAPI_W_PARTIAL_COMPLETION
        })
    }
}

/// \[imapifolder-deletemessages\]
///
/// # Safety
/// As COM demands of the method.
pub unsafe fn delete_messages(
    call: &Call<'_>,
    messages: *const abi::ENTRYLIST,
    ui_param: usize,
    progress: *mut c_void,
    flags: u32,
) -> Outcome<HRESULT> {
    // SAFETY: the caller's promise, here and below.
    unsafe {
        let entries =
            arguments::entry_list(messages)?.ok_or(Fault::new(abi::MAPI_E_INVALID_PARAMETER))?;
        let progress = call.progress(
            ui_param,
            progress,
            flags & abi::MESSAGE_DIALOG != 0,
            entries.len(),
        );
        call.each_message(&entries, &progress, |batch, key| batch.delete_message(key))
    }
}

/// \[imapifolder-setreadflags\]
///
/// # Safety
/// As COM demands of the method.
pub unsafe fn set_read_flags(
    call: &Call<'_>,
    messages: *const abi::ENTRYLIST,
    ui_param: usize,
    progress: *mut c_void,
    flags: u32,
) -> Outcome<HRESULT> {
    let change = read_change(flags)?;
    // SAFETY: the caller's promise, here and below.
    unsafe {
        let entries = match arguments::entry_list(messages)? {
            Some(entries) => entries,
            None => all_messages(call)?,
        };
        let progress = call.progress(
            ui_param,
            progress,
            flags & abi::MESSAGE_DIALOG != 0,
            entries.len(),
        );
        call.each_message(&entries, &progress, |batch, key| mark(batch, key, change))
    }
}

/// The entry ids of the folder's messages.
fn all_messages(call: &Call<'_>) -> Outcome<Vec<Vec<u8>>> {
    let store = call.session.store();
    let keys = store.messages_shown(call.folder)?;
    Ok(keys
        .into_iter()
        .map(|key| store.entry_id(ObjectId::Message(key)).to_vec())
        .collect())
}

fn mark(batch: &mut Batch<'_>, key: ObjectKey, change: ReadChange) -> Result<(), StoreError> {
    if batch.submit_flags(key)?.is_some() {
        return Err(StoreError::Submitted);
    }
    batch.set_message_flags(key, change.set, change.clear)?;
    if change.forget_request {
        let mut message = batch.message(key)?;
        message
            .properties
            .set(abi::PR_READ_RECEIPT_REQUESTED, Value::Boolean(false));
        batch.save(&mut message, crate::store::SaveMode { force: true })?;
    }
    Ok(())
}

/// \[imapifolder-deletefolder\]
///
/// # Safety
/// As COM demands of the method.
pub unsafe fn delete_folder(
    call: &Call<'_>,
    folder: &[u8],
    ui_param: usize,
    progress: *mut c_void,
    flags: u32,
) -> Outcome<HRESULT> {
    let key = call.subfolder(folder)?;
    let options = DeleteFolder {
        messages: flags & abi::DEL_MESSAGES != 0,
        folders: flags & abi::DEL_FOLDERS != 0,
    };
    let store = call.session.store();
    if flags & abi::FOLDER_DIALOG == 0 {
        store.delete_folder(key, options)?;
        return Ok(abi::S_OK);
    }
    let loaded = store.folder(key)?;
    if store.holds_needed_folder(key)? {
        return Err(StoreError::NoAccess.into());
    }
    if loaded.counts.children > 0 && !options.folders {
        return Err(StoreError::HasFolders.into());
    }
    if loaded.counts.content > 0 && !options.messages {
        return Err(StoreError::HasMessages.into());
    }
    // SAFETY: the caller's promise.
    let mut sweep = unsafe {
        Sweep::new(
            call,
            ui_param,
            progress,
            count(call.session, loaded.key, true)?,
        )
    };
    sweep.tree(&loaded)?;
    Ok(sweep.code())
}

/// \[imapifolder-emptyfolder\]
///
/// # Safety
/// As COM demands of the method.
pub unsafe fn empty_folder(
    call: &Call<'_>,
    ui_param: usize,
    progress: *mut c_void,
    flags: u32,
) -> Outcome<HRESULT> {
    let store = call.session.store();
    let associated = flags & abi::DEL_ASSOCIATED != 0;
    if flags & abi::FOLDER_DIALOG == 0 {
        store.empty_folder(call.folder, associated)?;
    } else {
        let loaded = store.folder(call.folder)?;
        if loaded.kind == FolderKind::Search {
            return Err(StoreError::NoAccess.into());
        }
        // SAFETY: the caller's promise.
        let mut sweep = unsafe {
            Sweep::new(
                call,
                ui_param,
                progress,
                count(call.session, loaded.key, true)?,
            )
        };
        sweep.contents(&loaded, associated)?;
        if !sweep.complete {
            return Ok(abi::MAPI_W_PARTIAL_COMPLETION);
        }
    }
    // What waits to be sent has stayed.
    if store.has_outgoing(call.folder)? {
        return Ok(abi::MAPI_W_PARTIAL_COMPLETION);
    }
    Ok(abi::S_OK)
}

/// Deletes what is in folders while somebody watches: piece by piece, from the bottom up.
struct Sweep<'a> {
    call: &'a Call<'a>,
    progress: Progress,
    total: usize,
    done: usize,
    complete: bool,
}

impl<'a> Sweep<'a> {
    /// # Safety
    /// `progress` is NULL or valid as long as this lives.
    unsafe fn new(
        call: &'a Call<'a>,
        ui_param: usize,
        progress: *mut c_void,
        total: usize,
    ) -> Self {
        Self {
            call,
            // SAFETY: the caller's promise.
            progress: unsafe { call.progress(ui_param, progress, true, total) },
            total,
            done: 0,
            complete: true,
        }
    }

    fn code(&self) -> HRESULT {
        if self.complete {
            abi::S_OK
        } else {
            abi::MAPI_W_PARTIAL_COMPLETION
        }
    }

    /// Reports that so many items are done; fails when the user wants no more of it.
    fn step(&mut self, count: usize) -> Outcome {
        self.done += count;
        if !self.progress.done(self.done) && self.done < self.total {
            return Err(Fault::new(abi::MAPI_E_USER_CANCEL));
        }
        Ok(())
    }

    /// Deletes a folder and all in it. What cannot go keeps its folder.
    fn tree(&mut self, folder: &Folder) -> Outcome {
        self.contents(folder, true)?;
        self.call.session.check_alive()?;
        let nothing_else = DeleteFolder::default();
        match self
            .call
            .session
            .store()
            .delete_folder(folder.key, nothing_else)
        {
            Ok(()) | Err(StoreError::NotFound) => {}
            Err(error) if is_serious(&error) => return Err(error.into()),
            Err(_) => self.complete = false,
        }
        self.step(1)
    }

    /// Deletes what is in a folder. Folders that the store needs stay, empty.
    fn contents(&mut self, folder: &Folder, associated: bool) -> Outcome {
        let store = self.call.session.store();
        for child in store.child_folders(folder.key)? {
            if store.holds_needed_folder(child.key)? {
                self.contents(&child, associated)?;
            } else {
                self.tree(&child)?;
            }
        }
        self.messages(&store.messages_in(folder.key, false)?)?;
        if associated {
            self.messages(&store.messages_in(folder.key, true)?)?;
        }
        Ok(())
    }

    fn messages(&mut self, keys: &[ObjectKey]) -> Outcome {
        for piece in keys.chunks(PIECE) {
            self.call.session.check_alive()?;
            self.progress.begin(self.done, self.done + piece.len());
            let mut complete = true;
            let store = self.call.session.store();
            store.batch(Origin::Local, |batch| -> Outcome {
                for &key in piece {
                    match batch.delete_message(key) {
                        Ok(()) | Err(StoreError::NotFound) => {}
                        Err(error) if is_serious(&error) => return Err(error.into()),
                        // It waits to be sent.
                        Err(_) => complete = false,
                    }
                }
                Ok(())
            })?;
            self.complete &= complete;
            self.step(piece.len())?;
        }
        Ok(())
    }
}
