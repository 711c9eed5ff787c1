//! Synchronization with a directory of files, both ways. Without a `directory` remote, or where a
//! direction is off, there is less to test.

use crate::common::*;

fn sync_definition() -> &'static SyncDefinition {
    definition().sync.as_ref().expect("the caller has checked")
}

/// A bench for a store that downloads.
fn downloading() -> Option<Bench> {
    let bench = Bench::with_directory()?;
    let sync = sync_definition();
    (sync.download_hierarchy && sync.download_contents).then_some(bench)
}

/// A bench for a store that synchronizes in all directions and can be written to.
fn two_way() -> Option<Bench> {
    let bench = downloading().filter(|_| is_writable())?;
    let sync = sync_definition();
    (sync.upload_hierarchy && sync.upload_contents).then_some(bench)
}

#[track_caller]
fn synchronize(session: &Session) {
    let recorder = SyncRecorder::new();
    let start = session.start_sync(&SyncCall::all(&recorder)).unwrap();
    assert!(start.event.unwrap().wait(LONG));
    assert_eq!(recorder.errors(), []);
    assert_eq!(recorder.done(), [S_OK]);
}

#[track_caller]
fn folder(session: &Session, path: &[&str]) -> Folder {
    let folder = session.folder(path).unwrap();
    folder.unwrap_or_else(|| panic!("the folder {path:?} is missing"))
}

#[track_caller]
fn message(session: &Session, folder: &Folder, subject: &str) -> Message {
    let id = session.find_message(folder, subject).unwrap();
    let id =
        id.unwrap_or_else(|| panic!("{:?} has no `{subject}`", session.subjects(folder).unwrap()));
    session.open_message(&id).unwrap()
}

/// The one file whose text contains a word.
#[track_caller]
fn file_with(bench: &Bench, word: &str) -> String {
    let files = bench.mail_files();
    let with_word = |file: &&String| {
        String::from_utf8_lossy(&std::fs::read(bench.mail().join(file)).unwrap()).contains(word)
    };
    let found: Vec<&String> = files.iter().filter(with_word).collect();
    assert_eq!(found.len(), 1, "`{word}` in {files:?}");
    found[0].clone()
}

#[test]
fn the_sample_mail_arrives() {
    let Some(bench) = downloading() else {
        return;
    };
    bench.add_sample_mail();
    let files = bench.mail_files();
    let session = bench.logon();
    synchronize(&session);
    let rows = session.root().unwrap().deep_hierarchy().unwrap();
    let rows = rows.rows(&[PR_CONTENT_COUNT, PR_CONTENT_UNREAD]).unwrap();
    let sum = |tag| rows.iter().filter_map(|row| row.long(tag)).sum::<i32>() as usize;
    assert_eq!(sum(PR_CONTENT_COUNT), files.len());
    let unread = files
        .iter()
        .filter(|file| !file.ends_with(".read.eml"))
        .count();
    assert_eq!(sum(PR_CONTENT_UNREAD), unread);
    bench.finish(session);
}

