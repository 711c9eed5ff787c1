//! Who can write to a directory, and what a file passes on to the one that takes its place.

use std::path::Path;

/// Who may do what: an entry of a list of permissions that grants something.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Grant {
    /// The SID of a user or a group.
    pub(super) sid: String,
    /// The rights.
    pub(super) mask: u32,
    /// Whether it holds for new directories below.
    pub(super) inherited: bool,
    /// Whether it holds for new files in it.
    pub(super) files: bool,
    /// Whether it holds for the directory itself.
    pub(super) own: bool,
}

/// What a directory is to the one in question.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Place {
    /// That one.
    Itself,
    /// It is not there yet; the next one above it, which is.
    Parent,
    /// Further above.
    Above,
}

const ADD_FILE: u32 = 0x2;
const DELETE_CHILD: u32 = 0x40;
const DELETE: u32 = 0x1_0000;
const WRITE_DAC: u32 = 0x4_0000;
const WRITE_OWNER: u32 = 0x8_0000;
const GENERIC_ALL: u32 = 0x1000_0000;
const GENERIC_WRITE: u32 = 0x4000_0000;
const REPLACE: u32 = DELETE_CHILD | DELETE | WRITE_DAC | WRITE_OWNER | GENERIC_ALL;
const WRITE: u32 = REPLACE | ADD_FILE | GENERIC_WRITE;
/// For a file, where the right to make a directory is the right to append.
const WRITE_FILE: u32 = DELETE | WRITE_DAC | WRITE_OWNER | GENERIC_ALL | GENERIC_WRITE | 0x2 | 0x4;

/// SYSTEM, Administrators, TrustedInstaller; and those who stand for the owner, who is judged by himself.
const TRUSTED: [&str; 6] = [
    "S-1-5-18",
    "S-1-5-32-544",
    "S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464",
    "S-1-3-0",
    "S-1-3-1",
    "S-1-3-4",
];
/// The built-in administrator, and the administrators of a domain and of all of its forest.
const TRUSTED_ENDS: [&str; 3] = ["-500", "-512", "-519"];

/// The SIDs of those who are no administrators and can replace a DLL by what a directory grants. `owner` can grant himself
/// everything.
pub(super) fn writers<'a>(owner: &'a str, grants: &'a [Grant], place: Place) -> Vec<&'a str> {
    let mut found = Vec::new();
    let granted = grants.iter().filter(|grant| match place {
        Place::Itself => {
            grant.own && grant.mask & WRITE != 0 || grant.files && grant.mask & WRITE_FILE != 0
        }
        Place::Parent => {
            grant.own && grant.mask & REPLACE != 0 || grant.inherited && grant.mask & WRITE != 0
        }
        Place::Above => grant.own && grant.mask & REPLACE != 0,
    });
    for sid in granted.map(|grant| grant.sid.as_str()).chain([owner]) {
        if !is_trusted(sid) && !found.contains(&sid) {
            found.push(sid);
        }
    }
    found
}

fn is_trusted(sid: &str) -> bool {
    let is_of_domain = sid.starts_with("S-1-5-21-");
    TRUSTED.contains(&sid) || is_of_domain && TRUSTED_ENDS.iter().any(|end| sid.ends_with(end))
}

/// The directories that decide over one, each with what it is to it: the directory, or the next one above that is there, and
/// all of those above but the root, which only administrators can replace.
pub(super) fn deciding(directory: &Path, is_there: impl Fn(&Path) -> bool) -> Vec<(&Path, Place)> {
    let existing: Vec<&Path> = directory
        .ancestors()
        .filter(|path| is_there(path))
        .collect();
    let first = match existing.first() {
        Some(&path) if path == directory => Place::Itself,
        _ => Place::Parent,
    };
    let places = std::iter::once(first).chain(std::iter::repeat(Place::Above));
    existing
        .into_iter()
        .zip(places)
        .filter(|(path, place)| path.parent().is_some() || *place != Place::Above)
        .collect()
}

#[cfg(windows)]
pub(super) use windows::{check, copy};

#[cfg(windows)]
mod windows {
    use std::ffi::c_void;
    use std::os::windows::ffi::OsStrExt;
    use std::os::windows::fs::MetadataExt;
    use std::path::Path;
    use std::{fs, io, ptr};

    use windows_sys::Win32::Foundation::{ERROR_SUCCESS, LocalFree};
    use windows_sys::Win32::Security::Authorization::{
        ConvertSidToStringSidW, ConvertStringSidToSidW, GetNamedSecurityInfoW, SE_FILE_OBJECT,
        SetNamedSecurityInfoW,
    };
    use windows_sys::Win32::Security::{
        ACCESS_ALLOWED_ACE, ACE_HEADER, ACL, CONTAINER_INHERIT_ACE, DACL_SECURITY_INFORMATION,
        GetAce, GetSecurityDescriptorControl, INHERIT_ONLY_ACE, LookupAccountSidW,
        OBJECT_INHERIT_ACE, OWNER_SECURITY_INFORMATION, PROTECTED_DACL_SECURITY_INFORMATION,
        PSECURITY_DESCRIPTOR, PSID, SE_DACL_PROTECTED, UNPROTECTED_DACL_SECURITY_INFORMATION,
    };
    use windows_sys::Win32::Storage::FileSystem::SetFileAttributesW;

