//! The entry point of the message service: puts settings into a profile. It shows no dialogs; where one would be needed
//! the answer is `MAPI_E_UNCONFIGURED` and the caller configures with properties.

use std::ffi::c_void;
use std::ptr;

use mapi_abi::{self as abi, IMAPIProp, IMAPISupport, IMAPITable, IProviderAdmin};
use windows_core::HRESULT;

use super::profile::{self, Section};
use super::{Provider, start_logging};
use crate::com::fault::{Fault, Outcome};
use crate::com::guard::guard;
use crate::com::memory::{Allocators, Received};
use crate::com::strings::Width;
use crate::com::support::{Support, open_section, owned, succeed};
use crate::com::{arguments, client, mapi_error, values};
use crate::store::{PropTag, Value};

/// How many rows of the provider table are looked at; a service of ours has one provider.
const PROVIDER_ROWS: i32 = 16;

/// The body of `ServiceEntry` \[msgserviceentry\].
///
/// # Safety
/// The pointers are valid or NULL as the page says; the support object is only borrowed for the call.
pub unsafe fn service_entry(
    provider: &'static Provider,
    support: *mut c_void,
    flags: u32,
    context: u32,
    properties: (u32, *const abi::SPropValue),
    provider_admin: *mut c_void,
    error: *mut *mut abi::MAPIERROR,
) -> HRESULT {
    // SAFETY: the caller's promise. Before all else: also a panic leaves no garbage behind.
    unsafe { arguments::clear(error) };
    guard("ServiceEntry", || {
        // SAFETY: the caller's promise, here and below.
        unsafe {
            // Never cloned nor queried: a configuration support object may not be AddRef'd [support-object-overview].
            let support = arguments::interface::<IMAPISupport>(&support);
            let admin = arguments::interface::<IProviderAdmin>(&provider_admin);
            let memory = support
                .map(Support::allocators_of)
                .and_then(Result::ok)
                .or_else(Allocators::kept);
            let result = match context {
                abi::MSG_SERVICE_INSTALL | abi::MSG_SERVICE_DELETE | abi::MSG_SERVICE_UNINSTALL => {
                    Ok(())
                }
                abi::MSG_SERVICE_CREATE => {
                    configure(provider, memory, support, admin, (0, ptr::null()))
                }
                abi::MSG_SERVICE_CONFIGURE => {
                    configure(provider, memory, support, admin, properties)
                }
                _ => Err(Fault::new(abi::MAPI_E_NO_SUPPORT)),
            };
            if let (Err(fault), Some(memory)) = (&result, memory) {
                let component = provider.definition.display_name;
                if let Ok(chain) =
                    mapi_error::build(memory, fault.message(), component, Width::of_flags(flags))
                {
                    arguments::put(error, chain.into_raw());
                }
            }
            result
        }
    })
}

/// Writes the properties, if what the profile then has makes a complete configuration; else nothing.
///
/// # Safety
/// The array is valid.
unsafe fn configure(
    provider: &'static Provider,
    memory: Option<Allocators>,
    support: Option<&IMAPISupport>,
    admin: Option<&IProviderAdmin>,
    (count, properties): (u32, *const abi::SPropValue),
) -> Outcome {
    let definition = provider.definition;
    let memory = memory.ok_or(Fault::new(abi::MAPI_E_INVALID_PARAMETER))?;
    // SAFETY: the caller's promise.
    let given = unsafe { values::read_all(properties, count) }
        .map_err(|fault| fault.with_code(abi::MAPI_E_UNCONFIGURED))?;
    let given = accepted(provider, given);
    let section = open_provider_section(memory, support, admin)?;
    let mut merged = Section::read(&section, definition, memory)?;
    merged.merge(
        given
            .iter()
            .map(|(tag, value)| (PropTag(*tag), value.clone())),
    );
    start_logging(definition, &merged.log_directory(definition));
    merged.settings(definition)?;
    let mut written = given;
    written.push((
        profile::PR_CONFIGURED,
        Value::Long(profile::SETTINGS_VERSION),
    ));
    client::set(&section, memory, &written)?;
    tracing::info!(
        service = definition.service_name,
        settings = written.len() - 1,
        "configured"
    );
    Ok(())
}

