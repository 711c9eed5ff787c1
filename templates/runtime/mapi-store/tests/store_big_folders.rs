//! Big folders: positions are right in every order, whatever came, went, moved or changed.

mod store_support;

use std::sync::Arc;

use mapi_abi::*;
use mapi_store::definition::FolderRole;
use mapi_store::store::*;
use store_support::*;

/// More than a folder without runs has.
const COUNT: u64 = 5000;

fn indexed_tag(sample: &Sample) -> PropTag {
    let name = OwnedName::Id {
        set: COMMON,
        id: 0x8501,
    };
    PropTag::new(sample.ids_of_names(&[name], false).unwrap()[0].unwrap(), 3)
}

/// Spreads numbers.
fn scatter(number: u64) -> u64 {
    let mixed = (number ^ number >> 31).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    (mixed ^ mixed >> 29).wrapping_mul(0xBF58_476D_1CE4_E5B9) >> 17
}

/// Gives a message properties of which many are missing or equal.
fn dress(message: &mut Message, indexed: PropTag, number: u64) {
    let bag = &mut message.properties;
    let scattered = scatter(number);
    if !scattered.is_multiple_of(7) {
        bag.set(PR_SUBJECT, text(&format!("Subject {}", scattered % 900)));
    } else {
        bag.remove(PropTag(PR_SUBJECT).id());
    }
    if !scattered.is_multiple_of(4) {
        bag.set(PR_MESSAGE_DELIVERY_TIME, Value::SysTime(scattered % 2000));
    }
    if scattered.is_multiple_of(3) {
        bag.set(
            PR_SENT_REPRESENTING_NAME,
            text(["Ada", "Bob", "Çelik"][scattered as usize / 3 % 3]),
        );
    }
    if scattered % 5 < 2 {
        bag.set(indexed, Value::Long((scattered % 70) as i32 - 30));
    }
}

fn add(sample: &Sample, folder: ObjectKey, numbers: std::ops::Range<u64>) -> Vec<ObjectKey> {
    let indexed = indexed_tag(sample);
    sample
        .batch(Origin::Sync, |batch| {
            numbers
                .map(|number| {
                    let mut message = Message::new(folder, false);
                    dress(&mut message, indexed, number);
                    batch
                        .save(&mut message, SaveMode::default())
                        .map(|saved| saved.key)
                })
                .collect::<Result<Vec<_>, StoreError>>()
        })
        .unwrap()
}

fn arranged(store: &Store, folder: ObjectKey, order: &[SortKey]) -> Box<dyn RowSource> {
    store
        .contents_view(folder, false, Arc::default())
        .unwrap()
        .arrange(order, None)
        .unwrap()
}

fn keys(rows: Vec<Row>) -> Vec<InstanceKey> {
    rows.into_iter().map(|row| row.key).collect()
}

/// Compares jumps with walks in all orders, and what the file counts with what it has.
fn check(sample: &Sample, folder: ObjectKey) {
    let count = sample.counts(folder).content as usize;
    let other = sample.again();
    let mut orders = vec![Vec::new()];
    for tag in [
        PropTag(PR_MESSAGE_DELIVERY_TIME),
        PropTag(PR_CLIENT_SUBMIT_TIME),
        PropTag(PR_SUBJECT),
        PropTag(PR_SENT_REPRESENTING_NAME),
        PropTag(PR_MESSAGE_SIZE),
        PropTag(PR_LAST_MODIFICATION_TIME),
        PropTag(PR_CREATION_TIME),
        indexed_tag(sample),
    ] {
        orders.extend([true, false].map(|descending| vec![SortKey { tag, descending }]));
    }
    orders.push(
        [(PR_SUBJECT, false), (PR_MESSAGE_DELIVERY_TIME, true)]
            .map(|(tag, descending)| SortKey {
                tag: PropTag(tag),
                descending,
            })
            .to_vec(),
    );
    for order in orders {
        // From the first row to the last, page by page: no jumps.
        let walked = arranged(sample, folder, &order);
        let mut all = Vec::new();
        while let Some(page) =
            Some(keys(walked.rows(all.len(), 100, &[]).unwrap())).filter(|page| !page.is_empty())
        {
            all.extend(page);
        }
        assert_eq!(all.len(), count, "{order:?}");
        let at_once = arranged(&other, folder, &order).rows(0, count, &[]);
        assert!(keys(at_once.unwrap()) == all, "{order:?}");
        for step in 0..12_usize {
            let position = match step {
                0 => 0,
                1 => count - 1,
                _ => scatter(step as u64) as usize % count,
            };
            let jumped = arranged(&other, folder, &order);
            let rows = keys(jumped.rows(position, 3, &[]).unwrap());
            let end = count.min(position + 3);
            assert_eq!(rows, all[position..end], "{order:?} {position}");
            let jumped = arranged(&other, folder, &order);
            let found = jumped.position_of(all[position]).unwrap();
            assert_eq!(found, Some(position), "{order:?}");
        }
        check_found(&other, folder, &order, &all);
        let jumped = arranged(&other, folder, &order);
        assert!(jumped.rows(count, 1, &[]).unwrap().is_empty());
        assert!(jumped.rows(count + 5000, 1, &[]).unwrap().is_empty());
    }
    check_counts(&other, folder);
    let file = rusqlite::Connection::open(sample.path()).unwrap();
    let mut statement = file
        .prepare(
            "SELECT sorted_by, sum(count), max(count), min(count), count(*) FROM run
             JOIN folder ON folder.id = run.folder WHERE folder.key = ?1 GROUP BY sorted_by",
        )
        .unwrap();
    let runs: Vec<(i64, i64, i64, i64, i64)> = statement
        .query_map([folder.0], |row| {
            Ok((
                row.get(0)?,
                row.get(1)?,
                row.get(2)?,
                row.get(3)?,
                row.get(4)?,
            ))
        })
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    // The natural order, ten by columns, one by a named property.
    assert_eq!(runs.len(), 11, "{runs:?}");
    for (order, sum, longest, shortest, number) in runs {
        assert_eq!(sum, count as i64, "order {order:#X}");
        assert!((0..=1024).contains(&longest) && shortest >= 0);
        assert!(number > 3);
    }
}

