//! `[sync]` and `[sync.retry]`.

use super::super::codes::Code;
use super::super::finding::Finding;
use super::super::model::{Remote, Retry, SettingKind, Store, Sync};
use super::super::reader::{TableReader, Words};
use super::super::report::{Report, Spanned, quoted};
use super::super::schema;
use super::super::tree::Table;
use super::super::words::{Direction, Feature, RemoteKind};
use super::settings::Draft;

/// Longer than anyone waits for a synchronization, in milliseconds.
const PATIENCE: u64 = 3_600_000;

pub(super) fn read(
    root: &TableReader<'_>,
    nothing: &Table,
    store: &Store,
    settings: &[Draft],
    report: &Report,
) -> Sync {
    let reader = root.table_or_empty("sync", &schema::SYNC, nothing);
    let enabled = reader.boolean("enabled").unwrap_or(root.has("sync"));
    if let (false, Some(entry)) = (enabled, reader.entry("enabled"))
        && schema::SYNC
            .keys
            .iter()
            .any(|key| *key != "enabled" && reader.has(key))
    {
        Finding::new(Code::SyncDisabled, "synchronization is off")
            .at(entry.node.span, "the rest of the section has no effect")
            .help("remove the other keys, or write `enabled = true`")
            .report(report);
    }
    let batch_size = reader.integer("batch-size", 1..=10_000, "messages");
    Sync {
        enabled,
        directions: read_directions(&reader, store, report),
        batch_size: batch_size.map_or(50, |size| size.value as u32),
        remote: read_remote(&reader, settings, report),
        retry: read_retry(
            &reader.table_or_empty("retry", &schema::RETRY, nothing),
            report,
        ),
    }
}

fn read_directions(reader: &TableReader<'_>, store: &Store, report: &Report) -> Vec<Direction> {
    let writable = store.has(Feature::Modify);
    let is_upload = |direction: Direction| {
        matches!(
            direction,
            Direction::UploadHierarchy | Direction::UploadContents
        )
    };
    let Some(Words { words, all_known }) = reader.words::<Direction>("directions") else {
        return Direction::ALL
            .iter()
            .copied()
            .filter(|direction| writable || !is_upload(*direction))
            .collect();
    };
    if let Some(entry) = reader
        .entry("directions")
        .filter(|entry| entry.node.is_empty_array())
    {
        Finding::new(Code::Empty, "`directions` is empty")
            .at(entry.node.span, "")
            .help("leave it out for both ways, or write `enabled = false`")
            .report(report);
    }
    for word in words
        .iter()
        .filter(|word| is_upload(word.value) && !writable)
    {
        Finding::new(
            Code::UploadWithoutModify,
            format!("`{}` has nothing to upload", word.value),
        )
        .at(word.span, "the store does not claim `modify`")
        .help("remove it, or add `\"modify\"` to `features` in `[store]`")
        .report(report);
    }
    for (contents, hierarchy) in [
        (Direction::DownloadContents, Direction::DownloadHierarchy),
        (Direction::UploadContents, Direction::UploadHierarchy),
    ] {
        let find = |wanted| words.iter().find(|word| word.value == wanted);
        if let (Some(contents), None, true) = (find(contents), find(hierarchy), all_known) {
            Finding::new(
                Code::ContentsWithoutHierarchy,
                format!("`{}` without `{hierarchy}`", contents.value),
            )
            .at(contents.span, "messages in new folders have no place to go")
            .help(format!(
                "add `\"{hierarchy}\"`, unless the folders never change"
            ))
            .report(report);
        }
    }
    let mut directions: Vec<Direction> = words.into_iter().map(|word| word.value).collect();
    directions.sort();
    directions
}

