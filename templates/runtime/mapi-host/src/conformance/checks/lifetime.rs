//! References, and the order in which objects go.

use super::prelude::*;

pub(super) const CHECKS: &[Check] = &[
    Check::new(
        "A14-objects-outlive-the-store",
        A(14),
        "IMsgStore::Release",
        "shutting-down-a-message-store-provider",
        "Folder, message and table may be released after the store, and calls on them in between fail or succeed but do not crash.",
        objects_outlive_the_store,
    ),
    Check::new(
        "A14-table-alone-keeps-working-or-fails",
        A(14),
        "IMAPITable::Release",
        "shutting-down-a-message-store-provider",
        "A table that is all that is left of a session answers each call with a code.",
        table_alone_answers,
    ),
    Check::new(
        "A15-transports-are-logged-off-once",
        A(15),
        "IMAPISupport::StoreLogoffTransports",
        "imsgstore-storelogoff",
        "The last Release of the store calls StoreLogoffTransports once, with the flags of StoreLogoff.",
        transports_are_logged_off_once,
    ),
    Check::new(
        "A15-abort-without-store-logoff",
        A(15),
        "IMAPISupport::StoreLogoffTransports",
        "shutting-down-a-message-store-provider",
        "A store that is released without StoreLogoff calls StoreLogoffTransports once, with LOGOFF_ABORT.",
        abort_without_store_logoff,
    ),
    Check::new(
        "A15-support-object-is-released",
        A(15),
        "IMAPISupport::Release",
        "shutting-down-a-message-store-provider",
        "After the last Release of the store no reference to the support object is left.",
        |context| {
            context.logon()?.logoff()?;
            nothing_left(context, "the last Release of the store")
        },
    ),
    Check::new(
        "A15-forced-logoff-first",
        A(15),
        "IMSLogon::Logoff",
        "imslogon-logoff",
        "If IMSLogon::Logoff comes before the client releases the store, everything still goes in the end, and once.",
        forced_logoff_first,
    ),
    Check::new(
        "A16-no-cycle",
        A(16),
        "IMSLogon::Release",
        "imslogon-logoff",
        "When logon, store and sub-objects have been released, in any order, nothing is left.",
        no_cycle,
    ),
    Check::new(
        "S2.4-logoff-twice",
        S("2.4"),
        "IMSLogon::Logoff",
        "imslogon-logoff",
        "A second Logoff is harmless.",
        logoff_twice,
    ),
    Check::new(
        "A14-many-sessions-in-a-row",
        A(16),
        "IMSProvider::Logon",
        "starting-a-service-provider",
        "Twenty sessions one after the other leave nothing behind.",
        many_sessions,
    ),
    Check::new(
        "S2.5-store-logoff-returns-flags",
        S("2.5"),
        "IMsgStore::StoreLogoff",
        "imsgstore-storelogoff",
        "StoreLogoff succeeds and sends back flags of its own, not the request's.",
        store_logoff_returns_flags,
    ),
];

fn objects_outlive_the_store(context: &Context) -> Verdict {
    let mut open = context.open()?;
    let message = open.message("late")?;
    let attachment = message.create_attachment()?.1;
    let table = open.contents(&[PR_SUBJECT])?;
    let folder = open.work.clone();
    open.session.release_store();
    // Whatever these answer, they answer.
    let _ = folder.get_all();
    let _ = folder.create_message();
    let _ = folder.create_folder("late");
    let _ = message.subject();
    let _ = message.save(KEEP_OPEN_READWRITE);
    let _ = attachment.get_all();
    let _ = table.all_rows();
    drop((folder, message, attachment, table, open));
    nothing_left(context, "the last Release of all objects")
}

fn table_alone_answers(context: &Context) -> Verdict {
    let open = context.open()?;
    open.message("one")?;
    let table = open.contents(&[PR_SUBJECT])?;
    let Open { work, session } = open;
    drop(work);
    session.logoff()?;
    let _ = table.row_count();
    let _ = table.all_rows();
    let _ = table.restrict(None);
    let _ = table.sort(&SortOrder::ascending(&[PR_SUBJECT]));
    drop(table);
    nothing_left(context, "the Release of the table")
}

