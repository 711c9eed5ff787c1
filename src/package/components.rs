//! What ends in the DLL and the setup program: the packages of cargo's graph for one target.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use cargo_metadata::{DependencyKind, Metadata, MetadataCommand, Package, PackageId, Source};

use super::error::Error;
use crate::io_failure::named;

/// The crate with the bindings of SQLite, and with SQLite itself where its feature `bundled` is on.
const BINDINGS: &str = "libsqlite3-sys";

/// A package of the graph, or what is compiled inside one.
#[derive(Clone, Debug)]
pub(super) struct Component {
    /// Its crate's name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// What it says about itself.
    pub description: String,
    /// The SPDX expression, or nothing.
    pub license: String,
    /// The file with the licence's text that its manifest names.
    pub license_file: Option<PathBuf>,
    /// Where its sources lie.
    pub directory: PathBuf,
    /// Where it comes from.
    pub origin: Origin,
    /// Whether it is one of those that were asked for: the provider itself, or its setup program.
    pub is_root: bool,
    /// The SHA-256 of its archive, as Cargo.lock has it, or nothing.
    pub checksum: String,
    /// What it depends on, as indexes of the list that it stands in.
    pub dependencies: Vec<usize>,
}

/// Where a package comes from, as far as others can tell.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Origin {
    /// From a directory, as the project itself.
    Directory,
    /// From crates.io.
    CratesIo,
    /// From a repository or another registry: what says so in a package URL. Nothing where only this machine has it.
    Elsewhere(Option<String>),
    /// From the inside of another package, which is not written in Rust.
    Inside,
}

impl Origin {
    fn of(source: Option<&Source>) -> Self {
        match source {
            None => Self::Directory,
            Some(source) if source.is_crates_io() => Self::CratesIo,
            Some(source) => Self::Elsewhere(qualifier(&source.repr)),
        }
    }
}

/// The qualifier of a package URL for a source as cargo writes it, without names and passwords:
/// `git+https://host/path?branch=main#commit` or `sparse+https://host/index/`.
fn qualifier(source: &str) -> Option<String> {
    let (kind, url) = source.split_once('+')?;
    let (url, fragment) = url.split_once('#').unwrap_or((url, ""));
    let (scheme, rest) = url.split_once("://")?;
    if scheme == "file" {
        return None;
    }
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    let host = host.rsplit('@').next().unwrap_or_default();
    let path = path.split('?').next().unwrap_or_default();
    let url = format!("{scheme}://{host}/{path}");
    Some(match kind {
        "git" if fragment.is_empty() => format!("vcs_url={}", encoded(&format!("git+{url}"))),
        "git" => format!("vcs_url={}", encoded(&format!("git+{url}@{fragment}"))),
        _ => format!("repository_url={}", encoded(&url)),
    })
}

/// The value of a qualifier, in which everything else than these characters is percent-encoded.
fn encoded(value: &str) -> String {
    value.bytes().fold(String::new(), |mut text, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~:/".contains(&byte) {
            text.push(char::from(byte));
        } else {
            write!(text, "%{byte:02X}").expect("writing to a string succeeds");
        }
        text
    })
}

/// The packages that end in what ships, sorted by name and version, and SQLite where one of them brings it.
///
/// Dependencies of build scripts and tests do not ship. Procedural macros do not either, but what they write does, so
/// they count.
pub(super) fn read(project: &Path, roots: &[&str], triple: &str) -> Result<Vec<Component>, Error> {
    let metadata = metadata(project, Some(triple))?;
    let checksums = checksums(&metadata, project)?;
    let nodes: BTreeMap<&PackageId, _> = (metadata.resolve.iter())
        .flat_map(|resolve| &resolve.nodes)
        .map(|node| (&node.id, node))
        .collect();
    let edges = |id: &PackageId| -> Vec<&PackageId> {
        let deps = nodes.get(id).map_or(&[][..], |node| &node.deps);
        deps.iter()
            .filter(|dependency| {
                (dependency.dep_kinds.iter()).any(|kind| kind.kind == DependencyKind::Normal)
            })
            .map(|dependency| &dependency.pkg)
            .collect()
    };
    let is_member = |id: &PackageId| metadata.workspace_members.contains(id);
    let roots: Vec<&PackageId> = (metadata.packages.iter())
        .filter(|package| roots.contains(&package.name.as_str()) && is_member(&package.id))
        .map(|package| &package.id)
        .collect();
    let mut open = roots.clone();
    let mut reached: BTreeSet<&PackageId> = BTreeSet::new();
    while let Some(id) = open.pop() {
        if reached.insert(id) {
            open.extend(edges(id));
        }
    }
    let mut packages: Vec<_> = (metadata.packages.iter())
        .filter(|package| reached.contains(&package.id))
        .collect();
    packages.sort_by(|a, b| (&a.name, &a.version, &a.id).cmp(&(&b.name, &b.version, &b.id)));
    let place: BTreeMap<&PackageId, usize> = (packages.iter().enumerate())
        .map(|(index, package)| (&package.id, index))
        .collect();
    let mut components: Vec<Component> = (packages.iter())
        .map(|package| {
            let version = package.version.to_string();
            let mut dependencies: Vec<usize> = (edges(&package.id).iter())
                .filter_map(|id| place.get(id).copied())
                .collect();
            dependencies.sort_unstable();
            dependencies.dedup();
            let directory = package
                .manifest_path
                .parent()
                .map(|path| path.as_std_path());
            Component {
                checksum: (package.source.as_ref())
                    .and_then(|source| {
                        let name = package.name.to_string();
                        checksums.get(&(name, version.clone(), source.repr.clone()))
                    })
                    .cloned()
                    .unwrap_or_default(),
                name: package.name.to_string(),
                version,
                description: package.description.clone().unwrap_or_default(),
                license: package.license.clone().unwrap_or_default(),
                license_file: package.license_file().map(Into::into),
                directory: directory.unwrap_or(Path::new("")).to_owned(),
                origin: Origin::of(package.source.as_ref()),
                is_root: roots.contains(&&package.id),
                dependencies,
            }
        })
        .collect();
    let is_bundled = |package: &&Package| {
        let features = nodes.get(&package.id).map(|node| &node.features);
        package.name.as_str() == BINDINGS
            && features.is_some_and(|features| features.iter().any(|name| *name == "bundled"))
    };
    if let Some(bindings) = packages.iter().copied().find(is_bundled)
        && let Some(sqlite) = sqlite(&components[place[&bindings.id]].directory)
    {
        let index = components.len();
        components[place[&bindings.id]].dependencies.push(index);
        components.push(sqlite);
    }
    Ok(components)
}

