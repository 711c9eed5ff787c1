//! What a check works with: a host, a profile and a directory of its own.

use crate::conformance::subject::mask_names;
use crate::conformance::{Stop, Subject, Verdict};
use crate::host::*;
use mapi_abi::*;
use std::cell::Cell;
use std::ops::Deref;
use std::time::Duration;

/// How long a check waits for an event that must come.
pub(crate) const SOON: Duration = Duration::from_secs(5);
/// How long a check waits for an event that must not come.
pub(crate) const BRIEFLY: Duration = Duration::from_millis(200);
/// The folder that checks work in.
const WORK: &str = "Conformance";

pub(crate) struct Context {
    subject: Subject,
    provider: Provider,
    host: Host,
    directory: TestDirectory,
    configured: Cell<bool>,
}

/// An open store with a folder to work in.
pub(crate) struct Open {
    /// An empty folder.
    pub(crate) work: Folder,
    /// The session; dropped after the folder.
    pub(crate) session: Session,
}

/// Another store of the same provider, in a profile and a directory of its own.
pub(crate) struct Second {
    /// An empty folder.
    pub(crate) work: Folder,
    /// The session; dropped after the folder.
    pub(crate) session: Session,
    _host: Host,
    _directory: TestDirectory,
}

impl Deref for Open {
    type Target = Session;

    fn deref(&self) -> &Session {
        &self.session
    }
}

impl Context {
    /// Fails if the subject's library cannot be loaded.
    pub(crate) fn new(subject: Subject) -> std::result::Result<Self, String> {
        let provider = subject.provider()?;
        let host = Host::new();
        host.describe_service(subject.description());
        Ok(Self {
            subject,
            provider,
            host,
            directory: TestDirectory::new(),
            configured: Cell::new(false),
        })
    }

    pub(crate) fn host(&self) -> &Host {
        &self.host
    }

    pub(crate) fn provider(&self) -> &Provider {
        &self.provider
    }

    /// Where the files of the store are.
    pub(crate) fn directory(&self) -> &std::path::Path {
        self.directory.path()
    }

    pub(crate) fn subject(&self) -> &Subject {
        &self.subject
    }

    /// The properties that configure the service.
    pub(crate) fn settings(&self) -> Vec<Prop> {
        self.subject.settings(self.directory.path())
    }

    /// Delivers a message to the other side of the store; false if nobody said how.
    pub(crate) fn deliver(&self) -> bool {
        self.subject.deliver(self.directory.path())
    }

    /// Cuts off what the store cannot open without, or brings it back; false if nobody said how.
    pub(crate) fn set_cut_off(&self, away: bool) -> bool {
        self.subject.set_cut_off(self.directory.path(), away)
    }

    /// Configures the service, once.
    pub(crate) fn configure(&self) -> Result<()> {
        if !self.configured.replace(true) {
            let _ = self.host.configure(self.provider(), &self.settings())?;
        }
        Ok(())
    }

    /// Starts the provider in a profile where the service is configured.
    pub(crate) fn start(&self) -> Result<RunningProvider> {
        self.configure()?;
        self.host.start(self.provider())
    }

    /// Opens the store.
    pub(crate) fn logon(&self) -> Result<Session> {
        self.configure()?;
        self.host.logon(self.provider())
    }

    /// Opens the store with options of the check's own.
    pub(crate) fn logon_with(&self, options: &LogonOptions) -> Result<Session> {
        self.configure()?;
        self.host.logon_with(self.provider(), options)
    }

    /// Another process, as it were: a new host with the same profile.
    pub(crate) fn other_host(&self) -> Result<Host> {
        self.configure()?;
        Ok(Host::with_profile(self.host.profile().copy()))
    }

    /// Opens another store of the provider in the same process, with a folder to work in.
    pub(crate) fn second(&self) -> std::result::Result<Second, Stop> {
        let (host, directory) = (self.host.beside(), TestDirectory::new());
        host.describe_service(self.subject.description());
        let _ = host.configure(self.provider(), &self.subject.settings(directory.path()))?;
        let session = host.logon(self.provider())?;
        let work = work_folder(&session)?;
        Ok(Second {
            work,
            session,
            _host: host,
            _directory: directory,
        })
    }

    /// Opens the store and makes a folder to work in; ends the check as not applicable if the store does not claim that
    /// this is possible.
    pub(crate) fn open(&self) -> std::result::Result<Open, Stop> {
        let session = self.logon()?;
        let work = work_folder(&session)?;
        Ok(Open { work, session })
    }
}

/// The folder to work in: made if it is not there. Ends the check as not applicable if the store does not claim that this
/// is possible.
pub(crate) fn work_folder(session: &Session) -> std::result::Result<Folder, Stop> {
    needs(session, STORE_CREATE_OK | STORE_MODIFY_OK)?;
    Ok(work_folder_of(session)?)
}

/// As [`work_folder`], whatever the store claims.
pub(crate) fn work_folder_of(session: &Session) -> Result<Folder> {
    let parent = match session.subtree() {
        Ok(subtree) => subtree,
        Err(_) => session.root()?,
    };
    let flags = MAPI_UNICODE | OPEN_IF_EXISTS;
    parent.create_folder_with(FOLDER_GENERIC, WORK, None, flags)
}

impl Open {
    /// The support mask of the store.
    pub(crate) fn mask(&self) -> Result<u32> {
        self.store().bits(PR_STORE_SUPPORT_MASK)
    }

    /// Ends the check as not applicable if the store does not claim all of these bits.
    pub(crate) fn needs(&self, bits: u32) -> Verdict {
        needs(&self.session, bits)
    }

    /// Creates and saves a message with a subject.
    pub(crate) fn message(&self, subject: &str) -> Result<Message> {
        self.work.add_message(&[
            Prop::new(PR_MESSAGE_CLASS, "IPM.Note"),
            Prop::new(PR_SUBJECT, subject),
        ])
    }

    /// Creates and saves messages with these subjects; returns their entry ids.
    pub(crate) fn messages(&self, subjects: &[&str]) -> Result<Vec<Vec<u8>>> {
        subjects
            .iter()
            .map(|subject| self.message(subject)?.entry_id())
            .collect()
    }

    /// The contents table of the work folder with some columns.
    pub(crate) fn contents(&self, columns: &[u32]) -> Result<Table> {
        let table = self.work.contents()?;
        table.set_columns(columns)?;
        Ok(table)
    }
}

/// Ends the check as not applicable if the store does not claim all of these bits.
pub(crate) fn needs(session: &Session, bits: u32) -> Verdict {
    let missing = bits & !session.store().bits(PR_STORE_SUPPORT_MASK)?;
    if missing == 0 {
        Ok(())
    } else {
        Err(not_applicable(format!(
            "{} is not claimed",
            mask_names(missing)
        )))
    }
}

/// The check is about something that this provider does not offer and need not.
pub(crate) fn not_applicable(because: impl Into<String>) -> Stop {
    Stop::NotApplicable(because.into())
}
