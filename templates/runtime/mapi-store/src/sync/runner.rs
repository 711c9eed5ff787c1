//! Synchronization in the background: one at a time, and an answer for everyone who asked.

use std::{
    fmt,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use super::progress::MAXIMUM;
use super::{
    CancelToken, NewMail, ProblemKind, RemoteErrorKind, SyncObserver, SyncOutcome, SyncProblem,
    SyncRequest, SyncResult, SyncStatistics, Synchronize,
};

/// Hears of one request that a [`Runner`] accepted. All calls come from the worker thread, none of them under a lock of
/// the runner, so that a sink may ask it for more. A panic of a sink is caught and ends nothing.
pub trait SyncSink: Send {
    /// How far it is: see [`SyncObserver::progress`].
    fn progress(&mut self, text: Option<&str>, index: u32, maximum: u32);

    /// Something went wrong: see [`SyncObserver::problem`].
    fn problem(&mut self, problem: &SyncProblem);

    /// It ended. Called exactly once for each accepted request, after everything is committed and published; then the
    /// sink is dropped.
    fn done(self: Box<Self>, outcome: &SyncOutcome);
}

/// Why a request was not accepted. Its sink was dropped and heard nothing.
#[derive(Debug)]
pub enum StartError {
    /// The runner was closed.
    Closed,
    /// There is no thread for it.
    Thread(std::io::Error),
}

impl fmt::Display for StartError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Closed => formatter.write_str("the store is being closed"),
            Self::Thread(error) => write!(formatter, "no thread could be started: {error}"),
        }
    }
}

impl std::error::Error for StartError {}

/// Runs synchronizations of one open store on a thread of its own, never two at once.
///
/// A request that comes while another is served waits; requests that wait are joined into one that does what any of
/// them asked for. The thread exists only while there is something to do.
pub struct Runner {
    shared: Arc<Shared>,
}

type NewMailListener = dyn Fn(&[NewMail]) + Send + Sync;

struct Shared {
    target: Arc<dyn Synchronize>,
    new_mail: Box<NewMailListener>,
    state: Mutex<State>,
    idle: Condvar,
}

#[derive(Default)]
struct State {
    closed: bool,
    /// Whether the worker thread is alive, or will look at the state once more.
    working: bool,
    worker: Option<JoinHandle<()>>,
    /// Of the synchronization that runs.
    cancel: Option<CancelToken>,
    waiting: Option<Job>,
    /// Sinks of requests that were cancelled while they waited.
    cancelled: Vec<Box<dyn SyncSink>>,
}

struct Job {
    request: SyncRequest,
    sinks: Vec<Waiter>,
}

struct Waiter {
    sink: Box<dyn SyncSink>,
    greeted: bool,
}

impl Runner {
    /// A runner that does nothing yet. New mail is announced once for the store, whoever asked for the synchronization;
    /// the listener is called on the worker thread with no lock held.
    pub fn new(
        target: Arc<dyn Synchronize>,
        new_mail: impl Fn(&[NewMail]) + Send + Sync + 'static,
    ) -> Self {
        let shared = Shared {
            target,
            new_mail: Box::new(new_mail),
            state: Mutex::default(),
            idle: Condvar::new(),
        };
        Self {
            shared: Arc::new(shared),
        }
    }

    /// Accepts a request and returns at once.
    ///
    /// # Errors
    /// The runner was closed, or the system has no thread; then the sink hears nothing.
    pub fn start(&self, request: SyncRequest, sink: Box<dyn SyncSink>) -> Result<(), StartError> {
        let mut state = self.shared.lock();
        if state.closed {
            return Err(StartError::Closed);
        }
        if !state.working {
            let shared = self.shared.clone();
            let previous = state.worker.take();
            let worker = thread::Builder::new()
                .name("mapi-sync".to_owned())
                .spawn(move || {
                    // About to return, if it has not yet: joining this thread shall mean that there is no other.
                    previous.map(JoinHandle::join);
                    shared.work();
                });
            state.worker = Some(worker.map_err(StartError::Thread)?);
            state.working = true;
        }
        if request.on_demand
            && let Some(cancel) = &state.cancel
        {
            // A user waits: what is running need not sit out its delay.
            cancel.hurry();
        }
        let waiter = Waiter {
            sink,
            greeted: false,
        };
        match &mut state.waiting {
            Some(job) => {
                job.request = job.request.union(request);
                job.sinks.push(waiter);
            }
            None => {
                state.waiting = Some(Job {
                    request,
                    sinks: vec![waiter],
                })
            }
        }
        Ok(())
    }

    /// Whether a synchronization is running or waiting.
    #[must_use]
    pub fn is_working(&self) -> bool {
        self.shared.lock().working
    }

    /// Asks everything accepted so far to end soon; their sinks hear of [`SyncResult::Cancelled`]. Later requests are
    /// accepted as usual.
    pub fn cancel(&self) {
        let mut state = self.shared.lock();
        if let Some(cancel) = &state.cancel {
            cancel.cancel();
        }
        if let Some(job) = state.waiting.take() {
            state
                .cancelled
                .extend(job.sinks.into_iter().map(|waiter| waiter.sink));
        }
    }

    /// Accepts nothing any more and asks everything accepted so far to end soon.
    pub fn close(&self) {
        self.shared.lock().closed = true;
        self.cancel();
    }

