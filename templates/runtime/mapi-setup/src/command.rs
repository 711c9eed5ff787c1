//! The command line.

use std::ffi::OsString;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand};
use mapi_store::entry::registration::{Architecture, Lock, Product};

use crate::action::apply;
use crate::log;
use crate::machine::Machine;
use crate::plan::{self, Plan};
use crate::profiles;
use crate::report::Report;
use crate::target::{Request, Target, Task, resolve};
use crate::trouble::{ELEVATE, Trouble};

/// How long another run may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// Installs, repairs and uninstalls the provider.
#[derive(Debug, Parser)]
#[command(name = "setup", disable_help_subcommand = true)]
struct Arguments {
    #[command(subcommand)]
    task: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Copy the DLL and this program into the install location, and make the provider known to Outlook and Windows
    Install(Options),
    /// Put back what is missing or differs, for instance after an update of Office has replaced MAPISVC.INF
    Repair(Options),
    /// Say what is there; the exit code is 0 if the provider is registered, 1 if it is not, or only in part
    Status(Options),
    /// Take everything back
    Uninstall(Options),
}

#[derive(Args, Debug)]
struct Options {
    /// Outlook's architecture, x64 or x86; without it the DLL's
    #[arg(long, value_name = "ARCHITECTURE")]
    arch: Option<Architecture>,
    /// The DLL to install; without it the one beside this program
    #[arg(long, value_name = "PATH")]
    dll: Option<PathBuf>,
    /// The directory to install into
    #[arg(long, value_name = "DIRECTORY")]
    location: Option<PathBuf>,
    /// Write into this MAPISVC.INF only, and look for no other
    #[arg(long, value_name = "PATH")]
    inf: Option<PathBuf>,
    /// Uninstall though profiles still use the service; install where ordinary users can write
    #[arg(long)]
    force: bool,
    /// For an MSI that has put the files where they are: neither copy nor delete them, and hide the entry in the list of
    /// installed programs
    #[arg(long)]
    msi: bool,
    /// Show the steps, and do none of them
    #[arg(long)]
    dry_run: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
    /// Print nothing but errors
    #[arg(long, conflicts_with = "json")]
    quiet: bool,
}

/// Exit codes.
const DONE: u8 = 0;
const FAILED: u8 = 1;

/// The whole program: what `main` of a provider's setup program calls.
pub fn main(product: &Product) -> ExitCode {
    let machine = match Machine::own() {
        Ok(machine) => machine,
        Err(error) => {
            eprintln!("error: setup cannot find itself: {error}");
            return ExitCode::from(FAILED);
        }
    };
    let arguments = std::env::args_os();
    let code = run(
        product,
        &machine,
        arguments,
        &mut io::stdout().lock(),
        &mut io::stderr().lock(),
    );
    ExitCode::from(code)
}

/// Runs a command line on a machine: prints, and answers the exit code. 0 is success (for `status`: registered), 1 is failure
/// (for `status`: not registered, or only in part), 2 is a wrong command line.
pub fn run<A: Into<OsString> + Clone>(
    product: &Product,
    machine: &Machine,
    arguments: impl IntoIterator<Item = A>,
    out: &mut dyn Write,
    errors: &mut dyn Write,
) -> u8 {
    let command = Arguments::command()
        .about(format!(
            "Installs, repairs and uninstalls {} {}",
            product.display_name, product.version
        ))
        .version(product.version);
    let parsed = command
        .try_get_matches_from(arguments)
        .and_then(|matches| Arguments::from_arg_matches(&matches));
    let arguments = match parsed {
        Ok(arguments) => arguments,
        Err(error) => {
            let text = error.render().to_string();
            let stream: &mut dyn Write = if error.use_stderr() { errors } else { out };
            // Nobody is left to tell.
            let _ = stream.write_all(text.as_bytes());
            return u8::try_from(error.exit_code()).unwrap_or(FAILED);
        }
    };
    let (task, options) = match arguments.task {
        Verb::Install(options) => (Task::Install, options),
        Verb::Repair(options) => (Task::Repair, options),
        Verb::Status(options) => (Task::Status, options),
        Verb::Uninstall(options) => (Task::Uninstall, options),
    };
    let request = Request {
        task,
        architecture: options.arch,
        dll: options.dll,
        location: options.location,
        inf: options.inf,
        force: options.force,
        is_ours: !options.msi,
    };
    let mut report = Report::new(product, task, options.dry_run);
    if let Err(troubles) = work(product, machine, &request, &mut report) {
        report.fail(troubles);
    }
    let printed = if options.json {
        report.json(out)
    } else {
        report.text(out, errors, options.quiet)
    };
    match printed {
        Ok(()) if report.is_success() => DONE,
        _ => FAILED,
    }
}

fn work(
    product: &Product,
    machine: &Machine,
    request: &Request,
    report: &mut Report<'_>,
) -> Result<(), Vec<Trouble>> {
    let changes = request.task != Task::Status && !report.is_dry;
    let _lock = match changes {
        true => Some(
            Lock::take(&machine.lock, PATIENCE)
                .map_err(|error| vec![Trouble::file(&machine.lock, &error)])?,
        ),
        false => None,
    };
    let target = resolve(machine, product, request)?;
    report.see(&target);
    let profiles = profiles::find(&*machine.registry, product)
        .map_err(|error| vec![Trouble::io("the profiles", &error)])?;
    report.profiles.clone_from(&profiles);
    let plan = plan::make(machine, product, &target, request.task)?;
    report.plan = plan;
    if request.task == Task::Status {
        return Ok(());
    }
    let mut troubles = Vec::new();
    if request.task == Task::Uninstall && !profiles.is_empty() && !request.force {
        troubles.push(in_use(product, &profiles));
    }
    if changes {
        troubles.extend(without_rights(product, machine, &target, &report.plan));
    }
    if !troubles.is_empty() {
        return Err(troubles);
    }
    if changes {
        report.notes = apply(
            &report.plan.actions(),
            &Arc::clone(&machine.registry),
            &target.fragment,
        )?;
        report.is_done = true;
    }
    Ok(())
}

fn in_use(product: &Product, profiles: &[profiles::ProfileUse]) -> Trouble {
    let named: String = profiles
        .iter()
        .map(|profile| format!("\n    {profile}"))
        .collect();
    Trouble::new(format!(
        "the service {} is still in use, and Outlook does not start with a profile that names a service it cannot load:{named}",
        product.service_name
    ))
    .help("remove it from these profiles (Control Panel, Mail), or use --force")
}

/// Said before anything is done, not in the middle of it.
fn without_rights(
    product: &Product,
    machine: &Machine,
    target: &Target,
    plan: &Plan,
) -> Option<Trouble> {
    plan.steps().next()?;
    let (root, view) = (log::root(product), target.architecture.view());
    match machine.registry.is_writable(root, view, "SOFTWARE") {
        Ok(true) => None,
        Ok(false) => Some(
            Trouble::new(format!(
                r"{root}\SOFTWARE cannot be written without administrator's rights"
            ))
            .help(ELEVATE),
        ),
        Err(error) => Some(Trouble::io(format!(r"{root}\SOFTWARE"), &error)),
    }
}