#[test]
fn mail_keeps_what_it_says() {
    let Some(bench) = downloading() else {
        return;
    };
    let path = bench.mail().join("Harbour");
    std::fs::create_dir_all(&path).unwrap();
    let russian = b"From: =?windows-1251?B?yPDo7eA=?= <irina@example.ru>\r\nTo: Jonas <jonas@example.org>\r\n\
        Cc: Office <office@example.org>\r\nSubject: =?windows-1251?B?wvHy8OX34A==?=\r\n\
        Date: Fri, 06 Mar 2026 10:05:44 +0300\r\nMessage-ID: <1@example.ru>\r\nMIME-Version: 1.0\r\n\
        Content-Type: text/plain; charset=windows-1251\r\nContent-Transfer-Encoding: 8bit\r\n\r\n\
        \xC4\xEE\xE1\xF0\xFB\xE9 \xE4\xE5\xED\xFC!\r\n";
    std::fs::write(path.join("russian.eml"), russian).unwrap();
    let japanese = b"From: aiko@example.net\r\nTo: jonas@example.org\r\nSubject: =?iso-2022-jp?B?GyRCMnE1RBsoQg==?=\r\n\
        Message-ID: <2@example.net>\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=iso-2022-jp\r\n\r\n\
        \x1B$B2q5D\x1B(B\r\n";
    std::fs::write(path.join("japanese.eml"), japanese).unwrap();
    let page = "From: aiko@example.net\r\nTo: jonas@example.org\r\nSubject: page\r\nMessage-ID: <3@example.net>\r\n\
        MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=m\r\n\r\n--m\r\n\
        Content-Type: multipart/related; boundary=r\r\n\r\n--r\r\nContent-Type: text/html; charset=utf-8\r\n\r\n\
        <p>caf\u{e9}<img src=\"cid:dot@example.net\"></p>\r\n--r\r\nContent-Type: image/gif; name=dot.gif\r\n\
        Content-ID: <dot@example.net>\r\nContent-Disposition: inline; filename=dot.gif\r\n\
        Content-Transfer-Encoding: base64\r\n\r\nR0lGODlhAQABAAAAACw=\r\n--r--\r\n--m\r\n\
        Content-Type: text/csv; name=table.csv\r\nContent-Disposition: attachment; filename=table.csv\r\n\r\n\
        a;b\r\n1;2\r\n--m\r\nContent-Type: message/rfc822\r\n\r\nFrom: mira@example.com\r\nSubject: inner\r\n\r\n\
        Inner text.\r\n--m--\r\n";
    std::fs::write(path.join("page.eml"), page).unwrap();

    let session = bench.logon();
    synchronize(&session);
    let harbour = folder(&session, &["Harbour"]);
    let russian = message(
        &session,
        &harbour,
        "\u{412}\u{441}\u{442}\u{440}\u{435}\u{447}\u{430}",
    );
    assert!(
        russian.body().unwrap().starts_with(
            "\u{414}\u{43e}\u{431}\u{440}\u{44b}\u{439} \u{434}\u{435}\u{43d}\u{44c}!"
        )
    );
    assert_eq!(
        russian.text(PR_SENDER_NAME).unwrap(),
        "\u{418}\u{440}\u{438}\u{43d}\u{430}"
    );
    assert_eq!(
        russian.text(PR_SENDER_EMAIL_ADDRESS).unwrap(),
        "irina@example.ru"
    );
    assert_eq!(russian.text(PR_DISPLAY_TO).unwrap(), "Jonas");
    assert_eq!(russian.text(PR_DISPLAY_CC).unwrap(), "Office");
    // 2026-03-06 07:05:44 UTC
    assert_eq!(
        russian.time(PR_CLIENT_SUBMIT_TIME).unwrap(),
        134_172_543_440_000_000
    );
    assert_eq!(
        russian.text(PR_INTERNET_MESSAGE_ID).unwrap(),
        "<1@example.ru>"
    );
    assert_eq!(russian.text(PR_MESSAGE_CLASS).unwrap(), "IPM.Note");
    assert_eq!(
        russian.bits(PR_MESSAGE_FLAGS).unwrap() & (MSGFLAG_READ | MSGFLAG_UNSENT),
        0
    );
    let recipients = russian.recipients().unwrap();
    assert_eq!(recipients.len(), 2);
    assert!(
        recipients
            .iter()
            .any(|row| row.text(PR_EMAIL_ADDRESS) == Some("office@example.org"))
    );
    let japanese = message(&session, &harbour, "\u{4f1a}\u{8b70}");
    assert!(japanese.body().unwrap().starts_with("\u{4f1a}\u{8b70}"));

    let page = message(&session, &harbour, "page");
    assert!(String::from_utf8_lossy(&page.html().unwrap()).contains("cid:dot@example.net"));
    assert!(page.boolean(PR_HASATTACH).unwrap());
    let rows = page.attachments().unwrap();
    assert_eq!(rows.len(), 3, "{rows:#?}");
    for row in &rows {
        let attachment = page
            .open_attachment(row.bits(PR_ATTACH_NUM).unwrap())
            .unwrap();
        if row.bits(PR_ATTACH_METHOD) == Some(ATTACH_EMBEDDED_MSG) {
            let inner = attachment.embedded(0).unwrap();
            assert_eq!(inner.subject().unwrap(), "inner");
            assert!(inner.body().unwrap().starts_with("Inner text."));
        } else if row.text(PR_ATTACH_LONG_FILENAME) == Some("table.csv") {
            assert!(attachment.bytes().unwrap().starts_with(b"a;b"));
        } else {
            assert_eq!(row.text(PR_ATTACH_CONTENT_ID), Some("dot@example.net"));
            assert!(attachment.bytes().unwrap().starts_with(b"GIF89a"));
        }
    }
    drop((harbour, russian, japanese, page));
    bench.finish(session);
}