    /// Waits until nothing runs and the thread has ended; `false` if that takes too long, or on the worker thread
    /// itself.
    #[must_use]
    pub fn join(&self, timeout: Duration) -> bool {
        let deadline = Instant::now().checked_add(timeout);
        let mut state = self.shared.lock();
        let on_worker = state
            .worker
            .as_ref()
            .is_some_and(|worker| worker.thread().id() == thread::current().id());
        if on_worker {
            return false;
        }
        while state.working {
            let left = deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
            let left = left.unwrap_or(Duration::from_secs(3600));
            if left.is_zero() {
                return false;
            }
            state = self
                .shared
                .idle
                .wait_timeout(state, left)
                .unwrap_or_else(PoisonError::into_inner)
                .0;
        }
        let worker = state.worker.take();
        drop(state);
        // It has nothing left to do but to return.
        worker.is_none_or(|worker| worker.join().is_ok())
    }
}

impl Drop for Runner {
    /// Closes the runner without waiting for the thread.
    fn drop(&mut self) {
        self.close();
    }
}

impl fmt::Debug for Runner {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Runner")
            .field("working", &self.is_working())
            .finish_non_exhaustive()
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn work(self: Arc<Self>) {
        loop {
            let (cancelled, job, cancel) = {
                let mut state = self.lock();
                let cancelled = std::mem::take(&mut state.cancelled);
                let job = state.waiting.take();
                if cancelled.is_empty() && job.is_none() {
                    state.cancel = None;
                    state.working = false;
                    self.idle.notify_all();
                    return;
                }
                let cancel = CancelToken::new();
                state.cancel = Some(cancel.clone());
                (cancelled, job, cancel)
            };
            let outcome = SyncOutcome {
                result: SyncResult::Cancelled,
                problems: 0,
                statistics: SyncStatistics::default(),
            };
            for sink in cancelled {
                deliver(|| sink.done(&outcome));
            }
            if let Some(job) = job {
                self.serve(job, &cancel);
            }
        }
    }

    fn serve(self: &Arc<Self>, job: Job, cancel: &CancelToken) {
        let sinks = job.sinks.into_iter().map(|waiter| waiter.sink).collect();
        let observer = Arc::new(JobObserver {
            shared: self.clone(),
            sinks: Mutex::new(sinks),
        });
        let heard: Arc<dyn SyncObserver> = observer.clone();
        let run = AssertUnwindSafe(|| self.target.synchronize(job.request, &heard, cancel));
        let outcome = catch_unwind(run).unwrap_or_else(|panic| {
            let text = format!(
                "The synchronization failed unexpectedly: {}",
                panic_text(&*panic)
            );
            heard.problem(&SyncProblem {
                kind: ProblemKind::Remote(RemoteErrorKind::Other),
                text,
            });
            SyncOutcome {
                result: SyncResult::Failed,
                problems: 1,
                statistics: SyncStatistics::default(),
            }
        });
        let sinks = std::mem::take(&mut *observer.lock());
        for sink in sinks {
            deliver(|| sink.done(&outcome));
        }
    }

    /// Tells those who wait, once, that they do.
    fn greet_waiting(&self) {
        let mut sinks = {
            let mut state = self.lock();
            // Only the worker may take sinks out for a moment: nobody else knows that they will be put back in time.
            if state
                .worker
                .as_ref()
                .is_none_or(|worker| worker.thread().id() != thread::current().id())
            {
                return;
            }
            match &mut state.waiting {
                Some(job) if job.sinks.iter().any(|waiter| !waiter.greeted) => {
                    std::mem::take(&mut job.sinks)
                }
                _ => return,
            }
        };
        for waiter in sinks.iter_mut().filter(|waiter| !waiter.greeted) {
            waiter.greeted = true;
            deliver(|| {
                waiter
                    .sink
                    .progress(Some("Waiting for another synchronization"), 0, MAXIMUM)
            });
        }
        let mut state = self.lock();
        match &mut state.waiting {
            Some(job) => job.sinks.splice(0..0, sinks).for_each(drop),
            // Cancelled meanwhile, all of them.
            None => state
                .cancelled
                .extend(sinks.into_iter().map(|waiter| waiter.sink)),
        }
    }
}

/// Passes on what a synchronization tells to all who asked for it.
struct JobObserver {
    shared: Arc<Shared>,
    sinks: Mutex<Vec<Box<dyn SyncSink>>>,
}

impl JobObserver {
    fn lock(&self) -> MutexGuard<'_, Vec<Box<dyn SyncSink>>> {
        self.sinks.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Calls every sink; the lock is one that only this job's reports take.
    fn each(&self, mut call: impl FnMut(&mut dyn SyncSink)) {
        for sink in self.lock().iter_mut() {
            deliver(|| call(sink.as_mut()));
        }
    }
}

impl SyncObserver for JobObserver {
    fn progress(&self, text: Option<&str>, index: u32, maximum: u32) {
        // A remote may report from several threads; what comes at the same moment is not worth waiting for.
        if let Ok(mut sinks) = self.sinks.try_lock() {
            for sink in sinks.iter_mut() {
                deliver(|| sink.progress(text, index, maximum));
            }
        }
        self.shared.greet_waiting();
    }

    fn problem(&self, problem: &SyncProblem) {
        self.each(|sink| sink.problem(problem));
    }

    fn new_mail(&self, messages: &[NewMail]) {
        deliver(|| (self.shared.new_mail)(messages));
    }
}

/// Calls out; a panic there is not ours.
fn deliver(call: impl FnOnce()) {
    if let Err(panic) = catch_unwind(AssertUnwindSafe(call)) {
        tracing::error!(
            panic = panic_text(&*panic),
            "a listener of the synchronization panicked"
        );
    }
}

/// What a panic said.
pub(super) fn panic_text(panic: &(dyn std::any::Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("it panicked")
}
