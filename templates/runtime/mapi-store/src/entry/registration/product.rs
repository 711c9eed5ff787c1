//! What is installed, as constants.

use super::Architecture;
use crate::definition::LogLevel;

/// A provider as a product that is installed, repaired and uninstalled. The generator writes one into the provider's crate.
#[derive(Clone, Copy, Debug)]
pub struct Product {
    /// Name of the provider's crate.
    pub name: &'static str,
    /// Name of the product that users see.
    pub display_name: &'static str,
    /// Who publishes it.
    pub vendor: &'static str,
    /// Its version, as its crate has it.
    pub version: &'static str,
    /// Section name of the message service in MAPISVC.INF.
    pub service_name: &'static str,
    /// The DLL as MAPISVC.INF names it: `contoso.dll` for the file `contoso32.dll`.
    pub dll_name: &'static str,
    /// `PR_MDB_PROVIDER`: identifies the kind of store \[pidtagstoreprovider-canonical-property\].
    pub provider_uid: [u8; 16],
    /// Directory of the DLL; may begin with a `%VARIABLE%`.
    pub install_location: &'static str,
    /// The architectures of Outlook that there are DLLs for.
    pub architectures: &'static [Architecture],
    /// Whether it is installed for the whole machine, else for one user.
    pub machine: bool,
    /// Whether Windows Search indexes the stores \[about-registering-stores-for-indexing\].
    pub indexing: bool,
    /// The key of the registry, below HKEY_LOCAL_MACHINE or HKEY_CURRENT_USER, whose values say where and how much the DLL
    /// logs.
    pub log_key: &'static str,
    /// How much the DLL logs where that key says nothing.
    pub log_level: LogLevel,
    /// A web page about the product, or nothing.
    pub url: &'static str,
    /// A web page where users get help, or nothing.
    pub support_url: &'static str,
    /// The sections for MAPISVC.INF, as the generated `registration/mapisvc.inf` has them.
    pub fragment: &'static [u8],
}

impl Product {
    /// The name that the DLL has on disk: MAPI inserts "32" before the first period, in both bitnesses
    /// \[registering-services-and-service-providers-in-mapisvc-inf\].
    pub fn dll_on_disk(&self) -> String {
        self.dll_name.replacen('.', "32.", 1)
    }
}
