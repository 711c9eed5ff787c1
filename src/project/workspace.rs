//! Outer workspaces.
//!
//! A generated project is a workspace of its own, which cargo refuses as the member of another. Where the `members` of a
//! workspace above the target would take the new project in, its `exclude` gets the project's path.

use std::path::{Path, PathBuf};

use glob::{MatchOptions, Pattern};
use toml_edit::{Array, DocumentMut, Item, Value};

use crate::files::FileSet;
use crate::io_failure::IoFailure;

use super::Error;
use super::fs::replace;

/// An edit of an outer workspace's manifest.
#[derive(Debug)]
pub struct Exclusion {
    /// The manifest.
    pub manifest: PathBuf,
    /// What its `workspace.exclude` gets.
    pub entry: String,
    before: String,
    after: String,
}

impl Exclusion {
    pub(super) fn apply(&self) -> Result<(), IoFailure> {
        replace(&self.manifest, self.after.as_bytes())
    }

    pub(super) fn undo(&self) -> Result<(), IoFailure> {
        replace(&self.manifest, self.before.as_bytes())
    }
}

/// The edits that keep workspaces above `target` working once the project is there.
pub(super) fn exclusions(target: &Path, files: &FileSet) -> Result<Vec<Exclusion>, Error> {
    // Directories of the project that cargo could take for members.
    let packages: Vec<&str> = files
        .iter()
        .filter_map(|(path, _)| path.strip_suffix("Cargo.toml"))
        .map(|directory| directory.trim_end_matches('/'))
        .collect();
    let mut found = Vec::new();
    for root in target.ancestors().skip(1) {
        let manifest = root.join("Cargo.toml");
        // A manifest that cannot be read or parsed is no workspace, and not ours to complain about.
        let Ok(before) = std::fs::read_to_string(&manifest) else {
            continue;
        };
        let Some(entry) = target.strip_prefix(root).ok().and_then(slashed) else {
            continue;
        };
        let Ok(mut document) = before.parse::<DocumentMut>() else {
            continue;
        };
        match exclude(&mut document, &entry, &packages) {
            Outcome::NotAMember => {}
            Outcome::Excluded => found.push(Exclusion {
                manifest,
                entry,
                before,
                after: document.to_string(),
            }),
            Outcome::ExplicitMember(member) => {
                return Err(Error::OuterMember {
                    manifest,
                    entry: member,
                });
            }
        }
    }
    Ok(found)
}

enum Outcome {
    NotAMember,
    Excluded,
    ExplicitMember(String),
}

fn exclude(document: &mut DocumentMut, entry: &str, packages: &[&str]) -> Outcome {
    let Some(workspace) = document
        .get_mut("workspace")
        .and_then(Item::as_table_like_mut)
    else {
        return Outcome::NotAMember;
    };
    let members = strings(workspace.get("members"));
    let is_member = |member: &String| {
        packages.iter().any(|package| {
            let directory = if package.is_empty() {
                entry.to_owned()
            } else {
                format!("{entry}/{package}")
            };
            matches(member, &directory)
        })
    };
    if !members.iter().any(is_member) {
        return Outcome::NotAMember;
    }
    if strings(workspace.get("exclude"))
        .iter()
        .any(|excluded| Path::new(entry).starts_with(normal(excluded)))
    {
        return Outcome::NotAMember;
    }
    // As cargo has it: a path below a member that is named without a pattern cannot be excluded.
    if let Some(explicit) = members
        .iter()
        .find(|member| Path::new(entry).starts_with(normal(member)))
    {
        return Outcome::ExplicitMember(explicit.clone());
    }
    let list = workspace
        .entry("exclude")
        .or_insert_with(|| Item::Value(Value::Array(Array::new())));
    let Some(list) = list.as_array_mut() else {
        return Outcome::NotAMember;
    };
    push(list, entry);
    Outcome::Excluded
}

/// Appends to an array in the layout that it has.
fn push(list: &mut Array, entry: &str) {
    let layout = list
        .iter()
        .last()
        .and_then(|last| last.decor().prefix()?.as_str().map(str::to_owned));
    match layout {
        Some(prefix) if prefix.contains('\n') => {
            // Comments before the last element stay with it.
            let mut indent = prefix[prefix.rfind('\n').unwrap_or(0)..].to_owned();
            if !list.trailing_comma() {
                // What stands between the last element and the bracket comes behind the new comma.
                let last = list.len().saturating_sub(1);
                if let Some(last) = list.get_mut(last) {
                    let suffix = last.decor().suffix().and_then(|suffix| suffix.as_str());
                    indent.insert_str(0, suffix.unwrap_or_default().trim_end());
                    last.decor_mut().set_suffix("");
                }
                list.set_trailing_comma(true);
                list.set_trailing("\n");
            }
            list.push_formatted(Value::from(entry).decorated(indent, ""));
        }
        _ => list.push(entry),
    }
}

