//! `IMAPISync`.

use super::prelude::*;
use std::time::Duration;

/// How long a synchronization of an empty store may take.
const LONG: Duration = Duration::from_secs(20);

pub(super) const CHECKS: &[Check] = &[
    Check::new(
        "F109-returns-at-once",
        A(109),
        "IMAPISync::SynchronizeInBackground",
        "imapisyncsynchronizeinbackground",
        "The call returns within 100 ms and has written an event handle.",
        returns_at_once,
    ),
    Check::new(
        "F109-one-done",
        A(109),
        "IMAPISyncProgressCallback::Done",
        "imapisyncprogresscallback-done",
        "Exactly one Done comes, with the handle that was written, and the event is signalled.",
        one_done,
    ),
    Check::new(
        "F109-a-hundred-runs",
        A(109),
        "IMAPISync::SynchronizeInBackground",
        "mapisib",
        "A hundred runs one after the other each end, and leave no thread, no handle and no reference to the callback.",
        many_runs,
    ),
    Check::new(
        "F111-new-mail",
        A(111),
        "IMAPISync::SynchronizeInBackground",
        "imapisynciunknown",
        "After a synchronization with new mail the message is in the receive folder, and fnevNewMail and the row came before Done.",
        new_mail,
    ),
    Check::new(
        "F110-no-callback",
        A(110),
        "IMAPISync::SynchronizeInBackground",
        "mapisib",
        "Without a callback the event alone tells the end.",
        |context| without(context, SyncCallback::None),
    ),
    Check::new(
        "F110-unrelated-callback",
        A(110),
        "IMAPISync::SynchronizeInBackground",
        "mapisib",
        "An object without the callback interface is no reason to fail.",
        |context| without(context, SyncCallback::Unrelated),
    ),
    Check::new(
        "F110-no-event",
        A(110),
        "IMAPISync::SynchronizeInBackground",
        "mapisib",
        "Without a place for the event the callback alone tells the end.",
        no_event,
    ),
    Check::new(
        "F110-failing-callback",
        A(110),
        "IMAPISyncProgressCallback::Progress",
        "imapisyncprogresscallback-progress",
        "A callback that answers each call with a failure still gets its Done.",
        failing_callback,
    ),
    Check::new(
        "F110-second-call",
        A(110),
        "IMAPISync::SynchronizeInBackground",
        "imapisynciunknown",
        "A second call while one runs returns at once; each that succeeded gets its Done.",
        second_call,
    ),
    Check::new(
        "F110-release-during-sync",
        A(110),
        "IMsgStore::Release",
        "imapisynciunknown",
        "The store may be released while it synchronizes: Done comes all the same, and nothing is left.",
        release_during_sync,
    ),
    Check::new(
        "F110-small-structure",
        S("4.4"),
        "IMAPISync::SynchronizeInBackground",
        "mapisib",
        "A MAPISIB that is too small, or none, is refused with MAPI_E_INVALID_PARAMETER, without Done.",
        small_structure,
    ),
    Check::new(
        "F110-progress-is-sane",
        S("4.4"),
        "IMAPISyncProgressCallback::Progress",
        "imapisyncprogresscallback-progress",
        "Progress never exceeds its maximum, the maximum is at least 1, and nothing comes after Done.",
        progress_is_sane,
    ),
    Check::new(
        "F110-store-works-during-sync",
        S("4.4"),
        "IMAPISync::SynchronizeInBackground",
        "imapisynciunknown",
        "The callback may use the store: no lock is held while it is called.",
        store_works_during_sync,
    ),
];

fn offered(context: &Context) -> std::result::Result<Session, Stop> {
    let session = context.logon()?;
    if session.store().sync().is_err() {
        return Err(not_applicable("IMAPISync is not offered"));
    }
    Ok(session)
}

fn returns_at_once(context: &Context) -> Verdict {
    let session = offered(context)?;
    let recorder = SyncRecorder::new();
    let start = session.start_sync(&SyncCall::all(&recorder))?;
    code("SynchronizeInBackground", &[S_OK], start.code)?;
    holds(
        start.took < Duration::from_millis(100),
        "SynchronizeInBackground",
        "a return within 100 ms",
        format!("{:?}", start.took),
    )?;
    let event = some("SynchronizeInBackground", "an event handle", start.event)?;
    holds(event.wait(LONG), "the event", "a signal", "none")
}

fn one_done(context: &Context) -> Verdict {
    let session = offered(context)?;
    let recorder = SyncRecorder::new();
    let start = session.start_sync(&SyncCall::all(&recorder))?;
    code("SynchronizeInBackground", &[S_OK], start.code)?;
    let event = some("SynchronizeInBackground", "an event handle", start.event)?;
    holds(event.wait(LONG), "the event", "a signal", "none")?;
    done(some(
        "IMAPISyncProgressCallback::Done",
        "a call",
        recorder.wait_done(LONG),
    ))?;
    std::thread::sleep(BRIEFLY);
    equal("calls of Done", 1, recorder.done().len())?;
    let handles: Vec<usize> = recorder
        .reports()
        .iter()
        .filter_map(|report| match report {
            SyncReport::Done { event, .. } => Some(*event),
            _ => None,
        })
        .collect();
    equal("the handle in Done", vec![event.value()], handles)
}

