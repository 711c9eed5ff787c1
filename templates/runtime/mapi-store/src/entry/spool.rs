//! What Logon hands to MAPI for SpoolerLogon: bytes that name the store, without pointers and without secrets, as MAPI may
//! carry them to another process \[imsprovider-logon\].

use std::path::PathBuf;

use super::store_file;
use crate::definition::ProviderDefinition;

/// The bytes that the data begins with, the last one a version.
const MAGIC: [u8; 4] = *b"SPL\x01";

/// Which store the spooler is to open.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SpoolData {
    /// UID of the store.
    pub uid: [u8; 16],
    /// Directory of the store file.
    pub directory: PathBuf,
}

impl SpoolData {
    /// The data as bytes; `None` if the directory has no name that can be written down.
    pub fn encode(&self, definition: &ProviderDefinition) -> Option<Vec<u8>> {
        let directory = self.directory.to_str()?;
        let parts: [&[u8]; 4] = [
            &MAGIC,
            &definition.provider_uid,
            &self.uid,
            directory.as_bytes(),
        ];
        Some(parts.concat())
    }

    /// Reads the data of a store of this provider; `None` if it is none.
    pub fn decode(bytes: &[u8], definition: &ProviderDefinition) -> Option<Self> {
        let rest = bytes.strip_prefix(&MAGIC)?;
        let rest = rest.strip_prefix(&definition.provider_uid)?;
        let (uid, directory) = rest.split_first_chunk::<16>()?;
        Some(Self {
            uid: *uid,
            directory: std::str::from_utf8(directory).ok()?.into(),
        })
    }

    /// The store file.
    pub fn store_file(&self) -> PathBuf {
        store_file(&self.directory, &self.uid)
    }
}
