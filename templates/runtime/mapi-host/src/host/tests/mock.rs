//! A provider of a few properties, for testing the host; it misbehaves when the profile says so.

use mapi_abi::*;
use std::ffi::c_void;
use std::sync::{Arc, Mutex};
use windows_core::{GUID, HRESULT, IUnknown, Interface, implement};

/// Profile property of type `PT_LONG`: what the mock does wrong.
pub const MISDEEDS: u32 = 0x6620_0003;
/// The store keeps a reference to its support object for ever.
pub const LEAKS_SUPPORT: u32 = 1;
/// `GetProps` returns memory of the mock's own.
pub const OWN_MEMORY: u32 = 2;
/// `GetProps` forgets to free what it read from the profile.
pub const LEAKS_MEMORY: u32 = 4;
/// A text of `GetProps` lies in a block of its own instead of one that is linked.
pub const LOOSE_TEXT: u32 = 8;
/// The setting that the mock cannot do without.
pub const SETTING: u32 = 0x6630_001F;
/// The identifier that the mock's entry ids carry.
pub const UID: MAPIUID = MAPIUID {
    ab: *b"mock store uid..",
};

#[derive(Clone, Copy)]
struct Memory {
    allocate: ALLOCATEBUFFER,
    more: ALLOCATEMORE,
    free: FREEBUFFER,
}

impl Memory {
    fn buffer(self, size: usize) -> *mut u8 {
        let mut block = std::ptr::null_mut();
        // SAFETY: the functions are the host's.
        let code = unsafe { (self.allocate)(size as u32, &mut block) };
        assert_eq!(code, S_OK);
        block.cast()
    }

    fn linked(self, size: usize, base: *mut c_void) -> *mut u8 {
        let mut block = std::ptr::null_mut();
        // SAFETY: the functions are the host's.
        let code = unsafe { (self.more)(size as u32, base, &mut block) };
        assert_eq!(code, S_OK);
        block.cast()
    }
}

pub unsafe extern "C" fn init(
    _instance: HINSTANCE,
    _malloc: *mut c_void,
    allocate_buffer: Option<ALLOCATEBUFFER>,
    allocate_more: Option<ALLOCATEMORE>,
    free_buffer: Option<FREEBUFFER>,
    _flags: u32,
    mapi_version: u32,
    provider_version: *mut u32,
    provider: *mut *mut c_void,
) -> HRESULT {
    let memory = Memory {
        allocate: allocate_buffer.unwrap(),
        more: allocate_more.unwrap(),
        free: free_buffer.unwrap(),
    };
    // SAFETY: the host hands in places for both.
    unsafe {
        provider_version.write(CURRENT_SPI_VERSION);
        provider.write(std::ptr::null_mut());
        if mapi_version < CURRENT_SPI_VERSION {
            return MAPI_E_VERSION;
        }
        provider.write(IMSProvider::from(MockProvider { memory }).into_raw());
    }
    S_OK
}

