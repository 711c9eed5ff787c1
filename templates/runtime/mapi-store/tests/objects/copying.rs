//! Copying and moving: inside a store, between two stores, and to objects of another provider.

use mapi_abi::*;
use mapi_host::*;
use windows_core::{GUID, Interface};

use crate::support::*;

const EXTRA: u32 = 0x6F90_001F;
const PUBLIC_STRINGS: [u8; 16] = [
    0x29, 0x03, 0x02, 0, 0, 0, 0, 0, 0xC0, 0, 0, 0, 0, 0, 0, 0x46,
];

fn name(text: &str) -> Name {
    Name::string(GUID::from_u128(u128::from_be_bytes(PUBLIC_STRINGS)), text)
}

fn refs(ids: &[Vec<u8>]) -> Vec<&[u8]> {
    ids.iter().map(Vec::as_slice).collect()
}

fn folder(session: &Session, name: &str) -> Folder {
    session.subtree().unwrap().create_folder(name).unwrap()
}

fn messages(folder: &Folder, count: usize) -> Vec<Vec<u8>> {
    (0..count)
        .map(|index| {
            let subject = Prop::new(PR_SUBJECT, format!("number {index}"));
            folder.add_message(&[subject]).unwrap().entry_id().unwrap()
        })
        .collect()
}

/// A saved message with something of everything.
fn rich(folder: &Folder, subject: &str) -> Message {
    let message = folder.create_message().unwrap();
    let named = message.named(&name("extra"), PT_UNICODE).unwrap();
    message
        .set(&[
            Prop::new(PR_SUBJECT, subject),
            Prop::new(EXTRA, "tagged"),
            Prop::new(named, "named"),
        ])
        .unwrap();
    message.write_stream(PR_HTML, &[7; 400_000]).unwrap();
    message
        .add_recipient(MAPI_TO, "Anna", "anna@contoso.example")
        .unwrap();
    message.attach("a.bin", &[3; 300_000]).unwrap();
    let (_, attachment) = message.create_attachment().unwrap();
    let inner = attachment.embedded(MAPI_CREATE | MAPI_MODIFY).unwrap();
    let named = inner.named(&name("inside"), PT_UNICODE).unwrap();
    inner
        .set(&[Prop::new(PR_SUBJECT, "inner"), Prop::new(named, "deep")])
        .unwrap();
    inner.attach("b.bin", &[4; 50_000]).unwrap();
    inner.save(0).unwrap();
    attachment.save(0).unwrap();
    message.save(KEEP_OPEN_READWRITE).unwrap();
    message
}

/// Checks that a stored message has all that [`rich`] has made.
#[track_caller]
fn assert_rich(message: &Message, subject: &str) {
    assert_eq!(message.subject().unwrap(), subject);
    assert_eq!(message.text(EXTRA).unwrap(), "tagged");
    let named = message.named(&name("extra"), PT_UNICODE).unwrap();
    assert_eq!(message.text(named).unwrap(), "named");
    assert_eq!(message.read_stream(PR_HTML).unwrap(), [7; 400_000]);
    assert_eq!(message.recipients().unwrap().len(), 1);
    let rows = message.attachments().unwrap();
    let numbers: Vec<u32> = rows
        .iter()
        .map(|row| row.bits(PR_ATTACH_NUM).unwrap())
        .collect();
    assert_eq!(numbers.len(), 2);
    let file = message.open_attachment(numbers[0]).unwrap();
    assert_eq!(file.bytes().unwrap(), [3; 300_000]);
    let inner = message.open_attachment(numbers[1]).unwrap();
    let inner = inner.embedded(0).unwrap();
    assert_eq!(inner.subject().unwrap(), "inner");
    let named = inner.named(&name("inside"), PT_UNICODE).unwrap();
    assert_eq!(inner.text(named).unwrap(), "deep");
    let number = inner.attachments().unwrap()[0].bits(PR_ATTACH_NUM).unwrap();
    let file = inner.open_attachment(number).unwrap();
    assert_eq!(file.bytes().unwrap(), [4; 50_000]);
}

