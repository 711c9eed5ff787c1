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