    use super::super::dll_path::Finding;
    use super::{Grant, deciding, writers};

    const ACCESS_ALLOWED_ACE_TYPE: u8 = 0;
    /// With a condition, which may hold. Its beginning is laid out like that of the other type.
    const ACCESS_ALLOWED_CALLBACK_ACE_TYPE: u8 = 9;
    const EVERYONE: &str = "S-1-1-0";

    /// See [`dll_path::directory`](super::super::dll_path::directory).
    pub(in super::super) fn check(directory: &Path) -> Vec<Finding> {
        let mut findings = Vec::new();
        for (path, place) in deciding(directory, Path::is_dir) {
            match read(path) {
                Ok((owner, grants)) => {
                    let who: Vec<String> = writers(&owner, &grants, place)
                        .into_iter()
                        .map(name)
                        .collect();
                    if !who.is_empty() {
                        findings.push(Finding::Writable {
                            directory: path.to_owned(),
                            who,
                        });
                    }
                }
                Err(error) => findings.push(Finding::PermissionsUnknown(
                    path.to_owned(),
                    error.to_string(),
                )),
            }
        }
        findings
    }

    /// Gives one file the permissions and the attributes of another. Its owner is who made it.
    pub(in super::super) fn copy(from: &Path, to: &Path) -> io::Result<()> {
        let from_name: Vec<u16> = from.as_os_str().encode_wide().chain([0]).collect();
        let to_name: Vec<u16> = to.as_os_str().encode_wide().chain([0]).collect();
        let mut list: *mut ACL = ptr::null_mut();
        let mut descriptor: PSECURITY_DESCRIPTOR = ptr::null_mut();
        // SAFETY: the name ends with a zero; the list points into the descriptor, which is kept until the end.
        let status = unsafe {
            GetNamedSecurityInfoW(
                from_name.as_ptr(),
                SE_FILE_OBJECT,
                DACL_SECURITY_INFORMATION,
                ptr::null_mut(),
                ptr::null_mut(),
                &raw mut list,
                ptr::null_mut(),
                &raw mut descriptor,
            )
        };
        let failed = |status: u32| io::Error::from_raw_os_error(status.cast_signed());
        if status != ERROR_SUCCESS {
            return Err(failed(status));
        }
        let descriptor = Local(descriptor);
        let (mut control, mut revision) = (0, 0);
        // SAFETY: the descriptor is a valid one.
        let known = unsafe {
            GetSecurityDescriptorControl(descriptor.0, &raw mut control, &raw mut revision)
        };
        if known == 0 {
            return Err(io::Error::last_os_error());
        }
        let inheritance = match control & SE_DACL_PROTECTED {
            0 => UNPROTECTED_DACL_SECURITY_INFORMATION,
            _ => PROTECTED_DACL_SECURITY_INFORMATION,
        };
        // SAFETY: the name ends with a zero, and the list is part of the descriptor.
        let status = unsafe {
            SetNamedSecurityInfoW(
                to_name.as_ptr(),
                SE_FILE_OBJECT,
                DACL_SECURITY_INFORMATION | inheritance,
                ptr::null_mut(),
                ptr::null_mut(),
                list,
                ptr::null(),
            )
        };
        if status != ERROR_SUCCESS {
            return Err(failed(status));
        }
        let attributes = fs::metadata(from)?.file_attributes();
        // SAFETY: the name ends with a zero.
        if unsafe { SetFileAttributesW(to_name.as_ptr(), attributes) } == 0 {
            return Err(io::Error::last_os_error());
        }
        Ok(())
    }

    /// What Windows allocated for us.
    struct Local(*mut c_void);

    impl Drop for Local {
        fn drop(&mut self) {
            // SAFETY: Windows allocated it, or it is NULL, and nobody else frees it.
            unsafe { LocalFree(self.0) };
        }
    }

