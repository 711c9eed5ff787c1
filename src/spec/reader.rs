//! Reading a table key by key: types, ranges, words, and at the end the keys that nobody asked for.

use std::ops::RangeInclusive;

use super::codes::Code;
use super::finding::{Finding, Span};
use super::report::{Report, Spanned, one_of, quoted};
use super::schema::{self, Section};
use super::text;
use super::tree::{Entry, Node, Table, Value};
use super::words::Word;

/// What a text may be.
#[derive(Clone, Copy)]
pub(super) struct Rules {
    /// The most characters.
    pub longest: usize,
    /// Whether nothing is also something.
    pub may_be_empty: bool,
    /// Whether it goes into mapisvc.inf as it stands.
    pub for_inf: bool,
}

impl Rules {
    /// A name that people read: 1 to 128 characters, fit for mapisvc.inf.
    pub const NAME: Rules = Rules {
        longest: 128,
        may_be_empty: false,
        for_inf: true,
    };
    /// A line of text: 1 to 255 characters.
    pub const LINE: Rules = Rules {
        longest: 255,
        may_be_empty: false,
        for_inf: false,
    };
    /// A line of text or nothing.
    pub const OPTIONAL_LINE: Rules = Rules {
        longest: 1000,
        may_be_empty: true,
        for_inf: false,
    };
}

/// A list of words of a vocabulary.
pub(super) struct Words<W> {
    /// The words, each once.
    pub words: Vec<Spanned<W>>,
    /// Whether everything in the list is a word; if not, nothing can be said about what is missing.
    pub all_known: bool,
}

/// A table of the spec while it is being read.
pub(super) struct TableReader<'a> {
    table: &'a Table,
    section: &'static Section,
    report: &'a Report,
    /// Set when something else stands in the table's place, so that nothing is required of it.
    silent: bool,
}

impl<'a> TableReader<'a> {
    /// Starts reading, and reports the keys that the section does not have.
    pub fn new(table: &'a Table, section: &'static Section, report: &'a Report) -> TableReader<'a> {
        let reader = TableReader {
            table,
            section,
            report,
            silent: false,
        };
        reader.report_unknown_keys();
        reader
    }

    fn report_unknown_keys(&self) {
        for entry in &self.table.entries {
            let key = entry.key.as_str();
            if self.section.keys.contains(&key) {
                continue;
            }
            let message = format!("unknown key {} in {}", quoted(key), self.section.name());
            let finding = Finding::new(Code::UnknownKey, message).at(entry.key_span, "");
            let finding =
                if let Some(near) = self.report.nearest(key, self.section.keys.iter().copied()) {
                    finding.suggest(Some(near))
                } else if let Some(other) = schema::section_with(key) {
                    finding.help(format!("{} belongs in {}", quoted(key), other.name()))
                } else {
                    finding.help(format!(
                        "{} takes {}",
                        self.section.name(),
                        one_of(self.section.keys)
                    ))
                };
            finding.report(self.report);
        }
    }

    /// Where the table stands.
    pub fn span(&self) -> Span {
        self.table.span
    }

    /// The entry with this key.
    pub fn entry(&self, key: &str) -> Option<&'a Entry> {
        debug_assert!(
            self.section.keys.contains(&key),
            "`{key}` is not in the schema of {}",
            self.section.path
        );
        self.table.entry(key)
    }

    /// Whether the key is there, right or wrong.
    pub fn has(&self, key: &str) -> bool {
        self.entry(key).is_some()
    }

    /// Reports that the key is absent, if it is.
    pub fn require(&self, key: &str, help: &str) {
        if self.silent || self.has(key) {
            return;
        }
        let finding = Finding::new(
            Code::MissingKey,
            format!("{} has no {}", self.section.name(), quoted(key)),
        );
        let finding = match self.table.span {
            Span {
                start: 0, end: 0, ..
            } => finding,
            span => finding.at(span, format!("{} is missing here", quoted(key))),
        };
        finding.help(help).report(self.report);
    }

