//! The message store object. Its last Release ends the session.
//!
//! `IMAPISync` is there only where the provider synchronizes, `IMSCapabilities` only where it has something to say:
//! Outlook treats a store that has them differently. What interfaces a COM object has is fixed when it is compiled, so
//! there are four outer types over one [`StoreObject`].

use std::ffi::c_void;
use std::ops::Deref;
use std::sync::Arc;

use mapi_abi::{
    self as abi, IMAPISync, IMAPISync_Impl, IMAPITable, IMSCapabilities, IMSCapabilities_Impl,
    IMsgStore, IMsgStore_Impl,
};
use windows_core::{GUID, HRESULT, IUnknown, Interface, implement};

use super::constants::{is_session_property, pick, session_properties};
use super::copying::implement_mapi_prop;
use super::property_object::{Edit, PropertyObject, PropertyRequest};
use super::session::Session;
use super::streaming::{StreamOwner, open_stream};
use super::{advise, map_sync, open, submission, table};
use crate::com::arguments;
use crate::com::fault::{Fault, LastError, Outcome};
use crate::com::guard::{guard_object, guard_value};
use crate::com::memory::Chain;
use crate::com::strings::{self, Width};
use crate::store::{ObjectId, PropTag, PropertyBag, Store, Value};

/// How a client may log off; the remembered one is passed on to the transports \[imsgstore-storelogoff\].
const LOGOFF_WAYS: u32 = abi::LOGOFF_NO_WAIT
    | abi::LOGOFF_ORDERLY
    | abi::LOGOFF_PURGE
    | abi::LOGOFF_ABORT
    | abi::LOGOFF_QUIET;

/// What both outer types are about.
pub struct StoreObject {
    session: Arc<Session>,
    last_error: LastError,
}

/// The store object of a provider without synchronization.
#[implement(IMsgStore, Agile = false)]
pub struct MsgStore(StoreObject);

/// The store object of a provider with synchronization.
#[implement(IMsgStore, IMAPISync, Agile = false)]
pub struct SyncMsgStore(StoreObject);

/// The store object of a provider without synchronization whose folders may have home pages.
#[implement(IMsgStore, IMSCapabilities, Agile = false)]
pub struct CapableMsgStore(StoreObject);

/// The store object of a provider with synchronization whose folders may have home pages.
#[implement(IMsgStore, IMAPISync, IMSCapabilities, Agile = false)]
pub struct CapableSyncMsgStore(StoreObject);

/// Creates the store object of a session, which it closes when it is released for the last time.
pub fn create(session: &Arc<Session>) -> IMsgStore {
    let object = StoreObject {
        session: Arc::clone(session),
        last_error: LastError::default(),
    };
    // A client that asked to read only must not change the store, not even by what a synchronization brings.
    let synchronizes = session.definition().sync.is_some() && session.for_writing();
    match (synchronizes, session.definition().store.folder_home_pages) {
        (false, false) => MsgStore(object).into(),
        (false, true) => CapableMsgStore(object).into(),
        (true, false) => SyncMsgStore(object).into(),
        (true, true) => CapableSyncMsgStore(object).into(),
    }
}

impl Drop for StoreObject {
    fn drop(&mut self) {
        guard_value("IMsgStore::Release", (), || self.session.close());
    }
}

impl StoreObject {
    fn properties(&self) -> Outcome<PropertyBag> {
        let session = &self.session;
        let mut properties = session.store().properties()?;
        properties.extend(&session_properties(session));
        let long = |number: u32| Value::Long(number.cast_signed());
        let mask = long(session.support_mask());
        for (tag, value) in [
            (
                abi::PR_ENTRYID,
                Value::Binary(session.wrapped_entry_id().to_vec()),
            ),
            (
                abi::PR_RECORD_KEY,
                Value::Binary(session.record_key().to_vec()),
            ),
            (abi::PR_OBJECT_TYPE, long(abi::MAPI_STORE)),
            (abi::PR_ACCESS_LEVEL, long(session.access_level())),
            (
                abi::PR_MDB_PROVIDER,
                Value::Binary(session.definition().provider_uid.to_vec()),
            ),
            (
                abi::PR_PROVIDER_DISPLAY,
                Value::Unicode(session.definition().display_name.to_owned()),
            ),
            (abi::PR_STORE_UNICODE_MASK, mask),
            (
                abi::PR_DEFAULT_STORE,
                Value::Boolean(session.is_default_store()),
            ),
            (abi::PR_RECEIVE_FOLDER_SETTINGS, Value::Object),
        ] {
            properties.set(tag, value);
        }
        Ok(properties)
    }

