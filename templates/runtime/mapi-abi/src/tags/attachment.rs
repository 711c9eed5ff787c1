//! Tags of attachments.

use super::tags;

tags! {
    /// The size in bytes.
    PR_ATTACH_SIZE = 0x0E20_0003;
    /// The number in the open message.
    PR_ATTACH_NUM = 0x0E21_0003;
    /// The data.
    PR_ATTACH_DATA_BIN = 0x3701_0102;
    /// The data as an object: a message or a storage.
    PR_ATTACH_DATA_OBJ = 0x3701_000D;
    /// How the data is encoded.
    PR_ATTACH_ENCODING = 0x3702_0102;
    /// The file name extension, with its period.
    PR_ATTACH_EXTENSION = 0x3703_001F;
    /// The short file name.
    PR_ATTACH_FILENAME = 0x3704_001F;
    /// Where the data is: an `ATTACH_` value.
    PR_ATTACH_METHOD = 0x3705_0003;
    /// The file name.
    PR_ATTACH_LONG_FILENAME = 0x3707_001F;
    /// The short path.
    PR_ATTACH_PATHNAME = 0x3708_001F;
    /// A picture of it.
    PR_ATTACH_RENDERING = 0x3709_0102;
    /// The kind of application that understands it.
    PR_ATTACH_TAG = 0x370A_0102;
    /// The position in the body; 0xFFFFFFFF for none.
    PR_RENDERING_POSITION = 0x370B_0003;
    /// The file name as a transport sees it.
    PR_ATTACH_TRANSPORT_NAME = 0x370C_001F;
    /// The path.
    PR_ATTACH_LONG_PATHNAME = 0x370D_001F;
    /// The MIME type.
    PR_ATTACH_MIME_TAG = 0x370E_001F;
    /// What else is known of a file of another system.
    PR_ATTACH_ADDITIONAL_INFO = 0x370F_0102;
    /// The base of relative URLs.
    PR_ATTACH_CONTENT_BASE = 0x3711_001F;
    /// The content id.
    PR_ATTACH_CONTENT_ID = 0x3712_001F;
    /// The content location.
    PR_ATTACH_CONTENT_LOCATION = 0x3713_001F;
    /// `ATT_` bits.
    PR_ATTACH_FLAGS = 0x3714_0003;
    /// The content disposition.
    PR_ATTACH_DISPOSITION = 0x3716_001F;
    /// What it is linked to.
    PR_ATTACHMENT_LINKID = 0x7FFA_0003;
    /// When an exception of a recurring appointment starts.
    PR_EXCEPTION_STARTTIME = 0x7FFB_0040;
    /// When an exception of a recurring appointment ends.
    PR_EXCEPTION_ENDTIME = 0x7FFC_0040;
    /// What kind of attachment it is.
    PR_ATTACHMENT_FLAGS = 0x7FFD_0003;
    /// Whether it is hidden.
    PR_ATTACHMENT_HIDDEN = 0x7FFE_000B;
    /// Whether it is the picture of a contact.
    PR_ATTACHMENT_CONTACTPHOTO = 0x7FFF_000B;
}
