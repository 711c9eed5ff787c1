//! What `export_provider!` writes into a crate that allows no unsafe code.
#![cfg(feature = "runtime")]
#![deny(unsafe_code)]

use mapi_abi::*;
use mapi_host::{Host, LogonOptions, Prop, Provider, TestDirectory};
use mapi_store::definition::*;
use mapi_store::entry::profile;
use mapi_store::settings::Settings;
use mapi_store::sync::{Remote, RemoteError};
use windows_core::Interface;

static DEFINITION: ProviderDefinition = ProviderDefinition {
    name: "exported",
    display_name: "Exported",
    vendor: "Contoso",
    description: "",
    version: "0.1.0",
    provider_uid: [0xE7; 16],
    service_name: "EXPORTED",
    dll_name: "exported.dll",
    store_kind: StoreKind::Secondary,
    store: StoreDefinition {
        support_mask: STORE_MODIFY_OK | STORE_CREATE_OK | STORE_UNICODE_OK,
        location: "%LOCALAPPDATA%",
        large_property_limit: 8192,
        switches: &[],
        folder_home_pages: false,
        folder_sharing: false,
    },
    folders: &[],
    named_properties: &[],
    settings: &[],
    sync: Some(SyncDefinition {
        upload_hierarchy: true,
        download_hierarchy: true,
        upload_contents: true,
        download_contents: true,
        batch_size: 10,
        retry: RetryDefinition {
            attempts: 1,
            first_delay_ms: 0,
            factor: 1,
            maximum_delay_ms: 0,
        },
    }),
    log: LogDefinition {
        directory: "%LOCALAPPDATA%",
        level: LogLevel::Off,
        registry_key: r"SOFTWARE\Contoso\mapi-store test\Log",
    },
};

fn connect(_: &Settings) -> Result<Box<dyn Remote>, RemoteError> {
    Err(RemoteError::offline("there is nothing at the other end"))
}

mapi_store::export_provider!(DEFINITION, connect);

#[test]
fn the_exports_make_a_provider_that_synchronizes() {
    let directory = TestDirectory::new();
    let provider = Provider::from_entry_points(MSProviderInit, ServiceEntry);
    let host = Host::new();
    let path = directory.path().to_str().unwrap();
    let settings = [
        Prop::new(profile::PR_STORE_DIRECTORY, path),
        Prop::new(profile::PR_LOG_DIRECTORY, path),
    ];
    // Without a required setting the service is complete as soon as it is created.
    assert_eq!(
        host.service_entry(&provider, MSG_SERVICE_CREATE, 0, &[])
            .code,
        S_OK
    );
    let _ = host.configure(&provider, &settings).unwrap();
    let options = LogonOptions {
        iid: Some(IMAPISync::IID),
        ..LogonOptions::default()
    };
    let session = host.logon_with(&provider, &options).unwrap();
    assert!(session.store().supports(IMAPISync::IID));
    assert!(session.store().supports(IMAPIProp::IID));
    session.logoff().unwrap();
    host.assert_clean();
}
