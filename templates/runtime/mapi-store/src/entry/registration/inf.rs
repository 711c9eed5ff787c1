//! The text of MAPISVC.INF: own sections in, own sections out, every other line as it was.

use crate::com::code_page;

/// The section that lists all services.
const SERVICES: &str = "Services";
/// The section with the services of every new profile; nothing of ours is put there, but it is cleaned with the rest.
const DEFAULT_SERVICES: &str = "Default Services";
/// The entries whose value is the DLL, and gets the DLL's directory.
const DLL_ENTRIES: [&str; 2] = ["PR_SERVICE_DLL_NAME", "PR_PROVIDER_DLL_NAME"];

/// The sections of one provider, as the generated `registration/mapisvc.inf` has them.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Fragment {
    sections: Vec<Section>,
}

#[derive(Clone, Debug, Eq, PartialEq)]
struct Section {
    name: String,
    entries: Vec<(String, String)>,
}

impl Fragment {
    /// Reads a fragment: ASCII, or UTF-16 with a byte order mark.
    pub fn parse(bytes: &[u8]) -> Self {
        let mut sections: Vec<Section> = Vec::new();
        for line in Inf::read(bytes).legible().lines() {
            if let Some(name) = header(line) {
                sections.push(Section {
                    name: name.to_owned(),
                    entries: Vec::new(),
                });
            } else if let (Some(section), Some((key, value))) = (sections.last_mut(), entry(line)) {
                section.entries.push((key.to_owned(), value.to_owned()));
            }
        }
        Self { sections }
    }

    /// The name of the DLL without the "32" that MAPI inserts, as the fragment has it.
    pub fn dll(&self) -> Option<&str> {
        let entries = self.sections.iter().flat_map(|section| &section.entries);
        entries
            .filter(|(key, _)| DLL_ENTRIES.contains(&key.as_str()))
            .map(|(_, dll)| dll.as_str())
            .next()
    }

    /// The name of the message service.
    pub fn service(&self) -> Option<&str> {
        let services = self
            .sections
            .iter()
            .find(|section| section.name == SERVICES)?;
        services.entries.first().map(|(key, _)| key.as_str())
    }

    fn owns_section(&self, name: &str) -> bool {
        let own = self
            .sections
            .iter()
            .filter(|section| section.name != SERVICES);
        own.map(|section| &section.name)
            .any(|own| own.eq_ignore_ascii_case(name))
    }

    fn owns_service(&self, key: &str) -> bool {
        let services = self
            .sections
            .iter()
            .filter(|section| section.name == SERVICES);
        services
            .flat_map(|section| &section.entries)
            .any(|(own, _)| own.eq_ignore_ascii_case(key))
    }
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

/// A MAPISVC.INF in memory.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Inf {
    encoding: Encoding,
    text: String,
    /// The half of a unit that a damaged file ends with.
    rest: Vec<u8>,
}

impl Inf {
    /// Reads the bytes of a file.
    pub fn read(bytes: &[u8]) -> Self {
        match bytes {
            [0xFF, 0xFE, bytes @ ..] => {
                let pairs = bytes.chunks_exact(2);
                Self {
                    encoding: Encoding::Utf16,
                    rest: pairs.remainder().to_vec(),
                    text: pairs
                        .map(|pair| kept(u16::from_le_bytes([pair[0], pair[1]])))
                        .collect(),
                }
            }
            bytes => Self {
                encoding: Encoding::Bytes,
                text: bytes.iter().map(|&byte| char::from(byte)).collect(),
                rest: Vec::new(),
            },
        }
    }

    /// The bytes of the file.
    pub fn bytes(&self) -> Vec<u8> {
        match self.encoding {
            Encoding::Bytes => self.text.chars().map(|character| character as u8).collect(),
            Encoding::Utf16 => {
                let text = self.units().flat_map(u16::to_le_bytes);
                [0xFF, 0xFE]
                    .into_iter()
                    .chain(text)
                    .chain(self.rest.iter().copied())
                    .collect()
            }
        }
    }

    /// The text for readers; bytes are read as ASCII.
    fn legible(&self) -> String {
        match self.encoding {
            Encoding::Bytes => self.text.clone(),
            Encoding::Utf16 => String::from_utf16_lossy(&self.units().collect::<Vec<_>>()),
        }
    }

    /// The UTF-16 units behind the byte order mark.
    fn units(&self) -> impl Iterator<Item = u16> {
        self.text
            .chars()
            .map(|character| u32::from(character) as u16)
    }

