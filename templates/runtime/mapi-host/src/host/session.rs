//! A session with an open store, and the way there.

use crate::host::*;
use mapi_abi::*;
use std::ffi::c_void;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use windows_core::{GUID, HRESULT, IUnknown, Interface};

/// What a store is opened with.
#[derive(Clone, Debug)]
pub struct LogonOptions {
    /// The private entry id of the store; without one the profile decides.
    pub entry_id: Option<Vec<u8>>,
    /// The flags.
    pub flags: u32,
    /// The interface; NULL without one.
    pub iid: Option<GUID>,
    /// The name of the profile.
    pub profile_name: String,
}

impl Default for LogonOptions {
    /// A store without dialogs, for reading and writing, that the profile chooses.
    fn default() -> Self {
        Self {
            entry_id: None,
            flags: MDB_NO_DIALOG | MDB_WRITE | MAPI_UNICODE,
            iid: None,
            profile_name: "Outlook".into(),
        }
    }
}

/// What `IMSProvider::Logon` did, whether it succeeded or not.
pub struct LogonAttempt {
    /// The code.
    pub code: HRESULT,
    /// The store, if one was returned.
    pub store: Option<IUnknown>,
    /// Whether a logon object was returned: not when the store is open already.
    pub logon: bool,
    /// The description of the error, if there is one.
    pub error: Option<ErrorText>,
    /// What the spooler is to open the store with.
    pub spool_security: Vec<u8>,
    /// How many references to the support object the provider kept.
    pub support_references: u32,
    seat: Arc<Seat>,
}

/// A provider that has been initialized: its `IMSProvider` object.
pub struct RunningProvider {
    object: Option<Free<IMSProvider>>,
    state: Arc<HostState>,
}

impl RunningProvider {
    pub(crate) fn new(object: IMSProvider, state: &Arc<HostState>) -> Self {
        Self {
            object: Some(Free(object)),
            state: state.clone(),
        }
    }

    /// The interface pointer.
    ///
    /// # Panics
    /// Panics after [`shutdown`](Self::shutdown), which nobody can call and keep the provider.
    pub fn raw(&self) -> &IMSProvider {
        &self.object.as_ref().expect("the provider runs").0
    }

    /// Opens a store and keeps the result, whatever it is.
    pub fn try_logon(&self, options: &LogonOptions) -> LogonAttempt {
        let seat = Arc::<Seat>::default();
        let support = Support::create(&self.state, &seat, Purpose::Store);
        let arena = Arena::default();
        let name = arena.text(&options.profile_name, options.flags);
        let id = options
            .entry_id
            .as_ref()
            .map_or(std::ptr::null_mut(), |id| arena.copy(id));
        let size = options.entry_id.as_ref().map_or(0, Vec::len) as u32;
        let iid = options
            .iid
            .as_ref()
            .map_or(std::ptr::null(), std::ptr::from_ref);
        let (mut spool_size, mut spool) = (0, std::ptr::null_mut());
        let mut error = std::ptr::null_mut();
        let (mut logon, mut store) = (GARBAGE, GARBAGE);
        // SAFETY: the arguments live until the call returns; the rest are places for the results.
        let code = unsafe {
            self.raw().Logon(
                support.as_raw(),
                0,
                name,
                size,
                id.cast(),
                options.flags,
                iid,
                &mut spool_size,
                &mut spool,
                &mut error,
                &mut logon,
                &mut store,
            )
        };
        let references = references(&support) - 1;
        // SAFETY: the method returns objects with a reference for us, or NULL.
        let (logon, store) = unsafe {
            (
                self.out::<IMSLogon>("logon", logon),
                self.out::<IUnknown>("store", store),
            )
        };
        let with_logon = logon.is_some();
        *lock(&seat.logon) = logon.map(Free);
        let memory = &self.state.memory;
        let reader = Reader::adopt(memory, "IMSProvider::Logon", error.cast());
        lock(&self.state.seats).push(Arc::downgrade(&seat));
        LogonAttempt {
            code,
            store,
            logon: with_logon,
            error: reader.and_then(|reader| reader.error(error, options.flags)),
            spool_security: take_bytes(
                memory,
                "IMSProvider::Logon",
                spool.cast_const().cast::<c_void>(),
                spool_size,
            ),
            support_references: references,
            seat,
        }
    }

