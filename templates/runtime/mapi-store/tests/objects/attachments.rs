//! Attachments, embedded messages, and streams over properties.

use mapi_abi::*;
use mapi_host::*;
use windows_core::Interface;

use crate::support::*;

fn reopened(session: &Session, message: &Message) -> Message {
    session.open_message(&message.entry_id().unwrap()).unwrap()
}

#[test]
fn an_attachment_is_saved_with_its_message() {
    let bench = Bench::new();
    let session = bench.logon();
    let message = session.inbox().unwrap().create_message().unwrap();
    message.put(PR_SUBJECT, "files").unwrap();
    message.save(KEEP_OPEN_READWRITE).unwrap();
    let (number, attachment) = message.create_attachment().unwrap();
    assert_eq!(
        attachment.long(PR_ATTACH_METHOD).unwrap(),
        NO_ATTACHMENT as i32
    );
    assert_eq!(attachment.long(PR_ATTACH_NUM).unwrap(), number as i32);
    assert_eq!(attachment.long(PR_OBJECT_TYPE).unwrap(), MAPI_ATTACH as i32);
    attachment.put(PR_ATTACH_METHOD, ATTACH_BY_VALUE).unwrap();
    attachment
        .put(PR_ATTACH_LONG_FILENAME, "notes.txt")
        .unwrap();
    attachment
        .write_stream(PR_ATTACH_DATA_BIN, b"first draft")
        .unwrap();
    assert_eq!(refused(message.open_attachment(number)), MAPI_E_NOT_FOUND);
    attachment.save(KEEP_OPEN_READWRITE).unwrap();
    assert!(
        reopened(&session, &message)
            .attachments()
            .unwrap()
            .is_empty()
    );
    message.save(KEEP_OPEN_READWRITE).unwrap();
    let stored = reopened(&session, &message);
    assert!(stored.boolean(PR_HASATTACH).unwrap());
    assert_ne!(
        stored.bits(PR_MESSAGE_FLAGS).unwrap() & MSGFLAG_HASATTACH,
        0
    );
    let rows = stored.attachment_table().unwrap().all_rows().unwrap();
    assert_eq!(rows.len(), 1);
    for tag in [
        PR_ATTACH_NUM,
        PR_INSTANCE_KEY,
        PR_RECORD_KEY,
        PR_RENDERING_POSITION,
        PR_ATTACH_METHOD,
    ] {
        assert!(rows[0].find(tag).is_some(), "{tag:#X} in {rows:?}");
    }
    let opened = stored.open_attachment(number).unwrap();
    assert_eq!(opened.bytes().unwrap(), b"first draft");
    assert_eq!(
        opened.binary(PR_RECORD_KEY).unwrap(),
        attachment.binary(PR_RECORD_KEY).unwrap()
    );
    assert!(opened.long(PR_ATTACH_SIZE).unwrap() >= 11);
    drop((opened, attachment, message, stored));
    session.logoff().unwrap();
    bench.host.assert_clean();
}

#[test]
fn a_deleted_attachment_comes_back_without_a_save() {
    let bench = Bench::new();
    let session = bench.logon();
    let message = session.inbox().unwrap().create_message().unwrap();
    message.attach("a.txt", b"a").unwrap();
    let second = message.attach("b.txt", b"b").unwrap();
    message.save(KEEP_OPEN_READWRITE).unwrap();
    message.delete_attachment(second).unwrap();
    assert_eq!(refused(message.delete_attachment(second)), MAPI_E_NOT_FOUND);
    assert_eq!(message.attachments().unwrap().len(), 1);
    assert_eq!(reopened(&session, &message).attachments().unwrap().len(), 2);
    let third = message.attach("c.txt", b"c").unwrap();
    assert_ne!(third, second, "a number is given once");
    message.save(KEEP_OPEN_READWRITE).unwrap();
    assert_eq!(reopened(&session, &message).attachments().unwrap().len(), 2);
}

#[test]
fn an_attachment_opened_to_read_refuses_changes() {
    let bench = Bench::new();
    let session = bench.logon();
    let message = session.inbox().unwrap().create_message().unwrap();
    let number = message.attach("a.txt", b"a").unwrap();
    message.save(0).unwrap();
    let attachment = message.open_attachment(number).unwrap();
    assert_eq!(
        refused(attachment.put(PR_ATTACH_LONG_FILENAME, "b.txt")),
        MAPI_E_NO_ACCESS
    );
    assert_eq!(
        refused(attachment.stream(PR_ATTACH_DATA_BIN, MAPI_MODIFY)),
        MAPI_E_NO_ACCESS
    );
    assert_eq!(refused(attachment.save(0)), MAPI_E_NO_ACCESS);
    let mut object = std::ptr::null_mut();
    // SAFETY: the arguments are locals.
    let code = unsafe {
        message
            .raw_message()
            .OpenAttach(number, std::ptr::null(), MAPI_MODIFY, &mut object)
    };
    assert_eq!(code, MAPI_E_NO_ACCESS);
    assert!(object.is_null());
}