/// Threads and handles that others in the process may come to use during the runs.
const TOLERANCE: usize = 50;

fn many_runs(context: &Context) -> Verdict {
    let session = offered(context)?;
    let recorder = SyncRecorder::new();
    // The first run may make what all later ones use.
    let _ = session.synchronize(LONG)?;
    let before = InUse::now();
    for run in 1..=100 {
        let start = session.start_sync(&SyncCall::all(&recorder))?;
        code("SynchronizeInBackground", &[S_OK], start.code)?;
        let event = some("SynchronizeInBackground", "an event handle", start.event)?;
        holds(
            event.wait(LONG),
            &format!("the event of run {run}"),
            "a signal",
            "none",
        )?;
    }
    equal("calls of Done", 100, recorder.done().len())?;
    let end = std::time::Instant::now() + SOON;
    let mut after = InUse::now();
    while after.exceeds(before, TOLERANCE) && std::time::Instant::now() < end {
        std::thread::sleep(Duration::from_millis(20));
        after = InUse::now();
    }
    holds(
        !after.exceeds(before, TOLERANCE),
        "a hundred runs of SynchronizeInBackground",
        format!("about as many threads and handles as before: {before:?}"),
        format!("{after:?}"),
    )?;
    session.logoff()?;
    let end = std::time::Instant::now() + SOON;
    while recorder.references() > 1 && std::time::Instant::now() < end {
        std::thread::sleep(Duration::from_millis(10));
    }
    equal("references to the callback", 1, recorder.references())
}

fn without(context: &Context, callback: SyncCallback) -> Verdict {
    let session = offered(context)?;
    let call = SyncCall {
        callback,
        ..SyncCall::all(&SyncRecorder::new())
    };
    let start = session.start_sync(&call)?;
    code("SynchronizeInBackground", &[S_OK], start.code)?;
    let event = some("SynchronizeInBackground", "an event handle", start.event)?;
    holds(event.wait(LONG), "the event", "a signal", "none")
}

fn no_event(context: &Context) -> Verdict {
    let session = offered(context)?;
    let recorder = SyncRecorder::new();
    let call = SyncCall {
        event: false,
        ..SyncCall::all(&recorder)
    };
    let start = session.start_sync(&call)?;
    code("SynchronizeInBackground", &[S_OK], start.code)?;
    some(
        "IMAPISyncProgressCallback::Done",
        "a call",
        recorder.wait_done(LONG),
    )
    .map(drop)
}

fn failing_callback(context: &Context) -> Verdict {
    let session = offered(context)?;
    let recorder = SyncRecorder::with(|_| MAPI_E_CALL_FAILED);
    let start = session.start_sync(&SyncCall::all(&recorder))?;
    code("SynchronizeInBackground", &[S_OK], start.code)?;
    let event = some("SynchronizeInBackground", "an event handle", start.event)?;
    holds(event.wait(LONG), "the event", "a signal", "none")?;
    equal("calls of Done", 1, recorder.done().len())
}

fn second_call(context: &Context) -> Verdict {
    let session = offered(context)?;
    let slow = SyncRecorder::with(|_| {
        std::thread::sleep(Duration::from_millis(30));
        S_OK
    });
    let second = SyncRecorder::new();
    let first = session.start_sync(&SyncCall::all(&slow))?;
    let other = session.start_sync(&SyncCall::all(&second))?;
    code("the first SynchronizeInBackground", &[S_OK], first.code)?;
    code(
        "the second SynchronizeInBackground",
        &[S_OK, MAPI_E_BUSY],
        other.code,
    )?;
    holds(
        other.took < Duration::from_millis(100),
        "the second SynchronizeInBackground",
        "a return within 100 ms",
        format!("{:?}", other.took),
    )?;
    done(some("the first Done", "a call", slow.wait_done(LONG)))?;
    if other.code.is_ok() {
        done(some("the second Done", "a call", second.wait_done(LONG)))?;
    }
    Ok(())
}

fn release_during_sync(context: &Context) -> Verdict {
    let mut session = offered(context)?;
    let recorder = SyncRecorder::with(|_| {
        std::thread::sleep(Duration::from_millis(20));
        S_OK
    });
    let start = session.start_sync(&SyncCall::all(&recorder))?;
    code("SynchronizeInBackground", &[S_OK], start.code)?;
    session.release_store();
    let _ = some(
        "IMAPISyncProgressCallback::Done",
        "a call",
        recorder.wait_done(LONG),
    )?;
    drop(session);
    equal("calls of Done", 1, recorder.done().len())
}

