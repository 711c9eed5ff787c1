//! Tags that most objects, or their rows in tables, have.

use super::tags;

tags! {
    /// No property: reserves a place in a list.
    PR_NULL = 0x0000_0001;
    /// The entry id.
    PR_ENTRYID = 0x0FFF_0102;
    /// The kind of object: `MAPI_FOLDER`, `MAPI_MESSAGE` and so on.
    PR_OBJECT_TYPE = 0x0FFE_0003;
    /// An icon.
    PR_ICON = 0x0FFD_0102;
    /// A small icon.
    PR_MINI_ICON = 0x0FFC_0102;
    /// The wrapped entry id of the store.
    PR_STORE_ENTRYID = 0x0FFB_0102;
    /// The record key of the store.
    PR_STORE_RECORD_KEY = 0x0FFA_0102;
    /// A binary-comparable key, unique in the store.
    PR_RECORD_KEY = 0x0FF9_0102;
    /// Equal where named properties have equal ids.
    PR_MAPPING_SIGNATURE = 0x0FF8_0102;
    /// How the object is open: 0 for reading, 1 for writing.
    PR_ACCESS_LEVEL = 0x0FF7_0003;
    /// The key of a row.
    PR_INSTANCE_KEY = 0x0FF6_0102;
    /// The kind of row: a `TBL_` value.
    PR_ROW_TYPE = 0x0FF5_0003;
    /// What may be done: `MAPI_ACCESS_` bits.
    PR_ACCESS = 0x0FF4_0003;
    /// The number of a row, such as a recipient's.
    PR_ROWID = 0x3000_0003;
    /// The name.
    PR_DISPLAY_NAME = 0x3001_001F;
    /// The type of an address.
    PR_ADDRTYPE = 0x3002_001F;
    /// An address.
    PR_EMAIL_ADDRESS = 0x3003_001F;
    /// A description.
    PR_COMMENT = 0x3004_001F;
    /// The level in a hierarchy table or categorized table.
    PR_DEPTH = 0x3005_0003;
    /// The name of a kind of provider.
    PR_PROVIDER_DISPLAY = 0x3006_001F;
    /// When it was created.
    PR_CREATION_TIME = 0x3007_0040;
    /// When it was last changed.
    PR_LAST_MODIFICATION_TIME = 0x3008_0040;
    /// `STATUS_` or `SERVICE_` bits of a provider or service.
    PR_RESOURCE_FLAGS = 0x3009_0003;
    /// The file name of a provider, without its "32".
    PR_PROVIDER_DLL_NAME = 0x300A_001F;
    /// A binary-comparable key that copies share.
    PR_SEARCH_KEY = 0x300B_0102;
    /// The profile section of a provider.
    PR_PROVIDER_UID = 0x300C_0102;
    /// The position of a provider.
    PR_PROVIDER_ORDINAL = 0x300D_0003;
    /// What to display: a `DT_` value.
    PR_DISPLAY_TYPE = 0x3900_0003;
    /// What to display, here and at its origin.
    PR_DISPLAY_TYPE_EX = 0x3905_0003;
    /// A key for synchronization.
    PR_SOURCE_KEY = 0x65E0_0102;
    /// The key of the parent for synchronization.
    PR_PARENT_SOURCE_KEY = 0x65E1_0102;
    /// The last change.
    PR_CHANGE_KEY = 0x65E2_0102;
    /// The changes that this version includes.
    PR_PREDECESSOR_CHANGE_LIST = 0x65E3_0102;
}
