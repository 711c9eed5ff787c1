//! Every template, read without rendering: what it looks up exists, and every text goes through a helper of the file's
//! language. Handlebars itself is silent about the first inside `#if`, and about the second everywhere.

use std::collections::BTreeSet;
use std::fs;

use cargo_mapi::render::Context;
use handlebars::template::{HelperTemplate, Parameter, Subexpression, Template, TemplateElement};
use handlebars::{Path, PathSeg};
use serde_json::Value;
use walkdir::WalkDir;

use crate::specs::{HOSTILE, hostile, root};

/// The helpers that are right in a file, besides `word`, `guid` and `hex`, whose output is harmless anywhere.
fn helpers_of(extension: &str) -> &'static [&'static str] {
    match extension {
        "rs" => &["rust_str", "rust_doc", "rust_slice", "rust_calls", "line"],
        "toml" => &["toml_str", "toml_list", "line"],
        "inf" => &["inf", "line"],
        "reg" => &["reg", "line"],
        "wxs" => &["wix", "msi"],
        "ps1" => &["ps", "line"],
        "cmd" => &["cmd", "cmd_path"],
        "md" => &["md", "md_cell"],
        // Words only.
        "yml" => &[],
        other => panic!("no helpers are chosen for .{other} files"),
    }
}

/// Helpers whose output brings its own quotes.
const QUOTED: &[&str] = &["rust_str", "toml_str", "reg", "ps"];

/// What begins a comment, for `line` and `rust_doc`.
fn comment_marks(helper: &str, extension: &str) -> &'static [&'static str] {
    match (helper, extension) {
        ("rust_doc", _) => &["///", "//!"],
        (_, "rs") => &["//"],
        (_, "toml" | "ps1") => &["#"],
        (_, "inf" | "reg") => &[";"],
        _ => &[],
    }
}

/// Reads one template, collecting complaints.
struct Reader<'a> {
    file: &'a str,
    extension: &'a str,
    /// The context, with a value for every path: hostile specs differ in what they leave out.
    contexts: &'a [Value],
    /// The `#each` blocks around, each the path of its list.
    scopes: Vec<Vec<String>>,
    /// What has been printed in the current line, with a mark for each value.
    line: String,
    complaints: Vec<String>,
    values: usize,
}

#[test]
fn templates_look_up_what_exists_and_escape_what_they_print() {
    let contexts = contexts();
    let mut templates = 0;
    let mut values = 0;
    let mut complaints = Vec::new();
    for path in template_files() {
        let source = fs::read_to_string(&path).unwrap();
        assert!(
            !source.contains('\r'),
            "{} has CR line ends",
            path.display()
        );
        let name = path
            .strip_prefix(root())
            .unwrap()
            .to_str()
            .unwrap()
            .to_owned();
        let (found, count) = read(&contexts, &name, &source);
        templates += 1;
        values += count;
        complaints.extend(found);
    }
    println!("{templates} templates, {values} values");
    assert!(templates > 8 && values > 100);
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

#[test]
fn the_reader_complains_about_what_handlebars_lets_pass() {
    let contexts = contexts();
    for (file, source, complaint) in [
        (
            "a.rs.hbs",
            "{{#if provider.typo}}x{{/if}}",
            "`provider.typo` does not exist",
        ),
        (
            "a.rs.hbs",
            "{{#unless typo}}x{{/unless}}",
            "`typo` does not exist",
        ),
        (
            "a.rs.hbs",
            "{{#each folders}}{{rust_str nam}}{{/each}}",
            "`folders.[].nam` does not exist",
        ),
        (
            "a.rs.hbs",
            "{{provider.vendor}}",
            "`provider.vendor` is printed without a helper",
        ),
        (
            "a.rs.hbs",
            "{{toml_str provider.vendor}}",
            "`toml_str` is not a helper for .rs files",
        ),
        (
            "a.rs.hbs",
            "\"{{rust_str provider.vendor}}\"",
            "`rust_str` brings its own quotes",
        ),
        (
            "a.rs.hbs",
            "x = {{line provider.vendor}}",
            "`line` outside a comment",
        ),
        (
            "a.cmd.hbs",
            "echo {{cmd provider.vendor}}",
            "`cmd` outside quotes",
        ),
        (
            "a.inf.hbs",
            "x=y {{inf provider.vendor}}",
            "`inf` within a value",
        ),
        (
            "a.rs.hbs",
            "{{rust_str provider}}",
            "`provider` is neither a scalar nor a list",
        ),
        (
            "a.rs.hbs",
            "{{@key}}",
            "`@key` is not a value that loops have",
        ),
    ] {
        let (complaints, _) = read(&contexts, file, source);
        assert!(
            complaints.iter().any(|found| found.contains(complaint)),
            "{source}: {complaints:?}"
        );
    }
}

fn contexts() -> Vec<Value> {
    let context = |turn| serde_json::to_value(Context::new(&hostile(turn))).unwrap();
    (0..HOSTILE.len()).map(context).collect()
}

/// The complaints about one template, and how many values it prints.
fn read(contexts: &[Value], name: &str, source: &str) -> (Vec<String>, usize) {
    let target = name.strip_suffix(".hbs").unwrap();
    let template = Template::compile_with_name(source, name.to_owned())
        .unwrap_or_else(|error| panic!("{error}"));
    let mut reader = Reader {
        file: name,
        extension: target
            .rsplit_once('.')
            .map_or("", |(_, extension)| extension),
        contexts,
        scopes: Vec::new(),
        line: String::new(),
        complaints: Vec::new(),
        values: 0,
    };
    reader.template(&template);
    (reader.complaints, reader.values)
}

fn template_files() -> Vec<std::path::PathBuf> {
    WalkDir::new(root().join("templates/provider"))
        .sort_by_file_name()
        .into_iter()
        .map(|entry| entry.unwrap().into_path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "hbs"))
        .collect()
}

