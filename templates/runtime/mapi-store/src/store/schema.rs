//! The tables of the file.
//!
//! A message is one row of `message`: the properties that tables show most are columns (see [`hot`](super::hot)), with
//! an index for each of the usual sort orders, and the rest is one encoded bag. Recipients and attachments are in
//! `message_part`, large values in `large`: reading a table touches neither. The counters of a folder are columns that
//! every write keeps up to date; big folders count their rows by runs of each order too (see
//! [`runs`](super::view::runs)). Keys of rows are never used twice.

use rusqlite::Connection;

use super::error::StoreError;

/// Written into every store file, so that `file` and others can tell what it is.
const APPLICATION_ID: i32 = 0x4D53_544F;

/// Version of the tables below.
const SCHEMA_VERSION: i32 = 1;

const SCHEMA: &str = "
CREATE TABLE meta (
    name TEXT PRIMARY KEY,
    value
) WITHOUT ROWID;

CREATE TABLE folder (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    key BLOB NOT NULL UNIQUE,
    parent INTEGER REFERENCES folder (id),
    name TEXT NOT NULL,
    name_key TEXT NOT NULL,
    role INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    content INTEGER NOT NULL DEFAULT 0,
    unread INTEGER NOT NULL DEFAULT 0,
    associated INTEGER NOT NULL DEFAULT 0,
    children INTEGER NOT NULL DEFAULT 0,
    size INTEGER NOT NULL DEFAULT 0,
    stamp INTEGER NOT NULL DEFAULT 0,
    created INTEGER NOT NULL,
    modified INTEGER NOT NULL,
    properties BLOB NOT NULL
);
CREATE UNIQUE INDEX folder_name ON folder (parent, name_key);
CREATE UNIQUE INDEX folder_role ON folder (role) WHERE role <> 0;

-- Which folders of the definition were created: what a user deletes stays deleted.
CREATE TABLE defined_folder (
    path TEXT PRIMARY KEY,
    folder INTEGER REFERENCES folder (id) ON DELETE SET NULL
) WITHOUT ROWID;
CREATE INDEX defined_folder_folder ON defined_folder (folder);

-- The order in which the contents table of a folder starts out, where a client has chosen one; see contents_sort.
CREATE TABLE contents_sort (
    folder INTEGER PRIMARY KEY REFERENCES folder (id) ON DELETE CASCADE,
    chosen BLOB NOT NULL
);

CREATE TABLE message (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    key BLOB NOT NULL UNIQUE,
    folder INTEGER NOT NULL REFERENCES folder (id),
    associated INTEGER NOT NULL,
    version INTEGER NOT NULL,
    flags INTEGER NOT NULL,
    status INTEGER NOT NULL,
    size INTEGER NOT NULL,
    spilled INTEGER NOT NULL,
    class TEXT,
    importance INTEGER,
    priority INTEGER,
    sensitivity INTEGER,
    icon INTEGER,
    flag_status INTEGER,
    delivered INTEGER,
    submitted INTEGER,
    created INTEGER,
    modified INTEGER,
    subject TEXT,
    subject_prefix TEXT,
    normalized_subject TEXT,
    topic TEXT,
    conversation_index BLOB,
    sender TEXT,
    represented TEXT,
    display_to TEXT,
    display_cc TEXT,
    subject_key TEXT,
    normalized_subject_key TEXT,
    sender_key TEXT,
    represented_key TEXT,
    display_to_key TEXT,
    properties BLOB NOT NULL
);
CREATE INDEX message_folder ON message (folder, associated);
CREATE INDEX message_delivered ON message (folder, associated, delivered);
-- The unread ones, in the words of view/filter.rs.
CREATE INDEX message_unread ON message (folder, associated, delivered) WHERE (flags & 1) = 0;
CREATE INDEX message_submitted ON message (folder, associated, submitted);
CREATE INDEX message_modified ON message (folder, associated, modified);
CREATE INDEX message_size ON message (folder, associated, size);
CREATE INDEX message_subject ON message (folder, associated, subject_key);
CREATE INDEX message_normalized_subject ON message (folder, associated, normalized_subject_key);
CREATE INDEX message_sender ON message (folder, associated, sender_key);
CREATE INDEX message_represented ON message (folder, associated, represented_key);
CREATE INDEX message_display_to ON message (folder, associated, display_to_key);

CREATE TABLE message_part (
    message INTEGER PRIMARY KEY REFERENCES message (id) ON DELETE CASCADE,
    recipients BLOB NOT NULL,
    attachments BLOB NOT NULL
);

-- The outgoing queue: when each message was submitted, and PR_SUBMIT_FLAGS.
CREATE TABLE outgoing (
    message INTEGER PRIMARY KEY REFERENCES message (id) ON DELETE CASCADE,
    submitted INTEGER NOT NULL,
    flags INTEGER NOT NULL
);
CREATE INDEX outgoing_submitted ON outgoing (submitted);

