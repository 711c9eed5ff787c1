//! mapisvc.inf and the registry.

use super::prelude::*;
use crate::conformance::Registration;

pub(super) const CHECKS: &[Check] = &[
    Check::facts(
        "G112-merging-twice-is-merging-once",
        A(112),
        "mapisvc.inf",
        "file-format-of-mapisvc-inf",
        "Installing twice leaves the same bytes in mapisvc.inf as installing once.",
        merging_twice,
    ),
    Check::facts(
        "G112-removing-restores-every-byte",
        A(112),
        "mapisvc.inf",
        "file-format-of-mapisvc-inf",
        "Removing the service from mapisvc.inf leaves every byte of others as it was.",
        removing_restores,
    ),
    Check::facts(
        "G113-a-store-provider",
        A(113),
        "mapisvc.inf",
        "registering-services-and-service-providers-in-mapisvc-inf",
        "The service has a provider whose PR_RESOURCE_TYPE is MAPI_STORE_PROVIDER, with 16 bytes of PR_MDB_PROVIDER.",
        a_store_provider,
    ),
    Check::facts(
        "G113-one-dll-in-both-sections",
        A(113),
        "mapisvc.inf",
        "registering-services-and-service-providers-in-mapisvc-inf",
        "PR_SERVICE_DLL_NAME and PR_PROVIDER_DLL_NAME are the same, without the 32 that MAPI inserts, with one period, in \
         letters of every code page.",
        one_dll,
    ),
    Check::facts(
        "G113-file-has-the-32",
        A(113),
        "mapisvc.inf",
        "registering-services-and-service-providers-in-mapisvc-inf",
        "The file on disk has the name in mapisvc.inf with 32 before its extension.",
        file_has_the_32,
    ),
    Check::facts(
        "G115-indexing-names-the-provider",
        A(115),
        "Windows Search",
        "about-registering-stores-for-indexing",
        "The registry value for indexing is named by PR_MDB_PROVIDER, read as a GUID in memory order.",
        indexing_names_the_provider,
    ),
];

/// A mapisvc.inf with entries of others, odd spacing, a comment, a byte outside ASCII and no end to its last line.
const FOREIGN: &[u8] = b"; of somebody else\r\n[Services]\r\nMSEMS=Exch\xE4nge\r\nOTHER = Other  \r\n\r\n[MSEMS]\r\n\
    PR_DISPLAY_NAME=Exch\xE4nge\r\n[Default Services]\r\n\r\n\r\n[OTHER]\r\nProviders=OTHER_MS\r\n  66200003 = 06000000";

fn registration(subject: &Subject) -> Result<&Registration, Stop> {
    let found = subject.registration();
    found.ok_or_else(|| not_applicable("the suite was not given the files of the installation"))
}

type Merge<'a> = &'a dyn Fn(&[u8]) -> Vec<u8>;

fn merge(subject: &Subject) -> Result<(Merge<'_>, Merge<'_>), Stop> {
    match &registration(subject)?.merge {
        Some((add, remove)) => Ok((add.as_ref(), remove.as_ref())),
        None => Err(not_applicable(
            "the suite was not told how the installation changes mapisvc.inf",
        )),
    }
}

fn merging_twice(subject: &Subject) -> Verdict {
    let (add, _) = merge(subject)?;
    for before in [FOREIGN, b""] {
        let once = add(before);
        holds(
            once.len() > before.len(),
            "adding the service",
            "more than there was",
            text(&once),
        )?;
        equal("adding it again", text(&once), text(&add(&once)))?;
    }
    Ok(())
}

fn removing_restores(subject: &Subject) -> Verdict {
    let (add, remove) = merge(subject)?;
    for before in [FOREIGN, b"[Services]\r\n"] {
        let after = remove(&add(before));
        equal(
            "adding and removing the service",
            text(before),
            text(&after),
        )?;
    }
    equal(
        "removing it where it is not",
        text(FOREIGN),
        text(&remove(FOREIGN)),
    )
}

fn text(bytes: &[u8]) -> String {
    bytes.escape_ascii().to_string()
}

type Section<'a> = Vec<(&'a str, &'a str)>;

/// The sections of the service and of its first provider.
fn sections(registration: &Registration) -> Result<(Section<'_>, Section<'_>), Stop> {
    let section = |name: &str| {
        let called = format!("section [{name}]");
        some(&called, "in the file", inf_section(&registration.inf, name))
    };
    value(&section("Services")?, &registration.service)?;
    let service = section(&registration.service)?;
    let providers = value(&service, "Providers")?;
    let first = providers.split(',').next().unwrap_or_default().trim();
    let provider = section(first)?;
    Ok((service, provider))
}

