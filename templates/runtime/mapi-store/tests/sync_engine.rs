//! The engine on a mailbox in memory: what it does when nothing goes wrong.
#![cfg(feature = "runtime")]

mod sync_support;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use mapi_abi::{PR_BODY, PR_SUBJECT};
use mapi_store::definition::FolderRole;
use mapi_store::store::{ChangeKind, ObjectId, Origin, SaveMode, Store, StoreOptions, Value};
use mapi_store::sync::{
    CancelToken, Engine, ProblemKind, RemoteErrorKind, SyncObserver, SyncRequest, SyncResult,
};
use sync_support::{Local, Mailbox, PLAIN, UPLOAD_ONLY, WITH_CONFLICTS, tree};

const ALL: SyncRequest = SyncRequest::EVERYTHING;

/// A mailbox with some mail, and a store in step with it.
fn in_step() -> (Local, Mailbox) {
    in_step_with(
        Mailbox::new(&["Inbox", "Deleted Items", "Work", "Work/Plans"]),
        &PLAIN,
    )
}

fn in_step_with(
    remote: Mailbox,
    definition: &'static mapi_store::definition::ProviderDefinition,
) -> (Local, Mailbox) {
    remote.make_message("Inbox", "one", "first");
    remote.make_message("Inbox", "two", "second");
    remote.make_message("Work/Plans", "plan", "the plan");
    let local = Local::new(definition);
    local.sync(&remote);
    local.assert_in_step(&remote);
    (local, remote)
}

#[test]
fn everything_comes_in_once() {
    let (local, remote) = in_step();
    let expected = tree(&[
        ("Deleted Items", &[]),
        (
            "Inbox",
            &[("one", "first", false), ("two", "second", false)],
        ),
        ("Outbox", &[]),
        ("Work", &[]),
        ("Work/Plans", &[("plan", "the plan", false)]),
    ]);
    assert_eq!(local.tree(), expected);
    let (outcome, _) = local.sync_with(remote, ALL);
    assert_eq!((outcome.statistics.total(), outcome.problems), (0, 0));
    let inbox = local.store.folder(local.folder("Inbox")).unwrap();
    assert_eq!(
        (inbox.role, inbox.counts.content, inbox.counts.unread),
        (FolderRole::Inbox, 2, 2)
    );
}

#[test]
fn a_second_run_writes_nothing() {
    let (local, remote) = in_step();
    let before = std::fs::metadata(local.path()).unwrap().modified().unwrap();
    let log = local.path().with_extension("db-wal");
    let size = std::fs::metadata(&log).map(|metadata| metadata.len()).ok();
    local.sync(&remote);
    assert_eq!(
        std::fs::metadata(local.path()).unwrap().modified().unwrap(),
        before
    );
    assert_eq!(
        std::fs::metadata(&log).map(|metadata| metadata.len()).ok(),
        size
    );
}

#[test]
fn remote_changes_come_in() {
    let (local, remote) = in_step();
    let plan = local.message("plan");
    remote.make_message("Work", "three", "third");
    remote.edit("one", "first, improved");
    remote.set_read("two", true);
    remote.move_message("plan", "Inbox");
    remote.move_folder("Work/Plans", "Projects");
    remote.make_folder("Projects/2025");
    let outcome = local.sync(&remote);
    assert_eq!(outcome.statistics.messages_downloaded, 1);
    assert_eq!(outcome.statistics.messages_updated, 3);
    assert_eq!(
        local.message("plan"),
        plan,
        "a moved message keeps its identity"
    );
    local.assert_in_step(&remote);

    remote.delete_message("one");
    remote.delete_folder("Work");
    let outcome = local.sync(&remote);
    assert_eq!(outcome.statistics.messages_deleted, 2);
    assert_eq!(outcome.statistics.folders_downloaded, 1);
    local.assert_in_step(&remote);
}

