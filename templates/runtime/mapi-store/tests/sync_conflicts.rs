//! What happens when both sides changed: every kind of change against every other, for messages and for folders.
#![cfg(feature = "runtime")]

mod sync_support;

use mapi_store::store::DeleteFolder;
use mapi_store::sync::SyncRequest;
use sync_support::{Local, Mail, Mailbox, PLAIN, Tree};

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Change {
    Nothing,
    Edit,
    Read,
    Move,
    Trash,
    Delete,
    EditAndMove,
    EditAndRead,
}

use Change::*;

const CHANGES: [Change; 8] = [
    Nothing,
    Edit,
    Read,
    Move,
    Trash,
    Delete,
    EditAndMove,
    EditAndRead,
];

fn change_local(local: &Local, change: Change) {
    match change {
        Nothing => {}
        Edit => local.edit("one", "mine"),
        Read => local.set_read("one", true),
        Move => local.move_message("one", "Mine"),
        Trash => local.move_message("one", "Deleted Items"),
        Delete => local.delete_message("one"),
        EditAndMove => {
            local.edit("one", "mine");
            local.move_message("one", "Mine");
        }
        EditAndRead => {
            local.set_read("one", true);
            local.edit("one", "mine");
        }
    }
}

fn change_remote(remote: &Mailbox, change: Change) {
    match change {
        Nothing => {}
        Edit => remote.edit("one", "theirs"),
        Read => remote.set_read("one", true),
        Move => remote.move_message("one", "Theirs"),
        Trash => remote.move_message("one", "Deleted Items"),
        Delete => remote.delete_message("one"),
        EditAndMove => {
            remote.edit("one", "theirs");
            remote.move_message("one", "Theirs");
        }
        EditAndRead => {
            remote.set_read("one", true);
            remote.edit("one", "theirs");
        }
    }
}

fn edits(change: Change) -> bool {
    matches!(change, Edit | EditAndMove | EditAndRead)
}

