//! What a Rust source declares: constants, structures, interfaces, function types.

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use syn::parse::{ParseStream, Parser};
use syn::{
    Attribute, Fields, Item, ItemMacro, ItemTrait, Signature, Token, TraitItem, Type, Visibility,
};

/// The declarations of a source.
#[derive(Default)]
pub struct Items {
    /// Names of constants.
    pub constants: BTreeSet<String>,
    /// Structures and unions, with their members in order.
    pub structures: BTreeMap<String, Vec<String>>,
    /// Interfaces, with their own methods in order of their slots.
    pub interfaces: BTreeMap<String, Vec<String>>,
    /// Types of functions, as they are declared.
    pub functions: BTreeMap<String, syn::TypeBareFn>,
}

impl Items {
    /// Reads all files below a directory.
    pub fn of_directory(directory: &Path) -> Self {
        let mut items = Self::default();
        items.read_directory(directory);
        items
    }

    /// Reads one file.
    pub fn of_file(file: &Path) -> Self {
        let mut items = Self::default();
        items.read_file(file);
        items
    }

    fn read_directory(&mut self, directory: &Path) {
        for entry in fs::read_dir(directory).expect("the sources can be listed") {
            let path = entry.expect("the sources can be listed").path();
            if path.is_dir() {
                self.read_directory(&path);
            } else if path.extension().is_some_and(|extension| extension == "rs")
                && path.file_stem().is_some_and(|stem| stem != "tests")
            {
                self.read_file(&path);
            }
        }
    }

    fn read_file(&mut self, file: &Path) {
        let text =
            fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        let parsed =
            syn::parse_file(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        for item in parsed.items {
            self.read_item(item, file);
        }
    }

    fn read_item(&mut self, item: Item, file: &Path) {
        match item {
            Item::Const(item) if is_public(&item.vis) => {
                self.constants.insert(item.ident.to_string());
            }
            Item::Static(item) if is_public(&item.vis) && item.ident != "SOURCES" => {
                panic!(
                    "{}: nothing reads the static {}",
                    file.display(),
                    item.ident
                );
            }
            Item::Struct(item) if is_public(&item.vis) => {
                let name = item.ident.to_string();
                let members = members(&item.fields);
                if let Some(interface) = name.strip_suffix("_Vtbl") {
                    let methods = members.into_iter().filter(|member| member != "base__");
                    self.interfaces.insert(interface.into(), methods.collect());
                } else if !members.is_empty() {
                    self.structures.insert(name, members);
                }
            }
            Item::Union(item) if is_public(&item.vis) => {
                let members = members(&Fields::Named(item.fields));
                self.structures.insert(item.ident.to_string(), members);
            }
            Item::Trait(item) if is_interface(&item) => {
                let methods = item.items.iter().map(|item| method(item, file));
                self.interfaces
                    .insert(item.ident.to_string(), methods.collect());
            }
            Item::Type(item) if is_public(&item.vis) => {
                if let Some(function) = function(&item.ty) {
                    self.functions.insert(item.ident.to_string(), function);
                }
            }
            Item::Macro(item) if item.ident.is_none() => self.read_macro(&item, file),
            _ => {}
        }
    }

    /// Reads what mapi-abi declares through macros; one that is new has to be taught here.
    fn read_macro(&mut self, item: &ItemMacro, file: &Path) {
        let name = item.mac.path.segments.last().expect("a macro has a name");
        match name.ident.to_string().as_str() {
            "constants" | "codes" | "tags" | "types" | "iids" | "ole_guids" | "guids" => {
                self.constants.extend(assigned(&item.mac.tokens));
            }
            "arrays" => self.structures.extend(arrays(&item.mac.tokens)),
            // Assertions, and the list of modules.
            "sizes" | "runtime" => {}
            // Of the bindings: they declare interfaces, whose vtables are structures of their own.
            _ if item.mac.path.segments.len() > 1 => {}
            unknown => panic!("{}: nothing reads the macro {unknown}!", file.display()),
        }
    }
}

fn is_public(visibility: &Visibility) -> bool {
    matches!(visibility, Visibility::Public(_))
}

fn is_interface(item: &ItemTrait) -> bool {
    item.attrs.iter().any(|attribute| {
        let last = attribute.path().segments.last();
        last.is_some_and(|segment| segment.ident == "interface")
    })
}

/// The name of a method; `pub` before it is the macro's, not the language's, and is left to us to read.
fn method(item: &TraitItem, file: &Path) -> String {
    let signature = |input: ParseStream<'_>| {
        input.call(Attribute::parse_outer)?;
        input.parse::<Visibility>()?;
        let signature: Signature = input.parse()?;
        input.parse::<Token![;]>()?;
        Ok(signature.ident.to_string())
    };
    signature
        .parse2(item.to_token_stream())
        .unwrap_or_else(|error| panic!("{}: not a method: {error}", file.display()))
}

/// The names of members, each once: the bindings declare some under two conditions.
fn members(fields: &Fields) -> Vec<String> {
    let mut members = Vec::new();
    for field in fields {
        if let Some(name) = &field.ident
            && !members.contains(&name.to_string())
        {
            members.push(name.to_string());
        }
    }
    members
}

/// The function type in `fn(...)` or `Option<fn(...)>`.
fn function(declared: &Type) -> Option<syn::TypeBareFn> {
    match declared {
        Type::BareFn(function) => Some(function.clone()),
        Type::Path(path) => {
            let last = path.path.segments.last()?;
            let syn::PathArguments::AngleBracketed(arguments) = &last.arguments else {
                return None;
            };
            match arguments.args.first()? {
                syn::GenericArgument::Type(Type::BareFn(function)) if last.ident == "Option" => {
                    Some(function.clone())
                }
                _ => None,
            }
        }
        _ => None,
    }
}

/// The names before `=` at the top level of a macro's tokens.
fn assigned(tokens: &TokenStream) -> Vec<String> {
    let tokens: Vec<TokenTree> = tokens.clone().into_iter().collect();
    tokens
        .windows(2)
        .filter_map(|pair| match pair {
            [TokenTree::Ident(name), TokenTree::Punct(sign)] if sign.as_char() == '=' => {
                Some(name.to_string())
            }
            _ => None,
        })
        .collect()
}

/// The structures of `Name { member: Type }`: a count, then the member.
fn arrays(tokens: &TokenStream) -> Vec<(String, Vec<String>)> {
    let tokens: Vec<TokenTree> = tokens.clone().into_iter().collect();
    tokens
        .windows(2)
        .filter_map(|pair| match pair {
            [TokenTree::Ident(name), TokenTree::Group(body)] => {
                let member = body.stream().into_iter().next().expect("a member");
                Some((name.to_string(), vec!["cValues".into(), member.to_string()]))
            }
            _ => None,
        })
        .collect()
}