    /// Opens a store for the spooler, without spool data, and keeps the result, whatever it is
    /// [imsprovider-spoolerlogon].
    pub fn try_spooler_logon(&self, options: &LogonOptions) -> LogonAttempt {
        let seat = Arc::<Seat>::default();
        let support = Support::create(&self.state, &seat, Purpose::Store);
        let arena = Arena::default();
        let name = arena.text(&options.profile_name, options.flags);
        let id = options
            .entry_id
            .as_ref()
            .map_or(std::ptr::null_mut(), |id| arena.copy(id));
        let size = options.entry_id.as_ref().map_or(0, Vec::len) as u32;
        let iid = options
            .iid
            .as_ref()
            .map_or(std::ptr::null(), std::ptr::from_ref);
        let mut error = std::ptr::null_mut();
        let (mut logon, mut store) = (GARBAGE, GARBAGE);
        // SAFETY: the arguments live until the call returns; the rest are places for the results.
        let code = unsafe {
            self.raw().SpoolerLogon(
                support.as_raw(),
                0,
                name,
                size,
                id.cast(),
                options.flags,
                iid,
                0,
                std::ptr::null(),
                &mut error,
                &mut logon,
                &mut store,
            )
        };
        let references = references(&support) - 1;
        // SAFETY: the method returns objects with a reference for us, or NULL.
        let (logon, store) = unsafe {
            (
                self.out::<IMSLogon>("logon", logon),
                self.out::<IUnknown>("store", store),
            )
        };
        let with_logon = logon.is_some();
        *lock(&seat.logon) = logon.map(Free);
        let call = "IMSProvider::SpoolerLogon";
        let reader = Reader::adopt(&self.state.memory, call, error.cast());
        LogonAttempt {
            code,
            store,
            logon: with_logon,
            error: reader.and_then(|reader| reader.error(error, options.flags)),
            spool_security: Vec::new(),
            support_references: references,
            seat,
        }
    }

    /// Opens a store.
    pub fn logon(&self, options: &LogonOptions) -> Result<Session> {
        let attempt = self.try_logon(options);
        check("IMSProvider::Logon", attempt.code)?;
        attempt.into_session(&self.state)
    }

    /// Tells whether two private entry ids name the same store.
    pub fn compare_stores(&self, one: &[u8], two: &[u8]) -> Result<bool> {
        let arena = Arena::default();
        let mut result = u32::MAX;
        let (one_size, one) = (one.len() as u32, arena.copy(one).cast());
        let (two_size, two) = (two.len() as u32, arena.copy(two).cast());
        // SAFETY: the entry ids live until the call returns; `result` is a place for the result.
        let code = unsafe {
            self.raw()
                .CompareStoreIDs(one_size, one, two_size, two, 0, &mut result)
        };
        check("IMSProvider::CompareStoreIDs", code)?;
        Ok(result != 0)
    }

    /// Asks for fast shutdown.
    pub fn fast_shutdown(&self) -> std::result::Result<IMAPIProviderShutdown, HRESULT> {
        query(self.raw())
    }

    /// Ends the provider, as MAPI does when its last store has gone. Returns how many references are left: 0 as it should be.
    pub fn shutdown(mut self) -> Result<u32> {
        let mut flags = 0;
        // SAFETY: `flags` is a place for the value.
        let code = unsafe { self.raw().Shutdown(&mut flags) };
        let left = self
            .object
            .take()
            .map_or(0, |object| references(&object.0) - 1);
        check("IMSProvider::Shutdown", code)?;
        Ok(left)
    }

