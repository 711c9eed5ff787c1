//! The provider.toml of a generated project.

use toml_edit::{DocumentMut, Item, Key, TableLike, Value};

use super::model::Spec;
use super::names;
use super::overrides::{self, Override};
use super::text;
use super::tree::Table;

/// The commented text of a provider without `--spec`. A name that no crate can have stands only where the name
/// stands, so that it cannot break out of a comment.
pub(super) fn default_text(name: &str) -> String {
    let quoted = Value::from(name).to_string();
    let example = if names::check_crate_name(name).is_ok() {
        name
    } else {
        "my-provider"
    };
    let (service, dll) = (names::default_service(example), names::default_dll(example));
    DEFAULT
        .replacen("\"MY_PROVIDER\"", &Value::from(service).to_string(), 1)
        .replacen("\"myprov\"", &Value::from(dll).to_string(), 1)
        .replacen(
            "\"My Provider\"",
            &Value::from(text::title(example)).to_string(),
            1,
        )
        .replacen("\"my-provider\"", &quoted, 1)
}

/// The text for the name `my-provider`.
const DEFAULT: &str = include_str!("default.toml");

/// The text with the overrides and the UID written into it. `root` is the tree that `spec` was read from.
pub(super) fn provider_toml(text: &str, changes: &[Override], root: &Table, spec: &Spec) -> String {
    let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
    let Ok(mut document) = text.parse::<DocumentMut>() else {
        // A spec was read from it, so this does not happen; the text itself is the best answer.
        return text.to_owned();
    };
    overrides::write(&mut document, changes, root);
    if let Some(provider) = document
        .get_mut("provider")
        .and_then(Item::as_table_like_mut)
        && !provider.contains_key("uid")
    {
        pin_uid(provider, &spec.provider.uid.registry());
    }
    let text = document.to_string();
    if text.ends_with('\n') {
        text
    } else {
        text + "\n"
    }
}

fn pin_uid(provider: &mut dyn TableLike, uid: &str) {
    let is_block = provider.iter().any(|(_, item)| item.is_value()) && !provider.is_dotted();
    let mut key = Key::new("uid");
    let is_inline = provider
        .get("name")
        .and_then(Item::as_value)
        .is_some_and(|name| {
            // Within braces there is no place for a comment.
            name.decor()
                .prefix()
                .and_then(|prefix| prefix.as_str())
                .is_none()
        });
    if is_block && !is_inline {
        key.leaf_decor_mut().set_prefix(UID_COMMENT);
    }
    provider
        .entry_format(&key)
        .or_insert(Item::Value(uid.into()));
}

/// Stands above the UID.
const UID_COMMENT: &str = "\
# The provider's identity for MAPI (PR_MDB_PROVIDER), derived from vendor and name: no two providers may have one in
# common, so change those two first and delete this line, and it is derived anew. Profiles and search indexes remember
# it: once the provider has shipped it must never change.
";
