//! Properties, names and streams: what the sections about them say beside the numbered assertions.

use super::prelude::*;

pub(super) const CHECKS: &[Check] = &[
    Check::new(
        "S3.2-delete-on-read-only-object",
        S("3.2"),
        "IMAPIProp::DeleteProps",
        "imapiprop-deleteprops",
        "DeleteProps on a message that was opened for reading is refused, and nothing is gone.",
        delete_on_read_only_object,
    ),
    Check::new(
        "S3.2-create-needs-modify",
        S("3.2"),
        "IMAPIProp::OpenProperty",
        "imapiprop-openproperty",
        "MAPI_CREATE alone, or on a message that was opened for reading, creates nothing that lasts.",
        create_needs_modify,
    ),
    Check::new(
        "S3.2-copy-nothing",
        S("3.2"),
        "IMAPIProp::CopyTo",
        "imapiprop-copyto",
        "A CopyTo from which every interface is excluded is refused with MAPI_E_INTERFACE_NOT_SUPPORTED.",
        copy_nothing,
    ),
    Check::new(
        "S3.2-copy-props-null-tag",
        S("3.2"),
        "IMAPIProp::CopyProps",
        "imapiprop-copyprops",
        "CopyProps with PR_NULL in its list is refused or passes over it, and copies nothing else.",
        copy_props_null_tag,
    ),
    Check::new(
        "S3.2-copy-props-missing",
        S("3.2"),
        "IMAPIProp::CopyProps",
        "imapiprop-copyprops",
        "A property that the source lacks is passed over by CopyProps, or is a problem; the others are copied.",
        copy_props_missing,
    ),
    Check::new(
        "S3.2-names-of-no-tags",
        S("3.2"),
        "IMAPIProp::GetNamesFromIDs",
        "imapiprop-getnamesfromids",
        "An array of tags without tags is refused with MAPI_E_INVALID_PARAMETER.",
        names_of_no_tags,
    ),
    Check::new(
        "S3.2-names-of-a-set",
        S("3.2"),
        "IMAPIProp::GetNamesFromIDs",
        "imapiprop-getnamesfromids",
        "Without tags and with a property set, only names of that set come; of an unknown set none, with S_OK.",
        names_of_a_set,
    ),
    Check::new(
        "S3.2-names-by-kind",
        S("3.2"),
        "IMAPIProp::GetNamesFromIDs",
        "imapiprop-getnamesfromids",
        "MAPI_NO_STRINGS leaves out names that are strings, MAPI_NO_IDS those that are numbers.",
        names_by_kind,
    ),
    Check::new(
        "S3.2-streams-do-not-lock",
        S("3.2"),
        "IStream::LockRegion",
        "imapiprop-openproperty",
        "LockRegion and UnlockRegion are refused, or have no effect on the bytes.",
        streams_do_not_lock,
    ),
    Check::new(
        "D84-receive-folder-settings",
        S("3.2"),
        "IMsgStore::OpenProperty",
        "receive-folder-tables",
        "PR_RECEIVE_FOLDER_SETTINGS opens as the table of GetReceiveFolderTable, where it opens.",
        receive_folder_settings,
    ),
    Check::new(
        "S5.1-store-state",
        S("5.1"),
        "IMAPIProp::GetProps",
        "imsgstoreimapiprop",
        "PR_STORE_OFFLINE and PR_STORE_STATE, where the store has them, are of the documented type.",
        store_state,
    ),
    Check::new(
        "S5.2-root-is-its-own-parent",
        S("5.2"),
        "IMAPIProp::GetProps",
        "pidtagparententryid-canonical-property",
        "PR_PARENT_ENTRYID of the root folder is its own entry id, and its type is FOLDER_ROOT.",
        root_is_its_own_parent,
    ),
    Check::new(
        "S5.2-table-properties",
        S("5.2"),
        "IMAPIProp::GetProps",
        "contents-tables",
        "GetProps of PR_CONTAINER_CONTENTS gives its tag or an error in its place, and SetProps of it changes nothing.",
        table_properties,
    ),
    Check::new(
        "S5.3-status-is-not-written",
        S("5.3"),
        "IMAPIProp::SetProps",
        "pidtagmessagestatus-canonical-property",
        "The column PR_MSG_STATUS is written by SetMessageStatus alone: SetProps of it on the message does not change it.",
        status_is_not_written,
    ),
    Check::new(
        "S5.3-computed-message-properties",
        S("5.3"),
        "IMAPIProp::SetProps",
        "imessageimapiprop",
        "What the store computes of a message cannot be written: entry id, record key, parent, size and display lists.",
        computed_message_properties,
    ),
    Check::new(
        "S7-multi-valued-instances",
        S("7"),
        "IMAPITable::SetColumns",
        "working-with-multivalued-columns",
        "With STORE_MV_PROPS_OK a column with MVI_FLAG gives one row for each value, each with an instance key of its own.",
        multi_valued_instances,
    ),
    Check::new(
        "S7-unspecified-in-set",
        S("7"),
        "IMAPIProp::SetProps",
        "imapiprop-setprops",
        "A value of type PT_UNSPECIFIED is refused, as a whole or as a problem, and does not disturb what is there.",
        unspecified_in_set,
    ),
];

