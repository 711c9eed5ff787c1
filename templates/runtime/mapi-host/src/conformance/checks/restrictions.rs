//! `Restrict`.

use super::prelude::*;
use super::rows::{five, subjects};
use super::sorting::stale;

pub(super) const CHECKS: &[Check] = &[
    Check::new(
        "D75-null-restores-all",
        A(75),
        "IMAPITable::Restrict",
        "imapitable-restrict",
        "Restrict(NULL) brings all rows back.",
        null_restores_all,
    ),
    Check::new(
        "D75-restrict-resets-the-view",
        A(75),
        "IMAPITable::Restrict",
        "imapitable-restrict",
        "Restrict puts the cursor at the start and makes bookmarks invalid.",
        restrict_resets,
    ),
    Check::new(
        "D76-failed-restrict-keeps-the-view",
        A(76),
        "IMAPITable::Restrict",
        "imapitable-restrict",
        "A restriction that is refused leaves the earlier one in force.",
        failed_restrict,
    ),
    Check::new(
        "D82-missing-property-is-false",
        A(82),
        "IMAPITable::Restrict",
        "types-of-restrictions",
        "A comparison with a property that a row lacks is false.",
        missing_is_false,
    ),
    Check::new(
        "D82-type-mismatch",
        A(82),
        "IMAPITable::Restrict",
        "spropertyrestriction",
        "A comparison of different types is too complex.",
        type_mismatch,
    ),
    Check::new(
        "D82-multi-value-against-single",
        A(82),
        "IMAPITable::Restrict",
        "spropertyrestriction",
        "A multi-valued property equals a single value if one of its values does.",
        multi_value,
    ),
    Check::new(
        "D82-count-is-refused-or-works",
        A(82),
        "IMAPITable::Restrict",
        "scountrestriction",
        "RES_COUNT is too complex, or evaluates the condition in it.",
        count,
    ),
    Check::new(
        "D82-comment",
        A(82),
        "IMAPITable::Restrict",
        "scommentrestriction",
        "RES_COMMENT evaluates the condition in it.",
        comment,
    ),
    Check::new(
        "D82-unknown-kind",
        A(82),
        "IMAPITable::Restrict",
        "srestriction",
        "A kind of restriction that nobody knows is too complex.",
        unknown_kind,
    ),
    Check::new(
        "D82-deep-tree",
        A(82),
        "IMAPITable::Restrict",
        "srestriction",
        "A tree ten thousand levels deep is refused or evaluated, without running out of stack.",
        deep_tree,
    ),
    Check::new(
        "D83-content-kinds",
        A(83),
        "IMAPITable::Restrict",
        "scontentrestriction",
        "FL_FULLSTRING, FL_SUBSTRING and FL_PREFIX find what they say, and no more.",
        content_kinds,
    ),
    Check::new(
        "D83-ignore-case",
        A(83),
        "IMAPITable::Restrict",
        "scontentrestriction",
        "FL_IGNORECASE finds text of the other case, with PT_UNICODE and PT_STRING8; unknown fuzzy bits are no error.",
        ignore_case,
    ),
    Check::new(
        "D83-binary-content",
        S("3.9"),
        "IMAPITable::Restrict",
        "scontentrestriction",
        "A prefix of a binary finds it.",
        binary_content,
    ),
    Check::new(
        "S3.9-relations",
        S("3.9"),
        "IMAPITable::Restrict",
        "spropertyrestriction",
        "The six comparisons hold for numbers, texts and times.",
        relations,
    ),
    Check::new(
        "S3.9-and-or-not",
        S("3.9"),
        "IMAPITable::Restrict",
        "srestriction",
        "RES_AND, RES_OR and RES_NOT combine.",
        and_or_not,
    ),
    Check::new(
        "S3.9-bitmask",
        S("3.9"),
        "IMAPITable::Restrict",
        "sbitmaskrestriction",
        "RES_BITMASK looks at the bits of a number: unread messages are found.",
        bitmask,
    ),
    Check::new(
        "S3.9-exist",
        S("3.9"),
        "IMAPITable::Restrict",
        "sexistrestriction",
        "RES_EXIST finds the rows that have a property.",
        exist,
    ),
    Check::new(
        "S3.9-size",
        S("3.9"),
        "IMAPITable::Restrict",
        "ssizerestriction",
        "RES_SIZE compares the size of a value, or is too complex.",
        size,
    ),
    Check::new(
        "S3.9-compare-properties",
        S("3.9"),
        "IMAPITable::Restrict",
        "scomparepropsrestriction",
        "RES_COMPAREPROPS compares two properties, or is too complex.",
        compare_properties,
    ),
    Check::new(
        "S3.9-subrestriction",
        S("3.9"),
        "IMAPITable::Restrict",
        "ssubrestriction",
        "A condition on recipients or attachments finds their messages, or is too complex.",
        subrestriction,
    ),
    Check::new(
        "S3.9-not-a-column",
        S("3.9"),
        "IMAPITable::Restrict",
        "types-of-restrictions",
        "A condition on a property that is no column is evaluated on the message.",
        not_a_column,
    ),
    Check::new(
        "S3.9-caller-may-free",
        S("6.1"),
        "IMAPITable::Restrict",
        "imapitable-restrict",
        "The restriction is copied: the caller frees it at once and the view stays.",
        caller_may_free,
    ),
    Check::new(
        "S3.9-hierarchy-restriction",
        S("3.9"),
        "IMAPITable::Restrict",
        "hierarchy-tables",
        "Hierarchy tables can be restricted by name and class.",
        hierarchy,
    ),
];

