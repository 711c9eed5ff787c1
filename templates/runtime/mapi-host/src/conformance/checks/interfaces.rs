//! Interfaces of objects: `QueryInterface` and identity.

use super::prelude::*;
use std::ffi::c_void;

/// An interface that no object has.
const UNKNOWN: GUID = GUID::from_u128(0x7f8d_3a52_19c4_4e6b_9d20_5c1e_0b7a_4433);

pub(super) const CHECKS: &[Check] = &[
    Check::new(
        "A12-unknown-interface-of-provider",
        A(12),
        "IMSProvider::QueryInterface",
        "implementing-the-iunknown-interface",
        "An interface that the provider object lacks is refused, with NULL in the pointer.",
        |context| refuses_unknown(context.start()?.raw(), "IMSProvider"),
    ),
    Check::new(
        "A12-unknown-interface-of-logon",
        A(12),
        "IMSLogon::QueryInterface",
        "implementing-the-iunknown-interface",
        "An interface that the logon object lacks is refused, with NULL in the pointer.",
        |context| {
            let session = context.logon()?;
            let logon = some("IMSProvider::Logon", "a logon object", session.logon())?;
            refuses_unknown(&logon, "IMSLogon")
        },
    ),
    Check::new(
        "A12-unknown-interface-of-store",
        A(12),
        "IMsgStore::QueryInterface",
        "implementing-the-iunknown-interface",
        "An interface that the store lacks is refused, with NULL in the pointer.",
        |context| refuses_unknown(context.logon()?.store().raw(), "IMsgStore"),
    ),
    Check::new(
        "A12-unknown-interface-of-folder",
        A(12),
        "IMAPIFolder::QueryInterface",
        "implementing-the-iunknown-interface",
        "An interface that folders lack is refused, with NULL in the pointer.",
        |context| refuses_unknown(context.open()?.work.raw(), "IMAPIFolder"),
    ),
    Check::new(
        "A12-unknown-interface-of-message",
        A(12),
        "IMessage::QueryInterface",
        "implementing-the-iunknown-interface",
        "An interface that messages lack is refused, with NULL in the pointer.",
        |context| {
            let open = context.open()?;
            refuses_unknown(open.message("x")?.raw(), "IMessage")
        },
    ),
    Check::new(
        "A12-unknown-interface-of-attachment",
        A(12),
        "IAttach::QueryInterface",
        "implementing-the-iunknown-interface",
        "An interface that attachments lack is refused, with NULL in the pointer.",
        |context| {
            let open = context.open()?;
            let message = open.message("x")?;
            refuses_unknown(message.create_attachment()?.1.raw(), "IAttach")
        },
    ),
    Check::new(
        "A12-unknown-interface-of-table",
        A(12),
        "IMAPITable::QueryInterface",
        "implementing-the-iunknown-interface",
        "An interface that tables lack is refused, with NULL in the pointer.",
        |context| refuses_unknown(context.open()?.work.contents()?.raw(), "IMAPITable"),
    ),
    Check::new(
        "A12-identity-is-stable",
        A(12),
        "IMsgStore::QueryInterface",
        "implementing-the-iunknown-interface",
        "IUnknown of an object is the same pointer from each of its interfaces.",
        identity_is_stable,
    ),
    Check::new(
        "A13-store-has-imapiprop",
        A(13),
        "IMsgStore::QueryInterface",
        "imsgstoreimapiprop",
        "The store answers for IUnknown, IMAPIProp and IMsgStore.",
        |context| {
            let session = context.logon()?;
            has(
                session.store(),
                &[(IMAPIProp::IID, "IMAPIProp"), (IMsgStore::IID, "IMsgStore")],
            )
        },
    ),
    Check::new(
        "A13-folder-has-imapicontainer",
        A(13),
        "IMAPIFolder::QueryInterface",
        "imapifolderimapicontainer",
        "A folder answers for IUnknown, IMAPIProp, IMAPIContainer and IMAPIFolder.",
        |context| {
            has(
                &context.open()?.work,
                &[
                    (IMAPIProp::IID, "IMAPIProp"),
                    (IMAPIContainer::IID, "IMAPIContainer"),
                    (IMAPIFolder::IID, "IMAPIFolder"),
                ],
            )
        },
    ),
    Check::new(
        "A13-message-has-imapiprop",
        A(13),
        "IMessage::QueryInterface",
        "imessageimapiprop",
        "A message answers for IUnknown, IMAPIProp and IMessage.",
        |context| {
            let open = context.open()?;
            has(
                &*open.message("x")?,
                &[(IMAPIProp::IID, "IMAPIProp"), (IMessage::IID, "IMessage")],
            )
        },
    ),
    Check::new(
        "A13-attachment-has-imapiprop",
        A(13),
        "IAttach::QueryInterface",
        "iattachimapiprop",
        "An attachment answers for IUnknown, IMAPIProp and IAttach.",
        |context| {
            let open = context.open()?;
            let (_, attachment) = open.message("x")?.create_attachment()?;
            has(
                &attachment,
                &[(IMAPIProp::IID, "IMAPIProp"), (IAttach::IID, "IAttach")],
            )
        },
    ),
    Check::new(
        "A13-container-of-folder-works",
        A(13),
        "IMAPIContainer::GetContentsTable",
        "imapicontaineriunknown",
        "The IMAPIContainer of a folder is the same folder: its contents table has the folder's rows.",
        container_of_folder_works,
    ),
];

