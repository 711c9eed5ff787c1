//! Running checks: each on a thread of its own, so that a call that hangs or panics costs one check and no more.

use crate::conformance::{
    Body, Check, CheckReport, Context, Outcome, Report, Stop, Subject, checks,
};
use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

/// How long objects that a provider releases on other threads may take.
const GRACE: Duration = Duration::from_secs(2);
/// The stack of a check, as large as that of a thread in Outlook's process may be.
const STACK_BYTES: usize = 2 << 20;

/// What a check found beside its own question.
#[derive(Clone, Debug, Default)]
pub(crate) struct Observation {
    /// The check.
    pub(crate) check: &'static str,
    /// What the provider did against the rules.
    pub(crate) violations: Vec<String>,
    /// What the provider did not give back.
    pub(crate) leaks: Vec<String>,
}

type Progress = Box<dyn Fn(&CheckReport)>;

/// A choice of checks and the way to run them.
pub struct Suite {
    checks: Vec<&'static Check>,
    time_limit: Duration,
    at_once: usize,
    progress: Option<Progress>,
}

impl Default for Suite {
    fn default() -> Self {
        Self::new()
    }
}

impl Suite {
    /// All checks.
    pub fn new() -> Self {
        Self {
            checks: checks::all(),
            time_limit: Duration::from_secs(60),
            at_once: thread::available_parallelism().map_or(1, |cores| cores.get().min(4)),
            progress: None,
        }
    }

    /// The checks whose id contains one of these texts; all of them if there is none.
    pub fn only<T: AsRef<str>>(mut self, wanted: impl IntoIterator<Item = T>) -> Self {
        let wanted: Vec<T> = wanted.into_iter().collect();
        if !wanted.is_empty() {
            self.checks
                .retain(|check| wanted.iter().any(|part| check.id.contains(part.as_ref())));
        }
        self
    }

    /// How long a check may take; one that takes longer has failed.
    pub fn time_limit(mut self, limit: Duration) -> Self {
        self.time_limit = limit;
        self
    }

    /// How many checks run at the same time; at least one.
    pub fn at_once(mut self, checks: usize) -> Self {
        self.at_once = checks.max(1);
        self
    }

    /// Calls a function after each check.
    pub fn on_progress(mut self, progress: impl Fn(&CheckReport) + 'static) -> Self {
        self.progress = Some(Box::new(progress));
        self
    }

    /// The checks that will run, in order.
    pub fn checks(&self) -> &[&'static Check] {
        &self.checks
    }

    /// Runs the checks.
    pub fn run(&self, subject: &Subject) -> Report {
        let begin = Instant::now();
        let mut results: Vec<(usize, CheckReport)> = Vec::new();
        let mut observations = Vec::new();
        let next = AtomicUsize::new(0);
        let (send, receive) = mpsc::channel();
        thread::scope(|scope| {
            for _ in 0..self.at_once {
                let (send, next) = (send.clone(), &next);
                let (checks, limit) = (&self.checks[..], self.time_limit);
                scope.spawn(move || {
                    while let Some(check) = checks.get(next.fetch_add(1, Ordering::Relaxed)) {
                        let Body::Single(body) = check.body else {
                            continue;
                        };
                        let start = Instant::now();
                        let (outcome, observation) = run_alone(check.id, body, subject, limit);
                        let took = start.elapsed();
                        // The other end waits for all of them.
                        let _ = send.send((*check, outcome, took, observation));
                    }
                });
            }
            drop(send);
            for (check, outcome, took, observation) in receive {
                observations.extend(observation);
                self.keep(&mut results, check, outcome, took);
            }
        });
        for check in &self.checks {
            if let Body::Whole(body) = check.body {
                let start = Instant::now();
                let outcome = body(&observations).into();
                self.keep(&mut results, check, outcome, start.elapsed());
            }
        }
        results.sort_by_key(|(position, _)| *position);
        Report {
            subject: subject.name().into(),
            results: results.into_iter().map(|(_, result)| result).collect(),
            took: begin.elapsed(),
        }
    }

    fn keep(
        &self,
        results: &mut Vec<(usize, CheckReport)>,
        check: &'static Check,
        outcome: Outcome,
        took: Duration,
    ) {
        let result = CheckReport {
            check,
            outcome,
            took,
        };
        if let Some(progress) = &self.progress {
            progress(&result);
        }
        let position = self.checks.iter().position(|one| one.id == check.id);
        results.push((position.unwrap_or(usize::MAX), result));
    }
}

fn run_alone(
    id: &'static str,
    body: fn(&Context) -> Result<(), Stop>,
    subject: &Subject,
    limit: Duration,
) -> (Outcome, Option<Observation>) {
    let (send, receive) = mpsc::channel();
    let subject = subject.clone();
    let spawned = thread::Builder::new()
        .name(id.into())
        .stack_size(STACK_BYTES)
        .spawn(move || {
            let context = Context::new(subject);
            let outcome = match catch_unwind(AssertUnwindSafe(|| body(&context))) {
                Ok(verdict) => Outcome::from(verdict),
                Err(panic) => Outcome::Failed {
                    called: id.into(),
                    expected: "no panic".into(),
                    came: panic_text(panic.as_ref()),
                },
            };
            let observation = observe(id, &context);
            // Nobody listens any more if the time was up.
            let _ = send.send((outcome, observation));
        });
    let failed = |expected: String, came: String| Outcome::Failed {
        called: id.into(),
        expected,
        came,
    };
    if let Err(error) = spawned {
        return (failed("a thread".into(), error.to_string()), None);
    }
    match receive.recv_timeout(limit) {
        Ok((outcome, observation)) => (outcome, Some(observation)),
        Err(mpsc::RecvTimeoutError::Timeout) => {
            let expected = format!("an end within {} s", limit.as_secs_f32());
            (failed(expected, "a call that hangs".into()), None)
        }
        Err(mpsc::RecvTimeoutError::Disconnected) => {
            let came = "the check's thread ended without an answer";
            (failed("an answer".into(), came.into()), None)
        }
    }
}

fn observe(check: &'static str, context: &Context) -> Observation {
    let host = context.host();
    host.set_hook(None);
    host.stop_failing();
    host.memory().stop_failing();
    let end = Instant::now() + GRACE;
    let mut leaks = host.leaks();
    while !leaks.is_empty() && Instant::now() < end {
        thread::sleep(Duration::from_millis(20));
        leaks = host.leaks();
    }
    Observation {
        check,
        violations: host.violations(),
        leaks,
    }
}

fn panic_text(panic: &(dyn Any + Send)) -> String {
    let text = panic
        .downcast_ref::<&str>()
        .map(|text| (*text).to_string())
        .or_else(|| panic.downcast_ref::<String>().cloned());
    format!(
        "a panic: {}",
        text.unwrap_or_else(|| "without a message".into())
    )
}
