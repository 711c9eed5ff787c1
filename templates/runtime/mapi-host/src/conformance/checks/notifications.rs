//! Notifications of objects.

use super::prelude::*;

const OBJECTS: u32 =
    fnevObjectCreated | fnevObjectDeleted | fnevObjectModified | fnevObjectMoved | fnevObjectCopied;

pub(super) const CHECKS: &[Check] = &[
    Check::new(
        "A8-connection-of-store",
        A(8),
        "IMsgStore::Advise",
        "imsgstore-advise",
        "The connection is written in full width: a variable full of ones gets a clean value other than 0, and Unadvise takes it back.",
        connection_of_store,
    ),
    Check::new(
        "A8-connection-of-logon",
        A(8),
        "IMSLogon::Advise",
        "imslogon-advise",
        "The connection of IMSLogon::Advise is written in full width, too.",
        connection_of_logon,
    ),
    Check::new(
        "A8-connection-of-table",
        A(8),
        "IMAPITable::Advise",
        "imapitable-advise",
        "The connection of IMAPITable::Advise is written in full width, too.",
        connection_of_table,
    ),
    Check::new(
        "F103-subscribe",
        A(103),
        "IMAPISupport::Subscribe",
        "supporting-event-notification",
        "Advise calls Subscribe once with flags 0, Unadvise calls Unsubscribe once.",
        subscribe,
    ),
    Check::new(
        "F103-sink-references",
        A(103),
        "IMsgStore::Advise",
        "supporting-event-notification",
        "The sink keeps the caller's references, and after Unadvise no more and no fewer.",
        sink_references,
    ),
    Check::new(
        "F103-unknown-connection",
        A(103),
        "IMsgStore::Unadvise",
        "imsgstore-unadvise",
        "Unadvise of an unknown connection does not crash, nor end another registration.",
        unknown_connection,
    ),
    Check::new(
        "F103-forgotten-registration",
        S("8.2"),
        "IMsgStore::Release",
        "imsgstore-unadvise",
        "A registration that the client forgot ends with the store.",
        forgotten_registration,
    ),
    Check::new(
        "F104-created",
        A(104),
        "IMAPIProp::SaveChanges",
        "handling-message-store-notification",
        "The first save of a message is fnevObjectCreated, with the ids of message and folder.",
        created,
    ),
    Check::new(
        "F104-modified",
        A(104),
        "IMAPIProp::SaveChanges",
        "handling-message-store-notification",
        "A later save is fnevObjectModified, and not created again; sinks of the message itself hear it.",
        modified,
    ),
    Check::new(
        "F104-deleted",
        A(104),
        "IMAPIFolder::DeleteMessages",
        "handling-message-store-notification",
        "A deletion is fnevObjectDeleted.",
        deleted,
    ),
    Check::new(
        "F104-moved",
        A(104),
        "IMAPIFolder::CopyMessages",
        "handling-message-store-notification",
        "A move is fnevObjectMoved, with the old parent.",
        moved,
    ),
    Check::new(
        "F104-copied",
        A(104),
        "IMAPIFolder::CopyMessages",
        "handling-message-store-notification",
        "A copy is fnevObjectCopied, and not created.",
        copied,
    ),
    Check::new(
        "F104-folders",
        A(104),
        "IMAPIFolder::CreateFolder",
        "handling-message-store-notification",
        "Folders are created, renamed and deleted with events of their own.",
        folders,
    ),
    Check::new(
        "F104-mask",
        S("8.1"),
        "IMsgStore::Advise",
        "imsgstore-advise",
        "Only the events in the mask come.",
        mask,
    ),
    Check::new(
        "F104-only-the-object",
        S("8.1"),
        "IMsgStore::Advise",
        "imsgstore-advise",
        "A sink of one message does not hear of another.",
        only_the_object,
    ),
    Check::new(
        "F107-clean-notifications",
        A(107),
        "IMAPISupport::Notify",
        "imapisupport-notify",
        "Object events carry long-term entry ids, and old ids only for moves and copies; the memory of events is zero where no member counts.",
        clean_notifications,
    ),
    Check::new(
        "F107-visible-when-notified",
        S("8.2"),
        "IMAPISupport::Notify",
        "timing-a-notification",
        "When an event is sent, what it tells of can be opened.",
        visible_when_notified,
    ),
    Check::new(
        "F107-no-events-without-a-save",
        S("8.1"),
        "IMAPISupport::Notify",
        "handling-message-store-notification",
        "Changes that are not saved send no events.",
        no_events_without_a_save,
    ),
];

