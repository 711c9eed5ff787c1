//! Asking the remote what it has, page by page; each page is written down together with its cursor.

use super::{Run, Stop};
use crate::store::{
    Batch, ContentsListing, ListedFolder, ListedMessage, Origin, Pending, StoreError,
};
use crate::sync::{
    Cursor, FolderChanges, MessageChanges, RemoteError, RemoteErrorKind, RemoteFolder, RemoteId,
    RemoteItem,
};

/// Note with the state of the hierarchy's listing.
const HIERARCHY: &str = "hierarchy listing";

/// How far the listing of folders is.
#[derive(Clone, Debug, Default)]
struct HierarchyListing {
    pass: i64,
    /// A whole listing is under way: what it does not name is gone.
    whole: bool,
    cursor: Option<Vec<u8>>,
}

impl HierarchyListing {
    fn from_note(note: Option<Vec<u8>>) -> Self {
        let read = || {
            let note = note?;
            let (pass, rest) = note.split_first_chunk::<8>()?;
            let (flags, cursor) = rest.split_first()?;
            let cursor = (flags & 2 != 0).then(|| cursor.to_vec());
            Some(Self {
                pass: i64::from_le_bytes(*pass),
                whole: flags & 1 != 0,
                cursor,
            })
        };
        read().unwrap_or_default()
    }

    fn to_note(&self) -> Vec<u8> {
        let mut note = self.pass.to_le_bytes().to_vec();
        note.push(u8::from(self.whole) | u8::from(self.cursor.is_some()) << 1);
        note.extend_from_slice(self.cursor.as_deref().unwrap_or_default());
        note
    }
}

impl Run<'_> {
    /// Whether the remote was never asked for its folders.
    pub(super) fn never_listed(&self) -> Result<bool, StoreError> {
        Ok(self.store.sync_note(HIERARCHY)?.is_none())
    }

    /// Number of the latest whole listing of folders.
    pub(super) fn hierarchy_pass(&self) -> Result<i64, StoreError> {
        Ok(HierarchyListing::from_note(self.store.sync_note(HIERARCHY)?).pass)
    }

    /// Writes down what happened to the remote's folders; `false` if it could not be found out.
    pub(super) fn list_folders(&mut self) -> Result<bool, Stop> {
        let mut restarted = false;
        loop {
            self.check()?;
            let mut listing = HierarchyListing::from_note(self.store.sync_note(HIERARCHY)?);
            let since = listing.cursor.clone().map(Cursor::new);
            if since.is_none() {
                listing.whole = true;
                listing.pass += 1;
            }
            let answer =
                self.call(|remote, context| remote.folder_changes(since.as_ref(), context));
            let changes = match answer {
                Err(error)
                    if error.kind() == RemoteErrorKind::CursorExpired
                        && since.is_some()
                        && !restarted =>
                {
                    restarted = true;
                    listing.cursor = None;
                    let note = listing.to_note();
                    self.store.batch(Origin::Sync, |batch| {
                        batch.set_sync_note(HIERARCHY, Some(&note))
                    })?;
                    continue;
                }
                answer => self.survive(answer, "Folders")?,
            };
            let Some(changes) = changes else {
                return Ok(false);
            };
            let stands_still = since.as_ref() == Some(&changes.next);
            let is_empty = changes.changed.is_empty() && changes.deleted.is_empty();
            let more = changes.more;
            if !(stands_still && is_empty && !listing.whole) {
                self.store.batch(Origin::Sync, |batch| {
                    put_folder_page(batch, listing, changes)
                })?;
            }
            if !more {
                return Ok(true);
            }
            if stands_still && is_empty {
                return self
                    .survive(Err::<(), _>(endless()), "Folders")
                    .map(|_| false);
            }
        }
    }

    /// Writes down what happened to the messages of a remote folder; `false` if it could not be found out.
    pub(super) fn list_messages(&mut self, remote_folder: &str) -> Result<bool, Stop> {
        let id = RemoteId::new(remote_folder);
        let about = self.remote_folder_name(remote_folder);
        let mut restarted = false;
        loop {
            self.check()?;
            let Some(folder) = self.store.listed_folder(remote_folder)? else {
                return Ok(false);
            };
            let since = self.store.contents_cursor(remote_folder)?.map(Cursor::new);
            let mut contents = folder.contents;
            if since.is_none() {
                contents.whole = true;
                contents.pass += 1;
            }
            let limit = self.batch_size() as usize;
            let answer = self.call(|remote, context| {
                remote.message_changes(&id, since.as_ref(), limit, context)
            });
            let changes = match answer {
                Err(error)
                    if error.kind() == RemoteErrorKind::CursorExpired
                        && since.is_some()
                        && !restarted =>
                {
                    restarted = true;
                    self.store.batch(Origin::Sync, |batch| {
                        batch.set_contents_cursor(remote_folder, None)
                    })?;
                    continue;
                }
                // The folder is gone; the next listing of folders will say so.
                Err(error) if error.kind() == RemoteErrorKind::NotFound => return Ok(false),
                answer => self.survive(answer, &about)?,
            };
            let Some(changes) = changes else {
                return Ok(false);
            };
            let stands_still = since.as_ref() == Some(&changes.next);
            let is_empty = changes.changed.is_empty() && changes.deleted.is_empty();
            let more = changes.more;
            if !(stands_still && is_empty && !contents.whole) {
                self.store.batch(Origin::Sync, |batch| {
                    put_message_page(batch, remote_folder, contents, changes)
                })?;
            }
            if !more {
                return Ok(true);
            }
            if stands_still && is_empty {
                return self.survive(Err::<(), _>(endless()), &about).map(|_| false);
            }
        }
    }
}

