//! What a store does not claim in its support mask, it does not do: clients do not look before they call.

use std::time::Duration;

use mapi_abi::*;
use mapi_host::*;
use mapi_store::definition::*;
use mapi_store::entry;

use crate::support::*;

/// How long a test waits for what must come.
const PATIENCE: Duration = Duration::from_secs(30);
/// What [`ARCHIVE`] claims.
const EVERYTHING: u32 = ARCHIVE.store.support_mask;

/// A provider that claims these bits.
macro_rules! claiming {
    ($name:ident, $module:ident, $definition:ident, $mask:expr) => {
        static $definition: ProviderDefinition = ProviderDefinition {
            store: StoreDefinition {
                support_mask: $mask,
                ..ARCHIVE.store
            },
            ..ARCHIVE
        };
        provider!($name, $module, $definition);
    };
}

claiming!(
    create_only,
    create_only_provider,
    CREATE_ONLY,
    EVERYTHING & !STORE_MODIFY_OK
);
claiming!(
    modify_only,
    modify_only_provider,
    MODIFY_ONLY,
    EVERYTHING & !STORE_CREATE_OK
);
claiming!(
    ungrouped,
    ungrouped_provider,
    UNGROUPED,
    EVERYTHING & !STORE_CATEGORIZE_OK
);
claiming!(
    plain,
    plain_provider,
    PLAIN,
    STORE_ENTRYID_UNIQUE | STORE_UNICODE_OK | STORE_MODIFY_OK | STORE_CREATE_OK
);

/// A store that only its synchronization writes to.
static READ_ONLY: ProviderDefinition = ProviderDefinition {
    store: StoreDefinition {
        support_mask: EVERYTHING & !(STORE_MODIFY_OK | STORE_CREATE_OK) | STORE_READONLY,
        ..ARCHIVE.store
    },
    ..SYNCHRONIZING
};
provider!(
    read_only,
    read_only_provider,
    READ_ONLY,
    Some(crate::remote::connect as entry::Connect)
);

/// Opens the store of another provider, over the store that a provider which claims everything has filled.
fn reopened(provider: Provider) -> (Bench, Session) {
    let mut bench = Bench::new();
    let session = bench.logon();
    let folder = session.subtree().unwrap().create_folder("Old").unwrap();
    folder.create_folder("Inner").unwrap();
    let message = folder.create_message().unwrap();
    message
        .set(&[Prop::new(PR_SUBJECT, "old"), Prop::new(PR_BODY, "text")])
        .unwrap();
    message.attach("file.txt", b"bytes").unwrap();
    message.save(0).unwrap();
    drop((message, folder));
    session.logoff().unwrap();
    bench.provider = provider;
    let session = bench.logon();
    (bench, session)
}

fn old_folder(session: &Session) -> Folder {
    session.subtree().unwrap().child("Old").unwrap().unwrap()
}

fn old_message(session: &Session) -> Vec<u8> {
    let folder = old_folder(session);
    session.find_message(&folder, "old").unwrap().unwrap()
}