impl Reader<'_> {
    fn template(&mut self, template: &Template) {
        for element in &template.elements {
            match element {
                TemplateElement::RawString(text) => self.text(text),
                TemplateElement::Expression(helper) | TemplateElement::HtmlExpression(helper) => {
                    self.value(helper)
                }
                TemplateElement::HelperBlock(block) => self.block(block),
                TemplateElement::Comment(_) => {}
                other => self.complain(format!("{other:?} is not for templates here")),
            }
        }
    }

    fn text(&mut self, text: &str) {
        self.line.push_str(text);
        if let Some(end) = self.line.rfind('\n') {
            self.line.drain(..=end);
        }
    }

    /// `{{x}}` or `{{helper x ...}}`.
    fn value(&mut self, expression: &HelperTemplate) {
        self.values += 1;
        let name = parameter_text(&expression.name);
        if expression.params.is_empty() && expression.hash.is_empty() {
            // Without a helper: numbers and truth values only.
            for value in self.lookup(&expression.name) {
                if !value.is_number() && !value.is_boolean() {
                    self.complain(format!("`{name}` is printed without a helper"));
                    break;
                }
            }
        } else {
            self.helper(&name, expression);
        }
        self.line.push('\u{1}');
    }

    fn helper(&mut self, name: &str, expression: &HelperTemplate) {
        let harmless = ["word", "guid", "hex"].contains(&name);
        if !harmless && !helpers_of(self.extension).contains(&name) {
            self.complain(format!(
                "`{name}` is not a helper for .{} files",
                self.extension
            ));
        }
        for parameter in &expression.params {
            self.parameter(parameter);
        }
        let marks = comment_marks(name, self.extension);
        if ["line", "rust_doc"].contains(&name)
            && !marks
                .iter()
                .any(|mark| self.line.trim_start().starts_with(mark))
        {
            self.complain(format!("`{name}` outside a comment, after `{}`", self.line));
        }
        let in_quotes = self.line.matches('"').count() % 2 == 1;
        if QUOTED.contains(&name) && in_quotes {
            self.complain(format!(
                "`{name}` brings its own quotes, after `{}`",
                self.line
            ));
        }
        // Batch text is made for quotes, and for nothing else.
        if ["cmd", "cmd_path"].contains(&name) && !in_quotes {
            self.complain(format!("`{name}` outside quotes, after `{}`", self.line));
        }
        // A value of an entry, from its first character on.
        if name == "inf" && !self.line.ends_with('=') {
            self.complain(format!("`inf` within a value, after `{}`", self.line));
        }
    }

    fn block(&mut self, block: &HelperTemplate) {
        let name = parameter_text(&block.name);
        let before = self.line.clone();
        for parameter in &block.params {
            self.parameter(parameter);
        }
        let is_each = name == "each";
        match name.as_str() {
            "each" => match block.params.first().and_then(|list| self.path_of(list)) {
                Some(list) => self.scopes.push(list),
                None => return self.complain("`each` without a path".to_owned()),
            },
            "if" | "unless" => {}
            other => self.complain(format!("block `{other}` is not for templates here")),
        }
        if let Some(template) = &block.template {
            self.template(template);
        }
        if is_each {
            self.scopes.pop();
        }
        if let Some(inverse) = &block.inverse {
            self.line = before;
            self.template(inverse);
        }
    }

    fn parameter(&mut self, parameter: &Parameter) {
        match parameter {
            Parameter::Path(_) => {
                self.lookup(parameter);
            }
            Parameter::Subexpression(expression) => self.subexpression(expression),
            _ => {}
        }
    }

    fn subexpression(&mut self, expression: &Subexpression) {
        for parameter in expression.params().into_iter().flatten() {
            self.parameter(parameter);
        }
    }

    /// The values that a path has in all contexts; a complaint if it has none.
    fn lookup(&mut self, parameter: &Parameter) -> Vec<Value> {
        if let Parameter::Path(Path::Local((_, name, _))) = parameter {
            if !["first", "last", "index"].contains(&name.as_str()) {
                self.complain(format!("`@{name}` is not a value that loops have"));
            }
            return vec![Value::from(0)];
        }
        let Some(path) = self.path_of(parameter) else {
            self.complain(format!("`{}` is not a path", parameter_text(parameter)));
            return Vec::new();
        };
        let mut found = Vec::new();
        for context in self.contexts {
            values_at(context, &path, &mut found);
        }
        if found.is_empty() {
            self.complain(format!("`{}` does not exist", path.join(".")));
        }
        let scalars_or_lists = found
            .iter()
            .all(|value| !value.is_object() && !value.is_null());
        if !scalars_or_lists && path.last().is_some_and(|last| last != "[]") {
            self.complain(format!(
                "`{}` is neither a scalar nor a list",
                path.join(".")
            ));
        }
        found
    }

    /// The path from the root; `[]` stands for any element of a list.
    fn path_of(&self, parameter: &Parameter) -> Option<Vec<String>> {
        let Parameter::Path(Path::Relative((segments, _))) = parameter else {
            return None;
        };
        let mut scopes = self.scopes.clone();
        let mut path: Vec<String> = Vec::new();
        for segment in segments {
            match segment {
                PathSeg::Named(name) => path.push(name.clone()),
                PathSeg::Ruled(rule) if format!("{rule:?}") == "path_up" => {
                    scopes.pop();
                }
                _ => {}
            }
        }
        let mut full = match scopes.last() {
            Some(list) => {
                let mut full = list.clone();
                full.push("[]".to_owned());
                full
            }
            None => Vec::new(),
        };
        full.extend(path);
        Some(full)
    }

    fn complain(&mut self, complaint: String) {
        self.complaints.push(format!("{}: {complaint}", self.file));
    }
}

