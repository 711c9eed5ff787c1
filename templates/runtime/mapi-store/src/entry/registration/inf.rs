//! The text of MAPISVC.INF: own sections in, own sections out, every other line as it was.
//!
//! Where a name occurs twice, Windows reads the first section and the first entry only, so that is where the own entry goes.
//! Whether blanks inside a header's brackets belong to the name is not documented: an entry goes where both readings find it.

use std::fmt;

use super::fragment::{DLL_ENTRIES, Fragment, SERVICES, same};
use super::lines::{Content, Line, length_of_end, lines, trim};
use super::owner::{Owner, Ownership};
use crate::com::code_page;

/// The section with the services of every new profile. Nothing of ours is put there; what an administrator put there goes
/// with the service.
const DEFAULT_SERVICES: &str = "Default Services";
/// What old editors end a file with, on a line of its own; nothing may come behind it.
const END_OF_FILE: char = '\x1A';

/// A MAPISVC.INF in memory.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Inf {
    encoding: Encoding,
    text: String,
    /// What has to stay at the end: marks of the end of a file, and the half of a unit that a damaged file ends with.
    marks: String,
    half: Vec<u8>,
}

/// How a file spells its text.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Encoding {
    /// Bytes of some code page. They are kept as characters of the same number, so that foreign ones survive.
    Bytes,
    /// Little-endian UTF-16 behind a byte order mark. Each unit is kept as one character, see [`kept`], so that foreign
    /// ones survive here, too, whether or not they spell anything.
    Utf16,
}

/// How a provider stands in a MAPISVC.INF.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Registered {
    /// Nothing of it is there.
    No,
    /// All of it is there, just as it should be.
    Yes {
        /// The DLL that MAPI is told to load, without the "32".
        dll: String,
    },
    /// Something of it is there: another version, another DLL, or what an editor left.
    Differs {
        /// The DLL that MAPI is told to load, if one is named.
        dll: Option<String>,
        /// What differs, a sentence each.
        differences: Vec<String>,
    },
    /// Another provider has a section of this name.
    Foreign(Conflict),
}

/// A section with one of the provider's names that is another provider's: it names another DLL, and another identifier.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Conflict {
    /// The name of the section.
    pub section: String,
    /// The DLL that it names.
    pub dll: Option<String>,
}

impl fmt::Display for Conflict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{}] is another provider's", self.section)?;
        match &self.dll {
            Some(dll) => write!(f, ": it names {dll}"),
            None => Ok(()),
        }
    }
}

impl Inf {
    /// Reads the bytes of a file.
    pub fn read(bytes: &[u8]) -> Self {
        let (encoding, mut text, half): (_, String, _) = match bytes {
            [0xFF, 0xFE, bytes @ ..] => {
                let pairs = bytes.chunks_exact(2);
                let half = pairs.remainder().to_vec();
                let units = pairs.map(|pair| kept(u16::from_le_bytes([pair[0], pair[1]])));
                (Encoding::Utf16, units.collect(), half)
            }
            bytes => (
                Encoding::Bytes,
                bytes.iter().map(|&byte| char::from(byte)).collect(),
                Vec::new(),
            ),
        };
        let before_marks = text.trim_end_matches(END_OF_FILE);
        let is_open = !before_marks.is_empty() && length_of_end(before_marks) == 0;
        let marks = text.split_off(if is_open {
            text.len()
        } else {
            before_marks.len()
        });
        Self {
            encoding,
            text,
            marks,
            half,
        }
    }

    /// The bytes of the file.
    pub fn bytes(&self) -> Vec<u8> {
        let characters = self.text.chars().chain(self.marks.chars());
        match self.encoding {
            Encoding::Bytes => characters.map(|character| character as u8).collect(),
            Encoding::Utf16 => [0xFF, 0xFE]
                .into_iter()
                .chain(characters.map(unit).flat_map(u16::to_le_bytes))
                .chain(self.half.iter().copied())
                .collect(),
        }
    }

