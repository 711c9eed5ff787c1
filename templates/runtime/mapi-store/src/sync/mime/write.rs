//! Properties in, mail out.

use mail_builder::headers::address::Address;
use mail_builder::headers::content_type::ContentType;
use mail_builder::headers::date::Date;
use mail_builder::headers::message_id::MessageId;
use mail_builder::headers::raw::Raw;
use mail_builder::headers::text::Text;
use mail_builder::headers::{HeaderType, content_type};
use mail_builder::mime::{BodyPart, MimePart};
use mail_parser::decoders::html::html_to_text;
use mapi_abi::*;
use uuid::Uuid;

use super::address::{Person, people_of_entry_list};
use super::envelope::{FROM, RECIPIENT, SENDER, derive_index, is_conversation_index};
use super::{MAXIMUM_DEPTH, charset, headers, time};
use crate::store::PropertyBag;
use crate::sync::{AttachmentData, MessageData};

type Field = (std::borrow::Cow<'static, str>, HeaderType<'static>);

/// Writes a message as mail: see the [module](super).
#[must_use]
pub fn write(message: &MessageData) -> Vec<u8> {
    write_at(message, 0)
}

fn write_at(message: &MessageData, depth: usize) -> Vec<u8> {
    let mut boundaries = Boundaries::new(message, depth);
    let mut root = body(message, &mut boundaries, depth);
    let mut fields = fields(message);
    fields.append(&mut root.headers);
    root.headers = fields;
    let mut mail = Vec::new();
    root.write_part(&mut mail);
    mail
}

/// Boundaries that follow from the message, so that writing it again gives the same bytes.
struct Boundaries {
    seed: Uuid,
    count: u32,
}

impl Boundaries {
    const NAMESPACE: Uuid = Uuid::from_u128(0x2c6b_1f4e_0d0a_4c39_b6f2_7b8c_55ad_9e10);

    fn new(message: &MessageData, depth: usize) -> Self {
        // The depth: a message may hold one that looks just like it.
        let mut bytes = depth.to_le_bytes().to_vec();
        for tag in [PR_SUBJECT, PR_BODY, PR_INTERNET_MESSAGE_ID] {
            bytes.extend_from_slice(message.properties.text(tag).unwrap_or_default().as_bytes());
            bytes.push(0);
        }
        bytes.extend_from_slice(message.properties.binary(PR_HTML).unwrap_or_default());
        bytes.extend_from_slice(&message.attachments.len().to_le_bytes());
        Self {
            seed: Uuid::new_v5(&Self::NAMESPACE, &bytes),
            count: 0,
        }
    }

    fn multipart(&mut self, subtype: &str, parts: Vec<MimePart<'static>>) -> MimePart<'static> {
        let kind = ContentType::new(format!("multipart/{subtype}"));
        self.multipart_of(kind, parts)
    }

    fn multipart_of(
        &mut self,
        kind: ContentType<'static>,
        parts: Vec<MimePart<'static>>,
    ) -> MimePart<'static> {
        self.count += 1;
        // `=_` cannot occur in quoted-printable or base64 text.
        let boundary = format!("=_{}_{}", self.seed.simple(), self.count);
        MimePart::new(kind.attribute("boundary", boundary), parts)
    }
}

/// Fields that the body of this module writes itself; others are carried over from the headers that a message came with.
const WRITTEN: &[&str] = &[
    "bcc",
    "cc",
    "date",
    "disposition-notification-to",
    "from",
    "importance",
    "in-reply-to",
    "message-id",
    "mime-version",
    "priority",
    "references",
    "reply-to",
    "sender",
    "sensitivity",
    "subject",
    "thread-index",
    "thread-topic",
    "to",
    "x-msmail-priority",
    "x-priority",
    "x-unsent",
];

