//! mapisvc.inf, as MAPI reads it when it makes a profile.

use crate::host::*;
use mapi_abi::*;

impl ServiceDescription {
    /// Reads the sections of a message service and of its first provider out of a mapisvc.inf.
    ///
    /// `None` if the file does not list the service, or if a section that it names is missing. Properties whose key is
    /// neither a tag nor a name that MAPI knows are left out.
    pub fn from_inf(inf: &str, service: &str) -> Option<Self> {
        inf_section(inf, "Services")?
            .iter()
            .find(|(key, _)| key.eq_ignore_ascii_case(service))?;
        let entries = inf_section(inf, service)?;
        let providers = entries
            .iter()
            .find(|(key, _)| key.eq_ignore_ascii_case("Providers"))?;
        let provider = inf_section(inf, providers.1.split(',').next()?.trim())?;
        let mut description = Self {
            service: entries
                .iter()
                .filter_map(|(key, value)| entry(key, value))
                .collect(),
            provider: provider
                .iter()
                .filter_map(|(key, value)| entry(key, value))
                .collect(),
        };
        description
            .service
            .push(Prop::new(PR_SERVICE_NAME, service));
        Some(description)
    }
}

impl Prop {
    /// Reads `TAG=VALUE`, with the tag in eight hexadecimal digits as in mapisvc.inf, type included.
    ///
    /// A value is text for strings, a number for integers (`0x` makes it hexadecimal), `true` or `false`, or hexadecimal
    /// digits for bytes.
    ///
    /// # Errors
    /// Says what is wrong with the text.
    pub fn parse(text: &str) -> std::result::Result<Self, String> {
        let (key, value) = text
            .split_once('=')
            .ok_or_else(|| format!("`{text}` is not TAG=VALUE"))?;
        let is_tag = key.len() == 8 && key.bytes().all(|digit| digit.is_ascii_hexdigit());
        let tag = u32::from_str_radix(key, 16)
            .ok()
            .filter(|_| is_tag)
            .ok_or_else(|| format!("`{key}` is no tag of eight hexadecimal digits"))?;
        let number = || match value.strip_prefix("0x") {
            Some(digits) => u32::from_str_radix(digits, 16).ok().map(|bits| bits as i32),
            None => value.parse().ok(),
        };
        let parsed = match prop_type(tag) {
            PT_UNICODE => Some(Value::Unicode(value.into())),
            PT_STRING8 => Some(Value::String8(value.into())),
            PT_LONG => number().map(Value::Long),
            PT_BOOLEAN => match value {
                "true" | "1" => Some(Value::Boolean(true)),
                "false" | "0" => Some(Value::Boolean(false)),
                _ => None,
            },
            PT_BINARY => inf_bytes(value).map(Value::Binary),
            _ => return Err(format!("`{key}` has a type that cannot be given as text")),
        };
        parsed
            .map(|value| Self { tag, value })
            .ok_or_else(|| format!("`{value}` is no value of the type of `{key}`"))
    }
}

/// The entries of a section, in order; `None` if there is no such section.
pub(crate) fn inf_section<'a>(inf: &'a str, name: &str) -> Option<Vec<(&'a str, &'a str)>> {
    let mut lines = inf.trim_start_matches('\u{feff}').lines().map(str::trim);
    lines.find(|line| {
        let inner = line
            .strip_prefix('[')
            .and_then(|line| line.strip_suffix(']'));
        inner.is_some_and(|inner| inner.trim().eq_ignore_ascii_case(name))
    })?;
    let entries = lines.take_while(|line| !line.starts_with('['));
    Some(
        entries
            .filter(|line| !line.starts_with(';'))
            .filter_map(|line| line.split_once('='))
            .map(|(key, value)| (key.trim(), value.trim()))
            .collect(),
    )
}

fn entry(key: &str, value: &str) -> Option<Prop> {
    let tag = match key {
        "PR_DISPLAY_NAME" => PR_DISPLAY_NAME,
        "PR_PROVIDER_DISPLAY" => PR_PROVIDER_DISPLAY,
        "PR_PROVIDER_DLL_NAME" => PR_PROVIDER_DLL_NAME,
        "PR_SERVICE_DLL_NAME" => PR_SERVICE_DLL_NAME,
        "PR_SERVICE_ENTRY_NAME" => PR_SERVICE_ENTRY_NAME,
        "PR_RESOURCE_TYPE" => PR_RESOURCE_TYPE,
        "PR_RESOURCE_FLAGS" => PR_RESOURCE_FLAGS,
        hex if hex.len() == 8 => u32::from_str_radix(hex, 16).ok()?,
        _ => return None,
    };
    let value = match prop_type(tag) {
        PT_UNICODE => Value::Unicode(value.into()),
        PT_STRING8 => Value::String8(value.into()),
        PT_LONG => Value::Long(long(value)?),
        PT_BOOLEAN => Value::Boolean(long(value)? != 0),
        PT_BINARY => Value::Binary(inf_bytes(value)?),
        _ => return None,
    };
    Some(Prop { tag, value })
}

