//! Calls every slot of every interface through a raw vtable and looks which method was reached.
//!
//! The slot numbers and parameter types stand here a second time, so that a slip in a declaration shows.
#![cfg(feature = "runtime")]
#![allow(non_snake_case)]

use core::cell::Cell;
use core::ffi::c_void;
use core::mem::{transmute, zeroed};
use mapi_abi::*;
use windows_core::Interface;

std::thread_local! {
    /// The slot whose method ran last.
    static REACHED: Cell<usize> = const { Cell::new(0) };
}

/// Tests one interface: implements it for an object, then calls each slot with all arguments zero.
///
/// The attribute that makes the object stays outside: it does not work on what a macro passes on.
macro_rules! slots {
    (
        $object:ident $object_impl:ident: $interface:ident $vtbl:ident, $end:literal slots;
        $($trait:ident { $($slot:literal $method:ident($($type:ty),*) -> $ret:ty;)* })*
    ) => {
        $(
            impl $trait for $object_impl {
                $(
                    unsafe fn $method(&self, $(_: $type),*) -> $ret {
                        REACHED.set($slot);
                        unsafe { zeroed() }
                    }
                )*
            }
        )*

        #[test]
        fn $interface() {
            assert_eq!(size_of::<$vtbl>(), $end * size_of::<usize>());
            let object: $interface = $object.into();
            let this = object.as_raw();
            let vtable: *const *const c_void = unsafe { *this.cast() };
            $($(
                REACHED.set(0);
                unsafe {
                    let slot: unsafe extern "system" fn(*mut c_void, $($type),*) -> $ret =
                        transmute(*vtable.add($slot));
                    let _: $ret = slot(this, $(zeroed::<$type>()),*);
                }
                assert_eq!(REACHED.get(), $slot, stringify!($method));
            )*)*

            // Slots 0 to 2.
            unsafe {
                let query: unsafe extern "system" fn(
                    *mut c_void,
                    *const GUID,
                    *mut *mut c_void,
                ) -> HRESULT = transmute(*vtable);
                let add_ref: unsafe extern "system" fn(*mut c_void) -> u32 =
                    transmute(*vtable.add(1));
                let release: unsafe extern "system" fn(*mut c_void) -> u32 =
                    transmute(*vtable.add(2));
                let mut found = core::ptr::null_mut();
                assert_eq!(query(this, &$interface::IID, &mut found), S_OK);
                assert_eq!(found, this);
                assert_eq!(add_ref(this), 3);
                assert_eq!(release(this), 2);
                assert_eq!(release(this), 1);
            }
        }
    };
}

/// Tests an interface that extends `IMAPIProp`, or `IMAPIProp` itself.
macro_rules! prop_methods {
    ($($own:tt)*) => {
        slots! {
            $($own)*
            IMAPIProp_Impl {
                3 GetLastError(HRESULT, u32, *mut *mut MAPIERROR) -> HRESULT;
                4 SaveChanges(u32) -> HRESULT;
                5 GetProps(*const SPropTagArray, u32, *mut u32, *mut *mut SPropValue) -> HRESULT;
                6 GetPropList(u32, *mut *mut SPropTagArray) -> HRESULT;
                7 OpenProperty(u32, *const GUID, u32, u32, *mut *mut c_void) -> HRESULT;
                8 SetProps(u32, *const SPropValue, *mut *mut SPropProblemArray) -> HRESULT;
                9 DeleteProps(*const SPropTagArray, *mut *mut SPropProblemArray) -> HRESULT;
                10 CopyTo(u32, *const GUID, *const SPropTagArray, usize, *mut c_void, *const GUID, *mut c_void, u32, *mut *mut SPropProblemArray) -> HRESULT;
                11 CopyProps(*const SPropTagArray, usize, *mut c_void, *const GUID, *mut c_void, u32, *mut *mut SPropProblemArray) -> HRESULT;
                12 GetNamesFromIDs(*mut *mut SPropTagArray, *const GUID, u32, *mut u32, *mut *mut *mut MAPINAMEID) -> HRESULT;
                13 GetIDsFromNames(u32, *const *mut MAPINAMEID, u32, *mut *mut SPropTagArray) -> HRESULT;
            }
        }
    };
}