fn restrictable(open: &Open) -> Verdict {
    open.needs(STORE_RESTRICTION_OK)
}

/// The subjects of the rows that fit, in alphabetical order.
fn fitting(table: &Table, restriction: &Restriction) -> Result<Vec<String>> {
    table.restrict(Some(restriction))?;
    let mut found = subjects(&table.all_rows()?);
    found.sort();
    Ok(found)
}

fn found(table: &Table, what: &str, restriction: &Restriction, wanted: &[&str]) -> Verdict {
    let wanted: Vec<String> = wanted.iter().map(|text| (*text).to_string()).collect();
    equal(
        &format!("rows that fit {what}"),
        wanted,
        fitting(table, restriction)?,
    )
}

/// As [`found`]; a store may refuse the kind as too complex.
fn found_or_too_complex(
    table: &Table,
    what: &str,
    restriction: &Restriction,
    wanted: &[&str],
) -> Verdict {
    match table.restrict(Some(restriction)) {
        Ok(()) => found(table, what, restriction, wanted),
        Err(failure) => code(what, &[MAPI_E_TOO_COMPLEX], failure.code),
    }
}

fn null_restores_all(context: &Context) -> Verdict {
    let open = context.open()?;
    restrictable(&open)?;
    let table = five(&open)?;
    found(
        &table,
        "subject = c",
        &Restriction::equals(PR_SUBJECT, "c"),
        &["c"],
    )?;
    table.restrict(None)?;
    equal("rows after Restrict(NULL)", 5, table.all_rows()?.len())
}

fn restrict_resets(context: &Context) -> Verdict {
    let open = context.open()?;
    restrictable(&open)?;
    let table = five(&open)?;
    table.seek(BOOKMARK_BEGINNING, 3)?;
    let bookmark = table.create_bookmark();
    table.restrict(Some(&Restriction::Exist(PR_SUBJECT)))?;
    equal("the position after Restrict", 0, table.position()?.row)?;
    if let Ok(bookmark) = bookmark {
        stale(&table, bookmark)?;
    }
    Ok(())
}

fn failed_restrict(context: &Context) -> Verdict {
    let open = context.open()?;
    restrictable(&open)?;
    let table = five(&open)?;
    found(
        &table,
        "subject < c",
        &Restriction::compare(RELOP_LT, PR_SUBJECT, "c"),
        &["a", "b"],
    )?;
    fails(
        "a comparison of different types",
        table.restrict(Some(&mismatch())),
    )?;
    let mut rows = subjects(&table.all_rows()?);
    rows.sort();
    equal(
        "rows after the failure",
        vec!["a".to_string(), "b".to_string()],
        rows,
    )
}

fn missing_is_false(context: &Context) -> Verdict {
    let open = context.open()?;
    restrictable(&open)?;
    let message = open.message("with")?;
    message.put(0x6FD0_0003, 5)?;
    message.save(0)?;
    open.message("without")?;
    let table = open.contents(&[PR_SUBJECT])?;
    found(
        &table,
        "x < 9",
        &Restriction::compare(RELOP_LT, 0x6FD0_0003, 9),
        &["with"],
    )?;
    found(
        &table,
        "x > 0",
        &Restriction::compare(RELOP_GT, 0x6FD0_0003, 0),
        &["with"],
    )
}

/// A tag of one type and a value of another.
fn mismatch() -> Restriction {
    Restriction::Property {
        relation: RELOP_EQ,
        tag: PR_SUBJECT,
        prop: Prop::new(PR_MESSAGE_SIZE, 7),
    }
}