    /// Takes over an object that `Logon` returned.
    ///
    /// # Safety
    /// The pointer is garbage of ours, NULL, or an object whose reference is ours.
    unsafe fn out<I: Interface>(&self, what: &str, raw: *mut c_void) -> Option<I> {
        if raw == GARBAGE {
            self.state.journal.violation(format!(
                "IMSProvider::Logon left the {what} pointer as it was"
            ));
            return None;
        }
        // SAFETY: the caller says so.
        unsafe { take(raw) }
    }
}

impl Drop for RunningProvider {
    fn drop(&mut self) {
        if let Some(object) = self.object.take() {
            let mut flags = 0;
            // SAFETY: the object is alive and `flags` is a place for the value. Nobody waits for the answer.
            let _ = unsafe { object.0.Shutdown(&mut flags) };
        }
    }
}

/// What lies in an out variable before a call.
const GARBAGE: *mut c_void = usize::MAX as *mut c_void;

impl LogonAttempt {
    /// Goes on with the store that was returned.
    pub(crate) fn into_session(self, state: &Arc<HostState>) -> Result<Session> {
        let failure = |code| Failure {
            call: "IMSProvider::Logon",
            code,
        };
        let store = self.store.ok_or_else(|| failure(MAPI_E_CALL_FAILED))?;
        let store: IMsgStore = query(&store).map_err(failure)?;
        Ok(Session {
            store: Some(Store::new(store, state)),
            seat: self.seat,
            session: Free(SessionObject::create(state)),
            provider: None,
            state: state.clone(),
        })
    }
}

/// An open store together with what MAPI holds for it.
///
/// Dropping a session logs it off.
pub struct Session {
    store: Option<Store>,
    seat: Arc<Seat>,
    session: Free<IMAPISession>,
    provider: Option<RunningProvider>,
    state: Arc<HostState>,
}

impl Session {
    pub(crate) fn with_provider(mut self, provider: RunningProvider) -> Self {
        self.provider = Some(provider);
        self
    }

    /// The store.
    ///
    /// # Panics
    /// Panics after [`release_store`](Self::release_store).
    pub fn store(&self) -> &Store {
        self.store
            .as_ref()
            .expect("the store has not been released")
    }

    /// The provider, if this session started it.
    ///
    /// # Panics
    /// Panics if the session was opened with [`RunningProvider::logon`]: then the caller has the provider.
    pub fn provider(&self) -> &RunningProvider {
        self.provider
            .as_ref()
            .expect("the session started the provider")
    }

    /// The logon object, if the logon returned one and it has not been logged off.
    pub fn logon(&self) -> Option<IMSLogon> {
        self.seat.logon()
    }

    /// The identifiers that the provider registered for this store.
    pub fn provider_uids(&self) -> Vec<MAPIUID> {
        lock(&self.seat.uids).clone()
    }

    /// The provider's row of the status table.
    pub fn status_row(&self) -> Props {
        Props(lock(&self.seat.status_row).clone())
    }

    /// The root folder.
    pub fn root(&self) -> Result<Folder> {
        self.store().root()
    }

    /// The top of what users see.
    pub fn subtree(&self) -> Result<Folder> {
        self.store()
            .open_folder(&self.store().binary(PR_IPM_SUBTREE_ENTRYID)?)
    }

    /// The folder that receives mail.
    pub fn inbox(&self) -> Result<Folder> {
        self.store()
            .open_folder(&self.store().receive_folder("IPM.Note")?.entry_id)
    }

    /// The folder at the end of a path below the top of what users see, if there is one.
    pub fn folder(&self, path: &[&str]) -> Result<Option<Folder>> {
        let mut folder = self.subtree()?;
        for name in path {
            let Some(child) = folder.child(name)? else {
                return Ok(None);
            };
            folder = child;
        }
        Ok(Some(folder))
    }

    /// Opens a folder.
    pub fn open_folder(&self, entry_id: &[u8]) -> Result<Folder> {
        self.store().open_folder(entry_id)
    }