pub unsafe extern "system" fn service_entry(
    _instance: HINSTANCE,
    _malloc: *mut c_void,
    support: *mut c_void,
    _ui_param: usize,
    _flags: u32,
    context: u32,
    value_count: u32,
    values: *const SPropValue,
    provider_admin: *mut c_void,
    error: *mut *mut MAPIERROR,
) -> HRESULT {
    // SAFETY: the host lends its objects for the time of the call, and the values too.
    unsafe {
        error.write(std::ptr::null_mut());
        let admin = IProviderAdmin::from_raw_borrowed(&provider_admin).unwrap();
        assert!(
            IMAPISupport::from_raw_borrowed(&support)
                .unwrap()
                .StoreLogoffTransports(&mut 0)
                == MAPI_E_NO_SUPPORT
        );
        if context != MSG_SERVICE_CONFIGURE {
            return if context <= MSG_SERVICE_PROVIDER_DELETE {
                S_OK
            } else {
                MAPI_E_NO_SUPPORT
            };
        }
        if value_count == 0 {
            return MAPI_E_UNCONFIGURED;
        }
        let mut table = std::ptr::null_mut();
        assert_eq!(admin.GetProviderTable(0, &mut table), S_OK);
        let table = IMAPITable::from_raw(table);
        let tags = SizedSPropTagArray::new([PR_PROVIDER_UID]);
        assert_eq!(table.SetColumns(tags.as_ptr(), 0), S_OK);
        let mut rows = std::ptr::null_mut();
        assert_eq!(table.QueryRows(1, 0, &mut rows), S_OK);
        let row = (*rows).aRow[0];
        let uid = (*row.lpProps).Value.bin.lpb.cast::<MAPIUID>().read();
        let support = IMAPISupport::from_raw_borrowed(&support).unwrap();
        let (mut allocate, mut more, mut free) = (None, None, None);
        assert_eq!(
            support.GetMemAllocRoutines(&mut allocate, &mut more, &mut free),
            S_OK
        );
        free.unwrap()(row.lpProps.cast());
        free.unwrap()(rows.cast());
        let mut section = std::ptr::null_mut();
        assert_eq!(
            admin.OpenProfileSection(&uid, std::ptr::null(), MAPI_MODIFY, &mut section),
            S_OK
        );
        IProfSect::from_raw(section).SetProps(value_count, values, std::ptr::null_mut())
    }
}

#[implement(IMSProvider, Agile = false)]
struct MockProvider {
    memory: Memory,
}

struct Shared {
    support: Mutex<Option<IMAPISupport>>,
    memory: Memory,
    misdeeds: u32,
    logoff_flags: Mutex<u32>,
}

// SAFETY: the host's objects may be used on any thread.
unsafe impl Send for Shared {}
// SAFETY: as above.
unsafe impl Sync for Shared {}

impl Shared {
    fn support(&self) -> IMAPISupport {
        self.support.lock().unwrap().clone().unwrap()
    }
}

#[allow(non_snake_case)]
impl IMSProvider_Impl for MockProvider_Impl {
    unsafe fn Shutdown(&self, flags: *mut u32) -> HRESULT {
        // SAFETY: the host hands in a place for the value.
        unsafe { flags.write(0) };
        S_OK
    }

    unsafe fn Logon(
        &self,
        support: *mut c_void,
        _ui_param: usize,
        _profile_name: *const c_void,
        _entry_id_size: u32,
        _entry_id: *const ENTRYID,
        _flags: u32,
        _iid: *const GUID,
        _spool_security_size: *mut u32,
        _spool_security: *mut *mut u8,
        error: *mut *mut MAPIERROR,
        logon: *mut *mut c_void,
        store: *mut *mut c_void,
    ) -> HRESULT {
        // SAFETY: the host hands in places for the results, and lends the support object.
        unsafe {
            error.write(std::ptr::null_mut());
            logon.write(std::ptr::null_mut());
            store.write(std::ptr::null_mut());
            let support = IMAPISupport::from_raw_borrowed(&support).unwrap();
            let mut section = std::ptr::null_mut();
            let code = support.OpenProfileSection(std::ptr::null(), 0, &mut section);
            if code.is_err() {
                return code;
            }
            let section = IProfSect::from_raw(section);
            let tags = SizedSPropTagArray::new([SETTING, MISDEEDS]);
            let (mut count, mut values) = (0, std::ptr::null_mut());
            let code = section.GetProps(tags.as_ptr(), 0, &mut count, &mut values);
            if code.is_err() {
                return code;
            }
            let (setting, misdeeds) = (*values, *values.add(1));
            let misdeeds = if misdeeds.ulPropTag == MISDEEDS {
                misdeeds.Value.ul
            } else {
                0
            };
            let configured = setting.ulPropTag == SETTING;
            if misdeeds & LEAKS_MEMORY == 0 {
                (self.memory.free)(values.cast());
            }
            if !configured {
                return MAPI_E_UNCONFIGURED;
            }
            let code = support.SetProviderUID(&UID, 0);
            if code.is_err() {
                return code;
            }
            let shared = Arc::new(Shared {
                support: Mutex::new(Some(support.clone())),
                memory: self.memory,
                misdeeds,
                logoff_flags: Mutex::new(LOGOFF_ABORT),
            });
            logon.write(IMSLogon::from(MockLogon).into_raw());
            store.write(IMsgStore::from(MockStore { shared }).into_raw());
        }
        S_OK
    }

