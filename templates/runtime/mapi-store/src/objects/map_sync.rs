//! IMAPISync on the store object: Outlook's Send/Receive, run in the background \[imapisyncsynchronizeinbackground\].
//!
//! A call copies what it needs, creates the event, hands a `Reporter` to the [`Runner`] and returns. From then
//! on the caller hears from the worker thread only: progress, problems with words, and exactly one `Done` after everything
//! is committed and notified; then its event is signalled. Overlapping calls are joined into one synchronization, and
//! each of them gets its own end. A call that is refused gets nothing but its code, and NULL for an event.

mod connecting;
mod reporter;

use std::sync::atomic::{AtomicI32, Ordering};
use std::sync::{Arc, OnceLock, Weak};
use std::time::Duration;

use mapi_abi as abi;
use mapi_abi::{IMAPISyncProgressCallback, MAPISIB};
use windows_core::{HRESULT, IUnknown, Interface};

use self::connecting::ConnectingRemote;
use self::reporter::Reporter;
use super::advise;
use super::session::{Attendant, Session};
use crate::com::arguments::{interface, put, require};
use crate::com::fault::{Fault, Outcome};
use crate::com::{event, module};
use crate::store::ObjectKey;
use crate::sync::{
    Engine, NewMail, ProblemKind, RemoteErrorKind, Runner, StartError, SyncOutcome, SyncProblem,
    SyncRequest, SyncResult, SyncSink, Synchronize,
};

/// How long the end of a store waits for its synchronization to end.
const PATIENCE: Duration = Duration::from_secs(5);
/// The flags that name a direction.
const DIRECTIONS: u32 = abi::SYNC_UPLOAD_HIERARCHY
    | abi::SYNC_DOWNLOAD_HIERARCHY
    | abi::SYNC_UPLOAD_CONTENTS
    | abi::SYNC_DOWNLOAD_CONTENTS;

/// A session's place for its [`Synchronizer`], which is made for the first call.
pub type Slot = OnceLock<Arc<Synchronizer>>;

/// The synchronization of one open store.
pub struct Synchronizer {
    runner: Runner,
    /// The code for those whose synchronization is cancelled.
    reason: Arc<AtomicI32>,
}

/// `IMAPISync::SynchronizeInBackground`.
///
/// # Safety
/// `info` is NULL, or points to a `MAPISIB` of the size that it says, which is valid for the call.
pub unsafe fn synchronize(session: &Arc<Session>, info: *mut MAPISIB) -> Outcome {
    require(info)?;
    // SAFETY: not NULL, and whatever its size, it says so first.
    let size = unsafe { (&raw const (*info).ulSize).read_unaligned() };
    if (size as usize) < size_of::<MAPISIB>() {
        return Err(Fault::new(abi::MAPI_E_INVALID_PARAMETER));
    }
    // SAFETY: it is as large as our structure at least. Nothing of it is looked at after this call.
    let info = unsafe { info.read_unaligned() };
    let accepted = session.check_alive().and_then(|()| {
        session.check_working()?;
        let synchronizer = of_session(session).ok_or(Fault::new(abi::MAPI_E_NO_SUPPORT))?;
        // SAFETY: the caller's promise.
        unsafe { synchronizer.accept(&info) }
    });
    if accepted.is_err() {
        // SAFETY: the caller's promise: NULL or a valid place.
        unsafe { put(info.phSyncDoneEvent, std::ptr::null_mut()) };
    }
    accepted
}

/// The session's synchronizer; `None` where the provider does not synchronize.
fn of_session(session: &Arc<Session>) -> Option<&Arc<Synchronizer>> {
    let definition = session.definition().sync.as_ref()?;
    let connect = session.connect()?;
    Some(session.synchronizer().get_or_init(|| {
        let remote = ConnectingRemote::new(connect, session.settings().clone());
        let engine = Engine::new(session.store().clone(), Box::new(remote), definition);
        let synchronizer = Arc::new(Synchronizer::new(Arc::new(engine), Arc::downgrade(session)));
        session.attend(synchronizer.clone());
        synchronizer
    }))
}

