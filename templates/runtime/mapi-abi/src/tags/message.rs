//! Tags of messages: contents and state.

use super::tags;

tags! {
    /// Whether it may be forwarded automatically.
    PR_ALTERNATE_RECIPIENT_ALLOWED = 0x0002_000B;
    /// Whether it was forwarded automatically.
    PR_AUTO_FORWARDED = 0x0005_000B;
    /// When it is to be delivered.
    PR_DEFERRED_DELIVERY_TIME = 0x000F_0040;
    /// When it expires.
    PR_EXPIRY_TIME = 0x0015_0040;
    /// An `IMPORTANCE_` value.
    PR_IMPORTANCE = 0x0017_0003;
    /// The message class.
    PR_MESSAGE_CLASS = 0x001A_001F;
    /// Whether a delivery report is asked for.
    PR_ORIGINATOR_DELIVERY_REPORT_REQUESTED = 0x0023_000B;
    /// The search key of the message that this one answers.
    PR_PARENT_KEY = 0x0025_0102;
    /// A `PRIO_` value.
    PR_PRIORITY = 0x0026_0003;
    /// Whether a read report is asked for.
    PR_READ_RECEIPT_REQUESTED = 0x0029_000B;
    /// Whether the recipients must not be changed.
    PR_RECIPIENT_REASSIGNMENT_PROHIBITED = 0x002B_000B;
    /// The sensitivity of the original.
    PR_ORIGINAL_SENSITIVITY = 0x002E_0003;
    /// When an answer is due.
    PR_REPLY_TIME = 0x0030_0040;
    /// What a report is about.
    PR_REPORT_TAG = 0x0031_0102;
    /// When a report was made.
    PR_REPORT_TIME = 0x0032_0040;
    /// `SECURITY_` bits.
    PR_SECURITY = 0x0034_0003;
    /// A `SENSITIVITY_` value.
    PR_SENSITIVITY = 0x0036_0003;
    /// The subject.
    PR_SUBJECT = 0x0037_001F;
    /// When it was sent.
    PR_CLIENT_SUBMIT_TIME = 0x0039_0040;
    /// Who made a report.
    PR_REPORT_NAME = 0x003A_001F;
    /// The "RE: " of a subject.
    PR_SUBJECT_PREFIX = 0x003D_001F;
    /// The message class of the original.
    PR_ORIG_MESSAGE_CLASS = 0x004B_001F;
    /// When the original was sent.
    PR_ORIGINAL_SUBMIT_TIME = 0x004E_0040;
    /// Whether the user is a primary recipient.
    PR_MESSAGE_TO_ME = 0x0057_000B;
    /// Whether the user is a copy recipient.
    PR_MESSAGE_CC_ME = 0x0058_000B;
    /// Whether the user is a recipient.
    PR_MESSAGE_RECIP_ME = 0x0059_000B;
    /// When it starts.
    PR_START_DATE = 0x0060_0040;
    /// When it ends.
    PR_END_DATE = 0x0061_0040;
    /// The owner's number of an appointment.
    PR_OWNER_APPT_ID = 0x0062_0003;
    /// Whether an answer is asked for.
    PR_RESPONSE_REQUESTED = 0x0063_000B;
    /// The subject of the conversation.
    PR_CONVERSATION_TOPIC = 0x0070_001F;
    /// The position in the conversation.
    PR_CONVERSATION_INDEX = 0x0071_0102;
    /// The header of the internet message.
    PR_TRANSPORT_MESSAGE_HEADERS = 0x007D_001F;
    /// What connects a message with its TNEF part.
    PR_TNEF_CORRELATION_KEY = 0x007F_0102;
    /// Whether it is deleted once it is sent.
    PR_DELETE_AFTER_SUBMIT = 0x0E01_000B;
    /// The blind copy recipients.
    PR_DISPLAY_BCC = 0x0E02_001F;
    /// The copy recipients.
    PR_DISPLAY_CC = 0x0E03_001F;
    /// The primary recipients.
    PR_DISPLAY_TO = 0x0E04_001F;
    /// The name of the folder.
    PR_PARENT_DISPLAY = 0x0E05_001F;
    /// When it was delivered.
    PR_MESSAGE_DELIVERY_TIME = 0x0E06_0040;
    /// `MSGFLAG_` bits.
    PR_MESSAGE_FLAGS = 0x0E07_0003;
    /// The size in bytes.
    PR_MESSAGE_SIZE = 0x0E08_0003;
    /// The folder.
    PR_PARENT_ENTRYID = 0x0E09_0102;
    /// Where it goes once it is sent.
    PR_SENTMAIL_ENTRYID = 0x0E0A_0102;
    /// The recipient table.
    PR_MESSAGE_RECIPIENTS = 0x0E12_000D;
    /// The attachment table.
    PR_MESSAGE_ATTACHMENTS = 0x0E13_000D;
    /// `SUBMITFLAG_` bits.
    PR_SUBMIT_FLAGS = 0x0E14_0003;
    /// `MSGSTATUS_` bits.
    PR_MSG_STATUS = 0x0E17_0003;
    /// Whether there are attachments.
    PR_HASATTACH = 0x0E1B_000B;
    /// A checksum of the body.
    PR_BODY_CRC = 0x0E1C_0003;
    /// The subject without its prefix.
    PR_NORMALIZED_SUBJECT = 0x0E1D_001F;
    /// Whether RTF and plain text match.
    PR_RTF_IN_SYNC = 0x0E1F_000B;
    /// Whether it needs preprocessing.
    PR_PREPROCESS = 0x0E22_000B;
    /// Where it appears as a task.
    PR_TODO_ITEM_FLAGS = 0x0E2B_0003;
    /// Whether it has been read.
    PR_READ = 0x0E69_000B;
    /// Whether the sender is trusted.
    PR_TRUST_SENDER = 0x0E79_0003;
    /// The body as plain text.
    PR_BODY = 0x1000_001F;
    /// The text of a report.
    PR_REPORT_TEXT = 0x1001_001F;
    /// A checksum of the text in the RTF.
    PR_RTF_SYNC_BODY_CRC = 0x1006_0003;
    /// The length of the text in the RTF.
    PR_RTF_SYNC_BODY_COUNT = 0x1007_0003;
    /// The beginning of the text in the RTF.
    PR_RTF_SYNC_BODY_TAG = 0x1008_001F;
    /// The body as compressed RTF.
    PR_RTF_COMPRESSED = 0x1009_0102;
    /// White space before the text in the RTF.
    PR_RTF_SYNC_PREFIX_COUNT = 0x1010_0003;
    /// White space after the text in the RTF.
    PR_RTF_SYNC_TRAILING_COUNT = 0x1011_0003;
    /// The body as HTML.
    PR_HTML = 0x1013_0102;
    /// The location of the HTML body.
    PR_BODY_CONTENT_LOCATION = 0x1014_001F;
    /// The content id of the HTML body.
    PR_BODY_CONTENT_ID = 0x1015_001F;
    /// Which body is the original.
    PR_NATIVE_BODY_INFO = 0x1016_0003;
    /// The message id of the internet message.
    PR_INTERNET_MESSAGE_ID = 0x1035_001F;
    /// The messages that it refers to.
    PR_INTERNET_REFERENCES = 0x1039_001F;
    /// The message that it answers.
    PR_IN_REPLY_TO_ID = 0x1042_001F;
    /// How to get help on a mailing list.
    PR_LIST_HELP = 0x1043_001F;
    /// How to subscribe to a mailing list.
    PR_LIST_SUBSCRIBE = 0x1044_001F;
    /// How to leave a mailing list.
    PR_LIST_UNSUBSCRIBE = 0x1045_001F;
    /// The icon: an `ICON_INDEX_` value.
    PR_ICON_INDEX = 0x1080_0003;
    /// What was last done with it: replied, forwarded.
    PR_LAST_VERB_EXECUTED = 0x1081_0003;
    /// When that was done.
    PR_LAST_VERB_EXECUTION_TIME = 0x1082_0040;
    /// A `FLAG_STATUS_` value.
    PR_FLAG_STATUS = 0x1090_0003;
    /// When the flag was ticked off.
    PR_FLAG_COMPLETE_TIME = 0x1091_0040;
    /// The color of the flag.
    PR_FOLLOWUP_ICON = 0x1095_0003;
    /// Whether external content is shown.
    PR_BLOCK_STATUS = 0x1096_0003;
    /// What Outlook notes while it shows the message.
    PR_ITEM_TMP_FLAGS = 0x1097_0003;
    /// The name in a URL.
    PR_URL_COMP_NAME = 0x10F3_001F;
    /// The conversation.
    PR_CONVERSATION_ID = 0x3013_0102;
    /// The code page of the internet message.
    PR_INTERNET_CPID = 0x3FDE_0003;
    /// The locale.
    PR_MESSAGE_LOCALE_ID = 0x3FF1_0003;
    /// Who created it.
    PR_CREATOR_NAME = 0x3FF8_001F;
    /// Who created it.
    PR_CREATOR_ENTRYID = 0x3FF9_0102;
    /// Who changed it last.
    PR_LAST_MODIFIER_NAME = 0x3FFA_001F;
    /// Who changed it last.
    PR_LAST_MODIFIER_ENTRYID = 0x3FFB_0102;
    /// The code page of 8-bit strings.
    PR_MESSAGE_CODEPAGE = 0x3FFD_0003;
    /// How it was written: an `EDITOR_FORMAT_` value.
    PR_MSG_EDITOR_FORMAT = 0x5909_0003;
    /// The format to send it in.
    PR_INTERNET_MAIL_OVERRIDE_FORMAT = 0x5902_0003;
}
