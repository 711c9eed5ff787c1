//! The closed vocabularies of a spec: what each word means, and how it is spelled in TOML.
//!
//! One table per vocabulary; parsing, printing, suggestions and the list in an error message all come from it.

use serde::{Serialize, Serializer};

/// A closed vocabulary.
pub(super) trait Word: Copy + PartialEq + 'static {
    /// Every spelling.
    const WORDS: &'static [&'static str];

    /// The value spelled so.
    fn from_word(word: &str) -> Option<Self>;

    /// The spelling.
    fn word(self) -> &'static str;
}

macro_rules! words {
    (
        $(#[$meta:meta])*
        pub enum $name:ident {
            $( $(#[$variant_meta:meta])* $variant:ident = $word:literal ),+ $(,)?
        }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            $( $(#[$variant_meta])* #[doc = concat!("\n\nSpelled `", $word, "` in a spec.")] $variant, )+
        }

        impl $name {
            /// Every value, in the order of the documentation.
            pub const ALL: &'static [$name] = &[$( $name::$variant, )+];

            /// Every spelling, in the same order.
            pub const WORDS: &'static [&'static str] = &[$( $word, )+];

            /// The spelling in a spec.
            pub const fn word(self) -> &'static str {
                match self { $( $name::$variant => $word, )+ }
            }

            /// The value spelled so; case matters.
            pub fn from_word(word: &str) -> Option<$name> {
                match word { $( $word => Some($name::$variant), )+ _ => None }
            }
        }

        impl Word for $name {
            const WORDS: &'static [&'static str] = $name::WORDS;

            fn from_word(word: &str) -> Option<$name> {
                $name::from_word(word)
            }

            fn word(self) -> &'static str {
                $name::word(self)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.pad(self.word())
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.word())
            }
        }
    };
}

words! {
    /// What the store can be in a profile.
    pub enum StoreKind {
        /// A further store beside the mailbox: Outlook sends and delivers elsewhere (STATUS_NO_DEFAULT_STORE).
        Secondary = "secondary",
        /// A store that a profile may choose for delivery; it has all eight special folders of MAPI.
        DefaultCapable = "default-capable",
    }
}

words! {
    /// A claim in PR_STORE_SUPPORT_MASK: what a client may expect of the store.
    ///
    /// Only features that the runtime really has can be claimed; [`Feature::available`] says which.
    pub enum Feature {
        /// Messages and folders can be created (STORE_CREATE_OK).
        Create = "create",
        /// Existing messages and folders can be changed (STORE_MODIFY_OK).
        Modify = "modify",
        /// Messages have attachments (STORE_ATTACH_OK).
        Attachments = "attachments",
        /// Clients are told about changes (STORE_NOTIFY_OK).
        Notifications = "notifications",
        /// Contents tables can be filtered (STORE_RESTRICTION_OK).
        Restrictions = "restrictions",
        /// Contents tables can be sorted (STORE_SORT_OK).
        Sorting = "sorting",
        /// HTML bodies are kept as HTML (STORE_HTML_OK).
        Html = "html",
        /// Strings are Unicode (STORE_UNICODE_OK).
        Unicode = "unicode",
        /// An entry id is never used again for another object (STORE_ENTRYID_UNIQUE).
        UniqueEntryIds = "unique-entry-ids",
        /// Multi-valued properties keep their order, and tables can have a row for each value (STORE_MV_PROPS_OK).
        MultiValued = "multi-valued",
        /// Nothing can be created or changed by clients (STORE_READONLY); synchronization still brings new mail.
        ReadOnly = "read-only",
        /// Messages can be handed in for sending (STORE_SUBMIT_OK).
        Submit = "submit",
        /// Search folders (STORE_SEARCH_OK).
        Search = "search",
        /// Contents tables can be grouped (STORE_CATEGORIZE_OK).
        Categories = "categories",
        /// The store keeps the plain and the RTF body in step (STORE_RTF_OK).
        Rtf = "rtf",
        /// OLE objects as attachments (STORE_OLE_OK).
        Ole = "ole",
        /// The store writes to the index of Windows Search itself (STORE_PUSHER_OK).
        Pusher = "pusher",
    }
}

