//! Search folders: folders that show messages of other folders \[mapi-search-folders\].
//!
//! What a search folder shows is written down, one row of `search_result` for each message, and is kept true by every
//! transaction: triggers note which messages it touched, and [`follow`] judges those again before the commit, whoever made
//! it. So counters and tables of a search folder are exact at every commit, in all processes. What has to be looked at
//! without having been touched, because criteria are new or a folder has come into the scope, is gone through in pieces
//! ([`build`]) by a worker; how far it has come in each folder is in the file, and survives the process.

mod build;
mod criteria;
mod follow;
mod worker;

use std::sync::Arc;

use rusqlite::{OptionalExtension, params};

use super::Session;
use super::batch::{Batch, Event, methods};
use super::changes::{Aspect, ChangeKind};
use super::error::StoreError;
use super::folder::{self, CountChange, FolderKind, change_counts, folder_row, kind_code};
use super::identity::{ObjectId, ObjectKey};
use super::restriction::Restriction;

pub(super) use follow::follow;
pub use worker::SearchWorker;

/// The tables of this module, and the triggers that tell it what was touched.
pub(super) const SCHEMA: &str = "
CREATE TABLE search_folder (
    folder INTEGER PRIMARY KEY REFERENCES folder (id) ON DELETE CASCADE,
    restriction BLOB NOT NULL,
    recursive INTEGER NOT NULL,
    foreground INTEGER NOT NULL,
    stage INTEGER NOT NULL
);

-- The folders that the client named.
CREATE TABLE search_scope (
    search INTEGER NOT NULL REFERENCES search_folder (folder) ON DELETE CASCADE,
    number INTEGER NOT NULL,
    key BLOB NOT NULL,
    PRIMARY KEY (search, number)
) WITHOUT ROWID;

-- The folders that are searched: messages up to the cursor have been looked at, all of them if it is NULL.
CREATE TABLE search_member (
    search INTEGER NOT NULL REFERENCES search_folder (folder) ON DELETE CASCADE,
    folder INTEGER NOT NULL REFERENCES folder (id) ON DELETE CASCADE,
    cursor INTEGER,
    PRIMARY KEY (search, folder)
) WITHOUT ROWID;
CREATE INDEX search_member_folder ON search_member (folder);
CREATE INDEX search_member_pending ON search_member (search, folder) WHERE cursor IS NOT NULL;

-- What is shown, and what is counted of it.
CREATE TABLE search_result (
    search INTEGER NOT NULL REFERENCES search_folder (folder) ON DELETE CASCADE,
    message INTEGER NOT NULL,
    unread INTEGER NOT NULL,
    delivered INTEGER,
    PRIMARY KEY (search, message)
) WITHOUT ROWID;
CREATE INDEX search_result_message ON search_result (message);
CREATE INDEX search_result_delivered ON search_result (search, delivered, message);

-- What the transaction has touched so far; empty between transactions.
CREATE TABLE search_touched (
    message INTEGER PRIMARY KEY,
    key BLOB NOT NULL
);
CREATE TABLE search_moved (
    folder INTEGER PRIMARY KEY
);
CREATE TRIGGER search_message_inserted AFTER INSERT ON message WHEN EXISTS (SELECT 1 FROM search_folder) BEGIN
    INSERT OR IGNORE INTO search_touched VALUES (new.id, new.key);
END;
CREATE TRIGGER search_message_updated AFTER UPDATE ON message WHEN EXISTS (SELECT 1 FROM search_folder) BEGIN
    INSERT OR IGNORE INTO search_touched VALUES (new.id, new.key);
END;
CREATE TRIGGER search_message_deleted AFTER DELETE ON message WHEN EXISTS (SELECT 1 FROM search_folder) BEGIN
    INSERT OR IGNORE INTO search_touched VALUES (old.id, old.key);
END;
CREATE TRIGGER search_folder_inserted AFTER INSERT ON folder WHEN EXISTS (SELECT 1 FROM search_folder) BEGIN
    INSERT OR IGNORE INTO search_moved VALUES (new.id);
END;
CREATE TRIGGER search_folder_moved AFTER UPDATE OF parent ON folder WHEN EXISTS (SELECT 1 FROM search_folder) BEGIN
    INSERT OR IGNORE INTO search_moved VALUES (new.id);
END;
";

/// Rows of a search folder that come, change or go in one transaction and are told of one by one.
const TOLD: usize = 64;

