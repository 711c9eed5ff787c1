//! A session with an open store.

use crate::host::*;
use mapi_abi::*;
use std::sync::Arc;
use std::time::Duration;
use windows_core::{HRESULT, IUnknown};

/// An open store together with what MAPI holds for it.
///
/// Dropping a session logs it off.
pub struct Session {
    store: Option<Store>,
    seat: Arc<Seat>,
    session: Free<IMAPISession>,
    provider: Option<RunningProvider>,
    spool_data: Vec<u8>,
    state: Arc<HostState>,
}

impl Session {
    pub(crate) fn new(store: Store, seat: Arc<Seat>, state: &Arc<HostState>) -> Self {
        Self {
            store: Some(store),
            seat,
            session: Free(SessionObject::create(state)),
            provider: None,
            spool_data: Vec::new(),
            state: state.clone(),
        }
    }

    pub(crate) fn with_provider(mut self, provider: RunningProvider) -> Self {
        self.provider = Some(provider);
        self
    }

    pub(crate) fn with_spool_data(mut self, spool_data: Vec<u8>) -> Self {
        self.spool_data = spool_data;
        self
    }

    /// What Logon had for the spooler.
    pub fn spool_data(&self) -> &[u8] {
        &self.spool_data
    }

    /// Has the spooler open the same store with what Logon had for it.
    ///
    /// # Panics
    /// Panics if the session was opened with [`RunningProvider::logon`]: then the caller has the provider.
    pub fn spooler(&self) -> Result<Spooler> {
        let wrapped = self.store().entry_id()?;
        let options = LogonOptions {
            entry_id: Some(unwrap_store_entry_id(&wrapped).unwrap_or_default().to_vec()),
            ..LogonOptions::default()
        };
        self.provider().spooler(&options, &self.spool_data)
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

    /// Opens the status object; returns its type too.
    pub fn status_object(&self) -> Result<(PropObject, IMAPIStatus, u32)> {
        let call = "IMSLogon::OpenStatusEntry";
        let logon = self.logon().ok_or(Failure {
            call,
            code: MAPI_E_NOT_INITIALIZED,
        })?;
        let (mut kind, mut object) = (u32::MAX, std::ptr::null_mut());
        // SAFETY: the arguments are places for the results.
        let code = unsafe { logon.OpenStatusEntry(std::ptr::null(), 0, &mut kind, &mut object) };
        // SAFETY: the method returns a status object with a reference for us, or NULL.
        let status = unsafe { returned::<IMAPIStatus>(&self.state, call, code, object) }?;
        let props = PropObject::new(IMAPIProp::clone(&status), &self.state);
        Ok((props, status, kind))
    }

    /// Asks the status object whether its resource is usable.
    pub fn validate_state(&self, flags: u32) -> Result<HRESULT> {
        let (_, status, _) = self.status_object()?;
        // SAFETY: the call has no pointers.
        Ok(unsafe { status.ValidateState(0, flags) })
    }

    /// Opens an object through the logon object, as MAPI does for `IMAPISession::OpenEntry`; returns its type too.
    pub fn open_through_logon(&self, entry_id: &[u8]) -> Result<(IUnknown, u32)> {
        let call = "IMSLogon::OpenEntry";
        let logon = self.logon().ok_or(Failure {
            call,
            code: MAPI_E_NOT_INITIALIZED,
        })?;
        let arena = Arena::default();
        let id = if entry_id.is_empty() {
            std::ptr::null_mut()
        } else {
            arena.copy(entry_id)
        };
        let (mut kind, mut object) = (u32::MAX, std::ptr::null_mut());
        let size = entry_id.len() as u32;
        // SAFETY: the entry id lives until the call returns; the rest are places for the results.
        let code = unsafe {
            logon.OpenEntry(size, id.cast(), std::ptr::null(), 0, &mut kind, &mut object)
        };
        // SAFETY: the method returns an object with a reference for us, or NULL.
        let object = unsafe { returned(&self.state, call, code, object) }?;
        Ok((object, kind))
    }

    /// Calls `IMSLogon::Logoff` while clients still hold the store, as MAPI does when a session ends without them. The
    /// logon object stays, so that this can be done twice.
    pub fn force_logoff(&self) -> HRESULT {
        let mut flags = 0;
        match self.logon() {
            // SAFETY: the object is alive and `flags` is a place for the value.
            Some(logon) => unsafe { logon.Logoff(&mut flags) },
            None => MAPI_E_NOT_INITIALIZED,
        }
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
