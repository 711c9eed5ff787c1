//! IMAPISync through the store object: Outlook's Send/Receive on a directory of mail.

use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use mapi_abi::*;
use mapi_host::*;

use crate::support::*;

/// How long a test waits for what must come.
const PATIENCE: Duration = Duration::from_secs(30);

fn mail(directory: &Path, folder: &str, name: &str, subject: &str) {
    let folder = directory.join(folder);
    std::fs::create_dir_all(&folder).unwrap();
    let text = format!(
        "From: Ann <ann@example.com>\r\nTo: Bob <bob@example.com>\r\nSubject: {subject}\r\n\
         Date: Tue, 3 Nov 2026 10:00:00 +0000\r\nMessage-ID: <{name}@example.com>\r\n\r\nHello.\r\n"
    );
    std::fs::write(folder.join(format!("{name}.eml")), text).unwrap();
}

/// A host with the synchronizing provider, whose remote is the directory `remote` beside the store.
fn bench() -> Bench {
    let bench = Bench::unconfigured(synchronizing());
    let remote = bench.directory.path().join("remote");
    std::fs::create_dir_all(&remote).unwrap();
    let mut settings = bench.settings();
    settings.retain(|setting| setting.tag != PR_SERVER);
    settings.push(Prop::new(PR_REMOTE_DIRECTORY, remote.to_str().unwrap()));
    let _ = bench.host.configure(&bench.provider, &settings).unwrap();
    bench
}

fn remote(bench: &Bench) -> std::path::PathBuf {
    bench.directory.path().join("remote")
}

/// Runs one synchronization to its end.
fn synchronize(session: &Session, recorder: &SyncRecorder) -> HRESULT {
    let start = session.start_sync(&SyncCall::all(recorder)).unwrap();
    assert_eq!(start.code, S_OK);
    assert!(start.took < Duration::from_millis(100), "{:?}", start.took);
    let event = start.event.expect("an event");
    let code = recorder.wait_done(PATIENCE).expect("Done");
    assert!(event.wait(PATIENCE));
    let last = recorder.reports().pop();
    assert_eq!(
        last,
        Some(SyncReport::Done {
            event: event.value(),
            code
        })
    );
    assert_eq!(recorder.done().len(), 1);
    code
}

#[test]
fn a_store_that_does_not_synchronize_has_no_such_interface() {
    let bench = Bench::new();
    let session = bench.logon();
    assert_eq!(
        session.store().sync().err(),
        Some(MAPI_E_INTERFACE_NOT_SUPPORTED)
    );
}

#[test]
fn new_mail_is_there_and_announced_before_the_end() {
    let bench = bench();
    mail(
        &remote(&bench),
        "Inbox",
        "old",
        "what was there from the beginning is no news",
    );
    let session = bench.logon();
    assert_eq!(synchronize(&session, &SyncRecorder::new()), S_OK);
    mail(&remote(&bench), "Inbox", "one", "first");
    mail(&remote(&bench), "Inbox", "two", "second");
    let inbox = session.inbox().unwrap();
    let table = inbox.contents().unwrap();
    let (news, rows) = (Recorder::new(), Recorder::new());
    let watched = session.store().advise(None, fnevNewMail, &news).unwrap();
    let rows_watched = table.advise(&rows).unwrap();
    bench.host.clear_calls();

    // What the callback finds when it is told that it is over: it looks at the store from within the call.
    let seen = Arc::new(Mutex::new(None));
    let (place, contents, host) = (seen.clone(), table.clone(), bench.host.clone());
    let recorder = SyncRecorder::with(move |report| {
        if let SyncReport::Done { .. } = report {
            let notified = host.calls_of(Method::Notify).len();
            *place.lock().unwrap() = Some((contents.row_count().unwrap(), notified));
        }
        S_OK
    });
    assert_eq!(synchronize(&session, &recorder), S_OK);
    let (rows_at_the_end, notified) = seen.lock().unwrap().expect("Done was heard");
    assert_eq!(rows_at_the_end, 3);
    assert_eq!(
        notified,
        bench.host.calls_of(Method::Notify).len(),
        "nothing is notified after the end"
    );
    let mut announced = Vec::new();
    for _ in 0..2 {
        let event = news
            .wait_for(PATIENCE, |event| {
                !announced.contains(&event.entry_id().unwrap_or_default().to_vec())
            })
            .expect("new mail");
        let Event::NewMail {
            entry_id,
            parent,
            message_class,
            ..
        } = event
        else {
            panic!("{event:?}")
        };
        assert_eq!(parent, inbox.entry_id().unwrap());
        assert_eq!(message_class, "IPM.Note");
        assert!(
            session
                .open_message(&entry_id)
                .unwrap()
                .text(PR_SUBJECT)
                .is_ok()
        );
        announced.push(entry_id);
    }
    rows.wait_for(PATIENCE, |event| {
        matches!(event.table_event(), Some(TABLE_ROW_ADDED | TABLE_CHANGED))
    })
    .expect("rows");
    let progress: Vec<_> = recorder
        .reports()
        .into_iter()
        .filter_map(|report| match report {
            SyncReport::Progress { index, maximum, .. } => Some((index, maximum)),
            _ => None,
        })
        .collect();
    assert!(!progress.is_empty());
    assert!(
        progress
            .iter()
            .all(|(index, maximum)| index <= maximum && *maximum >= 1),
        "{progress:?}"
    );
    assert!(
        progress.windows(2).all(|pair| pair[0].0 <= pair[1].0),
        "{progress:?}"
    );

    // The second time there is nothing to do, and nobody is told of anything.
    news.clear();
    bench.host.clear_calls();
    let again = SyncRecorder::new();
    assert_eq!(synchronize(&session, &again), S_OK);
    assert!(bench.host.calls_of(Method::Notify).is_empty());
    assert!(again.errors().is_empty());
    session.store().unadvise(watched).unwrap();
    table.unadvise(rows_watched).unwrap();
    drop((inbox, table, recorder, again));
    session.logoff().unwrap();
    bench.host.assert_clean();
}

