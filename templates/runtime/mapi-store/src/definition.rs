//! What a provider is, as constants.
//!
//! The generator turns `provider.toml` into one static [`ProviderDefinition`]; everything the runtime does differently
//! from one provider to the next hangs on it. All types here can be written as constant expressions, and a GUID is
//! 16 raw bytes in the memory order of a `MAPIUID`.

/// A whole provider.
#[derive(Clone, Copy, Debug)]
pub struct ProviderDefinition {
    /// Name of the provider's crate.
    pub name: &'static str,
    /// Name of the store that users see until they rename it.
    pub display_name: &'static str,
    /// Who publishes the provider.
    pub vendor: &'static str,
    /// One sentence about the provider.
    pub description: &'static str,
    /// Version of the provider, as its crate has it.
    pub version: &'static str,
    /// `PR_MDB_PROVIDER`: identifies the kind of store, the same for every store of this provider
    /// \[pidtagstoreprovider-canonical-property\].
    pub provider_uid: [u8; 16],
    /// Section name of the message service in mapisvc.inf.
    pub service_name: &'static str,
    /// DLL as mapisvc.inf names it: `contoso.dll` for the file `contoso32.dll`.
    pub dll_name: &'static str,
    /// Whether the store can be a profile's default store.
    pub store_kind: StoreKind,
    /// The store object and its storage.
    pub store: StoreDefinition,
    /// Folders of a new store; a parent stands before its children.
    pub folders: &'static [FolderDefinition],
    /// Named properties that exist from the start.
    pub named_properties: &'static [NamedPropertyDefinition],
    /// What the user configures for each profile.
    pub settings: &'static [SettingDefinition],
    /// Synchronization; `None` makes the store refuse `IMAPISync`.
    pub sync: Option<SyncDefinition>,
    /// Where and how much the provider logs.
    pub log: LogDefinition,
}

/// Whether the store can be a profile's default store.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum StoreKind {
    /// One more store beside the default one (`STATUS_NO_DEFAULT_STORE`).
    Secondary,
    /// A store that Outlook may make the default one \[default-message-stores\].
    DefaultCapable,
}

/// The store object and its storage.
#[derive(Clone, Copy, Debug)]
pub struct StoreDefinition {
    /// `PR_STORE_SUPPORT_MASK` of a store that is open for writing
    /// \[pidtagstoresupportmask-canonical-property\].
    pub support_mask: u32,
    /// Directory of the store files; may contain `%VARIABLES%`.
    pub location: &'static str,
    /// Bytes above which GetProps refuses a string or binary value, so that the client opens a stream
    /// \[imapiprop-getprops\].
    pub large_property_limit: u32,
    /// Named properties of the store object that Outlook reads as switches.
    pub switches: &'static [StoreSwitch],
    /// Whether `IMSCapabilities` says that folders may have home pages also where the store is not the default one;
    /// otherwise the store does not offer the interface \[imscapabilities-getcapabilities\].
    pub folder_home_pages: bool,
    /// Whether `IFolderSupport` says that folders can be shared; otherwise folders do not offer the interface
    /// \[ifoldersupportiunknown\].
    pub folder_sharing: bool,
}

/// A named property of the store object that Outlook reads as a switch \[about-the-store-api\].
#[derive(Clone, Copy, Debug)]
pub struct StoreSwitch {
    /// Property set of the name.
    pub set: [u8; 16],
    /// The name itself.
    pub name: &'static str,
    /// The property's value.
    pub value: SwitchValue,
}

/// Value of a [`StoreSwitch`].
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum SwitchValue {
    /// `PT_LONG`.
    Long(i32),
    /// `PT_BOOLEAN`.
    Boolean(bool),
}

/// A folder that a new store has.
#[derive(Clone, Copy, Debug)]
pub struct FolderDefinition {
    /// Index of the parent in [`ProviderDefinition::folders`]. `None` puts the folder into the IPM subtree, or
    /// directly under the root folder for the roles that belong there (see [`FolderRole::is_below_root`]).
    pub parent: Option<u16>,
    /// `PR_DISPLAY_NAME`; unique, case ignored, among its siblings.
    pub name: &'static str,
    /// `PR_COMMENT`.
    pub comment: &'static str,
    /// `PR_CONTAINER_CLASS`; empty means what fits the role, `IPF.Note` for most.
    pub container_class: &'static str,
    /// What Outlook uses the folder for; a role other than `None` occurs once in a provider.
    pub role: FolderRole,
    /// Message classes that this folder receives; the empty class is the default
    /// \[imsgstore-setreceivefolder\].
    pub receive_classes: &'static [&'static str],
    /// `PR_ATTR_HIDDEN`.
    pub hidden: bool,
}

