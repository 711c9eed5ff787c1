//! The store object.

use crate::common::*;

#[test]
fn the_store_has_its_required_properties() {
    let bench = Bench::new();
    let session = bench.logon();
    let store = session.store();
    assert_eq!(store.bits(PR_OBJECT_TYPE).unwrap(), MAPI_STORE);
    assert_eq!(
        store.binary(PR_MDB_PROVIDER).unwrap(),
        definition().provider_uid
    );
    assert_eq!(
        store.text(PR_DISPLAY_NAME).unwrap(),
        definition().display_name
    );
    let id = store.entry_id().unwrap();
    assert_eq!(store.binary(PR_STORE_ENTRYID).unwrap(), id);
    assert!(
        unwrap_store_entry_id(&id).is_some(),
        "the entry id is the wrapped one"
    );
    assert_eq!(
        store.binary(PR_STORE_RECORD_KEY).unwrap(),
        store.binary(PR_RECORD_KEY).unwrap()
    );
    let may_modify = claims(STORE_MODIFY_OK);
    assert_eq!(store.bits(PR_ACCESS_LEVEL).unwrap(), u32::from(may_modify));
    assert_eq!(store.binary(PR_MAPPING_SIGNATURE).unwrap().len(), 16);
    bench.finish(session);
}

#[test]
fn the_support_mask_is_the_specs() {
    let bench = Bench::new();
    let session = bench.logon();
    let mask = definition().store.support_mask;
    let store = session.store();
    assert_eq!(store.bits(PR_STORE_SUPPORT_MASK).unwrap(), mask);
    assert_eq!(store.bits(PR_STORE_UNICODE_MASK).unwrap(), mask);
    assert_eq!(
        session.root().unwrap().bits(PR_STORE_SUPPORT_MASK).unwrap(),
        mask
    );
    match store.set(&[Prop::new(PR_STORE_SUPPORT_MASK, 0)]) {
        Ok(problems) => {
            assert_eq!(problems.len(), 1);
            assert_eq!(problems[0].code, MAPI_E_COMPUTED);
        }
        Err(failure) => assert_eq!(
            (failure.code, claims(STORE_MODIFY_OK)),
            (MAPI_E_NO_ACCESS, false)
        ),
    }
    assert_eq!(store.bits(PR_STORE_SUPPORT_MASK).unwrap(), mask);
    bench.finish(session);
}

#[test]
fn the_store_has_the_interfaces_of_the_spec() {
    let bench = Bench::new();
    let session = bench.logon();
    let store = session.store();
    for iid in [IID_IUnknown, IID_IMAPIProp, IID_IMsgStore] {
        assert!(store.supports(iid));
    }
    for iid in [
        IID_IMessage,
        IID_IMAPIFolder,
        IID_IProxyStoreObject,
        IID_IMSLogon,
    ] {
        assert!(!store.supports(iid));
    }
    assert_eq!(store.supports(IID_IMAPISync), definition().sync.is_some());
    let unknown: IUnknown = store.query().unwrap();
    assert!(same_object(&unknown, store.raw_store()));
    drop(unknown);
    bench.finish(session);
}

#[test]
fn every_object_names_its_store() {
    let bench = Bench::new();
    let session = bench.logon();
    let store = session
        .store()
        .get(&[PR_ENTRYID, PR_RECORD_KEY, PR_MAPPING_SIGNATURE])
        .unwrap();
    let root = session.root().unwrap();
    let columns = [PR_STORE_ENTRYID, PR_STORE_RECORD_KEY];
    let mut objects = vec![root.get(&columns).unwrap()];
    objects.extend(root.deep_hierarchy().unwrap().rows(&columns).unwrap());
    if is_writable() {
        let folder = folder_with(&session, &["x"]);
        objects.extend(folder.contents().unwrap().rows(&columns).unwrap());
        let message = session.open_message(&message_ids(&folder)[0]).unwrap();
        objects.push(message.get(&columns).unwrap());
        assert_eq!(
            message.binary(PR_MAPPING_SIGNATURE).unwrap(),
            store.binary(PR_MAPPING_SIGNATURE).unwrap()
        );
    }
    for object in objects {
        assert_eq!(
            object.binary(PR_STORE_ENTRYID),
            store.binary(PR_ENTRYID),
            "{object:?}"
        );
        assert_eq!(
            object.binary(PR_STORE_RECORD_KEY),
            store.binary(PR_RECORD_KEY),
            "{object:?}"
        );
    }
    drop(root);
    bench.finish(session);
}

