//! Where files go: directories with `%VARIABLES%` in them, as the provider's spec writes them.

use std::env;
use std::fmt::Write;
use std::path::{Path, PathBuf};

/// Expands `%NAME%` as the Windows shell does: a variable that is not set stays as it is written, `%%` is a percent sign.
///
/// Off Windows the variables that name a user's data directories stand for what comes closest, and backslashes become
/// slashes, so that one spec works everywhere.
pub fn expand(text: &str) -> PathBuf {
    expand_with(text, &variable)
}

/// The same with variables of the caller's.
pub fn expand_with(text: &str, variable: &dyn Fn(&str) -> Option<String>) -> PathBuf {
    let mut expanded = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find('%') {
        expanded.push_str(&rest[..start]);
        let behind = &rest[start + 1..];
        let Some(end) = behind.find('%') else {
            rest = &rest[start..];
            break;
        };
        let name = &behind[..end];
        if name.is_empty() {
            expanded.push('%');
        } else if let Some(value) = variable(name) {
            expanded.push_str(&value);
        } else {
            // A String takes whatever is written to it.
            let _ = write!(expanded, "%{name}%");
        }
        rest = &behind[end + 1..];
    }
    expanded.push_str(rest);
    if cfg!(windows) {
        expanded.into()
    } else {
        expanded.replace('\\', "/").into()
    }
}

/// The store file in a directory: named after the store, so that several stores fit in one directory.
pub fn store_file(directory: &Path, uid: &[u8; 16]) -> PathBuf {
    let mut name = String::with_capacity(40);
    for byte in uid {
        let _ = write!(name, "{byte:02x}");
    }
    directory.join(name + ".sqlite")
}

#[cfg(windows)]
fn variable(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}

#[cfg(not(windows))]
fn variable(name: &str) -> Option<String> {
    let set = |name: &str| env::var(name).ok().filter(|value| !value.is_empty());
    let home = || set("HOME").unwrap_or_else(|| env::temp_dir().to_string_lossy().into_owned());
    set(name).or_else(|| match name.to_ascii_uppercase().as_str() {
        "LOCALAPPDATA" | "APPDATA" => {
            Some(set("XDG_DATA_HOME").unwrap_or_else(|| home() + "/.local/share"))
        }
        "USERPROFILE" => Some(home()),
        "PROGRAMDATA" | "ALLUSERSPROFILE" => Some(home() + "/.local/share"),
        "TEMP" | "TMP" => Some(env::temp_dir().to_string_lossy().into_owned()),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expanded(text: &str) -> String {
        let variable = |name: &str| match name {
            "LOCALAPPDATA" => Some("/data".to_owned()),
            _ => None,
        };
        expand_with(text, &variable)
            .to_string_lossy()
            .replace('\\', "/")
    }

    #[test]
    fn variables_are_expanded_and_unknown_ones_stay() {
        assert_eq!(
            expanded(r"%LOCALAPPDATA%\Contoso\Archive"),
            "/data/Contoso/Archive"
        );
        assert_eq!(expanded(r"%NOBODY%\x"), "%NOBODY%/x");
        assert_eq!(expanded("100%%/x%"), "100%/x%");
        assert_eq!(expanded("plain"), "plain");
        assert_eq!(expanded(""), "");
    }

    #[test]
    fn the_file_is_named_after_the_store() {
        let file = store_file(Path::new("dir"), &[0xAB; 16]);
        assert_eq!(
            file,
            Path::new("dir").join(format!("{}.sqlite", "ab".repeat(16)))
        );
    }

    #[test]
    fn a_users_data_directory_is_known_everywhere() {
        let path = expand(r"%LOCALAPPDATA%\Contoso");
        assert!(
            !path.to_string_lossy().contains('%') || cfg!(windows),
            "{path:?}"
        );
    }
}
