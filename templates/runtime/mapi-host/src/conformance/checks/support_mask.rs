//! What the store claims to do.

use super::prelude::*;
use crate::conformance::subject::mask_names;

pub(super) const CHECKS: &[Check] = &[
    Check::new(
        "C60-required-bits",
        A(60),
        "IMAPIProp::GetProps",
        "pidtagstoresupportmask-canonical-property",
        "PR_STORE_SUPPORT_MASK has all bits that a store of this kind must have.",
        required_bits,
    ),
    Check::new(
        "C60-mask-is-everywhere",
        A(60),
        "IMAPIProp::GetProps",
        "message-store-features",
        "PR_STORE_SUPPORT_MASK is the same on store, folder and message.",
        mask_is_everywhere,
    ),
    Check::new(
        "C60-mask-is-computed",
        A(60),
        "IMAPIProp::SetProps",
        "pidtagstoresupportmask-canonical-property",
        "PR_STORE_SUPPORT_MASK cannot be written, and stays.",
        mask_is_computed,
    ),
    Check::new(
        "C61-search-folders",
        A(61),
        "IMAPIFolder::CreateFolder",
        "imapifolder-createfolder",
        "Without STORE_SEARCH_OK search folders are refused; with it one can be created.",
        search_folders,
    ),
    Check::new(
        "C61-categories",
        A(61),
        "IMAPITable::SortTable",
        "imapitable-sorttable",
        "Without STORE_CATEGORIZE_OK categorized sorting is refused; with it it works.",
        categories,
    ),
    Check::new(
        "C61-modify-and-create",
        A(61),
        "IMAPIFolder::CreateMessage",
        "pidtagstoresupportmask-canonical-property",
        "STORE_MODIFY_OK and STORE_CREATE_OK are true: messages can be created and changed. STORE_READONLY is not set along with them.",
        modify_and_create,
    ),
    Check::new(
        "C61-unicode",
        A(61),
        "IMAPIProp::GetProps",
        "pidtagstoresupportmask-canonical-property",
        "With STORE_UNICODE_OK the store keeps characters of all scripts.",
        unicode,
    ),
    Check::new(
        "C61-unicode-mask",
        S("5.1"),
        "IMAPIProp::GetProps",
        "pidtagstoreunicodemask-canonical-property",
        "PR_STORE_UNICODE_MASK, if there is one, equals PR_STORE_SUPPORT_MASK.",
        unicode_mask,
    ),
    Check::new(
        "S10.4-capabilities",
        S("10.4"),
        "IMSCapabilities::GetCapabilities",
        "imscapabilities-getcapabilities",
        "GetCapabilities answers each selector with its own bits only, and an unknown one with 0.",
        capabilities,
    ),
    Check::new(
        "S10.4-proxy-is-refused",
        S("10.4"),
        "IMsgStore::QueryInterface",
        "iproxystoreobject",
        "A store that wraps no other one refuses IProxyStoreObject.",
        proxy_is_refused,
    ),
];

fn required_bits(context: &Context) -> Verdict {
    let session = context.logon()?;
    let mask = session.store().bits(PR_STORE_SUPPORT_MASK)?;
    let missing = context.subject().required_mask() & !mask;
    holds(
        missing == 0,
        "PR_STORE_SUPPORT_MASK",
        mask_names(context.subject().required_mask()),
        format!("{mask:#X}, without {}", mask_names(missing)),
    )
}

fn mask_is_everywhere(context: &Context) -> Verdict {
    let open = context.open()?;
    let mask = open.mask()?;
    equal(
        "PR_STORE_SUPPORT_MASK of a folder",
        mask,
        open.work.bits(PR_STORE_SUPPORT_MASK)?,
    )?;
    let message = open.message("one")?;
    equal(
        "PR_STORE_SUPPORT_MASK of a message",
        mask,
        message.bits(PR_STORE_SUPPORT_MASK)?,
    )
}