fn value<'a>(section: &Section<'a>, key: &str) -> Result<&'a str, Stop> {
    let found = section
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case(key));
    some(key, "an entry", found.map(|(_, value)| *value))
}

/// The bytes of PR_MDB_PROVIDER.
fn identifier(provider: &Section<'_>) -> Result<[u8; 16], Stop> {
    let text = value(provider, "34140102")?;
    let bytes = inf_bytes(text).and_then(|bytes| bytes.try_into().ok());
    match bytes {
        Some(bytes) => Ok(bytes),
        None => fail(
            "34140102 (PR_MDB_PROVIDER)",
            "16 bytes in hexadecimal",
            text,
        ),
    }
}

fn a_store_provider(subject: &Subject) -> Verdict {
    let (_, provider) = sections(registration(subject)?)?;
    equal(
        "PR_RESOURCE_TYPE",
        "MAPI_STORE_PROVIDER",
        value(&provider, "PR_RESOURCE_TYPE")?,
    )?;
    identifier(&provider).map(drop)
}

fn one_dll(subject: &Subject) -> Verdict {
    let (service, provider) = sections(registration(subject)?)?;
    let name = value(&service, "PR_SERVICE_DLL_NAME")?;
    equal(
        "PR_PROVIDER_DLL_NAME",
        name,
        value(&provider, "PR_PROVIDER_DLL_NAME")?,
    )?;
    let (base, extension) = name.rsplit_once('.').unwrap_or((name, ""));
    holds(
        extension.eq_ignore_ascii_case("dll") && !base.is_empty() && !base.contains('.'),
        "PR_SERVICE_DLL_NAME",
        "a name with one period, before `dll`",
        name,
    )?;
    holds(
        !base.ends_with("32"),
        "PR_SERVICE_DLL_NAME",
        "a name without 32",
        name,
    )?;
    holds(
        name.is_ascii(),
        "PR_SERVICE_DLL_NAME",
        "letters of every code page",
        name,
    )
}

fn file_has_the_32(subject: &Subject) -> Verdict {
    let registration = registration(subject)?;
    let (service, _) = sections(registration)?;
    let Some(file) = &registration.file_name else {
        return Err(not_applicable(
            "the suite was not given the name of the DLL",
        ));
    };
    let name = value(&service, "PR_SERVICE_DLL_NAME")?;
    let name = name.rsplit(['\\', '/']).next().unwrap_or(name);
    let (base, extension) = name.rsplit_once('.').unwrap_or((name, "dll"));
    equal(
        "the name on disk",
        format!("{base}32.{extension}").to_ascii_lowercase(),
        file.to_ascii_lowercase(),
    )
}

fn indexing_names_the_provider(subject: &Subject) -> Verdict {
    let registration = registration(subject)?;
    let Some(registry) = &registration.indexing else {
        return Err(not_applicable("the stores are not registered for indexing"));
    };
    let (_, provider) = sections(registration)?;
    let wanted = format!("\"{{{}}}\"", guid_text(&identifier(&provider)?));
    holds(
        registry
            .to_ascii_uppercase()
            .contains(&wanted.to_ascii_uppercase()),
        "the registry file",
        format!("a value named {wanted}"),
        registry.trim(),
    )
}

/// The text of a GUID whose bytes lie in memory like this, on a machine with the lowest byte first.
fn guid_text(bytes: &[u8; 16]) -> String {
    let number =
        |bytes: &[u8]| -> String { bytes.iter().map(|byte| format!("{byte:02X}")).collect() };
    let reversed = |bytes: &[u8]| {
        let mut bytes = bytes.to_vec();
        bytes.reverse();
        number(&bytes)
    };
    format!(
        "{}-{}-{}-{}-{}",
        reversed(&bytes[..4]),
        reversed(&bytes[4..6]),
        reversed(&bytes[6..8]),
        number(&bytes[8..10]),
        number(&bytes[10..])
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_guid_is_read_with_the_lowest_byte_first() {
        let bytes = std::array::from_fn(|index| index as u8);
        assert_eq!(guid_text(&bytes), "03020100-0504-0706-0809-0A0B0C0D0E0F");
    }
}
