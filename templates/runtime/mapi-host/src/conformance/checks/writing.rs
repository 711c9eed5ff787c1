//! `SetProps` and `DeleteProps`.

use super::prelude::*;

pub(super) const CHECKS: &[Check] = &[
    Check::new(
        "C45-null-and-error-are-ignored",
        A(45),
        "IMAPIProp::SetProps",
        "imapiprop-setprops",
        "PR_NULL and PT_ERROR entries are ignored, without a problem, and the others are set.",
        null_and_error_are_ignored,
    ),
    Check::new(
        "C46-computed-property",
        A(46),
        "IMAPIProp::SetProps",
        "imapiprop-setprops",
        "A computed property gives S_OK and one problem with its index and tag; the other values are stored.",
        computed_property,
    ),
    Check::new(
        "C47-no-values",
        A(47),
        "IMAPIProp::SetProps",
        "imapiprop-setprops",
        "SetProps without values is refused with MAPI_E_INVALID_PARAMETER.",
        |context| {
            let open = context.open()?;
            refused(
                "SetProps(0)",
                &[MAPI_E_INVALID_PARAMETER],
                open.work.set(&[]),
            )
        },
    ),
    Check::new(
        "C47-object-type",
        A(47),
        "IMAPIProp::SetProps",
        "imapiprop-setprops",
        "A value of type PT_OBJECT is refused with MAPI_E_INVALID_PARAMETER, and nothing is changed.",
        |context| {
            invalid(
                context,
                Prop {
                    tag: 0x6F10_000D,
                    value: Value::Object,
                },
            )
        },
    ),
    Check::new(
        "C47-empty-multi-value",
        A(47),
        "IMAPIProp::SetProps",
        "imapiprop-setprops",
        "A multi-valued property without values is refused with MAPI_E_INVALID_PARAMETER, and nothing is changed.",
        |context| {
            invalid(
                context,
                Prop {
                    tag: 0x6F11_1003,
                    value: Value::Longs(Vec::new()),
                },
            )
        },
    ),
    Check::new(
        "C48-no-place-for-problems",
        A(48),
        "IMAPIProp::SetProps",
        "imapiprop-setprops",
        "SetProps, DeleteProps, CopyTo and CopyProps work without a place for problems, also when there are some.",
        no_place_for_problems,
    ),
    Check::new(
        "C48-no-problems-is-null",
        A(48),
        "IMAPIProp::SetProps",
        "imapiprop-setprops",
        "Without problems the pointer to them is NULL.",
        no_problems_is_null,
    ),
    Check::new(
        "C49-delete-ignores-types",
        A(49),
        "IMAPIProp::DeleteProps",
        "imapiprop-deleteprops",
        "DeleteProps looks at ids only: a wrong type in the tag deletes the property all the same.",
        delete_ignores_types,
    ),
    Check::new(
        "C49-delete-problems",
        S("3.2"),
        "IMAPIProp::DeleteProps",
        "imapiprop-deleteprops",
        "Deleting a computed property is S_OK with a problem, and the property stays.",
        delete_problems,
    ),
    Check::new(
        "C49-delete-nothing",
        S("3.2"),
        "IMAPIProp::DeleteProps",
        "imapiprop-deleteprops",
        "DeleteProps with an empty list or none is refused with MAPI_E_INVALID_PARAMETER.",
        delete_nothing,
    ),
    Check::new(
        "C66-all-types",
        A(66),
        "IMAPIProp::SetProps",
        "imapiprop-setprops",
        "Properties that the store does not know are kept, byte for byte, in all single-valued types.",
        |context| keeps(context, &single_values()),
    ),
    Check::new(
        "C66-all-multi-value-types",
        A(66),
        "IMAPIProp::SetProps",
        "imapiprop-setprops",
        "With STORE_MV_PROPS_OK properties that the store does not know are kept in all multi-valued types, in order.",
        |context| {
            needs(&context.logon()?, STORE_MV_PROPS_OK)?;
            keeps(context, &multi_values())
        },
    ),
    Check::new(
        "C66-named-properties",
        A(66),
        "IMAPIProp::SetProps",
        "mapi-named-properties",
        "Named properties are kept as well as tagged ones.",
        keeps_named,
    ),
    Check::new(
        "C66-folder-keeps-unknown-properties",
        S("5.2"),
        "IMAPIProp::SetProps",
        "imapiprop-setprops",
        "A folder keeps properties that the store does not know, PR_DEFAULT_VIEW_ENTRYID and PR_COMMENT, across sessions.",
        folder_keeps,
    ),
    Check::new(
        "C66-store-keeps-unknown-properties",
        S("5.1"),
        "IMAPIProp::SetProps",
        "imapiprop-setprops",
        "The store object keeps named properties and properties that it does not know, across sessions.",
        store_keeps,
    ),
    Check::new(
        "C66-overwriting",
        S("3.2"),
        "IMAPIProp::SetProps",
        "imapiprop-setprops",
        "A second value replaces the first, also with another type.",
        overwriting,
    ),
    Check::new(
        "S3.11-ansi-values",
        S("3.11"),
        "IMAPIProp::SetProps",
        "mapi-string-properties",
        "A PT_STRING8 value is readable as PT_UNICODE and as PT_STRING8.",
        ansi_values,
    ),
    Check::new(
        "S7-odd-texts",
        S("7"),
        "IMAPIProp::SetProps",
        "property-types",
        "Unicode text outside the basic plane, empty text and empty binaries are kept.",
        odd_texts,
    ),
    Check::new(
        "C52-store-and-folder-change-at-once",
        A(52),
        "IMAPIProp::SaveChanges",
        "imapiprop-savechanges",
        "Changes of store and folder are visible to others before SaveChanges, which succeeds.",
        change_at_once,
    ),
    Check::new(
        "S5.2-display-name-is-writable",
        S("5.2"),
        "IMAPIProp::SetProps",
        "imapifolderimapicontainer",
        "A folder and the store can be renamed by PR_DISPLAY_NAME.",
        display_name_is_writable,
    ),
];

