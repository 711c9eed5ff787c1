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
