//! What the store computes when a message is saved.

use mapi_abi::{
    MAPI_BCC, MAPI_CC, MAPI_TO, MSGFLAG_HASATTACH, PR_ATTACHMENT_HIDDEN, PR_CONVERSATION_TOPIC,
    PR_CREATION_TIME, PR_DISPLAY_BCC, PR_DISPLAY_CC, PR_DISPLAY_NAME, PR_DISPLAY_TO,
    PR_EMAIL_ADDRESS, PR_LAST_MODIFICATION_TIME, PR_MESSAGE_CLASS, PR_NORMALIZED_SUBJECT,
    PR_RECIPIENT_TYPE, PR_SEARCH_KEY, PR_SUBJECT, PR_SUBJECT_PREFIX,
};

use super::{Message, Recipient};
use crate::store::bag::PropertyBag;
use crate::store::identity::ObjectKey;
use crate::store::value::Value;
use crate::store::{id, text};

/// Bytes that a property takes besides its value.
const PROPERTY_OVERHEAD: u64 = 8;

/// Class of a message that a client gave none.
const DEFAULT_CLASS: &str = "IPM.Note";

/// The bits of a recipient type that tell To, Cc and Bcc apart.
const RECIPIENT_KIND: u32 = 0xF;

/// Computes everything that follows from the rest of the message, in embedded messages too.
pub(super) fn apply(message: &mut Message) {
    let time = message.properties.time(PR_LAST_MODIFICATION_TIME);
    for attachment in &mut message.attachments {
        if let Some(time) = time {
            for tag in [PR_CREATION_TIME, PR_LAST_MODIFICATION_TIME] {
                if attachment.properties.time(tag).is_none() {
                    attachment.properties.set(tag, Value::SysTime(time));
                }
            }
        }
        if let Some(embedded) = &mut attachment.embedded {
            apply(embedded);
            let flags = embedded.flags() & !MSGFLAG_HASATTACH;
            let derived = if has_attachments(embedded) {
                MSGFLAG_HASATTACH
            } else {
                0
            };
            embedded.set_flags(flags | derived);
        }
    }
    if message.properties.get(id(PR_SEARCH_KEY)).is_none() {
        message
            .properties
            .set(PR_SEARCH_KEY, Value::Binary(ObjectKey::random().0.to_vec()));
    }
    if message.properties.get(id(PR_MESSAGE_CLASS)).is_none() && !message.associated {
        message
            .properties
            .set(PR_MESSAGE_CLASS, Value::Unicode(DEFAULT_CLASS.into()));
    }
    set_subject(message);
    for (tag, kind) in [
        (PR_DISPLAY_TO, MAPI_TO),
        (PR_DISPLAY_CC, MAPI_CC),
        (PR_DISPLAY_BCC, MAPI_BCC),
    ] {
        let names = display_names(&message.recipients, kind);
        message.properties.set(tag, Value::Unicode(names));
    }
    message.size = size_of(message);
}

/// Whether Outlook shows a paper clip: hidden attachments, such as images of an HTML body, do not count.
pub(in crate::store) fn has_attachments(message: &Message) -> bool {
    message
        .attachments
        .iter()
        .any(|attachment| attachment.properties.boolean(PR_ATTACHMENT_HIDDEN) != Some(true))
}

/// Bytes of an attachment: its properties and the message in it.
pub(in crate::store) fn attachment_size(attachment: &super::Attachment) -> u64 {
    bag_size(&attachment.properties) + attachment.embedded.as_deref().map_or(0, size_of)
}

/// Bytes of a message with all in it.
fn size_of(message: &Message) -> u64 {
    let recipients: u64 = message
        .recipients
        .iter()
        .map(|recipient| bag_size(&recipient.properties))
        .sum();
    let attachments: u64 = message.attachments.iter().map(attachment_size).sum();
    bag_size(&message.properties) + recipients + attachments
}

fn bag_size(bag: &PropertyBag) -> u64 {
    bag.iter()
        .map(|(_, value)| value.size() + PROPERTY_OVERHEAD)
        .sum()
}

/// Keeps subject, prefix, normalized subject and conversation topic in step
/// \[pidtagsubjectprefix-canonical-property\].
///
/// A client may set the subject, or prefix and normalized subject, or a prefix that the store would not have found: what
/// it has set since the last save wins.
fn set_subject(message: &mut Message) {
    let known = std::mem::take(&mut message.known_subject);
    let properties = &mut message.properties;
    let text = |tag: u32| properties.text(tag).map(str::to_owned);
    let (mut subject, prefix, normalized) = (
        text(PR_SUBJECT),
        text(PR_SUBJECT_PREFIX),
        text(PR_NORMALIZED_SUBJECT),
    );
    if let Some(normalized) = normalized.filter(|_| subject == known.subject)
        && Some(&normalized) != known.normalized.as_ref()
    {
        subject = Some(prefix.clone().unwrap_or_default() + &normalized);
    }
    let Some(subject) = subject else {
        // A subject that was taken away takes along what was computed from it.
        if known.subject.is_some() {
            properties.remove(id(PR_SUBJECT_PREFIX));
            properties.remove(id(PR_NORMALIZED_SUBJECT));
        }
        message.know_subject();
        return;
    };
    let chosen = prefix.filter(|prefix| {
        Some(prefix) != known.prefix.as_ref() || Some(&subject) == known.subject.as_ref()
    });
    let prefix = match chosen {
        Some(prefix) if subject.starts_with(&prefix) => Some(prefix),
        _ => Some(text::subject_prefix(&subject).to_owned()).filter(|prefix| !prefix.is_empty()),
    };
    let normalized = subject[prefix.as_ref().map_or(0, String::len)..].to_owned();
    match prefix {
        Some(prefix) => properties.set(PR_SUBJECT_PREFIX, Value::Unicode(prefix)),
        None => properties.remove(id(PR_SUBJECT_PREFIX)),
    };
    // A topic that was computed follows the subject; one that a client set stays.
    let topic = properties.text(PR_CONVERSATION_TOPIC);
    if properties.get(id(PR_CONVERSATION_TOPIC)).is_none()
        || topic.is_some() && topic == known.normalized.as_deref()
    {
        properties.set(PR_CONVERSATION_TOPIC, Value::Unicode(normalized.clone()));
    }
    properties.set(PR_NORMALIZED_SUBJECT, Value::Unicode(normalized));
    properties.set(PR_SUBJECT, Value::Unicode(subject));
    message.know_subject();
}

