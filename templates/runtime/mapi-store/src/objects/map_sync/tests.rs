use std::ptr::null_mut;
use std::sync::atomic::{AtomicBool, AtomicUsize};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Condvar, Mutex};
use std::thread::{self, ThreadId};
use std::time::Instant;

use mapi_abi::{HANDLE, IMAPISyncProgressCallback_Impl};
use windows_core::implement;

use super::*;
use crate::com::event::host::Given;
use crate::sync::{CancelToken, SyncObserver, SyncStatistics};

const PATIENCE_OF_TESTS: Duration = Duration::from_secs(30);

/// What a callback hears.
#[derive(Debug, PartialEq)]
enum Heard {
    Progress(Option<String>, u32, u32),
    Error(HRESULT, String),
    Done(usize, HRESULT),
}

/// Outlook's callback. Says what it hears, and on which thread.
#[implement(IMAPISyncProgressCallback, Agile = false)]
struct Callback {
    heard: Sender<(Heard, ThreadId)>,
    answer: HRESULT,
    alive: Arc<AtomicUsize>,
}

impl Callback {
    fn say(&self, heard: Heard) -> HRESULT {
        let _ = self.heard.send((heard, thread::current().id()));
        self.answer
    }
}

impl Drop for Callback {
    fn drop(&mut self) {
        self.alive.fetch_sub(1, Ordering::SeqCst);
    }
}

impl IMAPISyncProgressCallback_Impl for Callback_Impl {
    unsafe fn Progress(&self, text: *const u16, index: u32, index_max: u32) -> HRESULT {
        self.say(Heard::Progress(
            unsafe { crate::com::strings::read_wide(text) },
            index,
            index_max,
        ))
    }

    unsafe fn Error(&self, error: HRESULT, text: *const u16) -> HRESULT {
        self.say(Heard::Error(
            error,
            unsafe { crate::com::strings::read_wide(text) }.expect("a text"),
        ))
    }

    unsafe fn Done(&self, thread_done_event: HANDLE, result: HRESULT) -> HRESULT {
        self.say(Heard::Done(thread_done_event.addr(), result))
    }
}

/// A synchronization that does what the test says, when it says so.
#[derive(Default)]
struct Work {
    requests: Mutex<Vec<SyncRequest>>,
    problem: Mutex<Option<SyncProblem>>,
    result: Mutex<Option<SyncResult>>,
    panics: AtomicBool,
    held: Mutex<bool>,
    released: Condvar,
}

impl Work {
    fn hold(&self) {
        *self.held.lock().unwrap() = true;
    }

    fn release(&self) {
        *self.held.lock().unwrap() = false;
        self.released.notify_all();
    }
}

impl Synchronize for Work {
    fn synchronize(
        &self,
        request: SyncRequest,
        observer: &Arc<dyn SyncObserver>,
        cancel: &CancelToken,
    ) -> SyncOutcome {
        self.requests.lock().unwrap().push(request);
        observer.progress(Some("Inbox"), 0, 1000);
        let mut result = self.result.lock().unwrap().unwrap_or(SyncResult::Complete);
        let mut held = self.held.lock().unwrap();
        while *held {
            held = self
                .released
                .wait_timeout(held, Duration::from_millis(10))
                .unwrap()
                .0;
            if cancel.is_cancelled() {
                result = SyncResult::Cancelled;
                break;
            }
        }
        drop(held);
        assert!(!self.panics.load(Ordering::SeqCst), "as the test wants");
        let problem = self.problem.lock().unwrap().clone();
        if let Some(problem) = &problem {
            observer.problem(problem);
        }
        observer.progress(None, 1000, 1000);
        SyncOutcome {
            result,
            problems: problem.is_some().into(),
            statistics: SyncStatistics::default(),
        }
    }
}

struct Fixture {
    work: Arc<Work>,
    synchronizer: Synchronizer,
    alive: Arc<AtomicUsize>,
}

/// One call, as its caller sees it.
struct Call {
    heard: Receiver<(Heard, ThreadId)>,
    handle: HANDLE,
    code: HRESULT,
}

