//! The stores: what is in them, how they are built, how the host opens them.

use std::fs;
use std::path::PathBuf;
use std::time::Instant;

use mapi_abi::*;
use mapi_host::{Host, Name, NameKind, Prop, Provider, Session};
use mapi_store::definition::*;
use mapi_store::entry::{self, profile};
use mapi_store::store::*;
use rusqlite::{Connection, OpenFlags};

use crate::memory;

/// Messages in one transaction of the building.
const BATCH: usize = 5000;

const UID: [u8; 16] = *b"big folder store";
const COMMON: [u8; 16] = [8, 0x20, 6, 0, 0, 0, 0, 0, 0xC0, 0, 0, 0, 0, 0, 0, 0x46];

/// The indexed named property.
const INDEXED: u32 = 0x8501;

static DEFINITION: ProviderDefinition = ProviderDefinition {
    name: "big-folders",
    display_name: "Big Folders",
    vendor: "Contoso",
    description: "Stores to measure",
    version: "1.0.0",
    provider_uid: *b"big folders prov",
    service_name: "BIGFOLDERS",
    dll_name: "big.dll",
    store_kind: StoreKind::Secondary,
    store: StoreDefinition {
        support_mask: STORE_ENTRYID_UNIQUE
            | STORE_MODIFY_OK
            | STORE_CREATE_OK
            | STORE_ATTACH_OK
            | STORE_NOTIFY_OK
            | STORE_MV_PROPS_OK
            | STORE_RESTRICTION_OK
            | STORE_SORT_OK
            | STORE_HTML_OK
            | STORE_UNICODE_OK,
        location: "",
        large_property_limit: 8192,
        switches: &[],
        folder_home_pages: false,
        folder_sharing: false,
    },
    folders: &[FolderDefinition {
        parent: None,
        name: "Inbox",
        comment: "",
        container_class: "",
        role: FolderRole::Inbox,
        receive_classes: &[""],
        hidden: false,
    }],
    named_properties: &[NamedPropertyDefinition {
        set: COMMON,
        name: PropertyName::Id(INDEXED),
        property_type: 3,
        indexed: true,
    }],
    settings: &[],
    sync: None,
    log: LogDefinition {
        directory: "",
        level: LogLevel::Off,
        registry_key: r"SOFTWARE\Contoso\mapi-store test\Log",
    },
};

static PROVIDER: entry::Provider = entry::Provider {
    definition: &DEFINITION,
    connect: None,
};

#[allow(clippy::too_many_arguments)]
unsafe extern "C" fn init(
    _: HINSTANCE,
    _: *mut std::ffi::c_void,
    allocate: Option<ALLOCATEBUFFER>,
    more: Option<ALLOCATEMORE>,
    free: Option<FREEBUFFER>,
    _: u32,
    version: u32,
    provider_version: *mut u32,
    provider: *mut *mut std::ffi::c_void,
) -> HRESULT {
    let allocators = memory::switching((allocate, more, free));
    // SAFETY: the host keeps MAPI's rules.
    unsafe { entry::ms_provider_init(&PROVIDER, allocators, version, provider_version, provider) }
}

#[allow(clippy::too_many_arguments)]
unsafe extern "system" fn service(
    _: HINSTANCE,
    _: *mut std::ffi::c_void,
    support: *mut std::ffi::c_void,
    _: usize,
    flags: u32,
    context: u32,
    count: u32,
    values: *const SPropValue,
    admin: *mut std::ffi::c_void,
    error: *mut *mut MAPIERROR,
) -> HRESULT {
    // SAFETY: the host keeps MAPI's rules.
    unsafe {
        entry::service_entry(
            &PROVIDER,
            support,
            flags,
            context,
            (count, values),
            admin,
            error,
        )
    }
}

fn directory(size: usize) -> PathBuf {
    PathBuf::from(env!("CARGO_TARGET_TMPDIR"))
        .join("big-folders")
        .join(size.to_string())
}

fn file(size: usize) -> PathBuf {
    entry::store_file(&directory(size), &UID)
}

/// A host that has the store of this size configured.
pub struct Client {
    host: Host,
    provider: Provider,
}

impl Client {
    pub fn new(size: usize) -> Self {
        let host = Host::new();
        let provider = Provider::from_entry_points(init, service);
        let directory = directory(size);
        let settings = [
            Prop::new(profile::PR_STORE_UID, UID.to_vec()),
            Prop::new(
                profile::PR_STORE_DIRECTORY,
                directory.to_str().expect("the path is text"),
            ),
        ];
        let _ = host
            .configure(&provider, &settings)
            .expect("the service can be configured");
        Self { host, provider }
    }

    pub fn logon(&self) -> Session {
        self.host.logon(&self.provider).expect("the store opens")
    }
}

/// The tag of the indexed named property.
pub fn indexed_tag(session: &Session) -> u32 {
    let name = Name {
        set: windows_core::GUID::from_u128(0x0006_2008_0000_0000_C000_0000_0000_0046),
        kind: NameKind::Id(INDEXED as i32),
    };
    session
        .store()
        .named(&name, PT_LONG)
        .expect("the property has an id")
}

/// A connection of somebody who knows the file.
pub fn connect(size: usize) -> Connection {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(file(size), flags).expect("the file opens");
    connection.set_prepared_statement_cache_capacity(64);
    connection
}