    /// Reads a message class argument; NULL and "" are the default class.
    ///
    /// # Safety
    /// `class` is NULL or a terminated string of that width.
    unsafe fn class(class: *const c_void, flags: u32) -> String {
        // SAFETY: the caller's promise.
        unsafe { strings::read(class, Width::of_flags(flags)) }.unwrap_or_default()
    }

    unsafe fn set_receive_folder(
        &self,
        class: *const c_void,
        flags: u32,
        size: u32,
        entry_id: *const abi::ENTRYID,
    ) -> Outcome {
        self.session.check_alive()?;
        self.session.check_modify()?;
        // SAFETY: what COM demands of the caller.
        let (class, entry_id) = unsafe {
            (
                Self::class(class, flags),
                arguments::entry_id(size, entry_id)?,
            )
        };
        let folder = if entry_id.is_empty() {
            None
        } else {
            match self.session.parse_entry_id(&entry_id)? {
                ObjectId::Folder(key) => Some(self.session.store().folder(key)?.key),
                _ => return Err(Fault::new(abi::MAPI_E_INVALID_ENTRYID)),
            }
        };
        Ok(self.session.store().set_receive_folder(&class, folder)?)
    }

    unsafe fn get_receive_folder(
        &self,
        class: *const c_void,
        flags: u32,
        size: *mut u32,
        entry_id: *mut *mut abi::ENTRYID,
        explicit_class: *mut *mut c_void,
    ) -> Outcome {
        // SAFETY: what COM demands of the caller, here and below.
        unsafe {
            arguments::clear(entry_id);
            arguments::clear(explicit_class);
            arguments::put(size, 0);
            arguments::require(size)?;
            arguments::require(entry_id)?;
            self.session.check_alive()?;
            let class = Self::class(class, flags);
            let found = self.session.store().receive_folder(&class)?;
            let id = self
                .session
                .store()
                .entry_id(ObjectId::Folder(found.folder));
            let id_block = Chain::of_bytes(self.session.memory(), &id)?;
            if !explicit_class.is_null() {
                let class_block = match Width::of_flags(flags) {
                    Width::Wide => {
                        let bytes: Vec<u8> = strings::to_wide(&found.class)
                            .into_iter()
                            .flat_map(u16::to_ne_bytes)
                            .collect();
                        Chain::of_bytes(self.session.memory(), &bytes)?
                    }
                    Width::Narrow => {
                        Chain::of_bytes(self.session.memory(), &strings::to_narrow(&found.class))?
                    }
                };
                arguments::put(explicit_class, class_block.into_raw());
            }
            arguments::put(size, u32::try_from(id.len()).unwrap_or(0));
            arguments::put(entry_id, id_block.into_raw());
        }
        Ok(())
    }

    fn receive_folder_table(&self, flags: u32) -> Outcome<IMAPITable> {
        table::receive_folders(&self.session, Width::of_flags(flags))
    }
}

/// Writes the store object's properties through a stream.
struct Owner(Arc<Session>);

impl StreamOwner for Owner {
    fn check(&self) -> Outcome {
        self.0.check_alive()
    }

    fn set(&self, tag: PropTag, value: Value) -> Outcome {
        Ok(self.0.store().set_properties(&[(tag, value)], &[])?)
    }
}

impl PropertyObject for StoreObject {
    fn session(&self) -> &Arc<Session> {
        &self.session
    }

    fn last_error(&self) -> &LastError {
        &self.last_error
    }

    fn writable(&self) -> bool {
        self.session.supports(abi::STORE_MODIFY_OK)
    }

    fn list(&self) -> Outcome<Vec<PropTag>> {
        Ok(self.properties()?.visible().map(|(tag, _)| tag).collect())
    }

    fn read(&self, ids: &[u16]) -> Outcome<Vec<Option<Value>>> {
        Ok(pick(&self.properties()?, ids))
    }

    fn write(&self, edits: Vec<Edit>) -> Outcome<Vec<Option<Fault>>> {
        let count = edits.len();
        let (set, remove) = Edit::split(edits);
        self.session.store().set_properties(&set, &remove)?;
        Ok(vec![None; count])
    }

    fn is_computed(&self, id: u16) -> bool {
        let sessions = [
            abi::PR_MDB_PROVIDER,
            abi::PR_PROVIDER_DISPLAY,
            abi::PR_STORE_UNICODE_MASK,
            abi::PR_STORE_STATE,
            abi::PR_DEFAULT_STORE,
        ];
        is_session_property(id)
            || sessions.iter().any(|&tag| PropTag(tag).id() == id)
            || Store::is_computed(id)
    }