fn fixture() -> Fixture {
    let work = Arc::new(Work::default());
    let synchronizer = Synchronizer::new(work.clone(), Weak::new());
    Fixture {
        work,
        synchronizer,
        alive: Arc::default(),
    }
}

impl Fixture {
    fn call(&self, flags: u32) -> Call {
        self.call_answering(flags, abi::S_OK)
    }

    fn call_answering(&self, flags: u32, answer: HRESULT) -> Call {
        let (sender, heard) = channel();
        self.alive.fetch_add(1, Ordering::SeqCst);
        let callback = Callback {
            heard: sender,
            answer,
            alive: self.alive.clone(),
        };
        let callback: IUnknown = callback.into();
        let mut handle: HANDLE = std::ptr::without_provenance_mut(usize::MAX);
        let info = info(flags, callback.as_raw(), &mut handle);
        let code = match unsafe { self.synchronizer.accept(&info) } {
            Ok(()) => abi::S_OK,
            Err(fault) => fault.code(),
        };
        Call {
            heard,
            handle,
            code,
        }
    }
}

fn info(flags: u32, callback: *mut std::ffi::c_void, handle: *mut HANDLE) -> MAPISIB {
    MAPISIB {
        ulSize: size_of::<MAPISIB>() as u32,
        ulFlags: flags,
        psesSync: null_mut(),
        punkCallBack: callback,
        phSyncDoneEvent: handle,
    }
}

impl Call {
    /// Everything that was heard, up to and with the end.
    fn all(&self) -> Vec<Heard> {
        let mut all = Vec::new();
        loop {
            let (heard, on) = self.heard.recv_timeout(PATIENCE_OF_TESTS).expect("Done");
            assert_ne!(on, thread::current().id(), "callbacks come from the worker");
            let over = matches!(heard, Heard::Done(..));
            all.push(heard);
            if over {
                return all;
            }
        }
    }

    fn end(&self) -> Heard {
        self.all().pop().expect("Done")
    }

    /// Nothing more is ever heard: the callback was released with everything said.
    fn assert_silence(&self) {
        assert!(self.heard.recv_timeout(PATIENCE_OF_TESTS).is_err());
    }
}

#[test]
fn a_call_returns_at_once_and_ends_once() {
    let fixture = fixture();
    fixture.work.hold();
    let start = Instant::now();
    let call = fixture.call(0);
    assert!(start.elapsed() < Duration::from_millis(100));
    assert_eq!(call.code, abi::S_OK);
    assert!(!call.handle.is_null() && call.handle.addr() != usize::MAX);
    let event = unsafe { Given::new(call.handle) };
    assert!(
        !event.wait(Duration::from_millis(50)),
        "the event comes at the end"
    );
    fixture.work.release();
    let heard = call.all();
    assert_eq!(heard[0], Heard::Progress(Some("Inbox".to_owned()), 0, 1000));
    assert_eq!(
        heard.last(),
        Some(&Heard::Done(call.handle.addr(), abi::S_OK))
    );
    assert!(event.wait(PATIENCE_OF_TESTS));
    call.assert_silence();
    assert!(fixture.synchronizer.runner.join(PATIENCE_OF_TESTS));
    assert_eq!(
        fixture.alive.load(Ordering::SeqCst),
        0,
        "the worker releases the callback"
    );
}

#[test]
fn the_flags_are_single_bits_and_none_means_everything() {
    let all = SyncRequest {
        on_demand: false,
        ..SyncRequest::EVERYTHING
    };
    assert_eq!(request(0), all);
    assert_eq!(request(abi::SYNC_OUTGOING_MAIL), all);
    assert_eq!(
        request(abi::SYNC_ON_DEMAND),
        SyncRequest {
            on_demand: true,
            ..all
        }
    );
    let some = request(
        abi::SYNC_DOWNLOAD_CONTENTS | abi::SYNC_GLOBAL_HEADERS | abi::SYNC_UPLOAD_HIERARCHY,
    );
    let expected = SyncRequest {
        upload_hierarchy: true,
        download_contents: true,
        headers_only: true,
        ..Default::default()
    };
    assert_eq!(some, expected);
}

