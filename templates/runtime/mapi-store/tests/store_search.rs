//! Search folders in the store: what they show, and that it is so at every commit.
#![cfg(feature = "runtime")]

mod store_support;

use std::collections::BTreeSet;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use mapi_abi::*;
use mapi_store::definition::FolderRole;
use mapi_store::store::*;
use store_support::*;

/// How long a test waits for a worker.
const PATIENCE: Duration = Duration::from_secs(60);

fn search_folder(store: &Store, name: &str) -> ObjectKey {
    let root = store
        .folder_by_role(FolderRole::SearchRoot)
        .unwrap()
        .unwrap();
    let new = NewFolder {
        kind: FolderKind::Search,
        ..NewFolder::named(name)
    };
    store.create_folder(root, new).unwrap()
}

fn subject_contains(text: &str) -> Restriction {
    Restriction::Content {
        fuzzy: Fuzzy {
            level: FuzzyLevel::SubString,
            ignore_case: true,
            ignore_non_space: false,
            loose: false,
        },
        tag: PropTag(PR_SUBJECT),
        value: text_value(text),
    }
}

fn text_value(value: &str) -> Value {
    text(value)
}

fn unread() -> Restriction {
    Restriction::BitMask {
        tag: PropTag(PR_MESSAGE_FLAGS),
        mask: MSGFLAG_READ,
        zero: true,
    }
}

fn criteria(restriction: Restriction, folders: &[ObjectKey], recursive: bool) -> SearchChange {
    SearchChange {
        restriction: Some(restriction),
        folders: Some(folders.to_vec()),
        recursive: Some(recursive),
        ..SearchChange::default()
    }
}

fn command(command: SearchCommand) -> SearchChange {
    SearchChange {
        command,
        ..SearchChange::default()
    }
}

/// A search folder with criteria for small scopes, which are done at once.
fn searching(
    store: &Store,
    restriction: Restriction,
    folders: &[ObjectKey],
    recursive: bool,
) -> ObjectKey {
    let folder = search_folder(store, "search");
    store
        .set_search(folder, &criteria(restriction, folders, recursive))
        .unwrap();
    assert_eq!(state(store, folder), SearchState::Live);
    folder
}

fn state(store: &Store, folder: ObjectKey) -> SearchState {
    store.search(folder).unwrap().unwrap().state
}

fn shown(store: &Store, folder: ObjectKey) -> BTreeSet<ObjectKey> {
    let keys: Vec<_> = store.messages_shown(folder).unwrap();
    let set: BTreeSet<_> = keys.iter().copied().collect();
    assert_eq!(keys.len(), set.len());
    set
}

fn set(keys: &[ObjectKey]) -> BTreeSet<ObjectKey> {
    keys.iter().copied().collect()
}

fn counts(store: &Store, folder: ObjectKey) -> (u32, u32) {
    let counts = store.folder(folder).unwrap().counts;
    (counts.content, counts.unread)
}

fn with_subject(value: &str) -> [(u32, Value); 1] {
    [(PR_SUBJECT, text(value))]
}

fn view(store: &Store, folder: ObjectKey) -> Box<dyn RowSource> {
    store.contents_view(folder, false, Arc::default()).unwrap()
}

/// The changes of what a search folder shows.
fn links(changes: &[Change], folder: ObjectKey) -> Vec<(ChangeKind, ObjectId)> {
    changes
        .iter()
        .filter(|change| change.aspect == Aspect::Links)
        .filter(|change| change.parent == Some(folder) || change.object == ObjectId::Folder(folder))
        .map(|change| (change.kind, change.object))
        .collect()
}