fn type_mismatch(context: &Context) -> Verdict {
    let open = context.open()?;
    restrictable(&open)?;
    let table = five(&open)?;
    refused(
        "Restrict(PR_SUBJECT = 7)",
        &[MAPI_E_TOO_COMPLEX],
        table.restrict(Some(&mismatch())),
    )
}

fn multi_value(context: &Context) -> Verdict {
    let open = context.open()?;
    restrictable(&open)?;
    open.needs(STORE_MV_PROPS_OK)?;
    let keywords = open
        .work
        .named(&Name::string(PS_PUBLIC_STRINGS, "Keywords"), PT_MV_UNICODE)?;
    for (subject, words) in [("one", ["red", "blue"]), ("two", ["green", "grey"])] {
        let message = open.message(subject)?;
        message.put(keywords, words)?;
        message.save(0)?;
    }
    let table = open.contents(&[PR_SUBJECT])?;
    let blue = Restriction::Property {
        relation: RELOP_EQ,
        tag: keywords,
        prop: Prop::new(change_prop_type(keywords, PT_UNICODE), "blue"),
    };
    found(&table, "Keywords = blue", &blue, &["one"])
}

fn count(context: &Context) -> Verdict {
    let open = context.open()?;
    restrictable(&open)?;
    let table = five(&open)?;
    let one = Restriction::Count {
        count: 10,
        inner: Box::new(Restriction::equals(PR_SUBJECT, "c")),
    };
    found_or_too_complex(&table, "RES_COUNT", &one, &["c"])
}

fn comment(context: &Context) -> Verdict {
    let open = context.open()?;
    restrictable(&open)?;
    let table = five(&open)?;
    let one = Restriction::Comment {
        props: vec![Prop::new(0x6001_0003, 1)],
        inner: Box::new(Restriction::equals(PR_SUBJECT, "c")),
    };
    found(&table, "RES_COMMENT", &one, &["c"])
}

fn unknown_kind(context: &Context) -> Verdict {
    let open = context.open()?;
    restrictable(&open)?;
    let table = five(&open)?;
    // SAFETY: all members of the structure are valid when zero.
    let mut raw: SRestriction = unsafe { std::mem::zeroed() };
    raw.rt = 0x4711;
    // SAFETY: the restriction lives until the call returns.
    let answer = unsafe { table.raw().Restrict(&raw, 0) };
    code(
        "Restrict with an unknown kind",
        &[MAPI_E_TOO_COMPLEX, MAPI_E_INVALID_PARAMETER],
        answer,
    )?;
    equal("rows after that", 5, table.all_rows()?.len())
}

fn deep_tree(context: &Context) -> Verdict {
    let open = context.open()?;
    restrictable(&open)?;
    let table = five(&open)?;
    let depth = 10_000;
    let leaf = SExistRestriction {
        ulReserved1: 0,
        ulPropTag: PR_SUBJECT,
        ulReserved2: 0,
    };
    // SAFETY: all members of the structure are valid when zero.
    let mut chain: Vec<SRestriction> = vec![unsafe { std::mem::zeroed() }; depth];
    let start = chain.as_mut_ptr();
    for (index, link) in chain.iter_mut().enumerate() {
        if index + 1 == depth {
            link.rt = RES_EXIST;
            link.res.resExist = leaf;
        } else {
            link.rt = RES_NOT;
            link.res.resNot = SNotRestriction {
                ulReserved: 0,
                lpRes: start.wrapping_add(index + 1),
            };
        }
    }
    // SAFETY: the chain lives until the call returns.
    let answer = unsafe { table.raw().Restrict(start, 0) };
    holds(
        answer == S_OK || answer == MAPI_E_TOO_COMPLEX,
        "Restrict with 10,000 times RES_NOT",
        "S_OK or MAPI_E_TOO_COMPLEX",
        code_text(answer),
    )?;
    let _ = table.all_rows()?;
    Ok(())
}

fn content_kinds(context: &Context) -> Verdict {
    let open = context.open()?;
    restrictable(&open)?;
    open.messages(&["order", "order form", "reorder", "rodeo"])?;
    let table = open.contents(&[PR_SUBJECT])?;
    let content = |fuzzy| Restriction::contains(PR_SUBJECT, fuzzy, "order");
    found(&table, "FL_FULLSTRING", &content(FL_FULLSTRING), &["order"])?;
    found(
        &table,
        "FL_PREFIX",
        &content(FL_PREFIX),
        &["order", "order form"],
    )?;
    found(
        &table,
        "FL_SUBSTRING",
        &content(FL_SUBSTRING),
        &["order", "order form", "reorder"],
    )
}

