//! The one trait that a provider's team implements, and the words it is written in.

use std::fmt;

use super::{MessageData, RemoteError, SyncContext};
use crate::definition::FolderRole;

/// Where the mail lives.
///
/// The store that Outlook sees is a local cache. A `Remote` is its other side: a mail server, an archive, a directory
/// of files. Four methods are enough, and none of them has to remember anything between calls: what was synchronized,
/// what failed, what must be tried again and what is in conflict is the engine's business and is kept in the store.
///
/// # How a synchronization uses it
///
/// 1. [`folder_changes`](Self::folder_changes) until it says that there is no more, then `push` of local folder changes;
/// 2. for each folder [`message_changes`](Self::message_changes), page after page;
/// 3. [`fetch`](Self::fetch) for every message that is new or changed;
/// 4. [`push`](Self::push) for every message that was changed locally, and that no remote change beat to it.
///
/// # Rules
///
/// * **Identifiers.** A [`RemoteId`] names a folder, or a message within its folder, and is never used again for
///   another one. Two different folders may use equal ids for different messages.
/// * **Cursors.** A [`Cursor`] is the remote's own bookmark: any bytes. The engine stores the cursor of an answer in the
///   transaction that stores the answer, and hands it back next time. No cursor means: list everything. A cursor that
///   the remote cannot use any more is answered with [`RemoteErrorKind::CursorExpired`](super::RemoteErrorKind); the
///   engine then starts over without one.
/// * **Repeats.** After a crash or a lost connection the engine asks or pushes the same thing again. A push that was
///   carried out already must give the same answer and do nothing: see [`LocalChange`].
/// * **Errors.** Text in a [`RemoteError`] is shown to the user. The kind decides what happens next; a connection that
///   broke is tried again with growing delays, a refusal is not.
/// * **Time.** Calls come from a worker thread and may take long, as long as they look at
///   [`SyncContext::check`] now and then. Only one call at a time is made for one open store; several stores may be open.
/// * **Panics** are caught and reported as errors; nothing is lost.
pub trait Remote: Send + Sync {
    /// What happened to folders since the cursor, or all folders when there is none.
    ///
    /// Parents need not come before their children.
    ///
    /// # Errors
    /// Fails when the remote cannot be reached or refuses; the engine keeps its cursor and asks again.
    fn folder_changes(
        &self,
        since: Option<&Cursor>,
        context: &SyncContext,
    ) -> Result<FolderChanges, RemoteError>;

    /// What happened to the messages of one folder since the cursor, or all its messages when there is none.
    ///
    /// `limit` is the number of entries that make a good page; answering fewer or somewhat more is fine. Set
    /// [`MessageChanges::more`] when there is another page: the engine then asks again with the new cursor.
    ///
    /// # Errors
    /// Fails when the remote cannot be reached or refuses; the engine keeps its cursor and goes on with other folders.
    fn message_changes(
        &self,
        folder: &RemoteId,
        since: Option<&Cursor>,
        limit: usize,
        context: &SyncContext,
    ) -> Result<MessageChanges, RemoteError>;

    /// One message, in full or, where that is cheaper, only what a list of messages shows.
    ///
    /// # Errors
    /// [`RemoteErrorKind::NotFound`](super::RemoteErrorKind) when it is gone: the engine waits for the deletion to be
    /// listed. With any other error that is not worth a retry, the message is reported and tried again in the next
    /// synchronization; the others go on.
    fn fetch(
        &self,
        folder: &RemoteId,
        message: &RemoteId,
        scope: FetchScope,
        context: &SyncContext,
    ) -> Result<RemoteMessage, RemoteError>;

    /// Carries out one change that was made locally.
    ///
    /// # Errors
    /// [`RemoteErrorKind::Conflict`](super::RemoteErrorKind) when the message is not the version any more that the change
    /// was made to, [`RemoteErrorKind::NotFound`](super::RemoteErrorKind) when it is gone,
    /// [`RemoteErrorKind::Refused`](super::RemoteErrorKind) when it will never be possible. What could not be pushed
    /// stays queued.
    fn push(
        &self,
        change: &LocalChange<'_>,
        context: &SyncContext,
    ) -> Result<PushOutcome, RemoteError>;
}

