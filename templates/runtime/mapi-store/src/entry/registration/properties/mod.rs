//! What holds for every MAPISVC.INF, by files that nobody thought of.

mod files;

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use self::files::{any_file, foreign};
use super::{Fragment, Inf, Registered};

const DLL: &str = r"C:\Program Files\Contoso\contoso.dll";
/// How many lines a file has at most, where many files are tried.
const LINES: usize = 30;
/// How many the largest has.
const LARGEST: usize = 2_000;

fn config() -> ProptestConfig {
    ProptestConfig {
        // What was found is kept as a test of its own, not as a seed.
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

fn fragment() -> Fragment {
    Fragment::parse(
        b"[Services]\r\nCTS=Contoso\r\n[CTS]\r\nProviders=CTS_MS\r\nPR_SERVICE_DLL_NAME=contoso.dll\r\n\
        PR_DISPLAY_NAME=Contoso\r\n[CTS_MS]\r\nPR_PROVIDER_DLL_NAME=contoso.dll\r\n\
        34140102=00112233445566778899AABBCCDDEEFF\r\n",
    )
}

/// Every entry of the fragment, with the value that MAPI has to read.
const ENTRIES: [(&str, &str, &str); 6] = [
    ("Services", "CTS", "Contoso"),
    ("CTS", "Providers", "CTS_MS"),
    ("CTS", "PR_SERVICE_DLL_NAME", DLL),
    ("CTS", "PR_DISPLAY_NAME", "Contoso"),
    ("CTS_MS", "PR_PROVIDER_DLL_NAME", DLL),
    ("CTS_MS", "34140102", "00112233445566778899AABBCCDDEEFF"),
];

fn added(bytes: &[u8], fragment: &Fragment) -> Vec<u8> {
    let mut inf = Inf::read(bytes);
    inf.add(fragment, DLL).unwrap();
    inf.bytes()
}

fn removed(bytes: &[u8], fragment: &Fragment) -> Vec<u8> {
    let mut inf = Inf::read(bytes);
    inf.remove(fragment);
    inf.bytes()
}

/// The units of a file, without what marks its encoding.
fn units(bytes: &[u8]) -> Vec<u16> {
    match bytes {
        [0xFF, 0xFE, rest @ ..] => rest
            .chunks_exact(2)
            .map(|pair| u16::from(pair[0]) | u16::from(pair[1]) << 8)
            .collect(),
        _ => bytes.iter().copied().map(u16::from).collect(),
    }
}

const CR: u16 = 0x0D;
const LF: u16 = 0x0A;

/// The lines of a file without their ends; a line that ends with two characters has an empty one behind it.
fn split(units: &[u16]) -> Vec<&[u16]> {
    units.split(|unit| [CR, LF].contains(unit)).collect()
}

/// What GetPrivateProfileString finds, written without the code that it judges. `exactly` takes the blanks in a header's
/// brackets as part of the name.
fn read(bytes: &[u8], section: &str, key: &str, exactly: bool) -> Option<Vec<u16>> {
    let blank = |unit: &u16| matches!(unit, 0x09..=0x0D | 0x20);
    let trim = |text: &[u16]| -> std::ops::Range<usize> {
        let start = text.iter().take_while(|unit| blank(unit)).count();
        let end = text.iter().rev().take_while(|unit| blank(unit)).count();
        start..text.len().saturating_sub(end).max(start)
    };
    let is = |text: &[u16], name: &str| {
        text.len() == name.len()
            && text.iter().zip(name.bytes()).all(|(&unit, byte)| {
                u8::try_from(unit).is_ok_and(|unit| unit.eq_ignore_ascii_case(&byte))
            })
    };
    let units = units(bytes);
    let mut inside = false;
    for line in split(&units) {
        let line = &line[trim(line)];
        let closed = line.iter().position(|&unit| unit == u16::from(b']'));
        match (line.first().copied(), closed) {
            (Some(first), Some(end)) if first == u16::from(b'[') => {
                if inside {
                    return None;
                }
                let name = &line[1..end];
                inside = is(if exactly { name } else { &name[trim(name)] }, section);
            }
            (Some(first), _) if first != u16::from(b';') && inside => {
                let equals = line.iter().position(|&unit| unit == u16::from(b'='));
                if let Some(at) = equals
                    && is(&line[..at][trim(&line[..at])], key)
                {
                    let value = &line[at + 1..];
                    return Some(value[trim(value)].to_vec());
                }
            }
            _ => {}
        }
    }
    None
}

/// What holds for a file that had no trace of the provider.
fn check_foreign(before: &[u8]) {
    let fragment = fragment();
    assert_eq!(Inf::read(before).bytes(), before);
    assert_eq!(Inf::read(before).state_of(&fragment, None), Registered::No);
    assert_eq!(removed(before, &fragment), before);
    let once = added(before, &fragment);
    check_registered(&once);
    assert_eq!(removed(&once, &fragment), before);
    // Every line is there, in its order.
    let (old, new) = (units(before), units(&once));
    let mut lines = split(&new).into_iter();
    let old_lines = split(&old);
    for (number, line) in old_lines.iter().enumerate() {
        // Marks of the end of a file stay behind everything.
        let is_last = number + 1 == old_lines.len();
        let is_mark = |unit: &u16| is_last && *unit == 0x1A;
        let marks = line.iter().rev().take_while(|&unit| is_mark(unit)).count();
        let line = &line[..line.len() - marks];
        let is_kept = |new: &[u16]| new == line || is_last && new == old_lines[number];
        let found = lines.any(is_kept) || is_last && line.is_empty();
        assert!(found, "{}", String::from_utf16_lossy(line));
    }
    // MAPI reads of the others what it read before.
    for section in ["MSEMS", "Services", "EMS_DSA", "OtherVendor", "CTS2"] {
        for key in [
            "PR_DISPLAY_NAME",
            "PR_SERVICE_DLL_NAME",
            "MSEMS",
            "34140102",
        ] {
            for exactly in [false, true] {
                assert_eq!(
                    read(before, section, key, exactly),
                    read(&once, section, key, exactly)
                );
            }
        }
    }
}

/// What holds for a file that a provider was written into.
fn check_registered(once: &[u8]) {
    let fragment = fragment();
    assert_eq!(added(once, &fragment), once);
    let dll = DLL.to_owned();
    assert_eq!(
        Inf::read(once).state_of(&fragment, Some(DLL)),
        Registered::Yes { dll }
    );
    for (section, key, value) in ENTRIES {
        for exactly in [false, true] {
            let found = read(once, section, key, exactly);
            let expected: Vec<u16> = value.encode_utf16().collect();
            assert_eq!(found, Some(expected), "[{section}] {key}");
        }
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_provider_comes_and_goes_without_a_trace(file in foreign(0..LINES)) {
        check_foreign(&file.bytes());
    }

    #[test]
    fn what_was_there_of_the_provider_is_replaced(file in any_file(0..LINES)) {
        let fragment = fragment();
        let before = file.bytes();
        let mut inf = Inf::read(&before);
        if inf.add(&fragment, DLL).is_err() {
            prop_assert_eq!(inf.bytes(), before);
            return Ok(());
        }
        check_registered(&inf.bytes());
        let without = removed(&before, &fragment);
        prop_assert_eq!(&removed(&without, &fragment), &without);
        prop_assert_eq!(removed(&inf.bytes(), &fragment), without);
    }

    #[test]
    fn two_providers_do_not_disturb_each_other(file in foreign(0..LINES), first_goes: bool) {
        let before = [&file.bytes()[..], &lines(&file.bytes(), "\r\n[Services]\r\nA=b\r\n")].concat();
        let (first, second) = (fragment(), other());
        let both = added(&added(&before, &first), &second);
        check_registered(&both);
        let order = if first_goes { [&first, &second] } else { [&second, &first] };
        prop_assert_eq!(removed(&removed(&both, order[0]), order[1]), before);
    }
}

/// Text in the encoding of a file.
fn lines(file: &[u8], text: &str) -> Vec<u8> {
    if file.starts_with(&[0xFF, 0xFE]) {
        // A damaged unit is mended by the half of one.
        let half = (file.len() % 2 == 1).then_some(0);
        half.into_iter()
            .chain(text.encode_utf16().flat_map(u16::to_le_bytes))
            .collect()
    } else {
        text.as_bytes().to_vec()
    }
}

/// Another provider, whose names begin in the same way.
fn other() -> Fragment {
    Fragment::parse(
        b"[Services]\nCTSX=Other\n[CTSX]\nProviders=CTSX_MS\nPR_SERVICE_DLL_NAME=other.dll\n[CTSX_MS]\n\
        PR_PROVIDER_DLL_NAME=other.dll\n34140102=FFEEDDCCBBAA99887766554433221100\n",
    )
}

#[test]
fn the_largest_file_is_treated_like_the_others() {
    let mut runner = TestRunner::deterministic();
    let largest = foreign(LARGEST..=LARGEST);
    for _ in 0..2 {
        let file = largest.new_tree(&mut runner).unwrap().current().bytes();
        assert!(split(&units(&file)).len() >= LARGEST);
        check_foreign(&file);
    }
}

/// The system's own reader finds every entry, in files of an 8-bit code page and of Unicode.
#[cfg(windows)]
#[test]
fn windows_reads_what_was_written() {
    use std::os::windows::ffi::OsStrExt;

    use windows_sys::Win32::System::WindowsProgramming::GetPrivateProfileStringA;

    let directory = tempfile::tempdir().unwrap();
    let number = std::cell::Cell::new(0);
    let mut runner = TestRunner::new(ProptestConfig {
        cases: 64,
        ..config()
    });
    let told = |path: &std::path::Path, section: &str, key: &str| {
        let zero = |text: &str| format!("{text}\0");
        let path: Vec<u8> = path
            .as_os_str()
            .encode_wide()
            .map(|unit| u8::try_from(unit).unwrap())
            .chain([0])
            .collect();
        let mut buffer = [0u8; 512];
        // SAFETY: the names end with zeros, and the buffer has the length that is passed.
        let length = unsafe {
            GetPrivateProfileStringA(
                zero(section).as_ptr(),
                zero(key).as_ptr(),
                c"(nothing)".as_ptr().cast(),
                buffer.as_mut_ptr(),
                buffer.len() as u32,
                path.as_ptr(),
            )
        };
        String::from_utf8_lossy(&buffer[..length as usize]).into_owned()
    };
    runner
        .run(&foreign(0..LINES), |file| {
            let before = file.bytes();
            // What a reader makes of half a unit behind the last value is its own affair.
            prop_assume!(!before.starts_with(&[0xFF, 0xFE]) || before.len() % 2 == 0);
            // Wine remembers a file by its name for a while.
            number.set(number.get() + 1);
            let path = directory.path().join(format!("{}.inf", number.get()));
            std::fs::write(&path, added(&before, &fragment())).unwrap();
            for (section, key, value) in ENTRIES {
                prop_assert_eq!(told(&path, section, key), value);
            }
            Ok(())
        })
        .unwrap();
}