#[test]
fn no_entry_id_opens_the_root_folder() {
    let bench = Bench::new();
    let session = bench.logon();
    let (object, kind) = session.store().open_entry(&[], None, 0).unwrap();
    assert_eq!(kind, MAPI_FOLDER);
    drop(object);
    let root = session.root().unwrap();
    assert_eq!(root.bits(PR_FOLDER_TYPE).unwrap(), FOLDER_ROOT);
    assert_eq!(
        root.binary(PR_PARENT_ENTRYID).unwrap(),
        root.entry_id().unwrap()
    );
    // The logon object opens the same.
    let (again, kind) = session.open_through_logon(&[]).unwrap();
    assert_eq!(kind, MAPI_FOLDER);
    assert!(!same_object(&again, session.store().raw_store()));
    drop((root, again));
    bench.finish(session);
}

#[test]
fn special_folders_are_where_outlook_looks() {
    let bench = Bench::new();
    let session = bench.logon();
    let store = session.store();
    let mask = store.bits(PR_VALID_FOLDER_MASK).unwrap();
    let by_role = [
        (
            FolderRole::IpmSubtree,
            PR_IPM_SUBTREE_ENTRYID,
            FOLDER_IPM_SUBTREE_VALID,
        ),
        (
            FolderRole::Outbox,
            PR_IPM_OUTBOX_ENTRYID,
            FOLDER_IPM_OUTBOX_VALID,
        ),
        (
            FolderRole::DeletedItems,
            PR_IPM_WASTEBASKET_ENTRYID,
            FOLDER_IPM_WASTEBASKET_VALID,
        ),
        (
            FolderRole::SentMail,
            PR_IPM_SENTMAIL_ENTRYID,
            FOLDER_IPM_SENTMAIL_VALID,
        ),
        (FolderRole::Views, PR_VIEWS_ENTRYID, FOLDER_VIEWS_VALID),
        (
            FolderRole::CommonViews,
            PR_COMMON_VIEWS_ENTRYID,
            FOLDER_COMMON_VIEWS_VALID,
        ),
        (
            FolderRole::SearchRoot,
            PR_FINDER_ENTRYID,
            FOLDER_FINDER_VALID,
        ),
    ];
    for (role, tag, bit) in by_role {
        let Some(folder) = folder_with_role(role) else {
            continue;
        };
        let id = store
            .binary(tag)
            .unwrap_or_else(|failure| panic!("{role:?}: {failure}"));
        assert_eq!(
            session.open_folder(&id).unwrap().name().unwrap(),
            folder.name
        );
        assert!(
            mask & bit != 0,
            "{role:?} is missing in PR_VALID_FOLDER_MASK {mask:#x}"
        );
    }
    let (inbox, root) = (session.inbox().unwrap(), session.root().unwrap());
    let on_inbox_and_root = [
        (FolderRole::Calendar, PR_IPM_APPOINTMENT_ENTRYID),
        (FolderRole::Contacts, PR_IPM_CONTACT_ENTRYID),
        (FolderRole::Journal, PR_IPM_JOURNAL_ENTRYID),
        (FolderRole::Notes, PR_IPM_NOTE_ENTRYID),
        (FolderRole::Tasks, PR_IPM_TASK_ENTRYID),
        (FolderRole::Drafts, PR_IPM_DRAFTS_ENTRYID),
    ];
    for (role, tag) in on_inbox_and_root {
        let Some(folder) = folder_with_role(role) else {
            continue;
        };
        for place in [&inbox, &root] {
            let id = place
                .binary(tag)
                .unwrap_or_else(|failure| panic!("{role:?}: {failure}"));
            assert_eq!(
                session.open_folder(&id).unwrap().name().unwrap(),
                folder.name
            );
        }
    }
    if let Some(junk) = folder_with_role(FolderRole::Junk) {
        for place in [&inbox, &root] {
            let Value::Binaries(ids) = place.value(PR_ADDITIONAL_REN_ENTRYIDS).unwrap() else {
                panic!("PR_ADDITIONAL_REN_ENTRYIDS is a list of entry ids");
            };
            assert_eq!(
                session.open_folder(&ids[4]).unwrap().name().unwrap(),
                junk.name
            );
        }
    }
    drop((inbox, root));
    bench.finish(session);
}

