//! Folders. What they hold is listed by tables and opened by entry id; what happens to many messages at once is in
//! `folder_work`.

use std::ffi::c_void;
use std::ops::Deref;
use std::sync::{Arc, OnceLock};

use mapi_abi::{
    self as abi, IFolderSupport, IFolderSupport_Impl, IMAPIContainer_Impl, IMAPIFolder,
    IMAPIFolder_Impl, IMAPITable,
};
use windows_core::{ComObject, GUID, HRESULT, IUnknown, IUnknownImpl, Interface, implement};

use super::constants::{is_session_property, pick, session_properties};
use super::copying::implement_mapi_prop;
use super::folder_copy::{self, Target};
use super::folder_work::{self, Call};
use super::own::{self, Registration};
use super::property_object::{Copied, CopyRequest, Edit, PropertyObject, PropertyRequest};
use super::session::Session;
use super::streaming::{StreamOwner, open_stream};
use super::{message, open, search, table};
use crate::com::fault::{Fault, LastError, Outcome};
use crate::com::guard::guard_object;
use crate::com::strings::{self, Width};
use crate::com::{arguments, sort};
use crate::store::{
    ContentsSort, Folder as StoredFolder, FolderKind, NewFolder, ObjectKey, PropTag, PropertyBag,
    StoreError, Value,
};

/// The tags that stand for the folder's tables.
const TABLES: [u32; 3] = [
    abi::PR_CONTAINER_CONTENTS,
    abi::PR_CONTAINER_HIERARCHY,
    abi::PR_FOLDER_ASSOCIATED_CONTENTS,
];

/// What both outer types are about.
pub struct FolderObject {
    core: Arc<OpenFolder>,
    registration: OnceLock<Registration>,
}

/// A folder.
#[implement(IMAPIFolder, Agile = false)]
pub struct Folder(FolderObject);

/// A folder of a provider whose folders can be shared: Outlook asks for `IFolderSupport` before it offers to share one.
#[implement(IMAPIFolder, IFolderSupport, Agile = false)]
pub struct SharedFolder(FolderObject);

/// An open folder without its COM face: how a folder of ours is known again when a caller hands it in.
pub struct OpenFolder {
    /// The session that it was opened in.
    pub session: Arc<Session>,
    /// Which folder it is.
    pub key: ObjectKey,
    /// Whether it was opened for writing.
    pub writable: bool,
    last_error: LastError,
}

impl Deref for FolderObject {
    type Target = OpenFolder;

    fn deref(&self) -> &OpenFolder {
        &self.core
    }
}

/// Whether only the store sets this property of folders.
pub fn is_computed(id: u16) -> bool {
    is_session_property(id) || StoredFolder::is_computed(id)
}

impl Folder {
    /// Opens a folder that exists.
    pub fn open(session: &Arc<Session>, key: ObjectKey, writable: bool) -> Outcome<IMAPIFolder> {
        session.store().folder(key)?;
        let object = FolderObject {
            core: Arc::new(OpenFolder {
                session: Arc::clone(session),
                key,
                writable,
                last_error: LastError::default(),
            }),
            registration: OnceLock::new(),
        };
        if session.definition().store.folder_sharing {
            let object = ComObject::new(SharedFolder(object));
            object.register(&object.to_interface());
            Ok(object.into_interface())
        } else {
            let object = ComObject::new(Self(object));
            object.register(&object.to_interface());
            Ok(object.into_interface())
        }
    }
}

impl FolderObject {
    fn register(&self, identity: &IUnknown) {
        let registration = own::register(identity, &self.core);
        let _ = self.registration.set(registration);
    }

    /// The folder as it is now; it may have been deleted since it was opened.
    fn load(&self) -> Outcome<StoredFolder> {
        self.session.check_alive()?;
        self.session
            .store()
            .folder(self.key)
            .map_err(|error| match error {
                StoreError::NotFound => Fault::from(StoreError::Deleted),
                error => error.into(),
            })
    }

    /// Fails when the folder is gone, or what is in it cannot be changed.
    fn check_modify(&self) -> Outcome {
        self.load()?;
        self.session.check_modify()
    }

    /// Fails when the folder is gone, or nothing new can be put into it.
    fn check_create(&self) -> Outcome {
        self.load()?;
        self.session.check_create()
    }

