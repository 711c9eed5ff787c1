#include "support.h"

#include "check.h"

#include <algorithm>
#include <cstring>

namespace {

CRITICAL_SECTION guard;
const bool ready = (InitializeCriticalSection(&guard), true);

struct Locked {
    Locked() { EnterCriticalSection(&guard); }
    ~Locked() { LeaveCriticalSection(&guard); }
};

Bytes copy(ULONG size, const void *start) {
    const BYTE *bytes = static_cast<const BYTE *>(start);
    return bytes ? Bytes(bytes, bytes + size) : Bytes();
}

Bytes key_bytes(LPNOTIFKEY key) { return copy(key->cb, key->ab); }

constexpr BYTE wrapping[] = {0,   0,   0,   0,   'w', 'r', 'a', 'p', 'p', 'e',
                             'd', ' ', 's', 't', 'o', 'r', 'e', ' ', 'i', 'd'};

}  // namespace

Bytes unwrapped(const Bytes &wrapped) {
    const size_t size = sizeof wrapping;
    if (wrapped.size() < size || memcmp(wrapped.data(), wrapping, size) != 0) return {};
    return Bytes(wrapped.begin() + size, wrapped.end());
}

// -- sink and progress --------------------------------------------------------------------------------------------

std::vector<Sink::Event> Sink::of(ULONG type) {
    Locked locked;
    std::vector<Event> found;
    for (const Event &event : events)
        if (event.type == type) found.push_back(event);
    return found;
}

void Sink::clear() {
    Locked locked;
    events.clear();
}

ULONG STDMETHODCALLTYPE Sink::OnNotify(ULONG count, LPNOTIFICATION notifications) {
    reached("IMAPIAdviseSink", "OnNotify");
    Locked locked;
    for (ULONG i = 0; i < count; i++) {
        const NOTIFICATION &from = notifications[i];
        Event event;
        event.type = from.ulEventType;
        if (from.ulEventType == fnevTableModified) {
            const TABLE_NOTIFICATION &tab = from.info.tab;
            event.table_event = tab.ulTableEvent;
            event.index = Stored(tab.propIndex);
            event.prior = Stored(tab.propPrior);
            event.columns = tab.row.cValues;
        } else if (from.ulEventType == fnevNewMail) {
            event.entry_id = copy(from.info.newmail.cbEntryID, from.info.newmail.lpEntryID);
            event.parent = copy(from.info.newmail.cbParentID, from.info.newmail.lpParentID);
        } else {
            const OBJECT_NOTIFICATION &obj = from.info.obj;
            event.object_type = obj.ulObjType;
            event.entry_id = copy(obj.cbEntryID, obj.lpEntryID);
            event.parent = copy(obj.cbParentID, obj.lpParentID);
            event.old_entry_id = copy(obj.cbOldID, obj.lpOldID);
            event.old_parent = copy(obj.cbOldParentID, obj.lpOldParentID);
        }
        events.push_back(event);
    }
    return S_OK;
}

HRESULT STDMETHODCALLTYPE ProgressDisplay::Progress(ULONG value, ULONG count, ULONG total) {
    reached("IMAPIProgress", __func__);
    if (count > total) check(false, "Progress says %lu of %lu", count, total);
    this->value = value, done = count, this->total = total;
    return S_OK;
}

HRESULT STDMETHODCALLTYPE ProgressDisplay::GetFlags(ULONG *flags) {
    reached("IMAPIProgress", __func__);
    *flags = top_level ? MAPI_TOP_LEVEL : 0;
    return S_OK;
}

HRESULT STDMETHODCALLTYPE ProgressDisplay::GetMax(ULONG *maximum) {
    reached("IMAPIProgress", __func__);
    *maximum = 700;
    return S_OK;
}

HRESULT STDMETHODCALLTYPE ProgressDisplay::GetMin(ULONG *minimum) {
    reached("IMAPIProgress", __func__);
    *minimum = 300;
    return S_OK;
}

HRESULT STDMETHODCALLTYPE ProgressDisplay::SetLimits(LPULONG minimum, LPULONG maximum, LPULONG) {
    reached("IMAPIProgress", __func__);
    if (minimum && maximum && *minimum > *maximum) check(false, "SetLimits(%lu, %lu)", *minimum, *maximum);
    return S_OK;
}

