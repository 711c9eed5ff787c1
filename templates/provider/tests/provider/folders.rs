//! Folders.

use crate::common::*;

/// Where a folder of the spec is, as a path below the top of what users see, or below the root.
fn path_of(folder: &FolderDefinition) -> Vec<&'static str> {
    let mut path = vec![folder.name];
    let mut parent = folder.parent;
    while let Some(index) = parent {
        let above = &definition().folders[usize::from(index)];
        path.insert(0, above.name);
        parent = above.parent;
    }
    path
}

fn open_path(session: &Session, folder: &FolderDefinition) -> Folder {
    let path = path_of(folder);
    let top = if folder.role.is_below_root() {
        session.root()
    } else {
        session.subtree()
    };
    path.iter().fold(top.unwrap(), |parent, name| {
        let child = parent.child(name).unwrap();
        child.unwrap_or_else(|| panic!("the folder {path:?} is missing"))
    })
}

#[test]
fn the_folders_of_the_spec_are_there() {
    let bench = Bench::new();
    let session = bench.logon();
    for folder in definition().folders {
        let found = open_path(&session, folder);
        assert_eq!(found.name().unwrap(), folder.name);
        assert_eq!(found.text(PR_COMMENT).unwrap_or_default(), folder.comment);
        let class = if folder.container_class.is_empty() {
            folder.role.container_class()
        } else {
            folder.container_class
        };
        assert_eq!(
            found.text(PR_CONTAINER_CLASS).unwrap(),
            class,
            "{}",
            folder.name
        );
        assert_eq!(
            found.boolean(PR_ATTR_HIDDEN).unwrap_or(false),
            folder.hidden,
            "{}",
            folder.name
        );
    }
    bench.finish(session);
}

#[test]
fn folders_have_their_required_properties() {
    let bench = Bench::new();
    let session = bench.logon();
    let root = session.root().unwrap();
    for row in root
        .deep_hierarchy()
        .unwrap()
        .rows(&[PR_ENTRYID, PR_RECORD_KEY])
        .unwrap()
    {
        let folder = session
            .open_folder(row.binary(PR_ENTRYID).unwrap())
            .unwrap();
        assert_eq!(folder.bits(PR_OBJECT_TYPE).unwrap(), MAPI_FOLDER);
        assert_eq!(folder.bits(PR_FOLDER_TYPE).unwrap(), FOLDER_GENERIC);
        assert_eq!(
            folder.binary(PR_RECORD_KEY).unwrap(),
            row.binary(PR_RECORD_KEY).unwrap()
        );
        let parent = session
            .open_folder(&folder.binary(PR_PARENT_ENTRYID).unwrap())
            .unwrap();
        assert!(
            parent
                .child_names()
                .unwrap()
                .contains(&folder.name().unwrap())
        );
        // Outlook crashes where one of these is missing.
        for tag in [
            PR_CONTENT_COUNT,
            PR_CONTENT_UNREAD,
            PR_ASSOC_CONTENT_COUNT,
            PR_FOLDER_CHILD_COUNT,
            PR_ACCESS,
            PR_ACCESS_LEVEL,
            PR_STATUS,
            PR_DISPLAY_TYPE,
        ] {
            assert!(
                folder.long(tag).is_ok(),
                "{}: {tag:#010x}",
                folder.name().unwrap()
            );
        }
        assert!(folder.boolean(PR_SUBFOLDERS).is_ok());
        assert!(
            folder.time(PR_CREATION_TIME).unwrap()
                <= folder.time(PR_LAST_MODIFICATION_TIME).unwrap()
        );
        for iid in [
            IID_IMAPIFolder,
            IID_IMAPIContainer,
            IID_IMAPIProp,
            IID_IUnknown,
        ] {
            assert!(folder.supports(iid));
        }
        assert!(!folder.supports(IID_IMessage) && !folder.supports(IID_IMsgStore));
    }
    drop(root);
    bench.finish(session);
}

