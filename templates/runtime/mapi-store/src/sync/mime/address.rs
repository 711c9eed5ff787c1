//! People: internet addresses as MAPI properties.

use mapi_abi::{MAPI_ONE_OFF_NO_RICH_INFO, MAPI_ONE_OFF_UNICODE};

use crate::store::{PropTag, PropertyBag, Value};

const ADDRESS_TYPE: &str = "SMTP";

/// `MUIDOOP`, the provider UID of one-off entry ids.
const ONE_OFF_UID: [u8; 16] = [
    0x81, 0x2B, 0x1F, 0xA4, 0xBE, 0xA3, 0x10, 0x19, 0x9D, 0x6E, 0x00, 0xDD, 0x01, 0x0F, 0x54, 0x02,
];

/// A name and an internet address; either may be missing.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(super) struct Person {
    pub(super) name: String,
    pub(super) address: String,
}

impl Person {
    pub(super) fn new(name: impl Into<String>, address: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            address: address.into(),
        }
    }

    pub(super) fn is_nobody(&self) -> bool {
        self.name.is_empty() && self.address.is_empty()
    }

    /// What people read: the name, or the address of the nameless.
    pub(super) fn display_name(&self) -> &str {
        if self.name.is_empty() {
            &self.address
        } else {
            &self.name
        }
    }

    /// A one-off entry id: whole in itself, so that it is right in every session \[MS-OXCDATA 2.2.5.1\].
    pub(super) fn entry_id(&self) -> Vec<u8> {
        let mut bytes = vec![0; 4];
        bytes.extend_from_slice(&ONE_OFF_UID);
        bytes.extend_from_slice(&0_u16.to_le_bytes());
        let flags = MAPI_ONE_OFF_UNICODE as u16 | MAPI_ONE_OFF_NO_RICH_INFO as u16;
        bytes.extend_from_slice(&flags.to_le_bytes());
        for text in [self.display_name(), ADDRESS_TYPE, &self.address] {
            bytes.extend(text.encode_utf16().flat_map(u16::to_le_bytes));
            bytes.extend_from_slice(&[0, 0]);
        }
        bytes
    }

    /// The person in a one-off entry id; `None` for any other entry id.
    pub(super) fn from_entry_id(bytes: &[u8]) -> Option<Self> {
        let rest = bytes.get(4..)?.strip_prefix(&ONE_OFF_UID)?;
        let (head, texts) = rest.split_first_chunk::<4>()?;
        let texts = if u16::from_le_bytes([head[2], head[3]]) & MAPI_ONE_OFF_UNICODE as u16 != 0 {
            let (units, _) = texts.as_chunks::<2>();
            let units: Vec<u16> = units.iter().copied().map(u16::from_le_bytes).collect();
            units
                .split(|unit| *unit == 0)
                .map(String::from_utf16_lossy)
                .collect::<Vec<_>>()
        } else {
            texts
                .split(|byte| *byte == 0)
                .map(|text| super::charset::decode(text, None))
                .collect()
        };
        match texts.as_slice() {
            [name, kind, address, ..] if kind.eq_ignore_ascii_case(ADDRESS_TYPE) => {
                let name = if name == address { "" } else { name };
                Some(Self::new(name, address))
            }
            _ => None,
        }
    }

    /// `PR_SEARCH_KEY`: type and address in upper case, with an end \[pidtagsearchkey-canonical-property\].
    pub(super) fn search_key(&self) -> Vec<u8> {
        let mut key = format!("{ADDRESS_TYPE}:{}", self.address)
            .to_uppercase()
            .into_bytes();
        key.push(0);
        key
    }
}

/// Tags of the properties that describe one person of a message or one recipient.
pub(super) struct PersonTags {
    pub(super) name: u32,
    pub(super) address_type: u32,
    pub(super) address: u32,
    pub(super) smtp_address: u32,
    pub(super) entry_id: u32,
    pub(super) search_key: u32,
}

