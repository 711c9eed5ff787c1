//! A MAPISVC.INF on the disk: read, edited and replaced in one step.
//!
//! - Whoever reads it finds the old file or the new one, also when the writer is killed: the new text is written beside it, and
//!   takes its place when it is complete. On Windows it takes the permissions and attributes of the old file, too.
//! - One writer at a time, among all processes; whoever comes second edits what the first one wrote. The system drops the
//!   lock with the process that has it, and no file of it is left.
//! - Before the first change the file is copied to `MAPISVC.INF.before-<service>` beside it. That copy is never written again,
//!   and stays when the provider goes.
//! - What was written is read back.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::lock::Lock;
use super::{Fragment, Inf, Registered, RegistrationError};

/// How long another writer is waited for. It needs milliseconds.
const PATIENCE: Duration = Duration::from_secs(30);

/// What to do with a MAPISVC.INF.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Edit<'a> {
    /// Put the provider's sections in, in place of older ones.
    Add {
        /// What [`dll_in_inf`](super::dll_in_inf) says.
        dll: &'a str,
    },
    /// Take them out.
    Remove,
}

/// Writes a provider's sections into a MAPISVC.INF, in place of older ones. `dll` is what [`dll_in_inf`](super::dll_in_inf)
/// says. Answers whether anything had to change.
///
/// # Errors
/// When the file cannot be read, copied or replaced, is read-only, or has another provider's section of the same name.
pub fn add_to(file: &Path, fragment: &Fragment, dll: &str) -> Result<bool, RegistrationError> {
    Ok(edit(file, fragment, Edit::Add { dll })?.is_some())
}

/// Takes a provider's sections out of a MAPISVC.INF and leaves every other line as it was. Answers whether anything had
/// to change.
///
/// # Errors
/// When the file cannot be read or replaced, or is read-only.
pub fn remove_from(file: &Path, fragment: &Fragment) -> Result<bool, RegistrationError> {
    Ok(edit(file, fragment, Edit::Remove)?.is_some())
}

/// Answers whether an edit would have to change anything, and writes nothing.
///
/// # Errors
/// As the edit itself, as far as they show without writing.
pub fn would_change(
    file: &Path,
    fragment: &Fragment,
    what: Edit<'_>,
) -> Result<bool, RegistrationError> {
    Ok(planned(file, fragment, what)?.is_some())
}

/// How a provider stands in a MAPISVC.INF, see [`Inf::state_of`].
///
/// # Errors
/// When the file cannot be read.
pub fn state_in(
    file: &Path,
    fragment: &Fragment,
    dll: Option<&str>,
) -> Result<Registered, RegistrationError> {
    Ok(Inf::read(&read(file)?).state_of(fragment, dll))
}

/// Where the copy from before the first change is.
///
/// # Errors
/// When the fragment names no service.
pub fn backup_of(file: &Path, fragment: &Fragment) -> Result<PathBuf, RegistrationError> {
    let service = fragment.service().ok_or(RegistrationError::Fragment)?;
    Ok(beside(file, &format!("before-{service}")))
}

/// Edits a MAPISVC.INF. Answers what has changed, if anything had to.
///
/// # Errors
/// See [`add_to`] and [`remove_from`].
pub fn edit(
    file: &Path,
    fragment: &Fragment,
    what: Edit<'_>,
) -> Result<Option<Change>, RegistrationError> {
    // Nothing to do takes no right to write.
    if let Ok(None) = planned(file, fragment, what) {
        return Ok(None);
    }
    let _lock = Lock::take(file, PATIENCE).map_err(|error| failed(file, error))?;
    let Some(Change { before, after }) = planned(file, fragment, what)? else {
        return Ok(None);
    };
    let backup = backup_of(file, fragment)?;
    let is_there = fs::exists(&backup).map_err(|error| failed(&backup, error))?;
    // Before a removal the file is not as it was before the first change.
    if !is_there && matches!(what, Edit::Add { .. }) {
        let new = beside(&backup, "new");
        write(&new, &before)?;
        fs::rename(&new, &backup).map_err(|error| failed(&backup, error))?;
    }
    let new = beside(file, "new");
    put(file, &new, &after)?;
    if read(file).is_ok_and(|now| now == after) {
        return Ok(Some(Change { before, after }));
    }
    put(file, &new, &before)?;
    Err(RegistrationError::NotKept(file.to_owned()))
}

