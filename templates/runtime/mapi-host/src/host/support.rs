//! `IMAPISupport`: what MAPI does for a provider.

use crate::host::*;
use mapi_abi::*;
use std::ffi::c_void;
use std::sync::{Arc, Mutex};
use windows_core::{GUID, HRESULT, IUnknown, Interface, implement};

/// What a support object serves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// An open store.
    Store,
    /// The configuration of a message service: only for the time of the call, and with few methods.
    Configuration,
}

/// The methods that a configuration may use [imapisupportiunknown].
const FOR_CONFIGURATION: [Method; 7] = [
    Method::DoConfigPropsheet,
    Method::GetLastError,
    Method::GetMemAllocRoutines,
    Method::GetSvcConfigSupportObj,
    Method::MakeInvalid,
    Method::NewUID,
    Method::OpenProfileSection,
];

/// What a host and the support object of one logon share; the host learns here what became of the logon.
#[derive(Default)]
pub(crate) struct Seat {
    /// The logon object, which MAPI holds on behalf of the store.
    pub(crate) logon: Mutex<Option<Free<IMSLogon>>>,
    /// The identifiers that the provider registered.
    pub(crate) uids: Mutex<Vec<MAPIUID>>,
    /// The row of the status table.
    pub(crate) status_row: Mutex<Vec<Prop>>,
}

impl Seat {
    /// Ends the logon as MAPI does when the support object goes, or when the session is closed by force.
    pub(crate) fn log_off(&self) {
        lock(&self.uids).clear();
        lock(&self.status_row).clear();
        let logon = lock(&self.logon).take();
        if let Some(logon) = logon {
            let mut flags = 0;
            // SAFETY: the object is alive and `flags` is a place for the value. The session ends whatever the answer is.
            let _ = unsafe { logon.0.Logoff(&mut flags) };
        }
    }

    pub(crate) fn logon(&self) -> Option<IMSLogon> {
        lock(&self.logon).as_ref().map(|logon| logon.0.clone())
    }
}

#[implement(IMAPISupport, IMAPIGetSession, Agile = false)]
pub(crate) struct Support {
    state: Arc<HostState>,
    seat: Arc<Seat>,
    purpose: Purpose,
    _live: LiveToken,
}

impl Support {
    pub(crate) fn create(
        state: &Arc<HostState>,
        seat: &Arc<Seat>,
        purpose: Purpose,
    ) -> IMAPISupport {
        let kind = match purpose {
            Purpose::Store => "support object",
            Purpose::Configuration => "support object for configuration",
        };
        Self {
            state: state.clone(),
            seat: seat.clone(),
            purpose,
            _live: state.live.count(kind),
        }
        .into()
    }

    /// Records a call; a code means that the method is to return it at once.
    fn enter(&self, method: Method, arguments: Arguments) -> Option<HRESULT> {
        let configuration = self.purpose == Purpose::Configuration;
        let failure = self.state.journal.enter(method, arguments, configuration);
        if configuration && !FOR_CONFIGURATION.contains(&method) {
            return Some(MAPI_E_NO_SUPPORT);
        }
        failure
    }

    fn refuse(&self, method: Method) -> HRESULT {
        self.enter(method, Arguments::None)
            .unwrap_or(MAPI_E_NO_SUPPORT)
    }

    fn violation(&self, text: &str) {
        self.state.journal.violation(text.into());
    }
}

impl Drop for Support {
    fn drop(&mut self) {
        if self.purpose == Purpose::Store {
            self.seat.log_off();
        }
    }
}

macro_rules! enter {
    ($self:ident, $method:ident) => {
        enter!($self, $method, Arguments::None)
    };
    ($self:ident, $method:ident, $arguments:expr) => {
        if let Some(code) = $self.enter(Method::$method, $arguments) {
            return code;
        }
    };
}

/// The bytes of a notification key.
fn key_bytes(reader: &Reader<'_>, key: *const NOTIFKEY) -> Option<Vec<u8>> {
    let size = reader.one(key.cast::<u32>())?;
    reader.slice(
        key.cast::<u8>()
            .wrapping_add(std::mem::offset_of!(NOTIFKEY, ab)),
        size as usize,
    )
}

