//! Rules for texts: what may stand in a name, a version, a licence, a URL, a path.

/// A character that cannot be seen, or that changes the direction of what follows it. The joiners U+200C and U+200D
/// are part of ordinary words in some scripts, and of emoji.
pub(super) fn is_invisible(letter: char) -> bool {
    matches!(
        letter,
        '\u{00AD}' | '\u{061C}' | '\u{115F}' | '\u{1160}' | '\u{180E}' | '\u{3164}' | '\u{FEFF}' | '\u{FFA0}'
            | '\u{200B}' | '\u{200E}' | '\u{200F}'
            | '\u{2028}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}'
            | '\u{FFF0}'..='\u{FFFB}'
            | '\u{E0000}'..='\u{E0FFF}'
    )
}

/// What is wrong with a text that is shown to people and written to files, if something is.
pub(super) fn bad_character(text: &str) -> Option<String> {
    if let Some(letter) = text
        .chars()
        .find(|letter| letter.is_control() || is_invisible(*letter))
    {
        return Some(match letter {
            '\n' | '\r' => "it has a line break".to_owned(),
            '\t' => "it has a tab".to_owned(),
            letter => format!("it has the invisible character U+{:04X}", u32::from(letter)),
        });
    }
    if text.starts_with(char::is_whitespace) || text.ends_with(char::is_whitespace) {
        return Some("it begins or ends with a blank".to_owned());
    }
    None
}

/// What is wrong with a text as a value in mapisvc.inf, if something is.
pub(super) fn bad_inf_character(text: &str) -> Option<&'static str> {
    if text.contains(['[', ']']) {
        Some("it has a square bracket")
    } else if text.starts_with(['"', '\'']) {
        Some("it begins with a quotation mark")
    } else if text.starts_with(';') {
        Some("it begins with a semicolon")
    } else {
        None
    }
}

/// Whether it is a version as Cargo wants it: `1.2.3`, `1.2.3-beta.1`, `1.2.3+build`.
pub(super) fn is_version(text: &str) -> bool {
    let (rest, build) = match text.split_once('+') {
        Some((rest, build)) => (rest, Some(build)),
        None => (text, None),
    };
    let (core, pre) = match rest.split_once('-') {
        Some((core, pre)) => (core, Some(pre)),
        None => (rest, None),
    };
    let numbers: Vec<&str> = core.split('.').collect();
    let is_identifier = |part: &str| {
        !part.is_empty()
            && part
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    let is_pre_identifier =
        |part: &str| is_identifier(part) && (!is_digits(part) || is_number(part));
    numbers.len() == 3
        && numbers.into_iter().all(is_number)
        && pre.is_none_or(|pre| pre.split('.').all(is_pre_identifier))
        && build.is_none_or(|build| build.split('.').all(is_identifier))
}

/// A version as Windows Installer has it: three numbers, of which it knows no larger ones than 255, 255 and 65535.
pub(crate) fn installer_version(version: &str) -> [u64; 3] {
    let mut numbers = core_of(version);
    for (number, most) in numbers.iter_mut().zip([255, 255, 65535]) {
        *number = most.min(*number);
    }
    numbers
}

/// Whether Windows Installer has numbers as large as those of a version.
pub(super) fn fits_installer(version: &str) -> bool {
    installer_version(version) == core_of(version)
}

/// The three numbers of a version.
fn core_of(version: &str) -> [u64; 3] {
    let core = version.split(['-', '+']).next().unwrap_or_default();
    let mut numbers = core.split('.').map(|part| part.parse().unwrap_or(0));
    std::array::from_fn(|_| numbers.next().unwrap_or(0))
}

/// Digits that fit into 64 bits and have no zero in front.
fn is_number(text: &str) -> bool {
    is_digits(text) && text.parse::<u64>().is_ok() && (text == "0" || !text.starts_with('0'))
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether it has the form of an SPDX expression: `MIT`, `MIT OR Apache-2.0`, `(A AND B) OR C WITH d`. The licences
/// themselves are not looked up.
pub(super) fn is_license(text: &str) -> bool {
    let spaced = text.replace('(', " ( ").replace(')', " ) ");
    let (mut depth, mut wants_operand) = (0_usize, true);
    for word in spaced.split(' ').filter(|word| !word.is_empty()) {
        match (word, wants_operand) {
            ("(", true) => depth += 1,
            (")", false) if depth > 0 => depth -= 1,
            ("AND" | "OR" | "WITH", false) => wants_operand = true,
            ("AND" | "OR" | "WITH" | "(" | ")", _) => return false,
            (word, true) if is_license_id(word) => wants_operand = false,
            _ => return false,
        }
    }
    depth == 0 && !wants_operand
}

fn is_license_id(word: &str) -> bool {
    let word = word.strip_suffix('+').unwrap_or(word);
    word.starts_with(|letter: char| letter.is_ascii_alphanumeric())
        && word
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b':'))
}

/// Whether it is `Name` or `Name <address>`.
pub(super) fn is_author(text: &str) -> bool {
    match text.split_once('<') {
        None => !text.contains('>'),
        Some((name, address)) => {
            let address = address.strip_suffix('>').unwrap_or("");
            !name.trim().is_empty()
                && !name.contains('>')
                && !address.is_empty()
                && !address.contains(['<', '>', ' '])
                && address.contains('@')
        }
    }
}