fn refuses_unknown<I: Interface>(object: &I, name: &str) -> Verdict {
    let mut out = usize::MAX as *mut c_void;
    // SAFETY: every interface begins with the methods of IUnknown; the arguments are a GUID and a place for a pointer.
    let answer = unsafe { object.query(&UNKNOWN, &mut out) };
    let called = format!("{name}::QueryInterface({UNKNOWN:?})");
    code(&called, &[MAPI_E_INTERFACE_NOT_SUPPORTED], answer)?;
    holds(
        out.is_null(),
        &called,
        "NULL in the pointer",
        format!("{out:?}"),
    )
}

fn identity_is_stable(context: &Context) -> Verdict {
    let open = context.open()?;
    let message = open.message("x")?;
    for (name, object, iid) in [
        ("store", open.store().raw(), IMsgStore::IID),
        ("folder", open.work.raw(), IMAPIContainer::IID),
        ("folder", open.work.raw(), IMAPIFolder::IID),
        ("message", message.raw(), IMessage::IID),
    ] {
        let identity: IUnknown = some("QueryInterface", "IUnknown", query(object).ok())?;
        let mut raw = std::ptr::null_mut();
        // SAFETY: the object is alive and `raw` is a place for a pointer.
        let answer = unsafe { object.query(&iid, &mut raw) };
        code("QueryInterface", &[S_OK], answer)?;
        // SAFETY: the call succeeded, so the pointer is an object and the reference is ours.
        let other = some("QueryInterface", "an interface", unsafe {
            take::<IUnknown>(raw)
        })?;
        let again: IUnknown = some("QueryInterface", "IUnknown", query(&other).ok())?;
        holds(
            identity.as_raw() == again.as_raw(),
            &format!("IUnknown of a {name} from {iid:?}"),
            "the same pointer",
            "another pointer",
        )?;
    }
    Ok(())
}

fn has(object: &PropObject, wanted: &[(GUID, &str)]) -> Verdict {
    for (iid, name) in wanted.iter().chain(&[(IUnknown::IID, "IUnknown")]) {
        holds(
            object.supports(*iid),
            &format!("QueryInterface({name})"),
            "success",
            "refused",
        )?;
    }
    Ok(())
}

fn container_of_folder_works(context: &Context) -> Verdict {
    let open = context.open()?;
    open.messages(&["one", "two"])?;
    let container: IMAPIContainer = some(
        "IMAPIFolder::QueryInterface(IMAPIContainer)",
        "an interface",
        open.work.query().ok(),
    )?;
    let mut raw = std::ptr::null_mut();
    // SAFETY: `raw` is a place for the result.
    let answer = unsafe { container.GetContentsTable(MAPI_UNICODE, &mut raw) };
    code("IMAPIContainer::GetContentsTable", &[S_OK], answer)?;
    // SAFETY: the call succeeded, so the pointer is a table and the reference is ours.
    let table = some("IMAPIContainer::GetContentsTable", "a table", unsafe {
        take::<IMAPITable>(raw)
    })?;
    let mut count = u32::MAX;
    // SAFETY: `count` is a place for the result.
    let answer = unsafe { table.GetRowCount(0, &mut count) };
    holds(
        answer.is_ok(),
        "IMAPITable::GetRowCount",
        "success",
        code_text(answer),
    )?;
    equal("IMAPITable::GetRowCount", 2, count)
}
