//! The comparison as Rust source.

use crate::Oracle;
use crate::items::Items;
use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;
use syn::Type;

/// Types that have no name in the headers, or another one in the bindings: the name here, the name there.
const OTHER_NAMES: &[(&str, &str)] = &[
    ("ALLOCATEBUFFER", "LPALLOCATEBUFFER"),
    ("ALLOCATEMORE", "LPALLOCATEMORE"),
    ("CURRENCY", "CY"),
    ("FREEBUFFER", "LPFREEBUFFER"),
    ("MAPINAMEID_Kind", "MAPINAMEID_0"),
    ("NOTIFICATION_Info", "NOTIFICATION_0"),
    ("SPropValueUnion", "__UPV"),
    ("SRestrictionUnion", "SRestriction_0"),
];

/// The function `compare`, and the list of what no oracle has.
pub fn comparison(ours: &Items, oracles: &[Oracle]) -> String {
    let mut only_here = Vec::new();
    let mut calls = Vec::new();
    for name in &ours.constants {
        // Without UNICODE, which the bindings were made without, a string tag is the one of 8-bit strings.
        let wide = format!("{name}_W");
        let found = find(oracles, |items| {
            let names = [wide.as_str(), name.as_str()];
            names
                .into_iter()
                .find(|name| items.constants.contains(*name))
        });
        let identified = find(oracles, |items| {
            let (interface, _) = items.interfaces.get_key_value(name.strip_prefix("IID_")?)?;
            Some(interface)
        });
        if identified.is_empty() {
            note_missing(&found, name, &mut only_here);
        }
        for (oracle, there) in found {
            calls.push(constant(oracle, name, there));
        }
        for (oracle, interface) in identified {
            calls.push(identifier(oracle, name, interface));
        }
    }
    for (name, members) in &ours.structures {
        let found = find(oracles, |items| items.structures.get(there(name)));
        note_missing(&found, name, &mut only_here);
        for (oracle, other) in found {
            calls.push(structure(oracle, name, members, other));
        }
    }
    for (name, methods) in &ours.interfaces {
        let found = find(oracles, |items| items.interfaces.get(name));
        note_missing(&found, name, &mut only_here);
        for (oracle, other) in found {
            calls.push(interface(oracle, name, methods, other));
        }
    }
    for name in ours.functions.keys() {
        let found = find(oracles, |items| items.functions.get(there(name)));
        note_missing(&found, name, &mut only_here);
        for (oracle, other) in found {
            calls.push(function(oracle, name, other));
        }
    }
    for (name, _) in OTHER_NAMES {
        let known = ours.structures.contains_key(*name) || ours.functions.contains_key(*name);
        assert!(known, "mapi-abi has no {name} any more");
    }
    quote! {
        pub fn compare(tally: &mut Tally) { #(#calls)* }
        pub const ONLY_HERE: &[&str] = &[#(#only_here),*];
    }
    .to_string()
}

fn there(name: &str) -> &str {
    let other = OTHER_NAMES.iter().find(|(here, _)| *here == name);
    other.map_or(name, |(_, there)| there)
}

/// What each oracle has of an item.
fn find<'a, T: ?Sized + 'a>(
    oracles: &'a [Oracle],
    look: impl Fn(&'a Items) -> Option<&'a T>,
) -> Vec<(&'a Oracle, &'a T)> {
    let look = &look;
    oracles
        .iter()
        .filter_map(|oracle| Some((oracle, look(&oracle.items)?)))
        .collect()
}

fn note_missing<T>(found: &[T], name: &str, only_here: &mut Vec<String>) {
    if found.is_empty() {
        only_here.push(name.into());
    }
}

fn ident(name: &str) -> Ident {
    match name.strip_prefix("r#") {
        Some(name) => Ident::new_raw(name, Span::call_site()),
        None => Ident::new(name, Span::call_site()),
    }
}

fn module(oracle: &Oracle) -> syn::Path {
    syn::parse_str(oracle.module).expect("a path")
}

fn constant(oracle: &Oracle, name: &str, there: &str) -> TokenStream {
    let (module, from) = (module(oracle), oracle.name);
    let (ours, theirs) = (ident(name), ident(there));
    quote!(tally.constant(#from, #name, bits(&mapi_abi::#ours), bits(&#module::#theirs));)
}

/// A constant `IID_` with the interface of that name, which need not be one that mapi-abi declares.
fn identifier(oracle: &Oracle, name: &str, interface: &str) -> TokenStream {
    let (module, from) = (module(oracle), oracle.name);
    let (ours, theirs) = (ident(name), ident(interface));
    quote! {
        tally.constant(
            #from,
            #name,
            bits(&mapi_abi::#ours),
            bits(&<#module::#theirs as windows_core::Interface>::IID),
        );
    }
}

/// What both have, by name, and the names that one of them lacks.
fn by_name<'a>(ours: &'a [String], theirs: &'a [String]) -> (Vec<&'a str>, Vec<&'a str>) {
    let in_both = |name: &&String| ours.contains(name) && theirs.contains(name);
    let shared = ours.iter().filter(in_both).map(String::as_str).collect();
    let in_one = ours.iter().chain(theirs).filter(|name| !in_both(name));
    (shared, in_one.map(String::as_str).collect())
}

fn structure(oracle: &Oracle, name: &str, members: &[String], other: &[String]) -> TokenStream {
    let (module, from) = (module(oracle), oracle.name);
    let (ours, theirs) = (ident(name), ident(there(name)));
    let (shared, in_one) = by_name(members, other);
    let fields: Vec<Ident> = shared.iter().map(|name| ident(name)).collect();
    quote! {
        tally.structure::<mapi_abi::#ours, #module::#theirs>(
            #from,
            #name,
            &[#((#shared, member!(mapi_abi::#ours, #fields), member!(#module::#theirs, #fields))),*],
            &[#(#in_one),*],
        );
    }
}

fn interface(oracle: &Oracle, name: &str, methods: &[String], other: &[String]) -> TokenStream {
    let (module, from) = (module(oracle), oracle.name);
    let interface = ident(name);
    let vtable = ident(&format!("{name}_Vtbl"));
    let (shared, in_one) = by_name(methods, other);
    let slots: Vec<Ident> = shared.iter().map(|name| ident(name)).collect();
    quote! {
        tally.interface::<mapi_abi::#interface, #module::#interface>(
            #from,
            #name,
            &[#((#shared, slot!(mapi_abi::#vtable, #slots), slot!(#module::#vtable, #slots))),*],
            &[#(#in_one),*],
        );
    }
}

/// Types that borrow are written out here, since a function type over every lifetime implements no trait of ours.
fn function(oracle: &Oracle, name: &str, other: &syn::TypeBareFn) -> TokenStream {
    let (module, from) = (module(oracle), oracle.name);
    let ours = ident(name);
    let abi = &other.abi;
    let output = &other.output;
    let parameters = other
        .inputs
        .iter()
        .map(|input| pointer_if_borrowed(&input.ty));
    quote! {{
        #[allow(unused_imports)]
        use #module::*;
        type Theirs = unsafe #abi fn(#(#parameters),*) #output;
        tally.function(#from, #name, signature_of::<mapi_abi::#ours>(), signature_of::<Theirs>());
    }}
}

/// `Ref` and `OutRef` are a pointer each.
fn pointer_if_borrowed(parameter: &Type) -> TokenStream {
    if let Type::Path(path) = parameter
        && let Some(last) = path.path.segments.last()
        && (last.ident == "Ref" || last.ident == "OutRef")
    {
        return quote!(*mut core::ffi::c_void);
    }
    quote!(#parameter)
}
