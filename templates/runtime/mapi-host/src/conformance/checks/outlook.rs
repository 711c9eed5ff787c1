//! What Outlook keeps in a store beyond MAPI: its special folders, hidden folders, and its switches.

use super::prelude::*;

pub(super) const CHECKS: &[Check] = &[
    Check::new(
        "S10.4-additional-folders",
        S("10.4"),
        "IMAPIProp::GetProps",
        "pidtagadditionalrenentryids-canonical-property",
        "Root and Inbox name the same additional special folders, and each id that they name opens a folder.",
        additional_folders,
    ),
    Check::new(
        "S10.4-additional-folders-are-kept",
        S("10.4"),
        "IMAPIProp::SetProps",
        "pidtagadditionalrenentryidsex-canonical-property",
        "A client can set PR_ADDITIONAL_REN_ENTRYIDS and PR_ADDITIONAL_REN_ENTRYIDS_EX on the root, and finds both again.",
        additional_folders_are_kept,
    ),
    Check::new(
        "S10.4-hidden-folders",
        S("10.4"),
        "IMAPIProp::SetProps",
        "pidtagattributehidden-canonical-property",
        "PR_ATTR_HIDDEN can be set on a folder, stands in its hierarchy row, and is there in the next session.",
        hidden_folders,
    ),
    Check::new(
        "S10.4-store-switches",
        S("10.4"),
        "IMAPIProp::GetIDsFromNames",
        "about-the-store-api",
        "The switches of the store object are of their documented types, and can be set and read by their names.",
        store_switches,
    ),
];

fn additional_folders(context: &Context) -> Verdict {
    let session = context.logon()?;
    let root = session.root()?;
    let listed = |folder: &Folder| folder.value(PR_ADDITIONAL_REN_ENTRYIDS).ok();
    let Some(Value::Binaries(ids)) = listed(&root) else {
        return Err(not_applicable("the root names no additional folders"));
    };
    equal(
        "PR_ADDITIONAL_REN_ENTRYIDS of the Inbox",
        Some(Value::Binaries(ids.clone())),
        listed(&session.inbox()?),
    )?;
    for id in ids.iter().filter(|id| !id.is_empty()) {
        session.open_folder(id)?;
    }
    Ok(())
}

fn additional_folders_are_kept(context: &Context) -> Verdict {
    let session = context.logon()?;
    needs(&session, STORE_MODIFY_OK)?;
    let root = session.root()?;
    let id = root.entry_id()?;
    let size = id.len() as u16;
    let list = vec![vec![], vec![], vec![], vec![], id.clone(), vec![7; 3]];
    // A block for RSF_PID_RSS_SUBSCRIPTION with one RSF_ELID_ENTRYID, and PERSIST_SENTINEL.
    let block: Vec<u8> = [
        &0x8001_u16.to_le_bytes()[..],
        &(size + 4).to_le_bytes(),
        &1_u16.to_le_bytes(),
        &size.to_le_bytes(),
        &id,
        &[0; 4],
    ]
    .concat();
    let values = vec![
        Prop::new(PR_ADDITIONAL_REN_ENTRYIDS, Value::Binaries(list)),
        Prop::new(PR_ADDITIONAL_REN_ENTRYIDS_EX, Value::Binary(block)),
    ];
    equal("problems of SetProps", Vec::new(), root.set(&values)?)?;
    drop(root);
    session.logoff()?;
    let host = context.other_host()?;
    let session = host.logon(context.provider())?;
    let tags: Vec<u32> = values.iter().map(|prop| prop.tag).collect();
    let came = session.root()?.get(&tags)?;
    session.logoff()?;
    equal("the values in the next session", Props(values), came)
}

fn hidden_folders(context: &Context) -> Verdict {
    let open = context.open()?;
    let child = open.work.create_folder("conformance hidden")?;
    child.put(PR_ATTR_HIDDEN, true)?;
    let rows = open.work.hierarchy()?.rows(&[PR_ATTR_HIDDEN])?;
    equal(
        "PR_ATTR_HIDDEN in the hierarchy",
        vec![Some(true)],
        rows.iter().map(|row| row.boolean(PR_ATTR_HIDDEN)).collect(),
    )?;
    let id = child.entry_id()?;
    drop((child, open));
    let host = context.other_host()?;
    let session = host.logon(context.provider())?;
    let hidden = session.open_folder(&id)?.boolean(PR_ATTR_HIDDEN)?;
    session.logoff()?;
    equal("PR_ATTR_HIDDEN in the next session", true, hidden)
}

fn store_switches(context: &Context) -> Verdict {
    const PUBLIC: &str = "urn:schemas-microsoft-com:office:outlook#";
    let session = context.logon()?;
    let store = session.store();
    let mut switches = [
        "ArchiveSourceSupportMask",
        "CrawlSourceSupportMask",
        "NoFolderScan",
    ]
    .map(|name| (Name::string(PSETID_Common, name), Value::Long(1)))
    .to_vec();
    switches.extend(
        [
            "storetypeprivate",
            "serverfoldersizes",
            "allornonemtgupdatedlg",
        ]
        .map(|name| {
            let name = Name::string(PS_PUBLIC_STRINGS, &format!("{PUBLIC}{name}"));
            (name, Value::Boolean(true))
        }),
    );
    for (name, set) in &switches {
        let kind = match set {
            Value::Long(_) => PT_LONG,
            _ => PT_BOOLEAN,
        };
        let (_, tags) = store.ids_from_names(std::slice::from_ref(name), false)?;
        if tags[0] != PT_ERROR
            && let Ok(value) = store.value(change_prop_type(tags[0], PT_UNSPECIFIED))
        {
            equal(
                &format!("the type of {name:?}"),
                std::mem::discriminant(set),
                std::mem::discriminant(&value),
            )?;
        }
        if store.bits(PR_STORE_SUPPORT_MASK)? & STORE_MODIFY_OK != 0 {
            let tag = store.named(name, kind)?;
            store.put(tag, set.clone())?;
            equal(&format!("{name:?}"), set.clone(), store.value(tag)?)?;
        }
    }
    Ok(())
}