macro_rules! text_newtype {
    ($(#[$meta:meta])* $name:ident) => {
        $(#[$meta])*
        #[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
        pub struct $name(String);

        impl $name {
            /// Wraps the remote's own text.
            #[must_use]
            pub fn new(text: impl Into<String>) -> Self {
                Self(text.into())
            }

            /// The remote's own text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.to_owned())
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self(text)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(&self.0)
            }
        }
    };
}

text_newtype! {
    /// The remote's name of a folder, or of a message within its folder. Compared exactly; never shown to users.
    RemoteId
}

text_newtype! {
    /// The remote's word for one state of a message's contents: an entity tag, a change key, a content hash.
    ///
    /// Only compared for equality. Read state is not part of it: reading a message does not make a new version.
    Version
}

text_newtype! {
    /// What a message or folder keeps when its [`RemoteId`] changes: a permanent id, or else a hash of the contents.
    ///
    /// When one id disappears and another with the same identity appears, the engine moves what it has instead of
    /// deleting it and fetching it again. A remote whose ids survive moves uses the id itself. Without an identity a
    /// moved message shows up as a new one: nothing is lost but what only Outlook knew about it, such as a category.
    Identity
}

/// The remote's bookmark in its own history: any bytes. See [`Remote`].
#[derive(Clone, Debug, Default, Eq, Hash, PartialEq)]
pub struct Cursor(Vec<u8>);

impl Cursor {
    /// Wraps the remote's own bytes; empty is as good as any other value.
    #[must_use]
    pub fn new(bytes: impl Into<Vec<u8>>) -> Self {
        Self(bytes.into())
    }

    /// The remote's own bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

/// Answer of [`Remote::folder_changes`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FolderChanges {
    /// Folders that are new or differ from what was listed before; listing an unchanged one is harmless.
    pub changed: Vec<RemoteFolder>,
    /// Folders that are gone. After a listing without a cursor this may stay empty: what was not listed is gone.
    pub deleted: Vec<RemoteId>,
    /// Where the next question starts.
    pub next: Cursor,
    /// Whether there is another page right now.
    pub more: bool,
}

/// A folder as the remote has it.
#[derive(Clone, Debug, PartialEq)]
pub struct RemoteFolder {
    /// Its name for the machine.
    pub id: RemoteId,
    /// Its parent; `None` for a folder at the top.
    pub parent: Option<RemoteId>,
    /// Its name for people. Two folders with one parent may have equal names: the second gets a number locally.
    pub name: String,
    /// What it is for. `FolderRole::None` for most; a folder with a role becomes the store's folder of that role, if it
    /// has one. `FolderRole::IpmSubtree` says that the folder is the top itself: its messages are the top's messages.
    pub role: FolderRole,
    /// `PR_CONTAINER_CLASS`; empty for mail.
    pub container_class: String,
    /// What survives a new id. See [`Identity`].
    pub identity: Option<Identity>,
}

impl RemoteFolder {
    /// A mail folder at the top, without a role.
    #[must_use]
    pub fn new(id: impl Into<RemoteId>, name: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            parent: None,
            name: name.into(),
            role: FolderRole::None,
            container_class: String::new(),
            identity: None,
        }
    }

    /// The same folder below another.
    #[must_use]
    pub fn with_parent(mut self, parent: impl Into<RemoteId>) -> Self {
        self.parent = Some(parent.into());
        self
    }

    /// The same folder with a role.
    #[must_use]
    pub fn with_role(mut self, role: FolderRole) -> Self {
        self.role = role;
        self
    }

    /// The same folder with an identity.
    #[must_use]
    pub fn with_identity(mut self, identity: impl Into<Identity>) -> Self {
        self.identity = Some(identity.into());
        self
    }
}

