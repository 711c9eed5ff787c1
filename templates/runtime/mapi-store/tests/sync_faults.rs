//! What happens when something goes wrong: at every call, in every way.
#![cfg(feature = "runtime")]

mod sync_support;

use std::sync::Arc;
use std::time::Duration;

use mapi_store::definition::SyncDefinition;
use mapi_store::sync::{
    CancelToken, ProblemKind, RemoteError, RemoteErrorKind, SyncObserver, SyncRequest, SyncResult,
};
use sync_support::{Fault, Heard, Local, Mailbox, PLAIN, SYNC, Tree};

/// Both sides in step, and then everything changes on both.
fn changed_everywhere(path_ids: bool) -> (Local, Mailbox) {
    let remote = if path_ids {
        Mailbox::with_path_ids()
    } else {
        Mailbox::default()
    };
    for path in [
        "Inbox",
        "Deleted Items",
        "Work",
        "Work/Plans",
        "Old",
        "Doomed",
        "Their doomed",
    ] {
        remote.make_folder(path);
    }
    for number in 0..4 {
        remote.make_message("Inbox", &format!("m{number}"), "text");
    }
    for (folder, subject) in [
        ("Work/Plans", "plan"),
        ("Old", "old"),
        ("Doomed", "doomed"),
        ("Their doomed", "their doomed"),
    ] {
        remote.make_message(folder, subject, "text");
    }
    let local = Local::new(&PLAIN);
    local.sync(&remote);

    for number in 0..4 {
        local.make_message("Inbox", &format!("here{number}"), "new");
        remote.make_message("Inbox", &format!("there{number}"), "new");
    }
    local.make_folder("Private");
    local.make_folder("Private/Letters");
    local.make_message("Private/Letters", "letter", "new");
    local.edit("m0", "mine");
    local.move_message("m1", "Work");
    local.edit("m1", "mine, moved");
    local.set_read("m2", true);
    local.delete_message("old");
    local.rename_folder("Work", "Labour");
    local.delete_folder("Doomed");

    remote.edit("m3", "theirs");
    remote.move_message("plan", "Old");
    remote.set_read("plan", true);
    remote.make_folder("Old/News");
    remote.make_message("Old/News", "news", "new");
    remote.delete_folder("Their doomed");
    (local, remote)
}

fn expected(path_ids: bool) -> (Tree, usize) {
    let (local, remote) = changed_everywhere(path_ids);
    remote.no_script();
    local.sync(&remote);
    let calls = remote.calls().len();
    local.assert_in_step(&remote);
    (remote.tree(), calls)
}

fn killed() -> RemoteError {
    RemoteError::cancelled()
}

fn lost() -> RemoteError {
    RemoteError::network("the connection broke")
}

fn refused() -> RemoteError {
    RemoteError::refused("not now")
}

/// Stops or breaks single calls, every one or every third; the next runs, on a store that was opened anew, end as if
/// nothing had happened: nothing is lost, and nothing is there twice.
fn recovers_from(fault: Fault, step: usize, first_result: &[SyncResult]) {
    // Ids that change with names make a difference where answers are lost.
    let both = matches!(fault, Fault::After(_));
    for path_ids in [false, true]
        .into_iter()
        .filter(|path_ids| both || !path_ids)
    {
        let (expected, calls) = expected(path_ids);
        assert!(calls > 25, "{calls}");
        let (local, original) = changed_everywhere(path_ids);
        let file = local.into_file();
        for broken in (0..calls).step_by(step) {
            let (mut local, remote) = (Local::from_file(&PLAIN, &file), original.duplicate());
            let mut done = false;
            remote.script(move |number, _| {
                // Every attempt of that call, so that trying again does not help.
                let again =
                    matches!(fault, Fault::Before(_) | Fault::After(_)) && number < broken + 3;
                let breaks = number >= broken && (!done || again);
                done |= breaks;
                breaks.then_some(fault)
            });
            let (outcome, _) = local.sync_with(remote.clone(), SyncRequest::EVERYTHING);
            let call = remote.calls().get(broken).cloned();
            assert!(
                first_result.contains(&outcome.result),
                "{call:?} {:?}",
                outcome.result
            );
            remote.no_script();
            local.reopen();
            for _ in 0..2 {
                let (outcome, heard) = local.sync_with(remote.clone(), SyncRequest::EVERYTHING);
                assert_eq!(
                    outcome.result,
                    SyncResult::Complete,
                    "{call:?} {:?}",
                    heard.problems
                );
            }
            assert_eq!(
                remote.tree(),
                expected,
                "{fault:?} at call {broken}, {call:?}, path ids {path_ids}"
            );
            local.assert_in_step(&remote);
        }
    }
}

