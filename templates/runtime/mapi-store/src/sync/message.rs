//! A message outside the store: what remotes hand in and get.

use crate::store::{Attachment, Message, PropertyBag, Recipient, Store, StoreError, Value};
use mapi_abi::{ATTACH_EMBEDDED_MSG, PR_ATTACH_METHOD};

/// A whole message as MAPI properties.
///
/// Computed properties (ids, sizes, display lists, counters) need not be there and are ignored. Read state is kept apart:
/// `MSGFLAG_READ` in `PR_MESSAGE_FLAGS` means nothing here.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MessageData {
    /// Properties of the message.
    pub properties: PropertyBag,
    /// Properties of each recipient.
    pub recipients: Vec<PropertyBag>,
    /// The attachments in order.
    pub attachments: Vec<AttachmentData>,
}

/// An attachment of a [`MessageData`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AttachmentData {
    /// Properties, `PR_ATTACH_METHOD` among them; the data is `PR_ATTACH_DATA_BIN`.
    pub properties: PropertyBag,
    /// The message in it, for `ATTACH_EMBEDDED_MSG`.
    pub embedded: Option<Box<MessageData>>,
}

impl MessageData {
    /// Copies a message out of the store, large values included.
    ///
    /// # Errors
    /// Fails when the store does, and with `Changed` when the message was saved since it was loaded.
    pub(crate) fn from_store(store: &Store, message: &Message) -> Result<Self, StoreError> {
        let recipients = message
            .recipients
            .iter()
            .map(|recipient| read_all(store, &recipient.properties));
        let attachments = message.attachments.iter().map(|attachment| {
            let embedded = attachment
                .embedded
                .as_deref()
                .map(|message| Self::from_store(store, message));
            Ok(AttachmentData {
                properties: read_all(store, &attachment.properties)?,
                embedded: embedded.transpose()?.map(Box::new),
            })
        });
        Ok(Self {
            properties: read_all(store, &message.properties)?,
            recipients: recipients.collect::<Result<_, _>>()?,
            attachments: attachments.collect::<Result<_, StoreError>>()?,
        })
    }

    /// Makes a working copy have these recipients and attachments, and these properties in place of all those that
    /// `replaces` names; the others stay.
    pub(crate) fn put_into(self, message: &mut Message, replaces: fn(u16) -> bool) {
        let old: Vec<u16> = message.properties.iter().map(|(tag, _)| tag.id()).collect();
        for id in old.into_iter().filter(|id| replaces(*id)) {
            message.properties.remove(id);
        }
        for (tag, value) in self.properties.iter() {
            if !Message::is_computed(tag.id()) {
                message.properties.set(tag, value.clone());
            }
        }
        message.recipients = self
            .recipients
            .into_iter()
            .zip(0..)
            .map(|(properties, row_id)| Recipient { row_id, properties })
            .collect();
        message.attachments = Vec::with_capacity(self.attachments.len());
        for (data, number) in self.attachments.into_iter().zip(0..) {
            let mut attachment = Attachment::new(number);
            attachment.properties.extend(&data.properties);
            if let Some(embedded) = data.embedded {
                let mut inner = Message::new_embedded();
                embedded.put_into(&mut inner, |_| false);
                attachment
                    .properties
                    .set(PR_ATTACH_METHOD, Value::Long(ATTACH_EMBEDDED_MSG as i32));
                attachment.embedded = Some(Box::new(inner));
            }
            message.attachments.push(attachment);
        }
    }
}

fn read_all(store: &Store, bag: &PropertyBag) -> Result<PropertyBag, StoreError> {
    let read = |value: &Value| match value {
        Value::Large(large) => store.read_large(large),
        value => Ok(value.clone()),
    };
    bag.iter()
        .map(|(tag, value)| Ok((tag, read(value)?)))
        .collect()
}
