//! The remote that is a directory of files: alone, and in step with a store.
#![cfg(feature = "runtime")]

mod sync_support;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use mapi_abi::{PR_BODY, PR_SUBJECT};
use mapi_store::definition::FolderRole;
use mapi_store::store::{PropertyBag, Value};
use mapi_store::sync::{
    Cursor, DirectoryRemote, FetchScope, LocalChange, MessageData, OperationId, PushOutcome,
    Remote, RemoteContent, RemoteErrorKind, RemoteId, SyncContext, SyncOutcome, SyncRequest,
    SyncResult, mime,
};
use sync_support::{Local, PLAIN, Tree};

const ALL: SyncRequest = SyncRequest::EVERYTHING;

/// A directory to be a remote, and a store.
struct Bench {
    directory: tempfile::TempDir,
    local: Local,
}

impl Bench {
    fn new() -> Self {
        Self {
            directory: tempfile::tempdir().unwrap(),
            local: Local::new(&PLAIN),
        }
    }

    fn root(&self) -> &Path {
        self.directory.path()
    }

    fn at(&self, path: &str) -> PathBuf {
        self.root().join(path)
    }

    fn remote(&self) -> DirectoryRemote {
        DirectoryRemote::new(self.root())
    }

    fn write(&self, path: &str, subject: &str, text: &str) {
        let path = self.at(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, mail(subject, text)).unwrap();
    }

    #[track_caller]
    fn sync(&self) -> SyncOutcome {
        let (outcome, heard) = self.local.sync_with(self.remote(), ALL);
        assert_eq!(outcome.result, SyncResult::Complete, "{:?}", heard.problems);
        outcome
    }

    /// All files, and what is in them: subject, text.
    fn files(&self) -> BTreeMap<String, (String, String)> {
        let mut files = BTreeMap::new();
        for entry in walkdir(self.root()) {
            let data = mime::read(&fs::read(&entry).unwrap());
            let text = |tag: u32| {
                data.properties
                    .text(tag)
                    .unwrap_or_default()
                    .trim()
                    .to_owned()
            };
            let name = entry
                .strip_prefix(self.root())
                .unwrap()
                .to_str()
                .unwrap()
                .replace('\\', "/");
            files.insert(name, (text(PR_SUBJECT), text(PR_BODY)));
        }
        files
    }

    /// Both sides have the same, and another run does nothing.
    #[track_caller]
    fn assert_in_step(&self) {
        let mut there = Tree::new();
        for entry in directories(self.root()) {
            there.insert(entry, Vec::new());
        }
        for (path, (subject, text)) in self.files() {
            let (folder, name) = path.rsplit_once('/').unwrap_or(("", &path));
            there.entry(folder.to_owned()).or_default().push((
                subject,
                text,
                name.ends_with(".read.eml"),
            ));
        }
        there.values_mut().for_each(|mails| mails.sort());
        let mut here = self.local.tree();
        here.remove("Outbox");
        assert_eq!(here, there);
        let before = self.files();
        assert_eq!(self.sync().statistics.total(), 0);
        assert_eq!(self.files(), before);
    }
}

fn mail(subject: &str, text: &str) -> String {
    format!("From: Ada <ada@example.org>\r\nX-Kept: as it is\r\nSubject: {subject}\r\n\r\n{text}")
}

fn walkdir(directory: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(directory).unwrap().map(Result::unwrap) {
        if entry.file_type().unwrap().is_dir() {
            files.extend(walkdir(&entry.path()));
        } else if entry.file_type().unwrap().is_file() {
            files.push(entry.path());
        }
    }
    files
}

fn directories(root: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(root).unwrap().map(Result::unwrap) {
        let name = entry.file_name().into_string().unwrap();
        if entry.file_type().unwrap().is_dir() {
            found.push(name.clone());
            found.extend(
                directories(&entry.path())
                    .into_iter()
                    .map(|inner| format!("{name}/{inner}")),
            );
        }
    }
    found
}

fn context() -> SyncContext {
    SyncContext::detached()
}