/// The properties that mean something to this provider. Values of settings are kept whatever their type: validation
/// tells what is wrong with them.
fn accepted(provider: &'static Provider, given: Vec<(PropTag, Value)>) -> Vec<(u32, Value)> {
    let own = [
        profile::PR_STORE_UID,
        profile::PR_STORE_DIRECTORY,
        profile::PR_LOG_DIRECTORY,
    ];
    let known = |tag: &PropTag| {
        own.contains(&tag.0)
            || provider
                .definition
                .settings
                .iter()
                .any(|setting| setting.property_id == tag.id())
    };
    let (known, unknown): (Vec<_>, Vec<_>) = given.into_iter().partition(|(tag, _)| known(tag));
    for (tag, _) in unknown {
        tracing::debug!(
            tag = format_args!("{:#010X}", tag.0),
            "a property that is no setting was left out"
        );
    }
    known
        .into_iter()
        .map(|(tag, value)| (tag.0, value))
        .collect()
}

/// The section of the service's provider, open for writing.
fn open_provider_section(
    memory: Allocators,
    support: Option<&IMAPISupport>,
    admin: Option<&IProviderAdmin>,
) -> Outcome<IMAPIProp> {
    let Some(admin) = admin else {
        let support = support.ok_or(Fault::new(abi::MAPI_E_INVALID_PARAMETER))?;
        return Support::open_profile_section(support, None, abi::MAPI_MODIFY);
    };
    let uid = provider_uid(admin, memory)?.map(|ab| abi::MAPIUID { ab });
    let uid = uid.as_ref().map_or(ptr::null(), ptr::from_ref);
    open_section(|section| {
        // SAFETY: the arguments are locals; NULL asks for the default interface.
        unsafe { admin.OpenProfileSection(uid, ptr::null(), abi::MAPI_MODIFY, section) }
    })
}

/// The UID of the store provider in the service's provider table \[provider-tables\].
fn provider_uid(admin: &IProviderAdmin, memory: Allocators) -> Outcome<Option<[u8; 16]>> {
    let mut table = ptr::null_mut();
    // SAFETY: the argument is a local.
    succeed(unsafe { admin.GetProviderTable(0, &mut table) })?;
    // SAFETY: on success the reference is ours.
    let table: IMAPITable = unsafe { owned(table)? };
    let columns = abi::SizedSPropTagArray::new([abi::PR_PROVIDER_UID, abi::PR_RESOURCE_TYPE]);
    // SAFETY: the array is a local.
    succeed(unsafe { table.SetColumns(columns.as_ptr(), 0) })?;
    let mut rows = ptr::null_mut();
    // SAFETY: the argument is a local.
    succeed(unsafe { table.QueryRows(PROVIDER_ROWS, 0, &mut rows) })?;
    // SAFETY: on success the set is ours, and so is each row's block.
    let rows = unsafe { Rows::new(memory, rows) };
    let mut first = None;
    for row in rows.read()? {
        let uid = row.iter().find_map(|(tag, value)| match value {
            Value::Binary(bytes) if tag.0 == abi::PR_PROVIDER_UID => {
                bytes.as_slice().try_into().ok()
            }
            _ => None,
        });
        let is_store = row.iter().any(|(tag, value)| {
            tag.0 == abi::PR_RESOURCE_TYPE
                && *value == Value::Long(abi::MAPI_STORE_PROVIDER.cast_signed())
        });
        if is_store && uid.is_some() {
            return Ok(uid);
        }
        first = first.or(uid);
    }
    Ok(first)
}

/// A row set that a table gave us. Each row is a block of its own \[managing-memory-for-adrlist-and-srowset-structures\].
struct Rows {
    memory: Allocators,
    set: Received<abi::SRowSet>,
}

impl Rows {
    /// # Safety
    /// `set` is a row set that is now ours, or NULL.
    unsafe fn new(memory: Allocators, set: *mut abi::SRowSet) -> Self {
        // SAFETY: the caller's promise.
        Self {
            memory,
            set: unsafe { Received::new(memory, set) },
        }
    }

    fn rows(&self) -> Vec<abi::SRow> {
        let set = self.set.as_ptr();
        if set.is_null() {
            return Vec::new();
        }
        // SAFETY: a row set holds as many rows as it says, for as long as we hold it.
        unsafe {
            arguments::array((&raw const (*set).aRow).cast(), (*set).cRows).unwrap_or_default()
        }
    }

    fn read(&self) -> Outcome<Vec<Vec<(PropTag, Value)>>> {
        // SAFETY: each row holds as many values as it says.
        self.rows()
            .iter()
            .map(|row| unsafe { values::read_all(row.lpProps, row.cValues) })
            .collect()
    }
}

impl Drop for Rows {
    fn drop(&mut self) {
        for row in self.rows() {
            // SAFETY: the row's block is ours and is not used after this.
            unsafe { self.memory.free(row.lpProps.cast()) };
        }
    }
}
