//! Entry ids, record keys and search keys.

use super::prelude::*;

pub(super) const CHECKS: &[Check] = &[
    Check::new(
        "B28-store-entry-id-is-wrapped",
        A(28),
        "IMAPISupport::WrapStoreEntryID",
        "wrapstoreentryid",
        "PR_ENTRYID and PR_STORE_ENTRYID of the store are the same wrapped entry id.",
        store_entry_id_is_wrapped,
    ),
    Check::new(
        "B28-store-entry-id-is-everywhere",
        A(28),
        "IMAPIProp::GetProps",
        "wrapstoreentryid",
        "Folders, messages and rows of tables give the same PR_STORE_ENTRYID as the store.",
        store_entry_id_is_everywhere,
    ),
    Check::new(
        "B28-dll-name-in-the-wrapped-id",
        A(28),
        "IMAPISupport::WrapStoreEntryID",
        "imapisupport-wrapstoreentryid",
        "The wrapped entry id is what MAPI made of the private one, byte for byte.",
        wrapped_as_mapi_does,
    ),
    Check::new(
        "B30-compare-before-logon",
        A(30),
        "IMSProvider::CompareStoreIDs",
        "imsprovider-comparestoreids",
        "CompareStoreIDs works before any logon: a store is itself, and not another one.",
        compare_before_logon,
    ),
    Check::new(
        "B30-compare-hostile-ids",
        A(30),
        "IMSProvider::CompareStoreIDs",
        "imsprovider-comparestoreids",
        "Entry ids of any length and content are compared without a crash, and are not the store.",
        compare_hostile_ids,
    ),
    Check::new(
        "C57-record-keys",
        A(57),
        "IMAPIProp::GetProps",
        "mapi-record-and-search-keys",
        "PR_RECORD_KEY of store, folder and message has the same bytes on the object, in each table and in the next session.",
        record_keys,
    ),
    Check::new(
        "C57-store-record-key",
        A(57),
        "IMAPIProp::GetProps",
        "pidtagstorerecordkey-canonical-property",
        "PR_STORE_RECORD_KEY of store, folder and message is PR_RECORD_KEY of the store.",
        store_record_key,
    ),
    Check::new(
        "C57-record-keys-are-unique",
        A(57),
        "IMAPIProp::GetProps",
        "mapi-record-and-search-keys",
        "Different objects have different record keys and entry ids.",
        keys_are_unique,
    ),
    Check::new(
        "C58-search-key-survives-a-copy",
        A(58),
        "IMAPIFolder::CopyMessages",
        "mapi-record-and-search-keys",
        "A copy has the search key of its original, and an entry id and record key of its own.",
        search_key_survives,
    ),
    Check::new(
        "S2.3-entry-ids-are-long-term",
        S("2.3"),
        "IMAPIProp::GetProps",
        "long-term-entry-identifiers",
        "PR_ENTRYID of an object begins with four zero bytes.",
        entry_ids_are_long_term,
    ),
    Check::new(
        "S2.3-entry-ids-are-not-reused",
        S("2.3"),
        "IMAPIFolder::DeleteMessages",
        "pidtagstoresupportmask-canonical-property",
        "The entry id of a deleted message is not that of a later one, if STORE_ENTRYID_UNIQUE is claimed.",
        entry_ids_are_not_reused,
    ),
    Check::new(
        "S2.3-unaligned-entry-ids",
        S("2.3"),
        "IMsgStore::OpenEntry",
        "entryid",
        "Entry ids at odd addresses open.",
        unaligned_entry_ids,
    ),
    Check::new(
        "E89-null-id-is-root",
        A(89),
        "IMsgStore::OpenEntry",
        "imsgstore-openentry",
        "OpenEntry without an entry id opens the root folder, and says that it is a folder.",
        null_id_is_root,
    ),
    Check::new(
        "E89-null-id-is-root-on-logon",
        A(89),
        "IMSLogon::OpenEntry",
        "imslogon-openentry",
        "OpenEntry of the logon object opens the same objects as that of the store.",
        logon_opens_too,
    ),
    Check::new(
        "E89-null-id-is-root-on-folder",
        A(89),
        "IMAPIFolder::OpenEntry",
        "imapicontainer-openentry",
        "OpenEntry of a folder opens the root folder without an entry id, and any object of the store with one.",
        folder_opens_too,
    ),
    Check::new(
        "E89-object-types",
        A(89),
        "IMsgStore::OpenEntry",
        "imsgstore-openentry",
        "The object type is MAPI_FOLDER for folders, MAPI_MESSAGE for messages; a NULL pointer for it does no harm.",
        object_types,
    ),
    Check::new(
        "E89-foreign-id",
        A(89),
        "IMsgStore::OpenEntry",
        "imsgstore-openentry",
        "An entry id with another identifier is refused as unknown or invalid.",
        foreign_id,
    ),
    Check::new(
        "E89-hostile-ids",
        A(89),
        "IMsgStore::OpenEntry",
        "entryid",
        "Truncated, extended and garbled entry ids are refused, without a crash.",
        hostile_ids,
    ),
    Check::new(
        "E89-deleted-object",
        A(89),
        "IMsgStore::OpenEntry",
        "imsgstore-openentry",
        "The entry id of a deleted message is not found.",
        deleted_object,
    ),
    Check::new(
        "E89-wrong-interface",
        S("3.3"),
        "IMsgStore::OpenEntry",
        "imsgstore-openentry",
        "A folder does not open as IMessage, nor a message as IMAPIFolder.",
        wrong_interface,
    ),
    Check::new(
        "S3.3-compare-entry-ids",
        S("3.3"),
        "IMsgStore::CompareEntryIDs",
        "imsgstore-compareentryids",
        "An object is itself and no other; a foreign entry id is an error or not equal.",
        compare_entry_ids,
    ),
    Check::new(
        "S2.4-compare-entry-ids-of-logon",
        S("2.4"),
        "IMSLogon::CompareEntryIDs",
        "imslogon-compareentryids",
        "The logon object compares as the store does.",
        logon_compares,
    ),
];

