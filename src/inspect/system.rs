//! Which DLLs are part of Windows.

/// DLLs in System32 of every Windows that classic Outlook runs on, as far as a provider in Rust may come to need them.
///
/// msvcrt.dll and ucrtbase.dll are C runtimes, yet part of Windows: the first always was, the second since Windows 10. Every
/// other C runtime comes with a redistributable package that the user's machine may not have.
const SYSTEM: &[&str] = &[
    "advapi32.dll",
    "bcrypt.dll",
    "bcryptprimitives.dll",
    "cabinet.dll",
    "cfgmgr32.dll",
    "combase.dll",
    "comctl32.dll",
    "comdlg32.dll",
    "credui.dll",
    "crypt32.dll",
    "cryptbase.dll",
    "cryptsp.dll",
    "dbghelp.dll",
    "dnsapi.dll",
    "dwmapi.dll",
    "gdi32.dll",
    "imm32.dll",
    "iphlpapi.dll",
    "kernel32.dll",
    "kernelbase.dll",
    "mpr.dll",
    "msi.dll",
    "msvcrt.dll",
    "mswsock.dll",
    "ncrypt.dll",
    "netapi32.dll",
    "normaliz.dll",
    "ntdll.dll",
    "ole32.dll",
    "oleaut32.dll",
    "powrprof.dll",
    "propsys.dll",
    "psapi.dll",
    "rpcrt4.dll",
    "sechost.dll",
    "secur32.dll",
    "setupapi.dll",
    "shcore.dll",
    "shell32.dll",
    "shlwapi.dll",
    "sspicli.dll",
    "ucrtbase.dll",
    "urlmon.dll",
    "user32.dll",
    "userenv.dll",
    "uxtheme.dll",
    "version.dll",
    "winhttp.dll",
    "wininet.dll",
    "winmm.dll",
    "winspool.drv",
    "wintrust.dll",
    "wldap32.dll",
    "ws2_32.dll",
    "wtsapi32.dll",
    "xmllite.dll",
];

/// Beginnings of API sets: names that the loader itself maps to system DLLs, without a search. The C runtime's
/// (`api-ms-win-crt-`) lead to ucrtbase.dll.
const API_SETS: [&str; 2] = ["api-ms-win-", "ext-ms-win-"];

/// Whether a DLL of this name is part of Windows.
pub(super) fn is_system(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    SYSTEM.binary_search(&name.as_str()).is_ok()
        || API_SETS.iter().any(|start| name.starts_with(start))
}

/// A DLL that is not part of Windows, by what brings it along.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Foreign {
    /// MAPI itself.
    Mapi,
    /// The run-time libraries of gcc.
    Gcc,
    /// The redistributable run-time libraries of Visual C++.
    VisualC,
    /// Anything else.
    Other,
}

impl Foreign {
    pub(super) fn of(name: &str) -> Self {
        let name = name.to_ascii_lowercase();
        let starts = |beginnings: &[&str]| {
            beginnings
                .iter()
                .any(|beginning| name.starts_with(beginning))
        };
        if starts(&["mapi32", "olmapi32", "msmapi32", "mapistub"]) {
            Self::Mapi
        } else if starts(&[
            "libgcc",
            "libstdc++",
            "libwinpthread",
            "libc++",
            "libunwind",
        ]) {
            Self::Gcc
        } else if starts(&["vcruntime", "msvcp", "concrt", "vccorlib", "ucrtbased"])
            || (name.starts_with("msvcr") && name != "msvcrt.dll")
        {
            Self::VisualC
        } else {
            Self::Other
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_sorted_and_in_lower_case() {
        assert!(SYSTEM.is_sorted());
        assert!(SYSTEM.iter().all(|name| *name == name.to_lowercase()));
    }

    #[test]
    fn system_dlls() {
        for name in [
            "KERNEL32.dll",
            "ntdll.dll",
            "msvcrt.dll",
            "WS2_32.dll",
            "api-ms-win-core-synch-l1-2-0.dll",
            "api-ms-win-crt-runtime-l1-1-0.dll",
        ] {
            assert!(is_system(name), "{name}");
        }
        for name in ["mapi32.dll", "kernel32", "vcruntime140.dll", ""] {
            assert!(!is_system(name), "{name}");
        }
    }

    #[test]
    fn what_brings_a_foreign_dll_along() {
        for (name, foreign) in [
            ("MAPI32.dll", Foreign::Mapi),
            ("libgcc_s_dw2-1.dll", Foreign::Gcc),
            ("libwinpthread-1.dll", Foreign::Gcc),
            ("VCRUNTIME140_1.dll", Foreign::VisualC),
            ("MSVCP140.dll", Foreign::VisualC),
            ("msvcr100.dll", Foreign::VisualC),
            ("sqlite3.dll", Foreign::Other),
        ] {
            assert_eq!(Foreign::of(name), foreign, "{name}");
        }
    }
}
