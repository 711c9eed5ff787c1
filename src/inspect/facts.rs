//! What can be read from a file without judging it.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

use crate::spec::Architecture;

/// A Windows DLL or program, as its file describes it.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Facts {
    /// DLL or program.
    pub kind: Kind,
    /// What it runs in.
    pub machine: Bitness,
    /// Named exports, sorted.
    pub exports: Vec<Export>,
    /// The DLLs that it needs, sorted by name.
    pub imports: Vec<Import>,
    /// The version resource, if there is one that can be read.
    pub version: Option<VersionResource>,
    /// The level in the application manifest: `asInvoker` and the like. `None` without a manifest, or if it says nothing.
    pub execution_level: Option<String>,
    /// May be loaded at any address (DYNAMIC_BASE, address space layout randomization).
    pub dynamic_base: bool,
    /// Data is never executed (NX_COMPAT).
    pub nx_compatible: bool,
    /// May be loaded above 4 GiB (HIGH_ENTROPY_VA); means something in 64-bit files only.
    pub high_entropy_va: bool,
    /// Whether it has the base relocations that loading at another address takes.
    pub relocations: bool,
    /// Sections that are writable and executable at the same time.
    pub writable_code: Vec<String>,
    /// Sections with debug information inside the file.
    pub debug_sections: Vec<String>,
    /// Entries of the symbol table, which programs and DLLs do not need.
    pub symbols: u32,
    /// Whether a signature is attached. Whether it is valid is not looked at.
    pub signed: bool,
    /// The size of the file in bytes.
    pub size: u64,
    /// The size in bytes without debug sections and symbols.
    pub stripped_size: u64,
    /// Parts of the file that could not be read, as sentences.
    pub damage: Vec<String>,
}

/// DLL or program.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// A DLL.
    Library,
    /// A program.
    Program,
}

/// The processor that a file is for.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Bitness {
    /// 64-bit, x86-64.
    X64,
    /// 32-bit, x86.
    X86,
    /// Another machine, as the number in the file header.
    Other(u16),
}

impl Bitness {
    /// The same as in a spec, if a spec has it.
    #[must_use]
    pub fn architecture(self) -> Option<Architecture> {
        match self {
            Self::X64 => Some(Architecture::X64),
            Self::X86 => Some(Architecture::X86),
            Self::Other(_) => None,
        }
    }
}

impl fmt::Display for Bitness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::X64 => write!(f, "x64 (64-bit)"),
            Self::X86 => write!(f, "x86 (32-bit)"),
            Self::Other(machine) => write!(f, "machine {machine:#06x}"),
        }
    }
}

/// A named export.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Export {
    /// The name that GetProcAddress takes.
    pub name: String,
    /// The export of another DLL that stands behind it, if it is forwarded.
    pub forwarded_to: Option<String>,
}

/// A DLL that the file needs.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Import {
    /// The DLL's name as it stands in the file.
    pub dll: String,
    /// Whether it is loaded at the first call only.
    pub delayed: bool,
    /// Whether it is part of Windows.
    pub system: bool,
}

/// A version resource.
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct VersionResource {
    /// The file's version in numbers, which installers compare.
    pub file_version: [u16; 4],
    /// The product's version in numbers.
    pub product_version: [u16; 4],
    /// CompanyName and the others, of the first language.
    pub strings: BTreeMap<String, String>,
}
