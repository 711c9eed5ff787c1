//! What the sinks of a table hear: which rows came, changed, moved and went.

use std::time::Duration;

use mapi_abi::*;
use mapi_host::*;

use crate::support::*;

/// How long a test waits for what must come.
const PATIENCE: Duration = Duration::from_secs(30);

/// A table with a sink.
struct Watched {
    table: Table,
    recorder: Recorder,
    /// The column that tells rows apart.
    name: u32,
}

/// An event: what happened, to which row, and what stands before it.
type Heard = (u32, String, String);

impl Watched {
    fn new(table: Table, name: u32) -> Self {
        table.set_columns(&[name, PR_INSTANCE_KEY]).unwrap();
        let recorder = Recorder::new();
        table.advise(&recorder).unwrap();
        Self {
            table,
            recorder,
            name,
        }
    }

    fn name_of(&self, rows: &[Row], key: &Prop) -> String {
        if key.tag == PR_NULL {
            return "-".into();
        }
        let row = rows
            .iter()
            .find(|row| row.value(PR_INSTANCE_KEY) == Some(&key.value));
        row.map_or("?", |row| row.text(self.name).unwrap()).into()
    }

    /// What was heard since the last time.
    fn heard(&self, host: &Host) -> Vec<Heard> {
        host.settle(PATIENCE);
        let events = self.recorder.events();
        self.recorder.clear();
        let rows = self.table.all_rows().unwrap();
        let heard = events.iter().map(|event| match event {
            Event::Table {
                event,
                index,
                prior,
                row,
                ..
            } => {
                if !row.is_empty() {
                    assert_eq!(row.tags(), [self.name, PR_INSTANCE_KEY]);
                    assert_eq!(row.value(PR_INSTANCE_KEY), Some(&index.value));
                }
                let name = row.text(self.name).unwrap_or("").to_owned();
                (*event, name, self.name_of(&rows, prior))
            }
            other => panic!("{other:?}"),
        });
        heard.collect()
    }
}

fn added(name: &str, after: &str) -> Heard {
    (TABLE_ROW_ADDED, name.into(), after.into())
}

fn modified(name: &str, after: &str) -> Heard {
    (TABLE_ROW_MODIFIED, name.into(), after.into())
}

fn deleted() -> Heard {
    (TABLE_ROW_DELETED, String::new(), "-".into())
}

fn folder_with(session: &Session, subjects: &[&str]) -> (Folder, Vec<Message>) {
    let folder = session.subtree().unwrap().create_folder("Table").unwrap();
    let messages = subjects.iter().map(|subject| add(&folder, subject));
    let messages = messages.collect();
    (folder, messages)
}

fn add(folder: &Folder, subject: &str) -> Message {
    folder
        .add_message(&[Prop::new(PR_SUBJECT, subject)])
        .unwrap()
}

fn rename(message: &Message, subject: &str) {
    message.put(PR_SUBJECT, subject).unwrap();
    message.save(KEEP_OPEN_READWRITE).unwrap();
}

#[test]
fn a_row_that_moves_is_modified_with_another_row_before_it() {
    let bench = Bench::new();
    let session = bench.logon();
    let (folder, messages) = folder_with(&session, &["a", "b", "c"]);
    let table = folder.contents().unwrap();
    table.sort(&SortOrder::ascending(&[PR_SUBJECT])).unwrap();
    let watched = Watched::new(table, PR_SUBJECT);
    rename(&messages[0], "d");
    assert_eq!(watched.heard(&bench.host), [modified("d", "c")]);
    rename(&messages[1], "a");
    assert_eq!(watched.heard(&bench.host), [modified("a", "-")]);
}

#[test]
fn rows_enter_and_leave_a_restriction() {
    let bench = Bench::new();
    let session = bench.logon();
    let (folder, messages) = folder_with(&session, &["in 1", "out 2", "in 3"]);
    let table = folder.contents().unwrap();
    table.sort(&SortOrder::ascending(&[PR_SUBJECT])).unwrap();
    let watched = Watched::new(table, PR_SUBJECT);
    watched
        .table
        .restrict(Some(&Restriction::contains(PR_SUBJECT, FL_PREFIX, "in")))
        .unwrap();
    rename(&messages[1], "in 2");
    assert_eq!(watched.heard(&bench.host), [added("in 2", "in 1")]);
    rename(&messages[1], "in 0");
    assert_eq!(watched.heard(&bench.host), [modified("in 0", "-")]);
    rename(&messages[1], "out 0");
    assert_eq!(watched.heard(&bench.host), [deleted()]);
    rename(&messages[1], "out 1");
    let elsewhere = add(&folder, "out 9");
    let _ = folder
        .delete_messages(&[&elsewhere.entry_id().unwrap()], 0)
        .unwrap();
    assert_eq!(watched.heard(&bench.host), []);
    let _ = folder
        .delete_messages(&[&messages[2].entry_id().unwrap()], 0)
        .unwrap();
    assert_eq!(watched.heard(&bench.host), [deleted()]);
}

