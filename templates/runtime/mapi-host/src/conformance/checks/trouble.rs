//! What goes wrong inside the provider, or behind it.

use super::play::{Stage, steps};
use super::prelude::*;

pub(super) const CHECKS: &[Check] = &[
    Check::new(
        "A18-a-panic-stays-inside",
        A(18),
        "IMsgStore::OpenEntry",
        "",
        "A panic in any method comes out as a failure, and the same method works the next time.",
        a_panic_stays_inside,
    ),
    Check::new(
        "B24-backend-out-of-reach",
        A(24),
        "IMSProvider::Logon",
        "imsprovider-logon",
        "While what the store needs is out of reach, Logon answers MAPI_E_FAILONEPROVIDER (or MAPI_E_LOGON_FAILED) and leaves nothing; afterwards it works.",
        backend_out_of_reach,
    ),
];

fn a_panic_stays_inside(context: &Context) -> Verdict {
    let stage = Stage::set(context)?;
    let mask = stage.open.mask()?;
    let mut caught = 0;
    for step in steps().filter(|step| step.needs & !mask == 0) {
        let call = (step.prepare)(&stage)?;
        if !context.subject().panic_next() {
            return Err(not_applicable(
                "the subject does not say how it is made to panic",
            ));
        }
        let came = call();
        if let Err(failure) = came {
            caught += 1;
            holds(
                failure.code.is_err(),
                step.name,
                "a failure",
                code_text(failure.code),
            )?;
        }
        // A step that called nothing on this thread has the panic still before it.
        let _ = stage.store().get(&[PR_DISPLAY_NAME]);
        if let Err(failure) = (step.prepare)(&stage).and_then(|call| call()) {
            return fail(format!("{} after a panic", step.name), "success", failure);
        }
    }
    holds(caught > 0, "all methods", "failures by panics", "none")
}

fn backend_out_of_reach(context: &Context) -> Verdict {
    let provider = context.start()?;
    provider.logon(&LogonOptions::default())?.logoff()?;
    if !context.set_cut_off(true) {
        return Err(not_applicable(
            "the subject does not say how its backend goes out of reach",
        ));
    }
    let attempt = provider.try_logon(&LogonOptions::default());
    context.set_cut_off(false);
    code(
        "IMSProvider::Logon",
        &[MAPI_E_FAILONEPROVIDER, MAPI_E_LOGON_FAILED],
        attempt.code,
    )?;
    holds(
        attempt.store.is_none() && !attempt.logon,
        "IMSProvider::Logon",
        "NULL in both pointers",
        "an object",
    )?;
    equal(
        "references to the support object",
        0,
        attempt.support_references,
    )?;
    provider.logon(&LogonOptions::default())?.logoff()?;
    Ok(())
}
