//! The typed provider spec: what a provider is, with every default filled in.
//!
//! [`load`](super::load) makes it from text and is the only maker: a `Spec` has passed validation. The doc comment of
//! each field is the reference of the format; the TOML key is the field's name with hyphens, unless it says otherwise.

use serde::Serialize;

use super::guid::Guid;
use super::property_sets::{PS_PUBLIC_STRINGS, PSETID_COMMON, PropertySet};
use super::words::{
    Architecture, Direction, Feature, FolderRole, LogLevel, PropertyType, RemoteKind, Scope,
    SettingType, StoreKind,
};

/// A validated provider spec. `spec-version = 1` stands at the top of its file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Spec {
    /// `[provider]`: who makes the provider and what it is called.
    pub provider: Provider,
    /// `[service]`: the message service that MAPI sees.
    pub service: Service,
    /// `[store]`: what the store can do and where it keeps its data.
    pub store: Store,
    /// `[[folders]]`: the folders that exist from the start, parents before children. It begins with the folders below
    /// the store's root, which every store has: the IPM subtree, the search root and the two views folders; a spec
    /// that does not name them gets them all the same. Default: the folders that MAPI asks for.
    pub folders: Vec<Folder>,
    /// `[[named-properties]]`: named properties with ids from the start.
    pub named_properties: Vec<NamedProperty>,
    /// `[[settings]]`: what the user configures for each profile.
    pub settings: Vec<Setting>,
    /// `[sync]`: synchronization with the place where the mail lives.
    pub sync: Sync,
    /// `[registration]`: how the provider is made known to Outlook.
    pub registration: Registration,
    /// `[packaging]`: what `cargo mapi package` makes of it.
    pub packaging: Packaging,
    /// `[log]`: where the provider writes what it did.
    pub log: Log,
}

/// Who makes the provider and what it is called.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Provider {
    /// The name of the crate: lower-case letters, digits, `-` and `_`, beginning with a letter. Required.
    pub name: String,
    /// What users read in Outlook. Default: the crate name as words.
    pub display_name: String,
    /// The company or person that ships the provider. Required.
    pub vendor: String,
    /// One sentence for Cargo.toml and the README. Default: made from the display name.
    pub description: String,
    /// The version of the crate, `major.minor.patch`. Default: `0.1.0`.
    pub version: String,
    /// The licence as an SPDX expression, or empty when nobody else may use the crate. Default: empty.
    pub license: String,
    /// People, as `Name` or `Name <address>`. Default: none.
    pub authors: Vec<String>,
    /// PR_MDB_PROVIDER: the identity of the provider, for ever. Default: derived from vendor and name; `new` writes it
    /// into the generated provider.toml, because profiles and search indexes remember it.
    pub uid: Guid,
}

/// The message service that MAPI sees.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Service {
    /// The section of mapisvc.inf and the name for CreateMsgService: `[A-Z0-9_]`, beginning with a letter. Default:
    /// the crate name in capitals.
    pub name: String,
    /// The base name of the DLL, `[A-Za-z0-9_]`, 1 to 32 characters. Default: the crate name, shortened to six
    /// characters.
    pub dll: String,
    /// Whether a profile may use the store as its default. Default: `secondary`.
    pub kind: StoreKind,
    /// Whether a profile can have only one of these services (SERVICE_SINGLE_COPY). Default: no.
    pub single_copy: bool,
}

impl Service {
    /// The DLL as mapisvc.inf names it, without the "32" that MAPI inserts: `<base>.dll`.
    pub fn dll_in_inf(&self) -> String {
        format!("{}.dll", self.dll)
    }

    /// The DLL as it lies on disk, in both bitnesses: `<base>32.dll`.
    pub fn dll_on_disk(&self) -> String {
        format!("{}32.dll", self.dll)
    }

    /// The section of the store provider in mapisvc.inf.
    pub fn provider_section(&self) -> String {
        format!("{}_MS", self.name)
    }
}