/// Answer of [`Remote::message_changes`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MessageChanges {
    /// Messages that are new or differ from what was listed before; listing an unchanged one is harmless.
    pub changed: Vec<RemoteItem>,
    /// Messages that are not in this folder any more: deleted, or moved away. After a listing without a cursor this may
    /// stay empty: what was not listed is gone.
    pub deleted: Vec<RemoteId>,
    /// Where the next question starts.
    pub next: Cursor,
    /// Whether there is another page right now.
    pub more: bool,
}

/// A message as a listing shows it.
#[derive(Clone, Debug, PartialEq)]
pub struct RemoteItem {
    /// Its name within its folder.
    pub id: RemoteId,
    /// State of its contents; the message is fetched when this differs from what the store has.
    pub version: Version,
    /// Whether it was read.
    pub read: bool,
    /// What survives a move or a new id. See [`Identity`].
    pub identity: Option<Identity>,
}

impl RemoteItem {
    /// An unread message without an identity.
    #[must_use]
    pub fn new(id: impl Into<RemoteId>, version: impl Into<Version>) -> Self {
        Self {
            id: id.into(),
            version: version.into(),
            read: false,
            identity: None,
        }
    }

    /// The same message with another read state.
    #[must_use]
    pub fn with_read(mut self, read: bool) -> Self {
        self.read = read;
        self
    }

    /// The same message with an identity.
    #[must_use]
    pub fn with_identity(mut self, identity: impl Into<Identity>) -> Self {
        self.identity = Some(identity.into());
        self
    }
}

/// How much of a message [`Remote::fetch`] is asked for.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum FetchScope {
    /// What a list of messages shows: subject, people, dates. A remote that cannot fetch less than everything may
    /// answer with everything.
    Headers,
    /// Everything.
    Full,
}

/// Answer of [`Remote::fetch`].
#[derive(Clone, Debug, PartialEq)]
pub struct RemoteMessage {
    /// The message.
    pub content: RemoteContent,
    /// Whether this is the whole message; `false` only after [`FetchScope::Headers`].
    pub complete: bool,
    /// The version that was read, where it can differ from the one that was listed.
    pub version: Option<Version>,
}

impl RemoteMessage {
    /// A whole message in RFC 5322 form.
    #[must_use]
    pub fn mime(bytes: impl Into<Vec<u8>>) -> Self {
        Self {
            content: RemoteContent::Mime(bytes.into()),
            complete: true,
            version: None,
        }
    }

    /// The header section alone of a message in RFC 5322 form.
    #[must_use]
    pub fn mime_headers(bytes: impl Into<Vec<u8>>) -> Self {
        Self {
            content: RemoteContent::Mime(bytes.into()),
            complete: false,
            version: None,
        }
    }

    /// A whole message as MAPI properties.
    #[must_use]
    pub fn properties(data: MessageData) -> Self {
        Self {
            content: RemoteContent::Properties(Box::new(data)),
            complete: true,
            version: None,
        }
    }
}

/// A message in either of the two forms that a remote may speak.
#[derive(Clone, Debug, PartialEq)]
pub enum RemoteContent {
    /// RFC 5322 text. The engine converts it ([`mime::read`](super::mime::read)); properties that mail cannot express
    /// and that only the store has, such as categories, survive.
    Mime(Vec<u8>),
    /// MAPI properties, recipients and attachments: they replace all that the store has.
    Properties(Box<MessageData>),
}

/// Marks one creation, the same however often it is pushed, and different from every other.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct OperationId(pub [u8; 16]);

impl fmt::Display for OperationId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0
            .iter()
            .try_for_each(|byte| write!(formatter, "{byte:02x}"))
    }
}

