//! Mail as properties and back, on mail as it comes.
#![cfg(feature = "runtime")]

use std::{fs, path::PathBuf};

use mapi_abi::*;
use mapi_store::store::{PropertyBag, Value};
use mapi_store::sync::mime::{read, read_headers, write};
use mapi_store::sync::{AttachmentData, MessageData};

fn sample_path() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/mail")
}

fn bytes(name: &str) -> Vec<u8> {
    fs::read(sample_path().join(name).with_extension("eml")).unwrap()
}

fn sample(name: &str) -> MessageData {
    read(&bytes(name))
}

/// Every sample, by name.
fn samples() -> Vec<(String, Vec<u8>)> {
    let entries = fs::read_dir(sample_path())
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let mut samples: Vec<_> = entries
        .map(|path| {
            (
                path.file_stem().unwrap().to_str().unwrap().to_owned(),
                fs::read(path).unwrap(),
            )
        })
        .collect();
    samples.sort();
    samples
}

trait Look {
    fn bag(&self) -> &PropertyBag;

    fn text(&self, tag: u32) -> &str {
        self.bag()
            .text(tag)
            .unwrap_or_else(|| panic!("no {tag:#x} in {:#?}", self.bag()))
    }

    fn html(&self) -> &str {
        std::str::from_utf8(self.bag().binary(PR_HTML).expect("HTML")).unwrap()
    }
}

impl Look for MessageData {
    fn bag(&self) -> &PropertyBag {
        &self.properties
    }
}

impl Look for AttachmentData {
    fn bag(&self) -> &PropertyBag {
        &self.properties
    }
}

fn people(message: &MessageData, kind: u32) -> Vec<(&str, &str)> {
    let of_kind = |bag: &&PropertyBag| bag.long(PR_RECIPIENT_TYPE) == Some(kind as i32);
    let person = |bag: &'_ PropertyBag| -> (String, String) {
        let text = |tag: u32| bag.text(tag).unwrap_or_default().to_owned();
        (text(PR_DISPLAY_NAME), text(PR_EMAIL_ADDRESS))
    };
    let people: Vec<(String, String)> = message
        .recipients
        .iter()
        .filter(of_kind)
        .map(person)
        .collect();
    people
        .into_iter()
        .map(|(name, address)| (&*name.leak(), &*address.leak()))
        .collect()
}

fn has(message: &impl Look, tag: u32) -> bool {
    message.bag().get((tag >> 16) as u16).is_some()
}

#[test]
fn a_plain_message_has_people_dates_and_ids() {
    let message = sample("plain");
    assert_eq!(message.text(PR_MESSAGE_CLASS), "IPM.Note");
    assert_eq!(message.text(PR_SUBJECT), "Notes on the engine");
    assert_eq!(
        message.text(PR_BODY),
        "Dear Charles,\r\n\r\nthe notes are ready.\r\n\r\nAda\r\n"
    );
    assert_eq!(message.text(PR_SENDER_NAME), "Ada Lovelace");
    assert_eq!(message.text(PR_SENDER_ADDRTYPE), "SMTP");
    assert_eq!(message.text(PR_SENDER_EMAIL_ADDRESS), "ada@example.org");
    assert_eq!(
        message.text(PR_SENT_REPRESENTING_SMTP_ADDRESS),
        "ada@example.org"
    );
    let expected = [
        ("Charles Babbage", "charles@example.com"),
        ("Menabrea, Luigi", "luigi@example.net"),
    ];
    assert_eq!(people(&message, MAPI_TO), expected);
    assert_eq!(
        people(&message, MAPI_CC),
        [("countess@example.org", "countess@example.org")]
    );
    assert_eq!(
        message.text(PR_INTERNET_MESSAGE_ID),
        "<notes.1@example.org>"
    );
    assert_eq!(
        message.text(PR_REPLY_RECIPIENT_NAMES),
        "Ada at home; secretary@example.org"
    );
    // 2025-03-04T08:14:58Z and 08:15:02Z.
    assert_eq!(
        message.properties.time(PR_CLIENT_SUBMIT_TIME),
        Some(133_855_496_980_000_000)
    );
    assert_eq!(
        message.properties.time(PR_MESSAGE_DELIVERY_TIME),
        Some(133_855_497_020_000_000)
    );
    assert!(
        message
            .text(PR_TRANSPORT_MESSAGE_HEADERS)
            .starts_with("Return-Path: <ada@example.org>\r\nReceived:")
    );
    assert!(!has(&message, PR_HTML));
    assert_eq!(
        message.properties.long(PR_IMPORTANCE),
        Some(IMPORTANCE_NORMAL)
    );
    let search_key = message.recipients[0].binary(PR_SEARCH_KEY).unwrap();
    assert_eq!(search_key, b"SMTP:CHARLES@EXAMPLE.COM\0");
}