fn connection_of_store(context: &Context) -> Verdict {
    let open = context.open()?;
    open.needs(STORE_NOTIFY_OK)?;
    let recorder = Recorder::new();
    // The variable behind `advise` is full of ones; the host's connections use the upper half as well.
    let connection = open.store().advise(None, OBJECTS, &recorder)?;
    whole(context, connection)?;
    open.store().unadvise(connection)?;
    equal(
        "subscriptions after Unadvise",
        0,
        context.host().subscriptions(),
    )
}

fn whole(context: &Context, connection: usize) -> Verdict {
    let clean = connection != 0 && connection != usize::MAX;
    holds(
        clean,
        "Advise",
        "a connection other than 0 and all ones",
        format!("{connection:#x}"),
    )?;
    equal(
        "subscriptions after Advise",
        1,
        context.host().subscriptions(),
    )
}

fn connection_of_logon(context: &Context) -> Verdict {
    let open = context.open()?;
    open.needs(STORE_NOTIFY_OK)?;
    let logon = some("IMSProvider::Logon", "a logon object", open.logon())?;
    let recorder = Recorder::new();
    let mut connection = usize::MAX;
    // SAFETY: the sink lives until the call returns; `connection` is a place for the result.
    let answer = unsafe {
        logon.Advise(
            0,
            std::ptr::null(),
            OBJECTS,
            recorder.sink().as_raw(),
            &mut connection,
        )
    };
    code("IMSLogon::Advise", &[S_OK], answer)?;
    whole(context, connection)?;
    // SAFETY: the call has no pointers.
    code("IMSLogon::Unadvise", &[S_OK], unsafe {
        logon.Unadvise(connection)
    })?;
    equal(
        "subscriptions after Unadvise",
        0,
        context.host().subscriptions(),
    )
}

fn connection_of_table(context: &Context) -> Verdict {
    let open = context.open()?;
    open.needs(STORE_NOTIFY_OK)?;
    let recorder = Recorder::new();
    let table = open.work.contents()?;
    let connection = table.advise(&recorder)?;
    whole(context, connection)?;
    table.unadvise(connection)?;
    equal(
        "subscriptions after Unadvise",
        0,
        context.host().subscriptions(),
    )
}

fn subscribe(context: &Context) -> Verdict {
    let open = context.open()?;
    open.needs(STORE_NOTIFY_OK)?;
    let recorder = Recorder::new();
    let connection = open.store().advise(None, fnevObjectCreated, &recorder)?;
    let flags: Vec<u32> = context
        .host()
        .calls_of(Method::Subscribe)
        .iter()
        .map(|call| match call.arguments {
            Arguments::Subscribe { flags, .. } => flags,
            _ => u32::MAX,
        })
        .collect();
    equal("flags of each Subscribe", vec![0], flags)?;
    open.store().unadvise(connection)?;
    equal(
        "calls of Unsubscribe",
        1,
        context.host().calls_of(Method::Unsubscribe).len(),
    )
}

fn sink_references(context: &Context) -> Verdict {
    let open = context.open()?;
    open.needs(STORE_NOTIFY_OK)?;
    let recorder = Recorder::new();
    let connection = open.store().advise(None, OBJECTS, &recorder)?;
    equal(
        "references to the sink after Advise: ours and Subscribe's",
        2,
        recorder.references(),
    )?;
    open.store().unadvise(connection)?;
    equal(
        "references to the sink after Unadvise",
        1,
        recorder.references(),
    )
}

fn unknown_connection(context: &Context) -> Verdict {
    let open = context.open()?;
    open.needs(STORE_NOTIFY_OK)?;
    let recorder = Recorder::new();
    let connection = open.store().advise(None, OBJECTS, &recorder)?;
    let _ = open.store().unadvise(0x4711);
    let _ = open.store().unadvise(0);
    equal(
        "subscriptions after that",
        1,
        context.host().subscriptions(),
    )?;
    open.store().unadvise(connection)?;
    let _ = open.store().unadvise(connection);
    Ok(())
}

fn forgotten_registration(context: &Context) -> Verdict {
    let open = context.open()?;
    open.needs(STORE_NOTIFY_OK)?;
    let recorder = Recorder::new();
    open.store().advise(None, OBJECTS, &recorder)?;
    drop(open);
    equal("subscriptions", 0, context.host().subscriptions())?;
    equal("references to the sink", 1, recorder.references())
}

/// A store with a recorder of all its object events.
pub(super) fn recorded(context: &Context) -> std::result::Result<(Open, Recorder), Stop> {
    let open = context.open()?;
    open.needs(STORE_NOTIFY_OK)?;
    let recorder = Recorder::new();
    open.store()
        .advise(None, OBJECTS | fnevNewMail, &recorder)?;
    Ok((open, recorder))
}

/// The kinds of the events about an object, once all have been delivered.
fn kinds(context: &Context, recorder: &Recorder, id: &[u8]) -> Vec<u32> {
    context.host().settle(SOON);
    let events = recorder.events();
    let about = events.iter().filter(|event| event.entry_id() == Some(id));
    about.map(Event::kind).collect()
}

