//! Bytes -> facts.

use object::LittleEndian as LE;
use object::pe::{
    IMAGE_DIRECTORY_ENTRY_BASERELOC, IMAGE_DIRECTORY_ENTRY_DELAY_IMPORT,
    IMAGE_DIRECTORY_ENTRY_EXPORT, IMAGE_DIRECTORY_ENTRY_IMPORT, IMAGE_DIRECTORY_ENTRY_RESOURCE,
    IMAGE_DIRECTORY_ENTRY_SECURITY, IMAGE_DLLCHARACTERISTICS_DYNAMIC_BASE,
    IMAGE_DLLCHARACTERISTICS_HIGH_ENTROPY_VA, IMAGE_DLLCHARACTERISTICS_NX_COMPAT, IMAGE_FILE_DLL,
    IMAGE_FILE_MACHINE_AMD64, IMAGE_FILE_MACHINE_I386, IMAGE_FILE_RELOCS_STRIPPED,
    IMAGE_NT_OPTIONAL_HDR32_MAGIC, IMAGE_NT_OPTIONAL_HDR64_MAGIC, IMAGE_SCN_MEM_EXECUTE,
    IMAGE_SCN_MEM_WRITE, ImageDataDirectory, ImageNtHeaders32, ImageNtHeaders64,
    ImageSectionHeader,
};
use object::read::StringTable;
use object::read::pe::{ImageNtHeaders, ImageOptionalHeader, PeFile, optional_header_magic};

use super::facts::{Bitness, Export, Facts, Import, Kind};
use super::{resources, system};

/// More exports than any provider has: a file that claims more is damaged, and not read for ever.
const MOST_EXPORTS: usize = 4096;
/// More DLLs than anything imports.
const MOST_IMPORTS: usize = 1024;
/// The longest name that is read, in bytes; symbols of Rust and C++ are long.
const LONGEST_NAME: usize = 4096;
/// Bytes of an entry of the symbol table.
const SYMBOL_SIZE: u64 = 18;

/// Reads what a file is; why it is not a Windows program otherwise.
pub(super) fn facts(bytes: &[u8]) -> Result<Facts, String> {
    if !bytes.starts_with(b"MZ") {
        return Err("it does not begin as programs do".to_owned());
    }
    match optional_header_magic(bytes) {
        Ok(IMAGE_NT_OPTIONAL_HDR32_MAGIC) => read::<ImageNtHeaders32>(bytes),
        Ok(IMAGE_NT_OPTIONAL_HDR64_MAGIC) => read::<ImageNtHeaders64>(bytes),
        Ok(magic) => Err(format!(
            "its optional header has the unknown kind {magic:#x}"
        )),
        Err(error) => Err(error.to_string()),
    }
}

fn read<Pe: ImageNtHeaders>(bytes: &[u8]) -> Result<Facts, String> {
    let file = PeFile::<Pe>::parse(bytes).map_err(|error| error.to_string())?;
    let header = file.nt_headers().file_header();
    let optional = file.nt_headers().optional_header();
    let characteristics = header.characteristics.get(LE);
    let flags = optional.dll_characteristics();
    let mut damage = Vec::new();
    let mut note = |part: &str, error: &dyn std::fmt::Display| {
        damage.push(format!("{part} cannot be read: {error}"));
    };

    let exports = exports(&file).unwrap_or_else(|error| {
        note("the export table", &error);
        Vec::new()
    });
    let mut imports = imports(&file).unwrap_or_else(|error| {
        note("the import table", &error);
        Vec::new()
    });
    imports.extend(delayed_imports(&file).unwrap_or_else(|error| {
        note("the table of delayed imports", &error);
        Vec::new()
    }));
    imports.sort_by_cached_key(|import| (import.dll.to_ascii_lowercase(), import.delayed));
    imports.dedup_by_key(|import| (import.dll.to_ascii_lowercase(), import.delayed));

    let resource = |kind| {
        directory(&file, IMAGE_DIRECTORY_ENTRY_RESOURCE)?;
        let sections = file.section_table();
        let root = (file.data_directories())
            .resource_directory(bytes, &sections)
            .ok()??;
        let (address, size) = resources::first(root, kind)?;
        sections.pe_data_at(bytes, address)?.get(..size as usize)
    };
    let version = resource(resources::VERSION).and_then(|data| {
        let version = resources::version(data);
        if version.is_none() {
            note("the version resource", &"it is not built like one");
        }
        version
    });
    let debug = Debug::of(&file, bytes);
    Ok(Facts {
        kind: if characteristics & IMAGE_FILE_DLL != 0 {
            Kind::Library
        } else {
            Kind::Program
        },
        machine: match header.machine.get(LE) {
            IMAGE_FILE_MACHINE_AMD64 => Bitness::X64,
            IMAGE_FILE_MACHINE_I386 => Bitness::X86,
            other => Bitness::Other(other),
        },
        exports,
        imports,
        version,
        execution_level: resource(resources::MANIFEST).and_then(resources::execution_level),
        dynamic_base: flags & IMAGE_DLLCHARACTERISTICS_DYNAMIC_BASE != 0,
        nx_compatible: flags & IMAGE_DLLCHARACTERISTICS_NX_COMPAT != 0,
        high_entropy_va: flags & IMAGE_DLLCHARACTERISTICS_HIGH_ENTROPY_VA != 0,
        relocations: characteristics & IMAGE_FILE_RELOCS_STRIPPED == 0
            && directory(&file, IMAGE_DIRECTORY_ENTRY_BASERELOC).is_some(),
        writable_code: file
            .section_table()
            .iter()
            .filter(|section| {
                let both = IMAGE_SCN_MEM_WRITE | IMAGE_SCN_MEM_EXECUTE;
                section.characteristics.get(LE) & both == both
            })
            .map(|section| printable(section.raw_name()))
            .collect(),
        debug_sections: debug.sections,
        symbols: debug.symbols,
        signed: directory(&file, IMAGE_DIRECTORY_ENTRY_SECURITY).is_some(),
        size: bytes.len() as u64,
        stripped_size: (bytes.len() as u64).saturating_sub(debug.size),
        damage,
    })
}

