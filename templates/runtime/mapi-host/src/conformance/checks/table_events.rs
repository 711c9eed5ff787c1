//! Notifications of tables.

use super::prelude::*;

pub(super) const CHECKS: &[Check] = &[
    Check::new(
        "F105-row-added",
        A(105),
        "IMAPITable::Advise",
        "table_notification",
        "A new message is TABLE_ROW_ADDED with the current columns; as the first row its propPrior is PR_NULL.",
        row_added,
    ),
    Check::new(
        "F105-row-deleted",
        A(105),
        "IMAPITable::Advise",
        "table_notification",
        "A deleted message is TABLE_ROW_DELETED with its instance key and no row.",
        row_deleted,
    ),
    Check::new(
        "F105-row-modified",
        A(105),
        "IMAPITable::Advise",
        "table_notification",
        "A changed message is TABLE_ROW_MODIFIED with the new row.",
        row_modified,
    ),
    Check::new(
        "F106-outside-the-restriction",
        A(106),
        "IMAPITable::Restrict",
        "about-table-notifications",
        "Rows outside the restriction send nothing; one that enters is added, one that leaves is deleted.",
        outside_the_restriction,
    ),
    Check::new(
        "F106-other-folder",
        S("8.3"),
        "IMAPITable::Advise",
        "about-table-notifications",
        "Messages of another folder send nothing to a table.",
        other_folder,
    ),
    Check::new(
        "F106-hierarchy-events",
        S("8.3"),
        "IMAPITable::Advise",
        "about-table-notifications",
        "A new folder is an event of the hierarchy table.",
        hierarchy_events,
    ),
    Check::new(
        "F106-after-unadvise",
        S("3.9"),
        "IMAPITable::Unadvise",
        "imapitable-unadvise",
        "After Unadvise no events come, and the sink is free.",
        after_unadvise,
    ),
    Check::new(
        "F106-rows-follow-the-event",
        S("8.2"),
        "IMAPITable::QueryRows",
        "timing-a-notification",
        "When the event has come, the table itself shows the new row.",
        rows_follow_the_event,
    ),
    Check::new(
        "F105-row-moved",
        S("8.3"),
        "IMAPITable::Advise",
        "table_notification",
        "A row that moves in the sort order comes with the row that is before it now.",
        row_moved,
    ),
    Check::new(
        "F105-row-keys-of-each-value",
        S("8.3"),
        "IMAPITable::Advise",
        "working-with-multivalued-columns",
        "Where each value has a row, a new value is a row added and a removed one a row deleted.",
        row_of_each_value,
    ),
    Check::new(
        "F106-message-moves-between-folders",
        S("8.3"),
        "IMAPITable::Advise",
        "about-table-notifications",
        "A message that is moved is deleted from one table and added to the other.",
        between_folders,
    ),
    Check::new(
        "F106-restricted-modification",
        S("8.3"),
        "IMAPITable::Restrict",
        "about-table-notifications",
        "A row that stays within the restriction is TABLE_ROW_MODIFIED; a deleted one outside sends nothing.",
        within_the_restriction,
    ),
    Check::new(
        "F106-deep-hierarchy-events",
        S("8.3"),
        "IMAPITable::Advise",
        "imapicontainer-gethierarchytable",
        "A table of CONVENIENT_DEPTH hears of folders on every level below, and of no others.",
        deep_hierarchy_events,
    ),
    Check::new(
        "F106-recipient-events",
        S("8.3"),
        "IMAPITable::Advise",
        "about-table-notifications",
        "A new recipient is an event of the message's open recipient table, or none until it is saved.",
        recipient_events,
    ),
    Check::new(
        "F106-associated-events",
        S("8.3"),
        "IMAPITable::Advise",
        "about-table-notifications",
        "Tables of contents and of associated contents hear each of their own messages alone.",
        associated_events,
    ),
    Check::new(
        "F106-many-rows",
        S("8.3"),
        "IMAPITable::Advise",
        "table_notification",
        "After many changes at once, a client that follows the events shows what the table shows.",
        many_rows,
    ),
    Check::new(
        "F106-other-logon",
        S("8.2"),
        "IMAPITable::Advise",
        "notifkey",
        "A change made through another logon to the same store is an event, and the table shows it.",
        other_logon,
    ),
];

struct Watched {
    open: Open,
    table: Table,
    recorder: Recorder,
}

