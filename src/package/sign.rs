//! The signing command of a spec.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::error::Error;
use crate::spec::FILE_PLACEHOLDER;

/// Runs the command for one file, in the project's directory and without a shell. What it says, on both streams, is
/// returned.
///
/// # Errors
/// When it cannot be run, or fails.
pub(super) fn sign(command: &[String], project: &Path, file: &Path) -> Result<String, Error> {
    let [program, arguments @ ..] = command else {
        return Ok(String::new());
    };
    let path = file.display().to_string();
    let arguments: Vec<String> = arguments
        .iter()
        .map(|argument| argument.replace(FILE_PLACEHOLDER, &path))
        .collect();
    let output = Command::new(resolve(program, project))
        .args(&arguments)
        .current_dir(project)
        .stdin(Stdio::null())
        .output()
        .map_err(|source| Error::Program {
            program: program.clone(),
            source,
        })?;
    let mut said = String::from_utf8_lossy(&output.stdout).into_owned();
    said.push_str(&String::from_utf8_lossy(&output.stderr));
    if output.status.success() {
        return Ok(said);
    }
    Err(Error::Failed {
        command: command.join(" "),
        status: output.status.to_string(),
        said,
    })
}

/// A program with directories in its name lies below the project; one without is looked for in PATH.
fn resolve(program: &str, project: &Path) -> PathBuf {
    let path = Path::new(program);
    if path.is_relative() && path.components().count() > 1 {
        project.join(path)
    } else {
        path.to_owned()
    }
}