fn null_and_error_are_ignored(context: &Context) -> Verdict {
    let open = context.open()?;
    let message = open.message("one")?;
    for object in [&open.work as &PropObject, &message] {
        let problems = object.set(&[
            Prop {
                tag: PR_NULL,
                value: Value::Null,
            },
            Prop::new(change_prop_type(PR_IMPORTANCE, PT_ERROR), MAPI_E_NOT_FOUND),
            Prop::new(0x6F12_001F, "kept"),
        ])?;
        equal("problems", Vec::new(), problems)?;
        equal(
            "the third value",
            "kept".to_string(),
            object.text(0x6F12_001F)?,
        )?;
    }
    Ok(())
}

fn computed_property(context: &Context) -> Verdict {
    let open = context.open()?;
    let message = open.message("one")?;
    for (what, object) in [
        ("store", open.store() as &PropObject),
        ("folder", &open.work),
        ("message", &message),
    ] {
        let called = format!("SetProps of PR_STORE_SUPPORT_MASK on a {what}");
        let problems = object.set(&[
            Prop::new(0x6F13_001F, "before"),
            Prop::new(PR_STORE_SUPPORT_MASK, 0),
            Prop::new(0x6F14_001F, "after"),
        ])?;
        equal(&called, 1, problems.len())?;
        equal(
            &called,
            (1, PR_STORE_SUPPORT_MASK),
            (problems[0].index, problems[0].tag),
        )?;
        code(
            &called,
            &[MAPI_E_COMPUTED, MAPI_E_NO_ACCESS],
            problems[0].code,
        )?;
        equal(&called, "before".to_string(), object.text(0x6F13_001F)?)?;
        equal(&called, "after".to_string(), object.text(0x6F14_001F)?)?;
    }
    Ok(())
}

fn invalid(context: &Context, wrong: Prop) -> Verdict {
    let open = context.open()?;
    let message = open.message("one")?;
    let called = format!("SetProps with {wrong:?}");
    let came = message.set(&[Prop::new(0x6F15_001F, "not set"), wrong]);
    refused(&called, &[MAPI_E_INVALID_PARAMETER], came)?;
    refused(&called, &[MAPI_E_NOT_FOUND], message.text(0x6F15_001F))
}

