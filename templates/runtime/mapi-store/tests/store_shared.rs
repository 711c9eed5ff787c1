//! Several users of one store: changes, transactions, processes, and the sync engine's bookkeeping.

mod store_support;

use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier};
use std::time::Duration;

use mapi_abi::*;
use mapi_store::definition::{FolderRole, ProviderDefinition};
use mapi_store::store::*;
use store_support::*;

fn kinds(changes: &[Change]) -> Vec<(ChangeKind, ObjectId, Aspect)> {
    changes
        .iter()
        .map(|change| (change.kind, change.object, change.aspect))
        .collect()
}

#[test]
fn every_commit_is_published_once_in_order() {
    use Aspect::*;
    use ChangeKind::*;
    let sample = Sample::new();
    let recorder = Recorder::on(&sample);
    let (inbox, junk) = (sample.inbox(), sample.role(FolderRole::Junk));
    let (in_inbox, in_junk) = (ObjectId::Folder(inbox), ObjectId::Folder(junk));
    let key = sample.add(inbox, &[]);
    let message = ObjectId::Message(key);
    let changes = recorder.take();
    assert_eq!(
        kinds(&changes),
        [(Created, message, Whole), (Modified, in_inbox, Counts)]
    );
    assert_eq!(
        (changes[0].parent, changes[0].origin, changes[0].foreign),
        (Some(inbox), Origin::Local, false)
    );
    assert!(changes[0].sequence < changes[1].sequence);

    sample
        .save(&mut sample.message(key).unwrap(), SaveMode::default())
        .unwrap();
    assert_eq!(kinds(&recorder.take()), [(Modified, message, Whole)]);
    sample.set_message_flags(key, MSGFLAG_READ, 0).unwrap();
    assert_eq!(
        kinds(&recorder.take()),
        [(Modified, message, Flags), (Modified, in_inbox, Counts)]
    );
    sample.set_message_flags(key, MSGFLAG_READ, 0).unwrap();
    assert!(recorder.take().is_empty());
    sample.set_message_status(key, 1, 1).unwrap();
    assert_eq!(kinds(&recorder.take()), [(Modified, message, Status)]);

    sample.move_message(key, junk).unwrap();
    let changes = recorder.take();
    assert_eq!(kinds(&changes)[0], (Moved, message, Whole));
    assert_eq!(
        (changes[0].parent, changes[0].old_parent),
        (Some(junk), Some(inbox))
    );
    assert_eq!(changes.len(), 3);
    let copy = sample.copy_message(key, inbox).unwrap();
    let changes = recorder.take();
    assert_eq!(
        kinds(&changes),
        [
            (Copied, ObjectId::Message(copy), Whole),
            (Modified, in_inbox, Counts)
        ]
    );
    assert_eq!(
        (changes[0].old_object, changes[0].old_parent),
        (Some(message), Some(junk))
    );
    sample.delete_message(key).unwrap();
    assert_eq!(
        kinds(&recorder.take()),
        [(Deleted, message, Whole), (Modified, in_junk, Counts)]
    );

    let folder = sample.create_folder(inbox, NewFolder::named("f")).unwrap();
    let inner = sample.create_folder(folder, NewFolder::named("g")).unwrap();
    recorder.take();
    sample
        .delete_folder(
            folder,
            DeleteFolder {
                messages: true,
                folders: true,
            },
        )
        .unwrap();
    let changes = recorder.take();
    let deleted = [inner, folder].map(|key| (Deleted, ObjectId::Folder(key), Whole));
    assert_eq!(
        kinds(&changes),
        [deleted[0], deleted[1], (Modified, in_inbox, Counts)]
    );
    sample
        .set_properties(&[(PropTag(PR_COMMENT), text("c"))], &[])
        .unwrap();
    assert_eq!(
        kinds(&recorder.take()),
        [(Modified, ObjectId::Store, Whole)]
    );
    drop(recorder);
    sample.add(inbox, &[]);
}

