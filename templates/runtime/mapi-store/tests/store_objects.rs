//! Folders, messages and properties in the store.

mod store_support;

use mapi_abi::*;
use mapi_store::definition::*;
use mapi_store::store::*;
use store_support::*;

const ALL_DELETED: DeleteFolder = DeleteFolder {
    messages: true,
    folders: true,
};

/// A value of every kind, the empty ones included.
fn every_value() -> Vec<Value> {
    vec![
        Value::Null,
        Value::Short(-3),
        Value::Long(i32::MIN),
        Value::Float(f32::MIN_POSITIVE),
        Value::Double(-0.0),
        Value::Currency(i64::MAX),
        Value::AppTime(45_000.75),
        Value::Error(-2_147_221_233),
        Value::Boolean(true),
        Value::Boolean(false),
        Value::I8(i64::MIN),
        text(""),
        text("Zürich \u{1F4E7} \0 end"),
        text(&"long text ü ".repeat(2000)),
        Value::SysTime(133_000_000_000_000_001),
        Value::SysTime(u64::MAX),
        Value::Clsid([9; 16]),
        Value::Binary(vec![]),
        Value::Binary((0..=255).collect()),
        Value::Binary((0..700_000_u32).map(|n| (n * 7) as u8).collect()),
        Value::Object,
        Value::MvShort(vec![1, -1]),
        Value::MvLong(vec![7]),
        Value::MvFloat(vec![0.5, -0.5]),
        Value::MvDouble(vec![1e300]),
        Value::MvCurrency(vec![-1, 1]),
        Value::MvAppTime(vec![1.5]),
        Value::MvI8(vec![i64::MAX]),
        Value::MvUnicode(vec![String::new(), "b".into(), "a".into()]),
        Value::MvSysTime(vec![3, 2, 1]),
        Value::MvClsid(vec![[1; 16], [0; 16]]),
        Value::MvBinary(vec![vec![], vec![1; 10_000], vec![2]]),
    ]
}

/// The value, read in full.
fn whole(store: &Store, value: &Value) -> Value {
    match value {
        Value::Large(large) => store.read_large(large).unwrap(),
        other => other.clone(),
    }
}

#[test]
fn a_new_store_has_the_folders_of_its_definition() {
    let sample = Sample::new();
    let root = sample.root().unwrap();
    let names = |parent| -> Vec<String> {
        sample
            .child_folders(parent)
            .unwrap()
            .into_iter()
            .map(|folder| folder.name)
            .collect()
    };
    assert_eq!(names(root), ["Search Root", "Top of Information Store"]);
    let subtree = sample.role(FolderRole::IpmSubtree);
    assert_eq!(
        names(subtree),
        [
            "Calendar",
            "Deleted Items",
            "Drafts",
            "Inbox",
            "Junk E-mail",
            "Projects",
            "Sent Items",
            "Sync Issues"
        ]
    );
    let projects = sample.child_folder(subtree, "projects").unwrap().unwrap();
    assert_eq!(names(projects), ["Alpha"]);
    assert_eq!(sample.counts(subtree).children, 8);
    let folder = sample.folder(projects).unwrap();
    let properties = folder.all_properties(&sample).unwrap();
    assert_eq!(properties.text(PR_COMMENT), Some("kept"));
    assert_eq!(properties.boolean(PR_ATTR_HIDDEN), Some(true));
    let calendar = sample
        .folder(sample.role(FolderRole::Calendar))
        .unwrap()
        .all_properties(&sample)
        .unwrap();
    assert_eq!(calendar.text(PR_CONTAINER_CLASS), Some("IPF.Appointment"));
}

#[test]
fn opening_again_adds_what_the_definition_has_gained_and_nothing_else() {
    static MORE: [FolderDefinition; 10] = {
        let mut more = [FOLDERS[0]; 10];
        let mut index = 1;
        while index < 9 {
            more[index] = FOLDERS[index];
            index += 1;
        }
        more[9] = FolderDefinition {
            name: "New",
            ..FOLDERS[6]
        };
        more
    };
    static GROWN: ProviderDefinition = ProviderDefinition {
        folders: &MORE,
        store_kind: StoreKind::DefaultCapable,
        ..DEFINITION
    };

    let sample = Sample::new();
    let subtree = sample.role(FolderRole::IpmSubtree);
    let projects = sample.child_folder(subtree, "Projects").unwrap().unwrap();
    let inbox = sample.inbox();
    sample
        .set_folder_properties(inbox, &[(PropTag(PR_DISPLAY_NAME), text("Eingang"))], &[])
        .unwrap();
    sample.delete_folder(projects, ALL_DELETED).unwrap();
    let again = sample.again();
    assert_eq!(again.child_folder(subtree, "Projects").unwrap(), None);
    assert_eq!(again.folder(inbox).unwrap().name, "Eingang");

    let grown = open(&sample.directory, &GROWN, true).unwrap();
    assert_eq!(
        grown.child_folder(subtree, "Projects").unwrap(),
        None,
        "what a user deleted stays deleted"
    );
    assert!(grown.child_folder(subtree, "New").unwrap().is_some());
    for role in [
        FolderRole::Outbox,
        FolderRole::Views,
        FolderRole::CommonViews,
    ] {
        assert!(grown.folder_by_role(role).unwrap().is_some(), "{role:?}");
    }
    assert_eq!(
        grown.folder_by_role(FolderRole::Inbox).unwrap(),
        Some(inbox)
    );
}

