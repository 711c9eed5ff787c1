//! IMAPIProp on stores and folders, which is the same code on every object.

use mapi_abi::*;
use mapi_host::*;
use windows_core::GUID;

use crate::support::*;

/// PSETID_Common.
const COMMON_SET: GUID = GUID::from_u128(0x00062008_0000_0000_C000_000000000046);
const PUBLIC_STRINGS: GUID = GUID::from_u128(0x00020329_0000_0000_C000_000000000046);

#[test]
fn the_answer_has_the_order_and_the_ids_of_the_question() {
    let bench = Bench::new();
    let session = bench.logon();
    let folder = session.subtree().unwrap();
    let asked = [
        PR_FOLDER_TYPE,
        0x6FFF_001F,
        PR_DISPLAY_NAME,
        PR_NULL,
        0,
        0x3001_0003,
        PR_CONTENT_COUNT,
    ];
    let (code, props) = folder.get_with(Some(&asked), 0).unwrap();
    assert_eq!(code, MAPI_W_ERRORS_RETURNED);
    let tags: Vec<u32> = props.iter().map(|prop| prop.tag).collect();
    let expected = [
        PR_FOLDER_TYPE,
        0x6FFF_000A,
        PR_DISPLAY_NAME,
        PR_NULL,
        0x0000_000A,
        0x3001_000A,
        PR_CONTENT_COUNT,
    ];
    assert_eq!(tags, expected);
    assert_eq!(props.error(0x6FFF_001F), Some(MAPI_E_NOT_FOUND));
    assert_eq!(props.text(PR_DISPLAY_NAME), Some("Top"));
    assert_eq!(
        props.0[5].error(),
        Some(MAPI_E_NOT_FOUND),
        "of another type"
    );
    session.logoff().unwrap();
    bench.host.assert_clean();
}

#[test]
fn an_empty_question_is_refused() {
    let bench = Bench::new();
    let session = bench.logon();
    assert_eq!(refused(session.store().get(&[])), MAPI_E_INVALID_PARAMETER);
}

#[test]
fn string_types_follow_the_question_and_the_flag_only_where_it_is_open() {
    let bench = Bench::new();
    let session = bench.logon();
    let folder = session.subtree().unwrap().create_folder("Grüße").unwrap();
    let narrow = prop_tag(PT_STRING8, prop_id(PR_DISPLAY_NAME));
    let open = prop_tag(PT_UNSPECIFIED, prop_id(PR_DISPLAY_NAME));
    for flags in [0, MAPI_UNICODE] {
        let (code, props) = folder
            .get_with(Some(&[narrow, PR_DISPLAY_NAME, open]), flags)
            .unwrap();
        assert_eq!(code, S_OK);
        assert_eq!(props.0[0].value, Value::String8(b"Gr\xFC\xDFe".to_vec()));
        assert_eq!(props.0[1].value, Value::Unicode("Grüße".into()));
        let expected = if flags == 0 { PT_STRING8 } else { PT_UNICODE };
        assert_eq!(prop_type(props.0[2].tag), expected);
        let (_, all) = folder.get_with(None, flags).unwrap();
        assert_eq!(prop_type(all.find(PR_DISPLAY_NAME).unwrap().tag), expected);
        let list = folder.list_with(flags).unwrap();
        assert!(list.contains(&prop_tag(expected, prop_id(PR_DISPLAY_NAME))));
    }
}

