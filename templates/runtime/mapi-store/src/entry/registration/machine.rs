//! What Windows says about the machine and about this code.

use std::ffi::c_void;
use std::io;
use std::path::PathBuf;
use std::ptr;

use windows_sys::Win32::Foundation::{FreeLibrary, HMODULE};
use windows_sys::Win32::System::LibraryLoader::{
    GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS, GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT,
    GetModuleFileNameW, GetModuleHandleExW, GetProcAddress, LOAD_LIBRARY_SEARCH_SYSTEM32,
    LoadLibraryExA,
};
use windows_sys::Win32::System::SystemInformation::{
    GetSystemDirectoryW, GetSystemWow64DirectoryW, GetWindowsDirectoryW,
};

use super::Architecture;
use super::outlook::Machine;
use super::registry::Value;
use crate::com::code_page;

/// Longer than any path that MAPI takes.
const LONGEST: usize = 1024;

/// `FGetComponentPath` of the MAPI stub.
type ComponentPath = unsafe extern "system" fn(*const u8, *const u8, *mut u8, u32, i32) -> i32;

/// The machine that this code runs on.
#[derive(Clone, Copy, Debug)]
pub struct ThisMachine;

impl Machine for ThisMachine {
    fn architecture(&self) -> Architecture {
        Architecture::own()
    }

    fn component_path(&self, component: &Value, qualifier: Option<&Value>) -> Option<PathBuf> {
        let component = spelled(component)?;
        let qualifier = qualifier.map(spelled);
        if qualifier == Some(None) {
            return None;
        }
        let qualifier = qualifier.flatten();
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
            let found = ask(module, &component, qualifier.as_deref());
            // SAFETY: the module was loaded above.
            unsafe { FreeLibrary(module) };
            if found.is_some() {
                return found;
            }
        }
        None
    }

    fn system_directory(&self, architecture: Architecture) -> Option<PathBuf> {
        if architecture == Architecture::own() {
            // SAFETY: the buffer has the length that is passed.
            return path(|buffer, size| unsafe { GetSystemDirectoryW(buffer, size) });
        }
        if architecture == Architecture::X86 {
            // SAFETY: the buffer has the length that is passed.
            return path(|buffer, size| unsafe { GetSystemWow64DirectoryW(buffer, size) });
        }
        // The name under which 32-bit programs see it on a 64-bit Windows.
        // SAFETY: the buffer has the length that is passed.
        let windows = path(|buffer, size| unsafe { GetWindowsDirectoryW(buffer, size) })?;
        Some(windows.join("Sysnative")).filter(|directory| directory.is_dir())
    }
}

/// The path of the DLL, or program, that holds this code.
///
/// # Errors
/// When the system does not tell.
pub fn own_path() -> io::Result<PathBuf> {
    static ANCHOR: u8 = 0;
    let mut module = ptr::null_mut();
    let flags =
        GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT | GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS;
    // SAFETY: the address is in this module, and the handle is written to a local.
    if unsafe { GetModuleHandleExW(flags, (&raw const ANCHOR).cast(), &raw mut module) } == 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: the buffer has the length that is passed, and the module is this one.
    path(|buffer, size| unsafe { GetModuleFileNameW(module, buffer, size) })
        .ok_or_else(io::Error::last_os_error)
}

/// The path of a component's DLL, by a stub that is loaded.
fn ask(module: HMODULE, component: &[u8], qualifier: Option<&[u8]>) -> Option<PathBuf> {
    // SAFETY: the module is loaded, and the name ends with a zero.
    let function = unsafe { GetProcAddress(module, c"FGetComponentPath".as_ptr().cast()) }?;
    // SAFETY: this is the function's type in Microsoft's stub library.
    let component_path: ComponentPath = unsafe { std::mem::transmute(function as *const c_void) };
    let mut buffer = [0u8; LONGEST];
    // SAFETY: both names end with zeros or are NULL, the buffer has the length that is passed, and FALSE installs nothing.
    let found = unsafe {
        component_path(
            component.as_ptr(),
            qualifier.map_or(ptr::null(), <[u8]>::as_ptr),
            buffer.as_mut_ptr(),
            LONGEST as u32,
            0,
        )
    };
    let path = buffer.split(|&byte| byte == 0).next().unwrap_or_default();
    (found != 0 && !path.is_empty()).then(|| PathBuf::from(code_page::decode(path)))
}

/// A text as the stub takes it: in the code page, all texts of several, with a zero behind each and one more.
fn spelled(value: &Value) -> Option<Vec<u8>> {
    let texts = match value {
        Value::Text(text) | Value::Expandable(text) => std::slice::from_ref(text),
        Value::MultiText(texts) => texts,
        _ => return None,
    };
    let mut bytes = Vec::new();
    for text in texts {
        bytes.extend(code_page::encode(text));
        bytes.push(0);
    }
    bytes.extend([0, 0]);
    Some(bytes)
}

/// A path that a function of the system writes into a buffer.
fn path(function: impl FnOnce(*mut u16, u32) -> u32) -> Option<PathBuf> {
    let mut buffer = [0u16; LONGEST];
    let length = function(buffer.as_mut_ptr(), LONGEST as u32) as usize;
    (length > 0 && length < LONGEST)
        .then(|| PathBuf::from(String::from_utf16_lossy(&buffer[..length])))
}
