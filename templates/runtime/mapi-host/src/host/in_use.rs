//! What the process has in use.

/// The threads and handles of this process, where the system tells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct InUse {
    threads: usize,
    handles: usize,
}

/// What others in the process may come to use meanwhile.
const TOLERANCE: usize = 50;

impl InUse {
    /// What is in use now.
    #[cfg(target_os = "linux")]
    pub(crate) fn now() -> Self {
        let entries = |path: &str| std::fs::read_dir(path).map_or(0, Iterator::count);
        Self {
            threads: entries("/proc/self/task"),
            handles: entries("/proc/self/fd"),
        }
    }

    /// What is in use now.
    #[cfg(windows)]
    pub(crate) fn now() -> Self {
        #[link(name = "kernel32")]
        unsafe extern "system" {
            fn GetCurrentProcess() -> mapi_abi::HANDLE;
            fn GetProcessHandleCount(process: mapi_abi::HANDLE, count: *mut u32) -> i32;
        }
        let mut count = 0;
        // SAFETY: the pseudo handle of the process needs no closing; `count` is a place for the result.
        unsafe { GetProcessHandleCount(GetCurrentProcess(), &mut count) };
        // A thread that has not ended, or whose handle was not closed, counts here as well.
        Self {
            threads: 0,
            handles: count as usize,
        }
    }

    /// What is in use now: the system does not tell.
    #[cfg(not(any(target_os = "linux", windows)))]
    pub(crate) fn now() -> Self {
        Self::default()
    }

    /// Whether this is more than `before`, by more than others can be blamed for.
    pub(crate) fn exceeds(self, before: Self) -> bool {
        self.threads > before.threads + TOLERANCE || self.handles > before.handles + TOLERANCE
    }
}
