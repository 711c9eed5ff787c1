//! `GetProps` and `GetPropList`.

use super::prelude::*;

/// A property that nobody has.
const NOBODYS: u32 = 0x6FFD_0003;

pub(super) const CHECKS: &[Check] = &[
    Check::new(
        "C37-all-props-are-unicode",
        A(37),
        "IMAPIProp::GetProps",
        "imapiprop-getprops",
        "GetProps without tags and with MAPI_UNICODE returns every string as PT_UNICODE.",
        |context| all_strings_are(context, MAPI_UNICODE, PT_UNICODE),
    ),
    Check::new(
        "C37-all-props-are-ansi",
        A(37),
        "IMAPIProp::GetProps",
        "imapiprop-getprops",
        "GetProps without tags and flags returns every string as PT_STRING8.",
        |context| all_strings_are(context, 0, PT_STRING8),
    ),
    Check::new(
        "C37-all-props-are-all",
        A(37),
        "IMAPIProp::GetProps",
        "imapiprop-getprops",
        "GetProps without tags returns each property that GetPropList lists and that has a value.",
        all_props_are_all,
    ),
    Check::new(
        "C38-order-and-count",
        A(38),
        "IMAPIProp::GetProps",
        "imapiprop-getprops",
        "Values come in the order of the tags, as many as there are tags, each with the id that was asked for.",
        order_and_count,
    ),
    Check::new(
        "C39-unknown-tag",
        A(39),
        "IMAPIProp::GetProps",
        "handling-mapi-property-errors",
        "A property that is not there comes as PT_ERROR with its own id and MAPI_E_NOT_FOUND, under MAPI_W_ERRORS_RETURNED.",
        unknown_tag,
    ),
    Check::new(
        "C39-no-warning-without-error",
        A(39),
        "IMAPIProp::GetProps",
        "imapiprop-getprops",
        "When every property has a value the answer is S_OK.",
        no_warning_without_error,
    ),
    Check::new(
        "C39-only-unknown-tags",
        A(39),
        "IMAPIProp::GetProps",
        "imapiprop-getprops",
        "When no property has a value the answer is still a warning with all the errors, not a failure.",
        only_unknown_tags,
    ),
    Check::new(
        "C40-no-tags",
        A(40),
        "IMAPIProp::GetProps",
        "imapiprop-getprops",
        "An empty list of tags is refused with MAPI_E_INVALID_PARAMETER.",
        no_tags,
    ),
    Check::new(
        "C41-requested-string-type",
        A(41),
        "IMAPIProp::GetProps",
        "imapiprop-getprops",
        "A string comes in exactly the width that its tag asks for, whatever the flags say.",
        requested_string_type,
    ),
    Check::new(
        "C41-wrong-type",
        A(41),
        "IMAPIProp::GetProps",
        "imapiprop-getprops",
        "A string that is asked for as PT_LONG comes as PT_ERROR.",
        wrong_type,
    ),
    Check::new(
        "C42-unspecified-type",
        A(42),
        "IMAPIProp::GetProps",
        "imapiprop-getprops",
        "PT_UNSPECIFIED is answered with the type that the property has; MAPI_UNICODE chooses between the widths.",
        unspecified_type,
    ),
    Check::new(
        "C43-folder-lists-its-tables",
        A(43),
        "IMAPIProp::GetPropList",
        "contents-tables",
        "GetPropList of a folder has PR_CONTAINER_CONTENTS and PR_CONTAINER_HIERARCHY.",
        |context| {
            lists(
                &context.open()?.work,
                &[
                    (PR_CONTAINER_CONTENTS, "PR_CONTAINER_CONTENTS"),
                    (PR_CONTAINER_HIERARCHY, "PR_CONTAINER_HIERARCHY"),
                ],
            )
        },
    ),
    Check::new(
        "C43-message-lists-its-tables",
        A(43),
        "IMAPIProp::GetPropList",
        "imapiprop-getproplist",
        "GetPropList of a message has PR_MESSAGE_RECIPIENTS and PR_MESSAGE_ATTACHMENTS.",
        |context| {
            let open = context.open()?;
            lists(
                &*open.message("one")?,
                &[
                    (PR_MESSAGE_RECIPIENTS, "PR_MESSAGE_RECIPIENTS"),
                    (PR_MESSAGE_ATTACHMENTS, "PR_MESSAGE_ATTACHMENTS"),
                ],
            )
        },
    ),
    Check::new(
        "C43-list-has-widths",
        A(43),
        "IMAPIProp::GetPropList",
        "imapiprop-getproplist",
        "GetPropList gives strings the width of MAPI_UNICODE, and no tag twice.",
        list_has_widths,
    ),
    Check::new(
        "C44-large-value",
        A(44),
        "IMAPIProp::GetProps",
        "mapi-string-properties",
        "A body of 200,000 characters comes whole, or as MAPI_E_NOT_ENOUGH_MEMORY, and whole through a stream.",
        large_value,
    ),
    Check::new(
        "C44-large-values-do-not-fill-all-props",
        A(44),
        "IMAPIProp::GetProps",
        "imapiprop-getprops",
        "GetProps without tags works on a message with a large body and a large binary.",
        large_values_do_not_fill,
    ),
    Check::new(
        "S3.11-strange-tags",
        S("3.11"),
        "IMAPIProp::GetProps",
        "imapiprop-getprops",
        "Tag 0 is not found, PR_NULL comes back as PR_NULL or an error, and neither disturbs its neighbours.",
        strange_tags,
    ),
    Check::new(
        "S3.2-get-last-error",
        S("3.2"),
        "IMAPIProp::GetLastError",
        "imapiprop-getlasterror",
        "GetLastError succeeds with or without a description on store, folder and message, in both widths.",
        get_last_error,
    ),
    Check::new(
        "C59-folder-counts",
        A(59),
        "IMAPIProp::GetProps",
        "imapiprop-getprops",
        "PR_CONTENT_COUNT, PR_CONTENT_UNREAD, PR_ASSOC_CONTENT_COUNT and PR_SUBFOLDERS have values on every folder.",
        folder_counts,
    ),
    Check::new(
        "S5.2-folder-counts-are-true",
        S("5.2"),
        "IMAPIProp::GetProps",
        "pidtagcontentcount-canonical-property",
        "The counts of a folder follow what is in it: messages, unread and associated ones, subfolders.",
        folder_counts_are_true,
    ),
    Check::new(
        "C56-store-properties",
        A(56),
        "IMAPIProp::GetProps",
        "imsgstoreimapiprop",
        "The store has its required properties.",
        |context| {
            required(
                context.logon()?.store(),
                MAPI_STORE,
                &[
                    PR_DISPLAY_NAME,
                    PR_ENTRYID,
                    PR_RECORD_KEY,
                    PR_STORE_ENTRYID,
                    PR_STORE_RECORD_KEY,
                    PR_MDB_PROVIDER,
                    PR_STORE_SUPPORT_MASK,
                    PR_IPM_SUBTREE_ENTRYID,
                    PR_IPM_WASTEBASKET_ENTRYID,
                ],
            )
        },
    ),
    Check::new(
        "C56-folder-properties",
        A(56),
        "IMAPIProp::GetProps",
        "imapifolderimapicontainer",
        "A folder has its required properties, and those without which Outlook crashes or shows nothing.",
        |context| {
            required(
                &context.open()?.work,
                MAPI_FOLDER,
                &[
                    PR_DISPLAY_NAME,
                    PR_ENTRYID,
                    PR_FOLDER_TYPE,
                    PR_PARENT_ENTRYID,
                    PR_RECORD_KEY,
                    PR_STORE_ENTRYID,
                    PR_STORE_RECORD_KEY,
                    PR_ACCESS,
                    PR_ACCESS_LEVEL,
                    PR_CREATION_TIME,
                    PR_LAST_MODIFICATION_TIME,
                    PR_MAPPING_SIGNATURE,
                    PR_STORE_SUPPORT_MASK,
                ],
            )
        },
    ),
    Check::new(
        "C56-message-properties",
        A(56),
        "IMAPIProp::GetProps",
        "imessageimapiprop",
        "A saved message has the properties that the store computes.",
        |context| {
            let open = context.open()?;
            required(
                &*open.message("one")?,
                MAPI_MESSAGE,
                &[
                    PR_CREATION_TIME,
                    PR_DISPLAY_TO,
                    PR_DISPLAY_CC,
                    PR_DISPLAY_BCC,
                    PR_ENTRYID,
                    PR_LAST_MODIFICATION_TIME,
                    PR_MESSAGE_CLASS,
                    PR_MESSAGE_FLAGS,
                    PR_MESSAGE_SIZE,
                    PR_NORMALIZED_SUBJECT,
                    PR_PARENT_ENTRYID,
                    PR_RECORD_KEY,
                    PR_SEARCH_KEY,
                    PR_STORE_ENTRYID,
                    PR_STORE_RECORD_KEY,
                    PR_HASATTACH,
                    PR_ACCESS,
                    PR_ACCESS_LEVEL,
                    PR_MAPPING_SIGNATURE,
                ],
            )
        },
    ),
    Check::new(
        "C56-attachment-properties",
        A(56),
        "IMAPIProp::GetProps",
        "iattachimapiprop",
        "A saved attachment has its required properties.",
        |context| {
            let open = context.open()?;
            needs(&open.session, STORE_ATTACH_OK)?;
            let message = open.message("one")?;
            let number = message.attach("a.txt", b"text")?;
            message.save(KEEP_OPEN_READWRITE)?;
            required(
                &*message.open_attachment(number)?,
                MAPI_ATTACH,
                &[
                    PR_ATTACH_METHOD,
                    PR_RENDERING_POSITION,
                    PR_ATTACH_NUM,
                    PR_ATTACH_SIZE,
                    PR_RECORD_KEY,
                ],
            )
        },
    ),
    Check::new(
        "C56-special-folders-open",
        S("5.1"),
        "IMAPIProp::GetProps",
        "mapi-special-folders",
        "The folders that the store names open, and PR_VALID_FOLDER_MASK has a bit for each of them.",
        special_folders_open,
    ),
];