#[test]
fn new_mail_is_there_and_announced_before_the_end() {
    // The directory called Inbox is the folder with that role, whatever its name is.
    let has_inbox = folder_with_role(FolderRole::Inbox).is_some();
    let Some(bench) = downloading().filter(|_| has_inbox && claims(STORE_NOTIFY_OK)) else {
        return;
    };
    bench.add_mail("Inbox/first.eml", "first");
    let session = bench.logon();
    synchronize(&session);
    let inbox = session.inbox().unwrap();
    let table = inbox.contents().unwrap();
    table.set_columns(&[PR_INSTANCE_KEY, PR_SUBJECT]).unwrap();
    let (on_store, on_table) = (Recorder::new(), Recorder::new());
    session
        .store()
        .advise(None, fnevNewMail | fnevObjectCreated, &on_store)
        .unwrap();
    table.advise(&on_table).unwrap();
    bench.add_mail("Inbox/second.eml", "second");
    bench.host.clear_calls();
    let recorder = SyncRecorder::new();
    let start = session.start_sync(&SyncCall::all(&recorder)).unwrap();
    assert!(start.event.unwrap().wait(LONG));
    let done = recorder.timed().pop().unwrap().at;
    let announced: Vec<Event> = bench
        .host
        .calls_of(Method::Notify)
        .into_iter()
        .filter(|call| call.at < done)
        .flat_map(|call| match call.arguments {
            Arguments::Notify { events, .. } => events,
            _ => Vec::new(),
        })
        .collect();
    let id = session.find_message(&inbox, "second").unwrap().unwrap();
    let new_mail = announced.iter().find(|event| event.kind() == fnevNewMail);
    let Some(Event::NewMail {
        entry_id,
        parent,
        message_class,
        message_flags,
    }) = new_mail
    else {
        panic!("{announced:#?}");
    };
    assert_eq!((entry_id, parent), (&id, &inbox.entry_id().unwrap()));
    assert_eq!(
        (message_class.as_str(), message_flags & MSGFLAG_READ),
        ("IPM.Note", 0)
    );
    assert!(
        announced
            .iter()
            .any(|event| event.table_event() == Some(TABLE_ROW_ADDED)),
        "{announced:#?}"
    );
    assert!(
        on_store
            .wait_for(LONG, |event| event.kind() == fnevNewMail)
            .is_some()
    );
    assert!(
        on_table
            .wait_for(LONG, |event| event.table_event() == Some(TABLE_ROW_ADDED))
            .is_some()
    );
    drop((inbox, table));
    session.logoff().unwrap();
    assert!(bench.host.violations().is_empty());
}

#[test]
fn changes_of_files_arrive() {
    let Some(bench) = downloading() else {
        return;
    };
    for name in ["edited", "moved", "deleted", "read"] {
        bench.add_mail(&format!("Harbour/{name}.eml"), name);
    }
    bench.add_mail("Lighthouse/there.eml", "there");
    let session = bench.logon();
    synchronize(&session);
    let (harbour, lighthouse) = (
        folder(&session, &["Harbour"]),
        folder(&session, &["Lighthouse"]),
    );
    let edited = message(&session, &harbour, "edited").entry_id().unwrap();
    bench.add_mail("Harbour/edited.eml", "edited again");
    let mail = bench.mail();
    std::fs::rename(
        mail.join("Harbour/moved.eml"),
        mail.join("Lighthouse/moved.eml"),
    )
    .unwrap();
    std::fs::remove_file(mail.join("Harbour/deleted.eml")).unwrap();
    std::fs::rename(
        mail.join("Harbour/read.eml"),
        mail.join("Harbour/read.read.eml"),
    )
    .unwrap();
    synchronize(&session);
    assert_eq!(
        session.subjects(&harbour).unwrap(),
        ["edited again", "read"]
    );
    assert_eq!(session.subjects(&lighthouse).unwrap(), ["moved", "there"]);
    assert_eq!(
        message(&session, &harbour, "edited again")
            .entry_id()
            .unwrap(),
        edited
    );
    let flags = message(&session, &harbour, "read")
        .bits(PR_MESSAGE_FLAGS)
        .unwrap();
    assert!(flags & MSGFLAG_READ != 0);
    drop((harbour, lighthouse));
    bench.finish(session);
}

