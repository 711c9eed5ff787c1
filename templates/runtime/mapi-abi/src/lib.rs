//! MAPI's binary interface: constants, property tags, structures, interfaces.
//!
//! Declarations only, with the names and the layouts of Microsoft's headers. Everything is at the root:
//!
//! ```
//! # #[cfg(feature = "runtime")] {
//! use mapi_abi::*;
//!
//! let tags = SizedSPropTagArray::new([PR_ENTRYID, PR_DISPLAY_NAME]);
//! assert_eq!(tags.cValues, 2);
//! assert_eq!(prop_type(PR_DISPLAY_NAME), PT_UNICODE);
//! # }
//! ```
//!
//! A provider implements an interface like this, and MAPI, or a host, calls it through its vtable:
//!
//! ```
//! # #[cfg(feature = "runtime")] {
//! use mapi_abi::*;
//!
//! #[windows_core::implement(IMAPIAdviseSink)]
//! struct Sink;
//!
//! impl IMAPIAdviseSink_Impl for Sink_Impl {
//!     unsafe fn OnNotify(&self, _count: u32, _notifications: *const NOTIFICATION) -> u32 {
//!         0
//!     }
//! }
//!
//! let sink: IMAPIAdviseSink = Sink.into();
//! assert_eq!(unsafe { sink.OnNotify(0, std::ptr::null()) }, 0);
//! # }
//! ```

/// The text of this crate, for the generator that copies it.
#[cfg(feature = "sources")]
pub static SOURCES: include_dir::Dir<'_> = include_dir::include_dir!("$CARGO_MANIFEST_DIR");

macro_rules! runtime {
    ($($module:ident)*) => {$(
        #[cfg(feature = "runtime")]
        // The names are MAPI's.
        #[allow(non_camel_case_types, non_upper_case_globals)]
        mod $module;
        #[cfg(feature = "runtime")]
        pub use $module::*;
    )*};
}

runtime! { constants entry guids interfaces structs tags }

#[cfg(feature = "runtime")]
pub use windows_core::{GUID, HRESULT, IUnknown};
