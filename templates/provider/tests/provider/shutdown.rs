//! Closing the store.

use crate::common::*;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

#[test]
fn the_last_release_logs_the_transports_off_once() {
    let bench = Bench::new();
    let session = bench.logon();
    session.logoff_with(LOGOFF_PURGE).unwrap();
    let calls = bench.host.calls_of(Method::StoreLogoffTransports);
    assert_eq!(calls.len(), 1);
    assert_eq!(calls[0].arguments, Arguments::Flags(LOGOFF_PURGE));
    bench.host.assert_clean();
}

#[test]
fn a_client_that_just_goes_aborts() {
    let bench = Bench::new();
    let mut session = bench.logon();
    session.release_store();
    let calls = bench.host.calls_of(Method::StoreLogoffTransports);
    assert_eq!(calls.len(), 1);
    assert_eq!(calls[0].arguments, Arguments::Flags(LOGOFF_ABORT));
    assert!(
        session.logon().is_none(),
        "the support object is gone, and the logon with it"
    );
    bench.finish(session);
}

#[test]
fn the_store_may_be_logged_off_more_than_once() {
    let bench = Bench::new();
    let session = bench.logon();
    session.store().log_off(LOGOFF_NO_WAIT).unwrap();
    bench.finish(session);
}

#[test]
fn a_forced_logoff_comes_before_the_release() {
    let bench = Bench::new();
    let session = bench.logon();
    let root = session.root().unwrap();
    assert_eq!(session.force_logoff(), S_OK);
    assert_eq!(session.force_logoff(), S_OK);
    // Whatever the answers are now, they are answers.
    let _ = (root.name(), root.contents().is_ok());
    drop(root);
    let _ = session.logoff();
    assert_eq!(bench.host.calls_of(Method::StoreLogoffTransports).len(), 1);
    bench.host.assert_clean();
}

#[test]
fn objects_outlive_their_store() {
    let bench = Bench::new();
    let session = bench.logon();
    let root = session.root().unwrap();
    let table = root.deep_hierarchy().unwrap();
    table.set_columns(&[PR_DISPLAY_NAME]).unwrap();
    let message = is_writable().then(|| {
        let message = playground(&session).create_message().unwrap();
        message.put(PR_SUBJECT, "late").unwrap();
        message
    });
    session.logoff().unwrap();

    let late = [
        code_of(root.get(&[PR_DISPLAY_NAME])),
        code_of(root.contents()),
        code_of(table.query_rows(10, 0)),
        code_of(table.row_count()),
    ];
    let documented = [MAPI_E_INVALID_OBJECT, MAPI_E_END_OF_SESSION];
    assert!(
        late.iter().all(|code| documented.contains(code)),
        "{late:?}"
    );
    if let Some(message) = message {
        assert!(documented.contains(&code_of(message.save(KEEP_OPEN_READWRITE))));
        assert!(documented.contains(&code_of(message.put(PR_SUBJECT, "later"))));
    }
    drop((root, table));
    bench.host.assert_clean();
}

#[test]
fn tables_and_sinks_do_not_keep_the_store_open() {
    let bench = Bench::new();
    let session = bench.logon();
    let table = session.root().unwrap().hierarchy().unwrap();
    let recorder = Recorder::new();
    if claims(STORE_NOTIFY_OK) {
        table.advise(&recorder).unwrap();
        session
            .store()
            .advise(None, fnevObjectModified, &recorder)
            .unwrap();
    }
    let mut session = session;
    session.release_store();
    assert_eq!(bench.host.calls_of(Method::StoreLogoffTransports).len(), 1);
    drop(table);
    session.logoff().unwrap();
    // MAPI takes the subscriptions of a support object along; the references to sinks must be its own only.
    assert_eq!(recorder.references(), 1 + bench.host.subscriptions() as u32);
}

#[test]
fn many_sessions_leave_nothing_behind() {
    let bench = Bench::new();
    for _ in 0..25 {
        let session = bench.logon();
        let root = session.root().unwrap();
        assert!(
            !root
                .hierarchy()
                .unwrap()
                .rows(&[PR_DISPLAY_NAME])
                .unwrap()
                .is_empty()
        );
        assert!(!root.get_all().unwrap().is_empty());
        drop(root);
        session.logoff().unwrap();
    }
    bench.host.assert_clean();
}

#[test]
fn no_lock_is_held_while_mapi_is_called() {
    let bench = Bench::new();
    let running = Arc::new(bench.host.start(&provider()).unwrap());
    let reentered = Arc::new(AtomicUsize::new(0));
    let (inner, counter) = (running.clone(), reentered.clone());
    bench.host.set_hook(Some(Arc::new(move |call| {
        let inner = inner.clone();
        let compared = comes_to_an_end(move || drop(inner.compare_stores(&[0; 44], &[0; 44])));
        assert!(compared, "{:?} is called with a lock held", call.method);
        counter.fetch_add(1, Ordering::Relaxed);
    })));
    let session = running.logon(&LogonOptions::default()).unwrap();
    session.logoff().unwrap();
    bench.host.set_hook(None);
    assert!(reentered.load(Ordering::Relaxed) > 4);
    drop(running);
    bench.host.assert_clean();
}

#[test]
fn the_store_can_be_used_in_the_middle_of_a_notification() {
    if !claims(STORE_NOTIFY_OK) {
        return;
    }
    let Some(bench) = Bench::writable() else {
        return;
    };
    let session = bench.logon();
    let folder = playground(&session);
    let reentered = Arc::new(AtomicUsize::new(0));
    let (inner, counter) = (folder.clone(), reentered.clone());
    bench.host.set_hook(Some(Arc::new(move |call| {
        if call.method == Method::Notify {
            let inner = inner.clone();
            let read = comes_to_an_end(move || {
                let rows = inner
                    .contents()
                    .and_then(|table| table.rows(&[PR_SUBJECT]))
                    .unwrap();
                assert_eq!(rows.len(), 1, "the change is visible before it is notified");
            });
            assert!(read, "Notify is called with a lock held");
            counter.fetch_add(1, Ordering::Relaxed);
        }
    })));
    folder.add_message(&[Prop::new(PR_SUBJECT, "x")]).unwrap();
    bench.host.set_hook(None);
    assert!(reentered.load(Ordering::Relaxed) > 0);
    drop(folder);
    bench.finish(session);
}
