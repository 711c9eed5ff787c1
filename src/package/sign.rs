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
    Err(Error::of_program(output.status, command.join(" "), said))
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

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    /// The signal reaches the command as well, and it may end before this process has heard of it.
    #[test]
    fn a_command_that_is_interrupted_has_not_failed() {
        let command = ["sh", "-c", "kill -INT $$"].map(str::to_owned);
        let result = sign(&command, Path::new("."), Path::new("a.dll"));
        assert!(matches!(result, Err(Error::Interrupted)), "{result:?}");
    }
}
