//! The wrapped entry ids of stores: a provider's private one with the name of its DLL in front.

use mapi_abi::MAPIUID;

/// What a wrapped entry id begins with after its flags.
const STORE_WRAP_UID: MAPIUID = MAPIUID {
    ab: [
        0x38, 0xA1, 0xBB, 0x10, 0x05, 0xE5, 0x10, 0x1A, 0xA1, 0xBB, 0x08, 0x00, 0x2B, 0x2A, 0x56,
        0xC2,
    ],
};

/// Wraps the private entry id of a store [imapisupport-wrapstoreentryid].
pub fn wrap_store_entry_id(dll_name: &str, private: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0; 4];
    bytes.extend(STORE_WRAP_UID.ab);
    // Version and flags.
    bytes.extend([0, 0]);
    bytes.extend(dll_name.bytes());
    bytes.push(0);
    while !bytes.len().is_multiple_of(4) {
        bytes.push(0);
    }
    bytes.extend(private);
    bytes
}

/// The private entry id in a wrapped one; `None` if it is not wrapped.
pub fn unwrap_store_entry_id(wrapped: &[u8]) -> Option<&[u8]> {
    let name = wrapped
        .strip_prefix(&[0; 4])?
        .strip_prefix(&STORE_WRAP_UID.ab)?
        .strip_prefix(&[0; 2])?;
    let end = wrapped.len() - name.len() + name.iter().position(|byte| *byte == 0)? + 1;
    wrapped.get(end.next_multiple_of(4)..)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrapping_can_be_undone() {
        for name in ["a.dll", "ab.dll", "abc.dll", "abcd.dll", ""] {
            assert_eq!(
                unwrap_store_entry_id(&wrap_store_entry_id(name, b"private")),
                Some(&b"private"[..])
            );
        }
        assert_eq!(unwrap_store_entry_id(b"private"), None);
    }
}
