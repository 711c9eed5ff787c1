//! Tags of messages: who sent it, for whom, and who received it.

use super::tags;

tags! {
    /// Who gets read reports.
    PR_READ_RECEIPT_ENTRYID = 0x0046_0102;
    /// Who gets read reports.
    PR_READ_RECEIPT_SEARCH_KEY = 0x0053_0102;
    /// Who gets reports.
    PR_REPORT_ENTRYID = 0x0045_0102;
    /// Who gets reports.
    PR_REPORT_SEARCH_KEY = 0x0054_0102;
    /// Who received it.
    PR_RECEIVED_BY_ENTRYID = 0x003F_0102;
    /// Who received it.
    PR_RECEIVED_BY_NAME = 0x0040_001F;
    /// Who received it.
    PR_RECEIVED_BY_SEARCH_KEY = 0x0051_0102;
    /// Who received it.
    PR_RECEIVED_BY_ADDRTYPE = 0x0075_001F;
    /// Who received it.
    PR_RECEIVED_BY_EMAIL_ADDRESS = 0x0076_001F;
    /// Who received it.
    PR_RECEIVED_BY_SMTP_ADDRESS = 0x5D07_001F;
    /// For whom it was received.
    PR_RCVD_REPRESENTING_ENTRYID = 0x0043_0102;
    /// For whom it was received.
    PR_RCVD_REPRESENTING_NAME = 0x0044_001F;
    /// For whom it was received.
    PR_RCVD_REPRESENTING_SEARCH_KEY = 0x0052_0102;
    /// For whom it was received.
    PR_RCVD_REPRESENTING_ADDRTYPE = 0x0077_001F;
    /// For whom it was received.
    PR_RCVD_REPRESENTING_EMAIL_ADDRESS = 0x0078_001F;
    /// For whom it was received.
    PR_RCVD_REPRESENTING_SMTP_ADDRESS = 0x5D08_001F;
    /// For whom it was sent.
    PR_SENT_REPRESENTING_SEARCH_KEY = 0x003B_0102;
    /// For whom it was sent.
    PR_SENT_REPRESENTING_ENTRYID = 0x0041_0102;
    /// For whom it was sent.
    PR_SENT_REPRESENTING_NAME = 0x0042_001F;
    /// For whom it was sent.
    PR_SENT_REPRESENTING_ADDRTYPE = 0x0064_001F;
    /// For whom it was sent.
    PR_SENT_REPRESENTING_EMAIL_ADDRESS = 0x0065_001F;
    /// For whom it was sent.
    PR_SENT_REPRESENTING_SMTP_ADDRESS = 0x5D02_001F;
    /// Who sent it.
    PR_SENDER_ENTRYID = 0x0C19_0102;
    /// Who sent it.
    PR_SENDER_NAME = 0x0C1A_001F;
    /// Who sent it.
    PR_SENDER_SEARCH_KEY = 0x0C1D_0102;
    /// Who sent it.
    PR_SENDER_ADDRTYPE = 0x0C1E_001F;
    /// Who sent it.
    PR_SENDER_EMAIL_ADDRESS = 0x0C1F_001F;
    /// Who sent it.
    PR_SENDER_SMTP_ADDRESS = 0x5D01_001F;
    /// Whether an answer is asked for.
    PR_REPLY_REQUESTED = 0x0C17_000B;
    /// Who gets answers, as a `FLATENTRYLIST`.
    PR_REPLY_RECIPIENT_ENTRIES = 0x004F_0102;
    /// Who gets answers.
    PR_REPLY_RECIPIENT_NAMES = 0x0050_001F;
    /// Who wrote the original.
    PR_ORIGINAL_AUTHOR_ENTRYID = 0x004C_0102;
    /// Who wrote the original.
    PR_ORIGINAL_AUTHOR_NAME = 0x004D_001F;
    /// Who sent the original.
    PR_ORIGINAL_SENDER_NAME = 0x005A_001F;
    /// Who sent the original.
    PR_ORIGINAL_SENDER_ENTRYID = 0x005B_0102;
    /// Who sent the original.
    PR_ORIGINAL_SENDER_SEARCH_KEY = 0x005C_0102;
    /// Who sent the original.
    PR_ORIGINAL_SENDER_ADDRTYPE = 0x0066_001F;
    /// Who sent the original.
    PR_ORIGINAL_SENDER_EMAIL_ADDRESS = 0x0067_001F;
    /// For whom the original was sent.
    PR_ORIGINAL_SENT_REPRESENTING_NAME = 0x005D_001F;
    /// For whom the original was sent.
    PR_ORIGINAL_SENT_REPRESENTING_ENTRYID = 0x005E_0102;
    /// For whom the original was sent.
    PR_ORIGINAL_SENT_REPRESENTING_SEARCH_KEY = 0x005F_0102;
    /// For whom the original was sent.
    PR_ORIGINAL_SENT_REPRESENTING_ADDRTYPE = 0x0068_001F;
    /// For whom the original was sent.
    PR_ORIGINAL_SENT_REPRESENTING_EMAIL_ADDRESS = 0x0069_001F;
    /// The blind copy recipients of the original.
    PR_ORIGINAL_DISPLAY_BCC = 0x0072_001F;
    /// The copy recipients of the original.
    PR_ORIGINAL_DISPLAY_CC = 0x0073_001F;
    /// The primary recipients of the original.
    PR_ORIGINAL_DISPLAY_TO = 0x0074_001F;
    /// The number that a transport gave it.
    PR_MESSAGE_SUBMISSION_ID = 0x0047_0102;
    /// When a transport took it.
    PR_PROVIDER_SUBMIT_TIME = 0x0048_0040;
    /// Whether a non-delivery report is asked for.
    PR_ORIGINATOR_NON_DELIVERY_REPORT_REQUESTED = 0x0C08_000B;
    /// Whether a non-read report is asked for.
    PR_NON_RECEIPT_NOTIFICATION_REQUESTED = 0x0C06_000B;
    /// Why it was not delivered.
    PR_NDR_REASON_CODE = 0x0C04_0003;
    /// Why it was not delivered, in detail.
    PR_NDR_DIAG_CODE = 0x0C05_0003;
    /// Why it was not delivered, as an SMTP status.
    PR_NDR_STATUS_CODE = 0x0C20_0003;
    /// More on a delivery report.
    PR_SUPPLEMENTARY_INFO = 0x0C1B_001F;
    /// Whether the recipients of a report differ.
    PR_DISCRETE_VALUES = 0x0E0E_000B;
}
