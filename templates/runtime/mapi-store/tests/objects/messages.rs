//! Messages: working copies, saving, recipients, flags, copying.

use std::time::Duration;

use mapi_abi::*;
use mapi_host::*;
use windows_core::Interface;

use crate::support::*;

/// How long a test waits for what must come.
const PATIENCE: Duration = Duration::from_secs(30);

/// Opens a message to be changed.
fn open_to_write(session: &Session, entry_id: &[u8]) -> Message {
    session.open_message(entry_id).unwrap()
}

#[test]
fn a_message_exists_once_it_is_saved() {
    let bench = Bench::new();
    let session = bench.logon();
    let inbox = session.inbox().unwrap();
    let message = inbox.create_message().unwrap();
    message.put(PR_SUBJECT, "RE: plans").unwrap();
    message.put(PR_MESSAGE_CLASS, "IPM.Note").unwrap();
    assert_eq!(inbox.contents().unwrap().row_count().unwrap(), 0);
    assert_eq!(message.text(PR_SUBJECT).unwrap(), "RE: plans");
    let flags = message.bits(PR_MESSAGE_FLAGS).unwrap();
    assert_eq!(
        flags & (MSGFLAG_UNSENT | MSGFLAG_UNMODIFIED),
        MSGFLAG_UNSENT | MSGFLAG_UNMODIFIED
    );
    message.save(KEEP_OPEN_READWRITE).unwrap();
    assert_eq!(inbox.contents().unwrap().row_count().unwrap(), 1);
    assert_eq!(message.text(PR_NORMALIZED_SUBJECT).unwrap(), "plans");
    assert_eq!(message.text(PR_SUBJECT_PREFIX).unwrap(), "RE: ");
    assert_eq!(message.long(PR_OBJECT_TYPE).unwrap(), MAPI_MESSAGE as i32);
    assert_eq!(
        message.binary(PR_PARENT_ENTRYID).unwrap(),
        inbox.entry_id().unwrap()
    );
    assert_eq!(
        message.binary(PR_STORE_ENTRYID).unwrap(),
        session.store().entry_id().unwrap()
    );
    assert_eq!(message.text(PR_DISPLAY_TO).unwrap(), "");
    for tag in [
        PR_RECORD_KEY,
        PR_SEARCH_KEY,
        PR_MAPPING_SIGNATURE,
        PR_STORE_RECORD_KEY,
    ] {
        assert!(!message.binary(tag).unwrap().is_empty(), "{tag:#X}");
    }
    let tags = message.list().unwrap();
    assert!(tags.contains(&PR_MESSAGE_RECIPIENTS) && tags.contains(&PR_MESSAGE_ATTACHMENTS));
    let forgotten = inbox.create_message().unwrap();
    forgotten.put(PR_SUBJECT, "never saved").unwrap();
    drop(forgotten);
    assert_eq!(session.subjects(&inbox).unwrap(), ["RE: plans"]);
    drop(message);
    session.logoff().unwrap();
    bench.host.assert_clean();
}

#[test]
fn a_save_without_a_flag_leaves_the_message_open_for_reading() {
    let bench = Bench::new();
    let session = bench.logon();
    let inbox = session.inbox().unwrap();
    for flags in [0, KEEP_OPEN_READONLY] {
        let message = inbox.create_message().unwrap();
        message.put(PR_SUBJECT, "one").unwrap();
        message.save(flags).unwrap();
        assert_eq!(message.text(PR_SUBJECT).unwrap(), "one");
        assert_eq!(message.long(PR_ACCESS_LEVEL).unwrap(), 0);
        assert_eq!(refused(message.put(PR_SUBJECT, "two")), MAPI_E_NO_ACCESS);
        assert_eq!(refused(message.save(KEEP_OPEN_READWRITE)), MAPI_E_NO_ACCESS);
        assert_eq!(refused(message.create_attachment()), MAPI_E_NO_ACCESS);
        assert_eq!(
            refused(message.add_recipient(MAPI_TO, "Ann", "ann@example.com")),
            MAPI_E_NO_ACCESS
        );
    }
    let message = inbox.create_message().unwrap();
    message.put(PR_SUBJECT, "one").unwrap();
    message.save(KEEP_OPEN_READWRITE).unwrap();
    message.put(PR_SUBJECT, "two").unwrap();
    message.save(KEEP_OPEN_READWRITE).unwrap();
    let stored = session.open_message(&message.entry_id().unwrap()).unwrap();
    assert_eq!(stored.text(PR_SUBJECT).unwrap(), "two");
}