/// What the store can do and where it keeps its data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Store {
    /// The directory of the local database, absolute or beginning with a `%VARIABLE%`. Default:
    /// `%LOCALAPPDATA%\<vendor>\<display name>`.
    pub location: String,
    /// In bytes: a larger property is not returned by GetProps but opened as a stream. Default: 8192.
    pub large_property_limit: u32,
    /// The claims in PR_STORE_SUPPORT_MASK, each once, in the order of the vocabulary. Default: all that the runtime
    /// has.
    pub features: Vec<Feature>,
    /// `[store.switches]`: what Outlook may do with the store.
    pub switches: Switches,
}

impl Store {
    /// PR_STORE_SUPPORT_MASK.
    pub fn support_mask(&self) -> u32 {
        self.features
            .iter()
            .fold(0, |mask, feature| mask | feature.bit())
    }

    /// Whether the store claims it.
    pub fn has(&self, feature: Feature) -> bool {
        self.features.contains(&feature)
    }
}

/// What Outlook may do with the store. Most are named properties on the store object, which Outlook reads when it opens it
/// [about-the-store-api]; the last two are interfaces that Outlook asks the store and its folders for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Switches {
    /// Outlook may move old messages away by AutoArchive. Default: no.
    pub auto_archive: bool,
    /// Outlook may walk all folders at start-up to fill its navigation pane. Default: no.
    pub start_up_crawl: bool,
    /// Outlook may look for contacts folders in the store, for mail merge. Default: no.
    pub contacts_scan: bool,
    /// In a profile where the store is not the default one it counts as the user's own: what is deleted there goes to
    /// the default store's Deleted Items, drafts to its Drafts. Default: no.
    pub private_store: bool,
    /// Outlook's Folder Size dialog shows a second page, with sizes on the server. Default: no.
    pub server_folder_sizes: bool,
    /// Outlook may offer to send a meeting update to added or deleted attendees only. Default: yes.
    pub partial_meeting_updates: bool,
    /// Folders may have home pages also where the store is not the default one: the store offers IMSCapabilities
    /// [imscapabilities-getcapabilities]. Default: no.
    pub folder_home_pages: bool,
    /// Outlook may offer to share folders: they offer IFolderSupport \[ifoldersupportiunknown\]. Default: no.
    pub folder_sharing: bool,
}

/// One switch as a named property.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct SwitchProperty {
    /// The property set.
    pub set: PropertySet,
    /// The string name in that set.
    pub name: &'static str,
    /// The value, whose kind decides the property type.
    pub value: SwitchValue,
}

/// The value of a switch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum SwitchValue {
    /// PT_LONG.
    Long(i32),
    /// PT_BOOLEAN.
    Boolean(bool),
}

