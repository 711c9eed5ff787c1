//! Tables, sort orders, restrictions and notifications.

use super::constants;

constants! { usize:
    // Bookmarks
    /// Before the first row.
    BOOKMARK_BEGINNING = 0;
    /// At the cursor.
    BOOKMARK_CURRENT = 1;
    /// After the last row.
    BOOKMARK_END = 2;
}

constants! { u32:
    // Flags of methods
    /// `QueryColumns`: all possible columns.
    TBL_ALL_COLUMNS = 1;
    /// Older name of `TBL_ASYNC`.
    TBL_NOWAIT = 1;
    /// The operation may go on after the call.
    TBL_ASYNC = 1;
    /// The operation may wait until its result is needed.
    TBL_BATCH = 2;
    /// `QueryRows`: the cursor stays at the first row returned.
    TBL_NOADVANCE = 1;
    /// `FindRow`: search towards the beginning.
    DIR_BACKWARD = 1;
}

constants! { u32:
    // Status and type
    /// Nothing is in progress.
    TBLSTAT_COMPLETE = 0;
    /// The contents have changed unexpectedly.
    TBLSTAT_QCHANGED = 7;
    /// A sort is in progress.
    TBLSTAT_SORTING = 9;
    /// A sort failed.
    TBLSTAT_SORT_ERROR = 10;
    /// A change of columns is in progress.
    TBLSTAT_SETTING_COLS = 11;
    /// A change of columns failed.
    TBLSTAT_SETCOL_ERROR = 13;
    /// A restriction is in progress.
    TBLSTAT_RESTRICTING = 14;
    /// A restriction failed.
    TBLSTAT_RESTRICT_ERROR = 15;
    /// The rows are fixed.
    TBLTYPE_SNAPSHOT = 0;
    /// The set of rows is fixed, their values are not.
    TBLTYPE_KEYSET = 1;
    /// Rows and values change with the data.
    TBLTYPE_DYNAMIC = 2;
}

constants! { u32:
    // PR_ROW_TYPE
    /// A row.
    TBL_LEAF_ROW = 1;
    /// A category without rows.
    TBL_EMPTY_CATEGORY = 2;
    /// An expanded category.
    TBL_EXPANDED_CATEGORY = 3;
    /// A collapsed category.
    TBL_COLLAPSED_CATEGORY = 4;
}

constants! { u32:
    // Sort orders
    /// Ascending.
    TABLE_SORT_ASCEND = 0;
    /// Descending.
    TABLE_SORT_DESCEND = 1;
    /// One category with the column before it.
    TABLE_SORT_COMBINE = 2;
    /// Categories sorted by their greatest value.
    TABLE_SORT_CATEG_MAX = 4;
    /// Categories sorted by their least value.
    TABLE_SORT_CATEG_MIN = 8;
}

constants! { u32:
    // Restrictions
    /// All conditions hold.
    RES_AND = 0;
    /// One condition holds.
    RES_OR = 1;
    /// The condition does not hold.
    RES_NOT = 2;
    /// A string or binary contains another.
    RES_CONTENT = 3;
    /// A property compared with a value.
    RES_PROPERTY = 4;
    /// A property compared with another.
    RES_COMPAREPROPS = 5;
    /// The bits of a property under a mask.
    RES_BITMASK = 6;
    /// The size of a property.
    RES_SIZE = 7;
    /// A property exists.
    RES_EXIST = 8;
    /// A recipient or attachment matches.
    RES_SUBRESTRICTION = 9;
    /// A condition with properties attached.
    RES_COMMENT = 0xA;
    /// A condition with a limit on the hits.
    RES_COUNT = 0xB;
    /// A condition with information for its evaluation.
    RES_ANNOTATION = 0xC;
    /// Less.
    RELOP_LT = 0;
    /// Less or equal.
    RELOP_LE = 1;
    /// Greater.
    RELOP_GT = 2;
    /// Greater or equal.
    RELOP_GE = 3;
    /// Equal.
    RELOP_EQ = 4;
    /// Not equal.
    RELOP_NE = 5;
    /// Matches a pattern.
    RELOP_RE = 6;
    /// The bits are all zero.
    BMR_EQZ = 0;
    /// The bits are not all zero.
    BMR_NEZ = 1;
    /// The whole value.
    FL_FULLSTRING = 0;
    /// A part of the value.
    FL_SUBSTRING = 1;
    /// The beginning of the value.
    FL_PREFIX = 2;
    /// Upper and lower case are equal.
    FL_IGNORECASE = 0x0001_0000;
    /// Accents do not matter.
    FL_IGNORENONSPACE = 0x0002_0000;
    /// As loosely as the provider can.
    FL_LOOSE = 0x0004_0000;
}

constants! { u32:
    // Events
    /// A critical error.
    fnevCriticalError = 0x1;
    /// New mail.
    fnevNewMail = 0x2;
    /// An object was created.
    fnevObjectCreated = 0x4;
    /// An object was deleted.
    fnevObjectDeleted = 0x8;
    /// An object was changed.
    fnevObjectModified = 0x10;
    /// An object was moved.
    fnevObjectMoved = 0x20;
    /// An object was copied.
    fnevObjectCopied = 0x40;
    /// A search is complete.
    fnevSearchComplete = 0x80;
    /// A table changed.
    fnevTableModified = 0x100;
    /// The status table changed; for MAPI's own use.
    fnevStatusObjectModified = 0x200;
    /// An event for the indexer.
    fnevIndexing = 0x0001_0000;
    /// For MAPI's own use.
    fnevReservedForMapi = 0x4000_0000;
    /// An event of a provider's own.
    fnevExtended = 0x8000_0000;
}

constants! { u32:
    // Table events
    /// Something changed: read again.
    TABLE_CHANGED = 1;
    /// An error occurred.
    TABLE_ERROR = 2;
    /// A row is new.
    TABLE_ROW_ADDED = 3;
    /// A row is gone.
    TABLE_ROW_DELETED = 4;
    /// A row changed.
    TABLE_ROW_MODIFIED = 5;
    /// A sort is complete.
    TABLE_SORT_DONE = 6;
    /// A restriction is complete.
    TABLE_RESTRICT_DONE = 7;
    /// A change of columns is complete.
    TABLE_SETCOL_DONE = 8;
    /// Everything is invalid: start over.
    TABLE_RELOAD = 9;
}

constants! { u32:
    // The notification engine
    /// `Subscribe`: `Notify` returns after the sink has been called.
    NOTIFY_SYNC = 0x4000_0000;
    /// `Notify`, out: a sink asked to stop.
    NOTIFY_CANCELED = 0x8000_0000;
    /// `OnNotify`, result: stop.
    CALLBACK_DISCONTINUE = 0x8000_0000;
}
