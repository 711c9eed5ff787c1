//! Tags of stores and folders.

use super::tags;

tags! {
    /// Whether the store is the default.
    PR_DEFAULT_STORE = 0x3400_000B;
    /// What the store can do: `STORE_` bits.
    PR_STORE_SUPPORT_MASK = 0x340D_0003;
    /// The state of the store.
    PR_STORE_STATE = 0x340E_0003;
    /// What the store can do: `STORE_` bits.
    PR_STORE_UNICODE_MASK = 0x340F_0003;
    /// The search key of the IPM subtree.
    PR_IPM_SUBTREE_SEARCH_KEY = 0x3410_0102;
    /// The search key of the Outbox.
    PR_IPM_OUTBOX_SEARCH_KEY = 0x3411_0102;
    /// The search key of Deleted Items.
    PR_IPM_WASTEBASKET_SEARCH_KEY = 0x3412_0102;
    /// The search key of Sent Items.
    PR_IPM_SENTMAIL_SEARCH_KEY = 0x3413_0102;
    /// The kind of store: 16 bytes.
    PR_MDB_PROVIDER = 0x3414_0102;
    /// The receive folder table.
    PR_RECEIVE_FOLDER_SETTINGS = 0x3415_000D;
    /// The process that feeds the indexer.
    PR_SEARCH_OWNER_ID = 0x3419_0003;
    /// Which special folders exist: `FOLDER_` bits.
    PR_VALID_FOLDER_MASK = 0x35DF_0003;
    /// The root of what users see.
    PR_IPM_SUBTREE_ENTRYID = 0x35E0_0102;
    /// The Outbox.
    PR_IPM_OUTBOX_ENTRYID = 0x35E2_0102;
    /// Deleted Items.
    PR_IPM_WASTEBASKET_ENTRYID = 0x35E3_0102;
    /// Sent Items.
    PR_IPM_SENTMAIL_ENTRYID = 0x35E4_0102;
    /// The user's views.
    PR_VIEWS_ENTRYID = 0x35E5_0102;
    /// The common views.
    PR_COMMON_VIEWS_ENTRYID = 0x35E6_0102;
    /// The root of search folders.
    PR_FINDER_ENTRYID = 0x35E7_0102;
    /// The archive folder.
    PR_IPM_ARCHIVE_ENTRYID = 0x35FF_0102;
    /// What an address book container can do.
    PR_CONTAINER_FLAGS = 0x3600_0003;
    /// The kind of folder: `FOLDER_GENERIC` and so on.
    PR_FOLDER_TYPE = 0x3601_0003;
    /// How many messages there are.
    PR_CONTENT_COUNT = 0x3602_0003;
    /// How many of them are unread.
    PR_CONTENT_UNREAD = 0x3603_0003;
    /// Whether it can be selected.
    PR_SELECTABLE = 0x3609_000B;
    /// Whether there are subfolders.
    PR_SUBFOLDERS = 0x360A_000B;
    /// `FLDSTATUS_` bits.
    PR_STATUS = 0x360B_0003;
    /// The default sort order.
    PR_CONTENTS_SORT_ORDER = 0x360D_1003;
    /// The hierarchy table.
    PR_CONTAINER_HIERARCHY = 0x360E_000D;
    /// The contents table.
    PR_CONTAINER_CONTENTS = 0x360F_000D;
    /// The associated contents table.
    PR_FOLDER_ASSOCIATED_CONTENTS = 0x3610_000D;
    /// What the folder is for: `IPF.Note` and so on.
    PR_CONTAINER_CLASS = 0x3613_001F;
    /// The default view.
    PR_DEFAULT_VIEW_ENTRYID = 0x3616_0102;
    /// How many associated messages there are.
    PR_ASSOC_CONTENT_COUNT = 0x3617_0003;
    /// The Calendar.
    PR_IPM_APPOINTMENT_ENTRYID = 0x36D0_0102;
    /// Contacts.
    PR_IPM_CONTACT_ENTRYID = 0x36D1_0102;
    /// The Journal.
    PR_IPM_JOURNAL_ENTRYID = 0x36D2_0102;
    /// Notes.
    PR_IPM_NOTE_ENTRYID = 0x36D3_0102;
    /// Tasks.
    PR_IPM_TASK_ENTRYID = 0x36D4_0102;
    /// Reminders.
    PR_REM_ONLINE_ENTRYID = 0x36D5_0102;
    /// Drafts.
    PR_IPM_DRAFTS_ENTRYID = 0x36D7_0102;
    /// Conflicts, Sync Issues, Local Failures, Server Failures, Junk E-mail.
    PR_ADDITIONAL_REN_ENTRYIDS = 0x36D8_1102;
    /// More special folders, in a format of their own.
    PR_ADDITIONAL_REN_ENTRYIDS_EX = 0x36D9_0102;
    /// How Outlook shows the folder.
    PR_EXTENDED_FOLDER_FLAGS = 0x36DA_0102;
    /// The message class of new posts.
    PR_DEF_POST_MSGCLASS = 0x36E5_001F;
    /// Free/busy messages.
    PR_FREEBUSY_ENTRYIDS = 0x36E4_1102;
    /// Whether it is hidden.
    PR_ATTR_HIDDEN = 0x10F4_000B;
    /// Whether it is for the system.
    PR_ATTR_SYSTEM = 0x10F5_000B;
    /// Whether it is read-only.
    PR_ATTR_READONLY = 0x10F6_000B;
    /// Whether the store works offline.
    PR_STORE_OFFLINE = 0x6632_000B;
    /// How many subfolders there are.
    PR_FOLDER_CHILD_COUNT = 0x6638_0003;
    /// How many deleted messages can be restored.
    PR_DELETED_MSG_COUNT = 0x6640_0003;
    /// How many deleted folders can be restored.
    PR_DELETED_FOLDER_COUNT = 0x6641_0003;
    /// How many deleted associated messages can be restored.
    PR_DELETED_ASSOC_MSG_COUNT = 0x6643_0003;
    /// The size in bytes, as a 64-bit number.
    PR_MESSAGE_SIZE_EXTENDED = 0x0E08_0014;
    /// The object in terms of the provider.
    PR_PROVIDER_ITEMID = 0x0EA3_0102;
    /// The parent in terms of the provider.
    PR_PROVIDER_PARENT_ITEMID = 0x0EA4_0102;
}
