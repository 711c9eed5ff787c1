//! Mail in, properties out.

use std::borrow::Cow;

use mail_parser::decoders::{
    base64::base64_decode,
    html::{html_to_text, text_to_html},
    quoted_printable::quoted_printable_decode,
};
use mail_parser::{
    Encoding, HeaderName, HeaderValue, Message, MessageParser, MessagePart, MimeHeaders, PartType,
};
use mapi_abi::*;
use uuid::Uuid;

use super::address::{Person, PersonTags, entry_list};
use super::{MAXIMUM_DEPTH, charset, headers, time};
use crate::store::{PropertyBag, Value};
use crate::sync::{AttachmentData, MessageData};

/// The person who wrote the message.
pub(super) const FROM: PersonTags = PersonTags {
    name: PR_SENT_REPRESENTING_NAME,
    address_type: PR_SENT_REPRESENTING_ADDRTYPE,
    address: PR_SENT_REPRESENTING_EMAIL_ADDRESS,
    smtp_address: PR_SENT_REPRESENTING_SMTP_ADDRESS,
    entry_id: PR_SENT_REPRESENTING_ENTRYID,
    search_key: PR_SENT_REPRESENTING_SEARCH_KEY,
};

/// The person who sent it.
pub(super) const SENDER: PersonTags = PersonTags {
    name: PR_SENDER_NAME,
    address_type: PR_SENDER_ADDRTYPE,
    address: PR_SENDER_EMAIL_ADDRESS,
    smtp_address: PR_SENDER_SMTP_ADDRESS,
    entry_id: PR_SENDER_ENTRYID,
    search_key: PR_SENDER_SEARCH_KEY,
};

/// A recipient.
pub(super) const RECIPIENT: PersonTags = PersonTags {
    name: PR_DISPLAY_NAME,
    address_type: PR_ADDRTYPE,
    address: PR_EMAIL_ADDRESS,
    smtp_address: PR_SMTP_ADDRESS,
    entry_id: PR_ENTRYID,
    search_key: PR_SEARCH_KEY,
};

/// Values of `PR_NATIVE_BODY_INFO`: the body that the others are made from \[MS-OXCMSG 2.2.1.58.2\].
const NATIVE_BODY_PLAIN: i32 = 1;
const NATIVE_BODY_HTML: i32 = 3;

/// The parser takes nested messages apart by calling itself; more of them than this are read on a thread of its own
/// whose stack is large enough, and more than the second number not at all.
const MANY_NESTED: usize = 64;
const TOO_MANY_NESTED: usize = 4096;
const STACK_PER_NESTED: usize = 16 * 1024;

/// Reads mail. Never fails: see the [module](super).
#[must_use]
pub fn read(mail: &[u8]) -> MessageData {
    // The parser counts in 32 bits.
    let mail = &mail[..mail.len().min(u32::MAX as usize - 1024)];
    let (section, body) = headers::split(mail);
    match count_nested(mail) {
        count if count <= MANY_NESTED => read_whole(section, body),
        count if count <= TOO_MANY_NESTED => std::thread::scope(|scope| {
            let thread = std::thread::Builder::new()
                .stack_size((count + MANY_NESTED) * STACK_PER_NESTED)
                .spawn_scoped(scope, || read_whole(section, body));
            thread.ok().and_then(|thread| thread.join().ok())
        })
        .unwrap_or_else(|| read_as_text(section, body)),
        _ => read_as_text(section, body),
    }
}

/// Reads the header section of mail, whatever follows it: a message without bodies and attachments.
#[must_use]
pub fn read_headers(mail: &[u8]) -> MessageData {
    let (section, _) = headers::split(mail);
    // The parser wants to see at least one header.
    let mut prepared = b"MIME-Version: 1.0\r\n".to_vec();
    prepared.append(&mut prepare(section, &[]));
    let mut data = MessageData::default();
    if let Some(message) = MessageParser::new().parse_headers(&prepared)
        && !message.parts.is_empty()
    {
        set_envelope(&mut data, &message);
    }
    finish(&mut data, section);
    data
}