fn fields(message: &MessageData) -> Vec<Field> {
    let bag = &message.properties;
    let mut fields: Vec<Field> = Vec::new();
    for (name, value) in headers::fields(bag.text(PR_TRANSPORT_MESSAGE_HEADERS).unwrap_or_default())
    {
        let lower = name.to_ascii_lowercase();
        if !lower.starts_with("content-") && !WRITTEN.contains(&lower.as_str()) {
            let value: HeaderType<'static> = if value.is_ascii() {
                Raw::new(value).into()
            } else {
                Text::new(value).into()
            };
            fields.push((name.to_owned().into(), value));
        }
    }
    let mut add =
        |name: &'static str, value: HeaderType<'static>| fields.push((name.into(), value));
    add_people(message, &mut add);
    add(
        "Subject",
        Text::new(one_line(bag.text(PR_SUBJECT).unwrap_or_default())).into(),
    );
    let sent = bag
        .time(PR_CLIENT_SUBMIT_TIME)
        .or_else(|| bag.time(PR_MESSAGE_DELIVERY_TIME));
    // A draft has no other time; mail that came without a date stays without.
    let made = || {
        bag.time(PR_CREATION_TIME)
            .filter(|_| bag.text(PR_TRANSPORT_MESSAGE_HEADERS).is_none())
    };
    let sent = sent.or_else(made);
    if let Some(sent) = sent {
        add("Date", Date::new(time::to_unix_seconds(sent)).into());
    }
    let ids = [
        ("Message-ID", PR_INTERNET_MESSAGE_ID),
        ("In-Reply-To", PR_IN_REPLY_TO_ID),
        ("References", PR_INTERNET_REFERENCES),
    ];
    for (name, tag) in ids {
        let ids = message_ids(bag.text(tag).unwrap_or_default());
        if !ids.is_empty() {
            add(name, MessageId::new_list(ids.into_iter()).into());
        }
    }
    add_importance(bag, &mut add);
    add_conversation(bag, sent, &mut add);
    let flags = bag.long(PR_MESSAGE_FLAGS).unwrap_or_default();
    if flags & MSGFLAG_UNSENT as i32 != 0 {
        add("X-Unsent", Raw::new("1").into());
    }
    add("MIME-Version", Raw::new("1.0").into());
    fields
}

fn add_people(message: &MessageData, add: &mut impl FnMut(&'static str, HeaderType<'static>)) {
    let bag = &message.properties;
    let (from, sender) = (FROM.get(bag), SENDER.get(bag));
    if let Some(from) = from.as_ref().or(sender.as_ref()) {
        add("From", address(from).into());
        if let Some(sender) = sender.as_ref().filter(|sender| *sender != from) {
            add("Sender", address(sender).into());
        }
        if bag.boolean(PR_READ_RECEIPT_REQUESTED) == Some(true) {
            add(
                "Disposition-Notification-To",
                address(sender.as_ref().unwrap_or(from)).into(),
            );
        }
    }
    let reply_to = people_of_entry_list(bag.binary(PR_REPLY_RECIPIENT_ENTRIES).unwrap_or_default());
    if !reply_to.is_empty() {
        add("Reply-To", address_list(&reply_to).into());
    }
    for (name, kind) in [("To", MAPI_TO), ("Cc", MAPI_CC), ("Bcc", MAPI_BCC)] {
        let people = message.recipients.iter().filter(|recipient| {
            let found = recipient.long(PR_RECIPIENT_TYPE).unwrap_or(MAPI_TO as i32);
            found as u32 & !(MAPI_P1 | MAPI_SUBMITTED) == kind
        });
        let people: Vec<Person> = people
            .filter_map(|recipient| RECIPIENT.get(recipient))
            .collect();
        if !people.is_empty() {
            add(name, address_list(&people).into());
        }
    }
}

fn address(person: &Person) -> Address<'static> {
    let name = (!person.name.is_empty()).then(|| one_line(&person.name));
    Address::new_address(name, one_line(&person.address).replace(['<', '>', ' '], ""))
}

fn address_list(people: &[Person]) -> Address<'static> {
    Address::new_list(people.iter().map(address).collect())
}

/// Nothing that could begin another header line.
fn one_line(text: &str) -> String {
    text.chars()
        .map(|letter| if letter.is_control() { ' ' } else { letter })
        .collect()
}

fn message_ids(text: &str) -> Vec<String> {
    let ids = text.split(|letter: char| letter.is_whitespace() || "<>,".contains(letter));
    ids.filter(|id| !id.is_empty() && id.is_ascii())
        .map(str::to_owned)
        .collect()
}