#[test]
fn killed_before_every_call() {
    recovers_from(Fault::Before(killed), 1, &[SyncResult::Cancelled]);
}

#[test]
fn killed_after_every_call() {
    recovers_from(Fault::After(killed), 1, &[SyncResult::Cancelled]);
}

#[test]
fn disconnected_before_any_call() {
    recovers_from(Fault::Before(lost), 3, &[SyncResult::Network]);
}

#[test]
fn disconnected_after_any_call() {
    recovers_from(Fault::After(lost), 3, &[SyncResult::Network]);
}

#[test]
fn refused_at_every_call() {
    // What was refused may be of no importance any more by the end.
    recovers_from(
        Fault::Before(refused),
        1,
        &[SyncResult::Partial, SyncResult::Complete],
    );
}

#[test]
fn panicking_at_any_call() {
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        if !info.to_string().contains("scripted panic") {
            hook(info);
        }
    }));
    recovers_from(Fault::Panic, 3, &[SyncResult::Partial]);
}

#[test]
fn a_connection_that_recovers_is_waited_for() {
    let (expected, _) = expected(false);
    let (local, remote) = changed_everywhere(false);
    // Two of three attempts fail, at every call.
    remote.script(|number, _| (number % 3 != 2).then_some(Fault::Before(lost)));
    let (outcome, _) = local.sync_with(remote.clone(), SyncRequest::EVERYTHING);
    assert_eq!(
        (outcome.result, outcome.problems),
        (SyncResult::Complete, 0)
    );
    let waits = local.clock.waits();
    assert_eq!(waits.len(), remote.calls().len() / 3 * 2);
    for pair in waits.chunks(2) {
        assert!(
            (500..=1000).contains(&pair[0].as_millis())
                && (1000..=2000).contains(&pair[1].as_millis()),
            "{pair:?}"
        );
    }
    assert_eq!(remote.tree(), expected);
}

#[test]
fn kinds_of_errors_become_results() {
    type Case = (fn() -> RemoteError, SyncResult, u32);
    let cases: [Case; 4] = [
        (|| RemoteError::offline("off"), SyncResult::Offline, 1),
        (lost, SyncResult::Network, 1),
        (
            || RemoteError::authentication("who?"),
            SyncResult::Authentication,
            1,
        ),
        (killed, SyncResult::Cancelled, 0),
    ];
    for (error, result, problems) in cases {
        let (local, remote) = changed_everywhere(false);
        remote.script(move |_, _| Some(Fault::Before(error)));
        let (outcome, heard) = local.sync_with(remote.clone(), SyncRequest::EVERYTHING);
        assert_eq!((outcome.result, outcome.problems), (result, problems));
        let heard = heard.problems.lock().unwrap();
        assert_eq!(heard.len() as u32, problems);
        if let Some(problem) = heard.first() {
            assert_eq!(problem.kind, ProblemKind::Remote(error().kind()));
            assert_eq!(problem.text, error().message());
        }
    }
}

#[test]
fn a_folder_that_cannot_be_listed_does_not_stop_the_others() {
    let (local, remote) = changed_everywhere(false);
    let mut listings = 0;
    remote.script(move |_, name| {
        listings += u32::from(name == "message_changes");
        (name == "message_changes" && listings == 1).then_some(Fault::Before(refused))
    });
    let (outcome, heard) = local.sync_with(remote.clone(), SyncRequest::EVERYTHING);
    assert_eq!((outcome.result, outcome.problems), (SyncResult::Partial, 1));
    assert_eq!(
        heard.problems.lock().unwrap()[0].kind,
        ProblemKind::Remote(RemoteErrorKind::Refused)
    );
    assert!(local.find_folder("Old/News").is_some());
    remote.no_script();
    local.sync(&remote);
    local.assert_in_step(&remote);
}

