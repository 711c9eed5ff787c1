//! Where the two sides differ and mapi-abi is right.

/// What differs, and why mapi-abi stays as it is. An entry that no longer differs is a fault itself.
pub const EXCEPTIONS: &[(&str, &str)] = &[
    (
        "MSPROVIDERINIT",
        "MAPI calls MSProviderInit as __cdecl [msproviderinit]; the bindings have lost the calling convention, which \
         would corrupt the stack of a 32-bit Outlook",
    ),
    (
        "IAttach: IID",
        "the headers call the constant IID_IAttachment, so the bindings found none and have zeros",
    ),
    (
        "IMAPISupport: IID",
        "the headers call the constant IID_IMAPISup, so the bindings found none and have zeros",
    ),
    (
        "PR_CREATOR_NAME",
        "the bindings were made without UNICODE and have the 8-bit tag only, no PR_CREATOR_NAME_W",
    ),
    (
        "MAPINAMEID_Kind.lID_Reserved",
        "a member that MAPI's pages do not have [mapinameid]; it does not change the layout",
    ),
    (
        "CURRENCY.Anonymous",
        "a second view of the same eight bytes, as two halves",
    ),
];

/// Names of mapi-abi that no oracle has, as listed.
const LISTED: &str = include_str!("only-here.txt");

/// Where the list and the sources disagree.
pub fn only_here(found: &[&str]) -> Vec<String> {
    let listed: Vec<&str> = LISTED
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .collect();
    let missing = found
        .iter()
        .filter(|name| !listed.contains(name))
        .map(|name| {
            format!("{name}: Microsoft's bindings have no such name; is it right, then list it in only-here.txt")
        });
    let stale = listed
        .iter()
        .filter(|name| !found.contains(name))
        .map(|name| format!("{name}: only-here.txt lists it, but it is compared, or gone"));
    missing.chain(stale).collect()
}
