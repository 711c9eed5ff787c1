//! What is wrong with a spec: findings, with the places they are about.

use serde::Serialize;

use super::codes::Code;

/// One thing that is wrong, or probably wrong, with a spec.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Finding {
    /// Which kind of finding; stable, so that scripts can rely on it.
    pub code: Code,
    /// Whether it forbids generation.
    pub severity: Severity,
    /// What is wrong, in one line.
    pub message: String,
    /// Where. The first label is the place itself, the others are places that explain it. Empty only when the finding
    /// is about the whole input.
    pub labels: Vec<Label>,
    /// What to do about it, a line each.
    pub help: Vec<String>,
}

/// Whether a finding forbids generation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// It does.
    Error,
    /// It does not, but somebody should look.
    Warning,
}

/// A place in a source, and what to say there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Label {
    /// The place.
    pub span: Span,
    /// What stands beside the underline; may be empty.
    pub text: String,
}

/// A range of bytes in one of the sources.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Span {
    /// Index of the source in [`Loaded::sources`](super::Loaded::sources).
    pub source: usize,
    /// First byte.
    pub start: usize,
    /// First byte after it.
    pub end: usize,
}

/// A text that findings point into: the spec file, or one argument of the command line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// What stands after the arrow: a path, or `--set`.
    pub name: String,
    /// The whole text.
    pub text: String,
}