fn all_strings_are(context: &Context, flags: u32, wanted: u32) -> Verdict {
    let open = context.open()?;
    let message = open.message("one")?;
    for (what, object) in [
        ("store", open.store() as &PropObject),
        ("folder", &open.work),
        ("message", &message),
    ] {
        let props = object.get_with(None, flags)?.1;
        let strings: Vec<u32> = props
            .tags()
            .into_iter()
            .filter(|tag| matches!(prop_type(*tag) & !MV_FLAG, PT_STRING8 | PT_UNICODE))
            .collect();
        holds(
            !strings.is_empty(),
            &format!("GetProps(NULL, {flags:#X}) of a {what}"),
            "strings",
            "none",
        )?;
        let wrong: Vec<String> = strings
            .iter()
            .filter(|tag| prop_type(**tag) & !MV_FLAG != wanted)
            .map(|tag| format!("{tag:#010X}"))
            .collect();
        holds(
            wrong.is_empty(),
            &format!("GetProps(NULL, {flags:#X}) of a {what}"),
            format!("strings of type {wanted:#06X} only"),
            wrong.join(", "),
        )?;
    }
    Ok(())
}

fn all_props_are_all(context: &Context) -> Verdict {
    let open = context.open()?;
    let message = open.message("one")?;
    for (what, object) in [
        ("store", open.store() as &PropObject),
        ("folder", &open.work),
        ("message", &message),
    ] {
        let all = object.get_all()?;
        for tag in object.list()? {
            if prop_type(tag) == PT_OBJECT {
                continue;
            }
            some(
                &format!("GetProps(NULL) of a {what}"),
                &format!("{tag:#010X}, which GetPropList has"),
                all.find(tag),
            )?;
        }
    }
    Ok(())
}

