//! RTF: what text, and what HTML, is in it \[MS-OXRTFEX\], and the way back.

use std::collections::BTreeMap;

use crate::store::charset;

/// What is in an RTF body.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Content {
    /// The text without its formatting; of encapsulated HTML, the HTML.
    pub text: String,
    /// Whether [`Content::text`] is HTML that was put into the RTF.
    pub is_html: bool,
    /// Whether the RTF was made from plain text.
    pub is_plain: bool,
}

/// Destinations without a `\*` that are no text of the document.
const HIDDEN: [&[u8]; 21] = [
    b"fonttbl",
    b"colortbl",
    b"stylesheet",
    b"info",
    b"pict",
    b"header",
    b"headerl",
    b"headerr",
    b"headerf",
    b"footer",
    b"footerl",
    b"footerr",
    b"footerf",
    b"filetbl",
    b"revtbl",
    b"rsidtbl",
    b"listtable",
    b"xe",
    b"tc",
    b"objdata",
    b"fldinst",
];

/// Words that stand for characters: for text, and for HTML.
const CHARACTERS: [(&[u8], &str, &str); 15] = [
    (b"par", "\r\n", "\r\n"),
    (b"line", "\r\n", "\r\n"),
    (b"sect", "\r\n", "\r\n"),
    (b"page", "\r\n", "\r\n"),
    (b"row", "\r\n", "\r\n"),
    (b"cell", "\t", "\t"),
    (b"tab", "\t", "\t"),
    (b"lquote", "\u{2018}", "&lsquo;"),
    (b"rquote", "\u{2019}", "&rsquo;"),
    (b"ldblquote", "\u{201C}", "&ldquo;"),
    (b"rdblquote", "\u{201D}", "&rdquo;"),
    (b"bullet", "\u{2022}", "&bull;"),
    (b"endash", "\u{2013}", "&ndash;"),
    (b"emdash", "\u{2014}", "&mdash;"),
    (b"emspace", "\u{2003}", "&emsp;"),
];

/// The code page that RTF means when it names none.
const WESTERN: i32 = 1252;

/// Code pages of the character sets of fonts.
fn code_page_of_charset(charset: i32) -> Option<i32> {
    Some(match charset {
        0 | 2 => WESTERN,
        128 => 932,
        129 => 949,
        134 => 936,
        136 => 950,
        161 => 1253,
        162 => 1254,
        163 => 1258,
        177 => 1255,
        178 => 1256,
        186 => 1257,
        204 => 1251,
        222 => 874,
        238 => 1250,
        _ => return None,
    })
}

/// What holds in a group and ends with it.
#[derive(Clone, Copy)]
struct Group {
    /// Nothing of it is text of the document.
    hidden: bool,
    /// The font table, which is read and not shown.
    fonts: bool,
    /// A piece of the HTML.
    tag: bool,
    /// Between `\htmlrtf` and `\htmlrtf0`: for readers that do not know of the HTML.
    rtf_only: bool,
    font: i32,
    /// How many characters follow `\u` for readers that do not know it.
    fallback: usize,
}

/// Reads an RTF document; whatever is wrong with it ends it.
pub(super) fn read(rtf: &[u8]) -> Content {
    let mut reader = Reader {
        rtf,
        at: 0,
        groups: Vec::new(),
        group: Group {
            hidden: false,
            fonts: false,
            tag: false,
            rtf_only: false,
            font: -1,
            fallback: 1,
        },
        code_page: WESTERN,
        code_pages: BTreeMap::new(),
        skipped: 0,
        starred: false,
        pending: Vec::new(),
        pending_page: WESTERN,
        high: None,
        content: Content::default(),
    };
    reader.run();
    reader.flush();
    reader.content
}