/// Everything that changes what is there is refused.
fn assert_unchangeable(session: &Session) {
    let store = session.store();
    let (folder, id) = (old_folder(session), old_message(session));
    let folder_id = folder.entry_id().unwrap();
    for id in [&id, &folder_id] {
        let opened = store.open_entry(id, None, MAPI_MODIFY);
        assert_eq!(refused(opened), MAPI_E_NO_ACCESS);
        store.open_entry(id, None, MAPI_BEST_ACCESS).unwrap();
    }
    assert_eq!(store.bits(PR_ACCESS_LEVEL).unwrap(), 0);
    assert_eq!(folder.bits(PR_ACCESS_LEVEL).unwrap(), 0);

    let comment = [Prop::new(PR_COMMENT, "new")];
    let message = folder.open_message(&id).unwrap();
    for result in [
        store.set(&comment),
        folder.set(&comment),
        message.set(&comment),
        store.delete(&[PR_COMMENT]),
        folder.delete(&[PR_COMMENT]),
        message.delete(&[PR_BODY]),
    ] {
        assert_eq!(refused(result), MAPI_E_NO_ACCESS);
    }
    assert_eq!(refused(message.save(0)), MAPI_E_NO_ACCESS);
    let writing = MAPI_MODIFY | MAPI_CREATE;
    assert_eq!(refused(message.stream(PR_BODY, writing)), MAPI_E_NO_ACCESS);
    assert_eq!(
        refused(folder.stream(PR_COMMENT, writing)),
        MAPI_E_NO_ACCESS
    );
    assert_eq!(refused(message.create_attachment()), MAPI_E_NO_ACCESS);
    assert_eq!(refused(message.delete_attachment(0)), MAPI_E_NO_ACCESS);
    let added = message.add_recipient(MAPI_TO, "Ann", "ann@example.com");
    assert_eq!(refused(added), MAPI_E_NO_ACCESS);
    assert_eq!(refused(message.set_read_flag(0)), MAPI_E_NO_ACCESS);

    let inner = folder.child("Inner").unwrap().unwrap().entry_id().unwrap();
    let subtree = session.subtree().unwrap();
    assert_eq!(refused(folder.set_read_flags(None, 0)), MAPI_E_NO_ACCESS);
    let status = folder.set_message_status(&id, MSGSTATUS_TAGGED, MSGSTATUS_TAGGED);
    assert_eq!(refused(status), MAPI_E_NO_ACCESS);
    assert_eq!(refused(folder.delete_messages(&[&id], 0)), MAPI_E_NO_ACCESS);
    let moved = folder.copy_messages(&[&id], &subtree, MESSAGE_MOVE);
    assert_eq!(refused(moved), MAPI_E_NO_ACCESS);
    let moved = folder.copy_folder(&inner, &subtree, None, FOLDER_MOVE);
    assert_eq!(refused(moved), MAPI_E_NO_ACCESS);
    assert_eq!(refused(folder.delete_folder(&inner, 0)), MAPI_E_NO_ACCESS);
    assert_eq!(refused(folder.empty(0)), MAPI_E_NO_ACCESS);
    let receive = store.set_receive_folder(Some("IPM.X"), Some(&folder_id));
    assert_eq!(refused(receive), MAPI_E_NO_ACCESS);
    assert_eq!(message.body().unwrap(), "text");
    assert_eq!(session.subjects(&folder).unwrap(), ["old"]);
}

/// Nothing new can be put in.
fn assert_closed(session: &Session) {
    let (folder, id) = (old_folder(session), old_message(session));
    let subtree = session.subtree().unwrap();
    assert_eq!(refused(folder.create_message()), MAPI_E_NO_ACCESS);
    let associated = folder.create_message_with(MAPI_ASSOCIATED);
    assert_eq!(refused(associated), MAPI_E_NO_ACCESS);
    assert_eq!(refused(folder.create_folder("new")), MAPI_E_NO_ACCESS);
    let copied = folder.copy_messages(&[&id], &subtree, 0);
    assert_eq!(refused(copied), MAPI_E_NO_ACCESS);
    let inner = folder.child("Inner").unwrap().unwrap().entry_id().unwrap();
    let copied = folder.copy_folder(&inner, &subtree, Some("copy"), 0);
    assert_eq!(refused(copied), MAPI_E_NO_ACCESS);
    assert_eq!(
        subtree
            .child_names()
            .unwrap()
            .iter()
            .filter(|name| *name == "copy")
            .count(),
        0
    );
}

