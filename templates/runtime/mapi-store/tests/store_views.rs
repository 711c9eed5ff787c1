//! Views: every way of finding rows gives what a plain reading of the contract gives.

mod store_support;

use std::cmp::Ordering;
use std::sync::Arc;

use mapi_abi::*;
use mapi_store::definition::FolderRole;
use mapi_store::store::*;
use store_support::*;

const SUBJECTS: [&str; 9] = [
    "",
    "alpha",
    "Alpha",
    "BETA",
    "beta two",
    "élan",
    "Elan vital",
    "RE: alpha",
    "zulu",
];

/// Messages with all kinds of missing and equal values.
fn fill(sample: &Sample, count: i32) -> Vec<ObjectKey> {
    let indexed = indexed_tag(sample);
    let inbox = sample.inbox();
    sample
        .batch(Origin::Local, |batch| {
            let mut keys = Vec::new();
            for number in 0..count {
                let mut message = Message::new(inbox, false);
                let bag = &mut message.properties;
                let scattered = number * 7919 % 1009;
                if number % 11 != 3 {
                    bag.set(
                        PR_SUBJECT,
                        text(SUBJECTS[scattered as usize % SUBJECTS.len()]),
                    );
                }
                if number % 5 != 0 {
                    bag.set(
                        PR_MESSAGE_DELIVERY_TIME,
                        Value::SysTime(1000 + (scattered % 40) as u64),
                    );
                }
                if number % 3 == 0 {
                    bag.set(
                        PR_SENT_REPRESENTING_NAME,
                        text(["Ada", "Bob", "Çelik"][scattered as usize % 3]),
                    );
                }
                bag.set(PR_IMPORTANCE, Value::Long(scattered % 3));
                if number % 4 == 0 {
                    bag.set(indexed, Value::Long(scattered % 13 - 6));
                }
                if number % 6 == 0 {
                    bag.set(PropTag(0x6800_0014), Value::I8(i64::from(scattered % 10)));
                }
                bag.set(
                    PropTag(0x6801_101F),
                    Value::MvUnicode(vec!["x".into(), format!("Tag{}", scattered % 4)]),
                );
                if number % 10 == 0 {
                    bag.set(
                        PR_BODY,
                        text(&format!("{} needle{}", "hay ".repeat(2000), number % 20)),
                    );
                }
                if number % 2 == 0 {
                    bag.set(PR_MESSAGE_FLAGS, Value::Long(MSGFLAG_READ as i32));
                }
                for (row_id, name) in ["Ada", "Bob"].iter().enumerate().take(number as usize % 3) {
                    let properties = [
                        (PR_DISPLAY_NAME, text(name)),
                        (PR_RECIPIENT_TYPE, Value::Long(1)),
                    ];
                    let properties = properties.into_iter().collect();
                    message.recipients.push(Recipient {
                        row_id: row_id as u32,
                        properties,
                    });
                }
                if number % 8 == 0 {
                    let mut attachment = Attachment::new(0);
                    attachment
                        .properties
                        .set(PR_ATTACH_LONG_FILENAME, text("plan.pdf"));
                    message.attachments.push(attachment);
                }
                keys.push(batch.save(&mut message, SaveMode::default())?.key);
            }
            Ok::<_, StoreError>(keys)
        })
        .unwrap()
}

fn indexed_tag(sample: &Sample) -> PropTag {
    let name = OwnedName::Id {
        set: COMMON,
        id: 0x8501,
    };
    PropTag::new(sample.ids_of_names(&[name], false).unwrap()[0].unwrap(), 3)
}

fn view(sample: &Sample) -> Box<dyn RowSource> {
    sample
        .contents_view(sample.inbox(), false, Arc::default())
        .unwrap()
}

fn keys(view: &dyn RowSource) -> Vec<InstanceKey> {
    view.rows(0, usize::MAX, &[])
        .unwrap()
        .into_iter()
        .map(|row| row.key)
        .collect()
}

fn ascending(tag: impl Into<PropTag>) -> SortKey {
    SortKey {
        tag: tag.into(),
        descending: false,
    }
}

fn descending(tag: impl Into<PropTag>) -> SortKey {
    SortKey {
        tag: tag.into(),
        descending: true,
    }
}