#[test]
fn directories_become_folders() {
    let Some(bench) = downloading() else {
        return;
    };
    bench.add_mail("Projects/2026/Tower/plan.eml", "plan");
    let session = bench.logon();
    synchronize(&session);
    let tower = folder(&session, &["Projects", "2026", "Tower"]);
    assert_eq!(session.subjects(&tower).unwrap(), ["plan"]);
    std::fs::remove_dir_all(bench.mail().join("Projects/2026")).unwrap();
    bench.add_mail("Projects/2027/next.eml", "next");
    synchronize(&session);
    assert_eq!(
        folder(&session, &["Projects"]).child_names().unwrap(),
        ["2027"]
    );
    assert_eq!(
        session
            .subjects(&folder(&session, &["Projects", "2027"]))
            .unwrap(),
        ["next"]
    );
    drop(tower);
    bench.finish(session);
}

#[test]
fn a_directory_that_is_not_there_is_an_error_with_words() {
    let Some(bench) = downloading() else {
        return;
    };
    bench.add_mail("Harbour/kept.eml", "kept");
    let session = bench.logon();
    synchronize(&session);
    let elsewhere = bench.directory().join("elsewhere");
    std::fs::rename(bench.mail(), &elsewhere).unwrap();
    let recorder = SyncRecorder::new();
    let start = session.start_sync(&SyncCall::all(&recorder)).unwrap();
    assert_eq!(start.code, S_OK, "the trouble is told to the callback");
    assert!(start.event.unwrap().wait(LONG));
    let errors = recorder.errors();
    assert!(!errors.is_empty());
    assert!(errors.iter().all(|(code, text)| code.is_err() && text.as_ref().is_some_and(|text| !text.is_empty())));
    let done = recorder.done();
    assert_eq!(done.len(), 1);
    assert!(
        [MAPI_E_OFFLINE, MAPI_E_NETWORK_ERROR].contains(&done[0]),
        "{}",
        code_text(done[0])
    );
    let harbour = folder(&session, &["Harbour"]);
    assert_eq!(
        session.subjects(&harbour).unwrap(),
        ["kept"],
        "nothing is deleted because a drive is not mounted"
    );
    std::fs::rename(&elsewhere, bench.mail()).unwrap();
    synchronize(&session);
    assert_eq!(session.subjects(&harbour).unwrap(), ["kept"]);
    drop(harbour);
    bench.finish(session);
}

#[test]
fn a_damaged_file_does_not_stop_the_rest() {
    let Some(bench) = downloading() else {
        return;
    };
    bench.add_mail("Harbour/good.eml", "good");
    std::fs::write(bench.mail().join("Harbour/empty.eml"), b"").unwrap();
    std::fs::write(
        bench.mail().join("Harbour/noise.eml"),
        (0..=255_u8).collect::<Vec<_>>(),
    )
    .unwrap();
    std::fs::write(bench.mail().join("Harbour/notes.txt"), b"no mail").unwrap();
    let session = bench.logon();
    let recorder = SyncRecorder::new();
    let start = session.start_sync(&SyncCall::all(&recorder)).unwrap();
    assert!(start.event.unwrap().wait(LONG));
    assert!(recorder.done()[0].is_ok());
    let harbour = folder(&session, &["Harbour"]);
    assert!(
        session
            .subjects(&harbour)
            .unwrap()
            .contains(&"good".to_string())
    );
    assert!(bench.mail().join("Harbour/notes.txt").exists());
    drop(harbour);
    bench.finish(session);
}

