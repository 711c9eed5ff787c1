//! Where Outlook's MAPISVC.INF is. [how-to-get-path-of-specific-version-of-mapi-for-default-mail-client]
//!
//! 1. Click-to-Run Office keeps its files below `root\VFS` of its directory; the path that Outlook itself sees is a view
//!    of that, so the real file is edited. With several languages there are several, and all of them are. An Office of the
//!    other bitness ends the search: it cannot load the DLL.
//! 2. Otherwise the mail client's registration names an installer component, and `FGetComponentPath` of the MAPI stub its
//!    place.
//! 3. Otherwise the system directory, if there is one.
//!
//! This code has the DLL's bitness, so it sees the registry and the stub of the Outlook that can load the DLL.

use std::ffi::c_void;
use std::io;
use std::path::{Path, PathBuf};
use std::ptr;

use super::click_to_run::{self, INF};
use crate::com::code_page;

const MAIL_CLIENT: &str = "Software\\Clients\\Mail\\Microsoft Outlook";
const CLICK_TO_RUN: &str = "SOFTWARE\\Microsoft\\Office\\ClickToRun";

const LOCAL_MACHINE: *mut c_void = 0x8000_0002_u32.cast_signed() as isize as *mut c_void;
const RRF_RT_REG_SZ: u32 = 0x2;
const RRF_RT_REG_MULTI_SZ: u32 = 0x20;
const RRF_SUBKEY_WOW6464KEY: u32 = 0x1_0000;
const LOAD_LIBRARY_SEARCH_SYSTEM32: u32 = 0x800;
const GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT: u32 = 0x2;
const GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS: u32 = 0x4;
/// Longer than any path that MAPI takes.
const LONGEST: usize = 1024;

/// `FGetComponentPath` of the MAPI stub.
type ComponentPath = unsafe extern "system" fn(*const u8, *const u8, *mut u8, u32, i32) -> i32;

#[link(name = "advapi32")]
unsafe extern "system" {
    fn RegGetValueA(
        key: *mut c_void,
        subkey: *const u8,
        value: *const u8,
        flags: u32,
        kind: *mut u32,
        data: *mut c_void,
        size: *mut u32,
    ) -> i32;
}

#[link(name = "kernel32")]
unsafe extern "system" {
    fn LoadLibraryExA(name: *const u8, file: *mut c_void, flags: u32) -> *mut c_void;
    fn GetProcAddress(module: *mut c_void, name: *const u8) -> *mut c_void;
    fn FreeLibrary(module: *mut c_void) -> i32;
    fn GetSystemDirectoryW(buffer: *mut u16, size: u32) -> u32;
    fn GetModuleHandleExW(flags: u32, address: *const c_void, module: *mut *mut c_void) -> i32;
    fn GetModuleFileNameW(module: *mut c_void, buffer: *mut u16, size: u32) -> u32;
}

/// The files that exist, each once.
pub(super) fn mapisvc_inf() -> Vec<PathBuf> {
    if let Some(found) = click_to_run() {
        return found;
    }
    let mut found = Vec::new();
    found.extend(installer().filter(|path| path.is_file()));
    if found.is_empty() {
        found.extend(
            system_directory()
                .map(|directory| directory.join(INF))
                .filter(|path| path.is_file()),
        );
    }
    found
}

/// The path of the DLL, or program, that holds this code.
pub(super) fn own_path() -> io::Result<String> {
    static ANCHOR: u8 = 0;
    let mut module = ptr::null_mut();
    let flags =
        GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT | GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS;
    // SAFETY: the address is in this module, and the handle is written to a local.
    if unsafe { GetModuleHandleExW(flags, (&raw const ANCHOR).cast(), &raw mut module) } == 0 {
        return Err(io::Error::last_os_error());
    }
    let mut buffer = [0u16; LONGEST];
    // SAFETY: the buffer has the length that is passed.
    let length =
        unsafe { GetModuleFileNameW(module, buffer.as_mut_ptr(), LONGEST as u32) } as usize;
    if length == 0 || length >= LONGEST {
        return Err(io::Error::last_os_error());
    }
    Ok(String::from_utf16_lossy(&buffer[..length]))
}