fn watched(context: &Context) -> std::result::Result<Watched, Stop> {
    let open = context.open()?;
    open.needs(STORE_NOTIFY_OK)?;
    let table = open.contents(&[PR_SUBJECT, PR_INSTANCE_KEY])?;
    let recorder = Recorder::new();
    table.advise(&recorder)?;
    Ok(Watched {
        open,
        table,
        recorder,
    })
}

/// A provider may always say that a table has changed, instead of how.
fn precise(recorder: &Recorder) -> Verdict {
    let vague = recorder
        .events()
        .iter()
        .any(|event| matches!(event.table_event(), Some(TABLE_CHANGED | TABLE_RELOAD)));
    if vague {
        return Err(not_applicable(
            "the provider sends TABLE_CHANGED instead of row events",
        ));
    }
    Ok(())
}

fn wait(recorder: &Recorder, kind: u32, what: &str) -> std::result::Result<Event, Stop> {
    let found = recorder.wait_for(SOON, |event| {
        event.table_event() == Some(kind)
            || matches!(event.table_event(), Some(TABLE_CHANGED | TABLE_RELOAD))
    });
    precise(recorder)?;
    some("the events of the table", what, found)
}

fn row_added(context: &Context) -> Verdict {
    let Watched {
        open,
        table,
        recorder,
    } = watched(context)?;
    open.message("one")?;
    let event = wait(&recorder, TABLE_ROW_ADDED, "TABLE_ROW_ADDED")?;
    let Event::Table {
        index, prior, row, ..
    } = event
    else {
        return fail("the event", "one of a table", "another");
    };
    equal(
        "the columns of the row",
        vec![PR_SUBJECT, PR_INSTANCE_KEY],
        row.tags(),
    )?;
    equal("PR_SUBJECT", Some("one"), row.text(PR_SUBJECT))?;
    equal("propPrior.ulPropTag of the first row", PR_NULL, prior.tag)?;
    equal("propIndex.ulPropTag", PR_INSTANCE_KEY, index.tag)?;
    let rows = table.all_rows()?;
    equal(
        "propIndex",
        rows[0].value(PR_INSTANCE_KEY),
        Some(&index.value),
    )
}

fn row_deleted(context: &Context) -> Verdict {
    let Watched {
        open,
        table,
        recorder,
    } = watched(context)?;
    let id = open.message("one")?.entry_id()?;
    let key = table.all_rows()?[0].value(PR_INSTANCE_KEY).cloned();
    done(open.work.delete_messages(&[&id], 0))?;
    let event = wait(&recorder, TABLE_ROW_DELETED, "TABLE_ROW_DELETED")?;
    let Event::Table { index, row, .. } = event else {
        return fail("the event", "one of a table", "another");
    };
    equal("the row", Props::default(), row)?;
    equal("propIndex", key, Some(index.value))
}

fn row_modified(context: &Context) -> Verdict {
    let Watched {
        open,
        table: _table,
        recorder,
    } = watched(context)?;
    let message = open.message("one")?;
    context.host().settle(SOON);
    recorder.clear();
    message.put(PR_SUBJECT, "two")?;
    message.save(KEEP_OPEN_READWRITE)?;
    let event = wait(&recorder, TABLE_ROW_MODIFIED, "TABLE_ROW_MODIFIED")?;
    let Event::Table { row, .. } = event else {
        return fail("the event", "one of a table", "another");
    };
    equal("PR_SUBJECT", Some("two"), row.text(PR_SUBJECT))
}

fn outside_the_restriction(context: &Context) -> Verdict {
    let Watched {
        open,
        table,
        recorder,
    } = watched(context)?;
    open.needs(STORE_RESTRICTION_OK)?;
    table.restrict(Some(&Restriction::contains(PR_SUBJECT, FL_PREFIX, "in")))?;
    let message = open.message("out")?;
    context.host().settle(SOON);
    std::thread::sleep(BRIEFLY);
    precise(&recorder)?;
    equal("events of a row outside", 0, row_events(&recorder).len())?;
    message.put(PR_SUBJECT, "in")?;
    message.save(KEEP_OPEN_READWRITE)?;
    wait(
        &recorder,
        TABLE_ROW_ADDED,
        "TABLE_ROW_ADDED of a row that enters",
    )?;
    message.put(PR_SUBJECT, "out again")?;
    message.save(KEEP_OPEN_READWRITE)?;
    wait(
        &recorder,
        TABLE_ROW_DELETED,
        "TABLE_ROW_DELETED of a row that leaves",
    )
    .map(drop)
}