/// Takes an edit back. Answers whether it could: not if the file has been changed by others since.
///
/// # Errors
/// When the file cannot be read or replaced.
pub fn undo(file: &Path, change: &Change) -> Result<bool, RegistrationError> {
    let _lock = Lock::take(file, PATIENCE).map_err(|error| failed(file, error))?;
    let is_ours = read(file)? == change.after;
    if is_ours {
        put(file, &beside(file, "new"), &change.before)?;
    }
    Ok(is_ours)
}

/// A file's bytes before and after an edit.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Change {
    before: Vec<u8>,
    after: Vec<u8>,
}

/// None if nothing has to change.
fn planned(
    file: &Path,
    fragment: &Fragment,
    what: Edit<'_>,
) -> Result<Option<Change>, RegistrationError> {
    if fragment.service().is_none() || fragment.dll().is_none() {
        return Err(RegistrationError::Fragment);
    }
    let before = read(file)?;
    if before.starts_with(&[0xFE, 0xFF]) {
        return Err(RegistrationError::Encoding(file.to_owned()));
    }
    let mut inf = Inf::read(&before);
    match what {
        Edit::Add { dll } => inf
            .add(fragment, dll)
            .map_err(|conflict| RegistrationError::Foreign(file.to_owned(), conflict))?,
        Edit::Remove => inf.remove(fragment),
    }
    let after = inf.bytes();
    if after == before {
        return Ok(None);
    }
    let attributes = fs::metadata(file).map_err(|error| failed(file, error))?;
    if attributes.permissions().readonly() {
        return Err(RegistrationError::ReadOnly(file.to_owned()));
    }
    Ok(Some(Change { before, after }))
}

/// Gives a file new contents. `new` is where they are prepared; what an interrupted run left there is overwritten.
fn put(file: &Path, new: &Path, contents: &[u8]) -> Result<(), RegistrationError> {
    write(new, contents)?;
    replace(file, new).map_err(|error| {
        // The failure to report is the first one.
        let _ = fs::remove_file(new);
        failed(file, error)
    })
}

fn read(file: &Path) -> Result<Vec<u8>, RegistrationError> {
    fs::read(file).map_err(|error| failed(file, error))
}

fn write(file: &Path, contents: &[u8]) -> Result<(), RegistrationError> {
    let written = || {
        let mut opened = File::create(file)?;
        opened.write_all(contents)?;
        opened.sync_all()
    };
    written().map_err(|error: io::Error| failed(file, error))
}

fn failed(file: &Path, error: io::Error) -> RegistrationError {
    RegistrationError::Io(file.to_owned(), error)
}

fn beside(file: &Path, extension: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".");
    name.push(extension);
    name.into()
}

/// Puts `new` in the place of `file`, with the permissions of `file`.
#[cfg(not(windows))]
fn replace(file: &Path, new: &Path) -> io::Result<()> {
    fs::set_permissions(new, fs::metadata(file)?.permissions())?;
    fs::rename(new, file)
}

/// Puts `new` in the place of `file`, with the permissions and attributes of `file`. In one step, other than ReplaceFile, which
/// moves the old file away first: a process that is killed then leaves none.
#[cfg(windows)]
fn replace(file: &Path, new: &Path) -> io::Result<()> {
    use std::thread;
    use std::time::Instant;

    use windows_sys::Win32::Foundation::{ERROR_ACCESS_DENIED, ERROR_SHARING_VIOLATION};

    /// How long a reader may hold the file; GetPrivateProfileString needs less.
    const READER: Duration = Duration::from_secs(2);

    super::permissions::copy(file, new)?;
    let start = Instant::now();
    loop {
        let Err(error) = fs::rename(new, file) else {
            return Ok(());
        };
        let is_held = matches!(
            error.raw_os_error().map(i32::cast_unsigned),
            Some(ERROR_SHARING_VIOLATION | ERROR_ACCESS_DENIED)
        );
        if !is_held || start.elapsed() > READER {
            return Err(error);
        }
        thread::sleep(Duration::from_millis(10));
    }
}

#[cfg(test)]
mod tests;
