//! Search folders: criteria, what they show, and what cannot be done with them.

use super::prelude::*;

pub(super) const CHECKS: &[Check] = &[
    Check::new(
        "S3.4-search-folder-type",
        S("3.4"),
        "IMAPIFolder::CreateFolder",
        "imapifolder-createfolder",
        "A folder created with FOLDER_SEARCH has that PR_FOLDER_TYPE, as an object and in the hierarchy table, and is empty.",
        folder_type,
    ),
    Check::new(
        "S3.4-criteria-not-initialized",
        S("3.3"),
        "IMAPIFolder::GetSearchCriteria",
        "imapicontainer-getsearchcriteria",
        "Before the first SetSearchCriteria there are no criteria: MAPI_E_NOT_INITIALIZED, and out pointers that are NULL.",
        not_initialized,
    ),
    Check::new(
        "S3.4-criteria-first-time",
        S("3.3"),
        "IMAPIFolder::SetSearchCriteria",
        "imapicontainer-setsearchcriteria",
        "Restriction and list cannot be NULL the first time, except to stop a search that never ran.",
        first_time,
    ),
    Check::new(
        "S3.4-criteria-flags",
        S("3.3"),
        "IMAPIFolder::SetSearchCriteria",
        "imapicontainer-setsearchcriteria",
        "Flags that exclude each other are refused.",
        contradictions,
    ),
    Check::new(
        "S3.4-criteria-come-back",
        S("3.3"),
        "IMAPIFolder::GetSearchCriteria",
        "imapicontainer-getsearchcriteria",
        "Restriction and folders come back as they were set, in strings of both widths.",
        come_back,
    ),
    Check::new(
        "S3.4-criteria-parts",
        S("3.3"),
        "IMAPIFolder::GetSearchCriteria",
        "imapicontainer-getsearchcriteria",
        "Each of the three out pointers may be NULL.",
        parts,
    ),
    Check::new(
        "S3.4-criteria-kept",
        S("3.3"),
        "IMAPIFolder::SetSearchCriteria",
        "imapicontainer-setsearchcriteria",
        "A NULL restriction, or a NULL list, stands for the one that was used last.",
        kept,
    ),
    Check::new(
        "S12-search-state-bits",
        S("12"),
        "IMAPIFolder::GetSearchCriteria",
        "imapicontainer-getsearchcriteria",
        "The state has the bits of the header: RUNNING 1, REBUILD 2, RECURSIVE 4, FOREGROUND 8.",
        state_bits,
    ),
    Check::new(
        "S3.4-search-finds",
        S("3.4"),
        "IMAPIFolder::SetSearchCriteria",
        "mapi-search-folders",
        "The contents are the messages of the named folders that meet the restriction, with the counters to match.",
        finds,
    ),
    Check::new(
        "S3.4-search-depth",
        S("3.3"),
        "IMAPIFolder::SetSearchCriteria",
        "imapicontainer-setsearchcriteria",
        "RECURSIVE_SEARCH looks into subfolders, SHALLOW_SEARCH does not, and later subfolders count too.",
        depth,
    ),
    Check::new(
        "S3.4-search-subobjects",
        S("3.3"),
        "IMAPIFolder::SetSearchCriteria",
        "imapicontainer-setsearchcriteria",
        "Recipients and attachments are searched by sub-restrictions.",
        subobjects,
    ),
    Check::new(
        "S3.4-search-follows",
        S("3.4"),
        "IMAPIFolder::GetContentsTable",
        "imapicontainer-getsearchcriteria",
        "A running search follows the store: messages enter and leave as they are created, changed, moved and deleted.",
        follows,
    ),
    Check::new(
        "S3.4-search-stopped",
        S("3.3"),
        "IMAPIFolder::SetSearchCriteria",
        "imapicontainer-setsearchcriteria",
        "STOP_SEARCH keeps what was found and follows no more, until the search is started again.",
        stopped,
    ),
    Check::new(
        "S3.4-search-lasts",
        S("3.4"),
        "IMAPIFolder::GetSearchCriteria",
        "mapi-search-folders",
        "Criteria and contents are there in the next session, and what happened meanwhile is in them.",
        lasts,
    ),
    Check::new(
        "S5.4-search-folder-columns",
        S("5.4"),
        "IMAPIFolder::GetContentsTable",
        "mapi-search-folders",
        "In a search folder PR_PARENT_ENTRYID and PR_PARENT_DISPLAY of a row are those of the folder that holds the message.",
        columns,
    ),
    Check::new(
        "S3.4-search-table",
        S("3.4"),
        "IMAPIFolder::GetContentsTable",
        "contents-tables",
        "The contents table of a search folder can be sorted, restricted and searched like any other.",
        table,
    ),
    Check::new(
        "S3.4-search-open-entry",
        S("3.4"),
        "IMAPIFolder::OpenEntry",
        "mapi-search-folders",
        "A row's entry id is that of the message itself, which opens in its own folder.",
        open_entry,
    ),
    Check::new(
        "S3.4-search-delete-message",
        S("3.4"),
        "IMAPIFolder::DeleteMessages",
        "mapi-search-folders",
        "Deleting a message through a search folder deletes it from the folder that holds it.",
        delete_message,
    ),
    Check::new(
        "S3.4-search-delete-folder",
        S("3.4"),
        "IMAPIFolder::DeleteFolder",
        "mapi-search-folders",
        "Deleting a search folder needs no flags and leaves the messages where they are.",
        delete_folder,
    ),
    Check::new(
        "S3.4-search-copy-from",
        S("3.4"),
        "IMAPIFolder::CopyMessages",
        "imapicontainer-setsearchcriteria",
        "Messages can be copied and moved out of a search folder.",
        copy_from,
    ),
    Check::new(
        "S3.4-search-read-flags",
        S("3.4"),
        "IMAPIFolder::SetReadFlags",
        "imapifolder-setreadflags",
        "Read flags and status are set through a search folder on the messages themselves.",
        read_flags,
    ),
    Check::new(
        "S3.4-search-holds-nothing",
        S("3.4"),
        "IMAPIFolder::CreateMessage",
        "mapi-search-folders",
        "Nothing can be created in a search folder, nor copied or moved into it: no message, no folder.",
        holds_nothing,
    ),
    Check::new(
        "S3.4-search-of-search",
        S("3.3"),
        "IMAPIFolder::SetSearchCriteria",
        "mapi-search-folders",
        "A search folder cannot be searched, nor what is no folder of this store.",
        scopes,
    ),
    Check::new(
        "S8.3-search-complete",
        S("8.3"),
        "IMsgStore::Advise",
        "mapi-notification-events",
        "fnevSearchComplete tells of the end of a search, to the watchers of the search folder and of the store.",
        complete,
    ),
    Check::new(
        "S8.3-search-table-events",
        S("8.3"),
        "IMAPITable::Advise",
        "about-table-notifications",
        "The contents table of a search folder tells of messages that enter and leave.",
        table_events,
    ),
    Check::new(
        "S8.3-search-object-events",
        S("8.3"),
        "IMsgStore::Advise",
        "handling-message-store-notification",
        "A message that enters or leaves a search folder is neither created nor deleted: there are no such events of it.",
        object_events,
    ),
];