/// The bytes of an entry id that a provider passes.
fn id_bytes(size: u32, id: *const ENTRYID) -> Vec<u8> {
    Reader::arguments("an entry id")
        .slice(id.cast::<u8>(), size as usize)
        .unwrap_or_default()
}

#[allow(non_snake_case)]
impl IMAPISupport_Impl for Support_Impl {
    unsafe fn GetLastError(
        &self,
        _hresult: HRESULT,
        flags: u32,
        error: *mut *mut MAPIERROR,
    ) -> HRESULT {
        enter!(self, GetLastError, Arguments::Flags(flags));
        // SAFETY: the provider hands in a place for the pointer, or NULL.
        if unsafe { put(error, std::ptr::null_mut()) } {
            S_OK
        } else {
            MAPI_E_INVALID_PARAMETER
        }
    }

    unsafe fn GetMemAllocRoutines(
        &self,
        allocate_buffer: *mut Option<ALLOCATEBUFFER>,
        allocate_more: *mut Option<ALLOCATEMORE>,
        free_buffer: *mut Option<FREEBUFFER>,
    ) -> HRESULT {
        enter!(self, GetMemAllocRoutines);
        let functions = self.state.memory.functions();
        // SAFETY: the provider hands in places for the functions, or NULL.
        let complete = unsafe {
            put(allocate_buffer, Some(functions.allocate_buffer))
                & put(allocate_more, Some(functions.allocate_more))
                & put(free_buffer, Some(functions.free_buffer))
        };
        if complete {
            S_OK
        } else {
            MAPI_E_INVALID_PARAMETER
        }
    }

    unsafe fn Subscribe(
        &self,
        key: *const NOTIFKEY,
        event_mask: u32,
        flags: u32,
        sink: *mut c_void,
        connection: *mut usize,
    ) -> HRESULT {
        let key = key_bytes(&Reader::arguments("Subscribe"), key);
        let arguments = Arguments::Subscribe {
            key: key.clone().unwrap_or_default(),
            mask: event_mask,
            flags,
        };
        enter!(self, Subscribe, arguments);
        // SAFETY: the provider hands on the sink of its client.
        let sink: Option<IMAPIAdviseSink> = unsafe { borrow(sink) };
        let (Some(key), Some(sink)) = (key, sink) else {
            return MAPI_E_INVALID_PARAMETER;
        };
        let made = self.state.engine.subscribe(key, event_mask, flags, sink);
        // SAFETY: the provider hands in a place for the connection, or NULL.
        if unsafe { put(connection, made) } {
            S_OK
        } else {
            self.state.engine.unsubscribe(made);
            MAPI_E_INVALID_PARAMETER
        }
    }

    unsafe fn Unsubscribe(&self, connection: usize) -> HRESULT {
        let failure = self.enter(Method::Unsubscribe, Arguments::Unsubscribe { connection });
        // Also when it is to fail: a provider has no second chance to end it.
        let known = self.state.engine.unsubscribe(connection);
        if let Some(code) = failure {
            code
        } else if known {
            S_OK
        } else {
            MAPI_E_NOT_FOUND
        }
    }

    unsafe fn Notify(
        &self,
        key: *const NOTIFKEY,
        count: u32,
        notifications: *const NOTIFICATION,
        flags: *mut u32,
    ) -> HRESULT {
        let reader = Reader::arguments("Notify");
        // SAFETY: the provider hands in the value, or NULL.
        let given = unsafe { flags.as_ref() }.copied();
        let raw = reader
            .slice(notifications, count as usize)
            .unwrap_or_default();
        let bytes = reader
            .slice(
                notifications.cast::<u8>(),
                count as usize * size_of::<NOTIFICATION>(),
            )
            .unwrap_or_default();
        if !Event::unused_is_zero(&bytes) {
            self.violation("a NOTIFICATION has bytes beside its members that are not zero");
        }
        let events: Vec<Event> = raw
            .iter()
            .map(|raw| Event::read(&reader, raw, given.unwrap_or_default()))
            .collect();
        let key = key_bytes(&reader, key);
        let arguments = Arguments::Notify {
            key: key.clone().unwrap_or_default(),
            events: events.clone(),
            flags: given.unwrap_or_default(),
        };
        enter!(self, Notify, arguments);
        let (Some(key), Some(_)) = (key, given) else {
            return MAPI_E_INVALID_PARAMETER;
        };
        self.state.engine.notify(&key, &events);
        // SAFETY: the pointer has been checked.
        unsafe { flags.write(0) };
        S_OK
    }

