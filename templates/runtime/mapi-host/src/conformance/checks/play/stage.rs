//! What the steps of a session work on.

use super::*;
use std::sync::atomic::{AtomicU64, Ordering};

/// An open store with something of everything in it. Steps that change things make their own first, under names that no
/// other step uses.
pub(in super::super) struct Stage {
    pub(in super::super) open: Open,
    pub(in super::super) host: Host,
    pub(in super::super) provider: Provider,
    /// A saved message that nobody changes, with two recipients and an attachment.
    pub(in super::super) message: Message,
    /// Its entry id.
    pub(in super::super) message_id: Vec<u8>,
    /// The settings that configure the service.
    pub(in super::super) settings: Vec<Prop>,
    names: AtomicU64,
}

impl Stage {
    pub(in super::super) fn set(context: &Context) -> std::result::Result<Self, Stop> {
        let open = context.open()?;
        let message = open.work.create_message()?;
        message.set(&[
            Prop::new(PR_MESSAGE_CLASS, "IPM.Note"),
            Prop::new(PR_SUBJECT, "RE: on stage"),
            Prop::new(PR_BODY, "text ".repeat(4000)),
        ])?;
        message.add_recipient(MAPI_TO, "Anna", "anna@contoso.example")?;
        message.add_recipient(MAPI_CC, "Bert", "bert@contoso.example")?;
        message.attach("note.txt", b"attached")?;
        message.save(KEEP_OPEN_READWRITE)?;
        for number in 0..5 {
            open.message(&format!("{number}"))?;
        }
        Ok(Self {
            message_id: message.entry_id()?,
            message,
            host: context.host().clone(),
            provider: *context.provider(),
            settings: context.settings(),
            names: AtomicU64::new(0),
            open,
        })
    }

    pub(in super::super) fn store(&self) -> Store {
        self.open.store().clone()
    }

    pub(in super::super) fn work(&self) -> Folder {
        self.open.work.clone()
    }

    /// A name that nobody has used yet.
    pub(in super::super) fn name(&self) -> String {
        format!("play {}", self.names.fetch_add(1, Ordering::Relaxed))
    }

    /// A new folder of one's own.
    pub(in super::super) fn folder(&self) -> Result<Folder> {
        self.open.work.create_folder(&self.name())
    }

    /// A new folder of one's own with two messages, and their entry ids.
    pub(in super::super) fn filled(&self) -> Result<(Folder, Vec<Vec<u8>>)> {
        let folder = self.folder()?;
        let ids = (0..2)
            .map(|_| {
                folder
                    .add_message(&[Prop::new(PR_SUBJECT, self.name())])?
                    .entry_id()
            })
            .collect::<Result<_>>()?;
        Ok((folder, ids))
    }

    /// A new saved message of one's own.
    pub(in super::super) fn own_message(&self) -> Result<Message> {
        self.open.work.add_message(&[
            Prop::new(PR_MESSAGE_CLASS, "IPM.Note"),
            Prop::new(PR_SUBJECT, self.name()),
        ])
    }

    /// A contents table of one's own.
    pub(in super::super) fn table(&self) -> Result<Table> {
        self.open
            .contents(&[PR_ENTRYID, PR_INSTANCE_KEY, PR_SUBJECT])
    }
}

/// A code that is no failure.
pub(super) fn accepted(call: &'static str, code: windows_core::HRESULT) -> Result<()> {
    if code.is_ok() {
        Ok(())
    } else {
        Err(Failure { call, code })
    }
}

/// The ids as a list of slices.
pub(super) fn slices(ids: &[Vec<u8>]) -> Vec<&[u8]> {
    ids.iter().map(Vec::as_slice).collect()
}

/// A call that must do all that it was asked for: a warning is too little.
pub(super) fn whole(came: Result<windows_core::HRESULT>) -> Result<()> {
    match came? {
        S_OK => Ok(()),
        code => Err(Failure {
            call: "the call",
            code,
        }),
    }
}
