//! From text to the spanned tree, with every syntax error that can be found in one run.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;

use toml::de::{DeTable, DeValue};

use super::codes::Code;
use super::finding::{Finding, Span};
use super::report::quoted;
use super::tree::{Builder, Node, Table, Value};

/// A parsed document.
pub(super) struct Document {
    /// What could be understood.
    pub root: Table,
    /// What could not.
    pub errors: Vec<Finding>,
    /// Where the parser got lost: what was understood there may be nonsense.
    pub lost: Vec<Range<usize>>,
}

/// How often the parser starts again behind a mistake that made it lose its way.
const MAX_ATTEMPTS: usize = 8;

/// Parses a spec. The text has been let through by [`limits`](super::limits).
///
/// After some mistakes the parser gives up, or takes all that follows for a part of the mistake. Those are blanked
/// out, which moves nothing, and the rest is parsed again.
pub(super) fn document(text: &str) -> Document {
    let nowhere = Span {
        source: 0,
        start: 0,
        end: 0,
    };
    let mut document = Document {
        root: Table::empty(nowhere),
        errors: Vec::new(),
        lost: Vec::new(),
    };
    let mut masked = Cow::Borrowed(text);
    for attempt in 1..=MAX_ATTEMPTS {
        let (table, errors) = DeTable::parse_recoverable(&masked);
        document.root = Builder {
            source: 0,
            offset: 0,
        }
        .document(table.get_ref());
        let errors = one_a_line(errors, &masked);
        let blanks = match attempt {
            MAX_ATTEMPTS => Vec::new(),
            _ => take_fatal(&errors, &mut document, &masked),
        };
        if blanks.is_empty() {
            take_others(&errors, &mut document, text);
            break;
        }
        drop(table);
        masked = Cow::Owned(blanked(&masked, &blanks));
        document.lost.extend(blanks);
    }
    document
}

/// The text with blanks in these ranges, which are whole lines; line breaks stay.
fn blanked(text: &str, ranges: &[Range<usize>]) -> String {
    let mut blanked = String::with_capacity(text.len());
    for range in ranges {
        let start = range.start.max(blanked.len());
        let end = range.end.max(start);
        blanked.push_str(&text[blanked.len()..start]);
        let blank = |byte: &u8| {
            if matches!(byte, b'\n' | b'\r') {
                char::from(*byte)
            } else {
                ' '
            }
        };
        blanked.extend(text.as_bytes()[start..end].iter().map(blank));
    }
    blanked.push_str(&text[blanked.len()..]);
    blanked
}

struct SyntaxError {
    message: String,
    span: Range<usize>,
    line: Range<usize>,
}

impl SyntaxError {
    fn is_duplicate(&self) -> bool {
        self.message == "duplicate key"
    }

    fn is_unclosed_list(&self) -> bool {
        self.message.starts_with("unclosed array,")
    }

    /// Whether the parser loses the rest of the text, or the rest of the table.
    fn is_fatal(&self) -> bool {
        let signs = [
            "unclosed",
            "missing table open",
            "key with no value",
            "keys cannot be empty",
        ];
        signs.iter().any(|sign| self.message.contains(sign))
    }
}

/// The parser's errors in the order of the text. What follows an error on the same line is usually its consequence,
/// and is left out.
fn one_a_line(errors: Vec<toml::de::Error>, text: &str) -> Vec<SyntaxError> {
    let to_error = |error: toml::de::Error| {
        let range = error.span().unwrap_or(0..0);
        let start = floor(text, range.start);
        let line = line_of(text, start);
        let end = floor(text, range.end).min(line.end).max(start);
        SyntaxError {
            message: error.message().to_owned(),
            span: start..end,
            line,
        }
    };
    let mut errors: Vec<SyntaxError> = errors.into_iter().map(to_error).collect();
    errors.sort_by_key(|error| {
        (
            error.line.start,
            !error.is_unclosed_list(),
            error.span.start,
        )
    });
    errors.dedup_by_key(|error| error.line.start);
    errors
}

/// The last position at or before `position` that is between two characters.
fn floor(text: &str, position: usize) -> usize {
    let mut position = position.min(text.len());
    while !text.is_char_boundary(position) {
        position -= 1;
    }
    position
}

/// The line that the position is on, without its end.
pub(super) fn line_of(text: &str, position: usize) -> Range<usize> {
    let start = text[..position]
        .rfind('\n')
        .map_or(0, |newline| newline + 1);
    let end = text[position..]
        .find('\n')
        .map_or(text.len(), |newline| position + newline);
    start..end
}

