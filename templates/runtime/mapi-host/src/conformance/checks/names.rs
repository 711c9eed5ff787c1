//! Named properties.

use super::prelude::*;

pub(super) const CHECKS: &[Check] = &[
    Check::new(
        "C63-ids-are-stable",
        A(63),
        "IMAPIProp::GetIDsFromNames",
        "imapiprop-getidsfromnames",
        "A name keeps its identifier, also in the next session.",
        ids_are_stable,
    ),
    Check::new(
        "C63-id-range",
        A(63),
        "IMAPIProp::GetIDsFromNames",
        "imapiprop-getidsfromnames",
        "New identifiers are between 0x8000 and 0xFFFE, of type PT_UNSPECIFIED, and different for different names.",
        id_range,
    ),
    Check::new(
        "C63-unknown-name",
        A(63),
        "IMAPIProp::GetIDsFromNames",
        "imapiprop-getidsfromnames",
        "Without MAPI_CREATE an unknown name gives the tag 0x0000000A under MAPI_W_ERRORS_RETURNED, in its place.",
        unknown_name,
    ),
    Check::new(
        "C63-all-names-and-create",
        S("3.2"),
        "IMAPIProp::GetIDsFromNames",
        "imapiprop-getidsfromnames",
        "Asking for all names with MAPI_CREATE is refused.",
        all_names_and_create,
    ),
    Check::new(
        "C63-same-on-all-objects",
        A(65),
        "IMAPIProp::GetIDsFromNames",
        "supporting-named-properties-in-message-stores",
        "Store, folder, message and attachment give a name the same identifier.",
        same_on_all_objects,
    ),
    Check::new(
        "C64-names-round-trip",
        A(64),
        "IMAPIProp::GetNamesFromIDs",
        "imapiprop-getnamesfromids",
        "GetNamesFromIDs gives back kind, property set and exact string, in order.",
        names_round_trip,
    ),
    Check::new(
        "C64-unknown-id",
        A(64),
        "IMAPIProp::GetNamesFromIDs",
        "imapiprop-getnamesfromids",
        "An identifier without a name gives NULL in its place under MAPI_W_ERRORS_RETURNED.",
        unknown_id,
    ),
    Check::new(
        "C64-all-names",
        S("3.2"),
        "IMAPIProp::GetNamesFromIDs",
        "imapiprop-getnamesfromids",
        "Without tags all names come back with their tags.",
        all_names,
    ),
    Check::new(
        "C64-ps-mapi",
        S("3.2"),
        "IMAPIProp::GetIDsFromNames",
        "property-names-and-property-sets",
        "A number in PS_MAPI stands for the property with that identifier.",
        ps_mapi,
    ),
    Check::new(
        "C64-names-differ-in-case-and-kind",
        S("7"),
        "IMAPIProp::GetIDsFromNames",
        "mapi-named-properties",
        "The same string in two sets, and a number and a string in one, are different names.",
        names_differ,
    ),
    Check::new(
        "C65-mapping-signature",
        A(65),
        "IMAPIProp::GetProps",
        "supporting-named-properties-in-message-stores",
        "PR_MAPPING_SIGNATURE is the same on store, folder and message, and in contents rows.",
        mapping_signature,
    ),
    Check::new(
        "C65-two-hundred-names",
        S("7"),
        "IMAPIProp::GetIDsFromNames",
        "mapi-named-properties",
        "Two hundred names at once get two hundred identifiers, in the order of the names.",
        two_hundred_names,
    ),
];

fn names() -> Vec<Name> {
    vec![
        Name::string(PS_PUBLIC_STRINGS, "Conformance: Größe"),
        Name::id(PSETID_Common, 0x8EEE),
        Name::string(PS_INTERNET_HEADERS, "x-conformance"),
    ]
}

fn ids_are_stable(context: &Context) -> Verdict {
    let open = context.open()?;
    let (_, first) = open.work.ids_from_names(&names(), true)?;
    equal(
        "the same question again",
        &first,
        &open.work.ids_from_names(&names(), false)?.1,
    )?;
    drop(open);
    let host = context.other_host()?;
    let session = host.logon(context.provider())?;
    let (_, again) = session.store().ids_from_names(&names(), false)?;
    session.logoff()?;
    equal("the tags in the next session", first, again)
}

fn id_range(context: &Context) -> Verdict {
    let open = context.open()?;
    let (answer, mut tags) = open.work.ids_from_names(&names(), true)?;
    code("GetIDsFromNames(MAPI_CREATE)", &[S_OK], answer)?;
    equal("the number of tags", 3, tags.len())?;
    for tag in &tags {
        holds(
            (0x8000..=0xFFFE).contains(&prop_id(*tag)) && prop_type(*tag) == PT_UNSPECIFIED,
            "GetIDsFromNames(MAPI_CREATE)",
            "0x8000 to 0xFFFE with type 0",
            format!("{tag:#010X}"),
        )?;
    }
    tags.sort_unstable();
    tags.dedup();
    equal("different tags", 3, tags.len())
}