fn values_at(value: &Value, path: &[String], found: &mut Vec<Value>) {
    match path.split_first() {
        None => found.push(value.clone()),
        Some((first, rest)) if first == "[]" => {
            for element in value.as_array().into_iter().flatten() {
                values_at(element, rest, found);
            }
        }
        Some((first, rest)) => {
            if let Some(value) = value.get(first) {
                values_at(value, rest, found);
            }
        }
    }
}

fn parameter_text(parameter: &Parameter) -> String {
    match parameter {
        Parameter::Name(name) => name.clone(),
        Parameter::Path(Path::Relative((_, raw)) | Path::Local((_, _, raw))) => raw.clone(),
        other => format!("{other:?}"),
    }
}

/// A context holds scalars, lists and structures of those; nothing that handlebars prints as nothing or as `[object]`.
#[test]
fn contexts_hold_no_nulls() {
    fn check(value: &Value, path: &str, seen: &mut BTreeSet<String>) {
        match value {
            Value::Null => panic!("{path} is null"),
            Value::Array(values) => values
                .iter()
                .for_each(|value| check(value, &format!("{path}[]"), seen)),
            Value::Object(values) => values
                .iter()
                .for_each(|(key, value)| check(value, &format!("{path}.{key}"), seen)),
            _ => {
                seen.insert(path.to_owned());
            }
        }
    }
    let mut seen = BTreeSet::new();
    for turn in 0..HOSTILE.len() {
        check(
            &serde_json::to_value(Context::new(&hostile(turn))).unwrap(),
            "",
            &mut seen,
        );
    }
    println!("{} paths", seen.len());
    assert!(seen.len() > 80);
}
