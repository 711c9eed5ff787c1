//! Text as Outlook users compare it, and the parts of a subject.
//!
//! Upper and lower case are one, and in sort orders the accents of Latin letters count for nothing. Everything here
//! works character by character, so that the folded form of a part is a part of the folded form of the whole.

use std::cmp::Ordering;

/// Characters of a text that sort keys and table cells keep.
pub(super) const CUT: usize = 255;

/// The text without the difference between upper and lower case.
pub(super) fn lower(text: &str) -> String {
    if text.is_ascii() {
        text.to_ascii_lowercase()
    } else {
        text.chars().flat_map(char::to_lowercase).collect()
    }
}

/// The text without the accents of Latin letters.
pub(super) fn strip_accents(text: &str) -> String {
    let mut stripped = String::with_capacity(text.len());
    for character in text.chars() {
        push_base(character, &mut stripped);
    }
    stripped
}

/// The text in the form by which it sorts, cut to its first [`CUT`] characters.
pub(super) fn sort_form(text: &str) -> String {
    let text = cut(text);
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    let mut form = String::with_capacity(text.len());
    for character in text.chars().flat_map(char::to_lowercase) {
        push_base(character, &mut form);
    }
    form
}

/// Stands in a sort key where the sort form does not tell the whole text.
pub(super) const DOUBT: char = '\u{1}';

/// What texts sort by: their sort form and, where that lost accents or more than [`CUT`] characters, [`DOUBT`] and the
/// characters themselves in lower case. So texts that differ by accents alone have an order, and a key without
/// [`DOUBT`] is the whole text but for case.
pub(super) fn sort_key(text: &str) -> String {
    let kept = cut(text);
    make_sort_key(kept, kept.len() < text.len())
}

/// The sort key of a text that begins so and goes on.
pub(super) fn sort_key_of_beginning(beginning: &str) -> String {
    make_sort_key(cut(beginning), true)
}

fn make_sort_key(kept: &str, is_cut: bool) -> String {
    let mut key = sort_form(kept);
    let lower = lower(kept);
    if is_cut || key != lower {
        key.push(DOUBT);
        key.push_str(&lower);
    }
    key
}

/// Order of two texts: by sort form, then by what is left of the accents. Equal means equal but for case.
pub(super) fn compare(left: &str, right: &str) -> Ordering {
    if left.is_ascii() && right.is_ascii() {
        let left = left.bytes().map(|byte| byte.to_ascii_lowercase());
        return left.cmp(right.bytes().map(|byte| byte.to_ascii_lowercase()));
    }
    let (left, right) = (lower(left), lower(right));
    strip_accents(&left)
        .cmp(&strip_accents(&right))
        .then_with(|| left.cmp(&right))
}

/// The first [`CUT`] characters.
pub(super) fn cut(text: &str) -> &str {
    match text.char_indices().nth(CUT) {
        Some((end, _)) => &text[..end],
        None => text,
    }
}

/// The prefix that a subject begins with: one to three letters, a colon and a blank
/// \[pidtagsubjectprefix-canonical-property\]. Empty if there is none.
pub(super) fn subject_prefix(subject: &str) -> &str {
    let letters = subject
        .chars()
        .take(4)
        .take_while(|character| character.is_alphabetic())
        .count();
    let Some((colon, _)) = subject.char_indices().nth(letters) else {
        return "";
    };
    if (1..=3).contains(&letters) && subject[colon..].starts_with(": ") {
        &subject[..colon + 2]
    } else {
        ""
    }
}

