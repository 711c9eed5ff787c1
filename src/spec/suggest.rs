//! "Did you mean": the nearest word within three edits.

/// The largest distance at which a word is suggested.
const MAX_EDITS: usize = 3;

/// What people write for words of the format that they do not know.
const SYNONYMS: &[(&str, &str)] = &[
    ("32", "x86"),
    ("32-bit", "x86"),
    ("64", "x64"),
    ("64-bit", "x64"),
    ("amd64", "x64"),
    ("apptime", "app-time"),
    ("attach", "attachments"),
    ("bool", "boolean"),
    ("bytes", "binary"),
    ("class", "container-class"),
    ("clsid", "guid"),
    ("company", "vendor"),
    ("copyright", "license"),
    ("date", "time"),
    ("datetime", "time"),
    ("default", "default-capable"),
    ("delay-ms", "first-delay-ms"),
    ("deleted-items", "deleted"),
    ("dll-name", "dll"),
    ("entry-id-unique", "unique-entry-ids"),
    ("dword", "long"),
    ("enum", "choice"),
    ("fatal", "error"),
    ("finder", "search-root"),
    ("global", "machine"),
    ("guid", "uid"),
    ("i16", "short"),
    ("i32", "long"),
    ("i386", "x86"),
    ("i64", "i8"),
    ("i686", "x86"),
    ("int", "integer"),
    ("int", "long"),
    ("integer", "long"),
    ("junk-email", "junk"),
    ("licence", "license"),
    ("local", "user"),
    ("maildir", "directory"),
    ("manufacturer", "vendor"),
    ("multi-value", "multi-valued"),
    ("mv", "multi-valued"),
    ("mv-props", "multi-valued"),
    ("mv-clsid", "mv-guid"),
    ("mv-string", "mv-unicode"),
    ("mv-string8", "mv-unicode"),
    ("mv-systime", "mv-time"),
    ("none", "off"),
    ("notify", "notifications"),
    ("number", "integer"),
    ("number", "long"),
    ("password", "secret"),
    ("path", "location"),
    ("per-machine", "machine"),
    ("per-user", "user"),
    ("primary", "default-capable"),
    ("prop-id", "property-id"),
    ("publisher", "vendor"),
    ("restriction", "restrictions"),
    ("search-folders", "search"),
    ("sent-items", "sent"),
    ("sent-mail", "sent"),
    ("sort", "sorting"),
    ("spam", "junk"),
    ("string", "unicode"),
    ("string8", "unicode"),
    ("systime", "time"),
    ("system", "machine"),
    ("text", "string"),
    ("text", "unicode"),
    ("title", "display-name"),
    ("trash", "deleted"),
    ("tree", "parent"),
    ("uuid", "guid"),
    ("uuid", "uid"),
    ("warning", "warn"),
    ("wastebasket", "deleted"),
    ("x86-64", "x64"),
    ("x86_64", "x64"),
];

/// Longer words are not compared, so that a hostile spec cannot make this slow.
const MAX_LENGTH: usize = 64;

/// The candidate nearest to `word`, if one is near enough. What differs only in case, `_` or `-` is always nearest; a
/// short word must be nearer than a long one, because three edits make anything out of three letters.
pub(super) fn nearest<'a>(
    word: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    if word.is_empty() || word.len() > MAX_LENGTH {
        return None;
    }
    let word = without_affixes(word);
    let plain_word = plain(word);
    let letters: Vec<char> = word.chars().collect();
    let mut synonym = None;
    let mut best: Option<(usize, &str)> = None;
    for candidate in candidates {
        if candidate.len() > MAX_LENGTH {
            continue;
        }
        if plain(candidate) == plain_word {
            return Some(candidate);
        }
        if SYNONYMS
            .iter()
            .any(|(other, meant)| *meant == candidate && plain(other) == plain_word)
        {
            synonym = synonym.or(Some(candidate));
        }
        let others: Vec<char> = candidate.chars().collect();
        let limit = match letters.len().max(others.len()) {
            1 => 0,
            length => MAX_EDITS.min(length.div_ceil(3)),
        };
        let limit = best.map_or(limit, |(distance, _)| limit.min(distance.saturating_sub(1)));
        if let Some(distance) = edit_distance(&letters, &others, limit) {
            best = Some((distance, candidate));
        }
    }
    synonym.or(best.map(|(_, candidate)| candidate))
}