/// Tests an interface that extends `IMAPIContainer`, or `IMAPIContainer` itself.
macro_rules! container_methods {
    ($($own:tt)*) => {
        prop_methods! {
            $($own)*
            IMAPIContainer_Impl {
                14 GetContentsTable(u32, *mut *mut c_void) -> HRESULT;
                15 GetHierarchyTable(u32, *mut *mut c_void) -> HRESULT;
                16 OpenEntry(u32, *const ENTRYID, *const GUID, u32, *mut u32, *mut *mut c_void) -> HRESULT;
                17 SetSearchCriteria(*const SRestriction, *const ENTRYLIST, u32) -> HRESULT;
                18 GetSearchCriteria(u32, *mut *mut SRestriction, *mut *mut ENTRYLIST, *mut u32) -> HRESULT;
            }
        }
    };
}

/// Tests an interface that extends `ISequentialStream`, or `ISequentialStream` itself.
macro_rules! sequential_stream_methods {
    ($($own:tt)*) => {
        slots! {
            $($own)*
            ISequentialStream_Impl {
                3 Read(*mut c_void, u32, *mut u32) -> HRESULT;
                4 Write(*const c_void, u32, *mut u32) -> HRESULT;
            }
        }
    };
}

#[windows_core::implement(IMAPIProp)]
struct MAPIProp;
prop_methods! {
    MAPIProp MAPIProp_Impl: IMAPIProp IMAPIProp_Vtbl, 14 slots;
}

#[windows_core::implement(IMAPIStatus)]
struct MAPIStatus;
prop_methods! {
    MAPIStatus MAPIStatus_Impl: IMAPIStatus IMAPIStatus_Vtbl, 18 slots;
    IMAPIStatus_Impl {
        14 ValidateState(usize, u32) -> HRESULT;
        15 SettingsDialog(usize, u32) -> HRESULT;
        16 ChangePassword(*const c_void, *const c_void, u32) -> HRESULT;
        17 FlushQueues(usize, u32, *const ENTRYID, u32) -> HRESULT;
    }
}

#[windows_core::implement(IProfSect)]
struct ProfSect;
prop_methods! {
    ProfSect ProfSect_Impl: IProfSect IProfSect_Vtbl, 14 slots;
    IProfSect_Impl {}
}

#[windows_core::implement(IAttach)]
struct Attach;
prop_methods! {
    Attach Attach_Impl: IAttach IAttach_Vtbl, 14 slots;
    IAttach_Impl {}
}

#[windows_core::implement(IMsgStore)]
struct MsgStore;
prop_methods! {
    MsgStore MsgStore_Impl: IMsgStore IMsgStore_Vtbl, 27 slots;
    IMsgStore_Impl {
        14 Advise(u32, *const ENTRYID, u32, *mut c_void, *mut usize) -> HRESULT;
        15 Unadvise(usize) -> HRESULT;
        16 CompareEntryIDs(u32, *const ENTRYID, u32, *const ENTRYID, u32, *mut u32) -> HRESULT;
        17 OpenEntry(u32, *const ENTRYID, *const GUID, u32, *mut u32, *mut *mut c_void) -> HRESULT;
        18 SetReceiveFolder(*const c_void, u32, u32, *const ENTRYID) -> HRESULT;
        19 GetReceiveFolder(*const c_void, u32, *mut u32, *mut *mut ENTRYID, *mut *mut c_void) -> HRESULT;
        20 GetReceiveFolderTable(u32, *mut *mut c_void) -> HRESULT;
        21 StoreLogoff(*mut u32) -> HRESULT;
        22 AbortSubmit(u32, *const ENTRYID, u32) -> HRESULT;
        23 GetOutgoingQueue(u32, *mut *mut c_void) -> HRESULT;
        24 SetLockState(*mut c_void, u32) -> HRESULT;
        25 FinishedMsg(u32, u32, *const ENTRYID) -> HRESULT;
        26 NotifyNewMail(*const NOTIFICATION) -> HRESULT;
    }
}

#[windows_core::implement(IMAPIContainer)]
struct MAPIContainer;
container_methods! {
    MAPIContainer MAPIContainer_Impl: IMAPIContainer IMAPIContainer_Vtbl, 19 slots;
}

