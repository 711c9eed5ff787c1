//! A stand-in for Outlook.
//!
//! This crate drives a MAPI message store provider the way MAPI and Outlook do, through `MSProviderInit`, `ServiceEntry`
//! and the vtables of the objects behind them. It sees nothing else of a provider, so it can judge any provider; it is for
//! tests and examples and never ships inside a DLL.
//!
//! ```no_run
//! # fn main() -> mapi_host::Result<()> {
//! # let provider = mapi_host::Provider::load("contoso32.dll".as_ref()).unwrap();
//! let host = mapi_host::Host::new();
//! host.configure(&provider, &[])?;
//! let session = host.logon(&provider)?;
//! for row in session.inbox()?.contents()?.rows(&[mapi_abi::PR_SUBJECT])? {
//!     println!("{}", row.text(mapi_abi::PR_SUBJECT).unwrap_or_default());
//! }
//! session.logoff()?;
//! host.assert_clean();
//! # Ok(())
//! # }
//! ```
//!
//! A [`Host`] owns the [memory functions](MapiMemory), which count and catch misuse, the [profile](Profile), the
//! notification engine and the [record](Call) of everything the provider asked of MAPI. [`Session`], [`Folder`],
//! [`Message`], [`Attachment`], [`Table`] and [`Stream`] wrap the interface pointers of the provider in safe functions
//! with owned values. What a provider returns is read with care: a pointer that does not lie in a block of the host's
//! memory functions is reported, not followed.

#[cfg(feature = "runtime")]
pub mod conformance;
#[cfg(feature = "runtime")]
mod host;

#[cfg(feature = "runtime")]
pub use host::*;

/// The text of this crate, for the generator that copies it.
#[cfg(feature = "sources")]
pub static SOURCES: include_dir::Dir<'_> = include_dir::include_dir!("$CARGO_MANIFEST_DIR");