struct Reader<'a> {
    rtf: &'a [u8],
    at: usize,
    groups: Vec<Group>,
    group: Group,
    code_page: i32,
    /// Code pages of the fonts.
    code_pages: BTreeMap<i32, i32>,
    /// Characters still to be left out, after `\u`.
    skipped: usize,
    /// Whether `\*` came: what follows is left out by those who do not know it.
    starred: bool,
    /// Bytes not decoded yet: a character may have two of them.
    pending: Vec<u8>,
    pending_page: i32,
    /// The first half of a character that `\u` writes as two.
    high: Option<u16>,
    content: Content,
}

impl Reader<'_> {
    fn run(&mut self) {
        while let Some(&byte) = self.rtf.get(self.at) {
            self.at += 1;
            match byte {
                b'{' => {
                    self.skipped = 0;
                    self.groups.push(self.group);
                }
                b'}' => {
                    self.skipped = 0;
                    self.flush();
                    match self.groups.pop() {
                        Some(outer) => self.group = outer,
                        None => return,
                    }
                    // The outermost group is the document.
                    if self.groups.is_empty() {
                        return;
                    }
                }
                b'\\' => self.control(),
                b'\r' | b'\n' | 0 => {}
                byte => self.byte(byte),
            }
        }
    }

    fn control(&mut self) {
        let Some(&first) = self.rtf.get(self.at) else {
            return;
        };
        if !first.is_ascii_alphabetic() {
            self.at += 1;
            return self.symbol(first);
        }
        let rest = &self.rtf[self.at..];
        let length = rest
            .iter()
            .take_while(|byte| byte.is_ascii_alphabetic())
            .count();
        let word = &rest[..length];
        let (number, digits) = number(&rest[length..]);
        self.at += length + digits;
        // One blank ends a word and is part of it.
        if self.rtf.get(self.at) == Some(&b' ') {
            self.at += 1;
        }
        self.word(word, number);
    }

    fn symbol(&mut self, symbol: u8) {
        match symbol {
            b'*' => self.starred = true,
            b'\'' => {
                let digits = self.rtf.get(self.at..self.at + 2).unwrap_or_default();
                let byte = std::str::from_utf8(digits)
                    .ok()
                    .and_then(|digits| u8::from_str_radix(digits, 16).ok());
                if let Some(byte) = byte {
                    self.at += 2;
                    self.byte(byte);
                }
            }
            b'\\' | b'{' | b'}' => self.byte(symbol),
            b'~' => self.character("\u{A0}", "&nbsp;"),
            b'-' => self.character("", "&shy;"),
            b'_' => self.character("\u{2011}", "&#8209;"),
            b'\r' | b'\n' => self.character("\r\n", "\r\n"),
            _ => {}
        }
    }

    fn word(&mut self, word: &[u8], number: Option<i32>) {
        let starred = std::mem::take(&mut self.starred);
        let value = number.unwrap_or(0);
        match word {
            b"bin" => self.at = self.at.saturating_add(usize::try_from(value).unwrap_or(0)),
            b"u" => self.unit(value as u16),
            b"uc" => self.group.fallback = usize::try_from(value).unwrap_or(0),
            b"ansicpg" if value > 0 => self.code_page = value,
            b"fromhtml" => self.content.is_html = value == 1,
            b"fromtext" => self.content.is_plain = true,
            b"htmlrtf" => {
                self.flush();
                self.group.rtf_only = number != Some(0);
            }
            b"f" => {
                self.flush();
                self.group.font = value;
            }
            b"plain" => {
                self.flush();
                self.group.font = -1;
            }
            b"fcharset" if self.group.fonts => {
                if let Some(page) = code_page_of_charset(value) {
                    self.code_pages.insert(self.group.font, page);
                }
            }
            b"htmltag" if starred && self.content.is_html => {
                self.flush();
                self.group.tag = true;
                // What surrounds a tag says nothing about it.
                self.group.rtf_only = false;
            }
            _ if starred || HIDDEN.contains(&word) => {
                self.flush();
                self.group.hidden = true;
                self.group.fonts = word == b"fonttbl";
            }
            _ => {
                let known = CHARACTERS.iter().find(|(name, ..)| *name == word);
                if let Some((_, text, html)) = known {
                    // Inside a tag they are what they are in a file.
                    let html = if self.group.tag { text } else { html };
                    self.character(text, html);
                }
            }
        }
    }

    /// Whether what comes is shown.
    fn shows(&mut self) -> bool {
        if self.skipped > 0 {
            self.skipped -= 1;
            return false;
        }
        !(self.group.hidden || self.content.is_html && self.group.rtf_only)
    }

    fn byte(&mut self, byte: u8) {
        if !self.shows() {
            return;
        }
        let page = match self.code_pages.get(&self.group.font) {
            Some(page) if !self.group.tag => *page,
            _ => self.code_page,
        };
        if page != self.pending_page {
            self.flush();
            self.pending_page = page;
        }
        self.high = None;
        self.pending.push(byte);
    }

    fn character(&mut self, text: &str, html: &str) {
        if self.shows() {
            self.flush();
            let character = if self.content.is_html { html } else { text };
            self.content.text.push_str(character);
        }
    }

    fn unit(&mut self, unit: u16) {
        let shown = self.shows();
        self.skipped = self.group.fallback;
        if !shown {
            return;
        }
        let high = self.high.take();
        self.flush();
        if (0xD800..0xDC00).contains(&unit) {
            self.high = Some(unit);
            return;
        }
        let units = high.into_iter().chain([unit]);
        self.content.text.extend(
            char::decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)),
        );
    }

    fn flush(&mut self) {
        if !self.pending.is_empty() {
            let pending = std::mem::take(&mut self.pending);
            self.content
                .text
                .push_str(&charset::decode_in_code_page(&pending, self.pending_page));
        }
    }
}

