//! Generated MAPISVC.INF files that look like Office's, and worse.

use std::fmt;

use proptest::collection::{SizeRange, vec};
use proptest::prelude::*;
use proptest::sample::select;

/// A file as one would write it: lines of units, which are bytes or UTF-16.
#[derive(Clone)]
pub(super) struct Written {
    wide: bool,
    lines: Vec<(Vec<u16>, &'static str)>,
    /// What old editors end a file with.
    marks: usize,
    /// Half a unit behind the last one.
    half: bool,
}

impl fmt::Debug for Written {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\"", self.bytes().escape_ascii())
    }
}

impl Written {
    /// The file.
    pub(super) fn bytes(&self) -> Vec<u8> {
        let mut units: Vec<u16> = Vec::new();
        for (line, end) in &self.lines {
            units.extend(line);
            units.extend(end.encode_utf16());
        }
        units.extend(std::iter::repeat_n(0x1A, self.marks));
        if !self.wide {
            return units.into_iter().map(|unit| unit as u8).collect();
        }
        let mut bytes = vec![0xFF, 0xFE];
        bytes.extend(units.into_iter().flat_map(u16::to_le_bytes));
        bytes.extend(self.half.then_some(0x5B));
        bytes
    }
}

const FOREIGN: [&str; 18] = [
    "MSEMS",
    "MSPST MS",
    "MSPST AB",
    "MSUPST MS",
    "CONTAB",
    "EMABLT",
    "MSFS",
    "INTERSTOR",
    "EMS_MDB_Private",
    "EMS_DSA",
    "EMS_RXP",
    "ems_dsa",
    "Help File Mappings",
    "CTS2",
    "CTS MS",
    "XCTS",
    "CTS_MSX",
    "OtherVendor",
];
const LISTS: [&str; 4] = ["Services", "SERVICES", "services", "sErViCeS"];
const KEYS: [&str; 12] = [
    "PR_DISPLAY_NAME",
    "PR_SERVICE_DLL_NAME",
    "pr_service_dll_name",
    "PR_PROVIDER_DLL_NAME",
    "PR_SERVICE_ENTRY_NAME",
    "PR_RESOURCE_TYPE",
    "PR_RESOURCE_FLAGS",
    "Providers",
    "34140102",
    "66000003",
    "MSEMS",
    "CTS2",
];
const VALUES: [&str; 11] = [
    "Microsoft Exchange",
    "emsmdb.dll",
    "mspst.dll",
    "C:\\Program Files\\Other\\other.dll",
    "MAPI_STORE_PROVIDER",
    "SERVICE_SINGLE_COPY | SERVICE_NO_PRIMARY_IDENTITY",
    "EMS_DSA, EMS_MDB_Private",
    "5494A1C0297F101BA58708002B2A2517",
    "06000000",
    "\"quoted\"",
    "a = [b] ; c",
];

/// What the provider of [`super::fragment`] may have left in a file, older forms included.
const OWN: [&[&str]; 8] = [
    &["[CTS]", "PR_SERVICE_DLL_NAME=C:\\Old\\contoso.dll"],
    &["[cts]", "; ours", "PR_DISPLAY_NAME=Old", "", "Obsolete"],
    &[
        "[ CTS ]",
        "Providers=CTS_OLD, CTS_MS",
        "PR_SERVICE_DLL_NAME=contoso.dll",
    ],
    &["[CTS_OLD]", "PR_PROVIDER_DLL_NAME=contoso32.dll"],
    &["[Cts_Ms]", "34140102=00112233445566778899aabbccddeeff"],
    &["[CTS_MS]"],
    &["[Services]", "CTS=Contoso"],
    &["[SERVICES]", "cts = x", "", "CTS=y"],
];

/// A file without a trace of the provider, of so many lines.
pub(super) fn foreign(lines: impl Into<SizeRange>) -> impl Strategy<Value = Written> {
    written(lines, 0)
}