fn read_whole(section: &[u8], body: &[u8]) -> MessageData {
    let prepared = prepare(section, body);
    match MessageParser::new().parse(&prepared) {
        Some(message) if !section.is_empty() && !message.parts.is_empty() => {
            let mut data = convert(&message, 0);
            finish(&mut data, section);
            data
        }
        _ => read_as_text(section, body),
    }
}

/// Mail that cannot be taken apart: its headers, and the rest as it is.
fn read_as_text(section: &[u8], body: &[u8]) -> MessageData {
    let mut data = read_headers(section);
    set_text(&mut data.properties, charset::decode(body, None));
    data
}

/// What the parser gets: headers in UTF-8 and with joined encoded words, an empty line, the body as it is.
fn prepare(section: &[u8], body: &[u8]) -> Vec<u8> {
    let section = headers::decode(section);
    let section = headers::join_encoded_words(&section);
    let mut prepared = Vec::with_capacity(section.len() + body.len() + 2);
    prepared.extend_from_slice(section.as_bytes());
    prepared.extend_from_slice(b"\r\n");
    prepared.extend_from_slice(body);
    prepared
}

/// How many messages may be nested in each other, at most.
fn count_nested(mail: &[u8]) -> usize {
    const NESTING: [&[u8]; 3] = [b"message/rfc822", b"message/global", b"multipart/digest"];
    let slashes = mail
        .iter()
        .enumerate()
        .filter(|(_, byte)| **byte == b'/')
        .map(|(position, _)| position);
    slashes
        .filter(|slash| {
            NESTING.iter().any(|name| {
                let before = name.iter().position(|byte| *byte == b'/').unwrap_or(0);
                let start = slash.saturating_sub(before);
                mail.get(start..start + name.len())
                    .is_some_and(|found| found.eq_ignore_ascii_case(name))
            })
        })
        .count()
}

fn convert(message: &Message<'_>, depth: usize) -> MessageData {
    let mut data = MessageData::default();
    set_envelope(&mut data, message);
    let html = set_bodies(&mut data.properties, message);
    for part in message
        .attachments
        .iter()
        .filter_map(|id| message.parts.get(*id as usize))
    {
        let number = data.attachments.len() + 1;
        data.attachments
            .push(attachment(message, part, html.as_deref(), number, depth));
    }
    data
}

/// What the outermost message has and an embedded one gets in [`attachment`].
fn finish(data: &mut MessageData, section: &[u8]) {
    if !section.is_empty() {
        let text = headers::decode(section);
        data.properties
            .set(PR_TRANSPORT_MESSAGE_HEADERS, Value::Unicode(text));
    }
    if data.properties.get(id_of(PR_MESSAGE_CLASS)).is_none() {
        data.properties
            .set(PR_MESSAGE_CLASS, Value::Unicode("IPM.Note".to_owned()));
    }
}

const fn id_of(tag: u32) -> u16 {
    (tag >> 16) as u16
}

