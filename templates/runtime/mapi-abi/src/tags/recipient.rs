//! Tags of recipients.

use super::tags;

tags! {
    /// `MAPI_TO` and so on.
    PR_RECIPIENT_TYPE = 0x0C15_0003;
    /// Whether a transport has taken care.
    PR_RESPONSIBILITY = 0x0E0F_000B;
    /// What came of it.
    PR_SPOOLER_STATUS = 0x0E10_0003;
    /// The status in a report.
    PR_RECIPIENT_STATUS = 0x0E15_0003;
    /// Why it was discarded.
    PR_DISCARD_REASON = 0x0011_0003;
    /// When it was delivered.
    PR_DELIVER_TIME = 0x0010_0040;
    /// When it was read.
    PR_RECEIPT_TIME = 0x002A_0040;
    /// The SMTP address.
    PR_SMTP_ADDRESS = 0x39FE_001F;
    /// The name in ASCII; an 8-bit string.
    PR_7BIT_DISPLAY_NAME = 0x39FF_001E;
    /// The account.
    PR_ACCOUNT = 0x3A00_001F;
    /// The name that is sent.
    PR_TRANSMITABLE_DISPLAY_NAME = 0x3A20_001F;
    /// Whether rich text can be sent.
    PR_SEND_RICH_INFO = 0x3A40_000B;
    /// The format to send in.
    PR_SEND_INTERNET_ENCODING = 0x3A71_0003;
    /// The position.
    PR_RECIPIENT_ORDER = 0x5FDF_0003;
    /// The name.
    PR_RECIPIENT_DISPLAY_NAME = 0x5FF6_001F;
    /// The entry id.
    PR_RECIPIENT_ENTRYID = 0x5FF7_0102;
    /// The role in a meeting.
    PR_RECIPIENT_FLAGS = 0x5FFD_0003;
    /// The answer to a meeting request.
    PR_RECIPIENT_TRACKSTATUS = 0x5FFF_0003;
    /// When it was answered.
    PR_RECIPIENT_TRACKSTATUS_TIME = 0x5FFB_0040;
}
