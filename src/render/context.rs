//! What templates see: the spec, flattened to texts, numbers, truth values and lists of them.
//!
//! Nothing here is optional and nothing is a map: handlebars prints an absent value as nothing and an object as
//! `[object]`, without a word. Where a value may be absent there is a `has_...` beside it. The comments say how a template prints
//! a value; texts without a comment are free text and need the helper of the file's language.

use serde::Serialize;

use super::wix::Wix;
use crate::spec::{
    Architecture, Direction, Feature, FolderRole, LogLevel, PropertyName, Remote, Scope,
    SettingKind, SettingValue, Spec, StoreKind, SwitchValue,
};

/// The root of all paths in templates.
#[derive(Debug, Serialize)]
pub struct Context {
    /// About this generator.
    pub generator: Generator,
    /// `[provider]`.
    pub provider: Provider,
    /// `[service]`.
    pub service: Service,
    /// `[store]`.
    pub store: Store,
    /// `[[folders]]`, in the order of their indexes.
    pub folders: Vec<Folder>,
    /// `[[named-properties]]`.
    pub named_properties: Vec<NamedProperty>,
    /// `[[settings]]`.
    pub settings: Vec<Setting>,
    /// `[sync]`.
    pub sync: Sync,
    /// `[registration]`.
    pub registration: Registration,
    /// `[packaging]`.
    pub packaging: Packaging,
    /// The source of the MSI.
    pub wix: Wix,
    /// `[log]`.
    pub log: Log,
}

/// About this generator.
#[derive(Debug, Serialize)]
pub struct Generator {
    /// `word`.
    pub version: String,
}

/// `[provider]`.
#[derive(Debug, Serialize)]
pub struct Provider {
    /// `word`: the crate's name.
    pub name: String,
    /// `word`: the crate's name as Rust paths have it.
    pub ident: String,
    pub display_name: String,
    pub vendor: String,
    pub description: String,
    /// `word`.
    pub version: String,
    /// Whether there is a licence.
    pub has_license: bool,
    /// An SPDX expression.
    pub license: String,
    /// Whether anyone is named.
    pub has_authors: bool,
    pub authors: Vec<String>,
    /// `guid`: PR_MDB_PROVIDER.
    pub uid: String,
    /// `word`: the 16 bytes of PR_MDB_PROVIDER as hexadecimal digits, in the order of memory.
    pub uid_hex: String,
}

/// `[service]`.
#[derive(Debug, Serialize)]
pub struct Service {
    /// `word`: the service's section in mapisvc.inf.
    pub name: String,
    /// `word`: the provider's section in mapisvc.inf.
    pub provider_section: String,
    /// `word`: the DLL as mapisvc.inf has it, `contoso.dll`.
    pub dll_in_inf: String,
    /// `word`: the DLL on disk, `contoso32.dll`.
    pub dll_on_disk: String,
    pub default_capable: bool,
    pub single_copy: bool,
}

/// `[store]`.
#[derive(Debug, Serialize)]
pub struct Store {
    pub location: String,
    pub large_property_limit: u32,
    /// `hex` with 8 digits.
    pub support_mask: u32,
    pub features: Vec<FeatureBit>,
    pub switches: Vec<Switch>,
    /// Whether the store offers IMSCapabilities.
    pub folder_home_pages: bool,
    /// Whether folders offer IFolderSupport.
    pub folder_sharing: bool,
    /// Whether messages can be created.
    pub can_create: bool,
    /// Whether messages can be changed.
    pub can_modify: bool,
}

/// One bit of the support mask.
#[derive(Debug, Serialize)]
pub struct FeatureBit {
    /// `word`: the spelling in a spec.
    pub word: &'static str,
    /// `word`: Microsoft's name.
    pub constant: &'static str,
}

/// One switch of the store object.
#[derive(Debug, Serialize)]
pub struct Switch {
    /// `guid`.
    pub set: String,
    /// `word`: the set's name in Microsoft's headers.
    pub set_name: &'static str,
    pub name: &'static str,
    /// Whether it is a PT_BOOLEAN, else a PT_LONG.
    pub is_boolean: bool,
    /// The value of a PT_BOOLEAN.
    pub boolean: bool,
    /// The value of a PT_LONG.
    pub long: i32,
}