#[windows_core::implement(IMAPIFolder)]
struct MAPIFolder;
container_methods! {
    MAPIFolder MAPIFolder_Impl: IMAPIFolder IMAPIFolder_Vtbl, 30 slots;
    IMAPIFolder_Impl {
        19 CreateMessage(*const GUID, u32, *mut *mut c_void) -> HRESULT;
        20 CopyMessages(*const ENTRYLIST, *const GUID, *mut c_void, usize, *mut c_void, u32) -> HRESULT;
        21 DeleteMessages(*const ENTRYLIST, usize, *mut c_void, u32) -> HRESULT;
        22 CreateFolder(u32, *const c_void, *const c_void, *const GUID, u32, *mut *mut c_void) -> HRESULT;
        23 CopyFolder(u32, *const ENTRYID, *const GUID, *mut c_void, *const c_void, usize, *mut c_void, u32) -> HRESULT;
        24 DeleteFolder(u32, *const ENTRYID, usize, *mut c_void, u32) -> HRESULT;
        25 SetReadFlags(*const ENTRYLIST, usize, *mut c_void, u32) -> HRESULT;
        26 GetMessageStatus(u32, *const ENTRYID, u32, *mut u32) -> HRESULT;
        27 SetMessageStatus(u32, *const ENTRYID, u32, u32, *mut u32) -> HRESULT;
        28 SaveContentsSort(*const SSortOrderSet, u32) -> HRESULT;
        29 EmptyFolder(usize, *mut c_void, u32) -> HRESULT;
    }
}

#[windows_core::implement(IMessage)]
struct Message;
prop_methods! {
    Message Message_Impl: IMessage IMessage_Vtbl, 22 slots;
    IMessage_Impl {
        14 GetAttachmentTable(u32, *mut *mut c_void) -> HRESULT;
        15 OpenAttach(u32, *const GUID, u32, *mut *mut c_void) -> HRESULT;
        16 CreateAttach(*const GUID, u32, *mut u32, *mut *mut c_void) -> HRESULT;
        17 DeleteAttach(u32, usize, *mut c_void, u32) -> HRESULT;
        18 GetRecipientTable(u32, *mut *mut c_void) -> HRESULT;
        19 ModifyRecipients(u32, *const ADRLIST) -> HRESULT;
        20 SubmitMessage(u32) -> HRESULT;
        21 SetReadFlag(u32) -> HRESULT;
    }
}

#[windows_core::implement(IFolderSupport)]
struct FolderSupport;
slots! {
    FolderSupport FolderSupport_Impl: IFolderSupport IFolderSupport_Vtbl, 4 slots;
    IFolderSupport_Impl {
        3 GetSupportMask(*mut u32) -> HRESULT;
    }
}

#[windows_core::implement(IMSCapabilities)]
struct MSCapabilities;
slots! {
    MSCapabilities MSCapabilities_Impl: IMSCapabilities IMSCapabilities_Vtbl, 4 slots;
    IMSCapabilities_Impl {
        3 GetCapabilities(u32) -> u32;
    }
}

#[windows_core::implement(IMSProvider)]
struct MSProvider;
slots! {
    MSProvider MSProvider_Impl: IMSProvider IMSProvider_Vtbl, 7 slots;
    IMSProvider_Impl {
        3 Shutdown(*mut u32) -> HRESULT;
        4 Logon(*mut c_void, usize, *const c_void, u32, *const ENTRYID, u32, *const GUID, *mut u32, *mut *mut u8, *mut *mut MAPIERROR, *mut *mut c_void, *mut *mut c_void) -> HRESULT;
        5 SpoolerLogon(*mut c_void, usize, *const c_void, u32, *const ENTRYID, u32, *const GUID, u32, *const u8, *mut *mut MAPIERROR, *mut *mut c_void, *mut *mut c_void) -> HRESULT;
        6 CompareStoreIDs(u32, *const ENTRYID, u32, *const ENTRYID, u32, *mut u32) -> HRESULT;
    }
}

