//! The system's 8-bit code page, for clients that ask for `PT_STRING8`.
//!
//! On Windows the process's ANSI code page converts. Elsewhere Windows-1252 stands in for it, so that the same tests mean the same thing.

#[cfg(not(windows))]
pub use table::{decode, encode};
#[cfg(windows)]
pub use windows::{decode, encode};

/// Windows-1252 by table. Compiled everywhere, so that Windows tests it as well.
#[cfg_attr(windows, allow(dead_code))]
mod table {
    /// What 0x80 to 0x9F stand for; five of them are unassigned and map to the control character of the same value, as Windows does it.
    const HIGH: [char; 32] = [
        '\u{20AC}', '\u{81}', '\u{201A}', '\u{192}', '\u{201E}', '\u{2026}', '\u{2020}',
        '\u{2021}', '\u{2C6}', '\u{2030}', '\u{160}', '\u{2039}', '\u{152}', '\u{8D}', '\u{17D}',
        '\u{8F}', '\u{90}', '\u{2018}', '\u{2019}', '\u{201C}', '\u{201D}', '\u{2022}', '\u{2013}',
        '\u{2014}', '\u{2DC}', '\u{2122}', '\u{161}', '\u{203A}', '\u{153}', '\u{9D}', '\u{17E}',
        '\u{178}',
    ];

    /// The text that these bytes spell.
    pub fn decode(bytes: &[u8]) -> String {
        bytes
            .iter()
            .map(|&byte| match byte {
                0x80..=0x9F => HIGH[usize::from(byte - 0x80)],
                other => char::from(other),
            })
            .collect()
    }

    /// The bytes that spell this text, without a terminator; a character outside the code page becomes `?`.
    pub fn encode(text: &str) -> Vec<u8> {
        text.chars()
            .map(|character| match u32::from(character) {
                code @ (0..=0x7F | 0xA0..=0xFF) => code as u8,
                _ => HIGH
                    .iter()
                    .position(|&high| high == character)
                    .map_or(b'?', |index| 0x80 + index as u8),
            })
            .collect()
    }
}

/// The process's ANSI code page, by the two functions of the system that know it.
#[cfg(windows)]
mod windows {
    use std::ffi::c_void;
    use std::ptr;

    const CODE_PAGE_ANSI: u32 = 0;

    #[link(name = "kernel32")]
    unsafe extern "system" {
        fn MultiByteToWideChar(
            code_page: u32,
            flags: u32,
            bytes: *const u8,
            byte_count: i32,
            wide: *mut u16,
            wide_count: i32,
        ) -> i32;
        fn WideCharToMultiByte(
            code_page: u32,
            flags: u32,
            wide: *const u16,
            wide_count: i32,
            bytes: *mut u8,
            byte_count: i32,
            default_character: *const u8,
            default_used: *mut c_void,
        ) -> i32;
    }

    /// The text that these bytes spell.
    pub fn decode(bytes: &[u8]) -> String {
        let Ok(length) = i32::try_from(bytes.len()) else {
            return String::from_utf8_lossy(bytes).into_owned();
        };
        if length == 0 {
            return String::new();
        }
        // SAFETY: the source slice is valid for `length` bytes; a NULL destination of size 0 asks for the size only.
        let needed = unsafe {
            MultiByteToWideChar(
                CODE_PAGE_ANSI,
                0,
                bytes.as_ptr(),
                length,
                ptr::null_mut(),
                0,
            )
        };
        let mut wide = vec![0_u16; usize::try_from(needed).unwrap_or(0)];
        // SAFETY: the destination has exactly the size that the call before asked for.
        let written = unsafe {
            MultiByteToWideChar(
                CODE_PAGE_ANSI,
                0,
                bytes.as_ptr(),
                length,
                wide.as_mut_ptr(),
                needed,
            )
        };
        wide.truncate(usize::try_from(written).unwrap_or(0));
        String::from_utf16_lossy(&wide)
    }

    /// The bytes that spell this text, without a terminator; a character outside the code page becomes the system's default character.
    pub fn encode(text: &str) -> Vec<u8> {
        let wide: Vec<u16> = text.encode_utf16().collect();
        let Ok(length) = i32::try_from(wide.len()) else {
            return text.as_bytes().to_vec();
        };
        if length == 0 {
            return Vec::new();
        }
        // SAFETY: the source slice is valid for `length` units; a NULL destination of size 0 asks for the size only.
        let needed = unsafe {
            WideCharToMultiByte(
                CODE_PAGE_ANSI,
                0,
                wide.as_ptr(),
                length,
                ptr::null_mut(),
                0,
                ptr::null(),
                ptr::null_mut(),
            )
        };
        let mut bytes = vec![0_u8; usize::try_from(needed).unwrap_or(0)];
        // SAFETY: the destination has exactly the size that the call before asked for.
        let written = unsafe {
            WideCharToMultiByte(
                CODE_PAGE_ANSI,
                0,
                wide.as_ptr(),
                length,
                bytes.as_mut_ptr(),
                needed,
                ptr::null(),
                ptr::null_mut(),
            )
        };
        bytes.truncate(usize::try_from(written).unwrap_or(0));
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::table;

    #[test]
    fn every_byte_survives_the_round_trip() {
        let bytes: Vec<u8> = (0..=255).collect();
        assert_eq!(table::encode(&table::decode(&bytes)), bytes);
    }

    #[test]
    fn a_character_outside_the_code_page_becomes_a_question_mark() {
        assert_eq!(table::encode("5 € für Ωmega"), b"5 \x80 f\xFCr ?mega");
    }

    #[test]
    fn the_platform_agrees_on_ascii() {
        assert_eq!(super::encode("Inbox"), b"Inbox");
        assert_eq!(super::decode(b"Inbox"), "Inbox");
        assert_eq!(super::encode(""), b"");
    }
}