#[test]
fn local_changes_go_out() {
    let (local, remote) = in_step();
    local.make_folder("Private");
    local.make_folder("Private/Letters");
    local.make_message("Private/Letters", "dear", "diary");
    local.edit("one", "first, improved");
    local.set_read("two", true);
    local.move_message("plan", "Inbox");
    local.rename_folder("Work/Plans", "Old plans");
    local.move_folder("Work/Old plans", "Private/Old plans");
    let outcome = local.sync(&remote);
    assert_eq!(outcome.statistics.messages_uploaded, 4);
    local.assert_in_step(&remote);
    let expected = tree(&[
        ("Deleted Items", &[]),
        (
            "Inbox",
            &[
                ("one", "first, improved", false),
                ("plan", "the plan", false),
                ("two", "second", true),
            ],
        ),
        ("Private", &[]),
        ("Private/Letters", &[("dear", "diary", false)]),
        ("Private/Old plans", &[]),
        ("Work", &[]),
    ]);
    assert_eq!(remote.tree(), expected);

    local.delete_message("one");
    local.move_message("two", "Deleted Items");
    local.delete_folder("Private");
    local.sync(&remote);
    local.assert_in_step(&remote);
    let expected = tree(&[
        ("Deleted Items", &[("two", "second", true)]),
        ("Inbox", &[("plan", "the plan", false)]),
        ("Work", &[]),
    ]);
    assert_eq!(remote.tree(), expected);
}

#[test]
fn several_edits_are_one_upload() {
    let (local, remote) = in_step();
    local.edit("one", "a");
    local.edit("one", "b");
    local.set_read("one", true);
    local.move_message("one", "Work");
    local.edit("one", "c");
    local.make_message("Work", "brief", "life");
    local.delete_message("brief");
    remote.no_script();
    local.sync(&remote);
    let pushes: Vec<_> = remote
        .calls()
        .into_iter()
        .filter(|call| call.ends_with("Message"))
        .collect();
    assert_eq!(pushes, ["MoveMessage", "UpdateMessage"]);
    local.assert_in_step(&remote);
    assert_eq!(
        remote.tree()["Work"],
        [("one".to_owned(), "c".to_owned(), true)]
    );
}

#[test]
fn renamed_folders_keep_their_mail_though_ids_change() {
    let remote = Mailbox::with_path_ids();
    for path in ["Inbox", "Deleted Items", "Work", "Work/Plans"] {
        remote.make_folder(path);
    }
    let (local, remote) = in_step_with(remote, &PLAIN);
    let plan = local.message("plan");
    remote.move_folder("Work", "Labour");
    let outcome = local.sync(&remote);
    assert_eq!(
        (
            outcome.statistics.messages_downloaded,
            outcome.statistics.messages_deleted
        ),
        (0, 0)
    );
    assert_eq!(local.message("plan"), plan);
    local.assert_in_step(&remote);

    local.rename_folder("Labour", "Travail");
    local.edit("plan", "changed in the same breath");
    let outcome = local.sync(&remote);
    assert_eq!(
        (
            outcome.statistics.messages_downloaded,
            outcome.statistics.messages_deleted
        ),
        (0, 0)
    );
    assert_eq!(local.message("plan"), plan);
    local.assert_in_step(&remote);
    assert_eq!(
        remote.tree()["Travail/Plans"][0].1,
        "changed in the same breath"
    );
}

#[test]
fn without_identities_moves_are_new_messages() {
    let remote = Mailbox::new(&["Inbox", "Deleted Items", "Work", "Work/Plans"]).anonymous();
    let (local, remote) = in_step_with(remote, &PLAIN);
    remote.move_message("one", "Work");
    local.sync(&remote);
    local.assert_in_step(&remote);
    local.move_message("two", "Work");
    local.sync(&remote);
    local.assert_in_step(&remote);
}

#[test]
fn unknown_versions_are_read_back() {
    let remote = Mailbox::new(&["Inbox", "Deleted Items", "Work", "Work/Plans"]).without_versions();
    let (local, remote) = in_step_with(remote, &PLAIN);
    local.make_message("Inbox", "new", "text");
    local.edit("one", "improved");
    local.move_message("two", "Work");
    local.sync(&remote);
    local.sync(&remote);
    local.assert_in_step(&remote);
}