/// The private entry id of the store, from a session that is over, and the wrapped one.
pub(super) fn private_id(context: &Context) -> std::result::Result<(Vec<u8>, Vec<u8>), Stop> {
    let session = context.logon()?;
    let wrapped = session.store().entry_id()?;
    session.logoff()?;
    let private = some(
        "PR_ENTRYID of the store",
        "a wrapped entry id",
        unwrap_store_entry_id(&wrapped),
    )?;
    Ok((private.to_vec(), wrapped))
}

fn store_entry_id_is_wrapped(context: &Context) -> Verdict {
    let session = context.logon()?;
    let id = session.store().entry_id()?;
    equal(
        "PR_STORE_ENTRYID of the store",
        &id,
        &session.store().binary(PR_STORE_ENTRYID)?,
    )?;
    some(
        "PR_ENTRYID of the store",
        "a wrapped entry id",
        unwrap_store_entry_id(&id),
    )
    .map(drop)
}

fn store_entry_id_is_everywhere(context: &Context) -> Verdict {
    let open = context.open()?;
    open.work.create_folder("child")?;
    let message = open.message("one")?;
    let id = open.store().entry_id()?;
    for (what, came) in [
        ("root folder", open.root()?.binary(PR_STORE_ENTRYID)?),
        ("folder", open.work.binary(PR_STORE_ENTRYID)?),
        ("message", message.binary(PR_STORE_ENTRYID)?),
    ] {
        equal(&format!("PR_STORE_ENTRYID of a {what}"), &id, &came)?;
    }
    for row in open.contents(&[PR_STORE_ENTRYID])?.all_rows()? {
        equal(
            "PR_STORE_ENTRYID in a contents row",
            Some(&id[..]),
            row.binary(PR_STORE_ENTRYID),
        )?;
    }
    Ok(())
}

