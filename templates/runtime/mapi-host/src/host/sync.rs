//! `IMAPISync` from the side of Outlook: the callback, the event, the call.

use crate::host::*;
use mapi_abi::*;
use std::sync::{Arc, Condvar, Mutex};
use std::thread::ThreadId;
use std::time::{Duration, Instant};
use windows_core::{HRESULT, IUnknown, IUnknown_Vtbl, Interface, implement};

/// Something that a synchronization said to its callback.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SyncReport {
    /// `Progress`.
    Progress {
        /// What is being done, if the provider says.
        text: Option<String>,
        /// The position.
        index: u32,
        /// The last position.
        maximum: u32,
    },
    /// `Error`.
    Error {
        /// The code.
        code: HRESULT,
        /// The text for the user.
        text: Option<String>,
    },
    /// `Done`.
    Done {
        /// The value of the handle that is handed back, 0 for none.
        event: usize,
        /// The result of the synchronization.
        code: HRESULT,
    },
}

/// A report, and when and where it came.
#[derive(Clone, Debug)]
pub struct TimedReport {
    /// The report.
    pub report: SyncReport,
    /// When the callback was called.
    pub at: Instant,
    /// The thread that called it.
    pub thread: ThreadId,
}

type Answer = Arc<dyn Fn(&SyncReport) -> HRESULT + Send + Sync>;

/// A progress callback that records what it is told. Clones share what is recorded.
#[derive(Clone)]
pub struct SyncRecorder {
    shared: Arc<Shared>,
    object: Free<IMAPISyncProgressCallback>,
}

#[derive(Default)]
struct Shared {
    reports: Mutex<Vec<TimedReport>>,
    arrived: Condvar,
    answer: Option<Answer>,
}

#[implement(IMAPISyncProgressCallback, Agile = false)]
struct Callback {
    shared: Arc<Shared>,
}

impl SyncRecorder {
    /// A callback that answers S_OK to everything.
    #[allow(
        clippy::new_without_default,
        reason = "a new object is more than a default value"
    )]
    pub fn new() -> Self {
        Self::build(None)
    }

    /// A callback that runs a function for each report and answers what that returns.
    pub fn with(answer: impl Fn(&SyncReport) -> HRESULT + Send + Sync + 'static) -> Self {
        Self::build(Some(Arc::new(answer)))
    }

    /// How many references the callback has; one of them is the recorder's.
    pub fn references(&self) -> u32 {
        references(&self.object.0)
    }

    /// The reports so far with their circumstances.
    pub fn timed(&self) -> Vec<TimedReport> {
        lock(&self.shared.reports).clone()
    }

    /// The reports so far.
    pub fn reports(&self) -> Vec<SyncReport> {
        self.timed().into_iter().map(|timed| timed.report).collect()
    }

    /// The codes of the calls of `Done` so far.
    pub fn done(&self) -> Vec<HRESULT> {
        let reports = self.reports().into_iter();
        reports
            .filter_map(|report| match report {
                SyncReport::Done { code, .. } => Some(code),
                _ => None,
            })
            .collect()
    }

    /// The codes and texts of the calls of `Error` so far.
    pub fn errors(&self) -> Vec<(HRESULT, Option<String>)> {
        let reports = self.reports().into_iter();
        reports
            .filter_map(|report| match report {
                SyncReport::Error { code, text } => Some((code, text)),
                _ => None,
            })
            .collect()
    }

    /// Waits for `Done` and returns its code, `None` when the time is up.
    pub fn wait_done(&self, timeout: Duration) -> Option<HRESULT> {
        self.wait_for(timeout, |report| matches!(report, SyncReport::Done { .. }))
            .map(|report| match report {
                SyncReport::Done { code, .. } => code,
                _ => S_OK,
            })
    }

    /// Waits for a report and returns the first one that fits, `None` when the time is up.
    pub fn wait_for(
        &self,
        timeout: Duration,
        fits: impl Fn(&SyncReport) -> bool,
    ) -> Option<SyncReport> {
        let end = Instant::now() + timeout;
        let mut reports = lock(&self.shared.reports);
        loop {
            if let Some(found) = reports.iter().find(|timed| fits(&timed.report)) {
                return Some(found.report.clone());
            }
            let left = end.checked_duration_since(Instant::now())?;
            reports = self
                .shared
                .arrived
                .wait_timeout(reports, left)
                .unwrap_or_else(|poisoned| poisoned.into_inner())
                .0;
        }
    }

    fn build(answer: Option<Answer>) -> Self {
        let shared = Arc::new(Shared {
            answer,
            ..Shared::default()
        });
        let object = Callback {
            shared: shared.clone(),
        }
        .into();
        Self {
            shared,
            object: Free(object),
        }
    }
}