/// The number after a word, and how many bytes it takes.
fn number(bytes: &[u8]) -> (Option<i32>, usize) {
    let sign = usize::from(bytes.first() == Some(&b'-'));
    let digits = bytes[sign..]
        .iter()
        .take(10)
        .take_while(|byte| byte.is_ascii_digit())
        .count();
    if digits == 0 {
        return (None, 0);
    }
    let text = std::str::from_utf8(&bytes[..sign + digits]).unwrap_or_default();
    (Some(text.parse().unwrap_or(0)), sign + digits)
}

const FONTS: &str = "\\deff0{\\fonttbl{\\f0\\fswiss\\fcharset0 Arial;}}\r\n{\\colortbl;\\red0\\green0\\blue0;}\r\n\\uc1\\pard\\plain\\f0\\fs20 ";

/// RTF that shows a plain text.
pub(super) fn from_text(text: &str) -> String {
    let mut rtf = String::with_capacity(text.len() + text.len() / 4 + 160);
    rtf.push_str("{\\rtf1\\ansi\\ansicpg1252\\fromtext ");
    rtf.push_str(FONTS);
    push_text(&mut rtf, text, "\\par\r\n");
    rtf.push('}');
    rtf
}

/// RTF that shows the text of an HTML document and keeps the document in it.
pub(super) fn from_html(html: &str) -> String {
    let mut rtf = String::with_capacity(html.len() * 2 + 160);
    rtf.push_str("{\\rtf1\\ansi\\ansicpg1252\\fromhtml1 ");
    rtf.push_str(FONTS);
    for part in super::html::parts(html) {
        use super::html::Part;
        match part {
            Part::Text(text) => push_text(&mut rtf, text, "{\\*\\htmltag84 \\par }"),
            Part::Hidden(markup) => push_tag(&mut rtf, 241, markup),
            Part::Entity(entity) => {
                push_tag(&mut rtf, 84, entity);
                let text = super::html::to_text(entity);
                push_rtf_only(&mut rtf, |rtf| push_text(rtf, &text, ""));
            }
            Part::Tag(tag) => {
                push_tag(&mut rtf, 84, tag);
                if super::html::ends_line(tag) {
                    push_rtf_only(&mut rtf, |rtf| rtf.push_str("\\par\r\n"));
                }
            }
        }
    }
    rtf.push('}');
    rtf
}

fn push_tag(rtf: &mut String, number: u32, markup: &str) {
    rtf.push_str(&format!("{{\\*\\htmltag{number} "));
    push_text(rtf, markup, "\\par ");
    rtf.push('}');
}

