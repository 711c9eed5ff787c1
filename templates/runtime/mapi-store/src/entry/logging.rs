//! The log file. Outlook has no console: what happened must be found in a file that a user can send in.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, Once, PoisonError};

use tracing::level_filters::LevelFilter;
use tracing_subscriber::fmt::MakeWriter;

use crate::definition::{LogLevel, ProviderDefinition};

/// A log that has grown to this many bytes is put aside as `<name>.1.log` and a new one is begun.
const LARGEST_LOG: u64 = 4 << 20;

/// Starts the log of this module, once: the first directory counts. A log that cannot be written is no reason to fail.
pub fn start(definition: &ProviderDefinition, directory: &Path) {
    static STARTED: Once = Once::new();
    let level = match definition.log.level {
        LogLevel::Off => return,
        LogLevel::Error => LevelFilter::ERROR,
        LogLevel::Warn => LevelFilter::WARN,
        LogLevel::Info => LevelFilter::INFO,
        LogLevel::Debug => LevelFilter::DEBUG,
        LogLevel::Trace => LevelFilter::TRACE,
    };
    STARTED.call_once(|| {
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
    use super::*;

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