    /// Reports that a key has no meaning here, if it is there.
    pub fn forbid(&self, key: &str, why: &str, help: &str) {
        if let Some(entry) = self.entry(key) {
            Finding::new(Code::MisplacedKey, format!("{} {why}", quoted(key)))
                .at(entry.key_span, "")
                .help(help)
                .report(self.report);
        }
    }

    fn wrong_type(&self, node: &Node, key: &str, expected: &str, help: String) {
        let found = node.value.kind();
        Finding::new(
            Code::WrongType,
            format!("{} must be {expected}, not {found}", quoted(key)),
        )
        .at(node.span, format!("this is {found}"))
        .help(help)
        .report(self.report);
    }

    /// A string, whatever is in it.
    pub fn string(&self, key: &str) -> Option<Spanned<String>> {
        self.string_of(&self.entry(key)?.node, key)
    }

    fn string_of(&self, node: &Node, key: &str) -> Option<Spanned<String>> {
        match (&node.value, &node.raw) {
            (Value::String(text), _) => Some(Spanned {
                value: text.clone(),
                span: node.span,
            }),
            // On the command line `--set provider.vendor=1984` means a text.
            (Value::Integer(_) | Value::Float | Value::Boolean(_) | Value::Datetime, Some(raw)) => {
                raw.taken.set(true);
                Some(Spanned {
                    value: raw.text.clone(),
                    span: node.span,
                })
            }
            _ => {
                self.wrong_type(
                    node,
                    key,
                    "a string",
                    format!("put it in quotation marks: `{key} = \"...\"`"),
                );
                None
            }
        }
    }

    /// A string that keeps the rules.
    pub fn text(&self, key: &str, rules: Rules) -> Option<Spanned<String>> {
        let text = self.string(key)?;
        self.check_text(&text, key, rules).then_some(text)
    }

    /// Reports what is wrong with a text. Warnings do not count.
    pub fn check_text(&self, text: &Spanned<String>, key: &str, rules: Rules) -> bool {
        let Spanned { value, span } = text;
        let finding = if value.is_empty() && !rules.may_be_empty {
            Finding::new(Code::Empty, format!("{} is empty", quoted(key)))
                .at(*span, "")
                .help("write something here")
        } else if value.chars().count() > rules.longest {
            let message = format!(
                "{} is longer than {} characters",
                quoted(key),
                rules.longest
            );
            Finding::new(Code::TooLong, message)
                .at(*span, format!("{} characters", value.chars().count()))
                .help("shorten it")
        } else if let Some(why) = text::bad_character(value) {
            Finding::new(
                Code::BadCharacter,
                format!("{} cannot be used: {why}", quoted(key)),
            )
            .at(*span, "")
            .help("write it on one line, with visible characters only")
        } else if let Some(why) = text::bad_inf_character(value).filter(|_| rules.for_inf) {
            Finding::new(
                Code::InfCharacter,
                format!("{} does not survive mapisvc.inf: {why}", quoted(key)),
            )
            .at(*span, "")
            .help("mapisvc.inf is an INI file; leave the character out")
        } else {
            if rules.for_inf && !value.is_ascii() {
                Finding::new(Code::InfCodePage, format!("{} is not ASCII", quoted(key)))
                    .at(*span, "")
                    .help("MAPI reads mapisvc.inf in the machine's code page, so this looks different on some machines")
                    .report(self.report);
            }
            return true;
        };
        finding.report(self.report);
        false
    }

    /// A boolean.
    pub fn boolean(&self, key: &str) -> Option<bool> {
        let node = &self.entry(key)?.node;
        match node.value {
            Value::Boolean(value) => Some(value),
            _ => {
                self.wrong_type(
                    node,
                    key,
                    "a boolean",
                    format!("write `{key} = true` or `{key} = false`"),
                );
                None
            }
        }
    }