#[test]
fn three_saves_keep_an_embedded_message() {
    let bench = Bench::new();
    let session = bench.logon();
    let message = session.inbox().unwrap().create_message().unwrap();
    message.put(PR_SUBJECT, "outer").unwrap();
    let (number, attachment) = message.create_attachment().unwrap();
    assert_eq!(refused(attachment.embedded(0)), MAPI_E_NOT_FOUND);
    let inner = attachment.embedded(MAPI_CREATE | MAPI_MODIFY).unwrap();
    inner.put(PR_SUBJECT, "FW: inner").unwrap();
    inner
        .add_recipient(MAPI_TO, "Ann", "ann@example.com")
        .unwrap();
    inner.attach("deep.bin", &[7; 20_000]).unwrap();
    inner.save(KEEP_OPEN_READWRITE).unwrap();
    attachment.save(KEEP_OPEN_READWRITE).unwrap();
    message.save(KEEP_OPEN_READWRITE).unwrap();

    let stored = reopened(&session, &message);
    let attachment = stored.open_attachment(number).unwrap();
    assert_eq!(
        attachment.long(PR_ATTACH_METHOD).unwrap(),
        ATTACH_EMBEDDED_MSG as i32
    );
    assert!(attachment.list().unwrap().contains(&PR_ATTACH_DATA_OBJ));
    let inner = attachment.embedded(0).unwrap();
    assert_eq!(inner.text(PR_SUBJECT).unwrap(), "FW: inner");
    assert_eq!(inner.text(PR_NORMALIZED_SUBJECT).unwrap(), "inner");
    assert_eq!(inner.recipients().unwrap().len(), 1);
    let deep = inner.attachments().unwrap()[0].long(PR_ATTACH_NUM).unwrap();
    assert_eq!(
        inner.open_attachment(deep as u32).unwrap().bytes().unwrap(),
        [7; 20_000]
    );
    assert_eq!(refused(inner.put(PR_SUBJECT, "no")), MAPI_E_NO_ACCESS);

    let outer = reopened(&session, &message);
    let attachment = outer.open_attachment(number).unwrap();
    let inner = attachment.embedded(MAPI_MODIFY).unwrap();
    inner.put(PR_SUBJECT, "changed").unwrap();
    inner.save(0).unwrap();
    attachment.save(0).unwrap();
    assert_eq!(embedded_subject(&session, &message, number), "FW: inner");
    outer.save(0).unwrap();
    assert_eq!(embedded_subject(&session, &message, number), "changed");
    assert_eq!(
        refused(attachment.open(PR_ATTACH_DATA_OBJ, Some(IStream::IID), 0, 0)),
        MAPI_E_INTERFACE_NOT_SUPPORTED
    );
    drop((deep, inner, attachment, outer, stored, message));
    session.logoff().unwrap();
}

fn embedded_subject(session: &Session, message: &Message, number: u32) -> String {
    let attachment = reopened(session, message).open_attachment(number).unwrap();
    attachment.embedded(0).unwrap().text(PR_SUBJECT).unwrap()
}

#[test]
fn attachments_copy_to_attachments() {
    let bench = Bench::new();
    let session = bench.logon();
    let inbox = session.inbox().unwrap();
    let (one, two) = (
        inbox.create_message().unwrap(),
        inbox.create_message().unwrap(),
    );
    let number = one.attach("a.txt", &[5; 30_000]).unwrap();
    one.save(KEEP_OPEN_READWRITE).unwrap();
    let source = one.open_attachment(number).unwrap();
    let (number, copy) = two.create_attachment().unwrap();
    assert_eq!(source.copy_to(&copy, &[], 0).unwrap(), []);
    copy.save(0).unwrap();
    two.save(KEEP_OPEN_READWRITE).unwrap();
    let stored = reopened(&session, &two).open_attachment(number).unwrap();
    assert_eq!(stored.bytes().unwrap(), [5; 30_000]);
    assert_eq!(
        stored.text(PR_ATTACH_LONG_FILENAME).unwrap(),
        source.text(PR_ATTACH_LONG_FILENAME).unwrap()
    );
    assert_ne!(
        stored.binary(PR_RECORD_KEY).unwrap(),
        source.binary(PR_RECORD_KEY).unwrap()
    );
}

