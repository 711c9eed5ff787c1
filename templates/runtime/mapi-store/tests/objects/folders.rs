//! Folders: opening, creating, copying, moving, deleting, marking; receive folders.

use std::time::Duration;

use mapi_abi::*;
use mapi_host::*;
use windows_core::Interface;

use crate::support::*;

/// A folder with messages of these subjects, and their entry ids.
fn folder_with(session: &Session, name: &str, subjects: &[&str]) -> (Folder, Vec<Vec<u8>>) {
    let folder = session.subtree().unwrap().create_folder(name).unwrap();
    let ids = subjects
        .iter()
        .map(|subject| {
            folder
                .add_message(&[Prop::new(PR_SUBJECT, *subject)])
                .unwrap()
                .entry_id()
                .unwrap()
        })
        .collect();
    (folder, ids)
}

fn refs(ids: &[Vec<u8>]) -> Vec<&[u8]> {
    ids.iter().map(Vec::as_slice).collect()
}

#[test]
fn no_entry_id_opens_the_root_folder() {
    let bench = Bench::new();
    let session = bench.logon();
    let root = session.root().unwrap().entry_id().unwrap();
    let (object, kind) = session.store().open_entry(&[], None, 0).unwrap();
    assert_eq!(kind, MAPI_FOLDER);
    drop(object);
    let logon = session.logon().unwrap();
    let (mut kind, mut object) = (0, std::ptr::null_mut());
    // SAFETY: NULL means the root folder, the rest are locals; the reference is ours to release.
    unsafe {
        let iid = &IMAPIProp::IID;
        assert_eq!(
            logon.OpenEntry(0, std::ptr::null(), iid, 0, &mut kind, &mut object),
            S_OK
        );
        drop(windows_core::IUnknown::from_raw(object));
        let (mut same, id, size) = (7, root.as_ptr().cast(), root.len() as u32);
        assert_eq!(
            logon.CompareEntryIDs(size, id, size, id, 0, &mut same),
            S_OK
        );
        assert_eq!(same, 1);
    }
    assert_eq!(kind, MAPI_FOLDER);
    drop(logon);
    session.logoff().unwrap();
    bench.host.assert_clean();
}

#[test]
fn entry_ids_that_name_nothing_are_told_apart() {
    let bench = Bench::new();
    let session = bench.logon();
    let store = session.store();
    let mut gone = session.root().unwrap().entry_id().unwrap();
    *gone.last_mut().unwrap() ^= 0xFF;
    assert_eq!(refused(store.open_entry(&gone, None, 0)), MAPI_E_NOT_FOUND);
    assert_eq!(
        refused(store.open_entry(&[3; 40], None, 0)),
        MAPI_E_UNKNOWN_ENTRYID
    );
    assert_eq!(
        refused(store.open_entry(&[3; 5], None, 0)),
        MAPI_E_INVALID_ENTRYID
    );
    assert_eq!(
        refused(store.compare(&gone, &[3; 40])),
        MAPI_E_UNKNOWN_ENTRYID
    );
    let wrapped = store.entry_id().unwrap();
    assert!(
        store
            .compare(&wrapped, unwrap_store_entry_id(&wrapped).unwrap())
            .unwrap()
    );
    let root = session.root().unwrap().entry_id().unwrap();
    assert_eq!(
        refused(store.open_entry(&root, Some(IMessage::IID), 0)),
        MAPI_E_INTERFACE_NOT_SUPPORTED
    );
}

#[test]
fn a_folder_opened_to_read_refuses_new_properties() {
    let bench = Bench::new();
    let session = bench.logon();
    let id = session.subtree().unwrap().entry_id().unwrap();
    let (object, _) = session.store().open_entry(&id, None, 0).unwrap();
    let folder: IMAPIProp = object.cast().unwrap();
    let mut value = SPropValue {
        ulPropTag: PR_FOLDER_TYPE,
        ..SPropValue::ZERO
    };
    value.Value.l = 1;
    // SAFETY: the value is a local.
    assert_eq!(
        unsafe { folder.SetProps(1, &value, std::ptr::null_mut()) },
        MAPI_E_NO_ACCESS
    );
}

