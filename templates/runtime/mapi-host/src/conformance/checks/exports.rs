//! The library from outside: what it exports, and how its functions are called.

use super::prelude::*;
use std::path::Path;

pub(super) const CHECKS: &[Check] = &[
    Check::facts(
        "A1-ms-provider-init-is-exported-undecorated",
        A(1),
        "MSProviderInit",
        "msproviderinit",
        "The library exports the name as it is, without an underscore before it or @ and a number behind it.",
        |subject| is_exported(subject, "MSProviderInit"),
    ),
    Check::facts(
        "A1-service-entry-is-exported-undecorated",
        A(1),
        "ServiceEntry",
        "msgserviceentry",
        "The library exports the name as it is, without an underscore before it or @ and a number behind it.",
        |subject| is_exported(subject, "ServiceEntry"),
    ),
    Check::new(
        "A2-ms-provider-init-is-cdecl",
        A(2),
        "MSProviderInit",
        "msproviderinit",
        "On 32-bit Windows the function leaves its arguments on the stack, for the caller to remove.",
        init_is_cdecl,
    ),
    Check::new(
        "A2-service-entry-is-stdcall",
        A(2),
        "ServiceEntry",
        "msgserviceentry",
        "On 32-bit Windows the function takes its arguments off the stack.",
        entry_is_stdcall,
    ),
];

fn is_exported(subject: &Subject, name: &str) -> Verdict {
    let Some(path) = subject.library_path() else {
        return Err(not_applicable(
            "the entry points are a part of this program, not of a library",
        ));
    };
    let shown = path.display().to_string();
    let bytes = match std::fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) => return fail(shown, "a file that can be read", error),
    };
    if !bytes.starts_with(b"MZ") {
        return is_found_by_the_loader(path, name);
    }
    let Some(exports) = exports(&bytes) else {
        return fail(shown, "a library with a table of exports", "none");
    };
    holds(
        exports.iter().any(|export| export == name),
        &shown,
        format!("`{name}` among its exports"),
        exports.join(", "),
    )
}

/// For the libraries of other systems: they have no decorated names, so what the loader finds is there.
fn is_found_by_the_loader(path: &Path, name: &str) -> Verdict {
    match Provider::load(path) {
        Ok(_) => Ok(()),
        // It says which name is missing; the other one is not this check's.
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let text = error.to_string();
            holds(
                !text.contains(name),
                &path.display().to_string(),
                format!("an export `{name}`"),
                text,
            )
        }
        Err(error) => fail(path.display().to_string(), "a library that loads", error),
    }
}

/// The exported names of a Windows library of either width; `None` if it has no table of them.
fn exports(file: &[u8]) -> Option<Vec<String>> {
    let short =
        |at: usize| Some(u16::from_le_bytes(file.get(at..at + 2)?.try_into().ok()?) as usize);
    let long =
        |at: usize| Some(u32::from_le_bytes(file.get(at..at + 4)?.try_into().ok()?) as usize);
    let header = long(0x3C)?;
    if file.get(header..header.checked_add(4)?)? != b"PE\0\0" {
        return None;
    }
    let sections = short(header + 6)?;
    let optional = header + 24;
    let directories = match short(optional)? {
        0x10B => optional + 96,
        0x20B => optional + 112,
        _ => return None,
    };
    let first = optional + short(header + 20)?;
    // Where in the file an address of the loaded image is.
    let offset = |address: usize| {
        (0..sections).find_map(|index| {
            let section = first + index * 40;
            let (start, size) = (long(section + 12)?, long(section + 16)?);
            let within = address.checked_sub(start)?;
            (within < size).then_some(long(section + 20)? + within)
        })
    };
    let table = offset(long(directories)?)?;
    let (count, names) = (long(table + 24)?, offset(long(table + 32)?)?);
    // A damaged file may claim any number.
    (0..count.min(file.len() / 4))
        .map(|index| {
            let name = file.get(offset(long(names + index * 4)?)?..)?;
            let end = name.iter().position(|byte| *byte == 0)?;
            Some(String::from_utf8_lossy(&name[..end]).into_owned())
        })
        .collect()
}

#[cfg(not(all(windows, target_arch = "x86")))]
const ONE_CONVENTION: &str =
    "this process has one calling convention only; a 32-bit process on Windows tells them apart";

#[cfg(not(all(windows, target_arch = "x86")))]
fn init_is_cdecl(_: &Context) -> Verdict {
    Err(not_applicable(ONE_CONVENTION))
}

#[cfg(not(all(windows, target_arch = "x86")))]
fn entry_is_stdcall(_: &Context) -> Verdict {
    Err(not_applicable(ONE_CONVENTION))
}

/// Calls a function with these words as its arguments; how many bytes of them it left on the stack.
///
/// # Safety
/// The function takes as many words, and they are what it expects.
#[cfg(all(windows, target_arch = "x86"))]
unsafe fn left_on_the_stack(function: usize, words: &[usize]) -> usize {
    let left: usize;
    // SAFETY: the caller says so; the stack pointer is kept in a register that functions of both conventions preserve.
    unsafe {
        std::arch::asm!(
            "mov edi, esp",
            "2:",
            "test ecx, ecx",
            "jz 3f",
            "push dword ptr [edx + ecx*4 - 4]",
            "dec ecx",
            "jmp 2b",
            "3:",
            "call eax",
            "mov ecx, esp",
            "mov esp, edi",
            "sub edi, ecx",
            inout("eax") function => _,
            inout("ecx") words.len() => _,
            inout("edx") words.as_ptr() => _,
            out("edi") left,
            clobber_abi("C"),
        );
    }
    left
}