/// One folder.
#[derive(Debug, Serialize)]
pub struct Folder {
    /// Its place in the list.
    pub index: usize,
    /// The names from the top to this folder, with `/` between them.
    pub path: String,
    pub name: String,
    pub has_parent: bool,
    /// The parent's index.
    pub parent: usize,
    /// `word`: the variant of `FolderRole`.
    pub role: &'static str,
    pub container_class: String,
    pub comment: String,
    pub receive_classes: Vec<String>,
    pub hidden: bool,
}

/// One named property.
#[derive(Debug, Serialize)]
pub struct NamedProperty {
    /// `guid`.
    pub set: String,
    /// Whether the set has a name of its own.
    pub has_set_name: bool,
    /// The set's name in Microsoft's headers.
    pub set_name: &'static str,
    /// Whether the name is a number.
    pub is_id: bool,
    /// The number; `hex` with 4 digits.
    pub id: u32,
    /// The name where it is a text.
    pub name: String,
    /// `hex` with 4 digits.
    pub property_type: u16,
    /// `word`: Microsoft's name of the type.
    pub type_constant: &'static str,
    pub indexed: bool,
}

/// One setting.
#[derive(Debug, Serialize)]
pub struct Setting {
    /// `word`.
    pub key: String,
    pub label: String,
    /// `hex` with 4 digits.
    pub property_id: u16,
    /// `word`: the type's spelling in a spec.
    pub kind: &'static str,
    pub is_string: bool,
    pub is_url: bool,
    pub is_integer: bool,
    pub is_boolean: bool,
    pub is_choice: bool,
    pub is_secret: bool,
    pub minimum: i32,
    pub maximum: i32,
    pub choices: Vec<String>,
    pub has_default: bool,
    pub default_is_text: bool,
    pub default_is_integer: bool,
    pub default_is_boolean: bool,
    pub default_text: String,
    pub default_integer: i32,
    pub default_boolean: bool,
    pub required: bool,
}

/// `[sync]`.
#[derive(Debug, Serialize)]
pub struct Sync {
    pub enabled: bool,
    pub upload_hierarchy: bool,
    pub download_hierarchy: bool,
    pub upload_contents: bool,
    pub download_contents: bool,
    pub batch_size: u32,
    pub attempts: u32,
    pub first_delay_ms: u32,
    pub factor: u32,
    pub maximum_delay_ms: u32,
    /// Whether the remote is the directory of .eml files that comes along, else it is the team's.
    pub is_directory: bool,
    /// The key of the setting that holds the directory.
    pub directory_setting: String,
}

/// `[registration]`.
#[derive(Debug, Serialize)]
pub struct Registration {
    pub x64: bool,
    pub x86: bool,
    /// Whether it is for the whole machine, else for one user.
    pub machine: bool,
    pub indexing: bool,
    pub install_location: String,
}

/// `[packaging]`.
#[derive(Debug, Serialize)]
pub struct Packaging {
    pub has_url: bool,
    pub url: String,
    pub has_support_url: bool,
    pub support_url: String,
}

/// `[log]`.
#[derive(Debug, Serialize)]
pub struct Log {
    pub location: String,
    /// The key of the registry, below a root, that says otherwise.
    pub registry_key: String,
    /// `word`: the variant of `LogLevel`.
    pub level: &'static str,
}

