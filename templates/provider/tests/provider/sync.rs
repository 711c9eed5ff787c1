//! `IMAPISync`: what Outlook's Send/Receive starts.

use crate::common::*;
use std::sync::mpsc;
use std::sync::{Arc, Mutex};

/// A bench for a store that synchronizes, whatever with.
fn bench() -> Option<Bench> {
    let bench = definition().sync.is_some().then(Bench::new)?;
    bench.add_sample_mail();
    Some(bench)
}

/// Synchronizes and returns everything that was said.
#[track_caller]
fn synchronize(session: &Session) -> Vec<SyncReport> {
    let recorder = SyncRecorder::new();
    let start = session.start_sync(&SyncCall::all(&recorder)).unwrap();
    assert_eq!(start.code, S_OK);
    let event = start.event.expect("there is an event");
    assert!(event.wait(LONG), "the synchronization ends");
    recorder.reports()
}

#[test]
fn the_caller_does_not_wait() {
    let Some(bench) = bench() else {
        return;
    };
    let session = bench.logon();
    // The callback does not go on before the call has returned: whoever works in the call never ends.
    let (returned, wait) = mpsc::channel::<()>();
    let wait = Mutex::new(Some(wait));
    let recorder = SyncRecorder::with(move |_| {
        if let Some(wait) = wait.lock().unwrap().take() {
            wait.recv_timeout(LONG).expect("the call returns first");
        }
        S_OK
    });
    let start = session.start_sync(&SyncCall::all(&recorder)).unwrap();
    assert_eq!(start.code, S_OK);
    let event = start.event.unwrap();
    returned.send(()).unwrap();
    assert!(event.wait(LONG));
    assert!(
        recorder
            .timed()
            .iter()
            .all(|report| report.thread != std::thread::current().id())
    );
    drop(event);
    bench.finish(session);
}

#[test]
fn the_reports_come_in_order() {
    let Some(bench) = bench() else {
        return;
    };
    let session = bench.logon();
    let recorder = SyncRecorder::new();
    let start = session.start_sync(&SyncCall::all(&recorder)).unwrap();
    let event = start.event.unwrap();
    assert!(event.wait(LONG));
    let reports = recorder.reports();
    assert!(
        matches!(reports[0], SyncReport::Progress { .. }),
        "{reports:#?}"
    );
    let mut last = (0, 1);
    for report in &reports {
        if let SyncReport::Progress {
            index,
            maximum,
            text,
        } = report
        {
            assert!(*maximum >= 1 && index <= maximum, "{reports:#?}");
            assert!(text.as_ref().is_none_or(|text| !text.is_empty()));
            // The position as a whole never goes back, whatever it is counted in.
            let (last_index, last_maximum) = last;
            assert!(
                u64::from(*index) * last_maximum >= last_index * u64::from(*maximum),
                "{reports:#?}"
            );
            last = (u64::from(*index), u64::from(*maximum));
        }
    }
    assert_eq!(recorder.done().len(), 1, "{reports:#?}");
    let Some(SyncReport::Done {
        event: handed_back, ..
    }) = reports.last()
    else {
        panic!("Done is the last report: {reports:#?}");
    };
    assert_eq!(*handed_back, event.value());
    assert_eq!(recorder.references(), 1, "the callback has been released");
    drop(event);
    bench.finish(session);
}

#[test]
fn callback_and_event_may_be_missing() {
    let Some(bench) = bench() else {
        return;
    };
    let session = bench.logon();
    for callback in [SyncCallback::None, SyncCallback::Unrelated] {
        let call = SyncCall {
            flags: SYNC_ON_DEMAND,
            callback,
            event: true,
            size: None,
        };
        let start = session.start_sync(&call).unwrap();
        assert_eq!(start.code, S_OK);
        assert!(start.event.unwrap().wait(LONG));
    }
    let recorder = SyncRecorder::new();
    let start = session
        .start_sync(&SyncCall {
            event: false,
            ..SyncCall::all(&recorder)
        })
        .unwrap();
    assert_eq!((start.code, start.event.is_none()), (S_OK, true));
    assert!(recorder.wait_done(LONG).is_some());
    assert!(matches!(
        recorder.reports().last(),
        Some(SyncReport::Done { event: 0, .. })
    ));
    bench.finish(session);
}

#[test]
fn the_size_of_the_structure_is_checked() {
    let Some(bench) = bench() else {
        return;
    };
    let session = bench.logon();
    let recorder = SyncRecorder::new();
    let size = size_of::<MAPISIB>() as u32;
    for small in [0, 4, size - 1] {
        let start = session
            .start_sync(&SyncCall {
                size: Some(small),
                ..SyncCall::all(&recorder)
            })
            .unwrap();
        assert_eq!(
            (start.code, start.event.is_none()),
            (MAPI_E_INVALID_PARAMETER, true)
        );
    }
    assert!(
        recorder.reports().is_empty(),
        "nobody hears of a call that was refused"
    );
    let start = session
        .start_sync(&SyncCall {
            size: Some(size + 8),
            ..SyncCall::all(&recorder)
        })
        .unwrap();
    assert_eq!(start.code, S_OK);
    assert!(start.event.unwrap().wait(LONG));
    bench.finish(session);
}