fn add_importance(bag: &PropertyBag, add: &mut impl FnMut(&'static str, HeaderType<'static>)) {
    let importance = bag.long(PR_IMPORTANCE).unwrap_or(IMPORTANCE_NORMAL);
    let words = match importance {
        IMPORTANCE_HIGH => Some(("high", "1")),
        IMPORTANCE_LOW => Some(("low", "5")),
        _ => None,
    };
    if let Some((word, number)) = words {
        add("Importance", Raw::new(word).into());
        add("X-Priority", Raw::new(number).into());
    }
    let priority = bag
        .long(PR_PRIORITY)
        .filter(|priority| *priority != importance - 1);
    let word = match priority {
        Some(PRIO_URGENT) => Some("urgent"),
        Some(PRIO_NORMAL) => Some("normal"),
        Some(PRIO_NONURGENT) => Some("non-urgent"),
        _ => None,
    };
    if let Some(word) = word {
        add("Priority", Raw::new(word).into());
    }
    let word = match bag.long(PR_SENSITIVITY).unwrap_or_default() as u32 {
        SENSITIVITY_PERSONAL => Some("Personal"),
        SENSITIVITY_PRIVATE => Some("Private"),
        SENSITIVITY_COMPANY_CONFIDENTIAL => Some("Company-Confidential"),
        _ => None,
    };
    if let Some(word) = word {
        add("Sensitivity", Raw::new(word).into());
    }
}

fn add_conversation(
    bag: &PropertyBag,
    sent: Option<u64>,
    add: &mut impl FnMut(&'static str, HeaderType<'static>),
) {
    let index = bag
        .binary(PR_CONVERSATION_INDEX)
        .filter(|index| is_conversation_index(index));
    let Some(index) = index.filter(|index| derive_index(bag, sent).as_deref() != Some(*index))
    else {
        return;
    };
    // Without an index, the topic is the subject's and says nothing new.
    if let Some(topic) = bag
        .text(PR_CONVERSATION_TOPIC)
        .filter(|topic| !topic.is_empty())
    {
        add("Thread-Topic", Text::new(one_line(topic)).into());
    }
    let base64 = base64(index);
    add("Thread-Index", Raw::new(base64).into());
}

fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let group = chunk
            .iter()
            .fold(0_u32, |group, byte| group << 8 | u32::from(*byte))
            << (8 * (3 - chunk.len()));
        for position in 0..4 {
            let letter = LETTERS[(group >> (18 - 6 * position) & 63) as usize];
            text.push(if position <= chunk.len() {
                char::from(letter)
            } else {
                '='
            });
        }
    }
    text
}

fn body(message: &MessageData, boundaries: &mut Boundaries, depth: usize) -> MimePart<'static> {
    let bag = &message.properties;
    let html = bag
        .binary(PR_HTML)
        .map(|html| charset::decode_code_page(html, bag.long(PR_INTERNET_CPID)).into_owned());
    let text = bag.text(PR_BODY).unwrap_or_default();
    let class = bag
        .text(PR_MESSAGE_CLASS)
        .unwrap_or_default()
        .to_ascii_uppercase();

    if class == "IPM.NOTE.SMIME"
        && let [attachment] = message.attachments.as_slice()
    {
        return file_part(attachment);
    }
    let (mut inline, mut files) = (Vec::new(), Vec::new());
    for attachment in &message.attachments {
        if html.is_some() && is_inline(attachment) {
            inline.push(file_part(attachment));
        } else if let Some(embedded) = attachment
            .embedded
            .as_deref()
            .filter(|_| depth < MAXIMUM_DEPTH)
        {
            files.push(message_part(embedded, depth));
        } else if attachment.embedded.is_none() {
            files.push(file_part(attachment));
        }
    }
    let has_bodies = html.is_some() || !text.is_empty();
    let content = content(text, html, inline, boundaries);
    if let Some(kind) = report_kind(&class) {
        files.insert(0, content);
        let kind =
            content_type::ContentType::new("multipart/report").attribute("report-type", kind);
        return boundaries.multipart_of(kind, files);
    }
    if files.is_empty() {
        return content;
    }
    if has_bodies {
        files.insert(0, content);
    }
    boundaries.multipart("mixed", files)
}

/// The bodies: text, HTML, or both, the latter with its images.
fn content(
    text: &str,
    html: Option<String>,
    mut inline: Vec<MimePart<'static>>,
    boundaries: &mut Boundaries,
) -> MimePart<'static> {
    let plain = || MimePart::new("text/plain", text.to_owned());
    let Some(html) = html else { return plain() };
    // A text that can be made from the HTML was made from it, here or by the reader.
    let same = |left: &str, right: &str| left.split_whitespace().eq(right.split_whitespace());
    let text_is_derived = text.is_empty() || same(&html_to_text(&html), text);
    let mut content = MimePart::new("text/html", html);
    if !inline.is_empty() {
        inline.insert(0, content);
        content = boundaries.multipart("related", inline);
    }
    if text_is_derived {
        content
    } else {
        boundaries.multipart("alternative", vec![plain(), content])
    }
}

