//! What MAPI and Windows demand of the DLL and its place, checked before anything is written.
//!
//! - The path: MAPI inserts "32" before the first period of the whole string, and the string has to survive the ANSI code page
//!   \[registering-services-and-service-providers-in-mapisvc-inf\]. Outlook does not search PATH, so it is a full one, and on a
//!   drive of this machine that every user has.
//! - The DLL: made for Outlook's architecture, and loaded here the way in which Outlook loads it, if this program has the same
//!   architecture. A DLL of the other one cannot be loaded by this program: its header is read, and nothing else of it.
//! - The directory: whoever can write there runs code in every user's Outlook. See [`directory`].

use std::fmt;
use std::path::{Path, PathBuf};

use super::{Architecture, Fragment};
use crate::com::code_page;

/// The longest path that every function of Windows takes, without the zero.
const LONGEST: usize = 259;
/// What a provider's DLL exports; nothing else is called by name.
#[cfg(windows)]
const EXPORTS: [&std::ffi::CStr; 2] = [c"MSProviderInit", c"ServiceEntry"];

/// Where a DLL is to be installed, and what for.
#[derive(Clone, Copy, Debug)]
pub struct Target<'a> {
    /// The sections that name it.
    pub fragment: &'a Fragment,
    /// The full path that the DLL will have, with the "32" in its name.
    pub path: &'a str,
    /// Where it is now; the same path if it is in its place already.
    pub source: &'a Path,
    /// Outlook's architecture.
    pub architecture: Architecture,
    /// Whether a directory that ordinary users can write to is good enough: on a developer's machine, and nowhere else.
    pub writable_directory_allowed: bool,
}

/// Something that keeps MAPI from loading a DLL, or that makes it a danger to load it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Finding {
    /// The fragment names no DLL.
    Fragment,
    /// The path does not begin with a drive and a backslash.
    NotAbsolute(String),
    /// The path has slashes or empty parts.
    NotPlain(String),
    /// The drive, or the server, is another machine's.
    Network(String),
    /// The drive is a directory that one user calls so.
    Substituted {
        /// The drive.
        drive: String,
        /// The directory.
        directory: String,
    },
    /// There is a period before the one of the file's extension.
    Period(String),
    /// The ANSI code page does not have all characters.
    CodePage(String),
    /// The path is longer than 259 characters.
    TooLong(String),
    /// The file has not the name that MAPI looks for.
    Name {
        /// Its name.
        found: String,
        /// The name that it has to have.
        expected: String,
    },
    /// The DLL cannot be read, or is none.
    Unreadable(PathBuf, String),
    /// The DLL is made for the other architecture.
    Architecture {
        /// The DLL.
        dll: PathBuf,
        /// What it is made for.
        found: Architecture,
        /// What it has to be made for.
        expected: Architecture,
    },
    /// Windows does not load the DLL the way in which Outlook loads it.
    NotLoaded(PathBuf, String),
    /// The DLL does not export what MAPI calls.
    NoExport(PathBuf, &'static str),
    /// Ordinary users can replace what is in the directory.
    Writable {
        /// The directory.
        directory: PathBuf,
        /// Who can.
        who: Vec<String>,
    },
    /// Who can write to the directory cannot be found out.
    PermissionsUnknown(PathBuf, String),
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fragment => write!(f, "the sections for MAPISVC.INF name no DLL"),
            Self::NotAbsolute(path) => write!(
                f,
                "{path} does not begin with a drive: name the DLL by its full path, as in C:\\Program Files\\…"
            ),
            Self::NotPlain(path) => {
                write!(
                    f,
                    "{path} has slashes or empty parts: write single backslashes"
                )
            }
            Self::Network(path) => write!(
                f,
                "{path} is on another machine: install to a drive of this one"
            ),
            Self::Substituted { drive, directory } => write!(
                f,
                "{drive} is {directory} under another name, and not for every user: use that directory"
            ),
            Self::Period(path) => write!(
                f,
                "{path} has a period before the last one, and MAPI inserts \"32\" before the first: use directories without periods"
            ),
            Self::CodePage(path) => write!(
                f,
                "{path} has characters outside the ANSI code page, which MAPI reads the path in: use ASCII"
            ),
            Self::TooLong(path) => {
                write!(
                    f,
                    "{path} is longer than {LONGEST} characters: use a shorter one"
                )
            }
            Self::Name { found, expected } => write!(
                f,
                "the DLL is called {found}, but MAPI will look for {expected}: copy it under that name"
            ),
            Self::Unreadable(dll, error) => write!(f, "{}: {error}", dll.display()),
            Self::Architecture {
                dll,
                found,
                expected,
            } => write!(
                f,
                "{} is made for {found}, but Outlook is {expected}: install the {expected} package",
                dll.display()
            ),
            Self::NotLoaded(dll, error) => write!(
                f,
                "Windows does not load {}: {error}; what it needs has to be in it or in the system directory",
                dll.display()
            ),
            Self::NoExport(dll, name) => write!(
                f,
                "{} does not export {name}, which MAPI calls: is it this provider's?",
                dll.display()
            ),
            Self::Writable { directory, who } => write!(
                f,
                "{} can be written by {}, who could make every user's Outlook run another DLL: install below Program Files, or take that right away",
                directory.display(),
                who.join(", ")
            ),
            Self::PermissionsUnknown(directory, error) => write!(
                f,
                "who can write to {} cannot be found out: {error}",
                directory.display()
            ),
        }
    }
}