#[test]
fn names_clash_unless_an_existing_folder_will_do() {
    let bench = Bench::new();
    let session = bench.logon();
    let subtree = session.subtree().unwrap();
    let made = subtree
        .create_folder_with(FOLDER_GENERIC, "Reports", Some("yearly"), 0)
        .unwrap();
    assert_eq!(made.text(PR_COMMENT).unwrap(), "yearly");
    assert_eq!(refused(subtree.create_folder("reports")), MAPI_E_COLLISION);
    let flags = OPEN_IF_EXISTS | MAPI_UNICODE;
    let again = subtree
        .create_folder_with(FOLDER_GENERIC, "Reports", None, flags)
        .unwrap();
    assert_eq!(again.entry_id().unwrap(), made.entry_id().unwrap());
    for (kind, name, expected) in [
        (FOLDER_ROOT, "Root", MAPI_E_INVALID_PARAMETER),
        (9, "Nine", MAPI_E_INVALID_PARAMETER),
        (FOLDER_GENERIC, "", MAPI_E_INVALID_PARAMETER),
    ] {
        assert_eq!(
            refused(subtree.create_folder_with(kind, name, None, MAPI_UNICODE)),
            expected,
            "{name}"
        );
    }
    let problems = made
        .set(&[
            Prop::new(PR_DISPLAY_NAME, "Inbox"),
            Prop::new(PR_COMMENT, "new"),
        ])
        .unwrap();
    assert_eq!(problems.len(), 1);
    assert_eq!((problems[0].index, problems[0].code), (0, MAPI_E_COLLISION));
    assert_eq!(made.text(PR_COMMENT).unwrap(), "new");
    assert_eq!(
        subtree.set_search_criteria(None, None, STOP_SEARCH),
        MAPI_E_NO_SUPPORT
    );
    assert_eq!(refused(subtree.search_state()), MAPI_E_NO_SUPPORT);
    session.logoff().unwrap();
    bench.host.assert_clean();
}

#[test]
fn a_folder_that_is_not_empty_is_deleted_only_with_its_contents() {
    let bench = Bench::new();
    let session = bench.logon();
    let subtree = session.subtree().unwrap();
    let (folder, _) = folder_with(&session, "Full", &["one"]);
    let id = folder.entry_id().unwrap();
    assert_eq!(refused(subtree.delete_folder(&id, 0)), MAPI_E_HAS_MESSAGES);
    folder.create_folder("Inner").unwrap();
    assert_eq!(
        refused(subtree.delete_folder(&id, DEL_MESSAGES)),
        MAPI_E_HAS_FOLDERS
    );
    assert_eq!(folder.long(PR_CONTENT_COUNT).unwrap(), 1);
    assert_eq!(
        refused(session.root().unwrap().delete_folder(&id, DEL_MESSAGES)),
        MAPI_E_NOT_FOUND
    );
    let inbox = session.inbox().unwrap().entry_id().unwrap();
    assert_eq!(
        refused(subtree.delete_folder(&inbox, DEL_MESSAGES)),
        MAPI_E_NO_ACCESS
    );
    assert_eq!(
        subtree
            .delete_folder(&id, DEL_MESSAGES | DEL_FOLDERS)
            .unwrap(),
        S_OK
    );
    assert_eq!(
        refused(folder.get(&[PR_DISPLAY_NAME])),
        MAPI_E_OBJECT_DELETED
    );
    assert_eq!(refused(folder.create_message()), MAPI_E_OBJECT_DELETED);
}

#[test]
fn one_bad_entry_does_not_keep_the_others_from_being_done() {
    let bench = Bench::new();
    let session = bench.logon();
    let (folder, ids) = folder_with(&session, "Work", &["one", "two", "three"]);
    let target = session.subtree().unwrap().create_folder("Target").unwrap();
    let mut gone = ids[0].clone();
    *gone.last_mut().unwrap() ^= 0xFF;
    let list: Vec<&[u8]> = vec![&ids[0], &gone, &[1; 40], &ids[1]];
    assert_eq!(
        folder.copy_messages(&list, &target, 0).unwrap(),
        MAPI_W_PARTIAL_COMPLETION
    );
    assert_eq!(session.subjects(&target).unwrap(), ["one", "two"]);
    assert_eq!(
        folder.set_read_flags(Some(&list), 0).unwrap(),
        MAPI_W_PARTIAL_COMPLETION
    );
    assert_eq!(folder.long(PR_CONTENT_UNREAD).unwrap(), 1);
    assert_eq!(
        folder.delete_messages(&list, 0).unwrap(),
        MAPI_W_PARTIAL_COMPLETION
    );
    assert_eq!(session.subjects(&folder).unwrap(), ["three"]);
    session.logoff().unwrap();
    bench.host.assert_clean();
}

