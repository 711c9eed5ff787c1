//! Trying again, waiting longer each time.

use std::{
    hash::{BuildHasher, RandomState},
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use super::{CancelToken, Clock, RemoteError};
use crate::definition::RetryDefinition;

/// How often, and how long to wait in between: exponential back-off with jitter.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct RetryPolicy {
    /// Attempts in all; 0 counts as 1.
    pub attempts: u32,
    /// Wait before the second attempt.
    pub first_delay: Duration,
    /// What the wait is multiplied by after each attempt; 0 counts as 1.
    pub factor: u32,
    /// Longest wait.
    pub maximum_delay: Duration,
}

impl RetryPolicy {
    /// One attempt, no waiting.
    pub const NEVER: Self = Self {
        attempts: 1,
        first_delay: Duration::ZERO,
        factor: 1,
        maximum_delay: Duration::ZERO,
    };

    /// Wait after the attempt with this number (the first is 1), before jitter.
    #[must_use]
    pub fn delay_after(&self, attempt: u32) -> Duration {
        let growth = self.factor.max(1).saturating_pow(attempt.saturating_sub(1));
        self.first_delay
            .saturating_mul(growth)
            .min(self.maximum_delay)
    }

    /// Does it, again and again while the error is worth it.
    ///
    /// The real wait lies between half the computed one and all of it, so that many clients of one busy server spread.
    /// A wait that the remote asked for is the least; where it is longer than the longest wait, the error is final.
    ///
    /// # Errors
    /// The last error; or [`RemoteErrorKind::Cancelled`](super::RemoteErrorKind::Cancelled).
    pub fn run<T>(
        &self,
        clock: &dyn Clock,
        jitter: &Jitter,
        cancel: &CancelToken,
        mut attempt: impl FnMut() -> Result<T, RemoteError>,
    ) -> Result<T, RemoteError> {
        let mut number = 1;
        loop {
            if cancel.is_cancelled() {
                return Err(RemoteError::cancelled());
            }
            let error = match attempt() {
                Ok(value) => return Ok(value),
                Err(error) => error,
            };
            if !error.is_worth_a_retry() || number >= self.attempts.max(1) {
                return Err(error);
            }
            let asked = error.retry_after().unwrap_or_default();
            if asked > self.maximum_delay {
                return Err(error);
            }
            let delay = jitter.apply(self.delay_after(number)).max(asked);
            tracing::debug!(attempt = number, ?delay, %error, "remote failed, trying again");
            if clock.wait(delay, cancel) {
                return Err(RemoteError::cancelled());
            }
            number += 1;
        }
    }
}

impl From<RetryDefinition> for RetryPolicy {
    fn from(definition: RetryDefinition) -> Self {
        Self {
            attempts: definition.attempts,
            first_delay: Duration::from_millis(definition.first_delay_ms.into()),
            factor: definition.factor,
            maximum_delay: Duration::from_millis(definition.maximum_delay_ms.into()),
        }
    }
}

/// A source of small differences; the same seed gives the same ones.
#[derive(Debug)]
pub struct Jitter(AtomicU64);

impl Jitter {
    /// Differences that follow from the seed.
    #[must_use]
    pub fn seeded(seed: u64) -> Self {
        Self(AtomicU64::new(seed))
    }

    /// Between half the duration and all of it.
    #[must_use]
    pub fn apply(&self, duration: Duration) -> Duration {
        let half = duration / 2;
        let fraction = (self.next() >> 40) as u32; // 24 bits
        half + Duration::from_nanos((half.as_nanos() * u128::from(fraction) / (1 << 24)) as u64)
    }

    /// SplitMix64: tiny, and good enough to spread clients.
    fn next(&self) -> u64 {
        const STEP: u64 = 0x9E37_79B9_7F4A_7C15;
        let mut value = self.0.fetch_add(STEP, Ordering::Relaxed).wrapping_add(STEP);
        value = (value ^ (value >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        value = (value ^ (value >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        value ^ (value >> 31)
    }
}

impl Default for Jitter {
    /// Differences that nobody can foresee.
    fn default() -> Self {
        Self::seeded(RandomState::new().hash_one(std::process::id()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sync::{ManualClock, RemoteErrorKind};

    const POLICY: RetryPolicy = RetryPolicy {
        attempts: 5,
        first_delay: Duration::from_millis(100),
        factor: 3,
        maximum_delay: Duration::from_secs(2),
    };

    fn failing(
        policy: RetryPolicy,
        error: impl Fn() -> RemoteError,
    ) -> (u32, Vec<Duration>, RemoteErrorKind) {
        let (clock, mut calls) = (ManualClock::new(), 0);
        let result: Result<(), _> =
            policy.run(&clock, &Jitter::seeded(1), &CancelToken::new(), || {
                calls += 1;
                Err(error())
            });
        (calls, clock.waits(), result.unwrap_err().kind())
    }

    #[test]
    fn delays_grow_up_to_the_maximum() {
        let delays: Vec<_> = (1..=5)
            .map(|attempt| POLICY.delay_after(attempt).as_millis())
            .collect();
        assert_eq!(delays, [100, 300, 900, 2000, 2000]);
        assert_eq!(POLICY.delay_after(u32::MAX), Duration::from_secs(2));
    }

    #[test]
    fn attempts_are_counted_and_waits_lie_in_the_upper_half() {
        let (calls, waits, kind) = failing(POLICY, || RemoteError::network("lost"));
        assert_eq!((calls, kind), (5, RemoteErrorKind::Network));
        assert_eq!(waits.len(), 4);
        for (index, wait) in waits.iter().enumerate() {
            let whole = POLICY.delay_after(index as u32 + 1);
            assert!(
                *wait >= whole / 2 && *wait <= whole,
                "{wait:?} for {whole:?}"
            );
        }
        assert_eq!(
            waits,
            failing(POLICY, || RemoteError::network("lost")).1,
            "the same seed, the same waits"
        );
    }

    #[test]
    fn refusals_are_final_and_the_remote_may_ask_for_time() {
        assert_eq!(failing(POLICY, || RemoteError::refused("no")).0, 1);
        assert_eq!(
            failing(RetryPolicy::NEVER, || RemoteError::network("lost")).0,
            1
        );
        let second = Duration::from_secs(1);
        let (calls, waits, _) = failing(POLICY, || {
            RemoteError::other("busy").with_retry_after(second)
        });
        assert_eq!(calls, 5);
        assert!(waits.iter().all(|wait| *wait >= second));
        assert_eq!(
            failing(POLICY, || RemoteError::other("busy")
                .with_retry_after(second * 60))
            .0,
            1
        );
    }

    #[test]
    fn success_ends_it_and_so_does_the_user() {
        let (clock, cancel, mut calls) = (ManualClock::new(), CancelToken::new(), 0);
        let result = POLICY.run(&clock, &Jitter::seeded(7), &cancel, || {
            calls += 1;
            if calls < 3 {
                Err(RemoteError::network("lost"))
            } else {
                Ok(calls)
            }
        });
        assert_eq!(result.unwrap(), 3);
        let result: Result<(), _> = POLICY.run(&clock, &Jitter::seeded(7), &cancel, || {
            cancel.cancel();
            Err(RemoteError::network("lost"))
        });
        assert_eq!(result.unwrap_err().kind(), RemoteErrorKind::Cancelled);
    }
}
