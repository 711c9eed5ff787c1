//! Search folders through the vtables: what the suite cannot know of this runtime.

use std::process::Command;
use std::time::{Duration, Instant};

use mapi_abi::*;
use mapi_host::*;
use mapi_store::definition::*;
use mapi_store::entry;

use crate::support::*;

/// How long a test waits for what must come.
const PATIENCE: Duration = Duration::from_secs(30);
/// Names the file with the profile, for the process that is to be the other one.
const CHILD: &str = "MAPI_STORE_TEST_SEARCH_PROFILE";

static UNSEARCHED: ProviderDefinition = ProviderDefinition {
    store: StoreDefinition {
        support_mask: ARCHIVE.store.support_mask & !STORE_SEARCH_OK,
        ..ARCHIVE.store
    },
    ..ARCHIVE
};
provider!(unsearched, unsearched_provider, UNSEARCHED);

fn finder(session: &Session) -> Folder {
    let id = session.store().binary(PR_FINDER_ENTRYID).unwrap();
    session.open_folder(&id).unwrap()
}

fn search_folder(session: &Session, name: &str) -> Folder {
    finder(session)
        .create_folder_with(FOLDER_SEARCH, name, None, MAPI_UNICODE)
        .unwrap()
}

fn wanted() -> Restriction {
    Restriction::contains(PR_SUBJECT, FL_SUBSTRING | FL_IGNORECASE, "wanted")
}