/// The only message of a folder.
#[track_caller]
fn only(session: &Session, folder: &Folder) -> Message {
    let rows = folder.contents().unwrap().rows(&[PR_ENTRYID]).unwrap();
    assert_eq!(rows.len(), 1);
    let id = rows[0].binary(PR_ENTRYID).unwrap().to_vec();
    session.open_message(&id).unwrap()
}

/// Two stores of one provider, whose named properties have other ids.
fn two_stores() -> (Bench, Bench, Session, Session) {
    let here = Bench::new();
    let there = here.beside();
    let (from, to) = (here.logon(), there.logon());
    for padding in ["one", "two", "three"] {
        to.store().named(&name(padding), PT_UNICODE).unwrap();
    }
    (here, there, from, to)
}

#[test]
fn messages_are_copied_and_moved_between_two_stores_without_mapi() {
    let (here, there, from, to) = two_stores();
    let (source, target) = (folder(&from, "Source"), folder(&to, "Target"));
    let id = rich(&source, "rich").entry_id().unwrap();
    let key = from
        .open_message(&id)
        .unwrap()
        .binary(PR_SEARCH_KEY)
        .unwrap();
    assert_eq!(source.copy_messages(&[&id], &target, 0).unwrap(), S_OK);
    let copy = only(&to, &target);
    assert_rich(&copy, "rich");
    assert_eq!(copy.binary(PR_SEARCH_KEY).unwrap(), key);
    assert_ne!(
        copy.named(&name("extra"), PT_UNICODE).unwrap(),
        source.named(&name("extra"), PT_UNICODE).unwrap()
    );
    let moved = folder(&to, "Moved");
    assert_eq!(
        source
            .copy_messages(&[&id], &moved, MESSAGE_MOVE | MAPI_DECLINE_OK)
            .unwrap(),
        S_OK
    );
    assert_rich(&only(&to, &moved), "rich");
    assert!(from.subjects(&source).unwrap().is_empty());
    assert!(here.host.calls_of(Method::CopyMessages).is_empty());
    drop(copy);
    drop((source, target, moved));
    from.logoff().unwrap();
    to.logoff().unwrap();
    here.host.assert_clean();
    there.host.assert_clean();
}

#[test]
fn a_message_is_copied_to_an_open_one_in_another_store_and_outlives_the_original() {
    let (here, _there, from, to) = two_stores();
    let (source, target) = (folder(&from, "Source"), folder(&to, "Target"));
    let original = rich(&source, "rich");
    let copy = target.create_message().unwrap();
    assert_eq!(original.copy_to(&copy, &[], 0).unwrap(), []);
    let id = original.entry_id().unwrap();
    drop(original);
    assert_eq!(source.delete_messages(&[&id], 0).unwrap(), S_OK);
    copy.save(0).unwrap();
    assert_rich(&only(&to, &target), "rich");
    assert!(here.host.calls_of(Method::DoCopyTo).is_empty());
}

#[test]
fn a_move_of_properties_takes_them_off_the_source_once_that_is_saved() {
    let bench = Bench::new();
    let session = bench.logon();
    let (source, target) = (folder(&session, "Source"), folder(&session, "Target"));
    let original = rich(&source, "rich");
    let copy = target.create_message().unwrap();
    copy.put(PR_SUBJECT, "kept").unwrap();
    let flags = MAPI_MOVE | MAPI_NOREPLACE;
    assert_eq!(original.copy_to(&copy, &[EXTRA], flags).unwrap(), []);
    copy.save(KEEP_OPEN_READWRITE).unwrap();
    assert_eq!(copy.subject().unwrap(), "kept");
    assert_eq!(refused(copy.text(EXTRA)), MAPI_E_NOT_FOUND);
    assert_eq!(copy.read_stream(PR_HTML).unwrap(), [7; 400_000]);
    assert_eq!(copy.attachments().unwrap().len(), 2);
    // Nothing is lost before both are saved.
    let id = original.entry_id().unwrap();
    assert_rich(&session.open_message(&id).unwrap(), "rich");
    original.save(KEEP_OPEN_READWRITE).unwrap();
    let left = session.open_message(&id).unwrap();
    assert_eq!(left.subject().unwrap(), "rich");
    assert_eq!(left.text(EXTRA).unwrap(), "tagged");
    assert_eq!(refused(left.read_stream(PR_HTML)), MAPI_E_NOT_FOUND);
    assert!(left.recipients().unwrap().is_empty());
    assert!(left.attachments().unwrap().is_empty());
    assert!(bench.host.calls_of(Method::DoCopyTo).is_empty());
}

