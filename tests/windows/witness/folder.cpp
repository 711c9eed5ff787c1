// IMAPIFolder and IMAPIContainer.
#include "properties.h"

namespace {

void containers(Session &session) {
    Ref<IMAPIContainer> container;
    EXPECT(S_OK, session.folder, QueryInterface, ids::IID_IMAPIContainer, container.any());
    if (!CHECK(container != nullptr)) return;
    IMAPIContainer *object = container;
    const Traits traits = {MAPI_FOLDER, true, session.record_key};
    call_unknown(object, ids::IID_IMAPIFolder);
    call_reading(object, traits);
    call_writing(session, object);
    Ref<IMAPITable> contents, hierarchy;
    EXPECT(S_OK, object, GetContentsTable, 0, contents.out());
    EXPECT(S_OK, object, GetHierarchyTable, 0, hierarchy.out());
    ULONG type = 0;
    Ref<IMAPIFolder> again;
    EXPECT(S_OK, object, OpenEntry, ULONG(session.folder_id.size()), entry_id(session.folder_id), nullptr, 0, &type,
           again.unknown());
    CHECK(type == MAPI_FOLDER && binary(again, PR_ENTRYID) == session.folder_id);
    // A folder that is none for searches has no criteria.
    Block<SRestriction> restriction;
    Block<ENTRYLIST> list;
    ULONG state = 7;
    EXPECT(MAPI_E_NO_SUPPORT, object, SetSearchCriteria, nullptr, nullptr, STOP_SEARCH);
    EXPECT(MAPI_E_NO_SUPPORT, object, GetSearchCriteria, 0, restriction.out(), list.out(), &state);
    CHECK(!restriction && !list);
}

void subfolders(Session &session) {
    IMAPIFolder *folder = session.folder;
    WCHAR name[] = L"Sub \x00DF", other[] = L"Moved", comment[] = L"about it";
    Ref<IMAPIFolder> sub, target, again;
    EXPECT(S_OK, folder, CreateFolder, FOLDER_GENERIC, name, comment, &ids::IID_IMAPIFolder, MAPI_UNICODE, sub.out());
    if (!CHECK(sub != nullptr)) return;
    {
        Values values(sub, Tags{PR_DISPLAY_NAME, PR_COMMENT, PR_FOLDER_TYPE, PR_PARENT_ENTRYID});
        CHECK(same_text(values[PR_DISPLAY_NAME], name) && same_text(values[PR_COMMENT], comment));
        CHECK(values[PR_FOLDER_TYPE].Value.ul == FOLDER_GENERIC);
        CHECK(bytes_of(values[PR_PARENT_ENTRYID]) == session.folder_id);
    }
    const Bytes id = binary(sub, PR_ENTRYID);
    EXPECT(MAPI_E_COLLISION, folder, CreateFolder, FOLDER_GENERIC, name, nullptr, nullptr, MAPI_UNICODE, again.out());
    EXPECT(S_OK, folder, CreateFolder, FOLDER_GENERIC, other, nullptr, nullptr, MAPI_UNICODE, target.out());

    Ref<IMAPITable> hierarchy;
    ULONG rows = 0;
    EXPECT(S_OK, folder, GetHierarchyTable, MAPI_UNICODE, hierarchy.out());
    if (CHECK(hierarchy != nullptr)) EXPECT(S_OK, hierarchy, GetRowCount, 0, &rows);
    CHECK(rows == 2);

    // A copy under another name inside of the store, and one for a folder of another provider.
    EXPECT(S_OK, folder, CopyFolder, ULONG(id.size()), entry_id(id), &ids::IID_IMAPIFolder,
           static_cast<IMAPIFolder *>(target), name, 0, nullptr, MAPI_UNICODE);
    hierarchy.reset();
    EXPECT(S_OK, target, GetHierarchyTable, MAPI_UNICODE, hierarchy.out());
    rows = 0;
    if (CHECK(hierarchy != nullptr)) EXPECT(S_OK, hierarchy, GetRowCount, 0, &rows);
    CHECK(rows == 1);

    Ref<ForeignFolder> foreign(new ForeignFolder);
    Ref<ProgressDisplay> display(new ProgressDisplay);
    session.support->left.clear();
    const ULONG_PTR window = ULONG_PTR(~0ull / 3);
    EXPECT(MAPI_E_COLLISION, folder, CopyFolder, ULONG(id.size()), entry_id(id), &ids::IID_IMAPIFolder,
           static_cast<IMAPIFolder *>(foreign), other, window, display, MAPI_UNICODE | COPY_SUBFOLDERS | FOLDER_DIALOG);
    if (CHECK(session.support->left.size() == 1)) {
        const Support::Left &left = session.support->left[0];
        CHECK(left.source_iid == ids::IID_IMAPIFolder && left.source == folder);
        CHECK(left.destination_iid == ids::IID_IMAPIFolder && left.destination == static_cast<IMAPIFolder *>(foreign));
        CHECK(left.entry_id == id && left.name == other);
        CHECK(left.window == window && left.progress == static_cast<IMAPIProgress *>(display));
        CHECK(left.flags == (MAPI_UNICODE | COPY_SUBFOLDERS | FOLDER_DIALOG));
    }
    CHECK(foreign->count() == 1 && display->count() == 1);

    // Not empty, so not without the flags; then with a display of MAPI's.
    const Bytes target_id = binary(target, PR_ENTRYID);
    sub.reset(), target.reset(), hierarchy.reset();
    EXPECT(MAPI_E_HAS_FOLDERS, folder, DeleteFolder, ULONG(target_id.size()), entry_id(target_id), 0, nullptr, 0);
    session.support->display = display;
    EXPECT(S_OK, folder, DeleteFolder, ULONG(target_id.size()), entry_id(target_id), 0, nullptr,
           DEL_FOLDERS | DEL_MESSAGES | FOLDER_DIALOG);
    session.support->display = nullptr;
    CHECK(display->total > 0 && display->done == display->total);
    display->top_level = false;
    EXPECT(S_OK, folder, DeleteFolder, ULONG(id.size()), entry_id(id), 0, display, FOLDER_DIALOG);
    CHECK(display->value == 700);
    ULONG type = 0;
    EXPECT(MAPI_E_NOT_FOUND, folder, OpenEntry, ULONG(id.size()), entry_id(id), nullptr, 0, &type, sub.unknown());
}

void messages(Session &session) {
    IMAPIFolder *folder = session.folder;
    const Bytes id = make_message(folder, L"to be copied");
    EntryList list(id);
    ULONG status = 7;
    EXPECT(S_OK, folder, GetMessageStatus, ULONG(id.size()), entry_id(id), 0, &status);
    CHECK(status == 0);
    EXPECT(S_OK, folder, SetMessageStatus, ULONG(id.size()), entry_id(id), 0xFF, MSGSTATUS_TAGGED, &status);
    CHECK(status == 0);
    EXPECT(S_OK, folder, GetMessageStatus, ULONG(id.size()), entry_id(id), 0, &status);
    CHECK(status == MSGSTATUS_TAGGED);

    Ref<IMessage> message;
    ULONG type = 0;
    auto flags = [&] {
        message.reset();
        EXPECT(S_OK, folder, OpenEntry, ULONG(id.size()), entry_id(id), &ids::IID_IMessage, 0, &type,
               message.unknown());
        Values values(message, Tags{PR_MESSAGE_FLAGS});
        return values[PR_MESSAGE_FLAGS].Value.ul;
    };
    EXPECT(S_OK, folder, SetReadFlags, &list, 0, nullptr, CLEAR_READ_FLAG);
    CHECK((flags() & MSGFLAG_READ) == 0);
    EXPECT(S_OK, folder, SetReadFlags, &list, 0, nullptr, 0);
    CHECK((flags() & MSGFLAG_READ) != 0);
    message.reset();

    WCHAR name[] = L"Target";
    Ref<IMAPIFolder> target;
    EXPECT(S_OK, folder, CreateFolder, FOLDER_GENERIC, name, nullptr, nullptr, MAPI_UNICODE, target.out());
    EXPECT(S_OK, folder, CopyMessages, &list, nullptr, static_cast<IMAPIFolder *>(target), 0, nullptr, 0);
    CHECK(count_messages(folder) == 1 && count_messages(target) == 1);
    EXPECT(S_OK, folder, CopyMessages, &list, &ids::IID_IMAPIFolder, static_cast<IMAPIFolder *>(target), 0, nullptr,
           MESSAGE_MOVE);
    CHECK(count_messages(folder) == 0 && count_messages(target) == 2);

    const Bytes other = make_message(folder, L"for another store");
    EntryList others(other);
    Ref<ForeignFolder> foreign(new ForeignFolder);
    session.support->left.clear();
    EXPECT(MAPI_W_PARTIAL_COMPLETION, folder, CopyMessages, &others, &ids::IID_IMAPIFolder,
           static_cast<IMAPIFolder *>(foreign), 0x4321, nullptr, 0);
    if (CHECK(session.support->left.size() == 1)) {
        const Support::Left &left = session.support->left[0];
        CHECK(left.source_iid == ids::IID_IMAPIFolder && left.source == folder);
        CHECK(left.destination_iid == ids::IID_IMAPIFolder && left.destination == static_cast<IMAPIFolder *>(foreign));
        CHECK(left.messages && left.messages->cValues == 1 && left.window == 0x4321 && left.flags == 0);
    }
    EXPECT(S_OK, folder, DeleteMessages, &others, 0, nullptr, 0);
    CHECK(count_messages(folder) == 0);
    EXPECT(S_OK, target, EmptyFolder, 0, nullptr, 0);
    CHECK(count_messages(target) == 0);
    const Bytes target_id = binary(target, PR_ENTRYID);
    target.reset();
    EXPECT(S_OK, folder, DeleteFolder, ULONG(target_id.size()), entry_id(target_id), 0, nullptr, 0);
}

}  // namespace