impl Callback {
    fn record(&self, report: SyncReport) -> HRESULT {
        lock(&self.shared.reports).push(TimedReport {
            report: report.clone(),
            at: Instant::now(),
            thread: std::thread::current().id(),
        });
        self.shared.arrived.notify_all();
        self.shared
            .answer
            .as_ref()
            .map_or(S_OK, |answer| answer(&report))
    }
}

#[allow(non_snake_case)]
impl IMAPISyncProgressCallback_Impl for Callback_Impl {
    unsafe fn Progress(&self, text: *const u16, index: u32, index_max: u32) -> HRESULT {
        self.record(SyncReport::Progress {
            text: optional_text(text),
            index,
            maximum: index_max,
        })
    }

    unsafe fn Error(&self, error: HRESULT, text: *const u16) -> HRESULT {
        self.record(SyncReport::Error {
            code: error,
            text: optional_text(text),
        })
    }

    unsafe fn Done(&self, thread_done_event: HANDLE, result: HRESULT) -> HRESULT {
        self.record(SyncReport::Done {
            event: thread_done_event as usize,
            code: result,
        })
    }
}

fn optional_text(text: *const u16) -> Option<String> {
    if text.is_null() {
        return None;
    }
    Reader::arguments("IMAPISyncProgressCallback").wide(text)
}

/// An interface that no provider knows.
#[windows_core::interface("6f0b8bd0-3c2f-4d58-9d0f-6f3b0c8f3a51")]
unsafe trait IUnrelated: IUnknown {}

#[implement(IUnrelated, Agile = false)]
struct Unrelated;

impl IUnrelated_Impl for Unrelated_Impl {}

/// What a synchronization is called with.
#[derive(Clone)]
pub struct SyncCall {
    /// The `SYNC_` flags.
    pub flags: u32,
    /// The callback.
    pub callback: SyncCallback,
    /// Whether there is a place for the handle of the event.
    pub event: bool,
    /// The value of `ulSize`; the true size without.
    pub size: Option<u32>,
}

/// The object in `punkCallBack`.
#[derive(Clone, Default)]
pub enum SyncCallback {
    /// NULL.
    #[default]
    None,
    /// A callback.
    Recorder(SyncRecorder),
    /// An object that is no callback.
    Unrelated,
}

impl SyncCall {
    /// A synchronization in all directions that the user asked for, with a callback and an event.
    pub fn all(callback: &SyncRecorder) -> Self {
        Self {
            flags: SYNC_UPLOAD_HIERARCHY
                | SYNC_DOWNLOAD_HIERARCHY
                | SYNC_UPLOAD_CONTENTS
                | SYNC_DOWNLOAD_CONTENTS
                | SYNC_ON_DEMAND,
            callback: SyncCallback::Recorder(callback.clone()),
            event: true,
            size: None,
        }
    }

    /// The same with other flags.
    pub fn with_flags(mut self, flags: u32) -> Self {
        self.flags = flags;
        self
    }
}

/// What `SynchronizeInBackground` answered.
#[derive(Debug)]
pub struct SyncStart {
    /// The code.
    pub code: HRESULT,
    /// The event, if the provider wrote a handle.
    pub event: Option<DoneEvent>,
    /// How long the call took.
    pub took: Duration,
}