impl Feature {
    /// The bit in PR_STORE_SUPPORT_MASK [pidtagstoresupportmask-canonical-property].
    pub const fn bit(self) -> u32 {
        match self {
            Feature::UniqueEntryIds => 0x1,
            Feature::ReadOnly => 0x2,
            Feature::Search => 0x4,
            Feature::Modify => 0x8,
            Feature::Create => 0x10,
            Feature::Attachments => 0x20,
            Feature::Ole => 0x40,
            Feature::Submit => 0x80,
            Feature::Notifications => 0x100,
            Feature::MultiValued => 0x200,
            Feature::Categories => 0x400,
            Feature::Rtf => 0x800,
            Feature::Restrictions => 0x1000,
            Feature::Sorting => 0x2000,
            Feature::Html => 0x1_0000,
            Feature::Unicode => 0x4_0000,
            Feature::Pusher => 0x80_0000,
        }
    }

    /// The name of the bit in Microsoft's documentation.
    pub const fn constant(self) -> &'static str {
        match self {
            Feature::UniqueEntryIds => "STORE_ENTRYID_UNIQUE",
            Feature::ReadOnly => "STORE_READONLY",
            Feature::Search => "STORE_SEARCH_OK",
            Feature::Modify => "STORE_MODIFY_OK",
            Feature::Create => "STORE_CREATE_OK",
            Feature::Attachments => "STORE_ATTACH_OK",
            Feature::Ole => "STORE_OLE_OK",
            Feature::Submit => "STORE_SUBMIT_OK",
            Feature::Notifications => "STORE_NOTIFY_OK",
            Feature::MultiValued => "STORE_MV_PROPS_OK",
            Feature::Categories => "STORE_CATEGORIZE_OK",
            Feature::Rtf => "STORE_RTF_OK",
            Feature::Restrictions => "STORE_RESTRICTION_OK",
            Feature::Sorting => "STORE_SORT_OK",
            Feature::Html => "STORE_HTML_OK",
            Feature::Unicode => "STORE_UNICODE_OK",
            Feature::Pusher => "STORE_PUSHER_OK",
        }
    }

    /// Whether the runtime of this release does the work that the bit promises.
    pub const fn available(self) -> bool {
        self.missing_because().is_none()
    }

    /// Why the feature cannot be claimed with the runtime of this release, and when it can be; `None` if it can.
    pub const fn missing_because(self) -> Option<&'static str> {
        match self {
            Feature::Ole => Some(
                "the runtime keeps attachments by value and embedded messages; OLE is not planned yet",
            ),
            Feature::Pusher => Some(
                "the runtime leaves indexing to the crawler of Windows Search, and will go on so",
            ),
            _ => None,
        }
    }
}

words! {
    /// What a folder is to Outlook.
    pub enum FolderRole {
        /// An ordinary folder.
        None = "none",
        /// The top of what the user sees (PR_IPM_SUBTREE_ENTRYID).
        IpmSubtree = "ipm-subtree",
        /// Where new mail arrives.
        Inbox = "inbox",
        /// Where mail waits to be sent (PR_IPM_OUTBOX_ENTRYID).
        Outbox = "outbox",
        /// Where sent mail is kept (PR_IPM_SENTMAIL_ENTRYID).
        SentMail = "sent",
        /// Where deleted mail goes (PR_IPM_WASTEBASKET_ENTRYID).
        DeletedItems = "deleted",
        /// Unfinished mail (PR_IPM_DRAFTS_ENTRYID).
        Drafts = "drafts",
        /// Unwanted mail (index 4 of PR_ADDITIONAL_REN_ENTRYIDS).
        Junk = "junk",
        /// Where the Archive button files mail.
        Archive = "archive",
        /// Search folders live below it, outside the visible tree (PR_FINDER_ENTRYID).
        SearchRoot = "search-root",
        /// The user's saved views (PR_VIEWS_ENTRYID).
        Views = "views",
        /// Views for everyone (PR_COMMON_VIEWS_ENTRYID).
        CommonViews = "common-views",
        /// Appointments (PR_IPM_APPOINTMENT_ENTRYID).
        Calendar = "calendar",
        /// Contacts (PR_IPM_CONTACT_ENTRYID).
        Contacts = "contacts",
        /// Tasks (PR_IPM_TASK_ENTRYID).
        Tasks = "tasks",
        /// Sticky notes (PR_IPM_NOTE_ENTRYID).
        Notes = "notes",
        /// Journal entries (PR_IPM_JOURNAL_ENTRYID).
        Journal = "journal",
        /// Reports of synchronization (index 1 of PR_ADDITIONAL_REN_ENTRYIDS).
        SyncIssues = "sync-issues",
        /// Local edits that lost against the remote (index 0 of PR_ADDITIONAL_REN_ENTRYIDS).
        Conflicts = "conflicts",
        /// Edits that could not be stored here (index 2 of PR_ADDITIONAL_REN_ENTRYIDS).
        LocalFailures = "local-failures",
        /// Edits that the server refused (index 3 of PR_ADDITIONAL_REN_ENTRYIDS).
        ServerFailures = "server-failures",
    }
}