/// SQLite inside the crate with its bindings; nothing where that does not say which version it is.
fn sqlite(bindings: &Path) -> Option<Component> {
    let directory = bindings.join("sqlite3");
    let header = fs::read_to_string(directory.join("sqlite3.h")).ok()?;
    let version = (header.lines())
        .find_map(|line| line.strip_prefix("#define SQLITE_VERSION "))?
        .trim()
        .trim_matches('"');
    Some(Component {
        name: "sqlite".to_owned(),
        version: version.to_owned(),
        description: format!("SQLite, compiled from the sources in {BINDINGS}"),
        license: "blessing".to_owned(),
        license_file: None,
        directory,
        origin: Origin::Inside,
        is_root: false,
        checksum: String::new(),
        dependencies: Vec::new(),
    })
}

/// What cargo says about a project, without touching its Cargo.lock; for one target with its dependencies, else without
/// any.
pub(super) fn metadata(project: &Path, triple: Option<&str>) -> Result<Metadata, Error> {
    let mut command = MetadataCommand::new();
    command
        .manifest_path(project.join("Cargo.toml"))
        .current_dir(project);
    let mut options = vec!["--locked".to_owned()];
    match triple {
        Some(triple) => options.extend(["--filter-platform".to_owned(), triple.to_owned()]),
        None => {
            command.no_deps();
        }
    }
    command.other_options(options);
    command.exec().map_err(|error| match error {
        cargo_metadata::Error::Io(source) => Error::Program {
            program: "cargo".to_owned(),
            source,
        },
        cargo_metadata::Error::CargoMetadata { stderr } => Error::Metadata {
            message: stderr.trim().to_owned(),
        },
        error => Error::Metadata {
            message: error.to_string(),
        },
    })
}

/// The package of the workspace that has this name.
pub(super) fn member<'a>(metadata: &'a Metadata, name: &str) -> Option<&'a Package> {
    (metadata.packages.iter()).find(|package| {
        package.name.as_str() == name && metadata.workspace_members.contains(&package.id)
    })
}

/// The checksums in Cargo.lock, by name, version and source.
fn checksums(
    metadata: &Metadata,
    project: &Path,
) -> Result<BTreeMap<(String, String, String), String>, Error> {
    let path = metadata.workspace_root.as_std_path().join("Cargo.lock");
    let path = if path.exists() {
        path
    } else {
        project.join("Cargo.lock")
    };
    let text = named(fs::read_to_string(&path), "read", &path)?;
    let lock: toml::Table = text
        .parse()
        .map_err(|error: toml::de::Error| Error::Metadata {
            message: error.to_string(),
        })?;
    let packages = lock.get("package").and_then(toml::Value::as_array);
    let text = |package: &toml::Value, key: &str| {
        let value = package.get(key).and_then(toml::Value::as_str);
        value.map(str::to_owned)
    };
    Ok((packages.into_iter().flatten())
        .filter_map(|package| {
            Some((
                (
                    text(package, "name")?,
                    text(package, "version")?,
                    text(package, "source")?,
                ),
                text(package, "checksum")?,
            ))
        })
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn elsewhere(source: &str) -> Option<String> {
        let source = serde_json::from_value(source.into()).unwrap();
        match Origin::of(Some(&source)) {
            Origin::Elsewhere(qualifier) => qualifier,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn where_a_package_comes_from() {
        assert_eq!(Origin::of(None), Origin::Directory);
        for (source, wanted) in [
            (
                "git+https://git.example/group/thing?branch=ma%2Fin#0123abc",
                "vcs_url=git%2Bhttps://git.example/group/thing%400123abc",
            ),
            (
                "git+ssh://git@git.example/thing.git",
                "vcs_url=git%2Bssh://git.example/thing.git",
            ),
            (
                "sparse+https://user:secret@crates.example:8443/index/",
                "repository_url=https://crates.example:8443/index/",
            ),
            (
                "registry+https://crates.example/a b&c",
                "repository_url=https://crates.example/a%20b%26c",
            ),
        ] {
            assert_eq!(elsewhere(source).as_deref(), Some(wanted));
        }
        assert_eq!(elsewhere("git+file:///home/somebody/thing#0123abc"), None);
        assert_eq!(elsewhere("registry+file:///home/somebody/index"), None);
    }
}