#[test]
fn a_new_message_becomes_a_file() {
    let Some(bench) = two_way() else {
        return;
    };
    let session = bench.logon();
    let folder = playground(&session);
    let message = folder.create_message().unwrap();
    message
        .set(&[
            Prop::new(PR_SUBJECT, "Gr\u{fc}\u{df}e aus der Ferne"),
            Prop::new(PR_BODY, "written-here"),
            Prop::new(PR_MESSAGE_CLASS, "IPM.Note"),
            Prop::new(PR_SENDER_NAME, "Jonas"),
            Prop::new(PR_SENDER_EMAIL_ADDRESS, "jonas@example.org"),
        ])
        .unwrap();
    message
        .add_recipient(MAPI_TO, "Ann", "ann@example.com")
        .unwrap();
    if claims(STORE_ATTACH_OK) {
        message.attach("list.txt", b"one two three").unwrap();
    }
    message.save(0).unwrap();
    synchronize(&session);
    let file = file_with(&bench, "written-here");
    assert!(file.starts_with("Playground/"), "{file}");
    let text = std::fs::read_to_string(bench.mail().join(&file)).unwrap();
    assert!(text.contains("ann@example.com") && text.contains("Subject:"));
    // Another user of the directory finds the same message.
    let other = Bench::new();
    let target = other.mail().join("Harbour");
    std::fs::create_dir_all(&target).unwrap();
    std::fs::copy(bench.mail().join(&file), target.join("copy.eml")).unwrap();
    let second = other.logon();
    synchronize(&second);
    let harbour = second.folder(&["Harbour"]).unwrap().unwrap();
    let copy = self::message(&second, &harbour, "Gr\u{fc}\u{df}e aus der Ferne");
    assert!(copy.body().unwrap().starts_with("written-here"));
    assert_eq!(
        copy.recipients().unwrap()[0].text(PR_EMAIL_ADDRESS),
        Some("ann@example.com")
    );
    if claims(STORE_ATTACH_OK) {
        let number = copy.attachments().unwrap()[0].bits(PR_ATTACH_NUM).unwrap();
        assert_eq!(
            copy.open_attachment(number).unwrap().bytes().unwrap(),
            b"one two three"
        );
    }
    drop((folder, message, harbour, copy));
    bench.finish(session);
    other.finish(second);
}

#[test]
fn changes_of_messages_go_out() {
    let Some(bench) = two_way() else {
        return;
    };
    for name in ["edited", "moved", "deleted", "read"] {
        bench.add_mail(&format!("Harbour/{name}.eml"), name);
    }
    let session = bench.logon();
    synchronize(&session);
    let harbour = folder(&session, &["Harbour"]);
    let target = playground(&session);
    let edited = message(&session, &harbour, "edited");
    edited.put(PR_SUBJECT, "edited-here").unwrap();
    edited.save(0).unwrap();
    let id = |subject| session.find_message(&harbour, subject).unwrap().unwrap();
    assert_eq!(
        harbour
            .copy_messages(&[&id("moved")], &target, MESSAGE_MOVE)
            .unwrap(),
        S_OK
    );
    assert_eq!(harbour.delete_messages(&[&id("deleted")], 0).unwrap(), S_OK);
    assert_eq!(
        harbour
            .set_read_flags(Some(&[&id("read")]), SUPPRESS_RECEIPT)
            .unwrap(),
        S_OK
    );
    synchronize(&session);
    let files = bench.mail_files();
    assert!(
        !files.iter().any(|file| file.contains("deleted")),
        "{files:?}"
    );
    assert!(
        files.contains(&"Harbour/read.read.eml".to_string()),
        "{files:?}"
    );
    assert!(file_with(&bench, "Subject: moved").starts_with("Playground/"));
    assert!(file_with(&bench, "edited-here").starts_with("Harbour/"));
    synchronize(&session);
    assert_eq!(bench.mail_files(), files, "nothing comes back");
    drop((harbour, target, edited));
    bench.finish(session);
}

#[test]
fn folders_become_directories() {
    let Some(bench) = two_way() else {
        return;
    };
    let session = bench.logon();
    let parent = playground(&session);
    let old = parent.create_folder("Old name").unwrap();
    old.add_message(&[
        Prop::new(PR_SUBJECT, "inside"),
        Prop::new(PR_MESSAGE_CLASS, "IPM.Note"),
    ])
    .unwrap();
    parent.create_folder("Short-lived").unwrap();
    synchronize(&session);
    assert!(bench.mail().join("Playground/Old name").is_dir());
    assert!(bench.mail().join("Playground/Short-lived").is_dir());
    old.put(PR_DISPLAY_NAME, "New name").unwrap();
    let doomed = parent
        .child("Short-lived")
        .unwrap()
        .unwrap()
        .entry_id()
        .unwrap();
    assert_eq!(parent.delete_folder(&doomed, 0).unwrap(), S_OK);
    synchronize(&session);
    assert!(!bench.mail().join("Playground/Old name").exists());
    assert!(!bench.mail().join("Playground/Short-lived").exists());
    assert!(file_with(&bench, "inside").starts_with("Playground/New name/"));
    drop((parent, old));
    bench.finish(session);
}