#[test]
fn a_directory_comes_in_and_nothing_is_touched() {
    let bench = Bench::new();
    bench.write("Inbox/a.eml", "one", "first");
    bench.write("Inbox/b.read.eml", "two", "second");
    bench.write("Inbox/Projects/2025/c.EML", "three", "third");
    bench.write("top.eml", "at the top", "");
    fs::create_dir(bench.at("Deleted Items")).unwrap();
    fs::write(bench.at("Inbox/notes.txt"), "no mail").unwrap();
    fs::create_dir(bench.at(".git")).unwrap();
    fs::write(bench.at(".git/x.eml"), "hidden").unwrap();
    let before: Vec<_> = walkdir(bench.root())
        .into_iter()
        .map(|path| (fs::read(&path).unwrap(), path))
        .collect();
    let outcome = bench.sync();
    assert_eq!(outcome.statistics.messages_downloaded, 4);
    assert_eq!(
        outcome.statistics.messages_uploaded + outcome.statistics.folders_uploaded,
        0
    );
    let tree = bench.local.tree();
    assert_eq!(
        tree["Inbox"],
        [
            ("one".into(), "first".into(), false),
            ("two".into(), "second".into(), true)
        ]
    );
    assert_eq!(tree["Inbox/Projects/2025"].len(), 1);
    assert_eq!(tree[""], [("at the top".into(), String::new(), false)]);
    assert!(!tree.contains_key(".git"));
    let after: Vec<_> = walkdir(bench.root())
        .into_iter()
        .map(|path| (fs::read(&path).unwrap(), path))
        .collect();
    assert_eq!(before, after);
    assert_eq!(bench.sync().statistics.total(), 0);
}

#[test]
fn changes_to_files_come_in() {
    let bench = Bench::new();
    for name in ["a", "b", "c", "d"] {
        bench.write(&format!("Inbox/{name}.eml"), name, "text");
    }
    bench.write("Work/Plans/p.eml", "plan", "text");
    bench.sync();
    let (b, plan) = (bench.local.message("b"), bench.local.message("plan"));
    bench.write("Inbox/a.eml", "a", "changed");
    fs::rename(bench.at("Inbox/b.eml"), bench.at("Work/renamed.eml")).unwrap();
    fs::rename(bench.at("Inbox/c.eml"), bench.at("Inbox/c.read.eml")).unwrap();
    fs::remove_file(bench.at("Inbox/d.eml")).unwrap();
    fs::rename(bench.at("Work"), bench.at("Labour")).unwrap();
    fs::create_dir(bench.at("New")).unwrap();
    let outcome = bench.sync();
    assert_eq!(
        outcome.statistics.messages_downloaded, 0,
        "moved, not made again"
    );
    assert_eq!(outcome.statistics.messages_deleted, 1);
    assert_eq!(
        (bench.local.message("b"), bench.local.message("plan")),
        (b, plan)
    );
    bench.assert_in_step();
    fs::remove_dir_all(bench.at("Labour")).unwrap();
    bench.sync();
    bench.assert_in_step();
}

#[test]
fn changes_in_the_store_go_out() {
    let bench = Bench::new();
    for name in ["a", "b", "c", "d", "e"] {
        bench.write(&format!("Inbox/{name}.eml"), name, "text");
    }
    bench.write("Work/Plans/p.eml", "plan", "text");
    bench.sync();
    let local = &bench.local;
    local.edit("a", "changed");
    local.move_message("b", "Work");
    local.set_read("c", true);
    local.delete_message("d");
    local.move_message("e", "Deleted Items");
    local.rename_folder("Work", "Labour");
    let odd = mapi_store::store::NewFolder::named("A/B: \"c\"?");
    local.store.create_folder(local.subtree(), odd).unwrap();
    local.make_folder("CON");
    local.make_message("CON", "Re: what/ever?", "new");
    bench.sync();
    // Encoded names make the paths differ, so each is looked at by itself.
    let files = bench.files();
    assert_eq!(files["Inbox/a.eml"].1, "changed");
    assert!(
        fs::read_to_string(bench.at("Inbox/a.eml"))
            .unwrap()
            .contains("X-Kept: as it is")
    );
    assert!(files.contains_key("Labour/b.eml") && files.contains_key("Labour/Plans/p.eml"));
    assert!(files.contains_key("Inbox/c.read.eml") && files.contains_key("Deleted Items/e.eml"));
    assert!(!files.contains_key("Inbox/d.eml"));
    assert!(bench.at("A%2FB%3A %22c%22%3F").is_dir());
    let new = files
        .keys()
        .find(|path| path.starts_with("%43ON/Re what ever "))
        .expect("a file for the new message");
    assert!(new.ends_with(".eml"));
    assert_eq!(bench.sync().statistics.total(), 0);
    assert!(local.find_folder("CON").is_some());
}