// -- support ------------------------------------------------------------------------------------------------------

#define REACHED() reached("IMAPISupport", __func__)

size_t Support::subscriptions() {
    Locked locked;
    return table.size();
}

HRESULT STDMETHODCALLTYPE Support::GetMemAllocRoutines(LPALLOCATEBUFFER *allocate, LPALLOCATEMORE *more,
                                                       LPFREEBUFFER *free) {
    REACHED();
    *allocate = memory->allocate;
    *more = memory->more;
    *free = memory->free;
    return S_OK;
}

HRESULT STDMETHODCALLTYPE Support::Subscribe(LPNOTIFKEY key, ULONG mask, ULONG flags, LPMAPIADVISESINK sink,
                                             ULONG_PTR *connection) {
    REACHED();
    CHECK(flags == 0);
    Locked locked;
    Subscription &made = table[next];
    made.key = key_bytes(key);
    made.mask = mask;
    sink->AddRef();
    *made.sink.out() = sink;
    *connection = next++;
    return S_OK;
}

HRESULT STDMETHODCALLTYPE Support::Unsubscribe(ULONG_PTR connection) {
    REACHED();
    Locked locked;
    return table.erase(connection) == 1 ? S_OK : MAPI_E_NOT_FOUND;
}

HRESULT STDMETHODCALLTYPE Support::Notify(LPNOTIFKEY key, ULONG count, LPNOTIFICATION notifications, ULONG *flags) {
    REACHED();
    const Bytes bytes = key_bytes(key);
    std::vector<std::pair<IMAPIAdviseSink *, ULONG>> sinks;
    {
        Locked locked;
        for (auto &[connection, subscription] : table) {
            if (subscription.key != bytes) continue;
            subscription.sink->AddRef();
            sinks.emplace_back(subscription.sink, subscription.mask);
        }
    }
    for (auto [sink, mask] : sinks) {
        for (ULONG i = 0; i < count; i++)
            if (notifications[i].ulEventType & mask) sink->OnNotify(1, notifications + i);
        sink->Release();
    }
    *flags = 0;
    return S_OK;
}

HRESULT STDMETHODCALLTYPE Support::ModifyStatusRow(ULONG count, LPSPropValue values, ULONG flags) {
    REACHED();
    if (!(flags & STATUSROW_UPDATE)) status_row.clear();
    for (ULONG i = 0; i < count; i++) status_row[values[i].ulPropTag] = Stored(values[i]);
    return S_OK;
}

HRESULT STDMETHODCALLTYPE Support::OpenProfileSection(LPMAPIUID uid, ULONG flags, LPPROFSECT *out) {
    REACHED();
    CHECK(uid == nullptr);
    CHECK((flags & ~MAPI_MODIFY) == 0);
    section->AddRef();
    *out = section;
    return S_OK;
}

HRESULT STDMETHODCALLTYPE Support::NewUID(LPMAPIUID uid) {
    REACHED();
    return CoCreateGuid(reinterpret_cast<GUID *>(uid));
}

HRESULT STDMETHODCALLTYPE Support::SpoolerNotify(ULONG flags, LPVOID data) {
    REACHED();
    CHECK(data == nullptr);
    spooler_flags.push_back(flags);
    return S_OK;
}

HRESULT STDMETHODCALLTYPE Support::SetProviderUID(LPMAPIUID uid, ULONG flags) {
    REACHED();
    CHECK(flags == 0);
    provider_uids.push_back(*uid);
    return S_OK;
}

HRESULT STDMETHODCALLTYPE Support::CopyMessages(LPCIID source_iid, LPVOID source, LPENTRYLIST messages,
                                                LPCIID destination_iid, LPVOID destination, ULONG_PTR window,
                                                LPMAPIPROGRESS progress, ULONG flags) {
    REACHED();
    left.push_back({*source_iid, *destination_iid, source, destination, messages, {}, {}, window, progress, flags});
    return MAPI_W_PARTIAL_COMPLETION;
}

