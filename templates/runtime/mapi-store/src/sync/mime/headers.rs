//! The header section as text: found, cleaned for the parser, taken apart for writing.

use std::borrow::Cow;

use super::charset;

/// Splits mail at the end of its header section; the empty line belongs to neither part. Without a header section, all
/// is body.
pub(super) fn split(bytes: &[u8]) -> (&[u8], &[u8]) {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let bytes = skip_mbox_line(bytes);
    let mut start = 0;
    while start < bytes.len() {
        let end = line_end(bytes, start);
        let line = trim_line(&bytes[start..end]);
        if line.is_empty() {
            return (&bytes[..start], &bytes[end..]);
        }
        if start == 0 && !is_field(line) {
            return (&[], bytes);
        }
        start = end;
    }
    (bytes, &[])
}

/// `From somebody Mon Jan 1 ...`: mail that was cut out of an mbox file begins with it.
fn skip_mbox_line(bytes: &[u8]) -> &[u8] {
    if bytes.starts_with(b"From ") {
        &bytes[line_end(bytes, 0)..]
    } else {
        bytes
    }
}

fn line_end(bytes: &[u8], start: usize) -> usize {
    let newline = bytes[start..].iter().position(|byte| *byte == b'\n');
    newline.map_or(bytes.len(), |position| start + position + 1)
}

fn trim_line(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    line.strip_suffix(b"\r").unwrap_or(line)
}

/// A name of printable characters and a colon.
fn is_field(line: &[u8]) -> bool {
    let name = line.split(|byte| *byte == b':').next().unwrap_or_default();
    let name = name.trim_ascii_end();
    !name.is_empty() && name.len() < line.len() && name.iter().all(|byte| (33..127).contains(byte))
}

/// The header section in UTF-8 with a line end at its end. Raw 8-bit text is in the character set of the body, as a
/// sender that does not encode its headers at least declares that.
pub(super) fn decode(section: &[u8]) -> String {
    let mut text = match std::str::from_utf8(section) {
        Ok(text) => text.to_owned(),
        Err(_) => charset::decode(section, declared_charset(section).as_deref()),
    };
    if !text.is_empty() && !text.ends_with('\n') {
        text.push_str("\r\n");
    }
    text
}

fn declared_charset(section: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(section).to_ascii_lowercase();
    let rest = &text[text.find("charset=")? + "charset=".len()..];
    let name = rest.trim_start_matches('"');
    let end = name.find(|letter: char| letter.is_whitespace() || "\";".contains(letter));
    let name = &name[..end.unwrap_or(name.len())];
    // Many-byte sets do not survive being guessed: their bytes may look like ASCII and break the section apart.
    charset::is_known(name).then(|| name.to_owned())
}

/// Joins neighbouring encoded words of one character set and encoding: broken senders split a character between two.
pub(super) fn join_encoded_words(section: &str) -> Cow<'_, str> {
    const SEAM: &str = "?=";
    if section.matches(SEAM).count() < 2 {
        return Cow::Borrowed(section);
    }
    let mut joined = String::with_capacity(section.len());
    let mut rest = section;
    // Start in `joined` of the prefix (`=?charset?x?`) of the word that ends where `rest` begins.
    let mut open: Option<(usize, usize)> = None;
    while let Some(position) = rest.find("=?") {
        let Some((prefix_length, word_length)) = encoded_word(&rest[position..]) else {
            joined.push_str(&rest[..position + 2]);
            rest = &rest[position + 2..];
            open = None;
            continue;
        };
        let (between, word) = (&rest[..position], &rest[position..position + word_length]);
        let prefix = &word[..prefix_length];
        let joins = open.is_some_and(|(start, length)| {
            is_folding_space(between)
                && joined[start..start + length].eq_ignore_ascii_case(prefix)
                && !joined[..joined.len() - SEAM.len()].ends_with('=')
        });
        if joins {
            joined.truncate(joined.len() - SEAM.len());
            joined.push_str(&word[prefix_length..]);
        } else {
            joined.push_str(between);
            open = Some((joined.len(), prefix_length));
            joined.push_str(word);
        }
        rest = &rest[position + word_length..];
    }
    joined.push_str(rest);
    Cow::Owned(joined)
}

