//! Messages, recipients and attachments.

use crate::common::*;
use std::io::SeekFrom;

#[test]
fn a_saved_message_can_be_opened_again() {
    let Some(bench) = Bench::writable() else {
        return;
    };
    let session = bench.logon();
    let folder = playground(&session);
    let message = folder.create_message().unwrap();
    message
        .set(&[
            Prop::new(PR_SUBJECT, "Grüße"),
            Prop::new(PR_BODY, "Erste Zeile\r\nZweite Zeile"),
            Prop::new(PR_MESSAGE_CLASS, "IPM.Note"),
            Prop::new(PR_IMPORTANCE, IMPORTANCE_HIGH),
        ])
        .unwrap();
    message.save(0).unwrap();
    drop(message);
    let ids = message_ids(&folder);
    assert_eq!(ids.len(), 1);
    let message = session.open_message(&ids[0]).unwrap();
    assert_eq!(message.subject().unwrap(), "Grüße");
    assert_eq!(message.body().unwrap(), "Erste Zeile\r\nZweite Zeile");
    assert_eq!(message.text(PR_MESSAGE_CLASS).unwrap(), "IPM.Note");
    assert_eq!(message.long(PR_IMPORTANCE).unwrap(), IMPORTANCE_HIGH);
    assert_eq!(message.entry_id().unwrap(), ids[0]);
    assert_eq!(
        message.binary(PR_PARENT_ENTRYID).unwrap(),
        folder.entry_id().unwrap()
    );
    assert_eq!(message.bits(PR_OBJECT_TYPE).unwrap(), MAPI_MESSAGE);
    assert!(message.long(PR_MESSAGE_SIZE).unwrap() > 0);
    for tag in [
        PR_RECORD_KEY,
        PR_SEARCH_KEY,
        PR_STORE_ENTRYID,
        PR_MAPPING_SIGNATURE,
    ] {
        assert!(!message.binary(tag).unwrap().is_empty());
    }
    for tag in [PR_CREATION_TIME, PR_LAST_MODIFICATION_TIME] {
        assert!(message.time(tag).unwrap() > 0);
    }
    for iid in [IID_IMessage, IID_IMAPIProp, IID_IUnknown] {
        assert!(message.supports(iid));
    }
    assert!(!message.supports(IID_IMAPIFolder));
    let listed = message.list().unwrap();
    assert!(listed.contains(&PR_MESSAGE_RECIPIENTS) && listed.contains(&PR_MESSAGE_ATTACHMENTS));
    drop((folder, message));
    bench.finish(session);
}

#[test]
fn an_unsaved_message_leaves_no_trace() {
    let Some(bench) = Bench::writable() else {
        return;
    };
    let session = bench.logon();
    let folder = playground(&session);
    let message = folder.create_message().unwrap();
    message.put(PR_SUBJECT, "never saved").unwrap();
    assert!(message_ids(&folder).is_empty());
    drop(message);
    assert!(message_ids(&folder).is_empty());
    assert_eq!(folder.long(PR_CONTENT_COUNT).unwrap(), 0);
    drop(folder);
    bench.finish(session);
}

#[test]
fn every_type_of_property_survives() {
    let Some(bench) = Bench::writable() else {
        return;
    };
    let session = bench.logon();
    let folder = playground(&session);
    let guid = PS_PUBLIC_STRINGS;
    let values = vec![
        Value::Short(-2),
        Value::Long(i32::MIN),
        Value::Float(1.5),
        Value::Double(-2.25),
        Value::Currency(i64::MIN),
        Value::AppTime(45_000.5),
        Value::Boolean(true),
        Value::LongLong(i64::MAX),
        Value::Unicode("wide \u{1F600} text".into()),
        Value::Time(133_000_000_000_000_000),
        Value::Guid(guid),
        Value::Binary(vec![0, 1, 255]),
        Value::Binary(Vec::new()),
        Value::Shorts(vec![1, -1]),
        Value::Longs(vec![7, -7]),
        Value::Floats(vec![0.5]),
        Value::Doubles(vec![0.25, 0.125]),
        Value::Currencies(vec![1, 2, 3]),
        Value::AppTimes(vec![1.0]),
        Value::LongLongs(vec![5, 6]),
        Value::Unicodes(vec!["b".into(), "a".into(), "b".into(), String::new()]),
        Value::Times(vec![1, 2]),
        Value::Guids(vec![guid, PS_MAPI]),
        Value::Binaries(vec![vec![9], Vec::new(), vec![8, 8]]),
    ];
    let props: Vec<Prop> = values
        .into_iter()
        .enumerate()
        .map(|(index, value)| Prop {
            tag: prop_tag(value.property_type(), 0x6100 + index as u32),
            value,
        })
        .collect();
    let message = folder.create_message().unwrap();
    assert!(message.set(&props).unwrap().is_empty());
    let tags: Vec<u32> = props.iter().map(|prop| prop.tag).collect();
    assert_eq!(
        message.get(&tags).unwrap().0,
        props,
        "before the message is saved"
    );
    message.save(0).unwrap();
    drop(message);
    let message = session.open_message(&message_ids(&folder)[0]).unwrap();
    assert_eq!(
        message.get(&tags).unwrap().0,
        props,
        "after it was opened again"
    );
    let listed = message.list().unwrap();
    assert!(tags.iter().all(|tag| listed.contains(tag)));
    drop((folder, message));
    bench.finish(session);
}

