// IMAPISync as Outlook uses it: a callback, an event, and a wait.
#include "session.h"

#include <atomic>

namespace {

class Callback : public Object<IMAPISyncProgressCallback> {
  public:
    std::atomic<int> progress = 0, done = 0;
    std::atomic<HANDLE> event = nullptr;
    std::atomic<HRESULT> code = MAPI_E_CALL_FAILED;

    HRESULT STDMETHODCALLTYPE Progress(const WCHAR *, ULONG index, ULONG maximum) override {
        reached("IMAPISyncProgressCallback", __func__);
        if (index > maximum || maximum < 1 || done > 0) check(false, "Progress(%lu, %lu)", index, maximum);
        progress++;
        return S_OK;
    }
    HRESULT STDMETHODCALLTYPE Error(HRESULT error, const WCHAR *text) override {
        reached("IMAPISyncProgressCallback", __func__);
        check(false, "Error(%08lX, %ls)", (unsigned long)error, text ? text : L"NULL");
        return S_OK;
    }
    HRESULT STDMETHODCALLTYPE Done(HANDLE handle, HRESULT result) override {
        reached("IMAPISyncProgressCallback", __func__);
        event = handle, code = result;
        done++;
        return S_OK;
    }

  protected:
    bool answers(REFIID iid) override { return iid == ids::IID_IMAPISyncProgressCallback || iid == IID_IUnknown; }
};

}  // namespace

void synchronize(Session &session) {
    Topic topic("IMAPISync");
    Ref<IMAPISync> held;
    EXPECT(S_OK, session.store, QueryInterface, ids::IID_IMAPISync, held.any());
    if (!CHECK(held != nullptr)) return;
    IMAPISync *sync = held;
    reached("IMAPISync", "AddRef");
    reached("IMAPISync", "Release");
    sync->AddRef();
    sync->Release();
    Ref<IMsgStore> store;
    EXPECT(S_OK, sync, QueryInterface, ids::IID_IMsgStore, store.any());
    CHECK(store == session.store);
    store.reset();

    EXPECT(MAPI_E_INVALID_PARAMETER, sync, SynchronizeInBackground, nullptr);
    Ref<Callback> callback(new Callback);
    HANDLE event = nullptr;
    const ULONG directions =
        SYNC_UPLOAD_HIERARCHY | SYNC_DOWNLOAD_HIERARCHY | SYNC_UPLOAD_CONTENTS | SYNC_DOWNLOAD_CONTENTS;
    MAPISIB sib = {sizeof(MAPISIB), directions, nullptr, callback, &event};
    EXPECT(S_OK, sync, SynchronizeInBackground, &sib);
    if (!CHECK(event != nullptr)) return;
    CHECK(WaitForSingleObject(event, 120000) == WAIT_OBJECT_0);
    CHECK(callback->done == 1 && callback->progress >= 1);
    CHECK(callback->event == event);
    expect(S_OK, callback->code, "the synchronization");
    CHECK(CloseHandle(event));
    // The worker gives the callback back shortly after.
    for (int i = 0; i < 100 && callback->count() > 1; i++) Sleep(20);
    CHECK(callback->count() == 1);
    held.reset();

    // What came is in the receive folder.
    ULONG size = 0, type = 0;
    Block<ENTRYID> id;
    EXPECT(S_OK, session.store, GetReceiveFolder, nullptr, 0, &size, id.out(), nullptr);
    Ref<IMAPIFolder> inbox;
    EXPECT(S_OK, session.store, OpenEntry, size, id.get(), nullptr, 0, &type, inbox.unknown());
    if (CHECK(inbox != nullptr)) CHECK(count_messages(inbox) > 0);
}
