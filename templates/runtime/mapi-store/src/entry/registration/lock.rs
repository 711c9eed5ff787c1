//! One writer of a file at a time, among all processes: of a MAPISVC.INF, and of all that a setup program writes.
//!
//! The system drops the lock with the process that has it, however that ends, and no file is left: on Windows it is a
//! file that nobody else can open and that goes when it is closed, elsewhere a lock on the directory. MAPISVC.INF itself is
//! never locked, since Outlook reads it at any time.

use std::fs::File;
use std::io;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

const PAUSE: Duration = Duration::from_millis(5);

/// The right to write; dropping it hands it on.
#[derive(Debug)]
pub struct Lock {
    _held: File,
}

impl Lock {
    /// Waits for the right to write `file`, which need not exist; its directory must.
    ///
    /// # Errors
    /// The system's; [`io::ErrorKind::TimedOut`] when another process does not give way within `patience`.
    pub fn take(file: &Path, patience: Duration) -> io::Result<Self> {
        let start = Instant::now();
        loop {
            match system::try_take(file, start.elapsed())? {
                Some(held) => return Ok(Self { _held: held }),
                None if start.elapsed() > patience => {
                    return Err(io::Error::new(
                        io::ErrorKind::TimedOut,
                        "another program has the right to write it, and does not end",
                    ));
                }
                None => thread::sleep(PAUSE),
            }
        }
    }
}

#[cfg(not(windows))]
mod system {
    use std::fs::{File, TryLockError};
    use std::io;
    use std::path::Path;
    use std::time::Duration;

    pub(super) fn try_take(file: &Path, _waited: Duration) -> io::Result<Option<File>> {
        let directory = match file.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            _ => Path::new("."),
        };
        let directory = File::open(directory)?;
        match directory.try_lock() {
            Ok(()) => Ok(Some(directory)),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }
}

#[cfg(windows)]
mod system {
    use std::fs::{File, OpenOptions};
    use std::io;
    use std::os::windows::fs::OpenOptionsExt;
    use std::path::Path;
    use std::time::Duration;

    use windows_sys::Win32::Foundation::{
        ERROR_ACCESS_DENIED, ERROR_DELETE_PENDING, ERROR_SHARING_VIOLATION, GENERIC_WRITE,
    };
    use windows_sys::Win32::Storage::FileSystem::{DELETE, FILE_FLAG_DELETE_ON_CLOSE};

    /// A file that is being deleted refuses access. Where nobody may write, this stays so.
    const DELETION: Duration = Duration::from_secs(1);

    pub(super) fn try_take(file: &Path, waited: Duration) -> io::Result<Option<File>> {
        let mut name = file.as_os_str().to_owned();
        name.push(".lock");
        let opened = OpenOptions::new()
            .access_mode(GENERIC_WRITE | DELETE)
            .write(true)
            .create(true)
            .share_mode(0)
            .custom_flags(FILE_FLAG_DELETE_ON_CLOSE)
            .open(&name);
        let error = match opened {
            Ok(held) => return Ok(Some(held)),
            Err(error) => error,
        };
        match error.raw_os_error().map(i32::cast_unsigned) {
            Some(ERROR_SHARING_VIOLATION | ERROR_DELETE_PENDING) => Ok(None),
            Some(ERROR_ACCESS_DENIED) if waited < DELETION => Ok(None),
            _ => Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    #[test]
    fn there_is_one_holder_and_no_trace() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("MAPISVC.INF");
        let held = Lock::take(&file, Duration::ZERO).unwrap();
        let second = Lock::take(&file, Duration::ZERO).unwrap_err();
        assert_eq!(second.kind(), io::ErrorKind::TimedOut);
        let other = tempfile::tempdir().unwrap();
        Lock::take(&other.path().join("MAPISVC.INF"), Duration::ZERO).unwrap();
        drop(held);
        drop(Lock::take(&file, Duration::ZERO).unwrap());
        assert_eq!(directory.path().read_dir().unwrap().count(), 0);
    }

    #[test]
    fn two_never_hold_it() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("MAPISVC.INF");
        let holders = AtomicU32::new(0);
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for _ in 0..3 {
                        let lock = Lock::take(&file, Duration::MAX).unwrap();
                        assert_eq!(holders.fetch_add(1, Ordering::SeqCst), 0);
                        thread::yield_now();
                        holders.fetch_sub(1, Ordering::SeqCst);
                        drop(lock);
                    }
                });
            }
        });
    }

    #[test]
    fn a_missing_directory_is_no_reason_to_wait() {
        let directory = tempfile::tempdir().unwrap();
        let error =
            Lock::take(&directory.path().join("gone/MAPISVC.INF"), Duration::MAX).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::NotFound);
    }
}
