//! Text of the spec made harmless, one function for each language of the output.
//!
//! Every function is total: whatever the text, the result is one well-formed piece of its language that means the text
//! (or, where the language cannot say it, the nearest it can). Functions whose language has string literals return the
//! literal with its quotes, so that a template cannot forget them.

use std::fmt::Write;

/// A Rust string literal. Control characters, invisible ones and those that change the reading direction are
/// escaped: rustc refuses some of them, and nobody can review the others.
pub fn rust_str(text: &str) -> String {
    let mut literal = String::from("\"");
    for character in text.chars() {
        match character {
            '\'' => literal.push('\''),
            _ => literal.extend(character.escape_debug()),
        }
    }
    literal.push('"');
    literal
}

/// Markdown that shows the text, in one line of a Rust doc comment.
pub fn rust_doc(text: &str) -> String {
    md(text)
}

/// A TOML basic string.
pub fn toml_str(text: &str) -> String {
    let mut literal = String::from("\"");
    for character in text.chars() {
        match character {
            '"' => literal.push_str("\\\""),
            '\\' => literal.push_str("\\\\"),
            '\n' => literal.push_str("\\n"),
            '\r' => literal.push_str("\\r"),
            '\t' => literal.push_str("\\t"),
            _ if is_invisible(character) => push_toml_escape(&mut literal, character),
            _ => literal.push(character),
        }
    }
    literal.push('"');
    literal
}

fn push_toml_escape(literal: &mut String, character: char) {
    let code = u32::from(character);
    let result = if code <= 0xFFFF {
        write!(literal, "\\u{code:04X}")
    } else {
        write!(literal, "\\U{code:08X}")
    };
    result.expect("writing to a string succeeds");
}

/// The value of a profile-string entry (`key=value` as GetPrivateProfileString reads it): surrounding blanks are cut and
/// one pair of quotes is taken off, so a text that such reading would change gets a pair to lose.
pub fn inf(text: &str) -> String {
    let text = one_line(text);
    let quoted = |quote: char| text.len() > 1 && text.starts_with(quote) && text.ends_with(quote);
    if quoted('"') || quoted('\'') {
        format!("\"{text}\"")
    } else {
        text
    }
}

/// A string literal of a .reg file.
pub fn reg(text: &str) -> String {
    format!(
        "\"{}\"",
        one_line(text).replace('\\', "\\\\").replace('"', "\\\"")
    )
}

/// XML character data, fit for attribute values in either quotes, too. Characters that XML cannot have are left out.
pub fn xml(text: &str) -> String {
    let mut escaped = String::new();
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&apos;"),
            // As references: attribute values would turn them into blanks.
            '\n' => escaped.push_str("&#10;"),
            '\r' => escaped.push_str("&#13;"),
            '\t' => escaped.push_str("&#9;"),
            '\u{0}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => {}
            _ if is_invisible(character) => {
                write!(escaped, "&#x{:X};", u32::from(character))
                    .expect("writing to a string succeeds");
            }
            _ => escaped.push(character),
        }
    }
    escaped
}

/// XML for an attribute of WiX, whose preprocessor replaces `$(var.x)` and whose binder replaces `!(loc.x)`; either is
/// kept from it by doubling what it begins with.
pub fn wix(text: &str) -> String {
    let mut escaped = xml(text).replace('$', "$$");
    for namespace in ["bind", "loc", "wix"] {
        let variable = format!("!({namespace}.");
        escaped = escaped.replace(&variable, &format!("!{variable}"));
    }
    escaped
}

/// Text for an attribute of WiX that Windows Installer reads as Formatted, where brackets enclose properties and braces
/// what depends on them; each gets the escape that stands for itself.
pub fn msi(text: &str) -> String {
    let mut formatted = String::new();
    for character in text.chars() {
        match character {
            '[' | ']' | '{' | '}' => {
                formatted.push_str("[\\");
                formatted.push(character);
                formatted.push(']');
            }
            _ => formatted.push(character),
        }
    }
    wix(&formatted)
}

