//! CopyTo and CopyProps between two messages, or two attachments, of ours, whichever stores they are in: from working
//! copy to working copy, without a detour through MAPI.

use std::sync::Arc;

use mapi_abi as abi;
use mapi_abi::{IAttach, IMAPITable, IMessage};
use windows_core::Interface;

use super::super::attachment::{self, OpenAttachment};
use super::super::copying::{bring_over, merge, problems};
use super::super::property_object::{Copied, CopyRequest};
use super::working::{self, OpenMessage};
use crate::com::fault::Outcome;
use crate::store::{Import, PropTag, PropertyBag};

const RECIPIENTS: u16 = PropTag(abi::PR_MESSAGE_RECIPIENTS).id();
const ATTACHMENTS: u16 = PropTag(abi::PR_MESSAGE_ATTACHMENTS).id();
const FLAGS: u16 = PropTag(abi::PR_MESSAGE_FLAGS).id();
const DATA: u16 = PropTag(abi::PR_ATTACH_DATA_BIN).id();

/// Copies between messages. What is moved is taken off the source, which keeps it until it is saved itself.
pub(super) fn messages(
    source: &Arc<OpenMessage>,
    destination: &Arc<OpenMessage>,
    request: &CopyRequest<'_>,
) -> Outcome<Copied> {
    let moving = request.flags & abi::MAPI_MOVE != 0;
    let keep = request.flags & abi::MAPI_NOREPLACE != 0;
    let scope = request.scope;
    destination.session().check_alive()?;
    destination.check_not_submitted()?;
    destination.check_editable()?;
    if moving {
        source.check_editable()?;
    }
    let with_recipients = scope.covers_part(RECIPIENTS, &[IMessage::IID, IMAPITable::IID]);
    let with_attachments =
        scope.covers_part(ATTACHMENTS, &[IMessage::IID, IMAPITable::IID, IAttach::IID]);
    let mut copy = source.snapshot();
    let ids = retain(&mut copy.properties, |id| scope.covers(id));
    if !with_recipients {
        copy.recipients.clear();
    }
    if !with_attachments {
        copy.attachments.clear();
    }
    // All that can fail comes before the destination is touched.
    let names = bring_over(source.session(), destination.session(), copy.bags())?;
    copy.rename_attachments();
    let is_computed = |saved| move |id| working::is_computed(id) || id == FLAGS && saved;
    let (put, saved, recipients_taken) = destination.edit(|target| {
        let saved = target.is_saved();
        let put = merge(
            &mut target.properties,
            &copy.properties,
            keep,
            &[RECIPIENTS, ATTACHMENTS],
            is_computed(saved),
        );
        let take_recipients = with_recipients && (!keep || target.recipients.is_empty());
        if take_recipients {
            target.recipients = copy.recipients;
        }
        for mut attachment in copy.attachments {
            attachment.number = target.next_attachment_number();
            target.attachments.push(attachment);
        }
        Ok((put, saved, take_recipients))
    })?;
    if moving {
        source.edit(|source| {
            remove_moved(&mut source.properties, &ids, &put, &names);
            if recipients_taken {
                source.recipients.clear();
            }
            if with_attachments {
                source.attachments.clear();
            }
            Ok(())
        })?;
    }
    Ok(Copied::whole(problems(
        scope,
        &[RECIPIENTS, ATTACHMENTS],
        is_computed(saved),
        |id| ids.contains(&id) && names.id(id).is_some(),
    )))
}

/// Copies between attachments. What is moved is taken off the source, which keeps it until it is saved itself.
pub(in super::super) fn attachments(
    source: &Arc<OpenAttachment>,
    destination: &Arc<OpenAttachment>,
    request: &CopyRequest<'_>,
) -> Outcome<Copied> {
    let moving = request.flags & abi::MAPI_MOVE != 0;
    let keep = request.flags & abi::MAPI_NOREPLACE != 0;
    let scope = request.scope;
    destination.session().check_alive()?;
    destination.check_not_submitted()?;
    destination.check_editable()?;
    if moving {
        source.check_editable()?;
    }
    let mut copy = source.snapshot();
    let ids = retain(&mut copy.properties, |id| scope.covers(id));
    if !scope.covers_part(DATA, &[IMessage::IID]) {
        copy.embedded = None;
    }
    let names = bring_over(source.session(), destination.session(), copy.bags())?;
    copy.rename();
    let embeds = copy.embedded.is_some();
    let (put, embedded_taken) = destination.edit(|target| {
        let has_data = target.embedded.is_some() || target.properties.get(DATA).is_some();
        let kept = keep && has_data;
        if kept {
            // Bytes and a message are two values of one property.
            copy.properties.remove(DATA);
        }
        let put = merge(
            &mut target.properties,
            &copy.properties,
            keep,
            &[],
            attachment::is_computed,
        );
        if embeds && !kept {
            target.properties.remove(DATA);
            target.embedded = copy.embedded;
        } else if put.contains(&DATA) {
            target.embedded = None;
        }
        Ok((put, embeds && !kept))
    })?;
    if moving {
        source.edit(|source| {
            remove_moved(&mut source.properties, &ids, &put, &names);
            if embedded_taken {
                source.embedded = None;
            }
            Ok(())
        })?;
    }
    Ok(Copied::whole(problems(
        scope,
        &[],
        attachment::is_computed,
        |id| id == DATA && embeds || ids.contains(&id) && names.id(id).is_some(),
    )))
}

/// Leaves some properties in a bag, and gives the ids of those.
fn retain(properties: &mut PropertyBag, covers: impl Fn(u16) -> bool) -> Vec<u16> {
    let (inside, outside): (Vec<u16>, Vec<u16>) = properties
        .iter()
        .map(|(tag, _)| tag.id())
        .partition(|&id| covers(id));
    for id in outside {
        properties.remove(id);
    }
    inside
}

/// Takes the properties with these ids off that the destination has got.
fn remove_moved(properties: &mut PropertyBag, ids: &[u16], put: &[u16], names: &Import<'_>) {
    for &id in ids.iter().filter(|&&id| id != FLAGS) {
        if names.id(id).is_some_and(|here| put.contains(&here)) {
            properties.remove(id);
        }
    }
}