/// One change that was made locally and goes to the remote.
///
/// Everything but a creation can be repeated without harm as it is: a second deletion finds nothing, a second update
/// finds its own version. A creation carries an [`OperationId`]: keep it with the new object (a header, a key, a file
/// name) and, when it comes again, answer with the object that exists.
#[derive(Clone, Debug)]
pub enum LocalChange<'a> {
    /// A folder was made.
    CreateFolder {
        /// The same for every repeat of this creation.
        operation: OperationId,
        /// Where; `None` for the top.
        parent: Option<&'a RemoteId>,
        /// Its name.
        name: &'a str,
        /// What it is for.
        role: FolderRole,
        /// `PR_CONTAINER_CLASS`; empty for mail.
        container_class: &'a str,
    },
    /// A folder got another name, another parent, or both.
    MoveFolder {
        /// Which.
        folder: &'a RemoteId,
        /// Its parent from now on; `None` for the top.
        parent: Option<&'a RemoteId>,
        /// Its name from now on.
        name: &'a str,
    },
    /// A folder was deleted with all that was in it.
    DeleteFolder {
        /// Which.
        folder: &'a RemoteId,
    },
    /// A message was made, or copied.
    CreateMessage {
        /// The same for every repeat of this creation.
        operation: OperationId,
        /// Where.
        folder: &'a RemoteId,
        /// What: [`mime::write`](super::mime::write) makes RFC 5322 text of it.
        message: &'a MessageData,
        /// Whether it was read.
        read: bool,
    },
    /// A message was edited.
    UpdateMessage {
        /// Its folder.
        folder: &'a RemoteId,
        /// Which.
        id: &'a RemoteId,
        /// The version that the edit started from. Where the remote has another one now, it must answer
        /// [`RemoteErrorKind::Conflict`](super::RemoteErrorKind) and leave it alone. `None` says that the local side
        /// always wins.
        base: Option<&'a Version>,
        /// All of it, as it is now.
        message: &'a MessageData,
        /// Whether it was read.
        read: bool,
    },
    /// A message was read, or marked as unread.
    SetRead {
        /// Its folder.
        folder: &'a RemoteId,
        /// Which.
        id: &'a RemoteId,
        /// Whether it was read.
        read: bool,
    },
    /// A message was moved to another folder, unchanged.
    MoveMessage {
        /// Where it was.
        folder: &'a RemoteId,
        /// Which.
        id: &'a RemoteId,
        /// Where it is.
        target: &'a RemoteId,
    },
    /// A message was deleted for good. (Deleting in Outlook is moving to Deleted Items, and arrives as a move.)
    DeleteMessage {
        /// Its folder.
        folder: &'a RemoteId,
        /// Which.
        id: &'a RemoteId,
        /// The version that was deleted, with the same meaning as for an update: what somebody changed meanwhile is not
        /// deleted unseen.
        base: Option<&'a Version>,
    },
}

/// Answer of [`Remote::push`].
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum PushOutcome {
    /// Done: the object is there, under this id from now on.
    Stored {
        /// The folder's or message's id, new or unchanged.
        id: RemoteId,
        /// The message's version after the change. `None` where it is not known: the message will be fetched back. For
        /// folders and read state it means nothing.
        version: Option<Version>,
    },
    /// Done: the object is not there any more. The answer to a deletion, whether there was something to delete or not.
    Removed,
    /// The remote does not keep this kind of object, and that is fine: it stays local and is not pushed again until it
    /// changes. (To tell the user, answer with an error of kind
    /// [`Refused`](super::RemoteErrorKind::Refused) instead.)
    Ignored,
}

impl PushOutcome {
    /// Done, with the version afterwards.
    #[must_use]
    pub fn stored(id: impl Into<RemoteId>, version: impl Into<Version>) -> Self {
        Self::Stored {
            id: id.into(),
            version: Some(version.into()),
        }
    }

    /// Done, without a version: for folders, and where the remote does not tell.
    #[must_use]
    pub fn stored_unversioned(id: impl Into<RemoteId>) -> Self {
        Self::Stored {
            id: id.into(),
            version: None,
        }
    }
}
