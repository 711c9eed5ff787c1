//! Creating, copying, moving and deleting folders.

use super::prelude::*;

pub(super) const CHECKS: &[Check] = &[
    Check::new(
        "E90-duplicate-name",
        A(90),
        "IMAPIFolder::CreateFolder",
        "imapifolder-createfolder",
        "A second folder of the same name is MAPI_E_COLLISION; with OPEN_IF_EXISTS it is the first one.",
        duplicate_name,
    ),
    Check::new(
        "E90-ansi-name",
        S("3.4"),
        "IMAPIFolder::CreateFolder",
        "imapifolder-createfolder",
        "Names and comments without MAPI_UNICODE are 8-bit.",
        ansi_name,
    ),
    Check::new(
        "E90-comment",
        S("3.4"),
        "IMAPIFolder::CreateFolder",
        "imapifolder-createfolder",
        "The comment is kept, and may be missing.",
        comment,
    ),
    Check::new(
        "E90-new-folder-is-generic",
        S("5.2"),
        "IMAPIFolder::CreateFolder",
        "imapifolder-createfolder",
        "A new folder is generic, writable, and has its creator as parent.",
        new_folder,
    ),
    Check::new(
        "E90-folder-survives-the-session",
        S("3.4"),
        "IMAPIFolder::CreateFolder",
        "imapifolder-createfolder",
        "A folder is there in the next session, without any SaveChanges.",
        survives,
    ),
    Check::new(
        "E90-rename-collision",
        S("3.4"),
        "IMAPIProp::SetProps",
        "imapifolder-createfolder",
        "A folder cannot be given the name of its sibling.",
        rename_collision,
    ),
    Check::new(
        "E91-delete-with-messages",
        A(91),
        "IMAPIFolder::DeleteFolder",
        "imapifolder-deletefolder",
        "A folder with messages is not deleted without DEL_MESSAGES: MAPI_E_HAS_MESSAGES, and all is left.",
        delete_with_messages,
    ),
    Check::new(
        "E91-delete-with-folders",
        A(91),
        "IMAPIFolder::DeleteFolder",
        "imapifolder-deletefolder",
        "A folder with subfolders is not deleted without DEL_FOLDERS: MAPI_E_HAS_FOLDERS, and all is left.",
        delete_with_folders,
    ),
    Check::new(
        "E91-delete-missing",
        S("3.4"),
        "IMAPIFolder::DeleteFolder",
        "imapifolder-deletefolder",
        "A folder that is gone cannot be deleted again.",
        delete_missing,
    ),
    Check::new(
        "E91-delete-root",
        S("3.4"),
        "IMAPIFolder::DeleteFolder",
        "imapifolder-deletefolder",
        "The root folder, and the folders that the store names, are not deleted.",
        delete_root,
    ),
    Check::new(
        "E93-cycle",
        A(93),
        "IMAPIFolder::CopyFolder",
        "imapifolder-copyfolder",
        "A folder moved into its own descendant is MAPI_E_FOLDER_CYCLE, and the store stays as it was.",
        cycle,
    ),
    Check::new(
        "E93-copy-with-subfolders",
        S("3.4"),
        "IMAPIFolder::CopyFolder",
        "imapifolder-copyfolder",
        "A copy has the messages, and with COPY_SUBFOLDERS the subfolders.",
        copy_with_subfolders,
    ),
    Check::new(
        "E93-move",
        S("3.4"),
        "IMAPIFolder::CopyFolder",
        "imapifolder-copyfolder",
        "A moved folder is in its new place with all it holds, under the new name if there is one.",
        move_folder,
    ),
    Check::new(
        "E93-collision",
        S("3.4"),
        "IMAPIFolder::CopyFolder",
        "imapifolder-copyfolder",
        "A name that is taken in the destination is MAPI_E_COLLISION.",
        collision,
    ),
    Check::new(
        "E92-delete-with-a-bad-id",
        A(92),
        "IMAPIFolder::DeleteMessages",
        "imapifolder-deletemessages",
        "One bad entry id gives MAPI_W_PARTIAL_COMPLETION, and the good ones are deleted.",
        delete_with_a_bad_id,
    ),
    Check::new(
        "S3.4-empty-folder",
        S("3.4"),
        "IMAPIFolder::EmptyFolder",
        "imapifolder-emptyfolder",
        "EmptyFolder deletes messages and subfolders; associated messages only with DEL_ASSOCIATED.",
        empty_folder,
    ),
    Check::new(
        "S3.4-save-contents-sort",
        S("3.4"),
        "IMAPIFolder::SaveContentsSort",
        "imapifolder-savecontentssort",
        "SaveContentsSort is refused with a documented code, or a new contents table has the order.",
        save_contents_sort,
    ),
    Check::new(
        "S3.4-search-criteria-of-generic-folder",
        S("3.4"),
        "IMAPIFolder::GetSearchCriteria",
        "imapicontainer-getsearchcriteria",
        "A folder that is no search folder has no criteria and takes none.",
        search_criteria,
    ),
    Check::new(
        "E97-special-folders-can-be-made",
        A(97),
        "IMAPIProp::SetProps",
        "special-folders-in-message-stores",
        "What HrValidateIPMSubtree does works: a folder in the root, its entry id and the mask on the store, a receive folder.",
        special_folders,
    ),
    Check::new(
        "S3.4-deep-tree",
        S("3.4"),
        "IMAPIFolder::CreateFolder",
        "imapifolder-createfolder",
        "Thirty levels of folders can be made, opened and deleted in one call.",
        deep_tree,
    ),
];

