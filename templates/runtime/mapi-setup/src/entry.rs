//! The entry in Windows' list of installed programs. It also keeps what an uninstallation has to know: which MAPISVC.INF were
//! written, and which keys and directories were not there before. For an MSI, which has an entry of its own, it is hidden.

use std::io;
use std::path::{Path, PathBuf};

use mapi_store::entry::registration::registry::{Registry, Root, Value, View};
use mapi_store::entry::registration::{Architecture, Product};

use crate::log;

const PROGRAMS: &str = r"SOFTWARE\Microsoft\Windows\CurrentVersion\Uninstall";

const HIDDEN: &str = "SystemComponent";
const LOCATION: &str = "InstallLocation";
const FILES: &str = "MapisvcInf";
const KEYS: &str = "CreatedKeys";
const DIRECTORIES: &str = "CreatedDirectories";

/// A place in the registry.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Key {
    /// Its root.
    pub root: Root,
    /// Its view.
    pub view: View,
    /// The key below the root.
    pub path: String,
}

impl Key {
    /// What users read.
    pub fn shown(&self) -> String {
        match (self.root, self.view) {
            (Root::LocalMachine, view) => format!(r"{}\{} ({view})", self.root, self.path),
            _ => format!(r"{}\{}", self.root, self.path),
        }
    }

    /// As the entry keeps it: `HKLM:64:SOFTWARE\Contoso`.
    fn kept(&self) -> String {
        let view = match self.view {
            View::Registry64 => "64",
            View::Registry32 => "32",
        };
        format!("{}:{view}:{}", self.root, self.path)
    }

    fn from_kept(text: &str) -> Option<Self> {
        let mut parts = text.splitn(3, ':');
        let root = parts.next()?;
        let roots = [Root::LocalMachine, Root::CurrentUser, Root::Users];
        Some(Self {
            root: roots.into_iter().find(|known| known.to_string() == root)?,
            view: match parts.next()? {
                "64" => View::Registry64,
                "32" => View::Registry32,
                _ => return None,
            },
            path: parts.next()?.to_owned(),
        })
    }

    /// The keys that would have to be created along with it, the shortest first.
    ///
    /// # Errors
    /// When the registry cannot be read.
    pub fn missing(&self, registry: &dyn Registry) -> io::Result<Vec<Self>> {
        let mut missing = Vec::new();
        for path in mapi_store::entry::registration::registry::ancestry(&self.path) {
            if registry.exists(self.root, self.view, path)? {
                break;
            }
            missing.insert(
                0,
                Self {
                    path: path.to_owned(),
                    ..self.clone()
                },
            );
        }
        Ok(missing)
    }
}

/// The key of a product's entry.
pub fn key(product: &Product, architecture: Architecture) -> Key {
    Key {
        root: log::root(product),
        view: architecture.view(),
        // Both architectures' entries can be in one place: HKEY_CURRENT_USER has no views.
        path: format!(r"{PROGRAMS}\{}-{architecture}", product.service_name),
    }
}

/// What an entry says.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Record {
    /// Whether another installer, such as an MSI, has put the files where they are.
    pub is_managed: bool,
    /// The directory of the DLL.
    pub location: Option<PathBuf>,
    /// The files that the provider's sections were written into.
    pub files: Vec<PathBuf>,
    /// The keys that were not there before.
    pub keys: Vec<Key>,
    /// The directories that were not there before.
    pub directories: Vec<PathBuf>,
}

/// The entry of a product, if it is installed.
///
/// # Errors
/// When the registry cannot be read.
pub fn read(
    registry: &dyn Registry,
    product: &Product,
    architecture: Architecture,
) -> io::Result<Option<Record>> {
    let key = key(product, architecture);
    if !registry.exists(key.root, key.view, &key.path)? {
        return Ok(None);
    }
    let texts = |name: &str| -> io::Result<Vec<String>> {
        Ok(match registry.read(key.root, key.view, &key.path, name)? {
            Some(Value::MultiText(texts)) => texts,
            Some(Value::Text(text)) => vec![text],
            _ => Vec::new(),
        })
    };
    let paths = |name| -> io::Result<Vec<PathBuf>> {
        Ok(texts(name)?.into_iter().map(PathBuf::from).collect())
    };
    let hidden = registry.read(key.root, key.view, &key.path, HIDDEN)?;
    Ok(Some(Record {
        is_managed: hidden == Some(Value::Number(1)),
        location: paths(LOCATION)?.into_iter().next(),
        files: paths(FILES)?,
        keys: texts(KEYS)?
            .iter()
            .filter_map(|text| Key::from_kept(text))
            .collect(),
        directories: paths(DIRECTORIES)?,
    }))
}

/// The values of an entry, each with its name. `size` is that of the installed files, in bytes.
pub fn values(
    product: &Product,
    architecture: Architecture,
    setup: &Path,
    record: &Record,
    size: u64,
) -> Vec<(&'static str, Value)> {
    let text = |text: &str| Value::Text(text.to_owned());
    let path = |path: &Path| path.display().to_string();
    let paths = |all: &[PathBuf]| Value::MultiText(all.iter().map(|one| path(one)).collect());
    let name = match product.architectures {
        [_] => product.display_name.to_owned(),
        _ => format!("{} ({architecture})", product.display_name),
    };
    let uninstall = format!("\"{}\" uninstall --arch {architecture}", path(setup));
    let mut values = vec![
        ("DisplayName", Value::Text(name)),
        ("DisplayVersion", text(product.version)),
        ("Publisher", text(product.vendor)),
        (
            "QuietUninstallString",
            Value::Text(format!("{uninstall} --quiet")),
        ),
        ("UninstallString", Value::Text(uninstall)),
        // In kilobytes.
        (
            "EstimatedSize",
            Value::Number(u32::try_from(size.div_ceil(1024)).unwrap_or(u32::MAX)),
        ),
        ("NoModify", Value::Number(1)),
        ("NoRepair", Value::Number(1)),
        (FILES, paths(&record.files)),
        (
            KEYS,
            Value::MultiText(record.keys.iter().map(Key::kept).collect()),
        ),
        (DIRECTORIES, paths(&record.directories)),
    ];
    if record.is_managed {
        values.push((HIDDEN, Value::Number(1)));
    }
    if let Some(location) = &record.location {
        values.push((LOCATION, Value::Text(path(location))));
    }
    if !product.url.is_empty() {
        values.push(("URLInfoAbout", text(product.url)));
    }
    if !product.support_url.is_empty() {
        values.push(("HelpLink", text(product.support_url)));
    }
    values
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_kept_and_read() {
        for root in [Root::LocalMachine, Root::CurrentUser, Root::Users] {
            for view in View::ALL {
                let key = Key {
                    root,
                    view,
                    path: r"SOFTWARE\a:b".to_owned(),
                };
                assert_eq!(Key::from_kept(&key.kept()), Some(key));
            }
        }
        assert_eq!(Key::from_kept("HKLM:128:x"), None);
    }
}
