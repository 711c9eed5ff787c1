//! What the remote has, as far as its listings told: written down page by page, together with the cursor of the page, and
//! worked off later.
//!
//! A listing is cheap and comes first; fetching is not. Keeping the listing in the file makes both resumable: after a
//! crash the engine goes on with what is pending. See [`sync_log`](super::sync_log) for what the store itself has.

use rusqlite::{OptionalExtension, Row, params};

use super::batch::methods;
use super::error::StoreError;
use super::identity::ObjectKey;
use super::{Batch, Origin, Session};
use crate::definition::FolderRole;

/// The tables of this module.
pub(super) const SCHEMA: &str = "
CREATE TABLE listed_folder (
    remote TEXT PRIMARY KEY,
    parent TEXT,
    name TEXT NOT NULL,
    role INTEGER NOT NULL,
    class TEXT NOT NULL,
    identity TEXT,
    pass INTEGER NOT NULL,
    gone INTEGER NOT NULL,
    step_parent TEXT,
    step_name TEXT,
    step_local_parent BLOB,
    step_local_name TEXT,
    contents_pass INTEGER NOT NULL DEFAULT 0,
    contents_whole INTEGER NOT NULL DEFAULT 1,
    contents_known INTEGER NOT NULL DEFAULT 0,
    cursor BLOB
);
CREATE TABLE listed_message (
    id INTEGER PRIMARY KEY,
    folder TEXT NOT NULL,
    remote TEXT NOT NULL,
    version TEXT NOT NULL,
    read INTEGER NOT NULL,
    identity TEXT,
    pass INTEGER NOT NULL,
    fresh INTEGER NOT NULL,
    pending INTEGER NOT NULL
);
CREATE UNIQUE INDEX listed_message_remote ON listed_message (folder, remote);
CREATE INDEX listed_message_pending ON listed_message (folder, id) WHERE pending <> 0;
CREATE INDEX listed_message_identity ON listed_message (identity) WHERE identity IS NOT NULL AND pending <> 0;
CREATE TABLE sync_note (
    name TEXT PRIMARY KEY,
    value BLOB NOT NULL
) WITHOUT ROWID;
";

/// A folder of the remote.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ListedFolder {
    /// Its id.
    pub remote: String,
    /// Id of its parent; `None` at the top.
    pub parent: Option<String>,
    /// Its name.
    pub name: String,
    /// What it is for.
    pub role: FolderRole,
    /// `PR_CONTAINER_CLASS`.
    pub container_class: String,
    /// What survives a new id.
    pub identity: Option<String>,
    /// Number of the whole listing that it was last seen in.
    pub pass: i64,
    /// Whether the remote has it no more.
    pub gone: bool,
    /// Where both sides had it when they were last in step.
    pub in_step: Option<FolderPlace>,
    /// How far the listing of its messages is.
    pub contents: ContentsListing,
}

/// Where a folder was on both sides.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct FolderPlace {
    /// Remote id of its parent.
    pub parent: Option<String>,
    /// Its name at the remote.
    pub name: String,
    /// Its parent in the store.
    pub local_parent: ObjectKey,
    /// Its name in the store: not the same where that was taken.
    pub local_name: String,
}

/// How far the listing of a folder's messages is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct ContentsListing {
    /// Number of the latest whole listing.
    pub pass: i64,
    /// Whether a whole listing is under way: what it does not name is gone.
    pub whole: bool,
    /// Whether a whole listing ever came to its end: what is new afterwards has just arrived.
    pub known: bool,
}

impl Default for ContentsListing {
    fn default() -> Self {
        Self {
            pass: 0,
            whole: true,
            known: false,
        }
    }
}

/// A message of the remote.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ListedMessage {
    /// Number of the row, in the order of listing.
    pub row: i64,
    /// Id of its folder.
    pub folder: String,
    /// Its id in the folder.
    pub remote: String,
    /// Version of its contents.
    pub version: String,
    /// Whether it was read.
    pub read: bool,
    /// What survives a new id.
    pub identity: Option<String>,
    /// Number of the whole listing that it was last seen in.
    pub pass: i64,
    /// Whether it arrived after the folder was first listed.
    pub fresh: bool,
    /// What the store has yet to do about it.
    pub pending: Pending,
}

/// What the store has yet to do about a message of the remote.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Pending {
    /// Its contents are new or changed.
    pub contents: bool,
    /// Its read state changed.
    pub read: bool,
    /// It is gone.
    pub gone: bool,
}

