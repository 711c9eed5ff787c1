//! What makes a vtable safe to enter: a guard against panics, checked arguments, MAPI's memory, strings of both widths,
//! and conversions between MAPI's structures and the store's types.

pub mod arguments;
pub mod client;
pub(crate) mod code_page;
pub mod event;
pub mod fault;
pub mod guard;
pub mod mapi_error;
pub mod memory;
pub mod module;
pub mod progress;
pub mod restriction;
pub mod sort;
pub mod strings;
pub mod support;
#[cfg(test)]
pub(crate) mod test_memory;
pub mod values;
