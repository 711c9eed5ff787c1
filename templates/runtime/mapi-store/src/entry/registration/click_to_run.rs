//! The MAPISVC.INF files of a Click-to-Run Office. It keeps its files below `root\VFS` of its directory; the path that
//! Outlook itself sees is a view of that.

use std::fs;
use std::path::{Path, PathBuf};

/// The file that lists MAPI's services.
pub(super) const INF: &str = "MAPISVC.INF";

/// The files that a DLL of `bits` bits belongs into, one for each language of Office. None means that no Outlook was installed
/// this way. No files means that one was, of the other bitness: then it cannot load the DLL, and to look for another
/// MAPISVC.INF would lead to the same Outlook's again, by way of the MAPI stub.
///
/// `directory` is Click-to-Run's `InstallPath`, `platform` its `Platform`: the bitness of Office, if it is known.
pub(super) fn files(directory: &Path, platform: Option<&str>, bits: u32) -> Option<Vec<PathBuf>> {
    let is = |name: &str| platform.is_none_or(|platform| platform.eq_ignore_ascii_case(name));
    let in_common = |name| files_in(&directory.join("root").join("VFS").join(name));
    // Either Office may have files in both directories.
    let (for_64, for_32) = (
        is("x64").then(|| in_common("ProgramFilesCommonX64")),
        is("x86").then(|| in_common("ProgramFilesCommonX86")),
    );
    let (own, other) = if bits == 64 {
        (for_64, for_32)
    } else {
        (for_32, for_64)
    };
    let exists = |found: &Vec<PathBuf>| !found.is_empty();
    match (own.filter(exists), other.filter(exists)) {
        (Some(own), _) => Some(own),
        (None, Some(_)) => Some(Vec::new()),
        (None, None) => None,
    }
}

fn files_in(common: &Path) -> Vec<PathBuf> {
    let Ok(languages) = fs::read_dir(common.join("System").join("MSMAPI")) else {
        return Vec::new();
    };
    let mut found: Vec<_> = languages
        .flatten()
        .map(|language| language.path().join(INF))
        .filter(|path| path.is_file())
        .collect();
    found.sort();
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An Office with one language of its bitness, and the directory of the other as it may be there, too.
    fn office(places: &[&str]) -> tempfile::TempDir {
        let directory = tempfile::tempdir().unwrap();
        for place in places {
            let path = directory.path().join("root/VFS").join(place);
            fs::create_dir_all(&path).unwrap();
            fs::write(path.join(INF), "").unwrap();
        }
        directory
    }

    const X64_ENGLISH: &str = "ProgramFilesCommonX64/System/MSMAPI/1033";
    const X64_GERMAN: &str = "ProgramFilesCommonX64/System/MSMAPI/1031";
    const X86_ENGLISH: &str = "ProgramFilesCommonX86/System/MSMAPI/1033";

    fn count(places: &[&str], platform: Option<&str>, bits: u32) -> Option<usize> {
        files(office(places).path(), platform, bits).map(|files| files.len())
    }

    #[test]
    fn every_language_has_a_file() {
        assert_eq!(count(&[X64_ENGLISH, X64_GERMAN], Some("x64"), 64), Some(2));
        assert_eq!(count(&[X86_ENGLISH], Some("X86"), 32), Some(1));
        assert_eq!(count(&[X64_ENGLISH, X86_ENGLISH], None, 32), Some(1));
    }

    #[test]
    fn an_outlook_of_the_other_bitness_is_no_reason_to_look_further() {
        assert_eq!(count(&[X64_ENGLISH], Some("x64"), 32), Some(0));
        assert_eq!(count(&[X64_ENGLISH, X86_ENGLISH], Some("x64"), 32), Some(0));
        assert_eq!(count(&[X86_ENGLISH], Some("x86"), 64), Some(0));
        assert_eq!(count(&[X86_ENGLISH], None, 64), Some(0));
    }

    #[test]
    fn without_outlook_there_is_nothing() {
        assert_eq!(count(&[], Some("x64"), 64), None);
        assert_eq!(count(&["ProgramFilesCommonX64/other"], None, 64), None);
    }
}
