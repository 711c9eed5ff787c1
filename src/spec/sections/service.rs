//! `[service]`.

use super::super::codes::Code;
use super::super::finding::Finding;
use super::super::model::Service;
use super::super::names::{self, DllNameError};
use super::super::reader::TableReader;
use super::super::report::{Report, quoted};
use super::super::words::StoreKind;

/// The kind of store, unless the spec has a word for it that is none: then nothing that depends on it is checked.
pub(super) fn known_kind(reader: &TableReader<'_>, service: &Service) -> Option<StoreKind> {
    match reader.entry("kind") {
        Some(entry) if !entry.node.is_string(service.kind.word()) => None,
        _ => Some(service.kind),
    }
}

pub(super) fn read(reader: &TableReader<'_>, crate_name: &str, report: &Report) -> Service {
    Service {
        name: read_name(reader, crate_name, report),
        dll: read_dll(reader, crate_name, report),
        kind: reader
            .word("kind")
            .map_or(StoreKind::Secondary, |kind| kind.value),
        single_copy: reader.boolean("single-copy").unwrap_or(false),
    }
}

fn read_name(reader: &TableReader<'_>, crate_name: &str, report: &Report) -> String {
    let default = names::default_service(crate_name);
    let Some(name) = reader.string("name") else {
        return default;
    };
    if !names::is_service_name(&name.value) {
        let near = names::default_service(&name.value);
        let near = if names::is_service_name(&near) {
            near
        } else {
            default.clone()
        };
        Finding::new(
            Code::BadServiceName,
            format!(
                "{} cannot be the name of a message service",
                quoted(&name.value)
            ),
        )
        .at(name.span, "")
        .help("use 1 to 32 capital letters, digits and `_`, beginning with a letter")
        .help(format!("for instance {}", quoted(&near)))
        .report(report);
        return default;
    }
    if names::is_outlook_service(&name.value) {
        Finding::new(
            Code::TakenServiceName,
            format!("Outlook itself has a service {}", quoted(&name.value)),
        )
        .at(name.span, "")
        .help(format!(
            "use another name, {} for instance",
            quoted(&default)
        ))
        .report(report);
    }
    name.value
}

fn read_dll(reader: &TableReader<'_>, crate_name: &str, report: &Report) -> String {
    let default = names::default_dll(crate_name);
    let Some(dll) = reader.string("dll") else {
        return default;
    };
    let shown = quoted(&dll.value);
    let finding = match names::check_dll(&dll.value) {
        Ok(()) if dll.value.len() > 6 => {
            Finding::new(Code::LongDllName, format!("the DLL name {shown} is longer than six characters"))
                .at(dll.span, format!("{} characters", dll.value.len()))
                .help("nothing is known to fail, but shorter is the tradition: with the \"32\" the name fits 8.3")
        }
        Ok(()) => return dll.value,
        Err(DllNameError::Form) => {
            let why = match dll.value.to_ascii_lowercase() {
                lower if lower.ends_with(".dll") => "leave the extension out",
                lower if lower.contains('.') => "MAPI inserts \"32\" before the first period it finds",
                lower if lower.contains(['\\', '/']) => "the directory is `install-location` in `[registration]`",
                _ => "",
            };
            Finding::new(Code::BadDllName, format!("{shown} cannot be the base name of a DLL"))
                .at(dll.span, why)
                .help("use 1 to 32 letters, digits and `_`")
        }
        Err(DllNameError::Ends32) => {
            let base = dll.value.trim_end_matches("32");
            Finding::new(Code::DllNameWith32, "the DLL name ends in \"32\"")
                .at(dll.span, "MAPI inserts another \"32\"")
                .help(format!("write {}; the file on disk is `{base}32.dll`", quoted(base)))
        }
        Err(DllNameError::Device) => Finding::new(Code::DeviceName, format!("{shown} is a device on Windows"))
            .at(dll.span, "")
            .help(format!("use another name, {} for instance", quoted(&default))),
        Err(DllNameError::System) => {
            Finding::new(Code::SystemDll, format!("MAPI would load `{}32.dll`, which is not yours", dll.value))
                .at(dll.span, "MAPI inserts \"32\"")
                .help(format!("use another name, {} for instance", quoted(&default)))
        }
    };
    finding.report(report);
    dll.value
}
