//! The inspection of built DLLs, on files made by hand.

mod command;

use cargo_mapi::inspect::{Bitness, Code, Expectation, Kind, inspect};
use cargo_mapi::spec::Architecture;
use object::pe::{
    IMAGE_DLLCHARACTERISTICS_DYNAMIC_BASE, IMAGE_DLLCHARACTERISTICS_HIGH_ENTROPY_VA,
    IMAGE_DLLCHARACTERISTICS_NX_COMPAT, IMAGE_FILE_DLL, IMAGE_FILE_MACHINE_ARM64,
    IMAGE_FILE_MACHINE_I386, IMAGE_FILE_RELOCS_STRIPPED, IMAGE_SCN_MEM_EXECUTE,
    IMAGE_SCN_MEM_WRITE,
};
use proptest::prelude::*;

use crate::image::{Image, STRINGS, version_resource};

/// What the good DLL was made for.
fn expectation() -> Expectation {
    Expectation {
        file_name: "contos32.dll".to_owned(),
        vendor: "Contoso".to_owned(),
        product_name: "Contoso Mail".to_owned(),
        description: "Größe \u{1f4ec}".to_owned(),
        version: "1.2.3-beta".to_owned(),
        architectures: vec![Architecture::X64],
    }
}

/// Codes and messages of the findings.
fn findings(image: &Image) -> Vec<(Code, String)> {
    (inspect(&image.bytes(), Some(&expectation()))
        .findings
        .into_iter())
    .map(|finding| (finding.code, finding.message))
    .collect()
}

/// That there is exactly one finding, of this code, and that its message names this.
#[track_caller]
fn finds(image: &Image, code: Code, part: &str) {
    let found = findings(image);
    assert!(
        matches!(&found[..], [(found, message)] if *found == code && message.contains(part)),
        "{found:#?}"
    );
}

#[test]
fn a_good_dll_is_clean() {
    let bytes = Image::good().bytes();
    let inspection = inspect(&bytes, Some(&expectation()));
    assert!(inspection.is_clean(), "{:#?}", inspection.findings);
    assert!(inspection.notes.is_empty());
    let facts = inspection.facts.unwrap();
    assert_eq!((facts.kind, facts.machine), (Kind::Library, Bitness::X64));
    let names: Vec<&str> = facts
        .exports
        .iter()
        .map(|export| &export.name[..])
        .collect();
    let mut required = cargo_mapi::inspect::REQUIRED_EXPORTS.to_vec();
    required.sort_unstable();
    assert_eq!(names, required);
    let version = facts.version.unwrap();
    assert_eq!(version.file_version, [1, 2, 3, 0]);
    assert_eq!(version.product_version, [1, 2, 3, 0]);
    let strings: Vec<(&str, &str)> = (version.strings.iter())
        .map(|(name, value)| (&name[..], &value[..]))
        .collect();
    assert_eq!(strings, STRINGS);
    assert_eq!(facts.size, bytes.len() as u64);
    assert_eq!(facts.stripped_size, facts.size);
}

#[test]
fn decorated_missing_and_forwarded_exports() {
    let with = |name: &'static str, as_what: Option<(&'static str, Option<&'static str>)>| {
        let mut image = Image::good();
        image.exports.retain(|(found, _)| *found != name);
        image.exports.extend(as_what);
        image
    };
    let decorated = with("ServiceEntry", Some(("_ServiceEntry@40", None)));
    finds(&decorated, Code::ExportDecorated, "`_ServiceEntry@40`");
    let decorated = with("MSProviderInit", Some(("_MSProviderInit", None)));
    finds(&decorated, Code::ExportDecorated, "`_MSProviderInit`");
    for name in cargo_mapi::inspect::REQUIRED_EXPORTS {
        finds(&with(name, None), Code::ExportMissing, name);
    }
    let forwarded = with("ServiceEntry", Some(("ServiceEntry", Some("other.Entry"))));
    finds(&forwarded, Code::ExportForwarded, "`other.Entry`");

    let mut image = Image::good();
    image.exports.clear();
    assert_eq!(
        findings(&image).len(),
        cargo_mapi::inspect::REQUIRED_EXPORTS.len()
    );
}

#[test]
fn dlls_that_outlook_does_not_find() {
    for dll in [
        "MAPI32.dll",
        "libgcc_s_dw2-1.dll",
        "libwinpthread-1.dll",
        "libstdc++-6.dll",
        "MSVCP140.dll",
        "VCRUNTIME140.dll",
        "sqlite3.dll",
    ] {
        let mut image = Image::good();
        image.imports.push(dll);
        finds(&image, Code::ImportForeign, dll);
        let mut image = Image::good();
        image.delayed.push(dll);
        finds(&image, Code::ImportForeign, "at the first call");
    }
    let mut image = Image::good();
    image.imports.push("api-ms-win-crt-runtime-l1-1-0.dll");
    image.delayed.push("ole32.dll");
    assert_eq!(findings(&image), []);
}