#[test]
fn local_edits_go_out_in_the_directions_that_are_asked_for() {
    let bench = bench();
    std::fs::create_dir_all(remote(&bench).join("Inbox")).unwrap();
    let session = bench.logon();
    assert_eq!(synchronize(&session, &SyncRecorder::new()), S_OK);
    let inbox = session.inbox().unwrap();
    inbox
        .add_message(&[Prop::new(PR_SUBJECT, "from here")])
        .unwrap();
    mail(&remote(&bench), "Inbox", "there", "from there");
    let files = || {
        let entries = std::fs::read_dir(remote(&bench).join("Inbox")).unwrap();
        entries
            .filter(|entry| {
                entry
                    .as_ref()
                    .unwrap()
                    .path()
                    .extension()
                    .is_some_and(|end| end == "eml")
            })
            .count()
    };

    let recorder = SyncRecorder::new();
    let call = SyncCall::all(&recorder).with_flags(SYNC_DOWNLOAD_CONTENTS);
    let start = session.start_sync(&call).unwrap();
    assert_eq!(recorder.wait_done(PATIENCE), Some(S_OK));
    assert!(start.event.unwrap().wait(PATIENCE));
    assert_eq!((inbox.long(PR_CONTENT_COUNT).unwrap(), files()), (2, 1));

    assert_eq!(synchronize(&session, &SyncRecorder::new()), S_OK);
    assert_eq!((inbox.long(PR_CONTENT_COUNT).unwrap(), files()), (2, 2));
}

#[test]
fn being_offline_is_an_end_with_a_reason() {
    let bench = bench();
    std::fs::remove_dir(remote(&bench)).unwrap();
    let session = bench.logon();
    let recorder = SyncRecorder::new();
    assert_eq!(synchronize(&session, &recorder), MAPI_E_OFFLINE);
    let errors = recorder.errors();
    assert!(!errors.is_empty());
    assert!(errors.iter().all(|(code, text)| code.is_err() && text.as_ref().is_some_and(|text| !text.is_empty())));
    // The cable is plugged in again.
    mail(&remote(&bench), "Inbox", "one", "first");
    assert_eq!(synchronize(&session, &SyncRecorder::new()), S_OK);
    assert_eq!(
        session.subjects(&session.inbox().unwrap()).unwrap(),
        ["first"]
    );
}

#[test]
fn a_remote_that_cannot_be_made_is_an_end_with_a_reason_too() {
    let bench = bench();
    std::fs::write(bench.directory.path().join("refuse"), "").unwrap();
    let session = bench.logon();
    let recorder = SyncRecorder::new();
    assert_eq!(synchronize(&session, &recorder), MAPI_E_LOGON_FAILED);
    let text = Some("The password is wrong.".to_owned());
    assert!(
        recorder.errors().contains(&(MAPI_E_LOGON_FAILED, text)),
        "{:?}",
        recorder.errors()
    );
}

