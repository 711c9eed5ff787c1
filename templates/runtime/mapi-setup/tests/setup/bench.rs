//! A machine with an Office, a package, and nothing else.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use mapi_setup::{Machine, run};
use mapi_store::definition::{LogLevel, guid};
use mapi_store::entry::registration::registry::{MemoryRegistry, Registry, Root, Value, View};
use mapi_store::entry::registration::{Architecture, Product};
use tempfile::TempDir;

pub const HKLM: Root = Root::LocalMachine;

pub static PRODUCT: Product = Product {
    name: "contoso-archive",
    display_name: "Contoso Archive",
    vendor: "Contoso",
    version: "1.4.0",
    service_name: "CONTOSO_ARCHIVE",
    dll_name: "ctsarc.dll",
    provider_uid: guid("{8F3C5D21-6E0B-4B9C-A1D7-2E54C08F9A13}"),
    install_location: r"%ProgramFiles%\Contoso\Archive",
    architectures: &[Architecture::X64, Architecture::X86],
    machine: true,
    indexing: true,
    log_key: r"SOFTWARE\Contoso\Archive\Log",
    log_level: LogLevel::Info,
    url: "https://contoso.example",
    support_url: "",
    fragment: b"[Services]\r\nCONTOSO_ARCHIVE=Contoso Archive\r\n\r\n[CONTOSO_ARCHIVE]\r\nProviders=CONTOSO_ARCHIVE_MS\r\n\
        PR_SERVICE_DLL_NAME=ctsarc.dll\r\nPR_SERVICE_ENTRY_NAME=ServiceEntry\r\n\r\n[CONTOSO_ARCHIVE_MS]\r\n\
        PR_PROVIDER_DLL_NAME=ctsarc.dll\r\n34140102=215d3c8f0b6e9c4ba1d72e54c08f9a13\r\n",
};

/// The value of Windows Search.
pub const GUID: &str = "{8F3C5D21-6E0B-4B9C-A1D7-2E54C08F9A13}";
pub const PREFERENCES: &str = r"SOFTWARE\Microsoft\Windows\Windows Search\Preferences";
pub const ENTRY: &str = r"SOFTWARE\Microsoft\Windows\CurrentVersion\Uninstall\CONTOSO_ARCHIVE-x64";

/// A MAPISVC.INF as Office has it, with a byte that is no UTF-8 and no end of the last line.
pub const OFFICE: &[u8] =
    b"; Office\r\n[Services]\r\nMSEMS=Exchange\r\n\r\n[MSEMS]\r\nPR_DISPLAY_NAME=Exch\xe4nge";

/// The machine.
pub struct Bench {
    directory: TempDir,
    pub registry: Arc<MemoryRegistry>,
}

/// What a run printed, and its exit code.
pub struct Ran {
    pub code: u8,
    pub out: String,
    pub errors: String,
}

impl Ran {
    /// Nothing went wrong.
    pub fn done(self) -> Self {
        assert_eq!(self.code, 0, "{}{}", self.out, self.errors);
        assert_eq!(self.errors, "");
        self
    }

    /// It was refused, with these words.
    pub fn refused(self, words: &[&str]) -> Self {
        assert_eq!(self.code, 1, "{}{}", self.out, self.errors);
        for word in words {
            assert!(
                self.errors.contains(word),
                "no {word:?} in:\n{}",
                self.errors
            );
        }
        self
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {}", self.out))
    }
}

/// The beginning of a DLL, with something to tell two apart.
pub fn dll(architecture: Architecture, mark: &str) -> Vec<u8> {
    let mut bytes = vec![0; 0x80];
    bytes[..2].copy_from_slice(b"MZ");
    bytes[0x3C] = 0x78;
    bytes[0x78..0x7C].copy_from_slice(b"PE\0\0");
    let machine: u16 = match architecture {
        Architecture::X64 => 0x8664,
        Architecture::X86 => 0x014C,
    };
    bytes[0x7C..0x7E].copy_from_slice(&machine.to_le_bytes());
    bytes.extend(mark.bytes());
    bytes
}

impl Bench {
    /// A 64-bit Click-to-Run Office with one language, and the package for it.
    pub fn new() -> Self {
        let bench = Self::without_office();
        bench.office("x64");
        bench.inf(Architecture::X64, "1033");
        bench
    }

