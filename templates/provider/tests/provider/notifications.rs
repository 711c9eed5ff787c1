//! Notifications of objects and tables.

use crate::common::*;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

const OBJECTS: u32 =
    fnevObjectCreated | fnevObjectDeleted | fnevObjectModified | fnevObjectMoved | fnevObjectCopied;

/// A bench for a store that is writable and notifies.
fn bench() -> Option<Bench> {
    if claims(STORE_NOTIFY_OK) {
        Bench::writable()
    } else {
        None
    }
}

/// The events of a kind about an object.
fn about(recorder: &Recorder, kind: u32, id: &[u8]) -> usize {
    let events = recorder.events();
    events
        .iter()
        .filter(|event| event.kind() == kind && event.entry_id() == Some(id))
        .count()
}

#[test]
fn a_registration_goes_to_mapi_and_comes_back() {
    let Some(bench) = bench() else {
        return;
    };
    let session = bench.logon();
    let recorder = Recorder::new();
    let connection = session.store().advise(None, OBJECTS, &recorder).unwrap();
    assert_ne!(connection, 0);
    let calls = bench.host.calls_of(Method::Subscribe);
    assert_eq!(calls.len(), 1);
    let Arguments::Subscribe { key, mask, flags } = &calls[0].arguments else {
        panic!("{:?}", calls[0]);
    };
    assert!(!key.is_empty());
    assert_eq!((*mask & OBJECTS, *flags), (OBJECTS, 0));
    assert_eq!(recorder.references(), 2, "the recorder's and MAPI's");
    session.store().unadvise(connection).unwrap();
    assert_eq!(bench.host.calls_of(Method::Unsubscribe).len(), 1);
    assert_eq!(recorder.references(), 1);
    assert!(session.store().unadvise(connection).is_err());
    assert!(session.store().unadvise(usize::MAX).is_err());
    bench.finish(session);
}

#[test]
fn a_message_is_created_modified_and_deleted() {
    let Some(bench) = bench() else {
        return;
    };
    let session = bench.logon();
    let folder = playground(&session);
    let recorder = Recorder::new();
    session.store().advise(None, OBJECTS, &recorder).unwrap();
    let message = folder.create_message().unwrap();
    message.put(PR_SUBJECT, "x").unwrap();
    assert!(bench.host.settle(LONG));
    assert!(recorder.events().is_empty(), "nothing has been saved");

    message.save(KEEP_OPEN_READWRITE).unwrap();
    let id = message.entry_id().unwrap();
    assert!(bench.host.settle(LONG));
    assert_eq!(about(&recorder, fnevObjectCreated, &id), 1);
    assert_eq!(about(&recorder, fnevObjectModified, &id), 0);
    let created = recorder
        .events()
        .into_iter()
        .find(|event| event.entry_id() == Some(&id))
        .unwrap();
    let Event::Object {
        object_type,
        parent,
        ..
    } = created
    else {
        panic!("{created:?}");
    };
    assert_eq!(
        (object_type, parent),
        (MAPI_MESSAGE, folder.entry_id().unwrap())
    );
    let folder_id = folder.entry_id().unwrap();
    assert!(
        about(&recorder, fnevObjectModified, &folder_id) >= 1,
        "the count of the folder changed"
    );

    recorder.clear();
    message.put(PR_SUBJECT, "y").unwrap();
    message.save(KEEP_OPEN_READWRITE).unwrap();
    assert!(bench.host.settle(LONG));
    assert_eq!(about(&recorder, fnevObjectModified, &id), 1);
    assert_eq!(about(&recorder, fnevObjectCreated, &id), 0);

    recorder.clear();
    assert_eq!(folder.delete_messages(&[&id], 0).unwrap(), S_OK);
    assert!(bench.host.settle(LONG));
    assert_eq!(about(&recorder, fnevObjectDeleted, &id), 1);
    drop((folder, message));
    session.logoff().unwrap();
    assert!(bench.host.violations().is_empty());
}

