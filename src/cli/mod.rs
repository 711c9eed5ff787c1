//! The command line: what was typed, what it means, and the exit code that comes of it.

mod check;
mod console;
mod input;
mod inspect;
mod new;
mod package;

use std::ffi::{OsStr, OsString};

use anstream::ColorChoice;
use clap::{Args, Parser, Subcommand, ValueEnum};

use console::Console;

/// How a run ended, as the process reports it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Exit {
    /// Everything done.
    Done = 0,
    /// Findings in the input, or a file system that refused something.
    Findings = 1,
    /// Interrupted by the user.
    Interrupted = crate::project::INTERRUPTED_EXIT_CODE as isize,
}

const EXIT_CODES: &str = "\
Exit codes:
  0    done
  1    findings in the input (the spec, the target directory, the DLL), or a file that could not be read or written
  2    wrong usage
  130  interrupted; nothing was written";

/// Generate complete MAPI message store providers for Outlook, in Rust.
#[derive(Debug, Parser)]
#[command(name = "cargo-mapi", bin_name = "cargo mapi", version, after_help = EXIT_CODES)]
struct Arguments {
    #[command(subcommand)]
    command: Command,

    #[command(flatten)]
    output: OutputArguments,
}

#[derive(Debug, Args)]
struct OutputArguments {
    /// Print warnings and errors only
    #[arg(long, short, global = true)]
    quiet: bool,

    /// When to use colours
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    color: Color,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Color {
    Auto,
    Always,
    Never,
}

#[derive(Debug, Subcommand)]
enum Command {
    New(new::Arguments),
    Check(check::Arguments),
    Inspect(inspect::Arguments),
    Package(package::Arguments),
}

/// Runs the program with the arguments of a process, the program's own name first, and returns the exit code: 0 done, 1
/// findings, 2 wrong usage, 130 interrupted. May be called any number of times.
pub fn run(arguments: impl IntoIterator<Item = impl Into<OsString>>) -> i32 {
    let mut arguments: Vec<OsString> = arguments.into_iter().map(Into::into).collect();
    // `cargo mapi new` runs `cargo-mapi mapi new`.
    if arguments.get(1).map(OsString::as_os_str) == Some(OsStr::new("mapi")) {
        arguments.remove(1);
    }
    let arguments = match Arguments::try_parse_from(arguments) {
        Ok(arguments) => arguments,
        Err(error) => {
            // Help and version come as errors, too; a closed pipe is nothing to report.
            let _ = error.print();
            return error.exit_code();
        }
    };
    let color = match arguments.output.color {
        Color::Auto => ColorChoice::Auto,
        Color::Always => ColorChoice::Always,
        Color::Never => ColorChoice::Never,
    };
    let mut console = Console::new(color, arguments.output.quiet);
    let exit = match arguments.command {
        Command::New(arguments) => new::run(&arguments, &mut console),
        Command::Check(arguments) => check::run(&arguments, &mut console),
        Command::Package(arguments) => package::run(&arguments, &mut console),
        Command::Inspect(arguments) => inspect::run(&arguments, &mut console),
    };
    exit as i32
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_definition_is_sound() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn run_can_be_called_again() {
        for _ in 0..2 {
            assert_eq!(run(["cargo-mapi", "--nonsense"]), 2);
            assert_eq!(
                run(["cargo-mapi", "mapi", "check", "/no/such/file", "--quiet"]),
                1
            );
        }
    }
}
