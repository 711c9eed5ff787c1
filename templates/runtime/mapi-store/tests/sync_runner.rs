//! Synchronization in the background.
#![cfg(feature = "runtime")]

use std::sync::{Arc, Condvar, Mutex, mpsc};
use std::thread;
use std::time::Duration;

use mapi_store::store::ObjectKey;
use mapi_store::sync::{
    CancelToken, NewMail, ProblemKind, Runner, StartError, SyncObserver, SyncOutcome, SyncProblem,
    SyncRequest, SyncResult, SyncSink, SyncStatistics, Synchronize,
};

const LONG: Duration = Duration::from_secs(60);

/// A synchronization that says what it is asked for and then waits until the test lets it go on.
#[derive(Default)]
struct Scripted {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    requests: Vec<SyncRequest>,
    running: u32,
    most_running: u32,
    permits: u32,
    panics: bool,
    ignores_cancel: bool,
}

impl Scripted {
    fn permit(&self, count: u32) {
        self.state.lock().unwrap().permits += count;
        self.changed.notify_all();
    }

    fn wait_for_requests(&self, count: usize) {
        let state = self.state.lock().unwrap();
        drop(
            self.changed
                .wait_while(state, |state| state.requests.len() < count)
                .unwrap(),
        );
    }

    fn requests(&self) -> Vec<SyncRequest> {
        self.state.lock().unwrap().requests.clone()
    }
}

impl Synchronize for Scripted {
    fn synchronize(
        &self,
        request: SyncRequest,
        observer: &Arc<dyn SyncObserver>,
        cancel: &CancelToken,
    ) -> SyncOutcome {
        observer.progress(Some("begin"), 0, 10);
        let mut state = self.state.lock().unwrap();
        state.requests.push(request);
        state.running += 1;
        state.most_running = state.most_running.max(state.running);
        self.changed.notify_all();
        while state.permits == 0 && (!cancel.is_cancelled() || state.ignores_cancel) {
            state = self
                .changed
                .wait_timeout(state, Duration::from_millis(5))
                .unwrap()
                .0;
            drop(state);
            observer.progress(None, 5, 10);
            state = self.state.lock().unwrap();
        }
        state.running -= 1;
        let panics = state.panics;
        let cancelled = state.permits == 0;
        state.permits = state.permits.saturating_sub(1);
        drop(state);
        assert!(!panics, "on purpose");
        observer.problem(&SyncProblem {
            kind: ProblemKind::Conflict,
            text: "oh".to_owned(),
        });
        observer.new_mail(&[NewMail {
            message: ObjectKey([1; 16]),
            folder: ObjectKey([2; 16]),
        }]);
        observer.progress(None, 10, 10);
        let result = if cancelled {
            SyncResult::Cancelled
        } else {
            SyncResult::Complete
        };
        SyncOutcome {
            result,
            problems: 1,
            statistics: SyncStatistics::default(),
        }
    }
}

#[derive(Debug, PartialEq)]
enum Heard {
    Progress(Option<String>, u32),
    Problem(String),
    Done(SyncResult),
}

struct Sink {
    name: &'static str,
    heard: mpsc::Sender<(&'static str, Heard)>,
    panics: bool,
}

impl SyncSink for Sink {
    fn progress(&mut self, text: Option<&str>, index: u32, _: u32) {
        let _ = self
            .heard
            .send((self.name, Heard::Progress(text.map(str::to_owned), index)));
        assert!(!self.panics, "on purpose");
    }

    fn problem(&mut self, problem: &SyncProblem) {
        let _ = self
            .heard
            .send((self.name, Heard::Problem(problem.text.clone())));
    }