fn order_and_count(context: &Context) -> Verdict {
    let open = context.open()?;
    let tags = [
        PR_SUBFOLDERS,
        NOBODYS,
        PR_DISPLAY_NAME,
        PR_ENTRYID,
        PR_CONTENT_COUNT,
        PR_DISPLAY_NAME,
        0x6FFC_001F,
        PR_RECORD_KEY,
    ];
    let ids: Vec<u32> = tags.iter().map(|tag| prop_id(*tag)).collect();
    let came = open.work.get(&tags)?;
    let came: Vec<u32> = came.tags().into_iter().map(prop_id).collect();
    equal("the ids that GetProps returned", ids, came)
}

fn unknown_tag(context: &Context) -> Verdict {
    let open = context.open()?;
    let message = open.message("one")?;
    for (what, object, known) in [
        ("store", open.store() as &PropObject, PR_DISPLAY_NAME),
        ("folder", &open.work, PR_DISPLAY_NAME),
        ("message", &message, PR_SUBJECT),
    ] {
        let called = format!("GetProps of a {what}");
        let (answer, props) = object.get_with(Some(&[known, NOBODYS]), MAPI_UNICODE)?;
        code(&called, &[MAPI_W_ERRORS_RETURNED], answer)?;
        equal(&called, 2, props.len())?;
        equal(&called, known, props[0].tag)?;
        equal(&called, change_prop_type(NOBODYS, PT_ERROR), props[1].tag)?;
        equal(&called, Some(MAPI_E_NOT_FOUND), props[1].error())?;
    }
    Ok(())
}

