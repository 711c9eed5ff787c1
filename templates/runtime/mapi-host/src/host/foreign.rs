//! Folders and messages in disguise: objects of a store that the store itself does not know again, as those of another
//! provider would be. Copies to them have to go through MAPI and the interfaces.

use crate::host::*;
use mapi_abi::*;
use std::ffi::c_void;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use windows_core::{GUID, HRESULT, Interface, implement};

/// Disguises objects, and has their saves fail when it is told to.
///
/// The objects do what those behind them do. They are other COM objects, and their entry ids have another provider's UID.
#[derive(Clone, Default)]
pub struct Disguise {
    faults: Arc<Faults>,
}

#[derive(Default)]
struct Faults {
    /// How many saves are left until one fails; 0 is none.
    save: AtomicU32,
}

impl Disguise {
    /// A disguise whose saves do not fail.
    pub fn new() -> Self {
        Self::default()
    }

    /// Lets the `number`th save from now on fail, counted from 1.
    pub fn fail_save(&self, number: u32) {
        self.faults.save.store(number, Ordering::SeqCst);
    }

    /// A folder in disguise; what it creates is disguised too.
    pub fn folder(&self, folder: &Folder) -> Folder {
        let faults = self.faults.clone();
        Folder::new(
            ForeignFolder {
                inner: folder.raw_folder().clone(),
                faults,
            }
            .into(),
            &folder.state,
        )
    }

    /// A message in disguise; what it creates is disguised too.
    pub fn message(&self, message: &Message) -> Message {
        let faults = self.faults.clone();
        Message::new(
            ForeignMessage {
                inner: message.raw_message().clone(),
                faults,
            }
            .into(),
            &message.state,
        )
    }
}

impl Faults {
    fn save_fails(&self) -> bool {
        let counted = self
            .save
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| {
                left.checked_sub(1)
            });
        counted == Ok(1)
    }
}

#[implement(IMAPIFolder, Agile = false)]
struct ForeignFolder {
    inner: IMAPIFolder,
    faults: Arc<Faults>,
}

#[implement(IMessage, Agile = false)]
struct ForeignMessage {
    inner: IMessage,
    faults: Arc<Faults>,
}

#[implement(IAttach, Agile = false)]
struct ForeignAttachment {
    inner: IAttach,
    faults: Arc<Faults>,
}

/// Puts an object that was just returned into its disguise.
///
/// # Safety
/// `out` is NULL, or leads to what a method with this result has put there for an interface `I`.
unsafe fn dress<I: Interface, O: Interface>(
    code: HRESULT,
    out: *mut *mut c_void,
    disguise: impl FnOnce(I) -> O,
) -> HRESULT {
    // SAFETY: the caller says so.
    unsafe {
        if code.is_ok()
            && !out.is_null()
            && let Some(object) = take::<I>(out.read())
        {
            out.write(disguise(object).into_raw());
        }
    }
    code
}

/// Gives entry ids in an answer another provider's UID.
///
/// # Safety
/// The pointers lead to what `GetProps` has put there.
unsafe fn rename(code: HRESULT, count: *mut u32, values: *mut *mut SPropValue) -> HRESULT {
    if code.is_err() || count.is_null() || values.is_null() {
        return code;
    }
    // SAFETY: the caller says so; the values belong to whoever asked, who is about to get them.
    unsafe {
        for index in 0..count.read() as usize {
            let value = values.read().add(index);
            if (*value).ulPropTag == PR_ENTRYID && (*value).Value.bin.cb >= 20 {
                let uid = (*value).Value.bin.lpb.add(4);
                for byte in 0..16 {
                    uid.add(byte).write(!uid.add(byte).read());
                }
            }
        }
    }
    code
}

/// Methods that do what the object behind them does.
macro_rules! forward {
    ($($name:ident($($argument:ident: $type:ty),*);)*) => {$(
        unsafe fn $name(&self, $($argument: $type),*) -> HRESULT {
            // SAFETY: the arguments are the caller's.
            unsafe { self.inner.$name($($argument),*) }
        }
    )*};
}