fn moves_to(change: Change, elsewhere: &'static str) -> Option<&'static str> {
    match change {
        Move | EditAndMove => Some(elsewhere),
        Trash => Some("Deleted Items"),
        _ => None,
    }
}

/// Where the messages are in the end: folder, subject, text, read.
fn expected(here: Change, there: Change) -> Vec<(&'static str, &'static str, &'static str, bool)> {
    let read = |change| matches!(change, Read | EditAndRead);
    match (here, there) {
        (Delete, Delete) => vec![],
        // Deletion against anything that matters: it stays, or comes back.
        (Delete, Nothing | Read) | (Nothing | Read | Trash, Delete) => vec![],
        (Delete, there) => {
            let text = if edits(there) { "theirs" } else { "text" };
            vec![(
                moves_to(there, "Theirs").unwrap_or("Inbox"),
                "one",
                text,
                read(there),
            )]
        }
        (here, Delete) => {
            let text = if edits(here) { "mine" } else { "text" };
            vec![(
                moves_to(here, "Mine").unwrap_or("Inbox"),
                "one",
                text,
                read(here),
            )]
        }
        (here, there) => {
            let conflict = edits(here) && edits(there);
            let remote_place = moves_to(there, "Theirs");
            // A dropped edit takes the move that came with it along.
            let local_place = moves_to(here, "Mine").filter(|_| !conflict);
            let place = remote_place.or(local_place).unwrap_or("Inbox");
            let text = if edits(there) {
                "theirs"
            } else if edits(here) {
                "mine"
            } else {
                "text"
            };
            let is_read = if conflict {
                read(there)
            } else {
                read(here) || read(there)
            };
            let mut messages = vec![(place, "one", text, is_read)];
            if conflict {
                // Beside the message, which by then has followed the remote's move.
                let beside = remote_place.or(moves_to(here, "Mine")).unwrap_or("Inbox");
                messages.push((beside, "one (conflict)", "mine", read(here)));
            }
            messages
        }
    }
}

fn folders(messages: &[(&str, &str, &str, bool)]) -> Tree {
    let mut tree = Tree::new();
    for path in ["Inbox", "Deleted Items", "Mine", "Theirs"] {
        tree.insert(path.to_owned(), Vec::new());
    }
    for (path, subject, text, read) in messages {
        let mail: Mail = ((*subject).to_owned(), (*text).to_owned(), *read);
        tree.get_mut(*path).unwrap().push(mail);
    }
    tree.values_mut().for_each(|mails| mails.sort());
    tree
}

#[test]
fn every_change_against_every_other() {
    for here in CHANGES {
        for there in CHANGES {
            let remote = Mailbox::new(&["Inbox", "Deleted Items", "Mine", "Theirs"]);
            remote.make_message("Inbox", "one", "text");
            let local = Local::new(&PLAIN);
            local.sync(&remote);
            change_local(&local, here);
            change_remote(&remote, there);
            local.sync(&remote);
            // What was kept as a copy, or settled while uploading, may need a second run.
            local.sync(&remote);
            let expected = folders(&expected(here, there));
            assert_eq!(remote.tree(), expected, "here {here:?}, there {there:?}");
            local.assert_in_step(&remote);
        }
    }
}

/// The same when the remote cannot tell that a moved message is the same one: nothing is lost, though some of it may be
/// there twice.
#[test]
fn nothing_is_lost_without_identities() {
    for here in CHANGES {
        for there in CHANGES {
            let remote = Mailbox::new(&["Inbox", "Deleted Items", "Mine", "Theirs"]).anonymous();
            remote.make_message("Inbox", "one", "text");
            let local = Local::new(&PLAIN);
            local.sync(&remote);
            change_local(&local, here);
            change_remote(&remote, there);
            local.sync(&remote);
            local.sync(&remote);
            local.assert_in_step(&remote);
            let texts: Vec<String> = remote
                .tree()
                .into_values()
                .flatten()
                .map(|mail| mail.1)
                .collect();
            for (_, _, text, _) in expected(here, there) {
                assert!(
                    texts.iter().any(|found| found == text),
                    "{text}: here {here:?}, there {there:?}: {texts:?}"
                );
            }
        }
    }
}

/// The remote changes between the listing and the upload.
#[test]
fn a_conflict_that_shows_during_the_upload() {
    let remote = Mailbox::new(&["Inbox", "Deleted Items"]);
    remote.make_message("Inbox", "one", "text");
    let local = Local::new(&PLAIN);
    local.sync(&remote);
    local.edit("one", "mine");
    let (other, mut done) = (remote.clone(), false);
    // A mailbox of its own for the script: the lock is held while it runs, so the edit comes from another thread.
    let (send, receive) = std::sync::mpsc::channel::<()>();
    let editor = std::thread::spawn(move || {
        receive.recv().unwrap();
        other.edit("one", "theirs");
    });
    remote.script(move |_, name| {
        if name == "message_changes" && !done {
            done = true;
        }
        None
    });
    // List first, then edit, then upload: two runs that share the work.
    let down = SyncRequest {
        upload_contents: false,
        upload_hierarchy: false,
        ..SyncRequest::EVERYTHING
    };
    local.sync_with(remote.clone(), down);
    send.send(()).unwrap();
    editor.join().unwrap();
    let up = SyncRequest {
        download_contents: false,
        download_hierarchy: false,
        ..SyncRequest::EVERYTHING
    };
    let (outcome, heard) = local.sync_with(remote.clone(), up);
    assert_eq!(outcome.problems, 1, "{:?}", heard.problems.lock().unwrap());
    assert_eq!(
        remote.tree()["Inbox"][0].1,
        "theirs",
        "nothing was overwritten"
    );
    local.sync(&remote);
    assert_eq!(remote.tree()["Inbox"].len(), 2);
    local.assert_in_step(&remote);
}

#[test]
fn the_same_edit_on_both_sides_is_no_conflict() {
    let remote = Mailbox::new(&["Inbox", "Deleted Items"]);
    remote.make_message("Inbox", "one", "text");
    let local = Local::new(&PLAIN);
    local.sync(&remote);
    local.edit("one", "the same");
    remote.edit("one", "the same\r\n");
    local.edit("one", "the same\r\n");
    let outcome = local.sync(&remote);
    assert_eq!(outcome.statistics.conflicts, 0);
    local.assert_in_step(&remote);
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum FolderChange {
    Nothing,
    Rename,
    Move,
    Delete,
    AddMessage,
    AddFolder,
    EditMessage,
}

const FOLDER_CHANGES: [FolderChange; 7] = [
    FolderChange::Nothing,
    FolderChange::Rename,
    FolderChange::Move,
    FolderChange::Delete,
    FolderChange::AddMessage,
    FolderChange::AddFolder,
    FolderChange::EditMessage,
];

/// Folders too: what was deleted on one side and has news on the other stays, with the news in it.
#[test]
fn every_folder_change_against_every_other() {
    use FolderChange as Change;
    for path_ids in [false, true] {
        for here in FOLDER_CHANGES {
            for there in FOLDER_CHANGES {
                let remote = if path_ids {
                    Mailbox::with_path_ids()
                } else {
                    Mailbox::default()
                };
                for path in ["Inbox", "Deleted Items", "Box", "Box/Inner", "Shelf"] {
                    remote.make_folder(path);
                }
                remote.make_message("Box", "one", "text");
                remote.make_message("Box/Inner", "inner", "text");
                let local = Local::new(&PLAIN);
                local.sync(&remote);
                match here {
                    Change::Nothing => {}
                    Change::Rename => local.rename_folder("Box", "My box"),
                    Change::Move => local.move_folder("Box", "Deleted Items/Box"),
                    Change::Delete => local.delete_folder("Box"),
                    Change::AddMessage => drop(local.make_message("Box", "mine", "new")),
                    Change::AddFolder => drop(local.make_folder("Box/Mine")),
                    Change::EditMessage => local.edit("one", "mine"),
                }
                match there {
                    Change::Nothing => {}
                    Change::Rename => remote.move_folder("Box", "Their box"),
                    Change::Move => remote.move_folder("Box", "Shelf/Box"),
                    Change::Delete => remote.delete_folder("Box"),
                    Change::AddMessage => remote.make_message("Box", "theirs", "new"),
                    Change::AddFolder => remote.make_folder("Box/Theirs"),
                    Change::EditMessage => remote.edit("one", "theirs"),
                }
                let what = format!("here {here:?}, there {there:?}, path ids {path_ids}");
                for _ in 0..3 {
                    let (outcome, heard) = local.sync_with(remote.clone(), SyncRequest::EVERYTHING);
                    assert_eq!(
                        outcome.result,
                        mapi_store::sync::SyncResult::Complete,
                        "{what} {heard:?}",
                        heard = heard.problems
                    );
                }
                local.assert_in_step(&remote);
                let tree = remote.tree();
                let subjects: Vec<&str> = tree
                    .values()
                    .flatten()
                    .map(|mail| mail.0.as_str())
                    .collect();
                let has_news = |change| {
                    matches!(
                        change,
                        Change::AddMessage | Change::AddFolder | Change::EditMessage
                    )
                };
                if here == Change::AddMessage {
                    assert!(subjects.contains(&"mine"), "{what} {tree:#?}");
                }
                if there == Change::AddMessage {
                    assert!(subjects.contains(&"theirs"), "{what} {tree:#?}");
                }
                if here == Change::AddFolder {
                    assert!(
                        tree.keys().any(|path| path.ends_with("/Mine")),
                        "{what} {tree:#?}"
                    );
                }
                if there == Change::AddFolder {
                    assert!(
                        tree.keys().any(|path| path.ends_with("/Theirs")),
                        "{what} {tree:#?}"
                    );
                }
                let deleted = here == Change::Delete || there == Change::Delete;
                if !deleted {
                    let name = match (here, there) {
                        (_, Change::Rename) => "Their box",
                        (_, Change::Move) => "Shelf/Box",
                        (Change::Rename, _) => "My box",
                        (Change::Move, _) => "Deleted Items/Box",
                        _ => "Box",
                    };
                    assert!(tree.contains_key(name), "{what} {tree:#?}");
                    assert!(
                        tree.contains_key(&format!("{name}/Inner")),
                        "{what} {tree:#?}"
                    );
                    assert!(subjects.contains(&"inner"), "{what} {tree:#?}");
                } else if !has_news(here)
                    && !has_news(there)
                    && (here == Change::Delete && there == Change::Nothing
                        || there == Change::Delete)
                {
                    assert!(!subjects.contains(&"inner"), "{what} {tree:#?}");
                }
            }
        }
    }
}

#[test]
fn a_client_may_delete_what_is_being_uploaded() {
    let local = Local::new(&PLAIN);
    let remote = Mailbox::new(&["Inbox"]);
    local.sync(&remote);
    local.make_folder("Short-lived");
    local.make_message("Inbox", "stays", "text");
    let folder = local.folder("Short-lived");
    let store = local.store.clone();
    let mut deletes = true;
    remote.script(move |_, call| {
        if call == "CreateFolder" && std::mem::take(&mut deletes) {
            let content = DeleteFolder {
                messages: true,
                folders: true,
            };
            store.delete_folder(folder, content).unwrap();
        }
        None
    });

    local.sync(&remote);

    let tree = remote.tree();
    let subjects: Vec<_> = tree["Inbox"].iter().map(|mail| mail.0.as_str()).collect();
    assert_eq!(subjects, ["stays"]);
    local.assert_in_step(&remote);
}