fn no_warning_without_error(context: &Context) -> Verdict {
    let open = context.open()?;
    let tags = [PR_DISPLAY_NAME, PR_ENTRYID, PR_FOLDER_TYPE];
    let (answer, _) = open.work.get_with(Some(&tags), MAPI_UNICODE)?;
    code("IMAPIProp::GetProps", &[S_OK], answer)
}

fn only_unknown_tags(context: &Context) -> Verdict {
    let open = context.open()?;
    let (answer, props) = open
        .work
        .get_with(Some(&[NOBODYS, 0x6FFC_0102]), MAPI_UNICODE)?;
    code("IMAPIProp::GetProps", &[MAPI_W_ERRORS_RETURNED], answer)?;
    equal("the number of values", 2, props.len())
}

fn no_tags(context: &Context) -> Verdict {
    let open = context.open()?;
    refused(
        "IMAPIProp::GetProps with an empty list",
        &[MAPI_E_INVALID_PARAMETER],
        open.work.get(&[]),
    )
}

fn requested_string_type(context: &Context) -> Verdict {
    let open = context.open()?;
    let message = open.message("plain text")?;
    let narrow = change_prop_type(PR_SUBJECT, PT_STRING8);
    for flags in [0, MAPI_UNICODE] {
        let (_, props) = message.get_with(Some(&[narrow, PR_SUBJECT]), flags)?;
        equal(
            "the tags of both widths",
            vec![narrow, PR_SUBJECT],
            props.tags(),
        )?;
        equal(
            "PT_STRING8",
            &Value::String8(b"plain text".to_vec()),
            &props[0].value,
        )?;
        equal(
            "PT_UNICODE",
            Some("plain text"),
            props.0[1..2].first().and_then(|prop| match &prop.value {
                Value::Unicode(text) => Some(&text[..]),
                _ => None,
            }),
        )?;
    }
    Ok(())
}

fn wrong_type(context: &Context) -> Verdict {
    let open = context.open()?;
    let tag = change_prop_type(PR_DISPLAY_NAME, PT_LONG);
    let props = open.work.get(&[tag])?;
    equal(
        "the type of a name asked for as PT_LONG",
        change_prop_type(tag, PT_ERROR),
        props[0].tag,
    )
}

fn unspecified_type(context: &Context) -> Verdict {
    let open = context.open()?;
    for (tag, flags, wanted) in [
        (PR_DISPLAY_NAME, MAPI_UNICODE, PT_UNICODE),
        (PR_DISPLAY_NAME, 0, PT_STRING8),
        (PR_ENTRYID, 0, PT_BINARY),
        (PR_CONTENT_COUNT, 0, PT_LONG),
        (PR_SUBFOLDERS, MAPI_UNICODE, PT_BOOLEAN),
    ] {
        let asked = change_prop_type(tag, PT_UNSPECIFIED);
        let (_, props) = open.work.get_with(Some(&[asked]), flags)?;
        equal(
            &format!("GetProps({asked:#010X}, flags {flags:#X})"),
            change_prop_type(tag, wanted),
            props[0].tag,
        )?;
    }
    Ok(())
}

fn lists(object: &PropObject, wanted: &[(u32, &str)]) -> Verdict {
    let tags = object.list()?;
    for (tag, name) in wanted {
        holds(
            tags.contains(tag),
            "IMAPIProp::GetPropList",
            *name,
            "a list without it",
        )?;
    }
    Ok(())
}

fn list_has_widths(context: &Context) -> Verdict {
    let open = context.open()?;
    for (flags, wrong) in [(MAPI_UNICODE, PT_STRING8), (0, PT_UNICODE)] {
        let mut tags = open.work.list_with(flags)?;
        let called = format!("GetPropList({flags:#X})");
        let found = tags.iter().find(|tag| prop_type(**tag) == wrong).copied();
        equal(&called, None, found)?;
        let count = tags.len();
        tags.sort_unstable_by_key(|tag| prop_id(*tag));
        tags.dedup_by_key(|tag| prop_id(*tag));
        equal(&format!("{called}: different ids"), count, tags.len())?;
    }
    Ok(())
}