#[test]
fn tables_are_listed_as_objects_and_answered_with_their_tags() {
    let bench = Bench::new();
    let session = bench.logon();
    let folder = session.subtree().unwrap();
    let tables = [
        PR_CONTAINER_CONTENTS,
        PR_CONTAINER_HIERARCHY,
        PR_FOLDER_ASSOCIATED_CONTENTS,
    ];
    let list = folder.list().unwrap();
    for tag in tables {
        assert!(list.contains(&tag));
        assert_eq!(folder.get(&[tag]).unwrap().0[0].tag, tag);
        folder.table(tag).unwrap().all_rows().unwrap();
        assert_eq!(
            refused(folder.open(tag, Some(IID_IStream), 0, 0)),
            MAPI_E_INTERFACE_NOT_SUPPORTED
        );
    }
    // They are passed over when they come back with all the others.
    let dummy = Prop::new(PR_CONTAINER_CONTENTS, Value::Object);
    assert_eq!(
        folder.set(&[dummy, Prop::new(PR_COMMENT, "kept")]).unwrap(),
        []
    );
    assert_eq!(folder.text(PR_COMMENT).unwrap(), "kept");
    session
        .store()
        .table(PR_RECEIVE_FOLDER_SETTINGS)
        .unwrap()
        .all_rows()
        .unwrap();
}

#[test]
fn single_failures_are_problems_and_the_rest_is_done() {
    let bench = Bench::new();
    let session = bench.logon();
    let folder = session.subtree().unwrap().create_folder("Work").unwrap();
    let problems = folder
        .set(&[
            Prop::new(PR_NULL, Value::Null),
            Prop::new(PR_COMMENT, "written"),
            Prop::new(PR_STORE_SUPPORT_MASK, 1),
            Prop::new(
                prop_tag(PT_ERROR, prop_id(PR_DISPLAY_NAME)),
                MAPI_E_NOT_FOUND,
            ),
            Prop::new(0xFE00_0003, 1),
            Prop::new(PR_CONTENT_COUNT, 5),
        ])
        .unwrap();
    let seen: Vec<_> = problems
        .iter()
        .map(|problem| (problem.index, problem.code))
        .collect();
    assert_eq!(
        seen,
        [
            (2, MAPI_E_COMPUTED),
            (4, MAPI_E_UNEXPECTED_ID),
            (5, MAPI_E_COMPUTED)
        ]
    );
    assert_eq!(folder.text(PR_COMMENT).unwrap(), "written");
    folder
        .set_blindly(&[
            Prop::new(PR_STORE_SUPPORT_MASK, 1),
            Prop::new(PR_COMMENT, "again"),
        ])
        .unwrap();
    assert_eq!(folder.text(PR_COMMENT).unwrap(), "again");
    let narrow = prop_tag(PT_STRING8, prop_id(PR_COMMENT));
    let problems = folder.delete(&[narrow, PR_ENTRYID]).unwrap();
    assert_eq!(problems.len(), 1);
    assert_eq!(
        folder.text(PR_COMMENT).unwrap(),
        "",
        "a folder always has a comment"
    );
    session.logoff().unwrap();
    bench.host.assert_clean();
}

#[test]
fn a_bad_value_leaves_the_object_as_it_was() {
    let bench = Bench::new();
    let session = bench.logon();
    let folder = session.subtree().unwrap().create_folder("Work").unwrap();
    let written = Prop::new(PR_COMMENT, "written");
    for bad in [
        Prop::new(0x6000_000D, Value::Object),
        Prop::new(0x6000_1003, Value::Longs(vec![])),
    ] {
        assert_eq!(
            refused(folder.set(&[written.clone(), bad])),
            MAPI_E_INVALID_PARAMETER
        );
        assert_eq!(folder.text(PR_COMMENT).unwrap(), "");
    }
    assert_eq!(refused(folder.set(&[])), MAPI_E_INVALID_PARAMETER);
    assert_eq!(refused(folder.delete(&[])), MAPI_E_INVALID_PARAMETER);
}

