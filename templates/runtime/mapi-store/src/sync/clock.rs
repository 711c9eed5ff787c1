//! Time, so that nothing in a test has to wait for it.

use std::{
    fmt,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use super::CancelToken;

/// A clock that only runs forward, and a way to wait.
pub trait Clock: Send + Sync + fmt::Debug {
    /// Time since some moment in the past; never smaller than before.
    fn now(&self) -> Duration;

    /// Waits until the time is over or the token is cancelled; `true` in the second case.
    fn wait(&self, duration: Duration, cancel: &CancelToken) -> bool;
}

/// The real time.
#[derive(Debug)]
pub struct SystemClock {
    start: Instant,
}

impl Default for SystemClock {
    fn default() -> Self {
        Self {
            start: Instant::now(),
        }
    }
}

impl Clock for SystemClock {
    fn now(&self) -> Duration {
        self.start.elapsed()
    }

    fn wait(&self, duration: Duration, cancel: &CancelToken) -> bool {
        cancel.wait(duration)
    }
}

/// A clock for tests: waiting takes no time but moves the clock, and is written down.
#[derive(Debug, Default)]
pub struct ManualClock {
    state: Mutex<(Duration, Vec<Duration>)>,
}

impl ManualClock {
    /// A clock that stands at zero.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Moves the clock forward.
    pub fn advance(&self, duration: Duration) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.0 = state.0.saturating_add(duration);
    }

    /// All waits so far.
    #[must_use]
    pub fn waits(&self) -> Vec<Duration> {
        self.state
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .1
            .clone()
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Duration {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).0
    }

    fn wait(&self, duration: Duration, cancel: &CancelToken) -> bool {
        if cancel.is_cancelled() {
            return true;
        }
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.0 = state.0.saturating_add(duration);
        state.1.push(duration);
        false
    }
}