impl Context {
    /// What templates see of a spec.
    #[must_use]
    pub fn new(spec: &Spec) -> Self {
        Self {
            generator: Generator {
                version: env!("CARGO_PKG_VERSION").to_owned(),
            },
            provider: provider(spec),
            service: Service {
                name: spec.service.name.clone(),
                provider_section: spec.service.provider_section(),
                dll_in_inf: spec.service.dll_in_inf(),
                dll_on_disk: spec.service.dll_on_disk(),
                default_capable: spec.service.kind == StoreKind::DefaultCapable,
                single_copy: spec.service.single_copy,
            },
            store: store(spec),
            folders: folders(spec),
            named_properties: spec.named_properties.iter().map(named_property).collect(),
            settings: spec.settings.iter().map(setting).collect(),
            sync: sync(spec),
            registration: Registration {
                x64: spec.registration.architectures.contains(&Architecture::X64),
                x86: spec.registration.architectures.contains(&Architecture::X86),
                machine: spec.registration.scope == Scope::Machine,
                indexing: spec.registration.indexing,
                install_location: spec.registration.install_location.clone(),
            },
            packaging: Packaging {
                has_url: !spec.packaging.url.is_empty(),
                url: spec.packaging.url.clone(),
                has_support_url: !spec.packaging.support_url.is_empty(),
                support_url: spec.packaging.support_url.clone(),
            },
            wix: Wix::new(spec),
            log: Log {
                location: spec.log.location.clone(),
                registry_key: spec.log_key(),
                level: level_variant(spec.log.level),
            },
        }
    }
}

fn provider(spec: &Spec) -> Provider {
    let provider = &spec.provider;
    Provider {
        name: provider.name.clone(),
        ident: provider.name.replace('-', "_"),
        display_name: provider.display_name.clone(),
        vendor: provider.vendor.clone(),
        description: provider.description.clone(),
        version: provider.version.clone(),
        has_license: !provider.license.is_empty(),
        license: provider.license.clone(),
        has_authors: !provider.authors.is_empty(),
        authors: provider.authors.clone(),
        uid: provider.uid.registry(),
        uid_hex: provider.uid.hex(),
    }
}

fn store(spec: &Spec) -> Store {
    let store = &spec.store;
    Store {
        location: store.location.clone(),
        large_property_limit: store.large_property_limit,
        support_mask: store.support_mask(),
        features: (store.features.iter())
            .map(|feature| FeatureBit {
                word: feature.word(),
                constant: feature.constant(),
            })
            .collect(),
        switches: (store.switches.properties().iter())
            .map(|switch| Switch {
                set: switch.set.guid.registry(),
                set_name: switch.set.name,
                name: switch.name,
                is_boolean: matches!(switch.value, SwitchValue::Boolean(_)),
                boolean: switch.value == SwitchValue::Boolean(true),
                long: if let SwitchValue::Long(value) = switch.value {
                    value
                } else {
                    0
                },
            })
            .collect(),
        folder_home_pages: store.switches.folder_home_pages,
        folder_sharing: store.switches.folder_sharing,
        can_create: store.has(Feature::Create),
        can_modify: store.has(Feature::Modify),
    }
}

fn folders(spec: &Spec) -> Vec<Folder> {
    let mut folders: Vec<Folder> = Vec::with_capacity(spec.folders.len());
    for (index, folder) in spec.folders.iter().enumerate() {
        // Parents stand before their children, so the parent's path is there.
        let path = match folder.parent {
            Some(parent) => format!("{}/{}", folders[parent].path, folder.name),
            None => folder.name.clone(),
        };
        folders.push(Folder {
            index,
            path,
            name: folder.name.clone(),
            has_parent: folder.parent.is_some(),
            parent: folder.parent.unwrap_or(0),
            role: role_variant(folder.role),
            container_class: folder.container_class.clone(),
            comment: folder.comment.clone(),
            receive_classes: folder.receive_classes.clone(),
            hidden: folder.hidden,
        });
    }
    folders
}

fn named_property(property: &crate::spec::NamedProperty) -> NamedProperty {
    let (is_id, id, name) = match &property.name {
        PropertyName::Id(id) => (true, *id, String::new()),
        PropertyName::String(name) => (false, 0, name.clone()),
    };
    NamedProperty {
        set: property.set.guid.registry(),
        has_set_name: !property.set.name.is_empty(),
        set_name: property.set.name,
        is_id,
        id,
        name,
        property_type: property.property_type.code(),
        type_constant: property.property_type.constant(),
        indexed: property.indexed,
    }
}

