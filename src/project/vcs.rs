//! Version control, with cargo's manners: a git repository by default, none inside another repository.

use std::path::Path;
use std::process::{Command, Stdio};

use super::Error;

/// Version control of a new project.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Vcs {
    /// A git repository.
    Git,
    /// None.
    None,
}

/// Whether a new directory would be part of a repository. A directory that the repository around it ignores is not.
pub(super) fn is_inside_repository(target: &Path) -> bool {
    for ancestor in target.ancestors().skip(1) {
        if ancestor.join(".hg").exists() {
            return true;
        }
        if ancestor.join(".git").exists() {
            let ignored = git(ancestor)
                .args(["check-ignore", "--quiet", "--"])
                .arg(target)
                .stderr(Stdio::null())
                .status();
            return !ignored.is_ok_and(|status| status.success());
        }
    }
    false
}

/// Makes a repository in a directory.
pub(super) fn init(directory: &Path) -> Result<(), Error> {
    let output = git(directory)
        .args(["init", "--quiet"])
        .output()
        .map_err(|source| Error::GitMissing { source })?;
    if output.status.success() {
        return Ok(());
    }
    Err(Error::Git {
        message: format!(
            "`git init` failed: {}",
            String::from_utf8_lossy(&output.stderr).trim()
        ),
    })
}

/// Git in a directory, deaf to variables that would send it to another repository (they are set inside git hooks).
fn git(directory: &Path) -> Command {
    let mut command = Command::new("git");
    command.current_dir(directory);
    for variable in [
        "GIT_DIR",
        "GIT_WORK_TREE",
        "GIT_INDEX_FILE",
        "GIT_OBJECT_DIRECTORY",
        "GIT_COMMON_DIR",
    ] {
        command.env_remove(variable);
    }
    command
}
