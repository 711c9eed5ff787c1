//! Names that are taken: by Rust, by Cargo, by Windows, by Outlook, by the crates of the generated project.

use crate::render;

/// Keywords of Rust 2024, the reserved ones included.
const KEYWORDS: &[&str] = &[
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "crate",
    "do", "dyn", "else", "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl",
    "in", "let", "loop", "macro", "match", "mod", "move", "mut", "override", "priv", "pub", "ref",
    "return", "self", "static", "struct", "super", "trait", "true", "try", "type", "typeof",
    "unsafe", "unsized", "use", "virtual", "where", "while", "yield",
];

/// Crates that come with the compiler, and directories that Cargo has for itself.
const RESERVED: &[&str] = &[
    "alloc",
    "build",
    "core",
    "deps",
    "examples",
    "incremental",
    "proc_macro",
    "std",
    "target",
    "test",
    "tests",
];

/// DLLs of Windows and Office whose names end in "32", without those two digits.
const SYSTEM_DLLS: &[&str] = &[
    "advapi", "authz", "avicap", "cabinet", "comctl", "comdlg", "contab", "crypt", "dnsapi",
    "emsmdb", "emsui", "emsabp", "fms", "gdi", "glu", "imm", "kernel", "lz", "mapi", "mapisvc",
    "mpr", "ms", "msacm", "msmapi", "mspst", "mspui", "msvfw", "netapi", "odbc", "odbccp",
    "olmapi", "ole", "oleacc", "olecli", "olecnv", "oleaut", "olepro", "olesvr", "opengl",
    "outlmi", "pstprx", "rasapi", "riched", "scanpst", "secur", "shell", "sqlsrv", "tapi",
    "urlmon", "user", "uxtheme", "version", "winmm", "winspool", "wldap", "wmi", "wow", "ws2_",
    "wsock",
];

/// Services and sections in the mapisvc.inf that Outlook brings along.
const SERVICES: &[&str] = &[
    "AB",
    "CONTAB",
    "DEFAULT_SERVICES",
    "EAS",
    "EMABLT",
    "EMS_MDB_PRIVATE",
    "EMS_MDB_PUBLIC",
    "INTERSTOR",
    "MAPI",
    "MSEMS",
    "MSFS",
    "MSOMS",
    "MSPST",
    "MSPST_AB",
    "MSPST_MS",
    "MSUPST",
    "MSUPST_MS",
    "OLAB",
    "PAB",
    "SERVICES",
    "SHAREPOINT",
    "STOREDUP",
];

/// Environment variables that every Windows has and that name a directory.
pub(super) const VARIABLES: &[&str] = &[
    "ALLUSERSPROFILE",
    "APPDATA",
    "CommonProgramFiles",
    "HOMEDRIVE",
    "LOCALAPPDATA",
    "ProgramData",
    "ProgramFiles",
    "PUBLIC",
    "SystemDrive",
    "SystemRoot",
    "TEMP",
    "TMP",
    "USERPROFILE",
    "windir",
];

/// Why a crate cannot have a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CrateNameError {
    /// Characters that Cargo does not take, with the reason.
    Form(&'static str),
    /// A keyword.
    Keyword,
    /// The compiler's or Cargo's.
    Reserved,
    /// A dependency's.
    Dependency,
    /// A Windows device's.
    Device,
}

/// Whether a crate can have the name.
pub(super) fn check_crate_name(name: &str) -> Result<(), CrateNameError> {
    let is_letter = |letter: char| letter.is_ascii_lowercase();
    let is_inner =
        |letter: char| is_letter(letter) || letter.is_ascii_digit() || matches!(letter, '-' | '_');
    if name.len() > 64 {
        return Err(CrateNameError::Form("it is longer than 64 characters"));
    }
    if !name.starts_with(is_letter) {
        return Err(CrateNameError::Form(
            "it does not begin with a lower-case letter",
        ));
    }
    if !name.chars().all(is_inner) {
        return Err(CrateNameError::Form(
            "it has other characters than lower-case letters, digits, `-` and `_`",
        ));
    }
    let snake = name.replace('-', "_");
    if KEYWORDS.contains(&snake.as_str()) {
        Err(CrateNameError::Keyword)
    } else if RESERVED.contains(&snake.as_str()) {
        Err(CrateNameError::Reserved)
    } else if is_dependency(&snake) {
        Err(CrateNameError::Dependency)
    } else if is_device(name) {
        Err(CrateNameError::Device)
    } else {
        Ok(())
    }
}

