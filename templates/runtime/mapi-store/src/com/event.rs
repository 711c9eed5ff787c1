//! Events that a caller can wait for.
//!
//! A synchronization hands its caller something to wait on \[mapisib\]. On Windows that is a manual-reset event. Elsewhere
//! it is the read end of a pipe, given out as its file descriptor: it becomes readable (end of file) once the write end
//! is closed, stays so, and can be waited for with `poll` or a plain blocking `read`, which is what a manual-reset event
//! promises.
//!
//! Both ends own what they hold. [`Waitable`] closes its handle unless it was given away, [`Signal`] signals when it is
//! dropped at the latest, so that no waiter can be forgotten on any path.

use std::io;

use mapi_abi::HANDLE;

/// The end that signals. Dropping it signals too: a waiter must never hang because work ended early.
#[derive(Debug)]
pub struct Signal {
    // Held for its `Drop` alone.
    _end: system::Signal,
}

/// The end to wait on, until it is given away with [`Waitable::into_raw`].
#[derive(Debug)]
pub struct Waitable {
    end: system::Waitable,
}

/// Creates an event that is not signalled.
///
/// # Errors
/// What the system answers when it has no handles or descriptors left.
pub fn create() -> io::Result<(Signal, Waitable)> {
    let (signal, waitable) = system::create()?;
    Ok((Signal { _end: signal }, Waitable { end: waitable }))
}

impl Signal {
    /// Wakes everyone who waits, now and later, and closes this end.
    pub fn signal(self) {
        drop(self);
    }
}

impl Waitable {
    /// The handle, still this end's own. Never NULL.
    pub fn as_raw(&self) -> HANDLE {
        self.end.as_raw()
    }

    /// Gives the handle away; whoever receives it closes it. Never NULL.
    pub fn into_raw(self) -> HANDLE {
        self.end.into_raw()
    }
}

#[cfg(windows)]
mod system {
    use std::ffi::c_void;
    use std::io;
    use std::os::windows::io::{AsRawHandle, FromRawHandle, IntoRawHandle, OwnedHandle};

    use mapi_abi::HANDLE;

    #[link(name = "kernel32")]
    unsafe extern "system" {
        fn CreateEventW(
            attributes: *const c_void,
            manual_reset: i32,
            initial: i32,
            name: *const u16,
        ) -> *mut c_void;
        fn SetEvent(event: *mut c_void) -> i32;
    }

    #[derive(Debug)]
    pub(super) struct Signal(OwnedHandle);

    #[derive(Debug)]
    pub(super) struct Waitable(OwnedHandle);

    pub(super) fn create() -> io::Result<(Signal, Waitable)> {
        // SAFETY: every argument may be NULL or a plain number.
        let event = unsafe { CreateEventW(std::ptr::null(), 1, 0, std::ptr::null()) };
        if event.is_null() {
            return Err(io::Error::last_os_error());
        }
        // SAFETY: a fresh handle that nobody else owns.
        let theirs = unsafe { OwnedHandle::from_raw_handle(event) };
        // A handle of our own (DuplicateHandle underneath): the caller may close theirs at any moment.
        let ours = theirs.try_clone()?;
        Ok((Signal(ours), Waitable(theirs)))
    }

    impl Drop for Signal {
        fn drop(&mut self) {
            // SAFETY: the handle is ours and open until after this call.
            if unsafe { SetEvent(self.0.as_raw_handle().cast()) } == 0 {
                tracing::error!(error = %io::Error::last_os_error(), "the end of a synchronization could not be signalled");
            }
        }
    }

    impl Waitable {
        pub(super) fn as_raw(&self) -> HANDLE {
            self.0.as_raw_handle().cast()
        }

        pub(super) fn into_raw(self) -> HANDLE {
            self.0.into_raw_handle().cast()
        }
    }
}

#[cfg(not(windows))]
mod system {
    use std::io::{self, PipeReader, PipeWriter};
    use std::os::fd::{AsRawFd, IntoRawFd};

    use mapi_abi::HANDLE;