    unsafe fn SpoolerLogon(
        &self,
        _: *mut c_void,
        _: usize,
        _: *const c_void,
        _: u32,
        _: *const ENTRYID,
        _: u32,
        _: *const GUID,
        _: u32,
        _: *const u8,
        _: *mut *mut MAPIERROR,
        _: *mut *mut c_void,
        _: *mut *mut c_void,
    ) -> HRESULT {
        MAPI_E_NO_SUPPORT
    }

    unsafe fn CompareStoreIDs(
        &self,
        _: u32,
        _: *const ENTRYID,
        _: u32,
        _: *const ENTRYID,
        _: u32,
        result: *mut u32,
    ) -> HRESULT {
        // SAFETY: the host hands in a place for the value.
        unsafe { result.write(1) };
        S_OK
    }
}

#[implement(IMSLogon, Agile = false)]
struct MockLogon;

#[allow(non_snake_case)]
impl IMSLogon_Impl for MockLogon_Impl {
    unsafe fn GetLastError(&self, _: HRESULT, _: u32, _: *mut *mut MAPIERROR) -> HRESULT {
        MAPI_E_NO_SUPPORT
    }

    unsafe fn Logoff(&self, flags: *mut u32) -> HRESULT {
        // SAFETY: the host hands in the value.
        assert_eq!(unsafe { flags.read() }, 0);
        S_OK
    }

    unsafe fn OpenEntry(
        &self,
        _: u32,
        _: *const ENTRYID,
        _: *const GUID,
        _: u32,
        _: *mut u32,
        _: *mut *mut c_void,
    ) -> HRESULT {
        MAPI_E_NOT_FOUND
    }

    unsafe fn CompareEntryIDs(
        &self,
        _: u32,
        _: *const ENTRYID,
        _: u32,
        _: *const ENTRYID,
        _: u32,
        result: *mut u32,
    ) -> HRESULT {
        // SAFETY: the host hands in a place for the value.
        unsafe { result.write(7) };
        S_OK
    }

    unsafe fn Advise(
        &self,
        _: u32,
        _: *const ENTRYID,
        _: u32,
        _: *mut c_void,
        _: *mut usize,
    ) -> HRESULT {
        MAPI_E_NO_SUPPORT
    }

    unsafe fn Unadvise(&self, _: usize) -> HRESULT {
        MAPI_E_NO_SUPPORT
    }

    unsafe fn OpenStatusEntry(
        &self,
        _: *const GUID,
        _: u32,
        _: *mut u32,
        _: *mut *mut c_void,
    ) -> HRESULT {
        MAPI_E_NO_SUPPORT
    }
}

#[implement(IMsgStore, IMAPISync, Agile = false)]
struct MockStore {
    shared: Arc<Shared>,
}

impl Drop for MockStore {
    fn drop(&mut self) {
        let support = self.shared.support.lock().unwrap().take().unwrap();
        let mut flags = *self.shared.logoff_flags.lock().unwrap();
        // SAFETY: the support object is alive.
        let _ = unsafe { support.StoreLogoffTransports(&mut flags) };
        if self.shared.misdeeds & LEAKS_SUPPORT != 0 {
            std::mem::forget(support);
        }
    }
}

/// A notification key of the bytes `key`.
fn key() -> [u8; 7] {
    let mut bytes = [0; 7];
    bytes[..4].copy_from_slice(&3_u32.to_ne_bytes());
    bytes[4..].copy_from_slice(b"key");
    bytes
}

#[allow(non_snake_case)]
impl IMAPIProp_Impl for MockStore_Impl {
    unsafe fn GetLastError(&self, _: HRESULT, _: u32, _: *mut *mut MAPIERROR) -> HRESULT {
        MAPI_E_NO_SUPPORT
    }