/// Names joined with bars, or the bytes of the number in memory order.
fn long(value: &str) -> Option<i32> {
    if let Some(bytes) = inf_bytes(value).and_then(|bytes| bytes.try_into().ok()) {
        return Some(i32::from_le_bytes(bytes));
    }
    value.split('|').try_fold(0, |bits, name| {
        let bit = match name.trim() {
            "MAPI_STORE_PROVIDER" => MAPI_STORE_PROVIDER,
            "SERVICE_SINGLE_COPY" => SERVICE_SINGLE_COPY,
            "SERVICE_NO_PRIMARY_IDENTITY" => SERVICE_NO_PRIMARY_IDENTITY,
            "SERVICE_PRIMARY_IDENTITY" => SERVICE_PRIMARY_IDENTITY,
            "STATUS_DEFAULT_STORE" => STATUS_DEFAULT_STORE,
            "STATUS_NO_DEFAULT_STORE" => STATUS_NO_DEFAULT_STORE,
            "STATUS_PRIMARY_IDENTITY" => STATUS_PRIMARY_IDENTITY,
            "STATUS_NO_PRIMARY_IDENTITY" => STATUS_NO_PRIMARY_IDENTITY,
            "STATUS_PRIMARY_STORE" => STATUS_PRIMARY_STORE,
            "STATUS_SECONDARY_STORE" => STATUS_SECONDARY_STORE,
            "STATUS_OWN_STORE" => STATUS_OWN_STORE,
            _ => return None,
        };
        Some(bits | bit as i32)
    })
}

pub(crate) fn inf_bytes(value: &str) -> Option<Vec<u8>> {
    if value.is_empty() || !value.len().is_multiple_of(2) {
        return None;
    }
    let pairs = (0..value.len()).step_by(2);
    pairs
        .map(|start| u8::from_str_radix(value.get(start..start + 2)?, 16).ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const INF: &str = "; a comment\r\n[Services]\r\nFABRIKAM=Fabrikam Mail\r\n\r\n[FABRIKAM]\r\nProviders=FABRIKAM_MS\r\n\
        PR_SERVICE_DLL_NAME=fabrikam.dll\r\nPR_RESOURCE_FLAGS=SERVICE_SINGLE_COPY | SERVICE_NO_PRIMARY_IDENTITY\r\n\
        [FABRIKAM_MS]\r\nPR_RESOURCE_TYPE=MAPI_STORE_PROVIDER\r\n34140102=4e495441f9bfb80100aa0037d96e0000\r\n\
        66200003=06000000\r\nPR_UNKNOWN=1\r\n";

    #[test]
    fn the_sections_become_properties() {
        let description = ServiceDescription::from_inf(INF, "FABRIKAM").unwrap();
        let service = Props(description.service);
        assert_eq!(service.text(PR_SERVICE_DLL_NAME), Some("fabrikam.dll"));
        assert_eq!(service.text(PR_SERVICE_NAME), Some("FABRIKAM"));
        assert_eq!(service.bits(PR_RESOURCE_FLAGS), Some(0x22));
        let provider = Props(description.provider);
        assert_eq!(provider.long(PR_RESOURCE_TYPE), Some(33));
        assert_eq!(provider.binary(PR_MDB_PROVIDER).unwrap()[..4], *b"NITA");
        assert_eq!(provider.long(0x6620_0003), Some(6));
        assert_eq!(provider.len(), 3);
    }

    #[test]
    fn properties_are_read_from_text() {
        let parse = |text| Prop::parse(text).map(|prop| (prop.tag, prop.value));
        assert_eq!(parse("6610001F=a=b"), Ok((0x6610_001F, "a=b".into())));
        assert_eq!(parse("66200003=-7"), Ok((0x6620_0003, Value::Long(-7))));
        assert_eq!(
            parse("66200003=0xFFFFFFFF"),
            Ok((0x6620_0003, Value::Long(-1)))
        );
        assert_eq!(parse("6621000b=true"), Ok((0x6621_000B, true.into())));
        assert_eq!(
            parse("66220102=00ff"),
            Ok((0x6622_0102, Value::Binary(vec![0, 255])))
        );
        for wrong in [
            "6610001F",
            "+610001F=x",
            "66200003=x",
            "6621000B=2",
            "66220102=0",
            "6623000D=1",
        ] {
            assert!(Prop::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn what_the_file_does_not_list_is_no_service() {
        assert_eq!(ServiceDescription::from_inf(INF, "CONTOSO"), None);
        assert_eq!(ServiceDescription::from_inf(INF, "FABRIKAM_MS"), None);
    }
}