#[test]
fn values_of_every_type_come_back_as_they_went() {
    let bench = Bench::new();
    let session = bench.logon();
    let folder = session.subtree().unwrap().create_folder("Types").unwrap();
    let values = [
        Value::Short(-1),
        Value::Long(2),
        Value::Float(0.5),
        Value::Double(-0.25),
        Value::Currency(12_345),
        Value::AppTime(2.5),
        Value::Boolean(true),
        Value::LongLong(i64::MIN),
        Value::Unicode("text".into()),
        Value::Time(1 << 60),
        Value::Guid(COMMON_SET),
        Value::Binary(vec![0, 255]),
        Value::Shorts(vec![1, 2]),
        Value::Longs(vec![3]),
        Value::Floats(vec![1.0]),
        Value::Doubles(vec![2.0]),
        Value::Currencies(vec![3]),
        Value::AppTimes(vec![4.0]),
        Value::LongLongs(vec![5]),
        Value::Unicodes(vec!["a".into(), String::new()]),
        Value::Times(vec![6]),
        Value::Guids(vec![COMMON_SET, PUBLIC_STRINGS]),
        Value::Binaries(vec![vec![], vec![1]]),
    ];
    let props: Vec<Prop> = (0x6700..)
        .zip(values)
        .map(|(id, value)| Prop {
            tag: prop_tag(value.property_type(), id),
            value,
        })
        .collect();
    for object in [&*folder, &**session.store()] {
        assert_eq!(object.set(&props).unwrap(), []);
        let tags: Vec<u32> = props.iter().map(|prop| prop.tag).collect();
        assert_eq!(object.get(&tags).unwrap().0, props);
    }
    session.logoff().unwrap();
    let session = bench.logon();
    let tags: Vec<u32> = props.iter().map(|prop| prop.tag).collect();
    assert_eq!(session.store().get(&tags).unwrap().0, props);
}

#[test]
fn a_large_value_has_to_be_streamed() {
    let bench = Bench::new();
    let session = bench.logon();
    let folder = session.subtree().unwrap().create_folder("Large").unwrap();
    let large = vec![7_u8; 10_000];
    let tag = prop_tag(PT_BINARY, 0x6701);
    folder.write_stream(tag, &large).unwrap();
    assert_eq!(
        folder.get(&[tag]).unwrap().error(tag),
        Some(MAPI_E_NOT_ENOUGH_MEMORY)
    );
    assert_eq!(
        folder.get_all().unwrap().error(tag),
        Some(MAPI_E_NOT_ENOUGH_MEMORY)
    );
    assert_eq!(folder.read_stream(tag).unwrap(), large);
    // A named binary is never streamed by clients, however large it is.
    let named = folder
        .named(&Name::string(COMMON_SET, "recurrence"), PT_BINARY)
        .unwrap();
    folder.put(named, large.clone()).unwrap();
    assert_eq!(folder.binary(named).unwrap(), large);
    session.logoff().unwrap();
    bench.host.assert_clean();
}

#[test]
fn open_property_says_what_is_wrong() {
    let bench = Bench::new();
    let session = bench.logon();
    let folder = session.subtree().unwrap();
    let open = prop_tag(PT_UNSPECIFIED, prop_id(PR_COMMENT));
    assert_eq!(
        refused(folder.open(open, Some(IID_IStream), 0, 0)),
        MAPI_E_INVALID_PARAMETER
    );
    assert_eq!(
        refused(folder.open(PR_COMMENT, None, 0, 0)),
        MAPI_E_INVALID_PARAMETER
    );
    assert_eq!(
        refused(folder.open(PR_COMMENT, Some(IID_IStream), 0, MAPI_CREATE)),
        MAPI_E_INVALID_PARAMETER
    );
    let missing = prop_tag(PT_BINARY, 0x6702);
    assert_eq!(
        refused(folder.open(missing, Some(IID_IStream), 0, 0)),
        MAPI_E_NOT_FOUND
    );
    assert_eq!(
        refused(folder.stream(PR_ENTRYID, MAPI_MODIFY)),
        MAPI_E_NO_ACCESS
    );
    assert_eq!(
        refused(folder.open(PR_FOLDER_TYPE, Some(IID_IStream), 0, 0)),
        MAPI_E_INTERFACE_NOT_SUPPORTED
    );
}

#[test]
fn nontransacted_objects_have_nothing_to_save() {
    let bench = Bench::new();
    let session = bench.logon();
    session.store().put(PR_COMMENT, "at once").unwrap();
    session.store().save(0).unwrap();
    session
        .subtree()
        .unwrap()
        .save(KEEP_OPEN_READWRITE)
        .unwrap();
    assert_eq!(session.store().text(PR_COMMENT).unwrap(), "at once");
}