    /// Says that something has been saved.
    unsafe fn SaveChanges(&self, _: u32) -> HRESULT {
        // SAFETY: all members of a notification are valid when zero, and all arguments live until the call returns.
        unsafe {
            let mut event: NOTIFICATION = std::mem::zeroed();
            event.ulEventType = fnevObjectModified;
            event.info.obj.ulObjType = MAPI_STORE;
            event.info.obj.cbEntryID = 20;
            let mut id = [0_u8; 20];
            id[4..].copy_from_slice(&UID.ab);
            event.info.obj.lpEntryID = id.as_mut_ptr().cast();
            let mut flags = MAPI_UNICODE;
            self.shared
                .support()
                .Notify(key().as_ptr().cast(), 1, &event, &mut flags)
        }
    }

    unsafe fn GetProps(
        &self,
        _tags: *const SPropTagArray,
        _flags: u32,
        count: *mut u32,
        values: *mut *mut SPropValue,
    ) -> HRESULT {
        static OWN: Mutex<[u64; 8]> = Mutex::new([0; 8]);
        let memory = self.shared.memory;
        let base = match self.shared.misdeeds & OWN_MEMORY {
            0 => memory.buffer(size_of::<SPropValue>()),
            _ => OWN.lock().unwrap().as_mut_ptr().cast(),
        };
        let text = match self.shared.misdeeds {
            OWN_MEMORY => base,
            LOOSE_TEXT => memory.buffer(4),
            _ => memory.linked(4, base.cast()),
        };
        // SAFETY: the blocks have room for a property and two characters.
        unsafe {
            text.cast::<u16>().write(u16::from(b'x'));
            text.cast::<u16>().add(1).write(0);
            let mut prop = SPropValue::ZERO;
            prop.ulPropTag = PR_DISPLAY_NAME;
            prop.Value.lpszW = text.cast();
            base.cast::<SPropValue>().write(prop);
            count.write(1);
            values.write(base.cast());
        }
        S_OK
    }

    unsafe fn GetPropList(&self, _: u32, _: *mut *mut SPropTagArray) -> HRESULT {
        MAPI_E_NO_SUPPORT
    }

    unsafe fn OpenProperty(
        &self,
        _: u32,
        _: *const GUID,
        _: u32,
        _: u32,
        _: *mut *mut c_void,
    ) -> HRESULT {
        MAPI_E_NO_SUPPORT
    }

    unsafe fn SetProps(
        &self,
        _: u32,
        _: *const SPropValue,
        _: *mut *mut SPropProblemArray,
    ) -> HRESULT {
        MAPI_E_NO_SUPPORT
    }

    unsafe fn DeleteProps(
        &self,
        _: *const SPropTagArray,
        _: *mut *mut SPropProblemArray,
    ) -> HRESULT {
        MAPI_E_NO_SUPPORT
    }

    unsafe fn CopyTo(
        &self,
        _: u32,
        _: *const GUID,
        _: *const SPropTagArray,
        _: usize,
        _: *mut c_void,
        _: *const GUID,
        _: *mut c_void,
        _: u32,
        _: *mut *mut SPropProblemArray,
    ) -> HRESULT {
        MAPI_E_NO_SUPPORT
    }

    unsafe fn CopyProps(
        &self,
        _: *const SPropTagArray,
        _: usize,
        _: *mut c_void,
        _: *const GUID,
        _: *mut c_void,
        _: u32,
        _: *mut *mut SPropProblemArray,
    ) -> HRESULT {
        MAPI_E_NO_SUPPORT
    }

    unsafe fn GetNamesFromIDs(
        &self,
        _: *mut *mut SPropTagArray,
        _: *const GUID,
        _: u32,
        _: *mut u32,
        _: *mut *mut *mut MAPINAMEID,
    ) -> HRESULT {
        MAPI_E_NO_SUPPORT
    }