#[test]
fn a_failed_batch_leaves_nothing() {
    let sample = Sample::new();
    let recorder = Recorder::on(&sample);
    let inbox = sample.inbox();
    let before = sample.counts(inbox);
    let result: Result<(), StoreError> = sample.batch(Origin::Local, |batch| {
        let folder = batch.create_folder(inbox, NewFolder::named("x"))?;
        let mut message = Message::new(folder, false);
        message.properties.set(PR_BODY, text(&"x".repeat(10_000)));
        batch.save(&mut message, SaveMode::default())?;
        assert_eq!(batch.folder(folder)?.counts.content, 1);
        Err(StoreError::NoAccess)
    });
    assert!(matches!(result, Err(StoreError::NoAccess)));
    assert_eq!(sample.counts(inbox), before);
    assert!(recorder.take().is_empty());
    assert!(sample.local_changes().unwrap().is_empty());

    // A step that fails undoes itself and leaves the rest.
    sample
        .batch(Origin::Local, |batch| {
            batch.create_folder(inbox, NewFolder::named("a"))?;
            assert!(matches!(
                batch.create_folder(inbox, NewFolder::named("A")),
                Err(StoreError::Collision)
            ));
            let mut deep = Message::new_embedded();
            for _ in 0..=MAXIMUM_EMBEDDING {
                let mut outer = Message::new(inbox, false);
                outer.properties.set(PR_BODY, text(&"x".repeat(10_000)));
                outer.attachments.push(Attachment {
                    embedded: Some(Box::new(deep)),
                    ..Attachment::new(0)
                });
                deep = outer;
            }
            assert!(matches!(
                batch.save(&mut deep, SaveMode::default()),
                Err(StoreError::TooBig)
            ));
            Ok::<_, StoreError>(())
        })
        .unwrap();
    assert_eq!(
        sample.counts(inbox),
        FolderCounts {
            children: 1,
            ..before
        }
    );
    assert_eq!(recorder.take().len(), 2);
    let database = rusqlite::Connection::open(sample.path()).unwrap();
    for table in ["large", "large_piece", "message", "message_part"] {
        let count: i64 = database
            .query_row(&format!("SELECT count(*) FROM {table}"), [], |row| {
                row.get(0)
            })
            .unwrap();
        assert_eq!(count, 0, "{table}");
    }
}

#[test]
fn listeners_may_use_the_store() {
    let sample = Sample::new();
    let store = sample.store.clone();
    let inbox = sample.inbox();
    let depth = Arc::new(AtomicUsize::new(0));
    let seen = Arc::clone(&depth);
    let _subscription = sample.subscribe(Box::new(move |changes| {
        assert!(store.settle(Duration::ZERO));
        assert!(store.folder(inbox).unwrap().counts.content > 0);
        if changes[0].kind == ChangeKind::Created && seen.fetch_add(1, Ordering::SeqCst) < 3 {
            store
                .save(&mut Message::new(inbox, false), SaveMode::default())
                .unwrap();
        }
    }));
    sample.add(inbox, &[]);
    assert!(sample.settle(Duration::from_secs(5)));
    assert_eq!(sample.counts(inbox).content, 4);
    assert_eq!(depth.load(Ordering::SeqCst), 4);
}

#[test]
fn a_listener_that_panics_does_not_stop_the_others() {
    let sample = Sample::new();
    let _bad = sample.subscribe(Box::new(|_| panic!("a listener's mistake")));
    let add = || {
        std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            sample.add(sample.inbox(), &[])
        }))
    };
    assert!(add().is_err());
    drop(_bad);
    let recorder = Recorder::on(&sample);
    add().unwrap();
    assert_eq!(recorder.take().len(), 2);
    assert_eq!(sample.counts(sample.inbox()).content, 2);
}