/// What Outlook uses a folder for \[mapi-special-folders\].
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum FolderRole {
    /// A plain folder.
    None,
    /// Top of what users see.
    IpmSubtree,
    /// Receives mail.
    Inbox,
    /// Holds messages that wait for sending.
    Outbox,
    /// Holds messages that were sent.
    SentMail,
    /// Holds what users deleted.
    DeletedItems,
    /// Holds unfinished messages.
    Drafts,
    /// Holds unwanted mail.
    Junk,
    /// Holds what users put away.
    Archive,
    /// Parent of search folders; outside the IPM subtree.
    SearchRoot,
    /// Personal views; outside the IPM subtree.
    Views,
    /// Shared views; outside the IPM subtree.
    CommonViews,
    /// Appointments.
    Calendar,
    /// Contacts.
    Contacts,
    /// Tasks.
    Tasks,
    /// Sticky notes.
    Notes,
    /// Journal entries.
    Journal,
    /// Parent of the folders for synchronization problems.
    SyncIssues,
    /// Losing sides of conflicting edits.
    Conflicts,
    /// What could not be written locally.
    LocalFailures,
    /// What the server refused.
    ServerFailures,
}

impl FolderRole {
    /// Whether folders of this role live beside the IPM subtree instead of inside it.
    #[must_use]
    pub const fn is_below_root(self) -> bool {
        matches!(
            self,
            Self::IpmSubtree | Self::SearchRoot | Self::Views | Self::CommonViews
        )
    }

    /// The `PR_CONTAINER_CLASS` that fits the role \[pidtagcontainerclass-canonical-property\].
    #[must_use]
    pub const fn container_class(self) -> &'static str {
        match self {
            Self::Calendar => "IPF.Appointment",
            Self::Contacts => "IPF.Contact",
            Self::Tasks => "IPF.Task",
            Self::Notes => "IPF.StickyNote",
            Self::Journal => "IPF.Journal",
            _ => "IPF.Note",
        }
    }
}

/// A named property that exists from the start, so that its id is known and its values can be indexed.
#[derive(Clone, Copy, Debug)]
pub struct NamedPropertyDefinition {
    /// Property set.
    pub set: [u8; 16],
    /// Name within the set.
    pub name: PropertyName,
    /// Property type code, `PT_UNICODE` = 0x1F and so on.
    pub property_type: u16,
    /// Whether the store keeps an index, so that sorting by it is as fast as by delivery time.
    pub indexed: bool,
}

/// Name of a named property within its set \[mapinameid\].
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum PropertyName {
    /// `MNID_ID`.
    Id(u32),
    /// `MNID_STRING`.
    String(&'static str),
}

/// Something the user configures for each profile.
#[derive(Clone, Copy, Debug)]
pub struct SettingDefinition {
    /// How the spec and the remote call the setting.
    pub key: &'static str,
    /// What users read.
    pub label: &'static str,
    /// Property id in the profile section: 0x6610..=0x67EF, or 0x67F0..=0x67FF for a secret.
    pub property_id: u16,
    /// Kind and range of the value.
    pub kind: SettingKind,
    /// Value where the profile has none.
    pub default: Option<SettingValue>,
    /// Whether the store can be opened without a value.
    pub required: bool,
}

/// Kind and range of a setting.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum SettingKind {
    /// Any text (`PT_UNICODE`).
    String,
    /// An absolute URL (`PT_UNICODE`).
    Url,
    /// A whole number within bounds, both included (`PT_LONG`).
    Integer {
        /// Least value allowed.
        minimum: i32,
        /// Greatest value allowed.
        maximum: i32,
    },
    /// Yes or no (`PT_BOOLEAN`).
    Boolean,
    /// One of these texts (`PT_UNICODE`).
    Choice(&'static [&'static str]),
    /// Text that only the secure range of the profile may hold, and no log (`PT_UNICODE`).
    Secret,
}

/// Default value of a setting.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum SettingValue {
    /// For the kinds String, Url, Choice and Secret.
    Text(&'static str),
    /// For Integer.
    Integer(i32),
    /// For Boolean.
    Boolean(bool),
}

