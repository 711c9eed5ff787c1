//! Finds the names of everything that the runtime declares, so that nothing can be left out.

use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs};

fn main() {
    println!("cargo:rerun-if-env-changed=MAPI_ABI");
    let sources = env::var("MAPI_ABI").expect("MAPI_ABI is the directory src of mapi-abi");
    let root = Path::new(&sources);
    println!("cargo:rerun-if-changed={sources}");

    let (mut constants, mut guids, mut structures) = Default::default();
    let mut interfaces = Vec::new();
    for directory in ["constants", "tags", "."] {
        for text in texts(&root.join(directory)) {
            find_constants(&text, &mut constants, &mut guids);
        }
    }
    for text in texts(&root.join("structs")) {
        find_structures(&text, &mut structures);
    }
    for text in texts(&root.join("interfaces")) {
        find_interfaces(&text, &mut interfaces);
    }
    let output = format!(
        "fn constants() {{\n{constants}}}\nfn guids() {{\n{guids}}}\nfn structures() {{\n{structures}}}\n\
         fn slots() {{\n{}}}\n",
        slots(&interfaces)
    );
    let place = Path::new(&env::var("OUT_DIR").unwrap()).join("names.rs");
    fs::write(place, output).unwrap();
}

/// The Rust files of a directory, except tests, in the order of their names.
fn texts(directory: &Path) -> Vec<String> {
    let entries = fs::read_dir(directory).unwrap();
    let mut files: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
        .iter()
        .filter(|file| file.extension().is_some_and(|extension| extension == "rs"))
        .filter(|file| file.file_stem().is_some_and(|stem| stem != "tests"))
        .map(|file| fs::read_to_string(file).unwrap())
        .collect()
}

fn is_name(text: &str) -> bool {
    let mut characters = text.chars();
    characters.next().is_some_and(|c| c.is_alphabetic())
        && characters.all(|c| c.is_alphanumeric() || c == '_')
}

/// `NAME = value;` in a macro, and `pub const NAME: Type = value;`.
fn find_constants(text: &str, constants: &mut String, guids: &mut String) {
    for line in text.lines().map(str::trim) {
        let (name, kind) = if let Some(item) = line.strip_prefix("pub const ") {
            let Some((name, rest)) = item.split_once(':') else {
                continue;
            };
            (name, rest.split('=').next().unwrap_or_default().trim())
        } else if let Some((name, _)) = line.split_once(" =") {
            (name, "")
        } else {
            continue;
        };
        let constant =
            name.starts_with(|c: char| c.is_ascii_uppercase()) || name.starts_with("fnev");
        if !is_name(name) || !constant || kind == "MAPIUID" {
            continue;
        }
        let list = if ["IID_", "PS_", "PSETID_", "MUID_"]
            .iter()
            .any(|p| name.starts_with(p))
        {
            (&mut *guids, "guid")
        } else {
            (&mut *constants, "constant")
        };
        writeln!(list.0, "    {}(\"{name}\", {name});", list.1).unwrap();
    }
}

/// `pub struct Name {`, `pub union Name {` and their members, and `Name { member: Type }` in a macro of arrays.
fn find_structures(text: &str, structures: &mut String) {
    let mut open = false;
    for line in text.lines() {
        let trimmed = line.trim();
        let start = trimmed
            .strip_prefix("pub struct ")
            .or(trimmed.strip_prefix("pub union "));
        if let Some(name) = start
            .and_then(|rest| rest.strip_suffix(" {"))
            .filter(|name| is_name(name))
        {
            write!(structures, "    structure!({name} {{").unwrap();
            open = true;
        } else if open && line == "}" {
            structures.push_str(" });\n");
            open = false;
        } else if let Some((member, _)) = trimmed
            .strip_prefix("pub ")
            .filter(|_| open)
            .and_then(|rest| rest.split_once(':'))
        {
            write!(structures, " {member}").unwrap();
        } else if let Some((name, body)) = trimmed
            .split_once(" { ")
            .filter(|(name, body)| is_name(name) && body.ends_with(" }"))
            && let Some((member, _)) = body.split_once(':')
        {
            writeln!(structures, "    structure!({name} {{ cValues {member} }});").unwrap();
        }
    }
}

struct Interface {
    name: String,
    base: String,
    methods: Vec<String>,
}

/// `pub unsafe trait Name: Base {` and its methods.
fn find_interfaces(text: &str, interfaces: &mut Vec<Interface>) {
    for line in text.lines().map(str::trim) {
        if let Some((name, base)) = line
            .strip_prefix("pub unsafe trait ")
            .and_then(|rest| rest.split_once(": "))
        {
            interfaces.push(Interface {
                name: name.into(),
                base: base.split(' ').next().unwrap().into(),
                methods: Vec::new(),
            });
        } else if let Some(rest) = line.strip_prefix("pub unsafe fn ") {
            let method = rest.split('(').next().unwrap();
            interfaces.last_mut().unwrap().methods.push(method.into());
        }
    }
}

/// The slots of every interface with those that it inherits.
fn slots(interfaces: &[Interface]) -> String {
    let mut output = String::new();
    for interface in interfaces {
        let mut path = String::new();
        let mut lines = String::new();
        let mut next = Some(interface);
        while let Some(current) = next {
            for method in &current.methods {
                write!(lines, " {method} at {path}{method};").unwrap();
            }
            path.push_str("base__.");
            next = interfaces.iter().find(|other| other.name == current.base);
        }
        for method in ["QueryInterface", "AddRef", "Release"] {
            write!(lines, " {method} at {path}{method};").unwrap();
        }
        let name = &interface.name;
        writeln!(output, "    slots!({name} {name}_Vtbl:{lines});").unwrap();
    }
    output
}
