//! Values from the command line, laid over the tree of the file.

use std::cell::Cell;
use std::ops::Range;

use super::codes::Code;
use super::finding::{Finding, Source, Span};
use super::limits;
use super::parse;
use super::report::{Report, quoted};
use super::schema;
use super::tree::{Entry, Node, Raw, Table, Value};

/// A value given on the command line, which replaces or adds to what the file says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Override {
    /// Where it came from, as diagnostics name it: `--set`, or `<NAME>` for the name argument of `new`.
    pub origin: String,
    /// The argument as typed: findings point into it.
    text: String,
    /// The dotted key, if it is not in the text.
    key: Option<String>,
}

impl Override {
    /// The argument of `--set`: `KEY=VALUE`.
    ///
    /// The key is dotted: `provider.vendor`, `sync.retry.attempts`, `folders.Inbox.comment`,
    /// `settings.server.default`. An element of a list of tables is named by its id, name or key, or by its number
    /// from 0; a part with a period stands in quotation marks. The value is TOML; where a string is expected, what is
    /// no string stands for itself.
    pub fn set(argument: &str) -> Override {
        Override {
            origin: "--set".into(),
            text: argument.into(),
            key: None,
        }
    }

    /// The crate name from the command line, which wins over the file's.
    pub fn name(name: &str) -> Override {
        Override {
            origin: "<NAME>".into(),
            text: name.into(),
            key: Some("provider.name".into()),
        }
    }

    /// The key with its place in the text, and the place of the value.
    fn parts(&self) -> Option<(&str, Range<usize>)> {
        match &self.key {
            Some(key) => Some((key, 0..self.text.len())),
            None => {
                let equals = self.text.find('=')?;
                let after = &self.text[equals + 1..];
                let start = equals + 1 + (after.len() - after.trim_start().len());
                Some((
                    &self.text[..equals],
                    start..start.max(self.text.trim_end().len()),
                ))
            }
        }
    }
}

/// A part of a dotted key.
struct Part {
    name: String,
    span: Span,
}

/// Lays the overrides over the tree, one after the other.
pub(super) fn apply(
    root: &mut Table,
    overrides: &[Override],
    sources: &mut Vec<Source>,
    report: &Report,
) {
    for change in overrides {
        let source = sources.len();
        sources.push(Source {
            name: change.origin.clone(),
            text: change.text.clone(),
        });
        if let Err(finding) = apply_one(root, change, source) {
            finding.report(report);
        }
    }
}

fn apply_one(root: &mut Table, change: &Override, source: usize) -> Result<(), Finding> {
    let whole = Span {
        source,
        start: 0,
        end: change.text.len(),
    };
    if limits::refuse(&change.text).is_some() {
        return Err(Finding::new(
            Code::BadOverride,
            "the argument is too large or nested too deep",
        )
        .help("write it into the spec file"));
    }
    let bad = |message: &str| {
        Finding::new(Code::BadOverride, message.to_owned())
            .at(whole, "")
            .help("write `--set KEY=VALUE`: `--set provider.vendor=Contoso`, `--set sync.batch-size=20`")
    };
    let (key, value) = change
        .parts()
        .ok_or_else(|| bad("the argument has no `=`"))?;
    let key_offset = change.key.is_none().then_some(0);
    let parts = split_key(key, source, key_offset, whole)
        .ok_or_else(|| bad("the key is not a dotted key"))?;
    let node = read_value(
        &change.text[value.clone()],
        source,
        value.start,
        change.key.is_some(),
    )
    .ok_or_else(|| bad("the value is not TOML"))?;
    set_in_table(root, &parts, node, "")
}