    /// Fails when the folder is gone, or something is to be moved out of it that cannot be taken away.
    fn check_copy(&self, moves: bool) -> Outcome {
        self.load()?;
        if moves {
            self.session.check_modify()?;
        }
        Ok(())
    }

    fn properties(&self) -> Outcome<PropertyBag> {
        let session = &self.session;
        let mut properties = self.load()?.all_properties(session.store())?;
        properties.extend(&session_properties(session));
        let level = u32::from(self.writable);
        properties.set(abi::PR_ACCESS_LEVEL, Value::Long(level.cast_signed()));
        properties.set(
            abi::PR_OBJECT_TYPE,
            Value::Long(abi::MAPI_FOLDER.cast_signed()),
        );
        for tag in TABLES {
            properties.set(tag, Value::Object);
        }
        Ok(properties)
    }

    fn call(&self) -> Call<'_> {
        Call {
            session: &self.session,
            folder: self.key,
        }
    }

    fn contents_table(&self, flags: u32) -> Outcome<IMAPITable> {
        self.load()?;
        refuse_soft_deletes(flags)?;
        let associated = flags & abi::MAPI_ASSOCIATED != 0;
        let table = table::contents(&self.session, self.key, associated, Width::of_flags(flags))?;
        let chosen = self.session.store().contents_sort(self.key)?;
        if let Some(chosen) = chosen.filter(|_| !associated) {
            self.sort(&table, &chosen)?;
        }
        Ok(table)
    }

    /// Sorts a new table as a client has chosen for the folder. What cannot be done, because the provider claims less by
    /// now, leaves the natural order.
    fn sort(&self, table: &IMAPITable, chosen: &ContentsSort) -> Outcome {
        let columns: Vec<abi::SSortOrder> = chosen
            .columns
            .iter()
            .map(|&(tag, order)| abi::SSortOrder {
                ulPropTag: tag,
                ulOrder: order,
            })
            .collect();
        let counts = (chosen.categories, chosen.expanded);
        let set = sort::write(self.session.memory(), &columns, counts)?;
        // SAFETY: the table is ours, and the block holds a sort order.
        let code = unsafe { table.SortTable(set.head(), 0) };
        if code.is_err() {
            tracing::debug!(code = code.0, "the folder's sort order was not applied");
        }
        Ok(())
    }

    fn hierarchy_table(&self, flags: u32) -> Outcome<IMAPITable> {
        self.load()?;
        refuse_soft_deletes(flags)?;
        let deep = flags & abi::CONVENIENT_DEPTH != 0;
        table::hierarchy(&self.session, self.key, deep, Width::of_flags(flags))
    }

    fn create_folder(
        &self,
        kind: u32,
        name: Option<String>,
        comment: Option<String>,
        flags: u32,
    ) -> Outcome<ObjectKey> {
        if flags & abi::OPEN_IF_EXISTS != 0
            && let Some(name) = name.as_deref()
            && let Some(existing) = self.session.store().child_folder(self.key, name)?
        {
            // Opening what is there needs no right to create.
            return Ok(existing);
        }
        self.check_create()?;
        let kind = match kind {
            abi::FOLDER_GENERIC => FolderKind::Generic,
            abi::FOLDER_SEARCH => {
                self.session.check_supports(abi::STORE_SEARCH_OK)?;
                FolderKind::Search
            }
            _ => return Err(Fault::new(abi::MAPI_E_INVALID_PARAMETER)),
        };
        let name = name
            .filter(|name| !name.is_empty())
            .ok_or(Fault::new(abi::MAPI_E_INVALID_PARAMETER))?;
        let mut properties = PropertyBag::new();
        if let Some(comment) = comment.filter(|comment| !comment.is_empty()) {
            properties.set(abi::PR_COMMENT, Value::Unicode(comment));
        }
        let new = NewFolder {
            name: name.clone(),
            kind,
            properties,
        };
        match self.session.store().create_folder(self.key, new) {
            Err(StoreError::Collision) if flags & abi::OPEN_IF_EXISTS != 0 => {
                let existing = self.session.store().child_folder(self.key, &name)?;
                existing.ok_or_else(|| StoreError::Collision.into())
            }
            result => Ok(result?),
        }
    }
}