#[test]
fn interfaces_that_are_left_out_leave_out_what_is_behind_them() {
    let bench = Bench::new();
    let session = bench.logon();
    let (source, target) = (folder(&session, "Source"), folder(&session, "Target"));
    let original = rich(&source, "rich");
    let copy_without = |iids: &[GUID]| {
        let copy = target.create_message().unwrap();
        // SAFETY: all arguments live until the call returns.
        let code = unsafe {
            original.raw().CopyTo(
                iids.len() as u32,
                iids.as_ptr(),
                std::ptr::null(),
                0,
                std::ptr::null_mut(),
                &IMessage::IID,
                copy.raw().as_raw(),
                0,
                std::ptr::null_mut(),
            )
        };
        (code, copy)
    };
    let parts = |copy: &Message| {
        (
            copy.recipients().unwrap().len(),
            copy.attachments().unwrap().len(),
        )
    };
    let (code, copy) = copy_without(&[IMessage::IID]);
    assert_eq!((code, parts(&copy)), (S_OK, (0, 0)));
    assert_eq!(copy.subject().unwrap(), "rich");
    let (code, copy) = copy_without(&[IAttach::IID, IStream::IID]);
    assert_eq!((code, parts(&copy)), (S_OK, (1, 0)));
    let (code, _) = copy_without(&[IMAPIProp::IID]);
    assert_eq!(code, MAPI_E_INTERFACE_NOT_SUPPORTED);
    // The same for a folder.
    let other = folder(&session, "Other");
    source.create_folder("below").unwrap();
    // SAFETY: all arguments live until the call returns.
    let code = unsafe {
        source.raw().CopyTo(
            1,
            &IMAPIContainer::IID,
            std::ptr::null(),
            0,
            std::ptr::null_mut(),
            &IMAPIFolder::IID,
            other.raw().as_raw(),
            0,
            std::ptr::null_mut(),
        )
    };
    assert_eq!(code, S_OK);
    assert_eq!(other.long(PR_CONTENT_COUNT).unwrap(), 0);
    assert!(other.child_names().unwrap().is_empty());
}

#[test]
fn problems_name_the_property_and_its_place_in_the_list() {
    let bench = Bench::new();
    let session = bench.logon();
    let source = folder(&session, "Source");
    let original = rich(&source, "rich");
    let copy = source.create_message().unwrap();
    let tags = [PR_SUBJECT, PR_ENTRYID, PR_COMMENT, PR_MESSAGE_RECIPIENTS];
    let problems = original.copy_props(&copy, &tags, 0).unwrap();
    let expected = [
        (1, PR_ENTRYID, MAPI_E_COMPUTED),
        (2, PR_COMMENT, MAPI_E_NOT_FOUND),
    ];
    let came: Vec<_> = problems
        .iter()
        .map(|problem| (problem.index, problem.tag, problem.code))
        .collect();
    assert_eq!(came, expected);
    assert_eq!(copy.recipients().unwrap().len(), 1);
    let other = folder(&session, "Other");
    let problems = source.copy_props(&other, &[PR_RECORD_KEY, PR_DISPLAY_NAME], 0);
    let came: Vec<_> = problems
        .unwrap()
        .iter()
        .map(|problem| (problem.index, problem.tag, problem.code))
        .collect();
    assert_eq!(
        came,
        [
            (0, PR_RECORD_KEY, MAPI_E_COMPUTED),
            (1, PR_DISPLAY_NAME, MAPI_E_COLLISION)
        ]
    );
    assert!(bench.host.calls_of(Method::DoCopyProps).is_empty());
}