fn click_to_run() -> Option<Vec<PathBuf>> {
    let text = |subkey: &str, value| {
        read(subkey, value, RRF_RT_REG_SZ | RRF_SUBKEY_WOW6464KEY).map(|bytes| first(&bytes))
    };
    let directory = text(CLICK_TO_RUN, "InstallPath").filter(|path| !path.is_empty())?;
    let platform = text(&format!("{CLICK_TO_RUN}\\Configuration"), "Platform");
    click_to_run::files(Path::new(&directory), platform.as_deref(), usize::BITS)
}

fn installer() -> Option<PathBuf> {
    let any_text = RRF_RT_REG_SZ | RRF_RT_REG_MULTI_SZ;
    let component = read(MAIL_CLIENT, "MSIComponentID", any_text)?;
    let qualifiers =
        ["MSIApplicationLCID", "MSIOfficeLCID"].map(|value| read(MAIL_CLIENT, value, any_text));
    for stub in [c"mapistub.dll", c"mapi32.dll"] {
        // SAFETY: the name ends with a zero; the module is released below.
        let module = unsafe {
            LoadLibraryExA(
                stub.as_ptr().cast(),
                ptr::null_mut(),
                LOAD_LIBRARY_SEARCH_SYSTEM32,
            )
        };
        if module.is_null() {
            continue;
        }
        // SAFETY: the module is loaded, and the name ends with a zero.
        let function = unsafe { GetProcAddress(module, c"FGetComponentPath".as_ptr().cast()) };
        let mut found = None;
        if !function.is_null() {
            // SAFETY: this is the function's type in Microsoft's stub library.
            let component_path: ComponentPath = unsafe { std::mem::transmute(function) };
            let with_none = qualifiers
                .iter()
                .flatten()
                .map(|qualifier| qualifier.as_ptr())
                .chain([ptr::null()]);
            found = with_none
                .into_iter()
                .find_map(|qualifier| call(component_path, &component, qualifier));
        }
        // SAFETY: the module was loaded above.
        unsafe { FreeLibrary(module) };
        if let Some(dll) = found {
            return Some(dll.parent()?.join(INF));
        }
    }
    None
}

/// The path of the component's DLL.
fn call(component_path: ComponentPath, component: &[u8], qualifier: *const u8) -> Option<PathBuf> {
    let mut buffer = [0u8; LONGEST];
    // SAFETY: both names end with zeros or are NULL, the buffer has the length that is passed, and FALSE installs nothing.
    let found = unsafe {
        component_path(
            component.as_ptr(),
            qualifier,
            buffer.as_mut_ptr(),
            LONGEST as u32,
            0,
        )
    };
    let path = first(&buffer);
    (found != 0 && !path.is_empty()).then(|| PathBuf::from(path))
}

fn system_directory() -> Option<PathBuf> {
    let mut buffer = [0u16; LONGEST];
    // SAFETY: the buffer has the length that is passed.
    let length = unsafe { GetSystemDirectoryW(buffer.as_mut_ptr(), LONGEST as u32) } as usize;
    (length > 0 && length < LONGEST)
        .then(|| PathBuf::from(String::from_utf16_lossy(&buffer[..length])))
}

/// A value below HKEY_LOCAL_MACHINE as the system spells it, with two zeros at its end.
fn read(subkey: &str, value: &str, flags: u32) -> Option<Vec<u8>> {
    let (subkey, value) = (format!("{subkey}\0"), format!("{value}\0"));
    let mut buffer = vec![0u8; LONGEST];
    let mut size = LONGEST as u32 - 2;
    // SAFETY: the names end with zeros, and the buffer has at least the length that is passed.
    let status = unsafe {
        RegGetValueA(
            LOCAL_MACHINE,
            subkey.as_ptr(),
            value.as_ptr(),
            flags,
            ptr::null_mut(),
            buffer.as_mut_ptr().cast(),
            &raw mut size,
        )
    };
    (status == 0).then(|| {
        buffer.truncate(size as usize);
        buffer.extend([0, 0]);
        buffer
    })
}

/// The text before the first zero.
fn first(bytes: &[u8]) -> String {
    code_page::decode(bytes.split(|&byte| byte == 0).next().unwrap_or_default())
}