fn large_text() -> String {
    "All work and no play makes a dull store. ".repeat(4900)
}

fn large_value(context: &Context) -> Verdict {
    let open = context.open()?;
    let text = large_text();
    let message = open.message("large")?;
    let bytes: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    message.write_stream(PR_BODY, &bytes)?;
    message.save(KEEP_OPEN_READWRITE)?;
    let again = open.open_message(&message.entry_id()?)?;
    let props = again.get(&[PR_BODY])?;
    match &props[0].value {
        Value::Unicode(came) => holds(
            *came == text,
            "GetProps(PR_BODY)",
            "the whole text",
            format!("{} characters", came.chars().count()),
        )?,
        _ => equal(
            "GetProps(PR_BODY)",
            Some(MAPI_E_NOT_ENOUGH_MEMORY),
            props[0].error(),
        )?,
    }
    let came = again.read_stream(PR_BODY)?;
    holds(
        came == bytes,
        "the stream of PR_BODY",
        format!("{} bytes as they were written", bytes.len()),
        format!("{} bytes", came.len()),
    )
}

fn large_values_do_not_fill(context: &Context) -> Verdict {
    let open = context.open()?;
    let message = open.message("large")?;
    let bytes: Vec<u8> = large_text()
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    message.write_stream(PR_BODY, &bytes)?;
    message.write_stream(0x6F01_0102, &vec![7; 400_000])?;
    message.save(KEEP_OPEN_READWRITE)?;
    let all = open.open_message(&message.entry_id()?)?.get_all()?;
    equal(
        "GetProps(NULL): PR_SUBJECT",
        Some("large"),
        all.text(PR_SUBJECT),
    )?;
    for tag in [PR_BODY, 0x6F01_0102] {
        some(
            "GetProps(NULL)",
            &format!("an entry for {tag:#010X}"),
            all.find(tag),
        )?;
    }
    Ok(())
}

fn strange_tags(context: &Context) -> Verdict {
    let open = context.open()?;
    let props = open.work.get(&[PR_DISPLAY_NAME, 0, PR_NULL, PR_ENTRYID])?;
    equal("the number of values", 4, props.len())?;
    some(
        "GetProps next to strange tags",
        "PR_DISPLAY_NAME",
        props.text(PR_DISPLAY_NAME),
    )?;
    some(
        "GetProps next to strange tags",
        "PR_ENTRYID",
        props.binary(PR_ENTRYID),
    )?;
    equal(
        "GetProps of tag 0",
        Some(MAPI_E_NOT_FOUND),
        props[1].error(),
    )
}

fn get_last_error(context: &Context) -> Verdict {
    let open = context.open()?;
    let message = open.message("one")?;
    let _ = open.store().open_entry(&[1, 2, 3], None, 0);
    for object in [open.store() as &PropObject, &open.work, &message] {
        for flags in [0, MAPI_UNICODE] {
            match object.last_error(MAPI_E_NOT_FOUND, flags) {
                Ok(_) => {}
                Err(failure) => code(
                    "IMAPIProp::GetLastError",
                    &[MAPI_E_BAD_CHARWIDTH, MAPI_E_NO_SUPPORT],
                    failure.code,
                )?,
            }
        }
    }
    let found = context.host().violations();
    holds(
        found.is_empty(),
        "IMAPIProp::GetLastError",
        "no violation",
        found.join("; "),
    )
}

fn folder_counts(context: &Context) -> Verdict {
    let open = context.open()?;
    let tags = [
        PR_CONTENT_COUNT,
        PR_CONTENT_UNREAD,
        PR_ASSOC_CONTENT_COUNT,
        PR_SUBFOLDERS,
    ];
    let root = open.root()?;
    let rows = root.deep_hierarchy()?.rows(&[PR_ENTRYID])?;
    let mut folders = vec![root];
    for row in &rows {
        folders.push(open.open_folder(row.binary(PR_ENTRYID).unwrap_or_default())?);
    }
    for folder in folders {
        let props = folder.get(&tags)?;
        for prop in &props {
            holds(
                prop.error().is_none(),
                &format!("GetProps of {:?}", folder.name().unwrap_or_default()),
                format!("a value for {:#06X}", prop_id(prop.tag)),
                format!("{prop:?}"),
            )?;
        }
    }
    Ok(())
}

