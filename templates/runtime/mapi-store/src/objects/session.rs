//! What a store object, its logon object and everything opened from them have in common.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use mapi_abi as abi;

use super::advise::Notifier;
use super::{map_sync, search};
use crate::com::fault::{Fault, Outcome};
use crate::com::memory::Allocators;
use crate::com::support::Support;
use crate::definition::ProviderDefinition;
use crate::entry::Connect;
use crate::settings::Settings;
use crate::store::{EntryIdError, ObjectId, SpoolerSeat, Store, store_record_key};

/// Something that runs as long as the store is open, such as a synchronization.
pub trait Attendant: Send + Sync {
    /// Stops it: no new work, what runs is cancelled. Returns after a bounded wait; may be called more than once.
    ///
    /// `reason` is the code that those who wait for a result are given.
    fn stop(&self, reason: abi::SCODE);
}

/// What a new [`Session`] starts with.
pub struct SessionParts {
    /// The provider.
    pub definition: &'static ProviderDefinition,
    /// Where the mail lives; `None` for a provider without synchronization.
    pub connect: Option<Connect>,
    /// The memory functions for everything that callers will free.
    pub memory: Allocators,
    /// The support object, of which the session keeps a reference.
    pub support: Support,
    /// The open store.
    pub store: Store,
    /// What the user configured.
    pub settings: Settings,
    /// Whether the logon asked to write (`MDB_WRITE`).
    pub for_writing: bool,
    /// Whether this is the spooler's own pair of objects (`SpoolerLogon`).
    pub spooler: bool,
    /// What keeps other spoolers from taking this one for dead.
    pub spooler_seat: Option<SpoolerSeat>,
    /// Whether the profile calls it the default store.
    pub default_store: bool,
    /// The wrapped entry id of the store: `PR_STORE_ENTRYID` of every object.
    pub wrapped_entry_id: Vec<u8>,
}

/// The inner context of one open store.
///
/// Objects hold it by `Arc` and outlive the store object with it; once that is gone, [`Session::check_alive`] fails and
/// every call of theirs with it. Nobody but the session holds a reference to the support object: the store object's last
/// Release gives it back \[shutting-down-a-message-store-provider\].
pub struct Session {
    definition: &'static ProviderDefinition,
    connect: Option<Connect>,
    memory: Allocators,
    support: Mutex<Option<Support>>,
    store: Store,
    settings: Settings,
    for_writing: bool,
    spooler: bool,
    spooler_seat: Mutex<Option<SpoolerSeat>>,
    default_store: bool,
    wrapped_entry_id: Vec<u8>,
    record_key: Vec<u8>,
    dead: AtomicBool,
    quiet: AtomicBool,
    spooler_told: AtomicBool,
    logoff_flags: AtomicU32,
    attendants: RwLock<Vec<Arc<dyn Attendant>>>,
    notifier: Notifier,
    synchronizer: map_sync::Slot,
}

impl Session {
    /// A session for a store that was just opened.
    pub fn new(parts: SessionParts) -> Arc<Self> {
        let record_key = store_record_key(&parts.definition.provider_uid, parts.store.uid());
        let session = Arc::new(Self {
            definition: parts.definition,
            connect: parts.connect,
            memory: parts.memory,
            support: Mutex::new(Some(parts.support)),
            store: parts.store,
            settings: parts.settings,
            for_writing: parts.for_writing,
            spooler: parts.spooler,
            spooler_seat: Mutex::new(parts.spooler_seat),
            default_store: parts.default_store,
            wrapped_entry_id: parts.wrapped_entry_id,
            record_key,
            dead: AtomicBool::new(false),
            quiet: AtomicBool::new(false),
            spooler_told: AtomicBool::new(false),
            logoff_flags: AtomicU32::new(0),
            attendants: RwLock::default(),
            notifier: Notifier::default(),
            synchronizer: map_sync::Slot::default(),
        });
        Notifier::listen(&session);
        search::attend(&session);
        session
    }