#[test]
fn writing_with_the_store_inside_a_batch_is_refused_not_blocked() {
    let sample = Sample::new();
    let inbox = sample.inbox();
    sample
        .batch(Origin::Local, |batch| {
            assert!(matches!(
                sample.create_folder(inbox, NewFolder::named("x")),
                Err(StoreError::Busy)
            ));
            batch.create_folder(inbox, NewFolder::named("x"))
        })
        .unwrap();
    sample.create_folder(inbox, NewFolder::named("y")).unwrap();
}

#[test]
fn threads_share_a_store() {
    const THREADS: usize = 8;
    const ROUNDS: usize = 12;
    let sample = Sample::new();
    let inbox = sample.inbox();
    let other = sample.again();
    let recorder = Recorder::on(&sample);
    let barrier = Barrier::new(THREADS);
    std::thread::scope(|scope| {
        for number in 0..THREADS {
            let store = if number % 2 == 0 {
                &sample.store
            } else {
                &other
            };
            let barrier = &barrier;
            scope.spawn(move || {
                barrier.wait();
                let view = store.contents_view(inbox, false, Arc::default()).unwrap();
                for _ in 0..ROUNDS {
                    let mut message = Message::new(inbox, false);
                    message.properties.set(PR_BODY, text(&"t".repeat(6000)));
                    let key = store.save(&mut message, SaveMode::default()).unwrap().key;
                    assert!(
                        view.position_of(InstanceKey::of_object(key))
                            .unwrap()
                            .is_some()
                    );
                    assert!(matches!(
                        store.message(key).unwrap().properties.get_typed(PR_BODY),
                        Some(Value::Large(_))
                    ));
                    store.set_message_flags(key, MSGFLAG_READ, 0).unwrap();
                    let count = view.count().unwrap();
                    assert!(
                        view.rows(0, count + 100, &[PropTag(PR_SUBJECT)])
                            .unwrap()
                            .len()
                            >= count
                    );
                    let name = OwnedName::Id {
                        set: [9; 16],
                        id: count as u32,
                    };
                    assert!(store.ids_of_names(&[name], true).unwrap()[0].is_some());
                }
            });
        }
    });
    assert_eq!(sample.counts(inbox).content, (THREADS * ROUNDS) as u32);
    assert_eq!(sample.counts(inbox).unread, 0);
    sample.poll_foreign_changes().unwrap();
    assert!(sample.settle(Duration::from_secs(5)));
    let changes = recorder.take();
    let own: Vec<_> = changes
        .iter()
        .filter(|change| !change.foreign)
        .map(|change| change.sequence)
        .collect();
    assert!(own.is_sorted());
    let created = changes
        .iter()
        .filter(|change| change.kind == ChangeKind::Created)
        .count();
    assert_eq!(created, THREADS * ROUNDS);
}

#[test]
fn changes_of_others_are_noticed_when_asked_for() {
    let sample = Sample::new();
    let inbox = sample.inbox();
    let other = sample.again();
    let recorder = Recorder::on(&other);
    let key = sample.add(inbox, &[]);
    assert!(recorder.take().is_empty());
    assert_eq!(other.poll_foreign_changes().unwrap(), 2);
    let changes = recorder.take();
    assert_eq!(changes[0].object, ObjectId::Message(key));
    assert!(changes[0].foreign && changes[0].kind == ChangeKind::Created);
    assert_eq!(changes[0].parent, Some(inbox));
    assert_eq!(other.poll_foreign_changes().unwrap(), 0);
    other.delete_message(key).unwrap();
    recorder.take();
    assert_eq!(
        other.poll_foreign_changes().unwrap(),
        0,
        "one's own changes are not foreign"
    );
    assert_eq!(sample.poll_foreign_changes().unwrap(), 2);
}

