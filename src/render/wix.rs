//! What the source of the MSI needs beyond the spec: directories as Windows Installer has them, and identities.

use serde::Serialize;

use crate::spec::{Architecture, Spec, installer_version};

/// The source of the MSI.
#[derive(Debug, Serialize)]
pub struct Wix {
    /// `word`: as Windows Installer compares versions, three numbers.
    pub version: String,
    /// Whether the install location lies in a directory that Windows Installer knows.
    pub has_standard_directory: bool,
    /// `word`: that directory.
    pub standard_directory: &'static str,
    /// The directories below it, down to the install location.
    pub directories: Vec<Directory>,
    /// Whether the install location begins with another environment variable.
    pub has_variable: bool,
    /// `word`: that variable.
    pub variable: String,
    /// What follows the variable, or the whole install location.
    pub rest: String,
    /// Identities of the 64-bit product.
    pub x64: Identities,
    /// Identities of the 32-bit product.
    pub x86: Identities,
}

/// A directory below another.
#[derive(Debug, Serialize)]
pub struct Directory {
    /// `word`: its identifier.
    pub id: String,
    pub name: String,
}

/// GUIDs that must stay the same for ever: by them Windows Installer knows what is installed. They are derived from the
/// provider's UID, which stays the same for ever, too.
#[derive(Debug, Serialize)]
pub struct Identities {
    /// `guid`.
    pub upgrade_code: String,
    /// `guid`.
    pub provider_component: String,
    /// `guid`.
    pub setup_component: String,
    /// `guid`.
    pub licenses_component: String,
}

/// Variables of install locations, in capitals, and what Windows Installer calls their directories. `6432` is the one for
/// the architecture that the MSI is built for.
const STANDARD_DIRECTORIES: &[(&str, &str)] = &[
    ("ALLUSERSPROFILE", "CommonAppDataFolder"),
    ("COMMONPROGRAMFILES", "CommonFiles6432Folder"),
    ("PROGRAMDATA", "CommonAppDataFolder"),
    ("PROGRAMFILES", "ProgramFiles6432Folder"),
    ("SYSTEMROOT", "WindowsFolder"),
    ("WINDIR", "WindowsFolder"),
];

/// The directory that the MSI's files go to.
const INSTALL_FOLDER: &str = "INSTALLFOLDER";

impl Wix {
    /// For this spec.
    pub(super) fn new(spec: &Spec) -> Self {
        let location = &spec.registration.install_location;
        let (variable, rest) = split(location);
        let standard = STANDARD_DIRECTORIES
            .iter()
            .find(|(name, _)| variable.eq_ignore_ascii_case(name));
        let parts: Vec<&str> = rest.split('\\').filter(|part| !part.is_empty()).collect();
        // The directory itself is no place for a product.
        let standard = standard.filter(|_| !parts.is_empty());
        Self {
            version: version(&spec.provider.version),
            has_standard_directory: standard.is_some(),
            standard_directory: standard.map_or("", |(_, directory)| directory),
            directories: directories(&parts),
            has_variable: !variable.is_empty(),
            variable: variable.to_owned(),
            rest: rest.to_owned(),
            x64: Identities::new(spec, Architecture::X64),
            x86: Identities::new(spec, Architecture::X86),
        }
    }
}

impl Identities {
    fn new(spec: &Spec, architecture: Architecture) -> Self {
        let derive = |what: &str| {
            let text = format!("msi/{architecture}/{what}");
            spec.provider.uid.derive_from(&text).registry()
        };
        Self {
            upgrade_code: derive("upgrade-code"),
            provider_component: derive("component/provider"),
            setup_component: derive("component/setup"),
            licenses_component: derive("component/licenses"),
        }
    }
}

/// The variable at the beginning of a location, without its percent signs, and the rest.
fn split(location: &str) -> (&str, &str) {
    let inner = location.strip_prefix('%');
    inner
        .and_then(|inner| inner.split_once('%'))
        .unwrap_or(("", location))
}

fn directories(parts: &[&str]) -> Vec<Directory> {
    let last = parts.len().saturating_sub(1);
    (parts.iter().enumerate())
        .map(|(index, name)| Directory {
            id: if index == last {
                INSTALL_FOLDER.to_owned()
            } else {
                format!("Directory{}", index + 1)
            },
            name: (*name).to_owned(),
        })
        .collect()
}

fn version(text: &str) -> String {
    installer_version(text)
        .map(|number| number.to_string())
        .join(".")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_have_three_numbers_that_fit() {
        for (text, expected) in [
            ("1.2.3", "1.2.3"),
            ("2.0.0-beta.1+5", "2.0.0"),
            ("256.300.70000", "255.255.65535"),
            ("18446744073709551615.0.0", "255.0.0"),
        ] {
            assert_eq!(version(text), expected);
        }
    }

    #[test]
    fn locations_are_split_at_their_variable() {
        assert_eq!(split(r"%ProgramFiles%\A\B"), ("ProgramFiles", r"\A\B"));
        assert_eq!(split(r"C:\A (100%)"), ("", r"C:\A (100%)"));
        assert_eq!(split(r"%Public%"), ("Public", ""));
        let ids: Vec<String> = directories(&["A", "B", "C"])
            .into_iter()
            .map(|directory| directory.id)
            .collect();
        assert_eq!(ids, ["Directory1", "Directory2", "INSTALLFOLDER"]);
    }
}
