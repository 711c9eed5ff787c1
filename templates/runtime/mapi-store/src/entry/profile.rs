//! The provider's section of a profile: what the user configured and what the runtime keeps there itself.
//!
//! | tag | type | |
//! |---|---|---|
//! | 0x6600 | `PT_LONG` | the section was configured; the number is the version of its settings |
//! | 0x6601 | `PT_BINARY` | UID of the store, which names its file |
//! | 0x6602 | `PT_UNICODE` | directory of the store file, in place of the provider's own |
//! | 0x6603 | `PT_UNICODE` | directory of the log, in place of the provider's own |
//! | 0x6610 to 0x67EF | | settings |
//! | 0x67F0 to 0x67FF | `PT_UNICODE` | secrets: MAPI encrypts this range \[iprofsectimapiprop\] |

use std::path::PathBuf;

use mapi_abi::{self as abi, IMAPIProp};

use super::location::expand;
use crate::com::client;
use crate::com::fault::{Fault, Outcome};
use crate::com::memory::Allocators;
use crate::definition::{ProviderDefinition, SettingDefinition, SettingKind};
use crate::settings::{RawSetting, Settings, SettingsError};
use crate::store::{PropTag, PropertyBag, Value};

/// The section was configured.
pub const PR_CONFIGURED: u32 = 0x6600_0003;
/// UID of the store.
pub const PR_STORE_UID: u32 = 0x6601_0102;
/// Directory of the store file.
pub const PR_STORE_DIRECTORY: u32 = 0x6602_001F;
/// Directory of the log.
pub const PR_LOG_DIRECTORY: u32 = 0x6603_001F;

/// The version of the settings that this runtime writes.
pub const SETTINGS_VERSION: i32 = 1;

/// The tag of a setting in the profile section.
pub fn setting_tag(setting: &SettingDefinition) -> u32 {
    let property_type = match setting.kind {
        SettingKind::Integer { .. } => abi::PT_LONG,
        SettingKind::Boolean => abi::PT_BOOLEAN,
        SettingKind::String | SettingKind::Url | SettingKind::Choice(_) | SettingKind::Secret => {
            abi::PT_UNICODE
        }
    };
    u32::from(setting.property_id) << 16 | property_type
}

/// A profile section as it was read.
#[derive(Clone, Debug, Default)]
pub struct Section {
    properties: PropertyBag,
}

impl Section {
    /// Reads what the provider needs. Every property is asked for by its id, as secrets are not listed.
    pub fn read(
        section: &IMAPIProp,
        definition: &ProviderDefinition,
        memory: Allocators,
    ) -> Outcome<Self> {
        let mut tags = vec![
            PR_CONFIGURED,
            PR_STORE_UID,
            PR_STORE_DIRECTORY,
            PR_LOG_DIRECTORY,
            abi::PR_RESOURCE_FLAGS,
        ];
        tags.extend(definition.settings.iter().map(setting_tag));
        Ok(Self {
            properties: client::get(section, memory, &tags)?,
        })
    }

    /// Puts new values over those that were read.
    pub fn merge(&mut self, values: impl IntoIterator<Item = (PropTag, Value)>) {
        for (tag, value) in values {
            self.properties.set(tag, value);
        }
    }

    /// Whether the service was configured.
    pub fn is_configured(&self) -> bool {
        self.properties
            .long(PR_CONFIGURED)
            .is_some_and(|version| version > 0)
    }

    /// UID of the store, once it has one.
    pub fn store_uid(&self) -> Option<[u8; 16]> {
        self.properties.binary(PR_STORE_UID)?.try_into().ok()
    }

    /// Whether the profile calls the store its default one.
    pub fn is_default_store(&self) -> bool {
        let flags = self
            .properties
            .long(abi::PR_RESOURCE_FLAGS)
            .unwrap_or(0)
            .cast_unsigned();
        flags & abi::STATUS_DEFAULT_STORE != 0
    }

    /// Directory of the store file.
    pub fn store_directory(&self, definition: &ProviderDefinition) -> PathBuf {
        expand(
            self.properties
                .text(PR_STORE_DIRECTORY)
                .unwrap_or(definition.store.location),
        )
    }

    /// Directory of the log.
    pub fn log_directory(&self, definition: &ProviderDefinition) -> PathBuf {
        expand(
            self.properties
                .text(PR_LOG_DIRECTORY)
                .unwrap_or(definition.log.directory),
        )
    }

    /// The settings; `MAPI_E_UNCONFIGURED` with words for the user when one is missing or wrong.
    pub fn settings(&self, definition: &'static ProviderDefinition) -> Outcome<Settings> {
        let settings: Result<Settings, SettingsError> =
            Settings::new(definition.settings, |setting| {
                match self.properties.get(setting.property_id)? {
                    Value::Unicode(text) => Some(RawSetting::Text(text.clone())),
                    Value::Long(number) => Some(RawSetting::Integer(*number)),
                    Value::Boolean(yes) => Some(RawSetting::Boolean(*yes)),
                    _ => Some(RawSetting::Other),
                }
            });
        settings.map_err(|error| Fault::because(abi::MAPI_E_UNCONFIGURED, format!("{error}.")))
    }
}