#[test]
fn a_restriction_on_flags_and_recipients_is_followed() {
    let bench = Bench::new();
    let session = bench.logon();
    let (folder, messages) = folder_with(&session, &["a", "b"]);
    let watched = Watched::new(folder.contents().unwrap(), PR_SUBJECT);
    let unread = Restriction::Bits {
        relation: BMR_EQZ,
        tag: PR_MESSAGE_FLAGS,
        mask: MSGFLAG_READ,
    };
    watched.table.restrict(Some(&unread)).unwrap();
    let before = watched.table.row_count().unwrap();
    let ids: Vec<Vec<u8>> = messages.iter().map(|one| one.entry_id().unwrap()).collect();
    let both: [&[u8]; 2] = [&ids[0], &ids[1]];
    let _ = folder.set_read_flags(Some(&both), CLEAR_READ_FLAG).unwrap();
    assert_eq!(watched.heard(&bench.host).len(), 2 - before as usize);
    let _ = folder.set_read_flags(Some(&both[..1]), 0).unwrap();
    assert_eq!(watched.heard(&bench.host), [deleted()]);

    let to_ann = Restriction::Sub {
        object: PR_MESSAGE_RECIPIENTS,
        inner: Box::new(Restriction::equals(PR_DISPLAY_NAME, "Ann")),
    };
    watched.table.restrict(Some(&to_ann)).unwrap();
    let opened = session.open_message(&ids[1]).unwrap();
    opened
        .add_recipient(MAPI_TO, "Ann", "ann@example.com")
        .unwrap();
    assert_eq!(watched.heard(&bench.host), [], "not saved yet");
    opened.save(0).unwrap();
    assert_eq!(watched.heard(&bench.host), [added("b", "-")]);
}

#[test]
fn a_message_that_moves_leaves_one_table_and_enters_another() {
    let bench = Bench::new();
    let session = bench.logon();
    let (folder, messages) = folder_with(&session, &["a", "b"]);
    let other = session.subtree().unwrap().create_folder("Other").unwrap();
    let here = Watched::new(folder.contents().unwrap(), PR_SUBJECT);
    let there = Watched::new(other.contents().unwrap(), PR_SUBJECT);
    let id = messages[0].entry_id().unwrap();
    let _ = folder.copy_messages(&[&id], &other, MESSAGE_MOVE).unwrap();
    assert_eq!(here.heard(&bench.host), [deleted()]);
    assert_eq!(there.heard(&bench.host), [added("a", "-")]);
}

#[test]
fn deep_hierarchies_hear_of_every_level() {
    let bench = Bench::new();
    let session = bench.logon();
    let subtree = session.subtree().unwrap();
    let parent = subtree.create_folder("Parent").unwrap();
    let elsewhere = subtree.create_folder("Elsewhere").unwrap();
    let deep = Watched::new(
        parent.hierarchy_with(CONVENIENT_DEPTH).unwrap(),
        PR_DISPLAY_NAME,
    );
    let child = parent.create_folder("child").unwrap();
    assert_eq!(deep.heard(&bench.host), [added("child", "-")]);
    let grandchild = child.create_folder("grandchild").unwrap();
    let heard = deep.heard(&bench.host);
    assert!(heard.contains(&added("grandchild", "child")), "{heard:?}");
    assert!(heard.iter().all(|event| event.1 != "Parent"), "{heard:?}");
    elsewhere.create_folder("nobody's").unwrap();
    assert_eq!(deep.heard(&bench.host), []);
    grandchild.put(PR_DISPLAY_NAME, "renamed").unwrap();
    assert_eq!(deep.heard(&bench.host), [modified("renamed", "child")]);
    let id = grandchild.entry_id().unwrap();
    let _ = child.delete_folder(&id, 0).unwrap();
    assert!(deep.heard(&bench.host).contains(&deleted()));
}

#[test]
fn a_table_without_its_folder_is_to_be_reloaded() {
    let bench = Bench::new();
    let session = bench.logon();
    let subtree = session.subtree().unwrap();
    let (folder, _messages) = folder_with(&session, &[]);
    let table = folder.contents().unwrap();
    let recorder = Recorder::new();
    table.advise(&recorder).unwrap();
    let _ = subtree
        .delete_folder(&folder.entry_id().unwrap(), 0)
        .unwrap();
    bench.host.settle(PATIENCE);
    let events: Vec<_> = recorder
        .events()
        .iter()
        .filter_map(Event::table_event)
        .collect();
    assert_eq!(events, [TABLE_RELOAD]);
}

#[test]
fn recipients_and_attachments_come_change_and_go() {
    let bench = Bench::new();
    let session = bench.logon();
    let message = session.inbox().unwrap().create_message().unwrap();
    let recipients = Watched::new(message.recipient_table().unwrap(), PR_DISPLAY_NAME);
    message
        .add_recipient(MAPI_TO, "Ann", "ann@example.com")
        .unwrap();
    assert_eq!(recipients.heard(&bench.host), [added("Ann", "-")]);
    message
        .add_recipient(MAPI_CC, "Bob", "bob@example.com")
        .unwrap();
    assert_eq!(recipients.heard(&bench.host), [added("Bob", "Ann")]);
    message.save(KEEP_OPEN_READWRITE).unwrap();
    assert_eq!(recipients.heard(&bench.host), []);
}