fn wait_until(what: &str, condition: impl Fn() -> bool) {
    let start = Instant::now();
    while !condition() {
        assert!(start.elapsed() < PATIENCE, "waited too long until {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Threads that search, where the system tells the names of threads.
fn searchers() -> usize {
    let Ok(tasks) = std::fs::read_dir("/proc/self/task") else {
        return 0;
    };
    let names =
        tasks.filter_map(|task| std::fs::read_to_string(task.ok()?.path().join("comm")).ok());
    names.filter(|name| name.trim() == "search folders").count()
}

#[test]
fn a_store_that_claims_no_search_folders_has_none() {
    let bench = Bench::of(unsearched());
    let session = bench.logon();
    let finder = finder(&session);
    assert_eq!(
        refused(finder.create_folder_with(FOLDER_SEARCH, "Search", None, MAPI_UNICODE)),
        MAPI_E_NO_SUPPORT
    );
    let id = finder.entry_id().unwrap();
    assert_eq!(
        finder.set_search_criteria(Some(&wanted()), Some(&[&id]), 0),
        MAPI_E_NO_SUPPORT
    );
    assert_eq!(refused(finder.search_state()), MAPI_E_NO_SUPPORT);
    drop(finder);
    session.logoff().unwrap();
    bench.host.assert_clean();
}

#[test]
fn codes_tell_what_is_wrong_with_criteria() {
    let bench = Bench::new();
    let session = bench.logon();
    let inbox = session.inbox().unwrap().entry_id().unwrap();
    let search = search_folder(&session, "search");
    let other = search_folder(&session, "other");
    let set = |restriction: &Restriction, id: &[u8]| {
        search.set_search_criteria(Some(restriction), Some(&[id]), 0)
    };
    assert_eq!(
        search.set_search_criteria(None, None, 0),
        MAPI_E_NOT_INITIALIZED
    );
    assert_eq!(
        search.set_search_criteria(Some(&wanted()), None, 0),
        MAPI_E_NOT_INITIALIZED
    );
    assert_eq!(search.set_search_criteria(None, None, STOP_SEARCH), S_OK);
    assert_eq!(
        search.set_search_criteria(Some(&wanted()), Some(&[]), 0),
        MAPI_E_INVALID_PARAMETER
    );
    let own = search.entry_id().unwrap();
    assert_eq!(set(&wanted(), &own), MAPI_E_TOO_COMPLEX);
    assert_eq!(
        set(&wanted(), &other.entry_id().unwrap()),
        MAPI_E_TOO_COMPLEX
    );
    let mut foreign = inbox.clone();
    foreign[4] ^= 1;
    assert_eq!(set(&wanted(), &foreign), MAPI_E_UNKNOWN_ENTRYID);
    assert_eq!(set(&wanted(), &inbox[..8]), MAPI_E_INVALID_ENTRYID);
    let mut gone = inbox.clone();
    *gone.last_mut().unwrap() ^= 1;
    assert!(set(&wanted(), &gone).is_err());
    let wrong = Restriction::Property {
        relation: RELOP_EQ,
        tag: PR_SUBJECT,
        prop: Prop::new(PR_IMPORTANCE, 1),
    };
    assert_eq!(set(&wrong, &inbox), MAPI_E_TOO_COMPLEX);
    assert_eq!(refused(search.search_state()), MAPI_E_NOT_INITIALIZED);
    assert_eq!(
        session.store().bits(PR_STORE_STATE).unwrap() & STORE_HAS_SEARCHES,
        0
    );
    assert_eq!(set(&wanted(), &inbox), S_OK);
    assert_eq!(search.search_state().unwrap(), SEARCH_RUNNING);
    assert_eq!(
        session.store().bits(PR_STORE_STATE).unwrap() & STORE_HAS_SEARCHES,
        STORE_HAS_SEARCHES
    );
    drop((search, other));
    session.logoff().unwrap();
    bench.host.assert_clean();
}

#[test]
fn the_deepest_criteria_come_back_and_deeper_ones_are_refused() {
    let bench = Bench::new();
    let session = bench.logon();
    let inbox = session.inbox().unwrap().entry_id().unwrap();
    let search = search_folder(&session, "search");
    let deep = |levels: usize| {
        let mut restriction = wanted();
        for level in 1..levels {
            restriction = match level % 3 {
                0 => Restriction::And(vec![restriction]),
                1 => Restriction::Or(vec![restriction]),
                _ => restriction.not().not(),
            };
        }
        restriction
    };
    let bearable = deep(150);
    assert_eq!(
        search.set_search_criteria(Some(&bearable), Some(&[&inbox]), 0),
        S_OK
    );
    let criteria = search.search_criteria(MAPI_UNICODE).unwrap();
    assert_eq!(criteria.restriction, Some(bearable));
    // The host, too, goes down level by level: on Windows ten thousand of them are more than its thread's stack has.
    assert_eq!(
        search.set_search_criteria(Some(&deep(1_000)), None, 0),
        MAPI_E_TOO_COMPLEX
    );
    drop(search);
    session.logoff().unwrap();
    bench.host.assert_clean();
}

#[test]
fn criteria_with_named_properties_last() {
    let bench = Bench::new();
    let session = bench.logon();
    let inbox = session.inbox().unwrap();
    let name = Name::string(PS_PUBLIC_STRINGS, "Colour");
    let tag = inbox.named(&name, PT_UNICODE).unwrap();
    let message = inbox
        .add_message(&[Prop::new(PR_SUBJECT, "red one"), Prop::new(tag, "red")])
        .unwrap();
    drop(message);
    let search = search_folder(&session, "search");
    let (id, scope) = (search.entry_id().unwrap(), inbox.entry_id().unwrap());
    let red = Restriction::equals(tag, "RED");
    assert_eq!(
        search.set_search_criteria(Some(&red), Some(&[&scope]), 0),
        S_OK
    );
    assert_eq!(session.subjects(&search).unwrap(), ["red one"]);
    drop((search, inbox));
    session.logoff().unwrap();

    let session = bench.logon();
    let inbox = session.inbox().unwrap();
    let tag_now = inbox.named(&name, PT_UNICODE).unwrap();
    inbox
        .add_message(&[Prop::new(PR_SUBJECT, "red two"), Prop::new(tag_now, "red")])
        .unwrap();
    let search = session.open_folder(&id).unwrap();
    let mut subjects = session.subjects(&search).unwrap();
    subjects.sort();
    assert_eq!(subjects, ["red one", "red two"]);
    let criteria = search.search_criteria(MAPI_UNICODE).unwrap();
    assert_eq!(
        criteria.restriction,
        Some(Restriction::equals(tag_now, "RED"))
    );
    assert_eq!(criteria.folders, [scope]);
    drop((search, inbox));
    session.logoff().unwrap();
    bench.host.assert_clean();
}

#[test]
fn a_long_search_runs_in_the_background_and_outlives_the_session() {
    const COUNT: u32 = 3000;
    let bench = Bench::new();
    let session = bench.logon();
    let inbox = session.inbox().unwrap();
    let first = inbox
        .add_message(&[Prop::new(PR_SUBJECT, "wanted")])
        .unwrap()
        .entry_id()
        .unwrap();
    // By doubling, which is quicker than one by one.
    let other = inbox.create_folder("other").unwrap();
    let mut count = 1;
    while count < COUNT {
        let rows = inbox.contents().unwrap().rows(&[PR_ENTRYID]).unwrap();
        let ids: Vec<Vec<u8>> = rows
            .iter()
            .filter_map(|row| match row.value(PR_ENTRYID) {
                Some(Value::Binary(id)) => Some(id.clone()),
                _ => None,
            })
            .take((COUNT - count) as usize)
            .collect();
        let ids: Vec<&[u8]> = ids.iter().map(Vec::as_slice).collect();
        assert_eq!(inbox.copy_messages(&ids, &inbox, 0).unwrap(), S_OK);
        count += ids.len() as u32;
    }
    let scope = inbox.entry_id().unwrap();
    let search = search_folder(&session, "search");
    let id = search.entry_id().unwrap();
    let recorder = Recorder::new();
    session
        .store()
        .advise(Some(&id), fnevSearchComplete, &recorder)
        .unwrap();
    assert_eq!(
        search.set_search_criteria(Some(&wanted()), Some(&[&scope]), FOREGROUND_SEARCH),
        S_OK
    );
    let complete = recorder
        .wait_for(PATIENCE, |event| event.kind() == fnevSearchComplete)
        .expect("the search ends");
    assert_eq!(complete.entry_id(), Some(id.as_slice()));
    assert_eq!(
        search.search_state().unwrap(),
        SEARCH_RUNNING | SEARCH_FOREGROUND
    );
    assert_eq!(search.bits(PR_CONTENT_COUNT).unwrap(), COUNT);
    assert_eq!(search.contents().unwrap().row_count().unwrap(), COUNT);

    // The store is closed in the middle of another search.
    assert_eq!(
        search.set_search_criteria(None, None, RESTART_SEARCH | BACKGROUND_SEARCH),
        S_OK
    );
    assert_eq!(inbox.delete_messages(&[&first], 0).unwrap(), S_OK);
    drop((search, inbox, other));
    session.logoff().unwrap();
    bench.host.assert_clean();

    let session = bench.logon();
    let search = session.open_folder(&id).unwrap();
    wait_until("the search is over", || {
        search.search_state().unwrap() == SEARCH_RUNNING
    });
    assert_eq!(search.bits(PR_CONTENT_COUNT).unwrap(), COUNT - 1);
    // Nobody waits for work in a thread.
    wait_until("the thread has ended", || searchers() == 0);
    drop(search);
    session.logoff().unwrap();
    bench.host.assert_clean();
}

#[test]
fn tables_of_search_folders_tell_of_every_row() {
    let bench = Bench::new();
    let session = bench.logon();
    let inbox = session.inbox().unwrap();
    let scope = inbox.entry_id().unwrap();
    let search = search_folder(&session, "search");
    assert_eq!(
        search.set_search_criteria(Some(&wanted()), Some(&[&scope]), 0),
        S_OK
    );
    let table = search.contents().unwrap();
    table.set_columns(&[PR_SUBJECT]).unwrap();
    table.sort(&SortOrder::ascending(&[PR_SUBJECT])).unwrap();
    let recorder = Recorder::new();
    table.advise(&recorder).unwrap();
    let told = || -> Vec<(u32, Option<String>)> {
        assert!(bench.host.settle(PATIENCE));
        let events = recorder.events();
        recorder.clear();
        events
            .into_iter()
            .filter_map(|event| match event {
                Event::Table { event, row, .. } => {
                    Some((event, row.text(PR_SUBJECT).map(str::to_owned)))
                }
                _ => None,
            })
            .collect()
    };
    let row = |subject: &str| Some(subject.to_owned());
    let message = inbox
        .add_message(&[Prop::new(PR_SUBJECT, "wanted b")])
        .unwrap();
    assert_eq!(told(), [(TABLE_ROW_ADDED, row("wanted b"))]);
    inbox
        .add_message(&[Prop::new(PR_SUBJECT, "other")])
        .unwrap();
    assert_eq!(told(), []);
    message.put(PR_SUBJECT, "wanted a").unwrap();
    message.save(KEEP_OPEN_READWRITE).unwrap();
    assert_eq!(told(), [(TABLE_ROW_MODIFIED, row("wanted a"))]);
    message.put(PR_SUBJECT, "no more").unwrap();
    message.save(KEEP_OPEN_READWRITE).unwrap();
    assert_eq!(told(), [(TABLE_ROW_DELETED, None)]);
    // A table that is restricted itself tells no less.
    table
        .restrict(Some(&Restriction::contains(
            PR_SUBJECT, FL_PREFIX, "wanted x",
        )))
        .unwrap();
    message.put(PR_SUBJECT, "wanted x").unwrap();
    message.save(KEEP_OPEN_READWRITE).unwrap();
    assert_eq!(told(), [(TABLE_ROW_ADDED, row("wanted x"))]);
    message.put(PR_SUBJECT, "wanted y").unwrap();
    message.save(KEEP_OPEN_READWRITE).unwrap();
    assert_eq!(told(), [(TABLE_ROW_DELETED, None)]);
    table.restrict(None).unwrap();
    // Only what it shows can be deleted, not all that it shows at once.
    for flags in [0, FOLDER_DIALOG] {
        assert_eq!(refused(search.empty(flags)), MAPI_E_NO_ACCESS);
    }
    let ids = [message.entry_id().unwrap()];
    drop(message);
    assert_eq!(search.delete_messages(&[&ids[0]], 0).unwrap(), S_OK);
    assert_eq!(told(), [(TABLE_ROW_DELETED, None)]);
    drop((table, search, inbox));
    session.logoff().unwrap();
    bench.host.assert_clean();
}

/// What the other process does.
fn be_the_other_process(profile: &str) {
    let profile = Profile::load(std::path::Path::new(profile)).unwrap();
    let host = Host::with_profile(profile);
    let session = host.logon(&archive()).unwrap();
    let inbox = session.inbox().unwrap();
    inbox
        .add_message(&[Prop::new(PR_SUBJECT, "wanted by the child")])
        .unwrap();
    let id = session
        .find_message(&inbox, "wanted, mine")
        .unwrap()
        .unwrap();
    assert_eq!(inbox.delete_messages(&[&id], 0).unwrap(), S_OK);
    drop(inbox);
    session.logoff().unwrap();
}

#[test]
fn what_another_process_does_enters_and_leaves_search_folders() {
    if let Ok(profile) = std::env::var(CHILD) {
        return be_the_other_process(&profile);
    }
    let bench = Bench::new();
    let session = bench.logon();
    let inbox = session.inbox().unwrap();
    let scope = inbox.entry_id().unwrap();
    inbox
        .add_message(&[Prop::new(PR_SUBJECT, "wanted, mine")])
        .unwrap();
    let search = search_folder(&session, "search");
    assert_eq!(
        search.set_search_criteria(Some(&wanted()), Some(&[&scope]), 0),
        S_OK
    );
    let table = search.contents().unwrap();
    table.set_columns(&[PR_SUBJECT]).unwrap();
    assert_eq!(table.all_rows().unwrap().len(), 1);
    let recorder = Recorder::new();
    table.advise(&recorder).unwrap();

    let profile = bench.directory.path().join("profile");
    bench.host.profile().save(&profile).unwrap();
    let status = Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "search_folders::what_another_process_does_enters_and_leaves_search_folders",
        ])
        .env(CHILD, &profile)
        .status()
        .unwrap();
    assert!(status.success());

    // What is shown and counted is so at once; the events come when they are noticed.
    assert_eq!(session.subjects(&search).unwrap(), ["wanted by the child"]);
    assert_eq!(search.bits(PR_CONTENT_COUNT).unwrap(), 1);
    let is = |event: &Event, kind: u32, subject: Option<&str>| matches!(event, Event::Table { event, row, .. } if *event == kind && row.text(PR_SUBJECT) == subject);
    for (kind, subject) in [
        (TABLE_ROW_ADDED, Some("wanted by the child")),
        (TABLE_ROW_DELETED, None),
    ] {
        recorder
            .wait_for(PATIENCE, |event| is(event, kind, subject))
            .expect("the table tells of it");
    }
    drop((table, search, inbox));
    session.logoff().unwrap();
    bench.host.assert_clean();
}