/// A PowerShell verbatim string. PowerShell takes typographic single quotes for plain ones, so those are doubled, too.
pub fn ps(text: &str) -> String {
    let mut literal = String::from("'");
    for character in one_line(text).chars() {
        literal.push(character);
        if matches!(character, '\'' | '\u{2018}'..='\u{201b}') {
            literal.push(character);
        }
    }
    literal.push('\'');
    literal
}

/// Text between double quotes of a batch file, as in `set "NAME=text"` and `echo "text"`, without the quotes. Batch
/// files have no escape for a quote, and their encoding depends on the console: quotes become single, characters outside
/// ASCII question marks.
pub fn cmd(text: &str) -> String {
    batch(&one_line(text))
}

fn batch(text: &str) -> String {
    text.chars()
        .map(|character| match character {
            '%' => "%%".to_owned(),
            '"' => "'".to_owned(),
            // With delayed expansion switched on by whoever calls us, it would begin a variable.
            '!' => ".".to_owned(),
            _ if !character.is_ascii() || character.is_control() => "?".to_owned(),
            _ => character.to_string(),
        })
        .collect()
}

/// A path between double quotes of a batch file, like [`cmd`], but references to `%VARIABLES%` stay ones.
pub fn cmd_path(text: &str) -> String {
    let is_name = |part: &str| {
        !part.is_empty()
            && part
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || "_()".contains(c))
    };
    let mut escaped = String::new();
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once('%') {
        escaped.push_str(&batch(before));
        rest = match behind.split_once('%') {
            Some((name, behind)) if is_name(name) => {
                escaped.push_str(&format!("%{name}%"));
                behind
            }
            _ => {
                escaped.push_str("%%");
                behind
            }
        };
    }
    escaped + &batch(rest)
}

/// Markdown that shows the text, in one line.
pub fn md(text: &str) -> String {
    let text = one_line(text);
    let mut escaped = String::new();
    let mut rest = text.chars().peekable();
    while let Some(character) = rest.next() {
        let at_start = escaped.is_empty();
        match character {
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '|' | '~' | '&' | '$' => {
                escaped.push('\\')
            }
            '#' | '-' | '+' | '=' if at_start => escaped.push('\\'),
            // The end of an ordered list's number.
            '.' | ')' if !at_start && escaped.chars().all(|c| c.is_ascii_digit()) => {
                escaped.push('\\')
            }
            // A bare URL would become a link here and a warning in rustdoc.
            '/' if rest.peek() == Some(&'/') => escaped.push('\\'),
            '@' => escaped.push('\\'),
            _ => {}
        }
        escaped.push(character);
    }
    escaped
}

/// Markdown that shows the text as code in the cell of a table, where a bar needs a backslash even in code.
pub fn md_cell(text: &str) -> String {
    let text = one_line(text);
    if text.is_empty() {
        return text;
    }
    let longest = text
        .split(|character| character != '`')
        .map(str::len)
        .max()
        .unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    let blank = if longest > 0 { " " } else { "" };
    format!("{fence}{blank}{}{blank}{fence}", text.replace('|', "\\|"))
}

/// One line of plain text, for a comment that ends with its line. What is invisible or would begin a new line
/// becomes a blank.
pub fn line(text: &str) -> String {
    one_line(text)
}