fn wrapped_as_mapi_does(context: &Context) -> Verdict {
    let (private, wrapped) = private_id(context)?;
    let dll = context.host().state().dll_name();
    equal(
        "PR_ENTRYID of the store",
        wrap_store_entry_id(&dll, &private),
        wrapped,
    )
}

fn compare_before_logon(context: &Context) -> Verdict {
    let (private, _) = private_id(context)?;
    let provider = context.start()?;
    equal(
        "CompareStoreIDs of one id",
        true,
        provider.compare_stores(&private, &private)?,
    )?;
    let mut other = private.clone();
    if let Some(last) = other.last_mut() {
        *last ^= 0x5A;
    }
    let came = provider.compare_stores(&private, &other).unwrap_or(false);
    equal("CompareStoreIDs of two stores", false, came)
}

fn compare_hostile_ids(context: &Context) -> Verdict {
    let (private, _) = private_id(context)?;
    let provider = context.start()?;
    for hostile in hostile(&private) {
        let came = provider.compare_stores(&private, &hostile).unwrap_or(false);
        equal(
            &format!("CompareStoreIDs with {} bytes", hostile.len()),
            false,
            came,
        )?;
    }
    Ok(())
}

fn record_keys(context: &Context) -> Verdict {
    let open = context.open()?;
    let message = open.message("one")?;
    let folder = open.work.create_folder("child")?;
    let keys = (
        open.store().binary(PR_RECORD_KEY)?,
        folder.binary(PR_RECORD_KEY)?,
        message.binary(PR_RECORD_KEY)?,
    );
    let ids = (folder.entry_id()?, message.entry_id()?);
    let contents = open.contents(&[PR_RECORD_KEY])?.all_rows()?;
    equal(
        "PR_RECORD_KEY in the contents table",
        Some(&keys.2[..]),
        contents[0].binary(PR_RECORD_KEY),
    )?;
    let hierarchy = open.work.hierarchy()?.rows(&[PR_RECORD_KEY])?;
    equal(
        "PR_RECORD_KEY in the hierarchy table",
        Some(&keys.1[..]),
        hierarchy[0].binary(PR_RECORD_KEY),
    )?;
    drop((message, folder, open));
    let host = context.other_host()?;
    let session = host.logon(context.provider())?;
    let again = (
        session.store().binary(PR_RECORD_KEY)?,
        session.open_folder(&ids.0)?.binary(PR_RECORD_KEY)?,
        session.open_message(&ids.1)?.binary(PR_RECORD_KEY)?,
    );
    session.logoff()?;
    equal(
        "record keys of store, folder and message in the next session",
        keys,
        again,
    )
}

fn store_record_key(context: &Context) -> Verdict {
    let open = context.open()?;
    let message = open.message("one")?;
    let key = open.store().binary(PR_RECORD_KEY)?;
    for (what, came) in [
        ("store", open.store().binary(PR_STORE_RECORD_KEY)?),
        ("folder", open.work.binary(PR_STORE_RECORD_KEY)?),
        ("message", message.binary(PR_STORE_RECORD_KEY)?),
    ] {
        equal(&format!("PR_STORE_RECORD_KEY of a {what}"), &key, &came)?;
    }
    Ok(())
}

fn keys_are_unique(context: &Context) -> Verdict {
    let open = context.open()?;
    let mut keys = vec![
        open.store().binary(PR_RECORD_KEY)?,
        open.work.binary(PR_RECORD_KEY)?,
    ];
    let mut ids = vec![open.work.entry_id()?];
    for subject in ["same", "same", "same"] {
        let message = open.message(subject)?;
        keys.push(message.binary(PR_RECORD_KEY)?);
        ids.push(message.entry_id()?);
    }
    let (keys_before, ids_before) = (keys.len(), ids.len());
    keys.sort();
    keys.dedup();
    ids.sort();
    ids.dedup();
    equal(
        "different record keys and entry ids",
        (keys_before, ids_before),
        (keys.len(), ids.len()),
    )
}