/// A data directory that is there.
fn directory<'data, Pe: ImageNtHeaders>(
    file: &PeFile<'data, Pe>,
    index: usize,
) -> Option<&'data ImageDataDirectory> {
    file.data_directory(index)
        .filter(|directory| directory.virtual_address.get(LE) != 0 && directory.size.get(LE) != 0)
}

fn exports<Pe: ImageNtHeaders>(file: &PeFile<'_, Pe>) -> Result<Vec<Export>, String> {
    if directory(file, IMAGE_DIRECTORY_ENTRY_EXPORT).is_none() {
        return Ok(Vec::new());
    }
    let table = file.export_table().map_err(|error| error.to_string())?;
    let Some(table) = table else {
        return Ok(Vec::new());
    };
    if table.name_pointers().len() > MOST_EXPORTS {
        return Err(format!("it has more than {MOST_EXPORTS} names"));
    }
    let mut exports = Vec::new();
    for (pointer, index) in table.name_iter() {
        let name = (table.name_from_pointer(pointer)).map_err(|error| error.to_string())?;
        let address = (table.address_by_index(index.into())).map_err(|error| error.to_string())?;
        let forwarded_to = (table.forward_string(address)).map_err(|error| error.to_string())?;
        exports.push(Export {
            name: printable(name),
            forwarded_to: forwarded_to.map(printable),
        });
    }
    exports.sort();
    Ok(exports)
}

fn imports<Pe: ImageNtHeaders>(file: &PeFile<'_, Pe>) -> object::read::Result<Vec<Import>> {
    if directory(file, IMAGE_DIRECTORY_ENTRY_IMPORT).is_none() {
        return Ok(Vec::new());
    }
    let Some(table) = file.import_table()? else {
        return Ok(Vec::new());
    };
    (table.descriptors()?.take(MOST_IMPORTS))
        .map(|descriptor| Ok(import(table.name(descriptor?.name.get(LE))?, false)))
        .collect()
}

fn delayed_imports<Pe: ImageNtHeaders>(file: &PeFile<'_, Pe>) -> object::read::Result<Vec<Import>> {
    if directory(file, IMAGE_DIRECTORY_ENTRY_DELAY_IMPORT).is_none() {
        return Ok(Vec::new());
    }
    let sections = file.section_table();
    let table = file
        .data_directories()
        .delay_load_import_table(file.data(), &sections)?;
    let Some(table) = table else {
        return Ok(Vec::new());
    };
    (table.descriptors()?.take(MOST_IMPORTS))
        .map(|descriptor| Ok(import(table.name(descriptor?.dll_name_rva.get(LE))?, true)))
        .collect()
}

fn import(name: &[u8], delayed: bool) -> Import {
    let dll = printable(name);
    Import {
        system: system::is_system(&dll),
        dll,
        delayed,
    }
}

/// A name from the file as text that can be shown.
fn printable(name: &[u8]) -> String {
    let name = &name[..name.len().min(LONGEST_NAME)];
    resources::shown(String::from_utf8_lossy(name).trim_end_matches('\0'))
}

/// What debuggers read and Outlook does not.
struct Debug {
    sections: Vec<String>,
    symbols: u32,
    /// Bytes of all of it in the file.
    size: u64,
}

impl Debug {
    fn of<Pe: ImageNtHeaders>(file: &PeFile<'_, Pe>, bytes: &[u8]) -> Self {
        let header = file.nt_headers().file_header();
        let start = u64::from(header.pointer_to_symbol_table.get(LE));
        let symbols = header.number_of_symbols.get(LE);
        let symbols_end = start + u64::from(symbols) * SYMBOL_SIZE;
        // Behind the symbols: the names that are longer than eight bytes, their length in front.
        let names_length = usize::try_from(symbols_end)
            .ok()
            .filter(|_| start != 0)
            .and_then(|end| bytes.get(end..end.checked_add(4)?))
            .map_or(0, |length| {
                u64::from(u32::from_le_bytes([
                    length[0], length[1], length[2], length[3],
                ]))
            });
        let strings = StringTable::new(bytes, symbols_end, symbols_end + names_length);
        let mut debug = Self {
            sections: Vec::new(),
            symbols: if start == 0 { 0 } else { symbols },
            size: 0,
        };
        let is_debug = |section: &&ImageSectionHeader| {
            let name = section.name(strings).unwrap_or_else(|_| section.raw_name());
            name.starts_with(b".debug") || name.starts_with(b".stab")
        };
        for section in file.section_table().iter().filter(is_debug) {
            let name = section.name(strings).unwrap_or_else(|_| section.raw_name());
            debug.sections.push(printable(name));
            debug.size += u64::from(section.size_of_raw_data.get(LE));
        }
        if start != 0 {
            debug.size += (bytes.len() as u64)
                .min(symbols_end + names_length)
                .saturating_sub(start);
        }
        debug.sections.sort();
        debug
    }
}