#[test]
fn who_missed_too_much_is_told_to_look_everywhere() {
    let sample = Sample::new();
    let other = sample.again();
    let recorder = Recorder::on(&other);
    let key = sample.add(sample.inbox(), &[]);
    sample
        .batch(Origin::Local, |batch| {
            for round in 0..20_000 {
                batch.set_message_status(key, round, u32::MAX)?;
            }
            Ok::<_, StoreError>(())
        })
        .unwrap();
    assert!(other.poll_foreign_changes().unwrap() > 10_000);
    let first = &recorder.take()[0];
    assert_eq!(
        (first.object, first.kind, first.foreign),
        (ObjectId::Store, ChangeKind::Modified, true)
    );
}

/// What the child process of the next test does.
const CHILD: &str = "MAPI_STORE_TEST_CHILD";

/// How it ends.
const CHILD_DONE: i32 = 7;

#[test]
fn what_was_saved_survives_the_end_of_the_process() {
    let inbox_of = |store: &Store| store.folder_by_role(FolderRole::Inbox).unwrap().unwrap();
    let open_at = |path: std::path::PathBuf| {
        Store::open(StoreOptions {
            path,
            uid: UID,
            definition: &DEFINITION,
            writable: true,
        })
        .unwrap()
    };
    if let Some(path) = std::env::var_os(CHILD) {
        let store = open_at(path.into());
        let mut message = Message::new(inbox_of(&store), false);
        message.properties.set(PR_SUBJECT, text("from the child"));
        message.properties.set(PR_BODY, text(&"body".repeat(5000)));
        store.save(&mut message, SaveMode::default()).unwrap();
        // No destructor runs, as when Outlook ends in a hurry.
        std::process::exit(CHILD_DONE);
    }
    let sample = Sample::new();
    let recorder = Recorder::on(&sample);
    let status = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "what_was_saved_survives_the_end_of_the_process"])
        .env(CHILD, sample.path())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .unwrap();
    assert_eq!(status.code(), Some(CHILD_DONE));
    let keys = sample.messages_in(sample.inbox(), false).unwrap();
    let message = sample.message(keys[0]).unwrap();
    assert_eq!(message.properties.text(PR_SUBJECT), Some("from the child"));
    let Some(Value::Large(body)) = message.properties.get_typed(PR_BODY) else {
        panic!()
    };
    assert_eq!(sample.read_large(body).unwrap(), text(&"body".repeat(5000)));
    assert_eq!(sample.counts(sample.inbox()).content, 1);
    assert_eq!(sample.poll_foreign_changes().unwrap(), 2);
    assert_eq!(recorder.take()[0].object, ObjectId::Message(keys[0]));
}

#[test]
fn many_processes_may_create_the_file_at_once() {
    let directory = tempfile::tempdir().unwrap();
    let barrier = Barrier::new(6);
    let roots: Vec<_> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..6)
            .map(|_| {
                scope.spawn(|| {
                    barrier.wait();
                    open(&directory, &DEFINITION, true).unwrap().root().unwrap()
                })
            })
            .collect();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap())
            .collect()
    });
    assert!(roots.windows(2).all(|pair| pair[0] == pair[1]));
}

fn edits(sample: &Sample) -> Vec<(ObjectId, LocalEdits)> {
    sample
        .local_changes()
        .unwrap()
        .into_iter()
        .map(|change| (change.object, change.edits))
        .collect()
}

fn only(set: impl FnOnce(&mut LocalEdits)) -> LocalEdits {
    let mut edits = LocalEdits::default();
    set(&mut edits);
    edits
}

/// Maps a message to a remote id in a remote folder.
fn map(sample: &Sample, message: ObjectKey, remote_folder: &str, remote: &str) {
    let mapping = MessageMapping {
        message,
        remote_folder: remote_folder.into(),
        remote: remote.into(),
        version: "v1".into(),
        partial: false,
    };
    sample
        .batch(Origin::Sync, |batch| batch.map_message(&mapping))
        .unwrap();
}

fn map_folder(sample: &Sample, folder: ObjectKey, remote: &str) {
    let mapping = FolderMapping {
        folder,
        remote: remote.into(),
    };
    sample
        .batch(Origin::Sync, |batch| batch.map_folder(&mapping))
        .unwrap();
}