    /// How a provider stands in it. With `dll`, the full path without the "32", another DLL is a difference.
    pub fn state_of(&self, fragment: &Fragment, dll: Option<&str>) -> Registered {
        let ownership = Ownership::of(&self.text, fragment);
        if let Some(conflict) = &ownership.conflict {
            return Registered::Foreign(Conflict {
                section: self.readable(&conflict.section),
                dll: conflict.dll.as_deref().map(|dll| self.readable(dll)),
            });
        }
        if !ownership.has_any() && !self.lists(SERVICES, fragment) {
            return Registered::No;
        }
        let named = self.dll_of(fragment);
        let differences = self.differences(fragment, dll.or(named.as_deref()), &ownership);
        match (named, differences.is_empty()) {
            (Some(dll), true) => Registered::Yes { dll },
            (dll, _) => Registered::Differs { dll, differences },
        }
    }

    /// Puts a provider's sections in, in place of those that may be there. `dll` is the full path of the DLL without the
    /// "32". What is there already just so stays where it is.
    ///
    /// # Errors
    /// When another provider has a section of one of its names; then nothing has changed.
    pub fn add(&mut self, fragment: &Fragment, dll: &str) -> Result<(), Conflict> {
        match self.state_of(fragment, Some(dll)) {
            Registered::Foreign(conflict) => return Err(conflict),
            Registered::Yes { .. } => return Ok(()),
            Registered::No | Registered::Differs { .. } => {}
        }
        self.take_out(fragment, &[SERVICES]);
        let end = self.end_of_lines();
        // A last line without an end hands that on to the new last line, and gets it back when that goes.
        let is_open = !self.text.is_empty() && length_of_end(&self.text) == 0;
        if is_open {
            self.text.push_str(end);
        }
        let (lists, own): (Vec<_>, Vec<_>) = fragment
            .sections
            .iter()
            .partition(|section| same(&section.name, SERVICES));
        let mut listed = String::new();
        for (service, name) in lists.iter().flat_map(|list| &list.entries) {
            listed.push_str(&self.spelled(&format!("{service}={name}")));
            listed.push_str(end);
        }
        let (places, has_exact) = self.ends_of_services();
        for &place in places.iter().rev() {
            self.text.insert_str(place, &listed);
        }
        for section in own {
            self.text.push_str(&format!("[{}]{end}", section.name));
            for (key, value) in &section.entries {
                let line = format!("{key}={}", expected(key, value, Some(dll)));
                self.text.push_str(&self.spelled(&line));
                self.text.push_str(end);
            }
        }
        if !has_exact && !listed.is_empty() {
            // Behind the own sections: by that, `take_out` knows that nobody else made this one.
            self.text.push_str(&format!("[{SERVICES}]{end}{listed}"));
        }
        if is_open {
            self.text
                .truncate(self.text.len() - length_of_end(&self.text));
        }
        Ok(())
    }

    /// Takes a provider's sections and its entry in the list of services out. Sections of the same names that are another
    /// provider's stay.
    pub fn remove(&mut self, fragment: &Fragment) {
        self.take_out(fragment, &[SERVICES, DEFAULT_SERVICES]);
    }