/// Names of the recipients of one kind, as `PR_DISPLAY_TO` has them \[pidtagdisplayto-canonical-property\].
fn display_names(recipients: &[Recipient], kind: u32) -> String {
    let names = recipients
        .iter()
        .map(|recipient| &recipient.properties)
        .filter_map(|properties| {
            let own = properties.long(PR_RECIPIENT_TYPE).unwrap_or(MAPI_TO as i32) as u32
                & RECIPIENT_KIND;
            let name = properties
                .text(PR_DISPLAY_NAME)
                .filter(|name| !name.is_empty());
            if own == kind {
                name.or(properties.text(PR_EMAIL_ADDRESS))
            } else {
                None
            }
        });
    names.collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn saved(message: &mut Message) -> [Option<String>; 4] {
        apply(message);
        [
            PR_SUBJECT,
            PR_SUBJECT_PREFIX,
            PR_NORMALIZED_SUBJECT,
            PR_CONVERSATION_TOPIC,
        ]
        .map(|tag| message.properties.text(tag).map(str::to_owned))
    }

    fn set(message: &mut Message, tag: u32, text: &str) {
        message.properties.set(tag, Value::Unicode(text.into()));
    }

    fn texts(texts: [&str; 4]) -> [Option<String>; 4] {
        texts.map(|text| Some(text.to_owned()).filter(|text| text != "-"))
    }

    #[test]
    fn prefix_and_normalized_subject_follow_the_subject() {
        let mut message = Message::new_embedded();
        assert_eq!(saved(&mut message), texts(["-", "-", "-", "-"]));
        set(&mut message, PR_SUBJECT, "RE: x");
        assert_eq!(saved(&mut message), texts(["RE: x", "RE: ", "x", "x"]));
        assert_eq!(saved(&mut message), texts(["RE: x", "RE: ", "x", "x"]));
        set(&mut message, PR_SUBJECT, "Notice: y");
        assert_eq!(
            saved(&mut message),
            texts(["Notice: y", "-", "Notice: y", "Notice: y"])
        );
        set(&mut message, PR_SUBJECT, "FW: y");
        assert_eq!(saved(&mut message), texts(["FW: y", "FW: ", "y", "y"]));
        message.properties.remove(id(PR_SUBJECT));
        assert_eq!(saved(&mut message)[..3], texts(["-", "-", "-", "-"])[..3]);
    }

    #[test]
    fn what_a_client_sets_wins() {
        let mut message = Message::new_embedded();
        set(&mut message, PR_SUBJECT, "Notice: x");
        set(&mut message, PR_SUBJECT_PREFIX, "Notice: ");
        assert_eq!(
            saved(&mut message),
            texts(["Notice: x", "Notice: ", "x", "x"])
        );
        set(&mut message, PR_SUBJECT_PREFIX, "RE: ");
        set(&mut message, PR_NORMALIZED_SUBJECT, "z");
        set(&mut message, PR_CONVERSATION_TOPIC, "mine");
        assert_eq!(saved(&mut message), texts(["RE: z", "RE: ", "z", "mine"]));
        set(&mut message, PR_SUBJECT_PREFIX, "");
        assert_eq!(saved(&mut message), texts(["RE: z", "", "RE: z", "mine"]));
        set(&mut message, PR_SUBJECT, "RE: v");
        assert_eq!(saved(&mut message), texts(["RE: v", "RE: ", "v", "mine"]));
    }

    #[test]
    fn recipients_are_named_by_kind() {
        let recipient = |kind: u32, name: &str| Recipient {
            row_id: 0,
            properties: [
                (PR_RECIPIENT_TYPE, Value::Long(kind as i32)),
                (PR_DISPLAY_NAME, Value::Unicode(name.into())),
                (PR_EMAIL_ADDRESS, Value::Unicode("mail@example.com".into())),
            ]
            .into_iter()
            .collect(),
        };
        let mut message = Message::new_embedded();
        message.recipients = vec![
            recipient(MAPI_TO, "Ada"),
            recipient(MAPI_CC, "Cy"),
            recipient(MAPI_TO | mapi_abi::MAPI_SUBMITTED, "Bob"),
            recipient(MAPI_TO, ""),
        ];
        apply(&mut message);
        assert_eq!(
            message.properties.text(PR_DISPLAY_TO),
            Some("Ada; Bob; mail@example.com")
        );
        assert_eq!(message.properties.text(PR_DISPLAY_CC), Some("Cy"));
        assert_eq!(message.properties.text(PR_DISPLAY_BCC), Some(""));
    }
}