#[test]
fn tables_of_a_folder_are_listed_as_objects() {
    let bench = Bench::new();
    let session = bench.logon();
    let folder = session.subtree().unwrap();
    let listed = folder.list().unwrap();
    for tag in [
        PR_CONTAINER_CONTENTS,
        PR_CONTAINER_HIERARCHY,
        PR_FOLDER_ASSOCIATED_CONTENTS,
    ] {
        assert!(listed.contains(&tag), "{tag:#010x}");
    }
    let rows = |table: Table| table.rows(&[PR_ENTRYID, PR_DISPLAY_NAME]).unwrap();
    assert_eq!(
        rows(folder.table(PR_CONTAINER_HIERARCHY).unwrap()),
        rows(folder.hierarchy().unwrap())
    );
    assert_eq!(
        rows(folder.table(PR_CONTAINER_CONTENTS).unwrap()),
        rows(folder.contents().unwrap())
    );
    assert_eq!(
        rows(folder.table(PR_FOLDER_ASSOCIATED_CONTENTS).unwrap()),
        rows(folder.associated().unwrap())
    );
    drop(folder);
    bench.finish(session);
}

#[test]
fn folders_can_be_made_renamed_and_deleted() {
    let Some(bench) = Bench::writable() else {
        return;
    };
    let session = bench.logon();
    let parent = playground(&session);
    let folder = parent
        .create_folder_with(
            FOLDER_GENERIC,
            "Größe",
            Some("with a comment"),
            MAPI_UNICODE,
        )
        .unwrap();
    assert_eq!(folder.name().unwrap(), "Größe");
    assert_eq!(folder.text(PR_COMMENT).unwrap(), "with a comment");
    assert_eq!(
        folder.binary(PR_PARENT_ENTRYID).unwrap(),
        parent.entry_id().unwrap()
    );
    assert!(parent.boolean(PR_SUBFOLDERS).unwrap());
    let id = folder.entry_id().unwrap();
    folder.put(PR_DISPLAY_NAME, "Renamed").unwrap();
    assert_eq!(parent.child_names().unwrap(), ["Renamed"]);
    assert_eq!(
        folder.entry_id().unwrap(),
        id,
        "a renamed folder is the same folder"
    );
    drop(folder);
    assert_eq!(parent.delete_folder(&id, 0).unwrap(), S_OK);
    assert!(parent.child_names().unwrap().is_empty());
    assert!(!parent.boolean(PR_SUBFOLDERS).unwrap());
    assert_eq!(code_of(session.open_folder(&id)), MAPI_E_NOT_FOUND);
    assert_eq!(code_of(parent.delete_folder(&id, 0)), MAPI_E_NOT_FOUND);
    drop(parent);
    bench.finish(session);
}

#[test]
fn names_of_new_folders_may_be_narrow() {
    let Some(bench) = Bench::writable() else {
        return;
    };
    let session = bench.logon();
    let parent = playground(&session);
    parent
        .create_folder_with(FOLDER_GENERIC, "Narrow", Some("comment"), 0)
        .unwrap();
    assert_eq!(
        parent
            .child("Narrow")
            .unwrap()
            .unwrap()
            .text(PR_COMMENT)
            .unwrap(),
        "comment"
    );
    drop(parent);
    bench.finish(session);
}

#[test]
fn siblings_have_different_names() {
    let Some(bench) = Bench::writable() else {
        return;
    };
    let session = bench.logon();
    let parent = playground(&session);
    let first = parent.create_folder("Twin").unwrap();
    assert_eq!(code_of(parent.create_folder("Twin")), MAPI_E_COLLISION);
    let again = parent
        .create_folder_with(FOLDER_GENERIC, "Twin", None, MAPI_UNICODE | OPEN_IF_EXISTS)
        .unwrap();
    assert_eq!(again.entry_id().unwrap(), first.entry_id().unwrap());
    let other = parent.create_folder("Other").unwrap();
    assert_eq!(
        code_of(other.put(PR_DISPLAY_NAME, "Twin")),
        MAPI_E_COLLISION
    );
    assert_eq!(other.name().unwrap(), "Other");
    drop((parent, first, again, other));
    bench.finish(session);
}