#[test]
fn a_moved_message_may_be_edited_at_the_other_side() {
    let (local, remote) = in_step();
    remote.move_message("one", "Work");
    local.edit("one", "edited here");
    local.move_message("two", "Work/Plans");
    remote.edit("two", "edited there");
    local.sync(&remote);
    local.assert_in_step(&remote);
    assert_eq!(
        remote.tree()["Work"],
        [("one".to_owned(), "edited here".to_owned(), false)]
    );
    assert!(remote.tree()["Work/Plans"].contains(&(
        "two".to_owned(),
        "edited there".to_owned(),
        false
    )));
}

#[test]
fn a_swap_of_names_is_followed() {
    let (local, remote) = in_step();
    remote.make_folder("A");
    remote.make_folder("B");
    remote.make_message("A", "in a", "");
    local.sync(&remote);
    remote.move_folder("A", "C");
    remote.move_folder("B", "A");
    remote.move_folder("C", "B");
    let outcome = local.sync(&remote);
    assert_eq!(outcome.statistics.messages_downloaded, 0);
    local.assert_in_step(&remote);
    assert_eq!(remote.tree()["B"][0].0, "in a");
}

#[test]
fn two_remote_folders_may_have_one_name() {
    let remote = Mailbox::new(&["Inbox", "Deleted Items"]);
    remote.make_folder("Twin");
    remote.make_folder("twin");
    remote.make_message("Twin", "big", "");
    remote.make_message("twin", "small", "");
    let local = Local::new(&PLAIN);
    local.sync(&remote);
    let (outcome, _) = local.sync_with(remote.clone(), ALL);
    assert_eq!(outcome.statistics.total(), 0);
    assert_eq!(local.tree()["Twin"][0].0, "big");
    assert_eq!(local.tree()["twin (2)"][0].0, "small");
    assert!(
        remote.tree().contains_key("twin"),
        "the number is a local matter"
    );
    remote.delete_folder("Twin");
    local.sync(&remote);
    assert_eq!(
        local.tree()["twin"][0].0,
        "small",
        "and ends with its reason"
    );
    local.assert_in_step(&remote);
}

#[test]
fn remote_nonsense_about_parents_ends() {
    let remote = Mailbox::new(&["Inbox", "Deleted Items", "A", "A/B", "A/B/C"]);
    let local = Local::new(&PLAIN);
    local.sync(&remote);
    // A below C, which is below A; found out in pages of one.
    let remote = remote.with_pages_of(1);
    remote.move_folder("A/B", "B");
    remote.move_folder("A", "B/C/A");
    local.sync(&remote);
    local.assert_in_step(&remote);
}

#[test]
fn folders_turned_inside_out_follow_the_remote() {
    let remote = Mailbox::new(&["Inbox", "Deleted Items", "A", "B"]);
    let local = Local::new(&PLAIN);
    local.sync(&remote);
    remote.move_folder("A", "B/A");
    local.move_folder("B", "A/B");
    local.sync(&remote);
    local.assert_in_step(&remote);
    assert!(remote.tree().contains_key("B/A"));
}

#[test]
fn headers_come_first_and_are_completed_later() {
    let remote = Mailbox::new(&["Inbox", "Deleted Items"]);
    for number in 0..7 {
        remote.make_message("Inbox", &format!("m{number}"), "the whole text");
    }
    let local = Local::new(&PLAIN);
    let (outcome, _) = local.sync_with(
        remote.clone(),
        SyncRequest {
            headers_only: true,
            ..ALL
        },
    );
    assert_eq!(
        (outcome.result, outcome.statistics.messages_downloaded),
        (SyncResult::Complete, 7)
    );
    assert_eq!(
        local.tree()["Inbox"][0],
        ("m0".to_owned(), String::new(), false)
    );
    // Editing what is not complete does not take the rest away.
    let key = local.message("m3");
    let mut message = local.store.message(key).unwrap();
    message
        .properties
        .set(PR_SUBJECT, Value::Unicode("m3 renamed".to_owned()));
    local.store.save(&mut message, SaveMode::default()).unwrap();
    local.set_read("m4", true);
    let (outcome, _) = local.sync_with(
        remote.clone(),
        SyncRequest {
            headers_only: true,
            ..ALL
        },
    );
    assert_eq!(outcome.result, SyncResult::Complete);
    assert!(remote.tree()["Inbox"].contains(&(
        "m3 renamed".to_owned(),
        "the whole text".to_owned(),
        false
    )));
    assert_eq!(local.tree()["Inbox"][0].1, "", "still headers");
    let outcome = local.sync(&remote);
    assert_eq!(outcome.statistics.messages_downloaded, 0);
    assert!(
        local.tree()["Inbox"]
            .iter()
            .all(|mail| mail.1 == "the whole text")
    );
    local.assert_in_step(&remote);
}