/// The rows sorted as a reader of the contract would do it by hand.
fn sorted_by_hand(sample: &Sample, order: &[SortKey]) -> Vec<InstanceKey> {
    fn compare(left: &Value, right: &Value) -> Ordering {
        match (left, right) {
            (Value::Long(left), Value::Long(right)) => left.cmp(right),
            (Value::I8(left), Value::I8(right)) => left.cmp(right),
            (Value::SysTime(left), Value::SysTime(right)) => left.cmp(right),
            (Value::Unicode(left), Value::Unicode(right)) => {
                let fold = |text: &str| text.to_lowercase().replace('é', "e").replace('ç', "c");
                fold(left).cmp(&fold(right))
            }
            other => panic!("{other:?}"),
        }
    }
    let tags: Vec<_> = order.iter().map(|key| key.tag).collect();
    let mut rows = view(sample).rows(0, usize::MAX, &tags).unwrap();
    rows.sort_by(|left, right| {
        for (key, (left, right)) in order.iter().zip(left.cells.iter().zip(&right.cells)) {
            let ordering = match (left, right) {
                (Some(left), Some(right)) if key.descending => compare(right, left),
                (Some(left), Some(right)) => compare(left, right),
                (Some(_), None) => Ordering::Less,
                (None, Some(_)) => Ordering::Greater,
                (None, None) => Ordering::Equal,
            };
            if ordering.is_ne() {
                return ordering;
            }
        }
        Ordering::Equal
    });
    rows.into_iter().map(|row| row.key).collect()
}

/// Checks that two sequences have the same rows, and the same values of the sort keys at each position.
fn assert_same_order(
    sample: &Sample,
    order: &[SortKey],
    actual: &[InstanceKey],
    expected: &[InstanceKey],
) {
    let tags: Vec<_> = order.iter().map(|key| key.tag).collect();
    let rows = view(sample).rows(0, usize::MAX, &tags).unwrap();
    let cells = |key: &InstanceKey| {
        let row = rows.iter().find(|row| row.key == *key).unwrap();
        let fold = |cell: &Option<Value>| match cell {
            Some(Value::Unicode(text)) => Some(Value::Unicode(text.to_lowercase())),
            other => other.clone(),
        };
        row.cells.iter().map(fold).collect::<Vec<_>>()
    };
    assert_eq!(actual.len(), expected.len());
    for (actual, expected) in actual.iter().zip(expected) {
        assert_eq!(cells(actual), cells(expected), "{order:?}");
    }
    let unique: std::collections::BTreeSet<_> = actual.iter().collect();
    assert_eq!(unique.len(), actual.len());
}

#[test]
fn every_order_puts_missing_values_last() {
    let sample = Sample::new();
    fill(&sample, 300);
    let indexed = indexed_tag(&sample);
    let orders: Vec<Vec<SortKey>> = vec![
        vec![ascending(PR_MESSAGE_DELIVERY_TIME)],
        vec![descending(PR_MESSAGE_DELIVERY_TIME)],
        vec![ascending(PR_SUBJECT)],
        vec![descending(PR_SENT_REPRESENTING_NAME)],
        vec![ascending(indexed)],
        vec![descending(indexed)],
        vec![descending(PropTag(0x6800_0014))],
        vec![ascending(PropTag(0x6800_0014))],
        vec![
            descending(PR_IMPORTANCE),
            ascending(PR_MESSAGE_DELIVERY_TIME),
        ],
        vec![ascending(PropTag(0x6800_0014)), descending(PR_SUBJECT)],
        vec![descending(PR_MESSAGE_SIZE)],
    ];
    for order in orders {
        let arranged = view(&sample).arrange(&order, None).unwrap();
        let actual = keys(&*arranged);
        assert_same_order(&sample, &order, &actual, &sorted_by_hand(&sample, &order));
        // Pages, jumps and positions agree with the whole.
        for page in [1, 7, 50] {
            let paged: Vec<_> = (0..actual.len())
                .step_by(page)
                .flat_map(|start| arranged.rows(start, page, &[]).unwrap())
                .map(|row| row.key)
                .collect();
            assert_eq!(paged, actual, "{order:?}");
        }
        for position in [299, 0, 150, 243, 17, 244] {
            assert_eq!(
                arranged.rows(position, 1, &[]).unwrap()[0].key,
                actual[position]
            );
            assert_eq!(
                arranged.position_of(actual[position]).unwrap(),
                Some(position),
                "{order:?}"
            );
        }
        assert!(arranged.rows(300, 10, &[]).unwrap().is_empty());
        assert!(
            arranged
                .rows(usize::MAX, usize::MAX, &[])
                .unwrap()
                .is_empty()
        );
        assert_eq!(arranged.position_of(InstanceKey([0; 16])).unwrap(), None);
    }
}