fn unknown_name(context: &Context) -> Verdict {
    let open = context.open()?;
    let known = Name::string(PS_PUBLIC_STRINGS, "conformance known");
    let never = Name::string(PS_PUBLIC_STRINGS, "conformance never made");
    let (_, tags) = open
        .work
        .ids_from_names(std::slice::from_ref(&known), true)?;
    let (answer, came) = open.work.ids_from_names(&[never, known], false)?;
    code("GetIDsFromNames", &[MAPI_W_ERRORS_RETURNED], answer)?;
    equal("GetIDsFromNames", vec![PT_ERROR, tags[0]], came)
}

fn all_names_and_create(context: &Context) -> Verdict {
    let open = context.open()?;
    fails(
        "GetIDsFromNames(0, NULL, MAPI_CREATE)",
        open.work.ids_from_names(&[], true),
    )
}

fn same_on_all_objects(context: &Context) -> Verdict {
    let open = context.open()?;
    let message = open.message("one")?;
    let (_, attachment) = message.create_attachment()?;
    let (_, wanted) = open.store().ids_from_names(&names(), true)?;
    for (what, object) in [
        ("folder", &open.work as &PropObject),
        ("message", &message),
        ("attachment", &attachment),
    ] {
        let (_, tags) = object.ids_from_names(&names(), false)?;
        equal(&format!("GetIDsFromNames of a {what}"), &wanted, &tags)?;
    }
    Ok(())
}

fn names_round_trip(context: &Context) -> Verdict {
    let open = context.open()?;
    let (_, tags) = open.work.ids_from_names(&names(), true)?;
    let (answer, came) = open.work.names_from_ids(&tags)?;
    code("GetNamesFromIDs", &[S_OK], answer)?;
    equal(
        "GetNamesFromIDs",
        names().into_iter().map(Some).collect::<Vec<_>>(),
        came,
    )
}

fn unknown_id(context: &Context) -> Verdict {
    let open = context.open()?;
    let (_, tags) = open.work.ids_from_names(&names()[..1], true)?;
    let (answer, came) = open.work.names_from_ids(&[0xFEFE_0000, tags[0]])?;
    code("GetNamesFromIDs", &[MAPI_W_ERRORS_RETURNED], answer)?;
    equal(
        "GetNamesFromIDs",
        vec![None, Some(names()[0].clone())],
        came,
    )
}

fn all_names(context: &Context) -> Verdict {
    let open = context.open()?;
    let (_, tags) = open.work.ids_from_names(&names(), true)?;
    let all = open.work.all_names(None)?;
    for (tag, name) in tags.iter().zip(names()) {
        holds(
            all.iter()
                .any(|(other, known)| prop_id(*other) == prop_id(*tag) && *known == name),
            "GetNamesFromIDs without tags",
            format!("{name:?} as {tag:#010X}"),
            format!("{} names without it", all.len()),
        )?;
    }
    Ok(())
}

fn ps_mapi(context: &Context) -> Verdict {
    let open = context.open()?;
    let name = Name::id(PS_MAPI, 0x0037);
    let (_, tags) = open.work.ids_from_names(&[name], true)?;
    equal(
        "the tag of 0x0037 in PS_MAPI",
        vec![0x0037],
        tags.into_iter().map(prop_id).collect(),
    )
}

fn names_differ(context: &Context) -> Verdict {
    let open = context.open()?;
    let (_, mut tags) = open.work.ids_from_names(
        &[
            Name::string(PS_PUBLIC_STRINGS, "conformance twin"),
            Name::string(PSETID_Common, "conformance twin"),
            Name::string(PSETID_Common, "36334"),
            Name::id(PSETID_Common, 36334),
        ],
        true,
    )?;
    tags.sort_unstable();
    tags.dedup();
    equal("different tags", 4, tags.len())
}

fn mapping_signature(context: &Context) -> Verdict {
    let open = context.open()?;
    let message = open.message("one")?;
    let wanted = open.store().binary(PR_MAPPING_SIGNATURE)?;
    equal(
        "of a folder",
        &wanted,
        &open.work.binary(PR_MAPPING_SIGNATURE)?,
    )?;
    equal(
        "of a message",
        &wanted,
        &message.binary(PR_MAPPING_SIGNATURE)?,
    )?;
    let rows = open.contents(&[PR_MAPPING_SIGNATURE])?.all_rows()?;
    equal(
        "in a contents row",
        Some(&wanted[..]),
        rows[0].binary(PR_MAPPING_SIGNATURE),
    )
}

fn two_hundred_names(context: &Context) -> Verdict {
    let open = context.open()?;
    let names: Vec<Name> = (0..200)
        .map(|number| Name::string(PS_PUBLIC_STRINGS, &format!("conformance {number}")))
        .collect();
    let (_, tags) = open.work.ids_from_names(&names, true)?;
    let (_, came) = open.work.names_from_ids(&tags)?;
    equal(
        "GetNamesFromIDs",
        names.into_iter().map(Some).collect::<Vec<_>>(),
        came,
    )
}
