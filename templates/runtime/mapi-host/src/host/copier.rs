//! Copying through the interfaces alone: what `IMAPISupport` does when source and destination have different providers,
//! and the other things that MAPI does to messages on behalf of a store.

use crate::host::*;
use mapi_abi::*;
use std::sync::Arc;
use windows_core::{GUID, HRESULT, IUnknown, Interface};

/// Which properties of an object are copied.
pub(crate) enum CopyWhat {
    /// All but those that these interfaces and tags stand for.
    AllBut { iids: Vec<GUID>, tags: Vec<u32> },
    /// Those with these tags.
    Only(Vec<u32>),
}

impl CopyWhat {
    fn all() -> Self {
        Self::AllBut {
            iids: Vec::new(),
            tags: Vec::new(),
        }
    }

    /// Whether a part of an object is copied that is reached through some interfaces.
    fn covers_part(&self, tag: u32, reached: &[GUID]) -> bool {
        let left_out = match self {
            Self::AllBut { iids, .. } => iids.iter().any(|iid| reached.contains(iid)),
            Self::Only(_) => false,
        };
        !left_out && self.covers(tag)
    }

    fn covers(&self, tag: u32) -> bool {
        let listed = |tags: &[u32]| tags.iter().any(|other| prop_id(*other) == prop_id(tag));
        match self {
            Self::AllBut { tags, .. } => !listed(tags),
            Self::Only(tags) => listed(tags),
        }
    }
}

/// The interfaces through which the parts of a folder are reached.
const FOLDER_INTERFACES: [GUID; 3] = [IMAPIFolder::IID, IMAPIContainer::IID, IMAPITable::IID];

/// What a destination makes for itself.
const COMPUTED: [u32; 26] = [
    PR_ACCESS,
    PR_ACCESS_LEVEL,
    PR_ASSOC_CONTENT_COUNT,
    PR_ATTACH_NUM,
    PR_ATTACH_SIZE,
    PR_CONTENT_COUNT,
    PR_CONTENT_UNREAD,
    PR_CREATION_TIME,
    PR_DISPLAY_BCC,
    PR_DISPLAY_CC,
    PR_DISPLAY_TO,
    PR_ENTRYID,
    PR_FOLDER_TYPE,
    PR_HASATTACH,
    PR_INSTANCE_KEY,
    PR_LAST_MODIFICATION_TIME,
    PR_MAPPING_SIGNATURE,
    PR_MESSAGE_SIZE,
    PR_OBJECT_TYPE,
    PR_PARENT_ENTRYID,
    PR_RECORD_KEY,
    PR_ROWID,
    PR_STORE_ENTRYID,
    PR_STORE_RECORD_KEY,
    PR_STORE_SUPPORT_MASK,
    PR_SUBFOLDERS,
];

pub(crate) struct Copier {
    state: Arc<HostState>,
    progress: Option<IMAPIProgress>,
}

impl Copier {
    /// Without the dialog flag a progress display is nobody's business; with it and without a display MAPI has its own.
    pub(crate) fn new(
        state: &Arc<HostState>,
        progress: Option<IMAPIProgress>,
        dialog: bool,
    ) -> Self {
        let own = || ProgressRecorder::counted(state.live.count("progress display"));
        Self {
            state: state.clone(),
            progress: dialog.then(|| progress.unwrap_or_else(own)),
        }
    }