#[test]
fn narrow_text_and_named_properties_survive() {
    let Some(bench) = Bench::writable() else {
        return;
    };
    let session = bench.logon();
    let folder = playground(&session);
    let message = folder.create_message().unwrap();
    let named = message
        .named(&Name::string(PS_PUBLIC_STRINGS, "Color"), PT_UNICODE)
        .unwrap();
    let narrow = change_prop_type(PR_SUBJECT, PT_STRING8);
    message
        .set(&[
            Prop::new(narrow, Value::String8(b"narrow".to_vec())),
            Prop::new(named, "red"),
        ])
        .unwrap();
    message.save(0).unwrap();
    let message = session.open_message(&message_ids(&folder)[0]).unwrap();
    assert_eq!(message.subject().unwrap(), "narrow");
    assert_eq!(
        message.value(narrow).unwrap(),
        Value::String8(b"narrow".to_vec())
    );
    assert_eq!(message.text(named).unwrap(), "red");
    drop((folder, message));
    bench.finish(session);
}

#[test]
fn problems_with_single_properties_are_listed() {
    let Some(bench) = Bench::writable() else {
        return;
    };
    let session = bench.logon();
    let folder = playground(&session);
    let message = folder.create_message().unwrap();
    let problems = message
        .set(&[
            Prop {
                tag: PR_NULL,
                value: Value::Null,
            },
            Prop::new(PR_SUBJECT, "x"),
            Prop::new(PR_ENTRYID, &[1_u8]),
            Prop::new(change_prop_type(PR_BODY, PT_ERROR), MAPI_E_NOT_FOUND),
            Prop::new(PR_COMMENT, "y"),
        ])
        .unwrap();
    assert_eq!(problems.len(), 1);
    assert_eq!((problems[0].index, problems[0].tag), (2, PR_ENTRYID));
    assert!([MAPI_E_COMPUTED, MAPI_E_NO_ACCESS].contains(&problems[0].code));
    assert_eq!(message.text(PR_COMMENT).unwrap(), "y");
    message
        .set_blindly(&[Prop::new(PR_ENTRYID, &[1_u8])])
        .unwrap();
    // Values that cannot be written at all change nothing.
    for bad in [
        Prop {
            tag: 0x6001_000D,
            value: Value::Object,
        },
        Prop {
            tag: 0x6001_1003,
            value: Value::Longs(Vec::new()),
        },
    ] {
        assert_eq!(
            code_of(message.set(&[Prop::new(PR_COMMENT, "z"), bad])),
            MAPI_E_INVALID_PARAMETER
        );
        assert_eq!(message.text(PR_COMMENT).unwrap(), "y");
    }
    // The type of a tag does not matter when a property is deleted.
    assert!(
        message
            .delete(&[change_prop_type(PR_COMMENT, PT_UNSPECIFIED)])
            .unwrap()
            .is_empty()
    );
    assert_eq!(code_of(message.text(PR_COMMENT)), MAPI_E_NOT_FOUND);
    drop((folder, message));
    bench.finish(session);
}

#[test]
fn the_second_writer_is_told() {
    let Some(bench) = Bench::writable() else {
        return;
    };
    let session = bench.logon();
    let folder = folder_with(&session, &["shared"]);
    let id = message_ids(&folder).remove(0);
    let (one, two) = (
        session.open_message(&id).unwrap(),
        session.open_message(&id).unwrap(),
    );
    one.put(PR_COMMENT, "from one").unwrap();
    two.put(PR_COMMENT, "from two").unwrap();
    one.save(KEEP_OPEN_READWRITE).unwrap();
    assert_eq!(
        code_of(two.save(KEEP_OPEN_READWRITE)),
        MAPI_E_OBJECT_CHANGED
    );
    assert_eq!(
        two.text(PR_COMMENT).unwrap(),
        "from two",
        "the edit is still there"
    );
    two.save(KEEP_OPEN_READWRITE | FORCE_SAVE).unwrap();
    assert_eq!(
        session.open_message(&id).unwrap().text(PR_COMMENT).unwrap(),
        "from two"
    );
    assert_eq!(folder.delete_messages(&[&id], 0).unwrap(), S_OK);
    two.put(PR_COMMENT, "late").unwrap();
    assert_eq!(code_of(two.save(FORCE_SAVE)), MAPI_E_OBJECT_DELETED);
    drop((folder, one, two));
    bench.finish(session);
}