#[test]
fn a_file_belongs_to_one_store() {
    let sample = Sample::new();
    let other = StoreOptions {
        path: sample.path().to_owned(),
        uid: [1; 16],
        definition: &DEFINITION,
        writable: true,
    };
    assert!(matches!(Store::open(other), Err(StoreError::Corrupt(_))));
    let nonsense = sample.directory.path().join("nonsense");
    std::fs::write(&nonsense, vec![b'x'; 8192]).unwrap();
    let options = StoreOptions {
        path: nonsense,
        uid: UID,
        definition: &DEFINITION,
        writable: true,
    };
    assert!(matches!(Store::open(options), Err(StoreError::Corrupt(_))));
}

#[test]
fn every_value_survives_a_save_on_message_recipient_attachment_and_embedded_message() {
    let sample = Sample::new();
    let bag = || -> PropertyBag {
        every_value()
            .into_iter()
            .enumerate()
            .map(|(index, value)| (0x6800_0000 + ((index as u32) << 16), value))
            .collect()
    };
    let mut message = Message::new(sample.inbox(), false);
    message.properties.extend(&bag());
    message.recipients.push(Recipient {
        row_id: 77,
        properties: bag(),
    });
    let mut embedded = Message::new_embedded();
    embedded.properties.extend(&bag());
    embedded.attachments.push(Attachment {
        properties: bag(),
        ..Attachment::new(0)
    });
    message.attachments.push(Attachment {
        properties: bag(),
        embedded: Some(Box::new(embedded)),
        ..Attachment::new(5)
    });
    let key = sample.save(&mut message, SaveMode::default()).unwrap().key;

    let check = |store: &Store| {
        let loaded = store.message(key).unwrap();
        let attachment = &loaded.attachments[0];
        let embedded = attachment.embedded.as_ref().unwrap();
        let bags = [
            &loaded.properties,
            &loaded.recipients[0].properties,
            &attachment.properties,
            &embedded.properties,
            &embedded.attachments[0].properties,
        ];
        for own in bags {
            for (tag, value) in bag().iter() {
                let stored = own.get(tag.id()).unwrap_or_else(|| panic!("{tag:?}"));
                assert_eq!(stored.property_type(), value.property_type());
                assert_eq!(stored.size(), value.size());
                assert_eq!(&whole(store, stored), value);
            }
        }
        assert_eq!(loaded.recipients[0].row_id, 77);
        assert_eq!(attachment.number, 5);
        assert!(
            loaded
                .all_properties(store)
                .unwrap()
                .long(PR_MESSAGE_SIZE)
                .unwrap()
                > 3_500_000
        );
    };
    check(&sample);
    check(&sample.again());
    // A second save keeps what was not read.
    let mut loaded = sample.message(key).unwrap();
    loaded.properties.set(PR_SUBJECT, text("again"));
    sample.save(&mut loaded, SaveMode::default()).unwrap();
    check(&sample.again());
}

#[test]
fn large_values_are_read_in_parts() {
    let sample = Sample::new();
    let bytes: Vec<u8> = (0..900_000_u32).map(|number| (number / 3) as u8).collect();
    let key = sample.add(sample.inbox(), &[(PR_HTML, Value::Binary(bytes.clone()))]);
    let message = sample.message(key).unwrap();
    let Some(Value::Large(large)) = message.properties.get_typed(PR_HTML) else {
        panic!()
    };
    assert_eq!((large.size(), large.stored_size()), (900_000, 900_000));
    assert_eq!(large.prefix(), Value::Binary(bytes[..255].to_vec()));
    for (offset, length) in [
        (0, 10),
        (262_140, 10),
        (262_144, 262_144),
        (500_000, 400_000),
        (899_999, 50),
        (900_000, 5),
    ] {
        let end = (offset + length).min(bytes.len());
        assert_eq!(
            sample.read_large_at(large, offset as u64, length).unwrap(),
            bytes[offset..end]
        );
    }
    assert!(sample.read_large_at(large, u64::MAX, 5).unwrap().is_empty());
    sample.delete_message(key).unwrap();
    assert!(matches!(sample.read_large(large), Err(StoreError::Changed)));
}

#[test]
fn a_large_value_can_be_put_into_another_message() {
    let sample = Sample::new();
    let body = text(&"body ".repeat(3000));
    let source = sample.add(sample.inbox(), &[(PR_BODY, body.clone())]);
    let large = sample
        .message(source)
        .unwrap()
        .properties
        .get_typed(PR_BODY)
        .unwrap()
        .clone();
    let copy = sample.add(
        sample.inbox(),
        &[(PR_BODY, large.clone()), (PR_SUBJECT, large)],
    );
    sample.delete_message(source).unwrap();
    let copy = sample.message(copy).unwrap();
    assert_eq!(
        whole(&sample, copy.properties.get_typed(PR_BODY).unwrap()),
        body
    );
    assert_eq!(copy.properties.get_typed(PR_SUBJECT), Some(&body));
}