    unsafe fn ModifyStatusRow(&self, count: u32, values: *const SPropValue, flags: u32) -> HRESULT {
        let values = Props(Reader::arguments("ModifyStatusRow").props(values, count));
        let arguments = Arguments::StatusRow {
            values: values.clone(),
            flags,
        };
        enter!(self, ModifyStatusRow, arguments);
        let mut row = lock(&self.seat.status_row);
        if flags & STATUSROW_UPDATE == 0 {
            row.clear();
        }
        for prop in values.0 {
            row.retain(|old| prop_id(old.tag) != prop_id(prop.tag));
            row.push(prop);
        }
        S_OK
    }

    unsafe fn OpenProfileSection(
        &self,
        uid: *const MAPIUID,
        flags: u32,
        section: *mut *mut c_void,
    ) -> HRESULT {
        // SAFETY: the provider hands in an identifier, or NULL.
        let uid = unsafe { uid.as_ref() }.copied();
        enter!(
            self,
            OpenProfileSection,
            Arguments::ProfileSection { uid, flags }
        );
        if section.is_null() {
            return MAPI_E_INVALID_PARAMETER;
        }
        let own = match self.purpose {
            Purpose::Store => self.state.profile.provider_uid(),
            Purpose::Configuration => self.state.profile.service_uid(),
        };
        let opened =
            ProfileSection::open(&self.state, uid.unwrap_or(own), flags & MAPI_MODIFY != 0);
        // SAFETY: the pointer has been checked.
        unsafe { return_object(opened, section) }
    }

    unsafe fn RegisterPreprocessor(
        &self,
        _: *const MAPIUID,
        _: *const c_void,
        _: *const c_void,
        _: *const u8,
        _: *const u8,
        _: u32,
    ) -> HRESULT {
        self.refuse(Method::RegisterPreprocessor)
    }

    unsafe fn NewUID(&self, uid: *mut MAPIUID) -> HRESULT {
        enter!(self, NewUID);
        // SAFETY: the provider hands in a place for the identifier, or NULL.
        if unsafe { put(uid, new_uid()) } {
            S_OK
        } else {
            MAPI_E_INVALID_PARAMETER
        }
    }

    unsafe fn MakeInvalid(
        &self,
        _flags: u32,
        object: *mut c_void,
        _ref_count: u32,
        _methods: u32,
    ) -> HRESULT {
        enter!(self, MakeInvalid);
        if !self.state.memory.is_base(object as usize) {
            self.violation("MakeInvalid got an object that MAPI's allocator did not make");
        }
        MAPI_E_NO_SUPPORT
    }

    unsafe fn SpoolerYield(&self, _: u32) -> HRESULT {
        self.refuse(Method::SpoolerYield)
    }

    unsafe fn SpoolerNotify(&self, flags: u32, _data: *mut c_void) -> HRESULT {
        enter!(self, SpoolerNotify, Arguments::Flags(flags));
        match flags {
            NOTIFY_READYTOSEND | NOTIFY_NEWMAIL_RECEIVED => S_OK,
            _ => MAPI_E_NO_SUPPORT,
        }
    }

    unsafe fn CreateOneOff(
        &self,
        name: *const c_void,
        address_type: *const c_void,
        address: *const c_void,
        flags: u32,
        entry_id_size: *mut u32,
        entry_id: *mut *mut ENTRYID,
    ) -> HRESULT {
        enter!(self, CreateOneOff, Arguments::Flags(flags));
        let reader = Reader::arguments("CreateOneOff");
        let parts: Option<Vec<String>> = [name, address_type, address]
            .into_iter()
            .map(|part| reader.text(part, flags))
            .collect();
        let (Some(parts), false, false) = (parts, entry_id_size.is_null(), entry_id.is_null())
        else {
            return MAPI_E_INVALID_PARAMETER;
        };
        let bytes = one_off(&parts, flags);
        // SAFETY: both pointers have been checked.
        unsafe {
            entry_id_size.write(bytes.len() as u32);
            entry_id.write(allocate_bytes(&self.state.memory, &bytes).cast());
        }
        S_OK
    }

