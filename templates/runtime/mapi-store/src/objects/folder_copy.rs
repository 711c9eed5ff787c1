//! Copying and moving messages and folders: between folders of ours as the stores do it, to anything else as MAPI does it
//! \[copying-or-moving-a-message-or-a-folder\].
//!
//! Inside a store a move keeps the identity of what is moved. Between two stores of ours nothing is taken from the source
//! before the destination has it on disk, and nothing that somebody changed meanwhile. Work goes in pieces, each one
//! transaction, and progress is reported between them.

use std::collections::HashSet;
use std::ffi::c_void;
use std::sync::Arc;

use mapi_abi::{self as abi, IMAPIContainer, IMAPIFolder, IMAPITable, IMessage};
use windows_core::{GUID, HRESULT, Interface};

use super::copying::{bring_over, merge, problems};
use super::folder::OpenFolder;
use super::folder_work::{Call, is_serious};
use super::own;
use super::property_object::{Copied, CopyRequest, Problems};
use super::session::Session;
use crate::com::fault::{Fault, Outcome};
use crate::com::progress::Progress;
use crate::com::strings::{self, Width};
use crate::com::support::Source;
use crate::com::{arguments, client};
use crate::definition::FolderRole;
use crate::store::{
    DeleteFolder, Folder, FolderKind, Import, Imported, ObjectId, ObjectKey, Origin, PropTag,
    PropertyBag, StoreError, Value,
};

/// How many messages one transaction copies while somebody watches, and while nobody does.
const PIECES: [usize; 2] = [100, 1000];

const CONTENTS: u16 = PropTag(abi::PR_CONTAINER_CONTENTS).id();
const HIERARCHY: u16 = PropTag(abi::PR_CONTAINER_HIERARCHY).id();
const ASSOCIATED: u16 = PropTag(abi::PR_FOLDER_ASSOCIATED_CONTENTS).id();
const NAME: u16 = PropTag(abi::PR_DISPLAY_NAME).id();

/// The arguments that say where to and how.
pub struct Target {
    /// The identifier of the destination's interface, NULL for a folder's.
    pub iid: *const GUID,
    /// The destination.
    pub destination: *mut c_void,
    /// The window for dialogs.
    pub ui_param: usize,
    /// The caller's progress object or NULL.
    pub progress: *mut c_void,
    /// `MESSAGE_MOVE` or `FOLDER_MOVE`, the dialog flag, `COPY_SUBFOLDERS`, `MAPI_DECLINE_OK`, `MAPI_UNICODE`.
    pub flags: u32,
}

/// \[imapifolder-copymessages\]
///
/// # Safety
/// As COM demands of the method.
pub unsafe fn copy_messages(
    call: &Call<'_>,
    this: &IMAPIFolder,
    messages: *const abi::ENTRYLIST,
    target: &Target,
) -> Outcome<HRESULT> {
    // SAFETY: the caller's promise, here and below.
    unsafe {
        let entries =
            arguments::entry_list(messages)?.ok_or(Fault::new(abi::MAPI_E_INVALID_PARAMETER))?;
        let moving = target.flags & abi::MESSAGE_MOVE != 0;
        let Some(place) = own_folder(call, target.destination)? else {
            check_decline(target.flags)?;
            return call.session.support()?.copy_messages(
                &folder_source(this),
                messages,
                &target.foreign(&iid_or_folder(target.iid)),
                target.ui_param,
                target.progress_if(abi::MESSAGE_DIALOG),
                target.flags,
            );
        };
        let mut route = Route::new(call, place, moving)?;
        let dialog = target.flags & abi::MESSAGE_DIALOG != 0;
        route.watch(target.ui_param, target.progress, dialog, entries.len());
        // Entry ids are read outside of the transactions: other writers wait for those.
        let mut seen = HashSet::new();
        let keys: Vec<ObjectKey> = entries
            .iter()
            .filter_map(|entry| match call.session.parse_entry_id(entry) {
                Ok(ObjectId::Message(key)) => Some(key),
                _ => {
                    route.complete = false;
                    None
                }
            })
            .filter(|key| seen.insert(*key))
            .collect();
        let folder = route.folder;
        route.messages(call.folder, &keys, folder)?;
        Ok(route.code())
    }
}