#[test]
fn a_folder_is_copied_to_a_folder_with_all_in_it() {
    let bench = Bench::new();
    let beside = bench.beside();
    let (session, elsewhere) = (bench.logon(), beside.logon());
    let source = folder(&session, "Source");
    source.put(PR_COMMENT, "copied").unwrap();
    rich(&source, "rich");
    let view = source.create_message_with(MAPI_ASSOCIATED).unwrap();
    view.put(PR_SUBJECT, "view").unwrap();
    view.save(0).unwrap();
    rich(&source.create_folder("Inner").unwrap(), "inner");
    for (session, target) in [
        (&session, folder(&session, "Target")),
        (&elsewhere, folder(&elsewhere, "Target")),
    ] {
        assert_eq!(
            source
                .copy_to(&target, &[PR_DISPLAY_NAME], MAPI_DECLINE_OK)
                .unwrap(),
            []
        );
        assert_eq!(target.name().unwrap(), "Target");
        assert_eq!(target.text(PR_COMMENT).unwrap(), "copied");
        assert_rich(&only(session, &target), "rich");
        assert_eq!(
            target
                .associated()
                .unwrap()
                .rows(&[PR_SUBJECT])
                .unwrap()
                .len(),
            1
        );
        let inner = target.child("Inner").unwrap().unwrap();
        assert_rich(&only(session, &inner), "inner");
        // The names are taken now.
        assert_eq!(
            refused(source.copy_to(&target, &[PR_DISPLAY_NAME], 0)),
            MAPI_E_COLLISION
        );
        assert_eq!(target.long(PR_CONTENT_COUNT).unwrap(), 1);
    }
    assert_eq!(source.long(PR_CONTENT_COUNT).unwrap(), 1);
    let inner = source.child("Inner").unwrap().unwrap();
    assert_eq!(refused(source.copy_to(&inner, &[], 0)), MAPI_E_FOLDER_CYCLE);
    let same = session.open_folder(&source.entry_id().unwrap()).unwrap();
    assert_eq!(refused(source.copy_to(&same, &[], 0)), MAPI_E_NO_ACCESS);
    assert!(bench.host.calls_of(Method::DoCopyTo).is_empty());
}

#[test]
fn a_folder_moved_into_another_store_leaves_what_could_not_go() {
    let (here, _there, from, to) = two_stores();
    let source = folder(&from, "Source");
    rich(&source, "rich");
    rich(&source.create_folder("Inner").unwrap(), "inner");
    let target = folder(&to, "Target");
    let id = source.entry_id().unwrap();
    let parent = from.subtree().unwrap();
    assert_eq!(
        parent
            .copy_folder(&id, &target, Some("Moved"), FOLDER_MOVE)
            .unwrap(),
        S_OK
    );
    let moved = target.child("Moved").unwrap().unwrap();
    assert_rich(&only(&to, &moved), "rich");
    assert_rich(&only(&to, &moved.child("Inner").unwrap().unwrap()), "inner");
    assert!(parent.child("Source").unwrap().is_none());
    assert!(here.host.calls_of(Method::CopyFolder).is_empty());
    // A folder that the store needs is refused before anything is done.
    let inbox = from.inbox().unwrap().entry_id().unwrap();
    assert_eq!(
        refused(parent.copy_folder(&inbox, &target, None, FOLDER_MOVE)),
        MAPI_E_NO_ACCESS
    );
    assert_eq!(target.child_names().unwrap(), ["Moved"]);
}

#[test]
fn a_store_that_is_open_twice_is_one_store() {
    let bench = Bench::new();
    let session = bench.logon();
    let other = Bench {
        provider: bench.provider,
        host: Host::with_profile(bench.host.profile().copy()),
        directory: TestDirectory::new(),
    };
    let again = other.logon();
    let source = folder(&session, "Source");
    let id = rich(&source, "rich").entry_id().unwrap();
    let target = folder(&session, "Target");
    let target_id = target.entry_id().unwrap();
    let target = again.open_folder(&target_id).unwrap();
    assert_eq!(
        source.copy_messages(&[&id], &target, MESSAGE_MOVE).unwrap(),
        S_OK
    );
    let moved = again.open_message(&id).unwrap();
    assert_eq!(moved.binary(PR_PARENT_ENTRYID).unwrap(), target_id);
    assert!(bench.host.calls_of(Method::CopyMessages).is_empty());
}