fn strings(item: Option<&Item>) -> Vec<String> {
    let array = item.and_then(Item::as_array);
    array
        .into_iter()
        .flatten()
        .filter_map(|value| value.as_str().map(str::to_owned))
        .collect()
}

/// Whether a pattern of `workspace.members` matches a directory, both relative to the workspace.
fn matches(pattern: &str, directory: &str) -> bool {
    let options = MatchOptions {
        case_sensitive: true,
        require_literal_separator: true,
        require_literal_leading_dot: false,
    };
    Pattern::new(&normal(pattern)).is_ok_and(|pattern| pattern.matches_with(directory, options))
}

/// A path or pattern without `.` parts, doubled or trailing slashes.
fn normal(path: &str) -> String {
    let path = if cfg!(windows) {
        path.replace('\\', "/")
    } else {
        path.to_owned()
    };
    let parts: Vec<&str> = path
        .split('/')
        .filter(|part| !part.is_empty() && *part != ".")
        .collect();
    parts.join("/")
}

/// A relative path with `/` between its parts; `None` if it is not Unicode, which TOML cannot say.
fn slashed(path: &Path) -> Option<String> {
    let parts: Option<Vec<&str>> = path.iter().map(|part| part.to_str()).collect();
    parts.map(|parts| parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(manifest: &str, entry: &str) -> Result<String, String> {
        let mut document = manifest.parse::<DocumentMut>().unwrap();
        match exclude(&mut document, entry, &["", "runtime/mapi-abi"]) {
            Outcome::NotAMember => Ok(manifest.to_owned()),
            Outcome::Excluded => Ok(document.to_string()),
            Outcome::ExplicitMember(member) => Err(member),
        }
    }

    #[test]
    fn foreign_manifests_stay_as_they_are() {
        for manifest in [
            "[package]\nname = \"x\"\n",
            "[workspace]\n",
            "[workspace]\nmembers = [\"crates/*\"]\n",
            "[workspace]\nmembers = [\"a\", \"*/*/x\"]\nexclude = [\"b\"]\n",
            "[workspace]\nmembers = [\"*\"]\nexclude = [\"new\"]\n",
            "[workspace]\nmembers = [\"*\"]\nexclude = [\"./new/\"]\n",
            "workspace = 3\n",
        ] {
            assert_eq!(run(manifest, "new").as_deref(), Ok(manifest));
        }
    }

    #[test]
    fn a_matching_workspace_excludes_the_project() {
        assert_eq!(
            run(
                "[workspace]\nmembers = [\"crates/*\"] # all\n",
                "crates/new"
            )
            .unwrap(),
            "[workspace]\nmembers = [\"crates/*\"] # all\nexclude = [\"crates/new\"]\n"
        );
        assert_eq!(
            run(
                "[workspace]\nmembers = [\"./*\"]\nexclude = [\"a\"]\n",
                "new"
            )
            .unwrap(),
            "[workspace]\nmembers = [\"./*\"]\nexclude = [\"a\", \"new\"]\n"
        );
        assert_eq!(
            run("[workspace]\nmembers = [\"**\"]\nexclude = [\n    # old\n    \"a\",\n    \"b\",\n]\n", "new").unwrap(),
            "[workspace]\nmembers = [\"**\"]\nexclude = [\n    # old\n    \"a\",\n    \"b\",\n    \"new\",\n]\n"
        );
        assert_eq!(
            run(
                "[workspace]\nmembers = [\"*\"]\nexclude = [\n    \"a\"\n]\n",
                "new"
            )
            .unwrap(),
            "[workspace]\nmembers = [\"*\"]\nexclude = [\n    \"a\",\n    \"new\",\n]\n"
        );
        assert_eq!(
            run(
                "[workspace]\nmembers = [\"*\"]\nexclude = [\n    \"a\" # old\n]\n",
                "new"
            )
            .unwrap(),
            "[workspace]\nmembers = [\"*\"]\nexclude = [\n    \"a\", # old\n    \"new\",\n]\n"
        );
        // The runtime crates alone can match, too.
        assert!(
            run("[workspace]\nmembers = [\"*/runtime/*\"]\n", "new")
                .unwrap()
                .contains("exclude")
        );
        assert!(
            run("workspace = { members = [\"*\"] }\n", "new")
                .unwrap()
                .contains("exclude")
        );
    }

    #[test]
    fn a_member_by_name_is_an_error() {
        assert_eq!(
            run("[workspace]\nmembers = [\"new\"]\n", "new").unwrap_err(),
            "new"
        );
    }
}