#[windows_core::implement(IMSLogon)]
struct MSLogon;
slots! {
    MSLogon MSLogon_Impl: IMSLogon IMSLogon_Vtbl, 10 slots;
    IMSLogon_Impl {
        3 GetLastError(HRESULT, u32, *mut *mut MAPIERROR) -> HRESULT;
        4 Logoff(*mut u32) -> HRESULT;
        5 OpenEntry(u32, *const ENTRYID, *const GUID, u32, *mut u32, *mut *mut c_void) -> HRESULT;
        6 CompareEntryIDs(u32, *const ENTRYID, u32, *const ENTRYID, u32, *mut u32) -> HRESULT;
        7 Advise(u32, *const ENTRYID, u32, *mut c_void, *mut usize) -> HRESULT;
        8 Unadvise(usize) -> HRESULT;
        9 OpenStatusEntry(*const GUID, u32, *mut u32, *mut *mut c_void) -> HRESULT;
    }
}

#[windows_core::implement(IMAPIProviderShutdown)]
struct MAPIProviderShutdown;
slots! {
    MAPIProviderShutdown MAPIProviderShutdown_Impl: IMAPIProviderShutdown IMAPIProviderShutdown_Vtbl, 6 slots;
    IMAPIProviderShutdown_Impl {
        3 QueryFastShutdown() -> HRESULT;
        4 NotifyProcessShutdown() -> HRESULT;
        5 DoFastShutdown() -> HRESULT;
    }
}

#[windows_core::implement(IMAPISync)]
struct MAPISync;
slots! {
    MAPISync MAPISync_Impl: IMAPISync IMAPISync_Vtbl, 4 slots;
    IMAPISync_Impl {
        3 SynchronizeInBackground(*mut MAPISIB) -> HRESULT;
    }
}

#[windows_core::implement(IMAPITable)]
struct MAPITable;
slots! {
    MAPITable MAPITable_Impl: IMAPITable IMAPITable_Vtbl, 26 slots;
    IMAPITable_Impl {
        3 GetLastError(HRESULT, u32, *mut *mut MAPIERROR) -> HRESULT;
        4 Advise(u32, *mut c_void, *mut usize) -> HRESULT;
        5 Unadvise(usize) -> HRESULT;
        6 GetStatus(*mut u32, *mut u32) -> HRESULT;
        7 SetColumns(*const SPropTagArray, u32) -> HRESULT;
        8 QueryColumns(u32, *mut *mut SPropTagArray) -> HRESULT;
        9 GetRowCount(u32, *mut u32) -> HRESULT;
        10 SeekRow(BOOKMARK, i32, *mut i32) -> HRESULT;
        11 SeekRowApprox(u32, u32) -> HRESULT;
        12 QueryPosition(*mut u32, *mut u32, *mut u32) -> HRESULT;
        13 FindRow(*const SRestriction, BOOKMARK, u32) -> HRESULT;
        14 Restrict(*const SRestriction, u32) -> HRESULT;
        15 CreateBookmark(*mut BOOKMARK) -> HRESULT;
        16 FreeBookmark(BOOKMARK) -> HRESULT;
        17 SortTable(*const SSortOrderSet, u32) -> HRESULT;
        18 QuerySortOrder(*mut *mut SSortOrderSet) -> HRESULT;
        19 QueryRows(i32, u32, *mut *mut SRowSet) -> HRESULT;
        20 Abort() -> HRESULT;
        21 ExpandRow(u32, *const u8, u32, u32, *mut *mut SRowSet, *mut u32) -> HRESULT;
        22 CollapseRow(u32, *const u8, u32, *mut u32) -> HRESULT;
        23 WaitForCompletion(u32, u32, *mut u32) -> HRESULT;
        24 GetCollapseState(u32, u32, *const u8, *mut u32, *mut *mut u8) -> HRESULT;
        25 SetCollapseState(u32, u32, *const u8, *mut BOOKMARK) -> HRESULT;
    }
}

#[windows_core::implement(IMAPIAdviseSink)]
struct MAPIAdviseSink;
slots! {
    MAPIAdviseSink MAPIAdviseSink_Impl: IMAPIAdviseSink IMAPIAdviseSink_Vtbl, 4 slots;
    IMAPIAdviseSink_Impl {
        3 OnNotify(u32, *const NOTIFICATION) -> u32;
    }
}