/// A store with a folder to work in, and a search folder.
struct Searching {
    open: Open,
    search: Folder,
}

fn subject_contains(text: &str) -> Restriction {
    Restriction::contains(PR_SUBJECT, FL_SUBSTRING | FL_IGNORECASE, text)
}

fn begin(context: &Context) -> std::result::Result<Searching, Stop> {
    let open = context.open()?;
    open.needs(STORE_SEARCH_OK)?;
    let search = finder(&open)?.create_folder_with(FOLDER_SEARCH, "Search", None, MAPI_UNICODE)?;
    Ok(Searching { open, search })
}

/// Where search folders live.
fn finder(open: &Open) -> Result<Folder> {
    match open.store().binary(PR_FINDER_ENTRYID) {
        Ok(id) => open.open_folder(&id),
        Err(_) => open.root(),
    }
}

impl Searching {
    /// Sets criteria for the work folder and waits for the end of the search.
    fn run(&self, restriction: &Restriction, flags: u32) -> Verdict {
        let work = self.open.work.entry_id()?;
        self.set(Some(restriction), Some(&[&work]), flags)?;
        self.wait()
    }

    fn set(
        &self,
        restriction: Option<&Restriction>,
        folders: Option<&[&[u8]]>,
        flags: u32,
    ) -> Verdict {
        let came = self.search.set_search_criteria(restriction, folders, flags);
        code("SetSearchCriteria", &[S_OK], came)
    }

    fn wait(&self) -> Verdict {
        wait_for(|| Ok(self.search.search_state()? & SEARCH_REBUILD == 0)).and_then(|over| {
            holds(
                over,
                "GetSearchCriteria",
                "an end of SEARCH_REBUILD",
                "none",
            )
        })
    }

    /// Waits until the search folder shows messages with these subjects, and has counted them.
    fn shows(&self, what: &str, expected: &[&str]) -> Verdict {
        shows(&self.open, &self.search, what, expected)
    }
}