fn acknowledge(sample: &Sample, change: &LocalChange) {
    sample
        .batch(Origin::Sync, |batch| batch.acknowledge(change))
        .unwrap();
}

#[test]
fn edits_are_folded_into_what_has_to_be_uploaded() {
    let sample = Sample::new();
    let (inbox, junk) = (sample.inbox(), sample.role(FolderRole::Junk));
    assert!(
        edits(&sample).is_empty(),
        "the folders of the definition are nobody's edit"
    );
    let key = sample.add(inbox, &[]);
    let object = ObjectId::Message(key);
    sample
        .save(&mut sample.message(key).unwrap(), SaveMode::default())
        .unwrap();
    sample.set_message_flags(key, MSGFLAG_READ, 0).unwrap();
    sample.move_message(key, junk).unwrap();
    assert_eq!(
        edits(&sample),
        [(object, only(|edits| edits.created = true))]
    );
    assert_eq!(
        sample.local_change(object).unwrap().unwrap().parent,
        Some(junk)
    );
    sample.delete_message(key).unwrap();
    assert!(edits(&sample).is_empty());

    let key = sample.add(inbox, &[]);
    let object = ObjectId::Message(key);
    map(&sample, key, "INBOX", "7");
    acknowledge(&sample, &sample.local_changes().unwrap()[0]);
    assert!(edits(&sample).is_empty());
    sample.set_message_status(key, 1, 1).unwrap();
    assert!(edits(&sample).is_empty(), "status is local");
    sample.set_message_flags(key, MSGFLAG_READ, 0).unwrap();
    sample.move_message(key, junk).unwrap();
    sample
        .move_message(key, sample.role(FolderRole::Drafts))
        .unwrap();
    let expected = only(|edits| {
        edits.flags = true;
        edits.moved = true;
    });
    assert_eq!(edits(&sample), [(object, expected)]);
    let change = sample.local_change(object).unwrap().unwrap();
    assert_eq!(
        (change.old_parent, change.parent),
        (Some(inbox), Some(sample.role(FolderRole::Drafts)))
    );
    assert_eq!(
        (change.remote.as_deref(), change.remote_folder.as_deref()),
        (Some("7"), Some("INBOX"))
    );
    assert_eq!(change.remote_version.as_deref(), Some("v1"));
    sample.delete_message(key).unwrap();
    let change = sample.local_deletion("INBOX", "7").unwrap().unwrap();
    assert_eq!(
        (change.object, change.edits),
        (object, only(|edits| edits.deleted = true))
    );
    assert_eq!(change.remote_version.as_deref(), Some("v1"));
    acknowledge(&sample, &change);
    assert!(edits(&sample).is_empty());
}

#[test]
fn edits_made_during_an_upload_are_not_lost() {
    let sample = Sample::new();
    let (inbox, junk) = (sample.inbox(), sample.role(FolderRole::Junk));
    let key = sample.add(inbox, &[]);
    let object = ObjectId::Message(key);
    let uploading = sample.local_changes().unwrap().remove(0);
    sample
        .save(&mut sample.message(key).unwrap(), SaveMode::default())
        .unwrap();
    map(&sample, key, "INBOX", "1");
    acknowledge(&sample, &uploading);
    let expected = only(|edits| {
        edits.modified = true;
        edits.flags = true;
    });
    assert_eq!(edits(&sample), [(object, expected)]);

    let uploading = sample.local_changes().unwrap().remove(0);
    sample.move_message(key, junk).unwrap();
    acknowledge(&sample, &uploading);
    let change = sample.local_change(object).unwrap().unwrap();
    assert!(change.edits.moved && change.old_parent == Some(inbox));
    let uploading = change;
    sample.move_message(key, inbox).unwrap();
    acknowledge(&sample, &uploading);
    let change = sample.local_change(object).unwrap().unwrap();
    assert!(
        change.edits.moved && change.old_parent == Some(junk),
        "the remote has it in the junk folder now"
    );
    sample.delete_message(key).unwrap();
    acknowledge(&sample, &change);
    assert_eq!(
        edits(&sample),
        [(object, only(|edits| edits.deleted = true))]
    );

    let gone = sample.add(inbox, &[]);
    sample.delete_message(gone).unwrap();
    let mapping = MessageMapping {
        message: gone,
        remote_folder: "INBOX".into(),
        remote: "2".into(),
        version: String::new(),
        partial: false,
    };
    let result: Result<(), StoreError> =
        sample.batch(Origin::Sync, |batch| batch.map_message(&mapping));
    assert!(matches!(result, Err(StoreError::NotFound)));
}