    /// Takes a provider's sections and its entry in the list of services out.
    pub fn remove(&mut self, fragment: &Fragment) {
        let mut kept = String::with_capacity(self.text.len());
        let mut section = "";
        // Blank lines and comments at the end of an own section; they may belong to what follows.
        let mut pending = String::new();
        for line in self.text.split_inclusive('\n') {
            if let Some(name) = header(line) {
                section = name;
                kept.push_str(&pending);
                pending.clear();
                if !fragment.owns_section(name) {
                    kept.push_str(line);
                }
            } else if fragment.owns_section(section) {
                if is_blank_or_comment(line) {
                    pending.push_str(line);
                } else {
                    pending.clear();
                }
            } else {
                let lists_services = [SERVICES, DEFAULT_SERVICES]
                    .iter()
                    .any(|list| list.eq_ignore_ascii_case(section));
                let is_own = lists_services
                    && entry(line).is_some_and(|(key, _)| fragment.owns_service(key));
                if !is_own {
                    kept.push_str(line);
                }
            }
        }
        kept.push_str(&pending);
        // See `add`: what was before an own section without an end had none either.
        let is_open = !self.text.ends_with('\n') && fragment.owns_section(section);
        if is_open && pending.is_empty() && kept.ends_with("\r\n") {
            kept.truncate(kept.len() - 2);
        }
        self.text = kept;
    }

    /// Puts a provider's sections in, in place of those that may be there. `dll` is the full path of the DLL without the
    /// "32".
    pub fn add(&mut self, fragment: &Fragment, dll: &str) {
        self.remove(fragment);
        // A last line without an end hands that on to the new last line, and gets it back when that goes.
        let is_open = !self.text.is_empty() && !self.text.ends_with('\n');
        if is_open {
            self.text.push_str("\r\n");
        }
        for section in &fragment.sections {
            let mut lines = String::new();
            for (key, value) in &section.entries {
                let value = if DLL_ENTRIES.contains(&key.as_str()) {
                    dll
                } else {
                    value
                };
                lines.push_str(&self.spelled(&format!("{key}={value}\r\n")));
            }
            match (section.name == SERVICES)
                .then(|| self.end_of_services())
                .flatten()
            {
                Some(place) => self.text.insert_str(place, &lines),
                None => {
                    self.text.push_str(&format!("[{}]\r\n", section.name));
                    self.text.push_str(&lines);
                }
            }
        }
        if is_open {
            self.text.truncate(self.text.len() - 2);
        }
    }

