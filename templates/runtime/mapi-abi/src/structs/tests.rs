//! Sizes and offsets, 32-bit ones left, 64-bit ones right.

use crate::*;
use core::mem::offset_of;

/// Compares with the column of this pointer width. 32-bit numbers are those of Windows.
fn expect(what: &str, actual: usize, bits32: usize, bits64: usize) {
    match size_of::<usize>() {
        8 => assert_eq!(actual, bits64, "{what}"),
        4 if cfg!(windows) => assert_eq!(actual, bits32, "{what}"),
        _ => {}
    }
}

macro_rules! layout {
    ($($type:ident $size32:literal $size64:literal { $($member:ident $offset32:literal $offset64:literal,)* })*) => {$(
        expect(stringify!($type), size_of::<$type>(), $size32, $size64);
        $(
            let member = concat!(stringify!($type), ".", stringify!($member));
            expect(member, offset_of!($type, $member), $offset32, $offset64);
        )*
    )*};
}

#[test]
fn properties() {
    layout! {
        SPropValue 16 24 { ulPropTag 0 0, dwAlignPad 4 4, Value 8 8, }
        SPropValueUnion 8 16 {}
        SBinary 8 16 { cb 0 0, lpb 4 8, }
        SBinaryArray 8 16 { cValues 0 0, lpbin 4 8, }
        SShortArray 8 16 { cValues 0 0, lpi 4 8, }
        SLongArray 8 16 { cValues 0 0, lpl 4 8, }
        SWStringArray 8 16 { cValues 0 0, lppszW 4 8, }
        SPropTagArray 8 8 { cValues 0 0, aulPropTag 4 4, }
        SPropProblem 12 12 { ulIndex 0 0, ulPropTag 4 4, scode 8 8, }
        SPropProblemArray 16 16 { cProblem 0 0, aProblem 4 4, }
        MAPIERROR 20 32 {
            ulVersion 0 0, lpszError 4 8, lpszComponent 8 16, ulLowLevelError 12 24, ulContext 16 28,
        }
        MAPINAMEID 12 24 { lpguid 0 0, ulKind 4 8, Kind 8 16, }
        FILETIME 8 8 { dwLowDateTime 0 0, dwHighDateTime 4 4, }
        CURRENCY 8 8 {}
        BOOKMARK 4 8 {}
    }
    assert_eq!(align_of::<FILETIME>(), 4);
    expect("alignment of SPropValue", align_of::<SPropValue>(), 8, 8);
    expect("alignment of CURRENCY", align_of::<CURRENCY>(), 8, 8);
    assert_eq!(
        size_of::<SizedSPropTagArray<3>>(),
        SPropTagArray::size_of(3)
    );
}

#[test]
fn rows_and_orders() {
    layout! {
        SRow 12 16 { ulAdrEntryPad 0 0, cValues 4 4, lpProps 8 8, }
        ADRENTRY 12 16 { ulReserved1 0 0, cValues 4 4, rgPropVals 8 8, }
        SRowSet 16 24 { cRows 0 0, aRow 4 8, }
        ADRLIST 16 24 { cEntries 0 0, aEntries 4 8, }
        SSortOrder 8 8 { ulPropTag 0 0, ulOrder 4 4, }
        SSortOrderSet 20 20 { cSorts 0 0, cCategories 4 4, cExpanded 8 8, aSort 12 12, }
    }
}

#[test]
fn restrictions() {
    layout! {
        SRestriction 16 32 { rt 0 0, res 4 8, }
        SAndRestriction 8 16 { cRes 0 0, lpRes 4 8, }
        SOrRestriction 8 16 { cRes 0 0, lpRes 4 8, }
        SNotRestriction 8 16 { ulReserved 0 0, lpRes 4 8, }
        SSubRestriction 8 16 { ulSubObject 0 0, lpRes 4 8, }
        SContentRestriction 12 16 { ulFuzzyLevel 0 0, ulPropTag 4 4, lpProp 8 8, }
        SPropertyRestriction 12 16 { relop 0 0, ulPropTag 4 4, lpProp 8 8, }
        SBitMaskRestriction 12 12 { relBMR 0 0, ulPropTag 4 4, ulMask 8 8, }
        SSizeRestriction 12 12 { relop 0 0, ulPropTag 4 4, cb 8 8, }
        SComparePropsRestriction 12 12 { relop 0 0, ulPropTag1 4 4, ulPropTag2 8 8, }
        SExistRestriction 12 12 { ulReserved1 0 0, ulPropTag 4 4, ulReserved2 8 8, }
        SCommentRestriction 12 24 { cValues 0 0, lpRes 4 8, lpProp 8 16, }
        SAnnotationRestriction 12 24 { cValues 0 0, lpRes 4 8, lpProp 8 16, }
        SCountRestriction 8 16 { ulCount 0 0, lpRes 4 8, }
    }
}

