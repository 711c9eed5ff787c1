//! What Outlook asks of a store beyond MAPI.

use mapi_abi::*;
use mapi_host::*;
use mapi_store::definition::*;
use mapi_store::entry;
use windows_core::{IUnknown, Interface};

use crate::support::*;

/// All six switches, and folders with home pages that nobody shares.
static SWITCHED: ProviderDefinition = ProviderDefinition {
    store: StoreDefinition {
        switches: &[
            long("ArchiveSourceSupportMask"),
            long("CrawlSourceSupportMask"),
            long("NoFolderScan"),
            yes("urn:schemas-microsoft-com:office:outlook#storetypeprivate"),
            yes("urn:schemas-microsoft-com:office:outlook#serverfoldersizes"),
            yes("urn:schemas-microsoft-com:office:outlook#allornonemtgupdatedlg"),
        ],
        folder_home_pages: true,
        ..ARCHIVE.store
    },
    folders: &[
        folder("Top", FolderRole::IpmSubtree),
        folder("Inbox", FolderRole::Inbox),
        folder("Junk", FolderRole::Junk),
        folder("Sync Issues", FolderRole::SyncIssues),
        FolderDefinition {
            hidden: true,
            ..folder("Settings", FolderRole::None)
        },
    ],
    ..ARCHIVE
};
provider!(switched, switched_provider, SWITCHED);

/// The same with synchronization.
static SWITCHED_SYNCHRONIZING: ProviderDefinition = ProviderDefinition {
    sync: SYNCHRONIZING.sync,
    settings: SYNCHRONIZING.settings,
    ..SWITCHED
};
provider!(
    switched_synchronizing,
    switched_synchronizing_provider,
    SWITCHED_SYNCHRONIZING,
    Some(crate::remote::connect as entry::Connect)
);

const fn long(name: &'static str) -> StoreSwitch {
    StoreSwitch {
        set: guid("{00062008-0000-0000-C000-000000000046}"),
        name,
        value: SwitchValue::Long(1),
    }
}

const fn yes(name: &'static str) -> StoreSwitch {
    StoreSwitch {
        set: guid("{00020329-0000-0000-C000-000000000046}"),
        name,
        value: SwitchValue::Boolean(true),
    }
}

/// The answers for no selector, all documented ones, and one that does not exist.
fn capabilities(store: &Store) -> Option<[u32; 4]> {
    let capabilities: IMSCapabilities = store.query().ok()?;
    // SAFETY: the call has no pointers.
    Some(
        [0, MSCAP_SEL_FOLDER, MSCAP_SEL_RESTRICTION, 0x80]
            .map(|selector| unsafe { capabilities.GetCapabilities(selector) }),
    )
}

#[test]
fn only_a_store_with_home_pages_has_capabilities() {
    let bench = Bench::new();
    let session = bench.logon();
    assert!(!session.store().supports(IMSCapabilities::IID));
    assert_eq!(capabilities(session.store()), None);
    session.logoff().unwrap();
    for (provider, synchronizes) in [
        (switched(), false),
        (sending(), false),
        (switched_synchronizing(), true),
    ] {
        let bench = Bench::unconfigured(provider);
        let directory = bench.directory.path().to_str().unwrap().to_owned();
        let mut settings = bench.settings();
        settings.push(Prop::new(PR_REMOTE_DIRECTORY, directory));
        let _ = bench.host.configure(&bench.provider, &settings).unwrap();
        let session = bench.logon();
        assert_eq!(
            capabilities(session.store()),
            Some([0, MSCAP_SECURE_FOLDER_HOMEPAGES, 0, 0])
        );
        assert_eq!(session.store().supports(IMAPISync::IID), synchronizes);
        session.logoff().unwrap();
    }
}

#[test]
fn only_folders_that_can_be_shared_support_it() {
    let bench = Bench::of(switched());
    let session = bench.logon();
    let inbox = session.inbox().unwrap();
    assert!(!inbox.supports(IFolderSupport::IID));
    let id = inbox.entry_id().unwrap();
    let opened = session
        .store()
        .open_entry(&id, Some(IFolderSupport::IID), 0);
    assert_eq!(refused(opened), MAPI_E_INTERFACE_NOT_SUPPORTED);
    drop(inbox);
    session.logoff().unwrap();

    let bench = Bench::of(sending());
    let session = bench.logon();
    for folder in [session.root().unwrap(), session.inbox().unwrap()] {
        let support: IFolderSupport = folder.query().unwrap();
        let mut mask = u32::MAX;
        // SAFETY: `mask` is a place for the result; then there is none.
        let (code, nowhere) = unsafe {
            (
                support.GetSupportMask(&mut mask),
                support.GetSupportMask(std::ptr::null_mut()),
            )
        };
        assert_eq!((code, mask), (S_OK, FS_SUPPORTS_SHARING));
        assert_eq!(nowhere, MAPI_E_INVALID_PARAMETER);
        // One object, whichever interface one came by.
        let back: IMAPIFolder = support.cast().unwrap();
        let identity: IUnknown = back.cast().unwrap();
        assert_eq!(identity, folder.query::<IUnknown>().unwrap());
        let id = folder.entry_id().unwrap();
        session
            .store()
            .open_entry(&id, Some(IFolderSupport::IID), 0)
            .unwrap();
    }
    session.logoff().unwrap();
}