impl FolderRole {
    /// The container class that such a folder has when the spec names none [pidtagcontainerclass-canonical-property].
    pub const fn container_class(self) -> &'static str {
        match self {
            FolderRole::Calendar => "IPF.Appointment",
            FolderRole::Contacts => "IPF.Contact",
            FolderRole::Tasks => "IPF.Task",
            FolderRole::Notes => "IPF.StickyNote",
            FolderRole::Journal => "IPF.Journal",
            _ => "IPF.Note",
        }
    }

    /// Whether the folder is a child of the store's root, where users do not see it, and not of the IPM subtree
    /// [special-folders-in-message-stores]. The IPM subtree itself is such a child.
    pub const fn is_below_root(self) -> bool {
        matches!(
            self,
            FolderRole::IpmSubtree
                | FolderRole::SearchRoot
                | FolderRole::Views
                | FolderRole::CommonViews
        )
    }
}

words! {
    /// The type of a property (PT_...).
    pub enum PropertyType {
        /// PT_SHORT, 16 bits signed.
        Short = "short",
        /// PT_LONG, 32 bits signed.
        Long = "long",
        /// PT_FLOAT, 32 bits.
        Float = "float",
        /// PT_DOUBLE, 64 bits.
        Double = "double",
        /// PT_CURRENCY, 64 bits, in ten-thousandths.
        Currency = "currency",
        /// PT_APPTIME, days since 30 December 1899.
        AppTime = "app-time",
        /// PT_BOOLEAN.
        Boolean = "boolean",
        /// PT_I8, 64 bits signed.
        I8 = "i8",
        /// PT_UNICODE.
        Unicode = "unicode",
        /// PT_SYSTIME, 100 ns since 1601.
        SysTime = "time",
        /// PT_CLSID.
        Clsid = "guid",
        /// PT_BINARY.
        Binary = "binary",
        /// PT_MV_SHORT.
        MultiShort = "mv-short",
        /// PT_MV_LONG.
        MultiLong = "mv-long",
        /// PT_MV_FLOAT.
        MultiFloat = "mv-float",
        /// PT_MV_DOUBLE.
        MultiDouble = "mv-double",
        /// PT_MV_CURRENCY.
        MultiCurrency = "mv-currency",
        /// PT_MV_APPTIME.
        MultiAppTime = "mv-app-time",
        /// PT_MV_I8.
        MultiI8 = "mv-i8",
        /// PT_MV_UNICODE.
        MultiUnicode = "mv-unicode",
        /// PT_MV_SYSTIME.
        MultiSysTime = "mv-time",
        /// PT_MV_CLSID.
        MultiClsid = "mv-guid",
        /// PT_MV_BINARY.
        MultiBinary = "mv-binary",
    }
}

impl PropertyType {
    /// The type code, with MV_FLAG where there is one.
    pub const fn code(self) -> u16 {
        match self {
            PropertyType::Short => 0x0002,
            PropertyType::Long => 0x0003,
            PropertyType::Float => 0x0004,
            PropertyType::Double => 0x0005,
            PropertyType::Currency => 0x0006,
            PropertyType::AppTime => 0x0007,
            PropertyType::Boolean => 0x000B,
            PropertyType::I8 => 0x0014,
            PropertyType::Unicode => 0x001F,
            PropertyType::SysTime => 0x0040,
            PropertyType::Clsid => 0x0048,
            PropertyType::Binary => 0x0102,
            PropertyType::MultiShort => 0x1002,
            PropertyType::MultiLong => 0x1003,
            PropertyType::MultiFloat => 0x1004,
            PropertyType::MultiDouble => 0x1005,
            PropertyType::MultiCurrency => 0x1006,
            PropertyType::MultiAppTime => 0x1007,
            PropertyType::MultiI8 => 0x1014,
            PropertyType::MultiUnicode => 0x101F,
            PropertyType::MultiSysTime => 0x1040,
            PropertyType::MultiClsid => 0x1048,
            PropertyType::MultiBinary => 0x1102,
        }
    }