#[test]
fn each_direction_alone() {
    let remote = Mailbox::new(&["Inbox", "Deleted Items"]);
    remote.make_message("Inbox", "there", "");
    let local = Local::new(&PLAIN);
    local.make_folder("Here");
    local.make_message("Here", "here", "");
    let none = SyncRequest {
        upload_hierarchy: false,
        download_hierarchy: false,
        upload_contents: false,
        download_contents: false,
        ..ALL
    };
    let run = |request| {
        assert_eq!(
            local.sync_with(remote.clone(), request).0.result,
            SyncResult::Complete
        )
    };

    run(SyncRequest {
        download_hierarchy: true,
        ..none
    });
    assert_eq!(local.tree()["Inbox"], []);
    assert!(!remote.tree().contains_key("Here"));
    run(SyncRequest {
        upload_contents: true,
        ..none
    });
    assert!(
        !remote.tree().contains_key("Here"),
        "its folder comes first"
    );
    run(SyncRequest {
        upload_hierarchy: true,
        ..none
    });
    assert_eq!(remote.tree()["Here"], []);
    run(SyncRequest {
        upload_contents: true,
        ..none
    });
    assert_eq!(remote.tree()["Here"].len(), 1);
    assert_eq!(local.tree()["Inbox"], []);
    run(SyncRequest {
        download_contents: true,
        ..none
    });
    assert_eq!(local.tree()["Inbox"].len(), 1);
    // No direction at all means all of them.
    remote.make_message("Inbox", "more", "");
    local.make_message("Here", "more here", "");
    run(none);
    local.assert_in_step(&remote);
}

#[test]
fn contents_alone_need_folders_once() {
    let remote = Mailbox::new(&["Inbox", "Deleted Items"]);
    remote.make_message("Inbox", "there", "");
    let local = Local::new(&PLAIN);
    let contents = SyncRequest {
        upload_hierarchy: false,
        download_hierarchy: false,
        upload_contents: false,
        ..ALL
    };
    local.sync_with(remote.clone(), contents);
    assert_eq!(local.tree()["Inbox"].len(), 1);
}

#[test]
fn a_provider_that_only_uploads_always_wins() {
    let remote = Mailbox::new(&[]);
    let local = Local::new(&UPLOAD_ONLY);
    local.make_message("Inbox", "one", "mine");
    local.sync(&remote);
    remote.edit("one", "theirs");
    local.edit("one", "mine again");
    local.sync(&remote);
    assert_eq!(
        remote.tree()["Inbox"],
        [("one".to_owned(), "mine again".to_owned(), false)]
    );
    remote.delete_message("one");
    local.edit("one", "still mine");
    local.sync(&remote);
    assert_eq!(
        remote.tree()["Inbox"],
        [("one".to_owned(), "still mine".to_owned(), false)]
    );
    assert_eq!(local.store.local_changes().unwrap(), []);
}

