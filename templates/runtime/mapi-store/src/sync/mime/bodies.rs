//! Bodies of a message: text, HTML, or both.

use std::borrow::Cow;

use mail_parser::decoders::{
    base64::base64_decode,
    html::{html_to_text, text_to_html},
    quoted_printable::quoted_printable_decode,
};
use mail_parser::{Encoding, Message, MessagePart, MimeHeaders, PartType};
use mapi_abi::*;

use super::charset;
use crate::store::{PropertyBag, Value};

/// Values of `PR_NATIVE_BODY_INFO`: the body that the others are made from \[MS-OXCMSG 2.2.1.58.2\].
const NATIVE_BODY_PLAIN: i32 = 1;
const NATIVE_BODY_HTML: i32 = 3;

/// Sets the bodies; returns the HTML one.
pub(super) fn set_bodies(bag: &mut PropertyBag, message: &Message<'_>) -> Option<String> {
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

pub(super) fn set_text(bag: &mut PropertyBag, text: String) {
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
pub(super) fn part_bytes<'a>(message: &'a Message<'_>, part: &'a MessagePart<'_>) -> Cow<'a, [u8]> {
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
}
