//! From text to the spanned tree, with every syntax error that the parser can find in one run.

use std::ops::Range;

use toml::de::{DeTable, DeValue};

use super::codes::Code;
use super::finding::{Finding, Span};
use super::tree::{Builder, Entry, Node, Table, Value};

/// A parsed document.
pub(super) struct Document {
    /// What could be understood.
    pub root: Table,
    /// What could not.
    pub errors: Vec<Finding>,
    /// Where the parser got lost: what was understood there may be nonsense.
    pub lost: Vec<Range<usize>>,
}

/// Parses a spec. The text has been let through by [`limits`](super::limits).
pub(super) fn document(text: &str) -> Document {
    let (table, errors) = DeTable::parse_recoverable(text);
    let root = Builder {
        source: 0,
        offset: 0,
    }
    .document(table.get_ref());
    let mut errors: Vec<SyntaxError> = errors
        .into_iter()
        .map(|error| SyntaxError {
            message: error.message().to_owned(),
            span: shown(error.span().unwrap_or(0..0), text),
        })
        .collect();
    errors.sort_by_key(|error| (error.span.start, error.span.end));
    let mut document = Document {
        root,
        errors: Vec::new(),
        lost: Vec::new(),
    };
    take_unclosed_lists(&mut document, &mut errors);
    // What follows an error on the same line is usually its consequence.
    let mut last_line = None;
    for error in errors {
        let line = line_of(text, error.span.start);
        if last_line.as_ref() != Some(&line) {
            let finding = finding(&error, &document.root, text);
            if finding.code == Code::Syntax {
                document.lost.push(line.clone());
            }
            document.errors.push(finding);
            last_line = Some(line);
        }
    }
    document
}

struct SyntaxError {
    message: String,
    span: Range<usize>,
}

/// A list that is never closed swallows all that follows, and every line of it is an error. One finding says so.
fn take_unclosed_lists(document: &mut Document, errors: &mut Vec<SyntaxError>) {
    while let Some(unclosed) = errors
        .iter()
        .find(|error| error.message.starts_with("unclosed array,"))
    {
        let end = unclosed.span.start;
        let list = first_list_ending_at(&document.root, end);
        let Some(start) = list.map(|list| list.start) else {
            return;
        };
        errors.retain(|error| error.span.start < start || error.span.start > end);
        document.lost.push(start..end + 1);
        let bracket = Span {
            source: 0,
            start,
            end: start + 1,
        };
        let finding = Finding::new(Code::Syntax, "the list is never closed")
            .at(bracket, "it begins here")
            .help("put `]` at its end, and commas between its elements");
        document.errors.push(finding);
    }
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

/// The span, moved from the line break that an error about the end of a line points at to the line's last character,
/// and cut at the end of the line.
fn shown(span: Range<usize>, text: &str) -> Range<usize> {
    let start = floor(text, span.start);
    let line = line_of(text, start);
    let end = floor(text, span.end).min(line.end).max(start);
    start..end
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

fn finding(error: &SyntaxError, root: &Table, text: &str) -> Finding {
    let span = Span {
        source: 0,
        start: error.span.start,
        end: error.span.end,
    };
    if error.message == "duplicate key" {
        return duplicate(span, root, text);
    }
    let (message, expected) = match error.message.split_once(", expected ") {
        Some((message, expected)) => (message, Some(expected)),
        None => (error.message.as_str(), None),
    };
    let finding = Finding::new(Code::Syntax, format!("this is not TOML: {message}"));
    let finding = finding.at(
        span,
        expected
            .map(|expected| format!("expected {expected}"))
            .unwrap_or_default(),
    );
    finding.help(advice(message))
}

/// What to do about the parser's complaint.
fn advice(message: &str) -> &'static str {
    if message.contains("escape") {
        r"a backslash in double quotation marks is written twice; in single ones it stands as it is: 'C:\Mail'"
    } else if message.contains("must be quoted") {
        "put texts in quotation marks"
    } else if message.contains("no value") || message.contains("key") {
        "every line is `key = value`, `[table]`, `[[list]]` or `# comment`"
    } else if message.contains("string") {
        "close it with the quotation mark that it began with, on the same line"
    } else if message.contains("table") {
        "write `[table]` or `[[list]]` on a line of its own"
    } else if message.contains("comma") || message.contains("array") {
        "put commas between the elements of a list, and `]` at its end"
    } else {
        "see https://toml.io for the format"
    }
}

fn duplicate(span: Span, root: &Table, text: &str) -> Finding {
    let key = text[span.start..span.end].trim_matches(['"', '\'']);
    let is_header = text[line_of(text, span.start)]
        .trim_start()
        .starts_with('[');
    let finding = Finding::new(
        Code::DuplicateKey,
        format!("{} stands twice", super::report::quoted(key)),
    );
    let finding = finding.at(span, "again here");
    // The first one is the last of that name before this one, in the same table: no header lies between.
    let mut best: Option<Span> = None;
    let mut pending = vec![root];
    while let Some(table) = pending.pop() {
        for Entry {
            key: other,
            key_span,
            node,
        } in &table.entries
        {
            if other == key
                && key_span.start < span.start
                && best.is_none_or(|best| best < *key_span)
            {
                best = Some(*key_span);
            }
            push_tables(node, &mut pending);
        }
    }
    let same_table = |first: &Span| !text[first.end..span.start].contains("\n[");
    let finding = match best.filter(|first| is_header || same_table(first)) {
        Some(first) => finding.at(first, "first here"),
        None => finding,
    };
    finding.help("put both together, or remove one of them")
}

fn push_tables<'a>(node: &'a Node, pending: &mut Vec<&'a Table>) {
    match &node.value {
        Value::Table(table) => pending.push(table),
        Value::Array(nodes) => nodes.iter().for_each(|node| push_tables(node, pending)),
        _ => {}
    }
}

/// Parses one value that starts at `offset` of source number `source`; `None` if it is none.
pub(super) fn value(text: &str, source: usize, offset: usize) -> Option<Node> {
    let value = DeValue::parse(text).ok()?;
    Some(Builder { source, offset }.node(&value))
}