#[test]
fn what_stays_local_stays_local() {
    let (local, remote) = in_step();
    local.make_message("Outbox", "waiting", "");
    local.make_message("Inbox", "ignored by the remote", "");
    let contacts = local.make_folder("People");
    let class = Value::Unicode("IPF.Contact".to_owned());
    local
        .store
        .set_folder_properties(
            contacts,
            &[(mapi_abi::PR_CONTAINER_CLASS.into(), class)],
            &[],
        )
        .unwrap();
    local.make_message_of("IPM.Contact", "People", "Ada", "");
    local.move_message("two", "Outbox");
    let outcome = local.sync(&remote);
    assert_eq!(outcome.result, SyncResult::Complete);
    assert_eq!(
        remote.tree()["Inbox"],
        [("one".to_owned(), "first".to_owned(), false)],
        "moved out of sight"
    );
    assert!(!remote.tree().contains_key("Outbox") && !remote.tree().contains_key("People"));
    assert_eq!(local.tree()["Outbox"].len(), 2);
    remote.no_script();
    local.sync(&remote);
    assert!(
        !remote.calls().iter().any(|call| call.starts_with("Create")),
        "asked once is enough"
    );
    // Coming back into sight, it is new to the remote.
    local.move_message("waiting", "Inbox");
    local.sync(&remote);
    assert!(
        remote.tree()["Inbox"]
            .iter()
            .any(|mail| mail.0 == "waiting")
    );
}

#[test]
fn new_mail_is_what_arrives_later_and_was_not_read() {
    let remote = Mailbox::new(&["Inbox", "Deleted Items", "Work"]);
    remote.make_message("Inbox", "old", "");
    let local = Local::new(&PLAIN);
    let (_, heard) = local.sync_with(remote.clone(), ALL);
    assert_eq!(
        *heard.new_mail.lock().unwrap(),
        [],
        "what was always there is no news"
    );
    remote.make_message("Inbox", "new", "");
    remote.make_message("Inbox", "new and read", "");
    remote.set_read("new and read", true);
    remote.make_message("Work", "elsewhere", "");
    let (_, heard) = local.sync_with(remote.clone(), ALL);
    let news = heard.new_mail.lock().unwrap();
    assert_eq!(news.len(), 1);
    assert_eq!(
        (news[0].message, news[0].folder),
        (local.message("new"), local.folder("Inbox"))
    );
    // One's own mail does not arrive.
    local.make_message("Inbox", "mine", "");
    let (_, heard) = local.sync_with(remote, ALL);
    assert!(heard.new_mail.lock().unwrap().is_empty());
}

#[test]
fn expired_cursors_mean_comparing_everything() {
    let (local, remote) = in_step();
    let key = local.message("two");
    remote.delete_message("one");
    remote.make_message("Inbox", "three", "");
    local.delete_message("plan");
    remote.expire_cursors();
    let outcome = local.sync(&remote);
    assert_eq!(outcome.statistics.messages_downloaded, 1);
    assert_eq!(outcome.statistics.messages_deleted, 1);
    assert_eq!(local.message("two"), key);
    local.assert_in_step(&remote);
}

#[test]
fn local_properties_survive_remote_edits() {
    let (local, remote) = in_step();
    let key = local.message("one");
    let mut message = local.store.message(key).unwrap();
    message
        .properties
        .set(0x8005_001F_u32, Value::Unicode("my category".to_owned()));
    local.store.save(&mut message, SaveMode::default()).unwrap();
    local.sync(&remote);
    remote.edit("one", "rewritten");
    local.sync(&remote);
    let message = local.store.message(key).unwrap();
    assert_eq!(
        message.properties.text(0x8005_001F_u32),
        Some("my category")
    );
    assert_eq!(
        message.properties.text(PR_BODY).map(str::trim),
        Some("rewritten")
    );
}

#[test]
fn progress_only_goes_forward() {
    let (local, remote) = in_step();
    for number in 0..20 {
        remote.make_message("Inbox", &format!("m{number}"), "");
        local.make_message("Work", &format!("l{number}"), "");
    }
    let (_, heard) = local.sync_with(remote, ALL);
    let progress = heard.progress.lock().unwrap();
    assert!(progress.len() >= 2);
    assert_eq!(progress[0].1, 0);
    assert!(progress[0].0.is_some());
    assert!(
        progress
            .windows(2)
            .all(|pair| pair[0].1 <= pair[1].1 && pair[0].2 == pair[1].2)
    );
    assert!(progress.iter().all(|(_, index, maximum)| index <= maximum));
    let last = progress.last().unwrap();
    assert_eq!(last.1, last.2);
}

