//! Free threading, and no locks held while calling out.

use super::prelude::*;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::thread;

const THREADS: usize = 8;

pub(super) const CHECKS: &[Check] = &[
    Check::new(
        "A19-one-folder-many-threads",
        A(19),
        "IMAPIFolder::CreateMessage",
        "threading-in-mapi",
        "Eight threads create messages through one folder object: all of them are there afterwards.",
        one_folder_many_threads,
    ),
    Check::new(
        "A19-one-table-many-threads",
        A(19),
        "IMAPITable::QueryRows",
        "implementing-thread-safe-objects",
        "Eight threads read one table: each row comes to exactly one of them, whole.",
        one_table_many_threads,
    ),
    Check::new(
        "A19-one-message-many-threads",
        A(19),
        "IMAPIProp::GetProps",
        "threading-in-mapi",
        "Eight threads read and write one message: no value is torn.",
        one_message_many_threads,
    ),
    Check::new(
        "A19-many-objects-many-threads",
        A(19),
        "IMsgStore::OpenEntry",
        "threading-in-mapi",
        "Eight threads open, read, change, save, list and delete in one folder at the same time, and nothing gets lost.",
        many_objects_many_threads,
    ),
    Check::new(
        "A20-no-lock-during-logon-calls",
        A(20),
        "IMSProvider::CompareStoreIDs",
        "imsprovider-comparestoreids",
        "While Logon calls MAPI, CompareStoreIDs answers on another thread.",
        no_lock_during_logon,
    ),
    Check::new(
        "A20-no-lock-during-notify",
        A(20),
        "IMAPISupport::Notify",
        "imapisupport-notify",
        "While the provider calls Notify, the store's objects answer on another thread.",
        no_lock_during_calls,
    ),
    Check::new(
        "A20-no-lock-during-on-notify",
        A(20),
        "IMAPIAdviseSink::OnNotify",
        "implementing-thread-safe-objects",
        "A sink that reads the store, changes it and ends its own registration in OnNotify comes to an end.",
        no_lock_during_on_notify,
    ),
];

/// Runs the work on eight threads at once; the first failure counts.
fn at_once(work: impl Fn(usize) -> Result<()> + Send + Sync) -> Verdict {
    let outcome: Vec<Result<()>> = thread::scope(|scope| {
        let work = &work;
        let threads: Vec<_> = (0..THREADS)
            .map(|index| scope.spawn(move || work(index)))
            .collect();
        threads
            .into_iter()
            .map(|thread| thread.join().expect("the thread's work does not panic"))
            .collect()
    });
    outcome.into_iter().collect::<Result<Vec<()>>>()?;
    Ok(())
}

fn one_folder_many_threads(context: &Context) -> Verdict {
    let open = context.open()?;
    let folder = open.work.clone();
    at_once(|thread| {
        for number in 0..5 {
            folder.add_message(&[Prop::new(PR_SUBJECT, format!("{thread}-{number}"))])?;
        }
        Ok(())
    })?;
    let mut wanted: Vec<String> = (0..THREADS)
        .flat_map(|thread| (0..5).map(move |number| format!("{thread}-{number}")))
        .collect();
    wanted.sort();
    equal("subjects in the folder", wanted, open.subjects(&open.work)?)?;
    equal("PR_CONTENT_COUNT", 40, open.work.long(PR_CONTENT_COUNT)?)
}

fn one_table_many_threads(context: &Context) -> Verdict {
    let open = context.open()?;
    for number in 0..60 {
        open.message(&format!("{number:02}"))?;
    }
    let table = open.contents(&[PR_ENTRYID, PR_SUBJECT])?;
    let seen = Mutex::new(Vec::new());
    at_once(|_| {
        loop {
            let rows = table.query_rows(3, 0)?;
            if rows.is_empty() {
                return Ok(());
            }
            let subjects = rows
                .iter()
                .map(|row| row.text(PR_SUBJECT).map(String::from));
            lock(&seen).extend(subjects);
        }
    })?;
    let mut seen: Vec<Option<String>> = lock(&seen).clone();
    seen.sort();
    let wanted: Vec<Option<String>> = (0..60).map(|number| Some(format!("{number:02}"))).collect();
    equal("subjects of all rows", wanted, seen)
}

fn one_message_many_threads(context: &Context) -> Verdict {
    let open = context.open()?;
    let message = open.message("start")?;
    let long = |thread: usize| format!("{thread}").repeat(200);
    let torn = AtomicUsize::new(0);
    at_once(|thread| {
        for _ in 0..20 {
            message.put(PR_SUBJECT, long(thread))?;
            let text = message.text(PR_SUBJECT)?;
            let first = text.chars().next();
            if text.len() != 200 || !text.chars().all(|character| Some(character) == first) {
                torn.fetch_add(1, Ordering::Relaxed);
            }
        }
        Ok(())
    })?;
    equal("torn texts", 0, torn.load(Ordering::Relaxed))?;
    message.save(KEEP_OPEN_READWRITE)?;
    Ok(())
}

