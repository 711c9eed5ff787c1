//! Between two stores: messages and folders that are brought over, and values that wait for their message.

mod store_support;

use mapi_abi::*;
use mapi_store::definition::FolderRole;
use mapi_store::store::*;
use store_support::*;

/// Another store, with a UID of its own.
fn other() -> Sample {
    let directory = tempfile::tempdir().unwrap();
    let store = Store::open(StoreOptions {
        path: directory.path().join("other.store"),
        uid: *b"the other store!",
        definition: &DEFINITION,
        writable: true,
    })
    .unwrap();
    Sample { store, directory }
}

fn named(store: &Store, name: &str) -> PropertyId {
    let name = OwnedName::String {
        set: [3; 16],
        name: name.into(),
    };
    store.ids_of_names(&[name], true).unwrap()[0].unwrap()
}

fn bytes(length: usize) -> Vec<u8> {
    (0..length).map(|index| (index * 7 / 3) as u8).collect()
}

fn whole(store: &Store, value: &Value) -> Value {
    match value {
        Value::Large(large) => store.read_large(large).unwrap(),
        value => value.clone(),
    }
}

/// A message with something in every place that can hold a value.
fn rich(sample: &Sample, extra: PropertyId) -> ObjectKey {
    let tag = |property_type| PropTag::new(extra, property_type);
    let mut message = Message::new(sample.inbox(), false);
    message.properties.set(PR_SUBJECT, text("rich"));
    message
        .properties
        .set(PR_HTML, Value::Binary(bytes(700_000)));
    message.properties.set(tag(0x001F), text("in the message"));
    message.recipients.push(Recipient {
        row_id: 4,
        properties: [
            (PR_DISPLAY_NAME, text("Anna")),
            (tag(0x001F).0, text("of Anna")),
        ]
        .into_iter()
        .collect(),
    });
    let mut inner = Message::new_embedded();
    inner.properties.set(PR_SUBJECT, text("inner"));
    inner.properties.set(PR_HTML, Value::Binary(bytes(300_000)));
    inner.properties.set(tag(0x001F), text("inside"));
    let mut attachment = Attachment::new(2);
    attachment.properties.set(tag(0x001F), text("attached"));
    attachment.embedded = Some(Box::new(inner));
    message.attachments.push(attachment);
    sample.save(&mut message, SaveMode::default()).unwrap().key
}

#[test]
fn a_message_is_brought_over_whole_and_its_names_are_mapped() {
    let (from, to) = (Sample::new(), other());
    let extra = named(&from, "extra");
    // The ids differ, and that of one store is another name's in the other.
    let padding: Vec<_> = ["a", "b", "c"]
        .iter()
        .map(|name| named(&to, name))
        .collect();
    assert!(padding.contains(&extra));
    let original = rich(&from, extra);
    let recorder = Recorder::on(&to);
    let imported = to
        .batch(Origin::Local, |batch| {
            batch.import_message(&mut Import::new(&from), original, to.inbox())
        })
        .unwrap();
    let copy = to.message(imported.copy).unwrap();
    let source = from.message(original).unwrap();
    let here = named(&to, "extra");
    assert_ne!(here, extra);
    assert_eq!(copy.properties.get(here), Some(&text("in the message")));
    assert!(padding.iter().all(|id| copy.properties.get(*id).is_none()));
    assert_eq!(
        whole(&to, copy.properties.get_typed(PR_HTML).unwrap()),
        Value::Binary(bytes(700_000))
    );
    assert_eq!(
        copy.properties.get_typed(PR_SEARCH_KEY),
        source.properties.get_typed(PR_SEARCH_KEY)
    );
    assert_eq!(
        copy.recipients[0].properties.get(here),
        Some(&text("of Anna"))
    );
    let attachment = &copy.attachments[0];
    assert_eq!(attachment.properties.get(here), Some(&text("attached")));
    assert_ne!(attachment.key, source.attachments[0].key);
    let inner = attachment.embedded.as_ref().unwrap();
    assert_eq!(inner.properties.get(here), Some(&text("inside")));
    assert_eq!(
        whole(&to, inner.properties.get_typed(PR_HTML).unwrap()),
        Value::Binary(bytes(300_000))
    );
    let created = recorder
        .take()
        .into_iter()
        .filter(|change| change.object == ObjectId::Message(imported.copy));
    assert_eq!(
        created.map(|change| change.kind).collect::<Vec<_>>(),
        [ChangeKind::Created]
    );
    // The original is deleted only as long as it is what was copied.
    let mut edited = from.message(original).unwrap();
    edited.properties.set(PR_BODY, text("new"));
    from.save(&mut edited, SaveMode::default()).unwrap();
    let deleted = from
        .batch(Origin::Local, |batch| batch.delete_imported(&imported))
        .unwrap();
    assert!(!deleted);
    assert!(from.message(original).is_ok());
}

#[test]
fn a_failed_message_leaves_the_rest_of_the_batch() {
    let (from, to) = (Sample::new(), other());
    let good = from.add(from.inbox(), &[(PR_SUBJECT, text("good"))]);
    let gone = from.add(from.inbox(), &[(PR_SUBJECT, text("gone"))]);
    from.delete_message(gone).unwrap();
    to.batch(Origin::Local, |batch| -> Result<(), StoreError> {
        let mut import = Import::new(&from);
        assert!(matches!(
            batch.import_message(&mut import, gone, to.inbox()),
            Err(StoreError::NotFound)
        ));
        batch.import_message(&mut import, good, to.inbox())?;
        Ok(())
    })
    .unwrap();
    assert_eq!(to.counts(to.inbox()).content, 1);
}

