//! Making the provider known to MAPI: what `regsvr32` calls in the DLL.
//!
//! The DLL carries the generated `registration/mapisvc.inf` and writes its sections into the MAPISVC.INF that Outlook of the
//! DLL's own bitness reads, with the DLL's own directory in them. So the two things that go wrong most often, the bitness and
//! the path, cannot. `regsvr32 /s /n /i:FILE` writes into a file of the caller's choice instead. `rundll32` can do
//! the same by other names.
//! [registering-services-and-service-providers-in-mapisvc-inf]

mod architecture;
pub mod dll_path;
pub mod file;
mod fragment;
mod inf;
mod lines;
mod lock;
#[cfg(windows)]
mod machine;
pub mod outlook;
mod owner;
#[cfg(any(windows, test))]
mod permissions;
mod product;
#[cfg(test)]
mod properties;
pub mod registry;
#[cfg(windows)]
mod windows;

use std::fmt;
use std::io;
use std::path::PathBuf;

pub use architecture::{Architecture, UnknownArchitecture};
pub use file::{add_to, remove_from};
pub use fragment::Fragment;
pub use inf::{Conflict, Inf, Registered};
pub use lock::Lock;
#[cfg(windows)]
pub use machine::{ThisMachine, own_path};
pub use outlook::{Outlook, Search};
pub use product::Product;
#[cfg(windows)]
pub use windows::{install, register, run_dll};

/// Why the provider could not be registered, or its registration not be removed.
#[derive(Debug)]
pub enum RegistrationError {
    /// The generated fragment names no DLL or no service.
    Fragment,
    /// The DLL or its place is nothing that MAPI loads, or nothing that it should.
    Dll(Vec<dll_path::Finding>),
    /// No MAPISVC.INF was found for a DLL of this architecture.
    NoOutlook {
        /// The architecture.
        architecture: Architecture,
        /// What was found instead, and where it was looked for.
        search: Box<Search>,
    },
    /// A MAPISVC.INF has another provider's section of the same name; nothing was written.
    Foreign(PathBuf, Conflict),
    /// A MAPISVC.INF has the attribute that forbids to write.
    ReadOnly(PathBuf),
    /// A MAPISVC.INF is in a kind of Unicode that Windows reads nothing from.
    Encoding(PathBuf),
    /// A file could not be read or written.
    Io(PathBuf, io::Error),
    /// What was written could not be read back; the file has its old contents again.
    NotKept(PathBuf),
}

impl fmt::Display for RegistrationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fragment => write!(f, "the DLL carries no sections for MAPISVC.INF"),
            Self::Dll(findings) => {
                let lines: Vec<String> = findings.iter().map(ToString::to_string).collect();
                f.write_str(&lines.join("\n"))
            }
            Self::NoOutlook {
                architecture,
                search,
            } => no_outlook(f, *architecture, search),
            Self::Foreign(path, conflict) => write!(
                f,
                "{}: {conflict}; the service and its section need another name in one of the two",
                path.display()
            ),
            Self::ReadOnly(path) => write!(
                f,
                "{0} is read-only: attrib -r \"{0}\" allows to write it",
                path.display()
            ),
            Self::Encoding(path) => write!(
                f,
                "{} is in big-endian UTF-16: save it in the ANSI code page",
                path.display()
            ),
            Self::Io(path, error) => write!(f, "{}: {error}", path.display()),
            Self::NotKept(path) => write!(
                f,
                "{} did not keep what was written; it is as it was",
                path.display()
            ),
        }
    }
}

impl std::error::Error for RegistrationError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Io(_, error) => Some(error),
            _ => None,
        }
    }
}

