//! Flags of the methods of stores, folders, messages and properties.

use super::constants;

constants! { u32:
    /// Strings are UTF-16; without it they are in the ANSI code page.
    MAPI_UNICODE = 0x8000_0000;
    /// Open for writing.
    MAPI_MODIFY = 1;
    /// Create what does not exist.
    MAPI_CREATE = 2;
    /// Open with the best access that can be had.
    MAPI_BEST_ACCESS = 0x10;
    /// Errors may show up later than in this call.
    MAPI_DEFERRED_ERRORS = 8;
    /// Associated messages instead of the ordinary ones.
    MAPI_ASSOCIATED = 0x40;
    /// Bypass a cache.
    MAPI_NO_CACHE = 0x200;
    /// Use nothing but the cache.
    MAPI_CACHE_ONLY = 0x4000;
    /// Include what was deleted but can be restored.
    SHOW_SOFT_DELETES = 2;
    /// Delete beyond recovery.
    DELETE_HARD_DELETE = 0x10;
    /// Open a stream with its position at the end.
    STREAM_APPEND = 4;
    /// Show no user interface.
    SUPPRESS_UI = 1;
    /// The settings dialog may not change anything.
    UI_READONLY = 1;
    /// The provider runs in a service: no user interface is possible.
    MAPI_NT_SERVICE = 0x0001_0000;
    /// COM is initialized already.
    MAPI_NO_COINIT = 8;
}

constants! { u32:
    // SaveChanges
    /// Keep the object open for reading.
    KEEP_OPEN_READONLY = 1;
    /// Keep the object open for writing.
    KEEP_OPEN_READWRITE = 2;
    /// Overwrite what somebody else saved.
    FORCE_SAVE = 4;
    /// Run the spam filter.
    SPAMFILTER_ONSAVE = 0x80;
    /// The message came by a transport that is not Exchange.
    NON_EMS_XP_SAVE = 0x1000;
}

constants! { u32:
    // CopyTo, CopyProps, CopyMessages, CopyFolder
    /// Move instead of copy.
    MAPI_MOVE = 1;
    /// Leave existing properties of the destination alone.
    MAPI_NOREPLACE = 2;
    /// The provider may leave the copy to MAPI.
    MAPI_DECLINE_OK = 4;
    /// Show progress.
    MAPI_DIALOG = 8;
    /// Move messages instead of copying them.
    MESSAGE_MOVE = 1;
    /// Show progress of a message operation.
    MESSAGE_DIALOG = 2;
    /// Move a folder instead of copying it.
    FOLDER_MOVE = 1;
    /// Show progress of a folder operation.
    FOLDER_DIALOG = 2;
    /// Copy the subfolders too.
    COPY_SUBFOLDERS = 0x10;
}

constants! { u32:
    // CreateMessage, CreateFolder, DeleteFolder, EmptyFolder, SaveContentsSort
    /// Let the new message pass through item processing.
    ITEMPROC_FORCE = 0x800;
    /// Open a folder of that name if there is one.
    OPEN_IF_EXISTS = 1;
    /// Delete the messages of the folder too.
    DEL_MESSAGES = 1;
    /// Delete the subfolders too.
    DEL_FOLDERS = 4;
    /// Delete the associated messages too.
    DEL_ASSOCIATED = 8;
    /// The sort order is for the subfolders too.
    RECURSIVE_SORT = 2;
    /// The hierarchy table shows all levels.
    CONVENIENT_DEPTH = 1;
}

constants! { u32:
    // GetNamesFromIDs and GetIDsFromNames
    /// No names that are strings.
    MAPI_NO_STRINGS = 1;
    /// No names that are numbers.
    MAPI_NO_IDS = 2;
    /// A name that is a number.
    MNID_ID = 0;
    /// A name that is a string.
    MNID_STRING = 1;
}

constants! { u32:
    // SetReadFlag and SetReadFlags
    /// Mark as read without a read report.
    SUPPRESS_RECEIPT = 1;
    /// Mark as unread.
    CLEAR_READ_FLAG = 4;
    /// Send a pending read report without marking as read.
    GENERATE_RECEIPT_ONLY = 0x10;
    /// Forget a pending read report.
    CLEAR_RN_PENDING = 0x20;
    /// Forget a pending non-read report.
    CLEAR_NRN_PENDING = 0x40;
}

constants! { u32:
    // Recipients, attachments and submission
    /// Add recipients.
    MODRECIP_ADD = 2;
    /// Replace the recipients with the same row ids.
    MODRECIP_MODIFY = 4;
    /// Remove the recipients with the same row ids.
    MODRECIP_REMOVE = 8;
    /// Show progress of an attachment operation.
    ATTACH_DIALOG = 1;
    /// Submit even if that may fail.
    FORCE_SUBMIT = 1;
    /// Lock the message for the spooler.
    MSG_LOCKED = 1;
    /// Unlock the message.
    MSG_UNLOCKED = 0;
}

