//! The sections of a spec: from the tree to the typed model, with all checks.
//!
//! Each reader reports what is wrong and goes on with something harmless in its place, so that one run finds
//! everything. What it returns is of use only if nothing was reported.

mod features;
mod folder_tree;
mod folders;
mod locations;
mod named_properties;
mod packaging;
mod provider;
mod registration;
mod service;
mod settings;
mod store;
mod sync;

use super::codes::Code;
use super::finding::{Finding, Span};
use super::model::{Provider, Spec};
use super::reader::TableReader;
use super::report::Report;
use super::schema;
use super::tree::Table;

/// The version of the format.
const SPEC_VERSION: i64 = 1;

/// The key of the registry with the log's settings, below a root.
pub(super) fn log_key(provider: &Provider) -> String {
    format!(r"SOFTWARE\{}\Log", store::own_directory(provider))
}

/// Reads a whole spec.
pub(super) fn read(root: &Table, report: &Report) -> Spec {
    let nothing = Table::empty(Span {
        source: 0,
        start: 0,
        end: 0,
    });
    let root = TableReader::new(root, &schema::ROOT, report);
    read_version(&root, report);
    let provider = provider::read(
        &root.table_or_empty("provider", &schema::PROVIDER, &nothing),
        report,
    );
    let service_reader = root.table_or_empty("service", &schema::SERVICE, &nothing);
    let service = service::read(&service_reader, &provider.name, report);
    let kind = service::known_kind(&service_reader, &service);
    let store_reader = root.table_or_empty("store", &schema::STORE, &nothing);
    let store = store::read(&store_reader, &nothing, &provider, kind, report);
    let folders = folders::read(&root, kind, report);
    let named_properties = named_properties::read(&root, report);
    let settings = settings::read(&root, report);
    let sync = sync::read(&root, &nothing, &store, &settings, report);
    let registration = registration::read(
        &root.table_or_empty("registration", &schema::REGISTRATION, &nothing),
        &provider,
        report,
    );
    let packaging = packaging::read(
        &root.table_or_empty("packaging", &schema::PACKAGING, &nothing),
        report,
    );
    let log = registration::read_log(
        &root.table_or_empty("log", &schema::LOG, &nothing),
        &store.location,
        report,
    );
    let settings = settings
        .into_iter()
        .map(|setting| setting.setting)
        .collect();
    Spec {
        provider,
        service,
        store,
        folders,
        named_properties,
        settings,
        sync,
        registration,
        packaging,
        log,
    }
}

fn read_version(root: &TableReader<'_>, report: &Report) {
    root.require(
        "spec-version",
        "put `spec-version = 1` at the top of the file",
    );
    if let Some(version) = root.any_integer("spec-version")
        && version.value != SPEC_VERSION
    {
        Finding::new(
            Code::UnsupportedVersion,
            format!("this release cannot read spec version {}", version.value),
        )
        .at(version.span, "")
        .help(format!(
            "it reads `spec-version = {SPEC_VERSION}`; for a later one install a later cargo-mapi"
        ))
        .report(report);
    }
}