#[test]
fn copies_to_another_provider_go_through_mapi() {
    let (here, there, from, to) = two_stores();
    let disguise = Disguise::new();
    let source = folder(&from, "Source");
    let id = rich(&source, "rich").entry_id().unwrap();
    let view = source.create_message_with(MAPI_ASSOCIATED).unwrap();
    view.put(PR_SUBJECT, "view").unwrap();
    view.save(0).unwrap();
    rich(&source.create_folder("Inner").unwrap(), "inner");
    let plain = folder(&to, "Target");
    let target = disguise.folder(&plain);
    let declined = source.copy_messages(&[&id], &target, MAPI_DECLINE_OK);
    assert_eq!(refused(declined), MAPI_E_DECLINE_COPY);
    assert!(here.host.calls_of(Method::CopyMessages).is_empty());
    assert_eq!(source.copy_messages(&[&id], &target, 0).unwrap(), S_OK);
    assert_eq!(here.host.calls_of(Method::CopyMessages).len(), 1);
    assert_rich(&only(&to, &plain), "rich");
    let parent = from.subtree().unwrap();
    let folder_id = source.entry_id().unwrap();
    let declined = parent.copy_folder(&folder_id, &target, None, MAPI_DECLINE_OK);
    assert_eq!(refused(declined), MAPI_E_DECLINE_COPY);
    let flags = COPY_SUBFOLDERS;
    assert_eq!(
        parent
            .copy_folder(&folder_id, &target, Some("Copy"), flags)
            .unwrap(),
        S_OK
    );
    let copy = plain.child("Copy").unwrap().unwrap();
    assert_rich(&only(&to, &copy), "rich");
    assert_eq!(
        copy.associated()
            .unwrap()
            .rows(&[PR_SUBJECT])
            .unwrap()
            .len(),
        1
    );
    assert_rich(&only(&to, &copy.child("Inner").unwrap().unwrap()), "inner");
    assert_eq!(
        refused(parent.copy_folder(&folder_id, &target, Some("Copy"), flags)),
        MAPI_E_COLLISION
    );
    // Properties, from and to an object that only MAPI can reach.
    let other = folder(&to, "Other");
    assert_eq!(
        refused(source.copy_to(&disguise.folder(&other), &[], MAPI_DECLINE_OK)),
        MAPI_E_DECLINE_COPY
    );
    source.put(PR_COMMENT, "copied").unwrap();
    let excluded = [PR_DISPLAY_NAME];
    source
        .copy_to(&disguise.folder(&other), &excluded, 0)
        .unwrap();
    assert_eq!(other.text(PR_COMMENT).unwrap(), "copied");
    assert_rich(&only(&to, &other), "rich");
    assert_eq!(other.child_names().unwrap(), ["Inner"]);
    let message = other.create_message().unwrap();
    from.open_message(&id)
        .unwrap()
        .copy_to(&disguise.message(&message), &[], 0)
        .unwrap();
    message.save(KEEP_OPEN_READWRITE).unwrap();
    assert_rich(&message, "rich");
    assert_eq!(
        parent
            .copy_folder(&folder_id, &target, Some("Moved"), FOLDER_MOVE)
            .unwrap(),
        S_OK
    );
    assert!(parent.child("Source").unwrap().is_none());
    drop((view, source, parent, plain, target, copy, other, message));
    from.logoff().unwrap();
    to.logoff().unwrap();
    here.host.assert_clean();
    there.host.assert_clean();
}

