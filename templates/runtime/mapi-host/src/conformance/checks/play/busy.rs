//! The whole session at once: on many threads, and from within every call out of the provider.

use super::*;
use std::cell::Cell;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::thread;

const THREADS: usize = 8;
/// How many calls of one support method are re-entered in a step.
const AT_MOST: usize = 3;

pub(in super::super) const CHECKS: &[Check] = &[
    Check::new(
        "A19-every-method-on-eight-threads",
        A(19),
        "IMsgStore::OpenEntry",
        "threading-in-mapi",
        "Eight threads call every method of every object of one store at the same time, synchronization included: all calls come back, and succeed as they do alone.",
        every_method_on_eight_threads,
    ),
    Check::new(
        "A20-every-support-call-re-entered",
        A(20),
        "IMAPISupport::Notify",
        "implementing-thread-safe-objects",
        "From within every support call that any method makes, all objects of the store can be used: on the same thread and on another one.",
        every_support_call_re_entered,
    ),
    Check::new(
        "A20-every-sink-re-entered",
        A(20),
        "IMAPIAdviseSink::OnNotify",
        "implementing-thread-safe-objects",
        "From within every OnNotify that any method causes, all objects of the store can be used, and what they show is consistent.",
        every_sink_re_entered,
    ),
    Check::new(
        "A20-save-from-within-a-save",
        A(20),
        "IMAPIProp::SaveChanges",
        "implementing-thread-safe-objects",
        "While a save tells MAPI of itself, the same message can be read, changed and saved again.",
        save_from_within_a_save,
    ),
];

fn every_method_on_eight_threads(context: &Context) -> Verdict {
    let stage = Stage::set(context)?;
    let mask = stage.open.mask()?;
    let steps: Vec<&Step> = steps().filter(|step| step.needs & !mask == 0).collect();
    // MAPI starts a provider and configures a service on one thread at a time.
    let steps: Vec<&Step> = steps
        .into_iter()
        .filter(|step| step.name != "ServiceEntry")
        .collect();
    let failures = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for index in 0..THREADS {
            let (stage, steps, failures) = (&stage, &steps, &failures);
            scope.spawn(move || {
                for position in 0..steps.len() {
                    // Each thread begins elsewhere, so that different methods meet.
                    let step = steps[(position + index * steps.len() / THREADS) % steps.len()];
                    // Synchronizations of one store take turns, each of them with a session of its own: two are enough.
                    if step.name.starts_with("IMAPISync") && index > 1 {
                        continue;
                    }
                    if let Err(failure) = (step.prepare)(stage).and_then(|call| call()) {
                        lock(failures).push(format!("{}: {failure}", step.name));
                    }
                }
            });
        }
    });
    let mut failures = lock(&failures).clone();
    failures.sort();
    failures.dedup();
    holds(
        failures.is_empty(),
        "all methods on eight threads",
        "success",
        failures.join("; "),
    )?;
    equal(
        "the subject of a message that nobody changed",
        "RE: on stage".to_string(),
        stage.message.subject()?,
    )
}

/// What is done from within a call out. All of it must come back; what it answers is its own affair.
struct Touch {
    store: Store,
    folder: Folder,
    message: Message,
    other: Message,
    table: Table,
    id: Vec<u8>,
}

impl Touch {
    fn new(stage: &Stage) -> Result<Arc<Self>> {
        Ok(Arc::new(Self {
            store: stage.store(),
            folder: stage.work(),
            message: stage.message.clone(),
            other: stage.own_message()?,
            table: stage.table()?,
            id: stage.message_id.clone(),
        }))
    }

    fn all(&self) -> Result<()> {
        self.store.get(&[PR_DISPLAY_NAME])?;
        self.store.compare(&self.id, &self.id)?;
        self.folder.get(&[PR_CONTENT_COUNT, PR_DISPLAY_NAME])?;
        self.folder.put(PR_COMMENT, "from within")?;
        self.message.get(&[PR_SUBJECT])?;
        self.message.recipients()?;
        self.other.put(PR_BODY, "from within")?;
        self.other.save(KEEP_OPEN_READWRITE | FORCE_SAVE)?;
        self.store.open_message(&self.id)?.get(&[PR_SUBJECT])?;
        self.table.row_count()?;
        self.table.seek(BOOKMARK_BEGINNING, 0)?;
        self.table.query_rows(2, 0)?;
        self.store.receive_folder("IPM.Note").map(drop)
    }
}

thread_local! {
    /// Whether this thread is within a call out already.
    static WITHIN: Cell<bool> = const { Cell::new(false) };
}

fn every_support_call_re_entered(context: &Context) -> Verdict {
    let stage = Stage::set(context)?;
    let mask = stage.open.mask()?;
    let host = context.host();
    let touch = Touch::new(&stage)?;
    for step in steps().filter(|step| step.needs & !mask == 0) {
        let call = (step.prepare)(&stage)?;
        let found = Arc::<Mutex<Vec<String>>>::default();
        host.set_hook(Some(re_entering(touch.clone(), found.clone())));
        let came = call();
        host.set_hook(None);
        host.settle(SOON);
        let found = lock(&found).clone();
        holds(
            found.is_empty(),
            step.name,
            "calls from within calls out that come back with success",
            found.join("; "),
        )?;
        if let Err(failure) = came {
            return fail(step.name, "success while MAPI uses the store", failure);
        }
    }
    Ok(())
}

