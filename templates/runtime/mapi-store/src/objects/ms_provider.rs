//! The provider object: opens stores, and keeps a list of those that are open.

use std::ffi::c_void;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak as WeakArc};

use mapi_abi::{
    self as abi, IMAPIProviderShutdown, IMAPIProviderShutdown_Impl, IMAPISupport, IMSProvider,
    IMSProvider_Impl, IMsgStore,
};
use windows_core::{GUID, HRESULT, IUnknown, Interface, Weak, implement};

use super::ms_logon::MsLogon;
use super::session::{Session, SessionParts};
use super::{msg_store, status};
use crate::com::fault::{Fault, Outcome};
use crate::com::guard::guard;
use crate::com::memory::{Allocators, Chain};
use crate::com::strings::{self, Width};
use crate::com::support::Support;
use crate::com::{arguments, client, mapi_error};
use crate::definition::StoreKind;
use crate::entry::profile::{PR_STORE_UID, Section};
use crate::entry::{Provider, SpoolData, start_logging, store_file};
use crate::store::{SpoolerSeat, Store, StoreOptions, Value, parse_store_entry_id, store_entry_id};

/// What one call of `MSProviderInit` returns.
#[implement(IMSProvider, IMAPIProviderShutdown, Agile = false)]
pub struct MsProvider {
    provider: Provider,
    memory: Allocators,
    stores: Mutex<Vec<OpenStore>>,
    /// The process is about to end: no new work.
    ending: AtomicBool,
}

/// A store that this provider object has opened. It is held weakly: its clients decide how long it lives.
struct OpenStore {
    uid: [u8; 16],
    spooler: bool,
    writable: bool,
    object: Weak<IMsgStore>,
    session: WeakArc<Session>,
}

impl OpenStore {
    fn serves(&self, uid: &[u8; 16], spooler: bool, writable: bool) -> bool {
        self.uid == *uid && self.spooler == spooler && (self.writable || !writable)
    }
}

/// The arguments of a logon.
struct Logon<'a> {
    support: &'a IMAPISupport,
    entry_id: Vec<u8>,
    flags: u32,
    iid: GUID,
    spooler: bool,
    /// What the spooler was given of an earlier logon.
    spool_data: Option<SpoolData>,
}

/// What either kind of logon does with the data for the spooler.
enum Spool {
    /// Logon: where its size and its bytes go.
    Out(*mut u32, *mut *mut u8),
    /// SpoolerLogon: the bytes; none if the profile has to do.
    In(Vec<u8>),
}

/// What a logon leads to.
enum Opened {
    /// A store that was open already.
    Existing(IMsgStore),
    /// A store that was opened now, with its session.
    New(IMsgStore, Arc<Session>),
}

impl MsProvider {
    /// A provider object, new for every initialization \[msproviderinit\].
    pub fn create(provider: Provider, memory: Allocators) -> IMSProvider {
        Self {
            provider,
            memory,
            stores: Mutex::default(),
            ending: AtomicBool::new(false),
        }
        .into()
    }

    fn stores(&self) -> MutexGuard<'_, Vec<OpenStore>> {
        self.stores.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The open store with this UID. The reference is released by the caller, with no lock held: it may be the last one.
    ///
    /// One that is open for reading only does not serve a client that wants to write.
    fn open_store(&self, uid: &[u8; 16], spooler: bool, writable: bool) -> Option<IMsgStore> {
        let mut stores = self.stores();
        stores.retain(|store| store.session.strong_count() > 0);
        stores
            .iter()
            .filter(|store| store.serves(uid, spooler, writable))
            .find_map(|store| store.object.upgrade())
    }

    /// The sessions that are still there.
    fn sessions(&self) -> Vec<Arc<Session>> {
        self.stores()
            .iter()
            .filter_map(|store| store.session.upgrade())
            .collect()
    }

