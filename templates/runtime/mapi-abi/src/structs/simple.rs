//! Identifiers, times and other small structures.

use crate::*;
use core::ffi::c_void;
use core::mem::offset_of;

/// A result code in a structure; the same values as an [`HRESULT`].
pub type SCODE = HRESULT;

/// A position in a table; as wide as a pointer.
pub type BOOKMARK = usize;

/// A time: units of 100 ns since 1601-01-01 UTC, in two halves.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FILETIME {
    /// The low 32 bits.
    pub dwLowDateTime: u32,
    /// The high 32 bits.
    pub dwHighDateTime: u32,
}

impl FILETIME {
    /// Makes a time of its 64-bit value.
    pub const fn from_u64(value: u64) -> Self {
        Self {
            dwLowDateTime: value as u32,
            dwHighDateTime: (value >> 32) as u32,
        }
    }

    /// The 64-bit value.
    pub const fn to_u64(self) -> u64 {
        (self.dwHighDateTime as u64) << 32 | self.dwLowDateTime as u64
    }
}

/// An amount: units of one ten-thousandth.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CURRENCY {
    /// The amount.
    pub int64: i64,
}

/// A 16-byte identifier; unlike a [`GUID`] it has no byte order and no alignment. `[mapiuid]`
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MAPIUID {
    /// The bytes.
    pub ab: [u8; 16],
}

impl From<GUID> for MAPIUID {
    /// The bytes of the GUID as they lie in memory.
    fn from(guid: GUID) -> Self {
        let mut ab = [0; 16];
        ab[..4].copy_from_slice(&guid.data1.to_le_bytes());
        ab[4..6].copy_from_slice(&guid.data2.to_le_bytes());
        ab[6..8].copy_from_slice(&guid.data3.to_le_bytes());
        ab[8..].copy_from_slice(&guid.data4);
        Self { ab }
    }
}

impl From<MAPIUID> for GUID {
    /// The GUID whose bytes in memory these are.
    fn from(uid: MAPIUID) -> Self {
        let b = uid.ab;
        GUID {
            data1: u32::from_le_bytes([b[0], b[1], b[2], b[3]]),
            data2: u16::from_le_bytes([b[4], b[5]]),
            data3: u16::from_le_bytes([b[6], b[7]]),
            data4: [b[8], b[9], b[10], b[11], b[12], b[13], b[14], b[15]],
        }
    }
}

/// The name of an object: flags, then bytes that only its provider understands. `[entryid]`
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct ENTRYID {
    /// `MAPI_SHORTTERM` and its like in the first byte; all zero is a long-term id.
    pub abFlags: [u8; 4],
    /// The provider's [`MAPIUID`], then private bytes.
    pub ab: [u8; 1],
}

impl ENTRYID {
    /// The size of an entry id with `bytes` bytes after the flags.
    pub const fn size_of(bytes: usize) -> usize {
        offset_of!(Self, ab) + bytes
    }
}

/// An entry id preceded by its size. `[flatentry]`
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct FLATENTRY {
    /// The size of `abEntry` in bytes.
    pub cb: u32,
    /// The entry id.
    pub abEntry: [u8; 1],
}

impl FLATENTRY {
    /// The size of a structure that holds an entry id of `bytes` bytes.
    pub const fn size_of(bytes: usize) -> usize {
        offset_of!(Self, abEntry) + bytes
    }
}

/// Several [`FLATENTRY`] in a row, each padded to a multiple of 4 bytes. `[flatentrylist]`
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct FLATENTRYLIST {
    /// How many entries there are.
    pub cEntries: u32,
    /// The size of `abEntries` in bytes.
    pub cbEntries: u32,
    /// The entries.
    pub abEntries: [u8; 1],
}

impl FLATENTRYLIST {
    /// The size of a list whose entries take `bytes` bytes.
    pub const fn size_of(bytes: usize) -> usize {
        offset_of!(Self, abEntries) + bytes
    }
}

/// The key under which a provider subscribes and notifies. `[notifkey]`
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct NOTIFKEY {
    /// The size of `ab` in bytes.
    pub cb: u32,
    /// The key.
    pub ab: [u8; 1],
}

impl NOTIFKEY {
    /// The size of a structure that holds a key of `bytes` bytes.
    pub const fn size_of(bytes: usize) -> usize {
        offset_of!(Self, ab) + bytes
    }
}

/// A description of an error. Strings have the width that the caller asked for. `[mapierror]`
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct MAPIERROR {
    /// [`MAPI_ERROR_VERSION`].
    pub ulVersion: u32,
    /// What went wrong, for the user.
    pub lpszError: *mut c_void,
    /// The component that failed.
    pub lpszComponent: *mut c_void,
    /// The code of a lower level.
    pub ulLowLevelError: u32,
    /// Where it failed, in the component's own terms.
    pub ulContext: u32,
}

/// The name of a named property. `[mapinameid]`
#[repr(C)]
#[derive(Clone, Copy)]
pub struct MAPINAMEID {
    /// The property set.
    pub lpguid: *mut GUID,
    /// [`MNID_ID`] or [`MNID_STRING`].
    pub ulKind: u32,
    /// The number or the string.
    pub Kind: MAPINAMEID_Kind,
}

/// The second half of a [`MAPINAMEID`].
#[repr(C)]
#[derive(Clone, Copy)]
pub union MAPINAMEID_Kind {
    /// With [`MNID_ID`].
    pub lID: i32,
    /// With [`MNID_STRING`]; UTF-16.
    pub lpwstrName: *mut u16,
}

/// What Outlook hands to `IMAPISync::SynchronizeInBackground`. `[mapisib]`
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct MAPISIB {
    /// The size of this structure in bytes.
    pub ulSize: u32,
    /// `SYNC_` flags.
    pub ulFlags: u32,
    /// The session, an `IMAPISession`; borrowed.
    pub psesSync: *mut c_void,
    /// An `IUnknown` that is asked for `IMAPISyncProgressCallback`; borrowed.
    pub punkCallBack: *mut c_void,
    /// Receives the event that is signalled when the synchronization is over.
    pub phSyncDoneEvent: *mut HANDLE,
}

/// The description of a stream or storage.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct STATSTG {
    /// The name, from the task allocator, or NULL. UTF-16.
    pub pwcsName: *mut u16,
    /// A `STGTY_` value.
    pub r#type: u32,
    /// The size in bytes.
    pub cbSize: u64,
    /// When it was changed.
    pub mtime: FILETIME,
    /// When it was created.
    pub ctime: FILETIME,
    /// When it was used.
    pub atime: FILETIME,
    /// `STGM_` flags.
    pub grfMode: u32,
    /// `LOCK_` flags.
    pub grfLocksSupported: u32,
    /// The class of a storage.
    pub clsid: GUID,
    /// The state bits of a storage.
    pub grfStateBits: u32,
    /// Zero.
    pub reserved: u32,
}