impl Pending {
    const CONTENTS: i64 = 1;
    const READ: i64 = 2;
    const GONE: i64 = 4;

    /// Whether there is anything to do.
    #[must_use]
    pub fn any(self) -> bool {
        self.contents || self.read || self.gone
    }

    fn bits(self) -> i64 {
        let bit = |set, bit| if set { bit } else { 0 };
        bit(self.contents, Self::CONTENTS) | bit(self.read, Self::READ) | bit(self.gone, Self::GONE)
    }

    fn from_bits(bits: i64) -> Self {
        let has = |bit| bits & bit != 0;
        Self {
            contents: has(Self::CONTENTS),
            read: has(Self::READ),
            gone: has(Self::GONE),
        }
    }
}

methods! {
    /// All folders that listings told of, gone ones too until they are forgotten; in the order of their ids.
    read listed_folders() -> Vec<ListedFolder>;

    /// A folder that listings told of.
    read listed_folder(remote: &str) -> Option<ListedFolder>;

    /// Where the listing of a remote folder's messages has come to.
    read contents_cursor(remote_folder: &str) -> Option<Vec<u8>>;

    /// A message that listings told of.
    read listed_message(remote_folder: &str, remote: &str) -> Option<ListedMessage>;

    /// Messages of a folder that something is pending about, in the order of listing, beginning after a row.
    read pending_messages(remote_folder: &str, after_row: i64, limit: u32) -> Vec<ListedMessage>;

    /// How many messages of a folder something is pending about.
    read pending_count(remote_folder: &str) -> u64;

    /// Messages that turned up in one place with the identity of one that is gone from another: pairs of arrival and
    /// departure, at most this many.
    read moved_messages(limit: u32) -> Vec<(ListedMessage, ListedMessage)>;

    /// Remote ids of the messages of a remote folder that the store has only the headers of.
    read partial_messages(remote_folder: &str) -> Vec<String>;

    /// Something that the engine noted.
    read sync_note(name: &str) -> Option<Vec<u8>>;

    /// Names of all notes with this beginning.
    read sync_notes(prefix: &str) -> Vec<String>;

    /// Writes down a folder, in place of what was known of it; the cursor of its contents stays.
    write put_listed_folder(folder: &ListedFolder) -> ();

    /// Forgets a folder and its messages.
    write forget_listed_folder(remote: &str) -> ();

    /// Gives a remote folder another id, everywhere: in listings, mappings and local changes. Where the new id was
    /// listed already, that listing stays and gets what the old one knew of the contents.
    write rename_remote_folder(old: &str, new: &str) -> ();

    /// Writes down where the listing of a remote folder's messages has come to.
    write set_contents_cursor(remote_folder: &str, cursor: Option<&[u8]>) -> ();

    /// Writes down a message, in place of what was known of it; its row number is ignored.
    write put_listed_message(message: &ListedMessage) -> ();

    /// Forgets a message.
    write forget_listed_message(remote_folder: &str, remote: &str) -> ();

    /// Marks the messages of a folder as gone that the whole listing with this number did not name.
    write mark_unlisted_gone(remote_folder: &str, pass: i64) -> ();

    /// Marks all messages of a folder that are there as ones whose contents the store needs.
    write mark_all_wanted(remote_folder: &str) -> ();

    /// Notes something, or strikes it out.
    write set_sync_note(name: &str, value: Option<&[u8]>) -> ();
}

impl Batch<'_> {
    /// Does part of the work of [`Origin::Sync`] as if a client did it, so that it is uploaded.
    pub fn as_client<T>(
        &mut self,
        work: impl FnOnce(&mut Self) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let (origin, logged) = (self.origin, self.logged);
        self.origin = Origin::Local;
        self.logged = self.inner.definition.sync.is_some();
        let result = work(self);
        (self.origin, self.logged) = (origin, logged);
        result
    }
}

const FOLDER_COLUMNS: &str = "remote, parent, name, role, class, identity, pass, gone, step_parent, step_name, \
                              step_local_parent, step_local_name, contents_pass, contents_whole, contents_known";

