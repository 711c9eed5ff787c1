//! Windows Search indexes a store only if its kind is registered: a DWORD of 1, named after `PR_MDB_PROVIDER` as a GUID, in
//! the first key of [`PLACES`] that exists \[about-registering-stores-for-indexing\].

use std::io;

use mapi_store::entry::registration::Product;
use mapi_store::entry::registration::registry::{Registry, Root, Value, View};

/// The keys, in the order in which Windows Search looks for them. The indexer is a program of Windows' own bitness.
pub const PLACES: [(Root, &str); 3] = [
    (
        Root::LocalMachine,
        r"SOFTWARE\Policies\Microsoft\Windows\Windows Search",
    ),
    (
        Root::LocalMachine,
        r"SOFTWARE\Microsoft\Windows\Windows Search\Preferences",
    ),
    (
        Root::CurrentUser,
        r"SOFTWARE\Microsoft\Windows\Windows Search\Preferences",
    ),
];

/// What a 32-bit Windows takes for its only view.
pub const VIEW: View = View::Registry64;

/// A provider's UID as the text of a GUID: the first three fields are little-endian in memory, so their bytes stand the other
/// way round in the text.
pub fn guid_text(uid: &[u8; 16]) -> String {
    const ORDER: [usize; 16] = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15];
    let mut text = String::from("{");
    for (index, place) in ORDER.into_iter().enumerate() {
        if matches!(index, 4 | 6 | 8 | 10) {
            text.push('-');
        }
        text.push_str(&format!("{:02X}", uid[place]));
    }
    text.push('}');
    text
}

/// The key that a product's value belongs into: the first one that exists, otherwise the machine's own, or the user's for a
/// product of one user.
///
/// # Errors
/// When the registry cannot be read.
pub fn place(registry: &dyn Registry, product: &Product) -> io::Result<(Root, &'static str)> {
    for (root, key) in PLACES {
        if registry.exists(root, VIEW, key)? {
            return Ok((root, key));
        }
    }
    Ok(if product.machine {
        PLACES[1]
    } else {
        PLACES[2]
    })
}

/// The value that says yes.
pub const YES: Value = Value::Number(1);

#[cfg(test)]
mod tests {
    use mapi_store::definition::guid;

    use super::*;

    #[test]
    fn the_first_three_fields_stand_the_other_way_round() {
        // Microsoft's own example: the PST's UID and its value.
        let uid = [
            0x4e, 0x49, 0x54, 0x41, 0xf9, 0xbf, 0xb8, 0x01, 0x00, 0xaa, 0x00, 0x37, 0xd9, 0x6e,
            0x00, 0x00,
        ];
        let text = "{4154494E-BFF9-01B8-00AA-0037D96E0000}";
        assert_eq!(guid_text(&uid), text);
        assert_eq!(guid(text), uid);
    }
}
