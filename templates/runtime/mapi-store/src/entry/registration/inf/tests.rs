use super::*;

const FRAGMENT: &str = "; Contoso\r\n[Services]\r\nCTS=Contoso\r\n\r\n[CTS]\r\nProviders=CTS_MS\r\n\
    PR_SERVICE_DLL_NAME=contoso.dll\r\nPR_DISPLAY_NAME=Contoso\r\n\r\n[CTS_MS]\r\nPR_PROVIDER_DLL_NAME=contoso.dll\r\n";
const DLL: &str = r"C:\Program Files\Contoso\contoso.dll";
const FOREIGN: &str = "; head\r\n[Default Services]\r\nMSPST AB=Personal\r\n\r\n[Services]\r\n; all\r\nCONTAB=Outlook\r\n\
    MSEMS=Exchange\r\n\r\n; next\r\n[MSEMS]\r\nPR_DISPLAY_NAME=Exchange \u{e4}\r\n";
const ADDED: &str = "[CTS]\r\nProviders=CTS_MS\r\nPR_SERVICE_DLL_NAME=C:\\Program Files\\Contoso\\contoso.dll\r\n\
    PR_DISPLAY_NAME=Contoso\r\n[CTS_MS]\r\nPR_PROVIDER_DLL_NAME=C:\\Program Files\\Contoso\\contoso.dll\r\n";

fn fragment() -> Fragment {
    Fragment::parse(FRAGMENT.as_bytes())
}

/// A file as an 8-bit code page has it.
fn file(text: &str) -> Inf {
    Inf::read(
        &text
            .chars()
            .map(|character| character as u8)
            .collect::<Vec<_>>(),
    )
}

#[test]
fn a_fragment_knows_its_names() {
    assert_eq!(fragment().dll(), Some("contoso.dll"));
    assert_eq!(fragment().service(), Some("CTS"));
}

#[test]
fn sections_go_in_and_out_without_a_trace() {
    let mut inf = file(FOREIGN);
    inf.add(&fragment(), DLL).unwrap();
    let with_service = FOREIGN.replace("MSEMS=Exchange\r\n", "MSEMS=Exchange\r\nCTS=Contoso\r\n");
    assert_eq!(inf.text, with_service + ADDED);
    let once = inf.clone();
    inf.add(&fragment(), DLL).unwrap();
    assert_eq!(inf, once);
    inf.remove(&fragment());
    assert_eq!(inf, file(FOREIGN));
    assert_eq!(
        inf.bytes(),
        FOREIGN
            .chars()
            .map(|character| character as u8)
            .collect::<Vec<_>>()
    );
}

#[test]
fn what_others_left_of_us_goes_too() {
    let mut inf = file(
        "[default services]\r\ncts=x\r\n[SERVICES]\r\nCts = x\r\nA=b\r\n[cts]\r\nOld=1\r\n; old\r\nOlder=2\r\n\r\n; of A\r\n[A]\r\nx=y\r\n",
    );
    inf.remove(&fragment());
    assert_eq!(
        inf.text,
        "[default services]\r\n[SERVICES]\r\nA=b\r\n\r\n; of A\r\n[A]\r\nx=y\r\n"
    );
}

#[test]
fn a_file_without_services_gets_the_section() {
    let mut inf = file("[A]\r\nx=y\r\n");
    inf.add(&fragment(), DLL).unwrap();
    assert_eq!(
        inf.text,
        format!("[A]\r\nx=y\r\n{ADDED}[Services]\r\nCTS=Contoso\r\n")
    );
    inf.remove(&fragment());
    assert_eq!(inf.text, "[A]\r\nx=y\r\n");
}

#[test]
fn a_last_line_without_an_end_has_none_afterwards() {
    for before in [
        "[Services]\r\nA=b\r\n[A]\r\nx=y",
        "[A]\r\nx=y\r\n[Services]\r\nA=b",
    ] {
        let mut inf = file(before);
        inf.add(&fragment(), DLL).unwrap();
        assert!(!inf.text.ends_with('\n'));
        let once = inf.clone();
        inf.add(&fragment(), DLL).unwrap();
        assert_eq!(inf, once);
        inf.remove(&fragment());
        assert_eq!(inf.text, before);
    }
}

#[test]
fn utf_16_stays_utf_16() {
    let bytes: Vec<u8> = format!("\u{FEFF}{FOREIGN}")
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    let mut inf = Inf::read(&bytes);
    inf.add(
        &Fragment::parse("[Services]\r\nX=\u{65e5}\u{672c}\r\n".as_bytes()),
        DLL,
    )
    .unwrap();
    assert_eq!(inf.bytes()[..2], [0xFF, 0xFE]);
    inf.remove(&Fragment::parse(b"[Services]\r\nX=1\r\n"));
    assert_eq!(inf.bytes(), bytes);
}

#[test]
fn a_name_is_spelled_in_the_code_page() {
    let utf16: Vec<u8> = "\u{FEFF}[Services]\r\nCTS=\u{20ac}\r\n"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    let mut inf = file("[Services]\r\n");
    inf.add(&Fragment::parse(&utf16), DLL).unwrap();
    assert_eq!(inf.bytes(), b"[Services]\r\nCTS=\x80\r\n");
}

#[test]
fn foreign_bytes_survive_even_damaged_ones() {
    let ascii = |text: &str| {
        text.encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect::<Vec<_>>()
    };
    let lone_surrogates = [0x00, 0xDC, 0x3D, 0xD8];
    let before = [
        &[0xFF, 0xFE][..],
        &ascii("[A]\r\nx=\u{1F4E7}"),
        &lone_surrogates,
        &ascii("\r\n"),
        // Half a unit.
        &[0x41],
    ]
    .concat();
    assert_eq!(Inf::read(&before).bytes(), before);
    let mut inf = Inf::read(&before);
    inf.add(&fragment(), DLL).unwrap();
    let once = inf.bytes();
    let mut again = Inf::read(&once);
    again.add(&fragment(), DLL).unwrap();
    assert_eq!(again.bytes(), once);
    assert!(once.starts_with(&before[..before.len() - 1]));
}

#[test]
fn own_text_beyond_the_basic_plane_reaches_a_unicode_file() {
    let mut inf = Inf::read(b"\xFF\xFE");
    let text = FRAGMENT.replace("=Contoso\r", "=Contoso \u{1F4E7}\r");
    inf.add(&Fragment::parse(&unicode(&text)), DLL).unwrap();
    let units: Vec<u16> = inf
        .bytes()
        .chunks(2)
        .map(|pair| u16::from_le_bytes([pair[0], pair[1]]))
        .collect();
    let written = String::from_utf16(&units).unwrap();
    assert!(
        written.contains("PR_DISPLAY_NAME=Contoso \u{1F4E7}\r\n"),
        "{written}"
    );
}

/// A file in UTF-16.
fn unicode(text: &str) -> Vec<u8> {
    let units = "\u{FEFF}".encode_utf16().chain(text.encode_utf16());
    units.flat_map(u16::to_le_bytes).collect()
}