fn push_base(character: char, text: &mut String) {
    if character.is_ascii() {
        text.push(character);
        return;
    }
    let base = match character {
        '\u{300}'..='\u{36F}' => return,
        'À'..='Å' | 'Ā' | 'Ă' | 'Ą' => 'A',
        'à'..='å' | 'ā' | 'ă' | 'ą' => 'a',
        'Ç' | 'Ć' | 'Ĉ' | 'Ċ' | 'Č' => 'C',
        'ç' | 'ć' | 'ĉ' | 'ċ' | 'č' => 'c',
        'Ď' => 'D',
        'ď' => 'd',
        'È'..='Ë' | 'Ē' | 'Ĕ' | 'Ė' | 'Ę' | 'Ě' => 'E',
        'è'..='ë' | 'ē' | 'ĕ' | 'ė' | 'ę' | 'ě' => 'e',
        'Ĝ' | 'Ğ' | 'Ġ' | 'Ģ' => 'G',
        'ĝ' | 'ğ' | 'ġ' | 'ģ' => 'g',
        'Ĥ' => 'H',
        'ĥ' => 'h',
        'Ì'..='Ï' | 'Ĩ' | 'Ī' | 'Ĭ' | 'Į' | 'İ' => 'I',
        'ì'..='ï' | 'ĩ' | 'ī' | 'ĭ' | 'į' => 'i',
        'Ĵ' => 'J',
        'ĵ' => 'j',
        'Ķ' => 'K',
        'ķ' => 'k',
        'Ĺ' | 'Ļ' | 'Ľ' | 'Ł' => 'L',
        'ĺ' | 'ļ' | 'ľ' | 'ł' => 'l',
        'Ñ' | 'Ń' | 'Ņ' | 'Ň' => 'N',
        'ñ' | 'ń' | 'ņ' | 'ň' => 'n',
        'Ò'..='Ö' | 'Ø' | 'Ō' | 'Ŏ' | 'Ő' => 'O',
        'ò'..='ö' | 'ø' | 'ō' | 'ŏ' | 'ő' => 'o',
        'Ŕ' | 'Ŗ' | 'Ř' => 'R',
        'ŕ' | 'ŗ' | 'ř' => 'r',
        'Ś' | 'Ŝ' | 'Ş' | 'Š' | 'Ș' => 'S',
        'ś' | 'ŝ' | 'ş' | 'š' | 'ș' => 's',
        'Ţ' | 'Ť' | 'Ț' => 'T',
        'ţ' | 'ť' | 'ț' => 't',
        'Ù'..='Ü' | 'Ũ' | 'Ū' | 'Ŭ' | 'Ů' | 'Ű' | 'Ų' => 'U',
        'ù'..='ü' | 'ũ' | 'ū' | 'ŭ' | 'ů' | 'ű' | 'ų' => 'u',
        'Ŵ' => 'W',
        'ŵ' => 'w',
        'Ý' | 'Ŷ' | 'Ÿ' => 'Y',
        'ý' | 'ÿ' | 'ŷ' => 'y',
        'Ź' | 'Ż' | 'Ž' => 'Z',
        'ź' | 'ż' | 'ž' => 'z',
        other => other,
    };
    text.push(base);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prefixes_are_one_to_three_letters() {
        for (subject, prefix) in [
            ("RE: x", "RE: "),
            ("Fwd: x", "Fwd: "),
            ("R: x", "R: "),
            ("Ång: x", "Ång: "),
            ("Notice: x", ""),
            ("RE:x", ""),
            ("4U: x", ""),
            (": x", ""),
            ("RE", ""),
            ("RE:", ""),
            ("", ""),
            ("RE: ", "RE: "),
        ] {
            assert_eq!(subject_prefix(subject), prefix, "{subject}");
        }
    }

    #[test]
    fn case_never_counts_and_accents_count_last() {
        assert_eq!(compare("ABC", "abc"), Ordering::Equal);
        assert_eq!(compare("ÄRGER", "ärger"), Ordering::Equal);
        assert_eq!(compare("Arger", "ärger"), Ordering::Less);
        assert_eq!(compare("ärger", "Bar"), Ordering::Less);
        assert_eq!(compare("Zebra", "éclair"), Ordering::Greater);
        assert_eq!(compare("ΣΊΣΥΦΟΣ", "σίσυφοσ"), Ordering::Equal);
    }

    #[test]
    fn sort_keys_tell_what_they_lost() {
        assert_eq!(sort_key("Hello"), "hello");
        assert_eq!(sort_key("Σίσυφος"), lower("Σίσυφος"));
        assert_eq!(sort_key("Über"), "uber\u{1}über");
        assert!(sort_key(&"x".repeat(CUT + 1)).contains(DOUBT));
        assert!(!sort_key(&"x".repeat(CUT)).contains(DOUBT));
        let mut sorted = ["uber", "über", "uber alles", "ubern"].map(sort_key);
        sorted.sort();
        assert_eq!(
            sorted,
            ["uber", "über", "uber alles", "ubern"].map(sort_key)
        );
    }

    #[test]
    fn sort_forms_are_cut_and_parts_stay_parts() {
        assert_eq!(sort_form(&"É".repeat(300)).chars().count(), CUT);
        assert!(sort_form("Hello Ünsal").contains(&sort_form("ünS")));
        assert_eq!(cut("abc"), "abc");
    }
}
