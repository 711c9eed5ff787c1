//! Internet mail as MAPI properties, and back.
//!
//! [`read`] takes any bytes: what is no mail becomes a message with that text as its body. [`write()`] makes RFC 5322 text
//! that is pure ASCII with CRLF line ends, and always the same for the same message. Writing what was read gives a
//! message that reads the same again; the bytes differ, as encodings and folding are not kept.
//!
//! What mail cannot express (categories, flags for follow-up, RTF bodies, OLE attachments) is not written.

mod address;
mod attachments;
mod bodies;
use crate::store::charset;
mod envelope;
mod headers;
mod read;
mod time;
mod write;

use mapi_abi::*;

pub use read::{read, read_headers};
pub use write::write;

/// Messages in messages that are taken apart; what lies deeper stays a file.
pub const MAXIMUM_DEPTH: usize = 16;

/// Whether a property of a message is one that [`read`] makes out of mail: what it does not find is not there. All
/// others are the store's own.
#[must_use]
pub(crate) fn is_from_mail(id: u16) -> bool {
    FROM_MAIL.iter().any(|tag| (tag >> 16) as u16 == id)
}

const FROM_MAIL: &[u32] = &[
    PR_MESSAGE_CLASS,
    PR_SUBJECT,
    PR_SUBJECT_PREFIX,
    PR_NORMALIZED_SUBJECT,
    PR_IMPORTANCE,
    PR_PRIORITY,
    PR_SENSITIVITY,
    PR_READ_RECEIPT_REQUESTED,
    PR_CLIENT_SUBMIT_TIME,
    PR_MESSAGE_DELIVERY_TIME,
    PR_CONVERSATION_TOPIC,
    PR_CONVERSATION_INDEX,
    PR_TRANSPORT_MESSAGE_HEADERS,
    PR_INTERNET_MESSAGE_ID,
    PR_IN_REPLY_TO_ID,
    PR_INTERNET_REFERENCES,
    PR_REPLY_RECIPIENT_ENTRIES,
    PR_REPLY_RECIPIENT_NAMES,
    PR_SENDER_NAME,
    PR_SENDER_ADDRTYPE,
    PR_SENDER_EMAIL_ADDRESS,
    PR_SENDER_SMTP_ADDRESS,
    PR_SENDER_ENTRYID,
    PR_SENDER_SEARCH_KEY,
    PR_SENT_REPRESENTING_NAME,
    PR_SENT_REPRESENTING_ADDRTYPE,
    PR_SENT_REPRESENTING_EMAIL_ADDRESS,
    PR_SENT_REPRESENTING_SMTP_ADDRESS,
    PR_SENT_REPRESENTING_ENTRYID,
    PR_SENT_REPRESENTING_SEARCH_KEY,
    PR_BODY,
    PR_HTML,
    PR_RTF_COMPRESSED,
    PR_RTF_IN_SYNC,
    PR_INTERNET_CPID,
    PR_NATIVE_BODY_INFO,
];