/// How the store and its remote keep in step.
#[derive(Clone, Copy, Debug)]
pub struct SyncDefinition {
    /// Local folder changes go to the remote.
    pub upload_hierarchy: bool,
    /// Remote folder changes come to the store.
    pub download_hierarchy: bool,
    /// Local message changes go to the remote.
    pub upload_contents: bool,
    /// Remote message changes come to the store.
    pub download_contents: bool,
    /// Messages per transaction and per question to the remote; at least 1.
    pub batch_size: u32,
    /// What happens when the remote fails.
    pub retry: RetryDefinition,
}

/// Repeating a failed step, waiting longer each time.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct RetryDefinition {
    /// Attempts in all; at least 1.
    pub attempts: u32,
    /// Milliseconds before the second attempt.
    pub first_delay_ms: u32,
    /// What the wait is multiplied by after each attempt; at least 1.
    pub factor: u32,
    /// Longest wait in milliseconds.
    pub maximum_delay_ms: u32,
}

/// Where and how much the provider logs.
#[derive(Clone, Copy, Debug)]
pub struct LogDefinition {
    /// Directory of the log files; may contain `%VARIABLES%`.
    pub directory: &'static str,
    /// The least severe kind of event that is written.
    pub level: LogLevel,
    /// The key of the registry, below HKEY_CURRENT_USER or HKEY_LOCAL_MACHINE, whose values `Directory` and `Level` say
    /// otherwise.
    pub registry_key: &'static str,
}

/// Severity of a log event, most severe first.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum LogLevel {
    /// Nothing is written.
    Off,
    /// Operations that failed.
    Error,
    /// What may explain a later failure.
    Warn,
    /// Logons, synchronizations, configuration.
    Info,
    /// Calls that clients make.
    Debug,
    /// Everything.
    Trace,
}

impl LogLevel {
    /// All levels, most severe first.
    pub const ALL: [Self; 6] = [
        Self::Off,
        Self::Error,
        Self::Warn,
        Self::Info,
        Self::Debug,
        Self::Trace,
    ];

    /// The word for it, as specs and the registry have it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Error => "error",
            Self::Warn => "warn",
            Self::Info => "info",
            Self::Debug => "debug",
            Self::Trace => "trace",
        }
    }

    /// The level of a word, in either case.
    pub fn from_word(word: &str) -> Option<Self> {
        let word = word.trim();
        Self::ALL
            .into_iter()
            .find(|level| level.word().eq_ignore_ascii_case(word))
    }
}

/// The bytes of a GUID in the memory order of a `MAPIUID`, from its registry form
/// `{00062008-0000-0000-C000-000000000046}`.
///
/// # Panics
/// When the text has another form; in a constant the compiler says so.
#[must_use]
pub const fn guid(text: &str) -> [u8; 16] {
    // Where the two digits of each byte stand: the first three groups are little-endian in memory.
    const PLACES: [usize; 16] = [7, 5, 3, 1, 12, 10, 17, 15, 20, 22, 25, 27, 29, 31, 33, 35];

    const fn digit(character: u8) -> u8 {
        match character {
            b'0'..=b'9' => character - b'0',
            b'a'..=b'f' => character - b'a' + 10,
            b'A'..=b'F' => character - b'A' + 10,
            _ => panic!("a GUID has hexadecimal digits only"),
        }
    }

    let text = text.as_bytes();
    assert!(
        text.len() == 38 && text[0] == b'{' && text[37] == b'}',
        "a GUID has 38 characters, the outer ones braces"
    );
    assert!(
        text[9] == b'-' && text[14] == b'-' && text[19] == b'-' && text[24] == b'-',
        "a GUID has hyphens after 8, 4, 4 and 4 digits"
    );
    let mut bytes = [0; 16];
    let mut index = 0;
    while index < 16 {
        bytes[index] = digit(text[PLACES[index]]) << 4 | digit(text[PLACES[index] + 1]);
        index += 1;
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::guid;

    #[test]
    fn a_guid_lies_in_memory_as_windows_has_it() {
        let bytes = guid("{4154494E-BFF9-01B8-00aa-0037D96E0000}");
        assert_eq!(
            bytes,
            [
                0x4e, 0x49, 0x54, 0x41, 0xf9, 0xbf, 0xb8, 0x01, 0x00, 0xaa, 0x00, 0x37, 0xd9, 0x6e,
                0x00, 0x00
            ]
        );
    }

    #[test]
    #[should_panic(expected = "hyphens")]
    fn a_guid_has_its_hyphens() {
        let _ = guid("{4154494EBFFF9-01B8-00aa-0037D96E0000}");
    }
}
