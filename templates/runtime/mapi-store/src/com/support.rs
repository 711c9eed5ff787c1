//! `IMAPISupport`: what MAPI does for a provider.
//!
//! Every method here calls out of the DLL, and MAPI may call straight back in: no lock may be held.

use std::ffi::c_void;
use std::ptr;
use std::thread;
use std::time::Duration;

use mapi_abi::{self as abi, IMAPIProgress, IMAPIProp, IMAPISupport, IMessage};
use windows_core::{GUID, HRESULT, Interface};

use super::fault::{Fault, Outcome};
use super::memory::{Allocators, Received};

/// How long to wait before a profile section that is in use is tried again, in milliseconds.
const SECTION_DELAYS: [u64; 5] = [5, 10, 20, 40, 80];

/// An own reference to a support object.
///
/// MAPI's objects are free-threaded \[threading-in-mapi\], so the reference may move between threads.
#[derive(Clone, Debug)]
pub struct Support {
    object: IMAPISupport,
    memory: Allocators,
}

// SAFETY: MAPI calls providers on any thread and promises the same of its own objects [threading-in-mapi].
unsafe impl Send for Support {}
// SAFETY: as above.
unsafe impl Sync for Support {}

/// Something to be copied through MAPI: an object of ours, and the identifier of the interface that is handed over.
pub struct Source<'a> {
    /// The interface.
    pub iid: &'a GUID,
    /// A pointer to it, borrowed for the call.
    pub object: *mut c_void,
}

impl Support {
    /// Keeps a reference of its own to the support object.
    pub fn new(object: &IMAPISupport, memory: Allocators) -> Self {
        Self {
            object: object.clone(),
            memory,
        }
    }

    /// The interface itself, for the methods without a wrapper.
    pub fn object(&self) -> &IMAPISupport {
        &self.object
    }

    /// The memory functions that MAPI wants to see used.
    ///
    /// Works on a configuration support object, which is why it takes a borrowed interface.
    pub fn allocators_of(object: &IMAPISupport) -> Outcome<Allocators> {
        let (mut allocate, mut more, mut free) = (None, None, None);
        // SAFETY: the arguments are locals.
        succeed(unsafe { object.GetMemAllocRoutines(&mut allocate, &mut more, &mut free) })?;
        Allocators::new(allocate, more, free)
    }

    /// A new unique identifier.
    pub fn new_uid(object: &IMAPISupport) -> Outcome<[u8; 16]> {
        let mut uid = abi::MAPIUID { ab: [0; 16] };
        // SAFETY: the argument is a local.
        succeed(unsafe { object.NewUID(&mut uid) })?;
        Ok(uid.ab)
    }

    /// A section of the profile; `None` is the provider's own. Open, use and drop it quickly: it excludes every other.
    pub fn open_profile_section(
        object: &IMAPISupport,
        uid: Option<&[u8; 16]>,
        flags: u32,
    ) -> Outcome<IMAPIProp> {
        let uid = uid.map(|&ab| abi::MAPIUID { ab });
        let uid = uid.as_ref().map_or(ptr::null(), ptr::from_ref);
        open_section(|section| {
            // SAFETY: the arguments are locals.
            unsafe { object.OpenProfileSection(uid, flags, section) }
        })
    }

    /// The store's private entry id as the rest of MAPI sees it.
    pub fn wrap_store_entry_id(&self, private: &[u8]) -> Outcome<Vec<u8>> {
        let size =
            u32::try_from(private.len()).map_err(|_| Fault::new(abi::MAPI_E_INVALID_ENTRYID))?;
        let (mut wrapped_size, mut wrapped) = (0, ptr::null_mut());
        // SAFETY: the private id has `size` bytes, the other arguments are locals.
        succeed(unsafe {
            self.object.WrapStoreEntryID(
                size,
                private.as_ptr().cast(),
                &mut wrapped_size,
                &mut wrapped,
            )
        })?;
        // SAFETY: on success the block is ours to free.
        let wrapped = unsafe { Received::new(self.memory, wrapped) };
        // SAFETY: it holds as many bytes as MAPI said.
        unsafe { super::arguments::bytes(wrapped.as_ptr().cast(), wrapped_size) }
    }

    /// Registers the identifier that begins this store's entry ids.
    pub fn set_provider_uid(&self, uid: [u8; 16]) -> Outcome {
        let uid = abi::MAPIUID { ab: uid };
        // SAFETY: the argument is a local.
        succeed(unsafe { self.object.SetProviderUID(&uid, 0) })
    }

    /// Makes the profile section permanent.
    pub fn modify_profile(&self) -> Outcome {
        // SAFETY: a plain call.
        succeed(unsafe { self.object.ModifyProfile(0) })
    }

    /// Writes the provider's row of the status table.
    pub fn modify_status_row(&self, values: &[abi::SPropValue], flags: u32) -> Outcome {
        let count = u32::try_from(values.len()).unwrap_or(0);
        // SAFETY: the array has `count` values.
        succeed(unsafe { self.object.ModifyStatusRow(count, values.as_ptr(), flags) })
    }

    /// Tells the transports that the store goes; `flags` says how.
    pub fn store_logoff_transports(&self, mut flags: u32) -> Outcome {
        // SAFETY: the argument is a local.
        succeed(unsafe { self.object.StoreLogoffTransports(&mut flags) })
    }