fn setting(setting: &crate::spec::Setting) -> Setting {
    let (minimum, maximum) = match setting.kind {
        SettingKind::Integer { minimum, maximum } => (minimum, maximum),
        _ => (0, 0),
    };
    let choices = match &setting.kind {
        SettingKind::Choice(choices) => choices.clone(),
        _ => Vec::new(),
    };
    let text = match &setting.default {
        Some(SettingValue::String(text)) => text.clone(),
        _ => String::new(),
    };
    let integer = match setting.default {
        Some(SettingValue::Integer(integer)) => integer,
        _ => 0,
    };
    Setting {
        key: setting.key.clone(),
        label: setting.label.clone(),
        property_id: setting.property_id,
        kind: setting.kind.setting_type().word(),
        is_string: setting.kind == SettingKind::String,
        is_url: setting.kind == SettingKind::Url,
        is_integer: matches!(setting.kind, SettingKind::Integer { .. }),
        is_boolean: setting.kind == SettingKind::Boolean,
        is_choice: matches!(setting.kind, SettingKind::Choice(_)),
        is_secret: setting.kind == SettingKind::Secret,
        minimum,
        maximum,
        choices,
        has_default: setting.default.is_some(),
        default_is_text: matches!(setting.default, Some(SettingValue::String(_))),
        default_is_integer: matches!(setting.default, Some(SettingValue::Integer(_))),
        default_is_boolean: matches!(setting.default, Some(SettingValue::Boolean(_))),
        default_text: text,
        default_integer: integer,
        default_boolean: setting.default == Some(SettingValue::Boolean(true)),
        required: setting.required,
    }
}

fn sync(spec: &Spec) -> Sync {
    let sync = &spec.sync;
    let retry = &sync.retry;
    Sync {
        enabled: sync.enabled,
        upload_hierarchy: sync.has(Direction::UploadHierarchy),
        download_hierarchy: sync.has(Direction::DownloadHierarchy),
        upload_contents: sync.has(Direction::UploadContents),
        download_contents: sync.has(Direction::DownloadContents),
        batch_size: sync.batch_size,
        attempts: retry.attempts,
        first_delay_ms: retry.first_delay_ms,
        factor: retry.factor,
        maximum_delay_ms: retry.maximum_delay_ms,
        is_directory: sync.enabled && matches!(sync.remote, Remote::Directory { .. }),
        directory_setting: match &sync.remote {
            Remote::Directory { setting } => setting.clone(),
            Remote::Custom => String::new(),
        },
    }
}

/// The variant of the runtime's `FolderRole`.
fn role_variant(role: FolderRole) -> &'static str {
    match role {
        FolderRole::None => "None",
        FolderRole::IpmSubtree => "IpmSubtree",
        FolderRole::Inbox => "Inbox",
        FolderRole::Outbox => "Outbox",
        FolderRole::SentMail => "SentMail",
        FolderRole::DeletedItems => "DeletedItems",
        FolderRole::Drafts => "Drafts",
        FolderRole::Junk => "Junk",
        FolderRole::Archive => "Archive",
        FolderRole::SearchRoot => "SearchRoot",
        FolderRole::Views => "Views",
        FolderRole::CommonViews => "CommonViews",
        FolderRole::Calendar => "Calendar",
        FolderRole::Contacts => "Contacts",
        FolderRole::Tasks => "Tasks",
        FolderRole::Notes => "Notes",
        FolderRole::Journal => "Journal",
        FolderRole::SyncIssues => "SyncIssues",
        FolderRole::Conflicts => "Conflicts",
        FolderRole::LocalFailures => "LocalFailures",
        FolderRole::ServerFailures => "ServerFailures",
    }
}

/// The variant of the runtime's `LogLevel`.
fn level_variant(level: LogLevel) -> &'static str {
    match level {
        LogLevel::Off => "Off",
        LogLevel::Error => "Error",
        LogLevel::Warn => "Warn",
        LogLevel::Info => "Info",
        LogLevel::Debug => "Debug",
        LogLevel::Trace => "Trace",
    }
}
