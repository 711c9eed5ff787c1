//! Whose a section of MAPISVC.INF is.
//!
//! Names alone do not tell: another vendor may have taken the same one. A section is the provider's own if it names the
//! provider's DLL, by its file name and in whichever directory, or if it or a provider of its list has the provider's identifier.
//! A section with a name of the fragment that has no DLL and no identifier is what is left of one, and own, too; with other
//! ones it is foreign. Sections with other names are own if an own service lists them, no other service does, and they name
//! the DLL or the identifier: an older version called them so.

use super::fragment::{DLL_ENTRIES, Fragment, PROVIDER_UID, PROVIDERS, SERVICES, same};
use super::inf::Conflict;
use super::lines::{Content, Line, lines, trim};

/// Whose a section is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Owner {
    /// The provider's.
    Own,
    /// Somebody else's.
    Other,
}

/// Whose the sections of a file are.
#[derive(Debug)]
pub(super) struct Ownership {
    /// By number, see [`Line::section`].
    owners: Vec<Owner>,
    /// A section of an own name that is foreign; the text is as the file has it.
    pub(super) conflict: Option<Conflict>,
    /// Whether entries of the lists of services under the service's name are the provider's.
    pub(super) has_service: bool,
}

/// What tells the owner of a section.
#[derive(Default)]
struct Evidence<'a> {
    name: &'a str,
    dlls: Vec<&'a str>,
    uids: Vec<&'a str>,
    providers: Vec<&'a str>,
}

impl Ownership {
    pub(super) fn of(text: &str, fragment: &Fragment) -> Self {
        let sections = evidence(text);
        let named: Vec<usize> = (1..sections.len())
            .filter(|&number| fragment.names_section(sections[number].name))
            .collect();
        let mut owners = vec![Owner::Other; sections.len()];
        let mut conflict = None;
        let mut has_service = true;
        for &number in &named {
            match foreign_dll(&sections, number, fragment) {
                None => owners[number] = Owner::Own,
                Some(dll) => {
                    let section = trim(sections[number].name).to_owned();
                    has_service &= !fragment.names_service(&section);
                    conflict.get_or_insert(Conflict {
                        section,
                        dll: dll.map(str::to_owned),
                    });
                }
            }
        }
        let older: Vec<usize> = (1..sections.len())
            .filter(|&number| owners[number] == Owner::Other)
            .filter(|&number| is_older(&sections, number, &owners, fragment))
            .collect();
        for number in older {
            owners[number] = Owner::Own;
        }
        Self {
            owners,
            conflict,
            has_service,
        }
    }

    pub(super) fn owner(&self, section: usize) -> Owner {
        self.owners.get(section).copied().unwrap_or(Owner::Other)
    }

    /// Whether any section is the provider's.
    pub(super) fn has_any(&self) -> bool {
        self.owners.contains(&Owner::Own)
    }
}

/// What each section has to show; number 0 is what stands before the first one.
fn evidence(text: &str) -> Vec<Evidence<'_>> {
    let mut sections = vec![Evidence::default()];
    for Line { content, .. } in lines(text) {
        let last = sections.len() - 1;
        match content {
            Content::Header(name) => sections.push(Evidence {
                name,
                ..Evidence::default()
            }),
            Content::Entry(key, value) if DLL_ENTRIES.iter().any(|entry| same(entry, key)) => {
                sections[last].dlls.push(value);
            }
            Content::Entry(key, value) if same(key, PROVIDER_UID) => {
                sections[last].uids.push(value);
            }
            Content::Entry(key, value) if same(key, PROVIDERS) => {
                sections[last].providers.extend(value.split(',').map(trim));
            }
            _ => {}
        }
    }
    sections
}

/// Whether a section of an own name is foreign, and by which DLL, if it names one.
fn foreign_dll<'a>(
    sections: &[Evidence<'a>],
    number: usize,
    fragment: &Fragment,
) -> Option<Option<&'a str>> {
    let section = &sections[number];
    let providers = || {
        section.providers.iter().filter_map(|name| {
            sections[1..]
                .iter()
                .find(|section| same(section.name, name))
        })
    };
    let mut uids = providers()
        .flat_map(|provider| &provider.uids)
        .chain(&section.uids)
        .peekable();
    let has_uids = uids.peek().is_some();
    if uids.any(|uid| is_own_uid(uid, fragment)) || names_own_dll(section, fragment) {
        return None;
    }
    if let Some(dll) = section.dlls.first() {
        return Some(Some(dll));
    }
    if providers().any(|provider| names_own_dll(provider, fragment)) {
        return None;
    }
    match providers().find_map(|provider| provider.dlls.first()) {
        Some(dll) => Some(Some(dll)),
        None => has_uids.then_some(None),
    }
}

/// Whether an older version of the provider had this section under a name that it has no more.
fn is_older(
    sections: &[Evidence<'_>],
    number: usize,
    owners: &[Owner],
    fragment: &Fragment,
) -> bool {
    let section = &sections[number];
    let is_own = names_own_dll(section, fragment)
        || section.uids.iter().any(|uid| is_own_uid(uid, fragment));
    if !is_own || same(section.name, SERVICES) || fragment.names_section(section.name) {
        return false;
    }
    let mut listing = (1..sections.len())
        .filter(|&service| {
            let providers = &sections[service].providers;
            providers.iter().any(|name| same(name, section.name))
        })
        .map(|service| owners[service])
        .peekable();
    listing.peek().is_some() && listing.all(|owner| owner == Owner::Own)
}

fn names_own_dll(section: &Evidence<'_>, fragment: &Fragment) -> bool {
    let Some(own) = fragment.dll() else {
        return false;
    };
    // Some installers wrote the name on the disk.
    let on_disk = own.replacen('.', "32.", 1);
    section.dlls.iter().any(|dll| {
        let dll = dll.trim_matches(['"', '\'']);
        let name = dll.rsplit(['\\', '/']).next().unwrap_or(dll);
        same(name, own) || same(name, &on_disk)
    })
}

fn is_own_uid(uid: &str, fragment: &Fragment) -> bool {
    let digits = |uid: &str| uid.replace(|character: char| !character.is_ascii_hexdigit(), "");
    fragment
        .provider_uid()
        .is_some_and(|own| digits(own).eq_ignore_ascii_case(&digits(uid)))
}