fn wait_for(mut condition: impl FnMut() -> Result<bool>) -> std::result::Result<bool, Stop> {
    let start = std::time::Instant::now();
    loop {
        if condition()? {
            return Ok(true);
        }
        if start.elapsed() > SOON {
            return Ok(false);
        }
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
}

fn shows(session: &Session, search: &Folder, what: &str, expected: &[&str]) -> Verdict {
    let mut expected: Vec<String> = expected.iter().map(|subject| subject.to_string()).collect();
    expected.sort();
    let found = || -> Result<Vec<String>> {
        let mut found = session.subjects(search)?;
        found.sort();
        Ok(found)
    };
    wait_for(|| {
        Ok(found()? == expected && search.bits(PR_CONTENT_COUNT)? as usize == expected.len())
    })?;
    equal(what, expected.clone(), found()?)?;
    equal(
        &format!("PR_CONTENT_COUNT: {what}"),
        expected.len(),
        search.bits(PR_CONTENT_COUNT)? as usize,
    )
}

fn folder_type(context: &Context) -> Verdict {
    let Searching { open, search } = begin(context)?;
    equal(
        "PR_FOLDER_TYPE",
        FOLDER_SEARCH,
        search.bits(PR_FOLDER_TYPE)?,
    )?;
    equal("PR_CONTENT_COUNT", 0, search.bits(PR_CONTENT_COUNT)?)?;
    equal("PR_SUBFOLDERS", false, search.boolean(PR_SUBFOLDERS)?)?;
    let access = search.bits(PR_ACCESS)?;
    let creating =
        MAPI_ACCESS_CREATE_HIERARCHY | MAPI_ACCESS_CREATE_CONTENTS | MAPI_ACCESS_CREATE_ASSOCIATED;
    equal("the rights to create in PR_ACCESS", 0, access & creating)?;
    equal("rows", 0, search.contents()?.all_rows()?.len())?;
    let rows = open.rows(
        &finder(&open)?.hierarchy()?,
        &[PR_DISPLAY_NAME, PR_FOLDER_TYPE],
    )?;
    let row = rows
        .iter()
        .find(|row| row.text(PR_DISPLAY_NAME) == Some("Search"));
    let row = some("the hierarchy table", "a row for the search folder", row)?;
    equal(
        "PR_FOLDER_TYPE in the hierarchy table",
        Some(&Value::from(FOLDER_SEARCH)),
        row.value(PR_FOLDER_TYPE),
    )
}

fn not_initialized(context: &Context) -> Verdict {
    let Searching {
        open: _open,
        search,
    } = begin(context)?;
    refused(
        "GetSearchCriteria",
        &[MAPI_E_NOT_INITIALIZED],
        search.search_criteria(MAPI_UNICODE),
    )?;
    let mut restriction = std::ptr::dangling_mut();
    let mut folders = std::ptr::dangling_mut();
    let mut state = 0;
    // SAFETY: all three are places for the results.
    let answer = unsafe {
        search.raw_folder().GetSearchCriteria(
            MAPI_UNICODE,
            &mut restriction,
            &mut folders,
            &mut state,
        )
    };
    code("GetSearchCriteria", &[MAPI_E_NOT_INITIALIZED], answer)?;
    holds(
        restriction.is_null() && folders.is_null(),
        "GetSearchCriteria",
        "out pointers that are NULL",
        "others",
    )
}

fn first_time(context: &Context) -> Verdict {
    let searching = begin(context)?;
    let work = searching.open.work.entry_id()?;
    let restriction = subject_contains("a");
    let lists: [&[u8]; 1] = [&work];
    for (conditions, folders) in [
        (None, None),
        (Some(&restriction), None),
        (None, Some(&lists[..])),
    ] {
        let came = searching
            .search
            .set_search_criteria(conditions, folders, RESTART_SEARCH);
        code(
            "SetSearchCriteria without all criteria",
            &[MAPI_E_NOT_INITIALIZED, MAPI_E_INVALID_PARAMETER],
            came,
        )?;
    }
    searching.set(None, None, STOP_SEARCH)?;
    refused(
        "GetSearchCriteria",
        &[MAPI_E_NOT_INITIALIZED],
        searching.search.search_state(),
    )
}

fn contradictions(context: &Context) -> Verdict {
    let searching = begin(context)?;
    let work = searching.open.work.entry_id()?;
    for flags in [
        STOP_SEARCH | RESTART_SEARCH,
        RECURSIVE_SEARCH | SHALLOW_SEARCH,
        FOREGROUND_SEARCH | BACKGROUND_SEARCH,
    ] {
        let came = searching.search.set_search_criteria(
            Some(&subject_contains("a")),
            Some(&[&work]),
            flags,
        );
        code(
            &format!("SetSearchCriteria with the flags {flags:#x}"),
            &[MAPI_E_INVALID_PARAMETER, MAPI_E_UNKNOWN_FLAGS],
            came,
        )?;
    }
    refused(
        "GetSearchCriteria",
        &[MAPI_E_NOT_INITIALIZED],
        searching.search.search_state(),
    )
}

/// A restriction of many kinds.
fn complicated() -> Restriction {
    Restriction::And(vec![
        Restriction::Or(vec![
            subject_contains("one"),
            Restriction::contains(PR_SUBJECT, FL_PREFIX, "two").not(),
            Restriction::Exist(PR_MESSAGE_DELIVERY_TIME),
        ]),
        Restriction::equals(PR_MESSAGE_CLASS, "IPM.Note"),
        Restriction::Bits {
            relation: BMR_EQZ,
            tag: PR_MESSAGE_FLAGS,
            mask: MSGFLAG_ASSOCIATED,
        },
        Restriction::Size {
            relation: RELOP_GE,
            tag: PR_SUBJECT,
            size: 1,
        },
        Restriction::Sub {
            object: PR_MESSAGE_RECIPIENTS,
            inner: Box::new(Restriction::equals(PR_DISPLAY_NAME, "Ada")),
        }
        .not(),
        Restriction::Compare {
            relation: RELOP_NE,
            left: PR_SUBJECT,
            right: PR_DISPLAY_TO,
        },
    ])
}

fn come_back(context: &Context) -> Verdict {
    let searching = begin(context)?;
    let other = searching.open.work.create_folder("other")?.entry_id()?;
    let work = searching.open.work.entry_id()?;
    searching.set(Some(&complicated()), Some(&[&work, &other]), 0)?;
    let criteria = searching.search.search_criteria(MAPI_UNICODE)?;
    equal("the restriction", Some(complicated()), criteria.restriction)?;
    equal("the number of folders", 2, criteria.folders.len())?;
    for (expected, came) in [&work, &other].into_iter().zip(&criteria.folders) {
        holds(
            searching.open.store().compare(expected, came)?,
            "the entry ids of the folders",
            format!("{expected:02x?}"),
            format!("{came:02x?}"),
        )?;
    }
    // In the width of this call.
    match searching.search.search_criteria(0) {
        Err(failure) => code(
            "GetSearchCriteria(0)",
            &[MAPI_E_BAD_CHARWIDTH],
            failure.code,
        ),
        Ok(criteria) => {
            let Some(Restriction::And(parts)) = &criteria.restriction else {
                return fail("the restriction", "RES_AND", "something else");
            };
            let Some(Restriction::Property { tag, prop, .. }) = parts.get(1) else {
                return fail("its second part", "RES_PROPERTY", "something else");
            };
            let narrow = PT_STRING8;
            equal("the type of its tag", narrow, tag & 0xFFFF)?;
            equal("the type of its value", narrow, prop.tag & 0xFFFF)
        }
    }
}

fn parts(context: &Context) -> Verdict {
    let searching = begin(context)?;
    let search = &searching.search;
    searching.run(&subject_contains("a"), 0)?;
    let none = std::ptr::null_mut;
    // SAFETY: a client may leave out what it does not want.
    let answer = unsafe {
        search.raw_folder().GetSearchCriteria(
            MAPI_UNICODE,
            none(),
            std::ptr::null_mut(),
            none().cast(),
        )
    };
    code("GetSearchCriteria(NULL, NULL, NULL)", &[S_OK], answer)?;
    let state = search.search_state()?;
    equal(
        "the state alone",
        state,
        search.search_criteria(MAPI_UNICODE)?.state,
    )
}

fn kept(context: &Context) -> Verdict {
    let searching = begin(context)?;
    let open = &searching.open;
    open.messages(&["one", "two"])?;
    let other = open.work.create_folder("other")?;
    other.add_message(&[Prop::new(PR_SUBJECT, "one elsewhere")])?;
    searching.run(&subject_contains("one"), 0)?;
    searching.shows("the first search", &["one"])?;
    searching.set(Some(&subject_contains("two")), None, RESTART_SEARCH)?;
    searching.wait()?;
    searching.shows("another restriction", &["two"])?;
    let other = other.entry_id()?;
    searching.set(None, Some(&[&other]), RESTART_SEARCH)?;
    searching.wait()?;
    searching.shows("another folder", &[])?;
    searching.set(Some(&subject_contains("one")), None, 0)?;
    searching.wait()?;
    searching.shows("the first restriction there", &["one elsewhere"])?;
    searching.set(None, None, RESTART_SEARCH)?;
    searching.wait()?;
    searching.shows("the same once more", &["one elsewhere"])
}

fn state_bits(context: &Context) -> Verdict {
    let searching = begin(context)?;
    let state = || searching.search.search_state();
    let restriction = subject_contains("a");
    searching.run(&restriction, RECURSIVE_SEARCH | FOREGROUND_SEARCH)?;
    equal("recursive, in the foreground", 1 | 4 | 8, state()?)?;
    searching.run(&restriction, SHALLOW_SEARCH | BACKGROUND_SEARCH)?;
    equal("shallow, in the background", 1, state()?)?;
    searching.set(None, None, STOP_SEARCH)?;
    equal("stopped", 0, state()? & 3)?;
    searching.set(None, None, RESTART_SEARCH)?;
    searching.wait()?;
    equal("started again", 1, state()?)
}

fn finds(context: &Context) -> Verdict {
    let searching = begin(context)?;
    let open = &searching.open;
    let ids = open.messages(&["Wanted one", "other", "a wanted two"])?;
    done(open.work.set_read_flags(Some(&[&ids[0]]), SUPPRESS_RECEIPT))?;
    let elsewhere = open.work.create_folder("elsewhere")?;
    elsewhere.add_message(&[Prop::new(PR_SUBJECT, "wanted elsewhere")])?;
    let associated = open.work.create_message_with(MAPI_ASSOCIATED)?;
    associated.put(PR_SUBJECT, "wanted, but associated")?;
    associated.save(0)?;
    searching.run(&subject_contains("wanted"), 0)?;
    searching.shows("the search folder", &["Wanted one", "a wanted two"])?;
    equal(
        "PR_CONTENT_UNREAD",
        1,
        searching.search.bits(PR_CONTENT_UNREAD)?,
    )
}

fn depth(context: &Context) -> Verdict {
    let searching = begin(context)?;
    let open = &searching.open;
    open.message("top")?;
    let below = open.work.create_folder("below")?;
    below.add_message(&[Prop::new(PR_SUBJECT, "below")])?;
    let all = Restriction::Exist(PR_SUBJECT);
    searching.run(&all, SHALLOW_SEARCH)?;
    searching.shows("SHALLOW_SEARCH", &["top"])?;
    searching.run(&all, RECURSIVE_SEARCH)?;
    searching.shows("RECURSIVE_SEARCH", &["top", "below"])?;
    let further = below.create_folder("further")?;
    further.add_message(&[Prop::new(PR_SUBJECT, "further")])?;
    searching.shows("a later subfolder", &["top", "below", "further"])?;
    done(
        open.work
            .delete_folder(&below.entry_id()?, DEL_MESSAGES | DEL_FOLDERS),
    )?;
    searching.shows("without the subfolder", &["top"])
}

fn subobjects(context: &Context) -> Verdict {
    let searching = begin(context)?;
    let open = &searching.open;
    open.needs(STORE_ATTACH_OK)?;
    let sent = open.message("to Ada")?;
    sent.add_recipient(MAPI_TO, "Ada", "ada@contoso.example")?;
    sent.save(0)?;
    let attached = open.message("with a picture")?;
    attached.attach("picture.png", b"pixels")?;
    attached.save(0)?;
    open.message("neither")?;
    let sub = |object: u32, inner: Restriction| Restriction::Sub {
        object,
        inner: Box::new(inner),
    };
    let to_ada = Restriction::equals(PR_DISPLAY_NAME, "Ada");
    searching.run(&sub(PR_MESSAGE_RECIPIENTS, to_ada), 0)?;
    searching.shows("a recipient", &["to Ada"])?;
    let pictures = Restriction::contains(
        PR_ATTACH_LONG_FILENAME,
        FL_SUBSTRING | FL_IGNORECASE,
        ".PNG",
    );
    searching.run(&sub(PR_MESSAGE_ATTACHMENTS, pictures), 0)?;
    searching.shows("an attachment", &["with a picture"])
}

fn follows(context: &Context) -> Verdict {
    let searching = begin(context)?;
    let open = &searching.open;
    searching.run(&subject_contains("wanted"), 0)?;
    searching.shows("at first", &[])?;
    let message = open.message("wanted")?;
    let id = message.entry_id()?;
    searching.shows("a new message", &["wanted"])?;
    message.put(PR_SUBJECT, "unloved")?;
    message.save(KEEP_OPEN_READWRITE)?;
    searching.shows("a message that meets the restriction no longer", &[])?;
    message.put(PR_SUBJECT, "wanted again")?;
    message.save(KEEP_OPEN_READWRITE)?;
    searching.shows("a message that meets it again", &["wanted again"])?;
    let other = open.work.create_folder("other")?;
    done(open.work.copy_messages(&[&id], &other, MESSAGE_MOVE))?;
    searching.shows("a message that was moved away", &[])?;
    let moved = open.find_message(&other, "wanted again")?;
    let moved = some("the other folder", "the message", moved)?;
    done(other.copy_messages(&[&moved], &open.work, 0))?;
    searching.shows("a copy", &["wanted again"])?;
    let copy = open.find_message(&open.work, "wanted again")?;
    let copy = some("the work folder", "the copy", copy)?;
    done(open.work.set_read_flags(Some(&[&copy]), CLEAR_READ_FLAG))?;
    wait_for(|| Ok(searching.search.bits(PR_CONTENT_UNREAD)? == 1))?;
    equal(
        "PR_CONTENT_UNREAD",
        1,
        searching.search.bits(PR_CONTENT_UNREAD)?,
    )?;
    done(open.work.set_read_flags(Some(&[&copy]), SUPPRESS_RECEIPT))?;
    wait_for(|| Ok(searching.search.bits(PR_CONTENT_UNREAD)? == 0))?;
    equal(
        "PR_CONTENT_UNREAD of what was read",
        0,
        searching.search.bits(PR_CONTENT_UNREAD)?,
    )?;
    done(open.work.delete_messages(&[&copy], 0))?;
    searching.shows("a deleted message", &[])
}

fn stopped(context: &Context) -> Verdict {
    let searching = begin(context)?;
    let open = &searching.open;
    open.message("wanted one")?;
    searching.run(&subject_contains("wanted"), 0)?;
    searching.shows("the search folder", &["wanted one"])?;
    searching.set(None, None, STOP_SEARCH)?;
    open.message("wanted two")?;
    context.host().settle(SOON);
    std::thread::sleep(BRIEFLY);
    searching.shows("after STOP_SEARCH", &["wanted one"])?;
    searching.set(None, None, RESTART_SEARCH)?;
    searching.wait()?;
    searching.shows("after RESTART_SEARCH", &["wanted one", "wanted two"])
}

fn lasts(context: &Context) -> Verdict {
    let searching = begin(context)?;
    let (work, search) = (
        searching.open.work.entry_id()?,
        searching.search.entry_id()?,
    );
    searching.open.message("wanted one")?;
    searching.run(&subject_contains("wanted"), RECURSIVE_SEARCH)?;
    let Searching {
        open,
        search: folder,
    } = searching;
    let before = folder.search_criteria(MAPI_UNICODE)?;
    drop(folder);
    let Open {
        work: folder,
        session,
    } = open;
    drop(folder);
    session.logoff()?;
    let session = context.logon()?;
    let found = session.open_folder(&search)?;
    equal(
        "GetSearchCriteria in the next session",
        before,
        found.search_criteria(MAPI_UNICODE)?,
    )?;
    shows(&session, &found, "the next session", &["wanted one"])?;
    session
        .open_folder(&work)?
        .add_message(&[Prop::new(PR_SUBJECT, "wanted two")])?;
    shows(
        &session,
        &found,
        "a new message in the next session",
        &["wanted one", "wanted two"],
    )
}

fn columns(context: &Context) -> Verdict {
    let searching = begin(context)?;
    let open = &searching.open;
    let below = open.work.create_folder("below")?;
    let id = below
        .add_message(&[Prop::new(PR_SUBJECT, "a")])?
        .entry_id()?;
    searching.run(&subject_contains("a"), RECURSIVE_SEARCH)?;
    searching.shows("the search folder", &["a"])?;
    let table = searching.search.contents()?;
    let defaults = table.columns(false)?;
    holds(
        defaults
            .iter()
            .any(|tag| tag >> 16 == PR_PARENT_DISPLAY >> 16),
        "the default columns",
        "PR_PARENT_DISPLAY among them",
        format!("{defaults:08x?}"),
    )?;
    let rows = table.rows(&[
        PR_ENTRYID,
        PR_PARENT_ENTRYID,
        PR_PARENT_DISPLAY,
        PR_INSTANCE_KEY,
    ])?;
    equal("rows", 1, rows.len())?;
    let binary = |tag: u32| match rows[0].value(tag) {
        Some(Value::Binary(bytes)) => bytes.clone(),
        _ => Vec::new(),
    };
    let same = |one: &[u8], two: &[u8]| open.store().compare(one, two);
    equal("PR_ENTRYID", true, same(&id, &binary(PR_ENTRYID))?)?;
    equal(
        "PR_PARENT_ENTRYID is the folder that holds the message",
        true,
        same(&below.entry_id()?, &binary(PR_PARENT_ENTRYID))?,
    )?;
    equal(
        "PR_PARENT_DISPLAY",
        Some("below"),
        rows[0].text(PR_PARENT_DISPLAY),
    )?;
    holds(
        !binary(PR_INSTANCE_KEY).is_empty(),
        "PR_INSTANCE_KEY",
        "a key",
        "none",
    )
}

fn table(context: &Context) -> Verdict {
    let searching = begin(context)?;
    let open = &searching.open;
    open.needs(STORE_SORT_OK | STORE_RESTRICTION_OK)?;
    open.messages(&["b", "c", "a", "other"])?;
    let letters = Restriction::Or(vec![
        Restriction::equals(PR_SUBJECT, "a"),
        Restriction::equals(PR_SUBJECT, "b"),
        Restriction::equals(PR_SUBJECT, "c"),
    ]);
    searching.run(&letters, 0)?;
    searching.shows("the search folder", &["a", "b", "c"])?;
    let table = searching.search.contents()?;
    table.set_columns(&[PR_SUBJECT])?;
    table.sort(&SortOrder::ascending(&[PR_SUBJECT]))?;
    let subjects = || -> Result<Vec<String>> {
        let rows = table.all_rows()?;
        let subjects = rows.iter().filter_map(|row| row.text(PR_SUBJECT));
        Ok(subjects.map(str::to_string).collect())
    };
    equal(
        "sorted by subject",
        vec!["a", "b", "c"],
        subjects()?.iter().map(String::as_str).collect(),
    )?;
    table.find(
        &Restriction::compare(RELOP_GE, PR_SUBJECT, "b"),
        BOOKMARK_BEGINNING,
        0,
    )?;
    equal("FindRow", 1, table.position()?.row)?;
    table.restrict(Some(&Restriction::equals(PR_SUBJECT, "c")))?;
    equal("restricted", vec!["c".to_string()], subjects()?)?;
    equal("GetRowCount", 1, table.row_count()?)
}

fn open_entry(context: &Context) -> Verdict {
    let searching = begin(context)?;
    let open = &searching.open;
    let id = open.message("a")?.entry_id()?;
    searching.run(&subject_contains("a"), 0)?;
    searching.shows("the search folder", &["a"])?;
    let rows = searching.search.contents()?.rows(&[PR_ENTRYID])?;
    let Some(Value::Binary(row)) = rows[0].value(PR_ENTRYID) else {
        return fail("PR_ENTRYID of the row", "an entry id", "nothing");
    };
    equal("CompareEntryIDs", true, open.store().compare(&id, row)?)?;
    let message = searching.search.open_message(row)?;
    equal("PR_SUBJECT", "a".to_string(), message.subject()?)?;
    equal(
        "PR_PARENT_ENTRYID of the message",
        true,
        open.store()
            .compare(&open.work.entry_id()?, &message.binary(PR_PARENT_ENTRYID)?)?,
    )
}

fn delete_message(context: &Context) -> Verdict {
    let searching = begin(context)?;
    let open = &searching.open;
    let ids = open.messages(&["a", "also a", "no"])?;
    searching.run(&subject_contains("a"), 0)?;
    searching.shows("the search folder", &["a", "also a"])?;
    done(searching.search.delete_messages(&[&ids[0]], 0))?;
    searching.shows("after the deletion", &["also a"])?;
    let mut left = open.subjects(&open.work)?;
    left.sort();
    equal(
        "the folder itself",
        vec!["also a".to_string(), "no".to_string()],
        left,
    )?;
    fails(
        "OpenEntry of the deleted message",
        open.open_message(&ids[0]),
    )
}

fn delete_folder(context: &Context) -> Verdict {
    let searching = begin(context)?;
    let open = &searching.open;
    open.message("a")?;
    searching.run(&subject_contains("a"), 0)?;
    searching.shows("the search folder", &["a"])?;
    let id = searching.search.entry_id()?;
    done(finder(open)?.delete_folder(&id, 0))?;
    fails("OpenEntry of the search folder", open.open_folder(&id))?;
    equal(
        "the folder itself",
        vec!["a".to_string()],
        open.subjects(&open.work)?,
    )
}

fn copy_from(context: &Context) -> Verdict {
    let searching = begin(context)?;
    let open = &searching.open;
    let ids = open.messages(&["a one", "a two"])?;
    searching.run(&subject_contains("a"), 0)?;
    searching.shows("the search folder", &["a one", "a two"])?;
    let other = open.work.create_folder("other")?;
    done(searching.search.copy_messages(&[&ids[0]], &other, 0))?;
    equal(
        "the copy",
        vec!["a one".to_string()],
        open.subjects(&other)?,
    )?;
    searching.shows("after the copy", &["a one", "a two"])?;
    done(
        searching
            .search
            .copy_messages(&[&ids[1]], &other, MESSAGE_MOVE),
    )?;
    searching.shows("after the move", &["a one"])?;
    equal(
        "the folder itself",
        vec!["a one".to_string()],
        open.subjects(&open.work)?,
    )
}

fn read_flags(context: &Context) -> Verdict {
    let searching = begin(context)?;
    let open = &searching.open;
    let search = &searching.search;
    let ids = open.messages(&["a one", "a two", "no"])?;
    done(open.work.set_read_flags(None, CLEAR_READ_FLAG))?;
    searching.run(&subject_contains("a"), 0)?;
    searching.shows("the search folder", &["a one", "a two"])?;
    done(search.set_read_flags(Some(&[&ids[0]]), SUPPRESS_RECEIPT))?;
    equal(
        "unread in the folder itself",
        2,
        open.work.bits(PR_CONTENT_UNREAD)?,
    )?;
    done(search.set_read_flags(None, SUPPRESS_RECEIPT))?;
    equal(
        "unread, but for what is not found",
        1,
        open.work.bits(PR_CONTENT_UNREAD)?,
    )?;
    equal(
        "unread in the search folder",
        0,
        search.bits(PR_CONTENT_UNREAD)?,
    )?;
    search.set_message_status(&ids[0], MSGSTATUS_HIGHLIGHTED, MSGSTATUS_HIGHLIGHTED)?;
    equal(
        "the status in the folder itself",
        MSGSTATUS_HIGHLIGHTED,
        open.work.message_status(&ids[0])? & MSGSTATUS_HIGHLIGHTED,
    )?;
    fails(
        "GetMessageStatus of what is not found",
        search.message_status(&ids[2]),
    )
}

fn holds_nothing(context: &Context) -> Verdict {
    let searching = begin(context)?;
    let open = &searching.open;
    let search = &searching.search;
    let id = open.message("b")?.entry_id()?;
    searching.run(&subject_contains("a"), 0)?;
    for flags in [0, MAPI_ASSOCIATED] {
        let came = search
            .create_message_with(flags)
            .and_then(|message| message.save(0));
        refused(
            "CreateMessage",
            &[MAPI_E_NO_ACCESS, MAPI_E_NO_SUPPORT],
            came,
        )?;
    }
    refused(
        "CreateFolder",
        &[MAPI_E_NO_ACCESS, MAPI_E_NO_SUPPORT],
        search.create_folder("below"),
    )?;
    for flags in [0, MESSAGE_MOVE] {
        let came = open.work.copy_messages(&[&id], search, flags);
        holds(
            !matches!(came, Ok(S_OK)),
            "CopyMessages into a search folder",
            "a failure, or MAPI_W_PARTIAL_COMPLETION",
            "S_OK",
        )?;
    }
    let folder = open.work.create_folder("folder")?.entry_id()?;
    for flags in [0, FOLDER_MOVE] {
        fails(
            "CopyFolder into a search folder",
            open.work.copy_folder(&folder, search, None, flags),
        )?;
    }
    searching.shows("the search folder", &[])?;
    equal("PR_SUBFOLDERS", false, search.boolean(PR_SUBFOLDERS)?)?;
    equal(
        "the folder itself",
        vec!["b".to_string()],
        open.subjects(&open.work)?,
    )
}

fn scopes(context: &Context) -> Verdict {
    let searching = begin(context)?;
    let open = &searching.open;
    let restriction = subject_contains("a");
    let set = |id: &[u8]| {
        searching
            .search
            .set_search_criteria(Some(&restriction), Some(&[id]), 0)
    };
    let other = finder(open)?.create_folder_with(FOLDER_SEARCH, "Other", None, MAPI_UNICODE)?;
    let message = open.message("a")?.entry_id()?;
    let mut foreign = open.work.entry_id()?;
    for byte in &mut foreign[4..20] {
        *byte ^= 0x5A;
    }
    for (what, id) in [
        ("itself", searching.search.entry_id()?),
        ("another search folder", other.entry_id()?),
        ("a message", message),
        ("a folder of another store", foreign),
    ] {
        let came = set(&id);
        holds(
            came.is_err(),
            &format!("SetSearchCriteria for {what}"),
            "a failure",
            code_text(came),
        )?;
    }
    refused(
        "GetSearchCriteria",
        &[MAPI_E_NOT_INITIALIZED],
        searching.search.search_state(),
    )
}

fn complete(context: &Context) -> Verdict {
    let searching = begin(context)?;
    let open = &searching.open;
    open.needs(STORE_NOTIFY_OK)?;
    open.message("a")?;
    let id = searching.search.entry_id()?;
    let (of_folder, of_store) = (Recorder::new(), Recorder::new());
    let connections = [
        open.store()
            .advise(Some(&id), fnevSearchComplete, &of_folder)?,
        open.store().advise(None, fnevSearchComplete, &of_store)?,
    ];
    searching.run(&subject_contains("a"), 0)?;
    for (what, recorder) in [
        ("the events of the search folder", &of_folder),
        ("the events of the store", &of_store),
    ] {
        let event = recorder.wait_for(SOON, |event| event.kind() == fnevSearchComplete);
        let event = some(what, "fnevSearchComplete", event)?;
        let Event::Object {
            object_type,
            entry_id,
            ..
        } = event
        else {
            return fail(what, "an OBJECT_NOTIFICATION", "another");
        };
        equal("ulObjType", MAPI_FOLDER, object_type)?;
        equal(
            "lpEntryID is the search folder",
            true,
            open.store().compare(&id, &entry_id)?,
        )?;
    }
    searching.shows("the search folder", &["a"])?;
    for connection in connections {
        open.store().unadvise(connection)?;
    }
    Ok(())
}

fn table_events(context: &Context) -> Verdict {
    let searching = begin(context)?;
    let open = &searching.open;
    open.needs(STORE_NOTIFY_OK)?;
    searching.run(&subject_contains("wanted"), 0)?;
    let table = searching.search.contents()?;
    table.set_columns(&[PR_SUBJECT, PR_INSTANCE_KEY])?;
    let recorder = Recorder::new();
    table.advise(&recorder)?;
    let wait = |kind: u32, what: &str| {
        let event = recorder.wait_for(SOON, |event| {
            event.table_event() == Some(kind)
                || matches!(event.table_event(), Some(TABLE_CHANGED | TABLE_RELOAD))
        });
        some("the events of the table", what, event)
    };
    open.message("no business of the table")?;
    let message = open.message("wanted")?;
    wait(TABLE_ROW_ADDED, "TABLE_ROW_ADDED of what enters")?;
    equal("rows", 1, table.all_rows()?.len())?;
    let strange = recorder.events().into_iter().find(|event| {
        matches!(event, Event::Table { event: TABLE_ROW_ADDED, row, .. } if row.text(PR_SUBJECT) != Some("wanted"))
    });
    equal("events of rows that are not shown", None, strange)?;
    message.put(PR_SUBJECT, "unloved")?;
    recorder.clear();
    message.save(KEEP_OPEN_READWRITE)?;
    wait(TABLE_ROW_DELETED, "TABLE_ROW_DELETED of what leaves")?;
    equal("rows", 0, table.all_rows()?.len())
}

fn object_events(context: &Context) -> Verdict {
    let searching = begin(context)?;
    let open = &searching.open;
    open.needs(STORE_NOTIFY_OK)?;
    searching.run(&subject_contains("wanted"), 0)?;
    let message = open.message("other")?;
    context.host().settle(SOON);
    let recorder = Recorder::new();
    let mask = fnevObjectCreated | fnevObjectDeleted;
    let connection = open.store().advise(None, mask, &recorder)?;
    for subject in ["wanted", "other"] {
        message.put(PR_SUBJECT, subject)?;
        message.save(KEEP_OPEN_READWRITE)?;
    }
    searching.shows("the search folder", &[])?;
    context.host().settle(SOON);
    std::thread::sleep(BRIEFLY);
    equal("events", Vec::<Event>::new(), recorder.events())?;
    Ok(open.store().unadvise(connection)?)
}