fn parent_of(event: &Event) -> (Vec<u8>, Vec<u8>) {
    match event {
        Event::Object {
            parent, old_parent, ..
        } => (parent.clone(), old_parent.clone()),
        _ => (Vec::new(), Vec::new()),
    }
}

fn created(context: &Context) -> Verdict {
    let (open, recorder) = recorded(context)?;
    let id = open.message("one")?.entry_id()?;
    equal(
        "events of the message",
        vec![fnevObjectCreated],
        kinds(context, &recorder, &id),
    )?;
    let events = recorder.events();
    let event = events.iter().find(|event| event.entry_id() == Some(&id));
    let (parent, _) = parent_of(some("the events", "one of the message", event)?);
    equal(
        "the parent",
        true,
        open.store().compare(&parent, &open.work.entry_id()?)?,
    )
}

fn modified(context: &Context) -> Verdict {
    let open = context.open()?;
    open.needs(STORE_NOTIFY_OK)?;
    let message = open.message("one")?;
    let id = message.entry_id()?;
    let (store, own) = (Recorder::new(), Recorder::new());
    open.store().advise(None, OBJECTS, &store)?;
    open.store().advise(Some(&id), OBJECTS, &own)?;
    message.put(PR_SUBJECT, "two")?;
    message.save(KEEP_OPEN_READWRITE)?;
    equal(
        "events for the store",
        vec![fnevObjectModified],
        kinds(context, &store, &id),
    )?;
    equal(
        "events for the message",
        vec![fnevObjectModified],
        kinds(context, &own, &id),
    )
}

fn deleted(context: &Context) -> Verdict {
    let open = context.open()?;
    open.needs(STORE_NOTIFY_OK)?;
    let id = open.message("one")?.entry_id()?;
    let (store, own) = (Recorder::new(), Recorder::new());
    open.store().advise(None, OBJECTS, &store)?;
    open.store().advise(Some(&id), OBJECTS, &own)?;
    done(open.work.delete_messages(&[&id], DELETE_HARD_DELETE))?;
    equal(
        "events for the store",
        vec![fnevObjectDeleted],
        kinds(context, &store, &id),
    )?;
    equal(
        "events for the message",
        vec![fnevObjectDeleted],
        kinds(context, &own, &id),
    )
}

fn transferred(
    context: &Context,
    flags: u32,
    kind: u32,
) -> std::result::Result<(Event, Open), Stop> {
    let (open, recorder) = recorded(context)?;
    let id = open.message("one")?.entry_id()?;
    let other = open.work.create_folder("other")?;
    context.host().settle(SOON);
    recorder.clear();
    done(open.work.copy_messages(&[&id], &other, flags))?;
    context.host().settle(SOON);
    let events = recorder.events();
    let wrong = events.iter().any(|event| {
        event.kind() == fnevObjectCreated
            && matches!(event, Event::Object { object_type, .. } if *object_type == MAPI_MESSAGE)
    });
    holds(
        !wrong,
        "IMAPIFolder::CopyMessages",
        "no fnevObjectCreated",
        "one",
    )?;
    let found = events.into_iter().find(|event| event.kind() == kind);
    let event = some(
        "IMAPIFolder::CopyMessages",
        &format!("an event {kind:#X}"),
        found,
    )?;
    let (parent, _) = parent_of(&event);
    equal(
        "the parent",
        true,
        open.store().compare(&parent, &other.entry_id()?)?,
    )?;
    Ok((event, open))
}

fn moved(context: &Context) -> Verdict {
    let (event, open) = transferred(context, MESSAGE_MOVE, fnevObjectMoved)?;
    let (_, old_parent) = parent_of(&event);
    equal(
        "the old parent",
        true,
        open.store().compare(&old_parent, &open.work.entry_id()?)?,
    )
}

fn copied(context: &Context) -> Verdict {
    transferred(context, 0, fnevObjectCopied).map(drop)
}

fn folders(context: &Context) -> Verdict {
    let (open, recorder) = recorded(context)?;
    let folder = open.work.create_folder("one")?;
    let id = folder.entry_id()?;
    folder.put(PR_DISPLAY_NAME, "two")?;
    drop(folder);
    done(open.work.delete_folder(&id, 0))?;
    let kinds = kinds(context, &recorder, &id);
    equal("the first event", Some(&fnevObjectCreated), kinds.first())?;
    equal("the last event", Some(&fnevObjectDeleted), kinds.last())?;
    holds(
        kinds.contains(&fnevObjectModified),
        "SetProps(PR_DISPLAY_NAME)",
        "fnevObjectModified",
        format!("{kinds:X?}"),
    )
}

