//! GUIDs as MAPI sees them: sixteen bytes in memory, and a text in the registry.

use serde::{Serialize, Serializer};
use uuid::Uuid;

/// A GUID or MAPIUID.
///
/// The bytes are in memory order: the first three fields little-endian, as a `GUID` lies in memory on Windows. A
/// `MAPIUID` is the same sixteen bytes. So the provider UID in mapisvc.inf ([`Guid::hex`]) and its name in the
/// registry ([`Guid::registry`]) are two views of one value [about-registering-stores-for-indexing].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Guid([u8; 16]);

/// The namespace of derived provider UIDs. It must never change: every UID that a spec does not state depends on it.
pub const PROVIDER_UID_NAMESPACE: Uuid = Uuid::from_u128(0x3F0C_7B52_5D0A_4F4E_9C83_7C1B_6A52_D1E7);

impl Guid {
    /// From the sixteen bytes as they lie in memory.
    pub const fn from_bytes(bytes: [u8; 16]) -> Guid {
        Guid(bytes)
    }

    /// From the number that the text form reads as: `0x00062008_0000_0000_C000_000000000046`.
    pub const fn from_u128(number: u128) -> Guid {
        Guid(Uuid::from_u128(number).to_bytes_le())
    }

    /// The provider UID of a spec that states none: UUID version 5 of "vendor, NUL, crate name" in
    /// [`PROVIDER_UID_NAMESPACE`].
    pub fn derive(vendor: &str, name: &str) -> Guid {
        let text = format!("{vendor}\0{name}");
        Guid(Uuid::new_v5(&PROVIDER_UID_NAMESPACE, text.as_bytes()).to_bytes_le())
    }

    /// A GUID for something of this one's owner, for ever the same: UUID version 5 of the text in the namespace that this
    /// GUID is.
    pub fn derive_from(self, text: &str) -> Guid {
        let namespace = Uuid::from_bytes_le(self.0);
        Guid(Uuid::new_v5(&namespace, text.as_bytes()).to_bytes_le())
    }

    /// Reads `{3F0C7B52-5D0A-4F4E-9C83-7C1B6A52D1E7}`; the braces may be absent, case does not matter.
    pub fn parse(text: &str) -> Option<Guid> {
        let inner = match text.strip_prefix('{') {
            Some(rest) => rest.strip_suffix('}')?,
            None => text,
        };
        // Uuid also reads URNs and texts without hyphens, which nobody expects in a spec.
        if inner.len() != 36 {
            return None;
        }
        let uuid = Uuid::try_parse(inner).ok()?;
        Some(Guid(uuid.to_bytes_le()))
    }

    /// The sixteen bytes in memory order, as PR_MDB_PROVIDER holds them.
    pub const fn bytes(self) -> [u8; 16] {
        self.0
    }

    /// Whether every byte is zero.
    pub fn is_nil(self) -> bool {
        self.0 == [0; 16]
    }

    /// The registry form, with braces and capital letters.
    pub fn registry(self) -> String {
        format!("{{{:X}}}", Uuid::from_bytes_le(self.0).hyphenated())
    }

    /// The bytes in memory order as 32 hexadecimal digits, as mapisvc.inf wants them.
    pub fn hex(self) -> String {
        self.0.iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

impl std::fmt::Display for Guid {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.pad(&self.registry())
    }
}

impl Serialize for Guid {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.registry())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the documentation: the provider UID of Microsoft's PST [about-registering-stores-for-indexing].
    #[test]
    fn memory_order_is_that_of_the_documented_pst() {
        let guid = Guid::parse("{4154494E-BFF9-01B8-00AA-0037D96E0000}").unwrap();
        assert_eq!(guid.hex(), "4e495441f9bfb80100aa0037d96e0000");
        assert_eq!(guid.registry(), "{4154494E-BFF9-01B8-00AA-0037D96E0000}");
        assert_eq!(
            guid,
            Guid::from_u128(0x4154494E_BFF9_01B8_00AA_0037D96E0000)
        );
        assert_eq!(guid, Guid::from_bytes(guid.bytes()));
    }

    #[test]
    fn reads_only_the_usual_forms() {
        let plain = "4154494e-bff9-01b8-00aa-0037d96e0000";
        assert!(Guid::parse(plain).is_some());
        for bad in [
            "",
            "{}",
            "{4154494E-BFF9-01B8-00AA-0037D96E0000",
            "4154494E-BFF9-01B8-00AA-0037D96E0000}",
            "4154494EBFF901B800AA0037D96E0000",
            "urn:uuid:4154494e-bff9-01b8-00aa-0037d96e0000",
            "4154494g-bff9-01b8-00aa-0037d96e0000",
        ] {
            assert_eq!(Guid::parse(bad), None, "{bad}");
        }
    }

    /// Shipped stores carry this value: a change here would make them strangers to their own profiles.
    #[test]
    fn derived_uids_never_change() {
        let guid = Guid::derive("Contoso", "my-provider");
        assert_eq!(guid, Guid::derive("Contoso", "my-provider"));
        assert_ne!(guid, Guid::derive("Contosom", "y-provider"));
        assert_eq!(guid.registry(), "{151A6281-8AFA-5C59-BE75-3740D532A7B9}");
        // Installed products carry these.
        assert_eq!(
            guid.derive_from("x").registry(),
            "{899526A4-CDB0-51C0-A9AD-6AF502711EAE}"
        );
    }
}