/// A hook that uses the store on another thread, and if that came back, on this one.
fn re_entering(touch: Arc<Touch>, found: Arc<Mutex<Vec<String>>>) -> Hook {
    let busy = AtomicBool::new(false);
    let seen = Mutex::new(BTreeMap::new());
    Arc::new(move |out: &crate::host::Call| {
        // What the calls from within cause must not cause yet others; and one that is stuck is enough.
        if WITHIN.get() || !lock(&found).is_empty() || busy.swap(true, Ordering::SeqCst) {
            return;
        }
        // They cause support calls after this one, too, so there is an end to it.
        let times = {
            let mut seen = lock(&seen);
            let times = seen.entry(out.method).or_insert(0);
            *times += 1;
            *times
        };
        if times > AT_MOST {
            busy.store(false, Ordering::SeqCst);
            return;
        }
        let (send, receive) = mpsc::channel();
        let other = touch.clone();
        thread::spawn(move || {
            WITHIN.set(true);
            let _ = send.send(other.all());
        });
        let note = |how: &str, came: &dyn std::fmt::Display| {
            lock(&found).push(format!(
                "{how} during IMAPISupport::{:?}: {came}",
                out.method
            ));
        };
        match receive.recv_timeout(SOON) {
            Err(_) => note("another thread", &"stuck"),
            Ok(Err(failure)) => note("another thread", &failure),
            Ok(Ok(())) => {
                WITHIN.set(true);
                if let Err(failure) = touch.all() {
                    note("the same thread", &failure);
                }
                WITHIN.set(false);
            }
        }
        busy.store(false, Ordering::SeqCst);
    })
}

fn every_sink_re_entered(context: &Context) -> Verdict {
    let stage = Stage::set(context)?;
    stage.open.needs(STORE_NOTIFY_OK)?;
    let mask = stage.open.mask()?;
    let touch = Touch::new(&stage)?;
    let (found, armed) = (
        Arc::<Mutex<Vec<String>>>::default(),
        Arc::<AtomicBool>::default(),
    );
    let (notes, once) = (found.clone(), armed.clone());
    let recorder = Recorder::with(move |_| {
        // What the sink does is an event, too: only the first of each step counts.
        if once.swap(false, Ordering::SeqCst)
            && let Err(failure) = touch.all()
        {
            lock(&notes).push(failure.to_string());
        }
    });
    let events = fnevObjectCreated
        | fnevObjectModified
        | fnevObjectDeleted
        | fnevObjectMoved
        | fnevObjectCopied
        | fnevNewMail;
    let whole = stage.store().advise(None, events, &recorder)?;
    let table = stage.table()?;
    let rows = table.advise(&recorder)?;
    for step in steps().filter(|step| step.needs & !mask == 0) {
        let call = (step.prepare)(&stage)?;
        armed.store(true, Ordering::SeqCst);
        call()?;
        // The events of a call must not wait for those of the next.
        let came = context.host().settle(SOON);
        holds(came, step.name, "an end of its events", "a sink that hangs")?;
        let found = lock(&found).clone();
        holds(
            found.is_empty(),
            step.name,
            "calls from OnNotify that succeed",
            found.join("; "),
        )?;
    }
    holds(
        !recorder.events().is_empty(),
        "the session",
        "events",
        "none",
    )?;
    table.unadvise(rows)?;
    stage.store().unadvise(whole)?;
    Ok(())
}

fn save_from_within_a_save(context: &Context) -> Verdict {
    let stage = Stage::set(context)?;
    stage.open.needs(STORE_NOTIFY_OK)?;
    let host = context.host();
    let recorder = Recorder::new();
    let connection = stage.store().advise(None, fnevObjectModified, &recorder)?;
    let message = stage.own_message()?;
    let within = message.clone();
    let answer = Arc::<Mutex<Option<Result<()>>>>::default();
    let kept = answer.clone();
    host.set_hook(Some(Arc::new(move |out: &crate::host::Call| {
        if out.method != Method::Notify || WITHIN.replace(true) || lock(&kept).is_some() {
            return;
        }
        let came = within
            .subject()
            .and_then(|_| within.put(PR_BODY, "the second"))
            .and_then(|()| within.save(KEEP_OPEN_READWRITE));
        *lock(&kept) = Some(came);
        WITHIN.set(false);
    })));
    message.put(PR_BODY, "the first")?;
    let saved = message.save(KEEP_OPEN_READWRITE);
    host.set_hook(None);
    saved?;
    let came = lock(&answer).clone();
    match some("SaveChanges", "IMAPISupport::Notify during it", came)? {
        Ok(()) => {}
        Err(failure) => return fail("SaveChanges from within Notify", "success", failure),
    }
    stage.store().unadvise(connection)?;
    let id = message.entry_id()?;
    equal(
        "the body after both saves",
        "the second".to_string(),
        stage.store().open_message(&id)?.text(PR_BODY)?,
    )
}
