//! What a provider calls on objects that it is handed: sinks, progress, callbacks.

use crate::*;
use core::ffi::c_void;
use windows_core::{HRESULT, IUnknown, IUnknown_Vtbl};

/// A receiver of notifications. `[imapiadvisesinkiunknown]`
#[windows_core::interface("00020302-0000-0000-C000-000000000046")]
pub unsafe trait IMAPIAdviseSink: IUnknown {
    /// Reports events; the result is 0 or [`CALLBACK_DISCONTINUE`]. `[imapiadvisesink-onnotify]`
    pub unsafe fn OnNotify(&self, count: u32, notifications: *const NOTIFICATION) -> u32;
}

/// A progress display. `[imapiprogressiunknown]`
#[windows_core::interface("0002031F-0000-0000-C000-000000000046")]
pub unsafe trait IMAPIProgress: IUnknown {
    /// Reports progress; `count` of `total` items are done. `[imapiprogress-progress]`
    pub unsafe fn Progress(&self, value: u32, count: u32, total: u32) -> HRESULT;
    /// Reads whether this is the top level of the operation. `[imapiprogress-getflags]`
    pub unsafe fn GetFlags(&self, flags: *mut u32) -> HRESULT;
    /// Reads the value that means finished. `[imapiprogress-getmax]`
    pub unsafe fn GetMax(&self, max: *mut u32) -> HRESULT;
    /// Reads the value that means just begun. `[imapiprogress-getmin]`
    pub unsafe fn GetMin(&self, min: *mut u32) -> HRESULT;
    /// Sets range and flags for the level below. `[imapiprogress-setlimits]`
    pub unsafe fn SetLimits(&self, min: *mut u32, max: *mut u32, flags: *mut u32) -> HRESULT;
}

/// Where a background synchronization reports. `[imapisyncprogresscallbackiunknown]`
#[windows_core::interface("5024a386-2d44-486a-81a8-8f0ecb6071dd")]
pub unsafe trait IMAPISyncProgressCallback: IUnknown {
    /// Reports the position; `text` is UTF-16 and may be NULL. `[imapisyncprogresscallback-progress]`
    pub unsafe fn Progress(&self, text: *const u16, index: u32, index_max: u32) -> HRESULT;
    /// Reports a problem that the user should see. `[imapisyncprogresscallback-error]`
    pub unsafe fn Error(&self, error: HRESULT, text: *const u16) -> HRESULT;
    /// Reports the end and hands the event back. `[imapisyncprogresscallback-done]`
    pub unsafe fn Done(&self, thread_done_event: HANDLE, result: HRESULT) -> HRESULT;
}

/// Reaches the session from the support object. `[imapigetsessioniunknown]`
#[windows_core::interface("614ab435-491d-4f5b-a8b4-60eb031030c6")]
pub unsafe trait IMAPIGetSession: IUnknown {
    /// Returns the session object. `[imapigetsession-getmapisession]`
    pub unsafe fn GetMAPISession(&self, session: *mut *mut c_void) -> HRESULT;
}