fn set_envelope(data: &mut MessageData, message: &Message<'_>) {
    let bag = &mut data.properties;
    let text = |name: HeaderName<'static>| header_text(message, name);
    let set_text = |bag: &mut PropertyBag, tag, value: Option<String>| {
        if let Some(value) = value {
            bag.set(tag, Value::Unicode(value));
        }
    };
    bag.set(
        PR_MESSAGE_CLASS,
        Value::Unicode(message_class(message).to_owned()),
    );
    set_text(
        bag,
        PR_SUBJECT,
        Some(text(HeaderName::Subject).unwrap_or_default()),
    );
    set_text(
        bag,
        PR_CONVERSATION_TOPIC,
        text(HeaderName::Other("Thread-Topic".into())),
    );
    let ids = |name| message_ids(message, name);
    let joined = |ids: Vec<String>| (!ids.is_empty()).then(|| ids.join(" "));
    set_text(
        bag,
        PR_INTERNET_MESSAGE_ID,
        ids(HeaderName::MessageId).into_iter().next(),
    );
    set_text(
        bag,
        PR_IN_REPLY_TO_ID,
        ids(HeaderName::InReplyTo).into_iter().next(),
    );
    set_text(
        bag,
        PR_INTERNET_REFERENCES,
        joined(ids(HeaderName::References)),
    );

    let date = message.date().and_then(time::from_date);
    let received = message
        .header_values(HeaderName::Received)
        .find_map(HeaderValue::as_received);
    let received = received.and_then(|received| time::from_date(&received.date()?));
    if let Some(date) = date.or(received) {
        bag.set(PR_CLIENT_SUBMIT_TIME, Value::SysTime(date));
    }
    if let Some(date) = received.or(date) {
        bag.set(PR_MESSAGE_DELIVERY_TIME, Value::SysTime(date));
    }
    set_conversation_index(
        bag,
        text(HeaderName::Other("Thread-Index".into())),
        date.or(received),
    );
    set_people(data, message);
    set_importance(&mut data.properties, message);

    if message
        .header(HeaderName::DispositionNotificationTo)
        .is_some()
    {
        data.properties
            .set(PR_READ_RECEIPT_REQUESTED, Value::Boolean(true));
    }
    if text(HeaderName::Other("X-Unsent".into())).as_deref() == Some("1") {
        data.properties
            .set(PR_MESSAGE_FLAGS, Value::Long(MSGFLAG_UNSENT as i32));
    }
}

/// The first field of that name as text, whatever form its parser gave it.
fn header_text(message: &Message<'_>, name: HeaderName<'static>) -> Option<String> {
    let value = message
        .header_values(name)
        .find(|value| !value.is_empty())?;
    let text = match value {
        HeaderValue::Text(text) => text.trim().to_owned(),
        HeaderValue::TextList(list) => list.join(", "),
        _ => return None,
    };
    // A folded or broken line must not reach a property that has one line.
    Some(
        text.chars()
            .map(|letter| if letter.is_control() { ' ' } else { letter })
            .collect(),
    )
}

fn message_ids(message: &Message<'_>, name: HeaderName<'static>) -> Vec<String> {
    let mut ids = Vec::new();
    for value in message.header_values(name) {
        match value {
            HeaderValue::Text(id) => ids.push(format!("<{id}>")),
            HeaderValue::TextList(list) => ids.extend(list.iter().map(|id| format!("<{id}>"))),
            _ => {}
        }
    }
    ids
}

fn set_people(data: &mut MessageData, message: &Message<'_>) {
    let people = |name| -> Vec<Person> {
        let addresses = message
            .header_values(name)
            .filter_map(HeaderValue::as_address);
        let people = addresses.flat_map(|list| list.iter().map(person).collect::<Vec<_>>());
        people.filter(|person| !person.is_nobody()).collect()
    };
    let from = people(HeaderName::From).into_iter().next();
    let sender = people(HeaderName::Sender).into_iter().next();
    let bag = &mut data.properties;
    if let Some(from) = from.as_ref().or(sender.as_ref()) {
        FROM.set(bag, from);
        SENDER.set(bag, sender.as_ref().unwrap_or(from));
    }
    let reply_to = people(HeaderName::ReplyTo);
    if !reply_to.is_empty() {
        let names: Vec<_> = reply_to.iter().map(Person::display_name).collect();
        bag.set(PR_REPLY_RECIPIENT_NAMES, Value::Unicode(names.join("; ")));
        bag.set(
            PR_REPLY_RECIPIENT_ENTRIES,
            Value::Binary(entry_list(&reply_to)),
        );
    }
    let kinds = [
        (HeaderName::To, MAPI_TO),
        (HeaderName::Cc, MAPI_CC),
        (HeaderName::Bcc, MAPI_BCC),
    ];
    for (name, kind) in kinds {
        for person in people(name) {
            let mut recipient = PropertyBag::new();
            RECIPIENT.set(&mut recipient, &person);
            recipient.set(PR_RECIPIENT_TYPE, Value::Long(kind as i32));
            recipient.set(PR_OBJECT_TYPE, Value::Long(MAPI_MAILUSER as i32));
            recipient.set(PR_DISPLAY_TYPE, Value::Long(DT_MAILUSER as i32));
            data.recipients.push(recipient);
        }
    }
}

