//! Names of folders and messages as names of files: on every system, and back.
//!
//! A folder name becomes a directory name by escaping, as in a URL, whatever some file system does not take: `A/B` is
//! `A%2FB`. A message is `<something>.eml` while it is unread and `<something>.read.eml` once it was read; its id is the
//! former name in both states.

use std::path::{Component, Path};

const EXTENSION: &str = ".eml";
const READ_MARK: &str = ".read";

/// Characters that one system or another forbids.
const FORBIDDEN: &[char] = &['<', '>', ':', '"', '/', '\\', '|', '?', '*', '\u{7f}'];

/// Names that mean devices on Windows, with any extension.
const DEVICES: &[&str] = &["con", "prn", "aux", "nul", "conin$", "conout$"];

fn is_forbidden(letter: char) -> bool {
    letter < ' ' || FORBIDDEN.contains(&letter)
}

fn is_device(name: &str) -> bool {
    let stem = name
        .split('.')
        .next()
        .unwrap_or_default()
        .trim_end()
        .to_lowercase();
    let numbered = stem
        .strip_prefix("com")
        .or_else(|| stem.strip_prefix("lpt"));
    let is_number = |rest: &str| {
        let mut letters = rest.chars();
        letters
            .next()
            .is_some_and(|letter| "0123456789¹²³".contains(letter))
            && letters.next().is_none()
    };
    DEVICES.contains(&stem.as_str()) || numbered.is_some_and(is_number)
}

/// The directory name of a folder name.
pub(super) fn directory_name(folder: &str) -> String {
    let device = is_device(folder);
    let last = folder.chars().count().saturating_sub(1);
    let mut name = String::with_capacity(folder.len());
    for (index, letter) in folder.chars().enumerate() {
        let at_edge = (index == 0 || index == last) && matches!(letter, '.' | ' ');
        let looks_escaped =
            letter == '%' && unescape(&folder[byte_index(folder, index)..]).is_some();
        if is_forbidden(letter) || at_edge || looks_escaped || (device && index == 0) {
            let mut buffer = [0; 4];
            for byte in letter.encode_utf8(&mut buffer).bytes() {
                name.push_str(&format!("%{byte:02X}"));
            }
        } else {
            name.push(letter);
        }
    }
    if name.is_empty() {
        "%20".to_owned()
    } else {
        name
    }
}

fn byte_index(text: &str, index: usize) -> usize {
    text.char_indices()
        .nth(index)
        .map_or(text.len(), |(position, _)| position)
}

/// The folder name of a directory name.
pub(super) fn folder_name(directory: &str) -> String {
    let mut name = String::with_capacity(directory.len());
    let mut rest = directory;
    while let Some(letter) = rest.chars().next() {
        let (letter, length) = match unescape(rest) {
            Some(escaped) => (escaped, 3),
            None => (letter, letter.len_utf8()),
        };
        name.push(letter);
        rest = &rest[length..];
    }
    name
}

/// The ASCII character that the text begins with in escaped form.
fn unescape(text: &str) -> Option<char> {
    let digits = text.strip_prefix('%')?.get(..2)?;
    if !digits
        .bytes()
        .all(|byte| byte.is_ascii_digit() || (b'A'..=b'F').contains(&byte))
    {
        return None;
    }
    u8::from_str_radix(digits, 16)
        .ok()
        .filter(u8::is_ascii)
        .map(char::from)
}

/// Whether something is left out of both listings: what a leading dot hides.
pub(super) fn is_hidden(name: &str) -> bool {
    name.starts_with('.')
}

/// Whether a file name is a message's.
pub(super) fn is_message(name: &str) -> bool {
    !is_hidden(name) && name.len() > EXTENSION.len() && ends_with_ignoring_case(name, EXTENSION)
}

fn ends_with_ignoring_case(text: &str, end: &str) -> bool {
    let start = text.len().checked_sub(end.len());
    start
        .and_then(|start| text.get(start..))
        .is_some_and(|tail| tail.eq_ignore_ascii_case(end))
}

/// Takes the read mark off the file name of a message.
pub(super) fn without_mark(name: &str) -> (String, bool) {
    let (stem, extension) = name.split_at(name.len() - EXTENSION.len());
    if stem.len() > READ_MARK.len() && ends_with_ignoring_case(stem, READ_MARK) {
        (
            format!("{}{extension}", &stem[..stem.len() - READ_MARK.len()]),
            true,
        )
    } else {
        (name.to_owned(), false)
    }
}

/// Puts the read mark on the file name of a message.
pub(super) fn with_mark(name: &str) -> String {
    let (stem, extension) = name.split_at(name.len() - EXTENSION.len());
    format!("{stem}{READ_MARK}{extension}")
}

