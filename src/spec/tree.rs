//! The spec as a tree in which everything knows its place: the TOML document with the overrides laid over it.

use std::cell::Cell;

use toml::Spanned;
use toml::de::{DeInteger, DeTable, DeValue};

use super::finding::Span;

/// A value.
#[derive(Debug, Clone)]
pub(super) struct Node {
    /// What it is.
    pub value: Value,
    /// Where it stands: a value where it is written, a table at its header.
    pub span: Span,
    /// For a value from the command line: its text, which is what was meant where a string is expected.
    pub raw: Option<Raw>,
}

impl Node {
    /// Whether it is this text.
    pub fn is_string(&self, text: &str) -> bool {
        matches!(&self.value, Value::String(value) if value == text)
    }

    /// The number, if it is one.
    pub fn as_integer(&self) -> Option<i64> {
        match self.value {
            Value::Integer(number) => number,
            _ => None,
        }
    }

    /// Whether it is a list.
    pub fn is_array(&self) -> bool {
        matches!(self.value, Value::Array(_))
    }

    /// Whether it is a list with nothing in it.
    pub fn is_empty_array(&self) -> bool {
        matches!(&self.value, Value::Array(nodes) if nodes.is_empty())
    }
}

/// The text of a value from the command line.
#[derive(Debug, Clone)]
pub(super) struct Raw {
    /// As typed.
    pub text: String,
    /// Set once somebody has read it as a string although it looks like something else.
    pub taken: Cell<bool>,
}

/// What a value is.
#[derive(Debug, Clone)]
pub(super) enum Value {
    /// Text.
    String(String),
    /// A number; `None` when it does not fit into 64 bits.
    Integer(Option<i64>),
    /// A number with a fraction, which no key of a spec takes.
    Float,
    /// Yes or no.
    Boolean(bool),
    /// A date, which no key of a spec takes.
    Datetime,
    /// A list.
    Array(Vec<Node>),
    /// Keys with values.
    Table(Table),
}

impl Value {
    /// What it is, as messages call it.
    pub fn kind(&self) -> &'static str {
        match self {
            Value::String(_) => "a string",
            Value::Integer(_) => "an integer",
            Value::Float => "a number with a fraction",
            Value::Boolean(_) => "a boolean",
            Value::Datetime => "a date",
            Value::Array(_) => "a list",
            Value::Table(_) => "a table",
        }
    }
}

/// Keys with values, in the order of the text.
#[derive(Debug, Clone)]
pub(super) struct Table {
    /// The keys.
    pub entries: Vec<Entry>,
    /// The header, or the braces with all between them.
    pub span: Span,
}

/// A key with its value.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    /// The key.
    pub key: String,
    /// Where the key stands.
    pub key_span: Span,
    /// The value.
    pub node: Node,
}

impl Table {
    /// A table from nowhere, as an override makes it.
    pub fn empty(span: Span) -> Table {
        Table {
            entries: Vec::new(),
            span,
        }
    }

    /// The entry with this key.
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.key == key)
    }

    /// The entry with this key.
    pub fn entry_mut(&mut self, key: &str) -> Option<&mut Entry> {
        self.entries.iter_mut().find(|entry| entry.key == key)
    }
}

/// Builds the tree of a document or of a value, whose text starts at `offset` of the source. The depth is bounded by
/// [`limits`](super::limits).
pub(super) struct Builder {
    /// Index of the source.
    pub source: usize,
    /// Where the text starts in it.
    pub offset: usize,
}

impl Builder {
    /// The root of a document.
    pub fn document(&self, table: &DeTable<'_>) -> Table {
        self.table(
            table,
            Span {
                source: self.source,
                start: 0,
                end: 0,
            },
        )
    }

    /// A value with all that is in it.
    pub fn node(&self, value: &Spanned<DeValue<'_>>) -> Node {
        let range = value.span();
        let span = Span {
            source: self.source,
            start: range.start + self.offset,
            end: range.end + self.offset,
        };
        let value = match value.get_ref() {
            DeValue::String(text) => Value::String(text.to_string()),
            DeValue::Integer(number) => Value::Integer(integer(number)),
            DeValue::Float(_) => Value::Float,
            DeValue::Boolean(value) => Value::Boolean(*value),
            DeValue::Datetime(_) => Value::Datetime,
            DeValue::Array(values) => {
                Value::Array(values.iter().map(|value| self.node(value)).collect())
            }
            DeValue::Table(table) => Value::Table(self.table(table, span)),
        };
        Node {
            value,
            span,
            raw: None,
        }
    }

    fn table(&self, table: &DeTable<'_>, span: Span) -> Table {
        let entries = table.iter().map(|(key, value)| {
            let range = key.span();
            let key_span = Span {
                source: self.source,
                start: range.start + self.offset,
                end: range.end + self.offset,
            };
            Entry {
                key: key.get_ref().to_string(),
                key_span,
                node: self.node(value),
            }
        });
        let mut entries: Vec<Entry> = entries.collect();
        // The parser sorts by key; findings and folders want the order of the text.
        entries.sort_by_key(|entry| entry.key_span);
        Table { entries, span }
    }
}

fn integer(number: &DeInteger<'_>) -> Option<i64> {
    i64::from_str_radix(number.as_str(), number.radix()).ok()
}