#[test]
fn a_message_stays_writable_on_request() {
    let Some(bench) = Bench::writable() else {
        return;
    };
    let session = bench.logon();
    let folder = playground(&session);
    let message = folder.create_message().unwrap();
    assert!(message.bits(PR_MESSAGE_FLAGS).unwrap() & MSGFLAG_UNSENT != 0);
    assert!(message.bits(PR_MESSAGE_FLAGS).unwrap() & MSGFLAG_UNMODIFIED != 0);
    message.save(KEEP_OPEN_READWRITE).unwrap();
    let id = message.entry_id().unwrap();
    message.put(PR_SUBJECT, "second version").unwrap();
    message.save(KEEP_OPEN_READWRITE).unwrap();
    assert_eq!(
        message.bits(PR_MESSAGE_FLAGS).unwrap() & MSGFLAG_UNMODIFIED,
        0
    );
    assert_eq!(message.entry_id().unwrap(), id);
    assert_eq!(
        session.open_message(&id).unwrap().subject().unwrap(),
        "second version"
    );
    drop((folder, message));
    bench.finish(session);
}

#[test]
fn subjects_are_taken_apart() {
    let Some(bench) = Bench::writable() else {
        return;
    };
    let session = bench.logon();
    let folder = playground(&session);
    let cases = [
        ("RE: x", "RE: ", "x"),
        ("Re: Re: x", "Re: ", "Re: x"),
        ("Fwd: y", "Fwd: ", "y"),
        ("Notice: z", "", "Notice: z"),
        ("12: z", "", "12: z"),
        ("plain", "", "plain"),
    ];
    for (subject, prefix, normalized) in cases {
        let message = folder
            .add_message(&[Prop::new(PR_SUBJECT, subject)])
            .unwrap();
        assert_eq!(
            message.text(PR_SUBJECT_PREFIX).unwrap_or_default(),
            prefix,
            "{subject}"
        );
        assert_eq!(
            message.text(PR_NORMALIZED_SUBJECT).unwrap(),
            normalized,
            "{subject}"
        );
        assert_eq!(message.subject().unwrap(), subject);
    }
    drop(folder);
    bench.finish(session);
}

#[test]
fn large_values_are_read_through_streams() {
    let Some(bench) = Bench::writable() else {
        return;
    };
    let session = bench.logon();
    let folder = playground(&session);
    let limit = definition().store.large_property_limit as usize;
    let text = "änderbar ".repeat(limit);
    let message = folder.create_message().unwrap();
    let bytes: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    message.write_stream(PR_BODY, &bytes).unwrap();
    message.save(0).unwrap();
    drop(message);
    let message = session.open_message(&message_ids(&folder)[0]).unwrap();
    assert_eq!(code_of(message.text(PR_BODY)), MAPI_E_NOT_ENOUGH_MEMORY);
    let all = message.get_all().unwrap();
    assert_eq!(all.error(PR_BODY), Some(MAPI_E_NOT_ENOUGH_MEMORY));
    assert_eq!(message.body().unwrap(), text);
    let stream = message.stream(PR_BODY, 0).unwrap();
    assert_eq!(stream.size().unwrap(), bytes.len() as u64);
    drop((folder, message, stream));
    bench.finish(session);
}