#[test]
fn identifiers() {
    layout! {
        ENTRYID 5 5 { abFlags 0 0, ab 4 4, }
        MAPIUID 16 16 {}
        NOTIFKEY 8 8 { cb 0 0, ab 4 4, }
        FLATENTRY 8 8 { cb 0 0, abEntry 4 4, }
        FLATENTRYLIST 12 12 { cEntries 0 0, cbEntries 4 4, abEntries 8 8, }
        MAPISIB 20 32 { ulSize 0 0, ulFlags 4 4, psesSync 8 8, punkCallBack 12 16, phSyncDoneEvent 16 24, }
        STATSTG 72 80 {
            pwcsName 0 0, r#type 4 8, cbSize 8 16, mtime 16 24, ctime 24 32, atime 32 40, grfMode 40 48,
            grfLocksSupported 44 52, clsid 48 56, grfStateBits 64 72, reserved 68 76,
        }
    }
    assert_eq!(align_of::<ENTRYID>(), 1);
    assert_eq!(align_of::<MAPIUID>(), 1);
}

#[test]
fn notifications() {
    layout! {
        NOTIFICATION 64 88 { ulEventType 0 0, ulAlignPad 4 4, info 8 8, }
        ERROR_NOTIFICATION 20 32 { cbEntryID 0 0, lpEntryID 4 8, scode 8 16, ulFlags 12 20, lpMAPIError 16 24, }
        NEWMAIL_NOTIFICATION 28 56 {
            cbEntryID 0 0, lpEntryID 4 8, cbParentID 8 16, lpParentID 12 24, ulFlags 16 32, lpszMessageClass 20 40,
            ulMessageFlags 24 48,
        }
        OBJECT_NOTIFICATION 40 72 {
            cbEntryID 0 0, lpEntryID 4 8, ulObjType 8 16, cbParentID 12 20, lpParentID 16 24, cbOldID 20 32,
            lpOldID 24 40, cbOldParentID 28 48, lpOldParentID 32 56, lpPropTagArray 36 64,
        }
        TABLE_NOTIFICATION 56 80 {
            ulTableEvent 0 0, hResult 4 4, propIndex 8 8, propPrior 24 32, row 40 56, ulPad 52 72,
        }
        EXTENDED_NOTIFICATION 12 16 { ulEvent 0 0, cb 4 4, pbEventParameters 8 8, }
        STATUS_OBJECT_NOTIFICATION 16 32 { cbEntryID 0 0, lpEntryID 4 8, cValues 8 16, lpPropVals 12 24, }
    }
    expect("alignment of NOTIFICATION", align_of::<NOTIFICATION>(), 8, 8);
}

#[test]
fn sizes_of_arrays() {
    assert_eq!(SPropTagArray::size_of(0), 4);
    assert_eq!(SPropTagArray::size_of(5), 24);
    assert_eq!(SPropProblemArray::size_of(2), 28);
    assert_eq!(SSortOrderSet::size_of(3), 36);
    assert_eq!(ENTRYID::size_of(20), 24);
    assert_eq!(NOTIFKEY::size_of(16), 20);
    assert_eq!(FLATENTRY::size_of(21), 25);
    assert_eq!(FLATENTRYLIST::size_of(28), 36);
    expect("no rows", SRowSet::size_of(0), 4, 8);
    expect("three rows", SRowSet::size_of(3), 40, 56);
    expect("three recipients", ADRLIST::size_of(3), 40, 56);
}

#[test]
fn a_zero_value_has_no_stale_bytes() {
    let mut value = SPropValue::ZERO;
    value.Value.b = 1;
    let bytes: [u8; size_of::<SPropValueUnion>()] =
        unsafe { core::mem::transmute(value.Value) };
    assert_eq!(bytes.iter().map(|&b| u32::from(b)).sum::<u32>(), 1);
}

#[test]
fn identifiers_keep_their_bytes() {
    let guid = GUID::from_u128(0x4154494E_BFF9_01B8_00AA_0037D96E0000);
    let uid = MAPIUID::from(guid);
    assert_eq!(uid.ab[..8], *b"NITA\xF9\xBF\xB8\x01");
    assert_eq!(GUID::from(uid), guid);
}

#[test]
fn times_keep_their_value() {
    let time = FILETIME::from_u64(0x0123_4567_89AB_CDEF);
    assert_eq!(time.dwLowDateTime, 0x89AB_CDEF);
    assert_eq!(time.to_u64(), 0x0123_4567_89AB_CDEF);
}

#[test]
fn codes_have_names() {
    assert_eq!(hresult_name(MAPI_E_NOT_FOUND), Some("MAPI_E_NOT_FOUND"));
    assert_eq!(hresult_name(E_FAIL), Some("MAPI_E_CALL_FAILED"));
    assert_eq!(hresult_name(HRESULT(0x1234)), None);
    assert!(MAPI_W_ERRORS_RETURNED.is_ok());
    assert!(MAPI_E_CALL_FAILED.is_err());
}
