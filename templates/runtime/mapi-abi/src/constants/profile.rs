//! Profiles, message services and the status table.

use super::constants;

constants! { u32:
    // The service entry point
    /// Show the user interface; other name of `SERVICE_UI_ALWAYS`.
    UI_SERVICE = 0x2;
    /// Show the user interface.
    SERVICE_UI_ALWAYS = 0x2;
    /// Show the user interface if settings are missing.
    SERVICE_UI_ALLOWED = 0x10;
    /// Show the current provider's page first.
    UI_CURRENT_PROVIDER_FIRST = 0x4;
    /// The user interface may not change anything.
    MSG_SERVICE_UI_READ_ONLY = 0x8;
    /// A logon failed: ask for the settings again.
    SERVICE_LOGON_FAILED = 0x20;
    /// Do not ask the user to restart.
    SERVICE_NO_RESTART_WARNING = 0x80;
    /// The service has been installed.
    MSG_SERVICE_INSTALL = 1;
    /// The service is being added to a profile.
    MSG_SERVICE_CREATE = 2;
    /// The service is to be configured.
    MSG_SERVICE_CONFIGURE = 3;
    /// The service is being removed from a profile.
    MSG_SERVICE_DELETE = 4;
    /// The service is being uninstalled.
    MSG_SERVICE_UNINSTALL = 5;
    /// A provider is being added to the service.
    MSG_SERVICE_PROVIDER_CREATE = 6;
    /// A provider is being removed from the service.
    MSG_SERVICE_PROVIDER_DELETE = 7;
}

constants! { u32:
    // PR_RESOURCE_FLAGS of a service
    /// The service has the default store.
    SERVICE_DEFAULT_STORE = 0x1;
    /// Once in a profile at most.
    SERVICE_SINGLE_COPY = 0x2;
    /// Reserved.
    SERVICE_CREATE_WITH_STORE = 0x4;
    /// The service provides the identity of the session.
    SERVICE_PRIMARY_IDENTITY = 0x8;
    /// The service cannot provide the identity.
    SERVICE_NO_PRIMARY_IDENTITY = 0x20;
}

constants! { u32:
    // PR_RESOURCE_FLAGS of a provider
    /// The default transport.
    STATUS_DEFAULT_OUTBOUND = 0x1;
    /// The default store.
    STATUS_DEFAULT_STORE = 0x2;
    /// Provides the identity of the session.
    STATUS_PRIMARY_IDENTITY = 0x4;
    /// The store of Simple MAPI.
    STATUS_SIMPLE_STORE = 0x8;
    /// The transport comes last.
    STATUS_XP_PREFER_LAST = 0x10;
    /// Cannot provide the identity.
    STATUS_NO_PRIMARY_IDENTITY = 0x20;
    /// Cannot be the default store.
    STATUS_NO_DEFAULT_STORE = 0x40;
    /// The profile section is temporary.
    STATUS_TEMP_SECTION = 0x80;
    /// The transport belongs to a store.
    STATUS_OWN_STORE = 0x100;
    /// The store needs an IPM tree.
    STATUS_NEED_IPM_TREE = 0x800;
    /// The primary store.
    STATUS_PRIMARY_STORE = 0x1000;
    /// The secondary store.
    STATUS_SECONDARY_STORE = 0x2000;
}

constants! { u32:
    // PR_RESOURCE_TYPE
    /// A message store.
    MAPI_STORE_PROVIDER = 33;
    /// The address book.
    MAPI_AB = 34;
    /// An address book provider.
    MAPI_AB_PROVIDER = 35;
    /// A transport.
    MAPI_TRANSPORT_PROVIDER = 36;
    /// The spooler.
    MAPI_SPOOLER = 37;
    /// A profile provider.
    MAPI_PROFILE_PROVIDER = 38;
    /// MAPI itself.
    MAPI_SUBSYSTEM = 39;
    /// A spooler hook.
    MAPI_HOOK_PROVIDER = 40;
}

constants! { u32:
    // PR_RESOURCE_METHODS
    /// `ValidateState` works.
    STATUS_VALIDATE_STATE = 0x1;
    /// `SettingsDialog` works.
    STATUS_SETTINGS_DIALOG = 0x2;
    /// `ChangePassword` works.
    STATUS_CHANGE_PASSWORD = 0x4;
    /// `FlushQueues` works.
    STATUS_FLUSH_QUEUES = 0x8;
}

constants! { u32:
    // PR_STATUS_CODE
    /// The resource works.
    STATUS_AVAILABLE = 0x1;
    /// The resource works offline.
    STATUS_OFFLINE = 0x2;
    /// The resource has failed.
    STATUS_FAILURE = 0x4;
    /// It can receive.
    STATUS_INBOUND_ENABLED = 0x0001_0000;
    /// It is receiving.
    STATUS_INBOUND_ACTIVE = 0x0002_0000;
    /// It is receiving everything.
    STATUS_INBOUND_FLUSH = 0x0004_0000;
    /// It can send.
    STATUS_OUTBOUND_ENABLED = 0x0010_0000;
    /// It is sending.
    STATUS_OUTBOUND_ACTIVE = 0x0020_0000;
    /// It is sending everything.
    STATUS_OUTBOUND_FLUSH = 0x0040_0000;
    /// It is reached remotely.
    STATUS_REMOTE_ACCESS = 0x0080_0000;
}
