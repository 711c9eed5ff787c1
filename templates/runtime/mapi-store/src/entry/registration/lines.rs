//! The lines of a private profile file, as the readers of Windows take them apart.

/// One line, and where it stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Line<'a> {
    /// All of it, with its end.
    pub(super) whole: &'a str,
    /// How many headers came before and with it; 0 is what stands before the first section.
    pub(super) section: usize,
    /// What it says.
    pub(super) content: Content<'a>,
}

/// What a line says.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Content<'a> {
    /// The start of a section, with what stands in the brackets, blanks included.
    Header(&'a str),
    /// A key and its value, both without the blanks around them.
    Entry(&'a str, &'a str),
    /// A blank line or a comment.
    Nothing,
    /// Text that is none of these.
    Other,
}

/// The lines of a text.
pub(super) fn lines(text: &str) -> impl Iterator<Item = Line<'_>> {
    let mut rest = text;
    let mut section = 0;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let whole;
        (whole, rest) = rest.split_at(length(rest));
        let content = content(whole);
        section += usize::from(matches!(content, Content::Header(_)));
        Some(Line {
            whole,
            section,
            content,
        })
    })
}

/// How long the end of the last line is; 0 if it has none.
pub(super) fn length_of_end(text: &str) -> usize {
    match text.as_bytes() {
        [.., b'\r', b'\n'] => 2,
        [.., b'\r' | b'\n'] => 1,
        _ => 0,
    }
}

/// Without the blanks around it. Only ASCII has any: bytes of a code page stand for characters that Unicode calls blanks.
pub(super) fn trim(text: &str) -> &str {
    text.trim_matches(|character: char| character.is_ascii_whitespace() || character == '\x0B')
}

/// Where the first line ends. The readers know all three ends.
fn length(text: &str) -> usize {
    match text.find(['\r', '\n']) {
        None => text.len(),
        Some(at) if text[at..].starts_with("\r\n") => at + 2,
        Some(at) => at + 1,
    }
}

fn content(line: &str) -> Content<'_> {
    let line = trim(line);
    if line.is_empty() || line.starts_with(';') {
        return Content::Nothing;
    }
    let header = line.strip_prefix('[').and_then(|rest| rest.split_once(']'));
    if let Some((name, _)) = header {
        return Content::Header(name);
    }
    match line.split_once('=') {
        Some((key, value)) => Content::Entry(trim(key), trim(value)),
        None => Content::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_end_of_a_line_is_one() {
        let text = "a=1\r\n\n[ B ] x\rc = d = e \r\r\n;[x]\n\u{a0}=\u{85}\ny";
        let found: Vec<_> = lines(text)
            .map(|line| (line.section, line.content))
            .collect();
        assert_eq!(
            found,
            [
                (0, Content::Entry("a", "1")),
                (0, Content::Nothing),
                (1, Content::Header(" B ")),
                (1, Content::Entry("c", "d = e")),
                (1, Content::Nothing),
                (1, Content::Nothing),
                (1, Content::Entry("\u{a0}", "\u{85}")),
                (1, Content::Other),
            ]
        );
        assert_eq!(lines(text).map(|line| line.whole).collect::<String>(), text);
    }
}
