//! Mail in, properties out.

use mail_parser::{Message, MessageParser};
use mapi_abi::*;

use super::attachments::attachment;
use super::bodies::{set_bodies, set_text};
use super::envelope::set_envelope;
use super::{charset, headers};
use crate::store::{PropTag, Value};
use crate::sync::MessageData;

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

pub(super) fn convert(message: &Message<'_>, depth: usize) -> MessageData {
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
pub(super) fn finish(data: &mut MessageData, section: &[u8]) {
    if !section.is_empty() {
        let text = headers::decode(section);
        data.properties
            .set(PR_TRANSPORT_MESSAGE_HEADERS, Value::Unicode(text));
    }
    if data
        .properties
        .get(PropTag(PR_MESSAGE_CLASS).id())
        .is_none()
    {
        data.properties
            .set(PR_MESSAGE_CLASS, Value::Unicode("IPM.Note".to_owned()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nested_messages_are_counted() {
        assert_eq!(
            count_nested(b"Content-Type: MESSAGE/rfc822\n\nmultipart/digest /"),
            2
        );
        assert_eq!(count_nested(b"/message/rfc82"), 0);
    }
}