/// The search of a search folder.
#[derive(Clone, Debug, PartialEq)]
pub struct Search {
    /// What a message must meet.
    pub restriction: Arc<Restriction>,
    /// The folders that were named; some may have been deleted since.
    pub folders: Vec<ObjectKey>,
    /// Whether the folders below those are searched too.
    pub recursive: bool,
    /// Whether this search comes before others.
    pub foreground: bool,
    /// How far it is.
    pub state: SearchState,
}

/// How far a search is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum SearchState {
    /// It was stopped: messages that are deleted leave, none enter.
    Stopped,
    /// It is going through the folders. What changes meanwhile enters and leaves already.
    Building,
    /// It shows what there is, and follows every change.
    Live,
}

/// What [`Store::set_search`](super::Store::set_search) changes. What is `None` stays as it was.
#[derive(Clone, Debug, Default)]
pub struct SearchChange {
    /// What a message must meet.
    pub restriction: Option<Restriction>,
    /// The folders to be searched.
    pub folders: Option<Vec<ObjectKey>>,
    /// Whether the folders below those are searched too.
    pub recursive: Option<bool>,
    /// Whether this search comes before others.
    pub foreground: Option<bool>,
    /// What the search is to do now.
    pub command: SearchCommand,
}

/// What a search is to do.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum SearchCommand {
    /// Start if it stands still or has new criteria, else go on.
    #[default]
    Start,
    /// Start from the beginning.
    Restart,
    /// Stop, and keep what was found.
    Stop,
}

/// `stage` of a search in the file.
mod stage {
    pub const STOPPED: i64 = 0;
    pub const LIVE: i64 = 1;
    /// Live, and going through its folders for the first time.
    pub const FIRST: i64 = 2;
}

methods! {
    /// The search of a search folder; `None` if it has no criteria yet or is another kind of folder.
    read search(folder: ObjectKey) -> Option<Search>;

    /// Whether some search has folders to go through.
    read has_search_work() -> bool;

    /// Whether a message is in a folder, or is shown in it if that is a search folder.
    read shows_message(folder: ObjectKey, message: ObjectKey) -> bool;

    /// Keys of the messages in a folder that are not associated, or of those that a search folder shows, in the order of
    /// their creation.
    read messages_shown(folder: ObjectKey) -> Vec<ObjectKey>;

    /// Changes the search of a search folder. What can be found at once is there afterwards; the rest is left to a
    /// [`SearchWorker`].
    ///
    /// `NotInitialized` if a search without criteria is not given all of them, except that anything can be stopped;
    /// `TooComplex` for a search folder among the folders to be searched; `NotFound` for a folder that does not exist;
    /// `Invalid` if `folder` is none for searches.
    write set_search(folder: ObjectKey, change: &SearchChange) -> ();
}

fn search(session: &Session<'_>, folder: ObjectKey) -> Result<Option<Search>, StoreError> {
    let mut statement = session.connection.prepare_cached(
        "SELECT search_folder.folder, restriction, recursive, foreground, stage, EXISTS (
             SELECT 1 FROM search_member WHERE search = search_folder.folder AND cursor IS NOT NULL)
         FROM search_folder JOIN folder ON folder.id = search_folder.folder WHERE folder.key = ?1",
    )?;
    let mut rows = statement.query([folder])?;
    let Some(row) = rows.next()? else {
        return Ok(None);
    };
    let mut folders = session
        .connection
        .prepare_cached("SELECT key FROM search_scope WHERE search = ?1 ORDER BY number")?;
    let folders = folders
        .query_map([row.get::<_, i64>(0)?], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    let restriction = row.get_ref(1)?.as_blob().map_err(rusqlite::Error::from)?;
    Ok(Some(Search {
        restriction: Arc::new(criteria::decode(restriction, &session.inner.uid)?),
        folders,
        recursive: row.get(2)?,
        foreground: row.get(3)?,
        state: match (row.get::<_, i64>(4)?, row.get(5)?) {
            (stage::STOPPED, _) => SearchState::Stopped,
            (stage::LIVE, false) => SearchState::Live,
            _ => SearchState::Building,
        },
    }))
}

