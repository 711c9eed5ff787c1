//! A provider that has been initialized, and what its logon answers.

use crate::host::*;
use mapi_abi::*;
use std::ffi::c_void;
use std::sync::Arc;
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

    /// Opens a store for the spooler with what Logon had for it, which may be nothing, and keeps the result, whatever it is
    /// [imsprovider-spoolerlogon].
    pub fn try_spooler_logon(&self, options: &LogonOptions, spool_data: &[u8]) -> LogonAttempt {
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
        // Other bytes than those that Logon returned: the spooler may be in another process.
        let spool = if spool_data.is_empty() {
            std::ptr::null_mut()
        } else {
            arena.copy(spool_data)
        };
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
                spool_data.len() as u32,
                spool.cast(),
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

    /// Opens a store for the spooler with what Logon had for it.
    pub fn spooler(&self, options: &LogonOptions, spool_data: &[u8]) -> Result<Spooler> {
        let attempt = self.try_spooler_logon(options, spool_data);
        check("IMSProvider::SpoolerLogon", attempt.code)?;
        let session = attempt.into_session(&self.state)?;
        Ok(Spooler::new(session, &self.state))
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

    /// Asks for the interface of fast shutdown.
    pub fn fast_shutdown(&self) -> Result<IMAPIProviderShutdown, HRESULT> {
        query(self.raw())
    }

    /// Calls the three methods of fast shutdown in their order and returns their codes; fails if the provider has them not.
    pub fn shut_down_fast(&self) -> Result<[HRESULT; 3], HRESULT> {
        let shutdown = self.fast_shutdown()?;
        // SAFETY: the calls have no arguments.
        unsafe {
            Ok([
                shutdown.QueryFastShutdown(),
                shutdown.NotifyProcessShutdown(),
                shutdown.DoFastShutdown(),
            ])
        }
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
        let session = Session::new(Store::new(store, state), self.seat, state);
        Ok(session.with_spool_data(self.spool_security))
    }
}