macro_rules! forward_properties {
    ($outer:ident) => {
        #[allow(non_snake_case)]
        impl IMAPIProp_Impl for $outer {
            forward! {
                GetLastError(hresult: HRESULT, flags: u32, error: *mut *mut MAPIERROR);
                GetPropList(flags: u32, tags: *mut *mut SPropTagArray);
                SetProps(count: u32, values: *const SPropValue, problems: *mut *mut SPropProblemArray);
                DeleteProps(tags: *const SPropTagArray, problems: *mut *mut SPropProblemArray);
                CopyTo(
                    iid_count: u32, iids: *const GUID, tags: *const SPropTagArray, ui_param: usize,
                    progress: *mut c_void, iid: *const GUID, destination: *mut c_void, flags: u32,
                    problems: *mut *mut SPropProblemArray
                );
                CopyProps(
                    tags: *const SPropTagArray, ui_param: usize, progress: *mut c_void, iid: *const GUID,
                    destination: *mut c_void, flags: u32, problems: *mut *mut SPropProblemArray
                );
                GetNamesFromIDs(
                    tags: *mut *mut SPropTagArray, property_set: *const GUID, flags: u32, count: *mut u32,
                    names: *mut *mut *mut MAPINAMEID
                );
                GetIDsFromNames(
                    count: u32, names: *const *mut MAPINAMEID, flags: u32, tags: *mut *mut SPropTagArray
                );
            }

            unsafe fn SaveChanges(&self, flags: u32) -> HRESULT {
                if self.faults.save_fails() {
                    return MAPI_E_NOT_ENOUGH_DISK;
                }
                // SAFETY: the arguments are the caller's.
                unsafe { self.inner.SaveChanges(flags) }
            }

            unsafe fn GetProps(
                &self,
                tags: *const SPropTagArray,
                flags: u32,
                count: *mut u32,
                values: *mut *mut SPropValue,
            ) -> HRESULT {
                // SAFETY: the arguments are the caller's.
                unsafe { rename(self.inner.GetProps(tags, flags, count, values), count, values) }
            }

            unsafe fn OpenProperty(
                &self,
                tag: u32,
                iid: *const GUID,
                options: u32,
                flags: u32,
                object: *mut *mut c_void,
            ) -> HRESULT {
                let faults = self.faults.clone();
                // SAFETY: the arguments are the caller's.
                unsafe {
                    let code = self.inner.OpenProperty(tag, iid, options, flags, object);
                    if iid.as_ref() != Some(&IMessage::IID) {
                        return code;
                    }
                    dress(code, object, |inner: IMessage| -> IMessage {
                        ForeignMessage { inner, faults }.into()
                    })
                }
            }
        }
    };
}

forward_properties!(ForeignFolder_Impl);
forward_properties!(ForeignMessage_Impl);
forward_properties!(ForeignAttachment_Impl);

impl IAttach_Impl for ForeignAttachment_Impl {}

#[allow(non_snake_case)]
impl IMAPIContainer_Impl for ForeignFolder_Impl {
    forward! {
        GetContentsTable(flags: u32, table: *mut *mut c_void);
        GetHierarchyTable(flags: u32, table: *mut *mut c_void);
        OpenEntry(
            entry_id_size: u32, entry_id: *const ENTRYID, iid: *const GUID, flags: u32, object_type: *mut u32,
            object: *mut *mut c_void
        );
        SetSearchCriteria(restriction: *const SRestriction, containers: *const ENTRYLIST, flags: u32);
        GetSearchCriteria(
            flags: u32, restriction: *mut *mut SRestriction, containers: *mut *mut ENTRYLIST, state: *mut u32
        );
    }
}