/// \[imapifolder-copyfolder\]
///
/// # Safety
/// As COM demands of the method.
pub unsafe fn copy_folder(
    call: &Call<'_>,
    this: &IMAPIFolder,
    entry_id: &[u8],
    new_name: *const c_void,
    target: &Target,
) -> Outcome<HRESULT> {
    // SAFETY: the caller's promise, here and below.
    unsafe {
        let moving = target.flags & abi::FOLDER_MOVE != 0;
        let key = call.subfolder(entry_id)?;
        let Some(place) = own_folder(call, target.destination)? else {
            check_decline(target.flags)?;
            return call.session.support()?.copy_folder(
                &folder_source(this),
                entry_id,
                &target.foreign(&iid_or_folder(target.iid)),
                new_name,
                target.ui_param,
                target.progress_if(abi::FOLDER_DIALOG),
                target.flags,
            );
        };
        let name = strings::read(new_name, Width::of_flags(target.flags));
        let name = name.filter(|name| !name.is_empty());
        let dialog = target.flags & abi::FOLDER_DIALOG != 0;
        let deep = moving || target.flags & abi::COPY_SUBFOLDERS != 0;
        let mut route = Route::new(call, place, moving)?;
        route.watch(
            target.ui_param,
            target.progress,
            dialog,
            count(call.session, key, deep)?,
        );
        route.whole_folder(key, name.as_deref(), deep)?;
        Ok(route.code())
    }
}

/// CopyTo and CopyProps between two folders of ours; `None` leaves it to MAPI.
///
/// # Safety
/// The pointers in the request are valid.
pub unsafe fn copy_to(source: &OpenFolder, request: &CopyRequest<'_>) -> Option<Outcome<Copied>> {
    // SAFETY: the caller's promise.
    let destination = unsafe { own::find::<OpenFolder>(request.destination)? };
    Some((|| {
        destination.session.check_alive()?;
        if !destination.writable {
            return Err(Fault::because(
                abi::MAPI_E_NO_ACCESS,
                "The folder is open for reading only.",
            ));
        }
        destination.session.check_modify()?;
        if source.session.uid() == destination.session.uid() && source.key == destination.key {
            return Err(Fault::because(
                abi::MAPI_E_NO_ACCESS,
                "A folder cannot be copied onto itself.",
            ));
        }
        let call = Call {
            session: &source.session,
            folder: source.key,
        };
        let place = (Arc::clone(&destination.session), destination.key);
        let route = Route::new(&call, place, request.flags & abi::MAPI_MOVE != 0)?;
        // SAFETY: the caller's promise.
        unsafe { copy_parts(source, request, route) }
    })())
}

/// # Safety
/// The pointers in the request are valid.
unsafe fn copy_parts(
    source: &OpenFolder,
    request: &CopyRequest<'_>,
    mut route: Route<'_>,
) -> Outcome<Copied> {
    let scope = request.scope;
    let reached = [IMAPIFolder::IID, IMAPIContainer::IID, IMAPITable::IID];
    let listed: Vec<GUID> = [IMessage::IID].into_iter().chain(reached).collect();
    let contents = scope.covers_part(CONTENTS, &listed);
    let associated = scope.covers_part(ASSOCIATED, &listed);
    let hierarchy = scope.covers_part(HIERARCHY, &reached);
    let store = source.session.store();
    let children = if hierarchy {
        store.child_folders(source.key)?
    } else {
        Vec::new()
    };
    route.check_children(&children)?;
    let mut total = 0;
    for child in &children {
        total += count(&source.session, child.key, true)?;
    }
    let lists: Vec<Vec<ObjectKey>> = [(contents, false), (associated, true)]
        .into_iter()
        .filter(|(wanted, _)| *wanted)
        .map(|(_, associated)| store.messages_in(source.key, associated))
        .collect::<Result<_, _>>()?;
    total += lists.iter().map(Vec::len).sum::<usize>();
    let dialog = request.flags & abi::MAPI_DIALOG != 0;
    // SAFETY: the caller's promise.
    unsafe { route.watch(request.ui_param, request.progress, dialog, total) };
    let problems = route.properties(source, request)?;
    let folder = route.folder;
    for keys in lists {
        route.messages(source.key, &keys, folder)?;
    }
    for child in children {
        route.child(child.key, folder)?;
    }
    Ok(Copied {
        code: route.code(),
        problems,
    })
}

