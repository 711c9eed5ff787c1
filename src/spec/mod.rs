//! The provider spec: from TOML text to the typed [`Spec`], with every finding in one run.
//!
//! ```text
//! text, overrides --load--> Loaded { spec, findings, sources }
//! findings --diagnostics::render--> text like rustc's
//! text, spec --provider_toml--> the provider.toml of the generated project
//! ```

mod codes;
pub mod diagnostics;
mod document;
mod finding;
mod guid;
mod limits;
mod location;
mod model;
mod names;
mod overrides;
mod parse;
pub mod property_sets;
mod reader;
mod report;
mod schema;
mod sections;
mod suggest;
mod text;
mod tree;
mod words;

pub use codes::Code;
pub use finding::{Finding, Label, Severity, Source, Span};
pub use guid::{Guid, PROVIDER_UID_NAMESPACE};
pub use limits::MAX_BYTES;
pub use model::{
    FILE_PLACEHOLDER, Folder, Log, NamedProperty, Packaging, PropertyName, Provider, Registration,
    Remote, Retry, Service, Setting, SettingKind, SettingValue, Spec, Store, SwitchProperty,
    SwitchValue, Switches, Sync,
};
pub use overrides::Override;
pub(crate) use text::installer_version;
pub use words::{
    Architecture, Direction, Feature, FolderRole, LogLevel, PropertyType, RemoteKind, Scope,
    SettingType, StoreKind,
};

use report::Report;
use tree::Table;

/// What [`load`] made of a text.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// The spec, if no finding is an error.
    pub spec: Option<Spec>,
    /// Everything found, in the order of the text.
    pub findings: Vec<Finding>,
    /// The texts that the findings point into: the spec first, then the overrides.
    pub sources: Vec<Source>,
}

impl Loaded {
    /// How many findings are errors.
    pub fn errors(&self) -> usize {
        self.findings
            .iter()
            .filter(|finding| finding.severity == Severity::Error)
            .count()
    }

    /// How many findings are warnings.
    pub fn warnings(&self) -> usize {
        self.findings.len() - self.errors()
    }
}

/// Reads a spec and says everything that is wrong with it. `source_name` is what diagnostics call the text, usually
/// its path. Never panics, whatever the text; hostile sizes and depths are refused before parsing.
pub fn load(source_name: &str, text: &str, overrides: &[Override]) -> Loaded {
    read(source_name, text, overrides).0
}

/// Like [`load`], for the bytes of a file, which may be no text at all.
pub fn load_bytes(source_name: &str, bytes: &[u8], overrides: &[Override]) -> Loaded {
    // What is too large is refused as such, whatever is in it, and not copied.
    let bytes = if bytes.len() > MAX_BYTES {
        &bytes[..MAX_BYTES + 1]
    } else {
        bytes
    };
    match std::str::from_utf8(bytes) {
        Ok(text) => load(source_name, text, overrides),
        Err(_) if bytes.len() > MAX_BYTES => load(source_name, &" ".repeat(bytes.len()), overrides),
        Err(error) => {
            let line = bytes[..error.valid_up_to()]
                .iter()
                .filter(|byte| **byte == b'\n')
                .count()
                + 1;
            let finding = Finding::new(
                Code::NotUtf8,
                format!("the file is not UTF-8: line {line} is no text"),
            )
            .help("save it as UTF-8");
            let source = Source {
                name: source_name.to_owned(),
                text: String::new(),
            };
            Loaded {
                spec: None,
                findings: vec![finding],
                sources: vec![source],
            }
        }
    }
}

/// The commented provider.toml of a provider without `--spec`. The name need not be valid: [`load`] on the result says
/// what is wrong with it.
pub fn default_text(name: &str) -> String {
    document::default_text(name)
}

/// The provider.toml of the generated project: `text` as it stands, with the overrides written in and the UID pinned.
/// Loading it without overrides gives `spec` again. `text` and `overrides` must be the ones that `spec` was loaded
/// from.
pub fn provider_toml(text: &str, overrides: &[Override], spec: &Spec) -> String {
    let (_, root) = read("", text, overrides);
    document::provider_toml(text, overrides, &root, spec)
}

/// Loads a spec, and also gives the tree that it was read from.
fn read(source_name: &str, text: &str, overrides: &[Override]) -> (Loaded, Table) {
    let mut sources = vec![Source {
        name: source_name.to_owned(),
        text: String::new(),
    }];
    if let Some(finding) = limits::refuse(text) {
        if !finding.labels.is_empty() {
            sources[0].text = text.to_owned();
        }
        let nothing = Table::empty(Span {
            source: 0,
            start: 0,
            end: 0,
        });
        return (
            Loaded {
                spec: None,
                findings: vec![finding],
                sources,
            },
            nothing,
        );
    }
    sources[0].text = text.to_owned();
    let parse::Document {
        mut root,
        errors,
        lost,
    } = parse::document(text);
    let report = Report::default();
    overrides::apply(&mut root, overrides, &mut sources, &report);
    let spec = sections::read(&root, &report);
    if !lost.is_empty() {
        report.retain(|finding| {
            let is_lost = |label: &Label| {
                label.span.source == 0 && lost.iter().any(|range| range.contains(&label.span.start))
            };
            !finding.code.is_about_absence() && !finding.labels.iter().any(is_lost)
        });
    }
    errors.into_iter().for_each(|error| report.add(error));
    let spec = report.is_clean().then_some(spec);
    (
        Loaded {
            spec,
            findings: report.into_findings(),
            sources,
        },
        root,
    )
}
