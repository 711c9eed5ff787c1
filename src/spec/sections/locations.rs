//! Directories, wherever they stand in a spec.

use super::super::codes::Code;
use super::super::finding::Finding;
use super::super::location::{self, LocationError};
use super::super::names;
use super::super::reader::{Rules, TableReader};
use super::super::report::{Report, Spanned, quoted};

/// The longest directory: the file names in it must stay below 260 characters, with variables expanded.
const RULES: Rules = Rules {
    longest: 150,
    may_be_empty: false,
    for_inf: false,
};

/// Reads a directory, with backslashes and without one at its end.
pub(super) fn read(
    reader: &TableReader<'_>,
    key: &str,
    report: &Report,
) -> Option<Spanned<String>> {
    let Spanned { value, span } = reader.text(key, RULES)?;
    let finding = match location::check(&value) {
        Ok(()) => {
            let value = value.replace('/', r"\").trim_end_matches('\\').to_owned();
            return Some(Spanned { value, span });
        }
        Err(LocationError::Network) => {
            Finding::new(Code::NetworkLocation, format!("{} is on a network share", quoted(key)))
                .at(span, "")
                .help(r"keep it on the machine: `%LOCALAPPDATA%\...`")
        }
        Err(LocationError::UnknownVariable(name)) => {
            Finding::new(Code::UnknownVariable, format!("not every Windows has a directory {}", quoted(&format!("%{name}%"))))
                .at(span, "")
                .suggest(report.nearest(name, names::VARIABLES.iter().copied()))
                .help("use `%LOCALAPPDATA%` for the user's data on this machine, `%ProgramFiles%` for programs")
        }
        Err(LocationError::Device(part)) => {
            Finding::new(Code::DeviceName, format!("{} is a device on Windows", quoted(part)))
                .at(span, "")
                .help("use another name")
        }
        Err(error) => {
            let why = match error {
                LocationError::Percent => "a variable stands only at the beginning, between two percent signs".to_owned(),
                LocationError::Character(letter) => format!("no file name on Windows has {}", quoted(&letter.to_string())),
                LocationError::Part("", why) => format!("it {why}, or a part of it"),
                LocationError::Part(part, why) => format!("{} {why}", quoted(part)),
                _ => "it is not absolute".to_owned(),
            };
            Finding::new(Code::BadLocation, format!("{} is not a directory that Windows can open", quoted(key)))
                .at(span, why)
                .help(r"write it in single quotation marks: `'%LOCALAPPDATA%\Contoso\Archive'` or `'C:\Mail'`")
        }
    };
    finding.report(report);
    None
}