fn push_rtf_only(rtf: &mut String, push: impl FnOnce(&mut String)) {
    rtf.push_str("\\htmlrtf ");
    push(rtf);
    rtf.push_str("\\htmlrtf0 ");
}

fn push_text(rtf: &mut String, text: &str, line_end: &str) {
    let mut units = [0; 2];
    for character in text.chars() {
        match character {
            '\\' | '{' | '}' => rtf.extend(['\\', character]),
            '\n' => rtf.push_str(line_end),
            '\t' => rtf.push_str("\\tab "),
            ' '..='~' => rtf.push(character),
            // Other control characters, the carriage return among them, mean nothing.
            '\0'..='\u{1F}' => {}
            _ => {
                for unit in character.encode_utf16(&mut units) {
                    rtf.push_str(&format!("\\u{}?", unit.cast_signed()));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_comes_out_of_formatting() {
        let rtf = br"{\rtf1\ansi\ansicpg1252\deff0{\fonttbl{\f0\fswiss\fcharset0 Arial;}{\f1\fcharset204 Arial;}}
{\colortbl;\red0\green0\blue255;}{\*\generator Msftedit;}{\info{\author Nobody}}
\pard\plain\f0\fs20 Gr\'fc\'dfe, {\b bold} and \cf1 blue\par
{\f1 \'cf\'f0\'e8\'e2\'e5\'f2}\tab \u8364?\u-10179?\u-8704?\~x\line{\pict\bin3 }}}}a\{b\}\\}trailing";
        let content = read(rtf);
        assert_eq!(
            content.text,
            "Grüße, bold and blue\r\nПривет\t€😀\u{A0}x\r\na{b}\\"
        );
        assert!(!content.is_html && !content.is_plain);
    }

    #[test]
    fn html_comes_out_of_its_capsule() {
        let rtf = br"{\rtf1\ansi\ansicpg1252\fromhtml1 \deff0{\fonttbl{\f0\fswiss Arial;}}
{\*\htmltag19 <html>}{\*\htmltag2 \par }{\*\htmltag50 <body>}
\htmlrtf {\htmlrtf0 {\*\htmltag64 <p class=\'22x\'22>}\htmlrtf {\htmlrtf0 one {\*\htmltag84 &amp;}\htmlrtf &\htmlrtf0  two\ldblquote
{\*\mhtmltag84 ignored}\htmlrtf\par}\htmlrtf0 {\*\htmltag72 </p>}{\*\htmltag58 </body>}{\*\htmltag27 </html>}}";
        let content = read(rtf);
        assert!(content.is_html);
        assert_eq!(
            content.text,
            "<html>\r\n<body><p class=\"x\">one &amp; two&ldquo;</p></body></html>"
        );
    }

    #[test]
    fn what_is_made_is_read_back() {
        let text = "One\r\n\tTwo {and} \\three € 😀\r\n";
        let content = read(from_text(text).as_bytes());
        assert_eq!((content.text.as_str(), content.is_plain), (text, true));
        let html = "<html><head><style>p { color: red }\r\n</style></head>\r\n<body>\r\n<p>Gr\u{FC}\u{DF}e &amp; so on &euro;<br>\r\nx < y</p><!-- note -->\r\n</body></html>";
        let rtf = from_html(html);
        assert!(rtf.is_ascii());
        let content = read(rtf.as_bytes());
        assert_eq!((content.text.as_str(), content.is_html), (html, true));
    }

    #[test]
    fn nonsense_ends_quietly() {
        for rtf in [
            &b""[..],
            b"}",
            b"{\\",
            b"{\\'",
            b"{\\'zz",
            b"{\\u",
            b"{\\bin2147483647 x",
            b"{\\u99999999999 x}",
            b"\\uc-1\\u1 ",
        ] {
            let _ = read(rtf);
        }
        let deep = [b'{'; 100_000];
        assert_eq!(read(&deep), Content::default());
    }
}