    /// Opens a message.
    pub fn open_message(&self, entry_id: &[u8]) -> Result<Message> {
        self.store().open_message(entry_id)
    }

    /// All rows of a table with these columns.
    pub fn rows(&self, table: &Table, columns: &[u32]) -> Result<Vec<Row>> {
        table.rows(columns)
    }

    /// The subjects of the messages in a folder, in alphabetical order.
    pub fn subjects(&self, folder: &Folder) -> Result<Vec<String>> {
        let rows = folder.contents()?.rows(&[PR_SUBJECT])?;
        let mut subjects: Vec<String> = rows
            .iter()
            .map(|row| row.text(PR_SUBJECT).unwrap_or_default().to_string())
            .collect();
        subjects.sort();
        Ok(subjects)
    }

    /// The entry id of the message with a subject, if there is one in the folder.
    pub fn find_message(&self, folder: &Folder, subject: &str) -> Result<Option<Vec<u8>>> {
        let rows = folder.contents()?.rows(&[PR_SUBJECT, PR_ENTRYID])?;
        let row = rows
            .iter()
            .find(|row| row.text(PR_SUBJECT) == Some(subject));
        Ok(row
            .and_then(|row| row.binary(PR_ENTRYID))
            .map(<[u8]>::to_vec))
    }

    /// Opens the status object.
    pub fn status_object(&self) -> Result<(PropObject, IMAPIStatus, u32)> {
        let call = "IMSLogon::OpenStatusEntry";
        let logon = self.logon().ok_or(Failure {
            call,
            code: MAPI_E_NOT_INITIALIZED,
        })?;
        let (mut kind, mut object) = (u32::MAX, std::ptr::null_mut());
        // SAFETY: the arguments are places for the results.
        let code = unsafe { logon.OpenStatusEntry(std::ptr::null(), 0, &mut kind, &mut object) };
        check(call, code)?;
        // SAFETY: the method succeeded, so the pointer is a status object and the reference is ours.
        let status = unsafe { take::<IMAPIStatus>(object) }.ok_or(Failure {
            call,
            code: MAPI_E_CALL_FAILED,
        })?;
        Ok((
            PropObject::new(IMAPIProp::clone(&status), &self.state),
            status,
            kind,
        ))
    }

    /// Starts a synchronization.
    pub fn start_sync(&self, call: &SyncCall) -> Result<SyncStart> {
        let sync = self.store().sync().map_err(|code| Failure {
            call: "IUnknown::QueryInterface",
            code,
        })?;
        Ok(synchronize(&sync, &self.session.0.clone().into(), call))
    }

    /// Synchronizes in all directions, waits for the end and returns its code.
    pub fn synchronize(&self, timeout: Duration) -> Result<HRESULT> {
        let recorder = SyncRecorder::new();
        let start = self.start_sync(&SyncCall::all(&recorder))?;
        check("IMAPISync::SynchronizeInBackground", start.code)?;
        let signalled = start.event.is_none_or(|event| event.wait(timeout));
        let code = recorder.wait_done(timeout).filter(|_| signalled);
        code.ok_or(Failure {
            call: "IMAPISync::SynchronizeInBackground",
            code: MAPI_E_TIMEOUT,
        })
    }

    /// Releases the store without a word, and leaves the rest to the end of the session. Other references to it stay.
    pub fn release_store(&mut self) {
        self.store = None;
    }

    /// Ends the session: the client logs off and releases the store, MAPI the logon and, if the session started it, the
    /// provider.
    pub fn logoff(self) -> Result<()> {
        self.logoff_with(LOGOFF_ORDERLY)
    }