fn person(address: &mail_parser::Addr<'_>) -> Person {
    let clean = |text: Option<&str>| -> String {
        let letters = text.unwrap_or_default().trim().chars();
        letters
            .map(|letter| if letter.is_control() { ' ' } else { letter })
            .collect()
    };
    let (name, address) = (clean(address.name()), clean(address.address()));
    // `"joe@example.org" <joe@example.org>` names nobody.
    if name == address {
        Person::new("", address)
    } else {
        Person::new(name, address)
    }
}

fn set_importance(bag: &mut PropertyBag, message: &Message<'_>) {
    let text = |name| {
        header_text(message, name)
            .unwrap_or_default()
            .to_ascii_lowercase()
    };
    let other = |name: &'static str| text(HeaderName::Other(name.into()));
    let importance = match text(HeaderName::Importance).as_str() {
        "high" => Some(IMPORTANCE_HIGH),
        "normal" => Some(IMPORTANCE_NORMAL),
        "low" => Some(IMPORTANCE_LOW),
        _ => None,
    };
    let by_number = match other("X-Priority").bytes().next() {
        Some(b'1' | b'2') => Some(IMPORTANCE_HIGH),
        Some(b'3') => Some(IMPORTANCE_NORMAL),
        Some(b'4' | b'5') => Some(IMPORTANCE_LOW),
        _ => None,
    };
    let priority = match text(HeaderName::Priority).as_str() {
        "urgent" => Some(PRIO_URGENT),
        "normal" => Some(PRIO_NORMAL),
        "non-urgent" => Some(PRIO_NONURGENT),
        _ => None,
    };
    // Importance 0..=2 and priority -1..=1 mean the same to people.
    let importance = importance
        .or(by_number)
        .or(priority.map(|priority| priority + 1));
    let importance = importance.unwrap_or(IMPORTANCE_NORMAL);
    bag.set(PR_IMPORTANCE, Value::Long(importance));
    bag.set(PR_PRIORITY, Value::Long(priority.unwrap_or(importance - 1)));
    let sensitivity = match text(HeaderName::Sensitivity).as_str() {
        "personal" => SENSITIVITY_PERSONAL,
        "private" => SENSITIVITY_PRIVATE,
        "company-confidential" => SENSITIVITY_COMPANY_CONFIDENTIAL,
        _ => SENSITIVITY_NONE,
    };
    bag.set(PR_SENSITIVITY, Value::Long(sensitivity as i32));
}

/// Namespace of the conversation ids made from message ids.
const CONVERSATION: Uuid = Uuid::from_u128(0x8f1e_5a30_7c0b_4d2e_9a55_30d4_5be1_c8f7);

fn set_conversation_index(bag: &mut PropertyBag, thread_index: Option<String>, date: Option<u64>) {
    let index = thread_index.and_then(|index| base64_decode(index.as_bytes()));
    let index = index
        .filter(|index| is_conversation_index(index))
        .or_else(|| derive_index(bag, date));
    if let Some(index) = index {
        bag.set(PR_CONVERSATION_INDEX, Value::Binary(index));
    }
}

/// A header of 22 bytes and any number of replies of 5 each \[MS-OXOMSG 2.2.1.3\].
pub(super) fn is_conversation_index(index: &[u8]) -> bool {
    index.len() >= 22 && index[0] == 1 && (index.len() - 22).is_multiple_of(5)
}