#[test]
fn the_second_writer_is_told() {
    let sample = Sample::new();
    let key = sample.add(
        sample.inbox(),
        &[(PR_SUBJECT, text("a")), (PR_BODY, text(&"x".repeat(9000)))],
    );
    let other = sample.again();
    let (mut first, mut second) = (sample.message(key).unwrap(), other.message(key).unwrap());
    first.properties.set(PR_SUBJECT, text("first"));
    first.properties.set(PR_BODY, text(&"first".repeat(2000)));
    second.properties.set(PR_SUBJECT, text("second"));
    sample.save(&mut first, SaveMode::default()).unwrap();
    assert!(matches!(
        other.save(&mut second, SaveMode::default()),
        Err(StoreError::Changed)
    ));
    assert_eq!(
        second.properties.text(PR_SUBJECT),
        Some("second"),
        "a failed save keeps what was edited"
    );
    assert!(
        !other
            .save(&mut second, SaveMode { force: true })
            .unwrap()
            .created
    );
    let now = sample.message(key).unwrap();
    assert_eq!(now.properties.text(PR_SUBJECT), Some("second"));
    assert_eq!(
        whole(&sample, now.properties.get_typed(PR_BODY).unwrap()),
        text(&"first".repeat(2000))
    );
    sample
        .save(&mut second.clone(), SaveMode::default())
        .unwrap();

    sample.delete_message(key).unwrap();
    for force in [false, true] {
        assert!(matches!(
            sample.save(&mut second, SaveMode { force }),
            Err(StoreError::Deleted)
        ));
    }
    assert!(matches!(sample.message(key), Err(StoreError::NotFound)));
}

#[test]
fn marking_read_does_not_disturb_who_edits() {
    let sample = Sample::new();
    let key = sample.add(sample.inbox(), &[]);
    let mut open = sample.message(key).unwrap();
    assert_eq!(
        sample.set_message_flags(key, MSGFLAG_READ, 0).unwrap() & MSGFLAG_READ,
        0
    );
    assert_eq!(sample.counts(sample.inbox()).unread, 0);
    assert_eq!(
        open.all_properties(&sample)
            .unwrap()
            .long(PR_MESSAGE_FLAGS)
            .unwrap() as u32
            & MSGFLAG_READ,
        MSGFLAG_READ
    );
    sample.save(&mut open, SaveMode::default()).unwrap();
    assert_eq!(
        open.properties.long(PR_MESSAGE_FLAGS).unwrap() as u32 & MSGFLAG_READ,
        MSGFLAG_READ
    );
    assert_eq!(sample.counts(sample.inbox()).unread, 0);
    sample
        .set_message_flags(key, 0, MSGFLAG_READ | MSGFLAG_ASSOCIATED)
        .unwrap();
    assert_eq!(sample.counts(sample.inbox()).unread, 1);
}

#[test]
fn flags_follow_the_life_of_a_message() {
    let sample = Sample::new();
    let flags = |message: &Message| message.properties.long(PR_MESSAGE_FLAGS).unwrap() as u32;
    let mut message = Message::new(sample.inbox(), false);
    assert_eq!(flags(&message), MSGFLAG_UNSENT | MSGFLAG_UNMODIFIED);
    message.properties.set(
        PR_MESSAGE_FLAGS,
        Value::Long((MSGFLAG_READ | MSGFLAG_HASATTACH | MSGFLAG_SUBMIT) as i32),
    );
    sample.save(&mut message, SaveMode::default()).unwrap();
    assert_eq!(flags(&message), MSGFLAG_READ | MSGFLAG_UNMODIFIED);
    message
        .attachments
        .push(Attachment::new(message.next_attachment_number()));
    message.properties.set(PR_MESSAGE_FLAGS, Value::Long(0));
    sample.save(&mut message, SaveMode::default()).unwrap();
    assert_eq!(flags(&message), MSGFLAG_READ | MSGFLAG_HASATTACH);
    assert_eq!(
        message
            .all_properties(&sample)
            .unwrap()
            .boolean(PR_HASATTACH),
        Some(true)
    );
    message.attachments[0]
        .properties
        .set(PR_ATTACHMENT_HIDDEN, Value::Boolean(true));
    sample.save(&mut message, SaveMode::default()).unwrap();
    assert_eq!(flags(&message), MSGFLAG_READ);

    let mut view = Message::new(sample.inbox(), true);
    view.properties
        .set(PR_MESSAGE_FLAGS, Value::Long(MSGFLAG_READ as i32));
    sample.save(&mut view, SaveMode::default()).unwrap();
    assert_eq!(flags(&view), MSGFLAG_ASSOCIATED | MSGFLAG_UNMODIFIED);
    let counts = sample.counts(sample.inbox());
    assert_eq!(
        (counts.content, counts.unread, counts.associated),
        (1, 0, 1)
    );
}