impl PersonTags {
    /// Describes a person.
    pub(super) fn set(&self, bag: &mut PropertyBag, person: &Person) {
        bag.set(self.name, Value::Unicode(person.display_name().to_owned()));
        if !person.address.is_empty() {
            bag.set(self.address_type, Value::Unicode(ADDRESS_TYPE.to_owned()));
            bag.set(self.address, Value::Unicode(person.address.clone()));
            bag.set(self.smtp_address, Value::Unicode(person.address.clone()));
            bag.set(self.entry_id, Value::Binary(person.entry_id()));
            bag.set(self.search_key, Value::Binary(person.search_key()));
        }
    }

    /// The person described, if there is one. An address of another kind (`EX`) is none here; a one-off entry id or an
    /// SMTP address beside it helps.
    pub(super) fn get(&self, bag: &PropertyBag) -> Option<Person> {
        let text = |tag: u32| {
            bag.text(PropTag(tag))
                .map(str::trim)
                .filter(|text| !text.is_empty())
        };
        let plain = || {
            let smtp =
                text(self.address_type).is_none_or(|kind| kind.eq_ignore_ascii_case(ADDRESS_TYPE));
            text(self.address).filter(|address| smtp && address.contains('@'))
        };
        let address = text(self.smtp_address)
            .or_else(plain)
            .map(str::to_owned)
            .or_else(|| {
                let person = Person::from_entry_id(bag.binary(PropTag(self.entry_id))?)?;
                Some(person.address)
            });
        let address = address.unwrap_or_default();
        let name = text(self.name)
            .filter(|name| *name != address)
            .unwrap_or_default();
        let person = Person::new(name, address);
        (!person.is_nobody()).then_some(person)
    }
}

/// `FLATENTRYLIST`, as in `PR_REPLY_RECIPIENT_ENTRIES`: counted entry ids, each padded to four bytes.
pub(super) fn entry_list(people: &[Person]) -> Vec<u8> {
    let mut entries = Vec::new();
    for person in people {
        let entry = person.entry_id();
        entries.extend_from_slice(&(entry.len() as u32).to_le_bytes());
        entries.extend_from_slice(&entry);
        entries.resize(entries.len().next_multiple_of(4), 0);
    }
    let mut list = (people.len() as u32).to_le_bytes().to_vec();
    list.extend_from_slice(&(entries.len() as u32).to_le_bytes());
    list.extend_from_slice(&entries);
    list
}

/// The people in a `FLATENTRYLIST` that can be understood.
pub(super) fn people_of_entry_list(list: &[u8]) -> Vec<Person> {
    let mut people = Vec::new();
    let mut rest = list.get(8..).unwrap_or_default();
    while let Some((length, tail)) = rest.split_first_chunk::<4>() {
        let length = u32::from_le_bytes(*length) as usize;
        let Some(entry) = tail.get(..length) else {
            break;
        };
        people.extend(Person::from_entry_id(entry));
        rest = tail.get(length.next_multiple_of(4)..).unwrap_or_default();
    }
    people
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entry_ids_say_who_it_is() {
        for person in [
            Person::new("Zoë", "zoe@example.org"),
            Person::new("", "x@y.z"),
        ] {
            assert_eq!(Person::from_entry_id(&person.entry_id()), Some(person));
        }
        let id = Person::new("A", "a@b").entry_id();
        assert_eq!(&id[..4], [0; 4]);
        assert_eq!(&id[20..24], [0, 0, 1, 0x80]);
        for length in 0..id.len() {
            let _ = Person::from_entry_id(&id[..length]);
        }
    }

    #[test]
    fn entry_lists_survive_cutting() {
        let people = [
            Person::new("One", "one@example.org"),
            Person::new("Two", "two@example.org"),
        ];
        let list = entry_list(&people);
        assert_eq!(list.len() % 4, 0);
        assert_eq!(people_of_entry_list(&list), people);
        for length in 0..list.len() {
            assert!(people_of_entry_list(&list[..length]).len() < 2 || length > list.len() - 4);
        }
        assert!(people_of_entry_list(&[0xFF; 64]).is_empty());
    }
}