#[test]
fn the_second_of_two_writers_is_told() {
    let bench = Bench::new();
    let session = bench.logon();
    let inbox = session.inbox().unwrap();
    let id = inbox
        .add_message(&[Prop::new(PR_SUBJECT, "old")])
        .unwrap()
        .entry_id()
        .unwrap();
    let (first, second) = (open_to_write(&session, &id), open_to_write(&session, &id));
    first.put(PR_SUBJECT, "first").unwrap();
    second.put(PR_SUBJECT, "second").unwrap();
    first.save(KEEP_OPEN_READWRITE).unwrap();
    assert_eq!(
        refused(second.save(KEEP_OPEN_READWRITE)),
        MAPI_E_OBJECT_CHANGED
    );
    assert_eq!(second.text(PR_SUBJECT).unwrap(), "second", "the edit waits");
    assert_eq!(
        session.open_message(&id).unwrap().text(PR_SUBJECT).unwrap(),
        "first"
    );
    second.save(KEEP_OPEN_READWRITE | FORCE_SAVE).unwrap();
    assert_eq!(
        session.open_message(&id).unwrap().text(PR_SUBJECT).unwrap(),
        "second"
    );
    let _ = inbox.delete_messages(&[&id], 0).unwrap();
    for flags in [KEEP_OPEN_READWRITE, KEEP_OPEN_READWRITE | FORCE_SAVE] {
        assert_eq!(refused(second.save(flags)), MAPI_E_OBJECT_DELETED);
    }
    second.put(PR_SUBJECT, "third").unwrap();
    for flags in [KEEP_OPEN_READWRITE, KEEP_OPEN_READWRITE | FORCE_SAVE] {
        assert_eq!(refused(second.save(flags)), MAPI_E_OBJECT_DELETED);
    }
    assert_eq!(refused(session.open_message(&id)), MAPI_E_NOT_FOUND);
}

#[test]
fn computed_properties_are_problems_and_the_rest_is_set() {
    let bench = Bench::new();
    let session = bench.logon();
    let message = session.inbox().unwrap().create_message().unwrap();
    let problems = message
        .set(&[
            Prop::new(PR_ENTRYID, b"mine"),
            Prop::new(PR_SUBJECT, "kept"),
            Prop::new(PR_STORE_SUPPORT_MASK, 7),
            Prop::new(PR_HASATTACH, true),
        ])
        .unwrap();
    let codes: Vec<_> = problems
        .iter()
        .map(|problem| (problem.index, problem.code))
        .collect();
    assert_eq!(
        codes,
        [
            (0, MAPI_E_COMPUTED),
            (2, MAPI_E_COMPUTED),
            (3, MAPI_E_COMPUTED)
        ]
    );
    assert_eq!(message.text(PR_SUBJECT).unwrap(), "kept");
    assert_eq!(message.delete(&[PR_SUBJECT]).unwrap(), []);
    assert_eq!(refused(message.text(PR_SUBJECT)), MAPI_E_NOT_FOUND);
}

