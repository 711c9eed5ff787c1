//! Sending: what one process, profile or spooler leaves to the next.

use mapi_abi::*;
use mapi_host::*;

use crate::support::{Bench, refused, sending};

fn queue(session: &Session, subject: &str) -> Vec<u8> {
    let message = session
        .inbox()
        .unwrap()
        .add_message(&[Prop::new(PR_SUBJECT, subject)])
        .unwrap();
    message
        .add_recipient(MAPI_TO, "Anna", "anna@contoso.example")
        .unwrap();
    message.save(KEEP_OPEN_READWRITE).unwrap();
    let id = message.entry_id().unwrap();
    assert_eq!(message.submit(0).unwrap(), S_OK);
    id
}

fn subjects(spooler: &Spooler) -> Vec<String> {
    let rows = spooler.queue().unwrap();
    rows.iter()
        .map(|row| row.text(PR_SUBJECT).unwrap().to_string())
        .collect()
}

#[test]
fn the_data_for_the_spooler_opens_the_store_without_a_profile() {
    let bench = Bench::of(sending());
    let session = bench.logon();
    queue(&session, "letter");
    let data = session.spool_data().to_vec();
    assert!(!data.is_empty());
    // The password and the like have no business in there.
    let text = String::from_utf8_lossy(&data).into_owned();
    assert!(!text.contains("contoso.example"), "{text:?}");

    let empty = Host::new();
    let running = empty.start(&bench.provider).unwrap();
    let nothing = running.try_spooler_logon(&LogonOptions::default(), &[]);
    assert_eq!(nothing.code, MAPI_E_UNCONFIGURED);
    drop(nothing);
    let spooler = running.spooler(&LogonOptions::default(), &data).unwrap();
    assert_eq!(subjects(&spooler), ["letter"]);
    spooler.logoff().unwrap();
    running.shutdown().unwrap();
    empty.assert_clean();
    session.logoff().unwrap();
    bench.host.assert_clean();
}

#[test]
fn data_of_another_store_or_damaged_data_are_refused() {
    let bench = Bench::of(sending());
    let session = bench.logon();
    let mut data = session.spool_data().to_vec();
    let options = LogonOptions {
        entry_id: unwrap_store_entry_id(&session.store().entry_id().unwrap()).map(<[u8]>::to_vec),
        ..LogonOptions::default()
    };
    let running = session.provider();
    let cut = running.try_spooler_logon(&options, &data[..20]);
    assert_eq!(cut.code, MAPI_E_FAILONEPROVIDER);
    data[24] ^= 1;
    let other = running.try_spooler_logon(&options, &data);
    assert_eq!(other.code, MAPI_E_FAILONEPROVIDER);
}

#[test]
fn a_spooler_finds_no_locks_of_one_that_is_gone() {
    let bench = Bench::of(sending());
    let session = bench.logon();
    let id = queue(&session, "letter");
    let spooler = session.spooler().unwrap();
    let message = spooler.open(&id).unwrap();
    spooler.set_lock_state(&message, MSG_LOCKED).unwrap();
    let flags = |spooler: &Spooler| spooler.queue().unwrap()[0].bits(PR_SUBMIT_FLAGS);

    // In another process, while the first spooler is at work: it keeps its lock.
    let other = Host::with_profile(bench.host.profile().copy());
    let elsewhere = other.logon(&bench.provider).unwrap();
    let second = elsewhere.spooler().unwrap();
    assert_eq!(flags(&second), Some(SUBMITFLAG_LOCKED));
    assert_eq!(
        refused(elsewhere.store().abort_submit(&id)),
        MAPI_E_UNABLE_TO_ABORT
    );
    second.logoff().unwrap();

    // It ends in the middle of its work.
    drop(message);
    spooler.logoff().unwrap();
    let third = elsewhere.spooler().unwrap();
    assert_eq!(flags(&third), Some(0));
    let sent = third.send(&mut |_| Ok(())).unwrap();
    assert_eq!(sent.len(), 1);
    third.logoff().unwrap();
    elsewhere.logoff().unwrap();
    session.logoff().unwrap();
    bench.host.assert_clean();
    other.assert_clean();
}

#[test]
fn whoever_opened_a_message_before_it_was_submitted_cannot_save_it_any_more() {
    let bench = Bench::of(sending());
    let session = bench.logon();
    let message = session
        .inbox()
        .unwrap()
        .add_message(&[Prop::new(PR_SUBJECT, "letter")])
        .unwrap();
    message
        .add_recipient(MAPI_TO, "Anna", "anna@contoso.example")
        .unwrap();
    message.save(KEEP_OPEN_READWRITE).unwrap();
    let second = session.open_message(&message.entry_id().unwrap()).unwrap();
    assert_eq!(message.submit(0).unwrap(), S_OK);
    second.put(PR_SUBJECT, "another letter").unwrap();
    for flags in [KEEP_OPEN_READWRITE, KEEP_OPEN_READWRITE | FORCE_SAVE] {
        assert_eq!(refused(second.save(flags)), MAPI_E_SUBMITTED);
    }
    assert_eq!(refused(second.set_read_flag(0)), MAPI_E_SUBMITTED);
    let spooler = session.spooler().unwrap();
    assert_eq!(subjects(&spooler), ["letter"]);
}

#[test]
fn a_folder_with_a_queued_message_is_not_deleted() {
    let bench = Bench::of(sending());
    let session = bench.logon();
    let inbox = session.inbox().unwrap();
    let folder = inbox.create_folder("Drafts of mine").unwrap();
    let id = queue(&session, "letter");
    session.store().abort_submit(&id).unwrap();
    assert_eq!(
        inbox.copy_messages(&[&id], &folder, MESSAGE_MOVE).unwrap(),
        S_OK
    );
    let message = session.open_message(&id).unwrap();
    assert_eq!(message.submit(0).unwrap(), S_OK);
    drop(message);
    let folder_id = folder.entry_id().unwrap();
    assert_eq!(
        refused(inbox.delete_folder(&folder_id, DEL_MESSAGES | DEL_FOLDERS)),
        MAPI_E_SUBMITTED
    );
    assert_eq!(inbox.empty(0).unwrap(), MAPI_W_PARTIAL_COMPLETION);
    assert_eq!(session.subjects(&folder).unwrap(), ["letter"]);
}

#[test]
fn a_client_that_leaves_hears_what_is_on_its_way() {
    let bench = Bench::of(sending());
    let session = bench.logon();
    assert_eq!(session.store().log_off(LOGOFF_ORDERLY).unwrap(), 0);
    queue(&session, "letter");
    let left = session.store().log_off(LOGOFF_ORDERLY).unwrap();
    assert_eq!(left, LOGOFF_OUTBOUND_QUEUE);
}