#[test]
fn a_move_that_fails_loses_nothing() {
    let (_here, _there, from, to) = two_stores();
    let disguise = Disguise::new();
    let source = folder(&from, "Source");
    let ids = messages(&source, 3);
    let plain = folder(&to, "Target");
    disguise.fail_save(2);
    let code = source
        .copy_messages(&refs(&ids), &disguise.folder(&plain), MESSAGE_MOVE)
        .unwrap();
    assert_eq!(code, MAPI_W_PARTIAL_COMPLETION);
    assert_eq!(from.subjects(&source).unwrap(), ["number 1"]);
    assert_eq!(to.subjects(&plain).unwrap(), ["number 0", "number 2"]);
    // The same where the destination takes nothing at all, and for a folder.
    let other = folder(&to, "Other");
    let other_id = other.entry_id().unwrap();
    assert_eq!(
        to.subtree().unwrap().delete_folder(&other_id, 0).unwrap(),
        S_OK
    );
    assert!(
        source
            .copy_messages(&refs(&ids), &other, MESSAGE_MOVE)
            .is_err()
    );
    let id = source.entry_id().unwrap();
    let parent = from.subtree().unwrap();
    assert!(parent.copy_folder(&id, &other, None, FOLDER_MOVE).is_err());
    disguise.fail_save(1);
    let code = parent
        .copy_folder(&id, &disguise.folder(&plain), None, FOLDER_MOVE)
        .unwrap();
    assert_eq!(code, MAPI_W_PARTIAL_COMPLETION);
    assert_eq!(from.subjects(&source).unwrap(), ["number 1"]);
}

#[test]
fn a_copy_of_a_tree_shows_its_progress_and_can_be_cancelled() {
    let (_here, _there, from, to) = two_stores();
    let source = folder(&from, "Source");
    messages(&source, 120);
    messages(&source.create_folder("Inner").unwrap(), 5);
    let inside = folder(&from, "Inside");
    let across = folder(&to, "Across");
    let copy = |target: &Folder, name: &str, progress: &ProgressRecorder, flags: u32| {
        let (parent, id) = (from.subtree().unwrap(), source.entry_id().unwrap());
        let display = progress.object();
        let name: Vec<u16> = name.encode_utf16().chain([0]).collect();
        // SAFETY: all arguments live until the call returns.
        unsafe {
            parent.raw_folder().CopyFolder(
                id.len() as u32,
                id.as_ptr().cast(),
                &IMAPIFolder::IID,
                target.raw_folder().as_raw(),
                name.as_ptr().cast(),
                0,
                display.as_raw(),
                flags | COPY_SUBFOLDERS | MAPI_UNICODE,
            )
        }
    };
    for target in [&inside, &across] {
        let progress = ProgressRecorder::new();
        assert_eq!(copy(target, "silent", &progress, 0), S_OK);
        assert!(progress.reports().is_empty());
        assert_eq!(copy(target, "shown", &progress, FOLDER_DIALOG), S_OK);
        let reports = progress.reports();
        assert!(reports.is_sorted_by_key(|report| report.value));
        let last = reports.last().unwrap();
        assert_eq!((last.value, last.count, last.total), (1000, 127, 127));
        let shown = target.child("shown").unwrap().unwrap();
        assert_eq!(shown.long(PR_CONTENT_COUNT).unwrap(), 120);
        let progress = ProgressRecorder::cancelling_after(2);
        assert_eq!(
            copy(target, "cancelled", &progress, FOLDER_DIALOG),
            MAPI_E_USER_CANCEL
        );
        let cancelled = target.child("cancelled").unwrap().unwrap();
        assert_eq!(cancelled.long(PR_CONTENT_COUNT).unwrap(), 100);
    }
    assert_eq!(source.long(PR_CONTENT_COUNT).unwrap(), 120);
}

#[test]
fn the_status_object_is_not_copied() {
    let bench = Bench::new();
    let session = bench.logon();
    let (status, _, _) = session.status_object().unwrap();
    let target = folder(&session, "Target");
    assert_eq!(refused(status.copy_to(&target, &[], 0)), MAPI_E_NO_SUPPORT);
    let declined = status.copy_props(&target, &[PR_DISPLAY_NAME], MAPI_DECLINE_OK);
    assert_eq!(refused(declined), MAPI_E_NO_SUPPORT);
    assert!(bench.host.calls_of(Method::DoCopyTo).is_empty());
}

