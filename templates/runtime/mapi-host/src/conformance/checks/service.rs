//! `ServiceEntry` and the ends of a session.

use super::prelude::*;

pub(super) const CHECKS: &[Check] = &[
    Check::new(
        "B34-documented-codes",
        A(34),
        "ServiceEntry",
        "msgserviceentry",
        "Each of the seven contexts answers with a documented code, with MAPI_UNICODE and without.",
        documented_codes,
    ),
    Check::new(
        "B34-unknown-context",
        A(34),
        "ServiceEntry",
        "msgserviceentry",
        "An unknown context is not supported.",
        unknown_context,
    ),
    Check::new(
        "B34-no-dialog-without-permission",
        A(34),
        "ServiceEntry",
        "msgserviceentry",
        "Without a flag that allows dialogs none is asked for.",
        no_dialog,
    ),
    Check::new(
        "B34-unknown-flags-are-ignored",
        S("1.3"),
        "ServiceEntry",
        "msgserviceentry",
        "Flags that the page does not define do not keep the service from being configured.",
        unknown_flags,
    ),
    Check::new(
        "B34-configure-without-properties",
        S("1.3"),
        "ServiceEntry",
        "msgserviceentry",
        "MSG_SERVICE_CONFIGURE without the properties that the service needs answers MAPI_E_UNCONFIGURED and leaves the profile as it was.",
        configure_without_properties,
    ),
    Check::new(
        "B34-configure-twice",
        S("1.3"),
        "ServiceEntry",
        "supporting-message-service-configuration",
        "Configuring twice with the same properties works, and the store still opens.",
        configure_twice,
    ),
    Check::new(
        "B34-configure-touches-no-foreign-property",
        A(27),
        "ServiceEntry",
        "pidtagresourceflags-canonical-property",
        "Configuration never writes PR_RESOURCE_FLAGS or PR_PROVIDER_DLL_NAME.",
        configure_touches_no_foreign_property,
    ),
    Check::new(
        "B35-support-object-is-not-kept",
        A(35),
        "ServiceEntry",
        "support-object-overview",
        "ServiceEntry keeps no reference to the support object or the provider administration.",
        support_object_is_not_kept,
    ),
    Check::new(
        "B35-error-pointer-is-cleared",
        A(35),
        "ServiceEntry",
        "msgserviceentry",
        "The pointer to the MAPIERROR is NULL on success, and NULL or one block on failure.",
        error_pointer_is_cleared,
    ),
    Check::new(
        "B35-works-without-init",
        S("1.3"),
        "ServiceEntry",
        "msgserviceentry",
        "ServiceEntry works in a process where MSProviderInit has not been called for this profile.",
        |context| Ok(context.configure()?),
    ),
    Check::new(
        "B36-fast-shutdown",
        A(36),
        "IMAPIProviderShutdown::DoFastShutdown",
        "imapiprovidershutdowniunknown",
        "Fast shutdown is answered in order, and what was saved before it is there in the next session.",
        fast_shutdown,
    ),
    Check::new(
        "B36-query-promises-nothing",
        A(36),
        "IMAPIProviderShutdown::QueryFastShutdown",
        "best-practices-for-fast-shutdown",
        "QueryFastShutdown only asks: the store goes on working after it.",
        query_promises_nothing,
    ),
];

const CONTEXTS: [(u32, &str); 7] = [
    (MSG_SERVICE_INSTALL, "MSG_SERVICE_INSTALL"),
    (MSG_SERVICE_CREATE, "MSG_SERVICE_CREATE"),
    (MSG_SERVICE_CONFIGURE, "MSG_SERVICE_CONFIGURE"),
    (MSG_SERVICE_DELETE, "MSG_SERVICE_DELETE"),
    (MSG_SERVICE_UNINSTALL, "MSG_SERVICE_UNINSTALL"),
    (MSG_SERVICE_PROVIDER_CREATE, "MSG_SERVICE_PROVIDER_CREATE"),
    (MSG_SERVICE_PROVIDER_DELETE, "MSG_SERVICE_PROVIDER_DELETE"),
];

fn documented_codes(context: &Context) -> Verdict {
    for (number, name) in CONTEXTS {
        for flags in [0, MAPI_UNICODE] {
            let reply = context
                .host()
                .service_entry(context.provider(), number, flags, &[]);
            let documented = [
                S_OK,
                MAPI_E_UNCONFIGURED,
                MAPI_E_USER_CANCEL,
                MAPI_E_NO_SUPPORT,
                MAPI_E_BAD_CHARWIDTH,
            ];
            code(
                &format!("ServiceEntry({name}, flags {flags:#X})"),
                &documented,
                reply.code,
            )?;
        }
    }
    Ok(())
}

fn unknown_context(context: &Context) -> Verdict {
    for number in [0, 8, 0x1000] {
        let reply = context
            .host()
            .service_entry(context.provider(), number, 0, &[]);
        code(
            &format!("ServiceEntry({number})"),
            &[MAPI_E_NO_SUPPORT],
            reply.code,
        )?;
    }
    Ok(())
}

fn no_dialog(context: &Context) -> Verdict {
    for (number, _) in CONTEXTS {
        let _ = context
            .host()
            .service_entry(context.provider(), number, MAPI_UNICODE, &[]);
    }
    equal(
        "calls of DoConfigPropsheet",
        0,
        context.host().calls_of(Method::DoConfigPropsheet).len(),
    )
}