    /// The owner of a directory, and what is granted.
    fn read(directory: &Path) -> io::Result<(String, Vec<Grant>)> {
        let path: Vec<u16> = directory.as_os_str().encode_wide().chain([0]).collect();
        let mut owner: PSID = ptr::null_mut();
        let mut list: *mut ACL = ptr::null_mut();
        let mut descriptor: PSECURITY_DESCRIPTOR = ptr::null_mut();
        // SAFETY: the name ends with a zero; owner and list point into the descriptor, which is kept until the end.
        let status = unsafe {
            GetNamedSecurityInfoW(
                path.as_ptr(),
                SE_FILE_OBJECT,
                OWNER_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION,
                &raw mut owner,
                ptr::null_mut(),
                &raw mut list,
                ptr::null_mut(),
                &raw mut descriptor,
            )
        };
        if status != ERROR_SUCCESS {
            return Err(io::Error::from_raw_os_error(status.cast_signed()));
        }
        let _descriptor = Local(descriptor);
        let owner = text(owner)?;
        if list.is_null() {
            // No list lets everyone do everything.
            let everything = Grant {
                sid: EVERYONE.to_owned(),
                mask: u32::MAX,
                inherited: true,
                files: true,
                own: true,
            };
            return Ok((owner, vec![everything]));
        }
        // SAFETY: the list is part of the descriptor.
        let count = u32::from(unsafe { (*list).AceCount });
        let mut grants = Vec::new();
        for index in 0..count {
            let mut entry: *mut c_void = ptr::null_mut();
            // SAFETY: the list has this many entries.
            if unsafe { GetAce(list, index, &raw mut entry) } == 0 {
                return Err(io::Error::last_os_error());
            }
            // SAFETY: every entry begins with a header.
            let header = unsafe { ptr::read_unaligned(entry.cast::<ACE_HEADER>()) };
            if ![ACCESS_ALLOWED_ACE_TYPE, ACCESS_ALLOWED_CALLBACK_ACE_TYPE]
                .contains(&header.AceType)
            {
                continue;
            }
            let entry = entry.cast::<ACCESS_ALLOWED_ACE>();
            // SAFETY: an entry of this type has a mask behind its header, and a SID from its last member on.
            let (mask, sid) = unsafe { ((*entry).Mask, (&raw mut (*entry).SidStart).cast()) };
            let flags = u32::from(header.AceFlags);
            grants.push(Grant {
                sid: text(sid)?,
                mask,
                inherited: flags & CONTAINER_INHERIT_ACE != 0,
                files: flags & OBJECT_INHERIT_ACE != 0,
                own: flags & INHERIT_ONLY_ACE == 0,
            });
        }
        Ok((owner, grants))
    }

    /// A SID as text.
    fn text(sid: PSID) -> io::Result<String> {
        let mut text: *mut u16 = ptr::null_mut();
        // SAFETY: the SID is a valid one, of a security descriptor that is kept.
        if unsafe { ConvertSidToStringSidW(sid, &raw mut text) } == 0 {
            return Err(io::Error::last_os_error());
        }
        let _text = Local(text.cast());
        // SAFETY: the text ends with a zero, and is read up to there.
        let units = unsafe {
            let length = (0..).take_while(|&at| *text.add(at) != 0).count();
            std::slice::from_raw_parts(text, length)
        };
        Ok(String::from_utf16_lossy(units))
    }