fn folder_of_row(row: &Row<'_>) -> rusqlite::Result<ListedFolder> {
    let local_parent: Option<ObjectKey> = row.get(10)?;
    let in_step = match local_parent {
        Some(local_parent) => Some(FolderPlace {
            parent: row.get(8)?,
            name: row.get(9)?,
            local_parent,
            local_name: row.get(11)?,
        }),
        None => None,
    };
    Ok(ListedFolder {
        remote: row.get(0)?,
        parent: row.get(1)?,
        name: row.get(2)?,
        role: role_of_number(row.get(3)?),
        container_class: row.get(4)?,
        identity: row.get(5)?,
        pass: row.get(6)?,
        gone: row.get(7)?,
        in_step,
        contents: ContentsListing {
            pass: row.get(12)?,
            whole: row.get(13)?,
            known: row.get(14)?,
        },
    })
}

fn listed_folders(session: &Session<'_>) -> Result<Vec<ListedFolder>, StoreError> {
    let sql = format!("SELECT {FOLDER_COLUMNS} FROM listed_folder ORDER BY remote");
    let mut statement = session.connection.prepare_cached(&sql)?;
    Ok(statement
        .query_map([], folder_of_row)?
        .collect::<Result<_, _>>()?)
}

fn listed_folder(session: &Session<'_>, remote: &str) -> Result<Option<ListedFolder>, StoreError> {
    let sql = format!("SELECT {FOLDER_COLUMNS} FROM listed_folder WHERE remote = ?1");
    Ok(session
        .connection
        .prepare_cached(&sql)?
        .query_row([remote], folder_of_row)
        .optional()?)
}

fn contents_cursor(
    session: &Session<'_>,
    remote_folder: &str,
) -> Result<Option<Vec<u8>>, StoreError> {
    let mut statement = session
        .connection
        .prepare_cached("SELECT cursor FROM listed_folder WHERE remote = ?1")?;
    Ok(statement
        .query_row([remote_folder], |row| row.get(0))
        .optional()?
        .flatten())
}

fn put_listed_folder(batch: &mut Batch<'_>, folder: &ListedFolder) -> Result<(), StoreError> {
    let place = folder.in_step.as_ref();
    batch
        .connection
        .prepare_cached(
            "INSERT INTO listed_folder (remote, parent, name, role, class, identity, pass, gone, step_parent, step_name,
                 step_local_parent, step_local_name, contents_pass, contents_whole, contents_known)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)
             ON CONFLICT (remote) DO UPDATE SET parent = ?2, name = ?3, role = ?4, class = ?5, identity = ?6, pass = ?7,
                 gone = ?8, step_parent = ?9, step_name = ?10, step_local_parent = ?11, step_local_name = ?12,
                 contents_pass = ?13, contents_whole = ?14, contents_known = ?15",
        )?
        .execute(params![
            folder.remote,
            folder.parent,
            folder.name,
            number_of_role(folder.role),
            folder.container_class,
            folder.identity,
            folder.pass,
            folder.gone,
            place.and_then(|place| place.parent.as_deref()),
            place.map(|place| place.name.as_str()),
            place.map(|place| place.local_parent),
            place.map(|place| place.local_name.as_str()),
            folder.contents.pass,
            folder.contents.whole,
            folder.contents.known,
        ])?;
    Ok(())
}

fn forget_listed_folder(batch: &mut Batch<'_>, remote: &str) -> Result<(), StoreError> {
    for sql in [
        "DELETE FROM listed_message WHERE folder = ?1",
        "DELETE FROM listed_folder WHERE remote = ?1",
    ] {
        batch.connection.prepare_cached(sql)?.execute([remote])?;
    }
    Ok(())
}

fn rename_remote_folder(batch: &mut Batch<'_>, old: &str, new: &str) -> Result<(), StoreError> {
    for sql in [
        "INSERT OR IGNORE INTO listed_folder (remote, parent, name, role, class, identity, pass, gone)
         SELECT ?2, parent, name, role, class, identity, pass, gone FROM listed_folder WHERE remote = ?1",
        "UPDATE listed_folder
         SET (step_parent, step_name, step_local_parent, step_local_name, contents_pass, contents_whole, contents_known,
              cursor)
           = (SELECT step_parent, step_name, step_local_parent, step_local_name, contents_pass, contents_whole,
                     contents_known, cursor
              FROM listed_folder WHERE remote = ?1)
         WHERE remote = ?2 AND EXISTS (SELECT 1 FROM listed_folder WHERE remote = ?1)",
        "DELETE FROM listed_message WHERE folder = ?2 AND ?1 <> ?2",
        "UPDATE listed_message SET folder = ?2 WHERE folder = ?1",
        "UPDATE remote_message SET remote_folder = ?2 WHERE remote_folder = ?1",
        "UPDATE local_change SET remote_folder = ?2 WHERE remote_folder = ?1",
        "UPDATE local_change SET remote = ?2 WHERE remote_folder IS NULL AND remote = ?1",
        "UPDATE remote_folder SET remote = ?2 WHERE remote = ?1",
        "DELETE FROM listed_folder WHERE remote = ?1 AND ?1 <> ?2",
    ] {
        batch.connection.prepare_cached(sql)?.execute([old, new])?;
    }
    Ok(())
}