fn property(relation: Relation, tag: impl Into<PropTag>, value: Value) -> Restriction {
    Restriction::Property {
        relation,
        tag: tag.into(),
        value,
    }
}

fn content(level: FuzzyLevel, ignore_case: bool, tag: u32, wanted: &str) -> Restriction {
    let fuzzy = Fuzzy {
        level,
        ignore_case,
        ignore_non_space: false,
        loose: false,
    };
    Restriction::Content {
        fuzzy,
        tag: PropTag(tag),
        value: text(wanted),
    }
}

fn not(restriction: Restriction) -> Restriction {
    Restriction::Not(Box::new(restriction))
}

fn subject(row: &Row) -> Option<&str> {
    match &row.cells[0] {
        Some(Value::Unicode(text)) => Some(text),
        _ => None,
    }
}

type Expectation = Box<dyn Fn(&Row) -> bool>;

/// Restrictions, and what they mean for rows of subject, delivery time, flags, indexed property, number and body.
fn restrictions(sample: &Sample) -> (Vec<PropTag>, Vec<(Restriction, Expectation)>) {
    use FuzzyLevel::{FullString, Prefix, SubString};
    use Relation::*;
    let indexed = indexed_tag(sample);
    let columns = [
        PR_SUBJECT,
        PR_MESSAGE_DELIVERY_TIME,
        PR_MESSAGE_FLAGS,
        indexed.0,
        0x6800_0014,
        PR_IMPORTANCE,
    ];
    let long = |index: usize| {
        move |row: &Row| match row.cells[index] {
            Some(Value::Long(number)) => Some(number),
            _ => None,
        }
    };
    let time = |row: &Row| match row.cells[1] {
        Some(Value::SysTime(time)) => Some(time),
        _ => None,
    };
    let (flags, number, importance) = (long(2), long(3), long(5));
    let is_unread = move |row: &Row| flags(row).unwrap() & 1 == 0;
    let unread = Restriction::BitMask {
        tag: PropTag(PR_MESSAGE_FLAGS),
        mask: 1,
        zero: true,
    };
    let early = property(Less, PR_MESSAGE_DELIVERY_TIME, Value::SysTime(1020));
    let is_early = move |row: &Row| time(row).is_some_and(|time| time < 1020);
    let recipient = |name: &str| Restriction::Sub {
        object: SubObject::Recipients,
        restriction: Box::new(content(FullString, true, PR_DISPLAY_NAME, name)),
    };
    let attachment = Restriction::Sub {
        object: SubObject::Attachments,
        restriction: Box::new(content(SubString, true, PR_ATTACH_LONG_FILENAME, "PLAN")),
    };
    let lower = |row: &Row| subject(row).map(str::to_lowercase);
    let list: Vec<(Restriction, Expectation)> = vec![
        (unread.clone(), Box::new(is_unread)),
        (not(unread.clone()), Box::new(move |row| !is_unread(row))),
        (early.clone(), Box::new(is_early)),
        (not(early.clone()), Box::new(move |row| !is_early(row))),
        (
            Restriction::And(vec![unread.clone(), early.clone()]),
            Box::new(move |row| is_unread(row) && is_early(row)),
        ),
        (
            Restriction::Or(vec![unread.clone(), early.clone()]),
            Box::new(move |row| is_unread(row) || is_early(row)),
        ),
        (
            content(SubString, true, PR_SUBJECT, "ALPHA"),
            Box::new(move |row| lower(row).is_some_and(|s| s.contains("alpha"))),
        ),
        (
            content(SubString, false, PR_SUBJECT, "Alpha"),
            Box::new(|row| subject(row).is_some_and(|s| s.contains("Alpha"))),
        ),
        (
            content(Prefix, true, PR_SUBJECT, "El"),
            Box::new(move |row| lower(row).is_some_and(|s| s.starts_with("el"))),
        ),
        (
            content(Prefix, true, PR_SUBJECT, "él"),
            Box::new(move |row| lower(row).is_some_and(|s| s.starts_with("él"))),
        ),
        (
            content(FullString, true, PR_SUBJECT, "beta"),
            Box::new(move |row| lower(row).is_some_and(|s| s == "beta")),
        ),
        (
            content(Prefix, true, PR_SUBJECT, ""),
            Box::new(|row| subject(row).is_some()),
        ),
        (
            property(Equal, PR_SUBJECT, text("ALPHA")),
            Box::new(move |row| lower(row).is_some_and(|s| s == "alpha")),
        ),
        (
            property(NotEqual, PR_SUBJECT, text("ALPHA")),
            Box::new(move |row| lower(row).is_some_and(|s| s != "alpha")),
        ),
        (
            property(GreaterOrEqual, indexed, Value::Long(0)),
            Box::new(move |row| number(row).is_some_and(|n| n >= 0)),
        ),
        (
            Restriction::Exist(indexed),
            Box::new(move |row| number(row).is_some()),
        ),
        (
            not(Restriction::Exist(PropTag(PR_SUBJECT))),
            Box::new(|row| subject(row).is_none()),
        ),
        (
            property(LessOrEqual, PropTag(0x6800_0014), Value::I8(4)),
            Box::new(|row| matches!(row.cells[4], Some(Value::I8(..=4)))),
        ),
        (
            property(Greater, PR_IMPORTANCE, Value::Long(1)),
            Box::new(move |row| importance(row).unwrap() > 1),
        ),
        (Restriction::And(vec![]), Box::new(|_| true)),
        (Restriction::Or(vec![]), Box::new(|_| false)),
        (
            Restriction::Comment {
                properties: vec![],
                restriction: Some(Box::new(unread.clone())),
            },
            Box::new(is_unread),
        ),
        (
            Restriction::Comment {
                properties: vec![],
                restriction: None,
            },
            Box::new(|_| true),
        ),
        (
            Restriction::Size {
                relation: Greater,
                tag: PropTag(PR_SUBJECT),
                size: 10,
            },
            Box::new(|row| subject(row).is_some_and(|s| s.chars().count() > 5)),
        ),
        (
            Restriction::CompareProperties {
                relation: Equal,
                left: PropTag(PR_SUBJECT),
                right: PropTag(PR_NORMALIZED_SUBJECT),
            },
            Box::new(|row| subject(row).is_some_and(|s| !s.starts_with("RE: "))),
        ),
        (
            property(Equal, PropTag(PR_HASATTACH), Value::Boolean(true)),
            Box::new(move |row| flags(row).unwrap() as u32 & MSGFLAG_HASATTACH != 0),
        ),
        (
            attachment,
            Box::new(move |row| flags(row).unwrap() as u32 & MSGFLAG_HASATTACH != 0),
        ),
        (
            Restriction::And(vec![recipient("bob"), unread]),
            Box::new(move |row| is_unread(row) && position(row) % 3 == 2),
        ),
        (recipient("ada"), Box::new(|row| position(row) % 3 != 0)),
        (
            content(SubString, true, PR_BODY, "NEEDLE10"),
            Box::new(|row| position(row) % 20 == 10),
        ),
        (
            property(Equal, PropTag(0x6801_101F), text("tag2")),
            Box::new(|row| position(row) * 7919 % 1009 % 4 == 2),
        ),
        (
            content(Prefix, false, 0x6801_101F, "Tag3"),
            Box::new(|row| position(row) * 7919 % 1009 % 4 == 3),
        ),
    ];
    (columns.into_iter().map(PropTag).collect(), list)
}