fn ignore_case(context: &Context) -> Verdict {
    let open = context.open()?;
    restrictable(&open)?;
    open.messages(&["Straßen und ÄRGER", "nothing"])?;
    let table = open.contents(&[PR_SUBJECT])?;
    let fuzzy = FL_SUBSTRING | FL_IGNORECASE;
    let wide = Restriction::contains(PR_SUBJECT, fuzzy, "ärger");
    found(&table, "FL_IGNORECASE", &wide, &["Straßen und ÄRGER"])?;
    let narrow = Restriction::Content {
        fuzzy,
        tag: change_prop_type(PR_SUBJECT, PT_STRING8),
        prop: Prop {
            tag: change_prop_type(PR_SUBJECT, PT_STRING8),
            value: Value::String8(b"UND".to_vec()),
        },
    };
    found(
        &table,
        "FL_IGNORECASE with PT_STRING8",
        &narrow,
        &["Straßen und ÄRGER"],
    )?;
    let unknown = Restriction::contains(PR_SUBJECT, fuzzy | 0x0100_0000, "und");
    found(
        &table,
        "an unknown fuzzy bit",
        &unknown,
        &["Straßen und ÄRGER"],
    )
}

fn binary_content(context: &Context) -> Verdict {
    let open = context.open()?;
    restrictable(&open)?;
    for (subject, bytes) in [("one", [1_u8, 2, 3]), ("two", [2, 2, 3])] {
        let message = open.message(subject)?;
        message.put(0x6FD1_0102, &bytes)?;
        message.save(0)?;
    }
    let table = open.contents(&[PR_SUBJECT])?;
    let prefix = Restriction::Content {
        fuzzy: FL_PREFIX,
        tag: 0x6FD1_0102,
        prop: Prop::new(0x6FD1_0102, &[1_u8, 2]),
    };
    found(&table, "a prefix of a binary", &prefix, &["one"])
}

fn relations(context: &Context) -> Verdict {
    let open = context.open()?;
    restrictable(&open)?;
    for (subject, number) in [("a", 1_i32), ("b", 2), ("c", 3)] {
        let message = open.message(subject)?;
        message.put(PR_IMPORTANCE, number)?;
        let time = u64::from(number.unsigned_abs()) * 10_000_000;
        message.set(&[Prop::time(PR_MESSAGE_DELIVERY_TIME, time)])?;
        message.save(0)?;
    }
    let table = open.contents(&[PR_SUBJECT])?;
    for (relation, name, wanted) in [
        (RELOP_LT, "<", &["a"][..]),
        (RELOP_LE, "<=", &["a", "b"]),
        (RELOP_GT, ">", &["c"]),
        (RELOP_GE, ">=", &["b", "c"]),
        (RELOP_EQ, "=", &["b"]),
        (RELOP_NE, "<>", &["a", "c"]),
    ] {
        let number = Restriction::compare(relation, PR_IMPORTANCE, 2);
        found(&table, &format!("a number {name} 2"), &number, wanted)?;
        let text = Restriction::compare(relation, PR_SUBJECT, "b");
        found(&table, &format!("a text {name} b"), &text, wanted)?;
        let time = Restriction::Property {
            relation,
            tag: PR_MESSAGE_DELIVERY_TIME,
            prop: Prop::time(PR_MESSAGE_DELIVERY_TIME, 20_000_000),
        };
        found(&table, &format!("a time {name} 2 s"), &time, wanted)?;
    }
    Ok(())
}

fn and_or_not(context: &Context) -> Verdict {
    let open = context.open()?;
    restrictable(&open)?;
    let table = five(&open)?;
    let below = |text: &str| Restriction::compare(RELOP_LT, PR_SUBJECT, text);
    let both = Restriction::And(vec![below("d"), below("b").not()]);
    found(&table, "AND and NOT", &both, &["b", "c"])?;
    let either = Restriction::Or(vec![below("b"), Restriction::equals(PR_SUBJECT, "e")]);
    found(&table, "OR", &either, &["a", "e"])?;
    let nested = Restriction::And(vec![either, both.not()]);
    found(&table, "nested conditions", &nested, &["a", "e"])
}

fn bitmask(context: &Context) -> Verdict {
    let open = context.open()?;
    restrictable(&open)?;
    let ids = open.messages(&["read", "unread"])?;
    done(open.work.set_read_flags(Some(&[&ids[0]]), SUPPRESS_RECEIPT))?;
    let table = open.contents(&[PR_SUBJECT])?;
    for (relation, wanted) in [(BMR_EQZ, "unread"), (BMR_NEZ, "read")] {
        let bits = Restriction::Bits {
            relation,
            tag: PR_MESSAGE_FLAGS,
            mask: MSGFLAG_READ,
        };
        found(
            &table,
            &format!("MSGFLAG_READ, relation {relation}"),
            &bits,
            &[wanted],
        )?;
    }
    Ok(())
}

