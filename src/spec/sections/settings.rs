//! `[[settings]]`.

use std::collections::HashMap;
use std::ops::RangeInclusive;

use super::super::codes::Code;
use super::super::finding::{Finding, Span};
use super::super::model::{Setting, SettingKind, SettingValue};
use super::super::names;
use super::super::reader::{Rules, TableReader};
use super::super::report::{Report, Spanned, one_of, quoted};
use super::super::schema;
use super::super::text;
use super::super::words::SettingType;

/// Property ids that a profile section keeps in the clear for a provider, without those of the runtime.
const OPEN_IDS: RangeInclusive<i64> = 0x6610..=0x67EF;

/// Property ids that MAPI encrypts (PROP_ID_SECURE_MIN to _MAX).
const SECURE_IDS: RangeInclusive<i64> = 0x67F0..=0x67FF;

/// Property ids that the runtime uses.
const RUNTIME_IDS: RangeInclusive<i64> = 0x6600..=0x660F;

/// As many as there are ids.
const MAX_SETTINGS: usize = 496;

/// The most choices.
const MAX_CHOICES: usize = 100;

/// A setting with its place.
pub(super) struct Draft {
    pub setting: Setting,
    /// Where its type stands, or its key.
    pub type_span: Span,
}

pub(super) fn read(root: &TableReader<'_>, report: &Report) -> Vec<Draft> {
    let readers = root.tables("settings", &schema::SETTINGS, MAX_SETTINGS);
    let mut ids = Ids::new(&readers);
    let mut keys: HashMap<String, Span> = HashMap::new();
    let mut drafts = Vec::with_capacity(readers.len());
    for reader in &readers {
        let draft = read_setting(reader, &mut ids, report);
        if let Some(entry) = reader.entry("key") {
            match keys.get(&draft.setting.key) {
                Some(first) => Finding::new(
                    Code::DuplicateSettingKey,
                    format!("two settings have the key {}", quoted(&draft.setting.key)),
                )
                .at(entry.node.span, "again here")
                .at(*first, "first here")
                .help("rename one of them")
                .report(report),
                None => {
                    keys.insert(draft.setting.key.clone(), entry.node.span);
                }
            }
        }
        drafts.push(draft);
    }
    drafts
}

fn read_setting(reader: &TableReader<'_>, ids: &mut Ids, report: &Report) -> Draft {
    let key = read_key(reader, report);
    let setting_type = reader.word::<SettingType>("type");
    let type_span = setting_type
        .as_ref()
        .map_or(reader.span(), |word| word.span);
    if reader.has("type") && setting_type.is_none() {
        // Nothing is known about the other keys; what is harmless stands in for the setting.
        let setting = Setting {
            label: key.clone(),
            key,
            property_id: 0,
            kind: SettingKind::String,
            default: None,
            required: true,
        };
        return Draft { setting, type_span };
    }
    let kind = read_kind(
        reader,
        setting_type.map_or(SettingType::String, |word| word.value),
        report,
    );
    let label = match reader.text(
        "label",
        Rules {
            longest: 128,
            ..Rules::LINE
        },
    ) {
        Some(label) => label.value,
        None => text::label(&key),
    };
    let default = read_default(reader, &kind, report);
    let required = reader.boolean("required").unwrap_or(false);
    if let (true, Some(_), Some(entry)) = (required, &default, reader.entry("required")) {
        Finding::new(
            Code::RedundantRequired,
            "the setting is required and has a default",
        )
        .at(entry.key_span, "it is never missing")
        .help("remove `required`, or the default")
        .report(report);
    }
    check_looks_secret(reader, &key, &kind, report);
    let property_id = ids.read(reader, &kind, report);
    Draft {
        setting: Setting {
            key,
            label,
            property_id,
            kind,
            default,
            required,
        },
        type_span,
    }
}

fn read_key(reader: &TableReader<'_>, report: &Report) -> String {
    reader.require(
        "key",
        "add the name that the code uses: `key = \"server-url\"`",
    );
    let Some(key) = reader.string("key") else {
        return String::new();
    };
    if !names::is_setting_key(&key.value) {
        let usable = names::usable_crate_name(&key.value).replace('_', "-");
        let finding = Finding::new(
            Code::BadSettingKey,
            format!("{} cannot be the key of a setting", quoted(&key.value)),
        )
        .at(key.span, "")
        .help("use lower-case letters, digits and single hyphens, beginning with a letter");
        let finding = if names::is_setting_key(&usable) {
            finding.suggest(Some(&usable))
        } else {
            finding
        };
        finding.report(report);
    }
    key.value
}

