//! What makes the provider known to Outlook: the sections of registration/mapisvc.inf, which the DLL carries, agree with the
//! provider, and go into MAPISVC.INF and out again without a trace.

use std::fs;

use mapi_store::definition::StoreKind;
use mapi_store::entry::registration::{Fragment, Inf, add_to, dll_in_inf, remove_from};

use minimal::spec::{DEFINITION, PRODUCT};

static FRAGMENT: &[u8] = include_bytes!("../../registration/mapisvc.inf");

/// A MAPISVC.INF as Office brings it, in short.
const OFFICE: &str = "[Default Services]/r/nMSPST MS=Personal Folders/r/n/r/n[Services]/r/nMSEMS=Microsoft Exchange/r/n/
    MSPST MS=Personal Folders/r/n/r/n[MSEMS]/r/nPR_DISPLAY_NAME=Microsoft Exchange/r/n";

/// The value of an entry, as GetPrivateProfileString finds it.
fn value<'a>(text: &'a str, section: &str, key: &str) -> Option<&'a str> {
    let header = format!("[{section}]");
    let mut lines = text.lines().skip_while(|line| *line != header).skip(1);
    lines
        .by_ref()
        .take_while(|line| !line.starts_with('['))
        .find_map(|line| line.strip_prefix(key)?.strip_prefix('='))
}

/// MAPISVC.INF with the provider in it, and the path of the DLL that it names.
fn registered() -> (String, String) {
    let fragment = Fragment::parse(FRAGMENT);
    let on_disk = DEFINITION.dll_name.replace(".dll", "32.dll");
    let dll = dll_in_inf(&fragment, &format!("C://Program Files//Vendor//{on_disk}")).unwrap();
    let mut inf = Inf::read(OFFICE.as_bytes());
    inf.add(&fragment, &dll).unwrap();
    (String::from_utf8_lossy(&inf.bytes()).into_owned(), dll)
}

#[test]
fn the_sections_are_those_of_the_provider() {
    let (text, dll) = registered();
    let service = DEFINITION.service_name;
    let provider = value(&text, service, "Providers").unwrap();
    assert_eq!(
        dll,
        format!("C://Program Files//Vendor//{}", DEFINITION.dll_name)
    );
    assert!(value(&text, "Services", service).is_some());
    assert_eq!(value(&text, service, "PR_SERVICE_DLL_NAME"), Some(&*dll));
    assert_eq!(
        value(&text, service, "PR_SERVICE_ENTRY_NAME"),
        Some("ServiceEntry")
    );
    assert_eq!(value(&text, provider, "PR_PROVIDER_DLL_NAME"), Some(&*dll));
    assert_eq!(
        value(&text, provider, "PR_RESOURCE_TYPE"),
        Some("MAPI_STORE_PROVIDER")
    );
    let uid: String = DEFINITION
        .provider_uid
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    assert!(
        value(&text, provider, "34140102")
            .unwrap()
            .eq_ignore_ascii_case(&uid)
    );
    let flags = value(&text, provider, "PR_RESOURCE_FLAGS").unwrap();
    let can_be_default = !flags.contains("STATUS_NO_DEFAULT_STORE");
    assert_eq!(
        can_be_default,
        DEFINITION.store_kind == StoreKind::DefaultCapable
    );
}

#[test]
fn other_services_stay_as_they_are() {
    let (text, _) = registered();
    assert_eq!(
        value(&text, "Default Services", DEFINITION.service_name),
        None
    );
    for line in OFFICE.lines() {
        assert!(text.lines().any(|kept| kept == line), "{line}");
    }
    assert_eq!(
        value(&text, "MSEMS", "PR_DISPLAY_NAME"),
        Some("Microsoft Exchange")
    );
}

#[test]
fn registering_twice_is_once_and_removing_leaves_no_trace() {
    let fragment = Fragment::parse(FRAGMENT);
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("MAPISVC.INF");
    fs::write(&file, OFFICE).unwrap();
    assert!(add_to(&file, &fragment, "C://a//b.dll").unwrap());
    assert!(!add_to(&file, &fragment, "C://a//b.dll").unwrap());
    assert!(add_to(&file, &fragment, "C://c//b.dll").unwrap());
    assert!(remove_from(&file, &fragment).unwrap());
    assert_eq!(fs::read_to_string(&file).unwrap(), OFFICE);
}

#[test]
fn a_path_that_mapi_would_misread_is_refused() {
    let fragment = Fragment::parse(FRAGMENT);
    let on_disk = DEFINITION.dll_name.replace(".dll", "32.dll");
    for directory in ["C://Users//first.last", "////server//share", "Vendor"] {
        assert!(
            dll_in_inf(&fragment, &format!("{directory}//{on_disk}")).is_err(),
            "{directory}"
        );
    }
    assert!(dll_in_inf(&fragment, &format!("C://x//{}", DEFINITION.dll_name)).is_err());
}

#[test]
fn the_dll_name_is_one_that_mapi_can_extend() {
    let (base, extension) = DEFINITION.dll_name.split_once('.').unwrap();
    assert_eq!(extension, "dll");
    assert!(!base.is_empty() && !base.ends_with("32"), "{base}");
    assert!(
        base.bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_'),
        "{base}"
    );
}

#[test]
fn setup_installs_what_the_provider_is() {
    assert_eq!(PRODUCT.fragment, FRAGMENT);
    let fragment = Fragment::parse(PRODUCT.fragment);
    assert_eq!(fragment.service(), Some(PRODUCT.service_name));
    assert_eq!(fragment.dll(), Some(PRODUCT.dll_name));
    assert_eq!(
        PRODUCT.dll_on_disk(),
        DEFINITION.dll_name.replace(".dll", "32.dll")
    );
    assert!(!PRODUCT.architectures.is_empty());
    assert!(PRODUCT.log_key.starts_with("SOFTWARE//"));
}
