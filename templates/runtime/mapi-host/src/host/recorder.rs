//! Objects that a client hands to a provider and that record what they are told: advise sink and progress display.

use crate::host::*;
use mapi_abi::*;
use std::sync::{Arc, Condvar, Mutex};
use std::thread::ThreadId;
use std::time::{Duration, Instant};
use windows_core::{HRESULT, implement};

/// An advise sink that records events.
///
/// Clones share what is recorded. The COM object behind [`sink`](Self::sink) lives as long as somebody holds a reference
/// to it; the recorder itself holds one.
#[derive(Clone)]
pub struct Recorder {
    shared: Arc<Shared>,
    sink: Free<IMAPIAdviseSink>,
}

/// An event, and when and where it was delivered.
#[derive(Clone, Debug)]
pub struct Delivered {
    /// The event.
    pub event: Event,
    /// When the sink was called.
    pub at: Instant,
    /// The thread that called it.
    pub thread: ThreadId,
}

type Reaction = Arc<dyn Fn(&[Event]) + Send + Sync>;

#[derive(Default)]
struct Shared {
    delivered: Mutex<Vec<Delivered>>,
    arrived: Condvar,
    reaction: Option<Reaction>,
}

#[implement(IMAPIAdviseSink, Agile = false)]
struct Sink {
    shared: Arc<Shared>,
}

impl Recorder {
    /// A recorder that has nothing recorded yet.
    #[allow(
        clippy::new_without_default,
        reason = "a new object is more than a default value"
    )]
    pub fn new() -> Self {
        Self::build(None)
    }

    /// A recorder that also runs a function for each delivery, in the middle of `OnNotify`.
    pub fn with(reaction: impl Fn(&[Event]) + Send + Sync + 'static) -> Self {
        Self::build(Some(Arc::new(reaction)))
    }

    /// The sink, as `Advise` takes it.
    pub fn sink(&self) -> IMAPIAdviseSink {
        self.sink.0.clone()
    }

    /// How many references the sink has; one of them is the recorder's.
    pub fn references(&self) -> u32 {
        references(&self.sink.0)
    }

    /// What has been recorded, oldest first.
    pub fn delivered(&self) -> Vec<Delivered> {
        lock(&self.shared.delivered).clone()
    }

    /// The events that have been recorded, oldest first.
    pub fn events(&self) -> Vec<Event> {
        self.delivered()
            .into_iter()
            .map(|delivered| delivered.event)
            .collect()
    }

    /// Forgets what has been recorded.
    pub fn clear(&self) {
        lock(&self.shared.delivered).clear();
    }

    /// Waits for an event and returns the first one that fits, `None` when the time is up.
    pub fn wait_for(&self, timeout: Duration, fits: impl Fn(&Event) -> bool) -> Option<Event> {
        let end = Instant::now() + timeout;
        let mut delivered = lock(&self.shared.delivered);
        loop {
            if let Some(found) = delivered.iter().find(|delivered| fits(&delivered.event)) {
                return Some(found.event.clone());
            }
            let left = end.checked_duration_since(Instant::now())?;
            delivered = self
                .shared
                .arrived
                .wait_timeout(delivered, left)
                .unwrap_or_else(|poisoned| poisoned.into_inner())
                .0;
        }
    }

    fn build(reaction: Option<Reaction>) -> Self {
        let shared = Arc::new(Shared {
            reaction,
            ..Shared::default()
        });
        let sink = Sink {
            shared: shared.clone(),
        }
        .into();
        Self {
            shared,
            sink: Free(sink),
        }
    }
}

#[allow(non_snake_case)]
impl IMAPIAdviseSink_Impl for Sink_Impl {
    unsafe fn OnNotify(&self, count: u32, notifications: *const NOTIFICATION) -> u32 {
        let reader = Reader::arguments("OnNotify");
        let raw = reader
            .slice(notifications, count as usize)
            .unwrap_or_default();
        let events: Vec<Event> = raw.iter().map(|raw| Event::read(&reader, raw, 0)).collect();
        let (at, thread) = (Instant::now(), std::thread::current().id());
        lock(&self.shared.delivered).extend(events.iter().map(|event| Delivered {
            event: event.clone(),
            at,
            thread,
        }));
        self.shared.arrived.notify_all();
        if let Some(reaction) = &self.shared.reaction {
            reaction(&events);
        }
        0
    }
}

/// A progress display that records what it is told.
#[derive(Clone)]
pub struct ProgressRecorder {
    shared: Arc<Mutex<ProgressState>>,
    object: Free<IMAPIProgress>,
}