    /// The name in Microsoft's headers.
    pub const fn constant(self) -> &'static str {
        match self {
            PropertyType::Short => "PT_SHORT",
            PropertyType::Long => "PT_LONG",
            PropertyType::Float => "PT_FLOAT",
            PropertyType::Double => "PT_DOUBLE",
            PropertyType::Currency => "PT_CURRENCY",
            PropertyType::AppTime => "PT_APPTIME",
            PropertyType::Boolean => "PT_BOOLEAN",
            PropertyType::I8 => "PT_I8",
            PropertyType::Unicode => "PT_UNICODE",
            PropertyType::SysTime => "PT_SYSTIME",
            PropertyType::Clsid => "PT_CLSID",
            PropertyType::Binary => "PT_BINARY",
            PropertyType::MultiShort => "PT_MV_SHORT",
            PropertyType::MultiLong => "PT_MV_LONG",
            PropertyType::MultiFloat => "PT_MV_FLOAT",
            PropertyType::MultiDouble => "PT_MV_DOUBLE",
            PropertyType::MultiCurrency => "PT_MV_CURRENCY",
            PropertyType::MultiAppTime => "PT_MV_APPTIME",
            PropertyType::MultiI8 => "PT_MV_I8",
            PropertyType::MultiUnicode => "PT_MV_UNICODE",
            PropertyType::MultiSysTime => "PT_MV_SYSTIME",
            PropertyType::MultiClsid => "PT_MV_CLSID",
            PropertyType::MultiBinary => "PT_MV_BINARY",
        }
    }

    /// Whether a contents table can be kept sorted by such a property: single values that have an order.
    pub const fn is_indexable(self) -> bool {
        !self.is_multi_valued() && !matches!(self, PropertyType::Binary | PropertyType::Clsid)
    }

    /// Whether the property holds a list of values.
    pub const fn is_multi_valued(self) -> bool {
        self.code() & 0x1000 != 0
    }
}

words! {
    /// What a setting holds.
    pub enum SettingType {
        /// Any text.
        String = "string",
        /// An absolute URL.
        Url = "url",
        /// A whole number of 32 bits.
        Integer = "integer",
        /// Yes or no.
        Boolean = "boolean",
        /// One of a list of words.
        Choice = "choice",
        /// A password or token: kept encrypted, never logged, never in mapisvc.inf.
        Secret = "secret",
    }
}

words! {
    /// A direction of synchronization, as `IMAPISync` knows them (page `mapisib`).
    pub enum Direction {
        /// Folders come from the remote.
        DownloadHierarchy = "download-hierarchy",
        /// Messages come from the remote.
        DownloadContents = "download-contents",
        /// Local folder changes go to the remote.
        UploadHierarchy = "upload-hierarchy",
        /// Local message changes go to the remote.
        UploadContents = "upload-contents",
    }
}

words! {
    /// Which `src/remote.rs` is generated.
    pub enum RemoteKind {
        /// A tree of directories with .eml files, ready to use.
        Directory = "directory",
        /// A small working implementation in memory, which the team replaces method by method.
        Custom = "custom",
    }
}

words! {
    /// For which Outlook the DLL is built; it must equal Outlook's own bitness.
    pub enum Architecture {
        /// 64-bit Outlook: `x86_64-pc-windows-gnu` or `-msvc`.
        X64 = "x64",
        /// 32-bit Outlook: `i686-pc-windows-gnu` or `-msvc`.
        X86 = "x86",
    }
}

words! {
    /// Where the registration scripts register.
    pub enum Scope {
        /// For all users of the machine; needs an administrator.
        Machine = "machine",
        /// The DLL and the indexing key go to the current user. mapisvc.inf belongs to Office all the same.
        User = "user",
    }
}

words! {
    /// How much is logged.
    pub enum LogLevel {
        /// Nothing.
        Off = "off",
        /// What failed.
        Error = "error",
        /// Also what went wrong and was put right.
        Warn = "warn",
        /// Also logons, synchronizations, and other rare events.
        Info = "info",
        /// Also every decision of the synchronization engine.
        Debug = "debug",
        /// Also every call of Outlook.
        Trace = "trace",
    }
}