    fn done(self: Box<Self>, outcome: &SyncOutcome) {
        let _ = self.heard.send((self.name, Heard::Done(outcome.result)));
        assert!(!self.panics, "on purpose");
    }
}

struct Bench {
    script: Arc<Scripted>,
    runner: Runner,
    sender: mpsc::Sender<(&'static str, Heard)>,
    receiver: mpsc::Receiver<(&'static str, Heard)>,
    mail: Arc<Mutex<u32>>,
}

impl Bench {
    fn new() -> Self {
        let script = Arc::new(Scripted::default());
        let mail = Arc::new(Mutex::new(0));
        let count = mail.clone();
        let runner = Runner::new(script.clone(), move |messages| {
            *count.lock().unwrap() += messages.len() as u32
        });
        let (sender, receiver) = mpsc::channel();
        Self {
            script,
            runner,
            sender,
            receiver,
            mail,
        }
    }

    fn sink(&self, name: &'static str) -> Box<Sink> {
        Box::new(Sink {
            name,
            heard: self.sender.clone(),
            panics: false,
        })
    }

    fn start(&self, name: &'static str, request: SyncRequest) {
        self.runner.start(request, self.sink(name)).unwrap();
    }

    /// Everything that was heard until this many requests were done.
    fn until_done(&self, count: usize) -> Vec<(&'static str, Heard)> {
        let mut heard = Vec::new();
        while heard
            .iter()
            .filter(|(_, heard)| matches!(heard, Heard::Done(_)))
            .count()
            < count
        {
            heard.push(
                self.receiver
                    .recv_timeout(LONG)
                    .expect("everybody is answered"),
            );
        }
        heard
    }
}

fn results(heard: &[(&'static str, Heard)]) -> Vec<(&'static str, SyncResult)> {
    let results = heard.iter().filter_map(|(name, heard)| match heard {
        Heard::Done(result) => Some((*name, *result)),
        _ => None,
    });
    let mut results: Vec<_> = results.collect();
    results.sort_by_key(|(name, _)| *name);
    results
}

const DOWN: SyncRequest = SyncRequest {
    upload_hierarchy: false,
    upload_contents: false,
    ..SyncRequest::EVERYTHING
};
const UP_ON_DEMAND: SyncRequest = SyncRequest {
    upload_hierarchy: true,
    upload_contents: true,
    download_hierarchy: false,
    download_contents: false,
    headers_only: true,
    on_demand: true,
};

#[test]
fn a_request_is_served_and_answered_once() {
    let bench = Bench::new();
    bench.start("a", DOWN);
    bench.script.permit(1);
    let heard = bench.until_done(1);
    assert_eq!(
        heard[0],
        ("a", Heard::Progress(Some("begin".to_owned()), 0))
    );
    assert!(heard.contains(&("a", Heard::Problem("oh".to_owned()))));
    assert_eq!(
        heard.last(),
        Some(&("a", Heard::Done(SyncResult::Complete)))
    );
    assert!(bench.runner.join(LONG));
    assert!(!bench.runner.is_working());
    assert!(bench.receiver.try_recv().is_err(), "nothing after the end");
    assert_eq!(*bench.mail.lock().unwrap(), 1);
}

#[test]
fn requests_that_overlap_share_one_more_run() {
    let bench = Bench::new();
    bench.start("a", DOWN);
    bench.script.wait_for_requests(1);
    bench.start("b", DOWN);
    bench.start("c", UP_ON_DEMAND);
    bench.start("d", DOWN);
    // Those who wait hear that they do.
    let mut waiting = Vec::new();
    while waiting.len() < 3 {
        if let (name, Heard::Progress(Some(text), 0)) = bench.receiver.recv_timeout(LONG).unwrap()
            && text.starts_with("Waiting")
        {
            waiting.push(name);
        }
    }
    waiting.sort_unstable();
    assert_eq!(waiting, ["b", "c", "d"]);
    bench.script.permit(2);
    let heard = bench.until_done(4);
    let all = [
        ("a", SyncResult::Complete),
        ("b", SyncResult::Complete),
        ("c", SyncResult::Complete),
        ("d", SyncResult::Complete),
    ];
    assert_eq!(results(&heard), all);
    let both = SyncRequest {
        on_demand: true,
        ..SyncRequest::EVERYTHING
    };
    assert_eq!(bench.script.requests(), [DOWN, both]);
    assert_eq!(*bench.mail.lock().unwrap(), 2, "once for each run");
}

#[test]
fn cancelling_reaches_what_runs_and_what_waits() {
    let bench = Bench::new();
    bench.start("a", DOWN);
    bench.script.wait_for_requests(1);
    bench.start("b", DOWN);
    bench.runner.cancel();
    let heard = bench.until_done(2);
    assert_eq!(
        results(&heard),
        [("a", SyncResult::Cancelled), ("b", SyncResult::Cancelled)]
    );
    assert!(bench.runner.join(LONG));
    assert_eq!(bench.script.requests().len(), 1, "what waited never ran");
    // And it goes on afterwards.
    bench.script.permit(1);
    bench.start("c", DOWN);
    assert_eq!(results(&bench.until_done(1)), [("c", SyncResult::Complete)]);
}

#[test]
fn closing_is_final() {
    let bench = Bench::new();
    bench.start("a", DOWN);
    bench.script.wait_for_requests(1);
    bench.runner.close();
    assert!(matches!(
        bench.runner.start(DOWN, bench.sink("b")),
        Err(StartError::Closed)
    ));
    assert!(bench.runner.join(LONG));
    assert_eq!(
        results(&bench.until_done(1)),
        [("a", SyncResult::Cancelled)]
    );
    assert!(bench.receiver.try_recv().is_err());
}

#[test]
fn joining_does_not_wait_for_ever() {
    let bench = Bench::new();
    bench.script.state.lock().unwrap().ignores_cancel = true;
    bench.start("a", DOWN);
    bench.script.wait_for_requests(1);
    bench.runner.close();
    assert!(!bench.runner.join(Duration::from_millis(20)));
    bench.script.permit(1);
    assert!(bench.runner.join(LONG));
    assert!(bench.runner.join(Duration::ZERO), "again is fine");
}

#[test]
fn a_panic_becomes_an_outcome() {
    let bench = Bench::new();
    bench.script.state.lock().unwrap().panics = true;
    bench.script.permit(1);
    bench.start("a", DOWN);
    let heard = bench.until_done(1);
    assert_eq!(results(&heard), [("a", SyncResult::Failed)]);
    assert!(
        heard
            .iter()
            .any(|(_, heard)| matches!(heard, Heard::Problem(text) if text.contains("on purpose")))
    );
    bench.script.state.lock().unwrap().panics = false;
    bench.script.permit(1);
    bench.start("b", DOWN);
    assert_eq!(results(&bench.until_done(1)), [("b", SyncResult::Complete)]);
}

#[test]
fn a_panicking_sink_harms_nobody() {
    let bench = Bench::new();
    bench.start("first", DOWN);
    bench.script.wait_for_requests(1);
    bench
        .runner
        .start(
            DOWN,
            Box::new(Sink {
                panics: true,
                ..*bench.sink("bad")
            }),
        )
        .unwrap();
    bench.start("good", DOWN);
    bench.script.permit(2);
    let all = [
        ("bad", SyncResult::Complete),
        ("first", SyncResult::Complete),
        ("good", SyncResult::Complete),
    ];
    assert_eq!(results(&bench.until_done(3)), all);
    assert!(bench.runner.join(LONG));
}

#[test]
fn a_sink_may_ask_for_more() {
    struct Again {
        runner: Arc<Runner>,
        sink: Box<Sink>,
        joined: mpsc::Sender<bool>,
    }
    impl SyncSink for Again {
        fn progress(&mut self, _: Option<&str>, _: u32, _: u32) {}
        fn problem(&mut self, _: &SyncProblem) {}
        fn done(self: Box<Self>, _: &SyncOutcome) {
            let _ = self.joined.send(self.runner.join(LONG));
            self.runner.start(DOWN, self.sink).unwrap();
        }
    }
    let Bench {
        script,
        runner,
        sender,
        receiver,
        ..
    } = Bench::new();
    let runner = Arc::new(runner);
    let (joined, answers) = mpsc::channel();
    let sink = Box::new(Sink {
        name: "second",
        heard: sender,
        panics: false,
    });
    runner
        .start(
            DOWN,
            Box::new(Again {
                runner: runner.clone(),
                sink,
                joined,
            }),
        )
        .unwrap();
    script.permit(2);
    assert!(
        !answers.recv_timeout(LONG).unwrap(),
        "the worker does not wait for itself"
    );
    while receiver.recv_timeout(LONG).unwrap() != ("second", Heard::Done(SyncResult::Complete)) {}
    assert!(runner.join(LONG));
}

#[test]
fn eight_threads_get_eight_hundred_answers() {
    let bench = Bench::new();
    bench.script.permit(u32::MAX / 2);
    let runner = Arc::new(bench.runner);
    thread::scope(|scope| {
        for _ in 0..8 {
            let (runner, sender) = (runner.clone(), bench.sender.clone());
            scope.spawn(move || {
                for round in 0..100 {
                    let sink = Sink {
                        name: "x",
                        heard: sender.clone(),
                        panics: false,
                    };
                    runner.start(DOWN, Box::new(sink)).unwrap();
                    if round % 25 == 0 {
                        runner.cancel();
                    }
                }
            });
        }
    });
    assert!(runner.join(LONG));
    let done = bench
        .receiver
        .try_iter()
        .filter(|(_, heard)| matches!(heard, Heard::Done(_)))
        .count();
    assert_eq!(done, 800);
    assert_eq!(bench.script.state.lock().unwrap().most_running, 1);
}
