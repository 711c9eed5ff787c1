//! Reads the sources of mapi-abi and of Microsoft's bindings and writes the comparison of all that both declare.
//!
//! Names come from the sources and from nowhere else, so what is added to mapi-abi is compared without more ado. Numbers,
//! sizes and slots do not come from here: the program that is made of this takes them from the two compiled crates.

mod items;
mod write;

use cargo_metadata::MetadataCommand;
use items::Items;
use std::path::{Path, PathBuf};

/// One place that Microsoft declares things in.
struct Oracle {
    /// The crate, for reports.
    name: &'static str,
    /// The module that its items are taken from.
    module: &'static str,
    items: Items,
}

fn main() {
    println!("cargo::rerun-if-changed=build");
    let abi = Path::new("../../../templates/runtime/mapi-abi/src");
    println!("cargo::rerun-if-changed={}", abi.display());
    let ours = Items::of_directory(abi);

    let bindings = source("outlook-mapi-sys");
    let windows = source("windows").join("Windows/Win32");
    let oracle = |name, module, file: PathBuf| Oracle {
        name,
        module,
        items: Items::of_file(&file),
    };
    let oracles = [
        oracle(
            "outlook-mapi-sys",
            "outlook_mapi_sys::Microsoft::Office::Outlook::MAPI::Win32",
            bindings.join("bindings.rs"),
        ),
        oracle(
            "windows",
            "windows::Win32::Foundation",
            windows.join("Foundation/mod.rs"),
        ),
        oracle(
            "windows",
            "windows::Win32::System::Com",
            windows.join("System/Com/mod.rs"),
        ),
        oracle(
            "windows",
            "windows::Win32::System::Com::StructuredStorage",
            windows.join("System/Com/StructuredStorage/mod.rs"),
        ),
    ];
    let out = PathBuf::from(std::env::var_os("OUT_DIR").expect("set by cargo"));
    std::fs::write(
        out.join("comparison.rs"),
        write::comparison(&ours, &oracles),
    )
    .expect("the output directory can be written");
}

/// Where the sources of a dependency lie.
fn source(package: &str) -> PathBuf {
    let metadata = MetadataCommand::new()
        .other_options(vec!["--locked".into(), "--offline".into()])
        .exec()
        .expect("cargo metadata names the dependencies");
    let manifest = metadata
        .packages
        .iter()
        .find(|found| found.name.as_str() == package)
        .map(|found| &found.manifest_path)
        .unwrap_or_else(|| panic!("{package} is a dependency"));
    manifest.with_file_name("src").into_std_path_buf()
}