/// A way between two folders of ours.
struct Route<'a> {
    from: &'a Arc<Session>,
    to: Arc<Session>,
    folder: ObjectKey,
    moving: bool,
    progress: Progress,
    watched: bool,
    total: usize,
    done: usize,
    complete: bool,
}

impl<'a> Route<'a> {
    /// Checks that the way may be gone.
    fn new(
        call: &Call<'a>,
        (to, folder): (Arc<Session>, ObjectKey),
        moving: bool,
    ) -> Outcome<Self> {
        to.check_alive()?;
        let inside = call.session.uid() == to.uid();
        if moving {
            call.session.check_modify()?;
        }
        if moving && inside {
            to.check_modify()?;
        } else {
            to.check_create()?;
        }
        to.store().folder(folder)?;
        Ok(Self {
            from: call.session,
            to,
            folder,
            moving,
            progress: Progress::silent(),
            watched: false,
            total: 0,
            done: 0,
            complete: true,
        })
    }

    /// # Safety
    /// `progress` is NULL or valid as long as this lives.
    unsafe fn watch(&mut self, ui_param: usize, progress: *mut c_void, dialog: bool, total: usize) {
        let support = self.from.support().ok();
        // SAFETY: the caller's promise.
        self.progress =
            unsafe { Progress::new(support.as_ref(), progress, ui_param, dialog, total) };
        self.watched = dialog;
        self.total = total;
    }

    /// Whether both ends are in one store, perhaps opened twice.
    fn inside(&self) -> bool {
        self.from.uid() == self.to.uid()
    }

    fn code(&self) -> HRESULT {
        if self.complete {
            abi::S_OK
        } else {
            abi::MAPI_W_PARTIAL_COMPLETION
        }
    }

    /// Copies or moves messages of a folder, piece by piece. What fails is left where it is and makes the whole partial.
    fn messages(&mut self, folder: ObjectKey, keys: &[ObjectKey], target: ObjectKey) -> Outcome {
        for piece in keys.chunks(PIECES[usize::from(!self.watched)]) {
            self.from.check_alive()?;
            self.to.check_alive()?;
            self.progress.begin(self.done, self.done + piece.len());
            let whole = if self.inside() {
                self.piece_inside(folder, piece, target)?
            } else {
                self.piece_across(folder, piece, target)?
            };
            self.complete &= whole;
            self.step(piece.len())?;
        }
        Ok(())
    }

    /// Reports that so many items are done; fails when the user wants no more of it.
    fn step(&mut self, count: usize) -> Outcome {
        self.done += count;
        if !self.progress.done(self.done) && self.done < self.total {
            return Err(Fault::new(abi::MAPI_E_USER_CANCEL));
        }
        Ok(())
    }

    fn piece_inside(
        &self,
        folder: ObjectKey,
        keys: &[ObjectKey],
        target: ObjectKey,
    ) -> Outcome<bool> {
        let moving = self.moving;
        self.to.store().batch(Origin::Local, |batch| {
            each(keys, |key| {
                if !batch.shows_message(folder, key)? {
                    return Err(StoreError::NotFound);
                }
                if moving {
                    batch.move_message(key, target)
                } else {
                    batch.copy_message(key, target).map(drop)
                }
            })
        })
    }

