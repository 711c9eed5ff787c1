//! The provider spec: from TOML text to the typed [`Spec`], with every finding in one run.
//!
//! ```text
//! text, overrides --load--> Loaded { spec, findings, sources }
//! findings --diagnostics::render--> text like rustc's
//! text, spec --provider_toml--> the provider.toml of the generated project
//! ```

mod codes;
pub mod diagnostics;
mod finding;
mod guid;
mod model;
pub mod property_sets;
mod words;

pub use codes::Code;
pub use finding::{Finding, Label, Severity, Source, Span};
pub use guid::{Guid, PROVIDER_UID_NAMESPACE};
pub use model::{
    Folder, Log, NamedProperty, PropertyName, Provider, Registration, Remote, Retry, Service,
    Setting, SettingKind, SettingValue, Spec, Store, SwitchProperty, SwitchValue, Switches, Sync,
};
pub use words::{
    Architecture, Direction, Feature, FolderRole, LogLevel, PropertyType, RemoteKind, Scope,
    SettingType, StoreKind,
};

/// A value given on the command line, which replaces or adds to what the file says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Override {
    /// Where it came from, as diagnostics name it: `--set`, or `<NAME>` for the name argument of `new`.
    pub origin: String,
    /// The dotted key: `provider.vendor`, `sync.retry.attempts`, `folders.inbox.comment`, `settings.server.default`. An
    /// element of a list of tables is named by its id, name or key, or by its number from 0.
    pub key: String,
    /// A TOML value; what is none is taken as a string.
    pub value: String,
}

impl Override {
    /// Reads the argument of `--set`: `KEY=VALUE`. Without an equals sign the value is empty, which
    /// [`load`] reports.
    pub fn set(argument: &str) -> Override {
        let (key, value) = argument.split_once('=').unwrap_or((argument, ""));
        Override {
            origin: "--set".into(),
            key: key.trim().into(),
            value: value.trim().into(),
        }
    }

    /// The crate name from the command line, which wins over the file's.
    pub fn name(name: &str) -> Override {
        Override {
            origin: "<NAME>".into(),
            key: "provider.name".into(),
            value: name.into(),
        }
    }
}

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

/// Reads a spec and says everything that is wrong with it. `source_name` is what diagnostics call the text, usually its
/// path. Never panics, whatever the text; hostile sizes and depths are refused before parsing.
pub fn load(_source_name: &str, _text: &str, _overrides: &[Override]) -> Loaded {
    todo!()
}

/// The commented provider.toml of a provider without `--spec`. The name need not be valid: [`load`] on the result says
/// what is wrong with it.
pub fn default_text(_name: &str) -> String {
    todo!()
}

/// The provider.toml of the generated project: `text` as it stands, with the overrides written in and the UID pinned.
/// Loading it without overrides gives `spec` again. `text` and `overrides` must be the ones that `spec` was loaded from.
pub fn provider_toml(_text: &str, _overrides: &[Override], _spec: &Spec) -> String {
    todo!()
}