/// The parts of a dotted key. `offset` is its place in the source, `None` if it is not there.
fn split_key(key: &str, source: usize, offset: Option<usize>, whole: Span) -> Option<Vec<Part>> {
    const MAX_PARTS: usize = 8;
    let mut parts = Vec::new();
    let mut at = 0;
    loop {
        let blanks = key[at..].len() - key[at..].trim_start().len();
        let start = at + blanks;
        let (name, next) = match key[start..].chars().next() {
            Some(quote @ ('"' | '\'')) => {
                let length = key[start + 1..].find(quote)?;
                (&key[start + 1..start + 1 + length], start + length + 2)
            }
            _ => {
                let length = key[start..].find('.').unwrap_or(key.len() - start);
                (key[start..start + length].trim_end(), start + length)
            }
        };
        let is_quoted = key[start..].starts_with(['"', '\'']);
        if (name.is_empty() && !is_quoted) || parts.len() == MAX_PARTS {
            return None;
        }
        let end = if is_quoted { next } else { start + name.len() };
        let span = offset.map_or(whole, |offset| Span {
            source,
            start: offset + start,
            end: offset + end,
        });
        parts.push(Part {
            name: name.to_owned(),
            span,
        });
        let rest = key[next..].trim_start();
        if rest.is_empty() {
            return Some(parts);
        }
        at = key.len() - rest.strip_prefix('.')?.len();
    }
}

/// A value as TOML, or what is none as a string. What begins like TOML must be TOML.
fn read_value(text: &str, source: usize, offset: usize, is_plain: bool) -> Option<Node> {
    let parsed = if is_plain {
        None
    } else {
        parse::value(text, source, offset)
    };
    let span = Span {
        source,
        start: offset,
        end: offset + text.len(),
    };
    let raw = Some(Raw {
        text: text.to_owned(),
        taken: Cell::new(false),
    });
    match parsed {
        Some(node) => Some(Node { raw, ..node }),
        None if !is_plain && text.starts_with(['[', '{', '"', '\'']) => None,
        None => Some(Node {
            value: Value::String(text.to_owned()),
            span,
            raw,
        }),
    }
}

fn set_in_table(table: &mut Table, parts: &[Part], value: Node, path: &str) -> Result<(), Finding> {
    let [part, rest @ ..] = parts else {
        return Ok(());
    };
    let is_list = path.is_empty() && schema::LISTS.contains(&part.name.as_str());
    let Some(entry) = table.entry_mut(&part.name) else {
        if is_list && !rest.is_empty() {
            return Err(Finding::new(
                Code::UnknownElement,
                format!("the spec has no {}", quoted(&part.name)),
            )
            .at(part.span, "")
            .help(format!(
                "write `[[{}]]` into the spec file first",
                part.name
            )));
        }
        let node = match rest {
            [] => value,
            _ => {
                let mut inner = Table::empty(part.span);
                set_in_table(&mut inner, rest, value, &part.name)?;
                Node {
                    value: Value::Table(inner),
                    span: part.span,
                    raw: None,
                }
            }
        };
        table.entries.push(Entry {
            key: part.name.clone(),
            key_span: part.span,
            node,
        });
        return Ok(());
    };
    if rest.is_empty() {
        entry.key_span = part.span;
    }
    set_in_node(&mut entry.node, part, rest, value)
}

fn set_in_node(node: &mut Node, part: &Part, rest: &[Part], value: Node) -> Result<(), Finding> {
    let [next, after @ ..] = rest else {
        *node = value;
        return Ok(());
    };
    match &mut node.value {
        Value::Table(table) => set_in_table(table, rest, value, &part.name),
        Value::Array(nodes) => {
            let index =
                element(nodes, &next.name).ok_or_else(|| unknown_element(nodes, part, next))?;
            set_in_node(&mut nodes[index], next, after, value)
        }
        other => Err(Finding::new(
            Code::BadOverride,
            format!("{} is {} and has no keys", quoted(&part.name), other.kind()),
        )
        .at(next.span, "")
        .help("leave this part of the key out")),
    }
}

/// The keys by which an element of a list is named.
const NAMES: [&str; 3] = ["id", "key", "name"];

/// The element that is called so, or has this number.
fn element(nodes: &[Node], name: &str) -> Option<usize> {
    for key in NAMES {
        let is_called_so = |node: &Node| match &node.value {
            Value::Table(table) => table.entry(key).is_some_and(
                |entry| matches!(&entry.node.value, Value::String(text) if text == name),
            ),
            _ => false,
        };
        if let Some(index) = nodes.iter().position(is_called_so) {
            return Some(index);
        }
    }
    name.parse().ok().filter(|index| *index < nodes.len())
}