/// A new file name for a message with this subject; the tail makes it unique.
pub(super) fn message_file(subject: &str, tail: &str) -> String {
    const LONGEST: usize = 60;
    /// With the tail, a mark and a number after it, a name still is no longer than file systems allow.
    const LONGEST_IN_BYTES: usize = 200;
    let clean: String = subject
        .chars()
        .map(|letter| {
            if is_forbidden(letter) || letter.is_control() {
                ' '
            } else {
                letter
            }
        })
        .collect();
    let words: Vec<&str> = clean.split_whitespace().collect();
    let stem: String = words.join(" ").chars().take(LONGEST).collect();
    let stem = shortened(&stem, LONGEST_IN_BYTES);
    let stem = stem.trim_matches(['.', ' ']);
    let stem = if stem.is_empty() { "message" } else { stem };
    format!("{stem} {tail}{EXTENSION}")
}

/// As much of the beginning of a text as has so many bytes at most.
fn shortened(text: &str, bytes: usize) -> &str {
    let end = (0..=bytes.min(text.len())).rfind(|end| text.is_char_boundary(*end));
    &text[..end.unwrap_or_default()]
}

/// Whether a file name was made with this tail, marked or not.
pub(super) fn has_tail(name: &str, tail: &str) -> bool {
    is_message(name)
        && ends_with_ignoring_case(&without_mark(name).0, &format!(" {tail}{EXTENSION}"))
}

/// The same file name with a number: a free one is looked for in 2, 3, and so on.
pub(super) fn numbered(name: &str, number: u32) -> String {
    /// What a file system takes, less a number and a mark.
    const LONGEST: usize = 230;
    let dot = name.rfind('.').filter(|_| is_message(name));
    let (stem, extension) = name.split_at(dot.unwrap_or(name.len()));
    format!("{} ({number}){extension}", shortened(stem, LONGEST))
}

/// Whether a name is one component of a path and nothing more: not `..`, no separators, no drive.
pub(super) fn is_component(name: &str) -> bool {
    let mut components = Path::new(name).components();
    let first = components.next();
    components.next().is_none() && matches!(first, Some(Component::Normal(found)) if found == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_folder_name_is_a_file_name_and_comes_back() {
        let names = [
            "Inbox",
            "A/B",
            "..",
            ".",
            ".git",
            "CON",
            "con.txt",
            "aux ",
            "COM1",
            "com¹.x",
            "Lpt9",
            "nul",
            "what? \"this\"",
            "a\\b",
            "c:",
            "100%",
            "50%2F",
            "%",
            "%%41",
            "tab\there",
            " both ",
            "trailing.",
            "Привет/мир",
            "",
            "日本語",
            "null",
            "console",
            "com10",
            "a\u{7f}b",
        ];
        for name in names {
            let directory = directory_name(name);
            assert!(is_component(&directory), "{name:?} -> {directory:?}");
            assert!(
                !is_device(&directory) && !is_hidden(&directory),
                "{directory:?}"
            );
            assert!(
                !directory.contains(is_forbidden) && !directory.ends_with(['.', ' ']),
                "{directory:?}"
            );
            if !name.is_empty() {
                assert_eq!(folder_name(&directory), name, "{directory:?}");
            }
            assert_eq!(directory_name(&folder_name(&directory)), directory);
        }
        assert_eq!(directory_name("null"), "null");
        assert_eq!(directory_name("100%"), "100%");
        assert_eq!(folder_name("%zz%4"), "%zz%4");
        assert_eq!(
            folder_name("caf%C3%A9"),
            "caf%C3%A9",
            "only ASCII is ever escaped"
        );
    }

    #[test]
    fn read_marks_come_and_go() {
        assert_eq!(without_mark("a.eml"), ("a.eml".to_owned(), false));
        assert_eq!(without_mark("a.Read.EML"), ("a.EML".to_owned(), true));
        assert_eq!(without_mark(".read.eml"), (".read.eml".to_owned(), false));
        assert_eq!(with_mark("a.b.eml"), "a.b.read.eml");
        assert!(
            is_message("x.EML")
                && !is_message(".eml")
                && !is_message(".x.eml")
                && !is_message("x.eml.tmp")
        );
    }

    #[test]
    fn subjects_become_file_names() {
        assert_eq!(message_file("RE: a/b <c>\r\n", "0a1b"), "RE a b c 0a1b.eml");
        assert_eq!(message_file("...", "7"), "message 7.eml");
        assert_eq!(message_file(&"ж".repeat(100), "7").chars().count(), 66);
        assert!(is_component(&message_file("../../x", "7")));
        let longest = message_file(&"\u{1F4EC}".repeat(100), "0123456789ab");
        assert!(with_mark(&numbered(&longest, 10)).len() <= 255);
        assert!(with_mark(&numbered(&format!("{}.eml", "ж".repeat(125)), 10)).len() <= 255);
        assert!(has_tail("RE a 0a1b.read.eml", "0a1b") && !has_tail("RE a x0a1b.eml", "0a1b"));
        assert_eq!(numbered("a.eml", 2), "a (2).eml");
        assert_eq!(numbered("v1.2", 3), "v1.2 (3)");
    }

    #[test]
    fn only_components_are_components() {
        for name in ["..", ".", "", "a/b", "/", "/a", "a/", "a/../b"] {
            assert!(!is_component(name), "{name:?}");
        }
        assert!(is_component("a b") && is_component("...") && is_component("ü"));
        #[cfg(windows)]
        assert!(!is_component("c:") && !is_component("a\\b") && !is_component("c:x"));
    }
}
