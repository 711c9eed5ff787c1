//! Progress of a long operation, reported to the `IMAPIProgress` of the caller \[how-to-display-a-progress-indicator\].

use std::ffi::c_void;

use mapi_abi::{self as abi, IMAPIProgress};
use windows_core::Interface;

use super::support::Support;

/// The scale of an operation that reports on its own.
const TOP_LEVEL_SCALE: u32 = 1000;

/// Reports how many of an operation's items are done.
///
/// A progress object belongs to the calling thread, so this type stays on it too. No lock may be held while it reports.
pub struct Progress {
    sink: Option<IMAPIProgress>,
    top_level: bool,
    minimum: u32,
    maximum: u32,
    total: u32,
}

impl Progress {
    /// Reports to nobody.
    pub fn silent() -> Self {
        Self {
            sink: None,
            top_level: false,
            minimum: 0,
            maximum: 0,
            total: 0,
        }
    }

    /// Reports `total` steps to the caller's object or, where the caller wants a dialog but has none, to MAPI's own.
    ///
    /// Without `dialog` the pointer is not looked at.
    ///
    /// # Safety
    /// `progress` is NULL or a valid `IMAPIProgress` for the length of the call.
    pub unsafe fn new(
        support: Option<&Support>,
        progress: *mut c_void,
        ui_param: usize,
        dialog: bool,
        total: usize,
    ) -> Self {
        if !dialog {
            return Self::silent();
        }
        // SAFETY: the caller's promise.
        let sink = unsafe { IMAPIProgress::from_raw_borrowed(&progress) }
            .cloned()
            .or_else(|| support.and_then(|support| support.progress_dialog(ui_param).ok()));
        let Some(sink) = sink else {
            return Self::silent();
        };
        let mut flags = 0;
        // SAFETY: the object is valid, the argument a local.
        let top_level =
            unsafe { sink.GetFlags(&mut flags) }.is_ok() && flags & abi::MAPI_TOP_LEVEL != 0;
        let (mut minimum, mut maximum) = (0, TOP_LEVEL_SCALE);
        if !top_level {
            // SAFETY: as above.
            let known =
                unsafe { sink.GetMin(&mut minimum).is_ok() && sink.GetMax(&mut maximum).is_ok() };
            if !known || maximum < minimum {
                (minimum, maximum) = (0, TOP_LEVEL_SCALE);
            }
        }
        let total = u32::try_from(total).unwrap_or(u32::MAX).max(1);
        Self {
            sink: Some(sink),
            top_level,
            minimum,
            maximum,
            total,
        }
    }

    /// Says that the items from `first` up to `end` begin: gives what they call their share of the scale.
    pub fn begin(&self, first: usize, end: usize) {
        let Some(sink) = self.sink.as_ref().filter(|_| self.top_level) else {
            return;
        };
        let (mut minimum, mut maximum, mut flags) = (self.value(first), self.value(end), 0);
        // SAFETY: the object is valid, the arguments are locals.
        let _ = unsafe { sink.SetLimits(&mut minimum, &mut maximum, &mut flags) };
    }

    /// Says that `count` items are done. `false` when the user wants to stop.
    pub fn done(&self, count: usize) -> bool {
        let Some(sink) = &self.sink else { return true };
        let index = u32::try_from(count).unwrap_or(u32::MAX);
        let (count, total) = if self.top_level {
            (index, self.total)
        } else {
            (0, 0)
        };
        // SAFETY: the object is valid.
        let code = unsafe { sink.Progress(self.value(index as usize), count, total) };
        code != abi::MAPI_E_USER_CANCEL
    }

    fn value(&self, count: usize) -> u32 {
        let span = u64::from(self.maximum - self.minimum);
        let part = span * (count as u64).min(u64::from(self.total)) / u64::from(self.total.max(1));
        self.minimum + u32::try_from(part).unwrap_or(0)
    }

    /// The raw object for a call that reports on its own, such as `IMAPISupport::CopyMessages`; NULL if nobody listens.
    pub fn as_raw(&self) -> *mut c_void {
        self.sink
            .as_ref()
            .map_or(std::ptr::null_mut(), Interface::as_raw)
    }
}
