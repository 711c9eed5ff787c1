//! Strings of both widths: UTF-16 where `MAPI_UNICODE` is set, the ANSI code page where it is not.

use std::ffi::c_void;

use super::code_page;

/// Which of MAPI's two character widths a call uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Width {
    /// UTF-16, little-endian on every platform that MAPI knows.
    Wide,
    /// The ANSI code page.
    Narrow,
}

impl Width {
    /// The width that a call's flags ask for.
    pub fn of_flags(flags: u32) -> Self {
        if flags & mapi_abi::MAPI_UNICODE != 0 {
            Self::Wide
        } else {
            Self::Narrow
        }
    }
}

/// The text behind a pointer whose width the call's flags name; `None` for NULL.
///
/// # Safety
/// `pointer` is NULL or a NUL-terminated string of that width.
pub unsafe fn read(pointer: *const c_void, width: Width) -> Option<String> {
    // SAFETY: the caller's promise, passed on with the pointer's type.
    unsafe {
        match width {
            Width::Wide => read_wide(pointer.cast()),
            Width::Narrow => read_narrow(pointer.cast()),
        }
    }
}

/// The text of a NUL-terminated UTF-16 string, which may be unaligned; `None` for NULL. A lone surrogate becomes U+FFFD.
///
/// # Safety
/// `pointer` is NULL or NUL-terminated.
pub unsafe fn read_wide(pointer: *const u16) -> Option<String> {
    if pointer.is_null() {
        return None;
    }
    let mut units = Vec::new();
    loop {
        // SAFETY: the string is terminated, and no unit behind the terminator is read.
        match unsafe { pointer.add(units.len()).read_unaligned() } {
            0 => return Some(String::from_utf16_lossy(&units)),
            unit => units.push(unit),
        }
    }
}

/// The text of a NUL-terminated string in the ANSI code page; `None` for NULL.
///
/// # Safety
/// `pointer` is NULL or NUL-terminated.
pub unsafe fn read_narrow(pointer: *const u8) -> Option<String> {
    if pointer.is_null() {
        return None;
    }
    // SAFETY: the caller promises the terminator.
    let bytes = unsafe { std::ffi::CStr::from_ptr(pointer.cast()) };
    Some(code_page::decode(bytes.to_bytes()))
}

/// The text that these bytes spell in the ANSI code page.
pub fn from_narrow(bytes: &[u8]) -> String {
    code_page::decode(bytes)
}

/// The text as UTF-16 with a terminator.
pub fn to_wide(text: &str) -> Vec<u16> {
    text.encode_utf16().chain([0]).collect()
}

/// UTF-16 units of a text, without a terminator: as many as bytes, if and only if the text is ASCII.
pub fn wide_length(text: &str) -> usize {
    if text.is_ascii() {
        text.len()
    } else {
        text.encode_utf16().count()
    }
}

/// The text in the ANSI code page with a terminator.
pub fn to_narrow(text: &str) -> Vec<u8> {
    let mut bytes = code_page::encode(text);
    bytes.push(0);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_widths_read_back_what_they_wrote() {
        let text = "Grüße, Ω?";
        let wide = to_wide(text);
        let narrow = to_narrow("Grüße");
        // SAFETY: both vectors end in a terminator.
        unsafe {
            assert_eq!(
                read(wide.as_ptr().cast(), Width::Wide).as_deref(),
                Some(text)
            );
            assert_eq!(
                read(narrow.as_ptr().cast(), Width::Narrow).as_deref(),
                Some("Grüße")
            );
            assert_eq!(read(std::ptr::null(), Width::Wide), None);
            assert_eq!(read(std::ptr::null(), Width::Narrow), None);
        }
    }

    #[test]
    fn an_unaligned_wide_string_is_read() {
        let mut bytes = vec![0xFF];
        bytes.extend(to_wide("odd").iter().flat_map(|unit| unit.to_le_bytes()));
        // SAFETY: terminated; the reader copes with the odd address.
        assert_eq!(
            unsafe { read_wide(bytes.as_ptr().add(1).cast()) }.as_deref(),
            Some("odd")
        );
    }

    #[test]
    fn a_lone_surrogate_is_replaced() {
        // SAFETY: terminated.
        assert_eq!(
            unsafe { read_wide([0xD800_u16, 0].as_ptr()) }.as_deref(),
            Some("\u{FFFD}")
        );
    }
}