#[test]
fn what_mail_cannot_express_leaves_the_file_alone() {
    let bench = Bench::new();
    bench.write("Inbox/a.eml", "one", "text =?odd?= \u{e9}");
    bench.sync();
    let before = fs::read(bench.at("Inbox/a.eml")).unwrap();
    let key = bench.local.message("one");
    let mut message = bench.local.store.message(key).unwrap();
    message
        .properties
        .set(0x8010_001F_u32, Value::Unicode("a category".into()));
    bench
        .local
        .store
        .save(&mut message, Default::default())
        .unwrap();
    bench.sync();
    assert_eq!(fs::read(bench.at("Inbox/a.eml")).unwrap(), before);
    assert_eq!(bench.sync().statistics.total(), 0);
}

#[test]
fn all_samples_survive_the_round_trip() {
    let samples = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/mail");
    let bench = Bench::new();
    fs::create_dir(bench.at("Inbox")).unwrap();
    for entry in fs::read_dir(&samples).unwrap().map(Result::unwrap) {
        fs::copy(entry.path(), bench.at("Inbox").join(entry.file_name())).unwrap();
    }
    bench.sync();
    // Another store that only gets what the first one sends.
    let there = tempfile::tempdir().unwrap();
    let inbox = bench.local.folder("Inbox");
    let other = bench.local.make_folder("Copies");
    for message in bench.local.store.messages_in(inbox, false).unwrap() {
        bench.local.store.copy_message(message, other).unwrap();
    }
    bench.sync();
    drop(there);
    let count = |folder: &str| fs::read_dir(bench.at(folder)).unwrap().count();
    assert_eq!(count("Copies"), count("Inbox"));
    let texts = |prefix: &str| -> Vec<_> {
        let mut texts: Vec<_> = bench
            .files()
            .into_iter()
            .filter(|(path, _)| path.starts_with(prefix))
            .map(|(_, text)| text)
            .collect();
        texts.sort();
        texts
    };
    assert_eq!(texts("Copies/"), texts("Inbox/"));
    assert_eq!(bench.sync().statistics.total(), 0);
}

#[test]
fn two_thousand_messages() {
    let bench = Bench::new();
    for number in 0..2000 {
        bench.write(
            &format!("Inbox/m{number:04}.eml"),
            &format!("message {number}"),
            &"text ".repeat(100),
        );
    }
    let sync = mapi_store::definition::SyncDefinition {
        batch_size: 100,
        ..sync_support::SYNC
    };
    let engine = bench.local.engine_with(bench.remote(), &sync);
    let observer: std::sync::Arc<dyn mapi_store::sync::SyncObserver> =
        std::sync::Arc::new(sync_support::Heard::default());
    let run = || engine.run(ALL, &observer, &mapi_store::sync::CancelToken::new());
    let outcome = run();
    assert_eq!(
        (outcome.result, outcome.statistics.messages_downloaded),
        (SyncResult::Complete, 2000)
    );
    let counts = bench
        .local
        .store
        .folder(bench.local.folder("Inbox"))
        .unwrap()
        .counts;
    assert_eq!((counts.content, counts.unread), (2000, 2000));
    assert_eq!(run().statistics.total(), 0);
    for number in (0..2000).step_by(100) {
        fs::remove_file(bench.at(&format!("Inbox/m{number:04}.eml"))).unwrap();
    }
    fs::rename(bench.at("Inbox"), bench.at("Was inbox")).unwrap();
    let outcome = run();
    assert_eq!(
        (
            outcome.statistics.messages_downloaded,
            outcome.statistics.messages_deleted
        ),
        (0, 20)
    );
}

