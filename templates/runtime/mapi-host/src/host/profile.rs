//! The profile: sections of properties, with one message service and its one provider.

use crate::host::*;
use mapi_abi::*;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Mutex;

/// The sections of a profile.
///
/// A profile is made with two sections: one for the message service, which lists its provider in `PR_STORE_PROVIDERS`, and
/// one for the provider. It outlives sessions; [`save`](Self::save) and [`load`](Self::load) carry it from one process to
/// the next.
pub struct Profile {
    service: MAPIUID,
    provider: MAPIUID,
    sections: Mutex<BTreeMap<MAPIUID, Section>>,
}

#[derive(Default)]
struct Section {
    props: BTreeMap<u32, Prop>,
    readers: usize,
    written: bool,
    permanent: bool,
}

/// Properties that MAPI alone may write once a profile has been made.
const READ_ONLY: [u32; 2] = [prop_id(PR_RESOURCE_FLAGS), prop_id(PR_PROVIDER_DLL_NAME)];

impl Profile {
    pub(crate) fn new() -> Self {
        let (service, provider) = (new_uid(), new_uid());
        let profile = Self {
            service,
            provider,
            sections: Mutex::default(),
        };
        profile.describe(&ServiceDescription::default());
        profile
    }

    /// A second profile with the same sections, which nobody has open.
    pub fn copy(&self) -> Self {
        let sections = lock(&self.sections);
        let copied = sections.iter().map(|(uid, section)| {
            let copy = Section {
                props: section.props.clone(),
                permanent: section.permanent,
                ..Section::default()
            };
            (*uid, copy)
        });
        Self {
            service: self.service,
            provider: self.provider,
            sections: Mutex::new(copied.collect()),
        }
    }

    /// The identifier of the message service's section.
    pub fn service_uid(&self) -> MAPIUID {
        self.service
    }

    /// The identifier of the provider's section.
    pub fn provider_uid(&self) -> MAPIUID {
        self.provider
    }

    /// All properties of a section, secure ones too.
    pub fn section(&self, uid: MAPIUID) -> Option<Props> {
        let sections = lock(&self.sections);
        sections
            .get(&uid)
            .map(|section| Props(section.props.values().cloned().collect()))
    }

    /// All properties of the provider's section, secure ones too.
    pub fn provider_section(&self) -> Props {
        self.section(self.provider).unwrap_or_default()
    }

    /// The identifiers of all sections.
    pub fn sections(&self) -> Vec<MAPIUID> {
        lock(&self.sections).keys().copied().collect()
    }

    /// Writes a property to the provider's section without the provider's knowledge.
    pub fn set(&self, prop: impl Into<Prop>) {
        let prop = prop.into();
        let mut sections = lock(&self.sections);
        sections
            .entry(self.provider)
            .or_default()
            .props
            .insert(prop_id(prop.tag), prop);
    }

    /// Removes a property from the provider's section without the provider's knowledge.
    pub fn remove(&self, tag: u32) {
        let mut sections = lock(&self.sections);
        sections
            .entry(self.provider)
            .or_default()
            .props
            .remove(&prop_id(tag));
    }

    /// Writes the profile to a file. Secrets are written as they are: this is for tests and examples.
    pub fn save(&self, path: &Path) -> std::io::Result<()> {
        let mut text = format!(
            "service {}\nprovider {}\n",
            hex(&self.service.ab),
            hex(&self.provider.ab)
        );
        for (uid, section) in &*lock(&self.sections) {
            text += &format!("section {}\n", hex(&uid.ab));
            for prop in section.props.values() {
                if let Some(bytes) = encode(&prop.value) {
                    text += &format!("{:08x} {}\n", prop.tag, hex(&bytes));
                }
            }
        }
        std::fs::write(path, text)
    }

    /// Reads a profile that [`save`](Self::save) wrote.
    pub fn load(path: &Path) -> std::io::Result<Self> {
        let text = std::fs::read_to_string(path)?;
        Self::parse(&text).ok_or_else(|| {
            let message = format!("`{}` is no profile of this host", path.display());
            std::io::Error::new(std::io::ErrorKind::InvalidData, message)
        })
    }

    /// Writes what mapisvc.inf says about a service and its provider.
    pub(crate) fn describe(&self, description: &ServiceDescription) {
        let mut sections = lock(&self.sections);
        let service = sections.entry(self.service).or_default();
        service.permanent = true;
        let providers = Prop::new(PR_STORE_PROVIDERS, &self.provider.ab);
        for prop in description.service.iter().chain([&providers]) {
            service.props.insert(prop_id(prop.tag), prop.clone());
        }
        let provider = sections.entry(self.provider).or_default();
        let own = [
            Prop::new(PR_PROVIDER_UID, &self.provider.ab),
            Prop::new(PR_SERVICE_UID, &self.service.ab),
            Prop::new(PR_RESOURCE_TYPE, MAPI_STORE_PROVIDER),
        ];
        for prop in description.provider.iter().chain(&own) {
            provider.props.insert(prop_id(prop.tag), prop.clone());
        }
    }

    /// Opens a section for the time that its object lives.
    pub(crate) fn open(&self, uid: MAPIUID, write: bool) -> std::result::Result<(), HRESULT> {
        let mut sections = lock(&self.sections);
        if !write && !sections.contains_key(&uid) {
            return Err(MAPI_E_NOT_FOUND);
        }
        let section = sections.entry(uid).or_default();
        if section.written || write && section.readers > 0 {
            return Err(MAPI_E_NO_ACCESS);
        }
        if write {
            section.written = true;
        } else {
            section.readers += 1;
        }
        Ok(())
    }