fn no_place_for_problems(context: &Context) -> Verdict {
    let open = context.open()?;
    let (one, two) = (open.message("one")?, open.message("two")?);
    one.set_blindly(&[Prop::new(PR_STORE_SUPPORT_MASK, 0), Prop::new(PR_BODY, "x")])?;
    let tags = SizedSPropTagArray::new([PR_BODY, PR_RECORD_KEY]);
    let iid = IMAPIProp::IID;
    // SAFETY: the tags and both messages live until the calls return; NULL is what a client without interest passes.
    let answers = unsafe {
        [
            one.raw().DeleteProps(tags.as_ptr(), std::ptr::null_mut()),
            one.raw().CopyProps(
                tags.as_ptr(),
                0,
                std::ptr::null_mut(),
                &iid,
                two.raw().as_raw(),
                0,
                std::ptr::null_mut(),
            ),
            one.raw().CopyTo(
                0,
                std::ptr::null(),
                std::ptr::null(),
                0,
                std::ptr::null_mut(),
                &iid,
                two.raw().as_raw(),
                0,
                std::ptr::null_mut(),
            ),
        ]
    };
    for (method, answer) in ["DeleteProps", "CopyProps", "CopyTo"].iter().zip(answers) {
        holds(
            answer.is_ok(),
            &format!("IMAPIProp::{method} without a place for problems"),
            "success",
            code_text(answer),
        )?;
    }
    Ok(())
}

fn no_problems_is_null(context: &Context) -> Verdict {
    let open = context.open()?;
    let arena = Arena::default();
    let values = arena.props(&[Prop::new(PR_COMMENT, "text")]);
    let mut problems = usize::MAX as *mut SPropProblemArray;
    // SAFETY: the values live until the call returns; `problems` is a place for the result.
    let answer = unsafe { open.work.raw().SetProps(1, values, &mut problems) };
    code("IMAPIProp::SetProps", &[S_OK], answer)?;
    holds(
        problems.is_null(),
        "IMAPIProp::SetProps",
        "NULL",
        format!("{problems:?}"),
    )?;
    let tags = SizedSPropTagArray::new([PR_COMMENT]);
    let mut problems = usize::MAX as *mut SPropProblemArray;
    // SAFETY: as above.
    let answer = unsafe { open.work.raw().DeleteProps(tags.as_ptr(), &mut problems) };
    code("IMAPIProp::DeleteProps", &[S_OK], answer)?;
    holds(
        problems.is_null(),
        "IMAPIProp::DeleteProps",
        "NULL",
        format!("{problems:?}"),
    )
}

fn delete_ignores_types(context: &Context) -> Verdict {
    let open = context.open()?;
    let message = open.message("one")?;
    for object in [&open.work as &PropObject, &message] {
        object.put(0x6F16_001F, "text")?;
        object.put(0x6F17_0003, 7)?;
        let problems = object.delete(&[0x6F16_0003, 0x6F17_0000])?;
        equal("problems of DeleteProps", Vec::new(), problems)?;
        for tag in [0x6F16_001F, 0x6F17_0003] {
            refused(
                "GetProps of a deleted property",
                &[MAPI_E_NOT_FOUND],
                object.value(tag),
            )?;
        }
    }
    Ok(())
}

fn delete_problems(context: &Context) -> Verdict {
    let open = context.open()?;
    let problems = open.work.delete(&[PR_ENTRYID])?;
    equal("problems of deleting PR_ENTRYID", 1, problems.len())?;
    equal(
        "the index and tag of the problem",
        (0, PR_ENTRYID),
        (problems[0].index, problems[0].tag),
    )?;
    open.work.entry_id()?;
    Ok(())
}

fn delete_nothing(context: &Context) -> Verdict {
    let open = context.open()?;
    refused(
        "DeleteProps of an empty list",
        &[MAPI_E_INVALID_PARAMETER],
        open.work.delete(&[]),
    )?;
    // SAFETY: NULL is what a careless client passes.
    let answer = unsafe {
        open.work
            .raw()
            .DeleteProps(std::ptr::null(), std::ptr::null_mut())
    };
    code("DeleteProps(NULL)", &[MAPI_E_INVALID_PARAMETER], answer)
}

