//! What the README shows is true.

use std::fs;

use crate::specs::root;

#[test]
fn the_spec_in_the_readme_is_a_spec() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let (_, rest) = readme.split_once("```toml\n").expect("a spec");
    let (spec, _) = rest.split_once("```").unwrap();
    let loaded = cargo_mapi::spec::load("README.md", spec, &[]);
    assert!(loaded.findings.is_empty(), "{:#?}", loaded.findings);
    assert!(loaded.spec.is_some());
}
