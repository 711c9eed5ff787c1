//! Values out of the host and back again.

use crate::host::*;
use mapi_abi::*;

fn all() -> Vec<Prop> {
    let values = [
        Value::Null,
        Value::Short(-2),
        Value::Long(-3),
        Value::Float(1.5),
        Value::Double(-2.5),
        Value::Currency(i64::MIN),
        Value::AppTime(4.25),
        Value::Error(MAPI_E_NOT_FOUND),
        Value::Boolean(true),
        Value::Object,
        Value::LongLong(i64::MAX),
        Value::String8(b"narrow".to_vec()),
        Value::Unicode("wíde \u{1F600}".into()),
        Value::Time(u64::MAX - 1),
        Value::Guid(PS_PUBLIC_STRINGS),
        Value::Binary(vec![0, 1, 2]),
        Value::Binary(Vec::new()),
        Value::Shorts(vec![1, -1]),
        Value::Longs(vec![2, -2]),
        Value::Floats(vec![0.5]),
        Value::Doubles(vec![0.25, 0.125]),
        Value::Currencies(vec![1, 2, 3]),
        Value::AppTimes(vec![1.0]),
        Value::LongLongs(vec![5, 6]),
        Value::String8s(vec![b"a".to_vec(), Vec::new()]),
        Value::Unicodes(vec!["x".into(), String::new(), "ÿ".into()]),
        Value::Times(vec![1, 2]),
        Value::Guids(vec![PS_MAPI, PSETID_Common]),
        Value::Binaries(vec![vec![9], Vec::new()]),
    ];
    let tagged = |(index, value): (usize, Value)| Prop {
        tag: prop_tag(value.property_type(), 0x6000 + index as u32),
        value,
    };
    values.into_iter().enumerate().map(tagged).collect()
}

#[test]
fn every_type_survives_the_way_through_memory() {
    let memory = MapiMemory::new();
    let props = all();
    let raw = allocate_props(&memory, &props);
    let back = take_props(&memory, "test", raw, props.len() as u32);
    assert_eq!(back.0, props);
    assert!(memory.live_blocks().is_empty() && memory.misuse().is_empty());
}

#[test]
fn every_type_survives_the_way_through_arguments() {
    let arena = Arena::default();
    let props = all();
    let raw = arena.props(&props);
    assert_eq!(
        Reader::arguments("test").props(raw, props.len() as u32),
        props
    );
}

#[test]
fn restrictions_survive_the_way_through_arguments() {
    let restriction = Restriction::And(vec![
        Restriction::Or(vec![]),
        Restriction::contains(PR_SUBJECT, FL_SUBSTRING | FL_IGNORECASE, "x").not(),
        Restriction::compare(RELOP_GE, PR_MESSAGE_SIZE, 5),
        Restriction::Compare {
            relation: RELOP_EQ,
            left: PR_SUBJECT,
            right: PR_NORMALIZED_SUBJECT,
        },
        Restriction::Bits {
            relation: BMR_NEZ,
            tag: PR_MESSAGE_FLAGS,
            mask: MSGFLAG_READ,
        },
        Restriction::Size {
            relation: RELOP_GT,
            tag: PR_BODY,
            size: 100,
        },
        Restriction::Exist(PR_BODY),
        Restriction::Sub {
            object: PR_MESSAGE_RECIPIENTS,
            inner: Box::new(Restriction::Exist(PR_EMAIL_ADDRESS)),
        },
        Restriction::Comment {
            props: vec![Prop::new(PR_SUBJECT, "note")],
            inner: Box::new(Restriction::Exist(1)),
        },
        Restriction::Count {
            count: 3,
            inner: Box::new(Restriction::Exist(2)),
        },
    ]);
    let arena = Arena::default();
    let raw = restriction.write(&arena);
    assert_eq!(
        Restriction::read(&Reader::arguments("test"), raw),
        Some(restriction)
    );
}

#[test]
fn events_survive_the_way_through_arguments() {
    let events = [
        Event::Object {
            kind: fnevObjectMoved,
            object_type: MAPI_MESSAGE,
            entry_id: vec![1; 5],
            parent: vec![2; 6],
            old_entry_id: vec![3; 7],
            old_parent: Vec::new(),
            tags: Some(vec![PR_SUBJECT]),
        },
        Event::NewMail {
            entry_id: vec![1],
            parent: vec![2],
            message_class: "IPM.Note".into(),
            message_flags: MSGFLAG_UNMODIFIED,
        },
        Event::Table {
            event: TABLE_ROW_ADDED,
            result: S_OK,
            index: Prop::new(PR_INSTANCE_KEY, &[1_u8, 2]),
            prior: Prop {
                tag: PR_NULL,
                value: Value::Null,
            },
            row: Props(vec![Prop::new(PR_SUBJECT, "s")]),
        },
        Event::CriticalError {
            entry_id: vec![4],
            code: MAPI_E_DISK_ERROR,
        },
        Event::Extended {
            event: 5,
            parameters: vec![1, 2, 3],
        },
    ];
    let (arena, reader) = (Arena::default(), Reader::arguments("test"));
    for event in events {
        let raw = event.write(&arena);
        assert_eq!(Event::read(&reader, &raw, 0), event);
    }
}

#[test]
fn recipients_survive_the_way_through_arguments() {
    let arena = Arena::default();
    let recipients = [recipient(MAPI_TO, "n", "a"), Vec::new()];
    assert_eq!(
        Reader::arguments("test").recipients(arena.recipients(&recipients)),
        recipients
    );
}
