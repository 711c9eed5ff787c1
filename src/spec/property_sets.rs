//! The property sets that Outlook itself uses, by the names in Microsoft's headers.

use serde::{Serialize, Serializer};

use super::guid::Guid;

/// The set that a named property belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct PropertySet {
    /// The GUID of the set.
    pub guid: Guid,
    /// The name in Microsoft's headers; empty for a set of one's own.
    pub name: &'static str,
}

macro_rules! property_sets {
    ($( $(#[$meta:meta])* $constant:ident = $name:literal, $guid:literal; )+) => {
        $(
            $(#[$meta])*
            pub const $constant: PropertySet = PropertySet { guid: Guid::from_u128($guid), name: $name };
        )+

        /// Every set with a name, PS_MAPI included, which no spec may use.
        pub const WELL_KNOWN: &[PropertySet] = &[$( $constant, )+];
    };
}

property_sets! {
    /// Names below 0x8000 in it are the ordinary property ids; nobody defines new ones
    /// [property-names-and-property-sets].
    PS_MAPI = "PS_MAPI", 0x00020328_0000_0000_C000_000000000046;
    /// String names for everyone, categories for instance.
    PS_PUBLIC_STRINGS = "PS_PUBLIC_STRINGS", 0x00020329_0000_0000_C000_000000000046;
    /// Header fields of Internet mail, by their own names.
    PS_INTERNET_HEADERS = "PS_INTERNET_HEADERS", 0x00020386_0000_0000_C000_000000000046;
    /// What all Outlook items share.
    PSETID_COMMON = "PSETID_Common", 0x00062008_0000_0000_C000_000000000046;
    /// Contacts.
    PSETID_ADDRESS = "PSETID_Address", 0x00062004_0000_0000_C000_000000000046;
    /// Appointments.
    PSETID_APPOINTMENT = "PSETID_Appointment", 0x00062002_0000_0000_C000_000000000046;
    /// Meeting requests and their answers.
    PSETID_MEETING = "PSETID_Meeting", 0x6ED8DA90_450B_101B_98DA_00AA003F1305;
    /// Tasks.
    PSETID_TASK = "PSETID_Task", 0x00062003_0000_0000_C000_000000000046;
    /// Sticky notes.
    PSETID_NOTE = "PSETID_Note", 0x0006200E_0000_0000_C000_000000000046;
    /// Journal entries.
    PSETID_LOG = "PSETID_Log", 0x0006200A_0000_0000_C000_000000000046;
    /// Posts from RSS feeds.
    PSETID_POST_RSS = "PSETID_PostRss", 0x00062041_0000_0000_C000_000000000046;
    /// Attachments.
    PSETID_ATTACHMENT = "PSETID_Attachment", 0x96357F7F_59E1_47D0_99A7_46515C183B54;
    /// Sharing invitations.
    PSETID_SHARING = "PSETID_Sharing", 0x00062040_0000_0000_C000_000000000046;
    /// Voice mail.
    PSETID_UNIFIED_MESSAGING = "PSETID_UnifiedMessaging", 0x4442858E_A9E3_4E80_B900_317A210CC15B;
    /// Air synchronization.
    PSETID_AIR_SYNC = "PSETID_AirSync", 0x71035549_0739_4DCB_9163_00F0580DBBDF;
    /// Reports of delivery and of reading.
    PSETID_REPORT = "PSETID_Report", 0x00062013_0000_0000_C000_000000000046;
    /// Messages of which only the header has been fetched.
    PSETID_REMOTE = "PSETID_Remote", 0x00062014_0000_0000_C000_000000000046;
    /// What Exchange keeps about messages.
    PSETID_MESSAGING = "PSETID_Messaging", 0x41F28F13_83F4_4114_A584_EEDB5A6B0BFF;
    /// Addresses, tasks and meetings found in the text of messages.
    PSETID_XML_EXTRACTED_ENTITIES = "PSETID_XmlExtractedEntities", 0x23239608_685D_4732_9C55_4C95CB4E8E33;
    /// Calendar assistant.
    PSETID_CALENDAR_ASSISTANT = "PSETID_CalendarAssistant", 0x11000E07_B51B_40D6_AF21_CAA85EDAB1D0;
}

impl PropertySet {
    /// A set of one's own, or a well-known one by its GUID.
    pub fn from_guid(guid: Guid) -> PropertySet {
        let known = WELL_KNOWN.iter().find(|set| set.guid == guid);
        known.copied().unwrap_or(PropertySet { guid, name: "" })
    }

    /// A well-known set by its name in Microsoft's headers; case matters.
    pub fn from_name(name: &str) -> Option<PropertySet> {
        WELL_KNOWN.iter().find(|set| set.name == name).copied()
    }
}

impl std::fmt::Display for PropertySet {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.name {
            "" => self.guid.fmt(formatter),
            name => formatter.pad(name),
        }
    }
}

impl Serialize for PropertySet {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
