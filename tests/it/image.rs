//! Windows files made by hand, each as good or as bad as a test wants it.

use object::pe::{
    IMAGE_DIRECTORY_ENTRY_DELAY_IMPORT, IMAGE_DIRECTORY_ENTRY_EXPORT, IMAGE_DIRECTORY_ENTRY_IMPORT,
    IMAGE_DIRECTORY_ENTRY_RESOURCE, IMAGE_DLLCHARACTERISTICS_DYNAMIC_BASE,
    IMAGE_DLLCHARACTERISTICS_HIGH_ENTROPY_VA, IMAGE_DLLCHARACTERISTICS_NX_COMPAT, IMAGE_FILE_DLL,
    IMAGE_FILE_EXECUTABLE_IMAGE, IMAGE_FILE_MACHINE_AMD64, IMAGE_REL_BASED_DIR64,
    IMAGE_SCN_CNT_INITIALIZED_DATA, IMAGE_SCN_MEM_READ, IMAGE_SUBSYSTEM_WINDOWS_GUI,
};
use object::write::pe::{NtHeaders, Writer};

/// Where the one section with all tables lies; the headers fit below it.
const BASE: u32 = 0x1000;

/// What the file is made of.
#[derive(Clone)]
pub(crate) struct Image {
    pub machine: u16,
    pub is_64: bool,
    /// Of the file header.
    pub characteristics: u16,
    /// Of the optional header.
    pub dll_characteristics: u16,
    pub section_characteristics: u32,
    /// Names, and what they are forwarded to.
    pub exports: Vec<(&'static str, Option<&'static str>)>,
    pub imports: Vec<&'static str>,
    pub delayed: Vec<&'static str>,
    /// Type and bytes of each resource, by type.
    pub resources: Vec<(u32, Vec<u8>)>,
    pub relocations: bool,
    /// A section with debug information of this size.
    pub debug: u32,
}

impl Image {
    /// A provider's DLL with nothing to complain about.
    pub fn good() -> Self {
        Self {
            dll_characteristics: IMAGE_DLLCHARACTERISTICS_DYNAMIC_BASE
                | IMAGE_DLLCHARACTERISTICS_NX_COMPAT
                | IMAGE_DLLCHARACTERISTICS_HIGH_ENTROPY_VA,
            exports: (cargo_mapi::inspect::REQUIRED_EXPORTS.iter())
                .map(|name| (*name, None))
                .collect(),
            imports: vec!["KERNEL32.dll", "ntdll.dll"],
            resources: vec![(16, version_resource([1, 2, 3, 0], STRINGS))],
            relocations: true,
            ..Self::bare(IMAGE_FILE_MACHINE_AMD64, true)
        }
    }

    /// The least that is a Windows program or DLL.
    pub fn bare(machine: u16, is_library: bool) -> Self {
        let kind = if is_library { IMAGE_FILE_DLL } else { 0 };
        Self {
            machine,
            is_64: machine == IMAGE_FILE_MACHINE_AMD64,
            characteristics: IMAGE_FILE_EXECUTABLE_IMAGE | kind,
            dll_characteristics: 0,
            section_characteristics: IMAGE_SCN_CNT_INITIALIZED_DATA | IMAGE_SCN_MEM_READ,
            exports: Vec::new(),
            imports: Vec::new(),
            delayed: Vec::new(),
            resources: Vec::new(),
            relocations: false,
            debug: 0,
        }
    }