    unsafe fn SetProviderUID(&self, provider: *const MAPIUID, flags: u32) -> HRESULT {
        // SAFETY: the provider hands in an identifier, or NULL.
        let uid = unsafe { provider.as_ref() }.copied();
        let arguments = Arguments::ProviderUid {
            uid: uid.unwrap_or_default(),
            flags,
        };
        enter!(self, SetProviderUID, arguments);
        let Some(uid) = uid else {
            return MAPI_E_INVALID_PARAMETER;
        };
        lock(&self.seat.uids).push(uid);
        S_OK
    }

    unsafe fn CompareEntryIDs(
        &self,
        entry_id_1_size: u32,
        entry_id_1: *const ENTRYID,
        entry_id_2_size: u32,
        entry_id_2: *const ENTRYID,
        flags: u32,
        result: *mut u32,
    ) -> HRESULT {
        let (one, two) = (
            id_bytes(entry_id_1_size, entry_id_1),
            id_bytes(entry_id_2_size, entry_id_2),
        );
        enter!(
            self,
            CompareEntryIDs,
            Arguments::EntryId {
                entry_id: one.clone(),
                flags
            }
        );
        match self.state.route(&one) {
            // SAFETY: the arguments are handed on as they are.
            Some(logon) => unsafe {
                logon.CompareEntryIDs(
                    entry_id_1_size,
                    entry_id_1,
                    entry_id_2_size,
                    entry_id_2,
                    flags,
                    result,
                )
            },
            // SAFETY: the provider hands in a place for the value, or NULL.
            None if unsafe { put(result, u32::from(one == two)) } => S_OK,
            None => MAPI_E_INVALID_PARAMETER,
        }
    }

    unsafe fn OpenTemplateID(
        &self,
        _: u32,
        _: *const ENTRYID,
        _: u32,
        _: *mut c_void,
        _: *const GUID,
        _: *mut *mut c_void,
        _: *mut c_void,
    ) -> HRESULT {
        self.refuse(Method::OpenTemplateID)
    }

    unsafe fn OpenEntry(
        &self,
        entry_id_size: u32,
        entry_id: *const ENTRYID,
        iid: *const GUID,
        flags: u32,
        object_type: *mut u32,
        object: *mut *mut c_void,
    ) -> HRESULT {
        let id = id_bytes(entry_id_size, entry_id);
        enter!(
            self,
            OpenEntry,
            Arguments::EntryId {
                entry_id: id.clone(),
                flags
            }
        );
        match self.state.route(&id) {
            // SAFETY: the arguments are handed on as they are.
            Some(logon) => unsafe {
                logon.OpenEntry(entry_id_size, entry_id, iid, flags, object_type, object)
            },
            None => {
                // SAFETY: the provider hands in a place for the pointer, or NULL.
                unsafe { put(object, std::ptr::null_mut()) };
                MAPI_E_UNKNOWN_ENTRYID
            }
        }
    }

    unsafe fn GetOneOffTable(&self, _: u32, _: *mut *mut c_void) -> HRESULT {
        self.refuse(Method::GetOneOffTable)
    }

    unsafe fn Address(&self, _: *mut usize, _: *mut c_void, _: *mut *mut ADRLIST) -> HRESULT {
        self.refuse(Method::Address)
    }

    unsafe fn Details(
        &self,
        _: *mut usize,
        _: *mut c_void,
        _: *mut c_void,
        _: u32,
        _: *const ENTRYID,
        _: *mut c_void,
        _: *mut c_void,
        _: *const c_void,
        _: u32,
    ) -> HRESULT {
        self.refuse(Method::Details)
    }