#[test]
fn a_parked_value_outlives_its_original_and_is_gone_with_its_last_holder() {
    let (from, to) = (Sample::new(), other());
    for target in [&from, &to] {
        let key = from.add(from.inbox(), &[(PR_HTML, Value::Binary(bytes(600_000)))]);
        let mut copy = Message::new(target.inbox(), false);
        copy.properties = from.message(key).unwrap().properties;
        target.park(copy.bags().into_iter(), &from).unwrap();
        from.delete_message(key).unwrap();
        let parked = copy.properties.get_typed(PR_HTML).unwrap().clone();
        assert_eq!(whole(target, &parked), Value::Binary(bytes(600_000)));
        let saved = target.save(&mut copy, SaveMode::default()).unwrap().key;
        drop(parked);
        drop(copy);
        // Whatever was parked and saved stays when the working copy goes.
        target.add(target.inbox(), &[]);
        let saved = target.message(saved).unwrap();
        assert_eq!(
            whole(target, saved.properties.get_typed(PR_HTML).unwrap()),
            Value::Binary(bytes(600_000))
        );
    }
    let key = from.add(from.inbox(), &[(PR_HTML, Value::Binary(bytes(600_000)))]);
    let mut bag = from.message(key).unwrap().properties;
    to.park(std::iter::once(&mut bag), &from).unwrap();
    let Some(Value::Large(parked)) = bag.get_typed(PR_HTML).cloned() else {
        panic!()
    };
    // Still there while somebody has it, gone with the first write after that.
    to.add(to.inbox(), &[]);
    assert!(to.read_large(&parked).is_ok());
    let kept = format!("{parked:?}");
    drop(bag);
    drop(parked);
    to.add(to.inbox(), &[]);
    assert!(kept.contains("Parked"), "{kept}");
    let file = rusqlite::Connection::open(to.path()).unwrap();
    let left: u32 = file
        .query_row(
            "SELECT count(*) FROM large WHERE message IS NULL",
            [],
            |row| row.get(0),
        )
        .unwrap();
    assert_eq!(left, 0);
}

#[test]
fn what_a_program_left_parked_is_removed_after_a_week() {
    let sample = Sample::new();
    let key = sample.add(sample.inbox(), &[(PR_HTML, Value::Binary(bytes(100_000)))]);
    let mut bag = sample.message(key).unwrap().properties;
    sample
        .park(std::iter::once(&mut bag), &sample.store)
        .unwrap();
    let file = rusqlite::Connection::open(sample.path()).unwrap();
    let parked = || -> u32 {
        file.query_row(
            "SELECT count(*) FROM large WHERE message IS NULL",
            [],
            |row| row.get(0),
        )
        .unwrap()
    };
    drop(sample.again());
    assert_eq!(parked(), 1);
    let week = 7 * 24 * 3600 * 10_000_000_i64;
    file.execute(
        "UPDATE large SET parked = parked - ?1 WHERE message IS NULL",
        [week + 1],
    )
    .unwrap();
    drop(sample.again());
    assert_eq!(parked(), 0);
    assert!(sample.role(FolderRole::Inbox) == sample.inbox());
}

#[test]
fn a_file_gets_smaller_when_much_is_deleted() {
    let sample = Sample::new();
    let folder = sample
        .create_folder(sample.inbox(), NewFolder::named("full"))
        .unwrap();
    for _ in 0..20 {
        sample.add(folder, &[(PR_HTML, Value::Binary(bytes(1 << 20)))]);
    }
    let file = rusqlite::Connection::open(sample.path()).unwrap();
    let pages = || -> i64 {
        file.query_row("PRAGMA page_count", [], |row| row.get(0))
            .unwrap()
    };
    let full = pages();
    assert!(full > 20 * 256);
    sample.empty_folder(folder, false).unwrap();
    assert!(pages() < full / 2, "{} of {full} pages", pages());
    let check: String = file
        .query_row("PRAGMA integrity_check", [], |row| row.get(0))
        .unwrap();
    assert_eq!(check, "ok");
    // A little room stays for what comes.
    let small = pages();
    let key = sample.add(folder, &[(PR_HTML, Value::Binary(bytes(1 << 20)))]);
    assert_eq!(pages(), small);
    sample.delete_message(key).unwrap();
    assert_eq!(pages(), small);
}

#[test]
fn a_folder_keeps_the_order_that_a_client_chose() {
    let sample = Sample::new();
    let inner = sample
        .create_folder(sample.inbox(), NewFolder::named("inner"))
        .unwrap();
    let chosen = ContentsSort {
        categories: 1,
        expanded: 1,
        columns: vec![(PR_SUBJECT, 0), (PR_MESSAGE_DELIVERY_TIME, 1)],
    };
    sample
        .set_contents_sort(sample.inbox(), &chosen, false)
        .unwrap();
    assert_eq!(
        sample.again().contents_sort(sample.inbox()).unwrap(),
        Some(chosen.clone())
    );
    assert_eq!(sample.contents_sort(inner).unwrap(), None);
    sample
        .set_contents_sort(sample.inbox(), &chosen, true)
        .unwrap();
    assert_eq!(sample.contents_sort(inner).unwrap(), Some(chosen));
    sample
        .set_contents_sort(inner, &ContentsSort::default(), false)
        .unwrap();
    assert_eq!(sample.contents_sort(inner).unwrap(), None);
}