#[cfg(all(windows, target_arch = "x86"))]
fn init_is_cdecl(context: &Context) -> Verdict {
    let functions = context.host().memory().functions();
    let (mut version, mut object) = (0_u32, std::ptr::null_mut::<std::ffi::c_void>());
    let words = [
        0,
        0,
        functions.allocate_buffer as usize,
        functions.allocate_more as usize,
        functions.free_buffer as usize,
        0,
        CURRENT_SPI_VERSION as usize,
        &raw mut version as usize,
        &raw mut object as usize,
    ];
    // SAFETY: these are the arguments of MSProviderInit, and they live until it returns.
    let left = unsafe { left_on_the_stack(context.provider().init as usize, &words) };
    // SAFETY: the function returned an object with a reference for the caller, or NULL.
    drop(unsafe { take::<IUnknown>(object) });
    equal("bytes left on the stack", size_of_val(&words), left)
}

#[cfg(all(windows, target_arch = "x86"))]
fn entry_is_stdcall(context: &Context) -> Verdict {
    // No such context exists: a provider refuses it before it looks at the objects, which are missing here.
    const NO_CONTEXT: usize = 0xFFFF;
    let mut error = std::ptr::null_mut::<MAPIERROR>();
    let words = [0, 0, 0, 0, 0, NO_CONTEXT, 0, 0, 0, &raw mut error as usize];
    // SAFETY: these are the arguments of ServiceEntry, and they live until it returns.
    let left = unsafe { left_on_the_stack(context.provider().service_entry as usize, &words) };
    if !error.is_null() {
        // SAFETY: the caller frees what a failure says of itself.
        unsafe { (context.host().memory().functions().free_buffer)(error.cast()) };
    }
    equal("bytes left on the stack", 0, left)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A library with one section and two exports, as small as it gets.
    fn library(names: [&str; 2], magic: u16) -> Vec<u8> {
        let mut file = vec![0; 0x400];
        let mut put = |at: usize, bytes: &[u8]| file[at..at + bytes.len()].copy_from_slice(bytes);
        let optional = 0x58;
        let directories = optional + if magic == 0x20B { 112 } else { 96 };
        put(0, b"MZ");
        put(0x3C, &0x40_u32.to_le_bytes());
        put(0x40, b"PE\0\0");
        put(0x46, &1_u16.to_le_bytes());
        put(0x54, &0xF0_u16.to_le_bytes());
        put(optional, &magic.to_le_bytes());
        put(directories, &0x1000_u32.to_le_bytes());
        let section = optional + 0xF0;
        put(section + 12, &0x1000_u32.to_le_bytes());
        put(section + 16, &0x200_u32.to_le_bytes());
        put(section + 20, &0x200_u32.to_le_bytes());
        put(0x200 + 24, &2_u32.to_le_bytes());
        put(0x200 + 32, &0x1040_u32.to_le_bytes());
        put(0x240, &0x1080_u32.to_le_bytes());
        put(0x244, &0x10C0_u32.to_le_bytes());
        put(0x280, names[0].as_bytes());
        put(0x2C0, names[1].as_bytes());
        file
    }

    #[test]
    fn exported_names_are_read_from_libraries_of_both_widths() {
        for magic in [0x10B, 0x20B] {
            let file = library(["MSProviderInit", "_ServiceEntry@40"], magic);
            assert_eq!(
                exports(&file).unwrap(),
                ["MSProviderInit", "_ServiceEntry@40"]
            );
        }
    }

    #[test]
    fn damaged_libraries_have_no_exports() {
        let whole = library(["one", "two"], 0x20B);
        for end in 0..whole.len() {
            let _ = exports(&whole[..end]);
        }
        let mut damaged = whole.clone();
        damaged[0x218..0x21C].copy_from_slice(&u32::MAX.to_le_bytes());
        assert_eq!(exports(&damaged), None);
        assert_eq!(exports(b"MZ"), None);
    }

    #[test]
    fn a_decorated_name_does_not_count() {
        let directory = TestDirectory::new();
        let path = directory.join("decorated.dll");
        std::fs::write(
            &path,
            library(["MSProviderInit", "_ServiceEntry@40"], 0x10B),
        )
        .unwrap();
        let subject = Subject::from_library("decorated", path);
        assert!(is_exported(&subject, "MSProviderInit").is_ok());
        assert!(is_exported(&subject, "ServiceEntry").is_err());
    }

    #[cfg(all(windows, target_arch = "x86"))]
    #[test]
    fn calling_conventions_are_told_apart() {
        extern "C" fn caller_cleans(first: usize, second: usize) -> usize {
            first - second
        }
        extern "stdcall" fn callee_cleans(first: usize, second: usize) -> usize {
            first - second
        }
        let words = [7, 5];
        // SAFETY: both take two words, any two of which the first is the larger.
        let left = unsafe {
            [caller_cleans as usize, callee_cleans as usize]
                .map(|function| left_on_the_stack(function, &words))
        };
        assert_eq!(left, [size_of_val(&words), 0]);
    }
}
