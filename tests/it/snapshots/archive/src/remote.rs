//! Where the mail of Contoso Archive lives: in a directory whose subdirectories are folders and whose
//! `.eml` files are messages.
//!
//! This file is yours: cargo-mapi writes it once. To keep mail elsewhere, return your own [`Remote`] from [`connect`];
//! [`DirectoryRemote`] says how this one works.

use mapi_store::settings::Settings;
use mapi_store::sync::{DirectoryRemote, Remote, RemoteError};

/// Key of the setting that names the directory, in provider.toml.
const DIRECTORY: &str = "directory";

/// Connects one profile's store with its mail. Called when a store is synchronized for the first time after it was opened.
///
/// # Errors
/// The profile names no directory. One that does not exist is found out later, and then the store is offline.
pub fn connect(settings: &Settings) -> Result<Box<dyn Remote>, RemoteError> {
    let Some(directory) = settings.string(DIRECTORY) else {
        return Err(RemoteError::offline(
            "The profile does not say in which directory the mail is.",
        ));
    };
    Ok(Box::new(DirectoryRemote::new(directory)))
}
