//! Moments: MAPI counts 100 ns since 1601, mail writes dates, Unix counts seconds since 1970.

use mail_parser::DateTime;

const TICKS_PER_SECOND: i64 = 10_000_000;
const SECONDS_1601_TO_1970: i64 = 11_644_473_600;

/// A date of mail as MAPI counts; `None` when it makes no sense.
pub(super) fn from_date(date: &DateTime) -> Option<u64> {
    if !date.is_valid() {
        return None;
    }
    let ticks = date
        .to_timestamp()
        .checked_add(SECONDS_1601_TO_1970)?
        .checked_mul(TICKS_PER_SECOND)?;
    u64::try_from(ticks).ok()
}

/// Seconds since 1970, as dates of mail are written from.
pub(super) fn to_unix_seconds(time: u64) -> i64 {
    let seconds = i64::try_from(time / TICKS_PER_SECOND as u64).unwrap_or(i64::MAX);
    seconds - SECONDS_1601_TO_1970
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_moments() {
        let date = DateTime::parse_rfc3339("2001-09-09T01:46:40Z").unwrap();
        assert_eq!(from_date(&date), Some(126_444_736_000_000_000));
        assert_eq!(to_unix_seconds(126_444_736_000_000_000), 1_000_000_000);
        let date = DateTime::parse_rfc3339("2024-02-29T23:30:00-02:00").unwrap();
        assert_eq!(to_unix_seconds(from_date(&date).unwrap()), 1_709_256_600);
        let nonsense = DateTime { month: 13, ..date };
        assert_eq!(from_date(&nonsense), None);
    }
}
