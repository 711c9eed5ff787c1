//! Profiles that use a provider's service. They are only read: nobody but MAPI may change a profile.
//!
//! Outlook does not start with a profile whose service it cannot load, so a provider must not go while one is left. Seen are
//! the profiles of all users who are logged on; the others' parts of the registry are not loaded.

use std::collections::BTreeSet;
use std::fmt;
use std::io;

use mapi_store::entry::registration::Product;
use mapi_store::entry::registration::registry::{Registry, Root, Value, View};
use serde::Serialize;

/// Where profiles are kept, by Outlook's version, below the part of the registry that is a user's own.
pub const PLACES: [(&str, &str); 3] = [
    ("16.0", r"Software\Microsoft\Office\16.0\Outlook\Profiles"),
    ("15.0", r"Software\Microsoft\Office\15.0\Outlook\Profiles"),
    (
        "before 15.0",
        r"Software\Microsoft\Windows NT\CurrentVersion\Windows Messaging Subsystem\Profiles",
    ),
];

/// Where the directories of users are kept, by SID.
const USERS: &str = r"SOFTWARE\Microsoft\Windows NT\CurrentVersion\ProfileList";

const PR_SERVICE_NAME: u16 = 0x3D09;
const PR_SERVICE_DLL_NAME: u16 = 0x3D0A;
const PR_PROVIDER_DLL_NAME: u16 = 0x300A;
const PT_STRING8: u16 = 0x001E;
const PT_UNICODE: u16 = 0x001F;

/// A profile with the service in it.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct ProfileUse {
    /// Whose profile it is: the name of the user's directory, otherwise the SID.
    pub user: String,
    /// The user's SID; none for whom it is not known.
    pub sid: Option<String>,
    /// Outlook's version.
    pub outlook: &'static str,
    /// The profile's name.
    pub profile: String,
}

impl fmt::Display for ProfileUse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "profile {:?} of {} (Outlook {})",
            self.profile, self.user, self.outlook
        )
    }
}

/// Every profile that names the product's service or its DLL, each once.
///
/// # Errors
/// When the current user's profiles cannot be read. Those of others who forbid it are left out.
pub fn find(registry: &dyn Registry, product: &Product) -> io::Result<Vec<ProfileUse>> {
    let mut found = BTreeSet::new();
    for sid in registry.keys(Root::Users, View::Registry64, "")? {
        // These have no profiles of their own.
        if sid.to_ascii_lowercase().ends_with("_classes") {
            continue;
        }
        for (outlook, place) in PLACES {
            let key = format!(r"{sid}\{place}");
            let names = match using(registry, Root::Users, &key, product) {
                Err(error) if error.kind() == io::ErrorKind::PermissionDenied => continue,
                names => names?,
            };
            found.extend(names.into_iter().map(|profile| ProfileUse {
                user: user_name(registry, &sid).unwrap_or_else(|| sid.clone()),
                sid: Some(sid.clone()),
                outlook,
                profile,
            }));
        }
    }
    // The current user's part is usually among those above, by its SID.
    for (outlook, place) in PLACES {
        for profile in using(registry, Root::CurrentUser, place, product)? {
            let is_same = |known: &ProfileUse| known.outlook == outlook && known.profile == profile;
            if !found.iter().any(is_same) {
                found.insert(ProfileUse {
                    user: "the current user".to_owned(),
                    sid: None,
                    outlook,
                    profile,
                });
            }
        }
    }
    Ok(found.into_iter().collect())
}

fn user_name(registry: &dyn Registry, sid: &str) -> Option<String> {
    let key = format!(r"{USERS}\{sid}");
    let directory = registry
        .read(
            Root::LocalMachine,
            View::Registry64,
            &key,
            "ProfileImagePath",
        )
        .ok()??;
    let name = directory.text()?.rsplit('\\').next()?;
    (!name.is_empty()).then(|| name.to_owned())
}

/// The names of the profiles below a key that use the product.
fn using(
    registry: &dyn Registry,
    root: Root,
    key: &str,
    product: &Product,
) -> io::Result<Vec<String>> {
    let mut names = Vec::new();
    for profile in registry.keys(root, View::Registry64, key)? {
        if uses(registry, root, &format!(r"{key}\{profile}"), product)? {
            names.push(profile);
        }
    }
    Ok(names)
}

/// Whether a section of the profile names the service or the DLL.
fn uses(registry: &dyn Registry, root: Root, key: &str, product: &Product) -> io::Result<bool> {
    for section in registry.keys(root, View::Registry64, key)? {
        let values = registry.values(root, View::Registry64, &format!(r"{key}\{section}"))?;
        if values
            .iter()
            .any(|(name, value)| is_ours(name, value, product))
        {
            return Ok(true);
        }
    }
    Ok(false)
}

fn is_ours(name: &str, value: &Value, product: &Product) -> bool {
    let Some((id, property_type)) = tag(name) else {
        return false;
    };
    let Some(text) = text(value, property_type) else {
        return false;
    };
    match id {
        PR_SERVICE_NAME => text.eq_ignore_ascii_case(product.service_name),
        PR_SERVICE_DLL_NAME | PR_PROVIDER_DLL_NAME => {
            let file = text.rsplit(['\\', '/']).next().unwrap_or_default();
            file.eq_ignore_ascii_case(product.dll_name)
        }
        _ => false,
    }
}

/// The property's id and type. The name of the value is the tag with its two bytes of type first, each pair in the order of
/// memory: `001f3d09` is 0x3D09001F.
fn tag(name: &str) -> Option<(u16, u16)> {
    if name.len() != 8 {
        return None;
    }
    let number = u32::from_str_radix(name, 16).ok()?;
    Some((number as u16, (number >> 16) as u16))
}

/// The text of a value; Outlook's versions differ in the kind that they write.
fn text(value: &Value, property_type: u16) -> Option<String> {
    let bytes = match value {
        Value::Text(text) => return Some(text.clone()),
        Value::Binary(bytes) => bytes,
        _ => return None,
    };
    let text = match property_type {
        PT_UNICODE => {
            let pairs = bytes.chunks_exact(2);
            let units: Vec<u16> = pairs
                .map(|pair| u16::from_le_bytes([pair[0], pair[1]]))
                .collect();
            String::from_utf16_lossy(&units)
        }
        // Names of services and DLLs are ASCII.
        PT_STRING8 => String::from_utf8_lossy(bytes).into_owned(),
        _ => return None,
    };
    Some(text.split('\0').next().unwrap_or_default().to_owned())
}
