//! Provider specs: what is found in bad ones, how it is shown, and what becomes of good ones.

mod findings;
mod fuzz;
mod golden;
mod hostile;
mod resolved;

use cargo_mapi::spec::{Loaded, diagnostics, load};

/// The beginning of a spec that needs nothing more.
const HEAD: &str = "spec-version = 1\n[provider]\nname = \"my-provider\"\nvendor = \"Contoso\"\n";

/// A spec with these lines after the beginning.
fn with(lines: &str) -> String {
    format!("{HEAD}{lines}")
}

/// Draws the findings without colours.
fn drawn(loaded: &Loaded) -> String {
    diagnostics::render(&loaded.findings, &loaded.sources, false)
}

/// Loads a text that is a good spec, without warnings.
fn good(text: &str) -> cargo_mapi::spec::Spec {
    let loaded = load("provider.toml", text, &[]);
    assert!(loaded.findings.is_empty(), "{}", drawn(&loaded));
    loaded.spec.expect("no finding, so there is a spec")
}
