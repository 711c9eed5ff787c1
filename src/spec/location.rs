//! Rules for directories on Windows.

use super::names;

/// What is wrong with a directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum LocationError<'a> {
    /// Neither a drive nor a variable stands at the beginning.
    Relative,
    /// A network share.
    Network,
    /// A variable that is not on every Windows.
    UnknownVariable(&'a str),
    /// A percent sign that belongs to no variable.
    Percent,
    /// A character that no file name has.
    Character(char),
    /// A part that Windows would change or read as something else.
    Part(&'a str, &'static str),
    /// A part that is a device.
    Device(&'a str),
}

/// Checks that Windows can open a directory: `C:\...`, or `%VARIABLE%\...`. Forward slashes count as backslashes.
pub(super) fn check(path: &str) -> Result<(), LocationError<'_>> {
    if path.starts_with(r"\\") || path.starts_with("//") {
        return Err(LocationError::Network);
    }
    let rest = if let Some(after) = path.strip_prefix('%') {
        let (variable, rest) = after.split_once('%').ok_or(LocationError::Percent)?;
        if !names::VARIABLES
            .iter()
            .any(|known| known.eq_ignore_ascii_case(variable))
        {
            return Err(LocationError::UnknownVariable(variable));
        }
        rest
    } else {
        let mut letters = path.chars();
        match (letters.next(), letters.next(), letters.next()) {
            (Some(drive), Some(':'), Some('\\' | '/')) if drive.is_ascii_alphabetic() => &path[2..],
            _ => return Err(LocationError::Relative),
        }
    };
    let Some(rest) = rest.strip_prefix(['\\', '/']) else {
        return Err(if rest.is_empty() {
            LocationError::Part("", "names no directory of its own")
        } else {
            LocationError::Relative
        });
    };
    let rest = rest.strip_suffix(['\\', '/']).unwrap_or(rest);
    rest.split(['\\', '/']).try_for_each(check_part)
}

fn check_part(part: &str) -> Result<(), LocationError<'_>> {
    if part.contains('%') {
        return Err(LocationError::Percent);
    }
    if let Some(letter) = part
        .chars()
        .find(|letter| letter.is_control() || r#"<>:"|?*"#.contains(*letter))
    {
        return Err(LocationError::Character(letter));
    }
    if part.is_empty() {
        return Err(LocationError::Part(part, "is empty"));
    }
    if matches!(part, "." | "..") {
        return Err(LocationError::Part(part, "depends on where it is read"));
    }
    if part.ends_with(['.', ' ']) {
        return Err(LocationError::Part(
            part,
            "ends with a period or blank, which Windows cuts off",
        ));
    }
    if names::is_device(part) {
        return Err(LocationError::Device(part));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn good_locations() {
        for path in [
            r"C:\Mail",
            r"%LOCALAPPDATA%\Contoso\Archive",
            "%ProgramData%/Contoso",
            r"d:\a b\c.d\",
            r"C:\é",
        ] {
            assert_eq!(check(path), Ok(()), "{path}");
        }
    }

    #[test]
    fn bad_locations() {
        for (path, why) in [
            ("Mail", LocationError::Relative),
            (r"\Mail", LocationError::Relative),
            ("C:Mail", LocationError::Relative),
            ("/var/mail", LocationError::Relative),
            ("%TEMP%x", LocationError::Relative),
            ("", LocationError::Relative),
            (r"\\server\share", LocationError::Network),
            ("//server/share", LocationError::Network),
            (r"%APPDAT%\x", LocationError::UnknownVariable("APPDAT")),
            (r"%APPDATA\x", LocationError::Percent),
            (r"C:\%TEMP%\x", LocationError::Percent),
            (r"C:\a|b", LocationError::Character('|')),
            (r"C:\a\con\b", LocationError::Device("con")),
        ] {
            assert_eq!(check(path), Err(why), "{path}");
        }
        for path in [
            r"C:\a\..\b",
            r"C:\a.\b",
            r"C:\a \b",
            r"C:\\b",
            r"C:\",
            "%TEMP%",
            r"%TEMP%\",
        ] {
            assert!(
                matches!(check(path), Err(LocationError::Part(..))),
                "{path}"
            );
        }
    }
}