#[test]
fn the_store_object_is_copied_by_mapi() {
    let bench = Bench::new();
    let session = bench.logon();
    let target = folder(&session, "Target");
    session.store().put(PR_COMMENT, "of the store").unwrap();
    let tags = [PR_COMMENT];
    let declined = session.store().copy_props(&target, &tags, MAPI_DECLINE_OK);
    assert_eq!(refused(declined), MAPI_E_DECLINE_COPY);
    session.store().copy_props(&target, &tags, 0).unwrap();
    assert_eq!(bench.host.calls_of(Method::DoCopyProps).len(), 1);
    assert_eq!(target.text(PR_COMMENT).unwrap(), "of the store");
}

#[test]
fn a_big_deletion_shows_its_progress_and_can_be_cancelled() {
    let bench = Bench::new();
    let session = bench.logon();
    let parent = session.subtree().unwrap();
    let source = folder(&session, "Source");
    messages(&source, 250);
    let id = source.entry_id().unwrap();
    let progress = ProgressRecorder::cancelling_after(1);
    let code = source.empty_with(FOLDER_DIALOG, Some(&progress));
    assert_eq!(refused(code), MAPI_E_USER_CANCEL);
    assert_eq!(source.long(PR_CONTENT_COUNT).unwrap(), 150);
    let flags = DEL_MESSAGES | DEL_FOLDERS | FOLDER_DIALOG;
    let progress = ProgressRecorder::cancelling_after(1);
    let code = parent.delete_folder_with(&id, flags, Some(&progress));
    assert_eq!(refused(code), MAPI_E_USER_CANCEL);
    assert_eq!(source.long(PR_CONTENT_COUNT).unwrap(), 50);
    let progress = ProgressRecorder::new();
    assert_eq!(
        parent
            .delete_folder_with(&id, flags, Some(&progress))
            .unwrap(),
        S_OK
    );
    let last = *progress.reports().last().unwrap();
    assert_eq!((last.value, last.count, last.total), (1000, 51, 51));
    // What the store needs is refused whole.
    let inbox = session.inbox().unwrap();
    messages(&inbox, 1);
    let id = inbox.entry_id().unwrap();
    assert_eq!(refused(parent.delete_folder(&id, flags)), MAPI_E_NO_ACCESS);
    assert_eq!(inbox.long(PR_CONTENT_COUNT).unwrap(), 1);
}

#[test]
fn a_saved_sort_order_is_that_of_new_tables() {
    let rows = |folder: &Folder| -> Vec<String> {
        let rows = folder.contents().unwrap().rows(&[PR_SUBJECT]).unwrap();
        rows.iter()
            .map(|row| row.text(PR_SUBJECT).unwrap().to_owned())
            .collect()
    };
    let bench = Bench::new();
    let session = bench.logon();
    let source = folder(&session, "Source");
    let inner = source.create_folder("Inner").unwrap();
    for folder in [&source, &inner] {
        for subject in ["b", "c", "a"] {
            folder
                .add_message(&[Prop::new(PR_SUBJECT, subject)])
                .unwrap();
        }
    }
    let open = source.contents().unwrap();
    let order = SortOrder::ascending(&[PR_SUBJECT]);
    assert_eq!(source.save_contents_sort(&order), S_OK);
    assert_eq!(rows(&source), ["a", "b", "c"]);
    assert_eq!(rows(&inner), ["b", "c", "a"]);
    let first = &open.rows(&[PR_SUBJECT]).unwrap()[0];
    assert_eq!(first.text(PR_SUBJECT), Some("b"));
    drop((open, source, inner));
    session.logoff().unwrap();
    let session = bench.logon();
    let source = session.subtree().unwrap().child("Source").unwrap().unwrap();
    assert_eq!(rows(&source), ["a", "b", "c"]);
    assert_eq!(source.save_contents_sort(&SortOrder::ascending(&[])), S_OK);
    assert_eq!(rows(&source), ["b", "c", "a"]);
}