    /// The provider.
    pub fn definition(&self) -> &'static ProviderDefinition {
        self.definition
    }

    /// Makes the other side of the synchronization, where there is one.
    pub fn connect(&self) -> Option<Connect> {
        self.connect
    }

    /// The memory functions for everything that callers will free.
    pub fn memory(&self) -> Allocators {
        self.memory
    }

    /// The store.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// What the user configured.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Whether clients may write anything at all.
    pub fn writable(&self) -> bool {
        self.store.is_writable()
    }

    /// Whether the logon asked to write, whatever the store allows.
    pub fn for_writing(&self) -> bool {
        self.for_writing
    }

    /// Whether the spooler-only methods may be called.
    pub fn spooler(&self) -> bool {
        self.spooler
    }

    /// `PR_DEFAULT_STORE`.
    pub fn is_default_store(&self) -> bool {
        self.default_store
    }

    /// The support object, by a reference of the caller's own to drop soon; `MAPI_E_END_OF_SESSION` once it is released.
    ///
    /// What is called on it may call back in: hold no lock meanwhile.
    pub fn support(&self) -> Outcome<Support> {
        let support = self.support.lock().unwrap_or_else(PoisonError::into_inner);
        support
            .clone()
            .ok_or(Fault::new(abi::MAPI_E_END_OF_SESSION))
    }

    /// The UID that every entry id of this store carries.
    pub fn uid(&self) -> &[u8; 16] {
        self.store.uid()
    }

    /// `PR_STORE_ENTRYID`: the wrapped entry id of the store.
    pub fn wrapped_entry_id(&self) -> &[u8] {
        &self.wrapped_entry_id
    }

    /// `PR_STORE_RECORD_KEY`.
    pub fn record_key(&self) -> &[u8] {
        &self.record_key
    }

    /// `PR_MAPPING_SIGNATURE`: one mapping of named properties per store \[supporting-named-properties-in-message-stores\].
    pub fn mapping_signature(&self) -> &[u8; 16] {
        self.store.uid()
    }

    /// `PR_STORE_SUPPORT_MASK`: what clients may expect of the store as it is open.
    pub fn support_mask(&self) -> u32 {
        self.store.support_mask()
    }

    /// Whether the mask has one of the `STORE_` bits. Clients do not look at it before they call, so objects do
    /// \[read-only-message-stores\].
    pub fn supports(&self, bit: u32) -> bool {
        self.support_mask() & bit != 0
    }

    /// Fails where the mask lacks a bit, with the code for what a store does not do.
    pub fn check_supports(&self, bit: u32) -> Outcome {
        if self.supports(bit) {
            Ok(())
        } else {
            Err(Fault::because(
                abi::MAPI_E_NO_SUPPORT,
                "This message store does not offer that.",
            ))
        }
    }

    /// `PR_ACCESS_LEVEL` of objects that may be changed as far as the store goes.
    pub fn access_level(&self) -> u32 {
        u32::from(self.supports(abi::STORE_MODIFY_OK))
    }

    /// The object that an entry id names; empty means the root folder.
    ///
    /// Another store's id is `MAPI_E_UNKNOWN_ENTRYID`, a damaged one `MAPI_E_INVALID_ENTRYID`.
    pub fn parse_entry_id(&self, entry_id: &[u8]) -> Outcome<ObjectId> {
        ObjectId::parse(entry_id, self.uid()).map_err(Fault::from)
    }

    /// Fails when the store has been closed; the first line of every method of every object.
    pub fn check_alive(&self) -> Outcome {
        if self.dead.load(Ordering::Acquire) {
            Err(Fault::because(
                abi::MAPI_E_INVALID_OBJECT,
                "The message store has been closed.",
            ))
        } else {
            Ok(())
        }
    }

    /// Fails when what is in the store cannot be changed, moved or deleted.
    pub fn check_modify(&self) -> Outcome {
        self.check_permission(
            abi::STORE_MODIFY_OK,
            "This message store does not let its contents be changed.",
        )
    }

    /// Fails when nothing new can be put into the store.
    pub fn check_create(&self) -> Outcome {
        self.check_permission(
            abi::STORE_CREATE_OK,
            "This message store does not let anything be created.",
        )
    }

    fn check_permission(&self, bit: u32, reason: &'static str) -> Outcome {
        if self.supports(bit) {
            return Ok(());
        }
        let reason = if self.writable() {
            reason
        } else {
            "The message store is open for reading only."
        };
        Err(Fault::because(abi::MAPI_E_NO_ACCESS, reason))
    }

    /// Tells MAPI, once in the life of the session, that the store has something to send
    /// \[imapisupport-spoolernotify\].
    pub(super) fn tell_spooler(&self, support: &Support) -> Outcome {
        if self.spooler_told.swap(true, Ordering::AcqRel) {
            return Ok(());
        }
        let told = support.spooler_notify(abi::NOTIFY_READYTOSEND);
        if told.is_err() {
            self.spooler_told.store(false, Ordering::Release);
        }
        told
    }

    /// Who wants to hear of what happens in the store.
    pub fn notifier(&self) -> &Notifier {
        &self.notifier
    }

    /// The place of the store's synchronization.
    pub(super) fn synchronizer(&self) -> &map_sync::Slot {
        &self.synchronizer
    }

    /// Fails when no new work may be started in the background.
    pub fn check_working(&self) -> Outcome {
        if self.quiet.load(Ordering::Acquire) {
            Err(Fault::because(
                abi::MAPI_E_END_OF_SESSION,
                "The program that uses the message store is about to end.",
            ))
        } else {
            Ok(())
        }
    }

    /// Has something stopped when the store closes or its work ends; at once if it has already.
    pub fn attend(&self, attendant: Arc<dyn Attendant>) {
        self.attendants
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .push(Arc::clone(&attendant));
        // Whoever ends it marks the session first and looks at the list then, so one of the two stops it.
        if self
            .check_alive()
            .and_then(|()| self.check_working())
            .is_err()
        {
            attendant.stop(abi::MAPI_E_END_OF_SESSION);
        }
    }

    /// Remembers how the client logged off, for the transports.
    pub fn remember_logoff(&self, flags: u32) {
        self.logoff_flags.store(flags, Ordering::Release);
    }

    /// Invalidates every object of the session and stops what runs; the support object stays. May be called again.
    pub fn invalidate(&self, reason: abi::SCODE) {
        self.dead.store(true, Ordering::Release);
        self.stop_attendants(reason);
    }

    /// Ends all work in the background for good, because the process is about to end. Objects stay usable.
    pub fn end_work(&self) {
        self.quiet.store(true, Ordering::Release);
        self.stop_attendants(abi::MAPI_E_END_OF_SESSION);
    }

    /// Stops what runs without closing anything.
    pub fn stop_attendants(&self, reason: abi::SCODE) {
        // Cloned out: stopping calls out of the DLL, and that must not happen under the lock.
        let attendants = self
            .attendants
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        for attendant in attendants {
            attendant.stop(reason);
        }
    }

    /// The end of the store object: invalidates the session, tells the transports, gives the support object back. Only
    /// the first call does anything.
    pub fn close(&self) {
        self.invalidate(abi::MAPI_E_END_OF_SESSION);
        self.attendants
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .clear();
        let seat = self
            .spooler_seat
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        // With no lock held: giving it back writes to the store.
        drop(seat);
        let support = self
            .support
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        let Some(support) = support else { return };
        let flags = match self.logoff_flags.load(Ordering::Acquire) {
            0 => abi::LOGOFF_ABORT,
            flags => flags,
        };
        if let Err(fault) = support.store_logoff_transports(flags) {
            tracing::debug!(%fault, "the transports could not be told that the store closes");
        }
    }
}

impl From<EntryIdError> for Fault {
    fn from(error: EntryIdError) -> Self {
        Self::new(match error {
            EntryIdError::Foreign => abi::MAPI_E_UNKNOWN_ENTRYID,
            EntryIdError::Malformed => abi::MAPI_E_INVALID_ENTRYID,
        })
    }
}