fn search_key_survives(context: &Context) -> Verdict {
    let open = context.open()?;
    let other = open.work.create_folder("other")?;
    let message = open.message("one")?;
    let wanted = [PR_SEARCH_KEY, PR_RECORD_KEY, PR_ENTRYID];
    let original = message.get(&wanted)?;
    let id = message.entry_id()?;
    done(open.work.copy_messages(&[&id], &other, 0))?;
    let rows = other.contents()?.rows(&[PR_ENTRYID])?;
    let row = some("the folder of the copy", "a row", rows.first())?;
    let copy = open
        .open_message(row.binary(PR_ENTRYID).unwrap_or_default())?
        .get(&wanted)?;
    some(
        "PR_SEARCH_KEY of the original",
        "a value",
        original.binary(PR_SEARCH_KEY),
    )?;
    equal(
        "PR_SEARCH_KEY of the copy",
        original.binary(PR_SEARCH_KEY),
        copy.binary(PR_SEARCH_KEY),
    )?;
    for tag in [PR_RECORD_KEY, PR_ENTRYID] {
        holds(
            original.binary(tag) != copy.binary(tag),
            &format!("{tag:#010X} of the copy"),
            "a value of its own",
            "that of the original",
        )?;
    }
    Ok(())
}

fn entry_ids_are_long_term(context: &Context) -> Verdict {
    let open = context.open()?;
    let message = open.message("one")?;
    for (what, id) in [
        ("root folder", open.root()?.entry_id()?),
        ("folder", open.work.entry_id()?),
        ("message", message.entry_id()?),
    ] {
        equal(
            &format!("the flags in the entry id of a {what}"),
            Some(&[0; 4][..]),
            id.get(..4),
        )?;
    }
    Ok(())
}

fn entry_ids_are_not_reused(context: &Context) -> Verdict {
    let open = context.open()?;
    open.needs(STORE_ENTRYID_UNIQUE)?;
    let mut seen = Vec::new();
    for _ in 0..5 {
        let id = open.message("one")?.entry_id()?;
        holds(
            !seen.contains(&id),
            "PR_ENTRYID of a new message",
            "an entry id that no deleted message had",
            "one that was in use before",
        )?;
        done(open.work.delete_messages(&[&id], DELETE_HARD_DELETE))?;
        seen.push(id);
    }
    Ok(())
}

fn unaligned_entry_ids(context: &Context) -> Verdict {
    let open = context.open()?;
    let id = open.message("one")?.entry_id()?;
    let arena = Arena::default();
    let mut shifted = vec![0];
    shifted.extend(&id);
    // SAFETY: the copy has one byte more than the entry id.
    let odd = unsafe { arena.copy(&shifted).add(1) };
    let (mut kind, mut object) = (0, std::ptr::null_mut());
    // SAFETY: the entry id lives until the call returns; the rest are places for the results.
    let answer = unsafe {
        open.store().raw_store().OpenEntry(
            id.len() as u32,
            odd.cast(),
            std::ptr::null(),
            0,
            &mut kind,
            &mut object,
        )
    };
    // SAFETY: the method returns an object with a reference for us, or NULL.
    drop(unsafe { take::<IUnknown>(object) });
    code(
        "IMsgStore::OpenEntry with an entry id at an odd address",
        &[S_OK],
        answer,
    )
}

fn null_id_is_root(context: &Context) -> Verdict {
    let session = context.logon()?;
    let (object, kind) = session.store().open_entry(&[], None, 0)?;
    equal(
        "IMsgStore::OpenEntry(0, NULL): the object type",
        MAPI_FOLDER,
        kind,
    )?;
    let folder: IMAPIFolder = some(
        "QueryInterface(IMAPIFolder)",
        "a folder",
        query(&object).ok(),
    )?;
    let folder = Folder::new(folder, &context.host().state());
    equal(
        "PR_FOLDER_TYPE of the root",
        FOLDER_ROOT,
        folder.bits(PR_FOLDER_TYPE)?,
    )?;
    equal(
        "PR_PARENT_ENTRYID of the root",
        folder.entry_id()?,
        folder.binary(PR_PARENT_ENTRYID)?,
    )
}

