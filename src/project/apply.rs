//! Writing a project: staged beside the target, then renamed into place.
//!
//! A directory `.cargo-mapi-XXXXXX` beside the target (so on the same file system) holds a locked file `lock` and the
//! growing project. Renaming the project to the target is the only step that shows; a process that ends before it, in
//! whatever way, leaves nothing at the target. The staging directory goes with an error or an interrupt; after a kill the
//! next run finds its lock free and removes it.

use std::collections::BTreeSet;
use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::fs::{create_dir, write_new};
use super::interrupt::Guard;
use super::{Error, Plan, vcs};
use crate::io_failure::named;

const STAGING_PREFIX: &str = ".cargo-mapi-";
const STAGING_LOCK: &str = "lock";
/// How often to begin anew when other runs remove the staging directory.
const ATTEMPTS: u32 = 16;

/// What happened beyond what was planned.
#[derive(Clone, Copy, Debug)]
pub struct Outcome {
    /// A repository was planned by default, but there is no git on this machine.
    pub git_missing: bool,
}

/// Carries out a plan.
///
/// # Errors
/// When any step fails or the user interrupts; then the target and everything else is as it was.
pub fn apply(plan: &Plan<'_>) -> Result<Outcome, Error> {
    let guard = Guard::new();
    let parent = plan.target.parent().unwrap_or(Path::new("."));
    let parents = Parents::create(parent)?;
    remove_leftovers(parent);

    let staging = Staging::create(parent)?;
    let tree = staging.path().join("project");
    write_tree(&tree, plan, &guard)?;
    let mut outcome = Outcome { git_missing: false };
    if plan.git {
        let result = vcs::init(&tree);
        // An interrupt reaches git as well, and is the better explanation.
        guard.check()?;
        match result {
            Err(Error::GitMissing { .. }) if !plan.git_required => outcome.git_missing = true,
            result => result?,
        }
    }

    // Before the rename, so that an outer workspace is never seen with a member that is a workspace itself.
    let mut edited = Vec::new();
    let mut last_steps = || {
        for exclusion in &plan.exclusions {
            exclusion.apply()?;
            edited.push(exclusion);
        }
        guard.check()?;
        move_into_place(&tree, &plan.target)
    };
    let result = last_steps();
    if result.is_err() {
        for exclusion in edited {
            // The first failure is the one to report.
            let _ = exclusion.undo();
        }
    } else {
        parents.keep();
    }
    result.map(|()| outcome)
}

fn write_tree(tree: &Path, plan: &Plan<'_>, guard: &Guard) -> Result<(), Error> {
    create_dir(tree)?;
    let mut made = BTreeSet::new();
    for (path, file) in plan.files.iter() {
        guard.check()?;
        for (end, _) in path.match_indices('/') {
            if made.insert(&path[..end]) {
                create_dir(&tree.join(&path[..end]))?;
            }
        }
        write_new(&tree.join(path), &file.bytes)?;
    }
    guard.check()
}

/// Renames the finished project to the target, replacing an empty directory.
fn move_into_place(tree: &Path, target: &Path) -> Result<(), Error> {
    let mut result = fs::rename(tree, target);
    if cfg!(windows) && result.is_err() && target.is_dir() {
        // Not every Windows file system replaces a directory in one step; removing succeeds for an empty one only.
        result = fs::remove_dir(target).and_then(|()| fs::rename(tree, target));
    }
    match result {
        Err(error) if error.kind() == io::ErrorKind::DirectoryNotEmpty => {
            Err(Error::TargetNotEmpty {
                path: target.to_owned(),
                generated: false,
            })
        }
        result => Ok(named(result, "move the finished project to", target)?),
    }
}

/// The staging directory, locked while this process lives.
struct Staging {
    // Dropped in this order: Windows does not remove files that are open.
    _lock: File,
    directory: TempDir,
}

impl Staging {
    fn create(parent: &Path) -> Result<Self, Error> {
        let mut attempts = 0;
        let attempt = loop {
            attempts += 1;
            match Self::try_create(parent) {
                Ok(None) => {}
                Err(error) if error.kind() == io::ErrorKind::NotFound && parent.exists() => {
                    if attempts == ATTEMPTS {
                        break Err(error);
                    }
                }
                Ok(Some(staging)) => break Ok(staging),
                Err(error) => break Err(error),
            }
            if attempts == ATTEMPTS {
                break Err(io::ErrorKind::ResourceBusy.into());
            }
        };
        Ok(named(attempt, "create a staging directory in", parent)?)
    }

    /// None when another run took the directory for a leftover before it was locked.
    fn try_create(parent: &Path) -> io::Result<Option<Self>> {
        let directory = tempfile::Builder::new()
            .prefix(STAGING_PREFIX)
            .tempdir_in(parent)?;
        Self::lock(directory)
    }

    fn lock(directory: TempDir) -> io::Result<Option<Self>> {
        let path = directory.path().join(STAGING_LOCK);
        let lock = File::create_new(&path)?;
        // Some network file systems have no locks; there the only loss is that leftovers stay.
        let is_taken = matches!(lock.try_lock(), Err(TryLockError::WouldBlock));
        // A run that had the lock between the two calls above has removed the directory by now, or is about to.
        Ok((!is_taken && path.exists()).then_some(Self {
            _lock: lock,
            directory,
        }))
    }

    fn path(&self) -> &Path {
        self.directory.path()
    }
}

/// Removes the staging directories of runs that were killed. Best effort: they disturb nobody.
fn remove_leftovers(parent: &Path) {
    let Ok(entries) = fs::read_dir(parent) else {
        return;
    };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let is_staging = name
            .to_str()
            .is_some_and(|name| name.starts_with(STAGING_PREFIX));
        if !is_staging || !entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            continue;
        }
        remove_leftover(&entry.path());
    }
}