#[test]
fn a_move_keeps_the_identity_and_a_copy_keeps_the_search_key() {
    let bench = Bench::new();
    let session = bench.logon();
    let (folder, ids) = folder_with(&session, "Work", &["one"]);
    let target = session.subtree().unwrap().create_folder("Target").unwrap();
    let key = session
        .open_message(&ids[0])
        .unwrap()
        .binary(PR_SEARCH_KEY)
        .unwrap();
    assert_eq!(folder.copy_messages(&refs(&ids), &target, 0).unwrap(), S_OK);
    let copy = session.find_message(&target, "one").unwrap().unwrap();
    assert_ne!(copy, ids[0]);
    assert_eq!(
        session
            .open_message(&copy)
            .unwrap()
            .binary(PR_SEARCH_KEY)
            .unwrap(),
        key
    );
    assert_eq!(
        folder
            .copy_messages(&refs(&ids), &target, MESSAGE_MOVE)
            .unwrap(),
        S_OK
    );
    let moved = session.open_message(&ids[0]).unwrap();
    assert_eq!(
        moved.binary(PR_PARENT_ENTRYID).unwrap(),
        target.entry_id().unwrap()
    );
    // It is not in the first folder any more.
    assert_eq!(
        folder.delete_messages(&refs(&ids), 0).unwrap(),
        MAPI_W_PARTIAL_COMPLETION
    );
    assert!(bench.host.calls_of(Method::CopyMessages).is_empty());
}

#[test]
fn folders_are_copied_and_moved_with_their_contents() {
    let bench = Bench::new();
    let session = bench.logon();
    let subtree = session.subtree().unwrap();
    let (folder, _) = folder_with(&session, "Source", &["one", "two"]);
    folder.create_folder("Inner").unwrap();
    let target = subtree.create_folder("Target").unwrap();
    let id = folder.entry_id().unwrap();
    assert_eq!(
        subtree
            .copy_folder(&id, &target, Some("Copy"), COPY_SUBFOLDERS)
            .unwrap(),
        S_OK
    );
    let copy = target.child("Copy").unwrap().unwrap();
    assert_eq!(session.subjects(&copy).unwrap(), ["one", "two"]);
    assert_eq!(copy.child_names().unwrap(), ["Inner"]);
    assert_eq!(
        subtree.copy_folder(&id, &target, Some("Flat"), 0).unwrap(),
        S_OK
    );
    assert!(
        target
            .child("Flat")
            .unwrap()
            .unwrap()
            .child_names()
            .unwrap()
            .is_empty()
    );
    assert_eq!(
        refused(subtree.copy_folder(&id, &target, Some("Copy"), 0)),
        MAPI_E_COLLISION
    );
    let inner = folder.child("Inner").unwrap().unwrap();
    assert_eq!(
        refused(subtree.copy_folder(&id, &inner, None, FOLDER_MOVE)),
        MAPI_E_FOLDER_CYCLE
    );
    assert_eq!(
        subtree
            .copy_folder(&id, &target, None, FOLDER_MOVE)
            .unwrap(),
        S_OK
    );
    assert_eq!(
        target.child("Source").unwrap().unwrap().entry_id().unwrap(),
        id
    );
    assert!(bench.host.calls_of(Method::CopyFolder).is_empty());
}

