//! The bill of materials, as CycloneDX has it: what is in the package, and where it comes from.

use cyclonedx_bom::external_models::normalized_string::NormalizedString;
use cyclonedx_bom::external_models::spdx::SpdxExpression;
use cyclonedx_bom::external_models::uri::Purl;
use cyclonedx_bom::models::bom::{Bom, SpecVersion, UrnUuid};
use cyclonedx_bom::models::component::{Classification, Component as Entry, Components};
use cyclonedx_bom::models::dependency::{Dependencies, Dependency};
use cyclonedx_bom::models::hash::{Hash, HashAlgorithm, HashValue, Hashes};
use cyclonedx_bom::models::license::{LicenseChoice, Licenses};
use cyclonedx_bom::models::metadata::Metadata;
use cyclonedx_bom::models::organization::OrganizationalEntity;
use cyclonedx_bom::models::tool::{Tool, Tools};
use cyclonedx_bom::validation::Validate;
use uuid::Uuid;

use super::components::{Component, Origin};
use super::error::Error;
use crate::spec::Spec;

/// The namespace of serial numbers, which are made of the contents. It must never change: the same contents have the same
/// number.
const SERIAL_NUMBER_NAMESPACE: Uuid = Uuid::from_u128(0x5B3D_2E0C_94A1_4D8B_9A46_0C7E_D1F3_6A28);

/// A file of the package and its SHA-256 in hexadecimal digits.
pub(super) struct Part<'a> {
    pub name: &'a str,
    pub sha256: &'a str,
}