fn has_search_work(session: &Session<'_>) -> Result<bool, StoreError> {
    let mut statement = session.connection.prepare_cached(
        "SELECT EXISTS (SELECT 1 FROM search_member WHERE cursor IS NOT NULL)
                 OR EXISTS (SELECT 1 FROM search_folder WHERE stage = ?1)",
    )?;
    Ok(statement.query_row([stage::FIRST], |row| row.get(0))?)
}

fn shows_message(
    session: &Session<'_>,
    folder: ObjectKey,
    message: ObjectKey,
) -> Result<bool, StoreError> {
    let mut statement = session.connection.prepare_cached(
        "SELECT EXISTS (
             SELECT 1 FROM message AS m JOIN folder AS f ON f.key = ?1
             WHERE m.key = ?2 AND (m.folder = f.id OR EXISTS (
                 SELECT 1 FROM search_result AS r WHERE r.search = f.id AND r.message = m.id)))",
    )?;
    Ok(statement.query_row(params![folder, message], |row| row.get(0))?)
}

fn messages_shown(session: &Session<'_>, folder: ObjectKey) -> Result<Vec<ObjectKey>, StoreError> {
    let row = folder_row(session, folder)?;
    let mut statement = session.connection.prepare_cached(
        "SELECT key FROM message WHERE id IN (
             SELECT id FROM message WHERE folder = ?1 AND associated = 0
             UNION ALL SELECT message FROM search_result WHERE search = ?1)
         ORDER BY id",
    )?;
    let keys = statement.query_map([row], |row| row.get(0))?;
    Ok(keys.collect::<Result<_, _>>()?)
}

fn set_search(
    batch: &mut Batch<'_>,
    folder: ObjectKey,
    change: &SearchChange,
) -> Result<(), StoreError> {
    let loaded = folder::folder(&batch.session(), folder)?;
    if loaded.kind != FolderKind::Search {
        return Err(StoreError::Invalid("the folder is not a search folder"));
    }
    let old = search(&batch.session(), folder)?;
    if old.is_none() && change.command == SearchCommand::Stop {
        // What never ran has stopped, with whatever criteria it could have had.
        if change.restriction.is_none() || change.folders.is_none() {
            return Ok(());
        }
    }
    let (restriction, folders) = match (&change.restriction, &change.folders, &old) {
        (Some(restriction), Some(folders), _) => (Arc::new(restriction.clone()), folders.clone()),
        (_, _, None) => return Err(StoreError::NotInitialized),
        (restriction, folders, Some(old)) => (
            restriction
                .clone()
                .map_or_else(|| Arc::clone(&old.restriction), Arc::new),
            folders.clone().unwrap_or_else(|| old.folders.clone()),
        ),
    };
    if change.restriction.is_some() {
        restriction.validate()?;
    }
    if change.folders.is_some() {
        check_scope(&batch.session(), &folders)?;
    }
    let new = Search {
        restriction,
        recursive: change.recursive.unwrap_or_else(|| {
            // A new list of folders is searched as it stands.
            change.folders.is_none() && old.as_ref().is_some_and(|old| old.recursive)
        }),
        foreground: change
            .foreground
            .unwrap_or_else(|| old.as_ref().is_some_and(|old| old.foreground)),
        folders,
        state: SearchState::Building,
    };
    let has_new_criteria = old.as_ref().is_none_or(|old| {
        old.restriction != new.restriction
            || old.folders != new.folders
            || old.recursive != new.recursive
    });
    let is_active = old
        .as_ref()
        .is_some_and(|old| old.state != SearchState::Stopped);
    let starts = match change.command {
        SearchCommand::Stop => false,
        SearchCommand::Restart => true,
        // Only a change of priority lets a search go on [imapicontainer-setsearchcriteria].
        SearchCommand::Start => {
            !is_active
                || has_new_criteria
                || change.restriction.is_some()
                || change.folders.is_some()
        }
    };
    write(batch, loaded.row, &new)?;
    if starts || has_new_criteria {
        forget_results(batch, loaded.row, folder)?;
    }
    match (change.command, starts) {
        (SearchCommand::Stop, _) => stop(batch, loaded.row),
        (_, true) => start(batch, loaded.row),
        (_, false) => Ok(()),
    }
}

/// Gives a copy of a search folder the search of the original.
pub(super) fn copy(
    batch: &mut Batch<'_>,
    source_row: i64,
    copy: ObjectKey,
) -> Result<(), StoreError> {
    let source = folder::folder_key(&batch.session(), source_row)?;
    let Some(search) = search(&batch.session(), source)? else {
        return Ok(());
    };
    let row = folder_row(&batch.session(), copy)?;
    write(batch, row, &search)?;
    match search.state {
        SearchState::Stopped => stop(batch, row),
        SearchState::Building | SearchState::Live => start(batch, row),
    }
}

