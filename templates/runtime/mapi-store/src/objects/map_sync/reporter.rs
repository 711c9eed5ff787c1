//! What the caller of one synchronization hears: progress, problems, and once, at the very end, that it is over.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use mapi_abi as abi;
use mapi_abi::{HANDLE, IMAPISyncProgressCallback};
use windows_core::HRESULT;

use crate::com::event::Signal;
use crate::com::strings::to_wide;

/// What is said where a problem came without words: the dialog shows the text, so it must not be empty.
const UNNAMED_PROBLEM: &str = "The synchronization failed.";

/// A callback on its way to the worker.
struct Callback(IMAPISyncProgressCallback);

// SAFETY: MAPI's objects may be called on any thread [threading-in-mapi]; the reference was taken on the caller's and
// is used and released on the worker's alone.
unsafe impl Send for Callback {}

/// The handle that the caller was given: a number to pass back, owned by the caller.
struct Given(HANDLE);

// SAFETY: a number, as far as we are concerned.
unsafe impl Send for Given {}

/// The reporting end of one call. Once the call is accepted, and whatever happens then, the caller hears the end exactly
/// once; before that, it hears nothing.
pub(super) struct Reporter {
    callback: Option<Callback>,
    given: Given,
    signal: Option<Signal>,
    accepted: Arc<AtomicBool>,
    /// Whether the callback failed to take progress.
    deaf: bool,
    /// The latest progress, which never goes back: a remote may report from several threads.
    index: u32,
    /// Whether the user was told of a problem.
    complained: bool,
    finished: bool,
}

impl Reporter {
    /// For a caller with this callback, if it has one; `given` is the handle that it got, or NULL, and `signal` our end
    /// of the same event.
    pub(super) fn new(
        callback: Option<IMAPISyncProgressCallback>,
        given: HANDLE,
        signal: Option<Signal>,
    ) -> Self {
        Self {
            callback: callback.map(Callback),
            given: Given(given),
            signal,
            accepted: Arc::default(),
            deaf: false,
            index: 0,
            complained: false,
            finished: false,
        }
    }

    /// To be set once the call is accepted.
    pub(super) fn acceptance(&self) -> Arc<AtomicBool> {
        self.accepted.clone()
    }

    /// Passes progress on. A callback that fails is left alone from then on, which does not stop the work.
    pub(super) fn progress(&mut self, text: Option<&str>, index: u32, maximum: u32) {
        let Some(Callback(callback)) = self.callback.as_ref().filter(|_| !self.deaf) else {
            return;
        };
        let text = text.filter(|text| !text.is_empty()).map(to_wide);
        let text = text.as_ref().map_or(std::ptr::null(), Vec::as_ptr);
        let maximum = maximum.max(1);
        self.index = self.index.max(index.min(maximum));
        // SAFETY: the callback is a valid object, the text NULL or terminated, and valid for the call.
        self.deaf = unsafe { callback.Progress(text, self.index, maximum) }.is_err();
    }

    /// Passes a problem on that the user should see.
    pub(super) fn error(&mut self, code: HRESULT, text: &str) {
        self.complained = true;
        let Some(Callback(callback)) = &self.callback else {
            return;
        };
        let text = if text.trim().is_empty() {
            UNNAMED_PROBLEM
        } else {
            text
        };
        let text = to_wide(text);
        // SAFETY: the callback is a valid object, the text terminated, and valid for the call.
        let answer = unsafe { callback.Error(code, text.as_ptr()) };
        if answer.is_err() {
            tracing::debug!(
                code = format_args!("{:#010X}", answer.0),
                "the callback refused an error"
            );
        }
    }

    /// The end: `Done`, then the event, so that whoever waits for the event finds everything said. The callback is
    /// released here, on the worker. `explanation` is for a user who was not told of any problem yet.
    pub(super) fn done(mut self, code: HRESULT, explanation: Option<&str>) {
        if let Some(text) = explanation.filter(|_| !self.complained) {
            self.error(code, text);
        }
        self.finish(code);
    }

    fn finish(&mut self, code: HRESULT) {
        if std::mem::replace(&mut self.finished, true) {
            return;
        }
        if let Some(Callback(callback)) = self.callback.take() {
            // SAFETY: the callback is a valid object; the handle is the caller's own, or NULL.
            let answer = unsafe { callback.Done(self.given.0, code) };
            if answer.is_err() {
                tracing::debug!(
                    code = format_args!("{:#010X}", answer.0),
                    "the callback refused the end"
                );
            }
        }
        if let Some(signal) = self.signal.take() {
            signal.signal();
        }
    }
}

impl Drop for Reporter {
    fn drop(&mut self) {
        if self.accepted.load(Ordering::Acquire) {
            // The worker broke off without a word.
            self.finish(abi::MAPI_E_CALL_FAILED);
        }
    }
}