#[test]
fn a_reply_knows_its_thread() {
    let message = sample("reply");
    assert_eq!(message.text(PR_IN_REPLY_TO_ID), "<notes.1@example.org>");
    assert_eq!(
        message.text(PR_INTERNET_REFERENCES),
        "<notes.1@example.org> <other@example.org>"
    );
    assert_eq!(message.text(PR_CONVERSATION_TOPIC), "Notes on the engine");
    assert_eq!(
        message
            .properties
            .binary(PR_CONVERSATION_INDEX)
            .unwrap()
            .len(),
        27
    );
    assert_eq!(
        message.properties.long(PR_IMPORTANCE),
        Some(IMPORTANCE_HIGH)
    );
    assert_eq!(message.properties.long(PR_PRIORITY), Some(PRIO_URGENT));
    assert_eq!(
        message.properties.long(PR_SENSITIVITY),
        Some(SENSITIVITY_COMPANY_CONFIDENTIAL as i32)
    );
    assert_eq!(
        message.properties.boolean(PR_READ_RECEIPT_REQUESTED),
        Some(true)
    );
    assert_eq!(
        people(&message, MAPI_BCC),
        [("hidden@example.com", "hidden@example.com")]
    );
    // The first message of the thread gets an index that says the same thread, without any header for it.
    let first = sample("plain");
    let of_thread = read(b"From: x@y\r\nSubject: s\r\nIn-Reply-To: <notes.1@example.org>\r\n\r\n");
    let guid = |message: &MessageData| {
        message.properties.binary(PR_CONVERSATION_INDEX).unwrap()[6..22].to_vec()
    };
    assert_eq!(guid(&first), guid(&of_thread));
}

#[test]
fn character_sets_are_read() {
    let message = sample("windows-1251");
    assert_eq!(message.text(PR_SENDER_NAME), "Иван Петров");
    assert_eq!(message.text(PR_SUBJECT), "Отчёт за март");
    assert_eq!(
        message.text(PR_BODY),
        "Привет, мир!\r\nОтчёт во вложении.\r\n"
    );
    let message = sample("koi8-r");
    assert_eq!(message.text(PR_SUBJECT), "Фотографии из отпуска");
    assert_eq!(message.html().trim_end(), "<p>Смотри <b>сюда</b></p>");
    assert_eq!(message.properties.long(PR_INTERNET_CPID), Some(65001));
    assert_eq!(message.text(PR_BODY).trim(), "Смотри сюда");
    let message = sample("iso-2022-jp");
    assert_eq!(message.text(PR_SENDER_NAME), "山田太郎");
    assert_eq!(message.text(PR_SUBJECT), "会議の議事録（三月）");
    assert_eq!(message.text(PR_BODY), "議事録です。\r\n");
    let message = sample("gb18030");
    assert_eq!(message.text(PR_SUBJECT), "季度报告𠮷");
    assert_eq!(message.text(PR_BODY), "请查收。\r\n");
}

#[test]
fn broken_headers_are_read_as_well_as_can_be() {
    assert_eq!(
        sample("split-words").text(PR_SUBJECT),
        "Grüße aus Zürich – 日本語のテスト (2)"
    );
    let message = sample("raw-8bit");
    assert_eq!(message.text(PR_SUBJECT), "Отчёт за март");
    assert_eq!(message.text(PR_SENDER_NAME), "Иван");
    assert_eq!(message.text(PR_BODY), "Привет\r\n");
    let message = sample("raw-utf8");
    assert_eq!(
        (message.text(PR_SUBJECT), message.text(PR_SENDER_NAME)),
        ("Grüße 😀", "Zoë")
    );
    assert_eq!(message.text(PR_BODY), "Blah – blah\r\n");
    assert_eq!(sample("unknown-charset").text(PR_BODY), "café crème\r\n");
    assert_eq!(sample("mbox-line").text(PR_SUBJECT), "Cut out of a mailbox");
}

