//! Failures of MAPI in the middle of a method: every allocation and every call of the support object fails once.

use super::prelude::*;

/// More calls than this no logon needs.
const MOST: u64 = 400;

pub(super) const CHECKS: &[Check] = &[
    Check::new(
        "A17-logon-without-memory",
        A(17),
        "IMSProvider::Logon",
        "imsprovider-logon",
        "Whichever allocation fails: no objects come back from a failed logon, no support reference stays, and the next logon works.",
        |context| {
            logon_with_faults(context, &|host, n| host.memory().fail_request(n), &|host| {
                host.memory().stop_failing()
            })
        },
    ),
    Check::new(
        "A17-logon-without-mapi",
        A(17),
        "IMSProvider::Logon",
        "imsprovider-logon",
        "Whichever support call fails: no objects come back from a failed logon, no support reference stays, and the next logon works.",
        |context| {
            logon_with_faults(
                context,
                &|host, n| host.fail_call(n, MAPI_E_CALL_FAILED),
                &Host::stop_failing,
            )
        },
    ),
    Check::new(
        "A17-reading-without-memory",
        A(17),
        "IMAPIProp::GetProps",
        "allocating-and-freeing-memory-in-mapi",
        "Whichever allocation of GetProps and GetPropList fails: nothing leaks, and the next call works.",
        |context| {
            let open = context.open()?;
            let message = open.message("Conformance")?;
            each_allocation(context, &|| {
                message.get_all()?;
                message.list()?;
                Ok(())
            })
        },
    ),
    Check::new(
        "A17-rows-without-memory",
        A(17),
        "IMAPITable::QueryRows",
        "managing-memory-for-adrlist-and-srowset-structures",
        "Whichever allocation of QueryRows, QueryColumns and QuerySortOrder fails: nothing leaks, and the next call works.",
        |context| {
            let open = context.open()?;
            open.messages(&["one", "two", "three"])?;
            let table = open.contents(&[PR_ENTRYID, PR_SUBJECT])?;
            each_allocation(context, &|| {
                table.seek(BOOKMARK_BEGINNING, 0)?;
                table.query_rows(10, 0)?;
                table.columns(true)?;
                table.sort_order()?;
                Ok(())
            })
        },
    ),
    Check::new(
        "A17-problems-without-memory",
        A(17),
        "IMAPIProp::SetProps",
        "imapiprop-setprops",
        "Whichever allocation of SetProps and GetIDsFromNames fails: nothing leaks, and the next call works.",
        |context| {
            let open = context.open()?;
            let name = Name::string(PS_PUBLIC_STRINGS, "conformance fault");
            each_allocation(context, &|| {
                open.work.set(&[
                    Prop::new(PR_COMMENT, "text"),
                    Prop::new(PR_STORE_SUPPORT_MASK, 0),
                ])?;
                let (_, tags) = open
                    .work
                    .ids_from_names(std::slice::from_ref(&name), true)?;
                let _ = open.work.names_from_ids(&tags)?;
                Ok(())
            })
        },
    ),
    Check::new(
        "A17-saving-while-notify-fails",
        A(17),
        "IMAPIProp::SaveChanges",
        "imapisupport-notify",
        "A failing IMAPISupport::Notify does not make a save fail: the message is there.",
        saving_while_notify_fails,
    ),
    Check::new(
        "A17-advise-while-subscribe-fails",
        A(17),
        "IMsgStore::Advise",
        "imsgstore-advise",
        "A failing IMAPISupport::Subscribe makes Advise fail, without a reference to the sink.",
        advise_while_subscribe_fails,
    ),
];

fn logon_with_faults(
    context: &Context,
    arm: &dyn Fn(&Host, u64),
    disarm: &dyn Fn(&Host) -> bool,
) -> Verdict {
    let host = context.host();
    let provider = context.start()?;
    // The first logon makes the store; the failing ones find it.
    provider.logon(&LogonOptions::default())?.logoff()?;
    let called = |n: u64| format!("IMSProvider::Logon, failure {n}");
    for n in 1..=MOST {
        arm(host, n);
        let attempt = provider.try_logon(&LogonOptions::default());
        let reached = disarm(host);
        if attempt.code.is_err() {
            holds(
                attempt.store.is_none() && !attempt.logon,
                &called(n),
                "NULL in both pointers",
                "an object",
            )?;
            equal(&called(n), 0, attempt.support_references)?;
        } else {
            holds(
                attempt.store.is_some(),
                &called(n),
                "a store with the success",
                "NULL",
            )?;
            attempt.into_session(&host.state())?.logoff()?;
        }
        if !reached {
            provider.logon(&LogonOptions::default())?.logoff()?;
            drop(provider);
            let left = host.leaks();
            return holds(
                left.is_empty(),
                "all failing logons",
                "nothing left",
                left.join("; "),
            );
        }
    }
    fail(
        "IMSProvider::Logon",
        format!("an end after {MOST} calls"),
        "more calls",
    )
}

fn each_allocation(context: &Context, work: &dyn Fn() -> Result<()>) -> Verdict {
    let host = context.host();
    work()?;
    let before = host.memory().live_blocks().len();
    for n in 1..=MOST {
        host.memory().fail_request(n);
        let came = work();
        let reached = host.memory().stop_failing();
        let called = format!("the call, failure of allocation {n}");
        equal(&called, before, host.memory().live_blocks().len())?;
        if let Err(failure) = came
            && !reached
        {
            return Err(failure.into());
        }
        if !reached {
            return Ok(work()?);
        }
    }
    fail(
        "the call",
        format!("an end after {MOST} allocations"),
        "more allocations",
    )
}

fn saving_while_notify_fails(context: &Context) -> Verdict {
    let open = context.open()?;
    context
        .host()
        .fail_method(Method::Notify, MAPI_E_CALL_FAILED);
    let message = open.message("quiet");
    context.host().stop_failing();
    message?;
    equal(
        "the contents table",
        vec!["quiet".to_string()],
        open.subjects(&open.work)?,
    )
}

fn advise_while_subscribe_fails(context: &Context) -> Verdict {
    let open = context.open()?;
    open.needs(STORE_NOTIFY_OK)?;
    let recorder = Recorder::new();
    context
        .host()
        .fail_method(Method::Subscribe, MAPI_E_CALL_FAILED);
    let came = open.store().advise(None, fnevObjectCreated, &recorder);
    context.host().stop_failing();
    fails("IMsgStore::Advise", came)?;
    equal("references to the sink", 1, recorder.references())
}