#[test]
fn names_get_ids_that_stay() {
    let bench = Bench::new();
    let session = bench.logon();
    let store = session.store();
    let names = [
        Name::string(PUBLIC_STRINGS, "Colours"),
        Name::id(COMMON_SET, 0x8501),
        Name::string(PUBLIC_STRINGS, "colours"),
    ];
    let (code, ids) = store.ids_from_names(&names, false).unwrap();
    assert_eq!(code, MAPI_W_ERRORS_RETURNED);
    assert_eq!((ids[0], ids[2]), (PT_ERROR, PT_ERROR));
    assert!(prop_id(ids[1]) >= 0x8000, "predefined");
    let (code, created) = store.ids_from_names(&names, true).unwrap();
    assert_eq!(code, S_OK);
    assert!(
        created
            .iter()
            .all(|tag| prop_type(*tag) == PT_UNSPECIFIED
                && (0x8000..0xFFFF).contains(&prop_id(*tag)))
    );
    assert_ne!(created[0], created[2], "case matters");
    let folder = session.subtree().unwrap();
    let mut asked = created.clone();
    asked.push(prop_tag(PT_LONG, 0xFABC));
    let (code, found) = folder.names_from_ids(&asked).unwrap();
    assert_eq!(code, MAPI_W_ERRORS_RETURNED);
    assert_eq!(found[..3], names.clone().map(Some));
    assert_eq!(found[3], None);
    let of_set = folder.all_names(Some(PUBLIC_STRINGS)).unwrap();
    assert!(of_set.iter().all(|(_, name)| name.set == PUBLIC_STRINGS));
    for (tag, name) in [(created[0], &names[0]), (created[2], &names[2])] {
        assert!(of_set.contains(&(tag, name.clone())), "{name:?}");
    }
    assert!(folder.all_names(None).unwrap().len() > of_set.len());
    session.logoff().unwrap();
    bench.host.assert_clean();
    let session = bench.logon();
    assert_eq!(
        session.store().ids_from_names(&names, false).unwrap().1,
        created
    );
}

#[test]
fn the_store_answers_what_outlook_asks_it() {
    let bench = Bench::new();
    let session = bench.logon();
    let store = session.store();
    assert_eq!(store.bits(PR_OBJECT_TYPE).unwrap(), MAPI_STORE);
    assert_eq!(
        store.binary(PR_ENTRYID).unwrap(),
        store.binary(PR_STORE_ENTRYID).unwrap()
    );
    assert_eq!(
        store.binary(PR_RECORD_KEY).unwrap(),
        store.binary(PR_STORE_RECORD_KEY).unwrap()
    );
    assert_eq!(store.binary(PR_MDB_PROVIDER).unwrap(), ARCHIVE.provider_uid);
    assert_eq!(
        store.bits(PR_STORE_SUPPORT_MASK).unwrap(),
        ARCHIVE.store.support_mask
    );
    assert_eq!(
        store.bits(PR_STORE_UNICODE_MASK).unwrap(),
        ARCHIVE.store.support_mask
    );
    assert_eq!(store.bits(PR_ACCESS_LEVEL).unwrap(), 1);
    assert!(!store.boolean(PR_DEFAULT_STORE).unwrap());
    let switch = store
        .named(&Name::string(COMMON_SET, "CrawlSourceSupportMask"), PT_LONG)
        .unwrap();
    assert_eq!(store.long(switch).unwrap(), 1);
    let root = session.root().unwrap();
    for object in [&*root, &*session.inbox().unwrap()] {
        for tag in [PR_STORE_ENTRYID, PR_STORE_RECORD_KEY, PR_MAPPING_SIGNATURE] {
            assert_eq!(
                object.binary(tag).unwrap(),
                store.binary(tag).unwrap(),
                "{tag:#010X}"
            );
        }
        assert_eq!(
            object.bits(PR_STORE_SUPPORT_MASK).unwrap(),
            ARCHIVE.store.support_mask
        );
        assert_eq!(object.bits(PR_OBJECT_TYPE).unwrap(), MAPI_FOLDER);
        for tag in [
            PR_CONTENT_COUNT,
            PR_CONTENT_UNREAD,
            PR_ASSOC_CONTENT_COUNT,
            PR_FOLDER_CHILD_COUNT,
        ] {
            object.long(tag).unwrap();
        }
        object.boolean(PR_SUBFOLDERS).unwrap();
    }
    assert_eq!(
        root.binary(PR_PARENT_ENTRYID).unwrap(),
        root.entry_id().unwrap()
    );
    // What HrValidateIPMSubtree does.
    let made = root.create_folder("Other Top").unwrap().entry_id().unwrap();
    let props = [
        Prop::new(PR_IPM_SUBTREE_ENTRYID, made.clone()),
        Prop::new(PR_VALID_FOLDER_MASK, 1),
    ];
    assert_eq!(store.set(&props).unwrap(), []);
    assert_eq!(store.binary(PR_IPM_SUBTREE_ENTRYID).unwrap(), made);
}