/// The subject of a message: prefix, two words out of some hundreds, a number. One in 97 has "quarterly" in it.
fn subject(number: u64) -> String {
    const WORDS: [&str; 20] = [
        "Meeting",
        "report",
        "Invoice",
        "project",
        "Plan",
        "Überblick",
        "draft",
        "Review",
        "offer",
        "budget",
        "Holiday",
        "server",
        "Contract",
        "release",
        "Lunch",
        "ticket",
        "Survey",
        "notes",
        "order",
        "update",
    ];
    let word = |part: u64| WORDS[(hash(number ^ part << 56) % 20) as usize];
    let prefix = ["", "RE: ", "FW: ", ""][(hash(number ^ 77) % 4) as usize];
    let middle = if number % 97 == 5 { "quarterly " } else { "" };
    format!("{prefix}{} {middle}{} {number}", word(1), word(2))
}

/// The sender of a message: one of a thousand, as many messages from each.
pub fn sender(number: u64) -> String {
    format!("Sender Number {:04}", hash(number ^ 3) % 1000)
}

/// Spreads numbers (splitmix64).
fn hash(number: u64) -> u64 {
    let mut mixed = number.wrapping_add(0x9E37_79B9_7F4A_7C15);
    mixed = (mixed ^ mixed >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
    mixed ^ mixed >> 31
}

/// A message as mail comes: delivered about in the order of arrival, one in 20 unread, a body of some hundred bytes.
fn message(folder: ObjectKey, indexed: PropertyId, number: u64) -> Message {
    const START: u64 = 133_000_000_000_000_000;
    const MINUTE: u64 = 600_000_000;
    let mut message = Message::new(folder, false);
    let jitter = hash(number) % (30 * MINUTE);
    let delivered = START + number * MINUTE + jitter;
    let is_read = !hash(number ^ 5).is_multiple_of(20);
    let from = sender(number);
    let filler = "Lorem ipsum dolor sit amet, consectetur adipiscing elit. ";
    let body = filler.repeat(4 + (hash(number ^ 9) % 12) as usize);
    for (tag, value) in [
        (PR_MESSAGE_CLASS, Value::Unicode("IPM.Note".into())),
        (
            PR_MESSAGE_FLAGS,
            Value::Long(if is_read { MSGFLAG_READ as i32 } else { 0 }),
        ),
        (PR_SUBJECT, Value::Unicode(subject(number))),
        (PR_SENDER_NAME, Value::Unicode(from.clone())),
        (PR_SENT_REPRESENTING_NAME, Value::Unicode(from)),
        (PR_MESSAGE_DELIVERY_TIME, Value::SysTime(delivered)),
        (
            PR_CLIENT_SUBMIT_TIME,
            Value::SysTime(delivered - hash(number ^ 4) % MINUTE),
        ),
        (
            PR_CREATION_TIME,
            Value::SysTime(START + hash(number ^ 8) % (1_000_000 * MINUTE)),
        ),
        (
            PR_IMPORTANCE,
            Value::Long(if number.is_multiple_of(50) { 2 } else { 1 }),
        ),
        (PR_ICON_INDEX, Value::Long(256 + (number % 3) as i32)),
        (PR_FLAG_STATUS, Value::Long((number % 100 == 1) as i32 * 2)),
        (PR_BODY, Value::Unicode(body)),
        (
            u32::from(indexed) << 16 | PT_LONG,
            Value::Long((hash(number ^ 6) >> 40) as i32),
        ),
    ] {
        message.properties.set(tag, value);
    }
    let mut recipient = Recipient::default();
    recipient
        .properties
        .set(PR_RECIPIENT_TYPE, Value::Long(MAPI_TO as i32));
    recipient.properties.set(
        PR_DISPLAY_NAME,
        Value::Unicode(format!("Recipient {}", hash(number ^ 7) % 50)),
    );
    message.recipients.push(recipient);
    message
}

fn open(directory: PathBuf) -> Store {
    Store::open(StoreOptions {
        path: entry::store_file(&directory, &UID),
        uid: UID,
        definition: &DEFINITION,
        writable: true,
    })
    .expect("the store opens")
}

/// The tables of a file, as text.
fn tables(size: usize) -> String {
    connect(size)
        .query_row(
            "SELECT group_concat(sql, ';' ORDER BY name) FROM sqlite_schema",
            [],
            |row| row.get(0),
        )
        .expect("the file has tables")
}

/// Builds a store, unless an earlier run left one with the same tables.
pub fn build(size: usize) {
    let empty = directory(0);
    let _ = fs::remove_dir_all(&empty);
    drop(open(empty));
    let wanted = tables(0);
    let complete = directory(size).join("complete");
    let is_built = size == 0
        || fs::read_to_string(&complete).is_ok_and(|found| found == wanted)
            && tables(size) == wanted;
    if is_built {
        return;
    }
    let _ = fs::remove_dir_all(directory(size));
    let start = Instant::now();
    let store = open(directory(size));
    let inbox = store
        .folder_by_role(FolderRole::Inbox)
        .ok()
        .flatten()
        .expect("there is an inbox");
    let name = OwnedName::Id {
        set: COMMON,
        id: INDEXED,
    };
    let ids = store
        .ids_of_names(std::slice::from_ref(&name), false)
        .expect("names can be read");
    let indexed = ids[0].expect("the name is in the definition");
    let mut number = 0;
    while number < size {
        let end = (number + BATCH).min(size);
        store
            .batch(Origin::Sync, |batch| -> Result<(), StoreError> {
                for number in number..end {
                    batch.save(
                        &mut message(inbox, indexed, number as u64),
                        SaveMode::default(),
                    )?;
                }
                Ok(())
            })
            .expect("messages can be saved");
        number = end;
    }
    drop(store);
    fs::write(&complete, wanted).expect("the directory is writable");
    let bytes = fs::metadata(file(size)).map_or(0, |file| file.len());
    eprintln!(
        "built {size} messages in {:.1} s: {:.0} µs each, {} bytes each",
        start.elapsed().as_secs_f64(),
        start.elapsed().as_secs_f64() * 1e6 / size as f64,
        bytes / size as u64,
    );
}
