//! The sections of one provider, as the generated `registration/mapisvc.inf` has them.

use super::Inf;
use super::lines::{Content, lines, trim};

/// The section that lists all services.
pub(super) const SERVICES: &str = "Services";
/// The entries whose value is the DLL, and gets the DLL's directory.
pub(super) const DLL_ENTRIES: [&str; 2] = ["PR_SERVICE_DLL_NAME", "PR_PROVIDER_DLL_NAME"];
/// The entry of a service's section that names its providers' sections.
pub(super) const PROVIDERS: &str = "Providers";
/// The entry of a provider's section with its identifier, `PR_MDB_PROVIDER`, by its tag.
pub(super) const PROVIDER_UID: &str = "34140102";

/// The sections of one provider.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Fragment {
    pub(super) sections: Vec<Section>,
}

/// A section, with its entries in their order.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Section {
    pub(super) name: String,
    pub(super) entries: Vec<(String, String)>,
}

impl Fragment {
    /// Reads a fragment: ASCII, or UTF-16 with a byte order mark.
    pub fn parse(bytes: &[u8]) -> Self {
        let mut sections: Vec<Section> = Vec::new();
        for line in lines(&Inf::read(bytes).legible()) {
            match (line.content, sections.last_mut()) {
                (Content::Header(name), _) => sections.push(Section {
                    name: trim(name).to_owned(),
                    entries: Vec::new(),
                }),
                (Content::Entry(key, value), Some(section)) => {
                    section.entries.push((key.to_owned(), value.to_owned()));
                }
                _ => {}
            }
        }
        Self { sections }
    }

    /// The name of the DLL without the "32" that MAPI inserts, as the fragment has it.
    pub fn dll(&self) -> Option<&str> {
        let is_dll = |key: &str| DLL_ENTRIES.iter().any(|entry| same(entry, key));
        self.entries()
            .find(|(key, _)| is_dll(key))
            .map(|(_, dll)| dll.as_str())
    }

    /// The name of the message service.
    pub fn service(&self) -> Option<&str> {
        self.services().next()
    }

    /// The provider's identifier in hexadecimal digits.
    pub(super) fn provider_uid(&self) -> Option<&str> {
        self.entries()
            .find(|(key, _)| same(key, PROVIDER_UID))
            .map(|(_, uid)| uid.as_str())
    }

    /// The names of the services that it lists.
    pub(super) fn services(&self) -> impl Iterator<Item = &str> {
        self.sections
            .iter()
            .filter(|section| same(&section.name, SERVICES))
            .flat_map(|section| &section.entries)
            .map(|(key, _)| key.as_str())
    }

    /// Whether a section of its own has this name.
    pub(super) fn names_section(&self, name: &str) -> bool {
        self.sections
            .iter()
            .any(|section| !same(&section.name, SERVICES) && same(&section.name, name))
    }

    /// Whether it lists a service of this name.
    pub(super) fn names_service(&self, name: &str) -> bool {
        self.services().any(|service| same(service, name))
    }

    fn entries(&self) -> impl Iterator<Item = &(String, String)> {
        self.sections.iter().flat_map(|section| &section.entries)
    }
}

/// Whether two names of sections or keys are one, as Windows compares them; blanks around them do not count.
pub(super) fn same(left: &str, right: &str) -> bool {
    trim(left).eq_ignore_ascii_case(trim(right))
}