fn no_outlook(
    f: &mut fmt::Formatter<'_>,
    architecture: Architecture,
    search: &Search,
) -> fmt::Result {
    let bits = architecture.bits();
    match search.of_other(architecture) {
        Some(outlook) => writeln!(
            f,
            "Outlook at {} is {}-bit ({other}); this DLL is {bits}-bit ({architecture}): install the {other} package",
            outlook.directory.display(),
            outlook.architecture.bits(),
            other = outlook.architecture,
        )?,
        None => writeln!(
            f,
            "no MAPISVC.INF of a {bits}-bit ({architecture}) Outlook was found: is Outlook installed?"
        )?,
    }
    f.write_str("looked at:")?;
    for place in &search.looked_at {
        write!(f, "\n  {place}")?;
    }
    Ok(())
}

/// What MAPISVC.INF has to say for the DLL at `path`: its directory, and its name without the "32" that MAPI inserts before
/// the first period.
///
/// # Errors
/// When MAPI would not find this DLL under any name: everything that [`dll_path::path`] finds.
pub fn dll_in_inf(fragment: &Fragment, path: &str) -> Result<String, RegistrationError> {
    let findings = dll_path::path(fragment, path);
    if !findings.is_empty() {
        return Err(RegistrationError::Dll(findings));
    }
    let name = fragment.dll().ok_or(RegistrationError::Fragment)?;
    let directory = path
        .rsplit_once('\\')
        .map_or("", |(directory, _)| directory);
    Ok(format!("{directory}\\{name}"))
}

/// Registers in every file, and answers what was done, a line each.
#[cfg(any(windows, test))]
fn add_to_all(
    files: &[PathBuf],
    fragment: &Fragment,
    dll: &str,
) -> Result<Vec<String>, RegistrationError> {
    let told = |file: &PathBuf| {
        let what = match add_to(file, fragment, dll)? {
            true => "registered in",
            false => "was registered already in",
        };
        Ok(format!("{what} {}", file.display()))
    };
    files.iter().map(told).collect()
}

/// Takes the registration out of every file, and answers what was done, a line each. An Outlook that is gone already has taken
/// its file along.
#[cfg(any(windows, test))]
fn remove_from_all(
    files: &[PathBuf],
    fragment: &Fragment,
) -> Result<Vec<String>, RegistrationError> {
    if files.is_empty() {
        return Ok(vec![
            "there is no MAPISVC.INF to take the provider out of".to_owned(),
        ]);
    }
    let told = |file: &PathBuf| {
        let what = match remove_from(file, fragment)? {
            true => "removed from",
            false => "was not registered in",
        };
        Ok(format!("{what} {}", file.display()))
    };
    files.iter().map(told).collect()
}