fn duplicate_name(context: &Context) -> Verdict {
    let open = context.open()?;
    let first = open.work.create_folder("name")?;
    refused(
        "CreateFolder of a name that is taken",
        &[MAPI_E_COLLISION],
        open.work.create_folder("name"),
    )?;
    let flags = MAPI_UNICODE | OPEN_IF_EXISTS;
    let again = open
        .work
        .create_folder_with(FOLDER_GENERIC, "name", None, flags)?;
    equal(
        "CreateFolder(OPEN_IF_EXISTS)",
        true,
        open.store()
            .compare(&first.entry_id()?, &again.entry_id()?)?,
    )
}

fn ansi_name(context: &Context) -> Verdict {
    let open = context.open()?;
    let folder = open
        .work
        .create_folder_with(FOLDER_GENERIC, "narrow", Some("comment"), 0)?;
    equal("PR_DISPLAY_NAME", "narrow".to_string(), folder.name()?)?;
    equal(
        "PR_COMMENT",
        "comment".to_string(),
        folder.text(PR_COMMENT)?,
    )
}

fn comment(context: &Context) -> Verdict {
    let open = context.open()?;
    let folder = open
        .work
        .create_folder_with(FOLDER_GENERIC, "a", Some("Grüße"), MAPI_UNICODE)?;
    equal("PR_COMMENT", "Grüße".to_string(), folder.text(PR_COMMENT)?)?;
    let folder = open.work.create_folder("b")?;
    equal(
        "PR_COMMENT",
        None,
        folder.text(PR_COMMENT).ok().filter(|text| !text.is_empty()),
    )
}

fn new_folder(context: &Context) -> Verdict {
    let open = context.open()?;
    let folder = open.work.create_folder("new")?;
    equal(
        "PR_FOLDER_TYPE",
        FOLDER_GENERIC,
        folder.bits(PR_FOLDER_TYPE)?,
    )?;
    let parent = folder.binary(PR_PARENT_ENTRYID)?;
    equal(
        "PR_PARENT_ENTRYID",
        true,
        open.store().compare(&parent, &open.work.entry_id()?)?,
    )?;
    folder.put(PR_COMMENT, "writable")?;
    equal("PR_ACCESS_LEVEL", 1, folder.long(PR_ACCESS_LEVEL)?)
}

