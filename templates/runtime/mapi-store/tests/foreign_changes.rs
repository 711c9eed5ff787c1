//! What another process does to the store is noticed, and told as if it had been done here.
#![cfg(feature = "runtime")]

#[allow(dead_code, reason = "the other tests use more of it")]
#[path = "objects/remote.rs"]
mod remote;
#[allow(dead_code, reason = "the other tests use more of it")]
#[path = "objects/support.rs"]
mod support;

use std::process::Command;
use std::time::{Duration, Instant};

use mapi_abi::*;
use mapi_host::*;
use support::*;

/// Names the file with the profile, for the process that is to be the other one.
const CHILD: &str = "MAPI_STORE_TEST_PROFILE";
/// How long the test waits for what must come.
const PATIENCE: Duration = Duration::from_secs(30);

fn subject(text: &str) -> [Prop; 1] {
    [Prop::new(PR_SUBJECT, text)]
}

/// What the other process does.
fn be_the_other_process(profile: &str) {
    let profile = Profile::load(std::path::Path::new(profile)).unwrap();
    let host = Host::with_profile(profile);
    let session = host.logon(&archive()).unwrap();
    let folder = session.subtree().unwrap().child("Shared").unwrap().unwrap();
    folder.add_message(&subject("b, from the child")).unwrap();
    let id = session.find_message(&folder, "a, mine").unwrap().unwrap();
    let message = session.open_message(&id).unwrap();
    message.put(PR_SUBJECT, "c, renamed by the child").unwrap();
    message.save(0).unwrap();
    folder.create_folder("of the child").unwrap();
    drop((message, folder));
    session.logoff().unwrap();
}

fn run_the_other_process(bench: &Bench) {
    let profile = bench.directory.path().join("profile");
    bench.host.profile().save(&profile).unwrap();
    let status = Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "changes_of_another_process_are_told_like_our_own",
        ])
        .env(CHILD, &profile)
        .status()
        .unwrap();
    assert!(status.success());
}

/// Threads that look for changes, where the system tells the names of threads.
fn watchers() -> Option<usize> {
    // Under Wine there is a /proc as well, but its threads have no names.
    if !cfg!(target_os = "linux") {
        return None;
    }
    let tasks = std::fs::read_dir("/proc/self/task").ok()?;
    let names =
        tasks.filter_map(|task| std::fs::read_to_string(task.ok()?.path().join("comm")).ok());
    Some(names.filter(|name| name.trim() == "mapi-watch").count())
}

fn wait_for_watchers(count: usize) {
    let start = Instant::now();
    while watchers().is_some_and(|found| found != count) {
        assert!(start.elapsed() < PATIENCE, "{:?} threads", watchers());
        std::thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn changes_of_another_process_are_told_like_our_own() {
    if let Ok(profile) = std::env::var(CHILD) {
        return be_the_other_process(&profile);
    }
    let bench = Bench::new();
    let session = bench.logon();
    let subtree = session.subtree().unwrap();
    let folder = subtree.create_folder("Shared").unwrap();
    let mine = folder.add_message(&subject("a, mine")).unwrap();
    wait_for_watchers(0);

    let table = folder.contents().unwrap();
    table.set_columns(&[PR_SUBJECT, PR_INSTANCE_KEY]).unwrap();
    table.sort(&SortOrder::ascending(&[PR_SUBJECT])).unwrap();
    assert_eq!(table.query_rows(1, 0).unwrap().len(), 1);
    let rows = Recorder::new();
    let connection = table.advise(&rows).unwrap();
    wait_for_watchers(1);
    let narrow = folder.contents().unwrap();
    narrow
        .restrict(Some(&Restriction::contains(PR_SUBJECT, FL_PREFIX, "a")))
        .unwrap();
    let narrow_rows = Recorder::new();
    narrow.advise(&narrow_rows).unwrap();
    let children = folder.hierarchy().unwrap();
    children.set_columns(&[PR_DISPLAY_NAME]).unwrap();
    let child_rows = Recorder::new();
    children.advise(&child_rows).unwrap();
    let objects = Recorder::new();
    let store_connection = session
        .store()
        .advise(None, fnevObjectCreated | fnevObjectModified, &objects)
        .unwrap();
    let object = Recorder::new();
    let object_connection = session
        .store()
        .advise(Some(&mine.entry_id().unwrap()), fnevObjectModified, &object)
        .unwrap();

    run_the_other_process(&bench);
    rows.wait_for(PATIENCE, |event| {
        matches!(event, Event::Table { event: TABLE_ROW_ADDED, row, .. }
            if row.text(PR_SUBJECT) == Some("b, from the child"))
    })
    .unwrap();
    rows.wait_for(PATIENCE, |event| {
        matches!(event, Event::Table { event: TABLE_ROW_MODIFIED, row, .. }
            if row.text(PR_SUBJECT) == Some("c, renamed by the child"))
    })
    .unwrap();
    narrow_rows
        .wait_for(PATIENCE, |event| event.table_event() == Some(TABLE_CHANGED))
        .unwrap();
    child_rows
        .wait_for(PATIENCE, |event| {
            matches!(event, Event::Table { event: TABLE_ROW_ADDED, row, .. }
                if row.text(PR_DISPLAY_NAME) == Some("of the child"))
        })
        .unwrap();
    let is = |wanted: u32| move |event: &Event| matches!(event, Event::Object { kind, .. } if *kind == wanted);
    objects.wait_for(PATIENCE, is(fnevObjectCreated)).unwrap();
    object.wait_for(PATIENCE, is(fnevObjectModified)).unwrap();
    assert_eq!(narrow.row_count().unwrap(), 0);
    let position = table.position().unwrap();
    assert_eq!(
        (position.row, position.denominator),
        (2, 2),
        "after its row"
    );

    drop((narrow, children));
    table.unadvise(connection).unwrap();
    session.store().unadvise(object_connection).unwrap();
    wait_for_watchers(1);
    session.store().unadvise(store_connection).unwrap();
    wait_for_watchers(0);

    // The end of the store is the end of the thread, whatever is registered.
    table.advise(&rows).unwrap();
    wait_for_watchers(1);
    drop((mine, folder, subtree));
    session.logoff().unwrap();
    wait_for_watchers(0);
    drop(table);
    bench.host.assert_clean();
}