    /// Copies a message, folder or other object with properties [imapisupport-docopyto, imapisupport-docopyprops].
    pub(crate) fn object(
        &self,
        source: &IUnknown,
        destination: &IUnknown,
        what: &CopyWhat,
        flags: u32,
    ) -> std::result::Result<Vec<Problem>, HRESULT> {
        if let CopyWhat::AllBut { iids, .. } = what
            && iids.contains(&IMAPIProp::IID)
        {
            return Err(MAPI_E_INTERFACE_NOT_SUPPORTED);
        }
        let same = query::<IUnknown>(source)?.as_raw() == query::<IUnknown>(destination)?.as_raw();
        if same {
            return Err(MAPI_E_NO_ACCESS);
        }
        if let (Ok(source), Ok(destination)) =
            (query::<IMessage>(source), query::<IMessage>(destination))
        {
            let (source, destination) = (
                Message::new(source, &self.state),
                Message::new(destination, &self.state),
            );
            return self
                .message(&source, &destination, what, flags)
                .map_err(|failure| failure.code);
        }
        if let (Ok(source), Ok(destination)) = (
            query::<IMAPIFolder>(source),
            query::<IMAPIFolder>(destination),
        ) {
            let (source, destination) = (
                Folder::new(source, &self.state),
                Folder::new(destination, &self.state),
            );
            return self
                .folder_parts(&source, &destination, what, flags)
                .map_err(|failure| failure.code);
        }
        let source = PropObject::new(query(source)?, &self.state);
        let destination = PropObject::new(query(destination)?, &self.state);
        self.props(&source, &destination, what, flags)
            .map_err(|failure| failure.code)
    }

    /// Copies or moves messages between folders [imapisupport-copymessages].
    pub(crate) fn messages(
        &self,
        source: &IMAPIFolder,
        ids: &[Vec<u8>],
        destination: &IMAPIFolder,
        moving: bool,
    ) -> HRESULT {
        let source = Folder::new(source.clone(), &self.state);
        let destination = Folder::new(destination.clone(), &self.state);
        // Read reports are the business of the store that the messages leave.
        let all: Vec<&[u8]> = ids.iter().map(Vec::as_slice).collect();
        let _ = source.set_read_flags(Some(&all), GENERATE_RECEIPT_ONLY);
        let mut failed = false;
        for (index, id) in ids.iter().enumerate() {
            let copied = self.one_message(&source, id, &destination, moving);
            failed |= copied.is_err();
            if !self.report(index + 1, ids.len()) && index + 1 < ids.len() {
                return MAPI_E_USER_CANCEL;
            }
        }
        if failed {
            MAPI_W_PARTIAL_COMPLETION
        } else {
            S_OK
        }
    }

    /// Copies or moves a folder [imapisupport-copyfolder].
    pub(crate) fn folder(
        &self,
        source: &IMAPIFolder,
        id: &[u8],
        destination: &IMAPIFolder,
        name: Option<String>,
        flags: u32,
    ) -> HRESULT {
        let parent = Folder::new(source.clone(), &self.state);
        let destination = Folder::new(destination.clone(), &self.state);
        let moving = flags & FOLDER_MOVE != 0;
        let deep = moving || flags & COPY_SUBFOLDERS != 0;
        let copied = parent.open_folder(id).and_then(|original| {
            check_cycle(&original, &destination)?;
            self.one_folder(&parent, id, &destination, name.as_deref(), deep)
        });
        match copied {
            Ok(code) if code != S_OK => code,
            Ok(_) if moving => match parent.delete_folder(id, DEL_MESSAGES | DEL_FOLDERS) {
                Ok(code) => code,
                Err(failure) => failure.code,
            },
            Ok(_) => S_OK,
            Err(failure) => failure.code,
        }
    }

    /// Copies or moves the properties of a folder and what is in it.
    fn folder_parts(
        &self,
        source: &Folder,
        destination: &Folder,
        what: &CopyWhat,
        flags: u32,
    ) -> Result<Vec<Problem>> {
        let moving = flags & MAPI_MOVE != 0;
        let hierarchy = what.covers_part(PR_CONTAINER_HIERARCHY, &FOLDER_INTERFACES);
        let children = if hierarchy {
            check_cycle(source, destination)?;
            source.hierarchy()?.rows(&[PR_ENTRYID])?
        } else {
            Vec::new()
        };
        let problems = self.props(source, destination, what, flags)?;
        let tables = [
            (PR_CONTAINER_CONTENTS, false),
            (PR_FOLDER_ASSOCIATED_CONTENTS, true),
        ];
        for (tag, associated) in tables {
            if what.covers_part(tag, &FOLDER_INTERFACES) {
                let ids = ids_of(source, associated)?;
                let (from, to) = (source.raw_folder(), destination.raw_folder());
                check(
                    "IMAPISupport::CopyMessages",
                    self.messages(from, &ids, to, moving),
                )?;
            }
        }
        for row in &children {
            if let Some(id) = row.binary(PR_ENTRYID) {
                let flags = if moving { FOLDER_MOVE } else { COPY_SUBFOLDERS };
                let (from, to) = (source.raw_folder(), destination.raw_folder());
                check(
                    "IMAPISupport::CopyFolder",
                    self.folder(from, id, to, None, flags),
                )?;
            }
        }
        Ok(problems)
    }