fn survives(context: &Context) -> Verdict {
    let open = context.open()?;
    let id = open.work.create_folder("durable")?.entry_id()?;
    drop(open);
    let host = context.other_host()?;
    let session = host.logon(context.provider())?;
    let name = session.open_folder(&id)?.name()?;
    session.logoff()?;
    equal(
        "PR_DISPLAY_NAME in the next session",
        "durable".to_string(),
        name,
    )
}

fn rename_collision(context: &Context) -> Verdict {
    let open = context.open()?;
    open.work.create_folder("one")?;
    let two = open.work.create_folder("two")?;
    fails(
        "SetProps(PR_DISPLAY_NAME) to a name that is taken",
        two.put(PR_DISPLAY_NAME, "one"),
    )?;
    equal("PR_DISPLAY_NAME after that", "two".to_string(), two.name()?)
}

fn delete_with_messages(context: &Context) -> Verdict {
    let open = context.open()?;
    let full = open.work.create_folder("full")?;
    full.add_message(&[Prop::new(PR_SUBJECT, "one")])?;
    let id = full.entry_id()?;
    for flags in [0, DEL_FOLDERS] {
        refused(
            "DeleteFolder",
            &[MAPI_E_HAS_MESSAGES],
            open.work.delete_folder(&id, flags),
        )?;
    }
    equal(
        "messages after that",
        vec!["one".to_string()],
        open.subjects(&full)?,
    )?;
    drop(full);
    done(open.work.delete_folder(&id, DEL_MESSAGES))?;
    equal(
        "folders after DEL_MESSAGES",
        Vec::<String>::new(),
        open.work.child_names()?,
    )
}

fn delete_with_folders(context: &Context) -> Verdict {
    let open = context.open()?;
    let parent = open.work.create_folder("parent")?;
    let child = parent.create_folder("child")?;
    child.add_message(&[Prop::new(PR_SUBJECT, "one")])?;
    let id = parent.entry_id()?;
    for flags in [0, DEL_MESSAGES] {
        refused(
            "DeleteFolder",
            &[MAPI_E_HAS_FOLDERS],
            open.work.delete_folder(&id, flags),
        )?;
    }
    equal(
        "folders after that",
        vec!["child".to_string()],
        parent.child_names()?,
    )?;
    equal(
        "messages after that",
        vec!["one".to_string()],
        open.subjects(&child)?,
    )?;
    let lost = child.entry_id()?;
    drop((parent, child));
    done(open.work.delete_folder(&id, DEL_MESSAGES | DEL_FOLDERS))?;
    fails("OpenEntry of a deleted subfolder", open.open_folder(&lost))
}

fn delete_missing(context: &Context) -> Verdict {
    let open = context.open()?;
    let id = open.work.create_folder("gone")?.entry_id()?;
    done(open.work.delete_folder(&id, 0))?;
    fails(
        "DeleteFolder a second time",
        open.work.delete_folder(&id, 0),
    )
}

fn delete_root(context: &Context) -> Verdict {
    let open = context.open()?;
    let root = open.root()?;
    let everything = DEL_MESSAGES | DEL_FOLDERS;
    fails(
        "DeleteFolder of the root",
        root.delete_folder(&root.entry_id()?, everything),
    )?;
    if let Ok(subtree) = open.store().binary(PR_IPM_SUBTREE_ENTRYID) {
        fails(
            "DeleteFolder of the IPM subtree",
            root.delete_folder(&subtree, everything),
        )?;
        open.open_folder(&subtree)?.name()?;
    }
    open.root()?.name()?;
    Ok(())
}

fn cycle(context: &Context) -> Verdict {
    let open = context.open()?;
    let parent = open.work.create_folder("parent")?;
    let child = parent.create_folder("child")?;
    for (to, what) in [(&child, "its child"), (&parent, "itself")] {
        refused(
            &format!("CopyFolder(FOLDER_MOVE) into {what}"),
            &[MAPI_E_FOLDER_CYCLE],
            open.work
                .copy_folder(&parent.entry_id()?, to, None, FOLDER_MOVE),
        )?;
    }
    equal(
        "children of the work folder",
        vec!["parent".to_string()],
        open.work.child_names()?,
    )?;
    equal(
        "children of the folder",
        vec!["child".to_string()],
        parent.child_names()?,
    )
}