#[test]
fn a_saved_message_has_what_the_contract_asks_for() {
    let sample = Sample::new();
    let inbox = sample.inbox();
    let mut message = Message::new(inbox, false);
    message.properties.set(PR_SUBJECT, text("RE: plan"));
    message.recipients.push(Recipient {
        row_id: 0,
        properties: [
            (PR_RECIPIENT_TYPE, Value::Long(1)),
            (PR_DISPLAY_NAME, text("Ada")),
        ]
        .into_iter()
        .collect(),
    });
    let key = sample.save(&mut message, SaveMode::default()).unwrap().key;
    let bag = sample
        .message(key)
        .unwrap()
        .all_properties(&sample)
        .unwrap();
    let entry_id = sample.entry_id(ObjectId::Message(key));
    assert_eq!(bag.binary(PR_ENTRYID), Some(&entry_id[..]));
    assert_eq!(bag.binary(PR_RECORD_KEY), Some(&entry_id[4..]));
    assert_eq!(
        bag.binary(PR_PARENT_ENTRYID),
        Some(&sample.entry_id(ObjectId::Folder(inbox))[..])
    );
    assert_eq!(bag.text(PR_MESSAGE_CLASS), Some("IPM.Note"));
    assert_eq!(bag.text(PR_SUBJECT_PREFIX), Some("RE: "));
    assert_eq!(bag.text(PR_NORMALIZED_SUBJECT), Some("plan"));
    assert_eq!(bag.text(PR_CONVERSATION_TOPIC), Some("plan"));
    assert_eq!(
        (bag.text(PR_DISPLAY_TO), bag.text(PR_DISPLAY_CC)),
        (Some("Ada"), Some(""))
    );
    assert_eq!(bag.binary(PR_SEARCH_KEY).map(<[u8]>::len), Some(16));
    assert_eq!(bag.long(PR_OBJECT_TYPE), Some(5));
    assert_eq!(bag.long(PR_MSG_STATUS), Some(0));
    assert!(bag.long(PR_MESSAGE_SIZE).unwrap() > 0);
    assert!(bag.time(PR_CREATION_TIME).unwrap() > 133_000_000_000_000_000);
    assert_eq!(
        bag.time(PR_CREATION_TIME),
        bag.time(PR_LAST_MODIFICATION_TIME)
    );
    for tag in [
        PR_ACCESS,
        PR_ACCESS_LEVEL,
        PR_STORE_SUPPORT_MASK,
        PR_IMPORTANCE,
    ] {
        assert!(bag.long(tag).is_some(), "{tag:#x}");
    }
    assert_eq!(
        sample.folder(inbox).unwrap().size,
        bag.long(PR_MESSAGE_SIZE).unwrap() as u64
    );
    for id in [
        PR_ENTRYID,
        PR_HASATTACH,
        PR_DISPLAY_TO,
        PR_MESSAGE_SIZE,
        PR_MSG_STATUS,
    ] {
        assert!(Message::is_computed(PropTag(id).id()));
    }
    assert!(!Message::is_computed(PropTag(PR_SUBJECT).id()));
}

#[test]
fn the_hidden_property_is_kept_but_not_listed() {
    let sample = Sample::new();
    let key = sample.add(sample.inbox(), &[(0x1097_0003, Value::Long(4))]);
    let message = sample.message(key).unwrap();
    assert_eq!(message.properties.long(0x1097_0003), Some(4));
    assert!(
        message
            .properties
            .iter()
            .any(|(tag, _)| tag.0 == 0x1097_0003)
    );
    assert!(
        !message
            .properties
            .visible()
            .any(|(tag, _)| tag.0 == 0x1097_0003)
    );
}

#[test]
fn a_usual_id_with_an_unusual_type_is_kept() {
    let sample = Sample::new();
    let key = sample.add(
        sample.inbox(),
        &[
            (PR_IMPORTANCE, Value::I8(5)),
            (PR_SUBJECT, Value::Binary(vec![1])),
            (PR_SENDER_NAME, Value::Long(3)),
        ],
    );
    let message = sample.message(key).unwrap();
    assert_eq!(
        message.properties.get(PropTag(PR_IMPORTANCE).id()),
        Some(&Value::I8(5))
    );
    assert_eq!(
        message.properties.get(PropTag(PR_SUBJECT).id()),
        Some(&Value::Binary(vec![1]))
    );
    let view = sample
        .contents_view(sample.inbox(), false, Default::default())
        .unwrap();
    let columns = [
        PropTag(PR_IMPORTANCE),
        PropTag(PR_IMPORTANCE).with_type(0),
        PropTag(PR_SENDER_NAME).with_type(3),
    ];
    let rows = view.rows(0, 10, &columns).unwrap();
    assert_eq!(
        rows[0].cells,
        [None, Some(Value::I8(5)), Some(Value::Long(3))]
    );
}

#[test]
fn embedding_is_bounded() {
    let sample = Sample::new();
    let nested = |depth: usize| {
        let mut message = Message::new_embedded();
        for _ in 0..depth {
            let mut outer = Message::new(sample.inbox(), false);
            outer.attachments.push(Attachment {
                embedded: Some(Box::new(message)),
                ..Attachment::new(0)
            });
            message = outer;
        }
        message
    };
    let mut deepest = nested(MAXIMUM_EMBEDDING);
    let key = sample.save(&mut deepest, SaveMode::default()).unwrap().key;
    let mut depth = 0;
    let mut at = sample.message(key).unwrap();
    while let Some(embedded) = at
        .attachments
        .pop()
        .and_then(|attachment| attachment.embedded)
    {
        depth += 1;
        at = *embedded;
    }
    assert_eq!(depth, MAXIMUM_EMBEDDING);
    assert!(matches!(
        sample.save(&mut nested(MAXIMUM_EMBEDDING + 1), SaveMode::default()),
        Err(StoreError::TooBig)
    ));
}

#[test]
fn copies_are_new_objects_with_the_same_contents() {
    let sample = Sample::new();
    let drafts = sample.role(FolderRole::Drafts);
    let mut message = Message::new(sample.inbox(), false);
    message.properties.set(PR_BODY, text(&"b".repeat(5000)));
    message.attachments.push(Attachment {
        properties: [(PR_ATTACH_DATA_BIN, Value::Binary(vec![5; 100_000]))]
            .into_iter()
            .collect(),
        ..Attachment::new(0)
    });
    let key = sample.save(&mut message, SaveMode::default()).unwrap().key;
    sample
        .set_message_status(key, MSGSTATUS_TAGGED, MSGSTATUS_TAGGED)
        .unwrap();
    let copy_key = sample.copy_message(key, drafts).unwrap();
    assert_ne!(key, copy_key);
    sample.delete_message(key).unwrap();
    let copy = sample.message(copy_key).unwrap();
    assert_eq!(copy.folder, drafts);
    assert_eq!(copy.status, 0);
    assert_eq!(
        copy.properties.binary(PR_SEARCH_KEY),
        message.properties.binary(PR_SEARCH_KEY)
    );
    assert_ne!(copy.attachments[0].key, message.attachments[0].key);
    assert_eq!(
        whole(&sample, copy.properties.get_typed(PR_BODY).unwrap()),
        text(&"b".repeat(5000))
    );
    let data = copy.attachments[0]
        .properties
        .get_typed(PR_ATTACH_DATA_BIN)
        .unwrap();
    assert_eq!(whole(&sample, data), Value::Binary(vec![5; 100_000]));
}

