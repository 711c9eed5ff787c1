//! What the user configured for one profile, as values by key.

use std::{collections::BTreeMap, error::Error, fmt};

use crate::definition::{SettingDefinition, SettingKind, SettingValue};

/// A value as the profile holds it, before anybody knows whether it fits.
#[derive(Clone, Eq, PartialEq)]
pub enum RawSetting {
    /// `PT_UNICODE`.
    Text(String),
    /// `PT_LONG`.
    Integer(i32),
    /// `PT_BOOLEAN`.
    Boolean(bool),
    /// A value of a type that no setting has: wrong, and not the same as no value.
    Other,
}

impl fmt::Debug for RawSetting {
    /// Shows the type only: a raw value does not know whether it is a secret.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Text(_) => "Text(..)",
            Self::Integer(_) => "Integer(..)",
            Self::Boolean(_) => "Boolean(..)",
            Self::Other => "Other",
        })
    }
}

/// Text that must not get into logs, error messages or the store.
#[derive(Clone, Eq, PartialEq)]
pub struct Secret(String);

impl Secret {
    /// Hides the text.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text itself: for the remote, and for nobody else.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Secret(..)")
    }
}

/// Why the values of a profile make no valid settings. Never holds a value, as that could be a secret.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum SettingsError {
    /// A required setting has no value.
    Missing {
        /// Key of the setting.
        key: &'static str,
        /// What users call it.
        label: &'static str,
    },
    /// A value is of another type than its setting.
    WrongType {
        /// Key of the setting.
        key: &'static str,
        /// What users call it.
        label: &'static str,
    },
    /// A value is not one that its setting allows.
    NotAllowed {
        /// Key of the setting.
        key: &'static str,
        /// What users call it.
        label: &'static str,
        /// What it allows.
        allowed: String,
    },
}

impl SettingsError {
    /// Key of the setting that is wrong.
    #[must_use]
    pub fn key(&self) -> &'static str {
        match self {
            Self::Missing { key, .. }
            | Self::WrongType { key, .. }
            | Self::NotAllowed { key, .. } => key,
        }
    }
}

impl fmt::Display for SettingsError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing { label, .. } => write!(formatter, "`{label}` needs a value"),
            Self::WrongType { label, .. } => {
                write!(formatter, "the value of `{label}` has the wrong type")
            }
            Self::NotAllowed { label, allowed, .. } => {
                write!(formatter, "`{label}` must be {allowed}")
            }
        }
    }
}

impl Error for SettingsError {}

#[derive(Clone)]
enum Setting {
    Text(String),
    Integer(i32),
    Boolean(bool),
    Secret(Secret),
}

/// The settings of one profile, checked against the provider's definition.
///
/// Asking for a key that the provider does not define, or for another type than it defines, answers `None` like a
/// setting without a value: there is nothing useful a running provider could do about it.
#[derive(Clone, Default)]
pub struct Settings {
    values: BTreeMap<&'static str, Setting>,
}

impl Settings {
    /// Checks the profile's values; `value_of` answers what the profile holds for a setting. Defaults are filled in.
    ///
    /// # Errors
    /// Fails with the first setting that is missing or wrong, in the order of the definitions.
    pub fn new(
        definitions: &'static [SettingDefinition],
        value_of: impl Fn(&SettingDefinition) -> Option<RawSetting>,
    ) -> Result<Self, SettingsError> {
        let mut values = BTreeMap::new();
        for definition in definitions {
            let raw = value_of(definition).or_else(|| definition.default.map(RawSetting::from));
            // A text that was emptied in a form is a setting without a value.
            let raw = raw.filter(|raw| *raw != RawSetting::Text(String::new()));
            match raw {
                Some(raw) => {
                    values.insert(definition.key, check(definition, raw)?);
                }
                None if definition.required => {
                    return Err(SettingsError::Missing {
                        key: definition.key,
                        label: definition.label,
                    });
                }
                None => {}
            }
        }
        Ok(Self { values })
    }

