//! The steps of a plan, done and taken back.
//!
//! A step is begun, which changes the machine but destroys nothing: what has to go is put aside. When all steps have been
//! begun they are finished, which cannot fail any more; when one fails, those before it are undone.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use mapi_store::entry::registration::Fragment;
use mapi_store::entry::registration::file::{self, Edit, backup_of};
use mapi_store::entry::registration::registry::{Registry, Value};

use crate::entry::Key;
use crate::trouble::Trouble;

/// One step.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Action {
    /// Creates a directory in one that is there.
    CreateDirectory(PathBuf),
    /// Copies a file, in place of an older one, which may be loaded.
    Copy {
        /// What is copied.
        from: PathBuf,
        /// Where it goes.
        to: PathBuf,
    },
    /// Deletes a file that nobody uses.
    Delete(PathBuf),
    /// Deletes the program that runs, which Windows allows once it has ended.
    DeleteSelf(PathBuf),
    /// Deletes a file if that can be done.
    Discard(PathBuf),
    /// Deletes a directory if it is empty.
    RemoveDirectory(PathBuf),
    /// Writes the provider's sections into a MAPISVC.INF.
    AddToInf {
        /// The file.
        file: PathBuf,
        /// The path of the DLL as the file has it.
        dll: String,
    },
    /// Takes the provider's sections out of a MAPISVC.INF.
    RemoveFromInf(PathBuf),
    /// Deletes the copy of a MAPISVC.INF from before the first change, if the file is the same again.
    DiscardBackup(PathBuf),
    /// Writes a value, and creates the keys that are missing.
    Write {
        /// The key.
        key: Key,
        /// The value's name.
        name: String,
        /// The value.
        value: Value,
    },
    /// Deletes a value.
    DeleteValue {
        /// The key.
        key: Key,
        /// The value's name.
        name: String,
    },
    /// Deletes a key if it is empty.
    DeleteKey(Key),
}

type Undo = Box<dyn FnOnce() -> Result<(), Trouble>>;
/// Answers what is left to say.
type Finish = Box<dyn FnOnce() -> Option<String>>;

/// A step that was begun.
#[derive(Default)]
struct Begun {
    undo: Option<Undo>,
    finish: Option<Finish>,
}

impl Begun {
    fn undo(undo: impl FnOnce() -> Result<(), Trouble> + 'static) -> Self {
        Self {
            undo: Some(Box::new(undo)),
            finish: None,
        }
    }

    fn finish(mut self, finish: impl FnOnce() -> Option<String> + 'static) -> Self {
        self.finish = Some(Box::new(finish));
        self
    }
}

/// Does all steps, or none: answers what is left to say, or what went wrong.
///
/// # Errors
/// The step that failed, and what could not be taken back.
pub fn apply(
    actions: &[Action],
    registry: &Arc<dyn Registry>,
    fragment: &Fragment,
) -> Result<Vec<String>, Vec<Trouble>> {
    let mut undos = Vec::new();
    let mut finishes = Vec::new();
    for action in actions {
        match begin(action, registry, fragment) {
            Ok(begun) => {
                undos.extend(begun.undo);
                finishes.extend(begun.finish);
            }
            Err(trouble) => {
                let mut troubles = vec![trouble];
                for undo in undos.into_iter().rev() {
                    if let Err(error) = undo() {
                        troubles.push(Trouble::left_behind(&error));
                    }
                }
                return Err(troubles);
            }
        }
    }
    Ok(finishes.into_iter().filter_map(|finish| finish()).collect())
}

