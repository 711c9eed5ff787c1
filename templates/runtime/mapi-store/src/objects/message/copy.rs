//! CopyTo and CopyProps between two messages, or two attachments, of one session: from working copy to working copy,
//! without a detour through MAPI. Everything else is left to `IMAPISupport`.

use std::sync::Arc;

use mapi_abi as abi;

use super::super::attachment::{self, OpenAttachment};
use super::super::property_object::{CopyRequest, CopyScope, Problems};
use super::working::{self, OpenMessage};
use crate::com::fault::Outcome;
use crate::store::{
    Attachment, Message, ObjectKey, PropTag, PropertyBag, Store, StoreError, Value,
};

const RECIPIENTS: u16 = PropTag(abi::PR_MESSAGE_RECIPIENTS).id();
const ATTACHMENTS: u16 = PropTag(abi::PR_MESSAGE_ATTACHMENTS).id();
const FLAGS: u16 = PropTag(abi::PR_MESSAGE_FLAGS).id();
const DATA: u16 = PropTag(abi::PR_ATTACH_DATA_BIN).id();

/// Copies between messages; `None` leaves it to MAPI.
pub(super) fn messages(
    source: &Arc<OpenMessage>,
    destination: &Arc<OpenMessage>,
    request: &CopyRequest<'_>,
) -> Option<Outcome<Problems>> {
    if !is_native(request) || !Arc::ptr_eq(source.session(), destination.session()) {
        return None;
    }
    Some((|| {
        destination.check_editable()?;
        let store = source.session().store();
        let message = source.snapshot();
        let keep = request.flags & abi::MAPI_NOREPLACE != 0;
        // Large values are read before the destination is touched: what cannot be read leaves it as it is.
        let mut properties = message.properties.clone();
        retain(&mut properties, request.scope);
        read_large(&mut properties, store)?;
        let recipients = covers(request.scope, RECIPIENTS).then_some(message.recipients);
        let attachments = covers(request.scope, ATTACHMENTS).then_some(message.attachments);
        let attachments = attachments
            .map(|attachments| detach_all(attachments, store))
            .transpose()?;
        destination.edit(|target| {
            let problems = merge(
                &mut target.properties,
                properties,
                request.scope,
                keep,
                |id| working::is_computed(id) || id == FLAGS && target.key.is_some(),
            );
            if let Some(recipients) = recipients
                && (!keep || target.recipients.is_empty())
            {
                target.recipients = recipients;
            }
            for mut attachment in attachments.into_iter().flatten() {
                attachment.number = target.next_attachment_number();
                target.attachments.push(attachment);
            }
            Ok(problems)
        })
    })())
}

/// Copies between attachments; `None` leaves it to MAPI.
pub(in super::super) fn attachments(
    source: &Arc<OpenAttachment>,
    destination: &Arc<OpenAttachment>,
    request: &CopyRequest<'_>,
) -> Option<Outcome<Problems>> {
    if !is_native(request) || !Arc::ptr_eq(source.session(), destination.session()) {
        return None;
    }
    Some((|| {
        let mut copy = source.snapshot();
        detach_attachment(&mut copy, source.session().store())?;
        retain(&mut copy.properties, request.scope);
        let embedded = copy.embedded.filter(|_| covers(request.scope, DATA));
        let keep = request.flags & abi::MAPI_NOREPLACE != 0;
        destination.edit(|target| {
            let problems = merge(
                &mut target.properties,
                copy.properties,
                request.scope,
                keep,
                attachment::is_computed,
            );
            if embedded.is_some() && (!keep || target.embedded.is_none()) {
                target.properties.remove(DATA);
                target.embedded = embedded;
            }
            Ok(problems)
        })
    })())
}

/// Moving takes the originals away afterwards, which MAPI does step by step through our own methods.
fn is_native(request: &CopyRequest<'_>) -> bool {
    request.flags & abi::MAPI_MOVE == 0
}

fn covers(scope: CopyScope<'_>, id: u16) -> bool {
    match scope {
        CopyScope::AllBut { tags, .. } => !tags.iter().any(|&tag| PropTag(tag).id() == id),
        CopyScope::Only(tags) => tags.iter().any(|&tag| PropTag(tag).id() == id),
    }
}

fn retain(properties: &mut PropertyBag, scope: CopyScope<'_>) {
    let outside: Vec<u16> = properties
        .iter()
        .map(|(tag, _)| tag.id())
        .filter(|&id| !covers(scope, id))
        .collect();
    for id in outside {
        properties.remove(id);
    }
}

/// Puts properties over others. Computed ones stay what they are: a problem where they were asked for by name.
fn merge(
    target: &mut PropertyBag,
    source: PropertyBag,
    scope: CopyScope<'_>,
    keep: bool,
    is_computed: impl Fn(u16) -> bool,
) -> Problems {
    for (tag, value) in source.iter() {
        let kept = keep && target.get(tag.id()).is_some();
        if !kept && !is_computed(tag.id()) {
            target.set(tag, value.clone());
        }
    }
    let CopyScope::Only(tags) = scope else {
        return Problems::new();
    };
    tags.iter()
        .enumerate()
        .map(|(index, &tag)| (index, PropTag(tag)))
        .filter(|(_, tag)| !matches!(tag.id(), RECIPIENTS | ATTACHMENTS | DATA))
        .filter_map(|(index, tag)| {
            if is_computed(tag.id()) {
                Some((index, tag, abi::MAPI_E_COMPUTED))
            } else if source.get(tag.id()).is_none() {
                Some((index, tag, abi::MAPI_E_NOT_FOUND))
            } else {
                None
            }
        })
        .collect()
}

fn detach_all(attachments: Vec<Attachment>, store: &Store) -> Outcome<Vec<Attachment>> {
    attachments
        .into_iter()
        .map(|mut attachment| {
            detach_attachment(&mut attachment, store)?;
            Ok(attachment)
        })
        .collect()
}

fn detach_attachment(attachment: &mut Attachment, store: &Store) -> Outcome {
    // A copy is an attachment of its own.
    attachment.key = ObjectKey::random();
    read_large(&mut attachment.properties, store)?;
    if let Some(embedded) = &mut attachment.embedded {
        detach(embedded, store)?;
    }
    Ok(())
}

/// Makes a copy of a message independent of what it was copied from: nothing in it stays in the store.
fn detach(message: &mut Message, store: &Store) -> Outcome {
    read_large(&mut message.properties, store)?;
    for attachment in &mut message.attachments {
        detach_attachment(attachment, store)?;
    }
    Ok(())
}

fn read_large(properties: &mut PropertyBag, store: &Store) -> Outcome {
    let large = properties.iter().filter_map(|(tag, value)| match value {
        Value::Large(large) => Some((tag, large.clone())),
        _ => None,
    });
    let read = large
        .map(|(tag, large)| Ok((tag, store.read_large(&large)?)))
        .collect::<Result<Vec<_>, StoreError>>()?;
    for (tag, value) in read {
        properties.set(tag, value);
    }
    Ok(())
}