#[test]
fn streams_are_files() {
    let Some(bench) = Bench::writable() else {
        return;
    };
    let session = bench.logon();
    let folder = playground(&session);
    let message = folder.create_message().unwrap();
    let tag = 0x6001_0102;
    assert_eq!(code_of(message.stream(tag, 0)), MAPI_E_NOT_FOUND);
    let stream = message.stream(tag, MAPI_CREATE | MAPI_MODIFY).unwrap();
    assert_eq!(stream.write(b"0123456789").unwrap(), 10);
    assert_eq!(stream.seek(SeekFrom::Start(2)).unwrap(), 2);
    assert_eq!(stream.read(3).unwrap(), b"234");
    assert_eq!(stream.seek(SeekFrom::Current(-1)).unwrap(), 4);
    assert_eq!(stream.seek(SeekFrom::End(-2)).unwrap(), 8);
    assert_eq!(stream.read_to_end().unwrap(), b"89");
    assert_eq!(
        code_of(stream.seek(SeekFrom::Current(-100))),
        STG_E_INVALIDFUNCTION
    );
    stream.set_size(4).unwrap();
    assert_eq!(stream.size().unwrap(), 4);
    stream.seek(SeekFrom::Start(6)).unwrap();
    stream.write(b"x").unwrap();
    stream.seek(SeekFrom::Start(0)).unwrap();
    assert_eq!(stream.read_to_end().unwrap(), b"0123\0\0x");
    stream.commit().unwrap();
    assert_eq!(message.binary(tag).unwrap(), b"0123\0\0x");
    message.save(KEEP_OPEN_READWRITE).unwrap();

    let reader = message.stream(tag, 0).unwrap();
    assert!(
        reader.write(b"no").is_err(),
        "the stream was opened for reading"
    );
    let copy = message
        .stream(0x6002_0102, MAPI_CREATE | MAPI_MODIFY)
        .unwrap();
    assert_eq!(reader.copy_to(&copy, u64::MAX).unwrap(), (7, 7));
    copy.commit().unwrap();
    assert_eq!(message.binary(0x6002_0102).unwrap(), b"0123\0\0x");
    let again = message.stream(tag, MAPI_CREATE | MAPI_MODIFY).unwrap();
    assert_eq!(again.size().unwrap(), 0, "MAPI_CREATE truncates");
    again.commit().unwrap();
    drop((folder, message, stream, reader, copy, again));
    bench.finish(session);
}

#[test]
fn a_stream_is_kept_when_the_message_is_saved() {
    let Some(bench) = Bench::writable() else {
        return;
    };
    let session = bench.logon();
    let folder = folder_with(&session, &["x"]);
    let id = message_ids(&folder).remove(0);
    let message = session.open_message(&id).unwrap();
    let tag = 0x6001_0102;
    message.write_stream(tag, b"new").unwrap();
    assert!(session.open_message(&id).unwrap().binary(tag).is_err());
    message.save(0).unwrap();
    assert_eq!(
        session.open_message(&id).unwrap().binary(tag).unwrap(),
        b"new"
    );
    drop((folder, message));
    bench.finish(session);
}

#[test]
fn recipients_are_added_changed_removed_and_replaced() {
    let Some(bench) = Bench::writable() else {
        return;
    };
    let session = bench.logon();
    let folder = playground(&session);
    let message = folder.create_message().unwrap();
    message
        .modify_recipients(
            MODRECIP_ADD,
            &[
                recipient(MAPI_TO, "Ann", "ann@example.com"),
                recipient(MAPI_CC, "Bob", "bob@example.com"),
                Vec::new(),
                recipient(MAPI_TO, "Cid", "cid@example.com"),
                recipient(MAPI_BCC, "Dee", "dee@example.com"),
            ],
        )
        .unwrap();
    message.save(KEEP_OPEN_READWRITE).unwrap();
    assert_eq!(message.text(PR_DISPLAY_TO).unwrap(), "Ann; Cid");
    assert_eq!(message.text(PR_DISPLAY_CC).unwrap(), "Bob");
    assert_eq!(message.text(PR_DISPLAY_BCC).unwrap(), "Dee");
    let rows = message.recipients().unwrap();
    assert_eq!(rows.len(), 4);
    let row_id = |name: &str| {
        let rows = message.recipients().unwrap();
        rows.iter()
            .find(|row| row.text(PR_DISPLAY_NAME) == Some(name))
            .and_then(|row| row.long(PR_ROWID))
    };
    let (ann, bob) = (row_id("Ann").unwrap(), row_id("Bob").unwrap());
    let mut changed = recipient(MAPI_CC, "Ann Other", "ann@example.com");
    changed.push(Prop::new(PR_ROWID, ann));
    message
        .modify_recipients(MODRECIP_MODIFY, &[changed])
        .unwrap();
    message
        .modify_recipients(MODRECIP_REMOVE, &[vec![Prop::new(PR_ROWID, bob)]])
        .unwrap();
    assert_eq!(row_id("Ann Other"), Some(ann));
    assert_eq!(row_id("Bob"), None);
    assert_eq!(
        message.text(PR_DISPLAY_CC).unwrap(),
        "Bob",
        "as it was saved"
    );
    message.save(KEEP_OPEN_READWRITE).unwrap();
    assert_eq!(message.text(PR_DISPLAY_CC).unwrap(), "Ann Other");
    assert_eq!(message.text(PR_DISPLAY_TO).unwrap(), "Cid");

    let mut kept = recipient(MAPI_TO, "Eve", "eve@example.com");
    kept.push(Prop::new(PR_ROWID, 77));
    message
        .modify_recipients(0, &[kept, recipient(MAPI_TO, "Fay", "fay@example.com")])
        .unwrap();
    assert_eq!(message.recipients().unwrap().len(), 2);
    assert_eq!(row_id("Eve"), Some(77), "row ids of the caller are kept");
    assert_ne!(row_id("Fay"), Some(77));
    message.save(0).unwrap();
    drop(message);
    let message = session.open_message(&message_ids(&folder)[0]).unwrap();
    let rows = message.recipients().unwrap();
    assert_eq!(rows.len(), 2);
    assert!(
        rows.iter()
            .any(|row| row.text(PR_EMAIL_ADDRESS) == Some("fay@example.com"))
    );
    let through_property = message.table(PR_MESSAGE_RECIPIENTS).unwrap();
    assert_eq!(through_property.row_count().unwrap(), 2);
    drop((folder, message, through_property));
    bench.finish(session);
}

