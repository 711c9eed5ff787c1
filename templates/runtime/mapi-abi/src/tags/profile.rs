//! Tags of profiles, services and the status table.

use super::tags;

tags! {
    /// The stores of a service.
    PR_STORE_PROVIDERS = 0x3D00_0102;
    /// The address books of a service.
    PR_AB_PROVIDERS = 0x3D01_0102;
    /// The transports of a service.
    PR_TRANSPORT_PROVIDERS = 0x3D02_0102;
    /// Whether the profile is the default.
    PR_DEFAULT_PROFILE = 0x3D04_000B;
    /// The name of a service in `mapisvc.inf`.
    PR_SERVICE_NAME = 0x3D09_001F;
    /// The file name of a service, without its "32".
    PR_SERVICE_DLL_NAME = 0x3D0A_001F;
    /// The entry point of a service; an 8-bit string.
    PR_SERVICE_ENTRY_NAME = 0x3D0B_001E;
    /// The profile section of a service.
    PR_SERVICE_UID = 0x3D0C_0102;
    /// More profile sections of a service.
    PR_SERVICE_EXTRA_UIDS = 0x3D0D_0102;
    /// The services of a profile.
    PR_SERVICES = 0x3D0E_0102;
    /// The files of a service.
    PR_SERVICE_SUPPORT_FILES = 0x3D0F_101F;
    /// The files to delete with a service.
    PR_SERVICE_DELETE_FILES = 0x3D10_101F;
    /// The name of the profile.
    PR_PROFILE_NAME = 0x3D12_001F;
    /// The user's name.
    PR_IDENTITY_DISPLAY = 0x3E00_001F;
    /// The user's entry id.
    PR_IDENTITY_ENTRYID = 0x3E01_0102;
    /// What the status object can do: `STATUS_` bits.
    PR_RESOURCE_METHODS = 0x3E02_0003;
    /// The kind of provider: `MAPI_STORE_PROVIDER` and so on.
    PR_RESOURCE_TYPE = 0x3E03_0003;
    /// The state: `STATUS_` bits.
    PR_STATUS_CODE = 0x3E04_0003;
    /// The user's search key.
    PR_IDENTITY_SEARCH_KEY = 0x3E05_0102;
    /// The store of a transport.
    PR_OWN_STORE_ENTRYID = 0x3E06_0102;
    /// Where the provider keeps its files.
    PR_RESOURCE_PATH = 0x3E07_001F;
    /// The state, for the user.
    PR_STATUS_STRING = 0x3E08_001F;
    /// The progress of a remote transport, in percent.
    PR_REMOTE_PROGRESS = 0x3E0B_0003;
    /// What a remote transport does.
    PR_REMOTE_PROGRESS_TEXT = 0x3E0C_001F;
    /// Whether a remote transport may be asked for its state.
    PR_REMOTE_VALIDATE_OK = 0x3E0D_000B;
}
