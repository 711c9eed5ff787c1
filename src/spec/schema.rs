//! The keys of the format, section by section.

/// A table of the format.
pub(super) struct Section {
    /// As it is written in the file; empty for the top.
    pub path: &'static str,
    /// Its keys, tables included, in the order of the documentation.
    pub keys: &'static [&'static str],
}

impl Section {
    /// What messages call it.
    pub fn name(&self) -> String {
        if self.path.is_empty() {
            "the spec".to_owned()
        } else {
            format!("`{}`", self.path)
        }
    }
}

pub(super) const ROOT: Section = Section {
    path: "",
    keys: &[
        "spec-version",
        "provider",
        "service",
        "store",
        "folders",
        "named-properties",
        "settings",
        "sync",
        "registration",
        "packaging",
        "log",
    ],
};

pub(super) const PROVIDER: Section = Section {
    path: "[provider]",
    keys: &[
        "name",
        "display-name",
        "vendor",
        "description",
        "version",
        "license",
        "authors",
        "uid",
    ],
};

pub(super) const SERVICE: Section = Section {
    path: "[service]",
    keys: &["name", "dll", "kind", "single-copy"],
};

pub(super) const STORE: Section = Section {
    path: "[store]",
    keys: &["location", "large-property-limit", "features", "switches"],
};

pub(super) const SWITCHES: Section = Section {
    path: "[store.switches]",
    keys: &[
        "auto-archive",
        "start-up-crawl",
        "contacts-scan",
        "private-store",
        "server-folder-sizes",
        "partial-meeting-updates",
        "folder-home-pages",
        "folder-sharing",
    ],
};

pub(super) const FOLDERS: Section = Section {
    path: "[[folders]]",
    keys: &[
        "id",
        "name",
        "parent",
        "role",
        "container-class",
        "comment",
        "receive-classes",
        "hidden",
    ],
};

pub(super) const NAMED_PROPERTIES: Section = Section {
    path: "[[named-properties]]",
    keys: &["set", "name", "id", "type", "indexed"],
};

pub(super) const SETTINGS: Section = Section {
    path: "[[settings]]",
    keys: &[
        "key",
        "label",
        "property-id",
        "type",
        "choices",
        "minimum",
        "maximum",
        "default",
        "required",
    ],
};

pub(super) const SYNC: Section = Section {
    path: "[sync]",
    keys: &[
        "enabled",
        "directions",
        "batch-size",
        "remote",
        "directory-setting",
        "retry",
    ],
};

pub(super) const RETRY: Section = Section {
    path: "[sync.retry]",
    keys: &["attempts", "first-delay-ms", "factor", "maximum-delay-ms"],
};

pub(super) const REGISTRATION: Section = Section {
    path: "[registration]",
    keys: &["architectures", "scope", "indexing", "install-location"],
};

pub(super) const PACKAGING: Section = Section {
    path: "[packaging]",
    keys: &["sign", "url", "support-url"],
};

pub(super) const LOG: Section = Section {
    path: "[log]",
    keys: &["location", "level"],
};

/// The keys at the top that are lists of tables.
pub(super) const LISTS: &[&str] = &["folders", "named-properties", "settings"];

/// All sections.
pub(super) const SECTIONS: &[&Section] = &[
    &ROOT,
    &PROVIDER,
    &SERVICE,
    &STORE,
    &SWITCHES,
    &FOLDERS,
    &NAMED_PROPERTIES,
    &SETTINGS,
    &SYNC,
    &RETRY,
    &REGISTRATION,
    &PACKAGING,
    &LOG,
];

/// The section that has the key, if only one has.
pub(super) fn section_with(key: &str) -> Option<&'static Section> {
    let mut sections = SECTIONS
        .iter()
        .filter(|section| section.keys.contains(&key));
    match (sections.next(), sections.next()) {
        (Some(section), None) => Some(section),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::{Code, load};

    fn full_example() -> toml::Table {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/full.toml");
        toml::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
    }

    /// The first table of the section that has the key.
    fn find<'a>(
        example: &'a mut toml::Table,
        section: &Section,
        key: &str,
    ) -> Option<&'a mut toml::Table> {
        let path = section.path.trim_matches(['[', ']']);
        let mut table = example;
        for part in path.split('.').filter(|part| !part.is_empty()) {
            table = match table.get_mut(part)? {
                toml::Value::Table(table) => table,
                toml::Value::Array(tables) => {
                    let mut tables = tables.iter_mut().filter_map(toml::Value::as_table_mut);
                    tables.find(|table| table.contains_key(key))?
                }
                _ => return None,
            };
        }
        table.contains_key(key).then_some(table)
    }

    /// A key in the schema that nobody reads would be accepted and have no effect. No key takes a date, so each that is
    /// read complains about one.
    #[test]
    fn every_key_is_read_and_in_the_full_example() {
        let date: toml::Value = "2026-11-22"
            .parse::<toml::value::Datetime>()
            .unwrap()
            .into();
        for section in SECTIONS {
            for key in section.keys {
                let mut example = full_example();
                let table = find(&mut example, section, key);
                let table = table.unwrap_or_else(|| {
                    panic!("`{key}` of {} is not in the full example", section.name())
                });
                table.insert((*key).to_owned(), date.clone());
                let loaded = load("full.toml", &toml::to_string(&example).unwrap(), &[]);
                let complains = loaded
                    .findings
                    .iter()
                    .any(|finding| finding.code == Code::WrongType);
                assert!(
                    complains,
                    "nobody reads `{key}` of {}: {:?}",
                    section.name(),
                    loaded.findings
                );
            }
        }
    }

    #[test]
    fn sections_are_found_by_their_keys() {
        assert_eq!(
            section_with("dll").map(|section| section.path),
            Some("[service]")
        );
        assert!(section_with("name").is_none());
        assert!(section_with("nonsense").is_none());
    }
}
