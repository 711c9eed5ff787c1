//! Logon, submission, synchronization: what MAPI and a provider tell each other.

use super::constants;

constants! { u32:
    // IMSProvider::Logon, IMAPISession::OpenMsgStore
    /// Show no user interface.
    MDB_NO_DIALOG = 0x1;
    /// The store is to be written.
    MDB_WRITE = 0x4;
    /// The store is not to be added to the profile.
    MDB_TEMPORARY = 0x20;
    /// The store does not take part in sending and receiving.
    MDB_NO_MAIL = 0x80;
    /// Connect to the server even if a cache is in use.
    MDB_ONLINE = 0x100;
    /// The cache is to be a Unicode one.
    MDB_OST_LOGON_UNICODE = 0x800;
    /// The cache is to be an 8-bit one.
    MDB_OST_LOGON_ANSI = 0x1000;
}

constants! { u32:
    // IMAPISupport
    /// `ModifyStatusRow`: change the given columns only.
    STATUSROW_UPDATE = 0x1000_0000;
    /// `IStorageFromStream`: the stream is empty.
    STGSTRM_RESET = 0;
    /// `IStorageFromStream`: start at the stream's position.
    STGSTRM_CURRENT = 0x1000_0000;
    /// `IStorageFromStream`: for writing.
    STGSTRM_MODIFY = 0x2;
    /// `IStorageFromStream`: create the storage.
    STGSTRM_CREATE = 0x1000;
    /// `ReadReceipt`: a non-read report.
    MAPI_NON_READ = 1;
    /// `ExpandRecips`, out: the message needs preprocessing.
    NEEDS_PREPROCESSING = 1;
    /// `ExpandRecips`, out: the spooler has to send the message.
    NEEDS_SPOOLER = 2;
    /// `PrepareSubmit`, in: check the sender.
    CHECK_SENDER = 1;
    /// `PrepareSubmit`, out: the message is not a standard one.
    NON_STANDARD = 0x0001_0000;
}

constants! { u32:
    // IMAPISupport::SpoolerNotify
    /// A transport has new mail.
    NOTIFY_NEWMAIL = 0x1;
    /// A store or transport is ready to send.
    NOTIFY_READYTOSEND = 0x2;
    /// A deferred message has been sent.
    NOTIFY_SENTDEFERRED = 0x4;
    /// A transport must not be interrupted.
    NOTIFY_CRITSEC = 0x1000;
    /// A transport may be interrupted again.
    NOTIFY_NONCRIT = 0x2000;
    /// A transport's configuration has changed.
    NOTIFY_CONFIG_CHANGE = 0x4000;
    /// A transport cannot go on.
    NOTIFY_CRITICAL_ERROR = 0x1000_0000;
    /// A store has received mail by itself.
    NOTIFY_NEWMAIL_RECEIVED = 0x2000_0000;
}

constants! { u32:
    // IMAPISync (MAPISIB)
    /// Send changes of folders.
    SYNC_UPLOAD_HIERARCHY = 0x1;
    /// Fetch changes of folders.
    SYNC_DOWNLOAD_HIERARCHY = 0x2;
    /// Send changes of messages.
    SYNC_UPLOAD_CONTENTS = 0x40;
    /// Fetch changes of messages.
    SYNC_DOWNLOAD_CONTENTS = 0x80;
    /// Send mail; not used.
    SYNC_OUTGOING_MAIL = 0x200;
    /// In the background.
    SYNC_BACKGROUND = 0x1000;
    /// Certain folders only.
    SYNC_THESE_FOLDERS = 0x0002_0000;
    /// Headers only.
    SYNC_GLOBAL_HEADERS = 0x0200_0000;
    /// Headers only.
    SYNC_HEADERS = 0x0200_0000;
    /// The user asked for it.
    SYNC_ON_DEMAND = 0x2000_0000;
}

constants! { u32:
    // IMAPISession
    /// Logon: user interface allowed.
    MAPI_LOGON_UI = 0x1;
    /// Logon: do not share a session.
    MAPI_NEW_SESSION = 0x2;
    /// Logon: others may share this session.
    MAPI_ALLOW_OTHERS = 0x8;
    /// Logon: not the default profile.
    MAPI_EXPLICIT_PROFILE = 0x10;
    /// Logon: Extended MAPI.
    MAPI_EXTENDED = 0x20;
    /// Logon: the default profile.
    MAPI_USE_DEFAULT = 0x40;
    /// Logon: fetch new mail first.
    MAPI_FORCE_DOWNLOAD = 0x1000;
    /// Logon: no transports.
    MAPI_NO_MAIL = 0x8000;
    /// `SetDefaultStore`: for incoming messages.
    MAPI_DEFAULT_STORE = 0x1;
    /// `SetDefaultStore`: for Simple MAPI, in this session.
    MAPI_SIMPLE_STORE_TEMPORARY = 0x2;
    /// `SetDefaultStore`: for Simple MAPI.
    MAPI_SIMPLE_STORE_PERMANENT = 0x3;
    /// `SetDefaultStore`: first choice of some clients.
    MAPI_PRIMARY_STORE = 0x4;
    /// `SetDefaultStore`: second choice of some clients.
    MAPI_SECONDARY_STORE = 0x5;
    /// `Logoff`: all sessions that are shared.
    MAPI_LOGOFF_SHARED = 0x1;
    /// `Logoff`: user interface allowed.
    MAPI_LOGOFF_UI = 0x2;
    /// The version of a `MAPIERROR`.
    MAPI_ERROR_VERSION = 0;
}