fn copy_with_subfolders(context: &Context) -> Verdict {
    let open = context.open()?;
    let from = open.work.create_folder("from")?;
    from.add_message(&[Prop::new(PR_SUBJECT, "outer")])?;
    from.create_folder("inner")?
        .add_message(&[Prop::new(PR_SUBJECT, "inner")])?;
    let to = open.work.create_folder("to")?;
    let id = from.entry_id()?;
    done(
        open.work
            .copy_folder(&id, &to, Some("all"), COPY_SUBFOLDERS),
    )?;
    done(open.work.copy_folder(&id, &to, Some("one"), 0))?;
    let mut names = to.child_names()?;
    names.sort();
    equal("copies", vec!["all".to_string(), "one".to_string()], names)?;
    let all = some("the destination", "the copy", to.child("all")?)?;
    let one = some("the destination", "the copy", to.child("one")?)?;
    equal(
        "messages of the copy",
        vec!["outer".to_string()],
        open.subjects(&all)?,
    )?;
    equal(
        "subfolders of the copy without COPY_SUBFOLDERS",
        0,
        one.child_names()?.len(),
    )?;
    let inner = some(
        "the copy with COPY_SUBFOLDERS",
        "the subfolder",
        all.child("inner")?,
    )?;
    equal(
        "messages of its subfolder",
        vec!["inner".to_string()],
        open.subjects(&inner)?,
    )?;
    equal(
        "messages of the original",
        vec!["outer".to_string()],
        open.subjects(&from)?,
    )
}

fn move_folder(context: &Context) -> Verdict {
    let open = context.open()?;
    let from = open.work.create_folder("from")?;
    from.add_message(&[Prop::new(PR_SUBJECT, "one")])?;
    from.create_folder("inner")?;
    let to = open.work.create_folder("to")?;
    done(
        open.work
            .copy_folder(&from.entry_id()?, &to, Some("renamed"), FOLDER_MOVE),
    )?;
    equal(
        "folders at the old place",
        vec!["to".to_string()],
        open.work.child_names()?,
    )?;
    let moved = some("the destination", "the folder", to.child("renamed")?)?;
    equal(
        "its messages",
        vec!["one".to_string()],
        open.subjects(&moved)?,
    )?;
    equal(
        "its subfolders",
        vec!["inner".to_string()],
        moved.child_names()?,
    )
}

fn collision(context: &Context) -> Verdict {
    let open = context.open()?;
    let from = open.work.create_folder("name")?;
    let to = open.work.create_folder("to")?;
    to.create_folder("name")?;
    for flags in [0, FOLDER_MOVE] {
        refused(
            &format!("CopyFolder with flags {flags}"),
            &[MAPI_E_COLLISION],
            open.work.copy_folder(&from.entry_id()?, &to, None, flags),
        )?;
    }
    Ok(())
}

fn delete_with_a_bad_id(context: &Context) -> Verdict {
    let open = context.open()?;
    let ids = open.messages(&["gone", "good", "stays"])?;
    done(open.work.delete_messages(&[&ids[0]], DELETE_HARD_DELETE))?;
    match open.work.delete_messages(&[&ids[0], &ids[1]], 0) {
        Ok(answer) => code("DeleteMessages", &[MAPI_W_PARTIAL_COMPLETION], answer)?,
        Err(failure) => code("DeleteMessages", &[MAPI_E_NOT_FOUND], failure.code)?,
    }
    equal(
        "subjects",
        vec!["stays".to_string()],
        open.subjects(&open.work)?,
    )
}