/// Reports the errors that make the parser lose its way, and says what to blank out so that it can go on behind them.
fn take_fatal(errors: &[SyntaxError], document: &mut Document, text: &str) -> Vec<Range<usize>> {
    if let Some(unclosed) = errors.iter().find(|error| error.is_unclosed_list())
        && let Some(list) = first_list_ending_at(&document.root, unclosed.span.start)
    {
        // Everything up to the end of the list was taken for its elements. One finding says so.
        let bracket = Span {
            end: list.start + 1,
            ..list
        };
        let finding = Finding::new(Code::Syntax, "the list is never closed")
            .at(bracket, "it begins here")
            .help("put `]` at its end, and commas between its elements");
        document.errors.push(finding);
        return vec![until(text, line_of(text, list.start), |line| {
            is_header(line) || is_pair(line)
        })];
    }
    let mut blanks: Vec<Range<usize>> = Vec::new();
    for error in errors
        .iter()
        .filter(|error| error.is_fatal() && !error.is_unclosed_list())
    {
        if blanks
            .last()
            .is_some_and(|last| error.line.start < last.end)
        {
            continue;
        }
        document.errors.push(finding(error));
        // Without its header nobody knows which table the keys belong to.
        let is_broken_header = text[error.line.clone()].trim_start().starts_with('[');
        blanks.push(if is_broken_header {
            until(text, error.line.clone(), is_header)
        } else {
            error.line.clone()
        });
    }
    // To blank what is blank would go on for ever.
    blanks.retain(|range| !text[range.clone()].trim().is_empty());
    blanks
}

/// The line and all that follow, up to the next one that passes.
fn until(text: &str, first: Range<usize>, ends: impl Fn(&str) -> bool) -> Range<usize> {
    let mut end = first.end;
    while end < text.len() {
        let line = line_of(text, end + 1);
        if ends(&text[line.clone()]) {
            break;
        }
        end = line.end;
    }
    first.start..end
}

/// Whether a line is `[table]` or `[[list]]`.
fn is_header(line: &str) -> bool {
    let line = line.split('#').next().unwrap_or("").trim();
    let name = line.trim_start_matches('[').trim_end_matches(']');
    line.starts_with('[')
        && line.ends_with(']')
        && !name.trim().is_empty()
        && !name.contains([',', '[', ']', '='])
}

/// Whether a line begins with `key =`.
fn is_pair(line: &str) -> bool {
    let is_key =
        |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_' | '.' | ' ');
    line.split_once('=')
        .is_some_and(|(key, _)| !key.trim().is_empty() && key.chars().all(is_key))
}

fn first_list_ending_at(table: &Table, end: usize) -> Option<Span> {
    table
        .entries
        .iter()
        .find_map(|entry| match &entry.node.value {
            Value::Array(_) if entry.node.span.end.abs_diff(end) <= 1 => Some(entry.node.span),
            Value::Array(nodes) => nodes.iter().find_map(|node| match &node.value {
                Value::Table(table) => first_list_ending_at(table, end),
                _ => None,
            }),
            Value::Table(table) => first_list_ending_at(table, end),
            _ => None,
        })
}

/// Reports the errors that the parser got over.
fn take_others(errors: &[SyntaxError], document: &mut Document, text: &str) {
    let mut firsts = None;
    for error in errors {
        if error.is_duplicate() {
            let firsts = firsts.get_or_insert_with(|| Firsts::new(&document.root, text));
            document.errors.push(duplicate(error, firsts, text));
        } else {
            document.lost.push(error.line.clone());
            document.errors.push(finding(error));
        }
    }
}

fn finding(error: &SyntaxError) -> Finding {
    let span = Span {
        source: 0,
        start: error.span.start,
        end: error.span.end,
    };
    let (message, expected) = match error.message.split_once(", expected ") {
        Some((message, expected)) => (message, format!("expected {expected}")),
        None => (error.message.as_str(), String::new()),
    };
    Finding::new(Code::Syntax, format!("this is not TOML: {message}"))
        .at(span, expected)
        .help(advice(message))
}

/// What to do about the parser's complaint.
fn advice(message: &str) -> &'static str {
    if message.contains("escape") {
        r"in double quotation marks a backslash is written twice; in single ones it stands as it is: 'C:\Mail'"
    } else if message.contains("must be quoted") {
        "put texts in quotation marks"
    } else if message.contains("no value") || message.contains("key") {
        "every line is `key = value`, `[table]`, `[[list]]` or `# comment`"
    } else if message.contains("string") {
        "close it with the quotation mark that it began with, on the same line"
    } else if message.contains("boolean") {
        "write `true` or `false`, or put texts in quotation marks"
    } else if message.contains("table") {
        "write `[table]` or `[[list]]` on a line of its own"
    } else if message.contains("comma") || message.contains("array") {
        "put commas between the elements of a list, and `]` at its end"
    } else {
        "see https://toml.io for the format"
    }
}

/// Where keys and headers stand, to find the first of two.
struct Firsts {
    keys: HashMap<String, Vec<Span>>,
    /// Where the lines with headers begin.
    headers: Vec<usize>,
    /// The first line with each header.
    first_headers: HashMap<String, Range<usize>>,
}