#[test]
fn overlapping_calls_each_hear_their_own_end() {
    let fixture = fixture();
    fixture.work.hold();
    let first = fixture.call(abi::SYNC_DOWNLOAD_CONTENTS);
    while fixture.work.requests.lock().unwrap().is_empty() {
        thread::yield_now();
    }
    let second = fixture.call(abi::SYNC_UPLOAD_CONTENTS);
    let third = fixture.call(abi::SYNC_UPLOAD_HIERARCHY | abi::SYNC_ON_DEMAND);
    fixture.work.release();
    let handles = [first.handle, second.handle, third.handle];
    for (call, handle) in [&first, &second, &third].into_iter().zip(handles) {
        assert_eq!(call.end(), Heard::Done(handle.addr(), abi::S_OK));
        call.assert_silence();
    }
    assert!(handles[0] != handles[1] && handles[1] != handles[2]);
    let requests = fixture.work.requests.lock().unwrap();
    assert_eq!(requests.len(), 2, "what waited was joined");
    assert!(requests[1].upload_contents && requests[1].upload_hierarchy && requests[1].on_demand);
    for handle in handles {
        assert!(unsafe { Given::new(handle) }.wait(PATIENCE_OF_TESTS));
    }
}

#[test]
fn callback_and_event_may_be_missing() {
    let fixture = fixture();
    let mut handle: HANDLE = null_mut();
    let only_event = info(0, null_mut(), &mut handle);
    unsafe { fixture.synchronizer.accept(&only_event).unwrap() };
    assert!(unsafe { Given::new(handle) }.wait(PATIENCE_OF_TESTS));

    let (sender, heard) = channel();
    fixture.alive.fetch_add(1, Ordering::SeqCst);
    let callback: IUnknown = Callback {
        heard: sender,
        answer: abi::S_OK,
        alive: fixture.alive.clone(),
    }
    .into();
    let only_callback = info(0, callback.as_raw(), null_mut());
    unsafe { fixture.synchronizer.accept(&only_callback).unwrap() };
    drop(callback);
    let call = Call {
        heard,
        handle: null_mut(),
        code: abi::S_OK,
    };
    assert_eq!(call.end(), Heard::Done(0, abi::S_OK));

    // An object that is no callback.
    let stream: IUnknown = crate::objects::stream::open_to_read(Vec::new()).into();
    let wrong = info(0, stream.as_raw(), &mut handle);
    unsafe { fixture.synchronizer.accept(&wrong).unwrap() };
    assert!(unsafe { Given::new(handle) }.wait(PATIENCE_OF_TESTS));
}

#[test]
fn a_problem_is_heard_before_an_end_with_its_code() {
    let fixture = fixture();
    let offline = SyncProblem {
        kind: ProblemKind::Remote(RemoteErrorKind::Offline),
        text: "No cable.".to_owned(),
    };
    *fixture.work.problem.lock().unwrap() = Some(offline);
    *fixture.work.result.lock().unwrap() = Some(SyncResult::Offline);
    let call = fixture.call(0);
    assert_eq!(
        call.code,
        abi::S_OK,
        "being offline is no failure of the call"
    );
    let heard = call.all();
    assert!(heard.contains(&Heard::Error(abi::MAPI_E_OFFLINE, "No cable.".to_owned())));
    assert_eq!(
        heard.last(),
        Some(&Heard::Done(call.handle.addr(), abi::MAPI_E_OFFLINE))
    );
    drop(unsafe { Given::new(call.handle) });
}

#[test]
fn a_failure_without_words_gets_some() {
    let fixture = fixture();
    *fixture.work.result.lock().unwrap() = Some(SyncResult::Partial);
    let call = fixture.call(0);
    let heard = call.all();
    let told = heard
        .iter()
        .any(|heard| matches!(heard, Heard::Error(_, text) if !text.is_empty()));
    assert!(told, "{heard:?}");
    assert_eq!(
        heard.last(),
        Some(&Heard::Done(
            call.handle.addr(),
            abi::MAPI_W_ERRORS_RETURNED
        ))
    );
    drop(unsafe { Given::new(call.handle) });
}

