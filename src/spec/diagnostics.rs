//! Findings as text, drawn the way rustc draws its own.

use std::ops::Range;

use annotate_snippets::{AnnotationKind, Element, Group, Level, Origin, Renderer, Snippet};

use super::codes::Code;
use super::finding::{Finding, Label, Severity, Source};
use super::parse::line_of;

/// Labels of one finding that are further apart than so many bytes are drawn in separate pieces of the text.
const NEAR: usize = 2000;

/// Draws the findings, one after the other, with an empty line between them. `color` adds ANSI escapes.
pub fn render(findings: &[Finding], sources: &[Source], color: bool) -> String {
    let renderer = if color {
        Renderer::styled().hyperlink(false)
    } else {
        Renderer::plain()
    };
    let mut drawn = String::new();
    for finding in findings {
        if !drawn.is_empty() {
            drawn.push('\n');
        }
        drawn.push_str(&renderer.render(&[group(finding, sources)]));
        drawn.push('\n');
    }
    drawn
}

/// What a code means, as `check --explain` shows it.
pub fn explain(code: Code) -> String {
    let severity = match code.severity() {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    format!("{severity}[{code}]\n\n{}\n", code.explanation())
}

fn group<'a>(finding: &'a Finding, sources: &'a [Source]) -> Group<'a> {
    let level = match finding.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let mut group = level
        .primary_title(finding.message.as_str())
        .id(finding.code.name())
        .elements(snippets(finding, sources));
    if let (true, Some(source)) = (finding.labels.is_empty(), sources.first()) {
        group = group.element(Origin::path(source.name.as_str()));
    }
    for help in &finding.help {
        group = group.element(Level::HELP.message(help.as_str()));
    }
    group
}

/// A piece of a source, by the number of the source, with the labels in it and their numbers.
type Piece<'a> = (usize, Range<usize>, Vec<(usize, &'a Label)>);

/// The pieces of the sources that the labels are in, with the labels drawn.
fn snippets<'a>(finding: &'a Finding, sources: &'a [Source]) -> Vec<Element<'a>> {
    let mut pieces: Vec<Piece<'a>> = Vec::new();
    for (number, label) in finding.labels.iter().enumerate() {
        let Some(source) = sources.get(label.span.source) else {
            continue;
        };
        let range = lines_of(&source.text, label);
        let near = pieces.iter_mut().find(|(index, piece, _)| {
            *index == label.span.source
                && piece.start <= range.end.saturating_add(NEAR)
                && range.start <= piece.end.saturating_add(NEAR)
        });
        match near {
            Some((_, piece, labels)) => {
                *piece = piece.start.min(range.start)..piece.end.max(range.end);
                labels.push((number, label));
            }
            None => pieces.push((label.span.source, range, vec![(number, label)])),
        }
    }
    let snippet = |(index, piece, labels): Piece<'a>| {
        let source: &'a Source = &sources[index];
        let first_line = source.text[..piece.start]
            .bytes()
            .filter(|byte| *byte == b'\n')
            .count()
            + 1;
        let annotations = labels.into_iter().map(|(number, label)| {
            let kind = if number == 0 {
                AnnotationKind::Primary
            } else {
                AnnotationKind::Context
            };
            let span = clamp(&source.text, label.span.start, label.span.end);
            let annotation = kind.span(span.start - piece.start..span.end - piece.start);
            if label.text.is_empty() {
                annotation
            } else {
                annotation.label(label.text.as_str())
            }
        });
        let annotations: Vec<_> = annotations.collect();
        let snippet = Snippet::source(&source.text[piece])
            .path(source.name.as_str())
            .line_start(first_line);
        Element::from(snippet.annotations(annotations))
    };
    pieces.into_iter().map(snippet).collect()
}

/// The whole lines that a label is on.
fn lines_of(text: &str, label: &Label) -> Range<usize> {
    let span = clamp(text, label.span.start, label.span.end);
    line_of(text, span.start).start..line_of(text, span.end).end
}

/// The range within the text and between characters.
fn clamp(text: &str, start: usize, end: usize) -> Range<usize> {
    let fit = |position: usize| {
        let position = position.min(text.len());
        (0..=position)
            .rev()
            .find(|position| text.is_char_boundary(*position))
            .unwrap_or(0)
    };
    let start = fit(start);
    start..fit(end).max(start)
}