    fn extended_size(&self) -> Outcome<Option<u64>> {
        Ok(Some(self.session().store().size()?))
    }

    fn is_ignored(&self, id: u16) -> bool {
        id == PropTag(abi::PR_RECEIVE_FOLDER_SETTINGS).id()
    }

    fn open_property(&self, request: &PropertyRequest) -> Outcome<IUnknown> {
        let id = request.tag.id();
        if self.is_ignored(id) {
            if request.iid != abi::IMAPITable::IID {
                return Err(Fault::new(abi::MAPI_E_INTERFACE_NOT_SUPPORTED));
            }
            return Ok(self.receive_folder_table(request.interface_options)?.into());
        }
        if request.modify() && self.is_computed(id) {
            return Err(Fault::new(abi::MAPI_E_NO_ACCESS));
        }
        let current = self.read(&[id])?.remove(0);
        open_stream(&self.session, request, current, || {
            Box::new(Owner(Arc::clone(&self.session)))
        })
    }
}

/// Implements `IMsgStore` for an outer type over [`StoreObject`].
macro_rules! implement_msg_store {
    ($outer:ident, $implementation:ident) => {
        impl Deref for $outer {
            type Target = StoreObject;

            fn deref(&self) -> &StoreObject {
                &self.0
            }
        }

        implement_mapi_prop!($implementation, IMsgStore, 0);

        impl IMsgStore_Impl for $implementation {
            unsafe fn Advise(
                &self,
                entry_id_size: u32,
                entry_id: *const abi::ENTRYID,
                event_mask: u32,
                sink: *mut c_void,
                connection: *mut usize,
            ) -> HRESULT {
                guard_object("IMsgStore::Advise", &self.last_error, || {
                    // SAFETY: what COM demands of the caller.
                    unsafe {
                        self.session.check_alive()?;
                        let entry_id = arguments::entry_id(entry_id_size, entry_id)?;
                        advise::advise(&self.session, entry_id, event_mask, sink, connection)
                    }
                })
            }

            unsafe fn Unadvise(&self, connection: usize) -> HRESULT {
                guard_object("IMsgStore::Unadvise", &self.last_error, || {
                    advise::unadvise(&self.session, connection)
                })
            }

            unsafe fn CompareEntryIDs(
                &self,
                entry_id_1_size: u32,
                entry_id_1: *const abi::ENTRYID,
                entry_id_2_size: u32,
                entry_id_2: *const abi::ENTRYID,
                _flags: u32,
                result: *mut u32,
            ) -> HRESULT {
                guard_object("IMsgStore::CompareEntryIDs", &self.last_error, || {
                    let first = (entry_id_1_size, entry_id_1);
                    let second = (entry_id_2_size, entry_id_2);
                    // SAFETY: what COM demands of the caller.
                    unsafe { open::compare_entry_ids(&self.session, first, second, result) }
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
                guard_object("IMsgStore::OpenEntry", &self.last_error, || {
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

            unsafe fn SetReceiveFolder(
                &self,
                message_class: *const c_void,
                flags: u32,
                entry_id_size: u32,
                entry_id: *const abi::ENTRYID,
            ) -> HRESULT {
                guard_object("IMsgStore::SetReceiveFolder", &self.last_error, || {
                    // SAFETY: what COM demands of the caller.
                    unsafe {
                        self.set_receive_folder(message_class, flags, entry_id_size, entry_id)
                    }
                })
            }

            unsafe fn GetReceiveFolder(
                &self,
                message_class: *const c_void,
                flags: u32,
                entry_id_size: *mut u32,
                entry_id: *mut *mut abi::ENTRYID,
                explicit_class: *mut *mut c_void,
            ) -> HRESULT {
                guard_object("IMsgStore::GetReceiveFolder", &self.last_error, || {
                    // SAFETY: what COM demands of the caller.
                    unsafe {
                        self.get_receive_folder(
                            message_class,
                            flags,
                            entry_id_size,
                            entry_id,
                            explicit_class,
                        )
                    }
                })
            }

            unsafe fn GetReceiveFolderTable(&self, flags: u32, out: *mut *mut c_void) -> HRESULT {
                guard_object("IMsgStore::GetReceiveFolderTable", &self.last_error, || {
                    // SAFETY: what COM demands of the caller.
                    unsafe {
                        arguments::clear(out);
                        arguments::require(out)?;
                        self.session.check_alive()?;
                        arguments::put(out, self.receive_folder_table(flags)?.into_raw());
                    }
                    Ok(())
                })
            }

            unsafe fn StoreLogoff(&self, flags: *mut u32) -> HRESULT {
                guard_object("IMsgStore::StoreLogoff", &self.last_error, || {
                    arguments::require(flags)?;
                    // SAFETY: not NULL.
                    unsafe {
                        self.session
                            .remember_logoff(flags.read_unaligned() & LOGOFF_WAYS);
                        arguments::put(flags, submission::outbound(&self.session));
                    }
                    self.session.stop_attendants(abi::MAPI_E_USER_CANCEL);
                    Ok(())
                })
            }

            unsafe fn AbortSubmit(
                &self,
                entry_id_size: u32,
                entry_id: *const abi::ENTRYID,
                _flags: u32,
            ) -> HRESULT {
                guard_object("IMsgStore::AbortSubmit", &self.last_error, || {
                    // SAFETY: what COM demands of the caller.
                    unsafe { submission::abort(&self.session, entry_id_size, entry_id) }
                })
            }

            unsafe fn GetOutgoingQueue(&self, _flags: u32, table: *mut *mut c_void) -> HRESULT {
                guard_object("IMsgStore::GetOutgoingQueue", &self.last_error, || {
                    // SAFETY: what COM demands of the caller.
                    unsafe {
                        arguments::clear(table);
                        let queue = submission::outgoing_queue(&self.session)?;
                        arguments::require(table)?;
                        arguments::put(table, queue.into_raw());
                    }
                    Ok(())
                })
            }

            unsafe fn SetLockState(&self, message: *mut c_void, lock_state: u32) -> HRESULT {
                guard_object("IMsgStore::SetLockState", &self.last_error, || {
                    // SAFETY: what COM demands of the caller.
                    unsafe { submission::set_lock_state(&self.session, message, lock_state) }
                })
            }

            unsafe fn FinishedMsg(
                &self,
                _flags: u32,
                entry_id_size: u32,
                entry_id: *const abi::ENTRYID,
            ) -> HRESULT {
                guard_object("IMsgStore::FinishedMsg", &self.last_error, || {
                    // SAFETY: what COM demands of the caller.
                    unsafe { submission::finished(&self.session, entry_id_size, entry_id) }
                })
            }

            unsafe fn NotifyNewMail(&self, notification: *const abi::NOTIFICATION) -> HRESULT {
                guard_object("IMsgStore::NotifyNewMail", &self.last_error, || {
                    submission::check_spooler(&self.session)?;
                    // SAFETY: what COM demands of the caller.
                    unsafe { advise::notify_new_mail(&self.session, notification) }
                })
            }
        }
    };
}

implement_msg_store!(MsgStore, MsgStore_Impl);
implement_msg_store!(SyncMsgStore, SyncMsgStore_Impl);
implement_msg_store!(CapableMsgStore, CapableMsgStore_Impl);
implement_msg_store!(CapableSyncMsgStore, CapableSyncMsgStore_Impl);

/// Implements `IMAPISync` for an outer type over [`StoreObject`].
macro_rules! implement_sync {
    ($implementation:ident) => {
        impl IMAPISync_Impl for $implementation {
            unsafe fn SynchronizeInBackground(&self, info: *mut abi::MAPISIB) -> HRESULT {
                guard_object(
                    "IMAPISync::SynchronizeInBackground",
                    &self.last_error,
                    // SAFETY: what COM demands of the caller.
                    || unsafe { map_sync::synchronize(&self.session, info) },
                )
            }
        }
    };
}

implement_sync!(SyncMsgStore_Impl);
implement_sync!(CapableSyncMsgStore_Impl);

/// Implements `IMSCapabilities` for an outer type over [`StoreObject`].
macro_rules! implement_capabilities {
    ($implementation:ident) => {
        impl IMSCapabilities_Impl for $implementation {
            unsafe fn GetCapabilities(&self, selector: u32) -> u32 {
                capabilities(selector)
            }
        }
    };
}

implement_capabilities!(CapableMsgStore_Impl);
implement_capabilities!(CapableSyncMsgStore_Impl);

/// What `IMSCapabilities` answers where it is offered \[imscapabilities-getcapabilities\]. Whether
/// `MSCAP_RES_ANNOTATION` stands for annotations or for leaving out what is wrong in a restriction, the documents do not
/// agree on, and the store does not do the latter: it is not claimed.
fn capabilities(selector: u32) -> u32 {
    match selector {
        abi::MSCAP_SEL_FOLDER => abi::MSCAP_SECURE_FOLDER_HOMEPAGES,
        _ => 0,
    }
}