/// The mask that every object tells, and what may be done with messages and folders.
#[track_caller]
fn assert_tells(session: &Session, mask: u32, message: u32, folder: u32) {
    let (old, id) = (old_folder(session), old_message(session));
    let opened = session.open_message(&id).unwrap();
    for told in [
        session.store().bits(PR_STORE_SUPPORT_MASK),
        session.store().bits(PR_STORE_UNICODE_MASK),
        old.bits(PR_STORE_SUPPORT_MASK),
        opened.bits(PR_STORE_SUPPORT_MASK),
    ] {
        assert_eq!(told.unwrap(), mask);
    }
    assert_eq!(opened.bits(PR_ACCESS).unwrap(), message);
    assert_eq!(old.bits(PR_ACCESS).unwrap(), folder);
    let rows = old.contents().unwrap().rows(&[PR_ACCESS]).unwrap();
    assert_eq!(rows[0].bits(PR_ACCESS), Some(message));
}

const CHANGE: u32 = MAPI_ACCESS_MODIFY | MAPI_ACCESS_READ | MAPI_ACCESS_DELETE;
const CREATE: u32 =
    MAPI_ACCESS_CREATE_HIERARCHY | MAPI_ACCESS_CREATE_CONTENTS | MAPI_ACCESS_CREATE_ASSOCIATED;

#[test]
fn a_store_that_cannot_be_changed_takes_new_messages() {
    let (bench, session) = reopened(create_only());
    assert_unchangeable(&session);
    assert_tells(
        &session,
        EVERYTHING & !STORE_MODIFY_OK,
        MAPI_ACCESS_READ,
        MAPI_ACCESS_READ | CREATE,
    );
    let folder = old_folder(&session);
    let message = folder.create_message().unwrap();
    message.put(PR_SUBJECT, "new").unwrap();
    message.attach("new.txt", b"new").unwrap();
    // A message that could not be written afterwards is not saved by halves.
    assert_eq!(refused(message.save(KEEP_OPEN_READWRITE)), MAPI_E_NO_ACCESS);
    assert_eq!(session.subjects(&folder).unwrap(), ["old"]);
    message.save(KEEP_OPEN_READONLY).unwrap();
    let again = message.set(&[Prop::new(PR_SUBJECT, "again")]);
    assert_eq!(refused(again), MAPI_E_NO_ACCESS);
    let made = folder.create_folder("made").unwrap();
    let changed = made.set(&[Prop::new(PR_COMMENT, "x")]);
    assert_eq!(refused(changed), MAPI_E_NO_ACCESS);
    let id = old_message(&session);
    assert_eq!(folder.copy_messages(&[&id], &made, 0).unwrap(), S_OK);
    let inner = folder.child("Inner").unwrap().unwrap().entry_id().unwrap();
    assert_eq!(folder.copy_folder(&inner, &made, None, 0).unwrap(), S_OK);
    assert_eq!(session.subjects(&made).unwrap(), ["old"]);
    drop((message, made, folder));
    session.logoff().unwrap();
    bench.host.assert_clean();
}

#[test]
fn a_store_that_takes_nothing_new_can_be_changed() {
    let (bench, session) = reopened(modify_only());
    assert_closed(&session);
    assert_tells(&session, EVERYTHING & !STORE_CREATE_OK, CHANGE, CHANGE);
    let (folder, id) = (old_folder(&session), old_message(&session));
    let object = session.open_message(&id).unwrap();
    object.put(PR_BODY, "changed").unwrap();
    object.save(KEEP_OPEN_READWRITE).unwrap();
    assert_eq!(folder.set_read_flags(None, 0).unwrap(), S_OK);
    let subtree = session.subtree().unwrap();
    assert_eq!(
        folder
            .copy_messages(&[&id], &subtree, MESSAGE_MOVE)
            .unwrap(),
        S_OK
    );
    assert!(session.subjects(&folder).unwrap().is_empty());
    drop((object, folder, subtree));
    session.logoff().unwrap();
    bench.host.assert_clean();
}