fn single_values() -> Vec<Prop> {
    let guid = GUID::from_u128(0x0011_2233_4455_6677_8899_aabb_ccdd_eeff);
    vec![
        Prop::new(0x6F20_0002, -7_i16),
        Prop::new(0x6F21_0003, i32::MIN),
        Prop::new(0x6F22_0004, 1.5_f32),
        Prop::new(0x6F23_0005, -2.25_f64),
        Prop {
            tag: 0x6F24_0006,
            value: Value::Currency(-12_345_678),
        },
        Prop {
            tag: 0x6F25_0007,
            value: Value::AppTime(45_000.5),
        },
        Prop::new(0x6F26_000B, true),
        Prop::new(0x6F27_0014, i64::MAX),
        Prop::new(0x6F28_001F, "Grüße, 世界"),
        Prop::time(0x6F29_0040, 133_500_000_000_000_001),
        Prop::new(0x6F2A_0048, guid),
        Prop::new(0x6F2B_0102, &[0_u8, 1, 0xFF, 0]),
    ]
}

fn multi_values() -> Vec<Prop> {
    let guid = GUID::from_u128(0x0011_2233_4455_6677_8899_aabb_ccdd_eeff);
    let mv = |tag, value| Prop { tag, value };
    vec![
        mv(0x6F30_1002, Value::Shorts(vec![3, -1, 2])),
        mv(0x6F31_1003, Value::Longs(vec![3, 1, 2, 1])),
        mv(0x6F32_1004, Value::Floats(vec![1.0, -1.0])),
        mv(0x6F33_1005, Value::Doubles(vec![0.5, 2.0])),
        mv(0x6F34_1006, Value::Currencies(vec![10, -10])),
        mv(0x6F35_1007, Value::AppTimes(vec![1.25])),
        mv(0x6F36_1014, Value::LongLongs(vec![i64::MIN, 0])),
        mv(
            0x6F37_101F,
            Value::Unicodes(vec!["b".into(), String::new(), "a".into()]),
        ),
        mv(0x6F38_1040, Value::Times(vec![2, 1])),
        mv(0x6F39_1048, Value::Guids(vec![guid, GUID::zeroed()])),
        mv(
            0x6F3A_1102,
            Value::Binaries(vec![vec![2], Vec::new(), vec![1, 0]]),
        ),
    ]
}

fn keeps(context: &Context, values: &[Prop]) -> Verdict {
    let open = context.open()?;
    let message = open.message("one")?;
    equal("problems of SetProps", Vec::new(), message.set(values)?)?;
    message.save(KEEP_OPEN_READWRITE)?;
    let id = message.entry_id()?;
    drop(message);
    let tags: Vec<u32> = values.iter().map(|prop| prop.tag).collect();
    let wanted = Props(values.to_vec());
    equal(
        "the values in this session",
        &wanted,
        &open.open_message(&id)?.get(&tags)?,
    )?;
    drop(open);
    let host = context.other_host()?;
    let session = host.logon(context.provider())?;
    let came = session.open_message(&id)?.get(&tags)?;
    session.logoff()?;
    equal("the values in the next session", wanted, came)
}

fn keeps_named(context: &Context) -> Verdict {
    let open = context.open()?;
    let message = open.message("one")?;
    let text = message.named(
        &Name::string(PS_PUBLIC_STRINGS, "conformance text"),
        PT_UNICODE,
    )?;
    let number = message.named(&Name::id(PSETID_Common, 0x8F01), PT_LONG)?;
    let values = vec![Prop::new(text, "value"), Prop::new(number, 42)];
    equal("problems of SetProps", Vec::new(), message.set(&values)?)?;
    message.save(KEEP_OPEN_READWRITE)?;
    let id = message.entry_id()?;
    equal(
        "named properties after a save",
        Props(values),
        open.open_message(&id)?.get(&[text, number])?,
    )
}

