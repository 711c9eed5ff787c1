// IMSProvider, IMSLogon and IMAPIStatus.
#include "properties.h"

void call_provider(Session &session) {
    Topic topic("IMSProvider");
    IMSProvider *provider = session.provider;
    call_unknown(provider, ids::IID_IMSProvider);

    Ref<IMAPIProviderShutdown> shutdown;
    EXPECT(S_OK, provider, QueryInterface, ids::IID_IMAPIProviderShutdown, shutdown.any());
    if (CHECK(shutdown != nullptr)) {
        call_unknown(shutdown.operator->(), ids::IID_IMSProvider);
        EXPECT(S_OK, shutdown, QueryFastShutdown);
    }

    Values values(session.store, Tags{PR_ENTRYID});
    const Bytes id = unwrapped(bytes_of(values[PR_ENTRYID]));
    Bytes other = id;
    other.back() ^= 0xFF;
    ULONG result = 7;
    EXPECT(S_OK, provider, CompareStoreIDs, ULONG(id.size()), entry_id(id), ULONG(id.size()), entry_id(id), 0, &result);
    CHECK(result == TRUE);
    result = 7;
    EXPECT(S_OK, provider, CompareStoreIDs, ULONG(id.size()), entry_id(id), ULONG(other.size()), entry_id(other), 0,
           &result);
    CHECK(result == FALSE);

    // The same store again: the same object, and no second logon object.
    Ref<IMSLogon> logon;
    Ref<IMsgStore> store;
    Block<MAPIERROR> error;
    const ULONG supports = session.support->count();
    EXPECT(S_OK, provider, Logon, session.support, 0, nullptr, ULONG(id.size()), entry_id(id), MDB_WRITE, nullptr,
           nullptr, nullptr, error.out(), logon.out(), store.out());
    CHECK(store == session.store && logon == nullptr);
    CHECK(session.support->count() == supports);
    EXPECT(MAPI_E_INTERFACE_NOT_SUPPORTED, provider, Logon, session.support, 0, nullptr, ULONG(id.size()), entry_id(id),
           MDB_WRITE, &ids::IID_IMAPIFolder, nullptr, nullptr, error.out(), logon.out(), store.out());
    store.reset();

    // The spooler gets a store of its own, or none of a store that has no business with it.
    const HRESULT spooled = CALL(provider, SpoolerLogon, session.support, 0, nullptr, ULONG(id.size()), entry_id(id),
                                 MDB_WRITE, nullptr, 0, nullptr, error.out(), logon.out(), store.out());
    if (spooled == HRESULT(MAPI_E_NO_SUPPORT)) {
        CHECK(!(session.mask & STORE_SUBMIT_OK) && !store && !logon);
    } else if (expect(S_OK, spooled, "provider->SpoolerLogon") && CHECK(store && logon)) {
        CHECK(store != session.store);
        CHECK(session.support->count() == supports + 1);
        CHECK(store.reset() == 0);
        CHECK(session.support->transport_logoffs.size() == 1);
        session.support->transport_logoffs.clear();
        CHECK(session.support->count() == supports);
        CHECK(logon.reset() == 0);
    }
}