/// Lengths of the prefix and of the whole encoded word at the beginning of the text.
fn encoded_word(text: &str) -> Option<(usize, usize)> {
    let mut marks = text
        .match_indices('?')
        .map(|(position, _)| position)
        .skip(1);
    let (charset_end, encoding_end, text_end) = (marks.next()?, marks.next()?, marks.next()?);
    let body = &text[..text_end];
    let whole = text_end + 2;
    // In these, every word begins and ends in ASCII: joined, they are not valid.
    let stateful = text
        .get(2..11)
        .is_some_and(|name| name.eq_ignore_ascii_case("iso-2022-"));
    let valid = !stateful
        && encoding_end == charset_end + 2
        && text[text_end..].starts_with("?=")
        && !body.contains(|letter: char| letter.is_whitespace());
    valid.then_some((encoding_end + 1, whole))
}

fn is_folding_space(text: &str) -> bool {
    !text.is_empty()
        && text.chars().all(|letter| " \t\r\n".contains(letter))
        && (!text.contains('\n') || text.ends_with([' ', '\t']))
}

/// The fields of a section in order: name, and value without its folding.
pub(super) fn fields(section: &str) -> Vec<(&str, String)> {
    let mut fields: Vec<(&str, String)> = Vec::new();
    for line in section.lines() {
        if line.starts_with([' ', '\t']) {
            if let Some((_, value)) = fields.last_mut() {
                value.push(' ');
                value.push_str(line.trim());
            }
        } else if is_field(line.as_bytes())
            && let Some((name, value)) = line.split_once(':')
        {
            fields.push((name.trim_end(), value.trim().to_owned()));
        }
    }
    fields
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sections_are_found_in_all_shapes() {
        let split = |text: &'static str| {
            let (headers, body) = split(text.as_bytes());
            (
                std::str::from_utf8(headers).unwrap(),
                std::str::from_utf8(body).unwrap(),
            )
        };
        assert_eq!(split("A: b\r\n\r\nbody"), ("A: b\r\n", "body"));
        assert_eq!(split("A: b\nC: d\n\nbody\n"), ("A: b\nC: d\n", "body\n"));
        assert_eq!(split("\u{feff}A: b\n\n"), ("A: b\n", ""));
        assert_eq!(split("From me Mon\nA: b\n\nx"), ("A: b\n", "x"));
        assert_eq!(
            split("no headers here\nA: b\n\nx"),
            ("", "no headers here\nA: b\n\nx")
        );
        assert_eq!(split("\r\nbody"), ("", "body"));
        assert_eq!(split("A: b"), ("A: b", ""));
        assert_eq!(split(""), ("", ""));
    }

    #[test]
    fn raw_8_bit_headers_follow_the_body() {
        let section =
            b"Subject: \xcf\xf0\xe8\xe2\xe5\xf2\r\nContent-Type: text/plain; charset=windows-1251";
        assert!(decode(section).starts_with("Subject: Привет\r\n"));
        assert_eq!(decode(b"Subject: Gr\xfc\xdfe\n"), "Subject: Grüße\n");
        assert_eq!(decode("Subject: Привет\n".as_bytes()), "Subject: Привет\n");
        assert_eq!(decode(b""), "");
    }

    #[test]
    fn neighbouring_words_are_joined() {
        let same = |text: &str| assert_eq!(join_encoded_words(text), text);
        assert_eq!(
            join_encoded_words("=?utf-8?Q?=D0?=\r\n =?UTF-8?q?=9F?= x"),
            "=?utf-8?Q?=D0=9F?= x"
        );
        assert_eq!(
            join_encoded_words("a =?u?B?AAAA?= =?u?B?BBBB?= =?u?B?CC==?="),
            "a =?u?B?AAAABBBBCC==?="
        );
        same("=?u?B?AA==?= =?u?B?BBBB?=");
        same("=?u?B?AAAA?= and =?u?B?BBBB?=");
        same("=?u?B?AAAA?= =?v?B?BBBB?=");
        same("S: =?u?Q?a?=\r\nT: =?u?Q?b?=\r\n");
        same("=? =?= ?= =?x?Q? y?= =?");
    }

    #[test]
    fn fields_are_unfolded() {
        let section =
            "Received: by a\r\n\twith b;\r\n  now\r\nX-Empty:\r\nnot a field\r\nSubject : hi\r\n";
        let expected = [
            ("Received", "by a with b; now"),
            ("X-Empty", ""),
            ("Subject", "hi"),
        ];
        let fields = fields(section);
        let fields: Vec<_> = fields
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        assert_eq!(fields, expected);
    }
}