fn folder_keeps(context: &Context) -> Verdict {
    let open = context.open()?;
    let mut values = single_values();
    values.push(Prop::new(PR_COMMENT, "a comment"));
    values.push(Prop::new(PR_DEFAULT_VIEW_ENTRYID, &[1_u8, 2, 3]));
    equal(
        "problems of SetProps on a folder",
        Vec::new(),
        open.work.set(&values)?,
    )?;
    let id = open.work.entry_id()?;
    drop(open);
    let host = context.other_host()?;
    let session = host.logon(context.provider())?;
    let tags: Vec<u32> = values.iter().map(|prop| prop.tag).collect();
    let came = session.open_folder(&id)?.get(&tags)?;
    session.logoff()?;
    equal(
        "the values of the folder in the next session",
        Props(values),
        came,
    )
}

fn store_keeps(context: &Context) -> Verdict {
    let session = context.logon()?;
    let name = Name::string(PSETID_Common, "ConformanceSwitch");
    let tag = session.store().named(&name, PT_LONG)?;
    let values = vec![Prop::new(tag, 1), Prop::new(0x6F40_001F, "text")];
    equal(
        "problems of SetProps on the store",
        Vec::new(),
        session.store().set(&values)?,
    )?;
    session.logoff()?;
    let host = context.other_host()?;
    let session = host.logon(context.provider())?;
    let again = session.store().named(&name, PT_LONG)?;
    let came = session.store().get(&[again, 0x6F40_001F])?;
    session.logoff()?;
    equal(
        "the values of the store in the next session",
        Props(values),
        came,
    )
}

fn overwriting(context: &Context) -> Verdict {
    let open = context.open()?;
    let message = open.message("one")?;
    message.put(0x6F41_001F, "first")?;
    message.put(0x6F41_001F, "second")?;
    equal(
        "the value",
        "second".to_string(),
        message.text(0x6F41_001F)?,
    )?;
    message.put(0x6F41_0003, 3)?;
    equal("the value with another type", 3, message.long(0x6F41_0003)?)
}

fn ansi_values(context: &Context) -> Verdict {
    let open = context.open()?;
    let message = open.message("one")?;
    let narrow = 0x6F42_001E;
    message.set(&[Prop {
        tag: narrow,
        value: Value::String8(b"plain".to_vec()),
    }])?;
    message.save(KEEP_OPEN_READWRITE)?;
    let again = open.open_message(&message.entry_id()?)?;
    equal(
        "as PT_UNICODE",
        "plain".to_string(),
        again.text(0x6F42_001F)?,
    )?;
    equal(
        "as PT_STRING8",
        Value::String8(b"plain".to_vec()),
        again.value(narrow)?,
    )
}

fn odd_texts(context: &Context) -> Verdict {
    keeps(
        context,
        &[
            Prop::new(0x6F50_001F, ""),
            Prop::new(0x6F51_001F, "𝔐𝔄𝔓ℑ 👍🏽"),
            Prop::new(0x6F52_0102, Vec::<u8>::new()),
            Prop::new(0x6F53_001F, "line\r\nbreak\ttab"),
            Prop::new(0x6F54_000B, false),
        ],
    )
}

fn change_at_once(context: &Context) -> Verdict {
    let open = context.open()?;
    open.work.put(PR_COMMENT, "at once")?;
    let other = open.open_folder(&open.work.entry_id()?)?;
    equal(
        "PR_COMMENT through another object",
        "at once".to_string(),
        other.text(PR_COMMENT)?,
    )?;
    open.work.save(KEEP_OPEN_READWRITE)?;
    open.store().save(KEEP_OPEN_READWRITE)?;
    open.work.put(PR_COMMENT, "still writable")?;
    Ok(())
}

fn display_name_is_writable(context: &Context) -> Verdict {
    let open = context.open()?;
    let child = open.work.create_folder("before")?;
    child.put(PR_DISPLAY_NAME, "after")?;
    equal(
        "names of subfolders",
        vec!["after".to_string()],
        open.work.child_names()?,
    )?;
    open.store().put(PR_DISPLAY_NAME, "Another name")?;
    equal(
        "the store's name",
        "Another name".to_string(),
        open.store().text(PR_DISPLAY_NAME)?,
    )
}