#[test]
fn moves_keep_the_identity_and_lose_the_status() {
    let sample = Sample::new();
    let (inbox, drafts) = (sample.inbox(), sample.role(FolderRole::Drafts));
    let key = sample.add(inbox, &[]);
    assert_eq!(
        sample
            .set_message_status(key, MSGSTATUS_TAGGED | MSGSTATUS_HIDDEN, MSGSTATUS_TAGGED)
            .unwrap(),
        0
    );
    assert_eq!(
        sample.set_message_status(key, 0, 0).unwrap(),
        MSGSTATUS_TAGGED
    );
    sample.move_message(key, drafts).unwrap();
    assert_eq!(sample.folder_of_message(key).unwrap(), drafts);
    assert_eq!(sample.message(key).unwrap().status, 0);
    assert_eq!(
        (sample.counts(inbox).content, sample.counts(inbox).unread),
        (0, 0)
    );
    assert_eq!(
        (sample.counts(drafts).content, sample.counts(drafts).unread),
        (1, 1)
    );
    assert_eq!(sample.folder(inbox).unwrap().size, 0);
}

#[test]
fn folder_names_are_unique_without_case() {
    let sample = Sample::new();
    let inbox = sample.inbox();
    let ueber = sample
        .create_folder(inbox, NewFolder::named("Über"))
        .unwrap();
    assert!(matches!(
        sample.create_folder(inbox, NewFolder::named("ÜBER")),
        Err(StoreError::Collision)
    ));
    assert!(matches!(
        sample.create_folder(inbox, NewFolder::named("")),
        Err(StoreError::Invalid(_))
    ));
    let other = sample
        .create_folder(inbox, NewFolder::named("other"))
        .unwrap();
    let rename =
        |name| sample.set_folder_properties(other, &[(PropTag(PR_DISPLAY_NAME), text(name))], &[]);
    assert!(matches!(rename("über"), Err(StoreError::Collision)));
    rename("Other").unwrap();
    assert_eq!(sample.folder(other).unwrap().name, "Other");
    assert_eq!(sample.child_folder(inbox, "übER").unwrap(), Some(ueber));
}

#[test]
fn folders_move_within_reason() {
    let sample = Sample::new();
    let inbox = sample.inbox();
    let a = sample.create_folder(inbox, NewFolder::named("a")).unwrap();
    let b = sample.create_folder(a, NewFolder::named("b")).unwrap();
    for target in [a, b] {
        assert!(matches!(
            sample.move_folder(a, target, None),
            Err(StoreError::FolderCycle)
        ));
        assert!(matches!(
            sample.copy_folder(a, target, None, true),
            Err(StoreError::FolderCycle)
        ));
    }
    assert!(matches!(
        sample.move_folder(inbox, a, None),
        Err(StoreError::NoAccess)
    ));
    assert!(matches!(
        sample.move_folder(sample.root().unwrap(), a, None),
        Err(StoreError::NoAccess)
    ));
    sample.move_folder(b, inbox, Some("c")).unwrap();
    assert_eq!(sample.folder(b).unwrap().parent, Some(inbox));
    assert_eq!(
        (sample.counts(inbox).children, sample.counts(a).children),
        (2, 0)
    );
    assert!(matches!(
        sample.move_folder(b, inbox, Some("A")),
        Err(StoreError::Collision)
    ));

    let mut at = a;
    let depth = (0..400).take_while(|_| match sample.create_folder(at, NewFolder::named("x")) {
        Ok(folder) => {
            at = folder;
            true
        }
        Err(error) => {
            assert!(matches!(error, StoreError::TooBig));
            false
        }
    });
    assert_eq!(depth.count(), 252);
    assert!(matches!(
        sample.move_folder(a, b, None),
        Err(StoreError::TooBig)
    ));
    sample.delete_folder(a, ALL_DELETED).unwrap();
}

#[test]
fn folders_are_copied_with_all_in_them() {
    let sample = Sample::new();
    let inbox = sample.inbox();
    let a = sample.create_folder(inbox, NewFolder::named("a")).unwrap();
    let b = sample.create_folder(a, NewFolder::named("b")).unwrap();
    sample.add(a, &[(PR_SUBJECT, text("one"))]);
    sample.add(b, &[(PR_SUBJECT, text("two"))]);
    let flat = sample.copy_folder(a, inbox, Some("flat"), false).unwrap();
    let deep = sample.copy_folder(a, inbox, Some("deep"), true).unwrap();
    assert_eq!(
        (sample.counts(flat).content, sample.counts(flat).children),
        (1, 0)
    );
    assert_eq!(
        (sample.counts(deep).content, sample.counts(deep).children),
        (1, 1)
    );
    let copied = sample.child_folder(deep, "b").unwrap().unwrap();
    assert_eq!(sample.counts(copied), sample.counts(b));
    assert!(matches!(
        sample.copy_folder(a, inbox, None, true),
        Err(StoreError::Collision)
    ));
}