    /// Makes a read report, or a non-read report, of an empty message [imapisupport-readreceipt].
    pub(crate) fn receipt(&self, read: &IMessage, empty: &IMessage, non_read: bool) -> HRESULT {
        let read = Message::new(read.clone(), &self.state);
        let report = Message::new(empty.clone(), &self.state);
        let class = read
            .text(PR_MESSAGE_CLASS)
            .unwrap_or_else(|_| "IPM.Note".into());
        let subject = read.subject().unwrap_or_default();
        let (suffix, prefix) = if non_read {
            ("IPNNRN", "Not read: ")
        } else {
            ("IPNRN", "Read: ")
        };
        let name = read.text(PR_SENDER_NAME).unwrap_or_default();
        let address = read.text(PR_SENDER_EMAIL_ADDRESS).unwrap_or_default();
        let filled = report
            .set(&[
                Prop::new(PR_MESSAGE_CLASS, format!("REPORT.{class}.{suffix}")),
                Prop::new(PR_SUBJECT, format!("{prefix}{subject}")),
                Prop::new(PR_SUBJECT_PREFIX, prefix),
            ])
            .and_then(|_| report.add_recipient(MAPI_TO, &name, &address));
        filled.map_or_else(|failure| failure.code, |()| S_OK)
    }

    /// Completes the recipients of an outgoing message: writes them all back, as MAPI does [imapisupport-expandrecips].
    pub(crate) fn expand(&self, message: &IMessage) -> HRESULT {
        let message = Message::new(message.clone(), &self.state);
        let expanded = message.recipient_table().and_then(|table| {
            let columns = table.columns(true)?;
            let rows = table.rows(&columns)?;
            let recipients: Vec<Vec<Prop>> = rows
                .iter()
                .map(|row| {
                    let own = row
                        .iter()
                        .filter(|prop| prop.error().is_none() && prop.tag != PR_INSTANCE_KEY);
                    own.cloned()
                        .chain([Prop::new(PR_RESPONSIBILITY, false)])
                        .collect()
                })
                .collect();
            if recipients.is_empty() {
                Ok(())
            } else {
                message.modify_recipients(0, &recipients)
            }
        });
        expanded.map_or_else(|failure| failure.code, |()| S_OK)
    }

    /// Moves a sent message to where it says, or deletes it, and releases it [imapisupport-dosentmail].
    pub(crate) fn put_away(&self, logon: &IMSLogon, message: IMessage) -> HRESULT {
        let message = Message::new(message, &self.state);
        let props = match message.get(&[
            PR_ENTRYID,
            PR_PARENT_ENTRYID,
            PR_SENTMAIL_ENTRYID,
            PR_DELETE_AFTER_SUBMIT,
        ]) {
            Ok(props) => props,
            Err(failure) => return failure.code,
        };
        drop(message);
        let (Some(id), Some(parent)) = (props.binary(PR_ENTRYID), props.binary(PR_PARENT_ENTRYID))
        else {
            return MAPI_E_NOT_FOUND;
        };
        let outcome = self.open(logon, parent).and_then(|parent| {
            if props.boolean(PR_DELETE_AFTER_SUBMIT) == Some(true) {
                return parent.delete_messages(&[id], 0);
            }
            match props.binary(PR_SENTMAIL_ENTRYID) {
                Some(sent) => parent.copy_messages(&[id], &self.open(logon, sent)?, MESSAGE_MOVE),
                None => Ok(S_OK),
            }
        });
        outcome.unwrap_or_else(|failure| failure.code)
    }