/// Number of the message, which `fill` made; the rows of these tests carry it as their last cell.
fn position(row: &Row) -> i32 {
    match row.cells.last() {
        Some(Some(Value::Long(number))) => *number,
        other => panic!("{other:?}"),
    }
}

#[test]
fn restrictions_mean_the_same_in_every_plan() {
    let sample = Sample::new();
    let made = fill(&sample, 240);
    let (columns, list) = restrictions(&sample);
    let natural = view(&sample);
    let indexed = indexed_tag(&sample);
    let mut all = natural.rows(0, usize::MAX, &columns).unwrap();
    for row in &mut all {
        let number = made
            .iter()
            .position(|key| InstanceKey::of_object(*key) == row.key)
            .unwrap();
        row.cells.push(Some(Value::Long(number as i32)));
    }
    let orders = [
        vec![],
        vec![descending(PR_MESSAGE_DELIVERY_TIME)],
        vec![ascending(indexed)],
        vec![ascending(PR_IMPORTANCE), descending(PR_SUBJECT)],
        vec![ascending(PropTag(0x6800_0014))],
    ];
    for (restriction, expected) in list {
        let expected: Vec<_> = all
            .iter()
            .filter(|row| expected(row))
            .map(|row| row.key)
            .collect();
        for order in &orders {
            let whole = natural.arrange(order, None).unwrap();
            let whole_keys = keys(&*whole);
            let arranged = natural
                .arrange(order, Some(Arc::new(restriction.clone())))
                .unwrap();
            let actual = keys(&*arranged);
            let in_order: Vec<_> = whole_keys
                .iter()
                .copied()
                .filter(|key| expected.contains(key))
                .collect();
            assert_eq!(actual, in_order, "{restriction:?} {order:?}");
            assert_eq!(arranged.count().unwrap(), expected.len());

            // FindRow from the start, from the middle and backwards.
            let positions: Vec<_> = (0..whole_keys.len())
                .filter(|index| expected.contains(&whole_keys[*index]))
                .collect();
            for start in [0, 100, 240, 1000] {
                let first = positions.iter().copied().find(|index| *index >= start);
                assert_eq!(
                    whole.find(&restriction, start, false).unwrap(),
                    first,
                    "{restriction:?} {order:?}"
                );
                let last = positions.iter().copied().rfind(|index| *index < start);
                assert_eq!(
                    whole.find(&restriction, start, true).unwrap(),
                    last,
                    "{restriction:?} {order:?} {start}"
                );
            }
        }
    }
}