/// Nothing here is ever deleted softly.
fn refuse_soft_deletes(flags: u32) -> Outcome {
    if flags & abi::SHOW_SOFT_DELETES != 0 {
        Err(Fault::new(abi::MAPI_E_NO_SUPPORT))
    } else {
        Ok(())
    }
}

/// Writes a folder's properties through a stream.
struct Owner {
    session: Arc<Session>,
    key: ObjectKey,
}

impl StreamOwner for Owner {
    fn check(&self) -> Outcome {
        self.session.check_alive()
    }

    fn set(&self, tag: PropTag, value: Value) -> Outcome {
        Ok(self
            .session
            .store()
            .set_folder_properties(self.key, &[(tag, value)], &[])?)
    }
}

impl PropertyObject for FolderObject {
    fn session(&self) -> &Arc<Session> {
        &self.session
    }

    fn last_error(&self) -> &LastError {
        &self.last_error
    }

    fn writable(&self) -> bool {
        self.writable
    }

    fn list(&self) -> Outcome<Vec<PropTag>> {
        Ok(self.properties()?.visible().map(|(tag, _)| tag).collect())
    }

    fn read(&self, ids: &[u16]) -> Outcome<Vec<Option<Value>>> {
        Ok(pick(&self.properties()?, ids))
    }

    fn write(&self, edits: Vec<Edit>) -> Outcome<Vec<Option<Fault>>> {
        let name = PropTag(abi::PR_DISPLAY_NAME).id();
        let mut failures: Vec<Option<Fault>> = vec![None; edits.len()];
        let (mut set, mut remove) = (Vec::new(), Vec::new());
        let mut rename = None;
        for (index, edit) in edits.into_iter().enumerate() {
            match edit {
                // Apart from the rest: a name that is taken is a problem of that property only.
                Edit::Set(tag, value) if tag.id() == name => rename = Some((index, tag, value)),
                Edit::Set(tag, value) => set.push((tag, value)),
                Edit::Delete(id) if id == name => {
                    failures[index] = Some(Fault::new(abi::MAPI_E_NO_ACCESS))
                }
                Edit::Delete(id) => remove.push(id),
            }
        }
        let store = self.session.store();
        if !set.is_empty() || !remove.is_empty() {
            store.set_folder_properties(self.key, &set, &remove)?;
        }
        if let Some((index, tag, value)) = rename {
            failures[index] = store
                .set_folder_properties(self.key, &[(tag, value)], &[])
                .err()
                .map(Fault::from);
        }
        Ok(failures)
    }

    fn is_computed(&self, id: u16) -> bool {
        is_computed(id)
    }

    fn extended_size(&self) -> Outcome<Option<u64>> {
        Ok(Some(self.session.store().folder(self.key)?.size))
    }

    fn is_ignored(&self, id: u16) -> bool {
        TABLES.iter().any(|&tag| PropTag(tag).id() == id)
    }

    unsafe fn copy(&self, request: &CopyRequest<'_>) -> Option<Outcome<Copied>> {
        // SAFETY: the caller's promise.
        unsafe { folder_copy::copy_to(&self.core, request) }
    }

    fn open_property(&self, request: &PropertyRequest) -> Outcome<IUnknown> {
        let id = request.tag.id();
        if self.is_ignored(id) {
            if request.iid != IMAPITable::IID {
                return Err(Fault::new(abi::MAPI_E_INTERFACE_NOT_SUPPORTED));
            }
            let width = request.interface_options & abi::MAPI_UNICODE;
            return Ok(match PropTag(TABLES[0]).id() {
                contents if id == contents => self.contents_table(width)?.into(),
                _ if id == PropTag(abi::PR_CONTAINER_HIERARCHY).id() => {
                    self.hierarchy_table(width)?.into()
                }
                _ => self.contents_table(width | abi::MAPI_ASSOCIATED)?.into(),
            });
        }
        if request.modify() && self.is_computed(id) {
            return Err(Fault::new(abi::MAPI_E_NO_ACCESS));
        }
        let current = self.read(&[id])?.remove(0);
        open_stream(&self.session, request, current, || {
            Box::new(Owner {
                session: Arc::clone(&self.session),
                key: self.key,
            })
        })
    }
}

