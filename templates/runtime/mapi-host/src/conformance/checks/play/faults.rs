//! Failures of MAPI in the middle of a method: every allocation and every support call fails once.

use super::*;
use std::time::{Duration, Instant};

/// More calls than this no step needs.
const MOST: u64 = 500;
/// How long what other threads hold may take to come back.
const GRACE: Duration = Duration::from_secs(3);

/// What MAPI lets fail.
#[derive(Clone, Copy, Debug)]
enum Failing {
    Allocation,
    SupportCall,
}

impl Failing {
    fn arm(self, host: &Host, n: u64) {
        match self {
            Self::Allocation => host.memory().fail_request(n),
            Self::SupportCall => host.fail_call(n, MAPI_E_CALL_FAILED),
        }
    }

    /// Whether the failure has come.
    fn disarm(self, host: &Host) -> bool {
        match self {
            Self::Allocation => host.memory().stop_failing(),
            Self::SupportCall => host.stop_failing(),
        }
    }
}

/// What a provider holds of MAPI.
#[derive(Clone, Debug, PartialEq)]
struct Held {
    blocks: usize,
    objects: Vec<(&'static str, usize)>,
    subscriptions: usize,
}

impl Held {
    fn of(host: &Host) -> Self {
        Self {
            blocks: host.memory().live_blocks().len(),
            objects: host.state().live.objects(),
            subscriptions: host.subscriptions(),
        }
    }

    /// As [`of`](Self::of), as soon as it is what it should be.
    fn settled(host: &Host, wanted: &Self) -> Self {
        let end = Instant::now() + GRACE;
        loop {
            let held = Self::of(host);
            if held == *wanted || Instant::now() > end {
                return held;
            }
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

/// Plays one step again and again, each time with another failure.
pub(super) fn with_failures(context: &Context, name: &'static str) -> Verdict {
    let step = some("the session", name, steps().find(|step| step.name == name))?;
    let stage = Stage::set(context)?;
    stage.open.needs(step.needs)?;
    let host = context.host();
    // The first calls may fill what the provider keeps.
    for _ in 0..2 {
        (step.prepare)(&stage)?()?;
    }
    host.settle(SOON);
    let before = Held::of(host);
    for failing in [Failing::Allocation, Failing::SupportCall] {
        let mut n = 1;
        loop {
            let called = format!("{name}, {failing:?} {n} fails");
            holds(
                n <= MOST,
                &called,
                format!("an end after {MOST} calls"),
                "more",
            )?;
            let call = (step.prepare)(&stage)?;
            let wrong = host.violations().len();
            failing.arm(host, n);
            let came = call();
            if !failing.disarm(host) {
                came?;
                break;
            }
            host.settle(SOON);
            equal(&called, &before, &Held::settled(host, &before))?;
            let violations = host.violations();
            holds(
                violations.len() == wrong,
                &called,
                "nothing against the rules",
                violations.get(wrong..).unwrap_or_default().join("; "),
            )?;
            let again = (step.prepare)(&stage).and_then(|call| call());
            if let Err(failure) = again {
                return fail(format!("{called}; the next call"), "success", failure);
            }
            n += 1;
        }
    }
    Ok(())
}