#[test]
fn progress_is_shown_when_it_is_asked_for() {
    let bench = Bench::new();
    let session = bench.logon();
    let subjects: Vec<String> = (0..250)
        .map(|number| format!("message {number:03}"))
        .collect();
    let subjects: Vec<&str> = subjects.iter().map(String::as_str).collect();
    let (folder, ids) = folder_with(&session, "Many", &subjects);
    let target = session.subtree().unwrap().create_folder("Target").unwrap();
    let recorder = ProgressRecorder::new();
    let _ = folder
        .copy_messages_with(&refs(&ids), &target, 0, Some(&recorder))
        .unwrap();
    assert!(recorder.reports().is_empty(), "nobody asked for it");
    let _ = folder
        .copy_messages_with(&refs(&ids), &target, MESSAGE_DIALOG, Some(&recorder))
        .unwrap();
    assert!(recorder.reports().len() >= 3);
    assert_eq!(recorder.references(), 1, "its own");
    assert!(
        recorder
            .threads()
            .iter()
            .all(|thread| *thread == std::thread::current().id())
    );
    let cancelled = ProgressRecorder::cancelling_after(1);
    let empty = session
        .subtree()
        .unwrap()
        .create_folder("Cancelled")
        .unwrap();
    let code = folder.copy_messages_with(&refs(&ids), &empty, MESSAGE_DIALOG, Some(&cancelled));
    assert_eq!(refused(code), MAPI_E_USER_CANCEL);
    assert!(empty.long(PR_CONTENT_COUNT).unwrap() < 250);
    session.logoff().unwrap();
    bench.host.assert_clean();
}

#[test]
fn read_flags_and_status_follow_the_rules() {
    let bench = Bench::new();
    let session = bench.logon();
    let (folder, ids) = folder_with(&session, "Work", &["one", "two"]);
    assert_eq!(folder.long(PR_CONTENT_UNREAD).unwrap(), 2);
    assert_eq!(folder.set_read_flags(None, SUPPRESS_RECEIPT).unwrap(), S_OK);
    assert_eq!(folder.long(PR_CONTENT_UNREAD).unwrap(), 0);
    assert_eq!(
        folder
            .set_read_flags(Some(&refs(&ids[..1])), CLEAR_READ_FLAG)
            .unwrap(),
        S_OK
    );
    assert_eq!(folder.long(PR_CONTENT_UNREAD).unwrap(), 1);
    for flags in [
        SUPPRESS_RECEIPT | CLEAR_READ_FLAG,
        CLEAR_READ_FLAG | GENERATE_RECEIPT_ONLY,
    ] {
        assert_eq!(
            refused(folder.set_read_flags(None, flags)),
            MAPI_E_INVALID_PARAMETER
        );
    }
    assert_eq!(folder.message_status(&ids[0]).unwrap(), 0);
    let bits = MSGSTATUS_TAGGED | MSGSTATUS_HIDDEN;
    assert_eq!(
        folder
            .set_message_status(&ids[0], bits, MSGSTATUS_TAGGED)
            .unwrap(),
        0
    );
    assert_eq!(
        folder
            .set_message_status(&ids[0], 0, MSGSTATUS_HIDDEN)
            .unwrap(),
        MSGSTATUS_TAGGED
    );
    assert_eq!(folder.message_status(&ids[0]).unwrap(), MSGSTATUS_TAGGED);
    assert_eq!(
        refused(session.inbox().unwrap().message_status(&ids[0])),
        MAPI_E_NOT_FOUND
    );
}

#[test]
fn emptying_spares_associated_messages_unless_told_otherwise() {
    let bench = Bench::new();
    let session = bench.logon();
    let (folder, _) = folder_with(&session, "Work", &["one", "two"]);
    folder.create_folder("Inner").unwrap();
    let view = folder.create_message_with(MAPI_ASSOCIATED).unwrap();
    view.put(PR_SUBJECT, "view").unwrap();
    view.save(0).unwrap();
    assert_eq!(folder.empty(0).unwrap(), S_OK);
    assert_eq!(folder.long(PR_CONTENT_COUNT).unwrap(), 0);
    assert_eq!(folder.long(PR_ASSOC_CONTENT_COUNT).unwrap(), 1);
    assert!(!folder.boolean(PR_SUBFOLDERS).unwrap());
    assert_eq!(folder.empty(DEL_ASSOCIATED).unwrap(), S_OK);
    assert_eq!(folder.long(PR_ASSOC_CONTENT_COUNT).unwrap(), 0);
}

