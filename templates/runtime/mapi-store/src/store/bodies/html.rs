//! HTML bodies: their parts, and their text.
//!
//! The parser of mail turns HTML into text too, and knows every entity; but it sees no ends of lines in `</div>` and the
//! like, which this module shows it.

use mail_parser::decoders::html::html_to_text;

/// A part of an HTML document, in the order of the document; together they are the document.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Part<'a> {
    /// Text as it is shown, but for its white space.
    Text(&'a str),
    /// `&…;`
    Entity(&'a str),
    /// `<…>`
    Tag(&'a str),
    /// Comments, style sheets, scripts: nothing of it is shown.
    Hidden(&'a str),
}

/// Elements whose contents are not shown.
const HIDDEN: [&str; 4] = ["style", "script", "title", "template"];

/// Elements after which another line begins.
const LINES: [&str; 15] = [
    "p",
    "div",
    "tr",
    "li",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "blockquote",
    "table",
    "ul",
    "ol",
    "pre",
];

/// Longest name of an entity, `&` and `;` included.
const ENTITY: usize = 34;

/// The parts of a document.
pub(super) fn parts(html: &str) -> impl Iterator<Item = Part<'_>> {
    let mut rest = html;
    std::iter::from_fn(move || {
        let (part, length) = next(rest)?;
        rest = &rest[length..];
        Some(part)
    })
}

fn next(html: &str) -> Option<(Part<'_>, usize)> {
    let first = html.bytes().next()?;
    let upto = |end: Option<usize>| end.unwrap_or(html.len());
    if first == b'<' && is_markup(html) {
        if html.starts_with("<!--") {
            let length = upto(html.find("-->").map(|at| at + 3));
            return Some((Part::Hidden(&html[..length]), length));
        }
        let length = upto(end_of_tag(html));
        let (name, closes) = tag_name(&html[..length]);
        if !closes
            && HIDDEN
                .iter()
                .any(|hidden| name.eq_ignore_ascii_case(hidden))
        {
            let length = length + end_of_hidden(&html[length..], name);
            return Some((Part::Hidden(&html[..length]), length));
        }
        return Some((Part::Tag(&html[..length]), length));
    }
    if first == b'&'
        && let Some(end) = html.bytes().take(ENTITY).position(|byte| byte == b';')
        && html[1..end]
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'#')
        && end > 1
    {
        return Some((Part::Entity(&html[..=end]), end + 1));
    }
    let mut later = html.char_indices().skip(1);
    let length = upto(
        later
            .find(|(_, letter)| matches!(letter, '<' | '&'))
            .map(|(at, _)| at),
    );
    Some((Part::Text(&html[..length]), length))
}

fn is_markup(html: &str) -> bool {
    matches!(
        html.as_bytes().get(1),
        Some(byte) if byte.is_ascii_alphabetic() || matches!(byte, b'/' | b'!' | b'?')
    )
}

/// Where a tag ends: at the first `>` outside of quotation marks.
fn end_of_tag(html: &str) -> Option<usize> {
    let mut quote = None;
    for (at, byte) in html.bytes().enumerate() {
        match (quote, byte) {
            (None, b'>') => return Some(at + 1),
            // Quotation marks mean something after an equals sign only.
            (None, b'"' | b'\'') if html[..at].trim_end().ends_with('=') => quote = Some(byte),
            (Some(open), byte) if open == byte => quote = None,
            _ => {}
        }
    }
    html.find('>').map(|at| at + 1)
}

/// Where the contents of an element that is not shown end, its end tag included.
fn end_of_hidden(html: &str, name: &str) -> usize {
    let bytes = html.as_bytes();
    let mut from = 0;
    while let Some(at) = html[from..].find("</").map(|at| from + at) {
        let after = &bytes[at + 2..];
        if after.len() >= name.len() && after[..name.len()].eq_ignore_ascii_case(name.as_bytes()) {
            return at + html[at..].find('>').map_or(html.len() - at, |end| end + 1);
        }
        from = at + 2;
    }
    html.len()
}

/// The name of a tag's element, and whether it is an end tag.
fn tag_name(tag: &str) -> (&str, bool) {
    let inner = tag.trim_start_matches('<');
    let closes = inner.starts_with('/');
    let inner = inner.trim_start_matches('/');
    let end = inner
        .find(|letter: char| !letter.is_ascii_alphanumeric())
        .unwrap_or(inner.len());
    (&inner[..end], closes)
}

/// Whether a new line begins after a tag.
pub(super) fn ends_line(tag: &str) -> bool {
    let (name, closes) = tag_name(tag);
    let is = |wanted: &str| name.eq_ignore_ascii_case(wanted);
    !closes && (is("br") || is("hr")) || closes && LINES.iter().any(|line| is(line))
}

/// The text of a document, with the line ends of Windows.
pub(super) fn to_text(html: &str) -> String {
    let mut marked = String::with_capacity(html.len() + html.len() / 16);
    for part in parts(html) {
        match part {
            Part::Text(text) if text.contains('<') => marked.push_str(&text.replace('<', "&lt;")),
            Part::Text(text) | Part::Entity(text) => marked.push_str(text),
            Part::Hidden(_) => {}
            Part::Tag(tag) if ends_line(tag) => marked.push_str("<br>"),
            Part::Tag(tag) => {
                let (name, closes) = tag_name(tag);
                if !closes && (name.eq_ignore_ascii_case("td") || name.eq_ignore_ascii_case("th")) {
                    marked.push(' ');
                }
            }
        }
    }
    let text = html_to_text(&marked);
    let mut lines = Vec::new();
    for line in text.lines().map(str::trim_end) {
        // Nested elements end together: that is one empty line.
        let follows_empty = matches!(lines.last(), None | Some(&""));
        if !(line.is_empty() && follows_empty) {
            lines.push(line);
        }
    }
    while lines.last() == Some(&"") {
        lines.pop();
    }
    lines.join("\r\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_are_the_document() {
        for html in [
            "<p>a &amp; b < c && d</p><!-- > --><style>x</style>é",
            "<a href=\"x>y\" title='it''s'>é<",
            "<",
            "&",
            "&é;",
            "<!--",
            "<style>",
            "é<b>",
            "a' = <i",
        ] {
            let whole: String = parts(html)
                .map(|part| match part {
                    Part::Text(text)
                    | Part::Entity(text)
                    | Part::Tag(text)
                    | Part::Hidden(text) => text,
                })
                .collect();
            assert_eq!(whole, html);
        }
        let tags: Vec<_> = parts("<a href=\"x>y\">z").collect();
        assert_eq!(tags, [Part::Tag("<a href=\"x>y\">"), Part::Text("z")]);
    }

    #[test]
    fn blocks_are_lines() {
        let html = "<html><head><title>T</title><style>p {}</style></head><body><div>one</div>\n<div><p>two &euro; <b>three</b></p></div><ul><li>x</li><li>1 < 2</li></ul><table><tr><td>a</td><td>b</td></tr></table></body></html>";
        assert_eq!(
            to_text(html),
            "one\r\ntwo € three\r\n\r\nx\r\n1 < 2\r\n\r\na b"
        );
        assert_eq!(to_text("<p>a<br/>b</p>"), "a\r\nb");
        assert_eq!(to_text("&lt;"), "<");
        assert_eq!(to_text(""), "");
    }
}