/// Whether it is an absolute URL: a scheme, a host or path, no blanks.
pub(super) fn is_url(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once("://") else {
        return false;
    };
    scheme.starts_with(|letter: char| letter.is_ascii_alphabetic())
        && scheme
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'))
        && !rest.is_empty()
        && (!rest.starts_with(['/', '?', '#', ':']) || scheme.eq_ignore_ascii_case("file"))
        && rest.bytes().all(|byte| {
            byte.is_ascii_graphic() && !matches!(byte, b'"' | b'<' | b'>' | b'\\' | b'^' | b'`')
        })
}

/// Whether it is a class: words of ASCII letters, digits, `-` and `_` with single periods between them.
pub(super) fn is_class(text: &str) -> bool {
    let is_word = |word: &str| {
        !word.is_empty()
            && word
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
    };
    text.split('.').all(is_word)
}

/// A crate name as words: `my-provider` becomes `My Provider`.
pub(super) fn title(name: &str) -> String {
    let words = name.split(['-', '_', ' ']).filter(|word| !word.is_empty());
    let words: Vec<String> = words
        .map(|word| {
            let mut letters = word.chars();
            let first: String = letters
                .next()
                .into_iter()
                .flat_map(char::to_uppercase)
                .collect();
            first + letters.as_str()
        })
        .collect();
    words.join(" ")
}

/// A key as the words of a label: `server-url` becomes `Server url`.
pub(super) fn label(key: &str) -> String {
    let spaced = key.replace('-', " ");
    let mut letters = spaced.chars();
    let first: String = letters
        .next()
        .into_iter()
        .flat_map(char::to_uppercase)
        .collect();
    first + letters.as_str()
}

/// A text as the name of a directory, in ASCII, without a period and what Windows forbids; empty if nothing is left.
pub(super) fn directory_name(text: &str) -> String {
    let kept: String = text
        .chars()
        .filter(|letter| letter.is_ascii_graphic() || *letter == ' ')
        .filter(|letter| !r#".<>:"/\|?*%[];'"#.contains(*letter))
        .collect();
    let words: Vec<&str> = kept.split(' ').filter(|word| !word.is_empty()).collect();
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions() {
        for good in [
            "0.1.0",
            "1.2.3",
            "10.20.30",
            "1.0.0-beta.1",
            "1.0.0-x-y",
            "1.0.0+build.7",
            "1.0.0-a+b-c",
        ] {
            assert!(is_version(good), "{good}");
        }
        for bad in [
            "", "1", "1.2", "1.2.3.4", "01.2.3", "1.2.x", "v1.2.3", "1.2.3-", "1.2.3-01", "1.2.3+",
            "1.2.-3",
        ] {
            assert!(!is_version(bad), "{bad}");
        }
        assert!(!is_version("1.2.99999999999999999999"));
    }

    #[test]
    fn licences() {
        for good in [
            "MIT",
            "MIT OR Apache-2.0",
            "(MIT OR Apache-2.0) AND Unicode-3.0",
            "GPL-2.0+ WITH Classpath-exception-2.0",
            "LicenseRef-Contoso",
            "DocumentRef-x:LicenseRef-y",
        ] {
            assert!(is_license(good), "{good}");
        }
        for bad in [
            "MIT/Apache-2.0",
            "MIT Apache-2.0",
            "MIT OR",
            "OR MIT",
            "(MIT",
            "MIT)",
            "()",
            "M\"IT",
            "all mine",
        ] {
            assert!(!is_license(bad), "{bad}");
        }
    }

    #[test]
    fn urls() {
        for good in [
            "https://example.com",
            "imap://mail.example.com:993/a?b=c#d",
            "file:///C:/mail",
        ] {
            assert!(is_url(good), "{good}");
        }
        for bad in [
            "example.com",
            "https://",
            "https:///x",
            "://x",
            "1x://y",
            "https://a b",
            "https://a\\b",
            "ht_tp://x",
        ] {
            assert!(!is_url(bad), "{bad}");
        }
    }

    #[test]
    fn authors() {
        for good in ["Kim", "Kim Akers", "Kim Akers <kim@contoso.com>"] {
            assert!(is_author(good), "{good}");
        }
        for bad in [
            "<kim@contoso.com>",
            "Kim <kim",
            "Kim <>",
            "Kim <kim>",
            "Kim> <a@b>",
            "Kim <a@b> x",
            "Kim >",
        ] {
            assert!(!is_author(bad), "{bad}");
        }
    }

    #[test]
    fn derived_texts() {
        assert_eq!(title("my-mail_provider"), "My Mail Provider");
        assert_eq!(label("server-url"), "Server url");
        assert_eq!(directory_name("Contoso, Ltd. [EU]"), "Contoso, Ltd EU");
        assert_eq!(directory_name("Größe"), "Gre");
        assert_eq!(directory_name("日本"), "");
    }

    #[test]
    fn characters() {
        assert_eq!(bad_character("Contoso Archive"), None);
        assert_eq!(bad_character("日本 (é)"), None);
        assert!(bad_character("a\nb").unwrap().contains("line break"));
        assert!(bad_character("a\u{202E}b").unwrap().contains("U+202E"));
        assert!(bad_character(" a").unwrap().contains("blank"));
        assert_eq!(bad_inf_character("a \"b\" ; c = d"), None);
        for bad in ["[Services]", "a]", "\"a\"", ";a"] {
            assert!(bad_inf_character(bad).is_some(), "{bad}");
        }
    }
}