impl Firsts {
    fn new(root: &Table, text: &str) -> Firsts {
        let mut keys: HashMap<String, Vec<Span>> = HashMap::new();
        let mut pending = vec![root];
        while let Some(table) = pending.pop() {
            for entry in &table.entries {
                keys.entry(entry.key.clone())
                    .or_default()
                    .push(entry.key_span);
                push_tables(&entry.node, &mut pending);
            }
        }
        keys.values_mut().for_each(|spans| spans.sort_unstable());
        let (mut headers, mut first_headers) = (Vec::new(), HashMap::new());
        let mut start = 0;
        for line in text.split('\n') {
            if line.trim_start().starts_with('[') {
                headers.push(start);
                first_headers
                    .entry(header(line))
                    .or_insert(start..start + line.trim_end().len());
            }
            start += line.len() + 1;
        }
        Firsts {
            keys,
            headers,
            first_headers,
        }
    }

    /// The last of this name before the span, in the same table: no header lies between.
    fn find(&self, key: &str, span: Span) -> Option<Span> {
        let spans = self.keys.get(key)?;
        let first = *spans.get(
            spans
                .partition_point(|other| other.start < span.start)
                .checked_sub(1)?,
        )?;
        let before = |position: usize| self.headers.partition_point(|header| *header < position);
        (before(span.start) == before(first.end)).then_some(first)
    }

    /// The first line with the same header as this line.
    fn find_header(&self, line: &str, span: Span) -> Option<Span> {
        let first = self
            .first_headers
            .get(&header(line))
            .filter(|first| first.end < span.start)?;
        Some(Span {
            source: 0,
            start: first.start,
            end: first.end,
        })
    }
}

/// The header on a line, without brackets, blanks and comment.
fn header(line: &str) -> String {
    let line = line.split('#').next().unwrap_or("");
    line.chars()
        .filter(|letter| !letter.is_whitespace() && !matches!(letter, '[' | ']'))
        .collect()
}

fn push_tables<'a>(node: &'a Node, pending: &mut Vec<&'a Table>) {
    match &node.value {
        Value::Table(table) => pending.push(table),
        Value::Array(nodes) => nodes.iter().for_each(|node| push_tables(node, pending)),
        _ => {}
    }
}

fn duplicate(error: &SyntaxError, firsts: &Firsts, text: &str) -> Finding {
    let span = Span {
        source: 0,
        start: error.span.start,
        end: error.span.end,
    };
    let key = text[error.span.clone()].trim_matches(['"', '\'']);
    let line = &text[error.line.clone()];
    let is_header = line.trim_start().starts_with('[');
    let first = if is_header {
        firsts.find_header(line, span)
    } else {
        firsts.find(key, span)
    };
    let finding = Finding::new(Code::DuplicateKey, format!("{} stands twice", quoted(key)))
        .at(span, "again here");
    let finding = match first {
        Some(first) => finding.at(first, "first here"),
        None => finding,
    };
    finding.help("put both together, or remove one of them")
}

/// Parses one value that starts at `offset` of source number `source`; `None` if it is none.
pub(super) fn value(text: &str, source: usize, offset: usize) -> Option<Node> {
    let value = DeValue::parse(text).ok()?;
    Some(Builder { source, offset }.node(&value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blanking_moves_nothing() {
        let text = "ab\r\ncé\nx📬\nend";
        let blank = blanked(text, &[line_of(text, 5), line_of(text, 8)]);
        assert_eq!(blank, "ab\r\n   \n     \nend");
        assert_eq!(blanked(text, &[0..text.len(), 4..7]).len(), text.len());
        assert_eq!(blanked(text, &[]), text);
    }

    #[test]
    fn finds_its_way_behind_mistakes() {
        let document = document("[a\nx = 1\n[b]\ny = \n[c]\nz\nw = 2\n[d]\nl = [1,\n[e]\nv = 3\n");
        let starts: Vec<usize> = document
            .errors
            .iter()
            .map(|error| error.labels[0].span.start)
            .collect();
        assert_eq!(starts.len(), 4, "{:?}", document.errors);
        let tables: Vec<&str> = document
            .root
            .entries
            .iter()
            .map(|entry| entry.key.as_str())
            .collect();
        assert_eq!(tables, ["b", "c", "d", "e"]);
    }

    #[test]
    fn lines() {
        assert_eq!(line_of("ab\ncd\n", 0), 0..2);
        assert_eq!(line_of("ab\ncd\n", 2), 0..2);
        assert_eq!(line_of("ab\ncd\n", 3), 3..5);
        assert_eq!(line_of("ab\ncd\n", 6), 6..6);
        assert!(
            is_header("[a.b]  # c")
                && is_header("[[a]]")
                && !is_header("[1, 2]")
                && !is_header("[]")
        );
        assert!(is_pair("a-b = 1") && !is_pair("= 1") && !is_pair("\"a=b\""));
    }
}
