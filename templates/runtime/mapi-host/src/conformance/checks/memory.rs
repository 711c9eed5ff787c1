//! Who allocates, who frees, and what is left.

use super::prelude::*;
use std::mem::offset_of;

pub(super) const CHECKS: &[Check] = &[
    Check::new(
        "A9-get-props-is-one-block",
        A(9),
        "IMAPIProp::GetProps",
        "allocating-and-freeing-memory-in-mapi",
        "The values come in a block of MAPIAllocateBuffer, and one free releases it with all it holds.",
        get_props_is_one_block,
    ),
    Check::new(
        "A9-a-thousand-calls-leave-nothing",
        A(9),
        "IMAPITable::QueryRows",
        "allocating-and-freeing-memory-in-mapi",
        "A thousand calls of GetProps and QueryRows leave as much memory in use as one.",
        a_thousand_calls_leave_nothing,
    ),
    Check::new(
        "A10-rows-are-blocks-of-their-own",
        A(10),
        "IMAPITable::QueryRows",
        "managing-memory-for-adrlist-and-srowset-structures",
        "Each row is a block of its own, and so is the set; freed one by one they leave nothing.",
        rows_are_blocks_of_their_own,
    ),
    Check::new(
        "A10-empty-row-set-is-a-block",
        A(10),
        "IMAPITable::QueryRows",
        "imapitable-queryrows",
        "A set without rows is a block of MAPIAllocateBuffer, too.",
        empty_row_set_is_a_block,
    ),
    Check::new(
        "A9-lists-are-one-block",
        A(9),
        "IMAPIProp::GetPropList",
        "imapiprop-getproplist",
        "Tags, columns, sort orders, problems, entry ids and class names each come in one block.",
        lists_are_one_block,
    ),
    Check::new(
        "A9-results-start-aligned",
        S("6.1"),
        "IMAPIProp::GetProps",
        "allocating-and-freeing-memory-in-mapi",
        "An array of SPropValue starts at an address that is a multiple of 8.",
        results_start_aligned,
    ),
    Check::new(
        "A9-small-values-are-zeroed",
        S("6.3"),
        "IMAPIProp::GetProps",
        "property-types",
        "The unused rest of a small value is zero, not what the memory held before.",
        small_values_are_zeroed,
    ),
    Check::whole(
        "A11-memory-functions-are-used-as-they-should",
        A(11),
        "IMAPISupport::GetMemAllocRoutines",
        "mapiallocatemore",
        "In all checks no block was overrun, freed twice or written to late, and no AllocateMore block was a base.",
        no_violations,
    ),
    Check::whole(
        "A9-no-check-leaks-memory",
        A(9),
        "IMAPISupport::GetMemAllocRoutines",
        "allocating-and-freeing-memory-in-mapi",
        "No check left memory of MAPI's functions behind.",
        |all| no_leaks(all, |leak| leak.starts_with("memory")),
    ),
    Check::whole(
        "A15-no-check-leaks-references",
        A(15),
        "IMAPISupport::Release",
        "shutting-down-a-message-store-provider",
        "No check left references to support objects, profile sections, sinks or other objects of MAPI's behind.",
        |all| no_leaks(all, |leak| leak.contains("references to")),
    ),
    Check::whole(
        "F103-no-check-leaks-subscriptions",
        A(103),
        "IMAPISupport::Unsubscribe",
        "supporting-event-notification",
        "No check left a subscription behind.",
        |all| no_leaks(all, |leak| leak.contains("subscriptions")),
    ),
];

fn get_props_is_one_block(context: &Context) -> Verdict {
    let open = context.open()?;
    let before = context.host().memory().live_blocks().len();
    let _ = open.work.get_all()?;
    let _ = open.store().get_all()?;
    let _ = open.message("Conformance")?.get_all()?;
    equal(
        "live blocks after GetProps(NULL) and one free",
        before,
        context.host().memory().live_blocks().len(),
    )?;
    clean(context, "IMAPIProp::GetProps")
}