/// Everything that is wrong with a DLL and its place; nothing is wrong if it is empty.
pub fn check(target: &Target<'_>) -> Vec<Finding> {
    let mut findings = path(target.fragment, target.path);
    findings.extend(program(target.source, target.architecture));
    let is_local = Path::new(target.path).is_absolute();
    if let (false, true, Some(parent)) = (
        target.writable_directory_allowed,
        is_local,
        Path::new(target.path).parent(),
    ) {
        findings.extend(directory(parent));
    }
    findings
}

/// What is wrong with the path that a DLL is to have, with the "32" in its name.
pub fn path(fragment: &Fragment, path: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    let owned = || path.to_owned();
    let name = path.rsplit(['\\', '/', ':']).next().unwrap_or(path);
    match fragment.dll().map(|dll| dll.replacen('.', "32.", 1)) {
        None => findings.push(Finding::Fragment),
        Some(expected) if !name.eq_ignore_ascii_case(&expected) => findings.push(Finding::Name {
            found: name.to_owned(),
            expected,
        }),
        Some(_) => {}
    }
    let slashes = path.replace('/', "\\");
    let has_drive =
        matches!(slashes.as_bytes(), [letter, b':', b'\\', ..] if letter.is_ascii_alphabetic());
    if slashes.starts_with("\\\\") {
        findings.push(Finding::Network(owned()));
    } else if !has_drive {
        findings.push(Finding::NotAbsolute(owned()));
    } else {
        findings.extend(drive(path));
        if slashes != path || path.contains("\\\\") {
            findings.push(Finding::NotPlain(owned()));
        }
    }
    if path.matches('.').count() > 1 {
        findings.push(Finding::Period(owned()));
    }
    if !survives_code_page(path) || path.contains(char::is_control) {
        findings.push(Finding::CodePage(owned()));
    }
    if path.encode_utf16().count() > LONGEST {
        findings.push(Finding::TooLong(owned()));
    }
    findings
}

/// What is wrong with a DLL. One of this program's own architecture is loaded, and released again.
pub fn program(dll: &Path, expected: Architecture) -> Vec<Finding> {
    match Architecture::of_file(dll) {
        Err(error) => vec![Finding::Unreadable(dll.to_owned(), error.to_string())],
        Ok(found) if found != expected => vec![Finding::Architecture {
            dll: dll.to_owned(),
            found,
            expected,
        }],
        Ok(found) if found == Architecture::own() => loaded(dll),
        Ok(_) => Vec::new(),
    }
}

/// Whether anybody but administrators and the system can write to a directory, replace what is in it, or replace the
/// directory itself. One that is not there yet is judged by what it will inherit. Rights that are refused to somebody are not
/// set off against those that are granted, so the answer may be too strict, never too mild. Off Windows nothing is checked.
pub fn directory(directory: &Path) -> Vec<Finding> {
    #[cfg(windows)]
    return super::permissions::check(directory);
    #[cfg(not(windows))]
    {
        let _ = directory;
        Vec::new()
    }
}