fn read_kind(reader: &TableReader<'_>, setting_type: SettingType, report: &Report) -> SettingKind {
    if setting_type != SettingType::Choice {
        reader.forbid(
            "choices",
            &format!("has no meaning for the type `{setting_type}`"),
            "use `type = \"choice\"`, or remove it",
        );
    }
    if setting_type != SettingType::Integer {
        for key in ["minimum", "maximum"] {
            reader.forbid(
                key,
                &format!("has no meaning for the type `{setting_type}`"),
                "use `type = \"integer\"`, or remove it",
            );
        }
    }
    match setting_type {
        SettingType::String => SettingKind::String,
        SettingType::Url => SettingKind::Url,
        SettingType::Boolean => SettingKind::Boolean,
        SettingType::Secret => SettingKind::Secret,
        SettingType::Integer => read_range(reader, report),
        SettingType::Choice => {
            reader.require(
                "choices",
                "add the words to choose from: `choices = [\"first\", \"second\"]`",
            );
            let choices = reader
                .texts(
                    "choices",
                    Rules {
                        longest: 128,
                        ..Rules::LINE
                    },
                    MAX_CHOICES,
                )
                .unwrap_or_default();
            if let Some(entry) = reader.entry("choices").filter(|_| choices.len() < 2) {
                Finding::new(Code::TooFewChoices, "a choice needs at least two choices")
                    .at(entry.node.span, "")
                    .help("add more, or use another type")
                    .report(report);
            }
            SettingKind::Choice(choices.into_iter().map(|choice| choice.value).collect())
        }
    }
}

fn read_range(reader: &TableReader<'_>, report: &Report) -> SettingKind {
    let limits = i64::from(i32::MIN)..=i64::from(i32::MAX);
    let minimum = reader.integer("minimum", limits.clone(), "");
    let maximum = reader.integer("maximum", limits, "");
    if let (Some(minimum), Some(maximum)) = (&minimum, &maximum)
        && minimum.value > maximum.value
    {
        Finding::new(Code::EmptyRange, "the minimum is greater than the maximum")
            .at(minimum.span, "")
            .at(maximum.span, "smaller than the minimum")
            .help("swap them")
            .report(report);
    }
    let within = |number: Option<Spanned<i64>>, other| {
        number.map_or(other, |number| i32::try_from(number.value).unwrap_or(other))
    };
    SettingKind::Integer {
        minimum: within(minimum, i32::MIN),
        maximum: within(maximum, i32::MAX),
    }
}

fn read_default(
    reader: &TableReader<'_>,
    kind: &SettingKind,
    report: &Report,
) -> Option<SettingValue> {
    let entry = reader.entry("default")?;
    let bad = |why: String, help: String| {
        Finding::new(
            Code::BadDefault,
            format!("the default does not fit the setting: {why}"),
        )
        .at(entry.node.span, "")
        .help(help)
        .report(report);
        None
    };
    match kind {
        SettingKind::Secret => {
            Finding::new(Code::SecretDefault, "a secret has no default")
                .at(
                    entry.key_span,
                    "it would stand in the DLL for everyone to read",
                )
                .help("remove it, and use `required = true` if the provider cannot do without")
                .report(report);
            None
        }
        SettingKind::Boolean => reader.boolean("default").map(SettingValue::Boolean),
        SettingKind::Integer { minimum, maximum } => {
            let number = reader.any_integer("default")?;
            match i32::try_from(number.value) {
                Ok(value) if (*minimum..=*maximum).contains(&value) => {
                    Some(SettingValue::Integer(value))
                }
                _ => bad(
                    format!("{} is outside {minimum} to {maximum}", number.value),
                    format!("use a number from {minimum} to {maximum}"),
                ),
            }
        }
        SettingKind::String => reader
            .text("default", Rules::OPTIONAL_LINE)
            .map(|text| SettingValue::String(text.value)),
        SettingKind::Url => {
            let url = reader.text("default", Rules::OPTIONAL_LINE)?;
            if text::is_url(&url.value) {
                return Some(SettingValue::String(url.value));
            }
            bad(
                format!("{} is not an absolute URL", quoted(&url.value)),
                "write `https://example.com/`".to_owned(),
            )
        }
        SettingKind::Choice(choices) => {
            let choice = reader.text("default", Rules::OPTIONAL_LINE)?;
            // Without choices there is a finding about them already.
            if choices.is_empty() {
                return None;
            }
            if choices.contains(&choice.value) {
                return Some(SettingValue::String(choice.value));
            }
            let words: Vec<&str> = choices.iter().map(String::as_str).collect();
            bad(
                format!("{} is none of the choices", quoted(&choice.value)),
                format!("use {}", one_of(&words)),
            )
        }
    }
}