#[test]
fn the_engines_own_writes_are_not_uploaded() {
    static WITHOUT_SYNC: ProviderDefinition = ProviderDefinition {
        sync: None,
        ..DEFINITION
    };
    let sample = Sample::new();
    let inbox = sample.inbox();
    let key = sample
        .batch(Origin::Sync, |batch| {
            let folder = batch.create_folder(inbox, NewFolder::named("remote"))?;
            let mut message = Message::new(folder, false);
            message
                .properties
                .set(PR_MESSAGE_FLAGS, Value::Long(MSGFLAG_READ as i32));
            message
                .properties
                .set(PR_LAST_MODIFICATION_TIME, Value::SysTime(5));
            let key = batch.save(&mut message, SaveMode::default())?.key;
            // A later save of the engine brings the remote's flags along.
            message.properties.set(PR_MESSAGE_FLAGS, Value::Long(0));
            batch.save(&mut message, SaveMode::default())?;
            Ok::<_, StoreError>(key)
        })
        .unwrap();
    assert!(edits(&sample).is_empty());
    let message = sample.message(key).unwrap();
    assert_eq!(message.properties.long(PR_MESSAGE_FLAGS), Some(0));
    assert_eq!(message.properties.time(PR_LAST_MODIFICATION_TIME), Some(5));
    // A local edit that waits goes with the message that the remote deletes.
    map(&sample, key, "remote", "1");
    sample.set_message_flags(key, MSGFLAG_READ, 0).unwrap();
    assert_eq!(edits(&sample).len(), 1);
    sample
        .batch(Origin::Sync, |batch| batch.delete_message(key))
        .unwrap();
    assert!(edits(&sample).is_empty());

    let store = open(&sample.directory, &WITHOUT_SYNC, true).unwrap();
    store
        .save(&mut Message::new(inbox, false), SaveMode::default())
        .unwrap();
    assert!(store.local_changes().unwrap().is_empty());
}

#[test]
fn folder_edits_are_ordered_for_upload() {
    let sample = Sample::new();
    let inbox = sample.inbox();
    map_folder(&sample, inbox, "INBOX");
    let old = sample
        .create_folder(inbox, NewFolder::named("old"))
        .unwrap();
    let older = sample
        .create_folder(old, NewFolder::named("older"))
        .unwrap();
    map_folder(&sample, old, "INBOX/old");
    map_folder(&sample, older, "INBOX/old/older");
    let message = sample.add(older, &[]);
    map(&sample, message, "INBOX/old/older", "5");
    let elsewhere = sample.add(inbox, &[]);
    map(&sample, elsewhere, "INBOX", "6");
    for change in sample.local_changes().unwrap() {
        acknowledge(&sample, &change);
    }

    let added = sample.add(inbox, &[]);
    let b = sample.create_folder(inbox, NewFolder::named("b")).unwrap();
    let c = sample.create_folder(b, NewFolder::named("c")).unwrap();
    sample
        .set_folder_properties(b, &[(PropTag(PR_DISPLAY_NAME), text("b2"))], &[])
        .unwrap();
    sample.move_message(elsewhere, older).unwrap();
    sample
        .delete_folder(
            old,
            DeleteFolder {
                messages: true,
                folders: true,
            },
        )
        .unwrap();
    let created = only(|edits| edits.created = true);
    let deleted = only(|edits| edits.deleted = true);
    assert_eq!(
        edits(&sample),
        [
            (ObjectId::Folder(b), created),
            (ObjectId::Folder(c), created),
            (ObjectId::Message(added), created),
            (ObjectId::Message(elsewhere), deleted),
            (ObjectId::Folder(older), deleted),
            (ObjectId::Folder(old), deleted),
        ]
    );
    assert_eq!(
        sample
            .local_folder_deletion("INBOX/old")
            .unwrap()
            .unwrap()
            .object,
        ObjectId::Folder(old)
    );
    assert_eq!(
        sample.local_deletion("INBOX", "6").unwrap().unwrap().object,
        ObjectId::Message(elsewhere)
    );
    assert_eq!(
        sample.local_deletion("INBOX/old/older", "5").unwrap(),
        None,
        "the folder stands for it"
    );
}