    pub(crate) fn close(&self, uid: MAPIUID, write: bool) {
        if let Some(section) = lock(&self.sections).get_mut(&uid) {
            if write {
                section.written = false;
            } else {
                section.readers -= 1;
            }
        }
    }

    /// The tags that a section lists: all but the secure ones.
    pub(crate) fn listed(&self, uid: MAPIUID) -> Vec<u32> {
        let sections = lock(&self.sections);
        let props = sections.get(&uid).map(|section| &section.props);
        props
            .into_iter()
            .flatten()
            .filter(|(id, _)| !is_secure(**id))
            .map(|(_, prop)| prop.tag)
            .collect()
    }

    pub(crate) fn get(&self, uid: MAPIUID, tag: u32) -> Option<Prop> {
        lock(&self.sections)
            .get(&uid)?
            .props
            .get(&prop_id(tag))
            .cloned()
    }

    /// Writes a property; a provider may not write all of them.
    pub(crate) fn put(&self, uid: MAPIUID, prop: &Prop) -> std::result::Result<(), HRESULT> {
        if READ_ONLY.contains(&prop_id(prop.tag)) {
            return Err(MAPI_E_NO_ACCESS);
        }
        if is_named_prop(prop.tag) {
            return Err(MAPI_E_UNEXPECTED_ID);
        }
        let mut sections = lock(&self.sections);
        sections
            .entry(uid)
            .or_default()
            .props
            .insert(prop_id(prop.tag), prop.clone());
        Ok(())
    }

    pub(crate) fn delete(&self, uid: MAPIUID, tag: u32) -> std::result::Result<(), HRESULT> {
        let mut sections = lock(&self.sections);
        let removed = sections.entry(uid).or_default().props.remove(&prop_id(tag));
        removed.map(|_| ()).ok_or(MAPI_E_NOT_FOUND)
    }

    /// Makes a section permanent, as `ModifyProfile` does.
    pub(crate) fn keep(&self, uid: MAPIUID) {
        lock(&self.sections).entry(uid).or_default().permanent = true;
    }

    /// Whether a section has been made permanent.
    pub fn is_permanent(&self, uid: MAPIUID) -> bool {
        lock(&self.sections)
            .get(&uid)
            .is_some_and(|section| section.permanent)
    }

    fn parse(text: &str) -> Option<Self> {
        let mut profile = Self {
            service: MAPIUID::default(),
            provider: MAPIUID::default(),
            sections: Mutex::default(),
        };
        let mut current = None;
        for line in text.lines() {
            let (key, rest) = line.split_once(' ')?;
            match key {
                "service" => profile.service = uid(rest)?,
                "provider" => profile.provider = uid(rest)?,
                "section" => current = Some(uid(rest)?),
                tag => {
                    let tag = u32::from_str_radix(tag, 16).ok()?;
                    let value = decode(tag, &unhex(rest)?)?;
                    let mut sections = lock(&profile.sections);
                    let section = sections.entry(current?).or_default();
                    section.permanent = true;
                    section.props.insert(prop_id(tag), Prop { tag, value });
                }
            }
        }
        Some(profile)
    }
}

/// What mapisvc.inf says about a message service and its provider.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ServiceDescription {
    /// The properties of the service.
    pub service: Vec<Prop>,
    /// The properties of the provider.
    pub provider: Vec<Prop>,
}

/// Whether a property is encrypted and left out of lists.
pub(crate) fn is_secure(id: u32) -> bool {
    (PROP_ID_SECURE_MIN..=PROP_ID_SECURE_MAX).contains(&id)
}

/// A new random identifier.
pub(crate) fn new_uid() -> MAPIUID {
    MAPIUID {
        ab: *uuid::Uuid::new_v4().as_bytes(),
    }
}

fn uid(text: &str) -> Option<MAPIUID> {
    Some(MAPIUID {
        ab: unhex(text)?.try_into().ok()?,
    })
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

pub(crate) fn unhex(text: &str) -> Option<Vec<u8>> {
    let pairs = (0..text.len()).step_by(2);
    pairs
        .map(|start| u8::from_str_radix(text.get(start..start + 2)?, 16).ok())
        .collect()
}

/// The bytes of a value of a type that profiles hold; `None` for the others, which are not saved.
fn encode(value: &Value) -> Option<Vec<u8>> {
    Some(match value {
        Value::Long(number) => number.to_le_bytes().to_vec(),
        Value::Boolean(truth) => vec![u8::from(*truth)],
        Value::LongLong(number) => number.to_le_bytes().to_vec(),
        Value::Time(time) => time.to_le_bytes().to_vec(),
        Value::Unicode(text) => text.clone().into_bytes(),
        Value::String8(bytes) | Value::Binary(bytes) => bytes.clone(),
        _ => return None,
    })
}

fn decode(tag: u32, bytes: &[u8]) -> Option<Value> {
    Some(match prop_type(tag) {
        PT_LONG => Value::Long(i32::from_le_bytes(bytes.try_into().ok()?)),
        PT_BOOLEAN => Value::Boolean(bytes != [0]),
        PT_I8 => Value::LongLong(i64::from_le_bytes(bytes.try_into().ok()?)),
        PT_SYSTIME => Value::Time(u64::from_le_bytes(bytes.try_into().ok()?)),
        PT_UNICODE => Value::Unicode(String::from_utf8(bytes.to_vec()).ok()?),
        PT_STRING8 => Value::String8(bytes.to_vec()),
        PT_BINARY => Value::Binary(bytes.to_vec()),
        _ => return None,
    })
}