/// A call of `IMAPIProgress::Progress`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProgressReport {
    /// The value, between the limits of the moment.
    pub value: u32,
    /// How many items are done, 0 below the top level.
    pub count: u32,
    /// How many items there are, 0 below the top level.
    pub total: u32,
}

struct ProgressState {
    reports: Vec<ProgressReport>,
    limits: (u32, u32),
    flags: u32,
    threads: Vec<ThreadId>,
    cancel_after: Option<usize>,
}

#[implement(IMAPIProgress, Agile = false)]
struct Progress {
    shared: Arc<Mutex<ProgressState>>,
    _live: Option<LiveToken>,
}

impl ProgressRecorder {
    /// A display at the top level with the limits 0 and 1000.
    #[allow(
        clippy::new_without_default,
        reason = "a new object is more than a default value"
    )]
    pub fn new() -> Self {
        Self::build(None, None)
    }

    /// A display on which the user presses Cancel after so many reports.
    pub fn cancelling_after(reports: usize) -> Self {
        Self::build(None, Some(reports))
    }

    pub(crate) fn counted(live: LiveToken) -> IMAPIProgress {
        Self::build(Some(live), None).object.0
    }

    /// The object, as methods with a progress parameter take it.
    pub fn object(&self) -> IMAPIProgress {
        self.object.0.clone()
    }

    /// How many references the object has; one of them is the recorder's.
    pub fn references(&self) -> u32 {
        references(&self.object.0)
    }

    /// The reports so far.
    pub fn reports(&self) -> Vec<ProgressReport> {
        lock(&self.shared).reports.clone()
    }

    /// The threads that called the object.
    pub fn threads(&self) -> Vec<ThreadId> {
        lock(&self.shared).threads.clone()
    }

    fn build(live: Option<LiveToken>, cancel_after: Option<usize>) -> Self {
        let shared = Arc::new(Mutex::new(ProgressState {
            reports: Vec::new(),
            limits: (0, 1000),
            flags: MAPI_TOP_LEVEL,
            threads: Vec::new(),
            cancel_after,
        }));
        let object = Progress {
            shared: shared.clone(),
            _live: live,
        };
        Self {
            shared,
            object: Free(object.into()),
        }
    }
}

impl Progress {
    fn state(&self) -> std::sync::MutexGuard<'_, ProgressState> {
        let mut state = lock(&self.shared);
        let thread = std::thread::current().id();
        if !state.threads.contains(&thread) {
            state.threads.push(thread);
        }
        state
    }
}

/// Writes to an out parameter that may be NULL.
///
/// # Safety
/// The pointer is NULL, or leads to a place for a value.
pub(crate) unsafe fn put<T>(out: *mut T, value: T) -> bool {
    if out.is_null() {
        return false;
    }
    // SAFETY: the caller says so.
    unsafe { out.write(value) };
    true
}

#[allow(non_snake_case)]
impl IMAPIProgress_Impl for Progress_Impl {
    unsafe fn Progress(&self, value: u32, count: u32, total: u32) -> HRESULT {
        let mut state = self.state();
        state.reports.push(ProgressReport {
            value,
            count,
            total,
        });
        let cancelled = state
            .cancel_after
            .is_some_and(|limit| state.reports.len() >= limit);
        if cancelled { MAPI_E_USER_CANCEL } else { S_OK }
    }

    unsafe fn GetFlags(&self, flags: *mut u32) -> HRESULT {
        let value = self.state().flags;
        // SAFETY: the caller hands in a place for the value, or NULL.
        if unsafe { put(flags, value) } {
            S_OK
        } else {
            MAPI_E_INVALID_PARAMETER
        }
    }

    unsafe fn GetMax(&self, max: *mut u32) -> HRESULT {
        let value = self.state().limits.1;
        // SAFETY: the caller hands in a place for the value, or NULL.
        if unsafe { put(max, value) } {
            S_OK
        } else {
            MAPI_E_INVALID_PARAMETER
        }
    }

    unsafe fn GetMin(&self, min: *mut u32) -> HRESULT {
        let value = self.state().limits.0;
        // SAFETY: the caller hands in a place for the value, or NULL.
        if unsafe { put(min, value) } {
            S_OK
        } else {
            MAPI_E_INVALID_PARAMETER
        }
    }

    unsafe fn SetLimits(&self, min: *mut u32, max: *mut u32, flags: *mut u32) -> HRESULT {
        let mut state = self.state();
        // SAFETY: the caller hands in the values, or NULL for what stays.
        unsafe {
            if !min.is_null() {
                state.limits.0 = min.read();
            }
            if !max.is_null() {
                state.limits.1 = max.read();
            }
            if !flags.is_null() {
                state.flags = flags.read();
            }
        }
        S_OK
    }
}
