//! Notices what other processes do to the store.
//!
//! Nothing in a SQLite file calls anyone, so somebody has to look. One thread of each open store does, once in
//! [`INTERVAL`] (the look is one lookup in an index), and only as long as somebody wants to hear of it: it starts with
//! the first registration of a sink and ends with the last one, or with the store.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, Weak};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use mapi_abi as abi;

use crate::com::guard::guard_value;
use crate::objects::session::{Attendant, Session};

/// How long a change of another process may go unnoticed.
pub const INTERVAL: Duration = Duration::from_secs(1);
/// How long the end of the store waits for a notification that is under way.
const PATIENCE: Duration = Duration::from_secs(5);

/// Looks for changes of other processes while somebody wants to hear of them.
pub(super) struct Watcher {
    session: Weak<Session>,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    /// Sinks that are registered.
    registrations: usize,
    closed: bool,
    /// Whether the thread is alive, or will look at the state once more.
    working: bool,
    worker: Option<JoinHandle<()>>,
}

impl Watcher {
    /// A watcher that does nothing yet.
    pub fn new(session: Weak<Session>) -> Arc<Self> {
        Arc::new(Self {
            session,
            state: Mutex::default(),
            changed: Condvar::new(),
        })
    }

    /// Somebody wants to hear of changes.
    pub fn enter(self: &Arc<Self>) {
        let mut state = self.state();
        state.registrations += 1;
        if state.working || state.closed {
            return;
        }
        let watcher = Arc::clone(self);
        let previous = state.worker.take();
        let worker = thread::Builder::new()
            .name("mapi-watch".to_owned())
            .spawn(move || {
                // About to return, if it has not yet: joining this thread shall mean that there is no other.
                previous.map(JoinHandle::join);
                watcher.work();
            });
        match worker {
            Ok(worker) => {
                state.worker = Some(worker);
                state.working = true;
            }
            // What this process does is told all the same; the next registration tries again.
            Err(error) => tracing::warn!(%error, "there is no thread to watch the store"),
        }
    }

    /// Somebody does not any more.
    pub fn leave(&self) {
        let mut state = self.state();
        state.registrations = state.registrations.saturating_sub(1);
        if state.registrations == 0 {
            self.changed.notify_all();
        }
    }

    fn work(&self) {
        loop {
            {
                let wait = |state: &mut State| !state.closed && state.registrations > 0;
                let mut state = self
                    .changed
                    .wait_timeout_while(self.state(), INTERVAL, wait)
                    .unwrap_or_else(PoisonError::into_inner)
                    .0;
                if !wait(&mut state) {
                    state.working = false;
                    self.changed.notify_all();
                    return;
                }
            }
            guard_value("watching the store", (), || self.look());
        }
    }

    fn look(&self) {
        if let Some(session) = self.session.upgrade()
            && session.check_alive().is_ok()
            && let Err(error) = session.store().poll_foreign_changes()
        {
            tracing::debug!(%error, "the store could not be looked at for changes");
        }
    }

    /// Ends the thread for good, waiting for it unless this is the thread itself.
    fn close(&self) {
        let mut state = self.state();
        state.closed = true;
        self.changed.notify_all();
        let own = state
            .worker
            .as_ref()
            .is_some_and(|worker| worker.thread().id() == thread::current().id());
        if own {
            return;
        }
        let deadline = Instant::now() + PATIENCE;
        while state.working {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                tracing::warn!("a notification takes so long that its thread outlives the store");
                return;
            }
            state = self
                .changed
                .wait_timeout(state, left)
                .unwrap_or_else(PoisonError::into_inner)
                .0;
        }
        let worker = state.worker.take();
        drop(state);
        // It has nothing left to do but to return.
        if let Some(worker) = worker {
            let _ = worker.join();
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Attendant for Watcher {
    fn stop(&self, _reason: abi::SCODE) {
        // What only ends a synchronization leaves the clients listening.
        let goes_on = self.session.upgrade().is_some_and(|session| {
            session.check_alive().is_ok() && session.check_working().is_ok()
        });
        if !goes_on {
            self.close();
        }
    }
}