#[test]
fn mappings_and_cursors_are_remembered() {
    let sample = Sample::new();
    let inbox = sample.inbox();
    let (a, b) = (sample.add(inbox, &[]), sample.add(inbox, &[]));
    map_folder(&sample, inbox, "in");
    map(&sample, a, "in", "1");
    map(&sample, b, "in", "2");
    let again = sample.again();
    assert_eq!(again.folder_with_remote("in").unwrap(), Some(inbox));
    assert_eq!(
        again
            .message_with_remote("in", "2")
            .unwrap()
            .unwrap()
            .message,
        b
    );
    assert_eq!(again.message_with_remote("out", "2").unwrap(), None);
    assert_eq!(again.message_mappings("in").unwrap().len(), 2);
    // The same remote message belongs to one local one.
    map(&sample, b, "in", "1");
    assert_eq!(sample.message_mapping(a).unwrap(), None);
    // Messages follow their folder to its new name.
    map_folder(&sample, inbox, "renamed");
    assert_eq!(
        sample.message_mapping(b).unwrap().unwrap().remote_folder,
        "renamed"
    );
    assert_eq!(
        sample.folder_mappings().unwrap(),
        [FolderMapping {
            folder: inbox,
            remote: "renamed".into()
        }]
    );
    // One remote folder belongs to one local one.
    let junk = sample.role(FolderRole::Junk);
    map_folder(&sample, junk, "renamed");
    assert_eq!(sample.folder_mapping(inbox).unwrap(), None);

    sample
        .batch(Origin::Sync, |batch| {
            batch.unmap_folder(junk)?;
            batch.unmap_message(b)
        })
        .unwrap();
    assert_eq!(again.message_mapping(b).unwrap(), None);
    assert!(again.folder_mappings().unwrap().is_empty());
}

#[test]
fn keys_and_rows_are_never_used_twice() {
    let sample = Sample::new();
    let rows = || -> i64 {
        let database = rusqlite::Connection::open(sample.path()).unwrap();
        database
            .query_row(
                "SELECT seq FROM sqlite_sequence WHERE name = 'message'",
                [],
                |row| row.get(0),
            )
            .unwrap()
    };
    let first = sample.add(sample.inbox(), &[]);
    let row = rows();
    sample.delete_message(first).unwrap();
    let second = sample.add(sample.inbox(), &[]);
    assert_ne!(first, second);
    assert_eq!(rows(), row + 1);
}

/// A sequence of numbers that looks random and is always the same.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % sides
    }
}