fn row_events(recorder: &Recorder) -> Vec<u32> {
    recorder
        .events()
        .iter()
        .filter_map(Event::table_event)
        .filter(|kind| (TABLE_ROW_ADDED..=TABLE_ROW_MODIFIED).contains(kind))
        .collect()
}

fn other_folder(context: &Context) -> Verdict {
    let Watched {
        open,
        table: _table,
        recorder,
    } = watched(context)?;
    let other = open.work.create_folder("other")?;
    other.add_message(&[Prop::new(PR_SUBJECT, "elsewhere")])?;
    context.host().settle(SOON);
    std::thread::sleep(BRIEFLY);
    equal("row events", Vec::<u32>::new(), row_events(&recorder))
}

fn hierarchy_events(context: &Context) -> Verdict {
    let open = context.open()?;
    open.needs(STORE_NOTIFY_OK)?;
    let table = open.work.hierarchy()?;
    table.set_columns(&[PR_DISPLAY_NAME, PR_ENTRYID])?;
    let recorder = Recorder::new();
    table.advise(&recorder)?;
    open.work.create_folder("new")?;
    let event = wait(&recorder, TABLE_ROW_ADDED, "TABLE_ROW_ADDED")?;
    let Event::Table { row, .. } = event else {
        return fail("the event", "one of a table", "another");
    };
    equal("PR_DISPLAY_NAME", Some("new"), row.text(PR_DISPLAY_NAME))
}

fn after_unadvise(context: &Context) -> Verdict {
    let open = context.open()?;
    open.needs(STORE_NOTIFY_OK)?;
    let table = open.contents(&[PR_SUBJECT])?;
    let recorder = Recorder::new();
    let connection = table.advise(&recorder)?;
    table.unadvise(connection)?;
    open.message("one")?;
    context.host().settle(SOON);
    std::thread::sleep(BRIEFLY);
    equal("events", 0, recorder.events().len())?;
    equal("references to the sink", 1, recorder.references())
}

fn rows_follow_the_event(context: &Context) -> Verdict {
    let Watched {
        open,
        table,
        recorder,
    } = watched(context)?;
    equal("rows at first", 0, table.all_rows()?.len())?;
    open.message("one")?;
    let event = recorder.wait_for(SOON, |event| event.table_event().is_some());
    some("the events of the table", "one", event)?;
    equal("rows after the event", 1, table.all_rows()?.len())
}

fn sorted(watched: &Watched) -> Verdict {
    watched.open.needs(STORE_SORT_OK)?;
    Ok(watched.table.sort(&SortOrder::ascending(&[PR_SUBJECT]))?)
}

fn row_moved(context: &Context) -> Verdict {
    let watched = watched(context)?;
    sorted(&watched)?;
    let message = watched.open.message("a")?;
    watched.open.messages(&["b", "c"])?;
    context.host().settle(SOON);
    watched.recorder.clear();
    message.put(PR_SUBJECT, "d")?;
    message.save(KEEP_OPEN_READWRITE)?;
    let found = watched.recorder.wait_for(SOON, |event| {
        matches!(
            event.table_event(),
            Some(TABLE_ROW_MODIFIED | TABLE_ROW_ADDED | TABLE_CHANGED | TABLE_RELOAD)
        )
    });
    precise(&watched.recorder)?;
    let Some(Event::Table { prior, row, .. }) = found else {
        return fail("the event", "TABLE_ROW_MODIFIED or TABLE_ROW_ADDED", "none");
    };
    equal("PR_SUBJECT", Some("d"), row.text(PR_SUBJECT))?;
    let rows = watched.table.all_rows()?;
    equal(
        "propPrior",
        rows[1].value(PR_INSTANCE_KEY),
        Some(&prior.value),
    )
}

fn row_of_each_value(context: &Context) -> Verdict {
    const WORDS: u32 = 0x6680_101F;
    const WORD: u32 = 0x6680_001F;
    let Watched {
        open,
        table,
        recorder,
    } = watched(context)?;
    open.needs(STORE_MV_PROPS_OK)?;
    let words = |words: &[&str]| {
        let words = words.iter().map(|&word| word.to_owned());
        Prop::new(WORDS, Value::Unicodes(words.collect()))
    };
    let message = open.message("one")?;
    message.set(&[words(&["red", "green"])])?;
    message.save(KEEP_OPEN_READWRITE)?;
    table.set_columns(&[mvi_prop(WORDS), PR_INSTANCE_KEY])?;
    equal("rows", 2, table.all_rows()?.len())?;
    context.host().settle(SOON);
    recorder.clear();
    message.set(&[words(&["green", "blue"])])?;
    message.save(KEEP_OPEN_READWRITE)?;
    let Event::Table { row, .. } = wait(&recorder, TABLE_ROW_ADDED, "TABLE_ROW_ADDED")? else {
        return fail("the event", "one of a table", "another");
    };
    equal("the new row", Some("blue"), row.text(WORD))?;
    wait(&recorder, TABLE_ROW_DELETED, "TABLE_ROW_DELETED").map(drop)
}