#[test]
fn a_folder_that_is_not_empty_is_deleted_on_request_only() {
    let Some(bench) = Bench::writable() else {
        return;
    };
    let session = bench.logon();
    let parent = playground(&session);
    let folder = parent.create_folder("Full").unwrap();
    folder
        .add_message(&[Prop::new(PR_SUBJECT, "kept")])
        .unwrap();
    folder.create_folder("Inner").unwrap();
    let id = folder.entry_id().unwrap();
    let refused = [MAPI_E_HAS_MESSAGES, MAPI_E_HAS_FOLDERS];
    assert!(refused.contains(&code_of(parent.delete_folder(&id, 0))));
    assert_eq!(
        code_of(parent.delete_folder(&id, DEL_MESSAGES)),
        MAPI_E_HAS_FOLDERS
    );
    assert_eq!(
        code_of(parent.delete_folder(&id, DEL_FOLDERS)),
        MAPI_E_HAS_MESSAGES
    );
    assert_eq!(session.subjects(&folder).unwrap(), ["kept"]);
    assert_eq!(folder.child_names().unwrap(), ["Inner"]);
    drop(folder);
    assert_eq!(
        parent
            .delete_folder(&id, DEL_MESSAGES | DEL_FOLDERS)
            .unwrap(),
        S_OK
    );
    assert!(parent.child_names().unwrap().is_empty());
    drop(parent);
    bench.finish(session);
}

#[test]
fn special_folders_are_protected() {
    let Some(bench) = Bench::writable() else {
        return;
    };
    let session = bench.logon();
    let (root, top) = (session.root().unwrap(), session.subtree().unwrap());
    assert!(
        root.delete_folder(&top.entry_id().unwrap(), DEL_MESSAGES | DEL_FOLDERS)
            .is_err()
    );
    assert!(
        root.delete_folder(&root.entry_id().unwrap(), DEL_MESSAGES | DEL_FOLDERS)
            .is_err()
    );
    if let Some(trash) = folder_with_role(FolderRole::DeletedItems) {
        let id = open_path(&session, trash).entry_id().unwrap();
        assert!(top.delete_folder(&id, DEL_MESSAGES | DEL_FOLDERS).is_err());
    }
    drop((root, top));
    bench.finish(session);
}

#[test]
fn folders_can_be_copied() {
    let Some(bench) = Bench::writable() else {
        return;
    };
    let session = bench.logon();
    let parent = playground(&session);
    let source = parent.create_folder("Source").unwrap();
    source.add_message(&[Prop::new(PR_SUBJECT, "one")]).unwrap();
    source
        .create_folder("Inner")
        .unwrap()
        .add_message(&[Prop::new(PR_SUBJECT, "two")])
        .unwrap();
    let target = parent.create_folder("Target").unwrap();
    let id = source.entry_id().unwrap();
    assert_eq!(
        parent.copy_folder(&id, &target, Some("Flat"), 0).unwrap(),
        S_OK
    );
    assert_eq!(
        parent
            .copy_folder(&id, &target, None, COPY_SUBFOLDERS)
            .unwrap(),
        S_OK
    );
    let flat = target.child("Flat").unwrap().unwrap();
    assert_eq!(session.subjects(&flat).unwrap(), ["one"]);
    assert!(flat.child_names().unwrap().is_empty());
    let deep = target.child("Source").unwrap().unwrap();
    assert_eq!(
        session
            .subjects(&deep.child("Inner").unwrap().unwrap())
            .unwrap(),
        ["two"]
    );
    assert_ne!(deep.entry_id().unwrap(), id);
    assert_eq!(session.subjects(&source).unwrap(), ["one"]);
    assert_eq!(
        code_of(parent.copy_folder(&id, &target, None, COPY_SUBFOLDERS)),
        MAPI_E_COLLISION
    );
    drop((parent, source, target, flat, deep));
    bench.finish(session);
}