/// What a sender without Thread-Index could have written: the same id for every message of a thread.
pub(super) fn derive_index(bag: &PropertyBag, date: Option<u64>) -> Option<Vec<u8>> {
    let first = bag
        .text(PR_INTERNET_REFERENCES)
        .or_else(|| bag.text(PR_IN_REPLY_TO_ID))
        .or_else(|| bag.text(PR_INTERNET_MESSAGE_ID))?;
    let root = first.split_whitespace().next()?;
    let mut index = vec![1];
    index.extend_from_slice(&date.unwrap_or_default().to_be_bytes()[1..6]);
    index.extend_from_slice(Uuid::new_v5(&CONVERSATION, root.as_bytes()).as_bytes());
    Some(index)
}

fn message_class(message: &Message<'_>) -> &'static str {
    let Some(kind) = message.content_type() else {
        return "IPM.Note";
    };
    let is = |main: &str, sub: &str| {
        kind.ctype().eq_ignore_ascii_case(main)
            && kind
                .subtype()
                .is_some_and(|found| found.eq_ignore_ascii_case(sub))
    };
    if is("application", "pkcs7-mime") || is("application", "x-pkcs7-mime") {
        return "IPM.Note.SMIME";
    }
    if !is("multipart", "report") {
        return "IPM.Note";
    }
    let report = kind
        .attribute("report-type")
        .unwrap_or_default()
        .to_ascii_lowercase();
    let says = |word: &str| {
        message.parts.iter().any(|part| {
            let status = part.is_content_type("message", "delivery-status")
                || part.is_content_type("message", "disposition-notification");
            status
                && String::from_utf8_lossy(part.contents())
                    .to_ascii_lowercase()
                    .contains(word)
        })
    };
    match report.as_str() {
        "disposition-notification" if says("deleted") => "REPORT.IPM.Note.IPNNRN",
        "disposition-notification" => "REPORT.IPM.Note.IPNRN",
        "delivery-status" if says("action: failed") => "REPORT.IPM.Note.NDR",
        "delivery-status" if says("action: delayed") => "REPORT.IPM.Note.Delayed",
        "delivery-status" => "REPORT.IPM.Note.DR",
        _ => "IPM.Note",
    }
}

/// Sets the bodies; returns the HTML one.
fn set_bodies(bag: &mut PropertyBag, message: &Message<'_>) -> Option<String> {
    let parts = |ids: &[u32]| -> Vec<&MessagePart<'_>> {
        let parts = ids.iter().filter_map(|id| message.parts.get(*id as usize));
        parts
            .filter(|part| matches!(part.body, PartType::Text(_) | PartType::Html(_)))
            .collect()
    };
    let is_html = |part: &&MessagePart<'_>| matches!(part.body, PartType::Html(_));
    let (for_html, for_text) = (parts(&message.html_body), parts(&message.text_body));

    let html = for_html.iter().any(is_html).then(|| {
        let pieces = for_html.iter().map(|part| {
            let text = part_text(message, part);
            if is_html(part) {
                text.into_owned()
            } else {
                text_to_html(&text)
            }
        });
        pieces.collect::<Vec<_>>().join("\n")
    });
    let pieces = for_text.iter().map(|part| {
        let text = part_text(message, part);
        if is_html(part) {
            html_to_text(&text)
        } else {
            plain_text(part, &text).into_owned()
        }
    });
    let mut text = pieces.collect::<Vec<_>>().join("\r\n");
    if for_text.is_empty()
        && let Some(html) = &html
    {
        text = html_to_text(html);
    }
    set_text(bag, text);
    if let Some(html) = &html {
        bag.set(PR_HTML, Value::Binary(html.clone().into_bytes()));
        bag.set(PR_INTERNET_CPID, Value::Long(charset::CODE_PAGE_UTF8));
        bag.set(PR_NATIVE_BODY_INFO, Value::Long(NATIVE_BODY_HTML));
    }
    html
}