    unsafe fn NewEntry(
        &self,
        _: usize,
        _: u32,
        _: u32,
        _: *const ENTRYID,
        _: u32,
        _: *const ENTRYID,
        _: *mut u32,
        _: *mut *mut ENTRYID,
    ) -> HRESULT {
        self.refuse(Method::NewEntry)
    }

    unsafe fn DoConfigPropsheet(
        &self,
        _ui_param: usize,
        flags: u32,
        _title: *const c_void,
        _display_table: *mut c_void,
        config_data: *mut c_void,
        _top_page: u32,
    ) -> HRESULT {
        enter!(self, DoConfigPropsheet, Arguments::Flags(flags));
        let Some(answer) = lock(&self.state.dialog).clone() else {
            return MAPI_E_USER_CANCEL;
        };
        // SAFETY: the provider hands in an object with properties.
        let Some(data) = (unsafe { borrow::<IMAPIProp>(config_data) }) else {
            return MAPI_E_INVALID_PARAMETER;
        };
        let arena = Arena::default();
        // SAFETY: the properties live until the call returns.
        unsafe {
            data.SetProps(
                answer.len() as u32,
                arena.props(&answer),
                std::ptr::null_mut(),
            )
        }
    }

    unsafe fn CopyMessages(
        &self,
        source_iid: *const GUID,
        source: *mut c_void,
        messages: *const ENTRYLIST,
        destination_iid: *const GUID,
        destination: *mut c_void,
        _ui_param: usize,
        progress: *mut c_void,
        flags: u32,
    ) -> HRESULT {
        enter!(self, CopyMessages, Arguments::Flags(flags));
        // SAFETY: the provider hands in folders with the interfaces that it says, and a progress display or NULL.
        let (source, destination, progress) = unsafe {
            (
                folder(source_iid, source),
                folder(destination_iid, destination),
                borrow::<IMAPIProgress>(progress),
            )
        };
        let (Some(source), Some(destination)) = (source, destination) else {
            return MAPI_E_INVALID_PARAMETER;
        };
        let messages = Reader::arguments("CopyMessages").entry_list(messages);
        Copier::new(&self.state, progress, flags & MESSAGE_DIALOG != 0).messages(
            &source,
            &messages,
            &destination,
            flags & MESSAGE_MOVE != 0,
        )
    }

    unsafe fn CopyFolder(
        &self,
        source_iid: *const GUID,
        source: *mut c_void,
        entry_id_size: u32,
        entry_id: *const ENTRYID,
        destination_iid: *const GUID,
        destination: *mut c_void,
        new_name: *const c_void,
        _ui_param: usize,
        progress: *mut c_void,
        flags: u32,
    ) -> HRESULT {
        let id = id_bytes(entry_id_size, entry_id);
        enter!(
            self,
            CopyFolder,
            Arguments::EntryId {
                entry_id: id.clone(),
                flags
            }
        );
        // SAFETY: the provider hands in folders with the interfaces that it says, and a progress display or NULL.
        let (source, destination, progress) = unsafe {
            (
                folder(source_iid, source),
                folder(destination_iid, destination),
                borrow::<IMAPIProgress>(progress),
            )
        };
        let (Some(source), Some(destination)) = (source, destination) else {
            return MAPI_E_INVALID_PARAMETER;
        };
        let name = if new_name.is_null() {
            None
        } else {
            Reader::arguments("CopyFolder").text(new_name, flags)
        };
        let dialog = flags & FOLDER_DIALOG != 0;
        Copier::new(&self.state, progress, dialog).folder(&source, &id, &destination, name, flags)
    }

    unsafe fn DoCopyTo(
        &self,
        _source_iid: *const GUID,
        source: *mut c_void,
        excluded_iid_count: u32,
        excluded_iids: *const GUID,
        excluded_tags: *const SPropTagArray,
        _ui_param: usize,
        progress: *mut c_void,
        _destination_iid: *const GUID,
        destination: *mut c_void,
        flags: u32,
        problems: *mut *mut SPropProblemArray,
    ) -> HRESULT {
        enter!(self, DoCopyTo, Arguments::Flags(flags));
        let reader = Reader::arguments("DoCopyTo");
        let iids = reader
            .slice(excluded_iids, excluded_iid_count as usize)
            .unwrap_or_default();
        let tags = if excluded_tags.is_null() {
            Vec::new()
        } else {
            reader.tags(excluded_tags)
        };
        let what = CopyWhat::AllBut { iids, tags };
        // SAFETY: the provider hands in objects with properties, and the rest as this method takes it.
        unsafe { self.copy(source, destination, &what, progress, flags, problems) }
    }

