// IMsgStore and what comes with it.
#include "properties.h"

namespace {

void receive_folders(Session &session) {
    IMsgStore *store = session.store;
    WCHAR message_class[] = L"IPM.Witness", longer[] = L"IPM.Witness.More";
    EXPECT(S_OK, store, SetReceiveFolder, message_class, MAPI_UNICODE, ULONG(session.folder_id.size()),
           entry_id(session.folder_id));
    ULONG size = 0;
    Block<ENTRYID> id;
    Block<WCHAR> explicit_class;
    EXPECT(S_OK, store, GetReceiveFolder, longer, MAPI_UNICODE, &size, id.out(), explicit_class.out());
    if (CHECK(id && explicit_class)) {
        CHECK(wcscmp(explicit_class.get(), message_class) == 0);
        ULONG result = 7;
        EXPECT(S_OK, store, CompareEntryIDs, size, id.get(), ULONG(session.folder_id.size()),
               entry_id(session.folder_id), 0, &result);
        CHECK(result == TRUE);
    }
    Ref<IMAPITable> table;
    EXPECT(S_OK, store, GetReceiveFolderTable, MAPI_UNICODE, table.out());
    ULONG rows = 0;
    if (CHECK(table != nullptr)) EXPECT(S_OK, table, GetRowCount, 0, &rows);
    CHECK(rows >= 2);
    EXPECT(S_OK, store, SetReceiveFolder, message_class, MAPI_UNICODE, 0, nullptr);
}

// A store that does not send refuses; one that does keeps the queue for the spooler.
void outgoing(Session &session) {
    IMsgStore *store = session.store;
    const bool sends = session.mask & STORE_SUBMIT_OK;
    const Bytes id = make_message(session.folder, L"never sent");
    EXPECT(sends ? MAPI_E_NOT_IN_QUEUE : MAPI_E_NO_SUPPORT, store, AbortSubmit, ULONG(id.size()), entry_id(id), 0);
    Ref<IMAPITable> queue;
    EXPECT(MAPI_E_NO_SUPPORT, store, GetOutgoingQueue, 0, queue.out());
    CHECK(queue == nullptr);
    Ref<IMessage> message;
    ULONG type = 0;
    EXPECT(S_OK, store, OpenEntry, ULONG(id.size()), entry_id(id), nullptr, MAPI_MODIFY, &type, message.unknown());
    CHECK(type == MAPI_MESSAGE);
    EXPECT(MAPI_E_NO_SUPPORT, store, SetLockState, message, MSG_LOCKED);
    EXPECT(MAPI_E_NO_SUPPORT, store, FinishedMsg, 0, ULONG(id.size()), entry_id(id));
    NOTIFICATION mail = {};
    mail.ulEventType = fnevNewMail;
    EXPECT(MAPI_E_NO_SUPPORT, store, NotifyNewMail, &mail);
    message.reset();
    EntryList list(id);
    EXPECT(S_OK, session.folder, DeleteMessages, &list, 0, nullptr, 0);
}

void events(Session &session) {
    IMsgStore *store = session.store;
    Ref<Sink> sink(new Sink);
    ULONG_PTR places[2] = {~ULONG_PTR(0), ~ULONG_PTR(0)};
    EXPECT(S_OK, store, Advise, 0, nullptr, fnevObjectCreated | fnevObjectDeleted, sink, &places[0]);
    CHECK(places[0] != ~ULONG_PTR(0) && places[1] == ~ULONG_PTR(0));
    const Bytes id = make_message(session.folder, L"noticed");
    if (CHECK(sink->of(fnevObjectCreated).size() == 1)) {
        const Sink::Event event = sink->of(fnevObjectCreated)[0];
        CHECK(event.entry_id == id && event.object_type == MAPI_MESSAGE && event.parent == session.folder_id);
    }
    EntryList list(id);
    EXPECT(S_OK, session.folder, DeleteMessages, &list, 0, nullptr, 0);
    if (CHECK(sink->of(fnevObjectDeleted).size() == 1)) CHECK(sink->of(fnevObjectDeleted)[0].entry_id == id);
    EXPECT(S_OK, store, Unadvise, places[0]);
    EXPECT(MAPI_E_NOT_FOUND, store, Unadvise, places[0]);
    sink->clear();
    EntryList second(make_message(session.folder, L"unnoticed"));
    CHECK(sink->of(fnevObjectCreated).empty());
    EXPECT(S_OK, session.folder, EmptyFolder, 0, nullptr, 0);
    CHECK(sink->count() == 1);
}

}  // namespace

void call_store(Session &session) {
    Topic topic("IMsgStore");
    IMsgStore *store = session.store;
    const Traits traits = {MAPI_STORE, true, session.record_key};
    call_unknown(store, ids::IID_IMAPIProp);
    call_reading(store, traits);
    call_writing(session, store);

    ULONG type = 0;
    Ref<IMAPIFolder> root;
    EXPECT(S_OK, store, OpenEntry, 0, nullptr, &ids::IID_IMAPIFolder, 0, &type, root.unknown());
    CHECK(type == MAPI_FOLDER);
    ULONG result = 7;
    const Bytes root_id = binary(root, PR_ENTRYID);
    EXPECT(S_OK, store, CompareEntryIDs, ULONG(root_id.size()), entry_id(root_id), ULONG(session.folder_id.size()),
           entry_id(session.folder_id), 0, &result);
    CHECK(result == FALSE);
    BYTE foreign[24] = {0, 0, 0, 0, 'f'};
    EXPECT(MAPI_E_UNKNOWN_ENTRYID, store, OpenEntry, sizeof foreign, reinterpret_cast<LPENTRYID>(foreign), nullptr, 0,
           &type, root.unknown());

    receive_folders(session);
    outgoing(session);
    events(session);

    Ref<IMSCapabilities> capabilities;
    if (SUCCEEDED(store->QueryInterface(ids::IID_IMSCapabilities, capabilities.any()))) {
        CHECK(CALL(capabilities, GetCapabilities, 2) == 1);
        CHECK(CALL(capabilities, GetCapabilities, 3) == 0);
    }
}
