//! Where findings are collected while a spec is read.

use std::cell::{Cell, RefCell};

use super::codes::Code;
use super::finding::{Finding, Label, Severity, Span};
use super::suggest;

/// More findings than this are counted but not kept: nobody reads them, and a hostile spec must not fill the memory.
const MAX_FINDINGS: usize = 1000;

/// How many comparisons are spent on suggestions in one run; enough for every finding of an honest spec.
const MAX_COMPARISONS: usize = 200_000;

/// A value with the place where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Spanned<T> {
    /// The value.
    pub value: T,
    /// Its place.
    pub span: Span,
}

/// The findings so far.
#[derive(Default)]
pub(super) struct Report {
    findings: RefCell<Vec<Finding>>,
    dropped: Cell<usize>,
    comparisons: Cell<usize>,
}

impl Report {
    /// Adds one.
    pub fn add(&self, finding: Finding) {
        let mut findings = self.findings.borrow_mut();
        if findings.len() < MAX_FINDINGS {
            findings.push(finding);
        } else {
            self.dropped.set(self.dropped.get() + 1);
        }
    }

    /// Keeps only what passes.
    pub fn retain(&self, keep: impl Fn(&Finding) -> bool) {
        self.findings.borrow_mut().retain(keep);
    }

    /// The candidate that was probably meant. Gives up silently when a run has asked too often.
    pub fn nearest<'a>(
        &self,
        word: &str,
        candidates: impl IntoIterator<Item = &'a str>,
    ) -> Option<&'a str> {
        let candidates = candidates
            .into_iter()
            .inspect(|_| self.comparisons.set(self.comparisons.get() + 1));
        if self.comparisons.get() > MAX_COMPARISONS {
            return None;
        }
        suggest::nearest(word, candidates)
    }

    /// Whether nothing has been found that forbids generation.
    pub fn is_clean(&self) -> bool {
        self.findings
            .borrow()
            .iter()
            .all(|finding| finding.severity != Severity::Error)
    }

    /// All findings in the order of the text, each once.
    pub fn into_findings(self) -> Vec<Finding> {
        let mut findings = self.findings.into_inner();
        findings.sort_by_key(|finding| finding.labels.first().map(|label| label.span));
        findings.dedup();
        if self.dropped.get() > 0 {
            let message = format!("{} further findings are not shown", self.dropped.get());
            findings.push(
                Finding::new(Code::TooManyFindings, message)
                    .help("fix these first, then run it again"),
            );
        }
        findings
    }
}

impl Finding {
    /// A finding without a place.
    pub(super) fn new(code: Code, message: impl Into<String>) -> Finding {
        Finding {
            code,
            severity: code.severity(),
            message: message.into(),
            labels: Vec::new(),
            help: Vec::new(),
        }
    }

    /// Adds a place; the first one added is the place itself.
    pub(super) fn at(mut self, span: Span, text: impl Into<String>) -> Finding {
        self.labels.push(Label {
            span,
            text: text.into(),
        });
        self
    }

    /// Adds a line on what to do.
    pub(super) fn help(mut self, text: impl Into<String>) -> Finding {
        self.help.push(text.into());
        self
    }

    /// Adds "did you mean", if there is something to suggest.
    pub(super) fn suggest(self, suggestion: Option<&str>) -> Finding {
        match suggestion {
            Some(word) => self.help(format!("did you mean {}?", quoted(word))),
            None => self,
        }
    }

    /// Hands it in.
    pub(super) fn report(self, report: &Report) {
        report.add(self);
    }
}

/// A piece of the spec within a message: in backticks, on one line, not too long, and without characters that a
/// terminal would obey.
pub(super) fn quoted(text: &str) -> String {
    const MAX_SHOWN: usize = 60;
    let mut shown = String::from("`");
    for (count, letter) in text.chars().enumerate() {
        if count == MAX_SHOWN {
            shown.push('…');
            break;
        }
        if letter.is_control() || super::text::is_invisible(letter) {
            shown.extend(letter.escape_unicode());
        } else {
            shown.push(letter);
        }
    }
    shown.push('`');
    shown
}

/// Words in backticks, joined as in a sentence: `a`, `b` or `c`.
pub(super) fn one_of(words: &[&str]) -> String {
    match words {
        [] => "nothing".into(),
        [word] => quoted(word),
        [first @ .., last] => {
            let first: Vec<String> = first.iter().map(|word| quoted(word)).collect();
            format!("{} or {}", first.join(", "), quoted(last))
        }
    }
}