    unsafe fn GetIDsFromNames(
        &self,
        _: u32,
        _: *const *mut MAPINAMEID,
        _: u32,
        _: *mut *mut SPropTagArray,
    ) -> HRESULT {
        MAPI_E_NO_SUPPORT
    }
}

#[allow(non_snake_case)]
impl IMsgStore_Impl for MockStore_Impl {
    unsafe fn Advise(
        &self,
        _entry_id_size: u32,
        _entry_id: *const ENTRYID,
        event_mask: u32,
        sink: *mut c_void,
        connection: *mut usize,
    ) -> HRESULT {
        // SAFETY: the arguments are handed on as they are.
        unsafe {
            self.shared
                .support()
                .Subscribe(key().as_ptr().cast(), event_mask, 0, sink, connection)
        }
    }

    unsafe fn Unadvise(&self, connection: usize) -> HRESULT {
        // SAFETY: the call has no pointers.
        unsafe { self.shared.support().Unsubscribe(connection) }
    }

    unsafe fn CompareEntryIDs(
        &self,
        one_size: u32,
        one: *const ENTRYID,
        two_size: u32,
        two: *const ENTRYID,
        flags: u32,
        result: *mut u32,
    ) -> HRESULT {
        // SAFETY: the arguments are handed on as they are.
        unsafe {
            self.shared
                .support()
                .CompareEntryIDs(one_size, one, two_size, two, flags, result)
        }
    }

    unsafe fn OpenEntry(
        &self,
        _: u32,
        _: *const ENTRYID,
        _: *const GUID,
        _: u32,
        _: *mut u32,
        object: *mut *mut c_void,
    ) -> HRESULT {
        // SAFETY: the host hands in a place for the pointer.
        unsafe { object.write(std::ptr::null_mut()) };
        MAPI_E_NOT_FOUND
    }

    unsafe fn SetReceiveFolder(
        &self,
        _: *const c_void,
        _: u32,
        _: u32,
        _: *const ENTRYID,
    ) -> HRESULT {
        MAPI_E_NO_SUPPORT
    }

    unsafe fn GetReceiveFolder(
        &self,
        _: *const c_void,
        _: u32,
        _: *mut u32,
        _: *mut *mut ENTRYID,
        _: *mut *mut c_void,
    ) -> HRESULT {
        MAPI_E_NO_SUPPORT
    }

    unsafe fn GetReceiveFolderTable(&self, _: u32, table: *mut *mut c_void) -> HRESULT {
        // SAFETY: the support object hands out a session, and the session its table.
        unsafe {
            let session: IMAPIGetSession = self.shared.support().cast().unwrap();
            let mut object = std::ptr::null_mut();
            assert_eq!(session.GetMAPISession(&mut object), S_OK);
            IMAPISession::from_raw(object).GetMsgStoresTable(0, table)
        }
    }

    unsafe fn StoreLogoff(&self, flags: *mut u32) -> HRESULT {
        // SAFETY: the host hands in the value.
        *self.shared.logoff_flags.lock().unwrap() = unsafe { flags.read() };
        S_OK
    }

    unsafe fn AbortSubmit(&self, _: u32, _: *const ENTRYID, _: u32) -> HRESULT {
        MAPI_E_NO_SUPPORT
    }

    unsafe fn GetOutgoingQueue(&self, _: u32, _: *mut *mut c_void) -> HRESULT {
        MAPI_E_NO_SUPPORT
    }

    unsafe fn SetLockState(&self, _: *mut c_void, _: u32) -> HRESULT {
        MAPI_E_NO_SUPPORT
    }

    unsafe fn FinishedMsg(&self, _: u32, _: u32, _: *const ENTRYID) -> HRESULT {
        MAPI_E_NO_SUPPORT
    }

    unsafe fn NotifyNewMail(&self, _: *const NOTIFICATION) -> HRESULT {
        MAPI_E_NO_SUPPORT
    }
}

/// An interface pointer or handle that goes to another thread.
struct Carried<T>(T);

// SAFETY: the host's objects may be used on any thread, and so may handles.
unsafe impl<T> Send for Carried<T> {}