#[windows_core::implement(IMAPIProgress)]
struct MAPIProgress;
slots! {
    MAPIProgress MAPIProgress_Impl: IMAPIProgress IMAPIProgress_Vtbl, 8 slots;
    IMAPIProgress_Impl {
        3 Progress(u32, u32, u32) -> HRESULT;
        4 GetFlags(*mut u32) -> HRESULT;
        5 GetMax(*mut u32) -> HRESULT;
        6 GetMin(*mut u32) -> HRESULT;
        7 SetLimits(*mut u32, *mut u32, *mut u32) -> HRESULT;
    }
}

#[windows_core::implement(IMAPISyncProgressCallback)]
struct MAPISyncProgressCallback;
slots! {
    MAPISyncProgressCallback MAPISyncProgressCallback_Impl: IMAPISyncProgressCallback IMAPISyncProgressCallback_Vtbl, 6 slots;
    IMAPISyncProgressCallback_Impl {
        3 Progress(*const u16, u32, u32) -> HRESULT;
        4 Error(HRESULT, *const u16) -> HRESULT;
        5 Done(HANDLE, HRESULT) -> HRESULT;
    }
}

#[windows_core::implement(IMAPIGetSession)]
struct MAPIGetSession;
slots! {
    MAPIGetSession MAPIGetSession_Impl: IMAPIGetSession IMAPIGetSession_Vtbl, 4 slots;
    IMAPIGetSession_Impl {
        3 GetMAPISession(*mut *mut c_void) -> HRESULT;
    }
}

#[windows_core::implement(IMAPISupport)]
struct MAPISupport;
slots! {
    MAPISupport MAPISupport_Impl: IMAPISupport IMAPISupport_Vtbl, 44 slots;
    IMAPISupport_Impl {
        3 GetLastError(HRESULT, u32, *mut *mut MAPIERROR) -> HRESULT;
        4 GetMemAllocRoutines(*mut Option<ALLOCATEBUFFER>, *mut Option<ALLOCATEMORE>, *mut Option<FREEBUFFER>) -> HRESULT;
        5 Subscribe(*const NOTIFKEY, u32, u32, *mut c_void, *mut usize) -> HRESULT;
        6 Unsubscribe(usize) -> HRESULT;
        7 Notify(*const NOTIFKEY, u32, *const NOTIFICATION, *mut u32) -> HRESULT;
        8 ModifyStatusRow(u32, *const SPropValue, u32) -> HRESULT;
        9 OpenProfileSection(*const MAPIUID, u32, *mut *mut c_void) -> HRESULT;
        10 RegisterPreprocessor(*const MAPIUID, *const c_void, *const c_void, *const u8, *const u8, u32) -> HRESULT;
        11 NewUID(*mut MAPIUID) -> HRESULT;
        12 MakeInvalid(u32, *mut c_void, u32, u32) -> HRESULT;
        13 SpoolerYield(u32) -> HRESULT;
        14 SpoolerNotify(u32, *mut c_void) -> HRESULT;
        15 CreateOneOff(*const c_void, *const c_void, *const c_void, u32, *mut u32, *mut *mut ENTRYID) -> HRESULT;
        16 SetProviderUID(*const MAPIUID, u32) -> HRESULT;
        17 CompareEntryIDs(u32, *const ENTRYID, u32, *const ENTRYID, u32, *mut u32) -> HRESULT;
        18 OpenTemplateID(u32, *const ENTRYID, u32, *mut c_void, *const GUID, *mut *mut c_void, *mut c_void) -> HRESULT;
        19 OpenEntry(u32, *const ENTRYID, *const GUID, u32, *mut u32, *mut *mut c_void) -> HRESULT;
        20 GetOneOffTable(u32, *mut *mut c_void) -> HRESULT;
        21 Address(*mut usize, *mut c_void, *mut *mut ADRLIST) -> HRESULT;
        22 Details(*mut usize, *mut c_void, *mut c_void, u32, *const ENTRYID, *mut c_void, *mut c_void, *const c_void, u32) -> HRESULT;
        23 NewEntry(usize, u32, u32, *const ENTRYID, u32, *const ENTRYID, *mut u32, *mut *mut ENTRYID) -> HRESULT;
        24 DoConfigPropsheet(usize, u32, *const c_void, *mut c_void, *mut c_void, u32) -> HRESULT;
        25 CopyMessages(*const GUID, *mut c_void, *const ENTRYLIST, *const GUID, *mut c_void, usize, *mut c_void, u32) -> HRESULT;
        26 CopyFolder(*const GUID, *mut c_void, u32, *const ENTRYID, *const GUID, *mut c_void, *const c_void, usize, *mut c_void, u32) -> HRESULT;
        27 DoCopyTo(*const GUID, *mut c_void, u32, *const GUID, *const SPropTagArray, usize, *mut c_void, *const GUID, *mut c_void, u32, *mut *mut SPropProblemArray) -> HRESULT;
        28 DoCopyProps(*const GUID, *mut c_void, *const SPropTagArray, usize, *mut c_void, *const GUID, *mut c_void, u32, *mut *mut SPropProblemArray) -> HRESULT;
        29 DoProgressDialog(usize, u32, *mut *mut c_void) -> HRESULT;
        30 ReadReceipt(u32, *mut c_void, *mut *mut c_void) -> HRESULT;
        31 PrepareSubmit(*mut c_void, *mut u32) -> HRESULT;
        32 ExpandRecips(*mut c_void, *mut u32) -> HRESULT;
        33 UpdatePAB(u32, *mut c_void) -> HRESULT;
        34 DoSentMail(u32, *mut c_void) -> HRESULT;
        35 OpenAddressBook(*const GUID, u32, *mut *mut c_void) -> HRESULT;
        36 Preprocess(u32, u32, *const ENTRYID) -> HRESULT;
        37 CompleteMsg(u32, u32, *const ENTRYID) -> HRESULT;
        38 StoreLogoffTransports(*mut u32) -> HRESULT;
        39 StatusRecips(*mut c_void, *const ADRLIST) -> HRESULT;
        40 WrapStoreEntryID(u32, *const ENTRYID, *mut u32, *mut *mut ENTRYID) -> HRESULT;
        41 ModifyProfile(u32) -> HRESULT;
        42 IStorageFromStream(*mut c_void, *const GUID, u32, *mut *mut c_void) -> HRESULT;
        43 GetSvcConfigSupportObj(u32, *mut *mut c_void) -> HRESULT;
    }
}