#[test]
fn nested_parts_become_bodies_images_and_files() {
    let message = sample("nested-multipart");
    assert_eq!(
        message.text(PR_BODY),
        "Look at the lighthouse – and the plan."
    );
    assert!(message.html().contains("<b>the plan</b>"));
    assert_eq!(
        people(&message, MAPI_TO),
        [
            ("ann@example.org", "ann@example.org"),
            ("Bob", "bob@example.org")
        ]
    );
    let [image, plan, notes] = message.attachments.as_slice() else {
        panic!("{:#?}", message.attachments)
    };

    assert_eq!(image.text(PR_ATTACH_CONTENT_ID), "light@house");
    assert_eq!(image.text(PR_ATTACH_MIME_TAG), "image/png");
    assert_eq!(
        image.properties.long(PR_ATTACH_FLAGS),
        Some(ATT_MHTML_REF as i32)
    );
    assert_eq!(image.properties.boolean(PR_ATTACHMENT_HIDDEN), Some(true));
    assert!(
        image
            .properties
            .binary(PR_ATTACH_DATA_BIN)
            .unwrap()
            .starts_with(b"\x89PNG\r\n\x1a\n")
    );

    assert_eq!(
        plan.text(PR_ATTACH_LONG_FILENAME),
        "Pläne für den Leuchtturm (final).pdf"
    );
    assert_eq!(plan.text(PR_ATTACH_EXTENSION), ".pdf");
    assert_eq!(
        plan.properties.long(PR_ATTACH_METHOD),
        Some(ATTACH_BY_VALUE as i32)
    );
    assert_eq!(plan.properties.boolean(PR_ATTACHMENT_HIDDEN), Some(false));
    assert!(
        plan.properties
            .binary(PR_ATTACH_DATA_BIN)
            .unwrap()
            .starts_with(b"%PDF-1.4")
    );

    assert_eq!(notes.text(PR_ATTACH_FILENAME), "notes.txt");
    assert_eq!(
        notes.properties.binary(PR_ATTACH_DATA_BIN),
        Some(b"caf\xe9".as_slice()),
        "a file keeps its bytes"
    );
}

#[test]
fn messages_in_messages_keep_theirs() {
    let message = sample("embedded");
    let [outer] = message.attachments.as_slice() else {
        panic!("{:#?}", message.attachments)
    };
    assert_eq!(
        outer.properties.long(PR_ATTACH_METHOD),
        Some(ATTACH_EMBEDDED_MSG as i32)
    );
    assert_eq!(outer.text(PR_DISPLAY_NAME), "Your itinerary");
    let itinerary = outer.embedded.as_deref().unwrap();
    assert_eq!(
        itinerary.text(PR_SENDER_EMAIL_ADDRESS),
        "airline@example.net"
    );
    assert_eq!(itinerary.text(PR_BODY), "Gate 7.");
    assert!(
        itinerary
            .text(PR_TRANSPORT_MESSAGE_HEADERS)
            .starts_with("From: airline@example.net")
    );
    let [flight, weather] = itinerary.attachments.as_slice() else {
        panic!("{:#?}", itinerary.attachments)
    };
    assert_eq!(flight.text(PR_ATTACH_LONG_FILENAME), "flight.ics");
    assert_eq!(flight.text(PR_ATTACH_MIME_TAG), "text/calendar");
    assert_eq!(weather.embedded.as_deref().unwrap().text(PR_BODY), "Fine.");
}

#[test]
fn bodies_of_all_kinds() {
    let flowed = "This paragraph was wrapped by the sender and is one line for the reader.\r\n\r\n> It quotes something.\r\n-- \r\nMe\r\n";
    assert_eq!(sample("flowed").text(PR_BODY), flowed);
    for name in ["empty-body", "no-body", "empty"] {
        assert_eq!(sample(name).text(PR_BODY), "", "{name}");
    }
    let message = sample("no-headers");
    assert_eq!(
        message.text(PR_BODY),
        "Just some text that somebody saved.\r\nIt has two lines: this is the second.\r\n"
    );
    assert!(!has(&message, PR_TRANSPORT_MESSAGE_HEADERS) && message.text(PR_SUBJECT).is_empty());
    let message = sample("huge-line");
    assert_eq!(message.text(PR_SUBJECT).len(), 9_999);
    assert_eq!(message.text(PR_BODY).len(), 200_007);
    let message = sample("html-only");
    assert!(
        message.text(PR_BODY).contains("Everything & more")
            && message.text(PR_BODY).contains("Zwölf %")
    );
    let message = sample("draft");
    assert_eq!(
        message.properties.long(PR_MESSAGE_FLAGS),
        Some(MSGFLAG_UNSENT as i32)
    );
}

