//! `cargo mapi package`.

use std::fmt::Write;
use std::path::PathBuf;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::console::Console;
use super::{Exit, input};
use crate::package::{self, Observer, Options, Report};

/// Package what ships: one zip file for each kind of Outlook
///
/// Builds the release DLL and the setup program for the Windows targets that the toolchain has, inspects them, runs the
/// spec's signing command, and collects them with the scripts, licence texts, a bill of materials and checksums. The same
/// built files give the same bytes. All packages are written or, when anything fails, none.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The directory of a generated project
    #[arg(value_name = "PROJECT", default_value = ".")]
    project: PathBuf,

    /// Package for this target, instead of all that the toolchain or DIR has; may be repeated
    #[arg(long, value_name = "TRIPLE")]
    target: Vec<String>,

    /// Package files that were built before
    #[arg(long, requires = "from")]
    no_build: bool,

    /// Where the built DLL and setup.exe lie: in DIR, or in DIR/x64 and DIR/x86
    #[arg(long, value_name = "DIR", requires = "no_build")]
    from: Option<PathBuf>,

    /// Where to put the packages [default: `package` in cargo's target directory]
    #[arg(long, value_name = "DIR")]
    output: Option<PathBuf>,

    /// Leave the signing command of the spec out
    #[arg(long)]
    no_sign: bool,

    /// Package what the inspection complains about
    #[arg(long)]
    force: bool,

    /// Say what would be packaged; build and write nothing
    #[arg(long)]
    dry_run: bool,

    /// Print a report as JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn run(arguments: &Arguments, console: &mut Console) -> Exit {
    match package(arguments, console) {
        Ok(()) => Exit::Done,
        Err(exit) => exit,
    }
}

fn package(arguments: &Arguments, console: &mut Console) -> Result<(), Exit> {
    let path = arguments.project.join("provider.toml");
    if !path.is_file() {
        let error = package::Error::Missing { path };
        return Err(failed(&error, console));
    }
    let text = input::read(&path, console)?;
    let spec = input::load(&path.display().to_string(), &text, &[], console)?;
    let options = Options {
        targets: arguments.target.clone(),
        from: arguments.from.clone(),
        output: arguments.output.clone(),
        force: arguments.force,
        no_sign: arguments.no_sign,
        source_date_epoch: std::env::var_os("SOURCE_DATE_EPOCH")
            .map(|value| value.to_string_lossy().into_owned()),
    };
    let plan = package::plan(&arguments.project, spec, options)
        .map_err(|error| failed(&error, console))?;
    let report = if arguments.dry_run {
        package::dry_run(&plan)
    } else {
        let mut display = Display::new(console);
        let result = package::make(&plan, &mut display);
        display.bar.finish_and_clear();
        result.map_err(|error| failed(&error, console))?
    };
    show(&report, console);
    let data = if arguments.json {
        let json = serde_json::to_string_pretty(&report).expect("a report is plain data");
        format!("{json}\n")
    } else {
        let mut paths = String::new();
        for package in &report.packages {
            for path in [Some(&package.path), package.symbols.as_ref()]
                .into_iter()
                .flatten()
            {
                writeln!(paths, "{}", path.display()).expect("writing to a string succeeds");
            }
        }
        paths
    };
    console.data(&data).map_err(|error| {
        console.error(format!("could not write to standard output: {error}"), None);
        Exit::Findings
    })
}

fn failed(error: &package::Error, console: &mut Console) -> Exit {
    console.error(error, error.help().as_deref());
    if matches!(error, package::Error::Interrupted) {
        Exit::Interrupted
    } else {
        Exit::Findings
    }
}

fn show(report: &Report, console: &mut Console) {
    for left_out in &report.left_out {
        let how = match left_out.command.as_str() {
            "" => String::new(),
            command => format!("; `{command}` gets it"),
        };
        console.warning(format!("left out {}{how}", left_out.reason));
    }
    for package in &report.packages {
        for warning in &package.warnings {
            console.warning(format!("{}: {warning}", package.architecture));
        }
        let path = package.path.display();
        if report.dry_run {
            console.status("Would package", format!("{path} ({})", package.target));
            continue;
        }
        let signed = match package.signed.as_slice() {
            [] => "not signed".to_owned(),
            names => format!("signed {}", names.join(", then ")),
        };
        console.status(
            "Packaged",
            format!(
                "{path} ({}, {} files, {} KiB, {} crates, {signed})",
                package.target,
                package.files.len(),
                package.bytes.div_ceil(1024),
                package.crates
            ),
        );
    }
    let steps: Vec<String> = (report.steps.iter().enumerate())
        .map(|(index, step)| {
            let windows = if step.needs_windows {
                " (needs Windows)"
            } else {
                ""
            };
            let commands: String = (step.commands.iter())
                .map(|command| format!("\n     {command}"))
                .collect();
            format!("{}. {}{windows}{commands}", index + 1, step.what)
        })
        .collect();
    console.next_steps(&steps);
}

/// A bar on a terminal, and status lines above it.
struct Display<'a> {
    console: &'a mut Console,
    bar: ProgressBar,
}

impl<'a> Display<'a> {
    fn new(console: &'a mut Console) -> Self {
        // Not drawn at all where stderr is not a terminal.
        let target = if console.is_quiet() {
            ProgressDrawTarget::hidden()
        } else {
            ProgressDrawTarget::stderr()
        };
        let style = ProgressStyle::with_template("{msg:>12} [{bar:30}] {pos}/{len} {prefix}")
            .expect("the template is well formed")
            .progress_chars("=> ");
        let bar = ProgressBar::with_draw_target(Some(0), target).with_style(style);
        Self { console, bar }
    }
}

impl Observer for Display<'_> {
    fn step(&mut self, verb: &str, what: &str) {
        self.bar.reset();
        self.bar.set_length(0);
        self.bar.set_prefix("");
        self.bar.set_message(verb.to_owned());
        let console = &mut *self.console;
        self.bar.suspend(|| console.status(verb, what));
    }

    fn progress(&mut self, done: usize, total: usize, what: &str) {
        self.bar.enable_steady_tick(Duration::from_millis(200));
        self.bar.set_length(total as u64);
        self.bar.set_prefix(what.to_owned());
        self.bar.set_position(done as u64);
    }

    fn text(&mut self, text: &str) {
        let console = &mut *self.console;
        self.bar.suspend(|| console.text(text));
    }
}
