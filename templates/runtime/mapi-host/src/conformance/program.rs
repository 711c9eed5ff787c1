//! A test program that is nothing but the suite: for a test target without a harness.

use crate::conformance::{Subject, Suite};
use std::process::ExitCode;

/// The name under which the program lists its one test.
const TEST: &str = "the_provider_conforms";

/// The `main` of a test target with `harness = false`: runs the suite in worker processes and prints how many checks
/// passed, which `cargo test` would hide in a test of its own harness.
///
/// Arguments are those of other test programs, as far as they make sense for one test: filters, `--skip`, `--exact`,
/// `--ignored` and `--list`. The environment variable `CONFORMANCE` chooses checks by parts of their names, separated by
/// commas, and `CONFORMANCE_REPORT` names a directory for the reports.
///
/// The process succeeds if no check fails.
pub fn test_program(subject: impl FnOnce() -> Subject) -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match Request::read(&arguments) {
        Request::List => {
            println!("{TEST}: test");
            ExitCode::SUCCESS
        }
        Request::Nothing => ExitCode::SUCCESS,
        Request::Run => judge(&subject()),
    }
}

fn judge(subject: &Subject) -> ExitCode {
    let wanted = std::env::var("CONFORMANCE").unwrap_or_default();
    let suite = Suite::new()
        .in_processes()
        .only(wanted.split(',').filter(|part| !part.is_empty()));
    let report = suite.run(subject);
    if let Some(directory) = std::env::var_os("CONFORMANCE_REPORT")
        && let Err(error) = report.save(directory.as_ref())
    {
        eprintln!("the reports cannot be written: {error}");
        return ExitCode::FAILURE;
    }
    if !report.is_success() {
        println!("\n{}", report.text());
        return ExitCode::FAILURE;
    }
    println!("\n{}: {}\n", subject.name(), report.summary());
    ExitCode::SUCCESS
}

/// What the arguments ask for.
#[derive(Debug, PartialEq, Eq)]
enum Request {
    Run,
    List,
    Nothing,
}

impl Request {
    fn read(arguments: &[String]) -> Self {
        let (mut filters, mut skipped) = (Vec::new(), Vec::new());
        let (mut exact, mut list, mut ignored) = (false, false, false);
        let mut words = arguments.iter();
        while let Some(word) = words.next() {
            match word.as_str() {
                "--exact" => exact = true,
                "--list" => list = true,
                "--ignored" => ignored = true,
                "--skip" => skipped.extend(words.next()),
                "--format" | "--color" | "--test-threads" | "--logfile" | "-Z" => {
                    words.next();
                }
                flag if flag.starts_with('-') => {}
                _ => filters.push(word),
            }
        }
        let matches = |part: &String| {
            if exact {
                part == TEST
            } else {
                TEST.contains(part.as_str())
            }
        };
        let chosen = filters.is_empty() || filters.into_iter().any(matches);
        if ignored || !chosen || skipped.into_iter().any(matches) {
            Self::Nothing
        } else if list {
            Self::List
        } else {
            Self::Run
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_mean_what_they_mean_to_other_test_programs() {
        let read = |line: &str| {
            let words: Vec<String> = line.split_whitespace().map(Into::into).collect();
            Request::read(&words)
        };
        assert_eq!(read(""), Request::Run);
        assert_eq!(read("--nocapture --test-threads 1"), Request::Run);
        assert_eq!(read("conforms"), Request::Run);
        assert_eq!(read("folders"), Request::Nothing);
        assert_eq!(read("conforms --exact"), Request::Nothing);
        assert_eq!(read("the_provider_conforms --exact"), Request::Run);
        assert_eq!(read("--skip provider"), Request::Nothing);
        assert_eq!(read("--list --format terse"), Request::List);
        assert_eq!(read("--list --ignored"), Request::Nothing);
    }
}