fn mask(context: &Context) -> Verdict {
    let open = context.open()?;
    open.needs(STORE_NOTIFY_OK)?;
    let recorder = Recorder::new();
    open.store().advise(None, fnevObjectDeleted, &recorder)?;
    let message = open.message("one")?;
    message.put(PR_SUBJECT, "two")?;
    message.save(KEEP_OPEN_READWRITE)?;
    let id = message.entry_id()?;
    drop(message);
    done(open.work.delete_messages(&[&id], 0))?;
    context.host().settle(SOON);
    let wrong = recorder
        .events()
        .iter()
        .any(|event| event.kind() != fnevObjectDeleted);
    holds(
        !wrong,
        "events for fnevObjectDeleted",
        "deletions alone",
        "others",
    )
}

fn only_the_object(context: &Context) -> Verdict {
    let open = context.open()?;
    open.needs(STORE_NOTIFY_OK)?;
    let (one, two) = (open.message("one")?, open.message("two")?);
    let recorder = Recorder::new();
    open.store()
        .advise(Some(&one.entry_id()?), OBJECTS, &recorder)?;
    two.put(PR_SUBJECT, "three")?;
    two.save(KEEP_OPEN_READWRITE)?;
    context.host().settle(SOON);
    equal("events of another message", 0, recorder.events().len())
}

fn clean_notifications(context: &Context) -> Verdict {
    let (open, recorder) = recorded(context)?;
    let message = open.message("one")?;
    message.put(PR_SUBJECT, "two")?;
    message.save(KEEP_OPEN_READWRITE)?;
    let id = message.entry_id()?;
    drop(message);
    done(open.work.delete_messages(&[&id], 0))?;
    context.host().settle(SOON);
    for event in recorder.events() {
        if let Event::Object {
            kind,
            entry_id,
            old_entry_id,
            old_parent,
            object_type,
            ..
        } = &event
        {
            equal(
                "the flags of the entry id",
                Some(&[0; 4][..]),
                entry_id.get(..4),
            )?;
            holds(
                matches!(*object_type, MAPI_MESSAGE | MAPI_FOLDER | MAPI_STORE),
                "the object type",
                "MAPI_MESSAGE, MAPI_FOLDER or MAPI_STORE",
                object_type,
            )?;
            let old = !old_entry_id.is_empty() || !old_parent.is_empty();
            let transfer = matches!(*kind, k if k == fnevObjectMoved || k == fnevObjectCopied);
            holds(
                transfer || !old,
                &format!("an event {kind:#X}"),
                "no old ids",
                "some",
            )?;
        }
    }
    let table = open.contents(&[PR_SUBJECT])?;
    let rows = table.advise(&recorder)?;
    open.message("in the table")?;
    table.unadvise(rows)?;
    let dirty: Vec<String> = context
        .host()
        .violations()
        .into_iter()
        .filter(|violation| violation.contains("NOTIFICATION"))
        .collect();
    equal("the memory of the events", Vec::<String>::new(), dirty)?;
    Ok(())
}

fn visible_when_notified(context: &Context) -> Verdict {
    let open = context.open()?;
    open.needs(STORE_NOTIFY_OK)?;
    let store = open.store().clone();
    let seen = std::sync::Arc::<std::sync::Mutex<Vec<bool>>>::default();
    let found = seen.clone();
    context
        .host()
        .set_hook(Some(std::sync::Arc::new(move |call: &Call| {
            let Arguments::Notify { events, .. } = &call.arguments else {
                return;
            };
            for event in events
                .iter()
                .filter(|event| event.kind() == fnevObjectCreated)
            {
                let id = event.entry_id().unwrap_or_default();
                lock(&found).push(store.open_entry(id, None, 0).is_ok());
            }
        })));
    let recorder = Recorder::new();
    open.store().advise(None, fnevObjectCreated, &recorder)?;
    open.message("one")?;
    context.host().set_hook(None);
    let seen = lock(&seen).clone();
    holds(
        !seen.is_empty(),
        "IMAPISupport::Notify",
        "fnevObjectCreated",
        "none",
    )?;
    equal(
        "whether the message opened in the middle of Notify",
        vec![true; seen.len()],
        seen,
    )
}

fn no_events_without_a_save(context: &Context) -> Verdict {
    let open = context.open()?;
    open.needs(STORE_NOTIFY_OK)?;
    let message = open.message("one")?;
    let recorder = Recorder::new();
    open.store().advise(None, OBJECTS, &recorder)?;
    message.put(PR_SUBJECT, "two")?;
    drop(message);
    drop(open.work.create_message()?);
    std::thread::sleep(BRIEFLY);
    context.host().settle(SOON);
    equal("events", 0, recorder.events().len())
}