#[test]
fn receive_folders_are_found_by_whole_segments_of_the_class() {
    let bench = Bench::new();
    let session = bench.logon();
    let store = session.store();
    let (folder, _) = folder_with(&session, "Notes", &[]);
    let id = folder.entry_id().unwrap();
    let inbox = store.receive_folder("").unwrap();
    assert_eq!(inbox.explicit_class, "");
    store
        .set_receive_folder(Some("IPM.Note"), Some(&id))
        .unwrap();
    for (class, expected, explicit) in [
        ("IPM.Note", &id, "IPM.Note"),
        ("IPM.Note.Contoso", &id, "IPM.Note"),
        ("IPM.Notes", &inbox.entry_id, ""),
        ("REPORT.IPM.Note.NDR", &inbox.entry_id, ""),
    ] {
        for flags in [0, MAPI_UNICODE] {
            let found = store.receive_folder_with(Some(class), flags).unwrap();
            assert_eq!(
                (&found.entry_id, found.explicit_class.as_str()),
                (expected, explicit),
                "{class}"
            );
        }
    }
    let rows = store
        .receive_folder_table()
        .unwrap()
        .rows(&[PR_MESSAGE_CLASS, PR_ENTRYID])
        .unwrap();
    assert!(
        rows.iter()
            .any(|row| row.text(PR_MESSAGE_CLASS) == Some("IPM.Note"))
    );
    store.set_receive_folder(Some("IPM.Note"), None).unwrap();
    store.set_receive_folder(Some("IPM.Nothing"), None).unwrap();
    assert_eq!(
        store.receive_folder("IPM.Note").unwrap().entry_id,
        inbox.entry_id
    );
    let message = session
        .inbox()
        .unwrap()
        .add_message(&[])
        .unwrap()
        .entry_id()
        .unwrap();
    assert_eq!(
        refused(store.set_receive_folder(Some("IPM"), Some(&message))),
        MAPI_E_INVALID_ENTRYID
    );
    session.logoff().unwrap();
    bench.host.assert_clean();
}

#[test]
fn what_belongs_to_the_spooler_is_refused() {
    let bench = Bench::new();
    let session = bench.logon();
    let store = session.store();
    let id = session
        .inbox()
        .unwrap()
        .add_message(&[])
        .unwrap()
        .entry_id()
        .unwrap();
    assert_eq!(refused(store.outgoing_queue()), MAPI_E_NO_SUPPORT);
    assert_eq!(refused(store.abort_submit(&id)), MAPI_E_NO_SUPPORT);
    // SAFETY: NULL must be coped with.
    unsafe {
        let raw = store.raw_store();
        assert_eq!(
            raw.SetLockState(std::ptr::null_mut(), MSG_LOCKED),
            MAPI_E_NO_SUPPORT
        );
        assert_eq!(raw.FinishedMsg(0, 0, std::ptr::null()), MAPI_E_NO_SUPPORT);
        assert_eq!(raw.NotifyNewMail(std::ptr::null()), MAPI_E_NO_SUPPORT);
    }
}

