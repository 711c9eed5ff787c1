//! What an installation tells MAPI and Windows about a provider.

use crate::host::{ServiceDescription, inf_section};
use std::fmt;
use std::sync::Arc;

type Change = Arc<dyn Fn(&[u8]) -> Vec<u8> + Send + Sync>;

/// The files by which an installation makes a provider known, and what works on them.
#[derive(Clone)]
pub struct Registration {
    pub(crate) inf: String,
    pub(crate) service: String,
    pub(crate) file_name: Option<String>,
    pub(crate) indexing: Option<String>,
    pub(crate) merge: Option<(Change, Change)>,
}

impl fmt::Debug for Registration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Registration")
            .field("service", &self.service)
            .field("file_name", &self.file_name)
            .finish_non_exhaustive()
    }
}

impl Registration {
    /// The sections that belong into mapisvc.inf, in a file of their own or in a whole mapisvc.inf, and the name of the
    /// message service in `[Services]`. The bytes are ASCII, or UTF-16 with a byte order mark.
    pub fn new(inf: &[u8], service: impl Into<String>) -> Self {
        Self {
            inf: text_of(inf),
            service: service.into(),
            file_name: None,
            indexing: None,
            merge: None,
        }
    }

    /// The message services that such a file lists.
    pub fn services(inf: &[u8]) -> Vec<String> {
        let text = text_of(inf);
        let listed = inf_section(&text, "Services").unwrap_or_default();
        listed.iter().map(|(name, _)| (*name).into()).collect()
    }

    /// What MAPI writes to a profile when the service is added to it; `None` if the file lacks the service or a section
    /// that it names.
    pub fn description(&self) -> Option<ServiceDescription> {
        ServiceDescription::from_inf(&self.inf, &self.service)
    }

    /// The name of the DLL on disk, without a directory.
    pub fn file_name(mut self, name: impl Into<String>) -> Self {
        self.file_name = Some(name.into());
        self
    }

    /// The registry file that lets Windows Search index the stores; ASCII, or UTF-16 with a byte order mark.
    pub fn indexing(mut self, registry: &[u8]) -> Self {
        self.indexing = Some(text_of(registry));
        self
    }

    /// How the sections come into the bytes of a mapisvc.inf, and how they go again.
    pub fn merged(
        mut self,
        add: impl Fn(&[u8]) -> Vec<u8> + Send + Sync + 'static,
        remove: impl Fn(&[u8]) -> Vec<u8> + Send + Sync + 'static,
    ) -> Self {
        self.merge = Some((Arc::new(add), Arc::new(remove)));
        self
    }
}

/// The text of a file that Windows' functions for INF files read.
fn text_of(bytes: &[u8]) -> String {
    match bytes {
        [0xFF, 0xFE, wide @ ..] => {
            let units: Vec<u16> = wide
                .chunks_exact(2)
                .map(|pair| u16::from_le_bytes([pair[0], pair[1]]))
                .collect();
            String::from_utf16_lossy(&units)
        }
        _ => String::from_utf8_lossy(bytes).into_owned(),
    }
}
