//! Identifiers of interfaces and property sets.

use crate::*;
use windows_core::Interface;

macro_rules! iids {
    ($($(#[$meta:meta])* $name:ident = $interface:ty;)*) => {
        $($(#[$meta])* pub const $name: GUID = <$interface as Interface>::IID;)*
    };
}

macro_rules! ole_guids {
    ($($(#[$meta:meta])* $name:ident = $value:literal;)*) => {
        $($(#[$meta])* pub const $name: GUID =
            GUID::from_u128(($value as u128) << 96 | 0xC000_0000_0000_0046);)*
    };
}

macro_rules! guids {
    ($($(#[$meta:meta])* $name:ident = $value:literal;)*) => {
        $($(#[$meta])* pub const $name: GUID = GUID::from_u128($value);)*
    };
}

iids! {
    /// Of [`IUnknown`].
    IID_IUnknown = IUnknown;
    /// Of [`IMAPISession`].
    IID_IMAPISession = IMAPISession;
    /// Of [`IMAPITable`].
    IID_IMAPITable = IMAPITable;
    /// Of [`IMAPIAdviseSink`].
    IID_IMAPIAdviseSink = IMAPIAdviseSink;
    /// Of [`IMAPIProp`].
    IID_IMAPIProp = IMAPIProp;
    /// Of [`IProfSect`].
    IID_IProfSect = IProfSect;
    /// Of [`IMAPIStatus`].
    IID_IMAPIStatus = IMAPIStatus;
    /// Of [`IMsgStore`].
    IID_IMsgStore = IMsgStore;
    /// Of [`IMessage`].
    IID_IMessage = IMessage;
    /// Of [`IAttach`].
    IID_IAttachment = IAttach;
    /// Of [`IMAPIContainer`].
    IID_IMAPIContainer = IMAPIContainer;
    /// Of [`IMAPIFolder`].
    IID_IMAPIFolder = IMAPIFolder;
    /// Of [`IMAPISupport`].
    IID_IMAPISup = IMAPISupport;
    /// Of [`IMSProvider`].
    IID_IMSProvider = IMSProvider;
    /// Of [`IMSLogon`].
    IID_IMSLogon = IMSLogon;
    /// Of [`IMAPIProgress`].
    IID_IMAPIProgress = IMAPIProgress;
    /// Of [`IProviderAdmin`].
    IID_IProviderAdmin = IProviderAdmin;
    /// Of [`IMSCapabilities`].
    IID_IMSCapabilities = IMSCapabilities;
    /// Of [`IMAPIProviderShutdown`].
    IID_IMAPIProviderShutdown = IMAPIProviderShutdown;
    /// Of [`IMAPISync`].
    IID_IMAPISync = IMAPISync;
    /// Of [`IMAPISyncProgressCallback`].
    IID_IMAPISyncProgressCallback = IMAPISyncProgressCallback;
    /// Of [`IMAPIGetSession`].
    IID_IMAPIGetSession = IMAPIGetSession;
    /// Of [`IFolderSupport`].
    IID_IFolderSupport = IFolderSupport;
    /// Of [`ISequentialStream`].
    IID_ISequentialStream = ISequentialStream;
    /// Of [`IStream`].
    IID_IStream = IStream;
    /// Of [`IStorage`].
    IID_IStorage = IStorage;
    /// Of [`IMalloc`].
    IID_IMalloc = IMalloc;
}

ole_guids! {
    /// A stream that behaves like a file with a storage in it.
    IID_IStreamDocfile = 0x0002_032C;
    /// The client's side of fast shutdown.
    IID_IMAPIClientShutdown = 0x0002_0397;
    /// The address book.
    IID_IAddrBook = 0x0002_0309;
    /// A recipient.
    IID_IMailUser = 0x0002_030A;
    /// An address book container.
    IID_IABContainer = 0x0002_030D;
    /// A distribution list.
    IID_IDistList = 0x0002_030E;
    /// The administration of profiles.
    IID_IProfAdmin = 0x0002_031C;
    /// The administration of message services.
    IID_IMsgServiceAdmin = 0x0002_031D;
    /// The administration of message services, second version.
    IID_IMsgServiceAdmin2 = 0x0002_0387;
    /// A message in a form; asked for by some callers instead of a message.
    IID_IMAPIMessageSite = 0x0002_0370;
    /// Outlook's offline state.
    IID_IMAPIOffline = 0x0006_72B5;

    /// The property set of ids below 0x8000.
    PS_MAPI = 0x0002_0328;
    /// The property set of names that anybody may use.
    PS_PUBLIC_STRINGS = 0x0002_0329;
    /// The property set of internet header fields.
    PS_INTERNET_HEADERS = 0x0002_0386;
    /// The property set of addresses of routing recipients.
    PS_ROUTING_EMAIL_ADDRESSES = 0x0002_0380;
    /// The property set of address types of routing recipients.
    PS_ROUTING_ADDRTYPE = 0x0002_0381;
    /// The property set of names of routing recipients.
    PS_ROUTING_DISPLAY_NAME = 0x0002_0382;
    /// The property set of entry ids of routing recipients.
    PS_ROUTING_ENTRYID = 0x0002_0383;
    /// The property set of search keys of routing recipients.
    PS_ROUTING_SEARCH_KEY = 0x0002_0384;
    /// The property set of appointments.
    PSETID_Appointment = 0x0006_2002;
    /// The property set of tasks.
    PSETID_Task = 0x0006_2003;
    /// The property set of contacts.
    PSETID_Address = 0x0006_2004;
    /// The property set of all items.
    PSETID_Common = 0x0006_2008;
    /// The property set of journal entries.
    PSETID_Log = 0x0006_200A;
    /// The property set of notes.
    PSETID_Note = 0x0006_200E;
    /// The property set of reports.
    PSETID_Report = 0x0006_2013;
    /// The property set of remote messages.
    PSETID_Remote = 0x0006_2014;
    /// The property set of sharing messages.
    PSETID_Sharing = 0x0006_2040;
    /// The property set of feed items.
    PSETID_PostRss = 0x0006_2041;
    /// The profile section that identifies a profile.
    MUID_PROFILE_INSTANCE = 0x0002_0385;
}

guids! {
    /// A folder, opened without MAPI's check of the provider.
    IID_IMAPIFolderNoProvChk = 0x57D333A0_F589_4B23_A3F9_85F82FEC153C;
    /// A message, opened without MAPI's check of the provider.
    IID_IMessageNoProvChk = 0xC3505457_7B2E_4C3B_A8D6_6DD949BB97A1;
    /// A store that wraps another.
    IID_IProxyStoreObject = 0x29F3AB10_554D_11D0_A97C_00A0C911F50A;
    /// Outlook's security of messages.
    IID_IMAPISecureMessage = 0x253CC320_EAB6_11D0_8222_0060979387EA;
    /// Outlook's offline manager.
    IID_IMAPIOfflineMgr = 0x42175607_FF3E_4790_BC18_66C8643E6424;
    /// A receiver of changes of the offline state.
    IID_IMAPIOfflineNotify = 0x0317BDE5_FC29_44CD_8DCD_36125A3BE9EC;
    /// A mark that an object understands UTF-16; not documented.
    IID_ISelectUnicode = 0x05EB1EB9_E334_4EB7_AC4D_0BCEC7C6E0C1;

    /// The property set of meetings.
    PSETID_Meeting = 0x6ED8DA90_450B_101B_98DA_00AA003F1305;
    /// The property set of messages.
    PSETID_Messaging = 0x41F28F13_83F4_4114_A584_EEDB5A6B0BFF;
    /// The property set of voice messages.
    PSETID_UnifiedMessaging = 0x4442858E_A9E3_4E80_B900_317A210CC15B;
    /// The property set of synchronization with devices.
    PSETID_AirSync = 0x71035549_0739_4DCB_9163_00F0580DBBDF;
    /// The property set of what was found in a message.
    PSETID_XmlExtractedEntities = 0x23239608_685D_4732_9C55_4C95CB4E8E33;
    /// The property set of attachments.
    PSETID_Attachment = 0x96357F7F_59E1_47D0_99A7_46515C183B54;
}

/// The identifier that begins a one-off entry id.
pub const MAPI_ONE_OFF_UID: MAPIUID = MAPIUID {
    ab: [
        0x81, 0x2B, 0x1F, 0xA4, 0xBE, 0xA3, 0x10, 0x19, 0x9D, 0x6E, 0x00, 0xDD, 0x01, 0x0F, 0x54,
        0x02,
    ],
};