/// Calls `SynchronizeInBackground`.
pub(crate) fn synchronize(sync: &IMAPISync, session: &IUnknown, call: &SyncCall) -> SyncStart {
    let callback: Option<IUnknown> = match &call.callback {
        SyncCallback::None => None,
        SyncCallback::Recorder(recorder) => Some(recorder.object.0.clone().into()),
        SyncCallback::Unrelated => Some(IUnrelated::from(Unrelated).into()),
    };
    // The slot is full of garbage, as a caller's variable is: the provider has to write all of it.
    let mut handle: HANDLE = usize::MAX as HANDLE;
    let mut info = MAPISIB {
        ulSize: call.size.unwrap_or(size_of::<MAPISIB>() as u32),
        ulFlags: call.flags,
        psesSync: session.as_raw(),
        punkCallBack: callback
            .as_ref()
            .map_or(std::ptr::null_mut(), Interface::as_raw),
        phSyncDoneEvent: if call.event {
            &mut handle
        } else {
            std::ptr::null_mut()
        },
    };
    let begin = Instant::now();
    // SAFETY: the structure and all it points to are valid until the call returns.
    let code = unsafe { sync.SynchronizeInBackground(&mut info) };
    let took = begin.elapsed();
    let written = call.event && handle as usize != usize::MAX && !handle.is_null();
    SyncStart {
        code,
        event: written.then(|| DoneEvent { handle }),
        took,
    }
}

/// The event of a synchronization; closed when dropped, as Outlook does.
#[derive(Debug)]
pub struct DoneEvent {
    handle: HANDLE,
}

// SAFETY: a handle is the name of a kernel object and may be used on any thread.
unsafe impl Send for DoneEvent {}
// SAFETY: as above; waiting does not change the handle.
unsafe impl Sync for DoneEvent {}

impl DoneEvent {
    /// The value of the handle.
    pub fn value(&self) -> usize {
        self.handle as usize
    }

    /// Waits until the event is signalled; false when the time is up.
    pub fn wait(&self, timeout: Duration) -> bool {
        system::wait(self.handle, timeout)
    }
}

impl Drop for DoneEvent {
    fn drop(&mut self) {
        system::close(self.handle);
    }
}

#[cfg(windows)]
mod system {
    use super::*;

    #[link(name = "kernel32")]
    unsafe extern "system" {
        fn WaitForSingleObject(handle: HANDLE, milliseconds: u32) -> u32;
        fn CloseHandle(handle: HANDLE) -> i32;
    }

    pub(super) fn wait(handle: HANDLE, timeout: Duration) -> bool {
        let milliseconds = u32::try_from(timeout.as_millis()).unwrap_or(u32::MAX - 1);
        // SAFETY: the system checks the handle.
        unsafe { WaitForSingleObject(handle, milliseconds) == 0 }
    }

    pub(super) fn close(handle: HANDLE) {
        // SAFETY: the handle was given to us to close, and this happens once.
        unsafe { CloseHandle(handle) };
    }
}

#[cfg(unix)]
mod system {
    use super::*;
    use std::ffi::{c_int, c_short};
    use std::os::fd::{FromRawFd, OwnedFd, RawFd};

    #[repr(C)]
    struct PollFd {
        fd: c_int,
        events: c_short,
        revents: c_short,
    }

    #[cfg(target_os = "macos")]
    type Count = std::ffi::c_uint;
    #[cfg(not(target_os = "macos"))]
    type Count = std::ffi::c_ulong;

    const POLLIN: c_short = 1;

    unsafe extern "C" {
        fn poll(fds: *mut PollFd, count: Count, timeout: c_int) -> c_int;
    }

    pub(super) fn wait(handle: HANDLE, timeout: Duration) -> bool {
        let end = Instant::now() + timeout;
        loop {
            let left = end.saturating_duration_since(Instant::now());
            let mut fd = PollFd {
                fd: handle as usize as c_int,
                events: POLLIN,
                revents: 0,
            };
            let milliseconds = c_int::try_from(left.as_millis()).unwrap_or(c_int::MAX);
            // SAFETY: the array has one element; the system checks the descriptor.
            let ready = unsafe { poll(&mut fd, 1, milliseconds) };
            if ready > 0 {
                return true;
            }
            // A signal may end the wait early.
            if left.is_zero() {
                return false;
            }
        }
    }

    pub(super) fn close(handle: HANDLE) {
        // SAFETY: the descriptor was given to us to close, and this happens once.
        drop(unsafe { OwnedFd::from_raw_fd(handle as usize as RawFd) });
    }
}
