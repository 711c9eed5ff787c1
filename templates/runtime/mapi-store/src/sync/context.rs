//! What is handed to a remote with every call: whether to stop, and whom to tell about progress.

use std::{
    fmt,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use super::RemoteError;

/// Asks a synchronization to stop. Clones ask the same synchronization; once asked there is no way back.
#[derive(Clone, Debug, Default)]
pub struct CancelToken {
    state: Arc<(Mutex<Wish>, Condvar)>,
}

#[derive(Debug, Default)]
struct Wish {
    cancelled: bool,
    /// How often somebody asked for haste.
    hurries: u32,
}

impl CancelToken {
    /// A token that nobody has cancelled.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Asks for the stop and wakes everyone who waits. Never blocks.
    pub fn cancel(&self) {
        self.lock().cancelled = true;
        self.state.1.notify_all();
    }

    /// Ends all waits that are under way, without asking for a stop: somebody is in a hurry.
    pub fn hurry(&self) {
        let mut wish = self.lock();
        wish.hurries = wish.hurries.wrapping_add(1);
        drop(wish);
        self.state.1.notify_all();
    }

    /// Whether a stop was asked for.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.lock().cancelled
    }

    /// Waits until the time is over, somebody is in a hurry, or a stop is asked for; `true` in the last case.
    #[must_use]
    pub fn wait(&self, duration: Duration) -> bool {
        let deadline = Instant::now().checked_add(duration);
        let mut wish = self.lock();
        let hurries = wish.hurries;
        while !wish.cancelled && wish.hurries == hurries {
            let left = match deadline {
                Some(deadline) => deadline.saturating_duration_since(Instant::now()),
                None => Duration::from_secs(3600),
            };
            if left.is_zero() {
                return false;
            }
            wish = self
                .state
                .1
                .wait_timeout(wish, left)
                .unwrap_or_else(PoisonError::into_inner)
                .0;
        }
        wish.cancelled
    }

    fn lock(&self) -> MutexGuard<'_, Wish> {
        self.state.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

type Report = dyn Fn(&str, u64, u64) + Send + Sync;

/// Handed to every call of a [`Remote`](super::Remote).
#[derive(Clone)]
pub struct SyncContext {
    cancel: CancelToken,
    report: Arc<Report>,
}

impl SyncContext {
    /// A context around a token, with a receiver for progress: text, done, total.
    #[must_use]
    pub fn new(
        cancel: CancelToken,
        report: impl Fn(&str, u64, u64) + Send + Sync + 'static,
    ) -> Self {
        Self {
            cancel,
            report: Arc::new(report),
        }
    }

    /// A context that is never cancelled and whose progress nobody hears: for tests of a remote.
    #[must_use]
    pub fn detached() -> Self {
        Self::new(CancelToken::new(), |_, _, _| {})
    }

    /// Whether the call should end soon, with whatever error.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.cancel.is_cancelled()
    }

    /// The same question as a `Result`, for use with `?` in every loop that may run long.
    ///
    /// # Errors
    /// [`RemoteErrorKind::Cancelled`](super::RemoteErrorKind::Cancelled) once a stop was asked for.
    pub fn check(&self) -> Result<(), RemoteError> {
        if self.is_cancelled() {
            Err(RemoteError::cancelled())
        } else {
            Ok(())
        }
    }

    /// Waits, unless a stop is asked for in the meantime.
    ///
    /// # Errors
    /// [`RemoteErrorKind::Cancelled`](super::RemoteErrorKind::Cancelled) as soon as a stop is asked for.
    pub fn sleep(&self, duration: Duration) -> Result<(), RemoteError> {
        if self.cancel.wait(duration) {
            Err(RemoteError::cancelled())
        } else {
            Ok(())
        }
    }

    /// Tells the user what is going on within this call, and how far it is (`total` 0: nobody knows).
    ///
    /// Optional, and cheap enough for every step of a loop: what comes too fast is not passed on.
    pub fn progress(&self, text: &str, done: u64, total: u64) {
        (self.report)(text, done, total);
    }

    pub(crate) fn cancel_token(&self) -> &CancelToken {
        &self.cancel
    }
}

impl fmt::Debug for SyncContext {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("SyncContext")
            .field("cancelled", &self.is_cancelled())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sync::RemoteErrorKind;

    #[test]
    fn cancelling_one_clone_cancels_all() {
        let token = CancelToken::new();
        let context = SyncContext::new(token.clone(), |_, _, _| {});
        assert!(context.check().is_ok());
        token.cancel();
        assert_eq!(
            context.check().unwrap_err().kind(),
            RemoteErrorKind::Cancelled
        );
    }

    #[test]
    fn a_waiter_is_woken() {
        let token = CancelToken::new();
        let other = token.clone();
        let waiter = std::thread::spawn(move || other.wait(Duration::from_secs(600)));
        token.cancel();
        assert!(waiter.join().unwrap());
        let hasty = CancelToken::new();
        let other = hasty.clone();
        let waiter = std::thread::spawn(move || other.wait(Duration::from_secs(600)));
        while !waiter.is_finished() {
            hasty.hurry();
            std::thread::yield_now();
        }
        assert!(!waiter.join().unwrap(), "hurrying does not cancel");
        assert!(token.wait(Duration::MAX), "a cancelled token does not wait");
        assert!(!CancelToken::new().wait(Duration::ZERO));
    }
}
