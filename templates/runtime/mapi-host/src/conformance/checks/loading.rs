//! `MSProviderInit`.

use super::prelude::*;

pub(super) const CHECKS: &[Check] = &[
    Check::new(
        "A3-old-mapi-is-refused",
        A(3),
        "MSProviderInit",
        "implementing-a-service-provider-entry-point-function",
        "A MAPI older than the provider's interface is refused with MAPI_E_VERSION, and no object comes back.",
        old_mapi_is_refused,
    ),
    Check::new(
        "A3-current-mapi-is-accepted",
        A(3),
        "MSProviderInit",
        "implementing-a-service-provider-entry-point-function",
        "The current version is accepted, and the provider reports 0x00010010.",
        |context| accepts(context, CURRENT_SPI_VERSION, 0),
    ),
    Check::new(
        "A3-newer-mapi-is-accepted",
        A(3),
        "MSProviderInit",
        "implementing-a-service-provider-entry-point-function",
        "A newer MAPI is accepted, and the provider still reports 0x00010010.",
        |context| accepts(context, CURRENT_SPI_VERSION + 1, 0),
    ),
    Check::new(
        "A3-service-flag-is-accepted",
        S("1.2"),
        "MSProviderInit",
        "msproviderinit",
        "MAPI_NT_SERVICE does not keep the provider from loading.",
        |context| accepts(context, CURRENT_SPI_VERSION, MAPI_NT_SERVICE),
    ),
    Check::new(
        "A4-each-call-makes-an-object",
        A(4),
        "MSProviderInit",
        "msproviderinit",
        "Two calls return two objects, and releasing one leaves the other usable.",
        each_call_makes_an_object,
    ),
    Check::new(
        "A4-object-has-one-reference",
        A(4),
        "MSProviderInit",
        "msproviderinit",
        "The provider object comes back with exactly one reference.",
        object_has_one_reference,
    ),
    Check::new(
        "B33-provider-starts-again",
        A(33),
        "IMSProvider::Shutdown",
        "imsprovider-shutdown",
        "Shutdown after all logons succeeds, and a new MSProviderInit and logon work afterwards.",
        provider_starts_again,
    ),
    Check::new(
        "A3-init-asks-nothing-of-mapi",
        S("1.2"),
        "MSProviderInit",
        "starting-a-service-provider",
        "Loading is quick and quiet: no memory is left allocated when the provider has been released again.",
        init_leaves_nothing,
    ),
];

fn old_mapi_is_refused(context: &Context) -> Verdict {
    let host = context.host();
    let attempt = host.try_start(context.provider(), 0x0001_000F, 0);
    code(
        "MSProviderInit(0x0001000F)",
        &[MAPI_E_VERSION],
        attempt.code,
    )?;
    holds(
        attempt.provider.is_none(),
        "MSProviderInit(0x0001000F)",
        "NULL in the provider pointer",
        "an object",
    )
}

fn accepts(context: &Context, version: u32, flags: u32) -> Verdict {
    let called = format!("MSProviderInit({version:#010X}, flags {flags:#X})");
    let attempt = context.host().try_start(context.provider(), version, flags);
    code(&called, &[S_OK], attempt.code)?;
    equal(&called, CURRENT_SPI_VERSION, attempt.provider_version)?;
    some(&called, "a provider object", attempt.provider).map(drop)
}

fn each_call_makes_an_object(context: &Context) -> Verdict {
    context.configure()?;
    let one = context.host().start(context.provider())?;
    let two = context.host().start(context.provider())?;
    holds(
        one.raw().as_raw() != two.raw().as_raw(),
        "MSProviderInit twice",
        "two objects",
        "the same object",
    )?;
    drop(one);
    two.logon(&LogonOptions::default())?.logoff()?;
    Ok(())
}

fn object_has_one_reference(context: &Context) -> Verdict {
    let provider = context.host().start(context.provider())?;
    equal(
        "references after MSProviderInit",
        1,
        references(provider.raw()),
    )
}

fn provider_starts_again(context: &Context) -> Verdict {
    context.logon()?.logoff()?;
    let provider = context.start()?;
    provider.logon(&LogonOptions::default())?.logoff()?;
    equal("references after Shutdown", 0, provider.shutdown()?)?;
    context.logon()?.logoff()?;
    Ok(())
}

fn init_leaves_nothing(context: &Context) -> Verdict {
    drop(context.host().start(context.provider())?);
    let left = context.host().leaks();
    holds(
        left.is_empty(),
        "MSProviderInit and Release",
        "nothing left behind",
        left.join("; "),
    )
}