#[test]
fn folders_can_be_moved_but_not_into_themselves() {
    let Some(bench) = Bench::writable() else {
        return;
    };
    let session = bench.logon();
    let parent = playground(&session);
    let folder = parent.create_folder("Wanderer").unwrap();
    folder.add_message(&[Prop::new(PR_SUBJECT, "one")]).unwrap();
    let inner = folder.create_folder("Inner").unwrap();
    let target = parent.create_folder("Target").unwrap();
    let id = folder.entry_id().unwrap();
    assert_eq!(
        code_of(parent.copy_folder(&id, &inner, None, FOLDER_MOVE)),
        MAPI_E_FOLDER_CYCLE
    );
    assert_eq!(parent.child_names().unwrap().len(), 2);
    assert_eq!(
        parent
            .copy_folder(&id, &target, Some("Settled"), FOLDER_MOVE)
            .unwrap(),
        S_OK
    );
    assert_eq!(parent.child_names().unwrap(), ["Target"]);
    let moved = target.child("Settled").unwrap().unwrap();
    assert_eq!(
        moved.entry_id().unwrap(),
        id,
        "within a store a moved folder is the same folder"
    );
    assert_eq!(session.subjects(&moved).unwrap(), ["one"]);
    assert_eq!(moved.child_names().unwrap(), ["Inner"]);
    drop((parent, folder, inner, target, moved));
    bench.finish(session);
}

#[test]
fn counts_are_exact() {
    let Some(bench) = Bench::writable() else {
        return;
    };
    let session = bench.logon();
    let folder = folder_with(&session, &["a", "b", "c"]);
    let counts = |folder: &Folder| {
        let tags = [
            PR_CONTENT_COUNT,
            PR_CONTENT_UNREAD,
            PR_ASSOC_CONTENT_COUNT,
            PR_FOLDER_CHILD_COUNT,
        ];
        let props = folder.get(&tags).unwrap();
        tags.map(|tag| props.long(tag).unwrap())
    };
    assert_eq!(counts(&folder), [3, 3, 0, 0]);
    let ids = message_ids(&folder);
    assert_eq!(folder.set_read_flags(Some(&[&ids[0]]), 0).unwrap(), S_OK);
    assert_eq!(counts(&folder), [3, 2, 0, 0]);
    assert_eq!(folder.delete_messages(&[&ids[1]], 0).unwrap(), S_OK);
    assert_eq!(counts(&folder), [2, 1, 0, 0]);
    let hidden = folder.create_message_with(MAPI_ASSOCIATED).unwrap();
    hidden.save(0).unwrap();
    folder.create_folder("Inner").unwrap();
    assert_eq!(counts(&folder), [2, 1, 1, 1]);
    let row = session.subtree().unwrap().hierarchy().unwrap();
    let rows = row
        .rows(&[
            PR_DISPLAY_NAME,
            PR_CONTENT_COUNT,
            PR_CONTENT_UNREAD,
            PR_SUBFOLDERS,
        ])
        .unwrap();
    let row = rows
        .iter()
        .find(|row| row.text(PR_DISPLAY_NAME) == Some("Playground"))
        .unwrap();
    assert_eq!(
        (row.long(PR_CONTENT_COUNT), row.long(PR_CONTENT_UNREAD)),
        (Some(2), Some(1))
    );
    assert_eq!(row.boolean(PR_SUBFOLDERS), Some(true));
    drop((folder, hidden));
    bench.finish(session);
}

#[test]
fn the_deep_hierarchy_has_depths() {
    let Some(bench) = Bench::writable() else {
        return;
    };
    let session = bench.logon();
    let parent = playground(&session);
    parent
        .create_folder("A")
        .unwrap()
        .create_folder("B")
        .unwrap()
        .create_folder("C")
        .unwrap();
    parent.create_folder("D").unwrap();
    let rows = parent
        .deep_hierarchy()
        .unwrap()
        .rows(&[PR_DISPLAY_NAME, PR_DEPTH])
        .unwrap();
    let mut depths: Vec<(&str, i32)> = rows
        .iter()
        .map(|row| {
            (
                row.text(PR_DISPLAY_NAME).unwrap(),
                row.long(PR_DEPTH).unwrap(),
            )
        })
        .collect();
    depths.sort_unstable();
    assert_eq!(depths, [("A", 0), ("B", 1), ("C", 2), ("D", 0)]);
    let mut children = parent.child_names().unwrap();
    children.sort();
    assert_eq!(children, ["A", "D"]);
    drop(parent);
    bench.finish(session);
}