HRESULT STDMETHODCALLTYPE Support::CopyFolder(LPCIID source_iid, LPVOID source, ULONG size, LPENTRYID entry_id,
                                              LPCIID destination_iid, LPVOID destination, LPTSTR name, ULONG_PTR window,
                                              LPMAPIPROGRESS progress, ULONG flags) {
    REACHED();
    left.push_back({*source_iid, *destination_iid, source, destination, nullptr, copy(size, entry_id), name, window,
                    progress, flags});
    return MAPI_E_COLLISION;
}

HRESULT STDMETHODCALLTYPE Support::DoCopyTo(LPCIID source_iid, LPVOID source, ULONG, LPCIID, LPSPropTagArray excluded,
                                            ULONG_PTR window, LPMAPIPROGRESS progress, LPCIID destination_iid,
                                            LPVOID destination, ULONG flags, LPSPropProblemArray *problems) {
    REACHED();
    left.push_back({*source_iid, *destination_iid, source, destination, nullptr, {}, {}, window, progress, flags});
    ULONG count = 0;
    Block<SPropValue> values;
    IMAPIProp *from = static_cast<IMAPIProp *>(source);
    const HRESULT code = from->GetProps(nullptr, MAPI_UNICODE, &count, values.out());
    if (FAILED(code)) return code;
    for (ULONG i = 0; i < count; i++)
        for (ULONG j = 0; excluded && j < excluded->cValues; j++)
            if (values.get()[i].ulPropTag >> 16 == excluded->aulPropTag[j] >> 16) values.get()[i].ulPropTag = PR_NULL;
    return static_cast<IMAPIProp *>(destination)->SetProps(count, values.get(), problems);
}

HRESULT STDMETHODCALLTYPE Support::DoCopyProps(LPCIID source_iid, LPVOID source, LPSPropTagArray included,
                                               ULONG_PTR window, LPMAPIPROGRESS progress, LPCIID destination_iid,
                                               LPVOID destination, ULONG flags, LPSPropProblemArray *problems) {
    REACHED();
    left.push_back({*source_iid, *destination_iid, source, destination, nullptr, {}, {}, window, progress, flags});
    ULONG count = 0;
    Block<SPropValue> values;
    const HRESULT code = static_cast<IMAPIProp *>(source)->GetProps(included, MAPI_UNICODE, &count, values.out());
    if (FAILED(code)) return code;
    return static_cast<IMAPIProp *>(destination)->SetProps(count, values.get(), problems);
}

HRESULT STDMETHODCALLTYPE Support::DoProgressDialog(ULONG_PTR, ULONG, LPMAPIPROGRESS *out) {
    REACHED();
    *out = display;
    if (!display) return MAPI_E_NO_SUPPORT;
    display->AddRef();
    return S_OK;
}

HRESULT STDMETHODCALLTYPE Support::PrepareSubmit(LPMESSAGE message, ULONG *flags) {
    REACHED();
    CHECK(message != nullptr);
    *flags = 0;
    return S_OK;
}

HRESULT STDMETHODCALLTYPE Support::ExpandRecips(LPMESSAGE message, ULONG *flags) {
    REACHED();
    CHECK(message != nullptr);
    *flags = NEEDS_SPOOLER;
    return S_OK;
}

HRESULT STDMETHODCALLTYPE Support::StoreLogoffTransports(ULONG *flags) {
    REACHED();
    transport_logoffs.push_back(*flags);
    *flags = LOGOFF_COMPLETE;
    return S_OK;
}

HRESULT STDMETHODCALLTYPE Support::WrapStoreEntryID(ULONG size, LPENTRYID original, ULONG *wrapped_size,
                                                    LPENTRYID *wrapped) {
    REACHED();
    *wrapped_size = ULONG(sizeof wrapping + size);
    memory->allocate(*wrapped_size, reinterpret_cast<void **>(wrapped));
    memcpy(*wrapped, wrapping, sizeof wrapping);
    memcpy(reinterpret_cast<BYTE *>(*wrapped) + sizeof wrapping, original, size);
    return S_OK;
}

HRESULT STDMETHODCALLTYPE Support::ModifyProfile(ULONG) {
    REACHED();
    profile_changes++;
    return S_OK;
}