/// The generator and the runtime crates.
const OWN_CRATES: &[&str] = &[
    "cargo_mapi",
    "mapi_abi",
    "mapi_host",
    "mapi_resource",
    "mapi_setup",
    "mapi_store",
];

/// Whether the generated project has or needs a crate of this name; `-` and `_` are the same to Rust.
fn is_dependency(snake: &str) -> bool {
    let is_known = |snake: &str| {
        OWN_CRATES.contains(&snake)
            || render::is_dependency(snake)
            || render::is_dependency(&snake.replace('_', "-"))
    };
    is_known(snake) || is_known(&render::setup_package(snake).replace('-', "_"))
}

/// A name near to this one that a crate can have; empty if there is nothing to begin with.
pub(super) fn usable_crate_name(name: &str) -> String {
    let mut result = String::new();
    for letter in name.chars() {
        if letter.is_ascii_alphanumeric() {
            // `MyProvider` reads as two words.
            if letter.is_ascii_uppercase()
                && result.ends_with(|last: char| last.is_ascii_lowercase())
            {
                result.push('-');
            }
            result.push(letter.to_ascii_lowercase());
        } else if !result.is_empty() && !result.ends_with(['-', '_']) {
            result.push(if letter == '_' { '_' } else { '-' });
        }
    }
    let trimmed = result
        .trim_start_matches(|letter: char| !letter.is_ascii_lowercase())
        .trim_end_matches(['-', '_']);
    let mut result: String = trimmed.chars().take(50).collect();
    if !result.is_empty() && check_crate_name(&result).is_err() {
        result.push_str("-provider");
    }
    result
}

/// Whether Windows takes a file of this name for a device, whatever its extension.
pub(super) fn is_device(name: &str) -> bool {
    let stem = name
        .split('.')
        .next()
        .unwrap_or("")
        .trim_end()
        .to_ascii_lowercase();
    match stem.as_str() {
        "con" | "prn" | "aux" | "nul" | "conin$" | "conout$" => true,
        other => {
            let number = other
                .strip_prefix("com")
                .or_else(|| other.strip_prefix("lpt"));
            let mut digits = number.unwrap_or("").chars();
            matches!(
                (digits.next(), digits.next()),
                (Some('0'..='9' | '¹' | '²' | '³'), None)
            )
        }
    }
}

/// Whether `<base>32.dll` is a DLL of Windows or Office.
pub(super) fn is_system_dll(base: &str) -> bool {
    SYSTEM_DLLS.iter().any(|dll| dll.eq_ignore_ascii_case(base))
}

/// Whether Outlook's own mapisvc.inf has the service.
pub(super) fn is_outlook_service(name: &str) -> bool {
    SERVICES
        .iter()
        .any(|service| service.eq_ignore_ascii_case(name))
}

/// The DLL's base name for a crate without one: at most six letters and digits of its name.
pub(super) fn default_dll(name: &str) -> String {
    let letters: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
    let base: String = letters.chars().take(6).collect();
    let base = base.trim_end_matches("32");
    if check_dll(base).is_ok() {
        return base.to_owned();
    }
    let short: String = base.chars().take(4).collect();
    if check_dll(&format!("{short}ms")).is_ok() {
        format!("{short}ms")
    } else {
        "store".to_owned()
    }
}

/// Why a DLL cannot have a base name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DllNameError {
    /// Characters or length.
    Form,
    /// It ends in "32".
    Ends32,
    /// It is a Windows device.
    Device,
    /// With "32" it is a system DLL.
    System,
}

/// Whether a DLL can have the base name.
pub(super) fn check_dll(base: &str) -> Result<(), DllNameError> {
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    if !(1..=32).contains(&base.len()) || !base.bytes().all(is_allowed) {
        Err(DllNameError::Form)
    } else if base.ends_with("32") {
        Err(DllNameError::Ends32)
    } else if is_device(base) || is_device(&format!("{base}32")) {
        Err(DllNameError::Device)
    } else if is_system_dll(base) {
        Err(DllNameError::System)
    } else {
        Ok(())
    }
}

