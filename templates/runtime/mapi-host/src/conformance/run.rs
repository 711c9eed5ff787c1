//! Running checks: in processes of their own if the suite is told how to start them, so that a call that crashes or hangs
//! costs one check and no more; on threads of this process otherwise.

use crate::conformance::process::{Lost, Worker};
use crate::conformance::wire::Answer;
use crate::conformance::{
    Body, Check, CheckReport, Context, Outcome, Report, Stop, Subject, checks, worker,
};
use crate::host::TestDirectory;
use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

/// How long objects that a provider releases on other threads may take.
const GRACE: Duration = Duration::from_secs(2);
/// The stack of a check, as large as that of a thread in Outlook's process may be.
const STACK_BYTES: usize = 2 << 20;
/// How many checks a worker process runs at most: what a provider leaks goes with the process.
const CHECKS_A_PROCESS: usize = 40;
/// After so many calls that hang, checks get less time: a provider that always hangs is to be judged today.
const PATIENT_HANGS: usize = 4;
/// How much time they get then.
const IMPATIENT: Duration = Duration::from_secs(10);

/// What a check found beside its own question.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Observation {
    /// The check.
    pub(crate) check: &'static str,
    /// What the provider did against the rules.
    pub(crate) violations: Vec<String>,
    /// What the provider did not give back.
    pub(crate) leaks: Vec<String>,
    /// How processes ended that had to run on.
    pub(crate) deaths: Vec<String>,
    /// Whether the check ran in a process of the provider's own.
    pub(crate) is_isolated: bool,
}

impl Observation {
    /// Nothing found so far.
    pub(crate) fn of(check: &'static str) -> Self {
        Self {
            check,
            ..Self::default()
        }
    }
}

type Progress = Box<dyn Fn(&CheckReport)>;
type Start = Box<dyn Fn() -> std::io::Result<Command> + Send + Sync>;

/// A choice of checks and the way to run them.
pub struct Suite {
    checks: Vec<&'static Check>,
    time_limit: Duration,
    at_once: usize,
    progress: Option<Progress>,
    start: Option<Start>,
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
            time_limit: Duration::from_secs(120),
            at_once: thread::available_parallelism().map_or(1, |cores| cores.get().clamp(2, 4)),
            progress: None,
            start: None,
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

    /// Runs the checks in processes that run this program again with the same arguments: a provider that crashes, hangs,
    /// overflows its stack or ends the process then fails the check in which it does so, and the others go on.
    ///
    /// The new process must come to [`run`](Self::run) again with the same subject, and print what it likes on the way:
    /// in it that method does not return.
    pub fn in_processes(self) -> Self {
        self.started_by(|| {
            let mut command = Command::new(std::env::current_exe()?);
            command.args(std::env::args_os().skip(1));
            Ok(command)
        })
    }

    /// As [`in_processes`](Self::in_processes), with another way to start a program that runs the same subject.
    pub fn started_by(
        mut self,
        start: impl Fn() -> std::io::Result<Command> + Send + Sync + 'static,
    ) -> Self {
        self.start = Some(Box::new(start));
        self
    }

    /// The checks that will run, in order.
    pub fn checks(&self) -> &[&'static Check] {
        &self.checks
    }