fn small_structure(context: &Context) -> Verdict {
    let session = offered(context)?;
    let recorder = SyncRecorder::new();
    let call = SyncCall {
        size: Some(8),
        ..SyncCall::all(&recorder)
    };
    let start = session.start_sync(&call)?;
    code(
        "SynchronizeInBackground with 8 bytes",
        &[MAPI_E_INVALID_PARAMETER],
        start.code,
    )?;
    let sync = some(
        "QueryInterface(IMAPISync)",
        "an interface",
        session.store().sync().ok(),
    )?;
    // SAFETY: NULL is what a careless caller passes.
    let answer = unsafe { sync.SynchronizeInBackground(std::ptr::null_mut()) };
    code(
        "SynchronizeInBackground(NULL)",
        &[MAPI_E_INVALID_PARAMETER],
        answer,
    )?;
    std::thread::sleep(BRIEFLY);
    equal("calls of Done", 0, recorder.done().len())
}

fn progress_is_sane(context: &Context) -> Verdict {
    let session = offered(context)?;
    let recorder = SyncRecorder::new();
    let start = session.start_sync(&SyncCall::all(&recorder))?;
    code("SynchronizeInBackground", &[S_OK], start.code)?;
    done(some(
        "IMAPISyncProgressCallback::Done",
        "a call",
        recorder.wait_done(LONG),
    ))?;
    std::thread::sleep(BRIEFLY);
    let reports = recorder.reports();
    for report in &reports {
        if let SyncReport::Progress { index, maximum, .. } = report {
            holds(
                *maximum >= 1 && index <= maximum,
                "IMAPISyncProgressCallback::Progress",
                "an index up to a maximum of at least 1",
                format!("{index} of {maximum}"),
            )?;
        }
    }
    holds(
        matches!(reports.last(), Some(SyncReport::Done { .. })),
        "the last report",
        "Done",
        format!("{:?}", reports.last()),
    )
}

fn store_works_during_sync(context: &Context) -> Verdict {
    let session = offered(context)?;
    let store = session.store().clone();
    let worked = std::sync::Arc::<std::sync::Mutex<Vec<bool>>>::default();
    let found = worked.clone();
    let recorder = SyncRecorder::with(move |_| {
        let works = store
            .root()
            .and_then(|root| root.hierarchy()?.all_rows())
            .is_ok();
        lock(&found).push(works);
        S_OK
    });
    let start = session.start_sync(&SyncCall::all(&recorder))?;
    code("SynchronizeInBackground", &[S_OK], start.code)?;
    done(some(
        "IMAPISyncProgressCallback::Done",
        "a call",
        recorder.wait_done(LONG),
    ))?;
    let worked = lock(&worked).clone();
    drop(recorder);
    equal(
        "whether the store worked in each callback",
        vec![true; worked.len()],
        worked,
    )
}

fn new_mail(context: &Context) -> Verdict {
    let session = offered(context)?;
    let _ = session.synchronize(LONG)?;
    let inbox = session.inbox()?;
    let before = inbox.long(PR_CONTENT_COUNT)?;
    if !context.deliver() {
        return Err(not_applicable(
            "no way to deliver mail to the other side was given",
        ));
    }
    let table = inbox.contents()?;
    table.set_columns(&[PR_SUBJECT, PR_ENTRYID])?;
    let rows = Recorder::new();
    table.advise(&rows)?;
    context.host().clear_calls();
    let recorder = SyncRecorder::new();
    let start = session.start_sync(&SyncCall::all(&recorder))?;
    code("SynchronizeInBackground", &[S_OK], start.code)?;
    done(some(
        "IMAPISyncProgressCallback::Done",
        "a call",
        recorder.wait_done(LONG),
    ))?;
    let done_at = recorder
        .timed()
        .iter()
        .find(|timed| matches!(timed.report, SyncReport::Done { .. }))
        .map(|timed| timed.at);
    let notified: Vec<(bool, u32)> = context
        .host()
        .calls_of(Method::Notify)
        .iter()
        .flat_map(|call| {
            let early = done_at.is_some_and(|at| call.at <= at);
            let kinds = match &call.arguments {
                Arguments::Notify { events, .. } => events.iter().map(Event::kind).collect(),
                _ => Vec::new(),
            };
            kinds.into_iter().map(move |kind| (early, kind))
        })
        .collect();
    for (kind, name) in [
        (fnevNewMail, "fnevNewMail"),
        (fnevTableModified, "fnevTableModified"),
    ] {
        holds(
            notified.contains(&(true, kind)),
            "IMAPISupport::Notify before Done",
            name,
            format!("{notified:X?}"),
        )?;
    }
    equal(
        "PR_CONTENT_COUNT of the receive folder",
        before + 1,
        inbox.long(PR_CONTENT_COUNT)?,
    )?;
    equal(
        "rows of the open table",
        before as usize + 1,
        table.all_rows()?.len(),
    )
}