    /// An integer in a range; `unit` is what it counts, or empty.
    pub fn integer(
        &self,
        key: &str,
        range: RangeInclusive<i64>,
        unit: &str,
    ) -> Option<Spanned<i64>> {
        let number = self.any_integer(key)?;
        self.in_range(&number, key, range, unit).then_some(number)
    }

    /// An integer of 64 bits.
    pub fn any_integer(&self, key: &str) -> Option<Spanned<i64>> {
        let node = &self.entry(key)?.node;
        match node.value {
            Value::Integer(Some(value)) => Some(Spanned {
                value,
                span: node.span,
            }),
            Value::Integer(None) => {
                Finding::new(
                    Code::OutOfRange,
                    format!("{} does not fit into 64 bits", quoted(key)),
                )
                .at(node.span, "")
                .help("write a smaller number")
                .report(self.report);
                None
            }
            Value::Float => {
                self.wrong_type(
                    node,
                    key,
                    "an integer",
                    format!("write a whole number: `{key} = 1`"),
                );
                None
            }
            _ => {
                self.wrong_type(
                    node,
                    key,
                    "an integer",
                    format!("write a number without quotation marks: `{key} = 1`"),
                );
                None
            }
        }
    }

    /// Reports a number outside the range.
    pub fn in_range(
        &self,
        number: &Spanned<i64>,
        key: &str,
        range: RangeInclusive<i64>,
        unit: &str,
    ) -> bool {
        if range.contains(&number.value) {
            return true;
        }
        let (low, high) = (range.start(), range.end());
        let unit = if unit.is_empty() {
            String::new()
        } else {
            format!(" {unit}")
        };
        Finding::new(
            Code::OutOfRange,
            format!("{} is outside {low} to {high}{unit}", quoted(key)),
        )
        .at(number.span, "")
        .help(format!("use a number from {low} to {high}"))
        .report(self.report);
        false
    }

    /// A word of a vocabulary.
    pub fn word<W: Word>(&self, key: &str) -> Option<Spanned<W>> {
        self.word_of(&self.entry(key)?.node, key)
    }

    fn word_of<W: Word>(&self, node: &Node, key: &str) -> Option<Spanned<W>> {
        let text = self.string_of(node, key)?;
        if let Some(value) = W::from_word(&text.value) {
            return Some(Spanned {
                value,
                span: text.span,
            });
        }
        let message = format!("{} is not a value of {}", quoted(&text.value), quoted(key));
        let finding = Finding::new(Code::UnknownWord, message).at(text.span, "");
        let finding = match self.report.nearest(&text.value, W::WORDS.iter().copied()) {
            Some(near) => finding.suggest(Some(near)),
            None => finding.help(format!("{} is {}", quoted(key), one_of(W::WORDS))),
        };
        finding.report(self.report);
        None
    }

    /// A list of words, each once. What is wrong in it is reported and left out.
    pub fn words<W: Word>(&self, key: &str) -> Option<Words<W>> {
        let mut words: Vec<Spanned<W>> = Vec::new();
        let mut all_known = true;
        for node in self.array(key)? {
            let Some(word) = self.word_of::<W>(node, key) else {
                all_known = false;
                continue;
            };
            match words.iter().find(|other| other.value == word.value) {
                Some(first) => self.duplicate_word(word.value.word(), key, word.span, first.span),
                None => words.push(word),
            }
        }
        Some(Words { words, all_known })
    }

    fn duplicate_word(&self, word: &str, key: &str, span: Span, first: Span) {
        Finding::new(
            Code::DuplicateWord,
            format!("{} stands twice in {}", quoted(word), quoted(key)),
        )
        .at(span, "again here")
        .at(first, "first here")
        .help("remove one of them")
        .report(self.report);
    }