fn report_kind(class: &str) -> Option<&'static str> {
    if !class.starts_with("REPORT.") {
        return None;
    }
    let receipt = class.ends_with(".IPNRN") || class.ends_with(".IPNNRN");
    Some(if receipt {
        "disposition-notification"
    } else {
        "delivery-status"
    })
}

fn is_inline(attachment: &AttachmentData) -> bool {
    let bag = &attachment.properties;
    let named =
        bag.text(PR_ATTACH_CONTENT_ID).is_some() || bag.text(PR_ATTACH_CONTENT_LOCATION).is_some();
    let referred = bag.long(PR_ATTACH_FLAGS).unwrap_or_default() as u32 & ATT_MHTML_REF != 0;
    attachment.embedded.is_none()
        && named
        && (referred || bag.boolean(PR_ATTACHMENT_HIDDEN) == Some(true))
}

/// An embedded message. Our mail is pure ASCII, so it needs no encoding, and may have none.
fn message_part(message: &MessageData, depth: usize) -> MimePart<'static> {
    MimePart::new(
        "message/rfc822",
        BodyPart::Binary(write_at(message, depth + 1).into()),
    )
    .header("Content-Disposition", ContentType::new("attachment"))
    .transfer_encoding("7bit")
}

fn file_part(attachment: &AttachmentData) -> MimePart<'static> {
    let bag = &attachment.properties;
    let text = |tag: u32| {
        bag.text(tag)
            .map(one_line)
            .filter(|text| !text.trim().is_empty())
    };
    let name = [PR_ATTACH_LONG_FILENAME, PR_ATTACH_FILENAME, PR_DISPLAY_NAME]
        .into_iter()
        .find_map(text);
    let mime = text(PR_ATTACH_MIME_TAG).filter(|mime| is_file_type(mime));
    let mime = mime.unwrap_or_else(|| "application/octet-stream".to_owned());
    let data = bag.binary(PR_ATTACH_DATA_BIN).unwrap_or_default().to_vec();

    let mut kind = ContentType::new(mime);
    if let Some(name) = &name {
        kind = kind.attribute("name", name.clone());
    }
    let mut disposition = ContentType::new(if is_inline(attachment) {
        "inline"
    } else {
        "attachment"
    });
    if let Some(name) = name {
        disposition = disposition.attribute("filename", name);
    }
    let mut part = MimePart::raw(BodyPart::Binary(base64_lines(&data).into()));
    part.headers.push(("Content-Type".into(), kind.into()));
    part = part
        .header("Content-Disposition", disposition)
        .transfer_encoding("base64");
    if let Some(id) = text(PR_ATTACH_CONTENT_ID) {
        part = part.header(
            "Content-ID",
            MessageId::new(id.replace(['<', '>', ' '], "")),
        );
    }
    if let Some(location) = text(PR_ATTACH_CONTENT_LOCATION).filter(|text| text.is_ascii()) {
        part = part.header("Content-Location", Raw::new(location));
    }
    part
}

/// A type that says something about a file, and nothing about how mail is built.
fn is_file_type(mime: &str) -> bool {
    let lower = mime.to_ascii_lowercase();
    let token = |text: &str| {
        !text.is_empty()
            && text
                .chars()
                .all(|letter| letter.is_ascii_alphanumeric() || "!#$&^_.+-".contains(letter))
    };
    let valid = lower
        .split_once('/')
        .is_some_and(|(main, sub)| token(main) && token(sub));
    valid
        && !lower.starts_with("multipart/")
        && lower != "message/rfc822"
        && lower != "message/global"
}

/// Base64 in lines of 76; text files too, so that their bytes stay what they are.
fn base64_lines(data: &[u8]) -> Vec<u8> {
    let mut lines = Vec::with_capacity(data.len() / 57 * 78 + 80);
    for line in data.chunks(57) {
        lines.extend_from_slice(base64(line).as_bytes());
        lines.extend_from_slice(b"\r\n");
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_base64() {
        let known = [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foobar", "Zm9vYmFy"),
        ];
        for (plain, coded) in known {
            assert_eq!(base64(plain.as_bytes()), coded);
        }
        assert_eq!(base64(&[0xFB, 0xFF, 0xFE]), "+//+");
    }
}