    fn open(&self, logon: &IMSLogon, id: &[u8]) -> Result<Folder> {
        let arena = Arena::default();
        let (mut kind, mut object) = (0, std::ptr::null_mut());
        let bytes = arena.copy(id).cast();
        // SAFETY: entry id and interface live until the call returns; the rest are places for the results.
        let code = unsafe {
            logon.OpenEntry(
                id.len() as u32,
                bytes,
                &IMAPIFolder::IID,
                MAPI_MODIFY,
                &mut kind,
                &mut object,
            )
        };
        check("IMSLogon::OpenEntry", code)?;
        // SAFETY: the method succeeded, so the pointer is a folder and the reference is ours.
        let folder = unsafe { take::<IMAPIFolder>(object) };
        folder
            .map(|folder| Folder::new(folder, &self.state))
            .ok_or(Failure {
                call: "IMSLogon::OpenEntry",
                code: MAPI_E_CALL_FAILED,
            })
    }

    fn one_message(
        &self,
        source: &Folder,
        id: &[u8],
        destination: &Folder,
        moving: bool,
    ) -> Result<()> {
        let original = source.open_message(id)?;
        let associated = original.bits(PR_MESSAGE_FLAGS).unwrap_or(0) & MSGFLAG_ASSOCIATED != 0;
        let kind = if associated { MAPI_ASSOCIATED } else { 0 };
        let copy = destination.create_message_with(kind)?;
        // A provider that knows both objects copies better than we do; the flag keeps it from asking us in turn.
        match original.copy_to(&copy, &[], MAPI_DECLINE_OK) {
            Ok(_) => {}
            Err(failure) if failure.code == MAPI_E_DECLINE_COPY => {
                self.message(&original, &copy, &CopyWhat::all(), 0)?;
            }
            Err(failure) => return Err(failure),
        }
        copy.save(0)?;
        drop(original);
        if moving {
            let code = source.delete_messages(&[id], 0)?;
            if code != S_OK {
                return Err(Failure {
                    call: "IMAPIFolder::DeleteMessages",
                    code,
                });
            }
        }
        Ok(())
    }

    /// Copies a folder; a warning tells that not all of it could be copied.
    fn one_folder(
        &self,
        parent: &Folder,
        id: &[u8],
        destination: &Folder,
        name: Option<&str>,
        deep: bool,
    ) -> Result<HRESULT> {
        let original = parent.open_folder(id)?;
        let name = name.map_or_else(|| original.name(), |name| Ok(name.to_string()))?;
        let copy = destination.create_folder(&name)?;
        let named = CopyWhat::AllBut {
            iids: Vec::new(),
            tags: vec![PR_DISPLAY_NAME],
        };
        self.props(&original, &copy, &named, 0)?;
        let mut whole = S_OK;
        for associated in [false, true] {
            let ids = ids_of(&original, associated)?;
            let code = self.messages(original.raw_folder(), &ids, copy.raw_folder(), false);
            check("IMAPISupport::CopyMessages", code)?;
            if code != S_OK {
                whole = code;
            }
        }
        if deep {
            for row in original.hierarchy()?.rows(&[PR_ENTRYID])? {
                if let Some(id) = row.binary(PR_ENTRYID) {
                    let code = self.one_folder(&original, id, &copy, None, true)?;
                    if code != S_OK {
                        whole = code;
                    }
                }
            }
        }
        Ok(whole)
    }

