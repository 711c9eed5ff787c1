//! `[[named-properties]]`.

use std::collections::HashMap;

use super::super::codes::Code;
use super::super::finding::{Finding, Span};
use super::super::guid::Guid;
use super::super::model::{NamedProperty, PropertyName};
use super::super::property_sets::{
    self, PS_INTERNET_HEADERS, PS_MAPI, PS_PUBLIC_STRINGS, PropertySet,
};
use super::super::reader::{Rules, TableReader};
use super::super::report::{Report, quoted};
use super::super::schema;
use super::super::words::PropertyType;

/// The most of them; a store has 32,767 ids for named properties, and clients need some too.
const MAX_PROPERTIES: usize = 10_000;

pub(super) fn read(root: &TableReader<'_>, report: &Report) -> Vec<NamedProperty> {
    let readers = root.tables(
        "named-properties",
        &schema::NAMED_PROPERTIES,
        MAX_PROPERTIES,
    );
    let mut seen: HashMap<(Guid, PropertyName), Span> = HashMap::new();
    let mut properties = Vec::with_capacity(readers.len());
    for reader in &readers {
        let Some(property) = read_property(reader, report) else {
            continue;
        };
        let name = match &property.name {
            // Header fields have no case.
            PropertyName::String(name) if property.set.guid == PS_INTERNET_HEADERS.guid => {
                PropertyName::String(name.to_ascii_lowercase())
            }
            name => name.clone(),
        };
        let span = reader
            .entry("name")
            .or(reader.entry("id"))
            .map_or(reader.span(), |entry| entry.node.span);
        match seen.get(&(property.set.guid, name.clone())) {
            Some(first) => report_duplicate(&property, span, *first, report),
            None => {
                seen.insert((property.set.guid, name), span);
                properties.push(property);
            }
        }
    }
    properties
}

fn report_duplicate(property: &NamedProperty, span: Span, first: Span, report: &Report) {
    let name = match &property.name {
        PropertyName::Id(id) => format!("0x{id:04X}"),
        PropertyName::String(name) => name.clone(),
    };
    Finding::new(
        Code::DuplicateProperty,
        format!("{} stands twice in {}", quoted(&name), property.set),
    )
    .at(span, "again here")
    .at(first, "first here")
    .help("remove one of them")
    .report(report);
}

fn read_property(reader: &TableReader<'_>, report: &Report) -> Option<NamedProperty> {
    reader.require(
        "set",
        "add the property set: `set = \"PS_PUBLIC_STRINGS\"`, or a GUID of your own",
    );
    reader.require("type", "add the type: `type = \"unicode\"`");
    let set = read_set(reader, report);
    let name = read_name(reader, report);
    let property_type = reader.word::<PropertyType>("type");
    let indexed = reader.boolean("indexed").unwrap_or(false);
    if let (Some(property_type), true) = (&property_type, indexed)
        && !property_type.value.is_indexable()
    {
        Finding::new(
            Code::NotIndexable,
            format!(
                "a property of the type `{}` cannot be indexed",
                property_type.value
            ),
        )
        .at(property_type.span, "its values have no order")
        .help("remove `indexed`")
        .report(report);
    }
    let property = NamedProperty {
        set: set?,
        name: name?,
        property_type: property_type?.value,
        indexed,
    };
    check_usual(&property, reader, report);
    Some(property)
}

fn read_set(reader: &TableReader<'_>, report: &Report) -> Option<PropertySet> {
    let text = reader.string("set")?;
    let set = PropertySet::from_name(&text.value)
        .or_else(|| Guid::parse(&text.value).map(PropertySet::from_guid));
    let Some(set) = set else {
        let names = property_sets::WELL_KNOWN
            .iter()
            .filter(|set| **set != PS_MAPI)
            .map(|set| set.name);
        Finding::new(
            Code::UnknownPropertySet,
            format!("{} is no property set", quoted(&text.value)),
        )
        .at(text.span, "")
        .suggest(report.nearest(&text.value, names))
        .help(
            "name one of Outlook's sets, `PSETID_Common` for instance, or write a GUID of your own",
        )
        .report(report);
        return None;
    };
    if set == PS_MAPI {
        Finding::new(Code::PsMapi, "nobody defines names in PS_MAPI")
            .at(text.span, "its numbers are the ordinary property ids")
            .help("use PS_PUBLIC_STRINGS, or a GUID of your own")
            .report(report);
        return None;
    }
    if set.guid.is_nil() {
        Finding::new(
            Code::UnknownPropertySet,
            "a GUID of zeros is no property set",
        )
        .at(text.span, "")
        .help("`New-Guid` or `uuidgen` makes one")
        .report(report);
        return None;
    }
    Some(set)
}

fn read_name(reader: &TableReader<'_>, report: &Report) -> Option<PropertyName> {
    match (reader.entry("name"), reader.entry("id")) {
        (Some(name), Some(id)) => {
            Finding::new(
                Code::PropertyNameForm,
                "a named property has a `name` or an `id`, not both",
            )
            .at(id.key_span, "")
            .at(name.key_span, "and this")
            .help("remove one of them")
            .report(report);
            None
        }
        (None, None) => {
            Finding::new(
                Code::PropertyNameForm,
                "the named property has neither a `name` nor an `id`",
            )
            .at(reader.span(), "")
            .help("add `name = \"...\"`, or a number: `id = 0x8501`")
            .report(report);
            None
        }
        (Some(_), None) => {
            let rules = Rules {
                longest: 254,
                ..Rules::LINE
            };
            reader
                .text("name", rules)
                .map(|text| PropertyName::String(text.value))
        }
        (None, Some(_)) => {
            let id = reader.integer("id", 0..=i64::from(u32::MAX), "")?;
            u32::try_from(id.value).ok().map(PropertyName::Id)
        }
    }
}

/// Warns about what Outlook would never ask for.
fn check_usual(property: &NamedProperty, reader: &TableReader<'_>, report: &Report) {
    let strings_only =
        [PS_PUBLIC_STRINGS.guid, PS_INTERNET_HEADERS.guid].contains(&property.set.guid);
    let finding = match &property.name {
        PropertyName::Id(_) if strings_only => Finding::new(
            Code::UnusualPropertyName,
            format!("{} has string names", property.set),
        )
        .help("write `name = \"...\"`"),
        PropertyName::Id(id) if *id > 0xFFFF && !property.set.name.is_empty() => Finding::new(
            Code::UnusualPropertyName,
            format!("{} has no number beyond 0xFFFF", property.set),
        )
        .help(
            "is this a whole property tag? Keep its first four digits; the last four say the type",
        ),
        _ => return,
    };
    let span = reader
        .entry("id")
        .map_or(reader.span(), |entry| entry.node.span);
    finding.at(span, "").report(report);
}