    // Closing the write end is the signal.
    #[derive(Debug)]
    pub(super) struct Signal(#[allow(dead_code)] PipeWriter);

    #[derive(Debug)]
    pub(super) struct Waitable(PipeReader);

    pub(super) fn create() -> io::Result<(Signal, Waitable)> {
        let (mut reader, mut writer) = io::pipe()?;
        // Descriptor 0 is free in a process without standard input, and a handle of 0 means that there is none. A
        // second descriptor of the same pipe cannot be 0 while the first one is.
        if reader.as_raw_fd() == 0 {
            reader = reader.try_clone()?;
        }
        if writer.as_raw_fd() == 0 {
            writer = writer.try_clone()?;
        }
        Ok((Signal(writer), Waitable(reader)))
    }

    impl Waitable {
        pub(super) fn as_raw(&self) -> HANDLE {
            std::ptr::without_provenance_mut(self.0.as_raw_fd() as usize)
        }

        pub(super) fn into_raw(self) -> HANDLE {
            std::ptr::without_provenance_mut(self.0.into_raw_fd() as usize)
        }
    }
}

/// What a host does with the handle it was given: waits for the signal and closes it.
#[cfg(test)]
pub(crate) mod host {
    use std::time::Duration;

    use mapi_abi::HANDLE;

    /// A handle in a host's hands.
    pub(crate) struct Given(system::Given);

    impl Given {
        /// Takes a handle over.
        ///
        /// # Safety
        /// The handle was given out by [`super::Waitable::into_raw`], once.
        pub(crate) unsafe fn new(handle: HANDLE) -> Self {
            // SAFETY: the caller's promise.
            Self(unsafe { system::Given::new(handle) })
        }

        /// Waits for the signal; `false` if it does not come in time.
        pub(crate) fn wait(&self, patience: Duration) -> bool {
            self.0.wait(patience)
        }
    }

    #[cfg(windows)]
    mod system {
        use std::os::windows::io::{AsRawHandle, FromRawHandle, OwnedHandle};
        use std::time::Duration;

        use mapi_abi::HANDLE;

        #[link(name = "kernel32")]
        unsafe extern "system" {
            fn WaitForSingleObject(handle: HANDLE, milliseconds: u32) -> u32;
        }

        pub(super) struct Given(OwnedHandle);

        impl Given {
            pub(super) unsafe fn new(handle: HANDLE) -> Self {
                // SAFETY: the caller's promise.
                Self(unsafe { OwnedHandle::from_raw_handle(handle.cast()) })
            }

            pub(super) fn wait(&self, patience: Duration) -> bool {
                // SAFETY: the handle is open as long as `self`.
                unsafe {
                    WaitForSingleObject(self.0.as_raw_handle().cast(), patience.as_millis() as u32)
                        == 0
                }
            }
        }
    }

    #[cfg(not(windows))]
    mod system {
        use std::io::{PipeReader, Read};
        use std::os::fd::{FromRawFd, OwnedFd};
        use std::sync::mpsc;
        use std::thread;
        use std::time::Duration;

        use mapi_abi::HANDLE;

        pub(super) struct Given(PipeReader);

        impl Given {
            pub(super) unsafe fn new(handle: HANDLE) -> Self {
                // SAFETY: the caller's promise.
                Self(unsafe { OwnedFd::from_raw_fd(handle.addr() as i32) }.into())
            }

            pub(super) fn wait(&self, patience: Duration) -> bool {
                let mut reader = self.0.try_clone().unwrap();
                let (done, waiter) = mpsc::channel();
                thread::spawn(move || {
                    done.send(reader.read(&mut [0]).is_ok_and(|count| count == 0))
                });
                waiter.recv_timeout(patience).unwrap_or(false)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::host::Given;
    use super::*;

    const SOON: Duration = Duration::from_secs(30);

    #[test]
    fn a_signal_wakes_those_who_wait_and_those_who_come_later() {
        let (signal, waitable) = create().unwrap();
        let handle = waitable.into_raw();
        assert!(!handle.is_null());
        // SAFETY: given out above, once.
        let given = unsafe { Given::new(handle) };
        assert!(!given.wait(Duration::from_millis(20)));
        std::thread::scope(|scope| {
            let waiter = scope.spawn(|| given.wait(SOON));
            signal.signal();
            assert!(waiter.join().unwrap());
        });
        assert!(given.wait(SOON), "the event stays signalled");
    }

    #[test]
    fn dropping_the_signal_signals() {
        let (signal, waitable) = create().unwrap();
        // SAFETY: given out here, once.
        let given = unsafe { Given::new(waitable.into_raw()) };
        drop(signal);
        assert!(given.wait(SOON));
    }

    #[test]
    fn the_waiter_may_close_its_handle_first() {
        let (signal, waitable) = create().unwrap();
        // SAFETY: given out here, once.
        drop(unsafe { Given::new(waitable.into_raw()) });
        signal.signal();
    }
}