fn delete_on_read_only_object(context: &Context) -> Verdict {
    let open = context.open()?;
    let id = open.message("kept")?.entry_id()?;
    let object = open.store().open_entry(&id, Some(IMessage::IID), 0)?.0;
    let message = PropObject::new(
        query::<IMAPIProp>(&object).map_err(|code| Failure {
            call: "IUnknown::QueryInterface",
            code,
        })?,
        &context.host().state(),
    );
    match message.delete(&[PR_SUBJECT]) {
        Err(failure) => code("DeleteProps", &[MAPI_E_NO_ACCESS], failure.code)?,
        Ok(problems) => equal("problems of DeleteProps", 1, problems.len())?,
    }
    let again = open.store().open_message(&id)?;
    equal("PR_SUBJECT", "kept".to_string(), again.subject()?)
}

fn create_needs_modify(context: &Context) -> Verdict {
    let open = context.open()?;
    let id = open.message("kept")?.entry_id()?;
    let message = open.store().open_message(&id)?;
    // It may be lenient: nothing is saved.
    let _ = message.stream(PR_BODY, MAPI_CREATE);
    drop(message);
    let again = open.store().open_message(&id)?;
    fails("PR_BODY of the message", again.text(PR_BODY))
}

fn copy_nothing(context: &Context) -> Verdict {
    let open = context.open()?;
    let (from, to) = (open.message("from")?, open.work.create_message()?);
    let excluded = [IMessage::IID, IMAPIProp::IID];
    // SAFETY: all arguments live until the call returns; a caller may leave the problems out.
    let answer = unsafe {
        from.raw().CopyTo(
            excluded.len() as u32,
            excluded.as_ptr(),
            std::ptr::null(),
            0,
            std::ptr::null_mut(),
            &IMAPIProp::IID,
            to.raw().as_raw(),
            0,
            std::ptr::null_mut(),
        )
    };
    code(
        "CopyTo with IMessage and IMAPIProp excluded",
        &[MAPI_E_INTERFACE_NOT_SUPPORTED],
        answer,
    )?;
    fails("PR_SUBJECT of the destination", to.text(PR_SUBJECT))
}

fn copy_props_null_tag(context: &Context) -> Verdict {
    let open = context.open()?;
    let (from, to) = (open.message("from")?, open.work.create_message()?);
    let came = from.copy_props(&to, &[PR_NULL], 0);
    if let Err(failure) = came {
        code(
            "CopyProps of PR_NULL",
            &[MAPI_E_INVALID_PARAMETER],
            failure.code,
        )?;
    }
    fails("PR_SUBJECT of the destination", to.text(PR_SUBJECT))
}

fn copy_props_missing(context: &Context) -> Verdict {
    let open = context.open()?;
    let (from, to) = (open.message("from")?, open.work.create_message()?);
    let problems = from.copy_props(&to, &[0x6789_001F, PR_SUBJECT], 0)?;
    for problem in &problems {
        equal("the problem's index", 0, problem.index)?;
    }
    equal("PR_SUBJECT", "from".to_string(), to.text(PR_SUBJECT)?)
}

fn names_of_no_tags(context: &Context) -> Verdict {
    let open = context.open()?;
    refused(
        "GetNamesFromIDs of no tags",
        &[MAPI_E_INVALID_PARAMETER, MAPI_E_NO_SUPPORT],
        open.work.names_from_ids(&[]),
    )
}

const OTHER_SET: GUID = GUID::from_u128(0x7c9d_2f10_31a4_4b5e_9d2c_0a1b_2c3d_4e5f);

fn names_of_a_set(context: &Context) -> Verdict {
    let open = context.open()?;
    let names = [
        Name::string(PS_PUBLIC_STRINGS, "conformance of a set"),
        Name::id(OTHER_SET, 7),
    ];
    let (_, tags) = open.work.ids_from_names(&names, true)?;
    let found = open.work.all_names(Some(OTHER_SET))?;
    equal(
        "the names of the set",
        vec![(prop_id(tags[1]), names[1].clone())],
        found
            .into_iter()
            .map(|(tag, name)| (prop_id(tag), name))
            .collect::<Vec<_>>(),
    )?;
    let unknown = GUID::from_u128(0x1111_2222_3333_4444_5555_6666_7777_8888);
    equal(
        "the names of an unknown set",
        0,
        open.work.all_names(Some(unknown))?.len(),
    )
}