#[test]
fn a_callback_that_fails_hears_no_more_progress_but_the_end() {
    let fixture = fixture();
    let call = fixture.call_answering(0, abi::MAPI_E_CALL_FAILED);
    let heard = call.all();
    let progress = heard
        .iter()
        .filter(|heard| matches!(heard, Heard::Progress(..)))
        .count();
    assert_eq!(progress, 1, "{heard:?}");
    assert_eq!(
        heard.last(),
        Some(&Heard::Done(call.handle.addr(), abi::S_OK))
    );
    assert!(unsafe { Given::new(call.handle) }.wait(PATIENCE_OF_TESTS));
}

#[test]
fn a_panic_is_an_end_like_any_other() {
    let fixture = fixture();
    fixture.work.panics.store(true, Ordering::SeqCst);
    let call = fixture.call(0);
    assert_eq!(
        call.end(),
        Heard::Done(call.handle.addr(), abi::MAPI_E_CALL_FAILED)
    );
    assert!(unsafe { Given::new(call.handle) }.wait(PATIENCE_OF_TESTS));
    fixture.work.panics.store(false, Ordering::SeqCst);
    let next = fixture.call(0);
    assert_eq!(next.end(), Heard::Done(next.handle.addr(), abi::S_OK));
    drop(unsafe { Given::new(next.handle) });
}

#[test]
fn stopping_cancels_and_waits() {
    for (reason, later) in [
        (abi::MAPI_E_USER_CANCEL, abi::S_OK),
        (abi::MAPI_E_END_OF_SESSION, abi::MAPI_E_END_OF_SESSION),
    ] {
        let fixture = fixture();
        fixture.work.hold();
        let running = fixture.call(0);
        while fixture.work.requests.lock().unwrap().is_empty() {
            thread::yield_now();
        }
        let waiting = fixture.call(0);
        fixture.synchronizer.stop(reason);
        assert!(!fixture.synchronizer.runner.is_working());
        for call in [&running, &waiting] {
            assert_eq!(call.end(), Heard::Done(call.handle.addr(), reason));
            call.assert_silence();
            assert!(unsafe { Given::new(call.handle) }.wait(PATIENCE_OF_TESTS));
        }
        fixture.work.release();
        let next = fixture.call(0);
        assert_eq!(next.code, later, "after {reason:?}");
        if later.is_ok() {
            next.end();
            drop(unsafe { Given::new(next.handle) });
        } else {
            next.assert_silence();
        }
    }
}

#[test]
fn a_hundred_calls_leave_nothing_behind() {
    let fixture = fixture();
    for _ in 0..100 {
        let call = fixture.call(0);
        let event = unsafe { Given::new(call.handle) };
        assert_eq!(call.end(), Heard::Done(call.handle.addr(), abi::S_OK));
        assert!(event.wait(PATIENCE_OF_TESTS));
    }
    assert!(fixture.synchronizer.runner.join(PATIENCE_OF_TESTS));
    assert_eq!(fixture.alive.load(Ordering::SeqCst), 0);
}

/// A remote may report from several threads, and they may overtake each other.
#[test]
fn progress_never_goes_back() {
    let (sender, heard) = channel();
    let callback = Callback {
        heard: sender,
        answer: abi::S_OK,
        alive: Arc::new(AtomicUsize::new(1)),
    };
    let mut reporter = Reporter::new(Some(callback.into()), null_mut(), None);
    for index in [5, 3, 2000] {
        reporter.progress(None, index, 1000);
    }
    for index in [5, 5, 1000] {
        let (progress, _) = heard.recv_timeout(PATIENCE_OF_TESTS).unwrap();
        assert_eq!(progress, Heard::Progress(None, index, 1000));
    }
}