#[test]
fn receive_folders_go_by_the_longest_class() {
    let bench = Bench::new();
    let session = bench.logon();
    let store = session.store();
    let default = store.receive_folder("").unwrap();
    assert_eq!(default.explicit_class, "");
    assert_eq!(store.receive_folder_with(None, 0).unwrap(), default);
    assert_eq!(store.receive_folder("Unheard.Of").unwrap(), default);
    for folder in definition().folders {
        for class in folder.receive_classes {
            let found = store.receive_folder(class).unwrap();
            assert_eq!(found.explicit_class, *class);
            assert_eq!(
                session
                    .open_folder(&found.entry_id)
                    .unwrap()
                    .name()
                    .unwrap(),
                folder.name
            );
        }
    }
    let table = store.receive_folder_table().unwrap();
    let rows = table
        .rows(&[PR_ENTRYID, PR_MESSAGE_CLASS, PR_RECORD_KEY])
        .unwrap();
    assert!(
        rows.iter()
            .any(|row| row.binary(PR_ENTRYID) == Some(&default.entry_id))
    );
    drop(table);
    bench.finish(session);
}

#[test]
fn receive_folders_can_be_chosen() {
    let Some(bench) = Bench::writable() else {
        return;
    };
    let session = bench.logon();
    let store = session.store();
    let default = store.receive_folder("").unwrap();
    let folder = playground(&session).entry_id().unwrap();
    store
        .set_receive_folder(Some("Test"), Some(&folder))
        .unwrap();
    let found = store.receive_folder("Test.Special").unwrap();
    assert_eq!(
        (found.entry_id, found.explicit_class.as_str()),
        (folder.clone(), "Test")
    );
    // By whole parts of the name only.
    assert_eq!(store.receive_folder("Testing").unwrap(), default);
    store.set_receive_folder(Some("Test"), None).unwrap();
    assert_eq!(store.receive_folder("Test").unwrap(), default);
    store.set_receive_folder(Some("Never.Set"), None).unwrap();
    bench.finish(session);
}

#[test]
fn entry_ids_can_be_compared() {
    let bench = Bench::new();
    let session = bench.logon();
    let (root, top) = (
        session.root().unwrap().entry_id().unwrap(),
        session.subtree().unwrap().entry_id().unwrap(),
    );
    assert!(session.store().compare(&root, &root).unwrap());
    assert!(!session.store().compare(&root, &top).unwrap());
    let foreign = session.store().compare(&root, &[0; 44]);
    assert!(!foreign.unwrap_or(false));
    bench.finish(session);
}

