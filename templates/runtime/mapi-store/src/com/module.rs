//! The DLL itself, as far as a provider has to care.

/// Keeps this DLL loaded until the process ends.
///
/// For a thread that could not be waited for: MAPI unloads a provider when it is done with it, and a thread whose code is
/// gone takes the process with it. Off Windows nobody unloads a library behind the back of its threads.
pub fn pin() {
    #[cfg(windows)]
    {
        use std::ffi::c_void;

        const FLAG_PIN: u32 = 1;
        const FLAG_FROM_ADDRESS: u32 = 4;

        #[link(name = "kernel32")]
        unsafe extern "system" {
            fn GetModuleHandleExW(
                flags: u32,
                address: *const c_void,
                module: *mut *mut c_void,
            ) -> i32;
        }

        let mut module = std::ptr::null_mut();
        let address = (pin as fn() as *const ()).cast();
        // SAFETY: an address in this module, and a local for the answer.
        if unsafe { GetModuleHandleExW(FLAG_PIN | FLAG_FROM_ADDRESS, address, &mut module) } == 0 {
            tracing::error!("the DLL could not be pinned");
        }
    }
}