#[test]
fn a_client_owns_some_flags_until_the_first_save() {
    let bench = Bench::new();
    let session = bench.logon();
    let inbox = session.inbox().unwrap();
    let message = inbox.create_message().unwrap();
    message
        .put(
            PR_MESSAGE_FLAGS,
            MSGFLAG_READ | MSGFLAG_HASATTACH | MSGFLAG_SUBMIT,
        )
        .unwrap();
    let flags = message.bits(PR_MESSAGE_FLAGS).unwrap();
    assert_eq!(flags & (MSGFLAG_READ | MSGFLAG_UNSENT), MSGFLAG_READ);
    assert_eq!(flags & (MSGFLAG_HASATTACH | MSGFLAG_SUBMIT), 0);
    message.save(KEEP_OPEN_READWRITE).unwrap();
    assert_eq!(
        message.bits(PR_MESSAGE_FLAGS).unwrap() & MSGFLAG_READ,
        MSGFLAG_READ
    );
    let late = message.set(&[Prop::new(PR_MESSAGE_FLAGS, 0_u32)]).unwrap();
    assert_eq!(late[0].code, MAPI_E_COMPUTED);
    assert_eq!(inbox.long(PR_CONTENT_UNREAD).unwrap(), 0);
    let associated = inbox.create_message_with(MAPI_ASSOCIATED).unwrap();
    associated.put(PR_MESSAGE_FLAGS, MSGFLAG_READ).unwrap();
    let flags = associated.bits(PR_MESSAGE_FLAGS).unwrap();
    assert_eq!(
        flags & (MSGFLAG_READ | MSGFLAG_ASSOCIATED),
        MSGFLAG_ASSOCIATED
    );
}

#[test]
fn the_read_flag_is_committed_by_itself() {
    let bench = Bench::new();
    let session = bench.logon();
    let inbox = session.inbox().unwrap();
    let id = inbox
        .add_message(&[Prop::new(PR_SUBJECT, "news")])
        .unwrap()
        .entry_id()
        .unwrap();
    assert_eq!(inbox.long(PR_CONTENT_UNREAD).unwrap(), 1);
    let message = open_to_write(&session, &id);
    message.put(PR_SUBJECT, "pending").unwrap();
    message.set_read_flag(0).unwrap();
    assert_eq!(inbox.long(PR_CONTENT_UNREAD).unwrap(), 0);
    assert_eq!(
        message.bits(PR_MESSAGE_FLAGS).unwrap() & MSGFLAG_READ,
        MSGFLAG_READ
    );
    assert_eq!(
        session.open_message(&id).unwrap().text(PR_SUBJECT).unwrap(),
        "news"
    );
    message.save(KEEP_OPEN_READWRITE).unwrap();
    message.set_read_flag(CLEAR_READ_FLAG).unwrap();
    assert_eq!(inbox.long(PR_CONTENT_UNREAD).unwrap(), 1);
    message.save(KEEP_OPEN_READWRITE).unwrap();
    assert_eq!(inbox.long(PR_CONTENT_UNREAD).unwrap(), 1);
    for flags in [
        SUPPRESS_RECEIPT | CLEAR_READ_FLAG,
        CLEAR_READ_FLAG | GENERATE_RECEIPT_ONLY,
    ] {
        assert_eq!(
            refused(message.set_read_flag(flags)),
            MAPI_E_INVALID_PARAMETER
        );
    }
    let _ = inbox.delete_messages(&[&id], 0).unwrap();
    assert!(message.set_read_flag(0).is_err());
}

#[test]
fn a_store_that_does_not_send_refuses_to() {
    let bench = Bench::new();
    let session = bench.logon();
    let message = session.inbox().unwrap().create_message().unwrap();
    assert_eq!(refused(message.submit(0)), MAPI_E_NO_SUPPORT);
    message.put(PR_SUBJECT, "still usable").unwrap();
}

