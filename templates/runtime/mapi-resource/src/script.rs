//! The text of a resource script, in UTF-8.

use std::fmt::Write;

use super::Version;

/// DLL or program.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Kind {
    /// Has a version resource.
    Library,
    /// Has a manifest as well.
    Program,
}

/// Windows 10 and 11, and the rights of the one who starts the program. It says nothing about code pages: what the program asks
/// Windows about them has to hold for MAPI, too.
const MANIFEST: &str = "\
<?xml version='1.0' encoding='UTF-8' standalone='yes'?>
<assembly xmlns='urn:schemas-microsoft-com:asm.v1' manifestVersion='1.0'>
<trustInfo xmlns='urn:schemas-microsoft-com:asm.v3'><security><requestedPrivileges>
<requestedExecutionLevel level='asInvoker' uiAccess='false'/>
</requestedPrivileges></security></trustInfo>
<compatibility xmlns='urn:schemas-microsoft-com:compatibility.v1'><application>
<supportedOS Id='{8e0f7a12-bfb3-4fe8-b9a5-48fd50a15a9a}'/>
</application></compatibility>
</assembly>";

/// The whole script.
pub(super) fn text(version: &Version<'_>, kind: Kind) -> String {
    let [major, minor, patch] = numbers(version.version).map(fitting);
    let is_prerelease = core(version.version) != without_build(version.version);
    // VS_FF_PRERELEASE; VOS_NT_WINDOWS32; VFT_DLL and VFT_APP; US English in UTF-16, as Explorer looks for it first.
    let mut text = format!(
        "#pragma code_page(65001)\n\
         1 VERSIONINFO\n\
         FILEVERSION {major},{minor},{patch},0\n\
         PRODUCTVERSION {major},{minor},{patch},0\n\
         FILEFLAGSMASK 0x3fL\n\
         FILEFLAGS {:#x}L\n\
         FILEOS 0x40004L\n\
         FILETYPE {:#x}L\n\
         FILESUBTYPE 0x0L\n\
         BEGIN\nBLOCK \"StringFileInfo\"\nBEGIN\nBLOCK \"040904b0\"\nBEGIN\n",
        if is_prerelease { 2 } else { 0 },
        match kind {
            Kind::Library => 2,
            Kind::Program => 1,
        },
    );
    let stem = version.file_name.rsplit_once('.');
    let internal_name = stem.map_or(version.file_name, |(stem, _)| stem);
    for (name, value) in [
        ("CompanyName", version.company),
        ("FileDescription", version.description),
        ("FileVersion", version.version),
        ("InternalName", internal_name),
        ("OriginalFilename", version.file_name),
        ("ProductName", version.product),
        ("ProductVersion", version.version),
    ] {
        let _ = writeln!(text, "VALUE \"{name}\", {}", string(value));
    }
    text.push_str(
        "END\nEND\nBLOCK \"VarFileInfo\"\nBEGIN\nVALUE \"Translation\", 0x409, 1200\nEND\nEND\n",
    );
    if kind == Kind::Program {
        text.push_str("1 24\nBEGIN\n");
        for line in MANIFEST.lines() {
            let _ = writeln!(text, "\"{line}\\r\\n\"");
        }
        text.push_str("END\n");
    }
    text
}

/// A number of the version that a version resource cannot hold.
pub(super) fn part_that_does_not_fit(version: &str) -> Option<u64> {
    numbers(version)
        .into_iter()
        .find(|number| *number > u64::from(u16::MAX))
}

fn fitting(number: u64) -> u16 {
    u16::try_from(number).unwrap_or(u16::MAX)
}

fn numbers(version: &str) -> [u64; 3] {
    let mut parts = core(version).split('.');
    // What is no number is a number that is too large.
    [(); 3].map(|()| {
        parts
            .next()
            .map_or(0, |part| part.parse().unwrap_or(u64::MAX))
    })
}

fn without_build(version: &str) -> &str {
    version.split('+').next().unwrap_or(version)
}

fn core(version: &str) -> &str {
    let version = without_build(version);
    version.split('-').next().unwrap_or(version)
}

/// A string literal: a quotation mark is doubled, a backslash begins an escape. Nothing else means anything to a resource
/// compiler; a line break would end the literal, and becomes a blank like everything else that cannot be seen.
fn string(text: &str) -> String {
    let mut literal = String::from("\"");
    for character in text.chars() {
        match character {
            '"' => literal.push_str("\"\""),
            '\\' => literal.push_str("\\\\"),
            character if character.is_control() => literal.push(' '),
            '\u{2028}' | '\u{2029}' => literal.push(' '),
            character => literal.push(character),
        }
    }
    literal.push('"');
    literal
}

#[cfg(test)]
mod tests {
    use super::*;

    const VERSION: Version<'_> = Version {
        file_name: "contoso32.dll",
        company: "Contoso",
        product: "Contoso Mail",
        description: "Mail of \"Größe\" \\ 100% \u{1f4ec}",
        version: "1.22.333-beta.4+build-5",
    };

    #[test]
    fn strings() {
        assert_eq!(string(r#"a"b\n"#), r#""a""b\\n""#);
        assert_eq!(string("a\r\nb\0c\u{2028}"), "\"a  b c \"");
        assert_eq!(string("Größe \u{1f4ec}"), "\"Größe \u{1f4ec}\"");
    }

    #[test]
    fn the_script_of_a_library() {
        let text = text(&VERSION, Kind::Library);
        for line in [
            "#pragma code_page(65001)",
            "FILEVERSION 1,22,333,0",
            "FILEFLAGS 0x2L",
            "FILETYPE 0x2L",
            "VALUE \"FileDescription\", \"Mail of \"\"Größe\"\" \\\\ 100% \u{1f4ec}\"",
            "VALUE \"FileVersion\", \"1.22.333-beta.4+build-5\"",
            "VALUE \"InternalName\", \"contoso32\"",
            "VALUE \"OriginalFilename\", \"contoso32.dll\"",
        ] {
            assert!(text.lines().any(|found| found == line), "{line}\n{text}");
        }
        assert!(!text.contains("requestedExecutionLevel"));
        let count = |word: &str| text.lines().filter(|line| *line == word).count();
        assert_eq!(count("BEGIN"), count("END"));
    }

    #[test]
    fn a_program_has_a_manifest() {
        let text = text(&VERSION, Kind::Program);
        assert!(text.contains("FILETYPE 0x1L"));
        assert!(text.contains("level='asInvoker'"));
        let count = |word: &str| text.lines().filter(|line| *line == word).count();
        assert_eq!(count("BEGIN"), count("END"));
    }

    #[test]
    fn versions() {
        assert_eq!(numbers("1.2.3+x-y"), [1, 2, 3]);
        assert_eq!(part_that_does_not_fit("65535.0.0-65536"), None);
        assert_eq!(part_that_does_not_fit("1.65536.0"), Some(65536));
        let release = Version {
            version: "1.70000.3+x-y",
            ..VERSION
        };
        let text = text(&release, Kind::Library);
        assert!(text.contains("FILEVERSION 1,65535,3,0\n"));
        assert!(text.contains("FILEFLAGS 0x0L\n"));
    }
}