    unsafe fn DoCopyProps(
        &self,
        _source_iid: *const GUID,
        source: *mut c_void,
        included_tags: *const SPropTagArray,
        _ui_param: usize,
        progress: *mut c_void,
        _destination_iid: *const GUID,
        destination: *mut c_void,
        flags: u32,
        problems: *mut *mut SPropProblemArray,
    ) -> HRESULT {
        enter!(self, DoCopyProps, Arguments::Flags(flags));
        if included_tags.is_null() {
            return MAPI_E_INVALID_PARAMETER;
        }
        let what = CopyWhat::Only(Reader::arguments("DoCopyProps").tags(included_tags));
        // SAFETY: the provider hands in objects with properties, and the rest as this method takes it.
        unsafe { self.copy(source, destination, &what, progress, flags, problems) }
    }

    unsafe fn DoProgressDialog(
        &self,
        _ui_param: usize,
        flags: u32,
        progress: *mut *mut c_void,
    ) -> HRESULT {
        enter!(self, DoProgressDialog, Arguments::Flags(flags));
        let display = ProgressRecorder::counted(self.state.live.count("progress display"));
        // SAFETY: the provider hands in a place for the pointer, or NULL.
        unsafe { return_object(Ok(display), progress) }
    }

    unsafe fn ReadReceipt(
        &self,
        flags: u32,
        read_message: *mut c_void,
        empty_message: *mut *mut c_void,
    ) -> HRESULT {
        enter!(self, ReadReceipt, Arguments::Flags(flags));
        // SAFETY: the provider hands in a message, and a place with another one.
        let messages = unsafe {
            (
                borrow::<IMessage>(read_message),
                empty_message
                    .as_ref()
                    .and_then(|empty| borrow::<IMessage>(*empty)),
            )
        };
        let (Some(read), Some(empty)) = messages else {
            return MAPI_E_INVALID_PARAMETER;
        };
        Copier::new(&self.state, None, false).receipt(&read, &empty, flags & MAPI_NON_READ != 0)
    }

    unsafe fn PrepareSubmit(&self, message: *mut c_void, flags: *mut u32) -> HRESULT {
        enter!(self, PrepareSubmit);
        // SAFETY: the provider hands in a place for the value, or NULL.
        let complete = !message.is_null() && unsafe { put(flags, 0) };
        if complete {
            S_OK
        } else {
            MAPI_E_INVALID_PARAMETER
        }
    }

    unsafe fn ExpandRecips(&self, message: *mut c_void, flags: *mut u32) -> HRESULT {
        enter!(self, ExpandRecips);
        // SAFETY: the provider hands in a message, and a place for the value or NULL.
        let Some(message) = (unsafe { borrow::<IMessage>(message) }) else {
            return MAPI_E_INVALID_PARAMETER;
        };
        let code = Copier::new(&self.state, None, false).expand(&message);
        if code.is_err() {
            return code;
        }
        // SAFETY: as above.
        let needs = if self
            .state
            .preprocessing
            .load(std::sync::atomic::Ordering::Acquire)
        {
            NEEDS_SPOOLER | NEEDS_PREPROCESSING
        } else {
            NEEDS_SPOOLER
        };
        // SAFETY: as above.
        if unsafe { put(flags, needs) } {
            S_OK
        } else {
            MAPI_E_INVALID_PARAMETER
        }
    }

    unsafe fn UpdatePAB(&self, _: u32, _: *mut c_void) -> HRESULT {
        self.violation("UpdatePAB is not documented, so a provider cannot have meant to call it");
        self.refuse(Method::UpdatePAB)
    }