fn mask_is_computed(context: &Context) -> Verdict {
    let session = context.logon()?;
    let before = session.store().bits(PR_STORE_SUPPORT_MASK)?;
    let problems = session
        .store()
        .set(&[Prop::new(PR_STORE_SUPPORT_MASK, 0)])?;
    equal("problems of SetProps", 1, problems.len())?;
    code(
        "SetProps(PR_STORE_SUPPORT_MASK)",
        &[MAPI_E_COMPUTED, MAPI_E_NO_ACCESS],
        problems[0].code,
    )?;
    equal(
        "PR_STORE_SUPPORT_MASK",
        before,
        session.store().bits(PR_STORE_SUPPORT_MASK)?,
    )
}

fn search_folders(context: &Context) -> Verdict {
    let open = context.open()?;
    let mask = open.mask()?;
    let parent = match open.store().binary(PR_FINDER_ENTRYID) {
        Ok(id) => open.open_folder(&id)?,
        Err(_) => open.root()?,
    };
    let came = parent.create_folder_with(FOLDER_SEARCH, "search", None, MAPI_UNICODE);
    equal(
        "STORE_SEARCH_OK, and whether a search folder can be created",
        mask & STORE_SEARCH_OK != 0,
        came.is_ok(),
    )
}

fn categories(context: &Context) -> Verdict {
    let open = context.open()?;
    open.messages(&["one", "two"])?;
    let mut order = SortOrder::ascending(&[PR_SUBJECT]);
    order.categories = 1;
    order.expanded = 1;
    let came = open.contents(&[PR_SUBJECT])?.sort(&order);
    if open.mask()? & STORE_CATEGORIZE_OK != 0 {
        Ok(came?)
    } else {
        refused(
            "SortTable with a category",
            &[MAPI_E_TOO_COMPLEX, MAPI_E_NO_SUPPORT],
            came,
        )
    }
}

fn modify_and_create(context: &Context) -> Verdict {
    let open = context.open()?;
    open.needs(STORE_MODIFY_OK | STORE_CREATE_OK)?;
    equal("STORE_READONLY", 0, open.mask()? & STORE_READONLY)?;
    let message = open.message("one")?;
    message.put(PR_SUBJECT, "two")?;
    message.save(KEEP_OPEN_READWRITE)?;
    Ok(())
}

fn unicode(context: &Context) -> Verdict {
    let open = context.open()?;
    open.needs(STORE_UNICODE_OK)?;
    let text = "Ελληνικά עברית 日本語 한국어 😀";
    let message = open.message(text)?;
    let came = open.open_message(&message.entry_id()?)?.subject()?;
    equal("PR_SUBJECT", text.to_string(), came)?;
    let folder = open.work.create_folder(text)?;
    equal("PR_DISPLAY_NAME", text.to_string(), folder.name()?)
}

fn unicode_mask(context: &Context) -> Verdict {
    let session = context.logon()?;
    match session.store().bits(PR_STORE_UNICODE_MASK) {
        Ok(mask) => equal(
            "PR_STORE_UNICODE_MASK",
            session.store().bits(PR_STORE_SUPPORT_MASK)?,
            mask,
        ),
        Err(_) => Err(not_applicable("PR_STORE_UNICODE_MASK is not offered")),
    }
}

fn capabilities(context: &Context) -> Verdict {
    let session = context.logon()?;
    let Ok(capabilities) = session.store().query::<IMSCapabilities>() else {
        return Err(not_applicable("IMSCapabilities is not offered"));
    };
    for (selector, allowed) in [
        (MSCAP_SEL_FOLDER, MSCAP_SECURE_FOLDER_HOMEPAGES),
        (MSCAP_SEL_RESTRICTION, MSCAP_RES_ANNOTATION),
        (0, 0),
        (0x80, 0),
    ] {
        // SAFETY: the call has no pointers.
        let [came, again] = [(); 2].map(|()| unsafe { capabilities.GetCapabilities(selector) });
        let call = format!("GetCapabilities({selector:#X})");
        equal(&format!("unknown bits of {call}"), 0, came & !allowed)?;
        equal(&format!("{call} once more"), came, again)?;
    }
    Ok(())
}

fn proxy_is_refused(context: &Context) -> Verdict {
    const PROXY: GUID = GUID::from_u128(0x29f3_ab10_554d_11d0_a97c_00a0_c911_f50a);
    let session = context.logon()?;
    equal(
        "QueryInterface(IProxyStoreObject)",
        false,
        session.store().supports(PROXY),
    )
}