impl Switches {
    /// The named properties that make Outlook behave so. A switch that says what Outlook does anyway has none.
    pub fn properties(&self) -> Vec<SwitchProperty> {
        let long = |set: bool, name| {
            set.then_some(SwitchProperty {
                set: PSETID_COMMON,
                name,
                value: SwitchValue::Long(1),
            })
        };
        let boolean = |set: bool, name| {
            set.then_some(SwitchProperty {
                set: PS_PUBLIC_STRINGS,
                name,
                value: SwitchValue::Boolean(true),
            })
        };
        [
            long(!self.auto_archive, "ArchiveSourceSupportMask"),
            long(!self.start_up_crawl, "CrawlSourceSupportMask"),
            long(!self.contacts_scan, "NoFolderScan"),
            boolean(
                self.private_store,
                "urn:schemas-microsoft-com:office:outlook#storetypeprivate",
            ),
            boolean(
                self.server_folder_sizes,
                "urn:schemas-microsoft-com:office:outlook#serverfoldersizes",
            ),
            boolean(
                !self.partial_meeting_updates,
                "urn:schemas-microsoft-com:office:outlook#allornonemtgupdatedlg",
            ),
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}

/// A folder that exists from the start.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Folder {
    /// What `parent` of another folder refers to; unique. Default: the name.
    pub id: String,
    /// What users see; unique among its siblings, case aside. Required.
    pub name: String,
    /// The index in [`Spec::folders`] of the folder above it; always smaller than its own. `None`: directly below the
    /// IPM subtree, or below the store's root if [`FolderRole::is_below_root`] says so. In a spec: the id of a folder.
    pub parent: Option<usize>,
    /// What the folder is to Outlook. Default: `none`.
    pub role: FolderRole,
    /// PR_CONTAINER_CLASS. Default: the role's, for most of them `IPF.Note`.
    pub container_class: String,
    /// PR_COMMENT. Default: empty.
    pub comment: String,
    /// The message classes whose messages are delivered here; `""` is every class that no other folder takes. Default:
    /// none. Exactly one folder has `""`: where the spec gives it to none it is the Inbox, or else the IPM subtree.
    pub receive_classes: Vec<String>,
    /// Whether Outlook hides it (PR_ATTR_HIDDEN). Default: no.
    pub hidden: bool,
}

/// A named property that has its id from the start.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct NamedProperty {
    /// The property set: a well-known name such as `PSETID_Common`, or a GUID. Required.
    pub set: PropertySet,
    /// `name = "..."` or `id = 0x8501`; exactly one of them.
    pub name: PropertyName,
    /// `type`. Required.
    pub property_type: PropertyType,
    /// Whether contents tables sort by it quickly. Default: no.
    pub indexed: bool,
}

/// The name of a named property within its set.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum PropertyName {
    /// A number (MNID_ID).
    Id(u32),
    /// A text (MNID_STRING).
    String(String),
}

/// Something the user configures for each profile. It arrives through ServiceEntry and lives in the profile section.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Setting {
    /// How the code names it: lower-case letters, digits and hyphens, beginning with a letter; unique. Required.
    pub key: String,
    /// How a dialog names it. Default: the key as words.
    pub label: String,
    /// The property id in the profile section: 0x6610 to 0x67EF, for a secret 0x67F0 to 0x67FF; unique. It must stay
    /// the same once the provider has shipped. Required.
    pub property_id: u16,
    /// `type` with `choices`, `minimum` and `maximum`. Default: `string`.
    pub kind: SettingKind,
    /// The value of a profile that sets none.
    pub default: Option<SettingValue>,
    /// Whether logging on without it answers MAPI_E_UNCONFIGURED. Default: no.
    pub required: bool,
}

impl Setting {
    /// The property tag in the profile section.
    pub fn property_tag(&self) -> u32 {
        u32::from(self.property_id) << 16 | u32::from(self.kind.property_type().code())
    }
}

/// What a setting holds, with its limits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum SettingKind {
    /// Any text.
    String,
    /// An absolute URL.
    Url,
    /// A whole number in a range, both ends allowed. Default: all of 32 bits.
    Integer {
        /// The smallest value.
        minimum: i32,
        /// The largest value.
        maximum: i32,
    },
    /// Yes or no.
    Boolean,
    /// One of these words, at least two.
    Choice(Vec<String>),
    /// A password or token.
    Secret,
}

impl SettingKind {
    /// The word for it in a spec.
    pub fn setting_type(&self) -> SettingType {
        match self {
            SettingKind::String => SettingType::String,
            SettingKind::Url => SettingType::Url,
            SettingKind::Integer { .. } => SettingType::Integer,
            SettingKind::Boolean => SettingType::Boolean,
            SettingKind::Choice(_) => SettingType::Choice,
            SettingKind::Secret => SettingType::Secret,
        }
    }

    /// The type of its property in the profile section.
    pub fn property_type(&self) -> PropertyType {
        match self {
            SettingKind::Integer { .. } => PropertyType::Long,
            SettingKind::Boolean => PropertyType::Boolean,
            SettingKind::String
            | SettingKind::Url
            | SettingKind::Choice(_)
            | SettingKind::Secret => PropertyType::Unicode,
        }
    }
}

