//! `[provider]`.

use super::super::codes::Code;
use super::super::finding::Finding;
use super::super::guid::Guid;
use super::super::model::Provider;
use super::super::names::{self, CrateNameError};
use super::super::property_sets;
use super::super::reader::{Rules, TableReader};
use super::super::report::{Report, Spanned, quoted};
use super::super::text;

/// Providers of Microsoft's, by PR_MDB_PROVIDER in memory order [H:EdkMdb.h, about-registering-stores-for-indexing].
const TAKEN_UIDS: &[(Guid, &str)] = &[
    (
        Guid::from_u128(0x4154494E_BFF9_01B8_00AA_0037D96E0000),
        "Outlook data files (.pst)",
    ),
    (
        Guid::from_u128(0xC0A19454_7F29_1B10_A587_08002B2A2517),
        "Exchange mailboxes",
    ),
    (
        Guid::from_u128(0x70FAB278_F7AF_CD11_9BC8_00AA002FC45A),
        "Exchange public folders",
    ),
    (
        Guid::from_u128(0x0077B49E_E474_CE11_8C5E_00AA004254E2),
        "other users' Exchange mailboxes",
    ),
];

pub(super) fn read(reader: &TableReader<'_>, report: &Report) -> Provider {
    let name = read_name(reader, report);
    let display_name = match reader.text("display-name", Rules::NAME) {
        Some(text) => text.value,
        None => text::title(&name),
    };
    reader.require(
        "vendor",
        "add the company or person that ships the provider: `vendor = \"Contoso\"`",
    );
    let vendor = reader
        .text("vendor", Rules::NAME)
        .map(|text| text.value)
        .unwrap_or_default();
    let description = match reader.text(
        "description",
        Rules {
            longest: 1000,
            ..Rules::LINE
        },
    ) {
        Some(text) => text.value,
        None => format!("{display_name}: a MAPI message store provider for Outlook"),
    };
    let uid = read_uid(reader, report).unwrap_or_else(|| Guid::derive(&vendor, &name));
    Provider {
        version: read_version(reader, report),
        license: read_license(reader, report),
        authors: read_authors(reader, report),
        name,
        display_name,
        vendor,
        description,
        uid,
    }
}

fn read_name(reader: &TableReader<'_>, report: &Report) -> String {
    reader.require(
        "name",
        "add the name of the crate: `name = \"my-provider\"`",
    );
    let Some(Spanned { value: name, span }) = reader.string("name") else {
        return "provider".to_owned();
    };
    let Err(error) = names::check_crate_name(&name) else {
        return name;
    };
    let (code, why) = match error {
        CrateNameError::Form(why) => (Code::BadCrateName, why),
        CrateNameError::Keyword => (Code::KeywordCrateName, "it is a keyword of Rust"),
        CrateNameError::Reserved => (Code::ReservedCrateName, "Rust or Cargo has it for itself"),
        CrateNameError::Dependency => (
            Code::DependencyCrateName,
            "the generated project depends on a crate of this name",
        ),
        CrateNameError::Device => (
            Code::DeviceName,
            "Windows takes a file of this name for a device",
        ),
    };
    let finding = Finding::new(
        code,
        format!("{} cannot be the name of a crate", quoted(&name)),
    )
    .at(span, why);
    let usable = names::usable_crate_name(&name);
    let finding = match usable.as_str() {
        "" => finding.help(
            "use lower-case letters, digits and hyphens, beginning with a letter: `my-provider`",
        ),
        usable => finding.help(format!("use {}, for instance", quoted(usable))),
    };
    finding.report(report);
    if usable.is_empty() {
        "provider".to_owned()
    } else {
        usable
    }
}

fn read_version(reader: &TableReader<'_>, report: &Report) -> String {
    let Some(version) = reader.string("version") else {
        return "0.1.0".to_owned();
    };
    if !text::is_version(&version.value) {
        Finding::new(
            Code::BadVersion,
            format!("{} is not a version", quoted(&version.value)),
        )
        .at(version.span, "")
        .help("write `major.minor.patch`: `version = \"0.1.0\"`")
        .report(report);
    } else if !text::fits_installer(&version.value) {
        Finding::new(
            Code::LargeVersion,
            format!("{} is too large for Windows Installer", quoted(&version.value)),
        )
        .at(version.span, "the largest is 255.255.65535")
        .help("use smaller numbers: from these on, an MSI cannot tell a newer version from an older one")
        .report(report);
    }
    version.value
}

fn read_license(reader: &TableReader<'_>, report: &Report) -> String {
    let Some(license) = reader.string("license") else {
        return String::new();
    };
    if !license.value.is_empty() && (license.value.len() > 255 || !text::is_license(&license.value))
    {
        Finding::new(
            Code::BadLicense,
            format!("{} is not an SPDX expression", quoted(&license.value)),
        )
        .at(license.span, "")
        .help("write `MIT`, `MIT OR Apache-2.0`, or `LicenseRef-Contoso` for a licence of your own")
        .help("leave it out if nobody else may use the crate")
        .report(report);
    }
    license.value
}

fn read_authors(reader: &TableReader<'_>, report: &Report) -> Vec<String> {
    let authors = reader
        .texts("authors", Rules::LINE, 100)
        .unwrap_or_default();
    for author in authors
        .iter()
        .filter(|author| !text::is_author(&author.value))
    {
        Finding::new(
            Code::BadAuthor,
            format!("{} is not an author", quoted(&author.value)),
        )
        .at(author.span, "")
        .help("write `Name` or `Name <address@example.com>`")
        .report(report);
    }
    authors.into_iter().map(|author| author.value).collect()
}

fn read_uid(reader: &TableReader<'_>, report: &Report) -> Option<Guid> {
    let text = reader.string("uid")?;
    let Some(guid) = Guid::parse(&text.value) else {
        Finding::new(Code::BadGuid, format!("{} is not a GUID", quoted(&text.value)))
            .at(text.span, "")
            .help("write it as `{3F0C7B52-5D0A-4F4E-9C83-7C1B6A52D1E7}`; `New-Guid` or `uuidgen` makes one")
            .help("leave it out to have it derived from vendor and name")
            .report(report);
        return None;
    };
    let known = TAKEN_UIDS
        .iter()
        .find(|(taken, _)| *taken == guid)
        .map(|(_, owner)| *owner);
    let set = property_sets::WELL_KNOWN
        .iter()
        .find(|set| set.guid == guid);
    let owner = match (known, set) {
        _ if guid.is_nil() => "nobody: it is all zeros".to_owned(),
        (Some(owner), _) => owner.to_owned(),
        (None, Some(set)) => format!("the property set {}", set.name),
        (None, None) => return Some(guid),
    };
    Finding::new(Code::TakenUid, "the provider UID is not the provider's own")
        .at(text.span, format!("this belongs to {owner}"))
        .help("leave `uid` out to have it derived from vendor and name, or make a new one")
        .report(report);
    None
}