/// Warns about passwords that anyone with the profile can read.
fn check_looks_secret(reader: &TableReader<'_>, key: &str, kind: &SettingKind, report: &Report) {
    const SIGNS: &[&str] = &[
        "password",
        "passwd",
        "passphrase",
        "secret",
        "token",
        "api-key",
        "apikey",
        "credential",
        "private-key",
    ];
    let key = key.to_ascii_lowercase();
    let Some(entry) = reader.entry("key") else {
        return;
    };
    if *kind == SettingKind::String && SIGNS.iter().any(|sign| key.contains(sign)) {
        Finding::new(
            Code::LooksSecret,
            format!("{} is stored in the clear", quoted(&key)),
        )
        .at(entry.node.span, "this sounds like a secret")
        .help("use `type = \"secret\"` and a property id from 0x67F0 to 0x67FF")
        .report(report);
    }
}

/// The property ids in use.
struct Ids {
    seen: HashMap<i64, Span>,
    stated: Vec<i64>,
}

impl Ids {
    fn new(readers: &[TableReader<'_>]) -> Ids {
        let stated = readers
            .iter()
            .filter_map(|reader| reader.entry("property-id")?.node.as_integer())
            .collect();
        Ids {
            seen: HashMap::new(),
            stated,
        }
    }

    fn free(&self, mut range: RangeInclusive<i64>) -> Option<i64> {
        range.find(|id| !self.stated.contains(id))
    }

    fn read(&mut self, reader: &TableReader<'_>, kind: &SettingKind, report: &Report) -> u16 {
        let range = if *kind == SettingKind::Secret {
            SECURE_IDS
        } else {
            OPEN_IDS
        };
        let advice = match self.free(range.clone()) {
            Some(id) => format!("0x{id:04X} is free"),
            None => "no id is free any more; use fewer settings".to_owned(),
        };
        reader.require(
            "property-id",
            &format!("add the id of its property in the profile section: {advice}"),
        );
        let Some(id) = reader.any_integer("property-id") else {
            return 0;
        };
        if !range.contains(&id.value) {
            report_outside(&id, kind, &advice, report);
        } else if let Some(first) = self.seen.get(&id.value) {
            Finding::new(
                Code::DuplicatePropertyId,
                format!("two settings have the property id 0x{:04X}", id.value),
            )
            .at(id.span, "again here")
            .at(*first, "first here")
            .help(advice)
            .report(report);
        }
        self.seen.entry(id.value).or_insert(id.span);
        u16::try_from(id.value).unwrap_or(0)
    }
}

fn report_outside(id: &Spanned<i64>, kind: &SettingKind, advice: &str, report: &Report) {
    let (code, message) = if *kind == SettingKind::Secret && OPEN_IDS.contains(&id.value) {
        (
            Code::SecureRange,
            "a secret needs a property id from 0x67F0 to 0x67FF".to_owned(),
        )
    } else if SECURE_IDS.contains(&id.value) {
        (
            Code::SecureRange,
            "the ids from 0x67F0 to 0x67FF are for secrets".to_owned(),
        )
    } else {
        (
            Code::ReservedPropertyId,
            "the property id is not one of the provider's own".to_owned(),
        )
    };
    let owner = match id.value {
        value if OPEN_IDS.contains(&value) => "MAPI does not encrypt this one",
        value if SECURE_IDS.contains(&value) => "MAPI encrypts this one",
        value if RUNTIME_IDS.contains(&value) => "the runtime uses 0x6600 to 0x660F itself",
        0x0001..=0x3FFF => "MAPI defines this one",
        0x4000..=0x57FF => "this one belongs to transport providers",
        0x5800..=0x5FFF => "this one belongs to recipients",
        0x6000..=0x65FF => "this one belongs to clients",
        0x6800..=0x7FFF => "this one belongs to message classes",
        0x8000..=0xFFFE => {
            "this one is for named properties, which a profile section does not have"
        }
        _ => "this is no property id",
    };
    Finding::new(code, message)
        .at(id.span, owner)
        .help(advice)
        .report(report);
}