    /// Tells the spooler something; `flags` is one of the `NOTIFY_` values that concern stores.
    pub fn spooler_notify(&self, flags: u32) -> Outcome {
        // SAFETY: these notifications have no data.
        succeed(unsafe { self.object.SpoolerNotify(flags, ptr::null_mut()) })
    }

    /// Has MAPI look at the recipients of a message that is sent again.
    pub fn prepare_submit(&self, message: &IMessage) -> Outcome {
        let mut flags = 0;
        // SAFETY: the message is borrowed for the call, the other argument a local.
        succeed(unsafe { self.object.PrepareSubmit(message.as_raw(), &mut flags) })
    }

    /// Has MAPI complete the recipients of a message, for which it calls the message; returns `NEEDS_PREPROCESSING` and
    /// `NEEDS_SPOOLER`.
    pub fn expand_recipients(&self, message: &IMessage) -> Outcome<u32> {
        let mut flags = 0;
        // SAFETY: the message is borrowed for the call, the other argument a local.
        succeed(unsafe { self.object.ExpandRecips(message.as_raw(), &mut flags) })?;
        Ok(flags)
    }

    /// Has MAPI put a sent message away: move it to where it says, or delete it. MAPI releases the message.
    pub fn do_sent_mail(&self, message: IMessage) -> Outcome {
        // SAFETY: the reference goes to MAPI with the call, whatever comes of it [imapisupport-dosentmail].
        succeed(unsafe { self.object.DoSentMail(0, message.into_raw()) })
    }

    /// A progress dialog of MAPI's own.
    pub fn progress_dialog(&self, ui_param: usize) -> Outcome<IMAPIProgress> {
        let mut progress = ptr::null_mut();
        // SAFETY: the argument is a local.
        succeed(unsafe { self.object.DoProgressDialog(ui_param, 0, &mut progress) })?;
        // SAFETY: on success the pointer is a reference that is now ours.
        unsafe { owned(progress) }
    }

    /// Copies or moves messages to a folder of any provider; the code may be a warning.
    ///
    /// # Safety
    /// All pointers are valid for the call.
    pub unsafe fn copy_messages(
        &self,
        source: &Source<'_>,
        messages: *const abi::ENTRYLIST,
        destination: &Source<'_>,
        ui_param: usize,
        progress: *mut c_void,
        flags: u32,
    ) -> Outcome<HRESULT> {
        // SAFETY: the caller's promise.
        success(unsafe {
            self.object.CopyMessages(
                source.iid,
                source.object,
                messages,
                destination.iid,
                destination.object,
                ui_param,
                progress,
                flags,
            )
        })
    }

    /// Copies or moves a folder to a folder of any provider; the code may be a warning.
    ///
    /// # Safety
    /// All pointers are valid for the call; the name has the width that `flags` says.
    #[allow(clippy::too_many_arguments)]
    pub unsafe fn copy_folder(
        &self,
        source: &Source<'_>,
        folder: &[u8],
        destination: &Source<'_>,
        new_name: *const c_void,
        ui_param: usize,
        progress: *mut c_void,
        flags: u32,
    ) -> Outcome<HRESULT> {
        let size =
            u32::try_from(folder.len()).map_err(|_| Fault::new(abi::MAPI_E_INVALID_ENTRYID))?;
        // SAFETY: the caller's promise.
        success(unsafe {
            self.object.CopyFolder(
                source.iid,
                source.object,
                size,
                folder.as_ptr().cast(),
                destination.iid,
                destination.object,
                new_name,
                ui_param,
                progress,
                flags,
            )
        })
    }
}

/// Opens a profile section by this call. Another opener keeps it to itself for a moment at most
/// \[iprovideradmin-openprofilesection\], so a section that is in use is tried again before that is an error.
pub fn open_section(open: impl Fn(*mut *mut c_void) -> HRESULT) -> Outcome<IMAPIProp> {
    let mut delays = SECTION_DELAYS.iter();
    loop {
        let mut section = ptr::null_mut();
        let code = open(&mut section);
        if code == abi::MAPI_E_NO_ACCESS
            && let Some(&delay) = delays.next()
        {
            thread::sleep(Duration::from_millis(delay));
            continue;
        }
        succeed(code)?;
        // SAFETY: on success the pointer is a reference that is now ours; IProfSect is an IMAPIProp.
        return unsafe { owned(section) };
    }
}

/// A failure code as a fault.
pub fn succeed(code: HRESULT) -> Outcome {
    if code.is_err() {
        Err(Fault::new(code))
    } else {
        Ok(())
    }
}

/// A failure code as a fault, and a success or warning as itself.
pub fn success(code: HRESULT) -> Outcome<HRESULT> {
    if code.is_err() {
        Err(Fault::new(code))
    } else {
        Ok(code)
    }
}

/// Takes over a reference that a call returned; a NULL with a success code is a broken promise of the callee.
///
/// # Safety
/// `pointer` is NULL or a reference to `I` that nobody else releases.
pub unsafe fn owned<I: Interface>(pointer: *mut c_void) -> Outcome<I> {
    if pointer.is_null() {
        return Err(Fault::new(abi::MAPI_E_CALL_FAILED));
    }
    // SAFETY: the caller's promise.
    Ok(unsafe { I::from_raw(pointer) })
}