    /// The file.
    pub fn bytes(&self) -> Vec<u8> {
        let mut tables = Tables::default();
        let exports = (!self.exports.is_empty()).then(|| tables.exports(&self.exports));
        let imports = (!self.imports.is_empty()).then(|| tables.imports(&self.imports));
        let delayed = (!self.delayed.is_empty()).then(|| tables.delayed(&self.delayed));
        let resources = (!self.resources.is_empty()).then(|| tables.resources(&self.resources));
        let size = u32::try_from(tables.0.len()).unwrap();

        let mut bytes = Vec::new();
        let mut writer = Writer::new(self.is_64, 0x1000, 0x200, &mut bytes);
        writer.reserve_dos_header_and_stub();
        writer.reserve_nt_headers(16);
        for (entry, range) in [
            (IMAGE_DIRECTORY_ENTRY_EXPORT, exports),
            (IMAGE_DIRECTORY_ENTRY_IMPORT, imports),
            (IMAGE_DIRECTORY_ENTRY_DELAY_IMPORT, delayed),
            (IMAGE_DIRECTORY_ENTRY_RESOURCE, resources),
        ] {
            if let Some((address, size)) = range {
                writer.set_data_directory(entry, address, size);
            }
        }
        writer.reserve_section_headers(1 + u16::from(self.debug > 0) + u16::from(self.relocations));
        let section =
            writer.reserve_section(*b".rdata\0\0", self.section_characteristics, size, size);
        assert_eq!(section.virtual_address, BASE);
        let debug = (self.debug > 0).then(|| {
            let characteristics = IMAGE_SCN_CNT_INITIALIZED_DATA | IMAGE_SCN_MEM_READ;
            writer.reserve_section(*b".debug_x", characteristics, self.debug, self.debug)
        });
        if self.relocations {
            writer.add_reloc(BASE, IMAGE_REL_BASED_DIR64);
            writer.reserve_reloc_section();
        }
        writer.write_dos_header_and_stub().unwrap();
        writer.write_nt_headers(NtHeaders {
            machine: self.machine,
            time_date_stamp: 0,
            characteristics: self.characteristics,
            major_linker_version: 0,
            minor_linker_version: 0,
            address_of_entry_point: 0,
            image_base: 0x1000_0000,
            major_operating_system_version: 6,
            minor_operating_system_version: 0,
            major_image_version: 0,
            minor_image_version: 0,
            major_subsystem_version: 6,
            minor_subsystem_version: 0,
            subsystem: IMAGE_SUBSYSTEM_WINDOWS_GUI,
            dll_characteristics: self.dll_characteristics,
            size_of_stack_reserve: 0,
            size_of_stack_commit: 0,
            size_of_heap_reserve: 0,
            size_of_heap_commit: 0,
        });
        writer.write_section_headers();
        writer.write_section(section.file_offset, &tables.0);
        if let Some(debug) = debug {
            writer.write_section(debug.file_offset, &vec![1; self.debug as usize]);
        }
        if self.relocations {
            writer.write_reloc_section();
        }
        bytes
    }
}

/// The content of the section; addresses count from the image's beginning.
#[derive(Default)]
struct Tables(Vec<u8>);

type Range = (u32, u32);

impl Tables {
    fn here(&self) -> u32 {
        BASE + u32::try_from(self.0.len()).unwrap()
    }

    fn align(&mut self) -> u32 {
        self.0.resize(self.0.len().next_multiple_of(4), 0);
        self.here()
    }

    fn text(&mut self, text: &str) -> u32 {
        let address = self.here();
        self.0.extend_from_slice(text.as_bytes());
        self.0.push(0);
        address
    }

    fn numbers(&mut self, numbers: &[u32]) {
        for number in numbers {
            self.0.extend_from_slice(&number.to_le_bytes());
        }
    }

    fn exports(&mut self, exports: &[(&str, Option<&str>)]) -> Range {
        let count = u32::try_from(exports.len()).unwrap();
        let start = self.align();
        // Directory, addresses, pointers to names, ordinals, and what they point to.
        let addresses = start + 40;
        let pointers = addresses + 4 * count;
        let ordinals = pointers + 4 * count;
        let mut text_at = ordinals + (2 * count).next_multiple_of(4);
        let mut texts = Vec::new();
        let mut put = |text: &str| {
            let at = text_at;
            texts.extend_from_slice(text.as_bytes());
            texts.push(0);
            text_at += u32::try_from(text.len()).unwrap() + 1;
            at
        };
        let own_name = put("x.dll");
        let names: Vec<u32> = exports.iter().map(|(name, _)| put(name)).collect();
        // What lies in the directory is a forwarder; anything else is code.
        let targets: Vec<u32> = (exports.iter())
            .map(|(_, forward)| forward.map_or(0x8000_0000, &mut put))
            .collect();
        self.numbers(&[
            0, 0, 0, own_name, 1, count, count, addresses, pointers, ordinals,
        ]);
        self.numbers(&targets);
        self.numbers(&names);
        for ordinal in 0..u16::try_from(count).unwrap() {
            self.0.extend_from_slice(&ordinal.to_le_bytes());
        }
        self.align();
        self.0.extend_from_slice(&texts);
        (start, self.here() - start)
    }

