//! The functions that a provider DLL exports, and the memory functions that it is given.

use crate::*;
use core::ffi::c_void;

/// The service provider interface version that the headers declare, and that a provider reports.
pub const CURRENT_SPI_VERSION: u32 = 0x0001_0010;
/// The version of the first provider kit.
pub const PDK1_SPI_VERSION: u32 = 0x0001_0000;
/// The version of the second provider kit.
pub const PDK2_SPI_VERSION: u32 = 0x0001_0008;
/// The version of the third provider kit; the same as [`CURRENT_SPI_VERSION`].
pub const PDK3_SPI_VERSION: u32 = 0x0001_0010;

/// A module handle.
pub type HINSTANCE = *mut c_void;

/// A waitable event.
///
/// On Windows a kernel event. Elsewhere the value is a file descriptor (never 0) that becomes readable when the event is
/// signalled, and that its owner closes with `close(2)`: in practice the read end of a pipe whose write end the provider
/// writes to or closes.
pub type HANDLE = *mut c_void;

/// Allocates a block that [`FREEBUFFER`] frees; `size` in bytes. `[mapiallocatebuffer]`
pub type ALLOCATEBUFFER = unsafe extern "system" fn(size: u32, buffer: *mut *mut c_void) -> SCODE;

/// Allocates a block that is freed along with `object`, a block of [`ALLOCATEBUFFER`]. `[mapiallocatemore]`
pub type ALLOCATEMORE =
    unsafe extern "system" fn(size: u32, object: *mut c_void, buffer: *mut *mut c_void) -> SCODE;

/// Frees a block of [`ALLOCATEBUFFER`] and everything linked to it; NULL is allowed. `[mapifreebuffer]`
pub type FREEBUFFER = unsafe extern "system" fn(buffer: *mut c_void) -> u32;

/// The entry point `MSProviderInit` of a message store provider. On 32-bit Windows it is `__cdecl`. `[msproviderinit]`
pub type MSPROVIDERINIT = unsafe extern "C" fn(
    instance: HINSTANCE,
    malloc: *mut c_void,
    allocate_buffer: Option<ALLOCATEBUFFER>,
    allocate_more: Option<ALLOCATEMORE>,
    free_buffer: Option<FREEBUFFER>,
    flags: u32,
    mapi_version: u32,
    provider_version: *mut u32,
    provider: *mut *mut c_void,
) -> HRESULT;

/// The entry point of a message service. On 32-bit Windows it is `__stdcall`. `[msgserviceentry]`
pub type MSGSERVICEENTRY = unsafe extern "system" fn(
    instance: HINSTANCE,
    malloc: *mut c_void,
    support: *mut c_void,
    ui_param: usize,
    flags: u32,
    context: u32,
    value_count: u32,
    values: *const SPropValue,
    provider_admin: *mut c_void,
    error: *mut *mut MAPIERROR,
) -> HRESULT;