fn set_contents_cursor(
    batch: &mut Batch<'_>,
    remote_folder: &str,
    cursor: Option<&[u8]>,
) -> Result<(), StoreError> {
    let mut statement = batch
        .connection
        .prepare_cached("UPDATE listed_folder SET cursor = ?2 WHERE remote = ?1")?;
    statement.execute(params![remote_folder, cursor])?;
    Ok(())
}

const MESSAGE_COLUMNS: &str = "id, folder, remote, version, read, identity, pass, fresh, pending";

fn message_of_row(row: &Row<'_>, first: usize) -> rusqlite::Result<ListedMessage> {
    Ok(ListedMessage {
        row: row.get(first)?,
        folder: row.get(first + 1)?,
        remote: row.get(first + 2)?,
        version: row.get(first + 3)?,
        read: row.get(first + 4)?,
        identity: row.get(first + 5)?,
        pass: row.get(first + 6)?,
        fresh: row.get(first + 7)?,
        pending: Pending::from_bits(row.get(first + 8)?),
    })
}

fn listed_message(
    session: &Session<'_>,
    remote_folder: &str,
    remote: &str,
) -> Result<Option<ListedMessage>, StoreError> {
    let sql =
        format!("SELECT {MESSAGE_COLUMNS} FROM listed_message WHERE folder = ?1 AND remote = ?2");
    let mut statement = session.connection.prepare_cached(&sql)?;
    Ok(statement
        .query_row([remote_folder, remote], |row| message_of_row(row, 0))
        .optional()?)
}