#[test]
fn rows_are_found_again_by_their_keys() {
    let sample = Sample::new();
    let made = fill(&sample, 60);
    let arranged = view(&sample)
        .arrange(&[ascending(PR_SUBJECT)], None)
        .unwrap();
    let all = keys(&*arranged);
    for key in [made[0], made[31], made[59]] {
        let expected = all
            .iter()
            .position(|own| *own == InstanceKey::of_object(key));
        let object = ObjectId::Message(key);
        for (tag, bytes) in [
            (PR_INSTANCE_KEY, key.0.to_vec()),
            (PR_ENTRYID, sample.entry_id(object).to_vec()),
            (PR_RECORD_KEY, object.record_key(sample.uid())),
        ] {
            let restriction = property(Relation::Equal, tag, Value::Binary(bytes));
            assert_eq!(arranged.find(&restriction, 0, false).unwrap(), expected);
            assert_eq!(
                arranged.find(&restriction, all.len(), true).unwrap(),
                expected
            );
            assert_eq!(
                arranged
                    .find(&restriction, expected.unwrap() + 1, false)
                    .unwrap(),
                None
            );
            assert_eq!(
                arranged
                    .find(&restriction, expected.unwrap(), true)
                    .unwrap(),
                None
            );
        }
    }
}

#[test]
fn what_cannot_be_evaluated_is_refused_and_changes_nothing() {
    let sample = Sample::new();
    fill(&sample, 10);
    let natural = view(&sample);
    let bad = property(Relation::Equal, PR_SUBJECT, Value::Long(1));
    assert!(matches!(
        natural.arrange(&[], Some(Arc::new(bad.clone()))),
        Err(StoreError::TooComplex)
    ));
    assert!(matches!(
        natural.find(&bad, 0, false),
        Err(StoreError::TooComplex)
    ));
    let mut deep = Restriction::Exist(PropTag(PR_SUBJECT));
    for _ in 0..10_000 {
        deep = not(deep);
    }
    assert!(matches!(
        natural.arrange(&[], Some(Arc::new(deep))),
        Err(StoreError::TooComplex)
    ));
    for tag in [0x0037_0000, 0x0E12_000D, 0x6801_301F, 0x0037_001E] {
        assert!(
            matches!(
                natural.arrange(&[ascending(PropTag(tag))], None),
                Err(StoreError::TooComplex)
            ),
            "{tag:x}"
        );
    }
    assert_eq!(natural.count().unwrap(), 10);
}