/// The service name for a crate without one: its name in capitals.
pub(super) fn default_service(name: &str) -> String {
    let service: String = name
        .chars()
        .map(|letter| {
            if letter.is_ascii_alphanumeric() {
                letter.to_ascii_uppercase()
            } else {
                '_'
            }
        })
        .take(32)
        .collect();
    if is_outlook_service(&service) {
        format!("{service}_STORE")
    } else {
        service
    }
}

/// Whether it can be the name of a message service.
pub(super) fn is_service_name(name: &str) -> bool {
    name.len() <= 32
        && name.starts_with(|letter: char| letter.is_ascii_uppercase())
        && name
            .bytes()
            .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
}

/// Whether it can be the key of a setting.
pub(super) fn is_setting_key(key: &str) -> bool {
    let is_part = |part: &str| {
        !part.is_empty()
            && part
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
    };
    key.len() <= 64
        && key.starts_with(|letter: char| letter.is_ascii_lowercase())
        && key.split('-').all(is_part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn crate_names() {
        for good in ["my-provider", "a", "x_1", "union", "contoso2", "mapi-thing"] {
            assert_eq!(check_crate_name(good), Ok(()), "{good}");
        }
        for (bad, why) in [
            ("static", CrateNameError::Keyword),
            ("gen", CrateNameError::Keyword),
            ("std", CrateNameError::Reserved),
            ("proc-macro", CrateNameError::Reserved),
            ("mapi-store", CrateNameError::Dependency),
            ("mapi_store", CrateNameError::Dependency),
            ("windows_core", CrateNameError::Dependency),
            ("rusqlite", CrateNameError::Dependency),
            ("nul", CrateNameError::Device),
            ("com1", CrateNameError::Device),
        ] {
            assert_eq!(check_crate_name(bad), Err(why), "{bad}");
        }
        for bad in ["", "_x", "1x", "-x", "My", "a b", "ä", "a.b", "a/b"] {
            assert!(
                matches!(check_crate_name(bad), Err(CrateNameError::Form(_))),
                "{bad}"
            );
        }
    }

    #[test]
    fn usable_names_are_usable() {
        for (from, to) in [
            ("MyProvider", "my-provider"),
            ("My Provider!", "my-provider"),
            ("2fast", "fast"),
            ("_x", "x"),
            ("std", "std-provider"),
            ("con", "con-provider"),
            ("", ""),
            ("日本", ""),
        ] {
            let name = usable_crate_name(from);
            assert_eq!(name, to);
            assert!(name.is_empty() || check_crate_name(&name).is_ok());
        }
    }

    #[test]
    fn devices() {
        for device in [
            "con", "NUL", "aux.txt", "com1", "LPT9.dll", "com²", "con .x",
        ] {
            assert!(is_device(device), "{device}");
        }
        for file in [
            "", "console", "com", "com10", "null", "lpt", "comx", "x.con",
        ] {
            assert!(!is_device(file), "{file}");
        }
    }

    /// MAPI inserts "32": a provider called `user.dll` would load Windows' own user32.dll.
    #[test]
    fn dll_names() {
        assert_eq!(check_dll("contoso"), Ok(()));
        assert_eq!(check_dll("user"), Err(DllNameError::System));
        assert_eq!(check_dll("MAPI"), Err(DllNameError::System));
        assert_eq!(check_dll("foo32"), Err(DllNameError::Ends32));
        assert_eq!(check_dll("con"), Err(DllNameError::Device));
        assert_eq!(check_dll("a.b"), Err(DllNameError::Form));
        assert_eq!(check_dll(""), Err(DllNameError::Form));
        assert_eq!(check_dll(&"a".repeat(33)), Err(DllNameError::Form));
    }

    #[test]
    fn defaults_are_valid() {
        for name in [
            "my-provider",
            "user",
            "x32",
            "com1x",
            "a",
            "kernel",
            "shell-x",
            "ms",
            "msmapi",
            "con-provider",
            "p32-3232",
        ] {
            assert_eq!(
                check_dll(&default_dll(name)),
                Ok(()),
                "{name}: {}",
                default_dll(name)
            );
            assert!(is_service_name(&default_service(name)), "{name}");
            assert!(!is_outlook_service(&default_service(name)), "{name}");
        }
        assert_eq!(default_dll("my-provider"), "myprov");
        assert_eq!(default_service("my-provider"), "MY_PROVIDER");
    }
}