fn exist(context: &Context) -> Verdict {
    let open = context.open()?;
    restrictable(&open)?;
    let message = open.message("with")?;
    message.put(0x6FD2_001F, "")?;
    message.save(0)?;
    open.message("without")?;
    let table = open.contents(&[PR_SUBJECT])?;
    found(
        &table,
        "RES_EXIST",
        &Restriction::Exist(0x6FD2_001F),
        &["with"],
    )?;
    found(
        &table,
        "NOT RES_EXIST",
        &Restriction::Exist(0x6FD2_001F).not(),
        &["without"],
    )
}

fn size(context: &Context) -> Verdict {
    let open = context.open()?;
    restrictable(&open)?;
    for (subject, size) in [("small", 10), ("large", 3000)] {
        let message = open.message(subject)?;
        message.put(0x6FD3_0102, vec![0_u8; size])?;
        message.save(0)?;
    }
    let table = open.contents(&[PR_SUBJECT])?;
    let large = Restriction::Size {
        relation: RELOP_GT,
        tag: 0x6FD3_0102,
        size: 1000,
    };
    found_or_too_complex(&table, "RES_SIZE", &large, &["large"])
}

fn compare_properties(context: &Context) -> Verdict {
    let open = context.open()?;
    restrictable(&open)?;
    for (subject, left, right) in [("less", 1, 2), ("equal", 2, 2)] {
        let message = open.message(subject)?;
        message.set(&[Prop::new(0x6FD4_0003, left), Prop::new(0x6FD5_0003, right)])?;
        message.save(0)?;
    }
    let table = open.contents(&[PR_SUBJECT])?;
    let less = Restriction::Compare {
        relation: RELOP_LT,
        left: 0x6FD4_0003,
        right: 0x6FD5_0003,
    };
    found_or_too_complex(&table, "RES_COMPAREPROPS", &less, &["less"])
}

fn subrestriction(context: &Context) -> Verdict {
    let open = context.open()?;
    restrictable(&open)?;
    for (subject, name) in [("one", "Anna"), ("two", "Ben")] {
        let message = open.message(subject)?;
        message.add_recipient(MAPI_TO, name, "x@contoso.example")?;
        message.save(0)?;
    }
    let table = open.contents(&[PR_SUBJECT])?;
    let to_anna = Restriction::Sub {
        object: PR_MESSAGE_RECIPIENTS,
        inner: Box::new(Restriction::equals(PR_DISPLAY_NAME, "Anna")),
    };
    found_or_too_complex(&table, "RES_SUBRESTRICTION", &to_anna, &["one"])
}

fn not_a_column(context: &Context) -> Verdict {
    let open = context.open()?;
    restrictable(&open)?;
    let message = open.message("one")?;
    message.put(PR_INTERNET_MESSAGE_ID, "<1@contoso.example>")?;
    message.save(0)?;
    open.message("two")?;
    let table = open.contents(&[PR_SUBJECT])?;
    let id = Restriction::equals(PR_INTERNET_MESSAGE_ID, "<1@contoso.example>");
    found(&table, "PR_INTERNET_MESSAGE_ID", &id, &["one"])
}

fn caller_may_free(context: &Context) -> Verdict {
    let open = context.open()?;
    restrictable(&open)?;
    let table = five(&open)?;
    {
        let arena = Arena::default();
        let raw = Restriction::equals(PR_SUBJECT, "c").write(&arena);
        // SAFETY: the restriction lives until the call returns.
        let answer = unsafe { table.raw().Restrict(raw, 0) };
        code("IMAPITable::Restrict", &[S_OK], answer)?;
        // SAFETY: the structure is ours; what a provider kept of it is garbage from here on.
        unsafe {
            raw.cast::<u8>()
                .write_bytes(0xDD, size_of::<SRestriction>())
        };
    }
    equal(
        "rows after the free",
        vec!["c".to_string()],
        subjects(&table.all_rows()?),
    )
}

fn hierarchy(context: &Context) -> Verdict {
    let open = context.open()?;
    restrictable(&open)?;
    open.work.create_folder("one")?;
    open.work.create_folder("two")?;
    let table = open.work.hierarchy()?;
    table.set_columns(&[PR_DISPLAY_NAME])?;
    table.restrict(Some(&Restriction::equals(PR_DISPLAY_NAME, "two")))?;
    let rows = table.all_rows()?;
    equal("rows", 1, rows.len())?;
    equal("the name", Some("two"), rows[0].text(PR_DISPLAY_NAME))
}