#[test]
fn a_message_without_recipients_has_empty_names() {
    let Some(bench) = Bench::writable() else {
        return;
    };
    let session = bench.logon();
    let folder = folder_with(&session, &["x"]);
    let rows = folder
        .contents()
        .unwrap()
        .rows(&[PR_DISPLAY_TO, PR_DISPLAY_CC])
        .unwrap();
    assert_eq!(
        (rows[0].text(PR_DISPLAY_TO), rows[0].text(PR_DISPLAY_CC)),
        (Some(""), Some(""))
    );
    drop(folder);
    bench.finish(session);
}

#[test]
fn attachments_hold_files() {
    if !claims(STORE_ATTACH_OK) {
        return;
    }
    let Some(bench) = Bench::writable() else {
        return;
    };
    let session = bench.logon();
    let folder = playground(&session);
    let message = folder.create_message().unwrap();
    let large: Vec<u8> = (0..100_000_u32).map(|n| n as u8).collect();
    let first = message.attach("small.txt", b"small").unwrap();
    let second = message.attach("large.bin", &large).unwrap();
    assert_ne!(first, second);
    message.save(0).unwrap();
    drop(message);
    let message = session.open_message(&message_ids(&folder)[0]).unwrap();
    assert!(message.boolean(PR_HASATTACH).unwrap());
    assert!(message.bits(PR_MESSAGE_FLAGS).unwrap() & MSGFLAG_HASATTACH != 0);
    let rows = message.attachments().unwrap();
    let mut names: Vec<&str> = rows
        .iter()
        .filter_map(|row| row.text(PR_ATTACH_LONG_FILENAME))
        .collect();
    names.sort_unstable();
    assert_eq!(names, ["large.bin", "small.txt"]);
    for row in &rows {
        let attachment = message
            .open_attachment(row.bits(PR_ATTACH_NUM).unwrap())
            .unwrap();
        assert_eq!(attachment.bits(PR_OBJECT_TYPE).unwrap(), MAPI_ATTACH);
        assert_eq!(attachment.bits(PR_ATTACH_METHOD).unwrap(), ATTACH_BY_VALUE);
        assert!(!attachment.binary(PR_RECORD_KEY).unwrap().is_empty());
        assert!(attachment.supports(IID_IAttachment) && attachment.supports(IID_IMAPIProp));
        match row.text(PR_ATTACH_LONG_FILENAME) {
            Some("small.txt") => {
                assert_eq!(attachment.binary(PR_ATTACH_DATA_BIN).unwrap(), b"small")
            }
            _ => {
                assert_eq!(
                    code_of(attachment.binary(PR_ATTACH_DATA_BIN)),
                    MAPI_E_NOT_ENOUGH_MEMORY
                );
                assert!(attachment.bytes().unwrap() == large);
            }
        }
    }
    assert_eq!(code_of(message.open_attachment(999)), MAPI_E_NOT_FOUND);
    drop((folder, message));
    bench.finish(session);
}

#[test]
fn attachments_go_when_the_message_is_saved() {
    if !claims(STORE_ATTACH_OK) {
        return;
    }
    let Some(bench) = Bench::writable() else {
        return;
    };
    let session = bench.logon();
    let folder = playground(&session);
    let message = folder.create_message().unwrap();
    let number = message.attach("file.txt", b"x").unwrap();
    message.save(KEEP_OPEN_READWRITE).unwrap();
    let id = message.entry_id().unwrap();
    message.delete_attachment(number).unwrap();
    drop(message);
    let message = session.open_message(&id).unwrap();
    assert_eq!(
        message.attachments().unwrap().len(),
        1,
        "the message was not saved"
    );
    let number = message.attachments().unwrap()[0]
        .bits(PR_ATTACH_NUM)
        .unwrap();
    message.delete_attachment(number).unwrap();
    assert!(message.attachments().unwrap().is_empty());
    message.save(KEEP_OPEN_READWRITE).unwrap();
    assert!(!message.boolean(PR_HASATTACH).unwrap());
    // One that nobody saved is never there.
    let (_, unsaved) = message.create_attachment().unwrap();
    unsaved.put(PR_ATTACH_LONG_FILENAME, "lost.txt").unwrap();
    drop(unsaved);
    message.save(0).unwrap();
    assert!(
        session
            .open_message(&id)
            .unwrap()
            .attachments()
            .unwrap()
            .is_empty()
    );
    drop((folder, message));
    bench.finish(session);
}