#[test]
fn a_directory_that_is_not_there_deletes_nothing() {
    let bench = Bench::new();
    bench.write("Inbox/a.eml", "one", "text");
    bench.write("Work/b.eml", "two", "text");
    bench.sync();
    let elsewhere = tempfile::tempdir().unwrap();
    let kept = elsewhere.path().join("kept");
    fs::rename(bench.root(), &kept).unwrap();
    let (outcome, heard) = bench.local.sync_with(bench.remote(), ALL);
    assert_eq!(
        (outcome.result, outcome.problems),
        (SyncResult::Offline, 1),
        "{:?}",
        heard.problems
    );
    // A mount point without what is mounted there.
    fs::create_dir(bench.root()).unwrap();
    let (outcome, _) = bench.local.sync_with(bench.remote(), ALL);
    assert_eq!(outcome.result, SyncResult::Offline);
    assert_eq!(bench.local.tree()["Inbox"].len(), 1);
    fs::remove_dir(bench.root()).unwrap();
    fs::rename(&kept, bench.root()).unwrap();
    bench.sync();
    bench.assert_in_step();
}

/// The same for a directory without subdirectories, and for those who only ask for messages.
#[test]
fn a_flat_directory_that_is_not_mounted_deletes_nothing() {
    let contents = SyncRequest {
        upload_hierarchy: false,
        download_hierarchy: false,
        upload_contents: false,
        ..ALL
    };
    for request in [ALL, contents] {
        let bench = Bench::new();
        bench.write("a.eml", "one", "text");
        bench.local.sync_with(
            bench.remote(),
            SyncRequest {
                upload_hierarchy: false,
                ..ALL
            },
        );
        let count = || {
            let top = bench.local.subtree();
            bench.local.store.messages_in(top, false).unwrap().len()
        };
        assert_eq!(count(), 1);
        let elsewhere = tempfile::tempdir().unwrap();
        fs::rename(bench.root(), elsewhere.path().join("kept")).unwrap();
        fs::create_dir(bench.root()).unwrap();
        let (outcome, _) = bench.local.sync_with(bench.remote(), request);
        assert_eq!(outcome.result, SyncResult::Offline);
        assert_eq!(count(), 1);
    }
}

/// Subjects and file names may be as long as a file system lets them be.
#[test]
fn long_names_are_no_obstacle() {
    let bench = Bench::new();
    bench.sync();
    let subject = "\u{1F4EC}".repeat(100);
    bench.local.make_message("Inbox", &subject, "");
    bench.write(&format!("Inbox/{}.eml", "n".repeat(250)), "long", "");
    bench.sync();
    assert_eq!(bench.files().len(), 2);
    bench.local.set_read("long", true);
    bench.local.set_read(&subject, true);
    bench.sync();
    bench.local.move_message("long", "Deleted Items");
    bench.sync();
    bench.write(&format!("Inbox/{}.eml", "n".repeat(250)), "longer", "");
    bench.sync();
    bench.local.move_message("longer", "Deleted Items");
    bench.sync();
    assert_eq!(bench.local.tree()["Deleted Items"].len(), 2);
}

/// What someone else changed since it was last seen is not deleted unseen, even by those who only upload.
#[test]
fn a_deletion_spares_what_was_changed_meanwhile() {
    let bench = Bench::new();
    bench.write("Inbox/a.eml", "one", "text");
    bench.sync();
    bench.write("Inbox/a.eml", "one", "changed there");
    bench.local.delete_message("one");
    let upload = SyncRequest {
        download_hierarchy: false,
        download_contents: false,
        ..ALL
    };
    let (outcome, _) = bench.local.sync_with(bench.remote(), upload);
    assert_eq!(outcome.result, SyncResult::Partial);
    assert_eq!(bench.files().len(), 1);
    bench.sync();
    bench.assert_in_step();
    assert_eq!(bench.local.tree()["Inbox"][0].1, "changed there");
}

#[test]
fn folders_with_other_files_are_not_deleted() {
    let bench = Bench::new();
    bench.write("Inbox/x.eml", "x", "");
    bench.write("Work/a.eml", "one", "text");
    fs::write(bench.at("Work/thesis.docx"), "years of work").unwrap();
    bench.write("Junk/b.eml", "two", "text");
    fs::write(bench.at("Junk/Thumbs.db"), "nobody misses it").unwrap();
    bench.sync();
    bench.local.delete_folder("Work");
    bench.local.delete_folder("Junk");
    let (outcome, heard) = bench.local.sync_with(bench.remote(), ALL);
    assert_eq!((outcome.result, outcome.problems), (SyncResult::Partial, 1));
    assert!(
        heard.problems.lock().unwrap()[0]
            .text
            .contains("thesis.docx")
    );
    assert!(bench.at("Work/a.eml").exists() && !bench.at("Junk").exists());
    fs::remove_file(bench.at("Work/thesis.docx")).unwrap();
    bench.sync();
    assert!(!bench.at("Work").exists());
    bench.assert_in_step();
}