#[test]
fn moves_and_copies_tell_where_from() {
    let Some(bench) = bench() else {
        return;
    };
    let session = bench.logon();
    let folder = folder_with(&session, &["copied", "moved"]);
    let target = folder.create_folder("Target").unwrap();
    let recorder = Recorder::new();
    session.store().advise(None, OBJECTS, &recorder).unwrap();
    let moved = session.find_message(&folder, "moved").unwrap().unwrap();
    let copied = session.find_message(&folder, "copied").unwrap().unwrap();
    assert_eq!(
        folder
            .copy_messages(&[&moved], &target, MESSAGE_MOVE)
            .unwrap(),
        S_OK
    );
    assert_eq!(folder.copy_messages(&[&copied], &target, 0).unwrap(), S_OK);
    assert!(bench.host.settle(LONG));
    let events = recorder.events();
    let of = |wanted: u32| {
        let found: Vec<&Event> = events
            .iter()
            .filter(|event| event.kind() == wanted)
            .collect();
        assert_eq!(found.len(), 1, "{events:#?}");
        let Event::Object {
            entry_id,
            parent,
            old_entry_id,
            old_parent,
            ..
        } = found[0]
        else {
            panic!("{:?}", found[0]);
        };
        assert_eq!(*parent, target.entry_id().unwrap());
        assert_eq!(*old_parent, folder.entry_id().unwrap());
        (entry_id.clone(), old_entry_id.clone())
    };
    let (new, old) = of(fnevObjectMoved);
    assert_eq!(old, moved);
    assert_eq!(Some(new), session.find_message(&target, "moved").unwrap());
    let (new, old) = of(fnevObjectCopied);
    assert_eq!(old, copied);
    assert_eq!(Some(new), session.find_message(&target, "copied").unwrap());
    assert!(
        !events.iter().any(|event| event.kind() == fnevObjectCreated),
        "{events:#?}"
    );
    drop((folder, target));
    session.logoff().unwrap();
    assert!(bench.host.violations().is_empty());
}

#[test]
fn folders_notify_too() {
    let Some(bench) = bench() else {
        return;
    };
    let session = bench.logon();
    let parent = playground(&session);
    let recorder = Recorder::new();
    session.store().advise(None, OBJECTS, &recorder).unwrap();
    let folder = parent.create_folder("New").unwrap();
    let id = folder.entry_id().unwrap();
    folder.put(PR_DISPLAY_NAME, "Renamed").unwrap();
    assert_eq!(parent.delete_folder(&id, 0).unwrap(), S_OK);
    assert!(bench.host.settle(LONG));
    for kind in [fnevObjectCreated, fnevObjectModified, fnevObjectDeleted] {
        assert_eq!(about(&recorder, kind, &id), 1, "{:#?}", recorder.events());
    }
    drop((parent, folder));
    session.logoff().unwrap();
    assert!(bench.host.violations().is_empty());
}

#[test]
fn one_object_can_be_watched() {
    let Some(bench) = bench() else {
        return;
    };
    let session = bench.logon();
    let folder = folder_with(&session, &["watched", "other"]);
    let id = session.find_message(&folder, "watched").unwrap().unwrap();
    let other = session.find_message(&folder, "other").unwrap().unwrap();
    let (on_message, on_folder) = (Recorder::new(), Recorder::new());
    session
        .store()
        .advise(Some(&id), OBJECTS, &on_message)
        .unwrap();
    session
        .store()
        .advise(Some(&folder.entry_id().unwrap()), OBJECTS, &on_folder)
        .unwrap();
    for id in [&id, &other] {
        let message = session.open_message(id).unwrap();
        message.put(PR_COMMENT, "changed").unwrap();
        message.save(0).unwrap();
    }
    assert_eq!(folder.delete_messages(&[&id], 0).unwrap(), S_OK);
    assert!(bench.host.settle(LONG));
    assert_eq!(about(&on_message, fnevObjectModified, &id), 1);
    assert_eq!(about(&on_message, fnevObjectDeleted, &id), 1);
    assert!(
        on_message
            .events()
            .iter()
            .all(|event| event.entry_id() == Some(&id))
    );
    let folder_id = folder.entry_id().unwrap();
    assert!(about(&on_folder, fnevObjectModified, &folder_id) >= 1);
    assert!(
        on_folder
            .events()
            .iter()
            .all(|event| event.entry_id() == Some(&folder_id))
    );
    drop(folder);
    session.logoff().unwrap();
    assert!(bench.host.violations().is_empty());
}

