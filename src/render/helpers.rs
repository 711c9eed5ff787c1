//! The helpers that templates use, one for each language of the output. A template prints no text without one of them;
//! a test sees to that.

use handlebars::{
    Context, Handlebars, Helper, HelperDef, HelperResult, Output, RenderContext, RenderErrorReason,
};

use super::escape;

type Escape = fn(&str) -> String;

/// Helpers that turn a text of the spec into a piece of some language.
pub(super) const TEXT_HELPERS: &[(&str, Escape)] = &[
    ("rust_str", escape::rust_str),
    ("rust_doc", escape::rust_doc),
    ("toml_str", escape::toml_str),
    ("inf", escape::inf),
    ("reg", escape::reg),
    ("xml", escape::xml),
    ("wix", escape::wix),
    ("msi", escape::msi),
    ("ps", escape::ps),
    ("cmd", escape::cmd),
    ("cmd_path", escape::cmd_path),
    ("md", escape::md),
    ("md_cell", escape::md_cell),
    ("line", escape::line),
];

/// Registers all helpers.
pub(super) fn register(registry: &mut Handlebars<'_>) {
    for (name, escape) in TEXT_HELPERS {
        registry.register_helper(name, Box::new(Text(*escape)));
    }
    registry.register_helper("word", Box::new(word));
    registry.register_helper("guid", Box::new(guid));
    registry.register_helper("hex", Box::new(hex));
    registry.register_helper("rust_slice", Box::new(rust_slice));
    registry.register_helper("rust_calls", Box::new(rust_calls));
    registry.register_helper("toml_list", Box::new(toml_list));
}

struct Text(Escape);

impl HelperDef for Text {
    fn call<'reg: 'rc, 'rc>(
        &self,
        helper: &Helper<'rc>,
        _: &'reg Handlebars<'reg>,
        _: &'rc Context,
        _: &mut RenderContext<'reg, 'rc>,
        out: &mut dyn Output,
    ) -> HelperResult {
        out.write(&(self.0)(text(helper)?))?;
        Ok(())
    }
}

/// `{{word x}}`: letters, digits, `_`, `-` and `.` only, which mean the same in every language; anything else is a fault
/// of the generator.
fn word(
    helper: &Helper<'_>,
    _: &Handlebars<'_>,
    _: &Context,
    _: &mut RenderContext<'_, '_>,
    out: &mut dyn Output,
) -> HelperResult {
    let text = text(helper)?;
    let is_plain = |character: char| character.is_ascii_alphanumeric() || "_-.".contains(character);
    if text.is_empty() || !text.chars().all(is_plain) {
        return Err(fault(helper, &format!("`{text}` is not a plain word")));
    }
    out.write(text)?;
    Ok(())
}

/// `{{guid x}}`: a GUID in registry form, with its braces.
fn guid(
    helper: &Helper<'_>,
    _: &Handlebars<'_>,
    _: &Context,
    _: &mut RenderContext<'_, '_>,
    out: &mut dyn Output,
) -> HelperResult {
    let text = text(helper)?;
    if crate::spec::Guid::parse(text).is_none() || !text.starts_with('{') {
        return Err(fault(helper, &format!("`{text}` is not a GUID in braces")));
    }
    out.write(text)?;
    Ok(())
}

/// `{{hex x 8}}`: a number as a Rust or PowerShell literal with so many hexadecimal digits.
fn hex(
    helper: &Helper<'_>,
    _: &Handlebars<'_>,
    _: &Context,
    _: &mut RenderContext<'_, '_>,
    out: &mut dyn Output,
) -> HelperResult {
    let (value, width) = (number(helper, 0)?, number(helper, 1)?);
    out.write(&format!("0x{value:0width$X}"))?;
    Ok(())
}

/// `{{rust_slice list indent column}}`: a slice of Rust string literals, laid out as rustfmt wants it in a line that is
/// indented by `indent` and has `column` characters before the slice.
fn rust_slice(
    helper: &Helper<'_>,
    _: &Handlebars<'_>,
    _: &Context,
    _: &mut RenderContext<'_, '_>,
    out: &mut dyn Output,
) -> HelperResult {
    let literals: Vec<String> = list(helper)?
        .iter()
        .map(|text| escape::rust_str(text))
        .collect();
    let (indent, column) = (number(helper, 1)?, number(helper, 2)?);
    out.write(&super::rustfmt::slice(&literals, indent, column))?;
    Ok(())
}

/// `{{rust_calls text indent column "outer" "inner"}}`: a Rust string literal as the argument of nested calls, laid out as
/// rustfmt wants it in a line that is indented by `indent` and has `column` characters before the calls.
fn rust_calls(
    helper: &Helper<'_>,
    _: &Handlebars<'_>,
    _: &Context,
    _: &mut RenderContext<'_, '_>,
    out: &mut dyn Output,
) -> HelperResult {
    let functions: Option<Vec<&str>> = (helper.params().iter().skip(3))
        .map(|parameter| parameter.value().as_str())
        .collect();
    let functions = functions.ok_or_else(|| fault(helper, "takes names of functions"))?;
    let literal = escape::rust_str(text(helper)?);
    let (indent, column) = (number(helper, 1)?, number(helper, 2)?);
    out.write(&super::rustfmt::calls(&functions, &literal, indent, column))?;
    Ok(())
}

/// `{{toml_list list}}`: an array of TOML strings.
fn toml_list(
    helper: &Helper<'_>,
    _: &Handlebars<'_>,
    _: &Context,
    _: &mut RenderContext<'_, '_>,
    out: &mut dyn Output,
) -> HelperResult {
    let literals: Vec<String> = list(helper)?
        .iter()
        .map(|text| escape::toml_str(text))
        .collect();
    out.write(&format!("[{}]", literals.join(", ")))?;
    Ok(())
}

fn text<'a>(helper: &'a Helper<'_>) -> Result<&'a str, handlebars::RenderError> {
    let value = helper
        .param(0)
        .and_then(|parameter| parameter.value().as_str());
    value.ok_or_else(|| fault(helper, "takes a text"))
}

fn number(helper: &Helper<'_>, index: usize) -> Result<usize, handlebars::RenderError> {
    let value = helper
        .param(index)
        .and_then(|parameter| parameter.value().as_u64());
    let value = value.and_then(|value| usize::try_from(value).ok());
    value.ok_or_else(|| fault(helper, "takes a number"))
}

fn list<'a>(helper: &'a Helper<'_>) -> Result<Vec<&'a str>, handlebars::RenderError> {
    let value = helper
        .param(0)
        .and_then(|parameter| parameter.value().as_array());
    let texts = value.and_then(|values| values.iter().map(|value| value.as_str()).collect());
    texts.ok_or_else(|| fault(helper, "takes a list of texts"))
}

fn fault(helper: &Helper<'_>, message: &str) -> handlebars::RenderError {
    RenderErrorReason::Other(format!("helper `{}`: {message}", helper.name())).into()
}