/// Implements the interfaces of folders for an outer type over [`FolderObject`].
macro_rules! implement_folder {
    ($outer:ident, $implementation:ident) => {
        impl Deref for $outer {
            type Target = FolderObject;

            fn deref(&self) -> &FolderObject {
                &self.0
            }
        }

        implement_mapi_prop!($implementation, IMAPIFolder, 0);

        impl IMAPIContainer_Impl for $implementation {
            unsafe fn GetContentsTable(&self, flags: u32, out: *mut *mut c_void) -> HRESULT {
                guard_object("IMAPIFolder::GetContentsTable", &self.last_error, || {
                    // SAFETY: what COM demands of the caller.
                    unsafe {
                        arguments::clear(out);
                        arguments::require(out)?;
                        arguments::put(out, self.contents_table(flags)?.into_raw());
                    }
                    Ok(())
                })
            }

            unsafe fn GetHierarchyTable(&self, flags: u32, out: *mut *mut c_void) -> HRESULT {
                guard_object("IMAPIFolder::GetHierarchyTable", &self.last_error, || {
                    // SAFETY: what COM demands of the caller.
                    unsafe {
                        arguments::clear(out);
                        arguments::require(out)?;
                        arguments::put(out, self.hierarchy_table(flags)?.into_raw());
                    }
                    Ok(())
                })
            }

            unsafe fn OpenEntry(
                &self,
                entry_id_size: u32,
                entry_id: *const abi::ENTRYID,
                iid: *const GUID,
                flags: u32,
                object_type: *mut u32,
                object: *mut *mut c_void,
            ) -> HRESULT {
                guard_object("IMAPIFolder::OpenEntry", &self.last_error, || {
                    // SAFETY: what COM demands of the caller.
                    unsafe {
                        open::open_entry(
                            &self.session,
                            entry_id_size,
                            entry_id,
                            iid,
                            flags,
                            object_type,
                            object,
                        )
                    }
                })
            }

            unsafe fn SetSearchCriteria(
                &self,
                restriction: *const abi::SRestriction,
                containers: *const abi::ENTRYLIST,
                flags: u32,
            ) -> HRESULT {
                guard_object("IMAPIFolder::SetSearchCriteria", &self.last_error, || {
                    search::check_folder(&self.session, &self.load()?)?;
                    self.check_modify()?;
                    // SAFETY: what COM demands of the caller.
                    unsafe {
                        search::set_criteria(
                            &self.session,
                            self.key,
                            restriction,
                            containers,
                            flags,
                        )
                    }
                })
            }

            unsafe fn GetSearchCriteria(
                &self,
                flags: u32,
                restriction: *mut *mut abi::SRestriction,
                containers: *mut *mut abi::ENTRYLIST,
                state: *mut u32,
            ) -> HRESULT {
                guard_object("IMAPIFolder::GetSearchCriteria", &self.last_error, || {
                    // SAFETY: what COM demands of the caller.
                    unsafe {
                        arguments::clear(restriction);
                        arguments::clear(containers);
                        arguments::put(state, 0);
                        search::check_folder(&self.session, &self.load()?)?;
                        search::criteria(
                            &self.session,
                            self.key,
                            flags,
                            restriction,
                            containers,
                            state,
                        )
                    }
                })
            }
        }

        impl IMAPIFolder_Impl for $implementation {
            unsafe fn CreateMessage(
                &self,
                iid: *const GUID,
                flags: u32,
                out: *mut *mut c_void,
            ) -> HRESULT {
                guard_object("IMAPIFolder::CreateMessage", &self.last_error, || {
                    // SAFETY: what COM demands of the caller.
                    unsafe {
                        arguments::clear(out);
                        arguments::require(out)?;
                        self.check_create()?;
                        if self.load()?.kind == FolderKind::Search {
                            return Err(Fault::because(
                                abi::MAPI_E_NO_ACCESS,
                                "A search folder shows messages of other folders and holds none.",
                            ));
                        }
                        let iid =
                            open::interface_or(arguments::interface_id(iid), abi::IMessage::IID);
                        let associated = flags & abi::MAPI_ASSOCIATED != 0;
                        let message = message::create(&self.session, self.key, associated)?;
                        arguments::answer(&message.into(), iid, out)
                    }
                })
            }

            unsafe fn CopyMessages(
                &self,
                messages: *const abi::ENTRYLIST,
                iid: *const GUID,
                destination: *mut c_void,
                ui_param: usize,
                progress: *mut c_void,
                flags: u32,
            ) -> HRESULT {
                guard_object("IMAPIFolder::CopyMessages", &self.last_error, || {
                    self.check_copy(flags & abi::MESSAGE_MOVE != 0)?;
                    let this: IMAPIFolder = self.to_interface();
                    let target = Target {
                        iid,
                        destination,
                        ui_param,
                        progress,
                        flags,
                    };
                    // SAFETY: what COM demands of the caller.
                    unsafe { folder_copy::copy_messages(&self.call(), &this, messages, &target) }
                })
            }

            unsafe fn DeleteMessages(
                &self,
                messages: *const abi::ENTRYLIST,
                ui_param: usize,
                progress: *mut c_void,
                flags: u32,
            ) -> HRESULT {
                guard_object("IMAPIFolder::DeleteMessages", &self.last_error, || {
                    self.check_modify()?;
                    // SAFETY: what COM demands of the caller.
                    unsafe {
                        folder_work::delete_messages(
                            &self.call(),
                            messages,
                            ui_param,
                            progress,
                            flags,
                        )
                    }
                })
            }

            unsafe fn CreateFolder(
                &self,
                folder_type: u32,
                name: *const c_void,
                comment: *const c_void,
                iid: *const GUID,
                flags: u32,
                out: *mut *mut c_void,
            ) -> HRESULT {
                guard_object("IMAPIFolder::CreateFolder", &self.last_error, || {
                    // SAFETY: what COM demands of the caller.
                    unsafe {
                        arguments::clear(out);
                        arguments::require(out)?;
                        let iid =
                            open::interface_or(arguments::interface_id(iid), IMAPIFolder::IID);
                        if !is_folder_interface(&self.session, &iid) {
                            return Err(Fault::new(abi::MAPI_E_INTERFACE_NOT_SUPPORTED));
                        }
                        let width = Width::of_flags(flags);
                        let (name, comment) =
                            (strings::read(name, width), strings::read(comment, width));
                        let key = self.create_folder(folder_type, name, comment, flags)?;
                        let writable = self.session.supports(abi::STORE_MODIFY_OK);
                        let folder = Folder::open(&self.session, key, writable)?;
                        arguments::answer(&folder.into(), iid, out)
                    }
                })
            }

            unsafe fn CopyFolder(
                &self,
                entry_id_size: u32,
                entry_id: *const abi::ENTRYID,
                iid: *const GUID,
                destination: *mut c_void,
                new_name: *const c_void,
                ui_param: usize,
                progress: *mut c_void,
                flags: u32,
            ) -> HRESULT {
                guard_object("IMAPIFolder::CopyFolder", &self.last_error, || {
                    self.check_copy(flags & abi::FOLDER_MOVE != 0)?;
                    let this: IMAPIFolder = self.to_interface();
                    let target = Target {
                        iid,
                        destination,
                        ui_param,
                        progress,
                        flags,
                    };
                    // SAFETY: what COM demands of the caller.
                    unsafe {
                        let folder = arguments::entry_id(entry_id_size, entry_id)?;
                        folder_copy::copy_folder(&self.call(), &this, &folder, new_name, &target)
                    }
                })
            }

            unsafe fn DeleteFolder(
                &self,
                entry_id_size: u32,
                entry_id: *const abi::ENTRYID,
                ui_param: usize,
                progress: *mut c_void,
                flags: u32,
            ) -> HRESULT {
                guard_object("IMAPIFolder::DeleteFolder", &self.last_error, || {
                    self.check_modify()?;
                    // SAFETY: what COM demands of the caller.
                    unsafe {
                        let folder = arguments::entry_id(entry_id_size, entry_id)?;
                        folder_work::delete_folder(&self.call(), &folder, ui_param, progress, flags)
                    }
                })
            }

            unsafe fn SetReadFlags(
                &self,
                messages: *const abi::ENTRYLIST,
                ui_param: usize,
                progress: *mut c_void,
                flags: u32,
            ) -> HRESULT {
                guard_object("IMAPIFolder::SetReadFlags", &self.last_error, || {
                    self.check_modify()?;
                    // SAFETY: what COM demands of the caller.
                    unsafe {
                        folder_work::set_read_flags(
                            &self.call(),
                            messages,
                            ui_param,
                            progress,
                            flags,
                        )
                    }
                })
            }

            unsafe fn GetMessageStatus(
                &self,
                entry_id_size: u32,
                entry_id: *const abi::ENTRYID,
                _flags: u32,
                status: *mut u32,
            ) -> HRESULT {
                guard_object("IMAPIFolder::GetMessageStatus", &self.last_error, || {
                    arguments::require(status)?;
                    self.load()?;
                    // SAFETY: what COM demands of the caller.
                    unsafe {
                        let message = self
                            .call()
                            .message(&arguments::entry_id(entry_id_size, entry_id)?)?;
                        let found = self.session.store().message(message)?.status;
                        arguments::put(status, found);
                    }
                    Ok(())
                })
            }

            unsafe fn SetMessageStatus(
                &self,
                entry_id_size: u32,
                entry_id: *const abi::ENTRYID,
                new_status: u32,
                new_status_mask: u32,
                old_status: *mut u32,
            ) -> HRESULT {
                guard_object("IMAPIFolder::SetMessageStatus", &self.last_error, || {
                    self.check_modify()?;
                    // SAFETY: what COM demands of the caller.
                    unsafe {
                        let message = self
                            .call()
                            .message(&arguments::entry_id(entry_id_size, entry_id)?)?;
                        let old = self.session.store().set_message_status(
                            message,
                            new_status,
                            new_status_mask,
                        )?;
                        arguments::put(old_status, old);
                    }
                    Ok(())
                })
            }

            unsafe fn SaveContentsSort(
                &self,
                sort_criteria: *const abi::SSortOrderSet,
                flags: u32,
            ) -> HRESULT {
                guard_object(
                    "IMAPIFolder::SaveContentsSort",
                    &self.last_error,
                    || -> Outcome {
                        self.check_modify()?;
                        self.session.check_supports(abi::STORE_SORT_OK)?;
                        // SAFETY: what COM demands of the caller.
                        let order = unsafe { sort::read(sort_criteria)? };
                        if !order.categories.is_empty() {
                            self.session.check_supports(abi::STORE_CATEGORIZE_OK)?;
                        }
                        let columns = order.as_given.iter();
                        let chosen = ContentsSort {
                            categories: order.counts.0,
                            expanded: order.counts.1,
                            columns: columns.map(|sort| (sort.ulPropTag, sort.ulOrder)).collect(),
                        };
                        let recursive = flags & abi::RECURSIVE_SORT != 0;
                        let store = self.session.store();
                        Ok(store.set_contents_sort(self.key, &chosen, recursive)?)
                    },
                )
            }

            unsafe fn EmptyFolder(
                &self,
                ui_param: usize,
                progress: *mut c_void,
                flags: u32,
            ) -> HRESULT {
                guard_object("IMAPIFolder::EmptyFolder", &self.last_error, || {
                    self.check_modify()?;
                    // SAFETY: what COM demands of the caller.
                    unsafe { folder_work::empty_folder(&self.call(), ui_param, progress, flags) }
                })
            }
        }
    };
}

implement_folder!(Folder, Folder_Impl);
implement_folder!(SharedFolder, SharedFolder_Impl);

impl IFolderSupport_Impl for SharedFolder_Impl {
    unsafe fn GetSupportMask(&self, support_mask: *mut u32) -> HRESULT {
        guard_object("IFolderSupport::GetSupportMask", &self.last_error, || {
            arguments::require(support_mask)?;
            self.session.check_alive()?;
            // SAFETY: not NULL, and what COM demands of the caller.
            unsafe { arguments::put(support_mask, abi::FS_SUPPORTS_SHARING) };
            Ok(())
        })
    }
}

/// Whether a folder answers this interface; asked before one is created.
fn is_folder_interface(session: &Session, iid: &GUID) -> bool {
    [
        IMAPIFolder::IID,
        abi::IMAPIContainer::IID,
        abi::IMAPIProp::IID,
        IUnknown::IID,
    ]
    .contains(iid)
        || session.definition().store.folder_sharing && *iid == IFolderSupport::IID
}