#[test]
fn recipients_come_and_go_by_their_row_ids() {
    let bench = Bench::new();
    let session = bench.logon();
    let inbox = session.inbox().unwrap();
    let message = inbox.create_message().unwrap();
    let table = message.recipient_table().unwrap();
    message
        .add_recipient(MAPI_TO, "Ann", "ann@example.com")
        .unwrap();
    message
        .add_recipient(MAPI_CC, "Bob", "bob@example.com")
        .unwrap();
    let rows = table
        .rows(&[
            PR_ROWID,
            PR_DISPLAY_NAME,
            PR_RECIPIENT_TYPE,
            PR_INSTANCE_KEY,
        ])
        .unwrap();
    assert_eq!(rows.len(), 2, "the open table follows the message");
    assert_eq!(
        (
            rows[0].text(PR_DISPLAY_NAME),
            rows[0].long(PR_RECIPIENT_TYPE)
        ),
        (Some("Ann"), Some(1))
    );
    let bob = rows[1].long(PR_ROWID).unwrap();
    message
        .modify_recipients(MODRECIP_REMOVE, &[vec![Prop::new(PR_ROWID, bob)]])
        .unwrap();
    assert_eq!(table.row_count().unwrap(), 1);
    let given = vec![
        Prop::new(PR_ROWID, 77),
        Prop::new(PR_DISPLAY_NAME, "Cleo"),
        Prop::new(PR_RECIPIENT_TYPE, MAPI_TO),
    ];
    message.modify_recipients(0, &[given]).unwrap();
    let rows = message.recipients().unwrap();
    assert_eq!(
        (
            rows.len(),
            rows[0].long(PR_ROWID),
            rows[0].text(PR_DISPLAY_NAME)
        ),
        (1, Some(77), Some("Cleo"))
    );
    message
        .add_recipient(MAPI_BCC, "Dan", "dan@example.com")
        .unwrap();
    message.put(PR_SUBJECT, "to all").unwrap();
    message.save(KEEP_OPEN_READWRITE).unwrap();
    assert_eq!(message.text(PR_DISPLAY_TO).unwrap(), "Cleo");
    assert_eq!(message.text(PR_DISPLAY_BCC).unwrap(), "Dan");
    let stored = session.open_message(&message.entry_id().unwrap()).unwrap();
    let by_property = stored.table(PR_MESSAGE_RECIPIENTS).unwrap();
    assert_eq!(
        by_property.all_rows().unwrap(),
        stored.recipient_table().unwrap().all_rows().unwrap()
    );
    assert_eq!(
        refused(message.modify_recipients(MODRECIP_ADD | MODRECIP_REMOVE, &[])),
        MAPI_E_INVALID_PARAMETER
    );
    let unknown = vec![Prop::new(PR_ROWID, 4711)];
    assert_eq!(
        refused(message.modify_recipients(MODRECIP_MODIFY, &[unknown])),
        MAPI_E_NOT_FOUND
    );
    drop((message, stored, table, by_property));
    session.logoff().unwrap();
    bench.host.assert_clean();
}

#[test]
fn a_table_of_recipients_sorts_restricts_and_finds() {
    let bench = Bench::new();
    let session = bench.logon();
    let message = session.inbox().unwrap().create_message().unwrap();
    for (kind, name) in [(MAPI_TO, "b"), (MAPI_CC, "c"), (MAPI_TO, "a")] {
        message.add_recipient(kind, name, "x@example.com").unwrap();
    }
    let table = message.recipient_table().unwrap();
    table
        .sort(&SortOrder::ascending(&[PR_DISPLAY_NAME]))
        .unwrap();
    table
        .restrict(Some(&Restriction::equals(PR_RECIPIENT_TYPE, MAPI_TO)))
        .unwrap();
    let names: Vec<_> = table.rows(&[PR_DISPLAY_NAME]).unwrap();
    assert_eq!(
        names
            .iter()
            .map(|row| row.text(PR_DISPLAY_NAME).unwrap())
            .collect::<Vec<_>>(),
        ["a", "b"]
    );
    table
        .find(
            &Restriction::equals(PR_DISPLAY_NAME, "b"),
            BOOKMARK_BEGINNING,
            0,
        )
        .unwrap();
    assert_eq!(table.position().unwrap().row, 1);
    let other = Restriction::equals(PR_DISPLAY_NAME, "c");
    assert_eq!(
        refused(table.find(&other, BOOKMARK_BEGINNING, 0)),
        MAPI_E_NOT_FOUND
    );
    table.restrict(None).unwrap();
    let key = table.rows(&[PR_INSTANCE_KEY]).unwrap()[2]
        .binary(PR_INSTANCE_KEY)
        .unwrap()
        .to_vec();
    table
        .find(
            &Restriction::equals(PR_INSTANCE_KEY, &key),
            BOOKMARK_BEGINNING,
            0,
        )
        .unwrap();
    assert_eq!(table.position().unwrap().row, 2);
}

