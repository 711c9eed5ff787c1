//! The project's Cargo.lock, so that it builds with the versions that were tested, and offline once they are fetched.
//!
//! `templates/provider/Cargo.lock` is what cargo makes of this repository's own lock for a generated project, less the
//! entry of the project's package, which is put in here. A test keeps it in step.

/// The template's path.
pub(super) const TEMPLATE: &str = "Cargo.lock";

/// The lock without the project's own package.
pub const CARGO_LOCK: &str = include_str!(concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/templates/provider/Cargo.lock"
));

/// What the project's package depends on, as its manifest says, sorted.
const DEPENDENCIES: &[&str] = &[
    "mapi-abi",
    "mapi-host",
    "mapi-resource",
    "mapi-store",
    "tempfile",
];

/// The same of the setup program's package.
const SETUP_DEPENDENCIES: &[&str] = &["mapi-resource", "mapi-setup", "mapi-store"];

/// The name of the setup program's package.
#[must_use]
pub fn setup_package(name: &str) -> String {
    format!("{name}-setup")
}

/// The lock with the entries of the project's own packages, where cargo would put them.
#[must_use]
pub fn with_packages(lock: &str, name: &str, version: &str) -> String {
    let lock = with_package(lock, name, version, DEPENDENCIES);
    with_package(&lock, &setup_package(name), version, SETUP_DEPENDENCIES)
}

fn with_package(lock: &str, name: &str, version: &str, dependencies: &[&str]) -> String {
    const SEPARATOR: &str = "\n\n";
    let mut parts: Vec<String> = lock
        .trim_end()
        .split(SEPARATOR)
        .map(str::to_owned)
        .collect();
    let mut names: Vec<(usize, &str)> = Vec::new();
    for (index, part) in parts.iter().enumerate() {
        if let Some(found) = package_name(part) {
            names.push((index, found));
        }
    }
    let place = names
        .iter()
        .find(|(_, found)| *found > name)
        .map_or(parts.len(), |(index, _)| *index);

    let mut entry =
        format!("[[package]]\nname = \"{name}\"\nversion = \"{version}\"\ndependencies = [\n");
    for dependency in dependencies {
        entry.push_str(&format!(" \"{dependency}\",\n"));
    }
    entry.push(']');
    parts.insert(place, entry);
    parts.join(SEPARATOR) + "\n"
}

fn package_name(part: &str) -> Option<&str> {
    let line = part.strip_prefix("[[package]]\nname = \"")?;
    line.split_once('"').map(|(name, _)| name)
}

/// Whether a package of this name is among the project's dependencies, so that the project cannot have it.
#[must_use]
pub fn is_dependency(name: &str) -> bool {
    CARGO_LOCK
        .split("\n\n")
        .any(|part| package_name(part) == Some(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_entry_stands_in_cargos_order() {
        let lock = "# head\nversion = 4\n\n[[package]]\nname = \"b\"\nversion = \"1.0.0\"\n\n[[package]]\nname = \"d\"\nversion = \"1.0.0\"\n";
        let order = |name| {
            let lock = with_package(lock, name, "0.1.0", DEPENDENCIES);
            lock.lines()
                .filter_map(|line| line.strip_prefix("name = "))
                .collect::<Vec<_>>()
                .join("")
        };
        assert_eq!(order("a"), "\"a\"\"b\"\"d\"");
        assert_eq!(order("c"), "\"b\"\"c\"\"d\"");
        assert_eq!(order("e"), "\"b\"\"d\"\"e\"");
    }
}