#[test]
fn damaged_entry_ids_open_nothing() {
    let bench = Bench::new();
    let session = bench.logon();
    let id = session.subtree().unwrap().entry_id().unwrap();
    let documented = [
        MAPI_E_INVALID_ENTRYID,
        MAPI_E_UNKNOWN_ENTRYID,
        MAPI_E_NOT_FOUND,
        MAPI_E_INVALID_PARAMETER,
    ];
    let mut damaged = vec![
        id[..id.len() - 1].to_vec(),
        id[..10].to_vec(),
        vec![0xFF; id.len()],
        vec![1],
    ];
    for place in [4, 20, 21, id.len() - 1] {
        let mut other = id.clone();
        other[place] ^= 0x55;
        damaged.push(other);
    }
    for id in damaged {
        let code = code_of(session.store().open_entry(&id, None, 0));
        assert!(documented.contains(&code), "{id:?}: {}", code_text(code));
    }
    bench.finish(session);
}

#[test]
fn properties_come_in_the_order_of_the_request() {
    let bench = Bench::new();
    let session = bench.logon();
    let narrow = change_prop_type(PR_DISPLAY_NAME, PT_STRING8);
    let wrong = change_prop_type(PR_DISPLAY_NAME, PT_LONG);
    let unspecified = change_prop_type(PR_DISPLAY_NAME, PT_UNSPECIFIED);
    let tags = [
        PR_OBJECT_TYPE,
        PR_SUBJECT,
        PR_DISPLAY_NAME,
        narrow,
        wrong,
        unspecified,
        PR_NULL,
        0,
        PR_ENTRYID,
    ];
    let (code, props) = session.store().get_with(Some(&tags), MAPI_UNICODE).unwrap();
    assert_eq!(code, MAPI_W_ERRORS_RETURNED);
    assert_eq!(props.len(), tags.len());
    assert_eq!(props[0], Prop::new(PR_OBJECT_TYPE, MAPI_STORE));
    assert_eq!(
        props[1],
        Prop::new(change_prop_type(PR_SUBJECT, PT_ERROR), MAPI_E_NOT_FOUND)
    );
    assert_eq!(
        props[2],
        Prop::new(PR_DISPLAY_NAME, definition().display_name)
    );
    assert!(matches!(props[3].value, Value::String8(_)) && props[3].tag == narrow);
    assert_eq!(props[4].tag, change_prop_type(PR_DISPLAY_NAME, PT_ERROR));
    assert_eq!(props[5], props[2]);
    assert_eq!(props[6].tag, PR_NULL);
    assert_eq!(props[7].error(), Some(MAPI_E_NOT_FOUND));
    assert_eq!(props[8].tag, PR_ENTRYID);
    // Without the flag, texts whose width is left open are narrow ones.
    let (_, props) = session.store().get_with(Some(&[unspecified]), 0).unwrap();
    assert_eq!(props[0].tag, narrow);
    bench.finish(session);
}

#[test]
fn an_empty_request_is_an_error() {
    let bench = Bench::new();
    let session = bench.logon();
    let store = session.store();
    assert_eq!(code_of(store.get(&[])), MAPI_E_INVALID_PARAMETER);
    assert_eq!(code_of(store.set(&[])), MAPI_E_INVALID_PARAMETER);
    assert_eq!(code_of(store.delete(&[])), MAPI_E_INVALID_PARAMETER);
    assert_eq!(
        code_of(store.open(PR_ENTRYID, None, 0, 0)),
        MAPI_E_INVALID_PARAMETER
    );
    assert_eq!(
        code_of(store.open(
            change_prop_type(PR_ENTRYID, PT_UNSPECIFIED),
            Some(IID_IStream),
            0,
            0
        )),
        MAPI_E_INVALID_PARAMETER
    );
    bench.finish(session);
}

#[test]
fn all_properties_are_the_listed_ones() {
    let bench = Bench::new();
    let session = bench.logon();
    let store = session.store();
    let listed = store.list().unwrap();
    let all = store.get_all().unwrap();
    for tag in all.tags() {
        let found = listed.iter().any(|other| prop_id(*other) == prop_id(tag));
        assert!(found, "{tag:#010x} has a value and is not listed");
    }
    assert!(
        !all.iter()
            .any(|prop| matches!(prop.value, Value::String8(_) | Value::Unreadable))
    );
    let (_, narrow) = store.get_with(None, 0).unwrap();
    assert!(
        !narrow
            .iter()
            .any(|prop| matches!(prop.value, Value::Unicode(_)))
    );
    assert_eq!(narrow.len(), all.len());
    let mut ids: Vec<u32> = listed.iter().map(|tag| prop_id(*tag)).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), listed.len(), "no property is listed twice");
    bench.finish(session);
}