    /// The name of a user or a group; the SID where there is none.
    fn name(sid: &str) -> String {
        let wide: Vec<u16> = sid.encode_utf16().chain([0]).collect();
        let mut binary: PSID = ptr::null_mut();
        // SAFETY: the text ends with a zero.
        if unsafe { ConvertStringSidToSidW(wide.as_ptr(), &raw mut binary) } == 0 {
            return sid.to_owned();
        }
        let _binary = Local(binary);
        let mut account = [0u16; 256];
        let mut domain = [0u16; 256];
        let (mut account_size, mut domain_size) = (account.len() as u32, domain.len() as u32);
        let mut kind = 0;
        // SAFETY: the SID is valid, and both buffers have the sizes that are passed.
        let found = unsafe {
            LookupAccountSidW(
                ptr::null(),
                binary,
                account.as_mut_ptr(),
                &raw mut account_size,
                domain.as_mut_ptr(),
                &raw mut domain_size,
                &raw mut kind,
            )
        };
        if found == 0 {
            return sid.to_owned();
        }
        let read = |buffer: &[u16], size: u32| {
            String::from_utf16_lossy(&buffer[..(size as usize).min(buffer.len())])
        };
        let (domain, account) = (read(&domain, domain_size), read(&account, account_size));
        if domain.is_empty() {
            account
        } else {
            format!("{domain}\\{account}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ADMINISTRATORS: &str = "S-1-5-32-544";
    const USERS: &str = "S-1-5-32-545";
    const AUTHENTICATED: &str = "S-1-5-11";
    const MODIFY: u32 = 0x1301BF;
    const READ: u32 = 0x1200A9;

    fn grant(sid: &str, mask: u32, flags: &str) -> Grant {
        Grant {
            sid: sid.to_owned(),
            mask,
            inherited: flags.contains("CI"),
            files: flags.contains("OI"),
            own: !flags.contains("IO"),
        }
    }

    /// What the root of a system drive grants.
    fn root() -> Vec<Grant> {
        vec![
            grant(ADMINISTRATORS, u32::MAX, "OI CI"),
            grant("S-1-5-18", u32::MAX, "OI CI"),
            grant(USERS, READ, "OI CI"),
            grant(AUTHENTICATED, MODIFY, "OI CI IO"),
            grant(AUTHENTICATED, 0x4, ""),
        ]
    }

    #[test]
    fn program_files_is_for_administrators() {
        let trusted_installer = TRUSTED[2];
        let grants = [
            grant(trusted_installer, u32::MAX, "CI"),
            grant("S-1-5-18", MODIFY, ""),
            grant(ADMINISTRATORS, MODIFY, ""),
            grant(USERS, READ, "CI"),
            grant("S-1-3-0", GENERIC_ALL, "CI IO"),
            grant("S-1-15-2-1", READ, "CI"),
        ];
        for place in [Place::Itself, Place::Parent, Place::Above] {
            assert!(writers(trusted_installer, &grants, place).is_empty());
        }
        let domain = "S-1-5-21-1-2-3-512";
        assert!(writers(domain, &grants, Place::Itself).is_empty());
    }

    #[test]
    fn a_new_directory_below_the_root_is_for_everybody() {
        assert_eq!(
            writers(ADMINISTRATORS, &root(), Place::Parent),
            [AUTHENTICATED]
        );
        assert!(writers(ADMINISTRATORS, &root(), Place::Above).is_empty());
    }

    /// The DLL would inherit what its directory does not grant for itself.
    #[test]
    fn rights_that_only_files_inherit_count() {
        assert_eq!(
            writers(ADMINISTRATORS, &root(), Place::Itself),
            [AUTHENTICATED]
        );
        for right in [0x2, 0x4, DELETE, WRITE_DAC, WRITE_OWNER, GENERIC_WRITE] {
            let grants = [grant(USERS, right, "OI IO")];
            assert_eq!(writers(ADMINISTRATORS, &grants, Place::Itself), [USERS]);
            assert!(writers(ADMINISTRATORS, &grants, Place::Above).is_empty());
        }
        let grants = [
            grant(USERS, READ, "OI IO"),
            grant("S-1-3-0", GENERIC_ALL, "OI CI IO"),
        ];
        assert!(writers(ADMINISTRATORS, &grants, Place::Itself).is_empty());
    }

    #[test]
    fn each_right_to_replace_counts() {
        for right in [
            ADD_FILE,
            DELETE_CHILD,
            DELETE,
            WRITE_DAC,
            WRITE_OWNER,
            GENERIC_ALL,
            GENERIC_WRITE,
        ] {
            let grants = [grant("S-1-1-0", right, "")];
            assert_eq!(
                writers(ADMINISTRATORS, &grants, Place::Itself),
                ["S-1-1-0"],
                "{right:#x}"
            );
        }
        // ProgramData: everybody may make directories below, and files in those.
        let grants = [grant(USERS, READ | 0x116, "CI")];
        assert_eq!(writers(ADMINISTRATORS, &grants, Place::Parent), [USERS]);
        assert!(writers(ADMINISTRATORS, &grants, Place::Above).is_empty());
    }

    #[test]
    fn a_user_who_owns_it_can_write() {
        let user = "S-1-5-21-1-2-3-1001";
        let grants = [grant(user, u32::MAX, ""), grant(USERS, READ, "")];
        assert_eq!(writers(user, &grants, Place::Itself), [user]);
        assert_eq!(writers(user, &grants[1..], Place::Above), [user]);
        assert_eq!(
            writers(ADMINISTRATORS, &grants[1..], Place::Itself),
            [""; 0]
        );
    }

    #[test]
    fn the_directories_above_decide_too() {
        let there = [Path::new("/"), Path::new("/a"), Path::new("/a/b")];
        let deciding = |path: &'static str| deciding(Path::new(path), |path| there.contains(&path));
        assert_eq!(
            deciding("/a/b"),
            [
                (Path::new("/a/b"), Place::Itself),
                (Path::new("/a"), Place::Above),
            ]
        );
        assert_eq!(deciding("/a/c/d"), [(Path::new("/a"), Place::Parent)]);
        assert_eq!(deciding("/c"), [(Path::new("/"), Place::Parent)]);
    }

    /// Wine makes its lists of permissions out of Unix' modes, so this shows that they can be read, and no more.
    #[cfg(windows)]
    #[test]
    fn the_permissions_of_a_directory_can_be_read() {
        let directory = tempfile::tempdir().unwrap();
        let findings = check(&directory.path().join("missing"));
        let unknown = findings.iter().any(|finding| {
            matches!(
                finding,
                super::super::dll_path::Finding::PermissionsUnknown(..)
            )
        });
        assert!(!unknown, "{findings:?}");
    }
}
