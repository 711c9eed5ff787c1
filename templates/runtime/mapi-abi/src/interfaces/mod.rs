//! The interfaces, with their methods in vtable order.
//!
//! A provider implements them with `#[windows_core::implement(...)]`, a host calls them: both through these declarations.
//! In arguments an interface pointer is a `*mut c_void`, an out interface pointer a `*mut *mut c_void`, and a string whose
//! width depends on [`MAPI_UNICODE`](crate::MAPI_UNICODE) a `*const c_void`.
//!
//! The name in brackets at the end of a description is the name of the page in Microsoft's MAPI documentation.

// The `interface` macro writes functions for each declaration; what it writes is not ours to shape.
#![allow(
    non_snake_case,
    unsafe_op_in_unsafe_fn,
    clippy::missing_safety_doc,
    clippy::too_many_arguments
)]

mod called;
mod com;
mod content;
mod prop;
mod provider;
mod session;
mod support;
mod table;

pub use called::*;
pub use com::*;
pub use content::*;
pub use prop::*;
pub use provider::*;
pub use session::*;
pub use support::*;
pub use table::*;