#[test]
fn a_new_name_stays() {
    let Some(bench) = Bench::writable() else {
        return;
    };
    let session = bench.logon();
    session.store().put(PR_DISPLAY_NAME, "Renamed").unwrap();
    session.store().put(0x6001_001F, "own value").unwrap();
    session.logoff().unwrap();
    let session = bench.logon();
    assert_eq!(session.store().text(PR_DISPLAY_NAME).unwrap(), "Renamed");
    assert_eq!(session.store().text(0x6001_001F).unwrap(), "own value");
    bench.finish(session);
}

#[test]
fn outlook_finds_its_switches() {
    let bench = Bench::new();
    let session = bench.logon();
    for switch in definition().store.switches {
        let name = Name::string(MAPIUID { ab: switch.set }.into(), switch.name);
        let (code, tags) = session.store().ids_from_names(&[name], false).unwrap();
        assert_eq!(code, S_OK, "{}", switch.name);
        let (property_type, expected) = match switch.value {
            SwitchValue::Long(number) => (PT_LONG, Value::Long(number)),
            SwitchValue::Boolean(truth) => (PT_BOOLEAN, Value::Boolean(truth)),
        };
        let found = session
            .store()
            .value(change_prop_type(tags[0], property_type))
            .unwrap();
        assert_eq!(found, expected, "{}", switch.name);
    }
    bench.finish(session);
}

#[test]
fn predefined_names_have_their_ids() {
    let bench = Bench::new();
    let names: Vec<Name> = definition()
        .named_properties
        .iter()
        .map(|property| {
            let set = MAPIUID { ab: property.set }.into();
            match property.name {
                PropertyName::Id(id) => Name::id(set, id as i32),
                PropertyName::String(name) => Name::string(set, name),
            }
        })
        .collect();
    if names.is_empty() {
        return;
    }
    let session = bench.logon();
    let (code, tags) = session.store().ids_from_names(&names, false).unwrap();
    assert_eq!(code, S_OK);
    assert!(
        tags.iter()
            .all(|tag| is_named_prop(*tag) && prop_type(*tag) == PT_UNSPECIFIED)
    );
    let (code, found) = session.store().names_from_ids(&tags).unwrap();
    assert_eq!(code, S_OK);
    assert_eq!(
        found.into_iter().map(Option::unwrap).collect::<Vec<_>>(),
        names
    );
    session.logoff().unwrap();
    let session = bench.logon();
    assert_eq!(
        session.store().ids_from_names(&names, false).unwrap().1,
        tags
    );
    bench.finish(session);
}

