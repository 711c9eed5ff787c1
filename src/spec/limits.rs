//! Bounds on the size and depth of a spec, checked before anything is built from it.

use toml_parser::Source as TomlSource;
use toml_parser::lexer::TokenKind;

use super::codes::Code;
use super::finding::{Finding, Span};

/// The largest spec, in bytes. A spec of 5,000 folders with every key needs about a quarter of it.
pub const MAX_BYTES: usize = 4 << 20;

/// The longest line, in bytes: longer ones cannot be shown to anyone.
const MAX_LINE: usize = 10_000;

/// The most `key = value` pairs.
const MAX_KEYS: usize = 100_000;

/// The most pieces of TOML: words, strings, brackets, spaces.
const MAX_TOKENS: usize = 800_000;

/// How deep brackets may nest, and how many parts a dotted key may have. The format needs three of each.
const MAX_DEPTH: usize = 12;

/// What makes the text too big or too deep to be read, if something does. Needs no memory and never recurses.
pub(super) fn refuse(text: &str) -> Option<Finding> {
    if text.len() > MAX_BYTES {
        let message = format!(
            "the spec has {} bytes; at most {MAX_BYTES} are read",
            text.len()
        );
        return Some(too_large(message));
    }
    let mut start = 0;
    for (number, line) in text.split('\n').enumerate() {
        if line.len() > MAX_LINE {
            let message = format!(
                "line {} has {} bytes; at most {MAX_LINE} are read",
                number + 1,
                line.len()
            );
            return Some(too_large(message).help("break the line"));
        }
        start += line.len() + 1;
    }
    debug_assert_eq!(start, text.len() + 1);
    refuse_tokens(text)
}

fn refuse_tokens(text: &str) -> Option<Finding> {
    let (mut tokens, mut keys, mut dots) = (0_usize, 0_usize, 0_usize);
    // The closing bracket of each open one. A bracket that closes nothing is ignored, as the parser may ignore it.
    let mut open = Vec::with_capacity(MAX_DEPTH + 1);
    for token in TomlSource::new(text).lex() {
        tokens += 1;
        match token.kind() {
            TokenKind::Dot => dots += 1,
            // Dots go on counting over blanks and names; anything that ends a key starts a new count.
            TokenKind::Whitespace
            | TokenKind::Atom
            | TokenKind::BasicString
            | TokenKind::LiteralString => {}
            kind => {
                dots = 0;
                match kind {
                    TokenKind::LeftSquareBracket => open.push(TokenKind::RightSquareBracket),
                    TokenKind::LeftCurlyBracket => open.push(TokenKind::RightCurlyBracket),
                    TokenKind::Equals => keys += 1,
                    kind if open.last() == Some(&kind) => {
                        open.pop();
                    }
                    _ => {}
                }
            }
        }
        if keys > MAX_KEYS {
            return Some(too_large(format!("the spec has more than {MAX_KEYS} keys")));
        }
        if tokens > MAX_TOKENS {
            return Some(too_large(
                "the spec has too many words and signs".to_owned(),
            ));
        }
        if open.len() > MAX_DEPTH || dots > MAX_DEPTH {
            let span = Span {
                source: 0,
                start: token.span().start(),
                end: token.span().end(),
            };
            let finding = Finding::new(
                Code::TooDeep,
                format!("nested deeper than {MAX_DEPTH} levels"),
            )
            .at(span, "this is one level too many")
            .help("a provider spec needs no more than three levels");
            return Some(finding);
        }
    }
    None
}

fn too_large(message: String) -> Finding {
    Finding::new(Code::TooLarge, message)
        .help("a provider spec is a text of a few kilobytes; is this the right file?")
}