#[test]
fn the_mask_chooses_the_events() {
    let Some(bench) = bench() else {
        return;
    };
    let session = bench.logon();
    let folder = playground(&session);
    let recorder = Recorder::new();
    session
        .store()
        .advise(None, fnevObjectDeleted, &recorder)
        .unwrap();
    let message = folder.add_message(&[]).unwrap();
    assert_eq!(
        folder
            .delete_messages(&[&message.entry_id().unwrap()], 0)
            .unwrap(),
        S_OK
    );
    assert!(bench.host.settle(LONG));
    let kinds: Vec<u32> = recorder.events().iter().map(Event::kind).collect();
    assert_eq!(kinds, [fnevObjectDeleted]);
    drop((folder, message));
    session.logoff().unwrap();
}

#[test]
fn a_new_row_is_announced_with_its_columns() {
    if !claims(STORE_SORT_OK) {
        return;
    }
    let Some(bench) = bench() else {
        return;
    };
    let session = bench.logon();
    let folder = folder_with(&session, &["b"]);
    let table = folder.contents().unwrap();
    table.set_columns(&[PR_INSTANCE_KEY, PR_SUBJECT]).unwrap();
    table.sort(&SortOrder::ascending(&[PR_SUBJECT])).unwrap();
    let b = table.query_rows(1, 0).unwrap()[0]
        .binary(PR_INSTANCE_KEY)
        .unwrap()
        .to_vec();
    let recorder = Recorder::new();
    table.advise(&recorder).unwrap();
    folder.add_message(&[Prop::new(PR_SUBJECT, "c")]).unwrap();
    folder.add_message(&[Prop::new(PR_SUBJECT, "a")]).unwrap();
    assert!(bench.host.settle(LONG));
    let events = recorder.events();
    let added: Vec<_> = events
        .iter()
        .filter_map(|event| match event {
            Event::Table {
                event: TABLE_ROW_ADDED,
                index,
                prior,
                row,
                ..
            } => Some((index, prior, row)),
            _ => None,
        })
        .collect();
    assert_eq!(added.len(), 2, "{events:#?}");
    for (index, _, row) in &added {
        assert_eq!(row.tags(), [PR_INSTANCE_KEY, PR_SUBJECT]);
        assert_eq!(row[0], **index);
    }
    assert_eq!(added[0].2.text(PR_SUBJECT), Some("c"));
    assert_eq!(added[0].1.value, Value::Binary(b));
    assert_eq!(added[1].2.text(PR_SUBJECT), Some("a"));
    assert_eq!(
        added[1].1.tag, PR_NULL,
        "nothing comes before the first row"
    );
    drop((folder, table));
    session.logoff().unwrap();
    assert!(bench.host.violations().is_empty());
}

#[test]
fn rows_change_and_go() {
    if !claims(STORE_SORT_OK) {
        return;
    }
    let Some(bench) = bench() else {
        return;
    };
    let session = bench.logon();
    let folder = folder_with(&session, &["a", "b"]);
    let table = folder.contents().unwrap();
    table
        .set_columns(&[PR_INSTANCE_KEY, PR_SUBJECT, PR_COMMENT])
        .unwrap();
    table.sort(&SortOrder::ascending(&[PR_SUBJECT])).unwrap();
    let keys: Vec<Vec<u8>> = table
        .query_rows(2, 0)
        .unwrap()
        .iter()
        .map(|row| row.binary(PR_INSTANCE_KEY).unwrap().to_vec())
        .collect();
    let recorder = Recorder::new();
    let connection = table.advise(&recorder).unwrap();
    let a = session.find_message(&folder, "a").unwrap().unwrap();
    let b = session.find_message(&folder, "b").unwrap().unwrap();
    let message = session.open_message(&b).unwrap();
    message.put(PR_COMMENT, "changed").unwrap();
    message.save(0).unwrap();
    assert_eq!(folder.delete_messages(&[&a], 0).unwrap(), S_OK);
    assert!(bench.host.settle(LONG));
    let events = recorder.events();
    let find = |wanted| {
        let found = events
            .iter()
            .find(|event| event.table_event() == Some(wanted));
        found.unwrap_or_else(|| panic!("{events:#?}"))
    };
    let Event::Table {
        index, prior, row, ..
    } = find(TABLE_ROW_MODIFIED)
    else {
        unreachable!("it is a table event");
    };
    assert_eq!(index.value, Value::Binary(keys[1].clone()));
    assert_eq!(prior.value, Value::Binary(keys[0].clone()));
    assert_eq!(row.text(PR_COMMENT), Some("changed"));
    let Event::Table {
        index, prior, row, ..
    } = find(TABLE_ROW_DELETED)
    else {
        unreachable!("it is a table event");
    };
    assert_eq!(index.value, Value::Binary(keys[0].clone()));
    assert_eq!(prior.tag, PR_NULL);
    assert!(row.is_empty());

    table.unadvise(connection).unwrap();
    recorder.clear();
    folder.add_message(&[]).unwrap();
    assert!(bench.host.settle(LONG));
    assert!(recorder.events().is_empty());
    assert_eq!(recorder.references(), 1);
    drop((folder, table, message));
    bench.finish(session);
}