#[test]
fn names_get_ids_once_and_for_all() {
    let Some(bench) = Bench::writable() else {
        return;
    };
    let session = bench.logon();
    let store = session.store();
    let names = [
        Name::string(PS_PUBLIC_STRINGS, "made by a test"),
        Name::id(PSETID_Common, 0x7FFF_0001),
        Name::string(PSETID_Common, "made by a test"),
        Name::string(PS_PUBLIC_STRINGS, "Made By A Test"),
    ];
    let (code, tags) = store.ids_from_names(&names, false).unwrap();
    assert_eq!(code, MAPI_W_ERRORS_RETURNED);
    assert_eq!(tags, [PT_ERROR; 4]);
    let (code, tags) = store.ids_from_names(&names, true).unwrap();
    assert_eq!(code, S_OK);
    assert!(
        tags.iter()
            .all(|tag| is_named_prop(*tag) && prop_type(*tag) == PT_UNSPECIFIED)
    );
    assert!(tags[0] != tags[1] && tags[0] != tags[2] && tags[0] != tags[3]);
    // Every object of the store knows them.
    assert_eq!(
        session
            .root()
            .unwrap()
            .ids_from_names(&names, false)
            .unwrap()
            .1,
        tags
    );
    let (code, found) = store
        .names_from_ids(&[tags[1], 0xFFFE_0000, tags[0]])
        .unwrap();
    assert_eq!(code, MAPI_W_ERRORS_RETURNED);
    assert_eq!(
        found,
        [Some(names[1].clone()), None, Some(names[0].clone())]
    );
    let in_set = store.all_names(Some(PS_PUBLIC_STRINGS)).unwrap();
    assert!(in_set.iter().any(|(_, name)| *name == names[0]));
    assert!(in_set.iter().all(|(_, name)| name.set == PS_PUBLIC_STRINGS));
    session.logoff().unwrap();
    let session = bench.logon();
    assert_eq!(
        session.store().ids_from_names(&names, false).unwrap().1,
        tags
    );
    bench.finish(session);
}

#[test]
fn a_store_that_does_not_send_refuses_to() {
    if claims(STORE_SUBMIT_OK) {
        return;
    }
    let bench = Bench::new();
    let session = bench.logon();
    assert_eq!(code_of(session.store().outgoing_queue()), MAPI_E_NO_SUPPORT);
    let id = session.root().unwrap().entry_id().unwrap();
    let aborted = code_of(session.store().abort_submit(&id));
    assert!([MAPI_E_NO_SUPPORT, MAPI_E_NOT_IN_QUEUE].contains(&aborted));
    if is_writable() {
        let message = playground(&session).create_message().unwrap();
        message
            .add_recipient(MAPI_TO, "Somebody", "somebody@example.com")
            .unwrap();
        assert_eq!(code_of(message.submit(0)), MAPI_E_NO_SUPPORT);
    }
    bench.finish(session);
}

#[test]
fn a_store_that_sends_gives_the_spooler_what_was_submitted() {
    if !claims(STORE_SUBMIT_OK) {
        return;
    }
    let bench = Bench::new();
    let session = bench.logon();
    let folder = playground(&session);
    let message = folder
        .add_message(&[
            Prop::new(PR_SUBJECT, "to be sent"),
            Prop::new(PR_DELETE_AFTER_SUBMIT, true),
        ])
        .unwrap();
    assert_eq!(code_of(message.submit(0)), MAPI_E_NO_RECIPIENTS);
    message
        .add_recipient(MAPI_TO, "Somebody", "somebody@example.com")
        .unwrap();
    assert_eq!(message.submit(0).unwrap(), S_OK);
    drop(message);
    assert_eq!(code_of(session.store().outgoing_queue()), MAPI_E_NO_SUPPORT);
    let spooler = session.spooler().unwrap();
    let mut subjects = Vec::new();
    let sent = spooler.send(&mut |message| {
        subjects.push(message.subject()?);
        Ok(())
    });
    assert_eq!(sent.unwrap()[0].addresses, ["somebody@example.com"]);
    assert_eq!(subjects, ["to be sent"]);
    assert_eq!(folder.contents().unwrap().row_count().unwrap(), 0);
    spooler.logoff().unwrap();
    bench.finish(session);
}

#[test]
fn errors_have_descriptions_that_can_be_freed() {
    let bench = Bench::new();
    let session = bench.logon();
    for flags in [0, MAPI_UNICODE] {
        assert!(session.store().open_entry(&[1, 2, 3], None, 0).is_err());
        let text = session
            .store()
            .last_error(MAPI_E_INVALID_ENTRYID, flags)
            .unwrap();
        if let Some(text) = text {
            assert!(text.error.is_none_or(|text| !text.is_empty()));
        }
    }
    bench.finish(session);
}