/// What MAPI's headers say, as the format says it: `PT_LONG` is `long`, `STORE_MODIFY_OK` is `modify`.
fn without_affixes(word: &str) -> &str {
    let bare = match word.strip_prefix("STORE_") {
        Some(feature) => feature.strip_suffix("_OK").unwrap_or(feature),
        None => word.strip_prefix("PT_").unwrap_or(word),
    };
    if bare.is_empty() { word } else { bare }
}

/// The word without what people vary: case, hyphens and underscores.
fn plain(word: &str) -> String {
    word.chars()
        .filter(|letter| !matches!(letter, '-' | '_'))
        .flat_map(char::to_lowercase)
        .collect()
}

/// How many letters must be inserted, removed, replaced, or swapped with their neighbour; `None` if more than `limit`.
fn edit_distance(left: &[char], right: &[char], limit: usize) -> Option<usize> {
    if left.len().abs_diff(right.len()) > limit {
        return None;
    }
    let mut before_last: Vec<usize> = vec![0; right.len() + 1];
    let mut last: Vec<usize> = (0..=right.len()).collect();
    let mut row: Vec<usize> = vec![0; right.len() + 1];
    for (i, letter) in left.iter().enumerate() {
        row[0] = i + 1;
        for (j, other) in right.iter().enumerate() {
            let replaced = last[j] + usize::from(letter != other);
            let mut distance = replaced.min(last[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && *letter == right[j - 1] && left[i - 1] == *other {
                distance = distance.min(before_last[j - 1] + 1);
            }
            row[j + 1] = distance;
        }
        std::mem::swap(&mut before_last, &mut last);
        std::mem::swap(&mut last, &mut row);
    }
    Some(last[right.len()]).filter(|distance| *distance <= limit)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn distance(left: &str, right: &str) -> Option<usize> {
        let left: Vec<char> = left.chars().collect();
        let right: Vec<char> = right.chars().collect();
        edit_distance(&left, &right, MAX_EDITS)
    }

    #[test]
    fn counts_edits() {
        assert_eq!(distance("inbox", "inbox"), Some(0));
        assert_eq!(distance("inbox", "inbx"), Some(1));
        assert_eq!(distance("inbox", "ibnox"), Some(1));
        assert_eq!(distance("kitten", "sitting"), Some(3));
        assert_eq!(distance("", "abc"), Some(3));
        assert_eq!(distance("", "abcd"), None);
        assert_eq!(distance("naïve", "naive"), Some(1));
    }

    #[test]
    fn knows_what_is_meant() {
        assert_eq!(nearest("amd64", ["x64", "x86"]), Some("x64"));
        assert_eq!(
            nearest("SentItems", ["inbox", "sent", "deleted"]),
            Some("sent")
        );
        assert_eq!(nearest("string", ["short", "unicode"]), Some("unicode"));
        assert_eq!(nearest("PT_STRING8", ["i8", "unicode"]), Some("unicode"));
        assert_eq!(nearest("PT_MV_LONG", ["long", "mv-long"]), Some("mv-long"));
        assert_eq!(
            nearest("STORE_ATTACH_OK", ["create", "attachments"]),
            Some("attachments")
        );
        assert_eq!(nearest("STORE_READONLY", ["read-only"]), Some("read-only"));
        assert_eq!(nearest("PT_", ["short"]), None);
        assert_eq!(nearest("string", ["string", "unicode"]), Some("string"));
    }

    #[test]
    fn suggests_the_nearest() {
        let words = ["display-name", "description", "name", "vendor"];
        assert_eq!(nearest("display_name", words), Some("display-name"));
        assert_eq!(nearest("displayName", words), Some("display-name"));
        assert_eq!(nearest("vednor", words), Some("vendor"));
        assert_eq!(nearest("desciption", words), Some("description"));
        assert_eq!(nearest("nam", words), Some("name"));
        assert_eq!(nearest("colour", words), None);
        assert_eq!(nearest("", words), None);
    }

    /// Three edits turn any word of three letters into any other.
    #[test]
    fn short_words_must_be_near() {
        assert_eq!(nearest("foo", ["x64", "x86"]), None);
        assert_eq!(nearest("x46", ["x64", "x86"]), Some("x64"));
        assert_eq!(nearest("a", ["b"]), None);
    }
}