fn between_folders(context: &Context) -> Verdict {
    let Watched {
        open,
        table: _table,
        recorder,
    } = watched(context)?;
    let id = open.message("one")?.entry_id()?;
    let other = open.work.create_folder("other")?;
    let table = other.contents()?;
    table.set_columns(&[PR_SUBJECT, PR_INSTANCE_KEY])?;
    let there = Recorder::new();
    table.advise(&there)?;
    context.host().settle(SOON);
    recorder.clear();
    done(open.work.copy_messages(&[&id], &other, MESSAGE_MOVE))?;
    wait(
        &recorder,
        TABLE_ROW_DELETED,
        "TABLE_ROW_DELETED where it was",
    )?;
    let event = wait(&there, TABLE_ROW_ADDED, "TABLE_ROW_ADDED where it is")?;
    let Event::Table { row, .. } = event else {
        return fail("the event", "one of a table", "another");
    };
    equal("PR_SUBJECT", Some("one"), row.text(PR_SUBJECT))
}

fn within_the_restriction(context: &Context) -> Verdict {
    let Watched {
        open,
        table,
        recorder,
    } = watched(context)?;
    open.needs(STORE_RESTRICTION_OK)?;
    let inside = open.message("in")?;
    let outside = open.message("out")?.entry_id()?;
    table.restrict(Some(&Restriction::contains(PR_SUBJECT, FL_PREFIX, "in")))?;
    context.host().settle(SOON);
    recorder.clear();
    done(open.work.delete_messages(&[&outside], 0))?;
    context.host().settle(SOON);
    std::thread::sleep(BRIEFLY);
    precise(&recorder)?;
    equal("events of a row outside", Vec::new(), row_events(&recorder))?;
    inside.put(PR_SUBJECT, "in still")?;
    inside.save(KEEP_OPEN_READWRITE)?;
    let event = wait(&recorder, TABLE_ROW_MODIFIED, "TABLE_ROW_MODIFIED")?;
    let Event::Table { row, .. } = event else {
        return fail("the event", "one of a table", "another");
    };
    equal("PR_SUBJECT", Some("in still"), row.text(PR_SUBJECT))?;
    equal(
        "all events",
        vec![TABLE_ROW_MODIFIED],
        row_events(&recorder),
    )
}

fn deep_hierarchy_events(context: &Context) -> Verdict {
    let open = context.open()?;
    open.needs(STORE_NOTIFY_OK)?;
    let parent = open.work.create_folder("parent")?;
    let child = parent.create_folder("child")?;
    let table = parent.deep_hierarchy()?;
    table.set_columns(&[PR_DISPLAY_NAME, PR_DEPTH])?;
    let recorder = Recorder::new();
    table.advise(&recorder)?;
    open.work.create_folder("elsewhere")?;
    child.create_folder("grandchild")?;
    let event = wait(&recorder, TABLE_ROW_ADDED, "TABLE_ROW_ADDED")?;
    let Event::Table { row, .. } = event else {
        return fail("the event", "one of a table", "another");
    };
    equal(
        "PR_DISPLAY_NAME",
        Some("grandchild"),
        row.text(PR_DISPLAY_NAME),
    )?;
    equal("PR_DEPTH", Some(1), row.long(PR_DEPTH))
}

fn recipient_events(context: &Context) -> Verdict {
    let open = context.open()?;
    open.needs(STORE_NOTIFY_OK)?;
    let message = open.message("one")?;
    let table = message.recipient_table()?;
    table.set_columns(&[PR_DISPLAY_NAME, PR_INSTANCE_KEY])?;
    let recorder = Recorder::new();
    if table.advise(&recorder).is_err() {
        return Err(not_applicable(
            "recipient tables send no notifications, as they may",
        ));
    }
    message.add_recipient(MAPI_TO, "Ann", "ann@contoso.example")?;
    message.save(KEEP_OPEN_READWRITE)?;
    context.host().settle(SOON);
    std::thread::sleep(BRIEFLY);
    precise(&recorder)?;
    equal("the events", vec![TABLE_ROW_ADDED], row_events(&recorder))
}