#[test]
fn a_store_opened_without_the_right_to_write_is_read_only() {
    let (bench, session) = reopened(archive());
    session.logoff().unwrap();
    let provider = bench.host.start(&bench.provider).unwrap();
    let session = provider
        .logon(&LogonOptions {
            flags: MDB_NO_DIALOG | MAPI_UNICODE,
            ..LogonOptions::default()
        })
        .unwrap();
    assert_unchangeable(&session);
    assert_closed(&session);
    let mask = EVERYTHING & !(STORE_MODIFY_OK | STORE_CREATE_OK) | STORE_READONLY;
    assert_tells(&session, mask, MAPI_ACCESS_READ, MAPI_ACCESS_READ);
}

#[test]
fn synchronization_writes_to_a_read_only_store() {
    let bench = Bench::unconfigured(read_only());
    let remote = bench.directory.path().join("remote");
    std::fs::create_dir_all(remote.join("Old").join("Inner")).unwrap();
    std::fs::write(
        remote.join("Old").join("one.eml"),
        "From: Ann <ann@example.com>\r\nSubject: old\r\nMessage-ID: <1@example.com>\r\n\
         MIME-Version: 1.0\r\nContent-Type: text/plain\r\n\r\ntext",
    )
    .unwrap();
    let mut settings = bench.settings();
    settings.retain(|setting| setting.tag != PR_SERVER);
    settings.push(Prop::new(PR_REMOTE_DIRECTORY, remote.to_str().unwrap()));
    let _ = bench.host.configure(&bench.provider, &settings).unwrap();
    let session = bench.logon();
    assert_eq!(session.synchronize(PATIENCE).unwrap(), S_OK);
    assert_unchangeable(&session);
    assert_closed(&session);
    assert_tells(
        &session,
        READ_ONLY.store.support_mask,
        MAPI_ACCESS_READ,
        MAPI_ACCESS_READ,
    );
    // What is gone there goes here.
    std::fs::remove_file(remote.join("Old").join("one.eml")).unwrap();
    assert_eq!(session.synchronize(PATIENCE).unwrap(), S_OK);
    let folder = old_folder(&session);
    assert!(session.subjects(&folder).unwrap().is_empty());
    drop(folder);
    session.logoff().unwrap();
    bench.host.assert_clean();
}

#[test]
fn tables_do_only_what_is_claimed() {
    let (_bench, session) = reopened(plain());
    assert_tells(&session, PLAIN.store.support_mask, CHANGE, CHANGE | CREATE);
    let folder = old_folder(&session);
    folder.add_message(&[Prop::new(PR_SUBJECT, "new")]).unwrap();
    let message = session.open_message(&old_message(&session)).unwrap();
    let tables = [
        folder.contents().unwrap(),
        session.subtree().unwrap().hierarchy().unwrap(),
        message.recipient_table().unwrap(),
        message.attachment_table().unwrap(),
    ];
    for table in &tables {
        let sorted = table.sort(&SortOrder::ascending(&[PR_DISPLAY_NAME]));
        assert_eq!(refused(sorted), MAPI_E_NO_SUPPORT);
        table.sort(&SortOrder::default()).unwrap();
        let exist = Restriction::Exist(PR_ENTRYID);
        assert_eq!(refused(table.restrict(Some(&exist))), MAPI_E_NO_SUPPORT);
        table.restrict(None).unwrap();
        let single = mvi_prop(0x6680_101F);
        assert_eq!(refused(table.set_columns(&[single])), MAPI_E_TOO_COMPLEX);
        assert_eq!(refused(table.advise(&Recorder::new())), MAPI_E_NO_SUPPORT);
    }
    // The natural order, searches and the receive folders do not depend on it.
    let rows = tables[0].rows(&[PR_SUBJECT, PR_INSTANCE_KEY]).unwrap();
    assert_eq!(rows[1].text(PR_SUBJECT), Some("new"));
    let key = rows[1].binary(PR_INSTANCE_KEY).unwrap();
    let condition = Restriction::equals(PR_INSTANCE_KEY, key.to_vec());
    tables[0].find(&condition, BOOKMARK_BEGINNING, 0).unwrap();
    assert_eq!(tables[0].position().unwrap().row, 1);
    let receive = session.store().receive_folder_table().unwrap();
    let rows = receive.rows(&[PR_RECORD_KEY]).unwrap();
    let key = rows[0].binary(PR_RECORD_KEY).unwrap().to_vec();
    receive
        .restrict(Some(&Restriction::equals(PR_RECORD_KEY, &key)))
        .unwrap();
    assert!(receive.row_count().unwrap() > 0);
}