-- Sort keys of the indexed named properties; one row for each message and property, NULL where there is no value.
CREATE TABLE indexed_value (
    message INTEGER NOT NULL REFERENCES message (id) ON DELETE CASCADE,
    property INTEGER NOT NULL,
    folder INTEGER NOT NULL,
    associated INTEGER NOT NULL,
    value BLOB
);
CREATE INDEX indexed_value_order ON indexed_value (property, folder, associated, value, message);
CREATE INDEX indexed_value_message ON indexed_value (message);

-- Values that are kept apart, and their bytes in pieces. A message is written after its large values. Without a message,
-- a value was copied into a working copy that is not saved yet, at the time in `parked`.
CREATE TABLE large (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    message INTEGER REFERENCES message (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
    kind INTEGER NOT NULL,
    stored INTEGER NOT NULL,
    parked INTEGER
);
CREATE INDEX large_message ON large (message);
CREATE TABLE large_piece (
    id INTEGER PRIMARY KEY,
    large INTEGER NOT NULL REFERENCES large (id) ON DELETE CASCADE,
    number INTEGER NOT NULL,
    data BLOB NOT NULL
);
CREATE UNIQUE INDEX large_piece_number ON large_piece (large, number);

CREATE TABLE named_property (
    id INTEGER PRIMARY KEY,
    property_set BLOB NOT NULL,
    number INTEGER,
    name TEXT,
    name_key TEXT
);
CREATE UNIQUE INDEX named_property_number ON named_property (property_set, number) WHERE number IS NOT NULL;
CREATE UNIQUE INDEX named_property_name ON named_property (property_set, name_key) WHERE name_key IS NOT NULL;

CREATE TABLE indexed_property (
    id INTEGER PRIMARY KEY
);

CREATE TABLE receive_folder (
    class_key TEXT PRIMARY KEY,
    class TEXT NOT NULL,
    folder INTEGER NOT NULL REFERENCES folder (id) ON DELETE CASCADE
) WITHOUT ROWID;
CREATE INDEX receive_folder_folder ON receive_folder (folder);

-- The latest changes, for other processes to notice.
CREATE TABLE change (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    writer INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    object INTEGER NOT NULL,
    key BLOB,
    parent BLOB,
    old_key BLOB,
    old_parent BLOB,
    associated INTEGER NOT NULL,
    aspect INTEGER NOT NULL,
    origin INTEGER NOT NULL
);

-- What clients did since the last upload; see sync_log.
CREATE TABLE local_change (
    key BLOB PRIMARY KEY,
    object INTEGER NOT NULL,
    sequence INTEGER NOT NULL,
    edits INTEGER NOT NULL,
    parent BLOB,
    old_parent BLOB,
    remote TEXT,
    remote_folder TEXT,
    remote_version TEXT
) WITHOUT ROWID;
CREATE INDEX local_change_remote ON local_change (remote_folder, remote) WHERE remote IS NOT NULL;

CREATE TABLE remote_folder (
    folder INTEGER PRIMARY KEY REFERENCES folder (id) ON DELETE CASCADE,
    remote TEXT NOT NULL UNIQUE
);
CREATE TABLE remote_message (
    message INTEGER PRIMARY KEY REFERENCES message (id) ON DELETE CASCADE,
    remote_folder TEXT NOT NULL,
    remote TEXT NOT NULL,
    version TEXT NOT NULL,
    partial INTEGER NOT NULL
);
CREATE UNIQUE INDEX remote_message_remote ON remote_message (remote_folder, remote);
";

/// Creates the tables in an empty file; `true` if it did. To be called within a write transaction.
pub(super) fn prepare(connection: &Connection) -> Result<bool, StoreError> {
    match connection.pragma_query_value(None, "user_version", |row| row.get::<_, i32>(0))? {
        0 => {
            let tables: u32 =
                connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
            if tables > 0 {
                return Err(StoreError::Corrupt(
                    "this is another program's database".into(),
                ));
            }
            connection.execute_batch(SCHEMA)?;
            connection.execute_batch(super::listing::SCHEMA)?;
            connection.execute_batch(super::search::SCHEMA)?;
            connection.execute_batch(&super::view::runs::schema())?;
            connection.pragma_update(None, "application_id", APPLICATION_ID)?;
            connection.pragma_update(None, "user_version", SCHEMA_VERSION)?;
            Ok(true)
        }
        SCHEMA_VERSION => Ok(false),
        newer => Err(StoreError::Corrupt(format!(
            "the file has version {newer} of the tables, this provider knows version {SCHEMA_VERSION}"
        ))),
    }
}