/// The default value of a setting.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum SettingValue {
    /// Of a string, URL or choice.
    String(String),
    /// Of an integer.
    Integer(i32),
    /// Of a boolean.
    Boolean(bool),
}

/// Synchronization with the place where the mail lives.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Sync {
    /// Whether the store answers IMAPISync. Default: yes if the spec has a `[sync]` section, else no.
    pub enabled: bool,
    /// What is synchronized, each once, in the order of the vocabulary. Default: everything that the store's features
    /// allow.
    pub directions: Vec<Direction>,
    /// How many messages are fetched and stored in one go. Default: 50.
    pub batch_size: u32,
    /// Where the mail lives. Default: `directory` if there is a `directory-setting`, else `custom`.
    pub remote: Remote,
    /// `[sync.retry]`: what to do when the remote does not answer.
    pub retry: Retry,
}

impl Sync {
    /// Whether it synchronizes so.
    pub fn has(&self, direction: Direction) -> bool {
        self.directions.contains(&direction)
    }
}

/// Where the mail lives.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Remote {
    /// A tree of directories with .eml files.
    Directory {
        /// `directory-setting`: the key of the string setting that holds the path.
        setting: String,
    },
    /// What the team writes.
    Custom,
}

impl Remote {
    /// The word for it in a spec.
    pub fn kind(&self) -> RemoteKind {
        match self {
            Remote::Directory { .. } => RemoteKind::Directory,
            Remote::Custom => RemoteKind::Custom,
        }
    }
}

/// What to do when the remote does not answer: wait and try again, each time longer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Retry {
    /// How often it is tried altogether, 1 to 100. Default: 4.
    pub attempts: u32,
    /// The first wait in milliseconds. Default: 500.
    pub first_delay_ms: u32,
    /// Each further wait is so many times longer, 1 to 10. Default: 2.
    pub factor: u32,
    /// No wait is longer, in milliseconds. Default: 30000.
    pub maximum_delay_ms: u32,
}

/// How the provider is made known to Outlook.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Registration {
    /// For which Outlook, each once. Default: both.
    pub architectures: Vec<Architecture>,
    /// For whom. Default: `machine`.
    pub scope: Scope,
    /// Whether Windows Search indexes the store. Default: yes.
    pub indexing: bool,
    /// The directory that the DLL is installed to. It stands in mapisvc.inf, so it has no period and only ASCII.
    /// Default: `%ProgramFiles%\<vendor>\<display name>`, for one user `%LOCALAPPDATA%\Programs\<vendor>\<display
    /// name>`.
    pub install_location: String,
}

/// What `cargo mapi package` needs to know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Packaging {
    /// The command that signs a file: a program and its arguments, among them [`FILE_PLACEHOLDER`]. It runs in the
    /// project's directory, without a shell, for the DLL and then for setup.exe. Default: none, so that nothing is
    /// signed.
    pub sign: Vec<String>,
    /// A web page about the product, `https://...`, or empty. Windows shows it in the list of installed programs.
    /// Default: empty.
    pub url: String,
    /// A web page where users get help, or empty. Windows shows it in the list of installed programs. Default: empty.
    pub support_url: String,
}

/// What stands for the path of the file to sign in [`Packaging::sign`].
pub const FILE_PLACEHOLDER: &str = "{file}";

impl Spec {
    /// The key of the registry, below HKEY_LOCAL_MACHINE or HKEY_CURRENT_USER, that the log's settings are read from:
    /// `SOFTWARE\<vendor>\<display name>\Log`.
    #[must_use]
    pub fn log_key(&self) -> String {
        super::sections::log_key(&self.provider)
    }
}

/// Where the provider writes what it did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Log {
    /// The directory, absolute or beginning with a `%VARIABLE%`. Default: `Log` in the store's location.
    pub location: String,
    /// How much. Default: `info`.
    pub level: LogLevel,
}