fn unknown_element(nodes: &[Node], part: &Part, next: &Part) -> Finding {
    let names = nodes.iter().filter_map(|node| match &node.value {
        Value::Table(table) => NAMES
            .iter()
            .find_map(|key| match &table.entry(key)?.node.value {
                Value::String(text) => Some(text.as_str()),
                _ => None,
            }),
        _ => None,
    });
    Finding::new(Code::UnknownElement, format!("{} has no element {}", quoted(&part.name), quoted(&next.name)))
        .at(next.span, "")
        .suggest(super::suggest::nearest(&next.name, names))
        .help("name an element by its id, name or key, or by its number from 0; new ones are added in the spec file")
}

/// Writes the overrides into the text of a spec. `root` is the tree that they were laid over and that has been read.
pub(super) fn write(document: &mut toml_edit::DocumentMut, overrides: &[Override], root: &Table) {
    for change in overrides {
        let Some((key, range)) = change.parts() else {
            continue;
        };
        let nowhere = Span {
            source: 0,
            start: 0,
            end: 0,
        };
        let Some(parts) = split_key(key, 0, None, nowhere) else {
            continue;
        };
        let text = &change.text[range];
        let is_text = change.key.is_some() || taken_as_string(root, &parts);
        let value = text.parse::<toml_edit::Value>().ok().filter(|_| !is_text);
        let value = value.unwrap_or_else(|| text.into());
        write_into(document.as_item_mut(), &parts, value);
    }
}

fn taken_as_string(root: &Table, parts: &[Part]) -> bool {
    let mut table = root;
    let mut parts = parts.iter();
    while let Some(entry) = parts.next().and_then(|part| table.entry(&part.name)) {
        let mut node = &entry.node;
        if let Value::Array(nodes) = &node.value
            && let Some(part) = parts.next()
        {
            let Some(index) = element(nodes, &part.name) else {
                return false;
            };
            node = &nodes[index];
        }
        match &node.value {
            Value::Table(inner) => table = inner,
            _ => return node.raw.as_ref().is_some_and(|raw| raw.taken.get()),
        }
    }
    false
}

fn write_into(item: &mut toml_edit::Item, parts: &[Part], value: toml_edit::Value) {
    let [part, rest @ ..] = parts else {
        // Comments around the old value stay where they are.
        let decor = item.as_value().map(|old| old.decor().clone());
        *item = toml_edit::Item::Value(value);
        if let (Some(decor), Some(value)) = (decor, item.as_value_mut()) {
            *value.decor_mut() = decor;
        }
        return;
    };
    if let Some(tables) = item.as_array_of_tables_mut() {
        let index = NAMES.iter().find_map(|key| {
            tables.iter().position(|table| {
                table.get(key).and_then(toml_edit::Item::as_str) == Some(&part.name)
            })
        });
        if let Some(table) = index
            .or_else(|| part.name.parse().ok())
            .and_then(|index| tables.get_mut(index))
        {
            let mut inner = toml_edit::Item::Table(std::mem::take(table));
            write_into(&mut inner, rest, value);
            if let toml_edit::Item::Table(inner) = inner {
                *table = inner;
            }
        }
        return;
    }
    if let Some(array) = item.as_array_mut() {
        let index = NAMES.iter().find_map(|key| {
            array.iter().position(|element| {
                element
                    .as_inline_table()
                    .and_then(|table| table.get(key))
                    .and_then(toml_edit::Value::as_str)
                    == Some(&part.name)
            })
        });
        if let Some(element) = index
            .or_else(|| part.name.parse().ok())
            .and_then(|index| array.get_mut(index))
        {
            let mut inner = toml_edit::Item::Value(element.clone());
            write_into(&mut inner, rest, value);
            if let toml_edit::Item::Value(inner) = inner {
                *element = inner;
            }
        }
        return;
    }
    if let Some(table) = item.as_table_like_mut() {
        let inner = match table.entry(&part.name) {
            toml_edit::Entry::Occupied(entry) => entry.into_mut(),
            toml_edit::Entry::Vacant(entry) if rest.is_empty() => {
                entry.insert(toml_edit::Item::None)
            }
            toml_edit::Entry::Vacant(entry) => entry.insert(toml_edit::table()),
        };
        write_into(inner, rest, value);
    }
}