#[test]
fn a_restricted_table_announces_what_it_shows() {
    if !claims(STORE_RESTRICTION_OK) {
        return;
    }
    let Some(bench) = bench() else {
        return;
    };
    let session = bench.logon();
    let folder = playground(&session);
    let table = folder.contents().unwrap();
    table.set_columns(&[PR_INSTANCE_KEY, PR_SUBJECT]).unwrap();
    table
        .restrict(Some(&Restriction::contains(PR_SUBJECT, FL_PREFIX, "show")))
        .unwrap();
    let recorder = Recorder::new();
    table.advise(&recorder).unwrap();
    let row_events = |recorder: &Recorder| -> Vec<u32> {
        assert!(bench.host.settle(LONG));
        let events: Vec<u32> = recorder
            .events()
            .iter()
            .filter_map(Event::table_event)
            .collect();
        recorder.clear();
        events
    };
    folder
        .add_message(&[Prop::new(PR_SUBJECT, "hidden")])
        .unwrap();
    assert_eq!(row_events(&recorder), []);
    let message = folder
        .add_message(&[Prop::new(PR_SUBJECT, "shown")])
        .unwrap();
    assert_eq!(row_events(&recorder), [TABLE_ROW_ADDED]);
    // A store that does not know what a view showed before says that it is to be read again.
    message.put(PR_SUBJECT, "not shown").unwrap();
    message.save(KEEP_OPEN_READWRITE).unwrap();
    let events = row_events(&recorder);
    assert!(
        events == [TABLE_ROW_DELETED] || events == [TABLE_CHANGED],
        "{events:?}"
    );
    assert_eq!(table.row_count().unwrap(), 0);
    message.put(PR_SUBJECT, "shown again").unwrap();
    message.save(KEEP_OPEN_READWRITE).unwrap();
    let events = row_events(&recorder);
    assert!(
        events == [TABLE_ROW_ADDED] || events == [TABLE_CHANGED],
        "{events:?}"
    );
    assert_eq!(table.row_count().unwrap(), 1);
    drop((folder, table, message));
    session.logoff().unwrap();
    assert!(bench.host.violations().is_empty());
}

#[test]
fn the_hierarchy_announces_folders() {
    let Some(bench) = bench() else {
        return;
    };
    let session = bench.logon();
    let parent = playground(&session);
    let table = parent.hierarchy().unwrap();
    table
        .set_columns(&[PR_INSTANCE_KEY, PR_DISPLAY_NAME])
        .unwrap();
    let recorder = Recorder::new();
    table.advise(&recorder).unwrap();
    let folder = parent.create_folder("New").unwrap();
    let event = recorder
        .wait_for(LONG, |event| event.table_event() == Some(TABLE_ROW_ADDED))
        .unwrap();
    let Event::Table { row, .. } = event else {
        unreachable!("it is a table event");
    };
    assert_eq!(row.text(PR_DISPLAY_NAME), Some("New"));
    assert_eq!(
        parent
            .delete_folder(&folder.entry_id().unwrap(), 0)
            .unwrap(),
        S_OK
    );
    assert!(
        recorder
            .wait_for(LONG, |event| event.table_event() == Some(TABLE_ROW_DELETED))
            .is_some()
    );
    drop((parent, table, folder));
    session.logoff().unwrap();
}