#[test]
fn a_folder_is_deleted_whole_or_not_at_all() {
    let sample = Sample::new();
    let inbox = sample.inbox();
    let a = sample.create_folder(inbox, NewFolder::named("a")).unwrap();
    let b = sample.create_folder(a, NewFolder::named("b")).unwrap();
    let message = sample.add(b, &[(PR_BODY, text(&"b".repeat(9000)))]);
    let delete = |folder, messages, folders| {
        sample.delete_folder(folder, DeleteFolder { messages, folders })
    };
    assert!(matches!(
        delete(a, true, false),
        Err(StoreError::HasFolders)
    ));
    assert!(matches!(
        delete(b, false, true),
        Err(StoreError::HasMessages)
    ));
    assert!(matches!(
        delete(inbox, true, true),
        Err(StoreError::NoAccess)
    ));
    assert!(matches!(
        delete(sample.root().unwrap(), true, true),
        Err(StoreError::NoAccess)
    ));
    delete(a, false, true).unwrap();
    assert!(matches!(sample.folder(b), Err(StoreError::NotFound)));
    assert!(matches!(sample.message(message), Err(StoreError::NotFound)));
    assert_eq!(sample.counts(inbox).children, 0);
}

#[test]
fn emptying_spares_submitted_messages_and_special_folders() {
    let sample = Sample::new();
    let subtree = sample.role(FolderRole::IpmSubtree);
    let (inbox, plain) = (
        sample.inbox(),
        sample
            .create_folder(subtree, NewFolder::named("plain"))
            .unwrap(),
    );
    let queued = sample.add(inbox, &[]);
    sample.set_message_flags(queued, MSGFLAG_SUBMIT, 0).unwrap();
    sample.add(inbox, &[]);
    sample.add(plain, &[]);
    let mut view = Message::new(subtree, true);
    sample.save(&mut view, SaveMode::default()).unwrap();
    sample.empty_folder(subtree, false).unwrap();
    assert_eq!(sample.messages_in(inbox, false).unwrap(), [queued]);
    assert!(matches!(sample.folder(plain), Err(StoreError::NotFound)));
    assert_eq!(sample.counts(subtree).associated, 1);
    sample.empty_folder(subtree, true).unwrap();
    assert_eq!(sample.counts(subtree).associated, 0);
    assert_eq!(sample.counts(inbox).content, 1);
}

#[test]
fn folder_properties_are_kept_and_special_folders_announced() {
    let sample = Sample::new();
    let inbox = sample.inbox();
    let properties = |store: &Store| store.folder(inbox).unwrap().all_properties(store).unwrap();
    let bag = properties(&sample);
    for tag in [
        PR_CONTENT_COUNT,
        PR_CONTENT_UNREAD,
        PR_ASSOC_CONTENT_COUNT,
        PR_FOLDER_CHILD_COUNT,
        PR_DELETED_MSG_COUNT,
        PR_FOLDER_TYPE,
        PR_ACCESS,
        PR_DISPLAY_TYPE,
        PR_STATUS,
        PR_OBJECT_TYPE,
    ] {
        assert!(bag.long(tag).is_some(), "{tag:#x}");
    }
    assert_eq!(bag.boolean(PR_SUBFOLDERS), Some(false));
    let id_of = |role| {
        sample
            .entry_id(ObjectId::Folder(sample.role(role)))
            .to_vec()
    };
    assert_eq!(
        bag.binary(PR_IPM_DRAFTS_ENTRYID),
        Some(&id_of(FolderRole::Drafts)[..])
    );
    assert_eq!(
        bag.binary(PR_IPM_APPOINTMENT_ENTRYID),
        Some(&id_of(FolderRole::Calendar)[..])
    );
    let Some(Value::MvBinary(additional)) = bag.get_typed(PR_ADDITIONAL_REN_ENTRYIDS) else {
        panic!()
    };
    assert_eq!(
        (&additional[1], &additional[4]),
        (&id_of(FolderRole::SyncIssues), &id_of(FolderRole::Junk))
    );
    assert_eq!(bag.binary(PR_IPM_CONTACT_ENTRYID), None);

    sample
        .set_folder_properties(
            inbox,
            &[
                (
                    PropTag(PR_DEFAULT_VIEW_ENTRYID),
                    Value::Binary(vec![1; 9000]),
                ),
                (PropTag(PR_IPM_DRAFTS_ENTRYID), Value::Binary(vec![2])),
                (PropTag(PR_COMMENT), text("mine")),
            ],
            &[],
        )
        .unwrap();
    let bag = properties(&sample.again());
    assert_eq!(bag.binary(PR_DEFAULT_VIEW_ENTRYID), Some(&[1; 9000][..]));
    assert_eq!(bag.binary(PR_IPM_DRAFTS_ENTRYID), Some(&[2][..]));
    assert_eq!(bag.text(PR_COMMENT), Some("mine"));
    sample
        .set_folder_properties(inbox, &[], &[PropTag(PR_COMMENT).id()])
        .unwrap();
    assert_eq!(properties(&sample).text(PR_COMMENT), Some(""));
    let root = sample
        .folder(sample.root().unwrap())
        .unwrap()
        .all_properties(&sample)
        .unwrap();
    assert_eq!(root.binary(PR_ENTRYID), root.binary(PR_PARENT_ENTRYID));
    assert_eq!(
        root.binary(PR_IPM_APPOINTMENT_ENTRYID),
        Some(&id_of(FolderRole::Calendar)[..])
    );
}