#[test]
fn bitness_is_the_specs() {
    let mut image = Image::good();
    image.is_64 = false;
    image.machine = IMAGE_FILE_MACHINE_I386;
    // 32-bit files have no use for high entropy.
    image.dll_characteristics &= !IMAGE_DLLCHARACTERISTICS_HIGH_ENTROPY_VA;
    finds(&image, Code::Machine, "x86 (32-bit)");
    let mut expected = expectation();
    expected.architectures.push(Architecture::X86);
    let inspection = inspect(&image.bytes(), Some(&expected));
    assert!(inspection.is_clean(), "{:#?}", inspection.findings);
    assert_eq!(inspection.facts.unwrap().machine, Bitness::X86);

    let mut image = Image::good();
    image.machine = IMAGE_FILE_MACHINE_ARM64;
    finds(&image, Code::Machine, "0xaa64");
}

#[test]
fn protection_is_on() {
    for (flag, code) in [
        (IMAGE_DLLCHARACTERISTICS_DYNAMIC_BASE, Code::AslrOff),
        (IMAGE_DLLCHARACTERISTICS_HIGH_ENTROPY_VA, Code::AslrOff),
        (IMAGE_DLLCHARACTERISTICS_NX_COMPAT, Code::NxOff),
    ] {
        let mut image = Image::good();
        image.dll_characteristics &= !flag;
        finds(&image, code, "it does not allow");
    }
    let mut image = Image::good();
    image.relocations = false;
    finds(&image, Code::AslrOff, "no base relocations");
    let mut image = Image::good();
    image.characteristics |= IMAGE_FILE_RELOCS_STRIPPED;
    finds(&image, Code::AslrOff, "no base relocations");
    let mut image = Image::good();
    image.section_characteristics |= IMAGE_SCN_MEM_WRITE | IMAGE_SCN_MEM_EXECUTE;
    finds(&image, Code::WritableCode, "`.rdata`");
}

#[test]
fn the_version_resource_says_what_the_spec_says() {
    let mut image = Image::good();
    image.resources.clear();
    finds(&image, Code::VersionMissing, "no version resource");

    for (name, _) in STRINGS {
        let without: Vec<_> = STRINGS.iter().copied().filter(|(n, _)| n != name).collect();
        let mut image = Image::good();
        image.resources = vec![(16, version_resource([1, 2, 3, 0], &without))];
        finds(
            &image,
            Code::VersionDifferent,
            &format!("{name} is missing"),
        );
        let other: Vec<_> = (STRINGS.iter())
            .map(|(n, value)| (*n, if n == name { "other" } else { value }))
            .collect();
        image.resources = vec![(16, version_resource([1, 2, 3, 0], &other))];
        finds(
            &image,
            Code::VersionDifferent,
            &format!("{name} is `other`"),
        );
    }
    let mut image = Image::good();
    image.resources = vec![(16, version_resource([1, 2, 4, 0], STRINGS))];
    let found = findings(&image);
    assert_eq!(found.len(), 2, "{found:#?}");
    assert!(found[0].1.contains("1.2.4.0"), "{found:#?}");

    // Without a spec there is nothing to compare with.
    assert!(inspect(&image.bytes(), None).is_clean());
}

#[test]
fn versions_beyond_windows_numbers() {
    let mut expected = expectation();
    for (version, numbers) in [
        ("1.2.3", [1, 2, 3, 0]),
        ("1.2.3-4.5+6", [1, 2, 3, 0]),
        ("70000.1.18446744073709551615", [65535, 1, 65535, 0]),
    ] {
        version.clone_into(&mut expected.version);
        assert_eq!(expected.version_numbers(), numbers, "{version}");
    }
}

#[test]
fn a_program_needs_a_manifest_and_no_exports() {
    let mut image = Image::good();
    image.characteristics &= !IMAGE_FILE_DLL;
    image.exports.clear();
    finds(&image, Code::ManifestMissing, "requestedExecutionLevel");
    let manifest =
        b"<assembly><requestedExecutionLevel level='asInvoker' uiAccess='false'/></assembly>";
    image.resources.push((24, manifest.to_vec()));
    let inspection = inspect(&image.bytes(), Some(&expectation()));
    assert!(inspection.is_clean(), "{:#?}", inspection.findings);
    let facts = inspection.facts.unwrap();
    assert_eq!(facts.kind, Kind::Program);
    assert_eq!(facts.execution_level.as_deref(), Some("asInvoker"));
}

#[test]
fn debug_information_is_a_note() {
    let mut image = Image::good();
    image.debug = 0x400;
    let inspection = inspect(&image.bytes(), Some(&expectation()));
    assert!(inspection.is_clean());
    let codes: Vec<Code> = inspection.notes.iter().map(|note| note.code).collect();
    assert_eq!(codes, [Code::DebugInformation]);
    // No command of ours strips.
    let help = &inspection.notes[0].help;
    assert!(!help.contains("cargo mapi"), "{help}");
    let facts = inspection.facts.unwrap();
    assert_eq!(facts.debug_sections, [".debug_x"]);
    assert_eq!(facts.stripped_size, facts.size - 0x400);
}