#[test]
fn copies_between_messages_take_everything_along() {
    let bench = Bench::new();
    let session = bench.logon();
    let inbox = session.inbox().unwrap();
    let source = inbox.create_message().unwrap();
    let big = "long ".repeat(10_000);
    source.put(PR_SUBJECT, "original").unwrap();
    source
        .write_stream(
            PR_BODY,
            &big.encode_utf16()
                .flat_map(u16::to_le_bytes)
                .collect::<Vec<_>>(),
        )
        .unwrap();
    source
        .add_recipient(MAPI_TO, "Ann", "ann@example.com")
        .unwrap();
    source.attach("a.txt", b"attached").unwrap();
    source.save(KEEP_OPEN_READWRITE).unwrap();
    let source = session.open_message(&source.entry_id().unwrap()).unwrap();

    let copy = inbox.create_message().unwrap();
    assert_eq!(source.copy_to(&copy, &[], 0).unwrap(), []);
    copy.save(KEEP_OPEN_READWRITE).unwrap();
    assert_eq!(copy.text(PR_SUBJECT).unwrap(), "original");
    assert_eq!(copy.body().unwrap(), big);
    assert_eq!(copy.recipients().unwrap().len(), 1);
    assert_eq!(
        copy.open_attachment(0).unwrap().bytes().unwrap(),
        b"attached"
    );
    assert_ne!(copy.entry_id().unwrap(), source.entry_id().unwrap());

    let part = inbox.create_message().unwrap();
    source
        .copy_to(&part, &[PR_BODY, PR_MESSAGE_ATTACHMENTS], 0)
        .unwrap();
    assert_eq!(refused(part.text(PR_BODY)), MAPI_E_NOT_FOUND);
    assert!(part.attachments().unwrap().is_empty());
    assert_eq!(part.recipients().unwrap().len(), 1);

    let few = inbox.create_message().unwrap();
    few.put(PR_SUBJECT, "mine").unwrap();
    let problems = source
        .copy_props(
            &few,
            &[PR_SUBJECT, PR_ENTRYID, PR_START_DATE],
            MAPI_NOREPLACE,
        )
        .unwrap();
    let codes: Vec<_> = problems
        .iter()
        .map(|problem| (problem.index, problem.code))
        .collect();
    assert_eq!(codes, [(1, MAPI_E_COMPUTED), (2, MAPI_E_NOT_FOUND)]);
    assert_eq!(few.text(PR_SUBJECT).unwrap(), "mine");
    source.copy_props(&few, &[PR_SUBJECT], 0).unwrap();
    assert_eq!(few.text(PR_SUBJECT).unwrap(), "original");
    assert!(few.recipients().unwrap().is_empty());

    assert_eq!(refused(source.copy_to(&source, &[], 0)), MAPI_E_NO_ACCESS);
    assert_eq!(
        refused(copy.copy_to(&session.inbox().unwrap(), &[], MAPI_DECLINE_OK)),
        MAPI_E_DECLINE_COPY
    );
    drop((source, copy, part, few));
    session.logoff().unwrap();
    bench.host.assert_clean();
}