    fn message(
        &self,
        source: &Message,
        destination: &Message,
        what: &CopyWhat,
        flags: u32,
    ) -> Result<Vec<Problem>> {
        let problems = self.props(source, destination, what, flags)?;
        let moving = flags & MAPI_MOVE != 0;
        if what.covers_part(PR_MESSAGE_RECIPIENTS, &[IMessage::IID, IMAPITable::IID]) {
            self.recipients(source, destination)?;
            if moving {
                let table = source.recipient_table()?;
                let rows: Vec<Vec<Prop>> = table
                    .rows(&[PR_ROWID])?
                    .iter()
                    .map(|row| row.iter().cloned().collect())
                    .collect();
                if !rows.is_empty() {
                    source.modify_recipients(MODRECIP_REMOVE, &rows)?;
                }
            }
        }
        let reached = [IMessage::IID, IMAPITable::IID, IAttach::IID];
        if what.covers_part(PR_MESSAGE_ATTACHMENTS, &reached) {
            let numbers = self.attachments(source, destination)?;
            for number in numbers.into_iter().filter(|_| moving) {
                source.delete_attachment(number)?;
            }
        }
        Ok(problems)
    }

    fn recipients(&self, source: &Message, destination: &Message) -> Result<()> {
        let table = source.recipient_table()?;
        let rows = table.rows(&table.columns(true)?)?;
        let kept = |prop: &&Prop| prop.error().is_none() && !COMPUTED.contains(&prop.tag);
        let recipients: Vec<Vec<Prop>> = rows
            .iter()
            .map(|row| row.iter().filter(kept).cloned().collect())
            .collect();
        if recipients.is_empty() {
            return Ok(());
        }
        destination.modify_recipients(MODRECIP_ADD, &recipients)
    }

    /// Copies the attachments and gives their numbers in the source.
    fn attachments(&self, source: &Message, destination: &Message) -> Result<Vec<u32>> {
        let mut numbers = Vec::new();
        for row in source
            .attachment_table()?
            .rows(&[PR_ATTACH_NUM, PR_ATTACH_METHOD])?
        {
            let Some(number) = row.bits(PR_ATTACH_NUM) else {
                continue;
            };
            let original = source.open_attachment(number)?;
            let (_, copy) = destination.create_attachment()?;
            self.props(&original, &copy, &CopyWhat::all(), 0)?;
            if row.bits(PR_ATTACH_METHOD) == Some(ATTACH_EMBEDDED_MSG) {
                let embedded = copy.embedded(MAPI_CREATE | MAPI_MODIFY)?;
                self.message(&original.embedded(0)?, &embedded, &CopyWhat::all(), 0)?;
                embedded.save(0)?;
            }
            copy.save(0)?;
            numbers.push(number);
        }
        Ok(numbers)
    }

    fn props(
        &self,
        source: &PropObject,
        destination: &PropObject,
        what: &CopyWhat,
        flags: u32,
    ) -> Result<Vec<Problem>> {
        let everything = matches!(what, CopyWhat::AllBut { .. });
        let mut tags: Vec<u32> = match what {
            CopyWhat::Only(tags) => tags.clone(),
            CopyWhat::AllBut { .. } => source
                .list()?
                .into_iter()
                .filter(|tag| what.covers(*tag) && !COMPUTED.contains(tag))
                .collect(),
        };
        tags.retain(|tag| prop_type(*tag) != PT_OBJECT);
        if flags & MAPI_NOREPLACE != 0 {
            let taken = destination.list()?;
            tags.retain(|tag| !taken.iter().any(|other| prop_id(*other) == prop_id(*tag)));
        }
        if tags.is_empty() {
            return Ok(Vec::new());
        }
        let mapped = self.map_names(source, destination, &tags)?;
        let values = source.get(&tags)?;
        let mut problems = Vec::new();
        let mut small = Vec::new();
        for (index, (prop, (from, to))) in values.iter().zip(tags.iter().zip(&mapped)).enumerate() {
            let problem = |code| Problem {
                index: index as u32,
                tag: *from,
                code,
            };
            match prop.error() {
                None => small.push((
                    index,
                    Prop {
                        tag: change_prop_type(*to, prop_type(prop.tag)),
                        ..prop.clone()
                    },
                )),
                Some(MAPI_E_NOT_ENOUGH_MEMORY) => {
                    let copied = source
                        .read_stream(*from)
                        .and_then(|bytes| destination.write_stream(*to, &bytes));
                    problems.extend(copied.err().map(|failure| problem(failure.code)));
                }
                Some(code) => problems.push(problem(code)),
            }
        }
        let props: Vec<Prop> = small.iter().map(|(_, prop)| prop.clone()).collect();
        if !props.is_empty() {
            problems.extend(destination.set(&props)?.into_iter().filter_map(|problem| {
                let (index, _) = small.get(problem.index as usize)?;
                Some(Problem {
                    index: *index as u32,
                    tag: tags[*index],
                    code: problem.code,
                })
            }));
        }
        if flags & MAPI_MOVE != 0 {
            // What did not arrive stays.
            tags.retain(|tag| !problems.iter().any(|problem| problem.tag == *tag));
            if !tags.is_empty() {
                source.delete(&tags)?;
            }
        }
        if everything {
            // What the destination computes itself was not asked for.
            problems.retain(|problem| {
                !matches!(
                    problem.code,
                    MAPI_E_COMPUTED | MAPI_E_NO_ACCESS | MAPI_E_NOT_FOUND
                )
            });
        }
        Ok(problems)
    }

