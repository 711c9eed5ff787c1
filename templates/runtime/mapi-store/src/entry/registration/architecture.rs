//! The architectures that a provider is made for. The DLL's has to be Outlook's, whatever Windows' is.

use std::fmt;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;
use std::str::FromStr;

/// An architecture of Outlook, and so of the DLL that it loads.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Architecture {
    /// 64 bits.
    X64,
    /// 32 bits, on a 64-bit Windows, too.
    X86,
}

/// Where a program says at which offset its header begins.
const HEADER_OFFSET: u64 = 0x3C;
const SIGNATURE: &[u8; 4] = b"PE\0\0";

impl Architecture {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::X64, Self::X86];

    /// The architecture of this code, by the width of its pointers.
    pub const fn own() -> Self {
        if usize::BITS == 64 {
            Self::X64
        } else {
            Self::X86
        }
    }

    /// The architecture that a program or a DLL is made for, as its header says.
    ///
    /// # Errors
    /// When the file cannot be read, is no program of Windows, or is made for another machine.
    pub fn of_file(path: &Path) -> io::Result<Self> {
        let mut file = File::open(path)?;
        let machine = machine(&mut file).map_err(|error| match error.kind() {
            io::ErrorKind::UnexpectedEof => not_a_program(),
            _ => error,
        })?;
        match machine {
            0x8664 => Ok(Self::X64),
            0x014C => Ok(Self::X86),
            other => Err(io::Error::new(
                io::ErrorKind::InvalidData,
                format!("it is made for {}, not for x64 or x86", machine_name(other)),
            )),
        }
    }

    /// The number of bits of a pointer.
    pub const fn bits(self) -> u32 {
        match self {
            Self::X64 => 64,
            Self::X86 => 32,
        }
    }

    /// The other one.
    pub const fn other(self) -> Self {
        match self {
            Self::X64 => Self::X86,
            Self::X86 => Self::X64,
        }
    }

    /// The word for it, as specs and command lines have it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::X64 => "x64",
            Self::X86 => "x86",
        }
    }
}

fn machine(file: &mut File) -> io::Result<u16> {
    let mut magic = [0; 2];
    file.read_exact(&mut magic)?;
    if &magic != b"MZ" {
        return Err(not_a_program());
    }
    let mut offset = [0; 4];
    file.seek(SeekFrom::Start(HEADER_OFFSET))?;
    file.read_exact(&mut offset)?;
    let mut header = [0; 6];
    file.seek(SeekFrom::Start(u64::from(u32::from_le_bytes(offset))))?;
    file.read_exact(&mut header)?;
    if header[..4] != SIGNATURE[..] {
        return Err(not_a_program());
    }
    Ok(u16::from_le_bytes([header[4], header[5]]))
}

fn not_a_program() -> io::Error {
    io::Error::new(
        io::ErrorKind::InvalidData,
        "it is neither a program nor a DLL of Windows",
    )
}

fn machine_name(machine: u16) -> String {
    match machine {
        0xAA64 => "ARM64".to_owned(),
        0x01C4 => "ARM".to_owned(),
        0x0200 => "Itanium".to_owned(),
        other => format!("machine 0x{other:04X}"),
    }
}

impl fmt::Display for Architecture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// The word names no architecture that Outlook has.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct UnknownArchitecture(
    /// The word.
    pub String,
);

impl fmt::Display for UnknownArchitecture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:?} is no architecture of Outlook: use x64 or x86",
            self.0
        )
    }
}

impl std::error::Error for UnknownArchitecture {}

impl FromStr for Architecture {
    type Err = UnknownArchitecture;

    /// Reads "x64" or "x86", in either case.
    fn from_str(word: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|architecture| architecture.word().eq_ignore_ascii_case(word))
            .ok_or_else(|| UnknownArchitecture(word.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The beginning of a program for a machine.
    fn program(machine: u16) -> Vec<u8> {
        let mut bytes = vec![0; 0x80];
        bytes[..2].copy_from_slice(b"MZ");
        bytes[0x3C] = 0x78;
        bytes[0x78..0x7C].copy_from_slice(SIGNATURE);
        bytes[0x7C..0x7E].copy_from_slice(&machine.to_le_bytes());
        bytes
    }

    fn of(bytes: &[u8]) -> Result<Architecture, String> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), bytes).unwrap();
        Architecture::of_file(file.path()).map_err(|error| error.to_string())
    }

    #[test]
    fn a_program_says_what_it_is_made_for() {
        assert_eq!(of(&program(0x8664)), Ok(Architecture::X64));
        assert_eq!(of(&program(0x014C)), Ok(Architecture::X86));
        assert!(of(&program(0xAA64)).unwrap_err().contains("ARM64"));
        assert!(of(&program(0x1234)).unwrap_err().contains("0x1234"));
    }

    #[test]
    fn what_is_no_program_is_refused() {
        let mut elsewhere = program(0x8664);
        elsewhere[0x3F] = 0x7F;
        let mut unsigned = program(0x8664);
        unsigned[0x78] = b'p';
        for bytes in [&b""[..], b"M", b"MZ", b"\x7fELF", &elsewhere, &unsigned] {
            assert!(of(bytes).unwrap_err().contains("neither"), "{bytes:?}");
        }
        assert!(Architecture::of_file(Path::new("no such file")).is_err());
    }

    #[test]
    fn words_are_read_in_either_case() {
        for architecture in Architecture::ALL {
            assert_eq!(architecture.to_string().parse(), Ok(architecture));
            assert_eq!(
                architecture.to_string().to_uppercase().parse(),
                Ok(architecture)
            );
            assert_eq!(architecture.other().other(), architecture);
        }
        let error = "arm64".parse::<Architecture>().unwrap_err().to_string();
        assert!(error.contains("arm64") && error.contains("x64"), "{error}");
    }
}