fn logon_opens_too(context: &Context) -> Verdict {
    let open = context.open()?;
    let message = open.message("one")?.entry_id()?;
    let logon = some("IMSProvider::Logon", "a logon object", open.logon())?;
    for (id, wanted) in [
        (Vec::new(), MAPI_FOLDER),
        (open.work.entry_id()?, MAPI_FOLDER),
        (message, MAPI_MESSAGE),
    ] {
        let arena = Arena::default();
        let (mut kind, mut object) = (u32::MAX, std::ptr::null_mut());
        let start = if id.is_empty() {
            std::ptr::null_mut()
        } else {
            arena.copy(&id)
        };
        // SAFETY: the entry id lives until the call returns; the rest are places for the results.
        let answer = unsafe {
            logon.OpenEntry(
                id.len() as u32,
                start.cast(),
                std::ptr::null(),
                0,
                &mut kind,
                &mut object,
            )
        };
        // SAFETY: the method returns an object with a reference for us, or NULL.
        let object = unsafe { take::<IUnknown>(object) };
        code("IMSLogon::OpenEntry", &[S_OK], answer)?;
        some("IMSLogon::OpenEntry", "an object", object)?;
        equal("IMSLogon::OpenEntry: the object type", wanted, kind)?;
    }
    Ok(())
}

fn folder_opens_too(context: &Context) -> Verdict {
    let open = context.open()?;
    let child = open.work.create_folder("child")?;
    let message = open.message("one")?.entry_id()?;
    let root = open.root()?.entry_id()?;
    let (object, kind) = child.open_entry(&[], None, 0)?;
    equal(
        "IMAPIFolder::OpenEntry(0, NULL): the object type",
        MAPI_FOLDER,
        kind,
    )?;
    let folder: IMAPIFolder = some(
        "QueryInterface(IMAPIFolder)",
        "a folder",
        query(&object).ok(),
    )?;
    equal(
        "IMAPIFolder::OpenEntry(0, NULL): PR_ENTRYID",
        root,
        Folder::new(folder, &context.host().state()).entry_id()?,
    )?;
    equal(
        "IMAPIFolder::OpenEntry of a message elsewhere: the object type",
        MAPI_MESSAGE,
        child.open_entry(&message, None, 0)?.1,
    )
}

fn object_types(context: &Context) -> Verdict {
    let open = context.open()?;
    let message = open.message("one")?.entry_id()?;
    let folder = open.work.entry_id()?;
    equal(
        "the type of a folder",
        MAPI_FOLDER,
        open.store().open_entry(&folder, None, 0)?.1,
    )?;
    equal(
        "the type of a message",
        MAPI_MESSAGE,
        open.store().open_entry(&message, None, 0)?.1,
    )?;
    let arena = Arena::default();
    let mut object = std::ptr::null_mut();
    // SAFETY: the entry id lives until the call returns; a careless client leaves the type out.
    let answer = unsafe {
        open.store().raw_store().OpenEntry(
            message.len() as u32,
            arena.copy(&message).cast(),
            std::ptr::null(),
            0,
            std::ptr::null_mut(),
            &mut object,
        )
    };
    // SAFETY: the method returns an object with a reference for us, or NULL.
    drop(unsafe { take::<IUnknown>(object) });
    code(
        "IMsgStore::OpenEntry without a place for the type",
        &[S_OK, MAPI_E_INVALID_PARAMETER],
        answer,
    )
}