/// Writes `DllRegisterServer`, `DllUnregisterServer` and `DllInstall` into the crate that invokes it, for `regsvr32`, and
/// `MergeWithMapiSvc` and `RemoveFromMapiSvc` for `rundll32`, named as Microsoft's samples name them. The argument is the generated `registration/mapisvc.inf`, as bytes. Off Windows there is nothing to write.
#[macro_export]
macro_rules! export_registration {
    ($fragment:expr) => {
        /// Writes the provider's sections into MAPISVC.INF.
        #[cfg(windows)]
        #[allow(unsafe_code, non_snake_case)]
        #[unsafe(no_mangle)]
        pub extern "system" fn DllRegisterServer() -> $crate::abi::HRESULT {
            static FRAGMENT: &[u8] = $fragment;
            $crate::entry::registration::register(FRAGMENT, true)
        }

        /// Takes the provider's sections out of MAPISVC.INF.
        #[cfg(windows)]
        #[allow(unsafe_code, non_snake_case)]
        #[unsafe(no_mangle)]
        pub extern "system" fn DllUnregisterServer() -> $crate::abi::HRESULT {
            static FRAGMENT: &[u8] = $fragment;
            $crate::entry::registration::register(FRAGMENT, false)
        }

        /// The same for the MAPISVC.INF whose path is the command line; an empty one means Outlook's.
        ///
        /// # Safety
        /// `command_line` is NULL or ends with a zero.
        #[cfg(windows)]
        #[allow(unsafe_code, non_snake_case)]
        #[unsafe(no_mangle)]
        pub unsafe extern "system" fn DllInstall(
            install: i32,
            command_line: *const u16,
        ) -> $crate::abi::HRESULT {
            static FRAGMENT: &[u8] = $fragment;
            // SAFETY: the caller's promise.
            unsafe { $crate::entry::registration::install(FRAGMENT, install != 0, command_line) }
        }

        /// Writes the provider's sections into the MAPISVC.INF that the command line names, or Outlook's; for `rundll32`.
        ///
        /// # Safety
        /// `command_line` is NULL or ends with a zero.
        #[cfg(windows)]
        #[allow(unsafe_code, non_snake_case)]
        #[unsafe(no_mangle)]
        pub unsafe extern "system" fn MergeWithMapiSvc(
            _window: *mut ::core::ffi::c_void,
            _instance: *mut ::core::ffi::c_void,
            command_line: *const u8,
            _show: i32,
        ) {
            static FRAGMENT: &[u8] = $fragment;
            // SAFETY: the caller's promise.
            let _ = unsafe { $crate::entry::registration::run_dll(FRAGMENT, true, command_line) };
        }

        /// Takes the provider's sections out of the same.
        ///
        /// # Safety
        /// `command_line` is NULL or ends with a zero.
        #[cfg(windows)]
        #[allow(unsafe_code, non_snake_case)]
        #[unsafe(no_mangle)]
        pub unsafe extern "system" fn RemoveFromMapiSvc(
            _window: *mut ::core::ffi::c_void,
            _instance: *mut ::core::ffi::c_void,
            command_line: *const u8,
            _show: i32,
        ) {
            static FRAGMENT: &[u8] = $fragment;
            // SAFETY: the caller's promise.
            let _ = unsafe { $crate::entry::registration::run_dll(FRAGMENT, false, command_line) };
        }
    };
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn fragment() -> Fragment {
        Fragment::parse(
            b"[Services]\r\nCTS=Contoso\r\n[CTS]\r\nPR_SERVICE_DLL_NAME=contoso.dll\r\n",
        )
    }

    #[test]
    fn the_dll_is_named_as_mapi_wants_it() {
        let inf = |path| dll_in_inf(&fragment(), path).map_err(|error| error.to_string());
        assert_eq!(
            inf(r"C:\Program Files\Contoso\CONTOSO32.DLL").unwrap(),
            r"C:\Program Files\Contoso\contoso.dll"
        );
        assert!(
            inf(r"C:\x\contoso.dll")
                .unwrap_err()
                .contains("contoso32.dll")
        );
        assert!(
            inf(r"C:\Users\first.last\contoso32.dll")
                .unwrap_err()
                .contains("period before the last")
        );
        // On Windows it depends on the code page.
        #[cfg(not(windows))]
        assert!(
            inf("C:\\Users\\Jos\u{e9}\\contoso32.dll")
                .unwrap_err()
                .contains("ASCII")
        );
        assert!(inf("contoso32.dll").is_err());
    }

    #[test]
    fn every_language_is_told_of() {
        let directory = tempfile::tempdir().unwrap();
        let files = ["1031", "1033"].map(|name| directory.path().join(name));
        for file in &files {
            fs::write(file, "[Services]\r\n").unwrap();
        }
        let add = || add_to_all(&files, &fragment(), "C:\\contoso.dll").unwrap();
        assert!(add().iter().all(|line| line.starts_with("registered in")));
        assert!(add().iter().all(|line| line.starts_with("was registered")));
        let remove = || remove_from_all(&files, &fragment()).unwrap();
        assert!(remove().iter().all(|line| line.starts_with("removed from")));
        assert_eq!(remove().len(), 2);
    }

    #[test]
    fn without_outlook_a_provider_can_go() {
        assert_eq!(remove_from_all(&[], &fragment()).unwrap().len(), 1);
    }
}