fn set_text(bag: &mut PropertyBag, text: String) {
    bag.set(PR_BODY, Value::Unicode(with_crlf(&text)));
    bag.set(PR_INTERNET_CPID, Value::Long(charset::CODE_PAGE_UTF8));
    bag.set(PR_NATIVE_BODY_INFO, Value::Long(NATIVE_BODY_PLAIN));
}

/// Line ends as Windows has them, and no NUL: text properties end at the first one.
fn with_crlf(text: &str) -> String {
    let mut result = String::with_capacity(text.len() + text.len() / 32);
    let mut previous = ' ';
    for letter in text.chars().filter(|letter| *letter != '\0') {
        if letter == '\n' && previous != '\r' {
            result.push('\r');
        }
        result.push(letter);
        previous = letter;
    }
    result
}

/// Text of a text part. The parser has decoded it; where it had no idea how, we guess better.
fn part_text<'a>(message: &Message<'_>, part: &'a MessagePart<'_>) -> Cow<'a, str> {
    let text = part.text_contents().unwrap_or_default();
    let declared = part
        .content_type()
        .and_then(|kind| kind.attribute("charset"));
    if text.contains(char::REPLACEMENT_CHARACTER) && !declared.is_some_and(charset::is_known) {
        Cow::Owned(charset::decode(&part_bytes(message, part), None))
    } else {
        Cow::Borrowed(text)
    }
}

/// Bytes of a part as they were before they were encoded for transfer.
fn part_bytes<'a>(message: &'a Message<'_>, part: &'a MessagePart<'_>) -> Cow<'a, [u8]> {
    let range = part.offset_body as usize..part.offset_end as usize;
    let raw = message
        .raw_message
        .get(range)
        .filter(|_| !part.is_encoding_problem);
    let decoded = raw.and_then(|raw| match part.encoding {
        Encoding::None => Some(Cow::Borrowed(raw)),
        Encoding::Base64 => base64_decode(raw).map(Cow::Owned),
        Encoding::QuotedPrintable => quoted_printable_decode(raw).map(Cow::Owned),
    });
    decoded.unwrap_or_else(|| Cow::Borrowed(part.contents()))
}

/// Plain text with its flowed lines joined \[RFC 3676\].
fn plain_text<'a>(part: &MessagePart<'_>, text: &'a str) -> Cow<'a, str> {
    let kind = part.content_type();
    let is = |name: &str, value: &str| {
        kind.and_then(|kind| kind.attribute(name))
            .is_some_and(|found| found.eq_ignore_ascii_case(value))
    };
    if is("format", "flowed") {
        Cow::Owned(unflow(text, is("delsp", "yes")))
    } else {
        Cow::Borrowed(text)
    }
}

fn unflow(text: &str, delete_space: bool) -> String {
    let mut result = String::with_capacity(text.len());
    let mut open: Option<usize> = None; // quote depth of the unfinished paragraph
    for line in text.lines() {
        let quotes = line.bytes().take_while(|byte| *byte == b'>').count();
        let content = &line[quotes..];
        let content = content.strip_prefix(' ').unwrap_or(content);
        match open {
            Some(depth) if depth == quotes && content != "-- " => {}
            _ => {
                if open.is_some() {
                    result.push_str("\r\n");
                }
                if quotes > 0 {
                    result.push_str(&">".repeat(quotes));
                    result.push(' ');
                }
            }
        }
        let flows = content.ends_with(' ') && content != "-- ";
        let kept = if flows && delete_space {
            &content[..content.len() - 1]
        } else {
            content
        };
        result.push_str(kept);
        open = flows.then_some(quotes);
        if !flows {
            result.push_str("\r\n");
        }
    }
    result
}