#[test]
fn the_store_object_knows_its_folders_and_switches() {
    let sample = Sample::new();
    let bag = sample.properties().unwrap();
    let id_of = |role| {
        sample
            .entry_id(ObjectId::Folder(sample.role(role)))
            .to_vec()
    };
    assert_eq!(
        bag.binary(PR_IPM_SUBTREE_ENTRYID),
        Some(&id_of(FolderRole::IpmSubtree)[..])
    );
    assert_eq!(
        bag.binary(PR_IPM_WASTEBASKET_ENTRYID),
        Some(&id_of(FolderRole::DeletedItems)[..])
    );
    assert_eq!(
        bag.long(PR_VALID_FOLDER_MASK),
        Some(0x01 | 0x02 | 0x08 | 0x10 | 0x80)
    );
    assert_eq!(bag.binary(PR_RECORD_KEY), bag.binary(PR_STORE_RECORD_KEY));
    assert_eq!(bag.text(PR_DISPLAY_NAME), Some("Sample Mail"));
    let name = OwnedName::String {
        set: COMMON,
        name: "CrawlSourceSupportMask".into(),
    };
    let id = sample.ids_of_names(&[name], false).unwrap()[0].unwrap();
    assert_eq!(bag.get(id), Some(&Value::Long(1)));
    let set = [
        (PropTag(PR_IPM_SUBTREE_ENTRYID), Value::Binary(vec![7])),
        (PropTag::new(id, 3), Value::Long(0)),
        (PropTag(PR_DISPLAY_NAME), text("Mine")),
    ];
    sample.set_properties(&set, &[]).unwrap();
    let bag = sample.again().properties().unwrap();
    assert_eq!(bag.binary(PR_IPM_SUBTREE_ENTRYID), Some(&[7][..]));
    assert_eq!(bag.get(id), Some(&Value::Long(0)));
    assert_eq!(bag.text(PR_DISPLAY_NAME), Some("Mine"));
    assert!(Store::is_computed(PropTag(PR_STORE_SUPPORT_MASK).id()) && !Store::is_computed(id));
}

#[test]
fn a_store_opened_for_reading_changes_nothing() {
    let sample = Sample::new();
    let key = sample.add(sample.inbox(), &[]);
    let reader = open(&sample.directory, &DEFINITION, false).unwrap();
    let mask = reader
        .properties()
        .unwrap()
        .long(PR_STORE_SUPPORT_MASK)
        .unwrap() as u32;
    assert_eq!(
        mask & (STORE_MODIFY_OK | STORE_CREATE_OK | STORE_READONLY),
        STORE_READONLY
    );
    let refused =
        |result: Result<(), StoreError>| assert!(matches!(result, Err(StoreError::NoAccess)));
    refused(reader.delete_message(key));
    refused(
        reader
            .create_folder(sample.inbox(), NewFolder::named("x"))
            .map(drop),
    );
    refused(
        reader
            .save(&mut reader.message(key).unwrap(), SaveMode::default())
            .map(drop),
    );
    refused(reader.set_properties(&[], &[]));
    let name = OwnedName::String {
        set: COMMON,
        name: "unknown".into(),
    };
    refused(
        reader
            .ids_of_names(std::slice::from_ref(&name), true)
            .map(drop),
    );
    assert_eq!(reader.ids_of_names(&[name], false).unwrap(), [None]);
    let bag = reader
        .message(key)
        .unwrap()
        .all_properties(&reader)
        .unwrap();
    assert_eq!(
        (bag.long(PR_ACCESS), bag.long(PR_ACCESS_LEVEL)),
        (Some(2), Some(0))
    );
}

#[test]
fn names_have_ids_for_ever() {
    let sample = Sample::new();
    let names = [
        OwnedName::Id {
            set: COMMON,
            id: 0x8501,
        },
        OwnedName::String {
            set: PUBLIC_STRINGS,
            name: "Keywords".into(),
        },
        OwnedName::String {
            set: PUBLIC_STRINGS,
            name: "keywords".into(),
        },
        OwnedName::Id {
            set: [5; 16],
            id: 1,
        },
    ];
    assert_eq!(
        sample.ids_of_names(&names[2..], false).unwrap(),
        [None, None]
    );
    let ids = sample.ids_of_names(&names, true).unwrap();
    let ids: Vec<PropertyId> = ids.into_iter().map(Option::unwrap).collect();
    assert!(ids.iter().all(|id| (0x8000..=0xFFFE).contains(id)));
    assert_ne!(ids[1], ids[2]);
    let again = sample.again();
    assert_eq!(
        again.ids_of_names(&names, false).unwrap(),
        ids.iter().copied().map(Some).collect::<Vec<_>>()
    );
    let back = again.names_of_ids(&ids).unwrap();
    assert_eq!(
        back.into_iter().map(Option::unwrap).collect::<Vec<_>>(),
        names
    );
    assert_eq!(again.names_of_ids(&[0xFFF0]).unwrap(), [None]);
    assert_eq!(
        again.all_names(Some(&[5; 16])).unwrap(),
        [(ids[3], names[3].clone())]
    );
    assert!(again.all_names(None).unwrap().len() >= 4);

    let ps_mapi = *b"\x28\x03\x02\0\0\0\0\0\xC0\0\0\0\0\0\0\x46";
    let numbers = [0x37, 0x8000, 0].map(|id| OwnedName::Id { set: ps_mapi, id });
    assert_eq!(
        sample.ids_of_names(&numbers, true).unwrap(),
        [Some(0x37), None, None]
    );
    assert_eq!(
        sample.names_of_ids(&[0x37]).unwrap(),
        [Some(numbers[0].clone())]
    );
    let headers = *b"\x86\x03\x02\0\0\0\0\0\xC0\0\0\0\0\0\0\x46";
    let header = |name: &str| OwnedName::String {
        set: headers,
        name: name.into(),
    };
    let ids = sample
        .ids_of_names(&[header("X-Mailer"), header("x-mailer")], true)
        .unwrap();
    assert_eq!(ids[0], ids[1]);
    assert_eq!(
        again.names_of_ids(&[ids[0].unwrap()]).unwrap(),
        [Some(header("X-Mailer"))]
    );
}

