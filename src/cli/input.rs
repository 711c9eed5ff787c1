//! Reading specs, and showing what is wrong with them.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use super::Exit;
use super::console::Console;
use crate::spec::{self, Loaded, Override, Spec};

/// More than any spec has; what is larger is not one.
const LARGEST_SPEC: u64 = 16 * 1024 * 1024;

/// Reads a spec's text; `-` is standard input. Says what is wrong where it cannot.
pub(super) fn read(path: &Path, console: &mut Console) -> Result<String, Exit> {
    let mut bytes = Vec::new();
    let result = if path == Path::new("-") {
        io::stdin()
            .lock()
            .take(LARGEST_SPEC + 1)
            .read_to_end(&mut bytes)
    } else {
        File::open(path).and_then(|file| file.take(LARGEST_SPEC + 1).read_to_end(&mut bytes))
    };
    let name = path.display();
    if let Err(error) = result {
        let help = match error.kind() {
            io::ErrorKind::NotFound => {
                Some("a spec is a TOML file; `cargo mapi new NAME` makes one with good defaults")
            }
            _ => None,
        };
        console.error(format!("could not read the spec `{name}`: {error}"), help);
        return Err(Exit::Findings);
    }
    if bytes.len() as u64 > LARGEST_SPEC {
        console.error(
            format!(
                "the spec `{name}` is larger than {} MiB",
                LARGEST_SPEC >> 20
            ),
            None,
        );
        return Err(Exit::Findings);
    }
    String::from_utf8(bytes).map_err(|error| {
        let line = error.as_bytes()[..error.utf8_error().valid_up_to()]
            .iter()
            .filter(|byte| **byte == b'\n')
            .count()
            + 1;
        console.error(
            format!("the spec `{name}` is not UTF-8, in line {line}"),
            Some("save it as UTF-8"),
        );
        Exit::Findings
    })
}

/// Loads a spec and shows all findings; without errors there is a spec.
pub(super) fn load(
    name: &str,
    text: &str,
    overrides: &[Override],
    console: &mut Console,
) -> Result<Spec, Exit> {
    let loaded = spec::load(name, text, overrides);
    show(&loaded, console);
    loaded.spec.ok_or(Exit::Findings)
}

/// Reads the provider.toml that a project is about to get: it has to mean the same spec.
pub(super) fn expect_same(
    spec: &Spec,
    provider_toml: &str,
    console: &mut Console,
) -> Result<(), Exit> {
    if spec::load("provider.toml", provider_toml, &[])
        .spec
        .as_ref()
        == Some(spec)
    {
        return Ok(());
    }
    console.error(
        "the new provider.toml would not mean the same spec",
        Some("this is a fault of the generator, please report it"),
    );
    Err(Exit::Findings)
}

fn show(loaded: &Loaded, console: &mut Console) {
    if loaded.findings.is_empty() {
        return;
    }
    let drawn = spec::diagnostics::render(&loaded.findings, &loaded.sources, console.has_color());
    console.text(drawn.trim_end_matches('\n'));
    console.text("\n\n");
    let errors = loaded.errors();
    if errors > 0 {
        let plural = if errors == 1 { "" } else { "s" };
        console.error(format!("the spec has {errors} error{plural}"), None);
    }
}
