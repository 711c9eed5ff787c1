//! Values of properties of stores, folders, messages, recipients and attachments.

use super::constants;

constants! { u32:
    // Object types
    /// A message store.
    MAPI_STORE = 1;
    /// An address book.
    MAPI_ADDRBOOK = 2;
    /// A folder.
    MAPI_FOLDER = 3;
    /// An address book container.
    MAPI_ABCONT = 4;
    /// A message.
    MAPI_MESSAGE = 5;
    /// A recipient.
    MAPI_MAILUSER = 6;
    /// An attachment.
    MAPI_ATTACH = 7;
    /// A distribution list.
    MAPI_DISTLIST = 8;
    /// A profile section.
    MAPI_PROFSECT = 9;
    /// A status object.
    MAPI_STATUS = 0xA;
    /// A session.
    MAPI_SESSION = 0xB;
    /// Information on a form.
    MAPI_FORMINFO = 0xC;
}

constants! { u32:
    // PR_ACCESS and PR_ACCESS_LEVEL
    /// May be changed.
    MAPI_ACCESS_MODIFY = 1;
    /// May be read.
    MAPI_ACCESS_READ = 2;
    /// May be deleted.
    MAPI_ACCESS_DELETE = 4;
    /// May get subfolders.
    MAPI_ACCESS_CREATE_HIERARCHY = 8;
    /// May get messages.
    MAPI_ACCESS_CREATE_CONTENTS = 0x10;
    /// May get associated messages.
    MAPI_ACCESS_CREATE_ASSOCIATED = 0x20;
}

constants! { u32:
    // PR_STORE_SUPPORT_MASK and PR_STORE_UNICODE_MASK
    /// Entry ids are never used twice.
    STORE_ENTRYID_UNIQUE = 0x1;
    /// The store cannot be written.
    STORE_READONLY = 0x2;
    /// There are search folders.
    STORE_SEARCH_OK = 0x4;
    /// Messages can be changed.
    STORE_MODIFY_OK = 0x8;
    /// Messages can be created.
    STORE_CREATE_OK = 0x10;
    /// There are attachments.
    STORE_ATTACH_OK = 0x20;
    /// There are OLE attachments.
    STORE_OLE_OK = 0x40;
    /// Messages can be submitted.
    STORE_SUBMIT_OK = 0x80;
    /// There are notifications.
    STORE_NOTIFY_OK = 0x100;
    /// There are multivalued properties.
    STORE_MV_PROPS_OK = 0x200;
    /// Tables can be categorized.
    STORE_CATEGORIZE_OK = 0x400;
    /// The store keeps plain text and RTF in step.
    STORE_RTF_OK = 0x800;
    /// Tables can be restricted.
    STORE_RESTRICTION_OK = 0x1000;
    /// Tables can be sorted.
    STORE_SORT_OK = 0x2000;
    /// The store holds public folders.
    STORE_PUBLIC_FOLDERS = 0x4000;
    /// RTF may be stored uncompressed.
    STORE_UNCOMPRESSED_RTF = 0x8000;
    /// HTML is kept as it is.
    STORE_HTML_OK = 0x0001_0000;
    /// Strings can be 8-bit.
    STORE_ANSI_OK = 0x0002_0000;
    /// Strings can be UTF-16.
    STORE_UNICODE_OK = 0x0004_0000;
    /// Reserved.
    STORE_LOCALSTORE = 0x0008_0000;
    /// New messages pass through item processing.
    STORE_ITEMPROC = 0x0020_0000;
    /// The store tells the indexer what to index.
    STORE_PUSHER_OK = 0x0080_0000;
    /// Rules run on the store.
    STORE_RULES_OK = 0x1000_0000;
    /// In `PR_STORE_STATE`: searches are active.
    STORE_HAS_SEARCHES = 0x0100_0000;
}

constants! { u32:
    // PR_VALID_FOLDER_MASK
    /// `PR_IPM_SUBTREE_ENTRYID` is valid.
    FOLDER_IPM_SUBTREE_VALID = 1;
    /// The receive folder is valid.
    FOLDER_IPM_INBOX_VALID = 2;
    /// `PR_IPM_OUTBOX_ENTRYID` is valid.
    FOLDER_IPM_OUTBOX_VALID = 4;
    /// `PR_IPM_WASTEBASKET_ENTRYID` is valid.
    FOLDER_IPM_WASTEBASKET_VALID = 8;
    /// `PR_IPM_SENTMAIL_ENTRYID` is valid.
    FOLDER_IPM_SENTMAIL_VALID = 0x10;
    /// `PR_VIEWS_ENTRYID` is valid.
    FOLDER_VIEWS_VALID = 0x20;
    /// `PR_COMMON_VIEWS_ENTRYID` is valid.
    FOLDER_COMMON_VIEWS_VALID = 0x40;
    /// `PR_FINDER_ENTRYID` is valid.
    FOLDER_FINDER_VALID = 0x80;
}

constants! { u32:
    // PR_FOLDER_TYPE
    /// The root folder.
    FOLDER_ROOT = 0;
    /// A folder with messages and folders of its own.
    FOLDER_GENERIC = 1;
    /// A folder that shows the result of a search.
    FOLDER_SEARCH = 2;
}