#[test]
fn a_large_body_is_read_and_written_as_a_stream() {
    let bench = Bench::new();
    let session = bench.logon();
    let message = session.inbox().unwrap().create_message().unwrap();
    let body = "Grüße, ".repeat(5_000);
    let bytes: Vec<u8> = body.encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(refused(message.stream(PR_BODY, 0)), MAPI_E_NOT_FOUND);
    assert_eq!(
        refused(message.stream(PR_BODY, MAPI_CREATE)),
        MAPI_E_INVALID_PARAMETER
    );
    message.write_stream(PR_BODY, &bytes).unwrap();
    assert_eq!(
        message.get(&[PR_BODY]).unwrap().error(PR_BODY),
        Some(MAPI_E_NOT_ENOUGH_MEMORY)
    );
    message.save(KEEP_OPEN_READWRITE).unwrap();
    let stored = reopened(&session, &message);
    assert_eq!(
        stored.get(&[PR_BODY]).unwrap().error(PR_BODY),
        Some(MAPI_E_NOT_ENOUGH_MEMORY)
    );
    assert_eq!(stored.read_stream(PR_BODY).unwrap(), bytes);
    assert_eq!(
        stored.stream(PR_BODY, 0).unwrap().size().unwrap(),
        bytes.len() as u64
    );
    let narrow = stored
        .read_stream(change_prop_type(PR_BODY, PT_STRING8))
        .unwrap();
    assert_eq!(narrow.len(), body.chars().count());

    message.write_stream(PR_BODY, b"s\0h\0o\0r\0t\0").unwrap();
    assert_eq!(message.text(PR_BODY).unwrap(), "short");
    assert_eq!(
        reopened(&session, &message).read_stream(PR_BODY).unwrap(),
        bytes,
        "not saved yet"
    );
    message.save(KEEP_OPEN_READWRITE).unwrap();
    assert_eq!(reopened(&session, &message).text(PR_BODY).unwrap(), "short");
    let tail = message.stream(PR_BODY, MAPI_MODIFY).unwrap();
    tail.seek(std::io::SeekFrom::End(0)).unwrap();
    tail.write_all(b"e\0r\0").unwrap();
    tail.commit().unwrap();
    assert_eq!(message.text(PR_BODY).unwrap(), "shorter");
    drop((tail, stored, message));
    session.logoff().unwrap();
    bench.host.assert_clean();
}

#[test]
fn a_stream_that_needs_no_commit_is_saved_with_its_message() {
    let bench = Bench::new();
    let session = bench.logon();
    let message = session.inbox().unwrap().create_message().unwrap();
    let open = |options| {
        let object = message
            .open(
                PR_HTML,
                Some(IStream::IID),
                options,
                MAPI_CREATE | MAPI_MODIFY,
            )
            .unwrap();
        object.cast::<IStream>().unwrap()
    };
    let write = |stream: &IStream, bytes: &[u8]| {
        // SAFETY: the bytes are there.
        let code = unsafe {
            stream.Write(
                bytes.as_ptr().cast(),
                bytes.len() as u32,
                std::ptr::null_mut(),
            )
        };
        assert_eq!(code, S_OK);
    };
    let direct = open(STGM_READWRITE);
    write(&direct, b"<p>direct</p>");
    message.save(KEEP_OPEN_READWRITE).unwrap();
    assert_eq!(
        reopened(&session, &message).html().unwrap(),
        b"<p>direct</p>"
    );
    drop(direct);
    let transacted = open(STGM_READWRITE | STGM_TRANSACTED);
    write(&transacted, b"<p>never committed</p>");
    message.save(KEEP_OPEN_READWRITE).unwrap();
    drop(transacted);
    message.save(KEEP_OPEN_READWRITE).unwrap();
    assert_eq!(
        reopened(&session, &message).html().unwrap(),
        b"<p>direct</p>"
    );
}

#[test]
fn attachment_tables_have_no_bookmarks_and_sort_by_position() {
    let bench = Bench::new();
    let session = bench.logon();
    let message = session.inbox().unwrap().create_message().unwrap();
    for position in [30_u32, 10, u32::MAX] {
        let (_, attachment) = message.create_attachment().unwrap();
        attachment.put(PR_RENDERING_POSITION, position).unwrap();
        attachment.save(0).unwrap();
    }
    let table = message.attachment_table().unwrap();
    assert_eq!(refused(table.create_bookmark()), MAPI_E_NO_SUPPORT);
    let rows = table
        .rows(&[PR_RENDERING_POSITION, PR_NULL, PR_ATTACH_TAG])
        .unwrap();
    let positions: Vec<_> = rows
        .iter()
        .map(|row| row.long(PR_RENDERING_POSITION).unwrap())
        .collect();
    assert_eq!(positions, [-1, 10, 30]);
    assert_eq!(rows[0][1].tag, PR_NULL);
    assert_eq!(rows[0].error(PR_ATTACH_TAG), Some(MAPI_E_NOT_FOUND));
}
