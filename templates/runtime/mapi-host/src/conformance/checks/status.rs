//! The status object.

use super::prelude::*;

pub(super) const CHECKS: &[Check] = &[
    Check::new(
        "S2.4-status-object-opens",
        S("2.4"),
        "IMSLogon::OpenStatusEntry",
        "imslogon-openstatusentry",
        "The status object opens, also with MAPI_MODIFY, and is of type MAPI_STATUS.",
        status_object_opens,
    ),
    Check::new(
        "C56-status-object-properties",
        A(56),
        "IMAPIProp::GetProps",
        "imapistatusimapiprop",
        "The status object has PR_OBJECT_TYPE MAPI_STATUS, PR_DISPLAY_NAME, PR_STATUS_CODE and PR_RESOURCE_METHODS.",
        status_object_properties,
    ),
    Check::new(
        "C52-status-object-saves",
        A(52),
        "IMAPIProp::SaveChanges",
        "imapiprop-savechanges",
        "SaveChanges on the status object succeeds.",
        |context| {
            let session = context.logon()?;
            let (status, _, _) = opened(&session)?;
            Ok(status.save(0)?)
        },
    ),
    Check::new(
        "S3.7-status-methods-match",
        S("3.7"),
        "IMAPIStatus::ValidateState",
        "status-object-implementation",
        "PR_RESOURCE_METHODS tells the truth: ValidateState works if its bit is set, ChangePassword and FlushQueues are refused if theirs are not.",
        status_methods_match,
    ),
    Check::new(
        "A13-status-has-imapiprop",
        A(13),
        "IMAPIStatus::QueryInterface",
        "imapistatusimapiprop",
        "The status object answers for IUnknown, IMAPIProp and IMAPIStatus.",
        |context| {
            let session = context.logon()?;
            let (status, _, _) = opened(&session)?;
            for (iid, name) in [
                (IUnknown::IID, "IUnknown"),
                (IMAPIProp::IID, "IMAPIProp"),
                (IMAPIStatus::IID, "IMAPIStatus"),
            ] {
                holds(
                    status.supports(iid),
                    &format!("QueryInterface({name})"),
                    "success",
                    "refused",
                )?;
            }
            Ok(())
        },
    ),
];

/// The status object; a shipped store of another vendor has none, and MAPI copes.
pub(super) fn opened(
    session: &Session,
) -> std::result::Result<(PropObject, IMAPIStatus, u32), Stop> {
    match session.status_object() {
        Err(failure) if failure.code == MAPI_E_NO_SUPPORT => {
            Err(not_applicable("IMAPIStatus is not offered"))
        }
        other => Ok(other?),
    }
}

fn status_object_opens(context: &Context) -> Verdict {
    let session = context.logon()?;
    let (_, _, kind) = opened(&session)?;
    equal(
        "IMSLogon::OpenStatusEntry: the object type",
        MAPI_STATUS,
        kind,
    )?;
    let logon = some("IMSProvider::Logon", "a logon object", session.logon())?;
    let (mut kind, mut object) = (0, std::ptr::null_mut());
    // SAFETY: the arguments are places for the results.
    let answer =
        unsafe { logon.OpenStatusEntry(std::ptr::null(), MAPI_MODIFY, &mut kind, &mut object) };
    // SAFETY: the method returns an object with a reference for us, or NULL.
    drop(unsafe { take::<IUnknown>(object) });
    code("IMSLogon::OpenStatusEntry(MAPI_MODIFY)", &[S_OK], answer)
}

fn status_object_properties(context: &Context) -> Verdict {
    let session = context.logon()?;
    let (status, _, _) = opened(&session)?;
    let props = status.get(&[
        PR_OBJECT_TYPE,
        PR_DISPLAY_NAME,
        PR_STATUS_CODE,
        PR_RESOURCE_METHODS,
    ])?;
    equal(
        "PR_OBJECT_TYPE",
        Some(MAPI_STATUS),
        props.bits(PR_OBJECT_TYPE),
    )?;
    some("GetProps", "PR_DISPLAY_NAME", props.text(PR_DISPLAY_NAME))?;
    some("GetProps", "PR_STATUS_CODE", props.long(PR_STATUS_CODE))?;
    some(
        "GetProps",
        "PR_RESOURCE_METHODS",
        props.long(PR_RESOURCE_METHODS),
    )
    .map(drop)
}

fn status_methods_match(context: &Context) -> Verdict {
    const VALIDATE: u32 = 1;
    const PASSWORD: u32 = 4;
    const FLUSH: u32 = 8;
    let session = context.logon()?;
    let (props, status, _) = opened(&session)?;
    let methods = props.bits(PR_RESOURCE_METHODS)?;
    // SAFETY: without a password and a transport the calls have no pointers.
    let (validate, password, flush) = unsafe {
        (
            status.ValidateState(0, SUPPRESS_UI),
            status.ChangePassword(std::ptr::null(), std::ptr::null(), 0),
            status.FlushQueues(0, 0, std::ptr::null(), 0),
        )
    };
    if methods & VALIDATE != 0 {
        holds(
            validate.is_ok(),
            "IMAPIStatus::ValidateState",
            "success",
            code_text(validate),
        )?;
    }
    if methods & PASSWORD == 0 {
        code(
            "IMAPIStatus::ChangePassword",
            &[MAPI_E_NO_SUPPORT],
            password,
        )?;
    }
    if methods & FLUSH == 0 {
        code("IMAPIStatus::FlushQueues", &[MAPI_E_NO_SUPPORT], flush)?;
    }
    Ok(())
}