constants! { u32:
    // PR_DISPLAY_TYPE
    /// A person.
    DT_MAILUSER = 0;
    /// A distribution list.
    DT_DISTLIST = 1;
    /// A bulletin board or shared folder.
    DT_FORUM = 2;
    /// A program.
    DT_AGENT = 3;
    /// An organization.
    DT_ORGANIZATION = 4;
    /// A private distribution list.
    DT_PRIVATE_DISTLIST = 5;
    /// A person in another system.
    DT_REMOTE_MAILUSER = 6;
    /// A meeting room.
    DT_ROOM = 7;
    /// A piece of equipment.
    DT_EQUIPMENT = 8;
    /// A security group.
    DT_SEC_DISTLIST = 9;
    /// A container that can be changed.
    DT_MODIFIABLE = 0x0001_0000;
    /// The global address book.
    DT_GLOBAL = 0x0002_0000;
    /// A local address book.
    DT_LOCAL = 0x0003_0000;
    /// A wide area address book.
    DT_WAN = 0x0004_0000;
    /// An address book of no special kind.
    DT_NOT_SPECIFIC = 0x0005_0000;
    /// A folder.
    DT_FOLDER = 0x0100_0000;
    /// A link to a folder.
    DT_FOLDER_LINK = 0x0200_0000;
    /// A folder for a program.
    DT_FOLDER_SPECIAL = 0x0400_0000;
}

constants! { u32:
    // PR_STATUS and PR_MSG_STATUS
    /// The folder is highlighted.
    FLDSTATUS_HIGHLIGHTED = 1;
    /// The folder is tagged.
    FLDSTATUS_TAGGED = 2;
    /// The folder is hidden.
    FLDSTATUS_HIDDEN = 4;
    /// The folder is marked for deletion.
    FLDSTATUS_DELMARKED = 8;
    /// The message is highlighted.
    MSGSTATUS_HIGHLIGHTED = 1;
    /// The message is tagged.
    MSGSTATUS_TAGGED = 2;
    /// The message is hidden.
    MSGSTATUS_HIDDEN = 4;
    /// The message is marked for deletion.
    MSGSTATUS_DELMARKED = 8;
    /// The message is to be fetched.
    MSGSTATUS_REMOTE_DOWNLOAD = 0x1000;
    /// The message is to be deleted at its remote place.
    MSGSTATUS_REMOTE_DELETE = 0x2000;
}

constants! { u32:
    // PR_MESSAGE_FLAGS
    /// The message has been read.
    MSGFLAG_READ = 1;
    /// The message has not been changed since it was first saved.
    MSGFLAG_UNMODIFIED = 2;
    /// The message is submitted.
    MSGFLAG_SUBMIT = 4;
    /// The message is a draft.
    MSGFLAG_UNSENT = 8;
    /// The message has attachments.
    MSGFLAG_HASATTACH = 0x10;
    /// The user sent the message.
    MSGFLAG_FROMME = 0x20;
    /// The message is an associated one.
    MSGFLAG_ASSOCIATED = 0x40;
    /// The message is sent again.
    MSGFLAG_RESEND = 0x80;
    /// A read report is due.
    MSGFLAG_RN_PENDING = 0x100;
    /// A non-read report is due.
    MSGFLAG_NRN_PENDING = 0x200;
}

constants! { u32:
    // PR_SUBMIT_FLAGS
    /// The spooler holds the message.
    SUBMITFLAG_LOCKED = 1;
    /// The message needs preprocessing.
    SUBMITFLAG_PREPROCESS = 2;
}

constants! { u32:
    // PR_RECIPIENT_TYPE
    /// The originator.
    MAPI_ORIG = 0;
    /// A primary recipient.
    MAPI_TO = 1;
    /// A copy recipient.
    MAPI_CC = 2;
    /// A blind copy recipient.
    MAPI_BCC = 3;
    /// A recipient of a message that is sent again.
    MAPI_P1 = 0x1000_0000;
    /// A recipient that is taken care of.
    MAPI_SUBMITTED = 0x8000_0000;
}

constants! { u32:
    // PR_SENSITIVITY, PR_SECURITY
    /// Not confidential.
    SENSITIVITY_NONE = 0;
    /// Personal.
    SENSITIVITY_PERSONAL = 1;
    /// Private.
    SENSITIVITY_PRIVATE = 2;
    /// Confidential.
    SENSITIVITY_COMPANY_CONFIDENTIAL = 3;
    /// Signed.
    SECURITY_SIGNED = 1;
    /// Encrypted.
    SECURITY_ENCRYPTED = 2;
}

