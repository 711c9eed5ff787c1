//! `[packaging]`.

use super::super::codes::Code;
use super::super::finding::Finding;
use super::super::model::{FILE_PLACEHOLDER, Packaging};
use super::super::reader::{Rules, TableReader};
use super::super::report::{Report, Spanned, quoted};
use super::super::text;

/// The most arguments of a signing command.
const MOST_ARGUMENTS: usize = 100;

/// Switches of signing programs that take a password from the next argument: signtool, osslsigncode, jsign, Azure's.
const PASSWORD_SWITCHES: &[&str] = &["-kvs", "-p", "-pass", "-password", "-storepass"];

pub(super) fn read(reader: &TableReader<'_>, report: &Report) -> Packaging {
    Packaging {
        sign: read_sign(reader, report),
        url: read_url(reader, "url", report),
        support_url: read_url(reader, "support-url", report),
    }
}

fn read_sign(reader: &TableReader<'_>, report: &Report) -> Vec<String> {
    let Some(arguments) = reader.arguments("sign", MOST_ARGUMENTS) else {
        return Vec::new();
    };
    let span = reader.entry("sign").map(|entry| entry.node.span);
    let names_file = |argument: &Spanned<String>| argument.value.contains(FILE_PLACEHOLDER);
    if arguments.is_empty() {
        Finding::new(Code::Empty, "`sign` is empty")
            .at(span.unwrap_or(reader.span()), "")
            .help("leave `sign` out to sign by hand, or name a program and its arguments")
            .report(report);
        return Vec::new();
    }
    if !arguments.iter().skip(1).any(names_file) {
        Finding::new(
            Code::SignWithoutFile,
            "the signing command is not told which file to sign",
        )
        .at(span.unwrap_or(reader.span()), "")
        .help("add `{file}` where the command takes the file's path: `sign = [\"signtool\", \"sign\", \"{file}\"]`")
        .report(report);
    }
    for argument in &arguments {
        for name in placeholders(&argument.value) {
            if name != FILE_PLACEHOLDER {
                Finding::new(
                    Code::UnknownPlaceholder,
                    format!("there is no placeholder {}", quoted(name)),
                )
                .at(argument.span, "")
                .help("the only one is `{file}`, the path of the file to sign")
                .report(report);
            }
        }
    }
    for pair in arguments.windows(2) {
        let switch = pair[0].value.to_ascii_lowercase().replace("--", "-");
        let switch = switch.replacen('/', "-", 1);
        if PASSWORD_SWITCHES.contains(&switch.as_str()) {
            Finding::new(
                Code::SignPassword,
                format!("{} seems to be followed by a password", quoted(&pair[0].value)),
            )
            .at(pair[1].span, "everyone who sees this file can read it")
            .help("keep the key in the certificate store or a token, or let the program read the password from its environment")
            .report(report);
        }
    }
    arguments
        .into_iter()
        .map(|argument| argument.value)
        .collect()
}

/// What looks like a placeholder: lower-case letters between braces.
fn placeholders(text: &str) -> impl Iterator<Item = &str> {
    text.match_indices('{').filter_map(move |(start, _)| {
        let end = start + text[start..].find('}')?;
        let name = &text[start + 1..end];
        let is_word = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_lowercase());
        is_word.then(|| &text[start..=end])
    })
}

fn read_url(reader: &TableReader<'_>, key: &str, report: &Report) -> String {
    let Some(url) = reader.text(key, Rules::LINE) else {
        return String::new();
    };
    let is_web = ["https://", "http://"]
        .iter()
        .any(|scheme| url.value.starts_with(scheme));
    if !is_web || !text::is_url(&url.value) {
        Finding::new(
            Code::BadUrl,
            format!("{} is not the address of a web page", quoted(key)),
        )
        .at(url.span, "")
        .help(format!(
            "write it in full: `{key} = \"https://www.contoso.example/mail\"`"
        ))
        .report(report);
    }
    url.value
}