fn a_thousand_calls_leave_nothing(context: &Context) -> Verdict {
    let open = context.open()?;
    open.messages(&["one", "two", "three"])?;
    let table = open.contents(&[PR_ENTRYID, PR_SUBJECT, PR_INSTANCE_KEY])?;
    let before = context.host().memory().live_blocks().len();
    for _ in 0..500 {
        let _ = open.work.get_all()?;
        table.seek(BOOKMARK_BEGINNING, 0)?;
        let _ = table.query_rows(10, 0)?;
    }
    equal(
        "live blocks after 500 GetProps and 500 QueryRows",
        before,
        context.host().memory().live_blocks().len(),
    )
}

fn rows_are_blocks_of_their_own(context: &Context) -> Verdict {
    let open = context.open()?;
    open.messages(&["one", "two", "three"])?;
    let table = open.contents(&[PR_ENTRYID, PR_SUBJECT])?;
    let memory = context.host().memory();
    let before = memory.live_blocks().len();
    let mut set: *mut SRowSet = std::ptr::null_mut();
    // SAFETY: `set` is a place for the result.
    let answer = unsafe { table.raw().QueryRows(10, 0, &mut set) };
    code("IMAPITable::QueryRows", &[S_OK], answer)?;
    holds(
        memory.is_base(set as usize),
        "the address of the SRowSet",
        "a block of MAPIAllocateBuffer",
        "another address",
    )?;
    let reader = some(
        "IMAPITable::QueryRows",
        "a set of rows",
        Reader::adopt(memory, "IMAPITable::QueryRows", set.cast()),
    )?;
    let count = reader.one(set.cast::<u32>()).unwrap_or_default() as usize;
    let first = set
        .cast::<u8>()
        .wrapping_add(offset_of!(SRowSet, aRow))
        .cast::<SRow>();
    let rows = reader.slice(first.cast_const(), count).unwrap_or_default();
    equal("cRows", 3, rows.len())?;
    let mut separate = true;
    for row in &rows {
        if memory.is_base(row.lpProps as usize) {
            memory.free(row.lpProps.cast());
        } else {
            separate = false;
        }
    }
    drop(reader);
    holds(
        separate,
        "aRow[i].lpProps",
        "a block of MAPIAllocateBuffer for each row",
        "an address inside another block",
    )?;
    equal(
        "live blocks after each row and the set were freed",
        before,
        memory.live_blocks().len(),
    )
}

fn empty_row_set_is_a_block(context: &Context) -> Verdict {
    let open = context.open()?;
    let table = open.contents(&[PR_ENTRYID])?;
    let mut set: *mut SRowSet = std::ptr::null_mut();
    // SAFETY: `set` is a place for the result.
    let answer = unsafe { table.raw().QueryRows(10, 0, &mut set) };
    code("IMAPITable::QueryRows", &[S_OK], answer)?;
    let memory = context.host().memory();
    let reader = some(
        "IMAPITable::QueryRows at the end of a table",
        "a set of its own block",
        Reader::adopt(memory, "IMAPITable::QueryRows", set.cast()),
    )?;
    equal("cRows", Some(0), reader.one(set.cast::<u32>()))
}

fn lists_are_one_block(context: &Context) -> Verdict {
    let open = context.open()?;
    open.message("Conformance")?;
    let before = context.host().memory().live_blocks().len();
    let _ = open.work.list()?;
    let table = open.work.contents()?;
    let _ = table.columns(false)?;
    let _ = table.columns(true)?;
    let _ = table.sort_order()?;
    let _ = open.store().receive_folder("IPM.Note")?;
    let _ = open.store().set(&[
        Prop::new(PR_STORE_SUPPORT_MASK, 0),
        Prop::new(PR_RECORD_KEY, b"x"),
    ])?;
    let name = Name::string(PS_PUBLIC_STRINGS, "conformance block");
    let (_, tags) = open.store().ids_from_names(&[name], true)?;
    let _ = open.store().names_from_ids(&tags)?;
    equal(
        "live blocks after one free each",
        before,
        context.host().memory().live_blocks().len(),
    )?;
    clean(
        context,
        "IMAPIProp::GetPropList, IMAPITable::QueryColumns and others",
    )
}