    fn piece_across(
        &self,
        folder: ObjectKey,
        keys: &[ObjectKey],
        target: ObjectKey,
    ) -> Outcome<bool> {
        let source = self.from.store();
        let mut import = Import::new(source);
        let mut arrived: Vec<Imported> = Vec::new();
        let mut whole = self.to.store().batch(Origin::Local, |batch| {
            each(keys, |key| {
                if !source.shows_message(folder, key)? {
                    return Err(StoreError::NotFound);
                }
                // It could not be taken away afterwards.
                if self.moving && source.submit_flags(key)?.is_some() {
                    return Err(StoreError::Submitted);
                }
                arrived.push(batch.import_message(&mut import, key, target)?);
                Ok(())
            })
        })?;
        // What has arrived is on disk there.
        if self.moving {
            let gone = source.batch(Origin::Local, |batch| -> Outcome<bool> {
                let mut gone = true;
                for message in &arrived {
                    gone &= match batch.delete_imported(message) {
                        Ok(deleted) => deleted,
                        Err(error) if is_serious(&error) => return Err(error.into()),
                        Err(_) => false,
                    };
                }
                Ok(gone)
            })?;
            whole &= gone;
        } else {
            self.settle_reports(&arrived)?;
        }
        Ok(whole)
    }

    /// Who copies into another store without MAPI's help sees to the read reports first, as the other store does not know
    /// of them \[imapifolder-copymessages\]. This store sends none; the wish for one ends all the same.
    fn settle_reports(&self, arrived: &[Imported]) -> Outcome {
        let pending: Vec<ObjectKey> = arrived
            .iter()
            .filter(|message| message.flags & abi::MSGFLAG_RN_PENDING != 0)
            .map(|message| message.original)
            .collect();
        if pending.is_empty() || !self.from.supports(abi::STORE_MODIFY_OK) {
            return Ok(());
        }
        self.from.store().batch(Origin::Local, |batch| -> Outcome {
            for key in pending {
                match batch.set_message_flags(key, 0, abi::MSGFLAG_RN_PENDING) {
                    Ok(_) | Err(StoreError::NotFound) => {}
                    Err(error) => return Err(error.into()),
                }
            }
            Ok(())
        })
    }

    /// Copies or moves a folder below the destination.
    fn whole_folder(&mut self, folder: ObjectKey, name: Option<&str>, deep: bool) -> Outcome {
        let target = self.folder;
        if self.inside() && self.moving {
            self.progress.begin(0, self.total);
            self.to.store().move_folder(folder, target, name)?;
            let all = self.total;
            return self.step(all);
        }
        if self.inside() && !self.watched {
            self.to.store().copy_folder(folder, target, name, deep)?;
            return Ok(());
        }
        let loaded = self.from.store().folder(folder)?;
        if !self.inside() && loaded.kind == FolderKind::Search {
            return Err(Fault::because(
                abi::MAPI_E_NO_SUPPORT,
                "A search stays in the store that it searches.",
            ));
        }
        if self.inside() && self.to.store().is_inside(target, folder)? {
            return Err(StoreError::FolderCycle.into());
        }
        if self.moving && (loaded.parent.is_none() || loaded.role != FolderRole::None) {
            return Err(Fault::because(
                abi::MAPI_E_NO_ACCESS,
                "The store needs this folder.",
            ));
        }
        self.tree(folder, target, name, deep)
    }

    /// Copies a folder step by step; a move takes away what has arrived.
    fn tree(
        &mut self,
        folder: ObjectKey,
        parent: ObjectKey,
        name: Option<&str>,
        deep: bool,
    ) -> Outcome {
        let source = self.from.store().clone();
        let inside = self.inside();
        let copy = self
            .to
            .store()
            .batch(Origin::Local, |batch| -> Result<_, StoreError> {
                if inside {
                    batch.copy_bare_folder(folder, parent, name)
                } else {
                    batch.import_folder(&mut Import::new(&source), folder, parent, name)
                }
            })?;
        self.step(1)?;
        for associated in [false, true] {
            let keys = source.messages_in(folder, associated)?;
            self.messages(folder, &keys, copy)?;
        }
        if deep {
            for child in source.child_folders(folder)? {
                self.below(child.key, copy)?;
            }
        }
        if self.moving {
            // What could not be moved, or came meanwhile, keeps its folder.
            match source.delete_folder(folder, DeleteFolder::default()) {
                Ok(()) => {}
                Err(error) if is_serious(&error) => return Err(error.into()),
                Err(_) => self.complete = false,
            }
        }
        Ok(())
    }