    /// Behind the last entry of the list of services.
    fn end_of_services(&self) -> Option<usize> {
        let mut place = 0;
        let mut end = None;
        for line in self.text.split_inclusive('\n') {
            place += line.len();
            match header(line) {
                Some(name) if name.eq_ignore_ascii_case(SERVICES) && end.is_none() => {
                    end = Some(place)
                }
                Some(_) if end.is_some() => return end,
                Some(_) => {}
                None if end.is_some() && !is_blank_or_comment(line) => end = Some(place),
                None => {}
            }
        }
        end
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

/// One UTF-16 unit as a character that no other unit becomes: surrogates, which are none, go to the last plane.
fn kept(unit: u16) -> char {
    let code = u32::from(unit);
    char::from_u32(code)
        .or_else(|| char::from_u32(0x10_0000 | code))
        .unwrap_or(char::REPLACEMENT_CHARACTER)
}

fn header(line: &str) -> Option<&str> {
    let (name, _) = line.trim_start().strip_prefix('[')?.split_once(']')?;
    Some(name.trim())
}

fn entry(line: &str) -> Option<(&str, &str)> {
    if is_blank_or_comment(line) {
        return None;
    }
    line.split_once('=')
        .map(|(key, value)| (key.trim(), value.trim()))
}

fn is_blank_or_comment(line: &str) -> bool {
    let line = line.trim();
    line.is_empty() || line.starts_with(';')
}

#[cfg(test)]
mod tests {
    use super::*;

    const FRAGMENT: &str = "; Contoso\r\n[Services]\r\nCTS=Contoso\r\n\r\n[CTS]\r\nProviders=CTS_MS\r\n\
        PR_SERVICE_DLL_NAME=contoso.dll\r\nPR_DISPLAY_NAME=Contoso\r\n\r\n[CTS_MS]\r\nPR_PROVIDER_DLL_NAME=contoso.dll\r\n";
    const DLL: &str = r"C:\Program Files\Contoso\contoso.dll";
    const FOREIGN: &str = "; head\r\n[Default Services]\r\nMSPST AB=Personal\r\n\r\n[Services]\r\n; all\r\nCONTAB=Outlook\r\n\
        MSEMS=Exchange\r\n\r\n; next\r\n[MSEMS]\r\nPR_DISPLAY_NAME=Exchange \u{e4}\r\n";
    const ADDED: &str = "[CTS]\r\nProviders=CTS_MS\r\nPR_SERVICE_DLL_NAME=C:\\Program Files\\Contoso\\contoso.dll\r\n\
        PR_DISPLAY_NAME=Contoso\r\n[CTS_MS]\r\nPR_PROVIDER_DLL_NAME=C:\\Program Files\\Contoso\\contoso.dll\r\n";

    fn fragment() -> Fragment {
        Fragment::parse(FRAGMENT.as_bytes())
    }

    /// A file as an 8-bit code page has it.
    fn file(text: &str) -> Inf {
        Inf::read(
            &text
                .chars()
                .map(|character| character as u8)
                .collect::<Vec<_>>(),
        )
    }

    #[test]
    fn a_fragment_knows_its_names() {
        assert_eq!(fragment().dll(), Some("contoso.dll"));
        assert_eq!(fragment().service(), Some("CTS"));
    }

    #[test]
    fn sections_go_in_and_out_without_a_trace() {
        let mut inf = file(FOREIGN);
        inf.add(&fragment(), DLL);
        let with_service =
            FOREIGN.replace("MSEMS=Exchange\r\n", "MSEMS=Exchange\r\nCTS=Contoso\r\n");
        assert_eq!(inf.text, with_service + ADDED);
        let once = inf.clone();
        inf.add(&fragment(), DLL);
        assert_eq!(inf, once);
        inf.remove(&fragment());
        assert_eq!(inf, file(FOREIGN));
        assert_eq!(
            inf.bytes(),
            FOREIGN
                .chars()
                .map(|character| character as u8)
                .collect::<Vec<_>>()
        );
    }

    #[test]
    fn what_others_left_of_us_goes_too() {
        let mut inf = file(
            "[default services]\r\ncts=x\r\n[SERVICES]\r\nCts = x\r\nA=b\r\n[cts]\r\nOld=1\r\n; old\r\nOlder=2\r\n\r\n; of A\r\n[A]\r\nx=y\r\n",
        );
        inf.remove(&fragment());
        assert_eq!(
            inf.text,
            "[default services]\r\n[SERVICES]\r\nA=b\r\n\r\n; of A\r\n[A]\r\nx=y\r\n"
        );
    }

    #[test]
    fn a_file_without_services_gets_the_section() {
        let mut inf = file("[A]\r\nx=y\r\n");
        inf.add(&fragment(), DLL);
        assert_eq!(
            inf.text,
            format!("[A]\r\nx=y\r\n[Services]\r\nCTS=Contoso\r\n{ADDED}")
        );
    }

    #[test]
    fn a_last_line_without_an_end_has_none_afterwards() {
        for before in [
            "[Services]\r\nA=b\r\n[A]\r\nx=y",
            "[A]\r\nx=y\r\n[Services]\r\nA=b",
        ] {
            let mut inf = file(before);
            inf.add(&fragment(), DLL);
            assert!(!inf.text.ends_with('\n'));
            let once = inf.clone();
            inf.add(&fragment(), DLL);
            assert_eq!(inf, once);
            inf.remove(&fragment());
            assert_eq!(inf.text, before);
        }
    }

    #[test]
    fn utf_16_stays_utf_16() {
        let bytes: Vec<u8> = format!("\u{FEFF}{FOREIGN}")
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        let mut inf = Inf::read(&bytes);
        inf.add(
            &Fragment::parse("[Services]\r\nX=\u{65e5}\u{672c}\r\n".as_bytes()),
            DLL,
        );
        assert_eq!(inf.bytes()[..2], [0xFF, 0xFE]);
        inf.remove(&Fragment::parse(b"[Services]\r\nX=1\r\n"));
        assert_eq!(inf.bytes(), bytes);
    }

    #[test]
    fn a_name_is_spelled_in_the_code_page() {
        let utf16: Vec<u8> = "\u{FEFF}[Services]\r\nCTS=\u{20ac}\r\n"
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        let mut inf = file("[Services]\r\n");
        inf.add(&Fragment::parse(&utf16), DLL);
        assert_eq!(inf.bytes(), b"[Services]\r\nCTS=\x80\r\n");
    }

    #[test]
    fn foreign_bytes_survive_even_damaged_ones() {
        let ascii = |text: &str| {
            text.encode_utf16()
                .flat_map(u16::to_le_bytes)
                .collect::<Vec<_>>()
        };
        let lone_surrogates = [0x00, 0xDC, 0x3D, 0xD8];
        let before = [
            &[0xFF, 0xFE][..],
            &ascii("[A]\r\nx=\u{1F4E7}"),
            &lone_surrogates,
            &ascii("\r\n"),
            // Half a unit.
            &[0x41],
        ]
        .concat();
        assert_eq!(Inf::read(&before).bytes(), before);
        let mut inf = Inf::read(&before);
        inf.add(&fragment(), DLL);
        let once = inf.bytes();
        let mut again = Inf::read(&once);
        again.add(&fragment(), DLL);
        assert_eq!(again.bytes(), once);
        assert!(once.starts_with(&before[..before.len() - 1]));
    }

    #[test]
    fn own_text_beyond_the_basic_plane_reaches_a_unicode_file() {
        let mut inf = Inf::read(b"\xFF\xFE");
        let text = FRAGMENT.replace("=Contoso\r", "=Contoso \u{1F4E7}\r");
        inf.add(&Fragment::parse(&unicode(&text)), DLL);
        let units: Vec<u16> = inf
            .bytes()
            .chunks(2)
            .map(|pair| u16::from_le_bytes([pair[0], pair[1]]))
            .collect();
        let written = String::from_utf16(&units).unwrap();
        assert!(
            written.contains("PR_DISPLAY_NAME=Contoso \u{1F4E7}\r\n"),
            "{written}"
        );
    }

    /// A file in UTF-16.
    fn unicode(text: &str) -> Vec<u8> {
        let units = "\u{FEFF}".encode_utf16().chain(text.encode_utf16());
        units.flat_map(u16::to_le_bytes).collect()
    }
}
