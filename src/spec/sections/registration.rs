//! `[registration]` and `[log]`.

use super::super::codes::Code;
use super::super::finding::Finding;
use super::super::model::{Log, Provider, Registration};
use super::super::reader::TableReader;
use super::super::report::{Report, Spanned};
use super::super::words::{Architecture, LogLevel, Scope};
use super::{locations, store};

pub(super) fn read(reader: &TableReader<'_>, provider: &Provider, report: &Report) -> Registration {
    let scope = reader.word::<Scope>("scope");
    if let Some(Spanned {
        value: Scope::User,
        span,
    }) = scope
    {
        Finding::new(Code::UserScope, "registering for one user needs an administrator all the same")
            .at(span, "mapisvc.inf belongs to the whole machine")
            .help("use `scope = \"machine\"`: a DLL in a directory that its user can write to is an invitation")
            .help("MAPI also refuses a path with a period, so users like `first.last` cannot install it")
            .report(report);
    }
    let scope = scope.map_or(Scope::Machine, |scope| scope.value);
    let install_location = match locations::read(reader, "install-location", report) {
        Some(location) => {
            check_install_location(&location, report);
            location.value
        }
        None if scope == Scope::Machine => {
            format!(r"%ProgramFiles%\{}", store::own_directory(provider))
        }
        None => format!(
            r"%LOCALAPPDATA%\Programs\{}",
            store::own_directory(provider)
        ),
    };
    Registration {
        architectures: read_architectures(reader, report),
        scope,
        indexing: reader.boolean("indexing").unwrap_or(true),
        install_location,
    }
}

fn read_architectures(reader: &TableReader<'_>, report: &Report) -> Vec<Architecture> {
    let Some(words) = reader.words::<Architecture>("architectures") else {
        return Architecture::ALL.to_vec();
    };
    if let Some(entry) = reader
        .entry("architectures")
        .filter(|entry| entry.node.is_empty_array())
    {
        Finding::new(Code::Empty, "`architectures` is empty")
            .at(entry.node.span, "")
            .help("name at least one: `architectures = [\"x64\"]`")
            .report(report);
    }
    let mut architectures: Vec<Architecture> =
        words.words.into_iter().map(|word| word.value).collect();
    architectures.sort();
    architectures
}

/// The location stands before the DLL's name in mapisvc.inf.
fn check_install_location(location: &Spanned<String>, report: &Report) {
    if location.value.contains('.') {
        Finding::new(Code::LocationPeriod, "`install-location` has a period")
            .at(
                location.span,
                "MAPI inserts \"32\" before the first period of the whole path",
            )
            .help("use directories without a period")
            .report(report);
    }
    if !location.value.is_ascii() {
        Finding::new(Code::LocationCodePage, "`install-location` is not ASCII")
            .at(location.span, "MAPI reads it in the machine's code page")
            .help("use ASCII letters and digits")
            .report(report);
    }
}

pub(super) fn read_log(reader: &TableReader<'_>, store_location: &str, report: &Report) -> Log {
    Log {
        location: match locations::read(reader, "location", report) {
            Some(location) => location.value,
            None => format!(r"{store_location}\Log"),
        },
        level: reader
            .word("level")
            .map_or(LogLevel::Info, |level| level.value),
    }
}
