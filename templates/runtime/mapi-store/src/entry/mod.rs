//! How MAPI gets into the DLL: `MSProviderInit` for opening stores, `ServiceEntry` for configuring the message service.

mod location;
mod logging;
pub mod profile;
pub mod registration;
mod service;
mod spool;

use std::ffi::c_void;

use mapi_abi::{self as abi, IMSProvider};
use windows_core::{HRESULT, Interface};

pub use location::{expand, expand_with, store_file};
pub use logging::{LOG_DIRECTORY, LOG_LEVEL};
pub use service::service_entry;
pub(crate) use spool::SpoolData;

use crate::com::arguments;
use crate::com::fault::Fault;
use crate::com::guard::guard;
use crate::com::memory::Allocators;
use crate::definition::ProviderDefinition;
use crate::objects::ms_provider::MsProvider;
use crate::settings::Settings;
use crate::sync::{Remote, RemoteError};

pub(crate) use logging::start as start_logging;

/// Makes the other side of a store's synchronization from what the user configured.
pub type Connect = fn(&Settings) -> Result<Box<dyn Remote>, RemoteError>;

/// What [`export_provider!`](crate::export_provider) hands to the entry points.
#[derive(Clone, Copy)]
pub struct Provider {
    /// What the provider is.
    pub definition: &'static ProviderDefinition,
    /// Where the mail lives; `None` for a provider without synchronization.
    pub connect: Option<Connect>,
}

/// Exports a provider: writes `MSProviderInit` and `ServiceEntry` into the crate that invokes it.
///
/// The first argument names a `static` [`ProviderDefinition`], the second a [`Connect`] function; a provider without
/// synchronization leaves it out.
///
/// ```ignore
/// mapi_store::export_provider!(spec::DEFINITION, remote::connect);
/// ```
#[macro_export]
macro_rules! export_provider {
    ($definition:path) => {
        $crate::export_provider!(@exports $definition, ::core::option::Option::None);
    };
    ($definition:path, $connect:path) => {
        $crate::export_provider!(@exports $definition, ::core::option::Option::Some($connect as $crate::entry::Connect));
    };
    (@exports $definition:path, $connect:expr) => {
        static MAPI_PROVIDER: $crate::entry::Provider =
            $crate::entry::Provider { definition: &$definition, connect: $connect };

        /// Creates a provider object: what MAPI calls first. `__cdecl` on 32-bit Windows. \[msproviderinit\]
        ///
        /// # Safety
        /// For MAPI, or a host that keeps MAPI's rules: all pointers are valid or NULL as the page says.
        #[allow(unsafe_code, non_snake_case, clippy::too_many_arguments)]
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn MSProviderInit(
            instance: $crate::abi::HINSTANCE,
            malloc: *mut ::core::ffi::c_void,
            allocate_buffer: ::core::option::Option<$crate::abi::ALLOCATEBUFFER>,
            allocate_more: ::core::option::Option<$crate::abi::ALLOCATEMORE>,
            free_buffer: ::core::option::Option<$crate::abi::FREEBUFFER>,
            flags: u32,
            mapi_version: u32,
            provider_version: *mut u32,
            provider: *mut *mut ::core::ffi::c_void,
        ) -> $crate::abi::HRESULT {
            let _ = (instance, malloc, flags);
            let allocators = (allocate_buffer, allocate_more, free_buffer);
            // SAFETY: the caller's promise.
            unsafe {
                $crate::entry::ms_provider_init(
                    &MAPI_PROVIDER,
                    allocators,
                    mapi_version,
                    provider_version,
                    provider,
                )
            }
        }

        /// Configures the message service in a profile. `__stdcall` on 32-bit Windows. \[msgserviceentry\]
        ///
        /// # Safety
        /// For MAPI, or a host that keeps MAPI's rules: all pointers are valid or NULL as the page says.
        #[allow(unsafe_code, non_snake_case, clippy::too_many_arguments)]
        #[unsafe(no_mangle)]
        pub unsafe extern "system" fn ServiceEntry(
            instance: $crate::abi::HINSTANCE,
            malloc: *mut ::core::ffi::c_void,
            support: *mut ::core::ffi::c_void,
            ui_param: usize,
            flags: u32,
            context: u32,
            value_count: u32,
            values: *const $crate::abi::SPropValue,
            provider_admin: *mut ::core::ffi::c_void,
            error: *mut *mut $crate::abi::MAPIERROR,
        ) -> $crate::abi::HRESULT {
            let _ = (instance, malloc, ui_param);
            // SAFETY: the caller's promise.
            unsafe {
                $crate::entry::service_entry(
                    &MAPI_PROVIDER,
                    support,
                    flags,
                    context,
                    (value_count, values),
                    provider_admin,
                    error,
                )
            }
        }
    };
}

/// The three memory functions as `MSProviderInit` gets them.
pub type AllocatorArguments = (
    Option<abi::ALLOCATEBUFFER>,
    Option<abi::ALLOCATEMORE>,
    Option<abi::FREEBUFFER>,
);

/// The body of `MSProviderInit` \[msproviderinit\].
///
/// # Safety
/// The pointers are NULL or valid for writing.
pub unsafe fn ms_provider_init(
    provider: &'static Provider,
    allocators: AllocatorArguments,
    mapi_version: u32,
    provider_version: *mut u32,
    out: *mut *mut c_void,
) -> HRESULT {
    // SAFETY: the caller's promise. Before all else: also a panic leaves no garbage behind.
    unsafe { arguments::clear(out) };
    guard("MSProviderInit", || {
        // SAFETY: the caller's promise.
        unsafe {
            arguments::require(provider_version)?;
            arguments::require(out)?;
            arguments::put(provider_version, abi::CURRENT_SPI_VERSION);
            if mapi_version < abi::CURRENT_SPI_VERSION {
                return Err(Fault::new(abi::MAPI_E_VERSION));
            }
            let (allocate, more, free) = allocators;
            let memory = Allocators::new(allocate, more, free)?;
            memory.keep();
            let object: IMSProvider = MsProvider::create(*provider, memory);
            arguments::put(out, object.into_raw());
        }
        Ok(())
    })
}