fn logoff_calls(context: &Context) -> Vec<u32> {
    context
        .host()
        .calls_of(Method::StoreLogoffTransports)
        .iter()
        .map(|call| match call.arguments {
            Arguments::Flags(flags) => flags,
            _ => u32::MAX,
        })
        .collect()
}

fn transports_are_logged_off_once(context: &Context) -> Verdict {
    context.logon()?.logoff_with(LOGOFF_PURGE)?;
    equal(
        "flags of each StoreLogoffTransports",
        vec![LOGOFF_PURGE],
        logoff_calls(context),
    )
}

fn abort_without_store_logoff(context: &Context) -> Verdict {
    let mut session = context.logon()?;
    session.release_store();
    drop(session);
    equal(
        "flags of each StoreLogoffTransports",
        vec![LOGOFF_ABORT],
        logoff_calls(context),
    )
}

fn forced_logoff_first(context: &Context) -> Verdict {
    let open = context.open()?;
    let logon = some("IMSProvider::Logon", "a logon object", open.logon())?;
    let mut flags = 0;
    // SAFETY: `flags` is a place for the value.
    let answer = unsafe { logon.Logoff(&mut flags) };
    holds(
        answer.is_ok(),
        "IMSLogon::Logoff",
        "success",
        code_text(answer),
    )?;
    drop(logon);
    let _ = open.work.get_all();
    let Open { work, session } = open;
    drop(work);
    // The store may say that it is dead; it must go all the same.
    let _ = session.logoff();
    equal(
        "calls of StoreLogoffTransports",
        1,
        logoff_calls(context).len(),
    )?;
    nothing_left(context, "the last Release")
}

fn no_cycle(context: &Context) -> Verdict {
    let provider = context.start()?;
    let session = provider.logon(&LogonOptions::default())?;
    let work = work_folder(&session)?;
    let table = work.contents()?;
    let logon = some("IMSProvider::Logon", "a logon object", session.logon())?;
    drop(table);
    session.logoff()?;
    drop((work, logon));
    equal("references after Shutdown", 0, provider.shutdown()?)?;
    nothing_left(context, "the last Release")
}

fn logoff_twice(context: &Context) -> Verdict {
    let session = context.logon()?;
    let logon = some("IMSProvider::Logon", "a logon object", session.logon())?;
    session.logoff()?;
    let mut flags = 0;
    // SAFETY: `flags` is a place for the value. The answer may be a failure.
    let _ = unsafe { logon.Logoff(&mut flags) };
    drop(logon);
    nothing_left(context, "the last Release")
}

fn many_sessions(context: &Context) -> Verdict {
    for _ in 0..20 {
        let open = context.open()?;
        let _ = open.work.contents()?.all_rows()?;
    }
    nothing_left(context, "twenty sessions")
}

fn store_logoff_returns_flags(context: &Context) -> Verdict {
    let session = context.logon()?;
    let flags = session.store().log_off(LOGOFF_ORDERLY)?;
    let known = LOGOFF_COMPLETE | LOGOFF_INBOUND | LOGOFF_OUTBOUND | LOGOFF_OUTBOUND_QUEUE;
    holds(
        flags & !(known | 0xFFFF) == 0,
        "IMsgStore::StoreLogoff",
        "LOGOFF_ flags",
        format!("{flags:#X}"),
    )
}

/// Nothing of MAPI's may be in the provider's hands; threads of the provider get a moment to end.
fn nothing_left(context: &Context, after: &str) -> Verdict {
    let end = std::time::Instant::now() + SOON;
    let mut left = context.host().leaks();
    while !left.is_empty() && std::time::Instant::now() < end {
        std::thread::sleep(std::time::Duration::from_millis(10));
        left = context.host().leaks();
    }
    holds(left.is_empty(), after, "nothing left", left.join("; "))
}