#[test]
fn messages_can_be_embedded() {
    if !claims(STORE_ATTACH_OK) {
        return;
    }
    let Some(bench) = Bench::writable() else {
        return;
    };
    let session = bench.logon();
    let folder = playground(&session);
    let message = folder.create_message().unwrap();
    let (_, attachment) = message.create_attachment().unwrap();
    attachment
        .put(PR_ATTACH_METHOD, ATTACH_EMBEDDED_MSG)
        .unwrap();
    let inner = attachment.embedded(MAPI_CREATE | MAPI_MODIFY).unwrap();
    inner.put(PR_SUBJECT, "inner").unwrap();
    inner
        .add_recipient(MAPI_TO, "Ann", "ann@example.com")
        .unwrap();
    inner.attach("deep.txt", b"deep").unwrap();
    inner.save(0).unwrap();
    attachment.save(0).unwrap();
    message.save(0).unwrap();
    drop((inner, attachment, message));
    let message = session.open_message(&message_ids(&folder)[0]).unwrap();
    let number = message.attachments().unwrap()[0]
        .bits(PR_ATTACH_NUM)
        .unwrap();
    let attachment = message.open_attachment(number).unwrap();
    let inner = attachment.embedded(0).unwrap();
    assert_eq!(inner.subject().unwrap(), "inner");
    assert_eq!(inner.recipients().unwrap().len(), 1);
    let number = inner.attachments().unwrap()[0].bits(PR_ATTACH_NUM).unwrap();
    assert_eq!(
        inner.open_attachment(number).unwrap().bytes().unwrap(),
        b"deep"
    );
    drop((folder, inner, attachment, message));
    bench.finish(session);
}

#[test]
fn messages_can_be_copied_and_moved() {
    let Some(bench) = Bench::writable() else {
        return;
    };
    let session = bench.logon();
    let folder = folder_with(&session, &["copied", "moved"]);
    let target = folder.create_folder("Target").unwrap();
    let id = |subject| session.find_message(&folder, subject).unwrap().unwrap();
    let (copied, moved) = (id("copied"), id("moved"));
    let before = session.open_message(&copied).unwrap();
    assert_eq!(folder.copy_messages(&[&copied], &target, 0).unwrap(), S_OK);
    assert_eq!(
        folder
            .copy_messages(&[&moved], &target, MESSAGE_MOVE)
            .unwrap(),
        S_OK
    );
    assert_eq!(session.subjects(&folder).unwrap(), ["copied"]);
    assert_eq!(session.subjects(&target).unwrap(), ["copied", "moved"]);
    let copy = session
        .open_message(&session.find_message(&target, "copied").unwrap().unwrap())
        .unwrap();
    assert_eq!(
        copy.binary(PR_SEARCH_KEY).unwrap(),
        before.binary(PR_SEARCH_KEY).unwrap()
    );
    assert_ne!(
        copy.binary(PR_RECORD_KEY).unwrap(),
        before.binary(PR_RECORD_KEY).unwrap()
    );
    assert_ne!(copy.entry_id().unwrap(), copied);
    drop((folder, target, before, copy));
    bench.finish(session);
}

#[test]
fn one_bad_entry_id_does_not_stop_the_rest() {
    let Some(bench) = Bench::writable() else {
        return;
    };
    let session = bench.logon();
    let folder = folder_with(&session, &["a", "b", "c"]);
    let target = folder.create_folder("Target").unwrap();
    let ids = message_ids(&folder);
    let mut bad = ids[0].clone();
    *bad.last_mut().unwrap() ^= 0xFF;
    let list: [&[u8]; 3] = [&ids[0], &bad, &ids[1]];
    assert_eq!(
        folder.copy_messages(&list, &target, 0).unwrap(),
        MAPI_W_PARTIAL_COMPLETION
    );
    assert_eq!(message_ids(&target).len(), 2);
    assert_eq!(
        folder.set_read_flags(Some(&list), 0).unwrap(),
        MAPI_W_PARTIAL_COMPLETION
    );
    assert_eq!(folder.long(PR_CONTENT_UNREAD).unwrap(), 1);
    assert_eq!(
        folder.delete_messages(&list, 0).unwrap(),
        MAPI_W_PARTIAL_COMPLETION
    );
    assert_eq!(message_ids(&folder).len(), 1);
    assert_eq!(code_of(session.open_message(&ids[0])), MAPI_E_NOT_FOUND);
    drop((folder, target));
    bench.finish(session);
}