fn remove_leftover(staging: &Path) {
    let mut lock = File::open(staging.join(STAGING_LOCK));
    if matches!(&lock, Err(error) if error.kind() == io::ErrorKind::NotFound) {
        // The lock is the first file that goes in: a directory without it is empty, or was half removed.
        if fs::remove_dir(staging).is_ok() {
            return;
        }
        // Unless its owner was about to put the lock in, which it has done by now.
        lock = File::open(staging.join(STAGING_LOCK));
    }
    let is_abandoned = match &lock {
        Ok(lock) => lock.try_lock().is_ok(),
        Err(error) => error.kind() == io::ErrorKind::NotFound,
    };
    if is_abandoned {
        let _ = fs::remove_dir_all(staging);
    }
}

/// Directories above the target that did not exist; removed again unless the project arrives.
struct Parents(Vec<PathBuf>);

impl Parents {
    fn create(parent: &Path) -> Result<Self, Error> {
        let missing: Vec<&Path> = parent
            .ancestors()
            .take_while(|ancestor| !ancestor.exists())
            .collect();
        let mut made = Self(Vec::new());
        for directory in missing.into_iter().rev() {
            match fs::create_dir(directory) {
                Ok(()) => made.0.push(directory.to_owned()),
                // Someone else was quicker, which is as good.
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => named(Err(error), "create directory", directory)?,
            }
        }
        Ok(made)
    }

    fn keep(mut self) {
        self.0.clear();
    }
}

impl Drop for Parents {
    fn drop(&mut self) {
        for directory in self.0.iter().rev() {
            // Fails when someone has put something there, as it should.
            let _ = fs::remove_dir(directory);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::{FileSet, Owner};

    fn files() -> FileSet {
        let mut files = FileSet::default();
        assert!(files.insert("a/b/c.txt", Owner::Generated, b"c\n".as_slice()));
        assert!(files.insert("a.txt", Owner::Team, b"a\n".as_slice()));
        files
    }

    fn names(directory: &Path) -> Vec<String> {
        let mut names: Vec<_> = fs::read_dir(directory)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    fn plan_for<'a>(files: &'a FileSet, target: &Path) -> Plan<'a> {
        super::super::plan(files, target, Some(super::super::Vcs::None)).unwrap()
    }

    #[test]
    fn writes_everything_and_leaves_no_trace() {
        let directory = tempfile::tempdir().unwrap();
        let target = directory.path().join("x/y/new");
        let files = files();
        apply(&plan_for(&files, &target)).unwrap();
        assert_eq!(names(&directory.path().join("x/y")), ["new"]);
        assert_eq!(fs::read(target.join("a/b/c.txt")).unwrap(), b"c\n");
    }

    #[test]
    fn replaces_an_empty_directory() {
        let directory = tempfile::tempdir().unwrap();
        let target = directory.path().join("new");
        fs::create_dir(&target).unwrap();
        let files = files();
        apply(&plan_for(&files, &target)).unwrap();
        assert_eq!(names(&target), ["a", "a.txt"]);
    }

    #[test]
    fn a_target_that_fills_up_meanwhile_is_left_alone() {
        let directory = tempfile::tempdir().unwrap();
        let target = directory.path().join("new");
        let files = files();
        let plan = plan_for(&files, &target);
        fs::create_dir(&target).unwrap();
        fs::write(target.join("theirs"), "x").unwrap();
        assert!(apply(&plan).is_err());
        assert_eq!(names(&target), ["theirs"]);
        assert_eq!(names(directory.path()), ["new"]);
    }

    #[test]
    fn a_failure_removes_the_parents_it_made() {
        let directory = tempfile::tempdir().unwrap();
        let mut files = FileSet::default();
        // A file and a directory of one name cannot both exist.
        assert!(files.insert("a", Owner::Generated, b"".as_slice()));
        assert!(files.insert("a/b", Owner::Generated, b"".as_slice()));
        let plan = plan_for(&files, &directory.path().join("x/y/new"));
        let error = apply(&plan).unwrap_err().to_string();
        assert!(error.contains("could not create directory"), "{error}");
        assert!(names(directory.path()).is_empty());
    }

    #[test]
    fn leftovers_go_but_living_stagings_stay() {
        let directory = tempfile::tempdir().unwrap();
        let dead = directory.path().join(".cargo-mapi-dead");
        fs::create_dir_all(dead.join("project/src")).unwrap();
        fs::write(dead.join("lock"), "").unwrap();
        let half_removed = directory.path().join(".cargo-mapi-half");
        fs::create_dir_all(half_removed.join("project")).unwrap();
        let living = Staging::create(directory.path()).unwrap();
        let living_name = living
            .path()
            .file_name()
            .unwrap()
            .to_str()
            .unwrap()
            .to_owned();

        let files = files();
        apply(&plan_for(&files, &directory.path().join("new"))).unwrap();
        assert_eq!(names(directory.path()), [living_name, "new".to_owned()]);
        drop(living);
        assert_eq!(names(directory.path()), ["new"]);
    }

    #[test]
    fn runs_side_by_side_leave_each_other_alone() {
        let directory = tempfile::tempdir().unwrap();
        let files = files();
        std::thread::scope(|scope| {
            for runner in 0..8 {
                let (files, parent) = (&files, directory.path());
                scope.spawn(move || {
                    for number in 0..50 {
                        let target = parent.join(format!("new-{runner}-{number}"));
                        apply(&plan_for(files, &target)).unwrap();
                    }
                });
            }
        });
        assert_eq!(names(directory.path()).len(), 8 * 50);
    }
}