/// Compares a row that is found by a restriction, and the one before it, with all rows.
fn check_found(store: &Store, folder: ObjectKey, order: &[SortKey], all: &[InstanceKey]) {
    let prefix = Restriction::Content {
        fuzzy: Fuzzy {
            level: FuzzyLevel::Prefix,
            ignore_case: true,
            ignore_non_space: false,
            loose: false,
        },
        tag: PropTag(PR_SUBJECT),
        value: text("subject 5"),
    };
    let middle = all.len() / 2;
    for (start, backward) in [(0, false), (middle, false), (middle, true)] {
        let view = arranged(store, folder, order);
        let position = view.find(&prefix, start, backward).unwrap();
        let found = view.find_place(&prefix, start, backward).unwrap();
        let (Some(position), Some(found)) = (position, found) else {
            assert_eq!((position, found), (None, None), "{order:?}");
            assert!(start > 0, "{order:?}");
            continue;
        };
        assert_eq!(found.position, position, "{order:?}");
        assert_eq!(found.key, Some(all[position]), "{order:?}");
        let previous = position.checked_sub(1).map(|before| all[before]);
        assert_eq!(found.previous, previous, "{order:?}");
    }
}

/// Compares the number of rows that meet a restriction with the rows.
fn check_counts(store: &Store, folder: ObjectKey) {
    let equals = |tag: u32, value: Value| Restriction::Property {
        relation: Relation::Equal,
        tag: PropTag(tag),
        value,
    };
    let unread = Restriction::BitMask {
        tag: PropTag(PR_MESSAGE_FLAGS),
        mask: MSGFLAG_READ,
        zero: true,
    };
    let named = |name: &str| equals(PR_SENT_REPRESENTING_NAME, text(name));
    for restriction in [
        unread.clone(),
        equals(PR_READ, Value::Boolean(false)),
        equals(PR_READ, Value::Boolean(true)),
        Restriction::Not(Box::new(unread.clone())),
        Restriction::And(vec![unread, named("Ada")]),
        named("ada"),
        named("Bob"),
        // Not all of these are certain.
        named("çelik"),
        named("Celik"),
        named("Nobody"),
    ] {
        let view = store
            .contents_view(folder, false, Arc::default())
            .unwrap()
            .arrange(&[], Some(Arc::new(restriction.clone())))
            .unwrap();
        let count = view.count().unwrap();
        let rows = view.rows(0, usize::MAX >> 1, &[]).unwrap();
        assert_eq!(count, rows.len(), "{restriction:?}");
    }
}

#[test]
fn positions_are_right_whatever_happens() {
    let sample = Sample::new();
    let inbox = sample.inbox();
    let messages = add(&sample, inbox, 0..COUNT);
    check(&sample, inbox);

    // From in front, from the middle, and all that some runs have.
    let gone = messages
        .iter()
        .enumerate()
        .filter(|(index, _)| (1000..2300).contains(index) || index % 9 == 0);
    let gone: Vec<ObjectKey> = gone.map(|(_, key)| *key).collect();
    sample
        .batch(Origin::Sync, |batch| {
            gone.iter()
                .try_for_each(|message| batch.delete_message(*message))
        })
        .unwrap();
    check(&sample, inbox);

    let left = sample.messages_in(inbox, false).unwrap();
    let projects = sample.role(FolderRole::Drafts);
    let indexed = indexed_tag(&sample);
    sample
        .batch(Origin::Sync, |batch| -> Result<(), StoreError> {
            for (number, message) in left.iter().enumerate() {
                match number % 10 {
                    0..=2 => batch.move_message(*message, projects)?,
                    3 | 4 => {
                        let mut loaded = batch.message(*message)?;
                        dress(&mut loaded, indexed, 7777 + number as u64);
                        batch.save(&mut loaded, SaveMode::default())?;
                    }
                    5 => {
                        batch.set_message_flags(*message, MSGFLAG_READ, 0)?;
                    }
                    _ => {}
                }
            }
            Ok(())
        })
        .unwrap();
    check(&sample, inbox);

    // A transaction that fails leaves the counts alone, and back they come.
    let back = sample.messages_in(projects, false).unwrap();
    let failed = sample.batch(Origin::Sync, |batch| {
        back.iter()
            .try_for_each(|message| batch.move_message(*message, inbox))?;
        Err::<(), _>(StoreError::NotFound)
    });
    assert!(failed.is_err());
    check(&sample, inbox);
    sample
        .batch(Origin::Sync, |batch| {
            back.iter()
                .try_for_each(|message| batch.move_message(*message, inbox))
        })
        .unwrap();
    add(&sample, inbox, COUNT..COUNT + 1500);
    check(&sample, inbox);
}

#[test]
fn a_big_folder_can_be_deleted_with_its_runs() {
    let sample = Sample::new();
    let folder = sample
        .create_folder(sample.inbox(), NewFolder::named("Big"))
        .unwrap();
    add(&sample, folder, 0..2500);
    sample
        .delete_folder(
            folder,
            DeleteFolder {
                messages: true,
                folders: true,
            },
        )
        .unwrap();
    let file = rusqlite::Connection::open(sample.path()).unwrap();
    let left: i64 = file
        .query_row("SELECT count(*) FROM run", [], |row| row.get(0))
        .unwrap();
    assert_eq!(left, 0);
}