fn unknown_flags(context: &Context) -> Verdict {
    let reply = context.host().service_entry(
        context.provider(),
        MSG_SERVICE_CONFIGURE,
        MAPI_UNICODE | 0x80 | 0x0100_0000,
        &context.settings(),
    );
    code(
        "ServiceEntry(MSG_SERVICE_CONFIGURE) with unknown flags",
        &[S_OK],
        reply.code,
    )
}

fn configure_without_properties(context: &Context) -> Verdict {
    let profile = context.host().profile();
    let before = profile.provider_section();
    let reply =
        context
            .host()
            .service_entry(context.provider(), MSG_SERVICE_CONFIGURE, MAPI_UNICODE, &[]);
    if reply.code.is_ok() {
        return Err(not_applicable("the provider needs no properties"));
    }
    code(
        "ServiceEntry(MSG_SERVICE_CONFIGURE) without properties",
        &[MAPI_E_UNCONFIGURED],
        reply.code,
    )?;
    equal(
        "the profile section after the failure",
        before,
        profile.provider_section(),
    )
}

fn configure_twice(context: &Context) -> Verdict {
    for _ in 0..2 {
        let reply = context.host().service_entry(
            context.provider(),
            MSG_SERVICE_CONFIGURE,
            MAPI_UNICODE,
            &context.settings(),
        );
        code("ServiceEntry(MSG_SERVICE_CONFIGURE)", &[S_OK], reply.code)?;
    }
    context.host().logon(context.provider())?.logoff()?;
    Ok(())
}

fn configure_touches_no_foreign_property(context: &Context) -> Verdict {
    let profile = context.host().profile();
    let before = profile.provider_section();
    context.configure()?;
    let after = profile.provider_section();
    for tag in [PR_RESOURCE_FLAGS, PR_PROVIDER_DLL_NAME] {
        equal(
            &format!("{tag:#010X} in the profile"),
            before.find(tag),
            after.find(tag),
        )?;
    }
    let found = context.host().violations();
    holds(
        found.is_empty(),
        "ServiceEntry",
        "no violation",
        found.join("; "),
    )
}

fn support_object_is_not_kept(context: &Context) -> Verdict {
    context.configure()?;
    for (number, _) in CONTEXTS {
        let _ = context
            .host()
            .service_entry(context.provider(), number, 0, &[]);
    }
    let found = context.host().violations();
    holds(
        found.is_empty(),
        "ServiceEntry",
        "no reference kept",
        found.join("; "),
    )?;
    let left = context.host().leaks();
    holds(
        left.is_empty(),
        "ServiceEntry",
        "nothing left",
        left.join("; "),
    )
}

fn error_pointer_is_cleared(context: &Context) -> Verdict {
    for (number, name) in CONTEXTS {
        let reply = context.host().service_entry(
            context.provider(),
            number,
            MAPI_UNICODE,
            &context.settings(),
        );
        holds(
            reply.code.is_err() || reply.error.is_none(),
            &format!("ServiceEntry({name})"),
            "no MAPIERROR with a success",
            format!("{:?}", reply.error),
        )?;
    }
    let found = context.host().violations();
    holds(
        found.is_empty(),
        "ServiceEntry",
        "no violation",
        found.join("; "),
    )
}

fn shutdown_object(
    context: &Context,
    provider: &RunningProvider,
) -> std::result::Result<IMAPIProviderShutdown, Stop> {
    let _ = context;
    provider.fast_shutdown().map_err(|_| {
        not_applicable("IMAPIProviderShutdown is not offered, which counts as consent")
    })
}

fn fast_shutdown(context: &Context) -> Verdict {
    let provider = context.start()?;
    let shutdown = shutdown_object(context, &provider)?;
    let session = provider.logon(&LogonOptions::default())?;
    let work = work_folder(&session)?;
    let id = work
        .add_message(&[Prop::new(PR_SUBJECT, "durable")])?
        .entry_id()?;
    // SAFETY: the calls have no arguments.
    let answers = unsafe {
        [
            shutdown.QueryFastShutdown(),
            shutdown.NotifyProcessShutdown(),
            shutdown.DoFastShutdown(),
        ]
    };
    code("QueryFastShutdown", &[S_OK, MAPI_E_NO_SUPPORT], answers[0])?;
    code("NotifyProcessShutdown", &[S_OK], answers[1])?;
    code("DoFastShutdown", &[S_OK], answers[2])?;
    // The process is about to end: nothing has been released. Another one opens the store.
    let host = context.other_host()?;
    let other = host.logon(context.provider())?;
    let subject = other.open_message(&id)?.subject()?;
    other.logoff()?;
    equal(
        "PR_SUBJECT in the next session",
        "durable".to_string(),
        subject,
    )
}

fn query_promises_nothing(context: &Context) -> Verdict {
    let provider = context.start()?;
    let shutdown = shutdown_object(context, &provider)?;
    let session = provider.logon(&LogonOptions::default())?;
    // SAFETY: the call has no arguments.
    let answer = unsafe { shutdown.QueryFastShutdown() };
    code("QueryFastShutdown", &[S_OK, MAPI_E_NO_SUPPORT], answer)?;
    let work = work_folder(&session)?;
    work.add_message(&[Prop::new(PR_SUBJECT, "after the question")])?;
    equal("PR_CONTENT_COUNT", 1, work.long(PR_CONTENT_COUNT)?)
}
