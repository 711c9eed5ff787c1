//! The declarations by which the suite sees a provider, and the tables of functions that it gets from it.

use super::prelude::*;
use std::ffi::c_void;

pub(super) const CHECKS: &[Check] = &[
    Check::facts(
        "A5-structures-have-their-sizes",
        A(5),
        "declarations",
        "mapi-structures",
        "The structures with which the suite reads a provider's answers have the sizes of Microsoft's headers at this width.",
        |_| sizes(),
    ),
    Check::facts(
        "A6-interfaces-have-their-slots",
        A(6),
        "declarations",
        "mapi-interfaces",
        "The interfaces through which the suite calls a provider have as many slots as Microsoft's headers say.",
        |_| slots(),
    ),
    Check::new(
        "A6-every-slot-is-filled",
        A(6),
        "declarations",
        "mapi-interfaces",
        "Every slot of every object leads to a function, also where the function only refuses.",
        every_slot_is_filled,
    ),
];

macro_rules! sizes {
    ($($type:ident $bits32:literal $bits64:literal)*) => {
        &[$((stringify!($type), size_of::<$type>(), $bits32, $bits64)),*]
    };
}

/// Name, size here, size on 32-bit Windows, size on 64-bit systems.
const SIZES: &[(&str, usize, usize, usize)] = sizes! {
    SPropValue 16 24
    SPropValueUnion 8 16
    SBinary 8 16
    SBinaryArray 8 16
    SShortArray 8 16
    SLongArray 8 16
    SWStringArray 8 16
    SPropTagArray 8 8
    SPropProblem 12 12
    SPropProblemArray 16 16
    MAPIERROR 20 32
    MAPINAMEID 12 24
    FILETIME 8 8
    CURRENCY 8 8
    BOOKMARK 4 8
    SRow 12 16
    ADRENTRY 12 16
    SRowSet 16 24
    ADRLIST 16 24
    SSortOrder 8 8
    SSortOrderSet 20 20
    SRestriction 16 32
    SAndRestriction 8 16
    SOrRestriction 8 16
    SNotRestriction 8 16
    SSubRestriction 8 16
    SContentRestriction 12 16
    SPropertyRestriction 12 16
    SBitMaskRestriction 12 12
    SSizeRestriction 12 12
    SComparePropsRestriction 12 12
    SExistRestriction 12 12
    SCommentRestriction 12 24
    SAnnotationRestriction 12 24
    SCountRestriction 8 16
    ENTRYID 5 5
    MAPIUID 16 16
    NOTIFKEY 8 8
    FLATENTRY 8 8
    FLATENTRYLIST 12 12
    MAPISIB 20 32
    STATSTG 72 80
    NOTIFICATION 64 88
    ERROR_NOTIFICATION 20 32
    NEWMAIL_NOTIFICATION 28 56
    OBJECT_NOTIFICATION 40 72
    TABLE_NOTIFICATION 56 80
    EXTENDED_NOTIFICATION 12 16
    STATUS_OBJECT_NOTIFICATION 16 32
};

macro_rules! slots {
    ($($interface:ident $table:ident $count:literal)*) => {
        &[$((stringify!($interface), size_of::<$table>() / size_of::<usize>(), $count)),*]
    };
}

/// Name, slots here, slots in the headers.
const SLOTS: &[(&str, usize, usize)] = slots! {
    IMSProvider IMSProvider_Vtbl 7
    IMSLogon IMSLogon_Vtbl 10
    IMsgStore IMsgStore_Vtbl 27
    IMAPIProp IMAPIProp_Vtbl 14
    IMAPIContainer IMAPIContainer_Vtbl 19
    IMAPIFolder IMAPIFolder_Vtbl 30
    IMessage IMessage_Vtbl 22
    IAttach IAttach_Vtbl 14
    IMAPITable IMAPITable_Vtbl 26
    IMAPIStatus IMAPIStatus_Vtbl 18
    IStream IStream_Vtbl 14
    IMAPISync IMAPISync_Vtbl 4
    IMAPISupport IMAPISupport_Vtbl 44
    IMAPIAdviseSink IMAPIAdviseSink_Vtbl 4
};

fn sizes() -> Verdict {
    for (name, here, bits32, bits64) in SIZES {
        let called = format!("sizeof({name})");
        match size_of::<usize>() {
            8 => equal(&called, *bits64, *here)?,
            // Other 32-bit systems align 64-bit members differently, and no MAPI runs there.
            4 if cfg!(windows) => equal(&called, *bits32, *here)?,
            _ => return Err(not_applicable("no MAPI has structures of this width")),
        }
    }
    Ok(())
}

fn slots() -> Verdict {
    for (name, here, wanted) in SLOTS {
        equal(&format!("slots of {name}"), *wanted, *here)?;
    }
    Ok(())
}

fn every_slot_is_filled(context: &Context) -> Verdict {
    macro_rules! filled {
        ($object:expr, $interface:ident, $table:ident) => {
            filled($object, stringify!($interface), size_of::<$table>())?
        };
    }
    let session = context.logon()?;
    filled!(session.provider().raw(), IMSProvider, IMSProvider_Vtbl);
    if let Some(logon) = session.logon() {
        filled!(&logon, IMSLogon, IMSLogon_Vtbl);
    }
    filled!(session.store().raw_store(), IMsgStore, IMsgStore_Vtbl);
    let root = session.root()?;
    filled!(root.raw_folder(), IMAPIFolder, IMAPIFolder_Vtbl);
    filled!(root.contents()?.raw(), IMAPITable, IMAPITable_Vtbl);
    if let Ok((_, status, _)) = session.status_object() {
        filled!(&status, IMAPIStatus, IMAPIStatus_Vtbl);
    }
    if let Ok(sync) = session.store().sync() {
        filled!(&sync, IMAPISync, IMAPISync_Vtbl);
    }
    Ok(())
}

/// No slot of an object's table, which has this many bytes, is NULL.
fn filled<I: Interface>(object: &I, name: &str, bytes: usize) -> Verdict {
    for slot in 0..bytes / size_of::<usize>() {
        // SAFETY: an object begins with the address of its table, and the interface has as many slots.
        let function = unsafe {
            (*object.as_raw().cast::<*const *const c_void>())
                .add(slot)
                .read()
        };
        holds(
            !function.is_null(),
            &format!("slot {slot} of {name}"),
            "a function",
            "NULL",
        )?;
    }
    Ok(())
}
