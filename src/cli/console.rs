//! All output goes through here: text for people to stderr, data to stdout.

use std::fmt::Display;
use std::io::{self, Write};

use anstream::{AutoStream, ColorChoice};
use anstyle::{AnsiColor, Style};

const STATUS: Style = AnsiColor::Green.on_default().bold();
const WARNING: Style = AnsiColor::Yellow.on_default().bold();
const ERROR: Style = AnsiColor::Red.on_default().bold();
const HELP: Style = AnsiColor::Cyan.on_default().bold();
const COMMAND: Style = AnsiColor::Cyan.on_default();

/// The user's terminal, or whatever stands in its place.
pub struct Console {
    stderr: AutoStream<io::Stderr>,
    stdout: AutoStream<io::Stdout>,
    quiet: bool,
}

// Failing to write a message is no reason to fail, nor to say so: there is nowhere left to say it.
impl Console {
    /// A console. `quiet` silences status lines and hints, not warnings and errors.
    pub fn new(color: ColorChoice, quiet: bool) -> Self {
        Self {
            stderr: AutoStream::new(io::stderr(), color),
            stdout: AutoStream::new(io::stdout(), color),
            quiet,
        }
    }

    /// Whether stderr shows colours.
    pub fn has_color(&self) -> bool {
        self.stderr.current_choice() != ColorChoice::Never
    }

    /// A status line like cargo's, the verb aligned to the right.
    pub fn status(&mut self, verb: &str, message: impl Display) {
        if !self.quiet {
            let _ = writeln!(self.stderr, "{STATUS}{verb:>12}{STATUS:#} {message}");
        }
    }

    /// Commands to run next.
    pub fn next_commands(&mut self, commands: &[&str]) {
        if self.quiet {
            return;
        }
        let _ = writeln!(self.stderr, "\n{HELP}next:{HELP:#}");
        for command in commands {
            let _ = writeln!(self.stderr, "  {COMMAND}{command}{COMMAND:#}");
        }
    }

    /// Whether status lines and hints are silenced.
    pub fn is_quiet(&self) -> bool {
        self.quiet
    }

    /// What is left to do, in order; a step may have further lines.
    pub fn next_steps(&mut self, steps: &[String]) {
        if self.quiet || steps.is_empty() {
            return;
        }
        let _ = writeln!(self.stderr, "\n{HELP}next:{HELP:#}");
        for step in steps {
            let _ = writeln!(self.stderr, "  {step}");
        }
    }

    /// A warning.
    pub fn warning(&mut self, message: impl Display) {
        let _ = writeln!(self.stderr, "{WARNING}warning{WARNING:#}: {message}");
    }

    /// An error, and what to do about it.
    pub fn error(&mut self, message: impl Display, help: Option<&str>) {
        let _ = writeln!(self.stderr, "{ERROR}error{ERROR:#}: {message}");
        if let Some(help) = help {
            let _ = writeln!(self.stderr, "  {HELP}help{HELP:#}: {help}");
        }
    }

    /// Text that brings its own layout and colours: diagnostics.
    pub fn text(&mut self, text: &str) {
        let _ = self.stderr.write_all(text.as_bytes());
    }

    /// Data. A reader that has seen enough and closed the pipe is not an error.
    pub fn data(&mut self, text: &str) -> io::Result<()> {
        match self
            .stdout
            .write_all(text.as_bytes())
            .and_then(|()| self.stdout.flush())
        {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            result => result,
        }
    }
}