    /// Opens a store in the order of steps of the documentation \[imsprovider-logon, implementing-service-provider-logon\].
    fn log_on(&self, logon: &Logon<'_>) -> Outcome<Opened> {
        let definition = self.provider.definition;
        let named_uid = if logon.entry_id.is_empty() {
            None
        } else {
            let uid = parse_store_entry_id(&logon.entry_id, &definition.provider_uid);
            Some(uid.map_err(|_| {
                Fault::because(
                    abi::MAPI_E_FAILONEPROVIDER,
                    "The profile names a store of another provider.",
                )
            })?)
        };
        let spool_data = logon.spool_data.as_ref();
        if let (Some(uid), Some(data)) = (named_uid, spool_data)
            && uid != data.uid
        {
            return Err(Fault::because(
                abi::MAPI_E_FAILONEPROVIDER,
                "The data for the spooler is that of another store.",
            ));
        }
        let named_uid = named_uid.or(spool_data.map(|data| data.uid));
        let writable = logon.flags & abi::MDB_WRITE != 0;
        let open = |uid: &[u8; 16]| self.open_store(uid, logon.spooler, writable);
        if let Some(existing) = named_uid.as_ref().and_then(open) {
            return Ok(Opened::Existing(existing));
        }

        let profile = self.read_profile(logon.support)?;
        start_logging(definition, &profile.log_directory(definition));
        let settings = if spool_data.is_some() {
            // The data says all that the spooler needs to know; settings are for synchronization.
            profile.settings(definition).unwrap_or_default()
        } else if profile.is_configured() {
            profile.settings(definition)?
        } else {
            return Err(Fault::new(abi::MAPI_E_UNCONFIGURED));
        };
        let uid = match named_uid.or(profile.store_uid()) {
            Some(uid) => uid,
            None => Support::new_uid(logon.support)?,
        };
        if named_uid.is_none()
            && let Some(existing) = open(&uid)
        {
            return Ok(Opened::Existing(existing));
        }

        let path = spool_data.map_or_else(
            || store_file(&profile.store_directory(definition), &uid),
            SpoolData::store_file,
        );
        let store = Store::open(StoreOptions {
            path,
            uid,
            definition,
            writable,
        })?;
        let spooler_seat = if logon.spooler {
            SpoolerSeat::take(&store)
        } else {
            None
        };
        let support = Support::new(logon.support, self.memory);
        let wrapped_entry_id =
            support.wrap_store_entry_id(&store_entry_id(&definition.provider_uid, &uid))?;
        let session = Session::new(SessionParts {
            definition,
            connect: self.provider.connect,
            memory: self.memory,
            support: support.clone(),
            store,
            settings,
            for_writing: writable,
            spooler: logon.spooler,
            spooler_seat,
            default_store: profile.is_default_store(),
            wrapped_entry_id,
        });
        if !logon.spooler {
            self.write_profile(&support, &session)?;
            if logon.flags & abi::MDB_TEMPORARY == 0 {
                support.modify_profile()?;
            }
        }
        support.set_provider_uid(uid)?;
        if let Err(fault) = self.write_status_row(&support, &session) {
            // A row that is missing in a list is no reason to keep the user from the mail.
            tracing::warn!(%fault, "the status row could not be written");
        }
        Ok(self.enter(&uid, session))
    }

    /// Creates the store object and lists it, unless another thread was faster with the same store.
    fn enter(&self, uid: &[u8; 16], session: Arc<Session>) -> Opened {
        let mut stores = self.stores();
        // No call out happens under the lock: only objects of ours are touched, and none is released.
        let existing = stores
            .iter()
            .filter(|store| store.serves(uid, session.spooler(), session.for_writing()))
            .find_map(|store| store.object.upgrade());
        if let Some(existing) = existing {
            return Opened::Existing(existing);
        }
        let object = msg_store::create(&session);
        stores.push(OpenStore {
            uid: *uid,
            spooler: session.spooler(),
            writable: session.for_writing(),
            object: object.downgrade().unwrap_or_else(|_| Weak::new()),
            session: Arc::downgrade(&session),
        });
        drop(stores);
        // Whoever ends the work marks the provider first and looks at the list then.
        if self.ending.load(Ordering::Acquire) {
            session.end_work();
        }
        Opened::New(object, session)
    }