fn results_start_aligned(context: &Context) -> Verdict {
    let open = context.open()?;
    for object in [open.store().raw(), open.work.raw()] {
        let (mut count, mut values) = (0, std::ptr::null_mut());
        // SAFETY: the arguments are places for the results.
        let answer = unsafe { object.GetProps(std::ptr::null(), 0, &mut count, &mut values) };
        holds(
            answer.is_ok(),
            "IMAPIProp::GetProps",
            "success",
            code_text(answer),
        )?;
        let address = values as usize;
        drop(take_props(
            context.host().memory(),
            "IMAPIProp::GetProps",
            values,
            count,
        ));
        holds(
            address.is_multiple_of(8),
            "the address of the values",
            "a multiple of 8",
            format!("{address:#x}"),
        )?;
    }
    Ok(())
}

fn small_values_are_zeroed(context: &Context) -> Verdict {
    let open = context.open()?;
    let tags = SizedSPropTagArray::new([PR_SUBFOLDERS, PR_CONTENT_COUNT, 0x6FFE_0003]);
    let (mut count, mut values) = (0, std::ptr::null_mut());
    // SAFETY: the tags live until the call returns; the rest are places for the results.
    let answer = unsafe {
        open.work
            .raw()
            .GetProps(tags.as_ptr(), 0, &mut count, &mut values)
    };
    holds(
        answer.is_ok(),
        "IMAPIProp::GetProps",
        "success",
        code_text(answer),
    )?;
    let memory = context.host().memory();
    let reader = some(
        "IMAPIProp::GetProps",
        "values",
        Reader::adopt(memory, "IMAPIProp::GetProps", values.cast()),
    )?;
    let raw = reader
        .slice(values.cast_const(), count as usize)
        .unwrap_or_default();
    for value in &raw {
        let used = match prop_type(value.ulPropTag) {
            PT_BOOLEAN => 2,
            _ => 4,
        };
        // SAFETY: every bit pattern is a valid value of the largest member; the memory has been read as a whole.
        let bytes: [u8; size_of::<SPropValueUnion>()] = unsafe { std::mem::transmute(value.Value) };
        holds(
            bytes[used..8].iter().all(|byte| *byte == 0),
            &format!("the value of {:#010X}", value.ulPropTag),
            format!("zeros after byte {used}"),
            format!("{:02X?}", &bytes[..8]),
        )?;
    }
    Ok(())
}

/// What the host has noticed must be nothing.
fn clean(context: &Context, called: &str) -> Verdict {
    let found = context.host().violations();
    holds(
        found.is_empty(),
        called,
        "no misuse of memory",
        found.join("; "),
    )
}

fn no_violations(all: &[Observation]) -> Verdict {
    let found: Vec<String> = all
        .iter()
        .flat_map(|one| {
            one.violations
                .iter()
                .map(|text| format!("{}: {text}", one.check))
        })
        .collect();
    summarize("all checks", "no violation", &found)
}

fn no_leaks(all: &[Observation], wanted: fn(&str) -> bool) -> Verdict {
    let found: Vec<String> = all
        .iter()
        .flat_map(|one| {
            let leaks = one.leaks.iter().filter(|leak| wanted(leak));
            leaks.map(|leak| format!("{}: {leak}", one.check))
        })
        .collect();
    summarize("all checks", "nothing left", &found)
}

pub(super) fn summarize(called: &str, expected: &str, found: &[String]) -> Verdict {
    const SHOWN: usize = 12;
    let mut came = found[..found.len().min(SHOWN)].join("\n");
    if found.len() > SHOWN {
        came += &format!("\nand {} more", found.len() - SHOWN);
    }
    holds(found.is_empty(), called, expected, came)
}
