//! The thread that goes through folders for searches.

use std::sync::{Arc, Condvar, Mutex, PoisonError, Weak};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use super::build::Progress;
use crate::store::changes::{Aspect, Change, ChangeKind, Subscription};
use crate::store::database::lock;
use crate::store::error::StoreError;
use crate::store::{ObjectId, Store};

/// Between two pieces, so that others can write: of a search that comes before others, and of any other.
const PAUSES: [Duration; 2] = [Duration::from_millis(2), Duration::from_millis(25)];

/// After an error, before the next attempt.
const RETRY: Duration = Duration::from_millis(500);

/// Errors in a row after which the work is left to the next occasion.
const ATTEMPTS: u32 = 20;

/// Fills the search folders of a store in the background.
///
/// Its thread exists as long as there is something to do: what an earlier process has left, new criteria, folders that
/// have come into a search. Workers of several processes share the work piece by piece.
pub struct SearchWorker {
    shared: Arc<Shared>,
    subscription: Mutex<Option<Subscription>>,
}

struct Shared {
    store: Store,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    is_stopped: bool,
    /// Whether there may be work that the thread has not seen.
    is_wanted: bool,
    /// Whether the latest thread goes on.
    is_running: bool,
    /// The latest thread, and those before it that may still be on their way out.
    threads: Vec<JoinHandle<()>>,
}

impl SearchWorker {
    /// Begins to watch a store, and goes on with what is left to do in it. Of a store that is open for reading only,
    /// nothing is done.
    #[must_use]
    pub fn start(store: &Store) -> Self {
        let shared = Arc::new(Shared {
            store: store.clone(),
            state: Mutex::default(),
            changed: Condvar::new(),
        });
        let mut subscription = None;
        if store.is_writable() {
            let weak: Weak<Shared> = Arc::downgrade(&shared);
            subscription = Some(store.subscribe(Box::new(move |changes| {
                if changes.iter().any(may_leave_work)
                    && let Some(shared) = weak.upgrade()
                {
                    wake(&shared);
                }
            })));
            wake(&shared);
        }
        Self {
            shared,
            subscription: Mutex::new(subscription),
        }
    }

    /// Stops for good. What is left to do is done by the next worker. Waits for the thread, unless it is that thread
    /// which calls; `false` if that takes too long.
    pub fn stop(&self, patience: Duration) -> bool {
        let subscription = lock(&self.subscription).take();
        drop(subscription);
        let mut state = lock(&self.shared.state);
        state.is_stopped = true;
        self.shared.changed.notify_all();
        let own = thread::current().id();
        let is_own = |thread: &JoinHandle<()>| thread.thread().id() == own;
        let (mut state, result) = self
            .shared
            .changed
            .wait_timeout_while(state, patience, |state| {
                state.is_running && !state.threads.iter().any(is_own)
            })
            .unwrap_or_else(PoisonError::into_inner);
        if result.timed_out() {
            return false;
        }
        let threads = std::mem::take(&mut state.threads);
        drop(state);
        for thread in threads.into_iter().filter(|thread| !is_own(thread)) {
            // What it panicked of was logged where panics are.
            let _ = thread.join();
        }
        true
    }
}

impl Drop for SearchWorker {
    fn drop(&mut self) {
        lock(&self.shared.state).is_stopped = true;
        self.shared.changed.notify_all();
    }
}

/// Whether a change may have brought folders into a search.
fn may_leave_work(change: &Change) -> bool {
    matches!(change.object, ObjectId::Folder(_) | ObjectId::Store)
        && change.aspect != Aspect::Counts
        && change.kind != ChangeKind::Searched
}

/// Sees to it that the thread looks for work.
fn wake(shared: &Arc<Shared>) {
    match shared.store.has_search_work() {
        Ok(false) => return,
        Ok(true) => {}
        Err(error) => tracing::debug!(%error, "cannot see whether searches have work"),
    }
    let mut state = lock(&shared.state);
    state.is_wanted = true;
    if state.is_stopped || state.is_running {
        return;
    }
    state.threads.retain(|thread| !thread.is_finished());
    let own = Arc::clone(shared);
    let spawned = thread::Builder::new()
        .name("search folders".into())
        .spawn(move || {
            let end = End(&own);
            work(&own);
            std::mem::forget(end);
        });
    match spawned {
        Ok(thread) => {
            state.is_running = true;
            state.threads.push(thread);
        }
        Err(error) => tracing::error!(%error, "no thread for searches"),
    }
}

/// Keeps others from waiting for a thread that has panicked.
struct End<'a>(&'a Shared);

impl Drop for End<'_> {
    fn drop(&mut self) {
        end(&mut lock(&self.0.state), &self.0.changed);
    }
}

/// The thread does nothing more. Under the lock: whoever finds work from now on starts another one.
fn end(state: &mut State, changed: &Condvar) {
    state.is_running = false;
    changed.notify_all();
}

fn work(shared: &Shared) {
    let mut failures = 0;
    loop {
        {
            let mut state = lock(&shared.state);
            if state.is_stopped {
                return end(&mut state, &shared.changed);
            }
        }
        let pause = match shared.store.search_step() {
            Ok(Progress::Idle) => {
                let mut state = lock(&shared.state);
                if !std::mem::take(&mut state.is_wanted) {
                    return end(&mut state, &shared.changed);
                }
                Duration::ZERO
            }
            Ok(Progress::Working { foreground }) => {
                failures = 0;
                PAUSES[usize::from(!foreground)]
            }
            Err(error) => {
                failures += 1;
                if failures > ATTEMPTS && !matches!(error, StoreError::Busy) {
                    tracing::error!(%error, "a search cannot go on");
                    return end(&mut lock(&shared.state), &shared.changed);
                }
                tracing::warn!(%error, "a search has to try again");
                RETRY
            }
        };
        let state = lock(&shared.state);
        let _state = shared
            .changed
            .wait_timeout_while(state, pause, |state| !state.is_stopped)
            .unwrap_or_else(PoisonError::into_inner);
    }
}
