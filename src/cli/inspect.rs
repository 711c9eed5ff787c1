//! `cargo mapi inspect`.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::console::Console;
use super::{Exit, input};
use crate::inspect::{self, Expectation, Inspection};

/// Larger than any DLL.
const LARGEST_FILE: u64 = 1 << 30;

/// Inspect a built DLL: what Outlook, Windows and installers will find in it
///
/// Reads the file without running it: machine, exports, imports, version resource, protection, size. Anything that would
/// keep Outlook from loading it is a finding, and the exit code is 1. The setup program can be inspected, too.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The DLL, or the setup program
    #[arg(value_name = "DLL")]
    file: PathBuf,

    /// The generated project that it was built from: compare with its provider.toml
    #[arg(long, value_name = "DIR")]
    project: Option<PathBuf>,

    /// The provider spec to compare with
    #[arg(long, value_name = "FILE", conflicts_with = "project")]
    spec: Option<PathBuf>,

    /// Print facts and findings as JSON
    #[arg(long)]
    json: bool,
}

/// What `--json` prints.
#[derive(Serialize)]
struct Report<'a> {
    file: String,
    #[serde(flatten)]
    inspection: &'a Inspection,
}

pub(super) fn run(arguments: &Arguments, console: &mut Console) -> Exit {
    match inspect(arguments, console) {
        Ok(exit) | Err(exit) => exit,
    }
}

fn inspect(arguments: &Arguments, console: &mut Console) -> Result<Exit, Exit> {
    let spec = match (&arguments.project, &arguments.spec) {
        (Some(project), _) => Some(project.join("provider.toml")),
        (None, spec) => spec.clone(),
    };
    let expected = match spec {
        None => None,
        Some(path) => {
            let text = input::read(&path, console)?;
            let spec = input::load(&path.display().to_string(), &text, &[], console)?;
            Some(Expectation::of(&spec))
        }
    };
    let bytes = read(&arguments.file).map_err(|error| {
        let name = arguments.file.display();
        let help = "cargo puts the DLL into `target/<target>/release`";
        console.error(format!("could not read `{name}`: {error}"), Some(help));
        Exit::Findings
    })?;
    let inspection = inspect::inspect(&bytes, expected.as_ref());
    let file = arguments.file.display().to_string();
    let data = if arguments.json {
        let report = Report {
            file,
            inspection: &inspection,
        };
        let json = serde_json::to_string_pretty(&report).expect("facts are plain data");
        format!("{json}\n")
    } else {
        show(&file, &inspection, console);
        inspection.to_string()
    };
    console.data(&data).map_err(|error| {
        console.error(format!("could not write to standard output: {error}"), None);
        Exit::Findings
    })?;
    Ok(if inspection.is_clean() {
        Exit::Done
    } else {
        Exit::Findings
    })
}

fn show(file: &str, inspection: &Inspection, console: &mut Console) {
    for note in &inspection.notes {
        console.warning(format!("{}: {} ({})", file, note.message, note.help));
    }
    for finding in &inspection.findings {
        let message = format!("{file}: {}; {}", finding.message, finding.why);
        console.error(message, Some(&finding.help));
    }
    if inspection.is_clean() {
        console.status("Inspected", format!("{file}: nothing is wrong"));
    }
}

fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?
        .take(LARGEST_FILE + 1)
        .read_to_end(&mut bytes)?;
    if bytes.len() as u64 > LARGEST_FILE {
        return Err(io::Error::other("it is larger than 1 GiB"));
    }
    Ok(bytes)
}
