//! What two processes see of one store.

use super::prelude::*;
use crate::conformance::second::{self, Task};

pub(super) const CHECKS: &[Check] = &[
    Check::new(
        "B36-killed-after-fast-shutdown",
        A(36),
        "IMAPIProviderShutdown::DoFastShutdown",
        "best-practices-for-fast-shutdown",
        "What a process saved is there after it was killed in the middle of its session, right after DoFastShutdown.",
        killed_after_fast_shutdown,
    ),
    Check::new(
        "F108-keys-in-two-processes",
        A(108),
        "IMAPISupport::Subscribe",
        "notifkey",
        "The notification keys of store, folder and message are the same bytes in two processes, and differ from each other.",
        keys_in_two_processes,
    ),
];

fn killed_after_fast_shutdown(context: &Context) -> Verdict {
    let session = context.logon()?;
    needs(&session, STORE_CREATE_OK | STORE_MODIFY_OK)?;
    session.logoff()?;
    let (store, _) = super::identity::private_id(context)?;
    let second = second::start(context, Task::SaveAndWait, &store, &[])?;
    let id = some(
        "the second process",
        "an entry id",
        second.answer.first().cloned(),
    )?;
    // The session of the other process is open, and ends like this.
    drop(second);
    let session = context.logon()?;
    equal(
        "PR_SUBJECT of what the killed process saved",
        "durable".to_string(),
        session.open_message(&id)?.subject()?,
    )?;
    // The store is whole, and takes more.
    let work = work_folder(&session)?;
    work.add_message(&[Prop::new(PR_SUBJECT, "later")])?;
    equal(
        "subjects after the kill",
        vec!["durable".to_string(), "later".to_string()],
        session.subjects(&work)?,
    )
}

fn keys_in_two_processes(context: &Context) -> Verdict {
    let (store, _) = super::identity::private_id(context)?;
    let open = context.open()?;
    open.needs(STORE_NOTIFY_OK)?;
    let (folder, message) = (open.work.entry_id()?, open.message("one")?.entry_id()?);
    let ids: [&[u8]; 2] = [&folder, &message];
    let second = second::start(context, Task::Keys, &store, &ids)?;
    let mine = second::keys(context.host(), &open, &ids)?;
    equal(
        "the keys of store, folder and message",
        &mine,
        &second.answer,
    )?;
    let mut different = mine;
    different.sort();
    different.dedup();
    equal("different keys", 3, different.len())
}