    /// Takes the own sections out, and the own entries of these lists.
    fn take_out(&mut self, fragment: &Fragment, lists: &[&str]) {
        let ownership = Ownership::of(&self.text, fragment);
        let all: Vec<Line<'_>> = lines(&self.text).collect();
        let mut result = String::with_capacity(self.text.len());
        // Blank lines and comments at the end of an own section; they may belong to what follows.
        let mut pending = String::new();
        let mut last_is_gone = false;
        for section in all.chunk_by(|left, right| left.section == right.section) {
            let (number, name) = (section[0].section, name_of(section));
            if ownership.owner(number) == Owner::Own {
                for line in section {
                    last_is_gone = !matches!(line.content, Content::Nothing);
                    if last_is_gone {
                        pending.clear();
                    } else {
                        pending.push_str(line.whole);
                    }
                }
                continue;
            }
            let is_list = name.is_some_and(|name| lists.iter().any(|list| same(list, name)));
            let is_own = |line: &Line<'_>| {
                matches!(line.content, Content::Entry(key, _)
                    if is_list && ownership.has_service && fragment.names_service(key))
            };
            let follows_own = number > 0
                && ownership.owner(number - 1) == Owner::Own
                && pending.is_empty()
                && section.len() > 1;
            result.push_str(&pending);
            pending.clear();
            // See `add`: a list that came with the own sections goes with them.
            let is_made = follows_own && is_list && section[1..].iter().all(is_own);
            for line in section {
                last_is_gone = is_made || is_own(line);
                if !last_is_gone {
                    result.push_str(line.whole);
                }
            }
        }
        // See `add`: what was before a last line without an end had none either.
        if last_is_gone && length_of_end(&self.text) == 0 {
            result.truncate(result.len() - length_of_end(&result));
        }
        result.push_str(&pending);
        self.text = result;
    }

    /// What is not as it should be.
    fn differences(
        &self,
        fragment: &Fragment,
        dll: Option<&str>,
        ownership: &Ownership,
    ) -> Vec<String> {
        let mut found = Vec::new();
        for section in &fragment.sections {
            for (key, value) in &section.entries {
                let expected = expected(key, value, dll);
                let spelled = self.spelled(expected);
                for exactly in [false, true] {
                    let difference = match self.value(&section.name, key, exactly) {
                        Some(value) if value == spelled => continue,
                        Some(value) => format!(
                            "[{}] {key} is {}, not {expected}",
                            section.name,
                            self.readable(value)
                        ),
                        None => format!("[{}] has no {key}", section.name),
                    };
                    found.push(difference);
                    break;
                }
            }
        }
        let mut seen: Vec<&str> = Vec::new();
        for line in lines(&self.text).filter(|line| ownership.owner(line.section) == Owner::Own) {
            match line.content {
                Content::Header(name) if seen.iter().any(|seen| same(seen, name)) => {
                    found.push(format!("[{}] is there twice", self.readable(name)));
                }
                Content::Header(name) => {
                    seen.push(name);
                    if !fragment.names_section(name) {
                        found.push(format!("[{}] is of another version", self.readable(name)));
                    }
                }
                Content::Entry(key, _) => {
                    let section = seen.last().copied().unwrap_or_default();
                    let is_known = fragment
                        .sections
                        .iter()
                        .filter(|known| same(&known.name, section))
                        .flat_map(|known| &known.entries)
                        .any(|(known, _)| same(known, key));
                    if !is_known {
                        let (section, key) = (self.readable(section), self.readable(key));
                        found.push(format!("[{section}] {key} is of another version"));
                    }
                }
                Content::Nothing | Content::Other => {}
            }
        }
        found
    }

    /// The DLL that MAPI is told to load.
    fn dll_of(&self, fragment: &Fragment) -> Option<String> {
        let own = fragment
            .sections
            .iter()
            .filter(|section| fragment.names_section(&section.name));
        own.flat_map(|section| DLL_ENTRIES.map(|key| (section.name.as_str(), key)))
            .find_map(|(section, key)| self.value(section, key, false))
            .map(|dll| self.readable(dll))
    }

    /// Whether one of the provider's services is listed.
    fn lists(&self, list: &str, fragment: &Fragment) -> bool {
        let all: Vec<Line<'_>> = lines(&self.text).collect();
        all.chunk_by(|left, right| left.section == right.section)
            .filter(|section| name_of(section).is_some_and(|name| same(name, list)))
            .flatten()
            .any(|line| matches!(line.content, Content::Entry(key, _) if fragment.names_service(key)))
    }

    /// The value of an entry, as Windows finds it. `exactly` counts blanks inside a header's brackets.
    fn value(&self, section: &str, key: &str, exactly: bool) -> Option<&str> {
        let is_it = |name: &str| match exactly {
            true => name.eq_ignore_ascii_case(section),
            false => same(name, section),
        };
        let number = lines(&self.text).find_map(|line| match line.content {
            Content::Header(name) if is_it(name) => Some(line.section),
            _ => None,
        })?;
        lines(&self.text)
            .filter(|line| line.section == number)
            .find_map(|line| match line.content {
                Content::Entry(found, value) if same(found, key) => Some(value),
                _ => None,
            })
    }

    /// Behind the last entries of the lists of services: the one list that Windows reads, or two if it is not known which.
    /// And whether there is a list that is one in either reading.
    fn ends_of_services(&self) -> (Vec<usize>, bool) {
        // Per section that may be read: its number, and its end so far.
        let mut found: Vec<(usize, usize)> = Vec::new();
        let mut has_exact = false;
        let mut place = 0;
        for line in lines(&self.text) {
            place += line.whole.len();
            match line.content {
                Content::Header(name) if same(name, SERVICES) => {
                    let is_exact = name.eq_ignore_ascii_case(SERVICES) && !has_exact;
                    has_exact |= is_exact;
                    if is_exact || found.is_empty() {
                        found.push((line.section, place));
                    }
                }
                Content::Entry(..) | Content::Other => {
                    let open = found.iter_mut().find(|(number, _)| *number == line.section);
                    if let Some((_, end)) = open {
                        *end = place;
                    }
                }
                Content::Header(_) | Content::Nothing => {}
            }
        }
        (found.into_iter().map(|(_, end)| end).collect(), has_exact)
    }

    /// How own lines end: as most lines do. Readers agree on these two.
    fn end_of_lines(&self) -> &'static str {
        let (mut long, mut short) = (0, 0);
        for line in lines(&self.text) {
            if line.whole.ends_with("\r\n") {
                long += 1;
            } else if line.whole.ends_with('\n') {
                short += 1;
            }
        }
        if short > long { "\n" } else { "\r\n" }
    }

    /// The text for readers; bytes are read as ASCII.
    pub(super) fn legible(&self) -> String {
        match self.encoding {
            Encoding::Bytes => self.text.clone(),
            Encoding::Utf16 => String::from_utf16_lossy(&units(&self.text)),
        }
    }

    /// A piece of the text for people.
    fn readable(&self, text: &str) -> String {
        let text = trim(text);
        match self.encoding {
            Encoding::Bytes => {
                let bytes: Vec<u8> = text.chars().map(|character| character as u8).collect();
                code_page::decode(&bytes)
            }
            Encoding::Utf16 => String::from_utf16_lossy(&units(text)),
        }
    }

    /// Own text in the file's encoding.
    fn spelled(&self, text: &str) -> String {
        match self.encoding {
            Encoding::Bytes => code_page::encode(text)
                .into_iter()
                .map(char::from)
                .collect(),
            Encoding::Utf16 => text.encode_utf16().map(kept).collect(),
        }
    }
}

/// What an entry has to say, given the DLL.
fn expected<'a>(key: &str, value: &'a str, dll: Option<&'a str>) -> &'a str {
    let is_dll = DLL_ENTRIES.iter().any(|entry| same(entry, key));
    dll.filter(|_| is_dll).unwrap_or(value)
}

/// The name of a section, whose lines these are.
fn name_of<'a>(section: &[Line<'a>]) -> Option<&'a str> {
    match section.first()?.content {
        Content::Header(name) => Some(name),
        _ => None,
    }
}

/// One UTF-16 unit as a character that no other unit becomes: surrogates, which are none, go to the last plane.
fn kept(unit: u16) -> char {
    let code = u32::from(unit);
    char::from_u32(code)
        .or_else(|| char::from_u32(0x10_0000 | code))
        .unwrap_or(char::REPLACEMENT_CHARACTER)
}

/// The unit that became this character.
fn unit(character: char) -> u16 {
    u32::from(character) as u16
}

fn units(text: &str) -> Vec<u16> {
    text.chars().map(unit).collect()
}

#[cfg(test)]
mod tests;
