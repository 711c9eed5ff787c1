//! A provider to test, and a host that has it configured.

use mapi_abi::*;
use mapi_host::*;
use mapi_store::definition::*;
use mapi_store::entry::{self, profile};

/// PSETID_Common in memory order.
pub const COMMON: [u8; 16] = [
    0x08, 0x20, 0x06, 0, 0, 0, 0, 0, 0xC0, 0, 0, 0, 0, 0, 0, 0x46,
];

/// A folder directly below the root.
pub const fn folder(name: &'static str, role: FolderRole) -> FolderDefinition {
    FolderDefinition {
        parent: None,
        name,
        comment: "",
        container_class: "",
        role,
        receive_classes: &[],
        hidden: false,
    }
}

const fn setting(
    key: &'static str,
    property_id: u16,
    kind: SettingKind,
    required: bool,
) -> SettingDefinition {
    SettingDefinition {
        key,
        label: key,
        property_id,
        kind,
        default: None,
        required,
    }
}

/// The tag of the setting `server`.
pub const PR_SERVER: u32 = 0x6610_001F;
/// The tag of the setting `days`.
pub const PR_DAYS: u32 = 0x6611_0003;
/// The tag of the setting `password`.
pub const PR_PASSWORD: u32 = 0x67F0_001F;

/// A provider without synchronization.
pub static ARCHIVE: ProviderDefinition = ProviderDefinition {
    name: "contoso-archive",
    display_name: "Contoso Archive",
    vendor: "Contoso",
    description: "Mail of the past",
    version: "1.2.3",
    provider_uid: *b"contoso archive!",
    service_name: "CONTOSOARC",
    dll_name: "contoso.dll",
    store_kind: StoreKind::Secondary,
    store: StoreDefinition {
        support_mask: STORE_ENTRYID_UNIQUE
            | STORE_MODIFY_OK
            | STORE_CREATE_OK
            | STORE_ATTACH_OK
            | STORE_NOTIFY_OK
            | STORE_SEARCH_OK
            | STORE_MV_PROPS_OK
            | STORE_RESTRICTION_OK
            | STORE_SORT_OK
            | STORE_CATEGORIZE_OK
            | STORE_HTML_OK
            | STORE_RTF_OK
            | STORE_UNICODE_OK,
        location: r"%LOCALAPPDATA%\Contoso\Archive",
        large_property_limit: 8192,
        switches: &[StoreSwitch {
            set: COMMON,
            name: "CrawlSourceSupportMask",
            value: SwitchValue::Long(1),
        }],
        folder_home_pages: false,
        folder_sharing: false,
    },
    folders: &[
        folder("Search Root", FolderRole::SearchRoot),
        folder("Top", FolderRole::IpmSubtree),
        folder("Inbox", FolderRole::Inbox),
        folder("Deleted Items", FolderRole::DeletedItems),
        folder("Archive", FolderRole::Archive),
        folder("Junk", FolderRole::Junk),
    ],
    named_properties: &[NamedPropertyDefinition {
        set: COMMON,
        name: PropertyName::Id(0x8501),
        property_type: 3,
        indexed: false,
    }],
    settings: &[
        setting("server", 0x6610, SettingKind::Url, true),
        setting(
            "days",
            0x6611,
            SettingKind::Integer {
                minimum: 1,
                maximum: 30,
            },
            false,
        ),
        setting("password", 0x67F0, SettingKind::Secret, false),
    ],
    sync: None,
    log: LogDefinition {
        directory: r"%LOCALAPPDATA%\Contoso\Logs",
        level: LogLevel::Off,
        registry_key: r"SOFTWARE\Contoso\mapi-store test\Log",
    },
};

/// The same for a default store.
pub static DEFAULT_STORE: ProviderDefinition = ProviderDefinition {
    store_kind: StoreKind::DefaultCapable,
    ..ARCHIVE
};

/// A default store that sends: it claims `STORE_SUBMIT_OK`, and has all folders that Outlook wants.
pub static SENDING: ProviderDefinition = ProviderDefinition {
    store_kind: StoreKind::DefaultCapable,
    store: StoreDefinition {
        support_mask: ARCHIVE.store.support_mask | STORE_SUBMIT_OK,
        folder_home_pages: true,
        folder_sharing: true,
        ..ARCHIVE.store
    },
    ..ARCHIVE
};

/// The tag of the setting `directory`.
pub const PR_REMOTE_DIRECTORY: u32 = 0x6612_001F;

