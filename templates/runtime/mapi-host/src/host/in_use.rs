//! What the process has in use.

/// The threads and handles of this process, as far as the system tells.
///
/// Handles are file descriptors where there are no handles. A thread that has just ended may count for a moment longer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct InUse {
    /// Threads that have not ended.
    pub threads: Option<usize>,
    /// Open handles.
    pub handles: Option<usize>,
}

impl InUse {
    /// What is in use now.
    pub fn now() -> Self {
        Self {
            threads: system::threads(),
            handles: system::handles(),
        }
    }

    /// Whether this is more than `before` by more than `tolerance`: what others in the process may come to use meanwhile.
    pub fn exceeds(self, before: Self, tolerance: usize) -> bool {
        let exceeds = |now: Option<usize>, before: Option<usize>| match (now, before) {
            (Some(now), Some(before)) => now > before + tolerance,
            _ => false,
        };
        exceeds(self.threads, before.threads) || exceeds(self.handles, before.handles)
    }
}

#[cfg(target_os = "linux")]
mod system {
    pub(super) fn threads() -> Option<usize> {
        entries("/proc/self/task")
    }

    pub(super) fn handles() -> Option<usize> {
        entries("/proc/self/fd")
    }

    fn entries(directory: &str) -> Option<usize> {
        std::fs::read_dir(directory).ok().map(Iterator::count)
    }
}

#[cfg(windows)]
mod system {
    use mapi_abi::HANDLE;
    use std::os::windows::io::{AsRawHandle, FromRawHandle, OwnedHandle};

    /// `THREADENTRY32`.
    #[repr(C)]
    #[derive(Default)]
    struct ThreadEntry {
        size: u32,
        usage: u32,
        thread: u32,
        process: u32,
        base_priority: i32,
        delta_priority: i32,
        flags: u32,
    }

    const TH32CS_SNAPTHREAD: u32 = 4;
    const INVALID_HANDLE_VALUE: HANDLE = -1isize as HANDLE;

    /// Handles are given out from the bottom up, in steps of four; none follows a gap of so many.
    const GAP: usize = 1024;

    #[link(name = "kernel32")]
    unsafe extern "system" {
        fn CreateToolhelp32Snapshot(flags: u32, process: u32) -> HANDLE;
        fn GetCurrentProcess() -> HANDLE;
        fn GetHandleInformation(handle: HANDLE, flags: *mut u32) -> i32;
        fn GetProcessHandleCount(process: HANDLE, count: *mut u32) -> i32;
        fn Thread32First(snapshot: HANDLE, entry: *mut ThreadEntry) -> i32;
        fn Thread32Next(snapshot: HANDLE, entry: *mut ThreadEntry) -> i32;
    }

    pub(super) fn threads() -> Option<usize> {
        // SAFETY: plain numbers; the list is of all processes.
        let snapshot = unsafe { CreateToolhelp32Snapshot(TH32CS_SNAPTHREAD, 0) };
        if snapshot == INVALID_HANDLE_VALUE {
            return None;
        }
        // SAFETY: a fresh handle that nobody else owns.
        let snapshot = unsafe { OwnedHandle::from_raw_handle(snapshot) };
        let mut entry = ThreadEntry {
            size: size_of::<ThreadEntry>() as u32,
            ..ThreadEntry::default()
        };
        let mut threads = 0;
        // SAFETY: the handle is open, and the entry tells its size.
        let mut more = unsafe { Thread32First(snapshot.as_raw_handle(), &mut entry) };
        while more != 0 {
            threads += usize::from(entry.process == std::process::id());
            // SAFETY: as above.
            more = unsafe { Thread32Next(snapshot.as_raw_handle(), &mut entry) };
        }
        Some(threads)
    }

    pub(super) fn handles() -> Option<usize> {
        let mut count = 0;
        // SAFETY: the pseudo handle of the process needs no closing; `count` is a place for the result.
        let answered = unsafe { GetProcessHandleCount(GetCurrentProcess(), &mut count) } != 0;
        // Wine answers that there are none.
        if answered && count > 0 {
            return Some(count as usize);
        }
        Some(probe())
    }

    /// Counts the numbers that are handles.
    fn probe() -> usize {
        let (mut handles, mut gap) = (0, 0);
        for number in (4_usize..).step_by(4) {
            let mut flags = 0;
            // SAFETY: the system checks the handle; `flags` is a place for the result.
            if unsafe { GetHandleInformation(number as HANDLE, &mut flags) } != 0 {
                handles += 1;
                gap = 0;
            } else {
                gap += 1;
            }
            if gap == GAP {
                break;
            }
        }
        handles
    }
}

#[cfg(not(any(target_os = "linux", windows)))]
mod system {
    pub(super) fn threads() -> Option<usize> {
        None
    }

    pub(super) fn handles() -> Option<usize> {
        None
    }
}

#[cfg(all(test, any(target_os = "linux", windows)))]
mod tests {
    use super::*;

    #[test]
    fn what_comes_into_use_is_counted() {
        let before = InUse::now();
        let files: Vec<_> = (0..40)
            .map(|_| std::fs::File::open(std::env::current_exe().unwrap()).unwrap())
            .collect();
        let (sender, receiver) = std::sync::mpsc::channel::<()>();
        let receiver = std::sync::Arc::new(std::sync::Mutex::new(receiver));
        let threads: Vec<_> = (0..40)
            .map(|_| {
                let receiver = receiver.clone();
                std::thread::spawn(move || {
                    let _ = receiver.lock().unwrap().recv();
                })
            })
            .collect();
        let now = InUse::now();
        // Other tests run beside this one.
        assert!(
            now.handles >= before.handles.map(|count| count + 20),
            "{before:?} {now:?}"
        );
        assert!(
            now.threads >= before.threads.map(|count| count + 20),
            "{before:?} {now:?}"
        );
        assert!(now.exceeds(before, 10));
        assert!(!now.exceeds(before, 1_000_000));
        drop((files, sender));
        for thread in threads {
            thread.join().unwrap();
        }
    }
}