    /// What the spooler gets, for a store that has business with it.
    fn spool_data(&self, session: &Session) -> Outcome<Option<(Chain, u32)>> {
        let definition = self.provider.definition;
        if definition.store_kind == StoreKind::Secondary {
            return Ok(None);
        }
        let data = session.store().path().parent().and_then(|directory| {
            let data = SpoolData {
                uid: *session.uid(),
                directory: directory.to_owned(),
            };
            data.encode(definition)
        });
        data.map(|bytes| {
            let length = u32::try_from(bytes.len()).unwrap_or(0);
            Ok((Chain::of_bytes(self.memory, &bytes)?, length))
        })
        .transpose()
    }

    /// A section that does not exist yet is one without anything in it.
    fn read_profile(&self, support: &IMAPISupport) -> Outcome<Section> {
        match Support::open_profile_section(support, None, 0) {
            Ok(section) => Section::read(&section, self.provider.definition, self.memory),
            Err(fault) if fault.code() == abi::MAPI_E_NOT_FOUND => Ok(Section::default()),
            Err(fault) => Err(fault),
        }
    }

    /// Tells the profile what the store is. The section is open for as short as possible: it keeps others out.
    fn write_profile(&self, support: &Support, session: &Session) -> Outcome {
        let definition = session.definition();
        let name = display_name(session)?;
        let section = Support::open_profile_section(support.object(), None, abi::MAPI_MODIFY)?;
        client::set(
            &section,
            self.memory,
            &[
                (abi::PR_DISPLAY_NAME, Value::Unicode(name)),
                (
                    abi::PR_ENTRYID,
                    Value::Binary(session.wrapped_entry_id().to_vec()),
                ),
                (
                    abi::PR_RECORD_KEY,
                    Value::Binary(session.record_key().to_vec()),
                ),
                (
                    abi::PR_PROVIDER_DISPLAY,
                    Value::Unicode(definition.display_name.to_owned()),
                ),
                (
                    abi::PR_MDB_PROVIDER,
                    Value::Binary(definition.provider_uid.to_vec()),
                ),
                (PR_STORE_UID, Value::Binary(session.uid().to_vec())),
            ],
        )
    }

    fn write_status_row(&self, support: &Support, session: &Session) -> Outcome {
        let definition = session.definition();
        let (row, count) = client::array(
            self.memory,
            &[
                (abi::PR_DISPLAY_NAME, Value::Unicode(display_name(session)?)),
                (
                    abi::PR_PROVIDER_DISPLAY,
                    Value::Unicode(definition.display_name.to_owned()),
                ),
                (
                    abi::PR_STATUS_CODE,
                    Value::Long(abi::STATUS_AVAILABLE.cast_signed()),
                ),
                (
                    abi::PR_RESOURCE_METHODS,
                    Value::Long(status::RESOURCE_METHODS.cast_signed()),
                ),
            ],
        )?;
        // SAFETY: the chain holds `count` values.
        let row = unsafe { arguments::array(row.head::<abi::SPropValue>(), count)? };
        support.modify_status_row(&row, 0)
    }