    /// Ends the session with other flags for `StoreLogoff`.
    pub fn logoff_with(mut self, flags: u32) -> Result<()> {
        let mut outcome = Ok(());
        if let Some(store) = self.store.take() {
            outcome = store.log_off(flags).map(drop);
        }
        // Without references of clients this has happened already, when the store released the support object.
        self.seat.log_off();
        if let Some(provider) = self.provider.take() {
            let left = provider.shutdown()?;
            if left > 0 {
                self.state.journal.violation(format!(
                    "the provider object has {left} references after its release"
                ));
            }
        }
        outcome
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        if let Some(store) = self.store.take() {
            // A panicking test has seen its failure already.
            let _ = store.log_off(LOGOFF_ABORT);
        }
        self.seat.log_off();
    }
}

/// Calls the three methods of fast shutdown in their order and returns their codes.
pub fn fast_shutdown(provider: &IMAPIProviderShutdown) -> (HRESULT, HRESULT, HRESULT) {
    // SAFETY: the calls have no arguments.
    unsafe {
        (
            provider.QueryFastShutdown(),
            provider.NotifyProcessShutdown(),
            provider.DoFastShutdown(),
        )
    }
}

/// Forces the session of a store to its end, as MAPI does when clients do not let go of it.
pub fn force_logoff(logon: &IMSLogon) -> HRESULT {
    let mut flags = 0;
    // SAFETY: `flags` is a place for the value.
    unsafe { logon.Logoff(&mut flags) }
}

/// Opens an object through the logon object, as MAPI does for `IMAPISession::OpenEntry`; returns its type too.
pub fn open_through_logon(logon: &IMSLogon, entry_id: &[u8]) -> Result<(IUnknown, u32)> {
    let call = "IMSLogon::OpenEntry";
    let arena = Arena::default();
    let id = if entry_id.is_empty() {
        std::ptr::null_mut()
    } else {
        arena.copy(entry_id)
    };
    let (mut kind, mut object) = (u32::MAX, std::ptr::null_mut());
    let size = entry_id.len() as u32;
    // SAFETY: the entry id lives until the call returns; the rest are places for the results.
    let code =
        unsafe { logon.OpenEntry(size, id.cast(), std::ptr::null(), 0, &mut kind, &mut object) };
    check(call, code)?;
    // SAFETY: the method succeeded, so the pointer is an object and the reference is ours.
    let object = unsafe { take(object) }.ok_or(Failure {
        call,
        code: MAPI_E_CALL_FAILED,
    })?;
    Ok((object, kind))
}

/// Whether an object is a folder.
pub fn is_folder(object: &IUnknown) -> bool {
    query::<IMAPIFolder>(object).is_ok()
}

/// Asks a status object whether its resource is usable.
pub fn validate_state(status: &IMAPIStatus, flags: u32) -> HRESULT {
    // SAFETY: the call has no pointers.
    unsafe { status.ValidateState(0, flags) }
}

/// Whether two interface pointers lead to the same object: by their `IUnknown`, as COM says.
pub fn same_object(one: &IUnknown, two: &IUnknown) -> bool {
    let unknown = |object: &IUnknown| query::<IUnknown>(object).map(|object| object.as_raw());
    matches!((unknown(one), unknown(two)), (Ok(one), Ok(two)) if one == two)
}

/// A directory that a test uses for its own; removed with all it holds.
pub struct TestDirectory {
    path: std::path::PathBuf,
}

impl TestDirectory {
    /// A new directory among the temporary files of the system.
    ///
    /// # Panics
    /// Panics if it cannot be made.
    #[allow(
        clippy::new_without_default,
        reason = "a new directory is more than a default value"
    )]
    pub fn new() -> Self {
        let path = std::env::temp_dir().join(format!("mapi-host-{}", hex(&new_uid().ab[..8])));
        std::fs::create_dir_all(&path).expect("a temporary directory can be made");
        Self { path }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Where something in it is.
    pub fn join(&self, name: impl AsRef<Path>) -> std::path::PathBuf {
        self.path.join(name)
    }
}

impl Drop for TestDirectory {
    fn drop(&mut self) {
        // A file that is still open on Windows may stay; the system cleans up its temporary files.
        let _ = std::fs::remove_dir_all(&self.path);
    }
}