fn associated_events(context: &Context) -> Verdict {
    let Watched {
        open,
        table: _table,
        recorder,
    } = watched(context)?;
    let Ok(associated) = open.work.associated() else {
        return Err(not_applicable("there are no associated contents"));
    };
    associated.set_columns(&[PR_SUBJECT])?;
    let hidden = Recorder::new();
    associated.advise(&hidden)?;
    let Ok(message) = open.work.create_message_with(MAPI_ASSOCIATED) else {
        return Err(not_applicable("no associated message can be created"));
    };
    message.put(PR_SUBJECT, "hidden")?;
    message.save(KEEP_OPEN_READWRITE)?;
    wait(&hidden, TABLE_ROW_ADDED, "TABLE_ROW_ADDED")?;
    equal("events of the contents", Vec::new(), row_events(&recorder))?;
    hidden.clear();
    open.message("seen")?;
    wait(&recorder, TABLE_ROW_ADDED, "TABLE_ROW_ADDED")?;
    equal(
        "events of the associated contents",
        Vec::new(),
        row_events(&hidden),
    )
}

/// The subjects that a client shows who had these rows and then heard the events; `None` where it has to read again.
fn followed(mut rows: Vec<(Value, String)>, recorder: &Recorder) -> Option<Vec<String>> {
    for event in recorder.events() {
        let Event::Table {
            event,
            index,
            prior,
            row,
            ..
        } = event
        else {
            continue;
        };
        if matches!(event, TABLE_CHANGED | TABLE_RELOAD) {
            return None;
        }
        rows.retain(|(key, _)| *key != index.value);
        if matches!(event, TABLE_ROW_ADDED | TABLE_ROW_MODIFIED) {
            let before = rows.iter().position(|(key, _)| *key == prior.value);
            let place = before.map_or(0, |before| before + 1);
            let subject = row.text(PR_SUBJECT).unwrap_or("?").to_owned();
            rows.insert(place, (index.value, subject));
        }
    }
    Some(rows.into_iter().map(|(_, subject)| subject).collect())
}

fn many_rows(context: &Context) -> Verdict {
    let watched = watched(context)?;
    sorted(&watched)?;
    let Watched {
        open,
        table,
        recorder,
    } = watched;
    let names: Vec<String> = (0..12).map(|number| format!("{number:02}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let ids = open.messages(&names)?;
    context.host().settle(SOON);
    std::thread::sleep(BRIEFLY);
    recorder.clear();
    let rows = table
        .all_rows()?
        .iter()
        .map(|row| {
            let key = row.value(PR_INSTANCE_KEY).cloned();
            let subject = row.text(PR_SUBJECT).unwrap_or("?").to_owned();
            (key.unwrap_or(Value::Unreadable), subject)
        })
        .collect();
    let gone: Vec<&[u8]> = ids.iter().step_by(3).map(Vec::as_slice).collect();
    done(open.work.delete_messages(&gone, 0))?;
    open.messages(&["04a", "00", "99"])?;
    for id in ids.iter().skip(1).step_by(3) {
        let message = open.open_message(id)?;
        let subject = message.subject()?;
        message.put(PR_SUBJECT, format!("{}x", 9 - subject.len()).as_str())?;
        message.save(0)?;
    }
    context.host().settle(SOON);
    std::thread::sleep(BRIEFLY);
    let shown: Vec<String> = table
        .all_rows()?
        .iter()
        .map(|row| row.text(PR_SUBJECT).unwrap_or("?").to_owned())
        .collect();
    match followed(rows, &recorder) {
        None => Err(not_applicable(
            "the provider sends TABLE_CHANGED instead of row events",
        )),
        Some(followed) => equal(
            "what a client shows who follows the events",
            shown,
            followed,
        ),
    }
}

fn other_logon(context: &Context) -> Verdict {
    let Watched {
        open: _open,
        table,
        recorder,
    } = watched(context)?;
    let host = context.other_host()?;
    let session = host.logon(context.provider())?;
    work_folder(&session)?.add_message(&[
        Prop::new(PR_MESSAGE_CLASS, "IPM.Note"),
        Prop::new(PR_SUBJECT, "from elsewhere"),
    ])?;
    let found = recorder.wait_for(SOON, |event| event.table_event().is_some());
    some("the events of the table", "one", found)?;
    equal("rows after the event", 1, table.all_rows()?.len())
}