fn pending_messages(
    session: &Session<'_>,
    remote_folder: &str,
    after_row: i64,
    limit: u32,
) -> Result<Vec<ListedMessage>, StoreError> {
    let sql = format!(
        "SELECT {MESSAGE_COLUMNS} FROM listed_message WHERE folder = ?1 AND pending <> 0 AND id > ?2 ORDER BY id LIMIT ?3"
    );
    let mut statement = session.connection.prepare_cached(&sql)?;
    let rows = statement.query_map(params![remote_folder, after_row, limit], |row| {
        message_of_row(row, 0)
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn pending_count(session: &Session<'_>, remote_folder: &str) -> Result<u64, StoreError> {
    let sql = "SELECT count(*) FROM listed_message WHERE folder = ?1 AND pending <> 0";
    let count: i64 = session
        .connection
        .prepare_cached(sql)?
        .query_row([remote_folder], |row| row.get(0))?;
    Ok(count.unsigned_abs())
}

fn moved_messages(
    session: &Session<'_>,
    limit: u32,
) -> Result<Vec<(ListedMessage, ListedMessage)>, StoreError> {
    let columns = |table: &str| -> String {
        let columns = MESSAGE_COLUMNS
            .split(", ")
            .map(|column| format!("{table}.{column}"));
        columns.collect::<Vec<_>>().join(", ")
    };
    let sql = format!(
        "SELECT {}, {} FROM listed_message AS arrived
         JOIN listed_message AS gone
             ON gone.identity = arrived.identity AND gone.identity IS NOT NULL AND gone.pending & 4 <> 0
         WHERE arrived.pending & 5 = 1 AND arrived.identity IS NOT NULL AND NOT EXISTS (
             SELECT 1 FROM remote_message
             WHERE remote_message.remote_folder = arrived.folder AND remote_message.remote = arrived.remote)
         ORDER BY arrived.id, gone.id LIMIT ?1",
        columns("arrived"),
        columns("gone"),
    );
    let mut statement = session.connection.prepare_cached(&sql)?;
    let rows = statement.query_map([limit], |row| {
        Ok((message_of_row(row, 0)?, message_of_row(row, 9)?))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn partial_messages(session: &Session<'_>, remote_folder: &str) -> Result<Vec<String>, StoreError> {
    let sql = "SELECT remote FROM remote_message WHERE remote_folder = ?1 AND partial <> 0 ORDER BY message";
    let mut statement = session.connection.prepare_cached(sql)?;
    Ok(statement
        .query_map([remote_folder], |row| row.get(0))?
        .collect::<Result<_, _>>()?)
}

fn put_listed_message(batch: &mut Batch<'_>, message: &ListedMessage) -> Result<(), StoreError> {
    batch
        .connection
        .prepare_cached(
            "INSERT INTO listed_message (folder, remote, version, read, identity, pass, fresh, pending)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
             ON CONFLICT (folder, remote) DO UPDATE SET version = ?3, read = ?4, identity = ?5, pass = ?6, fresh = ?7,
                 pending = ?8",
        )?
        .execute(params![
            message.folder,
            message.remote,
            message.version,
            message.read,
            message.identity,
            message.pass,
            message.fresh,
            message.pending.bits(),
        ])?;
    Ok(())
}

fn forget_listed_message(
    batch: &mut Batch<'_>,
    remote_folder: &str,
    remote: &str,
) -> Result<(), StoreError> {
    let sql = "DELETE FROM listed_message WHERE folder = ?1 AND remote = ?2";
    batch
        .connection
        .prepare_cached(sql)?
        .execute([remote_folder, remote])?;
    Ok(())
}

fn mark_unlisted_gone(
    batch: &mut Batch<'_>,
    remote_folder: &str,
    pass: i64,
) -> Result<(), StoreError> {
    let sql = "UPDATE listed_message SET pending = 4 WHERE folder = ?1 AND pass <> ?2";
    batch
        .connection
        .prepare_cached(sql)?
        .execute(params![remote_folder, pass])?;
    Ok(())
}

fn mark_all_wanted(batch: &mut Batch<'_>, remote_folder: &str) -> Result<(), StoreError> {
    let sql =
        "UPDATE listed_message SET pending = pending | 1 WHERE folder = ?1 AND pending & 4 = 0";
    batch
        .connection
        .prepare_cached(sql)?
        .execute([remote_folder])?;
    Ok(())
}

fn sync_note(session: &Session<'_>, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
    let mut statement = session
        .connection
        .prepare_cached("SELECT value FROM sync_note WHERE name = ?1")?;
    Ok(statement.query_row([name], |row| row.get(0)).optional()?)
}

fn sync_notes(session: &Session<'_>, prefix: &str) -> Result<Vec<String>, StoreError> {
    let sql = "SELECT name FROM sync_note WHERE substr(name, 1, length(?1)) = ?1 ORDER BY name";
    let mut statement = session.connection.prepare_cached(sql)?;
    Ok(statement
        .query_map([prefix], |row| row.get(0))?
        .collect::<Result<_, _>>()?)
}

fn set_sync_note(
    batch: &mut Batch<'_>,
    name: &str,
    value: Option<&[u8]>,
) -> Result<(), StoreError> {
    match value {
        Some(value) => {
            let sql = "INSERT INTO sync_note (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = ?2";
            batch
                .connection
                .prepare_cached(sql)?
                .execute(params![name, value])?;
        }
        None => {
            batch
                .connection
                .prepare_cached("DELETE FROM sync_note WHERE name = ?1")?
                .execute([name])?;
        }
    }
    Ok(())
}

/// Numbers of the roles in the file: positions in this list.
const ROLES: [FolderRole; 21] = [
    FolderRole::None,
    FolderRole::IpmSubtree,
    FolderRole::Inbox,
    FolderRole::Outbox,
    FolderRole::SentMail,
    FolderRole::DeletedItems,
    FolderRole::Drafts,
    FolderRole::Junk,
    FolderRole::Archive,
    FolderRole::SearchRoot,
    FolderRole::Views,
    FolderRole::CommonViews,
    FolderRole::Calendar,
    FolderRole::Contacts,
    FolderRole::Tasks,
    FolderRole::Notes,
    FolderRole::Journal,
    FolderRole::SyncIssues,
    FolderRole::Conflicts,
    FolderRole::LocalFailures,
    FolderRole::ServerFailures,
];

fn number_of_role(role: FolderRole) -> i64 {
    ROLES
        .iter()
        .position(|known| *known == role)
        .unwrap_or_default() as i64
}

fn role_of_number(number: i64) -> FolderRole {
    usize::try_from(number)
        .ok()
        .and_then(|number| ROLES.get(number))
        .copied()
        .unwrap_or(FolderRole::None)
}