    /// Checks the arguments of either logon, opens the store and hands it over.
    ///
    /// # Safety
    /// The pointers are valid or NULL as COM demands of the methods.
    #[allow(clippy::too_many_arguments)]
    unsafe fn answer_logon(
        &self,
        support: *mut c_void,
        profile_name: *const c_void,
        entry_id: (u32, *const abi::ENTRYID),
        flags: u32,
        iid: *const GUID,
        spool: Spool,
        error: *mut *mut abi::MAPIERROR,
        logon_out: *mut *mut c_void,
        store_out: *mut *mut c_void,
    ) -> Outcome {
        let definition = self.provider.definition;
        // SAFETY: the caller's promise, here and below.
        unsafe {
            arguments::clear(error);
            arguments::clear(logon_out);
            arguments::clear(store_out);
            arguments::require(logon_out)?;
            arguments::require(store_out)?;
            let support = arguments::interface::<IMAPISupport>(&support);
            let support = support.ok_or(Fault::new(abi::MAPI_E_INVALID_PARAMETER))?;
            let iid = arguments::interface_id(iid).unwrap_or(IMsgStore::IID);
            if !self.is_store_interface(&iid) {
                return Err(Fault::new(abi::MAPI_E_INTERFACE_NOT_SUPPORTED));
            }
            let entry_id = arguments::entry_id(entry_id.0, entry_id.1)?;
            let profile_name =
                strings::read(profile_name, Width::of_flags(flags)).unwrap_or_default();
            let logon = Logon {
                support,
                entry_id,
                flags,
                iid,
                spooler: matches!(spool, Spool::In(_)),
                spool_data: match &spool {
                    Spool::In(bytes) if !bytes.is_empty() => {
                        let data = SpoolData::decode(bytes, definition);
                        Some(data.ok_or(Fault::new(abi::MAPI_E_FAILONEPROVIDER))?)
                    }
                    _ => None,
                },
            };
            match self.log_on(&logon).map_err(for_mapi) {
                Ok(Opened::Existing(store)) => {
                    arguments::answer(&store.into(), logon.iid, store_out)
                }
                Ok(Opened::New(store, session)) => {
                    let data = self.spool_data(&session)?;
                    arguments::answer(&store.into(), logon.iid, store_out)?;
                    arguments::put(logon_out, MsLogon::create(&session).into_raw());
                    if let Spool::Out(size, bytes) = spool
                        && let Some((chain, length)) = data
                        && !size.is_null()
                        && !bytes.is_null()
                    {
                        arguments::put(size, length);
                        arguments::put(bytes, chain.into_raw());
                    }
                    tracing::info!(
                        profile = profile_name,
                        writable = session.writable(),
                        spooler = logon.spooler,
                        "store opened"
                    );
                    Ok(())
                }
                Err(fault) => {
                    let width = Width::of_flags(flags);
                    let text = mapi_error::build(
                        self.memory,
                        fault.message(),
                        definition.display_name,
                        width,
                    );
                    if let Ok(chain) = text {
                        if error.is_null() {
                            drop(chain);
                        } else {
                            arguments::put(error, chain.into_raw());
                        }
                    }
                    Err(fault)
                }
            }
        }
    }

    /// Whether the store object answers this interface; asked before anything is opened.
    fn is_store_interface(&self, iid: &GUID) -> bool {
        let synchronizes = self.provider.definition.sync.is_some();
        [IMsgStore::IID, abi::IMAPIProp::IID, IUnknown::IID].contains(iid)
            || synchronizes && *iid == abi::IMAPISync::IID
            || self.provider.definition.store.folder_home_pages && *iid == abi::IMSCapabilities::IID
    }
}

/// The name that the user gave the store, or the provider's.
fn display_name(session: &Session) -> Outcome<String> {
    let properties = session.store().properties()?;
    let name = properties.text(abi::PR_DISPLAY_NAME);
    Ok(name.unwrap_or(session.definition().display_name).to_owned())
}

/// Codes that MAPI knows what to do with pass; any other would disable the whole message service for the session, so they
/// become the one that only says: not now \[imsprovider-logon\].
fn for_mapi(fault: Fault) -> Fault {
    match fault.code() {
        abi::MAPI_E_UNCONFIGURED
        | abi::MAPI_E_FAILONEPROVIDER
        | abi::MAPI_E_LOGON_FAILED
        | abi::MAPI_E_USER_CANCEL
        | abi::MAPI_E_INTERFACE_NOT_SUPPORTED
        | abi::MAPI_E_NOT_ENOUGH_MEMORY => fault,
        _ => fault.with_code(abi::MAPI_E_FAILONEPROVIDER),
    }
}

impl IMSProvider_Impl for MsProvider_Impl {
    unsafe fn Shutdown(&self, flags: *mut u32) -> HRESULT {
        guard("IMSProvider::Shutdown", || {
            // All logons are gone by now; should one have been forgotten, nothing of it may run on.
            for session in self.sessions() {
                session.invalidate(abi::MAPI_E_END_OF_SESSION);
            }
            // SAFETY: NULL or valid for writing.
            unsafe { arguments::put(flags, 0) };
            Ok(())
        })
    }