    unsafe fn DoSentMail(&self, flags: u32, message: *mut c_void) -> HRESULT {
        enter!(self, DoSentMail, Arguments::Flags(flags));
        // SAFETY: the provider hands in a message together with its reference.
        let Some(message) = (unsafe { take::<IMessage>(message) }) else {
            return MAPI_E_INVALID_PARAMETER;
        };
        if references(&message) != 1 {
            self.violation("DoSentMail got a message that has other references");
        }
        let Some(logon) = self.seat.logon() else {
            return MAPI_E_NOT_INITIALIZED;
        };
        Copier::new(&self.state, None, false).put_away(&logon, message)
    }

    unsafe fn OpenAddressBook(
        &self,
        _: *const GUID,
        _: u32,
        address_book: *mut *mut c_void,
    ) -> HRESULT {
        // SAFETY: the provider hands in a place for the pointer, or NULL.
        unsafe { put(address_book, std::ptr::null_mut()) };
        self.refuse(Method::OpenAddressBook)
    }

    unsafe fn Preprocess(&self, _: u32, _: u32, _: *const ENTRYID) -> HRESULT {
        self.violation("Preprocess is not documented, so a provider cannot have meant to call it");
        self.refuse(Method::Preprocess)
    }

    unsafe fn CompleteMsg(
        &self,
        flags: u32,
        entry_id_size: u32,
        entry_id: *const ENTRYID,
    ) -> HRESULT {
        let entry_id = id_bytes(entry_id_size, entry_id);
        enter!(self, CompleteMsg, Arguments::EntryId { entry_id, flags });
        S_OK
    }

    unsafe fn StoreLogoffTransports(&self, flags: *mut u32) -> HRESULT {
        // SAFETY: the provider hands in the value, or NULL.
        let given = unsafe { flags.as_ref() }.copied();
        enter!(
            self,
            StoreLogoffTransports,
            Arguments::Flags(given.unwrap_or_default())
        );
        // SAFETY: as above.
        if unsafe { put(flags, LOGOFF_COMPLETE) } {
            S_OK
        } else {
            MAPI_E_INVALID_PARAMETER
        }
    }

    unsafe fn StatusRecips(&self, _: *mut c_void, _: *const ADRLIST) -> HRESULT {
        self.refuse(Method::StatusRecips)
    }

    unsafe fn WrapStoreEntryID(
        &self,
        private_size: u32,
        private: *const ENTRYID,
        wrapped_size: *mut u32,
        wrapped: *mut *mut ENTRYID,
    ) -> HRESULT {
        let private = id_bytes(private_size, private);
        enter!(
            self,
            WrapStoreEntryID,
            Arguments::EntryId {
                entry_id: private.clone(),
                flags: 0
            }
        );
        if private.is_empty() || wrapped_size.is_null() || wrapped.is_null() {
            return MAPI_E_INVALID_PARAMETER;
        }
        let bytes = wrap_store_entry_id(&self.state.dll_name(), &private);
        // SAFETY: both pointers have been checked.
        unsafe {
            wrapped_size.write(bytes.len() as u32);
            wrapped.write(allocate_bytes(&self.state.memory, &bytes).cast());
        }
        S_OK
    }

    unsafe fn ModifyProfile(&self, flags: u32) -> HRESULT {
        enter!(self, ModifyProfile, Arguments::Flags(flags));
        self.state.profile.keep(self.state.profile.provider_uid());
        S_OK
    }

    unsafe fn IStorageFromStream(
        &self,
        _: *mut c_void,
        _: *const GUID,
        _: u32,
        storage: *mut *mut c_void,
    ) -> HRESULT {
        // SAFETY: the provider hands in a place for the pointer, or NULL.
        unsafe { put(storage, std::ptr::null_mut()) };
        self.refuse(Method::IStorageFromStream)
    }

    unsafe fn GetSvcConfigSupportObj(&self, flags: u32, support: *mut *mut c_void) -> HRESULT {
        enter!(self, GetSvcConfigSupportObj, Arguments::Flags(flags));
        let object = Support::create(&self.state, &self.seat, Purpose::Configuration);
        // SAFETY: the provider hands in a place for the pointer, or NULL.
        unsafe { return_object(Ok(object), support) }
    }
}

