//! What a user is told when something cannot be done.

use std::fmt;
use std::io;
use std::path::Path;

use mapi_store::entry::registration::RegistrationError;

/// One thing that is wrong, and what to do about it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Trouble {
    /// What is wrong, and where.
    pub what: String,
    /// What to do.
    pub help: Option<String>,
    /// Whether something stays changed because of it.
    pub leaves_changes: bool,
}

impl Trouble {
    /// Something wrong that needs no advice.
    pub fn new(what: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            help: None,
            leaves_changes: false,
        }
    }

    /// A step that was done and could not be taken back, after another has failed.
    pub fn left_behind(error: &Self) -> Self {
        Self {
            leaves_changes: true,
            ..Self::new(format!("could not be taken back: {error}"))
        }
    }

    /// The same with advice.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// A file or a key that could not be read or written.
    pub fn io(place: impl fmt::Display, error: &io::Error) -> Self {
        let trouble = Self::new(format!("{place}: {error}"));
        match error.kind() {
            io::ErrorKind::PermissionDenied => trouble.help(ELEVATE),
            _ => trouble,
        }
    }

    /// A file that could not be read or written.
    pub fn file(path: &Path, error: &io::Error) -> Self {
        Self::io(path.display(), error)
    }
}

/// What to do without administrator's rights.
pub const ELEVATE: &str = "run setup as administrator, with Outlook closed";

impl From<RegistrationError> for Trouble {
    fn from(error: RegistrationError) -> Self {
        let denied = matches!(&error, RegistrationError::Io(_, source) if source.kind() == io::ErrorKind::PermissionDenied);
        let trouble = Self::new(error.to_string());
        if denied {
            trouble.help(ELEVATE)
        } else {
            trouble
        }
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)
    }
}

impl std::error::Error for Trouble {}
