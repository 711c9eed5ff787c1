//! `cargo mapi new`.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use clap::ValueEnum;

use super::console::Console;
use super::{Exit, input};
use crate::files::{FileSet, Owner};
use crate::project::{self, Plan, Vcs};
use crate::render;
use crate::spec::{self, Override};

/// Create a new message store provider
///
/// Writes a complete project: a crate with the DLL's exports and its tests, the runtime's sources, an example host,
/// registration files and CI. All of it or, when anything fails, nothing.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The new crate's name, or the path of its directory, whose last part is the name
    ///
    /// With a spec that has a name, the directory alone.
    #[arg(value_name = "NAME|PATH", required_unless_present = "spec")]
    name: Option<PathBuf>,

    /// The provider spec, a TOML file (`-` reads standard input); without it a good default is made
    #[arg(long, value_name = "FILE")]
    spec: Option<PathBuf>,

    /// The directory to create, instead of one with the crate's name
    #[arg(long, value_name = "DIR")]
    path: Option<PathBuf>,

    /// Set a value of the spec, by its dotted key: `provider.vendor=Contoso`
    #[arg(long, value_name = "KEY=VALUE", value_parser = key_value)]
    set: Vec<String>,

    /// Print what would be written, and write nothing
    #[arg(long)]
    dry_run: bool,

    /// Version control of the new project [default: git, unless inside a repository]
    #[arg(long, value_name = "VCS")]
    vcs: Option<VcsArgument>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum VcsArgument {
    Git,
    None,
}

fn key_value(argument: &str) -> Result<String, String> {
    match argument.split_once('=') {
        Some((key, _)) if !key.trim().is_empty() => Ok(argument.to_owned()),
        _ => Err("it is not of the form KEY=VALUE".to_owned()),
    }
}

/// What the arguments mean.
struct Request {
    /// What diagnostics call the spec.
    source_name: String,
    text: String,
    overrides: Vec<Override>,
    /// The directory, if it does not follow from the spec's name.
    directory: Option<PathBuf>,
}

pub(super) fn run(arguments: &Arguments, console: &mut Console) -> Exit {
    match create(arguments, console) {
        Ok(()) => Exit::Done,
        Err(exit) => exit,
    }
}

fn create(arguments: &Arguments, console: &mut Console) -> Result<(), Exit> {
    let request = request(arguments, console)?;
    let spec = input::load(
        &request.source_name,
        &request.text,
        &request.overrides,
        console,
    )?;
    let provider_toml = spec::provider_toml(&request.text, &request.overrides, &spec);
    input::expect_same(&spec, &provider_toml, console)?;
    let files = render::render(&spec, &provider_toml).map_err(|error| {
        console.error(error, None);
        Exit::Findings
    })?;

    let directory = request
        .directory
        .unwrap_or_else(|| PathBuf::from(&spec.provider.name));
    let vcs = arguments.vcs.map(|vcs| match vcs {
        VcsArgument::Git => Vcs::Git,
        VcsArgument::None => Vcs::None,
    });
    let failed = |error: project::Error, console: &mut Console| {
        console.error(&error, error.help().as_deref());
        if matches!(error, project::Error::Interrupted) {
            Exit::Interrupted
        } else {
            Exit::Findings
        }
    };
    let plan = project::plan(&files, &directory, vcs).map_err(|error| failed(error, console))?;
    if arguments.dry_run {
        return show_plan(&plan, console);
    }
    let outcome = project::apply(&plan).map_err(|error| failed(error, console))?;
    if outcome.git_missing {
        console.warning("git was not found, so there is no repository; `--vcs none` silences this");
    }
    for exclusion in &plan.exclusions {
        let manifest = exclusion.manifest.display();
        console.status(
            "Excluded",
            format!("`{}` from the workspace `{manifest}`", exclusion.entry),
        );
    }
    console.status(
        "Created",
        format!(
            "message store provider `{}` ({})",
            spec.provider.name,
            summary(&files)
        ),
    );
    let change_directory = format!("cd {}", quoted(&directory));
    console.next_commands(&[&change_directory, "cargo test", "cargo run --example host"]);
    Ok(())
}

fn request(arguments: &Arguments, console: &mut Console) -> Result<Request, Exit> {
    let mut overrides = Vec::new();
    let name = match &arguments.name {
        Some(path) => Some(crate_name(path, console)?),
        None => None,
    };
    let (source_name, text) = match (&arguments.spec, &name) {
        (Some(path), name) => {
            let text = input::read(path, console)?;
            // A name in the file stays: the provider's identity is derived from it.
            if let (Some(name), false) = (name, has_name(&text)) {
                overrides.push(Override::name(name));
            }
            (path.display().to_string(), text)
        }
        (None, name) => {
            let name = name.as_deref().unwrap_or_default();
            ("default spec".to_owned(), spec::default_text(name))
        }
    };
    overrides.extend(arguments.set.iter().map(|argument| Override::set(argument)));
    let directory = arguments.path.clone().or_else(|| arguments.name.clone());
    Ok(Request {
        source_name,
        text,
        overrides,
        directory,
    })
}

/// The last part of a path, as a name; whether it is a good one is for the spec to say.
fn crate_name(path: &Path, console: &mut Console) -> Result<String, Exit> {
    // `.` and `..` have no last part of their own.
    let named = match path.file_name() {
        Some(name) => Some(name.to_owned()),
        None => path
            .canonicalize()
            .ok()
            .and_then(|path| path.file_name().map(ToOwned::to_owned)),
    };
    let name = named.and_then(|name| name.into_string().ok());
    name.ok_or_else(|| {
        let help = "a crate name has lower-case letters, digits, `-` and `_`";
        console.error(
            format!("`{}` does not end in a crate name", path.display()),
            Some(help),
        );
        Exit::Findings
    })
}

/// Whether a spec's text names the crate. What is not TOML says so when it is loaded.
fn has_name(text: &str) -> bool {
    let document = text.parse::<toml_edit::DocumentMut>();
    document.is_ok_and(|document| {
        document
            .get("provider")
            .and_then(|provider| provider.get("name"))
            .is_some()
    })
}

fn show_plan(plan: &Plan<'_>, console: &mut Console) -> Result<(), Exit> {
    let mut text = String::new();
    for (path, _) in plan.files.iter() {
        // Each part on its own, for the separators of the system.
        let file = plan.target.join(path.split('/').collect::<PathBuf>());
        writeln!(text, "{}", file.display()).expect("writing to a string succeeds");
    }
    for exclusion in &plan.exclusions {
        let manifest = exclusion.manifest.display();
        console.status(
            "Would edit",
            format!("`{}` from the workspace `{manifest}`", exclusion.entry),
        );
    }
    console.status("Would create", summary(plan.files));
    console.data(&text).map_err(|error| {
        console.error(format!("could not write to standard output: {error}"), None);
        Exit::Findings
    })
}

/// How much there is, and how much of it is the team's.
pub(super) fn summary(files: &FileSet) -> String {
    let team = files
        .iter()
        .filter(|(_, file)| file.owner == Owner::Team)
        .count();
    format!(
        "{} files, {team} of them yours to edit; {} lines",
        files.len(),
        files.lines()
    )
}

/// A path as shells want it, near enough for the usual ones.
fn quoted(path: &Path) -> String {
    let text = path.display().to_string();
    let is_plain = |character: char| character.is_alphanumeric() || "/\\:._-+@".contains(character);
    if !text.is_empty() && text.chars().all(is_plain) {
        text
    } else if cfg!(windows) {
        format!("\"{text}\"")
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}