impl Support_Impl {
    /// Copies between objects of any provider.
    ///
    /// # Safety
    /// The pointers are those of `DoCopyTo`.
    unsafe fn copy(
        &self,
        source: *mut c_void,
        destination: *mut c_void,
        what: &CopyWhat,
        progress: *mut c_void,
        flags: u32,
        problems: *mut *mut SPropProblemArray,
    ) -> HRESULT {
        // SAFETY: the caller says so; every interface that can be copied begins like IUnknown.
        let (source, destination, progress) = unsafe {
            put(problems, std::ptr::null_mut());
            (
                borrow::<IUnknown>(source),
                borrow::<IUnknown>(destination),
                borrow::<IMAPIProgress>(progress),
            )
        };
        let (Some(source), Some(destination)) = (source, destination) else {
            return MAPI_E_INVALID_PARAMETER;
        };
        match Copier::new(&self.state, progress, flags & MAPI_DIALOG != 0).object(
            &source,
            &destination,
            what,
            flags,
        ) {
            Ok(found) => {
                if !found.is_empty() && !problems.is_null() {
                    let raw: Vec<SPropProblem> = found
                        .iter()
                        .map(|problem| SPropProblem {
                            ulIndex: problem.index,
                            ulPropTag: problem.tag,
                            scode: problem.code,
                        })
                        .collect();
                    // SAFETY: the pointer has just been checked.
                    unsafe { problems.write(allocate_problems(&self.state.memory, &raw)) };
                }
                S_OK
            }
            Err(code) => code,
        }
    }
}

#[allow(non_snake_case)]
impl IMAPIGetSession_Impl for Support_Impl {
    unsafe fn GetMAPISession(&self, session: *mut *mut c_void) -> HRESULT {
        // SAFETY: the provider hands in a place for the pointer, or NULL.
        unsafe { return_object(Ok(SessionObject::create(&self.state)), session) }
    }
}

/// A folder, whatever interface the caller names for it.
///
/// # Safety
/// The pointer is NULL or leads to a live object; the interface is NULL or leads to its identifier.
unsafe fn folder(iid: *const GUID, object: *mut c_void) -> Option<IMAPIFolder> {
    // SAFETY: the caller says so.
    let named = unsafe { iid.as_ref() };
    if named.is_none_or(|iid| *iid == IMAPIFolder::IID) {
        // SAFETY: without an interface the object is a folder.
        return unsafe { borrow(object) };
    }
    // SAFETY: every interface begins like IUnknown.
    query(&unsafe { borrow::<IUnknown>(object) }?).ok()
}

/// Hands an object to a caller together with its reference.
///
/// # Safety
/// The pointer is NULL, or leads to a place for a pointer.
pub(crate) unsafe fn return_object<I: Interface>(
    object: std::result::Result<I, HRESULT>,
    out: *mut *mut c_void,
) -> HRESULT {
    if out.is_null() {
        return MAPI_E_INVALID_PARAMETER;
    }
    let (code, raw) = match object {
        Ok(object) => (S_OK, object.into_raw()),
        Err(code) => (code, std::ptr::null_mut()),
    };
    // SAFETY: the pointer has been checked.
    unsafe { out.write(raw) };
    code
}

/// The entry id of an address that is in no address book.
fn one_off(parts: &[String], flags: u32) -> Vec<u8> {
    let mut bytes = vec![0; 4];
    bytes.extend(MAPI_ONE_OFF_UID.ab);
    bytes.extend(0_u16.to_le_bytes());
    let kind = if flags & MAPI_UNICODE != 0 {
        MAPI_ONE_OFF_UNICODE
    } else {
        0
    };
    let rich = if flags & MAPI_SEND_NO_RICH_INFO != 0 {
        MAPI_ONE_OFF_NO_RICH_INFO
    } else {
        0
    };
    bytes.extend(((kind | rich) as u16).to_le_bytes());
    for part in parts {
        if flags & MAPI_UNICODE != 0 {
            part.encode_utf16()
                .chain([0])
                .for_each(|unit| bytes.extend(unit.to_le_bytes()));
        } else {
            bytes.extend(part.chars().map(|c| c as u8).chain([0]));
        }
    }
    bytes
}
