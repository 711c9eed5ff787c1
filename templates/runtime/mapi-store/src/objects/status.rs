//! The status object of the store: read-only properties and a check that the store can be reached.

use std::ffi::c_void;
use std::sync::Arc;

use mapi_abi::{self as abi, IMAPIStatus, IMAPIStatus_Impl};
use windows_core::{HRESULT, IUnknown, implement};

use super::constants::pick;
use super::copying::implement_mapi_prop;
use super::property_object::{Copied, CopyRequest, Edit, PropertyObject, PropertyRequest};
use super::session::Session;
use crate::com::fault::{Fault, LastError, Outcome};
use crate::com::guard::guard_object;
use crate::store::{PropTag, PropertyBag, Value};

/// What the status row and the status object say that the object can do.
pub const RESOURCE_METHODS: u32 = abi::STATUS_VALIDATE_STATE;

/// The flags that ValidateState knows \[imapistatus-validatestate\].
const VALIDATE_FLAGS: u32 = abi::SUPPRESS_UI
    | abi::REFRESH_XP_HEADER_CACHE
    | abi::PROCESS_XP_HEADER_CACHE
    | abi::FORCE_XP_CONNECT
    | abi::FORCE_XP_DISCONNECT
    | abi::CONFIG_CHANGED
    | abi::ABORT_XP_HEADER_OPERATION
    | abi::SHOW_XP_SESSION_UI;

/// The status object of one open store.
#[implement(IMAPIStatus, Agile = false)]
pub struct Status {
    session: Arc<Session>,
    last_error: LastError,
}

impl Status {
    /// The status object of a session.
    pub fn open(session: &Arc<Session>) -> IMAPIStatus {
        Self {
            session: Arc::clone(session),
            last_error: LastError::default(),
        }
        .into()
    }

    fn properties(&self) -> Outcome<PropertyBag> {
        let definition = self.session.definition();
        let store = self.session.store().properties()?;
        let name = store
            .text(abi::PR_DISPLAY_NAME)
            .unwrap_or(definition.display_name)
            .to_owned();
        let long = |number: u32| Value::Long(number.cast_signed());
        Ok([
            (abi::PR_OBJECT_TYPE, long(abi::MAPI_STATUS)),
            (abi::PR_ACCESS_LEVEL, long(0)),
            (abi::PR_DISPLAY_NAME, Value::Unicode(name)),
            (
                abi::PR_PROVIDER_DISPLAY,
                Value::Unicode(definition.display_name.to_owned()),
            ),
            (abi::PR_RESOURCE_TYPE, long(abi::MAPI_STORE_PROVIDER)),
            (abi::PR_RESOURCE_METHODS, long(RESOURCE_METHODS)),
            (abi::PR_STATUS_CODE, long(abi::STATUS_AVAILABLE)),
            (
                abi::PR_STORE_RECORD_KEY,
                Value::Binary(self.session.record_key().to_vec()),
            ),
            (
                abi::PR_STORE_ENTRYID,
                Value::Binary(self.session.wrapped_entry_id().to_vec()),
            ),
        ]
        .into_iter()
        .collect())
    }
}

impl PropertyObject for Status {
    fn session(&self) -> &Arc<Session> {
        &self.session
    }

    fn last_error(&self) -> &LastError {
        &self.last_error
    }

    fn writable(&self) -> bool {
        false
    }

    fn list(&self) -> Outcome<Vec<PropTag>> {
        Ok(self.properties()?.visible().map(|(tag, _)| tag).collect())
    }

    fn read(&self, ids: &[u16]) -> Outcome<Vec<Option<Value>>> {
        Ok(pick(&self.properties()?, ids))
    }

    fn write(&self, edits: Vec<Edit>) -> Outcome<Vec<Option<Fault>>> {
        Ok(edits
            .iter()
            .map(|_| Some(Fault::new(abi::MAPI_E_NO_ACCESS)))
            .collect())
    }

    fn is_computed(&self, _id: u16) -> bool {
        true
    }

    unsafe fn copy(&self, _request: &CopyRequest<'_>) -> Option<Outcome<Copied>> {
        Some(Err(Fault::because(
            abi::MAPI_E_NO_SUPPORT,
            "The state of a store is not copied.",
        )))
    }

    fn open_property(&self, request: &PropertyRequest) -> Outcome<IUnknown> {
        Err(Fault::new(
            match self.read(&[request.tag.id()])?.as_slice() {
                [Some(_)] => abi::MAPI_E_INTERFACE_NOT_SUPPORTED,
                _ => abi::MAPI_E_NOT_FOUND,
            },
        ))
    }
}

implement_mapi_prop!(Status_Impl, IMAPIStatus);

impl IMAPIStatus_Impl for Status_Impl {
    unsafe fn ValidateState(&self, _ui_param: usize, flags: u32) -> HRESULT {
        guard_object("IMAPIStatus::ValidateState", &self.last_error, || {
            if flags & !VALIDATE_FLAGS != 0 {
                return Err(Fault::new(abi::MAPI_E_UNKNOWN_FLAGS));
            }
            self.session.check_alive()?;
            // The state of a store is whether its file can be read.
            self.session.store().root()?;
            Ok(())
        })
    }

    unsafe fn SettingsDialog(&self, _ui_param: usize, _flags: u32) -> HRESULT {
        guard_object(
            "IMAPIStatus::SettingsDialog",
            &self.last_error,
            || -> Outcome {
                // Settings come through the message service's entry point; this provider shows no dialogs.
                Err(Fault::new(abi::MAPI_E_NO_SUPPORT))
            },
        )
    }

    unsafe fn ChangePassword(
        &self,
        _old_password: *const c_void,
        _new_password: *const c_void,
        _flags: u32,
    ) -> HRESULT {
        guard_object(
            "IMAPIStatus::ChangePassword",
            &self.last_error,
            || -> Outcome { Err(Fault::new(abi::MAPI_E_NO_SUPPORT)) },
        )
    }

    unsafe fn FlushQueues(
        &self,
        _ui_param: usize,
        _transport_size: u32,
        _transport: *const abi::ENTRYID,
        _flags: u32,
    ) -> HRESULT {
        guard_object(
            "IMAPIStatus::FlushQueues",
            &self.last_error,
            || -> Outcome { Err(Fault::new(abi::MAPI_E_NO_SUPPORT)) },
        )
    }
}