fn endless() -> RemoteError {
    RemoteError::other("The provider announces more changes, but does not tell them.")
}

fn put_folder_page(
    batch: &mut Batch<'_>,
    mut listing: HierarchyListing,
    changes: FolderChanges,
) -> Result<(), StoreError> {
    for id in &changes.deleted {
        if let Some(folder) = batch.listed_folder(id.as_str())? {
            batch.put_listed_folder(&ListedFolder {
                gone: true,
                ..folder
            })?;
        }
    }
    for folder in changes.changed {
        put_folder(batch, folder, listing.pass)?;
    }
    if !changes.more && listing.whole {
        listing.whole = false;
        for folder in batch.listed_folders()? {
            if folder.pass != listing.pass && !folder.gone {
                batch.put_listed_folder(&ListedFolder {
                    gone: true,
                    ..folder
                })?;
            }
        }
    }
    listing.cursor = Some(changes.next.as_bytes().to_vec());
    batch.set_sync_note(HIERARCHY, Some(&listing.to_note()))
}

fn put_folder(batch: &mut Batch<'_>, folder: RemoteFolder, pass: i64) -> Result<(), StoreError> {
    let known = batch.listed_folder(folder.id.as_str())?;
    let was_gone = known.as_ref().is_some_and(|known| known.gone);
    let (in_step, contents) = known
        .map(|known| (known.in_step, known.contents))
        .unwrap_or_default();
    batch.put_listed_folder(&ListedFolder {
        remote: folder.id.as_str().to_owned(),
        parent: folder
            .parent
            .filter(|parent| *parent != folder.id)
            .map(|parent| parent.as_str().to_owned()),
        name: folder.name,
        role: folder.role,
        container_class: folder.container_class,
        identity: folder.identity.map(|identity| identity.as_str().to_owned()),
        pass,
        gone: false,
        in_step,
        contents,
    })?;
    if was_gone {
        // Its messages were given up with it: only listing all of them tells which are there.
        batch.set_contents_cursor(folder.id.as_str(), None)?;
    }
    Ok(())
}

fn put_message_page(
    batch: &mut Batch<'_>,
    folder: &str,
    mut contents: ContentsListing,
    changes: MessageChanges,
) -> Result<(), StoreError> {
    let Some(listed) = batch.listed_folder(folder)? else {
        return Ok(());
    };
    for id in &changes.deleted {
        if let Some(known) = batch.listed_message(folder, id.as_str())? {
            let pending = Pending {
                gone: true,
                ..Pending::default()
            };
            batch.put_listed_message(&ListedMessage { pending, ..known })?;
        }
    }
    for item in changes.changed {
        put_message(batch, folder, contents, item)?;
    }
    if !changes.more {
        if contents.whole {
            batch.mark_unlisted_gone(folder, contents.pass)?;
        }
        contents.whole = false;
        contents.known = true;
    }
    batch.put_listed_folder(&ListedFolder { contents, ..listed })?;
    batch.set_contents_cursor(folder, Some(changes.next.as_bytes()))
}

fn put_message(
    batch: &mut Batch<'_>,
    folder: &str,
    contents: ContentsListing,
    item: RemoteItem,
) -> Result<(), StoreError> {
    let known = batch.listed_message(folder, item.id.as_str())?;
    let mapping = batch.message_with_remote(folder, item.id.as_str())?;
    let version = item.version.as_str();
    let is_new = match (&known, &mapping) {
        (_, Some(mapping)) => mapping.version != version,
        // Known but not there: it waits for its contents, or was deleted locally and waits for that to be uploaded.
        (Some(known), None) => {
            known.pending.contents || known.pending.gone || known.version != version
        }
        (None, None) => true,
    };
    let read_changed = known
        .as_ref()
        .is_some_and(|known| known.pending.read || known.read != item.read);
    let message = ListedMessage {
        row: 0,
        folder: folder.to_owned(),
        remote: item.id.as_str().to_owned(),
        version: version.to_owned(),
        read: item.read,
        identity: item.identity.map(|identity| identity.as_str().to_owned()),
        pass: contents.pass,
        fresh: known.as_ref().map_or(contents.known, |known| known.fresh),
        pending: Pending {
            contents: is_new,
            read: read_changed,
            gone: false,
        },
    };
    let unchanged = known.is_some_and(|known| ListedMessage { row: 0, ..known } == message);
    if unchanged {
        Ok(())
    } else {
        batch.put_listed_message(&message)
    }
}