#[test]
fn a_folder_can_be_emptied() {
    let Some(bench) = Bench::writable() else {
        return;
    };
    let session = bench.logon();
    let folder = folder_with(&session, &["a", "b"]);
    folder
        .create_folder("Inner")
        .unwrap()
        .add_message(&[])
        .unwrap();
    let hidden = folder.create_message_with(MAPI_ASSOCIATED).unwrap();
    hidden.save(0).unwrap();
    assert_eq!(folder.empty(0).unwrap(), S_OK);
    assert!(message_ids(&folder).is_empty() && folder.child_names().unwrap().is_empty());
    assert_eq!(folder.long(PR_ASSOC_CONTENT_COUNT).unwrap(), 1);
    assert_eq!(folder.empty(DEL_ASSOCIATED).unwrap(), S_OK);
    assert_eq!(folder.long(PR_ASSOC_CONTENT_COUNT).unwrap(), 0);
    drop((folder, hidden));
    bench.finish(session);
}

#[test]
fn the_status_of_a_message_changes_under_a_mask() {
    let Some(bench) = Bench::writable() else {
        return;
    };
    let session = bench.logon();
    let folder = folder_with(&session, &["x"]);
    let id = message_ids(&folder).remove(0);
    assert_eq!(folder.message_status(&id).unwrap(), 0);
    assert_eq!(
        folder
            .set_message_status(&id, MSGSTATUS_TAGGED | MSGSTATUS_HIDDEN, MSGSTATUS_TAGGED)
            .unwrap(),
        0
    );
    assert_eq!(folder.message_status(&id).unwrap(), MSGSTATUS_TAGGED);
    let old = folder
        .set_message_status(&id, MSGSTATUS_HIDDEN, MSGSTATUS_HIDDEN)
        .unwrap();
    assert_eq!(old, MSGSTATUS_TAGGED);
    assert_eq!(
        folder.message_status(&id).unwrap(),
        MSGSTATUS_TAGGED | MSGSTATUS_HIDDEN
    );
    let rows = folder.contents().unwrap().rows(&[PR_MSG_STATUS]).unwrap();
    assert_eq!(
        rows[0].bits(PR_MSG_STATUS),
        Some(MSGSTATUS_TAGGED | MSGSTATUS_HIDDEN)
    );
    drop(folder);
    bench.finish(session);
}

#[test]
fn search_folders_are_refused_unless_they_are_claimed() {
    if claims(STORE_SEARCH_OK) {
        return;
    }
    let Some(bench) = Bench::writable() else {
        return;
    };
    let session = bench.logon();
    let folder = playground(&session);
    assert!(
        folder
            .create_folder_with(FOLDER_SEARCH, "Search", None, MAPI_UNICODE)
            .is_err()
    );
    assert!(folder.child_names().unwrap().is_empty());
    let all = Restriction::Exist(PR_SUBJECT);
    assert!(
        folder
            .set_search_criteria(Some(&all), None, RECURSIVE_SEARCH)
            .is_err()
    );
    assert!(folder.search_state().is_err());
    drop(folder);
    bench.finish(session);
}