    /// Copies a folder below one that was copied; a single one that fails makes the whole partial.
    fn below(&mut self, folder: ObjectKey, parent: ObjectKey) -> Outcome {
        let search = self.from.store().folder(folder)?.kind == FolderKind::Search;
        if search && !self.inside() {
            // It stays in the store that it searches.
            self.complete = false;
            return Ok(());
        }
        match self.tree(folder, parent, None, true) {
            Err(fault) if fault.code() == abi::MAPI_E_NOT_FOUND => {
                self.complete = false;
                Ok(())
            }
            result => result,
        }
    }

    /// Copies or moves a subfolder of the source to the destination, for CopyTo.
    fn child(&mut self, folder: ObjectKey, parent: ObjectKey) -> Outcome {
        if !(self.inside() && self.moving) {
            return self.below(folder, parent);
        }
        let count = count(self.from, folder, true)?;
        match self.to.store().move_folder(folder, parent, None) {
            Ok(()) => {}
            // The store needs the folder where it is.
            Err(StoreError::NoAccess | StoreError::NotFound) => self.complete = false,
            Err(error) => return Err(error.into()),
        }
        self.step(count)
    }

    /// Fails before anything is done where subfolders would come to lie in themselves, or their names are taken.
    fn check_children(&self, children: &[Folder]) -> Outcome {
        let store = self.to.store();
        for child in children {
            if self.inside() && store.is_inside(self.folder, child.key)? {
                return Err(StoreError::FolderCycle.into());
            }
        }
        for child in children {
            if store.child_folder(self.folder, &child.name)?.is_some() {
                return Err(StoreError::Collision.into());
            }
        }
        Ok(())
    }

    /// Copies or moves the properties of the folder itself.
    fn properties(&self, source: &OpenFolder, request: &CopyRequest<'_>) -> Outcome<Problems> {
        let scope = request.scope;
        let loaded = source.session.store().folder(source.key)?;
        let mut bag = loaded.properties.clone();
        bag.set(abi::PR_DISPLAY_NAME, Value::Unicode(loaded.name));
        let ids: Vec<u16> = bag
            .iter()
            .map(|(tag, _)| tag.id())
            .filter(|id| scope.covers(*id))
            .collect();
        let mut copy: PropertyBag = bag
            .iter()
            .filter(|(tag, _)| ids.contains(&tag.id()))
            .map(|(tag, value)| (tag, value.clone()))
            .collect();
        let names = bring_over(&source.session, &self.to, vec![&mut copy])?;
        let target = self.to.store().folder(self.folder)?;
        let mut merged = target.properties;
        merged.set(abi::PR_DISPLAY_NAME, Value::Unicode(target.name));
        let keep = request.flags & abi::MAPI_NOREPLACE != 0;
        let parts = [CONTENTS, HIERARCHY, ASSOCIATED];
        let is_computed = super::folder::is_computed;
        let mut put = merge(&mut merged, &copy, keep, &parts, is_computed);
        let mut problems = problems(scope, &parts, is_computed, |id| {
            ids.contains(&id) && names.id(id).is_some()
        });
        // Apart from the rest: a name that is taken is a problem of that property only.
        if put.contains(&NAME) {
            let tag = PropTag(abi::PR_DISPLAY_NAME);
            let name = merged.get(NAME).cloned().unwrap_or(Value::Null);
            if let Err(fault) = self.set(&[(tag, name)]) {
                problems.push((scope.position(NAME).unwrap_or(0), tag, fault.code()));
            }
            put.retain(|id| *id != NAME);
        }
        let set: Vec<(PropTag, Value)> = merged
            .iter()
            .filter(|(tag, _)| put.contains(&tag.id()))
            .map(|(tag, value)| (tag, value.clone()))
            .collect();
        if !set.is_empty() {
            self.set(&set)?;
        }
        if self.moving {
            let moved: Vec<u16> = ids
                .into_iter()
                .filter(|id| names.id(*id).is_some_and(|here| put.contains(&here)))
                .collect();
            if !moved.is_empty() {
                let store = source.session.store();
                store.set_folder_properties(source.key, &[], &moved)?;
            }
        }
        Ok(problems)
    }