fn attachment(
    message: &Message<'_>,
    part: &MessagePart<'_>,
    html: Option<&str>,
    number: usize,
    depth: usize,
) -> AttachmentData {
    let mut data = AttachmentData::default();
    let bag = &mut data.properties;
    let mime = part.content_type().map(|kind| match kind.subtype() {
        Some(subtype) => format!("{}/{subtype}", kind.ctype()).to_ascii_lowercase(),
        None => kind.ctype().to_ascii_lowercase(),
    });
    let embedded = match &part.body {
        PartType::Message(inner) if depth < MAXIMUM_DEPTH => Some(embedded(inner, depth + 1)),
        _ => None,
    };
    let name = part
        .attachment_name()
        .map(file_name)
        .filter(|name| !name.is_empty());
    bag.set(PR_RENDERING_POSITION, Value::Long(-1));
    let hidden = set_reference(bag, part, html);
    bag.set(PR_ATTACHMENT_HIDDEN, Value::Boolean(hidden));

    if let Some(inner) = embedded {
        let subject = inner
            .properties
            .text(PR_SUBJECT)
            .filter(|subject| !subject.is_empty());
        let title = subject
            .map(str::to_owned)
            .or(name)
            .unwrap_or_else(|| "Untitled".to_owned());
        bag.set(PR_ATTACH_METHOD, Value::Long(ATTACH_EMBEDDED_MSG as i32));
        bag.set(PR_DISPLAY_NAME, Value::Unicode(title));
        bag.set(
            PR_ATTACH_MIME_TAG,
            Value::Unicode("message/rfc822".to_owned()),
        );
        data.embedded = Some(Box::new(inner));
        return data;
    }

    let name = name.unwrap_or_else(|| made_up_name(mime.as_deref(), number));
    if let Some(dot) = name.rfind('.').filter(|dot| *dot > 0) {
        bag.set(PR_ATTACH_EXTENSION, Value::Unicode(name[dot..].to_owned()));
    }
    bag.set(PR_ATTACH_METHOD, Value::Long(ATTACH_BY_VALUE as i32));
    bag.set(PR_ATTACH_FILENAME, Value::Unicode(short_name(&name)));
    bag.set(PR_ATTACH_LONG_FILENAME, Value::Unicode(name.clone()));
    bag.set(PR_DISPLAY_NAME, Value::Unicode(name));
    let mime = mime.unwrap_or_else(|| "application/octet-stream".to_owned());
    bag.set(PR_ATTACH_MIME_TAG, Value::Unicode(mime));
    bag.set(
        PR_ATTACH_DATA_BIN,
        Value::Binary(part_bytes(message, part).into_owned()),
    );
    data
}

/// Sets the names by which an HTML body can refer to an attachment; returns whether it does.
fn set_reference(bag: &mut PropertyBag, part: &MessagePart<'_>, html: Option<&str>) -> bool {
    let html = html.unwrap_or_default();
    let mut referred = false;
    if let Some(id) = part.content_id().map(str::trim).filter(|id| !id.is_empty()) {
        let plain = format!("cid:{id}");
        let escaped = format!("cid:{}", id.replace('%', "%25").replace('@', "%40"));
        referred |= html.contains(&plain) || html.contains(&escaped);
        bag.set(PR_ATTACH_CONTENT_ID, Value::Unicode(id.to_owned()));
    }
    if let Some(location) = part
        .content_location()
        .map(str::trim)
        .filter(|text| !text.is_empty())
    {
        referred |= html.contains(location);
        bag.set(
            PR_ATTACH_CONTENT_LOCATION,
            Value::Unicode(location.to_owned()),
        );
    }
    if referred {
        bag.set(PR_ATTACH_FLAGS, Value::Long(ATT_MHTML_REF as i32));
    }
    referred
}