#[test]
fn every_call_gets_one_end() {
    let Some(bench) = bench() else {
        return;
    };
    let session = bench.logon();
    let recorders: Vec<SyncRecorder> = (0..6).map(|_| SyncRecorder::new()).collect();
    let events: Vec<DoneEvent> = recorders
        .iter()
        .map(|recorder| {
            let start = session.start_sync(&SyncCall::all(recorder)).unwrap();
            assert_eq!(start.code, S_OK);
            start.event.unwrap()
        })
        .collect();
    for (recorder, event) in recorders.iter().zip(&events) {
        assert!(event.wait(LONG));
        assert_eq!(recorder.done().len(), 1);
        let reports = recorder.reports();
        assert!(
            matches!(reports.last(), Some(SyncReport::Done { event: value, .. }) if *value == event.value())
        );
    }
    let mut values: Vec<usize> = events.iter().map(DoneEvent::value).collect();
    values.sort_unstable();
    values.dedup();
    assert_eq!(
        values.len(),
        events.len(),
        "each call has an event of its own"
    );
    drop(events);
    bench.finish(session);
}

#[test]
fn a_callback_that_fails_is_still_told_the_end() {
    let Some(bench) = bench() else {
        return;
    };
    let session = bench.logon();
    let recorder = SyncRecorder::with(|_| MAPI_E_CALL_FAILED);
    let start = session.start_sync(&SyncCall::all(&recorder)).unwrap();
    assert!(start.event.unwrap().wait(LONG));
    assert_eq!(recorder.done().len(), 1);
    bench.finish(session);
}

#[test]
fn a_callback_may_use_the_store() {
    let Some(bench) = bench() else {
        return;
    };
    let session = bench.logon();
    let root = session.root().unwrap();
    let held = Arc::new(Mutex::new(Vec::new()));
    let (inner, found) = (root.clone(), held.clone());
    let recorder = SyncRecorder::with(move |report| {
        let inner = inner.clone();
        let read = comes_to_an_end(move || {
            let rows = inner
                .deep_hierarchy()
                .and_then(|table| table.rows(&[PR_CONTENT_COUNT]))
                .unwrap();
            assert!(!rows.is_empty());
        });
        if !read {
            found.lock().unwrap().push(format!("{report:?}"));
        }
        S_OK
    });
    let start = session.start_sync(&SyncCall::all(&recorder)).unwrap();
    assert!(start.event.unwrap().wait(LONG));
    assert_eq!(
        *held.lock().unwrap(),
        Vec::<String>::new(),
        "reported with a lock held"
    );
    drop((root, recorder));
    bench.finish(session);
}

#[test]
fn the_end_of_the_session_ends_the_synchronization() {
    let Some(bench) = bench() else {
        return;
    };
    for number in 0..400 {
        bench.add_mail(&format!("Harbour/{number}.eml"), &format!("mail {number}"));
    }
    let session = bench.logon();
    let recorder = SyncRecorder::new();
    let start = session.start_sync(&SyncCall::all(&recorder)).unwrap();
    assert_eq!(start.code, S_OK);
    session.logoff().unwrap();
    // The store is gone, and so is everything that worked for it.
    let event = start.event.unwrap();
    assert!(event.wait(LONG));
    let done = recorder.done();
    assert_eq!(done.len(), 1);
    let expected = [S_OK, MAPI_E_USER_CANCEL, MAPI_E_END_OF_SESSION];
    assert!(expected.contains(&done[0]), "{}", code_text(done[0]));
    drop(event);
    assert_eq!(recorder.references(), 1);
    bench.host.assert_clean();
    // What was not fetched comes in the next session.
    let session = bench.logon();
    synchronize(&session);
    let downloads = definition()
        .sync
        .as_ref()
        .is_some_and(|sync| sync.download_contents);
    if has_directory() && downloads {
        let folder = session.folder(&["Harbour"]).unwrap().unwrap();
        assert!(session.subjects(&folder).unwrap().len() >= 400);
    }
    bench.finish(session);
}

#[test]
fn a_second_synchronization_has_nothing_to_do() {
    let Some(bench) = bench() else {
        return;
    };
    let session = bench.logon();
    synchronize(&session);
    // The first one may have brought the remote what only the store had; from then on both are the same.
    synchronize(&session);
    let count = |session: &Session| -> i32 {
        let rows = session
            .root()
            .unwrap()
            .deep_hierarchy()
            .unwrap()
            .rows(&[PR_CONTENT_COUNT])
            .unwrap();
        rows.iter()
            .filter_map(|row| row.long(PR_CONTENT_COUNT))
            .sum()
    };
    let (before, files) = (count(&session), bench.mail_files());
    let everything =
        fnevNewMail | fnevObjectCreated | fnevObjectDeleted | fnevObjectMoved | fnevObjectCopied;
    let recorder = Recorder::new();
    if claims(STORE_NOTIFY_OK) {
        session.store().advise(None, everything, &recorder).unwrap();
    }
    let reports = synchronize(&session);
    assert!(bench.host.settle(LONG));
    assert!(recorder.events().is_empty(), "{:#?}", recorder.events());
    assert!(
        !reports
            .iter()
            .any(|report| matches!(report, SyncReport::Error { .. })),
        "{reports:#?}"
    );
    assert_eq!((count(&session), bench.mail_files()), (before, files));
    session.logoff().unwrap();
    assert!(bench.host.violations().is_empty());
}