#[test]
fn contacts_and_calendars_stay_in_the_store() {
    let bench = Bench::new();
    bench.write("Inbox/x.eml", "x", "");
    bench.sync();
    bench
        .local
        .make_message_of("IPM.Contact", "Inbox", "Ada", "");
    bench
        .local
        .make_message_of("IPM.Note.Special", "Inbox", "special", "");
    bench.sync();
    assert_eq!(bench.files().len(), 2);
    assert_eq!(bench.local.tree()["Inbox"].len(), 3);
}

#[test]
fn read_marks_are_optional() {
    let bench = Bench::new();
    bench.write("Inbox/a.eml", "one", "text");
    let sync = || {
        bench
            .local
            .sync_with(bench.remote().without_read_marks(), ALL)
            .0
    };
    assert_eq!(sync().result, SyncResult::Complete);
    bench.local.set_read("one", true);
    assert_eq!(sync().result, SyncResult::Complete);
    assert!(bench.at("Inbox/a.eml").exists());
    bench.write("Inbox/a.eml", "one", "changed");
    sync();
    assert_eq!(
        bench.local.tree()["Inbox"],
        [("one".into(), "changed".into(), true)],
        "still read"
    );
    assert_eq!(sync().statistics.total(), 0);
}

#[test]
fn pages_add_up_to_everything() {
    let bench = Bench::new();
    for number in 0..25 {
        bench.write(&format!("Inbox/{number}.eml"), &number.to_string(), "");
    }
    let (remote, inbox) = (bench.remote(), RemoteId::new("Inbox"));
    let (mut cursor, mut seen, mut pages): (Option<Cursor>, Vec<String>, u32) =
        (None, Vec::new(), 0);
    loop {
        let page = remote
            .message_changes(&inbox, cursor.as_ref(), 4, &context())
            .unwrap();
        seen.extend(page.changed.iter().map(|item| item.id.as_str().to_owned()));
        pages += 1;
        cursor = Some(page.next);
        if !page.more {
            break;
        }
    }
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), 25);
    assert!(pages > 3);
    let again = remote
        .message_changes(&inbox, cursor.as_ref(), 4, &context())
        .unwrap();
    assert!(again.changed.is_empty() && again.deleted.is_empty() && !again.more);
}

#[test]
fn an_edit_of_the_same_size_and_second_is_noticed() {
    let bench = Bench::new();
    bench.write("Inbox/a.eml", "one", "aaaa");
    let (remote, inbox) = (bench.remote(), RemoteId::new("Inbox"));
    let first = remote
        .message_changes(&inbox, None, 10, &context())
        .unwrap();
    bench.write("Inbox/a.eml", "one", "bbbb");
    let second = remote
        .message_changes(&inbox, Some(&first.next), 10, &context())
        .unwrap();
    assert_eq!(second.changed.len(), 1);
    assert_ne!(second.changed[0].version, first.changed[0].version);
}