fn empty_folder(context: &Context) -> Verdict {
    let open = context.open()?;
    open.messages(&["one", "two"])?;
    open.work.create_folder("child")?;
    let associated = open
        .work
        .create_message_with(MAPI_ASSOCIATED)
        .and_then(|message| message.save(0));
    done(open.work.empty(0))?;
    equal("messages", 0, open.work.contents()?.all_rows()?.len())?;
    equal("subfolders", 0, open.work.child_names()?.len())?;
    if associated.is_ok() {
        equal(
            "associated messages",
            1,
            open.work.associated()?.all_rows()?.len(),
        )?;
        done(open.work.empty(DEL_ASSOCIATED))?;
        equal(
            "associated messages after DEL_ASSOCIATED",
            0,
            open.work.associated()?.all_rows()?.len(),
        )?;
    }
    Ok(())
}

fn save_contents_sort(context: &Context) -> Verdict {
    let open = context.open()?;
    open.messages(&["b", "c", "a"])?;
    let answer = open
        .work
        .save_contents_sort(&SortOrder::ascending(&[PR_SUBJECT]));
    code(
        "SaveContentsSort",
        &[S_OK, MAPI_E_NO_SUPPORT, MAPI_E_NO_ACCESS],
        answer,
    )?;
    if answer == S_OK {
        let id = open.work.entry_id()?;
        let again = open.open_folder(&id)?;
        let rows = again.contents()?.rows(&[PR_SUBJECT])?;
        let subjects: Vec<_> = rows.iter().map(|row| row.text(PR_SUBJECT)).collect();
        equal(
            "the rows of a new table",
            vec![Some("a"), Some("b"), Some("c")],
            subjects,
        )?;
    }
    Ok(())
}

fn search_criteria(context: &Context) -> Verdict {
    let open = context.open()?;
    let answer = open
        .work
        .set_search_criteria(Some(&Restriction::Exist(PR_SUBJECT)), None, 0);
    holds(
        answer.is_err(),
        "SetSearchCriteria",
        "a failure",
        code_text(answer),
    )?;
    refused(
        "GetSearchCriteria",
        &[MAPI_E_NOT_INITIALIZED, MAPI_E_NO_SUPPORT],
        open.work.search_state(),
    )
}

fn special_folders(context: &Context) -> Verdict {
    let session = context.logon()?;
    needs(&session, STORE_CREATE_OK | STORE_MODIFY_OK)?;
    let store = session.store();
    let folder = session.root()?.create_folder("Conformance Outbox")?;
    let id = folder.entry_id()?;
    let mask = store.bits(PR_VALID_FOLDER_MASK)? | FOLDER_IPM_OUTBOX_VALID;
    let _ = store.set(&[
        Prop::new(PR_IPM_OUTBOX_ENTRYID, id.clone()),
        Prop::new(PR_VALID_FOLDER_MASK, mask),
    ])?;
    equal(
        "PR_IPM_OUTBOX_ENTRYID",
        id.clone(),
        store.binary(PR_IPM_OUTBOX_ENTRYID)?,
    )?;
    equal(
        "PR_VALID_FOLDER_MASK",
        mask,
        store.bits(PR_VALID_FOLDER_MASK)?,
    )?;
    store.set_receive_folder(Some("IPM.Conformance"), Some(&id))?;
    let found = store.receive_folder("IPM.Conformance.Sub")?;
    equal(
        "GetReceiveFolder",
        true,
        store.compare(&id, &found.entry_id)?,
    )
}

fn deep_tree(context: &Context) -> Verdict {
    let open = context.open()?;
    let mut folder = open.work.create_folder("0")?;
    let top = folder.entry_id()?;
    for level in 1..30 {
        folder = folder.create_folder(&level.to_string())?;
    }
    equal(
        "rows with CONVENIENT_DEPTH",
        30,
        open.work.deep_hierarchy()?.all_rows()?.len(),
    )?;
    drop(folder);
    done(open.work.delete_folder(&top, DEL_MESSAGES | DEL_FOLDERS))?;
    equal(
        "rows after the deletion",
        0,
        open.work.deep_hierarchy()?.all_rows()?.len(),
    )
}
