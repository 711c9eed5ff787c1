//! Zip files that depend on their contents and on nothing else: same files, same bytes, on every machine and every day.

use std::collections::BTreeMap;
use std::io::{Cursor, Write};

use time::OffsetDateTime;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, System, ZipWriter};

use super::error::Error;

/// Files by path, with `/` between the parts.
pub(super) type Files = BTreeMap<String, Vec<u8>>;

/// The time that every entry of an archive has.
#[derive(Clone, Copy, Debug)]
pub(super) struct Moment(DateTime);

impl Moment {
    /// From SOURCE_DATE_EPOCH, in seconds since 1970; without one the first moment that a zip file knows.
    ///
    /// # Errors
    /// When it is no number, or not between 1980 and 2107.
    pub(super) fn new(source_date_epoch: Option<&str>) -> Result<Self, Error> {
        let Some(value) = source_date_epoch else {
            return Ok(Self(DateTime::DEFAULT));
        };
        let parsed = (value.parse::<i64>().ok())
            .and_then(|seconds| OffsetDateTime::from_unix_timestamp(seconds).ok())
            .and_then(|moment| {
                DateTime::from_date_and_time(
                    u16::try_from(moment.year()).ok()?,
                    moment.month().into(),
                    moment.day(),
                    moment.hour(),
                    moment.minute(),
                    moment.second(),
                )
                .ok()
            });
        parsed.map(Self).ok_or_else(|| Error::SourceDateEpoch {
            value: value.to_owned(),
        })
    }
}

/// A zip file with these files below one directory.
pub(super) fn zip(directory: &str, files: &Files, moment: Moment) -> Result<Vec<u8>, Error> {
    let failed = |message: String| Error::Format {
        what: "zip file",
        message,
    };
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    // A map is sorted; the system is fixed, as the library would put down the one that it runs on.
    for (path, bytes) in files {
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .compression_level(Some(9))
            .last_modified_time(moment.0)
            .unix_permissions(0o644)
            .system(System::Unix);
        writer
            .start_file(format!("{directory}/{path}"), options)
            .map_err(|error| failed(error.to_string()))?;
        writer
            .write_all(bytes)
            .map_err(|error| failed(error.to_string()))?;
    }
    let cursor = writer.finish().map_err(|error| failed(error.to_string()))?;
    Ok(cursor.into_inner())
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    fn files() -> Files {
        let pairs = [
            ("b/c", b"c".repeat(1000)),
            ("B", Vec::new()),
            ("a.txt", b"a".to_vec()),
        ];
        (pairs.into_iter())
            .map(|(path, bytes)| (path.to_owned(), bytes))
            .collect()
    }

    #[test]
    fn entries_are_sorted_and_know_nothing_of_the_machine() {
        let moment = Moment::new(None).unwrap();
        let first = zip("top", &files(), moment).unwrap();
        assert_eq!(first, zip("top", &files(), moment).unwrap());
        let mut archive = zip::ZipArchive::new(Cursor::new(first)).unwrap();
        let mut names = Vec::new();
        for index in 0..archive.len() {
            let mut entry = archive.by_index(index).unwrap();
            let name = entry.name().unwrap().into_owned();
            assert_eq!(
                entry.last_modified().unwrap().to_string(),
                "1980-01-01 00:00:00"
            );
            assert_eq!(entry.unix_mode().unwrap() & 0o777, 0o644);
            assert!(entry.extra_data().is_none_or(|data| data.is_empty()));
            let mut bytes = Vec::new();
            entry.read_to_end(&mut bytes).unwrap();
            assert_eq!(bytes, files()[name.strip_prefix("top/").unwrap()]);
            names.push(name);
        }
        assert_eq!(names, ["top/B", "top/a.txt", "top/b/c"]);
    }

    #[test]
    fn source_date_epoch_is_every_entrys_time() {
        let moment = Moment::new(Some("1700000000")).unwrap();
        let bytes = zip("top", &files(), moment).unwrap();
        let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
        let entry = archive.by_index(0).unwrap();
        assert_eq!(
            entry.last_modified().unwrap().to_string(),
            "2023-11-14 22:13:20"
        );
    }

    #[test]
    fn times_that_a_zip_file_cannot_hold_are_refused() {
        for value in [
            "",
            "now",
            "-1",
            "0",
            "315532799",
            "4354819200",
            "9223372036854775807",
        ] {
            assert!(Moment::new(Some(value)).is_err(), "{value}");
        }
        assert!(Moment::new(Some("315532800")).is_ok());
    }
}