    /// No Office at all.
    pub fn without_office() -> Self {
        let directory = tempfile::Builder::new().prefix("mapi").tempdir().unwrap();
        let registry = Arc::new(MemoryRegistry::new());
        for view in View::ALL {
            for key in [
                r"SOFTWARE\Microsoft\Windows\CurrentVersion\Uninstall",
                r"SOFTWARE\Microsoft\Windows\Windows Search",
            ] {
                registry.create_key(HKLM, view, key).unwrap();
            }
        }
        let bench = Self {
            directory,
            registry,
        };
        for place in ["Program Files", "Program Files (x86)", "package"] {
            fs::create_dir(bench.path(place)).unwrap();
        }
        fs::write(bench.path("package/setup.exe"), "the program").unwrap();
        bench.package(Architecture::X64, "first");
        bench
    }

    /// Puts another DLL into the package.
    pub fn package(&self, architecture: Architecture, mark: &str) {
        fs::write(self.path("package/ctsarc32.dll"), dll(architecture, mark)).unwrap();
    }

    /// Registers a Click-to-Run Office.
    pub fn office(&self, platform: &str) {
        let write = |key: &str, name, text: &str| {
            let key = format!(r"SOFTWARE\Microsoft\Office\ClickToRun{key}");
            let value = Value::Text(text.to_owned());
            self.registry
                .write(HKLM, View::Registry64, &key, name, &value)
                .unwrap();
        };
        write(
            "",
            "InstallPath",
            &self.path("Office").display().to_string(),
        );
        write(r"\Configuration", "Platform", platform);
        write(r"\Configuration", "VersionToReport", "16.0.17328.20000");
    }

    /// Puts a MAPISVC.INF of a language into Office.
    pub fn inf(&self, architecture: Architecture, language: &str) -> PathBuf {
        let common = match architecture {
            Architecture::X64 => "ProgramFilesCommonX64",
            Architecture::X86 => "ProgramFilesCommonX86",
        };
        let place = self.path(&format!(
            "Office/root/VFS/{common}/System/MSMAPI/{language}"
        ));
        fs::create_dir_all(&place).unwrap();
        let file = place.join("MAPISVC.INF");
        fs::write(&file, OFFICE).unwrap();
        file
    }

    pub fn path(&self, path: &str) -> PathBuf {
        path.split('/')
            .fold(self.directory.path().to_owned(), |path, part| {
                path.join(part)
            })
    }

    pub fn installed(&self, name: &str) -> PathBuf {
        self.path("Program Files/Contoso/Archive").join(name)
    }

    /// Runs the package's setup.
    pub fn setup(&self, arguments: &[&str]) -> Ran {
        self.setup_from(&self.path("package/setup.exe"), &PRODUCT, arguments)
    }

    /// Runs a setup program.
    pub fn setup_from(&self, program: &Path, product: &Product, arguments: &[&str]) -> Ran {
        let directories = [
            ("ProgramW6432", self.path("Program Files")),
            ("ProgramFiles(x86)", self.path("Program Files (x86)")),
        ]
        .map(|(name, path)| (name, path.display().to_string()));
        let machine = Machine::made_up(
            self.registry.clone(),
            program.to_owned(),
            self.path("package/setup"),
            Box::new(move |name| {
                let known = directories.iter().find(|(known, _)| *known == name);
                known.map(|(_, path)| path.clone())
            }),
        );
        let arguments = ["setup"].iter().chain(arguments);
        let (mut out, mut errors) = (Vec::new(), Vec::new());
        let code = run(product, &machine, arguments, &mut out, &mut errors);
        Ran {
            code,
            out: String::from_utf8(out).unwrap(),
            errors: String::from_utf8(errors).unwrap(),
        }
    }

    /// Everything on the machine: files with their contents, directories, the registry.
    pub fn everything(&self) -> Everything {
        let mut files = BTreeMap::new();
        list(self.directory.path(), &mut files);
        Everything {
            files,
            registry: self.registry.to_string(),
        }
    }

    pub fn value(&self, key: &str, name: &str) -> Option<Value> {
        self.registry
            .read(HKLM, View::Registry64, key, name)
            .unwrap()
    }
}

#[derive(Debug, Eq, PartialEq)]
pub struct Everything {
    /// Directories have no contents.
    pub files: BTreeMap<PathBuf, Option<Vec<u8>>>,
    pub registry: String,
}

fn list(directory: &Path, files: &mut BTreeMap<PathBuf, Option<Vec<u8>>>) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.insert(path.clone(), None);
            list(&path, files);
        } else {
            let bytes = fs::read(&path).unwrap();
            files.insert(path, Some(bytes));
        }
    }
}