impl Synchronizer {
    /// A synchronizer that has nothing to do yet.
    fn new(target: Arc<dyn Synchronize>, session: Weak<Session>) -> Self {
        let new_mail = move |messages: &[NewMail]| {
            if let Some(session) = session.upgrade() {
                let keys: Vec<ObjectKey> = messages.iter().map(|mail| mail.message).collect();
                advise::announce_new_mail(&session, &keys);
            }
        };
        Self {
            runner: Runner::new(target, new_mail),
            reason: Arc::new(AtomicI32::new(abi::MAPI_E_USER_CANCEL.0)),
        }
    }

    /// Starts what a caller asks for. On failure the caller hears nothing, and what was written to its event slot is not
    /// an event.
    ///
    /// # Safety
    /// The pointers in `info` are valid for the call.
    unsafe fn accept(&self, info: &MAPISIB) -> Outcome {
        // SAFETY: the caller's promise.
        let callback = unsafe { callback(info) };
        let (signal, waitable) = if info.phSyncDoneEvent.is_null() {
            (None, None)
        } else {
            let (signal, waitable) = event::create().map_err(|error| {
                tracing::error!(%error, "no event for a synchronization");
                Fault::new(abi::MAPI_E_NOT_ENOUGH_MEMORY)
            })?;
            (Some(signal), Some(waitable))
        };
        let given = waitable
            .as_ref()
            .map_or(std::ptr::null_mut(), |waitable| waitable.as_raw());
        // Before the work starts: it may be over before this call is.
        // SAFETY: the caller's promise: NULL or a valid place.
        unsafe { put(info.phSyncDoneEvent, given) };
        let reporter = Reporter::new(callback, given, signal);
        let accepted = reporter.acceptance();
        let sink = Sink {
            reporter,
            reason: self.reason.clone(),
        };
        if let Err(error) = self.runner.start(request(info.ulFlags), Box::new(sink)) {
            return Err(match error {
                StartError::Closed => Fault::new(abi::MAPI_E_END_OF_SESSION),
                StartError::Thread(error) => {
                    tracing::error!(%error, "no thread for a synchronization");
                    Fault::new(abi::MAPI_E_NOT_ENOUGH_MEMORY)
                }
            });
        }
        accepted.store(true, Ordering::Release);
        // The handle is the caller's now.
        waitable.map(event::Waitable::into_raw);
        Ok(())
    }
}

impl Attendant for Synchronizer {
    fn stop(&self, reason: abi::SCODE) {
        self.reason.store(reason.0, Ordering::Release);
        if reason == abi::MAPI_E_USER_CANCEL {
            // One client leaves; the store stays open for others.
            self.runner.cancel();
        } else {
            self.runner.close();
        }
        if !self.runner.join(PATIENCE) {
            // Its code must stay where it is as long as the thread runs, even if MAPI unloads the DLL.
            module::pin();
            tracing::warn!("a synchronization did not end in time");
        }
    }
}

/// The caller's callback, with a reference of our own; none is fine, and so is an object that is something else.
///
/// # Safety
/// `punkCallBack` is NULL or a valid object.
unsafe fn callback(info: &MAPISIB) -> Option<IMAPISyncProgressCallback> {
    // SAFETY: the caller's promise.
    let object = unsafe { interface::<IUnknown>(&info.punkCallBack)? };
    let callback = object.cast::<IMAPISyncProgressCallback>();
    callback
        .inspect_err(|error| tracing::debug!(%error, "the callback is of another kind"))
        .ok()
}

