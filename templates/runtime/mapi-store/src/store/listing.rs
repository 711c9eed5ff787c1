//! What the remote has, as far as its listings told: written down page by page, together with the cursor of the page, and
//! worked off later.
//!
//! A listing is cheap and comes first; fetching is not. Keeping the listing in the file makes both resumable: after a
//! crash the engine goes on with what is pending. See [`sync_log`](super::sync_log) for what the store itself has.

mod folders;
mod messages;

use rusqlite::{OptionalExtension, params};

use super::batch::methods;
use super::error::StoreError;
use super::identity::ObjectKey;
use super::{Batch, Origin, Session};
use crate::definition::FolderRole;

use folders::{
    contents_cursor, forget_listed_folder, listed_folder, listed_folders, put_listed_folder,
    rename_remote_folder, set_contents_cursor,
};
use messages::{
    forget_listed_message, listed_message, mark_all_wanted, mark_unlisted_gone, moved_messages,
    partial_messages, pending_count, pending_messages, put_listed_message,
};

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

    pub(in crate::store) fn bits(self) -> i64 {
        let bit = |set, bit| if set { bit } else { 0 };
        bit(self.contents, Self::CONTENTS) | bit(self.read, Self::READ) | bit(self.gone, Self::GONE)
    }

    pub(in crate::store) fn from_bits(bits: i64) -> Self {
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