constants! { i32:
    // PR_PRIORITY, PR_IMPORTANCE, PR_ICON_INDEX
    /// Urgent.
    PRIO_URGENT = 1;
    /// Normal.
    PRIO_NORMAL = 0;
    /// Not urgent.
    PRIO_NONURGENT = -1;
    /// Low.
    IMPORTANCE_LOW = 0;
    /// Normal.
    IMPORTANCE_NORMAL = 1;
    /// High.
    IMPORTANCE_HIGH = 2;
    /// New mail.
    ICON_INDEX_NEW_MAIL = -1;
    /// A post.
    ICON_INDEX_POST = 1;
    /// Anything else.
    ICON_INDEX_OTHER = 3;
    /// Read mail.
    ICON_INDEX_READ_MAIL = 0x100;
    /// Unread mail.
    ICON_INDEX_UNREAD_MAIL = 0x101;
    /// Submitted mail.
    ICON_INDEX_SUBMITTED_MAIL = 0x102;
    /// A draft.
    ICON_INDEX_UNSENT_MAIL = 0x103;
    /// A receipt.
    ICON_INDEX_RECEIPT_MAIL = 0x104;
    /// Mail that was replied to.
    ICON_INDEX_REPLIED_MAIL = 0x105;
    /// Mail that was forwarded.
    ICON_INDEX_FORWARDED_MAIL = 0x106;
}

constants! { i32:
    // PR_LAST_VERB_EXECUTED
    /// Replied to the sender.
    EXCHIVERB_REPLYTOSENDER = 102;
    /// Replied to all.
    EXCHIVERB_REPLYTOALL = 103;
    /// Forwarded.
    EXCHIVERB_FORWARD = 104;
}

constants! { i32:
    // PR_FLAG_STATUS
    /// The flag is ticked off.
    FLAG_STATUS_COMPLETE = 1;
    /// The message is flagged.
    FLAG_STATUS_MARKED = 2;
}

constants! { u32:
    // PR_ATTACH_METHOD and PR_ATTACH_FLAGS
    /// Nothing yet.
    NO_ATTACHMENT = 0;
    /// The data is in `PR_ATTACH_DATA_BIN`.
    ATTACH_BY_VALUE = 1;
    /// The data is in a file that recipients can reach.
    ATTACH_BY_REFERENCE = 2;
    /// The data is in a file and has to be fetched.
    ATTACH_BY_REF_RESOLVE = 3;
    /// The data is in a file and stays there.
    ATTACH_BY_REF_ONLY = 4;
    /// The attachment is a message.
    ATTACH_EMBEDDED_MSG = 5;
    /// The attachment is an OLE object.
    ATTACH_OLE = 6;
    /// The attachment is on the web.
    ATTACH_BY_WEBREFERENCE = 7;
    /// In `PR_ATTACH_FLAGS`: not shown with an HTML body.
    ATT_INVISIBLE_IN_HTML = 1;
    /// In `PR_ATTACH_FLAGS`: not shown with an RTF body.
    ATT_INVISIBLE_IN_RTF = 2;
    /// In `PR_ATTACH_FLAGS`: the HTML body refers to it.
    ATT_MHTML_REF = 4;
}

constants! { u32:
    // PR_NATIVE_BODY_INFO and PR_MSG_EDITOR_FORMAT
    /// Bodies are asked for as they are.
    MAPI_NATIVE_BODY = 0x0001_0000;
    /// The body is RTF.
    MAPI_NATIVE_BODY_TYPE_RTF = 1;
    /// The body is HTML.
    MAPI_NATIVE_BODY_TYPE_HTML = 2;
    /// The body is plain text.
    MAPI_NATIVE_BODY_TYPE_PLAINTEXT = 4;
    /// Not known.
    EDITOR_FORMAT_DONTKNOW = 0;
    /// Plain text.
    EDITOR_FORMAT_PLAINTEXT = 1;
    /// HTML.
    EDITOR_FORMAT_HTML = 2;
    /// RTF.
    EDITOR_FORMAT_RTF = 3;
}

constants! { u32:
    // The first byte of an entry id
    /// Valid for a while.
    MAPI_SHORTTERM = 0x80;
    /// Not valid as a recipient.
    MAPI_NOTRECIP = 0x40;
    /// Not valid in other sessions.
    MAPI_THISSESSION = 0x20;
    /// Not valid at other times.
    MAPI_NOW = 0x10;
    /// Not valid for other uses.
    MAPI_NOTRESERVED = 0x08;
}

constants! { u32:
    // CreateOneOff
    /// The recipient gets no rich text.
    MAPI_SEND_NO_RICH_INFO = 0x0001_0000;
    /// The strings in the entry id are UTF-16.
    MAPI_ONE_OFF_UNICODE = 0x8000;
    /// In the entry id: the recipient gets no rich text.
    MAPI_ONE_OFF_NO_RICH_INFO = 1;
}

constants! { u32:
    // Optional interfaces
    /// `IFolderSupport`: nothing.
    FS_NONE = 0;
    /// `IFolderSupport`: the folder can be shared.
    FS_SUPPORTS_SHARING = 1;
    /// `IMSCapabilities`: asks about folders.
    MSCAP_SEL_FOLDER = 2;
    /// `IMSCapabilities`: asks about restrictions.
    MSCAP_SEL_RESTRICTION = 4;
    /// `IMSCapabilities`: folders may have home pages.
    MSCAP_SECURE_FOLDER_HOMEPAGES = 1;
    /// `IMSCapabilities`: annotations in restrictions are understood.
    MSCAP_RES_ANNOTATION = 1;
}