void call_logon(Session &session) {
    Topic topic("IMSLogon");
    IMSLogon *logon = session.logon;
    call_unknown(logon, ids::IID_IMSLogon);

    Ref<IMAPIFolder> root;
    ULONG type = 0;
    EXPECT(S_OK, logon, OpenEntry, 0, nullptr, nullptr, 0, &type, root.unknown());
    CHECK(type == MAPI_FOLDER && root != nullptr);
    const Bytes root_id = binary(root, PR_ENTRYID);
    ULONG result = 7;
    EXPECT(S_OK, logon, CompareEntryIDs, ULONG(root_id.size()), entry_id(root_id), ULONG(session.folder_id.size()),
           entry_id(session.folder_id), 0, &result);
    CHECK(result == FALSE);
    result = 7;
    EXPECT(S_OK, logon, CompareEntryIDs, ULONG(root_id.size()), entry_id(root_id), ULONG(root_id.size()),
           entry_id(root_id), 0, &result);
    CHECK(result == TRUE);

    Block<MAPIERROR> error;
    EXPECT(S_OK, logon, GetLastError, MAPI_E_NOT_FOUND, MAPI_UNICODE, error.out());

    // All eight bytes of a connection arrive, and nothing else is written.
    Ref<Sink> sink(new Sink);
    ULONG_PTR places[2] = {~ULONG_PTR(0), ~ULONG_PTR(0)};
    EXPECT(S_OK, logon, Advise, ULONG(session.folder_id.size()), entry_id(session.folder_id), fnevObjectModified, sink,
           &places[0]);
    CHECK(places[0] != ~ULONG_PTR(0) && places[1] == ~ULONG_PTR(0));
    CHECK(session.support->subscriptions() == 1);
    CHECK(sink->count() == 2);
    SPropValue comment = text_value(PR_COMMENT, L"seen through the logon object");
    expect(S_OK, session.folder->SetProps(1, &comment, nullptr), "SetProps");
    if (CHECK(sink->of(fnevObjectModified).size() == 1)) {
        CHECK(sink->of(fnevObjectModified)[0].entry_id == session.folder_id);
        CHECK(sink->of(fnevObjectModified)[0].object_type == MAPI_FOLDER);
    }
    EXPECT(S_OK, logon, Unadvise, places[0]);
    CHECK(session.support->subscriptions() == 0);
    CHECK(sink->count() == 1);
    EXPECT(MAPI_E_NOT_FOUND, logon, Unadvise, places[0]);
}

void call_status(Session &session) {
    Topic topic("IMAPIStatus");
    Ref<IMAPIStatus> status;
    ULONG type = 0;
    EXPECT(S_OK, session.logon, OpenStatusEntry, nullptr, 0, &type, status.any());
    CHECK(type == MAPI_STATUS);
    if (!CHECK(status != nullptr)) return;
    IMAPIStatus *object = status;
    call_unknown(object, ids::IID_IMAPIProp);
    call_reading(object, {MAPI_STATUS, false, session.record_key});

    // Nothing in it can be changed or copied.
    SPropValue comment = text_value(PR_COMMENT, L"not kept");
    Block<SPropProblemArray> problems;
    EXPECT(MAPI_E_NO_ACCESS, object, SetProps, 1, &comment, problems.out());
    EXPECT(MAPI_E_NO_ACCESS, object, DeleteProps, Tags{PR_DISPLAY_NAME}, problems.out());
    EXPECT(S_OK, object, SaveChanges, 0);
    Ref<Bag> bag(new Bag);
    EXPECT(MAPI_E_NO_SUPPORT, object, CopyTo, 0, nullptr, nullptr, 0, nullptr, &ids::IID_IMAPIProp,
           static_cast<IMAPIProp *>(bag), 0, problems.out());
    EXPECT(MAPI_E_NO_SUPPORT, object, CopyProps, Tags{PR_DISPLAY_NAME}, 0, nullptr, &ids::IID_IMAPIProp,
           static_cast<IMAPIProp *>(bag), 0, problems.out());
    Ref<IStream> stream;
    EXPECT(MAPI_E_NOT_FOUND, object, OpenProperty, PR_WITNESS_BYTES, &IID_IStream, 0, 0, stream.unknown());

    EXPECT(S_OK, object, ValidateState, 0, SUPPRESS_UI);
    EXPECT(MAPI_E_UNKNOWN_FLAGS, object, ValidateState, 0, 0x40000000);
    EXPECT(MAPI_E_NO_SUPPORT, object, SettingsDialog, 0, UI_READONLY);
    WCHAR password[] = L"";
    EXPECT(MAPI_E_NO_SUPPORT, object, ChangePassword, password, password, MAPI_UNICODE);
    EXPECT(MAPI_E_NO_SUPPORT, object, FlushQueues, 0, 0, nullptr, FLUSH_DOWNLOAD);
}