fn wait_until(what: &str, condition: impl Fn() -> bool) {
    let start = Instant::now();
    while !condition() {
        assert!(start.elapsed() < PATIENCE, "waited too long until {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Many messages in one folder, every tenth of which is wanted.
fn fill(store: &Store, folder: ObjectKey, count: usize) {
    let result: Result<(), StoreError> = store.batch(Origin::Local, |batch| {
        for number in 0..count {
            let mut message = Message::new(folder, false);
            let subject = if number % 10 == 0 { "wanted" } else { "other" };
            message.properties.set(PR_SUBJECT, text(subject));
            message.properties.set(
                PR_MESSAGE_DELIVERY_TIME,
                Value::SysTime((number as u64 * 7919) % 100_003),
            );
            batch.save(&mut message, SaveMode::default())?;
        }
        Ok(())
    });
    result.unwrap();
}

#[test]
fn a_search_needs_all_of_its_criteria_once() {
    let store = Sample::new();
    let folder = search_folder(&store, "search");
    assert_eq!(store.folder(folder).unwrap().kind, FolderKind::Search);
    assert_eq!(store.search(folder).unwrap(), None);
    let refused = |change: &SearchChange| store.set_search(folder, change).unwrap_err();
    assert!(matches!(
        refused(&SearchChange::default()),
        StoreError::NotInitialized
    ));
    let half = SearchChange {
        restriction: Some(unread()),
        ..SearchChange::default()
    };
    assert!(matches!(refused(&half), StoreError::NotInitialized));
    let half = SearchChange {
        folders: Some(vec![store.inbox()]),
        ..SearchChange::default()
    };
    assert!(matches!(refused(&half), StoreError::NotInitialized));
    store
        .set_search(folder, &command(SearchCommand::Stop))
        .unwrap();
    assert_eq!(store.search(folder).unwrap(), None);

    let other = search_folder(&store, "other");
    for scope in [folder, other] {
        assert!(matches!(
            refused(&criteria(unread(), &[store.inbox(), scope], false)),
            StoreError::TooComplex
        ));
    }
    assert!(matches!(
        refused(&criteria(unread(), &[ObjectKey([9; 16])], false)),
        StoreError::NotFound
    ));
    assert!(matches!(
        refused(&criteria(unread(), &[], false)),
        StoreError::Invalid(_)
    ));
    let wrong = Restriction::Property {
        relation: Relation::Equal,
        tag: PropTag(PR_SUBJECT),
        value: Value::Long(1),
    };
    assert!(matches!(
        refused(&criteria(wrong, &[store.inbox()], false)),
        StoreError::TooComplex
    ));
    assert!(matches!(
        store
            .set_search(store.inbox(), &criteria(unread(), &[store.inbox()], false))
            .unwrap_err(),
        StoreError::Invalid(_)
    ));
    assert_eq!(store.search(folder).unwrap(), None);

    let inbox = store.inbox();
    store
        .set_search(folder, &criteria(unread(), &[inbox], true))
        .unwrap();
    let search = store.search(folder).unwrap().unwrap();
    assert_eq!(*search.restriction, unread());
    assert_eq!(search.folders, [inbox]);
    assert!(search.recursive && !search.foreground);
    // What is left out stays; a new list of folders is searched as it stands.
    let more = SearchChange {
        restriction: Some(subject_contains("x")),
        foreground: Some(true),
        ..SearchChange::default()
    };
    store.set_search(folder, &more).unwrap();
    let search = store.search(folder).unwrap().unwrap();
    assert_eq!(*search.restriction, subject_contains("x"));
    assert_eq!(search.folders, [inbox]);
    assert!(search.recursive && search.foreground);
    let drafts = store.role(FolderRole::Drafts);
    let elsewhere = SearchChange {
        folders: Some(vec![drafts]),
        ..SearchChange::default()
    };
    store.set_search(folder, &elsewhere).unwrap();
    let search = store.search(folder).unwrap().unwrap();
    assert_eq!(search.folders, [drafts]);
    assert!(!search.recursive && search.foreground);
}

#[test]
fn a_search_folder_holds_nothing() {
    let store = Sample::new();
    let inbox = store.inbox();
    let message = store.add(inbox, &with_subject("a"));
    let folder = searching(&store, unread(), &[inbox], false);
    let no_access =
        |result: Result<(), StoreError>| assert!(matches!(result, Err(StoreError::NoAccess)));
    for associated in [false, true] {
        let mut new = Message::new(folder, associated);
        no_access(store.save(&mut new, SaveMode::default()).map(drop));
    }
    no_access(store.copy_message(message, folder).map(drop));
    no_access(store.move_message(message, folder));
    no_access(store.create_folder(folder, NewFolder::named("x")).map(drop));
    no_access(store.empty_folder(folder, true));
    let plain = store
        .create_folder(inbox, NewFolder::named("plain"))
        .unwrap();
    no_access(store.move_folder(plain, folder, None));
    no_access(store.copy_folder(plain, folder, None, true).map(drop));
    assert_eq!(shown(&store, folder), set(&[message]));

    // No remote hears of it, whatever is done with it.
    store
        .set_folder_properties(folder, &[(PropTag(PR_DISPLAY_NAME), text("renamed"))], &[])
        .unwrap();
    store.move_folder(folder, inbox, None).unwrap();
    let is_logged = store
        .local_changes()
        .unwrap()
        .iter()
        .any(|change| change.object == ObjectId::Folder(folder));
    assert!(!is_logged);

    store
        .delete_folder(folder, DeleteFolder::default())
        .unwrap();
    assert_eq!(store.folder_of_message(message).unwrap(), inbox);
    assert_eq!(counts(&store, inbox), (1, 1));
    assert!(
        !store
            .local_changes()
            .unwrap()
            .iter()
            .any(|change| change.object == ObjectId::Folder(folder))
    );
}

#[test]
fn messages_enter_and_leave_with_the_commit_that_makes_them() {
    let store = Sample::new();
    let (inbox, drafts) = (store.inbox(), store.role(FolderRole::Drafts));
    let before = store.add(inbox, &with_subject("wanted before"));
    let folder = searching(&store, subject_contains("wanted"), &[inbox], false);
    assert_eq!(shown(&store, folder), set(&[before]));
    assert_eq!(counts(&store, folder), (1, 1));
    let recorder = Recorder::on(&store);
    let told = |expected: &[(ChangeKind, ObjectKey)]| {
        let changes = recorder.take();
        let expected: Vec<_> = expected
            .iter()
            .map(|(kind, key)| (*kind, ObjectId::Message(*key)))
            .collect();
        assert_eq!(links(&changes, folder), expected);
        changes
    };

    let created = store.add(inbox, &with_subject("Wanted"));
    let changes = told(&[(ChangeKind::Created, created)]);
    let counted = |changes: &[Change]| {
        changes.iter().any(|change| {
            change.aspect == Aspect::Counts && change.object == ObjectId::Folder(folder)
        })
    };
    assert!(counted(&changes));
    assert_eq!(counts(&store, folder), (2, 2));
    store.add(inbox, &with_subject("something else"));
    told(&[]);

    store.set_message_flags(created, MSGFLAG_READ, 0).unwrap();
    told(&[(ChangeKind::Modified, created)]);
    assert_eq!(counts(&store, folder), (2, 1));

    let mut message = store.message(created).unwrap();
    message.properties.set(PR_SUBJECT, text("not any more"));
    store.save(&mut message, SaveMode::default()).unwrap();
    let changes = told(&[(ChangeKind::Deleted, created)]);
    assert!(counted(&changes));
    assert_eq!(counts(&store, folder), (1, 1));
    message.properties.set(PR_SUBJECT, text("wanted again"));
    store.save(&mut message, SaveMode::default()).unwrap();
    told(&[(ChangeKind::Created, created)]);

    store.move_message(created, drafts).unwrap();
    told(&[(ChangeKind::Deleted, created)]);
    store.move_message(created, inbox).unwrap();
    told(&[(ChangeKind::Created, created)]);
    let copy = store.copy_message(created, inbox).unwrap();
    told(&[(ChangeKind::Created, copy)]);
    store.copy_message(created, drafts).unwrap();
    told(&[]);
    store.delete_message(created).unwrap();
    told(&[(ChangeKind::Deleted, created)]);
    assert_eq!(shown(&store, folder), set(&[before, copy]));
    assert_eq!(counts(&store, folder), (2, 1));

    // The engine's own writes are no different, and what came and went in one commit was never there.
    let synced: Result<ObjectKey, StoreError> = store.batch(Origin::Sync, |batch| {
        let mut kept = Message::new(inbox, false);
        kept.properties.set(PR_SUBJECT, text("wanted from afar"));
        let kept = batch.save(&mut kept, SaveMode::default())?.key;
        let mut gone = Message::new(inbox, false);
        gone.properties.set(PR_SUBJECT, text("wanted for a moment"));
        let gone = batch.save(&mut gone, SaveMode::default())?.key;
        batch.delete_message(gone)?;
        Ok(kept)
    });
    told(&[(ChangeKind::Created, synced.unwrap())]);
    let failed: Result<(), StoreError> = store.batch(Origin::Local, |batch| {
        batch.delete_message(before)?;
        Err(StoreError::TooBig)
    });
    assert!(failed.is_err());
    told(&[]);
    // Associated messages are not searched.
    let mut view = Message::new(inbox, true);
    view.properties.set(PR_SUBJECT, text("wanted view"));
    store.save(&mut view, SaveMode::default()).unwrap();
    told(&[]);
    assert_eq!(counts(&store, folder), (3, 2));

    store.empty_folder(inbox, false).unwrap();
    assert_eq!(links(&recorder.take(), folder).len(), 3);
    assert_eq!(counts(&store, folder), (0, 0));
}

#[test]
fn many_rows_at_once_are_told_of_as_one() {
    let store = Sample::new();
    let inbox = store.inbox();
    let folder = searching(&store, subject_contains("wanted"), &[inbox], false);
    let recorder = Recorder::on(&store);
    fill(&store, inbox, 700);
    assert_eq!(
        links(&recorder.take(), folder),
        [(ChangeKind::Modified, ObjectId::Folder(folder))]
    );
    assert_eq!(counts(&store, folder), (70, 70));
}

#[test]
fn a_recursive_search_follows_the_folders() {
    let store = Sample::new();
    let (inbox, drafts) = (store.inbox(), store.role(FolderRole::Drafts));
    let make = |parent, name: &str| store.create_folder(parent, NewFolder::named(name)).unwrap();
    let below = make(inbox, "below");
    let one = store.add(below, &with_subject("one"));
    let deep = searching(&store, unread(), &[inbox], true);
    let shallow = search_folder(&store, "shallow");
    store
        .set_search(shallow, &criteria(unread(), &[inbox], false))
        .unwrap();
    assert_eq!(shown(&store, deep), set(&[one]));
    assert_eq!(shown(&store, shallow), set(&[]));

    // New folders, at any depth.
    let further = make(below, "further");
    let two = store.add(further, &with_subject("two"));
    assert_eq!(shown(&store, deep), set(&[one, two]));
    // A folder comes in and goes out with what is in it.
    let outside = make(drafts, "outside");
    let inner = make(outside, "inner");
    let three = store.add(inner, &with_subject("three"));
    assert_eq!(shown(&store, deep), set(&[one, two]));
    let recorder = Recorder::on(&store);
    store.move_folder(outside, further, None).unwrap();
    assert_eq!(shown(&store, deep), set(&[one, two, three]));
    assert_eq!(
        links(&recorder.take(), deep),
        [(ChangeKind::Created, ObjectId::Message(three))]
    );
    assert_eq!(state(&store, deep), SearchState::Live);
    store.move_folder(outside, drafts, None).unwrap();
    assert_eq!(shown(&store, deep), set(&[one, two]));
    assert_eq!(
        links(&recorder.take(), deep),
        [(ChangeKind::Deleted, ObjectId::Message(three))]
    );
    let four = store.add(inner, &with_subject("four"));
    assert!(!shown(&store, deep).contains(&four));

    // Copies.
    let copy = store.copy_folder(outside, inbox, None, true).unwrap();
    assert_eq!(shown(&store, deep).len(), 4);
    assert_eq!(counts(&store, deep), (4, 4));
    let all = DeleteFolder {
        messages: true,
        folders: true,
    };
    store.delete_folder(copy, all).unwrap();
    assert_eq!(shown(&store, deep), set(&[one, two]));
    store.delete_folder(below, all).unwrap();
    assert_eq!(shown(&store, deep), set(&[]));
    assert_eq!(counts(&store, deep), (0, 0));

    // The searched folder itself may go, and one of that name is another one.
    let temporary = make(drafts, "temporary");
    let five = store.add(temporary, &with_subject("five"));
    store
        .set_search(shallow, &criteria(unread(), &[temporary], false))
        .unwrap();
    assert_eq!(shown(&store, shallow), set(&[five]));
    store.delete_folder(temporary, all).unwrap();
    assert_eq!(counts(&store, shallow), (0, 0));
    let temporary = make(drafts, "temporary");
    store.add(temporary, &with_subject("six"));
    assert_eq!(counts(&store, shallow), (0, 0));
    assert_eq!(state(&store, shallow), SearchState::Live);
}

#[test]
fn a_stopped_search_only_loses_what_is_deleted() {
    let store = Sample::new();
    let inbox = store.inbox();
    let one = store.add(inbox, &with_subject("one"));
    let two = store.add(inbox, &with_subject("two"));
    let folder = searching(&store, unread(), &[inbox], false);
    store
        .set_search(folder, &command(SearchCommand::Stop))
        .unwrap();
    assert_eq!(state(&store, folder), SearchState::Stopped);
    store.add(inbox, &with_subject("three"));
    store.set_message_flags(one, MSGFLAG_READ, 0).unwrap();
    store
        .move_message(one, store.role(FolderRole::Drafts))
        .unwrap();
    assert_eq!(shown(&store, folder), set(&[one, two]));
    assert_eq!(counts(&store, folder), (2, 1));
    store.delete_message(two).unwrap();
    assert_eq!(shown(&store, folder), set(&[one]));
    assert_eq!(counts(&store, folder), (1, 0));
    // It starts again with the criteria it had.
    let recorder = Recorder::on(&store);
    store
        .set_search(folder, &command(SearchCommand::Start))
        .unwrap();
    assert_eq!(state(&store, folder), SearchState::Live);
    assert_eq!(counts(&store, folder), (1, 1));
    assert!(!shown(&store, folder).contains(&one));
    let is_complete = |changes: &[Change]| {
        changes.iter().any(|change| {
            change.kind == ChangeKind::Searched && change.object == ObjectId::Folder(folder)
        })
    };
    assert!(is_complete(&recorder.take()));
    // Another priority is no reason to start over; a command is.
    let foreground = SearchChange {
        foreground: Some(true),
        ..SearchChange::default()
    };
    store.set_search(folder, &foreground).unwrap();
    assert!(!is_complete(&recorder.take()));
    store
        .set_search(folder, &command(SearchCommand::Restart))
        .unwrap();
    assert!(is_complete(&recorder.take()));
    assert_eq!(counts(&store, folder), (1, 1));
}

#[test]
fn what_is_too_much_at_once_is_left_to_a_worker() {
    let store = Sample::new();
    let inbox = store.inbox();
    fill(&store, inbox, 4000);
    let folder = search_folder(&store, "search");
    let recorder = Recorder::on(&store);
    store
        .set_search(
            folder,
            &criteria(subject_contains("wanted"), &[inbox], false),
        )
        .unwrap();
    assert_eq!(state(&store, folder), SearchState::Building);
    assert!(store.has_search_work().unwrap());
    let at_once = counts(&store, folder).0;
    assert!(at_once < 400);
    // Changes enter and leave in the part that is not searched yet, too.
    let keys = store.messages_in(inbox, false).unwrap();
    store.delete_message(keys[3990]).unwrap();
    store
        .set_message_flags(keys[3980], MSGFLAG_READ, 0)
        .unwrap();
    store.delete_message(keys[0]).unwrap();
    let new = store.add(inbox, &with_subject("wanted late"));
    assert!(shown(&store, folder).contains(&new));

    let worker = SearchWorker::start(&store);
    wait_until("the search is complete", || {
        state(&store, folder) == SearchState::Live
    });
    assert!(store.settle(PATIENCE));
    assert_eq!(counts(&store, folder), (399, 398));
    assert_eq!(shown(&store, folder).len(), 399);
    let changes = recorder.take();
    let completions = changes
        .iter()
        .filter(|change| change.kind == ChangeKind::Searched)
        .count();
    assert_eq!(completions, 1);
    // A worker that is there takes up new work by itself.
    store
        .set_search(folder, &criteria(unread(), &[inbox], false))
        .unwrap();
    wait_until("the second search is complete", || {
        state(&store, folder) == SearchState::Live
    });
    assert_eq!(counts(&store, folder), (3998, 3998));
    let outside = store
        .create_folder(store.role(FolderRole::Drafts), NewFolder::named("large"))
        .unwrap();
    fill(&store, outside, 3000);
    store
        .set_search(folder, &criteria(unread(), &[inbox], true))
        .unwrap();
    wait_until("the third search is complete", || {
        state(&store, folder) == SearchState::Live
    });
    store.move_folder(outside, inbox, None).unwrap();
    wait_until("the folder that came in is searched", || {
        counts(&store, folder) == (6998, 6998)
    });
    assert!(worker.stop(PATIENCE));
}

#[test]
fn the_next_worker_goes_on_where_one_was_stopped() {
    let store = Sample::new();
    let inbox = store.inbox();
    fill(&store, inbox, 5000);
    let folder = search_folder(&store, "search");
    store
        .set_search(folder, &criteria(unread(), &[inbox], false))
        .unwrap();
    let at_once = counts(&store, folder).0;
    // Stopped by the first who hears of it, which happens in the worker's own thread.
    let worker: Arc<OnceLock<SearchWorker>> = Arc::default();
    let stopping = Arc::clone(&worker);
    let subscription = store.subscribe(Box::new(move |_| {
        assert!(stopping.wait().stop(PATIENCE));
    }));
    assert!(worker.set(SearchWorker::start(&store)).is_ok());
    wait_until("something more is found", || {
        counts(&store, folder).0 > at_once
    });
    assert!(worker.wait().stop(PATIENCE));
    drop(subscription);
    let found = counts(&store, folder).0;
    assert!(found < 5000);
    // Nothing goes on, not even on new occasions.
    store.add(inbox, &with_subject("new"));
    store
        .create_folder(inbox, NewFolder::named("occasion"))
        .unwrap();
    std::thread::sleep(Duration::from_millis(50));
    assert_eq!(counts(&store, folder).0, found + 1);
    drop(worker);

    let next = store.again();
    assert_eq!(state(&next, folder), SearchState::Building);
    let worker = SearchWorker::start(&next);
    wait_until("the search is complete", || {
        state(&next, folder) == SearchState::Live
    });
    assert_eq!(counts(&next, folder), (5001, 5001));
    assert!(worker.stop(PATIENCE));
}

#[test]
fn the_end_of_a_searched_folder_ends_the_search_of_it() {
    let store = Sample::new();
    let inbox = store.inbox();
    let large = store
        .create_folder(inbox, NewFolder::named("large"))
        .unwrap();
    fill(&store, large, 5000);
    let folder = search_folder(&store, "search");
    store
        .set_search(folder, &criteria(unread(), &[large], false))
        .unwrap();
    assert_eq!(state(&store, folder), SearchState::Building);
    let all = DeleteFolder {
        messages: true,
        folders: true,
    };
    store.delete_folder(large, all).unwrap();
    assert_eq!(counts(&store, folder), (0, 0));
    let recorder = Recorder::on(&store);
    let worker = SearchWorker::start(&store);
    wait_until("the search is complete", || {
        state(&store, folder) == SearchState::Live
    });
    assert!(worker.stop(PATIENCE));
    assert!(
        recorder
            .take()
            .iter()
            .any(|change| change.kind == ChangeKind::Searched)
    );
}

#[test]
fn every_kind_of_restriction_searches_and_lasts() {
    let store = Sample::new();
    let inbox = store.inbox();
    let name = OwnedName::String {
        set: PUBLIC_STRINGS,
        name: "Keywords".into(),
    };
    let keywords = store.ids_of_names(&[name], true).unwrap()[0].unwrap();
    let mut message = Message::new(inbox, false);
    message.properties.set(PR_SUBJECT, text("everything"));
    message.properties.set(PR_BODY, text(&"long ".repeat(5000)));
    message.properties.set(
        PropTag::new(keywords, 0x101F),
        Value::MvUnicode(vec!["red".into(), "green".into()]),
    );
    let mut recipient = PropertyBag::new();
    recipient.set(PR_DISPLAY_NAME, text("Ada"));
    recipient.set(PR_RECIPIENT_TYPE, Value::Long(1));
    message.recipients.push(Recipient {
        row_id: 0,
        properties: recipient,
    });
    let mut attachment = Attachment::new(0);
    attachment.properties.set(PR_ATTACH_EXTENSION, text(".pdf"));
    message.attachments.push(attachment);
    let key = store.save(&mut message, SaveMode::default()).unwrap().key;
    store.add(inbox, &with_subject("nothing"));

    let is = |tag: PropTag, value: Value| Restriction::Property {
        relation: Relation::Equal,
        tag,
        value,
    };
    let parent = store.entry_id(ObjectId::Folder(inbox)).to_vec();
    let sub = |object: SubObject, restriction: Restriction| Restriction::Sub {
        object,
        restriction: Box::new(restriction),
    };
    let subject = subject_contains("every");
    let wanted = [
        is(PropTag::new(keywords, 0x101F), text("green")),
        is(PropTag::new(keywords, 0x301F), text("red")),
        sub(
            SubObject::Recipients,
            is(PropTag(PR_DISPLAY_NAME), text("ada")),
        ),
        sub(
            SubObject::Attachments,
            is(PropTag(PR_ATTACH_EXTENSION), text(".pdf")),
        ),
        Restriction::And(vec![
            is(PropTag(PR_PARENT_ENTRYID), Value::Binary(parent)),
            is(PropTag(PR_PARENT_DISPLAY), text("Inbox")),
            subject.clone(),
        ]),
        Restriction::Content {
            fuzzy: Fuzzy {
                level: FuzzyLevel::SubString,
                ignore_case: false,
                ignore_non_space: false,
                loose: false,
            },
            tag: PropTag(PR_BODY),
            value: text("g long"),
        },
        Restriction::Size {
            relation: Relation::Greater,
            tag: PropTag(PR_BODY),
            size: 20_000,
        },
        Restriction::Exist(PropTag::new(keywords, 0x101F)),
        Restriction::Not(Box::new(Restriction::Not(Box::new(subject.clone())))),
        Restriction::Or(vec![
            Restriction::CompareProperties {
                relation: Relation::Equal,
                left: PropTag(PR_SUBJECT),
                right: PropTag(PR_DISPLAY_CC),
            },
            is(PropTag(PR_HASATTACH), Value::Boolean(true)),
        ]),
        Restriction::Comment {
            properties: vec![(PropTag(PR_SUBJECT), text("only a note"))],
            restriction: Some(Box::new(subject)),
        },
    ];
    let folders: Vec<_> = wanted
        .iter()
        .enumerate()
        .map(|(number, restriction)| {
            let folder = search_folder(&store, &format!("search {number}"));
            store
                .set_search(folder, &criteria(restriction.clone(), &[inbox], false))
                .unwrap();
            assert_eq!(shown(&store, folder), set(&[key]), "{restriction:?}");
            folder
        })
        .collect();
    // Another process knows them, and keeps to them.
    let other = store.again();
    let copy = other.copy_message(key, inbox).unwrap();
    for (folder, restriction) in folders.iter().zip(&wanted) {
        let search = other.search(*folder).unwrap().unwrap();
        assert_eq!(*search.restriction, *restriction);
        assert_eq!(search.folders, [inbox]);
        assert_eq!(shown(&other, *folder), set(&[key, copy]), "{restriction:?}");
    }
    let mut message = other.message(key).unwrap();
    message.recipients.clear();
    message.attachments.clear();
    other.save(&mut message, SaveMode::default()).unwrap();
    assert_eq!(shown(&store, folders[2]), set(&[copy]));
    assert_eq!(shown(&store, folders[3]), set(&[copy]));
}

#[test]
fn a_copy_of_a_search_folder_searches_the_same() {
    let store = Sample::new();
    let inbox = store.inbox();
    let message = store.add(inbox, &with_subject("a"));
    let folder = searching(&store, unread(), &[inbox], true);
    let parent = store.folder(folder).unwrap().parent.unwrap();
    let copy = store
        .copy_folder(folder, parent, Some("copy"), false)
        .unwrap();
    assert_eq!(store.folder(copy).unwrap().kind, FolderKind::Search);
    assert_eq!(store.search(copy).unwrap(), store.search(folder).unwrap());
    assert_eq!(shown(&store, copy), set(&[message]));
    assert_eq!(counts(&store, copy), (1, 1));
    let unset = search_folder(&store, "unset");
    let copy = store
        .copy_folder(unset, parent, Some("unset too"), false)
        .unwrap();
    assert_eq!(store.search(copy).unwrap(), None);
}

#[test]
fn tables_of_search_folders_do_what_tables_do() {
    let store = Sample::new();
    let (inbox, drafts) = (store.inbox(), store.role(FolderRole::Drafts));
    let add = |folder, subject: &str, delivered: Option<u64>| {
        let mut properties = vec![(PR_SUBJECT, text(subject))];
        properties.extend(delivered.map(|time| (PR_MESSAGE_DELIVERY_TIME, Value::SysTime(time))));
        store.add(folder, &properties)
    };
    let a = add(inbox, "Cherry", Some(30));
    let b = add(drafts, "apple", Some(10));
    let c = add(inbox, "Banana", None);
    let d = add(drafts, "apple pie", Some(20));
    let e = add(inbox, "zebra", None);
    let f = add(drafts, "cherry", Some(10));
    let folder = searching(&store, unread(), &[inbox, drafts], false);
    let natural = view(&store, folder);
    let keys = |view: &dyn RowSource| -> Vec<ObjectKey> {
        let rows = view.rows(0, 100, &[]).unwrap();
        assert_eq!(view.count().unwrap(), rows.len());
        let keys: Vec<_> = rows.iter().map(|row| ObjectKey(row.key.0)).collect();
        for (position, key) in keys.iter().enumerate() {
            assert_eq!(
                view.position_of(InstanceKey::of_object(*key)).unwrap(),
                Some(position)
            );
            assert_eq!(
                view.rows(position, 1, &[]).unwrap()[0].key,
                InstanceKey::of_object(*key)
            );
            assert_eq!(view.keys_of(*key).unwrap().len(), 1);
        }
        assert!(view.rows(keys.len(), 10, &[]).unwrap().is_empty());
        keys
    };
    let sorted = |keys: &[(u32, bool)], restriction: Option<Restriction>| {
        let order: Vec<_> = keys
            .iter()
            .map(|(tag, descending)| SortKey {
                tag: PropTag(*tag),
                descending: *descending,
            })
            .collect();
        natural.arrange(&order, restriction.map(Arc::new)).unwrap()
    };
    assert_eq!(keys(&*natural), [a, b, c, d, e, f]);
    let delivered = PR_MESSAGE_DELIVERY_TIME;
    assert_eq!(
        keys(&*sorted(&[(delivered, false)], None)),
        [b, f, d, a, c, e]
    );
    assert_eq!(
        keys(&*sorted(&[(delivered, true)], None)),
        [a, d, f, b, e, c]
    );
    assert_eq!(
        keys(&*sorted(&[(PR_SUBJECT, false)], None)),
        [b, d, c, a, f, e]
    );
    assert_eq!(
        keys(&*sorted(&[(PR_SUBJECT, false), (delivered, true)], None)),
        [b, d, c, a, f, e]
    );
    // By where they are, which only a search folder can.
    let by_place = sorted(&[(PR_PARENT_DISPLAY, false), (PR_SUBJECT, true)], None);
    assert_eq!(keys(&*by_place), [f, d, b, e, a, c]);
    let cherries = sorted(&[(delivered, false)], Some(subject_contains("CHERRY")));
    assert_eq!(keys(&*cherries), [f, a]);
    assert!(cherries.keys_of(b).unwrap().is_empty());
    let in_drafts = Restriction::Property {
        relation: Relation::Equal,
        tag: PropTag(PR_PARENT_ENTRYID),
        value: Value::Binary(store.entry_id(ObjectId::Folder(drafts)).to_vec()),
    };
    assert_eq!(keys(&*sorted(&[], Some(in_drafts))), [b, d, f]);

    let columns = [PR_PARENT_ENTRYID, PR_PARENT_DISPLAY, PR_ENTRYID, PR_SUBJECT].map(PropTag);
    let rows = natural.rows(0, 2, &columns).unwrap();
    let id = |object: ObjectId| Some(Value::Binary(store.entry_id(object).to_vec()));
    assert_eq!(
        rows[1].cells,
        [
            id(ObjectId::Folder(drafts)),
            Some(text("Drafts")),
            id(ObjectId::Message(b)),
            Some(text("apple"))
        ]
    );
    assert_eq!(
        natural
            .row_of(InstanceKey::of_object(b), &columns)
            .unwrap()
            .unwrap(),
        rows[1]
    );
    assert!(
        natural
            .default_columns()
            .contains(&PropTag(PR_PARENT_DISPLAY))
    );
    assert!(
        natural
            .available_columns()
            .unwrap()
            .contains(&PropTag(PR_SEARCH_KEY))
    );

    let apple = subject_contains("apple");
    assert_eq!(natural.find(&apple, 0, false).unwrap(), Some(1));
    assert_eq!(natural.find(&apple, 2, false).unwrap(), Some(3));
    assert_eq!(natural.find(&apple, 4, false).unwrap(), None);
    assert_eq!(natural.find(&apple, 6, true).unwrap(), Some(3));
    assert_eq!(natural.find(&apple, 3, true).unwrap(), Some(1));
    assert_eq!(natural.find(&apple, 1, true).unwrap(), None);

    // They are as the store is at the moment of each call.
    let by_subject = sorted(&[(PR_SUBJECT, false)], None);
    assert_eq!(by_subject.count().unwrap(), 6);
    let stamp = by_subject.stamp().unwrap();
    let mut message = store.message(e).unwrap();
    message.properties.set(PR_SUBJECT, text("aardvark"));
    store.save(&mut message, SaveMode::default()).unwrap();
    assert_ne!(by_subject.stamp().unwrap(), stamp);
    assert_eq!(keys(&*by_subject), [e, b, d, c, a, f]);
    let not_shown = add(store.role(FolderRole::Junk), "elsewhere", None);
    assert_eq!(
        natural
            .position_of(InstanceKey::of_object(not_shown))
            .unwrap(),
        None
    );
    store
        .delete_folder(folder, DeleteFolder::default())
        .unwrap();
    assert!(matches!(natural.count(), Err(StoreError::Deleted)));
}

/// Numbers that look random and are the same in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % end as u64) as usize
    }
}

#[test]
fn after_any_history_a_search_shows_what_a_look_through_all_folders_finds() {
    let store = Sample::new();
    let other = store.again();
    let mut random = Random(0x5EED_CAFE);
    let inbox = store.inbox();
    let mut folders = vec![inbox, store.role(FolderRole::Drafts)];
    let searches: Vec<(ObjectKey, bool, bool)> = [(false, false), (true, false), (true, true)]
        .into_iter()
        .enumerate()
        .map(|(number, (recursive, by_subject))| {
            let folder = search_folder(&store, &format!("search {number}"));
            let restriction = if by_subject {
                Restriction::And(vec![unread(), subject_contains("x")])
            } else {
                unread()
            };
            store
                .set_search(folder, &criteria(restriction, &[inbox], recursive))
                .unwrap();
            (folder, recursive, by_subject)
        })
        .collect();
    let mut messages: Vec<ObjectKey> = Vec::new();
    for step in 0..600 {
        let store = if step % 3 == 0 { &other } else { &store.store };
        let folder = folders[random.below(folders.len())];
        let message = messages
            .get(random.below(messages.len().max(1)))
            .copied()
            .filter(|key| store.message(*key).is_ok());
        match (random.below(10), message) {
            (0..=2, _) | (_, None) => {
                let mut new = Message::new(folder, random.below(8) == 0);
                let subject = ["x", "y", "xy"][random.below(3)];
                new.properties.set(PR_SUBJECT, text(subject));
                messages.push(store.save(&mut new, SaveMode::default()).unwrap().key);
            }
            (3, Some(key)) => {
                let mut message = store.message(key).unwrap();
                let subject = ["x", "y"][random.below(2)];
                message.properties.set(PR_SUBJECT, text(subject));
                store.save(&mut message, SaveMode::default()).unwrap();
            }
            (4, Some(key)) => {
                let flags = [(MSGFLAG_READ, 0), (0, MSGFLAG_READ)][random.below(2)];
                store.set_message_flags(key, flags.0, flags.1).unwrap();
            }
            (5, Some(key)) => store.move_message(key, folder).unwrap(),
            (6, Some(key)) => messages.push(store.copy_message(key, folder).unwrap()),
            (7, Some(key)) => store.delete_message(key).unwrap(),
            (8, _) => {
                let name = format!("folder {step}");
                if folders.len() < 8 {
                    folders.push(store.create_folder(folder, NewFolder::named(name)).unwrap());
                } else if store.folder(folder).unwrap().role == FolderRole::None {
                    let all = DeleteFolder {
                        messages: true,
                        folders: true,
                    };
                    store.delete_folder(folder, all).unwrap();
                    folders.retain(|folder| store.folder(*folder).is_ok());
                }
            }
            (_, _) => {
                let target = folders[random.below(folders.len())];
                // Some go into themselves, and some are special.
                let _ = store.move_folder(folder, target, None);
            }
        }
        if step % 20 != 0 {
            continue;
        }
        for (search, recursive, by_subject) in &searches {
            let mut expected = BTreeSet::new();
            let mut unread_count = 0;
            let mut pending = vec![inbox];
            while let Some(folder) = pending.pop() {
                if *recursive {
                    let children = store.child_folders(folder).unwrap();
                    pending.extend(children.iter().map(|child| child.key));
                }
                for key in store.messages_in(folder, false).unwrap() {
                    let message = store.message(key).unwrap();
                    let flags = message.properties.long(PR_MESSAGE_FLAGS).unwrap() as u32;
                    let subject = message.properties.text(PR_SUBJECT).unwrap();
                    if flags & MSGFLAG_READ == 0 && (!by_subject || subject.contains('x')) {
                        expected.insert(key);
                        unread_count += 1;
                    }
                }
            }
            assert_eq!(shown(store, *search), expected, "step {step}");
            assert_eq!(
                counts(store, *search),
                (expected.len() as u32, unread_count),
                "step {step}"
            );
            assert_eq!(view(store, *search).count().unwrap(), expected.len());
        }
    }
}