fn embedded(message: &Message<'_>, depth: usize) -> MessageData {
    let root = message.parts.first();
    let section = root.and_then(|root| {
        message
            .raw_message
            .get(root.offset_header as usize..root.offset_body as usize)
    });
    let mut data = if root.is_some() {
        convert(message, depth)
    } else {
        MessageData::default()
    };
    finish(
        &mut data,
        section.map_or(&[], |section| headers::split(section).0),
    );
    data
}

/// The last component of a name that a stranger chose, without what could do harm in it.
fn file_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let clean: String = last.chars().filter(|letter| !letter.is_control()).collect();
    let clean = clean.trim().trim_end_matches('.');
    if clean.chars().all(|letter| letter == '.') {
        String::new()
    } else {
        clean.chars().take(255).collect()
    }
}

fn made_up_name(mime: Option<&str>, number: usize) -> String {
    let extension = match mime.unwrap_or_default() {
        "text/plain" => "txt",
        "text/html" => "htm",
        "text/calendar" => "ics",
        "text/x-vcard" | "text/vcard" => "vcf",
        "text/rfc822-headers" | "message/delivery-status" | "message/disposition-notification" => {
            "txt"
        }
        "message/rfc822" | "message/global" => "eml",
        "image/jpeg" => "jpg",
        "image/png" => "png",
        "image/gif" => "gif",
        "image/svg+xml" => "svg",
        "image/tiff" => "tif",
        "application/pdf" => "pdf",
        "application/zip" => "zip",
        "application/pkcs7-mime" | "application/x-pkcs7-mime" => return "smime.p7m".to_owned(),
        _ => "dat",
    };
    format!("attachment-{number}.{extension}")
}

/// A name of the form 8.3 \[pidtagattachfilename-canonical-property\].
fn short_name(name: &str) -> String {
    let (stem, extension) = name.rsplit_once('.').unwrap_or((name, ""));
    let clean = |text: &str, length: usize| -> String {
        let letters = text
            .chars()
            .filter(|letter| letter.is_ascii_alphanumeric() || "-_~".contains(*letter));
        letters.take(length).collect()
    };
    let (short_stem, short_extension) = (clean(stem, 9), clean(extension, 4));
    let is_short = short_stem == stem
        && stem.len() <= 8
        && short_extension == extension
        && extension.len() <= 3;
    if is_short && !stem.is_empty() {
        return name.to_owned();
    }
    let stem: String = clean(stem, 6).to_ascii_uppercase();
    let stem = if stem.is_empty() {
        "FILE".to_owned()
    } else {
        stem
    };
    let extension = clean(extension, 3).to_ascii_uppercase();
    if extension.is_empty() {
        format!("{stem}~1")
    } else {
        format!("{stem}~1.{extension}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flowed_lines_are_joined() {
        let text = "One \ntwo.\n\n> quoted \n> on\n>> deeper\n-- \nsig \n stuffed\n";
        let expected = "One two.\r\n\r\n> quoted on\r\n>> deeper\r\n-- \r\nsig stuffed\r\n";
        assert_eq!(unflow(text, false), expected);
        assert_eq!(unflow("日本 \n語\n", true), "日本語\r\n");
        assert_eq!(unflow("", false), "");
    }

    #[test]
    fn names_of_files_do_no_harm() {
        assert_eq!(file_name("..\\..\\windows\\evil.exe"), "evil.exe");
        assert_eq!(file_name("/etc/passwd"), "passwd");
        assert_eq!(file_name("a\r\nb\0.txt. "), "ab.txt");
        assert_eq!(file_name(".."), "");
        assert_eq!(short_name("report.pdf"), "report.pdf");
        assert_eq!(short_name("Quarterly report.docx"), "QUARTE~1.DOC");
        assert_eq!(short_name("отчёт"), "FILE~1");
    }

    #[test]
    fn nested_messages_are_counted() {
        assert_eq!(
            count_nested(b"Content-Type: MESSAGE/rfc822\n\nmultipart/digest /"),
            2
        );
        assert_eq!(count_nested(b"/message/rfc82"), 0);
    }
}