#[test]
fn hostile_ids_and_cursors_get_nowhere() {
    let bench = Bench::new();
    bench.write("Inbox/a.eml", "one", "text");
    let outside = tempfile::tempdir().unwrap();
    fs::write(outside.path().join("secret.eml"), mail("secret", "")).unwrap();
    let remote = bench.remote();
    let folders = [
        "..",
        "../",
        "Inbox/..",
        "Inbox/../..",
        "/",
        "/etc",
        "",
        "Inbox/",
        "./Inbox",
        "Inbox//x",
        ".git",
        "C:",
        "C:\\",
        "\\\\server\\share",
        "Inbox\0",
        "nonsense",
    ];
    for folder in folders {
        let id = RemoteId::new(folder);
        let error = remote
            .message_changes(&id, None, 10, &context())
            .unwrap_err();
        assert_eq!(error.kind(), RemoteErrorKind::NotFound, "{folder:?}");
        let answer = remote.push(&LocalChange::DeleteFolder { folder: &id }, &context());
        assert!(
            matches!(answer, Ok(PushOutcome::Removed) | Err(_)),
            "{folder:?}"
        );
    }
    let secret = outside.path().join("secret.eml");
    let secret = secret.to_str().unwrap();
    for message in [
        "../Inbox/a.eml",
        "..",
        "",
        "a",
        "a.txt",
        "a.eml/",
        "/etc/passwd",
        secret,
        "x\0.eml",
    ] {
        let (folder, id) = (&RemoteId::new("Inbox"), &RemoteId::new(message));
        let error = remote
            .fetch(folder, id, FetchScope::Full, &context())
            .unwrap_err();
        assert_eq!(error.kind(), RemoteErrorKind::NotFound, "{message:?}");
        let _ = remote.push(
            &LocalChange::DeleteMessage {
                folder,
                id,
                base: None,
            },
            &context(),
        );
    }
    assert!(bench.at("Inbox/a.eml").exists() && Path::new(secret).exists());
    for cursor in [&b""[..], b"\x02", b"\x01\xff\xff\xff\xff", b"nonsense"] {
        let cursor = Cursor::new(cursor);
        assert_eq!(
            remote
                .folder_changes(Some(&cursor), &context())
                .unwrap_err()
                .kind(),
            RemoteErrorKind::CursorExpired
        );
        let error = remote
            .message_changes(&RemoteId::new("Inbox"), Some(&cursor), 10, &context())
            .unwrap_err();
        assert_eq!(error.kind(), RemoteErrorKind::CursorExpired);
    }
}

#[cfg(unix)]
#[test]
fn links_are_not_followed() {
    use std::os::unix::fs::symlink;
    let bench = Bench::new();
    let outside = tempfile::tempdir().unwrap();
    fs::write(outside.path().join("secret.eml"), mail("secret", "")).unwrap();
    bench.write("Inbox/a.eml", "one", "text");
    symlink(outside.path(), bench.at("Linked")).unwrap();
    symlink(
        outside.path().join("secret.eml"),
        bench.at("Inbox/linked.eml"),
    )
    .unwrap();
    symlink(bench.root(), bench.at("Inbox/loop")).unwrap();
    symlink("nowhere", bench.at("Inbox/dangling.eml")).unwrap();
    bench.sync();
    let tree = bench.local.tree();
    assert_eq!(tree["Inbox"].len(), 1);
    assert!(!tree.contains_key("Linked") && !tree.contains_key("Inbox/loop"));
    let remote = bench.remote();
    assert!(
        remote
            .message_changes(&RemoteId::new("Linked"), None, 10, &context())
            .is_err()
    );
    let (inbox, linked) = (RemoteId::new("Inbox"), RemoteId::new("linked.eml"));
    assert!(
        remote
            .fetch(&inbox, &linked, FetchScope::Full, &context())
            .is_err()
    );
    let _ = remote.push(
        &LocalChange::DeleteMessage {
            folder: &inbox,
            id: &linked,
            base: None,
        },
        &context(),
    );
    assert!(bench.at("Inbox/linked.eml").symlink_metadata().is_ok());
}