#[test]
fn a_structure_that_is_too_small_is_not_touched() {
    let bench = bench();
    let session = bench.logon();
    let recorder = SyncRecorder::new();
    for size in [0, 4, size_of::<MAPISIB>() as u32 - 1] {
        let call = SyncCall {
            size: Some(size),
            ..SyncCall::all(&recorder)
        };
        let start = session.start_sync(&call).unwrap();
        assert_eq!(start.code, MAPI_E_INVALID_PARAMETER);
        assert!(start.event.is_none());
    }
    let sync = session.store().sync().unwrap();
    // SAFETY: NULL is what a careless client passes.
    assert_eq!(
        unsafe { sync.SynchronizeInBackground(std::ptr::null_mut()) },
        MAPI_E_INVALID_PARAMETER
    );
    let larger = SyncCall {
        size: Some(4096),
        ..SyncCall::all(&recorder)
    };
    assert_eq!(session.start_sync(&larger).unwrap().code, S_OK);
    assert_eq!(recorder.wait_done(PATIENCE), Some(S_OK));
    assert!(recorder.errors().is_empty());
}

#[test]
fn callback_and_event_may_be_missing() {
    let bench = bench();
    mail(&remote(&bench), "Inbox", "one", "first");
    let session = bench.logon();
    for callback in [SyncCallback::None, SyncCallback::Unrelated] {
        let call = SyncCall {
            flags: 0,
            callback,
            event: true,
            size: None,
        };
        let start = session.start_sync(&call).unwrap();
        assert_eq!(start.code, S_OK);
        assert!(start.event.unwrap().wait(PATIENCE));
    }
    assert_eq!(session.inbox().unwrap().long(PR_CONTENT_COUNT).unwrap(), 1);
    let recorder = SyncRecorder::new();
    let call = SyncCall {
        event: false,
        ..SyncCall::all(&recorder)
    };
    assert_eq!(session.start_sync(&call).unwrap().code, S_OK);
    let done = recorder.wait_for(PATIENCE, |report| matches!(report, SyncReport::Done { .. }));
    assert_eq!(
        done,
        Some(SyncReport::Done {
            event: 0,
            code: S_OK
        })
    );
    assert_eq!(
        session
            .start_sync(&SyncCall {
                callback: SyncCallback::None,
                event: false,
                flags: 0,
                size: None
            })
            .unwrap()
            .code,
        S_OK
    );
}

#[test]
fn logging_off_ends_a_synchronization_that_runs() {
    let bench = bench();
    std::fs::write(bench.directory.path().join("slow"), "").unwrap();
    let session = bench.logon();
    let (running, waiting) = (SyncRecorder::new(), SyncRecorder::new());
    let first = session.start_sync(&SyncCall::all(&running)).unwrap();
    running
        .wait_for(PATIENCE, |report| {
            matches!(report, SyncReport::Progress { .. })
        })
        .expect("progress");
    let second = session.start_sync(&SyncCall::all(&waiting)).unwrap();
    session.logoff().unwrap();
    for (recorder, start) in [(&running, first), (&waiting, second)] {
        let done = recorder.done();
        assert_eq!(done.len(), 1, "it is over when the store is");
        assert!(
            [MAPI_E_USER_CANCEL, MAPI_E_END_OF_SESSION].contains(&done[0]),
            "{done:?}"
        );
        assert!(start.event.unwrap().wait(PATIENCE));
        assert_eq!(recorder.references(), 1, "the callback was released");
    }
    bench.host.assert_clean();
}

#[test]
fn a_process_that_ends_stops_synchronizations_but_a_question_does_not() {
    let bench = bench();
    std::fs::write(bench.directory.path().join("slow"), "").unwrap();
    let session = bench.logon();
    let recorder = SyncRecorder::new();
    let _start = session.start_sync(&SyncCall::all(&recorder)).unwrap();
    recorder
        .wait_for(PATIENCE, |report| {
            matches!(report, SyncReport::Progress { .. })
        })
        .expect("progress");
    let shutdown = session.provider().fast_shutdown().unwrap();
    // SAFETY: none of these has arguments.
    unsafe {
        assert_eq!(shutdown.QueryFastShutdown(), S_OK);
        assert!(recorder.done().is_empty());
        assert_eq!(shutdown.NotifyProcessShutdown(), S_OK);
        assert_eq!(recorder.done(), [MAPI_E_END_OF_SESSION]);
        let late = session
            .start_sync(&SyncCall::all(&SyncRecorder::new()))
            .unwrap();
        assert_eq!(late.code, MAPI_E_END_OF_SESSION);
        assert!(late.event.is_none());
        assert_eq!(shutdown.DoFastShutdown(), S_OK);
    }
    drop(shutdown);
}