fn begin(
    action: &Action,
    registry: &Arc<dyn Registry>,
    fragment: &Fragment,
) -> Result<Begun, Trouble> {
    let at = |path: &Path| {
        let path = path.to_owned();
        move |error: io::Error| Trouble::file(&path, &error)
    };
    match action.clone() {
        Action::CreateDirectory(path) => {
            fs::create_dir(&path).map_err(at(&path))?;
            Ok(Begun::undo(move || {
                fs::remove_dir(&path).map_err(at(&path))
            }))
        }
        Action::Copy { from, to } => copy(&from, &to),
        Action::Delete(path) => delete(&path),
        Action::DeleteSelf(path) => Ok(Begun::default().finish(move || delete_self(&path))),
        Action::Discard(path) => Ok(Begun::default().finish(move || {
            let _ = fs::remove_file(&path);
            None
        })),
        Action::RemoveDirectory(path) => Ok(Begun::default().finish(move || {
            // Others may have put something there; then it stays.
            let _ = fs::remove_dir(&path);
            None
        })),
        Action::AddToInf { file, dll } => edit(&file, fragment, Edit::Add { dll: &dll }),
        Action::RemoveFromInf(file) => edit(&file, fragment, Edit::Remove),
        Action::DiscardBackup(file) => {
            let backup = backup_of(&file, fragment)?;
            Ok(Begun::default().finish(move || {
                let is_same = match (fs::read(&file), fs::read(&backup)) {
                    (Ok(one), Ok(other)) => one == other,
                    // The file went with its Outlook.
                    _ => !file.exists(),
                };
                if is_same && fs::remove_file(&backup).is_ok() {
                    return None;
                }
                Some(format!(
                    "{} has been changed by others since; as it was before is in {}",
                    file.display(),
                    backup.display()
                ))
            }))
        }
        Action::Write { key, name, value } => write(&key, &name, &value, registry),
        Action::DeleteValue { key, name } => {
            let failed = failed(&key);
            let before = registry
                .read(key.root, key.view, &key.path, &name)
                .map_err(&failed)?;
            registry
                .delete_value(key.root, key.view, &key.path, &name)
                .map_err(&failed)?;
            let registry = Arc::clone(registry);
            Ok(Begun::undo(move || match before {
                Some(value) => registry
                    .write(key.root, key.view, &key.path, &name, &value)
                    .map_err(failed),
                None => Ok(()),
            }))
        }
        Action::DeleteKey(key) => {
            let failed = failed(&key);
            let is_gone = registry
                .delete_key(key.root, key.view, &key.path)
                .map_err(&failed)?;
            let registry = Arc::clone(registry);
            Ok(Begun::undo(move || {
                if is_gone {
                    return registry
                        .create_key(key.root, key.view, &key.path)
                        .map_err(failed);
                }
                Ok(())
            }))
        }
    }
}

fn failed(key: &Key) -> impl Fn(io::Error) -> Trouble + Clone + use<> {
    let shown = key.shown();
    move |error| Trouble::io(&shown, &error)
}

/// A name beside a file that nothing has yet.
fn beside(path: &Path, word: &str) -> PathBuf {
    let name = |number: u32| {
        let mut name = path.as_os_str().to_owned();
        name.push(format!(".{word}"));
        if number > 0 {
            name.push(number.to_string());
        }
        PathBuf::from(name)
    };
    (0..)
        .map(name)
        .find(|name| !name.exists())
        .unwrap_or_else(|| name(0))
}

/// The names that files are put aside under; see [`leftovers`].
const ASIDE: [&str; 3] = ["old", "new", "deleted"];

/// What earlier runs could not delete beside a file, because it was loaded.
pub fn leftovers(path: &Path) -> Vec<PathBuf> {
    let (Some(directory), Some(name)) = (path.parent(), path.file_name()) else {
        return Vec::new();
    };
    let name = name.to_string_lossy().to_lowercase();
    let is_leftover = |found: &str| {
        let found = found.to_lowercase();
        ASIDE.iter().any(|word| {
            found
                .strip_prefix(&format!("{name}.{word}"))
                .is_some_and(|number| number.bytes().all(|byte| byte.is_ascii_digit()))
        })
    };
    let mut found: Vec<PathBuf> = fs::read_dir(directory)
        .into_iter()
        .flatten()
        .flatten()
        .filter(|entry| is_leftover(&entry.file_name().to_string_lossy()))
        .map(|entry| entry.path())
        .collect();
    found.sort();
    found
}

/// The new file is complete before it takes its place. A loaded DLL can be renamed, but neither written nor deleted.
fn copy(from: &Path, to: &Path) -> Result<Begun, Trouble> {
    let new = beside(to, "new");
    let prepared = fs::copy(from, &new).and_then(|_| {
        writable(&new)?;
        OpenOptions::new().write(true).open(&new)?.sync_all()
    });
    if let Err(error) = prepared {
        let _ = fs::remove_file(&new);
        return Err(Trouble::file(to, &error));
    }
    let old = to.exists().then(|| beside(to, "old"));
    let moved = match &old {
        Some(old) => fs::rename(to, old),
        None => Ok(()),
    };
    let placed = moved.and_then(|()| {
        fs::rename(&new, to).inspect_err(|_| {
            if let Some(old) = &old {
                let _ = fs::rename(old, to);
            }
        })
    });
    if let Err(error) = placed {
        let _ = fs::remove_file(&new);
        return Err(in_use(to, &error));
    }
    let (path, before) = (to.to_owned(), old.clone());
    let undo = move || {
        let back = match before {
            Some(old) => fs::remove_file(&path).and_then(|()| fs::rename(old, &path)),
            None => fs::remove_file(&path),
        };
        back.map_err(|error| Trouble::file(&path, &error))
    };
    let path = to.to_owned();
    Ok(Begun::undo(undo).finish(move || {
        let old = old?;
        fs::remove_file(&old).err().map(|_| {
            format!(
                "the former {} is still loaded: Outlook takes the new one when it starts again, and the next run of setup \
                 deletes {}",
                path.display(),
                old.display()
            )
        })
    }))
}