/// The bill of materials of one package as JSON.
///
/// Neither time nor chance is in it: the same contents give the same bytes.
pub(super) fn sbom(
    spec: &Spec,
    architecture: &str,
    components: &[Component],
    parts: &[Part<'_>],
) -> Result<Vec<u8>, Error> {
    let mut bom = bom(spec, architecture, components, parts);
    let result = bom.validate_version(SpecVersion::V1_5);
    if !result.passed() {
        return Err(failed(format!("{result:?}")));
    }
    let text = write(bom.clone())?;
    let serial = Uuid::new_v5(&SERIAL_NUMBER_NAMESPACE, &text);
    bom.serial_number = Some(UrnUuid::from(serial));
    let mut text = write(bom)?;
    text.push(b'\n');
    Ok(text)
}

fn failed(message: String) -> Error {
    Error::Format {
        what: "bill of materials",
        message,
    }
}

fn write(bom: Bom) -> Result<Vec<u8>, Error> {
    let mut text = Vec::new();
    bom.output_as_json(&mut text, SpecVersion::V1_5)
        .map_err(|error| failed(error.to_string()))?;
    Ok(text)
}

fn bom(spec: &Spec, architecture: &str, components: &[Component], parts: &[Part<'_>]) -> Bom {
    let provider = &spec.provider;
    let root = format!("{}@{}#{architecture}", provider.name, provider.version);
    let mut product = Entry::new(
        Classification::Application,
        &provider.name,
        &provider.version,
        Some(root.clone()),
    );
    product.description = Some(NormalizedString::new(&provider.description));
    product.supplier = Some(supplier(&provider.vendor));
    product.licenses = licenses(&provider.license);
    let files = parts.iter().map(|part| {
        let reference = format!("{root}/{}", part.name);
        let mut entry = Entry::new(
            Classification::File,
            part.name,
            &provider.version,
            Some(reference),
        );
        entry.hashes = hashes(part.sha256);
        entry
    });
    product.components = Some(Components(files.collect()));

    let entries = components.iter().map(|component| {
        let mut entry = Entry::new(
            Classification::Library,
            &component.name,
            &component.version,
            Some(reference(component)),
        );
        if !component.description.is_empty() {
            entry.description = Some(NormalizedString::new(&component.description));
        }
        entry.licenses = licenses(&component.license);
        entry.purl = purl(component);
        if !component.checksum.is_empty() {
            entry.hashes = hashes(&component.checksum);
        }
        entry
    });
    let roots = components.iter().filter(|component| component.is_root);
    let mut dependencies = vec![Dependency {
        dependency_ref: root.clone(),
        dependencies: roots.map(reference).collect(),
    }];
    dependencies.extend(components.iter().map(|component| {
        let dependencies = component.dependencies.iter();
        Dependency {
            dependency_ref: reference(component),
            dependencies: dependencies
                .map(|index| reference(&components[*index]))
                .collect(),
        }
    }));
    Bom {
        version: 1,
        serial_number: None,
        metadata: Some(Metadata {
            tools: Some(Tools::List(vec![Tool::new(
                "cargo-mapi",
                "cargo-mapi",
                env!("CARGO_PKG_VERSION"),
            )])),
            component: Some(product),
            ..Metadata::default()
        }),
        components: Some(Components(entries.collect())),
        services: None,
        external_references: None,
        dependencies: Some(Dependencies(dependencies)),
        compositions: None,
        properties: None,
        vulnerabilities: None,
        signature: None,
        annotations: None,
        formulation: None,
        spec_version: SpecVersion::V1_5,
    }
}

/// The package URL of a component, if others can get it. Without a qualifier it would be the package of crates.io with
/// this name.
fn purl(component: &Component) -> Option<Purl> {
    let kind = match component.origin {
        Origin::Inside => "generic",
        _ => "cargo",
    };
    let plain = Purl::new(kind, &component.name, &component.version).ok()?;
    match &component.origin {
        Origin::CratesIo | Origin::Inside => Some(plain),
        Origin::Elsewhere(Some(qualifier)) => format!("{plain}?{qualifier}").parse().ok(),
        Origin::Elsewhere(None) | Origin::Directory => None,
    }
}

/// What other parts of the document call a component; no path of the machine is in it.
fn reference(component: &Component) -> String {
    let (kind, qualifier) = match &component.origin {
        Origin::CratesIo => ("cargo", ""),
        Origin::Elsewhere(qualifier) => ("elsewhere", qualifier.as_deref().unwrap_or_default()),
        Origin::Directory => ("project", ""),
        Origin::Inside => ("inside", ""),
    };
    let separator = if qualifier.is_empty() { "" } else { "?" };
    format!(
        "{kind}:{}@{}{separator}{qualifier}",
        component.name, component.version
    )
}

fn supplier(vendor: &str) -> OrganizationalEntity {
    OrganizationalEntity {
        bom_ref: None,
        name: Some(NormalizedString::new(vendor)),
        url: None,
        contact: None,
    }
}

fn hashes(sha256: &str) -> Option<Hashes> {
    Some(Hashes(vec![Hash {
        alg: HashAlgorithm::SHA_256,
        content: HashValue(sha256.to_owned()),
    }]))
}

/// An expression of SPDX, or the text as the name of a licence; nothing for no text.
fn licenses(license: &str) -> Option<Licenses> {
    if license.is_empty() {
        return None;
    }
    let choice = match SpdxExpression::parse_lax(license.to_owned()) {
        Ok(expression) => LicenseChoice::Expression(expression),
        Err(_) => LicenseChoice::license(license),
    };
    Some(Licenses(vec![choice]))
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    fn spec() -> Spec {
        let text = "spec-version = 1\n[provider]\nname = \"my-provider\"\nvendor = \"Contoso\"\n";
        crate::spec::load("provider.toml", text, &[]).spec.unwrap()
    }

    fn components() -> Vec<Component> {
        let component = |name: &str, license: &str, origin, dependencies| Component {
            name: name.to_owned(),
            version: "1.2.3".to_owned(),
            description: "\"quoted\"\nline".to_owned(),
            license: license.to_owned(),
            license_file: None,
            directory: PathBuf::from("/somewhere"),
            checksum: if origin == Origin::CratesIo {
                "ab".repeat(32)
            } else {
                String::new()
            },
            is_root: origin == Origin::Directory,
            origin,
            dependencies,
        };
        vec![
            component("library", "MIT/Apache-2.0", Origin::CratesIo, vec![]),
            component("my-provider", "", Origin::Directory, vec![0]),
            component("odd", "LicenseRef something", Origin::CratesIo, vec![]),
        ]
    }

    #[test]
    fn the_same_contents_give_the_same_bytes() {
        let hash = "cd".repeat(32);
        let parts = [Part {
            name: "x32.dll",
            sha256: &hash,
        }];
        let first = sbom(&spec(), "x64", &components(), &parts).unwrap();
        assert_eq!(first, sbom(&spec(), "x64", &components(), &parts).unwrap());
        let other = sbom(&spec(), "x86", &components(), &parts).unwrap();
        let serial = |text: &[u8]| {
            let json: serde_json::Value = serde_json::from_slice(text).unwrap();
            assert_eq!(json["bomFormat"], "CycloneDX");
            assert_eq!(json["specVersion"], "1.5");
            assert!(json["metadata"].get("timestamp").is_none());
            json["serialNumber"].as_str().unwrap().to_owned()
        };
        assert_ne!(serial(&first), serial(&other));
        let serial = serial(&first);
        let uuid = Uuid::parse_str(serial.strip_prefix("urn:uuid:").unwrap()).unwrap();
        assert_eq!(uuid.get_version_num(), 5);
        let text = String::from_utf8(first).unwrap();
        assert!(!text.contains("somewhere"), "{text}");
    }

    #[test]
    fn it_reads_back_with_every_component() {
        let text = sbom(&spec(), "x64", &components(), &[]).unwrap();
        let bom = Bom::parse_from_json(&*text).unwrap();
        assert!(bom.validate_version(SpecVersion::V1_5).passed());
        let entries = bom.components.unwrap().0;
        let names: Vec<String> = entries.iter().map(|entry| entry.name.to_string()).collect();
        assert_eq!(names, ["library", "my-provider", "odd"]);
        assert_eq!(
            entries[0].purl.as_ref().unwrap().to_string(),
            "pkg:cargo/library@1.2.3"
        );
        assert!(entries[1].purl.is_none() && entries[1].licenses.is_none());
        let json: serde_json::Value = serde_json::from_slice(&text).unwrap();
        assert_eq!(
            json["components"][0]["licenses"][0]["expression"],
            "MIT OR Apache-2.0"
        );
        assert_eq!(
            json["components"][2]["licenses"][0]["license"]["name"],
            "LicenseRef something"
        );
        assert_eq!(
            json["dependencies"][0]["dependsOn"][0],
            "project:my-provider@1.2.3"
        );
        assert_eq!(
            json["dependencies"][2]["dependsOn"][0],
            "cargo:library@1.2.3"
        );
    }

    /// A package of the same name as the provider's, and one that crates.io has as well, are neither.
    #[test]
    fn only_what_is_from_crates_io_is_said_to_be() {
        let mut components = components();
        let mut twin = |name: &str, qualifier: Option<&str>| {
            let mut twin = components[0].clone();
            twin.name = name.to_owned();
            twin.origin = Origin::Elsewhere(qualifier.map(str::to_owned));
            twin.checksum.clear();
            components.push(twin);
        };
        let qualifier = "vcs_url=git%2Bhttps://git.example/thing%400123abc";
        twin("library", Some(qualifier));
        twin("my-provider", None);
        let text = sbom(&spec(), "x64", &components, &[]).unwrap();
        let bom = Bom::parse_from_json(&*text).unwrap();
        assert!(bom.validate_version(SpecVersion::V1_5).passed());
        let purls: Vec<Option<String>> = (bom.components.unwrap().0.iter())
            .map(|entry| entry.purl.as_ref().map(ToString::to_string))
            .collect();
        let forked = format!("pkg:cargo/library@1.2.3?{qualifier}");
        assert_eq!(
            [&purls[0], &purls[3], &purls[4]],
            [
                &Some("pkg:cargo/library@1.2.3".to_owned()),
                &Some(forked),
                &None
            ]
        );
        let json: serde_json::Value = serde_json::from_slice(&text).unwrap();
        assert_eq!(
            json["dependencies"][0]["dependsOn"],
            serde_json::json!(["project:my-provider@1.2.3"])
        );
    }
}