#[test]
fn neither_side_of_a_conflict_is_lost() {
    let Some(bench) = two_way() else {
        return;
    };
    bench.add_mail("Harbour/disputed.eml", "disputed");
    let session = bench.logon();
    synchronize(&session);
    let harbour = folder(&session, &["Harbour"]);
    let message = message(&session, &harbour, "disputed");
    message.put(PR_SUBJECT, "disputed, as edited here").unwrap();
    message.save(0).unwrap();
    bench.add_mail("Harbour/disputed.eml", "disputed, as edited there");
    let recorder = SyncRecorder::new();
    let start = session.start_sync(&SyncCall::all(&recorder)).unwrap();
    assert!(start.event.unwrap().wait(LONG));
    assert!(recorder.done()[0].is_ok());
    let mut subjects = Vec::new();
    for row in session
        .root()
        .unwrap()
        .deep_hierarchy()
        .unwrap()
        .rows(&[PR_ENTRYID])
        .unwrap()
    {
        let folder = session
            .open_folder(row.binary(PR_ENTRYID).unwrap())
            .unwrap();
        subjects.extend(session.subjects(&folder).unwrap());
    }
    assert!(
        subjects
            .iter()
            .any(|subject| subject.contains("as edited there")),
        "{subjects:?}"
    );
    assert!(
        subjects
            .iter()
            .any(|subject| subject.contains("as edited here")),
        "{subjects:?}"
    );
    assert!(
        session
            .subjects(&harbour)
            .unwrap()
            .contains(&"disputed, as edited there".to_string())
    );
    drop((harbour, message));
    bench.finish(session);
}

#[test]
fn directions_are_honoured() {
    let Some(bench) = two_way() else {
        return;
    };
    bench.add_mail("Harbour/there.eml", "there");
    let session = bench.logon();
    let folder = playground(&session);
    folder
        .add_message(&[
            Prop::new(PR_SUBJECT, "here"),
            Prop::new(PR_MESSAGE_CLASS, "IPM.Note"),
        ])
        .unwrap();
    let run = |flags| {
        let recorder = SyncRecorder::new();
        let start = session
            .start_sync(&SyncCall::all(&recorder).with_flags(flags))
            .unwrap();
        assert!(start.event.unwrap().wait(LONG));
        assert_eq!(recorder.done(), [S_OK]);
    };
    run(SYNC_DOWNLOAD_HIERARCHY | SYNC_DOWNLOAD_CONTENTS);
    assert_eq!(bench.mail_files(), ["Harbour/there.eml"]);
    assert!(!bench.mail().join("Playground").exists());
    let harbour = self::folder(&session, &["Harbour"]);
    assert_eq!(session.subjects(&harbour).unwrap(), ["there"]);
    bench.add_mail("Harbour/later.eml", "later");
    run(SYNC_UPLOAD_HIERARCHY | SYNC_UPLOAD_CONTENTS);
    assert!(file_with(&bench, "Subject: here").starts_with("Playground/"));
    assert_eq!(session.subjects(&harbour).unwrap(), ["there"]);
    // No direction is every direction.
    run(SYNC_ON_DEMAND);
    assert_eq!(session.subjects(&harbour).unwrap(), ["later", "there"]);
    drop((folder, harbour));
    bench.finish(session);
}

#[test]
fn headers_come_before_the_rest_on_request() {
    let Some(bench) = downloading() else {
        return;
    };
    bench.add_mail("Harbour/mail.eml", "mail");
    let session = bench.logon();
    let recorder = SyncRecorder::new();
    let call = SyncCall::all(&recorder);
    let flags = call.flags | SYNC_GLOBAL_HEADERS;
    assert!(
        session
            .start_sync(&call.with_flags(flags))
            .unwrap()
            .event
            .unwrap()
            .wait(LONG)
    );
    let harbour = folder(&session, &["Harbour"]);
    assert_eq!(session.subjects(&harbour).unwrap(), ["mail"]);
    synchronize(&session);
    assert!(
        message(&session, &harbour, "mail")
            .body()
            .unwrap()
            .starts_with("Text of mail.")
    );
    drop(harbour);
    bench.finish(session);
}