#[allow(non_snake_case)]
impl IMAPIFolder_Impl for ForeignFolder_Impl {
    unsafe fn CreateMessage(
        &self,
        iid: *const GUID,
        flags: u32,
        message: *mut *mut c_void,
    ) -> HRESULT {
        let faults = self.faults.clone();
        // SAFETY: the arguments are the caller's.
        unsafe {
            let code = self.inner.CreateMessage(iid, flags, message);
            dress(code, message, |inner: IMessage| -> IMessage {
                ForeignMessage { inner, faults }.into()
            })
        }
    }

    unsafe fn CreateFolder(
        &self,
        folder_type: u32,
        name: *const c_void,
        comment: *const c_void,
        iid: *const GUID,
        flags: u32,
        folder: *mut *mut c_void,
    ) -> HRESULT {
        let faults = self.faults.clone();
        // SAFETY: the arguments are the caller's.
        unsafe {
            let code = self
                .inner
                .CreateFolder(folder_type, name, comment, iid, flags, folder);
            dress(code, folder, |inner: IMAPIFolder| -> IMAPIFolder {
                ForeignFolder { inner, faults }.into()
            })
        }
    }

    forward! {
        CopyMessages(
            messages: *const ENTRYLIST, iid: *const GUID, destination: *mut c_void, ui_param: usize,
            progress: *mut c_void, flags: u32
        );
        DeleteMessages(messages: *const ENTRYLIST, ui_param: usize, progress: *mut c_void, flags: u32);
        CopyFolder(
            entry_id_size: u32, entry_id: *const ENTRYID, iid: *const GUID, destination: *mut c_void,
            new_name: *const c_void, ui_param: usize, progress: *mut c_void, flags: u32
        );
        DeleteFolder(
            entry_id_size: u32, entry_id: *const ENTRYID, ui_param: usize, progress: *mut c_void, flags: u32
        );
        SetReadFlags(messages: *const ENTRYLIST, ui_param: usize, progress: *mut c_void, flags: u32);
        GetMessageStatus(entry_id_size: u32, entry_id: *const ENTRYID, flags: u32, status: *mut u32);
        SetMessageStatus(
            entry_id_size: u32, entry_id: *const ENTRYID, new_status: u32, new_status_mask: u32, old: *mut u32
        );
        SaveContentsSort(sort_criteria: *const SSortOrderSet, flags: u32);
        EmptyFolder(ui_param: usize, progress: *mut c_void, flags: u32);
    }
}

#[allow(non_snake_case)]
impl IMessage_Impl for ForeignMessage_Impl {
    unsafe fn OpenAttach(
        &self,
        number: u32,
        iid: *const GUID,
        flags: u32,
        attachment: *mut *mut c_void,
    ) -> HRESULT {
        let faults = self.faults.clone();
        // SAFETY: the arguments are the caller's.
        unsafe {
            let code = self.inner.OpenAttach(number, iid, flags, attachment);
            dress(code, attachment, |inner: IAttach| -> IAttach {
                ForeignAttachment { inner, faults }.into()
            })
        }
    }

    unsafe fn CreateAttach(
        &self,
        iid: *const GUID,
        flags: u32,
        number: *mut u32,
        attachment: *mut *mut c_void,
    ) -> HRESULT {
        let faults = self.faults.clone();
        // SAFETY: the arguments are the caller's.
        unsafe {
            let code = self.inner.CreateAttach(iid, flags, number, attachment);
            dress(code, attachment, |inner: IAttach| -> IAttach {
                ForeignAttachment { inner, faults }.into()
            })
        }
    }

    forward! {
        GetAttachmentTable(flags: u32, table: *mut *mut c_void);
        DeleteAttach(number: u32, ui_param: usize, progress: *mut c_void, flags: u32);
        GetRecipientTable(flags: u32, table: *mut *mut c_void);
        ModifyRecipients(flags: u32, recipients: *const ADRLIST);
        SubmitMessage(flags: u32);
        SetReadFlag(flags: u32);
    }
}