#[test]
fn what_is_no_program() {
    for bytes in [&b""[..], b"MZ", b"\x7fELF\x02\x01\x01", &[0; 4096]] {
        let inspection = inspect(bytes, None);
        assert!(inspection.facts.is_none());
        assert_eq!(inspection.findings.len(), 1);
        assert_eq!(inspection.findings[0].code, Code::NotAProgram);
    }
}

#[test]
fn names_do_nothing_to_the_terminal() {
    let mut image = Image::good();
    image.imports.push("\u{1b}[31mx.dll");
    let inspection = inspect(&image.bytes(), None);
    assert!(!inspection.to_string().contains('\u{1b}'));
    assert!(!inspection.findings[0].message.contains('\u{1b}'));
}

#[test]
fn version_strings_do_nothing_to_the_terminal() {
    let mut strings = STRINGS.to_vec();
    strings.retain(|(name, _)| *name != "CompanyName");
    strings.push((
        "CompanyName",
        "Contoso\u{1b}[2J\nversion            9.9.9.9",
    ));
    strings.push(("\u{1b}]0;title\u{7}\nkind", "\u{9b}31m"));
    let mut image = Image::good();
    image.resources = vec![(16, version_resource([1, 2, 3, 0], &strings))];
    let inspection = inspect(&image.bytes(), Some(&expectation()));
    let strings = &inspection
        .facts
        .as_ref()
        .unwrap()
        .version
        .as_ref()
        .unwrap()
        .strings;
    for text in strings.keys().chain(strings.values()) {
        assert!(!text.contains(char::is_control), "{text:?}");
    }
    let shown = inspection.to_string();
    assert!(
        !shown.contains(|c: char| c.is_control() && c != '\n'),
        "{shown:?}"
    );
    let rows = |name: &str| shown.lines().filter(|line| line.starts_with(name)).count();
    assert_eq!((rows("kind"), rows("version")), (1, 1), "{shown}");
    let [finding] = &inspection.findings[..] else {
        panic!("{:#?}", inspection.findings);
    };
    assert_eq!(
        finding.message,
        "its CompanyName is `Contoso\u{FFFD}[2J\u{FFFD}version            9.9.9.9`, and the spec says `Contoso`"
    );
}

/// Everything that an inspection gives, so that nothing of it is left to panic later.
fn inspect_all(bytes: &[u8]) {
    let inspection = inspect(bytes, Some(&expectation()));
    let _ = inspection.to_string();
    serde_json::to_string(&inspection).unwrap();
    if inspection.facts.is_none() {
        assert!(!inspection.is_clean());
    }
}

/// A file with every part that is read.
fn everything() -> Vec<u8> {
    let mut image = Image::good();
    image.delayed.push("ole32.dll");
    image.debug = 0x200;
    image.exports.push(("x", Some("y.z")));
    let manifest = b"<requestedExecutionLevel level='asInvoker'/>".to_vec();
    image.resources.push((24, manifest));
    image.bytes()
}

#[test]
fn truncated_files_never_panic() {
    let bytes = everything();
    for length in 0..bytes.len() {
        inspect_all(&bytes[..length]);
    }
}

/// Every byte is set to values that lengths, offsets and counts overflow with.
#[test]
fn files_with_one_bad_byte_never_panic() {
    let good = everything();
    let mut bytes = good.clone();
    for index in 0..bytes.len() {
        for value in [0, 1, 0x7F, 0xFF] {
            bytes[index] = value;
            inspect_all(&bytes);
        }
        bytes[index] = good[index];
    }
}

proptest! {
    #[test]
    fn damaged_files_never_panic(changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..64)) {
        let mut bytes = everything();
        for (index, value) in changes {
            let index = index.index(bytes.len());
            bytes[index] = value;
        }
        inspect_all(&bytes);
    }

    #[test]
    fn random_bytes_never_panic(mut bytes in prop::collection::vec(any::<u8>(), 0..2048)) {
        inspect_all(&bytes);
        // And with the beginning of a program, so that more of it is looked at.
        let good = everything();
        let headers = 0x200.min(good.len());
        bytes.splice(0..0, good[..headers].iter().copied());
        inspect_all(&bytes);
    }

    #[test]
    fn damaged_version_resources_never_panic(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..16),
        length in any::<prop::sample::Index>(),
    ) {
        let mut resource = version_resource([1, 2, 3, 0], STRINGS);
        resource.truncate(length.index(resource.len()) + 1);
        for (index, value) in changes {
            let index = index.index(resource.len());
            resource[index] = value;
        }
        let mut image = Image::good();
        image.resources = vec![(16, resource)];
        inspect_all(&image.bytes());
    }
}