#[test]
fn rows_are_grouped_only_where_that_is_claimed() {
    for (provider, grouped) in [(ungrouped(), false), (archive(), true)] {
        let (_bench, session) = reopened(provider);
        let folder = old_folder(&session);
        let order = SortOrder {
            categories: 1,
            ..SortOrder::ascending(&[PR_DISPLAY_TO])
        };
        let came = folder.contents().unwrap().sort(&order);
        assert_eq!(came.is_ok(), grouped);
        if !grouped {
            assert_eq!(refused(came), MAPI_E_TOO_COMPLEX);
        }
        // Folders have a hierarchy of their own.
        let came = session.subtree().unwrap().hierarchy().unwrap().sort(&order);
        assert_eq!(refused(came), MAPI_E_TOO_COMPLEX);
    }
}

#[test]
fn nobody_is_told_anything_by_a_store_that_claims_no_notifications() {
    let (bench, session) = reopened(plain());
    let folder = old_folder(&session);
    let id = folder.entry_id().unwrap();
    for object in [None, Some(id.as_slice())] {
        let advised = session
            .store()
            .advise(object, fnevObjectModified, &Recorder::new());
        assert_eq!(refused(advised), MAPI_E_NO_SUPPORT);
    }
    assert_eq!(bench.host.subscriptions(), 0);
    bench.host.clear_calls();
    let table = folder.contents().unwrap();
    assert_eq!(table.row_count().unwrap(), 1);
    folder.add_message(&[Prop::new(PR_SUBJECT, "new")]).unwrap();
    assert!(bench.host.calls_of(Method::Notify).is_empty());
    assert_eq!(
        table.row_count().unwrap(),
        2,
        "tables are up to date all the same"
    );
}

#[test]
fn bodies_and_attachments_that_are_not_claimed_are_not_taken() {
    let (_bench, session) = reopened(plain());
    let folder = old_folder(&session);
    let message = folder.create_message().unwrap();
    let problems = message
        .set(&[
            Prop::new(PR_SUBJECT, "new"),
            Prop::new(PR_HTML, Value::Binary(b"<p>new</p>".to_vec())),
        ])
        .unwrap();
    assert_eq!(problems.len(), 1);
    assert_eq!(
        (problems[0].index, problems[0].code),
        (1, MAPI_E_NO_SUPPORT)
    );
    let written = message.write_stream(PR_HTML, b"<p>new</p>");
    assert_eq!(refused(written), MAPI_E_NO_SUPPORT);
    assert_eq!(refused(message.create_attachment()), MAPI_E_NO_SUPPORT);
    message.save(KEEP_OPEN_READWRITE).unwrap();
    assert_eq!(refused(message.value(PR_HTML)), MAPI_E_NOT_FOUND);
    // What the store holds all the same can be read, copied and taken away.
    let made = session.subtree().unwrap().create_folder("Made").unwrap();
    let id = old_message(&session);
    assert_eq!(folder.copy_messages(&[&id], &made, 0).unwrap(), S_OK);
    let copy = session.find_message(&made, "old").unwrap().unwrap();
    let copy = session.open_message(&copy).unwrap();
    assert_eq!(copy.attachments().unwrap().len(), 1);
    assert_eq!(copy.open_attachment(0).unwrap().bytes().unwrap(), b"bytes");
    copy.delete_attachment(0).unwrap();
    copy.save(0).unwrap();
}