#[test]
fn views_show_every_change_at_once() {
    let sample = Sample::new();
    let inbox = sample.inbox();
    fill(&sample, 40);
    let other = sample.again();
    let orders = [
        vec![],
        vec![descending(PR_MESSAGE_DELIVERY_TIME)],
        vec![ascending(indexed_tag(&sample))],
        vec![ascending(PropTag(0x6800_0014))],
    ];
    let views: Vec<_> = orders
        .iter()
        .map(|order| view(&sample).arrange(order, None).unwrap())
        .collect();
    let check = |count: usize| {
        for view in &views {
            assert_eq!(view.count().unwrap(), count);
            assert_eq!(keys(&**view).len(), count);
            assert_eq!(view.rows(count - 1, 5, &[]).unwrap().len(), 1);
        }
    };
    check(40);
    let key = sample.add(inbox, &[(PR_MESSAGE_DELIVERY_TIME, Value::SysTime(5000))]);
    check(41);
    assert_eq!(
        views[1].position_of(InstanceKey::of_object(key)).unwrap(),
        Some(0)
    );
    let mut message = other.message(key).unwrap();
    message
        .properties
        .set(PR_MESSAGE_DELIVERY_TIME, Value::SysTime(1));
    message.properties.set(PropTag(0x6800_0014), Value::I8(-1));
    message
        .properties
        .set(indexed_tag(&sample), Value::Long(-100));
    other.save(&mut message, SaveMode::default()).unwrap();
    for view in &views[2..] {
        assert_eq!(
            view.position_of(InstanceKey::of_object(key)).unwrap(),
            Some(0)
        );
    }
    assert_eq!(
        views[1].rows(32, 1, &[]).unwrap()[0].key,
        InstanceKey::of_object(key)
    );
    let unread = Restriction::BitMask {
        tag: PropTag(PR_MESSAGE_FLAGS),
        mask: 1,
        zero: true,
    };
    let unread = view(&sample).arrange(&[], Some(Arc::new(unread))).unwrap();
    assert_eq!(unread.count().unwrap(), 21);
    other.set_message_flags(key, MSGFLAG_READ, 0).unwrap();
    assert_eq!(unread.count().unwrap(), 20);
    other
        .move_message(key, sample.role(FolderRole::Junk))
        .unwrap();
    check(40);

    let folder = sample
        .create_folder(inbox, NewFolder::named("gone"))
        .unwrap();
    let gone = sample.contents_view(folder, false, Arc::default()).unwrap();
    sample
        .delete_folder(folder, DeleteFolder::default())
        .unwrap();
    assert!(matches!(gone.count(), Err(StoreError::Deleted)));
    assert!(matches!(
        sample.contents_view(folder, false, Arc::default()),
        Err(StoreError::NotFound)
    ));
}

#[test]
fn contents_rows_have_the_required_columns() {
    let sample = Sample::new();
    let key = sample.add(sample.inbox(), &[(PR_BODY, text(&"ü".repeat(5000)))]);
    let constants: PropertyBag = [(PR_STORE_ENTRYID, Value::Binary(vec![1, 2]))]
        .into_iter()
        .collect();
    let view = sample
        .contents_view(sample.inbox(), false, Arc::new(constants))
        .unwrap();
    let columns = view.default_columns();
    let row = view.rows(0, 1, &columns).unwrap().remove(0);
    assert_eq!(row.object, Some(ObjectId::Message(key)));
    let whole = sample
        .message(key)
        .unwrap()
        .all_properties(&sample)
        .unwrap();
    for (tag, cell) in columns.iter().zip(&row.cells) {
        match tag.0 {
            PR_STORE_ENTRYID => assert_eq!(cell, &Some(Value::Binary(vec![1, 2]))),
            PR_INSTANCE_KEY => assert_eq!(cell, &Some(Value::Binary(key.0.to_vec()))),
            _ => assert_eq!(cell.as_ref(), whole.get_typed(*tag), "{tag:?}"),
        }
    }
    let special = [
        PR_BODY,
        PR_MESSAGE_SIZE_EXTENDED,
        PR_MESSAGE_SIZE & 0xFFFF_0000,
        PR_PARENT_DISPLAY,
        0x0037_0003,
    ]
    .map(PropTag);
    let cells = view.rows(0, 1, &special).unwrap().remove(0).cells;
    assert_eq!(cells[0], Some(text(&"ü".repeat(255))));
    assert!(matches!(cells[1], Some(Value::I8(size)) if size > 10_000));
    assert_eq!(cells[1], cells[2]);
    assert_eq!(cells[3], Some(text("Inbox")));
    assert_eq!(cells[4], None);
    let available = view.available_columns().unwrap();
    assert!(available.contains(&PropTag(PR_BODY)) && available.contains(&PropTag(PR_ENTRYID)));
}

