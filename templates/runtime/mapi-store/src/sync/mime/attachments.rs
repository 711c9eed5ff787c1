//! Attachments of a message, and the messages among them.

use mail_parser::{Message, MessagePart, MimeHeaders, PartType};
use mapi_abi::*;

use super::bodies::part_bytes;
use super::read::{convert, finish};
use super::{MAXIMUM_DEPTH, headers};
use crate::store::{PropertyBag, Value};
use crate::sync::{AttachmentData, MessageData};

pub(super) fn attachment(
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
    fn names_of_files_do_no_harm() {
        assert_eq!(file_name("..\\..\\windows\\evil.exe"), "evil.exe");
        assert_eq!(file_name("/etc/passwd"), "passwd");
        assert_eq!(file_name("a\r\nb\0.txt. "), "ab.txt");
        assert_eq!(file_name(".."), "");
        assert_eq!(short_name("report.pdf"), "report.pdf");
        assert_eq!(short_name("Quarterly report.docx"), "QUARTE~1.DOC");
        assert_eq!(short_name("отчёт"), "FILE~1");
    }
}