#[test]
fn nothing_begins_once_the_process_ends() {
    let bench = bench();
    let session = bench.logon();
    let shutdown = session.provider().fast_shutdown().unwrap();
    // SAFETY: no arguments.
    assert_eq!(unsafe { shutdown.NotifyProcessShutdown() }, S_OK);
    let recorder = SyncRecorder::new();
    let start = session.start_sync(&SyncCall::all(&recorder)).unwrap();
    assert_eq!(start.code, MAPI_E_END_OF_SESSION);
    assert!(start.event.is_none() && recorder.reports().is_empty());
}

/// A store in the hands of a callback.
struct Held {
    _store: IMsgStore,
}

// SAFETY: MAPI's objects may be used on any thread.
unsafe impl Send for Held {}

#[test]
fn the_callback_may_release_the_store() {
    let bench = bench();
    mail(&remote(&bench), "Inbox", "one", "first");
    let mut session = bench.logon();
    let held = Mutex::new(Some(Held {
        _store: session.store().raw_store().clone(),
    }));
    let (released, wait) = std::sync::mpsc::channel::<()>();
    let wait = Mutex::new(wait);
    let recorder = SyncRecorder::with(move |report| {
        match report {
            // Until the test has let go of the store, so that the callback's reference is the last one.
            SyncReport::Progress { .. } => drop(wait.lock().unwrap().recv_timeout(PATIENCE)),
            SyncReport::Done { .. } => drop(held.lock().unwrap().take()),
            SyncReport::Error { .. } => {}
        }
        S_OK
    });
    let start = session.start_sync(&SyncCall::all(&recorder)).unwrap();
    session.release_store();
    drop(released);
    assert_eq!(recorder.wait_done(PATIENCE), Some(S_OK));
    assert!(start.event.unwrap().wait(PATIENCE));
    session.logoff().unwrap();
    bench.host.assert_clean();
}

#[test]
fn nothing_is_begun_once_a_process_ends() {
    let bench = bench();
    mail(&remote(&bench), "Inbox", "one", "first");
    let provider = bench.host.start(&bench.provider).unwrap();
    let session = provider.logon(&LogonOptions::default()).unwrap();
    session
        .inbox()
        .unwrap()
        .add_message(&[Prop::new(PR_SUBJECT, "saved")])
        .unwrap();
    let shutdown = provider.fast_shutdown().unwrap();
    // SAFETY: none of these has arguments.
    unsafe {
        assert_eq!(shutdown.QueryFastShutdown(), S_OK);
        // The question alone changes nothing.
        assert_eq!(synchronize(&session, &SyncRecorder::new()), S_OK);
        assert_eq!(shutdown.NotifyProcessShutdown(), S_OK);
    }
    assert_idle(&session);
    let inbox = session.inbox().unwrap();
    inbox.add_message(&[Prop::new(PR_SUBJECT, "late")]).unwrap();
    drop(inbox);
    session.logoff().unwrap();
    // A store that is opened now does not begin either.
    let session = provider.logon(&LogonOptions::default()).unwrap();
    assert_idle(&session);
    // SAFETY: as above.
    assert_eq!(unsafe { shutdown.DoFastShutdown() }, S_OK);
    drop(shutdown);
    // The process ends without another word; what it did is there for the next one.
    let next = bench.logon();
    let subjects = next.subjects(&next.inbox().unwrap()).unwrap();
    for subject in ["saved", "first", "late"] {
        assert!(
            subjects.iter().any(|known| known == subject),
            "{subjects:?}"
        );
    }
}

/// Nothing is begun, and nobody hears of it.
fn assert_idle(session: &Session) {
    let recorder = SyncRecorder::new();
    let start = session.start_sync(&SyncCall::all(&recorder)).unwrap();
    assert_eq!(start.code, MAPI_E_END_OF_SESSION);
    assert!(start.event.is_none());
    assert!(recorder.reports().is_empty());
    assert_eq!(recorder.references(), 1);
}

#[test]
fn a_store_that_never_synchronized_does_not_begin_to_at_the_end() {
    let bench = bench();
    let session = bench.logon();
    let shutdown = session.provider().fast_shutdown().unwrap();
    // SAFETY: none of these has arguments.
    assert_eq!(unsafe { shutdown.NotifyProcessShutdown() }, S_OK);
    assert_idle(&session);
    drop(shutdown);
    session.logoff().unwrap();
    bench.host.assert_clean();
}