/// A file in which the provider may have left something.
pub(super) fn any_file(lines: impl Into<SizeRange>) -> impl Strategy<Value = Written> {
    written(lines, 1)
}

fn written(lines: impl Into<SizeRange>, own: u32) -> impl Strategy<Value = Written> {
    let body = vec(
        prop_oneof![20 => line().boxed(), own => own_lines().boxed()],
        lines,
    );
    let end = prop_oneof![
        4 => Just(vec!["\r\n"]),
        2 => Just(vec!["\n"]),
        2 => Just(vec!["\r\n", "\n"]),
        1 => Just(vec!["\r\n", "\n", "\r", "\r\r\n"]),
    ];
    let wide = prop::bool::weighted(0.2);
    let rest = (
        prop_oneof![9 => Just(0), 1 => 1..3_usize],
        any::<bool>(),
        any::<bool>(),
    );
    (body, end, wide, rest, vec(any::<prop::sample::Index>(), 16)).prop_map(
        |(body, ends, wide, (marks, half, finished), choices)| {
            let flat: Vec<Vec<u16>> = body.into_iter().flatten().collect();
            let count = flat.len();
            let mut lines: Vec<(Vec<u16>, &'static str)> = Vec::new();
            for (number, mut line) in flat.into_iter().enumerate() {
                if !wide {
                    line.iter_mut().for_each(|unit| *unit &= 0xFF);
                    line.retain(|unit| ![0x0A, 0x0D].contains(unit));
                }
                let end = *choices[number % choices.len()].get(&ends);
                let is_open = number + 1 == count && !finished;
                lines.push((line, if is_open { "" } else { end }));
            }
            // What looks like a byte order mark makes another file of this one.
            let looks_wide = |line: &[u16]| matches!(line, [0xFE | 0xFF, ..]);
            if !wide && lines.first().is_some_and(|(line, _)| looks_wide(line)) {
                lines.insert(0, (units(";"), "\r\n"));
            }
            Written {
                wide,
                lines,
                marks,
                half,
            }
        },
    )
}

fn own_lines() -> impl Strategy<Value = Vec<Vec<u16>>> {
    select(&OWN[..]).prop_map(|lines| lines.iter().map(|line| units(line)).collect())
}

fn line() -> impl Strategy<Value = Vec<Vec<u16>>> {
    let line = prop_oneof![
        10 => entry(),
        4 => header(),
        1 => vec(select(&[0x20_u16, 0x09][..]), 0..3),
        1 => noise().prop_map(|noise| [units(" ;"), noise].concat()),
        1 => noise(),
    ];
    line.prop_map(|line| vec![line])
}

fn entry() -> impl Strategy<Value = Vec<u16>> {
    let equals = select(&["=", " = ", "=\t", " ="][..]);
    let value = prop_oneof![3 => select(&VALUES[..]).prop_map(units), 1 => noise()];
    (select(&KEYS[..]), equals, value)
        .prop_map(|(key, equals, value)| [units(key), units(equals), value].concat())
}

fn header() -> impl Strategy<Value = Vec<u16>> {
    let name = prop_oneof![
        6 => select(&FOREIGN[..]),
        3 => select(&LISTS[..]),
        1 => Just("Default Services"),
    ];
    let form = select(
        &[
            ("[", "]"),
            ("[", "]"),
            ("[", "]"),
            ("[ ", " ]"),
            (" [", "] "),
            ("[", "] ; why"),
        ][..],
    );
    (name, form).prop_map(|(name, (before, after))| units(&format!("{before}{name}{after}")))
}

/// Bytes of some code page, or units that spell nothing.
fn noise() -> impl Strategy<Value = Vec<u16>> {
    let unit = prop_oneof![
        4 => 0x80_u16..0x100,
        2 => 0x20_u16..0x7F,
        1 => prop_oneof![0x1A_u16..0x20, 0xD700_u16..0xE100],
    ];
    vec(unit, 0..12)
}

fn units(text: &str) -> Vec<u16> {
    text.encode_utf16().collect()
}
