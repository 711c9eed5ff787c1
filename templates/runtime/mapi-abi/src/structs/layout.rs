//! The layouts of the headers, checked while compiling.

use super::*;

macro_rules! sizes {
    ($bits:literal: $($type:ty = $size:literal,)*) => {
        $(
            #[cfg(target_pointer_width = $bits)]
            const _: () = assert!(size_of::<$type>() == $size);
        )*
    };
}

sizes! { "64":
    SPropValue = 24, SPropValueUnion = 16, SBinary = 16, SBinaryArray = 16, SRow = 16, ADRENTRY = 16, SRowSet = 24,
    ADRLIST = 24, SPropTagArray = 8, SPropProblem = 12, SPropProblemArray = 16, MAPIERROR = 32, MAPINAMEID = 24,
    SRestriction = 32, SSortOrder = 8, SSortOrderSet = 20, MAPIUID = 16, MAPISIB = 32, NOTIFICATION = 88,
    ERROR_NOTIFICATION = 32, NEWMAIL_NOTIFICATION = 56, OBJECT_NOTIFICATION = 72, TABLE_NOTIFICATION = 80,
    EXTENDED_NOTIFICATION = 16, STATUS_OBJECT_NOTIFICATION = 32, FILETIME = 8, CURRENCY = 8, BOOKMARK = 8,
    STATSTG = 80,
}

// Other 32-bit systems align 64-bit numbers differently; no provider is built for them.
#[cfg(windows)]
sizes! { "32":
    SPropValue = 16, SPropValueUnion = 8, SBinary = 8, SBinaryArray = 8, SRow = 12, ADRENTRY = 12, SRowSet = 16,
    ADRLIST = 16, SPropTagArray = 8, SPropProblem = 12, SPropProblemArray = 16, MAPIERROR = 20, MAPINAMEID = 12,
    SRestriction = 16, SSortOrder = 8, SSortOrderSet = 20, MAPIUID = 16, MAPISIB = 20, NOTIFICATION = 64,
    ERROR_NOTIFICATION = 20, NEWMAIL_NOTIFICATION = 28, OBJECT_NOTIFICATION = 40, TABLE_NOTIFICATION = 56,
    EXTENDED_NOTIFICATION = 12, STATUS_OBJECT_NOTIFICATION = 16, FILETIME = 8, CURRENCY = 8, BOOKMARK = 4,
    STATSTG = 72,
}
