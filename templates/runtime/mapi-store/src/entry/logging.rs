//! The log file. Outlook has no console: what happened must be found in a file that a user can send in.
//!
//! The provider's definition says where it is and how much it has. Two text values of the registry say otherwise, `Directory`
//! and `Level` (`off` to `trace`), in the definition's key below HKEY_CURRENT_USER or, where that has no such value, below
//! HKEY_LOCAL_MACHINE. They are read when the DLL opens its first store.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, Once, PoisonError};

use tracing::level_filters::LevelFilter;
use tracing_subscriber::fmt::MakeWriter;

use super::location::expand;
use super::registration::Architecture;
use super::registration::registry::{Registry, Root};
use crate::definition::{LogDefinition, LogLevel, ProviderDefinition};

/// The value of the registry that says how much is logged.
pub const LOG_LEVEL: &str = "Level";
/// The value of the registry that says in which directory the log is; it may contain `%VARIABLES%`.
pub const LOG_DIRECTORY: &str = "Directory";

/// A log that has grown to this many bytes is put aside as `<name>.1.log` and a new one is begun.
const LARGEST_LOG: u64 = 4 << 20;

/// Starts the log of this module, once: the first directory counts. A log that cannot be written is no reason to fail.
pub fn start(definition: &ProviderDefinition, directory: &Path) {
    static STARTED: Once = Once::new();
    STARTED.call_once(|| {
        let (level, directory) = match registry() {
            Some(registry) => wanted(&definition.log, directory, &*registry),
            None => (definition.log.level, directory.to_owned()),
        };
        let level = match level {
            LogLevel::Off => return,
            LogLevel::Error => LevelFilter::ERROR,
            LogLevel::Warn => LevelFilter::WARN,
            LogLevel::Info => LevelFilter::INFO,
            LogLevel::Debug => LevelFilter::DEBUG,
            LogLevel::Trace => LevelFilter::TRACE,
        };
        let path = directory.join(format!("{}.log", definition.name));
        let Ok(file) = LogFile::open(path) else {
            return;
        };
        let subscriber = tracing_subscriber::fmt()
            .with_max_level(level)
            .with_ansi(false)
            .with_writer(file)
            .finish();
        // In a process that has a subscriber of its own, such as a test, that one gets the events.
        if tracing::subscriber::set_global_default(subscriber).is_ok() {
            tracing::info!(
                provider = definition.name,
                version = definition.version,
                "log started"
            );
        }
    });
}

#[cfg(windows)]
fn registry() -> Option<Box<dyn Registry>> {
    Some(Box::new(super::registration::registry::WindowsRegistry))
}

#[cfg(not(windows))]
fn registry() -> Option<Box<dyn Registry>> {
    None
}

/// The level and the directory that count. What the registry has, but is no level or cannot be read, counts for nothing.
fn wanted(
    definition: &LogDefinition,
    directory: &Path,
    registry: &dyn Registry,
) -> (LogLevel, PathBuf) {
    let text = |name| {
        [Root::CurrentUser, Root::LocalMachine]
            .into_iter()
            .find_map(|root| {
                let view = Architecture::own().view();
                let value = registry.read(root, view, definition.registry_key, name);
                Some(value.ok()??.text()?.to_owned())
            })
            .filter(|text| !text.is_empty())
    };
    let level = text(LOG_LEVEL).and_then(|word| LogLevel::from_word(&word));
    (
        level.unwrap_or(definition.level),
        text(LOG_DIRECTORY).map_or_else(|| directory.to_owned(), |text| expand(&text)),
    )
}

/// A file that events are appended to. Several processes may write to one.
struct LogFile {
    path: PathBuf,
    state: Mutex<State>,
}

struct State {
    file: File,
    size: u64,
}

impl LogFile {
    fn open(path: PathBuf) -> io::Result<Self> {
        if let Some(directory) = path.parent() {
            fs::create_dir_all(directory)?;
        }
        let state = Mutex::new(State::open(&path)?);
        Ok(Self { path, state })
    }
}

impl State {
    fn open(path: &Path) -> io::Result<Self> {
        let file = OpenOptions::new().create(true).append(true).open(path)?;
        let size = file.metadata()?.len();
        Ok(Self { file, size })
    }
}

impl Write for &LogFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.size > LARGEST_LOG {
            // Another process may be doing the same; then there is one log more or less, and nothing else.
            let _ = fs::rename(&self.path, self.path.with_extension("1.log"));
            *state = State::open(&self.path)?;
        }
        let written = state.file.write(bytes)?;
        state.size += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for LogFile {
    type Writer = &'a LogFile;

    fn make_writer(&'a self) -> Self::Writer {
        self
    }
}

#[cfg(test)]
mod tests {
    use super::super::registration::registry::{MemoryRegistry, Value};
    use super::*;

    #[test]
    fn the_registry_says_where_and_how_much() {
        const KEY: &str = r"SOFTWARE\Contoso\Archive\Log";
        let definition = LogDefinition {
            directory: "",
            level: LogLevel::Info,
            registry_key: KEY,
        };
        let registry = MemoryRegistry::new();
        let own = Path::new("own");
        let wanted = || wanted(&definition, own, &registry);
        let write = |root, name, text: &str| {
            let view = Architecture::own().view();
            let value = Value::Text(text.to_owned());
            registry.write(root, view, KEY, name, &value).unwrap();
        };
        assert_eq!(wanted(), (LogLevel::Info, own.to_owned()));
        write(Root::LocalMachine, LOG_LEVEL, "Trace");
        write(Root::LocalMachine, LOG_DIRECTORY, "elsewhere");
        assert_eq!(wanted(), (LogLevel::Trace, "elsewhere".into()));
        write(Root::CurrentUser, LOG_LEVEL, "off");
        assert_eq!(wanted(), (LogLevel::Off, "elsewhere".into()));
        write(Root::CurrentUser, LOG_LEVEL, "much");
        write(Root::CurrentUser, LOG_DIRECTORY, "");
        assert_eq!(wanted().0, LogLevel::Info);
    }

    #[test]
    fn a_large_log_is_put_aside() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("deep").join("provider.log");
        let log = LogFile::open(path.clone()).unwrap();
        (&log).write_all(b"first\n").unwrap();
        log.state.lock().unwrap().size = LARGEST_LOG + 1;
        (&log).write_all(b"second\n").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "second\n");
        assert_eq!(
            fs::read_to_string(path.with_extension("1.log")).unwrap(),
            "first\n"
        );
    }
}