#[test]
fn the_last_error_has_words_in_both_widths() {
    let bench = Bench::new();
    let session = bench.logon();
    let folder = session.subtree().unwrap();
    assert_eq!(refused(folder.create_folder("Inbox")), MAPI_E_COLLISION);
    for flags in [0, MAPI_UNICODE] {
        let words = folder.last_error(MAPI_E_COLLISION, flags).unwrap().unwrap();
        assert!(words.error.is_some_and(|text| text.contains("folder")));
        assert_eq!(folder.last_error(MAPI_E_BUSY, flags).unwrap(), None);
    }
}

#[test]
fn each_allocation_of_a_property_call_may_fail() {
    let bench = Bench::new();
    let session = bench.logon();
    let folder = session.subtree().unwrap();
    let store = session.store();
    let names = [
        Name::string(PUBLIC_STRINGS, "one"),
        Name::id(COMMON_SET, 0x8501),
    ];
    let tags = store.ids_from_names(&names, true).unwrap().1;
    let calls: [(&str, &dyn Fn() -> Option<HRESULT>); 7] = [
        ("GetProps", &|| {
            folder.get_all().err().map(|failure| failure.code)
        }),
        ("GetPropList", &|| {
            folder.list().err().map(|failure| failure.code)
        }),
        ("GetNamesFromIDs", &|| {
            folder
                .names_from_ids(&tags)
                .err()
                .map(|failure| failure.code)
        }),
        ("GetIDsFromNames", &|| {
            folder
                .ids_from_names(&names, false)
                .err()
                .map(|failure| failure.code)
        }),
        ("GetReceiveFolder", &|| {
            store
                .receive_folder("IPM.Note")
                .err()
                .map(|failure| failure.code)
        }),
        ("SetProps", &|| {
            folder
                .set(&[Prop::new(PR_FOLDER_TYPE, 1)])
                .err()
                .map(|failure| failure.code)
        }),
        ("QueryRows", &|| {
            folder
                .hierarchy()
                .unwrap()
                .all_rows()
                .err()
                .map(|failure| failure.code)
        }),
    ];
    for (name, call) in calls {
        let before = bench.host.memory().live_blocks().len();
        let mut failures = 0;
        for n in 1.. {
            bench.host.memory().fail_request(n);
            let code = call();
            let came = bench.host.memory().stop_failing();
            assert_eq!(
                bench.host.memory().live_blocks().len(),
                before,
                "{name}, allocation {n}"
            );
            if !came {
                assert_eq!(code, None, "{name}");
                break;
            }
            assert_eq!(
                code,
                Some(MAPI_E_NOT_ENOUGH_MEMORY),
                "{name}, allocation {n}"
            );
            failures += 1;
        }
        assert!(failures > 0, "{name}");
    }
    session.logoff().unwrap();
    bench.host.assert_clean();
}