fn read_remote(reader: &TableReader<'_>, settings: &[Draft], report: &Report) -> Remote {
    let kind = match reader.word::<RemoteKind>("remote") {
        Some(kind) => kind.value,
        None if reader.has("directory-setting") && !reader.has("remote") => RemoteKind::Directory,
        None => return Remote::Custom,
    };
    if kind == RemoteKind::Custom {
        reader.forbid(
            "directory-setting",
            "has no meaning for a custom remote",
            "remove it, or use `remote = \"directory\"`",
        );
        return Remote::Custom;
    }
    reader.require(
        "directory-setting",
        "add the key of the setting that holds the directory: `directory-setting = \"directory\"`",
    );
    match reader.string("directory-setting") {
        Some(key) => read_directory(key, settings, report),
        None => Remote::Custom,
    }
}

fn read_directory(key: Spanned<String>, settings: &[Draft], report: &Report) -> Remote {
    let Some(draft) = settings.iter().find(|draft| draft.setting.key == key.value) else {
        Finding::new(
            Code::UnknownSetting,
            format!("no setting has the key {}", quoted(&key.value)),
        )
        .at(key.span, "")
        .suggest(report.nearest(
            &key.value,
            settings.iter().map(|draft| draft.setting.key.as_str()),
        ))
        .help(format!(
            "add `[[settings]]` with {}",
            quoted(&format!("key = \"{}\"", key.value))
        ))
        .report(report);
        return Remote::Custom;
    };
    if draft.setting.kind != SettingKind::String {
        let found = draft.setting.kind.setting_type();
        Finding::new(
            Code::DirectorySettingType,
            format!("the setting {} is not a string", quoted(&key.value)),
        )
        .at(key.span, "this must be a string")
        .at(draft.type_span, format!("it is of the type `{found}`"))
        .help("use `type = \"string\"` there, or name another setting")
        .report(report);
    } else if !draft.setting.required && draft.setting.default.is_none() {
        Finding::new(
            Code::DirectorySettingOptional,
            format!("the setting {} may be missing", quoted(&key.value)),
        )
        .at(key.span, "without it there is nothing to synchronize with")
        .help("add `required = true` to the setting, or a default")
        .report(report);
    }
    Remote::Directory { setting: key.value }
}

fn read_retry(reader: &TableReader<'_>, report: &Report) -> Retry {
    let number = |key, range, unit, default| {
        reader
            .integer(key, range, unit)
            .map_or(default, |number| number.value as u32)
    };
    let retry = Retry {
        attempts: number("attempts", 1..=100, "", 4),
        first_delay_ms: number("first-delay-ms", 0..=600_000, "milliseconds", 500),
        factor: number("factor", 1..=10, "", 2),
        maximum_delay_ms: number("maximum-delay-ms", 0..=3_600_000, "milliseconds", 30_000),
    };
    let place = ["first-delay-ms", "maximum-delay-ms", "attempts", "factor"]
        .iter()
        .find_map(|key| reader.entry(key));
    let Some(entry) = place else { return retry };
    if retry.first_delay_ms > retry.maximum_delay_ms {
        let (first, longest) = (retry.first_delay_ms, retry.maximum_delay_ms);
        Finding::new(
            Code::RetryDelays,
            format!("the first wait of {first} ms is longer than the longest of {longest} ms"),
        )
        .at(entry.node.span, "")
        .help("make `first-delay-ms` smaller, or `maximum-delay-ms` larger")
        .report(report);
    } else if longest_wait(&retry) > PATIENCE {
        let minutes = longest_wait(&retry) / 60_000;
        Finding::new(Code::SlowRetry, format!("a synchronization could wait {minutes} minutes before it fails"))
            .at(entry.node.span, "")
            .help("use fewer attempts or a smaller `maximum-delay-ms`; the next synchronization tries again anyway")
            .report(report);
    }
    retry
}

/// All waits together, in milliseconds.
fn longest_wait(retry: &Retry) -> u64 {
    let mut wait = u64::from(retry.first_delay_ms);
    let mut total = 0;
    for _ in 1..retry.attempts {
        total += wait;
        wait = (wait * u64::from(retry.factor)).min(u64::from(retry.maximum_delay_ms));
    }
    total
}