    /// A list of texts that keep the rules, each at most once, at most `most`.
    pub fn texts(&self, key: &str, rules: Rules, most: usize) -> Option<Vec<Spanned<String>>> {
        let nodes = self.array(key)?;
        if nodes.len() > most {
            self.too_many(self.entry(key)?.key_span, key, nodes.len(), most);
            return None;
        }
        let mut texts: Vec<Spanned<String>> = Vec::new();
        for node in nodes {
            let Some(text) = self
                .string_of(node, key)
                .filter(|text| self.check_text(text, key, rules))
            else {
                continue;
            };
            match texts.iter().find(|other| other.value == text.value) {
                Some(first) => self.duplicate_word(&text.value, key, text.span, first.span),
                None => texts.push(text),
            }
        }
        Some(texts)
    }

    /// A list of arguments for a program, at most `most`; the same one may stand there again.
    pub fn arguments(&self, key: &str, most: usize) -> Option<Vec<Spanned<String>>> {
        let nodes = self.array(key)?;
        if nodes.len() > most {
            self.too_many(self.entry(key)?.key_span, key, nodes.len(), most);
            return None;
        }
        let rules = Rules {
            longest: 1000,
            ..Rules::LINE
        };
        let texts: Vec<Spanned<String>> = (nodes.iter())
            .filter_map(|node| self.string_of(node, key))
            .filter(|text| self.check_text(text, key, rules))
            .collect();
        // With one of them left out the others would mean something else.
        (texts.len() == nodes.len()).then_some(texts)
    }

    fn array(&self, key: &str) -> Option<&'a [Node]> {
        let node = &self.entry(key)?.node;
        match &node.value {
            Value::Array(nodes) => Some(nodes),
            _ => {
                self.wrong_type(
                    node,
                    key,
                    "a list of strings",
                    format!("write `{key} = [\"...\"]`"),
                );
                None
            }
        }
    }

    /// A table in this one.
    pub fn table(&self, key: &str, section: &'static Section) -> Option<TableReader<'a>> {
        let node = &self.entry(key)?.node;
        match &node.value {
            Value::Table(table) => Some(TableReader::new(table, section, self.report)),
            _ => {
                let help = format!(
                    "write `{}` on a line of its own and its keys below",
                    section.path
                );
                self.wrong_type(node, key, "a table", help);
                None
            }
        }
    }

    /// A table in this one; `nothing` if it is absent or something else.
    pub fn table_or_empty(
        &self,
        key: &str,
        section: &'static Section,
        nothing: &'a Table,
    ) -> TableReader<'a> {
        let silent = self.has(key);
        self.table(key, section).unwrap_or(TableReader {
            table: nothing,
            section,
            report: self.report,
            silent,
        })
    }

    /// The tables of a list, at most `most`; empty if there is none.
    pub fn tables(
        &self,
        key: &str,
        section: &'static Section,
        most: usize,
    ) -> Vec<TableReader<'a>> {
        let Some(entry) = self.entry(key) else {
            return Vec::new();
        };
        let Value::Array(nodes) = &entry.node.value else {
            self.wrong_type(&entry.node, key, "a list of tables", list_help(section));
            return Vec::new();
        };
        if nodes.len() > most {
            self.too_many(entry.key_span, key, nodes.len(), most);
            return Vec::new();
        }
        let mut tables = Vec::with_capacity(nodes.len());
        for node in nodes {
            match &node.value {
                Value::Table(table) => tables.push(TableReader::new(table, section, self.report)),
                _ => self.wrong_type(node, key, "a list of tables", list_help(section)),
            }
        }
        tables
    }

    fn too_many(&self, span: Span, key: &str, count: usize, most: usize) {
        Finding::new(
            Code::TooLong,
            format!(
                "{} has {count} elements; at most {most} are possible",
                quoted(key)
            ),
        )
        .at(span, "")
        .help("leave some of them out")
        .report(self.report);
    }
}

fn list_help(section: &Section) -> String {
    format!(
        "write `{}` on a line of its own before each element",
        section.path
    )
}