/// Whether MAPI can have a path in 8 bits, and gets it back as it was.
fn survives_code_page(path: &str) -> bool {
    if cfg!(windows) {
        code_page::decode(&code_page::encode(path)) == path
    } else {
        // Which code page Outlook's machine will have is not known here.
        path.is_ascii()
    }
}

#[cfg(not(windows))]
fn drive(_path: &str) -> Option<Finding> {
    None
}

/// What is wrong with the drive of a path.
#[cfg(windows)]
fn drive(path: &str) -> Option<Finding> {
    use windows_sys::Win32::Storage::FileSystem::{GetDriveTypeW, QueryDosDeviceW};
    use windows_sys::Win32::System::WindowsProgramming::DRIVE_REMOTE;

    let drive = &path[..2];
    let wide = |text: &str| -> Vec<u16> { text.encode_utf16().chain([0]).collect() };
    // SAFETY: the name ends with a zero.
    if unsafe { GetDriveTypeW(wide(&format!("{drive}\\")).as_ptr()) } == DRIVE_REMOTE {
        return Some(Finding::Network(path.to_owned()));
    }
    let mut buffer = [0u16; 1024];
    // SAFETY: the name ends with a zero, and the buffer has the length that is passed.
    let length = unsafe {
        QueryDosDeviceW(
            wide(drive).as_ptr(),
            buffer.as_mut_ptr(),
            buffer.len() as u32,
        )
    };
    let target = buffer[..length as usize].split(|&unit| unit == 0).next()?;
    let target = String::from_utf16_lossy(target);
    let directory = target.strip_prefix("\\??\\")?;
    let is_drive = directory.as_bytes().get(1) == Some(&b':');
    is_drive.then(|| Finding::Substituted {
        drive: drive.to_owned(),
        directory: directory.to_owned(),
    })
}

#[cfg(not(windows))]
fn loaded(_dll: &Path) -> Vec<Finding> {
    Vec::new()
}