#[test]
fn hierarchies_are_shown_flat_and_deep() {
    let sample = Sample::new();
    let subtree = sample.role(FolderRole::IpmSubtree);
    let names = |view: &dyn RowSource| -> Vec<(String, i32)> {
        let rows = view
            .rows(0, 100, &[PropTag(PR_DISPLAY_NAME), PropTag(PR_DEPTH)])
            .unwrap();
        rows.into_iter()
            .map(|row| match row.cells.as_slice() {
                [Some(Value::Unicode(name)), Some(Value::Long(depth))] => (name.clone(), *depth),
                other => panic!("{other:?}"),
            })
            .collect()
    };
    let flat = sample
        .hierarchy_view(subtree, false, Arc::default())
        .unwrap();
    assert_eq!(flat.count().unwrap(), 8);
    let deep = sample
        .hierarchy_view(sample.root().unwrap(), true, Arc::default())
        .unwrap();
    let list = names(&*deep);
    assert_eq!(list.len(), 11);
    let projects = list
        .iter()
        .position(|(name, _)| name == "Projects")
        .unwrap();
    assert_eq!(list[projects + 1], ("Alpha".into(), 2));
    assert!(list.contains(&("Search Root".into(), 0)));

    let named = content(FuzzyLevel::SubString, true, PR_DISPLAY_NAME, "S");
    let arranged = deep
        .arrange(&[descending(PR_DISPLAY_NAME)], Some(Arc::new(named)))
        .unwrap();
    let expected = [
        "Top of Information Store",
        "Sync Issues",
        "Sent Items",
        "Search Root",
        "Projects",
        "Drafts",
        "Deleted Items",
    ];
    assert_eq!(
        names(&*arranged)
            .into_iter()
            .map(|(name, _)| name)
            .collect::<Vec<_>>(),
        expected
    );
    let new = sample
        .create_folder(sample.inbox(), NewFolder::named("AAA s"))
        .unwrap();
    assert_eq!(
        arranged.position_of(InstanceKey::of_object(new)).unwrap(),
        Some(7)
    );
    let row = arranged
        .rows(7, 1, &arranged.default_columns())
        .unwrap()
        .remove(0);
    assert_eq!(row.object, Some(ObjectId::Folder(new)));
    for (tag, cell) in arranged.default_columns().iter().zip(&row.cells) {
        assert!(cell.is_some() || tag.0 == PR_STORE_ENTRYID, "{tag:?}");
    }
    sample.add(new, &[]);
    let unread = deep
        .rows(
            deep.position_of(row.key).unwrap().unwrap(),
            1,
            &[PropTag(PR_CONTENT_UNREAD)],
        )
        .unwrap();
    assert_eq!(unread[0].cells, [Some(Value::Long(1))]);
}

#[test]
fn recipients_attachments_and_receive_folders_are_tables_too() {
    let sample = Sample::new();
    let mut message = Message::new(sample.inbox(), false);
    for (row_id, name) in [(4, "Bob"), (1, "ada")] {
        let properties = [(PR_DISPLAY_NAME, text(name))].into_iter().collect();
        message.recipients.push(Recipient { row_id, properties });
    }
    for (number, position) in [(0, 5), (1, -1)] {
        let mut attachment = Attachment::new(number);
        attachment
            .properties
            .set(PR_RENDERING_POSITION, Value::Long(position));
        message.attachments.push(attachment);
    }
    let recipients = message.recipient_view(Arc::default());
    let row_ids = |view: &dyn RowSource| -> Vec<_> {
        view.rows(0, 9, &[PropTag(PR_ROWID)])
            .unwrap()
            .into_iter()
            .map(|row| row.cells[0].clone())
            .collect()
    };
    assert_eq!(
        row_ids(&recipients),
        [Some(Value::Long(4)), Some(Value::Long(1))]
    );
    let sorted = recipients
        .arrange(&[ascending(PR_DISPLAY_NAME)], None)
        .unwrap();
    assert_eq!(
        row_ids(&*sorted),
        [Some(Value::Long(1)), Some(Value::Long(4))]
    );
    let row = &recipients.rows(1, 1, &[PropTag(PR_INSTANCE_KEY)]).unwrap()[0];
    let again = property(
        Relation::Equal,
        PR_INSTANCE_KEY,
        row.cells[0].clone().unwrap(),
    );
    assert_eq!(sorted.find(&again, 0, false).unwrap(), Some(0));
    assert_eq!(sorted.find(&again, 0, true).unwrap(), None);

    let attachments = message.attachment_view(&sample, Arc::default());
    let columns = [PropTag(PR_ATTACH_NUM), PropTag(PR_ATTACH_METHOD)];
    let cells: Vec<_> = attachments
        .rows(0, 9, &columns)
        .unwrap()
        .into_iter()
        .map(|row| row.cells)
        .collect();
    assert_eq!(cells[0], [Some(Value::Long(1)), Some(Value::Long(0))]);
    assert_eq!(
        (message.next_row_id(), message.next_attachment_number()),
        (5, 2)
    );

    let receive = sample.receive_folder_view(Arc::default()).unwrap();
    let inbox = ObjectId::Folder(sample.inbox()).record_key(sample.uid());
    let only = property(Relation::Equal, PR_RECORD_KEY, Value::Binary(inbox));
    assert_eq!(
        receive
            .arrange(&[], Some(Arc::new(only)))
            .unwrap()
            .count()
            .unwrap(),
        2
    );
    assert_eq!(receive.count().unwrap(), 3);
}