    unsafe fn Logon(
        &self,
        support: *mut c_void,
        _ui_param: usize,
        profile_name: *const c_void,
        entry_id_size: u32,
        entry_id: *const abi::ENTRYID,
        flags: u32,
        iid: *const GUID,
        spool_security_size: *mut u32,
        spool_security: *mut *mut u8,
        error: *mut *mut abi::MAPIERROR,
        logon: *mut *mut c_void,
        store: *mut *mut c_void,
    ) -> HRESULT {
        // SAFETY: what COM demands of the caller. Before all else: also a panic leaves no garbage behind.
        unsafe {
            arguments::clear(error);
            arguments::clear(logon);
            arguments::clear(store);
        }
        guard("IMSProvider::Logon", || {
            // SAFETY: what COM demands of the caller.
            unsafe {
                arguments::put(spool_security_size, 0);
                arguments::clear(spool_security);
                let entry_id = (entry_id_size, entry_id);
                self.answer_logon(
                    support,
                    profile_name,
                    entry_id,
                    flags,
                    iid,
                    Spool::Out(spool_security_size, spool_security),
                    error,
                    logon,
                    store,
                )
            }
        })
    }

    unsafe fn SpoolerLogon(
        &self,
        support: *mut c_void,
        _ui_param: usize,
        profile_name: *const c_void,
        entry_id_size: u32,
        entry_id: *const abi::ENTRYID,
        flags: u32,
        iid: *const GUID,
        spool_security_size: u32,
        spool_security: *const u8,
        error: *mut *mut abi::MAPIERROR,
        logon: *mut *mut c_void,
        store: *mut *mut c_void,
    ) -> HRESULT {
        // SAFETY: what COM demands of the caller. Before all else: also a panic leaves no garbage behind.
        unsafe {
            arguments::clear(error);
            arguments::clear(logon);
            arguments::clear(store);
        }
        guard("IMSProvider::SpoolerLogon", || {
            // SAFETY: what COM demands of the caller.
            unsafe {
                arguments::clear(error);
                arguments::clear(logon);
                arguments::clear(store);
                if self.provider.definition.store_kind == StoreKind::Secondary {
                    // Only default stores have business with the spooler [default-message-stores].
                    return Err(Fault::new(abi::MAPI_E_NO_SUPPORT));
                }
                let entry_id = (entry_id_size, entry_id);
                self.answer_logon(
                    support,
                    profile_name,
                    entry_id,
                    flags,
                    iid,
                    Spool::In(arguments::bytes(spool_security, spool_security_size)?),
                    error,
                    logon,
                    store,
                )
            }
        })
    }

    unsafe fn CompareStoreIDs(
        &self,
        entry_id_1_size: u32,
        entry_id_1: *const abi::ENTRYID,
        entry_id_2_size: u32,
        entry_id_2: *const abi::ENTRYID,
        _flags: u32,
        result: *mut u32,
    ) -> HRESULT {
        guard("IMSProvider::CompareStoreIDs", || {
            // Nothing is locked or read here: MAPI may ask from within a call of ours.
            // SAFETY: what COM demands of the caller.
            unsafe {
                arguments::put(result, 0);
                arguments::require(result)?;
                let provider_uid = &self.provider.definition.provider_uid;
                let first = arguments::entry_id(entry_id_1_size, entry_id_1)?;
                let second = arguments::entry_id(entry_id_2_size, entry_id_2)?;
                let same = parse_store_entry_id(&first, provider_uid)?
                    == parse_store_entry_id(&second, provider_uid)?;
                arguments::put(result, u32::from(same));
            }
            Ok(())
        })
    }
}

impl IMAPIProviderShutdown_Impl for MsProvider_Impl {
    unsafe fn QueryFastShutdown(&self) -> HRESULT {
        // Whatever was saved is on disk: the process may end at any time.
        guard("IMAPIProviderShutdown::QueryFastShutdown", || Ok(()))
    }

    unsafe fn NotifyProcessShutdown(&self) -> HRESULT {
        guard("IMAPIProviderShutdown::NotifyProcessShutdown", || {
            // From here on until the process ends, nothing begins that could be cut off in the middle
            // [best-practices-for-fast-shutdown].
            self.ending.store(true, Ordering::Release);
            for session in self.sessions() {
                session.end_work();
            }
            Ok(())
        })
    }

    unsafe fn DoFastShutdown(&self) -> HRESULT {
        guard("IMAPIProviderShutdown::DoFastShutdown", || {
            self.ending.store(true, Ordering::Release);
            for session in self.sessions() {
                session.invalidate(abi::MAPI_E_END_OF_SESSION);
            }
            Ok(())
        })
    }
}