#[test]
fn reports_and_encrypted_mail_have_their_classes() {
    assert_eq!(
        sample("read-receipt").text(PR_MESSAGE_CLASS),
        "REPORT.IPM.Note.IPNRN"
    );
    let bounce = sample("bounce");
    assert_eq!(bounce.text(PR_MESSAGE_CLASS), "REPORT.IPM.Note.NDR");
    assert_eq!(bounce.attachments.len(), 2);
    let encrypted = sample("encrypted");
    assert_eq!(encrypted.text(PR_MESSAGE_CLASS), "IPM.Note.SMIME");
    assert_eq!(
        encrypted.attachments[0].text(PR_ATTACH_LONG_FILENAME),
        "smime.p7m"
    );
    assert_eq!(
        encrypted.attachments[0].text(PR_ATTACH_MIME_TAG),
        "application/pkcs7-mime"
    );
}

/// What must survive being written and read: everything but the headers as they came.
fn essence(mut message: MessageData) -> MessageData {
    message
        .properties
        .remove((PR_TRANSPORT_MESSAGE_HEADERS >> 16) as u16);
    let trimmed = message
        .properties
        .text(PR_BODY)
        .unwrap_or_default()
        .trim_end()
        .to_owned();
    message.properties.set(PR_BODY, Value::Unicode(trimmed));
    if let Some(html) = message.properties.binary(PR_HTML) {
        let html = String::from_utf8_lossy(html)
            .replace("\r\n", "\n")
            .trim_end()
            .as_bytes()
            .to_vec();
        message.properties.set(PR_HTML, Value::Binary(html));
    }
    for attachment in &mut message.attachments {
        attachment.embedded = attachment
            .embedded
            .take()
            .map(|inner| Box::new(essence(*inner)));
    }
    message
}

#[test]
fn what_was_written_reads_the_same() {
    for (name, mail) in samples() {
        let message = read(&mail);
        let written = write(&message);
        assert!(written.is_ascii(), "{name}");
        let text = String::from_utf8(written.clone()).unwrap();
        assert!(
            !text.replace("\r\n", "").contains(['\r', '\n']),
            "{name}: bare line ends"
        );
        assert!(
            text.split("\r\n").all(|line| line.len() <= 998),
            "{name}: a line is too long"
        );
        let again = read(&written);
        if name != "broken" {
            assert_eq!(
                essence(again.clone()),
                essence(message.clone()),
                "{name}\n{text}"
            );
        }
        assert_eq!(
            write(&message),
            written,
            "{name}: written differently the second time"
        );
        let settled = write(&again);
        assert_eq!(write(&read(&settled)), settled, "{name}: never settles");
    }
}

#[test]
fn headers_that_nobody_understands_are_carried_over() {
    let written = String::from_utf8(write(&sample("plain"))).unwrap();
    for line in [
        "Return-Path: <ada@example.org>",
        "X-Mailer: Analytical 1.0",
        "Received: from relay.example.org",
    ] {
        assert!(written.contains(line), "{line}\n{written}");
    }
    for name in [
        "Subject:",
        "From:",
        "MIME-Version:",
        "Content-Type:",
        "\r\nDate:",
    ] {
        assert_eq!(written.matches(name).count(), 1, "{name}\n{written}");
    }
}

#[test]
fn headers_alone_are_what_a_list_needs() {
    for (name, mail) in samples() {
        let (whole, headers) = (read(&mail), read_headers(&mail));
        for tag in [
            PR_SUBJECT,
            PR_SENDER_NAME,
            PR_INTERNET_MESSAGE_ID,
            PR_CLIENT_SUBMIT_TIME,
        ] {
            let id = (tag >> 16) as u16;
            assert_eq!(
                headers.properties.get(id),
                whole.properties.get(id),
                "{name} {tag:#x}"
            );
        }
        assert_eq!(headers.recipients, whole.recipients, "{name}");
        assert!(
            headers.attachments.is_empty() && !has(&headers, PR_BODY),
            "{name}"
        );
    }
}