void call_folder(Session &session) {
    Topic topic("IMAPIFolder");
    IMAPIFolder *folder = session.folder;
    const Traits traits = {MAPI_FOLDER, true, session.record_key};
    call_unknown(folder, ids::IID_IMAPIProp);
    call_reading(folder, traits);
    call_writing(session, folder);
    containers(session);
    subfolders(session);
    messages(session);

    SizedSSortOrderSet(1, order) = {1, 0, 0, {{PR_SUBJECT, TABLE_SORT_DESCEND}}};
    EXPECT(S_OK, folder, SaveContentsSort, reinterpret_cast<LPSSortOrderSet>(&order), 0);
    Ref<IMAPITable> table;
    EXPECT(S_OK, folder, GetContentsTable, MAPI_UNICODE, table.out());
    Block<SSortOrderSet> kept;
    if (CHECK(table != nullptr)) EXPECT(S_OK, table, QuerySortOrder, kept.out());
    if (CHECK(bool(kept))) {
        CHECK(kept->cSorts == 1 && kept->aSort[0].ulPropTag == PR_SUBJECT);
        CHECK(kept->aSort[0].ulOrder == TABLE_SORT_DESCEND);
    }
    // Two of the same interface's methods that only the mask tells apart.
    EXPECT(MAPI_E_NO_SUPPORT, folder, SetSearchCriteria, nullptr, nullptr, STOP_SEARCH);
    Block<SRestriction> restriction;
    Block<ENTRYLIST> list;
    ULONG state = 7;
    EXPECT(MAPI_E_NO_SUPPORT, folder, GetSearchCriteria, 0, restriction.out(), list.out(), &state);

    Ref<IFolderSupport> sharing;
    if (SUCCEEDED(folder->QueryInterface(ids::IID_IFolderSupport, sharing.any()))) {
        DWORD supports = 7;
        EXPECT(S_OK, sharing, GetSupportMask, &supports);
        CHECK(supports <= 1);
    }
}
