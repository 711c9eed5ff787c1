//! What a listing has already told: the contents of the cursors.

use std::collections::BTreeMap;

use super::files::Hash;
use crate::sync::{Cursor, RemoteError};

/// First byte of a cursor; another one is from another version.
const FORMAT: u8 = 2;

/// The messages of one directory by id; for the root, if there are any, with its identity.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(super) struct MessageIndex {
    pub(super) root: Option<String>,
    pub(super) messages: BTreeMap<String, IndexedMessage>,
}

/// A message as it was listed.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct IndexedMessage {
    pub(super) read: bool,
    pub(super) size: u64,
    /// ns since 1970; `None`: look at the contents again.
    pub(super) modified: Option<i64>,
    pub(super) hash: Hash,
}

/// All directories by id, and the identity of their root, unless that was empty.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(super) struct FolderIndex {
    pub(super) root: Option<String>,
    pub(super) folders: BTreeMap<String, Option<String>>,
}

pub(super) fn write_messages(index: &MessageIndex) -> Cursor {
    let mut bytes = vec![FORMAT];
    put_text(&mut bytes, index.root.as_deref().unwrap_or_default());
    for (id, message) in &index.messages {
        put_text(&mut bytes, id);
        bytes.push(u8::from(message.read) | u8::from(message.modified.is_some()) << 1);
        bytes.extend_from_slice(&message.size.to_le_bytes());
        bytes.extend_from_slice(&message.modified.unwrap_or_default().to_le_bytes());
        bytes.extend_from_slice(&message.hash.0);
    }
    Cursor::new(bytes)
}

pub(super) fn read_messages(cursor: &Cursor) -> Result<MessageIndex, RemoteError> {
    let mut reader = Reader::new(cursor)?;
    let mut index = MessageIndex {
        root: reader.optional_text()?,
        messages: BTreeMap::new(),
    };
    while !reader.0.is_empty() {
        let id = reader.text()?;
        let [flags] = reader.bytes()?;
        let size = u64::from_le_bytes(reader.bytes()?);
        let modified = i64::from_le_bytes(reader.bytes()?);
        let modified = (flags & 2 != 0).then_some(modified);
        index.messages.insert(
            id,
            IndexedMessage {
                read: flags & 1 != 0,
                size,
                modified,
                hash: Hash(reader.bytes()?),
            },
        );
    }
    Ok(index)
}

pub(super) fn write_folders(index: &FolderIndex) -> Cursor {
    let mut bytes = vec![FORMAT];
    put_text(&mut bytes, index.root.as_deref().unwrap_or_default());
    for (id, identity) in &index.folders {
        put_text(&mut bytes, id);
        put_text(&mut bytes, identity.as_deref().unwrap_or_default());
    }
    Cursor::new(bytes)
}

pub(super) fn read_folders(cursor: &Cursor) -> Result<FolderIndex, RemoteError> {
    let mut reader = Reader::new(cursor)?;
    let mut index = FolderIndex {
        root: reader.optional_text()?,
        folders: BTreeMap::new(),
    };
    while !reader.0.is_empty() {
        let id = reader.text()?;
        index.folders.insert(id, reader.optional_text()?);
    }
    Ok(index)
}

fn put_text(bytes: &mut Vec<u8>, text: &str) {
    bytes.extend_from_slice(&(text.len() as u32).to_le_bytes());
    bytes.extend_from_slice(text.as_bytes());
}

struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn new(cursor: &'a Cursor) -> Result<Self, RemoteError> {
        match cursor.as_bytes() {
            [FORMAT, rest @ ..] => Ok(Self(rest)),
            _ => Err(expired()),
        }
    }

    fn bytes<const N: usize>(&mut self) -> Result<[u8; N], RemoteError> {
        let (bytes, rest) = self.0.split_first_chunk::<N>().ok_or_else(expired)?;
        self.0 = rest;
        Ok(*bytes)
    }

    fn text(&mut self) -> Result<String, RemoteError> {
        let length = u32::from_le_bytes(self.bytes()?) as usize;
        let (text, rest) = self.0.split_at_checked(length).ok_or_else(expired)?;
        self.0 = rest;
        String::from_utf8(text.to_vec()).map_err(|_| expired())
    }

    /// A text that is empty where there is none.
    fn optional_text(&mut self) -> Result<Option<String>, RemoteError> {
        Ok(Some(self.text()?).filter(|text| !text.is_empty()))
    }
}

fn expired() -> RemoteError {
    RemoteError::cursor_expired("The bookmark of the last synchronization cannot be read.")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sync::RemoteErrorKind;

    #[test]
    fn indexes_come_back_and_hostile_bytes_expire() {
        let message = |read, modified| IndexedMessage {
            read,
            size: 7,
            modified,
            hash: Hash([9; 16]),
        };
        let messages = MessageIndex {
            root: Some("1-2".to_owned()),
            messages: BTreeMap::from([
                ("a.eml".to_owned(), message(true, Some(-5))),
                ("ü.eml".to_owned(), message(false, None)),
            ]),
        };
        let cursor = write_messages(&messages);
        assert_eq!(read_messages(&cursor).unwrap(), messages);
        let folders = FolderIndex {
            root: Some("1-2".to_owned()),
            folders: BTreeMap::from([
                ("a".to_owned(), None),
                ("a/b".to_owned(), Some("3-4".to_owned())),
            ]),
        };
        let folder_cursor = write_folders(&folders);
        assert_eq!(read_folders(&folder_cursor).unwrap(), folders);
        for length in 0..cursor.as_bytes().len() {
            let _ = read_messages(&Cursor::new(&cursor.as_bytes()[..length]));
        }
        for bytes in [
            &[][..],
            &[FORMAT + 1],
            &[FORMAT],
            &[FORMAT, 255, 255, 255, 255],
            &[FORMAT, 1, 0, 0, 0, 0xFF],
        ] {
            let error = read_messages(&Cursor::new(bytes)).unwrap_err();
            assert_eq!(error.kind(), RemoteErrorKind::CursorExpired);
        }
    }
}