/// Folders that can be searched exist and are no search folders.
fn check_scope(session: &Session<'_>, folders: &[ObjectKey]) -> Result<(), StoreError> {
    if folders.is_empty() {
        return Err(StoreError::Invalid("there is no folder to be searched"));
    }
    for folder in folders {
        if folder::folder(session, *folder)?.kind == FolderKind::Search {
            return Err(StoreError::TooComplex);
        }
    }
    Ok(())
}

fn write(batch: &Batch<'_>, row: i64, search: &Search) -> Result<(), StoreError> {
    batch
        .connection
        .prepare_cached(
            "INSERT INTO search_folder (folder, restriction, recursive, foreground, stage) VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT (folder) DO UPDATE SET restriction = ?2, recursive = ?3, foreground = ?4",
        )?
        .execute(params![
            row,
            criteria::encode(&search.restriction),
            search.recursive,
            search.foreground,
            stage::STOPPED,
        ])?;
    batch
        .connection
        .prepare_cached("DELETE FROM search_scope WHERE search = ?1")?
        .execute([row])?;
    for (number, folder) in search.folders.iter().enumerate() {
        batch
            .connection
            .prepare_cached("INSERT INTO search_scope (search, number, key) VALUES (?1, ?2, ?3)")?
            .execute(params![row, number as i64, folder])?;
    }
    Ok(())
}

fn forget_results(batch: &mut Batch<'_>, row: i64, folder: ObjectKey) -> Result<(), StoreError> {
    let removed = batch
        .connection
        .prepare_cached("DELETE FROM search_result WHERE search = ?1")?
        .execute([row])?;
    if removed > 0 {
        let counts = folder::folder(&batch.session(), folder)?.counts;
        let change = CountChange {
            content: -i64::from(counts.content),
            unread: -i64::from(counts.unread),
            ..CountChange::default()
        };
        change_counts(batch, row, change)?;
        tell_many(batch, row)?;
    }
    Ok(())
}

fn stop(batch: &Batch<'_>, row: i64) -> Result<(), StoreError> {
    set_stage(batch, row, stage::STOPPED)?;
    batch
        .connection
        .prepare_cached("DELETE FROM search_member WHERE search = ?1")?
        .execute([row])?;
    Ok(())
}

/// Begins to search from the beginning, and does what can be done at once.
fn start(batch: &mut Batch<'_>, row: i64) -> Result<(), StoreError> {
    stop(batch, row)?;
    set_stage(batch, row, stage::FIRST)?;
    follow::update_members(batch, row, &mut follow::Links::default())?;
    let more = build::step(batch, row)?;
    if more {
        // For the worker of whichever process notices.
        tell_many(batch, row)?;
    }
    Ok(())
}

fn set_stage(batch: &Batch<'_>, row: i64, stage: i64) -> Result<(), StoreError> {
    batch
        .connection
        .prepare_cached("UPDATE search_folder SET stage = ?2 WHERE folder = ?1")?
        .execute([row, stage])?;
    Ok(())
}

/// Publishes that many rows of a search folder are others now.
fn tell_many(batch: &mut Batch<'_>, row: i64) -> Result<(), StoreError> {
    tell_folder(batch, row, ChangeKind::Modified, Aspect::Links)
}

fn tell_folder(
    batch: &mut Batch<'_>,
    row: i64,
    kind: ChangeKind,
    aspect: Aspect,
) -> Result<(), StoreError> {
    let mut statement = batch.connection.prepare_cached(
        "SELECT folder.key, parent.key FROM folder LEFT JOIN folder AS parent ON parent.id = folder.parent
         WHERE folder.id = ?1",
    )?;
    let found: Option<(ObjectKey, Option<ObjectKey>)> = statement
        .query_row([row], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    drop(statement);
    if let Some((key, parent)) = found {
        batch.record(Event {
            parent,
            aspect,
            ..Event::new(kind, ObjectId::Folder(key))
        })?;
    }
    Ok(())
}

/// The number of search folders in the file's terms.
fn search_kind() -> i64 {
    kind_code(FolderKind::Search)
}