/// A provider that keeps a directory of mail in step.
pub static SYNCHRONIZING: ProviderDefinition = ProviderDefinition {
    // Its clients keep text and RTF in step, so that both ways are tested.
    store: StoreDefinition {
        support_mask: ARCHIVE.store.support_mask & !STORE_RTF_OK,
        ..ARCHIVE.store
    },
    settings: &[setting("directory", 0x6612, SettingKind::String, true)],
    sync: Some(SyncDefinition {
        upload_hierarchy: true,
        download_hierarchy: true,
        upload_contents: true,
        download_contents: true,
        batch_size: 10,
        retry: RetryDefinition {
            attempts: 1,
            first_delay_ms: 1,
            factor: 1,
            maximum_delay_ms: 1,
        },
    }),
    ..ARCHIVE
};

macro_rules! provider {
    ($name:ident, $module:ident, $definition:ident) => {
        provider!($name, $module, $definition, None);
    };
    ($name:ident, $module:ident, $definition:ident, $connect:expr) => {
        pub mod $module {
            use super::*;

            static PROVIDER: entry::Provider = entry::Provider {
                definition: &$definition,
                connect: $connect,
            };

            #[allow(clippy::too_many_arguments)]
            pub unsafe extern "C" fn init(
                _: HINSTANCE,
                _: *mut std::ffi::c_void,
                allocate: Option<ALLOCATEBUFFER>,
                more: Option<ALLOCATEMORE>,
                free: Option<FREEBUFFER>,
                _: u32,
                version: u32,
                provider_version: *mut u32,
                provider: *mut *mut std::ffi::c_void,
            ) -> HRESULT {
                let allocators = (allocate, more, free);
                // SAFETY: the host keeps MAPI's rules.
                unsafe {
                    entry::ms_provider_init(
                        &PROVIDER,
                        allocators,
                        version,
                        provider_version,
                        provider,
                    )
                }
            }

            #[allow(clippy::too_many_arguments)]
            pub unsafe extern "system" fn service(
                _: HINSTANCE,
                _: *mut std::ffi::c_void,
                support: *mut std::ffi::c_void,
                _: usize,
                flags: u32,
                context: u32,
                count: u32,
                values: *const SPropValue,
                admin: *mut std::ffi::c_void,
                error: *mut *mut MAPIERROR,
            ) -> HRESULT {
                // SAFETY: the host keeps MAPI's rules.
                unsafe {
                    entry::service_entry(
                        &PROVIDER,
                        support,
                        flags,
                        context,
                        (count, values),
                        admin,
                        error,
                    )
                }
            }
        }

        /// The entry points of the provider.
        pub fn $name() -> Provider {
            Provider::from_entry_points($module::init, $module::service)
        }
    };
}

#[allow(unused_imports, reason = "not all tests make providers of their own")]
pub(crate) use provider;

provider!(archive, archive_provider, ARCHIVE);
provider!(default_store, default_store_provider, DEFAULT_STORE);
provider!(sending, sending_provider, SENDING);
provider!(
    synchronizing,
    synchronizing_provider,
    SYNCHRONIZING,
    Some(crate::remote::connect as entry::Connect)
);

/// A host whose profile has the provider, and the directory of its files.
pub struct Bench {
    /// The provider.
    pub provider: Provider,
    /// The host.
    pub host: Host,
    /// Where the store is.
    pub directory: TestDirectory,
}

impl Bench {
    /// A host in whose profile the service is configured.
    pub fn new() -> Self {
        Self::of(archive())
    }

    /// The same with another provider.
    pub fn of(provider: Provider) -> Self {
        let bench = Self::unconfigured(provider);
        let _ = bench
            .host
            .configure(&bench.provider, &bench.settings())
            .unwrap();
        bench
    }

    /// A host in whose profile the service is, but without any settings.
    pub fn unconfigured(provider: Provider) -> Self {
        Self {
            provider,
            host: Host::new(),
            directory: TestDirectory::new(),
        }
    }

    /// Another profile's store of the same provider, in the same process.
    pub fn beside(&self) -> Self {
        let bench = Self {
            provider: self.provider,
            host: self.host.beside(),
            directory: TestDirectory::new(),
        };
        let _ = bench
            .host
            .configure(&bench.provider, &bench.settings())
            .unwrap();
        bench
    }

    /// Settings that make a complete configuration.
    pub fn settings(&self) -> Vec<Prop> {
        let directory = self.directory.path().to_str().unwrap();
        vec![
            Prop::new(PR_SERVER, "https://mail.contoso.example"),
            Prop::new(profile::PR_STORE_DIRECTORY, directory),
            Prop::new(profile::PR_LOG_DIRECTORY, directory),
        ]
    }

    /// Opens the store.
    pub fn logon(&self) -> Session {
        self.host.logon(&self.provider).unwrap()
    }
}

/// The code of a call that must fail.
#[track_caller]
pub fn refused<T>(result: mapi_host::Result<T>) -> HRESULT {
    match result {
        Ok(_) => panic!("the call succeeded"),
        Err(failure) => failure.code,
    }
}