#[test]
fn what_outlook_asks_for_at_every_start_is_there_from_the_start() {
    let sample = Sample::new();
    let ole_set = |number: u32| {
        let mut set = [0, 0, 0, 0, 0, 0, 0, 0, 0xC0, 0, 0, 0, 0, 0, 0, 0x46];
        set[..4].copy_from_slice(&number.to_le_bytes());
        set
    };
    let numbers = [
        (0x0006_2008, 0x8503),
        (0x0006_2002, 0x820D),
        (0x0006_2003, 0x8101),
        (0x0006_2004, 0x8083),
        (0x0006_200A, 0x8700),
        (0x0006_200E, 0x8B00),
    ];
    let mut names: Vec<_> = numbers
        .into_iter()
        .map(|(set, id)| OwnedName::Id {
            set: ole_set(set),
            id,
        })
        .collect();
    names.push(OwnedName::Id {
        set: mapi_store::definition::guid("{6ED8DA90-450B-101B-98DA-00AA003F1305}"),
        id: 3,
    });
    names.push(OwnedName::String {
        set: ole_set(0x0002_0329),
        name: "Keywords".into(),
    });
    let ids = sample.ids_of_names(&names, false).unwrap();
    assert!(ids.iter().all(Option::is_some), "{ids:?}");
    // To create what is there is not to write: it works while somebody else does.
    let asked = sample.batch(Origin::Local, |_| sample.ids_of_names(&names, true));
    assert_eq!(asked.unwrap(), ids);
}

#[test]
fn all_ids_can_be_used_up() {
    let sample = Sample::new();
    let names: Vec<_> = (0..0x8000)
        .map(|id| OwnedName::Id { set: [6; 16], id })
        .collect();
    let given = sample.all_names(None).unwrap().len();
    let ids = sample.ids_of_names(&names, true).unwrap();
    let room = 0x7FFF - given;
    assert_eq!(ids.iter().flatten().count(), room);
    assert_eq!(ids.iter().flatten().max(), Some(&0xFFFE));
    assert_eq!(sample.ids_of_names(&names, true).unwrap(), ids);
}

#[test]
fn receive_folders_go_by_class_segments() {
    let sample = Sample::new();
    let folder_for = |class: &str| {
        let found = sample.receive_folder(class).unwrap();
        (found.class, found.folder)
    };
    let (inbox, calendar) = (sample.inbox(), sample.role(FolderRole::Calendar));
    assert_eq!(folder_for("IPM.Note"), ("IPM".into(), inbox));
    assert_eq!(
        folder_for("ipm.schedule.meeting"),
        ("IPM.Schedule".into(), calendar)
    );
    assert_eq!(folder_for("IPM.ScheduleX"), ("IPM".into(), inbox));
    assert_eq!(folder_for("REPORT"), (String::new(), inbox));
    let junk = sample.role(FolderRole::Junk);
    sample.set_receive_folder("", Some(junk)).unwrap();
    assert_eq!(folder_for("REPORT"), (String::new(), junk));
    sample.set_receive_folder("", None).unwrap();
    sample.set_receive_folder("never.was", None).unwrap();
    assert_eq!(folder_for(""), (String::new(), inbox));
    assert!(matches!(
        sample.set_receive_folder("A", Some(ObjectKey([1; 16]))),
        Err(StoreError::NotFound)
    ));
    let classes: Vec<_> = sample
        .receive_folders()
        .unwrap()
        .into_iter()
        .map(|receive| receive.class)
        .collect();
    assert_eq!(classes, ["", "IPM", "IPM.Schedule"]);
}

#[test]
fn entry_ids_of_others_are_told_apart() {
    let sample = Sample::new();
    let object = ObjectId::Folder(sample.inbox());
    let id = sample.entry_id(object);
    assert_eq!(sample.parse_entry_id(&id), Ok(object));
    let mut longer = id.to_vec();
    longer.extend([1, 2, 3]);
    longer[0] = 0x80;
    assert_eq!(sample.parse_entry_id(&longer), Ok(object));
    assert_eq!(ObjectId::parse(&id, &[0; 16]), Err(EntryIdError::Foreign));
    for length in 0..ENTRY_ID_LENGTH {
        assert_eq!(
            sample.parse_entry_id(&id[..length]),
            Err(EntryIdError::Malformed),
            "{length}"
        );
    }
    let mut unknown = id;
    unknown[21] = 9;
    assert_eq!(
        sample.parse_entry_id(&unknown),
        Err(EntryIdError::Malformed)
    );
    let private = store_entry_id(&DEFINITION.provider_uid, &UID);
    assert_eq!(
        parse_store_entry_id(&private, &DEFINITION.provider_uid),
        Ok(UID)
    );
    assert_eq!(
        parse_store_entry_id(&private, &UID),
        Err(EntryIdError::Foreign)
    );
    assert_eq!(
        parse_store_entry_id(&[], &UID),
        Err(EntryIdError::Malformed)
    );
}
