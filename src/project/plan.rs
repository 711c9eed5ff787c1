//! What writing a project would do: reads the disk, writes nothing.

use std::fs::symlink_metadata;
use std::path::{Component, Path, PathBuf};

use crate::files::FileSet;

use super::fs::is_empty;
use super::workspace::{Exclusion, exclusions};
use super::{Error, Vcs, vcs};
use crate::io_failure::named;

/// Everything that [`super::apply`] will do.
#[derive(Debug)]
pub struct Plan<'a> {
    /// The new project's directory: absolute, symbolic links resolved as far as it exists.
    pub target: PathBuf,
    /// What is written into it.
    pub files: &'a FileSet,
    /// Whether a git repository is made there.
    pub git: bool,
    /// Whether the user insists on the repository: then a machine without git is an error.
    pub git_required: bool,
    /// Edits of outer workspaces that would otherwise take the new project for a member.
    pub exclusions: Vec<Exclusion>,
}

/// Plans a new project at `target`. `vcs` is what the user asked for, `None` for the default: git, unless the target is
/// inside a repository already.
///
/// # Errors
/// When the target cannot become a new project, or the disk cannot be read.
pub fn plan<'a>(files: &'a FileSet, target: &Path, vcs: Option<Vcs>) -> Result<Plan<'a>, Error> {
    if let Some((path, _)) = files.iter().find(|(path, _)| !is_inside(path)) {
        return Err(Error::BadPath {
            path: path.to_owned(),
        });
    }
    let target = resolve(target)?;
    check_target(&target)?;
    let git = match vcs {
        Some(vcs) => vcs == Vcs::Git,
        None => !vcs::is_inside_repository(&target),
    };
    let exclusions = exclusions(&target, files)?;
    Ok(Plan {
        target,
        files,
        git,
        git_required: vcs == Some(Vcs::Git),
        exclusions,
    })
}

/// Whether a path stays in the directory that it is joined to, on every system.
fn is_inside(path: &str) -> bool {
    !path.is_empty()
        && !path.contains(['\\', ':', '\0'])
        && path
            .split('/')
            .all(|part| !part.is_empty() && part != "." && part != "..")
}

/// The absolute path of a target that may not exist, nor its parents; what exists has its symbolic links resolved.
fn resolve(target: &Path) -> Result<PathBuf, Error> {
    let absolute = named(std::path::absolute(target), "find the place of", target)?;
    let mut existing = absolute.as_path();
    let mut missing = Vec::new();
    while symlink_metadata(existing).is_err() {
        let (Some(parent), Some(last)) = (existing.parent(), existing.components().next_back())
        else {
            break;
        };
        // `a/../b` without an `a` means nothing to the system; neither can it to us.
        if last == Component::ParentDir {
            break;
        }
        missing.push(last);
        existing = parent;
    }
    let mut resolved = named(dunce::canonicalize(existing), "find", existing)?;
    resolved.extend(missing.into_iter().rev());
    Ok(resolved)
}

/// Refuses what cannot become a new project.
fn check_target(target: &Path) -> Result<(), Error> {
    if std::env::current_dir()
        .and_then(dunce::canonicalize)
        .is_ok_and(|current| current.starts_with(target))
    {
        return Err(Error::TargetIsCurrent {
            path: target.to_owned(),
        });
    }
    match symlink_metadata(target) {
        Err(_) => {
            // The nearest ancestor that exists has to be a directory; saying so beats "not a directory" later on.
            let existing = target
                .ancestors()
                .skip(1)
                .find(|ancestor| ancestor.exists());
            match existing {
                Some(ancestor) if !ancestor.is_dir() => Err(Error::TargetNotDirectory {
                    path: ancestor.to_owned(),
                }),
                _ => Ok(()),
            }
        }
        Ok(metadata) if !metadata.is_dir() => Err(Error::TargetNotDirectory {
            path: target.to_owned(),
        }),
        Ok(_) if !is_empty(target)? => {
            let generated = target.join(crate::render::LOCK_FILE).exists();
            Err(Error::TargetNotEmpty {
                path: target.to_owned(),
                generated,
            })
        }
        Ok(_) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::is_inside;

    #[test]
    fn paths_stay_inside() {
        for good in ["a", "a/b.rs", ".github/workflows/ci.yml", "a/..b"] {
            assert!(is_inside(good), "{good}");
        }
        for bad in [
            "", "/a", "a//b", "../a", "a/../b", "a/.", "c:/a", "a\\b", "a/",
        ] {
            assert!(!is_inside(bad), "{bad}");
        }
    }
}