#[test]
fn read_flags_are_set_and_cleared() {
    let Some(bench) = Bench::writable() else {
        return;
    };
    let session = bench.logon();
    let folder = folder_with(&session, &["a", "b"]);
    let is_read = |id: &[u8]| {
        session
            .open_message(id)
            .unwrap()
            .bits(PR_MESSAGE_FLAGS)
            .unwrap()
            & MSGFLAG_READ
            != 0
    };
    let ids = message_ids(&folder);
    assert!(!is_read(&ids[0]));
    session
        .open_message(&ids[0])
        .unwrap()
        .set_read_flag(SUPPRESS_RECEIPT)
        .unwrap();
    assert!(is_read(&ids[0]) && !is_read(&ids[1]));
    assert_eq!(folder.set_read_flags(None, SUPPRESS_RECEIPT).unwrap(), S_OK);
    assert!(is_read(&ids[0]) && is_read(&ids[1]));
    assert_eq!(
        folder
            .set_read_flags(Some(&[&ids[0]]), CLEAR_READ_FLAG)
            .unwrap(),
        S_OK
    );
    assert!(!is_read(&ids[0]) && is_read(&ids[1]));
    for illegal in [
        SUPPRESS_RECEIPT | CLEAR_READ_FLAG,
        CLEAR_READ_FLAG | GENERATE_RECEIPT_ONLY,
    ] {
        assert_eq!(
            code_of(folder.set_read_flags(None, illegal)),
            MAPI_E_INVALID_PARAMETER
        );
        let message = session.open_message(&ids[0]).unwrap();
        assert_eq!(
            code_of(message.set_read_flag(illegal)),
            MAPI_E_INVALID_PARAMETER
        );
    }
    drop(folder);
    bench.finish(session);
}

#[test]
fn a_message_can_be_copied_into_another() {
    let Some(bench) = Bench::writable() else {
        return;
    };
    let session = bench.logon();
    let folder = playground(&session);
    let source = folder.create_message().unwrap();
    let named = source
        .named(&Name::string(PS_PUBLIC_STRINGS, "Keywords"), PT_MV_UNICODE)
        .unwrap();
    source
        .set(&[
            Prop::new(PR_SUBJECT, "original"),
            Prop::new(PR_BODY, "text"),
            Prop::new(PR_COMMENT, "left out"),
            Prop::new(named, ["red", "blue"]),
        ])
        .unwrap();
    source
        .add_recipient(MAPI_TO, "Ann", "ann@example.com")
        .unwrap();
    source.save(KEEP_OPEN_READWRITE).unwrap();
    let copy = folder.create_message().unwrap();
    source.copy_to(&copy, &[PR_COMMENT], 0).unwrap();
    assert_eq!(copy.subject().unwrap(), "original");
    assert_eq!(copy.value(named).unwrap(), Value::from(["red", "blue"]));
    assert_eq!(copy.recipients().unwrap().len(), 1);
    assert!(copy.text(PR_COMMENT).is_err());
    copy.save(0).unwrap();
    assert_eq!(code_of(source.copy_to(&source, &[], 0)), MAPI_E_NO_ACCESS);
    let partial = folder.create_message().unwrap();
    source.copy_props(&partial, &[PR_BODY], 0).unwrap();
    assert_eq!(partial.text(PR_BODY).unwrap(), "text");
    assert!(partial.subject().is_err() || partial.subject().unwrap().is_empty());
    drop((folder, source, copy, partial));
    bench.finish(session);
}