fn folder_counts_are_true(context: &Context) -> Verdict {
    let open = context.open()?;
    let counts = || -> Result<(i32, i32, i32, bool)> {
        let folder = open.open_folder(&open.work.entry_id()?)?;
        Ok((
            folder.long(PR_CONTENT_COUNT)?,
            folder.long(PR_CONTENT_UNREAD)?,
            folder.long(PR_ASSOC_CONTENT_COUNT)?,
            folder.boolean(PR_SUBFOLDERS)?,
        ))
    };
    equal("counts of an empty folder", (0, 0, 0, false), counts()?)?;
    let id = open.message("one")?.entry_id()?;
    open.message("two")?;
    equal("counts with two new messages", (2, 2, 0, false), counts()?)?;
    done(open.work.set_read_flags(Some(&[&id]), SUPPRESS_RECEIPT))?;
    equal("counts with one of two read", (2, 1, 0, false), counts()?)?;
    let child = open.work.create_folder("child")?;
    equal("counts with a subfolder", (2, 1, 0, true), counts()?)?;
    if let Ok(associated) = open.work.create_message_with(MAPI_ASSOCIATED) {
        associated.put(PR_SUBJECT, "view")?;
        associated.save(0)?;
        equal(
            "counts with an associated message",
            (2, 1, 1, true),
            counts()?,
        )?;
    }
    done(open.work.delete_messages(&[&id], 0))?;
    done(
        open.work
            .delete_folder(&child.entry_id()?, DEL_FOLDERS | DEL_MESSAGES),
    )?;
    let (count, unread, _, subfolders) = counts()?;
    equal(
        "counts after deletions",
        (1, 1, false),
        (count, unread, subfolders),
    )
}

fn required(object: &PropObject, kind: u32, tags: &[u32]) -> Verdict {
    equal("PR_OBJECT_TYPE", kind, object.bits(PR_OBJECT_TYPE)?)?;
    let props = object.get(tags)?;
    let missing: Vec<String> = props
        .iter()
        .filter(|prop| prop.error().is_some())
        .map(|prop| format!("{:#06X}", prop_id(prop.tag)))
        .collect();
    holds(
        missing.is_empty(),
        "IMAPIProp::GetProps",
        "values for all required properties",
        format!("none for {}", missing.join(", ")),
    )
}

fn special_folders_open(context: &Context) -> Verdict {
    let session = context.logon()?;
    let mask = session.store().bits(PR_VALID_FOLDER_MASK)?;
    for (tag, bit, name) in [
        (
            PR_IPM_SUBTREE_ENTRYID,
            FOLDER_IPM_SUBTREE_VALID,
            "PR_IPM_SUBTREE_ENTRYID",
        ),
        (
            PR_IPM_OUTBOX_ENTRYID,
            FOLDER_IPM_OUTBOX_VALID,
            "PR_IPM_OUTBOX_ENTRYID",
        ),
        (
            PR_IPM_WASTEBASKET_ENTRYID,
            FOLDER_IPM_WASTEBASKET_VALID,
            "PR_IPM_WASTEBASKET_ENTRYID",
        ),
        (
            PR_IPM_SENTMAIL_ENTRYID,
            FOLDER_IPM_SENTMAIL_VALID,
            "PR_IPM_SENTMAIL_ENTRYID",
        ),
        (PR_VIEWS_ENTRYID, FOLDER_VIEWS_VALID, "PR_VIEWS_ENTRYID"),
        (
            PR_COMMON_VIEWS_ENTRYID,
            FOLDER_COMMON_VIEWS_VALID,
            "PR_COMMON_VIEWS_ENTRYID",
        ),
        (PR_FINDER_ENTRYID, FOLDER_FINDER_VALID, "PR_FINDER_ENTRYID"),
    ] {
        let id = session.store().binary(tag).ok();
        equal(
            &format!("the bit of {name} in PR_VALID_FOLDER_MASK"),
            id.is_some(),
            mask & bit != 0,
        )?;
        if let Some(id) = id {
            session.open_folder(&id)?.name()?;
        }
    }
    Ok(())
}