#[test]
fn a_flood_of_changes_is_summed_up() {
    let Some(bench) = bench() else {
        return;
    };
    let session = bench.logon();
    let subjects: Vec<String> = (0..300).map(|n| format!("message {n}")).collect();
    let folder = folder_with(
        &session,
        &subjects.iter().map(String::as_str).collect::<Vec<_>>(),
    );
    let table = folder.contents().unwrap();
    table.set_columns(&[PR_INSTANCE_KEY]).unwrap();
    let recorder = Recorder::new();
    table.advise(&recorder).unwrap();
    assert_eq!(folder.empty(0).unwrap(), S_OK);
    assert!(bench.host.settle(LONG));
    let events: Vec<u32> = recorder
        .events()
        .iter()
        .filter_map(Event::table_event)
        .collect();
    let deleted = events
        .iter()
        .filter(|event| **event == TABLE_ROW_DELETED)
        .count();
    let summed_up = events
        .iter()
        .any(|event| [TABLE_CHANGED, TABLE_RELOAD].contains(event));
    assert!(
        deleted == 300 || summed_up,
        "{} events, {deleted} of them deletions",
        events.len()
    );
    assert_eq!(table.row_count().unwrap(), 0);
    drop((folder, table));
    session.logoff().unwrap();
}

#[test]
fn a_sink_may_use_the_store() {
    let Some(bench) = bench() else {
        return;
    };
    let session = bench.logon();
    let folder = playground(&session);
    let seen = Arc::new(AtomicUsize::new(0));
    let (inner, counter) = (folder.clone(), seen.clone());
    let recorder = Recorder::with(move |_| {
        let rows = inner
            .contents()
            .and_then(|table| table.rows(&[PR_SUBJECT]))
            .unwrap();
        counter.store(rows.len(), Ordering::SeqCst);
    });
    let connection = session
        .store()
        .advise(None, fnevObjectCreated, &recorder)
        .unwrap();
    folder.add_message(&[]).unwrap();
    folder.add_message(&[]).unwrap();
    assert!(bench.host.settle(LONG));
    assert_eq!(seen.load(Ordering::SeqCst), 2);
    session.store().unadvise(connection).unwrap();
    drop((folder, recorder));
    bench.finish(session);
}

#[test]
fn keys_are_the_same_in_every_process() {
    let Some(bench) = bench() else {
        return;
    };
    let key_of_root = |host: &Host| {
        let session = host.logon(&provider()).unwrap();
        let root = session.root().unwrap().entry_id().unwrap();
        host.clear_calls();
        let recorder = Recorder::new();
        let connection = session
            .store()
            .advise(Some(&root), fnevObjectModified, &recorder)
            .unwrap();
        session.store().unadvise(connection).unwrap();
        session.logoff().unwrap();
        match host.calls_of(Method::Subscribe).remove(0).arguments {
            Arguments::Subscribe { key, .. } => key,
            other => panic!("{other:?}"),
        }
    };
    let first = key_of_root(&bench.host);
    let path = bench.directory().join("profile");
    bench.host.profile().save(&path).unwrap();
    let other = Host::with_profile(Profile::load(&path).unwrap());
    assert_eq!(key_of_root(&other), first);
    bench.host.assert_clean();
    other.assert_clean();
}

#[test]
fn changes_of_another_process_are_noticed() {
    let Some(bench) = bench() else {
        return;
    };
    let session = bench.logon();
    let folder = playground(&session);
    let path = bench.directory().join("profile");
    bench.host.profile().save(&path).unwrap();
    let other_host = Host::with_profile(Profile::load(&path).unwrap());
    let other = other_host.logon(&provider()).unwrap();
    let seen = other.open_folder(&folder.entry_id().unwrap()).unwrap();
    assert_eq!(seen.contents().unwrap().row_count().unwrap(), 0);
    folder.add_message(&[Prop::new(PR_SUBJECT, "x")]).unwrap();
    assert_eq!(seen.contents().unwrap().row_count().unwrap(), 1);
    assert_eq!(seen.long(PR_CONTENT_COUNT).unwrap(), 1);
    drop((folder, seen));
    other.logoff().unwrap();
    other_host.assert_clean();
    bench.finish(session);
}