#[test]
fn long_folders_are_walked_in_steps() {
    let sample = Sample::new();
    let inbox = sample.inbox();
    sample
        .batch(Origin::Sync, |batch| {
            for number in 0..9000_u64 {
                let mut message = Message::new(inbox, false);
                if number % 100 != 0 {
                    message
                        .properties
                        .set(PR_MESSAGE_DELIVERY_TIME, Value::SysTime(number * 37 % 5000));
                }
                batch.save(&mut message, SaveMode::default())?;
            }
            Ok::<_, StoreError>(())
        })
        .unwrap();
    for order in [
        descending(PR_MESSAGE_DELIVERY_TIME),
        ascending(PR_MESSAGE_DELIVERY_TIME),
    ] {
        let fresh = || view(&sample).arrange(&[order], None).unwrap();
        let all = keys(&*fresh());
        assert_eq!(all.len(), 9000);
        let arranged = fresh();
        for position in [
            8950, 4500, 8191, 8192, 8193, 4095, 4096, 8909, 8910, 8911, 0, 8999,
        ] {
            assert_eq!(arranged.position_of(all[position]).unwrap(), Some(position));
            assert_eq!(
                arranged.rows(position, 3, &[]).unwrap()[0].key,
                all[position]
            );
            assert_eq!(arranged.position_of(all[position]).unwrap(), Some(position));
        }
    }
}

#[test]
fn a_property_that_becomes_indexed_later_sorts_old_messages_too() {
    use mapi_store::definition::{NamedPropertyDefinition, PropertyName, ProviderDefinition};
    static MORE: [NamedPropertyDefinition; 1] = [NamedPropertyDefinition {
        set: COMMON,
        name: PropertyName::String("Weight"),
        property_type: 5,
        indexed: true,
    }];
    static GROWN: ProviderDefinition = ProviderDefinition {
        named_properties: &MORE,
        ..DEFINITION
    };

    let sample = Sample::new();
    let name = OwnedName::String {
        set: COMMON,
        name: "Weight".into(),
    };
    let id = sample
        .ids_of_names(std::slice::from_ref(&name), true)
        .unwrap()[0]
        .unwrap();
    let tag = PropTag::new(id, 5);
    let weights = [Some(2.5), None, Some(-1.0), Some(100.0)];
    let made: Vec<_> = weights
        .iter()
        .map(|weight| {
            let mut message = Message::new(sample.inbox(), false);
            if let Some(weight) = weight {
                message.properties.set(tag, Value::Double(*weight));
            }
            InstanceKey::of_object(sample.save(&mut message, SaveMode::default()).unwrap().key)
        })
        .collect();
    let grown = open(&sample.directory, &GROWN, true).unwrap();
    assert_eq!(grown.ids_of_names(&[name], false).unwrap(), [Some(id)]);
    let natural = grown
        .contents_view(sample.inbox(), false, Arc::default())
        .unwrap();
    let rising = natural.arrange(&[ascending(tag)], None).unwrap();
    assert_eq!(keys(&*rising), [made[2], made[0], made[3], made[1]]);
    let falling = natural.arrange(&[descending(tag)], None).unwrap();
    assert_eq!(keys(&*falling), [made[3], made[0], made[2], made[1]]);
}