    fn imports(&mut self, dlls: &[&str]) -> Range {
        let names: Vec<u32> = dlls.iter().map(|dll| self.text(dll)).collect();
        let start = self.align();
        for name in names {
            self.numbers(&[BASE, 0, 0, name, BASE]);
        }
        self.numbers(&[0; 5]);
        (start, self.here() - start)
    }

    fn delayed(&mut self, dlls: &[&str]) -> Range {
        let names: Vec<u32> = dlls.iter().map(|dll| self.text(dll)).collect();
        let start = self.align();
        for name in names {
            self.numbers(&[1, name, BASE, BASE, BASE, 0, 0, 0]);
        }
        self.numbers(&[0; 8]);
        (start, self.here() - start)
    }

    fn resources(&mut self, resources: &[(u32, Vec<u8>)]) -> Range {
        let count = u32::try_from(resources.len()).unwrap();
        let start = self.align();
        // Types, then for each its name, its language and its data entry; then the data.
        let tree = 16 + 8 * count;
        let per_type = 24 + 24 + 16;
        self.numbers(&[0, 0, 0, count << 16]);
        for (index, (kind, _)) in (0..).zip(resources) {
            self.numbers(&[*kind, 0x8000_0000 | (tree + per_type * index)]);
        }
        let mut data_at = start + tree + per_type * count;
        for (index, (_, data)) in (0..).zip(resources) {
            let at = tree + per_type * index;
            self.numbers(&[0, 0, 0, 1 << 16, 1, 0x8000_0000 | (at + 24)]);
            self.numbers(&[0, 0, 0, 1 << 16, 0x409, at + 48]);
            let size = u32::try_from(data.len()).unwrap();
            self.numbers(&[data_at, size, 0, 0]);
            data_at += size.next_multiple_of(4);
        }
        for (_, data) in resources {
            self.0.extend_from_slice(data);
            self.align();
        }
        (start, self.here() - start)
    }
}

/// What the good DLL says of itself.
pub(crate) const STRINGS: &[(&str, &str)] = &[
    ("CompanyName", "Contoso"),
    ("FileDescription", "Größe \u{1f4ec}"),
    ("FileVersion", "1.2.3-beta"),
    ("OriginalFilename", "contos32.dll"),
    ("ProductName", "Contoso Mail"),
    ("ProductVersion", "1.2.3-beta"),
];

/// A version resource.
pub(crate) fn version_resource(version: [u16; 4], strings: &[(&str, &str)]) -> Vec<u8> {
    let mut fixed = Vec::new();
    let [major, minor, patch, build] = version;
    fixed.extend_from_slice(&0xFEEF_04BD_u32.to_le_bytes());
    fixed.extend_from_slice(&0x1_0000_u32.to_le_bytes());
    for number in [minor, major, build, patch, minor, major, build, patch] {
        fixed.extend_from_slice(&number.to_le_bytes());
    }
    fixed.resize(52, 0);
    let strings: Vec<Vec<u8>> = (strings.iter())
        .map(|(name, value)| {
            let units: Vec<u8> = (value.encode_utf16().chain([0]))
                .flat_map(u16::to_le_bytes)
                .collect();
            node(name, &units, units.len() / 2, &[])
        })
        .collect();
    let table = node("040904b0", &[], 0, &strings);
    let info = node("StringFileInfo", &[], 0, &[table]);
    node("VS_VERSION_INFO", &fixed, fixed.len(), &[info])
}

fn node(key: &str, value: &[u8], value_length: usize, children: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = vec![0; 6];
    bytes.extend(key.encode_utf16().chain([0]).flat_map(u16::to_le_bytes));
    for part in std::iter::once(value).chain(children.iter().map(Vec::as_slice)) {
        bytes.resize(bytes.len().next_multiple_of(4), 0);
        bytes.extend_from_slice(part);
    }
    let length = u16::try_from(bytes.len()).unwrap();
    bytes[..2].copy_from_slice(&length.to_le_bytes());
    bytes[2..4].copy_from_slice(&u16::try_from(value_length).unwrap().to_le_bytes());
    bytes
}
