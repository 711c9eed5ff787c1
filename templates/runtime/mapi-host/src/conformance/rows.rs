//! Which checks look at which row of the contract.

/// A row of the contract: a method, or another thing that is said of a provider.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// The section of the contract.
    pub section: &'static str,
    /// The method with its interface, or what the row is about.
    pub about: &'static str,
    /// The checks: the beginnings of their names.
    pub checks: &'static [&'static str],
}

/// Every row of the sections about logons, interfaces, synchronization, properties, strings, notifications, and Outlook's
/// own demands (2 to 5, 7, 8 and 10), with the checks that look at it.
pub const ROWS: &[Row] = &[
    // 2.1 to 2.5: logon, entry ids, logoff.
    row(
        "2.1",
        "the logon object does not hold the store",
        &["A16-no-cycle", "A14-many-sessions"],
    ),
    row(
        "2.2",
        "IMSProvider::Logon",
        &[
            "B22-",
            "B23-",
            "B25-",
            "A17-IMSProvider::Logon",
            "A17-logon-",
        ],
    ),
    row(
        "2.2",
        "lpMAPISup: AddRef for a new logon object alone",
        &[
            "B25-second-logon",
            "A15-support-object",
            "A17-logon-without-mapi",
        ],
    ),
    row(
        "2.2",
        "lpszProfileName in the width of MAPI_UNICODE",
        &["B32-ansi-logon"],
    ),
    row(
        "2.2",
        "lpEntryID: one of ours, or NULL",
        &[
            "B22-logon-without-entry-id",
            "S2.2-logon-with-entry-id",
            "S2.2-logon-with-garbage",
        ],
    ),
    row(
        "2.2",
        "ulFlags: unknown bits are ignored",
        &["S2.2-unknown-flags"],
    ),
    row(
        "2.2",
        "ulFlags: MDB_WRITE",
        &["C62-", "S2.2-writing-after-reading"],
    ),
    row(
        "2.2",
        "lpInterface",
        &["B29-", "B25-second-logon-interface"],
    ),
    row("2.2", "spool security", &["B31-"]),
    row("2.2", "lppMAPIError", &["B32-error-text"]),
    row(
        "2.2",
        "order of work: identifier, status row, profile",
        &["B26-", "B27-"],
    ),
    row(
        "2.2",
        "no PrepareSubmit and SpoolerNotify in a logon",
        &["S2.2-no-dialog-without-permission"],
    ),
    row(
        "2.2",
        "return codes: UNCONFIGURED and FAILONEPROVIDER",
        &["B22-unconfigured", "B24-"],
    ),
    row("2.2", "the same store opened twice", &["B25-"]),
    row(
        "2.2",
        "IMSProvider::SpoolerLogon",
        &["B31-spooler-logon", "A17-IMSProvider::SpoolerLogon"],
    ),
    row(
        "2.2",
        "IMSProvider::CompareStoreIDs",
        &[
            "B30-",
            "A20-no-lock-during-logon",
            "A17-IMSProvider::CompareStoreIDs",
        ],
    ),
    row(
        "2.2",
        "IMSProvider::Shutdown",
        &["B33-", "A17-MSProviderInit"],
    ),
    row(
        "2.3",
        "the layout of entry ids, long-term ids",
        &["S2.3-entry-ids-are-long-term", "S2.3-ids-in-tables"],
    ),
    row(
        "2.3",
        "entry ids are not used again",
        &["S2.3-entry-ids-are-not-reused"],
    ),
    row("2.3", "unaligned entry ids", &["S2.3-unaligned"]),
    row("2.3", "SetProviderUID", &["B26-provider-uid"]),
    row("2.3", "wrapped entry ids of the store", &["B28-"]),
    row("2.3", "PR_MDB_PROVIDER", &["S2.3-mdb-provider"]),
    row("2.3", "record keys", &["C57-"]),
    row("2.3", "search keys", &["C58-", "S2.3-search-keys"]),
    row("2.4", "IMSLogon::GetLastError", &["S2.4-logon-last-error"]),
    row(
        "2.4",
        "IMSLogon::Logoff",
        &["S2.4-logoff-twice", "A15-forced-logoff"],
    ),
    row(
        "2.4",
        "IMSLogon::OpenEntry",
        &["E89-null-id-is-root-on-logon", "A17-IMSLogon::OpenEntry"],
    ),
    row(
        "2.4",
        "IMSLogon::CompareEntryIDs",
        &["S2.4-compare-entry-ids", "A17-IMSLogon::CompareEntryIDs"],
    ),
    row(
        "2.4",
        "IMSLogon::Advise",
        &[
            "A8-connection-of-logon",
            "S2.4-logon-sinks-hear",
            "A17-IMSLogon::Advise",
        ],
    ),
    row("2.4", "IMSLogon::Unadvise", &["A8-connection-of-logon"]),
    row(
        "2.4",
        "IMSLogon::OpenStatusEntry",
        &["S2.4-status-", "A17-IMSLogon::OpenStatusEntry"],
    ),
    row(
        "2.5",
        "IMsgStore::StoreLogoff",
        &["S2.5-store-logoff", "A15-", "A17-IMsgStore::StoreLogoff"],
    ),
    row("2.5", "the last Release of the store", &["A15-"]),
    row("2.5", "objects outlive the store", &["A14-"]),
    // 3.1: identities.
    row("3.1", "QueryInterface", &["A12-", "A13-"]),
    // 3.2: IMAPIProp.
    row(
        "3.2",
        "IMAPIProp::GetLastError",
        &["S3.2-get-last-error", "A17-IMAPIProp::GetLastError"],
    ),
    row(
        "3.2",
        "IMAPIProp::SaveChanges",
        &[
            "C52-",
            "C53-",
            "C54-",
            "C55-",
            "A17-IMAPIProp::SaveChanges",
            "A20-save-from-within",
        ],
    ),
    row(
        "3.2",
        "IMAPIProp::GetProps",
        &[
            "C37-",
            "C38-",
            "C39-",
            "C40-",
            "C41-",
            "C42-",
            "A17-IMAPIProp::GetProps",
        ],
    ),
    row(
        "3.2",
        "IMAPIProp::GetPropList",
        &["C43-", "A17-IMAPIProp::GetPropList"],
    ),
    row(
        "3.2",
        "IMAPIProp::OpenProperty",
        &[
            "C50-",
            "C50-unknown-interface",
            "S3.2-create-needs-modify",
            "A17-IMAPIProp::OpenProperty",
        ],
    ),
    row(
        "3.2",
        "IMAPIProp::SetProps",
        &[
            "C45-",
            "C46-",
            "C47-",
            "C48-",
            "C66-",
            "A17-IMAPIProp::SetProps",
        ],
    ),
    row(
        "3.2",
        "IMAPIProp::DeleteProps",
        &[
            "C49-",
            "S3.2-delete-on-read-only",
            "A17-IMAPIProp::DeleteProps",
        ],
    ),
    row(
        "3.2",
        "IMAPIProp::CopyTo",
        &[
            "C69-",
            "S3.2-copy-to-",
            "S3.2-copy-nothing",
            "A17-IMAPIProp::CopyTo",
            "A17-IAttach::CopyTo",
        ],
    ),
    row(
        "3.2",
        "IMAPIProp::CopyProps",
        &["S3.2-copy-props", "A17-IMAPIProp::CopyProps"],
    ),
    row(
        "3.2",
        "IMAPIProp::GetNamesFromIDs",
        &["C64-", "S3.2-names-", "A17-IMAPIProp::GetNamesFromIDs"],
    ),
    row(
        "3.2",
        "IMAPIProp::GetIDsFromNames",
        &["C63-", "A17-IMAPIProp::GetIDsFromNames"],
    ),
    row(
        "3.2",
        "IStream::Read",
        &[
            "S3.2-stream-reads-and-seeks",
            "S3.2-large-stream",
            "A17-IStream::Read",
        ],
    ),
    row(
        "3.2",
        "IStream::Write",
        &[
            "S3.2-write-past",
            "S3.2-read-only-stream",
            "C51-",
            "A17-IStream::Write",
        ],
    ),
    row(
        "3.2",
        "IStream::Seek",
        &[
            "S3.2-seek-before",
            "S3.2-stream-reads-and-seeks",
            "A17-IStream::Seek",
        ],
    ),
    row("3.2", "IStream::SetSize", &["S3.2-set-size"]),
    row(
        "3.2",
        "IStream::CopyTo",
        &["S3.2-copy-to", "A17-IStream::CopyTo"],
    ),
    row(
        "3.2",
        "IStream::Commit",
        &["C51-", "S3.2-transacted-stream"],
    ),
    row(
        "3.2",
        "IStream::Revert",
        &["S3.2-revert", "A17-IStream::Revert"],
    ),
    row("3.2", "IStream::LockRegion", &["S3.2-streams-do-not-lock"]),
    row(
        "3.2",
        "IStream::Stat",
        &[
            "S3.2-stat-has-the-size",
            "S6.1-stat-name",
            "A17-IStream::Stat",
        ],
    ),
    row(
        "3.2",
        "IStream::Clone",
        &["S3.2-clone-", "A17-IStream::Clone"],
    ),
    row(
        "3.2",
        "streams of special properties and readers",
        &[
            "S3.2-stream-",
            "S3.2-change-in-the-middle",
            "S3.2-committed-is-not-shared",
            "S3.2-null-and-nonsense",
        ],
    ),
    row(
        "3.2",
        "tables by OpenProperty",
        &[
            "D84-",
            "A17-IMAPIFolder::OpenProperty",
            "A17-IMessage::OpenProperty",
            "A17-IMsgStore::OpenProperty",
        ],
    ),
    // 3.3: IMsgStore.
    row(
        "3.3",
        "IMsgStore::Advise",
        &[
            "F103-",
            "A8-connection-of-store",
            "A17-IMsgStore::Advise",
            "A17-advise-while",
        ],
    ),
    row(
        "3.3",
        "IMsgStore::Unadvise",
        &["F103-unknown-connection", "F103-subscribe"],
    ),
    row(
        "3.3",
        "IMsgStore::CompareEntryIDs",
        &["S3.3-compare-entry-ids", "A17-IMsgStore::CompareEntryIDs"],
    ),
    row(
        "3.3",
        "IMsgStore::OpenEntry",
        &[
            "E89-",
            "S3.3-open-",
            "S3.5-read-only-message",
            "A17-IMsgStore::OpenEntry",
        ],
    ),
    row(
        "3.3",
        "IMsgStore::SetReceiveFolder",
        &["E96-", "A17-IMsgStore::SetReceiveFolder"],
    ),
    row(
        "3.3",
        "IMsgStore::GetReceiveFolder",
        &["E96-", "A17-IMsgStore::GetReceiveFolder"],
    ),
    row(
        "3.3",
        "IMsgStore::GetReceiveFolderTable",
        &[
            "E96-table",
            "S5.4-receive-folder-columns",
            "A17-IMsgStore::GetReceiveFolderTable",
        ],
    ),
    row(
        "3.3",
        "IMsgStore::AbortSubmit",
        &["E102-", "A17-IMsgStore::AbortSubmit"],
    ),
    row(
        "3.3",
        "IMsgStore::GetOutgoingQueue",
        &[
            "C61-queue-without-support",
            "A17-IMsgStore::GetOutgoingQueue",
        ],
    ),
    row(
        "3.3",
        "IMsgStore::SetLockState",
        &["C61-queue-without-support"],
    ),
    row(
        "3.3",
        "IMsgStore::FinishedMsg",
        &["C61-queue-without-support"],
    ),
    row(
        "3.3",
        "IMsgStore::NotifyNewMail",
        &["C61-queue-without-support", "A17-IMsgStore::NotifyNewMail"],
    ),
    // 3.4: IMAPIContainer and IMAPIFolder.
    row(
        "3.4",
        "IMAPIFolder::GetContentsTable",
        &[
            "S5.4-contents",
            "S5.4-associated",
            "D86-",
            "D87-",
            "D88-",
            "A17-IMAPIFolder::GetContentsTable",
        ],
    ),
    row(
        "3.4",
        "IMAPIFolder::GetHierarchyTable",
        &["D85-", "A17-IMAPIFolder::GetHierarchyTable"],
    ),
    row(
        "3.4",
        "IMAPIFolder::OpenEntry",
        &[
            "E89-null-id-is-root-on-folder",
            "A17-IMAPIFolder::OpenEntry",
        ],
    ),
    row(
        "3.4",
        "IMAPIFolder::SetSearchCriteria",
        &[
            "S3.4-search-",
            "S3.4-criteria-",
            "A17-IMAPIFolder::SetSearchCriteria",
        ],
    ),
    row(
        "3.4",
        "IMAPIFolder::GetSearchCriteria",
        &[
            "S3.4-criteria-",
            "S12-search-state-bits",
            "A17-IMAPIFolder::GetSearchCriteria",
        ],
    ),
    row(
        "3.4",
        "IMAPIFolder::CreateMessage",
        &[
            "C55-",
            "S3.4-create-with-interface",
            "A17-IMAPIFolder::CreateMessage",
        ],
    ),
    row(
        "3.4",
        "IMAPIFolder::CopyMessages",
        &[
            "E92-copy",
            "S3.4-move-keeps",
            "S3.4-copy-without-interface",
            "S3.2-copy-is-independent",
            "A17-IMAPIFolder::CopyMessages",
        ],
    ),
    row(
        "3.4",
        "IMAPIFolder::DeleteMessages",
        &[
            "E92-delete",
            "S3.4-delete-open-message",
            "S3.4-many-messages",
            "S3.4-hard-deletes",
            "A17-IMAPIFolder::DeleteMessages",
        ],
    ),
    row(
        "3.4",
        "IMAPIFolder::CreateFolder",
        &[
            "E90-",
            "S3.4-deep-tree",
            "C62-open-if-exists",
            "A17-IMAPIFolder::CreateFolder",
        ],
    ),
    row(
        "3.4",
        "IMAPIFolder::CopyFolder",
        &["E93-", "A17-IMAPIFolder::CopyFolder"],
    ),
    row(
        "3.4",
        "IMAPIFolder::DeleteFolder",
        &["E91-", "A17-IMAPIFolder::DeleteFolder"],
    ),
    row(
        "3.4",
        "IMAPIFolder::SetReadFlags",
        &[
            "E94-",
            "E92-read-flags",
            "S3.4-set-read-flags",
            "S3.4-flags-of",
            "S3.4-suppress",
            "A17-IMAPIFolder::SetReadFlags",
        ],
    ),
    row("3.4", "IMAPIFolder::GetMessageStatus", &["E95-"]),
    row(
        "3.4",
        "IMAPIFolder::SetMessageStatus",
        &["E95-", "A17-IMAPIFolder::SetMessageStatus"],
    ),
    row(
        "3.4",
        "IMAPIFolder::SaveContentsSort",
        &[
            "S3.4-save-contents-sort",
            "A17-IMAPIFolder::SaveContentsSort",
        ],
    ),
    row(
        "3.4",
        "IMAPIFolder::EmptyFolder",
        &["S3.4-empty-folder", "A17-IMAPIFolder::EmptyFolder"],
    ),
    row("3.4", "progress", &["A21-", "S3.4-progress-"]),
    row(
        "3.4",
        "search folders hold nothing of their own",
        &["S3.4-search-holds-nothing", "S3.4-search-delete"],
    ),
    row("3.4", "read-only stores", &["C62-"]),
    // 3.5: IMessage.
    row(
        "3.5",
        "IMessage::GetAttachmentTable",
        &["E99-", "A17-IMessage::GetAttachmentTable"],
    ),
    row(
        "3.5",
        "IMessage::GetRecipientTable",
        &["E98-", "A17-IMessage::GetRecipientTable"],
    ),
    row(
        "3.5",
        "IMessage::OpenAttach",
        &[
            "E99-open-missing",
            "E99-change-existing",
            "A17-IMessage::OpenAttach",
        ],
    ),
    row(
        "3.5",
        "IMessage::CreateAttach",
        &["E99-", "A17-IMessage::CreateAttach"],
    ),
    row(
        "3.5",
        "IMessage::DeleteAttach",
        &["E99-delete-is-undone", "A17-IMessage::DeleteAttach"],
    ),
    row(
        "3.5",
        "IMessage::ModifyRecipients",
        &["E98-", "A17-IMessage::ModifyRecipients"],
    ),
    row(
        "3.5",
        "IMessage::SubmitMessage",
        &["C61-submit", "E101-", "A17-IMessage::SubmitMessage"],
    ),
    row(
        "3.5",
        "IMessage::SetReadFlag",
        &[
            "E94-illegal-pairs-on-message",
            "S3.5-set-read-flag",
            "S3.5-read-flag",
            "A17-IMessage::SetReadFlag",
        ],
    ),
    row(
        "3.5",
        "what SaveChanges computes",
        &["C67-", "C68-", "S3.5-"],
    ),
    row(
        "3.5",
        "PR_MESSAGE_FLAGS",
        &[
            "S3.5-flags-of-a-new-message",
            "S3.5-client-flags",
            "S3.5-associated-flag",
        ],
    ),
    row(
        "3.5",
        "bodies",
        &["S3.5-body-round-trip", "S3.5-html-is-kept"],
    ),
    // 3.6: attachments.
    row(
        "3.6",
        "PR_ATTACH_METHOD, data and embedded messages",
        &["E99-", "E100-", "A17-IAttach::"],
    ),
    // 3.7: the status object.
    row(
        "3.7",
        "IMAPIStatus::ValidateState",
        &[
            "S3.7-status-methods-match",
            "A17-IMAPIStatus::ValidateState",
        ],
    ),
    row(
        "3.7",
        "IMAPIStatus::SettingsDialog",
        &["S3.7-settings-dialog"],
    ),
    row(
        "3.7",
        "IMAPIStatus::ChangePassword",
        &["S3.7-status-methods-match"],
    ),
    row(
        "3.7",
        "IMAPIStatus::FlushQueues",
        &["S3.7-status-methods-match"],
    ),
    row(
        "3.7",
        "the properties of the status object",
        &[
            "S3.7-status-is-read-only",
            "C56-status",
            "A17-IMAPIStatus::GetProps",
        ],
    ),
    // 3.8: submission.
    row("3.8", "submission", &["E101-", "E102-", "C61-submit"]),
    // 3.9: IMAPITable.
    row("3.9", "IMAPITable::GetLastError", &["S3.9-last-error"]),
    row(
        "3.9",
        "IMAPITable::Advise",
        &[
            "F105-",
            "F106-",
            "A8-connection-of-table",
            "A17-IMAPITable::Advise",
        ],
    ),
    row("3.9", "IMAPITable::Unadvise", &["F106-after-unadvise"]),
    row(
        "3.9",
        "IMAPITable::GetStatus",
        &["S3.9-status", "A17-IMAPITable::GetStatus"],
    ),
    row(
        "3.9",
        "IMAPITable::SetColumns",
        &[
            "D73-",
            "D74-",
            "D81-sort-survives-columns",
            "A17-IMAPITable::SetColumns",
        ],
    ),
    row(
        "3.9",
        "IMAPITable::QueryColumns",
        &["D73-query-columns", "A17-IMAPITable::QueryColumns"],
    ),
    row(
        "3.9",
        "IMAPITable::GetRowCount",
        &["S3.9-row-count", "A17-IMAPITable::GetRowCount"],
    ),
    row(
        "3.9",
        "IMAPITable::SeekRow",
        &["D78-", "A17-IMAPITable::SeekRow"],
    ),
    row(
        "3.9",
        "IMAPITable::SeekRowApprox",
        &["D79-seek-approximately"],
    ),
    row("3.9", "IMAPITable::QueryPosition", &["D79-position"]),
    row(
        "3.9",
        "IMAPITable::FindRow",
        &["D77-", "A17-IMAPITable::FindRow"],
    ),
    row(
        "3.9",
        "IMAPITable::Restrict",
        &[
            "D75-",
            "D76-",
            "D82-",
            "D83-",
            "S3.9-",
            "A17-IMAPITable::Restrict",
        ],
    ),
    row(
        "3.9",
        "IMAPITable::CreateBookmark",
        &["D80-bookmark-works", "A17-IMAPITable::CreateBookmark"],
    ),
    row("3.9", "IMAPITable::FreeBookmark", &["D80-"]),
    row(
        "3.9",
        "IMAPITable::SortTable",
        &[
            "D81-",
            "D75-sort",
            "D76-failed-sort",
            "A17-IMAPITable::SortTable",
        ],
    ),
    row(
        "3.9",
        "IMAPITable::QuerySortOrder",
        &["D81-query-sort-order"],
    ),
    row(
        "3.9",
        "IMAPITable::QueryRows",
        &["D70-", "D71-", "D72-", "D73-", "A17-IMAPITable::QueryRows"],
    ),
    row("3.9", "IMAPITable::Abort", &["S3.9-wait-and-abort"]),
    row(
        "3.9",
        "IMAPITable::ExpandRow",
        &[
            "S3.9-expand-without-categories",
            "C61-categories",
            "A17-IMAPITable::ExpandRow",
        ],
    ),
    row(
        "3.9",
        "IMAPITable::CollapseRow",
        &["S3.9-expand-without-categories"],
    ),
    row(
        "3.9",
        "IMAPITable::WaitForCompletion",
        &["S3.9-wait-and-abort", "A17-IMAPITable::WaitForCompletion"],
    ),
    row(
        "3.9",
        "IMAPITable::GetCollapseState",
        &["S3.9-collapse-state-without"],
    ),
    row(
        "3.9",
        "IMAPITable::SetCollapseState",
        &["S3.9-collapse-state-without"],
    ),
    row(
        "3.9",
        "two tables, and one table on many threads",
        &["D86-", "A19-one-table"],
    ),
    // 3.10 to 3.12: copies, surprises, the support object.
    row("3.10", "MAPI_DECLINE_OK", &["C69-decline"]),
    row(
        "3.11",
        "what surprises: odd tags, odd ids, meaningless flags",
        &["S3.11-", "E89-hostile-ids", "D82-count"],
    ),
    row("3.12", "the slots of IMAPISupport", &["A7-"]),
    // 4: IMAPISync.
    row(
        "4.1",
        "IMAPISync::SynchronizeInBackground",
        &["F109-", "F110-", "A17-IMAPISync::"],
    ),
    row("4.2", "MAPISIB", &["F110-small-structure", "S4.4-"]),
    row(
        "4.4",
        "the event: who creates, signals and closes it",
        &["F109-returns-at-once", "F109-one-done", "F110-no-event"],
    ),
    row(
        "4.4",
        "punkCallBack missing or something else",
        &["F110-no-callback", "F110-unrelated-callback"],
    ),
    row("4.4", "a second call while one runs", &["F110-second-call"]),
    row(
        "4.4",
        "progress",
        &["F110-progress-is-sane", "F110-failing-callback"],
    ),
    row(
        "4.4",
        "shutdown during a synchronization",
        &["F110-release-during-sync"],
    ),
    row(
        "4.4",
        "threads: no lock while the callback is called",
        &["F110-store-works-during-sync"],
    ),
    row("4.4", "effects come before Done", &["F111-"]),
    // 5: properties.
    row(
        "5.1",
        "properties of the store",
        &["C56-store", "C56-special-folders", "S5.1-store-state"],
    ),
    row("5.1", "PR_STORE_SUPPORT_MASK", &["C60-", "C61-"]),
    row("5.1", "special folders that MAPI makes", &["E97-"]),
    row("5.1", "unknown properties are kept", &["C66-store-keeps"]),
    row(
        "5.2",
        "properties of folders",
        &["C56-folder", "C59-", "S5.2-", "E90-new-folder-is-generic"],
    ),
    row("5.2", "unknown properties are kept", &["C66-folder-keeps"]),
    row("5.2", "PR_ACCESS", &["C62-access-tells"]),
    row(
        "5.3",
        "properties of messages",
        &["C56-message", "S5.3-", "E95-status-column"],
    ),
    row("5.3", "properties of attachments", &["C56-attachment"]),
    row(
        "5.3",
        "properties of recipients",
        &["E98-saved-with-the-message"],
    ),
    row(
        "5.4",
        "required columns of all tables",
        &["S5.4-", "D77-instance-keys-everywhere"],
    ),
    // 7: strings, large values, names.
    row(
        "7",
        "explicit types win over MAPI_UNICODE",
        &["C41-", "D87-"],
    ),
    row(
        "7",
        "8-bit strings of a Unicode store",
        &[
            "S3.11-ansi-values",
            "E90-ansi-name",
            "E96-ansi-classes",
            "S7-body-stream",
        ],
    ),
    row(
        "7",
        "PT_UNSPECIFIED",
        &["C42-", "C50-unspecified-type", "S7-unspecified-in-set"],
    ),
    row("7", "PT_ERROR", &["C45-", "E98-null-property"]),
    row("7", "large values", &["C44-"]),
    row(
        "7",
        "multi-valued properties",
        &[
            "C66-all-multi-value-types",
            "S7-multi-valued-instances",
            "D82-multi-value",
        ],
    ),
    row(
        "7",
        "texts of all scripts",
        &["S7-odd-texts", "C61-unicode"],
    ),
    row(
        "7",
        "named properties",
        &["C63-", "C64-", "C65-", "C66-named"],
    ),
    // 8: notifications.
    row(
        "8.1",
        "kinds of events and their sources",
        &["F104-", "S8.1-"],
    ),
    row("8.1", "what OBJECT_NOTIFICATION holds", &["F107-"]),
    row(
        "8.2",
        "Subscribe, Unsubscribe and keys",
        &["F103-", "F108-"],
    ),
    row(
        "8.2",
        "Notify after the commit",
        &["F107-visible-when-notified", "F106-rows-follow"],
    ),
    row("8.3", "table events", &["F105-", "F106-", "S8.3-"]),
    row("8.3", "PR_INSTANCE_KEY", &["S3.9-instance-keys-are-unique"]),
    // 10: shutdown, threads, Outlook's interfaces.
    row(
        "10.1",
        "IMAPIProviderShutdown::QueryFastShutdown",
        &["B36-query-promises-nothing"],
    ),
    row(
        "10.1",
        "IMAPIProviderShutdown::NotifyProcessShutdown",
        &["B36-fast-shutdown"],
    ),
    row("10.1", "IMAPIProviderShutdown::DoFastShutdown", &["B36-"]),
    row("10.2", "free threading", &["A19-"]),
    row("10.2", "no lock while calling out", &["A20-"]),
    row("10.2", "panics stay inside", &["A18-"]),
    row(
        "10.2",
        "several processes open one store",
        &["F108-", "B36-killed"],
    ),
    row(
        "10.4",
        "IMSCapabilities::GetCapabilities",
        &["S10.4-capabilities"],
    ),
    row(
        "10.4",
        "IFolderSupport::GetSupportMask",
        &["S10.4-folder-support"],
    ),
    row("10.4", "IProxyStoreObject", &["S10.4-proxy-is-refused"]),
    row(
        "10.4",
        "special folders, hidden folders and switches of Outlook",
        &[
            "S10.4-additional-folders",
            "S10.4-hidden-folders",
            "S10.4-store-switches",
        ],
    ),
    row(
        "10.4",
        "interfaces without provider check",
        &["S3.3-open-nochk"],
    ),
];