/// Takes the attribute away that forbids to write a file. A copy has it from a package on a read-only medium.
#[expect(
    clippy::permissions_set_readonly_false,
    reason = "elsewhere than on Windows the mode stays"
)]
fn writable(path: &Path) -> io::Result<()> {
    let mut permissions = fs::metadata(path)?.permissions();
    if cfg!(windows) && permissions.readonly() {
        permissions.set_readonly(false);
        fs::set_permissions(path, permissions)?;
    }
    Ok(())
}

fn delete(path: &Path) -> Result<Begun, Trouble> {
    writable(path).map_err(|error| in_use(path, &error))?;
    // Windows refuses it for a loaded DLL, and for the right to append alone it would not.
    File::options()
        .write(true)
        .open(path)
        .map_err(|error| in_use(path, &error))?;
    let aside = beside(path, "deleted");
    fs::rename(path, &aside).map_err(|error| in_use(path, &error))?;
    let (from, to) = (aside.clone(), path.to_owned());
    Ok(
        Begun::undo(move || fs::rename(from, &to).map_err(|error| Trouble::file(&to, &error)))
            .finish(move || {
                let error = fs::remove_file(&aside).err()?;
                Some(format!("{} could not be deleted: {error}", aside.display()))
            }),
    )
}

fn delete_self(path: &Path) -> Option<String> {
    let directory = path.parent().unwrap_or(path);
    let error = self_replace::self_delete_outside_path(directory).err()?;
    Some(format!("{} could not be deleted: {error}", path.display()))
}

fn in_use(path: &Path, error: &io::Error) -> Trouble {
    const ERROR_SHARING_VIOLATION: i32 = 32;
    const ERROR_USER_MAPPED_FILE: i32 = 1224;

    let is_used = cfg!(windows)
        && matches!(
            error.raw_os_error(),
            Some(ERROR_SHARING_VIOLATION | ERROR_USER_MAPPED_FILE)
        );
    if is_used {
        Trouble::new(format!("{} is in use", path.display()))
            .help("close Outlook, and whatever else has the store open, and run setup again")
    } else {
        Trouble::file(path, error)
    }
}

fn edit(file: &Path, fragment: &Fragment, what: Edit<'_>) -> Result<Begun, Trouble> {
    let backup = backup_of(file, fragment)?;
    let had_backup = backup.exists();
    let Some(change) = file::edit(file, fragment, what)? else {
        return Ok(Begun::default());
    };
    let file = file.to_owned();
    Ok(Begun::undo(move || {
        if !file::undo(&file, &change)? {
            return Err(Trouble::new(format!(
                "{} has been changed by others meanwhile",
                file.display()
            )));
        }
        if !had_backup && backup.exists() {
            fs::remove_file(&backup).map_err(|error| Trouble::file(&backup, &error))?;
        }
        Ok(())
    }))
}

fn write(
    key: &Key,
    name: &str,
    value: &Value,
    registry: &Arc<dyn Registry>,
) -> Result<Begun, Trouble> {
    let failed = failed(key);
    let missing = key.missing(&**registry).map_err(&failed)?;
    let before = registry
        .read(key.root, key.view, &key.path, name)
        .map_err(&failed)?;
    registry
        .write(key.root, key.view, &key.path, name, value)
        .map_err(&failed)?;
    let (key, name, registry) = (key.clone(), name.to_owned(), Arc::clone(registry));
    Ok(Begun::undo(move || {
        match before {
            Some(value) => registry
                .write(key.root, key.view, &key.path, &name, &value)
                .map_err(&failed)?,
            None => {
                registry
                    .delete_value(key.root, key.view, &key.path, &name)
                    .map_err(&failed)?;
            }
        }
        for key in missing.iter().rev() {
            registry
                .delete_key(key.root, key.view, &key.path)
                .map_err(&failed)?;
        }
        Ok(())
    }))
}