fn foreign_id(context: &Context) -> Verdict {
    let open = context.open()?;
    let mut id = open.work.entry_id()?;
    for byte in &mut id[4..20] {
        *byte ^= 0xA5;
    }
    refused(
        "IMsgStore::OpenEntry with a foreign entry id",
        &[
            MAPI_E_UNKNOWN_ENTRYID,
            MAPI_E_INVALID_ENTRYID,
            MAPI_E_NOT_FOUND,
        ],
        open.store().open_entry(&id, None, 0),
    )
}

fn hostile(id: &[u8]) -> Vec<Vec<u8>> {
    let mut all: Vec<Vec<u8>> = [1, 3, 4, 5, 19, 20, 21, id.len().saturating_sub(1)]
        .iter()
        .map(|size| id[..(*size).min(id.len() - 1)].to_vec())
        .collect();
    all.push(vec![0; 20]);
    all.push(vec![0xFF; 300]);
    all.push(id.iter().map(|byte| !byte).collect());
    all
}

fn hostile_ids(context: &Context) -> Verdict {
    let open = context.open()?;
    let id = open.message("one")?.entry_id()?;
    for hostile in hostile(&id) {
        fails(
            &format!("IMsgStore::OpenEntry with {hostile:02X?}"),
            open.store().open_entry(&hostile, None, 0),
        )?;
    }
    // Bytes after the end are no reason to crash; some stores open the object all the same.
    let mut longer = id;
    longer.extend([1, 2, 3]);
    let _ = open.store().open_entry(&longer, None, 0);
    Ok(())
}

fn deleted_object(context: &Context) -> Verdict {
    let open = context.open()?;
    let id = open.message("one")?.entry_id()?;
    done(open.work.delete_messages(&[&id], DELETE_HARD_DELETE))?;
    refused(
        "IMsgStore::OpenEntry of a deleted message",
        &[MAPI_E_NOT_FOUND, MAPI_E_OBJECT_DELETED],
        open.store().open_entry(&id, None, 0),
    )
}

fn wrong_interface(context: &Context) -> Verdict {
    let open = context.open()?;
    let message = open.message("one")?.entry_id()?;
    let folder = open.work.entry_id()?;
    fails(
        "IMsgStore::OpenEntry of a folder as IMessage",
        open.store().open_entry(&folder, Some(IMessage::IID), 0),
    )?;
    fails(
        "IMsgStore::OpenEntry of a message as IMAPIFolder",
        open.store().open_entry(&message, Some(IMAPIFolder::IID), 0),
    )
}

fn compare_entry_ids(context: &Context) -> Verdict {
    let open = context.open()?;
    let one = open.message("one")?.entry_id()?;
    let two = open.message("two")?.entry_id()?;
    equal(
        "CompareEntryIDs of one object",
        true,
        open.store().compare(&one, &one)?,
    )?;
    equal(
        "CompareEntryIDs of two objects",
        false,
        open.store().compare(&one, &two)?,
    )?;
    let mut foreign = one.clone();
    for byte in &mut foreign[4..20] {
        *byte ^= 0xA5;
    }
    equal(
        "CompareEntryIDs with a foreign entry id",
        false,
        open.store().compare(&one, &foreign).unwrap_or(false),
    )
}

fn logon_compares(context: &Context) -> Verdict {
    let open = context.open()?;
    let one = open.message("one")?.entry_id()?;
    let two = open.message("two")?.entry_id()?;
    let logon = some("IMSProvider::Logon", "a logon object", open.logon())?;
    for (left, right, wanted) in [(&one, &one, 1), (&one, &two, 0)] {
        let arena = Arena::default();
        let mut result = u32::MAX;
        // SAFETY: the entry ids live until the call returns; `result` is a place for the result.
        let answer = unsafe {
            logon.CompareEntryIDs(
                left.len() as u32,
                arena.copy(left).cast(),
                right.len() as u32,
                arena.copy(right).cast(),
                0,
                &mut result,
            )
        };
        code("IMSLogon::CompareEntryIDs", &[S_OK], answer)?;
        equal("IMSLogon::CompareEntryIDs", wanted, u32::from(result != 0))?;
    }
    Ok(())
}