/// Loads a DLL as Outlook does it, and releases it.
#[cfg(windows)]
fn loaded(dll: &Path) -> Vec<Finding> {
    use std::io;
    use std::os::windows::ffi::OsStrExt;
    use std::ptr;

    use windows_sys::Win32::Foundation::FreeLibrary;
    use windows_sys::Win32::System::LibraryLoader::{
        GetProcAddress, LOAD_LIBRARY_SEARCH_DEFAULT_DIRS, LoadLibraryExW,
    };

    // The flag wants a full path.
    let full = match std::path::absolute(dll) {
        Ok(full) => full,
        Err(error) => return vec![Finding::Unreadable(dll.to_owned(), error.to_string())],
    };
    let name: Vec<u16> = full.as_os_str().encode_wide().chain([0]).collect();
    // SAFETY: the name ends with a zero; the module is released below.
    let module = unsafe {
        LoadLibraryExW(
            name.as_ptr(),
            ptr::null_mut(),
            LOAD_LIBRARY_SEARCH_DEFAULT_DIRS,
        )
    };
    if module.is_null() {
        let error = io::Error::last_os_error().to_string();
        return vec![Finding::NotLoaded(dll.to_owned(), error)];
    }
    let missing = EXPORTS.into_iter().filter(|export| {
        // SAFETY: the module is loaded, and the name ends with a zero.
        unsafe { GetProcAddress(module, export.as_ptr().cast()) }.is_none()
    });
    let findings = missing
        .map(|export| Finding::NoExport(dll.to_owned(), export.to_str().unwrap_or_default()))
        .collect();
    // SAFETY: the module was loaded above, and nothing of it is used any more.
    unsafe { FreeLibrary(module) };
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fragment() -> Fragment {
        Fragment::parse(
            b"[Services]\r\nCTS=Contoso\r\n[CTS]\r\nPR_SERVICE_DLL_NAME=contoso.dll\r\n",
        )
    }

    fn of(text: &str) -> Vec<Finding> {
        path(&fragment(), text)
    }

    #[test]
    fn a_path_below_program_files_is_good() {
        assert_eq!(of(r"C:\Program Files (x86)\Contoso\CONTOSO32.DLL"), []);
    }

    #[test]
    fn every_rule_is_checked() {
        let owned = str::to_owned;
        let network = r"\\server\share\contoso32.dll";
        assert_eq!(of(network), [Finding::Network(owned(network))]);
        let device = r"\\?\C:\contoso32.dll";
        assert_eq!(of(device), [Finding::Network(owned(device))]);
        for relative in ["contoso32.dll", r"\contoso32.dll", "C:contoso32.dll"] {
            assert_eq!(of(relative), [Finding::NotAbsolute(owned(relative))]);
        }
        for text in ["C:/x/contoso32.dll", r"C:\x\\contoso32.dll"] {
            assert_eq!(of(text), [Finding::NotPlain(owned(text))]);
        }
        let period = r"C:\Users\first.last\contoso32.dll";
        assert_eq!(of(period), [Finding::Period(owned(period))]);
        let beyond = "C:\\\u{65e5}\\contoso32.dll\u{0}";
        assert!(of(beyond).contains(&Finding::CodePage(owned(beyond))));
        let long = format!(r"C:\{}\contoso32.dll", "x".repeat(250));
        assert_eq!(of(&long), [Finding::TooLong(long.clone())]);
        assert_eq!(
            of(r"C:\x\contoso.dll"),
            [Finding::Name {
                found: owned("contoso.dll"),
                expected: owned("contoso32.dll"),
            }]
        );
        assert_eq!(
            path(&Fragment::parse(b""), r"C:\x\contoso32.dll"),
            [Finding::Fragment]
        );
    }

    #[test]
    fn all_findings_are_told_at_once() {
        let directory = tempfile::tempdir().unwrap();
        let source = directory.path().join("contoso.dll");
        let target = Target {
            fragment: &fragment(),
            path: r"x.y\contoso.dll",
            source: &source,
            architecture: Architecture::X64,
            writable_directory_allowed: true,
        };
        let found = check(&target);
        assert_eq!(found.len(), 4, "{found:?}");
        assert!(found.iter().all(|finding| {
            let text = finding.to_string();
            text.contains("contoso") && text.contains(':')
        }));
    }

    #[test]
    fn a_dll_of_the_other_architecture_is_named() {
        let directory = tempfile::tempdir().unwrap();
        let dll = directory.path().join("contoso32.dll");
        let other = Architecture::own().other();
        let mut bytes = vec![0; 0x80];
        bytes[..2].copy_from_slice(b"MZ");
        bytes[0x3C] = 0x40;
        bytes[0x40..0x44].copy_from_slice(b"PE\0\0");
        let machine: u16 = match other {
            Architecture::X64 => 0x8664,
            Architecture::X86 => 0x014C,
        };
        bytes[0x44..0x46].copy_from_slice(&machine.to_le_bytes());
        std::fs::write(&dll, bytes).unwrap();
        assert_eq!(program(&dll, other), []);
        let findings = program(&dll, Architecture::own());
        assert_eq!(
            findings,
            [Finding::Architecture {
                dll: dll.clone(),
                found: other,
                expected: Architecture::own(),
            }]
        );
        std::fs::write(&dll, "no program").unwrap();
        assert!(matches!(
            program(&dll, other)[..],
            [Finding::Unreadable(..)]
        ));
    }

    #[cfg(windows)]
    #[test]
    fn a_dll_is_loaded_as_outlook_loads_it() {
        let directory = tempfile::tempdir().unwrap();
        let system = std::env::var_os("SystemRoot").unwrap();
        let dll = directory.path().join("contoso32.dll");
        std::fs::copy(Path::new(&system).join("system32\\version.dll"), &dll).unwrap();
        assert_eq!(
            program(&dll, Architecture::own()),
            [
                Finding::NoExport(dll.clone(), "MSProviderInit"),
                Finding::NoExport(dll.clone(), "ServiceEntry"),
            ]
        );
        let mut damaged = std::fs::read(&dll).unwrap();
        damaged.truncate(0x200);
        std::fs::write(&dll, damaged).unwrap();
        assert!(matches!(
            program(&dll, Architecture::own())[..],
            [Finding::NotLoaded(..)]
        ));
    }
}