#[test]
fn properties_cannot_break_out_of_their_header() {
    let mut message = MessageData::default();
    let evil = "x\r\nBcc: victim@example.org\r\n\r\nbody";
    for tag in [
        PR_SUBJECT,
        PR_SENDER_NAME,
        PR_SENDER_EMAIL_ADDRESS,
        PR_SENDER_SMTP_ADDRESS,
        PR_CONVERSATION_TOPIC,
    ] {
        message.properties.set(tag, Value::Unicode(evil.to_owned()));
    }
    for tag in [
        PR_INTERNET_MESSAGE_ID,
        PR_IN_REPLY_TO_ID,
        PR_INTERNET_REFERENCES,
        PR_TRANSPORT_MESSAGE_HEADERS,
    ] {
        message
            .properties
            .set(tag, Value::Unicode(format!("<a@b>\u{0}{evil}")));
    }
    message
        .properties
        .set(PR_HTML, Value::Binary(b"<img src='cid:i'>".to_vec()));
    let mut file = AttachmentData::default();
    for tag in [
        PR_ATTACH_LONG_FILENAME,
        PR_ATTACH_MIME_TAG,
        PR_ATTACH_CONTENT_ID,
        PR_ATTACH_CONTENT_LOCATION,
    ] {
        file.properties.set(tag, Value::Unicode(evil.to_owned()));
    }
    file.properties
        .set(PR_ATTACHMENT_HIDDEN, Value::Boolean(true));
    message.attachments.push(file);
    let written = write(&message);
    let text = String::from_utf8(written.clone()).unwrap();
    assert!(!text.contains("\r\nBcc:"), "{text}");
    let again = read(&written);
    assert!(people(&again, MAPI_BCC).is_empty());
    assert_eq!(again.attachments.len(), 1);
    assert_eq!(again.html(), "<img src='cid:i'>");
}

#[test]
fn people_without_internet_addresses_keep_their_names() {
    let mut message = MessageData::default();
    let mut recipient = PropertyBag::new();
    recipient.set(
        PR_DISPLAY_NAME,
        Value::Unicode("Somebody, Unresolved".to_owned()),
    );
    recipient.set(PR_RECIPIENT_TYPE, Value::Long(MAPI_TO as i32));
    message.recipients.push(recipient.clone());
    recipient.set(PR_DISPLAY_NAME, Value::Unicode("Exchange User".to_owned()));
    recipient.set(PR_ADDRTYPE, Value::Unicode("EX".to_owned()));
    recipient.set(
        PR_EMAIL_ADDRESS,
        Value::Unicode("/o=org/cn=user".to_owned()),
    );
    message.recipients.push(recipient.clone());
    recipient.set(
        PR_SMTP_ADDRESS,
        Value::Unicode("user@example.org".to_owned()),
    );
    recipient.set(
        PR_DISPLAY_NAME,
        Value::Unicode("Ünïcode \"Quoted\" <User>".to_owned()),
    );
    message.recipients.push(recipient);
    let again = read(&write(&message));
    let names: Vec<_> = people(&again, MAPI_TO);
    assert_eq!(
        names,
        [
            ("Somebody, Unresolved", ""),
            ("Exchange User", ""),
            ("Ünïcode \"Quoted\" <User>", "user@example.org")
        ]
    );
}

#[test]
fn nothing_makes_it_panic() {
    for (name, mail) in samples() {
        let step = (mail.len() / 150).max(1);
        for end in (0..mail.len()).step_by(step) {
            let _ = write(&read(&mail[..end]));
            let _ = read_headers(&mail[end..]);
        }
        // Every byte of the structure turned into something else, a little at a time.
        let mut state = name.len() as u32;
        for round in 0..60 {
            let mut damaged = mail.clone();
            for _ in 0..=round % 8 {
                if damaged.is_empty() {
                    break;
                }
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                let position = (state >> 8) as usize % damaged.len().min(4096);
                damaged[position] = b"\0\n\r:=?-/\"\x80\xff "[state as usize % 12];
            }
            let _ = write(&read(&damaged));
        }
    }
}

#[test]
fn endless_nesting_is_survived() {
    let nested = "Content-Type: message/rfc822\r\n\r\n";
    for depth in [10, 100, 1_000, 4_000, 50_000] {
        let mail = format!(
            "From: a@b\r\n{}Subject: bottom\r\n\r\ntext",
            nested.repeat(depth)
        );
        let message = read(mail.as_bytes());
        let _ = write(&message);
    }
    let open: String = (0..5_000)
        .map(|n| format!("Content-Type: multipart/mixed; boundary=b{n}\r\n\r\n--b{n}\r\n"))
        .collect();
    let _ = write(&read(open.as_bytes()));
}