const fn row(section: &'static str, about: &'static str, checks: &'static [&'static str]) -> Row {
    Row {
        section,
        about,
        checks,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conformance::{Contract, checks};

    /// The methods that a client or MAPI calls on a provider's objects.
    const METHODS: &[(&str, &str)] = &[
        ("IMSProvider", "Shutdown Logon SpoolerLogon CompareStoreIDs"),
        (
            "IMSLogon",
            "GetLastError Logoff OpenEntry CompareEntryIDs Advise Unadvise OpenStatusEntry",
        ),
        (
            "IMAPIProp",
            "GetLastError SaveChanges GetProps GetPropList OpenProperty SetProps DeleteProps CopyTo CopyProps \
             GetNamesFromIDs GetIDsFromNames",
        ),
        (
            "IMsgStore",
            "Advise Unadvise CompareEntryIDs OpenEntry SetReceiveFolder GetReceiveFolder GetReceiveFolderTable \
             StoreLogoff AbortSubmit GetOutgoingQueue SetLockState FinishedMsg NotifyNewMail",
        ),
        (
            "IMAPIFolder",
            "GetContentsTable GetHierarchyTable OpenEntry SetSearchCriteria GetSearchCriteria CreateMessage CopyMessages \
             DeleteMessages CreateFolder CopyFolder DeleteFolder SetReadFlags GetMessageStatus SetMessageStatus \
             SaveContentsSort EmptyFolder",
        ),
        (
            "IMessage",
            "GetAttachmentTable OpenAttach CreateAttach DeleteAttach GetRecipientTable ModifyRecipients SubmitMessage \
             SetReadFlag",
        ),
        (
            "IMAPITable",
            "GetLastError Advise Unadvise GetStatus SetColumns QueryColumns GetRowCount SeekRow SeekRowApprox \
             QueryPosition FindRow Restrict CreateBookmark FreeBookmark SortTable QuerySortOrder QueryRows Abort \
             ExpandRow CollapseRow WaitForCompletion GetCollapseState SetCollapseState",
        ),
        (
            "IMAPIStatus",
            "ValidateState SettingsDialog ChangePassword FlushQueues",
        ),
        (
            "IStream",
            "Read Write Seek SetSize CopyTo Commit Revert LockRegion Stat Clone",
        ),
        ("IMAPISync", "SynchronizeInBackground"),
        (
            "IMAPIProviderShutdown",
            "QueryFastShutdown NotifyProcessShutdown DoFastShutdown",
        ),
        ("IMSCapabilities", "GetCapabilities"),
        ("IFolderSupport", "GetSupportMask"),
    ];

    #[test]
    fn every_method_has_a_row() {
        for (interface, methods) in METHODS {
            for method in methods.split_whitespace() {
                let name = format!("{interface}::{method}");
                assert!(ROWS.iter().any(|row| row.about == name), "{name}");
            }
        }
    }

    #[test]
    fn every_row_has_checks() {
        let all = checks::all();
        for row in ROWS {
            assert!(!row.checks.is_empty(), "{row:?}");
            for part in row.checks {
                let known = all.iter().any(|check| check.id.starts_with(part));
                assert!(known, "{} {}: no check {part}", row.section, row.about);
            }
        }
    }

    #[test]
    fn every_section_that_a_check_cites_has_rows() {
        for check in checks::all() {
            let Contract::Section(section) = check.contract else {
                continue;
            };
            // Sections 1 and 6 are about entry points and memory, 12 about traps: numbered assertions say what they demand.
            let known = ["1.", "6", "12"]
                .iter()
                .any(|other| section.starts_with(other))
                || ROWS.iter().any(|row| row.section.starts_with(section));
            assert!(known, "{} of section {section}", check.id);
        }
    }
}