    /// Runs the checks.
    ///
    /// In a process that [another run](Self::in_processes) has started it runs what that one asks for, and ends the
    /// process.
    pub fn run(&self, subject: &Subject) -> Report {
        if let Some(word) = worker::requested() {
            // The time is kept where the process can be ended.
            worker::serve(&word, subject, |check| {
                run_here(check, subject, Duration::MAX)
            });
            std::process::exit(0);
        }
        let begin = Instant::now();
        let mut results: Vec<(usize, CheckReport)> = Vec::new();
        let mut observations = Vec::new();
        let (next, hangs) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let directory = self.start.as_ref().map(|_| TestDirectory::new());
        let (send, receive) = mpsc::channel();
        thread::scope(|scope| {
            for _ in 0..self.at_once.min(self.checks.len()) {
                let (send, next) = (send.clone(), &next);
                let mut bench = Bench {
                    subject,
                    limit: self.time_limit,
                    hangs: &hangs,
                    start: self.start.as_ref().zip(directory.as_ref()),
                    worker: None,
                    done: Vec::new(),
                    hopeless: None,
                };
                let checks = &self.checks[..];
                scope.spawn(move || {
                    while let Some(check) = checks.get(next.fetch_add(1, Ordering::Relaxed)) {
                        if matches!(check.body, Body::Whole(_)) {
                            continue;
                        }
                        let start = Instant::now();
                        let answer = bench.run(check);
                        // The other end waits for all of them.
                        let _ = send.send((Some((*check, start.elapsed())), answer));
                    }
                    let last = Answer {
                        outcome: Outcome::Passed,
                        observation: bench.close(),
                    };
                    let _ = send.send((None, last));
                });
            }
            drop(send);
            for (ran, answer) in receive {
                observations.extend(answer.observation);
                if let Some((check, took)) = ran {
                    self.keep(&mut results, check, answer.outcome, took);
                }
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

/// Runs one check after the other, where the suite wants them to run.
struct Bench<'a> {
    subject: &'a Subject,
    limit: Duration,
    hangs: &'a AtomicUsize,
    /// How worker processes start, and where they leave their files.
    start: Option<(&'a Start, &'a TestDirectory)>,
    worker: Option<Worker>,
    /// What the worker has done so far.
    done: Vec<&'static str>,
    /// Why no worker will ever start.
    hopeless: Option<Lost>,
}

impl Bench<'_> {
    fn run(&mut self, check: &'static Check) -> Answer {
        let limit = if self.hangs.load(Ordering::Relaxed) < PATIENT_HANGS {
            self.limit
        } else {
            self.limit.min(IMPATIENT)
        };
        let Some((start, directory)) = self.start else {
            return run_here(check, self.subject, limit);
        };
        let mut deaths = Vec::new();
        loop {
            let lost = match self.ask(start, directory.path(), check, limit) {
                Ok(mut answer) => {
                    let observation = answer
                        .observation
                        .get_or_insert_with(|| Observation::of(check.id));
                    observation.is_isolated = true;
                    observation.deaths.append(&mut deaths);
                    let is_clean = observation.violations.is_empty();
                    self.done.push(check.id);
                    if !is_clean || self.done.len() >= CHECKS_A_PROCESS {
                        observation.deaths.extend(self.end_worker());
                    }
                    return answer;
                }
                Err(lost) => lost,
            };
            let before = std::mem::take(&mut self.done);
            self.worker = None;
            if let (Lost::Died(how), false) = (&lost, before.is_empty()) {
                // Perhaps it died of what an earlier check has left; alone it has no such excuse.
                let before = before.join(", ");
                deaths.push(format!("in {} after {before}: {how}", check.id));
                continue;
            }
            if lost == Lost::Hung {
                self.hangs.fetch_add(1, Ordering::Relaxed);
            }
            let mut observation = Observation::of(check.id);
            observation.is_isolated = true;
            if let Lost::Died(how) = &lost {
                deaths.push(format!("in {}: {how}", check.id));
            }
            observation.deaths = deaths;
            return Answer {
                outcome: lost.outcome(check, limit),
                observation: Some(observation),
            };
        }
    }

    fn ask(
        &mut self,
        start: &Start,
        directory: &Path,
        check: &'static Check,
        limit: Duration,
    ) -> Result<Answer, Lost> {
        if let Some(lost) = &self.hopeless {
            return Err(lost.clone());
        }
        let mut worker = match self.worker.take() {
            Some(worker) => worker,
            None => {
                let fresh = || {
                    let command = start().map_err(|error| Lost::Died(error.to_string()))?;
                    Worker::start(command, directory)
                };
                // Once may be bad luck of the machine.
                let fresh = fresh().or_else(|_| fresh());
                fresh.inspect_err(|lost| self.hopeless = Some(lost.clone()))?
            }
        };
        let answer = worker.run(check.id, limit);
        self.worker = Some(worker);
        answer
    }

    /// How the worker ended if it did not end well.
    fn end_worker(&mut self) -> Option<String> {
        let before = std::mem::take(&mut self.done).join(", ");
        match self.worker.take()?.end() {
            Ok(()) => None,
            Err(Lost::Died(how)) => Some(format!("at its end, after {before}: {how}")),
            Err(Lost::Hung) => Some(format!("at its end, after {before}: it hangs")),
        }
    }

    fn close(mut self) -> Option<Observation> {
        let death = self.end_worker()?;
        let mut observation = Observation::of("the end of the process");
        observation.is_isolated = true;
        observation.deaths = vec![death];
        Some(observation)
    }
}

impl Lost {
    fn outcome(&self, check: &Check, limit: Duration) -> Outcome {
        match self {
            Self::Hung => hang(check.call, limit),
            Self::Died(how) => Outcome::Failed {
                called: check.call.into(),
                expected: "a process that runs on".into(),
                came: how.clone(),
            },
        }
    }
}

fn hang(called: &str, limit: Duration) -> Outcome {
    Outcome::Failed {
        called: called.into(),
        expected: format!("an end within {} s", limit.as_secs_f32()),
        came: "a call that hangs".into(),
    }
}

/// Runs a check on a thread of this process.
fn run_here(check: &'static Check, subject: &Subject, limit: Duration) -> Answer {
    match check.body {
        Body::Single(body) => run_alone(check, body, subject, limit),
        Body::Facts(body) => Answer {
            outcome: caught(check.id, || body(subject)),
            observation: None,
        },
        Body::Whole(_) => Answer {
            outcome: Outcome::NotApplicable {
                because: "it judges the other checks".into(),
            },
            observation: None,
        },
    }
}

fn run_alone(
    check: &'static Check,
    body: fn(&Context) -> Result<(), Stop>,
    subject: &Subject,
    limit: Duration,
) -> Answer {
    let id = check.id;
    let (send, receive) = mpsc::channel();
    let subject = subject.clone();
    let failed = move |expected: &str, came: String| Outcome::Failed {
        called: id.into(),
        expected: expected.into(),
        came,
    };
    let spawned = thread::Builder::new()
        .name(id.into())
        .stack_size(STACK_BYTES)
        .spawn(move || {
            let answer = match Context::new(subject) {
                Ok(context) => Answer {
                    outcome: caught(id, || body(&context)),
                    observation: Some(observe(id, &context)),
                },
                Err(error) => Answer {
                    outcome: failed("a library with both entry points", error),
                    observation: None,
                },
            };
            // Nobody listens any more if the time was up.
            let _ = send.send(answer);
        });
    let unseen = |outcome| Answer {
        outcome,
        observation: None,
    };
    if let Err(error) = spawned {
        return unseen(failed("a thread", error.to_string()));
    }
    match receive.recv_timeout(limit) {
        Ok(answer) => answer,
        Err(mpsc::RecvTimeoutError::Timeout) => unseen(hang(check.call, limit)),
        Err(mpsc::RecvTimeoutError::Disconnected) => {
            let came = "the check's thread ended without an answer";
            unseen(failed("an answer", came.into()))
        }
    }
}

fn caught(id: &str, body: impl FnOnce() -> Result<(), Stop>) -> Outcome {
    match catch_unwind(AssertUnwindSafe(body)) {
        Ok(verdict) => verdict.into(),
        Err(panic) => Outcome::Failed {
            called: id.into(),
            expected: "no panic".into(),
            came: panic_text(panic.as_ref()),
        },
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
        violations: host.violations(),
        leaks,
        ..Observation::of(check)
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