#[test]
fn messages_go_to_other_stores() {
    let (Some(bench), Some(other)) = (Bench::writable(), Bench::writable()) else {
        return;
    };
    let (session, foreign) = (bench.logon(), other.logon());
    let folder = playground(&session);
    let message = folder.create_message().unwrap();
    let name = Name::string(PSETID_Common, "of a test");
    // The foreign store gives its ids in another order.
    foreign
        .store()
        .named(&Name::string(PSETID_Common, "another"), PT_UNICODE)
        .unwrap();
    let tag = message.named(&name, PT_UNICODE).unwrap();
    message
        .set(&[Prop::new(PR_SUBJECT, "traveller"), Prop::new(tag, "value")])
        .unwrap();
    message
        .add_recipient(MAPI_TO, "Ann", "ann@example.com")
        .unwrap();
    if claims(STORE_ATTACH_OK) {
        message.attach("luggage.bin", &[7; 20_000]).unwrap();
    }
    message.save(0).unwrap();
    let target = playground(&foreign);
    let ids = message_ids(&folder);
    assert_eq!(folder.copy_messages(&[&ids[0]], &target, 0).unwrap(), S_OK);
    let copy = foreign.open_message(&message_ids(&target)[0]).unwrap();
    assert_eq!(copy.subject().unwrap(), "traveller");
    assert_eq!(copy.recipients().unwrap().len(), 1);
    let tag = foreign.store().named(&name, PT_UNICODE).unwrap();
    assert_eq!(copy.text(tag).unwrap(), "value");
    if claims(STORE_ATTACH_OK) {
        let number = copy.attachments().unwrap()[0].bits(PR_ATTACH_NUM).unwrap();
        assert_eq!(
            copy.open_attachment(number).unwrap().bytes().unwrap(),
            [7; 20_000]
        );
    }
    assert_eq!(
        folder
            .copy_messages(&[&ids[0]], &target, MESSAGE_MOVE)
            .unwrap(),
        S_OK
    );
    assert!(message_ids(&folder).is_empty());
    drop((folder, message, target, copy));
    bench.finish(session);
    other.finish(foreign);
}

#[test]
fn associated_messages_are_apart() {
    let Some(bench) = Bench::writable() else {
        return;
    };
    let session = bench.logon();
    let folder = folder_with(&session, &["visible"]);
    let view = folder.create_message_with(MAPI_ASSOCIATED).unwrap();
    view.set(&[
        Prop::new(PR_SUBJECT, "view"),
        Prop::new(PR_MESSAGE_CLASS, "IPM.Microsoft.FolderDesign.NamedView"),
    ])
    .unwrap();
    assert!(view.bits(PR_MESSAGE_FLAGS).unwrap() & MSGFLAG_ASSOCIATED != 0);
    view.save(0).unwrap();
    assert_eq!(session.subjects(&folder).unwrap(), ["visible"]);
    assert_eq!(column(&folder.associated().unwrap(), PR_SUBJECT), ["view"]);
    drop((folder, view));
    bench.finish(session);
}

#[test]
fn a_long_copy_shows_its_progress() {
    let Some(bench) = Bench::writable() else {
        return;
    };
    let session = bench.logon();
    let folder = folder_with(&session, &["a", "b", "c", "d"]);
    let target = folder.create_folder("Target").unwrap();
    let ids = message_ids(&folder);
    let list: Vec<&[u8]> = ids.iter().map(Vec::as_slice).collect();
    let progress = ProgressRecorder::new();
    assert_eq!(
        folder
            .copy_messages_with(&list, &target, MESSAGE_DIALOG, Some(&progress))
            .unwrap(),
        S_OK
    );
    let reports = progress.reports();
    assert!(
        reports
            .windows(2)
            .all(|pair| pair[0].value <= pair[1].value),
        "{reports:?}"
    );
    assert!(
        reports
            .iter()
            .all(|report| report.value <= 1000 && report.count <= report.total.max(report.count))
    );
    assert!(
        progress
            .threads()
            .iter()
            .all(|thread| *thread == std::thread::current().id())
    );
    assert_eq!(progress.references(), 1);
    // Without the flag the display is not touched.
    let untouched = ProgressRecorder::new();
    assert_eq!(
        folder
            .copy_messages_with(&list, &target, 0, Some(&untouched))
            .unwrap(),
        S_OK
    );
    assert!(untouched.reports().is_empty());
    drop((folder, target));
    bench.finish(session);
}

#[test]
fn saving_survives_any_lack_of_memory() {
    let Some(bench) = Bench::writable() else {
        return;
    };
    let session = bench.logon();
    let folder = folder_with(&session, &["x"]);
    let id = message_ids(&folder).remove(0);
    for n in 1..100 {
        let blocks = bench.host.memory().live_blocks().len();
        bench.host.memory().fail_request(n);
        let outcome = session.open_message(&id).and_then(|message| {
            message.get_all()?;
            message.recipient_table()?.all_rows()?;
            message.names_from_ids(&[0x8000_0000]).map(drop)
        });
        let reached = bench.host.memory().stop_failing();
        assert_eq!(
            bench.host.memory().live_blocks().len(),
            blocks,
            "request {n}"
        );
        if let Err(failure) = outcome {
            assert_eq!(
                failure.code, MAPI_E_NOT_ENOUGH_MEMORY,
                "request {n}: {failure}"
            );
        }
        if !reached {
            break;
        }
    }
    drop(folder);
    bench.finish(session);
}