#[test]
fn every_push_can_be_repeated() {
    let bench = Bench::new();
    bench.write("Inbox/a.eml", "one", "text");
    fs::create_dir(bench.at("Work")).unwrap();
    let remote = bench.remote();
    let twice = |change: &LocalChange<'_>| {
        let first = remote.push(change, &context()).unwrap();
        let second = remote.push(change, &context()).unwrap();
        assert_eq!(first, second, "{change:?}");
        first
    };
    let stored = |outcome: PushOutcome| match outcome {
        PushOutcome::Stored { id, .. } => id,
        other => panic!("{other:?}"),
    };
    let mut data = MessageData {
        properties: PropertyBag::new(),
        ..MessageData::default()
    };
    data.properties
        .set(PR_SUBJECT, Value::Unicode("new".into()));
    let (inbox, operation) = (RemoteId::new("Inbox"), OperationId([3; 16]));
    let create = LocalChange::CreateMessage {
        operation,
        folder: &inbox,
        message: &data,
        read: true,
    };
    let id = stored(twice(&create));
    assert_eq!(fs::read_dir(bench.at("Inbox")).unwrap().count(), 2);
    data.properties
        .set(PR_SUBJECT, Value::Unicode("renamed meanwhile".into()));
    let create = LocalChange::CreateMessage {
        operation,
        folder: &inbox,
        message: &data,
        read: true,
    };
    assert_eq!(stored(twice(&create)), id, "whatever it is called by now");

    data.properties.set(PR_BODY, Value::Unicode("more".into()));
    let fetched = remote
        .fetch(&inbox, &id, FetchScope::Full, &context())
        .unwrap();
    let base = fetched.version.unwrap();
    assert!(matches!(fetched.content, RemoteContent::Mime(_)));
    twice(&LocalChange::UpdateMessage {
        folder: &inbox,
        id: &id,
        base: Some(&base),
        message: &data,
        read: false,
    });
    data.properties
        .set(PR_BODY, Value::Unicode("too late".into()));
    let late = LocalChange::UpdateMessage {
        folder: &inbox,
        id: &id,
        base: Some(&base),
        message: &data,
        read: false,
    };
    assert_eq!(
        remote.push(&late, &context()).unwrap_err().kind(),
        RemoteErrorKind::Conflict
    );

    twice(&LocalChange::SetRead {
        folder: &inbox,
        id: &id,
        read: true,
    });
    let folder = stored(twice(&LocalChange::CreateFolder {
        operation: OperationId([4; 16]),
        parent: Some(&inbox),
        name: "Sub/folder",
        role: FolderRole::None,
        container_class: "IPF.Note",
    }));
    assert_eq!(folder.as_str(), "Inbox/Sub%2Ffolder");
    let work = RemoteId::new("Work");
    let moved = stored(twice(&LocalChange::MoveFolder {
        folder: &folder,
        parent: Some(&work),
        name: "Sub",
    }));
    assert_eq!(moved.as_str(), "Work/Sub");
    remote
        .push(
            &LocalChange::MoveMessage {
                folder: &inbox,
                id: &id,
                target: &moved,
            },
            &context(),
        )
        .unwrap();
    twice(&LocalChange::DeleteMessage {
        folder: &moved,
        id: &id,
        base: None,
    });
    assert_eq!(
        twice(&LocalChange::DeleteFolder { folder: &moved }),
        PushOutcome::Removed
    );
    assert!(!bench.at("Work/Sub").exists());
}

#[test]
fn names_that_are_taken_get_numbers() {
    let bench = Bench::new();
    bench.write("Inbox/a.eml", "from the inbox", "");
    bench.write("Work/a.read.eml", "already there", "");
    fs::create_dir(bench.at("Inbox/Sub")).unwrap();
    fs::create_dir(bench.at("Work/Sub")).unwrap();
    let remote = bench.remote();
    let (inbox, work) = (RemoteId::new("Inbox"), RemoteId::new("Work"));
    let id = RemoteId::new("a.eml");
    remote
        .push(
            &LocalChange::MoveMessage {
                folder: &inbox,
                id: &id,
                target: &work,
            },
            &context(),
        )
        .unwrap();
    assert_eq!(bench.files().len(), 2);
    assert_eq!(bench.files()["Work/a (2).eml"].0, "from the inbox");
    let folder = RemoteId::new("Inbox/Sub");
    remote
        .push(
            &LocalChange::MoveFolder {
                folder: &folder,
                parent: Some(&work),
                name: "Sub",
            },
            &context(),
        )
        .unwrap();
    assert!(bench.at("Work/Sub (2)").is_dir());
}

#[test]
fn nothing_half_written_is_ever_listed() {
    let bench = Bench::new();
    bench.write("Inbox/a.eml", "one", "text");
    fs::write(bench.at("Inbox/.mapi-store-123.tmp"), "half a mess").unwrap();
    let old = std::time::SystemTime::now() - std::time::Duration::from_secs(7200);
    let abandoned = fs::File::create(bench.at("Inbox/.mapi-store-456.tmp")).unwrap();
    abandoned.set_modified(old).unwrap();
    drop(abandoned);
    bench.sync();
    assert_eq!(bench.local.tree()["Inbox"].len(), 1);
    assert!(
        bench.at("Inbox/.mapi-store-123.tmp").exists(),
        "somebody may be writing it"
    );
    assert!(!bench.at("Inbox/.mapi-store-456.tmp").exists(), "nobody is");
}

/// Set for the process that [`a_killed_process_is_continued`] starts and kills.
const VICTIM: &str = "MAPI_STORE_TEST_VICTIM";

