//! `[store]` and `[store.switches]`.

use super::super::model::{Provider, Store, Switches};
use super::super::reader::TableReader;
use super::super::report::Report;
use super::super::schema;
use super::super::text;
use super::super::tree::Table;
use super::super::words::StoreKind;
use super::{features, locations};

pub(super) fn read(
    reader: &TableReader<'_>,
    nothing: &Table,
    provider: &Provider,
    kind: Option<StoreKind>,
    report: &Report,
) -> Store {
    let location = match locations::read(reader, "location", report) {
        Some(location) => location.value,
        None => format!(r"%LOCALAPPDATA%\{}", own_directory(provider)),
    };
    let limit = reader.integer("large-property-limit", 1024..=1_048_576, "bytes");
    Store {
        location,
        large_property_limit: limit.map_or(8192, |limit| limit.value as u32),
        features: features::read(reader, kind, report),
        switches: read_switches(&reader.table_or_empty("switches", &schema::SWITCHES, nothing)),
    }
}

fn read_switches(reader: &TableReader<'_>) -> Switches {
    let switch = |key, default| reader.boolean(key).unwrap_or(default);
    Switches {
        auto_archive: switch("auto-archive", false),
        start_up_crawl: switch("start-up-crawl", false),
        contacts_scan: switch("contacts-scan", false),
        private_store: switch("private-store", false),
        server_folder_sizes: switch("server-folder-sizes", false),
        partial_meeting_updates: switch("partial-meeting-updates", true),
        folder_home_pages: switch("folder-home-pages", false),
        folder_sharing: switch("folder-sharing", false),
    }
}

/// `<vendor>\<display name>`, as far as they can be the names of directories.
pub(super) fn own_directory(provider: &Provider) -> String {
    let parts = [
        text::directory_name(&provider.vendor),
        text::directory_name(&provider.display_name),
    ];
    let parts: Vec<String> = parts
        .into_iter()
        .map(|part| part.chars().take(40).collect::<String>().trim().to_owned())
        .filter(|part| !part.is_empty() && !super::super::names::is_device(part))
        .collect();
    if parts.is_empty() {
        provider.name.clone()
    } else {
        parts.join(r"\")
    }
}