#[windows_core::implement(IMAPISession)]
struct MAPISession;
slots! {
    MAPISession MAPISession_Impl: IMAPISession IMAPISession_Vtbl, 22 slots;
    IMAPISession_Impl {
        3 GetLastError(HRESULT, u32, *mut *mut MAPIERROR) -> HRESULT;
        4 GetMsgStoresTable(u32, *mut *mut c_void) -> HRESULT;
        5 OpenMsgStore(usize, u32, *const ENTRYID, *const GUID, u32, *mut *mut c_void) -> HRESULT;
        6 OpenAddressBook(usize, *const GUID, u32, *mut *mut c_void) -> HRESULT;
        7 OpenProfileSection(*const MAPIUID, *const GUID, u32, *mut *mut c_void) -> HRESULT;
        8 GetStatusTable(u32, *mut *mut c_void) -> HRESULT;
        9 OpenEntry(u32, *const ENTRYID, *const GUID, u32, *mut u32, *mut *mut c_void) -> HRESULT;
        10 CompareEntryIDs(u32, *const ENTRYID, u32, *const ENTRYID, u32, *mut u32) -> HRESULT;
        11 Advise(u32, *const ENTRYID, u32, *mut c_void, *mut usize) -> HRESULT;
        12 Unadvise(usize) -> HRESULT;
        13 MessageOptions(usize, u32, *const c_void, *mut c_void) -> HRESULT;
        14 QueryDefaultMessageOpt(*const c_void, u32, *mut u32, *mut *mut SPropValue) -> HRESULT;
        15 EnumAdrTypes(u32, *mut u32, *mut *mut *mut c_void) -> HRESULT;
        16 QueryIdentity(*mut u32, *mut *mut ENTRYID) -> HRESULT;
        17 Logoff(usize, u32, u32) -> HRESULT;
        18 SetDefaultStore(u32, u32, *const ENTRYID) -> HRESULT;
        19 AdminServices(u32, *mut *mut c_void) -> HRESULT;
        20 ShowForm(usize, *mut c_void, *mut c_void, *const GUID, usize, *mut c_void, u32, u32, u32, u32, *const u8) -> HRESULT;
        21 PrepareForm(*const GUID, *mut c_void, *mut usize) -> HRESULT;
    }
}