fn names_by_kind(context: &Context) -> Verdict {
    let open = context.open()?;
    let names = [
        Name::string(PS_PUBLIC_STRINGS, "conformance by kind"),
        Name::id(OTHER_SET, 8),
    ];
    let _ = open.work.ids_from_names(&names, true)?;
    let state = context.host().state();
    for (flags, kind) in [(MAPI_NO_STRINGS, MNID_ID), (MAPI_NO_IDS, MNID_STRING)] {
        let (mut tags, mut count, mut found) = (std::ptr::null_mut(), 0, std::ptr::null_mut());
        // SAFETY: the arguments are places for the results.
        let answer = unsafe {
            open.work.raw().GetNamesFromIDs(
                &mut tags,
                std::ptr::null(),
                flags,
                &mut count,
                &mut found,
            )
        };
        code("GetNamesFromIDs", &[S_OK], answer)?;
        let call = "IMAPIProp::GetNamesFromIDs";
        let _tags = Reader::adopt(&state.memory, call, tags.cast());
        let reader = Reader::adopt(&state.memory, call, found.cast());
        let pointers = reader
            .as_ref()
            .and_then(|reader| reader.slice(found.cast_const(), count as usize))
            .unwrap_or_default();
        holds(
            !pointers.is_empty(),
            call,
            "a name of the other kind",
            "none",
        )?;
        for pointer in pointers {
            // SAFETY: the names live in the block that the reader holds.
            let raw = unsafe { pointer.as_ref() };
            equal(
                "the kind of a name",
                Some(kind),
                raw.map(|name| name.ulKind),
            )?;
        }
    }
    Ok(())
}

fn streams_do_not_lock(context: &Context) -> Verdict {
    let open = context.open()?;
    let message = open.message("one")?;
    message.write_stream(PR_BODY, &[b'x', 0])?;
    let stream = message.stream(PR_BODY, 0)?;
    // SAFETY: the calls have no pointers.
    unsafe {
        let _ = stream.raw().LockRegion(0, 2, 1);
        let _ = stream.raw().UnlockRegion(0, 2, 1);
    }
    equal("the bytes", vec![b'x', 0], stream.read_to_end()?)
}

fn receive_folder_settings(context: &Context) -> Verdict {
    let open = context.open()?;
    let Ok(table) = open.store().table(PR_RECEIVE_FOLDER_SETTINGS) else {
        return Err(not_applicable("PR_RECEIVE_FOLDER_SETTINGS does not open"));
    };
    let columns = [PR_ENTRYID, PR_MESSAGE_CLASS];
    equal(
        "rows of the two tables",
        open.store().receive_folder_table()?.rows(&columns)?,
        table.rows(&columns)?,
    )
}

fn store_state(context: &Context) -> Verdict {
    let session = context.logon()?;
    for tag in [PR_STORE_OFFLINE, PR_STORE_STATE] {
        let props = session.store().get(&[tag])?;
        let came = props.tags();
        let fits = came == [tag] || props.error(tag) == Some(MAPI_E_NOT_FOUND);
        holds(
            fits,
            &format!("GetProps of {tag:#010X}"),
            "that type, or MAPI_E_NOT_FOUND",
            format!("{came:08X?}"),
        )?;
    }
    Ok(())
}

fn root_is_its_own_parent(context: &Context) -> Verdict {
    let session = context.logon()?;
    let root = session.root()?;
    equal(
        "PR_PARENT_ENTRYID of the root folder",
        true,
        session
            .store()
            .compare(&root.entry_id()?, &root.binary(PR_PARENT_ENTRYID)?)?,
    )?;
    equal("PR_FOLDER_TYPE", FOLDER_ROOT, root.bits(PR_FOLDER_TYPE)?)
}

fn table_properties(context: &Context) -> Verdict {
    let open = context.open()?;
    let tag = PR_CONTAINER_CONTENTS;
    let props = open.work.get(&[tag])?;
    equal("entries", 1, props.len())?;
    equal(
        "the id",
        vec![prop_id(tag)],
        props.tags().into_iter().map(prop_id).collect::<Vec<_>>(),
    )?;
    let _ = open.work.set(&[Prop {
        tag,
        value: Value::Object,
    }]);
    open.work.table(tag)?.all_rows()?;
    Ok(())
}

