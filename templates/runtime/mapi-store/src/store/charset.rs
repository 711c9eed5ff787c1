//! Character sets: known, unknown, and not declared.

use std::borrow::Cow;

use mail_parser::decoders::charsets::map::charset_decoder;

/// `PR_INTERNET_CPID` of UTF-8.
pub(crate) const CODE_PAGE_UTF8: i32 = 65001;

/// Whether the name of a character set means something.
pub(crate) fn is_known(name: &str) -> bool {
    is_utf8(name) || charset_decoder(name.trim().as_bytes()).is_some()
}

/// The parser's decoder for UTF-8 is having none.
fn is_utf8(name: &str) -> bool {
    ["utf-8", "utf8"]
        .iter()
        .any(|utf8| name.trim().eq_ignore_ascii_case(utf8))
}

/// Text in the character set of that name; where there is none, or an unknown one, in UTF-8 if it can be that, else in
/// the one that most such mail turns out to be in.
pub(crate) fn decode(bytes: &[u8], name: Option<&str>) -> String {
    if name.is_some_and(is_utf8) {
        return String::from_utf8_lossy(bytes).into_owned();
    }
    if let Some(decoder) = name.and_then(|name| charset_decoder(name.trim().as_bytes())) {
        return decoder(bytes);
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => match charset_decoder(b"windows-1252") {
            Some(decoder) => decoder(bytes),
            None => String::from_utf8_lossy(bytes).into_owned(),
        },
    }
}

/// Text of an HTML body in a Windows code page.
pub(crate) fn decode_code_page(bytes: &[u8], code_page: Option<i32>) -> Cow<'_, str> {
    match (std::str::from_utf8(bytes), code_page) {
        (Ok(text), None | Some(CODE_PAGE_UTF8 | 20127)) => Cow::Borrowed(text),
        (_, Some(code_page)) => Cow::Owned(decode(bytes, charset_of_code_page(code_page))),
        (Err(_), None) => Cow::Owned(decode(bytes, None)),
    }
}

/// Text in a Windows code page; a page that is not known is taken for the Western one.
pub(crate) fn decode_in_code_page(bytes: &[u8], code_page: i32) -> String {
    if bytes.is_ascii() {
        return String::from_utf8_lossy(bytes).into_owned();
    }
    decode(
        bytes,
        charset_of_code_page(code_page).or(Some("windows-1252")),
    )
}

fn charset_of_code_page(code_page: i32) -> Option<&'static str> {
    Some(match code_page {
        874 => "windows-874",
        932 => "shift_jis",
        936 | 20936 => "gbk",
        949 | 51949 => "euc-kr",
        950 => "big5",
        1200 => "utf-16le",
        1201 => "utf-16be",
        1250 => "windows-1250",
        1251 => "windows-1251",
        1252 => "windows-1252",
        1253 => "windows-1253",
        1254 => "windows-1254",
        1255 => "windows-1255",
        1256 => "windows-1256",
        1257 => "windows-1257",
        1258 => "windows-1258",
        20866 => "koi8-r",
        21866 => "koi8-u",
        28591 => "iso-8859-1",
        28592 => "iso-8859-2",
        28593 => "iso-8859-3",
        28594 => "iso-8859-4",
        28595 => "iso-8859-5",
        28596 => "iso-8859-6",
        28597 => "iso-8859-7",
        28598 | 38598 => "iso-8859-8",
        28599 => "iso-8859-9",
        28603 => "iso-8859-13",
        28605 => "iso-8859-15",
        50220..=50222 => "iso-2022-jp",
        51932 => "euc-jp",
        54936 => "gb18030",
        65000 => "utf-7",
        CODE_PAGE_UTF8 => "utf-8",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_page_has_a_decoder() {
        let pages = (0..=66_000).filter_map(charset_of_code_page);
        let unknown: Vec<_> = pages.filter(|name| !is_known(name)).collect();
        assert!(unknown.is_empty(), "{unknown:?}");
    }

    #[test]
    fn undeclared_text_is_utf8_or_western() {
        assert_eq!(decode("Grüße".as_bytes(), None), "Grüße");
        assert_eq!(decode(b"Gr\xfc\xdfe", Some("x-unknown")), "Grüße");
        assert_eq!(
            decode(b"\xcf\xf0\xe8\xe2\xe5\xf2", Some(" Windows-1251 ")),
            "Привет"
        );
        assert_eq!(
            decode_code_page(b"\xcf\xf0\xe8\xe2\xe5\xf2", Some(1251)),
            "Привет"
        );
        assert_eq!(
            decode_code_page("Привет".as_bytes(), Some(CODE_PAGE_UTF8)),
            "Привет"
        );
        assert_eq!(
            decode_code_page(b"caf\xe9", Some(CODE_PAGE_UTF8)),
            "caf\u{fffd}"
        );
    }
}