    fn set(&self, set: &[(PropTag, Value)]) -> Outcome {
        let store = self.to.store();
        Ok(store.set_folder_properties(self.folder, set, &[])?)
    }
}

/// Does something to each of these; what fails is left out, and makes the answer `false`.
fn each(
    keys: &[ObjectKey],
    mut work: impl FnMut(ObjectKey) -> Result<(), StoreError>,
) -> Outcome<bool> {
    let mut whole = true;
    for &key in keys {
        match work(key) {
            Ok(()) => {}
            // The rest would fail the same way, and what was done must not last.
            Err(error) if is_serious(&error) => return Err(error.into()),
            Err(error) => {
                tracing::debug!(%error, "a message was left out");
                whole = false;
            }
        }
    }
    Ok(whole)
}

/// How many items a folder is, for the progress: itself, its messages and, if `deep`, its subfolders.
pub fn count(session: &Session, folder: ObjectKey, deep: bool) -> Outcome<usize> {
    let loaded = session.store().folder(folder)?;
    let mut total = 1 + (loaded.counts.content + loaded.counts.associated) as usize;
    if deep {
        for child in session.store().child_folders(folder)? {
            total += count(session, child.key, true)?;
        }
    }
    Ok(total)
}

/// Which folder of ours a destination is, if it is one, and the session it is open in.
///
/// An object that is not ours is asked for its entry id, as it may be a wrapper around ours: the store's UID in that is
/// the proof.
///
/// # Safety
/// `destination` is NULL or a valid interface pointer.
unsafe fn own_folder(
    call: &Call<'_>,
    destination: *mut c_void,
) -> Outcome<Option<(Arc<Session>, ObjectKey)>> {
    // SAFETY: the caller's promise, here and below.
    let unknown = unsafe { client::unknown(destination) };
    let unknown = unknown.ok_or(Fault::new(abi::MAPI_E_INVALID_PARAMETER))?;
    // SAFETY: as above.
    if let Some(folder) = unsafe { own::find::<OpenFolder>(destination) } {
        return Ok(Some((Arc::clone(&folder.session), folder.key)));
    }
    let entry_id = client::entry_id(&unknown, call.session.memory());
    let key = entry_id.and_then(|entry_id| call.session.store().folder_of_entry_id(&entry_id));
    Ok(key.map(|key| (Arc::clone(call.session), key)))
}

/// MAPI asks with this flag and does by itself what we would leave to it.
fn check_decline(flags: u32) -> Outcome {
    if flags & abi::MAPI_DECLINE_OK != 0 {
        Err(Fault::new(abi::MAPI_E_DECLINE_COPY))
    } else {
        Ok(())
    }
}

fn folder_source(folder: &IMAPIFolder) -> Source<'_> {
    Source {
        iid: &IMAPIFolder::IID,
        object: folder.as_raw(),
    }
}

/// # Safety
/// `iid` is NULL or valid.
unsafe fn iid_or_folder(iid: *const GUID) -> GUID {
    // SAFETY: the caller's promise.
    unsafe { arguments::interface_id(iid) }.unwrap_or(IMAPIFolder::IID)
}

impl Target {
    /// The destination as MAPI takes it.
    fn foreign<'a>(&self, iid: &'a GUID) -> Source<'a> {
        Source {
            iid,
            object: self.destination,
        }
    }

    /// The progress object, which is nobody's business without the flag.
    fn progress_if(&self, flag: u32) -> *mut c_void {
        if self.flags & flag != 0 {
            self.progress
        } else {
            std::ptr::null_mut()
        }
    }
}