/// The text in one line: everything invisible becomes a blank, runs of blanks one, none at the ends.
fn one_line(text: &str) -> String {
    let visible: String = text
        .chars()
        .map(|c| {
            if is_invisible(c) || c.is_whitespace() {
                ' '
            } else {
                c
            }
        })
        .collect();
    visible
        .split(' ')
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

/// Control characters, line separators, and the marks that change the direction or the joining of what follows.
fn is_invisible(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rust_strings() {
        assert_eq!(rust_str("a\"b\\c\n'{}"), r#""a\"b\\c\n'{}""#);
        assert_eq!(rust_str("x\u{202e}y\u{0}"), r#""x\u{202e}y\0""#);
        assert_eq!(rust_str("Größe 📬"), "\"Größe 📬\"");
    }

    #[test]
    fn toml_strings() {
        let hostile = "a\"b\\c\n\t\u{1}\u{202e}]]> {{x}} 📬";
        let document: toml::Table = format!("x = {}", toml_str(hostile)).parse().unwrap();
        assert_eq!(document["x"].as_str(), Some(hostile));
    }

    #[test]
    fn profile_strings() {
        assert_eq!(inf(" a;b=c%d%\r\n[x] "), "a;b=c%d% [x]");
        assert_eq!(inf("\"quoted\""), "\"\"quoted\"\"");
        assert_eq!(inf("\"half"), "\"half");
    }

    #[test]
    fn registry_strings() {
        assert_eq!(reg(r#"C:\a "b""#), r#""C:\\a \"b\"""#);
    }

    #[test]
    fn xml_text() {
        assert_eq!(
            xml("<a b='c'>\"&]]>\n\u{1}"),
            "&lt;a b=&apos;c&apos;&gt;&quot;&amp;]]&gt;&#10;"
        );
    }

    #[test]
    fn xml_reads_back() {
        let hostile = "<a b='c'>\"&]]>\n\r\t\u{202e} {{x}} \u{1f4ec}";
        let document = format!("<x y='{0}' z=\"{0}\">{0}</x>", xml(hostile));
        let document = roxmltree::Document::parse(&document).unwrap();
        let element = document.root_element();
        assert_eq!(element.attribute("y"), Some(hostile));
        assert_eq!(element.attribute("z"), Some(hostile));
        assert_eq!(element.text(), Some(hostile));
    }

    #[test]
    fn wix_variables_are_none() {
        assert_eq!(wix("$(env.X) $$ <&"), "$$(env.X) $$$$ &lt;&amp;");
        assert_eq!(
            wix("!(loc.x) !!(wix.y) !(other.z)"),
            "!!(loc.x) !!!(wix.y) !(other.z)"
        );
    }

    #[test]
    fn formatted_text_has_no_properties() {
        assert_eq!(msi("a[B]{c}$"), r"a[\[]B[\]][\{]c[\}]$$");
    }

    #[test]
    fn powershell_strings() {
        assert_eq!(
            ps("it's $(x) `n \u{2019}"),
            "'it''s $(x) `n \u{2019}\u{2019}'"
        );
    }

    #[test]
    fn batch_text() {
        assert_eq!(cmd("100% \"x\" & é!"), "100%% 'x' & ?.");
        assert_eq!(
            cmd_path(r"%ProgramFiles%\A & B\100% %x y%"),
            r"%ProgramFiles%\A & B\100%% %%x y%%"
        );
    }

    #[test]
    fn markdown() {
        assert_eq!(md("# a `b` [c](d) <e>"), r"\# a \`b\` \[c\](d) \<e\>");
        assert_eq!(md("1. one"), r"1\. one");
        assert_eq!(md("see https://example.org"), r"see https:\//example.org");
        assert_eq!(md_cell("a`b``c|"), "``` a`b``c\\| ```");
        assert_eq!(md_cell("C:\\x"), "`C:\\x`");
    }

    #[test]
    fn markdown_reads_back() {
        use pulldown_cmark::{Event, Parser};

        for text in [
            "# a `b` *c* _d_ [e](f) <g> &amp; ~~h~~ |i| \\j",
            "1. one",
            "12) two",
            "- x",
            "+ x",
            "> x",
            "=== x",
            "--- ",
            "http://example.org/a_b_c",
            "a@b.c $x$ ![i](j) [^1] <!-- x -->",
            "```",
            "~~~",
        ] {
            let mut read = String::new();
            for event in Parser::new(&md(text)) {
                match event {
                    Event::Text(piece) => read.push_str(&piece),
                    Event::Start(tag) => assert_eq!(tag, pulldown_cmark::Tag::Paragraph, "{text}"),
                    Event::End(_) => {}
                    other => panic!("{text}: {other:?}"),
                }
            }
            assert_eq!(read, text.trim());
        }
    }

    #[test]
    fn one_line_is_one_line() {
        assert_eq!(line("  a\r\n\u{2028}b\u{202e}  c\t"), "a b c");
    }
}