#[windows_core::implement(IProviderAdmin)]
struct ProviderAdmin;
slots! {
    ProviderAdmin ProviderAdmin_Impl: IProviderAdmin IProviderAdmin_Vtbl, 8 slots;
    IProviderAdmin_Impl {
        3 GetLastError(HRESULT, u32, *mut *mut MAPIERROR) -> HRESULT;
        4 GetProviderTable(u32, *mut *mut c_void) -> HRESULT;
        5 CreateProvider(*const c_void, u32, *const SPropValue, usize, u32, *mut MAPIUID) -> HRESULT;
        6 DeleteProvider(*const MAPIUID) -> HRESULT;
        7 OpenProfileSection(*const MAPIUID, *const GUID, u32, *mut *mut c_void) -> HRESULT;
    }
}

#[windows_core::implement(ISequentialStream)]
struct SequentialStream;
sequential_stream_methods! {
    SequentialStream SequentialStream_Impl: ISequentialStream ISequentialStream_Vtbl, 5 slots;
}

#[windows_core::implement(IStream)]
struct Stream;
sequential_stream_methods! {
    Stream Stream_Impl: IStream IStream_Vtbl, 14 slots;
    IStream_Impl {
        5 Seek(i64, u32, *mut u64) -> HRESULT;
        6 SetSize(u64) -> HRESULT;
        7 CopyTo(*mut c_void, u64, *mut u64, *mut u64) -> HRESULT;
        8 Commit(u32) -> HRESULT;
        9 Revert() -> HRESULT;
        10 LockRegion(u64, u64, u32) -> HRESULT;
        11 UnlockRegion(u64, u64, u32) -> HRESULT;
        12 Stat(*mut STATSTG, u32) -> HRESULT;
        13 Clone(*mut *mut c_void) -> HRESULT;
    }
}

#[windows_core::implement(IStorage)]
struct Storage;
slots! {
    Storage Storage_Impl: IStorage IStorage_Vtbl, 18 slots;
    IStorage_Impl {
        3 CreateStream(*const u16, u32, u32, u32, *mut *mut c_void) -> HRESULT;
        4 OpenStream(*const u16, *mut c_void, u32, u32, *mut *mut c_void) -> HRESULT;
        5 CreateStorage(*const u16, u32, u32, u32, *mut *mut c_void) -> HRESULT;
        6 OpenStorage(*const u16, *mut c_void, u32, *mut *mut u16, u32, *mut *mut c_void) -> HRESULT;
        7 CopyTo(u32, *const GUID, *mut *mut u16, *mut c_void) -> HRESULT;
        8 MoveElementTo(*const u16, *mut c_void, *const u16, u32) -> HRESULT;
        9 Commit(u32) -> HRESULT;
        10 Revert() -> HRESULT;
        11 EnumElements(u32, *mut c_void, u32, *mut *mut c_void) -> HRESULT;
        12 DestroyElement(*const u16) -> HRESULT;
        13 RenameElement(*const u16, *const u16) -> HRESULT;
        14 SetElementTimes(*const u16, *const FILETIME, *const FILETIME, *const FILETIME) -> HRESULT;
        15 SetClass(*const GUID) -> HRESULT;
        16 SetStateBits(u32, u32) -> HRESULT;
        17 Stat(*mut STATSTG, u32) -> HRESULT;
    }
}

#[windows_core::implement(IMalloc)]
struct Malloc;
slots! {
    Malloc Malloc_Impl: IMalloc IMalloc_Vtbl, 9 slots;
    IMalloc_Impl {
        3 Alloc(usize) -> *mut c_void;
        4 Realloc(*mut c_void, usize) -> *mut c_void;
        5 Free(*mut c_void) -> ();
        6 GetSize(*mut c_void) -> usize;
        7 DidAlloc(*mut c_void) -> i32;
        8 HeapMinimize() -> ();
    }
}
