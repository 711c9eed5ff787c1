//! Findings as text, drawn the way rustc draws its own.

use super::{Finding, Source};

/// Draws the findings, one after the other, with an empty line between them. `color` adds ANSI escapes.
pub fn render(_findings: &[Finding], _sources: &[Source], _color: bool) -> String {
    todo!()
}
