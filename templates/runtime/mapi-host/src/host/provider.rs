//! The entry points of a provider.

use mapi_abi::*;
use std::ffi::c_void;
use std::io;
use std::path::Path;

/// The two functions that a provider DLL exports.
#[derive(Clone, Copy)]
pub struct Provider {
    pub(crate) init: MSPROVIDERINIT,
    pub(crate) service_entry: MSGSERVICEENTRY,
}

impl Provider {
    /// A provider that is a part of this program.
    ///
    /// The functions must do what MAPI's documentation says of them: a host relies on that as MAPI does.
    pub fn from_entry_points(init: MSPROVIDERINIT, service_entry: MSGSERVICEENTRY) -> Self {
        Self {
            init,
            service_entry,
        }
    }

    /// Loads a library and looks up its `MSProviderInit` and `ServiceEntry`.
    ///
    /// The library stays loaded for the life of the process, as MAPI's count of its uses is not predictable either.
    /// Loading runs the library's code: load only what you would run.
    ///
    /// # Errors
    /// Fails if the library cannot be loaded or lacks one of the functions; decorated names do not count.
    pub fn load(path: &Path) -> io::Result<Self> {
        let library = system::load(path)?;
        let init = find(library, "MSProviderInit")?;
        let service_entry = find(library, "ServiceEntry")?;
        // SAFETY: the exports of these names have these types, by contract.
        unsafe {
            Ok(Self {
                init: std::mem::transmute::<*mut c_void, MSPROVIDERINIT>(init),
                service_entry: std::mem::transmute::<*mut c_void, MSGSERVICEENTRY>(service_entry),
            })
        }
    }
}

fn find(library: *mut c_void, name: &str) -> io::Result<*mut c_void> {
    let symbol = std::ffi::CString::new(name).expect("the name has no zero byte");
    let found = system::find(library, &symbol);
    if found.is_null() {
        return Err(io::Error::new(
            io::ErrorKind::NotFound,
            format!("the library does not export `{name}`"),
        ));
    }
    Ok(found)
}

#[cfg(windows)]
mod system {
    use super::*;
    use std::ffi::CStr;
    use std::os::windows::ffi::OsStrExt;

    #[link(name = "kernel32")]
    unsafe extern "system" {
        fn LoadLibraryW(name: *const u16) -> *mut c_void;
        fn GetProcAddress(library: *mut c_void, name: *const i8) -> *mut c_void;
    }

    pub(super) fn load(path: &Path) -> io::Result<*mut c_void> {
        let path = std::path::absolute(path)?;
        let name: Vec<u16> = path.as_os_str().encode_wide().chain([0]).collect();
        // SAFETY: the name ends with a zero.
        let library = unsafe { LoadLibraryW(name.as_ptr()) };
        if library.is_null() {
            Err(io::Error::last_os_error())
        } else {
            Ok(library)
        }
    }

    pub(super) fn find(library: *mut c_void, name: &CStr) -> *mut c_void {
        // SAFETY: the library is loaded and the name ends with a zero.
        unsafe { GetProcAddress(library, name.as_ptr().cast()) }
    }
}

#[cfg(unix)]
mod system {
    use super::*;
    use std::ffi::{CStr, CString, c_char, c_int};
    use std::os::unix::ffi::OsStrExt;

    const RTLD_NOW: c_int = 2;

    unsafe extern "C" {
        fn dlopen(name: *const c_char, flags: c_int) -> *mut c_void;
        fn dlsym(library: *mut c_void, name: *const c_char) -> *mut c_void;
        fn dlerror() -> *const c_char;
    }

    pub(super) fn load(path: &Path) -> io::Result<*mut c_void> {
        let path = std::path::absolute(path)?;
        let name = CString::new(path.as_os_str().as_bytes())?;
        // SAFETY: the name ends with a zero.
        let library = unsafe { dlopen(name.as_ptr(), RTLD_NOW) };
        if !library.is_null() {
            return Ok(library);
        }
        // SAFETY: after a failure the message is there, and stays until the next call on this thread.
        let message = unsafe { CStr::from_ptr(dlerror()) };
        Err(io::Error::other(message.to_string_lossy().into_owned()))
    }

    pub(super) fn find(library: *mut c_void, name: &CStr) -> *mut c_void {
        // SAFETY: the library is loaded and the name ends with a zero.
        unsafe { dlsym(library, name.as_ptr()) }
    }
}