#[test]
fn search_folders_show_messages_where_they_are_claimed() {
    if !claims(STORE_SEARCH_OK) {
        return;
    }
    let Some(bench) = Bench::writable() else {
        return;
    };
    let session = bench.logon();
    let folder = playground(&session);
    let finder = session.store().binary(PR_FINDER_ENTRYID).unwrap();
    let search = session
        .open_folder(&finder)
        .unwrap()
        .create_folder_with(FOLDER_SEARCH, "Search", None, MAPI_UNICODE)
        .unwrap();
    assert_eq!(search.bits(PR_FOLDER_TYPE).unwrap(), FOLDER_SEARCH);
    assert!(search.search_state().is_err());
    let wanted = Restriction::contains(PR_SUBJECT, FL_SUBSTRING | FL_IGNORECASE, "wanted");
    let scope = folder.entry_id().unwrap();
    folder
        .add_message(&[Prop::new(PR_SUBJECT, "Wanted before")])
        .unwrap();
    let set = search.set_search_criteria(Some(&wanted), Some(&[&scope]), RECURSIVE_SEARCH);
    assert_eq!(set, S_OK);
    let start = std::time::Instant::now();
    while search.search_state().unwrap() & SEARCH_REBUILD != 0 {
        assert!(start.elapsed() < std::time::Duration::from_secs(30));
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    folder
        .add_message(&[Prop::new(PR_SUBJECT, "something else")])
        .unwrap();
    let below = folder.create_folder("below").unwrap();
    let later = below
        .add_message(&[Prop::new(PR_SUBJECT, "wanted later")])
        .unwrap();
    let mut subjects = session.subjects(&search).unwrap();
    subjects.sort();
    assert_eq!(subjects, ["Wanted before", "wanted later"]);
    assert_eq!(search.bits(PR_CONTENT_COUNT).unwrap(), 2);
    let id = later.entry_id().unwrap();
    drop(later);
    assert_eq!(search.delete_messages(&[&id], 0).unwrap(), S_OK);
    assert_eq!(below.bits(PR_CONTENT_COUNT).unwrap(), 0);
    assert_eq!(session.subjects(&search).unwrap(), ["Wanted before"]);
    drop((below, folder, search));
    bench.finish(session);
}

#[test]
fn folders_keep_what_views_write() {
    let Some(bench) = Bench::writable() else {
        return;
    };
    let session = bench.logon();
    let folder = playground(&session);
    let id = folder.entry_id().unwrap();
    assert_eq!(
        folder
            .set(&[
                Prop::new(PR_DEFAULT_VIEW_ENTRYID, &[1_u8, 2, 3]),
                Prop::new(PR_COMMENT, "for views"),
                Prop::new(0x6123_0003, 7),
                Prop::new(PR_CONTENT_COUNT, 99),
            ])
            .unwrap()
            .len(),
        1
    );
    drop(folder);
    session.logoff().unwrap();
    let session = bench.logon();
    let folder = session.open_folder(&id).unwrap();
    assert_eq!(folder.binary(PR_DEFAULT_VIEW_ENTRYID).unwrap(), [1, 2, 3]);
    assert_eq!(folder.text(PR_COMMENT).unwrap(), "for views");
    assert_eq!(folder.long(0x6123_0003).unwrap(), 7);
    assert_eq!(folder.long(PR_CONTENT_COUNT).unwrap(), 0);
    assert!(folder.delete(&[PR_COMMENT]).unwrap().is_empty());
    assert_eq!(folder.text(PR_COMMENT).unwrap_or_default(), "");
    drop(folder);
    bench.finish(session);
}

#[test]
fn several_threads_use_one_folder() {
    let Some(bench) = Bench::writable() else {
        return;
    };
    let session = bench.logon();
    let folder = playground(&session);
    std::thread::scope(|scope| {
        for thread in 0..8 {
            let folder = &folder;
            scope.spawn(move || {
                for round in 0..5 {
                    let subject = format!("{thread}.{round}");
                    folder
                        .add_message(&[Prop::new(PR_SUBJECT, subject.as_str())])
                        .unwrap();
                    let rows = folder.contents().unwrap().rows(&[PR_SUBJECT]).unwrap();
                    assert!(
                        rows.iter()
                            .any(|row| row.text(PR_SUBJECT) == Some(&subject))
                    );
                }
            });
        }
    });
    assert_eq!(folder.long(PR_CONTENT_COUNT).unwrap(), 40);
    drop(folder);
    bench.finish(session);
}