#[test]
fn null_pointers_are_refused_everywhere() {
    let bench = Bench::new();
    let session = bench.logon();
    let folder = session.subtree().unwrap();
    let (raw, store) = (folder.raw_folder(), session.store().raw_store());
    let null = std::ptr::null_mut();
    // SAFETY: that is what is tested.
    unsafe {
        let codes = [
            raw.GetProps(
                std::ptr::null(),
                0,
                std::ptr::null_mut(),
                std::ptr::null_mut(),
            ),
            raw.GetPropList(0, std::ptr::null_mut()),
            raw.OpenProperty(PR_COMMENT, std::ptr::null(), 0, 0, std::ptr::null_mut()),
            raw.SetProps(3, std::ptr::null(), std::ptr::null_mut()),
            raw.DeleteProps(std::ptr::null(), std::ptr::null_mut()),
            raw.CopyTo(
                0,
                std::ptr::null(),
                std::ptr::null(),
                0,
                null,
                std::ptr::null(),
                null,
                0,
                std::ptr::null_mut(),
            ),
            raw.CopyProps(
                std::ptr::null(),
                0,
                null,
                std::ptr::null(),
                null,
                0,
                std::ptr::null_mut(),
            ),
            raw.GetNamesFromIDs(
                std::ptr::null_mut(),
                std::ptr::null(),
                0,
                std::ptr::null_mut(),
                std::ptr::null_mut(),
            ),
            raw.GetIDsFromNames(1, std::ptr::null(), 0, std::ptr::null_mut()),
            raw.GetLastError(S_OK, 0, std::ptr::null_mut()),
            raw.GetContentsTable(0, std::ptr::null_mut()),
            raw.GetHierarchyTable(0, std::ptr::null_mut()),
            IMAPIContainer::OpenEntry(
                raw,
                0,
                std::ptr::null(),
                std::ptr::null(),
                0,
                std::ptr::null_mut(),
                std::ptr::null_mut(),
            ),
            raw.CreateMessage(std::ptr::null(), 0, std::ptr::null_mut()),
            raw.CopyMessages(std::ptr::null(), std::ptr::null(), null, 0, null, 0),
            raw.DeleteMessages(std::ptr::null(), 0, null, 0),
            raw.CreateFolder(
                FOLDER_GENERIC,
                std::ptr::null(),
                std::ptr::null(),
                std::ptr::null(),
                0,
                std::ptr::null_mut(),
            ),
            raw.CopyFolder(
                0,
                std::ptr::null(),
                std::ptr::null(),
                null,
                std::ptr::null(),
                0,
                null,
                0,
            ),
            raw.DeleteFolder(0, std::ptr::null(), 0, null, 0),
            raw.GetMessageStatus(0, std::ptr::null(), 0, std::ptr::null_mut()),
            store.CompareEntryIDs(
                0,
                std::ptr::null(),
                0,
                std::ptr::null(),
                0,
                std::ptr::null_mut(),
            ),
            store.GetReceiveFolder(
                std::ptr::null(),
                0,
                std::ptr::null_mut(),
                std::ptr::null_mut(),
                std::ptr::null_mut(),
            ),
            store.GetReceiveFolderTable(0, std::ptr::null_mut()),
            store.StoreLogoff(std::ptr::null_mut()),
            store.Advise(
                0,
                std::ptr::null(),
                fnevObjectCreated,
                null,
                std::ptr::null_mut(),
            ),
        ];
        for (index, code) in codes.into_iter().enumerate() {
            assert_eq!(code, MAPI_E_INVALID_PARAMETER, "call {index}");
        }
    }
    session.logoff().unwrap();
    bench.host.assert_clean();
}

#[test]
fn a_new_folder_is_announced_and_a_sink_can_leave() {
    let bench = Bench::new();
    let session = bench.logon();
    let recorder = Recorder::new();
    let connection = session
        .store()
        .advise(None, fnevObjectCreated, &recorder)
        .unwrap();
    session
        .subtree()
        .unwrap()
        .create_folder("Announced")
        .unwrap();
    assert!(bench.host.settle(Duration::from_secs(10)));
    assert_eq!(recorder.events().len(), 1);
    session.store().unadvise(connection).unwrap();
    session.subtree().unwrap().create_folder("Silent").unwrap();
    assert!(bench.host.settle(Duration::from_secs(10)));
    assert_eq!(recorder.events().len(), 1);
    session.logoff().unwrap();
    bench.host.assert_clean();
}

#[test]
fn eight_threads_work_on_one_folder() {
    let bench = Bench::new();
    let session = bench.logon();
    let folder = session.subtree().unwrap().create_folder("Shared").unwrap();
    std::thread::scope(|scope| {
        for thread in 0..8 {
            let folder = folder.clone();
            scope.spawn(move || {
                for number in 0..10 {
                    let name = format!("{thread}-{number}");
                    folder.create_folder(&name).unwrap();
                    folder
                        .add_message(&[Prop::new(PR_SUBJECT, name.as_str())])
                        .unwrap();
                    folder.put(PR_COMMENT, name.as_str()).unwrap();
                    folder.get_all().unwrap();
                }
            });
        }
    });
    assert_eq!(folder.long(PR_CONTENT_COUNT).unwrap(), 80);
    assert_eq!(folder.child_names().unwrap().len(), 80);
    drop(folder);
    session.logoff().unwrap();
    bench.host.assert_clean();
}