#[allow(non_snake_case)]
impl IMAPISync_Impl for MockStore_Impl {
    unsafe fn SynchronizeInBackground(&self, info: *mut MAPISIB) -> HRESULT {
        // SAFETY: the host hands in a structure of this size, which is checked first.
        let info = unsafe {
            if (*info).ulSize < size_of::<MAPISIB>() as u32 {
                return MAPI_E_INVALID_PARAMETER;
            }
            info.read()
        };
        // SAFETY: the callback is lent for the time of the call.
        let callback = unsafe { IUnknown::from_raw_borrowed(&info.punkCallBack) };
        let callback =
            callback.and_then(|unknown| unknown.cast::<IMAPISyncProgressCallback>().ok());
        let (handle, signal) = event::create();
        if info.phSyncDoneEvent.is_null() {
            event::close(handle);
        } else {
            // SAFETY: the pointer leads to the caller's place for the handle.
            unsafe { info.phSyncDoneEvent.write(handle) };
        }
        let carried = Carried((callback, handle, signal));
        std::thread::spawn(move || {
            let Carried((callback, handle, signal)) = { carried };
            if let Some(callback) = callback {
                let text: Vec<u16> = "working\0".encode_utf16().collect();
                // SAFETY: the texts live until the calls return.
                unsafe {
                    assert_eq!(callback.Progress(text.as_ptr(), 1, 2), S_OK);
                    assert_eq!(callback.Progress(std::ptr::null(), 2, 2), S_OK);
                    assert_eq!(callback.Error(MAPI_E_NETWORK_ERROR, text.as_ptr()), S_OK);
                    assert_eq!(callback.Done(handle, MAPI_W_ERRORS_RETURNED), S_OK);
                }
            }
            event::set(signal);
        });
        S_OK
    }
}

#[cfg(unix)]
mod event {
    use mapi_abi::HANDLE;
    use std::io::PipeWriter;
    use std::os::fd::{FromRawFd, IntoRawFd, OwnedFd};

    pub fn create() -> (HANDLE, PipeWriter) {
        let (reader, writer) = std::io::pipe().unwrap();
        (reader.into_raw_fd() as usize as HANDLE, writer)
    }

    pub fn set(writer: PipeWriter) {
        drop(writer);
    }

    pub fn close(handle: HANDLE) {
        // SAFETY: the descriptor is ours.
        drop(unsafe { OwnedFd::from_raw_fd(handle as usize as i32) });
    }
}

#[cfg(windows)]
mod event {
    use mapi_abi::HANDLE;

    #[link(name = "kernel32")]
    unsafe extern "system" {
        fn CreateEventW(attributes: HANDLE, manual: i32, state: i32, name: *const u16) -> HANDLE;
        fn GetCurrentProcess() -> HANDLE;
        fn DuplicateHandle(
            from: HANDLE,
            handle: HANDLE,
            to: HANDLE,
            copy: *mut HANDLE,
            _: u32,
            _: i32,
            same: u32,
        ) -> i32;
        fn SetEvent(handle: HANDLE) -> i32;
        fn CloseHandle(handle: HANDLE) -> i32;
    }

    pub fn create() -> (HANDLE, HANDLE) {
        let null = std::ptr::null_mut();
        // SAFETY: the arguments are valid for these functions.
        unsafe {
            let handle = CreateEventW(null, 1, 0, std::ptr::null());
            let mut copy = null;
            assert_ne!(
                DuplicateHandle(
                    GetCurrentProcess(),
                    handle,
                    GetCurrentProcess(),
                    &mut copy,
                    0,
                    0,
                    2
                ),
                0
            );
            (handle, copy)
        }
    }

    pub fn set(handle: HANDLE) {
        // SAFETY: the handle is ours.
        unsafe {
            SetEvent(handle);
            CloseHandle(handle);
        }
    }

    pub fn close(handle: HANDLE) {
        // SAFETY: the handle is ours.
        unsafe { CloseHandle(handle) };
    }
}
