//! Resources: the version of a file, and its manifest.
//!
//! The version resource is parsed here: it is a small tree, and what a library makes of a damaged one must not be a panic.

use std::collections::BTreeMap;

use object::LittleEndian as LE;
use object::pe;
use object::read::pe::{ResourceDirectory, ResourceDirectoryEntryData, ResourceNameOrId};

use super::facts::VersionResource;

/// More strings than any version resource has.
const MOST_STRINGS: usize = 64;

/// The data entry of the first resource of a type: its address and its size in bytes.
pub(super) fn first(directory: ResourceDirectory<'_>, kind: u16) -> Option<(u32, u32)> {
    let of_kind = directory
        .root()
        .ok()?
        .entries
        .iter()
        .find(|entry| matches!(entry.name_or_id(), ResourceNameOrId::Id(id) if id == kind))?;
    let name = of_kind.data(directory).ok()?.table()?;
    let language = name.entries.first()?.data(directory).ok()?.table()?;
    match language.entries.first()?.data(directory).ok()? {
        ResourceDirectoryEntryData::Data(data) => {
            Some((data.offset_to_data.get(LE), data.size.get(LE)))
        }
        ResourceDirectoryEntryData::Table(_) => None,
    }
}

/// A node of the version resource: everything begins at a multiple of four bytes.
struct Node<'data> {
    key: String,
    value: &'data [u8],
    /// What lies behind the value.
    children: &'data [u8],
    /// What follows the node.
    rest: &'data [u8],
}

fn aligned(offset: usize) -> usize {
    offset.next_multiple_of(4)
}

fn u16_at(data: &[u8], offset: usize) -> Option<u16> {
    let bytes = data.get(offset..offset.checked_add(2)?)?;
    Some(u16::from_le_bytes([bytes[0], bytes[1]]))
}

/// A text up to its NUL, as it can be shown, and how many bytes it takes with it.
fn text(data: &[u8]) -> Option<(String, usize)> {
    let units: Vec<u16> = data
        .chunks_exact(2)
        .map(|pair| u16::from_le_bytes([pair[0], pair[1]]))
        .take_while(|unit| *unit != 0)
        .collect();
    let end = units.len() * 2 + 2;
    (end <= data.len()).then(|| (shown(&String::from_utf16_lossy(&units)), end))
}

/// A text of the file that does nothing to a terminal, whoever shows it.
pub(super) fn shown(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() { '\u{FFFD}' } else { c })
        .collect()
}

impl<'data> Node<'data> {
    /// The node at the beginning of the data. `in_units`: its length of the value counts 16-bit units, as those of strings
    /// do, and not bytes.
    fn parse(data: &'data [u8], in_units: bool) -> Option<Self> {
        let length = usize::from(u16_at(data, 0)?);
        let value_length = usize::from(u16_at(data, 2)?) * if in_units { 2 } else { 1 };
        let node = data.get(..length)?;
        let (key, key_length) = text(node.get(6..)?)?;
        // The last value may end without the padding that the next one would need.
        let value_start = aligned(6 + key_length).min(length);
        let value_end = (value_start + value_length).min(length);
        Some(Self {
            key,
            value: &node[value_start..value_end],
            children: &node[aligned(value_end).min(length)..],
            rest: &data[aligned(length).min(data.len())..],
        })
    }

    fn children(&self, in_units: bool) -> impl Iterator<Item = Node<'data>> + use<'data> {
        let mut data = self.children;
        std::iter::from_fn(move || {
            let node = Node::parse(data, in_units)?;
            data = node.rest;
            Some(node)
        })
    }
}

/// Reads a version resource.
pub(super) fn version(data: &[u8]) -> Option<VersionResource> {
    let root = Node::parse(data, false).filter(|root| root.key == "VS_VERSION_INFO")?;
    if root.value.get(..4)? != 0xFEEF_04BD_u32.to_le_bytes() {
        return None;
    }
    // Two pairs, the more significant half of each in front.
    let numbers = |offset: usize| -> Option<[u16; 4]> {
        let at = |index: usize| u16_at(root.value, offset + index * 2);
        Some([at(1)?, at(0)?, at(3)?, at(2)?])
    };
    let mut strings = BTreeMap::new();
    let table = (root.children(false))
        .find(|child| child.key == "StringFileInfo")
        .and_then(|info| info.children(false).next());
    for string in table
        .iter()
        .flat_map(|table| table.children(true))
        .take(MOST_STRINGS)
    {
        let value = match text(string.value) {
            Some((value, _)) => value,
            // Some compilers leave the NUL away.
            None => text(&[string.value, &[0, 0]].concat())?.0,
        };
        strings.insert(string.key, value);
    }
    Some(VersionResource {
        file_version: numbers(8)?,
        product_version: numbers(16)?,
        strings,
    })
}

/// The level that an application manifest asks for.
pub(super) fn execution_level(manifest: &[u8]) -> Option<String> {
    let manifest = String::from_utf8_lossy(manifest);
    let element = manifest.split_once("<requestedExecutionLevel")?.1;
    let element = element.split_once('>')?.0;
    let value = element.split_once("level=")?.1;
    let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let level = value[1..].split_once(quote)?.0;
    (!level.is_empty() && level.chars().all(|c| c.is_ascii_alphabetic())).then(|| level.to_owned())
}

/// The resource type of manifests.
pub(super) const MANIFEST: u16 = pe::RT_MANIFEST;
/// The resource type of version resources.
pub(super) const VERSION: u16 = pe::RT_VERSION;