#[test]
fn refusals_are_reported_and_the_rest_goes_on() {
    let (local, remote) = in_step();
    local.make_message("Inbox", "refused by the remote", "");
    local.make_message("Inbox", "fine", "");
    local.make_folder("forbidden");
    local.make_message("forbidden", "in there", "");
    remote.make_message("Inbox", "broken", "");
    remote.make_message("Inbox", "whole", "");
    remote.poison("broken");
    let (outcome, heard) = local.sync_with(remote.clone(), ALL);
    assert_eq!((outcome.result, outcome.problems), (SyncResult::Partial, 3));
    let problems = heard.problems.lock().unwrap();
    let kinds: Vec<_> = problems.iter().map(|problem| problem.kind).collect();
    let refused = ProblemKind::Remote(RemoteErrorKind::Refused);
    assert_eq!(
        kinds,
        [
            refused,
            ProblemKind::Remote(RemoteErrorKind::Other),
            refused
        ]
    );
    assert!(problems.iter().all(|problem| !problem.text.is_empty()));
    assert!(remote.tree()["Inbox"].iter().any(|mail| mail.0 == "fine"));
    assert!(local.tree()["Inbox"].iter().any(|mail| mail.0 == "whole"));
    // Tried again each time, until it works.
    assert_eq!(local.sync_with(remote.clone(), ALL).0.problems, 3);
    remote.heal();
    assert_eq!(local.sync_with(remote.clone(), ALL).0.problems, 2);
    local.rename_folder("forbidden", "allowed");
    local.delete_message("refused by the remote");
    local.sync(&remote);
    local.assert_in_step(&remote);
}

#[test]
fn a_message_that_never_was_uploaded_can_be_deleted() {
    let (local, remote) = in_step();
    local.make_message("Inbox", "refused", "");
    local.sync_with(remote.clone(), ALL);
    local.delete_message("refused");
    local.sync(&remote);
    local.assert_in_step(&remote);
}

#[test]
fn conflicts_go_to_their_folder() {
    let remote = Mailbox::new(&["Inbox", "Deleted Items"]);
    remote.make_message("Inbox", "one", "first");
    let local = Local::new(&WITH_CONFLICTS);
    local.sync(&remote);
    remote.edit("one", "theirs");
    local.edit("one", "mine");
    let (outcome, heard) = local.sync_with(remote.clone(), ALL);
    assert_eq!(
        (outcome.result, outcome.statistics.conflicts),
        (SyncResult::Complete, 1)
    );
    assert_eq!(
        heard.problems.lock().unwrap()[0].kind,
        ProblemKind::Conflict
    );
    assert_eq!(
        local.tree()["Inbox"],
        [("one".to_owned(), "theirs".to_owned(), false)]
    );
    assert_eq!(
        local.tree()["Sync Issues/Conflicts"],
        [("one (conflict)".to_owned(), "mine".to_owned(), false)]
    );
    local.assert_in_step(&remote);
}

/// Whoever listens to the store has heard of everything when a run returns.
#[test]
fn what_was_done_is_published_when_it_returns() {
    let (local, remote) = in_step();
    let created = Arc::new(AtomicUsize::new(0));
    let count = created.clone();
    let store = local.store.clone();
    let _subscription = local.store.subscribe(Box::new(move |changes| {
        for change in changes {
            if let (ChangeKind::Created, ObjectId::Message(key)) = (change.kind, change.object) {
                assert_eq!(change.origin, Origin::Sync);
                assert!(store.message(key).is_ok(), "it can be read by then");
                count.fetch_add(1, Ordering::Relaxed);
            }
        }
    }));
    for number in 0..10 {
        remote.make_message("Inbox", &format!("m{number}"), "");
    }
    let (_, heard) = local.sync_with(remote, ALL);
    assert_eq!(created.load(Ordering::Relaxed), 10);
    assert_eq!(heard.new_mail.lock().unwrap().len(), 10);
}