fn many_objects_many_threads(context: &Context) -> Verdict {
    let open = context.open()?;
    let id = open.work.entry_id()?;
    let store = open.store().clone();
    at_once(|thread| {
        for number in 0..4 {
            let folder = store.open_folder(&id)?;
            let message = folder.add_message(&[Prop::new(PR_SUBJECT, format!("{thread}"))])?;
            message.put(PR_BODY, format!("body {number}"))?;
            message.save(KEEP_OPEN_READWRITE)?;
            let entry_id = message.entry_id()?;
            store.open_message(&entry_id)?.text(PR_BODY)?;
            let _ = folder.contents()?.rows(&[PR_SUBJECT, PR_ENTRYID])?;
            if number % 2 == 1 {
                drop(message);
                let _ = folder.delete_messages(&[&entry_id], 0)?;
            }
        }
        Ok(())
    })?;
    equal("PR_CONTENT_COUNT", 16, open.work.long(PR_CONTENT_COUNT)?)?;
    equal("rows", 16, open.work.contents()?.all_rows()?.len())
}

/// Runs a call on another thread while the provider calls out, and remembers whether it came back in time.
fn while_calling_out(
    host: &Host,
    call: impl Fn() + Send + Sync + 'static,
) -> Arc<Mutex<Vec<Method>>> {
    let stuck = Arc::<Mutex<Vec<Method>>>::default();
    let (busy, call) = (Arc::new(AtomicBool::new(false)), Arc::new(call));
    let found = stuck.clone();
    host.set_hook(Some(Arc::new(move |out: &Call| {
        // One call that is stuck is enough; and what the other thread causes must not start yet another one.
        if !lock(&found).is_empty() || busy.swap(true, Ordering::SeqCst) {
            return;
        }
        let (send, receive) = mpsc::channel();
        let call = call.clone();
        thread::spawn(move || {
            call();
            let _ = send.send(());
        });
        if receive.recv_timeout(SOON).is_err() {
            lock(&found).push(out.method);
        }
        busy.store(false, Ordering::SeqCst);
    })));
    stuck
}

fn none_stuck(stuck: &Mutex<Vec<Method>>) -> Verdict {
    equal(
        "support calls during which another thread could not get on",
        Vec::<Method>::new(),
        lock(stuck).clone(),
    )
}

fn no_lock_during_logon(context: &Context) -> Verdict {
    let provider = Arc::new(context.start()?);
    let (id, _) = super::identity::private_id(context)?;
    let other = provider.clone();
    let stuck = while_calling_out(context.host(), move || {
        let _ = other.compare_stores(&id, &id);
    });
    let session = provider.logon(&LogonOptions::default())?;
    context.host().set_hook(None);
    session.logoff()?;
    none_stuck(&stuck)
}

fn no_lock_during_calls(context: &Context) -> Verdict {
    let open = context.open()?;
    let message = open.message("one")?;
    let other = open.work.create_folder("other")?;
    let (store, folder, table) = (
        open.store().clone(),
        open.work.clone(),
        open.contents(&[PR_SUBJECT])?,
    );
    let opened = message.clone();
    let stuck = while_calling_out(context.host(), move || {
        let _ = store.get(&[PR_DISPLAY_NAME]);
        let _ = folder.get(&[PR_CONTENT_COUNT]);
        let _ = opened.subject();
        let _ = table.row_count();
        let _ = table.seek(BOOKMARK_BEGINNING, 0);
        let _ = table.query_rows(1, 0);
    });
    let recorder = Recorder::new();
    let connection = open.store().advise(None, fnevObjectCreated, &recorder);
    message.put(PR_SUBJECT, "two")?;
    message.save(KEEP_OPEN_READWRITE)?;
    let second = open.message("second")?.entry_id()?;
    open.work.put(PR_COMMENT, "changed")?;
    done(open.work.copy_messages(&[&second], &other, 0))?;
    done(open.work.copy_messages(&[&second], &other, MESSAGE_MOVE))?;
    done(
        open.work
            .delete_folder(&other.entry_id()?, DEL_MESSAGES | DEL_FOLDERS),
    )?;
    if let Ok(connection) = connection {
        open.store().unadvise(connection)?;
    }
    context.host().set_hook(None);
    none_stuck(&stuck)
}

fn no_lock_during_on_notify(context: &Context) -> Verdict {
    let open = context.open()?;
    open.needs(STORE_NOTIFY_OK)?;
    let (store, folder, table) = (
        open.store().clone(),
        open.work.clone(),
        open.contents(&[PR_SUBJECT])?,
    );
    let connection = Arc::new(Mutex::new(None));
    let mine = connection.clone();
    let recorder = Recorder::with(move |_| {
        let _ = table.all_rows();
        let _ = folder.get(&[PR_CONTENT_COUNT]);
        let _ = folder.put(PR_COMMENT, "from OnNotify");
        if let Some(connection) = lock(&mine).take() {
            let _ = store.unadvise(connection);
        }
    });
    *lock(&connection) = Some(open.store().advise(None, fnevObjectCreated, &recorder)?);
    open.message("one")?;
    let event = recorder.wait_for(SOON, |event| event.kind() == fnevObjectCreated);
    some("IMAPIAdviseSink::OnNotify", "fnevObjectCreated", event)?;
    holds(
        context.host().settle(SOON),
        "IMAPIAdviseSink::OnNotify",
        "an end",
        "a sink that hangs",
    )?;
    holds(
        lock(&connection).is_none(),
        "IMsgStore::Unadvise in OnNotify",
        "a call",
        "none",
    )
}
