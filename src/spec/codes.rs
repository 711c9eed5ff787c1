//! The codes of all findings, in one table: spelling, severity, one line, and the explanation.

use serde::{Serialize, Serializer};

use super::finding::Severity;

macro_rules! codes {
    ($( $(#[doc = $line:literal])+ $variant:ident = $name:literal, $severity:ident; )+) => {
        /// A kind of finding. The spelling is stable; scripts may rely on it.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code {
            $( $(#[doc = $line])+ $variant, )+
        }

        impl Code {
            /// Every code, in the order of the documentation.
            pub const ALL: &'static [Code] = &[$( Code::$variant, )+];

            /// The stable spelling: `unknown-key`.
            pub const fn name(self) -> &'static str {
                match self { $( Code::$variant => $name, )+ }
            }

            /// The code with this spelling.
            pub fn from_name(name: &str) -> Option<Code> {
                match name { $( $name => Some(Code::$variant), )+ _ => None }
            }

            /// Whether such a finding forbids generation.
            pub const fn severity(self) -> Severity {
                match self { $( Code::$variant => Severity::$severity, )+ }
            }

            /// What it means and why it matters, in a few lines.
            pub fn explanation(self) -> String {
                let lines: &[&str] = match self { $( Code::$variant => &[$( $line ),+], )+ };
                let lines: Vec<&str> = lines.iter().map(|line| line.trim()).collect();
                lines.join("\n")
            }
        }
    };
}

codes! {
    // The text.

    /// The file is not text in UTF-8.
    NotUtf8 = "not-utf8", Error;
    /// The spec is larger than any real one: more than 4 MiB, a line of more than 10,000 bytes, or more than 100,000
    /// keys. It was not read.
    TooLarge = "too-large", Error;
    /// Brackets or dotted keys nest deeper than the format ever needs. The spec was not read.
    TooDeep = "too-deep", Error;
    /// The text is not TOML.
    Syntax = "syntax", Error;
    /// A key or table stands twice; TOML does not allow it, and the first one was used for the other checks.
    DuplicateKey = "duplicate-key", Error;
    /// There were more than 1,000 findings; the rest was counted only.
    TooManyFindings = "too-many-findings", Error;

    // Arguments.

    /// The argument of `--set` is not `KEY=VALUE`, or its key cannot be set.
    BadOverride = "bad-override", Error;
    /// The key of `--set` names an element of a list that the spec does not have. An element is named by its id, name
    /// or key, or by its number from 0. `--set` changes elements; it cannot add any.
    UnknownElement = "unknown-element", Error;

    // The format.

    /// `spec-version` is not one that this release can read.
    UnsupportedVersion = "unsupported-version", Error;
    /// The format has no such key. Unknown keys are errors, because a misspelled key would silently have no effect.
    UnknownKey = "unknown-key", Error;
    /// The value has another type than the key takes.
    WrongType = "wrong-type", Error;
    /// A key that every spec must have is absent.
    MissingKey = "missing-key", Error;
    /// The key is part of the format but has no meaning for this kind of setting, property or remote.
    MisplacedKey = "misplaced-key", Error;
    /// A number is outside the range that its key allows.
    OutOfRange = "out-of-range", Error;
    /// The value is not one of the words that its key takes.
    UnknownWord = "unknown-word", Error;
    /// A list names the same thing twice.
    DuplicateWord = "duplicate-word", Error;
    /// A text or list that must say something is empty.
    Empty = "empty", Error;
    /// A text is longer, or a list has more elements, than the generated project or MAPI can bear.
    TooLong = "too-long", Error;
    /// A text has a control character, a line break, an invisible character or a blank at its end. None of them
    /// survives the files that the text is written to, and some of them could forge lines there.
    BadCharacter = "bad-character", Error;
    /// A text that goes into mapisvc.inf has a square bracket or begins with a quotation mark or a semicolon. The
    /// file is an INI file: MAPI would read a section, cut the quotation marks, or take it for a comment.
    InfCharacter = "inf-character", Error;
    /// A text that goes into mapisvc.inf is not ASCII. MAPI reads the file in the machine's own code page, so that the
    /// text can look different on other machines.
    InfCodePage = "inf-code-page", Warning;

    // [provider]

    /// The crate name has characters that Cargo does not take, or does not begin with a letter.
    BadCrateName = "bad-crate-name", Error;
    /// The crate name is a keyword of Rust, so no code could name the crate.
    KeywordCrateName = "keyword-crate-name", Error;
    /// The crate name is that of a crate or directory that Rust and Cargo have for themselves.
    ReservedCrateName = "reserved-crate-name", Error;
    /// The crate name is that of a crate which the generated project depends on.
    DependencyCrateName = "dependency-crate-name", Error;
    /// A name is that of a Windows device. Windows opens the device and not the file, whatever the extension.
    DeviceName = "device-name", Error;
    /// The version is not `major.minor.patch`, as Cargo wants it.
    BadVersion = "bad-version", Error;
    /// Windows Installer has no numbers of this size in versions, so an MSI could not tell this version from others.
    LargeVersion = "large-version", Warning;
    /// The licence is not an SPDX expression.
    BadLicense = "bad-license", Error;
    /// An author is not `Name` or `Name <address>`.
    BadAuthor = "bad-author", Error;
    /// A text that must be a GUID is none.
    BadGuid = "bad-guid", Error;
    /// The provider UID belongs to somebody else, or to nobody: all zeros, a property set, or a provider of
    /// Microsoft's.
    TakenUid = "taken-uid", Error;

    // [service]

    /// The service name has characters other than `A` to `Z`, digits and `_`, or does not begin with a letter. It is a
    /// section of mapisvc.inf and part of scripts and group policies.
    BadServiceName = "bad-service-name", Error;
    /// The service name is one that Outlook's own mapisvc.inf has.
    TakenServiceName = "taken-service-name", Error;
    /// The DLL name is not 1 to 32 letters, digits and `_`. MAPI looks for the first period of the whole string and
    /// inserts "32" before it, and the string must survive every code page.
    BadDllName = "bad-dll-name", Error;
    /// The DLL name ends in "32". MAPI itself inserts "32": `name.dll` in mapisvc.inf loads `name32.dll`.
    DllNameWith32 = "dll-name-with-32", Error;
    /// With the "32" that MAPI inserts, the DLL name is that of a DLL of Windows or Office, which would be loaded
    /// instead.
    SystemDll = "system-dll", Error;
    /// The DLL name is longer than six characters. It works, but names of 8.3 form with the "32" are the tradition
    /// that every tool was tested with.
    LongDllName = "long-dll-name", Warning;

    // [store], [log], locations

    /// A location is not an absolute Windows path, or not one that Windows can open.
    BadLocation = "bad-location", Error;
    /// A location begins with an environment variable that not every Windows has.
    UnknownVariable = "unknown-variable", Error;
    /// The install location has a period. It stands in mapisvc.inf before the DLL's name, and MAPI inserts "32" before
    /// the first period of the whole string: the DLL would not be found.
    LocationPeriod = "location-period", Error;
    /// The install location is not ASCII. It stands in mapisvc.inf and must survive a round trip through every code
    /// page.
    LocationCodePage = "location-code-page", Error;
    /// The store would lie on a network share, where the database's write-ahead log does not work.
    NetworkLocation = "network-location", Error;
    /// A claimed feature is not in the runtime of this release. A claim that is not true makes Outlook fail later.
    UnavailableFeature = "unavailable-feature", Error;
    /// Two claimed features exclude each other, or one needs another that is not claimed.
    ContradictingFeatures = "contradicting-features", Error;
    /// A feature is missing that every store of this kind has, because the runtime or MAPI makes it so.
    MissingFeature = "missing-feature", Error;

    // [[folders]]

    /// Two folders have the same id, so that `parent` could mean either.
    DuplicateFolderId = "duplicate-folder-id", Error;
    /// Two folders with the same parent have the same name, case aside. MAPI answers such names with MAPI_E_COLLISION.
    DuplicateFolderName = "duplicate-folder-name", Error;
    /// `parent` names a folder that the spec does not have.
    UnknownParent = "unknown-parent", Error;
    /// Folders lie in each other, in a circle.
    CyclicParent = "cyclic-parent", Error;
    /// Folders nest deeper than 64 levels.
    FolderTooDeep = "folder-too-deep", Error;
    /// Two folders have one role; a store has one folder for each.
    DuplicateRole = "duplicate-role", Error;
    /// The role does not exist in this kind of store.
    RoleNotInStore = "role-not-in-store", Error;
    /// A folder is missing that every store of this kind must have.
    MissingRole = "missing-role", Error;
    /// The folder's place does not fit its role: the roots of views and searches lie beside the visible tree and hold
    /// no folders of a spec.
    RolePlace = "role-place", Error;
    /// The container class does not fit the role; Outlook would show the folder with the wrong module or not at all.
    RoleContainerClass = "role-container-class", Error;
    /// The container class is not `IPF` or a class below it.
    BadContainerClass = "bad-container-class", Error;
    /// A message class is not words of ASCII with single periods between them.
    BadMessageClass = "bad-message-class", Error;
    /// Two folders receive the same message class; a store has one receive folder for each.
    DuplicateReceiveClass = "duplicate-receive-class", Error;
    /// A folder with a role that users work in is hidden.
    HiddenRole = "hidden-role", Warning;

    // [[named-properties]]

    /// The property set is neither a GUID nor one of the names in Microsoft's headers.
    UnknownPropertySet = "unknown-property-set", Error;
    /// Nobody defines names in PS_MAPI: its numbers are the ordinary property ids.
    PsMapi = "ps-mapi", Error;
    /// A named property has a string name or a number, one of them.
    PropertyNameForm = "property-name-form", Error;
    /// The same name in the same set stands twice.
    DuplicateProperty = "duplicate-property", Error;
    /// The property set takes only string names, or a numeric id is beyond the ids that it has.
    UnusualPropertyName = "unusual-property-name", Warning;
    /// A property of this type cannot be indexed: a list, bytes and a GUID have no order.
    NotIndexable = "not-indexable", Error;

    // [[settings]]

    /// The key of a setting is not lower-case letters, digits and single hyphens, beginning with a letter.
    BadSettingKey = "bad-setting-key", Error;
    /// Two settings have the same key.
    DuplicateSettingKey = "duplicate-setting-key", Error;
    /// Two settings have the same property id.
    DuplicatePropertyId = "duplicate-property-id", Error;
    /// The property id lies in a range that belongs to others. A provider's own ids in its profile section are 0x6600
    /// to 0x67FF; the runtime keeps 0x6600 to 0x660F for itself.
    ReservedPropertyId = "reserved-property-id", Error;
    /// A secret lies outside 0x67F0 to 0x67FF, the only ids that MAPI stores encrypted, or something else lies there.
    SecureRange = "secure-range", Error;
    /// The default does not fit the setting: another type, outside the range, none of the choices, no URL.
    BadDefault = "bad-default", Error;
    /// A secret has a default. It would stand in the source code and in the DLL for everyone to read.
    SecretDefault = "secret-default", Error;
    /// A setting is required and has a default, so that it is never missing.
    RedundantRequired = "redundant-required", Warning;
    /// The setting sounds like a secret but is stored in the clear.
    LooksSecret = "looks-secret", Warning;
    /// A choice has fewer than two choices.
    TooFewChoices = "too-few-choices", Error;
    /// The minimum is greater than the maximum.
    EmptyRange = "empty-range", Error;

    // [sync]

    /// `directory-setting` names a setting that the spec does not have.
    UnknownSetting = "unknown-setting", Error;
    /// The setting that holds the directory is not a string.
    DirectorySettingType = "directory-setting-type", Error;
    /// The setting that holds the directory may be missing: it is neither required nor has it a default.
    DirectorySettingOptional = "directory-setting-optional", Warning;
    /// Synchronization is off, so that the rest of the section has no effect.
    SyncDisabled = "sync-disabled", Warning;
    /// Local changes are to be uploaded, but the store allows none.
    UploadWithoutModify = "upload-without-modify", Error;
    /// Messages are synchronized in a direction in which folders are not; those in new folders have no place to go.
    ContentsWithoutHierarchy = "contents-without-hierarchy", Warning;
    /// The first wait is longer than the longest.
    RetryDelays = "retry-delays", Error;
    /// A synchronization could wait for more than an hour before it reports the failure.
    SlowRetry = "slow-retry", Warning;

    // [registration]

    /// mapisvc.inf belongs to the whole machine, so that registering for one user needs an administrator all the same,
    /// and a DLL in a directory that users can write to is an invitation.
    UserScope = "user-scope", Warning;

    // [packaging]

    /// The signing command has no `{file}`, so that it cannot know which file to sign.
    SignWithoutFile = "sign-without-file", Error;
    /// An argument of the signing command has a placeholder that does not exist.
    UnknownPlaceholder = "unknown-placeholder", Error;
    /// The signing command seems to have a password in it. The spec is kept with the sources, where everyone can read
    /// it.
    SignPassword = "sign-password", Warning;
    /// A text that must be the address of a web page is none.
    BadUrl = "bad-url", Error;
}

impl Code {
    /// Whether the finding says that something is absent. Such findings are left out when the text has syntax errors,
    /// because what is missing may stand where the parser got lost.
    pub(super) const fn is_about_absence(self) -> bool {
        matches!(
            self,
            Code::MissingKey
                | Code::MissingRole
                | Code::MissingFeature
                | Code::UnknownParent
                | Code::UnknownSetting
                | Code::UnknownElement
                | Code::ContradictingFeatures
                | Code::UploadWithoutModify
                | Code::ContentsWithoutHierarchy
                | Code::DirectorySettingOptional
                | Code::PropertyNameForm
                | Code::SignWithoutFile
                | Code::Empty
        )
    }
}

impl std::fmt::Display for Code {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.pad(self.name())
    }
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}