#[test]
fn a_message_outlives_its_store_without_a_crash() {
    let bench = Bench::new();
    let mut session = bench.logon();
    let inbox = session.inbox().unwrap();
    let message = inbox.create_message().unwrap();
    message.put(PR_SUBJECT, "late").unwrap();
    let (_, attachment) = message.create_attachment().unwrap();
    let stream = attachment
        .stream(PR_ATTACH_DATA_BIN, MAPI_CREATE | MAPI_MODIFY)
        .unwrap();
    let table = message.recipient_table().unwrap();
    drop(inbox);
    session.release_store();
    assert_eq!(
        refused(message.put(PR_SUBJECT, "later")),
        MAPI_E_INVALID_OBJECT
    );
    assert_eq!(refused(message.save(0)), MAPI_E_INVALID_OBJECT);
    assert_eq!(refused(attachment.save(0)), MAPI_E_INVALID_OBJECT);
    assert_eq!(refused(table.row_count()), MAPI_E_INVALID_OBJECT);
    assert!(stream.write_all(b"x").is_err());
    drop((stream, attachment, table, message));
    session.logoff().unwrap();
    bench.host.assert_clean();
}

#[test]
fn saving_notifies_the_watchers_of_store_and_message() {
    let bench = Bench::new();
    let session = bench.logon();
    let inbox = session.inbox().unwrap();
    let (store, own) = (Recorder::new(), Recorder::new());
    let everything = fnevObjectCreated
        | fnevObjectModified
        | fnevObjectDeleted
        | fnevObjectMoved
        | fnevObjectCopied;
    let first = session.store().advise(None, everything, &store).unwrap();
    let message = inbox
        .add_message(&[Prop::new(PR_SUBJECT, "watched")])
        .unwrap();
    let id = message.entry_id().unwrap();
    let created = store
        .wait_for(PATIENCE, |event| event.entry_id() == Some(&id))
        .unwrap();
    assert_eq!(created.kind(), fnevObjectCreated);
    let Event::Object {
        object_type,
        parent,
        old_entry_id,
        ..
    } = created
    else {
        panic!("{created:?}")
    };
    assert_eq!(
        (object_type, parent),
        (MAPI_MESSAGE, inbox.entry_id().unwrap())
    );
    assert!(old_entry_id.is_empty());

    let second = session.store().advise(Some(&id), everything, &own).unwrap();
    let message = open_to_write(&session, &id);
    message.put(PR_SUBJECT, "changed").unwrap();
    message.save(KEEP_OPEN_READWRITE).unwrap();
    own.wait_for(PATIENCE, |event| event.kind() == fnevObjectModified)
        .unwrap();
    let _ = inbox.delete_messages(&[&id], 0).unwrap();
    own.wait_for(PATIENCE, |event| event.kind() == fnevObjectDeleted)
        .unwrap();
    store
        .wait_for(PATIENCE, |event| event.kind() == fnevObjectDeleted)
        .unwrap();
    assert!(
        own.events()
            .iter()
            .all(|event| event.entry_id() == Some(&id))
    );
    session.store().unadvise(first).unwrap();
    session.store().unadvise(second).unwrap();
    assert_eq!(refused(session.store().unadvise(second)), MAPI_E_NOT_FOUND);
    assert_eq!(bench.host.subscriptions(), 0);
    drop(message);
    session.logoff().unwrap();
    bench.host.assert_clean();
}

#[test]
fn many_threads_may_use_one_message() {
    let bench = Bench::new();
    let session = bench.logon();
    let message = session.inbox().unwrap().create_message().unwrap();
    message.put(PR_SUBJECT, "busy").unwrap();
    message.save(KEEP_OPEN_READWRITE).unwrap();
    std::thread::scope(|scope| {
        for thread in 0..8_u32 {
            let message = message.clone();
            scope.spawn(move || {
                for round in 0..10 {
                    message.put(0x6700_0003 + (thread << 16), round).unwrap();
                    message.save(KEEP_OPEN_READWRITE).unwrap();
                    message
                        .add_recipient(MAPI_TO, "Ann", "ann@example.com")
                        .unwrap();
                    assert_eq!(message.long(0x6700_0003 + (thread << 16)).unwrap(), round);
                }
            });
        }
    });
    message.save(KEEP_OPEN_READWRITE).unwrap();
    let stored = session.open_message(&message.entry_id().unwrap()).unwrap();
    assert_eq!(stored.recipients().unwrap().len(), 80);
    for thread in 0..8_u32 {
        assert_eq!(stored.long(0x6700_0003 + (thread << 16)).unwrap(), 9);
    }
}