constants! { u32:
    // SetSearchCriteria and GetSearchCriteria
    /// Stop the search.
    STOP_SEARCH = 1;
    /// Start the search.
    RESTART_SEARCH = 2;
    /// Search the subfolders too.
    RECURSIVE_SEARCH = 4;
    /// Search the listed folders only.
    SHALLOW_SEARCH = 8;
    /// Search with high priority.
    FOREGROUND_SEARCH = 0x10;
    /// Search with low priority.
    BACKGROUND_SEARCH = 0x20;
    /// The search is active.
    SEARCH_RUNNING = 1;
    /// The search is going through its folders.
    SEARCH_REBUILD = 2;
    /// The search covers the subfolders.
    SEARCH_RECURSIVE = 4;
    /// The search has high priority.
    SEARCH_FOREGROUND = 8;
}

constants! { u32:
    // StoreLogoff
    /// In: leave at once, keep what is queued.
    LOGOFF_NO_WAIT = 1;
    /// In: finish what is in progress.
    LOGOFF_ORDERLY = 2;
    /// In: like orderly, and empty the queues.
    LOGOFF_PURGE = 4;
    /// In: stop what is in progress.
    LOGOFF_ABORT = 8;
    /// In: finish nothing that takes time.
    LOGOFF_QUIET = 0x10;
    /// Out: everything is finished.
    LOGOFF_COMPLETE = 0x0001_0000;
    /// Out: a message is coming in.
    LOGOFF_INBOUND = 0x0002_0000;
    /// Out: a message is going out.
    LOGOFF_OUTBOUND = 0x0004_0000;
    /// Out: messages are queued.
    LOGOFF_OUTBOUND_QUEUE = 0x0008_0000;
}

constants! { u32:
    // IMAPIProgress
    /// The object is the top level of the operation.
    MAPI_TOP_LEVEL = 1;
}

constants! { u32:
    // IMAPIStatus
    /// Read the headers of a remote transport.
    REFRESH_XP_HEADER_CACHE = 0x0001_0000;
    /// Act on the marked headers of a remote transport.
    PROCESS_XP_HEADER_CACHE = 0x0002_0000;
    /// Connect.
    FORCE_XP_CONNECT = 0x0004_0000;
    /// Disconnect.
    FORCE_XP_DISCONNECT = 0x0008_0000;
    /// The configuration has changed.
    CONFIG_CHANGED = 0x0010_0000;
    /// Stop the work on headers.
    ABORT_XP_HEADER_OPERATION = 0x0020_0000;
    /// Show the transport's own user interface.
    SHOW_XP_SESSION_UI = 0x0040_0000;
    /// Send what is queued.
    FLUSH_UPLOAD = 2;
    /// Receive what is waiting.
    FLUSH_DOWNLOAD = 4;
    /// Do so in any case.
    FLUSH_FORCE = 8;
    /// Show no user interface.
    FLUSH_NO_UI = 0x10;
    /// The work may go on after the call.
    FLUSH_ASYNC_OK = 0x20;
}

constants! { u32:
    // Streams and storages
    /// Seek from the start.
    STREAM_SEEK_SET = 0;
    /// Seek from the position.
    STREAM_SEEK_CUR = 1;
    /// Seek from the end.
    STREAM_SEEK_END = 2;
    /// Open for reading.
    STGM_READ = 0;
    /// Open for writing.
    STGM_WRITE = 1;
    /// Open for both.
    STGM_READWRITE = 2;
    /// Nobody else may open it.
    STGM_SHARE_EXCLUSIVE = 0x10;
    /// Others may read.
    STGM_SHARE_DENY_WRITE = 0x20;
    /// Others may write.
    STGM_SHARE_DENY_READ = 0x30;
    /// Others may do both.
    STGM_SHARE_DENY_NONE = 0x40;
    /// Replace what exists.
    STGM_CREATE = 0x1000;
    /// Changes wait for `Commit`.
    STGM_TRANSACTED = 0x0001_0000;
    /// Changes are effective at once.
    STGM_DIRECT = 0;
    /// `Stat` returns the name.
    STATFLAG_DEFAULT = 0;
    /// `Stat` does not return the name.
    STATFLAG_NONAME = 1;
    /// `STATSTG` describes a storage.
    STGTY_STORAGE = 1;
    /// `STATSTG` describes a stream.
    STGTY_STREAM = 2;
    /// Nobody else may write the range.
    LOCK_WRITE = 1;
    /// Nobody else may use the range.
    LOCK_EXCLUSIVE = 2;
    /// Nobody else may lock the range.
    LOCK_ONLYONCE = 4;
    /// `Commit` as usual.
    STGC_DEFAULT = 0;
    /// `Commit` may overwrite to save room.
    STGC_OVERWRITE = 1;
    /// `Commit` only if nobody else did.
    STGC_ONLYIFCURRENT = 2;
}