fn status_is_not_written(context: &Context) -> Verdict {
    let open = context.open()?;
    let message = open.message("one")?;
    let id = message.entry_id()?;
    open.work
        .set_message_status(&id, MSGSTATUS_TAGGED, MSGSTATUS_TAGGED)?;
    let _ = message.set(&[Prop::new(PR_MSG_STATUS, 0)]);
    let _ = message.save(KEEP_OPEN_READWRITE | FORCE_SAVE);
    let rows = open.work.contents()?.rows(&[PR_MSG_STATUS])?;
    equal(
        "PR_MSG_STATUS in the table",
        vec![Some(MSGSTATUS_TAGGED)],
        rows.iter().map(|row| row.bits(PR_MSG_STATUS)).collect(),
    )?;
    equal(
        "GetMessageStatus",
        MSGSTATUS_TAGGED,
        open.work.message_status(&id)?,
    )
}

fn computed_message_properties(context: &Context) -> Verdict {
    let open = context.open()?;
    let message = open.message("one")?;
    let tags = [
        PR_ENTRYID,
        PR_RECORD_KEY,
        PR_PARENT_ENTRYID,
        PR_STORE_ENTRYID,
        PR_MAPPING_SIGNATURE,
    ];
    let before = message.get(&tags)?;
    for tag in tags {
        match message.set(&[Prop::new(tag, vec![1_u8, 2, 3])]) {
            Err(_) => {}
            Ok(problems) => equal(&format!("problems of {tag:#010X}"), 1, problems.len())?,
        }
    }
    let problems = message.set(&[
        Prop::new(PR_MESSAGE_SIZE, 1),
        Prop::new(PR_DISPLAY_TO, "nobody"),
        Prop::new(PR_HASATTACH, true),
    ])?;
    equal(
        "problems of size, recipients and attachments",
        3,
        problems.len(),
    )?;
    message.save(KEEP_OPEN_READWRITE)?;
    equal("the properties", before, message.get(&tags)?)
}

fn multi_valued_instances(context: &Context) -> Verdict {
    const COLORS: u32 = 0x6789_101F;
    let open = context.open()?;
    open.needs(STORE_MV_PROPS_OK)?;
    let colors =
        |values: &[&str]| Value::Unicodes(values.iter().map(|one| (*one).into()).collect());
    for (subject, values) in [
        ("two", colors(&["blue", "red"])),
        ("one", colors(&["green"])),
    ] {
        open.work.add_message(&[
            Prop::new(PR_SUBJECT, subject),
            Prop {
                tag: COLORS,
                value: values,
            },
        ])?;
    }
    open.message("none")?;
    let table = open.work.contents()?;
    let instance = COLORS | MVI_FLAG;
    let single = instance & !MV_FLAG & !MV_INSTANCE;
    table.set_columns(&[PR_INSTANCE_KEY, PR_SUBJECT, instance])?;
    let rows = table.all_rows()?;
    equal("rows", 4, rows.len())?;
    let mut seen: Vec<(String, String)> = rows
        .iter()
        .map(|row| {
            let color = row
                .iter()
                .find(|prop| prop_id(prop.tag) == prop_id(single))
                .and_then(|prop| match &prop.value {
                    Value::Unicode(text) => Some(text.clone()),
                    _ => None,
                });
            (
                row.text(PR_SUBJECT).unwrap_or_default().to_string(),
                color.unwrap_or_default(),
            )
        })
        .collect();
    seen.sort();
    let pair = |subject: &str, color: &str| (subject.to_string(), color.to_string());
    equal(
        "subjects and values",
        vec![
            pair("none", ""),
            pair("one", "green"),
            pair("two", "blue"),
            pair("two", "red"),
        ],
        seen,
    )?;
    let mut keys: Vec<_> = rows
        .iter()
        .map(|row| row.binary(PR_INSTANCE_KEY).map(<[u8]>::to_vec))
        .collect();
    keys.sort();
    keys.dedup();
    equal("different instance keys", 4, keys.len())
}

fn unspecified_in_set(context: &Context) -> Verdict {
    let open = context.open()?;
    let message = open.message("one")?;
    let arena = Arena::default();
    let props = arena.props(&[Prop::new(PR_SUBJECT, "other")]);
    let mut problems = std::ptr::null_mut();
    // SAFETY: the array has one property, whose tag may be changed; the call gets a place for the problems.
    let answer = unsafe {
        (*props).ulPropTag &= 0xFFFF_0000;
        message.raw().SetProps(1, props, &mut problems)
    };
    let problems = message.problems("IMAPIProp::SetProps", problems);
    holds(
        answer.is_err() || problems.len() == 1,
        "SetProps of PT_UNSPECIFIED",
        "a failure or a problem",
        code_text(answer),
    )?;
    equal("PR_SUBJECT", "one".to_string(), message.subject()?)
}