#[test]
fn it_answers_for_its_interfaces_and_no_other() {
    let bench = Bench::new();
    let session = bench.logon();
    let message = session.inbox().unwrap().create_message().unwrap();
    assert!(message.supports(IMessage::IID) && message.supports(IMAPIProp::IID));
    assert!(!message.supports(IAttach::IID) && !message.supports(IMAPIFolder::IID));
    let one: windows_core::IUnknown = message.query().unwrap();
    let other: windows_core::IUnknown = message.query::<IMAPIProp>().unwrap().cast().unwrap();
    assert_eq!(one.as_raw(), other.as_raw());
}

/// `PR_RTF_COMPRESSED` of RTF, in the form that is not compressed.
fn packed(rtf: &str) -> Vec<u8> {
    let length = rtf.len() as u32;
    let numbers = [length + 12, length, u32::from_le_bytes(*b"MELA"), 0];
    let header = numbers.into_iter().flat_map(u32::to_le_bytes);
    header.chain(rtf.bytes()).collect()
}

#[test]
fn bodies_are_in_step_before_the_save_and_say_which_one_is_native() {
    let bench = Bench::new();
    let session = bench.logon();
    let message = session.inbox().unwrap().create_message().unwrap();
    let native = |message: &Message| message.long(PR_NATIVE_BODY_INFO).unwrap();
    message
        .put(PR_RTF_COMPRESSED, packed("{\\rtf1 rich}"))
        .unwrap();
    assert_eq!(message.body().unwrap(), "rich");
    assert_eq!(native(&message), 2);
    message.put(PR_HTML, b"<p>H&amp;T</p>".to_vec()).unwrap();
    // RTF and HTML both came since the last save: the HTML is the better one, and the RTF is the client's.
    assert_eq!(message.body().unwrap(), "H&T");
    message.save(KEEP_OPEN_READWRITE).unwrap();
    assert_eq!(
        (native(&message), message.body().unwrap()),
        (3, "H&T".to_owned())
    );
    message.put(PR_HTML, b"<p>new</p>".to_vec()).unwrap();
    message.save(KEEP_OPEN_READWRITE).unwrap();
    let stored = session.open_message(&message.entry_id().unwrap()).unwrap();
    let made = stored.read_stream(PR_RTF_COMPRESSED).unwrap();
    assert_ne!(made, packed("{\\rtf1 rich}"));
    // What is made can be written back, and is the same message.
    message.put(PR_RTF_COMPRESSED, made).unwrap();
    message.save(KEEP_OPEN_READWRITE).unwrap();
    assert_eq!(message.html().unwrap(), b"<p>new</p>");
    assert_eq!(
        (native(&message), message.body().unwrap()),
        (3, "new".to_owned())
    );
    message.put(PR_BODY, "plain").unwrap();
    assert_eq!(native(&message), 1);
    assert!(message.html().is_err());
    message.save(KEEP_OPEN_READWRITE).unwrap();
    message.delete(&[PR_BODY]).unwrap();
    message.save(KEEP_OPEN_READWRITE).unwrap();
    for tag in [PR_BODY, PR_HTML, PR_RTF_COMPRESSED, PR_NATIVE_BODY_INFO] {
        assert_eq!(refused(message.value(tag)), MAPI_E_NOT_FOUND, "{tag:#X}");
    }
}
