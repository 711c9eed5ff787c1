//! Headers of a message: who, when, what about.

use mail_parser::decoders::base64::base64_decode;
use mail_parser::{HeaderName, HeaderValue, Message, MimeHeaders};
use mapi_abi::*;
use uuid::Uuid;

use super::address::{Person, PersonTags, entry_list};
use super::time;
use crate::store::{PropertyBag, Value};
use crate::sync::MessageData;

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

pub(super) fn set_envelope(data: &mut MessageData, message: &Message<'_>) {
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