/// What the flags ask for: single bits, of which no direction means every direction. What the provider does not do is
/// left out by the engine, and `SYNC_OUTGOING_MAIL` is none of a store's business \[mapisib\].
fn request(flags: u32) -> SyncRequest {
    let wanted = if flags & DIRECTIONS == 0 {
        DIRECTIONS
    } else {
        flags
    };
    SyncRequest {
        upload_hierarchy: wanted & abi::SYNC_UPLOAD_HIERARCHY != 0,
        download_hierarchy: wanted & abi::SYNC_DOWNLOAD_HIERARCHY != 0,
        upload_contents: wanted & abi::SYNC_UPLOAD_CONTENTS != 0,
        download_contents: wanted & abi::SYNC_DOWNLOAD_CONTENTS != 0,
        headers_only: flags & abi::SYNC_GLOBAL_HEADERS != 0,
        on_demand: flags & abi::SYNC_ON_DEMAND != 0,
    }
}

/// One accepted call, as the runner sees it.
struct Sink {
    reporter: Reporter,
    reason: Arc<AtomicI32>,
}

impl SyncSink for Sink {
    fn progress(&mut self, text: Option<&str>, index: u32, maximum: u32) {
        self.reporter.progress(text, index, maximum);
    }

    fn problem(&mut self, problem: &SyncProblem) {
        self.reporter
            .error(code_of_problem(problem.kind), &problem.text);
    }

    fn done(self: Box<Self>, outcome: &SyncOutcome) {
        let code = match outcome.result {
            SyncResult::Cancelled => HRESULT(self.reason.load(Ordering::Acquire)),
            result => code_of_result(result),
        };
        self.reporter.done(code, text_of_result(outcome.result));
    }
}

fn code_of_result(result: SyncResult) -> HRESULT {
    match result {
        SyncResult::Complete => abi::S_OK,
        SyncResult::Partial => abi::MAPI_W_ERRORS_RETURNED,
        SyncResult::Cancelled => abi::MAPI_E_USER_CANCEL,
        SyncResult::Offline => abi::MAPI_E_OFFLINE,
        SyncResult::Network => abi::MAPI_E_NETWORK_ERROR,
        SyncResult::Authentication => abi::MAPI_E_LOGON_FAILED,
        SyncResult::Failed => abi::MAPI_E_CALL_FAILED,
    }
}

/// What the user reads about an end that no problem was reported for; nothing where there is nothing to explain.
fn text_of_result(result: SyncResult) -> Option<&'static str> {
    match result {
        SyncResult::Complete | SyncResult::Cancelled => None,
        SyncResult::Partial => Some("Some items could not be synchronized."),
        SyncResult::Offline => Some("There is no connection to the server."),
        SyncResult::Network => Some("The connection to the server failed."),
        SyncResult::Authentication => Some("The server did not accept the user name or password."),
        SyncResult::Failed => Some("The synchronization failed."),
    }
}

fn code_of_problem(kind: ProblemKind) -> HRESULT {
    match kind {
        ProblemKind::Store => abi::MAPI_E_CALL_FAILED,
        ProblemKind::Conflict => abi::MAPI_E_OBJECT_CHANGED,
        ProblemKind::Remote(kind) => match kind {
            RemoteErrorKind::Offline => abi::MAPI_E_OFFLINE,
            RemoteErrorKind::Network => abi::MAPI_E_NETWORK_ERROR,
            RemoteErrorKind::Authentication => abi::MAPI_E_LOGON_FAILED,
            RemoteErrorKind::NotFound => abi::MAPI_E_NOT_FOUND,
            RemoteErrorKind::Conflict => abi::MAPI_E_OBJECT_CHANGED,
            RemoteErrorKind::Cancelled => abi::MAPI_E_USER_CANCEL,
            RemoteErrorKind::Refused => abi::MAPI_E_NO_ACCESS,
            RemoteErrorKind::CursorExpired | RemoteErrorKind::Other => abi::MAPI_E_CALL_FAILED,
        },
    }
}

#[cfg(test)]
mod tests;