/// Not a test by itself: what the victim does.
#[test]
fn victim() {
    let Ok(directory) = std::env::var(VICTIM) else {
        return;
    };
    let directory = PathBuf::from(directory);
    let store = open_shared(&directory);
    let sync = mapi_store::definition::SyncDefinition {
        batch_size: 5,
        ..sync_support::SYNC
    };
    let remote = Box::new(DirectoryRemote::new(directory.join("mail")));
    let engine = mapi_store::sync::Engine::new(store, remote, &sync);
    let observer: std::sync::Arc<dyn mapi_store::sync::SyncObserver> =
        std::sync::Arc::new(sync_support::Heard::default());
    let outcome = engine.run(ALL, &observer, &mapi_store::sync::CancelToken::new());
    assert_eq!(outcome.result, SyncResult::Complete);
}

fn open_shared(directory: &Path) -> mapi_store::store::Store {
    let path = directory.join("store.db");
    let options = mapi_store::store::StoreOptions {
        path,
        uid: [9; 16],
        definition: &PLAIN,
        writable: true,
    };
    mapi_store::store::Store::open(options).unwrap()
}

/// A process that is killed anywhere, again and again, loses nothing and doubles nothing.
#[test]
fn a_killed_process_is_continued() {
    use mapi_abi::{PR_MESSAGE_CLASS, PR_MESSAGE_FLAGS};
    use mapi_store::store::{Message, SaveMode};

    const THERE: usize = 120;
    const HERE: usize = 60;
    let directory = tempfile::tempdir().unwrap();
    let inbox = directory.path().join("mail/Inbox");
    fs::create_dir_all(&inbox).unwrap();
    for number in 0..THERE {
        fs::write(
            inbox.join(format!("{number}.eml")),
            mail(&format!("there {number}"), "text"),
        )
        .unwrap();
    }
    {
        let store = open_shared(directory.path());
        let folder = store.folder_by_role(FolderRole::Inbox).unwrap().unwrap();
        for number in 0..HERE {
            let mut message = Message::new(folder, false);
            message
                .properties
                .set(PR_MESSAGE_CLASS, Value::Unicode("IPM.Note".into()));
            message
                .properties
                .set(PR_SUBJECT, Value::Unicode(format!("here {number}")));
            message.properties.set(PR_MESSAGE_FLAGS, Value::Long(0));
            store.save(&mut message, SaveMode::default()).unwrap();
        }
    }
    let mut patience = 5;
    loop {
        let mut victim = std::process::Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "victim", "--quiet"])
            .env(VICTIM, directory.path())
            .stdout(std::process::Stdio::null())
            .spawn()
            .unwrap();
        let started = std::time::Instant::now();
        let limit = std::time::Duration::from_millis(patience);
        let status = loop {
            if let Some(status) = victim.try_wait().unwrap() {
                break Some(status);
            }
            if started.elapsed() > limit {
                break None;
            }
            std::thread::sleep(std::time::Duration::from_millis(1));
        };
        if let Some(status) = status {
            assert!(status.success());
            break;
        }
        victim.kill().unwrap();
        victim.wait().unwrap();
        // Longer each time: it comes to its end on the slowest machine.
        patience += patience / 4 + 3;
    }
    let store = open_shared(directory.path());
    let folder = store.folder_by_role(FolderRole::Inbox).unwrap().unwrap();
    let subject = |key| {
        store
            .message(key)
            .unwrap()
            .properties
            .text(PR_SUBJECT)
            .unwrap()
            .to_owned()
    };
    let mut here: Vec<String> = store
        .messages_in(folder, false)
        .unwrap()
        .into_iter()
        .map(subject)
        .collect();
    // The victim may have left something half-written, which nobody takes for a message.
    let files = walkdir(&inbox)
        .into_iter()
        .filter(|path| path.extension().is_some_and(|extension| extension == "eml"))
        .map(|path| mime::read(&fs::read(path).unwrap()));
    let mut there: Vec<String> = files
        .map(|data| data.properties.text(PR_SUBJECT).unwrap().to_owned())
        .collect();
    here.sort();
    there.sort();
    assert_eq!(here, there);
    assert_eq!(here.len(), THERE + HERE);
    here.dedup();
    assert_eq!(here.len(), THERE + HERE);
}
