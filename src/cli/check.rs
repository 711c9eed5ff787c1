//! `cargo mapi check`.

use std::path::PathBuf;

use super::console::Console;
use super::new::summary;
use super::{Exit, input};
use crate::render;
use crate::spec;

/// Check a provider spec and say what would be generated
///
/// Reports every finding in one run and prints the paths of the files that `new` would write.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The provider spec; `-` reads standard input
    #[arg(value_name = "FILE", default_value = "provider.toml")]
    file: PathBuf,
}

pub(super) fn run(arguments: &Arguments, console: &mut Console) -> Exit {
    match check(arguments, console) {
        Ok(()) => Exit::Done,
        Err(exit) => exit,
    }
}

fn check(arguments: &Arguments, console: &mut Console) -> Result<(), Exit> {
    let name = arguments.file.display().to_string();
    let text = input::read(&arguments.file, console)?;
    let spec = input::load(&name, &text, &[], console)?;
    let provider_toml = spec::provider_toml(&text, &[], &spec);
    let files = render::render(&spec, &provider_toml).map_err(|error| {
        console.error(error, None);
        Exit::Findings
    })?;
    console.status(
        "Checked",
        format!("{name}: message store provider `{}`", spec.provider.name),
    );
    console.status("Would create", summary(&files));
    let paths: String = files.iter().map(|(path, _)| format!("{path}\n")).collect();
    console.data(&paths).map_err(|error| {
        console.error(format!("could not write to standard output: {error}"), None);
        Exit::Findings
    })
}