#[test]
fn counters_are_exact_whatever_happens() {
    let sample = Sample::new();
    let other = sample.again();
    let database = rusqlite::Connection::open(sample.path()).unwrap();
    let mut dice = Dice(42);
    let mut folders = vec![sample.inbox(), sample.role(FolderRole::Junk)];
    for round in 0..400 {
        let store = if dice.roll(2) == 0 {
            &sample.store
        } else {
            &other
        };
        let folder = folders[dice.roll(folders.len())];
        let target = folders[dice.roll(folders.len())];
        let all = store.messages_in(folder, dice.roll(4) == 0).unwrap();
        let message = if all.is_empty() {
            None
        } else {
            Some(all[dice.roll(all.len())])
        };
        match (dice.roll(12), message) {
            (0..=3, _) => {
                let mut new = Message::new(folder, dice.roll(4) == 0);
                new.properties
                    .set(PR_BODY, text(&"b".repeat(dice.roll(9000))));
                new.properties
                    .set(PR_MESSAGE_FLAGS, Value::Long(dice.roll(2) as i32));
                store.save(&mut new, SaveMode::default()).unwrap();
            }
            (4, Some(message)) => {
                let mut message = store.message(message).unwrap();
                message
                    .properties
                    .set(PR_BODY, text(&"c".repeat(dice.roll(9000))));
                store.save(&mut message, SaveMode::default()).unwrap();
            }
            (5, Some(message)) => drop(store.copy_message(message, target).unwrap()),
            (6, Some(message)) => store.move_message(message, target).unwrap(),
            (7, Some(message)) => store.delete_message(message).unwrap(),
            (8, Some(message)) => {
                let flags = [(MSGFLAG_READ, 0), (0, MSGFLAG_READ), (0x100, 0)][dice.roll(3)];
                store.set_message_flags(message, flags.0, flags.1).unwrap();
            }
            (9, _) => {
                if let Ok(new) = store.create_folder(folder, NewFolder::named(format!("f{round}")))
                {
                    folders.push(new);
                }
            }
            (10, _) if dice.roll(8) == 0 => store.empty_folder(folder, dice.roll(2) == 0).unwrap(),
            (11, _) => match dice.roll(3) {
                0 => drop(store.delete_folder(
                    folder,
                    DeleteFolder {
                        messages: true,
                        folders: true,
                    },
                )),
                1 => drop(store.move_folder(folder, target, None)),
                _ => drop(store.copy_folder(
                    folder,
                    target,
                    Some(&format!("c{round}")),
                    dice.roll(2) == 0,
                )),
            },
            _ => {}
        }
        folders.retain(|folder| sample.folder(*folder).is_ok());
        if round % 10 == 0 || round == 399 {
            let wrong: Vec<(String, i64)> = database
                .prepare(
                    "SELECT folder.name, folder.id FROM folder LEFT JOIN message ON message.folder = folder.id
                     GROUP BY folder.id
                     HAVING content <> count(message.id) FILTER (WHERE NOT message.associated)
                         OR unread <> count(message.id) FILTER (WHERE NOT message.associated AND flags & 1 = 0)
                         OR folder.associated <> count(message.id) FILTER (WHERE message.associated)
                         OR folder.size <> ifnull(sum(message.size), 0)
                         OR children <> (SELECT count(*) FROM folder AS child WHERE child.parent = folder.id)",
                )
                .unwrap()
                .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))
                .unwrap()
                .collect::<Result<_, _>>()
                .unwrap();
            assert!(wrong.is_empty(), "round {round}: {wrong:?}");
        }
    }
    assert!(folders.len() > 5);
    let orphans: i64 = database
        .query_row(
            "SELECT (SELECT count(*) FROM large WHERE message NOT IN (SELECT id FROM message))
                 + (SELECT count(*) FROM large_piece WHERE large NOT IN (SELECT id FROM large))
                 + (SELECT count(*) FROM message_part WHERE message NOT IN (SELECT id FROM message))
                 + (SELECT count(*) FROM indexed_value WHERE (message, folder) NOT IN (SELECT id, folder FROM message))",
            [],
            |row| row.get(0),
        )
        .unwrap();
    assert_eq!(orphans, 0);
    let check: String = database
        .query_row("PRAGMA integrity_check", [], |row| row.get(0))
        .unwrap();
    assert_eq!(check, "ok");
}