    /// Settings from plain pairs, unchecked: for tests of a remote.
    #[must_use]
    pub fn from_pairs<const N: usize>(pairs: [(&'static str, RawSetting); N]) -> Self {
        let values = pairs
            .into_iter()
            .filter_map(|(key, raw)| Some((key, Setting::unchecked(raw)?)))
            .collect();
        Self { values }
    }

    /// Value of a setting of type string, url or choice.
    #[must_use]
    pub fn string(&self, key: &str) -> Option<&str> {
        match self.values.get(key) {
            Some(Setting::Text(text)) => Some(text),
            _ => None,
        }
    }

    /// Value of a setting of type integer.
    #[must_use]
    pub fn integer(&self, key: &str) -> Option<i32> {
        match self.values.get(key) {
            Some(Setting::Integer(value)) => Some(*value),
            _ => None,
        }
    }

    /// Value of a setting of type boolean.
    #[must_use]
    pub fn boolean(&self, key: &str) -> Option<bool> {
        match self.values.get(key) {
            Some(Setting::Boolean(value)) => Some(*value),
            _ => None,
        }
    }

    /// Value of a setting of type secret.
    #[must_use]
    pub fn secret(&self, key: &str) -> Option<&Secret> {
        match self.values.get(key) {
            Some(Setting::Secret(secret)) => Some(secret),
            _ => None,
        }
    }
}

impl fmt::Debug for Settings {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut map = formatter.debug_map();
        for (key, value) in &self.values {
            match value {
                Setting::Text(text) => map.entry(key, text),
                Setting::Integer(value) => map.entry(key, value),
                Setting::Boolean(value) => map.entry(key, value),
                Setting::Secret(secret) => map.entry(key, secret),
            };
        }
        map.finish()
    }
}

impl From<SettingValue> for RawSetting {
    fn from(value: SettingValue) -> Self {
        match value {
            SettingValue::Text(text) => Self::Text(text.to_owned()),
            SettingValue::Integer(value) => Self::Integer(value),
            SettingValue::Boolean(value) => Self::Boolean(value),
        }
    }
}

impl Setting {
    fn unchecked(raw: RawSetting) -> Option<Self> {
        match raw {
            RawSetting::Text(text) => Some(Self::Text(text)),
            RawSetting::Integer(value) => Some(Self::Integer(value)),
            RawSetting::Boolean(value) => Some(Self::Boolean(value)),
            RawSetting::Other => None,
        }
    }
}

fn check(definition: &SettingDefinition, raw: RawSetting) -> Result<Setting, SettingsError> {
    let SettingDefinition {
        key, label, kind, ..
    } = *definition;
    let not_allowed = |allowed: String| {
        Err(SettingsError::NotAllowed {
            key,
            label,
            allowed,
        })
    };
    match (kind, raw) {
        (SettingKind::String, RawSetting::Text(text)) => Ok(Setting::Text(text)),
        (SettingKind::Url, RawSetting::Text(text)) => {
            if is_absolute_url(&text) {
                Ok(Setting::Text(text))
            } else {
                not_allowed("an absolute URL, such as https://mail.example.com/".to_owned())
            }
        }
        (SettingKind::Choice(choices), RawSetting::Text(text)) => {
            if choices.contains(&text.as_str()) {
                Ok(Setting::Text(text))
            } else {
                not_allowed(format!("one of {}", choices.join(", ")))
            }
        }
        (SettingKind::Secret, RawSetting::Text(text)) => Ok(Setting::Secret(Secret(text))),
        (SettingKind::Integer { minimum, maximum }, RawSetting::Integer(value)) => {
            if (minimum..=maximum).contains(&value) {
                Ok(Setting::Integer(value))
            } else {
                not_allowed(format!("between {minimum} and {maximum}"))
            }
        }
        (SettingKind::Boolean, RawSetting::Boolean(value)) => Ok(Setting::Boolean(value)),
        _ => Err(SettingsError::WrongType { key, label }),
    }
}

/// A scheme, `://`, something, and no blanks: enough to catch a typing error; the remote's client judges the rest.
fn is_absolute_url(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once("://") else {
        return false;
    };
    scheme.starts_with(|first: char| first.is_ascii_alphabetic())
        && scheme
            .chars()
            .all(|letter| letter.is_ascii_alphanumeric() || "+-.".contains(letter))
        && !rest.is_empty()
        && !rest.starts_with('/')
        && !text.contains(|letter: char| letter.is_whitespace() || letter.is_control())
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn setting(
        key: &'static str,
        kind: SettingKind,
        default: Option<SettingValue>,
        required: bool,
    ) -> SettingDefinition {
        SettingDefinition {
            key,
            label: key,
            property_id: 0x6610,
            kind,
            default,
            required,
        }
    }

    static DEFINITIONS: &[SettingDefinition] = &[
        setting("server", SettingKind::Url, None, true),
        setting(
            "user",
            SettingKind::String,
            Some(SettingValue::Text("guest")),
            true,
        ),
        setting("password", SettingKind::Secret, None, false),
        setting(
            "days",
            SettingKind::Integer {
                minimum: 1,
                maximum: 30,
            },
            Some(SettingValue::Integer(7)),
            false,
        ),
        setting(
            "attachments",
            SettingKind::Boolean,
            Some(SettingValue::Boolean(true)),
            false,
        ),
        setting("mode", SettingKind::Choice(&["fast", "full"]), None, false),
    ];

    fn settings(pairs: &[(&str, RawSetting)]) -> Result<Settings, SettingsError> {
        Settings::new(DEFINITIONS, |definition| {
            pairs
                .iter()
                .find(|(key, _)| *key == definition.key)
                .map(|(_, raw)| raw.clone())
        })
    }

    fn text(text: &str) -> RawSetting {
        RawSetting::Text(text.to_owned())
    }

    #[test]
    fn values_and_defaults_come_by_key_and_type() {
        let settings = settings(&[
            ("server", text("https://mail.example.com/x")),
            ("mode", text("full")),
        ])
        .unwrap();
        assert_eq!(
            settings.string("server"),
            Some("https://mail.example.com/x")
        );
        assert_eq!(settings.string("user"), Some("guest"));
        assert_eq!(settings.string("mode"), Some("full"));
        assert_eq!(settings.integer("days"), Some(7));
        assert_eq!(settings.boolean("attachments"), Some(true));
        assert!(settings.secret("password").is_none());
        assert!(settings.string("days").is_none() && settings.integer("nonsense").is_none());
    }

    #[test]
    fn each_kind_refuses_what_does_not_fit() {
        let server = ("server", text("https://mail.example.com"));
        let key = |pairs: &[(&str, RawSetting)]| settings(pairs).unwrap_err().key();
        assert_eq!(key(&[]), "server");
        assert_eq!(
            key(&[("server", text(""))]),
            "server",
            "an emptied text is no value"
        );
        for url in [
            "mail.example.com",
            "https://",
            "https:///x",
            "://x",
            "1x://y",
            "https://a b",
        ] {
            assert!(
                matches!(
                    settings(&[("server", text(url))]),
                    Err(SettingsError::NotAllowed { .. })
                ),
                "{url}"
            );
        }
        assert_eq!(
            key(&[server.clone(), ("days", RawSetting::Integer(31))]),
            "days"
        );
        assert_eq!(key(&[server.clone(), ("days", text("7"))]), "days");
        assert_eq!(key(&[server.clone(), ("mode", text("slow"))]), "mode");
        assert_eq!(key(&[server.clone(), ("user", RawSetting::Other)]), "user");
        assert_eq!(
            key(&[server, ("attachments", RawSetting::Integer(1))]),
            "attachments"
        );
    }

    #[test]
    fn nothing_prints_a_secret() {
        let server = ("server", text("https://mail.example.com"));
        let settings = settings(&[server, ("password", text("hunter2"))]).unwrap();
        assert_eq!(settings.secret("password").unwrap().expose(), "hunter2");
        let printed = format!(
            "{settings:?} {:?} {:?}",
            settings.secret("password"),
            text("hunter2")
        );
        assert!(!printed.contains("hunter2"), "{printed}");
        assert!(printed.contains("guest"));
        assert!(settings.string("password").is_none());
    }
}