// Folders that are handed in are known by their identity, whatever interfaces they have.
#[test]
fn messages_go_from_one_shared_folder_to_another() {
    let bench = Bench::of(sending());
    let session = bench.logon();
    let from = session.subtree().unwrap().create_folder("From").unwrap();
    let to = session.subtree().unwrap().create_folder("To").unwrap();
    let message = from
        .add_message(&[Prop::new(PR_SUBJECT, "copied")])
        .unwrap();
    let id = message.entry_id().unwrap();
    drop(message);
    assert_eq!(from.copy_messages(&[&id], &to, 0).unwrap(), S_OK);
    assert_eq!(to.long(PR_CONTENT_COUNT).unwrap(), 1);
    drop((from, to));
    session.logoff().unwrap();
}

#[test]
fn all_six_switches_can_be_read() {
    let bench = Bench::of(switched());
    let session = bench.logon();
    let store = session.store();
    let switches = SWITCHED.store.switches;
    let names: Vec<Name> = switches
        .iter()
        .map(|switch| Name::string(MAPIUID { ab: switch.set }.into(), switch.name))
        .collect();
    let (code, tags) = store.ids_from_names(&names, false).unwrap();
    assert_eq!((code, tags.len()), (S_OK, 6));
    for (switch, tag) in switches.iter().zip(tags) {
        match switch.value {
            SwitchValue::Long(number) => {
                assert_eq!(store.long(change_prop_type(tag, PT_LONG)).unwrap(), number);
            }
            SwitchValue::Boolean(truth) => assert_eq!(
                store.boolean(change_prop_type(tag, PT_BOOLEAN)).unwrap(),
                truth
            ),
        }
    }
    session.logoff().unwrap();
}

#[test]
fn inbox_and_root_name_the_additional_folders_until_a_client_does() {
    let bench = Bench::of(switched());
    let session = bench.logon();
    let subtree = session.subtree().unwrap();
    let id = |name: &str| subtree.child(name).unwrap().unwrap().entry_id().unwrap();
    let (issues, junk) = (id("Sync Issues"), id("Junk"));
    let wanted = Value::Binaries(vec![vec![], issues, vec![], vec![], junk.clone()]);
    for folder in [session.root().unwrap(), session.inbox().unwrap()] {
        assert_eq!(folder.value(PR_ADDITIONAL_REN_ENTRYIDS).unwrap(), wanted);
        // No role stands in these blocks.
        assert_eq!(
            refused(folder.binary(PR_ADDITIONAL_REN_ENTRYIDS_EX)),
            MAPI_E_NOT_FOUND
        );
    }
    // Where else nobody looks for them.
    assert_eq!(
        refused(subtree.value(PR_ADDITIONAL_REN_ENTRYIDS)),
        MAPI_E_NOT_FOUND
    );

    let own = Value::Binaries(vec![vec![], vec![], vec![], vec![], junk.clone(), vec![7]]);
    // RSF_PID_RSS_SUBSCRIPTION with the entry id of a folder (RSF_ELID_ENTRYID), then PERSIST_SENTINEL.
    let size = u16::try_from(junk.len()).unwrap();
    let blocks: Vec<u8> = [
        &0x8001_u16.to_le_bytes()[..],
        &(size + 4).to_le_bytes(),
        &1_u16.to_le_bytes(),
        &size.to_le_bytes(),
        &junk,
        &[0, 0, 0, 0],
    ]
    .concat();
    let store = session.store();
    for object in [
        &*session.root().unwrap() as &PropObject,
        &session.inbox().unwrap(),
        store,
    ] {
        let problems = object
            .set(&[
                Prop::new(PR_ADDITIONAL_REN_ENTRYIDS, own.clone()),
                Prop::new(PR_ADDITIONAL_REN_ENTRYIDS_EX, Value::Binary(blocks.clone())),
            ])
            .unwrap();
        assert!(problems.is_empty());
    }
    drop(subtree);
    session.logoff().unwrap();
    let session = bench.logon();
    let store = session.store();
    for object in [
        &*session.root().unwrap() as &PropObject,
        &session.inbox().unwrap(),
        store,
    ] {
        assert_eq!(object.value(PR_ADDITIONAL_REN_ENTRYIDS).unwrap(), own);
        assert_eq!(
            object.binary(PR_ADDITIONAL_REN_ENTRYIDS_EX).unwrap(),
            blocks
        );
    }
    session.logoff().unwrap();
}

#[test]
fn hidden_folders_say_so_and_can_be_shown() {
    let bench = Bench::of(switched());
    let session = bench.logon();
    let subtree = session.subtree().unwrap();
    let hidden = |wanted: &str| {
        let rows = subtree
            .hierarchy()
            .unwrap()
            .rows(&[PR_DISPLAY_NAME, PR_ATTR_HIDDEN])
            .unwrap();
        let row = rows
            .iter()
            .find(|row| row.text(PR_DISPLAY_NAME) == Some(wanted))
            .unwrap();
        row.boolean(PR_ATTR_HIDDEN).unwrap_or(false)
    };
    assert!(hidden("Settings") && !hidden("Junk"));
    let settings = subtree.child("Settings").unwrap().unwrap();
    assert!(settings.boolean(PR_ATTR_HIDDEN).unwrap());
    settings.put(PR_ATTR_HIDDEN, false).unwrap();
    assert!(!hidden("Settings"));
    let junk = subtree.child("Junk").unwrap().unwrap();
    junk.put(PR_ATTR_HIDDEN, true).unwrap();
    assert!(hidden("Junk"));
    drop((subtree, settings, junk));
    session.logoff().unwrap();
}