#[test]
fn cancelling_is_noticed_at_every_step() {
    let (_, calls) = expected(false);
    let (local, original) = changed_everywhere(false);
    let file = local.into_file();
    for stop_at in 0..calls {
        let (local, remote) = (Local::from_file(&PLAIN, &file), original.duplicate());
        let cancel = CancelToken::new();
        let trigger = cancel.clone();
        remote.script(move |number, _| {
            if number == stop_at {
                trigger.cancel();
            }
            None
        });
        let observer: Arc<dyn SyncObserver> = Arc::new(Heard::default());
        let outcome = local
            .engine(remote.clone())
            .run(SyncRequest::EVERYTHING, &observer, &cancel);
        let made = remote.calls().len();
        assert!(
            made <= stop_at + 1,
            "{made} calls though cancelled at {stop_at}"
        );
        if stop_at + 1 < calls {
            assert_eq!(
                (outcome.result, outcome.problems),
                (SyncResult::Cancelled, 0),
                "at {stop_at} of {calls}"
            );
        }
        remote.no_script();
        local.sync(&remote);
        local.assert_in_step(&remote);
    }
}

#[test]
fn a_busy_remote_is_given_the_time_it_asks_for() {
    let (local, remote) = changed_everywhere(false);
    remote.script(|number, _| {
        let busy: fn() -> RemoteError =
            || RemoteError::other("busy").with_retry_after(Duration::from_secs(7));
        (number == 0).then_some(Fault::Before(busy))
    });
    let (outcome, _) = local.sync_with(remote, SyncRequest::EVERYTHING);
    assert_eq!(outcome.result, SyncResult::Complete);
    assert_eq!(local.clock.waits(), [Duration::from_secs(7)]);
}

/// However large a batch is: what was fetched before the connection broke need not be fetched again.
#[test]
fn a_connection_that_always_breaks_gets_there_in_the_end() {
    let remote = Mailbox::new(&["Inbox", "Deleted Items"]);
    for number in 0..6 {
        remote.make_message("Inbox", &format!("m{number}"), "");
    }
    let local = Local::new(&PLAIN);
    let definition = SyncDefinition {
        batch_size: 100,
        ..SYNC
    };
    for run in 1..=3 {
        let mut fetches = 0;
        remote.script(move |_, name| {
            fetches += u32::from(name == "fetch");
            (name == "fetch" && fetches > 2).then_some(Fault::Before(lost))
        });
        let observer: Arc<dyn SyncObserver> = Arc::new(Heard::default());
        let engine = local.engine_with(remote.clone(), &definition);
        engine.run(SyncRequest::EVERYTHING, &observer, &CancelToken::new());
        assert_eq!(local.tree()["Inbox"].len(), 2 * run);
    }
}

/// A creation whose answer was lost is finished before anything is listed, whatever was asked for.
#[test]
fn downloading_after_a_lost_answer_doubles_nothing() {
    let (local, remote) = (
        Local::new(&PLAIN),
        Mailbox::new(&["Inbox", "Deleted Items"]),
    );
    local.sync(&remote);
    local.make_message("Inbox", "mine", "text");
    remote.script(|_, name| (name == "CreateMessage").then_some(Fault::After(killed)));
    local.sync_with(remote.clone(), SyncRequest::EVERYTHING);
    remote.no_script();
    let download = SyncRequest {
        upload_hierarchy: false,
        upload_contents: false,
        ..SyncRequest::EVERYTHING
    };
    local.sync_with(remote.clone(), download);
    assert_eq!(local.tree()["Inbox"].len(), 1);
    local.sync(&remote);
    local.assert_in_step(&remote);
}