    /// The tags that the same properties have in the destination.
    fn map_names(
        &self,
        source: &PropObject,
        destination: &PropObject,
        tags: &[u32],
    ) -> Result<Vec<u32>> {
        let mut mapped = tags.to_vec();
        let places: Vec<usize> = (0..tags.len())
            .filter(|index| is_named_prop(tags[*index]))
            .collect();
        let signature = |object: &PropObject| object.binary(PR_MAPPING_SIGNATURE).ok();
        if places.is_empty() || signature(source) == signature(destination) {
            return Ok(mapped);
        }
        let named: Vec<u32> = places.iter().map(|place| tags[*place]).collect();
        let (_, names) = source.names_from_ids(&named)?;
        for (place, name) in places.into_iter().zip(names) {
            if let Some(name) = name {
                mapped[place] = destination.named(&name, prop_type(tags[place]))?;
            }
        }
        Ok(mapped)
    }

    /// Shows how far a copy is; false when the user cancels it.
    fn report(&self, done: usize, total: usize) -> bool {
        let Some(progress) = &self.progress else {
            return true;
        };
        let mut maximum = 0;
        // SAFETY: the display lives until the copy is over; `maximum` is a place for the result.
        let code = unsafe {
            if progress.GetMax(&mut maximum).is_err() {
                return true;
            }
            let value = u64::from(maximum) * done as u64 / total.max(1) as u64;
            progress.Progress(value as u32, done as u32, total as u32)
        };
        code != MAPI_E_USER_CANCEL
    }
}

/// The entry ids of the messages, or of the associated ones.
fn ids_of(folder: &Folder, associated: bool) -> Result<Vec<Vec<u8>>> {
    let table = if associated {
        match folder.associated() {
            // Not every store has them.
            Err(failure) if failure.code == MAPI_E_NO_SUPPORT => return Ok(Vec::new()),
            table => table?,
        }
    } else {
        folder.contents()?
    };
    let rows = table.rows(&[PR_ENTRYID])?;
    Ok(rows
        .iter()
        .filter_map(|row| row.binary(PR_ENTRYID))
        .map(<[u8]>::to_vec)
        .collect())
}

/// Fails where a folder lies in another one: that one cannot be copied into it.
fn check_cycle(outer: &Folder, inner: &Folder) -> Result<()> {
    let mut folder = inner.clone();
    let outer = outer.entry_id()?;
    loop {
        let id = folder.entry_id()?;
        if id == outer {
            return Err(Failure {
                call: "IMAPISupport",
                code: MAPI_E_FOLDER_CYCLE,
            });
        }
        match folder.binary(PR_PARENT_ENTRYID) {
            // The root is its own parent.
            Ok(parent) if parent != id => match folder.open_folder(&parent) {
                Ok(above) => folder = above,
                Err(_) => return Ok(()),
            },
            _ => return Ok(()),
        }
    }
}