/// Outlook and another program may both have the store open, and both synchronize it.
#[test]
fn two_engines_on_one_store_do_not_double_anything() {
    let (local, remote) = in_step();
    for number in 0..15 {
        remote.make_message("Inbox", &format!("there{number}"), "");
        local.make_message("Work", &format!("here{number}"), "");
    }
    remote.edit("one", "changed there");
    local.edit("two", "changed here");
    local.move_message("plan", "Inbox");
    let options = StoreOptions {
        path: local.path(),
        uid: [9; 16],
        definition: &PLAIN,
        writable: true,
    };
    let other = Store::open(options).unwrap();
    std::thread::scope(|scope| {
        for store in [local.store.clone(), other] {
            let remote = remote.clone();
            scope.spawn(move || {
                let observer: Arc<dyn SyncObserver> = Arc::new(sync_support::Heard::default());
                let engine = Engine::new(store, Box::new(remote), &sync_support::SYNC);
                for _ in 0..3 {
                    engine.run(ALL, &observer, &CancelToken::new());
                }
            });
        }
    });
    local.sync(&remote);
    local.assert_in_step(&remote);
    assert_eq!(local.tree()["Inbox"].len(), 18);
    assert_eq!(local.tree()["Work"].len(), 15);
}

#[test]
fn a_store_that_clients_cannot_write_to_is_kept_in_step() {
    let (local, remote) = in_step();
    remote.make_message("Inbox", "three", "");
    let options = StoreOptions {
        path: local.path(),
        uid: [9; 16],
        definition: &PLAIN,
        writable: false,
    };
    let store = Store::open(options).unwrap();
    let heard = Arc::new(sync_support::Heard::default());
    let observer: Arc<dyn SyncObserver> = heard.clone();
    let outcome = Engine::new(store, Box::new(remote.clone()), &sync_support::SYNC).run(
        ALL,
        &observer,
        &CancelToken::new(),
    );
    assert_eq!(
        (outcome.result, outcome.problems),
        (SyncResult::Complete, 0)
    );
    local.assert_in_step(&remote);
}

/// Another program that synchronizes the same store must not meddle with what this one is in the middle of.
#[test]
fn two_engines_on_one_store_take_turns() {
    let (local, remote) = in_step();
    let key = local.make_message("Inbox", "mine", "");
    let other = Store::open(StoreOptions {
        path: local.path(),
        uid: [9; 16],
        definition: &PLAIN,
        writable: true,
    });
    let run = |store: &Store, request| {
        let observer: Arc<dyn SyncObserver> = Arc::new(sync_support::Heard::default());
        let remote = Box::new(remote.clone());
        let engine = Engine::new(store.clone(), remote, &sync_support::SYNC);
        engine.run(request, &observer, &CancelToken::new()).result
    };
    let (listed, seen) = std::sync::mpsc::channel();
    remote.expire_cursors();
    remote.on_listed(move || {
        let _ = listed.send(());
        // Time enough for the other one to upload what is not in this listing.
        std::thread::sleep(std::time::Duration::from_millis(500));
    });
    let download = SyncRequest {
        upload_hierarchy: false,
        upload_contents: false,
        ..ALL
    };
    let upload = SyncRequest {
        download_hierarchy: false,
        download_contents: false,
        ..ALL
    };
    std::thread::scope(|scope| {
        let first = scope.spawn(|| run(&local.store, download));
        seen.recv().unwrap();
        assert_eq!(run(&other.unwrap(), upload), SyncResult::Complete);
        assert_eq!(first.join().unwrap(), SyncResult::Complete);
    });
    assert_eq!(local.message("mine"), key);
    local.assert_in_step(&remote);
}

/// Where the body never came, taking a message out of the remote's sight takes the body along first.
#[test]
fn a_message_with_headers_only_is_completed_before_it_leaves() {
    let remote = Mailbox::new(&["Inbox", "Deleted Items"]);
    remote.make_message("Inbox", "one", "the whole text");
    let local = Local::new(&PLAIN);
    let headers = SyncRequest {
        headers_only: true,
        ..ALL
    };
    local.sync_with(remote.clone(), headers);
    local.move_message("one", "Outbox");
    local.sync_with(remote.clone(), headers);
    assert_eq!(remote.tree()["Inbox"], []);
    assert_eq!(local.tree()["Outbox"][0].1, "the whole text");
}
